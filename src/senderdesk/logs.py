"""Structured logs: one JSON object a line on standard error; never a field value or a secret."""

from __future__ import annotations

import sys

import msgspec
import structlog


def configure() -> None:
    """Set logging up for this process."""
    encode = msgspec.json.Encoder(enc_hook=repr).encode
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda logger, method, event: encode(event),
        ],
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
