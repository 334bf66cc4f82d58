"""Pages of forms: every field is there, with what is known of it."""

from __future__ import annotations

from pathlib import Path

from senderdesk import form_pages, forms
from senderdesk.form_files import Shelf
from tests.form_folder import attachment_field, conditional, form_of, rule, section, select_field, text_field, write

KNOWN = {"Field": "documented", "Path": "inferred", "Requirement": "documented", "Validation": "inferred"}


def test_one_type_for_a_terminal() -> None:
    fields = (
        text_field(Provenance={**KNOWN, "PathGuessed": True}),
        select_field(),
        conditional("company.x", "DISALLOWED", rule("REQUIRED", ("company.kind", "EQUALS", ["SMALL"]))),
        attachment_field("papers.one", Review="A person compares the names."),
    )
    association = {
        "ResourceType": "SENDER_ID",
        "IsoCountryCode": "GB",
        "AssociationBehavior": "ASSOCIATE_ON_APPROVAL",
        "DisassociationBehavior": "DELETE_REGISTRATION_DISASSOCIATES",
    }
    lines = form_pages.of_type(forms.read(form_of(*fields, SupportedAssociations=[association]))).plain.splitlines()
    assert lines[0] == "MY_FORM  My form"
    assert "Goes with SENDER_ID (GB), associated on approval; DELETE_REGISTRATION_DISASSOCIATES" in lines
    for line in (
        "  company.name  TEXT  REQUIRED",
        "    limits: 2 to 5 characters, pattern ^[A-Z]+$",
        "    known: field, requirement documented; path, validation inferred; path guessed",
        "    rule: required where company.kind is SMALL",
        "    rule: not allowed otherwise",
        "    review: A person compares the names.",
        "    example: ACME",
        "papers  papers",
    ):
        assert line in lines
    assert lines.index("  company.x  TEXT  CONDITIONAL") < lines.index("papers  papers")


def test_texts_of_a_form_are_not_taken_for_markup() -> None:
    hints = {"Title": "[red]T[/red]\x1b[2J", "ShortDescription": "S"}
    page = form_pages.of_type(forms.read(form_of(text_field(DisplayHints=hints)))).plain
    assert "[red]T[/red] [2J: S" in page


def test_all_types_in_markdown_with_parts_described_once(tmp_path: Path) -> None:
    guessed = text_field("a.x", Provenance={**KNOWN, "PathGuessed": True})
    write(
        tmp_path,
        shared={"Sections": [section("a")], "Fields": [guessed, text_field("a.y"), text_field("a.z")]},
        MY_FORM={
            **form_of(text_field("b.own")),
            "Include": ["shared"],
            "Omit": ["a.z"],
            "Fields": [text_field("b.own", Since="2026-09-15"), {"FieldPath": "a.y", "FieldRequirement": "OPTIONAL"}],
        },
    )
    page = form_pages.of_all(forms.catalogue(tmp_path), Shelf(tmp_path))
    assert "| [MY_FORM](#my_form) | My form | 3 | 0 | 1 | 0 | 1 |" in page
    assert page.count("`a.x`") == 1
    parts, types = page.split("## Types")
    assert "| `a.x` | TEXT | REQUIRED | documented; path guessed |" in parts
    assert "| `a.y` | TEXT | REQUIRED | not said |" in parts
    assert "Includes [shared](#shared)." in types
    assert "Leaves out `a.z`." in types
    assert "| `b.own` | TEXT | REQUIRED, since 2026-09-15 | not said |" in types
    assert "| `a.y` | TEXT | OPTIONAL | not said |" in types
