"""botocore's awsJson 1.0 vectors, turned round: made to test clients, here they test what a server reads and writes."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.compress import maybe_compress_request
from botocore.config import Config
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from botocore.utils import parse_timestamp

from senderdesk.contract import SMS_VOICE, Operation, compile_model
from senderdesk.errors import ServiceError
from senderdesk.wire import JsonWire, Request, Response

FILES = ("json_1_0.json", "json_1_0-query-compatible.json")
CONTENT_TYPE = "application/x-amz-json-1.0"
UNION_MEMBERS = ("String", "Boolean", "Number", "Blob", "Timestamp", "Enum", "IntEnum", "List", "Map", "Structure")

REQUESTS = (
    "AwsJson10EmptyInputAndEmptyOutput",
    "AwsJson10EndpointTrait",
    "AwsJson10EndpointTraitWithHostLabel",
    "AwsJson10HostWithPath",
    *(f"AwsJson10Serialize{member}UnionValue" for member in UNION_MEMBERS),
    "AwsJson10MustAlwaysSendEmptyJsonPayload",
    "AwsJson10NoInputAndOutput",
    "SDKAppliedContentEncoding_awsJson1_0",
    "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0",
    "AwsJson10SupportsNaNFloatInputs",
    "AwsJson10SupportsInfinityFloatInputs",
    "AwsJson10SupportsNegativeInfinityFloatInputs",
    "QueryCompatibleAwsJson10CborSendsQueryModeHeader",
)
ANSWERS = (
    "AwsJson10EmptyInputAndEmptyOutputSendJsonObject",
    *(f"AwsJson10Deserialize{member}UnionValue" for member in UNION_MEMBERS),
    "AwsJson10DeserializeIgnoreType",
    "AwsJson10DeserializeAllowNulls",
    "AwsJson10HandlesEmptyOutputShape",
    "AwsJson10HandlesUnexpectedJsonOutput",
    "AwsJson10ServiceRespondsWithNoPayload",
    "AwsJson10NoInputAndOutput",
    "AwsJson10SupportsNaNFloatInputs",
    "AwsJson10SupportsInfinityFloatInputs",
    "AwsJson10SupportsNegativeInfinityFloatInputs",
)
# Bodies that a client must bear but a server does not write (types inside, nulls, unknown members, nothing at all):
# turned round, the server writes the result itself, and bears such bodies from clients.
LENIENT = frozenset(
    {
        "AwsJson10DeserializeIgnoreType",
        "AwsJson10DeserializeAllowNulls",
        "AwsJson10HandlesUnexpectedJsonOutput",
        "AwsJson10ServiceRespondsWithNoPayload",
    }
)
# The forms in which clients may meet an error's name all stand for one error; we write it in our one form.
ERRORS = (
    "AwsJson10InvalidGreetingError",
    "AwsJson10FooErrorUsingXAmznErrorType",
    "AwsJson10FooErrorUsingXAmznErrorTypeWithUri",
    "AwsJson10FooErrorUsingXAmznErrorTypeWithUriAndNamespace",
    "AwsJson10FooErrorUsingCode",
    "AwsJson10FooErrorUsingCodeAndNamespace",
    "AwsJson10FooErrorUsingCodeUriAndNamespace",
    "AwsJson10FooErrorWithDunderType",
    "AwsJson10FooErrorWithDunderTypeAndNamespace",
    "AwsJson10FooErrorWithDunderTypeUriAndNamespace",
    "AwsJson10ComplexError",
    "AwsJson10EmptyComplexError",
    "QueryCompatibleAwsJson10NoCustomCodeError",
)
# Codes in an x-amzn-query-error header are for services that once spoke awsQuery; ours never did.
ONLY_FOR_FORMER_QUERY_SERVICES = ("QueryCompatibleAwsJson10CustomCodeError",)


@dataclass(frozen=True)
class Case:
    """One vector, with the model of the service that it speaks of."""

    vector: dict[str, Any]
    metadata: dict[str, Any]
    shapes: dict[str, Any]

    @property
    def model(self) -> dict[str, Any]:
        return {"metadata": self.metadata, "shapes": self.shapes, "operations": {self.name: self.vector["given"]}}

    @property
    def headers(self) -> dict[str, str]:
        """What every client sends."""
        return {"Content-Type": CONTENT_TYPE, "X-Amz-Target": f"{self.metadata['targetPrefix']}.{self.name}"}

    @property
    def name(self) -> str:
        name: str = self.vector["given"]["name"]
        return name

    @property
    def wire(self) -> JsonWire:
        return JsonWire(compile_model(self.model, {}))

    @property
    def operation(self) -> Operation:
        return self.wire.contract.operations[self.name]

    @property
    def botocore_model(self) -> OperationModel:
        return ServiceModel(self.model).operation_model(self.name)

    def in_python(self, side: str, value: Any) -> Any:
        """The suite's params or result as the service has them inside: bytes, and floats that JSON does not know."""
        reference = self.vector["given"].get(side)
        return _in_python(self.shapes, reference["shape"], value) if reference else value


def _in_python(shapes: dict[str, Any], name: str, value: Any) -> Any:
    shape = shapes[name]
    match shape["type"]:
        case "structure":
            return {key: _in_python(shapes, shape["members"][key]["shape"], inner) for key, inner in value.items()}
        case "map":
            return {key: _in_python(shapes, shape["value"]["shape"], inner) for key, inner in value.items()}
        case "list":
            return [_in_python(shapes, shape["member"]["shape"], inner) for inner in value]
        case "blob":
            return value.encode()
        case "float" | "double":
            return float(value)
        case _:
            return value


def exactly(value: Any) -> str:
    """`value` in a form that tells 1 from 1.0 and true, bytes from text and NaN from "NaN", but not NaN from NaN."""
    return json.dumps(value, sort_keys=True, default=lambda data: {"bytes": data.hex()})


@pytest.fixture(scope="module")
def cases(botocore_tests: Path) -> dict[tuple[str, str], Case]:
    """Every vector of the files, by direction and id."""
    found: dict[tuple[str, str], Case] = {}
    for direction in ("input", "output"):
        for file in FILES:
            for suite in json.loads((botocore_tests / "protocols" / direction / file).read_bytes()):
                for vector in suite["cases"]:
                    found[direction, vector["id"]] = Case(vector, suite["metadata"], suite["shapes"])
    return found


def test_no_vector_is_left_out(cases: dict[tuple[str, str], Case]) -> None:
    named = [("input", one) for one in REQUESTS]
    named += [("output", one) for one in (*ANSWERS, *ERRORS, *ONLY_FOR_FORMER_QUERY_SERVICES)]
    assert sorted(cases) == sorted(named)
    assert (len(REQUESTS), len(named) - len(REQUESTS)) == (21 + 1, 32 + 2)


def test_our_service_never_spoke_query() -> None:
    model = botocore.session.get_session().get_service_model(SMS_VOICE)
    assert "awsQueryCompatible" not in model.metadata


def decoded(case: Case, method: str, uri: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """What the wire makes of a request: its operation is the right one, its arguments are given."""
    given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    request = Request(method, uri.encode(), b"", given, body)
    operation = case.wire.operation_of(request)
    assert operation.name == case.name
    return case.wire.decode(operation, request)


@pytest.mark.parametrize("vector_id", REQUESTS)
def test_a_request_of_the_suite_is_decoded(cases: dict[tuple[str, str], Case], vector_id: str) -> None:
    case = cases["input", vector_id]
    sent, params = case.vector["serialized"], case.vector["params"]
    headers = {**case.headers, **sent.get("headers", {})}
    # Two vectors leave the body to the sender's gzip.
    body = sent["body"].encode() if "body" in sent else gzip.compress(json.dumps(params).encode())
    assert ("body" in sent) != (headers.get("Content-Encoding") == "gzip")
    arguments = decoded(case, sent["method"], sent["uri"], headers, body)
    assert exactly(arguments) == exactly(case.in_python("input", params))


@pytest.mark.parametrize("vector_id", REQUESTS)
def test_a_request_as_botocore_serialises_it_is_decoded(cases: dict[tuple[str, str], Case], vector_id: str) -> None:
    case = cases["input", vector_id]
    params = case.in_python("input", case.vector["params"])
    request = JSONSerializer().serialize_to_request(params, case.botocore_model)
    maybe_compress_request(Config(request_min_compression_size_bytes=1), request, case.botocore_model)
    compressed = case.vector["serialized"].get("headers", {}).get("Content-Encoding")
    assert request["headers"].get("Content-Encoding") == compressed
    arguments = decoded(case, request["method"], request["url_path"], request["headers"], request["body"])
    assert exactly(arguments) == exactly(params)


def read_by_botocore(response: Response, shape: Any) -> dict[str, Any]:
    """What botocore's own parser makes of a response, times as epoch seconds."""
    parser = JSONParser(timestamp_parser=lambda value: int(parse_timestamp(value).timestamp()))
    received = {
        "status_code": response.status,
        "headers": HeadersDict({"content-type": response.content_type}),
        "body": response.body,
        "context": {},
    }
    parsed: dict[str, Any] = parser.parse(received, shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


@pytest.mark.parametrize("vector_id", ANSWERS)
def test_an_answer_is_written_as_the_suite_has_it(cases: dict[tuple[str, str], Case], vector_id: str) -> None:
    case = cases["output", vector_id]
    result, given = case.vector["result"], case.vector["response"]
    response = case.wire.answer(case.wire.encode(case.operation, case.in_python("output", result)))
    assert (response.status, response.content_type) == (given["status_code"], given["headers"]["Content-Type"])
    written = result if vector_id in LENIENT else json.loads(given["body"])
    assert exactly(json.loads(response.body)) == exactly(written)
    shape = case.botocore_model.output_shape
    theirs = Response(given["status_code"], CONTENT_TYPE, given["body"].encode())
    assert exactly(read_by_botocore(response, shape)) == exactly(read_by_botocore(theirs, shape))


@pytest.mark.parametrize("vector_id", sorted(LENIENT))
def test_what_clients_must_bear_we_bear(cases: dict[tuple[str, str], Case], vector_id: str) -> None:
    case = cases["output", vector_id]
    given = case.vector["given"]
    asked = replace(case, vector={"given": {**given, "input": given["output"]} if "output" in given else given})
    body = case.vector["response"]["body"].encode()
    arguments = decoded(asked, "POST", "/", asked.headers, body)
    assert exactly(arguments) == exactly(case.in_python("output", case.vector["result"]))


@pytest.mark.parametrize("vector_id", ERRORS)
def test_an_error_is_read_by_botocore_as_the_suite_has_it(cases: dict[tuple[str, str], Case], vector_id: str) -> None:
    case = cases["output", vector_id]
    code, members = case.vector["errorCode"], dict(case.vector["error"])
    message = members.get("Message", "")
    error = type(code, (ServiceError,), {"status": case.vector["response"]["status_code"]})(message)
    error.members = {name: value for name, value in members.items() if name != "Message"}
    request = Request("POST", b"/", b"", [])
    response = case.wire.refuse(request, error)
    assert (response.status, response.content_type) == (error.status, CONTENT_TYPE)
    parsed = read_by_botocore(response, case.botocore_model.output_shape)
    assert parsed == {"Error": {"Code": code, "Message": case.vector.get("errorMessage", message)}}
    shape = case.botocore_model.service_model.shape_for_error_code(code)
    assert exactly(read_by_botocore(response, shape)) == exactly(members)
