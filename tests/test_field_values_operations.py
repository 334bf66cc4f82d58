"""Field values, as boto3 and bare bytes see them: put, read back, deleted, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from senderdesk import due
from senderdesk.desk import steps
from tests.conftest import ACCOUNT, TOLL_FREE, RunningDesk, running_desk
from tests.filling import (
    BRAND,
    BRAND_VALUES,
    CAMPAIGN,
    NOBODYS,
    NOBODYS_ATTACHMENT,
    QUICK,
    TOLL_FREE_VALUES,
    complete,
    create,
    denied_fields,
    deny,
    fill,
    happen,
    in_turn,
    put,
    registration_of,
    renew,
    status_of,
    upload,
    values_of,
)
from tests.journeys.asking import Line, field_names, refusal, signed_headers, unchecked_client

CITY = "companyInfo.city"
IMAGE = "messagingUseCase.optInImage"
VOLUME = "messagingUseCase.monthlyMessageVolume"
SUB_USE_CASES = "campaignUseCase.subUseCases"


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def refused_put(client: Any, registration_id: str, path: str, **members: Any) -> tuple[str, list[str]]:
    """The Reason of a Put that the values themselves are to blame for, and the members that it names."""
    before = values_of(client, registration_id)
    answer = refusal(client.put_registration_field_value, RegistrationId=registration_id, FieldPath=path, **members)
    assert answer["Error"]["Code"] == "ValidationException"
    names = list(dict.fromkeys(field_names(answer)))
    start = f'Validation Exception Occurred - Reason="{answer["Reason"]}" Fields="{",".join(names)}"'
    assert answer["Error"]["Message"].startswith(start)
    assert values_of(client, registration_id) == before
    return answer["Reason"], names


# Putting


def test_every_kind_is_put_and_read_back(client: Any) -> None:
    picture = upload(client)
    for registration_type, path, members in (
        (TOLL_FREE, CITY, {"TextValue": "Portland"}),
        (TOLL_FREE, VOLUME, {"SelectChoices": ["1,000"]}),
        (CAMPAIGN, SUB_USE_CASES, {"SelectChoices": ["MARKETING", "CUSTOMER_CARE", "FRAUD_ALERT"]}),
        (TOLL_FREE, IMAGE, {"RegistrationAttachmentId": picture}),
    ):
        name = create(client, registration_type)
        answer = client.put_registration_field_value(RegistrationId=name, FieldPath=path, **members)
        del answer["ResponseMetadata"]
        assert answer == {
            "RegistrationArn": registration_of(client, name)["RegistrationArn"],
            "RegistrationId": name,
            "VersionNumber": 1,
            "FieldPath": path,
            **members,
        }
        assert values_of(client, name) == [{"FieldPath": path, **members}]


def test_arns_do_as_well_as_ids(client: Any, account: str) -> None:
    picture = upload(client)
    name = create(client, TOLL_FREE)
    arn = registration_of(client, name)["RegistrationArn"]
    picture_arn = f"arn:aws:sms-voice:us-east-1:{account}:registration-attachment/{picture}"
    answer = client.put_registration_field_value(
        RegistrationId=arn, FieldPath=IMAGE, RegistrationAttachmentId=picture_arn
    )
    assert (answer["RegistrationId"], answer["RegistrationAttachmentId"]) == (name, picture)
    assert values_of(client, arn) == [{"FieldPath": IMAGE, "RegistrationAttachmentId": picture}]
    assert client.delete_registration_field_value(RegistrationId=arn, FieldPath="companyInfo.address2")


def test_the_last_value_counts(client: Any) -> None:
    name = create(client)
    for city in ("Portland", "Bangor", "Portland", "Augusta"):
        put(client, name, CITY, city)
    put(client, name, "companyInfo.legalType", ["NON_PROFIT"])
    put(client, name, "companyInfo.legalType", ["GOVERNMENT"])
    assert values_of(client, name) == [
        {"FieldPath": "companyInfo.legalType", "SelectChoices": ["GOVERNMENT"]},
        {"FieldPath": CITY, "TextValue": "Augusta"},
    ]


TEXT, CHOICES, FILE = {"TextValue": "a"}, {"SelectChoices": ["10"]}, {"RegistrationAttachmentId": NOBODYS_ATTACHMENT}


@pytest.mark.parametrize(
    ("path", "members", "named"),
    [
        (CITY, {}, ["textValue"]),
        (VOLUME, {}, ["selectChoices"]),
        (IMAGE, {}, ["registrationAttachmentId"]),
        (CITY, CHOICES, ["selectChoices"]),
        (CITY, FILE, ["registrationAttachmentId"]),
        (VOLUME, TEXT, ["textValue"]),
        (VOLUME, FILE, ["registrationAttachmentId"]),
        (IMAGE, TEXT, ["textValue"]),
        (IMAGE, CHOICES, ["selectChoices"]),
        (CITY, TEXT | CHOICES, ["selectChoices"]),
        (VOLUME, CHOICES | FILE, ["registrationAttachmentId"]),
        (IMAGE, TEXT | CHOICES | FILE, ["textValue", "selectChoices"]),
    ],
)
def test_exactly_the_member_of_the_fields_kind(client: Any, path: str, members: Any, named: list[str]) -> None:
    name = create(client, TOLL_FREE)
    reason = "INVALID_PARAMETER" if members else "MISSING_PARAMETER"
    assert refused_put(client, name, path, **members) == (reason, named)


@pytest.mark.parametrize(
    ("registration_type", "path", "fine", "faulty"),
    [
        (BRAND, CITY, ["a", "é" * 100, "🏙" * 100], ["a" * 101, " ", "\n", "\u3000"]),
        (BRAND, "companyInfo.isoCountryCode", ["US"], ["U", "USA", "us", "U\n", "US\n", "ÜS"]),
        (BRAND, "companyInfo.taxId", ["123456789", "1" * 21], ["12-3456789", "1" * 22, "１２３", "12\n"]),
        (BRAND, "contactInfo.supportPhoneNumber", ["+12075550100"], ["12075550100", "+1 207", "+١٢٣"]),
        (BRAND, "contactInfo.website", ["http://a", "https://kettle.example/é"], ["kettle.example", "https://a b"]),
        (CAMPAIGN, "campaignInfo.optInMessage", ["a" * 20, "a" * 255], ["a" * 19, "a" * 256]),
        (BRAND, "companyInfo.legalType", [["NON_PROFIT"]], [["non_profit"], ["NON_PROFIT", "GOVERNMENT"]]),
        (TOLL_FREE, VOLUME, [["10,000,000+"]], [["1000"], ["10,000,000"], ["10", "10"]]),
        (
            CAMPAIGN,
            SUB_USE_CASES,
            [["MARKETING"], ["MARKETING", "FRAUD_ALERT", "CUSTOMER_CARE", "POLLING_VOTING", "SECURITY_ALERT"]],
            [
                ["MARKETING", "MARKETING"],
                ["MARKETING", "NO_OPTION"],
                ["MARKETING", "FRAUD_ALERT", "CUSTOMER_CARE", "POLLING_VOTING", "SECURITY_ALERT", "HIGHER_EDUCATION"],
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_fits_is_taken_and_what_does_not_is_refused_at_once(
    client: Any, registration_type: str, path: str, fine: list[Any], faulty: list[Any]
) -> None:
    name = create(client, registration_type)
    for value in fine:
        put(client, name, path, value)
        (stored,) = values_of(client, name)
        assert value in stored.values()
    member, named = ("SelectChoices", "selectChoices") if isinstance(fine[0], list) else ("TextValue", "textValue")
    for value in faulty:
        reason, names = refused_put(client, name, path, **{member: value})
        assert (reason, set(names)) == ("INVALID_PARAMETER", {named}), value


@pytest.mark.parametrize(
    "path", ["companyInfo.nothing", "companyInfo", "companyInfo.city.x", "city", "a.b.__proto__", "companyInfo.City"]
)
def test_a_path_that_no_field_has(client: Any, path: str) -> None:
    name = create(client)
    for ask, more in (
        (client.put_registration_field_value, {"TextValue": "a"}),
        (client.delete_registration_field_value, {}),
    ):
        answer = refusal(ask, RegistrationId=name, FieldPath=path, **more)
        assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "UNKNOWN_REGISTRATION_FIELD")
        assert field_names(answer) == ["fieldPath"]
        assert f"{BRAND} has no field {path}" in answer["Fields"][0]["Message"]


def test_what_the_model_itself_does_not_take(instant_desk: RunningDesk, account: str) -> None:
    client = unchecked_client(instant_desk.url, account)
    name = create(client)
    for members, named in (
        ({"TextValue": ""}, "textValue"),
        ({"TextValue": "a" * 8_000}, "textValue"),
        ({"SelectChoices": ["a" * 257]}, "selectChoices"),
        ({"SelectChoices": ["a"] * 101}, "selectChoices"),
        ({"RegistrationAttachmentId": ""}, "registrationAttachmentId"),
        ({"FieldPath": "companyInfo/../city", "TextValue": "a"}, "fieldPath"),
        ({"FieldPath": "a" * 101, "TextValue": "a"}, "fieldPath"),
    ):
        asked = {"RegistrationId": name, "FieldPath": CITY, **members}
        answer = refusal(client.put_registration_field_value, **asked)
        assert (answer["Reason"], set(field_names(answer))) == ("INVALID_PARAMETER", {named}), members
    assert values_of(client, name) == []


TEXTS = {
    "line ends": "a\nb\r\nc\rd\n",
    "control characters": "a\x00b\x01\x1f\x7f\x85z",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇵🇹",
    "combining": "e\u0301 é a" + "\u0300" * 60,
    "bidirectional": "abc\u202egpj.exe\u202c \u2066x\u2069 \u200f\u200e",
    "zero width": "\u200bz\u200dw\ufeff",
    "spaces": "  \t two before, two behind  ",
    "separators": "a\u2028b\u2029c\u00a0d",
    "markup": "<script>alert(1)</script> & \"'\\ {{7*7}} %00 ../ ' OR 1=1 --",
    "far planes": "𝔘𝔫𝔦 \U0010ffff \U000e0001",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_comes_back_as_it_went(instant_desk: RunningDesk, account: str, client: Any, text: str) -> None:
    name, path = create(client, TOLL_FREE), "messagingUseCase.optInDescription"
    assert put(client, name, path, text)["TextValue"] == text
    assert values_of(client, name) == [{"FieldPath": path, "TextValue": text}]
    line = Line(instant_desk.url, account)
    answer = line.call("PutRegistrationFieldValue", RegistrationId=name, FieldPath=path, TextValue=text)
    assert answer.json["TextValue"].encode() == text.encode()
    answer = line.call("DescribeRegistrationFieldValues", RegistrationId=name)
    line.close()
    assert json.loads(answer.body.decode())["RegistrationFieldValues"][0]["TextValue"].encode() == text.encode()


def test_utf8_and_escapes_are_the_same_text(instant_desk: RunningDesk, account: str, client: Any) -> None:
    name = create(client)
    line = Line(instant_desk.url, account)
    asked = {"RegistrationId": name, "FieldPath": CITY, "TextValue": "Zürich 🏙"}
    for ascii_only in (True, False):
        body = json.dumps(asked, ensure_ascii=ascii_only).encode()
        assert (b"\\ud83c" in body) is ascii_only
        answer = line.ask("POST", "/", signed_headers("PutRegistrationFieldValue", account), body)
        assert (answer.status, answer.json["TextValue"]) == (200, "Zürich 🏙")
    line.close()


# Reading back


@pytest.fixture
def mixed(client: Any) -> str:
    """A toll-free registration with values in three sections, put in no order."""
    name = create(client, TOLL_FREE)
    for path in (
        *("messageSamples.messageSample1", "contactInfo.lastName", CITY, VOLUME),
        *("companyInfo.companyName", "contactInfo.firstName", "companyInfo.businessType"),
    ):
        put(client, name, path, TOLL_FREE_VALUES[path])
    return name


ORDER = [
    *("companyInfo.companyName", CITY, "companyInfo.businessType", "contactInfo.firstName", "contactInfo.lastName"),
    *(VOLUME, "messageSamples.messageSample1"),
]


def paths(client: Any, registration_id: str, **asked: Any) -> list[str]:
    return [one["FieldPath"] for one in values_of(client, registration_id, **asked)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, ORDER),
        ({"VersionNumber": 1}, ORDER),
        ({"SectionPath": "companyInfo"}, ORDER[:3]),
        ({"SectionPath": "messageSamples"}, ORDER[-1:]),
        ({"FieldPaths": [VOLUME, CITY]}, [VOLUME, CITY]),
        ({"FieldPaths": [CITY, "companyInfo.zipCode", VOLUME, CITY]}, [CITY, VOLUME]),
        ({"FieldPaths": ["companyInfo.zipCode"]}, []),
        ({"FieldPaths": [VOLUME, CITY], "SectionPath": "companyInfo"}, [CITY]),
    ],
)
def test_what_is_asked_for_in_its_order(client: Any, mixed: str, asked: dict[str, Any], told: list[str]) -> None:
    assert paths(client, mixed, **asked) == told


def test_pages(client: Any, mixed: str) -> None:
    paginator = client.get_paginator("describe_registration_field_values")
    pages = paginator.paginate(RegistrationId=mixed, PaginationConfig={"PageSize": 3})
    assert [[one["FieldPath"] for one in page["RegistrationFieldValues"]] for page in pages] == [
        ORDER[:3], ORDER[3:6], ORDER[6:],
    ]  # fmt: skip
    pages = paginator.paginate(RegistrationId=mixed, SectionPath="companyInfo", PaginationConfig={"PageSize": 2})
    assert [len(page["RegistrationFieldValues"]) for page in pages] == [2, 1]
    first = client.describe_registration_field_values(RegistrationId=mixed, MaxResults=2)
    assert (first["RegistrationId"], first["VersionNumber"]) == (mixed, 1)
    assert first["RegistrationArn"] == registration_of(client, mixed)["RegistrationArn"]


@pytest.mark.parametrize(
    ("asked", "reason", "named"),
    [
        ({"VersionNumber": 2}, "UNKNOWN_REGISTRATION_VERSION", ["versionNumber"]),
        ({"SectionPath": "nothing"}, "UNKNOWN_REGISTRATION_SECTION", ["sectionPath"]),
        ({"FieldPaths": [CITY, "companyInfo.nothing"]}, "UNKNOWN_REGISTRATION_FIELD", ["fieldPaths"]),
        ({"FieldPaths": [CITY], "MaxResults": 5}, "PARAMETERS_CANNOT_BE_USED_TOGETHER", ["fieldPaths", "maxResults"]),
        ({"NextToken": "bm90IG91cnM"}, "INVALID_NEXT_TOKEN", ["nextToken"]),
    ],
    ids=["version", "section", "field", "page-of-named", "token"],
)
def test_what_cannot_be_read(client: Any, mixed: str, asked: Any, reason: str, named: list[str]) -> None:
    answer = refusal(client.describe_registration_field_values, RegistrationId=mixed, **asked)
    assert answer["Error"]["Code"] == "ValidationException"
    assert (answer["Reason"], field_names(answer)) == (reason, named)


def test_the_newest_version_is_read_unless_another_is_named(client: Any) -> None:
    name = deny(client, fill(client, create(client), {CITY: "Portland"}))
    assert denied_fields(client, name) == dict.fromkeys(BRAND_VALUES.keys() - {CITY}, "MISSING_REQUIRED_FIELD")
    assert values_of(client, name, FieldPaths=[CITY, "companyInfo.state"]) == [
        {"FieldPath": CITY, "TextValue": "Portland"},
        {"FieldPath": "companyInfo.state", "DeniedReason": "MISSING_REQUIRED_FIELD"},
    ]
    renew(client, name)
    put(client, name, CITY, "Augusta")
    assert values_of(client, name) == [{"FieldPath": CITY, "TextValue": "Augusta"}]
    assert values_of(client, name, VersionNumber=1, FieldPaths=[CITY]) == [{"FieldPath": CITY, "TextValue": "Portland"}]
    answer = client.describe_registration_field_values(RegistrationId=name, VersionNumber=1)
    assert answer["VersionNumber"] == 1
    assert [one["FieldPath"] for one in answer["RegistrationFieldValues"]] == list(BRAND_VALUES)


# Deleting


def test_an_optional_value_is_deleted_and_told_once(client: Any) -> None:
    name, path = create(client, TOLL_FREE), "messageSamples.messageSample2"
    put(client, name, path, "Your order is late")
    put(client, name, CITY, "Portland")
    answer = client.delete_registration_field_value(RegistrationId=name, FieldPath=path)
    del answer["ResponseMetadata"]
    whole = {
        "RegistrationArn": registration_of(client, name)["RegistrationArn"],
        "RegistrationId": name,
        "VersionNumber": 1,
        "FieldPath": path,
    }
    assert answer == {**whole, "TextValue": "Your order is late"}
    assert paths(client, name) == [CITY]
    answer = client.delete_registration_field_value(RegistrationId=name, FieldPath=path)
    del answer["ResponseMetadata"]
    assert answer == whole


def test_every_kind_is_told_when_it_is_deleted(client: Any) -> None:
    name, picture = create(client, CAMPAIGN), upload(client)
    put(client, name, SUB_USE_CASES, ["MARKETING", "FRAUD_ALERT"])
    put(client, name, "campaignInfo.optInScreenshot", picture)
    for path, told in (
        (SUB_USE_CASES, {"SelectChoices": ["MARKETING", "FRAUD_ALERT"]}),
        ("campaignInfo.optInScreenshot", {"RegistrationAttachmentId": picture}),
    ):
        answer = client.delete_registration_field_value(RegistrationId=name, FieldPath=path)
        assert told.items() <= answer.items()
    assert values_of(client, name) == []


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_what_is_required_is_not_deleted(client: Any, filled: bool) -> None:
    name = create(client)
    if filled:
        put(client, name, CITY, "Portland")
    answer = refusal(client.delete_registration_field_value, RegistrationId=name, FieldPath=CITY)
    assert answer["Error"]["Code"] == "ValidationException"
    assert (answer["Reason"], field_names(answer)) == ("REGISTRATION_FIELD_CANNOT_BE_DELETED", ["fieldPath"])
    assert 'Reason="REGISTRATION_FIELD_CANNOT_BE_DELETED"' in answer["Error"]["Message"]
    assert paths(client, name) == ([CITY] if filled else [])


# When


@pytest.mark.parametrize(
    "events",
    [
        ("submit",),
        ("submit", "start_aws_review"),
        ("submit", "start_review"),
        ("submit", "require_authentication"),
        ("submit", "start_review", "send_offline"),
        ("submit", "deny"),
        ("submit", "start_review", "approve"),
        ("submit", "start_review", "approve", "revoke"),
        ("submit", "start_review", "approve", "close"),
        ("discard",),
    ],
    ids=lambda events: events[-1],
)
def test_only_a_draft_is_written_in(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...]
) -> None:
    name = create(client, TOLL_FREE)
    put(client, name, "companyInfo.address2", "Floor 2")
    happen(instant_desk, account, name, *events)
    for ask, more in (
        (client.put_registration_field_value, {"TextValue": "Floor 3"}),
        (client.delete_registration_field_value, {}),
    ):
        answer = refusal(ask, RegistrationId=name, FieldPath="companyInfo.address2", **more)
        assert answer["Error"]["Code"] == "ConflictException"
        assert answer["Error"]["Message"] == (
            'Conflict Occurred - Reason="EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED" '
            f'ResourceType="registration" ResourceId="{name}"'
        )
        assert answer["Reason"] == "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", name)
    assert values_of(client, name) == [{"FieldPath": "companyInfo.address2", "TextValue": "Floor 2"}]


def test_a_registration_that_never_was(client: Any) -> None:
    for ask, more in (
        (client.put_registration_field_value, {"FieldPath": CITY, "TextValue": "a"}),
        (client.delete_registration_field_value, {"FieldPath": CITY}),
        (client.describe_registration_field_values, {}),
    ):
        answer = refusal(ask, RegistrationId=NOBODYS, **more)
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", NOBODYS)


def test_an_attachment_that_never_was(client: Any) -> None:
    name = create(client, TOLL_FREE)
    answer = refusal(
        client.put_registration_field_value,
        RegistrationId=name,
        FieldPath=IMAGE,
        RegistrationAttachmentId=NOBODYS_ATTACHMENT,
    )
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration-attachment", NOBODYS_ATTACHMENT)


# What other fields ask for


def test_conditions_are_judged_after_the_submit(client: Any) -> None:
    name = fill(client, create(client))
    put(client, name, "companyInfo.stockSymbol", "KTL")  # taken, though no PRIVATE_PROFIT has one
    deny(client, name)
    assert denied_fields(client, name) == {"companyInfo.stockSymbol": "CONDITIONAL_FIELD_NOT_ALLOWED"}
    renew(client, name)
    fill(client, name, {**BRAND_VALUES, "companyInfo.legalType": ["PUBLIC_PROFIT"], "companyInfo.stockSymbol": "KTL"})
    deny(client, name)
    assert denied_fields(client, name) == dict.fromkeys(
        ["companyInfo.stockExchange", "companyInfo.businessContactEmail"], "MISSING_CONDITIONAL_FIELD"
    )


def test_a_conditional_field_can_be_emptied_again(client: Any) -> None:
    name = fill(client, create(client))
    put(client, name, "companyInfo.stockSymbol", "KTL")
    answer = client.delete_registration_field_value(RegistrationId=name, FieldPath="companyInfo.stockSymbol")
    assert answer["TextValue"] == "KTL"
    complete(client, name)


# Forms that change under their registrations

POLICIES = ["messagingUseCase.privacyPolicyUrl", "messagingUseCase.termsAndConditionsUrl"]


def lacking(client: Any, name: str, desk: RunningDesk) -> list[str]:
    """What a toll-free registration lacks once it is submitted; that its number has to come first is no matter here."""
    happen(desk, ACCOUNT, name, "submit")
    in_turn(desk, lambda call: steps.take(call, due.INTAKE, f"{name}/1"))
    assert status_of(client, name) == "REQUIRES_UPDATES"
    return list(denied_fields(client, name))


def test_a_registration_keeps_the_form_of_its_day(tmp_path: Path) -> None:
    with running_desk(tmp_path, **QUICK, forms_as_of="2026-09-14") as desk:
        client = desk.client()
        old, filled = create(client, TOLL_FREE), create(client, TOLL_FREE)
        fields = client.describe_registration_field_definitions(RegistrationType=TOLL_FREE)
        assert not set(POLICIES) & {one["FieldPath"] for one in fields["RegistrationFieldDefinitions"]}
        answer = refusal(
            client.put_registration_field_value, RegistrationId=old, FieldPath=POLICIES[0], TextValue="https://a"
        )
        assert answer["Reason"] == "UNKNOWN_REGISTRATION_FIELD"  # it has not come yet
    with running_desk(tmp_path, **QUICK) as desk:
        client = desk.client()
        fill(client, filled, {POLICIES[0]: "https://kettle.example/privacy", CITY: "Portland"})
        assert refused_put(client, filled, POLICIES[1], TextValue="no address") == ("INVALID_PARAMETER", ["textValue"])
        assert paths(client, filled) == [CITY, POLICIES[0]]
        assert paths(client, filled, FieldPaths=[POLICIES[0]]) == [POLICIES[0]]
        assert paths(client, filled, SectionPath="messagingUseCase") == [POLICIES[0]]
        for name in (old, filled):
            assert not set(POLICIES) & set(lacking(client, name, desk))
        assert set(POLICIES) <= set(lacking(client, create(client, TOLL_FREE), desk))
        assert renew(client, old) == 2  # judged by the form of its day for ever
        assert not set(POLICIES) & set(denied_fields(client, old, VersionNumber=1))


def test_a_page_goes_on_where_the_last_one_stopped_though_that_is_gone(instant_desk: RunningDesk, account: str) -> None:
    client = instant_desk.client(account)
    one = {"RegistrationId": client.create_registration(RegistrationType="US_TOLL_FREE_REGISTRATION")["RegistrationId"]}
    for path in ("companyInfo.companyName", "companyInfo.address2", "companyInfo.city"):
        client.put_registration_field_value(**one, FieldPath=path, TextValue="Example")
    first = client.describe_registration_field_values(**one, MaxResults=2)
    client.delete_registration_field_value(**one, FieldPath="companyInfo.address2")
    rest = client.describe_registration_field_values(**one, NextToken=first["NextToken"])
    assert [value["FieldPath"] for value in rest["RegistrationFieldValues"]] == ["companyInfo.city"]
