"""Associations: which number, agent or other registration a registration belongs with.

What a type may be associated with, and when, is in its form (SupportedAssociations). Each kind of resource is found by
the room that keeps it, which puts its finder into RESOURCES.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from senderdesk import lifecycle, progress
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identifiers import parse_arn
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.judging import moment_of
from senderdesk.operations.paging import page_of_sorted
from senderdesk.operations.resources import REGISTRATION, find_registration, named

QUOTA = "ASSOCIATIONS_PER_REGISTRATION"


class Resource(NamedTuple):
    """What can be associated. `type` is as SupportedAssociations name it; `shared` where several registrations may.

    Of what is shared a registration has one. `once_a_type` where those that share it are of different types.
    """

    kind: str
    id: str
    type: str
    iso_country_code: str | None = None
    phone_number: str | None = None
    shared: bool = False
    once_a_type: bool = False


Finder = Callable[[Call, str], Resource | None]


def _find_registration(call: Call, name: str) -> Resource | None:
    row = call.rows.find_registration(**call.place, registration_id=name)
    return Resource(REGISTRATION, name, row["registration_type"], shared=True) if row is not None else None


# How each kind is found by its id, and what its ids begin with.
RESOURCES: dict[str, Finder] = {REGISTRATION: _find_registration}
PREFIXES: dict[str, str] = {"registration-": REGISTRATION, "phone-": "phone-number", "rcs-": "rcs-agent"}
# What follows for a resource of a kind from CreateRegistrationAssociation: called with the stored registration.
FOLLOWERS: dict[str, Callable[[Call, Any, Resource], None]] = {}
_MOST_SHARING = 100


@operation
def create_registration_association(call: Call, registration_id: str, resource_id: str) -> Answer:
    """Associate a number, an agent or another registration with a registration whose type supports it."""
    row = find_registration(call, registration_id)
    resource = _find_resource(call, resource_id)
    refuse_association(call, row, resource)
    associate(call, row, resource)
    if resource.kind in FOLLOWERS:
        FOLLOWERS[resource.kind](call, row, resource)
    return {**_registration(call, row), **_members(call, resource)}


@operation
def list_registration_associations(
    call: Call,
    registration_id: str,
    filters: list[dict[str, Any]] | None = None,
    next_token: list[Any] | None = None,
    max_results: int | None = None,
) -> Answer:
    """What a registration is associated with, in the order in which it came to be."""
    row = find_registration(call, registration_id)
    stored = call.rows.list_associations(**call.place, registration_id=row["registration_id"])
    found = [([one["created_at"], one["resource_id"]], _resource_of(one)) for one in stored]
    pairs = [(position, _members(call, one)) for position, one in found if _passes(one, filters or [])]
    return {**_registration(call, row), **page_of_sorted("RegistrationAssociations", pairs, max_results, next_token)}


def associated(call: Call, registration_id: str) -> list[Resource]:
    """All that a registration is associated with, oldest association first."""
    rows = call.rows.list_associations(**call.place, registration_id=registration_id)
    return [_resource_of(row) for row in rows]


def refuse_association(call: Call, registration: Any, resource: Resource) -> None:
    """Raises where the registration's type takes no such resource, or not now, or either is taken or full."""
    _check_moment(_supported(call, registration, resource), registration)
    _check_free(call, registration, resource)


def associate(call: Call, registration: Any, resource: Resource) -> None:
    """Note that a resource belongs with a registration from now on; whether it may has been seen to."""
    call.rows.insert_association(
        **call.place,
        registration_id=registration["registration_id"],
        resource_id=resource.id,
        resource_kind=resource.kind,
        resource_type=resource.type,
        iso_country_code=resource.iso_country_code,
        phone_number=resource.phone_number,
        created_at=call.now,
    )


def disassociate(call: Call, resource_id: str) -> None:
    """Take a resource away from its registrations, as it is going.

    A COMPLETE registration that loses the last of a type is CLOSED where its form says so of that type. Source:
    DisassociationBehavior in the API reference.
    """
    for row in call.rows.list_registrations_associated_with(**call.place, resource_id=resource_id, count=_MOST_SHARING):
        name = row["registration_id"]
        gone = {resource.type for resource in associated(call, name) if resource.id == resource_id}
        call.rows.delete_association(**call.place, registration_id=name, resource_id=resource_id)
        lost = gone - {resource.type for resource in associated(call, name)}
        closes = any(
            one["ResourceType"] in lost and one["DisassociationBehavior"] == "DISASSOCIATE_ALL_CLOSES_REGISTRATION"
            for one in supports(call, row)
        )
        # ASSUMED: one whose next version is under review is not closed by that; it has no status beside its review's.
        if closes and row["status"] == "COMPLETE":
            registration = call.rows.find_registration_and_version(**call.place, registration_id=name)
            progress.advance(call, registration, "close", row["approved_version"])


def _resource_of(row: Any) -> Resource:
    kind, name, resource_type = row["resource_kind"], row["resource_id"], row["resource_type"]
    return Resource(kind, name, resource_type, row["iso_country_code"], row["phone_number"])


def missing_before_submit(call: Call, registration: Any) -> list[str]:
    """The resource types without which the registration cannot be submitted, and which it lacks."""
    have = {resource.type for resource in associated(call, registration["registration_id"])}
    return [
        one["ResourceType"]
        for one in supports(call, registration)
        if one["AssociationBehavior"] == "ASSOCIATE_BEFORE_SUBMIT" and one["ResourceType"] not in have
    ]


def refuse_to_leave_associations(call: Call, registration: Any) -> None:
    """Raises ConflictException where a registration cannot be deleted for what is associated with it.

    Others that depend on it go first: a brand after its campaigns. What it has itself follows DisassociationBehavior.
    """
    name = registration["registration_id"]
    behaviors = {one["ResourceType"]: one["DisassociationBehavior"] for one in supports(call, registration)}
    held = {behaviors.get(resource.type) for resource in associated(call, name)}
    # ASSUMED: what closes with its last number can be deleted with it before it is COMPLETE, and not while it is.
    bound = "DISASSOCIATE_ALL_ALLOWS_DELETE_REGISTRATION" in held or (
        "DISASSOCIATE_ALL_CLOSES_REGISTRATION" in held and registration["status"] == "COMPLETE"
    )
    if bound or call.rows.list_registrations_associated_with(**call.place, resource_id=name, count=1):
        # ASSUMED: of the reasons that would fit, the one that says what to do.
        raise ConflictException("RESOURCE_NOT_EMPTY", REGISTRATION, name)


def _find_resource(call: Call, id_or_arn: str) -> Resource:
    arn = parse_arn(id_or_arn) if id_or_arn.startswith("arn:") else None
    kind = arn.kind if arn else next((k for prefix, k in PREFIXES.items() if id_or_arn.startswith(prefix)), "")
    if kind not in {*PREFIXES.values(), *RESOURCES}:
        complaint = FaultyField("resourceId", "must be the id or the ARN of a phone number, an agent or a registration")
        raise ValidationException("INVALID_ARN" if id_or_arn.startswith("arn:") else "INVALID_PARAMETER", [complaint])
    name = named(call, id_or_arn, kind, "resourceId")
    found = RESOURCES[kind](call, name) if kind in RESOURCES else None
    if found is None:
        raise ResourceNotFoundException(kind, name)
    return found


def supports(call: Call, registration: Any) -> list[dict[str, str]]:
    """The SupportedAssociations of the registration's form; none where its type is no longer here."""
    form = call.desk.forms.at(registration["registration_type"], moment_of(registration))
    supported: list[dict[str, str]] = form.definition.get("SupportedAssociations", []) if form else []
    return supported


def _supported(call: Call, registration: Any, resource: Resource) -> dict[str, str]:
    """The type's rule for this kind of resource. Raises ValidationException INVALID_REGISTRATION_ASSOCIATION."""
    for one in supports(call, registration):
        countries = {one.get("IsoCountryCode"), resource.iso_country_code} - {None}
        fits = one["ResourceType"] == resource.type and len(countries) < 2
        if fits and one["AssociationBehavior"] != "ASSOCIATE_ON_APPROVAL":
            return one
    complaint = FaultyField("resourceId", f"a {registration['registration_type']} takes no {resource.type}")
    raise ValidationException("INVALID_REGISTRATION_ASSOCIATION", [complaint])


def _check_moment(supported: dict[str, str], registration: Any) -> None:
    event = supported["AssociationBehavior"].lower()
    lifecycle.transition(event, registration["version_status"], registration["status"], registration["registration_id"])


def _check_free(call: Call, registration: Any, resource: Resource) -> None:
    """Raises ConflictException where the two, or either with another, are associated already."""
    have = associated(call, registration["registration_id"])
    taken = any(one.id == resource.id for one in have) or (
        # ASSUMED: a campaign or a vetting belongs to one brand, and a launch to one agent.
        resource.shared and any(one.type == resource.type for one in have)
    )
    count = _MOST_SHARING if resource.once_a_type else 1
    others = call.rows.list_registrations_associated_with(**call.place, resource_id=resource.id, count=count)
    if taken or (others and not resource.shared):
        raise ConflictException("RESOURCE_ALREADY_ASSOCIATED", resource.kind, resource.id)
    if resource.once_a_type and any(one["registration_type"] == registration["registration_type"] for one in others):
        raise ConflictException("RCS_AGENT_ALREADY_ASSOCIATED_TO_REGISTRATION_TYPE", resource.kind, resource.id)
    if len(have) >= call.desk.limits.quota(QUOTA):
        raise ServiceQuotaExceededException(QUOTA)


def _passes(resource: Resource, filters: list[dict[str, Any]]) -> bool:
    told = {"resource-type": resource.type, "iso-country-code": resource.iso_country_code}
    return all(told[one["Name"]] in one["Values"] for one in filters)


def _registration(call: Call, row: Any) -> Answer:
    return {
        "RegistrationArn": call.arn(REGISTRATION, row["registration_id"]),
        "RegistrationId": row["registration_id"],
        "RegistrationType": row["registration_type"],
    }


def _members(call: Call, resource: Resource) -> Answer:
    members = {
        "ResourceArn": call.arn(resource.kind, resource.id),
        # ASSUMED: a sender ID is told without its country, which stands beside it.
        "ResourceId": resource.id.partition("/")[0],
        "ResourceType": resource.type,
        "IsoCountryCode": resource.iso_country_code,
        "PhoneNumber": resource.phone_number,
    }
    return {member: given for member, given in members.items() if given is not None}
