"""May they: accounts, access keys, and policies in the form of IAM's.

A policy here is a list of statements that allow or deny actions, with `*` and `?` as wildcards and letters of either
case; a denial wins over any allowance, and what nothing allows is denied. A key without a policy may do everything
in its account. Full IAM conditions and resources are not served, so a policy that has them is refused when it is given.
"""

from __future__ import annotations

import fnmatch
import re
import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from senderdesk import sealing
from senderdesk.contract import Operation
from senderdesk.database import Database
from senderdesk.errors import AccessDeniedException, SerializationException
from senderdesk.identifiers import partition
from senderdesk.wire import parse_object

DEFAULT_ACCOUNT = "123456789012"
# An operation that needs more than its own action when it is called with a member. Source: the service
# authorization reference.
DEPENDENT_ACTIONS = {
    ("CreateRegistration", "Tags"): "sms-voice:TagResource",
    ("CreateRegistrationAttachment", "Tags"): "sms-voice:TagResource",
    ("RequestPhoneNumber", "Tags"): "sms-voice:TagResource",
    ("RequestPhoneNumber", "PoolId"): "sms-voice:AssociateOriginationIdentity",
    ("CreatePool", "Tags"): "sms-voice:TagResource",
    ("CreateOptOutList", "Tags"): "sms-voice:TagResource",
    ("CreateConfigurationSet", "Tags"): "sms-voice:TagResource",
}
ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity"})

_POLICY_MEMBERS = {"Version", "Id", "Statement"}
_STATEMENT_MEMBERS = {"Sid", "Effect", "Action", "Resource"}
_MAX_POLICY_BYTES = 20_480
_STALE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Policy:
    """What one policy allows and denies, ready to match."""

    allowed: list[re.Pattern[str]]
    denied: list[re.Pattern[str]]

    def allows(self, action: str) -> bool:
        """True where a statement allows `action` (such as sms-voice:CreateRegistration) and none denies it."""
        return any(one.match(action) for one in self.allowed) and not any(one.match(action) for one in self.denied)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key as the verifier needs it; `policy` is None where the key may do everything."""

    account: str
    secret: str
    policy: Policy | None


class Caller(NamedTuple):
    """Who is calling, from where: an account, the Region of the credential scope, and the key that signed."""

    account: str
    region: str
    key_id: str
    policy: Policy | None

    @property
    def principal(self) -> str:
        """The caller as an ARN, as GetCallerIdentity and denials name it."""
        return f"arn:{partition(self.region)}:iam::{self.account}:user/{self.key_id}"


def authorize(caller: Caller, operation: Operation, arguments: dict[str, Any]) -> None:
    """Pass where the caller's policy allows the operation with these arguments. Raises AccessDeniedException."""
    policy = caller.policy
    if policy is None:
        return
    actions = [f"{operation.service}:{operation.name}"]
    actions += [
        action
        for (name, member), action in DEPENDENT_ACTIONS.items()
        if name == operation.name and arguments.get(member)
    ]
    for action in actions:
        if action not in ALWAYS_ALLOWED and not policy.allows(action):
            raise AccessDeniedException(caller.principal, action)


def parse_policy(text: str) -> Policy:
    """Compile a policy document. Raises ValueError that says what is wrong or not served."""
    if len(text.encode()) > _MAX_POLICY_BYTES:
        raise ValueError(f"a policy may have at most {_MAX_POLICY_BYTES} bytes")
    try:
        document = parse_object(text.encode())
    except SerializationException as error:
        raise ValueError(f"a policy must be JSON: {error.message}") from error
    if "Statement" not in document:
        raise ValueError('a policy must be an object with a "Statement"')
    _refuse_unknown(document, _POLICY_MEMBERS, "a policy")
    statements = document["Statement"]
    allowed: list[str] = []
    denied: list[str] = []
    for statement in statements if isinstance(statements, list) else [statements]:
        effect, actions = _parse_statement(statement)
        (allowed if effect == "Allow" else denied).extend(actions)
    return Policy([_matcher(action) for action in allowed], [_matcher(action) for action in denied])


def _parse_statement(statement: Any) -> tuple[str, list[str]]:
    if not isinstance(statement, dict):
        raise ValueError("each statement must be an object")
    _refuse_unknown(statement, _STATEMENT_MEMBERS, "a statement")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise ValueError('a statement\'s "Effect" must be "Allow" or "Deny"')
    if statement.get("Resource", "*") not in ("*", ["*"]):
        raise ValueError('only "Resource": "*" is served')
    actions = statement.get("Action")
    actions = [actions] if isinstance(actions, str) else actions
    if not isinstance(actions, list) or not actions or not all(isinstance(action, str) for action in actions):
        raise ValueError('a statement needs an "Action": a string, or a list of strings')
    return effect, actions


def _refuse_unknown(given: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{what} may have {', '.join(sorted(known))}; {', '.join(unknown)} is not served")


def _matcher(action: str) -> re.Pattern[str]:
    """A pattern for one action, in which only `*` and `?` are wildcards.

    fnmatch's patterns do not try again what a star has matched, so no policy takes long to match.
    """
    return re.compile(fnmatch.translate(action.replace("[", "[[]")), re.IGNORECASE)


class AccessKeys:
    """The access keys of a database; their secrets are sealed there with the master key.

    A key that is found is remembered for half a second, so a deleted key stops working within that time everywhere.
    """

    def __init__(self, database: Database, master_key: bytes, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._master_key = master_key
        self._elapsed = elapsed
        self._found: dict[str, tuple[float, AccessKey]] = {}
        self._lock = threading.Lock()

    def create(self, account: str, policy: str | None, now: float) -> dict[str, str]:
        """Make a key for `account` and give it in clear, the only time: AccessKeyId, SecretAccessKey, Account.

        `now` is in epoch seconds. Raises ValueError for an account that is not 12 digits or a policy that is not one.
        """
        if not re.fullmatch(r"[0-9]{12}", account):
            raise ValueError(f"an account is 12 digits, not {account!r}")
        if policy is not None:
            parse_policy(policy)
        self.check()
        alphabet = string.ascii_uppercase + "234567"
        key_id = "AKIA" + "".join(secrets.choice(alphabet) for _ in range(16))
        secret = secrets.token_urlsafe(30)
        sealed = sealing.seal(self._master_key, secret, f"{account}/{key_id}")
        self._database.write(
            lambda rows: rows.insert_access_key(
                account_id=account, key_id=key_id, sealed_secret=sealed, policy=policy, created_at=now
            )
        )
        self._database.commit()
        return {"AccessKeyId": key_id, "SecretAccessKey": secret, "Account": account}

    def find(self, key_id: str) -> AccessKey | None:
        """The key with this id, or None."""
        kept = self._found.get(key_id)
        now = self._elapsed()
        if kept and now - kept[0] < _STALE_SECONDS:
            return kept[1]
        row = self._database.read(lambda rows: rows.find_access_key(key_id=key_id))
        with self._lock:
            if row is None:
                self._found.pop(key_id, None)
                return None
            key = AccessKey(
                row["account_id"],
                sealing.unseal(self._master_key, row["sealed_secret"], f"{row['account_id']}/{key_id}"),
                parse_policy(row["policy"]) if row["policy"] is not None else None,
            )
            self._found[key_id] = (now, key)
        return key

    def check(self) -> None:
        """Raises ValueError where the master key is not the one that the stored secrets were sealed with."""
        for row in self.all()[:1]:
            try:
                self.find(row["key_id"])
            except ValueError as error:
                raise ValueError(f"the master key does not open the stored access keys: {error}") from error

    def all(self) -> list[dict[str, Any]]:
        """Every key without its secret, oldest first."""
        return [dict(row) for row in self._database.read(lambda rows: list(rows.list_access_keys()))]

    def delete(self, key_id: str) -> bool:
        """Delete a key; False where there is none."""
        deleted = self._database.write(lambda rows: rows.delete_access_key(key_id=key_id))
        self._database.commit()
        self._found.pop(key_id, None)
        return bool(deleted)
