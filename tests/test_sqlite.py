"""SQLite by itself: the schema and how it grows, the pragmas of durability, and what reads and writes may see."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from senderdesk.database import CommitFailed, migrations
from senderdesk.database.sqlite import MEMORY, SqliteDatabase

KEY = {"account_id": "111122223333", "region": "us-east-1"}
NEWEST = migrations.steps()[-1][0]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "desk.db")


@pytest.fixture
def database(path: str) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    yield database
    database.close()


def count(name: str = "REGISTRATIONS", quota: int = 100) -> Callable[[Any], int]:
    """A write of one row."""
    return lambda rows: rows.count_one_more(**KEY, name=name, quota=quota)


def counters(rows: Any) -> list[str]:
    """A read of all rows that `count` wrote."""
    return [row["name"] for row in rows.list_counters(**KEY)]


def schema_of(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Every table and index with its definition, without comments and layout."""
    found = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {(kind, name): " ".join(re.sub(r"--[^\n]*", "", sql).split()) for kind, name, sql in found}


def test_the_schema_file_is_the_sum_of_all_steps(path: str, database: SqliteDatabase) -> None:
    with closing(sqlite3.connect(":memory:")) as written, closing(sqlite3.connect(path)) as grown:
        written.executescript(files("senderdesk.database").joinpath("schema.sql").read_text())
        expected, actual = schema_of(written), schema_of(grown)
        expected.pop(("table", "schema_migrations"), None)
        assert actual.pop(("table", "schema_migrations"))
        assert actual == expected
        assert len([kind for kind, _ in actual if kind == "table"]) >= 7


def test_steps_are_numbered_without_gaps_and_end_their_statements() -> None:
    assert [version for version, _, _ in migrations.steps()] == list(range(1, NEWEST + 1))
    for _, name, sql in migrations.steps():
        code = re.sub(r"--[^\n]*", "", sql).strip()
        assert code.endswith(";"), f"the last statement of {name} would be left out"


def test_opening_again_changes_nothing(path: str) -> None:
    for _ in range(3):
        database = SqliteDatabase(path)
        database.write(count())
        database.commit()
        database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version FROM schema_migrations").fetchall() == [
            (version,) for version in range(1, NEWEST + 1)
        ]
        assert connection.execute("SELECT used FROM counters").fetchall() == [(3,)]


KILLED = """
import os, sqlite3, sys
from senderdesk.database import migrations
class Dying(sqlite3.Connection):
    left = int(sys.argv[2])
    def execute(self, *arguments):
        if not Dying.left:
            os._exit(9)
        Dying.left -= 1
        return super().execute(*arguments)
migrations.upgrade(sqlite3.connect(sys.argv[1], isolation_level=None, factory=Dying))
"""


def test_a_migration_killed_at_any_statement_leaves_whole_steps_and_goes_on(tmp_path: Path) -> None:
    def killed_after(statements: int) -> int:
        path = tmp_path / f"{statements}.db"
        process = subprocess.run([sys.executable, "-c", KILLED, str(path), str(statements)], check=False, timeout=30)
        with closing(sqlite3.connect(path)) as connection:
            tables = {name for kind, name in schema_of(connection) if kind == "table"} - {"schema_migrations"}
            recorded = schema_of(connection) and connection.execute("SELECT count(*) FROM schema_migrations").fetchone()
        assert bool(tables) == bool(recorded and recorded[0]), f"half a step after {statements} statements"
        SqliteDatabase(str(path)).close()
        return process.returncode

    most = 3 + sum(sql.count(";") + 4 for _, _, sql in migrations.steps())
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(killed_after, range(1, most + 1)))
    assert statuses.count(9) >= 10
    assert statuses[-1] == 0, "the last one was to come through"


def test_a_step_that_fails_leaves_those_before_it_and_is_tried_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = migrations.steps()
    extra = (NEWEST + 1, "x.sql", "CREATE TABLE one (a);\n")
    broken = (NEWEST + 2, "y.sql", "CREATE TABLE two (a);\nCREATE TABLE two (a);\n")
    monkeypatch.setattr(migrations, "steps", lambda: [*steps, extra, broken])
    with pytest.raises(ValueError, match="two already exists"):
        SqliteDatabase(path)
    with closing(sqlite3.connect(path)) as connection:
        names = {name for _, name in schema_of(connection)}
        assert "one" in names
        assert "two" not in names
    monkeypatch.setattr(migrations, "steps", lambda: [*steps, extra, (NEWEST + 2, "y.sql", "CREATE TABLE two (a);\n")])
    SqliteDatabase(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT max(version), count(*) FROM schema_migrations").fetchone() == (
            NEWEST + 2,
            NEWEST + 2,
        )


def test_a_newer_schema_is_refused_and_left_alone(path: str) -> None:
    SqliteDatabase(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, 'later.sql', 0)")
        before = list(connection.iterdump())
    with pytest.raises(ValueError, match=f"999.*{NEWEST}"):
        SqliteDatabase(path)
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_database_that_another_is_just_making_is_waited_for(path: str, lock: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("CREATE TABLE made_first (a)")
        other.execute(f"BEGIN {lock}")
        opened = pool.submit(SqliteDatabase, path)
        time.sleep(0.1)
        other.execute("ROLLBACK")
        opened.result(20).close()


@pytest.mark.parametrize("content", [b"not a database " * 100, None], ids=["noise", "directory"])
def test_what_is_no_database_is_refused_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises(ValueError, match=r"desk\.db cannot be opened"):
        SqliteDatabase(str(path))


def test_the_pragmas_are_really_on(database: SqliteDatabase) -> None:
    def pragmas(connection: sqlite3.Connection) -> dict[str, Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    durable = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert pragmas(database._writer) == {**durable, "query_only": 0}
    assert pragmas(database._reader) == {**durable, "query_only": 1}


def test_a_read_sees_what_is_committed_and_nothing_else(database: SqliteDatabase) -> None:
    database.write(count())
    assert (database.pending, database.read(counters)) == (True, [])
    database.commit()
    assert (database.pending, database.read(counters)) == (False, ["REGISTRATIONS"])


def test_all_queries_of_a_read_see_one_moment(database: SqliteDatabase) -> None:
    def twice(rows: Any) -> tuple[list[str], list[str]]:
        before = counters(rows)
        database.write(count())
        database.commit()
        return before, counters(rows)

    assert database.read(twice) == ([], [])
    assert database.read(counters) == ["REGISTRATIONS"]


def test_a_read_cannot_write_and_ends_even_if_it_raises(database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.read(count())
    with pytest.raises(ZeroDivisionError):
        database.read(lambda rows: 1 / 0)
    assert not database._reader.in_transaction
    assert database.read(counters) == []


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_a_write_that_raises_leaves_nothing_and_its_neighbours_stay(
    database: SqliteDatabase, fault: type[BaseException]
) -> None:
    def half(rows: Any) -> None:
        count("HALF")(rows)
        assert counters(rows) == ["HALF", "ONE"]
        raise fault

    database.write(count("ONE"))
    with pytest.raises(fault):
        database.write(half)
    database.write(count("TWO"))
    database.commit()
    assert database.read(counters) == ["ONE", "TWO"]


def test_what_was_not_committed_is_gone_with_the_process(path: str) -> None:
    database = SqliteDatabase(path)
    database.write(count("ONE"))
    database.commit()
    database.write(count("TWO"))
    database.close()
    again = SqliteDatabase(path)
    assert again.read(counters) == ["ONE"]
    again.close()


def test_a_foreign_key_that_points_nowhere_is_refused(database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        database.write(lambda rows: rows.insert_version(**KEY, registration_id="r", version_number=1, status="DRAFT"))


def test_another_writer_is_waited_for_then_told_and_then_forgotten(path: str, database: SqliteDatabase) -> None:
    database._writer.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            database.write(count())
        assert (database.pending, database.read(counters)) == (False, [])
        other.execute("ROLLBACK")
    database.write(count())
    database.commit()
    assert database.read(counters) == ["REGISTRATIONS"]


def test_a_transaction_that_the_disk_took_down_is_not_half_kept(database: SqliteDatabase) -> None:
    def fill(rows: Any) -> None:
        for number in range(10_000):
            count(f"{number}" * 100)(rows)

    database._writer.execute(
        f"PRAGMA max_page_count = {database._writer.execute('PRAGMA page_count').fetchone()[0] + 5}"
    )
    database.write(count("BEFORE"))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        database.write(fill)
    with pytest.raises(CommitFailed) as failed:
        database.write(count("AFTER"))
        database.commit()
    assert not failed.value.fatal
    while database.pending:
        with pytest.raises(CommitFailed):
            database.commit()
    database._writer.execute("PRAGMA max_page_count = 1000000")
    database.write(count("LATER"))
    database.commit()
    assert database.read(counters) == ["LATER"]


def test_a_database_in_memory_serves_reads_and_writes() -> None:
    database = SqliteDatabase(MEMORY)
    database.write(count())
    database.commit()
    assert database.read(counters) == ["REGISTRATIONS"]
    database.close()
