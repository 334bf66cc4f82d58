"""Configuration sets as boto3 sees them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.test_operations import stored

TAGS = [{"Key": "team", "Value": "growth"}]


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def create(client: Any, name: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.create_configuration_set(ConfigurationSetName=name, **more)
    del answer["ResponseMetadata"]
    return answer


def names_of(answer: dict[str, Any]) -> list[str]:
    return [one["ConfigurationSetName"] for one in answer["ConfigurationSets"]]


def test_create_describe_delete(client: Any, account: str) -> None:
    created = create(client, "news", Tags=TAGS)
    assert created.pop("Tags") == TAGS
    assert created["ConfigurationSetArn"] == f"arn:aws:sms-voice:{REGION}:{account}:configuration-set/news"
    assert abs(created["CreatedTimestamp"].timestamp() - time.time()) < 10
    whole = {**created, "EventDestinations": [], "DefaultMessageFeedbackEnabled": False}
    assert client.describe_configuration_sets()["ConfigurationSets"] == [whole]
    assert client.list_tags_for_resource(ResourceArn=created["ConfigurationSetArn"])["Tags"] == TAGS
    gone = client.delete_configuration_set(ConfigurationSetName=created["ConfigurationSetArn"])
    del gone["ResponseMetadata"]
    assert gone == whole
    assert client.describe_configuration_sets()["ConfigurationSets"] == []
    assert "Tags" not in create(client, "news")
    assert client.list_tags_for_resource(ResourceArn=created["ConfigurationSetArn"])["Tags"] == []


def test_a_name_is_taken_once(client: Any) -> None:
    create(client, "news")
    answer = refusal(client.create_configuration_set, ConfigurationSetName="news")
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ConflictException", "RESOURCE_ALREADY_EXISTS")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("configuration-set", "news")


@pytest.mark.parametrize("size", [1, 2, 4, 100])
def test_pages(client: Any, size: int) -> None:
    for name in ("b", "a", "D", "c"):
        create(client, name)
    pages = client.get_paginator("describe_configuration_sets").paginate(PaginationConfig={"PageSize": size})
    assert [name for page in pages for name in names_of(page)] == ["D", "a", "b", "c"]


def test_what_is_named_is_told_in_that_order_and_once(client: Any) -> None:
    arn = create(client, "a")["ConfigurationSetArn"]
    create(client, "b")
    named = client.describe_configuration_sets(ConfigurationSetNames=["b", arn, "a"])
    assert names_of(named) == ["b", "a"]
    answer = refusal(client.describe_configuration_sets, ConfigurationSetNames=["a"], MaxResults=1)
    assert answer["Reason"] == "PARAMETERS_CANNOT_BE_USED_TOGETHER"
    assert sorted(field_names(answer)) == ["configurationSetNames", "maxResults"]


FILTERS = {
    "message type": ([("default-message-type", ["PROMOTIONAL"])], "b"),
    "another": ([("default-message-type", ["TRANSACTIONAL", "PROMOTIONAL"])], "bc"),
    "sender ID": ([("default-sender-id", ["ACME"])], "c"),
    "feedback off": ([("default-message-feedback-enabled", ["false"])], "abd"),
    "feedback on": ([("default-message-feedback-enabled", ["true"])], "c"),
    "both": ([("default-sender-id", ["ACME"]), ("default-message-type", ["PROMOTIONAL"])], ""),
    "an event destination": ([("event-destination-name", ["logs"])], ""),
    "event types": ([("matching-event-types", ["TEXT_ALL"])], ""),
    "a protect configuration": ([("protect-configuration-id", ["protect-0"])], ""),
}


@pytest.mark.parametrize(("filters", "wanted"), FILTERS.values(), ids=FILTERS.keys())
def test_filters(
    shared_desk: RunningDesk, client: Any, account: str, filters: list[tuple[str, list[str]]], wanted: str
) -> None:
    for name in "abcd":
        create(client, name)
    for name, change in (
        ("b", "message_type = 'PROMOTIONAL'"),
        ("c", "message_type = 'TRANSACTIONAL', sender_id = 'ACME', message_feedback = 1"),
    ):
        this = f"UPDATE configuration_sets SET {change} WHERE configuration_set = ? AND account_id = ?"
        stored(shared_desk, this, name, account)
    asked = [{"Name": name, "Values": values} for name, values in filters]
    assert names_of(client.describe_configuration_sets(Filters=asked)) == list(wanted)
    named = client.describe_configuration_sets(Filters=asked, ConfigurationSetNames=list("dcba"))
    assert names_of(named) == sorted(wanted, reverse=True)


@pytest.mark.parametrize("name", ["default-message-type", "default-message-feedback-enabled", "matching-event-types"])
def test_a_filter_value_that_cannot_be_is_refused(client: Any, name: str) -> None:
    answer = refusal(client.describe_configuration_sets, Filters=[{"Name": name, "Values": ["maybe"]}])
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_the_quota(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(limits="aws")
    desk.service.desk.limits._rates["default"] = 1000.0
    client = desk.client()
    quota = desk.service.desk.limits.quota("CONFIGURATION_SETS_PER_ACCOUNT")
    for number in range(quota):
        create(client, f"set-{number}")
    answer = refusal(client.create_configuration_set, ConfigurationSetName="more")
    assert answer["Reason"] == "CONFIGURATION_SETS_PER_ACCOUNT"
    client.delete_configuration_set(ConfigurationSetName="set-0")
    create(client, "more")


ASKS: dict[str, Callable[[Any, str], Any]] = {
    "describe": lambda client, name: client.describe_configuration_sets(ConfigurationSetNames=[name]),
    "delete": lambda client, name: client.delete_configuration_set(ConfigurationSetName=name),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_others_sets_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, ask: Callable[[Any, str], Any]
) -> None:
    other = shared_desk.client(OTHER_ACCOUNT)
    name = f"theirs-{account}"
    others = create(other, name)["ConfigurationSetArn"]
    for wanted in (name, others, others.replace(OTHER_ACCOUNT, account)):
        answer = refusal(lambda wanted=wanted: ask(client, wanted))
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("configuration-set", name)
    answer = refusal(lambda: ask(client, others.replace("configuration-set", "pool")))
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_ARN")
    assert name in names_of(other.describe_configuration_sets(ConfigurationSetNames=[name]))
