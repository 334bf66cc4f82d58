"""Numbers under registrations: which registration takes which number, and what follows for the number."""

from __future__ import annotations

from typing import Any

from senderdesk.errors import ConflictException, FaultyField, ServiceQuotaExceededException, ValidationException
from senderdesk.numbering import TOLL_FREE, Offer
from senderdesk.operations import Call
from senderdesk.operations.associations import (
    FOLLOWERS,
    RESOURCES,
    Resource,
    associate,
    associated,
    refuse_association,
    supports,
)
from senderdesk.operations.identities import PHONE_NUMBER as KIND
from senderdesk.operations.number_standing import activate, associating, become_active_later
from senderdesk.operations.resources import find_registration

QUOTA = "PHONE_NUMBERS_PER_REGISTRATION"
_QUOTA_OF = {TOLL_FREE: "PHONE_NUMBERS_PER_TOLL_FREE_REGISTRATION"}


def registration_for(call: Call, registration_id: str, offered: Offer) -> Any:
    """The registration that a number is requested for, which must be COMPLETE and take such numbers after that.

    Raises ValidationException INVALID_PARAMETER, ConflictException REGISTRATION_NOT_COMPLETE, and as
    `find_registration` does.
    """
    registration = find_registration(call, registration_id)
    check_takes(call, registration, offered)
    refuse_association(call, registration, _example(offered))
    return registration


def check_takes(call: Call, registration: Any, offered: Offer) -> None:
    """Raises ValidationException INVALID_PARAMETER where no such number can be requested for the registration.

    Seen: that was the answer for a toll-free number, which belongs with its registration before it is submitted.
    """
    for one in supports(call, registration):
        fits = (one["ResourceType"], one.get("IsoCountryCode")) in (
            (offered.number_type, offered.iso_country_code),
            (offered.number_type, None),
        )
        if fits and one["AssociationBehavior"] == "ASSOCIATE_AFTER_COMPLETE":
            return
    complaint = FaultyField(
        "registrationId", f"a {registration['registration_type']} takes no {offered.number_type} at its request"
    )
    raise ValidationException("INVALID_PARAMETER", [complaint])


def put_under_registration(call: Call, registration: Any, row: Any) -> None:
    """A stored number comes under a registration that may have it. Seen: it is PENDING, and ACTIVE a while later."""
    associate(call, registration, resource_of(row))
    _check_quota(call, registration, row["number_type"])
    become_active_later(call, row["phone_number_id"])


def resource_of(row: Any) -> Resource:
    """A stored number as associations have it."""
    return Resource(KIND, row["phone_number_id"], row["number_type"], row["iso_country_code"], row["phone_number"])


def activate_numbers(call: Call, registration: Any) -> None:
    """A registration is COMPLETE: its numbers may be used from now on."""
    for resource in associated(call, registration["registration_id"]):
        if resource.kind == KIND:
            activate(call, resource.id)


def _check_quota(call: Call, registration: Any, number_type: str) -> None:
    """Counted after it is in: a refusal takes everything back."""
    have = sum(resource.kind == KIND for resource in associated(call, registration["registration_id"]))
    if have > call.desk.limits.quota(_QUOTA_OF.get(number_type, QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)


def _follow(call: Call, registration: Any, resource: Resource) -> None:
    """What an association by CreateRegistrationAssociation means for the number."""
    _check_quota(call, registration, resource.type)
    if registration["status"] == "COMPLETE":
        associating(call, resource.id)


def _example(offered: Offer) -> Resource:
    return Resource(KIND, "", offered.number_type, offered.iso_country_code)


def _find(call: Call, name: str) -> Resource | None:
    row = call.rows.find_phone_number(**call.place, phone_number_id=name)
    if row is not None and row["status"] == "DISASSOCIATING":
        raise ConflictException("RESOURCE_NOT_ACTIVE", KIND, name)
    return resource_of(row) if row is not None else None


RESOURCES[KIND] = _find
FOLLOWERS[KIND] = _follow
