"""Errands: work that waits for the network, and so goes on in a thread, between two transactions."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import structlog

from senderdesk.operations import Call

log = structlog.get_logger("senderdesk")

_AT_A_TIME = 4


class NotYet(Exception):
    """What an errand was to bring is not there yet: it is run again later."""


class Errand(NamedTuple):
    """One kind of errand.

    `begin` gives what to wait for, or None where there is nothing to wait for; `finish` writes down what came of it,
    or raises NotYet. Errands of one `line` share its threads, so that one slow party holds up no other.
    """

    line: str
    begin: Callable[[Call, str], Callable[[], Any] | None]
    finish: Callable[[Call, str, Any], None]


class Runners:
    """Those who run errands, and what they are out for: never two errands for one subject at a time.

    `new_line` makes the threads of a line.
    """

    def __init__(self) -> None:
        self.new_line: Callable[[str], Any] = Line
        self._lines: dict[str, Any] = {}
        self._out: dict[tuple[str, str, str], str] = {}

    def out_for(self, piece: Any) -> str | None:
        """The kind of errand that somebody is out on for the subject of `piece`, None where nobody is."""
        return self._out.get(_subject(piece))

    def send(self, piece: Any, line: str, run: Callable[[], None]) -> None:
        """Have `run` done in a thread of the line."""
        self._out[_subject(piece)] = piece["kind"]
        if line not in self._lines:
            self._lines[line] = self.new_line(line)
        self._lines[line].submit(run)

    def back(self, piece: Any) -> None:
        """Whoever was out for the subject of `piece` is back."""
        self._out.pop(_subject(piece), None)

    def close(self) -> None:
        """Begin no more errands. One under way is forgotten."""
        for line in self._lines.values():
            line.close()


class Line:
    """The threads of one line. The process does not wait for them when it ends, as an executor's would make it."""

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._open = True
        for number in range(_AT_A_TIME):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def submit(self, run: Callable[[], None]) -> None:
        """Have `run` done when a thread is free."""
        self._waiting.put(run)

    def close(self) -> None:
        """Begin nothing more."""
        self._open = False
        for _ in range(_AT_A_TIME):
            self._waiting.put(lambda: None)  # so that threads that wait see it

    def _work(self) -> None:
        while self._open:
            run = self._waiting.get()
            try:
                if self._open:
                    run()
            except Exception:
                if self._open:  # once it is closed, there may be nobody left to come back to
                    log.exception("a runner stumbled; its errand will be run again")


def _subject(piece: Any) -> tuple[str, str, str]:
    return piece["account_id"], piece["region"], piece["subject"]
