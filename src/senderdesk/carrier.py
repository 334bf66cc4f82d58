"""The operator's carrier: asked over HTTP to take on a number, to let one go, or to make what a registration brings.

The protocol is small, and docs/provisioning.md has it. What is asked carries an idempotency key, the id of the thing
itself, so that whoever answers can be asked again without doing it twice. A carrier that fails or is slow does no harm:
it is asked again later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

DONE, PENDING, UNKNOWN = "done", "pending", "unknown"
_STATUSES = (DONE, PENDING, UNKNOWN)
_MOST_BYTES = 65_536
_SHORTEST_SECRET = 16


class CarrierFailed(Exception):
    """The carrier gave no answer that can be used; the sentence is for the operator's log."""


class Question(NamedTuple):
    """What is asked: `path` behind the carrier's address, the idempotency key, and the JSON object that is sent."""

    path: str
    key: str
    body: dict[str, Any]


class Carrier:
    """The one address at which the carrier's adapter listens. Its calls block, and belong in a thread."""

    def __init__(self, url: str, secret: bytes = b"", total_seconds: float = 20.0) -> None:
        """`url` is http or https. Raises ValueError where it is neither."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"--provisioner-url {url} is not http://HOST:PORT/PATH or https://HOST:PORT/PATH")
        self.url = url.rstrip("/")
        self._secret = secret
        self._seconds = total_seconds

    def ask(self, question: Question) -> str:
        """DONE, PENDING or UNKNOWN. Raises CarrierFailed where nothing of the kind comes back in time."""
        body = msgspec.json.encode(question.body)
        headers = {"Content-Type": "application/json", "Idempotency-Key": question.key, "User-Agent": "senderdesk"}
        if self._secret:
            headers |= signature(self._secret, question.key, int(time.time()), body)
        status, answer = self._post(question.path, headers, body)
        if status != 200:
            raise CarrierFailed(f"{question.path} was answered with status {status}")
        try:
            told = msgspec.json.decode(answer)["status"]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise CarrierFailed(f"{question.path} was answered with something else than a status") from error
        if told not in _STATUSES:
            raise CarrierFailed(f"{question.path} was answered with the status {str(told)[:50]}")
        return str(told)

    def _post(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        import http.client  # imported when first needed: with ssl it takes 60 ms
        from contextlib import closing

        parts = urlsplit(self.url)
        connect = http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
        give_up = time.monotonic() + self._seconds
        try:
            with closing(connect(parts.hostname or "", parts.port, timeout=self._seconds)) as connection:
                connection.request("POST", f"{parts.path}/{path}", body, headers)
                response = connection.getresponse()
                answer = b""
                while more := response.read1(_MOST_BYTES):
                    answer += more
                    if len(answer) > _MOST_BYTES or time.monotonic() > give_up:
                        raise CarrierFailed(f"{path} was answered with too much, or too slowly")
                return response.status, answer
        except (OSError, http.client.HTTPException) as error:
            raise CarrierFailed(f"{path} could not be asked: {type(error).__name__}") from error


def signature(secret: bytes, key: str, now: int, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks: HMAC-SHA256 over id, time (epoch seconds) and body."""
    mac = hmac.digest(secret, f"{key}.{now}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def read_secret(path: Path) -> bytes:
    """The secret in a file, without the white space around it. Raises ValueError where it is none, or too short."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"--provisioner-secret {path} cannot be read: {error.strerror}") from error
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(f"--provisioner-secret {path} has fewer than {_SHORTEST_SECRET} bytes")
    return secret
