"""One number, one holder: over accounts and Regions, among many at once, and when the desk is killed."""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from senderdesk.database.sqlite import SqliteDatabase
from senderdesk.service import open_service
from senderdesk.settings import Settings
from senderdesk.wire import Request
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, DeskProcess, RunningDesk, client_of
from tests.journeys.asking import Line, refusal, signed_headers
from tests.numbers import asked, ids, number_of, request
from tests.test_number_registrations import conflict

TOLL_FREE_NUMBERS = [f"+1844555{number:04}" for number in range(100, 200)]


def stock(database: SqliteDatabase, number_type: str, numbers: list[str], capabilities: str, country: str) -> None:
    row = {"iso_country_code": country, "number_type": number_type, "capabilities": capabilities, "added_at": 1.0}
    database.write(lambda rows: rows.add_to_inventory([{**row, "phone_number": number} for number in numbers]))
    database.commit()


def stocked(
    desk: RunningDesk, number_type: str, numbers: list[str], capabilities: str = "SMS", country: str = "US"
) -> None:
    """Put numbers into the inventory of a desk that runs, as the command line does it."""
    database = SqliteDatabase(desk.settings.database_path)
    try:
        stock(database, number_type, numbers, capabilities, country)
    finally:
        database.close()


@pytest.fixture
def desk(start_desk: Callable[..., RunningDesk]) -> RunningDesk:
    return start_desk(numbers="inventory")


def test_an_inventory_is_given_away_and_taken_back(desk: RunningDesk) -> None:
    client = desk.client()
    answer = refusal(client.request_phone_number, **asked("TOLL_FREE"))
    assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "phone-number")
    stocked(desk, "TOLL_FREE", TOLL_FREE_NUMBERS[:2])
    first, second = request(client, "TOLL_FREE"), request(desk.client(OTHER_ACCOUNT), "TOLL_FREE")
    assert {first["PhoneNumber"], second["PhoneNumber"]} == set(TOLL_FREE_NUMBERS[:2])
    refusal(client.request_phone_number, **asked("TOLL_FREE"))
    client.release_phone_number(PhoneNumberId=first["PhoneNumberId"])
    again = request(desk.client(region="eu-west-1"), "TOLL_FREE")
    assert again["PhoneNumber"] == first["PhoneNumber"]


def test_a_simulator_number_needs_no_inventory(desk: RunningDesk) -> None:
    assert request(desk.client())["Status"] == "ACTIVE"


def test_what_a_number_must_do_chooses_the_one_that_can_do_least_beside(desk: RunningDesk) -> None:
    can = {"+18445550100": "SMS", "+18445550101": "SMS VOICE", "+18445550102": "SMS VOICE MMS", "+18445550103": "VOICE"}
    for number, capabilities in can.items():
        stocked(desk, "TOLL_FREE", [number], capabilities)
    client = desk.client()
    for wanted, number in ((["VOICE"], "03"), (["SMS"], "00"), (["MMS"], "02"), (["SMS"], "01")):
        answer = request(client, "TOLL_FREE", NumberCapabilities=wanted)
        assert (answer["PhoneNumber"][-2:], answer["NumberCapabilities"]) == (number, wanted)
    refusal(client.request_phone_number, **asked("TOLL_FREE"))


def test_a_quota_or_another_refusal_leaves_the_number_free(desk: RunningDesk) -> None:
    stocked(desk, "TOLL_FREE", TOLL_FREE_NUMBERS[:1])
    desk.service.desk.limits._quotas |= {"PHONE_NUMBERS_PER_ACCOUNT": 1}
    client = desk.client()
    request(client)
    assert refusal(client.request_phone_number, **asked("TOLL_FREE"))["Reason"] == "PHONE_NUMBERS_PER_ACCOUNT"
    assert request(desk.client(OTHER_ACCOUNT), "TOLL_FREE")["PhoneNumber"] == TOLL_FREE_NUMBERS[0]


def test_two_hundred_at_once_get_the_last_fifty(desk: RunningDesk) -> None:
    stocked(desk, "TOLL_FREE", TOLL_FREE_NUMBERS[:50])
    begin = threading.Barrier(50)

    def ask(number: int) -> list[tuple[int, Any]]:
        line = Line(desk.url, (ACCOUNT, OTHER_ACCOUNT)[number % 2])
        begin.wait(20)
        answers = [line.call("RequestPhoneNumber", **asked("TOLL_FREE")) for _ in range(4)]
        line.close()
        return [(answer.status, answer.json) for answer in answers]

    with ThreadPoolExecutor(50) as threads:
        answers = [answer for some in threads.map(ask, range(50)) for answer in some]
    given = [body["PhoneNumber"] for status, body in answers if status == 200]
    assert sorted(given) == TOLL_FREE_NUMBERS[:50]
    refused = Counter(body["__type"] for status, body in answers if status != 200)
    assert refused == {"ResourceNotFoundException": 150}
    held = [one for account in (ACCOUNT, OTHER_ACCOUNT) for one in ids(desk.client(account))]
    assert len(held) == len(set(held)) == 50


def test_invented_numbers_go_on_in_the_next_range(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk()
    client = desk.client()
    first = request(client, "LONG_CODE", "SE")["PhoneNumber"]
    numbers = [request(client, "LONG_CODE", "SE")["PhoneNumber"] for _ in range(95)]
    assert first == "+46701740605" and len({first, *numbers}) == 96
    assert numbers[-2:] == ["+46701740699", "+99904600000000"]


class Holding(RuleBasedStateMachine):
    """Requests, releases, new numbers and restarts in any order, against who should have what."""

    accounts = (ACCOUNT, OTHER_ACCOUNT)
    held = Bundle("held")

    @initialize()
    def begin(self) -> None:
        self.service = open_service(Settings(database="sqlite:///:memory:", numbers="inventory", pace="instant"))
        self.stock: set[str] = set()
        self.holders: dict[str, tuple[str, str]] = {}

    def call(self, account: str, operation: str, **arguments: Any) -> tuple[int, Any]:
        headers = [
            (name.lower().encode(), value.encode()) for name, value in signed_headers(operation, account).items()
        ]
        response = self.service.handle(Request("POST", b"/", b"", headers, json.dumps(arguments).encode()))
        self.service.agenda.work()
        if self.service.database.pending:
            self.service.database.commit()
        return response.status, json.loads(response.body)

    @rule(number=st.integers(100, 106))
    def add(self, number: int) -> None:
        """As `senderdesk numbers add`, of what may be there already."""
        text = f"+1844555{number:04}"
        stock(self.service.database, "TOLL_FREE", [text], "SMS", "US")  # type: ignore[arg-type]
        self.stock.add(text)

    @rule(target=held, account=st.sampled_from(accounts))
    def request(self, account: str) -> tuple[str, str]:
        status, body = self.call(account, "RequestPhoneNumber", **asked("TOLL_FREE"))
        free = self.stock - self.holders.keys()
        assert (status == 200) == bool(free), body
        if status != 200:
            return account, ""
        assert body["PhoneNumber"] in free
        self.holders[body["PhoneNumber"]] = account, body["PhoneNumberId"]
        return account, body["PhoneNumberId"]

    @rule(one=consumes(held))
    def release(self, one: tuple[str, str]) -> None:
        account, name = one
        if not name:
            return
        status, body = self.call(account, "ReleasePhoneNumber", PhoneNumberId=name)
        assert (status, body["Status"]) == (200, "DELETED")
        assert self.holders.pop(body["PhoneNumber"]) == one

    @rule(one=held, account=st.sampled_from(accounts))
    def release_anothers(self, one: tuple[str, str], account: str) -> None:
        if one[1] and account != one[0]:
            assert self.call(account, "ReleasePhoneNumber", PhoneNumberId=one[1])[0] == 400

    @rule(number=st.integers(100, 106))
    def remove(self, number: int) -> None:
        """As `senderdesk numbers remove`: only what nobody has goes."""
        text = f"+1844555{number:04}"
        gone = self.service.database.write(lambda rows: rows.remove_from_inventory(phone_number=text))
        self.service.database.commit()
        assert bool(gone) == (text in self.stock and text not in self.holders)
        self.stock -= {text} - self.holders.keys()

    @invariant()
    def every_number_has_its_one_holder(self) -> None:
        if not hasattr(self, "holders"):
            return
        found = [
            (one["PhoneNumber"], (account, one["PhoneNumberId"]))
            for account in self.accounts
            for one in self.call(account, "DescribePhoneNumbers")[1]["PhoneNumbers"]
        ]
        assert sorted(found) == sorted(self.holders.items())


def test_one_number_one_holder() -> None:
    run_state_machine_as_test(
        Holding, settings=settings(max_examples=25, stateful_step_count=40, deadline=None, derandomize=True)
    )


class Load:
    """Threads that request and release numbers until the desk is gone; what they were told stays known."""

    def __init__(self, url: str) -> None:
        self.acknowledged: dict[str, str] = {}
        self.releasing: set[str] = set()
        self.released: set[str] = set()
        self.refused: list[Any] = []
        self.threads = [threading.Thread(target=self._run, args=(url, number), daemon=True) for number in range(4)]
        for thread in self.threads:
            thread.start()

    def _run(self, url: str, number: int) -> None:
        line = Line(url, (ACCOUNT, OTHER_ACCOUNT)[number % 2])
        try:
            while True:
                answer = line.call("RequestPhoneNumber", **asked("TOLL_FREE"))
                if answer.status != 200:
                    assert answer.json["__type"] == "ResourceNotFoundException", answer
                    continue
                name = answer.json["PhoneNumberId"]
                self.acknowledged[name] = answer.json["PhoneNumber"]
                if len(self.acknowledged) % 3:
                    self.releasing.add(name)
                    assert line.call("ReleasePhoneNumber", PhoneNumberId=name).status == 200
                    self.released.add(name)
        except (http.client.HTTPException, ConnectionError, ValueError):
            pass
        except AssertionError as error:
            self.refused.append(error)
        finally:
            line.close()


def held_numbers(folder: Path) -> dict[str, str]:
    with closing(sqlite3.connect(folder / "desk.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        free = {n for (n,) in connection.execute("SELECT phone_number FROM number_inventory WHERE is_held = 0")}
        rows = dict(connection.execute("SELECT phone_number_id, phone_number FROM phone_numbers"))
        every = {n for (n,) in connection.execute("SELECT phone_number FROM number_inventory")}
        used = dict(
            connection.execute("SELECT account_id, used FROM counters WHERE name = 'PHONE_NUMBERS_PER_ACCOUNT'")
        )
        owned = dict(connection.execute("SELECT account_id, count(*) FROM phone_numbers GROUP BY account_id"))
    assert len(set(rows.values())) == len(rows)
    assert free == every - set(rows.values())
    assert {account: count for account, count in used.items() if count} == owned
    return rows


@pytest.mark.parametrize("settle", [0.3, 0.9])
def test_a_desk_killed_under_load_knows_who_has_what(
    start_process: Callable[..., DeskProcess], tmp_path: Path, settle: float
) -> None:
    database = SqliteDatabase(str(tmp_path / "desk.db"))
    stock(database, "TOLL_FREE", TOLL_FREE_NUMBERS, "SMS", "US")
    database.close()
    process = start_process("--numbers", "inventory")
    load = Load(process.url)
    time.sleep(settle)
    process.stop(signal.SIGKILL)
    for thread in load.threads:
        thread.join(20)
        assert not thread.is_alive()
    assert load.refused == [] and load.acknowledged and load.released
    rows = held_numbers(tmp_path)
    for name, number in load.acknowledged.items():
        if name not in load.releasing:
            assert rows[name] == number
    assert not rows.keys() & load.released
    again = start_process("--numbers", "inventory")
    held = set(rows.values())
    client = client_of(again.url)
    given = set()
    for _ in range(len(TOLL_FREE_NUMBERS) - len(held)):
        given.add(client.request_phone_number(**asked("TOLL_FREE"))["PhoneNumber"])
    assert given == set(TOLL_FREE_NUMBERS) - held
    with pytest.raises(ClientError):
        client.request_phone_number(**asked("TOLL_FREE"))


def test_nothing_of_a_number_is_left_where_its_insertion_fails(desk: RunningDesk) -> None:
    stocked(desk, "TOLL_FREE", TOLL_FREE_NUMBERS[:1])
    client = desk.client()
    draft = client.create_registration(RegistrationType="US_TEN_DLC_CAMPAIGN_REGISTRATION")["RegistrationId"]
    wanted = asked("TEN_DLC", RegistrationId=draft)
    assert conflict(client.request_phone_number, **wanted) == "REGISTRATION_NOT_COMPLETE"
    number = request(client, "TOLL_FREE")
    assert number_of(client, number["PhoneNumberId"])["PhoneNumber"] == TOLL_FREE_NUMBERS[0]
