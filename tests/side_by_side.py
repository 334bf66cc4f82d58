"""The service and the model side by side: one call to both, and the comparison of what they say.

The service runs in this process, on a database in memory and a clock of ours. Two accounts share it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from senderdesk.desk.errands import Runners
from senderdesk.errors import ServiceError
from senderdesk.operations import Call
from senderdesk.service import Service
from senderdesk.wire import Request
from tests import form_folder
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION
from tests.journeys.asking import signed_headers
from tests.registration_model import World
from tests.registration_rules import BRAND, CAMPAIGN, KIND, LINKS, NAME, VETTING, Answer, Refused, Ways, arn

START = 1_790_000_000.0
ACCOUNTS = (ACCOUNT, OTHER_ACCOUNT)


def write_forms(folder: Path) -> None:
    """The model's forms as an operator writes them; they take the places of the shipped ones."""
    kind = form_folder.rule("REQUIRED", ("company.kind", "EQUALS", ["LARGE"]))
    fields = {
        BRAND: (
            form_folder.text_field("company.name"),
            form_folder.select_field("company.kind", FieldRequirement="OPTIONAL"),
            form_folder.conditional("company.stock", "DISALLOWED", kind),
            form_folder.attachment_field("papers.letter"),
        ),
        VETTING: (),
        CAMPAIGN: (form_folder.text_field("campaign.use"), form_folder.attachment_field("papers.sample")),
        NAME: (form_folder.text_field("name.wanted"),),
    }
    for name, its_fields in fields.items():
        links = [
            {"ResourceType": other, "AssociationBehavior": when, "DisassociationBehavior": after}
            for (kind, other), (when, after) in LINKS.items()
            if kind == name
        ]
        more = {"SupportedAssociations": links} if links else {}
        form_folder.write(folder, **{name: form_folder.form_of(*its_fields, name=name, **more)})


class Later:
    """Takes the place of the desk's threads: what is submitted is done when the desk has come to an end."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def submit(self, function: Callable[..., object], *arguments: object) -> None:
        self.tasks.append((function, arguments))

    def do(self) -> None:
        while self.tasks:
            function, arguments = self.tasks.pop()
            function(*arguments)

    def close(self) -> None:
        self.tasks.clear()


class SideBySide(RuleBasedStateMachine):
    """One service and one model. A subclass sets `service` and `ways`, has rules, and counts what it has seen."""

    service: Service
    ways: Ways
    seen: ClassVar[Counter[Any]]

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.service.now = lambda: self.now
        self.fetches = Later()
        self.service.agenda.runners = Runners()
        self.service.agenda.runners.new_line = lambda line: self.fetches
        self.world = World(self.ways)
        self.names: list[tuple[str, str]] = []
        self.papers: list[tuple[str, str]] = []
        self.apart = False
        self.tokens: dict[tuple[str, int], tuple[str, Answer]] = {}

    # How a call is made, and compared.

    def ask(self, account: str, operation: str, expect: Callable[[Answer], Answer], **arguments: Any) -> Answer:
        """Call the service, then the model (with the service's answer, for ids), and compare; gives the answer."""
        answer = self.call(account, operation, arguments)
        try:
            expected = expect(answer)
        except Refused as refused:
            expected = refused.expected
            self._note(operation, expected.get("Reason", expected["__type"]))
        else:
            self._note(operation, "answered")
        self.compare(comparable(answer), expected, operation, arguments)
        return answer

    def call(self, account: str, operation: str, arguments: Answer) -> Answer:
        """One request, without a socket; time goes on a little before it."""
        self.now += 0.25
        self.world.now = self.now
        headers = [
            (name.lower().encode(), value.encode()) for name, value in signed_headers(operation, account).items()
        ]
        given = {member: value for member, value in arguments.items() if value is not None}
        response = self.service.handle(Request("POST", b"/", b"", headers, json.dumps(given).encode()))
        self.commit()
        answer: Answer = json.loads(response.body)
        return answer

    def pages(self, account: str, operation: str, key: str, size: int | None, **arguments: Any) -> Answer:
        """A whole list: page after page where a size is given."""
        whole = self.call(account, operation, {**arguments, "MaxResults": size})
        token = whole.pop("NextToken", None)
        while token:
            page = self.call(account, operation, {**arguments, "MaxResults": size, "NextToken": token})
            assert len(page[key]) <= (size or 100)
            whole[key] += page[key]
            token = page.get("NextToken")
        return whole

    def list(
        self, account: str, operation: str, key: str, size: int | None, expect: Callable[[], Any], **arguments: Any
    ) -> None:
        """Compare a whole list, or its refusal, with the model's."""
        answer = self.pages(account, operation, key, size, **arguments)
        try:
            expected = expect()
        except Refused as refused:
            expected = refused.expected
        self._note(operation, expected.get("Reason", expected.get("__type", "answered")))
        self.compare(comparable(answer), expected, operation, arguments)

    def commit(self) -> None:
        if self.service.database.pending:
            self.service.database.commit()

    def compare(self, given: Answer, expected: Answer, operation: str, arguments: Answer) -> None:
        """Once the two differ, the rest is not worth a look."""
        self.apart = given != expected
        assert given == expected, (operation, arguments)

    def _note(self, operation: str, outcome: str) -> None:
        type(self).seen[operation, outcome] += 1

    def pick(self, choice: int, among: list[tuple[str, str]], kind: str = KIND) -> tuple[str, str, str]:
        """(who asks, id, id or ARN) of one of the latest; or of an old one, or a stranger's, or what never was."""
        way, place = divmod(choice, 8)
        if not among or way == 7:
            prefix = "registration-" if kind == KIND else "attachment-"
            return ACCOUNTS[choice % 2], prefix + "0" * 32, prefix + "0" * 32
        account, name = among[place % len(among) if way == 4 else -1 - place % len(among)]
        if way == 6:
            return ACCOUNTS[1 - ACCOUNTS.index(account)], name, name
        return account, name, arn(account, kind, name) if way == 5 else name

    # The desk.

    def happen(self, account: str, event: str, work: Callable[[Call], object], expect: Callable[[], object]) -> None:
        """Let the desk do something, and compare whether it may: refusals to its people have a Reason as well."""
        self.now += 0.25
        self.world.now = self.now
        given: Answer = {}
        place = (account, REGION, "desk", self.now)
        try:
            self.service.database.write(lambda rows: work(Call(*place, rows, self.service.desk)))
        except ServiceError as error:
            given = {"__type": error.code, "Fields": [], **error.members}
        self.commit()
        expected: Answer = {}
        try:
            expect()
        except Refused as refused:
            expected = refused.expected
        self._note(event, expected.get("Reason", "done"))
        self.compare(given, expected, event, {})

    def work(self, seconds: float) -> None:
        """Let time go by, and the desk do what has come due."""
        self.now += seconds
        self.world.now = self.now
        self.service.agenda.work()
        self.fetches.do()
        self.commit()
        self.world.work()
        self._note("work", "done")

    # The end.

    def teardown(self) -> None:
        """Everything is as the model has it, with nothing beside it, and the database agrees with itself."""
        try:
            if not self.apart:
                for account in ACCOUNTS:
                    self._compare_account(account)
                self._look_into_the_database()
        finally:
            empty(self.service)

    def _compare_account(self, account: str) -> None:
        world, own = self.world, [one["name"] for one in self.world.own(account)]
        papers = sorted(name for whose, name in world.attachments if whose == account)
        listed = partial(self.list, account)
        listed(
            "DescribeRegistrations",
            "Registrations",
            None,
            lambda: {"Registrations": [world.told(account, name) for name in own]},
        )
        listed(
            "DescribeRegistrationAttachments",
            "RegistrationAttachments",
            None,
            lambda: {"RegistrationAttachments": [world.attachment_told(account, name) for name in papers]},
        )
        for name in own:
            one = world.find(account, name)
            self._note("registration", one["status"])
            for version in one["versions"]:
                for what in (*version["moments"], *version["reasons"]):
                    self._note("version", what)
            listed(
                "DescribeRegistrationVersions",
                "RegistrationVersions",
                None,
                partial(world.versions_told, account, name),
                RegistrationId=name,
            )
            listed(
                "ListRegistrationAssociations",
                "RegistrationAssociations",
                None,
                partial(world.links_told, account, name),
                RegistrationId=name,
            )
            for number in range(1, len(world.find(account, name)["versions"]) + 1):
                expect = partial(world.values_told, account, name, number)
                listed(
                    "DescribeRegistrationFieldValues",
                    "RegistrationFieldValues",
                    None,
                    expect,
                    RegistrationId=name,
                    VersionNumber=number,
                )

    def _look_into_the_database(self) -> None:
        for account in ACCOUNTS:
            counted = self.service.database.read(lambda rows: rows.list_counters(account_id=account, region=REGION))  # noqa: B023
            used = {row["name"]: row["used"] for row in counted}
            papers = [name for whose, name in self.world.attachments if whose == account]
            assert used.get("REGISTRATIONS_PER_ACCOUNT", 0) == len(self.world.own(account))
            assert used.get("REGISTRATION_ATTACHMENTS_PER_ACCOUNT", 0) == len(papers)
        execute = self.service.database._writer.execute  # type: ignore[attr-defined]
        assert execute("PRAGMA foreign_key_check").fetchall() == []
        for sql in NOTHING_LEFT:
            assert [tuple(row) for row in execute(sql)] == [], sql


# What no row may be: each gives what is wrong.
NOTHING_LEFT = (
    """SELECT account_id, content_digest FROM attachment_contents EXCEPT
       SELECT account_id, content_digest FROM attachments WHERE content_digest IS NOT NULL""",
    """SELECT account_id, content_digest FROM attachments WHERE content_digest IS NOT NULL EXCEPT
       SELECT account_id, content_digest FROM attachment_contents""",
    """SELECT account_id, region, registration_id, version_number, status FROM registration_versions EXCEPT
       SELECT account_id, region, registration_id, version_number, status FROM version_status_history""",
)


def empty(service: Service) -> None:
    """Take all rows out, for the next example: opening a database costs more than a hundred steps."""
    connection = service.database._writer  # type: ignore[attr-defined]
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    connection.execute("PRAGMA foreign_keys = OFF")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL").fetchall()
    for (name,) in tables:
        connection.execute(f"DELETE FROM {name}")
    connection.execute("PRAGMA foreign_keys = ON")


def comparable(answer: Answer) -> Answer:
    """An answer as the model tells it: of messages and explanations, that they are there."""
    if "__type" in answer:
        assert answer["Message"]
        names = [field["Name"] for field in answer.get("Fields", ())]
        return {**{name: value for name, value in answer.items() if name != "Message"}, "Fields": names}
    for version in answer.get("RegistrationVersions", ()):
        if "DeniedReasons" in version:
            assert all(reason["ShortDescription"] for reason in version["DeniedReasons"])
            version["DeniedReasons"] = [reason["Reason"] for reason in version["DeniedReasons"]]
    return answer


def steps(seen: Counter[tuple[str, str]]) -> int:
    """How many calls, acts and works have been compared."""
    return sum(times for (what, _), times in seen.items() if what not in ("registration", "version"))


def raising(refused: Refused) -> Callable[[Answer], Answer]:
    """A model that refuses."""

    def expect(_: Answer) -> Answer:
        raise refused

    return expect
