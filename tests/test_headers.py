"""Targets, content types, encodings, methods, paths, queries: one way in at the door, and a clear no for the rest."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ACCOUNT, DeskProcess, RunningDesk, running_desk
from tests.rawhttp import CONTENT_TYPE, CREATE, PREFIX, Key, RawClient, Request, assert_refusal, wire_to

SERIALIZATION, VALIDATION = "SerializationException", "ValidationException"
INCOMPLETE, MISSING = "IncompleteSignatureException", "MissingAuthenticationTokenException"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("headers"), auth="verify") as desk:
        yield desk


@pytest.fixture(scope="module")
def client(desk: RunningDesk) -> RawClient:
    return RawClient(desk)


def targeted(*targets: str) -> Request:
    """A request with these X-Amz-Target headers."""
    request = Request().drop("X-Amz-Target")
    for target in targets:
        request.add("X-Amz-Target", target)
    return request


@pytest.mark.parametrize(
    "targets",
    [
        (),
        ("",),
        ("CreateRegistration",),
        ("DynamoDB_20120810.CreateRegistration",),
        ("PinpointSMSVoiceV2.NoSuchOperation",),
        ("PinpointSMSVoiceV2.",),
        ("pinpointsmsvoicev2.CreateRegistration",),
        ("PinpointSMSVoiceV2.createregistration",),
        ("x.PinpointSMSVoiceV2.CreateRegistration",),
        ("PinpointSMSVoiceV2.CreateRegistration.CreateRegistration",),
        ("PinpointSMSVoiceV2.CreateRegistration\tx",),
        ("PinpointSMSVoiceV2.CreateRegistration, x",),
        ("PinpointSMSVoiceV2.Create\xffRegistration",),
        ("PinpointSMSVoiceV2." + "A" * 10_000,),
        (PREFIX + "CreateRegistration", PREFIX + "CreateRegistration"),
        (PREFIX + "CreateRegistration", PREFIX + "DescribeRegistrations"),
        (PREFIX + "CreateRegistrationAttachment", PREFIX + "CreateRegistration"),
    ],
    ids=lambda targets: "+".join(targets)[:60].encode("ascii", "backslashreplace").decode() or str(len(targets)),
)
def test_one_known_target_or_nothing(client: RawClient, targets: tuple[str, ...]) -> None:
    answer = client.refused(client.sign(targeted(*targets)), VALIDATION)
    assert answer.json["Reason"] == "UNKNOWN_OPERATION"
    assert len(answer.body) < 500


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/x-amz-json-1.1",
        "application/x-amz-json-1",
        "application/x-amz-json-1.0, text/html",
        "text/html, application/x-amz-json-1.0",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/cbor",
        "a" * 10_000,
        "\xff",
        ";",
        "",
    ],
    ids=lambda value: value[:40].encode("ascii", "backslashreplace").decode() or "empty",
)
def test_another_content_type_is_refused(client: RawClient, content_type: str) -> None:
    answer = client.refused(client.sign(Request().swap("Content-Type", content_type)), SERIALIZATION)
    assert len(answer.body) < 500


def test_no_content_type_is_refused(client: RawClient) -> None:
    client.refused(client.sign(Request().drop("Content-Type")), SERIALIZATION)


def test_two_content_types_are_refused(client: RawClient) -> None:
    twice = Request().add("Content-Type", CONTENT_TYPE)
    client.refused(client.sign(twice), SERIALIZATION, "InvalidSignatureException")


@pytest.mark.parametrize(
    "content_type",
    ["; charset=utf-8", ";charset=UTF-8", " ; charset=utf-8", "; x=y"],
)
def test_parameters_of_the_content_type_do_not_matter(client: RawClient, content_type: str) -> None:
    for media_type in (CONTENT_TYPE, CONTENT_TYPE.upper()):
        client.accepted(client.sign(Request().swap("Content-Type", media_type + content_type)))


def test_a_form_is_for_sts_and_creates_nothing(client: RawClient) -> None:
    before = client.registrations()
    form = "application/x-www-form-urlencoded"
    answer = client.ask(client.sign(Request().swap("Content-Type", form)))
    assert (answer.status, answer.header("content-type")) == (400, "text/xml")
    assert b"UNKNOWN_OPERATION" in answer.body
    assert client.registrations() == before


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(CREATE)),
        ("gzip", gzip.compress(b" " * 10_000_000)),
        ("GZIP", gzip.compress(CREATE)),
        ("x-gzip", gzip.compress(CREATE)),
        ("gzip, gzip", gzip.compress(gzip.compress(CREATE))),
        ("identity, gzip", gzip.compress(CREATE)),
        ("gzip", CREATE),
        ("deflate", CREATE),
        ("br", CREATE),
        ("aws-chunked", CREATE),
        ("\xff" * 5000, CREATE),
    ],
    ids=["gzip", "bomb", "upper case", "x-gzip", "twice", "list", "not gzip", "deflate", "br", "aws-chunked", "long"],
)
def test_content_encoding_is_refused_unread(client: RawClient, encoding: str, body: bytes) -> None:
    answer = client.refused(client.sign(Request(body).add("Content-Encoding", encoding)), SERIALIZATION)
    assert "Content-Encoding" in answer.json["Message"]


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_identity_is_no_encoding(client: RawClient, encoding: str) -> None:
    client.accepted(client.sign(Request().add("Content-Encoding", encoding)))


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_405(client: RawClient, method: str) -> None:
    request = Request().add("X-Secret", "do-not-echo")
    request.method = method
    answer = client.refused(client.sign(request), VALIDATION, status=405)
    assert answer.header("allow") == "POST"
    assert b"do-not-echo" not in answer.body


def test_head_is_405_without_a_body(client: RawClient) -> None:
    before = client.registrations()
    request = Request()
    request.method = "HEAD"
    with wire_to(client.desk.port) as wire:
        wire.send(client.sign(request).bytes())
        answer = wire.answer(head_only=True)
        assert (answer.status, answer.header("allow")) == (405, "POST")
        assert answer.header("date")
        assert answer.header("x-amzn-requestid")
        client.assert_serving(wire, answer)
    assert client.registrations() == before


@pytest.mark.parametrize("method", ["get", "PO ST", "POST\t", "GETX", "\xff", ""])
def test_what_is_no_method_is_refused(client: RawClient, method: str) -> None:
    request = client.signed()
    request.method = method
    client.refused(request, SERIALIZATION)


PATHS = (
    "//", "/./", "/../", "/%2e", "/%2E%2E", "/%2F", "/a", "/a/..", "/index.html", "/health/", "/Health", "/metrics/x",
    "/%00", "/%", "/%zz", "/;", "/PinpointSMSVoiceV2.CreateRegistration", "/health%2f..%2f", "/" + "a" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_another_path_is_404(client: RawClient, method: str, path: str) -> None:
    request = Request(target=path)
    request.method = method
    client.refused(client.sign(request), VALIDATION, status=404)


@pytest.mark.parametrize("path", ["/health", "/metrics", "/%68ealth"])
def test_the_pages_take_no_requests_to_the_api(client: RawClient, path: str) -> None:
    client.refused(client.sign(Request(target=path)), VALIDATION, status=405)


@pytest.mark.parametrize(
    "target", ["*", "desk.test:80", "a", "?a", "ftp://desk.test/", "/\xe9", "/ /", "\\", "http:///"]
)
def test_what_is_no_target_is_refused(client: RawClient, target: str) -> None:
    with wire_to(client.desk.port) as wire:
        answer = wire.ask(client.sign(Request(target=target)))
        assert_refusal(answer, SERIALIZATION, VALIDATION)
        client.assert_serving(wire, answer)


def test_a_target_in_absolute_form_is_served(client: RawClient) -> None:
    request = client.signed()
    request.target = "http://desk.test/"
    client.accepted(request)


QUERY = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F20310301%2Fus-east-1%2Fsms-voice%2Faws4_request"
    "&X-Amz-Date=20310301T120000Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=" + "0" * 64
)


@pytest.mark.parametrize("expires", ["300", "604801", "-1", "abc", ""])
def test_a_signature_in_the_query_is_refused_alone_and_beside_a_true_one(client: RawClient, expires: str) -> None:
    query = QUERY.format(key=client.key.id, expires=expires)
    alone = Request(target=f"/?{query}")
    client.refused(alone, INCOMPLETE, MISSING)
    beside = client.sign(Request(target=f"/?{query}"), query="&".join(sorted(query.split("&"))))
    client.refused(beside, INCOMPLETE)
    client.refused(Request(target=f"/?{query.replace('-', '%2D')}"), INCOMPLETE, MISSING)


def test_what_a_stranger_sends_stays_out_of_the_log(start_process: Callable[..., DeskProcess]) -> None:
    process, key, forwarded = start_process(), Key(ACCOUNT, "any"), "203.0.113.77"
    port = int(process.url.rpartition(":")[2])
    hostile = '\xe2\x80\xa8\xc2\x85 {"forged":1} ' + "A" * 30_000
    asked = Request().add("User-Agent", hostile).add("X-Forwarded-For", forwarded).add("Forwarded", f"for={forwarded}")
    asked.add("X-Forwarded-Host", "forged.test").add("X-Forwarded-Proto", "https").add("X-Real-Ip", forwarded)
    for data in (
        asked.sign(key).bytes(),
        Request().swap("X-Amz-Target", f"PinpointSMSVoiceV2.{hostile[:50]}").sign(key).bytes(),
        b"GET /%0d%0aforged%1b[31m HTTP/1.1\r\nHost: forged\r\n\r\n",
        b"GET /forged\x1b[31m HTTP/1.1\r\nHost: forged\r\n\r\n",
        b"forged\r\n\r\n",
        b"GET /forged HTTP/1.1\r\nHost: forged\r\nConnection: Upgrade\r\nUpgrade: forged\r\n\r\n",
    ):
        with wire_to(port) as wire:
            wire.ask(data)
    process.stop()
    log = process.log.read_bytes()
    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 400, 404]
    assert not [mark for mark in (b"forged", b"\x1b", forwarded.encode(), "\u2028".encode()) if mark in log]
