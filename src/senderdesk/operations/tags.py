"""Tags: put, take away, list. What a key and a value may be is in `contract.TIGHTENED`."""

from __future__ import annotations

from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.errors import (
    FaultyField,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identifiers import parse_arn
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.identities import DEFAULT_OPT_OUT_LIST

Tag = dict[str, str]

QUOTA = "TAGS_PER_RESOURCE"


@operation
def tag_resource(call: Call, resource_arn: str, tags: list[Tag]) -> Answer:
    """Add tags to a resource, or give them new values."""
    resource = _existing(call, resource_arn)
    put_tags(call, resource, tags)
    # Counted after they are in: keys that were there before count once, and a refusal takes everything back.
    if len(tags_of(call, resource)) > call.desk.limits.quota(QUOTA):
        raise ServiceQuotaExceededException(QUOTA)
    return {}


@operation
def untag_resource(call: Call, resource_arn: str, tag_keys: list[str]) -> Answer:
    """Take tags away by key; a key that the resource does not have is no fault."""
    resource = _existing(call, resource_arn)
    for key in tag_keys:
        call.rows.delete_tag(**call.place, resource=resource, tag_key=key)
    return {}


@operation
def list_tags_for_resource(call: Call, resource_arn: str) -> Answer:
    """The tags of a resource, by key."""
    return {"ResourceArn": resource_arn, "Tags": tags_of(call, _existing(call, resource_arn))}


def put_tags(call: Call, resource: str, tags: list[Tag]) -> list[Tag]:
    """Store `tags` of `resource` (kind/name), and give them back. Their keys and values have been checked.

    Raises ServiceQuotaExceededException TAGS_PER_RESOURCE.
    """
    if len(tags) > call.desk.limits.quota(QUOTA):
        raise ServiceQuotaExceededException(QUOTA)
    call.rows.put_tags(
        [{**call.place, "resource": resource, "tag_key": tag["Key"], "tag_value": tag["Value"]} for tag in tags]
    )
    return tags


def tags_of(call: Call, resource: str) -> list[Tag]:
    """The stored tags of `resource`, by key."""
    rows = call.rows.list_tags(**call.place, resource=resource)
    return [{"Key": row["tag_key"], "Value": row["tag_value"]} for row in rows]


def delete_all_tags(call: Call, resource: str) -> None:
    """Forget the tags of a resource that is going."""
    call.rows.delete_tags(**call.place, resource=resource)


def _existing(call: Call, text: str) -> str:
    """kind/name of the resource that an ARN names, where it exists in the caller's account and Region."""
    arn = parse_arn(text)
    if arn is None or arn.kind not in SERVICE.enum("ResourceType"):
        raise ValidationException("INVALID_ARN", [FaultyField("resourceArn", "is not the ARN of a resource here")])
    ours = (arn.account, arn.region) == (call.account, call.region)
    if not ours or arn.kind not in _FINDERS or _FINDERS[arn.kind](call, arn.name) is None:
        raise ResourceNotFoundException(arn.kind, arn.name)
    return f"{arn.kind}/{arn.name}"


# How each kind of resource that can have tags is found.
_FINDERS: dict[str, Any] = {
    "registration": lambda call, name: call.rows.find_registration(**call.place, registration_id=name),
    "registration-attachment": lambda call, name: call.rows.find_attachment(**call.place, attachment_id=name),
    "phone-number": lambda call, name: call.rows.find_phone_number(**call.place, phone_number_id=name),
    "sender-id": lambda call, name: call.rows.find_sender_id(
        **call.place, sender_id=name.partition("/")[0], iso_country_code=name.partition("/")[2]
    ),
    "rcs-agent": lambda call, name: call.rows.find_rcs_agent(**call.place, rcs_agent_id=name),
    "pool": lambda call, name: call.rows.find_pool(**call.place, pool_id=name),
    "opt-out-list": lambda call, name: (
        name == DEFAULT_OPT_OUT_LIST or call.rows.find_opt_out_list(**call.place, opt_out_list=name)
    ),
    "configuration-set": lambda call, name: call.rows.find_configuration_set(**call.place, configuration_set=name),
}
