"""The supply of phone numbers: the operator's inventory, or invented numbers that can belong to nobody.

Simulator numbers are always invented: they have no carrier. What is taken is held by the unique index of the table of
numbers, over all accounts; the inventory's own mark only makes the next free number quick to find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any, NamedTuple

from senderdesk import fiction
from senderdesk.numbering import CAPABILITIES, SIMULATOR, Offer, in_order
from senderdesk.operations import Call
from senderdesk.operations.number_preferences import Preference

# How many invented numbers that have a holder already are passed over before there is none.
_TRIES = 1000
# How many numbers a request with a preference looks at. An invented supply is searched in its first range only.
_MOST_SEARCHED = 50_000


class Wanted(NamedTuple):
    """What kind of number is looked for; `capabilities` are those that it must have."""

    offer: Offer
    capabilities: tuple[str, ...]
    preference: Preference | None = None


def take(call: Call, wanted: Wanted) -> str | None:
    """A free number, which whoever called has to store; None where there is none."""
    if wanted.preference is not None:
        number = _searched(call, wanted)
    elif is_invented(call, wanted.offer.number_type):
        number = _invented(call, wanted.offer)
    else:
        number = _first_of_inventory(call, wanted)
    if number is not None:
        call.rows.hold_number(phone_number=number)
    return number


def give_back(call: Call, number: str) -> None:
    """A number has lost its holder: where it came from the inventory, it is there for others."""
    call.rows.free_number(phone_number=number)


def is_invented(call: Call, number_type: str) -> bool:
    """Whether numbers of this type are invented at this desk."""
    return call.desk.settings.numbers == "fiction" or number_type == SIMULATOR


def readers(call: Call, wanted: Wanted) -> tuple[Callable[[Any, int], Sequence[Any]], Any]:
    """How to walk through what may be free: `read(after, count)` gives (position, number, capabilities), and the first
    `after`. Of invented numbers some have a holder already: `is_free` tells.
    """
    if is_invented(call, wanted.offer.number_type):
        first = fiction.ranges(wanted.offer.iso_country_code, wanted.offer.number_type)[0]
        return lambda after, count: list(islice(_fitting(first, wanted, after), count)), -1
    return lambda after, count: _free_of_inventory(call, wanted, after, count), ["", ""]


def is_free(call: Call, number: str) -> bool:
    """Whether nobody has an E.164 number, in whatever account."""
    return call.rows.find_holder_of_number(phone_number=number) is None


def fits(wanted: Wanted, capabilities: Sequence[str], number: str) -> bool:
    """Whether a number is one that is looked for."""
    able = set(wanted.capabilities) <= set(capabilities)
    return able and (wanted.preference is None or wanted.preference.passes(number))


def _invented(call: Call, offer: Offer) -> str | None:
    *first, last = fiction.ranges(offer.iso_country_code, offer.number_type)
    for _ in range(_TRIES):
        for one in first:
            used = call.rows.find_fiction_range(name=one.name)
            if used is None or used["used"] < one.size:
                break
        else:
            one = last
        number = one.number(call.rows.next_of_fiction_range(name=one.name)["place"])
        if is_free(call, number):
            return number
    return None


def _first_of_inventory(call: Call, wanted: Wanted) -> str | None:
    """The first free number of those that can do what is wanted and the least beside it."""
    others = [one for one in CAPABILITIES if one not in wanted.capabilities]
    for count in range(len(others) + 1):
        for more in combinations(others, count):
            row = call.rows.first_free_number(
                iso_country_code=wanted.offer.iso_country_code,
                number_type=wanted.offer.number_type,
                capabilities=" ".join(in_order({*wanted.capabilities, *more})),
            )
            if row is not None:
                return str(row["phone_number"])
    return None


def _searched(call: Call, wanted: Wanted) -> str | None:
    read, after = readers(call, wanted)
    looked_at = 0
    while looked_at < _MOST_SEARCHED:
        found = read(after, 1000)
        for _, number, capabilities in found:
            if fits(wanted, capabilities, number) and is_free(call, number):
                return str(number)
        if not found:
            break
        looked_at += len(found)
        after = found[-1][0]
    return None


def _fitting(one: fiction.Range, wanted: Wanted, after: int) -> Iterator[tuple[int, str, Sequence[str]]]:
    """The places of a range behind `after` whose numbers are wanted, whether or not somebody has them."""
    passes = wanted.preference.passes if wanted.preference else lambda number: True
    numbers = fiction.numbers(one)
    for place in range(after + 1, len(numbers)):
        if passes(numbers[place]):
            yield place, numbers[place], wanted.offer.capabilities


def _free_of_inventory(call: Call, wanted: Wanted, after: list[str], count: int) -> list[tuple[list[str], str, Any]]:
    rows = call.rows.list_free_numbers(
        iso_country_code=wanted.offer.iso_country_code,
        number_type=wanted.offer.number_type,
        after_capabilities=after[0],
        after_number=after[1],
        count=count,
    )
    return [
        ([row["capabilities"], row["phone_number"]], row["phone_number"], row["capabilities"].split()) for row in rows
    ]
