"""Verdicts: what the desk decides about the newest version of a registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from senderdesk import due, progress
from senderdesk.denial_reasons import denial_reasons
from senderdesk.operations import Call
from senderdesk.operations.judging import form_of_registration
from senderdesk.operations.number_registrations import activate_numbers


class Denial(NamedTuple):
    """One reason to turn a version down, by its code, and the field that it is about; None for the whole."""

    code: str
    field_path: str | None = None


def deny(call: Call, registration: Any, denials: Sequence[Denial]) -> None:
    """Turn the newest version down, for reasons that the version and its fields tell from now on.

    Raises ConflictException where the version cannot be denied now.
    """
    progress.advance(call, registration, "deny")
    this = {
        **call.place,
        "registration_id": registration["registration_id"],
        "version_number": registration["current_version"],
    }
    catalogue = denial_reasons()
    told = [catalogue[code] for code in dict.fromkeys(denial.code for denial in denials)]
    call.rows.insert_denied_reasons(
        [
            {
                **this,
                "position": position,
                # Seen: the version tells the title where the field tells the code.
                "reason": reason.title,
                "short_description": reason.explanation,
                "long_description": reason.remedy,
                "documentation_title": None,
                "documentation_link": None,
            }
            for position, reason in enumerate(told)
        ]
    )
    call.rows.deny_fields(
        [{**this, "field_path": one.field_path, "denied_reason": one.code} for one in denials if one.field_path]
    )
    call.rows.set_latest_denied_version(**this)


def approve(call: Call, registration: Any) -> None:
    """Approve the newest version; the one that was approved before is archived.

    Where the type's identity is made on approval, the registration is PROVISIONING until that is done. Raises
    ConflictException where the version cannot be approved now.
    """
    name, number = registration["registration_id"], registration["current_version"]
    provisioning = _is_provisioned(call, registration)
    if registration["approved_version"] is not None:
        _archive(call, registration)
    progress.advance(call, registration, "approve_and_provision" if provisioning else "approve")
    call.rows.set_approved_version(**call.place, registration_id=name, version_number=number)
    if provisioning:
        due.schedule_step(call, due.PROVISION, name, number)
    else:
        activate_numbers(call, registration)


def _archive(call: Call, registration: Any) -> None:
    """The version that was approved before, unless it was revoked since."""
    number = registration["approved_version"]
    version = call.rows.find_version(
        **call.place, registration_id=registration["registration_id"], version_number=number
    )
    if version["status"] == "APPROVED":
        progress.advance(call, registration, "archive", number)


def _is_provisioned(call: Call, registration: Any) -> bool:
    # ASSUMED: a registration passes through PROVISIONING where its identity is made on approval, and only there.
    supported = form_of_registration(call, registration).definition.get("SupportedAssociations", ())
    return any(one["AssociationBehavior"] == "ASSOCIATE_ON_APPROVAL" for one in supported)
