"""TRANSITIONS: the one table of what may happen to a registration's version, and what its registration becomes.

The rows follow the service's documentation and what people saw of it; where a row is our reading, it says so.
This module does no I/O: applying a transition is the database's compare-and-set on the stored status.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from senderdesk.errors import ConflictException


class Transition(NamedTuple):
    """One row: when `actor` causes `event`, a version in `version_from` becomes `version_to`.

    Its registration becomes `registration`: a status, UNCHANGED, or SETTLED. Where the version's status does not say
    enough, `registration_from` lists the statuses that the registration may have; a CLOSED one allows nothing else.
    """

    event: str
    actor: str
    version_from: str
    version_to: str
    registration: str
    registration_from: tuple[str, ...] = ()


APPLICANT, DESK = "applicant", "desk"
NOTHING = ""  # before a version exists, and after it is gone
UNCHANGED = "unchanged"
SETTLED = "settled"  # as the last verdict left it: see `settled`

_COMPLETE = ("COMPLETE",)
# ASSUMED: what is provisioned at this moment cannot be deleted.
_DELETABLE = ("CREATED", "REQUIRES_UPDATES", "COMPLETE", "CLOSED")

TRANSITIONS = (
    Transition("create", APPLICANT, NOTHING, "DRAFT", "CREATED"),
    # Of a new version: version_from is the newest one's status, version_to the new one's. The registration stays as it
    # is while the draft is open; people saw REQUIRES_UPDATES stay.
    Transition("create_version", APPLICANT, "DENIED", "DRAFT", UNCHANGED),
    Transition("create_version", APPLICANT, "APPROVED", "DRAFT", UNCHANGED, _COMPLETE),
    # ASSUMED: what was discarded or revoked can be begun anew, as what was denied.
    Transition("create_version", APPLICANT, "DISCARDED", "DRAFT", UNCHANGED),
    Transition("create_version", APPLICANT, "REVOKED", "DRAFT", UNCHANGED),
    Transition("edit", APPLICANT, "DRAFT", "DRAFT", UNCHANGED),
    # ASSUMED: a COMPLETE registration whose next version is submitted shows that version's way through review.
    Transition("submit", APPLICANT, "DRAFT", "SUBMITTED", "SUBMITTED"),
    Transition("discard", APPLICANT, "SUBMITTED", "DISCARDED", SETTLED),
    Transition("discard", APPLICANT, "REQUIRES_AUTHENTICATION", "DISCARDED", SETTLED),
    # ASSUMED: what is reviewed offline cannot be discarded; the guide sends its owner to the support.
    # ASSUMED: sources disagree on these three; each is documented by one of them, or lies between two that are.
    Transition("discard", APPLICANT, "DRAFT", "DISCARDED", SETTLED),
    Transition("discard", APPLICANT, "AWS_REVIEWING", "DISCARDED", SETTLED),
    Transition("discard", APPLICANT, "REVIEWING", "DISCARDED", SETTLED),
    Transition("delete", APPLICANT, "DRAFT", NOTHING, "DELETED", _DELETABLE),
    Transition("delete", APPLICANT, "DENIED", NOTHING, "DELETED", _DELETABLE),
    Transition("delete", APPLICANT, "DISCARDED", NOTHING, "DELETED", _DELETABLE),
    Transition("delete", APPLICANT, "APPROVED", NOTHING, "DELETED", _DELETABLE),
    Transition("delete", APPLICANT, "REVOKED", NOTHING, "DELETED", _DELETABLE),
    # ASSUMED: what must be associated before submitting can be while the applicant holds the form, and later no more.
    Transition("associate_before_submit", APPLICANT, "DRAFT", "DRAFT", UNCHANGED),
    Transition("associate_before_submit", APPLICANT, "DENIED", "DENIED", UNCHANGED),
    Transition("associate_before_submit", APPLICANT, "DISCARDED", "DISCARDED", UNCHANGED),
    Transition("associate_before_submit", APPLICANT, "REVOKED", "REVOKED", UNCHANGED),
    Transition("associate_after_complete", APPLICANT, "APPROVED", "APPROVED", UNCHANGED, _COMPLETE),
    # ASSUMED: a next version that is only being written takes nothing from what is COMPLETE.
    Transition("associate_after_complete", APPLICANT, "DRAFT", "DRAFT", UNCHANGED, _COMPLETE),
    Transition("associate_after_complete", APPLICANT, "DISCARDED", "DISCARDED", UNCHANGED, _COMPLETE),
    Transition("start_aws_review", DESK, "SUBMITTED", "AWS_REVIEWING", "AWS_REVIEWING"),
    # ASSUMED: feedback ends a version like a denial does: fields carry reasons, and the registration wants updates.
    Transition("give_feedback", DESK, "AWS_REVIEWING", "DENIED", "REQUIRES_UPDATES"),
    Transition("start_review", DESK, "SUBMITTED", "REVIEWING", "REVIEWING"),
    Transition("start_review", DESK, "AWS_REVIEWING", "REVIEWING", "REVIEWING"),
    # ASSUMED: who has confirmed by e-mail comes back into review.
    Transition("start_review", DESK, "REQUIRES_AUTHENTICATION", "REVIEWING", "REVIEWING"),
    Transition("require_authentication", DESK, "SUBMITTED", "REQUIRES_AUTHENTICATION", "REQUIRES_AUTHENTICATION"),
    Transition("require_authentication", DESK, "REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_AUTHENTICATION"),
    # ASSUMED: offline review shows on the version; the registration has no status of that name and stays in review.
    Transition("send_offline", DESK, "AWS_REVIEWING", "REQUIRES_OFFLINE_REVIEW", "REVIEWING"),
    Transition("send_offline", DESK, "REVIEWING", "REQUIRES_OFFLINE_REVIEW", "REVIEWING"),
    Transition("deny", DESK, "SUBMITTED", "DENIED", "REQUIRES_UPDATES"),
    Transition("deny", DESK, "AWS_REVIEWING", "DENIED", "REQUIRES_UPDATES"),
    Transition("deny", DESK, "REVIEWING", "DENIED", "REQUIRES_UPDATES"),
    Transition("deny", DESK, "REQUIRES_AUTHENTICATION", "DENIED", "REQUIRES_UPDATES"),
    Transition("deny", DESK, "REQUIRES_OFFLINE_REVIEW", "DENIED", "REQUIRES_UPDATES"),
    Transition("approve", DESK, "REVIEWING", "APPROVED", "COMPLETE"),
    Transition("approve", DESK, "REQUIRES_OFFLINE_REVIEW", "APPROVED", "COMPLETE"),
    # The same for a type whose identity is made on approval: it is COMPLETE once that is there.
    Transition("approve_and_provision", DESK, "REVIEWING", "APPROVED", "PROVISIONING"),
    Transition("approve_and_provision", DESK, "REQUIRES_OFFLINE_REVIEW", "APPROVED", "PROVISIONING"),
    Transition("provisioned", DESK, "APPROVED", "APPROVED", "COMPLETE", ("PROVISIONING",)),
    # Of the version that was approved before, when its successor is.
    Transition("archive", DESK, "APPROVED", "ARCHIVED", UNCHANGED),
    # ASSUMED: what is revoked can be mended and submitted again.
    Transition("revoke", DESK, "APPROVED", "REVOKED", "REQUIRES_UPDATES", _COMPLETE),
    Transition("close", DESK, "APPROVED", "APPROVED", "CLOSED", _COMPLETE),
)

# The Reason of a refusal, by event. Desk events are refused to people at the desk, not to callers of the API.
REFUSALS = {
    "create_version": "CREATE_REGISTRATION_VERSION_NOT_ALLOWED",
    "edit": "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED",
    "submit": "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED",
    "discard": "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED",
    # ASSUMED: of the three conflict reasons that would fit a registration that cannot be deleted, this one.
    "delete": "RESOURCE_DELETION_NOT_ALLOWED",
    # ASSUMED: which reason an association after submitting gets is not published.
    "associate_before_submit": "RESOURCE_MODIFICATION_NOT_ALLOWED",
    "associate_after_complete": "REGISTRATION_NOT_COMPLETE",
    **dict.fromkeys((row.event for row in TRANSITIONS if row.actor == DESK), "RESOURCE_MODIFICATION_NOT_ALLOWED"),
}
# ASSUMED: both reasons exist for a second submission; while one is under way, the more telling one is given.
_ALREADY_SUBMITTED = dict.fromkeys(
    ("SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW"),
    "REGISTRATION_ALREADY_SUBMITTED",
)
REFUSALS_IN = {"submit": _ALREADY_SUBMITTED}

_BY_EVENT = {(row.event, row.version_from): row for row in TRANSITIONS}
_VERDICTS = {"APPROVED": "COMPLETE", "DENIED": "REQUIRES_UPDATES", "REVOKED": "REQUIRES_UPDATES"}


def transition(event: str, version_status: str, registration_status: str, registration_id: str) -> Transition:
    """The row for `event` on a version in `version_status` of a registration in `registration_status`.

    Raises ConflictException with the event's Reason where there is none.
    """
    row = _BY_EVENT.get((event, version_status))
    if row is not None:
        allowed = row.registration_from
        if registration_status in allowed if allowed else registration_status != "CLOSED":
            return row
    reason = REFUSALS_IN.get(event, {}).get(version_status) or REFUSALS[event]
    raise ConflictException(reason, "registration", registration_id)


def settled(version_statuses: Iterable[str]) -> str:
    """What the last verdict made of a registration, from its versions' statuses, newest first."""
    # ASSUMED: a version that is discarded leaves the registration as it was before it was submitted.
    return next((_VERDICTS[status] for status in version_statuses if status in _VERDICTS), "CREATED")
