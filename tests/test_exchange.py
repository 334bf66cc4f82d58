"""Large bodies over many connections at once: so many are held, the rest are told to come back, and room comes back."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
from collections.abc import Iterator

import pytest

from senderdesk.exchange import Exchange
from tests.conftest import RunningDesk
from tests.filling import until
from tests.journeys.asking import Line, signed_headers
from tests.test_attachments import png_of

MIB = 1024 * 1024
MOST = 16


def body_of(document: bytes) -> bytes:
    return json.dumps({"AttachmentBody": base64.b64encode(document).decode()}).encode()


BODY = body_of(png_of(MIB))


class Sender:
    """A connection that sends one attachment in pieces."""

    def __init__(self, desk: RunningDesk, account: str, body: bytes = BODY) -> None:
        self.account = account
        self.socket = socket.create_connection(("127.0.0.1", desk.port), timeout=10)
        self.begin(body)

    def begin(self, body: bytes) -> None:
        """The head of a request, whose body is then sent."""
        headers = {**signed_headers("CreateRegistrationAttachment", self.account), "Host": "a"}
        lines = [f"{name}: {value}" for name, value in {**headers, "Content-Length": str(len(body))}.items()]
        self.socket.sendall("\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode())
        self.body, self.sent = body, 0

    def send(self, upto: int | None = None) -> None:
        upto = len(self.body) if upto is None else upto
        self.socket.sendall(self.body[self.sent : upto])
        self.sent = upto

    def answer(self) -> tuple[int, str]:
        """Status and `__type` of the next answer; the type of a good one is empty."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        return int(head.split()[1]), json.loads(body).get("__type", "")

    def _more(self) -> bytes:
        part = self.socket.recv(65_536)
        assert part, "the connection was closed"
        return part


@pytest.fixture
def senders(desk: RunningDesk, account: str) -> Iterator[list[Sender]]:
    """As many as may be at once, each with more than a mebibyte under way."""
    until(lambda: len(Exchange._large), lambda count: count == 0)
    with contextlib.ExitStack() as stack:
        opened = [Sender(desk, account) for _ in range(MOST)]
        for one in opened:
            stack.enter_context(one.socket)
            one.send(MIB + 1)
        until(lambda: len(Exchange._large), lambda count: count == MOST)
        yield opened


def throttled(desk: RunningDesk, account: str) -> bool:
    """Whether one more is told to come back, and not served."""
    one = Sender(desk, account)
    with one.socket:
        one.send()
        answer = one.answer()
    assert answer in ((200, ""), (400, "ThrottlingException"))
    return answer != (200, "")


def test_one_too_many_is_told_to_come_back_and_small_ones_are_served(
    desk: RunningDesk, account: str, senders: list[Sender]
) -> None:
    one = Sender(desk, account)
    with one.socket:
        one.send(MIB)  # as large as any request may be: not counted
        one.send(MIB + 1)
        assert one.answer() == (400, "ThrottlingException")
        assert len(Exchange._large) == MOST
        one.send()  # the rest is dropped, and the connection lives
        one.begin(body_of(png_of(20_000)))
        one.send()
        assert one.answer() == (200, "")
    line = Line(desk.url, account)
    assert line.call("DescribeRegistrations").status == 200
    line.close()


def test_sdks_come_back_by_themselves(desk: RunningDesk, account: str, senders: list[Sender]) -> None:
    impatient, patient = desk.client(account), desk.client(account, retries=6)
    with pytest.raises(impatient.exceptions.ThrottlingException):
        impatient.create_registration_attachment(AttachmentBody=png_of(MIB))
    for one in senders:
        one.socket.close()
    assert patient.create_registration_attachment(AttachmentBody=png_of(MIB))["RegistrationAttachmentId"]


def test_room_comes_back_when_one_ends_and_when_one_goes_away(
    desk: RunningDesk, account: str, senders: list[Sender]
) -> None:
    assert throttled(desk, account)
    senders[0].send()
    assert senders[0].answer() == (200, "")
    until(lambda: len(Exchange._large), lambda count: count == MOST - 1)
    assert not throttled(desk, account)
    more = Sender(desk, account)
    with more.socket:
        more.send(MIB + 1)
        until(lambda: len(Exchange._large), lambda count: count == MOST)
        assert throttled(desk, account)
        senders[1].socket.close()
        until(lambda: len(Exchange._large), lambda count: count == MOST - 1)
        assert not throttled(desk, account)
    for one in senders[2:]:
        one.send()
        assert one.answer() == (200, "")
    until(lambda: len(Exchange._large), lambda count: count == 0)  # with their connections open yet


def test_a_body_that_is_refused_leaves_no_trace(desk: RunningDesk, account: str) -> None:
    until(lambda: len(Exchange._large), lambda count: count == 0)
    one = Sender(desk, account, b'{"AttachmentBody":"' + b"?" * (2 * MIB) + b'"}')
    with one.socket:
        one.send()
        status, kind = one.answer()
        assert (status, kind) in ((400, "SerializationException"), (400, "ValidationException"))
        until(lambda: len(Exchange._large), lambda count: count == 0)


def test_too_large_a_body_is_not_taken_in(desk: RunningDesk, account: str) -> None:
    one = Sender(desk, account, b"x" * (11 * MIB))
    with one.socket:
        assert one.answer() == (413, "RequestEntityTooLargeException")
        assert len(Exchange._large) == 0
