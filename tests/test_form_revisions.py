"""Revisions: a form is what it was on the day asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from senderdesk.form_revisions import BEFORE_ALL, as_of, days, first_second, is_day, misdated
from tests.form_folder import form_of, section, text_field


def test_since_and_was_are_days_on_which_a_form_changes() -> None:
    was = [{"Until": "2026-05-01", "FieldRequirement": "OPTIONAL"}]
    source = form_of(text_field("a.x", Since="2026-09-15"), text_field("a.y", Was=was), text_field("a.z"))
    assert days(source) == [BEFORE_ALL, "2026-05-01", "2026-09-15"]
    assert days(form_of(text_field())) == [BEFORE_ALL]


def test_a_field_is_not_there_before_its_day() -> None:
    source = form_of(text_field("a.x", Since="2026-09-15"), text_field("a.y"))
    assert [field["FieldPath"] for field in as_of(source, "2026-09-14")["Fields"]] == ["a.y"]
    assert [field["FieldPath"] for field in as_of(source, "2026-09-15")["Fields"]] == ["a.x", "a.y"]


def test_the_earliest_until_after_the_day_wins() -> None:
    was = [
        {"Until": "2026-06-01", "FieldRequirement": "CONDITIONAL", "DisplayHints": {"Title": "Later"}},
        {"Until": "2026-03-01", "FieldRequirement": "OPTIONAL"},
    ]
    source = form_of(text_field("a.x", Was=was))

    def on(day: str) -> tuple[str, str, str]:
        (field,) = as_of(source, day)["Fields"]
        hints = field["DisplayHints"]
        assert "Until" not in field
        return field["FieldRequirement"], hints["Title"], hints["ShortDescription"]

    assert on(BEFORE_ALL) == on("2026-02-28") == ("OPTIONAL", "Name", "The name.")
    assert on("2026-03-01") == on("2026-05-31") == ("CONDITIONAL", "Later", "The name.")
    assert on("2026-06-01") == ("REQUIRED", "Name", "The name.")
    assert as_of(source, "2026-06-01")["Fields"][0] is source["Fields"][0]


def test_a_section_takes_its_fields_with_it() -> None:
    source = form_of(text_field("a.x"), text_field("b.y"))
    source["Sections"] = [section("a"), section("b", Since="2026-09-15")]
    before = as_of(source, "2026-09-14")
    assert [one["SectionPath"] for one in before["Sections"]] == ["a"]
    assert [one["FieldPath"] for one in before["Fields"]] == ["a.x"]
    assert len(as_of(source, "2026-09-15")["Fields"]) == 2


@pytest.mark.parametrize("day", ["2026-9-15", "20260915", "2026-02-30", "soon", 20260915, None])
def test_what_is_no_day_is_told(day: object) -> None:
    assert not is_day(day)
    source = form_of(text_field("a.x", Since=day), text_field("a.y", Was=[{"Until": day}]))
    assert [sentence.partition(" ")[0] for sentence in misdated(source)] == ["a.x", "a.y"]
    assert days(source) == [BEFORE_ALL]


def test_a_day_begins_at_midnight_utc() -> None:
    assert first_second("2026-09-15") == datetime(2026, 9, 15, tzinfo=UTC).timestamp()
    assert first_second(BEFORE_ALL) == float("-inf")
