"""The account: its limits, its attributes, and who is calling."""

from __future__ import annotations

from senderdesk.operations import Answer, Call, operation
from senderdesk.operations.paging import page_of_named

# Every limit that the model names is a quota of limits.toml with this ending.
LIMIT_NAMES = (
    "PHONE_NUMBERS", "POOLS", "CONFIGURATION_SETS", "OPT_OUT_LISTS", "SENDER_IDS", "REGISTRATIONS",
    "REGISTRATION_ATTACHMENTS", "VERIFIED_DESTINATION_NUMBERS",
)  # fmt: skip


@operation
def describe_account_limits(call: Call, next_token: str | None = None, max_results: int | None = None) -> Answer:
    """How many of each thing the account has in this Region, and how many it may have."""
    used = {row["name"]: row["used"] for row in call.rows.list_counters(**call.place)}
    limits = []
    for name in LIMIT_NAMES:
        quota = f"{name}_PER_ACCOUNT"
        limits.append((name, {"Name": name, "Used": used.get(quota, 0), "Max": call.desk.limits.quota(quota)}))
    return page_of_named("AccountLimits", limits, max_results, next_token)


@operation
def describe_account_attributes(call: Call, next_token: str | None = None, max_results: int | None = None) -> Answer:
    """The account's tier. (It has no default protect configuration: those are not served.)"""
    attributes = [("ACCOUNT_TIER", {"Name": "ACCOUNT_TIER", "Value": call.desk.settings.account_tier})]
    return page_of_named("AccountAttributes", attributes, max_results, next_token)


def get_caller_identity(call: Call) -> Answer:
    """sts:GetCallerIdentity, in its own wire names."""
    # ASSUMED: a key is shown as a user named like the key; there are no IAM users here.
    return {"Arn": call.principal, "UserId": call.principal.rpartition("/")[2], "Account": call.account}
