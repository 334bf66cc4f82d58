"""Attachments out of a bucket: moto's S3 on a socket, and a store that answers as none should, behind a whole desk."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.attachment_samples import pdf, picture, saved
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION, TOLL_FREE, DeskProcess, RunningDesk, client_of, running_desk
from tests.filling import PICTURE, QUICK, attachment_of, create, put, until, uploaded, values_of
from tests.hostile import Hostile, saying, wait

BUCKET = "papers"
IMAGE = "messagingUseCase.optInImage"
FETCH_LOST_SECONDS = 90


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """moto's S3 with one bucket of documents; gives its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name=REGION, aws_access_key_id="AKIDOFTENANT", aws_secret_access_key="secret"
    )
    client.create_bucket(Bucket=BUCKET)
    for key, body in {
        "optin.png": PICTURE,
        "deep/er/lettre+é.pdf": pdf(),
        "photo.jpg": saved(picture(), "JPEG"),
        "moving.gif": saved(picture(), "GIF"),
        "empty.png": b"",
        "large.png": PICTURE + b"\0" * 5 * 1024 * 1024,
    }.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    yield url
    server.stop()


@pytest.fixture
def credentials(tmp_path: Path) -> str:
    """A file with keys for ACCOUNT alone."""
    file = tmp_path / "s3.toml"
    file.touch(mode=0o600)
    file.write_text(f'[accounts."{ACCOUNT}"]\naccess_key_id = "AKIDOFTENANT"\nsecret_access_key = "secret"\n')
    return str(file)


@pytest.fixture
def desk(start_desk: Callable[..., RunningDesk], s3: str, credentials: str) -> RunningDesk:
    return start_desk(**QUICK, s3_endpoint=s3, s3_credentials=credentials)


def fetched(client: Any, url: str) -> str:
    name: str = client.create_registration_attachment(AttachmentUrl=url)["RegistrationAttachmentId"]
    return name


def rows(folder: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "desk.db")
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


BODY_OF = (
    "SELECT body FROM attachments JOIN attachment_contents USING (account_id, content_digest) WHERE attachment_id = ?"
)


def test_documents_come_out_of_the_bucket(desk: RunningDesk, tmp_path: Path) -> None:
    client = desk.client()
    for key, body in (
        ("optin.png", PICTURE),
        ("photo.jpg", saved(picture(), "JPEG")),
        ("deep/er/lettre+é.pdf", pdf()),
    ):
        url = f"s3://{BUCKET}/{key}"
        answer = client.create_registration_attachment(AttachmentUrl=url)
        assert answer["AttachmentStatus"] == "UPLOAD_IN_PROGRESS"
        name = answer["RegistrationAttachmentId"]
        found = attachment_of(client, uploaded(client, name))
        assert found["AttachmentUrl"] == url
        assert "AttachmentUploadErrorReason" not in found
        assert rows(tmp_path, BODY_OF, name) == [(body,)]
    registration = create(client, TOLL_FREE)
    put(client, registration, IMAGE, uploaded(client, fetched(client, f"s3://{BUCKET}/optin.png")))
    assert values_of(client, registration)[0]["FieldPath"] == IMAGE


def test_the_same_bytes_are_kept_once_however_they_came(desk: RunningDesk, tmp_path: Path) -> None:
    client = desk.client()
    sent = client.create_registration_attachment(AttachmentBody=PICTURE)["RegistrationAttachmentId"]
    other = uploaded(client, fetched(client, f"s3://{BUCKET}/optin.png"))
    assert rows(tmp_path, "SELECT body FROM attachment_contents") == [(PICTURE,)]
    client.delete_registration_attachment(RegistrationAttachmentId=uploaded(client, sent))
    assert rows(tmp_path, BODY_OF, other) == [(PICTURE,)]


@pytest.mark.parametrize(
    "url",
    [
        f"s3://{BUCKET}/missing.png",
        "s3://no-such-bucket/optin.png",
        f"s3://{BUCKET}/moving.gif",
        f"s3://{BUCKET}/empty.png",
        f"s3://{BUCKET}/large.png",
    ],
)
def test_what_cannot_be_had_or_is_no_attachment_fails(desk: RunningDesk, tmp_path: Path, url: str) -> None:
    client = desk.client()
    name = uploaded(client, fetched(client, url), "UPLOAD_FAILED")
    found = attachment_of(client, name)
    assert (found["AttachmentUploadErrorReason"], found["AttachmentUrl"]) == ("INTERNAL_ERROR", url)
    assert rows(tmp_path, "SELECT count(*) FROM attachment_contents") == [(0,)]
    assert rows(tmp_path, "SELECT count(*) FROM due_work") == [(0,)]
    good = uploaded(client, fetched(client, f"s3://{BUCKET}/optin.png"))  # it holds up nobody
    assert attachment_of(client, good)["AttachmentStatus"] == "UPLOAD_COMPLETE"


def test_another_accounts_keys_sign_nothing(desk: RunningDesk) -> None:
    other = desk.client(OTHER_ACCOUNT)
    name = uploaded(other, fetched(other, f"s3://{BUCKET}/optin.png"), "UPLOAD_FAILED")
    assert attachment_of(other, name)["AttachmentUploadErrorReason"] == "INTERNAL_ERROR"


def test_a_store_that_never_answers_holds_up_nobody(
    start_desk: Callable[..., RunningDesk], credentials: str, request: Any
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def script(connection: Any) -> None:
        asked.set()
        go_on.wait(10)
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PICTURE), PICTURE))(connection)

    store = Hostile(script)
    request.addfinalizer(store.close)
    desk = start_desk(**QUICK, s3_endpoint=f"http://127.0.0.1:{store.port}", s3_credentials=credentials)
    client = desk.client()
    names = [fetched(client, f"s3://{BUCKET}/optin{number}.png") for number in range(6)]
    assert asked.wait(10)
    sent = client.create_registration_attachment(AttachmentBody=PICTURE)["RegistrationAttachmentId"]
    uploaded(client, sent)
    assert {attachment_of(client, name)["AttachmentStatus"] for name in names} == {"UPLOAD_IN_PROGRESS"}
    gone = names.pop()
    client.delete_registration_attachment(RegistrationAttachmentId=gone)
    go_on.set()
    for name in names:
        uploaded(client, name)
    left = client.describe_registration_attachments()["RegistrationAttachments"]
    assert {one["RegistrationAttachmentId"] for one in left} == {sent, *names}


def test_a_fetch_that_was_under_way_when_the_process_died_is_begun_again(
    start_process: Callable[..., DeskProcess], s3: str, credentials: str, tmp_path: Path, request: Any
) -> None:
    store = Hostile(wait)
    request.addfinalizer(store.close)
    process = start_process("--s3-endpoint", f"http://127.0.0.1:{store.port}", "--s3-credentials", credentials)
    client = client_of(process.url)
    name = fetched(client, f"s3://{BUCKET}/optin.png")
    until(lambda: len(store.requests), lambda count: count == 1)
    until(lambda: _attempts(tmp_path, name), lambda attempts: attempts == [1])
    process.stop(signal.SIGKILL)
    with running_desk(tmp_path, **QUICK, s3_endpoint=s3, s3_credentials=credentials) as desk:
        client = desk.client()
        uploaded(client, name)  # at once: nobody is waited for who is no longer out
        assert rows(tmp_path, BODY_OF, name) == [(PICTURE,)]
        until(lambda: rows(tmp_path, "SELECT count(*) FROM due_work"), lambda count: count == [(0,)])


def test_a_stop_does_not_wait_for_a_store_that_never_answers(
    start_process: Callable[..., DeskProcess], credentials: str, request: Any
) -> None:
    store = Hostile(wait)
    request.addfinalizer(store.close)
    process = start_process("--s3-endpoint", f"http://127.0.0.1:{store.port}", "--s3-credentials", credentials)
    fetched(client_of(process.url), f"s3://{BUCKET}/optin.png")
    until(lambda: len(store.requests), lambda count: count == 1)
    assert process.stop() == 0  # which waits for less time than a fetch may take


def _attempts(folder: Path, name: str) -> list[int]:
    return [attempts for (attempts,) in rows(folder, "SELECT attempts FROM due_work WHERE subject = ?", name)]


def test_a_fetch_that_takes_long_is_not_begun_a_second_time(
    start_desk: Callable[..., RunningDesk], credentials: str, tmp_path: Path, request: Any
) -> None:
    go_on = threading.Event()

    def script(connection: Any) -> None:
        go_on.wait(10)
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PICTURE), PICTURE))(connection)

    store = Hostile(script)
    request.addfinalizer(store.close)
    desk = start_desk(**QUICK, s3_endpoint=f"http://127.0.0.1:{store.port}", s3_credentials=credentials)
    client = desk.client()
    name = fetched(client, f"s3://{BUCKET}/optin.png")
    until(lambda: len(store.requests), lambda count: count == 1)
    for attempts in (1, 2):
        until(lambda: _attempts(tmp_path, name), lambda seen, attempts=attempts: seen == [attempts])  # type: ignore[misc]
        desk.clock.ahead += FETCH_LOST_SECONDS + 1
    go_on.set()
    uploaded(client, name)
    assert len(store.requests) == 1
    assert rows(tmp_path, BODY_OF, name) == [(PICTURE,)]
