"""Clients that dawdle, flood, fall silent or go away: each is let go in time, and the others never notice."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable

import pytest

from tests.conftest import TOLL_FREE, RunningDesk
from tests.rawhttp import CREATE, Ended, RawClient, Request, Wire, wire_to

LIMITS = b'{"MaxResults":5}'
HEALTH = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
# A sweep comes every second, so a deadline of one second is kept within two; the rest is for slow machines.
PATIENCE_SECONDS = 12.0
MIB = 1024 * 1024


@pytest.fixture
def hasty(start_desk: Callable[..., RunningDesk]) -> RunningDesk:
    """A desk that waits one second for a request, and one for the next."""
    return start_desk(auth="verify", receive_deadline=1.0, keep_alive=1.0)


@pytest.fixture
def client(hasty: RunningDesk) -> RawClient:
    return RawClient(hasty)


def healthy(client: RawClient) -> None:
    """Another client, which must be served whatever is going on beside it."""
    assert client.ask(client.signed(LIMITS, "DescribeAccountLimits")).status == 200


def is_open(wire: Wire) -> bool:
    """True while the server has not closed; what it sent is read and kept."""
    try:
        while select.select([wire.socket], [], [], 0)[0]:
            wire.received += (data := wire.socket.recv(65536))
            if not data:
                return False
    except ConnectionError:
        return False
    return True


def wait_until_closed(client: RawClient, wires: dict[str, Wire], drips: dict[str, bytes]) -> list[str]:
    """Let each connection drip on, serve a healthy client meanwhile, and give the names of those never closed."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    still = dict(wires)
    while still and time.monotonic() < give_up:
        still = {name: wire for name, wire in still.items() if is_open(wire)}
        for name, wire in still.items():
            try:
                wire.send(drips.get(name, b""))
            except ConnectionError:
                continue
        healthy(client)
        time.sleep(0.05)
    return sorted(still)


def unfinished(client: RawClient) -> dict[str, tuple[bytes, bytes]]:
    """Requests that never end: what is sent at first, and what drips in after."""
    request = client.signed()
    whole, head = request.bytes(), request.head()
    return {
        "silence": (b"", b""),
        "empty lines": (b"", b"\r\n"),
        "request line": (b"POST / HT", b""),
        "request line that drips": (b"GET /", b"a"),
        "header": (head[:80], b""),
        "header that drips": (head[:-2] + b"X: ", b"x"),
        "headers that drip": (head[:-2], b"X: x\r\n"),
        "no body": (head, b""),
        "half a body": (whole[:-10], b""),
        "body that drips": (request.head("Content-Length: 100000"), b" "),
        "chunks that drip": (request.head(CHUNKED), b"1\r\n \r\n"),
        "chunk size that drips": (request.head(CHUNKED) + b"1;", b"x"),
        "trailers that drip": (request.head(CHUNKED) + b"0\r\n", b"X: x\r\n"),
        "continue and no body": (request.add("Expect", "100-continue").head(), b""),
        "over the cap and no body": (request.head(f"Content-Length: {2 * MIB}"), b""),
        "half a second request": (client.signed(LIMITS, "DescribeAccountLimits").bytes() + whole[:100], b""),
        "half a request to a page": (HEALTH.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), b""),
    }


def test_a_request_that_never_ends_is_cut_off(client: RawClient) -> None:
    sent = unfinished(client)
    wires = {name: Wire(client.desk.port) for name in sent}
    for name, (first, _) in sent.items():
        wires[name].send(first)
    time.sleep(0.5)
    too_soon = [name for name, wire in wires.items() if not is_open(wire)]
    never = wait_until_closed(client, wires, {name: drip for name, (_, drip) in sent.items()})
    for wire in wires.values():
        wire.close()
    assert (too_soon, never) == ([], [])
    assert client.registrations() == 0


def test_an_idle_connection_is_closed_whatever_came_before(client: RawClient) -> None:
    put = client.signed()
    put.method = "PUT"
    sent = {
        "api": (client.signed(LIMITS, "DescribeAccountLimits").bytes(), b""),
        "page": (HEALTH, b""),
        "api and an empty line": (client.signed(LIMITS, "DescribeAccountLimits").bytes(), b"\r\n"),
        "page and an empty line": (HEALTH, b"\r\n"),
        "405 and its late body": (put.head(), CREATE),
        "413 and its late body": (put.head(f"Content-Length: {MIB + 1}").replace(b"PUT", b"POST"), b" " * (MIB + 1)),
    }
    wires = {name: Wire(client.desk.port) for name in sent}
    for name, (first, late) in sent.items():
        assert wires[name].ask(first).status
        wires[name].send(late)
    assert wait_until_closed(client, wires, {}) == []
    for wire in wires.values():
        wire.close()


def test_three_hundred_slow_clients_do_not_disturb_a_healthy_one(client: RawClient) -> None:
    piece = client.signed().bytes()[:200]
    wires = {str(number): Wire(client.desk.port) for number in range(300)}
    for wire in wires.values():
        wire.send(piece)
    for _ in range(20):
        assert client.accepted(client.signed())["RegistrationType"] == TOLL_FREE
    assert client.connections() >= 300
    assert wait_until_closed(client, wires, {}) == []
    for wire in wires.values():
        wire.close()
    assert client.registrations() == 20


def test_a_request_cut_at_any_byte_has_no_effect(client: RawClient) -> None:
    whole = client.signed().bytes()
    reset = struct.pack("ii", 1, 0)  # close with RST
    for length in range(len(whole)):
        wire = Wire(client.desk.port)
        wire.send(whole[:length])
        if length % 2:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        wire.close()
    healthy(client)
    client.wait_for_connections(0)
    assert client.registrations() == 0


def test_a_request_in_two_pieces_is_whole_wherever_it_is_parted(client: RawClient) -> None:
    with wire_to(client.desk.port) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        length = len(client.signed(LIMITS, "DescribeAccountLimits").bytes())
        for cut in range(1, length, 5):
            request = client.signed(LIMITS, "DescribeAccountLimits").bytes()
            wire.send(request[:cut])
            time.sleep(0.001)
            assert wire.ask(request[cut:]).status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Pad", "x" * 100_000),
        ("X-Pad", "x" * MIB),
        ("Host", "x" * MIB),
        ("Accept", "\r\n".join(["x"] + ["X: x"] * 100_000)),
        ("", "x" * MIB),
    ],
    ids=["long header", "longer header", "long host", "many headers", "long query"],
)
def test_a_head_without_measure_is_refused(verified_desk: RunningDesk, name: str, value: str) -> None:
    client = RawClient(verified_desk)
    request = Request(LIMITS, "DescribeAccountLimits", "/" if name else f"/?{value}")
    if name:
        request.drop(name).add(name, value)
    signed = ["content-type", "host", "x-amz-date", "x-amz-target"]
    client.sign(request, signed=signed, query="" if name else f"{value}=")
    with wire_to(client.desk.port) as wire:
        try:
            answer = wire.ask(request)
            assert answer.status in (400, 413, 414, 431), answer
        except (Ended, ConnectionError):
            pass  # cut off while it was still sending
    healthy(client)


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /",
        b"POST / HTTP/1.1\r\nHost: a\r\nX",
        b"POST / HTTP/1.1\r\nHost: a\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    ],
    ids=["target", "name", "value", "trailer", "trailer to a page"],
)
def test_what_has_no_end_is_not_gathered(verified_desk: RunningDesk, beginning: bytes) -> None:
    client = RawClient(verified_desk)
    with wire_to(client.desk.port) as wire, pytest.raises(ConnectionError):
        wire.send(beginning)
        for _ in range(64):
            wire.send(b"x" * MIB)
    healthy(client)
