"""Configuration sets: named sets of rules for sending, with defaults that messages may leave out."""

from __future__ import annotations

from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException, ResourceNotFoundException, ServiceQuotaExceededException
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.filters import BOOLEAN, boolean, filtered_page, passes, wanted_values
from senderdesk.operations.resources import named
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags

KIND = "configuration-set"
QUOTA = "CONFIGURATION_SETS_PER_ACCOUNT"
_FILTER_VALUES = {
    "default-message-type": SERVICE.enum("MessageType"),
    "default-message-feedback-enabled": BOOLEAN,
    "matching-event-types": SERVICE.enum("EventType"),
}


@operation
def create_configuration_set(
    call: Call, configuration_set_name: str, tags: list[Tag] | None = None, client_token: str | None = None
) -> Answer:
    """A new configuration set without defaults."""
    this = {**call.place, "configuration_set": configuration_set_name}
    if call.rows.find_configuration_set(**this) is not None:
        raise ConflictException("RESOURCE_ALREADY_EXISTS", KIND, configuration_set_name)
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    call.rows.insert_configuration_set(**this, created_at=call.now)
    return {
        "ConfigurationSetArn": call.arn(KIND, configuration_set_name),
        "ConfigurationSetName": configuration_set_name,
        "Tags": put_tags(call, f"{KIND}/{configuration_set_name}", tags) if tags else None,
        "CreatedTimestamp": call.now,
    }


@operation
def describe_configuration_sets(
    call: Call,
    configuration_set_names: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The configuration sets named, in that order, or all that pass the filters, by name."""
    refuse_page_of_named("configurationSetNames", configuration_set_names, next_token, max_results)
    wanted = wanted_values(filters, _FILTER_VALUES)

    def described(row: Any) -> Answer | None:
        return _describe(call, row) if passes(_have(row), wanted) else None

    if configuration_set_names:
        found = (find_configuration_set(call, name, "configurationSetNames") for name in configuration_set_names)
        once = {row["configuration_set"]: row for row in found}
        return {"ConfigurationSets": [item for item in map(described, once.values()) if item is not None]}
    return filtered_page(
        "ConfigurationSets",
        lambda after, count: call.rows.list_configuration_sets(**call.place, after=after, count=count),
        lambda row: row["configuration_set"],
        described,
        next_token or "",
        max_results,
    )


@operation
def delete_configuration_set(call: Call, configuration_set_name: str) -> Answer:
    """Delete a configuration set."""
    row = find_configuration_set(call, configuration_set_name)
    name = row["configuration_set"]
    call.rows.delete_configuration_set(**call.place, configuration_set=name)
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{KIND}/{name}")
    return _describe(call, row)


def find_configuration_set(call: Call, name_or_arn: str, field: str = "configurationSetName") -> Any:
    """The stored configuration set. `field` is the input member.

    Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, name_or_arn, KIND, field)
    row = call.rows.find_configuration_set(**call.place, configuration_set=name)
    if row is None:
        raise ResourceNotFoundException(KIND, name)
    return row


def _have(row: Any) -> dict[str, list[str | None]]:
    """What each filter looks at. There are no event destinations and no protect configurations here."""
    return {
        "event-destination-name": [],
        "matching-event-types": [],
        "default-message-type": [row["message_type"]],
        "default-sender-id": [row["sender_id"]],
        "default-message-feedback-enabled": [*boolean(row["message_feedback"])],
        "protect-configuration-id": [],
    }


def _describe(call: Call, row: Any) -> Answer:
    return {
        "ConfigurationSetArn": call.arn(KIND, row["configuration_set"]),
        "ConfigurationSetName": row["configuration_set"],
        "EventDestinations": [],
        "DefaultMessageType": row["message_type"],
        "DefaultSenderId": row["sender_id"],
        "DefaultMessageFeedbackEnabled": bool(row["message_feedback"]),
        "CreatedTimestamp": row["created_at"],
    }
