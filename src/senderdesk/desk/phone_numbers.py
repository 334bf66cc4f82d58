"""Phone numbers on their way: what the carrier is asked about each, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from senderdesk import due
from senderdesk.carrier import DONE, UNKNOWN, Carrier, Question
from senderdesk.desk.errands import Errand, NotYet
from senderdesk.operations import Call
from senderdesk.operations.number_standing import activate, drop

_WAITING = ("PENDING", "ASSOCIATING")
# What is asked, by kind of work, and the statuses of numbers that wait for the answer.
_ASKED = {
    due.CARRIER_REQUEST: ("numbers/request", _WAITING),
    due.CARRIER_STATUS: ("numbers/status", _WAITING),
    due.CARRIER_RELEASE: ("numbers/release", ("DISASSOCIATING",)),
}
_ASK_AGAIN_SECONDS = 1.0


def errands(carrier: Carrier | None) -> dict[str, Errand]:
    """What the agenda does about numbers that the carrier has to be asked about, by kind of work."""
    return {kind: Errand("carrier", partial(_begin, carrier, kind), partial(_finish, kind)) for kind in _ASKED}


def _begin(carrier: Carrier | None, kind: str, call: Call, phone_number_id: str) -> Callable[[], str] | None:
    path, statuses = _ASKED[kind]
    row = call.rows.find_phone_number(**call.place, phone_number_id=phone_number_id)
    if carrier is None or row is None or row["status"] not in statuses:
        return None
    asked = Question(path, phone_number_id, _told(call, row))
    return lambda: carrier.ask(asked)


def _finish(kind: str, call: Call, phone_number_id: str, told: str | None) -> None:
    """Write down an answer; None is that nobody was asked."""
    row = call.rows.find_phone_number(**call.place, phone_number_id=phone_number_id)
    if row is None or row["status"] not in _ASKED[kind][1]:
        return  # it went another way while the question was out
    if kind == due.CARRIER_RELEASE:
        # Who has never heard of a number has let go of it.
        if told not in (DONE, UNKNOWN, None):
            raise NotYet
        drop(call, phone_number_id)
    elif told in (DONE, None):
        call.rows.set_phone_number_provisioned(**call.place, phone_number_id=phone_number_id)
        activate(call, phone_number_id)
    else:
        _wait(call, kind, phone_number_id, told)


def _wait(call: Call, kind: str, phone_number_id: str, told: str | None) -> None:
    """A number that is pending is asked for by its status; one that is unknown is requested once more."""
    next_kind = due.CARRIER_REQUEST if told == UNKNOWN else due.CARRIER_STATUS
    if next_kind == kind:
        raise NotYet
    due.schedule(call, next_kind, phone_number_id, _ASK_AGAIN_SECONDS)


def _told(call: Call, row: Any) -> dict[str, Any]:
    return {
        "phoneNumberId": row["phone_number_id"],
        "phoneNumber": row["phone_number"],
        "account": call.account,
        "region": call.region,
        "isoCountryCode": row["iso_country_code"],
        "numberType": row["number_type"],
        "messageType": row["message_type"],
        "numberCapabilities": row["capabilities"].split(),
        "registrationId": row["registration_id"],
    }
