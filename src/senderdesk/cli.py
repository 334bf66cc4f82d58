"""The `senderdesk` command. Each command calls one function; options of `serve` are made from the settings."""

from __future__ import annotations

import gc
import inspect
import json
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from senderdesk import form_commands, number_commands, transfer_commands
from senderdesk.settings import MEMORY, Settings, described

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
keys = typer.Typer(no_args_is_help=True, help="Access keys for --auth verify.")
app.add_typer(keys, name="keys")
app.add_typer(form_commands.app, name="forms")
app.add_typer(number_commands.app, name="numbers")
app.command("export")(transfer_commands.export)
app.command("import")(transfer_commands.import_)

Database = Annotated[str, typer.Option(envvar="SENDERDESK_DATABASE", help="The database the server uses.")]
MasterKey = Annotated[str, typer.Option(envvar="SENDERDESK_MASTER_KEY", help="The server's --master-key.")]
_DEFAULT_DATABASE = Settings().database


def serve(**options: Any) -> None:
    """Serve the API until SIGTERM or SIGINT."""
    from senderdesk import logs
    from senderdesk.service import open_service
    from senderdesk.web import Server

    try:
        settings = Settings(**options)
        logs.configure()
        server = Server(open_service(settings), settings, lambda url: print(f"senderdesk ready on {url}", flush=True))
        sockets = [server.listen()]
    except (ValueError, OSError) as error:
        _refuse(str(error))
    # The model stays for good: kept out of the collector's sight, it costs no pass over it. A request
    # leaves hardly a cycle behind, so the collector need not look after every few.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # uvicorn drains, then raises the signal again: by then it is the wish to end, and that went well.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    server.run(sockets)
    if server.gave_up:
        sys.exit(1)


def _option_of_each_setting() -> inspect.Signature:
    parameters = [
        inspect.Parameter(
            setting.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=setting.default,
            annotation=Annotated[
                setting.type if setting.type in (int, float) else str,
                typer.Option(setting.option, envvar=setting.variable, help=setting.sentence),
            ],
        )
        for setting in described()
    ]
    return inspect.Signature(parameters)


serve.__signature__ = _option_of_each_setting()  # type: ignore[attr-defined]
serve.__annotations__ = {p.name: p.annotation for p in serve.__signature__.parameters.values()}  # type: ignore[attr-defined]
app.command()(serve)


@keys.command("create")
def create_key(
    account: Annotated[str, typer.Option(help="The 12-digit account that the key belongs to.")],
    policy: Annotated[
        Path | None, typer.Option(help="JSON file with what the key may do; without it, everything.")
    ] = None,
    database: Database = _DEFAULT_DATABASE,
    master_key: MasterKey = "",
) -> None:
    """Make an access key and print it, the only time, as one JSON object."""
    try:
        text = policy.read_text(encoding="utf-8") if policy else None
        print(json.dumps(_access_keys(database, master_key).create(account, text, time.time())))
    except (ValueError, OSError) as error:
        _refuse(str(error))


@keys.command("list")
def list_keys(database: Database = _DEFAULT_DATABASE, master_key: MasterKey = "") -> None:
    """Print every key, without its secret, one JSON object a line."""
    for row in _access_keys(database, master_key).all():
        print(json.dumps({"AccessKeyId": row["key_id"], "Account": row["account_id"], "Policy": row["policy"]}))


@keys.command("delete")
def delete_key(key_id: str, database: Database = _DEFAULT_DATABASE, master_key: MasterKey = "") -> None:
    """Delete an access key; it stops working within half a second."""
    if not _access_keys(database, master_key).delete(key_id):
        _refuse(f"there is no key {key_id}")


@app.command()
def version() -> None:
    """Print the version."""
    from senderdesk import __version__

    print(__version__)


@app.command()
def demo(
    exit_after: Annotated[bool, typer.Option("--exit", help="Stop after the play instead of serving on.")] = False,
) -> None:
    """Start a desk, play a registration against it with boto3, and show each step."""
    from senderdesk.demo import play

    sys.exit(play(exit_after))


def _access_keys(database: str, master_key: str) -> Any:
    from senderdesk import sealing
    from senderdesk.access import AccessKeys
    from senderdesk.database.sqlite import SqliteDatabase

    try:
        settings = Settings(database=database, master_key=master_key)
        if settings.database_path == MEMORY:
            raise ValueError("keys in a database in memory would be gone at once; give --database sqlite:///PATH")
        return AccessKeys(SqliteDatabase(settings.database_path), sealing.master_key(settings.master_key_path))
    except ValueError as error:
        _refuse(str(error))


def _refuse(message: str) -> Any:
    print(f"senderdesk: {message}", file=sys.stderr)
    sys.exit(2)


def main() -> None:
    """The entry point."""
    app()
