"""Every setting of a running SenderDesk: its name, its default, and a sentence that says what it does.

The command line (`--name`), the environment (`SENDERDESK_NAME`) and docs/settings.md are made from this class.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_type_hints

MEMORY = ":memory:"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _setting(default: Any, sentence: str, lowest: float = 0.001) -> Any:
    return field(default=default, metadata={"sentence": sentence, "lowest": lowest})


@dataclass(frozen=True)
class Settings:
    """What one SenderDesk process is told. Durations are in seconds, sizes in bytes."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(4100, "Port to listen on; 0 picks a free one and prints it.")
    database: str = _setting(
        "sqlite:///senderdesk.db",
        "Where everything is kept: sqlite:///PATH, or sqlite:///:memory: for nothing kept.",
    )
    auth: Literal["", "trust", "verify"] = _setting(
        "",
        "verify: SigV4 against the keys of `senderdesk keys create`. trust: any signature is accepted, the account is "
        "a 12-digit access key id, else 123456789012. Default: trust on loopback, and a refusal to start elsewhere.",
    )
    master_key: str = _setting(
        "",
        "File with the master key that seals secrets at rest and signs next tokens; made on first use. "
        "Default: the database's path with .key added.",
    )
    limits: Literal["relaxed", "aws"] = _setting(
        "relaxed", "Rates and quotas: aws enforces the published numbers, relaxed generous ones."
    )
    # ASSUMED: an integrator tests the account that they will send from.
    account_tier: Literal["PRODUCTION", "SANDBOX"] = _setting(
        "PRODUCTION", "The ACCOUNT_TIER that DescribeAccountAttributes answers."
    )
    new_version: Literal["empty", "copy"] = _setting(
        "empty", "What CreateRegistrationVersion opens: an empty form, as the service does, or a copy of the last one."
    )
    submit_checks: Literal["deny", "refuse"] = _setting(
        "deny",
        "What becomes of a form with missing or faulty fields: deny takes it in and denies it a moment later, as the "
        "service was seen to do; refuse answers SubmitRegistrationVersion with "
        "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED.",
    )
    review: Literal["auto", "manual"] = _setting(
        "auto", "Who decides on a form that passes its checks: auto approves it, manual leaves it in REVIEWING."
    )
    pace: Literal["instant", "seconds"] = _setting(
        "seconds", "How long each status lasts after a submission: no time, or about a second."
    )
    # ASSUMED: half a second; the real service was seen to take a few seconds, and varies.
    upload_seconds: float = _setting(
        0.5, "How long an attachment stays UPLOAD_IN_PROGRESS, in seconds; an upload by URL at least.", lowest=0
    )
    numbers: Literal["fiction", "inventory"] = _setting(
        "fiction",
        "Where phone numbers come from: fiction invents numbers that can belong to nobody, without end; inventory "
        "gives away those of `senderdesk numbers add`, and no others.",
    )
    provisioner_url: str = _setting(
        "",
        "Where your carrier's adapter listens, such as http://127.0.0.1:9200: it is told of each number that is "
        "requested or released, and of each registration that waits for its identity. docs/provisioning.md has the "
        "protocol. Without one, there is nobody to wait for.",
    )
    provisioner_secret: str = _setting(
        "", "File with the secret that signs what is sent to --provisioner-url. Without one, nothing is signed."
    )
    s3_endpoint: str = _setting(
        "",
        "S3-compatible endpoint that AttachmentUrl is fetched from, such as http://127.0.0.1:9000. Without one, every "
        "upload by URL fails.",
    )
    s3_credentials: str = _setting(
        "",
        'TOML file with the keys for --s3-endpoint, by account: [accounts."111122223333"] (or "*" for any account) '
        "with access_key_id and secret_access_key. An account without keys there can fetch nothing.",
    )
    forms_folder: str = _setting(
        "",
        "Folder with form files of your own (TYPE.toml): they add registration types, or replace shipped ones.",
    )
    forms_as_of: str = _setting(
        "", "Serve the forms as they were at the end of this day, YYYY-MM-DD in UTC. Default: as they are."
    )
    tls_cert: str = _setting("", "PEM file with the certificate chain; given together with --tls-key it turns TLS on.")
    tls_key: str = _setting("", "PEM file with the private key of --tls-cert.")
    # ASSUMED: 15 minutes, as most AWS services allow; some allow 5.
    clock_skew: float = _setting(900.0, "How far a signature's time may be from ours, in seconds.")
    receive_deadline: float = _setting(
        20.0, "A connection whose request is not wholly received within this many seconds is closed."
    )
    keep_alive: float = _setting(75.0, "An idle connection is closed after this many seconds.")
    drain: float = _setting(10.0, "On SIGTERM, requests under way may finish for this many seconds.")
    max_connections: int = _setting(10_000, "Connections beyond this many are answered 503 at once.")

    def __post_init__(self) -> None:
        """Settle what follows from other settings. Raises ValueError with a sentence for the person who started us."""
        for setting in described():
            setting.check(getattr(self, setting.name))
        if not self.auth:
            object.__setattr__(self, "auth", "trust")
        if self.auth == "trust" and self.host not in LOOPBACK:
            raise ValueError(
                f"--host {self.host} can be reached from other machines, and --auth trust (the default) accepts any "
                f"signature, so it works only on loopback ({', '.join(LOOPBACK)}); use --auth verify with keys from "
                "`senderdesk keys create`"
            )
        if self.forms_as_of and self.forms_day is None:
            raise ValueError(f"--forms-as-of {self.forms_as_of} is not a day of the form YYYY-MM-DD")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("--tls-cert and --tls-key belong together; one is missing")

    @property
    def forms_day(self) -> date | None:
        """The day of `forms_as_of`; None where none is given, or what is given is no day."""
        try:
            day = date.fromisoformat(self.forms_as_of)
        except ValueError:
            return None
        return day if day.isoformat() == self.forms_as_of else None  # 20261124 and 2026-W48-2 are other styles

    @property
    def database_path(self) -> str:
        """The file of a sqlite:/// address, or ":memory:". Raises ValueError for any other address."""
        scheme, _, path = self.database.partition(":///")
        if scheme != "sqlite" or not path:
            raise ValueError(f"--database {self.database} is not sqlite:///PATH")
        return path

    @property
    def master_key_path(self) -> Path | None:
        """Where the master key lies; None for a database in memory that was given none, whose key goes with it."""
        if self.master_key:
            return Path(self.master_key)
        return None if self.database_path == MEMORY else Path(f"{self.database_path}.key")


class Described(NamedTuple):
    """One setting as the command line and the docs need it."""

    name: str
    type: Any
    default: Any
    sentence: str
    lowest: float

    def check(self, value: Any) -> None:
        """Raises ValueError where the setting cannot have this value."""
        choices = [choice for choice in get_args(self.type) if choice]
        if choices and value not in get_args(self.type):
            raise ValueError(f"{self.option} is {' or '.join(choices)}, not {value}")
        lowest = 0 if self.type is int else self.lowest
        if self.type in (int, float) and not lowest <= value < 65_536:
            raise ValueError(f"{self.option} cannot be {value}")

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return "SENDERDESK_" + self.name.upper()


def described() -> list[Described]:
    """Every setting, in the order above."""
    hints = get_type_hints(Settings)
    return [Described(f.name, hints[f.name], f.default, **f.metadata) for f in fields(Settings)]
