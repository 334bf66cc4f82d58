"""Pools: origination identities that send as one, with one set of settings."""

from __future__ import annotations

from typing import Any

from senderdesk import due
from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException, ServiceQuotaExceededException
from senderdesk.identifiers import new_id
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.filters import BOOLEAN, asks_for_shared, boolean, filtered_page, passes, wanted_values
from senderdesk.operations.identities import Conduct
from senderdesk.operations.opt_out_lists import find_opt_out_list
from senderdesk.operations.pool_members import active_identity, active_pool, admit, refuse_other_pools
from senderdesk.operations.resources import POOL as KIND
from senderdesk.operations.resources import find_pool
from senderdesk.operations.tags import Tag, put_tags
from senderdesk.operations.two_way import two_way_settings

QUOTA = "POOLS_PER_ACCOUNT"

# Each member that a pool tells, its column, and the filter that looks at it.
_MEMBERS = {
    "Status": ("status", "status"),
    "MessageType": ("message_type", "message-type"),
    "TwoWayEnabled": ("two_way_enabled", "two-way-enabled"),
    "TwoWayChannelArn": ("two_way_channel_arn", "two-way-channel-arn"),
    "TwoWayChannelRole": ("two_way_channel_role", ""),
    "SelfManagedOptOutsEnabled": ("self_managed", "self-managed-opt-outs-enabled"),
    "OptOutListName": ("opt_out_list", "opt-out-list-name"),
    "SharedRoutesEnabled": ("shared_routes", "shared-routes-enabled"),
    "DeletionProtectionEnabled": ("deletion_protection", "deletion-protection-enabled"),
    "CreatedTimestamp": ("created_at", ""),
}
_FLAGS = frozenset({"two_way_enabled", "self_managed", "shared_routes", "deletion_protection"})
_FILTER_VALUES = {
    "status": SERVICE.enum("PoolStatus"),
    "message-type": SERVICE.enum("MessageType"),
    **{name: BOOLEAN for column, name in _MEMBERS.values() if column in _FLAGS},
}


@operation
def create_pool(
    call: Call,
    origination_identity: str,
    message_type: str,
    iso_country_code: str | None = None,
    deletion_protection_enabled: bool = False,
    tags: list[Tag] | None = None,
    client_token: str | None = None,
) -> Answer:
    """A new pool with one member, whose settings and keywords it takes over; it is CREATING for a moment."""
    identity = active_identity(call, origination_identity, iso_country_code)
    refuse_other_pools(call, identity)
    if identity.message_types is not None and message_type not in identity.message_types:
        raise ConflictException("MESSAGE_TYPE_MISMATCH", identity.kind, identity.name)
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    name = new_id(KIND, call.now)
    this = {**call.place, "pool_id": name}
    call.rows.insert_pool(
        **this,
        **(identity.conduct or Conduct())._asdict(),
        status="CREATING",
        message_type=message_type,
        deletion_protection=int(deletion_protection_enabled),
        created_at=call.now,
    )
    admit(call, name, identity)
    call.rows.copy_keywords(**call.place, resource=identity.resource, copied_to=f"{KIND}/{name}")
    due.schedule(call, due.POOL, name, due.STEP_SECONDS[call.desk.settings.pace])
    told = put_tags(call, f"{KIND}/{name}", tags) if tags else None
    return {**describe(call, call.rows.find_pool(**this)), "Tags": told}


@operation
def describe_pools(
    call: Call,
    pool_ids: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
    owner: str | None = None,
) -> Answer:
    """The pools asked for by id, in that order, or all that pass the filters, oldest first."""
    refuse_page_of_named("poolIds", pool_ids, next_token, max_results)
    wanted = wanted_values(filters, _FILTER_VALUES)
    if asks_for_shared(owner, "poolIds", pool_ids):
        return {"Pools": []}

    def described(row: Any) -> Answer | None:
        return describe(call, row) if passes(_have(row), wanted) else None

    if pool_ids:
        found = (find_pool(call, name, "poolIds") for name in pool_ids)
        once = {row["pool_id"]: row for row in found}
        return {"Pools": [item for item in map(described, once.values()) if item is not None]}
    return filtered_page(
        "Pools",
        lambda after, count: call.rows.list_pools(**call.place, after=after, count=count),
        lambda row: row["pool_id"],
        described,
        next_token or "",
        max_results,
    )


@operation
def update_pool(
    call: Call,
    pool_id: str,
    two_way_enabled: bool | None = None,
    two_way_channel_arn: str | None = None,
    two_way_channel_role: str | None = None,
    self_managed_opt_outs_enabled: bool | None = None,
    opt_out_list_name: str | None = None,
    shared_routes_enabled: bool | None = None,
    deletion_protection_enabled: bool | None = None,
) -> Answer:
    """Give a pool other settings; what is not given stays."""
    # ASSUMED: the pool's settings count for its members, whose own ones are as they were when they leave it.
    # ASSUMED: a pool that is being made or deleted cannot be changed, as it cannot be deleted.
    row = active_pool(call, pool_id)
    if opt_out_list_name is not None:
        opt_out_list_name = find_opt_out_list(call, opt_out_list_name)["opt_out_list"]
    given = {
        "self_managed": self_managed_opt_outs_enabled,
        "opt_out_list": opt_out_list_name,
        "shared_routes": shared_routes_enabled,
        "deletion_protection": deletion_protection_enabled,
    }
    settings = {column: row[column] if value is None else value for column, value in given.items()}
    two_way = two_way_settings(row, two_way_enabled, two_way_channel_arn, two_way_channel_role)
    call.rows.set_pool_settings(**call.place, pool_id=row["pool_id"], **settings, **two_way)
    return describe(call, find_pool(call, row["pool_id"]))


@operation
def delete_pool(call: Call, pool_id: str) -> Answer:
    """Let a pool's members go, and delete it; it is DELETING for a moment, then gone."""
    row = active_pool(call, pool_id)
    name = row["pool_id"]
    if row["deletion_protection"]:
        raise ConflictException("DELETION_PROTECTION_ENABLED", KIND, name)
    call.rows.set_pool_status(**call.place, pool_id=name, status="DELETING", status_before="ACTIVE")
    # ASSUMED: its members are free, and the quota is, from the moment of the call.
    call.rows.delete_pool_members(**call.place, pool_id=name)
    call.rows.count_one_less(**call.place, name=QUOTA)
    due.schedule(call, due.POOL, name, due.STEP_SECONDS[call.desk.settings.pace])
    answer = describe(call, find_pool(call, name))
    del answer["DeletionProtectionEnabled"]
    return answer


def describe(call: Call, row: Any) -> Answer:
    """A stored pool in wire names."""
    members = {member: _told(row, column) for member, (column, _) in _MEMBERS.items()}
    return {"PoolArn": call.arn(KIND, row["pool_id"]), "PoolId": row["pool_id"], **members}


def _have(row: Any) -> dict[str, list[str | None]]:
    """What each filter looks at."""
    return {name: [*boolean(row[column])] if column in _FLAGS else [row[column]] for column, name in _MEMBERS.values()}


def _told(row: Any, column: str) -> Any:
    return bool(row[column]) if column in _FLAGS else row[column]
