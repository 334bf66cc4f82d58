"""AWS's Signature Version 4 suite, as botocore keeps it, on the side that verifies."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from senderdesk import signature
from senderdesk.access import AccessKey, Caller
from senderdesk.errors import InvalidSignatureException, ServiceError, UnrecognizedClientException
from senderdesk.signature import Verifier
from senderdesk.wire import Request
from tests.conftest import ACCOUNT, REGION, RunningDesk, running_desk

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE_TIME = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
SERVICE = "service"

ACCEPTED = (
    "get-header-key-duplicate",
    "get-header-value-multiline",
    "get-header-value-order",
    "get-header-value-trim",
    "get-unreserved",
    "get-utf8",
    "get-vanilla",
    "get-vanilla-empty-query-key",
    "get-vanilla-query",
    "get-vanilla-query-order-encoded",
    "get-vanilla-query-order-key",
    "get-vanilla-query-order-key-case",
    "get-vanilla-query-order-value",
    "get-vanilla-query-unreserved",
    "get-vanilla-utf8-query",
    "normalize-path/get-relative",
    "normalize-path/get-relative-relative",
    "normalize-path/get-slash",
    "normalize-path/get-slash-dot-slash",
    "normalize-path/get-slash-pointless-dot",
    "normalize-path/get-slashes",
    "normalize-path/get-space",
    "normalize-path/get-special-character",
    "post-header-key-case",
    "post-header-key-sort",
    "post-header-value-case",
    "post-vanilla",
    "post-vanilla-empty-query-value",
    "post-vanilla-query",
    "post-x-www-form-urlencoded",
    "post-x-www-form-urlencoded-parameters",
)


class Refusal(NamedTuple):
    """What we refuse although AWS's suite signs it well, and whether its signature is computed before that."""

    error: type[ServiceError]
    computed: bool
    because: str


REFUSED = {
    "get-vanilla-with-session-token": Refusal(UnrecognizedClientException, True, "no key of ours has a session token"),
    "post-sts-token/post-sts-header-before": Refusal(
        UnrecognizedClientException, True, "no key of ours has a session token"
    ),
    "post-sts-token/post-sts-header-after": Refusal(
        InvalidSignatureException, False, "every x-amz-* header must be signed, the token too"
    ),
}


class Vector(NamedTuple):
    """One case: the request as it was sent, and the canonical request that its signer made of it."""

    request: Request
    canonical: bytes

    @property
    def signed_headers(self) -> list[bytes]:
        listed: bytes = self.request.header(b"authorization").partition(b"SignedHeaders=")[2].partition(b",")[0]
        return listed.split(b";")


def vector(botocore_tests: Path, name: str) -> Vector:
    """Read one case: `.sreq` is the signed request, `.creq` the canonical one, `.authz` the Authorization header."""
    file = botocore_tests / "auth" / "aws4_testsuite" / name / Path(name).name
    head, _, body = file.with_suffix(".sreq").read_bytes().partition(b"\n\n")
    # RFC 9112, 5.2: whoever does not refuse a folded line reads it as spaces.
    first, *lines = head.replace(b"\n ", b"  ").splitlines()
    method, _, rest = first.partition(b" ")
    path, _, query = rest.rpartition(b" ")[0].partition(b"?")
    pairs = [line.partition(b":") for line in lines]
    headers = [(key.lower(), value) for key, _, value in pairs if key.lower() != b"authorization"]
    # The .sreq of get-vanilla-with-session-token has the signature of get-vanilla; the .authz has its own.
    headers.append((b"authorization", file.with_suffix(".authz").read_bytes().strip()))
    request = Request("a request id", method.decode(), path, query, headers, body)
    return Vector(request, file.with_suffix(".creq").read_bytes().replace(b"\r", b""))


def verified(request: Request) -> Caller:
    """Who signed, on the suite's day and with the suite's key as the only key."""
    keys = {KEY_ID: AccessKey(ACCOUNT, SECRET, None)}
    return Verifier(keys.get, lambda: SUITE_TIME, 900.0).verify(request, SERVICE)


def test_no_case_is_left_out(botocore_tests: Path) -> None:
    suite = botocore_tests / "auth" / "aws4_testsuite"
    kept = [file.parent.relative_to(suite).as_posix() for file in suite.rglob("*.req")]
    assert sorted(kept) == sorted((*ACCEPTED, *REFUSED))
    assert len(kept) == 34


@pytest.mark.parametrize("name", [*ACCEPTED, *(name for name, refusal in REFUSED.items() if refusal.computed)])
def test_the_canonical_request_is_the_suites(botocore_tests: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = vector(botocore_tests, name)
    ours = []
    real = signature.canonical_request
    monkeypatch.setattr(
        signature, "canonical_request", lambda *arguments: ours.append(real(*arguments)) or real(*arguments)
    )
    try:
        verified(case.request)
    except ServiceError:
        assert name in REFUSED
    assert ours == [case.canonical]


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted(botocore_tests: Path, name: str) -> None:
    assert verified(vector(botocore_tests, name).request) == Caller(ACCOUNT, "us-east-1", KEY_ID, None)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_because_we_are_stricter(botocore_tests: Path, name: str) -> None:
    case, refusal = vector(botocore_tests, name), REFUSED[name]
    with pytest.raises(refusal.error):
        verified(case.request)
    # The token is all that stands in the way: the same request, its token unsaid and unsigned, is post-vanilla.
    if not refusal.computed:
        case.request.headers = [pair for pair in case.request.headers if pair[0] != b"x-amz-security-token"]
        assert verified(case.request).key_id == KEY_ID


def refused(request: Request, because: str) -> None:
    with pytest.raises(InvalidSignatureException, match=because):
        verified(request)


@pytest.mark.parametrize("name", ACCEPTED)
def test_any_digit_of_the_signature_counts(botocore_tests: Path, name: str) -> None:
    request = vector(botocore_tests, name).request
    *others, (_, authorization) = request.headers
    for position in range(1, 65):
        digit = authorization[-position : len(authorization) - position + 1]
        other = b"0" if digit != b"0" else b"f"
        changed = authorization[:-position] + other + authorization[len(authorization) - position + 1 :]
        assert len(changed) == len(authorization)
        request.headers = [*others, (b"authorization", changed)]
        refused(request, "does not match")


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_method_the_target_and_the_body_count(botocore_tests: Path, name: str) -> None:
    request = vector(botocore_tests, name).request
    for part, changed in {
        "method": "PUT",
        "path": request.path.rstrip(b"/.") + b"/x",
        "query": request.query + b"&x=",
        "body": request.body + b" ",
    }.items():
        kept = getattr(request, part)
        setattr(request, part, changed)
        refused(request, "does not match")
        setattr(request, part, kept)
    assert verified(request).key_id == KEY_ID


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_signed_header_counts(botocore_tests: Path, name: str) -> None:
    case = vector(botocore_tests, name)
    request, original = case.request, list(case.request.headers)
    for index, (header, value) in enumerate(original):
        if header == b"authorization":
            continue
        assert header in case.signed_headers
        changed = b"20150830T123601Z" if header == b"x-amz-date" else value + b"x"
        request.headers = [*original[:index], (header, changed), *original[index + 1 :]]
        refused(request, "does not match")
        request.headers = [*original[:index], *original[index + 1 :]]
        repeated = any(key == header for key, _ in request.headers)
        with pytest.raises(ServiceError, match="does not match" if repeated else "not sent|given once"):
            verified(request)


# Through the door: the forms of the suite's headers and queries, on a call of this service (the suite's own requests
# are for another service, and most are GET), signed by botocore.
THROUGH_THE_DOOR = tuple(name for name in ACCEPTED if "header" in name or "query" in name)
# What the HTTP parser in front of us refuses before anyone asks for a signature.
UNREADABLE = {
    "get-header-value-multiline": "a folded header line, which RFC 9112, 5.2 lets a server refuse",
    "get-vanilla-utf8-query": "bytes beyond ASCII in the target, which RFC 3986 does not allow",
}


class Door(NamedTuple):
    """A desk that verifies, and a key that it knows."""

    desk: RunningDesk
    credentials: Credentials


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with running_desk(tmp_path_factory.mktemp("door"), auth="verify") as desk:
        key = desk.make_key()
        yield Door(desk, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


def call_with(door: Door, case: Vector) -> AWSRequest:
    """DescribeAccountLimits with the case's own headers and query, signed by botocore."""
    target = "/?" + case.request.query.decode() if case.request.query else "/"
    call = AWSRequest("POST", f"{door.desk.url}{target}", data=b"{}")
    call.headers["Host"] = f"127.0.0.1:{door.desk.port}"
    call.headers["Content-Type"] = "application/x-amz-json-1.0"
    call.headers["X-Amz-Target"] = "PinpointSMSVoiceV2.DescribeAccountLimits"
    for name, value in case.request.headers:
        if name.startswith(b"my-"):
            call.headers[name.decode()] = value.decode()
    SigV4Auth(door.credentials, "sms-voice", REGION).add_auth(call)
    return call


def answer_to(door: Door, call: AWSRequest, fold: bool = False) -> tuple[int, dict[str, object]]:
    """Send `call` byte by byte as it is, and read status and body; `fold` breaks lines where values have blanks."""
    lines = [f"POST {call.url.removeprefix(door.desk.url)} HTTP/1.1"]
    for name, value in call.headers.items():
        folded = fold and name.startswith("my-")
        lines.append(f"{name}:{value.replace('   ', chr(13) + chr(10) + '   ') if folded else value}")
    raw = "\r\n".join([*lines, f"Content-Length: {len(call.data)}", "", ""]).encode() + call.data
    with socket.create_connection(("127.0.0.1", door.desk.port), timeout=10) as connection:
        connection.sendall(raw)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


@pytest.mark.parametrize("name", [name for name in THROUGH_THE_DOOR if name not in UNREADABLE])
def test_its_form_passes_the_door(botocore_tests: Path, door: Door, name: str) -> None:
    call = call_with(door, vector(botocore_tests, name))
    status, body = answer_to(door, call)
    assert (status, "AccountLimits" in body) == (200, True), body
    authorization = call.headers["Authorization"]
    call.headers.replace_header("Authorization", authorization[:-1] + ("0" if authorization[-1] != "0" else "f"))
    status, body = answer_to(door, call)
    assert (status, body["__type"]) == (400, "InvalidSignatureException")


@pytest.mark.parametrize("name", UNREADABLE)
def test_its_form_is_refused_at_the_door(botocore_tests: Path, door: Door, name: str) -> None:
    status, body = answer_to(door, call_with(door, vector(botocore_tests, name)), fold=True)
    assert (status, body["__type"]) == (400, "SerializationException")
