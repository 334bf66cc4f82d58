"""Forms: the shipped ones are whole and true to the API's shapes, and a broken one is explained."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from senderdesk import forms
from senderdesk.contract import SERVICE
from senderdesk.forms import Form

SHIPPED = forms.shipped()
KNOWN = {"observed", "documented", "inferred"}
FIELDS = [(form.registration_type, field) for form in SHIPPED.values() for field in form.source.get("Fields", ())]


def test_the_four_forms_are_here_with_all_their_fields() -> None:
    assert {name: len(form.fields) for name, form in SHIPPED.items()} == {
        "US_TEN_DLC_BRAND_REGISTRATION": 17,
        "US_TEN_DLC_BRAND_VETTING": 0,
        "US_TEN_DLC_CAMPAIGN_REGISTRATION": 34,
        "US_TOLL_FREE_REGISTRATION": 28,
    }


def test_what_is_ours_never_goes_on_the_wire() -> None:
    for form in SHIPPED.values():
        for definition in (form.definition, *form.sections.values(), *form.fields.values()):
            assert not forms.OURS & definition.keys()
        for association in form.definition.get("SupportedAssociations", ()):
            assert not forms.OURS & association.keys()


@pytest.mark.parametrize(
    ("form", "field"), FIELDS, ids=lambda value: value if isinstance(value, str) else value["FieldPath"]
)
def test_field_is_whole(form: str, field: dict[str, Any]) -> None:
    provenance = field["Provenance"]
    assert {provenance[key] for key in ("Field", "Path", "Requirement")} <= KNOWN
    assert provenance["Sources"]
    needed = {"TEXT": "TextValidation", "SELECT": "SelectValidation"}.get(field["FieldType"])
    assert not needed or needed in field
    assert (field["FieldRequirement"] == "CONDITIONAL") == ("ConditionalBehavior" in field)
    if field["FieldType"] == "TEXT":
        _check_text(field["TextValidation"], field["DisplayHints"].get("ExampleTextValue"))
    if field["FieldType"] == "SELECT":
        options = field["SelectValidation"]["Options"]
        assert len(options) == len(set(options)) >= field["SelectValidation"]["MaxChoices"]
        described = {one["Option"] for one in field["DisplayHints"].get("SelectOptionDescriptions", ())}
        assert described <= set(options)


def _check_text(validation: dict[str, Any], example: str | None) -> None:
    assert 1 <= validation["MinLength"] <= validation["MaxLength"]
    assert validation["Pattern"].startswith("^")
    assert validation["Pattern"].endswith("$")
    if example is not None:
        assert validation["MinLength"] <= len(example) <= validation["MaxLength"]
        assert re.fullmatch(validation["Pattern"], example)


def test_toll_free_urls_say_since_when() -> None:
    fields = {field["FieldPath"]: field for field in SHIPPED["US_TOLL_FREE_REGISTRATION"].source["Fields"]}
    for path in ("messagingUseCase.privacyPolicyUrl", "messagingUseCase.termsAndConditionsUrl"):
        assert fields[path]["Since"] == "2026-09-15"


def test_the_form_published_verbatim_is_reproduced() -> None:
    """The parts of the toll-free form whose API output is published."""
    form = SHIPPED["US_TOLL_FREE_REGISTRATION"]
    assert form.definition["SupportedAssociations"] == [
        {
            "ResourceType": "TOLL_FREE",
            "IsoCountryCode": "US",
            "AssociationBehavior": "ASSOCIATE_BEFORE_SUBMIT",
            "DisassociationBehavior": "DISASSOCIATE_ALL_CLOSES_REGISTRATION",
        }
    ]
    assert form.fields["companyInfo.companyName"]["TextValidation"] == {
        "MinLength": 1,
        "MaxLength": 100,
        "Pattern": r"^(?=\s*\S)[\s\S]+$",
    }
    volume = form.fields["messagingUseCase.monthlyMessageVolume"]["SelectValidation"]
    assert (volume["MinChoices"], volume["MaxChoices"], volume["Options"][0], volume["Options"][-1]) == (
        1, 1, "10", "10,000,000+",
    )  # fmt: skip


def _broken(change: Any) -> str:
    source = copy.deepcopy(SHIPPED["US_TOLL_FREE_REGISTRATION"].source)
    change(source)
    with pytest.raises(ValueError, match=r".") as caught:
        forms.read(source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: s["Fields"][0].pop("FieldType"), "Fields[0].FieldType is required"),
        (lambda s: s["Fields"][1].update(FieldRequirement="MAYBE"), "Fields[1].FieldRequirement must be one of"),
        (lambda s: s["Fields"][2].update(Colour="red"), "Fields[2].Colour is not a member"),
        (lambda s: s["Fields"][3].update(SectionPath="nowhere"), "is in section nowhere, which is not defined"),
        (lambda s: s.pop("DisplayHints"), "DisplayHints is required"),
        (lambda s: s["Fields"].pop(8), "depends on companyInfo.businessType, which is not defined"),
    ],
)
def test_a_broken_form_is_explained(change: Any, complaint: str) -> None:
    assert complaint in _broken(change)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "MINE.toml").write_text("RegistrationType = ")
    with pytest.raises(ValueError, match=r"MINE\.toml"):
        forms.load(tmp_path.glob("*.toml"))


def test_forms_are_what_the_installed_model_allows() -> None:
    form: Form = SHIPPED["US_TEN_DLC_BRAND_REGISTRATION"]
    behaviours = SERVICE.enum("FieldRequirement")
    assert {field["FieldRequirement"] for field in form.fields.values()} <= behaviours
