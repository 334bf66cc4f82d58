"""Export and import: what goes out comes in as it was, and what is not whole does not come in at all."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from senderdesk import transfer
from senderdesk.database.sqlite import SqliteDatabase
from senderdesk.operations import attachments, registrations
from senderdesk.transfer import ImportFailed, export_account, import_file
from senderdesk.transfer_rows import COLUMNS
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION

PLACE = {"account_id": ACCOUNT, "region": REGION}
BRAND, CAMPAIGN = "US_TEN_DLC_BRAND_REGISTRATION", "US_TEN_DLC_CAMPAIGN_REGISTRATION"
FIRST, SECOND = (f"registration-{number:032x}" for number in (1, 2))
DOCUMENT, COPY, AWAITED = (f"attachment-{number:032x}" for number in (1, 2, 3))
BODY = b"%PDF-1.4 any bytes"
STRANGE = " \n\r\n\t\u202eÄé😀\u0000\u2028\ufeff "

Lines = list[dict[str, Any]]


def fill(rows: Any) -> None:
    """A brand that was denied once, and the campaign that waits on it, with something in every column."""
    digest = hashlib.sha256(BODY).digest()
    rows.keep_content(account_id=ACCOUNT, content_digest=digest, body=BODY)
    for name in (DOCUMENT, COPY, AWAITED):
        rows.insert_attachment(
            **PLACE, attachment_id=name, status="UPLOAD_IN_PROGRESS", url="s3://b/key", created_at=7.1
        )
        if name != AWAITED:
            rows.set_attachment_content(
                **PLACE, attachment_id=name, content_digest=digest, format="PDF", size=len(BODY)
            )
    rows.finish_attachment(**PLACE, attachment_id=DOCUMENT, status="UPLOAD_COMPLETE", error_reason=None)
    rows.finish_attachment(**PLACE, attachment_id=COPY, status="UPLOAD_FAILED", error_reason="INTERNAL_ERROR")
    for name, kind, status in ((FIRST, BRAND, "REQUIRES_UPDATES"), (SECOND, CAMPAIGN, "CREATED")):
        rows.insert_registration(
            **PLACE, registration_id=name, registration_type=kind, status=status, created_at=0.1 + 0.2, form_at=5.25
        )
        for number in (1, 2) if name == FIRST else (1,):
            fill_version(rows, name, number)
        tags = {"Name": "Ä", "Empty": ""}.items()
        rows.put_tags([{**PLACE, "resource": f"registration/{name}", "tag_key": k, "tag_value": v} for k, v in tags])
    first = {**PLACE, "registration_id": FIRST}
    rows.set_current_version(**first, version_number=2)
    rows.set_latest_denied_version(**first, version_number=1)
    rows.set_approved_version(**first, version_number=2)
    rows.insert_association(
        **{**PLACE, "registration_id": SECOND, "resource_id": FIRST, "resource_kind": "registration"},
        resource_type=BRAND,
        iso_country_code="US",
        phone_number="+12065550100",
        created_at=9.5,
    )
    rows.put_tags(
        [{**PLACE, "resource": f"registration-attachment/{DOCUMENT}", "tag_key": "k", "tag_value": "v"}],
    )
    for kind, subject in (("intake", f"{FIRST}/2"), ("upload", AWAITED), ("intake", "registration-gone/1")):
        rows.put_due_work(**PLACE, kind=kind, subject=subject, due_at=99.75)
        rows.postpone_due_work(**PLACE, kind=kind, subject=subject, due_at=99.75)


def fill_version(rows: Any, name: str, number: int) -> None:
    """A version with a value of each kind, verdicts and history."""
    version = {**PLACE, "registration_id": name, "version_number": number}
    rows.import_version(**version, status="DENIED", aws_review=number % 2, feedback="Say more.")
    for status, at in (("DRAFT", 3.5), ("SUBMITTED", 3.25), ("DENIED", 4.0)):
        rows.insert_version_status(**version, status=status, entered_at=at)
    choices = json.dumps(["A", STRANGE], ensure_ascii=False)
    for path, text, chosen, attachment in (
        ("b.text", STRANGE, None, None),
        ("a.choices", None, choices, None),
        ("c.none", None, "[]", None),
        ("d.file", None, None, "attachment-of-long-ago"),
    ):
        value = {"text_value": text, "select_choices": chosen, "attachment_id": attachment}
        rows.put_field_value(**version, field_path=path, **value)
    rows.deny_fields([{**version, "field_path": path, "denied_reason": "WRONG"} for path in ("b.text", "e.empty")])
    reason = {"reason": "R", "short_description": "S", "long_description": STRANGE, "documentation_title": "T"}
    link = {"documentation_link": "https://example.com"}
    rows.insert_denied_reasons([{**version, "position": position, **reason, **link} for position in (0, 1)])


def new_database(fill_with: Callable[[Any], None] | None = None, path: str = ":memory:") -> SqliteDatabase:
    database = SqliteDatabase(path)
    if fill_with:
        database.write(fill_with)
        database.commit()
    return database


def exported(database: SqliteDatabase, account: str = ACCOUNT, region: str | None = REGION, now: float = 0.0) -> bytes:
    parts: list[bytes] = []
    export_account(database, account, region, now, parts.append)
    return b"".join(parts)


def sample() -> Lines:
    return [json.loads(line) for line in exported(new_database(fill)).splitlines()]


def as_file(lines: Lines) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def rows_of(database: SqliteDatabase) -> dict[str, list[Any]]:
    """All that is in the database, by table."""
    execute = database._reader.execute
    tables = [row[0] for row in execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: sorted(map(tuple, execute(f"SELECT * FROM {name}")), key=repr) for name in tables if "_migr" not in name
    }


def test_every_row_comes_back() -> None:
    source, target = new_database(fill), new_database()
    import_file(target, io.BytesIO(exported(source)))
    before, after = rows_of(source), rows_of(target)
    assert before.pop("counters") == []  # this test's rows did not go through the operations that count
    assert dict(row[2:] for row in after.pop("counters")) == {registrations.QUOTA: 2, attachments.QUOTA: 3}
    gone = [row for row in before["due_work"] if row[3] == "registration-gone/1"]
    assert len(gone) == 1
    before["due_work"].remove(gone[0])
    assert all(before[table] for table in COLUMNS)
    assert {row[5] for row in after["registration_versions"]} == {0, 1}  # aws_review
    assert before == after


def test_work_that_is_left_of_something_deleted_gives_way() -> None:
    work = {**PLACE, "kind": "intake", "subject": f"{FIRST}/2"}
    target = new_database(lambda rows: rows.put_due_work(**work, due_at=1.0))
    import_file(target, as_file(sample()))
    row = target.read(lambda rows: rows.find_due_work(**work))
    assert (row["due_at"], row["attempts"]) == (99.75, 1)


def test_export_of_an_import_is_the_export() -> None:
    source, target = new_database(fill), new_database()
    there = exported(source)
    import_file(target, io.BytesIO(there))
    assert exported(target) == there
    header, *rest = exported(target, now=1.0).splitlines()
    assert rest == there.splitlines()[1:]
    assert json.loads(header)["exported"] == "1970-01-01T00:00:01+00:00"


def test_a_content_is_in_the_file_once_and_only_where_it_is_used() -> None:
    database = new_database(fill)
    assert [line.get("kind") for line in sample()].count("content") == 1
    assert exported(database, region="eu-west-1").count(b'"content"') == 1  # in the counts
    assert exported(database, account=OTHER_ACCOUNT).count(b'"content"') == 1


def test_another_account_and_region() -> None:
    target = new_database(fill)
    moved = import_file(target, io.BytesIO(exported(target)), OTHER_ACCOUNT, "eu-west-1")
    assert (moved.account, moved.region, moved.counts["registration"]) == (OTHER_ACCOUNT, "eu-west-1", 2)
    header, *rest = exported(target, OTHER_ACCOUNT, "eu-west-1").splitlines()
    assert rest == exported(target).splitlines()[1:]
    assert (json.loads(header)["account"], json.loads(header)["region"]) == (OTHER_ACCOUNT, "eu-west-1")


def test_counters_are_brought_up() -> None:
    target = new_database(lambda rows: rows.count_many_more(**PLACE, name=registrations.QUOTA, many=5))
    import_file(target, as_file(sample()))
    counters = target.read(lambda rows: rows.list_counters(**PLACE))
    assert {row["name"]: row["used"] for row in counters} == {registrations.QUOTA: 7, attachments.QUOTA: 3}


def test_a_file_that_changes_after_it_was_checked_is_not_kept() -> None:
    good = exported(new_database(fill))

    class Changing(io.BytesIO):
        def seek(self, *where: int) -> int:
            if self.tell() == len(good):  # read to its end, and begun anew
                self.getbuffer()[good.index(b'"Name"') + 1] = ord("n")
            return super().seek(*where)

    target = new_database()
    with pytest.raises(ImportFailed, match="changed"):
        import_file(target, Changing(good))
    assert not any(rows_of(target).values())


def test_a_registration_that_appears_after_the_check_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    target = new_database()
    check = transfer.check

    def check_and_lose_the_race(*arguments: Any) -> dict[str, int]:
        counts = check(*arguments)
        target.write(fill)
        target.commit()
        return counts

    monkeypatch.setattr(transfer, "check", check_and_lose_the_race)
    with pytest.raises(ImportFailed):
        import_file(target, as_file(sample()))
    assert rows_of(target) == rows_of(new_database(fill))


def test_memory_does_not_grow_with_the_account(tmp_path: Path) -> None:
    size, count = 2**20, 24

    def attach(rows: Any) -> None:
        for number in range(count):
            body = number.to_bytes(4, "big") * (size // 4)
            digest, name = hashlib.sha256(body).digest(), f"attachment-{number}"
            rows.keep_content(account_id=ACCOUNT, content_digest=digest, body=body)
            rows.insert_attachment(**PLACE, attachment_id=name, status="UPLOAD_COMPLETE", url=None, created_at=1.0)
            rows.set_attachment_content(**PLACE, attachment_id=name, content_digest=digest, format="PDF", size=size)

    source, target = new_database(attach, f"{tmp_path}/one.db"), new_database(path=f"{tmp_path}/two.db")
    with (tmp_path / "out").open("w+b") as file:
        tracemalloc.start()
        export_account(source, ACCOUNT, None, 0.0, file.write)
        assert tracemalloc.get_traced_memory()[1] < 8 * size
        tracemalloc.reset_peak()
        import_file(target, file)
        assert tracemalloc.get_traced_memory()[1] < 8 * size
        tracemalloc.stop()
    assert exported(target) == exported(source)


def test_the_region_need_not_be_said_where_there_is_one() -> None:
    database = new_database(fill)
    assert exported(database, region=None) == exported(database)
    with pytest.raises(ValueError, match="444455556666 has registrations nowhere; say --region"):
        exported(database, OTHER_ACCOUNT, None)
    import_file(database, as_file(sample()), region="eu-west-1")
    with pytest.raises(ValueError, match="in eu-west-1 and us-east-1"):
        exported(database, region=None)


@pytest.mark.parametrize(("account", "region"), [("1", REGION), ("１" * 12, REGION), (ACCOUNT, "moon"), (ACCOUNT, "")])
def test_what_is_no_account_or_region(account: str, region: str) -> None:
    target = new_database()
    with pytest.raises(ValueError, match=r"account is 12 digits|Region looks like"):
        exported(target, account, region)
    with pytest.raises(ValueError, match=r"account is 12 digits|Region looks like"):
        import_file(target, as_file(sample()), account, region)
    assert not any(rows_of(target).values())
