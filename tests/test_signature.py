"""SigV4 at the door: every lie that a client may tell in a signature, told over a raw socket."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import REGION, Clock, RunningDesk, running_desk
from tests.rawhttp import Key, RawClient, Request

MISSING, INCOMPLETE = "MissingAuthenticationTokenException", "IncompleteSignatureException"
INVALID, UNKNOWN = "InvalidSignatureException", "UnrecognizedClientException"
SIGNED = ["content-type", "host", "x-amz-date", "x-amz-target"]
MIDNIGHT = datetime(2031, 3, 1, tzinfo=UTC).timestamp()
NOON = MIDNIGHT + 12 * 3600

Bend = Callable[[RawClient], Request]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("signatures"), auth="verify") as desk:
        desk.clock.ahead = NOON - time.time()
        yield desk


@pytest.fixture(scope="module")
def client(desk: RunningDesk) -> RawClient:
    return RawClient(desk)


@pytest.fixture
def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stop the desk's clock, and so the raw client's, at an epoch second."""
    return lambda now: monkeypatch.setattr(Clock, "__call__", lambda self: now)


def scope(day: str = "20310301", region: str = REGION, service: str = "sms-voice", end: str = "aws4_request") -> str:
    return f"{day}/{region}/{service}/{end}"


def told(value: str) -> Bend:
    """A true request but for another Authorization header."""
    return lambda client: client.signed().swap("Authorization", value)


def edited(old: str, new: str) -> Bend:
    """A true request with `old` replaced in its Authorization header after signing; KEY stands for the key id."""

    def bend(client: RawClient) -> Request:
        request = client.signed()
        value = request.header("Authorization")
        sought = old.replace("KEY", client.key.id)
        assert sought in value
        return request.swap("Authorization", value.replace(sought, new))

    return bend


def resigned(change: Callable[[str], str]) -> Bend:
    """A true request whose signature is then changed."""

    def bend(client: RawClient) -> Request:
        request = client.signed()
        start, mark, digits = request.header("Authorization").partition("Signature=")
        return request.swap("Authorization", start + mark + change(digits))

    return bend


def lying(**lies: Any) -> Bend:
    """A request with a lie that is itself correctly signed."""
    return lambda client: client.signed(**lies)


def adding(name: str, value: str) -> Bend:
    """A true request with one more header, added after signing."""
    return lambda client: client.signed().add(name, value)


def by(key_id: str, secret: str = "") -> Bend:
    """A request signed with another key; KEY stands for the true key id."""

    def bend(client: RawClient) -> Request:
        return client.signed(key=Key(key_id.replace("KEY", client.key.id), secret or client.key.secret))

    return bend


def payload_hash(value: str) -> Bend:
    """A request whose signed x-amz-content-sha256 is `value`."""
    return lambda client: client.sign(Request().add("X-Amz-Content-Sha256", value))


REFUSED: dict[str, tuple[str, Bend]] = {
    "no authorization": (MISSING, lambda c: c.signed().drop("Authorization")),
    "empty authorization": (MISSING, told("")),
    "version 2": (INCOMPLETE, told("AWS AKIAEXAMPLE:frJIUN8DYpKDtOLCwo=")),
    "bearer token": (INCOMPLETE, told("Bearer eyJhbGciOiJub25lIn0.e30.")),
    "sha512": (INCOMPLETE, edited("SHA256", "SHA512")),
    "sigv4a": (INCOMPLETE, edited("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
    "lower-case algorithm": (INCOMPLETE, edited("AWS4-HMAC-SHA256", "aws4-hmac-sha256")),
    "no signature": (INCOMPLETE, edited("Signature=", "Sig=")),
    "signature twice": (INCOMPLETE, edited("SignedHeaders=", f"Signature={'0' * 64}, SignedHeaders=")),
    "a fourth part": (INCOMPLETE, edited("SignedHeaders=", "Expires=9, SignedHeaders=")),
    "authorization twice": (INCOMPLETE, lambda c: c.signed().add("Authorization", c.signed().header("Authorization"))),
    "scope of four parts": (INCOMPLETE, edited("/aws4_request", "")),
    "scope of six parts": (INCOMPLETE, edited("/aws4_request", "/aws4_request/x")),
    "scope with another end": (INCOMPLETE, lying(scope=scope(end="aws4_requestX"))),
    "scope without a region": (INCOMPLETE, lying(scope=scope(region=""))),
    "scope without a service": (INCOMPLETE, lying(scope=scope(service=""))),
    "key id empty": (INCOMPLETE, edited("KEY", "")),
    "key id with a slash": (INCOMPLETE, edited("KEY", "AK/IA")),
    "key id not ASCII": (INCOMPLETE, edited("KEY", "AKIA\xe9\xff")),
    "signed headers unsorted": (INCOMPLETE, lying(signed=SIGNED[::-1])),
    "signed headers twice": (INCOMPLETE, lying(signed=["content-type", *SIGNED])),
    "signed headers upper-case": (INCOMPLETE, lying(signed=["Content-Type", *SIGNED[1:]])),
    "signed headers empty": (INCOMPLETE, lying(signed=[])),
    "no date": (INCOMPLETE, lambda c: c.signed().drop("X-Amz-Date")),
    "date twice": (INCOMPLETE, lambda c: c.signed().add("X-Amz-Date", c.signed().header("X-Amz-Date"))),
    "date with milliseconds": (INCOMPLETE, lying(stamp="20310301T120000.000Z")),
    "date with a lower-case z": (INCOMPLETE, lying(stamp="20310301T120000z")),
    "no such date": (INCOMPLETE, lying(stamp="20310230T000000Z", scope=scope("20310230"))),
    "year nought": (INCOMPLETE, lying(stamp="00000101T000000Z", scope=scope("00000101"))),
    "wrong secret": (INVALID, by("KEY", "wrong")),
    "unknown key": (UNKNOWN, by("AKIA7777777777777777")),
    "key of 129 signs": (INCOMPLETE, by("A" * 129)),
    "first digit changed": (INVALID, resigned(lambda digits: ("1" if digits[0] == "0" else "0") + digits[1:])),
    "last digit changed": (INVALID, resigned(lambda digits: digits[:-1] + ("1" if digits[-1] == "0" else "0"))),
    "signature empty": (INVALID, resigned(lambda digits: "")),
    "63 digits": (INVALID, resigned(lambda digits: digits[:-1])),
    "65 digits": (INVALID, resigned(lambda digits: digits + "0")),
    "upper-case digits": (INVALID, resigned(str.upper)),
    "region changed": (INVALID, edited(REGION, "eu-west-1")),
    "host not signed": (INVALID, lying(signed=["content-type", "x-amz-date", "x-amz-target"])),
    "content type not signed": (INVALID, lying(signed=["host", "x-amz-date", "x-amz-target"])),
    "date not signed": (INVALID, lying(signed=["content-type", "host", "x-amz-target"])),
    "target not signed": (INVALID, lying(signed=SIGNED[:3])),
    "another x-amz header not signed": (INVALID, adding("X-Amz-Meta", "1")),
    "signed but not sent": (INVALID, lying(signed=["accept", *SIGNED])),
    "sent twice, signed once": (INVALID, lambda c: c.sign(Request().add("X-Amz-Meta", "a")).add("X-Amz-Meta", "b")),
    "sent twice, signed joined": (INVALID, lambda c: c.sign(Request().add("X-Amz-Meta", "a").add("X-Amz-Meta", "b"))),
    "host changed": (INVALID, lambda c: c.signed().swap("Host", "other.test")),
    "content type changed": (INVALID, lambda c: c.signed().swap("Content-Type", "application/x-amz-json-1.0;a=b")),
    "scope of s3": (INVALID, lying(scope=scope(service="s3"))),
    "scope of dynamodb": (INVALID, lying(scope=scope(service="dynamodb"))),
    "scope of sts": (INVALID, lying(scope=scope(service="sts"))),
    "service in upper case": (INVALID, lying(scope=scope(service="SMS-VOICE"))),
    "no such region": (INVALID, lying(scope=scope(region="mars"))),
    "region in upper case": (INVALID, lying(scope=scope(region="US-EAST-1"))),
    "scope of another day": (INVALID, lying(scope=scope("20200101"))),
    "session token": (UNKNOWN, lying(session_token="FwoGZXIvYXdzEXAMPLE")),
    "session token not signed": (INVALID, adding("X-Amz-Security-Token", "FwoGZXIvYXdzEXAMPLE")),
    "unsigned payload": (INVALID, payload_hash("UNSIGNED-PAYLOAD")),
    "streaming unsigned": (INVALID, payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")),
    "streaming signed": (INVALID, payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")),
    "hash of another body": (INVALID, payload_hash("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")),
}


@pytest.mark.parametrize(("code", "bend"), REFUSED.values(), ids=REFUSED)
def test_a_lie_is_refused(client: RawClient, code: str, bend: Bend) -> None:
    client.refused(bend(client), code)


def test_a_hand_signed_request_is_served(client: RawClient) -> None:
    before = client.registrations()
    assert client.accepted(client.signed())["RegistrationStatus"] == "CREATED"
    assert client.registrations() == before + 1


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (lying(scope=scope(service="s3")), "Credential should be scoped to correct service: 'sms-voice'."),
        (lying(scope=scope(region="mars")), "Credential should be scoped to a valid region."),
        (lying(scope=scope("20200101")), "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of"),
        (by("AKIAUNKNOWN"), "The security token included in the request is invalid."),
    ],
    ids=["service", "region", "date", "key"],
)
def test_a_refusal_speaks_in_the_words_of_aws(client: RawClient, bend: Bend, sentence: str) -> None:
    assert client.refused(bend(client), INVALID, UNKNOWN).json["Message"].startswith(sentence)


@pytest.mark.parametrize("signed", [SIGNED, SIGNED[:3]], ids=["signed", "not signed"])
def test_a_target_swapped_after_signing_does_nothing(client: RawClient, signed: list[str]) -> None:
    request = client.signed(operation="DescribeRegistrationFieldDefinitions", signed=signed)
    client.refused(request.swap("X-Amz-Target", "PinpointSMSVoiceV2.CreateRegistration"), INVALID)


def test_a_body_changed_after_signing_does_nothing(client: RawClient) -> None:
    request = client.signed()
    request.body = request.body.replace(b"US_TOLL_FREE_REGISTRATION", b"US_TEN_DLC_BRAND_REGISTRATION")
    client.refused(request, INVALID)


def test_every_truncation_of_an_authorization_header_is_a_clean_refusal(client: RawClient) -> None:
    whole = client.signed().header("Authorization")
    for length in range(len(whole)):
        code = MISSING if length == 0 else INVALID if "Signature=" in whole[:length] else INCOMPLETE
        client.refused(client.signed().swap("Authorization", whole[:length]), code)


@pytest.mark.parametrize("separator", [",", " ,  ", ",\t"], ids=["no spaces", "more spaces", "tab"])
def test_the_space_between_the_parts_does_not_matter(client: RawClient, separator: str) -> None:
    client.accepted(edited(", ", separator)(client))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "a  b   c"),
        ("X-Amz-User-Agent", "app/\xc3\xa0"),
        ("X-Amz-User-Agent", "app/\xc3\x85 x"),
        ("X-Amz-Content-Sha256", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
    ],
    ids=["inner spaces", "UTF-8 that ends in A0", "UTF-8 that ends in 85", "hash of the true body"],
)
def test_a_further_signed_header_is_taken_as_it_was_signed(client: RawClient, name: str, value: str) -> None:
    client.accepted(client.sign(Request(b"{}", "DescribeRegistrations").add(name, value)))


def test_a_plain_header_sent_twice_is_signed_in_its_order(client: RawClient) -> None:
    request = client.sign(Request(b"{}", "DescribeRegistrations").add("Accept", "a").add("Accept", "b"))
    client.accepted(request)
    request.headers[3], request.headers[4] = request.headers[4], request.headers[3]
    client.refused(request, INVALID)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("a=1&a=0", "a=0&a=1"),
        ("b=2&a=1", "a=1&b=2"),
        ("a=%20", "a=%20"),
        ("a=+", "a=%2B"),
        ("a=%7e%2d", "a=~-"),
        ("a=%c3%a9", "a=%C3%A9"),
        ("a", "a="),
    ],
)
def test_a_query_is_signed_in_its_canonical_form(client: RawClient, raw: str, canonical: str) -> None:
    asked = Request(b"{}", "DescribeRegistrations", f"/?{raw}")
    client.accepted(client.sign(asked, query=canonical))
    client.refused(client.sign(Request(target=f"/?{raw}"), query=canonical + "1"), INVALID)


@pytest.mark.parametrize("minutes", [15, 5], ids=["default", "clock_skew"])
@pytest.mark.parametrize("direction", [-1, 1], ids=["late", "early"])
def test_the_window_has_two_sharp_edges(
    start_desk: Callable[..., RunningDesk], stop_clock: Callable[[float], None], minutes: int, direction: int
) -> None:
    client = RawClient(start_desk(auth="verify", **({"clock_skew": 300.0} if minutes == 5 else {})))
    stop_clock(NOON)
    inside, outside = (NOON + direction * (minutes * 60 + second) for second in (-1, 1))
    client.accepted(client.signed(at=inside))
    message = client.refused(client.signed(at=outside), INVALID).json["Message"]
    assert message.startswith("Signature expired: 2031" if direction < 0 else "Signature not yet current: 2031")
    assert f"{minutes} min.)" in message


@pytest.mark.parametrize("years", [-1, 1], ids=["last year", "next year"])
def test_a_signature_of_another_year_is_refused(client: RawClient, years: int) -> None:
    client.refused(client.signed(at=client.desk.clock() + years * 365 * 86400), INVALID)


def test_scope_and_date_must_name_the_same_day_across_midnight(
    client: RawClient, stop_clock: Callable[[float], None]
) -> None:
    stop_clock(MIDNIGHT)
    client.accepted(client.signed(stamp="20310228T235959Z", scope=scope("20310228")))
    client.accepted(client.signed(stamp="20310301T000000Z", scope=scope("20310301")))
    client.refused(client.signed(stamp="20310228T235959Z", scope=scope("20310301")), INVALID)
    client.refused(client.signed(stamp="20310301T000000Z", scope=scope("20310228")), INVALID)


def test_a_fresh_date_header_does_not_stand_in_for_x_amz_date(client: RawClient) -> None:
    fresh = "Sat, 01 Mar 2031 12:00:00 GMT"
    client.refused(client.sign(Request().add("Date", fresh), at=client.desk.clock() - 3600), INVALID)
    client.refused(client.sign(Request().add("Date", fresh)).drop("X-Amz-Date"), INCOMPLETE)


def test_a_captured_request_sent_again_changes_nothing_twice(client: RawClient) -> None:
    body = {"RegistrationType": "US_TOLL_FREE_REGISTRATION", "ClientToken": "captured"}
    captured = client.signed(json.dumps(body).encode()).bytes()
    before = client.registrations()
    assert client.accepted(captured) == client.accepted(captured)
    assert client.registrations() == before + 1
