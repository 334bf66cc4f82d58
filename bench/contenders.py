"""The contenders, and the interleaved rounds in which they take turns."""

import json
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from bench import workloads
from bench.load import LoadError, LoadResult, run_load
from bench.processes import Server
from bench.servers import Arena
from bench.workloads import Workload

WARM_UP_SECONDS = 0.5
WARM_UP_REQUESTS = 10_000
MOST_REQUESTS = 400_000
HEADROOM = 1.5
FILLED_REGISTRATIONS = 100


@dataclass(frozen=True)
class Contender:
    """One row of the table: which server it loads and with what."""

    name: str
    title: str
    server: str
    workload: Callable[[Arena, str], Workload]


@dataclass(frozen=True)
class Slice:
    """One contender's turn in one round. Rates per second, latencies in milliseconds."""

    contender: str
    round: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    answered: int
    seconds: float
    reconnects: int
    exhausted: bool


def _host(arena: Arena, server: str) -> str:
    host, port = arena.server(server).address
    return f"{host}:{port}"


def _desk_create(arena: Arena, server: str) -> Workload:
    host = _host(arena, server)
    return workloads.create_registration(host, arena.credentials[server])


def _desk_describe(arena: Arena, server: str) -> Workload:
    created = json.loads(_ask_once(arena.server(server), _desk_create(arena, server)))
    credentials = arena.credentials[server]
    return workloads.describe_registrations(_host(arena, server), credentials, created["RegistrationId"])


def _desk_put(arena: Arena, server: str) -> Workload:
    create = _desk_create(arena, server)
    created = [json.loads(_ask_once(arena.server(server), create)) for _ in range(FILLED_REGISTRATIONS)]
    names = [one["RegistrationId"] for one in created]
    return workloads.put_field_value(_host(arena, server), arena.credentials[server], names)


def _moto_create(arena: Arena, server: str) -> Workload:
    return workloads.create_app(_host(arena, server))


def _moto_get(arena: Arena, server: str) -> Workload:
    created = json.loads(_ask_once(arena.server(server), _moto_create(arena, server)))
    return workloads.get_app(_host(arena, server), created["Id"])


def _null(arena: Arena, server: str) -> Workload:
    """Return CreateRegistration's requests for a server that answers without reading them."""
    made = workloads.create_registration(_host(arena, server), workloads.MOTO_CREDENTIALS)
    return Workload(made.requests, 200, b'"answer"')


def _plain(arena: Arena, server: str) -> Workload:
    return workloads.plain_get(_host(arena, server))


CONTENDERS = (
    Contender("moto_create", "moto_server: Pinpoint CreateApp", "moto", _moto_create),
    Contender("senderdesk_create", "SenderDesk: CreateRegistration", "senderdesk", _desk_create),
    Contender("senderdesk_put", "SenderDesk: PutRegistrationFieldValue", "senderdesk", _desk_put),
    Contender("moto_get", "moto_server: Pinpoint GetApp, 1 id", "moto", _moto_get),
    Contender("storeless_create", "SenderDesk, no store: CreateRegistration", "storeless", _desk_create),
    Contender("senderdesk_describe", "SenderDesk: DescribeRegistrations, 1 id", "senderdesk", _desk_describe),
    Contender("uvicorn", "bare uvicorn: fixed 400-byte JSON", "uvicorn", _plain),
    Contender("ceiling", "load generator's ceiling: socket answering unread", "null", _null),
)


def _ask_once(server: Server, workload: Workload) -> bytes:
    """Send one request of ``workload`` and return the body of its answer."""
    with socket.create_connection(server.address, timeout=30) as connection:
        connection.sendall(workload.requests(1)[0])
        with HTTPResponse(connection) as response:
            response.begin()
            body = response.read()
    if response.status != workload.status:
        raise LoadError(f"{server.name} answered {response.status}: {body[:2000]!r}")
    return body


def timed_slice(
    server: Server, workload: Workload, seconds: float, connections: int, expected_rate: float = 0.0
) -> LoadResult:
    """Warm the server up, sign a fresh batch, flush the disk's queue, and run for ``seconds``.

    ``expected_rate`` (requests/s) helps to size the batch; the warm-up's own rate is used as well.
    """

    def load(count: int, duration: float) -> LoadResult:
        requests = workload.requests(min(MOST_REQUESTS, count))
        os.sync()
        return run_load(server.address, requests, duration, connections, workload.status, workload.proof)

    warm = load(max(WARM_UP_REQUESTS, connections * 4), min(WARM_UP_SECONDS, seconds))
    rate = max(warm.requests_per_second, expected_rate)
    return load(int(rate * seconds * HEADROOM) + connections * 4, seconds)


def run_rounds(
    arena: Arena,
    chosen: Sequence[Contender],
    rounds: int,
    seconds: float,
    connections: int,
    say: Callable[[str], Any],
) -> list[Slice]:
    """Give every contender its turn in every round and return all slices in the order they ran."""
    made = {contender.name: contender.workload(arena, contender.server) for contender in chosen}
    rates: dict[str, float] = {}
    slices = []
    for number in range(1, rounds + 1):
        for contender in chosen:
            name = contender.name
            server = arena.server(contender.server)
            try:
                result = timed_slice(server, made[name], seconds, connections, rates.get(name, 0.0))
            except LoadError as error:
                raise LoadError(f"{name}, round {number}: {error}\n{server.log_tail()}") from error
            rates[name] = max(rates.get(name, 0.0), result.requests_per_second)
            slices.append(summarise(name, number, result))
            say(f"round {number}/{rounds} {name}: {result.requests_per_second:,.0f} requests/s")
    return slices


def summarise(name: str, number: int, result: LoadResult) -> Slice:
    """Reduce a load result to the figures that are kept."""
    return Slice(
        contender=name,
        round=number,
        requests_per_second=result.requests_per_second,
        p50_ms=result.quantile(0.50) * 1000,
        p99_ms=result.quantile(0.99) * 1000,
        max_ms=result.latencies[-1] * 1000,
        answered=result.answered,
        seconds=result.seconds,
        reconnects=result.reconnects,
        exhausted=result.exhausted,
    )
