"""The `senderdesk export` and `senderdesk import` commands. Each calls one function."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from senderdesk.settings import MEMORY, Settings

if TYPE_CHECKING:
    from senderdesk.database.sqlite import SqliteDatabase

Database = Annotated[str, typer.Option(envvar="SENDERDESK_DATABASE", help="The database the server uses.")]
_DEFAULT_DATABASE = Settings().database


def export(
    account: Annotated[str, typer.Option(help="The 12-digit account whose registrations are exported.")],
    region: Annotated[
        str | None, typer.Option(help="The Region; without it, the only one that the account has.")
    ] = None,
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Print an account's registrations with all that is theirs, as JSON Lines. A running desk is not disturbed."""
    from senderdesk.transfer import export_account

    try:
        path = _path_of(database)
        if not Path(path).is_file():
            raise ValueError(f"there is no database {path}")
        export_account(_opened(path), account, region, time.time(), sys.stdout.buffer.write)
        sys.stdout.flush()
    except (ValueError, OSError) as error:
        _refuse(str(error))


def import_(
    file: Annotated[Path, typer.Argument(help="What `senderdesk export` printed.")],
    account: Annotated[str | None, typer.Option(help="The account to import into; without it, the file's.")] = None,
    region: Annotated[str | None, typer.Option(help="The Region to import into; without it, the file's.")] = None,
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Check an exported file, tell all that is wrong with it, or else write all of it at once. Stop the desk before."""
    from senderdesk.transfer import ImportFailed, import_file
    from senderdesk.transfer_faults import MOST_FAULTS, ImportRefused

    try:
        with file.open("rb") as lines:
            moved = import_file(_opened(_path_of(database)), lines, account, region)
    except ImportRefused as error:
        told = [*error.faults, *(["and perhaps more"] if len(error.faults) == MOST_FAULTS else [])]
        print("\n".join([*told, "senderdesk: nothing was imported"]), file=sys.stderr)
        sys.exit(1)
    except ImportFailed as error:
        print(f"senderdesk: nothing was imported: {error}", file=sys.stderr)
        sys.exit(1)
    except (ValueError, OSError) as error:
        _refuse(str(error))
    counts = ", ".join(f"{count} {kind}" for kind, count in moved.counts.items())
    print(f"imported into {moved.account} in {moved.region}: {counts}")


def _path_of(database: str) -> str:
    path = Settings(database=database).database_path
    if path == MEMORY:
        raise ValueError("a database in memory is gone with its process; give --database sqlite:///PATH")
    return path


def _opened(path: str) -> SqliteDatabase:
    from senderdesk.database.sqlite import SqliteDatabase

    return SqliteDatabase(path)


def _refuse(message: str) -> NoReturn:
    print(f"senderdesk: {message}", file=sys.stderr)
    sys.exit(2)
