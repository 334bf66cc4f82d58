"""Forms: the shipped ones are whole and true to the API's shapes, and forms are served as they were at a moment."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from senderdesk import form_faults, forms
from senderdesk.form_files import Shelf, literal_patterns
from senderdesk.forms import Form
from tests.form_folder import form_of, rule, section, select_field, text_field, write

CATALOGUE = forms.catalogue()
ALWAYS = float("inf")
TOLL_FREE = "US_TOLL_FREE_REGISTRATION"
URLS = {"messagingUseCase.privacyPolicyUrl", "messagingUseCase.termsAndConditionsUrl"}
KNOWN = set(form_faults.KNOWN)


def shipped(name: str, moment: float = ALWAYS) -> Form:
    form = CATALOGUE.at(name, moment)
    assert form
    return form


def noon(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()


def test_all_types_are_here() -> None:
    names = CATALOGUE.names()
    assert len(names) == 95
    assert names == sorted(names)
    assert TOLL_FREE in CATALOGUE
    assert "NOWHERE" not in CATALOGUE


def test_the_four_forms_read_first_have_all_their_fields() -> None:
    counts = {
        "US_TEN_DLC_BRAND_REGISTRATION": 17,
        "US_TEN_DLC_BRAND_VETTING": 0,
        "US_TEN_DLC_CAMPAIGN_REGISTRATION": 34,
        TOLL_FREE: 28,
    }
    assert {name: len(shipped(name).fields) for name in counts} == counts


def test_nothing_is_wrong_with_the_shipped_files() -> None:
    assert [str(remark) for remark in forms.examine() if not remark.warning] == []


def test_only_conditional_fields_without_a_known_rule_are_odd() -> None:
    assert {remark.sentence.partition(" is ")[2] for remark in forms.examine()} == {
        "CONDITIONAL without ConditionalBehavior, so it counts as OPTIONAL"
    }


@pytest.mark.parametrize("name", CATALOGUE.names())
def test_form_is_whole(name: str) -> None:
    form = shipped(name)
    for definition in (form.definition, *form.sections.values(), *form.fields.values()):
        assert not forms.OURS & definition.keys()
    for association in form.definition.get("SupportedAssociations", ()):
        assert not forms.OURS & association.keys()
    assert list(form.annotated) == list(form.fields)
    for path, field in form.annotated.items():
        provenance = field.get("Provenance", {})
        assert {provenance.get(key) for key in ("Field", "Path", "Requirement")} <= KNOWN, path
        assert provenance["Sources"], path
        if field["FieldType"] == "TEXT":
            _check_text(path, field["TextValidation"])


def _check_text(path: str, validation: dict[str, Any]) -> None:
    assert 0 <= validation["MinLength"] <= validation["MaxLength"], path
    assert validation["Pattern"].startswith("^"), path
    assert validation["Pattern"].endswith("$"), path


def test_patterns_are_written_so_that_they_are_found_without_parsing() -> None:
    used = set()
    for name in CATALOGUE.names():
        for field in shipped(name).source["Fields"]:
            rules = field.get("ConditionalBehavior", {}).get("Rules", ())
            validations = [field.get("TextValidation", {}), *(rule.get("ConditionalValidation", {}) for rule in rules)]
            validations += [was.get("TextValidation", {}) for was in field.get("Was", ())]
            used |= {validation["Pattern"] for validation in validations if "Pattern" in validation}
    assert used <= literal_patterns(forms.shipped_folder())


def test_the_form_published_verbatim_is_reproduced() -> None:
    """The parts of the toll-free form whose API output is published."""
    form = shipped(TOLL_FREE)
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


def test_the_toll_free_form_asks_for_two_urls_since_their_day() -> None:
    midnight = datetime(2026, 9, 15, tzinfo=UTC).timestamp()
    before, since = shipped(TOLL_FREE, midnight - 0.001), shipped(TOLL_FREE, midnight)
    assert since.fields.keys() - before.fields.keys() == URLS
    assert before.fields.keys() < since.fields.keys()
    assert list(before.annotated) == list(before.fields)
    assert {since.fields[path]["FieldRequirement"] for path in URLS} == {"REQUIRED"}
    assert shipped(TOLL_FREE, 0.0) is before
    assert shipped(TOLL_FREE, ALWAYS) is since


def test_a_catalogue_as_of_a_day_serves_that_days_forms_to_what_is_created_now() -> None:
    now = noon("2026-11-24")
    assert CATALOGUE.moment(now) == now
    old = forms.catalogue(as_of=date(2026, 9, 14))
    assert old.moment(now) == datetime(2026, 9, 15, tzinfo=UTC).timestamp() - 1
    assert not URLS & old.at(TOLL_FREE, old.moment(now)).fields.keys()  # type: ignore[union-attr]
    new = forms.catalogue(as_of=date(2026, 9, 15))
    assert new.at(TOLL_FREE, new.moment(now)).fields.keys() >= URLS  # type: ignore[union-attr]
    assert forms.catalogue(as_of=date.max).moment(now) > now


def test_a_type_that_is_not_there_is_none() -> None:
    assert CATALOGUE.at("NOWHERE", ALWAYS) is None
    assert CATALOGUE.at("parts/long_code", ALWAYS) is None


def test_at_costs_about_a_look_up() -> None:
    shipped(TOLL_FREE)
    start = time.perf_counter()
    for _ in range(10_000):
        CATALOGUE.at(TOLL_FREE, 2e9)
    assert (time.perf_counter() - start) / 10_000 < 5e-6  # 0.3 on an idle machine


def test_types_are_read_when_they_are_first_asked_for() -> None:
    code = (
        "import sys, time; from senderdesk import forms, form_files; reads = []\n"
        "original = form_files._read\n"
        "form_files._read = lambda path, file: reads.append(file) or original(path, file)\n"
        "catalogue = forms.catalogue(); assert len(catalogue.names()) == 95; assert not reads, reads\n"
        "catalogue.at('US_TOLL_FREE_REGISTRATION', 2e9); catalogue.at('US_TOLL_FREE_REGISTRATION', 2e9)\n"
        "assert reads == ['US_TOLL_FREE_REGISTRATION.toml'], reads"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_types_have_in_common_is_kept_once() -> None:
    one, two = shipped("ES_LONG_CODE_REGISTRATION"), shipped("FI_LONG_CODE_REGISTRATION")
    path = next(iter(one.fields))
    assert one.fields[path] is two.fields[path]


def test_an_operators_folder_adds_and_replaces_types(tmp_path: Path) -> None:
    write(
        tmp_path,
        mine={"Sections": [section("a")], "Fields": [text_field("a.x")]},
        MY_FORM={**form_of(), "Include": ["mine", "short_code"], "Fields": [text_field("a.y")]},
        US_TOLL_FREE_REGISTRATION=form_of(select_field("a.z"), name=TOLL_FREE),
    )
    catalogue = forms.catalogue(tmp_path)
    assert len(catalogue.names()) == 96
    mine, replaced = catalogue.at("MY_FORM", ALWAYS), catalogue.at(TOLL_FREE, ALWAYS)
    assert mine
    assert replaced
    assert list(mine.fields)[:2] == ["a.x", "a.y"]
    assert len(mine.fields) > 20  # the shipped part came along
    assert list(replaced.fields) == ["a.z"]
    assert catalogue.at("ES_LONG_CODE_REGISTRATION", ALWAYS)


def test_every_fault_of_every_file_of_an_operators_folder_is_said(tmp_path: Path) -> None:
    evil = {"MinLength": 1, "MaxLength": 9, "Pattern": "(?=x)y"}
    write(
        tmp_path,
        unused={"Omit": []},
        ONE=form_of(text_field(FieldType="WORDS"), text_field("company.other", Colour="red"), name="ONE"),
        TWO=form_of(text_field(TextValidation=evil), name="TWO"),
    )
    with pytest.raises(ValueError, match=r"ONE\.toml") as caught:
        forms.catalogue(tmp_path)
    faults = str(caught.value).splitlines()
    assert [fault.partition(":")[0] for fault in faults] == ["ONE.toml", "ONE.toml", "TWO.toml", "parts/unused.toml"]
    assert "company.name.FieldType must be one of" in faults[0]
    assert "company.other.Colour is not a member" in faults[1]
    assert "does not compile in RE2" in faults[2]
    assert [str(remark) for remark in forms.examine(tmp_path)] == faults


def test_a_fault_of_a_part_is_said_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        mine={"Sections": [section("a"), section("a")]},
        ONE=form_of(name="ONE", Include=["mine"]),
        TWO=form_of(name="TWO", Include=["mine"]),
    )
    with pytest.raises(ValueError, match=r"^parts/mine\.toml: a is given twice$"):
        forms.catalogue(tmp_path)


def test_what_is_no_folder_of_forms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a folder"):
        forms.catalogue(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="has no form"):
        forms.examine(tmp_path)


def _broken(change: Any) -> str:
    source = copy.deepcopy(shipped(TOLL_FREE).source)
    change(source)
    with pytest.raises(ValueError, match=r".") as caught:
        forms.read(source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: s["Fields"][0].pop("FieldType"), "companyInfo.companyName.FieldType is required"),
        (lambda s: s["Fields"][1].update(FieldRequirement="MAYBE"), "website.FieldRequirement must be one of"),
        (lambda s: s["Fields"][2].update(Colour="red"), "address1.Colour is not a member"),
        (lambda s: s["Sections"][0].update(Attachment={}), "companyInfo.Attachment is not a member"),
        (lambda s: s["Fields"][0]["DisplayHints"].update(Include=["x"]), "DisplayHints.Include is not a member"),
        (lambda s: s.pop("DisplayHints"), "DisplayHints is required"),
        (lambda s: s.update(Colour="red"), "Colour is not a member"),
    ],
)
def test_a_form_that_the_api_has_no_shape_for_is_explained(change: Any, complaint: str) -> None:
    assert complaint in _broken(change)


def test_rules_go_over_the_wire_with_conditional_fields_only() -> None:
    behavior = {"DefaultBehavior": "OPTIONAL", "Rules": [rule("REQUIRED", ("company.other", "HAS_VALUE", None))]}
    form = forms.read(form_of(text_field(ConditionalBehavior=behavior)))
    assert "ConditionalBehavior" not in form.fields["company.name"]


def test_the_shipped_shelf_has_no_part_that_nothing_includes() -> None:
    shelf = Shelf(forms.shipped_folder())
    included = {name for one in shelf.types for name in shelf.own(one).get("Include", ())}
    included |= {name for one in shelf.parts for name in shelf.own_part(one).get("Include", ())}
    assert included == set(shelf.parts)
