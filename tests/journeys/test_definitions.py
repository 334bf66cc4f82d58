"""The forms as boto3 reads them: registration types, their sections and fields, and names that no form has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import TOLL_FREE, RunningDesk
from tests.journeys.asking import field_names, refusal

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
CAMPAIGN = "US_TEN_DLC_CAMPAIGN_REGISTRATION"
COMPANY_NAME, WEBSITE = "companyInfo.companyName", "companyInfo.website"


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def types_of(client: Any, **question: Any) -> list[str]:
    answer = client.describe_registration_type_definitions(**question)
    return [one["RegistrationType"] for one in answer["RegistrationTypeDefinitions"]]


def fields_of(client: Any, **question: Any) -> list[dict[str, Any]]:
    answer = client.describe_registration_field_definitions(RegistrationType=TOLL_FREE, **question)
    assert answer["RegistrationType"] == TOLL_FREE
    fields: list[dict[str, Any]] = answer["RegistrationFieldDefinitions"]
    return fields


def paths_of(client: Any, **question: Any) -> list[str]:
    return [field["FieldPath"] for field in fields_of(client, **question)]


def sections_of(client: Any, **question: Any) -> list[str]:
    answer = client.describe_registration_section_definitions(RegistrationType=TOLL_FREE, **question)
    assert answer["RegistrationType"] == TOLL_FREE
    return [one["SectionPath"] for one in answer["RegistrationSectionDefinitions"]]


def test_types_are_listed_by_name_and_chosen_in_the_order_asked(client: Any) -> None:
    every = types_of(client)
    assert {TOLL_FREE, BRAND, CAMPAIGN, "US_TEN_DLC_BRAND_VETTING"} <= set(every)
    assert every == sorted(every)
    assert types_of(client, RegistrationTypes=[TOLL_FREE, BRAND]) == [TOLL_FREE, BRAND]
    pages = client.get_paginator("describe_registration_type_definitions").paginate(PaginationConfig={"PageSize": 1})
    assert [one["RegistrationType"] for page in pages for one in page["RegistrationTypeDefinitions"]] == every


def test_types_are_filtered_by_what_may_be_associated(client: Any) -> None:
    def passing(**filters: list[str]) -> list[str]:
        named = [
            {"Name": f"supported-association-{name.replace('_', '-')}", "Values": values}
            for name, values in filters.items()
        ]
        return types_of(client, Filters=named)

    toll_free = passing(resource_type=["TOLL_FREE"])
    assert TOLL_FREE in toll_free
    assert BRAND not in toll_free
    both = passing(resource_type=["TOLL_FREE", "TEN_DLC"])
    assert {TOLL_FREE, CAMPAIGN} <= set(both)
    assert TOLL_FREE in passing(resource_type=["TOLL_FREE"], iso_country_code=["US", "CA"])
    assert passing(resource_type=["TOLL_FREE"], iso_country_code=["AQ"]) == []
    assert types_of(client, RegistrationTypes=[BRAND, TOLL_FREE], Filters=[
        {"Name": "supported-association-resource-type", "Values": ["TOLL_FREE"]}
    ]) == [TOLL_FREE]  # fmt: skip


def test_a_type_tells_what_it_may_be_associated_with(client: Any) -> None:
    answer = client.describe_registration_type_definitions(RegistrationTypes=[TOLL_FREE])
    (definition,) = answer["RegistrationTypeDefinitions"]
    assert set(definition) == {"RegistrationType", "SupportedAssociations", "DisplayHints"}
    assert {
        "ResourceType": "TOLL_FREE",
        "IsoCountryCode": "US",
        "AssociationBehavior": "ASSOCIATE_BEFORE_SUBMIT",
        "DisassociationBehavior": "DISASSOCIATE_ALL_CLOSES_REGISTRATION",
    } in definition["SupportedAssociations"]


def test_sections(client: Any) -> None:
    every = sections_of(client)
    assert every[0] == "companyInfo"
    assert len(every) == len(set(every)) > 2
    assert sections_of(client, SectionPaths=[every[2], every[0], every[2]]) == [every[2], every[0]]


def test_fields_by_section_by_path_and_all(client: Any) -> None:
    every = fields_of(client)
    in_company = [field["FieldPath"] for field in every if field["SectionPath"] == "companyInfo"]
    assert COMPANY_NAME in in_company
    assert len(in_company) < len(every)
    assert paths_of(client, SectionPath="companyInfo") == in_company
    assert paths_of(client, FieldPaths=in_company[2::-1]) == in_company[2::-1]
    named = [field["FieldPath"] for field in every if field["SectionPath"] != "companyInfo"][:1] + in_company[:1]
    assert paths_of(client, SectionPath="companyInfo", FieldPaths=named) == in_company[:1]
    (company_name,) = (field for field in every if field["FieldPath"] == COMPANY_NAME)
    assert company_name["FieldType"] == "TEXT"
    assert company_name["FieldRequirement"] == "REQUIRED"
    assert company_name["TextValidation"]["MaxLength"] == 100
    assert {"Title", "ShortDescription"} <= set(company_name["DisplayHints"])


@pytest.mark.parametrize("section", [{}, {"SectionPath": "messagingUseCase"}], ids=["all", "one-section"])
def test_fields_page_in_the_order_of_the_form(client: Any, section: dict[str, str]) -> None:
    every = fields_of(client, **section)
    assert len(every) > 5
    paginator = client.get_paginator("describe_registration_field_definitions")
    pages = list(paginator.paginate(RegistrationType=TOLL_FREE, **section, PaginationConfig={"PageSize": 5}))
    assert [field for page in pages for field in page["RegistrationFieldDefinitions"]] == every
    assert [len(page["RegistrationFieldDefinitions"]) for page in pages[:-1]] == [5] * (len(pages) - 1)


def test_a_token_of_one_section_is_none_of_another(client: Any) -> None:
    ask = client.describe_registration_field_definitions
    page = ask(RegistrationType=TOLL_FREE, SectionPath="companyInfo", MaxResults=1)
    answer = refusal(ask, RegistrationType=TOLL_FREE, SectionPath="contactInfo", NextToken=page["NextToken"])
    assert answer["Reason"] == "INVALID_NEXT_TOKEN"


Ask = Callable[[Any], Callable[..., Any]]
TYPES: Ask = lambda client: client.describe_registration_type_definitions  # noqa: E731
SECTIONS: Ask = lambda client: client.describe_registration_section_definitions  # noqa: E731
FIELDS: Ask = lambda client: client.describe_registration_field_definitions  # noqa: E731
UNKNOWN = {
    "types": (TYPES, {"RegistrationTypes": [TOLL_FREE, "NO_SUCH", "NOR_THIS"]}, "TYPE", "registrationTypes", 2),
    "type of sections": (SECTIONS, {"RegistrationType": "NO_SUCH"}, "TYPE", "registrationType", 1),
    "type of fields": (FIELDS, {"RegistrationType": "us_toll_free_registration"}, "TYPE", "registrationType", 1),
    "sections": (
        SECTIONS,
        {"RegistrationType": TOLL_FREE, "SectionPaths": ["companyInfo", "noSuch", "norThis"]},
        "SECTION", "sectionPaths", 2,
    ),
    "section of fields": (
        FIELDS, {"RegistrationType": TOLL_FREE, "SectionPath": "noSuch"}, "SECTION", "sectionPath", 1,
    ),
    "fields": (
        FIELDS,
        {"RegistrationType": TOLL_FREE, "FieldPaths": [COMPANY_NAME, "no.such", "__proto__"]},
        "FIELD", "fieldPaths", 2,
    ),
    "fields of another form": (
        FIELDS, {"RegistrationType": TOLL_FREE, "FieldPaths": ["campaignInfo.vertical"]}, "FIELD", "fieldPaths", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("ask", "question", "what", "member", "count"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_names_that_no_form_has_are_all_told(
    client: Any, ask: Ask, question: dict[str, Any], what: str, member: str, count: int
) -> None:
    answer = refusal(ask(client), **question)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", f"UNKNOWN_REGISTRATION_{what}")
    assert field_names(answer) == [member] * count


@pytest.mark.parametrize(
    ("ask", "question", "member"),
    [
        (TYPES, {"RegistrationTypes": [TOLL_FREE]}, "registrationTypes"),
        (SECTIONS, {"RegistrationType": TOLL_FREE, "SectionPaths": ["companyInfo"]}, "sectionPaths"),
        (FIELDS, {"RegistrationType": TOLL_FREE, "FieldPaths": [COMPANY_NAME]}, "fieldPaths"),
    ],
    ids=["types", "sections", "fields"],
)
def test_who_names_what_they_want_cannot_ask_for_a_page(
    client: Any, ask: Ask, question: dict[str, Any], member: str
) -> None:
    answer = refusal(ask(client), **question, MaxResults=5)
    assert answer["Reason"] == "PARAMETERS_CANNOT_BE_USED_TOGETHER"
    assert sorted(field_names(answer)) == sorted([member, "maxResults"])
