"""Random calls to the registration family and random acts of its desk, each compared with what the model makes of it.

Two accounts share the service, and each is tried on what is the other's. A step draws what to do and two numbers that
say to what and how: drawing would else cost more than the call.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Set
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from senderdesk import progress
from senderdesk.desk.verdicts import Denial, approve, deny
from senderdesk.operations import Call
from senderdesk.operations.resources import find_registration
from senderdesk.service import open_service
from senderdesk.settings import Settings
from tests.attachment_samples import pdf, picture, saved
from tests.registration_rules import (
    ATTACHMENT,
    BRAND,
    CAMPAIGN,
    FIELDS,
    IN_REVIEW,
    KIND,
    LINKS,
    MEMBER_OF,
    NAME,
    VETTING,
    Answer,
    Refused,
    Ways,
    allowed,
)
from tests.side_by_side import ACCOUNTS, SideBySide, raising, steps, write_forms

STEPS_AN_EXAMPLE = 500
EXAMPLES_AT_A_TIME = 20
MOST_ALIVE = 8  # few registrations, so that each comes far
# What a step does, and how often beside the others.
WEIGHTS = {
    "carry_on": 4, "wait": 4, "act": 6, "act_on_approved": 2,
    "create": 1, "delete": 1, "create_version": 2, "submit": 2, "discard": 1,
    "put": 6, "delete_value": 2, "create_attachment": 1, "delete_attachment": 1, "associate": 3,
    "describe_registrations": 1, "describe_named": 1, "describe_versions": 2, "describe_values": 2,
    "describe_attachment": 1, "list_associations": 1,
}  # fmt: skip
ACTS = (
    *("approve", "deny", "start_review", "require_authentication"),
    *("send_offline", "start_aws_review", "give_feedback"),
)
TYPES = (BRAND, CAMPAIGN, NAME, VETTING, BRAND)
STATUSES = (None, "CREATED", "COMPLETE", "REQUIRES_UPDATES")
GOOD = {"TEXT": ("ACME", "AB"), "SELECT": (["SMALL"], ["LARGE"], ["SMALL", "OTHER"]), "ATTACHMENT": ("",)}
BAD = ("acme", "A", "ABCDEF", ["TINY"], ["SMALL", "SMALL"], ["SMALL", "LARGE", "OTHER"], "ACME", ["LARGE"], "")
BODIES = tuple(base64.b64encode(body).decode() for body in (saved(picture(width=4, height=4), "PNG"), pdf(), b"GIF89a"))


class Registrations(SideBySide):
    """One rule, whose steps are the methods that WEIGHTS names."""

    def __init__(self) -> None:
        super().__init__()
        for which, kind in ((0, 0), (7, 0), (0, 1), (0, 2)):
            self.create(which, kind)

    @rule(
        what=st.sampled_from([name for name, weight in WEIGHTS.items() for _ in range(weight)]),
        which=st.integers(0, 63),
        more=st.integers(0, 63),
    )
    def step(self, what: str, which: int, more: int) -> None:
        getattr(self, what)(which, more)

    # Registrations and their versions.

    def create(self, which: int, more: int) -> None:
        account, kind, token = ACCOUNTS[which % 8 // 6], TYPES[more % 5], which // 8 % 4
        if len(self.world.registrations) >= MOST_ALIVE:
            return
        given = {"RegistrationType": kind, "ClientToken": str(token) if token else None}
        first_kind, first = self.tokens.get((account, token), ("", {}))
        if first_kind == kind:
            self.ask(account, "CreateRegistration", lambda _: first, **given)
            return
        if first_kind:
            named = {"ResourceType": KIND, "ResourceId": first["RegistrationId"]}
            refused = Refused("ConflictException", Reason="RESOURCE_ALREADY_EXISTS", **named)
            self.ask(account, "CreateRegistration", raising(refused), **given)
            return
        made = partial(self.world.create, account, kind=kind)
        answer = self.ask(account, "CreateRegistration", lambda answer: made(name=answer["RegistrationId"]), **given)
        assert (account, answer["RegistrationId"]) not in self.names
        self.names.append((account, answer["RegistrationId"]))
        if token:
            self.tokens[account, token] = (kind, answer)

    def delete(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        self.ask(account, "DeleteRegistration", lambda _: self.world.delete(account, name), RegistrationId=given)
        if (account, name) in self.names and (account, name) not in self.world.registrations:
            self.names.remove((account, name))
            self.names.insert(0, (account, name))

    def create_version(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        expect = partial(self.world.create_version, account, name)
        self.ask(account, "CreateRegistrationVersion", lambda _: expect(), RegistrationId=given)

    def submit(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        asked = {"RegistrationId": given, "AwsReview": more % 4 == 3}
        expect = partial(self.world.submit, account, name, asked["AwsReview"])
        self.ask(account, "SubmitRegistrationVersion", lambda _: expect(), **asked)

    def discard(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        expect = partial(self.world.discard, account, name)
        self.ask(account, "DiscardRegistrationVersion", lambda _: expect(), RegistrationId=given)

    def carry_on(self, which: int, more: int) -> None:
        """What an applicant does next with one of theirs, so that many come to a verdict: several calls."""
        which %= 32
        account, name, _ = self.pick(which, self.names)
        one = self.world.registrations.get((account, name))
        if one is None:
            return
        if one["versions"][-1]["status"] != "DRAFT":
            if one["versions"][-1]["status"] in IN_REVIEW:
                self.work(1.0)
            else:
                self.create_version(which, more)
            return
        for place, path in enumerate(FIELDS[one["type"]]):
            if path != "company.stock" or more % 8 in (1, 3, 5, 6):  # 6 and 7 are against the form
                self.put(which, place + 8 * (more % 2))
        for (whose, other), another in list(self.world.registrations.items()):
            if (one["type"], another["type"]) in LINKS and another["status"] == "COMPLETE" and whose == account:
                self.link(account, name, name, other)
        self.submit(which, more)

    # Field values.

    def put(self, which: int, more: int) -> None:
        """Into the field at `more` modulo 8; the rest of it says what: three times of four something that fits."""
        choice, place = divmod(more, 8)
        account, name, given = self.pick(which, self.names)
        path, kind = self._field(account, name, place % 5)
        value: Any = GOOD[kind][choice % len(GOOD[kind])] if choice < 6 else BAD[(choice + which) % len(BAD)]
        member = "SelectChoices" if isinstance(value, list) else "TextValue"
        if value == "":
            _, value, _ = self.pick(which // 8 % 4 + place, self.papers, ATTACHMENT)
            member = MEMBER_OF["ATTACHMENT"]
        put = {"RegistrationId": given, "FieldPath": path, member: value}
        expect = partial(self.world.put, account, name, path, member, value)
        self.ask(account, "PutRegistrationFieldValue", lambda _: expect(), **put)

    def delete_value(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        path, _ = self._field(account, name, more % 5)
        expect = partial(self.world.delete_value, account, name, path)
        self.ask(account, "DeleteRegistrationFieldValue", lambda _: expect(), RegistrationId=given, FieldPath=path)

    def describe_values(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        number, section = (None, None, 1, 2)[more % 4], (None, "company", "papers", "nowhere")[more // 4 % 4]
        expect = partial(self.world.values_told, account, name, number, section)
        asked = {"RegistrationId": given, "VersionNumber": number, "SectionPath": section}
        self.list(
            account, "DescribeRegistrationFieldValues", "RegistrationFieldValues", more // 16 or None, expect, **asked
        )

    def _field(self, account: str, name: str, place: int) -> tuple[str, str]:
        """A field of a registration's form and its type; or one that no form has."""
        one = self.world.registrations.get((account, name))
        fields = FIELDS[one["type"] if one else BRAND]
        path = list(fields)[place] if place < len(fields) else "company.nothing"
        return path, fields.get(path, ("TEXT",))[0]

    # Attachments.

    def create_attachment(self, which: int, more: int) -> None:
        account, body = ACCOUNTS[which % 8 // 6], more % 5
        url = "s3://bucket/paper.png" if body == 4 else None
        made = partial(self.world.create_attachment, account, small_png=body in (0, 3), url=url)
        wrong = raising(Refused("ValidationException", ["attachmentBody"], Reason="ATTACHMENT_TYPE_NOT_SUPPORTED"))
        answer = self.ask(
            account,
            "CreateRegistrationAttachment",
            wrong if body == 2 else lambda answer: made(name=answer["RegistrationAttachmentId"]),
            AttachmentBody=None if url else BODIES[body % 3],
            AttachmentUrl=url,
        )
        if body != 2:
            self.papers.append((account, answer["RegistrationAttachmentId"]))

    def delete_attachment(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.papers, ATTACHMENT)
        expect = partial(self.world.delete_attachment, account, name)
        self.ask(account, "DeleteRegistrationAttachment", lambda _: expect(), RegistrationAttachmentId=given)

    def describe_attachment(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.papers, ATTACHMENT)
        self.ask(
            account,
            "DescribeRegistrationAttachments",
            lambda _: {"RegistrationAttachments": [self.world.attachment_told(account, name)]},
            RegistrationAttachmentIds=[given],
        )

    # Associations.

    def associate(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        mine = [one for one in self.names if one[0] == account] if more < 56 else self.names
        self.link(account, name, given, mine[-1 - more % min(len(mine), 8)][1])

    def link(self, account: str, name: str, given: str, other: str) -> None:
        expect = partial(self.world.associate, account, name, other)
        asked = {"RegistrationId": given, "ResourceId": other}
        self.ask(account, "CreateRegistrationAssociation", lambda _: expect(), **asked)

    def list_associations(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        expect = partial(self.world.links_told, account, name)
        key = "RegistrationAssociations"
        self.list(account, "ListRegistrationAssociations", key, more % 3 or None, expect, RegistrationId=given)

    # Lists.

    def describe_registrations(self, which: int, more: int) -> None:
        account, world = ACCOUNTS[which % 2], self.world
        status, kind = STATUSES[more % 4], (None, BRAND, CAMPAIGN, NAME)[more // 4 % 4]
        wanted = {"RegistrationStatus": status, "RegistrationType": kind}
        named = {"registration-status": status, "registration-type": kind}
        filters = [{"Name": name, "Values": [value]} for name, value in named.items() if value]

        def expect() -> Answer:
            told = [world.told(account, one["name"]) for one in world.own(account)]
            passing = [one for one in told if all(value in (None, one[key]) for key, value in wanted.items())]
            return {"Registrations": passing}

        self.list(
            account, "DescribeRegistrations", "Registrations", more // 16 or None, expect, Filters=filters or None
        )

    def describe_named(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        _, second, _ = self.pick(more % 8, self.names)
        self.ask(
            account,
            "DescribeRegistrations",
            lambda _: {"Registrations": [self.world.told(account, each) for each in dict.fromkeys((name, second))]},
            RegistrationIds=[given, second],
        )

    def describe_versions(self, which: int, more: int) -> None:
        account, name, given = self.pick(which, self.names)
        status = (None, "DRAFT", "DENIED", "ARCHIVED")[more % 4]
        filters = [{"Name": "registration-version-status", "Values": [status]}] if status else None
        expect = partial(self.world.versions_told, account, name, [status] if status else None)
        asked = {"RegistrationId": given, "Filters": filters}
        self.list(account, "DescribeRegistrationVersions", "RegistrationVersions", more // 16 or None, expect, **asked)

    # The desk, and time.

    def wait(self, which: int, more: int) -> None:
        self.work((0.0, 0.5, 1.0, 4.0)[more % 4])

    def act(self, which: int, more: int) -> None:
        """Somebody at the desk lets something happen to a newest version: half the time what may happen."""
        account, name, _ = self.pick(which % 32, self.names)
        one = self.world.registrations.get((account, name))
        if one is None:
            return
        events = [event for event in ACTS if allowed(event, one["versions"][-1]["status"], one["status"])]
        if more >= 32 or not events:
            events = list(ACTS)
        event = events[more % len(events)]
        codes = ["BRAND_UNVERIFIED"] if event == "deny" else []
        self.happen(account, event, partial(_act, name, event), lambda: self.world.act(one, event, codes=codes))

    def act_on_approved(self, which: int, more: int) -> None:
        """The same, to the version that was approved, if one was."""
        account, name, _ = self.pick(which % 32, self.names)
        one = self.world.registrations.get((account, name))
        if one is None or one["approved"] is None:
            return
        event, number = ("revoke", "revoke", "close")[more % 3], one["approved"]
        self.happen(
            account,
            event,
            lambda call: progress.advance(call, find_registration(call, name), event, number),
            lambda: self.world.act(one, event, one["versions"][number - 1]),
        )


def _act(name: str, event: str, call: Call) -> None:
    registration = find_registration(call, name)
    if event == "approve":
        approve(call, registration)
    elif event == "deny":
        deny(call, registration, [Denial("BRAND_UNVERIFIED")])
    else:
        progress.advance(call, registration, event)


def run(
    machine: type[Registrations], folder: Path, ways: Ways, until: int, events: Set[Any], **options: Any
) -> Counter[Any]:
    """Run examples until the machine has made so many steps, and then on while one of `events` has not happened yet.

    Gives how often each operation and each act has ended in which way. Ends at twice as many steps in any case.
    """
    write_forms(folder)
    machine.ways = ways
    options = {"forms_folder": str(folder), "upload_seconds": ways.upload, **options}
    machine.service = open_service(Settings(database="sqlite:///:memory:", **options))
    some = settings(
        max_examples=EXAMPLES_AT_A_TIME,
        stateful_step_count=STEPS_AN_EXAMPLE,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    while steps(machine.seen) < until or (steps(machine.seen) < 2 * until and not events <= machine.seen.keys()):
        run_state_machine_as_test(machine, settings=some)
    machine.service.database.close()
    return machine.seen
