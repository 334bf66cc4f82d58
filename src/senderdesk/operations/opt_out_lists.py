"""Opt-out lists: named lists of numbers that get no messages. Every account has the list Default from the start."""

from __future__ import annotations

from typing import Any

from senderdesk.errors import ConflictException, ResourceNotFoundException, ServiceQuotaExceededException
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.filters import asks_for_shared
from senderdesk.operations.identities import DEFAULT_OPT_OUT_LIST
from senderdesk.operations.paging import page, page_size
from senderdesk.operations.resources import named
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags

KIND = "opt-out-list"
QUOTA = "OPT_OUT_LISTS_PER_ACCOUNT"

# ASSUMED: the list Default has been there since the API has: nobody makes it, and the day must not change.
_DEFAULT_CREATED_AT = 1_648_684_800.0  # 2022-03-31, the version of the API


@operation
def create_opt_out_list(
    call: Call, opt_out_list_name: str, tags: list[Tag] | None = None, client_token: str | None = None
) -> Answer:
    """A new, empty list."""
    if _stored(call, opt_out_list_name) is not None:
        raise ConflictException("RESOURCE_ALREADY_EXISTS", KIND, opt_out_list_name)
    # ASSUMED: the list Default does not count.
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    row = {"opt_out_list": opt_out_list_name, "created_at": call.now}
    call.rows.insert_opt_out_list(**call.place, **row)
    told = put_tags(call, f"{KIND}/{opt_out_list_name}", tags) if tags else None
    return {**_describe(call, row), "Tags": told}


@operation
def describe_opt_out_lists(
    call: Call,
    opt_out_list_names: list[str] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
    owner: str | None = None,
) -> Answer:
    """The lists named, in that order, or all, by name."""
    refuse_page_of_named("optOutListNames", opt_out_list_names, next_token, max_results)
    if asks_for_shared(owner, "optOutListNames", opt_out_list_names):
        return {"OptOutLists": []}
    if opt_out_list_names:
        found = (find_opt_out_list(call, name, "optOutListNames") for name in opt_out_list_names)
        once = {row["opt_out_list"]: row for row in found}
        return {"OptOutLists": [_describe(call, row) for row in once.values()]}
    after, count = next_token or "", page_size(max_results) + 1
    rows = list(call.rows.list_opt_out_lists(**call.place, after=after, count=count))
    if after < DEFAULT_OPT_OUT_LIST:
        rows = sorted([*rows, _stored(call, DEFAULT_OPT_OUT_LIST)], key=lambda row: str(row["opt_out_list"]))[:count]
    return page("OptOutLists", rows, max_results, lambda row: _describe(call, row), lambda row: row["opt_out_list"])


@operation
def delete_opt_out_list(call: Call, opt_out_list_name: str) -> Answer:
    """Delete a list with the numbers on it, where nothing uses it."""
    row = find_opt_out_list(call, opt_out_list_name)
    name = row["opt_out_list"]
    this = {**call.place, "opt_out_list": name}
    if name == DEFAULT_OPT_OUT_LIST or call.rows.find_use_of_opt_out_list(**this) is not None:
        # ASSUMED: that these two are refused is documented or seen, with which reason is not.
        raise ConflictException("RESOURCE_DELETION_NOT_ALLOWED", KIND, name)
    call.rows.delete_opted_out_numbers(**this)
    call.rows.delete_opted_in_numbers(**this)
    call.rows.delete_opt_out_list(**this)
    call.rows.delete_resource_policy(**call.place, resource=f"{KIND}/{name}")
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{KIND}/{name}")
    return _describe(call, row)


def find_opt_out_list(call: Call, name_or_arn: str, field: str = "optOutListName") -> Any:
    """The list, with its name as `opt_out_list`. `field` is the input member.

    Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, name_or_arn, KIND, field)
    row = _stored(call, name)
    if row is None:
        raise ResourceNotFoundException(KIND, name)
    return row


def _stored(call: Call, name: str) -> Any:
    if name == DEFAULT_OPT_OUT_LIST:
        return {"opt_out_list": name, "created_at": _DEFAULT_CREATED_AT}
    return call.rows.find_opt_out_list(**call.place, opt_out_list=name)


def _describe(call: Call, row: Any) -> Answer:
    return {
        "OptOutListArn": call.arn(KIND, row["opt_out_list"]),
        "OptOutListName": row["opt_out_list"],
        "CreatedTimestamp": row["created_at"],
    }
