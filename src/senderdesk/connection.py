"""One HTTP connection: uvicorn's, made strict, given a deadline, and with a short way to the API.

The API's answers are synchronous, so a request to it needs no task and no ASGI messages: when its last byte is here the
connection asks the door, and writes the answer in one piece. Everything else goes the ASGI way.
uvicorn waits for ever for a header or a body to end; here a request that is not wholly received in time is cut off.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from senderdesk.errors import RequestEntityTooLargeException, ServiceError
from senderdesk.identifiers import new_request_id
from senderdesk.wire import BODY_CAP_BYTES, Request, Response, body_cap

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_SWEEP_SECONDS = 1.0


class Api(Protocol):
    """What a connection asks: the answer comes by calling `respond`, at once or when it is durable."""

    def ask(self, request: Request, respond: Callable[[Response], None]) -> None: ...

    def refuse(self, request: Request, error: ServiceError) -> Response: ...


class Connection(HttpToolsProtocol):
    """A connection that knows since when it has been receiving a request, and which API cycle it is serving."""

    api: Api
    max_connections = 10_000
    receiving_since: float | None = None
    serving: RequestResponseCycle = None  # type: ignore[assignment] # set before anything asks
    request: Request

    def connection_made(self, transport: Any) -> None:
        """A new connection counts as receiving at once: a client that says nothing is cut off too."""
        super().connection_made(transport)
        self.receiving_since = self.loop.time()
        if len(self.connections) > self.max_connections:
            self._cut_off(503, "ServiceUnavailableException", "Too many connections; try again soon")

    def on_message_begin(self) -> None:
        """The first bytes of a request."""
        super().on_message_begin()
        if self.receiving_since is None:
            self.receiving_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """RFC 9112, 3.2: exactly one Host that is one, and a target in origin or absolute form. Raises ValueError."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise ValueError("exactly one Host header is required")
        if hosts and not _HOST.fullmatch(hosts[0].strip()):
            raise ValueError("the Host header is malformed")
        if not self.url.startswith((b"/", b"http://", b"https://")):
            raise ValueError("the request target is malformed")
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Serve `cycle` now: its headers have just come, or the one before it in the pipeline has been answered."""
        if not _is_api(cycle):
            super()._start_asgi_task(cycle, app)
            return
        self.serving, self.request = cycle, request_of(cycle.scope)
        if not cycle.more_body:
            self.loop.call_soon(self._ask)
            return
        declared = self.request.header(b"content-length")
        if declared.isdigit() and int(declared) > body_cap(self.request):
            self._refuse_body(cycle)
        elif cycle.waiting_for_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Gather the body of an API request, never more than its operation may have."""
        cycle = self.cycle
        if not _is_api(cycle):
            super().on_body(body)
        elif not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > BODY_CAP_BYTES and len(cycle.body) > body_cap(request_of(cycle.scope)):
                self._refuse_body(cycle)

    def on_message_complete(self) -> None:
        """The request is here, whole."""
        self.receiving_since = None
        super().on_message_complete()
        if self.cycle is self.serving and not self.cycle.response_complete:
            self._ask()

    def _ask(self) -> None:
        cycle, request = self.serving, self.request
        request.body = bytes(cycle.body)
        self.api.ask(request, lambda response: self._reply(cycle, request, response))

    def _reply(self, cycle: RequestResponseCycle, request: Request, response: Response) -> None:
        """Write an answer in one piece, and let the next request of the pipeline begin."""
        if self.transport.is_closing():
            return
        close = [] if cycle.keep_alive else [(b"connection", b"close")]
        self.transport.write(self._head(response, request.id, close) + response.body)
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _refuse_body(self, cycle: RequestResponseCycle) -> None:
        """Answer before the body is read; what still comes of it is dropped as it comes, until the deadline."""
        if cycle is not self.serving:  # an earlier request of the pipeline still waits for its answer
            self.transport.abort()
            return
        error = RequestEntityTooLargeException(f"The body may have at most {body_cap(self.request)} bytes")
        self._reply(cycle, self.request, self.api.refuse(self.request, error))

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is answered in the service's own form, then cut off."""
        self._cut_off(400, "SerializationException", msg)

    def _cut_off(self, status: int, code: str, message: str) -> None:
        body = f'{{"__type":"{code}","Message":"{message}"}}'.encode()
        more = [(b"connection", b"close"), (b"retry-after", b"1")] if status == 503 else [(b"connection", b"close")]
        response = Response(status, "application/x-amz-json-1.0", body)
        self.transport.write(self._head(response, new_request_id(), more) + body)
        self.transport.close()

    def _head(self, response: Response, request_id: str, more: list[tuple[bytes, bytes]]) -> bytes:
        lines = b"".join([b"%s: %s\r\n" % header for header in (*self.server_state.default_headers, *more)])
        return b"%s%scontent-type: %s\r\ncontent-length: %d\r\nx-amzn-requestid: %s\r\n\r\n" % (
            STATUS_LINE[response.status],
            lines,
            response.content_type.encode(),
            len(response.body),
            request_id.encode(),
        )


def _is_api(cycle: RequestResponseCycle) -> bool:
    return cycle.scope["path"] == "/" and cycle.scope["method"] == "POST"


def request_of(scope: Any) -> Request:
    """The request of an ASGI scope, still without its body."""
    return Request(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])


def sweep(connections: set[Any], deadline: float, loop: asyncio.AbstractEventLoop) -> None:
    """Every second, cut off the connections that have been receiving one request for `deadline` seconds.

    One sweep over all connections costs the path of a request nothing but the note of a time.
    """
    now = loop.time()
    for connection in list(connections):
        since = getattr(connection, "receiving_since", None)
        if since is not None and now - since > deadline:
            connection.transport.abort()
    loop.call_later(_SWEEP_SECONDS, sweep, connections, deadline, loop)
