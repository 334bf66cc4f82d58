"""Isolation: what another account has and what never was are refused with the same bytes, by every operation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senderdesk import service  # noqa: F401 - imports every room of operations
from senderdesk.operations import SERVED
from tests.conftest import REGION, TOLL_FREE, RunningDesk
from tests.filling import CAMPAIGN, NOBODYS_ATTACHMENT, associate, complete, create, put, until, upload
from tests.journeys.asking import Answer, BareAnswer, Line

PREFIX = {"registration": "registration-", "registration-attachment": "attachment-", "phone-number": "phone-",
          "rcs-agent": "rcs-", "pool": "pool-"}  # fmt: skip
# What each member may name. Names that an account chooses itself, such as a sender ID, can be those of another too.
KINDS = {
    "RegistrationId": ["registration"],
    "RegistrationIds": ["registration"],
    "RegistrationAttachmentId": ["registration-attachment"],
    "RegistrationAttachmentIds": ["registration-attachment"],
    "ResourceId": ["registration", "phone-number", "rcs-agent"],
    "ResourceArn": list(PREFIX),
    "PhoneNumberId": ["phone-number"],
    "PhoneNumberIds": ["phone-number"],
    "RcsAgentId": ["rcs-agent"],
    "RcsAgentIds": ["rcs-agent"],
    "PoolId": ["pool"],
    "PoolIds": ["pool"],
    "OriginationIdentity": ["phone-number", "rcs-agent"],
}
# Ids that are names of the account's own, and ids of what is not served here.
NAMES = {"SenderId", "SenderIds", "ProtectConfigurationId", "VerifiedDestinationNumberId", "MessageId"}
NAMES |= {"ProtectConfigurationIds", "VerifiedDestinationNumberIds", "EventDestinationId", "ConfigurationSetId"}
# Keywords and policies belong to these two.
OF_TWO = ["phone-number", "pool"]
TAGS = [{"Key": "case", "Value": "41"}]
NUMBER = {"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberType": "SIMULATOR"}
NUMBER |= {"NumberCapabilities": ["SMS"]}


def cases() -> Iterator[tuple[str, str, str]]:
    """Every served operation, each member of it that takes an id, and each kind of resource that may have it."""
    for operation, served in sorted(SERVED.items()):
        for member in sorted(served.members):
            kinds = KINDS.get(member, [])
            if kinds and re.search("Keywords?$|Policy$", operation):
                kinds = OF_TWO
            for kind in kinds:
                yield operation, member, kind


class Parties:
    """The caller with what it has, and another account with one resource of each kind."""

    def __init__(self, desk: RunningDesk, caller: str, other: str) -> None:
        self.caller, self.other = caller, other
        self.client, self.others = desk.client(caller), desk.client(other)
        self.line = Line(desk.url, caller)
        self.own = {
            "toll-free": create(self.client, TOLL_FREE),
            "brand": create(self.client),
            "campaign": create(self.client, CAMPAIGN),
        }
        self.theirs = self._theirs()
        self.own_number = number_of(self.client)

    def _theirs(self) -> dict[str, str]:
        attachment, registration = upload(self.others), create(self.others, CAMPAIGN, Tags=TAGS)
        associate(self.others, registration, complete(self.others, create(self.others)))
        put(self.others, registration, "campaignInfo.optInScreenshot", attachment)
        return {
            "registration": registration,
            "registration-attachment": attachment,
            "rcs-agent": self.others.create_rcs_agent()["RcsAgentId"],
            "phone-number": number_of(self.others),
            "pool": pool_of(self.others),
        }

    def arguments(self, operation: str, member: str, name: str) -> Answer:
        """A request that nothing but `name` is wrong with, where it is given as `member`."""
        rest = REST.get(operation, lambda parties: {})(self)
        if (operation, member) == ("PutRegistrationFieldValue", "RegistrationAttachmentId"):
            rest = {"RegistrationId": self.own["toll-free"], "FieldPath": "messagingUseCase.optInImage"}
        return {**rest, member: [name] if member.endswith("s") else name}

    def whole(self) -> list[Any]:
        """All that the other account can see of its own."""
        look, ids = self.others, self.theirs
        seen = [
            look.describe_registrations(),
            look.describe_registration_attachments(),
            look.describe_rcs_agents(),
            look.describe_registration_versions(RegistrationId=ids["registration"]),
            look.describe_registration_field_values(RegistrationId=ids["registration"]),
            look.list_registration_associations(RegistrationId=ids["registration"]),
            look.list_tags_for_resource(ResourceArn=self.arn("registration", ids["registration"], self.other)),
        ]
        seen += [look.describe_phone_numbers(), look.describe_pools()]
        return [{key: value for key, value in answer.items() if key != "ResponseMetadata"} for answer in seen]

    def arn(self, kind: str, name: str, account: str) -> str:
        return f"arn:aws:sms-voice:{REGION}:{account}:{kind}/{name}"


# What else an operation needs to be told, all of it right.
REST: dict[str, Callable[[Parties], Answer]] = {
    "CreateRegistrationAssociation": lambda p: {"RegistrationId": p.own["campaign"], "ResourceId": p.own["brand"]},
    "PutRegistrationFieldValue": lambda p: {"FieldPath": "companyInfo.city", "TextValue": "Portland"},
    "DeleteRegistrationFieldValue": lambda p: {"FieldPath": "companyInfo.address2"},
    "TagResource": lambda p: {"Tags": TAGS},
    "UntagResource": lambda p: {"TagKeys": ["case"]},
    "PutResourcePolicy": lambda p: {"Policy": json.dumps({"Version": "2012-10-17", "Statement": []})},
    "PutKeyword": lambda p: {"Keyword": "HOURS", "KeywordMessage": "From 9 to 5"},
    "DeleteKeyword": lambda p: {"Keyword": "HOURS"},
    "CreatePool": lambda p: {"MessageType": "TRANSACTIONAL"},
    "AssociateOriginationIdentity": lambda p: {"OriginationIdentity": p.own_number, "PoolId": own_pool(p)},
    "DisassociateOriginationIdentity": lambda p: {"OriginationIdentity": p.own_number, "PoolId": own_pool(p)},
    "RequestPhoneNumber": lambda p: NUMBER,
    "ListAvailablePhoneNumbers": lambda p: {
        "IsoCountryCode": "US",
        "NumberType": "TEN_DLC",
        "NumberCapabilities": ["SMS"],
    },
}


def own_pool(parties: Parties) -> str:
    if "pool" not in parties.own:
        parties.own["pool"] = pool_of(parties.client)
    return parties.own["pool"]


def number_of(client: Any) -> str:
    return str(client.request_phone_number(**NUMBER)["PhoneNumberId"])


def pool_of(client: Any) -> str:
    """A new pool, once it is ACTIVE."""
    name: str = client.create_pool(OriginationIdentity=number_of(client), MessageType="TRANSACTIONAL")["PoolId"]
    until(lambda: client.describe_pools(PoolIds=[name])["Pools"][0]["Status"], lambda status: status == "ACTIVE")
    return name


@pytest.fixture(scope="module")
def parties(instant_desk: RunningDesk) -> Iterator[Parties]:
    parties = Parties(instant_desk, "690000000001", "690000000002")
    before = parties.whole()
    yield parties
    assert parties.whole() == before, "the other account's resources have changed"
    parties.line.close()


def nobodys(kind: str) -> str:
    return PREFIX[kind] + "0123456789abcdef" * 2


def anonymous(answer: BareAnswer, name: str) -> tuple[int, bytes, set[str]]:
    """All of an answer that may not depend on whose the resource is: status, body, and the headers that came."""
    return answer.status, answer.body.replace(name.encode(), b"<id>"), set(answer.headers)


@pytest.mark.parametrize(("operation", "member", "kind"), list(cases()), ids=lambda value: value)
def test_anothers_and_nobodys_are_told_with_the_same_bytes(
    parties: Parties, operation: str, member: str, kind: str
) -> None:
    theirs, none = parties.theirs[kind], nobodys(kind)
    forms: list[Callable[[str], str]] = [
        lambda name: parties.arn(kind, name, parties.other),
        lambda name: parties.arn(kind, name, parties.caller),
    ]
    if member != "ResourceArn":
        forms.insert(0, lambda name: name)
    for form in forms:
        answers = [
            parties.line.call(operation, **parties.arguments(operation, member, form(name))) for name in (theirs, none)
        ]
        told = [anonymous(answer, name) for answer, name in zip(answers, (theirs, none), strict=True)]
        assert told[0] == told[1]
        assert answers[0].status == 400, answers[0].body
        refusal = answers[0].json
        if "Reason" not in refusal:
            assert refusal["__type"] == "ResourceNotFoundException"
            assert (refusal["ResourceType"], refusal["ResourceId"]) == (kind, theirs)
        else:  # a resource that this operation takes no kind of, whosever it is
            assert refusal["__type"] == "ValidationException", refusal


def test_every_member_that_takes_an_id_is_covered() -> None:
    found = {member for served in SERVED.values() for member in served.members}
    ids = {member for member in found if re.search(r"(Ids?|ResourceArn|OriginationIdentity)$", member)}
    assert ids <= KINDS.keys() | NAMES
    assert {member for _, member, kind in cases() if kind.startswith("registration")} == {
        *("RegistrationId", "RegistrationIds", "RegistrationAttachmentId", "RegistrationAttachmentIds"),
        *("ResourceId", "ResourceArn"),
    }


def test_the_kinds_that_are_refused_as_not_found(parties: Parties) -> None:
    """The comparison above would pass where every request is refused for something else, so: most are not found."""
    kinds: dict[str, int] = {}
    for operation, member, kind in cases():
        answer = parties.line.call(operation, **parties.arguments(operation, member, _reference(parties, member, kind)))
        code = answer.json["__type"]
        kinds[code] = kinds.get(code, 0) + 1
        if kind.startswith("registration") and member != "ResourceArn":
            assert code == "ResourceNotFoundException", (operation, member, answer.body)
    assert kinds["ResourceNotFoundException"] >= 0.9 * sum(kinds.values()), kinds


def _reference(parties: Parties, member: str, kind: str) -> str:
    name = parties.theirs[kind]
    return parties.arn(kind, name, parties.other) if member == "ResourceArn" else name


def test_lists_show_nothing_of_anothers(parties: Parties, instant_desk: RunningDesk) -> None:
    for stranger in (instant_desk.client("690000000003"), instant_desk.client(parties.other, region="eu-west-1")):
        assert stranger.describe_registrations()["Registrations"] == []
        assert stranger.describe_registration_attachments()["RegistrationAttachments"] == []
        used = {one["Name"]: one["Used"] for one in stranger.describe_account_limits()["AccountLimits"]}
        assert (used["REGISTRATIONS"], used["REGISTRATION_ATTACHMENTS"]) == (0, 0)


def test_anothers_region_is_another_account(parties: Parties, instant_desk: RunningDesk) -> None:
    """The same account's resource in another Region is not found, by its id and by its ARN."""
    abroad = Line(instant_desk.url, parties.other)
    name = parties.theirs["registration"]
    for registration in (name, parties.arn("registration", name, parties.other).replace(REGION, "eu-west-1")):
        answer = abroad.call("DescribeRegistrationVersions", RegistrationId=registration)
        if registration == name:
            assert answer.status == 200
        else:
            assert (answer.json["__type"], answer.json["ResourceId"]) == ("ResourceNotFoundException", name)
    abroad.close()
    client = instant_desk.client(parties.other, region="eu-west-1")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_registration_versions(RegistrationId=name)


def test_a_list_of_ids_names_the_one_that_is_not_the_callers(parties: Parties) -> None:
    asked = {"RegistrationIds": [parties.own["brand"], parties.theirs["registration"]]}
    answer = parties.line.call("DescribeRegistrations", **asked)
    assert answer.json["ResourceId"] == parties.theirs["registration"]
    assert NOBODYS_ATTACHMENT not in answer.body.decode()
