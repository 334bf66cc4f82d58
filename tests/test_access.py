"""Policies and access keys: what a policy allows, which documents are none, and how secrets are kept."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senderdesk.access import AccessKeys, parse_policy
from senderdesk.database.sqlite import SqliteDatabase
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, TOLL_FREE, RunningDesk
from tests.journeys.asking import refusal

CREATE, DELETE = "sms-voice:CreateRegistration", "sms-voice:DeleteRegistration"


def policy_of(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def deny(*actions: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*"}


MATCHES = {
    "itself": (CREATE, CREATE, True),
    "another": (DELETE, CREATE, False),
    "letters of either case": ("SMS-Voice:createREGISTRATION", CREATE, True),
    "everything": ("*", CREATE, True),
    "the service": ("sms-voice:*", CREATE, True),
    "another service": ("s3:*", CREATE, False),
    "a verb": ("sms-voice:Create*", CREATE, True),
    "another verb": ("sms-voice:Delete*", CREATE, False),
    "stars within": ("s*:C*e*R*n", CREATE, True),
    "stars in a row": ("sms-voice:**Registration", CREATE, True),
    "a star for nothing": (f"{CREATE}*", CREATE, True),
    "one sign": ("sms-voice:Create?egistration", CREATE, True),
    "one sign is not none": (f"{CREATE}?", CREATE, False),
    "one sign is not two": ("sms-voice:Create?gistration", CREATE, False),
    "the whole action, not its beginning": ("sms-voice:Create", CREATE, False),
    "the whole action, not its end": ("CreateRegistration", CREATE, False),
    "a dot is a dot": ("sms.voice:CreateRegistration", CREATE, False),
    "a choice is none": ("x|.*", CREATE, False),
    "a class is none": ("sms-voice:[A-Z]reateRegistration", CREATE, False),
    "a group is none": ("(sms-voice:CreateRegistration)", CREATE, False),
    "an anchor is none": (f"^{CREATE}$", CREATE, False),
    "a plus is none": ("sms-voice:C.+", CREATE, False),
    "a backslash is none": (r"sms-voice:\w*", CREATE, False),
    "nothing": ("", CREATE, False),
    "spaces count": (f" {CREATE}", CREATE, False),
}


@pytest.mark.parametrize(("written", "action", "fits"), MATCHES.values(), ids=MATCHES.keys())
def test_an_action_in_a_policy(written: str, action: str, fits: bool) -> None:
    assert parse_policy(policy_of(allow(written))).allows(action) is fits
    assert parse_policy(policy_of(allow("*"), deny(written))).allows(action) is not fits


def fits_by_hand(written: str, action: str) -> bool:
    """Wildcards the slow way, as the documentation tells them."""
    if not written:
        return not action
    if written[0] == "*":
        return any(fits_by_hand(written[1:], action[at:]) for at in range(len(action) + 1))
    return bool(action) and written[0] in ("?", action[0]) and fits_by_hand(written[1:], action[1:])


@given(written=st.text("ab:*?.+|[]()\\", min_size=1, max_size=7), action=st.text("ab:.", min_size=1, max_size=6))
def test_wildcards_mean_what_the_documentation_says(written: str, action: str) -> None:
    assert parse_policy(policy_of(allow(written))).allows(action) is fits_by_hand(written, action)
    assert parse_policy(policy_of(allow(written.upper()))).allows(action) is fits_by_hand(written, action)


STATEMENTS = {
    "a denial wins after": ([allow("*"), deny(CREATE)], False),
    "a denial wins before": ([deny("sms-voice:*"), allow(CREATE)], False),
    "a denial of something else": ([deny(DELETE), allow("sms-voice:*")], True),
    "only a denial": ([deny(DELETE)], False),
    "no statement": ([], False),
    "two allowances": ([allow(DELETE), allow(CREATE)], True),
    "several actions": ([allow(DELETE, CREATE)], True),
    "a denial among several": ([allow("*"), deny(DELETE, CREATE)], False),
    "the same twice": ([allow(CREATE), allow(CREATE)], True),
}


@pytest.mark.parametrize(("statements", "allowed"), STATEMENTS.values(), ids=STATEMENTS.keys())
def test_statements_together(statements: list[dict[str, Any]], allowed: bool) -> None:
    assert parse_policy(policy_of(*statements)).allows(CREATE) is allowed


def test_one_statement_and_one_action_need_no_list() -> None:
    policy = parse_policy(json.dumps({"Statement": {"Effect": "Allow", "Action": CREATE}}))
    assert policy.allows(CREATE)
    assert not policy.allows(DELETE)


def one(**members: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", **members}]})


REFUSED = {
    "not JSON": ("{", "JSON"),
    "nothing": ("", "Statement"),
    "a list": ("[]", "object"),
    "no statement": ('{"Version": "2012-10-17"}', "Statement"),
    "too deep": ("[" * 20_000, "JSON"),
    "too long": (policy_of(allow("a" * 20_480)), "20480 bytes"),
    "an unknown member": ('{"Statement": [], "Statment": []}', "Statment"),
    "a statement that is text": ('{"Statement": ["Allow"]}', "object"),
    "NotAction": (one(NotAction="s3:*"), "NotAction"),
    "NotResource": (one(NotResource="*"), "NotResource"),
    "Principal": (one(Principal="*"), "Principal"),
    "Condition": (one(Condition={"Bool": {"aws:SecureTransport": "true"}}), "Condition"),
    "one resource": (one(Resource="arn:aws:sms-voice:us-east-1:111122223333:registration/registration-0"), "Resource"),
    "no effect": ('{"Statement": [{"Action": "*"}]}', "Effect"),
    "effect in lower case": (one(Effect="allow"), "Effect"),
    "effect of a list": (one(Effect=["Allow"]), "Effect"),
    "no action": ('{"Statement": [{"Effect": "Allow"}]}', "Action"),
    "action of a number": (one(Action=5), "Action"),
    "actions of numbers": (one(Action=["*", 5]), "Action"),
    "no actions": (one(Action=[]), "Action"),
    "an effect given twice": ('{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}', "twice"),
}


@pytest.mark.parametrize(("text", "complaint"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_policy_or_not_served_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_policy(text)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """An end to what would go on for hours."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("written", ["*?" * 12 + "*!", "?*" * 30 + "*!", "*e*i*n" * 4 + "!"])
def test_no_policy_takes_for_ever_to_match(written: str) -> None:
    with at_most(5):
        policy = parse_policy(policy_of(allow(written)))
        assert not policy.allows("sms-voice:DescribeRegistrationFieldDefinitions")


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [([allow("sms-voice:*"), deny("sms-voice:Del*")], True), ([deny("s3:*")], False), ([], False)],
    ids=["allowed", "only-denied", "empty"],
)
def test_a_key_may_do_what_its_policy_allows(
    verified_desk: RunningDesk, statements: list[dict[str, Any]], allowed: bool
) -> None:
    client = verified_desk.verified_client(policy=policy_of(*statements))
    asked = {"RegistrationType": TOLL_FREE}
    if not allowed:
        assert refusal(client.create_registration, **asked)["Error"]["Code"] == "AccessDeniedException"
        return
    name = client.create_registration(**asked)["RegistrationId"]
    assert refusal(client.delete_registration, RegistrationId=name)["Error"]["Code"] == "AccessDeniedException"
    assert client.describe_registrations()["Registrations"][0]["RegistrationId"] == name


class Elapsed:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "keys.db")


def test_a_deleted_key_is_forgotten_within_half_a_second(path: str) -> None:
    elapsed = Elapsed()
    here = AccessKeys(SqliteDatabase(path), b"k" * 32, elapsed)
    beside = AccessKeys(SqliteDatabase(path), b"k" * 32)
    key = beside.create(ACCOUNT, None, 0.0)
    found = here.find(key["AccessKeyId"])
    assert found
    assert (found.account, found.secret, found.policy) == (ACCOUNT, key["SecretAccessKey"], None)
    assert beside.delete(key["AccessKeyId"])
    assert not beside.delete(key["AccessKeyId"])
    assert beside.find(key["AccessKeyId"]) is None
    elapsed.now += 0.51
    assert here.find(key["AccessKeyId"]) is None


def test_a_key_that_was_asked_for_too_early_is_found_when_it_is_there(path: str) -> None:
    here = AccessKeys(SqliteDatabase(path), b"k" * 32, Elapsed())
    beside = AccessKeys(SqliteDatabase(path), b"k" * 32)
    key = beside.create(ACCOUNT, None, 0.0)
    assert here.find("AKIANOSUCHKEY") is None
    assert here.find(key["AccessKeyId"])
    assert here.find(key["AccessKeyId"].lower()) is None


@pytest.mark.parametrize(
    "tampered",
    [
        "UPDATE access_keys SET sealed_secret = (SELECT sealed_secret FROM access_keys WHERE key_id = :other)"
        " WHERE key_id = :key",
        "UPDATE access_keys SET account_id = '444455556666' WHERE key_id = :key",
        "UPDATE access_keys SET sealed_secret = substr(sealed_secret, 1, 20) WHERE key_id = :key",
        "UPDATE access_keys SET sealed_secret = x'' WHERE key_id = :key",
    ],
    ids=["secret of another key", "another account", "cut", "empty"],
)
def test_a_secret_opens_in_its_own_row_only(path: str, tampered: str) -> None:
    keys = AccessKeys(SqliteDatabase(path), b"k" * 32)
    key, other = keys.create(ACCOUNT, None, 0.0), keys.create(OTHER_ACCOUNT, None, 0.0)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(tampered, {"key": key["AccessKeyId"], "other": other["AccessKeyId"]})
    connection.close()
    with pytest.raises(ValueError):
        AccessKeys(SqliteDatabase(path), b"k" * 32).find(key["AccessKeyId"])
