"""Invented numbers: well formed, nobody's, each once, and enough of them."""

from __future__ import annotations

import re

import phonenumbers
import pytest

from senderdesk import fiction

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
KINDS = [("US", "TEN_DLC"), ("US", "TOLL_FREE"), ("CA", "LONG_CODE"), ("GB", "LONG_CODE"), ("SE", "LONG_CODE")]


@pytest.mark.parametrize("kind", KINDS)
def test_each_place_of_a_range_is_a_number_of_its_own(kind: tuple[str, str]) -> None:
    for one in fiction.ranges(*kind):
        places = range(min(one.size, 5000))
        assert len({one.number(place) for place in places}) == len(places)
        assert one.number(one.size) == one.number(0)
        for place in (0, one.size - 1):
            assert E164.fullmatch(one.number(place))


@pytest.mark.parametrize("kind", [("US", "TEN_DLC"), ("US", "TOLL_FREE"), ("CA", "LONG_CODE")])
def test_numbers_of_the_nanp_are_kept_for_fiction_or_impossible_there(kind: tuple[str, str]) -> None:
    first, *others = fiction.ranges(*kind)
    for place in range(first.size):
        assert re.fullmatch(r"\+1[2-9][0-9]{2}55501[0-9]{2}", first.number(place))
    for one in others:
        for place in range(0, one.size, 9973):
            number = one.number(place)
            assert re.fullmatch(r"\+1[2-9][0-9]{2}[01][0-9]{6}", number)
            assert not phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_every_country_has_numbers_and_a_code_that_is_nobodys() -> None:
    assert 999 not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    for country in phonenumbers.SUPPORTED_REGIONS:
        last = fiction.ranges(country, "LONG_CODE")[-1]
        assert last.size >= 10_000_000
        code = phonenumbers.country_code_for_region(country)
        assert last.number(7).startswith(("+1", f"+999{code:03}"))
        assert E164.fullmatch(last.number(last.size - 1))
    with pytest.raises(ValueError, match="QZ"):
        fiction.ranges("QZ", "LONG_CODE")


def test_the_ranges_that_regulators_keep_are_as_they_are_published() -> None:
    first = {country: fiction.ranges(country, "LONG_CODE")[0] for country in ("GB", "AU", "SE", "DE", "FR", "IE")}
    assert (first["GB"].number(0), first["GB"].number(999)) == ("+447700900000", "+447700900999")
    assert (first["SE"].number(0), first["SE"].number(94)) == ("+46701740605", "+46701740699")
    assert first["AU"].number(0) == "+61255500000"
    assert first["DE"].number(99) == "+491713920099"
    assert first["FR"].number(42) == "+33639980042"
    assert first["IE"].number(0) == "+353209100000"
