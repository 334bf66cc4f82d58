"""TRANSITIONS: the one table of what may happen to a registration's version, and what its registration becomes.

The rows follow the service's documentation and what people saw of it; where a row is our reading, it says so.
This module does no I/O: applying a transition is the database's compare-and-set on the stored status.
"""

from __future__ import annotations

from typing import NamedTuple

from senderdesk.errors import ConflictException


class Transition(NamedTuple):
    """One row: on `event`, a version in `version_from` becomes `version_to`, its registration `registration`."""

    event: str
    version_from: str
    version_to: str
    registration: str


NOTHING = ""  # before a version exists, and after it is gone

TRANSITIONS = (
    Transition("create", NOTHING, "DRAFT", "CREATED"),
    Transition("delete", "DRAFT", NOTHING, "DELETED"),
)

REFUSALS = {
    # ASSUMED: of the three conflict reasons that would fit a registration that cannot be deleted, this one.
    "delete": "RESOURCE_DELETION_NOT_ALLOWED",
}

_BY_EVENT = {(row.event, row.version_from): row for row in TRANSITIONS}


def transition(event: str, version_status: str, registration_id: str) -> Transition:
    """The row for `event` on a version in `version_status`. Raises ConflictException with the event's Reason."""
    row = _BY_EVENT.get((event, version_status))
    if row is None:
        raise ConflictException(REFUSALS[event], "registration", registration_id)
    return row
