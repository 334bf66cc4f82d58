"""Launches of RCS agents: in which countries, and what the carriers there say."""

from __future__ import annotations

from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.identity_countries import identity_countries
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.filters import passes, wanted_values
from senderdesk.operations.paging import page_of_named
from senderdesk.operations.rcs_agents import KIND, find_rcs_agent
from senderdesk.operations.rcs_standing import LAUNCH, standing_of


@operation
def describe_rcs_agent_country_launch_status(
    call: Call,
    rcs_agent_id: str,
    iso_country_codes: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """The launches of an agent in some countries, or in all that it was ever to be launched in, by country."""
    wanted = wanted_values(filters, {"country-launch-status": SERVICE.enum("CountryLaunchStatus")})
    name = find_rcs_agent(call, rcs_agent_id)["rcs_agent_id"]
    pairs = [
        (country, _launch(country, registration))
        for country, registration in sorted(standing_of(call, name).launches.items())
        if (not iso_country_codes or country in iso_country_codes)
        and passes({"country-launch-status": [LAUNCH[registration["status"]]]}, wanted)
    ]
    told = page_of_named("CountryLaunchStatus", pairs, max_results, next_token)
    return {"RcsAgentId": name, "RcsAgentArn": call.arn(KIND, name), **told}


def _launch(country: str, registration: Any) -> Answer:
    status = LAUNCH[registration["status"]]
    # ASSUMED: carriers are asked when the registration is submitted.
    carriers = identity_countries().rcs_carriers.get(country, []) if status != "CREATED" else []
    return {
        "IsoCountryCode": country,
        "Status": status,
        "RegistrationId": registration["registration_id"],
        "CarrierStatus": [{"CarrierName": carrier, "Status": status} for carrier in carriers],
    }
