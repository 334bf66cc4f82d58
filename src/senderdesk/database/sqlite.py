"""SQLite, embedded: one connection that writes, one that reads, WAL with synchronous=FULL.

Operations run on the caller's thread, each in its own savepoint of one open transaction; `commit` may run in another
thread. FULL is not negotiable: with NORMAL, a power cut loses commits that were acknowledged.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from importlib.resources import files
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import aiosql
from aiosql.types import SQLOperationType

from senderdesk.database import CommitFailed, Rows
from senderdesk.database.migrations import upgrade
from senderdesk.settings import MEMORY

T = TypeVar("T")

# A larger log between checkpoints takes the 99th percentile of commits from 9.4 ms to 1.6 ms.
_CHECKPOINT_PAGES = 20_000
# What the operating system caches need not lie in this process too.
_CACHE_KIB = 9_216
_BUSY_SECONDS = 5.0
_PARAMETER = re.compile(r":([a-z_]+)")


class SqliteDatabase:
    """One SQLite file, or a database in memory that is gone with the process."""

    def __init__(self, path: str) -> None:
        """Open `path`, make or migrate its schema. Raises ValueError where it cannot be served."""
        self._lost = False
        try:
            self._writer = _connect(path)
            upgrade(self._writer)
            self._reader = self._writer if path == MEMORY else _connect(path, read_only=True)
        except sqlite3.Error as error:
            raise ValueError(f"the database {path} cannot be opened: {error}") from error
        self._write_rows = _bound(self._writer)
        self._read_rows = self._write_rows if path == MEMORY else _bound(self._reader)

    @property
    def pending(self) -> bool:
        """True while writes wait for a commit."""
        return self._writer.in_transaction or self._lost

    def read(self, fn: Callable[[Rows], T]) -> T:
        """Run `fn` on one snapshot of what is committed."""
        if self._reader is self._writer:
            return fn(self._read_rows)
        self._reader.execute("BEGIN")
        try:
            return fn(self._read_rows)
        finally:
            self._reader.execute("COMMIT")

    def write(self, fn: Callable[[Rows], T]) -> T:
        """Run `fn` in a savepoint of the open transaction, which begins here if none is open."""
        if self._lost:
            raise CommitFailed("an earlier write of this transaction took it down", fatal=False)
        execute = self._writer.execute
        if not self._writer.in_transaction:
            execute("BEGIN IMMEDIATE")
        execute("SAVEPOINT one")
        try:
            result = fn(self._write_rows)
        except BaseException:
            self._undo()
            raise
        execute("RELEASE one")
        return result

    def _undo(self) -> None:
        """Take one function's writes back. A full disk may have rolled back the others' too: then all are lost."""
        if not self._writer.in_transaction:
            self._lost = True
            return
        self._writer.execute("ROLLBACK TO one")
        self._writer.execute("RELEASE one")

    def commit(self) -> None:
        """Write the open transaction to the disk and wait until it is there. Raises CommitFailed."""
        if self._lost:
            self._lost = False
            raise CommitFailed("SQLite rolled the transaction back", fatal=False)
        try:
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            # After an I/O error on sync, what the disk holds is unknown; only recovery on a new start may say.
            fatal = getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR")
            raise CommitFailed(str(error), fatal) from error

    def close(self) -> None:
        """Close both connections; what was not committed is gone."""
        self._reader.close()
        self._writer.close()


def _connect(path: str, read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.row_factory = sqlite3.Row
    _turn_wal_on(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        f"cache_size = -{_CACHE_KIB}",
        "temp_store = MEMORY",  # what a savepoint may have to give back stays out of temporary files
        f"query_only = {'ON' if read_only else 'OFF'}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _turn_wal_on(connection: sqlite3.Connection) -> None:
    """The busy timeout does not hold for this one statement: another process that opens the file is waited for here."""
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _bound(connection: sqlite3.Connection) -> Rows:
    """Every named query as a function of its parameters alone."""
    folder = Path(str(files("senderdesk.database").joinpath("queries")))
    queries = aiosql.from_path(folder, "sqlite3", mandatory_parameters=False)
    return SimpleNamespace(
        **{name: _function(connection, getattr(queries, name)) for name in queries.available_queries}
    )


def _function(connection: sqlite3.Connection, query: Any) -> Callable[..., Any]:
    """One query as a function.

    It runs on the connection itself, with its parameters by position, which costs less than the loader's own way.
    """
    execute, executemany = connection.execute, connection.executemany
    names = _PARAMETER.findall(query.sql)
    sql, values = _PARAMETER.sub("?", query.sql), _values_of(names)
    match query.operation:
        case SQLOperationType.SELECT_ONE:
            return lambda **parameters: execute(sql, values(parameters)).fetchone()
        case SQLOperationType.SELECT:
            return lambda **parameters: execute(sql, values(parameters)).fetchall()
        case SQLOperationType.INSERT_UPDATE_DELETE:
            return lambda **parameters: execute(sql, values(parameters)).rowcount
        case SQLOperationType.INSERT_UPDATE_DELETE_MANY:
            return lambda many: executemany(sql, [values(parameters) for parameters in many]).rowcount
    raise ValueError(f"{query.__name__}: queries end in ^, !, *! or nothing")


def _values_of(names: list[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """What takes a query's parameters out of a dictionary, in the order in which the query has them."""
    if not names:
        return lambda parameters: ()
    if len(names) == 1:
        return lambda parameters: (parameters[names[0]],)
    return itemgetter(*names)
