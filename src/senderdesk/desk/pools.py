"""Pools after CreatePool and DeletePool: one that is made becomes ACTIVE, one that is deleted goes."""

from __future__ import annotations

from senderdesk.operations import Call
from senderdesk.operations.resources import POOL
from senderdesk.operations.tags import delete_all_tags


def settle(call: Call, pool_id: str) -> None:
    """Take a pool out of CREATING or DELETING; one that is in neither stays as it is."""
    this = {**call.place, "pool_id": pool_id}
    call.rows.set_pool_status(**this, status="ACTIVE", status_before="CREATING")
    if call.rows.delete_pool(**this):
        resource = f"{POOL}/{pool_id}"
        delete_all_tags(call, resource)
        call.rows.delete_keywords(**call.place, resource=resource)
        call.rows.delete_resource_policy(**call.place, resource=resource)
