"""No query reads through a table: what a call costs follows what it asks for, and not how much is stored.

SQLite says itself how it would run each query, which is surer than a clock.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiosql
import pytest

from senderdesk.service import Service, open_service
from senderdesk.settings import Settings
from senderdesk.wire import Request
from tests.conftest import ACCOUNT, REGION, TOLL_FREE
from tests.journeys.asking import signed_headers

FOLDER = Path(str(files("senderdesk.database").joinpath("queries")))
QUERIES = aiosql.from_path(FOLDER, "sqlite3", mandatory_parameters=False)
NAMES = sorted(name for name in QUERIES.available_queries if not name.endswith("_cursor"))
# The queries that do read through a table, and why they may.
READS_THROUGH = {
    "list_access_keys": "for people, who want to see all of them",
    "delete_old_answers": "from the oldest on, and no more than it is told",
}
# The queries that search by something else than an account first: what has no account, or is found before it is known.
OTHER_KEYS = {
    *("find_access_key", "delete_access_key", "delete_old_answers", "list_due_work", "bring_forward_due_work"),
    *("find_fiction_range", "find_holder_of_number"),
    *("find_in_inventory", "free_number", "hold_number", "remove_from_inventory", "add_to_inventory"),
    *("first_free_number", "list_free_numbers", "list_inventory"),
}
# The queries that read all that an account has of something, and why they may.
WHOLE_ACCOUNT = {
    "list_counters": "a row for each quota",
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    service = open_service(Settings(database="sqlite:///:memory:"))
    yield service
    service.database.close()


@pytest.fixture(scope="module")
def connection(service: Service) -> sqlite3.Connection:
    return service.database._writer  # type: ignore[attr-defined, no-any-return]


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    sql = re.sub(r":[a-z_]+", "?", sql)
    return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))]


def reads_through(steps: list[str]) -> list[str]:
    """The steps that read a whole table, or one that SQLite would make for itself."""
    return [step for step in steps if (step.startswith("SCAN") and "CONSTANT ROW" not in step) or "AUTOMATIC" in step]


@pytest.mark.parametrize("name", NAMES)
def test_every_query_searches_by_a_key(connection: sqlite3.Connection, name: str) -> None:
    steps = plan(connection, getattr(QUERIES, name).sql)
    assert bool(reads_through(steps)) == (name in READS_THROUGH), steps
    searches = [step for step in steps if step.startswith("SEARCH") and "subquery" not in step]
    other = [step for step in searches if "(account_id=?" not in step]
    assert bool(other) == (name in OTHER_KEYS), other
    whole = [step for step in searches if re.search(r"\(account_id=\?( AND region=\?)?\)", step)]
    assert bool(whole) == (name in WHOLE_ACCOUNT), whole


def test_a_query_without_an_index_would_be_told(connection: sqlite3.Connection) -> None:
    assert reads_through(plan(connection, "SELECT * FROM field_values WHERE text_value = :text"))
    joined = "SELECT * FROM tags JOIN counters ON tag_value = name WHERE tags.account_id = :account_id"
    assert reads_through(plan(connection, joined))


def test_what_goes_with_its_parent_is_found_by_a_key(connection: sqlite3.Connection) -> None:
    found = 0
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        keys: dict[int, list[str]] = {}
        for row in connection.execute(f"PRAGMA foreign_key_list({table})"):
            keys.setdefault(row["id"], []).append(row["from"])
        for columns in keys.values():
            found += 1
            steps = plan(connection, f"SELECT 1 FROM {table} WHERE {' AND '.join(f'{one} = ?' for one in columns)}")
            assert all(f"{one}=?" in steps[0] for one in columns), (table, steps)
    assert found >= 5


def put(service: Service, registration_id: str, text: str) -> None:
    call(
        service,
        "PutRegistrationFieldValue",
        RegistrationId=registration_id,
        FieldPath="companyInfo.city",
        TextValue=text,
    )


def call(service: Service, operation: str, **arguments: Any) -> dict[str, Any]:
    headers = [(name.lower().encode(), value.encode()) for name, value in signed_headers(operation).items()]
    response = service.handle(Request("POST", b"/", b"", headers, json.dumps(arguments).encode()))
    assert response.status == 200, response.body
    answer: dict[str, Any] = json.loads(response.body)
    return answer


def instructions(connection: sqlite3.Connection, service: Service, registration_id: str, text: str) -> int:
    """How many instructions of its machine SQLite runs for one Put."""
    ran = 0

    def count() -> int:
        nonlocal ran
        ran += 1
        return 0

    connection.set_progress_handler(count, 1)
    put(service, registration_id, text)
    connection.set_progress_handler(None, 1)
    return ran


def test_100_000_field_values_of_an_account_do_not_slow_a_put(service: Service, connection: sqlite3.Connection) -> None:
    name = call(service, "CreateRegistration", RegistrationType=TOLL_FREE)["RegistrationId"]
    put(service, name, "Portland")
    few = instructions(connection, service, name, "Salem")
    for number in range(1_000):
        other = call(service, "CreateRegistration", RegistrationType=TOLL_FREE)["RegistrationId"]
        rows = [(ACCOUNT, REGION, other, 1, f"field.{number}.{field}", "A text") for field in range(100)]
        connection.executemany("INSERT INTO field_values VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)", rows)
    (stored,) = connection.execute("SELECT count(*) FROM field_values WHERE account_id = ?", (ACCOUNT,)).fetchone()
    assert stored > 100_000
    assert instructions(connection, service, name, "Eugene") <= few + 2
    assert 20 < few < 2_000
