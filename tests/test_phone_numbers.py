"""Phone numbers as boto3 sees them: requested, described, given other settings, released."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests import pooling
from tests.conftest import OTHER_ACCOUNT, REGION, RunningDesk
from tests.journeys.asking import field_names, refusal
from tests.numbers import NOBODYS_NUMBER, asked, ids, number_becomes, number_of, number_status, request

TOPIC = f"arn:aws:sns:{REGION}:111122223333:replies"
ROLE = "arn:aws:iam::111122223333:role/replies"


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def told(client: Any, call: Callable[..., Any], **arguments: Any) -> tuple[str, str, list[str]]:
    """Code, Reason and faulty fields of a refusal."""
    answer = refusal(call, **arguments)
    return answer["Error"]["Code"], answer.get("Reason", ""), field_names(answer) if "Fields" in answer else []


def invalid(*fields: str) -> tuple[str, str, list[str]]:
    return "ValidationException", "INVALID_PARAMETER", list(fields)


def test_a_simulator_number_is_there_at_once_with_every_default(client: Any, account: str) -> None:
    tags = [{"Key": "Name", "Value": "Test"}]
    answer = request(client, NumberCapabilities=["MMS", "SMS", "SMS"], Tags=tags)
    name = answer["PhoneNumberId"]
    created = answer.pop("CreatedTimestamp")
    assert answer.pop("Tags") == tags
    number = answer["PhoneNumber"]
    assert number.startswith("+1") and len(number) == 12
    assert answer == {
        "PhoneNumberArn": f"arn:aws:sms-voice:{REGION}:{account}:phone-number/{name}",
        "PhoneNumberId": name,
        "PhoneNumber": number,
        "Status": "ACTIVE",
        "IsoCountryCode": "US",
        "MessageType": "TRANSACTIONAL",
        "NumberCapabilities": ["SMS", "MMS"],
        "NumberType": "SIMULATOR",
        "MonthlyLeasingPrice": "1.00",
        "TwoWayEnabled": False,
        "SelfManagedOptOutsEnabled": False,
        "OptOutListName": "Default",
        "InternationalSendingEnabled": False,
        "DeletionProtectionEnabled": False,
    }
    limits = {"RateLimits": {"SMS": 1, "MMS": 1}}
    assert number_of(client, name) == {**answer, "CreatedTimestamp": created, "MessagingLimits": limits}
    assert client.list_tags_for_resource(ResourceArn=answer["PhoneNumberArn"])["Tags"] == tags


@pytest.mark.parametrize(
    ("number_type", "country", "registration"),
    [("LONG_CODE", "CA", False), ("LONG_CODE", "GB", True), ("TOLL_FREE", "US", True), ("TEN_DLC", "US", True)],
)
def test_a_number_is_pending_and_active_where_nothing_registers_it(
    client: Any, number_type: str, country: str, registration: bool
) -> None:
    answer = request(client, number_type, country, InternationalSendingEnabled=True, DeletionProtectionEnabled=True)
    assert answer["Status"] == "PENDING"
    assert (answer["InternationalSendingEnabled"], answer["DeletionProtectionEnabled"]) == (True, True)
    other = request(client, "LONG_CODE", "CA")["PhoneNumberId"]
    number_becomes(client, other, "ACTIVE")  # asked for later: whatever the first was to become, it has
    assert number_status(client, answer["PhoneNumberId"]) == ("PENDING" if registration else "ACTIVE")


@pytest.mark.parametrize(
    ("different", "refused"),
    [
        ({"MessageType": "PROMOTIONAL"}, invalid("messageType")),
        ({"NumberCapabilities": ["RCS"]}, invalid("numberCapabilities")),
        ({"IsoCountryCode": "GB"}, invalid("numberType")),
        ({"IsoCountryCode": "GB", "NumberType": "TOLL_FREE"}, invalid("numberType")),
        ({"NumberType": "LONG_CODE"}, invalid("numberType")),
        ({"IsoCountryCode": "QZ"}, ("ValidationException", "COUNTRY_NOT_ENABLED", ["isoCountryCode"])),
        (
            {"InternationalSendingEnabled": True},
            ("ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED", ["internationalSendingEnabled"]),
        ),
        (
            {"NumberPreference": [{"PreferenceType": ["EndsWith"], "Filter": ["42"]}]},
            invalid("numberPreference"),
        ),
        ({"OptOutListName": "Nobodys"}, ("ResourceNotFoundException", "", [])),
        ({"PoolId": "pool-" + "0" * 32}, ("ResourceNotFoundException", "", [])),
        ({"RegistrationId": "registration-" + "0" * 32}, ("ResourceNotFoundException", "", [])),
    ],
)
def test_what_cannot_be_requested(client: Any, different: dict[str, Any], refused: Any) -> None:
    assert told(client, client.request_phone_number, **{**asked(), **different}) == refused
    assert ids(client) == []
    limits = client.describe_account_limits()["AccountLimits"]
    assert next(one["Used"] for one in limits if one["Name"] == "PHONE_NUMBERS") == 0


def test_the_quota_counts_what_there_is(start_desk: Callable[..., RunningDesk]) -> None:
    client = start_desk(limits="aws").client(retries=9)
    names = []
    for _ in range(2):
        names.append(request(client)["PhoneNumberId"])
    limits = {one["Name"]: one for one in client.describe_account_limits()["AccountLimits"]}
    assert (limits["PHONE_NUMBERS"]["Used"], limits["PHONE_NUMBERS"]["Max"]) == (2, 25)
    client.release_phone_number(PhoneNumberId=names[0])
    limits = {one["Name"]: one for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["PHONE_NUMBERS"]["Used"] == 1


def test_beyond_the_quota_there_is_none(desk: RunningDesk) -> None:
    desk.service.desk.limits._quotas |= {"PHONE_NUMBERS_PER_ACCOUNT": 2}
    client = desk.client()
    for _ in range(2):
        request(client)
    refused = ("ServiceQuotaExceededException", "PHONE_NUMBERS_PER_ACCOUNT", [])
    assert told(client, client.request_phone_number, **asked()) == refused
    assert len(ids(client)) == 2
    request(desk.client(OTHER_ACCOUNT))


def test_a_token_requests_one_number_and_keeps_a_refusal(client: Any) -> None:
    first = request(client, ClientToken="one")
    assert request(client, ClientToken="one") == first
    assert len(ids(client)) == 1
    wrong = asked(OptOutListName="Later", ClientToken="two")
    before = refusal(client.request_phone_number, **wrong)
    client.create_opt_out_list(OptOutListName="Later")
    after = refusal(client.request_phone_number, **wrong)
    for answer in (before, after):
        del answer["ResponseMetadata"]
    assert before == after and before["ResourceType"] == "opt-out-list"
    other = told(client, client.request_phone_number, **asked(ClientToken="two"))
    assert other == ("ConflictException", "RESOURCE_ALREADY_EXISTS", [])
    assert refusal(client.request_phone_number, **wrong)["Message"] == before["Message"]
    assert request(client, OptOutListName="Later", ClientToken="three")["OptOutListName"] == "Later"


def test_a_refusal_is_kept_no_longer_than_an_answer(desk: RunningDesk) -> None:
    client = desk.client()
    wrong = asked(OptOutListName="Later", ClientToken="two")
    refusal(client.request_phone_number, **wrong)
    client.create_opt_out_list(OptOutListName="Later")
    desk.clock.ahead += 25 * 3600
    assert client.request_phone_number(**wrong)["OptOutListName"] == "Later"


def test_numbers_are_described_in_the_order_asked_for_and_once(client: Any) -> None:
    first, second, third = (request(client)["PhoneNumberId"] for _ in range(3))
    arn = number_of(client, first)["PhoneNumberArn"]
    assert ids(client, PhoneNumberIds=[third, arn, first, third]) == [third, first]
    assert ids(client) == [first, second, third]
    page = client.describe_phone_numbers(MaxResults=2)
    assert [one["PhoneNumberId"] for one in page["PhoneNumbers"]] == [first, second]
    assert ids(client, MaxResults=2, NextToken=page["NextToken"]) == [third]
    assert ids(client, Owner="SELF") == [first, second, third]
    assert ids(client, Owner="SHARED") == []


def test_what_cannot_be_asked_together(client: Any) -> None:
    name = request(client)["PhoneNumberId"]
    for more, field in (({"MaxResults": 5}, "maxResults"), ({"Owner": "SELF"}, "owner")):
        refused = told(client, client.describe_phone_numbers, PhoneNumberIds=[name], **more)
        assert refused == ("ValidationException", "PARAMETERS_CANNOT_BE_USED_TOGETHER", ["phoneNumberIds", field])


@pytest.mark.parametrize(
    ("name", "values", "passing"),
    [
        ("status", ["ACTIVE"], "sd"),
        ("status", ["PENDING"], "t"),
        ("iso-country-code", ["US"], "sdt"),
        ("iso-country-code", ["GB", "CA"], ""),
        ("message-type", ["PROMOTIONAL"], "t"),
        ("number-capability", ["VOICE"], "t"),
        ("number-capability", ["SMS"], "sd"),
        ("number-type", ["SIMULATOR", "LONG_CODE"], "sd"),
        ("two-way-enabled", ["true"], "d"),
        ("two-way-channel-arn", [TOPIC], "d"),
        ("self-managed-opt-outs-enabled", ["true"], "d"),
        ("opt-out-list-name", ["Default"], "sdt"),
        ("deletion-protection-enabled", ["true"], "d"),
        ("deletion-protection-enabled", ["true", "false"], "sdt"),
    ],
)
def test_filters(client: Any, name: str, values: list[str], passing: str) -> None:
    simulator = request(client)["PhoneNumberId"]
    different = request(client)["PhoneNumberId"]
    client.update_phone_number(
        PhoneNumberId=different,
        TwoWayEnabled=True,
        TwoWayChannelArn=TOPIC,
        SelfManagedOptOutsEnabled=True,
        DeletionProtectionEnabled=True,
    )
    toll_free = request(client, "TOLL_FREE", MessageType="PROMOTIONAL", NumberCapabilities=["VOICE"])["PhoneNumberId"]
    letters = {simulator: "s", different: "d", toll_free: "t"}
    filters = [{"Name": name, "Values": values}]
    assert "".join(letters[one] for one in ids(client, Filters=filters)) == passing
    named = ids(client, Filters=filters, PhoneNumberIds=[toll_free, simulator])
    assert "".join(letters[one] for one in named) == "".join(one for one in "ts" if one in passing)


def test_a_filter_with_a_value_that_does_not_exist(client: Any) -> None:
    for name in ("status", "two-way-enabled", "number-type"):
        refused = told(client, client.describe_phone_numbers, Filters=[{"Name": name, "Values": ["MAYBE"]}])
        assert refused == ("ValidationException", "INVALID_FILTER_VALUES", ["filters"])


def test_settings_change_and_stay(client: Any) -> None:
    name = request(client)["PhoneNumberId"]
    client.create_opt_out_list(OptOutListName="Mine")
    answer = client.update_phone_number(
        PhoneNumberId=number_of(client, name)["PhoneNumberArn"],
        TwoWayEnabled=True,
        TwoWayChannelArn=TOPIC,
        TwoWayChannelRole=ROLE,
        SelfManagedOptOutsEnabled=True,
        OptOutListName="Mine",
        DeletionProtectionEnabled=True,
    )
    changed = {
        "TwoWayEnabled": True,
        "TwoWayChannelArn": TOPIC,
        "TwoWayChannelRole": ROLE,
        "SelfManagedOptOutsEnabled": True,
        "OptOutListName": "Mine",
        "DeletionProtectionEnabled": True,
    }
    assert changed.items() <= answer.items()
    client.update_phone_number(PhoneNumberId=name)
    assert changed.items() <= number_of(client, name).items()
    refused = told(client, client.delete_opt_out_list, OptOutListName="Mine")
    assert refused == ("ConflictException", "RESOURCE_DELETION_NOT_ALLOWED", [])
    client.update_phone_number(PhoneNumberId=name, TwoWayEnabled=False, DeletionProtectionEnabled=False)
    now = number_of(client, name)
    assert not now["TwoWayEnabled"] and not now["DeletionProtectionEnabled"] and now["SelfManagedOptOutsEnabled"]
    assert "TwoWayChannelArn" not in now and "TwoWayChannelRole" not in now


@pytest.mark.parametrize(
    ("change", "reason", "fields"),
    [
        ({"TwoWayEnabled": True}, "TWO_WAY_CHANNEL_NOT_PRESENT", ["twoWayChannelArn"]),
        ({"TwoWayChannelArn": TOPIC}, "TWO_WAY_NOT_ENABLED", ["twoWayChannelArn"]),
        (
            {"TwoWayEnabled": False, "TwoWayChannelArn": TOPIC, "TwoWayChannelRole": ROLE},
            "TWO_WAY_NOT_ENABLED",
            ["twoWayChannelArn", "twoWayChannelRole"],
        ),
        ({"TwoWayEnabled": True, "TwoWayChannelArn": ROLE}, "INVALID_PARAMETER", ["twoWayChannelArn"]),
        (
            {"TwoWayEnabled": True, "TwoWayChannelArn": TOPIC, "TwoWayChannelRole": TOPIC},
            "INVALID_PARAMETER",
            ["twoWayChannelRole"],
        ),
        (
            {"InternationalSendingEnabled": True},
            "INTERNATIONAL_SENDING_NOT_SUPPORTED",
            ["internationalSendingEnabled"],
        ),
    ],
)
def test_settings_that_do_not_go_together(client: Any, change: dict[str, Any], reason: str, fields: list[str]) -> None:
    before = request(client)
    refused = told(client, client.update_phone_number, PhoneNumberId=before["PhoneNumberId"], **change)
    assert refused == ("ValidationException", reason, fields)
    assert before.items() <= number_of(client, before["PhoneNumberId"]).items()


def test_connect_can_be_the_channel(client: Any) -> None:
    name, host = request(client)["PhoneNumberId"], "connect.us-east-1.amazonaws.com"
    client.update_phone_number(PhoneNumberId=name, TwoWayEnabled=True, TwoWayChannelArn=host)
    assert number_of(client, name)["TwoWayChannelArn"] == host


def test_a_number_is_released_and_gone(client: Any) -> None:
    before = request(client, Tags=[{"Key": "a", "Value": "b"}])
    del before["Tags"]
    name = before["PhoneNumberId"]
    answer = client.release_phone_number(PhoneNumberId=name)
    del answer["ResponseMetadata"]
    gone = {key: value for key, value in before.items() if key.partition("Enabled")[0] not in _NOT_TOLD}
    assert answer == {**gone, "Status": "DELETED"}
    assert ids(client) == []
    arn = before["PhoneNumberArn"]
    for call, arguments in (
        (client.describe_phone_numbers, {"PhoneNumberIds": [name]}),
        (client.release_phone_number, {"PhoneNumberId": name}),
        (client.list_tags_for_resource, {"ResourceArn": arn}),
    ):
        assert told(client, call, **arguments) == ("ResourceNotFoundException", "", [])


_NOT_TOLD = ("InternationalSending", "DeletionProtection")


def test_what_is_protected_stays(client: Any) -> None:
    name = request(client, DeletionProtectionEnabled=True)["PhoneNumberId"]
    refused = told(client, client.release_phone_number, PhoneNumberId=name)
    assert refused == ("ConflictException", "DELETION_PROTECTION_ENABLED", [])
    client.update_phone_number(PhoneNumberId=name, DeletionProtectionEnabled=False)
    client.release_phone_number(PhoneNumberId=name)


def test_a_number_in_a_pool_is_the_pools(client: Any) -> None:
    first, second = request(client)["PhoneNumberId"], request(client)["PhoneNumberId"]
    pool = pooling.create(client, first)
    third = request(client, PoolId=pool["PoolArn"])
    assert third["PoolId"] == pool["PoolId"]
    pooling.add(client, pool, second)
    members = {first, second, third["PhoneNumberId"]}
    assert set(pooling.members_of(client, pool)) == members
    for name in members:
        assert number_of(client, name)["PoolId"] == pool["PoolId"]
        for call in (client.release_phone_number, client.update_phone_number):
            refused = told(client, call, PhoneNumberId=name)
            assert refused == ("ConflictException", "PHONE_NUMBER_ASSOCIATED_TO_POOL", [])
    pooling.drop(client, pool, second)
    client.release_phone_number(PhoneNumberId=second)


def test_a_number_that_does_not_fit_the_pool_is_not_requested(client: Any) -> None:
    pool = pooling.create(client, request(client)["PhoneNumberId"])
    client.create_opt_out_list(OptOutListName="Other")
    refused = told(client, client.request_phone_number, **asked(PoolId=pool["PoolId"], OptOutListName="Other"))
    assert refused == ("ConflictException", "OPT_OUT_LIST_MISMATCH", [])
    assert len(ids(client)) == 1


def test_a_pending_number_can_join_a_pool_only_by_its_request(client: Any) -> None:
    pool = pooling.create(client, request(client)["PhoneNumberId"])
    name = request(client, "TOLL_FREE")["PhoneNumberId"]
    answer = refusal(pooling.add, client=client, pool=pool, number=name)
    assert answer["Reason"] == "RESOURCE_NOT_ACTIVE"
    assert request(client, "TOLL_FREE", PoolId=pool["PoolId"])["Status"] == "PENDING"


def test_anothers_number_is_as_one_that_never_was(instant_desk: RunningDesk, client: Any) -> None:
    theirs = request(instant_desk.client(OTHER_ACCOUNT))
    for name in (theirs["PhoneNumberId"], theirs["PhoneNumberArn"], NOBODYS_NUMBER):
        for call, arguments in (
            (client.describe_phone_numbers, {"PhoneNumberIds": [name]}),
            (client.update_phone_number, {"PhoneNumberId": name}),
            (client.release_phone_number, {"PhoneNumberId": name}),
        ):
            answer = refusal(call, **arguments)
            assert (answer["Error"]["Code"], answer["ResourceType"]) == ("ResourceNotFoundException", "phone-number")
            assert answer["ResourceId"] == name.rpartition("/")[2]
    refused = told(client, client.release_phone_number, PhoneNumberId=theirs["PhoneNumberArn"].replace("phone-n", "n"))
    assert refused == ("ValidationException", "INVALID_ARN", ["phoneNumberId"])


def test_a_released_number_is_not_invented_again_soon(client: Any) -> None:
    first = request(client)
    client.release_phone_number(PhoneNumberId=first["PhoneNumberId"])
    assert request(client)["PhoneNumber"] != first["PhoneNumber"]


def test_nothing_of_a_number_is_left_behind(desk: RunningDesk) -> None:
    client = desk.client()
    answer = request(client, Tags=[{"Key": "a", "Value": "b"}])
    name = answer["PhoneNumberId"]
    client.put_keyword(OriginationIdentity=name, Keyword="HOURS", KeywordMessage="Nine to five")
    client.put_resource_policy(ResourceArn=answer["PhoneNumberArn"], Policy='{"Statement": []}')

    def left() -> set[str]:
        with closing(sqlite3.connect(desk.settings.database_path)) as connection:
            return {
                table
                for table in ("tags", "keywords", "resource_policies")
                if connection.execute(f"SELECT 1 FROM {table} WHERE resource = ?", [f"phone-number/{name}"]).fetchall()
            }

    assert left() == {"tags", "keywords", "resource_policies"}
    client.release_phone_number(PhoneNumberId=name)
    assert left() == set()
