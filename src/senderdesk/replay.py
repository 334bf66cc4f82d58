"""The same ClientToken, the same answer: what was answered once is kept for 24 hours and given again.

The row is written in the resource's own transaction, so there is never a resource without its answer or an answer
without its resource.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from senderdesk.contract import Operation
from senderdesk.database import Rows
from senderdesk.errors import ConflictException
from senderdesk.operations import Answer, Call

# ASSUMED: 24 hours; the service does not publish how long it remembers a token.
KEPT_SECONDS = 24 * 3600
_TIDY_ROWS = 1000

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
    place = f"{call.region}\0{operation.name}\0{token}"
    key = {"account_id": call.account, "token_digest": hashlib.sha256(place.encode()).digest()[:16]}
    asked = hashlib.sha256(canonical({**arguments, operation.token: None})).digest()
    stored = call.rows.find_answer(**key, since=call.now - KEPT_SECONDS)
    if stored is None:
        answer = perform()
        body = encode(operation, answer)
        call.rows.insert_answer(
            **key, request_digest=asked, resource=_resource_of(answer), answer=body, created_at=call.now
        )
        return body
    if stored["request_digest"] != asked:
        kind, _, name = stored["resource"].partition("/")
        # ASSUMED: the model has no reason for a token used twice; this is the nearest that it has.
        raise ConflictException("RESOURCE_ALREADY_EXISTS", kind, name)
    return bytes(stored["answer"])


def forget_old(rows: Rows, now: float) -> int:
    """Delete some answers that are too old to be asked for; gives how many. `now` is in epoch seconds."""
    deleted: int = rows.delete_old_answers(before=now - KEPT_SECONDS, count=_TIDY_ROWS)
    return deleted


def _resource_of(answer: Answer) -> str:
    """kind/name of what an answer tells of, by the first ARN in it."""
    arn: str = next((value for member, value in answer.items() if member.endswith("Arn")), "")
    return arn.rpartition(":")[2]
