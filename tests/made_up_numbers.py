"""Phone numbers of any make, for tests of what is done with numbers: nobody has requested them."""

from __future__ import annotations

from typing import Any

from senderdesk.identifiers import new_id
from senderdesk.operations import Call
from senderdesk.operations.identities import PHONE_NUMBER, Conduct, Identity
from tests.conftest import REGION

CHANNEL = f"arn:aws:sns:{REGION}:111122223333:replies"


class Numbers:
    """Numbers by account and id."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], Identity] = {}

    def find(self, call: Call, name: str) -> Identity | None:
        """As the service finds a number."""
        return self._numbers.get((call.account, name))

    def new(self, account: str, **different: Any) -> str:
        """The id of a new number of `account`: active, SMS, TRANSACTIONAL, in the US, but for what is different."""
        name = new_id("phone", 1_790_000_000.0 + len(self._numbers))
        conduct = Conduct(**{key: different.pop(key) for key in Conduct._fields if key in different})
        made = {
            "is_active": True,
            "capabilities": ("SMS",),
            "message_types": frozenset({"TRANSACTIONAL"}),
            "iso_country_code": "US",
            "phone_number": f"+1206555{len(self._numbers):04}",
        }
        self._numbers[account, name] = Identity(PHONE_NUMBER, name, conduct=conduct, **{**made, **different})
        return name


def arn(account: str, name: str) -> str:
    """The ARN of a number."""
    return f"arn:aws:sms-voice:{REGION}:{account}:phone-number/{name}"
