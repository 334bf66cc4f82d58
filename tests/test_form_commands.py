"""The `senderdesk forms` commands, as a person types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from senderdesk import forms
from tests.conftest import TOLL_FREE, RunningDesk
from tests.form_folder import form_of, section, text_field, write

URL = "messagingUseCase.privacyPolicyUrl"


def ran(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "senderdesk", "forms", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_list_names_every_type() -> None:
    lines = ran("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == forms.catalogue().names()
    (toll_free,) = (line for line in lines if line.startswith(TOLL_FREE))
    assert toll_free.split(maxsplit=2)[1:] == ["28", "US toll-free number registration"]


def test_show_says_what_a_form_was_on_a_day() -> None:
    assert URL in ran("show", TOLL_FREE).stdout
    before = ran("show", TOLL_FREE, "--as-of", "2026-09-14").stdout
    assert "companyInfo.companyName" in before
    assert URL not in before
    assert URL in ran("show", TOLL_FREE, "--as-of", "2026-09-15").stdout


def test_show_reads_a_folder_of_ones_own(tmp_path: Path) -> None:
    write(tmp_path, MY_FORM=form_of(text_field()))
    shown = ran("show", "MY_FORM", "--folder", tmp_path)
    assert "company.name  TEXT  REQUIRED" in shown.stdout
    assert ran("list", "--folder", tmp_path).stdout.count("MY_FORM") == 1


def test_what_cannot_be_shown_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for arguments, words in (
        (("show", "NOWHERE"), "there is no registration type NOWHERE"),
        (("show", TOLL_FREE, "--as-of", "yesterday"), "--as-of yesterday is not a day"),
        (("list", "--folder", tmp_path / "nowhere"), "is not a folder"),
        (("check", tmp_path), "has no form"),
    ):
        refused = ran(*arguments)
        assert refused.returncode == 2
        assert words in refused.stderr


def test_check_names_every_fault_or_says_that_all_is_good(tmp_path: Path) -> None:
    write(tmp_path, MY_FORM=form_of(text_field(FieldRequirement="CONDITIONAL")))
    good = ran("check", tmp_path)
    assert good.returncode == 0
    assert "MY_FORM.toml: (warning) company.name is CONDITIONAL without" in good.stdout
    assert f"The forms in {tmp_path} are good." in good.stdout
    write(tmp_path, mine={"Sections": [section("a"), section("a")]}, OTHER=form_of(text_field(), name="ANOTHER"))
    bad = ran("check", tmp_path)
    assert bad.returncode == 1
    assert "OTHER.toml: is the form of ANOTHER" in bad.stdout
    assert "parts/mine.toml: a is given twice" in bad.stdout
    assert "are good" not in bad.stdout


def test_pull_writes_forms_that_check_finds_good(shared_desk: RunningDesk, account: str, tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "any"}
    where = ("--out", tmp_path, "--endpoint-url", shared_desk.url, "--region", "us-east-1")
    pulled = ran("pull", *where, "--type", TOLL_FREE, "--type", "US_TEN_DLC_BRAND_VETTING", **keys)
    assert pulled.returncode == 0, pulled.stderr
    assert "2 forms are in" in pulled.stdout
    assert ran("check", tmp_path).returncode == 0
    unknown = ran("pull", *where, "--type", "NOWHERE", **keys)
    assert unknown.returncode == 2
    assert "NOWHERE" in unknown.stderr or "UNKNOWN_REGISTRATION_TYPE" in unknown.stderr
    assert "Traceback" not in unknown.stderr
