"""Work that is due later: done once, in its order, after a restart too, and no piece holds up another."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from senderdesk import due, logs
from senderdesk.database import CommitFailed
from senderdesk.desk import agenda, steps
from senderdesk.operations import Call
from senderdesk.service import Service, open_service
from senderdesk.settings import Settings
from senderdesk.wire import Request
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION, DeskProcess, RunningDesk, client_of, running_desk
from tests.filling import (
    BRAND,
    PICTURE,
    attachment_of,
    becomes,
    create,
    fill,
    happen,
    status_of,
    submit,
    until,
    uploaded,
    version_status,
    versions_of,
)
from tests.journeys.asking import signed_headers

Row = tuple[Any, ...]


class StillDesk:
    """A desk without a socket, whose clock stands still until it is moved, and which works when it is told to."""

    def __init__(self, **options: Any) -> None:
        self.now = 1_000_000_000.0
        self.service: Service = open_service(Settings(database="sqlite:///:memory:", **options), lambda: self.now)

    def ask(self, operation: str, account: str = ACCOUNT, **arguments: Any) -> Any:
        headers = {"host": "a", **{name.lower(): value for name, value in signed_headers(operation, account).items()}}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        request = Request("POST", b"/", b"", pairs)
        request.body = json.dumps(arguments).encode()
        answer = self.service.handle(request)
        self._commit()
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def submitted(self, account: str = ACCOUNT, **more: Any) -> str:
        """A brand that was submitted empty; gives its id."""
        name: str = self.ask("CreateRegistration", account, RegistrationType=BRAND)["RegistrationId"]
        self.ask("SubmitRegistrationVersion", account, RegistrationId=name, **more)
        return name

    def work(self, after: float = 0.0) -> int:
        """Let time pass, and do what is due; gives how many pieces were done."""
        self.now += after
        done = self.service.agenda.work()
        self._commit()
        return done

    def status(self, name: str, account: str = ACCOUNT) -> str:
        (found,) = self.ask("DescribeRegistrations", account, RegistrationIds=[name])["Registrations"]
        return str(found["RegistrationStatus"])

    def in_call(self, work: Callable[[Call], Any], account: str = ACCOUNT) -> Any:
        desk = self.service.desk
        done = self.service.database.write(lambda rows: work(Call(account, REGION, "desk", self.now, rows, desk)))
        self._commit()
        return done

    def waiting(self) -> list[Row]:
        """Kind, subject and seconds until it is due, of all that waits, the next first."""
        rows = self.service.database.write(lambda rows: rows.list_due_work(now=self.now + 1e9, count=1000))
        self._commit()
        return [(row["kind"], row["subject"], round(row["due_at"] - self.now, 3)) for row in rows]

    def _commit(self) -> None:
        if self.service.database.pending:
            self.service.database.commit()


@pytest.fixture
def still() -> Iterator[StillDesk]:
    desk = StillDesk()
    yield desk
    desk.service.agenda.close()
    desk.service.database.close()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The steps that are taken, in order, in place of doing them."""
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(agenda.steps, "take", lambda call, kind, subject: seen.append((kind, subject)))
    return seen


def test_nothing_is_done_before_it_is_due_and_then_once(still: StillDesk) -> None:
    name = still.submitted()
    assert still.waiting() == [(due.INTAKE, f"{name}/1", 1.0)]
    assert not still.service.agenda.is_due()
    assert (still.work(after=0.99), still.status(name)) == (0, "SUBMITTED")
    still.now += 0.02
    assert still.service.agenda.is_due()
    assert (still.work(), still.status(name)) == (1, "REQUIRES_UPDATES")
    assert (still.work(after=3600), still.waiting()) == (0, [])
    assert not still.service.agenda.is_due()


def test_the_oldest_is_done_first_and_of_one_moment_in_the_order_of_the_subjects(
    still: StillDesk, taken: list[tuple[str, str]]
) -> None:
    for subject, seconds in (("d", 3.0), ("b", 2.0), ("c", 2.0), ("a", 2.0), ("e", 1.0), ("f", 99.0)):
        still.in_call(lambda call, subject=subject, seconds=seconds: due.schedule(call, "intake", subject, seconds))
    assert still.work(after=10) == 5
    assert [subject for _, subject in taken] == ["e", "a", "b", "c", "d"]
    assert still.waiting() == [("intake", "f", 89.0)]


def test_what_is_scheduled_again_is_done_once_at_the_later_time(still: StillDesk, taken: list[tuple[str, str]]) -> None:
    for seconds in (1.0, 5.0):
        still.in_call(lambda call, seconds=seconds: due.schedule(call, "intake", "a", seconds))
    assert (still.work(after=2), taken) == (0, [])
    assert (still.work(after=4), taken) == (1, [("intake", "a")])


def test_a_turn_does_not_go_on_for_ever(still: StillDesk, taken: list[tuple[str, str]]) -> None:
    for number in range(250):
        still.in_call(lambda call, number=number: due.schedule(call, "intake", f"{number:03}", 0.0))
    assert [still.work(), still.work(), still.work(), still.work()] == [100, 100, 50, 0]
    assert [subject for _, subject in taken] == [f"{number:03}" for number in range(250)]


def test_a_piece_that_fails_is_put_off_longer_each_time_and_holds_up_nobody(
    still: StillDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = still.submitted(), still.submitted()
    take, tried = steps.take, []

    def failing(call: Call, kind: str, subject: str) -> None:
        if subject.startswith(bad):
            tried.append(still.now)
            take(call, kind, subject)  # what it wrote before it failed must not stay
            raise RuntimeError("no luck")
        take(call, kind, subject)

    monkeypatch.setattr(agenda.steps, "take", failing)
    still.work(after=1)
    assert (still.status(bad), still.status(good)) == ("SUBMITTED", "REQUIRES_UPDATES")
    for wait in (1.0, 2.0, 4.0, 8.0):
        assert still.waiting() == [(due.INTAKE, f"{bad}/1", wait)]
        assert (still.work(after=wait - 0.01), still.work(after=0.02)) == (0, 1)
        still.now = tried[-1]
    still.in_call(
        lambda call: [call.rows.postpone_due_work(**call.place, kind="intake", subject=f"{bad}/1", due_at=call.now)
                      for _ in range(2000)]
    )  # fmt: skip
    still.work()
    assert still.waiting() == [(due.INTAKE, f"{bad}/1", 3600.0)]  # an hour at most, however often it failed
    monkeypatch.setattr(agenda.steps, "take", take)
    still.work(after=3600)
    assert (still.status(bad), still.waiting()) == ("REQUIRES_UPDATES", [])


def test_a_failure_is_logged(still: StillDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    monkeypatch.setattr(logs, "_write", lines.append)
    still.in_call(lambda call: due.schedule(call, "no such kind", "registration-x/1", 0.0))
    name = still.submitted()
    still.in_call(lambda call: due.schedule(call, "no such kind", f"{name}/1", 0.0))
    still.work()
    assert {kind for kind, *_ in still.waiting()} == {"no such kind", "intake"}
    told = b"".join(lines)
    assert b"work that was due failed" in told
    assert b"no such kind" in told


@pytest.mark.parametrize("kind", [due.INTAKE, due.AWS_REVIEW, due.DECIDE, due.PROVISION])
def test_a_step_does_nothing_to_a_version_that_does_not_wait_for_it(still: StillDesk, kind: str) -> None:
    name = still.ask("CreateRegistration", RegistrationType=BRAND)["RegistrationId"]
    still.in_call(lambda call: due.schedule(call, kind, f"{name}/1", 0.0))
    assert (still.work(), still.status(name), still.waiting()) == (1, "CREATED", [])


def test_a_step_of_an_older_version_does_nothing_to_a_newer_one(still: StillDesk) -> None:
    name = still.submitted()
    still.ask("DiscardRegistrationVersion", RegistrationId=name)
    still.ask("CreateRegistrationVersion", RegistrationId=name)
    still.now += 0.5
    still.ask("SubmitRegistrationVersion", RegistrationId=name)
    assert still.waiting() == [(due.INTAKE, f"{name}/1", 0.5), (due.INTAKE, f"{name}/2", 1.0)]
    assert (still.work(after=0.7), still.status(name)) == (1, "SUBMITTED")
    assert (still.work(after=0.7), still.status(name)) == (1, "REQUIRES_UPDATES")


def test_rows_of_what_is_gone_vanish(still: StillDesk) -> None:
    name = still.ask("CreateRegistration", RegistrationType=BRAND)["RegistrationId"]
    still.ask("SubmitRegistrationVersion", RegistrationId=name)
    still.ask("DiscardRegistrationVersion", RegistrationId=name)
    still.ask("DeleteRegistration", RegistrationId=name)
    still.in_call(lambda call: due.schedule(call, due.UPLOAD, "attachment-of-nobody", 0.0))
    still.in_call(lambda call: due.schedule(call, due.DECIDE, "registration-of-nobody/3", 0.0))
    assert still.work(after=2) == 3
    assert still.waiting() == []


def test_accounts_and_regions_do_not_meet(still: StillDesk) -> None:
    mine, theirs = still.submitted(), still.submitted(OTHER_ACCOUNT)
    still.in_call(lambda call: call.rows.delete_due_work(**call.place, kind=due.INTAKE, subject=f"{theirs}/1"))
    assert len(still.waiting()) == 2
    assert still.work(after=1) == 2
    assert (still.status(mine), still.status(theirs, OTHER_ACCOUNT)) == ("REQUIRES_UPDATES", "REQUIRES_UPDATES")


def test_the_moments_of_the_steps_are_the_desks_clock(still: StillDesk) -> None:
    name = still.submitted(AwsReview=True)
    still.work(after=500)
    answer = still.ask("DescribeRegistrationVersions", RegistrationId=name)
    (version,) = answer["RegistrationVersions"]
    assert version["RegistrationVersionStatusHistory"] == {
        "DraftTimestamp": 1_000_000_000.0, "SubmittedTimestamp": 1_000_000_000.0, "DeniedTimestamp": 1_000_000_500.0,
    }  # fmt: skip


# Through a restart


def test_a_desk_that_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    with running_desk(tmp_path, pace="seconds", upload_seconds=5.0) as desk:
        client = desk.client()
        name, lacking = fill(client, create(client)), create(client)
        submit(client, name, AwsReview=True)
        submit(client, lacking)
        attachment = client.create_registration_attachment(AttachmentBody=PICTURE)["RegistrationAttachmentId"]
        assert status_of(client, name) == "SUBMITTED"
    with running_desk(tmp_path, pace="seconds", upload_seconds=5.0) as desk:
        client = desk.client()
        assert attachment_of(client, attachment)["AttachmentStatus"] == "UPLOAD_IN_PROGRESS"
        desk.clock.ahead = 1.1
        becomes(client, name, "AWS_REVIEWING")
        becomes(client, lacking, "REQUIRES_UPDATES")
    with running_desk(tmp_path, pace="seconds", upload_seconds=5.0) as desk:
        client = desk.client()
        desk.clock.ahead = 10
        uploaded(client, attachment)
        becomes(client, name, "REVIEWING")
        desk.clock.ahead += 2
        becomes(client, name, "COMPLETE")
        (version,) = versions_of(client, name)
        assert len(version["RegistrationVersionStatusHistory"]) == 5
        assert len(versions_of(client, lacking)[0]["DeniedReasons"]) == 1  # denied once
    assert _rows(tmp_path, "SELECT count(*) FROM due_work") == [(0,)]


def test_a_process_that_is_killed_loses_no_step_and_takes_none_twice(
    start_process: Callable[..., DeskProcess], tmp_path: Path
) -> None:
    """Killed again and again while submissions are being decided; the last process finishes them all."""
    names: list[str] = []
    for _ in range(2):
        process = start_process("--pace", "instant")
        client = client_of(process.url)
        names += [create(client) for _ in range(6)]
        for name in names[-6:]:
            submit(client, name)
        process.stop(signal.SIGKILL)
    with running_desk(tmp_path, pace="instant") as desk:
        client = desk.client()
        for name in names:
            becomes(client, name, "REQUIRES_UPDATES")
            (version,) = versions_of(client, name)
            assert [one["Reason"] for one in version["DeniedReasons"]] == ["Missing required field"]
    assert _rows(tmp_path, "SELECT count(*) FROM due_work") == [(0,)]


def test_a_step_and_its_row_are_one_transaction(start_desk: Callable[..., RunningDesk]) -> None:
    """Where the commit fails, the step has not been taken, and its row is there yet."""
    desk = start_desk(pace="seconds")
    client, database = desk.client(), desk.service.database
    name = create(client)
    submit(client, name)
    commit, failed = database.commit, []

    def failing() -> None:
        failed.append(time.monotonic())
        database._writer.execute("ROLLBACK")  # type: ignore[attr-defined]
        raise CommitFailed("the disk is full", fatal=False)

    database.commit = failing  # type: ignore[method-assign]
    desk.clock.ahead = 2
    until(lambda: len(failed), lambda count: count >= 2)
    assert (status_of(client, name), version_status(client, name)) == ("SUBMITTED", "SUBMITTED")
    database.commit = commit  # type: ignore[method-assign]
    becomes(client, name, "REQUIRES_UPDATES")


def _rows(folder: Path, sql: str) -> list[Row]:
    connection = sqlite3.connect(folder / "desk.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_feedback_ends_a_version_that_can_be_mended(desk: RunningDesk) -> None:
    client = desk.client()
    one = fill(client, create(client))
    submit(client, one, AwsReview=True)
    until(lambda: version_status(client, one), lambda status: status == "AWS_REVIEWING")
    happen(desk, ACCOUNT, one, "give_feedback")
    assert (version_status(client, one), status_of(client, one)) == ("DENIED", "REQUIRES_UPDATES")
    assert client.create_registration_version(RegistrationId=one)["VersionNumber"] == 2
