"""awsJson: bytes to (operation, arguments), and answers or errors to bytes.

The protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

import msgspec

from senderdesk.contract import SERVICE, Contract, Operation
from senderdesk.errors import (
    FaultyField,
    RequestEntityTooLargeException,
    SerializationException,
    ServiceError,
    ValidationException,
    field_name,
)
from senderdesk.identifiers import new_request_id
from senderdesk.shapes import MISSING, TYPE, Fault, Faults

BODY_CAP_BYTES = 1024 * 1024
# Operations whose body may be larger: a 5 MiB file, base64 in JSON.
LARGE_BODIES = {f"{SERVICE.target_prefix}.CreateRegistrationAttachment".encode(): 9_500_000}

# A request can hold more faults than anybody reads; the rest are counted.
_FAULTS_TOLD = 100

_KEY_SIGN = re.compile(rb'"\s*:')
_ENCODE = msgspec.json.Encoder()


class Request:
    """One HTTP request as it came.

    `headers` maps lower-case names to values; a header that came more than once has its values joined with a comma,
    and its name is in `doubled`. `trail` gathers what the log line will say of the request.
    """

    __slots__ = ("body", "doubled", "headers", "id", "method", "path", "query", "trail")

    def __init__(
        self, method: str, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes = b""
    ) -> None:
        self.id = new_request_id()
        self.method = method
        self.path = path
        self.query = query
        self.headers = dict(headers)
        self.doubled: frozenset[bytes] = frozenset()
        self.body = body
        self.trail: dict[str, str] = {}
        if len(self.headers) != len(headers):
            self._join_doubled(headers)

    def header(self, name: bytes) -> bytes:
        """The value of a header, b"" where it is missing."""
        return self.headers.get(name, b"")

    def _join_doubled(self, headers: list[tuple[bytes, bytes]]) -> None:
        values: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            values.setdefault(name, []).append(value.strip())
        self.headers = {name: b",".join(several) for name, several in values.items()}
        self.doubled = frozenset(name for name, several in values.items() if len(several) > 1)


@dataclass(slots=True)
class Response:
    """What goes back: an HTTP status and a body of `content_type`."""

    status: int
    content_type: str
    body: bytes


class JsonWire:
    """The awsJson protocol over one compiled contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.content_type = contract.content_type
        self._targets = {
            f"{contract.target_prefix}.{name}".encode(): operation for name, operation in contract.operations.items()
        }

    def operation_of(self, request: Request) -> Operation:
        """Which operation is asked for. Raises ValidationException UNKNOWN_OPERATION, SerializationException."""
        target = request.header(b"x-amz-target")
        operation = self._targets.get(target)
        if operation is None:
            shown = target[:100].decode("ascii", "backslashreplace") or "missing"
            # ASSUMED: the model has this Reason, so it is given where other services say UnknownOperationException.
            raise ValidationException(
                "UNKNOWN_OPERATION",
                sentence=f"X-Amz-Target must be one {self.contract.target_prefix}.OPERATION; it was: {shown}",
            )
        media_type = request.header(b"content-type").decode("latin-1")
        if media_type != self.content_type and media_type.partition(";")[0].strip().lower() != self.content_type:
            raise SerializationException(
                f"Content-Type must be {self.content_type}, not {media_type[:100] or 'missing'}"
            )
        return operation

    def decode(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The arguments under their wire names, checked against the model.

        Raises SerializationException where the body is not the JSON that the protocol allows or a member is not of
        its type, and one ValidationException that names every other fault.
        """
        faults: Faults = []
        value = parse_object(_plain_body(operation, request))
        arguments: dict[str, Any] = operation.read_input(value, "", faults)
        if faults:
            raise refusal_of(faults)
        return arguments

    def encode(self, operation: Operation, answer: dict[str, Any]) -> bytes:
        """The body that says `answer`. Raises AnswerBroken where it does not keep the contract."""
        faults: Faults = []
        value = operation.write_output(answer, "", faults)
        if faults:
            raise AnswerBroken(f"{operation.name}: " + "; ".join(f"{fault.path} {fault.message}" for fault in faults))
        return _ENCODE.encode(value)

    def answer(self, body: bytes) -> Response:
        """A success with this body."""
        return Response(200, self.content_type, body)

    def refuse(self, request: Request, error: ServiceError) -> Response:
        """An error in the form that SDKs read: its name in `__type`, its members beside it."""
        body = _ENCODE.encode({"__type": error.code, "Message": error.message, **error.members})
        return Response(error.status, self.content_type, body)


class AnswerBroken(Exception):
    """An operation answered something that the model does not allow: our fault, so the transaction rolls back."""


def body_cap(request: Request) -> int:
    """How many bytes the body of this request may have, by its target alone (nothing else is known yet)."""
    return LARGE_BODIES.get(request.header(b"x-amz-target"), BODY_CAP_BYTES)


def refusal_of(faults: Faults) -> ServiceError:
    """The one error that says every fault: wrong types first, as the real services' decoders meet them first."""
    mistyped = [fault for fault in faults if fault.kind == TYPE]
    told = (mistyped or faults)[:_FAULTS_TOLD]
    more = len(mistyped or faults) - len(told)
    sentence = f"There are {more} more." if more else ""
    if mistyped:
        # ASSUMED: as other awsJson services do; which error this one gives to a member of a wrong type is not seen.
        return SerializationException("; ".join([f"{fault.path} {fault.message}" for fault in told]) + sentence)
    # ASSUMED: a request that lacks members, and has no other fault, gets MISSING_PARAMETER.
    reason = "MISSING_PARAMETER" if all(fault.kind == MISSING for fault in faults) else "INVALID_PARAMETER"
    fields = [FaultyField(_field_name(fault), f"{fault.path} {fault.message}") for fault in told]
    return ValidationException(reason, fields, sentence)


def _field_name(fault: Fault) -> str:
    """`Tags[0].Key` is reported as `tags`, the way the service was seen to name fields."""
    return field_name(re.split(r"[.\[]", fault.path, maxsplit=1)[0])


def parse_object(body: bytes) -> dict[str, Any]:
    """One JSON object, strictly: no NaN, duplicate keys, lone surrogates, other encodings, or endless depth.

    An empty body counts as an empty object, as AWS's servers take it. Raises SerializationException.
    """
    try:
        value = msgspec.json.decode(body or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SerializationException(f"The body is not valid JSON in UTF-8: {str(error)[:200]}") from error
    except RecursionError as error:
        raise SerializationException("The body is nested too deeply") from error
    if type(value) is not dict:
        raise SerializationException("The body must be a JSON object")
    # Each key ends in a quote and a colon, so more of those than keys may mean that a key was given twice.
    if len(_KEY_SIGN.findall(body)) != _keys_in(value):
        _refuse_duplicate_keys(body)
    return value


def _keys_in(value: Any) -> int:
    """Counted with a list of our own rather than by recursion: the depth is the sender's choice."""
    total, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        if type(inner) is dict:
            total += len(inner)
            waiting.extend(inner.values())
        elif type(inner) is list:
            waiting.extend(inner)
    return total


def _refuse_duplicate_keys(body: bytes) -> None:
    """The exact check, slower: strings may hold what looks like the end of a key."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise SerializationException("A key is given twice in one JSON object")
        return found

    try:
        json.loads(body, object_pairs_hook=once)
    except RecursionError as error:
        raise SerializationException("The body is nested too deeply") from error


def _plain_body(operation: Operation, request: Request) -> bytes:
    """Undo gzip where the model allows it for this operation; any other Content-Encoding is refused."""
    encoding = request.header(b"content-encoding").decode("latin-1").strip().lower()
    if not encoding or encoding == "identity":
        return request.body
    if encoding != "gzip" or encoding not in operation.encodings:
        raise SerializationException(f"{operation.name} takes no Content-Encoding {encoding[:40]}")
    cap = body_cap(request)
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(request.body, cap)
    except zlib.error as error:
        raise SerializationException("The body is not gzip") from error
    if inflater.unconsumed_tail:
        raise RequestEntityTooLargeException(f"The body unpacks to more than {cap} bytes")
    if not inflater.eof or inflater.unused_data:
        raise SerializationException("The body is not one whole gzip stream")
    return plain
