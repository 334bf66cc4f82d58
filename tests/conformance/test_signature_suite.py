"""AWS's Signature Version 4 suite, as botocore keeps it, on the side that verifies."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

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
    """One case: the parts of the request as it was sent, and the canonical request that its signer made of it."""

    method: str
    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    canonical: bytes

    @property
    def authorization(self) -> bytes:
        return dict(self.headers)[b"authorization"]

    def with_headers(self, *headers: tuple[bytes, bytes]) -> Vector:
        return self._replace(headers=list(headers))

    def verified(self) -> Caller:
        """Who signed it, on the suite's day and with the suite's key as the only key."""
        request = Request(self.method, self.path, self.query, self.headers, self.body)
        keys = {KEY_ID: AccessKey(ACCOUNT, SECRET, None)}
        return Verifier(keys.get, lambda: SUITE_TIME, 900.0).verify(request, SERVICE)


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
    canonical = file.with_suffix(".creq").read_bytes().replace(b"\r", b"")
    return Vector(method.decode(), path, query, headers, body, canonical)


def test_no_case_is_left_out(botocore_tests: Path) -> None:
    suite = botocore_tests / "auth" / "aws4_testsuite"
    kept = [file.parent.relative_to(suite).as_posix() for file in suite.rglob("*.req")]
    assert sorted(kept) == sorted((*ACCEPTED, *REFUSED))
    assert len(kept) == 34


@pytest.mark.parametrize("name", [*ACCEPTED, *(name for name, refusal in REFUSED.items() if refusal.computed)])
def test_the_canonical_request_is_the_suites(botocore_tests: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = vector(botocore_tests, name)
    real, ours = signature.canonical_request, []

    def seen(*arguments: Any) -> bytes:
        ours.append(real(*arguments))
        return ours[-1]

    monkeypatch.setattr(signature, "canonical_request", seen)
    with contextlib.nullcontext() if name in ACCEPTED else pytest.raises(REFUSED[name].error):
        case.verified()
    assert ours == [case.canonical]


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted(botocore_tests: Path, name: str) -> None:
    assert vector(botocore_tests, name).verified() == Caller(ACCOUNT, "us-east-1", KEY_ID, None)


@pytest.mark.parametrize("name", ACCEPTED)
def test_blanks_around_signed_values_do_not_count(botocore_tests: Path, name: str) -> None:
    case = vector(botocore_tests, name)
    *signed, authorization = case.headers
    assert case.with_headers(*((key, b" \t" + value + b" \t") for key, value in signed), authorization).verified()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_because_we_are_stricter(botocore_tests: Path, name: str) -> None:
    case, refusal = vector(botocore_tests, name), REFUSED[name]
    with pytest.raises(refusal.error):
        case.verified()
    if not refusal.computed:
        # The token is all that stands in the way: without it, what was signed is accepted.
        tokenless = [pair for pair in case.headers if pair[0] != b"x-amz-security-token"]
        assert case.with_headers(*tokenless).verified().key_id == KEY_ID


@pytest.mark.parametrize("name", ACCEPTED)
def test_any_digit_of_the_signature_counts(botocore_tests: Path, name: str) -> None:
    case = vector(botocore_tests, name)
    others = [pair for pair in case.headers if pair[0] != b"authorization"]
    before, digits = case.authorization[:-64], case.authorization[-64:]
    for position, digit in enumerate(digits):
        changed = digits[:position] + (b"0" if digit != ord("0") else b"f") + digits[position + 1 :]
        with pytest.raises(InvalidSignatureException, match="does not match"):
            case.with_headers(*others, (b"authorization", before + changed)).verified()


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_method_the_target_and_the_body_count(botocore_tests: Path, name: str) -> None:
    case = vector(botocore_tests, name)
    for changed in (
        case._replace(method="PUT"),
        case._replace(path=case.path.rstrip(b"/.") + b"/x"),
        case._replace(query=case.query + b"&x="),
        case._replace(body=case.body + b" "),
    ):
        with pytest.raises(InvalidSignatureException, match="does not match"):
            changed.verified()


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_signed_header_counts(botocore_tests: Path, name: str) -> None:
    case = vector(botocore_tests, name)
    signed = case.authorization.partition(b"SignedHeaders=")[2].partition(b",")[0].split(b";")
    assert sorted({header for header, _ in case.headers} - {b"authorization"}) == signed
    for index, (header, value) in enumerate(case.headers):
        if header == b"authorization":
            continue
        changed = b"20150830T123601Z" if header == b"x-amz-date" else value + b"x"
        others = [*case.headers[:index], *case.headers[index + 1 :]]
        with pytest.raises(InvalidSignatureException, match="does not match"):
            case.with_headers(*case.headers[:index], (header, changed), *case.headers[index + 1 :]).verified()
        with pytest.raises(ServiceError):
            case.with_headers(*others).verified()


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
    target = "/?" + case.query.decode() if case.query else "/"
    call = AWSRequest("POST", f"{door.desk.url}{target}", data=b"{}")
    call.headers["Host"] = f"127.0.0.1:{door.desk.port}"
    call.headers["Content-Type"] = "application/x-amz-json-1.0"
    call.headers["X-Amz-Target"] = "PinpointSMSVoiceV2.DescribeAccountLimits"
    for name, value in case.headers:
        if name.startswith(b"my-"):
            call.headers[name.decode()] = value.decode()
    SigV4Auth(door.credentials, "sms-voice", REGION).add_auth(call)
    return call


def answer_to(door: Door, call: AWSRequest, fold: bool = False, end: str = "") -> tuple[int, dict[str, Any]]:
    """Send `call` byte by byte as it is, and read status and body.

    `fold` breaks lines where the suite's own values have blanks; `end` comes behind every value.
    """
    lines = [f"POST {call.url.removeprefix(door.desk.url)} HTTP/1.1"]
    for name, value in call.headers.items():
        folded = fold and name.startswith("my-")
        lines.append(f"{name}:{value.replace('   ', chr(13) + chr(10) + '   ') if folded else value}{end}")
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


@pytest.mark.parametrize("name", ["get-vanilla", "get-header-key-duplicate"])
def test_blanks_behind_header_values_are_no_part_of_them(botocore_tests: Path, door: Door, name: str) -> None:
    status, body = answer_to(door, call_with(door, vector(botocore_tests, name)), end=" \t")  # RFC 9112, 5.1
    assert (status, "AccountLimits" in body) == (200, True), body


@pytest.mark.parametrize("name", UNREADABLE)
def test_its_form_is_refused_at_the_door(botocore_tests: Path, door: Door, name: str) -> None:
    status, body = answer_to(door, call_with(door, vector(botocore_tests, name)), fold=True)
    assert (status, body["__type"]) == (400, "SerializationException")
