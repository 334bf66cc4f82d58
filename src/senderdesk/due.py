"""Work that is due later: rows that say what is to be done to what, and when. Who does it is in `desk`."""

from __future__ import annotations

from senderdesk.operations import Call

# How long a status lasts before the desk moves on, in seconds, by --pace.
STEP_SECONDS = {"instant": 0.0, "seconds": 1.0}

INTAKE, AWS_REVIEW, DECIDE, PROVISION, UPLOAD = "intake", "aws_review", "decide", "provision", "upload"
POOL = "pool"
ACTIVATE, DROP_NUMBER = "activate_number", "drop_number"
CARRIER_REQUEST, CARRIER_STATUS, CARRIER_RELEASE = "carrier_request", "carrier_status", "carrier_release"


def schedule_step(call: Call, kind: str, registration_id: str, version_number: int) -> None:
    """Have the desk do `kind` to a version once its present status has lasted as long as --pace says."""
    schedule(call, kind, f"{registration_id}/{version_number}", STEP_SECONDS[call.desk.settings.pace])


def schedule(call: Call, kind: str, subject: str, seconds: float) -> None:
    """Have `kind` done to `subject` in so many seconds from now, as part of this transaction."""
    call.rows.put_due_work(**call.place, kind=kind, subject=subject, due_at=call.now + seconds)
