"""The registration family as people at the desk meet it, against the model: 100,000 steps of the settings that others
have: new versions begin as copies, faulty forms are refused at once, and nothing is decided but by hand.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.registration_machine import ACTS, Registrations, run
from tests.registration_rules import Ways
from tests.side_by_side import steps

STEPS, PARTS = 100_000, 4
WAYS = Ways(copies=True, refuses=True, auto=False, step=0.0, upload=0.5)
OPTIONS = {"pace": "instant", "review": "manual", "new_version": "copy", "submit_checks": "refuse"}
MUST_HAPPEN = {
    *(("version", status) for status in ("APPROVED", "ARCHIVED", "DENIED", "DISCARDED", "REVOKED")),
    *(("version", status) for status in ("AWS_REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW")),
    *((event, "RESOURCE_MODIFICATION_NOT_ALLOWED") for event in ACTS),
    *((event, "done") for event in ("approve", "deny", "start_review", "require_authentication", "send_offline")),
    *((event, "done") for event in ("revoke", "close")),  # feedback comes about too seldom to be asked for
    ("SubmitRegistrationVersion", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED"),
    ("SubmitRegistrationVersion", "answered"),
}


class AtTheDesk(Registrations):
    """A class of its own, which counts for itself."""

    seen: ClassVar[Counter[Any]] = Counter()


# In parts, since whoever spreads tests over processes gives files of one test away in pairs.
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_reviewers_copies_and_early_refusals(tmp_path: Path, part: int) -> None:
    run(AtTheDesk, tmp_path, WAYS, part * STEPS // PARTS, set(), **OPTIONS)


def test_it_came_far_enough(tmp_path: Path) -> None:
    seen = run(AtTheDesk, tmp_path, WAYS, STEPS, MUST_HAPPEN, **OPTIONS)
    assert steps(seen) >= STEPS
    assert seen.keys() >= MUST_HAPPEN
