"""Every answer, of whatever status, has a Date and a request id of its own, and errors have the form that SDKs read."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from senderdesk.operations import Served
from tests.conftest import RunningDesk
from tests.journeys.asking import BareAnswer, Line, signed_headers

REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signed(operation: str, **more: str) -> dict[str, str]:
    return {**signed_headers(operation), **more}


def unsigned(operation: str) -> dict[str, str]:
    return {name: value for name, value in signed_headers(operation).items() if name != "Authorization"}


CREATE = b'{"RegistrationType": "US_TOLL_FREE_REGISTRATION"}'
LONG = b'{"RegistrationType": "' + b"x" * (1024 * 1024) + b'"}'
# method, path, headers, body; the status, and the error if it is one
ASKED: dict[str, tuple[tuple[Any, ...], int, str | None]] = {
    "created": (("POST", "/", signed("CreateRegistration"), CREATE), 200, None),
    "read": (("POST", "/", signed("DescribeRegistrations"), b"{}"), 200, None),
    "health": (("GET", "/health"), 200, None),
    "health-head": (("HEAD", "/health"), 200, None),
    "metrics": (("GET", "/metrics"), 200, None),
    "no-target": (("POST", "/", {}, b"{}"), 400, "ValidationException"),
    "no-such-operation": (("POST", "/", signed("NoSuchOperation"), b"{}"), 400, "ValidationException"),
    "not-served": (("POST", "/", signed("DescribeSpendLimits"), b"{}"), 400, "ValidationException"),
    "not-json": (("POST", "/", signed("CreateRegistration"), b"{"), 400, "SerializationException"),
    "wrong-type": (("POST", "/", signed("CreateRegistration"), b'{"Tags": 7}'), 400, "SerializationException"),
    "not-awsjson": (
        ("POST", "/", signed("CreateRegistration", **{"Content-Type": "text/plain"}), CREATE),
        400, "SerializationException",
    ),
    "invalid": (("POST", "/", signed("CreateRegistration"), b"{}"), 400, "ValidationException"),
    "unsigned-write": (("POST", "/", unsigned("TagResource"), CREATE), 400, "MissingAuthenticationTokenException"),
    "unsigned-read": (("POST", "/", unsigned("DescribePools"), b"{}"), 400, "MissingAuthenticationTokenException"),
    "half-signed": (
        ("POST", "/", signed("DescribePools", Authorization="AWS4-HMAC-SHA256 Credential=a/b"), b"{}"),
        400, "IncompleteSignatureException",
    ),
    "no-such-page": (("GET", "/no/such/page"), 404, "ValidationException"),
    "post-elsewhere": (("POST", "/elsewhere", signed("CreateRegistration"), CREATE), 404, "ValidationException"),
    "get": (("GET", "/"), 405, "ValidationException"),
    "put": (("PUT", "/", signed("CreateRegistration"), CREATE), 405, "ValidationException"),
    "delete": (("DELETE", "/"), 405, "ValidationException"),
    "post-to-health": (("POST", "/health", {}, b"{}"), 405, "ValidationException"),
    "too-long": (("POST", "/", signed("CreateRegistration"), LONG), 413, "RequestEntityTooLargeException"),
}  # fmt: skip


def assert_dated_and_numbered(answer: BareAnswer) -> None:
    assert abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()) < 30
    assert REQUEST_ID.fullmatch(answer.headers["x-amzn-requestid"])


@pytest.mark.parametrize(("asked", "status", "error"), ASKED.values(), ids=ASKED.keys())
def test_every_answer_is_dated_and_numbered(
    shared_desk: RunningDesk, asked: tuple[Any, ...], status: int, error: str | None
) -> None:
    line = Line(shared_desk.url)
    answers = [line.ask(*asked)]
    if status != 413:  # the connection is of no more use there: the body was not read
        answers.append(line.ask(*asked))
    line.close()
    for answer in answers:
        assert_dated_and_numbered(answer)
        assert answer.status == status
        if error:
            assert answer.headers["content-type"] == "application/x-amz-json-1.0"
            assert answer.json["__type"] == error
            assert answer.json["Message"]
    if status == 405:
        assert answers[0].headers["allow"] == ("GET, HEAD" if asked[1] == "/health" else "POST")
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == len(answers)


def read_all(raw: socket.socket) -> bytes:
    answer = b""
    while part := raw.recv(65536):
        answer += part
    return answer


def taken_apart(answer: bytes) -> BareAnswer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return BareAnswer(int(status.split()[1]), headers, body)


@pytest.mark.parametrize(
    "sent",
    [
        b"this is not HTTP\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST * HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["not-http", "no-host", "two-hosts", "two-lengths", "star"],
)
def test_what_is_not_http_is_answered_and_cut_off(shared_desk: RunningDesk, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shared_desk.port), timeout=10) as raw:
        raw.sendall(sent)
        answer = taken_apart(read_all(raw))
    assert_dated_and_numbered(answer)
    assert (answer.status, answer.headers["connection"]) == (400, "close")
    assert answer.json["__type"] == "SerializationException"
    assert len(answer.body) == int(answer.headers["content-length"])


def test_a_body_too_long_is_refused_before_it_comes(shared_desk: RunningDesk) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in signed("CreateRegistration").items())
    with socket.create_connection(("127.0.0.1", shared_desk.port), timeout=10) as raw:
        raw.sendall(f"POST / HTTP/1.1\r\nHost: a\r\n{head}Content-Length: {1024 * 1024 + 1}\r\n\r\n".encode())
        answer = taken_apart(raw.recv(65536))
    assert_dated_and_numbered(answer)
    assert (answer.status, answer.json["__type"]) == (413, "RequestEntityTooLargeException")


def soon_admitted(url: str) -> bool:
    """The desk learns of a closed connection a moment after it was closed."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        line = Line(url)
        status = line.ask("GET", "/health").status
        line.close()
        if status == 200:
            return True
        time.sleep(0.02)
    return False


def test_one_connection_too_many(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(max_connections=2)
    lines = [Line(desk.url) for _ in range(2)]
    assert [line.ask("GET", "/health").status for line in lines] == [200, 200]
    with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as raw:
        answer = taken_apart(read_all(raw))
    assert_dated_and_numbered(answer)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.json["__type"] == "ServiceUnavailableException"
    assert [line.ask("GET", "/health").status for line in lines] == [200, 200]
    lines.pop().close()
    assert soon_admitted(desk.url)


def test_our_own_faults_are_dated_and_numbered_too(desk: RunningDesk) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    for operation in ("CreateRegistration", "DescribeRegistrations"):
        desk.service.served[operation] = Served(fail, desk.service.served[operation].members)
    desk.service.served["GetCallerIdentity"] = Served(fail, frozenset())
    line = Line(desk.url)
    identity = ("POST", "/", {**signed("x"), **FORM}, b"Action=GetCallerIdentity&Version=2011-06-15")
    for asked in (ASKED["created"][0], ASKED["read"][0], identity):
        answer = line.ask(*asked)
        assert_dated_and_numbered(answer)
        assert answer.status == 500
        assert answer.headers["x-amzn-requestid"].encode() in answer.body
        assert b"InternalServerException" in answer.body
    line.close()
