"""Every value that a service model allows, as hypothesis strategies over botocore's shapes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

# JSON in UTF-8 cannot carry lone surrogates.
_TEXT = st.characters(exclude_categories=["Cs"])
_MOST_ITEMS, _MOST_CHARACTERS = 60, 2_000
_INTEGERS = {"integer": 2**31, "long": 2**63}


def examples(count: int) -> settings:
    """So many examples, each with all the time that it needs; the same ones every time in CI."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=bool(os.environ.get("CI")),
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[phase for phase in Phase if phase is not Phase.explain],
    )


@dataclass(frozen=True)
class Choice:
    """Values for some shapes, by the name of the shape: beside what the model allows, or instead of it."""

    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    instead: Mapping[str, st.SearchStrategy[Any]] = field(default_factory=dict)


def inputs(shape: Shape | None, choice: Choice) -> st.SearchStrategy[Any]:
    """Values of `shape`, as a caller of boto3 gives them."""
    if shape is None:
        return st.just({})
    if shape.name in choice.instead:
        return choice.instead[shape.name]
    made: st.SearchStrategy[Any] = _MAKERS[shape.type_name](shape, choice)
    if shape.name in choice.beside:
        return st.sampled_from(choice.beside[shape.name]) | made
    return made


def _tags() -> Mapping[str, st.SearchStrategy[Any]]:
    """Tags as AWS wants them of every service: fewer signs than the model says, and no key twice."""
    signs = st.characters(categories=["L", "Nd"], include_characters=" _.:/=+-@")
    key = st.text(signs, min_size=1, max_size=128).filter(lambda text: not text.lower().startswith("aws:"))
    value = st.text(signs, max_size=256)
    tag = st.fixed_dictionaries({"Key": key, "Value": value})
    some = st.lists(tag, min_size=1, max_size=50, unique_by=lambda one: str(one["Key"]))
    return {"TagKey": key, "TagValue": value, "NonEmptyTagList": some, "TagList": some | st.just([])}


TAKEN = Choice(instead=_tags())  # what the service takes, where that is less than the model allows


def _structure(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    members = {name: inputs(member, choice) for name, member in shape.members.items()}
    if shape.is_tagged_union:
        return st.one_of([st.fixed_dictionaries({name: member}) for name, member in members.items()])
    required = {name: members.pop(name) for name in shape.required_members}
    return st.fixed_dictionaries(required, optional=members)


def _list(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    low, high = _bounds(shape, _MOST_ITEMS)
    return st.lists(inputs(shape.member, choice), min_size=low, max_size=high)


def _map(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    low, high = _bounds(shape, _MOST_ITEMS)
    return st.dictionaries(inputs(shape.key, choice), inputs(shape.value, choice), min_size=low, max_size=high)


def _string(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    if shape.enum:
        return st.sampled_from(shape.enum)
    low, high = _bounds(shape, _MOST_CHARACTERS)
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return st.text(_TEXT, min_size=low, max_size=high)
    if pattern.endswith("]+"):  # so that arn:[...]+ of 20 characters or more need not be waited for
        pattern = f"{pattern[:-1]}{{{max(low, 1)},{high}}}"
    return st.from_regex(pattern, fullmatch=True, alphabet=_TEXT).filter(lambda text: low <= len(text) <= high)


def _blob(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    low, high = _bounds(shape, _MOST_CHARACTERS)
    return st.binary(min_size=low, max_size=high)


def _integer(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    reach = _INTEGERS[shape.type_name]
    return st.integers(shape.metadata.get("min", -reach), shape.metadata.get("max", reach - 1))


def _float(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    return st.floats(shape.metadata.get("min"), shape.metadata.get("max"), allow_nan=False, allow_infinity=False)


def _timestamp(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    # Whole seconds are all that botocore sends.
    seconds = st.integers(0, int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()))
    return seconds.map(lambda epoch: datetime.fromtimestamp(epoch, UTC))


def _boolean(shape: Any, choice: Choice) -> st.SearchStrategy[Any]:
    return st.booleans()


def _bounds(shape: Any, most: int) -> tuple[int, int]:
    low = shape.metadata.get("min", 0)
    return low, max(low, min(shape.metadata.get("max", most), most))


_MAKERS: dict[str, Callable[[Any, Choice], st.SearchStrategy[Any]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "blob": _blob,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "timestamp": _timestamp,
    "boolean": _boolean,
}
