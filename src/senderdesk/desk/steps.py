"""The steps of a review that nobody has to take: checks of the form, and decisions where the desk decides by itself.

Each step is due for one version, and does nothing where that version has moved on in the meantime.
"""

from __future__ import annotations

from typing import Any

from senderdesk import due, progress
from senderdesk.desk.verdicts import Denial, approve, deny
from senderdesk.operations import Call, sender_ids
from senderdesk.operations.associations import associated
from senderdesk.operations.judging import findings_of, form_of_registration
from senderdesk.operations.number_registrations import activate_numbers
from senderdesk.operations.resources import REGISTRATION

_VETTING = "US_TEN_DLC_BRAND_VETTING"
_UNDER_REVIEW = frozenset({"SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION"})


def take_in(call: Call, registration: Any) -> None:
    """Judge what was submitted by its form: it is denied, or goes into review.

    Source: forms with missing fields were seen to be taken in and denied about three seconds later.
    """
    denials = [Denial(finding.reason, finding.path) for finding in findings_of(call, registration)]
    denials += _denials_of_foundations(call, registration)
    name, number = registration["registration_id"], registration["current_version"]
    if denials:
        deny(call, registration, denials)
    elif call.rows.find_version(**call.place, registration_id=name, version_number=number)["aws_review"]:
        progress.advance(call, registration, "start_aws_review")
        due.schedule_step(call, due.AWS_REVIEW, name, number)
    else:
        start_review(call, registration)


def start_review(call: Call, registration: Any) -> None:
    """Put a version before the reviewers; the desk's own decision follows where it is set to decide by itself."""
    progress.advance(call, registration, "start_review")
    if call.desk.settings.review == "auto":
        due.schedule_step(call, due.DECIDE, registration["registration_id"], registration["current_version"])


def provision(call: Call, registration: Any) -> None:
    """Make the identity that an approval brings; the registration is COMPLETE with it."""
    for supported in form_of_registration(call, registration).definition.get("SupportedAssociations", ()):
        if supported["AssociationBehavior"] == "ASSOCIATE_ON_APPROVAL" and supported["ResourceType"] in PROVISIONING:
            PROVISIONING[supported["ResourceType"]](call, registration, supported)
    progress.advance(call, registration, "provisioned")
    activate_numbers(call, registration)


# What makes an identity, by the resource type that forms name.
PROVISIONING = {sender_ids.RESOURCE_TYPE: sender_ids.provision}

# What each kind of work does, and the status in which a version waits for it.
STEPS = {
    due.INTAKE: ("SUBMITTED", take_in),
    due.AWS_REVIEW: ("AWS_REVIEWING", start_review),
    due.DECIDE: ("REVIEWING", approve),
    due.PROVISION: ("APPROVED", provision),
}


def take(call: Call, kind: str, subject: str) -> None:
    """Take the step `kind` for `subject`, registration/version, where that version still waits for it."""
    name, _, number = subject.rpartition("/")  # ids that were minted elsewhere may have a slash
    registration = call.rows.find_registration_and_version(**call.place, registration_id=name)
    if registration is None or registration["current_version"] != int(number):
        return
    status, step = STEPS[kind]
    if registration["version_status"] == status:
        step(call, registration)


def _denials_of_foundations(call: Call, registration: Any) -> list[Denial]:
    """What a registration builds on must stand: a campaign and a vetting need their brand COMPLETE, and a campaign
    waits for a vetting that is under way. Source: the guide's page on rejections.
    """
    denials = []
    for resource in associated(call, registration["registration_id"]):
        if resource.kind != REGISTRATION:
            continue
        foundation = call.rows.find_registration(**call.place, registration_id=resource.id)
        if foundation["status"] != "COMPLETE":
            denials.append(Denial("BRAND_UNVERIFIED"))
        if registration["registration_type"] != _VETTING and _is_being_vetted(call, resource.id):
            denials.append(Denial("WAIT_TO_RESUBMIT_REGISTRATION"))
    return denials


def _is_being_vetted(call: Call, brand_id: str) -> bool:
    rows = call.rows.list_registrations_associated_with(**call.place, resource_id=brand_id, count=1000)
    return any(row["registration_type"] == _VETTING and row["status"] in _UNDER_REVIEW for row in rows)
