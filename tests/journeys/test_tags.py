"""Tags as boto3 puts, lists and takes them away, when a registration is created and afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import TOLL_FREE, RunningDesk
from tests.journeys.asking import Answer, field_names, refusal, unchecked_client

Tags = list[dict[str, str]]


def tags(**given: str) -> Tags:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def numbered(count: int, first: int = 0) -> Tags:
    return [{"Key": f"key {number:03}", "Value": str(number)} for number in range(first, first + count)]


class Tagged:
    """One registration and its tags."""

    def __init__(self, client: Any, **create: Any) -> None:
        self.client = client
        self.arn = client.create_registration(RegistrationType=TOLL_FREE, **create)["RegistrationArn"]

    def put(self, given: Tags) -> Any:
        return self.client.tag_resource(ResourceArn=self.arn, Tags=given)

    def take(self, *keys: str) -> Any:
        return self.client.untag_resource(ResourceArn=self.arn, TagKeys=list(keys))

    def list(self) -> Tags:
        answer = self.client.list_tags_for_resource(ResourceArn=self.arn)
        assert answer["ResourceArn"] == self.arn
        listed: Tags = answer["Tags"]
        return listed


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return unchecked_client(shared_desk.url, account)


def test_tags_are_merged_overwritten_and_taken_away(client: Any) -> None:
    one = Tagged(client, Tags=tags(team="growth", stage="test"))
    other = Tagged(client, Tags=tags(team="other"))
    assert one.list() == tags(stage="test", team="growth")
    one.put(tags(team="sales", owner="desk"))
    assert one.list() == tags(owner="desk", stage="test", team="sales")
    one.take("stage", "no such key", "team", "team")
    assert one.list() == tags(owner="desk")
    one.take("no such key")
    one.take("owner")
    assert one.list() == []
    assert other.list() == tags(team="other")


def test_keys_keep_their_case_and_values_their_every_letter(client: Any) -> None:
    given = [
        {"Key": "Team", "Value": "A"},
        {"Key": "k" * 128, "Value": "v" * 256},
        {"Key": "team", "Value": ""},
        {"Key": "équipe", "Value": "チーム ½ ٣"},
        {"Key": "a_b.c:d/e=f+g-h@i", "Value": " aws:owned "},
        {"Key": "x aws:", "Value": "team"},
    ]
    one = Tagged(client, Tags=given)
    other = Tagged(client)
    other.put(given)
    wanted = sorted(given, key=lambda tag: tag["Key"])
    assert one.list() == other.list() == wanted


FAULTY = {
    "a key twice": ([*tags(team="a"), *tags(team="b")], [1]),
    "a reserved key": ([*tags(ok="a"), {"Key": "aws:team", "Value": "a"}], [1]),
    "a reserved key in capitals": ([{"Key": "AWS:team", "Value": "a"}], [0]),
    "an em dash in a value": (tags(ok="a", team="us — west"), [1]),
    "an em dash in a key": ([{"Key": "us—west", "Value": "a"}], [0]),
    "a control character": (tags(team="a\tb"), [0]),
    "an emoji": (tags(team="🙂"), [0]),
    "a key of 129": ([*tags(ok="a"), {"Key": "k" * 129, "Value": "a"}], [1]),
    "a value of 257": (tags(team="v" * 257), [0]),
    "an empty key": ([{"Key": "", "Value": "a"}], [0]),
    "many": (
        [
            {"Key": "a—b", "Value": "a"},
            *tags(ok="a"),
            *tags(team="c!"),
            {"Key": "aws:x", "Value": "a"},
            *tags(fine="b", ok="b"),
        ],
        [0, 2, 3, 5],
    ),
    "too long, and a sign": ([{"Key": "k" * 129, "Value": "a"}, *tags(ok="a", team="us — west")], [0, 2]),
}


def assert_names_faults(answer: Answer, indexes: list[int]) -> None:
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_PARAMETER")
    assert 'Fields="tags"' in answer["Error"]["Message"]
    assert field_names(answer) == ["tags"] * len(indexes)
    named = sorted(int(re.findall(r"Tags\[(\d+)\]", field["Message"])[0]) for field in answer["Fields"])
    assert named == indexes


@pytest.mark.parametrize(("given", "indexes"), FAULTY.values(), ids=FAULTY.keys())
def test_every_faulty_tag_is_named_and_nothing_is_done(client: Any, given: Tags, indexes: list[int]) -> None:
    answer = refusal(client.create_registration, RegistrationType=TOLL_FREE, Tags=given)
    assert_names_faults(answer, indexes)
    assert client.describe_registrations()["Registrations"] == []
    one = Tagged(client, Tags=tags(team="growth"))
    assert_names_faults(refusal(one.put, given=given), indexes)
    assert one.list() == tags(team="growth")


def used(client: Any) -> int:
    limits = {one["Name"]: one["Used"] for one in client.describe_account_limits()["AccountLimits"]}
    return int(limits["REGISTRATIONS"])


def assert_too_many(answer: Answer) -> None:
    assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
    assert answer["Reason"] == "TAGS_PER_RESOURCE"
    assert answer["Error"]["Message"] == 'Service Quota Exceeded - Reason="TAGS_PER_RESOURCE"'


def test_a_registration_may_be_created_with_50_tags_and_not_with_51(client: Any) -> None:
    assert len(Tagged(client, Tags=numbered(50)).list()) == 50
    for count in (51, 200):
        assert_too_many(refusal(client.create_registration, RegistrationType=TOLL_FREE, Tags=numbered(count)))
    assert len(client.describe_registrations()["Registrations"]) == used(client) == 1


def test_tags_may_be_added_up_to_50(client: Any) -> None:
    one = Tagged(client, Tags=numbered(49))
    one.put(numbered(2, first=48))  # one that is there, and the 50th
    full = one.list()
    assert len(full) == 50
    for more in (numbered(1, first=50), numbered(3, first=48), numbered(51), tags(other="a")):
        assert_too_many(refusal(one.put, given=more))
        assert one.list() == full
    one.put([{"Key": "key 000", "Value": "new"}])
    assert one.list() == [{"Key": "key 000", "Value": "new"}, *full[1:]]
    one.take("key 000")
    one.put(tags(other="a"))
    assert len(one.list()) == 50


NOT_ARNS = {
    "another service": "arn:aws:sns:us-east-1:111122223333:registration/registration-0",
    "no resource": "arn:aws:sms-voice:us-east-1:111122223333:registration",
    "no such kind": "arn:aws:sms-voice:us-east-1:111122223333:no-such-kind/name",
    "another partition": "arn:aws-cn:sms-voice:us-east-1:111122223333:registration/registration-0",
}
ASKING: dict[str, Callable[[Any, str], Any]] = {
    "tag": lambda client, arn: client.tag_resource(ResourceArn=arn, Tags=tags(team="a")),
    "untag": lambda client, arn: client.untag_resource(ResourceArn=arn, TagKeys=["team"]),
    "list": lambda client, arn: client.list_tags_for_resource(ResourceArn=arn),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING.keys())
def test_what_is_not_an_arn_of_this_service_is_refused(
    client: Any, account: str, ask: Callable[[Any, str], Any]
) -> None:
    for what, arn in NOT_ARNS.items():
        answer = refusal(ask, client=client, arn=arn)
        assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_ARN"), what
        assert field_names(answer) == ["resourceArn"]
    answer = refusal(ask, client=client, arn=f"arn:aws:sms-voice:us-east-1:{account}:pool/pool-0")
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
