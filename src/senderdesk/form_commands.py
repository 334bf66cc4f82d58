"""The `senderdesk forms` commands: list, show, check and pull. Each calls one function."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from senderdesk.settings import Settings

if TYPE_CHECKING:  # what the commands use is imported when one runs, so that the others need not wait for it
    from senderdesk.forms import Catalogue

app = typer.Typer(no_args_is_help=True, help="The registration forms: show them, check your own, pull live ones.")

AsOf = Annotated[str, typer.Option(help="The forms as they were at the end of this day, YYYY-MM-DD.")]
Folder = Annotated[Path | None, typer.Option(help="Folder with form files of your own.")]


@app.command("list")
def list_forms(as_of: AsOf = "", folder: Folder = None) -> None:
    """Print every registration type, how many fields it has, and its title."""
    from senderdesk.form_words import plain

    catalogue = _catalogue(folder, as_of)
    moment = catalogue.moment(_now())
    for name in catalogue.names():
        if form := catalogue.at(name, moment):
            print(f"{name:40} {len(form.fields):3}  {plain(form.definition['DisplayHints']['Title'])}")


@app.command()
def show(registration_type: str, as_of: AsOf = "", folder: Folder = None) -> None:
    """Print one form: its fields, their rules, and where each is known from."""
    from rich.console import Console

    from senderdesk.form_pages import of_type

    catalogue = _catalogue(folder, as_of)
    form = catalogue.at(registration_type, catalogue.moment(_now()))
    if form is None:
        _refuse(f"there is no registration type {registration_type}; `senderdesk forms list` names them all")
    Console(soft_wrap=not sys.stdout.isatty()).print(of_type(form))


@app.command()
def check(folder: Path) -> None:
    """Check form files of your own: name every fault, or say that they are good."""
    from senderdesk import forms

    try:
        remarks = forms.examine(folder)
    except ValueError as error:
        _refuse(str(error))
    for remark in remarks:
        print(remark)
    if any(not remark.warning for remark in remarks):
        sys.exit(1)
    print(f"The forms in {folder} are good.")


@app.command()
def pull(
    out: Annotated[Path, typer.Option(help="Folder to write the form files into.")],
    endpoint_url: Annotated[str | None, typer.Option(help="Where the API is; by default the real service.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS Region, such as us-east-1.")] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this registration type; may be repeated.")
    ] = None,
) -> None:
    """Write the forms that an endpoint publishes as form files. Calls Describe operations only."""
    from botocore.exceptions import BotoCoreError, ClientError

    from senderdesk import form_pull

    try:
        client = form_pull.client_of(endpoint_url, region)
        names = form_pull.pull(
            client, out, datetime.now(UTC).date(), types or (), lambda name: print(name, file=sys.stderr)
        )
    except (BotoCoreError, ClientError, ValueError, OSError) as error:
        _refuse(str(error))
    print(f"{len(names)} forms are in {out}; `senderdesk forms check {out}` says whether a desk can serve them.")


def _catalogue(folder: Path | None, as_of: str) -> Catalogue:
    from senderdesk import forms

    try:
        day: date | None = Settings(forms_as_of=as_of).forms_day
        return forms.catalogue(folder, day)
    except ValueError as error:
        _refuse(str(error).replace("--forms-as-of", "--as-of"))


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _refuse(message: str) -> NoReturn:
    print(f"senderdesk: {message}", file=sys.stderr)
    sys.exit(2)
