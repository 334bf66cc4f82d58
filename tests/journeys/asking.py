"""Two ways to ask a desk: an SDK's call whose refusal is read, and a request written by hand where bytes count."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import ACCOUNT, REGION

Answer = dict[str, Any]


def refusal(function: Callable[..., Any], **arguments: Any) -> Answer:
    """What boto3 makes of a refusal: Error.Code and Error.Message, and the modelled members at the top level."""
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    return caught.value.response


def field_names(answer: Answer) -> list[str]:
    """The names of the faulty fields, one for each fault."""
    return [field["Name"] for field in answer["Fields"]]


def bodies_of(client: Any) -> list[bytes]:
    """A list that gathers the bytes of every answer that `client` gets from now on."""
    bodies: list[bytes] = []
    client.meta.events.register(
        "response-received.*.*", lambda response_dict, **_: bodies.append(bytes(response_dict["body"]))
    )
    return bodies


def unchecked_client(url: str, account: str = ACCOUNT) -> Any:
    """A client that sends whatever it is given, as SDKs do that check less than boto3."""
    return boto3.client(
        "pinpoint-sms-voice-v2",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=account,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


class BareAnswer(NamedTuple):
    """An HTTP answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def signed_headers(operation: str, account: str = ACCOUNT) -> dict[str, str]:
    """The headers of an API call to a trusting desk."""
    scope = f"{account}/20260101/{REGION}/sms-voice/aws4_request"
    return {
        "X-Amz-Target": f"PinpointSMSVoiceV2.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}",
    }


class Line:
    """One keep-alive connection of an account to a desk."""

    def __init__(self, url: str, account: str = ACCOUNT, timeout: float = 20) -> None:
        self.account = account
        host, _, port = url.rpartition("/")[2].rpartition(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=timeout)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> BareAnswer:
        self.connection.request(method, path, body=body or None, headers=headers or {})
        response = self.connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return BareAnswer(response.status, answered, response.read())

    def call(self, operation: str, **arguments: Any) -> BareAnswer:
        """One API call."""
        return self.ask("POST", "/", signed_headers(operation, self.account), json.dumps(arguments).encode())

    def close(self) -> None:
        self.connection.close()
