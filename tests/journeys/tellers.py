"""Three clients that can be told the same calls: boto3, the AWS CLI, and AWS's SDK for JavaScript."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from tests.conftest import REGION, RunningDesk
from tests.journeys.node_house import environment, program

Answer = dict[str, Any]
Tell = Callable[..., Answer]
_REASON = re.compile(r'Reason="([A-Z_]+)"')
_CODE = re.compile(r"An error occurred \((\w+)\) when calling")


class Refused(Exception):
    """A refusal as a client tells it: the error's code, its Reason ("" where it has none), and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        found = _REASON.search(message)
        self.code, self.message, self.reason = code, message, found[1] if found else ""


@contextmanager
def boto3(desk: RunningDesk, account: str, home: Path) -> Iterator[Tell]:
    client = desk.client(account)

    def tell(operation: str, **arguments: Any) -> Answer:
        try:
            answer: Answer = getattr(client, xform_name(operation))(**arguments)
        except ClientError as error:
            assert error.response["Reason"] == Refused("", error.response["Error"]["Message"]).reason
            raise Refused(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
        del answer["ResponseMetadata"]
        return answer

    yield tell


@contextmanager
def aws_cli(desk: RunningDesk, account: str, home: Path) -> Iterator[Tell]:
    """Words as people type them. Version 1 would fetch what begins with https:// unless it is told not to."""
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / "config").write_text("[default]\ncli_follow_urlparam = false\n")
    told = {
        **environment(home, desk.url, account, "any", REGION),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
    }
    command = [sys.executable, str(Path(__file__).with_name("command_lines.py"))]
    with _lines(command, told) as ask:

        def tell(operation: str, **arguments: Any) -> Answer:
            words = ["pinpoint-sms-voice-v2", xform_name(operation, "-")]
            for member, value in arguments.items():
                words += _words(f"--{xform_name(member, '-')}", value, home)
            done = ask(words)
            if done["status"] == 0:
                answer: Answer = json.loads(done["out"]) if done["out"] else {}
                return answer
            code = _CODE.search(done["err"])
            assert code, done["err"]
            raise Refused(code[1], done["err"])

        yield tell


def _words(option: str, value: Any, home: Path) -> list[str]:
    if isinstance(value, bool):
        return [option if value else option.replace("--", "--no-", 1)]
    if isinstance(value, bytes):
        file = home / "attachment"
        file.write_bytes(value)
        return [option, f"fileb://{file}"]
    if isinstance(value, list):
        return [option, *(one if isinstance(one, str) else json.dumps(one) for one in value)]
    return [option, str(value)]


@contextmanager
def javascript(desk: RunningDesk, account: str, home: Path) -> Iterator[Tell]:
    told = environment(home, desk.url, account, "any", REGION)
    with _lines(["node", str(program("told.mjs"))], told) as ask:

        def tell(operation: str, **arguments: Any) -> Answer:
            given = {
                member: base64.b64encode(value).decode() if isinstance(value, bytes) else value
                for member, value in arguments.items()
            }
            came = ask({"operation": operation, "input": given})
            if "answer" in came:
                answer: Answer = came["answer"]
                return answer
            refusal = Refused(came["refusal"]["code"], came["refusal"]["message"])
            assert came["refusal"].get("Reason", "") == refusal.reason
            raise refusal

        yield tell


@contextmanager
def _lines(command: list[str], told: dict[str, str]) -> Iterator[Callable[[Any], Any]]:
    """A process that is asked in lines of JSON and answers so."""
    with subprocess.Popen(
        command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr

        def ask(what: Any) -> Any:
            print(json.dumps(what), file=process.stdin, flush=True)
            line = process.stdout.readline()  # type: ignore[union-attr]
            assert line, process.stderr.read()  # type: ignore[union-attr]
            return json.loads(line)

        try:
            yield ask
        finally:
            process.stdin.close()
            process.wait(10)


TELLERS = {"boto3": boto3, "aws-cli": aws_cli, "javascript": javascript}
