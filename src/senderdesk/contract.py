"""What may be asked and answered: AWS's own service model, read from the installed botocore and compiled.

The model is data inside the botocore package. It is read as a file, for which nothing of botocore need be imported,
and it is never copied: a newer botocore brings newer operations by itself.
"""

from __future__ import annotations

import gzip
import importlib.util
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from senderdesk.shapes import Carry, compiled

SMS_VOICE = "pinpoint-sms-voice-v2"
_READING = ("Describe", "List", "Get")

# What the service refuses beyond its model, in the model's own terms: the rules of tags are AWS's for every service
# (letters, digits and spaces of any script, and a few signs; an em dash was seen to be refused).
# ASSUMED: letters of either case are reserved in aws:, as other services refuse them.
_TAG_TEXT = r"[\w .:/=+\-@\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"
_TAG_RULE = "may have letters, digits, spaces and _ . : / = + - @ only"
TIGHTENED: dict[str, dict[str, str]] = {
    "TagKey": {
        "pattern": rf"(?![aA][wW][sS]:){_TAG_TEXT}",
        "patternSentence": f"{_TAG_RULE}, and cannot begin with aws:",
    },
    "TagValue": {"pattern": _TAG_TEXT, "patternSentence": _TAG_RULE},
    "TagList": {"uniqueMember": "Key"},
    "NonEmptyTagList": {"uniqueMember": "Key"},
}


@dataclass(frozen=True)
class Operation:
    """One operation of a service, with all that the model says of it.

    `arguments` maps each input member to its name in Python; `token` and `result_key` are None where the operation
    has no idempotency token or no pages.
    """

    name: str
    function: str
    service: str
    writes: bool
    arguments: dict[str, str]
    required: frozenset[str]
    errors: frozenset[str]
    token: str | None
    result_key: str | None
    encodings: tuple[str, ...]
    shapes: dict[str, Any]
    input_shape: str | None
    output_shape: str | None

    @cached_property
    def read_input(self) -> Carry:
        """Check a decoded JSON body and give the arguments under their wire names."""
        return compiled(self.shapes, self.input_shape, writing=False) if self.input_shape else _nothing

    @cached_property
    def write_output(self) -> Carry:
        """Check an answer against the output shape and give it ready for JSON."""
        return compiled(self.shapes, self.output_shape, writing=True) if self.output_shape else _nothing


@dataclass(frozen=True)
class Contract:
    """All operations of one service model."""

    target_prefix: str
    json_version: str
    operations: dict[str, Operation]
    shapes: dict[str, Any]

    def enum(self, shape: str) -> frozenset[str]:
        """The values that the model lists for an enumeration; empty where this model does not have the shape."""
        return frozenset(self.shapes.get(shape, {}).get("enum", ()))

    @property
    def content_type(self) -> str:
        """The media type of requests and answers, such as application/x-amz-json-1.0."""
        return f"application/x-amz-json-{self.json_version}"


def compile_model(model: dict[str, Any], pages: dict[str, Any]) -> Contract:
    """Compile a service model (and its paginators, by operation name) of the awsJson protocols."""
    metadata, shapes = model["metadata"], model["shapes"]
    service = metadata.get("signingName") or metadata.get("endpointPrefix", "")
    operations = {
        name: _operation(name, operation, service, shapes, pages.get(name, {}))
        for name, operation in model["operations"].items()
    }
    return Contract(metadata["targetPrefix"], metadata.get("jsonVersion", "1.0"), operations, shapes)


def load(service: str) -> Contract:
    """Read and compile the newest model of `service` in the installed botocore.

    Raises LookupError where botocore, or this service in it, is missing.
    """
    spec = importlib.util.find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError("botocore is not installed, and the service model is in it")
    versions = sorted((Path(spec.submodule_search_locations[0]) / "data" / service).glob("*/"))
    if not versions:
        raise LookupError(f"the installed botocore has no model of {service}")
    return compile_model(
        _read_json(versions[-1] / "service-2.json"),
        _read_json(versions[-1] / "paginators-1.json")["pagination"],
    )


def snake_case(name: str) -> str:
    """RegistrationType -> registration_type, as boto3 names its methods."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _operation(
    name: str, operation: dict[str, Any], service: str, shapes: dict[str, Any], pages: dict[str, Any]
) -> Operation:
    input_shape = operation.get("input", {}).get("shape")
    input_model = shapes[input_shape] if input_shape else {"members": {}}
    members = input_model["members"]
    tokens = [member for member, reference in members.items() if reference.get("idempotencyToken")]
    return Operation(
        name=name,
        function=snake_case(name),
        service=service,
        writes=not name.startswith(_READING),
        arguments={member: snake_case(member) for member in members},
        required=frozenset(input_model.get("required", ())),
        errors=frozenset(error["shape"] for error in operation.get("errors", ())),
        token=tokens[0] if tokens else None,
        result_key=pages.get("result_key"),
        encodings=tuple(operation.get("requestcompression", {}).get("encodings", ())),
        shapes=shapes,
        input_shape=input_shape,
        output_shape=operation.get("output", {}).get("shape"),
    )


def _nothing(value: Any, path: str, faults: Any) -> Any:
    """An operation without an input or output shape: whatever comes, nothing is carried."""
    return {}


def _read_json(path: Path) -> Any:
    packed = path.with_name(path.name + ".gz")
    return msgspec.json.decode(gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes())


SERVICE = load(SMS_VOICE)
for _shape, _rules in TIGHTENED.items():
    SERVICE.shapes[_shape].update(_rules)  # shapes are compiled when they are first used
OPERATIONS = SERVICE.operations
