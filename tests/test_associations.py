"""Associations of registrations, as boto3 sees them: brands, campaigns, vettings, and their review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import REGION, TOLL_FREE, RunningDesk
from tests.filling import (
    BRAND,
    CAMPAIGN,
    CAMPAIGN_VALUES,
    NOBODYS,
    QUICK,
    VETTING,
    approve,
    associate,
    becomes,
    complete,
    create,
    deny,
    fill,
    happen,
    registration_of,
    renew,
    status_of,
    submit,
    versions_of,
)
from tests.journeys.asking import field_names, refusal


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def listed(client: Any, registration_id: str, **more: Any) -> list[dict[str, Any]]:
    answer = client.list_registration_associations(RegistrationId=registration_id, **more)
    return list(answer["RegistrationAssociations"])


def conflict(client: Any, registration_id: str, resource_id: str) -> tuple[str, str, str]:
    """Reason, ResourceType and ResourceId of a refusal to associate for what is already there."""
    answer = refusal(client.create_registration_association, RegistrationId=registration_id, ResourceId=resource_id)
    assert answer["Error"]["Code"] == "ConflictException"
    assert answer["Error"]["Message"] == (
        f'Conflict Occurred - Reason="{answer["Reason"]}" ResourceType="{answer["ResourceType"]}" '
        f'ResourceId="{answer["ResourceId"]}"'
    )
    return answer["Reason"], answer["ResourceType"], answer["ResourceId"]


def undeletable(client: Any, registration_id: str) -> bool:
    """Whether the registration is refused deletion for what hangs on it."""
    answer = refusal(client.delete_registration, RegistrationId=registration_id)
    assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ConflictException", "registration")
    return (answer["Reason"], answer["ResourceId"]) == ("RESOURCE_NOT_EMPTY", registration_id)


# Making them


@pytest.mark.parametrize("registration_type", [CAMPAIGN, VETTING])
def test_a_registration_is_associated_with_its_brand(client: Any, account: str, registration_type: str) -> None:
    name, brand = create(client, registration_type), create(client)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:registration/"
    link = {"ResourceArn": arn + brand, "ResourceId": brand, "ResourceType": BRAND}
    whose = {"RegistrationArn": arn + name, "RegistrationId": name, "RegistrationType": registration_type}
    assert associate(client, name, brand) == {**whose, **link}
    answer = client.list_registration_associations(RegistrationId=name)
    del answer["ResponseMetadata"]
    assert answer == {**whose, "RegistrationAssociations": [link]}
    assert listed(client, brand) == []  # the brand itself has none
    assert status_of(client, name) == "CREATED"


def test_arns_do_as_well_as_ids(client: Any, account: str) -> None:
    name, brand = create(client, CAMPAIGN), create(client)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:registration/"
    assert associate(client, arn + name, arn + brand)["ResourceId"] == brand
    assert conflict(client, name, brand)[0] == "RESOURCE_ALREADY_ASSOCIATED"


def test_a_brand_has_many_campaigns_and_a_campaign_one_brand(client: Any) -> None:
    brand, other = create(client), create(client)
    campaign, second, vetting = create(client, CAMPAIGN), create(client, CAMPAIGN), create(client, VETTING)
    for name in (campaign, second, vetting):
        associate(client, name, brand)
    assert conflict(client, campaign, brand) == ("RESOURCE_ALREADY_ASSOCIATED", "registration", brand)
    assert conflict(client, campaign, other) == ("RESOURCE_ALREADY_ASSOCIATED", "registration", other)
    assert [one["ResourceId"] for one in listed(client, campaign)] == [brand]


@pytest.mark.parametrize(
    ("registration_type", "resource_type"),
    [
        *((CAMPAIGN, CAMPAIGN), (CAMPAIGN, VETTING), (CAMPAIGN, TOLL_FREE), (VETTING, CAMPAIGN)),
        *((BRAND, BRAND), (BRAND, CAMPAIGN), (TOLL_FREE, BRAND), (TOLL_FREE, CAMPAIGN)),
        ("GB_SENDER_ID_REGISTRATION", BRAND),
    ],
)
def test_what_a_type_does_not_take(client: Any, registration_type: str, resource_type: str) -> None:
    name, resource = create(client, registration_type), create(client, resource_type)
    answer = refusal(client.create_registration_association, RegistrationId=name, ResourceId=resource)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_REGISTRATION_ASSOCIATION")
    assert field_names(answer) == ["resourceId"]
    assert f"a {registration_type} takes no {resource_type}" in answer["Fields"][0]["Message"]
    assert listed(client, name) == []


def test_not_with_itself(client: Any) -> None:
    name = create(client, CAMPAIGN)
    answer = refusal(client.create_registration_association, RegistrationId=name, ResourceId=name)
    assert answer["Reason"] == "INVALID_REGISTRATION_ASSOCIATION"


@pytest.mark.parametrize(
    ("resource", "code", "reason"),
    [
        (NOBODYS, "ResourceNotFoundException", None),
        ("phone-" + "0" * 32, "ResourceNotFoundException", None),
        ("attachment-" + "0" * 32, "ValidationException", "INVALID_PARAMETER"),
        ("x", "ValidationException", "INVALID_PARAMETER"),
        ("arn:aws:sns:us-east-1:111122223333:topic", "ValidationException", "INVALID_ARN"),
    ],
)
def test_resources_that_are_none(client: Any, resource: str, code: str, reason: str | None) -> None:
    name = create(client, CAMPAIGN)
    answer = refusal(client.create_registration_association, RegistrationId=name, ResourceId=resource)
    assert (answer["Error"]["Code"], answer.get("Reason")) == (code, reason)
    if reason is None:
        kind = "registration" if resource == NOBODYS else "phone-number"
        assert (answer["ResourceType"], answer["ResourceId"]) == (kind, resource)
    else:
        assert field_names(answer) == ["resourceId"]


def test_a_registration_that_never_was(client: Any) -> None:
    for ask, more in (
        (client.create_registration_association, {"ResourceId": create(client)}),
        (client.list_registration_associations, {}),
    ):
        answer = refusal(ask, RegistrationId=NOBODYS, **more)
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", NOBODYS)


def test_the_quota(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK)
    desk.service.desk.limits._quotas["ASSOCIATIONS_PER_REGISTRATION"] = 0
    client = desk.client()
    name, brand = create(client, CAMPAIGN), create(client)
    answer = refusal(client.create_registration_association, RegistrationId=name, ResourceId=brand)
    assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
    assert answer["Reason"] == "ASSOCIATIONS_PER_REGISTRATION"
    desk.service.desk.limits._quotas["ASSOCIATIONS_PER_REGISTRATION"] = 1
    associate(client, name, brand)


# When


BEFORE_SUBMIT = {
    (): True,
    ("submit",): False,
    ("submit", "start_aws_review"): False,
    ("submit", "start_review"): False,
    ("submit", "require_authentication"): False,
    ("submit", "start_review", "send_offline"): False,
    ("submit", "deny"): True,
    ("discard",): True,
    ("submit", "start_review", "approve"): False,
    ("submit", "start_review", "approve", "revoke"): True,
    ("submit", "start_review", "approve", "close"): False,
}


@pytest.mark.parametrize(("events", "allowed"), BEFORE_SUBMIT.items(), ids=[str(key[-1:]) for key in BEFORE_SUBMIT])
def test_a_brand_is_associated_while_the_applicant_holds_the_form(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...], allowed: bool
) -> None:
    name, brand = create(client, CAMPAIGN), create(client)
    happen(instant_desk, account, name, *events)
    if allowed:
        associate(client, name, brand)
    else:
        assert conflict(client, name, brand) == ("RESOURCE_MODIFICATION_NOT_ALLOWED", "registration", name)
    assert len(listed(client, name)) == allowed


def test_an_association_outlives_its_version(client: Any) -> None:
    name, brand = create(client, VETTING), create(client)
    associate(client, name, brand)
    deny(client, name)
    renew(client, name)
    assert [one["ResourceId"] for one in listed(client, name)] == [brand]
    complete(client, brand)
    complete(client, name, {})


# Lists


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ([], 1),
        ([("resource-type", BRAND)], 1),
        ([("resource-type", "TEN_DLC", BRAND)], 1),
        ([("resource-type", "TEN_DLC")], 0),
        ([("resource-type", BRAND), ("resource-type", "TEN_DLC")], 0),
        ([("iso-country-code", "US")], 0),
    ],
)
def test_filters(client: Any, filters: list[tuple[str, ...]], told: int) -> None:
    name = create(client, CAMPAIGN)
    associate(client, name, create(client))
    asked = [{"Name": first, "Values": values} for first, *values in filters]
    assert len(listed(client, name, Filters=asked)) == told


def test_pages_and_tokens(client: Any) -> None:
    name = create(client, CAMPAIGN)
    associate(client, name, create(client))
    answer = client.list_registration_associations(RegistrationId=name, MaxResults=1)
    assert len(answer["RegistrationAssociations"]) == 1
    assert "NextToken" not in answer
    answer = refusal(client.list_registration_associations, RegistrationId=name, NextToken="bm90IG91cnM")
    assert (answer["Reason"], field_names(answer)) == ("INVALID_NEXT_TOKEN", ["nextToken"])


# Numbers


def number(client: Any, number_type: str = "TEN_DLC") -> str:
    """A number of the account's; gives its id."""
    asked = {"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"]}
    name: str = client.request_phone_number(NumberType=number_type, **asked)["PhoneNumberId"]
    return name


def release(client: Any, phone_number_id: str) -> None:
    client.release_phone_number(PhoneNumberId=phone_number_id)


@pytest.fixture
def campaign(instant_desk: RunningDesk, client: Any, account: str) -> str:
    """A campaign with its brand, not yet submitted."""
    name = create(client, CAMPAIGN)
    associate(client, name, create(client))
    return name


def test_a_number_tells_its_country_and_its_digits(client: Any, account: str) -> None:
    name, phone = create(client, TOLL_FREE), number(client, "TOLL_FREE")
    (described,) = client.describe_phone_numbers(PhoneNumberIds=[phone])["PhoneNumbers"]
    link = {
        "ResourceArn": f"arn:aws:sms-voice:{REGION}:{account}:phone-number/{phone}",
        "ResourceId": phone,
        "ResourceType": "TOLL_FREE",
        "IsoCountryCode": "US",
        "PhoneNumber": described["PhoneNumber"],
    }
    answer = associate(client, name, phone)
    assert answer == {
        "RegistrationArn": registration_of(client, name)["RegistrationArn"],
        "RegistrationId": name,
        "RegistrationType": TOLL_FREE,
        **link,
    }
    assert listed(client, name) == [link]
    assert conflict(client, name, phone) == ("RESOURCE_ALREADY_ASSOCIATED", "phone-number", phone)
    other = create(client, TOLL_FREE)
    assert conflict(client, other, phone) == ("RESOURCE_ALREADY_ASSOCIATED", "phone-number", phone)
    assert len([associate(client, name, number(client, "TOLL_FREE")) for _ in range(2)]) == 2


@pytest.mark.parametrize(("registration_type", "number_type"), [(TOLL_FREE, "TEN_DLC"), (CAMPAIGN, "TOLL_FREE")])
def test_a_number_of_another_kind(client: Any, registration_type: str, number_type: str) -> None:
    name, phone = create(client, registration_type), number(client, number_type)
    answer = refusal(client.create_registration_association, RegistrationId=name, ResourceId=phone)
    assert (answer["Reason"], field_names(answer)) == ("INVALID_REGISTRATION_ASSOCIATION", ["resourceId"])


@pytest.mark.parametrize(
    ("events", "allowed"),
    [
        ((), False),
        (("submit",), False),
        (("submit", "start_review"), False),
        (("submit", "deny"), False),
        (("discard",), False),
        (("submit", "start_review", "approve"), True),
        (("submit", "start_review", "approve", "revoke"), False),
        (("submit", "start_review", "approve", "close"), False),
    ],
    ids=lambda value: str(value[-1:]) if isinstance(value, tuple) else "",
)
def test_a_10dlc_number_waits_for_its_campaign(
    instant_desk: RunningDesk, client: Any, account: str, campaign: str, events: tuple[str, ...], allowed: bool
) -> None:
    happen(instant_desk, account, campaign, *events)
    phone = number(client)
    if allowed:
        assert associate(client, campaign, phone)["ResourceType"] == "TEN_DLC"
        renew(client, campaign)
        associate(client, campaign, number(client))  # its next version is only being written
    else:
        assert conflict(client, campaign, phone) == ("REGISTRATION_NOT_COMPLETE", "registration", campaign)
        assert len(listed(client, campaign)) == 1


def test_a_list_of_a_brand_and_numbers(instant_desk: RunningDesk, client: Any, account: str, campaign: str) -> None:
    approve(instant_desk, account, campaign)
    brand = listed(client, campaign)[0]["ResourceId"]
    names = [brand, *(number(client) for _ in range(4))]
    for name in names[1:]:
        associate(client, campaign, name)
    pages = client.get_paginator("list_registration_associations").paginate(
        RegistrationId=campaign, PaginationConfig={"PageSize": 2}
    )
    seen = [[names.index(one["ResourceId"]) for one in page["RegistrationAssociations"]] for page in pages]
    assert seen == [[0, 1], [2, 3], [4]]
    for filters, told in (
        ([{"Name": "resource-type", "Values": ["TEN_DLC"]}], names[1:]),
        ([{"Name": "iso-country-code", "Values": ["US", "GB"]}], names[1:]),
        ([{"Name": "iso-country-code", "Values": ["GB"]}], []),
        ([{"Name": "resource-type", "Values": ["TEN_DLC", BRAND]}], names),
    ):
        assert [one["ResourceId"] for one in listed(client, campaign, Filters=filters)] == told
    first = client.list_registration_associations(RegistrationId=campaign, MaxResults=2)
    release(client, names[1])  # the one that the next page would begin behind
    rest = client.list_registration_associations(RegistrationId=campaign, NextToken=first["NextToken"])
    assert [one["ResourceId"] for one in rest["RegistrationAssociations"]] == names[2:]
    assert undeletable(client, campaign)
    for name in names[2:]:
        release(client, name)
    client.delete_registration(RegistrationId=campaign)
    client.delete_registration(RegistrationId=brand)


def test_a_toll_free_registration_closes_with_its_last_number(
    instant_desk: RunningDesk, client: Any, account: str
) -> None:
    name, phones = create(client, TOLL_FREE), [number(client, "TOLL_FREE"), number(client, "TOLL_FREE")]
    for phone in phones:
        associate(client, name, phone)
    approve(instant_desk, account, name)
    assert undeletable(client, name)
    release(client, phones[0])
    assert (status_of(client, name), [one["ResourceId"] for one in listed(client, name)]) == ("COMPLETE", phones[1:])
    release(client, phones[1])
    assert (status_of(client, name), listed(client, name)) == ("CLOSED", [])
    assert client.delete_registration(RegistrationId=name)["RegistrationStatus"] == "DELETED"


# Deleting


@pytest.mark.parametrize("registration_type", [CAMPAIGN, VETTING])
def test_a_brand_is_deleted_after_what_builds_on_it(client: Any, registration_type: str) -> None:
    brand, first, second = create(client), create(client, registration_type), create(client, registration_type)
    associate(client, first, brand)
    associate(client, second, brand)
    for name in (first, second):
        assert undeletable(client, brand)
        assert client.delete_registration(RegistrationId=name)["RegistrationStatus"] == "DELETED"
    assert client.delete_registration(RegistrationId=brand)["RegistrationStatus"] == "DELETED"


def test_what_is_complete_is_deleted_in_that_order_too(client: Any) -> None:
    brand = complete(client, create(client))
    campaign = create(client, CAMPAIGN)
    associate(client, campaign, brand)
    complete(client, campaign, CAMPAIGN_VALUES)
    assert undeletable(client, brand)
    client.delete_registration(RegistrationId=campaign)
    client.delete_registration(RegistrationId=brand)
    assert client.describe_registrations()["Registrations"] == []


# What a review makes of the brand


def reasons(client: Any, registration_id: str) -> list[str]:
    return [one["Reason"] for one in versions_of(client, registration_id)[-1].get("DeniedReasons", [])]


@pytest.mark.parametrize("registration_type", [CAMPAIGN, VETTING])
@pytest.mark.parametrize(
    "events",
    [
        (),
        ("submit",),
        ("submit", "start_review"),
        ("submit", "deny"),
        ("submit", "start_review", "approve", "revoke"),
        ("submit", "start_review", "approve", "close"),
    ],
    ids=["open", "submitted", "reviewing", "denied", "revoked", "closed"],
)
def test_a_brand_that_is_not_complete(
    instant_desk: RunningDesk, client: Any, account: str, registration_type: str, events: tuple[str, ...]
) -> None:
    brand, name = create(client), create(client, registration_type)
    associate(client, name, brand)
    happen(instant_desk, account, brand, *events)
    fill(client, name, CAMPAIGN_VALUES if registration_type == CAMPAIGN else {})
    deny(client, name)
    assert reasons(client, name) == ["Brand unverified"]
    assert registration_of(client, name)["LatestDeniedVersionNumber"] == 1


def test_a_campaign_waits_for_its_brands_vetting(instant_desk: RunningDesk, client: Any, account: str) -> None:
    brand = complete(client, create(client))
    vetting, campaign = create(client, VETTING), create(client, CAMPAIGN)
    associate(client, vetting, brand)
    associate(client, campaign, brand)
    happen(instant_desk, account, vetting, "submit", "start_review")
    fill(client, campaign, CAMPAIGN_VALUES)
    deny(client, campaign)
    assert reasons(client, campaign) == ["Wait to resubmit registration"]
    happen(instant_desk, account, vetting, "approve")
    renew(client, campaign)
    complete(client, campaign, CAMPAIGN_VALUES)


def test_a_vetting_that_nobody_ordered_yet_holds_up_no_campaign(client: Any) -> None:
    brand = complete(client, create(client))
    vetting, second = create(client, VETTING), create(client, VETTING)
    associate(client, vetting, brand)
    associate(client, second, brand)
    campaign = create(client, CAMPAIGN)
    associate(client, campaign, brand)
    complete(client, campaign, CAMPAIGN_VALUES)
    submit(client, vetting)
    becomes(client, vetting, "COMPLETE")


def test_a_campaign_tells_all_that_is_wrong_at_once(client: Any) -> None:
    campaign = create(client, CAMPAIGN)
    associate(client, campaign, create(client))
    deny(client, campaign)
    assert reasons(client, campaign) == ["Missing required field", "Brand unverified"]
