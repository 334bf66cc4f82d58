"""Pulling: what a desk serves comes back as the same forms, and nothing is written by half."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from senderdesk import form_pull, forms
from tests.conftest import TOLL_FREE, RunningDesk

TODAY = date(2026, 11, 24)
NOW = float("inf")


@pytest.fixture
def client(shared_desk: RunningDesk, account: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    return form_pull.client_of(shared_desk.url, "us-east-1")


def test_pulling_from_a_desk_gives_its_own_forms_back(client: Any, tmp_path: Path) -> None:
    heard: list[str] = []
    names = form_pull.pull(client, tmp_path, TODAY, tell=heard.append)
    shipped = forms.catalogue()
    assert names == heard == shipped.names()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.toml" for name in names]
    pulled = forms.catalogue(tmp_path)
    for name in names:
        ours, theirs = shipped.at(name, NOW), pulled.at(name, NOW)
        assert ours
        assert theirs
        assert theirs.definition == ours.definition
        assert list(theirs.sections.items()) == list(ours.sections.items())
        assert list(theirs.fields.items()) == list(ours.fields.items())


def test_what_was_pulled_says_where_and_when(client: Any, tmp_path: Path, shared_desk: RunningDesk) -> None:
    assert form_pull.pull(client, tmp_path, TODAY, [TOLL_FREE]) == [TOLL_FREE]
    source = tomllib.loads((tmp_path / f"{TOLL_FREE}.toml").read_text())
    seen = [f"{shared_desk.url}, 2026-11-24"]
    assert source["Provenance"] == {"Name": "observed", "Sources": seen}
    assert {str(field["Provenance"]) for field in source["Fields"]} == {
        str({**dict.fromkeys(("Field", "Path", "Requirement", "Validation"), "observed"), "Sources": seen})
    }
    assert [path.name for path in tmp_path.iterdir()] == [f"{TOLL_FREE}.toml"]


def test_nothing_is_written_where_the_endpoint_stops_answering(tmp_path: Path) -> None:
    with stubbed() as (client, stub):
        stub.add_response("describe_registration_type_definitions", types_of("ONE"))
        stub.add_client_error("describe_registration_section_definitions", "ThrottlingException", http_status_code=400)
        with pytest.raises(ClientError):
            form_pull.pull(client, tmp_path / "out", TODAY)
    assert not (tmp_path / "out").exists()


def test_every_page_of_a_list_is_read(tmp_path: Path) -> None:
    with stubbed() as (client, stub):
        pages = [{**types_of("ONE"), "NextToken": "more"}, types_of("TWO")]
        stub.add_response("describe_registration_type_definitions", pages[0], {})
        stub.add_response("describe_registration_type_definitions", pages[1], {"NextToken": "more"})
        add_empty(stub, "ONE")
        add_empty(stub, "TWO")
        assert form_pull.pull(client, tmp_path, TODAY) == ["ONE", "TWO"]


@pytest.mark.parametrize("name", ["../evil", "a/b", "A B"])
def test_an_endpoint_cannot_choose_where_files_are_written(tmp_path: Path, name: str) -> None:
    with stubbed() as (client, stub):
        stub.add_response("describe_registration_type_definitions", types_of(name))
        with pytest.raises(ValueError, match="is not a name"):
            form_pull.pull(client, tmp_path / "out", TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_whole(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"{TOLL_FREE}.toml"
    path.write_text("old")
    monkeypatch.setattr(form_pull.Path, "replace", refuse_to_rename)
    with pytest.raises(OSError, match="no"):
        form_pull.pull(client, tmp_path, TODAY, [TOLL_FREE])
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    monkeypatch.undo()


def test_a_client_waits_where_it_is_throttled() -> None:
    config = form_pull.client_of("http://127.0.0.1:1", "us-east-1").meta.config
    assert config.retries["mode"] == "adaptive"
    assert config.retries["total_max_attempts"] >= 10


def refuse_to_rename(self: Path, target: Path) -> None:
    raise OSError("no")


def add_empty(stub: Stubber, name: str) -> None:
    """Answers for a type without sections and fields."""
    for kind in ("Section", "Field"):
        answer = {"RegistrationType": name, f"Registration{kind}Definitions": []}
        stub.add_response(f"describe_registration_{kind.lower()}_definitions", answer, {"RegistrationType": name})


def types_of(*names: str) -> dict[str, Any]:
    return {
        "RegistrationTypeDefinitions": [{"RegistrationType": name, "DisplayHints": {"Title": "T"}} for name in names]
    }


class stubbed:
    """A client whose answers are given, and its stub."""

    def __enter__(self) -> tuple[Any, Stubber]:
        client = botocore.session.Session().create_client(
            "pinpoint-sms-voice-v2", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.stub = Stubber(client)
        self.stub.activate()
        return client, self.stub

    def __exit__(self, *_: object) -> None:
        self.stub.deactivate()
