"""Origination identities: numbers, sender IDs and agents as pools, keywords and policies see them, and their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from senderdesk.errors import FaultyField, ResourceNotFoundException, ValidationException
from senderdesk.identifiers import parse_arn
from senderdesk.operations import Call
from senderdesk.operations.rcs_standing import standing_of
from senderdesk.operations.resources import named

PHONE_NUMBER, SENDER_ID, RCS_AGENT = "phone-number", "sender-id", "rcs-agent"
FIELD = "originationIdentity"

# What an identity that has no list of its own uses. Every account has this list.
DEFAULT_OPT_OUT_LIST = "Default"


class Conduct(NamedTuple):
    """What becomes of the messages that people send back."""

    two_way_enabled: bool = False
    two_way_channel_arn: str | None = None
    two_way_channel_role: str | None = None
    self_managed: bool = False
    opt_out_list: str = DEFAULT_OPT_OUT_LIST


def conduct_of(row: Any) -> Conduct:
    """What a stored number, agent or pool says of it: their columns are named alike."""
    return Conduct(
        bool(row["two_way_enabled"]),
        row["two_way_channel_arn"],
        row["two_way_channel_role"],
        bool(row["self_managed"]),
        row["opt_out_list"],
    )


class Identity(NamedTuple):
    """One origination identity. `name` is what its ARN ends in, such as ACME/GB for the sender ID ACME in GB.

    `message_types` is None where messages of every type may be sent, `conduct` None where nobody can write back.
    """

    kind: str
    name: str
    is_active: bool
    capabilities: tuple[str, ...]
    message_types: frozenset[str] | None
    conduct: Conduct | None
    iso_country_code: str | None = None
    phone_number: str | None = None

    @property
    def resource(self) -> str:
        """kind/name, under which tags, keywords and policies are kept."""
        return f"{self.kind}/{self.name}"


def _sender_id(call: Call, name: str) -> Identity | None:
    sender_id, _, country = name.partition("/")
    row = call.rows.find_sender_id(**call.place, sender_id=sender_id, iso_country_code=country)
    if row is None:
        return None
    return Identity(SENDER_ID, name, True, ("SMS",), frozenset(row["message_types"].split()), None, country)


def _rcs_agent(call: Call, name: str) -> Identity | None:
    row = call.rows.find_rcs_agent(**call.place, rcs_agent_id=name)
    if row is None:
        return None
    # ASSUMED: an agent that can send to somebody, if only to testers, can send for a pool.
    is_active = standing_of(call, name).status in ("TESTING", "PARTIAL", "ACTIVE")
    return Identity(RCS_AGENT, name, is_active, ("RCS",), None, conduct_of(row))


Finder = Callable[[Call, str], Identity | None]

# How each kind is found by what its ARN ends in. The room that keeps numbers puts their finder here.
FINDERS: dict[str, Finder] = {SENDER_ID: _sender_id, RCS_AGENT: _rcs_agent}

# A sender ID may be any word of 11 letters, so ids are told from it by their whole form.
_KINDS = ((re.compile(r"phone-[0-9a-f]{32}"), PHONE_NUMBER), (re.compile(r"rcs-[0-9a-f]{32}"), RCS_AGENT))


def find_identity(call: Call, id_or_arn: str, iso_country_code: str | None = None) -> Identity:
    """The identity that a call names by id, ARN, or sender ID and country.

    Raises ResourceNotFoundException, and ValidationException INVALID_ARN, MISSING_PARAMETER for a sender ID without
    its country, or COUNTRY_CODE_MISMATCH.
    """
    is_arn = id_or_arn.startswith("arn:")
    kind = _kind_of_arn(id_or_arn) if is_arn else kind_of_id(id_or_arn)
    name = named(call, id_or_arn, kind, FIELD)
    if kind == SENDER_ID and not is_arn:
        if iso_country_code is None:
            complaint = FaultyField("isoCountryCode", "is needed where a sender ID is given without its ARN")
            raise ValidationException("MISSING_PARAMETER", [complaint])
        name = f"{name}/{iso_country_code}"
    found = FINDERS[kind](call, name) if kind in FINDERS else None
    if found is None:
        raise ResourceNotFoundException(kind, name)
    if iso_country_code is not None and found.iso_country_code not in (None, iso_country_code):
        complaint = FaultyField("isoCountryCode", f"is not the country of {found.name}")
        raise ValidationException("COUNTRY_CODE_MISMATCH", [complaint])
    return found


def kind_of_id(name: str) -> str:
    """The kind of identity that a name without an ARN is of; what is no id is a sender ID."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), SENDER_ID)


def _kind_of_arn(text: str) -> str:
    arn = parse_arn(text)
    if arn is None or arn.kind not in (PHONE_NUMBER, SENDER_ID, RCS_AGENT):
        complaint = FaultyField(FIELD, "must be the id or the ARN of a phone number, a sender ID or an agent")
        raise ValidationException("INVALID_ARN", [complaint])
    return arn.kind
