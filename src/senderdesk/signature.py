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
_MUST_BE_SIGNED = (b"host", b"content-type")
_EMPTY_SECRET = "no such key, the same work"  # noqa: S105 - not a secret: unknown keys must cost the same time


class Credential(NamedTuple):
    """The Authorization header taken apart, without its signature; `has_region` is False where the Region is none."""

    key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[bytes, ...]
    scope: str
    has_region: bool


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
        credential, given = credential_of(request)
        stamp = _stamp(request.header(b"x-amz-date"))
        self._check_window(stamp)
        _check_scope(credential, stamp, service)
        headers = _canonical_headers(request, credential)
        key = self._find_key(credential.key_id)
        wanted = _signature(request, credential, stamp, headers, key.secret if key else _EMPTY_SECRET)
        fits = hmac.compare_digest(wanted, given)
        if key is None or b"x-amz-security-token" in request.headers:  # no key of ours comes with a session token
            raise UnrecognizedClientException
        if not fits:
            raise InvalidSignatureException(
                "The request signature we calculated does not match the signature you provided. "
                "Check the secret key and how the request is signed."
            )
        return Caller(key.account, credential.region, credential.key_id, key.policy)

    def _check_window(self, stamp: str) -> None:
        now, signed_at = self._now(), _epoch(stamp)
        if abs(now - signed_at) <= self._skew:
            return
        minutes = f"{self._skew / 60:g} min."
        if signed_at < now:
            edge = _amz_date(now - self._skew)
            raise InvalidSignatureException(
                f"Signature expired: {stamp} is now earlier than {edge} ({_amz_date(now)} - {minutes})"
            )
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
        credential, _ = credential_of(request)
        _check_region(credential)
        account = credential.key_id if _ACCOUNT.fullmatch(credential.key_id) else DEFAULT_ACCOUNT
        return Caller(account, credential.region, credential.key_id, None)


def credential_of(request: Request) -> tuple[Credential, str]:
    """The one Authorization header as (credential, signature).

    Raises MissingAuthenticationTokenException, IncompleteSignatureException, and InvalidSignatureException for a
    signature that cannot be one.
    """
    given = request.header(b"authorization")
    if not given.strip():
        raise MissingAuthenticationTokenException
    if b"authorization" in request.doubled:
        raise IncompleteSignatureException("The Authorization header is given more than once")
    # The signature comes last, as every SDK writes it; what is before it is the same for a day of one client.
    before, found, signature = given.decode("latin-1").rpartition("Signature=")
    credential = _credential(before)
    if not found or not _SIGNATURE.fullmatch(signature):
        raise InvalidSignatureException("Signature must be 64 lower-case hexadecimal digits")
    return credential, signature


@lru_cache(maxsize=1024)
def _credential(before: str) -> Credential:
    algorithm, _, rest = before.strip().partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"Authorization must begin with {ALGORITHM}")
    parts = [part.strip().partition("=") for part in rest.strip().removesuffix(",").split(",")]
    fields = {name: value for name, _, value in parts}
    if len(parts) != 2 or set(fields) != {"Credential", "SignedHeaders"}:
        raise IncompleteSignatureException(
            "Authorization must have Credential, SignedHeaders and, last, Signature, each once"
        )
    signed = fields["SignedHeaders"].split(";")
    if signed != sorted(set(signed)) or not all(_HEADER_NAME.fullmatch(name) for name in signed):
        raise IncompleteSignatureException("SignedHeaders must be lower-case names, sorted, each once")
    scope = fields["Credential"].split("/")
    if len(scope) != 5 or scope[4] != "aws4_request" or not _KEY_ID.fullmatch(scope[0]) or not all(scope):
        raise IncompleteSignatureException(
            "Credential must be ACCESS-KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request; it is not"
        )
    key_id, date, region, service, _ = scope
    names = tuple(name.encode("latin-1") for name in signed)
    return Credential(key_id, date, region, service, names, "/".join(scope[1:]), bool(_REGION.fullmatch(region)))


@lru_cache(maxsize=256)
def _stamp(given: bytes) -> str:
    stamp = given.decode("latin-1").strip()
    if not _AMZ_DATE.fullmatch(stamp):
        raise IncompleteSignatureException("X-Amz-Date must be given once, as YYYYMMDDTHHMMSSZ")
    return stamp


@lru_cache(maxsize=256)
def _epoch(stamp: str) -> float:
    """A second's requests share their stamp, and taking one apart is the dearest step of the check."""
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise IncompleteSignatureException(f"X-Amz-Date is not a date: {stamp}") from error


def _check_scope(credential: Credential, stamp: str, service: str) -> None:
    if credential.date != stamp[:8]:
        raise InvalidSignatureException(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{credential.date[:20]}' != '{stamp[:8]}', from '{stamp}'."
        )
    _check_region(credential)
    if credential.service != service:
        raise InvalidSignatureException(f"Credential should be scoped to correct service: '{service}'.")


def _check_region(credential: Credential) -> None:
    if not credential.has_region:
        raise InvalidSignatureException("Credential should be scoped to a valid region.")


def _canonical_headers(request: Request, credential: Credential) -> list[bytes]:
    """The lines of the signed headers; every header that steers the service must be among them, and only once."""
    headers, signed = request.headers, credential.signed_headers
    for name in headers:
        if (name.startswith(b"x-amz-") or name in _MUST_BE_SIGNED) and name not in signed:
            raise InvalidSignatureException(f"'{name.decode()}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in request.doubled:
        if name.startswith(b"x-amz-") or name in _MUST_BE_SIGNED:
            raise InvalidSignatureException(f"The header '{name.decode()}' is given more than once")
    missing = [name for name in (b"host", *signed) if name not in headers or name not in signed]
    if missing:
        raise InvalidSignatureException(f"Not signed, or signed but not sent: {missing[0].decode('latin-1')[:200]}")
    return [name + b":" + _trimmed(headers[name]) for name in signed]


def _trimmed(value: bytes) -> bytes:
    """Without blanks around it, and with single blanks inside."""
    return b" ".join(value.split()) if b" " in value or b"\t" in value else value


def _signature(request: Request, credential: Credential, stamp: str, headers: list[bytes], secret: str) -> str:
    body_hash = hashlib.sha256(request.body).hexdigest()
    claimed = request.header(b"x-amz-content-sha256")
    if claimed and claimed != body_hash.encode():  # also UNSIGNED-PAYLOAD and STREAMING: the real body counts, always
        raise InvalidSignatureException("x-amz-content-sha256 is not the hash of the body that came")
    canonical = canonical_request(request, credential.signed_headers, headers, body_hash)
    to_sign = f"{ALGORITHM}\n{stamp}\n{credential.scope}\n{hashlib.sha256(canonical).hexdigest()}"
    keyed = _keyed(secret, credential.date, credential.region, credential.service).copy()
    keyed.update(to_sign.encode("latin-1"))
    return keyed.hexdigest()


def canonical_request(
    request: Request, signed_headers: tuple[bytes, ...], header_lines: list[bytes], body_hash: str
) -> bytes:
    """The canonical request of SigV4, with the path encoded once more, as all services but S3 do."""
    lines = [
        request.method.encode(),
        _canonical_path(request.path),
        _canonical_query(request.query),
        *header_lines,
        b"",
        b";".join(signed_headers),
        body_hash.encode(),
    ]
    return b"\n".join(lines)


@lru_cache(maxsize=4096)
def _keyed(secret: str, date: str, region: str, service: str) -> hmac.HMAC:
    """An HMAC begun with the day's signing key: the same all day, so it is kept, and copied for each request."""
    return hmac.new(signing_key(secret, date, region, service), digestmod="sha256")


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that signs one day of one Region of one service."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key


def _canonical_path(path: bytes) -> bytes:
    if path == b"/":
        return path
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    slash = b"/" if kept and path.endswith((b"/", b"/.", b"/..")) else b""
    return quote(b"/" + b"/".join(kept) + slash, safe="/~").encode()


def _canonical_query(query: bytes) -> bytes:
    if not query:
        return query
    pairs = [pair.partition(b"=") for pair in query.split(b"&") if pair]
    encoded = [
        (quote(unquote_to_bytes(name), safe="~"), quote(unquote_to_bytes(value), safe="~")) for name, _, value in pairs
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded)).encode()


def _amz_date(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%dT%H%M%SZ")
