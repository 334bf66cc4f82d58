"""`senderdesk demo`: a desk, one registration played against it with boto3, and how to point other clients at it."""

from __future__ import annotations

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
            *("--database", f"sqlite:///{folder / 'demo.db'}"),
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
            title="One registration, played with an unmodified boto3",
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
            answer, told = error.response, f"{error.response['Error']['Code']}: it is gone"
        self.table.add_row(operation, told, f"{(time.perf_counter() - started) * 1000:.1f}")
        return answer

    def run(self) -> Table:
        """Play it all."""
        self.step(
            "describe_registration_type_definitions",
            lambda a: "\n".join(one["RegistrationType"] for one in a["RegistrationTypeDefinitions"]),
        )
        created = self.step(
            "create_registration",
            lambda a: f"{a['RegistrationId']}\n{a['RegistrationStatus']}, version {a['CurrentVersionNumber']} is open",
            RegistrationType=TYPE,
            Tags=[{"Key": "Name", "Value": "Example Coffee order updates"}],
        )
        one, arn = created["RegistrationId"], created["RegistrationArn"]
        self.step(
            "describe_registration_field_definitions",
            lambda a: _fields(a["RegistrationFieldDefinitions"]),
            RegistrationType=TYPE,
        )
        self.step("describe_registrations", _statuses, RegistrationIds=[one])
        self.step("tag_resource", lambda a: "ok", ResourceArn=arn, Tags=[{"Key": "team", "Value": "messaging"}])
        self.step(
            "list_tags_for_resource",
            lambda a: "\n".join(f"{tag['Key']} = {tag['Value']}" for tag in a["Tags"]),
            ResourceArn=arn,
        )
        self.step("delete_registration", lambda a: str(a["RegistrationStatus"]), RegistrationId=one)
        self.step("describe_registrations", _statuses, RegistrationIds=[one])
        return self.table


def _statuses(answer: dict[str, Any]) -> str:
    return "\n".join(f"{row['RegistrationType']} is {row['RegistrationStatus']}" for row in answer["Registrations"])


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
