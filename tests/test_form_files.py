"""Form files: parts are put in by the rules, and every fault of a file is said with the file's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from senderdesk.form_files import Shelf, literal_patterns
from tests.form_folder import form_of, section, text_field, write

TOP = {"RegistrationType": "MY_FORM", "DisplayHints": {"Title": "T"}}


def faults(folder: Path, name: str = "MY_FORM") -> list[str]:
    return [str(remark) for remark in Shelf(folder).source(name)[1]]


def merged(folder: Path, name: str = "MY_FORM") -> dict[str, Any]:
    source, remarks = Shelf(folder).source(name)
    assert remarks == []
    return source


def paths(source: dict[str, Any]) -> list[str]:
    return [field["FieldPath"] for field in source["Fields"]]


def test_parts_come_first_and_fields_follow_their_sections(tmp_path: Path) -> None:
    write(
        tmp_path,
        one={"Include": ["deeper"], "Sections": [section("b")], "Fields": [text_field("b.first")]},
        deeper={"Sections": [section("a")], "Fields": [text_field("a.deep")]},
        MY_FORM={
            **TOP,
            "Include": ["one"],
            "Sections": [section("c")],
            "Fields": [text_field("c.own"), text_field("a.own"), text_field("b.own")],
        },
    )
    source = merged(tmp_path)
    assert [one["SectionPath"] for one in source["Sections"]] == ["a", "b", "c"]
    assert paths(source) == ["a.deep", "a.own", "b.first", "b.own", "c.own"]
    assert source["DisplayHints"] == {"Title": "T"}


def test_what_is_given_again_changes_what_was_included_and_keeps_its_place(tmp_path: Path) -> None:
    known = {"Field": "observed", "Path": "inferred"}
    write(
        tmp_path,
        one={
            "Sections": [section("a"), section("b")],
            "Fields": [text_field("a.x", Provenance=known), text_field("a.y")],
        },
        MY_FORM={
            **TOP,
            "Include": ["one"],
            "Sections": [{"SectionPath": "a", "DisplayHints": {"Title": "New"}}],
            "Fields": [
                {
                    "FieldPath": "a.x",
                    "FieldRequirement": "OPTIONAL",
                    "TextValidation": {"MinLength": 1, "MaxLength": 9, "Pattern": "^.$"},
                    "DisplayHints": {"Title": "Other"},
                    "Provenance": {"Path": "observed"},
                }
            ],
        },
    )
    source = merged(tmp_path)
    assert paths(source) == ["a.x", "a.y"]
    changed = source["Fields"][0]
    assert changed["FieldRequirement"] == "OPTIONAL"
    assert changed["TextValidation"]["MaxLength"] == 9
    assert changed["DisplayHints"] == {"Title": "Other", "ShortDescription": "The name.", "ExampleTextValue": "ACME"}
    assert changed["Provenance"] == {"Field": "observed", "Path": "observed"}
    assert source["Sections"][0]["DisplayHints"] == {"Title": "New", "ShortDescription": "A section."}
    assert Shelf(tmp_path).part("one").fields["a.x"]["FieldRequirement"] == "REQUIRED"


def test_what_two_types_include_is_not_changed_by_one_of_them(tmp_path: Path) -> None:
    change = {"FieldPath": "a.x", "DisplayHints": {"Title": "Other"}, "FieldRequirement": "OPTIONAL"}
    write(
        tmp_path,
        one={"Sections": [section("a")], "Fields": [text_field("a.x"), text_field("a.y")]},
        MY_FORM={**TOP, "Include": ["one"], "Fields": [change], "Omit": ["a.y"]},
        OTHER={**TOP, "RegistrationType": "OTHER", "Include": ["one"]},
    )
    shelf = Shelf(tmp_path)
    assert shelf.source("MY_FORM")[0]["Fields"][0]["FieldRequirement"] == "OPTIONAL"
    other = shelf.source("OTHER")[0]["Fields"]
    assert other == [text_field("a.x"), text_field("a.y")]
    assert other[0] is shelf.part("one").fields["a.x"]  # shared, not copied


def test_omit_takes_included_fields_out(tmp_path: Path) -> None:
    part = {"Sections": [section("a")], "Fields": [text_field("a.x"), text_field("a.y")]}
    write(tmp_path, one=part, MY_FORM={**TOP, "Include": ["one"], "Omit": ["a.x"]})
    assert paths(merged(tmp_path)) == ["a.y"]
    write(tmp_path, MY_FORM={**TOP, "Include": ["one"], "Omit": ["a.z"], "Fields": [text_field("a.z")]})
    assert faults(tmp_path) == ["MY_FORM.toml: Omit names a.z, which no included part has"]


def test_parts_that_include_each_other_and_parts_that_are_not_there_are_named(tmp_path: Path) -> None:
    write(tmp_path, one={"Include": ["two"]}, two={"Include": ["one", "three"]}, MY_FORM={**TOP, "Include": ["one"]})
    assert sorted(faults(tmp_path)) == [
        "parts/two.toml: includes three, and there is no parts/three.toml",
        "parts/two.toml: parts include each other: one > two > one",
    ]


@pytest.mark.parametrize(
    ("form", "part", "fault"),
    [
        (form_of(text_field(), text_field()), {}, "MY_FORM.toml: company.name is given twice"),
        ({**TOP, "Sections": [section("a"), section("a")]}, {}, "MY_FORM.toml: a is given twice"),
        ({**TOP, "Fields": [{"SectionPath": "a"}]}, {}, "MY_FORM.toml: number 1 of Fields has no FieldPath"),
        ({**TOP, "Fields": [{"FieldPath": 7}]}, {}, "MY_FORM.toml: number 1 of Fields has no FieldPath"),
        ({**TOP, "Fields": "x"}, {}, "MY_FORM.toml: Fields is not a list of tables"),
        ({**TOP, "Include": "one"}, {}, "MY_FORM.toml: Include is not a list of names"),
        (
            {**TOP, "Include": ["one"]},
            {"Omit": []},
            "parts/one.toml: has Omit; a part has Fields, Include, Sections only",
        ),
        (
            {**TOP, "RegistrationType": "YOUR_FORM"},
            {},
            "MY_FORM.toml: is the form of YOUR_FORM, whose file has that name",
        ),
    ],
)
def test_a_fault_names_its_file(tmp_path: Path, form: dict[str, Any], part: dict[str, Any], fault: str) -> None:
    assert faults(write(tmp_path, one=part, MY_FORM=form)) == [fault]


def test_what_is_not_toml_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "MY_FORM.toml").write_text("RegistrationType = ")
    assert faults(tmp_path)[0].startswith("MY_FORM.toml: is not TOML: Invalid value")
    (tmp_path / "MY_FORM.toml").write_bytes(b"\xff")
    assert faults(tmp_path)[0].startswith("MY_FORM.toml: is not TOML: 'utf-8'")


def test_a_folder_takes_from_the_shelf_below_what_it_has_not(tmp_path: Path) -> None:
    below, above = tmp_path / "below", tmp_path / "above"
    below.mkdir()
    above.mkdir()
    write(below, one={"Sections": [section("a")]}, two={"Include": ["one"], "Sections": [section("b")]})
    write(above, one={"Sections": [section("mine")]}, MY_FORM={**TOP, "Include": ["one", "two"], "Fields": []})
    source, remarks = Shelf(above, below=Shelf(below)).source("MY_FORM")
    assert remarks == []
    assert [one["SectionPath"] for one in source["Sections"]] == ["mine", "a", "b"]


def test_literal_patterns_are_found_without_parsing(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.toml").write_text("TextValidation = { MinLength = 1, Pattern = '^a$' }\nPattern='b'")
    (tmp_path / "MY_FORM.toml").write_text("NoPattern = 'c'\n[x]\nPattern = '^(d)$'")
    assert literal_patterns(tmp_path) == {"^a$", "b", "^(d)$"}
