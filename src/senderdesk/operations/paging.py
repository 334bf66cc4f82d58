"""Pages of a list: `next_token` comes in as the position where the last page stopped, and goes out as one.

The service seals positions into tokens and opens them again; an operation sees only its own positions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from senderdesk.errors import FaultyField, ValidationException
from senderdesk.operations import Answer

T = TypeVar("T")

# ASSUMED: a page has 100 items where the request does not say; the service publishes no default.
PAGE = 100


def page_size(max_results: int | None) -> int:
    """How many items the page may have."""
    return max_results or PAGE


def page(
    key: str,
    items: Sequence[T],
    max_results: int | None,
    describe: Callable[[T], Any],
    position: Callable[[T], Any],
) -> Answer:
    """An answer with one page of `items`, which were read one further than the page goes, to see if more follow."""
    size = page_size(max_results)
    answer: Answer = {key: [describe(item) for item in items[:size]]}
    if len(items) > size:
        answer["NextToken"] = position(items[size - 1])
    return answer


def page_of_sorted(key: str, items: Iterable[tuple[Any, Any]], max_results: int | None, after: Any) -> Answer:
    """A page of (position, value) pairs in memory, in the order of positions, beginning behind the position `after`,
    whether or not what was there still is.
    """
    pairs = [pair for pair in items if after is None or pair[0] > after]
    return page(key, pairs, max_results, lambda pair: pair[1], lambda pair: pair[0])


def page_of_named(key: str, items: Iterable[tuple[str, Any]], max_results: int | None, after: str | None) -> Answer:
    """A page of (name, value) pairs that are in memory, in their own order, beginning behind the name `after`."""
    pairs = list(items)
    names = [name for name, _ in pairs]
    if after is not None and after not in names:  # the list has changed since the token was given
        raise ValidationException("INVALID_NEXT_TOKEN", [FaultyField("nextToken", "leads to what is no longer there")])
    start = names.index(after) + 1 if after is not None else 0
    return page(key, pairs[start:], max_results, lambda pair: pair[1], lambda pair: pair[0])
