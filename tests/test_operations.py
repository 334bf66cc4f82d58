"""Every registration and account operation whole, as boto3 sees it and as the database keeps it."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import OTHER_ACCOUNT, REGION, TOLL_FREE, RunningDesk
from tests.journeys.asking import bodies_of, field_names, refusal

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
CAMPAIGN = "US_TEN_DLC_CAMPAIGN_REGISTRATION"
NOBODYS = "registration-" + "0" * 32
TAGS = [{"Key": "team", "Value": "growth"}, {"Key": "cost centre", "Value": ""}]


@pytest.fixture
def client(shared_desk: RunningDesk, account: str) -> Any:
    return shared_desk.client(account)


def stored(desk: RunningDesk, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of the database file, read from outside."""
    connection = sqlite3.connect(desk.settings.database_path)
    try:
        with connection:
            return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def create(client: Any, registration_type: str = TOLL_FREE, **more: Any) -> dict[str, Any]:
    answer = client.create_registration(RegistrationType=registration_type, **more)
    del answer["ResponseMetadata"]
    return answer


def ids_of(answer: dict[str, Any]) -> list[str]:
    return [one["RegistrationId"] for one in answer["Registrations"]]


@pytest.mark.parametrize("tags", [{"Tags": TAGS}, {}], ids=["tagged", "untagged"])
def test_create_answers_the_members_of_a_new_registration_and_no_more(
    client: Any, account: str, tags: dict[str, Any]
) -> None:
    created = create(client, **tags)
    name = created["RegistrationId"]
    assert re.fullmatch(r"registration-[0-9a-f]{32}", name)
    assert abs(created.pop("CreatedTimestamp").timestamp() - time.time()) < 10
    assert created == {
        "RegistrationArn": f"arn:aws:sms-voice:{REGION}:{account}:registration/{name}",
        "RegistrationId": name,
        "RegistrationType": TOLL_FREE,
        "RegistrationStatus": "CREATED",
        "CurrentVersionNumber": 1,
        **tags,
    }


def test_describe_tells_what_create_told_but_for_the_tags(client: Any) -> None:
    created = create(client, Tags=TAGS)
    assert created.pop("Tags") == TAGS
    assert client.describe_registrations()["Registrations"] == [created]


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_an_arn_carries_the_partition_of_its_region(
    shared_desk: RunningDesk, account: str, region: str, partition: str
) -> None:
    created = create(shared_desk.client(account, region=region))
    assert created["RegistrationArn"] == (
        f"arn:{partition}:sms-voice:{region}:{account}:registration/{created['RegistrationId']}"
    )


def test_ids_sort_by_the_millisecond_of_creation(desk: RunningDesk) -> None:
    client = desk.client()
    moments = [1_790_000_000.0 + step / 1000 for step in (0, 1, 2, 9, 10, 999, 1000, 86_400_000, 10**11)]
    created = []
    for moment in moments:
        desk.service.now = lambda moment=moment: moment
        created.append(create(client))
    names = [one["RegistrationId"] for one in created]
    assert names == sorted(names)
    assert [one["CreatedTimestamp"].timestamp() for one in created] == moments
    assert ids_of(client.describe_registrations()) == names


def test_ids_of_one_millisecond_share_nothing_but_the_time(desk: RunningDesk) -> None:
    client = desk.client()
    desk.service.now = lambda: 1_790_000_000.0
    names = [create(client)["RegistrationId"].removeprefix("registration-") for _ in range(50)]
    assert len({name[:12] for name in names}) == 1
    assert len({name[12:20] for name in names}) == len({name[20:] for name in names}) == 50


def test_version_1_is_kept_as_a_draft_with_its_history(shared_desk: RunningDesk, client: Any, account: str) -> None:
    created = create(client)
    key = (account, REGION, created["RegistrationId"])
    moment = created["CreatedTimestamp"].timestamp()
    for what, row in (
        ("* FROM registration_versions", (*key, 1, "DRAFT", 0, None)),
        ("* FROM version_status_history", (*key, 1, "DRAFT", moment)),
        ("name, used FROM counters", ("REGISTRATIONS_PER_ACCOUNT", 1)),
    ):
        assert stored(shared_desk, f"SELECT {what} WHERE account_id = ?", account) == [row]


def test_describe_gives_what_is_named_in_the_order_named(client: Any) -> None:
    first, second, third = (create(client) for _ in range(3))
    named = [third["RegistrationId"], first["RegistrationArn"], second["RegistrationId"]]
    wanted = [one["RegistrationId"] for one in (third, first, second)]
    assert ids_of(client.describe_registrations(RegistrationIds=named)) == wanted
    assert ids_of(client.describe_registrations(RegistrationIds=[second["RegistrationArn"]])) == wanted[2:]


@pytest.mark.parametrize(
    "members",
    [
        ("RegistrationId", "RegistrationId"),
        ("RegistrationArn", "RegistrationArn"),
        ("RegistrationId", "RegistrationArn"),
    ],
    ids=["id-id", "arn-arn", "id-arn"],
)
def test_what_is_named_twice_is_told_once(client: Any, members: tuple[str, str]) -> None:
    created = create(client)
    answer = client.describe_registrations(RegistrationIds=[created[member] for member in members])
    assert ids_of(answer) == [created["RegistrationId"]]


TYPE, STATUS = "registration-type", "registration-status"
FILTERS = {
    "type": ([(TYPE, [BRAND])], "BC"),
    "status": ([(STATUS, ["COMPLETE"])], "CE"),
    "type and status": ([(TYPE, [BRAND]), (STATUS, ["COMPLETE"])], "C"),
    "several types": ([(TYPE, [BRAND, TOLL_FREE])], "ABCE"),
    "several statuses": ([(STATUS, ["CREATED", "COMPLETE"])], "ABCDE"),
    "one name twice must both pass": ([(TYPE, [BRAND, TOLL_FREE]), (TYPE, [CAMPAIGN, BRAND])], "BC"),
    "one name twice with nothing in common": ([(STATUS, ["CREATED"]), (STATUS, ["COMPLETE"])], ""),
    "a status that none has": ([(STATUS, ["CLOSED"])], ""),
    "a type that nobody knows": ([(TYPE, ["NO_SUCH_TYPE"])], ""),
    "letters of a type are not a pattern": ([(TYPE, ["US.TEN.DLC.BRAND.REGISTRATION"])], ""),
}


@pytest.mark.parametrize(("filters", "wanted"), FILTERS.values(), ids=FILTERS.keys())
def test_filters(shared_desk: RunningDesk, client: Any, filters: list[tuple[str, list[str]]], wanted: str) -> None:
    names = {}
    for letter, kind in zip("ABCDE", (TOLL_FREE, BRAND, BRAND, CAMPAIGN, TOLL_FREE), strict=True):
        names[letter] = create(client, kind)["RegistrationId"]
    for letter in "CE":
        stored(shared_desk, "UPDATE registrations SET status = 'COMPLETE' WHERE registration_id = ?", names[letter])
    asked = [{"Name": name, "Values": values} for name, values in filters]
    passing = [names[letter] for letter in wanted]
    assert sorted(ids_of(client.describe_registrations(Filters=asked))) == sorted(passing)
    named = [names[letter] for letter in "EDCBA"]
    assert ids_of(client.describe_registrations(RegistrationIds=named, Filters=asked)) == [
        name for name in named if name in passing
    ]


def test_a_status_that_does_not_exist_is_refused_as_a_filter(client: Any) -> None:
    filters = [{"Name": STATUS, "Values": ["CREATED", "APPROVED"]}]
    answer = refusal(client.describe_registrations, Filters=filters)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "INVALID_FILTER_VALUES")
    assert field_names(answer) == ["filters"]
    assert "APPROVED" in answer["Fields"][0]["Message"]
    assert "CREATED" not in answer["Fields"][0]["Message"]


def test_ids_and_a_page_size_cannot_be_used_together(client: Any) -> None:
    answer = refusal(client.describe_registrations, RegistrationIds=[create(client)["RegistrationId"]], MaxResults=5)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER")
    assert sorted(field_names(answer)) == ["maxResults", "registrationIds"]


BY_NAME: dict[str, Callable[[Any, str], Any]] = {
    "describe": lambda client, name: client.describe_registrations(RegistrationIds=[name]),
    "delete": lambda client, name: client.delete_registration(RegistrationId=name),
}
BY_ARN: dict[str, Callable[[Any, str], Any]] = {
    **BY_NAME,
    "tag": lambda client, arn: client.tag_resource(ResourceArn=arn, Tags=TAGS),
    "untag": lambda client, arn: client.untag_resource(ResourceArn=arn, TagKeys=["team"]),
    "list tags": lambda client, arn: client.list_tags_for_resource(ResourceArn=arn),
}


@pytest.mark.parametrize("ask", BY_ARN.values(), ids=BY_ARN.keys())
def test_others_registrations_look_like_ones_that_never_were(
    shared_desk: RunningDesk, client: Any, account: str, ask: Callable[[Any, str], Any]
) -> None:
    strangers = [shared_desk.client(OTHER_ACCOUNT), shared_desk.client(account, region="eu-west-1")]
    others, elsewhere = (create(stranger, Tags=TAGS) for stranger in strangers)
    names = [f"arn:aws:sms-voice:{REGION}:{account}:registration/{NOBODYS}"]
    for one in (others, elsewhere):
        names += [one["RegistrationArn"], f"arn:aws:sms-voice:{REGION}:{account}:registration/{one['RegistrationId']}"]
        if ask in BY_NAME.values():
            names.append(one["RegistrationId"])
    bodies = bodies_of(client)
    for name in names:
        answer = refusal(lambda name=name: ask(client, name))
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
        assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", name.rpartition("/")[2])
    blank = {body.replace(name.rpartition("/")[2].encode(), b"ID") for body, name in zip(bodies, names, strict=True)}
    assert len(blank) == 1
    for stranger, one in zip(strangers, (others, elsewhere), strict=True):
        assert one["RegistrationId"] in ids_of(stranger.describe_registrations())
        listed = stranger.list_tags_for_resource(ResourceArn=one["RegistrationArn"])["Tags"]
        assert listed == sorted(TAGS, key=lambda tag: tag["Key"])


@pytest.mark.parametrize("ask", BY_ARN.values(), ids=BY_ARN.keys())
def test_an_arn_means_the_account_and_region_that_it_names(
    client: Any, account: str, ask: Callable[[Any, str], Any]
) -> None:
    arn = create(client, Tags=TAGS)["RegistrationArn"]
    for other in (arn.replace(account, OTHER_ACCOUNT), arn.replace(REGION, "eu-west-1")):
        assert refusal(lambda arn=other: ask(client, arn))["Error"]["Code"] == "ResourceNotFoundException"
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == sorted(TAGS, key=lambda tag: tag["Key"])


@pytest.mark.parametrize("member", ["RegistrationId", "RegistrationArn"])
def test_delete_leaves_nothing(shared_desk: RunningDesk, client: Any, account: str, member: str) -> None:
    def left(what: str) -> Any:
        return stored(shared_desk, f"SELECT {what} WHERE account_id = ?", account)[0][0]

    kept = create(client, Tags=TAGS[:1])
    doomed = create(client, Tags=TAGS)
    answer = client.delete_registration(RegistrationId=doomed[member])
    del answer["ResponseMetadata"], doomed["Tags"]
    assert answer == {**doomed, "RegistrationStatus": "DELETED"}
    assert ids_of(client.describe_registrations()) == [kept["RegistrationId"]]
    for table in ("registrations", "registration_versions", "version_status_history", "tags"):
        assert left(f"count(*) FROM {table}") == 1, table
    assert left("used FROM counters") == 1
    for ask in BY_NAME.values():
        answer = refusal(ask, client=client, name=doomed[member])
        assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert left("used FROM counters") == 1


def used(client: Any) -> tuple[int, int]:
    limits = {one["Name"]: one for one in client.describe_account_limits()["AccountLimits"]}
    return limits["REGISTRATIONS"]["Used"], limits["REGISTRATIONS"]["Max"]


def test_account_limits_count_the_registrations_of_this_account_and_region(
    shared_desk: RunningDesk, client: Any, account: str
) -> None:
    other = shared_desk.client(str(int(account) + 10**9))
    names = [create(client)["RegistrationId"] for _ in range(3)]
    create(other)
    assert used(client) == (3, 100_000_000)
    client.delete_registration(RegistrationId=names[0])
    assert used(client)[0] == 2
    assert used(other)[0] == 1
    assert used(shared_desk.client(account, region="eu-west-1"))[0] == 0


def test_account_limits_name_every_limit_of_the_model_and_page(client: Any) -> None:
    whole = client.describe_account_limits()["AccountLimits"]
    modelled = client.meta.service_model.shape_for("AccountLimitName").enum
    assert sorted(one["Name"] for one in whole) == sorted(modelled)
    pages = client.get_paginator("describe_account_limits").paginate(PaginationConfig={"PageSize": 3})
    assert [one for page in pages for one in page["AccountLimits"]] == whole


@pytest.mark.parametrize("tier", ["PRODUCTION", "SANDBOX"])
def test_account_attributes_tell_the_tier(start_desk: Callable[..., RunningDesk], tier: str) -> None:
    answer = start_desk(account_tier=tier).client().describe_account_attributes()
    assert answer["AccountAttributes"] == [{"Name": "ACCOUNT_TIER", "Value": tier}]
