"""A small, fast AWS Signature Version 4 signer that writes whole HTTP/1.1 requests ahead of a run.

One ``Signer`` signs many bodies for one request shape: the signing key, the scope and the unchanging
head of the canonical request are worked out once, so a request costs two SHA-256 and one HMAC.
"""

import hashlib
import hmac
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

ALGORITHM = "AWS4-HMAC-SHA256"
USER_AGENT = (
    "Boto3/1.43.0 md/Botocore#1.43.0 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7 "
    "md/pyimpl#CPython m/e,Z,b,N,D cfg/retry-mode#legacy Botocore/1.43.0"
)


@dataclass(frozen=True)
class Credentials:
    """An access key and its secret."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class RequestShape:
    """What all requests of one workload share: everything but the body, the date and the signature.

    ``headers`` are the signed headers besides ``host`` and ``x-amz-date``, lower case.
    """

    method: str
    path: str
    host: str
    service: str
    region: str = "us-east-1"
    headers: tuple[tuple[str, str], ...] = ()


class Signer:
    """Signs requests of one shape with one key, as boto3 does: same signed headers, same wire form."""

    def __init__(self, credentials: Credentials, shape: RequestShape) -> None:
        self.credentials = credentials
        self.shape = shape

    def requests(self, bodies: Iterable[bytes], amz_date: str | None = None) -> list[bytes]:
        """Return one complete signed HTTP request per body, dated ``amz_date`` (default: now, UTC)."""
        date = amz_date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope, key = self._scope_and_key(date[:8])
        canonical_head, signed_names = self._canonical_head(date)
        to_sign_head = f"{ALGORITHM}\n{date}\n{scope}\n".encode()
        wire_head = self._wire_head(date, scope, signed_names)
        head_hash = hashlib.sha256(canonical_head)
        sha256, digest, uuid4 = hashlib.sha256, hmac.digest, uuid.uuid4
        signed = []
        for body in bodies:
            canonical = head_hash.copy()
            canonical.update(sha256(body).hexdigest().encode())
            signature = digest(key, to_sign_head + canonical.hexdigest().encode(), "sha256").hex()
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            attempt = f"amz-sdk-invocation-id: {uuid4()}\r\namz-sdk-request: attempt=1\r\n"
            tail = f"{signature}\r\n{attempt}{length}\r\n"
            signed.append(wire_head + tail.encode() + body)
        return signed

    def _scope_and_key(self, day: str) -> tuple[str, bytes]:
        """Return the credential scope of ``day`` (YYYYMMDD) and the signing key derived for it."""
        parts = (day, self.shape.region, self.shape.service, "aws4_request")
        key = b"AWS4" + self.credentials.secret_key.encode()
        for part in parts:
            key = hmac.digest(key, part.encode(), "sha256")
        return "/".join(parts), key

    def _canonical_head(self, date: str) -> tuple[bytes, str]:
        """Return the canonical request up to the body's hash, and the list of signed header names."""
        signed = dict(self.shape.headers) | {"host": self.shape.host, "x-amz-date": date}
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        return f"{self.shape.method}\n{self.shape.path}\n\n{lines}\n{names}\n".encode(), names

    def _wire_head(self, date: str, scope: str, signed_names: str) -> bytes:
        """Return the request's first bytes, up to where the signature goes."""
        lines = [
            f"{self.shape.method} {self.shape.path} HTTP/1.1",
            f"Host: {self.shape.host}",
            "Accept-Encoding: identity",
            *(f"{name.title()}: {value}" for name, value in self.shape.headers),
            f"User-Agent: {USER_AGENT}",
            f"X-Amz-Date: {date}",
            f"Authorization: {ALGORITHM} Credential={self.credentials.access_key}/{scope}, "
            f"SignedHeaders={signed_names}, Signature=",
        ]
        return "\r\n".join(lines).encode()


def check_against_botocore(signer: Signer, body: bytes) -> None:
    """Raise ``AssertionError`` unless botocore signs the same request with the same Authorization."""
    from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
    from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
    from botocore.credentials import Credentials as BotocoreCredentials  # type: ignore[import-untyped]

    shape = signer.shape
    headers = {name.title(): value for name, value in shape.headers}
    request = AWSRequest(shape.method, f"http://{shape.host}{shape.path}", headers=headers, data=body)
    credentials = BotocoreCredentials(signer.credentials.access_key, signer.credentials.secret_key)
    SigV4Auth(credentials, shape.service, shape.region).add_auth(request)
    wire = signer.requests([body], amz_date=request.headers["X-Amz-Date"])[0]
    expected = f"\r\nAuthorization: {request.headers['Authorization']}\r\n".encode()
    if expected not in wire:
        raise AssertionError(f"own signature differs from botocore's for {shape}: wanted {expected!r}")
