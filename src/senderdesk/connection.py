"""One HTTP connection: uvicorn's, made strict, given a deadline, and with a short way to the API.

The API's answers are synchronous, so a request to it needs no task and no ASGI messages: when its last byte is here the
connection asks the door, and writes the answer in one piece. Everything else goes the ASGI way.
uvicorn waits for ever for a header or a body to end; here a request that is not wholly received in time is cut off.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from senderdesk.errors import ServiceError
from senderdesk.exchange import Exchange
from senderdesk.head import check_version_and_host, target_of
from senderdesk.identifiers import new_request_id
from senderdesk.wire import Request, Response

_SWEEP_SECONDS = 1.0
_GOODBYE_SECONDS = 0.5
_LONGEST_LINE = 16
_MOST_HEAD_BYTES = 65_536


class Api(Protocol):
    """What a connection asks: the answer comes by calling `respond`, at once or when it is durable."""

    def ask(self, request: Request, respond: Callable[[Response], None]) -> None: ...

    def refuse(self, request: Request, error: ServiceError) -> Response: ...


class Connection(HttpToolsProtocol):
    """A connection that knows since when it has been receiving a request, and what waits to be answered.

    Answers go out in the order of the requests: `line` holds how each begins, and the first of them has begun.
    `exchange` is the request to the API that is being received.
    """

    api: Api
    max_connections = 10_000
    receiving_since: float | None = None
    idle_since: float | None = None
    stalled_since: float | None = None
    exchange: Exchange | None = None
    head_bytes = 0
    frame_bytes = 0
    body_bytes = 0
    heads = 0
    closing = False
    finished = False

    def connection_made(self, transport: Any) -> None:
        """A new connection counts as receiving at once: a client that says nothing is cut off too."""
        super().connection_made(transport)
        self.line: deque[Callable[[], None]] = deque()
        self.receiving_since = self.loop.time()
        if len(self.connections) > self.max_connections:
            self._cut_off(503, "ServiceUnavailableException", "Too many connections; try again soon")

    def data_received(self, data: bytes) -> None:
        """What comes behind the last request, or behind what is not HTTP, is not looked at."""
        if self.finished:
            return
        heads, body_bytes = self.heads, self.body_bytes
        super().data_received(data)
        if self.receiving_since is not None and self.heads == heads:
            # The parser keeps an unfinished header or trailer to itself, however long: what is not body is counted.
            self.frame_bytes += len(data) - (self.body_bytes - body_bytes)
            if self.frame_bytes > _MOST_HEAD_BYTES:
                self.send_400_response("The head of the request, or what frames its body, is too long")

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, and what was received of it goes too."""
        super().connection_lost(exc)
        self.exchange = None

    def on_message_begin(self) -> None:
        """The first bytes of a request. Raises ValueError where none may come any more."""
        if self.finished:
            raise ValueError("the connection takes no more requests")
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self.head_bytes = self.frame_bytes = self.body_bytes = 0
        self.heads += 1
        self.idle_since = None
        if self.receiving_since is None:
            self.receiving_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header. Raises ValueError where the head grows too long."""
        self.head_bytes += len(name) + len(value)
        if self.head_bytes + len(self.url) > _MOST_HEAD_BYTES:
            raise ValueError("the head of the request is too long")
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Check what steers a request, and take the one way or the other. Raises ValueError for what is not HTTP."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if self.parser.should_upgrade():  # the parser would not read the body, and take it for the next request
            raise ValueError("no other protocol is spoken here")
        path, query = target_of(self.url)
        request = Request("POST", path, query, self.headers)
        check_version_and_host(version, request.header(b"host"), b"host" in request.doubled)
        if path != b"/" or method != b"POST":
            self._begin_page()
            return
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        exchange = self.exchange = Exchange(request, keep_alive)
        error = exchange.refusal_of_length()
        if error:
            self._refuse_body(exchange, error)
        elif self.expect_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _begin_page(self) -> None:
        """Anything but the API: uvicorn's way, with the scope that it would have begun."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """A page takes its place in the line."""
        start = super()._start_asgi_task
        self._enter(lambda: start(cycle, app))

    def on_body(self, body: bytes) -> None:
        """Gather the body of a request, never more than its operation may have."""
        self.body_bytes += len(body)
        exchange = self.exchange
        if exchange is None:
            super().on_body(body)
        elif not exchange.refused:
            error = exchange.take(body)
            if error:
                self._refuse_body(exchange, error)

    def on_message_complete(self) -> None:
        """The request is here, whole."""
        self.receiving_since = None
        exchange, self.exchange = self.exchange, None
        if exchange is None:
            super().on_message_complete()
        elif exchange.refused:
            self.idle_since = self.loop.time()
        else:
            self.finished = not exchange.keep_alive
            exchange.request.body = bytes(exchange.body)
            self._enter(lambda: self.api.ask(exchange.request, lambda response: self._reply(exchange, response)))

    def on_response_complete(self) -> None:
        """A page has been answered; what stands behind it in the line begins."""
        super().on_response_complete()
        self.idle_since = self.loop.time()
        self._leave()

    def pause_writing(self) -> None:
        """The client does not read its answers: then nothing more is read of it."""
        super().pause_writing()
        self.flow.pause_reading()
        self.stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self.stalled_since = None
        self.flow.resume_reading()

    def _enter(self, begin: Callable[[], None]) -> None:
        self.line.append(begin)
        if len(self.line) == 1:
            begin()
        elif len(self.line) > _LONGEST_LINE:
            self.flow.pause_reading()

    def _leave(self) -> None:
        self.line.popleft()
        if self.line:
            self.loop.call_soon(self.line[0])
        elif not self.flow.write_paused:
            self.flow.resume_reading()

    def shutdown(self) -> None:
        """The server is going: answer what is under way, then close."""
        self.closing = True
        if self.line or self.exchange:
            if self._page_under_way():
                super().shutdown()
        else:
            self._close()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is answered in the service's own form, behind what came before it, then cut off."""
        if self.finished:
            return
        self.finished = True
        self._enter(lambda: self._cut_off(400, "SerializationException", msg))

    def _page_under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _reply(self, exchange: Exchange, response: Response) -> None:
        """Answer the first of the line, and let the next one begin."""
        if not self.transport.is_closing():
            self._write(exchange, response)
        self._leave()

    def _write(self, exchange: Exchange, response: Response) -> None:
        """An answer in one piece."""
        self.idle_since = self.loop.time()
        keep_alive = exchange.keep_alive and not self.closing
        close = [] if keep_alive else [(b"connection", b"close")]
        self.transport.write(self._head(response, exchange.request.id, close) + response.body)
        if not keep_alive:
            self._close()

    def _close(self) -> None:
        """Close; over TLS the other side need not be waited for until it says goodbye."""
        self.transport.close()
        if self.scheme == "https":
            self.loop.call_later(_GOODBYE_SECONDS, self.transport.abort)

    def _refuse_body(self, exchange: Exchange, error: ServiceError) -> None:
        """Answer before the body is read; what still comes of it is dropped as it comes, until the deadline."""
        exchange.refuse()
        self._enter(lambda: self._reply(exchange, self.api.refuse(exchange.request, error)))

    def _cut_off(self, status: int, code: str, message: str) -> None:
        body = f'{{"__type":"{code}","Message":"{message}"}}'.encode()
        more = [(b"connection", b"close"), (b"retry-after", b"1")] if status == 503 else [(b"connection", b"close")]
        response = Response(status, "application/x-amz-json-1.0", body)
        self.transport.write(self._head(response, new_request_id(), more) + body)
        self._close()

    def _head(self, response: Response, request_id: str, more: list[tuple[bytes, bytes]]) -> bytes:
        lines = _lines(tuple(self.server_state.default_headers)) + _lines(tuple(more))
        return b"%s%scontent-type: %s\r\ncontent-length: %d\r\nx-amzn-requestid: %s\r\n\r\n" % (
            STATUS_LINE[response.status],
            lines,
            response.content_type.encode(),
            len(response.body),
            request_id.encode(),
        )


@lru_cache(maxsize=64)
def _lines(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Headers as they are written. The common ones change once a second, with the date."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def sweep(connections: set[Any], deadline: float, keep_alive: float, loop: asyncio.AbstractEventLoop) -> None:
    """Every second, cut off what has been receiving one request, or not reading its answer, for `deadline` seconds.

    What has been idle for `keep_alive` seconds is closed.

    One sweep over all connections costs the path of a request nothing but the note of a time.
    """
    now = loop.time()
    for connection in list(connections):
        if not isinstance(connection, Connection):
            continue
        waiting = [since for since in (connection.receiving_since, connection.stalled_since) if since is not None]
        if waiting and now - min(waiting) > deadline:
            connection.transport.abort()
        elif connection.idle_since is not None and now - connection.idle_since > keep_alive:
            # Closing waits until the client has taken what was written; who takes nothing is cut off a second later.
            connection.transport.abort() if connection.transport.is_closing() else connection.transport.close()
    loop.call_later(_SWEEP_SECONDS, sweep, connections, deadline, keep_alive, loop)
