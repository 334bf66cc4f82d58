"""Who is in a pool, as boto3 sees it: what fits joins, what does not is told why, and the last number stays."""

from __future__ import annotations

from typing import Any

import pytest

from senderdesk.operations.identities import FINDERS, PHONE_NUMBER
from tests.conformance.ready import wait_for
from tests.conftest import OTHER_ACCOUNT, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.made_up_numbers import CHANNEL, Numbers, arn
from tests.pooling import add, create, drop, members_of, reason_of, sender_id
from tests.test_operations import stored

ROLE = "arn:aws:iam::111122223333:role/replies"


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    made = Numbers()
    monkeypatch.setitem(FINDERS, PHONE_NUMBER, made.find)
    return made


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def test_a_number_is_in_one_pool(client: Any, account: str, numbers: Numbers) -> None:
    first, second = (numbers.new(account) for _ in range(2))
    one, other = create(client, first), create(client, second)
    for ask in (
        lambda: client.create_pool(OriginationIdentity=first, MessageType="TRANSACTIONAL"),
        lambda: add(client, one, first),
        lambda: add(client, other, first),
    ):
        answer = refusal(ask)
        assert reason_of(answer) == ("ConflictException", "PHONE_NUMBER_ASSOCIATED_TO_POOL")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", first)
    assert (members_of(client, one), members_of(client, other)) == ([first], [second])


MISMATCHES: dict[str, dict[str, Any]] = {
    "MESSAGE_TYPE_MISMATCH": {"message_types": frozenset({"PROMOTIONAL"})},
    "TWO_WAY_CONFIG_MISMATCH": {"two_way_enabled": True, "two_way_channel_arn": CHANNEL},
    "SELF_MANAGED_OPT_OUTS_MISMATCH": {"self_managed": True},
    "OPT_OUT_LIST_MISMATCH": {"opt_out_list": "news"},
    "NUMBER_CAPABILITIES_MISMATCH": {"capabilities": ("VOICE",)},
}


@pytest.mark.parametrize(("reason", "different"), MISMATCHES.items(), ids=MISMATCHES.keys())
def test_what_does_not_fit_is_refused(
    client: Any, account: str, numbers: Numbers, reason: str, different: dict[str, Any]
) -> None:
    first = numbers.new(account)
    pool = create(client, first)
    unfit = numbers.new(account, **different)
    answer = refusal(add, client=client, pool=pool, number=unfit)
    assert reason_of(answer) == ("ConflictException", reason)
    assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", unfit)
    assert members_of(client, pool) == [first]


def test_two_way_must_be_the_same_in_every_part(client: Any, account: str, numbers: Numbers) -> None:
    two_way = {"two_way_enabled": True, "two_way_channel_arn": CHANNEL, "two_way_channel_role": ROLE}
    pool = create(client, numbers.new(account, **two_way))
    for part, other in (("two_way_channel_arn", f"{CHANNEL}-too"), ("two_way_channel_role", None)):
        unfit = numbers.new(account, **{**two_way, part: other})
        assert refusal(add, client=client, pool=pool, number=unfit)["Reason"] == "TWO_WAY_CONFIG_MISMATCH"
    add(client, pool, numbers.new(account, **two_way))


def test_capabilities_may_differ_but_not_in_everything(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account, capabilities=("SMS", "VOICE")))
    add(client, pool, numbers.new(account, capabilities=("VOICE",)))
    add(client, pool, numbers.new(account, capabilities=("SMS", "MMS")))


@pytest.mark.parametrize("change", ["number", "pool", "message"])
def test_keywords_must_be_the_same(client: Any, account: str, numbers: Numbers, change: str) -> None:
    pool, number = create(client, numbers.new(account)), numbers.new(account)
    holders = {"number": [number], "pool": [pool["PoolId"]], "message": [number, pool["PoolId"]]}[change]
    for place, holder in enumerate(holders):
        client.put_keyword(OriginationIdentity=holder, Keyword="info", KeywordMessage=f"answer {place}")
    assert reason_of(refusal(add, client=client, pool=pool, number=number)) == ("ConflictException", "KEYWORD_MISMATCH")
    for holder in (number, pool["PoolId"]):
        client.put_keyword(OriginationIdentity=holder, Keyword="Info", KeywordMessage="the same")
    add(client, pool, number)


def test_associate_tells_both(client: Any, account: str, numbers: Numbers) -> None:
    pool, second = create(client, numbers.new(account)), numbers.new(account, iso_country_code="DE")
    told = {
        "PoolArn": pool["PoolArn"],
        "PoolId": pool["PoolId"],
        "OriginationIdentityArn": arn(account, second),
        "OriginationIdentity": second,
        "IsoCountryCode": "DE",
    }
    for change in (add, drop):
        answer = change(client, {"PoolId": pool["PoolArn"]}, arn(account, second), IsoCountryCode="DE")
        del answer["ResponseMetadata"]
        assert answer == told


def test_a_country_that_is_not_the_numbers_is_refused(client: Any, account: str, numbers: Numbers) -> None:
    pool, number = create(client, numbers.new(account)), numbers.new(account)
    answer = refusal(lambda: add(client, pool, number, IsoCountryCode="DE"))
    assert reason_of(answer) == ("ValidationException", "COUNTRY_CODE_MISMATCH")
    assert field_names(answer) == ["isoCountryCode"]


def test_the_last_number_stays(client: Any, account: str, numbers: Numbers) -> None:
    first, second = (numbers.new(account) for _ in range(2))
    pool = create(client, first)
    answer = refusal(drop, client=client, pool=pool, number=second)
    assert reason_of(answer) == ("ConflictException", "PHONE_NUMBER_NOT_ASSOCIATED_TO_POOL")
    add(client, pool, second)
    drop(client, pool, first)
    answer = refusal(drop, client=client, pool=pool, number=second)
    assert reason_of(answer) == ("ConflictException", "LAST_PHONE_NUMBER")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", second)
    assert members_of(client, pool) == [second]
    create(client, first)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_members_in_pages_and_filters(client: Any, account: str, numbers: Numbers, size: int) -> None:
    kinds = [("US", ("SMS",)), ("US", ("SMS", "VOICE")), ("DE", ("SMS", "MMS"))]
    names = [numbers.new(account, iso_country_code=country, capabilities=able) for country, able in kinds]
    pool = create(client, names[0])
    for name in names[1:]:
        add(client, pool, name)
    asked = client.get_paginator("list_pool_origination_identities")
    for filters, wanted in (
        ([], "012"),
        ([("iso-country-code", ["US"])], "01"),
        ([("number-capability", ["VOICE", "MMS"])], "12"),
        ([("iso-country-code", ["US", "FR"]), ("number-capability", ["VOICE"])], "1"),
    ):
        named = [{"Name": name, "Values": values} for name, values in filters]
        pages = asked.paginate(PoolId=pool["PoolArn"], Filters=named, PaginationConfig={"PageSize": size})
        found = [one for page in pages for one in page["OriginationIdentities"]]
        assert [one["OriginationIdentity"] for one in found] == [names[int(place)] for place in wanted]
        for one in found:
            country, able = kinds[names.index(one["OriginationIdentity"])]
            assert one["OriginationIdentityArn"] == arn(account, one["OriginationIdentity"])
            assert (one["IsoCountryCode"], one["NumberCapabilities"]) == (country, list(able))
            assert one["PhoneNumber"].startswith("+1206555")


def test_a_sender_id_may_be_in_several_pools_and_in_each_once(client: Any, account: str, numbers: Numbers) -> None:
    its_arn = sender_id(client)["SenderIdArn"]
    other_country = sender_id(client, country="LU")["SenderIdArn"]
    first = create(client, "ACME", IsoCountryCode="FR")
    second, third = create(client, its_arn), create(client, numbers.new(account))
    answer = add(client, third, "ACME", IsoCountryCode="FR")
    assert (answer["OriginationIdentityArn"], answer["OriginationIdentity"]) == (its_arn, "ACME")
    add(client, third, other_country)
    for pool in (first, second, third):
        answer = refusal(lambda pool=pool: add(client, pool, its_arn))
        assert reason_of(answer) == ("ConflictException", "SENDER_ID_ASSOCIATED_TO_POOL")
    answer = refusal(client.release_sender_id, SenderId="ACME", IsoCountryCode="FR")
    assert reason_of(answer) == ("ConflictException", "SENDER_ID_ASSOCIATED_TO_POOL")
    for pool in (first, second, third):
        drop(client, pool, "ACME", IsoCountryCode="FR")
    client.put_resource_policy(ResourceArn=its_arn, Policy='{"Statement": []}')
    client.release_sender_id(SenderId="ACME", IsoCountryCode="FR")
    wait_for(lambda: requested_again(client))
    assert refusal(client.get_resource_policy, ResourceArn=its_arn)["ResourceType"] == "policy"


def requested_again(client: Any) -> bool:
    """A sender ID that was released cannot be had again at once."""
    try:
        sender_id(client)
    except client.exceptions.ValidationException:
        return False
    return True


def test_a_sender_id_without_its_country_is_refused(client: Any) -> None:
    sender_id(client)
    answer = refusal(client.create_pool, OriginationIdentity="ACME", MessageType="TRANSACTIONAL")
    assert (*reason_of(answer), field_names(answer)) == ("ValidationException", "MISSING_PARAMETER", ["isoCountryCode"])
    answer = refusal(client.create_pool, OriginationIdentity="ACME", IsoCountryCode="LU", MessageType="TRANSACTIONAL")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("sender-id", "ACME/LU")


def agent(desk: RunningDesk, client: Any, *, tested: bool = True, **more: Any) -> dict[str, Any]:
    """An agent; its testing agent is there where it is `tested`."""
    answer: dict[str, Any] = client.create_rcs_agent(**more)
    if tested:
        registration = client.create_registration(RegistrationType="TEST_RCS_LAUNCH_REGISTRATION")["RegistrationId"]
        client.create_registration_association(RegistrationId=registration, ResourceId=answer["RcsAgentId"])
        stored(desk, "UPDATE registrations SET status = 'COMPLETE' WHERE registration_id = ?", registration)
    return answer


def test_an_agent_is_in_one_pool_beside_numbers(
    shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers
) -> None:
    made = agent(shared_desk, client)
    name = made["RcsAgentId"]
    pool, other = create(client, numbers.new(account)), create(client, numbers.new(account))
    assert "IsoCountryCode" not in add(client, pool, made["RcsAgentArn"])
    told = client.list_pool_origination_identities(
        PoolId=pool["PoolId"], Filters=[{"Name": "number-capability", "Values": ["RCS"]}]
    )["OriginationIdentities"]
    assert told == [
        {
            "OriginationIdentityArn": made["RcsAgentArn"],
            "OriginationIdentity": name,
            "IsoCountryCode": "ZZ",
            "NumberCapabilities": ["RCS"],
        }
    ]
    assert client.describe_rcs_agents()["RcsAgents"][0]["PoolId"] == pool["PoolId"]
    for ask in (lambda: add(client, other, name), lambda: add(client, pool, name)):
        answer = refusal(ask)
        assert reason_of(answer) == ("ConflictException", "RCS_AGENT_ASSOCIATED_TO_POOL")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("rcs-agent", name)
    drop(client, pool, name)
    add(client, other, name)


def test_an_agent_must_be_there_and_fit(shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    untested = agent(shared_desk, client, tested=False)["RcsAgentId"]
    assert reason_of(refusal(lambda: add(client, pool, untested))) == ("ConflictException", "RESOURCE_NOT_ACTIVE")
    client.create_opt_out_list(OptOutListName="news")
    unfit = agent(shared_desk, client, OptOutListName="news")["RcsAgentId"]
    assert reason_of(refusal(lambda: add(client, pool, unfit))) == ("ConflictException", "OPT_OUT_LIST_MISMATCH")
    assert refusal(client.delete_opt_out_list, OptOutListName="news")["Reason"] == "RESOURCE_DELETION_NOT_ALLOWED"
    assert create(client, unfit)["OptOutListName"] == "news"


def test_others_numbers_look_like_ones_that_never_were(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    others = numbers.new(OTHER_ACCOUNT)
    for name in (others, arn(OTHER_ACCOUNT, others), arn(account, others), "phone-" + "0" * 32):
        for ask in (
            lambda name=name: client.create_pool(OriginationIdentity=name, MessageType="TRANSACTIONAL"),
            lambda name=name: add(client, pool, name),
            lambda name=name: drop(client, pool, name),
        ):
            answer = refusal(ask)
            assert answer["Error"]["Code"] == "ResourceNotFoundException"
            assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", name.rpartition("/")[2])
    answer = refusal(lambda: add(client, pool, pool["PoolArn"]))
    assert reason_of(answer) == ("ValidationException", "INVALID_ARN")


def requested(client: Any, **more: Any) -> dict[str, Any]:
    """A simulator number: such a number is active at once."""
    asked = {"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"]}
    answer: dict[str, Any] = client.request_phone_number(**asked, NumberType="SIMULATOR", **more)
    return answer


def test_numbers_that_were_requested(client: Any) -> None:
    client.create_opt_out_list(OptOutListName="news")
    first, unfit = requested(client), requested(client, OptOutListName="news")
    pool = create(client, first["PhoneNumberArn"])
    second = requested(client, PoolId=pool["PoolId"])
    third = requested(client)["PhoneNumberId"]
    add(client, pool, third, IsoCountryCode="US")
    told = client.list_pool_origination_identities(PoolId=pool["PoolId"])["OriginationIdentities"]
    assert [one for one in told if one["OriginationIdentity"] != third] == [
        {
            "OriginationIdentityArn": number["PhoneNumberArn"],
            "OriginationIdentity": number["PhoneNumberId"],
            "IsoCountryCode": "US",
            "NumberCapabilities": ["SMS"],
            "PhoneNumber": number["PhoneNumber"],
        }
        for number in (first, second)
    ]
    pools = {one["PhoneNumberId"]: one.get("PoolId") for one in client.describe_phone_numbers()["PhoneNumbers"]}
    inside = dict.fromkeys((first["PhoneNumberId"], second["PhoneNumberId"], third), pool["PoolId"])
    assert pools == {**inside, unfit["PhoneNumberId"]: None}
    answer = refusal(lambda: add(client, pool, unfit["PhoneNumberId"]))
    assert reason_of(answer) == ("ConflictException", "OPT_OUT_LIST_MISMATCH")
    assert refusal(client.delete_opt_out_list, OptOutListName="news")["Reason"] == "RESOURCE_DELETION_NOT_ALLOWED"
    answer = refusal(client.release_phone_number, PhoneNumberId=third)
    assert reason_of(answer) == ("ConflictException", "PHONE_NUMBER_ASSOCIATED_TO_POOL")
    drop(client, pool, third)
    client.release_phone_number(PhoneNumberId=third)
    client.release_phone_number(PhoneNumberId=unfit["PhoneNumberId"])
    client.delete_opt_out_list(OptOutListName="news")
    for number in (third, "phone-" + "0" * 32):
        answer = refusal(lambda number=number: add(client, pool, number))
        assert (answer["Error"]["Code"], answer["ResourceId"]) == ("ResourceNotFoundException", number)


def test_a_number_that_waits_for_its_registration_joins_no_pool(client: Any) -> None:
    pool = create(client, requested(client)["PhoneNumberId"])
    asked = {"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"]}
    waiting = client.request_phone_number(**asked, NumberType="TOLL_FREE")["PhoneNumberId"]
    answer = refusal(lambda: add(client, pool, waiting))
    assert reason_of(answer) == ("ConflictException", "RESOURCE_NOT_ACTIVE")
