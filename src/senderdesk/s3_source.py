"""Fetching one attachment from S3: what AttachmentUrl may say, whose credentials sign, and one bounded GET.

Everything about the fetch is distrusted. The address is parsed by rules of our own, because general parsers of URLs
find hosts in it. The request goes to the one endpoint that the operator named, with the bucket in the path, so that no
address chooses where we connect; a redirect is a failure. It is signed with the credentials that the operator gave to
the caller's account and with no others: what this machine may read is nothing to a tenant.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from senderdesk.attachment_content import MAX_BYTES

ANY_ACCOUNT = "*"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IP_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")
_MOST_KEY_BYTES = 1024
_ENDPOINT = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?")
_ACCOUNT = re.compile(r"[0-9]{12}|\*")
_PRINTABLE = re.compile(r"[!-~]+")


class FetchFailed(Exception):
    """The object could not be had; the sentence is for the operator's log and holds no secret."""


class S3Address(NamedTuple):
    """A bucket and a key in it, as S3 knows them: the key is not percent-encoded."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs for one account. Its repr keeps the secrets."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def parse_address(url: str) -> S3Address:
    """Bucket and key of `s3://bucket/key`, the form that AttachmentUrl has by the API reference.

    The key is taken as it stands, as the AWS CLI takes it. Raises ValueError with a sentence that goes on from "the
    address". Bucket names: S3's naming rules.
    """
    if not url.startswith("s3://"):
        raise ValueError("does not begin with s3://")
    bucket, slash, key = url.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise ValueError("does not name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens")
    if _IP_ADDRESS.fullmatch(bucket):
        raise ValueError("has an IP address where the bucket belongs")
    if not slash or not key:
        raise ValueError("names no object in the bucket")
    # Categories C and Z: control and format characters, surrogates, what is not assigned, and every kind of space.
    if any(character in "?#" or unicodedata.category(character)[0] in "CZ" for character in key):
        raise ValueError("has a query, a fragment, white space or a control character in its key")
    if len(key.encode()) > _MOST_KEY_BYTES:
        raise ValueError(f"has a key of more than {_MOST_KEY_BYTES} bytes")
    if _climbs(key):
        raise ValueError('has "." or ".." as a part of its key')
    return S3Address(bucket, key)


def _climbs(key: str) -> bool:
    """True where "." or ".." is a part of the path, also for whoever decodes it, once or more often."""
    while True:
        if not {".", ".."}.isdisjoint(re.split(r"[/\\]", key)):
            return True
        decoded = unquote(key)
        if decoded == key:
            return False
        key = decoded


def read_credentials(path: Path) -> dict[str, Credentials]:
    """The credentials of each account in the TOML file at `path`: `[accounts."111122223333"]` with `access_key_id`,
    `secret_access_key` and perhaps `session_token`; `[accounts."*"]` is for every account that has none of its own.

    Raises ValueError with a sentence for the person who wrote the file, also where others may read it.
    """
    try:
        with path.open("rb") as file:
            shared = os.fstat(file.fileno()).st_mode & 0o077
            document = {} if shared else tomllib.load(file)
    except (OSError, ValueError) as error:
        # from None: later Pythons keep the whole document in the error, and the secrets with it.
        raise ValueError(f"the credentials file {path} cannot be read: {error}") from None
    if shared:
        raise ValueError(f"the credentials file {path} may be read or changed by others; chmod 600 it")
    accounts = document.get("accounts")
    if document.keys() != {"accounts"} or not isinstance(accounts, dict) or not accounts:
        raise ValueError(
            f'the credentials file {path} does not hold tables named [accounts."111122223333"], and only such'
        )
    return {account: _credentials(path, account, table) for account, table in accounts.items()}


def _credentials(path: Path, account: str, table: Any) -> Credentials:
    where = f'[accounts."{account}"] in the credentials file {path}'
    if not _ACCOUNT.fullmatch(account):
        raise ValueError(f'{where} is not for an account: 12 digits, or "*" for any')
    if not isinstance(table, dict):
        raise ValueError(f"{where} is not a table")
    required = {"access_key_id", "secret_access_key"}
    if wrong := required - table.keys() | table.keys() - required - {"session_token"}:
        raise ValueError(f"{where} misses, or has and should not: {', '.join(sorted(wrong))}")
    for name, value in table.items():
        if not isinstance(value, str) or not _PRINTABLE.fullmatch(value):
            raise ValueError(f"{where}: {name} is not a string of printable ASCII characters")
    return Credentials(**table)


class S3Source:
    """The one S3 endpoint that attachments are fetched from, and who may."""

    def __init__(
        self,
        endpoint: str,
        credentials: Mapping[str, Credentials],
        total_seconds: float = 30.0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`endpoint` is http://HOST:PORT or https://HOST:PORT; `credentials` are by account, "*" for any.

        Raises ValueError where the endpoint is none.
        """
        parts = _ENDPOINT.fullmatch(endpoint)
        if not parts or not 0 < int(parts[1] or 443) < 65_536:
            raise ValueError("the S3 endpoint is not http://HOST:PORT or https://HOST:PORT")
        self.endpoint = endpoint.rstrip("/").lower()
        self._credentials = credentials
        self._total_seconds, self._max_bytes = total_seconds, max_bytes

    def fetch(self, account: str, region: str, address: S3Address) -> bytes:
        """The object's bytes, for the 12-digit `account`, signed for `region`. Blocks for `total_seconds` at most.

        Raises FetchFailed where the account has no credentials, the store refuses or misbehaves, the object has more
        than `max_bytes`, or time is up.
        """
        # Imported when first needed: http.client and ssl take 60 ms, botocore 100 ms.
        from senderdesk.bounded_get import GetFailed, get

        credentials = self._credentials.get(account) or self._credentials.get(ANY_ACCOUNT)
        if credentials is None:
            raise FetchFailed(f"no S3 credentials are configured for the account {account}")
        url = f"{self.endpoint}/{address.bucket}/{quote(address.key, safe='/~')}"
        try:
            return get(url, _signed(url, region, credentials), self._total_seconds, self._max_bytes)
        except GetFailed as failure:
            raise FetchFailed(f"s3://{address.bucket}/{address.key} at {self.endpoint} {failure}") from None


def _signed(url: str, region: str, credentials: Credentials) -> dict[str, str]:
    """The headers of a GET of `url`, with SigV4 as S3 wants it: the path is signed as it is sent."""
    from botocore import auth, awsrequest
    from botocore import credentials as botocore_credentials

    signer = botocore_credentials.Credentials(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    request = awsrequest.AWSRequest("GET", url)
    auth.S3SigV4Auth(signer, "s3", region).add_auth(request)
    return dict(request.headers.items())
