"""One shape of a service model, compiled into one function that checks a value and carries it across the wire.

`compiled(shapes, name, writing)` turns the shape `name` into a `Carry`: it takes a value, the path that leads to it and
a list for faults, and gives the value as the other side wants it. Reading (JSON in, Python out) and writing (Python in,
JSON out) differ in three places only: blobs, timestamps, and members that the model does not know.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import Any, NamedTuple

ShapeModel = dict[str, Any]


class Fault(NamedTuple):
    """One thing wrong with a value: where (`Tags[0].Key`), what sort of wrong, and a sentence that says it."""

    path: str
    kind: str  # TYPE: not of the JSON type | MISSING: a required member | VALUE: breaks a constraint
    message: str


TYPE, MISSING, VALUE = "TYPE", "MISSING", "VALUE"
Faults = list[Fault]
Carry = Callable[[Any, str, Faults], Any]

# Bounds of the numeric types: https://smithy.io/2.0/spec/simple-types.html
INTEGER_BITS = {"byte": 8, "short": 16, "integer": 32, "long": 64}
SPECIAL_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def compiled(shapes: dict[str, ShapeModel], name: str, writing: bool) -> Carry:
    """Compile the shape called `name`, and all that it refers to, once each (shapes may refer to themselves)."""
    return _Compiler(shapes, writing).carry(name)


class _Compiler:
    def __init__(self, shapes: dict[str, ShapeModel], writing: bool) -> None:
        self.shapes = shapes
        self.writing = writing
        self.done: dict[str, Carry] = {}

    def carry(self, name: str) -> Carry:
        if name in self.done:
            return self.done[name]
        # A recursive shape meets this stand-in, which looks the finished function up when it is called.
        self.done[name] = lambda value, path, faults: self.done[name](value, path, faults)
        shape = self.shapes[name]
        build = getattr(self, "_" + shape["type"], None) or self._number
        self.done[name] = build(shape)
        return self.done[name]

    def member(self, reference: ShapeModel) -> Carry:
        """A member may override the timestamp format of the shape that it refers to."""
        if "timestampFormat" in reference and self.shapes[reference["shape"]]["type"] == "timestamp":
            return self._timestamp(reference)
        return self.carry(reference["shape"])

    def _structure(self, shape: ShapeModel) -> Carry:
        if shape.get("document"):
            return lambda value, path, faults: value
        wire_names = {key: ref.get("locationName", key) for key, ref in shape["members"].items()}
        members = {wire_names[key]: self.member(ref) for key, ref in shape["members"].items()}
        required = [wire_names[key] for key in shape.get("required", ())]
        check_choice = _choice_of_one if shape.get("union") else None
        writing = self.writing

        def carry(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not dict:
                return _wrong_type(path, "structure", value, faults)
            prefix = path + "." if path else ""
            result = {}
            for key, inner in value.items():
                if inner is None:  # null means absent: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
                    continue
                member = members.get(key)
                if member is not None:
                    result[key] = member(inner, prefix + key, faults)
                elif writing:
                    faults.append(Fault(prefix + key, VALUE, "is not a member of this structure"))
            for key in required:
                if key not in result:
                    faults.append(Fault(prefix + key, MISSING, "is required"))
            if check_choice:
                check_choice(result, path, faults)
            return result

        return carry

    def _list(self, shape: ShapeModel) -> Carry:
        member = self.member(shape["member"])
        sparse = shape.get("sparse", False)
        bounds = _bounds(shape, "must have {} items", len)
        unique = shape.get("uniqueMember")

        def carry(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not list:
                return _wrong_type(path, "list", value, faults)
            if not bounds(value, path, faults):
                return value  # what is too long is not looked through
            carried = [
                None if item is None and sparse else member(item, f"{path}[{index}]", faults)
                for index, item in enumerate(value)
            ]
            if unique:
                _check_unique(value, unique, path, faults)
            return carried

        return carry

    def _map(self, shape: ShapeModel) -> Carry:
        key_carry, value_carry = self.member(shape["key"]), self.member(shape["value"])
        bounds = _bounds(shape, "must have {} entries", len)

        def carry(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not dict:
                return _wrong_type(path, "map", value, faults)
            if not bounds(value, path, faults):
                return value
            return {
                key_carry(key, f"{path}[{key}]", faults): value_carry(inner, f"{path}[{key}]", faults)
                for key, inner in value.items()
                if inner is not None
            }

        return carry

    def _string(self, shape: ShapeModel) -> Carry:
        pattern = shape.get("pattern")
        # The service matches whole values: a type name with a space is refused though "[A-Za-z0-9_]+" is found in it.
        fits = re.compile(pattern).fullmatch if pattern else None
        sentence = shape.get("patternSentence", f"must match the pattern {pattern}")
        allowed = frozenset(shape.get("enum", ()))
        low, high = shape.get("min", 0), shape.get("max", float("inf"))
        bounds = _bounds(shape, "must have {} characters", len)

        def carry(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not str:
                return _wrong_type(path, "string", value, faults)
            if not low <= len(value) <= high:
                bounds(value, path, faults)
            elif fits and not fits(value):
                faults.append(Fault(path, VALUE, sentence))
            elif allowed and value not in allowed:
                faults.append(Fault(path, VALUE, f"must be one of {', '.join(sorted(allowed))}"))
            return value

        return carry

    def _boolean(self, shape: ShapeModel) -> Carry:
        def carry(value: Any, path: str, faults: Faults) -> Any:
            return value if type(value) is bool else _wrong_type(path, "boolean", value, faults)

        return carry

    def _number(self, shape: ShapeModel) -> Carry:
        kind = shape["type"]
        whole = kind in INTEGER_BITS
        reach = 2 ** (INTEGER_BITS.get(kind, 64) - 1)
        bounds = _bounds(shape, "must be {}", lambda value: value)
        writing = self.writing

        def carry(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is int and (not whole or -reach <= value < reach):
                bounds(value, path, faults)
                return value
            if not whole and type(value) is float:
                bounds(value, path, faults)
                return _special_float(value) if writing else value
            if not whole and type(value) is str and value in SPECIAL_FLOATS:
                bounds(SPECIAL_FLOATS[value], path, faults)
                return value if writing else SPECIAL_FLOATS[value]
            return _wrong_type(path, kind, value, faults)

        return carry

    def _blob(self, shape: ShapeModel) -> Carry:
        bounds = _bounds(shape, "must have {} bytes", len)

        def read(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not str:
                return _wrong_type(path, "blob", value, faults)
            try:
                if len(value) % 4 or value.endswith("==="):
                    raise ValueError("padding that the strict mode lets pass")
                decoded = binascii.a2b_base64(value, strict_mode=True)
            except (binascii.Error, ValueError):
                faults.append(Fault(path, TYPE, "must be base64"))
                return b""
            bounds(decoded, path, faults)
            return decoded

        def write(value: Any, path: str, faults: Faults) -> Any:
            if type(value) is not bytes:
                return _wrong_type(path, "blob", value, faults)
            bounds(value, path, faults)
            return base64.b64encode(value).decode()

        return write if self.writing else read

    def _timestamp(self, shape: ShapeModel) -> Carry:
        """Epoch seconds inside; on the wire the format that the model names, epoch seconds by default."""
        style = shape.get("timestampFormat", "unixTimestamp")
        if style == "unixTimestamp":
            return _epoch
        to_text = datetime.isoformat if style == "iso8601" else partial(format_datetime, usegmt=True)
        from_text = datetime.fromisoformat if style == "iso8601" else parsedate_to_datetime

        def read(value: Any, path: str, faults: Faults) -> Any:
            try:
                moment = from_text(value) if type(value) is str else None
            except (TypeError, ValueError, OverflowError):
                moment = None
            if moment is None or moment.tzinfo is None:
                return _wrong_type(path, f"{style} timestamp with its zone", value, faults)
            return moment.timestamp()

        def write(value: Any, path: str, faults: Faults) -> Any:
            return to_text(datetime.fromtimestamp(_epoch(value, path, faults), UTC))

        return write if self.writing else read


def _epoch(value: Any, path: str, faults: Faults) -> Any:
    if type(value) is int or type(value) is float:
        return value
    return _wrong_type(path, "timestamp", value, faults)


def _special_float(value: float) -> float | str:
    """JSON has no NaN and no infinities; AWS's JSON protocols write them as strings."""
    if value != value:
        return "NaN"
    return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")


def _choice_of_one(chosen: dict[str, Any], path: str, faults: Faults) -> None:
    if len(chosen) != 1:
        faults.append(Fault(path, TYPE, "must have exactly one of its members set"))


def _check_unique(items: list[Any], member: str, path: str, faults: Faults) -> None:
    """No two items of a list of structures may have the same value in `member`."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        value = item.get(member) if type(item) is dict else None
        if type(value) is str:
            if value in seen:
                faults.append(Fault(f"{path}[{index}].{member}", VALUE, f"is given twice: {value}"))
            seen.add(value)


def _wrong_type(path: str, wanted: str, value: Any, faults: Faults) -> None:
    faults.append(Fault(path, TYPE, f"must be a {wanted}, not {_JSON_NAMES.get(type(value), 'an unknown type')}"))


_JSON_NAMES = {
    str: "a string", int: "a number", float: "a number", bool: "a boolean", list: "a list",
    dict: "an object", type(None): "null",
}  # fmt: skip


def _bounds(shape: ShapeModel, sentence: str, measure: Callable[[Any], float]) -> Callable[[Any, str, Faults], bool]:
    """A check of min and max; it adds a fault and gives False where they are broken."""
    low, high = shape.get("min"), shape.get("max")
    if low is None and high is None:
        return lambda value, path, faults: True
    bottom = float("-inf") if low is None else low
    top = float("inf") if high is None else high
    if low is None or high is None:
        text = f"at most {high}" if low is None else f"at least {low}"
    else:
        text = f"exactly {low}" if low == high else f"from {low} to {high}"
    complaint = sentence.format(text)

    def check(value: Any, path: str, faults: Faults) -> bool:
        if bottom <= measure(value) <= top:
            return True
        faults.append(Fault(path, VALUE, complaint))
        return False

    return check
