"""Patterns: whole values are matched, reviewed patterns as Python does, patterns from elsewhere in linear time."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from senderdesk import forms
from senderdesk.patterns import foreign, linear, reviewed

LOOK_AHEAD = r"^(?=\s*\S)[\s\S]+$"


@pytest.mark.parametrize("matching", [reviewed, linear])
def test_a_pattern_matches_the_whole_value(matching: object) -> None:
    match = matching("[a-z]+")  # type: ignore[operator]
    assert match("abc")
    assert not match("abc1")
    assert not match("1abc")
    assert not matching("^a$")("a\n")  # type: ignore[operator]


def test_a_pattern_from_elsewhere_cannot_hang() -> None:
    match = foreign([])("^(a+)+$")
    start = time.perf_counter()
    assert not match("a" * 26 + "!")
    assert not match("a" * 50_000 + "!")
    assert time.perf_counter() - start < 1


def test_a_pattern_from_elsewhere_must_compile_in_re2_unless_it_is_a_reviewed_one() -> None:
    with pytest.raises(ValueError, match=r"does not compile in RE2.*invalid perl operator"):
        foreign(["^a$"])(LOOK_AHEAD)
    assert foreign([LOOK_AHEAD])(LOOK_AHEAD)("a b")
    assert foreign([r"\S+"])(r"\S+")("ab") is not None
    assert foreign([r"\w+"])(r"\w+")("é")  # as Python reads it, not as RE2 does
    assert not foreign([])(r"\w+")("é")


@pytest.mark.parametrize("matching", [reviewed, linear])
def test_a_broken_pattern_is_said_to_be_one(matching: object) -> None:
    with pytest.raises(ValueError, match=r"the pattern \(a does not compile"):
        matching("(a")  # type: ignore[operator]


def test_re2_is_imported_only_where_a_form_needs_it() -> None:
    code = (
        "import sys; from senderdesk import forms; c = forms.catalogue();"
        "c.at('US_TOLL_FREE_REGISTRATION', 2e9); sys.exit('re2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_no_shipped_pattern_is_slow_on_what_its_field_lets_in() -> None:
    catalogue = forms.catalogue()
    longest: dict[str, int] = {}
    for name in catalogue.names():
        form = catalogue.at(name, float("inf"))
        assert form
        for field in form.fields.values():
            rule = field.get("TextValidation")
            if rule:
                longest[rule["Pattern"]] = max(longest.get(rule["Pattern"], 0), rule["MaxLength"])
    assert len(longest) > 5
    for pattern, length in longest.items():
        match = reviewed(pattern)
        for piece in ("a", " ", ".", "a.", "a@", "1", "A-", "\n", "https://"):
            hostile = (piece * length)[: length - 1] + "\x00"
            start = time.perf_counter()
            match(hostile)
            assert time.perf_counter() - start < 0.25, (pattern, piece)
