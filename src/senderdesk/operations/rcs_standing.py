"""Where an RCS agent may be used: its testing agent, and its launch in each country, as its registrations stand.

Nothing of this is stored: it follows from the registrations that the agent is associated with.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from senderdesk.operations import Answer, Call
from senderdesk.operations.judging import form_of_registration

# What SupportedAssociations of forms call an agent.
RESOURCE_TYPE = "RCS_AGENT"
# More registrations than an agent can have, with one of each type.
_MOST = 1000

_UNDER_REVIEW = ("SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION", "PROVISIONING")
# What a launch is, by what its registration is.
# ASSUMED: all carriers of a country decide as the registration does, so that no country is launched in part.
LAUNCH = {
    "CREATED": "CREATED",
    **dict.fromkeys(_UNDER_REVIEW, "PENDING"),
    "COMPLETE": "ACTIVE",
    "REQUIRES_UPDATES": "REJECTED",
    "CLOSED": "REJECTED",
}
# ASSUMED: a testing agent whose registration was turned down is as one that was never submitted.
_TESTING = {**LAUNCH, "REQUIRES_UPDATES": "CREATED", "CLOSED": "CREATED"}


class Standing(NamedTuple):
    """How an agent stands: its status, its testing agent in wire names, and its registrations by country.

    The agent `is_engaged` while a registration of it is under review or COMPLETE.
    """

    status: str
    testing_agent: Answer | None
    launches: dict[str, Any]
    is_engaged: bool


def standing_of(call: Call, rcs_agent_id: str) -> Standing:
    """How the agent stands now."""
    testing: Answer | None = None
    launches: dict[str, Any] = {}
    registrations = call.rows.list_registrations_associated_with(**call.place, resource_id=rcs_agent_id, count=_MOST)
    for registration in registrations:
        country = _country(call, registration)
        if country is not None:
            launches[country] = registration
        else:
            status = _TESTING[registration["status"]]
            testing = {"Status": status, "RegistrationId": registration["registration_id"]}
    statuses = [LAUNCH[one["status"]] for one in launches.values()]
    status = _status(statuses, testing["Status"] if testing else "CREATED")
    engaged = any(LAUNCH[one["status"]] in ("PENDING", "ACTIVE") for one in registrations)
    return Standing(status, testing, launches, engaged)


def _country(call: Call, registration: Any) -> str | None:
    """The country that a registration launches an agent in; None where it makes a testing agent."""
    supported = form_of_registration(call, registration).definition.get("SupportedAssociations", ())
    return next((one.get("IsoCountryCode") for one in supported if one["ResourceType"] == RESOURCE_TYPE), None)


def _status(launches: list[str], testing: str) -> str:
    """What an agent is, by its launches and its testing agent."""
    # ASSUMED: ACTIVE where every launch is, PARTIAL where one is, TESTING while only the testing agent is.
    if "ACTIVE" in launches:
        return "ACTIVE" if set(launches) == {"ACTIVE"} else "PARTIAL"
    if testing == "ACTIVE":
        return "TESTING"
    return "PENDING" if "PENDING" in [*launches, testing] else "CREATED"
