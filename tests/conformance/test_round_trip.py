"""Any input that the model allows, through boto3 and a socket: each answer is one that the model allows, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from hypothesis import given
from hypothesis import strategies as st

from senderdesk.contract import OPERATIONS
from senderdesk.operations import SERVED
from senderdesk.service import open_service
from tests.conformance.answers import breaches
from tests.conformance.inputs import TAKEN, Choice, examples, inputs
from tests.conformance.ready import Ready, ready
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION, TOLL_FREE, RunningDesk, running_desk

assert open_service  # importing the service is what fills SERVED
UNSERVED = sorted(OPERATIONS.keys() - SERVED.keys())
PAGES_FOLLOWED = 2


class Exchange(NamedTuple):
    """One answer: its status, its JSON as it came, and the error code that botocore read from it, "" for none."""

    status: int
    body: dict[str, Any]
    code: str


class Conversation:
    """A boto3 client whose answers can be seen as they came."""

    def __init__(self, desk: RunningDesk) -> None:
        self.client = desk.client()
        self.client.meta.events.register("before-parse.*.*", self._keep)
        self._bodies: list[bytes] = []

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        self._bodies.append(response_dict["body"])

    def model(self, name: str) -> OperationModel:
        return self.client.meta.service_model.operation_model(name)

    def ask(self, name: str, arguments: dict[str, Any]) -> Exchange:
        """Call the operation. Whatever botocore cannot send or parse is raised."""
        try:
            parsed, code = getattr(self.client, OPERATIONS[name].function)(**arguments), ""
        except ClientError as error:
            parsed, code = error.response, error.response["Error"]["Code"]
        return Exchange(parsed["ResponseMetadata"]["HTTPStatusCode"], json.loads(self._bodies.pop()), code)


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    with running_desk(tmp_path_factory.mktemp("round-trip")) as desk:
        yield Conversation(desk)


@pytest.fixture(scope="module")
def known(conversation: Conversation) -> Choice:
    """What exists at the desk, by the names of the shapes that speak of it, and what is well formed and does not."""
    client = conversation.client
    kept, *passing = (client.create_registration(RegistrationType=TOLL_FREE) for _ in range(12))
    types = client.describe_registration_type_definitions()["RegistrationTypeDefinitions"]
    fields = client.describe_registration_field_definitions(RegistrationType=TOLL_FREE)["RegistrationFieldDefinitions"]
    arn = kept["RegistrationArn"]
    foreign = [
        arn.replace(ACCOUNT, OTHER_ACCOUNT),
        arn.replace(REGION, "eu-west-1"),
        f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:pool/pool-0",
        f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:nothing-of-this-kind/0",
        f"arn:aws:s3:{REGION}:{ACCOUNT}:registration/0",
    ]
    # Operations that delete get registrations of their own, so that the others always find one.
    ids = [one["RegistrationId"] for one in passing[:5]] + [one["RegistrationArn"] for one in passing[5:]]
    return Choice(
        beside={
            "RegistrationType": [one["RegistrationType"] for one in types],
            "RegistrationIdOrArn": [*ids, *foreign],
            "AmazonResourceName": [arn, *foreign],
            "SectionPath": sorted({one["SectionPath"] for one in fields}),
            "FieldPath": [one["FieldPath"] for one in fields],
            "FilterValue": [TOLL_FREE, "CREATED", "TOLL_FREE", "US"],
            "TagKey": ["Name", "Größe", "a b"],
            "TagValue": ["", "x"],
        }
    )


def check_is_of_the_model(model: OperationModel, exchange: Exchange) -> None:
    """A success keeps the output shape; a refusal is one of the operation's errors, and keeps that error's shape."""
    if not exchange.code:
        assert exchange.status == 200
        assert breaches(exchange.body, model.output_shape) == []
        return
    shapes = {shape.name: shape for shape in model.error_shapes}
    assert exchange.code in shapes, exchange
    assert exchange.code not in ("InternalServerException", "ThrottlingException"), exchange
    assert exchange.status == 400
    members = dict(exchange.body)
    assert members.pop("__type") == exchange.code
    assert members["Message"]
    assert breaches(members, shapes[exchange.code]) == []


@pytest.fixture(scope="module")
def prepared(conversation: Conversation) -> Ready:
    """Inputs that succeed, for operations that hardly do by chance."""
    return ready(conversation.client)


@pytest.mark.parametrize("name", sorted(SERVED))
def test_every_answer_is_of_the_model(conversation: Conversation, known: Choice, prepared: Ready, name: str) -> None:
    model = conversation.model(name)
    outcomes: set[str] = set()
    asked = inputs(model.input_shape, known)
    if name in prepared:
        asked = st.sampled_from(prepared[name]) | asked

    @examples(50)
    @given(asked)
    def converse(arguments: dict[str, Any]) -> None:
        exchange = conversation.ask(name, arguments)
        check_is_of_the_model(model, exchange)
        outcomes.add(exchange.code)
        listed = exchange.body.get(OPERATIONS[name].result_key, [])
        for _ in range(PAGES_FOLLOWED):
            if "NextToken" not in exchange.body:
                break
            exchange = conversation.ask(name, {**arguments, "NextToken": exchange.body["NextToken"]})
            check_is_of_the_model(model, exchange)
            assert not exchange.code, "a token that we gave was refused"
            listed += exchange.body[OPERATIONS[name].result_key]
        assert len({json.dumps(one) for one in listed}) == len(listed), "a list has something twice"

    converse()
    assert "" in outcomes, f"no example of {name} succeeded: `known` lacks what it needs"


@pytest.mark.parametrize("name", UNSERVED)
def test_what_is_not_served_says_so(conversation: Conversation, name: str) -> None:
    model = conversation.model(name)

    @examples(5)
    @given(inputs(model.input_shape, TAKEN))
    def ask(arguments: dict[str, Any]) -> None:
        exchange = conversation.ask(name, arguments)
        check_is_of_the_model(model, exchange)
        assert (exchange.code, exchange.body["Reason"]) == ("ValidationException", "UNKNOWN_OPERATION")
        # Said behind the check of the input: what the model allows was found to be allowed.
        assert f"{name} is in the service's model" in exchange.body["Message"]

    ask()
