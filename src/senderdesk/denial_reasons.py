"""Why a version is turned down: the catalogue of denial_reasons.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class DenialReason(NamedTuple):
    """One reason: its code, the title that applicants see, what is wrong, and what to do about it."""

    code: str
    title: str
    explanation: str
    remedy: str
    resubmittable: str


@cache
def denial_reasons() -> dict[str, DenialReason]:
    """Every reason by its code."""
    table = tomllib.loads(files("senderdesk").joinpath("denial_reasons.toml").read_text(encoding="utf-8"))
    return {
        code: DenialReason(code, one["Title"], one["Explanation"], one["Remedy"], one["Resubmittable"])
        for code, one in table.items()
    }
