"""Giving an account a phone number by hand, beside the API."""

from __future__ import annotations

import time
from pathlib import Path

from senderdesk import forms
from senderdesk.contract import SERVICE
from senderdesk.database import Database, Rows
from senderdesk.errors import ServiceQuotaExceededException
from senderdesk.limits import Limits
from senderdesk.number_ranges import check_number
from senderdesk.numbering import SIMULATOR, Offer, offer
from senderdesk.operations import Call, Desk
from senderdesk.operations.identities import DEFAULT_OPT_OUT_LIST
from senderdesk.operations.number_standing import add_number
from senderdesk.settings import Settings


def assign_number(
    database: Database,
    settings: Settings,
    account: str,
    region: str,
    kind: tuple[str, str],
    number: str,
    message_type: str,
    capabilities: str,
) -> str:
    """Give `number`, of a `kind` (country and type), to an account; gives its id. It is durable after a commit.

    Raises ValueError where the number is none, or has a holder.
    """
    offered = _checked(account, kind, number, message_type)
    catalogue = forms.catalogue(Path(settings.forms_folder) if settings.forms_folder else None)
    desk = Desk(catalogue, Limits("relaxed", time.monotonic), settings)

    def give(rows: Rows) -> str:
        rows.hold_number(phone_number=number)
        row = add_number(
            Call(account, region, "operator", round(time.time(), 3), rows, desk),
            offered,
            number,
            message_type=message_type,
            capabilities=capabilities,
            opt_out_list=DEFAULT_OPT_OUT_LIST,
            international_sending=False,
            deletion_protection=False,
        )
        return str(row["phone_number_id"])

    try:
        return database.write(give)
    except ServiceQuotaExceededException as error:
        raise ValueError(error.message) from error


def _checked(account: str, kind: tuple[str, str], number: str, message_type: str) -> Offer:
    """What is offered of the kind. Raises ValueError where something cannot be meant."""
    check_number(number, *kind)
    offered = offer(*kind)
    if offered is None or offered.number_type == SIMULATOR:
        raise ValueError(f"no {kind[1]} number can be given to anybody")
    if message_type not in SERVICE.enum("MessageType"):
        raise ValueError(f"--message-type is TRANSACTIONAL or PROMOTIONAL, not {message_type}")
    if not (len(account) == 12 and account.isascii() and account.isdecimal()):
        raise ValueError(f"--account {account} is not a 12-digit account")
    return offered
