"""What a form's own rules find wrong with the newest version of a registration."""

from __future__ import annotations

import json
from typing import Any

from senderdesk.errors import FaultyField, ValidationException
from senderdesk.field_values import FieldValue
from senderdesk.form_judgement import Attachment, Finding, judge
from senderdesk.forms import Form
from senderdesk.operations import Call


def form_of_registration(call: Call, registration: Any) -> Form:
    """The form in force when the registration was created.

    Raises ValidationException UNKNOWN_REGISTRATION_TYPE where an operator has taken the type away since.
    """
    form = call.desk.forms.at(registration["registration_type"], moment_of(registration))
    if form is None:
        complaint = FaultyField("registrationId", f"the form {registration['registration_type']} is no longer here")
        raise ValidationException("UNKNOWN_REGISTRATION_TYPE", [complaint])
    return form


def moment_of(registration: Any) -> float:
    """The moment (epoch seconds) whose form judges the registration."""
    at: float | None = registration["form_at"]
    return float(registration["created_at"]) if at is None else at


def value_of(row: Any) -> FieldValue:
    """A stored field value as forms know it."""
    choices = row["select_choices"]
    return FieldValue(
        row["text_value"], tuple(json.loads(choices)) if choices is not None else None, row["attachment_id"]
    )


def findings_of(call: Call, registration: Any) -> list[Finding]:
    """Every field of the newest version that its form would turn down, in the form's order."""
    rows = call.rows.list_field_values(
        **call.place,
        registration_id=registration["registration_id"],
        version_number=registration["current_version"],
    )
    values = {row["field_path"]: value_of(row) for row in rows}
    values = {path: value for path, value in values.items() if any(part is not None for part in value)}
    attachments = {
        value.attachment: _attachment(call, value.attachment)
        for value in values.values()
        if value.attachment is not None
    }
    kept = {name: attachment for name, attachment in attachments.items() if attachment is not None}
    return judge(form_of_registration(call, registration), values, kept)


def _attachment(call: Call, attachment_id: str) -> Attachment | None:
    row = call.rows.find_attachment(**call.place, attachment_id=attachment_id)
    return Attachment(row["format"], row["size"]) if row is not None else None
