"""Does the JSON of an answer keep its shape in the model? Checked over botocore's shapes, with nothing of ours."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from botocore.model import Shape

_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),  # epoch seconds: the only form that this protocol has by default
}


def breaches(value: Any, shape: Shape | None, path: str = "") -> list[str]:
    """Every place where `value`, decoded from JSON, is not what `shape` says."""
    if shape is None:
        return [f"{path} {value!r} where the model has nothing"] if value else []
    if type(value) not in _JSON_TYPES[shape.type_name]:
        return [f"{path} is {value!r}, not a {shape.type_name}"]
    check = _CHECKS.get(shape.type_name)
    return [*_bounds(value, shape, path), *(check(value, shape, path) if check else [])]


def _structure(value: dict[str, Any], shape: Any, path: str) -> list[str]:
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    found = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    found += [f"{path}.{name} is not in the model" for name in value if name not in members]
    if shape.is_tagged_union and len(value) != 1:
        found.append(f"{path} has {len(value)} members of a union")
    for name, inner in value.items():
        if name in members:
            found += breaches(inner, members[name], f"{path}.{name}")
    return found


def _list(value: list[Any], shape: Any, path: str) -> list[str]:
    return [one for index, inner in enumerate(value) for one in breaches(inner, shape.member, f"{path}[{index}]")]


def _map(value: dict[str, Any], shape: Any, path: str) -> list[str]:
    found = [one for key in value for one in breaches(key, shape.key, f"{path} key {key}")]
    return found + [one for key, inner in value.items() for one in breaches(inner, shape.value, f"{path}[{key}]")]


def _string(value: str, shape: Any, path: str) -> list[str]:
    if shape.enum and value not in shape.enum:
        return [f"{path} is {value!r}, which the model's enumeration does not have"]
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return [f"{path} is {value!r}, which does not match {pattern}"]
    return []


def _blob(value: str, shape: Any, path: str) -> list[str]:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return [f"{path} is not base64"]
    return []


def _bounds(value: Any, shape: Shape, path: str) -> list[str]:
    if shape.type_name in ("structure", "boolean", "timestamp", "blob"):
        return []
    measure = len(value) if isinstance(value, (str, list, dict)) else value
    low, high = shape.metadata.get("min", measure), shape.metadata.get("max", measure)
    return [] if low <= measure <= high else [f"{path} is {value!r}, beyond {low} to {high}"]


_CHECKS = {"structure": _structure, "list": _list, "map": _map, "string": _string, "blob": _blob}
