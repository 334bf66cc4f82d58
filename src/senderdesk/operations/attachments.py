"""Attachments: documents and pictures that fields refer to. Their bytes are kept once for each content."""

from __future__ import annotations

import hashlib
import heapq
from typing import Any

from senderdesk import due
from senderdesk.attachment_content import MAX_BYTES, NotAnAttachment, format_of
from senderdesk.contract import SERVICE
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identifiers import new_id
from senderdesk.operations import Answer, Call, cannot_be_used_together, operation, refuse_page_of_named
from senderdesk.operations.filters import wanted_values
from senderdesk.operations.paging import page, page_size
from senderdesk.operations.resources import ATTACHMENT, find_attachment
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags
from senderdesk.s3_source import parse_address

QUOTA = "REGISTRATION_ATTACHMENTS_PER_ACCOUNT"
DAILY_QUOTA = "REGISTRATION_ATTACHMENTS_CREATED_PER_DAY"
_STATUS = "attachment-status"
_SECONDS_A_DAY = 86_400


@operation
def create_registration_attachment(
    call: Call,
    attachment_body: bytes | None = None,
    attachment_url: str | None = None,
    tags: list[Tag] | None = None,
    client_token: str | None = None,
) -> Answer:
    """Take a document in, as bytes or from a bucket; it is UPLOAD_IN_PROGRESS until the desk has it whole."""
    file_format = _checked_source(attachment_body, attachment_url)
    _count(call)
    name = new_id("attachment", call.now)
    call.rows.insert_attachment(
        **call.place, attachment_id=name, status="UPLOAD_IN_PROGRESS", url=attachment_url, created_at=call.now
    )
    if attachment_body is not None and file_format is not None:
        keep(call, name, attachment_body, file_format)
    due.schedule(call, due.UPLOAD, name, call.desk.settings.upload_seconds)
    answer = {
        "RegistrationAttachmentArn": call.arn(ATTACHMENT, name),
        "RegistrationAttachmentId": name,
        "AttachmentStatus": "UPLOAD_IN_PROGRESS",
        "CreatedTimestamp": call.now,
    }
    if tags:
        answer["Tags"] = put_tags(call, f"{ATTACHMENT}/{name}", tags)
    return answer


@operation
def describe_registration_attachments(
    call: Call,
    registration_attachment_ids: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The attachments asked for by id, in that order, or all whose status passes the filters, oldest first."""
    refuse_page_of_named("registrationAttachmentIds", registration_attachment_ids, next_token, max_results)
    # ASSUMED: oldest first; the service publishes no order for its lists.
    statuses = wanted_values(filters, {_STATUS: SERVICE.enum("AttachmentStatus")}).get(_STATUS)
    if registration_attachment_ids:
        found = (find_attachment(call, name) for name in registration_attachment_ids)
        once = {row["attachment_id"]: row for row in found}
        passing = [row for row in once.values() if statuses is None or row["status"] in statuses]
        return {"RegistrationAttachments": [_describe(call, row) for row in passing]}
    after, count = next_token or "", page_size(max_results) + 1
    if statuses is not None:
        pages = [
            call.rows.list_attachments_in(**call.place, status=status, after=after, count=count) for status in statuses
        ]
        rows = list(heapq.merge(*pages, key=lambda row: str(row["attachment_id"])))[:count]
    else:
        rows = call.rows.list_attachments(**call.place, after=after, count=count)
    return page(
        "RegistrationAttachments",
        rows,
        max_results,
        lambda row: _describe(call, row),
        lambda row: row["attachment_id"],
    )


@operation
def delete_registration_attachment(call: Call, registration_attachment_id: str) -> Answer:
    """Delete an attachment, and its bytes where no other attachment has the same."""
    row = find_attachment(call, registration_attachment_id)
    name = row["attachment_id"]
    # ASSUMED: what a version still needs cannot be deleted; what only a denied, discarded or replaced one had, can.
    if call.rows.find_use_of_attachment(**call.place, attachment_id=name) is not None:
        raise ConflictException("RESOURCE_DELETION_NOT_ALLOWED", ATTACHMENT, name)
    call.rows.delete_attachment(**call.place, attachment_id=name)
    if row["content_digest"] is not None:
        call.rows.drop_unused_content(account_id=call.account, content_digest=row["content_digest"])
    call.rows.delete_due_work(**call.place, kind=due.UPLOAD, subject=name)
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{ATTACHMENT}/{name}")
    answer = {**_describe(call, row), "AttachmentStatus": "DELETED"}
    answer.pop("AttachmentUrl", None)
    return answer


def keep(call: Call, attachment_id: str, body: bytes, file_format: str) -> None:
    """Store the bytes of an attachment, once for each content of the account."""
    digest = hashlib.sha256(body).digest()
    call.rows.keep_content(account_id=call.account, content_digest=digest, body=body)
    call.rows.set_attachment_content(
        **call.place, attachment_id=attachment_id, content_digest=digest, format=file_format, size=len(body)
    )


def _checked_source(body: bytes | None, url: str | None) -> str | None:
    """The format of the bytes; None where they are yet to be fetched. Raises ValidationException."""
    if body is not None and url is not None:
        raise cannot_be_used_together("attachmentBody", "attachmentUrl")
    if body is not None:
        return _checked_body(body)
    if url is None:
        needed = [FaultyField(name, "one of the two is needed") for name in ("attachmentBody", "attachmentUrl")]
        raise ValidationException("MISSING_PARAMETER", needed)
    try:
        parse_address(url)
    except ValueError as error:
        raise ValidationException("INVALID_PARAMETER", [FaultyField("attachmentUrl", str(error))]) from error
    return None


def _checked_body(body: bytes) -> str:
    # ASSUMED: size and type of bytes that are sent along are refused at once; what is fetched fails its upload.
    if len(body) > MAX_BYTES:
        complaint = FaultyField("attachmentBody", f"has {len(body)} bytes; at most {MAX_BYTES} are taken")
        raise ValidationException("MAXIMUM_SIZE_EXCEEDED", [complaint])
    try:
        return format_of(body)
    except NotAnAttachment as error:
        complaint = FaultyField("attachmentBody", str(error))
        raise ValidationException("ATTACHMENT_TYPE_NOT_SUPPORTED", [complaint]) from error


def _count(call: Call) -> None:
    today = int(call.now // _SECONDS_A_DAY)
    limits = call.desk.limits
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    if not call.rows.count_one_more_today(**call.place, name=DAILY_QUOTA, day=today, quota=limits.quota(DAILY_QUOTA)):
        raise ServiceQuotaExceededException(DAILY_QUOTA)


def _describe(call: Call, row: Any) -> Answer:
    answer = {
        "RegistrationAttachmentArn": call.arn(ATTACHMENT, row["attachment_id"]),
        "RegistrationAttachmentId": row["attachment_id"],
        "AttachmentStatus": row["status"],
        "CreatedTimestamp": row["created_at"],
    }
    if row["error_reason"] is not None:
        answer["AttachmentUploadErrorReason"] = row["error_reason"]
    if row["url"] is not None:
        answer["AttachmentUrl"] = row["url"]
    return answer
