"""Patterns of forms, each matched against a whole value: reviewed ones by the standard library, others in linear time.

A pattern that comes with SenderDesk has been read by us and may use what `re` has, such as look-ahead. A pattern from
elsewhere may be `^(a+)+$`, which costs `re` seconds on 26 characters: it must compile in RE2, and is matched by it. RE2
reads `\\d`, `\\w` and `\\s` as ASCII, and knows neither look-around nor references back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

Match = Callable[[str], object]
"""Takes a value and gives something true where the whole of it matches."""

Matching = Callable[[str], Match]
"""Compiles a pattern, once. Raises ValueError that says why it does not compile."""


@cache
def reviewed(pattern: str) -> Match:
    """Match by the standard library. For patterns that have been read by us only."""
    try:
        return re.compile(pattern).fullmatch
    except re.error as error:
        raise ValueError(f"the pattern {pattern} does not compile: {error}") from error


@cache
def linear(pattern: str) -> Match:
    """Match by RE2, whose time grows with the length of the value and nothing else."""
    import re2  # only an operator's form needs it, and a start should not wait for it

    options = re2.Options()
    options.log_errors = False
    try:
        match: Match = re2.compile(pattern, options).fullmatch
    except re2.error as error:
        why = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else error
        raise ValueError(
            f"the pattern {pattern} does not compile in RE2, which patterns of your own must: {why}"
        ) from error
    return match


def foreign(known: Iterable[str]) -> Matching:
    """How patterns from elsewhere are matched: those among `known`, which are reviewed, as ever; others by RE2."""
    known = frozenset(known)
    return lambda pattern: reviewed(pattern) if pattern in known else linear(pattern)
