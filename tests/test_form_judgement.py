"""The judgement of a filled form: required, conditional and forbidden fields, and values that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from senderdesk import forms
from senderdesk.field_values import FieldValue
from senderdesk.form_judgement import Attachment, Finding, judge
from tests.form_folder import attachment_field, conditional, form_of, rule, select_field, text_field

KIND = "a.kind"
OK = FieldValue("ACME")


def judged(
    *fields: dict[str, Any], attachments: dict[str, Attachment] | None = None, **values: FieldValue
) -> dict[str, str]:
    """The reasons by leaf of the path; values are given by leaf, all in section a."""
    form = forms.read(form_of(*fields))
    found = judge(form, {f"a.{leaf}": value for leaf, value in values.items()}, attachments or {})
    assert len(found) == len({finding.path for finding in found})
    return {finding.path.removeprefix("a."): finding.reason for finding in found}


def test_every_field_is_judged_in_the_forms_order() -> None:
    form = forms.read(form_of(text_field("b.y"), select_field("b.x"), text_field("a.z", FieldRequirement="OPTIONAL")))
    assert judge(form, {"a.z": FieldValue("no"), "nowhere.at_all": OK}, {}) == [
        Finding("b.y", "MISSING_REQUIRED_FIELD"),
        Finding("b.x", "MISSING_REQUIRED_FIELD"),
        Finding("a.z", "INVALID_FIELD_VALUE"),
    ]
    assert judge(form, {"b.y": OK, "b.x": FieldValue(choices=("SMALL",))}, {}) == []


def test_an_empty_value_is_none() -> None:
    fields = (text_field("a.name"), select_field(KIND))
    assert judged(*fields, name=FieldValue(""), kind=FieldValue(choices=())) == {
        "name": "MISSING_REQUIRED_FIELD",
        "kind": "MISSING_REQUIRED_FIELD",
    }


def test_a_value_of_another_kind_does_not_fit() -> None:
    assert judged(select_field(KIND), kind=FieldValue("SMALL")) == {"kind": "INVALID_FIELD_VALUE"}


@pytest.mark.parametrize(
    ("behaviour", "without", "with_it"),
    [
        ("REQUIRED", {"x": "MISSING_CONDITIONAL_FIELD"}, {}),
        ("OPTIONAL", {}, {}),
        ("DISALLOWED", {}, {"x": "CONDITIONAL_FIELD_NOT_ALLOWED"}),
        ("PERHAPS", {}, {}),
    ],
)
def test_a_rules_behaviour_is_what_the_field_comes_to(
    behaviour: str, without: dict[str, str], with_it: dict[str, str]
) -> None:
    large = FieldValue(choices=("LARGE",))
    by_rule = (select_field(KIND), conditional("a.x", "OPTIONAL", rule(behaviour, (KIND, "EQUALS", ["LARGE"]))))
    assert judged(*by_rule, kind=large) == without
    assert judged(*by_rule, kind=large, x=OK) == with_it
    other = "DISALLOWED" if behaviour == "REQUIRED" else "REQUIRED"
    by_default = (select_field(KIND), conditional("a.x", behaviour, rule(other, (KIND, "EQUALS", ["SMALL"]))))
    assert judged(*by_default, kind=large) == without
    assert judged(*by_default, kind=large, x=OK) == with_it


SMALL, LARGE, BOTH, EMPTY = ("SMALL",), ("LARGE",), ("SMALL", "LARGE"), None


@pytest.mark.parametrize(
    ("operator", "values", "holds_for", "not_for"),
    [
        ("EQUALS", ["SMALL"], [SMALL, BOTH], [LARGE, EMPTY]),
        ("NOT_EQUALS", ["SMALL"], [LARGE], [SMALL, BOTH, EMPTY]),
        ("IN", ["SMALL", "OTHER"], [SMALL, BOTH], [LARGE, EMPTY]),
        ("NOT_IN", ["SMALL", "OTHER"], [LARGE], [SMALL, BOTH, EMPTY]),
        ("HAS_VALUE", None, [SMALL, BOTH], [EMPTY]),
        ("NO_VALUE", None, [EMPTY], [SMALL, BOTH]),
        ("LIKE", ["SMALL"], [], [SMALL, LARGE, BOTH, EMPTY]),
    ],
)
def test_operators(
    operator: str, values: list[str] | None, holds_for: list[tuple[str, ...] | None], not_for: list[Any]
) -> None:
    kind = select_field(KIND, FieldRequirement="OPTIONAL")
    fields = (kind, conditional("a.x", "OPTIONAL", rule("REQUIRED", (KIND, operator, values))))
    for choices in holds_for:
        assert judged(*fields, kind=FieldValue(choices=choices)) == {"x": "MISSING_CONDITIONAL_FIELD"}
    for choices in not_for:
        assert judged(*fields, kind=FieldValue(choices=choices)) == {}


def test_conditions_compare_texts_too() -> None:
    fields = (text_field("a.name"), conditional("a.x", "OPTIONAL", rule("REQUIRED", ("a.name", "EQUALS", ["ACME"]))))
    assert judged(*fields, name=OK) == {"x": "MISSING_CONDITIONAL_FIELD"}
    assert judged(*fields, name=FieldValue("ACM")) == {}


def test_the_first_rule_whose_conditions_all_hold_wins() -> None:
    fields = (
        select_field(KIND),
        text_field("a.name", FieldRequirement="OPTIONAL"),
        conditional(
            "a.x",
            "DISALLOWED",
            rule("REQUIRED", (KIND, "EQUALS", ["SMALL"]), ("a.name", "HAS_VALUE", None)),
            rule("OPTIONAL", (KIND, "EQUALS", ["SMALL"])),
        ),
    )
    small = FieldValue(choices=SMALL)
    assert judged(*fields, kind=small, name=OK) == {"x": "MISSING_CONDITIONAL_FIELD"}
    assert judged(*fields, kind=small) == {}
    assert judged(*fields, kind=small, x=OK) == {}
    assert judged(*fields, kind=FieldValue(choices=LARGE), x=OK) == {"x": "CONDITIONAL_FIELD_NOT_ALLOWED"}


def test_a_rules_validation_goes_before_the_fields_own() -> None:
    override = {"MinLength": 6, "MaxLength": 9, "Pattern": "^[a-z]+$"}
    small = rule("REQUIRED", (KIND, "EQUALS", ["SMALL"]), ConditionalValidation=override)
    fields = (select_field(KIND), conditional("a.x", "OPTIONAL", small))
    assert judged(*fields, kind=FieldValue(choices=SMALL), x=FieldValue("abcdef")) == {}
    assert judged(*fields, kind=FieldValue(choices=SMALL), x=OK) == {"x": "INVALID_FIELD_VALUE"}
    assert judged(*fields, kind=FieldValue(choices=LARGE), x=OK) == {}
    partly = rule("REQUIRED", (KIND, "EQUALS", ["SMALL"]), ConditionalValidation={"MaxLength": 3})
    fields = (select_field(KIND), conditional("a.x", "OPTIONAL", partly))
    assert judged(*fields, kind=FieldValue(choices=SMALL), x=OK) == {"x": "INVALID_FIELD_VALUE"}
    assert judged(*fields, kind=FieldValue(choices=SMALL), x=FieldValue("abc")) == {"x": "INVALID_FIELD_VALUE"}
    assert judged(*fields, kind=FieldValue(choices=SMALL), x=FieldValue("ABC")) == {}


def test_a_rule_may_leave_fewer_options() -> None:
    narrowed = rule("REQUIRED", ("a.name", "HAS_VALUE", None), ConditionalValidation={"AllowedValues": ["SMALL"]})
    behavior = {"DefaultBehavior": "OPTIONAL", "Rules": [narrowed]}
    kind = select_field(KIND, FieldRequirement="CONDITIONAL", ConditionalBehavior=behavior)
    fields = (text_field("a.name", FieldRequirement="OPTIONAL"), kind)
    large = FieldValue(choices=LARGE)
    assert judged(*fields, kind=large) == {}
    assert judged(*fields, kind=large, name=OK) == {"kind": "INVALID_FIELD_VALUE"}


def test_a_conditional_field_without_rules_counts_as_optional() -> None:
    field = text_field("a.x", FieldRequirement="CONDITIONAL")
    assert judged(field) == {}
    assert judged(field, x=OK) == {}


@pytest.mark.parametrize(
    ("attachment", "fits"),
    [
        (Attachment("PNG", 1000), True),
        (Attachment("PNG", 1001), False),
        (Attachment("PDF", 10), False),
        (None, False),
    ],
)
def test_an_attachment_must_be_within_the_fields_limits(attachment: Attachment | None, fits: bool) -> None:
    known = {"attachment-1": attachment} if attachment else {}
    reasons = judged(attachment_field("a.paper"), attachments=known, paper=FieldValue(attachment="attachment-1"))
    assert reasons == ({} if fits else {"paper": "INVALID_FIELD_VALUE"})


def test_an_attachment_field_without_limits_takes_any() -> None:
    field = attachment_field("a.paper")
    del field["Attachment"]
    known = {"attachment-1": Attachment("PDF", 10**7)}
    assert judged(field, attachments=known, paper=FieldValue(attachment="attachment-1")) == {}


def test_the_tax_number_of_a_toll_free_registration() -> None:
    """Seen: needed of all but sole proprietors, who are turned down with it."""
    form = forms.catalogue().at("US_TOLL_FREE_REGISTRATION", 2e9)
    assert form
    tax = "companyInfo.taxId"

    def reason(business: str, **values: FieldValue) -> str | None:
        given = {"companyInfo.businessType": FieldValue(choices=(business,)), **values}
        return dict(judge(form, given, {})).get(tax)

    assert reason("PRIVATE_PROFIT") == "MISSING_CONDITIONAL_FIELD"
    assert reason("PRIVATE_PROFIT", **{tax: FieldValue("123456789")}) is None
    assert reason("SOLE_PROPRIETOR") is None
    assert reason("SOLE_PROPRIETOR", **{tax: FieldValue("123456789")}) == "CONDITIONAL_FIELD_NOT_ALLOWED"
