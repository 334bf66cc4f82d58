"""How a stored row and a member of an export's line become each other: the same table read in both directions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

# By table: the member of a line, and the column that it stands for. What a line says by its place (the account and
# Region in the header; a version's registration and number, for what lies in the version) is not here.
COLUMNS: dict[str, dict[str, str]] = {
    "registrations": {
        "id": "registration_id",
        "type": "registration_type",
        "status": "status",
        "current_version": "current_version",
        "approved_version": "approved_version",
        "latest_denied_version": "latest_denied_version",
        "created_at": "created_at",
        "form_at": "form_at",
    },
    "registration_versions": {
        "registration": "registration_id",
        "number": "version_number",
        "status": "status",
        "aws_review": "aws_review",
        "feedback": "feedback",
    },
    "version_status_history": {"status": "status", "at": "entered_at"},
    "field_values": {
        "path": "field_path",
        "text": "text_value",
        "choices": "select_choices",
        "attachment": "attachment_id",
        "denied_reason": "denied_reason",
        "feedback": "feedback",
    },
    "denied_reasons": {
        "position": "position",
        "reason": "reason",
        "short_description": "short_description",
        "long_description": "long_description",
        "documentation_title": "documentation_title",
        "documentation_link": "documentation_link",
    },
    "associations": {
        "resource": "resource_id",
        "resource_kind": "resource_kind",
        "resource_type": "resource_type",
        "iso_country_code": "iso_country_code",
        "phone_number": "phone_number",
        "created_at": "created_at",
    },
    "attachments": {
        "id": "attachment_id",
        "status": "status",
        "url": "url",
        "error_reason": "error_reason",
        "sha256": "content_digest",
        "format": "format",
        "size": "size",
        "created_at": "created_at",
    },
    "due_work": {"work": "kind", "subject": "subject", "due_at": "due_at", "attempts": "attempts"},
}


def _choices(texts: list[str]) -> str:
    return json.dumps(texts, ensure_ascii=False)  # as PutRegistrationFieldValue stores them


# Columns that are kept otherwise than they are told: how they are told, and how they are kept.
_TOLD: dict[str, Callable[[Any], Any]] = {"content_digest": bytes.hex, "select_choices": json.loads, "aws_review": bool}
_KEPT: dict[str, Callable[[Any], Any]] = {
    "content_digest": bytes.fromhex,
    "select_choices": _choices,
    "aws_review": int,
}


def told(table: str, row: Any) -> dict[str, Any]:
    """A stored row of `table` as members of a line; columns without a value are left out."""
    return {
        member: _TOLD[column](row[column]) if column in _TOLD else row[column]
        for member, column in COLUMNS[table].items()
        if row[column] is not None
    }


def kept(table: str, line: dict[str, Any]) -> dict[str, Any]:
    """Members of a checked line as the columns of `table`; those that are not there are None."""
    values = {column: line.get(member) for member, column in COLUMNS[table].items()}
    return {
        column: _KEPT[column](value) if column in _KEPT and value is not None else value
        for column, value in values.items()
    }
