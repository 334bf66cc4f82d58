"""Forms through boto3: as they were on a day, and those of an operator's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOLL_FREE, RunningDesk
from tests.form_folder import form_of, text_field, write

URLS = {"messagingUseCase.privacyPolicyUrl", "messagingUseCase.termsAndConditionsUrl"}


def paths(desk: RunningDesk, registration_type: str) -> set[str]:
    answer: Any = desk.client().describe_registration_field_definitions(RegistrationType=registration_type)
    return {field["FieldPath"] for field in answer["RegistrationFieldDefinitions"]}


def test_forms_are_served_as_they_were_on_the_day_that_is_set(start_desk: Callable[..., RunningDesk]) -> None:
    assert not URLS & paths(start_desk(forms_as_of="2026-09-14"), TOLL_FREE)


def test_forms_are_served_as_they_are(shared_desk: RunningDesk) -> None:
    assert paths(shared_desk, TOLL_FREE) >= URLS


def test_an_operators_form_is_served_beside_the_others(start_desk: Callable[..., RunningDesk], tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    write(folder, MY_FORM=form_of(text_field()))
    desk = start_desk(forms_folder=str(folder))
    assert paths(desk, "MY_FORM") == {"company.name"}
    assert paths(desk, TOLL_FREE) >= URLS
    made = desk.client().create_registration(RegistrationType="MY_FORM")
    assert made["RegistrationType"] == "MY_FORM"


def test_a_desk_does_not_start_with_a_broken_form(start_desk: Callable[..., RunningDesk], tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    write(folder, MY_FORM=form_of(text_field(FieldType="WORDS")))
    with pytest.raises(ValueError, match=r"--forms-folder .*\n.*MY_FORM\.toml: company\.name\.FieldType must be"):
        start_desk(forms_folder=str(folder))
