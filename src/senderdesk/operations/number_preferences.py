"""Number preferences: which digits somebody wants in a phone number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

_FITS: dict[str, Callable[[str, str], bool]] = {
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
    "Contains": lambda number, digits: digits in number,
    "ExactMatch": str.__eq__,
}


class Preference(NamedTuple):
    """How a number has to fit one of several digit patterns."""

    fits: Callable[[str, str], bool]
    patterns: tuple[str, ...]

    def passes(self, number: str) -> bool:
        """Whether a number of the NANP, in the form of E.164, is one that is wanted."""
        # ASSUMED: a pattern with a plus is held against the whole number, one without against its ten digits.
        return any(self.fits(number if pattern.startswith("+") else number[2:], pattern) for pattern in self.patterns)


def preference_of(number_preference: list[dict[str, Any]] | None) -> Preference | None:
    """The one preference of a request, as the model has it; None where there is none."""
    if not number_preference:
        return None
    only = number_preference[0]
    return Preference(_FITS[only["PreferenceType"][0]], tuple(only["Filter"]))
