"""Where a number stands: how it is found, kept, and brought from one status to the next.

PENDING until the carrier has it and what must register it is COMPLETE, then ACTIVE; ASSOCIATING while it comes under a
registration that is COMPLETE already; DISASSOCIATING on its way out.
"""

from __future__ import annotations

from typing import Any

from senderdesk import due
from senderdesk.errors import ResourceNotFoundException, ServiceQuotaExceededException
from senderdesk.identifiers import new_id
from senderdesk.numbering import SIMULATOR, Offer, offer
from senderdesk.operations import Call
from senderdesk.operations.identities import FINDERS, Identity, conduct_of
from senderdesk.operations.identities import PHONE_NUMBER as KIND
from senderdesk.operations.number_supply import give_back
from senderdesk.operations.resources import named

QUOTA = "PHONE_NUMBERS_PER_ACCOUNT"
_NOT_YET = ("PENDING", "ASSOCIATING")


def find_phone_number(call: Call, id_or_arn: str, field: str = "phoneNumberId") -> Any:
    """The stored number, with registration_id, registration_status, approved_version and pool_id (None without one).

    `field` is the input member. Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, id_or_arn, KIND, field)
    row = call.rows.find_phone_number(**call.place, phone_number_id=name)
    if row is None:
        raise ResourceNotFoundException(KIND, name)
    return row


def identity_of(row: Any) -> Identity:
    """A stored number as pools, keywords and policies see it."""
    return Identity(
        KIND,
        row["phone_number_id"],
        row["status"] == "ACTIVE",
        tuple(row["capabilities"].split()),
        frozenset({row["message_type"]}),
        conduct_of(row),
        row["iso_country_code"],
        row["phone_number"],
    )


def must_be_registered(call: Call, offered: Offer) -> bool:
    """Whether such a number needs a registration: where its country has a form for it."""
    return offered.registration_type in call.desk.forms


def add_number(call: Call, offered: Offer, number: str, **settings: Any) -> Any:
    """Store a number that the account has from now on, and give it; it comes to be used in its own time.

    `settings` are the columns beside those that follow from the offer. Raises ServiceQuotaExceededException, and
    ValueError where the number has a holder.
    """
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    this = {**call.place, "phone_number_id": new_id("phone", call.now)}
    is_simulator = offered.number_type == SIMULATOR
    inserted = call.rows.insert_phone_number(
        **this,
        phone_number=number,
        status="ACTIVE" if is_simulator else "PENDING",
        iso_country_code=offered.iso_country_code,
        number_type=offered.number_type,
        monthly_leasing_price=offered.monthly_leasing_price,
        is_provisioned=not _asks_carrier(call, offered.number_type),
        created_at=call.now,
        **settings,
    )
    if not inserted:
        raise ValueError(f"{number} has a holder")
    if _asks_carrier(call, offered.number_type):
        due.schedule(call, due.CARRIER_REQUEST, this["phone_number_id"], 0)
    elif not is_simulator and not must_be_registered(call, offered):
        become_active_later(call, this["phone_number_id"])
    return call.rows.find_phone_number(**this)


def associating(call: Call, phone_number_id: str) -> None:
    """A number has come under a registration that is COMPLETE: it is ACTIVE after a step, where the carrier has it."""
    call.rows.set_phone_number_status(
        **call.place, phone_number_id=phone_number_id, status="ASSOCIATING", status_before="PENDING"
    )
    become_active_later(call, phone_number_id)


def become_active_later(call: Call, phone_number_id: str) -> None:
    """Have a number become ACTIVE after a step of --pace, where nothing is missing by then."""
    _schedule(call, due.ACTIVATE, phone_number_id)


def activate(call: Call, phone_number_id: str) -> None:
    """Let a number be used, where nothing is missing any more; else it stays as it is."""
    row = call.rows.find_phone_number(**call.place, phone_number_id=phone_number_id)
    if row is None or row["status"] not in _NOT_YET or not row["is_provisioned"]:
        return
    offered = offer(row["iso_country_code"], row["number_type"])
    if offered is not None and must_be_registered(call, offered) and row["registration_status"] != "COMPLETE":
        return
    call.rows.set_phone_number_status(
        **call.place, phone_number_id=phone_number_id, status="ACTIVE", status_before=row["status"]
    )


def let_go(call: Call, row: Any) -> str:
    """Give a number up, and give its status: gone at once, or after a step where others have to let go of it, too."""
    name = row["phone_number_id"]
    call.rows.count_one_less(**call.place, name=QUOTA)
    asks_carrier = _asks_carrier(call, row["number_type"])
    if not asks_carrier and row["registration_id"] is None:
        drop(call, name)
        return "DELETED"
    # ASSUMED: a number that was under a registration leaves it in a step of its own.
    call.rows.set_phone_number_status(
        **call.place, phone_number_id=name, status="DISASSOCIATING", status_before=row["status"]
    )
    for kind in (due.CARRIER_REQUEST, due.CARRIER_STATUS, due.ACTIVATE):
        call.rows.delete_due_work(**call.place, kind=kind, subject=name)
    if asks_carrier:
        due.schedule(call, due.CARRIER_RELEASE, name, 0)
    else:
        _schedule(call, due.DROP_NUMBER, name)
    return "DISASSOCIATING"


def drop(call: Call, phone_number_id: str) -> None:
    """Forget a number that was given up; whoever asks next may have it."""
    this = {**call.place, "phone_number_id": phone_number_id}
    row = call.rows.find_phone_number(**this)
    if row is not None:
        call.rows.delete_phone_number(**this)
        give_back(call, row["phone_number"])


def _asks_carrier(call: Call, number_type: str) -> bool:
    return bool(call.desk.settings.provisioner_url) and number_type != SIMULATOR


def _schedule(call: Call, kind: str, phone_number_id: str) -> None:
    due.schedule(call, kind, phone_number_id, due.STEP_SECONDS[call.desk.settings.pace])


def _identity(call: Call, name: str) -> Identity | None:
    row = call.rows.find_phone_number(**call.place, phone_number_id=name)
    return identity_of(row) if row is not None else None


FINDERS[KIND] = _identity
