"""`senderdesk keys` as commands: what they print, what they refuse, and what a running desk makes of them."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from senderdesk import cli
from senderdesk.access import AccessKeys
from senderdesk.database.sqlite import SqliteDatabase
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, TOLL_FREE, RunningDesk, client_of
from tests.journeys.asking import refusal

Keys = Callable[..., str]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Run `senderdesk keys …` on the database of this test's desk; gives what it printed."""

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "senderdesk", "keys", *words, "--database", f"sqlite:///{tmp_path}/desk.db"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def works(desk: RunningDesk, key: dict[str, str]) -> str:
    """ "ok", or the error that a call with `key` gets."""
    try:
        client_of(desk.url, key["AccessKeyId"], key["SecretAccessKey"]).describe_registrations()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def test_create_prints_the_key_once(keys: Keys, tmp_path: Path) -> None:
    printed = keys("create", "--account", ACCOUNT)
    assert printed.count("\n") == 1
    key = json.loads(printed)
    assert set(key) == {"AccessKeyId", "SecretAccessKey", "Account"}
    assert key["Account"] == ACCOUNT
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9_/+-]{40}", key["SecretAccessKey"])
    listed = keys("list")
    assert key["SecretAccessKey"] not in listed
    assert json.loads(listed) == {"AccessKeyId": key["AccessKeyId"], "Account": ACCOUNT, "Policy": None}
    assert (tmp_path / "desk.db.key").stat().st_mode & 0o777 == 0o600


def test_list_tells_every_key_oldest_first(keys: Keys, tmp_path: Path) -> None:
    assert keys("list") == ""
    policy = '{"Statement": {"Effect": "Allow", "Action": "sms-voice:*"}}'
    (tmp_path / "policy.json").write_text(policy)
    first = json.loads(keys("create", "--account", OTHER_ACCOUNT, "--policy", str(tmp_path / "policy.json")))
    second = json.loads(keys("create", "--account", ACCOUNT))
    assert [json.loads(line) for line in keys("list").splitlines()] == [
        {"AccessKeyId": first["AccessKeyId"], "Account": OTHER_ACCOUNT, "Policy": policy},
        {"AccessKeyId": second["AccessKeyId"], "Account": ACCOUNT, "Policy": None},
    ]
    keys("delete", first["AccessKeyId"])
    assert json.loads(keys("list"))["AccessKeyId"] == second["AccessKeyId"]


def test_no_secret_lies_in_clear_in_any_file(verified_desk: RunningDesk, keys: Keys, tmp_path: Path) -> None:
    key = json.loads(keys("create", "--account", ACCOUNT))
    assert works(verified_desk, key) == "ok"
    secret = key["SecretAccessKey"].encode()
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    assert {"desk.db", "desk.db-wal", "desk.db.key"} <= set(files)
    assert any(key["AccessKeyId"].encode() in content for content in files.values()), "it is not even kept"
    for name, content in files.items():
        for form in (secret, base64.b64encode(secret), secret.hex().encode()):
            assert form not in content, name


def test_a_key_made_while_the_desk_runs_works_at_once(verified_desk: RunningDesk, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"Statement": {"Effect": "Allow", "Action": "sms-voice:Describe*"}}')
    key = json.loads(keys("create", "--account", OTHER_ACCOUNT, "--policy", str(tmp_path / "policy.json")))
    assert works(verified_desk, key) == "ok"
    assert works(verified_desk, {**key, "SecretAccessKey": "wrong"}) == "InvalidSignatureException"
    client = client_of(verified_desk.url, key["AccessKeyId"], key["SecretAccessKey"])
    answer = refusal(client.create_registration, RegistrationType=TOLL_FREE)
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert f":{OTHER_ACCOUNT}:" in answer["Error"]["Message"]


def test_a_key_deleted_while_the_desk_runs_stops_working(verified_desk: RunningDesk, keys: Keys) -> None:
    doomed, kept = (json.loads(keys("create", "--account", ACCOUNT)) for _ in range(2))
    assert works(verified_desk, doomed) == "ok"
    keys("delete", doomed["AccessKeyId"])
    deleted = time.monotonic()
    while time.monotonic() - deleted < 1:
        works(verified_desk, doomed)  # being in use keeps no key alive
        time.sleep(0.05)
    assert works(verified_desk, doomed) == "UnrecognizedClientException"
    assert works(verified_desk, kept) == "ok"


Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run `senderdesk …` here, to its refusal; gives the line that it says."""

    def run(*words: str, database: str = f"sqlite:///{tmp_path}/desk.db") -> str:
        with pytest.raises(SystemExit) as ended:
            cli.app(["keys", *words, "--database", database])
        said = capsys.readouterr()
        assert ended.value.code == 2
        assert said.out == ""
        assert said.err.startswith("senderdesk: ")
        assert said.err.count("\n") == 1, said.err
        return said.err

    return run


NOT_ACCOUNTS = [
    "",
    "1234",
    "1111222233334",
    "11112222333a",
    "1111-2222-3333",
    "１１１１２２２２３３３３",
    "111122223333\n",
]


@pytest.mark.parametrize("account", NOT_ACCOUNTS)
def test_an_account_is_12_digits(refused: Refused, account: str) -> None:
    assert "12 digits" in refused("create", "--account", account)


POLICIES = {
    "not JSON": (b"Allow *", "JSON"),
    "not UTF-8": (b'{"Statement": "\xff"}', "utf-8"),
    "unknown members": (b'{"Statement": [], "Rules": []}', "Rules"),
    "NotResource": (b'{"Statement": {"Effect": "Deny", "Action": "*", "NotResource": "*"}}', "NotResource"),
    "Condition": (b'{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {}}}', "Condition"),
    "no statement": (b"{}", "Statement"),
}


@pytest.mark.parametrize(("content", "complaint"), POLICIES.values(), ids=POLICIES.keys())
def test_what_is_no_policy_makes_no_key(refused: Refused, tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(content)
    assert complaint in refused("create", "--account", ACCOUNT, "--policy", str(file))
    assert AccessKeys(SqliteDatabase(f"{tmp_path}/desk.db"), b"").all() == []


def test_a_policy_file_that_is_not_there(refused: Refused) -> None:
    assert "no-such.json" in refused("create", "--account", ACCOUNT, "--policy", "no-such.json")


def test_a_key_that_is_not_there_cannot_be_deleted(refused: Refused) -> None:
    assert "AKIANOSUCHKEY" in refused("delete", "AKIANOSUCHKEY")


@pytest.mark.parametrize(
    ("database", "complaint"),
    [("sqlite:///:memory:", "memory"), ("sqlite:////no/such/desk.db", "/no/such"), ("desk.db", "sqlite:///PATH")],
    ids=["in-memory", "no-such-folder", "not-an-address"],
)
def test_keys_need_a_database_that_stays(refused: Refused, database: str, complaint: str) -> None:
    for words in (["create", "--account", ACCOUNT], ["list"], ["delete", "AKIA"]):
        assert complaint in refused(*words, database=database)


def test_a_key_is_not_sealed_with_another_master_key_than_the_others(
    refused: Refused, keys: Keys, tmp_path: Path
) -> None:
    keys("create", "--account", ACCOUNT)
    (tmp_path / "other.key").write_text("00" * 32)
    assert "master key" in refused("create", "--account", ACCOUNT, "--master-key", str(tmp_path / "other.key"))
    assert len(keys("list").splitlines()) == 1


def test_help_of_keys(capsys: pytest.CaptureFixture[Any]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.app(["keys", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(command in told for command in ("create", "list", "delete"))
