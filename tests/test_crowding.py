"""Clients that take without measure: answers never read, requests that wait in line, connections beyond the most."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import TOLL_FREE, RunningDesk
from tests.rawhttp import CREATE, Ended, RawClient, Wire, assert_refusal, wire_to

LIMITS = b'{"MaxResults":5}'
HEALTH = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
PATIENCE_SECONDS = 12.0
MIB = 1024 * 1024


@pytest.fixture
def client(verified_desk: RunningDesk) -> RawClient:
    return RawClient(verified_desk)


@pytest.fixture
def hasty(start_desk: Callable[..., RunningDesk]) -> RawClient:
    """A client of a desk that waits one second for a request, for the next, and for its answers to be read."""
    return RawClient(start_desk(auth="verify", receive_deadline=1.0, keep_alive=1.0))


def only_connection(client: RawClient, wire: Wire) -> Any:
    """The server's side of `wire`, which is the only one."""
    assert wire.ask(HEALTH).status == 200
    (held,) = client.desk.server.server_state.connections
    return held


def test_a_client_that_never_reads_is_not_read_from_either(client: RawClient) -> None:
    """Its answers may fill the buffers of the two systems, and no more of our memory than a few requests' worth."""
    flood = client.signed(LIMITS, "DescribeAccountLimits").bytes() * 100
    with wire_to(client.desk.port, timeout=1.0) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        held = only_connection(client, wire)
        with pytest.raises(TimeoutError):
            for _ in range(600):
                wire.send(flood)
        assert held.transport.get_write_buffer_size() < MIB
        assert client.ask(client.signed(LIMITS, "DescribeAccountLimits")).status == 200


def test_a_client_that_never_reads_is_let_go(hasty: RawClient) -> None:
    flood = hasty.signed(LIMITS, "DescribeAccountLimits").bytes() * 100
    with wire_to(hasty.desk.port, timeout=1.0) as wire:
        with contextlib.suppress(TimeoutError, ConnectionError):
            for _ in range(600):
                wire.send(flood)
        assert hasty.ask(hasty.signed(LIMITS, "DescribeAccountLimits")).status == 200
        hasty.wait_for_connections(0)


def test_a_client_whose_writes_wait_for_the_disk_is_not_read_from_meanwhile(client: RawClient) -> None:
    released = threading.Event()
    commit = client.desk.service.database.commit
    client.desk.service.database.commit = lambda: released.wait(10) and commit()
    creates = client.signed().bytes() * 100
    try:
        with wire_to(client.desk.port, timeout=1.0) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            held = only_connection(client, wire)
            with pytest.raises(TimeoutError):
                for _ in range(400):
                    wire.send(creates)
            assert len(held.line) < 2000
            assert client.ask(client.signed(LIMITS, "DescribeAccountLimits")).status == 200
    finally:
        released.set()
    client.wait_for_connections(0)


def test_a_client_that_leaves_a_little_unread_is_let_go(hasty: RawClient) -> None:
    """So little that the connection never counts as stalled, and too much for the buffers of the two systems."""
    request = hasty.signed(CREATE, "DescribeRegistrationFieldDefinitions")
    with wire_to(hasty.desk.port) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        held = only_connection(hasty, wire)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not held.transport.get_write_buffer_size():
            assert time.monotonic() < give_up, "the systems' buffers never filled up"
            wire.send(request.bytes())
            time.sleep(0.002)
        hasty.wait_for_connections(0)


@pytest.fixture
def crowded(start_desk: Callable[..., RunningDesk]) -> Iterator[RawClient]:
    """A client of a desk for three connections, two of which are taken."""
    client = RawClient(start_desk(auth="verify", max_connections=3))
    with wire_to(client.desk.port) as one, wire_to(client.desk.port) as two:
        for wire in (one, two):
            assert wire.ask(HEALTH).status == 200
        yield client


def test_connections_beyond_the_most_are_told_to_come_back(crowded: RawClient) -> None:
    with wire_to(crowded.desk.port) as third:
        assert third.ask(HEALTH).status == 200
        for _ in range(5):
            with wire_to(crowded.desk.port) as beyond:
                answer = beyond.answer()
                assert_refusal(answer, "ServiceUnavailableException", status=503)
                assert (answer.header("retry-after"), answer.header("connection")) == ("1", "close")
                assert beyond.has_ended()
        assert third.ask(crowded.signed()).status == 200
    crowded.wait_for_connections(2)
    assert crowded.accepted(crowded.signed())["RegistrationType"] == TOLL_FREE


def test_a_refused_connection_does_nothing_of_what_it_asked(crowded: RawClient) -> None:
    with wire_to(crowded.desk.port) as third:
        assert third.ask(HEALTH).status == 200
        with wire_to(crowded.desk.port) as beyond:
            try:
                beyond.send(crowded.signed().bytes())
                assert beyond.answer().status == 503
            except (ConnectionError, Ended):
                pass  # its system may learn of the close first
        assert third.ask(crowded.signed(json.dumps({"RegistrationType": TOLL_FREE}).encode())).status == 200
    assert crowded.registrations() == 1
