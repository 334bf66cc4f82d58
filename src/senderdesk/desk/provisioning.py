"""Provisioning: an approved registration gets its identity, which the carrier is asked to make where there is one."""

from __future__ import annotations

from collections.abc import Callable

from senderdesk import due
from senderdesk.carrier import DONE, Carrier, Question
from senderdesk.desk import steps
from senderdesk.desk.errands import Errand, NotYet
from senderdesk.operations import Call


def errand(carrier: Carrier | None) -> Errand:
    """What the agenda does about a registration that is PROVISIONING. Its subject is registration/version."""

    def begin(call: Call, subject: str) -> Callable[[], str] | None:
        name, _, number = subject.rpartition("/")
        registration = call.rows.find_registration(**call.place, registration_id=name)
        if carrier is None or registration is None or registration["status"] != "PROVISIONING":
            return None
        body = {
            "registrationId": name,
            "registrationVersionNumber": int(number),
            "registrationType": registration["registration_type"],
            "account": call.account,
            "region": call.region,
        }
        asked = Question("registrations/provision", subject, body)
        return lambda: carrier.ask(asked)

    return Errand("carrier", begin, _finish)


def _finish(call: Call, subject: str, told: str | None) -> None:
    if told not in (DONE, None):
        raise NotYet
    steps.take(call, due.PROVISION, subject)
