"""HTTP/1.1 at the door, byte by byte: framing, hosts, caps, pipelines and what a log line says of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import TOLL_FREE, RunningDesk, running_desk
from tests.rawhttp import CREATE, Ended, RawClient, Request, Wire, assert_refusal, wire_to

SERIALIZATION, TOO_LARGE = "SerializationException", "RequestEntityTooLargeException"
CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(CREATE), CREATE)
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("connection"), auth="verify") as desk:
        yield desk


@pytest.fixture(scope="module")
def client(desk: RunningDesk) -> RawClient:
    return RawClient(desk)


def framed(framing: str, body: bytes = CREATE) -> Callable[[RawClient], bytes]:
    """A correctly signed request, framed like this."""
    return lambda client: client.signed().head(framing) + body


def altered(old: str, new: str) -> Callable[[RawClient], bytes]:
    """A correctly signed request with other bytes in its head."""

    def bend(client: RawClient) -> bytes:
        head = client.signed().head()
        assert old.encode() in head
        return head.replace(old.encode(), new.encode("latin-1"), 1) + CREATE

    return bend


SIZE = len(CREATE)
NOT_HTTP: dict[str, Callable[[RawClient], bytes]] = {
    "length and chunks": framed(f"Content-Length: {SIZE}\r\n{CHUNKED}", CHUNKS),
    "chunks and length": framed(f"{CHUNKED}\r\nContent-Length: {SIZE}", CHUNKS),
    "length nought and chunks": framed(f"Content-Length: 0\r\n{CHUNKED}", CHUNKS),
    "two lengths": framed(f"Content-Length: {SIZE}\r\nContent-Length: {SIZE + 1}", CREATE + b"x"),
    "two equal lengths": framed(f"Content-Length: {SIZE}\r\nContent-Length: {SIZE}"),
    "list of lengths": framed(f"Content-Length: {SIZE}, {SIZE}"),
    "negative length": framed("Content-Length: -1"),
    "length with a plus": framed(f"Content-Length: +{SIZE}"),
    "hexadecimal length": framed(f"Content-Length: {SIZE:#x}"),
    "length in two parts": framed("Content-Length: 4 8"),
    "length of 5,000 digits": framed("Content-Length: " + "9" * 5000),
    "length of 2^64": framed(f"Content-Length: {2**64 + SIZE}"),
    "empty length": framed("Content-Length: "),
    "unknown coding": framed("Transfer-Encoding: xchunked", CHUNKS),
    "chunked and another": framed("Transfer-Encoding: chunked, identity", CHUNKS),
    "chunked twice": framed(f"{CHUNKED}\r\n{CHUNKED}", CHUNKS),
    "identity": framed("Transfer-Encoding: identity"),
    "vertical tab before chunked": framed("Transfer-Encoding: \x0bchunked", CHUNKS),
    "space before the colon of the coding": framed(f"Transfer-Encoding : chunked\r\nContent-Length: {SIZE}", CHUNKS),
    **{
        f"chunk size {size!r}": framed(CHUNKED, size.encode() + b"\r\n" + CREATE + b"\r\n0\r\n\r\n")
        for size in (f"{SIZE:#x}", f"+{SIZE:x}", f"-{SIZE:x}", f"{SIZE:x} ", f"{SIZE:x}\t", f"{SIZE:x}g", "g", "")
    },
    "chunk size of 17 digits": framed(CHUNKED, b"F" * 17 + b"\r\n" + CREATE),
    "chunk larger than said": framed(CHUNKED, b"2\r\n" + CREATE + b"\r\n0\r\n\r\n"),
    "chunk without an end": framed(CHUNKED, CHUNKS.replace(b"}\r\n0", b"}0")),
    "chunk size with a bare LF": framed(CHUNKED, CHUNKS.replace(b"\r\n", b"\n")),
    "folded header": altered("Content-Type: ", "Content-Type:\r\n "),
    "folded host": altered("Host: desk.test\r\n", "Host: desk.test\r\n\tevil\r\n"),
    "leading space": altered("Host:", " Host:"),
    "space before a colon": altered("Host:", "Host :"),
    "no colon": altered("Host:", "X\r\nHost:"),
    "empty name": altered("Host:", ": x\r\nHost:"),
    "space in a name": altered("Host:", "X Y: z\r\nHost:"),
    "name not ASCII": altered("Host:", "X\xe9: z\r\nHost:"),
    "NUL in a value": altered("Host:", "X: a\0b\r\nHost:"),
    "CR in a value": altered("Host:", "X: a\rb\r\nHost:"),
    "bare LF after a value": altered("Host:", "X: a\nHost:"),
    "no host": altered("Host: desk.test\r\n", ""),
    "host twice": altered("Host: desk.test\r\n", "Host: desk.test\r\nHost: desk.test\r\n"),
    "two hosts": altered("Host: desk.test\r\n", "Host: desk.test\r\nhost: evil.test\r\n"),
    **{
        f"host {host!r}": altered("desk.test", host)
        for host in ("", " ", "a b", "a,b", "user@a", "a/b", "a?b", "a#b", "a\\b", "a:x", "a:999999", "[::1", "\xe9")
    },
    "version 0.9": altered("HTTP/1.1", "HTTP/0.9"),
    "version 2.0": altered("HTTP/1.1", "HTTP/2.0"),
    "version 1.2": altered("HTTP/1.1", "HTTP/1.2"),
    "version in lower case": altered("HTTP/1.1", "http/1.1"),
    "no version": altered(" HTTP/1.1", ""),
    "preface of HTTP/2": lambda client: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": lambda client: bytes.fromhex("1603010200010001fc0303") + b"\0" * 64,
    "noise": lambda client: b"\xff\xfe\xfd\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("bend", NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_not_http_is_refused_and_cut_off(client: RawClient, bend: Callable[[RawClient], bytes]) -> None:
    before = client.registrations()
    with wire_to(client.desk.port) as wire:
        answer = wire.ask(bend(client))
        assert_refusal(answer, SERIALIZATION)
        assert answer.header("connection") == "close"
        assert wire.has_ended()
    client.accepted(client.signed(b"{}", "DescribeAccountLimits"))
    assert client.registrations() == before


@pytest.mark.parametrize(
    "bend",
    [
        framed(CHUNKED, CHUNKS),
        framed(CHUNKED, b"".join(b"1;x=y\r\n%c\r\n" % byte for byte in CREATE) + b"000\r\n\r\n"),
        framed("transfer-ENCODING:chunked", CHUNKS),
        altered("POST", "\r\n\r\nPOST"),
        altered("Host: ", "hOST:"),
        altered("Host: desk.test\r\n", "Accept: */*\r\nHost:   desk.test  \r\n"),
    ],
    ids=["chunks", "chunks of one byte", "letters of either case", "empty lines in front", "no space", "more spaces"],
)
def test_other_ways_to_say_the_same_are_taken(client: RawClient, bend: Callable[[RawClient], bytes]) -> None:
    assert client.accepted(bend(client))["RegistrationType"] == TOLL_FREE


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:4100", "[::1]:4100", "sms-voice.us-east-1.amazonaws.com", "a_b"]
)
def test_hosts_that_are(client: RawClient, host: str) -> None:
    client.accepted(client.sign(Request().swap("Host", host)))


def test_trailers_are_no_headers(client: RawClient) -> None:
    request = client.signed()
    trailer = request.header("Authorization")
    request.drop("Authorization")
    late = request.head(CHUNKED) + CHUNKS[:-2] + f"Authorization: {trailer}\r\n\r\n".encode()
    client.refused(late, "MissingAuthenticationTokenException")


@pytest.mark.parametrize("length", [MIB + 1, 2 * MIB, 10**18], ids=["cap + 1", "2 MiB", "an exabyte"])
@pytest.mark.parametrize("expect", [False, True], ids=["sending", "expecting 100"])
def test_a_body_over_the_cap_is_refused_before_it_is_sent(client: RawClient, length: int, expect: bool) -> None:
    request = client.signed()
    if expect:
        request.add("Expect", "100-continue")
    with wire_to(client.desk.port) as wire:
        assert_refusal(wire.ask(request.head(f"Content-Length: {length}")), TOO_LARGE, status=413)


def test_a_client_that_sends_its_refused_body_all_the_same_may_go_on(client: RawClient) -> None:
    with wire_to(client.desk.port) as wire:
        answer = wire.ask(client.signed().head(f"Content-Length: {2 * MIB}"))
        assert_refusal(answer, TOO_LARGE, status=413)
        if answer.header("connection") != "close":
            wire.send(b" " * 2 * MIB)
        client.assert_serving(wire, answer)


def test_a_chunked_body_over_the_cap_is_refused(client: RawClient) -> None:
    before = client.registrations()
    with wire_to(client.desk.port) as wire:
        wire.send(client.signed().head(CHUNKED))
        for _ in range(16):
            wire.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
        wire.send(b"1\r\n \r\n")
        assert_refusal(wire.answer(), TOO_LARGE, status=413)
    assert client.registrations() == before


@pytest.mark.parametrize(
    ("operation", "cap"), [("CreateRegistration", MIB), ("CreateRegistrationAttachment", 9_500_000)]
)
def test_a_body_of_the_cap_passes_and_one_byte_more_does_not(client: RawClient, operation: str, cap: int) -> None:
    body = CREATE if operation == "CreateRegistration" else b'{"AttachmentBody":"%s"}' % (b"QUJD" * (6_990_507 // 3))
    whole = client.ask(client.signed(body.ljust(cap), operation))
    # The body was read whole, and what is in it was looked at: base64 says more than a document may have.
    assert whole.status == 200 or whole.json["Reason"] == "MAXIMUM_SIZE_EXCEEDED", whole
    client.refused(client.signed(body.ljust(cap + 1), operation), TOO_LARGE, status=413)


TYPES = (TOLL_FREE, "US_TEN_DLC_BRAND_REGISTRATION", "US_TEN_DLC_CAMPAIGN_REGISTRATION", "US_TEN_DLC_BRAND_VETTING")
HEALTH = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"


def about(client: RawClient, operation: str, registration_type: str) -> bytes:
    """A request whose answer names its registration type, so that answers can be told apart."""
    body = json.dumps({"RegistrationType": registration_type}).encode()
    return client.signed(body, operation).bytes()


def answers_until_the_end(wire: Wire) -> list[Any]:
    """What each answer says: its registration type, the state of health, or the error's name."""
    said = []
    wire.socket.settimeout(5)
    try:
        while True:
            answer = wire.answer().json
            said.append(answer.get("__type") or answer.get("RegistrationType") or answer.get("status"))
    except Ended:
        return said


def test_pipelined_requests_are_answered_in_their_order(client: RawClient) -> None:
    asked = [
        (operation, name)
        for name in TYPES * 5
        for operation in ("CreateRegistration", "DescribeRegistrationSectionDefinitions")
    ]
    requests = b"".join(about(client, *question) for question in asked)
    last = client.signed(CREATE, "NoSuchOperation").swap("Host", "desk.test").add("Connection", "close").bytes()
    with wire_to(client.desk.port) as wire:
        wire.send(requests + last)
        assert answers_until_the_end(wire) == [name for _, name in asked] + ["ValidationException"]


def test_a_thousand_pipelined_requests_are_all_answered(client: RawClient) -> None:
    request = client.signed(b'{"MaxResults":1}', "DescribeAccountLimits").bytes()
    with wire_to(client.desk.port) as wire, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(wire.send, request * 1000)
        assert [wire.answer().status for _ in range(1000)] == [200] * 1000
        sending.result()


def test_a_page_among_pipelined_requests_keeps_its_place(client: RawClient) -> None:
    create = about(client, "CreateRegistration", TYPES[0])
    for sent, expected in (
        (HEALTH + create + HEALTH, ["ok", TYPES[0], "ok"]),
        (create + HEALTH + create, [TYPES[0], "ok", TYPES[0]]),
        (create + b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", [TYPES[0], "ValidationException"]),
    ):
        with wire_to(client.desk.port) as wire:
            wire.send(sent)
            wire.socket.settimeout(2)
            for one in expected:
                try:
                    answer = wire.answer().json
                except Ended:
                    break  # cut off rather than answered out of order
                assert one in (answer.get("__type"), answer.get("RegistrationType"), answer.get("status")), answer


@pytest.mark.parametrize(
    "behind",
    [b"garbage\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"],
    ids=["garbage", "no host", "over the cap"],
)
def test_a_refusal_never_overtakes_the_answer_before_it(client: RawClient, behind: bytes) -> None:
    before = client.registrations()
    with wire_to(client.desk.port) as wire:
        wire.send(about(client, "CreateRegistration", TYPES[1]) + behind)
        assert wire.answer().json.get("RegistrationType") == TYPES[1]
    assert client.registrations() == before + 1


@pytest.mark.parametrize(("version", "connection"), [("1.1", "close"), ("1.0", "keep-alive"), ("1.0", "close")])
def test_nothing_behind_the_last_request_is_done(client: RawClient, version: str, connection: str) -> None:
    before = client.registrations()
    last = client.signed().add("Connection", connection)
    last.version = f"HTTP/{version}"
    with wire_to(client.desk.port) as wire:
        wire.send(last.bytes() + client.signed().bytes() + HEALTH)
        assert answers_until_the_end(wire) == [TOLL_FREE]
    client.accepted(client.signed())  # its turn comes after whatever is still under way
    assert client.registrations() == before + 2


def test_an_upgrade_is_refused_and_its_body_is_no_request(client: RawClient) -> None:
    before = client.registrations()
    request = client.signed().add("Connection", "Upgrade, HTTP2-Settings").add("Upgrade", "h2c")
    with wire_to(client.desk.port) as wire:
        wire.send(request.bytes() + client.signed().bytes())
        assert_refusal(wire.answer(), SERIALIZATION)
        assert wire.has_ended()
    assert client.registrations() == before


def test_an_answer_that_was_lost_is_given_again(client: RawClient) -> None:
    body = json.dumps({"RegistrationType": TOLL_FREE, "ClientToken": "lost"}).encode()
    before = client.registrations()
    with wire_to(client.desk.port) as wire:
        wire.send(client.signed(body).bytes())
        while client.registrations() == before:
            time.sleep(0.005)
    assert client.accepted(client.signed(body)) == client.accepted(client.signed(body))
    assert client.registrations() == before + 1
