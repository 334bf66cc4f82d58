"""Numbers on opt-out lists as boto3 sees them: put there, told, taken off once in thirty days."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import refusal
from tests.test_operations import stored

NUMBER, OTHER = "+12065550142", "+12065550143"
DAY = 86_400


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def put(client: Any, number: str = NUMBER, name: str = "Default") -> dict[str, Any]:
    answer: dict[str, Any] = client.put_opted_out_number(OptOutListName=name, OptedOutNumber=number)
    del answer["ResponseMetadata"]
    return answer


def numbers_of(client: Any, name: str = "Default", **more: Any) -> list[str]:
    answer = client.describe_opted_out_numbers(OptOutListName=name, **more)
    return [one["OptedOutNumber"] for one in answer["OptedOutNumbers"]]


def test_put_and_describe(client: Any, account: str) -> None:
    told = put(client)
    this = {"OptOutListArn": f"arn:aws:sms-voice:{REGION}:{account}:opt-out-list/Default", "OptOutListName": "Default"}
    assert abs(told["OptedOutTimestamp"].timestamp() - time.time()) < 10
    number = {"OptedOutNumber": NUMBER, "OptedOutTimestamp": told["OptedOutTimestamp"], "EndUserOptedOut": False}
    assert told == {**this, **number}
    answer = client.describe_opted_out_numbers(OptOutListName=this["OptOutListArn"])
    del answer["ResponseMetadata"]
    assert answer == {**this, "OptedOutNumbers": [number]}


def test_a_number_is_put_once_with_or_without_its_plus(client: Any) -> None:
    first = put(client)
    assert put(client, NUMBER.removeprefix("+")) == first
    assert numbers_of(client) == [NUMBER]
    assert numbers_of(client, OptedOutNumbers=[NUMBER.removeprefix("+"), NUMBER]) == [NUMBER]


@pytest.mark.parametrize("number", ["+123456", "+1234567890123456"])
def test_what_is_no_phone_number_is_refused(client: Any, number: str) -> None:
    answer = refusal(client.put_opted_out_number, OptOutListName="Default", OptedOutNumber=number)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "CANNOT_ADD_OPTED_OUT_NUMBER")
    assert numbers_of(client) == []


def test_lists_are_apart(client: Any) -> None:
    client.create_opt_out_list(OptOutListName="news")
    put(client)
    put(client, OTHER, "news")
    assert (numbers_of(client), numbers_of(client, "news")) == ([NUMBER], [OTHER])
    client.delete_opted_out_number(OptOutListName="news", OptedOutNumber=OTHER)
    assert (numbers_of(client), numbers_of(client, "news")) == ([NUMBER], [])


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pages(client: Any, size: int) -> None:
    numbers = [f"+1206555{line:04}" for line in (142, 100, 199, 111, 150)]
    for number in numbers:
        put(client, number)
    pages = client.get_paginator("describe_opted_out_numbers").paginate(
        OptOutListName="Default", PaginationConfig={"PageSize": size}
    )
    assert [one["OptedOutNumber"] for page in pages for one in page["OptedOutNumbers"]] == sorted(numbers)


@pytest.mark.parametrize(
    ("values", "wanted"), [(["true"], [OTHER]), (["false"], [NUMBER]), (["true", "false"], [NUMBER, OTHER])]
)
def test_the_filter_by_who_opted_out(
    shared_desk: RunningDesk, client: Any, account: str, values: list[str], wanted: list[str]
) -> None:
    put(client)
    put(client, OTHER)
    stored(
        shared_desk,
        "UPDATE opted_out_numbers SET by_end_user = 1 WHERE phone_number = ? AND account_id = ?",
        OTHER,
        account,
    )
    filters = [{"Name": "end-user-opted-out", "Values": values}]
    assert numbers_of(client, Filters=filters) == wanted
    named = [number for number in (OTHER, NUMBER) if number in wanted]
    assert numbers_of(client, Filters=filters, OptedOutNumbers=[OTHER, NUMBER]) == named
    answer = client.describe_opted_out_numbers(OptOutListName="Default", OptedOutNumbers=[OTHER])
    assert answer["OptedOutNumbers"][0]["EndUserOptedOut"] is True


def test_a_filter_value_that_cannot_be_is_refused(client: Any) -> None:
    filters = [{"Name": "end-user-opted-out", "Values": ["maybe"]}]
    answer = refusal(client.describe_opted_out_numbers, OptOutListName="Default", Filters=filters)
    assert answer["Reason"] == "INVALID_FILTER_VALUES"


def test_a_number_that_is_not_on_the_list_is_not_found(client: Any) -> None:
    put(client)
    for ask in (
        lambda: client.describe_opted_out_numbers(OptOutListName="Default", OptedOutNumbers=[NUMBER, OTHER]),
        lambda: client.delete_opted_out_number(OptOutListName="Default", OptedOutNumber=OTHER),
    ):
        answer = refusal(ask)
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("opted-out-number", OTHER)


def test_a_number_is_taken_off_once_in_thirty_days(desk: RunningDesk) -> None:
    client = desk.client()

    def take_off() -> Any:
        return client.delete_opted_out_number(OptOutListName="Default", OptedOutNumber=NUMBER)

    put(client)
    put(desk.client(OTHER_ACCOUNT))
    answer = take_off()
    assert (answer["OptedOutNumber"], answer["EndUserOptedOut"]) == (NUMBER, False)
    assert numbers_of(client) == []
    put(client)
    desk.clock.ahead = 30 * DAY - 60
    answer = refusal(take_off)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "PHONE_NUMBER_CANNOT_BE_OPTED_IN")
    assert numbers_of(client) == [NUMBER]
    desk.clock.ahead = 30 * DAY + 60
    take_off()
    assert numbers_of(client) == []
    assert numbers_of(desk.client(OTHER_ACCOUNT)) == [NUMBER]
