"""The registration family as applicants meet it, against the model: 100,000 steps on a desk that decides by itself.

The other 100,000 are in test_registration_model_of_the_desk.py, so that two processes share them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.registration_machine import Registrations, run
from tests.registration_rules import TITLES, Ways
from tests.side_by_side import steps

STEPS, PARTS = 100_000, 4
# What must have happened along the way; without it the run has not come far enough to say anything.
MUST_HAPPEN = {
    *(("registration", status) for status in ("CREATED", "REQUIRES_UPDATES", "PROVISIONING", "COMPLETE", "CLOSED")),
    *(("version", status) for status in ("APPROVED", "ARCHIVED", "AWS_REVIEWING", "DENIED", "DISCARDED", "REVOKED")),
    # A campaign submitted during a vetting comes about by chance too seldom to be asked for; test_associations has it.
    *(("version", code) for code in TITLES if code != "WAIT_TO_RESUBMIT_REGISTRATION"),
    ("CreateRegistration", "RESOURCE_ALREADY_EXISTS"),
    ("CreateRegistrationAssociation", "INVALID_REGISTRATION_ASSOCIATION"),
    ("CreateRegistrationAssociation", "REGISTRATION_NOT_COMPLETE"),
    ("CreateRegistrationAssociation", "RESOURCE_ALREADY_ASSOCIATED"),
    ("CreateRegistrationAssociation", "RESOURCE_MODIFICATION_NOT_ALLOWED"),
    ("CreateRegistrationAssociation", "answered"),
    ("CreateRegistrationVersion", "CREATE_REGISTRATION_VERSION_NOT_ALLOWED"),
    ("DeleteRegistration", "RESOURCE_DELETION_NOT_ALLOWED"),
    ("DeleteRegistration", "RESOURCE_NOT_EMPTY"),
    ("DeleteRegistrationAttachment", "RESOURCE_DELETION_NOT_ALLOWED"),
    ("DeleteRegistrationFieldValue", "REGISTRATION_FIELD_CANNOT_BE_DELETED"),
    ("DiscardRegistrationVersion", "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED"),
    ("PutRegistrationFieldValue", "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED"),
    ("PutRegistrationFieldValue", "RESOURCE_NOT_ACTIVE"),
    ("SubmitRegistrationVersion", "REGISTRATION_ALREADY_SUBMITTED"),
    ("SubmitRegistrationVersion", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED"),
    ("SubmitRegistrationVersion", "ResourceNotFoundException"),
}


WAYS = Ways(copies=False, refuses=False, auto=True, step=1.0, upload=0.5)


class Applying(Registrations):
    """A class of its own, which counts for itself."""

    seen: ClassVar[Counter[Any]] = Counter()


# In parts, since whoever spreads tests over processes gives files of one test away in pairs.
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_applicants_and_a_desk_that_decides_by_itself(tmp_path: Path, part: int) -> None:
    run(Applying, tmp_path, WAYS, part * STEPS // PARTS, set(), pace="seconds", review="auto")


def test_it_came_far_enough(tmp_path: Path) -> None:
    seen = run(Applying, tmp_path, WAYS, STEPS, MUST_HAPPEN, pace="seconds", review="auto")
    assert steps(seen) >= STEPS
    assert seen.keys() >= MUST_HAPPEN
