"""The turnstile by itself, turn by turn: who shares a commit, and who is told what when one fails."""

from __future__ import annotations

import asyncio
import io
import json
import resource
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from senderdesk import logs
from senderdesk import service as service_module
from senderdesk import turnstile as turnstile_module
from senderdesk.errors import ConflictException
from senderdesk.operations import Call, Served
from senderdesk.service import Admitted, Service, open_service
from senderdesk.settings import Settings
from senderdesk.turnstile import Turnstile
from senderdesk.wire import Request, Response
from tests.conftest import ACCOUNT, TOLL_FREE, DeskProcess
from tests.rawhttp import Key, wire_to
from tests.rawhttp import Request as RawRequest

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
INTERNAL = "InternalServerException"


class Turns:
    """A service on a file, and the way to ask it many things within one turn."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "desk.db"
        self.service: Service = open_service(Settings(database=f"sqlite:///{self.path}"))
        self.commits = 0
        self.given_up = 0
        self._commit = self.service.database.commit
        self.before_commit: Callable[[], None] = lambda: None
        self.service.database.commit = self.commit  # type: ignore[method-assign]

    def commit(self) -> None:
        """Count, let the test interfere, and commit."""
        self.commits += 1
        self.before_commit()
        self._commit()

    def give_up(self) -> None:
        """What the server does when the disk cannot be believed, counted."""
        self.given_up += 1

    def run(self, *turns: list[Request]) -> list[list[Response]]:
        """Ask each list within one tick of the loop, so within one turn, and wait for its answers."""

        async def ask_all() -> list[list[Response]]:
            turnstile = Turnstile(self.service, self.give_up)
            answers = [await asyncio.wait_for(asyncio.gather(*asked(turnstile, turn)), 10) for turn in turns]
            turnstile.close()
            return answers

        return asyncio.run(ask_all())

    def stored(self) -> dict[str, int]:
        """Rows of each table, as another process sees them."""
        with closing(sqlite3.connect(self.path)) as database:
            tables = ("registrations", "registration_versions", "version_status_history", "tags", "replayed_answers")
            rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
            used = database.execute("SELECT coalesce(sum(used), 0) FROM counters").fetchone()[0]
        return {**rows, "used": used}


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[Turns]:
    turns = Turns(tmp_path)
    yield turns
    turns.service.database.close()


def request(operation: str = "CreateRegistration", **arguments: Any) -> Request:
    """A request as the connection hands it over."""
    body = json.dumps(arguments or {"RegistrationType": TOLL_FREE}).encode()
    raw = RawRequest(body, operation).sign(Key(ACCOUNT, "any"))
    return Request("POST", b"/", b"", [(name.lower().encode(), value.encode()) for name, value in raw.headers], body)


def asked(turnstile: Turnstile, requests: list[Request]) -> list[asyncio.Future[Response]]:
    """Ask now; the futures have the answers."""
    futures = [asyncio.get_running_loop().create_future() for _ in requests]
    for one, future in zip(requests, futures, strict=True):
        admitted = turnstile._service.admit(one)
        assert isinstance(admitted, Admitted)
        turnstile.ask(admitted, future.set_result)
    return futures


def outcomes(answers: list[Response]) -> list[str]:
    """The status that was made, or the error's name, of each answer."""
    said = [json.loads(answer.body) for answer in answers]
    assert all((answer.status == 200) == ("__type" not in one) for answer, one in zip(answers, said, strict=True))
    return [one.get("__type") or one["RegistrationStatus"] for one in said]


def rows(count: int, tags: int = 0, tokens: int = 0) -> dict[str, int]:
    """What `stored` says of so many whole registrations."""
    whole = dict.fromkeys(("registrations", "registration_versions", "version_status_history", "used"), count)
    return {**whole, "tags": tags, "replayed_answers": tokens}


def fail_commit(turns: Turns) -> Callable[[], None]:
    """Let SQLite itself refuse the commit, by a version without a registration that is found only at its end."""

    def orphan() -> None:
        execute = turns.service.database._writer.execute  # type: ignore[attr-defined]
        execute("PRAGMA defer_foreign_keys = ON")
        execute(
            "INSERT INTO registration_versions (account_id, region, registration_id, version_number, status) "
            "VALUES ('1', 'r', 'none', 1, 'DRAFT')"
        )

    return orphan


def test_what_is_asked_together_shares_one_commit(turns: Turns) -> None:
    (first,) = turns.run([request() for _ in range(30)])
    assert outcomes(first) == ["CREATED"] * 30
    assert (turns.commits, turns.stored()) == (1, rows(30))


def test_what_is_asked_during_a_commit_shares_the_next(turns: Turns) -> None:
    reached, released = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        assert released.wait(10)

    async def ask_twice() -> list[Response]:
        turnstile = Turnstile(turns.service, turns.give_up)
        early = asked(turnstile, [request()])
        while not reached.is_set():
            await asyncio.sleep(0.001)
        late = [one for _ in range(20) for one in asked(turnstile, [request()]) if not await asyncio.sleep(0)]
        await asyncio.sleep(0.05)
        assert not any(future.done() for future in early + late), "acknowledged before it was durable"
        assert (turns.commits, turns.stored()) == (1, rows(0))
        released.set()
        answers = await asyncio.wait_for(asyncio.gather(*early, *late), 10)
        turnstile.close()
        return answers

    turns.before_commit = hold
    assert outcomes(asyncio.run(ask_twice())) == ["CREATED"] * 21
    assert (turns.commits, turns.stored()) == (2, rows(21))


def test_a_turn_that_wrote_nothing_needs_no_commit(turns: Turns) -> None:
    turns.run([request("DescribeRegistrations", MaxResults=5)])
    assert turns.commits == 0


def test_a_failed_commit_is_told_to_all_of_its_turn_and_to_no_other(turns: Turns) -> None:
    (before,) = turns.run([request()])
    turns.before_commit = fail_commit(turns)
    (failed,) = turns.run([request(RegistrationType=TOLL_FREE, ClientToken=str(number)) for number in range(5)])
    turns.before_commit = lambda: None
    assert (outcomes(before), outcomes(failed)) == (["CREATED"], [INTERNAL] * 5)
    assert [answer.status for answer in failed] == [500] * 5
    assert turns.stored() == rows(1)
    assert turns.given_up == 0
    (again,) = turns.run([request(RegistrationType=TOLL_FREE, ClientToken=str(number)) for number in range(5)])
    assert outcomes(again) == ["CREATED"] * 5
    assert turns.stored() == rows(6, tokens=5)


def test_an_error_that_nobody_foresaw_at_the_commit_stops_the_server(turns: Turns) -> None:
    def surprise() -> None:
        raise RuntimeError("not an error of the database")

    turns.before_commit = surprise
    (failed,) = turns.run([request(), request()])
    assert (outcomes(failed), turns.given_up) == ([INTERNAL] * 2, 1)


@pytest.mark.parametrize(
    ("error", "code"),
    [(RuntimeError("a bug"), INTERNAL), (ConflictException("X", "registration", "r"), "ConflictException")],
    ids=["bug", "refusal"],
)
def test_an_operation_that_raises_leaves_nothing_and_its_neighbours_stay(
    turns: Turns, error: Exception, code: str
) -> None:
    real = turns.service.served["CreateRegistration"]

    def create(call: Call, registration_type: str, **more: Any) -> dict[str, Any]:
        answer = real.function(call, registration_type, **more)
        if registration_type == BRAND:
            raise error
        return answer

    turns.service.served["CreateRegistration"] = Served(create, real.members)
    tags = [{"Key": "a", "Value": "b"}]
    asked = [
        request(RegistrationType=name, Tags=tags, ClientToken=f"t{n}") for n, name in enumerate((TOLL_FREE, BRAND) * 3)
    ]
    (answers,) = turns.run(asked)
    assert outcomes(answers) == ["CREATED", code] * 3
    assert (turns.commits, turns.stored()) == (1, rows(3, tags=3, tokens=3))


def test_a_disk_that_fills_up_fails_the_whole_turn_until_there_is_room(turns: Turns) -> None:
    def turn(name: str) -> list[Request]:
        tags = [{"Key": f"key {number}", "Value": "v" * 256} for number in range(40)]
        return [request(RegistrationType=TOLL_FREE, Tags=tags, ClientToken=f"{name}{n}") for n in range(30)]

    turns.run([request()])
    execute = turns.service.database._writer.execute  # type: ignore[attr-defined]
    execute(f"PRAGMA max_page_count = {execute('PRAGMA page_count').fetchone()[0] + 20}")
    full, small, read = turns.run(turn("a"), [request()], [request("DescribeRegistrations", MaxResults=5)])
    assert outcomes(full) == [INTERNAL] * 30
    assert outcomes(small) == ["CREATED"], "what there is room for is taken"
    assert len(json.loads(read[0].body)["Registrations"]) == 2
    assert turns.stored() == rows(2)
    execute("PRAGMA max_page_count = 1000000")
    (room,) = turns.run(turn("a"))
    assert outcomes(room) == ["CREATED"] * 30
    assert turns.stored() == rows(32, tags=1200, tokens=30)
    assert turns.given_up == 0


class FullDisk(io.RawIOBase):
    """A file on a disk that has no room."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raise OSError(28, "No space left on device")


@pytest.fixture
def _full_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log of this process, as it is configured, on a disk without room."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", io.TextIOWrapper(io.BufferedWriter(FullDisk(), 1)))
        logs.configure()
        patch.setattr(turnstile_module, "log", structlog.get_logger("full"))
        patch.setattr(service_module, "log", structlog.get_logger("full"))
        yield
    logs.configure()


@pytest.mark.usefixtures("_full_log")
def test_a_log_that_cannot_be_written_leaves_nobody_waiting(turns: Turns) -> None:
    real = turns.service.served["CreateRegistration"]
    turns.service.served["CreateRegistration"] = Served(lambda call, **_: {}, real.members)
    (broken,) = turns.run([request(), request()])
    turns.service.served["CreateRegistration"] = real
    turns.before_commit = fail_commit(turns)
    (failed,) = turns.run([request()])
    turns.before_commit = lambda: None
    (well,) = turns.run([request()])
    assert [outcomes(answers) for answers in (broken, failed, well)] == [[INTERNAL] * 2, [INTERNAL], ["CREATED"]]


def test_chores_share_a_turn_and_one_that_fails_disturbs_nobody(turns: Turns) -> None:
    done: list[str] = []

    async def ask() -> list[Response]:
        turnstile = Turnstile(turns.service, turns.give_up)
        futures = asked(turnstile, [request()])
        turnstile.between_turns(lambda: 1 / 0)
        turnstile.between_turns(lambda: done.append("chore"))
        answers = await asyncio.wait_for(asyncio.gather(*futures), 10)
        turnstile.close()
        return answers

    assert outcomes(asyncio.run(ask())) == ["CREATED"]
    assert (done, turns.commits) == (["chore"], 1)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="SKIPPED LOUDLY: only Linux can limit another process")
def test_a_disk_that_fails_to_write_ends_the_process_with_an_error_status(
    start_process: Callable[..., DeskProcess], tmp_path: Path
) -> None:
    process = start_process()
    key, port = Key(ACCOUNT, "any"), int(process.url.rpartition(":")[2])
    with wire_to(port) as wire:
        assert wire.ask(RawRequest().sign(key)).status == 200
        limit = (tmp_path / "desk.db-wal").stat().st_size
        resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        assert wire.ask(RawRequest().sign(key)).error == INTERNAL
    assert process.process.wait(20) != 0, "a supervisor that restarts what failed would leave it down"
    with closing(sqlite3.connect(tmp_path / "desk.db")) as database:
        assert database.execute("SELECT count(*) FROM registrations").fetchone()[0] == 1
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
