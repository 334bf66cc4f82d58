"""`senderdesk demo`: a desk, one registration played against it with boto3, and how to point other clients at it."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ACCOUNT = "111122223333"
REGION = "us-east-1"
TYPE = "US_TOLL_FREE_REGISTRATION"
_WIDTH = 110
# A picture of one pixel, for the fields that want a document.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def play(exit_after: bool) -> int:
    """Start the desk, play, and serve on until interrupted (or stop, with `exit_after`). Gives the exit status."""
    try:
        import boto3
    except ImportError:
        print("senderdesk: the demo plays with boto3: pip install boto3", file=sys.stderr)
        return 2
    console = Console(width=min(_WIDTH, Console().width)) if sys.stdout.isatty() else Console(width=_WIDTH)
    with _desk() as url:
        client = boto3.client(
            "pinpoint-sms-voice-v2",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="any",  # noqa: S106 - a trusting desk takes any
        )
        console.print(Play(client).run())
        if exit_after:
            return 0
        console.print(_pointers(url))
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    return 0


@contextlib.contextmanager
def _desk() -> Iterator[str]:
    """A desk of its own process, on the usual port where that is free; gives its address."""
    folder = Path(".senderdesk")
    folder.mkdir(exist_ok=True)
    log = (folder / "demo.log").open("ab")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SENDERDESK_")}
    process = subprocess.Popen(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "senderdesk", "serve", "--port", str(_port())),
            *("--database", f"sqlite:///{folder / 'demo.db'}", "--pace", "instant", "--upload-seconds", "0"),
        ],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"senderdesk: the desk did not start; {log.name} says why")
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait()
        log.close()


def _port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 4100))
        except OSError:
            return 0
    return 4100


class Play:
    """The calls of one registration's life, and a table that tells them."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.table = Table(
            title="One toll-free registration, played with an unmodified boto3",
            title_justify="left",
            show_lines=True,
            expand=True,
        )
        self.table.add_column("call", style="cyan", no_wrap=True)
        self.table.add_column("what the desk answered")
        self.table.add_column("ms", justify="right", style="dim")

    def step(self, operation: str, tell: Callable[[Any], str], **arguments: Any) -> Any:
        """Call one operation, and add a row that tells its answer, or what it was refused with."""
        started = time.perf_counter()
        try:
            answer = getattr(self.client, operation)(**arguments)
            told = tell(answer)
        except self.client.exceptions.ClientError as error:
            answer = error.response
            told = f"{answer['Error']['Code']}: {answer.get('Reason', 'it is gone')}"
        self.table.add_row(operation, told, f"{(time.perf_counter() - started) * 1000:.1f}")
        return answer

    def run(self) -> Table:
        """Play it all."""
        fields = self.step(
            "describe_registration_field_definitions",
            lambda answer: _fields(answer["RegistrationFieldDefinitions"]),
            RegistrationType=TYPE,
        )["RegistrationFieldDefinitions"]
        created = self.step(
            "create_registration",
            lambda a: f"{a['RegistrationId']}\n{a['RegistrationStatus']}, version {a['CurrentVersionNumber']} is open",
            RegistrationType=TYPE,
            Tags=[{"Key": "Name", "Value": "Example Coffee order updates"}],
        )
        one = {"RegistrationId": created["RegistrationId"]}
        self.step("submit_registration_version", lambda a: "", **one)
        number = self.step(
            "request_phone_number",
            lambda a: f"{a['PhoneNumber']} is {a['Status']}",
            IsoCountryCode="US",
            MessageType="TRANSACTIONAL",
            NumberCapabilities=["SMS"],
            NumberType="TOLL_FREE",
        )["PhoneNumberId"]
        self.step("create_registration_association", lambda a: a["PhoneNumber"], **one, ResourceId=number)
        self._submit(one)
        self.step("describe_registration_versions", _verdict, **one)
        self.step("create_registration_version", lambda a: f"version {a['VersionNumber']} is open and empty", **one)
        self._fill(one, fields)
        self._submit(one)
        self.step("describe_phone_numbers", _numbers, PhoneNumberIds=[number])
        return self.table

    def _submit(self, one: dict[str, str]) -> None:
        """Submit, and wait for the verdict as a program does."""
        self.step("submit_registration_version", lambda a: str(a["RegistrationVersionStatus"]), **one)
        while self._status(one) not in ("COMPLETE", "REQUIRES_UPDATES"):
            time.sleep(0.02)
        self.step("describe_registrations", _statuses, RegistrationIds=list(one.values()))

    def _status(self, one: dict[str, str]) -> Any:
        answer = self.client.describe_registrations(RegistrationIds=list(one.values()))
        return answer["Registrations"][0]["RegistrationStatus"]

    def _fill(self, one: dict[str, str], fields: list[dict[str, Any]]) -> None:
        """Put every field that must be filled: with its example, its first option, or a picture."""
        picture = self.step(
            "create_registration_attachment", lambda a: str(a["AttachmentStatus"]), AttachmentBody=PICTURE
        )["RegistrationAttachmentId"]
        uploads = "describe_registration_attachments"
        while getattr(self.client, uploads)()["RegistrationAttachments"][-1]["AttachmentStatus"] != "UPLOAD_COMPLETE":
            time.sleep(0.02)
        filled = [field for field in fields if field["FieldRequirement"] == "REQUIRED"]
        started = time.perf_counter()
        for field in filled:
            value = _value_of(field, picture)
            self.client.put_registration_field_value(**one, FieldPath=field["FieldPath"], **value)
        taken = (time.perf_counter() - started) * 1000
        self.table.add_row("put_registration_field_value", f"{len(filled)} fields, one call each", f"{taken:.1f}")


def _value_of(field: dict[str, Any], attachment: str) -> dict[str, Any]:
    if field["FieldType"] == "ATTACHMENT":
        return {"RegistrationAttachmentId": attachment}
    if field["FieldPath"] == "companyInfo.businessType":  # who has no tax number need not tell one
        return {"SelectChoices": ["SOLE_PROPRIETOR"]}
    if field["FieldType"] == "SELECT":
        return {"SelectChoices": field["SelectValidation"]["Options"][:1]}
    return {"TextValue": field["DisplayHints"]["ExampleTextValue"]}


def _statuses(answer: dict[str, Any]) -> str:
    return "\n".join(f"{row['RegistrationType']} is {row['RegistrationStatus']}" for row in answer["Registrations"])


def _verdict(answer: dict[str, Any]) -> str:
    version = answer["RegistrationVersions"][-1]
    reasons = "\n".join(f"{one['Reason']}: {one['ShortDescription']}" for one in version["DeniedReasons"])
    return f"version {version['VersionNumber']} is {version['RegistrationVersionStatus']}\n{reasons}"


def _numbers(answer: dict[str, Any]) -> str:
    return "\n".join(f"{one['PhoneNumber']} is {one['Status']}" for one in answer["PhoneNumbers"])


def _fields(fields: list[dict[str, Any]]) -> str:
    required = [field for field in fields if field["FieldRequirement"] == "REQUIRED"]
    shown = "\n".join(f"{field['FieldPath']}  ({field['FieldType']})" for field in required[:4])
    return f"{len(fields)} fields, {len(required)} of them required:\n{shown}\n…"


def _pointers(url: str) -> str:
    return f"""
The desk serves on at [bold]{url}[/bold]  (account {ACCOUNT}; Ctrl-C stops it)

[cyan]boto3[/cyan]     boto3.client("pinpoint-sms-voice-v2", endpoint_url="{url}", region_name="{REGION}",
                       aws_access_key_id="{ACCOUNT}", aws_secret_access_key="any")

[cyan]AWS CLI[/cyan]   export AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=any AWS_REGION={REGION}
          aws --endpoint-url {url} pinpoint-sms-voice-v2 describe-registrations

[cyan]JS SDK[/cyan]    new PinpointSMSVoiceV2Client({{endpoint: "{url}", region: "{REGION}",
              credentials: {{accessKeyId: "{ACCOUNT}", secretAccessKey: "any"}}}})

Any SDK that reads the environment: AWS_ENDPOINT_URL={url}
"""
