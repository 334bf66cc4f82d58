"""The six exceptions of CreateRegistration, each as boto3 gives it to a program: its code, and its members on top."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from senderdesk.operations import Served
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, TOLL_FREE, RunningDesk, client_of
from tests.journeys.asking import Line, bodies_of, field_names, refusal, unchecked_client

CREATE = {"RegistrationType": TOLL_FREE}
TAGS = [{"Key": "team", "Value": "growth"}]


def count(client: Any) -> int:
    return len(client.describe_registrations()["Registrations"])


def test_validation_of_an_unknown_type(desk: RunningDesk) -> None:
    client = desk.client()
    answer = refusal(client.create_registration, RegistrationType="NO_SUCH_TYPE")
    assert answer["Error"]["Code"] == "ValidationException"
    assert answer["Error"]["Message"].startswith(
        'Validation Exception Occurred - Reason="UNKNOWN_REGISTRATION_TYPE" Fields="registrationType"'
    )
    assert answer["Reason"] == "UNKNOWN_REGISTRATION_TYPE"
    assert field_names(answer) == ["registrationType"]
    assert "NO_SUCH_TYPE" in answer["Fields"][0]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert isinstance(client.exceptions.ValidationException(answer, ""), client.exceptions.ClientError)
    with pytest.raises(client.exceptions.ValidationException):
        client.create_registration(RegistrationType="NO_SUCH_TYPE")
    assert count(client) == 0


def test_validation_names_every_faulty_member_at_once(desk: RunningDesk) -> None:
    answer = refusal(
        unchecked_client(desk.url).create_registration,
        RegistrationType="not a type!",
        Tags=[{"Key": "", "Value": "a"}, {"Key": "fine", "Value": "a"}, {"Key": "k" * 129, "Value": "v" * 257}],
        ClientToken="has a space",
    )
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_PARAMETER")
    assert sorted(field_names(answer)) == ["clientToken", "registrationType", "tags", "tags", "tags"]
    complaints = " ".join(field["Message"] for field in answer["Fields"])
    for path in ("RegistrationType", "Tags[0].Key", "Tags[2].Key", "Tags[2].Value", "ClientToken"):
        assert path in complaints
    assert "Tags[1]" not in complaints


def test_validation_of_a_missing_type(desk: RunningDesk) -> None:
    answer = refusal(unchecked_client(desk.url).create_registration, Tags=TAGS)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "MISSING_PARAMETER")
    assert field_names(answer) == ["registrationType"]


class Ticks:
    """A monotonic clock that moves when it is told to, and by `each` with every look at it."""

    def __init__(self, each: float = 0.0) -> None:
        self.now, self.each = 1000.0, each

    def __call__(self) -> float:
        self.now += self.each
        return self.now


def slow_down(desk: RunningDesk, each: float = 0.0) -> Ticks:
    """Give the desk's rates a clock of ours."""
    desk.service.desk.limits._clock = ticks = Ticks(each)
    return ticks


def test_quota_of_registrations(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(limits="aws")
    slow_down(desk, each=2)
    client = desk.client()
    names = [client.create_registration(**CREATE)["RegistrationId"] for _ in range(25)]
    for _ in range(2):
        answer = refusal(client.create_registration, **CREATE, Tags=TAGS, ClientToken="the-26th")
        assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
        assert answer["Reason"] == "REGISTRATIONS_PER_ACCOUNT"
        assert answer["Error"]["Message"] == 'Service Quota Exceeded - Reason="REGISTRATIONS_PER_ACCOUNT"'
    assert count(client) == 25
    for other in (desk.client(OTHER_ACCOUNT), desk.client(region="eu-west-1")):
        assert other.create_registration(**CREATE)["RegistrationStatus"] == "CREATED"
    client.delete_registration(RegistrationId=names[3])
    client.create_registration(**CREATE, Tags=TAGS, ClientToken="the-26th")
    assert refusal(client.create_registration, **CREATE)["Reason"] == "REGISTRATIONS_PER_ACCOUNT"
    assert count(client) == 25


def test_throttling(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(limits="aws")
    ticks = slow_down(desk)
    client = desk.client()
    client.create_registration(**CREATE)
    answer = refusal(client.create_registration, **CREATE)
    assert answer["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    for other in (desk.client(OTHER_ACCOUNT), desk.client(region="eu-west-1")):
        other.create_registration(**CREATE)
    assert count(client) == 1  # another operation has a rate of its own
    ticks.now += 0.9
    assert refusal(client.create_registration, **CREATE)["Error"]["Code"] == "ThrottlingException"
    ticks.now += 0.1
    arn = client.create_registration(**CREATE)["RegistrationArn"]
    for _ in range(10):
        client.list_tags_for_resource(ResourceArn=arn)
    assert refusal(client.list_tags_for_resource, ResourceArn=arn)["Error"]["Code"] == "ThrottlingException"


def test_boto3_waits_and_tries_again_when_throttled(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(limits="aws")
    slow_down(desk, each=0.6)
    client = desk.client(retries=2)
    client.create_registration(**CREATE)
    assert client.create_registration(**CREATE)["ResponseMetadata"]["RetryAttempts"] == 1
    ticks = slow_down(desk)
    ticks.now += 10
    assert count(client) == 2


def allow(*actions: str) -> str:
    quoted = ", ".join(f'"{action}"' for action in actions)
    return f'{{"Statement": [{{"Effect": "Allow", "Action": [{quoted}], "Resource": "*"}}]}}'


def test_access_denied(verified_desk: RunningDesk) -> None:
    key = verified_desk.make_key(policy=allow("sms-voice:Describe*", "sms-voice:TagResource"))
    client = client_of(verified_desk.url, key["AccessKeyId"], key["SecretAccessKey"])
    answer = refusal(client.create_registration, **CREATE)
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert answer["Error"]["Message"] == (
        f"arn:aws:iam::{ACCOUNT}:user/{key['AccessKeyId']} is not allowed to perform sms-voice:CreateRegistration"
    )
    assert "Reason" not in answer
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert count(client) == 0


def test_tags_at_creation_need_tag_resource_too(verified_desk: RunningDesk) -> None:
    client = verified_desk.verified_client(policy=allow("sms-voice:CreateRegistration", "sms-voice:Describe*"))
    answer = refusal(client.create_registration, **CREATE, Tags=TAGS, ClientToken="one")
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert answer["Error"]["Message"].endswith(" is not allowed to perform sms-voice:TagResource")
    assert count(client) == 0
    client.create_registration(**CREATE, ClientToken="one")
    client.create_registration(**CREATE, Tags=[], ClientToken="two")
    tagging = verified_desk.verified_client(policy=allow("sms-voice:CreateRegistration", "sms-voice:TagResource"))
    assert tagging.create_registration(**CREATE, Tags=TAGS)["Tags"] == TAGS


@pytest.fixture
def log_lines() -> Iterator[list[dict[str, Any]]]:
    """What is logged during the test, as it is before it becomes bytes."""
    lines: list[dict[str, Any]] = []

    def keep(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        lines.append(dict(event))
        return event

    processors = structlog.get_config()["processors"]
    processors.insert(len(processors) - 1, keep)
    yield lines
    processors.remove(keep)


def assert_counted(desk: RunningDesk, outcome: str) -> None:
    """The metrics tell the outcome. A request is counted after its answer has gone, so it may be a moment late."""
    wanted = f'senderdesk_requests_total{{operation="CreateRegistration",outcome="{outcome}"}} 1.0'
    line = Line(desk.url)
    deadline = time.monotonic() + 5
    while wanted not in line.ask("GET", "/metrics").body.decode():
        assert time.monotonic() < deadline, wanted
        time.sleep(0.01)
    line.close()


def raising(real: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    real(*arguments, **more)
    raise RuntimeError("secret inner text")


def breaking_the_contract(real: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    return {**real(*arguments, **more), "CurrentVersionNumber": "secret inner text"}


@pytest.mark.parametrize("fault", [raising, breaking_the_contract])
def test_internal_error(desk: RunningDesk, log_lines: list[dict[str, Any]], fault: Callable[..., Any]) -> None:
    real = desk.service.served["CreateRegistration"]
    desk.service.served["CreateRegistration"] = Served(
        lambda *arguments, **more: fault(real.function, *arguments, **more), real.members
    )
    client = desk.client()
    bodies = bodies_of(client)
    asked = {**CREATE, "Tags": TAGS, "ClientToken": "one"}
    answer = refusal(client.create_registration, **asked)
    assert answer["Error"]["Code"] == "InternalServerException"
    metadata = answer["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 500
    assert answer["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    assert b"secret" not in bodies[0]
    assert b"Traceback" not in bodies[0]
    (line,) = [line for line in log_lines if line["event"] == "internal error"]
    assert (line["request_id"], line["operation"]) == (answer["RequestId"], "CreateRegistration")
    assert "Traceback" in line["exception"]
    assert "growth" not in str(line)
    assert fault.__name__ in line["exception"] or "CurrentVersionNumber" in line["exception"]
    assert_counted(desk, "InternalServerException")
    desk.service.served["CreateRegistration"] = real
    created = client.create_registration(**asked)
    assert [one["RegistrationId"] for one in client.describe_registrations()["Registrations"]] == [
        created["RegistrationId"]
    ]
    (registrations,) = (
        one for one in client.describe_account_limits()["AccountLimits"] if one["Name"] == "REGISTRATIONS"
    )
    assert registrations["Used"] == 1
