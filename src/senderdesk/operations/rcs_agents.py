"""RCS agents: create, describe, update, delete. How an agent stands follows from its registrations."""

from __future__ import annotations

import json
from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identifiers import new_id
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.associations import RESOURCES, Resource, disassociate
from senderdesk.operations.filters import BOOLEAN, asks_for_shared, boolean, filtered_page, passes, wanted_values
from senderdesk.operations.opt_out_lists import find_opt_out_list
from senderdesk.operations.rcs_standing import RESOURCE_TYPE, Standing, standing_of
from senderdesk.operations.resources import named
from senderdesk.operations.tags import Tag, delete_all_tags, put_tags
from senderdesk.operations.two_way import two_way_settings

KIND = "rcs-agent"
QUOTA = "RCS_AGENTS_PER_ACCOUNT"

# What UpdateRcsAgent is told to take the place of media away. Source: its documentation.
UNSET = "UNSET_RCS_MEDIA_CONFIGURATION"
_ALL_EVENTS = "ALL"
_FILTER_VALUES = {
    "status": SERVICE.enum("RcsAgentStatus"),
    "two-way-enabled": BOOLEAN,
    "self-managed-opt-outs-enabled": BOOLEAN,
    "deletion-protection-enabled": BOOLEAN,
}


@operation
def create_rcs_agent(
    call: Call,
    deletion_protection_enabled: bool = False,
    opt_out_list_name: str = "Default",
    tags: list[Tag] | None = None,
    client_token: str | None = None,
) -> Answer:
    """A new agent that nobody can be written to from yet."""
    opt_out_list = find_opt_out_list(call, opt_out_list_name)["opt_out_list"]
    if not call.rows.count_one_more(**call.place, name=QUOTA, quota=call.desk.limits.quota(QUOTA)):
        raise ServiceQuotaExceededException(QUOTA)
    name = new_id("rcs", call.now)
    call.rows.insert_rcs_agent(
        **call.place,
        rcs_agent_id=name,
        deletion_protection=deletion_protection_enabled,
        opt_out_list=opt_out_list,
        created_at=call.now,
    )
    answer = _told(call, find_rcs_agent(call, name))
    if tags:
        answer["Tags"] = put_tags(call, f"{KIND}/{name}", tags)
    return answer


@operation
def describe_rcs_agents(
    call: Call,
    rcs_agent_ids: list[str] | None = None,
    owner: str | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The agents asked for by id, in that order, or all that pass the filters, oldest first."""
    wanted = wanted_values(filters, _FILTER_VALUES)
    refuse_page_of_named("rcsAgentIds", rcs_agent_ids, next_token, max_results)
    if asks_for_shared(owner, "rcsAgentIds", rcs_agent_ids):
        return {"RcsAgents": []}

    def described(row: Any) -> Answer | None:
        standing = standing_of(call, row["rcs_agent_id"])
        return _described(call, row, standing) if passes(_have(row, standing), wanted) else None

    if rcs_agent_ids:
        # ASSUMED: filters narrow what is named, whose order is kept; one unknown id fails the call.
        found = (find_rcs_agent(call, name, "rcsAgentIds") for name in rcs_agent_ids)
        once = {row["rcs_agent_id"]: row for row in found}
        return {"RcsAgents": [item for item in map(described, once.values()) if item is not None]}
    return filtered_page(
        "RcsAgents",
        lambda after, count: call.rows.list_rcs_agents(**call.place, after=after, count=count),
        lambda row: row["rcs_agent_id"],
        described,
        next_token or "",
        max_results,
    )


@operation
def update_rcs_agent(
    call: Call,
    rcs_agent_id: str,
    deletion_protection_enabled: bool | None = None,
    opt_out_list_name: str | None = None,
    self_managed_opt_outs_enabled: bool | None = None,
    two_way_channel_arn: str | None = None,
    two_way_channel_role: str | None = None,
    two_way_enabled: bool | None = None,
    two_way_media_s3_bucket_name: str | None = None,
    two_way_media_s3_key_prefix: str | None = None,
    two_way_media_s3_role: str | None = None,
    two_way_rcs_events_enabled: list[str] | None = None,
) -> Answer:
    """Change what is said of an agent's settings; the others stay as they are."""
    row = find_rcs_agent(call, rcs_agent_id)
    opt_out_list = opt_out_list_name and find_opt_out_list(call, opt_out_list_name)["opt_out_list"]
    said = {
        "deletion_protection": deletion_protection_enabled,
        "opt_out_list": opt_out_list,
        "self_managed": self_managed_opt_outs_enabled,
    }
    two_way = two_way_settings(row, two_way_enabled, two_way_channel_arn, two_way_channel_role)
    over_two_way = {
        "two_way_events": _events(two_way_rcs_events_enabled),
        "media_bucket": two_way_media_s3_bucket_name,
        "media_key_prefix": two_way_media_s3_key_prefix,
        "media_role": two_way_media_s3_role,
    }
    settings = {
        **{name: row[name] if value is None else value for name, value in said.items()},
        **two_way,
        **_over_two_way(row, two_way["two_way_enabled"], over_two_way),
    }
    call.rows.set_rcs_agent_settings(**call.place, rcs_agent_id=row["rcs_agent_id"], **settings)
    return _told(call, find_rcs_agent(call, row["rcs_agent_id"]))


@operation
def delete_rcs_agent(call: Call, rcs_agent_id: str) -> Answer:
    """Delete an agent that nothing is going on with; it is gone from every list at once."""
    row = find_rcs_agent(call, rcs_agent_id)
    name = row["rcs_agent_id"]
    if row["deletion_protection"]:
        raise ConflictException("DELETION_PROTECTION_ENABLED", KIND, name)
    if call.rows.find_pool_of(**call.place, resource=f"{KIND}/{name}"):
        raise ConflictException("RCS_AGENT_ASSOCIATED_TO_POOL", KIND, name)
    if standing_of(call, name).is_engaged:
        # ASSUMED: an agent stays while a registration of it is under review or COMPLETE; with which reason.
        raise ConflictException("RESOURCE_DELETION_NOT_ALLOWED", KIND, name)
    disassociate(call, name)
    call.rows.delete_rcs_agent(**call.place, rcs_agent_id=name)
    call.rows.count_one_less(**call.place, name=QUOTA)
    delete_all_tags(call, f"{KIND}/{name}")
    answer = {**_told(call, row), "Status": "DELETED"}
    return {member: value for member, value in answer.items() if not member.startswith("TwoWayMedia")}


def find_rcs_agent(call: Call, id_or_arn: str, field: str = "rcsAgentId") -> Any:
    """The stored agent. `field` is the input member that named it.

    Raises ResourceNotFoundException, ValidationException INVALID_ARN.
    """
    name = named(call, id_or_arn, KIND, field)
    row = call.rows.find_rcs_agent(**call.place, rcs_agent_id=name)
    if row is None:
        raise ResourceNotFoundException(KIND, name)
    return row


def _events(names: list[str] | None) -> str | None:
    """The event types as they are stored. Raises ValidationException where ALL has company."""
    if names is None:
        return None
    if _ALL_EVENTS in names and len(names) > 1:
        complaint = FaultyField("twoWayRcsEventsEnabled", "ALL stands for every event type, and stands alone")
        raise ValidationException("INVALID_PARAMETER", [complaint])
    # ASSUMED: every other name is taken, as the event types are not published.
    return json.dumps(list(dict.fromkeys(names)))


# What comes back over two-way messaging beside texts, and the input members that set it.
_OVER_TWO_WAY = {
    "two_way_events": "twoWayRcsEventsEnabled",
    "media_bucket": "twoWayMediaS3BucketName",
    "media_key_prefix": "twoWayMediaS3KeyPrefix",
    "media_role": "twoWayMediaS3Role",
}
_MEDIA = ("media_bucket", "media_key_prefix", "media_role")
_PAIR = ("media_bucket", "media_role")


def _over_two_way(row: Any, on: bool, said: dict[str, Any]) -> dict[str, Any]:
    """What an agent's events and media become; None is what was not said, and stays as it is.

    Raises ValidationException TWO_WAY_NOT_ENABLED, MISSING_PARAMETER. Source: the documentation of UpdateRcsAgent says
    that media want two-way messaging to be on, and how they are unset.
    """
    settings = {name: row[name] if value is None else value for name, value in said.items()}
    settings = _with_media(settings, {name for name, value in said.items() if value is not None})
    if on:
        return settings
    # ASSUMED: an empty list of events, and media that are unset, can be said without it.
    given = [name for name, value in said.items() if value is not None and settings[name] not in (None, "[]")]
    if given:
        raise ValidationException(
            "TWO_WAY_NOT_ENABLED",
            [FaultyField(_OVER_TWO_WAY[name], "needs two-way messaging to be on") for name in given],
        )
    # ASSUMED: who turns two-way messaging off forgets what came back over it, and where to.
    return dict.fromkeys(_OVER_TWO_WAY)


def _with_media(settings: dict[str, Any], said: set[str]) -> dict[str, Any]:
    """The settings with the place of media set, or taken away."""
    unset = [name for name in _PAIR if settings[name] == UNSET]
    if unset and len(unset) < len(_PAIR):
        other = next(name for name in _PAIR if name not in unset)
        raise _refused("MISSING_PARAMETER", other, f"as {UNSET} too")
    if unset:
        return {**settings, **dict.fromkeys(_MEDIA)}
    if said.intersection(_MEDIA):
        for name in _PAIR:
            if settings[name] is None:
                raise _refused("MISSING_PARAMETER", name, "where media are to be kept")
    return settings


def _refused(reason: str, name: str, where: str) -> ValidationException:
    return ValidationException(reason, [FaultyField(_OVER_TWO_WAY[name], f"is needed {where}")])


def _told(call: Call, row: Any, standing: Standing | None = None) -> Answer:
    """An agent's own members, in wire names; those that it does not have are left out."""
    standing = standing or standing_of(call, row["rcs_agent_id"])
    members = {
        "RcsAgentArn": call.arn(KIND, row["rcs_agent_id"]),
        "RcsAgentId": row["rcs_agent_id"],
        "Status": standing.status,
        "DeletionProtectionEnabled": bool(row["deletion_protection"]),
        "OptOutListName": row["opt_out_list"],
        "CreatedTimestamp": row["created_at"],
        "SelfManagedOptOutsEnabled": bool(row["self_managed"]),
        "TwoWayEnabled": bool(row["two_way_enabled"]),
        "TwoWayChannelArn": row["two_way_channel_arn"],
        "TwoWayChannelRole": row["two_way_channel_role"],
        "TwoWayMediaS3BucketName": row["media_bucket"],
        "TwoWayMediaS3KeyPrefix": row["media_key_prefix"],
        "TwoWayMediaS3Role": row["media_role"],
        "TwoWayRcsEventsEnabled": json.loads(row["two_way_events"]) if row["two_way_events"] else None,
    }
    return {member: value for member, value in members.items() if value is not None}


def _described(call: Call, row: Any, standing: Standing) -> Answer:
    answer = _told(call, row, standing)
    if pool := call.rows.find_pool_of(**call.place, resource=f"{KIND}/{row['rcs_agent_id']}"):
        answer["PoolId"] = pool["pool_id"]
    if standing.testing_agent is not None:
        answer["TestingAgent"] = standing.testing_agent
    return answer


def _have(row: Any, standing: Standing) -> dict[str, list[str | None]]:
    """What each filter looks at."""
    return {
        "status": [standing.status],
        "two-way-enabled": [*boolean(row["two_way_enabled"])],
        "self-managed-opt-outs-enabled": [*boolean(row["self_managed"])],
        "opt-out-list-name": [row["opt_out_list"]],
        "deletion-protection-enabled": [*boolean(row["deletion_protection"])],
        "two-way-channel-arn": [row["two_way_channel_arn"]],
    }


def _resource(call: Call, name: str) -> Resource | None:
    row = call.rows.find_rcs_agent(**call.place, rcs_agent_id=name)
    return Resource(KIND, name, RESOURCE_TYPE, shared=True, once_a_type=True) if row is not None else None


RESOURCES[KIND] = _resource
