"""Paging through registrations with boto3: whole lists, lists that change meanwhile, and tokens that must not open."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from senderdesk.identifiers import NextTokens
from tests.conftest import OTHER_ACCOUNT, TOLL_FREE, RunningDesk
from tests.journeys.asking import Answer, Line, field_names, refusal

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
BRANDS = [{"Name": "registration-type", "Values": [BRAND]}]
CREATED = [{"Name": "registration-status", "Values": ["CREATED"]}]
DAY = 24 * 3600


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def create(client: Any, count: int, *types: str) -> list[str]:
    """Make `count` registrations of the types in turn; gives their ids."""
    types = types or (TOLL_FREE,)
    return [
        client.create_registration(RegistrationType=types[index % len(types)])["RegistrationId"]
        for index in range(count)
    ]


def ids_of(page: Answer) -> list[str]:
    return [one["RegistrationId"] for one in page["Registrations"]]


def pages_of(client: Any, size: int | None, **question: Any) -> list[list[str]]:
    pages = client.get_paginator("describe_registrations").paginate(**question, PaginationConfig={"PageSize": size})
    return [ids_of(page) for page in pages]


def test_boto3_pages_through_250_registrations(shared_desk: RunningDesk, client: Any, account: str) -> None:
    names = create(client, 250, TOLL_FREE, BRAND, TOLL_FREE)
    create(shared_desk.client(OTHER_ACCOUNT), 3)
    create(shared_desk.client(account, region="eu-west-1"), 3)
    brands = names[1::3]
    for question, wanted, size, sizes in (
        ({}, names, 7, [7] * 35 + [5]),
        ({}, names, 50, [50] * 5),  # the last page is full, and no empty one follows
        ({}, names, None, [100, 100, 50]),
        ({"Filters": BRANDS}, brands, 7, [7] * 11 + [6]),
        ({"Filters": CREATED}, names, 7, [7] * 35 + [5]),  # two types side by side
        ({"Filters": BRANDS + CREATED}, brands, 7, [7] * 11 + [6]),
        ({"Filters": [{"Name": "registration-status", "Values": ["COMPLETE"]}]}, [], 7, [0]),
    ):
        pages = pages_of(client, size, **question)
        assert sorted(name for page in pages for name in page) == sorted(wanted), question
        assert [len(page) for page in pages] == sizes, question


@pytest.mark.parametrize("filters", [{}, {"Filters": CREATED}], ids=["all", "filtered"])
def test_a_list_that_changes_while_it_is_read(client: Any, filters: dict[str, Any]) -> None:
    lasting = set(create(client, 60, TOLL_FREE, BRAND))
    seen: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = client.describe_registrations(MaxResults=7, **filters, **more)
        seen += ids_of(page)
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
        if len(seen) < 60:
            ahead = sorted(lasting - set(seen))
            # The one that the token stands on, one that was read before, and the one that comes next.
            for name in {seen[-1], seen[-3], *ahead[:1]} & lasting:
                client.delete_registration(RegistrationId=name)
                lasting.discard(name)
            create(client, 2, BRAND, TOLL_FREE)
    assert len(seen) == len(set(seen)), "something came twice"
    assert lasting <= set(seen), "something that was there all the time did not come"
    assert len(lasting) > 20


def asked(client: Any, token: str, **question: Any) -> Answer:
    return refusal(client.describe_registrations, NextToken=token, **question)


def assert_not_a_token(answer: Answer) -> None:
    assert answer["Error"]["Code"] == "ValidationException"
    assert (answer["Reason"], field_names(answer)) == ("INVALID_NEXT_TOKEN", ["nextToken"])


@pytest.fixture
def first(client: Any) -> Answer:
    """The first page of ten registrations: three of them, and a token."""
    create(client, 10)
    return client.describe_registrations(MaxResults=3)


def test_a_token_may_be_used_again_and_with_another_page_size(client: Any, first: Answer) -> None:
    token = first["NextToken"]
    once = client.describe_registrations(MaxResults=3, NextToken=token)
    again = client.describe_registrations(MaxResults=3, NextToken=token)
    assert ids_of(once) == ids_of(again)
    assert len(ids_of(once)) == 3
    rest = client.describe_registrations(NextToken=token)
    assert ids_of(rest)[:3] == ids_of(once)
    assert ids_of(first) + ids_of(rest) == ids_of(client.describe_registrations())


def test_a_token_is_a_string_that_the_model_allows_and_a_url_carries(first: Answer) -> None:
    assert len(first["NextToken"]) <= 1024
    assert set(first["NextToken"]) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("changed", ["one letter", "one bit", "cut", "lengthened"])
def test_a_changed_token_does_not_open_at_any_position(
    shared_desk: RunningDesk, account: str, first: Answer, changed: str
) -> None:
    token = first["NextToken"]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

    def other_letter(at: int) -> str:
        return token[:at] + letters[(letters.index(token[at]) + 1) % 64] + token[at + 1 :]

    def other_bit(at: int) -> str:
        flipped = raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]
        return base64.urlsafe_b64encode(flipped).decode().rstrip("=")

    tokens = {
        "one letter": [other_letter(at) for at in range(len(token))],
        "one bit": [other_bit(at) for at in range(len(raw))],
        "cut": [token[:at] for at in range(1, len(token))] + [token[at:] for at in range(1, len(token))],
        "lengthened": [token + more for more in ("A", "AA", "AAAA", "=", "==", " ", "é", token)],
    }[changed]
    line = Line(shared_desk.url, account)
    assert line.call("DescribeRegistrations", NextToken=token).status == 200
    for one in tokens:
        answer = line.call("DescribeRegistrations", NextToken=one)
        assert (answer.status, answer.json["Reason"]) == (400, "INVALID_NEXT_TOKEN"), one
    line.close()


def test_a_token_does_not_answer_another_question(
    shared_desk: RunningDesk, account: str, client: Any, first: Answer
) -> None:
    token = first["NextToken"]
    for other in (shared_desk.client(OTHER_ACCOUNT), shared_desk.client(account, region="eu-west-1")):
        create(other, 5)
        assert_not_a_token(asked(other, token))
    assert_not_a_token(asked(client, token, Filters=CREATED))
    filtered = client.describe_registrations(Filters=CREATED, MaxResults=3)["NextToken"]
    assert client.describe_registrations(Filters=CREATED, NextToken=filtered)["Registrations"]
    assert_not_a_token(asked(client, filtered))
    assert_not_a_token(asked(client, filtered, Filters=BRANDS))
    for operation in (client.describe_account_limits, client.describe_registration_type_definitions):
        assert_not_a_token(refusal(operation, NextToken=token))
        assert_not_a_token(asked(client, operation(MaxResults=1)["NextToken"]))


def test_a_token_lives_for_a_day(desk: RunningDesk) -> None:
    client = desk.client()
    create(client, 10)
    first = client.describe_registrations(MaxResults=3)
    desk.clock.ahead = DAY - 60
    assert ids_of(client.describe_registrations(NextToken=first["NextToken"], MaxResults=3))
    desk.clock.ahead = DAY + 60
    assert_not_a_token(asked(client, first["NextToken"]))
    assert ids_of(client.describe_registrations(MaxResults=3)) == ids_of(first)


@pytest.mark.parametrize(
    "forged",
    [
        "AAAA",
        "not base64!",
        base64.urlsafe_b64encode(b'[1790000000,"registration-0"]').decode().rstrip("="),
        NextTokens(b"0" * 32).seal("registration-0", "", 1_790_000_000),
        NextTokens(b"").seal("registration-0", "111122223333\0us-east-1\0DescribeRegistrations\0{}", 1_790_000_000),
    ],
    ids=["short", "not-base64", "no-signature", "another-key", "empty-key"],
)
def test_a_forged_token_does_not_open(client: Any, forged: str) -> None:
    create(client, 1)
    assert_not_a_token(asked(client, forged))


def test_a_token_outlives_a_restart_but_not_the_master_key(
    start_desk: Callable[..., RunningDesk], tmp_path: Path
) -> None:
    client = start_desk().client()
    create(client, 10)
    first = client.describe_registrations(MaxResults=3)
    wanted = ids_of(client.describe_registrations(NextToken=first["NextToken"]))
    again = start_desk().client()
    assert ids_of(again.describe_registrations(NextToken=first["NextToken"])) == wanted
    rekeyed = start_desk(master_key=str(tmp_path / "other.key")).client()
    assert_not_a_token(asked(rekeyed, first["NextToken"]))


def test_ids_and_a_token_cannot_be_used_together(client: Any, first: Answer) -> None:
    answer = asked(client, first["NextToken"], RegistrationIds=ids_of(first)[:1])
    # The token belongs to the list without ids, so either complaint is true; nothing may be answered.
    assert answer["Reason"] in ("INVALID_NEXT_TOKEN", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
