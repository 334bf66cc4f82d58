"""One function for each operation of the API, named as boto3 names it, in rooms by noun.

A function takes a `Call` and the operation's input members in snake_case, and gives the answer in wire names.
Routing, checks of the input, paging tokens, replay by ClientToken, authorization and rates have happened, or will,
outside. `@operation` compares the function with the model when it is imported, so a misspelt parameter cannot start.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from senderdesk.contract import OPERATIONS
from senderdesk.database import Rows
from senderdesk.errors import FaultyField, ValidationException
from senderdesk.forms import Catalogue
from senderdesk.identifiers import Arn
from senderdesk.limits import Limits
from senderdesk.settings import Settings

Answer = dict[str, Any]
Function = Callable[..., Answer]


class Served(NamedTuple):
    """An operation that is served: its function, and the members of the model that the function takes."""

    function: Function
    members: frozenset[str]


SERVED: dict[str, Served] = {}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every call shares: the forms, the limits, and what the process was told."""

    forms: Catalogue
    limits: Limits
    settings: Settings


class Call(NamedTuple):
    """One call: the account and Region that it is for, who makes it, when (epoch seconds), and its transaction."""

    account: str
    region: str
    principal: str
    now: float
    rows: Rows
    desk: Desk

    @property
    def place(self) -> dict[str, str]:
        """The two parameters that begin every query."""
        return {"account_id": self.account, "region": self.region}

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a resource of this account and Region."""
        return str(Arn(self.region, self.account, kind, name))


def operation(function: Function) -> Function:
    """Serve the operation that `function` is named after. Raises TypeError where it does not fit the model.

    What the installed model has beyond the function's parameters is refused when a client sends it, by name: so a
    newer botocore starts, and nothing that a client asks for is silently left out.
    """
    modelled = _BY_FUNCTION.get(function.__name__)
    if modelled is None:
        raise TypeError(f"the model has no operation {function.__name__}")
    members = {name: member for member, name in modelled.arguments.items()}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    for parameter in parameters:
        if parameter.name not in members:
            raise TypeError(f"{function.__name__} takes {parameter.name}, which {modelled.name} does not have")
        if parameter.default is parameter.empty and members[parameter.name] not in modelled.required:
            raise TypeError(f"{function.__name__} must give {parameter.name} a default: it need not be sent")
    SERVED[modelled.name] = Served(function, frozenset(members[parameter.name] for parameter in parameters))
    return function


_BY_FUNCTION = {modelled.function: modelled for modelled in OPERATIONS.values()}


def cannot_be_used_together(*names: str) -> ValidationException:
    """The refusal of members that exclude each other; `names` are in lower camel case."""
    fields = [
        FaultyField(name, f"cannot be used together with {' and '.join(other for other in names if other != name)}")
        for name in names
    ]
    return ValidationException("PARAMETERS_CANNOT_BE_USED_TOGETHER", fields)


def refuse_page_of_named(
    field: str, names: Sequence[object] | None, next_token: object, max_results: int | None
) -> None:
    """Who names what they want gets all of it: a page makes no sense then, and the service refuses it.

    `field` is the list's name in lower camel case. Raises ValidationException PARAMETERS_CANNOT_BE_USED_TOGETHER.
    """
    if names and max_results is not None:
        raise cannot_be_used_together(field, "maxResults")
    if names and next_token is not None:
        raise cannot_be_used_together(field, "nextToken")
