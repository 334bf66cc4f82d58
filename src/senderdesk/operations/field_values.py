"""What a registration's form is filled with: put a value, delete it, read them back."""

from __future__ import annotations

import json
from typing import Any

from senderdesk import lifecycle
from senderdesk.errors import ConflictException, FaultyField, ValidationException
from senderdesk.field_values import FieldValue, complaints
from senderdesk.forms import Definition, Form
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.judging import form_of_registration, value_of
from senderdesk.operations.paging import page_of_sorted
from senderdesk.operations.resources import ATTACHMENT, REGISTRATION, find_attachment, find_registration
from senderdesk.operations.versions import find_version


@operation
def put_registration_field_value(
    call: Call,
    registration_id: str,
    field_path: str,
    select_choices: list[str] | None = None,
    text_value: str | None = None,
    registration_attachment_id: str | None = None,
) -> Answer:
    """Fill one field of the open draft. Its value is checked here; what other fields ask for, at submit."""
    row = _editable(call, registration_id)
    form = _form_with(call, row, field_path)
    choices = tuple(select_choices) if select_choices is not None else None
    value = FieldValue(text_value, choices, registration_attachment_id)
    if faults := complaints(form, field_path, value):
        # ASSUMED: a call without any value is refused like others that lack a member.
        raise ValidationException("MISSING_PARAMETER" if value == FieldValue() else "INVALID_PARAMETER", faults)
    attachment = _usable(call, registration_attachment_id) if registration_attachment_id else None
    call.rows.put_field_value(
        **_place(call, row, field_path),
        text_value=text_value,
        select_choices=json.dumps(select_choices, ensure_ascii=False) if select_choices is not None else None,
        attachment_id=attachment,
    )
    return _answer(call, row, field_path, FieldValue(text_value, choices, attachment))


@operation
def delete_registration_field_value(call: Call, registration_id: str, field_path: str) -> Answer:
    """Empty one field of the open draft, and tell what was in it."""
    row = _editable(call, registration_id)
    field = _form_with(call, row, field_path).fields[field_path]
    if field["FieldRequirement"] == "REQUIRED":  # seen in a draft too: what must be filled can only be filled anew
        complaint = FaultyField("fieldPath", f"{field_path} is required; put another value instead")
        raise ValidationException("REGISTRATION_FIELD_CANNOT_BE_DELETED", [complaint])
    place = _place(call, row, field_path)
    stored = call.rows.find_field_value(**place)
    call.rows.delete_field_value(**place)
    # ASSUMED: deleting what is not there is no fault; deleting twice leaves the same form.
    return _answer(call, row, field_path, value_of(stored) if stored is not None else FieldValue())


@operation
def describe_registration_field_values(
    call: Call,
    registration_id: str,
    version_number: int | None = None,
    section_path: str | None = None,
    field_paths: list[str] | None = None,
    next_token: int | None = None,
    max_results: int | None = None,
) -> Answer:
    """The fields of a version that have a value or a verdict, in the form's order; the newest version by default."""
    refuse_page_of_named("fieldPaths", field_paths, next_token, max_results)
    row = find_registration(call, registration_id)
    number = version_number or row["current_version"]
    find_version(call, row, number, "versionNumber")
    form, today = form_of_registration(call, row), _form_of_today(call, row)
    if section_path is not None and section_path not in {*form.sections, *today.sections}:
        complaint = FaultyField("sectionPath", f"there is no {section_path} here")
        raise ValidationException("UNKNOWN_REGISTRATION_SECTION", [complaint])
    name = row["registration_id"]
    rows = call.rows.list_field_values(**call.place, registration_id=name, version_number=number)
    values = {one["field_path"]: one for one in rows}
    for path in field_paths or ():
        if path not in values:
            _form_with(call, row, path, "fieldPaths")
    fields = {**form.fields, **{path: field for path, field in today.fields.items() if path not in form.fields}}
    order = enumerate(dict.fromkeys(field_paths or [*fields, *values]))
    pairs = [
        (place, _describe(values[path]))
        for place, path in order
        if path in values and _within(fields, path, section_path)
    ]
    return {
        "RegistrationArn": call.arn(REGISTRATION, name),
        "RegistrationId": name,
        "VersionNumber": number,
        **page_of_sorted("RegistrationFieldValues", pairs, max_results, next_token),
    }


def _editable(call: Call, registration_id: str) -> Any:
    """The registration, whose newest version is a draft. Raises ConflictException where it is not."""
    row = find_registration(call, registration_id)
    lifecycle.transition("edit", row["version_status"], row["status"], row["registration_id"])
    return row


def _form_with(call: Call, registration: Any, path: str, member: str = "fieldPath") -> Form:
    """The form that has the field: the registration's own, or the one in force now where the field came later.

    A field that came later can be filled, and is not asked for. Raises ValidationException UNKNOWN_REGISTRATION_FIELD.
    """
    form = form_of_registration(call, registration)
    if path in form.fields:
        return form
    today = _form_of_today(call, registration)
    if path not in today.fields:
        complaint = FaultyField(member, f"{registration['registration_type']} has no field {path}")
        raise ValidationException("UNKNOWN_REGISTRATION_FIELD", [complaint])
    return today


def _form_of_today(call: Call, registration: Any) -> Form:
    """The form of the registration's type as it is now; its own where there is none any more."""
    today = call.desk.forms.at(registration["registration_type"], call.desk.forms.moment(call.now))
    return today or form_of_registration(call, registration)


def _usable(call: Call, id_or_arn: str) -> str:
    """The id of an attachment that is wholly here. Raises ConflictException RESOURCE_NOT_ACTIVE while it is not."""
    row = find_attachment(call, id_or_arn)
    if row["status"] != "UPLOAD_COMPLETE":
        raise ConflictException("RESOURCE_NOT_ACTIVE", ATTACHMENT, row["attachment_id"])
    return str(row["attachment_id"])


def _within(fields: dict[str, Definition], path: str, section: str | None) -> bool:
    return section is None or (path in fields and fields[path]["SectionPath"] == section)


def _place(call: Call, registration: Any, path: str) -> dict[str, Any]:
    return {
        **call.place,
        "registration_id": registration["registration_id"],
        "version_number": registration["current_version"],
        "field_path": path,
    }


def _answer(call: Call, registration: Any, path: str, value: FieldValue) -> Answer:
    return {
        "RegistrationArn": call.arn(REGISTRATION, registration["registration_id"]),
        "RegistrationId": registration["registration_id"],
        "VersionNumber": registration["current_version"],
        "FieldPath": path,
        **_members(value),
    }


def _describe(row: Any) -> Answer:
    answer = {"FieldPath": row["field_path"], **_members(value_of(row))}
    if row["denied_reason"] is not None:
        answer["DeniedReason"] = row["denied_reason"]
    if row["feedback"] is not None:
        answer["Feedback"] = row["feedback"]
    return answer


def _members(value: FieldValue) -> Answer:
    members = {
        "TextValue": value.text,
        "SelectChoices": list(value.choices) if value.choices is not None else None,
        "RegistrationAttachmentId": value.attachment,
    }
    return {member: given for member, given in members.items() if given is not None}
