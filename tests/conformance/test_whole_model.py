"""Every operation of the model, served or not: values are the same on both sides of the wire, botocore's and ours."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from hypothesis import given

from senderdesk.contract import OPERATIONS, SERVICE, SMS_VOICE
from senderdesk.wire import JsonWire, Request
from tests.conformance.answers import breaches
from tests.conformance.inputs import TAKEN, examples, inputs

MODEL = botocore.session.get_session().get_service_model(SMS_VOICE)
WIRE = JsonWire(SERVICE)


def inside(value: Any) -> Any:
    """botocore's value as the service has it inside: times are epoch seconds."""
    if isinstance(value, dict):
        return {key: inside(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [inside(inner) for inner in value]
    return int(value.timestamp()) if isinstance(value, datetime) else value


def test_no_operation_is_left_out() -> None:
    assert sorted(OPERATIONS) == sorted(MODEL.operation_names)


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_an_input_arrives_as_botocore_sent_it(name: str) -> None:
    model: OperationModel = MODEL.operation_model(name)

    @examples(5)
    @given(inputs(model.input_shape, TAKEN))
    def send(arguments: dict[str, Any]) -> None:
        sent = JSONSerializer().serialize_to_request(arguments, model)
        headers = [(key.lower().encode(), value.encode()) for key, value in sent["headers"].items()]
        request = Request(sent["method"], sent["url_path"].encode(), b"", headers, sent["body"])
        operation = WIRE.operation_of(request)
        assert operation.name == name
        assert WIRE.decode(operation, request) == inside(arguments)

    send()


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_an_answer_arrives_at_botocore_as_it_was_given(name: str) -> None:
    model: OperationModel = MODEL.operation_model(name)

    @examples(5)
    @given(inputs(model.output_shape, TAKEN))
    def answer(result: dict[str, Any]) -> None:
        response = WIRE.answer(WIRE.encode(OPERATIONS[name], inside(result)))
        assert breaches(json.loads(response.body), model.output_shape) == []
        received = {"status_code": response.status, "headers": HeadersDict(), "body": response.body, "context": {}}
        parsed = JSONParser().parse(received, model.output_shape)
        del parsed["ResponseMetadata"]
        assert inside(parsed) == inside(result)

    answer()
