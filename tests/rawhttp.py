"""A raw-socket HTTP client and a SigV4 signer written by hand, for requests that no SDK would ever send."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from tests.conftest import ACCOUNT, REGION, RunningDesk

PREFIX = "PinpointSMSVoiceV2."
CONTENT_TYPE = "application/x-amz-json-1.0"
CREATE = b'{"RegistrationType":"US_TOLL_FREE_REGISTRATION"}'
OUR_HEADERS = {"date", "content-type", "content-length", "x-amzn-requestid", "connection", "allow", "retry-after"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Key(NamedTuple):
    """An access key in clear."""

    id: str
    secret: str


class Request:
    """A request that a test may bend before and after it signs it."""

    def __init__(self, body: bytes = CREATE, operation: str = "CreateRegistration", target: str = "/") -> None:
        self.method, self.target, self.version, self.body = "POST", target, "HTTP/1.1", body
        self.headers: list[tuple[str, str]] = [
            ("Host", "desk.test"),
            ("Content-Type", CONTENT_TYPE),
            ("X-Amz-Target", PREFIX + operation),
        ]

    def header(self, name: str) -> str:
        """The first value of a header."""
        return next(value for key, value in self.headers if key.lower() == name.lower())

    def add(self, name: str, value: str) -> Request:
        """One more header line."""
        self.headers.append((name, value))
        return self

    def drop(self, name: str) -> Request:
        """Without this header."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        return self

    def swap(self, name: str, value: str) -> Request:
        """Another value for this header, in its place."""
        self.headers = [(key, value if key.lower() == name.lower() else old) for key, old in self.headers]
        return self

    def bytes(self) -> bytes:
        """The request as it goes over the wire."""
        return self.head() + self.body

    def head(self, framing: str | None = None) -> bytes:
        """Request line and headers; `framing` takes the place of the true Content-Length."""
        lines = [f"{self.method} {self.target} {self.version}", *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body)}" if framing is None else framing] if framing != "" else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def sign(
        self,
        key: Key,
        *,
        at: float | None = None,
        stamp: str | None = None,
        scope: str | None = None,
        signed: list[str] | None = None,
        query: str = "",
        session_token: str | None = None,
    ) -> Request:
        """Add X-Amz-Date and Authorization. Each argument is a place for a lie that is then correctly signed."""
        now = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
        stamp = stamp if stamp is not None else now.strftime("%Y%m%dT%H%M%SZ")
        scope = scope if scope is not None else f"{now:%Y%m%d}/{REGION}/sms-voice/aws4_request"
        self.add("X-Amz-Date", stamp)
        if session_token is not None:
            self.add("X-Amz-Security-Token", session_token)
        names = sorted({name.lower() for name, _ in self.headers}) if signed is None else signed
        signature = _signature(key.secret, stamp, scope, self._canonical(names, query))
        return self.add(
            "Authorization",
            f"AWS4-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}",
        )

    def _canonical(self, names: list[str], query: str) -> str:
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(re.sub(" +", " ", value.strip(" ")))
        path = self.target.partition("?")[0]
        lines = [f"{name}:{','.join(values.get(name.lower(), ['']))}\n" for name in names]
        body_hash = hashlib.sha256(self.body).hexdigest()
        return f"{self.method}\n{path}\n{query}\n{''.join(lines)}\n{';'.join(names)}\n{body_hash}"


def _signature(secret: str, stamp: str, scope: str, canonical: str) -> str:
    """The steps of the SigV4 guide, one after the other, sharing no line with the code under test."""
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode("latin-1"), "sha256").digest()
    hashed = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return hmac.new(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}".encode("latin-1"), "sha256").hexdigest()


class Answer(NamedTuple):
    """One response as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header, "" where it is missing."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The error's name as SDKs read it, "" for a success."""
        return self.json.get("__type", "")


class Ended(Exception):
    """The server closed the connection instead of answering."""


class Wire:
    """One TCP connection to a desk, with what came over it so far."""

    def __init__(self, port: int, timeout: float = 15.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.received = b""

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self.socket.sendall(data)

    def ask(self, data: bytes | Request) -> Answer:
        """Send, and read one response."""
        self.send(data if isinstance(data, bytes) else data.bytes())
        return self.answer()

    def answer(self, head_only: bool = False) -> Answer:
        """Read one response. Raises Ended where the server closes first."""
        head, _, _ = self._read_until(b"\r\n\r\n").partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name == "content-length"), 0)
        self.received = self.received[len(head) + 4 :]
        while len(self.received) < length and not head_only:
            self._more()
        body = b"" if head_only else self.received[:length]
        self.received = self.received[len(body) :]
        return Answer(int(status_line.split()[1]), headers, body)

    def has_ended(self) -> bool:
        """True where the server has closed, or closes within the timeout, and sends nothing more."""
        try:
            self._more()
        except Ended:
            return not self.received
        return False

    def close(self) -> None:
        """Let go."""
        self.socket.close()

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self.received:
            self._more()
        return self.received

    def _more(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Ended(f"closed after {self.received[:200]!r}")
        self.received += data


@contextlib.contextmanager
def wire_to(port: int, timeout: float = 15.0) -> Iterator[Wire]:
    """A connection that is closed at the end."""
    wire = Wire(port, timeout)
    try:
        yield wire
    finally:
        wire.close()


class RawClient:
    """A client of one desk with a key of its own, which says after each refusal whether the desk took any harm."""

    def __init__(self, desk: RunningDesk, account: str = ACCOUNT) -> None:
        made = desk.make_key(account)
        self.desk, self.key = desk, Key(made["AccessKeyId"], made["SecretAccessKey"])

    def signed(self, body: bytes = CREATE, operation: str = "CreateRegistration", **lies: Any) -> Request:
        """A request, signed at the desk's time."""
        return self.sign(Request(body, operation), **lies)

    def sign(self, request: Request, **lies: Any) -> Request:
        """Sign with the client's key, at the desk's time, but for the lies."""
        return request.sign(lies.pop("key", self.key), **{"at": self.desk.clock(), **lies})

    def ask(self, request: Request | bytes) -> Answer:
        """One request on a connection of its own."""
        with wire_to(self.desk.port) as wire:
            return wire.ask(request)

    def accepted(self, request: Request | bytes) -> Any:
        """The answer to a request that must be taken."""
        answer = self.ask(request)
        assert answer.status == 200, answer
        return answer.json

    def refused(self, request: Request | bytes, *codes: str, status: int = 400) -> Answer:
        """The refusal of `request`, which must be well formed, be one of `codes`, and leave no trace."""
        before = self.registrations()
        with wire_to(self.desk.port) as wire:
            answer = wire.ask(request)
            assert_refusal(answer, *codes, status=status)
            self.assert_serving(wire, answer)
        assert self.registrations() == before, "a refused request left a registration behind"
        return answer

    def assert_serving(self, wire: Wire, answer: Answer) -> None:
        """The connection is closed, as announced, or serves the next request."""
        if answer.header("connection") == "close":
            assert wire.has_ended()
        else:
            assert wire.ask(self.signed(b"{}", "DescribeAccountLimits")).status == 200
            return
        assert self.ask(self.signed(b"{}", "DescribeAccountLimits")).status == 200

    def connections(self) -> int:
        """How many connections the server holds."""
        return len(self.desk.server.server_state.connections)

    def wait_for_connections(self, most: int, seconds: float = 12.0) -> None:
        """Wait until the server holds no more than `most`."""
        give_up = time.monotonic() + seconds
        while self.connections() > most:
            assert time.monotonic() < give_up, f"the server still holds {self.connections()} connections"
            time.sleep(0.02)

    def registrations(self) -> int:
        """How many registrations are stored, counted behind the desk's back."""
        return count_rows(self.desk, "registrations")


def count_rows(desk: RunningDesk, table: str) -> int:
    """The committed rows of a table, read over a connection that is not the desk's."""
    with contextlib.closing(sqlite3.connect(desk.settings.database_path)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def assert_refusal(answer: Answer, *codes: str, status: int = 400) -> None:
    """A refusal in the one form that all have: JSON with a name, an id to quote, a date, and nothing of our insides."""
    assert answer.status == status, answer
    assert answer.header("content-type") == CONTENT_TYPE
    assert answer.error in codes, answer
    assert answer.json["Message"]
    assert b"Traceback" not in answer.body and b"<html" not in answer.body.lower() and b".py" not in answer.body
    assert UUID.fullmatch(answer.header("x-amzn-requestid")), answer.headers
    assert abs((parsedate_to_datetime(answer.header("date")) - datetime.now(UTC)).total_seconds()) < 60
    names = [name for name, _ in answer.headers]
    assert len(names) == len(set(names)), answer.headers
    assert set(names) <= OUR_HEADERS, answer.headers
