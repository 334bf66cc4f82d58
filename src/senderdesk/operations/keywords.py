"""Keywords: words that people send to a number or a pool, and what they get back. Letter case makes no difference."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

from senderdesk.contract import SERVICE
from senderdesk.errors import (
    ConflictException,
    FaultyField,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from senderdesk.identifiers import parse_arn
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.filters import filtered_page, passes, wanted_values
from senderdesk.operations.identities import FIELD, PHONE_NUMBER, find_identity, kind_of_id
from senderdesk.operations.resources import POOL, find_pool

KIND = "keyword"
_QUOTAS = {PHONE_NUMBER: "KEYWORDS_PER_PHONE_NUMBER", POOL: "KEYWORDS_PER_POOL"}


class Holder(NamedTuple):
    """The number or pool that has keywords."""

    kind: str
    name: str

    @property
    def resource(self) -> str:
        """kind/name, under which its keywords are kept."""
        return f"{self.kind}/{self.name}"


# What every number and pool has from the start. They cannot be deleted; their messages can be changed, as people did.
# ASSUMED: the words of the messages, and that START is no keyword until somebody puts it.
_STANDARD = {
    "help": {
        "folded": "help",
        "keyword": "HELP",
        "message": "Reply STOP to get no more messages. Message and data rates may apply.",
        "action": "AUTOMATIC_RESPONSE",
    },
    "stop": {
        "folded": "stop",
        "keyword": "STOP",
        "message": "You will get no more messages from this number.",
        "action": "OPT_OUT",
    },
}


@operation
def put_keyword(
    call: Call, origination_identity: str, keyword: str, keyword_message: str, keyword_action: str | None = None
) -> Answer:
    """Give a number or a pool a keyword, or another answer to one that it has."""
    holder = _changeable(call, origination_identity)
    folded = fold(keyword)
    standard = _STANDARD.get(folded)
    # ASSUMED: a keyword that is put without an action sends its message, and HELP and STOP keep their own action.
    action = keyword_action or (standard["action"] if standard else "AUTOMATIC_RESPONSE")
    if standard and action != standard["action"]:
        # ASSUMED: of a standard keyword, the message can be changed and the action cannot.
        raise ConflictException("RESOURCE_MODIFICATION_NOT_ALLOWED", KIND, keyword)
    row = {"folded": folded, "keyword": keyword, "message": keyword_message, "action": action}
    call.rows.put_keyword(**call.place, resource=holder.resource, **row)
    quota = _QUOTAS[holder.kind]
    # Counted after it is in: one that was there before counts once, and a refusal takes everything back.
    if call.rows.count_keywords(**call.place, resource=holder.resource)["used"] > call.desk.limits.quota(quota):
        raise ServiceQuotaExceededException(quota)
    return {**_identity(call, holder), **_describe(row)}


@operation
def describe_keywords(
    call: Call,
    origination_identity: str,
    keywords: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The keywords of a number or a pool: those named, in that order, or all that pass the filters, by name."""
    refuse_page_of_named("keywords", keywords, next_token, max_results)
    holder = _holder(call, origination_identity)
    wanted = wanted_values(filters, {"keyword-action": SERVICE.enum("KeywordAction")})

    def described(row: Any) -> Answer | None:
        return _describe(row) if passes({"keyword-action": [row["action"]]}, wanted) else None

    if keywords:
        once = {fold(word): _existing(call, holder, word) for word in keywords}
        told: Answer = {"Keywords": [item for item in map(described, once.values()) if item is not None]}
    else:
        told = filtered_page(
            "Keywords",
            lambda after, count: _read(call, holder, after, count),
            lambda row: row["folded"],
            described,
            next_token or "",
            max_results,
        )
    return {**_identity(call, holder), **told}


@operation
def delete_keyword(call: Call, origination_identity: str, keyword: str) -> Answer:
    """Take a keyword away. HELP and STOP stay."""
    holder = _changeable(call, origination_identity)
    row = _existing(call, holder, keyword)
    if row["folded"] in _STANDARD:
        # ASSUMED: that they cannot be deleted is documented, with which reason is not.
        raise ConflictException("RESOURCE_DELETION_NOT_ALLOWED", KIND, row["keyword"])
    call.rows.delete_keyword(**call.place, resource=holder.resource, folded=row["folded"])
    return {**_identity(call, holder), **_describe(row)}


def fold(keyword: str) -> str:
    """A keyword as keywords are compared. Raises ValidationException INVALID_PARAMETER where it is blank."""
    # ASSUMED: accents tell keywords apart; letter case, spaces around, and how a letter is composed do not.
    folded = " ".join(unicodedata.normalize("NFC", keyword).casefold().split())
    if not folded:
        raise ValidationException("INVALID_PARAMETER", [FaultyField("keyword", "must not be blank")])
    return folded


def differ(call: Call, one: str, other: str) -> bool:
    """Whether two resources, each kind/name, answer keywords differently."""
    pairs = ((one, other), (other, one))
    return any(
        call.rows.find_keyword_that_differs(**call.place, resource=left, other_resource=right) is not None
        for left, right in pairs
    )


def _holder(call: Call, id_or_arn: str) -> Holder:
    arn = parse_arn(id_or_arn)
    if (arn.kind if arn else id_or_arn.partition("-")[0]) == POOL:
        return Holder(POOL, find_pool(call, id_or_arn, FIELD)["pool_id"])
    kind = arn.kind if arn else kind_of_id(id_or_arn)
    if kind == PHONE_NUMBER:
        return Holder(PHONE_NUMBER, find_identity(call, id_or_arn).name)
    if arn or id_or_arn.startswith("arn:"):
        raise ValidationException("INVALID_ARN", [FaultyField(FIELD, "must be of a phone number or a pool")])
    # ASSUMED: what is the id of neither is looked for among the numbers, and not found.
    raise ResourceNotFoundException(PHONE_NUMBER, id_or_arn)


def _changeable(call: Call, id_or_arn: str) -> Holder:
    """The number or pool whose keywords are to be changed; a number in a pool has its pool's."""
    holder = _holder(call, id_or_arn)
    if holder.kind == PHONE_NUMBER and call.rows.find_pool_of(**call.place, resource=holder.resource) is not None:
        # ASSUMED: documented for the other settings of a number in a pool; keywords must match those of the pool too.
        raise ConflictException("PHONE_NUMBER_ASSOCIATED_TO_POOL", PHONE_NUMBER, holder.name)
    return holder


def _existing(call: Call, holder: Holder, keyword: str) -> Any:
    folded = fold(keyword)
    row = call.rows.find_keyword(**call.place, resource=holder.resource, folded=folded) or _STANDARD.get(folded)
    if row is None:
        raise ResourceNotFoundException(KIND, keyword)
    return row


def _read(call: Call, holder: Holder, after: str, count: int) -> list[Any]:
    """So many keywords behind `after`; standard ones that nobody has put are among them."""
    this = {**call.place, "resource": holder.resource}
    rows = list(call.rows.list_keywords(**this, after=after, count=count))
    rows += [
        standard
        for folded, standard in _STANDARD.items()
        if folded > after and call.rows.find_keyword(**this, folded=folded) is None
    ]
    return sorted(rows, key=lambda row: str(row["folded"]))[:count]


def _identity(call: Call, holder: Holder) -> Answer:
    return {"OriginationIdentityArn": call.arn(holder.kind, holder.name), "OriginationIdentity": holder.name}


def _describe(row: Any) -> Answer:
    return {"Keyword": row["keyword"], "KeywordMessage": row["message"], "KeywordAction": row["action"]}
