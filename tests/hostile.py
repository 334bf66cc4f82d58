"""A server on loopback that answers as no server should, by a script of bytes, pauses and endings."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

Script = Callable[[socket.socket], None]


class Hostile:
    """A server on loopback that reads a request's head, then does as its script says."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        self._script, self._context = script, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.finished = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
                head += more
            self.requests.append(head.decode(errors="replace"))
            self._script(connection)
        connection.close()
        self.finished.set()

    def close(self) -> None:
        self._listener.close()


def saying(*parts: bytes, every: float = 0.0, then: Callable[[socket.socket], object] | None = None) -> Script:
    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(every)
        if then:
            then(connection)

    return script


def for_ever(part: bytes, every: float = 0.0) -> Callable[[socket.socket], None]:
    """Until the other side has gone away."""

    def go_on(connection: socket.socket) -> None:
        while True:
            connection.sendall(part)
            time.sleep(every)

    return go_on


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait(connection: socket.socket) -> None:
    connection.recv(1)
