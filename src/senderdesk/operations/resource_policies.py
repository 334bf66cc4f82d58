"""Resource policies: the policy text that a resource carries, kept as it was given. It shares nothing here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from senderdesk.errors import FaultyField, ResourceNotFoundException, ValidationException
from senderdesk.identifiers import Arn, parse_arn
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.identities import PHONE_NUMBER, SENDER_ID, find_identity
from senderdesk.operations.opt_out_lists import KIND as OPT_OUT_LIST
from senderdesk.operations.opt_out_lists import find_opt_out_list
from senderdesk.operations.resources import POOL, find_pool

KIND = "policy"
_FIELD = "resourceArn"

# What can have a policy, and how each is found by its ARN. Source: the API reference of PutResourcePolicy.
_FINDERS: dict[str, Callable[[Call, str], Any]] = {
    PHONE_NUMBER: find_identity,
    SENDER_ID: find_identity,
    POOL: lambda call, arn: find_pool(call, arn, _FIELD),
    OPT_OUT_LIST: lambda call, arn: find_opt_out_list(call, arn, _FIELD),
}


@operation
def put_resource_policy(call: Call, resource_arn: str, policy: str) -> Answer:
    """Give a resource a policy, in place of one that it has."""
    resource = _existing(call, resource_arn)
    _check(policy)
    # ASSUMED: a policy that takes another one's place is a new one, with its own time.
    call.rows.put_resource_policy(**call.place, resource=resource, policy=policy, created_at=call.now)
    return {"ResourceArn": resource_arn, "Policy": policy, "CreatedTimestamp": call.now}


@operation
def get_resource_policy(call: Call, resource_arn: str) -> Answer:
    """The policy of a resource."""
    return _found(call, resource_arn, _existing(call, resource_arn))


@operation
def delete_resource_policy(call: Call, resource_arn: str) -> Answer:
    """Take the policy away from a resource, and give it for the last time."""
    resource = _existing(call, resource_arn)
    answer = _found(call, resource_arn, resource)
    call.rows.delete_resource_policy(**call.place, resource=resource)
    return answer


def _existing(call: Call, text: str) -> str:
    """kind/name of the resource that an ARN names, where it exists in the caller's account and Region."""
    arn: Arn | None = parse_arn(text)
    if arn is None or arn.kind not in _FINDERS:
        complaint = FaultyField(_FIELD, "must be the ARN of a phone number, a sender ID, a pool or an opt-out list")
        raise ValidationException("INVALID_ARN", [complaint])
    _FINDERS[arn.kind](call, text)
    return f"{arn.kind}/{arn.name}"


def _found(call: Call, resource_arn: str, resource: str) -> Answer:
    row = call.rows.find_resource_policy(**call.place, resource=resource)
    if row is None:
        # ASSUMED: a policy that is not there is told by the name of its resource.
        raise ResourceNotFoundException(KIND, resource.partition("/")[2])
    return {"ResourceArn": resource_arn, "Policy": row["policy"], "CreatedTimestamp": row["created_at"]}


def _check(policy: str) -> None:
    """Raises ValidationException INVALID_PARAMETER where a policy is not a JSON object with a Statement."""
    # ASSUMED: who may do what is not looked at; nobody but the owner comes here.
    fault = _fault_of(policy)
    if fault:
        raise ValidationException("INVALID_PARAMETER", [FaultyField("policy", fault)])


def _fault_of(policy: str) -> str:
    try:
        document = msgspec.json.decode(policy)
        json.loads(policy, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        return f"must be JSON: {str(error)[:200]}"
    if not isinstance(document, dict) or not isinstance(document.get("Statement"), list | dict):
        return "must be an object with a Statement"
    return ""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice in one object")
    return found
