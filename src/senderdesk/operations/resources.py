"""Resources by id or ARN: how a caller names one, and the refusal of a name that leads nowhere.

Another account's resource and one that never was are refused with the same bytes.
"""

from __future__ import annotations

from typing import Any

from senderdesk.errors import FaultyField, ResourceNotFoundException, ValidationException
from senderdesk.identifiers import parse_arn
from senderdesk.operations import Call

REGISTRATION = "registration"
ATTACHMENT = "registration-attachment"
POOL = "pool"


def named(call: Call, id_or_arn: str, kind: str, field: str) -> str:
    """The id that `id_or_arn` stands for, a `kind` of the caller's account and Region. `field` is the input member.

    Raises ValidationException INVALID_ARN, and ResourceNotFoundException for another account's or Region's ARN.
    """
    if not id_or_arn.startswith("arn:"):
        return id_or_arn
    arn = parse_arn(id_or_arn)
    # ASSUMED: an ARN that cannot be of this kind is a mistake to be told; one of another account is not found.
    if arn is None or arn.kind != kind:
        complaint = FaultyField(field, f"must be the id or the ARN of a {kind.replace('-', ' ')}")
        raise ValidationException("INVALID_ARN", [complaint])
    if (arn.account, arn.region) != (call.account, call.region):
        raise ResourceNotFoundException(kind, arn.name)
    return arn.name


def find_registration(call: Call, id_or_arn: str) -> Any:
    """The stored registration, with its newest version's status as `version_status`.

    Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, id_or_arn, REGISTRATION, "registrationId")
    row = call.rows.find_registration_and_version(**call.place, registration_id=name)
    if row is None:
        raise ResourceNotFoundException(REGISTRATION, name)
    return row


def find_attachment(call: Call, id_or_arn: str) -> Any:
    """The stored attachment. Raises ResourceNotFoundException, ValidationException INVALID_ARN."""
    name = named(call, id_or_arn, ATTACHMENT, "registrationAttachmentId")
    row = call.rows.find_attachment(**call.place, attachment_id=name)
    if row is None:
        raise ResourceNotFoundException(ATTACHMENT, name)
    return row


def find_pool(call: Call, id_or_arn: str, field: str = "poolId") -> Any:
    """The stored pool. `field` is the input member.

    Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, id_or_arn, POOL, field)
    row = call.rows.find_pool(**call.place, pool_id=name)
    if row is None:
        raise ResourceNotFoundException(POOL, name)
    return row
