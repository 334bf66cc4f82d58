"""Opted-out numbers: who is on an opt-out list, put there by the account or by their own STOP."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from senderdesk.errors import FaultyField, ResourceNotFoundException, ValidationException
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.filters import BOOLEAN, wanted_values
from senderdesk.operations.opt_out_lists import KIND as LIST
from senderdesk.operations.opt_out_lists import find_opt_out_list
from senderdesk.operations.paging import page, page_size

KIND = "opted-out-number"
_FILTER = "end-user-opted-out"
# A number can be taken off a list once in 30 days. Source: the API reference of DeleteOptedOutNumber.
OPT_IN_SECONDS = 30 * 86_400
# E.164: a country code and a subscriber number of together at most 15 digits. The plus may be missing.
# ASSUMED: a number of fewer than 7 digits is none.
_E164 = re.compile(r"\+?([1-9][0-9]{6,14})")


@operation
def put_opted_out_number(call: Call, opt_out_list_name: str, opted_out_number: str) -> Answer:
    """Put a number on a list; one that is there already stays as it is."""
    found = find_opt_out_list(call, opt_out_list_name)
    this = {**call.place, "opt_out_list": found["opt_out_list"], "phone_number": _e164(opted_out_number)}
    call.rows.insert_opted_out_number(**this, by_end_user=0, opted_out_at=call.now)
    return {**_list(call, found), **_describe(call.rows.find_opted_out_number(**this))}


@operation
def describe_opted_out_numbers(
    call: Call,
    opt_out_list_name: str,
    opted_out_numbers: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The numbers asked for, in that order, or all on a list that pass the filters, in order."""
    refuse_page_of_named("optedOutNumbers", opted_out_numbers, next_token, max_results)
    found = find_opt_out_list(call, opt_out_list_name)
    flags = wanted_values(filters, {_FILTER: BOOLEAN}).get(_FILTER, BOOLEAN)
    if opted_out_numbers:
        named = [_existing(call, found, number) for number in dict.fromkeys(map(_plain, opted_out_numbers))]
        return {**_list(call, found), "OptedOutNumbers": [_describe(row) for row in named if _flag(row) in flags]}
    rows = _read(call, found, flags, next_token or "", page_size(max_results) + 1)
    told = page("OptedOutNumbers", rows, max_results, _describe, lambda row: row["phone_number"])
    return {**_list(call, found), **told}


@operation
def delete_opted_out_number(call: Call, opt_out_list_name: str, opted_out_number: str) -> Answer:
    """Take a number off a list, which can be done once in 30 days."""
    found = find_opt_out_list(call, opt_out_list_name)
    row = _existing(call, found, opted_out_number)
    this = {**call.place, "opt_out_list": found["opt_out_list"], "phone_number": row["phone_number"]}
    last = call.rows.find_opted_in_number(**this)
    # ASSUMED: the 30 days count for each list.
    if last is not None and call.now - last["opted_in_at"] < OPT_IN_SECONDS:
        complaint = FaultyField("optedOutNumber", "was opted in within the last 30 days")
        raise ValidationException("PHONE_NUMBER_CANNOT_BE_OPTED_IN", [complaint])
    call.rows.delete_opted_out_number(**this)
    call.rows.put_opted_in_number(**this, opted_in_at=call.now)
    return {**_list(call, found), **_describe(row), "OptedOutTimestamp": call.now}


def _plain(number: str) -> str:
    """A number with its plus, whether or not it can be one."""
    return number if number.startswith("+") else f"+{number}"


def _e164(number: str) -> str:
    match = _E164.fullmatch(number)
    if match is None:
        # ASSUMED: this reason, whose case is not described, for a number to which nothing can be sent.
        complaint = FaultyField("optedOutNumber", "must be a phone number in the form of E.164, such as +12065550142")
        raise ValidationException("CANNOT_ADD_OPTED_OUT_NUMBER", [complaint])
    return f"+{match[1]}"


def _existing(call: Call, found: Any, number: str) -> Any:
    row = call.rows.find_opted_out_number(**call.place, opt_out_list=found["opt_out_list"], phone_number=_plain(number))
    if row is None:
        raise ResourceNotFoundException(KIND, _plain(number))
    return row


def _read(call: Call, found: Any, flags: Set[str], after: str, count: int) -> list[Any]:
    """At most `count` numbers behind `after` whose flag is among `flags`."""
    this = {**call.place, "opt_out_list": found["opt_out_list"], "after": after, "count": count}
    if flags == BOOLEAN:
        return list(call.rows.list_opted_out_numbers(**this))
    return [row for flag in flags for row in call.rows.list_opted_out_numbers_by(**this, by_end_user=flag == "true")]


def _flag(row: Any) -> str:
    return "true" if row["by_end_user"] else "false"


def _list(call: Call, found: Any) -> Answer:
    return {"OptOutListArn": call.arn(LIST, found["opt_out_list"]), "OptOutListName": found["opt_out_list"]}


def _describe(row: Any) -> Answer:
    return {
        "OptedOutNumber": row["phone_number"],
        "OptedOutTimestamp": row["opted_out_at"],
        "EndUserOptedOut": bool(row["by_end_user"]),
    }
