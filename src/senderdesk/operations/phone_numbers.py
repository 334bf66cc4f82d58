"""Phone numbers: request, describe, change the settings of, release.

What registers a number and which pool it is in are read with it, so that neither is ever told twice.
"""

from __future__ import annotations

from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException, ResourceNotFoundException
from senderdesk.numbering import in_order, offer
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.associations import disassociate
from senderdesk.operations.filters import BOOLEAN, asks_for_shared, boolean, filtered_page, passes, wanted_values
from senderdesk.operations.identities import DEFAULT_OPT_OUT_LIST
from senderdesk.operations.identities import PHONE_NUMBER as KIND
from senderdesk.operations.number_offers import check_international_sending, check_use, offered_number
from senderdesk.operations.number_preferences import preference_of
from senderdesk.operations.number_registrations import put_under_registration, registration_for
from senderdesk.operations.number_standing import add_number, find_phone_number, identity_of, let_go
from senderdesk.operations.number_supply import Wanted, take
from senderdesk.operations.opt_out_lists import find_opt_out_list
from senderdesk.operations.pool_members import active_pool, join
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags
from senderdesk.operations.two_way import two_way_settings

# Each member that a number tells, its column, and the filter that looks at it.
_MEMBERS = {
    "PhoneNumberId": ("phone_number_id", ""),
    "PhoneNumber": ("phone_number", ""),
    "Status": ("status", "status"),
    "IsoCountryCode": ("iso_country_code", "iso-country-code"),
    "MessageType": ("message_type", "message-type"),
    "NumberType": ("number_type", "number-type"),
    "MonthlyLeasingPrice": ("monthly_leasing_price", ""),
    "TwoWayEnabled": ("two_way_enabled", "two-way-enabled"),
    "TwoWayChannelArn": ("two_way_channel_arn", "two-way-channel-arn"),
    "TwoWayChannelRole": ("two_way_channel_role", ""),
    "SelfManagedOptOutsEnabled": ("self_managed", "self-managed-opt-outs-enabled"),
    "OptOutListName": ("opt_out_list", "opt-out-list-name"),
    "InternationalSendingEnabled": ("international_sending", ""),
    "DeletionProtectionEnabled": ("deletion_protection", "deletion-protection-enabled"),
    "PoolId": ("pool_id", ""),
    "RegistrationId": ("registration_id", ""),
    "CreatedTimestamp": ("created_at", ""),
}
_FLAGS = frozenset({"two_way_enabled", "self_managed", "international_sending", "deletion_protection"})
_FILTER_VALUES = {
    "status": SERVICE.enum("NumberStatus"),
    "message-type": SERVICE.enum("MessageType"),
    "number-capability": SERVICE.enum("NumberCapability"),
    "number-type": SERVICE.enum("NumberType"),
    **{name: BOOLEAN for column, name in _MEMBERS.values() if column in _FLAGS and name},
}


@operation
def request_phone_number(
    call: Call,
    iso_country_code: str,
    message_type: str,
    number_capabilities: list[str],
    number_type: str,
    opt_out_list_name: str | None = None,
    pool_id: str | None = None,
    registration_id: str | None = None,
    number_preference: list[dict[str, Any]] | None = None,
    international_sending_enabled: bool = False,
    deletion_protection_enabled: bool = False,
    tags: list[Tag] | None = None,
    client_token: str | None = None,
) -> Answer:
    """A new number, PENDING until it may be used; a simulator number may be at once."""
    offered = offered_number(iso_country_code, number_type, number_capabilities)
    check_use(offered, message_type, number_preference, international_sending_enabled)
    registration = registration_for(call, registration_id, offered) if registration_id else None
    pool = active_pool(call, pool_id) if pool_id else None
    opt_out_list = find_opt_out_list(call, opt_out_list_name or DEFAULT_OPT_OUT_LIST)["opt_out_list"]
    number = _taken(call, Wanted(offered, in_order(number_capabilities), preference_of(number_preference)))
    row = add_number(
        call,
        offered,
        number,
        message_type=message_type,
        capabilities=" ".join(in_order(number_capabilities)),
        opt_out_list=opt_out_list,
        international_sending=international_sending_enabled,
        deletion_protection=deletion_protection_enabled,
    )
    if registration is not None:
        put_under_registration(call, registration, row)
    if pool is not None:
        join(call, pool, identity_of(row))
    told = put_tags(call, f"{KIND}/{row['phone_number_id']}", tags) if tags else None
    return {**_told(call, find_phone_number(call, row["phone_number_id"])), "Tags": told}


@operation
def describe_phone_numbers(
    call: Call,
    phone_number_ids: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
    owner: str | None = None,
) -> Answer:
    """The numbers asked for by id, in that order, or all that pass the filters, oldest first."""
    refuse_page_of_named("phoneNumberIds", phone_number_ids, next_token, max_results)
    wanted = wanted_values(filters, _FILTER_VALUES)
    if asks_for_shared(owner, "phoneNumberIds", phone_number_ids):
        return {"PhoneNumbers": []}

    def described(row: Any) -> Answer | None:
        return {**_told(call, row), "MessagingLimits": _limits(row)} if passes(_have(row), wanted) else None

    if phone_number_ids:
        found = (find_phone_number(call, name, "phoneNumberIds") for name in phone_number_ids)
        once = {row["phone_number_id"]: row for row in found}
        return {"PhoneNumbers": [item for item in map(described, once.values()) if item is not None]}
    return filtered_page(
        "PhoneNumbers",
        lambda after, count: call.rows.list_phone_numbers(**call.place, after=after, count=count),
        lambda row: row["phone_number_id"],
        described,
        next_token or "",
        max_results,
    )


@operation
def update_phone_number(
    call: Call,
    phone_number_id: str,
    two_way_enabled: bool | None = None,
    two_way_channel_arn: str | None = None,
    two_way_channel_role: str | None = None,
    self_managed_opt_outs_enabled: bool | None = None,
    opt_out_list_name: str | None = None,
    international_sending_enabled: bool | None = None,
    deletion_protection_enabled: bool | None = None,
) -> Answer:
    """Give a number other settings; what is not given stays. One that is in a pool sends by the pool's."""
    row = _staying(find_phone_number(call, phone_number_id))
    _refuse_pooled(row)
    if opt_out_list_name is not None:
        opt_out_list_name = find_opt_out_list(call, opt_out_list_name)["opt_out_list"]
    if international_sending_enabled:
        check_international_sending(row["iso_country_code"], row["number_type"])
    given = {
        "self_managed": self_managed_opt_outs_enabled,
        "opt_out_list": opt_out_list_name,
        "international_sending": international_sending_enabled,
        "deletion_protection": deletion_protection_enabled,
    }
    settings = {column: row[column] if value is None else value for column, value in given.items()}
    two_way = two_way_settings(row, two_way_enabled, two_way_channel_arn, two_way_channel_role)
    call.rows.set_phone_number_settings(**call.place, phone_number_id=row["phone_number_id"], **settings, **two_way)
    return _told(call, find_phone_number(call, row["phone_number_id"]), without=("PoolId",))


@operation
def release_phone_number(call: Call, phone_number_id: str) -> Answer:
    """Give a number back. A COMPLETE registration that loses its last one is closed where its type says so."""
    row = _staying(find_phone_number(call, phone_number_id))
    name = row["phone_number_id"]
    if row["deletion_protection"]:
        raise ConflictException("DELETION_PROTECTION_ENABLED", KIND, name)
    _refuse_pooled(row)
    # Seen: the registration goes first. ASSUMED: one that was approved before lets go of its numbers.
    if row["registration_id"] is not None and row["approved_version"] is None:
        raise ConflictException("PHONE_NUMBER_ASSOCIATED_TO_REGISTRATION", KIND, name)
    disassociate(call, name)
    delete_all_tags(call, f"{KIND}/{name}")
    call.rows.delete_keywords(**call.place, resource=f"{KIND}/{name}")
    call.rows.delete_resource_policy(**call.place, resource=f"{KIND}/{name}")
    answer = _told(call, row, without=("PoolId", "InternationalSendingEnabled", "DeletionProtectionEnabled"))
    return {**answer, "Status": let_go(call, row)}


def _taken(call: Call, wanted: Wanted) -> str:
    number = take(call, wanted)
    if number is None:
        # ASSUMED: how the service says that it has no such number is not published.
        kind = f"{wanted.offer.iso_country_code}/{wanted.offer.number_type}"
        raise ResourceNotFoundException(KIND, kind)
    return number


def _staying(row: Any) -> Any:
    """The number, unless it is on its way out. Raises ConflictException RESOURCE_NOT_ACTIVE."""
    if row["status"] == "DISASSOCIATING":
        raise ConflictException("RESOURCE_NOT_ACTIVE", KIND, row["phone_number_id"])
    return row


def _refuse_pooled(row: Any) -> None:
    if row["pool_id"] is not None:
        raise ConflictException("PHONE_NUMBER_ASSOCIATED_TO_POOL", KIND, row["phone_number_id"])


def _told(call: Call, row: Any, without: tuple[str, ...] = ()) -> Answer:
    """A stored number in wire names, but for members that the model does not have at this place."""
    members = {
        member: bool(row[column]) if column in _FLAGS else row[column]
        for member, (column, _) in _MEMBERS.items()
        if member not in without
    }
    return {
        "PhoneNumberArn": call.arn(KIND, row["phone_number_id"]),
        **members,
        "NumberCapabilities": row["capabilities"].split(),
    }


def _limits(row: Any) -> Answer:
    """How fast a number may send, and how much a day where a carrier has a cap."""
    offered = offer(row["iso_country_code"], row["number_type"])
    if offered is None:
        return {}
    rates = {name: rate for name, rate in offered.rate_limits.items() if name in row["capabilities"].split()}
    return {"RateLimits": rates, "DailyMessageCaps": offered.daily_message_caps or None}


def _have(row: Any) -> dict[str, list[str | None]]:
    """What each filter looks at."""
    have = {name: [*boolean(row[column])] if column in _FLAGS else [row[column]] for column, name in _MEMBERS.values()}
    return {**have, "number-capability": row["capabilities"].split()}
