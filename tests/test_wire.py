"""JSON and the model at the door: bodies, types and headers that no SDK would send, each refused in the same form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from senderdesk.wire import parse_object
from tests.conftest import TOLL_FREE, RunningDesk, running_desk
from tests.rawhttp import CREATE, RawClient

SERIALIZATION, VALIDATION = "SerializationException", "ValidationException"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("wire"), auth="verify") as desk:
        yield desk


@pytest.fixture(scope="module")
def client(desk: RunningDesk) -> RawClient:
    return RawClient(desk)


def create(more: str) -> bytes:
    """A body that would create a registration, were it not for what is in it beside."""
    return f'{{"RegistrationType":"{TOLL_FREE}",{more}}}'.encode()


TEXT = CREATE.decode()
NOT_JSON: dict[str, bytes] = {
    "NaN": create('"x":NaN'),
    "Infinity": create('"x":Infinity'),
    "minus Infinity": create('"x":-Infinity'),
    "True": create('"x":True'),
    "number over all bounds": create('"x":1e400'),
    "integer of 5,000 digits": create('"x":' + "9" * 5000),
    "integer of 5,000 digits beside a decoy": create('"y":"\\":","x":' + "9" * 5000),
    "leading zero": create('"x":01'),
    "hexadecimal": create('"x":0x1'),
    "200,000 lists deep": create('"x":' + "[" * 200_000 + "]" * 200_000),
    "200,000 objects deep": create('"x":' + '{"":' * 200_000 + "1" + "}" * 200_000),
    "200,000 lists deep, unclosed": create('"x":' + "[" * 200_000),
    "key twice": create(f'"RegistrationType":"{TOLL_FREE}"'),
    "key twice, spaced": create(f'"RegistrationType" \t\r\n:"{TOLL_FREE}"'),
    "key twice, escaped": create(f'"Reg\\u0069strationType":"{TOLL_FREE}"'),
    "key twice, beside a decoy": create(f'"y":"\\":","RegistrationType":"{TOLL_FREE}"'),
    "key twice, nested": create('"Tags":[{"Key":"a","Value":"b","Value":"c"}]'),
    "key twice, nested in an unknown member": create('"x":[{"y":{"z":1,"\\u007a":2}}]'),
    "empty key twice": create('"":1,"":2'),
    "lone high surrogate": create('"x":"\\ud800"'),
    "lone low surrogate": create('"x":"\\udc00"'),
    "surrogates in the wrong order": create('"x":"\\udc00\\ud800"'),
    "lone surrogate in a key": create('"\\ud800":1'),
    "raw surrogate": CREATE[:-1] + b',"x":"\xed\xa0\x80"}',
    "bytes that are not UTF-8": CREATE[:-1] + b',"x":"\xff"}',
    "overlong UTF-8": CREATE[:-1] + b',"x":"\xc0\xaf"}',
    "key that is not UTF-8": CREATE[:-1] + b',"\xff":1}',
    "byte order mark": TEXT.encode("utf-8-sig"),
    **{name: TEXT.encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")},
    "NUL at the end": CREATE + b"\0",
    "NUL in front": b"\0" + CREATE,
    "NUL in a string": create('"x":"\0"'),
    "tab in a string": create('"x":"\t"'),
    "unknown escape": create('"x":"\\x41"'),
    "text behind": CREATE + b"x",
    "second object behind": CREATE + CREATE,
    "no-break space behind": CREATE + b"\xc2\xa0",
    "comment": create('"x":1/* y */'),
    "comment in front": b"// x\n" + CREATE,
    "trailing comma": CREATE[:-1] + b",}",
    "single quotes": CREATE.replace(b'"', b"'"),
    "unquoted key": CREATE.replace(b'"RegistrationType"', b"RegistrationType"),
    "unfinished": CREATE[:-1],
    "unfinished string": CREATE[:-2],
    "blank": b" ",
    "null": b"null",
    "list": b"[]",
    "list of the object": b"[" + CREATE + b"]",
    "number": b"7",
    "string": b'"x"',
    "boolean": b"true",
    "form": b"RegistrationType=" + TOLL_FREE.encode(),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_a_body_that_is_not_one_strict_json_object_is_refused(client: RawClient, body: bytes) -> None:
    answer = client.refused(client.signed(body), SERIALIZATION)
    assert len(answer.body) < 1000


@pytest.mark.parametrize(
    "more",
    [
        '"x":"\\"RegistrationType\\":1"',
        '"x":"\\":","y":"\\" :","z":"\\\\\\":"',
        '"x":["\\"a\\":1,\\"a\\":2",{"a":1},{"a":2}]',
        '"x":{"RegistrationType":1,"x":{"x":2}}',
        '"registrationType":1,"REGISTRATIONTYPE":2',
        '"x":"\\u0000\\ud83d\\ude00\\/"',
        '"x":18446744073709551616,"y":-1e-400,"z":-0',
        '"x":' + "[" * 500 + "]" * 500,
    ],
    ids=["key in a string", "ends of keys", "in a list", "nested", "cases", "escapes", "numbers", "500 deep"],
)
def test_what_only_looks_wrong_is_taken(client: RawClient, more: str) -> None:
    assert client.accepted(client.signed(create(more)))["RegistrationType"] == TOLL_FREE


def test_an_empty_body_counts_as_an_empty_object(client: RawClient) -> None:
    assert "Registrations" in client.accepted(client.signed(b"", "DescribeRegistrations"))
    answer = client.refused(client.signed(b""), VALIDATION)
    assert (answer.json["Reason"], answer.json["Fields"][0]["Name"]) == ("MISSING_PARAMETER", "registrationType")


def test_a_million_keys_are_read() -> None:
    members = ",".join([f'"{number:x}":0' for number in range(2**20)])
    assert len(parse_object(f"{{{members}}}".encode())) == 2**20


def test_as_many_keys_as_the_cap_holds_are_read_and_a_second_of_them_is_seen(client: RawClient) -> None:
    members = ",".join([f'"{number:x}":0' for number in range(110_000)])
    assert 1_000_000 < len(create(members)) < 2**20
    client.accepted(client.signed(create(members)))
    client.refused(client.signed(create(members + ',"abc":1')), SERIALIZATION)


WRONG_TYPES: dict[str, tuple[str, dict[str, Any], str]] = {
    **{
        f"{json.dumps(value)[:24]} for an integer": ("DescribeRegistrations", {"MaxResults": value}, "MaxResults")
        for value in (True, False, 1.0, 1e1, "5", "", [5], {}, 2**31, -(2**31) - 1, 2**63, 10**30)
    },
    **{
        f"{json.dumps(value)[:24]} for a string": ("CreateRegistration", {"ClientToken": value}, "ClientToken")
        for value in ([TOLL_FREE], {"a": 1}, 5, True, 1.5)
    },
    **{
        f"{json.dumps(value)[:24]} for a list": ("DescribeRegistrations", {"Filters": value}, "Filters")
        for value in ("registration-1", {"0": "registration-1"}, 5, False)
    },
    "null in a list": ("DescribeRegistrations", {"RegistrationIds": ["registration-1", None]}, "RegistrationIds[1]"),
    "null for a structure": ("CreateRegistration", {"Tags": [None]}, "Tags[0]"),
    "list for a structure": ("CreateRegistration", {"Tags": [["Key", "a"]]}, "Tags[0]"),
    "number in a structure": ("CreateRegistration", {"Tags": [{"Key": 5, "Value": "a"}]}, "Tags[0].Key"),
}


@pytest.mark.parametrize(("operation", "arguments", "path"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_refused(
    client: RawClient, operation: str, arguments: dict[str, Any], path: str
) -> None:
    answer = client.refused(client.signed(json.dumps(arguments).encode(), operation), SERIALIZATION)
    assert f"{path} must be" in answer.json["Message"]


def test_every_wrong_type_is_told_at_once(client: RawClient) -> None:
    body = json.dumps({"RegistrationType": 5, "ClientToken": 6, "Tags": [{"Key": 7, "Value": ""}]}).encode()
    message = client.refused(client.signed(body), SERIALIZATION).json["Message"]
    assert [
        path for path in ("RegistrationType", "ClientToken", "Tags[0].Key") if f"{path} must be" not in message
    ] == []


BROKEN: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "too short": ("CreateRegistration", {"RegistrationType": ""}, ["registrationType"]),
    "too long": ("CreateRegistration", {"RegistrationType": "A" * 65}, ["registrationType"]),
    "pattern": ("CreateRegistration", {"RegistrationType": TOLL_FREE + "\n"}, ["registrationType"]),
    "required is null": ("CreateRegistration", {"RegistrationType": None}, ["registrationType"]),
    "integer 0": ("DescribeRegistrations", {"MaxResults": 0}, ["maxResults"]),
    "integer 101": ("DescribeRegistrations", {"MaxResults": 101}, ["maxResults"]),
    "integer 2^31 - 1": ("DescribeRegistrations", {"MaxResults": 2**31 - 1}, ["maxResults"]),
    "integer -2^31": ("DescribeRegistrations", {"MaxResults": -(2**31)}, ["maxResults"]),
    "six ids": ("DescribeRegistrations", {"RegistrationIds": ["registration-1"] * 6}, ["registrationIds"]),
    "not of the enum": ("DescribeRegistrations", {"Filters": [{"Name": "status", "Values": ["A"]}]}, ["filters"]),
    "no values": ("DescribeRegistrations", {"Filters": [{"Name": "registration-type", "Values": []}]}, ["filters"]),
    "text of a megabyte": ("CreateRegistration", {"RegistrationType": "A" * 1_000_000}, ["registrationType"]),
    "all at once": (
        "CreateRegistration",
        {"RegistrationType": "", "ClientToken": "a b", "Tags": [{"Key": "", "Value": ""}, {"Key": "a"}]},
        ["registrationType", "clientToken", "tags", "tags"],
    ),
}


@pytest.mark.parametrize(("operation", "arguments", "fields"), BROKEN.values(), ids=BROKEN)
def test_a_broken_constraint_is_told_with_every_field(
    client: RawClient, operation: str, arguments: dict[str, Any], fields: list[str]
) -> None:
    answer = client.refused(client.signed(json.dumps(arguments).encode(), operation), VALIDATION)
    assert [field["Name"] for field in answer.json["Fields"]] == fields
    assert all(field["Message"] for field in answer.json["Fields"])
    assert answer.json["Reason"] in ("INVALID_PARAMETER", "MISSING_PARAMETER")
    assert len(answer.body) < 4000


@pytest.mark.parametrize(
    ("item", "count", "code"),
    [(b"{}", 20_000, VALIDATION), (b"{}", 200, VALIDATION), (b"7", 200, SERIALIZATION)],
    ids=["too many", "empty", "mistyped"],
)
def test_many_faults_do_not_make_a_huge_answer(client: RawClient, item: bytes, count: int, code: str) -> None:
    body = create('"Tags":[%s]').replace(b"%s", b",".join([item] * count))
    assert len(client.refused(client.signed(body), code).body) < 20_000


@pytest.mark.parametrize(
    "more",
    ['"Tags":null,"ClientToken":null', '"Unknown":{"Deep":[1,null]}', '"Tags":[{"Key":"a","Value":"b","More":1}]'],
    ids=["null is absent", "unknown member", "unknown member within"],
)
def test_null_and_unknown_members_are_passed_over(client: RawClient, more: str) -> None:
    assert client.accepted(client.signed(create(more)))["RegistrationStatus"] == "CREATED"


def test_text_is_measured_in_code_points_and_kept_byte_for_byte(client: RawClient) -> None:
    astral = "\U0001d4b3"  # a letter of two units in UTF-16, four bytes in UTF-8
    for key, value in ((astral * 129, "a"), ("a", astral * 257)):
        tags = json.dumps([{"Key": key, "Value": value}])
        assert client.refused(client.signed(create(f'"Tags":{tags}')), VALIDATION).json["Fields"][0]["Name"] == "tags"
    kept = [{"Key": astral * 128, "Value": astral * 256}, {"Key": "שלום 漢字", "Value": "\u2028Ünïcode\u00a0"}]
    for ascii_only in (True, False):
        body = create(f'"Tags":{json.dumps(kept, ensure_ascii=ascii_only)}')
        arn = client.accepted(client.signed(body))["RegistrationArn"]
        asked = client.signed(json.dumps({"ResourceArn": arn}).encode(), "ListTagsForResource")
        stored = client.accepted(asked)["Tags"]
        assert sorted(stored, key=str) == sorted(kept, key=str)
