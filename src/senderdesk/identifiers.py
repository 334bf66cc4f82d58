"""The opaque strings that we mint and read back: ids, ARNs and next tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

TOKEN_LIFETIME_SECONDS = 24 * 3600
_MAC_BYTES = 16
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def new_id(prefix: str, now: float) -> str:
    """`registration-` + 32 hex digits: 48 bits of milliseconds, so that ids sort by time, then 80 random bits.

    `now` is in epoch seconds. Time-ordered keys land side by side in an index; 80 bits from the system's
    generator keep them unguessable.
    """
    return f"{prefix}-{int(now * 1000) & 0xFFFFFFFFFFFF:012x}{os.urandom(10).hex()}"


def new_request_id() -> str:
    """A request id in the form that AWS sends: a random UUID, put together by hand on the path of every request."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Arn(NamedTuple):
    """An ARN taken apart; `kind` and `name` are the two sides of the first slash of its resource."""

    region: str
    account: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"arn:{partition(self.region)}:sms-voice:{self.region}:{self.account}:{self.kind}/{self.name}"


@lru_cache(maxsize=256)
def partition(region: str) -> str:
    """The partition of ARNs in a Region: aws, aws-cn or aws-us-gov."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def parse_arn(text: str) -> Arn | None:
    """Take an ARN of this service apart; None where `text` is none (wrong service, missing parts)."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sms-voice":
        return None
    kind, _, name = parts[5].partition("/")
    arn = Arn(region=parts[3], account=parts[4], kind=kind, name=name)
    return arn if name and str(arn) == text else None


class NextTokens:
    """Seals the place where a list stopped into a token, and opens it for the same question only.

    A token is base64url of JSON and an HMAC-SHA256 over it and over who asked what: a token that was forged, cut,
    aged past 24 hours, or made for another account, Region, operation or filter does not open.
    """

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"senderdesk next-token v1", hashlib.sha256)

    def seal(self, position: Any, question: str, now: float) -> str:
        """A token for `position` (anything JSON can say) in the list that `question` names."""
        payload = msgspec.json.encode([int(now), position])
        return base64.urlsafe_b64encode(self._mac(payload, question) + payload).decode().rstrip("=")

    def open(self, token: str, question: str, now: float) -> Any:
        """The position sealed in `token`. Raises ValueError where it is not ours, or not for this question."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except ValueError as error:
            raise ValueError("not a token") from error
        if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != token:
            raise ValueError("not a token that we wrote")  # stray bits that base64 would let pass
        mac, payload = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, question)):
            raise ValueError("not a token of this list")
        issued, position = msgspec.json.decode(payload)
        if now - issued > TOKEN_LIFETIME_SECONDS:
            raise ValueError("an expired token")
        return position

    def _mac(self, payload: bytes, question: str) -> bytes:
        return hmac.digest(self._key, question.encode() + b"\0" + payload, hashlib.sha256)[:_MAC_BYTES]
