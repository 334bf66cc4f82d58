"""The table of transitions: every event on every status is a row or a refusal with the event's own Reason."""

from __future__ import annotations

from itertools import product

import pytest

from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException
from senderdesk.lifecycle import (
    DESK,
    NOTHING,
    REFUSALS,
    REFUSALS_IN,
    SETTLED,
    TRANSITIONS,
    UNCHANGED,
    settled,
    transition,
)

VERSION_STATUSES = sorted(SERVICE.enum("RegistrationVersionStatus"))
STATUSES = sorted(SERVICE.enum("RegistrationStatus"))
EVENTS = sorted({row.event for row in TRANSITIONS} - {"create"})
UNDER_REVIEW = ("SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW")


def refused(event: str, version: str, registration: str = "REQUIRES_UPDATES") -> str:
    """The Reason of a refusal."""
    with pytest.raises(ConflictException) as caught:
        transition(event, version, registration, "registration-0")
    assert caught.value.members["ResourceType"] == "registration"
    assert caught.value.members["ResourceId"] == "registration-0"
    return str(caught.value.members["Reason"])


def test_the_table_uses_the_models_words() -> None:
    for row in TRANSITIONS:
        assert {row.version_from, row.version_to} <= {NOTHING, *VERSION_STATUSES}
        assert row.registration in {*STATUSES, UNCHANGED, SETTLED}
        assert set(row.registration_from) <= set(STATUSES)
    reasons = {*REFUSALS.values(), *(reason for table in REFUSALS_IN.values() for reason in table.values())}
    assert reasons <= SERVICE.enum("ConflictExceptionReason")
    assert len({(row.event, row.version_from) for row in TRANSITIONS}) == len(TRANSITIONS)
    assert set(REFUSALS) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_on_every_status_is_a_row_or_a_refusal(event: str) -> None:
    for version, registration in product(VERSION_STATUSES, STATUSES):
        rows = [row for row in TRANSITIONS if (row.event, row.version_from) == (event, version)]
        allowed = rows and (
            registration in rows[0].registration_from if rows[0].registration_from else registration != "CLOSED"
        )
        if allowed:
            assert transition(event, version, registration, "registration-0") is rows[0]
        else:
            reason = refused(event, version, registration)
            assert reason == REFUSALS_IN.get(event, {}).get(version, REFUSALS[event])


@pytest.mark.parametrize(
    ("event", "allowed", "reason"),
    [
        ("edit", ["DRAFT"], "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED"),
        (
            "create_version",
            ["APPROVED", "DENIED", "DISCARDED", "REVOKED"],
            "CREATE_REGISTRATION_VERSION_NOT_ALLOWED",
        ),
        (
            "discard",
            ["AWS_REVIEWING", "DRAFT", "REQUIRES_AUTHENTICATION", "REVIEWING", "SUBMITTED"],
            "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED",
        ),
        ("delete", ["APPROVED", "DENIED", "DISCARDED", "DRAFT", "REVOKED"], "RESOURCE_DELETION_NOT_ALLOWED"),
    ],
)
def test_what_an_applicant_may_do(event: str, allowed: list[str], reason: str) -> None:
    """The truths that the service's own sources tell, written out once more beside the table."""
    for version in VERSION_STATUSES:
        if version in allowed:
            assert transition(event, version, "COMPLETE", "registration-0").event == event
        else:
            assert refused(event, version, "COMPLETE") == reason


def test_a_second_submission_is_told_apart_from_one_that_cannot_be() -> None:
    assert transition("submit", "DRAFT", "CREATED", "").registration == "SUBMITTED"
    for version in set(VERSION_STATUSES) - {"DRAFT"}:
        wanted = (
            "REGISTRATION_ALREADY_SUBMITTED" if version in UNDER_REVIEW else "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED"
        )
        assert refused("submit", version) == wanted


def test_what_is_closed_can_only_be_deleted() -> None:
    events = {row.event for row in TRANSITIONS if row.version_from and row.event != "delete"}
    for event, version in product(sorted(events), VERSION_STATUSES):
        refused(event, version, "CLOSED")
    assert transition("delete", "APPROVED", "CLOSED", "").registration == "DELETED"


def test_what_is_under_review_is_moved_by_the_desk_or_discarded() -> None:
    for version in UNDER_REVIEW:
        others = {row.event for row in TRANSITIONS if row.version_from == version and row.actor != DESK}
        assert others <= {"discard"}
        assert any(row.event == "deny" and row.version_from == version for row in TRANSITIONS)


def test_every_status_of_the_model_can_be_reached() -> None:
    assert {row.version_to for row in TRANSITIONS} == {NOTHING, *VERSION_STATUSES}
    assert {row.registration for row in TRANSITIONS} >= set(STATUSES)


def test_a_registration_begins_with_a_draft() -> None:
    row = transition("create", NOTHING, "", "")
    assert (row.version_to, row.registration) == ("DRAFT", "CREATED")


@pytest.mark.parametrize(
    ("versions", "status"),
    [
        ([], "CREATED"),
        (["DISCARDED"], "CREATED"),
        (["DISCARDED", "DENIED"], "REQUIRES_UPDATES"),
        (["DISCARDED", "DENIED", "APPROVED"], "REQUIRES_UPDATES"),
        (["DISCARDED", "APPROVED", "DENIED"], "COMPLETE"),
        (["DISCARDED", "DISCARDED", "REVOKED"], "REQUIRES_UPDATES"),
    ],
)
def test_a_discarded_version_leaves_what_the_last_verdict_made(versions: list[str], status: str) -> None:
    assert settled(versions) == status
