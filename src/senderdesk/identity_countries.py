"""What holds by country for sender IDs and RCS agents: the tables of identity_countries.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class IdentityCountries(NamedTuple):
    """Where there are no sender IDs, what one costs (US dollars a month), and a country's carriers for RCS."""

    without_sender_ids: frozenset[str]
    sender_id_price: str
    rcs_carriers: dict[str, list[str]]


@cache
def identity_countries() -> IdentityCountries:
    """The tables, read once."""
    table = tomllib.loads(files("senderdesk").joinpath("identity_countries.toml").read_text(encoding="utf-8"))
    sender_ids = table["sender_ids"]
    return IdentityCountries(
        frozenset(sender_ids["not_supported"]), sender_ids["monthly_leasing_price"], table["rcs_carriers"]
    )
