"""Sender IDs as boto3 sees them: requested where they are free, provisioned where they are registered, released."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from senderdesk.identity_countries import identity_countries
from senderdesk.operations import Call
from senderdesk.operations.sender_ids import provision
from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.filling import (
    Value,
    associate,
    becomes,
    complete,
    create,
    fill,
    happen,
    in_turn,
    registration_of,
    renew,
    status_of,
    submit,
    upload,
)
from tests.journeys.asking import field_names, refusal

FINLAND, AUSTRIA = "FI_SENDER_ID_REGISTRATION", "AT_SENDER_ID_REGISTRATION"
NAME = "senderIdInfo.senderId"
FINNISH: dict[str, Value] = {
    NAME: "BLUEKETTLE",
    "companyInfo.companyName": "Blue Kettle Ltd",
    "companyInfo.website": "https://kettle.example",
    "messagingUseCase.useCaseCategory": ["Info on demand"],
    "messagingUseCase.useCaseDescription": "News of orders to those who asked for it",
    "messageSamples.messageSample1": "Your order has left our house",
}
AUSTRIAN: dict[str, Value] = {
    NAME: "Tea & More+",
    "senderIdInfo.senderIdDescription": "Tea & More is the name on our shop",
    "companyInfo.companyName": "Blue Kettle Ltd",
    "companyInfo.companyAddress": "Beispielgasse 1, 1010 Wien",
    "companyInfo.contactEmail": "help@kettle.example",
    "messagingUseCase.useCaseCategory": ["Info on demand"],
    "messagingUseCase.useCaseDescription": "News of orders to those who asked for it",
    "messageSamples.messageSample1": "Your order has left our house",
}
TAGS = [{"Key": "team", "Value": "growth"}]


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def request(client: Any, name: str = "KETTLE", country: str = "FR", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.request_sender_id(SenderId=name, IsoCountryCode=country, **more)
    del answer["ResponseMetadata"]
    return answer


def described(client: Any, *pairs: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    named = {"SenderIds": [{"SenderId": name, "IsoCountryCode": country} for name, country in pairs]} if pairs else {}
    return list(client.describe_sender_ids(**named, **more)["SenderIds"])


def names(client: Any, **more: Any) -> list[tuple[str, str]]:
    return [(one["SenderId"], one["IsoCountryCode"]) for one in described(client, **more)]


def reason(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["Error"]["Code"], answer["Reason"]


def test_a_sender_id_is_there_at_once_where_it_need_not_be_registered(client: Any, account: str) -> None:
    told = request(client, DeletionProtectionEnabled=True, MessageTypes=["PROMOTIONAL"], Tags=TAGS)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:sender-id/KETTLE/FR"
    own = {
        "SenderIdArn": arn,
        "SenderId": "KETTLE",
        "IsoCountryCode": "FR",
        "MessageTypes": ["PROMOTIONAL"],
        "MonthlyLeasingPrice": "0.00",
        "DeletionProtectionEnabled": True,
        "Registered": False,
    }
    assert told == {**own, "Tags": TAGS}
    assert described(client) == [own]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS


def test_without_message_types_both_are_had_and_each_once(client: Any) -> None:
    both = ["TRANSACTIONAL", "PROMOTIONAL"]
    assert request(client)["MessageTypes"] == both
    assert request(client, "KETTLE2", MessageTypes=[])["MessageTypes"] == both
    assert request(client, "KETTLE3", MessageTypes=["TRANSACTIONAL"] * 2)["MessageTypes"] == ["TRANSACTIONAL"]


def test_a_sender_id_is_held_once_a_country_and_account(instant_desk: RunningDesk, client: Any) -> None:
    request(client)
    answer = refusal(client.request_sender_id, SenderId="KETTLE", IsoCountryCode="FR")
    assert reason(answer) == ("ConflictException", "RESOURCE_ALREADY_EXISTS")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("sender-id", "KETTLE/FR")
    request(client, country="NL")
    other = instant_desk.client(OTHER_ACCOUNT)
    request(other)
    other.release_sender_id(SenderId="KETTLE", IsoCountryCode="FR")
    assert names(client) == [("KETTLE", "FR"), ("KETTLE", "NL")]


@pytest.mark.parametrize("name", ["1234567", "-KETTLE", "KETTLE-", "12_34"])
def test_a_sender_id_has_a_letter_and_no_hyphen_at_its_ends(client: Any, name: str) -> None:
    answer = refusal(client.request_sender_id, SenderId=name, IsoCountryCode="FR")
    assert (reason(answer), field_names(answer)) == (("ValidationException", "INVALID_PARAMETER"), ["senderId"])


def test_some_countries_have_no_sender_ids_and_some_want_a_registration(client: Any) -> None:
    for country, why in {"US": "NOT_SUPPORTED", "CA": "NOT_SUPPORTED", "FI": "REQUIRES_REGISTRATION"}.items():
        answer = refusal(client.request_sender_id, SenderId="KETTLE", IsoCountryCode=country)
        assert reason(answer) == ("ValidationException", f"SENDER_ID_{why}")
        assert field_names(answer) == ["isoCountryCode"]
    assert names(client) == []


def test_no_country_with_a_form_is_said_to_have_no_sender_ids(client: Any) -> None:
    filters = [{"Name": "supported-association-resource-type", "Values": ["SENDER_ID"]}]
    types = client.describe_registration_type_definitions(Filters=filters)["RegistrationTypeDefinitions"]
    with_forms = {one["RegistrationType"][:2] for one in types}
    assert len(with_forms) > 40
    assert not with_forms & identity_countries().without_sender_ids
    for one in types:
        (supported,) = one["SupportedAssociations"]
        assert supported["IsoCountryCode"] == one["RegistrationType"][:2]


def test_the_quota_counts_what_is_held(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk()
    desk.service.desk.limits._quotas["SENDER_IDS_PER_ACCOUNT"] = 2
    client = desk.client()
    request(client, "ONE")
    request(client, "TWO")
    answer = refusal(client.request_sender_id, SenderId="THREE", IsoCountryCode="FR")
    assert reason(answer) == ("ServiceQuotaExceededException", "SENDER_IDS_PER_ACCOUNT")
    # A refused one is not counted, and a released one no more.
    refusal(client.request_sender_id, SenderId="ONE", IsoCountryCode="FR")
    client.release_sender_id(SenderId="TWO", IsoCountryCode="FR")
    request(client, "THREE")
    limits = client.describe_account_limits()["AccountLimits"]
    assert next(one for one in limits if one["Name"] == "SENDER_IDS")["Used"] == 2


def test_a_client_token_gives_the_first_answer_again(client: Any) -> None:
    assert request(client, ClientToken="one") == request(client, ClientToken="one")
    assert len(names(client)) == 1


def test_what_is_named_comes_in_that_order_and_once(client: Any, account: str) -> None:
    for name in ("AA", "BB", "CC"):
        request(client, name)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:sender-id/AA/FR"
    found = described(client, ("CC", "FR"), (arn, "FR"), ("CC", "FR"))
    assert [one["SenderId"] for one in found] == ["CC", "AA"]
    answer = refusal(described, client=client, MaxResults=3, SenderIds=[{"SenderId": "AA", "IsoCountryCode": "FR"}])
    assert reason(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")


def test_owner_asks_for_own_or_for_shared_ones_and_not_with_names(client: Any) -> None:
    request(client)
    assert (names(client, Owner="SELF"), names(client, Owner="SHARED")) == ([("KETTLE", "FR")], [])
    named = [{"SenderId": "KETTLE", "IsoCountryCode": "FR"}]
    answer = refusal(client.describe_sender_ids, SenderIds=named, Owner="SELF")
    assert reason(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
    assert field_names(answer) == ["senderIds", "owner"]


def test_another_accounts_sender_id_answers_as_one_that_never_was(instant_desk: RunningDesk, client: Any) -> None:
    request(client, "THEIRS")
    other = instant_desk.client(OTHER_ACCOUNT)
    arn = described(client)[0]["SenderIdArn"]
    told = []
    for act in (other.release_sender_id, other.update_sender_id):
        for name in ("THEIRS", "NOBODYS", arn):
            answer = refusal(act, SenderId=name, IsoCountryCode="FR")
            assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "sender-id")
            told.append(answer["Error"]["Message"].replace("NOBODYS", "THEIRS"))
    refusal(described, client=other, SenderIds=[{"SenderId": "THEIRS", "IsoCountryCode": "FR"}])
    assert set(told[:2] + told[3:5]) == {'Resource Not Found - ResourceType="sender-id" ResourceId="THEIRS/FR"'}


def test_an_arn_and_its_country_must_agree(client: Any, account: str) -> None:
    arn = request(client)["SenderIdArn"]
    answer = refusal(client.update_sender_id, SenderId=arn, IsoCountryCode="NL")
    assert (reason(answer), field_names(answer)) == (
        ("ValidationException", "COUNTRY_CODE_MISMATCH"),
        ["isoCountryCode"],
    )
    pool = f"arn:aws:sms-voice:{REGION}:{account}:pool/pool-0"
    answer = refusal(client.update_sender_id, SenderId=pool, IsoCountryCode="FR")
    assert reason(answer) == ("ValidationException", "INVALID_ARN")


FILTERS = [
    ({"sender-id": ["AA", "DD"]}, ["AA"]),
    ({"iso-country-code": ["NL"]}, ["BB"]),
    ({"message-type": ["PROMOTIONAL"]}, ["AA", "CC"]),
    ({"message-type": ["TRANSACTIONAL"]}, ["AA", "BB"]),
    ({"deletion-protection-enabled": ["true"]}, ["CC"]),
    ({"registered": ["false"]}, ["AA", "BB", "CC"]),
    ({"registered": ["true"]}, []),
    ({"message-type": ["PROMOTIONAL"], "deletion-protection-enabled": ["false"]}, ["AA"]),
]


@pytest.mark.parametrize(("asked", "expected"), FILTERS)
def test_filters_narrow_a_list(client: Any, asked: dict[str, list[str]], expected: list[str]) -> None:
    request(client, "AA")
    request(client, "BB", "NL", MessageTypes=["TRANSACTIONAL"])
    request(client, "CC", MessageTypes=["PROMOTIONAL"], DeletionProtectionEnabled=True)
    filters = [{"Name": name, "Values": values} for name, values in asked.items()]
    assert [name for name, _ in names(client, Filters=filters)] == expected
    named = described(client, ("CC", "FR"), ("BB", "NL"), ("AA", "FR"), Filters=filters)
    assert [one["SenderId"] for one in named] == expected[::-1]


def test_a_filter_value_that_does_not_exist_is_told(client: Any) -> None:
    for name in ("message-type", "registered", "deletion-protection-enabled"):
        answer = refusal(client.describe_sender_ids, Filters=[{"Name": name, "Values": ["maybe"]}])
        assert reason(answer) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_pages_have_each_sender_id_once_in_order(client: Any) -> None:
    pairs = [(f"NAME{n}", country) for n in range(3) for country in ("DE", "FR", "NL")]
    for name, country in reversed(pairs):
        request(client, name, country)
    pages = client.get_paginator("describe_sender_ids").paginate(PaginationConfig={"PageSize": 2})
    told = [[(one["SenderId"], one["IsoCountryCode"]) for one in page["SenderIds"]] for page in pages]
    assert [one for page in told for one in page] == pairs
    assert [len(page) for page in told] == [2, 2, 2, 2, 1]
    filters = [{"Name": "iso-country-code", "Values": ["FR"]}]
    pages = client.get_paginator("describe_sender_ids").paginate(Filters=filters, PaginationConfig={"PageSize": 1})
    assert [len(page["SenderIds"]) for page in pages] == [1, 1, 1]


def test_deletion_protection_is_put_on_and_off(client: Any) -> None:
    request(client)
    this = {"SenderId": "KETTLE", "IsoCountryCode": "FR"}
    assert client.update_sender_id(**this, DeletionProtectionEnabled=True)["DeletionProtectionEnabled"] is True
    assert client.update_sender_id(**this)["DeletionProtectionEnabled"] is True
    answer = refusal(client.release_sender_id, **this)
    assert reason(answer) == ("ConflictException", "DELETION_PROTECTION_ENABLED")
    told = client.update_sender_id(**this, DeletionProtectionEnabled=False)
    assert told["DeletionProtectionEnabled"] is False
    assert "DeletionProtectionEnabled" not in client.release_sender_id(**this)


def test_what_is_released_is_gone_with_its_tags_and_policy(client: Any) -> None:
    arn = request(client, Tags=TAGS)["SenderIdArn"]
    client.put_resource_policy(ResourceArn=arn, Policy='{"Statement": []}')
    told = client.release_sender_id(SenderId=arn, IsoCountryCode="FR")
    assert (told["SenderIdArn"], told["Registered"]) == (arn, False)
    assert names(client) == []
    refusal(client.list_tags_for_resource, ResourceArn=arn)
    request(client)
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    refusal(client.get_resource_policy, ResourceArn=arn)


def test_one_in_a_pool_is_not_released(client: Any) -> None:
    arn = request(client)["SenderIdArn"]
    client.create_pool(OriginationIdentity=arn, IsoCountryCode="FR", MessageType="TRANSACTIONAL")
    answer = refusal(client.release_sender_id, SenderId=arn, IsoCountryCode="FR")
    assert reason(answer) == ("ConflictException", "SENDER_ID_ASSOCIATED_TO_POOL")
    assert answer["ResourceId"] == "KETTLE/FR"


def test_what_was_just_released_is_not_had_again_at_once(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(pace="seconds")
    client = desk.client()
    this = {"SenderId": "KETTLE", "IsoCountryCode": "FR"}
    request(client)
    client.release_sender_id(**this)
    refused = refusal(client.request_sender_id, **this, ClientToken="one")
    assert reason(refused) == ("ValidationException", "SENDER_ID_REQUIRES_REGISTRATION")
    request(client, "KETTLE2")
    desk.clock.ahead = 2.0
    # A token brings its own refusal back, as was seen of the service.
    again = refusal(client.request_sender_id, **this, ClientToken="one")
    assert (again["Error"], reason(again)) == (refused["Error"], reason(refused))
    request(client, ClientToken="two")


def test_an_approved_registration_brings_its_sender_id(client: Any, account: str) -> None:
    registration = complete(client, create(client, FINLAND), FINNISH)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:sender-id/BLUEKETTLE/FI"
    (told,) = described(client)
    assert told == {
        "SenderIdArn": arn,
        "SenderId": "BLUEKETTLE",
        "IsoCountryCode": "FI",
        "MessageTypes": ["TRANSACTIONAL", "PROMOTIONAL"],
        "MonthlyLeasingPrice": "0.00",
        "DeletionProtectionEnabled": False,
        "Registered": True,
        "RegistrationId": registration,
    }
    (associated,) = client.list_registration_associations(RegistrationId=registration)["RegistrationAssociations"]
    assert associated == {
        "ResourceArn": arn,
        "ResourceId": "BLUEKETTLE",
        "ResourceType": "SENDER_ID",
        "IsoCountryCode": "FI",
    }
    assert names(client, Filters=[{"Name": "registered", "Values": ["true"]}]) == [("BLUEKETTLE", "FI")]
    limits = client.describe_account_limits()["AccountLimits"]
    assert next(one for one in limits if one["Name"] == "SENDER_IDS")["Used"] == 1


def test_the_registration_is_provisioning_until_the_sender_id_is_there(start_desk: Callable[..., RunningDesk]) -> None:
    client = start_desk(pace="seconds").client()
    registration = create(client, FINLAND)
    submit(client, fill(client, registration, FINNISH))
    becomes(client, registration, "PROVISIONING")
    assert names(client) == []
    becomes(client, registration, "COMPLETE")
    assert names(client) == [("BLUEKETTLE", "FI")]


def test_signs_that_sender_ids_do_not_have_become_hyphens(client: Any) -> None:
    registration = create(client, AUSTRIA)
    values = {**AUSTRIAN, "atSidSpecificInfo.letterOfAuthorization": upload(client)}
    complete(client, registration, values)
    assert names(client) == [("Tea---More-", "AT")]


def test_releasing_the_last_one_closes_the_registration(client: Any) -> None:
    registration = complete(client, create(client, FINLAND), FINNISH)
    answer = refusal(client.delete_registration, RegistrationId=registration)
    assert reason(answer) == ("ConflictException", "RESOURCE_NOT_EMPTY")
    told = client.release_sender_id(SenderId="BLUEKETTLE", IsoCountryCode="FI")
    assert (told["Registered"], told["RegistrationId"]) == (True, registration)
    assert status_of(client, registration) == "CLOSED"
    assert client.list_registration_associations(RegistrationId=registration)["RegistrationAssociations"] == []
    client.delete_registration(RegistrationId=registration)


def test_an_open_draft_does_not_keep_the_registration_from_closing(client: Any) -> None:
    registration = complete(client, create(client, FINLAND), FINNISH)
    renew(client, registration)
    client.release_sender_id(SenderId="BLUEKETTLE", IsoCountryCode="FI")
    assert status_of(client, registration) == "CLOSED"


def test_a_next_version_keeps_its_sender_id_or_brings_one_more(client: Any) -> None:
    registration = complete(client, create(client, FINLAND), FINNISH)
    renew(client, registration)
    complete(client, registration, FINNISH)
    assert [one["RegistrationId"] for one in described(client)] == [registration]
    renew(client, registration)
    complete(client, registration, {**FINNISH, NAME: "KETTLE2"})
    assert names(client) == [("BLUEKETTLE", "FI"), ("KETTLE2", "FI")]
    client.release_sender_id(SenderId="BLUEKETTLE", IsoCountryCode="FI")
    assert status_of(client, registration) == "COMPLETE"
    client.release_sender_id(SenderId="KETTLE2", IsoCountryCode="FI")
    assert registration_of(client, registration)["RegistrationStatus"] == "CLOSED"


def test_the_newest_registration_of_a_name_takes_it_over(client: Any) -> None:
    first = complete(client, create(client, FINLAND), FINNISH)
    second = complete(client, create(client, FINLAND), FINNISH)
    assert [one["RegistrationId"] for one in described(client)] == [second]
    assert (status_of(client, first), status_of(client, second)) == ("CLOSED", "COMPLETE")


def test_only_what_is_complete_counts_as_registered(instant_desk: RunningDesk, client: Any, account: str) -> None:
    registration = complete(client, create(client, FINLAND), FINNISH)
    happen(instant_desk, account, registration, "revoke")
    (told,) = described(client)
    assert (told["Registered"], told["RegistrationId"]) == (False, registration)
    client.delete_registration(RegistrationId=registration)
    (told,) = described(client)
    assert not told["Registered"] and "RegistrationId" not in told


def test_a_registration_whose_form_has_no_name_brings_nothing(
    instant_desk: RunningDesk, client: Any, account: str
) -> None:
    registration = create(client, FINLAND)

    def work(call: Call) -> None:
        row = call.rows.find_registration(**call.place, registration_id=registration)
        provision(call, row, {"IsoCountryCode": "FI"})

    in_turn(instant_desk, work, account)
    assert names(client) == []


def test_a_sender_id_is_not_associated_by_hand(client: Any) -> None:
    arn = request(client)["SenderIdArn"]
    for other in (create(client, FINLAND), create(client)):
        answer = refusal(partial(associate, client), registration_id=other, resource_id=arn)
        assert reason(answer) == ("ValidationException", "INVALID_REGISTRATION_ASSOCIATION")


def test_thousands_are_filtered_a_piece_at_a_time(instant_desk: RunningDesk, client: Any, account: str) -> None:
    def work(call: Call) -> None:
        for n in range(1500):
            call.rows.insert_sender_id(
                **call.place,
                sender_id=f"N{n:04}",
                iso_country_code="FR",
                message_types="TRANSACTIONAL",
                deletion_protection=n == 1400,
                created_at=call.now,
            )

    in_turn(instant_desk, work, account)
    filters = [{"Name": "deletion-protection-enabled", "Values": ["true"]}]
    began = time.monotonic()
    first = client.describe_sender_ids(Filters=filters)
    assert (first["SenderIds"], time.monotonic() - began < 2) == ([], True)
    second = client.describe_sender_ids(Filters=filters, NextToken=first["NextToken"])
    assert [one["SenderId"] for one in second["SenderIds"]] == ["N1400"]
    assert "NextToken" not in second
