"""The checks of an export file before any of it is written: every line by itself, and what the lines say of each other.

Memory holds ids, and one line at a time. Two things are not checked: whether values suit their form, which may have
been another when they were kept; and whether a value's attachment is there, since a denied version may outlive it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from senderdesk.errors import SerializationException
from senderdesk.shapes import Fault
from senderdesk.transfer_faults import TransferFaults
from senderdesk.transfer_lines import (
    ATTACHMENT,
    CONTENT,
    DUE_WORK,
    END,
    FORMAT,
    HEADER,
    KINDS,
    LONGEST_LINE,
    REGISTRATION,
    VERSION,
    Line,
    shape_of,
)
from senderdesk.wire import parse_object

_CONTENT_MEMBERS = ("sha256", "format", "size")
_LONGEST_NUMBER = 6  # digits of a version's number: the model's bound is 100000
_VALUE_MEMBERS = ("text", "choices", "attachment")

# Whether a registration or attachment (the line's kind) of this id is there already, where the file is to go.
Taken = Callable[[str, str], bool]


def read_header(file: BinaryIO) -> Line:
    """The first line. Raises ImportRefused where it is not the header of a file that this SenderDesk reads."""
    faults, found = TransferFaults(), list[Fault]()
    header: Line = {}
    try:
        header = shape_of(HEADER)(parse_object(file.readline(LONGEST_LINE)), "", found)
    except SerializationException as error:
        faults.tell(1, f"is not the header of an export: {error}")
    for fault in found:
        faults.tell(1, f"is not the header of an export: {fault.path} {fault.message}")
    faults.refuse()
    if header["format"] != FORMAT:
        faults.tell(1, f"the export has format {header['format']}, and this SenderDesk reads format {FORMAT}")
    faults.refuse()
    return header


def check(lines: Iterable[tuple[int, bytes]], is_taken: Taken) -> dict[str, int]:
    """Read a whole file, numbered lines with the header, and give how many lines of each kind it has.

    Raises ImportRefused with all that is wrong.
    """
    checks = _Checks(is_taken)
    for number, line in lines:
        if number > 1:
            checks.take(number, line)
    checks.finish()
    return checks.counts


class _Checks:
    """What is known of the lines so far."""

    def __init__(self, is_taken: Taken) -> None:
        self.is_taken = is_taken
        self.faults = TransferFaults()
        self.counts = dict.fromkeys(KINDS, 0)
        self.unread = 0  # lines whose kind is not known
        self.number = 1
        self.ended = False
        self.sizes: dict[str, int] = {}  # of contents, by digest
        self.unused: dict[str, int] = {}  # contents that no attachment has had, and their lines
        self.attachments: set[str] = set()
        self.versions: dict[str, int] = {}  # how many versions each registration has
        self.wanted: dict[str, int] = {}  # registrations that others are associated with, and the lines that say so
        self.due: set[tuple[str, str]] = set()
        self.open = ""  # the registration whose versions come now,
        self.open_line = 0  # its line,
        self.newest: int | None = None  # and the newest of its versions, as it says

    def tell(self, message: str, number: int | None = None) -> None:
        """Note a fault of a line, the present one by default."""
        self.faults.tell(number or self.number, message)

    def take(self, number: int, text: bytes) -> None:
        """Check one line."""
        self.number = number
        if self.ended:
            self.tell("comes after the end")
            return
        line = self._parsed(text)
        if line is None:
            self.unread += 1
            return
        kind: str = line["kind"]
        if kind != VERSION:
            self._close()
        if kind != END:
            self.counts[kind] += 1
        found: list[Fault] = []
        checked = shape_of(kind)(line, "", found)
        for fault in found:
            self.tell(f"{fault.path} {fault.message}")
        _CHECKS[kind](self, checked, not found)

    def finish(self) -> None:
        """What can be said only when all lines are known."""
        if not self.ended:
            self._close()
            self.tell("the file breaks off here: its last line is not the end with its counts")
        for digest, number in self.unused.items():
            self.tell(f"no attachment has the content {digest}", number)
        for name, number in self.wanted.items():
            if name not in self.versions:
                self.tell(f"the registration {name} that it is associated with is not in the file", number)
        self.faults.refuse()

    def _parsed(self, text: bytes) -> Line | None:
        """The line, of a kind that is known."""
        if len(text) > LONGEST_LINE:
            self.tell(f"has more than {LONGEST_LINE} bytes, and no line of an export has")
            return None
        try:
            line = parse_object(text)
        except SerializationException as error:
            self.tell(f"cannot be read: {error}")
            return None
        kind = line.get("kind")
        if not isinstance(kind, str) or kind not in _CHECKS:
            self.tell(f"kind must be one of {', '.join(_CHECKS)}, not {kind!r}")
            return None
        return line

    def _close(self) -> None:
        """The versions of the open registration are complete now."""
        if self.open and self.newest is not None and self.newest != (found := self.versions[self.open]):
            told = f"current_version is {self.newest}, and the newest version in the file is {found}"
            self.tell(told, self.open_line)
        self.open = ""

    def _new(self, kind: str, name: Any, known: Iterable[str]) -> bool:
        """Whether this is the first line for an id, which must not be there yet in the database either."""
        if not isinstance(name, str):
            return False
        if name in known:
            self.tell(f"{name} is in the file twice")
            return False
        if self.is_taken(kind, name):
            self.tell(f"{name} is there already")
        return True

    def content(self, line: Line, clean: bool) -> None:
        """Bytes, which must be those that their digest and size tell."""
        digest = line.get("sha256")
        if not isinstance(digest, str):
            return
        if digest in self.sizes:
            self.tell(f"the content {digest} is in the file twice")
        self.sizes[digest] = line["size"] if clean else -1
        self.unused[digest] = self.number
        if not clean:
            return
        try:
            body = base64.b64decode(line["base64"], validate=True)
        except (binascii.Error, ValueError):
            self.tell("base64 must be base64")
            return
        if len(body) != line["size"]:
            self.tell(f"size is {line['size']}, and the content has {len(body)} bytes")
        if hashlib.sha256(body).hexdigest() != digest:
            self.tell("the content has another SHA-256 than it says")

    def attachment(self, line: Line, clean: bool) -> None:
        """An attachment, whose content must have come before."""
        if self._new(ATTACHMENT, line.get("id"), self.attachments):
            self.attachments.add(line["id"])
        digest = line.get("sha256")
        if isinstance(digest, str):
            self.unused.pop(digest, None)
        if not clean:
            return
        missing = [member for member in _CONTENT_MEMBERS if member not in line]
        if missing and len(missing) < len(_CONTENT_MEMBERS):
            self.tell(f"{', '.join(missing)} is missing: {', '.join(_CONTENT_MEMBERS)} belong together")
        if digest is not None and digest not in self.sizes:
            self.tell(f"no line before has the content {digest}")
        elif digest is not None and self.sizes[digest] not in (-1, line.get("size")):
            self.tell(f"size is {line.get('size')}, and its content says {self.sizes[digest]}")

    def registration(self, line: Line, clean: bool) -> None:
        """A registration, whose versions must come next."""
        name = line.get("id")
        if not self._new(REGISTRATION, name, self.versions):
            return
        self.versions[line["id"]] = 0
        self.open, self.open_line, self.newest = line["id"], self.number, line.get("current_version") if clean else None
        if not clean:
            return
        for member in ("approved_version", "latest_denied_version"):
            if line.get(member, 0) > line["current_version"]:
                self.tell(f"{member} is {line[member]}, and the newest version is {line['current_version']}")
        associations = line.get("associations", [])
        self._once("associations", "resource", associations)
        for one in associations:
            if one["resource_kind"] == "registration":
                self.wanted.setdefault(one["resource"], self.number)

    def version(self, line: Line, clean: bool) -> None:
        """A version, which must come behind its registration and the versions before it."""
        name = line.get("registration")
        if not self.open or name != self.open:
            if clean:
                known = "are closed" if name in self.versions else "is not in the file before it"
                self.tell(f"the registration {name} {known}: versions stand right behind their registration")
            return
        self.versions[name] += 1
        if not clean:
            return
        if line["number"] != self.versions[name]:
            self.tell(f"number is {line['number']}, and this is version {self.versions[name]} of {name}")
        if "DRAFT" not in line["history"]:
            self.tell("history lacks DRAFT, with which every version begins")
        self._once("denied_reasons", "position", line.get("denied_reasons", []))
        values = line.get("values", [])
        self._once("values", "path", values)
        for index, value in enumerate(values):
            given = [member for member in _VALUE_MEMBERS if member in value]
            if len(given) > 1:
                self.tell(f"values[{index}] has {' and '.join(given)}: one of them is all that a field can have")

    def due_work(self, line: Line, clean: bool) -> None:
        """Work that is due for a version or an attachment, which must have come before."""
        if not clean:
            return
        work, subject = line["work"], line["subject"]
        name, _, number = subject.rpartition("/")
        is_number = number.isdecimal() and len(number) <= _LONGEST_NUMBER
        if subject not in self.attachments and not (is_number and 1 <= int(number) <= self.versions.get(name, 0)):
            self.tell(f"subject {subject} is neither an attachment nor a version in the file before it")
        if (work, subject) in self.due:
            self.tell(f"{work} is due twice for {subject}")
        self.due.add((work, subject))

    def end(self, line: Line, clean: bool) -> None:
        """The last line, which tells how many of each kind came before."""
        self.ended = True
        if not clean or self.unread:
            return
        for kind, count in line["counts"].items():
            if count != self.counts[kind]:
                self.tell(f"counts.{kind} is {count}, and the file has {self.counts[kind]}: lines are missing or added")

    def _once(self, name: str, member: str, items: list[Line]) -> None:
        """No two items of the list `name` may have the same `member`."""
        seen: set[Any] = set()
        for index, item in enumerate(items):
            if item[member] in seen:
                self.tell(f"{name}[{index}].{member} is there twice: {item[member]}")
            seen.add(item[member])


_CHECKS: dict[str, Callable[[_Checks, Line, bool], None]] = {
    CONTENT: _Checks.content,
    ATTACHMENT: _Checks.attachment,
    REGISTRATION: _Checks.registration,
    VERSION: _Checks.version,
    DUE_WORK: _Checks.due_work,
    END: _Checks.end,
}
