"""Versions of a registration, as boto3 sees them: opened, listed, submitted, decided, discarded."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ACCOUNT, REGION, TOLL_FREE, RunningDesk, running_desk
from tests.filling import (
    BRAND,
    BRAND_VALUES,
    CAMPAIGN,
    CAMPAIGN_VALUES,
    NOBODYS,
    QUICK,
    VETTING,
    associate,
    becomes,
    complete,
    create,
    denied_fields,
    deny,
    fill,
    happen,
    in_turn,
    put,
    registration_of,
    renew,
    status_of,
    submit,
    until,
    upload,
    values_of,
    version_status,
    versions_of,
)
from tests.journeys.asking import field_names, refusal

TOGETHER = "PARAMETERS_CANNOT_BE_USED_TOGETHER"
STAMPS = "RegistrationVersionStatusHistory"


@pytest.fixture
def client(instant_desk: RunningDesk, account: str) -> Any:
    return instant_desk.client(account)


def conflict(function: Callable[..., Any], registration_id: str, reason: str, **more: Any) -> dict[str, Any]:
    """Expect a refusal with this Reason, for what the registration's state is."""
    answer = refusal(function, RegistrationId=registration_id, **more)
    assert (answer["Error"]["Code"], answer["Reason"]) == ("ConflictException", reason)
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", registration_id)
    start = f'Conflict Occurred - Reason="{reason}" ResourceType="registration" ResourceId="{registration_id}"'
    assert answer["Error"]["Message"].startswith(start)
    return answer


# Opening


def test_a_new_version_is_an_empty_draft_of_the_next_number(client: Any) -> None:
    name = deny(client, fill(client, create(client), {"companyInfo.city": "Portland"}))
    before = registration_of(client, name)
    answer = client.create_registration_version(RegistrationId=name)
    del answer["ResponseMetadata"]
    opened = answer[STAMPS].pop("DraftTimestamp")
    assert abs(opened.timestamp() - time.time()) < 10
    assert answer == {
        "RegistrationArn": before["RegistrationArn"],
        "RegistrationId": name,
        "VersionNumber": 2,
        "RegistrationVersionStatus": "DRAFT",
        STAMPS: {},
    }
    assert registration_of(client, name) == {**before, "CurrentVersionNumber": 2}  # and still REQUIRES_UPDATES
    assert before["RegistrationStatus"] == "REQUIRES_UPDATES"
    assert values_of(client, name) == []
    assert {one["FieldPath"] for one in values_of(client, name, VersionNumber=1)} == BRAND_VALUES.keys()


def test_a_new_version_can_begin_with_what_was_filled_but_without_the_verdicts(
    start_desk: Callable[..., RunningDesk],
) -> None:
    client = start_desk(**QUICK, new_version="copy").client()
    name = create(client)
    put(client, name, "companyInfo.stockSymbol", "KTL")
    put(client, name, "companyInfo.legalType", ["PRIVATE_PROFIT"])
    deny(client, name)
    assert denied_fields(client, name)["companyInfo.stockSymbol"] == "CONDITIONAL_FIELD_NOT_ALLOWED"
    renew(client, name)
    assert values_of(client, name) == [
        {"FieldPath": "companyInfo.legalType", "SelectChoices": ["PRIVATE_PROFIT"]},
        {"FieldPath": "companyInfo.stockSymbol", "TextValue": "KTL"},
    ]
    put(client, name, "companyInfo.stockSymbol", "KT2")
    assert {"FieldPath": "companyInfo.stockSymbol", "TextValue": "KTL"}.items() <= values_of(
        client, name, VersionNumber=1, FieldPaths=["companyInfo.stockSymbol"]
    )[0].items()


def test_numbers_count_up_and_the_list_is_in_their_order(client: Any) -> None:
    name = create(client)
    for number in range(2, 7):
        client.discard_registration_version(RegistrationId=name)
        assert renew(client, name) == number
    assert [one["VersionNumber"] for one in versions_of(client, name)] == [1, 2, 3, 4, 5, 6]
    assert registration_of(client, name)["CurrentVersionNumber"] == 6


@pytest.mark.parametrize(
    "events", [(), ("submit",), ("submit", "start_aws_review"), ("submit", "start_review"),
               ("submit", "require_authentication"), ("submit", "start_review", "send_offline")],
    ids=["DRAFT", "SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW"],
)  # fmt: skip
def test_no_version_is_opened_beside_one_that_is_open_or_under_way(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...], request: Any
) -> None:
    name = happen(instant_desk, account, create(client), *events)
    assert version_status(client, name) == request.node.callspec.id
    conflict(client.create_registration_version, name, "CREATE_REGISTRATION_VERSION_NOT_ALLOWED")
    assert [one["VersionNumber"] for one in versions_of(client, name)] == [1]


@pytest.mark.parametrize("events", [("deny",), ("approve",), ("approve", "revoke")], ids=lambda events: events[-1])
def test_a_version_is_opened_after_a_verdict(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...]
) -> None:
    name = happen(instant_desk, account, create(client), "submit", "start_review", *events)
    before = status_of(client, name)
    assert renew(client, name) == 2
    assert status_of(client, name) == before
    conflict(client.create_registration_version, name, "CREATE_REGISTRATION_VERSION_NOT_ALLOWED")


def test_nothing_more_happens_to_a_closed_registration(instant_desk: RunningDesk, client: Any, account: str) -> None:
    name = happen(instant_desk, account, create(client), "submit", "start_review", "approve", "close")
    assert status_of(client, name) == "CLOSED"
    conflict(client.create_registration_version, name, "CREATE_REGISTRATION_VERSION_NOT_ALLOWED")
    conflict(client.discard_registration_version, name, "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED")
    conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    assert client.delete_registration(RegistrationId=name)["RegistrationStatus"] == "DELETED"


def test_so_many_versions_a_day_and_the_day_is_utcs(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK)
    desk.service.desk.limits._quotas["REGISTRATION_VERSIONS_CREATED_PER_DAY"] = 2
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() + 86_400
    desk.clock.ahead = midnight - 30 - time.time()
    client, name = desk.client(), None
    name = create(client)

    def renewed() -> int:
        client.discard_registration_version(RegistrationId=name)
        return renew(client, name)

    assert [renewed(), renewed()] == [2, 3]
    client.discard_registration_version(RegistrationId=name)
    answer = refusal(client.create_registration_version, RegistrationId=name)
    assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
    assert answer["Reason"] == "REGISTRATION_VERSIONS_CREATED_PER_DAY"
    assert registration_of(client, name)["CurrentVersionNumber"] == 3
    create(desk.client(region="eu-west-1"))  # each Region counts for itself, and first versions do not count
    desk.clock.ahead += 31
    assert [renew(client, name), renewed()] == [4, 5]
    client.discard_registration_version(RegistrationId=name)
    assert refusal(client.create_registration_version, RegistrationId=name)["Reason"] == answer["Reason"]


# Listing


@pytest.fixture
def five(client: Any) -> str:
    """A registration with versions 1, 2 and 4 discarded, 3 denied, and 5 a draft."""
    name = create(client)
    for number in range(1, 5):
        deny(client, name) if number == 3 else client.discard_registration_version(RegistrationId=name)
        renew(client, name)
    return name


def numbers(answer: list[dict[str, Any]]) -> list[int]:
    return [one["VersionNumber"] for one in answer]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"VersionNumbers": [4, 1, 3]}, [4, 1, 3]),
        ({"VersionNumbers": [2, 5, 2, 2]}, [2, 5]),
        ({"VersionNumbers": [5, 4, 3], "Filters": [("DENIED", "DRAFT")]}, [5, 3]),
        ({"Filters": [("DISCARDED",)]}, [1, 2, 4]),
        ({"Filters": [("DENIED", "DRAFT")]}, [3, 5]),
        ({"Filters": [("DENIED", "DRAFT"), ("DRAFT", "DISCARDED")]}, [5]),
        ({"Filters": [("APPROVED",)]}, []),
    ],
)
def test_listing(client: Any, five: str, asked: dict[str, Any], told: list[int]) -> None:
    if "Filters" in asked:
        asked = {
            **asked,
            "Filters": [{"Name": "registration-version-status", "Values": list(values)} for values in asked["Filters"]],
        }
    assert numbers(versions_of(client, five, **asked)) == told


def test_the_answer_of_a_list_names_the_registration(client: Any, five: str) -> None:
    answer = client.describe_registration_versions(RegistrationId=five)
    assert answer["RegistrationId"] == five
    assert answer["RegistrationArn"] == registration_of(client, five)["RegistrationArn"]
    assert client.describe_registration_versions(RegistrationId=answer["RegistrationArn"])["RegistrationVersions"]


@pytest.mark.parametrize("wanted", [["DRAFT", "DISCARDED"], None])
def test_paging(client: Any, five: str, wanted: list[str] | None) -> None:
    more: dict[str, Any] = {"Filters": [{"Name": "registration-version-status", "Values": wanted}]} if wanted else {}
    pages = client.get_paginator("describe_registration_versions").paginate(
        RegistrationId=five, PaginationConfig={"PageSize": 2}, **more
    )
    seen = [numbers(page["RegistrationVersions"]) for page in pages]
    assert seen == ([[1, 2], [4, 5]] if wanted else [[1, 2], [3, 4], [5]])


@pytest.mark.parametrize(
    ("asked", "reason", "fields"),
    [
        ({"VersionNumbers": [1, 6]}, "UNKNOWN_REGISTRATION_VERSION", ["versionNumbers"]),
        ({"VersionNumbers": [1], "MaxResults": 5}, TOGETHER, ["versionNumbers", "maxResults"]),
        ({"VersionNumbers": [1], "NextToken": "ours"}, "INVALID_NEXT_TOKEN", ["nextToken"]),
        (
            {"Filters": [{"Name": "registration-version-status", "Values": ["DRAFT", "draft"]}]},
            "INVALID_FILTER_VALUES",
            ["filters"],
        ),
        ({"NextToken": "bm90IG91cnM"}, "INVALID_NEXT_TOKEN", ["nextToken"]),
    ],
    ids=["unknown", "numbers-and-page", "numbers-and-token", "no-status", "no-token"],
)  # fmt: skip
def test_lists_that_are_refused(client: Any, five: str, asked: dict[str, Any], reason: str, fields: list[str]) -> None:
    if asked.get("NextToken") == "ours":  # of the list without numbers, which is another question
        token = client.describe_registration_versions(RegistrationId=five, MaxResults=1)["NextToken"]
        asked = {**asked, "NextToken": token}
    answer = refusal(client.describe_registration_versions, RegistrationId=five, **asked)
    assert answer["Error"]["Code"] == "ValidationException"
    assert (answer["Reason"], field_names(answer)) == (reason, fields)


# Submitting


def test_an_approval_and_its_moments(client: Any) -> None:
    name = fill(client, create(client))
    answer = submit(client, name)
    submitted = answer.pop(STAMPS)
    assert submitted.keys() == {"DraftTimestamp", "SubmittedTimestamp"}
    assert answer == {
        "RegistrationArn": registration_of(client, name)["RegistrationArn"],
        "RegistrationId": name,
        "VersionNumber": 1,
        "RegistrationVersionStatus": "SUBMITTED",
        "AwsReview": False,
    }
    becomes(client, name, "COMPLETE")
    (version,) = versions_of(client, name)
    moments = version.pop(STAMPS)
    assert version == {"VersionNumber": 1, "RegistrationVersionStatus": "APPROVED"}
    assert list(moments) == sorted(moments, key=lambda each: moments[each])
    assert moments.keys() == {"DraftTimestamp", "SubmittedTimestamp", "ReviewingTimestamp", "ApprovedTimestamp"}
    assert submitted.items() <= moments.items()
    registration = registration_of(client, name)
    assert registration["ApprovedVersionNumber"] == 1
    assert "LatestDeniedVersionNumber" not in registration
    assert registration["CreatedTimestamp"] == moments["DraftTimestamp"]


def test_a_denial_tells_each_reason_once_on_the_version_and_every_field_its_own(client: Any) -> None:
    name = create(client)
    for path, value in BRAND_VALUES.items():
        if path not in ("companyInfo.city", "companyInfo.zipCode"):
            put(client, name, path, value)
    put(client, name, "companyInfo.legalType", ["PUBLIC_PROFIT"])
    put(client, name, "companyInfo.stockSymbol", "KTL")
    deny(client, name)
    (version,) = versions_of(client, name)
    assert version["RegistrationVersionStatus"] == "DENIED"
    assert version[STAMPS].keys() == {"DraftTimestamp", "SubmittedTimestamp", "DeniedTimestamp"}
    told = version["DeniedReasons"]
    assert [one["Reason"] for one in told] == ["Missing conditional field", "Missing required field"]
    assert all(one["ShortDescription"] and one["LongDescription"] for one in told)
    assert denied_fields(client, name) == {
        "companyInfo.stockExchange": "MISSING_CONDITIONAL_FIELD",
        "companyInfo.businessContactEmail": "MISSING_CONDITIONAL_FIELD",
        "companyInfo.city": "MISSING_REQUIRED_FIELD",
        "companyInfo.zipCode": "MISSING_REQUIRED_FIELD",
    }
    registration = registration_of(client, name)
    assert registration["LatestDeniedVersionNumber"] == 1
    assert "ApprovedVersionNumber" not in registration


def test_what_was_approved_is_archived_when_its_successor_is(client: Any) -> None:
    name = complete(client, create(client))
    renew(client, name)
    assert status_of(client, name) == "COMPLETE"
    deny(client, name)  # empty
    assert registration_of(client, name).items() >= {"ApprovedVersionNumber": 1, "LatestDeniedVersionNumber": 2}.items()
    renew(client, name)
    complete(client, name)
    states = {one["VersionNumber"]: one["RegistrationVersionStatus"] for one in versions_of(client, name)}
    assert states == {1: "ARCHIVED", 2: "DENIED", 3: "APPROVED"}
    (first, last) = versions_of(client, name, VersionNumbers=[1, 3])
    assert first[STAMPS]["ArchivedTimestamp"] >= last[STAMPS]["ReviewingTimestamp"]
    assert "ApprovedTimestamp" in first[STAMPS]
    registration = registration_of(client, name)
    assert (registration["ApprovedVersionNumber"], registration["LatestDeniedVersionNumber"]) == (3, 2)
    assert registration["CurrentVersionNumber"] == 3


def test_what_was_revoked_stays_revoked_when_its_successor_is_approved(
    instant_desk: RunningDesk, client: Any, account: str
) -> None:
    name = happen(instant_desk, account, complete(client, create(client)), "revoke")
    assert (status_of(client, name), version_status(client, name)) == ("REQUIRES_UPDATES", "REVOKED")
    renew(client, name)
    complete(client, name)
    assert [one["RegistrationVersionStatus"] for one in versions_of(client, name)] == ["REVOKED", "APPROVED"]


@pytest.mark.parametrize("registration_type", [TOLL_FREE, VETTING, CAMPAIGN])
def test_submitting_without_the_association_is_refused_and_says_which(client: Any, registration_type: str) -> None:
    name = create(client, registration_type)
    if registration_type == CAMPAIGN:
        fill(client, name, CAMPAIGN_VALUES)
    answer = conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    needed = "TOLL_FREE" if registration_type == TOLL_FREE else BRAND
    assert answer["Error"]["Message"].endswith(f"It has no association with a {needed}.")
    assert (version_status(client, name), status_of(client, name)) == ("DRAFT", "CREATED")
    if registration_type != TOLL_FREE:
        associate(client, name, create(client))
        assert submit(client, name)["RegistrationVersionStatus"] == "SUBMITTED"


def test_a_desk_that_refuses_names_the_fields_and_leaves_the_draft(start_desk: Callable[..., RunningDesk]) -> None:
    client = start_desk(**QUICK, submit_checks="refuse").client()
    name = create(client)
    for path in BRAND_VALUES.keys() - {"companyInfo.taxId", "companyInfo.legalType"}:
        put(client, name, path, BRAND_VALUES[path])
    put(client, name, "companyInfo.stockSymbol", "KTL")
    answer = conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    assert answer["Error"]["Message"].endswith(
        "Fields: companyInfo.taxId MISSING_REQUIRED_FIELD, companyInfo.legalType MISSING_REQUIRED_FIELD, "
        "companyInfo.stockSymbol CONDITIONAL_FIELD_NOT_ALLOWED."
    )
    assert (version_status(client, name), status_of(client, name)) == ("DRAFT", "CREATED")
    assert denied_fields(client, name) == {}
    client.delete_registration_field_value(RegistrationId=name, FieldPath="companyInfo.stockSymbol")
    complete(client, name)


def test_twice_is_refused_while_the_first_is_under_way(instant_desk: RunningDesk, client: Any, account: str) -> None:
    name = happen(instant_desk, account, create(client), "submit")
    for event in ("start_aws_review", "start_review", "require_authentication", "start_review", "send_offline"):
        conflict(client.submit_registration_version, name, "REGISTRATION_ALREADY_SUBMITTED")
        happen(instant_desk, account, name, event)
    conflict(client.submit_registration_version, name, "REGISTRATION_ALREADY_SUBMITTED")
    happen(instant_desk, account, name, "approve")
    conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    happen(instant_desk, account, name, "revoke")
    conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")


def test_a_denied_or_discarded_version_is_not_submitted_again(client: Any) -> None:
    name = deny(client, create(client))
    conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    renew(client, name)
    client.discard_registration_version(RegistrationId=name)
    conflict(client.submit_registration_version, name, "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")


def test_who_asks_for_aws_review_is_seen_there_on_the_way(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(pace="seconds", upload_seconds=0)
    client = desk.client()
    asked, unasked = fill(client, create(client)), fill(client, create(client))
    assert submit(client, asked, AwsReview=True)["AwsReview"] is True
    assert submit(client, unasked, AwsReview=False)["AwsReview"] is False
    seen = {asked: ["SUBMITTED"], unasked: ["SUBMITTED"]}

    def look() -> set[str]:
        for name, states in seen.items():
            if (status := status_of(client, name)) != states[-1]:
                states.append(status)
        desk.clock.ahead += 0.05
        return {states[-1] for states in seen.values()}

    until(look, lambda states: states == {"COMPLETE"})
    assert seen[asked] == ["SUBMITTED", "AWS_REVIEWING", "REVIEWING", "COMPLETE"]
    assert seen[unasked] == ["SUBMITTED", "REVIEWING", "COMPLETE"]
    (version,) = versions_of(client, asked)
    assert list(version[STAMPS]) == [
        f"{state}Timestamp" for state in ("Draft", "Submitted", "AwsReviewing", "Reviewing", "Approved")
    ]
    stamps = [version[STAMPS][f"{state}Timestamp"] for state in ("Submitted", "AwsReviewing", "Reviewing", "Approved")]
    assert all((later - earlier).total_seconds() >= 1 for earlier, later in pairwise(stamps))
    (version,) = versions_of(client, unasked)
    assert "AwsReviewingTimestamp" not in version[STAMPS]


def test_a_desk_with_reviewers_decides_nothing_by_itself(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(**QUICK, review="manual")
    client = desk.client()
    good, bad = fill(client, create(client)), create(client)
    submit(client, good)
    submit(client, bad)
    becomes(client, good, "REVIEWING")
    becomes(client, bad, "REQUIRES_UPDATES")  # the form's own rules are nobody's decision
    desk.clock.ahead += 7 * 86_400
    time.sleep(0.3)
    assert (status_of(client, good), version_status(client, good)) == ("REVIEWING", "REVIEWING")


# Discarding


@pytest.mark.parametrize(
    "events",
    [
        (),
        ("submit",),
        ("submit", "start_aws_review"),
        ("submit", "start_review"),
        ("submit", "require_authentication"),
    ],
    ids=lambda events: events[-1] if events else "draft",
)
@pytest.mark.parametrize(
    ("verdict", "again"),
    [
        ((), "CREATED"),
        (("deny",), "REQUIRES_UPDATES"),
        (("approve",), "COMPLETE"),
        (("approve", "revoke"), "REQUIRES_UPDATES"),
    ],
    ids=["never-decided", "denied", "approved", "revoked"],
)
def test_discarding_brings_back_what_the_last_verdict_made_of_it(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...], verdict: tuple[str, ...], again: str
) -> None:
    name = create(client)
    if verdict:
        happen(instant_desk, account, name, "submit", "start_review", *verdict)
        renew(client, name)
    happen(instant_desk, account, name, *events)
    number = registration_of(client, name)["CurrentVersionNumber"]
    answer = client.discard_registration_version(RegistrationId=name)
    assert (answer["VersionNumber"], answer["RegistrationVersionStatus"]) == (number, "DISCARDED")
    assert "DiscardedTimestamp" in answer[STAMPS]
    assert status_of(client, name) == again
    assert version_status(client, name) == "DISCARDED"
    conflict(client.discard_registration_version, name, "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED")
    assert renew(client, name) == number + 1


@pytest.mark.parametrize("events", [("deny",), ("approve",), ("approve", "revoke"), ("send_offline",)])
def test_what_is_decided_is_not_discarded(
    instant_desk: RunningDesk, client: Any, account: str, events: tuple[str, ...]
) -> None:
    name = happen(instant_desk, account, create(client), "submit", "start_review", *events)
    before = registration_of(client, name), versions_of(client, name)
    conflict(client.discard_registration_version, name, "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED")
    assert (registration_of(client, name), versions_of(client, name)) == before


def test_the_steps_of_a_discarded_version_do_nothing(start_desk: Callable[..., RunningDesk]) -> None:
    desk = start_desk(pace="seconds", upload_seconds=0)
    client = desk.client()
    name = fill(client, create(client))
    submit(client, name)
    client.discard_registration_version(RegistrationId=name)
    desk.clock.ahead += 60
    time.sleep(0.3)
    assert (status_of(client, name), version_status(client, name)) == ("CREATED", "DISCARDED")


@pytest.mark.parametrize(
    "ask", ["create_registration_version", "describe_registration_versions", "discard_registration_version",
            "submit_registration_version"],
)  # fmt: skip
def test_a_registration_that_never_was(client: Any, ask: str) -> None:
    answer = refusal(getattr(client, ask), RegistrationId=NOBODYS)
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert (answer["ResourceType"], answer["ResourceId"]) == ("registration", NOBODYS)


def test_an_attachment_is_bound_again_to_a_later_version_by_its_id(
    instant_desk: RunningDesk, client: Any, account: str
) -> None:
    picture = upload(client)
    name = create(client, TOLL_FREE)
    put(client, name, "messagingUseCase.optInImage", picture)
    happen(instant_desk, account, name, "submit", "deny")
    renew(client, name)
    put(client, name, "messagingUseCase.optInImage", picture)
    assert [one["RegistrationAttachmentId"] for one in values_of(client, name)] == [picture]


def test_a_type_that_an_operator_took_away_is_told_and_can_be_left(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "OURS.toml").write_text('RegistrationType = "OURS"\nDisplayHints.Title = "Ours"\n')
    with running_desk(tmp_path, forms_folder=str(folder)) as desk:
        one = {"RegistrationId": desk.client().create_registration(RegistrationType="OURS")["RegistrationId"]}
    with running_desk(tmp_path) as desk:
        client = desk.client()
        for function in (client.describe_registration_field_values, client.submit_registration_version):
            assert refusal(function, **one)["Reason"] == "UNKNOWN_REGISTRATION_TYPE"
        assert client.delete_registration(**one)["RegistrationStatus"] == "DELETED"


def test_beyond_the_last_number_that_the_model_has_no_version_is_opened(desk: RunningDesk) -> None:
    client = desk.client()
    one = create(client)

    def renumber(rows: Any) -> None:
        this = {"account_id": ACCOUNT, "region": REGION, "registration_id": one, "version_number": 100_000}
        rows.insert_version(**this, status="DISCARDED")
        rows.set_current_version(**this)

    in_turn(desk, lambda call: renumber(call.rows), ACCOUNT)
    answer = refusal(client.create_registration_version, RegistrationId=one)
    assert answer["Error"]["Code"] == "ServiceQuotaExceededException"
    assert answer["Reason"] == "REGISTRATION_VERSIONS_CREATED_PER_DAY"
    assert registration_of(client, one)["CurrentVersionNumber"] == 100_000
