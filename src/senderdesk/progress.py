"""Moves a version along the table of `lifecycle`: compare-and-set on what is stored, and a row of its history."""

from __future__ import annotations

from typing import Any

from senderdesk.errors import ConflictException
from senderdesk.lifecycle import REFUSALS, SETTLED, UNCHANGED, Transition, settled, transition
from senderdesk.operations import Call


def advance(call: Call, registration: Any, event: str, version_number: int | None = None) -> Transition:
    """Let `event` happen to a version, the newest one unless `version_number` says another; gives the table's row.

    `registration` is the stored one with its newest version's status (`resources.find_registration`). Raises
    ConflictException with the event's Reason where the table has no row, or where another was faster.
    """
    name = registration["registration_id"]
    number = version_number or registration["current_version"]
    this = {**call.place, "registration_id": name}
    status = registration["version_status"]
    if number != registration["current_version"]:
        status = call.rows.find_version(**this, version_number=number)["status"]
    row = transition(event, status, registration["status"], name)
    if row.version_to != status:
        must_change(
            call.rows.set_version_status(**this, version_number=number, status=row.version_to, status_before=status),
            event,
            name,
        )
        enter(call, name, number, row.version_to)
    becomes = _registration_status(call, registration, row)
    if becomes != registration["status"]:
        must_change(
            call.rows.set_registration_status(**this, status=becomes, status_before=registration["status"]), event, name
        )
    return row


def enter(call: Call, registration_id: str, version_number: int, status: str) -> None:
    """Note in the history that a version came into `status` now."""
    call.rows.insert_version_status(
        **call.place,
        registration_id=registration_id,
        version_number=version_number,
        status=status,
        entered_at=call.now,
    )


def _registration_status(call: Call, registration: Any, row: Transition) -> str:
    if row.registration == UNCHANGED:
        return str(registration["status"])
    if row.registration != SETTLED:
        return row.registration
    versions = call.rows.list_version_statuses(**call.place, registration_id=registration["registration_id"])
    return settled(version["status"] for version in versions)


def must_change(changed: int, event: str, registration_id: str) -> None:
    """Raises ConflictException with the event's Reason where a compare-and-set found that another was faster."""
    if not changed:
        raise ConflictException(REFUSALS[event], "registration", registration_id)
