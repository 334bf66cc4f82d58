"""Structured logs: one JSON object a line on standard error; never a field value or a secret."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
import structlog

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def configure() -> None:
    """Set logging up for this process, once: our lines, and those of libraries in the same form."""
    if structlog.is_configured():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda logger, method, event: _encode(event),
        ],
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=True,
    )


class _JsonFormatter(logging.Formatter):
    """What libraries log, in the form of our own lines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.now(UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line).decode()


@lru_cache(maxsize=4)
def _second(epoch: int) -> str:
    """A second as ISO 8601 writes it; all the lines of that second share it."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class RequestLog:
    """The one line of each request.

    Written past the logging library, whose steps cost more than the line; and what one round of the event loop
    answered is written at once, because a write costs more than a line too.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def write(self, request_id: str, status: int, seconds: float, trail: dict[str, str]) -> None:
        """One request: how it was answered, how long that took, and what its trail says. Called in the event loop."""
        now = time.time()
        line = {
            "timestamp": f"{_second(int(now))}.{int(now % 1 * 1000):03d}Z",
            "level": "info",
            "event": "request",
            "request_id": request_id,
            "status": status,
            "ms": round(seconds * 1000, 3),
            **trail,
        }
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(_encode(line))

    def _flush(self) -> None:
        self._lines.append(b"")
        lines = b"\n".join(self._lines)
        self._lines.clear()
        _write(lines)


class _StandardError:
    """What structlog writes with: each of its methods takes a line."""

    def info(self, line: bytes) -> None:
        _write(line + b"\n")

    warning = error = critical = exception = info


def _write(lines: bytes) -> None:
    """A log that cannot be written, on a full disk say, must not stop what it tells of."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.buffer.write(lines)
        sys.stderr.buffer.flush()
