"""Nothing is acknowledged before it is on the disk, and a disk that fails is told truthfully."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from senderdesk.database import CommitFailed
from tests.conftest import TOLL_FREE, RunningDesk
from tests.journeys.asking import refusal

TAGS = [{"Key": f"key {number}", "Value": "v" * 200} for number in range(20)]


def create(client: Any, token: str, **more: Any) -> str:
    name: str = client.create_registration(RegistrationType=TOLL_FREE, ClientToken=token, **more)["RegistrationId"]
    return name


def listed(client: Any) -> set[str]:
    pages = client.get_paginator("describe_registrations").paginate()
    return {one["RegistrationId"] for page in pages for one in page["Registrations"]}


def count_in_file(desk: RunningDesk) -> int:
    connection = sqlite3.connect(desk.settings.database_path)
    try:
        return int(connection.execute("SELECT count(*) FROM registrations").fetchone()[0])
    finally:
        connection.close()


def test_answers_wait_for_the_disk_and_reads_do_not(desk: RunningDesk) -> None:
    commit = desk.service.database.commit
    reached, released = threading.Event(), threading.Event()

    def held() -> None:
        reached.set()
        assert released.wait(10)
        commit()

    desk.service.database.commit = held
    client = desk.client()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(create, client, "first")
        assert reached.wait(10)
        others = [pool.submit(create, client, token) for token in ("second", "third")]
        refused = [client.describe_registrations()["Registrations"] for _ in range(3)]
        time.sleep(0.2)
        assert not any(one.done() for one in (first, *others))
        assert refused == [[], [], []]
        assert count_in_file(desk) == 0
        released.set()
        names = {one.result(10) for one in (first, *others)}
    assert listed(client) == names
    assert len(names) == count_in_file(desk) == 3


def break_commit(desk: RunningDesk, fatal: bool) -> Callable[[], None]:
    """Let commits fail as they do where the disk refuses; gives a function that mends it."""
    database = desk.service.database
    commit = database.commit

    def failing() -> None:
        database._writer.execute("ROLLBACK")
        raise CommitFailed("secret of the disk", fatal)

    database.commit = failing

    def mend() -> None:
        database.commit = commit

    return mend


def test_a_commit_that_failed_is_told_and_may_be_tried_again(desk: RunningDesk) -> None:
    client = desk.client()
    before = create(client, "before")
    mend = break_commit(desk, fatal=False)
    tokens = [f"token-{number}" for number in range(8)]
    asked = {"RegistrationType": TOLL_FREE}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda token: refusal(client.create_registration, **asked, ClientToken=token), tokens))
    for answer in answers:
        assert answer["Error"]["Code"] == "InternalServerException"
        assert answer["RequestId"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        assert "secret" not in str(answer)
    assert listed(client) == {before}
    mend()
    names = {create(client, token) for token in tokens}
    assert listed(client) == {before, *names}
    assert len(names) == 8
    limits = {one["Name"]: one["Used"] for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["REGISTRATIONS"] == 9


def test_a_disk_that_cannot_be_believed_ends_the_desk(
    desk: RunningDesk, start_desk: Callable[..., RunningDesk]
) -> None:
    client = desk.client()
    name = create(client, "kept")
    break_commit(desk, fatal=True)
    answer = refusal(client.create_registration, RegistrationType=TOLL_FREE)
    assert answer["Error"]["Code"] == "InternalServerException"
    assert desk.server.should_exit
    assert listed(start_desk().client()) == {name}


def attempt(client: Any, token: str) -> str:
    """The id of the registration that was made, or the error's code."""
    try:
        return create(client, token, Tags=TAGS)
    except ClientError as error:
        return str(error.response["Error"]["Code"])


@pytest.mark.parametrize("threads", [1, 8])
def test_a_full_disk_refuses_writes_and_answers_reads_until_there_is_room(desk: RunningDesk, threads: int) -> None:
    client = desk.client()
    execute = desk.service.database._writer.execute
    pages = execute("PRAGMA page_count").fetchone()[0]
    execute(f"PRAGMA max_page_count = {pages + 40}")
    tokens = [f"token-{number}" for number in range(80)]
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda token: attempt(client, token), tokens))
    made = {answer for answer in answers if answer.startswith("registration-")}
    assert made
    assert set(answers) - made == {"InternalServerException"}
    assert listed(client) == made
    execute("PRAGMA max_page_count = 1000000")
    again = {create(client, token, Tags=TAGS) for token in tokens}
    assert made <= again
    assert listed(client) == again
    assert len(again) == 80
