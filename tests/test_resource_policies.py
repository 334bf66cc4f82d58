"""Resource policies as boto3 sees them: kept as they were given, told, and taken away."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from senderdesk.operations.identities import FINDERS, PHONE_NUMBER
from tests.conformance.ready import wait_for
from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.made_up_numbers import Numbers, arn
from tests.pooling import create

# Kept to the letter: spaces, escapes and order are not ours to change.
POLICY = """{ "Version" : "2012-10-17", "Statement": [{"Effect": "Allow",
  "Principal": {"Service": "sns.amazonaws.com"}, "Action": ["sms-voice:SendTextMessage"], "Sid": "\\u00e9" }] }"""


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    made = Numbers()
    monkeypatch.setitem(FINDERS, PHONE_NUMBER, made.find)
    return made


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


MAKERS: dict[str, Callable[[Any, str, Numbers], str]] = {
    "phone-number": lambda client, account, numbers: arn(account, numbers.new(account)),
    "sender-id": lambda client, account, numbers: client.request_sender_id(SenderId="ACME", IsoCountryCode="FR")[
        "SenderIdArn"
    ],
    "pool": lambda client, account, numbers: create(client, numbers.new(account))["PoolArn"],
    "opt-out-list": lambda client, account, numbers: client.create_opt_out_list(OptOutListName="news")["OptOutListArn"],
    "the list Default": lambda client, account, numbers: client.describe_opt_out_lists()["OptOutLists"][0][
        "OptOutListArn"
    ],
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_put_get_delete(client: Any, account: str, numbers: Numbers, make: Callable[[Any, str, Numbers], str]) -> None:
    resource = make(client, account, numbers)
    answer = refusal(client.get_resource_policy, ResourceArn=resource)
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert (answer["ResourceType"], answer["ResourceId"]) == ("policy", resource.partition("/")[2])
    put = client.put_resource_policy(ResourceArn=resource, Policy=POLICY)
    del put["ResponseMetadata"]
    assert abs(put["CreatedTimestamp"].timestamp() - time.time()) < 10
    assert (put["ResourceArn"], put["Policy"]) == (resource, POLICY)
    for ask in (client.get_resource_policy, client.get_resource_policy, client.delete_resource_policy):
        answer = ask(ResourceArn=resource)
        del answer["ResponseMetadata"]
        assert answer == put
    for ask in (client.get_resource_policy, client.delete_resource_policy):
        assert refusal(ask, ResourceArn=resource)["ResourceType"] == "policy"


def test_a_policy_takes_the_place_of_another(client: Any, account: str, numbers: Numbers) -> None:
    resource = arn(account, numbers.new(account))
    for policy in (POLICY, '{"Statement": {}}'):
        client.put_resource_policy(ResourceArn=resource, Policy=policy)
    assert client.get_resource_policy(ResourceArn=resource)["Policy"] == '{"Statement": {}}'
    client.delete_resource_policy(ResourceArn=resource)
    assert refusal(client.get_resource_policy, ResourceArn=resource)["ResourceType"] == "policy"


FAULTY = {
    "no JSON": "allow everybody",
    "more than JSON": '{"Statement": []} {}',
    "a number that is none": '{"Statement": [], "Version": NaN}',
    "a key twice": '{"Statement": [], "Id": "a", "Id": "b"}',
    "half a pair of surrogates": '{"Statement": [], "Id": "\\ud800"}',
    "no object": '["Statement"]',
    "no statement": '{"Version": "2012-10-17"}',
    "a statement that is none": '{"Statement": "all"}',
    "too deep": '{"Statement": ' + "[" * 4000 + "]" * 4000 + "}",
}


@pytest.mark.parametrize("policy", FAULTY.values(), ids=FAULTY.keys())
def test_what_is_no_policy_is_refused(client: Any, policy: str) -> None:
    resource = client.describe_opt_out_lists()["OptOutLists"][0]["OptOutListArn"]
    answer = refusal(client.put_resource_policy, ResourceArn=resource, Policy=policy)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_PARAMETER")
    assert field_names(answer) == ["policy"]
    assert refusal(client.get_resource_policy, ResourceArn=resource)["ResourceType"] == "policy"


def test_ten_thousand_characters_are_taken_and_no_more(client: Any) -> None:
    resource = client.describe_opt_out_lists()["OptOutLists"][0]["OptOutListArn"]
    longest = json.dumps({"Statement": [], "Id": ""})
    longest = longest.replace('""', f'"{"é" * (10_000 - len(longest))}"')
    client.put_resource_policy(ResourceArn=resource, Policy=longest)
    assert client.get_resource_policy(ResourceArn=resource)["Policy"] == longest
    answer = refusal(client.put_resource_policy, ResourceArn=resource, Policy=f"{longest} ")
    assert (answer["Reason"], field_names(answer)) == ("INVALID_PARAMETER", ["policy"])


def test_the_policy_of_a_pool_goes_with_it(client: Any, account: str, numbers: Numbers) -> None:
    pool = create(client, numbers.new(account))
    client.put_resource_policy(ResourceArn=pool["PoolArn"], Policy=POLICY)
    client.delete_pool(PoolId=pool["PoolId"])
    wait_for(lambda: not client.describe_pools()["Pools"])
    answer = refusal(client.get_resource_policy, ResourceArn=pool["PoolArn"])
    assert (answer["ResourceType"], answer["ResourceId"]) == ("pool", pool["PoolId"])


ASKS: dict[str, Callable[[Any, str], Any]] = {
    "put": lambda client, name: client.put_resource_policy(ResourceArn=name, Policy=POLICY),
    "get": lambda client, name: client.get_resource_policy(ResourceArn=name),
    "delete": lambda client, name: client.delete_resource_policy(ResourceArn=name),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_others_resources_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, numbers: Numbers, ask: Callable[[Any, str], Any]
) -> None:
    stranger, number = shared_desk.client(OTHER_ACCOUNT), numbers.new(OTHER_ACCOUNT)
    stranger.put_resource_policy(ResourceArn=arn(OTHER_ACCOUNT, number), Policy=POLICY)
    for name in (arn(OTHER_ACCOUNT, number), arn(account, number), arn(account, "phone-" + "0" * 32)):
        answer = refusal(lambda name=name: ask(client, name))
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("phone-number", name.rpartition("/")[2])
    for kind in ("registration/registration-0", "configuration-set/a", "keyword/a", "nothing-of-this-kind/0"):
        answer = refusal(lambda kind=kind: ask(client, f"arn:aws:sms-voice:{REGION}:{account}:{kind}"))
        assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_ARN")
    assert stranger.get_resource_policy(ResourceArn=arn(OTHER_ACCOUNT, number))["Policy"] == POLICY
