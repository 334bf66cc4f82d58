"""The only room that speaks SQL: named queries in queries/*.sql, and one database that runs them in transactions.

`read(fn)` and `write(fn)` take a function of one parameter, the queries bound to a transaction, and give what it
gives. A `write` whose function raises leaves nothing behind. What `write` did is durable after `commit()`: the door
lets several writes share one, and answers them after it. A database that commits each write by itself has `pending`
always False and a `commit()` that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

# The named queries, bound to a connection: rows.insert_registration(account_id=…, …). Rows that come back are read by
# column name, row["status"].
Rows = Any


class CommitFailed(Exception):
    """A commit did not become durable: nothing written since the last one exists. `fatal` where the disk lied."""

    def __init__(self, message: str, fatal: bool) -> None:
        super().__init__(message)
        self.fatal = fatal


class Database(Protocol):
    """What every engine offers."""

    @property
    def pending(self) -> bool:
        """True while writes wait for a commit."""

    def read(self, fn: Callable[[Rows], T]) -> T:
        """Run `fn` on what is committed, all its queries on one snapshot."""

    def write(self, fn: Callable[[Rows], T]) -> T:
        """Run `fn` so that either all or nothing of what it writes is part of the next commit."""

    def commit(self) -> None:
        """Make what was written durable. Raises CommitFailed."""

    def close(self) -> None:
        """Let go of files and connections."""
