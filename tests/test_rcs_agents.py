"""RCS agents as boto3 sees them: made, set up, launched in countries by their registrations, and deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from senderdesk.identity_countries import identity_countries
from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.filling import Value, associate, complete, create, happen, in_turn, status_of, until, upload
from tests.journeys.asking import field_names, refusal

TEST, US, SG = "TEST_RCS_LAUNCH_REGISTRATION", "US_RCS_LAUNCH_REGISTRATION", "SG_RCS_LAUNCH_REGISTRATION"
NOBODYS = "rcs-" + "0" * 32
TAGS = [{"Key": "team", "Value": "growth"}]
CHANNEL = f"arn:aws:sns:{REGION}:111122223333:replies"
ROLE = "arn:aws:iam::111122223333:role/replies"
UNSET = "UNSET_RCS_MEDIA_CONFIGURATION"
MEDIA = {"TwoWayMediaS3BucketName": "example-media", "TwoWayMediaS3Role": ROLE}
APPROVED = ("submit", "start_review", "approve")


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


@pytest.fixture
def moves(instant_desk: RunningDesk, account: str) -> Callable[..., str]:
    """Lets events happen to a registration, without its form being judged."""
    return partial(happen, instant_desk, account)


def make(client: Any, **more: Any) -> str:
    return str(client.create_rcs_agent(**more)["RcsAgentId"])


def agents(client: Any, **more: Any) -> list[dict[str, Any]]:
    return list(client.describe_rcs_agents(**more)["RcsAgents"])


def agent(client: Any, name: str) -> dict[str, Any]:
    (told,) = agents(client, RcsAgentIds=[name])
    return told


def launches(client: Any, name: str, **more: Any) -> dict[str, str]:
    told = client.describe_rcs_agent_country_launch_status(RcsAgentId=name, **more)["CountryLaunchStatus"]
    return {one["IsoCountryCode"]: one["Status"] for one in told}


def launch(client: Any, name: str, registration_type: str = US) -> str:
    """A new registration of the agent."""
    registration = create(client, registration_type)
    associate(client, registration, name)
    return registration


def reason(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["Error"]["Code"], answer["Reason"]


def test_a_new_agent_is_created_with_what_it_was_given(client: Any, account: str) -> None:
    told = client.create_rcs_agent(DeletionProtectionEnabled=True, Tags=TAGS)
    name = told["RcsAgentId"]
    assert name.startswith("rcs-") and len(name) == len(NOBODYS)
    own = {
        "RcsAgentArn": f"arn:aws:sms-voice:{REGION}:{account}:rcs-agent/{name}",
        "RcsAgentId": name,
        "Status": "CREATED",
        "DeletionProtectionEnabled": True,
        "OptOutListName": "Default",
        "CreatedTimestamp": told["CreatedTimestamp"],
        "SelfManagedOptOutsEnabled": False,
        "TwoWayEnabled": False,
    }
    del told["ResponseMetadata"]
    assert told == {**own, "Tags": TAGS}
    assert agents(client) == [own]
    assert client.list_tags_for_resource(ResourceArn=own["RcsAgentArn"])["Tags"] == TAGS


def test_an_agent_uses_an_opt_out_list_that_exists(client: Any) -> None:
    arn = client.create_opt_out_list(OptOutListName="News")["OptOutListArn"]
    name = make(client, OptOutListName=arn)
    assert agent(client, name)["OptOutListName"] == "News"
    assert client.update_rcs_agent(RcsAgentId=name, OptOutListName="Default")["OptOutListName"] == "Default"
    for act in (client.create_rcs_agent, partial(client.update_rcs_agent, RcsAgentId=name)):
        answer = refusal(act, OptOutListName="Nobodys")
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("opt-out-list", "Nobodys")


def test_the_quota_counts_what_is_held(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk()
    desk.service.desk.limits._quotas["RCS_AGENTS_PER_ACCOUNT"] = 1
    client = desk.client()
    name = make(client)
    assert reason(refusal(client.create_rcs_agent)) == ("ServiceQuotaExceededException", "RCS_AGENTS_PER_ACCOUNT")
    client.delete_rcs_agent(RcsAgentId=name)
    make(client)


def test_a_client_token_gives_the_first_answer_again(client: Any) -> None:
    assert make(client, ClientToken="one") == make(client, ClientToken="one")
    assert len(agents(client)) == 1


def test_agents_come_as_named_or_oldest_first_in_pages(client: Any) -> None:
    made = [make(client) for _ in range(5)]
    arn = agent(client, made[1])["RcsAgentArn"]
    assert [one["RcsAgentId"] for one in agents(client, RcsAgentIds=[made[2], arn, made[2]])] == [made[2], made[1]]
    pages = list(client.get_paginator("describe_rcs_agents").paginate(PaginationConfig={"PageSize": 2}))
    assert [one["RcsAgentId"] for page in pages for one in page["RcsAgents"]] == made
    assert [len(page["RcsAgents"]) for page in pages] == [2, 2, 1]
    assert (len(agents(client, Owner="SELF")), agents(client, Owner="SHARED")) == (5, [])
    for more in ({"Owner": "SELF"}, {"MaxResults": 2}):
        answer = refusal(client.describe_rcs_agents, RcsAgentIds=made[:1], **more)
        assert reason(answer) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")


def test_filters_narrow_a_list(client: Any) -> None:
    client.create_opt_out_list(OptOutListName="News")
    plain = make(client)
    two_way = make(client, OptOutListName="News", DeletionProtectionEnabled=True)
    client.update_rcs_agent(
        RcsAgentId=two_way, TwoWayEnabled=True, TwoWayChannelArn=CHANNEL, SelfManagedOptOutsEnabled=True
    )
    launch(client, plain, TEST)
    for name, value, expected in [
        ("status", "CREATED", [plain, two_way]),
        ("status", "ACTIVE", []),
        ("two-way-enabled", "true", [two_way]),
        ("self-managed-opt-outs-enabled", "false", [plain]),
        ("opt-out-list-name", "News", [two_way]),
        ("deletion-protection-enabled", "false", [plain]),
        ("two-way-channel-arn", CHANNEL, [two_way]),
    ]:
        found = agents(client, Filters=[{"Name": name, "Values": [value]}])
        assert [one["RcsAgentId"] for one in found] == expected, (name, value)
    for name in ("status", "two-way-enabled", "self-managed-opt-outs-enabled", "deletion-protection-enabled"):
        answer = refusal(client.describe_rcs_agents, Filters=[{"Name": name, "Values": ["maybe"]}])
        assert reason(answer) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_another_accounts_agent_answers_as_one_that_never_was(instant_desk: RunningDesk, client: Any) -> None:
    name = make(client)
    arn = agent(client, name)["RcsAgentArn"]
    other = instant_desk.client(OTHER_ACCOUNT)
    acts = [
        other.update_rcs_agent,
        other.delete_rcs_agent,
        other.describe_rcs_agent_country_launch_status,
        lambda RcsAgentId: other.describe_rcs_agents(RcsAgentIds=[RcsAgentId]),
        lambda RcsAgentId: associate(other, create(other, US), RcsAgentId),
    ]
    for act in acts:
        told = set()
        for asked in (name, arn, NOBODYS):
            answer = refusal(act, RcsAgentId=asked)
            assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "rcs-agent")
            told.add(answer["Error"]["Message"].replace(NOBODYS, name))
        assert len(told) == 1


def test_settings_stay_as_they_are_unless_told(client: Any) -> None:
    name = make(client)
    told = client.update_rcs_agent(
        RcsAgentId=name,
        TwoWayEnabled=True,
        TwoWayChannelArn=CHANNEL,
        TwoWayChannelRole=ROLE,
        TwoWayMediaS3KeyPrefix="replies/",
        TwoWayRcsEventsEnabled=["ALL"],
        **MEDIA,
    )
    all_of_it = {
        "TwoWayEnabled": True,
        "TwoWayChannelArn": CHANNEL,
        "TwoWayChannelRole": ROLE,
        "TwoWayMediaS3KeyPrefix": "replies/",
        "TwoWayRcsEventsEnabled": ["ALL"],
        **MEDIA,
    }
    assert {member: told[member] for member in all_of_it} == all_of_it
    client.update_rcs_agent(RcsAgentId=name, SelfManagedOptOutsEnabled=True)
    told = agent(client, name)
    assert told["SelfManagedOptOutsEnabled"] is True
    assert {member: told[member] for member in all_of_it} == all_of_it
    told = client.update_rcs_agent(RcsAgentId=name, TwoWayMediaS3BucketName=UNSET, TwoWayMediaS3Role=UNSET)
    assert not any(member.startswith("TwoWayMedia") for member in told)
    assert client.update_rcs_agent(RcsAgentId=name, TwoWayRcsEventsEnabled=[])["TwoWayRcsEventsEnabled"] == []
    told = client.update_rcs_agent(RcsAgentId=name, TwoWayEnabled=False)
    assert [member for member in told if member.startswith("TwoWay")] == ["TwoWayEnabled"]


REFUSED = [
    ({"TwoWayEnabled": True}, "TWO_WAY_CHANNEL_NOT_PRESENT", "twoWayChannelArn"),
    ({"TwoWayChannelArn": CHANNEL}, "TWO_WAY_NOT_ENABLED", "twoWayChannelArn"),
    ({"TwoWayChannelRole": ROLE}, "TWO_WAY_NOT_ENABLED", "twoWayChannelRole"),
    ({"TwoWayRcsEventsEnabled": ["ALL"]}, "TWO_WAY_NOT_ENABLED", "twoWayRcsEventsEnabled"),
    (MEDIA, "TWO_WAY_NOT_ENABLED", "twoWayMediaS3BucketName twoWayMediaS3Role"),
    ({"TwoWayRcsEventsEnabled": ["ALL", "READ"]}, "INVALID_PARAMETER", "twoWayRcsEventsEnabled"),
    ({"TwoWayMediaS3BucketName": "example-media"}, "MISSING_PARAMETER", "twoWayMediaS3Role"),
    ({"TwoWayMediaS3Role": ROLE}, "MISSING_PARAMETER", "twoWayMediaS3BucketName"),
    ({"TwoWayMediaS3KeyPrefix": "replies/"}, "MISSING_PARAMETER", "twoWayMediaS3BucketName"),
    ({"TwoWayMediaS3BucketName": UNSET}, "MISSING_PARAMETER", "twoWayMediaS3Role"),
    ({**MEDIA, "TwoWayMediaS3Role": UNSET}, "MISSING_PARAMETER", "twoWayMediaS3BucketName"),
]


@pytest.mark.parametrize(("said", "why", "field"), REFUSED)
def test_settings_that_do_not_agree_are_refused(client: Any, said: dict[str, Any], why: str, field: str) -> None:
    name = make(client)
    before = agent(client, name)
    answer = refusal(client.update_rcs_agent, RcsAgentId=name, **said)
    assert (reason(answer), field_names(answer)) == (("ValidationException", why), field.split())
    assert agent(client, name) == before


def test_nothing_can_be_set_to_nothing_without_two_way_messaging(client: Any) -> None:
    name = make(client)
    nothing = {"TwoWayMediaS3BucketName": UNSET, "TwoWayMediaS3Role": UNSET, "TwoWayRcsEventsEnabled": []}
    told = client.update_rcs_agent(RcsAgentId=name, **nothing)
    assert [member for member in told if member.startswith("TwoWay")] == ["TwoWayEnabled"]


def test_an_agent_has_one_registration_of_each_type_and_a_launch_one_agent(client: Any) -> None:
    name, other = make(client), make(client)
    first, second = launch(client, name, US), launch(client, name, SG)
    (told,) = client.list_registration_associations(RegistrationId=first)["RegistrationAssociations"]
    assert (told["ResourceId"], told["ResourceType"]) == (name, "RCS_AGENT")
    again = create(client, US)
    answer = refusal(partial(associate, client), registration_id=again, resource_id=name)
    assert reason(answer) == ("ConflictException", "RCS_AGENT_ALREADY_ASSOCIATED_TO_REGISTRATION_TYPE")
    assert (answer["ResourceType"], answer["ResourceId"]) == ("rcs-agent", name)
    for resource in (name, other):
        answer = refusal(partial(associate, client), registration_id=second, resource_id=resource)
        assert reason(answer) == ("ConflictException", "RESOURCE_ALREADY_ASSOCIATED")
    client.delete_registration(RegistrationId=first)
    associate(client, again, name)


def test_only_launches_take_an_agent_and_they_need_one(client: Any) -> None:
    name, toll_free = make(client), create(client, "US_TOLL_FREE_REGISTRATION")
    answer = refusal(partial(associate, client), registration_id=toll_free, resource_id=name)
    assert reason(answer) == ("ValidationException", "INVALID_REGISTRATION_ASSOCIATION")
    answer = refusal(client.submit_registration_version, RegistrationId=create(client, US))
    assert reason(answer) == ("ConflictException", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")


def test_a_testing_agent_goes_the_way_of_its_registration(client: Any) -> None:
    name = make(client)
    registration = launch(client, name, TEST)
    assert agent(client, name)["TestingAgent"] == {"Status": "CREATED", "RegistrationId": registration}
    complete(client, registration, example_values(client, TEST))
    told = agent(client, name)
    assert (told["Status"], told["TestingAgent"]["Status"]) == ("TESTING", "ACTIVE")
    assert launches(client, name) == {}


def example_values(client: Any, registration_type: str) -> dict[str, Value]:
    """A value for every field that the form requires, as the form itself gives examples."""
    picture = upload(client)
    fields = client.describe_registration_field_definitions(RegistrationType=registration_type)
    values: dict[str, Value] = {}
    for field in fields["RegistrationFieldDefinitions"]:
        path = field["FieldPath"]
        if field["FieldRequirement"] == "REQUIRED" or path.startswith("agentDetails.contactEmail"):
            values[path] = {
                "TEXT": field["DisplayHints"].get("ExampleTextValue", ""),
                "SELECT": field.get("SelectValidation", {}).get("Options", [])[:1],
                "ATTACHMENT": picture,
            }[field["FieldType"]]
    return values


def test_a_country_goes_the_way_of_its_registration(client: Any, moves: Callable[..., str]) -> None:
    name = make(client)
    us, sg = launch(client, name, US), launch(client, name, SG)
    seen = [(launches(client, name), agent(client, name)["Status"])]
    for registration, *events in [
        (us, "submit"), (us, "start_review", "approve"), (sg, "submit", "start_review"), (sg, "deny"),
        (us, "revoke"),
    ]:  # fmt: skip
        moves(registration, *events)
        seen.append((launches(client, name), agent(client, name)["Status"]))
    assert seen == [
        ({"SG": "CREATED", "US": "CREATED"}, "CREATED"),
        ({"SG": "CREATED", "US": "PENDING"}, "PENDING"),
        ({"SG": "CREATED", "US": "ACTIVE"}, "PARTIAL"),
        ({"SG": "PENDING", "US": "ACTIVE"}, "PARTIAL"),
        ({"SG": "REJECTED", "US": "ACTIVE"}, "PARTIAL"),
        ({"SG": "REJECTED", "US": "REJECTED"}, "CREATED"),
    ]


def test_an_agent_is_active_where_every_launch_is(client: Any, moves: Callable[..., str]) -> None:
    name = make(client)
    for registration in (launch(client, name, TEST), launch(client, name, US), launch(client, name, SG)):
        moves(registration, *APPROVED)
    assert agent(client, name)["Status"] == "ACTIVE"
    found = agents(client, Filters=[{"Name": "status", "Values": ["ACTIVE"]}])
    assert [one["RcsAgentId"] for one in found] == [name]


def test_every_carrier_of_a_country_tells_its_status(client: Any, moves: Callable[..., str]) -> None:
    name = make(client)
    registration = launch(client, name)

    def told() -> dict[str, Any]:
        (one,) = client.describe_rcs_agent_country_launch_status(RcsAgentId=name)["CountryLaunchStatus"]
        return dict(one)

    assert told() == {"IsoCountryCode": "US", "Status": "CREATED", "RegistrationId": registration, "CarrierStatus": []}
    for status, *events in [("PENDING", "submit"), ("ACTIVE", "start_review", "approve"), ("REJECTED", "revoke")]:
        moves(registration, *events)
        carriers = [{"CarrierName": carrier, "Status": status} for carrier in ("AT&T", "T-Mobile", "Verizon")]
        assert (told()["Status"], told()["CarrierStatus"]) == (status, carriers)


def test_every_country_with_a_launch_form_has_its_carriers(client: Any) -> None:
    filters = [{"Name": "supported-association-resource-type", "Values": ["RCS_AGENT"]}]
    types = client.describe_registration_type_definitions(Filters=filters)["RegistrationTypeDefinitions"]
    countries = {one["SupportedAssociations"][0].get("IsoCountryCode") for one in types} - {None}
    assert countries == identity_countries().rcs_carriers.keys()


def test_launches_are_filtered_by_country_and_status_and_paged(client: Any, moves: Callable[..., str]) -> None:
    name = make(client)
    kinds = [f"{country}_RCS_LAUNCH_REGISTRATION" for country in ("US", "AT", "SG", "DE")]
    us, *_ = [launch(client, name, kind) for kind in kinds]
    moves(us, *APPROVED)
    assert list(launches(client, name)) == ["AT", "DE", "SG", "US"]
    assert list(launches(client, name, IsoCountryCodes=["US", "AT", "FR"])) == ["AT", "US"]
    by_status = [{"Name": "country-launch-status", "Values": ["ACTIVE"]}]
    assert launches(client, name, Filters=by_status) == {"US": "ACTIVE"}
    pages = client.get_paginator("describe_rcs_agent_country_launch_status").paginate(
        RcsAgentId=name, PaginationConfig={"PageSize": 3}
    )
    told = [[one["IsoCountryCode"] for one in page["CountryLaunchStatus"]] for page in pages]
    assert told == [["AT", "DE", "SG"], ["US"]]
    wrong = [{"Name": "country-launch-status", "Values": ["TESTING"]}]
    answer = refusal(client.describe_rcs_agent_country_launch_status, RcsAgentId=name, Filters=wrong)
    assert reason(answer) == ("ValidationException", "INVALID_FILTER_VALUES")


def test_a_deleted_agent_is_gone_with_its_tags(instant_desk: RunningDesk, client: Any, account: str) -> None:
    name = make(client, Tags=TAGS)
    client.update_rcs_agent(RcsAgentId=name, TwoWayEnabled=True, TwoWayChannelArn=CHANNEL, **MEDIA)
    arn = agent(client, name)["RcsAgentArn"]
    told = client.delete_rcs_agent(RcsAgentId=arn)
    assert (told["RcsAgentId"], told["Status"], told["TwoWayChannelArn"]) == (name, "DELETED", CHANNEL)
    assert agents(client) == []
    left: list[Any] = []
    in_turn(
        instant_desk, lambda call: left.append(call.rows.list_tags(**call.place, resource=f"rcs-agent/{name}")), account
    )
    assert left == [[]]
    for act, asked in ((client.delete_rcs_agent, {"RcsAgentId": name}), (client.untag_resource, {"ResourceArn": arn})):
        more = {"TagKeys": ["team"]} if "ResourceArn" in asked else {}
        assert refusal(act, **asked, **more)["Error"]["Code"] == "ResourceNotFoundException"


def test_a_protected_agent_stays(client: Any) -> None:
    name = make(client, DeletionProtectionEnabled=True)
    answer = refusal(client.delete_rcs_agent, RcsAgentId=name)
    assert reason(answer) == ("ConflictException", "DELETION_PROTECTION_ENABLED")
    client.update_rcs_agent(RcsAgentId=name, DeletionProtectionEnabled=False)
    client.delete_rcs_agent(RcsAgentId=name)


def test_an_agent_stays_while_a_registration_of_it_is_under_review_or_complete(
    client: Any, moves: Callable[..., str]
) -> None:
    name = make(client)
    registration = launch(client, name)
    for events in (("submit",), ("start_review", "approve")):
        moves(registration, *events)
        answer = refusal(client.delete_rcs_agent, RcsAgentId=name)
        assert reason(answer) == ("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED")
        assert (answer["ResourceType"], answer["ResourceId"]) == ("rcs-agent", name)
    moves(registration, "revoke")
    client.delete_rcs_agent(RcsAgentId=name)
    # The registration stays and wants another agent.
    assert status_of(client, registration) == "REQUIRES_UPDATES"
    assert client.list_registration_associations(RegistrationId=registration)["RegistrationAssociations"] == []
    associate(client, registration, make(client))


def test_an_agent_in_a_pool_tells_it_and_stays(client: Any, moves: Callable[..., str]) -> None:
    name = make(client)
    moves(launch(client, name), *APPROVED)
    client.update_rcs_agent(RcsAgentId=name, DeletionProtectionEnabled=False)
    pool = client.create_pool(OriginationIdentity=name, IsoCountryCode="US", MessageType="TRANSACTIONAL")["PoolId"]
    until(lambda: agent(client, name).get("PoolId"), lambda seen: seen == pool)
    answer = refusal(client.delete_rcs_agent, RcsAgentId=name)
    assert reason(answer) == ("ConflictException", "RCS_AGENT_ASSOCIATED_TO_POOL")
