"""What may happen to a registration, told a second time: the rules that the model of the registration family goes by.

They are written from what is known of the service, and share no code with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.conftest import REGION

Answer = dict[str, Any]

BRAND, VETTING = "US_TEN_DLC_BRAND_REGISTRATION", "US_TEN_DLC_BRAND_VETTING"
CAMPAIGN, NAME = "US_TEN_DLC_CAMPAIGN_REGISTRATION", "MODEL_NAME_REGISTRATION"
KIND, ATTACHMENT = "registration", "registration-attachment"
MEMBER_OF = {"TEXT": "TextValue", "SELECT": "SelectChoices", "ATTACHMENT": "RegistrationAttachmentId"}

# The forms: fields by path with type and requirement, and what a type may be associated with.
FIELDS = {
    BRAND: {
        "company.name": ("TEXT", "REQUIRED"),
        "company.kind": ("SELECT", "OPTIONAL"),
        "company.stock": ("TEXT", "CONDITIONAL"),  # asked for where the kind is LARGE, and else forbidden
        "papers.letter": ("ATTACHMENT", "OPTIONAL"),
    },
    VETTING: {},
    CAMPAIGN: {"campaign.use": ("TEXT", "REQUIRED"), "papers.sample": ("ATTACHMENT", "OPTIONAL")},
    NAME: {"name.wanted": ("TEXT", "REQUIRED")},
}
# (type, type of what it is associated with): when it may be, and what becomes of it.
LINKS = {
    (VETTING, BRAND): ("ASSOCIATE_BEFORE_SUBMIT", "DELETE_REGISTRATION_DISASSOCIATES"),
    (CAMPAIGN, BRAND): ("ASSOCIATE_BEFORE_SUBMIT", "DISASSOCIATE_ALL_ALLOWS_DELETE_REGISTRATION"),
    (CAMPAIGN, NAME): ("ASSOCIATE_AFTER_COMPLETE", "DISASSOCIATE_ALL_CLOSES_REGISTRATION"),
    (NAME, "SENDER_NAME"): ("ASSOCIATE_ON_APPROVAL", "DISASSOCIATE_ALL_CLOSES_REGISTRATION"),
}
TITLES = {
    "MISSING_REQUIRED_FIELD": "Missing required field",
    "MISSING_CONDITIONAL_FIELD": "Missing conditional field",
    "CONDITIONAL_FIELD_NOT_ALLOWED": "Conditional field not allowed",
    "INVALID_FIELD_VALUE": "Invalid field value",
    "BRAND_UNVERIFIED": "Brand unverified",
    "WAIT_TO_RESUBMIT_REGISTRATION": "Wait to resubmit registration",
}
IN_REVIEW = ("SUBMITTED", "AWS_REVIEWING", "REVIEWING", "REQUIRES_AUTHENTICATION", "REQUIRES_OFFLINE_REVIEW")
OVER = ("DENIED", "DISCARDED", "REVOKED")
SETTLES = {"APPROVED": "COMPLETE", "DENIED": "REQUIRES_UPDATES", "REVOKED": "REQUIRES_UPDATES"}
REASON_OF = {
    "create_version": "CREATE_REGISTRATION_VERSION_NOT_ALLOWED",
    "edit": "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED",
    "submit": "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED",
    "discard": "DISCARD_REGISTRATION_VERSION_NOT_ALLOWED",
    "delete": "RESOURCE_DELETION_NOT_ALLOWED",
    "ASSOCIATE_AFTER_COMPLETE": "REGISTRATION_NOT_COMPLETE",
}


class Refused(Exception):
    """A refusal: the error's code, and the members that it must have. `fields` are the names of faulty members."""

    def __init__(self, code: str, fields: Iterable[str] = (), **members: str) -> None:
        super().__init__(code, members)
        self.expected = {"__type": code, "Fields": list(fields), **members}


def conflict(reason: str, kind: str, name: str) -> Refused:
    return Refused("ConflictException", Reason=reason, ResourceType=kind, ResourceId=name)


def invalid(reason: str, *fields: str) -> Refused:
    return Refused("ValidationException", fields, Reason=reason)


class Ways(NamedTuple):
    """How the desk is set up. A step of the desk takes `step` seconds."""

    copies: bool
    refuses: bool
    auto: bool
    step: float
    upload: float


def allowed(event: str, version: str, registration: str) -> bool:
    """Whether `event` may happen to a version of a registration, by their statuses."""
    if registration == "CLOSED" and event != "delete":
        return False
    match event:
        case "edit" | "submit":
            return version == "DRAFT"
        case "create_version":
            return version in OVER or (version, registration) == ("APPROVED", "COMPLETE")
        case "discard":
            return version in ("DRAFT", *IN_REVIEW[:4])
        case "delete":
            return version not in IN_REVIEW and registration != "PROVISIONING"
        case "ASSOCIATE_BEFORE_SUBMIT":
            return version == "DRAFT" or version in OVER
        case "ASSOCIATE_AFTER_COMPLETE":
            return registration == "COMPLETE"
        case "start_review":
            return version in ("SUBMITTED", "AWS_REVIEWING", "REQUIRES_AUTHENTICATION")
        case "require_authentication":
            return version in ("SUBMITTED", "REVIEWING")
        case "send_offline":
            return version in ("AWS_REVIEWING", "REVIEWING")
        case "start_aws_review":
            return version == "SUBMITTED"
        case "give_feedback":
            return version == "AWS_REVIEWING"
        case "deny":
            return version in IN_REVIEW
        case "approve":
            return version in ("REVIEWING", "REQUIRES_OFFLINE_REVIEW")
        case "revoke" | "close":
            return (version, registration) == ("APPROVED", "COMPLETE")
    raise AssertionError(event)


# What an event of the desk makes of the version, and of its registration.
BECOMES = {
    "start_aws_review": ("AWS_REVIEWING", "AWS_REVIEWING"),
    "give_feedback": ("DENIED", "REQUIRES_UPDATES"),
    "start_review": ("REVIEWING", "REVIEWING"),
    "require_authentication": ("REQUIRES_AUTHENTICATION", "REQUIRES_AUTHENTICATION"),
    "send_offline": ("REQUIRES_OFFLINE_REVIEW", "REVIEWING"),
    "deny": ("DENIED", "REQUIRES_UPDATES"),
    "approve": ("APPROVED", "COMPLETE"),
    "revoke": ("REVOKED", "REQUIRES_UPDATES"),
    "close": ("APPROVED", "CLOSED"),
}
_GOOD_TEXT = re.compile("[A-Z]{2,5}")
_OPTIONS = ("SMALL", "LARGE", "OTHER")


def fits(value: Any) -> bool:
    """Whether a text or choices fit the one rule that all fields of their kind have here."""
    if isinstance(value, str):
        return bool(_GOOD_TEXT.fullmatch(value))
    return 1 <= len(value) <= 2 and len(set(value)) == len(value) and set(value) <= set(_OPTIONS)


def arn(account: str, kind: str, name: str) -> str:
    return f"arn:aws:sms-voice:{REGION}:{account}:{kind}/{name}"


def lower(member: str) -> str:
    return member[0].lower() + member[1:]
