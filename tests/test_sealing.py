"""Secrets at rest, the file that opens them, and access keys at work: what a stolen row or a deleted key is worth."""

from __future__ import annotations

import hmac
import json
import sqlite3
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from senderdesk import sealing, signature
from senderdesk.access import AccessKeys
from senderdesk.database.sqlite import SqliteDatabase
from senderdesk.sealing import master_key, seal, unseal
from tests.conftest import OTHER_ACCOUNT, TOLL_FREE, RunningDesk
from tests.rawhttp import Key, RawClient, wire_to

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
INVALID, UNKNOWN = "InvalidSignatureException", "UnrecognizedClientException"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "desk.key"


def test_a_secret_opens_with_its_key_for_its_owner(key_file: Path) -> None:
    key = master_key(key_file)
    sealed = seal(key, SECRET, "1/AKIA")
    assert unseal(key, sealed, "1/AKIA") == SECRET
    assert SECRET.encode() not in sealed
    assert seal(key, SECRET, "1/AKIA") != sealed, "a nonce must not come twice"


@pytest.mark.parametrize("owner", ["1/AKIB", "2/AKIA", "", "1/AKIA "])
def test_a_secret_does_not_open_for_another_owner(key_file: Path, owner: str) -> None:
    key = master_key(key_file)
    with pytest.raises(ValueError, match="another master key, or moved"):
        unseal(key, seal(key, SECRET, "1/AKIA"), owner)


def test_a_secret_does_not_open_with_another_key() -> None:
    with pytest.raises(ValueError, match="another master key"):
        unseal(b"b" * 32, seal(b"a" * 32, SECRET, "o"), "o")


def test_no_bit_of_a_sealed_secret_may_change() -> None:
    sealed = seal(b"a" * 32, SECRET, "o")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(ValueError, match="another master key"):
            unseal(b"a" * 32, changed, "o")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27])
def test_a_cut_secret_is_refused(length: int) -> None:
    with pytest.raises(ValueError):
        unseal(b"a" * 32, seal(b"a" * 32, SECRET, "o")[:length], "o")


def test_the_key_file_is_made_once_and_for_its_owner_alone(key_file: Path) -> None:
    key = master_key(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert (len(key), master_key(key_file), key_file.read_text().strip()) == (32, key, key.hex())
    assert [path.name for path in key_file.parent.iterdir()] == ["desk.key"], "a draft was left behind"


def test_processes_that_start_at_once_agree_on_one_key(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(1000, 2000))
    monkeypatch.setattr(sealing.os, "getpid", lambda: next(numbers))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: master_key(key_file), range(8)))
    assert keys == {master_key(key_file)}


def test_a_draft_that_a_killed_process_left_does_not_stop_the_next(key_file: Path) -> None:
    """Within a container the next process has the same number."""
    key_file.with_name(f"{key_file.name}.{sealing.os.getpid()}.new").touch()
    assert len(master_key(key_file)) == 32


@pytest.mark.parametrize(
    "content", ["", "zz", "00" * 31, "00" * 33, "é" * 64], ids=["empty", "no hex", "31", "33", "é"]
)
def test_a_file_that_holds_no_key_is_refused_in_words(key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(ValueError, match=r"desk\.key"):
        master_key(key_file)
    assert key_file.read_text() == content


def test_a_key_file_that_cannot_be_made_or_read_is_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "no such folder" / "desk.key", tmp_path):
        with pytest.raises(ValueError, match="master key file"):
            master_key(path)


def test_a_key_that_is_not_kept_is_another_each_time() -> None:
    assert master_key(None) != master_key(None)


def execute(desk: RunningDesk, sql: str, *parameters: object) -> list[Any]:
    """Change the database behind the desk's back, as one who holds the file could."""
    with closing(sqlite3.connect(desk.settings.database_path, isolation_level=None)) as connection:
        return connection.execute(sql, parameters).fetchall()


def test_sealed_secrets_in_each_other_s_rows_open_for_nobody(verified_desk: RunningDesk) -> None:
    ours, theirs = RawClient(verified_desk), RawClient(verified_desk, OTHER_ACCOUNT)
    rows = execute(verified_desk, "SELECT key_id, sealed_secret FROM access_keys")
    for (key_id, _), (_, other) in zip(rows, rows[::-1], strict=True):
        execute(verified_desk, "UPDATE access_keys SET sealed_secret = ? WHERE key_id = ?", other, key_id)
    for client in (ours, theirs):
        for secret in (ours.key.secret, theirs.key.secret):
            answer = client.ask(client.signed(key=Key(client.key.id, secret)))
            assert answer.status != 200
            assert answer.error
    assert ours.registrations() == 0


def test_no_secret_lies_in_clear_beside_the_database(verified_desk: RunningDesk) -> None:
    client = RawClient(verified_desk)
    client.accepted(client.signed())
    folder = Path(verified_desk.settings.database_path).parent
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(files) >= 3
    assert [name for name, content in files.items() if client.key.secret.encode() in content] == []


def test_a_deleted_key_is_refused_within_a_second(verified_desk: RunningDesk) -> None:
    client = RawClient(verified_desk)
    with wire_to(verified_desk.port) as wire:
        assert wire.ask(client.signed()).status == 200
        path = verified_desk.settings.database_path
        database = SqliteDatabase(path)
        assert AccessKeys(database, master_key(Path(f"{path}.key"))).delete(client.key.id)
        database.close()
        time.sleep(1.0)
        answer = wire.ask(client.signed())
    assert (answer.status, answer.error) == (400, UNKNOWN)
    assert client.registrations() == 1


def test_an_unknown_key_costs_the_same_work_as_a_wrong_secret(
    verified_desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = RawClient(verified_desk)
    work: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            work.append(name)
            return function(*arguments)

        return call

    monkeypatch.setattr(signature, "_signature", counted("signature", signature._signature))
    monkeypatch.setattr(hmac.HMAC, "update", counted("hmac", hmac.HMAC.update))
    monkeypatch.setattr(hmac, "compare_digest", counted("compare", hmac.compare_digest))
    done = {}
    for key in (Key(client.key.id, "wrong"), Key("AKIAUNKNOWNUNKNOWN22", "wrong")):
        for _ in range(2):  # the second time the day's key is remembered
            work.clear()
            error = client.ask(client.signed(key=key)).error
        done[error] = sorted(work)
    assert done[INVALID] == done[UNKNOWN]
    assert {"signature", "hmac", "compare"} <= set(done[UNKNOWN])


def test_an_arn_of_another_account_is_as_good_as_none(verified_desk: RunningDesk) -> None:
    ours, theirs = RawClient(verified_desk), RawClient(verified_desk, OTHER_ACCOUNT)
    created = theirs.accepted(theirs.signed())
    arn = created["RegistrationArn"]
    tag = [{"Key": "a", "Value": "b"}]
    for operation, arguments in (
        ("DescribeRegistrations", {"RegistrationIds": [arn]}),
        ("DeleteRegistration", {"RegistrationId": arn}),
        ("DeleteRegistration", {"RegistrationId": created["RegistrationId"]}),
        ("ListTagsForResource", {"ResourceArn": arn}),
        ("TagResource", {"ResourceArn": arn, "Tags": tag}),
        ("UntagResource", {"ResourceArn": arn, "TagKeys": ["a"]}),
    ):
        ours.refused(ours.signed(json.dumps(arguments).encode(), operation), "ResourceNotFoundException")
    listed = theirs.accepted(theirs.signed(b"{}", "DescribeRegistrations"))["Registrations"]
    assert [one["RegistrationType"] for one in listed] == [TOLL_FREE]
    assert ours.accepted(ours.signed(b"{}", "DescribeRegistrations"))["Registrations"] == []
