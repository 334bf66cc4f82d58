"""Which phone numbers can be had: the table of numbering.toml, by country and type."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from senderdesk.fiction import calling_code

SIMULATOR, TOLL_FREE, TEN_DLC, SHORT_CODE = "SIMULATOR", "TOLL_FREE", "TEN_DLC", "SHORT_CODE"
# The order in which capabilities are kept and told.
CAPABILITIES = ("SMS", "VOICE", "MMS", "RCS")


class Offer(NamedTuple):
    """One type of number in one country. `rate_limits` are messages a second by capability, caps a day by carrier.

    `registration_type` is the form that registers such a number where the country has one, "" where none ever does.
    """

    iso_country_code: str
    number_type: str
    capabilities: tuple[str, ...]
    monthly_leasing_price: str
    registration_type: str
    international_sending: bool
    rate_limits: dict[str, int]
    daily_message_caps: dict[str, int]


@cache
def offer(iso_country_code: str, number_type: str) -> Offer | None:
    """What can be had of `number_type` in a country; None where it has none.

    Raises ValueError where there is no such country, KeyError for a type that the table does not have.
    """
    calling_code(iso_country_code)
    entry = _table()[number_type]
    named = iso_country_code in entry.get("countries", [iso_country_code])
    if not named or iso_country_code in entry.get("not_in", ()):
        return None
    return Offer(
        iso_country_code,
        number_type,
        in_order(entry["capabilities"]),
        entry["monthly_leasing_price"],
        entry["registration"].format(country=iso_country_code),
        entry["international_sending"],
        entry["rate_limits"],
        entry.get("daily_message_caps", {}),
    )


def number_types() -> list[str]:
    """Every type of number."""
    return list(_table())


def in_order(capabilities: Any) -> tuple[str, ...]:
    """Capabilities, each once, in the one order in which they are kept."""
    return tuple(one for one in CAPABILITIES if one in capabilities)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("senderdesk").joinpath("numbering.toml").read_text(encoding="utf-8"))
