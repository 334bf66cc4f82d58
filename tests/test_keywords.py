"""Keywords of numbers and pools as boto3 sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from senderdesk.operations.identities import FINDERS, PHONE_NUMBER
from tests.conftest import OTHER_ACCOUNT, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.made_up_numbers import Numbers, arn
from tests.pooling import create

HELLO = "Hello from Example Coffee."


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    made = Numbers()
    monkeypatch.setitem(FINDERS, PHONE_NUMBER, made.find)
    return made


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


@pytest.fixture(params=["number", "pool"])
def holder(request: pytest.FixtureRequest, client: Any, account: str, numbers: Numbers) -> tuple[str, str]:
    """The id and the ARN of a number, or of a pool."""
    number = numbers.new(account)
    if request.param == "number":
        return number, arn(account, number)
    pool = create(client, number)
    return pool["PoolId"], pool["PoolArn"]


def put(client: Any, holder: str, keyword: str, message: str = HELLO, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.put_keyword(
        OriginationIdentity=holder, Keyword=keyword, KeywordMessage=message, **more
    )
    del answer["ResponseMetadata"]
    return answer


def told(client: Any, holder: str, **more: Any) -> dict[str, tuple[str, str]]:
    answer = client.describe_keywords(OriginationIdentity=holder, **more)
    return {one["Keyword"]: (one["KeywordAction"], one["KeywordMessage"]) for one in answer["Keywords"]}


def reason_of(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["Error"]["Code"], answer["Reason"]


def test_help_and_stop_are_there_from_the_start(client: Any, holder: tuple[str, str]) -> None:
    actions = {keyword: action for keyword, (action, _) in told(client, holder[0]).items()}
    assert actions == {"HELP": "AUTOMATIC_RESPONSE", "STOP": "OPT_OUT"}
    assert told(client, holder[0]) == told(client, holder[1])


def test_put_describe_delete(client: Any, holder: tuple[str, str]) -> None:
    name, its_arn = holder
    identity = {"OriginationIdentityArn": its_arn, "OriginationIdentity": name}
    keyword = {"Keyword": "START", "KeywordMessage": HELLO, "KeywordAction": "OPT_IN"}
    assert put(client, its_arn, "START", KeywordAction="OPT_IN") == {**identity, **keyword}
    answer = client.describe_keywords(OriginationIdentity=name, Keywords=["start"])
    del answer["ResponseMetadata"]
    assert answer == {**identity, "Keywords": [keyword]}
    answer = client.delete_keyword(OriginationIdentity=name, Keyword="Start")
    del answer["ResponseMetadata"]
    assert answer == {**identity, **keyword}
    assert set(told(client, name)) == {"HELP", "STOP"}


def test_put_overwrites_whatever_the_case(client: Any, holder: tuple[str, str]) -> None:
    put(client, holder[0], "Größe")
    put(client, holder[0], "Information", KeywordAction="OPT_IN")
    put(client, holder[0], "GRÖSSE", "Size 42.")
    put(client, holder[0], "  informatioN ", "Nine to five.")
    found = told(client, holder[0])
    assert found["GRÖSSE"] == ("AUTOMATIC_RESPONSE", "Size 42.")
    assert found["  informatioN "] == ("AUTOMATIC_RESPONSE", "Nine to five.")
    assert len(found) == 4


def test_accents_tell_keywords_apart_and_their_composition_does_not(client: Any, holder: tuple[str, str]) -> None:
    put(client, holder[0], "ARRET")
    put(client, holder[0], "ARR\u00caT", "Fini.")
    put(client, holder[0], "ARRE\u0302T", "Terminé.")
    found = told(client, holder[0])
    assert len(found) == 4
    assert found["ARRET"][1] == HELLO
    assert found["ARRE\u0302T"][1] == "Terminé."


@pytest.mark.parametrize("keyword", ["help", "STOP"])
def test_of_help_and_stop_the_message_can_be_changed_and_nothing_else(
    client: Any, holder: tuple[str, str], keyword: str
) -> None:
    own = {"help": "AUTOMATIC_RESPONSE", "STOP": "OPT_OUT"}[keyword]
    put(client, holder[0], keyword)
    put(client, holder[0], keyword, "Other words.", KeywordAction=own)
    answer = refusal(lambda: put(client, holder[0], keyword, KeywordAction="OPT_IN"))
    assert reason_of(answer) == ("ConflictException", "RESOURCE_MODIFICATION_NOT_ALLOWED")
    answer = refusal(client.delete_keyword, OriginationIdentity=holder[0], Keyword=keyword)
    assert reason_of(answer) == ("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("keyword", keyword)
    assert told(client, holder[0])[keyword] == (own, "Other words.")
    assert len(told(client, holder[0])) == 2


def test_a_blank_keyword_is_refused(client: Any, holder: tuple[str, str]) -> None:
    answer = refusal(lambda: put(client, holder[0], "   "))
    assert (*reason_of(answer), field_names(answer)) == ("ValidationException", "INVALID_PARAMETER", ["keyword"])


def test_a_keyword_that_is_not_there_is_not_found(client: Any, holder: tuple[str, str]) -> None:
    for ask in (
        lambda: client.delete_keyword(OriginationIdentity=holder[0], Keyword="MENU"),
        lambda: client.describe_keywords(OriginationIdentity=holder[0], Keywords=["HELP", "MENU"]),
    ):
        answer = refusal(ask)
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("keyword", "MENU")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_and_filters(client: Any, holder: tuple[str, str], size: int) -> None:
    for keyword, action in (("MENU", "AUTOMATIC_RESPONSE"), ("Start", "OPT_IN"), ("arrêt", "OPT_OUT")):
        put(client, holder[0], keyword, KeywordAction=action)
    put(client, holder[0], "stop", "Bye.")
    put(client, holder[0], "Öffnen")
    for actions, wanted in (
        (None, ["arrêt", "HELP", "MENU", "Start", "stop", "Öffnen"]),
        (["OPT_OUT"], ["arrêt", "stop"]),
        (["OPT_IN", "AUTOMATIC_RESPONSE"], ["HELP", "MENU", "Start", "Öffnen"]),
    ):
        filters = [{"Name": "keyword-action", "Values": actions}] if actions else []
        pages = client.get_paginator("describe_keywords").paginate(
            OriginationIdentity=holder[0], Filters=filters, PaginationConfig={"PageSize": size}
        )
        assert [one["Keyword"] for page in pages for one in page["Keywords"]] == wanted
        named = told(client, holder[0], Filters=filters, Keywords=["STOP", "öffnen", "help"])
        assert list(named) == [one for one in ("stop", "Öffnen", "HELP") if one in wanted]


def test_refused_questions(client: Any, holder: tuple[str, str]) -> None:
    answer = refusal(client.describe_keywords, OriginationIdentity=holder[0], Keywords=["HELP"], MaxResults=1)
    assert reason_of(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
    filters = [{"Name": "keyword-action", "Values": ["SING"]}]
    answer = refusal(client.describe_keywords, OriginationIdentity=holder[0], Filters=filters)
    assert reason_of(answer) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_the_quotas(start_desk: Callable[..., RunningDesk], account: str, numbers: Numbers) -> None:
    desk = start_desk()
    client, number = desk.client(account), numbers.new(account)
    pool = create(client, numbers.new(account))
    desk.service.desk.limits._quotas |= {"KEYWORDS_PER_PHONE_NUMBER": 2, "KEYWORDS_PER_POOL": 1}
    for holder, most, reason in (
        (number, 2, "KEYWORDS_PER_PHONE_NUMBER"),
        (pool["PoolId"], 1, "KEYWORDS_PER_POOL"),
    ):
        for place in range(most):
            put(client, holder, f"word {place}")
        answer = refusal(lambda holder=holder: put(client, holder, "more"))
        assert reason_of(answer) == ("ServiceQuotaExceededException", reason)
        put(client, holder, "word 0", "in other words")
        assert len(told(client, holder)) == most + 2


def test_a_number_in_a_pool_has_the_keywords_of_the_pool(client: Any, account: str, numbers: Numbers) -> None:
    number = numbers.new(account)
    put(client, number, "MENU")
    create(client, number)
    for ask in (
        lambda: put(client, number, "MENU", "Soup."),
        lambda: client.delete_keyword(OriginationIdentity=number, Keyword="MENU"),
    ):
        answer = refusal(ask)
        assert reason_of(answer) == ("ConflictException", "PHONE_NUMBER_ASSOCIATED_TO_POOL")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", number)
    assert told(client, number)["MENU"][1] == HELLO


ASKS: dict[str, Callable[[Any, str], Any]] = {
    "put": lambda client, name: put(client, name, "MENU"),
    "describe": told,
    "delete": lambda client, name: client.delete_keyword(OriginationIdentity=name, Keyword="HELP"),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_others_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers, ask: Callable[[Any, str], Any]
) -> None:
    number = numbers.new(OTHER_ACCOUNT)
    pool = create(shared_desk.client(OTHER_ACCOUNT), numbers.new(OTHER_ACCOUNT))
    for kind, names in (
        ("phone-number", [number, arn(OTHER_ACCOUNT, number), arn(account, number), "phone-" + "0" * 32, "ACME"]),
        ("pool", [pool["PoolId"], pool["PoolArn"], pool["PoolArn"].replace(OTHER_ACCOUNT, account), "pool-0"]),
    ):
        for name in names:
            answer = refusal(lambda name=name: ask(client, name))
            assert answer["Error"]["Code"] == "ResourceNotFoundException", name
            assert (answer["ResourceType"], answer["ResourceId"]) == (kind, name.rpartition("/")[2])
    for name in (f"{arn(account, 'ACME/GB')}".replace("phone-number", "sender-id"), "arn:aws:s3:::bucket"):
        assert reason_of(refusal(lambda name=name: ask(client, name))) == ("ValidationException", "INVALID_ARN")
