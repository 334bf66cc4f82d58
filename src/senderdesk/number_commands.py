"""The `senderdesk numbers` commands: the inventory that numbers are given away from, and numbers given by hand."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from senderdesk.settings import MEMORY, Settings

if TYPE_CHECKING:
    from senderdesk.database.sqlite import SqliteDatabase

app = typer.Typer(no_args_is_help=True, help="Phone numbers: what --numbers inventory gives away, and short codes.")

Database = Annotated[str, typer.Option(envvar="SENDERDESK_DATABASE", help="The database the server uses.")]
Country = Annotated[str, typer.Option(help="The country, as ISO 3166-1 alpha-2 has it.")]
Type = Annotated[str, typer.Option(help="TOLL_FREE, TEN_DLC, LONG_CODE or SHORT_CODE.")]
Capabilities = Annotated[
    str, typer.Option(help="What the numbers can do, with commas: SMS,VOICE,MMS. Default: all that the type can.")
]
_DEFAULT_DATABASE = Settings().database
# How many rows one transaction writes, so that a desk that runs on the same database waits for none of them long.
_AT_A_TIME = 2000


@app.command()
def add(
    country: Country,
    type: Type,
    ranges: Annotated[
        list[str] | None, typer.Argument(help="Numbers, or ranges +18445550100-+18445550199, in the form of E.164.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="File with one number or range a line.")] = None,
    capabilities: Capabilities = "",
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Add numbers to the inventory; one that is there already stays as it is. A desk that runs sees them at once."""
    from senderdesk.number_ranges import numbers_of

    try:
        able = _able(country, type, capabilities)
        lines = [*(ranges or []), *(file.read_text(encoding="utf-8").split() if file else [])]
        spans = [numbers_of(line, country, type) for line in lines]
        opened = _opened(database)
        row = {"iso_country_code": country, "number_type": type, "capabilities": able, "added_at": time.time()}
        added = 0
        for batch in _batches(chain.from_iterable(spans)):
            rows = [{**row, "phone_number": number} for number in batch]
            added += _write(opened, lambda queries, rows=rows: queries.add_to_inventory(rows))
    except (ValueError, OSError) as error:
        _refuse(str(error))
    print(f"added {added} of {sum(map(len, spans))} numbers")


@app.command("list")
def list_numbers(
    free: Annotated[bool, typer.Option("--free", help="Only those that nobody has.")] = False,
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Print the inventory and who has what, one JSON object a line."""
    try:
        opened = _opened(database)
    except ValueError as error:
        _refuse(str(error))
    for row in _inventory(opened):
        if not (free and row["is_held"]):
            print(json.dumps(_told(row)))


@app.command()
def remove(
    ranges: Annotated[list[str], typer.Argument(help="Numbers or ranges, as for add.")],
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Take numbers out of the inventory, unless somebody has them."""
    from senderdesk.number_ranges import numbers_of

    try:
        opened = _opened(database)
        spans = [numbers_of(line) for line in ranges]
        removed = 0
        for batch in _batches(chain.from_iterable(spans)):
            removed += _write(
                opened,
                lambda queries, batch=batch: sum(queries.remove_from_inventory(phone_number=one) for one in batch),
            )
    except ValueError as error:
        _refuse(str(error))
    print(f"removed {removed} of {sum(map(len, spans))} numbers")


@app.command()
def assign(
    number: Annotated[str, typer.Argument(help="The number in the form of E.164, or the digits of a short code.")],
    account: Annotated[str, typer.Option(help="The 12-digit account that gets it.")],
    region: Annotated[str, typer.Option(help="The Region that it belongs to.")],
    country: Country,
    type: Type,
    message_type: Annotated[str, typer.Option(help="TRANSACTIONAL or PROMOTIONAL.")] = "TRANSACTIONAL",
    capabilities: Capabilities = "",
    provisioner_url: Annotated[
        str, typer.Option(envvar="SENDERDESK_PROVISIONER_URL", help="The server's --provisioner-url.")
    ] = "",
    forms_folder: Annotated[
        str, typer.Option(envvar="SENDERDESK_FORMS_FOLDER", help="The server's --forms-folder.")
    ] = "",
    database: Database = _DEFAULT_DATABASE,
) -> None:
    """Give an account one number by hand, such as a short code, for which the API has no request; print its id."""
    from senderdesk.number_assignment import assign_number

    try:
        able = _able(country, type, capabilities)
        settings = Settings(database=database, provisioner_url=provisioner_url, forms_folder=forms_folder)
        opened = _opened(database)
        given = assign_number(opened, settings, account, region, (country, type), number, message_type, able)
        opened.commit()
    except ValueError as error:
        _refuse(str(error))
    print(given)


def _able(country: str, type: str, capabilities: str) -> str:
    """The capabilities as they are stored. Raises ValueError where there are no such numbers."""
    from senderdesk.numbering import in_order, number_types, offer

    if type not in number_types():
        raise ValueError(f"--type {type} is none of {', '.join(number_types())}")
    offered = offer(country, type)
    if offered is None:
        raise ValueError(f"there are no {type} numbers in {country}")
    wanted = capabilities.split(",") if capabilities else list(offered.capabilities)
    if unknown := set(wanted) - set(offered.capabilities):
        raise ValueError(f"--capabilities: a {type} number in {country} has no {', '.join(sorted(unknown))}")
    return " ".join(in_order(wanted))


def _batches(numbers: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(numbers, _AT_A_TIME)):
        yield batch


def _inventory(opened: SqliteDatabase) -> Iterator[Any]:
    def behind(after: str) -> list[Any]:
        rows: list[Any] = opened.read(lambda queries: queries.list_inventory(after=after, count=_AT_A_TIME))
        return rows

    rows = behind("")
    while rows:
        yield from rows
        rows = behind(rows[-1]["phone_number"])


def _write(opened: SqliteDatabase, fn: Any) -> int:
    count: int = opened.write(fn)
    opened.commit()
    return count


def _told(row: Any) -> dict[str, Any]:
    return {
        "PhoneNumber": row["phone_number"],
        "IsoCountryCode": row["iso_country_code"],
        "NumberType": row["number_type"],
        "NumberCapabilities": row["capabilities"].split(),
        "Account": row["account_id"],
        "Region": row["region"],
        "PhoneNumberId": row["phone_number_id"],
    }


def _opened(database: str) -> SqliteDatabase:
    from senderdesk.database.sqlite import SqliteDatabase

    path = Settings(database=database).database_path
    if path == MEMORY:
        raise ValueError("a database in memory is gone with its process; give --database sqlite:///PATH")
    return SqliteDatabase(path)


def _refuse(message: str) -> NoReturn:
    print(f"senderdesk: {message}", file=sys.stderr)
    sys.exit(2)
