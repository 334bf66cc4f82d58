"""Field values: what fits its field is taken, and everything that does not is named."""

from __future__ import annotations

import time
from typing import Any

import pytest

from senderdesk import forms
from senderdesk.errors import FaultyField
from senderdesk.field_values import FieldValue, complaints
from senderdesk.forms import Form
from tests.form_folder import attachment_field, form_of, select_field, text_field


def form(*fields: dict[str, Any]) -> Form:
    return forms.read(form_of(*fields))


FORM = form(text_field(), select_field(), attachment_field())
NAME, KIND, PAPER = "company.name", "company.kind", "company.paper"


def said(path: str, **value: Any) -> list[FaultyField]:
    return complaints(FORM, path, FieldValue(**value))


def test_what_fits_is_taken() -> None:
    assert said(NAME, text="ACME") == []
    assert said(KIND, choices=("LARGE", "SMALL")) == []
    assert said(PAPER, attachment="attachment-1") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A", "wants 2 to 5 characters, not 1"),
        ("ABCDEF", "wants 2 to 5 characters, not 6"),
        ("ACm", "must match the pattern ^[A-Z]+$"),
        ("ACM\n", "must match the pattern ^[A-Z]+$"),
    ],
)
def test_a_text_is_measured_and_matched_whole(text: str, sentence: str) -> None:
    assert said(NAME, text=text) == [FaultyField("textValue", f"company.name {sentence}")]


def test_the_form_says_in_its_own_words_what_it_wants() -> None:
    hints = {"Title": "T", "ShortDescription": "S", "TextValidationDescription": "Some capitals"}
    described = form(text_field(DisplayHints=hints))
    (complaint,) = complaints(described, NAME, FieldValue("abc"))
    assert complaint.message == "company.name must match the pattern ^[A-Z]+$ (Some capitals)"
    (complaint,) = complaints(described, NAME, FieldValue("A"))
    assert complaint.message == "company.name wants 2 to 5 characters, not 1"


def test_length_is_counted_in_code_points() -> None:
    wide = form(text_field(TextValidation={"MinLength": 2, "MaxLength": 2, "Pattern": ".*"}))
    assert complaints(wide, NAME, FieldValue("😀é")) == []
    (complaint,) = complaints(wide, NAME, FieldValue("e\u0301x"))
    assert complaint.message == "company.name wants 2 characters, not 3"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ((), ["wants 1 to 2 choices, not 0"]),
        (("SMALL", "LARGE", "OTHER"), ["wants 1 to 2 choices, not 3"]),
        (("SMALL", "SMALL"), ["has a choice twice"]),
        (("TINY",), ["has no option TINY; its options are SMALL, LARGE, OTHER"]),
        (("small",), ["has no option small"]),
        (("TINY", "TINY", "SMALL"), ["wants 1 to 2 choices", "has a choice twice", "has no option TINY;"]),
    ],
)
def test_choices_are_counted_and_known(choices: tuple[str, ...], words: list[str]) -> None:
    complaints = said(KIND, choices=choices)
    assert len(complaints) == len(words)
    for complaint, word in zip(complaints, words, strict=True):
        assert complaint.name == "selectChoices"
        assert word in complaint.message


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        (NAME, {}, ["textValue"]),
        (KIND, {}, ["selectChoices"]),
        (PAPER, {}, ["registrationAttachmentId"]),
        (NAME, {"choices": ("ACME",)}, ["selectChoices"]),
        (KIND, {"text": "SMALL"}, ["textValue"]),
        (PAPER, {"text": "x", "choices": ("x",)}, ["textValue", "selectChoices"]),
        (NAME, {"text": "ACME", "attachment": "a"}, ["registrationAttachmentId"]),
    ],
)
def test_exactly_the_member_of_the_fields_type_must_be_given(
    path: str, value: dict[str, Any], names: list[str]
) -> None:
    complaints = said(path, **value)
    assert [complaint.name for complaint in complaints] == names
    assert all(path in complaint.message for complaint in complaints)


def test_a_field_without_a_validation_takes_anything_of_its_kind() -> None:
    field = text_field()
    del field["TextValidation"]
    assert complaints(form(field), NAME, FieldValue("")) == []


def test_conditional_rules_are_not_judged_here() -> None:
    shipped = forms.catalogue().at("US_TEN_DLC_BRAND_REGISTRATION", 2e9)
    assert shipped
    assert shipped.fields["companyInfo.stockSymbol"]["ConditionalBehavior"]
    assert complaints(shipped, "companyInfo.stockSymbol", FieldValue("EXMPL")) == []
    (complaint,) = complaints(shipped, "companyInfo.taxId", FieldValue("12-3456789"))
    assert complaint.name == "textValue"
    assert "letters and digits" in complaint.message


def test_a_text_takes_microseconds() -> None:
    value = FieldValue("ACME")
    best = min(_seconds(lambda: complaints(FORM, NAME, value), 2000) for _ in range(5))
    assert best / 2000 < 30e-6  # about 2 on an idle machine


def _seconds(call: Any, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - start
