"""Registrations: create, describe, delete."""

from __future__ import annotations

import heapq
from typing import Any

from senderdesk import lifecycle, progress
from senderdesk.contract import SERVICE
from senderdesk.errors import ServiceQuotaExceededException
from senderdesk.identifiers import new_id
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.associations import refuse_to_leave_associations
from senderdesk.operations.definitions import form_of
from senderdesk.operations.filters import Wanted, passes, wanted_values
from senderdesk.operations.paging import page, page_size
from senderdesk.operations.resources import REGISTRATION as KIND
from senderdesk.operations.resources import find_registration
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags

QUOTA = "REGISTRATIONS_PER_ACCOUNT"
_FILTER_VALUES = {"registration-status": SERVICE.enum("RegistrationStatus")}


@operation
def create_registration(
    call: Call, registration_type: str, tags: list[Tag] | None = None, client_token: str | None = None
) -> Answer:
    """A new registration of `registration_type`, with version 1 as an empty DRAFT."""
    form_of(call, registration_type)
    opened = lifecycle.transition("create", lifecycle.NOTHING, "", "")
    registration_id = new_id(KIND, call.now)
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    this = {**call.place, "registration_id": registration_id}
    form_at = call.desk.forms.moment(call.now)
    call.rows.insert_registration(
        **this,
        registration_type=registration_type,
        status=opened.registration,
        created_at=call.now,
        form_at=None if form_at == call.now else form_at,
    )
    call.rows.insert_version(**this, version_number=1, status=opened.version_to)
    call.rows.insert_version_status(**this, version_number=1, status=opened.version_to, entered_at=call.now)
    answer = {
        "RegistrationArn": call.arn(KIND, registration_id),
        "RegistrationId": registration_id,
        "RegistrationType": registration_type,
        "RegistrationStatus": opened.registration,
        "CurrentVersionNumber": 1,
        "CreatedTimestamp": call.now,
    }
    if tags:
        answer["Tags"] = put_tags(call, f"{KIND}/{registration_id}", tags)
    return answer


@operation
def describe_registrations(
    call: Call,
    registration_ids: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The registrations asked for by id, in that order, or all that pass the filters, oldest first."""
    # ASSUMED: oldest first; the service publishes no order for its lists.
    wanted = wanted_values(filters, _FILTER_VALUES)
    if registration_ids:
        # ASSUMED: filters narrow the registrations that are named, whose order is kept; one unknown id fails the call.
        refuse_page_of_named("registrationIds", registration_ids, next_token, max_results)
        found = (find_registration(call, name) for name in registration_ids)
        once = {row["registration_id"]: row for row in found}
        return {"Registrations": [describe(call, row) for row in once.values() if _passes(row, wanted)]}
    rows = _listed(call, wanted, next_token or "", page_size(max_results) + 1)
    return page(
        "Registrations",
        rows,
        max_results,
        lambda row: describe(call, row),
        lambda row: row["registration_id"],
    )


@operation
def delete_registration(call: Call, registration_id: str) -> Answer:
    """Delete a registration with all that is its own; it is gone from every list at once."""
    row = find_registration(call, registration_id)
    gone = lifecycle.transition("delete", row["version_status"], row["status"], row["registration_id"])
    refuse_to_leave_associations(call, row)
    this = {"registration_id": row["registration_id"], "status": row["status"]}
    progress.must_change(call.rows.delete_registration(**call.place, **this), "delete", row["registration_id"])
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{KIND}/{row['registration_id']}")
    return {**describe(call, row), "RegistrationStatus": gone.registration}


def describe(call: Call, row: Any) -> Answer:
    """A stored registration in wire names; members that it does not have are left out."""
    answer = {
        "RegistrationArn": call.arn(KIND, row["registration_id"]),
        "RegistrationId": row["registration_id"],
        "RegistrationType": row["registration_type"],
        "RegistrationStatus": row["status"],
        "CurrentVersionNumber": row["current_version"],
        "CreatedTimestamp": row["created_at"],
    }
    if row["approved_version"] is not None:
        answer["ApprovedVersionNumber"] = row["approved_version"]
    if row["latest_denied_version"] is not None:
        answer["LatestDeniedVersionNumber"] = row["latest_denied_version"]
    return answer


def _passes(row: Any, wanted: Wanted) -> bool:
    return passes({"registration-type": [row["registration_type"]], "registration-status": [row["status"]]}, wanted)


def _listed(call: Call, wanted: Wanted, after: str, count: int) -> list[Any]:
    """At most `count` registrations behind the id `after`, by id.

    With filters, the account's pairs of type and status that pass are read side by side and merged, so that the
    cost follows the page and not the number of registrations.
    """
    if not wanted:
        return list(call.rows.list_registrations(**call.place, after=after, count=count))
    pages = [
        call.rows.list_registrations_of(
            **call.place,
            registration_type=pair["registration_type"],
            status=pair["status"],
            after=after,
            count=count,
        )
        for pair in _pairs(call)
        if _passes(pair, wanted)
    ]
    return list(heapq.merge(*pages, key=lambda row: str(row["registration_id"])))[:count]


def _pairs(call: Call) -> list[Any]:
    """Every pair of type and status that the account has registrations in."""
    pairs = []
    pair: Any = {"registration_type": "", "status": ""}
    while pair := call.rows.next_type_and_status(
        **call.place, registration_type=pair["registration_type"], status=pair["status"]
    ):
        pairs.append(pair)
    return pairs
