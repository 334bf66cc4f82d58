"""Two-way messaging: where the messages go that people send back, and what has to be said for that."""

from __future__ import annotations

import re
from typing import Any

from senderdesk.errors import FaultyField, ValidationException

# An SNS topic, or an Amazon Connect instance by its Region's host. Source: the user guide on two-way messaging.
_CHANNEL = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:\S+|connect\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+")


def two_way_settings(row: Any, enabled: bool | None, channel: str | None, role: str | None) -> dict[str, Any]:
    """What the three two-way columns of a stored `row` become; None is what was not said, and stays as it is.

    Raises ValidationException TWO_WAY_NOT_ENABLED, TWO_WAY_CHANNEL_NOT_PRESENT, INVALID_PARAMETER.
    """
    on = bool(row["two_way_enabled"]) if enabled is None else enabled
    given = [name for name, value in (("twoWayChannelArn", channel), ("twoWayChannelRole", role)) if value is not None]
    if not on and given:
        raise ValidationException(
            "TWO_WAY_NOT_ENABLED", [FaultyField(name, "needs two-way messaging to be on") for name in given]
        )
    # ASSUMED: a channel must look like one; whether it is there and may be used is not looked at.
    if channel is not None and not _CHANNEL.fullmatch(channel):
        raise _refused("twoWayChannelArn", "must be the ARN of an SNS topic, or connect.REGION.amazonaws.com")
    if role is not None and not _ROLE.fullmatch(role):
        raise _refused("twoWayChannelRole", "must be the ARN of an IAM role")
    channel = channel or row["two_way_channel_arn"]
    if on and channel is None:
        complaint = FaultyField("twoWayChannelArn", "is needed where two-way messaging is on")
        raise ValidationException("TWO_WAY_CHANNEL_NOT_PRESENT", [complaint])
    # ASSUMED: who turns two-way messaging off forgets its channel.
    return {
        "two_way_enabled": on,
        "two_way_channel_arn": channel if on else None,
        "two_way_channel_role": (role or row["two_way_channel_role"]) if on else None,
    }


def _refused(name: str, message: str) -> ValidationException:
    return ValidationException("INVALID_PARAMETER", [FaultyField(name, message)])
