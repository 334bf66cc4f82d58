"""Faults of forms: each rule that nothing can fulfil, and each name that leads nowhere, is said."""

from __future__ import annotations

from typing import Any

import pytest

from senderdesk.form_faults import remarks
from senderdesk.patterns import foreign
from tests.form_folder import attachment_field, conditional, form_of, rule, select_field, text_field

NAME, KIND = "company.name", "company.kind"
OBSERVED = {"Field": "observed", "Path": "observed", "Requirement": "observed", "Validation": "observed"}


def said(*fields: dict[str, Any], warnings: bool = False, **changes: Any) -> list[str]:
    found = remarks("MY_FORM.toml", form_of(*fields, **changes), foreign([]))
    assert all(remark.file == "MY_FORM.toml" for remark in found)
    return [remark.sentence for remark in found if remark.warning == warnings]


def validation(**changes: Any) -> dict[str, Any]:
    return {"MinLength": 2, "MaxLength": 5, "Pattern": "^[A-Z]+$", **changes}


def select(**changes: Any) -> dict[str, Any]:
    return {"MinChoices": 1, "MaxChoices": 2, "Options": ["SMALL", "LARGE"], **changes}


def hints(**changes: Any) -> dict[str, Any]:
    return {"Title": "T", "ShortDescription": "S", **changes}


def without(field: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in field.items() if name != key}


def test_a_good_form_has_none() -> None:
    paper = attachment_field(Review="A person looks at it.", Since="2026-01-01")
    fields = (text_field(Provenance={**OBSERVED, "Sources": ["x"], "PathGuessed": True}), select_field(), paper)
    rules = conditional("company.x", "DISALLOWED", rule("REQUIRED", (KIND, "IN", ["SMALL"]), (NAME, "HAS_VALUE", None)))
    assert remarks("f", form_of(*fields, rules), foreign([])) == []


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (text_field(SectionPath="nowhere"), "is in section nowhere, which is not defined"),
        (text_field(TextValidation=validation(MinLength=6)), "has MinLength 6, which is more than MaxLength 5"),
        (text_field(TextValidation=validation(Pattern="(")), "cannot be checked: the pattern ( does not compile"),
        (text_field(TextValidation=validation(Pattern="(?=A).*")), "does not compile in RE2"),
        (text_field(Provenance=["observed"]), "has a Provenance that is not a table"),
        (attachment_field(Attachment="PNG"), "has a Attachment that is not a table"),
        (text_field(Provenance={"Colour": "red"}), "has Colour in Provenance"),
        (text_field(Provenance={"Path": "sure"}), "has Provenance.Path sure, which is not one of observed"),
        (text_field(Attachment={"MaxBytes": 1}), "if it is an ATTACHMENT field"),
        (attachment_field(Attachment={"Colour": 1}), "and nothing else in it"),
        (attachment_field(Attachment={"Formats": ["EXE"]}), "has Attachment.Formats that are not among PDF"),
        (attachment_field(Attachment={"Formats": []}), "has Attachment.Formats that are not among PDF"),
        (attachment_field(Attachment={"MaxBytes": "1"}), "has an Attachment.MaxBytes that is not a number"),
        (text_field(Since="2026"), "has the date 2026, which is not of the form"),
        (text_field(Was=[{"Until": "soon"}]), "has the date soon, which is not of the form"),
        (text_field(Was={"Until": "2026-01-01"}), "has a Was that is not a list of tables"),
        (text_field(Was=[{"FieldRequirement": "OPTIONAL"}]), "has a Was that is not a list of tables"),
        (text_field(Review=["x"]), "has a Review that is not a sentence"),
        (conditional(NAME, "OPTIONAL", rule("REQUIRED", ("a.b", "HAS_VALUE", None))), "depends on a.b, which is not"),
        (conditional(NAME, "OPTIONAL", rule("REQUIRED", (NAME, "HAS_VALUE", None))), "depends on itself"),
    ],
)
def test_what_a_desk_cannot_work_with_is_a_fault_whoever_published_it(field: dict[str, Any], sentence: str) -> None:
    own = field.get("Provenance", {})
    for changes in ({}, {"Provenance": {**OBSERVED, **own}} if isinstance(own, dict) else {}):
        found = said({**field, **changes}, Sections=[{"SectionPath": "company"}])
        assert any(sentence in one and one.startswith(field["FieldPath"]) for one in found), found


SMALL = (KIND, "EQUALS", ["SMALL"])


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (without(text_field(), "TextValidation"), "is a TEXT field without TextValidation"),
        (without(select_field(), "SelectValidation"), "is a SELECT field without SelectValidation"),
        (attachment_field(TextValidation=validation()), "is a ATTACHMENT field with TextValidation"),
        (text_field(TextValidation=validation(MinLength=-1)), "has a MinLength below 0"),
        (text_field(DisplayHints=hints(ExampleTextValue="ABCDEF")), "has an ExampleTextValue of 6 characters"),
        (text_field(DisplayHints=hints(ExampleTextValue="abc")), "has an ExampleTextValue that its own pattern"),
        (select_field(SelectValidation=select(Options=["A", "A", "B"])), "has an option twice: A"),
        (select_field(SelectValidation=select(MinChoices=3)), "has MinChoices 3 and MaxChoices 2"),
        (select_field(SelectValidation=select(MaxChoices=3)), "has MaxChoices 3, which is more than its 2 options"),
        (
            select_field(DisplayHints=hints(SelectOptionDescriptions=[{"Option": "X"}])),
            "describes options that it does not have: X",
        ),
        (conditional(NAME, "PERHAPS", rule("REQUIRED", SMALL)), "has the DefaultBehavior PERHAPS"),
        (conditional(NAME, "OPTIONAL", rule("PERHAPS", SMALL)), "has the RuleBehavior PERHAPS"),
        (conditional(NAME, "OPTIONAL", rule("REQUIRED", (KIND, "LIKE", ["SMALL"]))), "has the operator LIKE"),
        (conditional(NAME, "OPTIONAL", rule("REQUIRED", (KIND, "IN", []))), "has the operator IN without Values"),
        (
            conditional(NAME, "OPTIONAL", rule("REQUIRED", (KIND, "NO_VALUE", ["SMALL"]))),
            "has Values with the operator NO_VALUE",
        ),
        (
            conditional(NAME, "OPTIONAL", rule("REQUIRED", (KIND, "EQUALS", ["TINY"]))),
            "waits for company.kind to be TINY, which is not among its options",
        ),
        (
            conditional(NAME, "OPTIONAL", rule("REQUIRED", SMALL, ConditionalValidation={"AllowedValues": ["X"]})),
            "allows values that are not among its options: X",
        ),
    ],
)
def test_what_nobody_means_to_write_is_a_fault_and_where_it_was_observed_only_odd(
    field: dict[str, Any], sentence: str
) -> None:
    others = [select_field()] if field["FieldPath"] == NAME else []
    (found,) = said(field, *others)
    assert sentence in found
    observed = {**field, "Provenance": OBSERVED}
    assert said(observed, *others) == []
    assert said(observed, *others, warnings=True) == [found]


def test_a_rules_own_validation_is_checked_too() -> None:
    for override, sentence in (
        ({"Pattern": "("}, "cannot be checked"),
        ({"MinLength": 5, "MaxLength": 1}, "has MinLength 5"),
    ):
        field = conditional(NAME, "OPTIONAL", rule("REQUIRED", SMALL, ConditionalValidation=override))
        (found,) = said(field, select_field())
        assert sentence in found


def test_rules_and_the_requirement_that_do_not_go_together_are_odd() -> None:
    (found,) = said(text_field(FieldRequirement="CONDITIONAL"), warnings=True)
    assert found == "company.name is CONDITIONAL without ConditionalBehavior, so it counts as OPTIONAL"
    field = conditional(NAME, "OPTIONAL", rule("REQUIRED", SMALL))
    (found,) = said({**field, "FieldRequirement": "OPTIONAL"}, select_field(), warnings=True)
    assert "counts only where FieldRequirement is CONDITIONAL" in found
