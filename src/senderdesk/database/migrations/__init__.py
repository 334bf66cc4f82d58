"""The schema, step by step: each file in a folder here is applied once, in order, in one transaction with its record.

schema.sql, one folder up, is the sum of all steps; a test holds the two equal.
"""

from __future__ import annotations

import sqlite3
import time
from importlib.resources import files

_RECORD = (
    "CREATE TABLE IF NOT EXISTS schema_migrations "
    "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at REAL NOT NULL) STRICT"
)


def steps() -> list[tuple[int, str, str]]:
    """All steps for SQLite as (version, name, SQL), in order."""
    folder = files("senderdesk.database.migrations").joinpath("sqlite")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name.split("_", 1)[0]), name, folder.joinpath(name).read_text()) for name in names]


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the schema to the newest step; a process that dies in between leaves whole steps only.

    Raises ValueError where the database is newer than this program.
    """
    connection.execute(_RECORD)
    known = steps()
    newest = connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchone()[0]
    if newest > known[-1][0]:
        raise ValueError(
            f"the database has schema version {newest}, this SenderDesk knows {known[-1][0]}: install a newer one"
        )
    for version, name, sql in known:
        if version > newest:
            _apply(connection, version, name, sql)


def _apply(connection: sqlite3.Connection, version: int, name: str, sql: str) -> None:
    """One step and its record, or neither. Where another process was faster, nothing is left to do."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT 1 FROM schema_migrations WHERE version = ?", (version,)).fetchone():
            for statement in _statements(sql):
                connection.execute(statement)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?)", (version, name, time.time()))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(sql: str) -> list[str]:
    """The statements of a file. (executescript would commit the transaction that we are in.)"""
    statements, current = [], ""
    for line in sql.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
