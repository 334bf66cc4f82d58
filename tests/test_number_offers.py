"""ListAvailablePhoneNumbers: what could be requested, by digits that somebody wants, invented or from an inventory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, TOLL_FREE, RunningDesk
from tests.filling import CAMPAIGN, create
from tests.journeys.asking import field_names, refusal
from tests.numbers import asked, request
from tests.test_number_supply import stocked

WANTED = {"IsoCountryCode": "US", "NumberCapabilities": ["SMS"], "NumberType": "TEN_DLC"}


def prefer(how: str, *patterns: str) -> dict[str, Any]:
    return {"NumberPreference": [{"PreferenceType": [how], "Filter": list(patterns)}]}


def available(client: Any, **more: Any) -> list[str]:
    """Every page together."""
    found: list[str] = []
    arguments = {**WANTED, **more}
    while True:
        page = client.list_available_phone_numbers(**arguments)
        assert len(page["AvailablePhoneNumbers"]) <= more.get("MaxResults", 10)
        found += page["AvailablePhoneNumbers"]
        if "NextToken" not in page:
            return found
        arguments["NextToken"] = page["NextToken"]


@pytest.fixture
def client(desk: RunningDesk) -> Any:
    return desk.client()


@pytest.mark.parametrize(
    ("preference", "fits"),
    [
        (prefer("StartsWith", "206"), lambda number: number.startswith("+1206")),
        (prefer("StartsWith", "+1206"), lambda number: number.startswith("+1206")),
        (prefer("EndsWith", "42", "43"), lambda number: number[-2:] in ("42", "43")),
        (prefer("Contains", "655501"), lambda number: "655501" in number),
        (prefer("ExactMatch", "+12065550142"), lambda number: number == "+12065550142"),
        (prefer("ExactMatch", "2065550142"), lambda number: number == "+12065550142"),
        ({}, lambda number: number.startswith("+1")),
    ],
)
def test_numbers_that_fit(client: Any, preference: Any, fits: Callable[[str], bool]) -> None:
    page = client.list_available_phone_numbers(**WANTED, **preference)["AvailablePhoneNumbers"]
    assert page and all(fits(number) for number in page)
    answer = request(client, "TEN_DLC", **preference)
    assert fits(answer["PhoneNumber"])
    if preference:
        assert answer["PhoneNumber"] == page[0]


def test_every_number_is_listed_once(client: Any) -> None:
    found = available(client, MaxResults=7, **prefer("EndsWith", "0142"))
    assert len(found) == len(set(found)) > 300
    assert all(number.endswith("0142") for number in found)


def test_who_has_a_number_takes_it_from_the_list(desk: RunningDesk, client: Any) -> None:
    exactly = prefer("ExactMatch", "+12065550142")
    assert available(client, **exactly) == ["+12065550142"]
    request(desk.client(OTHER_ACCOUNT), "TEN_DLC", **exactly)
    assert available(client, **exactly) == []
    answer = refusal(client.request_phone_number, **asked("TEN_DLC", **exactly))
    assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "phone-number")


def test_a_list_without_a_match_is_empty(client: Any) -> None:
    assert available(client, **prefer("StartsWith", "999")) == []


def test_a_number_of_choice_is_passed_over_later(client: Any) -> None:
    second = client.list_available_phone_numbers(**WANTED)["AvailablePhoneNumbers"][1]
    request(client, "TEN_DLC", **prefer("ExactMatch", second))
    numbers = {request(client, "TEN_DLC")["PhoneNumber"] for _ in range(3)}
    assert len(numbers) == 3 and second not in numbers


@pytest.mark.parametrize(
    ("different", "fields"),
    [
        ({"IsoCountryCode": "CA"}, ["numberType"]),
        ({"NumberCapabilities": ["RCS"]}, ["numberCapabilities"]),
    ],
)
def test_what_cannot_be_listed(client: Any, different: dict[str, Any], fields: list[str]) -> None:
    answer = refusal(client.list_available_phone_numbers, **{**WANTED, **different})
    assert (answer["Reason"], field_names(answer)) == ("INVALID_PARAMETER", fields)


def test_a_registration_says_whether_it_takes_such_numbers(client: Any) -> None:
    assert available(client, RegistrationId=create(client, CAMPAIGN), **prefer("ExactMatch", "2065550142"))
    answer = refusal(client.list_available_phone_numbers, **WANTED, RegistrationId=create(client, TOLL_FREE))
    assert (answer["Reason"], field_names(answer)) == ("INVALID_PARAMETER", ["registrationId"])


def test_the_inventory_is_listed_by_what_numbers_can_do(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(numbers="inventory")
    stocked(desk, "TEN_DLC", ["+12065550101", "+12065550102"], "SMS")
    stocked(desk, "TEN_DLC", ["+12065550103"], "SMS VOICE MMS")
    client = desk.client()
    assert sorted(available(client, MaxResults=1)) == ["+12065550101", "+12065550102", "+12065550103"]
    assert available(client, NumberCapabilities=["VOICE"]) == ["+12065550103"]
    last = prefer("EndsWith", "0102")
    assert request(client, "TEN_DLC", **last)["PhoneNumber"] == "+12065550102"
    assert available(client, **last) == []
