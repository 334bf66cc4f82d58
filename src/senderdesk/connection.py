"""One HTTP connection: uvicorn's, made strict about Host and request targets, and given a deadline.

uvicorn waits for ever for a header or a body to end; here a request that is not wholly received in time is cut off.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from senderdesk.identifiers import new_request_id

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_SWEEP_SECONDS = 1.0


class Connection(HttpToolsProtocol):
    """A connection that knows since when it has been receiving a request."""

    max_connections = 10_000
    receiving_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """A new connection counts as receiving at once: a client that says nothing is cut off too."""
        super().connection_made(transport)
        self.receiving_since = self.loop.time()
        if len(self.connections) > self.max_connections:
            self._refuse(503, "ServiceUnavailableException", "Too many connections; try again soon")

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

    def on_message_complete(self) -> None:
        """The request is here, whole."""
        self.receiving_since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is answered in the service's own form, then cut off."""
        self._refuse(400, "SerializationException", msg)

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = f'{{"__type":"{code}","Message":"{message}"}}'.encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/x-amz-json-1.0"),
            (b"x-amzn-requestid", new_request_id().encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *([(b"retry-after", b"1")] if status == 503 else []),
        ]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self.transport.close()


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
