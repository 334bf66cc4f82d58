"""Opt-out lists as boto3 sees them: made, described, deleted; and the list Default, which is always there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import field_names, refusal

TAGS = [{"Key": "team", "Value": "growth"}]


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def create(client: Any, name: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.create_opt_out_list(OptOutListName=name, **more)
    del answer["ResponseMetadata"]
    return answer


def names_of(answer: dict[str, Any]) -> list[str]:
    return [one["OptOutListName"] for one in answer["OptOutLists"]]


def reason_of(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["Error"]["Code"], answer["Reason"]


def test_create_and_describe(client: Any, account: str) -> None:
    created = create(client, "news", Tags=TAGS)
    arn = f"arn:aws:sms-voice:{REGION}:{account}:opt-out-list/news"
    assert created.pop("Tags") == TAGS
    assert abs(created["CreatedTimestamp"].timestamp() - time.time()) < 10
    assert (created["OptOutListArn"], created["OptOutListName"]) == (arn, "news")
    assert client.describe_opt_out_lists(OptOutListNames=["news"])["OptOutLists"] == [created]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS
    assert "Tags" not in create(client, "untagged")


def test_a_name_is_taken_once(client: Any) -> None:
    create(client, "news")
    for name in ("news", "Default"):
        answer = refusal(client.create_opt_out_list, OptOutListName=name)
        assert reason_of(answer) == ("ConflictException", "RESOURCE_ALREADY_EXISTS")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("opt-out-list", name)
    create(client, "News")


def test_the_same_token_makes_one_list(client: Any) -> None:
    first = create(client, "news", ClientToken="one")
    assert create(client, "news", ClientToken="one") == first


def test_default_is_there_from_the_start_and_stays(client: Any) -> None:
    first = client.describe_opt_out_lists()["OptOutLists"]
    assert [one["OptOutListName"] for one in first] == ["Default"]
    assert client.describe_opt_out_lists(OptOutListNames=[first[0]["OptOutListArn"]])["OptOutLists"] == first
    answer = refusal(client.delete_opt_out_list, OptOutListName="Default")
    assert reason_of(answer) == ("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED")
    assert client.describe_opt_out_lists()["OptOutLists"] == first
    client.tag_resource(ResourceArn=first[0]["OptOutListArn"], Tags=TAGS)
    assert client.list_tags_for_resource(ResourceArn=first[0]["OptOutListArn"])["Tags"] == TAGS


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_have_every_list_once_in_order_of_name(client: Any, size: int) -> None:
    for name in ("Alpha", "Zulu", "Charlie", "D", "E"):
        create(client, name)
    pages = client.get_paginator("describe_opt_out_lists").paginate(PaginationConfig={"PageSize": size})
    assert [name for page in pages for name in names_of(page)] == ["Alpha", "Charlie", "D", "Default", "E", "Zulu"]


def test_what_is_named_is_told_in_that_order_and_once(client: Any) -> None:
    arn = create(client, "a")["OptOutListArn"]
    create(client, "b")
    assert names_of(client.describe_opt_out_lists(OptOutListNames=["b", arn, "Default", "a"])) == ["b", "a", "Default"]


def test_names_exclude_pages_and_owner(client: Any) -> None:
    for more, field in ({"MaxResults": 1}, "maxResults"), ({"Owner": "SELF"}, "owner"):
        answer = refusal(client.describe_opt_out_lists, OptOutListNames=["Default"], **more)
        assert reason_of(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
        assert sorted(field_names(answer)) == sorted(["optOutListNames", field])


def test_owner(client: Any) -> None:
    assert names_of(client.describe_opt_out_lists(Owner="SELF")) == ["Default"]
    assert names_of(client.describe_opt_out_lists(Owner="SHARED")) == []


def used(client: Any) -> int:
    limits = {one["Name"]: one["Used"] for one in client.describe_account_limits()["AccountLimits"]}
    return int(limits["OPT_OUT_LISTS"])


@pytest.mark.parametrize("member", ["OptOutListName", "OptOutListArn"])
def test_delete_takes_the_numbers_and_the_tags_with_it(client: Any, member: str) -> None:
    created = create(client, "news", Tags=TAGS)
    client.put_opted_out_number(OptOutListName="news", OptedOutNumber="+12065550142")
    client.put_resource_policy(ResourceArn=created["OptOutListArn"], Policy='{"Statement": []}')
    assert used(client) == 1
    answer = client.delete_opt_out_list(OptOutListName=created[member])
    del answer["ResponseMetadata"], created["Tags"]
    assert answer == created
    assert names_of(client.describe_opt_out_lists()) == ["Default"]
    assert used(client) == 0
    arn = create(client, "news")["OptOutListArn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    assert client.describe_opted_out_numbers(OptOutListName="news")["OptedOutNumbers"] == []
    assert refusal(client.get_resource_policy, ResourceArn=arn)["ResourceType"] == "policy"


def test_the_quota_of_lists(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(limits="aws")
    desk.service.desk.limits._rates["default"] = 1000.0
    client = desk.client()
    quota = desk.service.desk.limits.quota("OPT_OUT_LISTS_PER_ACCOUNT")
    for number in range(quota):
        create(client, f"list-{number}")
    answer = refusal(client.create_opt_out_list, OptOutListName="more")
    assert reason_of(answer) == ("ServiceQuotaExceededException", "OPT_OUT_LISTS_PER_ACCOUNT")


TAGGED: dict[str, tuple[str, dict[str, Any]]] = {
    "CreateOptOutList": ("create_opt_out_list", {"OptOutListName": "news"}),
    "CreateConfigurationSet": ("create_configuration_set", {"ConfigurationSetName": "news"}),
    "CreatePool": ("create_pool", {"OriginationIdentity": "phone-" + "0" * 32, "MessageType": "TRANSACTIONAL"}),
}


@pytest.mark.parametrize("action", TAGGED)
def test_making_something_with_tags_needs_the_action_for_tags(verified_desk: RunningDesk, action: str) -> None:
    policy = f'{{"Statement": {{"Effect": "Allow", "Action": "sms-voice:{action}"}}}}'
    client = verified_desk.verified_client(policy=policy)
    function, arguments = TAGGED[action]
    answer = refusal(getattr(client, function), **arguments, Tags=TAGS)
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert "sms-voice:TagResource" in answer["Error"]["Message"]


ASKS: dict[str, Callable[[Any, str], Any]] = {
    "describe": lambda client, name: client.describe_opt_out_lists(OptOutListNames=[name]),
    "delete": lambda client, name: client.delete_opt_out_list(OptOutListName=name),
    "put a number": lambda client, name: client.put_opted_out_number(
        OptOutListName=name, OptedOutNumber="+12065550142"
    ),
    "describe numbers": lambda client, name: client.describe_opted_out_numbers(OptOutListName=name),
    "delete a number": lambda client, name: client.delete_opted_out_number(
        OptOutListName=name, OptedOutNumber="+12065550142"
    ),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_others_lists_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, ask: Callable[[Any, str], Any]
) -> None:
    other = shared_desk.client(OTHER_ACCOUNT)
    name = f"theirs-{account}"
    others = create(other, name)["OptOutListArn"]
    for wanted in (name, others, others.replace(OTHER_ACCOUNT, account)):
        answer = refusal(lambda wanted=wanted: ask(client, wanted))
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("opt-out-list", name)
    answer = refusal(lambda: ask(client, f"arn:aws:sms-voice:{REGION}:{account}:pool/pool-0"))
    assert reason_of(answer) == ("ValidationException", "INVALID_ARN")
    assert name in names_of(other.describe_opt_out_lists(OptOutListNames=[name]))
