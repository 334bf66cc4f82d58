"""The operator's carrier: what it is asked and how, and that a bad or slow one does no harm."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from senderdesk.carrier import Carrier, CarrierFailed, Question, read_secret
from senderdesk.desk import agenda
from tests.conftest import ACCOUNT, REGION, TOLL_FREE, DeskProcess, RunningDesk, client_of
from tests.filling import approve, associate, becomes, create, fill, status_of, submit, until
from tests.journeys.asking import refusal
from tests.numbers import asked, ids, number_becomes, number_status, request
from tests.test_number_supply import stocked
from tests.test_sender_ids import FINLAND, FINNISH

ASKED = Question("numbers/request", "phone-1", {"phoneNumberId": "phone-1"})


class Asked(NamedTuple):
    """One question as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes


class Adapter:
    """A carrier's adapter that answers as a test says: a status word, an HTTP status, or bytes; or it waits."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.say: Callable[[Asked], Any] = lambda asked: "done"
        self.waits = 0.0
        adapter = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw), raw)
                adapter.asked.append(asked)
                time.sleep(adapter.waits)
                said = adapter.say(asked)
                word = "done" if isinstance(said, int) else said
                answer = said if isinstance(said, bytes) else json.dumps({"status": word}).encode()
                self.send_response(said if isinstance(said, int) else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/carrier"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self, subject: str) -> list[str]:
        """What was asked about a subject, in order."""
        return [one.path.removeprefix("/carrier/") for one in self.asked if one.headers["idempotency-key"] == subject]

    def settled(self, subject: str) -> str:
        """`settled` once nothing has been asked about a subject for a while."""
        count = len(self.paths(subject))
        time.sleep(0.4)
        return " settled" if len(self.paths(subject)) == count else ""


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    adapter = Adapter()
    yield adapter
    adapter.server.shutdown()
    adapter.server.server_close()


@pytest.fixture
def desk(start_desk: Callable[..., RunningDesk], adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> RunningDesk:
    monkeypatch.setattr(agenda, "_patience", lambda piece: 0.05)
    return start_desk(provisioner_url=adapter.url, pace="instant")


def test_what_is_asked_and_what_is_told(adapter: Adapter) -> None:
    carrier = Carrier(adapter.url + "/")
    for said in ("done", "pending", "unknown"):
        adapter.say = lambda asked, said=said: said  # type: ignore[misc]
        assert carrier.ask(ASKED) == said
    first = adapter.asked[0]
    assert first.path == "/carrier/numbers/request"
    assert first.body == ASKED.body
    assert first.headers["idempotency-key"] == "phone-1"
    assert first.headers["content-type"] == "application/json"
    assert not any(name.startswith("webhook-") for name in first.headers)


def test_a_secret_signs_as_standard_webhooks_do(adapter: Adapter) -> None:
    Carrier(adapter.url, b"a secret of many bytes").ask(ASKED)
    (one,) = adapter.asked
    told = f"phone-1.{one.headers['webhook-timestamp']}.".encode() + one.raw
    mac = base64.b64encode(hmac.new(b"a secret of many bytes", told, hashlib.sha256).digest()).decode()
    assert one.headers["webhook-signature"] == f"v1,{mac}"
    assert one.headers["webhook-id"] == "phone-1"
    assert abs(int(one.headers["webhook-timestamp"]) - time.time()) < 5


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b'"done"', b'{"status": 1}', b"{}", b"{", 500, 204, "finished", b'{"status": "done"}' + b" " * 70_000],
)
def test_an_answer_that_is_none(adapter: Adapter, said: Any) -> None:
    adapter.say = lambda asked: said
    with pytest.raises(CarrierFailed):
        Carrier(adapter.url).ask(ASKED)


def test_a_carrier_that_is_not_there_or_does_not_answer(adapter: Adapter) -> None:
    with pytest.raises(CarrierFailed, match="ConnectionRefused"):
        Carrier("http://127.0.0.1:1").ask(ASKED)
    adapter.waits = 2
    begun = time.monotonic()
    with pytest.raises(CarrierFailed, match="imeout"):
        Carrier(adapter.url, total_seconds=0.3).ask(ASKED)
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("url", ["ftp://a", "127.0.0.1:9200", "http://", "http://a/?b", "http://a/#b"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="provisioner-url"):
        Carrier(url)


def test_a_secret_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_secret(tmp_path / "none")
    (tmp_path / "short").write_text("abc\n")
    with pytest.raises(ValueError, match="fewer than 16"):
        read_secret(tmp_path / "short")
    (tmp_path / "good").write_text("0123456789abcdef\n")
    assert read_secret(tmp_path / "good") == b"0123456789abcdef"


def test_a_number_is_active_when_the_carrier_has_it(desk: RunningDesk, adapter: Adapter) -> None:
    client = desk.client()
    answer = request(client, "LONG_CODE", "CA")
    number_becomes(client, answer["PhoneNumberId"], "ACTIVE")
    assert adapter.paths(answer["PhoneNumberId"]) == ["numbers/request"]
    assert adapter.asked[0].body == {
        "phoneNumberId": answer["PhoneNumberId"],
        "phoneNumber": answer["PhoneNumber"],
        "account": ACCOUNT,
        "region": REGION,
        "isoCountryCode": "CA",
        "numberType": "LONG_CODE",
        "messageType": "TRANSACTIONAL",
        "numberCapabilities": ["SMS"],
        "registrationId": None,
    }
    released = client.release_phone_number(PhoneNumberId=answer["PhoneNumberId"])
    assert released["Status"] == "DISASSOCIATING"
    until(lambda: ids(client), lambda seen: not seen)
    assert adapter.paths(answer["PhoneNumberId"])[1:] == ["numbers/release"]


def test_a_simulator_number_has_no_carrier(desk: RunningDesk, adapter: Adapter) -> None:
    client = desk.client()
    name = request(client)["PhoneNumberId"]
    assert client.release_phone_number(PhoneNumberId=name)["Status"] == "DELETED"
    assert adapter.asked == []


def test_who_is_not_ready_is_asked_for_the_status(desk: RunningDesk, adapter: Adapter) -> None:
    words = iter(["pending", "pending", "unknown", "pending", "done"])
    adapter.say = lambda asked: next(words)
    client = desk.client()
    name = number_becomes(client, request(client, "LONG_CODE", "CA")["PhoneNumberId"], "ACTIVE")
    paths = ["numbers/request", "numbers/status", "numbers/status", "numbers/request", "numbers/status"]
    assert adapter.paths(name) == paths


def test_a_carrier_that_fails_is_asked_again_with_the_same_key(desk: RunningDesk, adapter: Adapter) -> None:
    words: list[Any] = [500, b"nonsense", 503]
    adapter.say = lambda asked: words.pop() if words else "done"
    client = desk.client()
    name = number_becomes(client, request(client, "LONG_CODE", "CA")["PhoneNumberId"], "ACTIVE")
    assert adapter.paths(name) == ["numbers/request"] * 4
    words += [500, "pending"]
    client.release_phone_number(PhoneNumberId=name)
    until(lambda: ids(client), lambda seen: not seen)
    assert adapter.paths(name)[4:] == ["numbers/release"] * 3


def test_carrier_and_registration_are_both_waited_for(desk: RunningDesk, adapter: Adapter) -> None:
    adapter.say = lambda asked: "pending"
    client = desk.client()
    names = []
    for _ in range(2):
        registration, name = create(client, TOLL_FREE), request(client, "TOLL_FREE")["PhoneNumberId"]
        associate(client, registration, name)
        names.append((registration, name))
    (first, one), (second, other) = names
    approve(desk, ACCOUNT, first)
    assert (status_of(client, first), number_status(client, one)) == ("COMPLETE", "PENDING")
    until(lambda: adapter.paths(other)[-1:], lambda last: last == ["numbers/status"])
    adapter.say = lambda asked: "done"
    number_becomes(client, one, "ACTIVE")
    until(lambda: number_status(client, other) + adapter.settled(other), lambda seen: seen == "PENDING settled")
    approve(desk, ACCOUNT, second)
    number_becomes(client, other, "ACTIVE")


def test_a_release_waits_for_the_request_that_is_out(desk: RunningDesk, adapter: Adapter) -> None:
    adapter.waits = 0.7
    client = desk.client()
    name = request(client, "LONG_CODE", "CA")["PhoneNumberId"]
    until(lambda: adapter.paths(name), lambda paths: paths == ["numbers/request"])
    client.release_phone_number(PhoneNumberId=name)
    time.sleep(0.3)
    assert adapter.paths(name) == ["numbers/request"]
    until(lambda: ids(client), lambda seen: not seen)
    assert adapter.paths(name) == ["numbers/request", "numbers/release"]


def test_a_number_has_a_holder_until_the_carrier_let_go(
    start_desk: Callable[..., RunningDesk], adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda, "_patience", lambda piece: 0.05)
    desk = start_desk(provisioner_url=adapter.url, pace="instant", numbers="inventory")
    stocked(desk, "TOLL_FREE", ["+18445550100"])
    client = desk.client()
    name = request(client, "TOLL_FREE")["PhoneNumberId"]
    adapter.say = lambda asked: 500
    client.release_phone_number(PhoneNumberId=name)
    until(lambda: adapter.paths(name), lambda paths: paths.count("numbers/release") > 2)
    assert number_status(client, name) == "DISASSOCIATING"
    refusal(client.request_phone_number, **asked("TOLL_FREE"))
    adapter.say = lambda asked: "unknown" if asked.path.endswith("release") else "done"
    until(lambda: ids(client), lambda seen: not seen)
    assert request(client, "TOLL_FREE")["PhoneNumber"] == "+18445550100"


def test_a_registration_is_provisioning_until_the_carrier_is_done(desk: RunningDesk, adapter: Adapter) -> None:
    adapter.say = lambda asked: "pending"
    client = desk.client()
    registration = fill(client, create(client, FINLAND), FINNISH)
    submit(client, registration)
    becomes(client, registration, "PROVISIONING")
    until(lambda: len(adapter.asked), lambda count: count > 2)
    assert status_of(client, registration) == "PROVISIONING"
    assert client.describe_sender_ids()["SenderIds"] == []
    assert adapter.asked[0].body == {
        "registrationId": registration,
        "registrationVersionNumber": 1,
        "registrationType": FINLAND,
        "account": ACCOUNT,
        "region": REGION,
    }
    adapter.say = lambda asked: "done"
    becomes(client, registration, "COMPLETE")
    assert set(adapter.paths(f"{registration}/1")) == {"registrations/provision"}
    assert len(client.describe_sender_ids()["SenderIds"]) == 1


def test_a_slow_carrier_is_not_asked_twice_at_a_time(
    desk: RunningDesk, adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda, "_LOST_SECONDS", 0.1)
    adapter.waits = 0.8
    client = desk.client()
    names = [request(client, "LONG_CODE", "CA")["PhoneNumberId"] for _ in range(6)]
    for name in names:
        number_becomes(client, name, "ACTIVE")
        assert adapter.paths(name) == ["numbers/request"]


def test_a_desk_killed_while_a_question_is_out_asks_it_again(
    start_process: Callable[..., DeskProcess], adapter: Adapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adapter.waits = 5
    process = start_process("--provisioner-url", adapter.url)
    name = request(client_of(process.url), "LONG_CODE", "CA")["PhoneNumberId"]
    until(lambda: adapter.paths(name), lambda paths: bool(paths))
    process.stop(signal.SIGKILL)
    adapter.waits = 0
    with sqlite3.connect(tmp_path / "desk.db") as connection:  # the time after which it counts as lost
        connection.execute("UPDATE due_work SET due_at = 0")
    connection.close()
    again = start_process("--provisioner-url", adapter.url)
    number_becomes(client_of(again.url), name, "ACTIVE")
    assert adapter.paths(name) == ["numbers/request"] * 2
