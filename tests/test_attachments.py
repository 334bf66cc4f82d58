"""Attachments, as boto3 sees them and as the database keeps them: sent, listed, bound, replayed, deleted."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from senderdesk import due
from senderdesk.desk import steps
from tests.attachment_samples import PNG_SIGNATURE, chunk, pdf, picture, saved
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION, TOLL_FREE, RunningDesk
from tests.filling import (
    CAMPAIGN,
    NOBODYS_ATTACHMENT,
    PICTURE,
    QUICK,
    attachment_of,
    create,
    denied_fields,
    happen,
    in_turn,
    put,
    renew,
    upload,
    uploaded,
    values_of,
)
from tests.journeys.asking import field_names, refusal

IMAGE = "messagingUseCase.optInImage"
FIVE_MIB = 5 * 1024 * 1024
TAGS = [{"Key": "case", "Value": "41"}, {"Key": "team", "Value": "growth"}]


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def png_of(size: int, fill: bytes = b"\0") -> bytes:
    """A whole PNG of exactly `size` bytes: what is left over is a private chunk, which readers pass over."""
    end = PICTURE.rindex(b"IEND") - 4
    body = PICTURE[:end] + chunk(b"puFf", fill * (size - len(PICTURE) - 12)) + PICTURE[end:]
    assert len(body) == size
    return body


def pdf_of(size: int) -> bytes:
    """A whole PDF of exactly `size` bytes, with a comment (ISO 32000, 7.2.4) before its cross-reference."""
    whole = pdf()
    at = whole.index(b"\nxref") + 1
    more = size - len(whole)
    for _ in range(3):  # the offset may take more digits than before
        tail = whole[at:].replace(b"startxref\n%d" % at, b"startxref\n%d" % (at + more))
        more += size - len(whole[:at]) - more - len(tail)
    body = whole[:at] + b"%" + b"x" * (more - 2) + b"\n" + tail
    assert len(body) == size
    return body


def sent(client: Any, **arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.create_registration_attachment(**arguments)
    del answer["ResponseMetadata"]
    return answer


def refused(client: Any, **arguments: Any) -> tuple[str, list[str]]:
    """The Reason of a refusal to take it in, and the members that it names."""
    answer = refusal(client.create_registration_attachment, **arguments)
    assert answer["Error"]["Code"] == "ValidationException"
    assert client.describe_registration_attachments()["RegistrationAttachments"] == []
    return answer["Reason"], field_names(answer)


def stored(desk: RunningDesk, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of the database file, read from outside."""
    connection = sqlite3.connect(desk.settings.database_path)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


# Sending


@pytest.mark.parametrize(
    ("body", "file_format"),
    [(PICTURE, "PNG"), (saved(picture(), "JPEG"), "JPEG"), (pdf(), "PDF")],
    ids=["PNG", "JPEG", "PDF"],
)
def test_a_document_is_in_progress_and_then_complete(
    instant_desk: RunningDesk, client: Any, account: str, body: bytes, file_format: str
) -> None:
    answer = sent(client, AttachmentBody=body, Tags=TAGS)
    name = answer["RegistrationAttachmentId"]
    assert re.fullmatch(r"attachment-[0-9a-f]{32}", name)
    assert abs(answer["CreatedTimestamp"].timestamp() - time.time()) < 10
    assert answer == {
        "RegistrationAttachmentArn": f"arn:aws:sms-voice:{REGION}:{account}:registration-attachment/{name}",
        "RegistrationAttachmentId": name,
        "AttachmentStatus": "UPLOAD_IN_PROGRESS",
        "CreatedTimestamp": answer["CreatedTimestamp"],
        "Tags": TAGS,
    }
    uploaded(client, name)
    del answer["Tags"]
    assert attachment_of(client, name) == {**answer, "AttachmentStatus": "UPLOAD_COMPLETE"}
    assert attachment_of(client, answer["RegistrationAttachmentArn"]) == attachment_of(client, name)
    found = "SELECT format, size, body FROM attachments JOIN attachment_contents USING (account_id, content_digest)"
    assert stored(instant_desk, f"{found} WHERE attachment_id = ?", name) == [(file_format, len(body), body)]


def test_it_is_bound_when_it_is_complete_and_not_before(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(pace="instant", upload_seconds=30.0)
    client = desk.client()
    name = create(client, TOLL_FREE)
    attachment = sent(client, AttachmentBody=PICTURE)["RegistrationAttachmentId"]
    time.sleep(0.25)
    answer = refusal(
        client.put_registration_field_value,
        RegistrationId=name,
        FieldPath=IMAGE,
        RegistrationAttachmentId=attachment,
    )
    assert answer["Error"]["Code"] == "ConflictException"
    assert answer["Error"]["Message"] == (
        'Conflict Occurred - Reason="RESOURCE_NOT_ACTIVE" '
        f'ResourceType="registration-attachment" ResourceId="{attachment}"'
    )
    assert answer["Reason"] == "RESOURCE_NOT_ACTIVE"
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration-attachment", attachment)
    assert values_of(client, name) == []
    desk.clock.ahead += 31
    put(client, name, IMAGE, uploaded(client, attachment))
    assert values_of(client, name) == [{"FieldPath": IMAGE, "RegistrationAttachmentId": attachment}]


def test_one_of_the_two_sources_is_needed_and_one_only(client: Any) -> None:
    both = ["attachmentBody", "attachmentUrl"]
    assert refused(client) == ("MISSING_PARAMETER", both)
    asked = {"AttachmentBody": PICTURE, "AttachmentUrl": "s3://bucket/key.png"}
    assert refused(client, **asked) == ("PARAMETERS_CANNOT_BE_USED_TOGETHER", both)


@pytest.mark.parametrize("of", [png_of, pdf_of])
def test_five_mebibytes_and_not_a_byte_more(client: Any, of: Callable[[int], bytes]) -> None:
    assert refused(client, AttachmentBody=of(FIVE_MIB + 1)) == ("MAXIMUM_SIZE_EXCEEDED", ["attachmentBody"])
    upload(client, of(FIVE_MIB))


@pytest.mark.parametrize(
    "body",
    [
        saved(picture(), "GIF"),
        saved(picture(), "BMP"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"PK\3\4" + b"\0" * 60,
        b"\0" * 512 + pdf(),
        PICTURE + b"PK\3\4",
        PICTURE[:-4],
        PNG_SIGNATURE,
        saved(picture(), "JPEG") + pdf(),
        pdf()[:-30],
        b"a",
    ],
    ids=[
        *("gif", "bmp", "svg", "html", "zip", "late-pdf", "png-and-more", "cut-png", "png-head"),
        *("jpeg-and-pdf", "cut-pdf", "a"),
    ],
)
def test_what_is_no_whole_pdf_png_or_jpeg_is_refused(client: Any, body: bytes) -> None:
    assert refused(client, AttachmentBody=body) == ("ATTACHMENT_TYPE_NOT_SUPPORTED", ["attachmentBody"])


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket/key.png",
        "https://bucket.s3.amazonaws.com/key.png",
        "file:///etc/passwd",
        "S3://bucket/key.png",
        "s3://bucket",
        "s3://bucket/",
        "s3:///key.png",
        "s3://169.254.169.254/latest",
        "s3://bucket@evil.example/key.png",
        "s3://buck\tet/key.png",
        "s3://bucket/../../key.png",
        "s3://bucket/%2e%2e/key.png",
        "s3://bucket/key.png?versionId=1",
        "s3://bucket/key.png#f",
        "s3://bucket/two words.png",
    ],
)
def test_addresses_that_are_refused(client: Any, url: str) -> None:
    assert refused(client, AttachmentUrl=url) == ("INVALID_PARAMETER", ["attachmentUrl"])


def test_an_address_fails_where_no_bucket_can_be_reached(client: Any) -> None:
    answer = sent(client, AttachmentUrl="s3://bucket/key.png")
    assert answer["AttachmentStatus"] == "UPLOAD_IN_PROGRESS"
    found = attachment_of(client, uploaded(client, answer["RegistrationAttachmentId"], "UPLOAD_FAILED"))
    assert found["AttachmentUploadErrorReason"] == "INTERNAL_ERROR"
    assert found["AttachmentUrl"] == "s3://bucket/key.png"
    name = create(client, TOLL_FREE)
    asked = {"FieldPath": IMAGE, "RegistrationAttachmentId": answer["RegistrationAttachmentId"]}
    assert refusal(client.put_registration_field_value, RegistrationId=name, **asked)["Reason"] == "RESOURCE_NOT_ACTIVE"


# Again


def test_a_token_gives_the_same_attachment_once(client: Any) -> None:
    first = sent(client, AttachmentBody=PICTURE, ClientToken="once", Tags=TAGS)
    uploaded(client, first["RegistrationAttachmentId"])
    assert sent(client, AttachmentBody=PICTURE, ClientToken="once", Tags=TAGS) == first
    assert len(client.describe_registration_attachments()["RegistrationAttachments"]) == 1
    other = refusal(client.create_registration_attachment, AttachmentBody=pdf(), ClientToken="once", Tags=TAGS)
    assert other["Error"]["Code"] in ("ConflictException", "ValidationException")
    again = sent(client, AttachmentBody=PICTURE, ClientToken="twice")
    assert again["RegistrationAttachmentId"] != first["RegistrationAttachmentId"]


def test_the_quotas_of_an_account_and_of_a_day(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK)
    quotas = desk.service.desk.limits._quotas
    quotas |= {"REGISTRATION_ATTACHMENTS_PER_ACCOUNT": 2, "REGISTRATION_ATTACHMENTS_CREATED_PER_DAY": 4}
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() + 86_400
    desk.clock.ahead = midnight - 30 - time.time()
    client = desk.client()

    def over() -> str:
        answer = refusal(client.create_registration_attachment, AttachmentBody=PICTURE)
        assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
        return str(answer["Reason"])

    def given_up(name: str) -> None:
        client.delete_registration_attachment(RegistrationAttachmentId=name)

    names = [upload(client), upload(client)]
    assert over() == "REGISTRATION_ATTACHMENTS_PER_ACCOUNT"
    upload(desk.client(OTHER_ACCOUNT))
    upload(desk.client(region="eu-west-1"))
    limits = {one["Name"]: (one["Used"], one["Max"]) for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["REGISTRATION_ATTACHMENTS"] == (2, 2)
    for name in names:
        given_up(name)
    names = [upload(client), upload(client)]
    given_up(names[0])
    assert over() == "REGISTRATION_ATTACHMENTS_CREATED_PER_DAY"
    desk.clock.ahead += 31
    upload(client)
    assert over() == "REGISTRATION_ATTACHMENTS_PER_ACCOUNT"  # the refusals before took nothing


# Lists


@pytest.fixture
def five(client: Any) -> list[str]:
    """The ids of five attachments, of which the second and the fourth have failed."""
    names = [
        sent(client, AttachmentUrl="s3://bucket/key.png")["RegistrationAttachmentId"] if number % 2 else upload(client)
        for number in range(5)
    ]
    for name in names[1::2]:
        uploaded(client, name, "UPLOAD_FAILED")
    return names


def status(*values: str) -> dict[str, Any]:
    return {"Name": "attachment-status", "Values": list(values)}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"RegistrationAttachmentIds": [3, 0, 4]}, [3, 0, 4]),
        ({"RegistrationAttachmentIds": [2, 1, 2]}, [2, 1]),
        ({"Filters": [status("UPLOAD_FAILED")]}, [1, 3]),
        ({"Filters": [status("UPLOAD_FAILED", "UPLOAD_COMPLETE")]}, [0, 1, 2, 3, 4]),
        ({"Filters": [status("UPLOAD_FAILED", "DELETED"), status("UPLOAD_COMPLETE")]}, []),
        ({"Filters": [status("UPLOAD_COMPLETE")], "RegistrationAttachmentIds": [4, 3, 2]}, [4, 2]),
        ({"Filters": [status("UPLOAD_IN_PROGRESS")]}, []),
    ],
)
def test_lists(client: Any, five: list[str], asked: dict[str, Any], told: list[int]) -> None:
    if "RegistrationAttachmentIds" in asked:
        asked = {**asked, "RegistrationAttachmentIds": [five[number] for number in asked["RegistrationAttachmentIds"]]}
    answer = client.describe_registration_attachments(**asked)["RegistrationAttachments"]
    assert [one["RegistrationAttachmentId"] for one in answer] == [five[number] for number in told]


def test_pages(client: Any, five: list[str]) -> None:
    paginator = client.get_paginator("describe_registration_attachments")

    def pages(size: int, **more: Any) -> list[list[int]]:
        seen = paginator.paginate(PaginationConfig={"PageSize": size}, **more)
        return [
            [five.index(one["RegistrationAttachmentId"]) for one in page["RegistrationAttachments"]] for page in seen
        ]

    assert pages(2) == [[0, 1], [2, 3], [4]]
    assert pages(2, Filters=[status("UPLOAD_COMPLETE")]) == [[0, 2], [4]]
    assert pages(3, Filters=[status("UPLOAD_COMPLETE", "UPLOAD_FAILED")]) == [[0, 1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("asked", "reason", "named"),
    [
        ({"MaxResults": 1}, "PARAMETERS_CANNOT_BE_USED_TOGETHER", ["registrationAttachmentIds", "maxResults"]),
        ({"Filters": [status("DRAFT")]}, "INVALID_FILTER_VALUES", ["filters"]),
    ],
)
def test_lists_that_are_refused(client: Any, five: list[str], asked: Any, reason: str, named: list[str]) -> None:
    answer = refusal(client.describe_registration_attachments, RegistrationAttachmentIds=five[:1], **asked)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", reason)
    assert field_names(answer) == named


def test_one_unknown_id_fails_the_list(client: Any, five: list[str]) -> None:
    asked = {"RegistrationAttachmentIds": [five[0], NOBODYS_ATTACHMENT]}
    answer = refusal(client.describe_registration_attachments, **asked)
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration-attachment", NOBODYS_ATTACHMENT)


# Deleting


def test_deleting_takes_everything_that_nothing_else_needs(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK)
    client, abroad, others = desk.client(), desk.client(region="eu-west-1"), desk.client(OTHER_ACCOUNT)
    names = [upload(client, Tags=TAGS), upload(client), upload(client, pdf())]
    far = upload(abroad)
    upload(others)
    kept = "SELECT account_id, body FROM attachment_contents ORDER BY account_id, length(body)"
    bodies = sorted([PICTURE, pdf()], key=len)
    assert stored(desk, kept) == [(ACCOUNT, body) for body in bodies] + [(OTHER_ACCOUNT, PICTURE)]
    found = attachment_of(client, names[0])
    answer = client.delete_registration_attachment(RegistrationAttachmentId=names[0])
    del answer["ResponseMetadata"]
    assert answer == {**found, "AttachmentStatus": "DELETED"}
    arn = attachment_of(client, names[1])["RegistrationAttachmentArn"]
    client.delete_registration_attachment(RegistrationAttachmentId=arn)
    assert len(stored(desk, kept)) == 3  # the other Region has the same bytes yet
    abroad.delete_registration_attachment(RegistrationAttachmentId=far)
    assert stored(desk, kept) == [(ACCOUNT, pdf()), (OTHER_ACCOUNT, PICTURE)]
    left = client.describe_registration_attachments()["RegistrationAttachments"]
    assert [one["RegistrationAttachmentId"] for one in left] == [names[2]]
    assert refusal(client.delete_registration_attachment, RegistrationAttachmentId=names[0])["ResourceId"] == names[0]
    assert stored(desk, "SELECT count(*) FROM tags") == [(0,)]
    assert stored(desk, "SELECT count(*) FROM due_work") == [(0,)]
    limits = {one["Name"]: one["Used"] for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["REGISTRATION_ATTACHMENTS"] == 1


def test_deleting_what_is_in_progress_ends_the_upload(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(pace="instant", upload_seconds=30.0)
    client = desk.client()
    name = sent(client, AttachmentBody=PICTURE)["RegistrationAttachmentId"]
    assert stored(desk, "SELECT kind, subject FROM due_work") == [("upload", name)]
    client.delete_registration_attachment(RegistrationAttachmentId=name)
    assert stored(desk, "SELECT count(*) FROM due_work") == [(0,)]
    assert stored(desk, "SELECT count(*) FROM attachment_contents") == [(0,)]


def test_a_deleted_address_is_not_told_again(client: Any) -> None:
    name = sent(client, AttachmentUrl="s3://bucket/key.png")["RegistrationAttachmentId"]
    uploaded(client, name, "UPLOAD_FAILED")
    answer = client.delete_registration_attachment(RegistrationAttachmentId=name)
    assert answer["AttachmentUploadErrorReason"] == "INTERNAL_ERROR"
    assert answer["AttachmentStatus"] == "DELETED"


@pytest.mark.parametrize(
    ("events", "deletable"),
    [
        ((), False),
        (("submit",), False),
        (("submit", "start_review"), False),
        (("submit", "start_review", "approve"), False),
        (("submit", "deny"), True),
        (("discard",), True),
        (("submit", "start_review", "approve", "revoke"), True),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) and value else "",
)
def test_what_a_version_needs_is_not_deleted(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...], deletable: bool
) -> None:
    attachment, name = upload(client), create(client, TOLL_FREE)
    put(client, name, IMAGE, attachment)
    happen(instant_desk, account, name, *events)
    if deletable:
        client.delete_registration_attachment(RegistrationAttachmentId=attachment)
        return
    answer = refusal(client.delete_registration_attachment, RegistrationAttachmentId=attachment)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration-attachment", attachment)
    assert attachment_of(client, attachment)["AttachmentStatus"] == "UPLOAD_COMPLETE"


def test_a_field_that_is_filled_anew_lets_the_old_attachment_go(client: Any) -> None:
    old, new, name = upload(client), upload(client), create(client, CAMPAIGN)
    for attachment in (old, new):
        put(client, name, "campaignInfo.optInScreenshot", attachment)
    client.delete_registration_attachment(RegistrationAttachmentId=old)
    client.delete_registration_field_value(RegistrationId=name, FieldPath="campaignInfo.optInScreenshot")
    client.delete_registration_attachment(RegistrationAttachmentId=new)


def test_a_deleted_registration_lets_its_attachments_go(client: Any) -> None:
    attachment, name = upload(client), create(client, TOLL_FREE)
    put(client, name, IMAGE, attachment)
    client.delete_registration(RegistrationId=name)
    client.delete_registration_attachment(RegistrationAttachmentId=attachment)


# Tags, and what a field's own limits make of it


def test_tags(client: Any) -> None:
    answer = sent(client, AttachmentBody=PICTURE, Tags=TAGS)
    arn = answer["RegistrationAttachmentArn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "case", "Value": "42"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["team"])
    told = client.list_tags_for_resource(ResourceArn=arn)
    assert (told["ResourceArn"], told["Tags"]) == (arn, [{"Key": "case", "Value": "42"}])
    uploaded(client, answer["RegistrationAttachmentId"])
    client.delete_registration_attachment(RegistrationAttachmentId=answer["RegistrationAttachmentId"])
    gone = refusal(client.list_tags_for_resource, ResourceArn=arn)
    assert gone["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("registration_type", "path", "body", "fits"),
    [
        (TOLL_FREE, IMAGE, PICTURE, True),
        (TOLL_FREE, IMAGE, saved(picture(), "JPEG"), False),
        (TOLL_FREE, IMAGE, pdf(), False),
        (TOLL_FREE, IMAGE, png_of(409_600), True),
        (TOLL_FREE, IMAGE, png_of(409_601), False),
        (CAMPAIGN, "campaignInfo.privacyPolicyFile", pdf_of(512_000), True),
        (CAMPAIGN, "campaignInfo.privacyPolicyFile", pdf_of(512_001), False),
        (CAMPAIGN, "mmsFileSamples.mmsFileSample1", pdf(), False),
    ],
    ids=["png", "jpeg", "pdf", "400kB-png", "and-a-byte", "500kB-pdf", "and-another-byte", "pdf-for-mms"],
)
def test_a_fields_own_limits_are_judged_after_the_submit(
    instant_desk: RunningDesk, client: Any, account: str, registration_type: str, path: str, body: bytes, fits: bool
) -> None:
    name = create(client, registration_type)
    put(client, name, path, upload(client, body))
    happen(instant_desk, account, name, "submit")
    in_turn(instant_desk, lambda call: steps.take(call, due.INTAKE, f"{name}/1"), account)
    assert denied_fields(client, name).get(path) == (None if fits else "INVALID_FIELD_VALUE")


def test_a_value_whose_attachment_is_gone_is_turned_down(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK, new_version="copy")
    client = desk.client()
    attachment, name = upload(client), create(client, TOLL_FREE)
    put(client, name, IMAGE, attachment)
    happen(desk, ACCOUNT, name, "submit", "deny")
    client.delete_registration_attachment(RegistrationAttachmentId=attachment)
    renew(client, name)
    assert values_of(client, name) == [{"FieldPath": IMAGE, "RegistrationAttachmentId": attachment}]
    happen(desk, ACCOUNT, name, "submit")
    in_turn(desk, lambda call: steps.take(call, due.INTAKE, f"{name}/2"))
    assert denied_fields(client, name)[IMAGE] == "INVALID_FIELD_VALUE"
