"""The agenda: does what is due, each piece in a transaction of its own that also takes it off the list.

A process that dies leaves its work on the list. What waits for the network is an errand: it is put off while somebody
is out on it, so that it is begun again should nobody come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from senderdesk import due
from senderdesk.database import Database, Rows
from senderdesk.desk import pools, steps
from senderdesk.desk.errands import Errand, NotYet, Runners
from senderdesk.operations import Call, Desk
from senderdesk.operations.number_standing import activate, drop

log = structlog.get_logger("senderdesk")

# How many pieces are done before the requests that wait get their turn.
_AT_A_TIME = 100
# An errand from which nobody has come back by then is looked at again. Longer than any may take.
_LOST_SECONDS = 90.0
# How soon what somebody else still works on is asked about again.
_NOT_YET_SECONDS = 1.0
# How soon an errand is looked at again that waits for another one for the same subject.
_IN_THE_WAY_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 3600.0

Write = Callable[[Callable[[], object]], object]

# What needs no network, by kind of work. Every other kind is a step of a review.
_AT_ONCE: dict[str, Callable[[Call, str], None]] = {
    due.POOL: pools.settle,
    due.ACTIVATE: activate,
    due.DROP_NUMBER: drop,
}


class Agenda:
    """What is due, and the doing of it. `now` gives epoch seconds; `errands` are the kinds that need the network.

    `write` runs a function that writes to the database, in the one place where writes may be; the door gives one.
    """

    def __init__(self, database: Database, desk: Desk, errands: Mapping[str, Errand], now: Callable[[], float]) -> None:
        self._database = database
        self._desk = desk
        self._errands = errands
        self._now = now
        self.runners = Runners()
        self.write: Write = lambda work: work()

    def is_due(self) -> bool:
        """Whether there is anything to do now."""
        return bool(self._database.read(lambda rows: rows.list_due_work(now=self._now(), count=1)))

    def work(self) -> int:
        """Do what is due, the oldest first, as part of the next commit; gives how many pieces were done."""
        done = 0
        while done < _AT_A_TIME:
            waiting = self._database.write(lambda rows: rows.list_due_work(now=self._now(), count=_AT_A_TIME))
            if not waiting:
                break
            for piece in waiting:
                self._try(piece, self._do)
            done += len(waiting)
        return done

    def resume(self) -> None:
        """At the start: nobody is out on an errand yet, so those of a process that died are due now."""
        self._database.write(self._bring_forward)

    def close(self) -> None:
        """Begin no more errands. One under way is forgotten; its row brings it back."""
        self.runners.close()

    def _bring_forward(self, rows: Rows) -> None:
        for kind in self._errands:
            rows.bring_forward_due_work(now=self._now(), kind=kind)

    def _try(self, piece: Any, do: Callable[[Call, Any], None]) -> None:
        """Do one piece, or put it off where that fails, so that one bad piece holds up nobody."""
        try:
            self._database.write(lambda rows: do(self._call(rows, piece), piece))
        except NotYet:  # no failure, so it is not waited for longer and longer
            self._database.write(
                lambda rows: rows.put_off_due_work(**_place(piece), due_at=self._now() + _NOT_YET_SECONDS)
            )
        except Exception:
            log.exception("work that was due failed; it will be tried again", kind=piece["kind"])
            self._try_later(piece)

    def _do(self, call: Call, piece: Any) -> None:
        kind, subject = piece["kind"], piece["subject"]
        if kind in self._errands:
            if self._sent(call, piece, self._errands[kind]):
                return
        elif kind in _AT_ONCE:
            _AT_ONCE[kind](call, subject)
        else:
            steps.take(call, kind, subject)
        call.rows.delete_due_work(**call.place, kind=kind, subject=subject)

    def _sent(self, call: Call, piece: Any, errand: Errand) -> bool:
        """Whether somebody is out on the errand now; else it is done, as there was nothing to wait for."""
        out_for = self.runners.out_for(piece)
        if out_for is not None:
            self._postpone(call.rows, piece, _LOST_SECONDS if out_for == piece["kind"] else _IN_THE_WAY_SECONDS)
            return True
        go = errand.begin(call, piece["subject"])
        if go is None:
            errand.finish(call, piece["subject"], None)
            return False
        self._postpone(call.rows, piece, _LOST_SECONDS)
        self.runners.send(piece, errand.line, lambda: self._run(piece, errand, go))
        return True

    def _run(self, piece: Any, errand: Errand, go: Callable[[], Any]) -> None:
        """In a thread: wait, then have what came of it written."""

        def finish(call: Call, piece: Any) -> None:
            errand.finish(call, piece["subject"], outcome)
            call.rows.delete_due_work(**call.place, kind=piece["kind"], subject=piece["subject"])

        def back(work: Callable[[], None]) -> None:
            self.runners.back(piece)
            work()

        try:
            outcome = go()
        except Exception as error:
            log.warning("an errand failed; it will be run again", kind=piece["kind"], error=str(error))
            self.write(lambda: back(lambda: self._try_later(piece)))
            return
        self.write(lambda: back(lambda: self._try(piece, finish)))

    def _try_later(self, piece: Any) -> None:
        self._database.write(lambda rows: self._postpone(rows, piece, _patience(piece)))

    def _postpone(self, rows: Rows, piece: Any, seconds: float) -> None:
        rows.postpone_due_work(**_place(piece), due_at=self._now() + seconds)

    def _call(self, rows: Rows, piece: Any) -> Call:
        """The desk's own call, in the account and Region of the work."""
        return Call(piece["account_id"], piece["region"], "desk", round(self._now(), 3), rows, self._desk)


def _place(piece: Any) -> dict[str, str]:
    return {column: piece[column] for column in ("account_id", "region", "kind", "subject")}


def _patience(piece: Any) -> float:
    """Seconds until work that failed is tried again: longer each time."""
    doublings = min(piece["attempts"], 12)  # 2 to the 12th is over an hour, and far below what a float holds
    return float(min(2.0**doublings, _LONGEST_WAIT_SECONDS))
