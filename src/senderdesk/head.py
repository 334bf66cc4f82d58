"""What HTTP/1.1 asks of the head of a request, checked before anything is done with it (RFC 9112)."""

from __future__ import annotations

import re
from functools import lru_cache

import httptools

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")


def check_version_and_host(version: str, host: bytes, doubled: bool) -> None:
    """Section 3.2: exactly one Host, and one that is; HTTP/1.0 may do without. Raises ValueError."""
    if version not in ("1.0", "1.1"):
        raise ValueError("the version of HTTP is not one that is spoken here")
    if doubled or (not host and version == "1.1"):
        raise ValueError("exactly one Host header is required")
    if host and not _is_host(host):
        raise ValueError("the Host header is malformed")


@lru_cache(maxsize=256)
def target_of(url: bytes) -> tuple[bytes, bytes]:
    """Path and query of a request target in origin or absolute form. Raises ValueError for any other."""
    if not url.startswith((b"/", b"http://", b"https://")):
        raise ValueError("the request target is malformed")
    parsed = httptools.parse_url(url)
    return parsed.path or b"/", parsed.query or b""


@lru_cache(maxsize=256)
def _is_host(value: bytes) -> bool:
    return bool(_HOST.fullmatch(value.strip()))
