"""Who is calling: AWS Signature Version 4, checked over the request as it came.

The order of checks is fixed, and every one fails closed: header form, date, window, scope, signed headers, key,
body hash, signature. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from senderdesk.access import DEFAULT_ACCOUNT, AccessKey, Caller
from senderdesk.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from senderdesk.wire import Request

ALGORITHM = "AWS4-HMAC-SHA256"
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]{1,12}){1,3}-[0-9]{1,2}")
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,128}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_AMZ_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_EMPTY_SECRET = "no such key, the same work"  # noqa: S105 - not a secret: unknown keys must cost the same time


class Credential(NamedTuple):
    """The Authorization header taken apart."""

    key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


class Verifier:
    """Checks signatures against access keys.

    `find_key` gives an AccessKey for an access key id, or None; `now` gives epoch seconds; `skew` is in seconds.
    """

    def __init__(self, find_key: Callable[[str], AccessKey | None], now: Callable[[], float], skew: float) -> None:
        self._find_key = find_key
        self._now = now
        self._skew = skew

    def verify(self, request: Request, service: str) -> Caller:
        """The caller who signed `request` for `service`. Raises one of AWS's authentication errors."""
        if b"X-Amz-Signature" in request.query or b"X-Amz-Credential" in request.query:
            raise IncompleteSignatureException("Signatures in the query string are not accepted here")
        credential = credential_of(request)
        stamp = _date_of(request)
        self._check_window(stamp)
        _check_scope(credential, stamp, service)
        headers = _signed_headers(request, credential)
        key = self._find_key(credential.key_id)
        wanted = _signature(request, credential, stamp, headers, key.secret if key else _EMPTY_SECRET)
        fits = hmac.compare_digest(wanted, credential.signature)
        if key is None or request.header(b"x-amz-security-token"):  # no key of ours comes with a session token
            raise UnrecognizedClientException
        if not fits:
            raise InvalidSignatureException(
                "The request signature we calculated does not match the signature you provided. "
                "Check the secret key and how the request is signed."
            )
        return Caller(key.account, credential.region, credential.key_id, key.policy)

    def _check_window(self, stamp: str) -> None:
        now = self._now()
        try:
            signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError as error:
            raise IncompleteSignatureException(f"X-Amz-Date is not a date: {stamp}") from error
        minutes = f"{self._skew / 60:g} min."
        if signed_at < now - self._skew:
            edge = _amz_date(now - self._skew)
            raise InvalidSignatureException(
                f"Signature expired: {stamp} is now earlier than {edge} ({_amz_date(now)} - {minutes})"
            )
        if signed_at > now + self._skew:
            edge = _amz_date(now + self._skew)
            raise InvalidSignatureException(
                f"Signature not yet current: {stamp} is still later than {edge} ({_amz_date(now)} + {minutes})"
            )


class Trusting:
    """Accepts any signature: for a desk that only its own machine can reach.

    The account is the access key id where that is 12 digits, else 123456789012; the Region is the scope's.
    """

    def verify(self, request: Request, service: str) -> Caller:
        """The caller that the Authorization header names. Raises where there is none, or it cannot be taken apart."""
        credential = credential_of(request)
        _check_region(credential.region)
        account = credential.key_id if _ACCOUNT.fullmatch(credential.key_id) else DEFAULT_ACCOUNT
        return Caller(account, credential.region, credential.key_id, None)


def credential_of(request: Request) -> Credential:
    """Take the one Authorization header apart. Raises MissingAuthenticationToken or IncompleteSignature."""
    given = [value for key, value in request.headers if key == b"authorization"]
    if not given or not given[0].strip():
        raise MissingAuthenticationTokenException
    if len(given) > 1:
        raise IncompleteSignatureException("The Authorization header is given more than once")
    return _parsed(given[0])


@lru_cache(maxsize=256)
def _scope_parts(credential: str) -> tuple[str, str, str, str]:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not _KEY_ID.fullmatch(parts[0]) or not all(parts):
        raise IncompleteSignatureException(
            "Credential must be ACCESS-KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request; it is not"
        )
    return parts[0], parts[1], parts[2], parts[3]


def _parsed(header: bytes) -> Credential:
    algorithm, _, rest = header.decode("latin-1").strip().partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"Authorization must begin with {ALGORITHM}")
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals or name in fields:
            raise IncompleteSignatureException(
                "Authorization must be Credential=…, SignedHeaders=…, Signature=…, each once"
            )
        fields[name] = value
    if set(fields) != {"Credential", "SignedHeaders", "Signature"}:
        raise IncompleteSignatureException(
            "Authorization must have Credential, SignedHeaders and Signature, and no more"
        )
    signed = tuple(fields["SignedHeaders"].split(";"))
    if list(signed) != sorted(set(signed)) or not all(_HEADER_NAME.fullmatch(name) for name in signed):
        raise IncompleteSignatureException("SignedHeaders must be lower-case names, sorted, each once")
    if not _SIGNATURE.fullmatch(fields["Signature"]):
        raise InvalidSignatureException("Signature must be 64 lower-case hexadecimal digits")
    return Credential(*_scope_parts(fields["Credential"]), signed, fields["Signature"])


def _date_of(request: Request) -> str:
    given = [value for key, value in request.headers if key == b"x-amz-date"]
    stamp = given[0].decode("latin-1").strip() if len(given) == 1 else ""
    if not _AMZ_DATE.fullmatch(stamp):
        raise IncompleteSignatureException("X-Amz-Date must be given once, as YYYYMMDDTHHMMSSZ")
    return stamp


def _check_scope(credential: Credential, stamp: str, service: str) -> None:
    if credential.date != stamp[:8]:
        raise InvalidSignatureException(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{credential.date[:20]}' != '{stamp[:8]}', from '{stamp}'."
        )
    _check_region(credential.region)
    if credential.service != service:
        raise InvalidSignatureException(f"Credential should be scoped to correct service: '{service}'.")


def _check_region(region: str) -> None:
    if not _REGION.fullmatch(region):
        raise InvalidSignatureException("Credential should be scoped to a valid region.")


def _signed_headers(request: Request, credential: Credential) -> dict[str, str]:
    """The canonical values of the signed headers; every header that steers the service must be among them."""
    signed = set(credential.signed_headers)
    values: dict[str, str] = {}
    for raw_name, raw_value in request.headers:
        name = raw_name.decode("latin-1")
        must = name == "host" or name == "content-type" or name.startswith("x-amz-")
        if must and name not in signed:
            raise InvalidSignatureException(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
        if name not in signed:
            continue
        value = " ".join(raw_value.decode("latin-1").split())
        if name in values:
            if must:
                raise InvalidSignatureException(f"The header '{name}' is given more than once")
            value = f"{values[name]},{value}"
        values[name] = value
    missing = (signed | {"host"}) - values.keys()
    if missing:
        raise InvalidSignatureException(f"Signed but not sent: {', '.join(sorted(missing))[:200]}")
    return values


def _signature(request: Request, credential: Credential, stamp: str, headers: dict[str, str], secret: str) -> str:
    body_hash = hashlib.sha256(request.body).hexdigest()
    claimed = headers.get("x-amz-content-sha256", body_hash)
    if claimed != body_hash:  # also UNSIGNED-PAYLOAD and the STREAMING forms: the real body counts, always
        raise InvalidSignatureException("x-amz-content-sha256 is not the hash of the body that came")
    canonical = canonical_request(request, credential.signed_headers, headers, body_hash)
    to_sign = f"{ALGORITHM}\n{stamp}\n{credential.scope}\n{hashlib.sha256(canonical).hexdigest()}"
    key = signing_key(secret, credential.date, credential.region, credential.service)
    return hmac.digest(key, to_sign.encode("latin-1"), hashlib.sha256).hex()


def canonical_request(
    request: Request, signed_headers: tuple[str, ...], headers: dict[str, str], body_hash: str
) -> bytes:
    """The canonical request of SigV4, with the path encoded once more, as all services but S3 do."""
    lines = [
        request.method,
        _canonical_path(request.path),
        _canonical_query(request.query),
        *(f"{name}:{headers[name]}" for name in signed_headers),
        "",
        ";".join(signed_headers),
        body_hash,
    ]
    return "\n".join(lines).encode("latin-1")


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that signs one day of one Region of one service; the same all day, so it is kept."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key


def _canonical_path(path: bytes) -> str:
    if path == b"/":
        return "/"
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    slash = b"/" if kept and path.endswith((b"/", b"/.", b"/..")) else b""
    return quote(b"/" + b"/".join(kept) + slash, safe="/~")


def _canonical_query(query: bytes) -> str:
    if not query:
        return ""
    pairs = [pair.partition(b"=") for pair in query.split(b"&") if pair]
    encoded = [
        (quote(unquote_to_bytes(name), safe="~"), quote(unquote_to_bytes(value), safe="~")) for name, _, value in pairs
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _amz_date(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%dT%H%M%SZ")
