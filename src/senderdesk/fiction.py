"""Invented phone numbers: the ranges of fiction.toml, in which nobody can be called."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_ELSEWHERE = "elsewhere"


class Range(NamedTuple):
    """Numbers that are counted through: place 0 is the first number of the first area, 1 that of the second."""

    name: str
    starts: tuple[str, ...]
    digits: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(self.starts) * (self.last - self.first + 1)

    def number(self, place: int) -> str:
        """The E.164 number at a place, which wraps around behind the last one."""
        turn, area = divmod(place % self.size, len(self.starts))
        return f"{self.starts[area]}{self.first + turn:0{self.digits}}"


@cache
def numbers(one: Range) -> tuple[str, ...]:
    """Every number of a range that is small enough to be searched, by place. Kept: making them takes 100 ms."""
    return tuple(one.number(place) for place in range(one.size))


@cache
def ranges(iso_country_code: str, number_type: str) -> tuple[Range, ...]:
    """The ranges for a country and a type of number, in the order in which they are used up.

    Raises ValueError where there is no such country.
    """
    code = calling_code(iso_country_code)
    name = "TOLL_FREE" if number_type == "TOLL_FREE" else iso_country_code
    tables = _tables()
    own = _ranges(name, tables[name], tables[name].get("areas", [])) if name in tables else ()
    return own if code == 1 and own else (*own, *_ranges(f"+{code}", tables[_ELSEWHERE], [f"{code:03}"]))


def calling_code(iso_country_code: str) -> int:
    """The country code of E.164. Raises ValueError where there is no such country."""
    from phonenumbers import country_code_for_region  # imported when first needed: it takes 50 ms

    code: int = country_code_for_region(iso_country_code)
    if not code:
        raise ValueError(f"{iso_country_code} is not a country with phone numbers")
    return code


def _ranges(name: str, table: dict[str, Any], areas: list[Any]) -> tuple[Range, ...]:
    return tuple(
        Range(
            f"{name}/{number}",
            tuple(one["start"].format(area=area) for area in areas or [""]),
            one["digits"],
            one.get("first", 0),
            one.get("last", 10 ** one["digits"] - 1),
        )
        for number, one in enumerate(table["ranges"])
    )


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("senderdesk").joinpath("fiction.toml").read_text(encoding="utf-8"))
