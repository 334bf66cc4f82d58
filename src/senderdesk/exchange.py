"""One request to the API, while it is received and answered: its body, and how much memory bodies may take."""

from __future__ import annotations

from typing import ClassVar
from weakref import WeakSet

from senderdesk.errors import RequestEntityTooLargeException, ServiceError, ThrottlingException
from senderdesk.wire import BODY_CAP_BYTES, Request, body_cap

# With 9.5 MB each, the bodies that are held at once stay below 160 MB; what is decoded of them lies beside them for the
# moment in which a request is performed.
_MOST_LARGE_BODIES = 16


class Exchange:
    """A request of one connection, and what has come of its body.

    Those with a large body are counted over all connections; one that is answered, or whose connection is gone, falls
    out of the count by itself.
    """

    __slots__ = ("__weakref__", "body", "cap", "keep_alive", "refused", "request")

    _large: ClassVar[WeakSet[Exchange]] = WeakSet()

    def __init__(self, request: Request, keep_alive: bool) -> None:
        self.request = request
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.cap = body_cap(request)
        self.refused = False

    def refusal_of_length(self) -> ServiceError | None:
        """The refusal of a body that says beforehand that it is too large."""
        declared = self.request.header(b"content-length")
        return self._too_large() if declared.isdigit() and int(declared) > self.cap else None

    def take(self, part: bytes) -> ServiceError | None:
        """Add a part of the body; gives the refusal where there is too much of it, or of all large bodies together."""
        self.body += part
        if len(self.body) > self.cap:
            return self._too_large()
        if len(self.body) > BODY_CAP_BYTES:
            self._large.add(self)
            if len(self._large) > _MOST_LARGE_BODIES:
                return ThrottlingException()
        return None

    def refuse(self) -> None:
        """Drop the body, and what still comes of it."""
        self.refused = True
        self.body.clear()
        self._large.discard(self)

    def _too_large(self) -> ServiceError:
        return RequestEntityTooLargeException(f"The body may have at most {self.cap} bytes")
