"""Killed at any moment while registrations are filled, submitted and reviewed: nothing told is lost, nothing is half
done, and whatever was submitted comes to a verdict.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

from tests.attachment_samples import picture, saved
from tests.conftest import TOLL_FREE, DeskProcess
from tests.filling import BRAND, BRAND_VALUES, VETTING, member_of
from tests.journeys.asking import Line
from tests.journeys.test_crash import opened

Start = Callable[..., DeskProcess]
KILLS, DESKS = 10, 3
THREADS = 4
PICTURES = [saved(picture(width=4 + size, height=4), "PNG") for size in range(3)]
IMAGE = "messagingUseCase.optInImage"
IN_REVIEW = ("SUBMITTED", "AWS_REVIEWING", "REVIEWING")

# What no commit may leave behind: each query gives what is half done.
HALF_DONE = {
    "a registration without its version": """SELECT registration_id, current_version FROM registrations EXCEPT
        SELECT registration_id, version_number FROM registration_versions""",
    "a version without the history of its status": """SELECT registration_id, version_number, status
        FROM registration_versions EXCEPT
        SELECT registration_id, version_number, status FROM version_status_history""",
    "a history without its version": """SELECT registration_id, version_number FROM version_status_history EXCEPT
        SELECT registration_id, version_number FROM registration_versions""",
    "a value without its version": """SELECT registration_id, version_number FROM field_values EXCEPT
        SELECT registration_id, version_number FROM registration_versions""",
    "a value whose attachment is gone": """SELECT attachment_id FROM field_values WHERE attachment_id IS NOT NULL
        EXCEPT SELECT attachment_id FROM attachments WHERE status = 'UPLOAD_COMPLETE'""",
    "an attachment without its bytes": """SELECT content_digest FROM attachments EXCEPT
        SELECT content_digest FROM attachment_contents""",
    "bytes that nothing has": """SELECT content_digest FROM attachment_contents EXCEPT
        SELECT content_digest FROM attachments""",
    "an upload that nobody will end": """SELECT attachment_id FROM attachments WHERE status <> 'UPLOAD_COMPLETE'
        EXCEPT SELECT subject FROM due_work WHERE kind = 'upload'""",
    "a submission that nobody will judge": """SELECT registration_id || '/' || version_number
        FROM registration_versions WHERE status IN ('SUBMITTED', 'AWS_REVIEWING', 'REVIEWING')
        EXCEPT SELECT subject FROM due_work""",
    "an association whose other end is gone": """SELECT resource_id FROM associations EXCEPT
        SELECT registration_id FROM registrations""",
    "a denial without a reason": """SELECT registration_id, version_number FROM registration_versions
        WHERE status = 'DENIED' EXCEPT SELECT registration_id, version_number FROM denied_reasons""",
    "a registration that does not follow its version": """SELECT registration_id, registration_versions.status,
        registrations.status FROM registrations JOIN registration_versions USING (registration_id)
        WHERE (registration_versions.status, registrations.status) NOT IN (VALUES
          ('DRAFT', 'CREATED'), ('SUBMITTED', 'SUBMITTED'), ('AWS_REVIEWING', 'AWS_REVIEWING'),
          ('REVIEWING', 'REVIEWING'), ('APPROVED', 'COMPLETE'), ('DENIED', 'REQUIRES_UPDATES'))""",
    "a count that is wrong": """SELECT name, used FROM counters WHERE (name, used) NOT IN (
        SELECT 'REGISTRATIONS_PER_ACCOUNT', count(*) FROM registrations UNION ALL
        SELECT 'REGISTRATION_ATTACHMENTS_PER_ACCOUNT', count(*) FROM attachments)""",
}


class Acknowledged:
    """What a desk has answered 200 to, kept outside of it. `asked` is a value that was on its way."""

    def __init__(self) -> None:
        self.created: dict[str, str] = {}
        self.values: dict[tuple[str, str], str] = {}
        self.asked: dict[tuple[str, str], str] = {}
        self.submitted: dict[str, dict[str, float]] = {}
        self.attachments: dict[str, bytes] = {}
        self.associated: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.created) + len(self.values) + len(self.submitted) + len(self.attachments)


class Applicant(threading.Thread):
    """Fills one registration after the other until the desk is gone."""

    def __init__(self, url: str, told: Acknowledged, seed: int) -> None:
        super().__init__(daemon=True)
        self._line = Line(url)
        self._told = told
        self._random = random.Random(seed)
        self.wrong: list[Any] = []

    def run(self) -> None:
        try:
            while not self.wrong:
                self._random.choice((self._brand_and_vetting, self._brand_and_vetting, self._toll_free))()
        except (ConnectionError, http.client.HTTPException, TimeoutError):
            pass  # gone
        except Exception as error:
            self.wrong.append(error)
        finally:
            self._line.close()

    def _brand_and_vetting(self) -> None:
        brand = self._create(BRAND)
        for path, value in BRAND_VALUES.items():
            self._put(brand, path, value)
            if path == "companyInfo.companyName":
                for _ in range(self._random.randrange(3)):
                    self._put(brand, path, f"Number {self._random.randrange(10**9)}")
            if self._random.random() < 0.01:
                break  # and is turned down for what it lacks
        self._submit(brand)
        vetting = self._create(VETTING)
        self._call("CreateRegistrationAssociation", RegistrationId=vetting, ResourceId=brand)
        self._told.associated[vetting] = brand
        self._submit(vetting)

    def _toll_free(self) -> None:
        body = self._random.choice(PICTURES)
        encoded = base64.b64encode(body).decode()
        paper = self._call("CreateRegistrationAttachment", AttachmentBody=encoded)["RegistrationAttachmentId"]
        self._told.attachments[paper] = body
        name = self._create(TOLL_FREE)
        self._put(name, IMAGE, paper, "RESOURCE_NOT_ACTIVE")

    def _create(self, kind: str) -> str:
        name: str = self._call("CreateRegistration", RegistrationType=kind)["RegistrationId"]
        self._told.created[name] = kind
        return name

    def _put(self, name: str, path: str, value: Any, until_not: str = "") -> None:
        self._told.asked[name, path] = str(value)
        self._call("PutRegistrationFieldValue", until_not, RegistrationId=name, FieldPath=path, **member_of(value))
        self._told.values[name, path] = str(value)

    def _submit(self, name: str) -> None:
        answer = self._call("SubmitRegistrationVersion", RegistrationId=name, AwsReview=self._random.random() < 0.3)
        self._told.submitted[name] = answer["RegistrationVersionStatusHistory"]

    def _call(self, operation: str, until_not: str = "", **arguments: Any) -> Any:
        while True:
            answer = self._line.call(operation, **arguments)
            if answer.status == 200:
                return answer.json
            if not until_not or answer.json.get("Reason") != until_not:
                self.wrong.append((operation, arguments, answer.json))
                raise ConnectionError
            time.sleep(0.01)


def assert_nothing_half_done(connection: Connection) -> None:
    for what, sql in HALF_DONE.items():
        assert connection.execute(sql).fetchall() == [], what
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def assert_all_there(connection: Connection, told: Acknowledged) -> None:
    """Whatever was acknowledged; a value that was on its way may have come after it."""
    kinds = dict(connection.execute("SELECT registration_id, registration_type FROM registrations"))
    assert told.created.items() <= kinds.items()
    rows = connection.execute(
        "SELECT registration_id, field_path, text_value, select_choices, attachment_id FROM field_values"
    )
    values = {(name, path): text or choices or paper for name, path, text, choices, paper in rows}
    for place, value in told.values.items():
        stored = str(values.get(place)).replace('"', "'")
        assert stored in (value, told.asked[place]), place
    contents = dict(connection.execute("SELECT content_digest, body FROM attachment_contents"))
    digests = dict(connection.execute("SELECT attachment_id, content_digest FROM attachments"))
    for paper, body in told.attachments.items():
        assert digests[paper] == hashlib.sha256(body).digest()
        assert contents[digests[paper]] == body
    associations = dict(connection.execute("SELECT registration_id, resource_id FROM associations"))
    assert told.associated.items() <= associations.items()


def histories(connection: Connection) -> dict[tuple[str, str], float]:
    rows = connection.execute("SELECT registration_id, status, entered_at FROM version_status_history")
    return {(name, status): at for name, status, at in rows}


def wait_for_verdicts(folder: Path, seconds: float = 30) -> None:
    """Until the desk has nothing more to do."""
    give_up = time.monotonic() + seconds
    with opened(folder) as connection:
        while left := connection.execute("SELECT kind, subject, attempts FROM due_work").fetchall():
            assert time.monotonic() < give_up, left[:5]
            time.sleep(0.05)


def live(process: DeskProcess, told: Acknowledged, chance: random.Random) -> None:
    """Load the desk until it is killed, at a moment after its first answers."""
    before = len(told)
    applicants = [Applicant(process.url, told, chance.randrange(2**32)) for _ in range(THREADS)]
    for one in applicants:
        one.start()
    give_up = time.monotonic() + 20
    while len(told) == before:
        assert time.monotonic() < give_up, [one.wrong for one in applicants]
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.4))
    assert process.stop(signal.SIGKILL) == -signal.SIGKILL
    for one in applicants:
        one.join(20)
        assert not one.is_alive(), "a request got neither an answer nor an end"
        assert one.wrong == []


@pytest.mark.parametrize("desk", range(DESKS))
def test_killed_while_registrations_are_filled_and_reviewed(start_process: Start, tmp_path: Path, desk: int) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # pytest shows it where the test fails
    chance, told = random.Random(seed), Acknowledged()
    seen: dict[tuple[str, str], float] = {}
    for number in range(KILLS):
        # By turns, what is due is done at once, and left for a later life.
        pace = ("instant", "instant", "seconds")[(number + desk) % 3]
        process = start_process("--pace", pace, "--upload-seconds", "0.02")
        seen = assert_sound(tmp_path, told, seen)
        live(process, told, chance)
    start_process("--pace", "instant")
    wait_for_verdicts(tmp_path)
    now = assert_sound(tmp_path, told, seen)
    with opened(tmp_path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        statuses = dict(connection.execute("SELECT registration_id, status FROM registration_versions"))
    assert {statuses[name] for name in told.submitted} == {"APPROVED", "DENIED"}, "both must have been given"
    assert not {name for name, status in statuses.items() if status in IN_REVIEW}
    for name, moments in told.submitted.items():
        assert now[name, "SUBMITTED"] == moments["SubmittedTimestamp"]
        way = [status for status in ("DRAFT", *IN_REVIEW, statuses[name]) if (name, status) in now]
        assert [now[name, status] for status in way] == sorted(now[name, status] for status in way), name
    assert len(told.submitted) > KILLS


def assert_sound(folder: Path, told: Acknowledged, seen: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """What a life begins with is whole; gives when each version came into each status, in which nothing changes."""
    with opened(folder) as connection:
        connection.execute("BEGIN")
        assert_nothing_half_done(connection)
        assert_all_there(connection, told)
        now = histories(connection)
    # What has happened has happened once: its moment stays.
    assert seen.items() <= now.items()
    return now
