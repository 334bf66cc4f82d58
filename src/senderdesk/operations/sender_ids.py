"""Sender IDs: request, describe, protect, release; and what an approved registration brings.

A sender ID belongs to a country. Where the country wants it registered, it comes with an approved registration and
in no other way. What registered it is read from the associations, so that it is never told twice.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from senderdesk.contract import SERVICE
from senderdesk.due import STEP_SECONDS
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identity_countries import identity_countries
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.associations import RESOURCES, Resource, associate, disassociate
from senderdesk.operations.filters import BOOLEAN, asks_for_shared, boolean, filtered_page, passes, wanted_values
from senderdesk.operations.resources import named
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags

KIND = "sender-id"
QUOTA = "SENDER_IDS_PER_ACCOUNT"
# What SupportedAssociations of forms call a sender ID, and the field that has its name.
RESOURCE_TYPE, NAME_FIELD = "SENDER_ID", "senderIdInfo.senderId"

_LONGEST = 11
_NOT_IN_SENDER_IDS = re.compile(r"[^A-Za-z0-9_-]")
# ASSUMED: a request that names no message types gets both.
_MESSAGE_TYPES = ("TRANSACTIONAL", "PROMOTIONAL")
_FILTER_VALUES = {
    "message-type": SERVICE.enum("MessageType"),
    "deletion-protection-enabled": BOOLEAN,
    "registered": BOOLEAN,
}


class SenderId(NamedTuple):
    """What a sender ID is known by."""

    sender_id: str
    iso_country_code: str

    def __str__(self) -> str:
        """As ARNs have it, behind the kind. Source: the service authorization reference."""
        return f"{self.sender_id}/{self.iso_country_code}"


@operation
def request_sender_id(
    call: Call,
    sender_id: str,
    iso_country_code: str,
    message_types: list[str] | None = None,
    deletion_protection_enabled: bool = False,
    tags: list[Tag] | None = None,
    client_token: str | None = None,
) -> Answer:
    """A new sender ID for a country where it need not be registered. It is there at once."""
    name = SenderId(sender_id, iso_country_code)
    _check_spelling(sender_id)
    _check_country(call, name)
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    if not _insert(call, name, message_types or _MESSAGE_TYPES, deletion_protection_enabled):
        raise ConflictException("RESOURCE_ALREADY_EXISTS", KIND, str(name))
    answer = _described(call, find_sender_id(call, sender_id, iso_country_code))
    if tags:
        answer["Tags"] = put_tags(call, f"{KIND}/{name}", tags)
    return answer


@operation
def describe_sender_ids(
    call: Call,
    sender_ids: list[dict[str, str]] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: list[str] | None = None,
    max_results: int | None = None,
    owner: str | None = None,
) -> Answer:
    """The sender IDs asked for, in that order, or all that pass the filters, by name."""
    wanted = wanted_values(filters, _FILTER_VALUES)
    refuse_page_of_named("senderIds", sender_ids, next_token, max_results)
    if asks_for_shared(owner, "senderIds", sender_ids):
        return {"SenderIds": []}

    def described(row: Any) -> Answer | None:
        return _described(call, row) if passes(_have(row), wanted) else None

    if sender_ids:
        # ASSUMED: filters narrow what is named, whose order is kept; one that is unknown fails the call.
        found = [find_sender_id(call, one["SenderId"], one["IsoCountryCode"], "senderIds") for one in sender_ids]
        once = {_name(row): row for row in found}
        return {"SenderIds": [item for item in map(described, once.values()) if item is not None]}
    return filtered_page(
        "SenderIds",
        lambda after, count: call.rows.list_sender_ids(
            **call.place, after=after[0], after_country=after[1], count=count
        ),
        lambda row: list(_name(row)),
        described,
        next_token or ["", ""],
        max_results,
    )


@operation
def update_sender_id(
    call: Call, sender_id: str, iso_country_code: str, deletion_protection_enabled: bool | None = None
) -> Answer:
    """Put the deletion protection of a sender ID on or off; what is not said stays as it is."""
    row = find_sender_id(call, sender_id, iso_country_code)
    if deletion_protection_enabled is not None:
        call.rows.protect_sender_id(
            **call.place, **_name(row)._asdict(), deletion_protection=deletion_protection_enabled
        )
    return _described(call, find_sender_id(call, sender_id, iso_country_code))


@operation
def release_sender_id(call: Call, sender_id: str, iso_country_code: str) -> Answer:
    """Give a sender ID back. A COMPLETE registration that loses its last one is closed."""
    row = find_sender_id(call, sender_id, iso_country_code)
    name = _name(row)
    if row["deletion_protection"]:
        raise ConflictException("DELETION_PROTECTION_ENABLED", KIND, str(name))
    if call.rows.find_pool_of(**call.place, resource=f"{KIND}/{name}"):
        raise ConflictException("SENDER_ID_ASSOCIATED_TO_POOL", KIND, str(name))
    disassociate(call, str(name))
    call.rows.delete_sender_id(**call.place, **name._asdict())
    call.rows.put_released_sender_id(**call.place, **name._asdict(), released_at=call.now)
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{KIND}/{name}")
    call.rows.delete_resource_policy(**call.place, resource=f"{KIND}/{name}")
    answer = _described(call, row)
    del answer["DeletionProtectionEnabled"]  # the model has it everywhere but here
    return answer


def find_sender_id(call: Call, id_or_arn: str, iso_country_code: str, field: str = "senderId") -> Any:
    """The stored sender ID, with its registration_id and registration_status (both None without one).

    `field` is the input member that named it. Raises ResourceNotFoundException, and ValidationException INVALID_ARN
    and COUNTRY_CODE_MISMATCH.
    """
    name = SenderId(id_or_arn, iso_country_code)
    if id_or_arn.startswith("arn:"):
        sender_id, _, country = named(call, id_or_arn, KIND, field).partition("/")
        name = SenderId(sender_id, country)
    if name.iso_country_code != iso_country_code:
        # ASSUMED: the reason where an ARN and IsoCountryCode disagree.
        complaint = FaultyField("isoCountryCode", f"is {iso_country_code}, which the ARN does not end in")
        raise ValidationException("COUNTRY_CODE_MISMATCH", [complaint])
    row = call.rows.find_sender_id(**call.place, **name._asdict())
    if row is None:
        # ASSUMED: errors name a sender ID as its ARN does, with the country.
        raise ResourceNotFoundException(KIND, str(name))
    return row


def provision(call: Call, registration: Any, supported: dict[str, str]) -> None:
    """What the approval of a registration brings: its sender ID, in the country of `supported`, associated with it."""
    value = call.rows.find_field_value(
        **call.place,
        registration_id=registration["registration_id"],
        version_number=registration["current_version"],
        field_path=NAME_FIELD,
    )
    if value is None or not value["text_value"]:
        return
    # ASSUMED: signs that a form takes and the API's sender IDs do not have become hyphens; case stays as registered.
    spelled = _NOT_IN_SENDER_IDS.sub("-", value["text_value"])[:_LONGEST]
    name = SenderId(spelled, supported["IsoCountryCode"])
    # ASSUMED: what was approved is not refused for a quota.
    if _insert(call, name, _MESSAGE_TYPES, deletion_protection=False):
        call.rows.count_one_more(**call.place, name=QUOTA, quota=1 << 62)
    # ASSUMED: one that the account has already goes over to the newest registration that brings it.
    disassociate(call, str(name))
    associate(call, registration, Resource(KIND, str(name), RESOURCE_TYPE, name.iso_country_code))


def _check_spelling(sender_id: str) -> None:
    """Beyond the model's pattern. Source: the documentation of SenderId in RequestSenderId."""
    if not re.search("[A-Za-z]", sender_id) or sender_id.startswith("-") or sender_id.endswith("-"):
        complaint = FaultyField("senderId", "must have a letter, and neither begin nor end with a hyphen")
        raise ValidationException("INVALID_PARAMETER", [complaint])


def _check_country(call: Call, name: SenderId) -> None:
    country = name.iso_country_code
    if country in identity_countries().without_sender_ids:
        complaint = FaultyField("isoCountryCode", f"there are no sender IDs in {country}")
        raise ValidationException("SENDER_ID_NOT_SUPPORTED", [complaint])
    registration_type = f"{country}_SENDER_ID_REGISTRATION"
    if registration_type in call.desk.forms:
        complaint = FaultyField("isoCountryCode", f"a sender ID comes with an approved {registration_type}")
        raise ValidationException("SENDER_ID_REQUIRES_REGISTRATION", [complaint])
    released = call.rows.find_released_sender_id(**call.place, **name._asdict())
    # Seen: the same reason for one that was released shortly before.
    # ASSUMED: that lasts as long as any other step of the desk.
    if released and call.now < released["released_at"] + STEP_SECONDS[call.desk.settings.pace]:
        complaint = FaultyField("senderId", "was released a moment ago; try again with another ClientToken")
        raise ValidationException("SENDER_ID_REQUIRES_REGISTRATION", [complaint])


def _insert(call: Call, name: SenderId, message_types: Any, deletion_protection: bool) -> bool:
    """Store a sender ID; False where the account has it."""
    call.rows.delete_released_sender_id(**call.place, **name._asdict())
    # ASSUMED: other accounts may have the same one: a name, unlike a number, is not given to one holder only.
    inserted = call.rows.insert_sender_id(
        **call.place,
        **name._asdict(),
        message_types=" ".join(one for one in _MESSAGE_TYPES if one in message_types),
        deletion_protection=deletion_protection,
        created_at=call.now,
    )
    return bool(inserted)


def _name(row: Any) -> SenderId:
    return SenderId(row["sender_id"], row["iso_country_code"])


def _registered(row: Any) -> bool:
    # Source: the user guide says that only COMPLETE counts as registered.
    return bool(row["registration_status"] == "COMPLETE")


def _described(call: Call, row: Any) -> Answer:
    answer = {
        "SenderIdArn": call.arn(KIND, str(_name(row))),
        "SenderId": row["sender_id"],
        "IsoCountryCode": row["iso_country_code"],
        "MessageTypes": row["message_types"].split(),
        "MonthlyLeasingPrice": identity_countries().sender_id_price,
        "DeletionProtectionEnabled": bool(row["deletion_protection"]),
        "Registered": _registered(row),
    }
    if row["registration_id"] is not None:
        answer["RegistrationId"] = row["registration_id"]
    return answer


def _have(row: Any) -> dict[str, list[str]]:
    """What each filter looks at."""
    return {
        "sender-id": [row["sender_id"]],
        "iso-country-code": [row["iso_country_code"]],
        "message-type": row["message_types"].split(),
        "deletion-protection-enabled": boolean(row["deletion_protection"]),
        "registered": boolean(_registered(row)),
    }


def _resource(call: Call, name: str) -> Resource | None:
    sender_id, _, country = name.partition("/")
    row = call.rows.find_sender_id(**call.place, sender_id=sender_id, iso_country_code=country)
    return Resource(KIND, name, RESOURCE_TYPE, row["iso_country_code"]) if row is not None else None


RESOURCES[KIND] = _resource
