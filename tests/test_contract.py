"""The contract: read from the installed botocore, named as boto3 names things, and kept by every error we have."""

from __future__ import annotations

import inspect
import re

import boto3
import pytest
from botocore import xform_name

from senderdesk import errors, service, shapes
from senderdesk.contract import OPERATIONS, SERVICE
from senderdesk.operations import SERVED, operation
from tests.test_house import modules


def test_functions_and_arguments_are_named_as_boto3_names_them() -> None:
    client = boto3.client("pinpoint-sms-voice-v2", region_name="us-east-1")
    assert {op.name: op.function for op in OPERATIONS.values()} == {
        name: method for method, name in client.meta.method_to_api_mapping.items()
    }
    for one in OPERATIONS.values():
        assert one.arguments == {member: xform_name(member) for member in one.arguments}


def test_the_model_is_the_one_that_botocore_uses() -> None:
    model = boto3.client("pinpoint-sms-voice-v2", region_name="us-east-1").meta.service_model
    assert set(model.operation_names) == set(OPERATIONS)
    for name, one in OPERATIONS.items():
        theirs = model.operation_model(name)
        assert one.errors == {shape.name for shape in theirs.error_shapes}
        assert one.token == (theirs.idempotent_members or [None])[0]
        assert one.required == set(theirs.input_shape.required_members if theirs.input_shape else ())


def test_every_listing_operation_has_its_pages() -> None:
    for one in OPERATIONS.values():
        assert bool(one.result_key) == ("NextToken" in one.arguments), one.name


EXAMPLES = {
    "ValidationException": errors.ValidationException("INVALID_PARAMETER", [errors.FaultyField("tags", "is wrong")]),
    "ConflictException": errors.ConflictException("RESOURCE_NOT_EMPTY", "registration", "registration-0"),
    "ResourceNotFoundException": errors.ResourceNotFoundException("registration", "registration-0"),
    "ServiceQuotaExceededException": errors.ServiceQuotaExceededException("TAGS_PER_RESOURCE"),
    "ThrottlingException": errors.ThrottlingException(),
    "AccessDeniedException": errors.AccessDeniedException("arn:aws:iam::111122223333:user/A", "sms-voice:X"),
    "InternalServerException": errors.InternalServerException("00000000-0000-4000-a000-000000000000"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_modelled_exception_keeps_its_shape(name: str) -> None:
    error = EXAMPLES[name]
    faults: list[shapes.Fault] = []
    shapes.compiled(SERVICE.shapes, name, writing=True)({"Message": error.message, **error.members}, "", faults)
    assert not faults
    assert error.code == name
    assert error.status == (500 if name == "InternalServerException" else 400)


def test_every_exception_of_the_model_has_its_class() -> None:
    modelled = {name for one in OPERATIONS.values() for name in one.errors}
    assert modelled == set(EXAMPLES)
    assert all(inspect.isclass(getattr(errors, name)) for name in modelled)


def test_every_reason_in_the_source_is_in_the_model() -> None:
    source = "".join(path.read_text() for _, path in modules())
    reasons = SERVICE.enum("ValidationExceptionReason") | SERVICE.enum("ConflictExceptionReason")
    used = set(re.findall(r'(?:ValidationException|ConflictException|_refuse_unknown)\(\s*"([A-Z_]+)"', source))
    assert {"UNKNOWN_OPERATION", "RESOURCE_ALREADY_EXISTS", "INVALID_NEXT_TOKEN"} <= used <= reasons


def test_a_function_that_does_not_fit_the_model_cannot_start() -> None:
    def create_registration(call: object, registration_kind: str) -> dict[str, str]:
        return {}

    with pytest.raises(TypeError, match="registration_kind"):
        operation(create_registration)

    def create_registrations(call: object) -> dict[str, str]:
        return {}

    with pytest.raises(TypeError, match="no operation create_registrations"):
        operation(create_registrations)

    def describe_account_limits(call: object, next_token: str, max_results: int) -> dict[str, str]:
        return {}

    with pytest.raises(TypeError, match="a default"):
        operation(describe_account_limits)


def test_the_served_operations() -> None:
    assert service.SERVED is SERVED
    family = {name for name in OPERATIONS if "Registration" in name}
    others = {
        "TagResource", "UntagResource", "ListTagsForResource", "DescribeAccountLimits", "DescribeAccountAttributes",
    }  # fmt: skip
    pools = {
        "CreatePool", "DescribePools", "UpdatePool", "DeletePool", "AssociateOriginationIdentity",
        "DisassociateOriginationIdentity", "ListPoolOriginationIdentities", "CreateOptOutList", "DescribeOptOutLists",
        "DeleteOptOutList", "PutOptedOutNumber", "DescribeOptedOutNumbers", "DeleteOptedOutNumber",
        "CreateConfigurationSet", "DescribeConfigurationSets", "DeleteConfigurationSet", "PutKeyword",
        "DescribeKeywords", "DeleteKeyword", "PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy",
    }  # fmt: skip
    assert family | others | pools <= set(SERVED)
    assert len(family) == 18
    for name, served in SERVED.items():
        assert served.members == OPERATIONS[name].arguments.keys(), f"{name} leaves members out"
