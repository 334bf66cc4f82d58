"""AWS's SDK for JavaScript over a real socket, with a right clock and with wrong ones."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ACCOUNT, REGION, TOLL_FREE, RunningDesk
from tests.journeys.node_house import environment, program


@pytest.fixture(scope="module")
def journey() -> Path:
    """The program beside its packages."""
    return program("journey.mjs")


Play = Callable[..., dict[str, Any]]


@pytest.fixture
def play(journey: Path, tmp_path: Path) -> Play:
    """Run the program against a desk; gives what it saw."""

    def run(desk: RunningDesk, key_id: str = ACCOUNT, secret: str = "any", skew: int = 0) -> dict[str, Any]:
        told = {**environment(tmp_path, desk.url, key_id, secret, REGION), "SKEW_SECONDS": str(skew)}
        done = subprocess.run(["node", str(journey)], env=told, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    return run


def test_javascript_sees_what_python_sees(desk: RunningDesk, play: Play) -> None:
    seen = play(desk)
    created = seen["created"]
    name = created["RegistrationId"]
    assert created["$metadata"]["attempts"] == 1
    assert created["$metadata"]["requestId"]
    assert created["RegistrationStatus"] == "CREATED"
    assert created["Tags"] == seen["tags"]["Tags"] == [{"Key": "équipe", "Value": "growth"}]
    moment = datetime.fromisoformat(created["CreatedTimestamp"])
    assert abs(moment.timestamp() - time.time()) < 60
    (described,) = seen["described"]["Registrations"]
    assert described == {member: created[member] for member in created if member not in ("$metadata", "Tags")}
    assert [len(page) for page in seen["pages"]] == [3, 3, 1]
    assert len({one for page in seen["pages"] for one in page}) == 7
    assert seen["deleted"]["RegistrationStatus"] == "DELETED"
    left = desk.client().describe_registrations()["Registrations"]
    assert {one["RegistrationId"] for one in left} == {one for page in seen["pages"] for one in page} - {name}
    assert {one["RegistrationType"] for one in left} == {TOLL_FREE}
    identity = seen["identity"]
    assert (identity["Account"], identity["UserId"]) == (ACCOUNT, ACCOUNT)


def test_javascript_reads_errors_by_name_and_members(desk: RunningDesk, play: Play) -> None:
    seen = play(desk)
    invalid, missing = seen["invalid"], seen["missing"]
    assert (invalid["name"], invalid["known"], invalid["status"]) == ("ValidationException", True, 400)
    assert invalid["Reason"] == "UNKNOWN_REGISTRATION_TYPE"
    assert [field["Name"] for field in invalid["Fields"]] == ["registrationType"]
    assert invalid["message"].startswith("Validation Exception Occurred")
    assert invalid["fault"] == "client"
    assert invalid["requestId"]
    assert (missing["name"], missing["known"], missing["status"]) == ("ResourceNotFoundException", True, 400)
    assert (missing["ResourceType"], missing["ResourceId"]) == ("registration", seen["created"]["RegistrationId"])


@pytest.mark.parametrize("skew", [3600, -3600], ids=["an-hour-ahead", "an-hour-behind"])
def test_javascript_corrects_its_clock_and_succeeds_on_the_second_attempt(
    verified_desk: RunningDesk, play: Play, skew: int
) -> None:
    key = verified_desk.make_key()
    seen = play(verified_desk, key["AccessKeyId"], key["SecretAccessKey"], skew)
    assert seen["created"]["$metadata"]["attempts"] == 2
    assert seen["described"]["$metadata"]["attempts"] == 1  # what it learned, it keeps
    assert seen["identity"]["$metadata"]["attempts"] == 2  # another client learns for itself
    assert len(verified_desk.verified_client().describe_registrations()["Registrations"]) == 6


def test_javascript_with_a_right_clock_needs_one_attempt(verified_desk: RunningDesk, play: Play) -> None:
    key = verified_desk.make_key()
    seen = play(verified_desk, key["AccessKeyId"], key["SecretAccessKey"])
    assert {seen[what]["$metadata"]["attempts"] for what in ("created", "described", "deleted", "identity")} == {1}
