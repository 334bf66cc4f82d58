"""The same ClientToken, the same answer: what was answered once is kept for 24 hours and given again.

The row is written in the resource's own transaction, so there is never a resource without its answer or an answer
without its resource. For some operations a refusal is an answer, too: it is written after its transaction is undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from senderdesk.contract import Operation
from senderdesk.database import Rows
from senderdesk.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceError,
    ServiceQuotaExceededException,
    ValidationException,
    again,
)
from senderdesk.operations import Answer, Call

# ASSUMED: 24 hours; the service does not publish how long it remembers a token.
KEPT_SECONDS = 24 * 3600
_TIDY_ROWS = 1000

# Seen with sender IDs: a token that met with a refusal meets with it again, whatever has changed since.
# ASSUMED: so it is with the other identities that are requested, and for these refusals.
_REFUSALS_KEPT_OF = {"RequestPhoneNumber": "phone-number", "RequestSenderId": "sender-id"}
_REFUSALS = (ConflictException, ResourceNotFoundException, ServiceQuotaExceededException, ValidationException)

Encode = Callable[[Operation, Answer], bytes]

canonical = msgspec.json.Encoder(order="sorted").encode


def replayed(
    call: Call,
    operation: Operation,
    arguments: dict[str, Any],
    perform: Callable[[], Answer],
    encode: Encode,
) -> bytes:
    """The stored answer to this ClientToken and these arguments, or a new one, which is stored.

    Raises ConflictException where the token came with other arguments.
    """
    token = arguments.get(operation.token) if operation.token else None
    if token is None:
        return encode(operation, perform())
    key, asked = _key(call, operation, arguments), _digest(operation, arguments)
    stored = call.rows.find_answer(**key, since=call.now - KEPT_SECONDS)
    if stored is None:
        answer = perform()
        body = encode(operation, answer)
        call.rows.insert_answer(
            **key, request_digest=asked, resource=_resource_of(answer), answer=body, created_at=call.now, error=None
        )
        return body
    if stored["request_digest"] != asked:
        kind, _, name = stored["resource"].partition("/")
        # ASSUMED: the model has no reason for a token used twice; this is the nearest that it has.
        raise ConflictException("RESOURCE_ALREADY_EXISTS", kind, name)
    if stored["error"] is not None:
        raise again(stored["error"], **msgspec.json.decode(stored["answer"]))
    return bytes(stored["answer"])


def keeps_refusal(operation: Operation, arguments: dict[str, Any], error: Exception) -> bool:
    """Whether `error` is what this ClientToken is answered with from now on."""
    kept = operation.name in _REFUSALS_KEPT_OF and isinstance(error, _REFUSALS)
    return kept and arguments.get(operation.token or "") is not None


def keep_refusal(call: Call, operation: Operation, arguments: dict[str, Any], error: ServiceError) -> None:
    """Keep the refusal of a ClientToken, in a transaction of its own; a token that has an answer keeps that."""
    key = _key(call, operation, arguments)
    if call.rows.find_answer(**key, since=call.now - KEPT_SECONDS) is None:
        call.rows.insert_answer(
            **key,
            request_digest=_digest(operation, arguments),
            # ASSUMED: who uses the token with other arguments is told the kind, as there is no id.
            resource=f"{_REFUSALS_KEPT_OF[operation.name]}/",
            answer=msgspec.json.encode({"message": error.message, "members": error.members}),
            created_at=call.now,
            error=error.code,
        )


def forget_old(rows: Rows, now: float) -> int:
    """Delete some answers that are too old to be asked for; gives how many. `now` is in epoch seconds."""
    deleted: int = rows.delete_old_answers(before=now - KEPT_SECONDS, count=_TIDY_ROWS)
    return deleted


def _key(call: Call, operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    place = f"{call.region}\0{operation.name}\0{arguments[operation.token or '']}"
    return {"account_id": call.account, "token_digest": hashlib.sha256(place.encode()).digest()[:16]}


def _digest(operation: Operation, arguments: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical({**arguments, operation.token or "": None})).digest()


def _resource_of(answer: Answer) -> str:
    """kind/name of what an answer tells of, by the first ARN in it."""
    arn: str = next((value for member, value in answer.items() if member.endswith("Arn")), "")
    return arn.rpartition(":")[2]
