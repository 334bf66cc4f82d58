"""`senderdesk export` and `senderdesk import` as people run them: beside a desk, between two desks, and killed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from senderdesk.database.sqlite import SqliteDatabase
from senderdesk.operations.attachments import QUOTA as ATTACHMENTS
from senderdesk.operations.registrations import QUOTA as REGISTRATIONS
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, DeskProcess, RunningDesk, client_of
from tests.test_transfer import PLACE, STRANGE, exported, fill, new_database, rows_of

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
_OBJECT = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
PDF = _OBJECT + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % len(_OBJECT)


def senderdesk(*words: str, code: int = 0, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end; `code` is the exit status that it must have."""
    done = subprocess.run([sys.executable, "-m", "senderdesk", *words], capture_output=True, timeout=60, **options)
    assert done.returncode == code, (done.stdout[-2000:], done.stderr[-2000:])
    return done


def database_of(folder: Path) -> tuple[str, str]:
    return "--database", f"sqlite:///{folder}/desk.db"


def export(folder: Path, *words: str) -> bytes:
    done = senderdesk("export", "--account", ACCOUNT, *words, *database_of(folder))
    assert done.stderr == b""
    return done.stdout


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Where the first desk lives, and where the second will."""
    (tmp_path / "second").mkdir()
    return tmp_path, tmp_path / "second"


def told(client: Any, registration: str, attachment: str) -> dict[str, Any]:
    """All that the API tells of a registration and its attachment."""
    arn = client.describe_registrations(RegistrationIds=[registration])["Registrations"][0]["RegistrationArn"]
    answers = {
        "registration": client.describe_registrations(RegistrationIds=[registration]),
        "versions": client.describe_registration_versions(RegistrationId=registration),
        "values": client.describe_registration_field_values(RegistrationId=registration),
        "associations": client.list_registration_associations(RegistrationId=registration),
        "attachments": client.describe_registration_attachments(RegistrationAttachmentIds=[attachment]),
        "tags": client.list_tags_for_resource(ResourceArn=arn),
        "limits": client.describe_account_limits(),
    }
    for answer in answers.values():
        answer.pop("ResponseMetadata")
    return answers


def make_registration(client: Any) -> tuple[str, str]:
    """A registration with tags and values, and an attachment that is here."""
    tags = [{"Key": "Name", "Value": "Ä é"}]
    registration = client.create_registration(RegistrationType=BRAND, Tags=tags)["RegistrationId"]
    attachment = client.create_registration_attachment(AttachmentBody=PDF, Tags=tags)["RegistrationAttachmentId"]
    client.put_registration_field_value(
        RegistrationId=registration, FieldPath="companyInfo.companyName", TextValue=STRANGE.replace("\0", "")
    )
    return registration, attachment


def wait_for(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up, f"{what} did not happen"
        time.sleep(0.05)


def status_of(client: Any, registration: str) -> str:
    found = client.describe_registrations(RegistrationIds=[registration])["Registrations"]
    return str(found[0]["RegistrationStatus"])


def test_a_program_finds_its_registration_on_another_desk(
    start_process: Callable[..., DeskProcess], folders: tuple[Path, Path]
) -> None:
    first, second = folders
    desk = start_process()
    client = client_of(desk.url)
    registration, attachment = make_registration(client)
    described = client.describe_registration_attachments
    wait_for(lambda: described()["RegistrationAttachments"][0]["AttachmentStatus"] == "UPLOAD_COMPLETE", "the upload")
    before = told(client, registration, attachment)
    (second / "file").write_bytes(export(first))  # the first desk runs on
    imported = senderdesk("import", str(second / "file"), *database_of(second)).stdout.decode()
    assert imported == (
        f"imported into {ACCOUNT} in us-east-1: 1 content, 1 attachment, 1 registration, 1 version, 0 due_work\n"
    )
    other = DeskProcess(second)
    try:
        assert told(client_of(other.url), registration, attachment) == before
        assert export(second).splitlines()[1:] == export(first).splitlines()[1:]
    finally:
        other.stop()


def test_what_was_submitted_goes_on_on_the_other_desk(
    start_process: Callable[..., DeskProcess], folders: tuple[Path, Path]
) -> None:
    first, second = folders
    desk = start_process()
    client = client_of(desk.url)
    registration, _ = make_registration(client)
    client.submit_registration_version(RegistrationId=registration)
    assert status_of(client, registration) == "SUBMITTED"
    desk.stop(signal.SIGKILL)
    (second / "file").write_bytes(export(first))
    senderdesk("import", str(second / "file"), "--account", OTHER_ACCOUNT, *database_of(second))
    other = DeskProcess(second)
    try:
        client = client_of(other.url, OTHER_ACCOUNT)
        wait_for(lambda: status_of(client, registration) == "REQUIRES_UPDATES", "the verdict")  # its form has gaps
    finally:
        other.stop()


def test_a_running_desk_has_what_is_imported_at_once(desk: RunningDesk, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(exported(new_database(fill)))
    client = desk.client()
    assert client.describe_registrations()["Registrations"] == []
    senderdesk("import", str(tmp_path / "file"), *database_of(tmp_path))
    assert len(client.describe_registrations()["Registrations"]) == 2
    client.create_registration(RegistrationType=BRAND)
    counters = desk.service.database.read(lambda rows: rows.list_counters(**PLACE))
    assert {row["name"]: row["used"] for row in counters} == {REGISTRATIONS: 3, ATTACHMENTS: 3}


def test_all_faults_are_printed_and_nothing_is_written(tmp_path: Path) -> None:
    content = exported(new_database(fill)).replace(b'"status":"DENIED"', b'"status":"DONE"').replace(b"%PDF", b"%PDX")
    (tmp_path / "file").write_bytes(content[:-20])
    done = senderdesk("import", str(tmp_path / "file"), *database_of(tmp_path), code=1)
    assert done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in lines] == ["line 7", "line 8", "line 10", "line 13", "line 13", "senderdesk"]
    assert lines[-1] == "senderdesk: nothing was imported"
    assert not any(rows_of(SqliteDatabase(f"{tmp_path}/desk.db")).values())


# Runs an import, and kills the process when all but the last line is written and before the commit.
KILLED = """
import os, signal, sys
from senderdesk import transfer
from senderdesk.cli import app

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

transfer._WRITERS["due_work"] = kill
app(["import", *sys.argv[1:]])
"""


def test_a_kill_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def fill_with_much(rows: Any) -> None:
        fill(rows)
        for number in range(12):
            body = os.urandom(4 * 2**20)
            digest, name = hashlib.sha256(body).digest(), f"attachment-{number}"
            rows.keep_content(account_id=ACCOUNT, content_digest=digest, body=body)
            rows.insert_attachment(**PLACE, attachment_id=name, status="UPLOAD_COMPLETE", url=None, created_at=1.0)
            rows.set_attachment_content(
                **PLACE, attachment_id=name, content_digest=digest, format="PDF", size=len(body)
            )

    there = exported(new_database(fill_with_much))
    (tmp_path / "file").write_bytes(there)
    new_database(path=f"{tmp_path}/desk.db").close()
    words = [str(tmp_path / "file"), *database_of(tmp_path)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "desk.db-wal").stat().st_size > 30 * 2**20  # most of it was on the disk already
    database = SqliteDatabase(f"{tmp_path}/desk.db")
    assert not any(rows_of(database).values())
    senderdesk("import", *words)
    assert exported(database).splitlines()[1:] == there.splitlines()[1:]


def test_an_import_waits_for_who_writes_and_gives_up_in_the_end(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(exported(new_database(fill)))
    database = new_database(path=f"{tmp_path}/desk.db")
    database.write(lambda rows: None)  # holds the lock until it is committed
    done = senderdesk("import", str(tmp_path / "file"), *database_of(tmp_path), code=1)
    assert b"nothing was imported" in done.stderr
    assert b"locked" in done.stderr
    assert export_of_nobody(tmp_path).count(b"\n") == 2
    database.commit()
    senderdesk("import", str(tmp_path / "file"), *database_of(tmp_path))


def export_of_nobody(folder: Path) -> bytes:
    """An export while another holds the lock for writing: it needs none."""
    return senderdesk("export", "--account", OTHER_ACCOUNT, "--region", "us-east-1", *database_of(folder)).stdout


REFUSED = {
    "no database there": (["export", "--account", ACCOUNT], b"there is no database"),
    "no account": (["export", "--account", "me"], b"12 digits"),
    "a database in memory": (["export", "--account", ACCOUNT, "--database", "sqlite:///:memory:"], b"memory"),
    "an import into memory": (["import", "file", "--database", "sqlite:///:memory:"], b"memory"),
    "no file": (["import", "no-such-file"], b"no-such-file"),
    "another account that is none": (["import", "file", "--account", "me"], b"12 digits"),
    "a Region that is none": (["import", "file", "--region", "here"], b"Region"),
    "a pipe": (["import", "/dev/stdin"], b"pipe"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(words: list[str], said: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(exported(new_database(fill)))
    if said == b"12 digits":
        new_database(path=f"{tmp_path}/senderdesk.db").close()
    done = senderdesk(*words, code=2, cwd=tmp_path, input=b"x")
    assert said in done.stderr
    assert done.stderr.startswith(b"senderdesk: ")
    assert done.stdout == b""
    assert words[0] == "import" or said == b"12 digits" or not (tmp_path / "senderdesk.db").exists()


def test_the_file_is_lines_of_json(tmp_path: Path) -> None:
    new_database(fill, f"{tmp_path}/desk.db").close()
    header, *lines = [json.loads(line) for line in export(tmp_path).split(b"\n")[:-1]]
    assert header.keys() == {"senderdesk", "format", "exported", "account", "region"}
    assert all("kind" in line for line in lines)
    assert lines[-1]["counts"] == {"content": 1, "attachment": 3, "registration": 2, "version": 3, "due_work": 2}
