"""sts:GetCallerIdentity, the one call of another service that real clients make first: the awsQuery protocol, in XML.

It has the same three acts as `wire.JsonWire`, so that `service.handle` serves both on one path.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from senderdesk.contract import Operation
from senderdesk.errors import ServiceError, ValidationException
from senderdesk.wire import Request, Response

CONTENT_TYPE = "text/xml"
FORM = b"application/x-www-form-urlencoded"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"

GET_CALLER_IDENTITY = Operation(
    name="GetCallerIdentity",
    function="get_caller_identity",
    service="sts",
    writes=False,
    arguments={},
    required=frozenset(),
    errors=frozenset(),
    token=None,
    result_key=None,
    encodings=(),
    shapes={},
    input_shape=None,
    output_shape=None,
)


class QueryWire:
    """awsQuery for the one operation of STS that is served."""

    def operation_of(self, request: Request) -> Operation:
        """Which operation the form asks for. Raises ValidationException UNKNOWN_OPERATION."""
        try:
            form = dict(parse_qsl(request.body.decode("ascii"), max_num_fields=100))
        except ValueError:
            form = {}
        if form.get("Action") != GET_CALLER_IDENTITY.name:
            raise ValidationException("UNKNOWN_OPERATION", sentence="Of STS, only GetCallerIdentity is served here.")
        return GET_CALLER_IDENTITY

    def decode(self, operation: Operation, request: Request) -> dict[str, Any]:
        """GetCallerIdentity takes nothing."""
        return {}

    def encode(self, operation: Operation, answer: dict[str, Any]) -> bytes:
        """The result element of the answer."""
        members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in answer.items())
        return f"<{operation.name}Result>{members}</{operation.name}Result>".encode()

    def answer(self, body: bytes) -> Response:
        """A success: the result in its envelope."""
        envelope = f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}">%s</GetCallerIdentityResponse>'
        return Response(200, CONTENT_TYPE, envelope.encode() % body)

    def refuse(self, request: Request, error: ServiceError) -> Response:
        """An error as awsQuery writes it."""
        who = "Receiver" if error.status >= 500 else "Sender"
        body = (
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>{who}</Type><Code>{error.code}</Code>'
            f"<Message>{escape(error.message)}</Message></Error><RequestId>{request.id}</RequestId></ErrorResponse>"
        )
        return Response(error.status, CONTENT_TYPE, body.encode())
