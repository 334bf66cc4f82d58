"""Pools as boto3 sees them: made from one identity, described, changed and deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from senderdesk.operations.identities import FINDERS, PHONE_NUMBER
from tests.conformance.ready import wait_for
from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.made_up_numbers import CHANNEL, Numbers, arn
from tests.pooling import add, create, drop, members_of, reason_of, sender_id, statuses
from tests.test_operations import stored

TAGS = [{"Key": "team", "Value": "growth"}]
ROLE = "arn:aws:iam::111122223333:role/replies"
NOBODYS = "pool-" + "0" * 32


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    made = Numbers()
    monkeypatch.setitem(FINDERS, PHONE_NUMBER, made.find)
    return made


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def test_a_pool_has_the_settings_of_the_number_that_it_is_made_of(client: Any, account: str, numbers: Numbers) -> None:
    client.create_opt_out_list(OptOutListName="news")
    number = numbers.new(
        account,
        two_way_enabled=True,
        two_way_channel_arn=CHANNEL,
        two_way_channel_role=ROLE,
        self_managed=True,
        opt_out_list="news",
    )
    answer = client.create_pool(OriginationIdentity=number, MessageType="TRANSACTIONAL", Tags=TAGS)
    del answer["ResponseMetadata"]
    assert abs(answer["CreatedTimestamp"].timestamp() - time.time()) < 10
    assert answer.pop("Tags") == TAGS
    pool_arn = f"arn:aws:sms-voice:{REGION}:{account}:pool/{answer['PoolId']}"
    assert answer == {
        "PoolArn": pool_arn,
        "PoolId": answer["PoolId"],
        "Status": "CREATING",
        "MessageType": "TRANSACTIONAL",
        "TwoWayEnabled": True,
        "TwoWayChannelArn": CHANNEL,
        "TwoWayChannelRole": ROLE,
        "SelfManagedOptOutsEnabled": True,
        "OptOutListName": "news",
        "SharedRoutesEnabled": False,
        "DeletionProtectionEnabled": False,
        "CreatedTimestamp": answer["CreatedTimestamp"],
    }
    wait_for(lambda: statuses(client) == {answer["PoolId"]: "ACTIVE"})
    assert client.describe_pools(PoolIds=[pool_arn])["Pools"] == [{**answer, "Status": "ACTIVE"}]
    assert client.list_tags_for_resource(ResourceArn=pool_arn)["Tags"] == TAGS
    assert members_of(client, answer) == [number]
    assert refusal(client.delete_opt_out_list, OptOutListName="news")["Reason"] == "RESOURCE_DELETION_NOT_ALLOWED"


def test_keywords_come_with_the_number(client: Any, account: str, numbers: Numbers) -> None:
    number = numbers.new(account)
    client.put_keyword(OriginationIdentity=number, Keyword="Info", KeywordMessage="Open from 9 to 5.")
    pool = create(client, number)
    told = client.describe_keywords(OriginationIdentity=pool["PoolId"])["Keywords"]
    assert told == client.describe_keywords(OriginationIdentity=number)["Keywords"]
    assert [one["Keyword"] for one in told] == ["HELP", "Info", "STOP"]


def test_the_same_token_makes_one_pool(client: Any, account: str, numbers: Numbers) -> None:
    number = numbers.new(account)
    first = create(client, number, ClientToken="one")
    assert create(client, number, ClientToken="one") == first
    assert len(statuses(client)) == 1


def test_a_pool_that_is_being_made_is_not_active(
    start_desk: Callable[..., RunningDesk], account: str, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start_desk().client(account)
    monkeypatch.setitem(__import__("senderdesk.due").due.STEP_SECONDS, "seconds", 3600.0)
    pool = client.create_pool(OriginationIdentity=numbers.new(account), MessageType="TRANSACTIONAL")
    for ask in (
        lambda: add(client, pool, numbers.new(account)),
        lambda: client.update_pool(PoolId=pool["PoolId"], SharedRoutesEnabled=True),
        lambda: client.delete_pool(PoolId=pool["PoolId"]),
    ):
        answer = refusal(ask)
        assert reason_of(answer) == ("ConflictException", "RESOURCE_NOT_ACTIVE")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("pool", pool["PoolId"])


def test_a_number_that_is_not_active_makes_no_pool_and_joins_none(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    pending = numbers.new(account, is_active=False)
    for ask in (
        lambda: client.create_pool(OriginationIdentity=pending, MessageType="TRANSACTIONAL"),
        lambda: add(client, pool, pending),
    ):
        answer = refusal(ask)
        assert reason_of(answer) == ("ConflictException", "RESOURCE_NOT_ACTIVE")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", pending)


def test_a_pool_of_another_message_type_is_not_made(client: Any, account: str, numbers: Numbers) -> None:
    number = numbers.new(account)
    answer = refusal(client.create_pool, OriginationIdentity=number, MessageType="PROMOTIONAL")
    assert reason_of(answer) == ("ConflictException", "MESSAGE_TYPE_MISMATCH")
    assert statuses(client) == {}


def test_quotas(start_desk: Callable[..., RunningDesk], account: str, numbers: Numbers) -> None:
    desk = start_desk(pace="instant")
    client = desk.client(account)
    pool = create(client, numbers.new(account))
    desk.service.desk.limits._quotas |= {"ORIGINATION_IDENTITIES_PER_POOL": 2, "POOLS_PER_ACCOUNT": 1}
    second = numbers.new(account)
    add(client, pool, second)
    answer = refusal(add, client=client, pool=pool, number=numbers.new(account))
    assert reason_of(answer) == ("ServiceQuotaExceededException", "ORIGINATION_IDENTITIES_PER_POOL")
    answer = refusal(client.create_pool, OriginationIdentity=numbers.new(account), MessageType="TRANSACTIONAL")
    assert reason_of(answer) == ("ServiceQuotaExceededException", "POOLS_PER_ACCOUNT")
    drop(client, pool, second)
    add(client, pool, numbers.new(account))
    client.delete_pool(PoolId=pool["PoolId"])
    create(client, second)


def test_update_changes_what_is_given(client: Any, account: str, numbers: Numbers) -> None:
    before = create(client, numbers.new(account))
    client.create_opt_out_list(OptOutListName="news")
    changed = {
        "TwoWayEnabled": True,
        "TwoWayChannelArn": CHANNEL,
        "TwoWayChannelRole": ROLE,
        "SelfManagedOptOutsEnabled": True,
        "OptOutListName": "news",
        "SharedRoutesEnabled": True,
        "DeletionProtectionEnabled": True,
    }
    answer = client.update_pool(PoolId=before["PoolArn"], **changed)
    del answer["ResponseMetadata"]
    assert answer == {**before, "Status": "ACTIVE", **changed}
    assert client.describe_pools()["Pools"] == [answer]
    answer = client.update_pool(PoolId=before["PoolId"], SharedRoutesEnabled=False)
    del answer["ResponseMetadata"]
    assert answer == {**before, "Status": "ACTIVE", **changed, "SharedRoutesEnabled": False}
    answer = client.update_pool(PoolId=before["PoolId"], TwoWayEnabled=False)
    assert not answer["TwoWayEnabled"] and not {"TwoWayChannelArn", "TwoWayChannelRole"} & answer.keys()
    default = f"arn:aws:sms-voice:{REGION}:{account}:opt-out-list/Default"
    assert client.update_pool(PoolId=before["PoolId"], OptOutListName=default)["OptOutListName"] == "Default"


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"TwoWayEnabled": True}, "TWO_WAY_CHANNEL_NOT_PRESENT", "twoWayChannelArn"),
        ({"TwoWayChannelArn": CHANNEL}, "TWO_WAY_NOT_ENABLED", "twoWayChannelArn"),
        ({"TwoWayEnabled": False, "TwoWayChannelRole": ROLE}, "TWO_WAY_NOT_ENABLED", "twoWayChannelRole"),
    ],
    ids=["no channel", "channel while off", "role while off"],
)
def test_two_way_needs_a_channel_and_a_channel_needs_it(
    client: Any, account: str, numbers: Numbers, change: dict[str, Any], reason: str, field: str
) -> None:
    pool = create(client, numbers.new(account))
    answer = refusal(client.update_pool, PoolId=pool["PoolId"], **change)
    assert (*reason_of(answer), field_names(answer)) == ("ValidationException", reason, [field])
    assert client.describe_pools()["Pools"][0]["TwoWayEnabled"] is False


def test_update_with_a_list_that_is_not_there(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    answer = refusal(client.update_pool, PoolId=pool["PoolId"], OptOutListName="nowhere")
    assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "opt-out-list")


def test_delete_lets_everything_go(shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers) -> None:
    first, second = (numbers.new(account) for _ in range(2))
    pool = create(client, first, Tags=TAGS, DeletionProtectionEnabled=True)
    add(client, pool, second)
    answer = refusal(client.delete_pool, PoolId=pool["PoolId"])
    assert reason_of(answer) == ("ConflictException", "DELETION_PROTECTION_ENABLED")
    client.update_pool(PoolId=pool["PoolId"], DeletionProtectionEnabled=False)
    client.put_keyword(OriginationIdentity=pool["PoolId"], Keyword="MENU", KeywordMessage="Soup.")
    client.put_resource_policy(ResourceArn=pool["PoolArn"], Policy='{"Statement": []}')
    answer = client.delete_pool(PoolId=pool["PoolArn"])
    assert (answer["PoolId"], answer["Status"]) == (pool["PoolId"], "DELETING")
    assert "DeletionProtectionEnabled" not in answer
    again = create(client, first)
    add(client, again, second)
    wait_for(lambda: statuses(client) == {again["PoolId"]: "ACTIVE"})
    assert refusal(client.delete_pool, PoolId=pool["PoolId"])["Error"]["Code"] == "ResourceNotFoundException"
    assert (
        refusal(client.list_tags_for_resource, ResourceArn=pool["PoolArn"])["Error"]["Code"]
        == "ResourceNotFoundException"
    )
    limits = {one["Name"]: one["Used"] for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["POOLS"] == 1
    for table, rows in {"pools": 1, "pool_members": 2, "tags": 0, "keywords": 0, "resource_policies": 0}.items():
        assert stored(shared_desk, f"SELECT count(*) FROM {table} WHERE account_id = ?", account) == [(rows,)], table


def test_a_pool_of_a_sender_id(client: Any) -> None:
    promotional = sender_id(client, MessageTypes=["PROMOTIONAL"])
    one = create(client, "ACME", "PROMOTIONAL", IsoCountryCode="FR")
    assert (one["OptOutListName"], one["TwoWayEnabled"], one["SelfManagedOptOutsEnabled"]) == ("Default", False, False)
    answer = refusal(client.create_pool, OriginationIdentity="ACME", IsoCountryCode="FR", MessageType="TRANSACTIONAL")
    assert reason_of(answer) == ("ConflictException", "MESSAGE_TYPE_MISMATCH")
    told = client.list_pool_origination_identities(PoolId=one["PoolId"])["OriginationIdentities"]
    assert told == [
        {
            "OriginationIdentityArn": promotional["SenderIdArn"],
            "OriginationIdentity": "ACME",
            "IsoCountryCode": "FR",
            "NumberCapabilities": ["SMS"],
        }
    ]


FILTERS: dict[str, tuple[list[tuple[str, list[str]]], str]] = {
    "status": ([("status", ["ACTIVE"])], "abc"),
    "no such status now": ([("status", ["CREATING", "DELETING"])], ""),
    "message type": ([("message-type", ["PROMOTIONAL"])], "b"),
    "two-way": ([("two-way-enabled", ["true"])], "c"),
    "one-way": ([("two-way-enabled", ["false"])], "ab"),
    "channel": ([("two-way-channel-arn", [CHANNEL])], "c"),
    "self-managed": ([("self-managed-opt-outs-enabled", ["true"])], "c"),
    "list": ([("opt-out-list-name", ["news"])], "b"),
    "shared routes": ([("shared-routes-enabled", ["true"])], "a"),
    "protection": ([("deletion-protection-enabled", ["true", "false"])], "abc"),
    "protected": ([("deletion-protection-enabled", ["true"])], "a"),
    "several": ([("two-way-enabled", ["false"]), ("deletion-protection-enabled", ["false"])], "b"),
}


def test_filters_and_pages(client: Any, account: str, numbers: Numbers) -> None:
    promotional = {"message_types": frozenset({"PROMOTIONAL"}), "opt_out_list": "news"}
    talking = {"two_way_enabled": True, "two_way_channel_arn": CHANNEL, "self_managed": True}
    pools = {
        "a": create(client, numbers.new(account), DeletionProtectionEnabled=True)["PoolId"],
        "b": create(client, numbers.new(account, **promotional), "PROMOTIONAL")["PoolId"],
        "c": create(client, numbers.new(account, **talking))["PoolId"],
    }
    client.update_pool(PoolId=pools["a"], SharedRoutesEnabled=True)
    for filters, wanted in FILTERS.values():
        asked = [{"Name": name, "Values": values} for name, values in filters]
        pages = client.get_paginator("describe_pools").paginate(Filters=asked, PaginationConfig={"PageSize": 1})
        found = [one["PoolId"] for page in pages for one in page["Pools"]]
        assert found == [pools[letter] for letter in wanted], filters
        named = client.describe_pools(Filters=asked, PoolIds=[pools[letter] for letter in "cba"])["Pools"]
        assert [one["PoolId"] for one in named] == found[::-1], filters
    for name in ("status", "message-type", "shared-routes-enabled"):
        answer = refusal(client.describe_pools, Filters=[{"Name": name, "Values": ["maybe"]}])
        assert reason_of(answer) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_owner_and_ids(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    assert [one["PoolId"] for one in client.describe_pools(Owner="SELF")["Pools"]] == [pool["PoolId"]]
    assert client.describe_pools(Owner="SHARED")["Pools"] == []
    for more, field in ({"Owner": "SELF"}, "owner"), ({"MaxResults": 1}, "maxResults"):
        answer = refusal(client.describe_pools, PoolIds=[pool["PoolId"]], **more)
        assert reason_of(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
        assert sorted(field_names(answer)) == sorted([field, "poolIds"])


ASKS: dict[str, Callable[[Any, str, str], Any]] = {
    "describe": lambda client, pool, number: client.describe_pools(PoolIds=[pool]),
    "update": lambda client, pool, number: client.update_pool(PoolId=pool),
    "delete": lambda client, pool, number: client.delete_pool(PoolId=pool),
    "members": lambda client, pool, number: client.list_pool_origination_identities(PoolId=pool),
    "add": lambda client, pool, number: add(client, {"PoolId": pool}, number),
    "drop": lambda client, pool, number: drop(client, {"PoolId": pool}, number),
}


def test_others_pools_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers
) -> None:
    stranger = shared_desk.client(OTHER_ACCOUNT)
    number = numbers.new(account)
    others = create(stranger, numbers.new(OTHER_ACCOUNT))
    names = [others["PoolId"], others["PoolArn"], others["PoolArn"].replace(OTHER_ACCOUNT, account), NOBODYS]
    for ask in ASKS.values():
        for name in names:
            answer = refusal(lambda ask=ask, name=name: ask(client, name, number))
            assert answer["Error"]["Code"] == "ResourceNotFoundException"
            assert (answer["ResourceType"], answer["ResourceId"]) == ("pool", name.rpartition("/")[2])
        assert reason_of(refusal(lambda ask=ask: ask(client, arn(account, number), number)))[1] == "INVALID_ARN"
