"""Versions of a registration: open a new one, list them, discard one, submit one."""

from __future__ import annotations

from typing import Any

from senderdesk import due, lifecycle, progress
from senderdesk.contract import SERVICE
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.associations import missing_before_submit
from senderdesk.operations.filters import filtered_page, passes, wanted_values
from senderdesk.operations.judging import findings_of, form_of_registration
from senderdesk.operations.resources import REGISTRATION, find_registration

QUOTA = "REGISTRATION_VERSIONS_CREATED_PER_DAY"
_FILTER_VALUES = {"registration-version-status": SERVICE.enum("RegistrationVersionStatus")}
_SECONDS_A_DAY = 86_400
_LAST_VERSION = SERVICE.shapes["RegistrationVersionNumber"]["max"]
# The member of the status history for each status; the model has none for REQUIRES_OFFLINE_REVIEW.
_MOMENTS = {
    status: f"{status.title().replace('_', '')}Timestamp" for status in SERVICE.enum("RegistrationVersionStatus")
}
_TOLD_MOMENTS = frozenset(SERVICE.shapes["RegistrationVersionStatusHistory"]["members"])


@operation
def create_registration_version(call: Call, registration_id: str) -> Answer:
    """Open a new version as a DRAFT: empty, or with the last one's values where the desk is set to copy."""
    row = find_registration(call, registration_id)
    name, number = row["registration_id"], row["current_version"] + 1
    opened = lifecycle.transition("create_version", row["version_status"], row["status"], name)
    # ASSUMED: the model numbers no version beyond this one; which refusal the next gets is not published.
    if number > _LAST_VERSION:
        raise ServiceQuotaExceededException(QUOTA)
    quota = call.desk.limits.quota(QUOTA)
    today = int(call.now // _SECONDS_A_DAY)
    if not call.rows.count_one_more_today(**call.place, name=QUOTA, day=today, quota=quota):
        raise ServiceQuotaExceededException(QUOTA)
    this = {**call.place, "registration_id": name, "version_number": number}
    call.rows.insert_version(**this, status=opened.version_to)
    progress.enter(call, name, number, opened.version_to)
    call.rows.set_current_version(**this)
    if call.desk.settings.new_version == "copy":
        call.rows.copy_field_values(**this, copied_version=number - 1)
    return _answer(call, name, number, opened.version_to)


@operation
def describe_registration_versions(
    call: Call,
    registration_id: str,
    version_numbers: list[int] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: int | None = None,
    max_results: int | None = None,
) -> Answer:
    """The versions asked for by number, in that order, or all whose status passes the filters, oldest first."""
    refuse_page_of_named("versionNumbers", version_numbers, next_token, max_results)
    row = find_registration(call, registration_id)
    wanted = wanted_values(filters, _FILTER_VALUES)
    this = {**call.place, "registration_id": row["registration_id"]}

    def described(one: Any) -> Answer | None:
        return _describe(call, one) if passes({"registration-version-status": [one["status"]]}, wanted) else None

    if version_numbers:
        found = (find_version(call, row, number, "versionNumbers") for number in dict.fromkeys(version_numbers))
        told = {"RegistrationVersions": [item for item in map(described, found) if item is not None]}
    else:
        # ASSUMED: oldest first; clients do not agree on the order, and one that takes the last for the newest is right.
        told = filtered_page(
            "RegistrationVersions",
            lambda after, count: call.rows.list_versions(**this, after=after, count=count),
            lambda one: one["version_number"],
            described,
            next_token or 0,
            max_results,
        )
    return {**_registration(call, row["registration_id"]), **told}


@operation
def discard_registration_version(call: Call, registration_id: str) -> Answer:
    """Give up the newest version; the registration is again what the last verdict made of it."""
    row = find_registration(call, registration_id)
    discarded = progress.advance(call, row, "discard")
    return _answer(call, row["registration_id"], row["current_version"], discarded.version_to)


@operation
def submit_registration_version(call: Call, registration_id: str, aws_review: bool = False) -> Answer:
    """Hand the newest version in. The form is judged afterwards, or here where the desk is set to refuse."""
    row = find_registration(call, registration_id)
    name, number = row["registration_id"], row["current_version"]
    lifecycle.transition("submit", row["version_status"], row["status"], name)
    form_of_registration(call, row)  # what no form can judge is not taken in
    if missing := missing_before_submit(call, row):
        raise _not_allowed(name, f"It has no association with a {' or a '.join(missing)}.")
    if call.desk.settings.submit_checks == "refuse" and (findings := findings_of(call, row)):
        told = ", ".join(f"{finding.path} {finding.reason}" for finding in findings)
        raise _not_allowed(name, f"Fields: {told}.")
    submitted = progress.advance(call, row, "submit")
    if aws_review:
        call.rows.set_aws_review(**call.place, registration_id=name, version_number=number, aws_review=1)
    due.schedule_step(call, due.INTAKE, name, number)
    return {**_answer(call, name, number, submitted.version_to), "AwsReview": aws_review}


def find_version(call: Call, registration: Any, number: int, field: str) -> Any:
    """A stored version of a registration. Raises ValidationException UNKNOWN_REGISTRATION_VERSION."""
    row = call.rows.find_version(**call.place, registration_id=registration["registration_id"], version_number=number)
    if row is None:
        complaint = FaultyField(field, f"the registration has no version {number}")
        raise ValidationException("UNKNOWN_REGISTRATION_VERSION", [complaint])
    return row


def _not_allowed(registration_id: str, sentence: str) -> ConflictException:
    return ConflictException("SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED", REGISTRATION, registration_id, sentence)


def _registration(call: Call, registration_id: str) -> Answer:
    return {"RegistrationArn": call.arn(REGISTRATION, registration_id), "RegistrationId": registration_id}


def _answer(call: Call, registration_id: str, version_number: int, status: str) -> Answer:
    return {
        **_registration(call, registration_id),
        "VersionNumber": version_number,
        "RegistrationVersionStatus": status,
        "RegistrationVersionStatusHistory": _history(call, registration_id, version_number),
    }


def _describe(call: Call, version: Any) -> Answer:
    name, number = version["registration_id"], version["version_number"]
    answer = {
        "VersionNumber": number,
        "RegistrationVersionStatus": version["status"],
        "RegistrationVersionStatusHistory": _history(call, name, number),
    }
    reasons = call.rows.list_denied_reasons(**call.place, registration_id=name, version_number=number)
    if reasons:
        answer["DeniedReasons"] = [_reason(row) for row in reasons]
    if version["feedback"] is not None:
        answer["Feedback"] = version["feedback"]
    return answer


def _history(call: Call, registration_id: str, version_number: int) -> Answer:
    rows = call.rows.list_status_history(**call.place, registration_id=registration_id, version_number=version_number)
    moments = {_MOMENTS[row["status"]]: row["entered_at"] for row in rows}
    return {moment: entered_at for moment, entered_at in moments.items() if moment in _TOLD_MOMENTS}


def _reason(row: Any) -> Answer:
    members = {
        "Reason": row["reason"],
        "ShortDescription": row["short_description"],
        "LongDescription": row["long_description"],
        "DocumentationTitle": row["documentation_title"],
        "DocumentationLink": row["documentation_link"],
    }
    return {member: text for member, text in members.items() if text is not None}
