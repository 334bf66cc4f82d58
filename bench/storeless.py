"""SenderDesk's own door with the store taken out: the measure of what keeping registrations costs.

Run as ``python -m bench.storeless --host HOST --port PORT --auth verify --database sqlite:///PATH``, the arguments of
``senderdesk serve``. It is the same process in every respect but one: writes go to a database that keeps nothing and
has nothing to commit. The named database is read for the access keys only.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from senderdesk import cli, service
from senderdesk.database import Rows

T = TypeVar("T")


class Nothing:
    """Every named query as a function that does nothing: a change changed one row, a look-up found none."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found = [] if name.startswith("list_") else None
        result = found if name.startswith(("find_", "list_")) else 1
        return lambda *args, **kwargs: result


class StorelessDatabase(service.SqliteDatabase):
    """Reads as ever; writes go nowhere."""

    pending = False

    def write(self, fn: Callable[[Rows], T]) -> T:
        """Run ``fn`` against nothing."""
        return fn(Nothing())


if __name__ == "__main__":
    service.SqliteDatabase = StorelessDatabase
    sys.argv.insert(1, "serve")
    cli.main()
