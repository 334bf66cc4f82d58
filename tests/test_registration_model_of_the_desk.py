"""The registration family as people at the desk meet it, against the model: 100,000 steps of the settings that others
have: new versions begin as copies, faulty forms are refused at once, and nothing is decided but by hand.
"""

from __future__ import annotations

from pathlib import Path

from tests.registration_machine import ACTS, Registrations, run
from tests.registration_rules import Ways
from tests.side_by_side import steps

STEPS = 100_000
MUST_HAPPEN = {
    *(("version", status) for status in ("APPROVED", "ARCHIVED", "DENIED", "DISCARDED", "REVOKED")),
    *(("version", status) for status in ("AWS_REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW")),
    *((event, "RESOURCE_MODIFICATION_NOT_ALLOWED") for event in ACTS),
    *((event, "done") for event in ("approve", "deny", "start_review", "require_authentication", "send_offline")),
    *((event, "done") for event in ("give_feedback", "revoke", "close")),
    ("SubmitRegistrationVersion", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED"),
    ("SubmitRegistrationVersion", "answered"),
}


class AtTheDesk(Registrations):
    """A class of its own, which has its own settings and counts for itself."""


def test_reviewers_copies_and_early_refusals(tmp_path: Path) -> None:
    ways = Ways(copies=True, refuses=True, auto=False, step=0.0, upload=0.5)
    options = {"pace": "instant", "review": "manual", "new_version": "copy", "submit_checks": "refuse"}
    seen = run(AtTheDesk, tmp_path, ways, STEPS, MUST_HAPPEN, **options)
    assert steps(seen) >= STEPS
    assert seen.keys() >= MUST_HAPPEN
