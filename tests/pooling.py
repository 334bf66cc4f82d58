"""What tests of pools share: a pool that is ready, and who goes in and out of it."""

from __future__ import annotations

from typing import Any

from tests.conformance.ready import wait_for


def statuses(client: Any) -> dict[str, str]:
    return {one["PoolId"]: one["Status"] for one in client.describe_pools()["Pools"]}


def create(client: Any, number: str, message_type: str = "TRANSACTIONAL", **more: Any) -> dict[str, Any]:
    """A pool that is ACTIVE, as CreatePool told it."""
    answer: dict[str, Any] = client.create_pool(OriginationIdentity=number, MessageType=message_type, **more)
    wait_for(lambda: statuses(client).get(answer["PoolId"]) == "ACTIVE")
    del answer["ResponseMetadata"]
    return answer


def add(client: Any, pool: dict[str, Any], number: str, **more: Any) -> Any:
    return client.associate_origination_identity(PoolId=pool["PoolId"], OriginationIdentity=number, **more)


def drop(client: Any, pool: dict[str, Any], number: str, **more: Any) -> Any:
    return client.disassociate_origination_identity(PoolId=pool["PoolId"], OriginationIdentity=number, **more)


def members_of(client: Any, pool: dict[str, Any], **more: Any) -> list[str]:
    answer = client.list_pool_origination_identities(PoolId=pool["PoolId"], **more)
    return [one["OriginationIdentity"] for one in answer["OriginationIdentities"]]


def reason_of(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["Error"]["Code"], answer["Reason"]


def sender_id(client: Any, name: str = "ACME", country: str = "FR", **more: Any) -> dict[str, Any]:
    """A sender ID, as RequestSenderId told it."""
    answer: dict[str, Any] = client.request_sender_id(SenderId=name, IsoCountryCode=country, **more)
    return answer
