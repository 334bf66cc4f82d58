"""The load generator's own ceiling: a socket that answers every read with the same bytes, unparsed.

Run as ``python -m bench.null_server --host HOST --port PORT``.
"""

import argparse
import asyncio

import uvloop

from bench.plain_app import BODY

HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
ANSWER = HEAD.format(len(BODY)).encode() + BODY


class _Answerer(asyncio.Protocol):
    """Answers each read; right as long as every request arrives in one piece, as short ones do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def _serve(host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Answerer, host, port)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(prog="python -m bench.null_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(arguments.host, arguments.port))


if __name__ == "__main__":
    main()
