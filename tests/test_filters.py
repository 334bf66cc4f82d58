"""Filters: what passes them, and pages that are cut from what passes, however little that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from senderdesk.errors import ValidationException
from senderdesk.operations import filters
from senderdesk.operations.filters import MOST_READ, asks_for_shared, boolean, filtered_page, passes, wanted_values


def pages(rows: int, every: int, max_results: int | None) -> list[list[int]]:
    """All pages of the multiples of `every` among the numbers from 1 to `rows`."""

    def read(after: int, count: int) -> Sequence[int]:
        return range(after + 1, min(after + count, rows) + 1)

    told, after = [], 0
    while True:
        page: dict[str, Any] = filtered_page(
            "Items", read, lambda row: row, lambda row: row if row % every == 0 else None, after, max_results
        )
        told.append(page["Items"])
        if "NextToken" not in page:
            return told
        assert page["NextToken"] > after, "a token leads back"
        after = page["NextToken"]


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 102, 202, 203, 1000, 1001, 2500])
@pytest.mark.parametrize("every", [1, 3, 700, 5000])
@pytest.mark.parametrize("max_results", [1, 7, 100, None])
def test_every_row_that_passes_is_on_one_page(rows: int, every: int, max_results: int | None) -> None:
    told = pages(rows, every, max_results)
    assert [row for page in told for row in page] == list(range(every, rows + 1, every))
    assert max(map(len, told)) <= (max_results or 100)


def test_a_page_has_no_token_where_nothing_follows_that_passes() -> None:
    assert pages(900, 300, 3) == [[300, 600, 900]]
    assert pages(950, 300, 3) == [[300, 600, 900]]
    assert pages(900, 300, 2) == [[300, 600], [900]]


def test_one_call_looks_at_so_many_rows_and_no_more() -> None:
    assert pages(MOST_READ, 5000, None) == [[]]
    assert pages(MOST_READ + 1, 5000, None) == [[], []]
    assert pages(3 * MOST_READ, MOST_READ + 1, None) == [[], [MOST_READ + 1], [2 * MOST_READ + 2]]


def test_any_value_of_one_filter_passes_and_every_filter_must() -> None:
    asked = [
        {"Name": "kind", "Values": ["a", "b"]},
        {"Name": "on", "Values": ["true"]},
        {"Name": "kind", "Values": ["b", "c"]},
    ]
    wanted = wanted_values(asked, {"on": filters.BOOLEAN})
    assert wanted == {"kind": {"b"}, "on": {"true"}}
    assert passes({"kind": ["b", "x"], "on": boolean(1)}, wanted)
    assert not passes({"kind": ["a"], "on": boolean(True)}, wanted)
    assert not passes({"kind": ["b"], "on": boolean(None)}, wanted)
    assert not passes({"kind": [None], "on": boolean(True)}, wanted)
    assert passes({}, wanted_values(None, {}))


def test_a_value_that_does_not_exist_is_told() -> None:
    with pytest.raises(ValidationException) as caught:
        wanted_values([{"Name": "on", "Values": ["true", "maybe", "TRUE"]}], {"on": filters.BOOLEAN})
    assert caught.value.members["Reason"] == "INVALID_FILTER_VALUES"
    assert caught.value.members["Fields"] == [{"Name": "filters", "Message": "TRUE, maybe is not a value of on"}]


def test_what_is_shared_is_asked_for_without_names() -> None:
    assert asks_for_shared("SHARED", "names", None)
    assert not asks_for_shared("SELF", "names", []) and not asks_for_shared(None, "names", ["x"])
    with pytest.raises(ValidationException, match="PARAMETERS_CANNOT_BE_USED_TOGETHER"):
        asks_for_shared("SELF", "names", ["x"])
