"""The checks of an export file: every fault is told with its line, and a file with one leaves nothing behind."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from senderdesk import transfer_lines
from senderdesk.transfer import import_file
from senderdesk.transfer_faults import MOST_FAULTS, ImportRefused
from tests.test_transfer import (
    AWAITED,
    BODY,
    COPY,
    DOCUMENT,
    FIRST,
    SECOND,
    Lines,
    as_file,
    exported,
    fill,
    new_database,
    rows_of,
    sample,
)

SAMPLE = sample()
HEADER, CONTENT, ATTACHMENT, SECOND_ATTACHMENT, THIRD_ATTACHMENT, BRAND, VERSION_1, VERSION_2 = range(8)
CAMPAIGN, CAMPAIGN_VERSION, INTAKE, UPLOAD, END = range(8, 13)


def refusal(content: bytes) -> list[str]:
    """The faults of a file; the import left nothing."""
    target = new_database()
    with pytest.raises(ImportRefused) as refused:
        import_file(target, io.BytesIO(content))
    assert not any(rows_of(target).values())
    return refused.value.faults


def edited(*edits: Callable[[Lines], object]) -> bytes:
    lines = copy.deepcopy(SAMPLE)
    for edit in edits:
        edit(lines)
    return as_file(lines).getvalue()


def put(index: int, **members: Any) -> Callable[[Lines], object]:
    return lambda lines: lines[index].update(members)


def drop(index: int, member: str) -> Callable[[Lines], object]:
    return lambda lines: lines[index].pop(member)


def put_value(at: int, **members: Any) -> Callable[[Lines], object]:
    return lambda lines: lines[VERSION_1]["values"][at].update(members)


def without_content(index: int) -> Callable[[Lines], object]:
    return lambda lines: [lines[index].pop(member) for member in ("sha256", "format", "size")]


def test_the_sample_is_good_and_in_this_order() -> None:
    kinds = [line.get("kind", "header") for line in SAMPLE]
    assert " ".join(kinds) == (
        "header content attachment attachment attachment registration version version registration version "
        "due_work due_work end"
    )
    import_file(new_database(), io.BytesIO(edited()))


NOT_IDS = [
    "registration-",
    "attachment-1",
    "Registration-1",
    "registration-ä",
    f"registration-{'a' * 244}",
    "",
    7,
    None,
]

# What is done to the sample, the line that is at fault (from 1), and what is said of it.
FAULTS: dict[str, tuple[list[Callable[[Lines], object]], int, str]] = {
    "another format": ([put(HEADER, format=2)], 1, "format 2"),
    "no account": ([drop(HEADER, "account")], 1, "account is required"),
    "no account number": ([put(HEADER, account="12")], 1, "account must be 12 digits"),
    "no Region": ([put(HEADER, region="here")], 1, "region must be a Region"),
    "unknown member of the header": ([put(HEADER, desk="x")], 1, "desk is not a member"),
    "no header": ([lambda lines: lines.pop(0)], 1, "is not the header"),
    "unknown kind": ([put(INTAKE, kind="secret")], 11, "kind must be one of content, attachment"),
    "a kind that is no text": ([put(INTAKE, kind=["due_work"])], 11, "kind must be one of"),
    "unknown member": ([put(BRAND, colour="red")], 6, "colour is not a member"),
    "unknown member of a value": ([put_value(0, texts="x")], 7, "values[0].texts is not a member"),
    "unknown status": ([put(BRAND, status="DONE")], 6, "status must be one of AWS_REVIEWING"),
    "unknown version status": ([put(VERSION_1, status="COMPLETE")], 7, "status must be one of APPROVED"),
    "unknown status in the history": ([put(VERSION_1, history={"DRAFT": 1, "DONE": 1})], 7, "history[DONE] must be"),
    "a history without a beginning": ([put(VERSION_1, history={"DENIED": 1})], 7, "history lacks DRAFT"),
    "unknown attachment status": ([put(ATTACHMENT, status="OK")], 3, "status must be one of DELETED"),
    "a time that is text": ([put(BRAND, created_at="2026")], 6, "created_at must be a double"),
    "a time past all years": ([put(BRAND, created_at=1e300)], 6, "created_at must be from 0 to"),
    "a truth that is a number": ([put(VERSION_1, aws_review=1)], 7, "aws_review must be a boolean"),
    "a version beyond the model": ([put(BRAND, current_version=100_001)], 6, "current_version must be from 1 to"),
    "a gap between versions": ([put(VERSION_2, number=3)], 8, "number is 3, and this is version 2"),
    "a version that is missing": (
        [lambda lines: lines.pop(VERSION_2), lambda lines: lines[END - 1]["counts"].update(version=2)],
        6,
        "current_version is 2, and the newest version in the file is 1",
    ),
    "a version twice": (
        [lambda lines: lines.insert(VERSION_2, lines[VERSION_1])],
        8,
        "number is 1, and this is version 2",
    ),
    "a newer version than the current": ([put(BRAND, current_version=1)], 6, "newest version in the file is 2"),
    "an approved version that is not": ([put(CAMPAIGN, approved_version=2)], 9, "approved_version is 2"),
    "a denied version that is not": ([put(CAMPAIGN, latest_denied_version=2)], 9, "latest_denied_version is 2"),
    "a version without its registration": (
        [put(VERSION_1, registration="registration-other")],
        7,
        "the registration registration-other is not in the file",
    ),
    "a version away from its registration": (
        [lambda lines: lines.insert(CAMPAIGN_VERSION, lines.pop(VERSION_2))],
        10,
        "versions stand right behind",
    ),
    "a text too long": ([put_value(1, text="x" * 2049)], 7, "values[1].text must have from 1 to 2048 characters"),
    "an empty text": ([put_value(1, text="")], 7, "values[1].text must have from 1 to 2048 characters"),
    "a text that is a list": ([put_value(1, text=["x"])], 7, "values[1].text must be a string"),
    "choices too many": ([put_value(0, choices=["x"] * 101)], 7, "values[0].choices must have from 0 to 100 items"),
    "a path that is none": ([put_value(0, path="a/b")], 7, "values[0].path must match"),
    "a path too long": ([put_value(0, path="a" * 101)], 7, "values[0].path must have from 1 to 100"),
    "a path twice": ([put_value(0, path="b.text")], 7, "values[1].path is there twice: b.text"),
    "two values in one": ([put_value(0, text="x")], 7, "values[0] has text and choices"),
    "an attachment's id that is none": ([put_value(3, attachment="file-1")], 7, "values[3].attachment must be an id"),
    "a reason twice": (
        [lambda lines: lines[VERSION_1]["denied_reasons"][0].update(position=1)],
        7,
        "denied_reasons[1].position is there twice",
    ),
    "a tag that the API refuses": ([put(BRAND, tags={"aws:x": "y"})], 6, "tags[aws:x]"),
    "bytes that are not base64": ([put(CONTENT, base64="!")], 2, "base64 must be base64"),
    "other bytes": (
        [put(CONTENT, base64=base64.b64encode(BODY[:-1] + b"X").decode())],
        2,
        "another SHA-256 than it says",
    ),
    "another size": ([put(CONTENT, size=5)], 2, "size is 5, and the content has 18 bytes"),
    "a size of an attachment that is not its content's": ([put(ATTACHMENT, size=5)], 3, "size is 5, and its content"),
    "a size without a content": ([drop(ATTACHMENT, "sha256")], 3, "sha256 is missing"),
    "a size beyond what is taken": ([put(CONTENT, size=5 * 1024 * 1024 + 1)], 2, "size must be from 1 to"),
    "a content that is missing": ([put(ATTACHMENT, sha256="0" * 64)], 3, f"no line before has the content {'0' * 64}"),
    "a content of nobody": (
        [without_content(ATTACHMENT), without_content(SECOND_ATTACHMENT)],
        2,
        "no attachment has the content",
    ),
    "a content twice": ([lambda lines: lines.insert(2, lines[CONTENT])], 3, "is in the file twice"),
    "a registration twice": ([put(CAMPAIGN, id=FIRST)], 9, f"{FIRST} is in the file twice"),
    "an attachment twice": ([put(SECOND_ATTACHMENT, id=DOCUMENT)], 4, f"{DOCUMENT} is in the file twice"),
    "an association with what is missing": (
        [lambda lines: lines[CAMPAIGN]["associations"][0].update(resource="registration-gone")],
        9,
        "the registration registration-gone that it is associated with is not in the file",
    ),
    "work for nothing": ([put(INTAKE, subject=f"{FIRST}/3")], 11, f"{FIRST}/3 is neither an attachment nor a version"),
    "work for a version 0": ([put(INTAKE, subject=f"{FIRST}/0")], 11, "is neither an attachment nor a version"),
    "work twice": (
        [lambda lines: lines.insert(UPLOAD, lines[INTAKE])],
        12,
        f"intake is due twice for {FIRST}/2",
    ),
    "too few lines": ([lambda lines: lines.pop(UPLOAD)], 12, "counts.due_work is 2, and the file has 1"),
    "no end": ([lambda lines: lines.pop(END)], 12, "the file breaks off here"),
    "something after the end": ([lambda lines: lines.append(lines[END])], 14, "comes after the end"),
}


@pytest.mark.parametrize(("edits", "line", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_fault(edits: list[Callable[[Lines], object]], line: int, said: str) -> None:
    faults = refusal(edited(*edits))
    assert any(fault.startswith(f"line {line}: ") and said in fault for fault in faults), faults


@pytest.mark.parametrize("name", NOT_IDS)
def test_what_is_no_id(name: object) -> None:
    (fault, *_) = refusal(edited(put(BRAND, id=name)))
    assert fault.startswith("line 6: id ")


@pytest.mark.parametrize("name", ["registration-1", "registration-a:b/c_d-E", f"registration-{'a' * 243}"])
def test_an_id_of_elsewhere(name: str) -> None:
    def rename(lines: Lines) -> None:
        text = json.dumps(lines).replace(FIRST, name)
        lines[:] = json.loads(text)

    target = new_database()
    import_file(target, io.BytesIO(edited(rename)))
    assert name in {row[2] for row in rows_of(target)["registrations"]}


BYTES = {
    "nothing": (b"", 1, "is not the header"),
    "no JSON": (b"SQLite format 3\0" + bytes(100), 1, "is not the header"),
    "a list": (b"[]\n", 1, "is not the header"),
    "not UTF-8": (edited().replace(b'"Empty"', b'"\xff"'), 6, "cannot be read"),
    "a lone surrogate": (edited().replace(b'"Empty"', b'"\\ud800"'), 6, "cannot be read"),
    "an empty line": (edited().replace(b"\n", b"\n\n", 1), 2, "cannot be read"),
    "a key twice": (edited().replace(b'"kind": "content"', b'"kind": "content", "kind": "content"'), 2, "given twice"),
    "endless depth": (edited().replace(b'"intake"', b"[" * 100_000, 1), 11, "cannot be read"),
    "a number too large": (edited().replace(b'"attempts": 1', b'"attempts": ' + b"9" * 400), 11, "attempts must be"),
}


@pytest.mark.parametrize(("content", "line", "said"), BYTES.values(), ids=BYTES.keys())
def test_fault_in_bytes(content: bytes, line: int, said: str) -> None:
    faults = refusal(content)
    assert any(fault.startswith(f"line {line}: ") and said in fault for fault in faults), faults


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_file_that_was_cut_anywhere_is_noticed(cut: int) -> None:
    whole = edited().rstrip(b"\n")
    assert refusal(whole[: len(whole) * cut // 24])


def test_a_file_that_lacks_any_line_is_noticed() -> None:
    for index in range(len(SAMPLE)):
        assert refusal(edited(lambda lines, index=index: lines.pop(index)))  # type: ignore[misc]


def test_all_faults_at_once() -> None:
    faults = refusal(edited(put(ATTACHMENT, status="OK", colour="red"), put(VERSION_2, number=5), put(UPLOAD, work="")))
    assert [fault.split(":")[0] for fault in faults] == ["line 3", "line 3", "line 8", "line 12"]


def test_a_hundred_faults_are_told_and_no_more() -> None:
    strays = [{"kind": "due_work", "subject": f"x{number}"} for number in range(500)]
    faults = refusal(edited(lambda lines: lines.__setitem__(slice(INTAKE, INTAKE), strays)))
    assert len(faults) == MOST_FAULTS
    assert faults[-1].startswith("line 44: ")  # three members of each are missing


def test_a_line_too_long_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("senderdesk.transfer_lines", "senderdesk.transfer_checks"):
        monkeypatch.setattr(f"{module}.LONGEST_LINE", 4000)
    content = edited(put_value(1, text="x" * 5000))
    file = io.BytesIO(content)
    read = [len(line) for _, line in transfer_lines.lines_of(file, type("", (), {"update": lambda *_: None})())]
    assert read[-1] == 4001
    assert len(read) == VERSION_1 + 1
    assert "line 7: has more than 4000 bytes" in refusal(content)[0]


def test_a_fault_does_not_steer_the_terminal() -> None:
    (fault, *_) = refusal(edited(put(BRAND, **{"\x1b[2J\u202e" + "x" * 5000: 1})))
    assert re.fullmatch(r"line 6: \\x1b\[2J\\u202ex+…", fault)
    assert len(fault) < 450


def test_what_is_there_already_is_not_imported_again() -> None:
    target = new_database(fill)
    before = rows_of(target)
    with pytest.raises(ImportRefused) as refused:
        import_file(target, io.BytesIO(exported(target)))
    taken = [(3, DOCUMENT), (4, COPY), (5, AWAITED), (6, FIRST), (9, SECOND)]
    assert refused.value.faults == [f"line {line}: {name} is there already" for line, name in taken]
    assert rows_of(target) == before


def test_a_null_is_a_member_that_is_not_there() -> None:
    there, target = exported(new_database(fill)), new_database()
    nulls = edited(put(VERSION_1, feedback=None), put_value(0, text=None), put(CAMPAIGN, approved_version=None))
    nulls = nulls.replace(b'"Empty": ""', b'"Empty": "", "Other": null')
    import_file(target, io.BytesIO(nulls))
    expected = json.loads(there.splitlines()[VERSION_1])
    del expected["feedback"]
    assert json.loads(exported(target).splitlines()[VERSION_1]) == expected
