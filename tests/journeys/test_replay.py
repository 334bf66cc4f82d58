"""ClientToken with boto3: the same question again gets the same answer for a day, and makes nothing new."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, TOLL_FREE, RunningDesk, client_of
from tests.journeys.asking import Answer, bodies_of, refusal

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
DAY = 24 * 3600
TAGS = [{"Key": "team", "Value": "growth"}, {"Key": "stage", "Value": "test"}]
ASKED = {"RegistrationType": TOLL_FREE, "Tags": TAGS, "ClientToken": "order-66/try"}


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def ids_of(client: Any) -> list[str]:
    return [one["RegistrationId"] for one in client.describe_registrations()["Registrations"]]


def test_the_same_question_gets_the_same_bytes(client: Any) -> None:
    bodies = bodies_of(client)
    answers = [client.create_registration(**ASKED) for _ in range(3)]
    assert len(set(bodies)) == 1
    assert len({answer["ResponseMetadata"]["RequestId"] for answer in answers}) == 3
    assert ids_of(client) == [answers[0]["RegistrationId"]]


def test_the_answer_stays_when_the_registration_changes_and_goes(client: Any) -> None:
    bodies = bodies_of(client)
    created = client.create_registration(**ASKED)
    client.untag_resource(ResourceArn=created["RegistrationArn"], TagKeys=["team"])
    client.create_registration(**ASKED)
    client.delete_registration(RegistrationId=created["RegistrationId"])
    client.create_registration(**ASKED)
    assert bodies[0] == bodies[2] == bodies[4]
    assert ids_of(client) == []


def test_the_answer_is_kept_for_a_day(desk: RunningDesk) -> None:
    client = desk.client()
    first = client.create_registration(**ASKED)["RegistrationId"]
    desk.clock.ahead = DAY - 60
    assert client.create_registration(**ASKED)["RegistrationId"] == first
    desk.clock.ahead = DAY + 60  # a day from the creation, however often it was asked for since
    second = client.create_registration(**ASKED)["RegistrationId"]
    assert second != first
    assert client.create_registration(**ASKED)["RegistrationId"] == second
    assert ids_of(client) == [first, second]


def test_the_answer_outlives_a_restart(start_desk: Callable[..., RunningDesk]) -> None:
    client = start_desk().client()
    bodies = bodies_of(client)
    client.create_registration(**ASKED)
    again = start_desk().client()
    bodies_again = bodies_of(again)
    again.create_registration(**ASKED)
    assert bodies == bodies_again


def test_other_accounts_and_regions_have_tokens_of_their_own(
    shared_desk: RunningDesk, client: Any, account: str
) -> None:
    clients = [client, shared_desk.client(OTHER_ACCOUNT), shared_desk.client(account, region="eu-west-1")]
    arns = [one.create_registration(**ASKED)["RegistrationArn"] for one in clients]
    assert len(set(arns)) == 3
    assert [one.create_registration(**ASKED)["RegistrationArn"] for one in clients] == arns


OTHER_QUESTIONS: dict[str, Answer] = {
    "type": {**ASKED, "RegistrationType": BRAND},
    "a tag's value": {**ASKED, "Tags": [TAGS[0], {"Key": "stage", "Value": "live"}]},
    "fewer tags": {**ASKED, "Tags": TAGS[:1]},
    "no tags": {"RegistrationType": TOLL_FREE, "ClientToken": ASKED["ClientToken"]},
    "order of tags": {**ASKED, "Tags": TAGS[::-1]},  # a list has an order, and the answer echoes it
}


@pytest.mark.parametrize("other", OTHER_QUESTIONS.values(), ids=OTHER_QUESTIONS.keys())
def test_another_question_with_the_same_token_is_a_conflict(client: Any, other: Answer) -> None:
    created = client.create_registration(**ASKED)
    answer = refusal(client.create_registration, **other)
    name = created["RegistrationId"]
    assert answer["Error"]["Code"] == "ConflictException"
    assert (answer["Reason"], answer["ResourceType"], answer["ResourceId"]) == (
        "RESOURCE_ALREADY_EXISTS", "registration", name,
    )  # fmt: skip
    assert answer["Error"]["Message"] == (
        f'Conflict Occurred - Reason="RESOURCE_ALREADY_EXISTS" ResourceType="registration" ResourceId="{name}"'
    )
    assert ids_of(client) == [name]
    assert client.create_registration(**ASKED)["RegistrationId"] == name


def test_tokens_are_told_apart_by_every_letter(client: Any) -> None:
    tokens = ["token", "Token", "token!", "t" * 63, "t" * 64]
    for token in tokens:
        client.create_registration(**{**ASKED, "ClientToken": token})
    assert len(ids_of(client)) == len(tokens)


def test_calls_without_a_token_are_calls_of_their_own(client: Any) -> None:
    for _ in range(2):
        client.create_registration(RegistrationType=TOLL_FREE)
    assert len(ids_of(client)) == 2


def test_a_refusal_is_not_remembered(client: Any) -> None:
    for wrong in ({"RegistrationType": "NO_SUCH_TYPE"}, {"Tags": [{"Key": "aws:a", "Value": "b"}]}):
        refusal(client.create_registration, **{**ASKED, **wrong})
    created = client.create_registration(**ASKED)
    assert ids_of(client) == [created["RegistrationId"]]


def test_50_equal_questions_at_once_make_one_registration(client: Any) -> None:
    bodies = bodies_of(client)
    together = threading.Barrier(50)

    def ask(_: int) -> str:
        together.wait(10)
        name: str = client.create_registration(**ASKED)["RegistrationId"]
        return name

    with ThreadPoolExecutor(50) as pool:
        names = set(pool.map(ask, range(50)))
    assert len(bodies) == 50
    assert len(set(bodies)) == 1
    assert set(ids_of(client)) == names


def whole_message(wire: socket.socket) -> bytes:
    """One HTTP message with a Content-Length, however many pieces it comes in."""
    message = b""
    while b"\r\n\r\n" not in message:
        message += wire.recv(65536)
    head, _, body = message.partition(b"\r\n\r\n")
    (length,) = re.findall(rb"(?i)content-length: *(\d+)", head)
    while len(body) < int(length):
        body += wire.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def lossy_url(shared_desk: RunningDesk) -> Iterator[str]:
    """The desk behind a wire that swallows the first answer and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def carry() -> None:
        for lost in (True, False):
            near, _ = listener.accept()
            with near, socket.create_connection(("127.0.0.1", shared_desk.port)) as far:
                far.sendall(whole_message(near))
                answer = whole_message(far)
                if not lost:
                    near.sendall(answer)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    thread.join(5)


def test_boto3_asks_again_for_a_lost_answer_and_one_registration_is_made(
    client: Any, account: str, lossy_url: str
) -> None:
    answer = client_of(lossy_url, account, retries=1).create_registration(RegistrationType=TOLL_FREE)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert ids_of(client) == [answer["RegistrationId"]]
