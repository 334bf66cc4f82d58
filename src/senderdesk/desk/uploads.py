"""Uploads: an attachment is complete when its bytes are here and are what an attachment may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import structlog

from senderdesk import s3_source
from senderdesk.attachment_content import NotAnAttachment, format_of
from senderdesk.desk.errands import Errand
from senderdesk.operations import Call
from senderdesk.operations.attachments import keep

log = structlog.get_logger("senderdesk")


class Fetched(NamedTuple):
    """A document that was fetched, and its format."""

    body: bytes
    format: str


def fetch(source: s3_source.S3Source | None, account: str, region: str, url: str) -> Fetched | None:
    """The document at an s3:// address; None where it cannot be had or is none. Waits for the network."""
    if source is None:
        log.warning("an attachment by URL fails: no --s3-endpoint is set", account=account)
        return None
    try:
        body = source.fetch(account, region, s3_source.parse_address(url))
        return Fetched(body, format_of(body))
    except (s3_source.FetchFailed, NotAnAttachment, ValueError) as error:
        log.warning("an attachment cannot be fetched", account=account, error=str(error))
        return None


def errand(source: s3_source.S3Source | None) -> Errand:
    """What the agenda does about an upload that is due, with the one place that documents are fetched from."""

    def begin(call: Call, attachment_id: str) -> Callable[[], Fetched | None] | None:
        attachment = call.rows.find_attachment(**call.place, attachment_id=attachment_id)
        if attachment is None or is_here(attachment):
            return None
        return lambda: fetch(source, call.account, call.region, attachment["url"])

    return Errand("fetch", begin, finish)


def is_here(attachment: Any) -> bool:
    """Whether the bytes of a stored attachment are in the database."""
    return attachment["content_digest"] is not None


def finish(call: Call, attachment_id: str, fetched: Fetched | None = None) -> None:
    """End an upload: complete where the bytes are here or have just been fetched, failed where not."""
    attachment = call.rows.find_attachment(**call.place, attachment_id=attachment_id)
    if attachment is None or attachment["status"] != "UPLOAD_IN_PROGRESS":
        return
    if fetched is not None:
        keep(call, attachment_id, fetched.body, fetched.format)
    here = fetched is not None or is_here(attachment)
    call.rows.finish_attachment(
        **call.place,
        attachment_id=attachment_id,
        status="UPLOAD_COMPLETE" if here else "UPLOAD_FAILED",
        error_reason=None if here else "INTERNAL_ERROR",
    )
