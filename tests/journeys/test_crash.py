"""Killed or told to end under load: what was acknowledged is there afterwards, whole, and nothing unasked."""

from __future__ import annotations

import http.client
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ACCOUNT, REGION, TOLL_FREE, DeskProcess, client_of
from tests.journeys.asking import Line

Start = Callable[..., DeskProcess]
TAGS = [{"Key": "team", "Value": "growth"}]


class Load:
    """Threads that create registrations, each with a ClientToken of its own, until the desk is gone."""

    def __init__(self, url: str, name: str, threads: int = 4) -> None:
        self.asked: list[str] = []
        self.acknowledged: dict[str, str] = {}
        self.refused: list[Any] = []
        self.halves: list[Exception] = []
        self._url = url
        self._threads = [
            threading.Thread(target=self._create, args=(f"{name}-{number}",), daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def _create(self, name: str) -> None:
        line = Line(self._url)
        try:
            for number in range(100_000):
                token = f"{name}-{number}"
                self.asked.append(token)
                answer = create(line, token)
                if answer.status == 200:
                    self.acknowledged[token] = answer.json["RegistrationId"]
                else:
                    self.refused.append(answer)
        except (http.client.RemoteDisconnected, ConnectionError):
            pass  # gone, before it answered
        except (http.client.HTTPException, ValueError) as error:
            self.halves.append(error)  # gone, in the middle of an answer
        finally:
            line.close()

    def wait_for(self, acknowledged: int) -> None:
        deadline = time.monotonic() + 20
        while len(self.acknowledged) < acknowledged:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} acknowledged"
            time.sleep(0.002)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "a request got neither an answer nor an end"
        assert self.halves == []
        assert self.refused == []


def create(line: Line, token: str) -> Any:
    return line.call("CreateRegistration", RegistrationType=TOLL_FREE, ClientToken=token, Tags=TAGS)


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / "desk.db")
    try:
        yield connection
    finally:
        connection.close()


def assert_whole(folder: Path) -> set[str]:
    """Each registration has its version, history, tag and remembered answer, and is counted; gives their ids."""
    with opened(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = {name for (name,) in connection.execute("SELECT registration_id FROM registrations")}
        for sql in (
            "SELECT registration_id FROM registration_versions WHERE version_number = 1 AND status = 'DRAFT'",
            "SELECT registration_id FROM version_status_history WHERE version_number = 1 AND status = 'DRAFT'",
            "SELECT substr(resource, 14) FROM tags WHERE tag_key = 'team' AND tag_value = 'growth'",
            "SELECT substr(resource, 14) FROM replayed_answers",
        ):
            rows = [name for (name,) in connection.execute(sql)]
            assert len(rows) == len(names), sql
            assert set(rows) == names, sql
        counted = connection.execute("SELECT account_id, region, used FROM counters").fetchall()
        assert counted == [(ACCOUNT, REGION, len(names))]
    return names


def listed(url: str) -> list[str]:
    pages = client_of(url).get_paginator("describe_registrations").paginate()
    return [one["RegistrationId"] for page in pages for one in page["Registrations"]]


def test_killed_three_times_under_load(start_process: Start, tmp_path: Path) -> None:
    asked: list[str] = []
    acknowledged: dict[str, str] = {}
    for attempt, count in enumerate((1, 60, 200)):
        process = start_process()
        load = Load(process.url, f"life-{attempt}")
        load.wait_for(count)
        assert process.stop(signal.SIGKILL) == -signal.SIGKILL
        load.end()
        asked += load.asked
        acknowledged |= load.acknowledged
        process = start_process()
        present = listed(process.url)
        assert len(present) == len(set(present)) <= len(asked)
        assert set(acknowledged.values()) <= set(present)
        assert assert_whole(tmp_path) == set(present)
        line = Line(process.url)
        answers = {token: create(line, token).json["RegistrationId"] for token in load.asked}
        line.close()
        # What was asked for without an answer was done or not, once at most: asking again settles it.
        assert {token: answers[token] for token in load.acknowledged} == load.acknowledged
        assert set(present) <= set(answers.values()) | set(acknowledged.values())
        acknowledged |= answers
        assert set(listed(process.url)) == set(acknowledged.values())
        assert len(acknowledged) == len(set(acknowledged.values())) == len(asked)
        process.stop(signal.SIGKILL)


def test_told_to_end_under_load(start_process: Start, tmp_path: Path) -> None:
    process = start_process()
    load = Load(process.url, "drained", threads=8)
    load.wait_for(200)
    assert process.stop(signal.SIGTERM) == 0
    load.end()
    with opened(tmp_path) as connection:
        answered = len(connection.execute("SELECT * FROM replayed_answers").fetchall())
    # It had time to answer all that it had done, and it left no request half done.
    assert answered == len(load.acknowledged)
    assert assert_whole(tmp_path) == set(load.acknowledged.values())
    assert sorted(listed(start_process().url)) == sorted(load.acknowledged.values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_nothing_is_left_to_recover_by_hand(start_process: Start, tmp_path: Path, number: signal.Signals) -> None:
    process = start_process()
    line = Line(process.url)
    name = create(line, "one").json["RegistrationId"]
    line.close()
    process.stop(number)
    # After an orderly end the database is one file; after a kill its log is read on the next start.
    assert (tmp_path / "desk.db-wal").exists() == (number is signal.SIGKILL)
    assert listed(start_process().url) == [name]
