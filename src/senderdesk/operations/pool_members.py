"""Members of pools: which numbers, sender IDs and agents send for a pool, and what has to fit for that."""

from __future__ import annotations

import json
from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.errors import ConflictException, ServiceQuotaExceededException
from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.filters import filtered_page, passes, wanted_values
from senderdesk.operations.identities import PHONE_NUMBER, RCS_AGENT, SENDER_ID, Identity, conduct_of, find_identity
from senderdesk.operations.keywords import differ
from senderdesk.operations.resources import POOL, find_pool

QUOTA = "ORIGINATION_IDENTITIES_PER_POOL"
# ASSUMED: the model wants a country of every member, and an agent has none: ZZ, which the service writes for any.
_ANY_COUNTRY = "ZZ"
_ASSOCIATED = {
    PHONE_NUMBER: "PHONE_NUMBER_ASSOCIATED_TO_POOL",
    SENDER_ID: "SENDER_ID_ASSOCIATED_TO_POOL",
    RCS_AGENT: "RCS_AGENT_ASSOCIATED_TO_POOL",
}
# By the parts of Conduct, in their order.
_MISMATCHES = (*["TWO_WAY_CONFIG_MISMATCH"] * 3, "SELF_MANAGED_OPT_OUTS_MISMATCH", "OPT_OUT_LIST_MISMATCH")
# A sender ID can be in several pools. Source: the API reference of CreatePool. An agent tells one pool, like a number.
_IN_SEVERAL = frozenset({SENDER_ID})


@operation
def associate_origination_identity(
    call: Call,
    pool_id: str,
    origination_identity: str,
    iso_country_code: str | None = None,
    client_token: str | None = None,
) -> Answer:
    """Put a number, a sender ID or an agent into a pool whose settings are its own."""
    pool = active_pool(call, pool_id)
    identity = active_identity(call, origination_identity, iso_country_code)
    join(call, pool, identity)
    return _association(call, pool, identity)


@operation
def disassociate_origination_identity(
    call: Call,
    pool_id: str,
    origination_identity: str,
    iso_country_code: str | None = None,
    client_token: str | None = None,
) -> Answer:
    """Take a number, a sender ID or an agent out of a pool. The last number stays."""
    pool = active_pool(call, pool_id)
    identity = find_identity(call, origination_identity, iso_country_code)
    this = {**call.place, "pool_id": pool["pool_id"], "resource": identity.resource}
    if call.rows.find_pool_member(**this) is None:
        # ASSUMED: the one reason that the model has for it is given for sender IDs and agents, too.
        raise ConflictException("PHONE_NUMBER_NOT_ASSOCIATED_TO_POOL", identity.kind, identity.name)
    if identity.kind == PHONE_NUMBER and pool["numbers"] == 1:
        raise ConflictException("LAST_PHONE_NUMBER", identity.kind, identity.name)
    call.rows.delete_pool_member(**this)
    call.rows.count_pool_member_out(**call.place, pool_id=pool["pool_id"], numbers=int(identity.kind == PHONE_NUMBER))
    return _association(call, pool, identity)


@operation
def list_pool_origination_identities(
    call: Call,
    pool_id: str,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The members of a pool that pass the filters, by kind and name."""
    pool = find_pool(call, pool_id)
    wanted = wanted_values(filters, {"number-capability": SERVICE.enum("NumberCapability")})

    def described(row: Any) -> Answer | None:
        item = _describe(call, row)
        have = {"iso-country-code": [item["IsoCountryCode"]], "number-capability": item["NumberCapabilities"]}
        return item if passes(have, wanted) else None

    told = filtered_page(
        "OriginationIdentities",
        lambda after, count: call.rows.list_pool_members(
            **call.place, pool_id=pool["pool_id"], after=after, count=count
        ),
        lambda row: row["resource"],
        described,
        next_token or "",
        max_results,
    )
    return {**_pool(call, pool), **told}


def active_pool(call: Call, id_or_arn: str) -> Any:
    """The stored pool, which must be ACTIVE. Raises ConflictException RESOURCE_NOT_ACTIVE, and as find_pool does."""
    pool = find_pool(call, id_or_arn)
    if pool["status"] != "ACTIVE":
        raise ConflictException("RESOURCE_NOT_ACTIVE", POOL, pool["pool_id"])
    return pool


def active_identity(call: Call, id_or_arn: str, iso_country_code: str | None) -> Identity:
    """An identity that can send. Raises ConflictException RESOURCE_NOT_ACTIVE, and what find_identity raises."""
    identity = find_identity(call, id_or_arn, iso_country_code)
    if not identity.is_active:
        raise ConflictException("RESOURCE_NOT_ACTIVE", identity.kind, identity.name)
    return identity


def refuse_other_pools(call: Call, identity: Identity, pool_id: str | None = None) -> None:
    """Raises ConflictException where the identity is in the pool already, or in another and can be in one only."""
    this = {**call.place, "resource": identity.resource}
    if identity.kind not in _IN_SEVERAL:
        taken = call.rows.find_pool_of(**this)
    else:
        taken = call.rows.find_pool_member(**this, pool_id=pool_id) if pool_id else None
    if taken is not None:
        raise ConflictException(_ASSOCIATED[identity.kind], identity.kind, identity.name)


def join(call: Call, pool: Any, identity: Identity) -> None:
    """Make the identity, active or on its way there, a member of a stored pool.

    Raises ConflictException where it is in a pool or does not fit this one, ServiceQuotaExceededException.
    """
    refuse_other_pools(call, identity, pool["pool_id"])
    mismatch = _mismatch(call, pool, identity)
    if mismatch:
        raise ConflictException(mismatch, identity.kind, identity.name)
    admit(call, pool["pool_id"], identity)


def admit(call: Call, pool_id: str, identity: Identity) -> None:
    """Write down an identity that fits as a member. Raises ServiceQuotaExceededException."""
    this = {**call.place, "pool_id": pool_id}
    is_number = identity.kind == PHONE_NUMBER
    capabilities = json.dumps(identity.capabilities)
    if not call.rows.count_pool_member_in(
        **this,
        numbers=int(is_number),
        number_capabilities=capabilities if is_number else None,
        quota=call.desk.limits.quota(QUOTA),
    ):
        raise ServiceQuotaExceededException(QUOTA)
    call.rows.insert_pool_member(
        **this,
        resource=identity.resource,
        iso_country_code=identity.iso_country_code,
        number_capabilities=capabilities,
        phone_number=identity.phone_number,
    )


def _mismatch(call: Call, pool: Any, identity: Identity) -> str:
    """The first reason for which the identity does not fit the pool, "" where it does."""
    if identity.message_types is not None and pool["message_type"] not in identity.message_types:
        return "MESSAGE_TYPE_MISMATCH"
    # ASSUMED: to a sender ID nobody can write back, so what becomes of answers is nothing that could fit or not.
    if identity.conduct is not None:
        for reason, part, other in zip(_MISMATCHES, conduct_of(pool), identity.conduct, strict=True):
            if part != other:
                return reason
    if identity.kind == PHONE_NUMBER:
        first = pool["number_capabilities"]
        # ASSUMED: numbers of one pool may differ in what they can do, but not in everything.
        if first is not None and not set(json.loads(first)) & set(identity.capabilities):
            return "NUMBER_CAPABILITIES_MISMATCH"
        if differ(call, identity.resource, f"{POOL}/{pool['pool_id']}"):
            return "KEYWORD_MISMATCH"
    return ""


def _pool(call: Call, pool: Any) -> Answer:
    return {"PoolArn": call.arn(POOL, pool["pool_id"]), "PoolId": pool["pool_id"]}


def _association(call: Call, pool: Any, identity: Identity) -> Answer:
    return {
        **_pool(call, pool),
        "OriginationIdentityArn": call.arn(identity.kind, identity.name),
        "OriginationIdentity": identity.name.partition("/")[0],
        "IsoCountryCode": identity.iso_country_code,
    }


def _describe(call: Call, row: Any) -> Answer:
    kind, _, name = row["resource"].partition("/")
    return {
        "OriginationIdentityArn": call.arn(kind, name),
        "OriginationIdentity": name.partition("/")[0],
        "IsoCountryCode": row["iso_country_code"] or _ANY_COUNTRY,
        "NumberCapabilities": json.loads(row["number_capabilities"]),
        "PhoneNumber": row["phone_number"],
    }
