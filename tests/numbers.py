"""Phone numbers as integrators request them, and what they are waited for to become."""

from __future__ import annotations

from typing import Any

from tests.filling import until

NOBODYS_NUMBER = "phone-" + "0" * 32
Answer = dict[str, Any]


def asked(number_type: str = "SIMULATOR", country: str = "US", **more: Any) -> Answer:
    """The arguments of a RequestPhoneNumber that is answered."""
    arguments = {
        "IsoCountryCode": country,
        "MessageType": "TRANSACTIONAL",
        "NumberCapabilities": ["SMS"],
        "NumberType": number_type,
    }
    return {**arguments, **more}


def request(client: Any, number_type: str = "SIMULATOR", country: str = "US", **more: Any) -> Answer:
    answer: Answer = client.request_phone_number(**asked(number_type, country, **more))
    del answer["ResponseMetadata"]
    return answer


def number_of(client: Any, phone_number_id: str) -> Answer:
    (found,) = client.describe_phone_numbers(PhoneNumberIds=[phone_number_id])["PhoneNumbers"]
    return dict(found)


def number_status(client: Any, phone_number_id: str) -> str:
    return str(number_of(client, phone_number_id)["Status"])


def number_becomes(client: Any, phone_number_id: str, status: str) -> str:
    """Wait for a number's status; gives its id."""
    until(lambda: number_status(client, phone_number_id), lambda seen: seen == status)
    return phone_number_id


def ids(client: Any, **more: Any) -> list[str]:
    return [one["PhoneNumberId"] for one in client.describe_phone_numbers(**more)["PhoneNumbers"]]
