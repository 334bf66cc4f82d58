"""Number offers: what may be requested, and the numbers that are there to be requested."""

from __future__ import annotations

from typing import Any

from senderdesk.errors import FaultyField, ValidationException
from senderdesk.numbering import SIMULATOR, TEN_DLC, Offer, in_order, offer
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.filters import filtered_page
from senderdesk.operations.number_preferences import preference_of
from senderdesk.operations.number_registrations import check_takes
from senderdesk.operations.number_supply import Wanted, fits, is_free, readers
from senderdesk.operations.resources import find_registration

# Source: the API reference says that ten is the default.
_PAGE = 10


@operation
def list_available_phone_numbers(
    call: Call,
    iso_country_code: str,
    number_capabilities: list[str],
    number_type: str,
    registration_id: str | None = None,
    number_preference: list[dict[str, Any]] | None = None,
    next_token: Any = None,
    max_results: int | None = None,
) -> Answer:
    """Numbers that could be requested now. Nobody holds them: the next caller may be faster."""
    offered = offered_number(iso_country_code, number_type, number_capabilities)
    check_preference(offered, number_preference)
    if registration_id is not None:
        # ASSUMED: a registration that takes no such numbers is refused, and need not be COMPLETE to look around.
        check_takes(call, find_registration(call, registration_id), offered)
    wanted = Wanted(offered, in_order(number_capabilities), preference_of(number_preference))
    read, start = readers(call, wanted)
    return filtered_page(
        "AvailablePhoneNumbers",
        read,
        lambda found: found[0],
        lambda found: found[1] if fits(wanted, found[2], found[1]) and is_free(call, found[1]) else None,
        start if next_token is None else next_token,
        max_results or _PAGE,
    )


def offered_number(iso_country_code: str, number_type: str, capabilities: list[str]) -> Offer:
    """What is offered of a type of number in a country, with all `capabilities`.

    Raises ValidationException INVALID_PARAMETER, COUNTRY_NOT_ENABLED, VOICE_CAPABILITY_NOT_AVAILABLE.
    """
    try:
        found = offer(iso_country_code, number_type)
    except ValueError as error:
        # ASSUMED: a code that stands for no country is no country that is enabled.
        raise ValidationException("COUNTRY_NOT_ENABLED", [FaultyField("isoCountryCode", str(error))]) from error
    if found is None:
        raise _refused("numberType", f"there are no {number_type} numbers in {iso_country_code}")
    lacking = [one for one in capabilities if one not in found.capabilities]
    if lacking:
        complaint = FaultyField("numberCapabilities", f"a {number_type} number there has no {' and no '.join(lacking)}")
        # ASSUMED: which of the two reasons is given where VOICE is not all that is lacking.
        reason = "VOICE_CAPABILITY_NOT_AVAILABLE" if lacking == ["VOICE"] else "INVALID_PARAMETER"
        raise ValidationException(reason, [complaint])
    return found


def check_use(
    offered: Offer, message_type: str, number_preference: list[dict[str, Any]] | None, international: bool
) -> None:
    """Raises ValidationException where such a number cannot be had, or not be used, like that.

    Source: the documentation of RequestPhoneNumber in the model.
    """
    if offered.number_type == SIMULATOR and message_type != "TRANSACTIONAL":
        raise _refused("messageType", "must be TRANSACTIONAL for a simulator number")
    check_preference(offered, number_preference)
    if international:
        check_international_sending(offered.iso_country_code, offered.number_type)


def check_preference(offered: Offer, number_preference: list[dict[str, Any]] | None) -> None:
    """Raises ValidationException INVALID_PARAMETER where numbers of this type cannot be chosen. Source: as above."""
    if number_preference and (offered.number_type, offered.iso_country_code) != (TEN_DLC, "US"):
        raise _refused("numberPreference", "is for TEN_DLC numbers in the US only")


def check_international_sending(iso_country_code: str, number_type: str) -> None:
    """Raises ValidationException INTERNATIONAL_SENDING_NOT_SUPPORTED."""
    offered = offer(iso_country_code, number_type)
    if offered is None or not offered.international_sending:
        complaint = FaultyField("internationalSendingEnabled", f"a {number_type} number sends within its country")
        raise ValidationException("INTERNATIONAL_SENDING_NOT_SUPPORTED", [complaint])


def _refused(name: str, message: str) -> ValidationException:
    return ValidationException("INVALID_PARAMETER", [FaultyField(name, message)])
