"""One GET that is bounded: so many seconds from name to last byte, so many bytes, no redirect, nothing decompressed.

The call runs in a thread of its own, so that it can be given up at any point, be it a name that does not resolve, a
handshake that hangs, or a header that drips. A socket's timeout would not do: it begins anew with every byte.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from urllib.parse import urlsplit

# How long an answer may take to end after its last byte, where the other side does not close as it was asked to.
_LINGER_SECONDS = 0.5
# aws-chunked is how some clients upload; stores that name it in a download have taken it off the bytes.
_NOT_COMPRESSED = ("", "identity", "aws-chunked")


class GetFailed(Exception):
    """There is no body; the sentence goes on from the name of what was asked for, and holds no header."""


def get(url: str, headers: Mapping[str, str], total_seconds: float, max_bytes: int) -> bytes:
    """The body that a GET of `url` is answered with, where the status is 200 and the length is the one announced.

    `url` is http or https, well-formed and percent-encoded; https is checked against the machine's certificates.
    Blocks for `total_seconds` at most. Raises GetFailed.
    """
    return _Call(url, headers, total_seconds, max_bytes).result()


class _Call:
    def __init__(self, url: str, headers: Mapping[str, str], total_seconds: float, max_bytes: int) -> None:
        self._url, self._seconds, self._max_bytes = url, total_seconds, max_bytes
        self._headers = {**headers, "Connection": "close", "User-Agent": "senderdesk"}
        self._socket: socket.socket | None = None
        self._given_up = False
        self._outcome: Future[bytes] = Future()

    def result(self) -> bytes:
        """The body, or GetFailed, when the time is up at the latest."""
        threading.Thread(target=self._run, name="bounded-get", daemon=True).start()
        try:
            return self._outcome.result(self._seconds)
        except TimeoutError:
            raise GetFailed(f"did not arrive within {self._seconds:g} seconds") from None
        finally:
            self._given_up = True
            self._hang_up()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._get())
        except GetFailed as failure:
            self._outcome.set_exception(failure)
        except Exception as error:
            # Only the kind of error: http.client quotes headers in some, and a signature is among them.
            self._outcome.set_exception(GetFailed(f"could not be read: {type(error).__name__}"))

    def _get(self) -> bytes:
        with contextlib.closing(self._connection()) as connection:
            connection.connect()
            self._socket = connection.sock
            if self._given_up:  # before there was a socket to hang up
                raise GetFailed("was given up")
            connection.request("GET", urlsplit(self._url).path, headers=self._headers)
            with connection.getresponse() as response:
                return self._body(response, self._length(response))

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=self._seconds)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=self._seconds, context=context)

    def _length(self, response: http.client.HTTPResponse) -> int:
        """How long the body is, which must be said. Raises GetFailed for an answer that is not what was asked for."""
        if response.status != 200:
            raise GetFailed(f"was answered with status {response.status}")
        if response.getheader("Content-Encoding", "") not in _NOT_COMPRESSED:
            raise GetFailed("is compressed, and nothing is decompressed here")
        length = response.getheader("Content-Length", "")
        if response.getheader("Transfer-Encoding") or not re.fullmatch("[0-9]{1,19}", length):
            raise GetFailed("was answered without a single length")
        if int(length) > self._max_bytes:
            raise GetFailed(f"has {length} bytes, more than {self._max_bytes}")
        return int(length)

    def _body(self, response: http.client.HTTPResponse, length: int) -> bytes:
        """Read past the reader of http.client, which would stop at `length` and not see that more was sent."""
        stream = response.fp
        body = stream.read(length)
        if len(body) < length:
            raise GetFailed(f"broke off after {len(body)} of {length} bytes")
        if self._socket:
            self._socket.settimeout(_LINGER_SECONDS)
        more = b""
        with contextlib.suppress(OSError):
            more = stream.read(1)
        if more:
            raise GetFailed(f"was answered with more than the {length} bytes that it has")
        return body

    def _hang_up(self) -> None:
        """Wake whatever waits for the socket, in the other thread."""
        if self._socket:
            with contextlib.suppress(OSError):
                # The plain method: SSLSocket's own would pull TLS from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
