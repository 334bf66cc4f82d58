"""Closed-loop load of whole registrations: each connection goes through the requests of one, then of the next.

Later requests name what earlier ones made, so they are signed as they go and not ahead.
"""

import asyncio
import json
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

import uvloop

from bench.contenders import WARM_UP_SECONDS, Slice, summarise
from bench.load import LoadError, LoadResult
from bench.servers import Arena
from bench.sigv4 import Credentials, Signer
from bench.toll_free import REQUESTS, Script, encoded, file_one, picture
from bench.workloads import sms_voice

UPLOAD_LIMIT_SECONDS = 10.0


class Client:
    """One connection to a desk, signing for one access key."""

    def __init__(self, address: tuple[str, int], credentials: Credentials) -> None:
        self._address = address
        self._credentials = credentials
        self._signers: dict[str, Signer] = {}

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)

    async def ask(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send one request and return its answer. Raises ``LoadError`` on any status but 200."""
        if operation not in self._signers:
            host, port = self._address
            self._signers[operation] = sms_voice(f"{host}:{port}", self._credentials, operation)
        self._writer.write(self._signers[operation].requests([encoded(arguments)])[0])
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]
        body = await self._reader.readexactly(int(length))
        if head[9:12] != b"200":
            raise LoadError(f"{operation} was answered {head[:12]!r}: {body[:2000]!r}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    async def go_through(self, script: Script, deadline: float) -> int:
        """Ask everything that ``script`` asks; return how many answers came before ``deadline``."""
        in_time = 0
        try:
            operation, arguments = next(script)
            while True:
                answer = await self.ask(operation, arguments)
                in_time += perf_counter() <= deadline
                operation, arguments = script.send(answer)
        except StopIteration:
            return in_time

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def _upload(client: Client) -> str:
    """Make an attachment, wait until it is complete, and return its id."""
    name: str = (await client.ask("CreateRegistrationAttachment", picture()))["RegistrationAttachmentId"]
    give_up = perf_counter() + UPLOAD_LIMIT_SECONDS
    while True:
        asked = {"RegistrationAttachmentIds": [name]}
        (told,) = (await client.ask("DescribeRegistrationAttachments", asked))["RegistrationAttachments"]
        if told["AttachmentStatus"] == "UPLOAD_COMPLETE":
            return name
        if perf_counter() > give_up:
            raise LoadError(f"the upload did not end: {told}")
        await asyncio.sleep(0.02)


async def _drive(make_client: Callable[[], Client], seconds: float, connections: int) -> LoadResult:
    """Go through whole registrations on every connection; what is begun in time is finished.

    The answers that came in time are counted, whichever registration they belong to; latencies are of whole ones.
    """
    clients = [make_client() for _ in range(connections)]
    for client in clients:
        await client.open()
    attachment = await _upload(clients[0])
    taken: list[float] = []
    answered = 0
    deadline = perf_counter() + seconds

    async def load(client: Client) -> None:
        nonlocal answered
        while (started := perf_counter()) < deadline:
            in_time = await client.go_through(file_one(attachment), deadline)
            answered += in_time
            taken.append(perf_counter() - started)
        client.close()

    await asyncio.gather(*(load(client) for client in clients))
    return LoadResult(seconds, answered, sorted(taken), 0, False)


def measure_whole(
    arena: Arena, rounds: int, seconds: float, connections: int, say: Callable[[str], Any]
) -> list[Slice]:
    """File registrations in every round; rates are of requests, latencies those of all requests of one together."""
    server = arena.server("filing")
    credentials = arena.credentials["filing"]

    def load(duration: float) -> LoadResult:
        os.sync()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_drive(lambda: Client(server.address, credentials), duration, connections))

    slices = []
    for number in range(1, rounds + 1):
        load(min(WARM_UP_SECONDS, seconds))
        slices.append(summarise("whole", number, load(seconds)))
        say(f"round {number}/{rounds} whole: {slices[-1].requests_per_second / REQUESTS:,.0f} registrations/s")
    return slices
