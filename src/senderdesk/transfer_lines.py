"""The lines of an export file: what each kind of line may hold, checked by the same compiler as what the API takes.

A file is JSON Lines: a header, then contents, attachments, registrations each with their versions behind them, work
that is due, and an end with the counts. Times are epoch seconds; a member that is not there has no value.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO, Protocol

import msgspec

from senderdesk.attachment_content import MAX_BYTES
from senderdesk.contract import SERVICE
from senderdesk.shapes import Carry, ShapeModel, compiled

FORMAT = 1
# Bytes. The longest line of an export is a form with every field full, or 5 MiB in base64; both are far shorter.
LONGEST_LINE = 32 * 1024 * 1024

CONTENT, ATTACHMENT, REGISTRATION, VERSION, DUE_WORK = "content", "attachment", "registration", "version", "due_work"
KINDS = (CONTENT, ATTACHMENT, REGISTRATION, VERSION, DUE_WORK)
HEADER, END = "header", "end"

Line = dict[str, Any]


class Digest(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""


def _structure(required: dict[str, str], optional: dict[str, str] | None = None) -> ShapeModel:
    members = {name: {"shape": shape} for name, shape in {**required, **(optional or {})}.items()}
    return {"type": "structure", "required": list(required), "members": members}


def _list_of(shape: str) -> ShapeModel:
    return {"type": "list", "member": {"shape": shape}}


def _map_of(key: str, value: str) -> ShapeModel:
    return {"type": "map", "key": {"shape": key}, "value": {"shape": value}}


def _id_of(prefix: str) -> ShapeModel:
    """An id as the API takes it, of one kind; ids of another desk need not look like ours behind their prefix."""
    any_id = SERVICE.shapes["RegistrationIdOrArn"]
    pattern = f"{prefix}-{any_id['pattern']}"
    return {**any_id, "pattern": pattern, "patternSentence": f"must be an id that matches {pattern}"}


# Bounds, patterns and enumerations are the model's own, by the names of its shapes; these are beside it.
_SHAPES: dict[str, ShapeModel] = {
    **SERVICE.shapes,
    "Transfer.Text": {"type": "string"},
    "Transfer.Flag": {"type": "boolean"},
    "Transfer.Count": {"type": "long", "min": 0},
    "Transfer.Size": {"type": "long", "min": 1, "max": MAX_BYTES},
    "Transfer.Time": {"type": "double", "min": 0, "max": 253_402_300_799},  # the end of the year 9999
    "Transfer.Sha256": {"type": "string", "pattern": "[0-9a-f]{64}"},
    "Transfer.Format": {"type": "string", "enum": ["PDF", "PNG", "JPEG"]},
    "Transfer.Account": {"type": "string", "pattern": "[0-9]{12}", "patternSentence": "must be 12 digits"},
    "Transfer.Region": {
        "type": "string",
        "pattern": "[a-z]{2,3}(-[a-z]{1,12}){1,3}-[0-9]{1,2}",
        "patternSentence": "must be a Region, such as us-east-1",
    },
    "Transfer.RegistrationId": _id_of("registration"),
    "Transfer.AttachmentId": _id_of("attachment"),
    "Transfer.Work": {"type": "string", "pattern": "[a-z_]{1,64}"},
    "Transfer.Tags": _map_of("TagKey", "TagValue"),
    "Transfer.History": _map_of("RegistrationVersionStatus", "Transfer.Time"),
    "Transfer.Counts": _structure(dict.fromkeys(KINDS, "Transfer.Count")),
    "Transfer.Value": _structure(
        {"path": "FieldPath"},
        {
            "text": "TextValue",
            "choices": "SelectChoiceList",
            "attachment": "Transfer.AttachmentId",
            "denied_reason": "Transfer.Text",
            "feedback": "Transfer.Text",
        },
    ),
    "Transfer.Values": _list_of("Transfer.Value"),
    "Transfer.DeniedReason": _structure(
        {"position": "Transfer.Count", "reason": "Transfer.Text", "short_description": "Transfer.Text"},
        dict.fromkeys(("long_description", "documentation_title", "documentation_link"), "Transfer.Text"),
    ),
    "Transfer.DeniedReasons": _list_of("Transfer.DeniedReason"),
    "Transfer.Association": _structure(
        {
            "resource": "ResourceIdOrArn",
            "resource_kind": "Transfer.Text",
            "resource_type": "Transfer.Text",
            "created_at": "Transfer.Time",
        },
        {"iso_country_code": "IsoCountryCode", "phone_number": "PhoneNumber"},
    ),
    "Transfer.Associations": _list_of("Transfer.Association"),
}

_LINES: dict[str, ShapeModel] = {
    HEADER: _structure(
        {
            "senderdesk": "Transfer.Text",
            "format": "Transfer.Count",
            "exported": "Transfer.Text",
            "account": "Transfer.Account",
            "region": "Transfer.Region",
        }
    ),
    CONTENT: _structure(
        {"kind": "Transfer.Text", "sha256": "Transfer.Sha256", "size": "Transfer.Size", "base64": "Transfer.Text"}
    ),
    ATTACHMENT: _structure(
        {"kind": "Transfer.Text", "id": "Transfer.AttachmentId", "status": "AttachmentStatus"}
        | {"created_at": "Transfer.Time"},
        {
            "url": "AttachmentUrl",
            "error_reason": "AttachmentUploadErrorReason",
            "sha256": "Transfer.Sha256",
            "format": "Transfer.Format",
            "size": "Transfer.Size",
            "tags": "Transfer.Tags",
        },
    ),
    REGISTRATION: _structure(
        {
            "kind": "Transfer.Text",
            "id": "Transfer.RegistrationId",
            "type": "RegistrationType",
            "status": "RegistrationStatus",
            "current_version": "RegistrationVersionNumber",
            "created_at": "Transfer.Time",
        },
        {
            "approved_version": "RegistrationVersionNumber",
            "latest_denied_version": "RegistrationVersionNumber",
            "form_at": "Transfer.Time",
            "associations": "Transfer.Associations",
            "tags": "Transfer.Tags",
        },
    ),
    VERSION: _structure(
        {
            "kind": "Transfer.Text",
            "registration": "Transfer.RegistrationId",
            "number": "RegistrationVersionNumber",
            "status": "RegistrationVersionStatus",
            "aws_review": "Transfer.Flag",
            "history": "Transfer.History",
        },
        {
            "feedback": "Transfer.Text",
            "denied_reasons": "Transfer.DeniedReasons",
            "values": "Transfer.Values",
        },
    ),
    DUE_WORK: _structure(
        {
            "kind": "Transfer.Text",
            "work": "Transfer.Work",
            "subject": "Transfer.Text",
            "due_at": "Transfer.Time",
            "attempts": "Transfer.Count",
        }
    ),
    END: _structure({"kind": "Transfer.Text", "counts": "Transfer.Counts"}),
}


@cache
def shape_of(kind: str) -> Carry:
    """What checks a decoded line of `kind` (one of KINDS, HEADER or END) and gives it without its nulls."""
    return compiled({**_SHAPES, kind: _LINES[kind]}, kind, writing=True)


def is_account(text: str) -> bool:
    """Whether `text` is 12 digits."""
    return _fits("Transfer.Account", text)


def is_region(text: str) -> bool:
    """Whether `text` is written as Regions are."""
    return _fits("Transfer.Region", text)


def encoded(line: Line) -> bytes:
    """A line as it stands in the file; lists and maps without entries are left out."""
    return _ENCODE({name: value for name, value in line.items() if value not in ([], {})}) + b"\n"


def lines_of(file: BinaryIO, digest: Digest) -> Iterator[tuple[int, bytes]]:
    """The lines of `file` with their numbers, from 1 on; `digest` is fed with them.

    One that is longer than LONGEST_LINE comes as its beginning and is the last.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        digest.update(line)
        yield number, line
        if len(line) > LONGEST_LINE:
            return


_ENCODE = msgspec.json.Encoder().encode


def _fits(shape: str, text: str) -> bool:
    faults: list[Any] = []
    compiled(_SHAPES, shape, writing=True)(text, "", faults)
    return not faults
