"""Many writes, one commit: requests that write gather while a commit runs, and share the next one.

A request is checked when it comes (`Service.admit`), and waits only for its turn to write. Each turn performs, one
after the other, all that gathered; then the commit (the wait for the disk) runs in a thread
while new requests gather, and the answers of a turn go out only when its commit has returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from senderdesk.database import CommitFailed
from senderdesk.service import Admitted, Service
from senderdesk.wire import Response

log = structlog.get_logger("senderdesk")

Respond = Callable[[Response], None]
Answers = list[tuple[Admitted, Response, Respond]]


class Turnstile:
    """The one way to the writing side of a service. `give_up` is called when the disk can no longer be believed."""

    def __init__(self, service: Service, give_up: Callable[[], None]) -> None:
        self._service = service
        self._give_up = give_up
        self._waiting: list[tuple[Admitted, Respond]] = []
        self._chores: list[Callable[[], object]] = []
        self._turning = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")

    def ask(self, admitted: Admitted, respond: Respond) -> None:
        """Perform what was asked in the next turn, and call `respond` with the answer once that is durable."""
        self._waiting.append((admitted, respond))
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def between_turns(self, work: Callable[[], object]) -> None:
        """Do `work`, which writes, as part of the next turn's commit."""
        self._chores.append(work)
        if not self._turning:
            self._turning = True
            self._turn()

    def close(self) -> None:
        """Wait for a commit that runs, and end the thread."""
        self._thread.shutdown()

    def _turn(self) -> None:
        batch, self._waiting = self._waiting, []
        self._do_chores()
        answers = [(admitted, self._performed(admitted), respond) for admitted, respond in batch]
        if self._service.database.pending:
            commit = asyncio.get_running_loop().run_in_executor(self._thread, self._service.database.commit)
            commit.add_done_callback(partial(self._committed, answers))
        else:
            self._deliver(answers)
            self._turn_again()

    def _performed(self, admitted: Admitted) -> Response:
        """The service's answer. Should it fail to give one, the others of the turn are owed theirs all the same."""
        try:
            return self._service.perform(admitted)
        except Exception:
            return self._service.failure(admitted.request)

    def _committed(self, answers: Answers, commit: asyncio.Future[None]) -> None:
        error = commit.exception()
        if error is not None:
            answers = self._failed(answers, error)
        self._turn_again()
        self._deliver(answers)

    def _turn_again(self) -> None:
        """The next turn begins before the last one's answers go out, so that the disk and the sockets work together."""
        if self._waiting or self._chores:
            self._turn()
        else:
            self._turning = False

    def _do_chores(self) -> None:
        chores, self._chores = self._chores, []
        for work in chores:
            try:
                work()
            except Exception:
                log.exception("a chore failed; it will be tried again in its time")

    def _failed(self, answers: Answers, error: BaseException) -> Answers:
        """Nothing of this turn is durable, so nothing of it is acknowledged."""
        log.error("commit failed", error=str(error), requests=len(answers))
        if not isinstance(error, CommitFailed) or error.fatal:
            self._give_up()
        return [(admitted, self._service.failure(admitted.request), respond) for admitted, _, respond in answers]

    def _deliver(self, answers: Answers) -> None:
        for _, response, respond in answers:
            respond(response)
