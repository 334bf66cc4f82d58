"""Rows and lines become each other without loss: every column, whatever is in it."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senderdesk.contract import SERVICE
from senderdesk.transfer import import_file
from senderdesk.transfer_rows import COLUMNS
from tests.conftest import ACCOUNT
from tests.test_transfer import BRAND, PLACE, exported, new_database, rows_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
TIME = st.floats(0, 4e9)
IDS = st.from_regex(r"[A-Za-z0-9_:-]{1,20}", fullmatch=True)


def status_of(shape: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(SERVICE.enum(shape)))


@st.composite
def version_rows(draw: st.DrawFn) -> dict[str, Any]:
    """One version with its values, reasons and history, as columns."""
    value = st.one_of(
        st.fixed_dictionaries({"text_value": TEXT}),
        st.fixed_dictionaries({"select_choices": st.lists(TEXT, max_size=3).map(lambda it: json.dumps(it))}),
        st.fixed_dictionaries({"attachment_id": IDS.map("attachment-{}".format)}),
        st.fixed_dictionaries({"denied_reason": TEXT, "feedback": st.none() | TEXT}),
    )
    return {
        "status": draw(status_of("RegistrationVersionStatus")),
        "aws_review": draw(st.sampled_from([0, 1])),
        "feedback": draw(st.none() | TEXT),
        "history": {
            **draw(st.dictionaries(status_of("RegistrationVersionStatus"), TIME, max_size=4)),
            "DRAFT": draw(TIME),
        },
        "values": draw(st.dictionaries(st.from_regex(r"[a-z_.]{1,9}", fullmatch=True), value, max_size=4)),
        "reasons": draw(st.lists(st.tuples(TEXT, TEXT, st.none() | TEXT), max_size=2)),
    }


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_export_import_export_is_the_identity(data: st.DataObject) -> None:
    def write(rows: Any) -> None:
        known: list[str] = []
        for name in sorted(data.draw(st.sets(IDS.map("registration-{}".format), max_size=4))):
            versions = data.draw(st.lists(version_rows(), min_size=1, max_size=3))
            rows.import_registration(
                **PLACE,
                registration_id=name,
                registration_type=BRAND,
                status=data.draw(status_of("RegistrationStatus")),
                current_version=len(versions),
                approved_version=data.draw(st.none() | st.integers(1, len(versions))),
                latest_denied_version=None,
                created_at=data.draw(TIME),
                form_at=data.draw(st.none() | TIME),
            )
            for number, version in enumerate(versions, 1):
                write_version(rows, {**PLACE, "registration_id": name, "version_number": number}, version)
            for other in data.draw(st.sets(st.sampled_from(known))) if known else ():
                rows.insert_association(
                    **{**PLACE, "registration_id": name, "resource_id": other, "resource_kind": "registration"},
                    resource_type=BRAND,
                    iso_country_code=None,
                    phone_number=None,
                    created_at=data.draw(TIME),
                )
            known.append(name)
        bodies = data.draw(st.dictionaries(IDS.map("attachment-{}".format), st.binary(min_size=1), max_size=3))
        for name, body in bodies.items():
            digest = hashlib.sha256(body).digest()
            rows.keep_content(account_id=ACCOUNT, content_digest=digest, body=body)
            rows.import_attachment(
                **{**PLACE, "attachment_id": name, "url": None, "error_reason": None, "created_at": data.draw(TIME)},
                content_digest=digest,
                format="PNG",
                size=len(body),
                status="UPLOAD_COMPLETE",
            )
        for subject in [*(f"{name}/1" for name in known), *bodies]:
            rows.put_due_work(**PLACE, kind="intake", subject=subject, due_at=data.draw(TIME))

    source, target = new_database(write), new_database()
    there = exported(source)
    import_file(target, io.BytesIO(there))
    assert exported(target) == there
    left, right = rows_of(source), rows_of(target)
    assert {**left, "counters": [], "field_values": []} == {**right, "counters": [], "field_values": []}
    assert len(left["field_values"]) == len(right["field_values"])  # their choices may be spaced otherwise
    source.close()
    target.close()


def write_version(rows: Any, this: dict[str, Any], version: dict[str, Any]) -> None:
    rows.import_version(**this, **{name: version[name] for name in ("status", "aws_review", "feedback")})
    rows.import_status_history([{**this, "status": s, "entered_at": at} for s, at in version["history"].items()])
    empty = dict.fromkeys(("text_value", "select_choices", "attachment_id", "denied_reason", "feedback"))
    rows.import_field_values(
        [{**this, **empty, "field_path": path, **value} for path, value in version["values"].items()]
    )
    rows.insert_denied_reasons(
        [
            {**this, "position": at, "reason": one, "short_description": two, "long_description": three}
            | {"documentation_title": None, "documentation_link": None}
            for at, (one, two, three) in enumerate(version["reasons"])
        ]
    )


def test_every_column_travels() -> None:
    """A new column of these tables makes this fail: an export without it would lose something."""
    database = new_database()
    given_by_place = {"account_id", "region", "registration_id", "version_number"}
    for table, members in COLUMNS.items():
        columns = {row["name"] for row in database._reader.execute(f"PRAGMA table_info({table})")}
        assert columns - given_by_place == set(members.values()) - given_by_place, table
