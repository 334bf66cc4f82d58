"""Numbers and registrations: when a number may be used, what it is associated with, and what its release ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from senderdesk.desk import verdicts
from senderdesk.operations.phone_numbers import find_phone_number
from senderdesk.operations.resources import find_registration
from tests.conftest import TOLL_FREE, RunningDesk
from tests.filling import (
    BRAND,
    CAMPAIGN,
    CAMPAIGN_VALUES,
    TOLL_FREE_VALUES,
    approve,
    associate,
    complete,
    create,
    fill,
    happen,
    in_turn,
    registration_of,
    status_of,
    submit,
    until,
    upload,
)
from tests.journeys.asking import field_names, refusal
from tests.numbers import NOBODYS_NUMBER, asked, ids, number_becomes, number_of, number_status, request

BRITISH, SHORT = "GB_LONG_CODE_REGISTRATION", "GB_SHORT_CODE_REGISTRATION"


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


@pytest.fixture
def approved(instant_desk: RunningDesk, account: str) -> Callable[[str], str]:
    """Makes a draft COMPLETE, whatever it lacks."""
    return lambda registration: approve(instant_desk, account, registration)


def conflict(function: Callable[..., Any], **arguments: Any) -> str:
    answer = refusal(function, **arguments)
    assert answer["Error"]["Code"] == "ConflictException"
    return str(answer["Reason"])


def with_number(client: Any, registration_type: str = TOLL_FREE, **kind: str) -> tuple[str, str]:
    """A draft and a number that it is associated with."""
    registration = create(client, registration_type)
    number = request(client, **(kind or {"number_type": "TOLL_FREE"}))["PhoneNumberId"]
    associate(client, registration, number)
    return registration, number


def campaign_of(client: Any, approved: Callable[[str], str]) -> str:
    """A COMPLETE campaign with its COMPLETE brand."""
    brand, campaign = approved(create(client, BRAND)), create(client, CAMPAIGN)
    associate(client, campaign, brand)
    return approved(campaign)


def test_a_toll_free_number_from_request_to_use_and_to_release(client: Any) -> None:
    registration = create(client, TOLL_FREE)
    fill(client, registration, {**TOLL_FREE_VALUES, "messagingUseCase.optInImage": upload(client)})
    assert conflict(client.submit_registration_version, RegistrationId=registration) == (
        "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED"
    )
    requested = request(client, "TOLL_FREE")
    number = requested["PhoneNumberId"]
    assert "RegistrationId" not in requested
    told = associate(client, registration, requested["PhoneNumberArn"])
    assert (told["ResourceType"], told["IsoCountryCode"], told["PhoneNumber"]) == (
        "TOLL_FREE",
        "US",
        requested["PhoneNumber"],
    )
    assert number_of(client, number)["RegistrationId"] == registration
    assert number_status(client, number) == "PENDING"
    assert conflict(client.release_phone_number, PhoneNumberId=number) == "PHONE_NUMBER_ASSOCIATED_TO_REGISTRATION"
    submit(client, registration)
    number_becomes(client, number, "ACTIVE")
    assert status_of(client, registration) == "COMPLETE"
    assert conflict(client.delete_registration, RegistrationId=registration) == "RESOURCE_NOT_EMPTY"
    answer = client.release_phone_number(PhoneNumberId=number)
    assert (answer["Status"], answer["RegistrationId"]) == ("DISASSOCIATING", registration)
    assert status_of(client, registration) == "CLOSED"
    client.delete_registration(RegistrationId=registration)


def test_number_and_registration_are_complete_in_one_moment(
    instant_desk: RunningDesk, client: Any, account: str
) -> None:
    registration, number = with_number(client)
    happen(instant_desk, account, registration, "submit", "start_review")
    seen = []

    def look(call: Any) -> None:
        row = find_phone_number(call, number)
        seen.append((row["registration_status"], row["status"]))

    in_turn(instant_desk, look, account)

    def decide(call: Any) -> None:
        verdicts.approve(call, find_registration(call, registration))
        look(call)

    in_turn(instant_desk, decide, account)
    assert seen == [("REVIEWING", "PENDING"), ("COMPLETE", "ACTIVE")]


def test_a_toll_free_number_is_not_requested_with_its_registration(client: Any, approved: Callable[[str], str]) -> None:
    draft, (done, _) = create(client, TOLL_FREE), with_number(client)
    approved(done)
    for registration in (draft, done, create(client, BRAND)):
        answer = refusal(client.request_phone_number, **asked("TOLL_FREE", RegistrationId=registration))
        assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_PARAMETER")
        assert field_names(answer) == ["registrationId"]


def test_a_10dlc_number_is_requested_for_a_campaign(client: Any, approved: Callable[[str], str]) -> None:
    campaign = create(client, CAMPAIGN)
    associate(client, campaign, complete(client, create(client, BRAND)))
    wanted = asked("TEN_DLC", RegistrationId=campaign)
    assert conflict(client.request_phone_number, **wanted) == "REGISTRATION_NOT_COMPLETE"
    complete(client, campaign, CAMPAIGN_VALUES)
    answer = client.request_phone_number(**wanted)
    assert (answer["Status"], answer["RegistrationId"]) == ("PENDING", campaign)
    number_becomes(client, answer["PhoneNumberId"], "ACTIVE")
    _, number = client.list_registration_associations(RegistrationId=campaign)["RegistrationAssociations"]
    assert (number["ResourceId"], number["ResourceType"]) == (answer["PhoneNumberId"], "TEN_DLC")


def test_a_10dlc_number_comes_under_its_campaign_later(start_desk: Callable[..., RunningDesk], account: str) -> None:
    desk = start_desk(pace="seconds")
    client = desk.client(account)
    campaign = create(client, CAMPAIGN)
    associate(client, campaign, approve(desk, account, create(client, BRAND)))
    number = request(client, "TEN_DLC")["PhoneNumberId"]
    refused = conflict(client.create_registration_association, RegistrationId=campaign, ResourceId=number)
    assert refused == "REGISTRATION_NOT_COMPLETE"
    approve(desk, account, campaign)
    associate(client, campaign, number)
    assert number_status(client, number) == "ASSOCIATING"
    number_becomes(client, number, "ACTIVE")
    answer = client.release_phone_number(PhoneNumberId=number)
    assert answer["Status"] == "DISASSOCIATING"
    assert number_status(client, number) == "DISASSOCIATING"
    for call, arguments in (
        (client.release_phone_number, {"PhoneNumberId": number}),
        (client.update_phone_number, {"PhoneNumberId": number}),
        (client.create_registration_association, {"RegistrationId": campaign, "ResourceId": number}),
    ):
        assert conflict(call, **arguments) == "RESOURCE_NOT_ACTIVE"
    until(lambda: number in ids(client), lambda there: not there)


def test_numbers_go_before_the_campaign_and_the_campaign_before_the_brand(
    client: Any, approved: Callable[[str], str]
) -> None:
    campaign = campaign_of(client, approved)
    told = client.list_registration_associations(RegistrationId=campaign)["RegistrationAssociations"]
    brand = told[0]["ResourceId"]
    number = request(client, "TEN_DLC", RegistrationId=campaign)["PhoneNumberId"]
    for registration in (brand, campaign):
        assert conflict(client.delete_registration, RegistrationId=registration) == "RESOURCE_NOT_EMPTY"
    client.release_phone_number(PhoneNumberId=number)
    assert status_of(client, campaign) == "COMPLETE"
    assert conflict(client.delete_registration, RegistrationId=brand) == "RESOURCE_NOT_EMPTY"
    client.delete_registration(RegistrationId=campaign)
    client.delete_registration(RegistrationId=brand)


def test_a_number_belongs_to_one_registration(client: Any) -> None:
    registration, number = with_number(client)
    for other in (registration, create(client, TOLL_FREE)):
        refused = conflict(client.create_registration_association, RegistrationId=other, ResourceId=number)
        assert refused == "RESOURCE_ALREADY_ASSOCIATED"


@pytest.mark.parametrize(
    ("registration_type", "number"),
    [(TOLL_FREE, ("TEN_DLC", "US")), (TOLL_FREE, ("SIMULATOR", "US")), (BRITISH, ("LONG_CODE", "FI"))],
)
def test_a_number_of_another_kind_does_not_belong_there(
    client: Any, registration_type: str, number: tuple[str, str]
) -> None:
    registration, name = create(client, registration_type), request(client, *number)["PhoneNumberId"]
    answer = refusal(client.create_registration_association, RegistrationId=registration, ResourceId=name)
    assert answer["Reason"] == "INVALID_REGISTRATION_ASSOCIATION"


def test_a_number_that_never_was_is_not_associated(client: Any) -> None:
    answer = refusal(
        client.create_registration_association, RegistrationId=create(client, TOLL_FREE), ResourceId=NOBODYS_NUMBER
    )
    assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "phone-number")


def test_a_registration_that_is_deleted_leaves_its_number_pending(client: Any) -> None:
    registration, number = with_number(client)
    client.delete_registration(RegistrationId=registration)
    told = number_of(client, number)
    assert told["Status"] == "PENDING" and "RegistrationId" not in told
    associate(client, create(client, TOLL_FREE), number)


def test_only_the_last_number_closes_its_registration(client: Any, approved: Callable[[str], str]) -> None:
    registration, first = with_number(client)
    second = request(client, "TOLL_FREE")["PhoneNumberId"]
    associate(client, registration, second)
    approved(registration)
    client.release_phone_number(PhoneNumberId=first)
    assert status_of(client, registration) == "COMPLETE"
    client.release_phone_number(PhoneNumberId=second)
    assert status_of(client, registration) == "CLOSED"


def test_a_registration_with_an_open_draft_closes_too(client: Any, approved: Callable[[str], str]) -> None:
    registration, number = with_number(client)
    approved(registration)
    client.create_registration_version(RegistrationId=registration)
    client.release_phone_number(PhoneNumberId=number)
    assert status_of(client, registration) == "CLOSED"


def test_a_revoked_registration_lets_go_of_its_number(
    instant_desk: RunningDesk, client: Any, account: str, approved: Callable[[str], str]
) -> None:
    registration, number = with_number(client)
    approved(registration)
    happen(instant_desk, account, registration, "revoke")
    client.release_phone_number(PhoneNumberId=number)
    assert registration_of(client, registration)["RegistrationStatus"] == "REQUIRES_UPDATES"


def test_a_long_code_of_a_country_with_a_form(client: Any, approved: Callable[[str], str]) -> None:
    before = request(client, "LONG_CODE", "GB")["PhoneNumberId"]
    registration = approved(create(client, BRITISH))
    associate(client, registration, before)
    number_becomes(client, before, "ACTIVE")
    after = request(client, "LONG_CODE", "GB", RegistrationId=registration)["PhoneNumberId"]
    number_becomes(client, after, "ACTIVE")
    for number in (before, after):
        client.release_phone_number(PhoneNumberId=number)
    assert status_of(client, registration) == "CLOSED"


@pytest.mark.parametrize(
    ("registration_type", "kind", "most"), [(TOLL_FREE, "TOLL_FREE", 5), (BRITISH, "LONG_CODE", 49)]
)
def test_a_registration_takes_so_many_numbers(
    client: Any, approved: Callable[[str], str], registration_type: str, kind: str, most: int
) -> None:
    country = registration_type[:2]
    registration = create(client, registration_type)
    if most == 49:
        approved(registration)
    for _ in range(most):
        associate(client, registration, request(client, kind, country)["PhoneNumberId"])
    one_more = request(client, kind, country)["PhoneNumberId"]
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (client.create_registration_association, {"RegistrationId": registration, "ResourceId": one_more})
    ]
    if most == 49:
        calls.append((client.request_phone_number, asked(kind, country, RegistrationId=registration)))
    for call, arguments in calls:
        answer = refusal(call, **arguments)
        assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
        assert answer["Reason"] == "PHONE_NUMBERS_PER_REGISTRATION"
    told = client.list_registration_associations(RegistrationId=registration)["RegistrationAssociations"]
    assert len(told) == most and len(ids(client)) == most + 1
