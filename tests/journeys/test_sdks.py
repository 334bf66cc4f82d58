"""Python's other clients over a real socket: aiobotocore, the AWS CLI, and boto3's sts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from tests.conftest import ACCOUNT, REGION, TOLL_FREE, RunningDesk

TAGS = [{"Key": "team", "Value": "growth"}, {"Key": "stage", "Value": "test"}]


async def play(url: str) -> dict[str, Any]:
    """Create, describe, page, and be refused, all on one event loop."""
    session = get_session()
    async with session.create_client(
        "pinpoint-sms-voice-v2",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="any",
    ) as client:
        created = await asyncio.gather(
            *(client.create_registration(RegistrationType=TOLL_FREE, Tags=TAGS) for _ in range(12))
        )
        described = await client.describe_registrations(RegistrationIds=[created[0]["RegistrationId"]])
        paginator = client.get_paginator("describe_registrations")
        pages = [page async for page in paginator.paginate(PaginationConfig={"PageSize": 5})]
        try:
            await client.create_registration(RegistrationType="NO_SUCH_TYPE")
        except ClientError as error:
            refused = error.response
        return {"created": created, "described": described, "pages": pages, "refused": refused}


def test_aiobotocore(desk: RunningDesk) -> None:
    seen = asyncio.run(play(desk.url))
    names = {one["RegistrationId"] for one in seen["created"]}
    assert len(names) == 12
    (described,) = seen["described"]["Registrations"]
    first = seen["created"][0]
    assert described == {name: first[name] for name in first if name not in ("ResponseMetadata", "Tags")}
    assert [len(page["Registrations"]) for page in seen["pages"]] == [5, 5, 2]
    assert {one["RegistrationId"] for page in seen["pages"] for one in page["Registrations"]} == names
    assert seen["refused"]["Error"]["Code"] == "ValidationException"
    assert seen["refused"]["Reason"] == "UNKNOWN_REGISTRATION_TYPE"
    assert [field["Name"] for field in seen["refused"]["Fields"]] == ["registrationType"]


Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aws(desk: RunningDesk, tmp_path: Path) -> Aws:
    """The AWS CLI as a person has it, with nothing of this machine's own configuration."""
    environment = {
        "PATH": str(Path(sys.executable).parent),
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_ENDPOINT_URL": desk.url,
        "PYTHONPATH": "",
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "awscli", *words, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def said(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_aws_cli_creates_describes_and_deletes(aws: Aws) -> None:
    def desk(*words: str) -> Any:
        return said(aws("pinpoint-sms-voice-v2", *words))

    given = [f"Key={tag['Key']},Value={tag['Value']}" for tag in TAGS]
    created = desk("create-registration", "--registration-type", TOLL_FREE, "--tags", *given)
    assert created["RegistrationStatus"] == "CREATED"
    assert created["Tags"] == TAGS
    named = ("--registration-ids", created["RegistrationId"])
    (described,) = desk("describe-registrations", *named)["Registrations"]
    assert described == {name: value for name, value in created.items() if name != "Tags"}
    deleted = desk("delete-registration", "--registration-id", created["RegistrationArn"])
    assert deleted["RegistrationStatus"] == "DELETED"
    gone = aws("pinpoint-sms-voice-v2", "describe-registrations", *named)
    assert gone.returncode in (254, 255)
    assert (
        "An error occurred (ResourceNotFoundException) when calling the DescribeRegistrations operation" in gone.stderr
    )
    assert gone.stdout == ""


def test_aws_cli_follows_pages(desk: RunningDesk, aws: Aws) -> None:
    client = desk.client()
    names = [client.create_registration(RegistrationType=TOLL_FREE)["RegistrationId"] for _ in range(7)]
    answer = said(aws("pinpoint-sms-voice-v2", "describe-registrations", "--page-size", "3"))
    assert sorted(one["RegistrationId"] for one in answer["Registrations"]) == sorted(names)
    assert "NextToken" not in answer


def test_aws_cli_asks_sts_who_it_is(aws: Aws) -> None:
    assert said(aws("sts", "get-caller-identity")) == IDENTITY


IDENTITY = {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{ACCOUNT}"}


def sts_client(url: str, key_id: str = ACCOUNT, secret: str = "any") -> Any:
    return boto3.client(
        "sts", endpoint_url=url, region_name=REGION, aws_access_key_id=key_id, aws_secret_access_key=secret
    )


def test_boto3_asks_sts_who_it_is(desk: RunningDesk) -> None:
    answer = sts_client(desk.url).get_caller_identity()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert {name: value for name, value in answer.items() if name != "ResponseMetadata"} == IDENTITY


def test_sts_knows_keys_and_refuses_wrong_secrets_and_other_operations(verified_desk: RunningDesk) -> None:
    nothing = '{"Statement": {"Effect": "Deny", "Action": "*"}}'
    key = verified_desk.make_key(policy=nothing)
    client = sts_client(verified_desk.url, key["AccessKeyId"], key["SecretAccessKey"])
    assert client.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{key['AccessKeyId']}"
    for ask, code in (
        (sts_client(verified_desk.url, key["AccessKeyId"], "wrong").get_caller_identity, "InvalidSignatureException"),
        (sts_client(verified_desk.url, "AKIANOSUCHKEY", "any").get_caller_identity, "UnrecognizedClientException"),
        (client.get_session_token, "ValidationException"),
    ):
        with pytest.raises(ClientError) as caught:
            ask()
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["RequestId"]
