"""A form's rules in words: what a person reads is what the form says."""

from __future__ import annotations

from typing import Any

import pytest

from senderdesk import form_words
from tests.form_folder import attachment_field, conditional, rule, select_field, text_field

KIND = "company.kind"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (text_field(), "2 to 5 characters, pattern ^[A-Z]+$"),
        (text_field(TextValidation={"MinLength": 2, "MaxLength": 2, "Pattern": "x"}), "2 characters, pattern x"),
        (select_field(), "1 to 2 of: SMALL, LARGE, OTHER"),
        (attachment_field(Attachment={"Formats": ["PDF", "PNG"], "MaxBytes": 9}), "PDF or PNG, at most 9 bytes"),
        (attachment_field(Attachment={}), ""),
    ],
)
def test_limits(field: dict[str, Any], words: str) -> None:
    assert form_words.limits(field) == words


def test_conditions_are_said_in_order() -> None:
    override = {"MaxLength": 3, "AllowedValues": ["A", "B"]}
    field = conditional(
        "company.x",
        "DISALLOWED",
        rule("REQUIRED", (KIND, "EQUALS", ["SMALL"]), ("company.name", "HAS_VALUE", None)),
        rule("OPTIONAL", (KIND, "NOT_IN", ["A", "B"]), ConditionalValidation=override),
        rule("PERHAPS", (KIND, "LIKE", ["C"])),
    )
    assert form_words.conditions(field) == [
        "required where company.kind is SMALL and company.name is filled",
        "optional where company.kind is not A or B (at most 3 characters, one of: A, B)",
        "PERHAPS (counts as optional) where company.kind LIKE C (never holds)",
        "not allowed otherwise",
    ]
    assert form_words.conditions(text_field()) == []
    assert form_words.conditions(text_field(FieldRequirement="CONDITIONAL")) == [
        "no rule is known; a reviewer judges it"
    ]


@pytest.mark.parametrize(
    ("provenance", "long", "short"),
    [
        ({}, "not said", "not said"),
        ({"Field": "observed", "Path": "observed"}, "all observed", "observed"),
        (
            {"Field": "documented", "Path": "inferred", "Requirement": "documented", "PathGuessed": True},
            "field, requirement documented; path inferred; path guessed",
            "documented; path guessed",
        ),
        (
            {"Field": "documented", "Path": "inferred", "PathFrom": "OTHER"},
            "field documented; path inferred; path from OTHER",
            "documented; path from OTHER",
        ),
    ],
)
def test_provenance(provenance: dict[str, Any], long: str, short: str) -> None:
    assert form_words.provenance(text_field(Provenance=provenance)) == long
    assert form_words.provenance_in_short(text_field(Provenance=provenance)) == short


def test_a_path_that_is_inferred_from_nowhere_is_guessed() -> None:
    assert form_words.path_is_guessed(text_field(Provenance={"Path": "inferred"}))
    assert not form_words.path_is_guessed(text_field(Provenance={"Path": "inferred", "PathFrom": "OTHER"}))
    assert not form_words.path_is_guessed(text_field(Provenance={"Path": "observed"}))


def test_requirement_tells_its_history() -> None:
    field = text_field(Since="2026-01-01", Was=[{"Until": "2026-05-01", "FieldRequirement": "OPTIONAL"}])
    assert form_words.requirement(field) == "REQUIRED, since 2026-01-01, OPTIONAL until 2026-05-01"


def test_nothing_that_a_terminal_obeys_comes_through() -> None:
    assert form_words.plain("a\x1b[31mb\n  c\x07\u202ed") == "a [31mb c  d"
