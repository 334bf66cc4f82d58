"""The table of transitions: every event on every status is a row or a refusal with the event's own Reason."""

from __future__ import annotations

import pytest

from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException
from senderdesk.lifecycle import NOTHING, REFUSALS, TRANSITIONS, transition

VERSION_STATUSES = sorted(SERVICE.enum("RegistrationVersionStatus"))
EVENTS = sorted({row.event for row in TRANSITIONS})


def test_the_table_uses_the_models_words() -> None:
    for row in TRANSITIONS:
        assert {row.version_from, row.version_to} <= {NOTHING, *VERSION_STATUSES}
        assert row.registration in SERVICE.enum("RegistrationStatus")
    assert set(REFUSALS.values()) <= SERVICE.enum("ConflictExceptionReason")
    assert len({(row.event, row.version_from) for row in TRANSITIONS}) == len(TRANSITIONS)


@pytest.mark.parametrize("status", VERSION_STATUSES)
@pytest.mark.parametrize("event", [event for event in EVENTS if event != "create"])
def test_every_event_on_every_status(event: str, status: str) -> None:
    rows = [row for row in TRANSITIONS if (row.event, row.version_from) == (event, status)]
    if rows:
        assert transition(event, status, "registration-0") == rows[0]
        return
    with pytest.raises(ConflictException) as caught:
        transition(event, status, "registration-0")
    assert caught.value.members == {
        "Reason": REFUSALS[event],
        "ResourceType": "registration",
        "ResourceId": "registration-0",
    }


def test_a_registration_begins_with_a_draft() -> None:
    row = transition("create", NOTHING, "")
    assert (row.version_to, row.registration) == ("DRAFT", "CREATED")
