"""What each workload sends: prepared, signed HTTP requests, and what a right answer looks like."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import uuid4

from bench import toll_free
from bench.sigv4 import Credentials, RequestShape, Signer, check_against_botocore

MOTO_CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SPREAD_SECONDS = 60


@dataclass(frozen=True)
class Workload:
    """A request maker, with the status and a piece of body that a right answer has."""

    requests: Callable[[int], list[bytes]]
    status: int
    proof: bytes


def sms_voice(host: str, credentials: Credentials, operation: str) -> Signer:
    """Return a signer of one operation of pinpoint-sms-voice-v2."""
    headers = (
        ("x-amz-target", f"PinpointSMSVoiceV2.{operation}"),
        ("content-type", "application/x-amz-json-1.0"),
    )
    return Signer(credentials, RequestShape("POST", "/", host, "sms-voice", headers=headers))


def create_registration(host: str, credentials: Credentials) -> Workload:
    """CreateRegistration, every request with a ClientToken of its own."""
    signer = sms_voice(host, credentials, "CreateRegistration")
    content = {
        "RegistrationType": "US_TOLL_FREE_REGISTRATION",
        "Tags": [{"Key": "Name", "Value": "bench"}, {"Key": "env", "Value": "bench"}],
        "ClientToken": "@",
    }
    head, tail = json.dumps(content).encode().split(b"@")
    return Workload(
        lambda count: signer.requests(head + str(uuid4()).encode() + tail for _ in range(count)),
        200,
        b'"RegistrationId"',
    )


def describe_registrations(host: str, credentials: Credentials, registration_id: str) -> Workload:
    """DescribeRegistrations of one id, the requests dated over the last minute and shuffled."""
    signer = sms_voice(host, credentials, "DescribeRegistrations")
    body = json.dumps({"RegistrationIds": [registration_id]}).encode()

    def requests(count: int) -> list[bytes]:
        now = time.time()
        each = -(-count // SPREAD_SECONDS)
        made: list[bytes] = []
        for age in range(SPREAD_SECONDS):
            date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now - age))
            made += signer.requests([body] * each, date)
        random.shuffle(made)
        return made[:count]

    return Workload(requests, 200, registration_id.encode())


def put_field_value(host: str, credentials: Credentials, registration_ids: Sequence[str]) -> Workload:
    """PutRegistrationFieldValue, to one field after the other of one registration after the other."""
    signer = sms_voice(host, credentials, "PutRegistrationFieldValue")
    bodies = [toll_free.encoded(arguments) for name in registration_ids for arguments in toll_free.puts(name)]
    return Workload(lambda count: signer.requests(islice(cycle(bodies), count)), 200, b'"FieldPath"')


def create_app(host: str) -> Workload:
    """Pinpoint CreateApp, each with a name of its own and the same two tags."""
    headers = (("content-type", "application/json"),)
    shape = RequestShape("POST", "/v1/apps", host, "mobiletargeting", headers=headers)
    signer = Signer(MOTO_CREDENTIALS, shape)
    content = {"Name": "@", "tags": {"Name": "bench", "env": "bench"}}
    head, tail = json.dumps(content).encode().split(b"@")
    return Workload(
        lambda count: signer.requests(head + str(uuid4()).encode() + tail for _ in range(count)),
        201,
        b'"Arn"',
    )


def get_app(host: str, application_id: str) -> Workload:
    """Pinpoint GetApp of one id."""
    shape = RequestShape("GET", f"/v1/apps/{application_id}", host, "mobiletargeting")
    signer = Signer(MOTO_CREDENTIALS, shape)
    return Workload(lambda count: signer.requests([b""] * count), 200, application_id.encode())


def plain_get(host: str) -> Workload:
    """An unsigned ``GET /``, always the same bytes."""
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode()
    return Workload(lambda count: [request] * count, 200, b'"answer"')


def check_signatures() -> None:
    """Raise ``AssertionError`` unless the fast signer agrees with botocore on every signed shape."""
    host = "127.0.0.1:8080"
    for operation in ("CreateRegistration", "DescribeRegistrations", "PutRegistrationFieldValue"):
        check_against_botocore(sms_voice(host, MOTO_CREDENTIALS, operation), b'{"RegistrationIds": []}')
    json_type = (("content-type", "application/json"),)
    create = RequestShape("POST", "/v1/apps", host, "mobiletargeting", headers=json_type)
    check_against_botocore(Signer(MOTO_CREDENTIALS, create), b'{"Name": "bench"}')
    read = RequestShape("GET", "/v1/apps/0123456789abcdef", host, "mobiletargeting")
    check_against_botocore(Signer(MOTO_CREDENTIALS, read), b"")
