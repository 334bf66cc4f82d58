"""`senderdesk numbers` as an operator runs it, beside a desk that serves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from senderdesk.number_ranges import numbers_of
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION, RunningDesk
from tests.filling import approve, associate, create
from tests.journeys.asking import refusal
from tests.numbers import asked, number_becomes, number_of, request
from tests.test_transfer_commands import database_of, senderdesk

TEN = "+18445550100-+18445550109"
AMERICAN = ("--country", "US", "--type", "TOLL_FREE")
GIVE_SHORT = ("--account", ACCOUNT, "--region", REGION, "--country", "GB", "--type", "SHORT_CODE")


@pytest.fixture
def desk(start_desk: Callable[..., RunningDesk]) -> RunningDesk:
    return start_desk(numbers="inventory", pace="instant")


@pytest.fixture
def numbers(tmp_path: Path, desk: RunningDesk) -> Callable[..., str]:
    """Runs the command on the desk's database; gives what it prints, or what it complains of."""

    def run(*words: str, code: int = 0) -> str:
        done = senderdesk("numbers", *words, *database_of(tmp_path), code=code)
        return (done.stderr if code else done.stdout).decode().strip()

    return run


def inventory(numbers: Callable[..., str], *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in numbers("list", *words).splitlines()]


def test_an_inventory_from_words_and_from_a_file(
    desk: RunningDesk, numbers: Callable[..., str], tmp_path: Path
) -> None:
    assert numbers("add", *AMERICAN, TEN, "--capabilities", "VOICE,SMS") == "added 10 of 10 numbers"
    (tmp_path / "numbers").write_text("+18445550105-+18445550112\n+18665550199\n")
    assert numbers("add", *AMERICAN, "--file", str(tmp_path / "numbers")) == "added 4 of 9 numbers"
    listed = inventory(numbers)
    assert [one["PhoneNumber"] for one in listed] == [f"+18445550{n}" for n in range(100, 113)] + ["+18665550199"]
    assert [one["NumberCapabilities"] for one in listed[8:11]] == [["SMS", "VOICE"]] * 2 + [["SMS", "VOICE", "MMS"]]
    given = request(desk.client(OTHER_ACCOUNT), "TOLL_FREE")
    (held,) = [one for one in inventory(numbers) if one["Account"]]
    assert held == {
        "PhoneNumber": given["PhoneNumber"],
        "IsoCountryCode": "US",
        "NumberType": "TOLL_FREE",
        "NumberCapabilities": ["SMS", "VOICE"],
        "Account": OTHER_ACCOUNT,
        "Region": REGION,
        "PhoneNumberId": given["PhoneNumberId"],
    }
    assert len(inventory(numbers, "--free")) == 13
    assert numbers("remove", TEN, "+18665550199") == "removed 10 of 11 numbers"
    assert held in inventory(numbers) and len(inventory(numbers)) == 4


def test_a_number_that_somebody_has_is_not_given_again(desk: RunningDesk, numbers: Callable[..., str]) -> None:
    numbers("assign", "+18445550100", "--account", ACCOUNT, "--region", REGION, *AMERICAN)
    assert numbers("add", *AMERICAN, "+18445550100") == "added 1 of 1 numbers"
    refusal(desk.client().request_phone_number, **asked("TOLL_FREE"))
    assert numbers("remove", "+18445550100") == "removed 0 of 1 numbers"
    name = desk.client().describe_phone_numbers()["PhoneNumbers"][0]["PhoneNumberId"]
    desk.client().release_phone_number(PhoneNumberId=name)
    assert request(desk.client(), "TOLL_FREE")["PhoneNumber"] == "+18445550100"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((*AMERICAN, "8445550100"), "8445550100 is not a phone number in the form of E.164"),
        ((*AMERICAN, "+1 844 555 0100"), "is not in the form of E.164: +18445550100 is"),
        ((*AMERICAN, "+447700900000"), "+447700900000 is not a number of US"),
        ((*AMERICAN, "+1844555"), "too long or too short"),
        ((*AMERICAN, "+18445550109-+18445550100"), "is not a range"),
        ((*AMERICAN, "+18440000000-+18449999999"), "has 10000000 numbers; give at most 1000000"),
        (("--country", "US", "--type", "LONG_CODE", "+12065550100"), "there are no LONG_CODE numbers in US"),
        (("--country", "QZ", "--type", "LONG_CODE", "+12065550100"), "QZ is not a country"),
        (("--country", "US", "--type", "PAGER", "+12065550100"), "--type PAGER is none of"),
        ((*AMERICAN, "--capabilities", "RCS", "+18445550100"), "has no RCS"),
        ((*AMERICAN, "--file", "/nowhere/numbers"), "No such file"),
    ],
)
def test_what_cannot_be_added(numbers: Callable[..., str], words: tuple[str, ...], complaint: str) -> None:
    told = numbers("add", *words, code=2)
    assert told.startswith("senderdesk: ") and complaint in told
    assert inventory(numbers) == []


def test_a_range_goes_over_lengths_and_zeros() -> None:
    assert list(numbers_of("+18445550099-+18445550101")) == ["+18445550099", "+18445550100", "+18445550101"]
    assert list(numbers_of("00098-00100")) == ["00098", "00099", "00100"]
    for wrong in ("+1844-1850", "98-100", "10-200", "+1-+2x", ""):
        with pytest.raises(ValueError, match="is not"):
            numbers_of(wrong)


def test_a_short_code_is_given_by_hand_and_registered(desk: RunningDesk, numbers: Callable[..., str]) -> None:
    name = numbers("assign", "60001", *GIVE_SHORT)
    client = desk.client()
    told = number_of(client, name)
    assert (told["PhoneNumber"], told["NumberType"], told["Status"]) == ("60001", "SHORT_CODE", "PENDING")
    registration = approve(desk, ACCOUNT, create(client, "GB_SHORT_CODE_REGISTRATION"))
    associate(client, registration, name)
    number_becomes(client, name, "ACTIVE")
    assert "60001 has a holder" in numbers("assign", "60001", *GIVE_SHORT, code=2)
    german = numbers("assign", "60001", *GIVE_SHORT[:4], "--country", "DE", "--type", "SHORT_CODE")
    assert number_of(client, german)["IsoCountryCode"] == "DE"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("+18445550100", *GIVE_SHORT), "is not a short code"),
        (("60001", *GIVE_SHORT, "--message-type", "LOUD"), "TRANSACTIONAL or PROMOTIONAL"),
        (("60001", "--account", "me", *GIVE_SHORT[2:]), "is not a 12-digit account"),
        (("+12065550100", *GIVE_SHORT[:4], "--country", "US", "--type", "SIMULATOR"), "no SIMULATOR number"),
    ],
)
def test_what_cannot_be_assigned(numbers: Callable[..., str], words: tuple[str, ...], complaint: str) -> None:
    assert complaint in numbers("assign", *words, code=2)


def test_a_database_in_memory_has_no_inventory() -> None:
    done = senderdesk("numbers", "list", "--database", "sqlite:///:memory:", code=2)
    assert b"in memory" in done.stderr
