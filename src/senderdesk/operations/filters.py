"""Filters of a list: what passes them, and the pages of a list of which only a part passes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from senderdesk.errors import FaultyField, ValidationException
from senderdesk.operations import Answer, cannot_be_used_together
from senderdesk.operations.paging import PAGE, page_size

BOOLEAN = frozenset({"true", "false"})
# How many rows one call looks at; what lies beyond them is behind the next token. So no call grows with the list.
MOST_READ = 1000

Wanted = dict[str, set[str]]


def wanted_values(filters: Sequence[Mapping[str, Any]] | None, known: Mapping[str, Collection[str]]) -> Wanted:
    """The values that pass, by filter name: any value of one filter, and every filter.

    `known` has all the values there are of some filters. Raises ValidationException INVALID_FILTER_VALUES.
    """
    wanted: Wanted = {}
    for one in filters or ():
        name, values = one["Name"], set(one["Values"])
        if unknown := values - set(known.get(name, values)):
            # ASSUMED: a value that does not exist is a mistake to be told, not a filter that lets nothing pass.
            complaint = FaultyField("filters", f"{', '.join(sorted(unknown))} is not a value of {name}")
            raise ValidationException("INVALID_FILTER_VALUES", [complaint])
        wanted[name] = wanted.get(name, values) & values
    return wanted


def passes(have: Mapping[str, Collection[str | None]], wanted: Wanted) -> bool:
    """Whether something with the values `have`, by filter name, passes every filter."""
    return all(not values.isdisjoint(have[name]) for name, values in wanted.items())


def boolean(value: object) -> list[str]:
    """A yes or no as filters write it."""
    return ["true" if value else "false"]


def asks_for_shared(owner: str | None, field: str, named: Sequence[object] | None) -> bool:
    """Whether a list asks for what others share with the account: nothing, as sharing is not served.

    `field` is the member, in lower camel case, that names what is wanted. Raises ValidationException
    PARAMETERS_CANNOT_BE_USED_TOGETHER where something is named and an owner is given too.
    """
    if owner is not None and named:
        raise cannot_be_used_together(field, "owner")
    return owner == "SHARED"


def filtered_page(
    key: str,
    read: Callable[[Any, int], Sequence[Any]],
    position: Callable[[Any], Any],
    described: Callable[[Any], Any | None],
    after: Any,
    max_results: int | None,
) -> Answer:
    """An answer with one page of what passes; a page may be short, or empty, with more behind its token.

    `read(after, count)` gives the rows behind a position, `position` that of a row, and `described` the item of a row,
    None where the row does not pass.
    """
    size = page_size(max_results)
    items: list[Any] = []
    for number, row in enumerate(islice(_walk(read, position, after), MOST_READ + 1)):
        item = described(row) if number < MOST_READ else None
        if number == MOST_READ or (item is not None and len(items) == size):
            return {key: items, "NextToken": after}
        if item is not None:
            items.append(item)
        after = position(row)
    return {key: items}


def _walk(read: Callable[[Any, int], Sequence[Any]], position: Callable[[Any], Any], after: Any) -> Iterator[Any]:
    """All rows behind `after`, read a batch at a time."""
    while rows := read(after, PAGE + 1):
        yield from rows
        if len(rows) <= PAGE:
            return
        after = position(rows[-1])
