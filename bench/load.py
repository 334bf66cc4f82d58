"""Closed-loop HTTP/1.1 load generator: one process, uvloop, raw sockets, requests prepared ahead.

Each of N connections sends its next prepared request as soon as the answer to the last one is whole.
A server that answers ``Connection: close`` is reconnected to; the clock of such a request starts
before the connect, as it does for a client that has to do the same.
"""

import asyncio
import gc
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import uvloop

DRAIN_SECONDS = 60.0


class LoadError(RuntimeError):
    """A server answered something else than expected, or did not answer."""


@dataclass(frozen=True)
class LoadResult:
    """What one timed slice measured. Durations in seconds, latencies sorted ascending."""

    seconds: float
    answered: int
    latencies: Sequence[float]
    reconnects: int
    exhausted: bool

    @property
    def requests_per_second(self) -> float:
        """Return answers completed inside the slice per second of it."""
        return self.answered / self.seconds

    def quantile(self, fraction: float) -> float:
        """Return the latency in seconds that ``fraction`` of the requests stayed at or under."""
        return self.latencies[max(0, math.ceil(fraction * len(self.latencies)) - 1)]


class _Connection(asyncio.Protocol):
    """One connection of the closed loop."""

    __slots__ = ("finished", "pending", "reopened", "run", "started", "transport")

    def __init__(self, run: "_Run", started: float | None = None) -> None:
        self.run = run
        self.transport: asyncio.Transport
        self.started = started or 0.0
        self.reopened = started is not None
        self.pending = b""
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send at once when this replaces a connection the server closed."""
        self.transport = transport  # type: ignore[assignment]
        if self.reopened:
            self.send(self.started)

    def send(self, started: float) -> None:
        """Send the next request, or stop when the slice is over. ``started`` is perf_counter seconds."""
        run = self.run
        if started >= run.deadline:
            self.stop()
            return
        request = next(run.requests, None)
        if request is None:
            run.exhausted = True
            run.deadline = started
            self.stop()
            return
        self.started = started
        self.transport.write(request)

    def stop(self) -> None:
        """Close for good."""
        self.finished = True
        self.transport.close()
        self.run.stopped()

    def data_received(self, data: bytes) -> None:
        """Count the answer once it is whole and go on with the next request."""
        if self.pending:
            data = self.pending + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self.pending = data
            return
        head = data[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            self.run.fail(f"an answer without Content-Length: {data[:500]!r}")
            return
        stop = head.find(b"\r\n", at + 17)
        missing = end + 4 + int(head[at + 17 : stop if stop > 0 else end]) - len(data)
        if missing > 0:
            self.pending = data
            return
        now = perf_counter()
        self.pending = b""
        self.run.answer(data, end, missing, now, now - self.started)
        if b"\r\nconnection: close" in head:
            self.reopen(now)
        else:
            self.send(now)

    def reopen(self, now: float) -> None:
        """Replace this connection, which the server is closing, unless the slice is over."""
        run = self.run
        if now >= run.deadline:
            self.stop()
            return
        self.finished = True
        self.transport.close()
        run.reconnects += 1
        run.open_another(now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the run when the server hangs up on an unanswered request."""
        if not self.finished:
            self.run.fail(f"connection closed before the answer ({exc!r}); had {self.pending[:500]!r}")


class _Run:
    """The state that the connections of one timed slice share."""

    def __init__(self, address: tuple[str, int], requests: Iterator[bytes], status: bytes) -> None:
        self.address = address
        self.requests = requests
        self.status = status
        self.deadline = math.inf
        self.answered = 0
        self.latencies: list[float] = []
        self.reconnects = 0
        self.exhausted = False
        self.first_answer = b""
        self.live = 0
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self.loop.create_future()
        self.tasks: set[asyncio.Task[None]] = set()

    def answer(self, data: bytes, head_end: int, missing: int, now: float, latency: float) -> None:
        """Record one whole answer. ``missing`` below zero means bytes past its end."""
        if data[9:12] != self.status or missing < 0:
            body = data[head_end + 4 :][:2000]
            self.fail(f"wanted status {self.status.decode()}, got {data[:12]!r}: {body!r}")
        if not self.first_answer:
            self.first_answer = data[head_end + 4 :]
        self.latencies.append(latency)
        if now <= self.deadline:
            self.answered += 1

    def open_another(self, started: float) -> None:
        """Open one more connection whose first request's clock started at ``started``."""
        task = self.loop.create_task(self._open(started))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _open(self, started: float) -> None:
        try:
            await self.loop.create_connection(lambda: _Connection(self, started), *self.address)
        except OSError as error:
            self.fail(f"could not reconnect: {error!r}")

    def stopped(self) -> None:
        """Note that one connection is through."""
        self.live -= 1
        if self.live == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, reason: str) -> None:
        """End the slice with an error; the first one is kept."""
        self.deadline = 0.0
        if not self.done.done():
            self.done.set_exception(LoadError(reason))


async def _drive(
    address: tuple[str, int],
    requests: Sequence[bytes],
    seconds: float,
    connections: int,
    status: bytes,
    proof: bytes,
) -> LoadResult:
    """Open the connections, run the closed loop to its end and return what it measured."""
    run = _Run(address, iter(requests), status)
    connect = run.loop.create_connection
    opened = [await connect(lambda: _Connection(run), *address) for _ in range(connections)]
    run.live = connections
    started = perf_counter()
    run.deadline = started + seconds
    for _, connection in opened:
        connection.send(perf_counter())
    try:
        await asyncio.wait_for(run.done, seconds + DRAIN_SECONDS)
    except TimeoutError:
        late = f"{run.live} requests unanswered {DRAIN_SECONDS:.0f} s after the slice's end"
        raise LoadError(late) from None
    finally:
        for _, connection in opened:
            connection.finished = True
            connection.transport.abort()
    if proof not in run.first_answer:
        raise LoadError(f"{proof!r} is not in the first answer: {run.first_answer[:2000]!r}")
    elapsed = run.deadline - started
    return LoadResult(elapsed, run.answered, sorted(run.latencies), run.reconnects, run.exhausted)


def run_load(
    address: tuple[str, int],
    requests: Sequence[bytes],
    seconds: float,
    connections: int = 64,
    status: int = 200,
    proof: bytes = b"",
) -> LoadResult:
    """Send ``requests`` for ``seconds`` (or until they run out) and return what was measured.

    Requests still unanswered at the end are waited for: their latencies count, their number does not.
    Raises ``LoadError`` on any status other than ``status``, or when ``proof`` is not in the first body.
    """
    gc.collect()
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_drive(address, requests, seconds, connections, str(status).encode(), proof))
    finally:
        gc.enable()
