"""Compiled shapes by themselves: every type, both ways over the wire, on its bounds and beside them."""

from __future__ import annotations

import base64
import math
import re
import string
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from senderdesk.contract import OPERATIONS
from senderdesk.shapes import MISSING, TYPE, VALUE, Fault, compiled

STEADY = settings(deadline=None, derandomize=True, database=None)

SHAPES: dict[str, dict[str, Any]] = {
    **{kind: {"type": kind} for kind in ("string", "boolean", "byte", "short", "integer", "long", "float", "double")},
    "blob": {"type": "blob"},
    "timestamp": {"type": "timestamp"},
    "iso": {"type": "timestamp", "timestampFormat": "iso8601"},
    "http": {"type": "timestamp", "timestampFormat": "rfc822"},
    "short text": {"type": "string", "min": 2, "max": 4, "pattern": "[a-z\U0001d4b3]+"},
    "colour": {"type": "string", "enum": ["RED", "GREEN"]},
    "few": {"type": "integer", "min": 1, "max": 100},
    "ratio": {"type": "double", "min": -90, "max": 90},
    "bytes": {"type": "blob", "min": 1, "max": 3},
    "texts": {"type": "list", "member": {"shape": "string"}, "min": 1, "max": 2},
    "holes": {"type": "list", "member": {"shape": "string"}, "sparse": True},
    "numbers": {"type": "map", "key": {"shape": "short text"}, "value": {"shape": "few"}, "max": 2},
    "choice": {"type": "structure", "union": True, "members": {"A": {"shape": "string"}, "B": {"shape": "few"}}},
    "tree": {
        "type": "structure",
        "required": ["Name"],
        "members": {"Name": {"shape": "string"}, "Branches": {"shape": "branches"}, "Next": {"shape": "tree"}},
    },
    "branches": {"type": "list", "member": {"shape": "tree"}},
    "whole": {
        "type": "structure",
        "required": ["Text", "Few"],
        "members": {
            "Text": {"shape": "short text"},
            "Few": {"shape": "few"},
            "Blob": {"shape": "blob"},
            "At": {"shape": "timestamp"},
            "AtIso": {"shape": "timestamp", "timestampFormat": "iso8601"},
            "Renamed": {"shape": "colour", "locationName": "wireName"},
            "Numbers": {"shape": "numbers"},
            "Choice": {"shape": "choice"},
            "Ratio": {"shape": "double"},
            "Tree": {"shape": "tree"},
        },
    },
}


def read(name: str, value: Any) -> tuple[Any, list[Fault]]:
    """What a value of JSON becomes, and what is wrong with it."""
    faults: list[Fault] = []
    return compiled(SHAPES, name, writing=False)(value, "", faults), faults


def write(name: str, value: Any) -> tuple[Any, list[Fault]]:
    """What a value of Python becomes in JSON, and what is wrong with it."""
    faults: list[Fault] = []
    return compiled(SHAPES, name, writing=True)(value, "", faults), faults


def kinds(name: str, value: Any) -> list[tuple[str, str]]:
    """Where and of what sort the faults of a value are, when it is read."""
    return [(fault.path, fault.kind) for fault in read(name, value)[1]]


@pytest.mark.parametrize(("kind", "bits"), [("byte", 8), ("short", 16), ("integer", 32), ("long", 64)])
def test_whole_numbers_end_where_their_bits_do(kind: str, bits: int) -> None:
    edge = 2 ** (bits - 1)
    for value in (-edge, -1, 0, 1, edge - 1):
        assert read(kind, value) == write(kind, value) == (value, [])
    for value in (-edge - 1, edge, True, False, 1.0, "1", None, [1], {}, float("nan")):
        assert kinds(kind, value) == [("", TYPE)], value


@pytest.mark.parametrize("kind", ["float", "double"])
def test_other_numbers_and_their_three_names(kind: str) -> None:
    for value in (0, 1, -5, 10**30, 0.5, -1e300):
        assert read(kind, value) == write(kind, value) == (value, [])
    for name, value in (("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf)):
        assert repr(read(kind, name)) == repr((value, []))
        assert write(kind, value) == (name, [])
    for wrong in ("1", "nan", "inf", "", True, [], {}, None, [1]):
        assert kinds(kind, wrong) == [("", TYPE)], wrong


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("short text", ["ab", "abcd", "\U0001d4b3" * 4], ["", "a", "abcde", "\U0001d4b3" * 5, "AB", "ab\n", "a b"]),
        ("colour", ["RED", "GREEN"], ["red", "RED ", "BLUE", ""]),
        ("few", [1, 100], [0, 101, -1, 2**31 - 1]),
        ("ratio", [-90, 90.0, 0], [90.1, -91, "NaN", "Infinity"]),
        ("bytes", ["QQ==", "QUJD"], ["", "QUJDRA=="]),
        ("texts", [["a"], ["a", "b"]], [[], ["a", "b", "c"]]),
        ("numbers", [{}, {"ab": 1, "cd": 2}], [{"ab": 0}, {"a": 1}, {"ab": 1, "cd": 2, "ef": 3}]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_constraints_hold_on_their_edges(name: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if read(name, value)[1]] == []
    for value in bad:
        assert [kind for _, kind in kinds(name, value)] == [VALUE], value


BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@STEADY
@given(st.text(string.ascii_letters + string.digits + "+/=-_ \n\té", max_size=12))
@example("QUJD=")
@example("QUJD==")
@example("QUJD====")
@example("QUI=\n")
@example("-_-_")
def test_a_blob_is_base64_to_the_letter(text: str) -> None:
    assert (read("blob", text)[1] == []) == bool(BASE64.fullmatch(text))


@STEADY
@given(st.binary())
def test_a_blob_comes_back_as_it_went(content: bytes) -> None:
    assert write("blob", content) == (base64.b64encode(content).decode(), [])
    assert read("blob", base64.b64encode(content).decode()) == (content, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [("timestamp", 1234567890.123), ("iso", "2009-02-13T23:31:30.123000Z"), ("http", "Fri, 13 Feb 2009 23:31:30 GMT")],
)
def test_a_moment_in_its_three_forms(name: str, text: Any) -> None:
    moment = 1234567890.0 if name == "http" else 1234567890.123
    assert read(name, text) == (moment, [])
    written, faults = write(name, moment)
    assert faults == []
    assert str(written).replace("+00:00", "Z") == str(text)


@STEADY
@given(st.floats(0, 4e9), st.sampled_from(["timestamp", "iso", "http"]))
def test_a_moment_comes_back_as_it_went(moment: float, name: str) -> None:
    back, faults = read(name, write(name, moment)[0])
    assert faults == []
    assert abs(back - moment) < {"timestamp": 1e-9, "iso": 1e-6, "http": 1.0}[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("timestamp", value) for value in ("2009-02-13T23:31:30Z", "1234567890", True, [], {})),
        *(("iso", value) for value in (1234567890, "2009-02-30T00:00:00Z", "yesterday", "", True, [], {})),
        *(("http", value) for value in (1234567890, "2009-02-13T23:31:30Z", "yesterday", "", True, [], {})),
    ],
)
def test_what_is_no_moment_of_its_form_is_refused(name: str, value: Any) -> None:
    assert kinds(name, value) == [("", TYPE)]


@pytest.fixture
def _far_west(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock on the wall is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_west")
@pytest.mark.parametrize(
    ("name", "text"), [("iso", "2009-02-13T23:31:30"), ("http", "Fri, 13 Feb 2009 23:31:30 -0000")], ids=["iso", "http"]
)
def test_a_moment_without_a_zone_is_not_read_by_the_clock_on_our_wall(name: str, text: str) -> None:
    assert read(name, text)[1] or read(name, text)[0] == 1234567890.0
    assert read(name, write(name, 1234567890.0)[0]) == (1234567890.0, [])


def test_null_is_absent_in_a_structure_refused_in_a_list_and_kept_in_a_sparse_one() -> None:
    assert read("choice", {"A": None, "B": 5}) == ({"B": 5}, [])
    assert kinds("whole", {"Text": None, "Few": 1}) == [("Text", MISSING)]
    assert kinds("texts", ["a", None]) == [("[1]", TYPE)]
    assert read("holes", ["a", None]) == (["a", None], [])
    assert write("holes", [None]) == ([None], [])


@pytest.mark.parametrize("value", [{}, {"A": None}, {"C": 1}, {"A": "x", "B": 1}], ids=str)
def test_a_union_has_exactly_one_member(value: dict[str, Any]) -> None:
    assert kinds("choice", value) == [("", TYPE)]


def test_an_unknown_member_is_passed_over_when_read_and_an_error_when_written() -> None:
    assert read("tree", {"Name": "a", "More": {"x": 1}}) == ({"Name": "a"}, [])
    assert [(fault.path, fault.kind) for fault in write("tree", {"Name": "a", "More": 1})[1]] == [("More", VALUE)]


def test_a_member_goes_by_its_name_on_the_wire() -> None:
    assert kinds("whole", {"Text": "ab", "Few": 1, "wireName": "BLUE", "Renamed": "BLUE"}) == [("wireName", VALUE)]


def test_every_fault_is_found_and_its_place_named() -> None:
    value = {
        "Text": "A",
        "Blob": "!",
        "At": "x",
        "Numbers": {"ab": 0, "c": "d"},
        "Choice": {},
        "Tree": {"Name": 1, "Branches": [{"Name": "a"}, {"Branches": [{}, 5]}]},
    }
    assert sorted(kinds("whole", value)) == sorted(
        [
            ("Text", VALUE),
            ("Few", MISSING),
            ("Blob", TYPE),
            ("At", TYPE),
            ("Numbers[ab]", VALUE),
            ("Numbers[c]", VALUE),
            ("Numbers[c]", TYPE),
            ("Choice", TYPE),
            ("Tree.Name", TYPE),
            ("Tree.Branches[1].Name", MISSING),
            ("Tree.Branches[1].Branches[0].Name", MISSING),
            ("Tree.Branches[1].Branches[1]", TYPE),
        ]
    )


TREES = st.recursive(
    st.builds(lambda name: {"Name": name}, st.text(max_size=3)),
    lambda inner: st.builds(lambda name, trees: {"Name": name, "Branches": trees}, st.text(), st.lists(inner)),
)


@STEADY
@given(TREES)
def test_a_shape_may_refer_to_itself(tree: dict[str, Any]) -> None:
    assert read("tree", tree) == write("tree", tree) == (tree, [])


def test_a_hundred_levels_are_no_trouble() -> None:
    tree: dict[str, Any] = {"Name": "leaf"}
    for level in range(100):
        tree = {"Name": str(level), "Branches": [tree]}
    assert read("tree", tree) == (tree, [])


@pytest.mark.parametrize("item", [5, "x"], ids=["mistyped", "well typed"])
def test_what_is_far_over_its_bounds_is_not_looked_through_to_the_end(item: Any) -> None:
    assert 1 <= len(read("texts", [item] * 100_000)[1]) <= 1000
    assert 1 <= len(read("numbers", {f"{number}": item for number in range(100_000)})[1]) <= 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8) | st.just("QUJD"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@STEADY
@given(st.sampled_from(sorted(SHAPES)), JSON)
def test_no_value_breaks_a_shape(name: str, value: Any) -> None:
    read(name, value)


@STEADY
@given(st.data())
def test_no_value_breaks_an_input_of_the_service(data: st.DataObject) -> None:
    operation = OPERATIONS[data.draw(st.sampled_from(sorted(OPERATIONS)))]
    members = data.draw(st.dictionaries(st.sampled_from(sorted(operation.arguments) or ["None"]), JSON, max_size=4))
    operation.read_input(members, "", [])


@pytest.mark.parametrize(
    ("operation", "arguments", "kind"),
    [
        ("CreateRegistrationAttachment", {"AttachmentBody": "QUJD\n"}, TYPE),
        ("CreateRegistrationAttachment", {"AttachmentUrl": "a" * 9_000_000}, VALUE),
        ("DescribeRegistrationFieldValues", {"RegistrationId": "r", "VersionNumber": 2**63}, TYPE),
        ("DescribeRegistrationFieldValues", {"RegistrationId": "r", "VersionNumber": 2**63 - 1}, VALUE),
    ],
    ids=["newline", "9 MB", "2^63", "2^63 - 1"],
)
def test_inputs_of_operations_to_come(operation: str, arguments: dict[str, Any], kind: str) -> None:
    faults: list[Fault] = []
    OPERATIONS[operation].read_input(arguments, "", faults)
    assert [fault.kind for fault in faults] == [kind]
    assert len(faults[0].message) < 200
