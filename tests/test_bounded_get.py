"""A GET against servers that mean harm: each failure is one sentence, in time, and nothing of ours leaks or stays."""

from __future__ import annotations

import datetime
import gzip
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore import auth, awsrequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from senderdesk.s3_source import Credentials, FetchFailed, S3Address, S3Source
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION
from tests.hostile import Hostile, Script, for_ever, reset, saying, wait

SECONDS = 0.6
ADDRESS = S3Address("bucket", "a/k.png")
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def hostile() -> Iterator[Callable[..., Hostile]]:
    made: list[Hostile] = []

    def make(script: Script, context: ssl.SSLContext | None = None) -> Hostile:
        made.append(Hostile(script, context))
        return made[-1]

    yield make
    for server in made:
        server.close()


def fetched(server: Hostile, scheme: str = "http", host: str = "127.0.0.1", max_bytes: int = 10_000) -> bytes:
    credentials = {ACCOUNT: Credentials("AKIDOFTENANT", "tenant-secret", "tenant-token")}
    source = S3Source(f"{scheme}://{host}:{server.port}", credentials, SECONDS, max_bytes)
    return source.fetch(ACCOUNT, "eu-west-1", ADDRESS)


PACKED = gzip.compress(bytes(1_000_000))
ELSEWHERE = b"Location: http://127.0.0.1:1/k\r\nContent-Length: 0\r\n\r\n"
LATE = "did not arrive within 0.6 seconds"

# By the threat list (B62): what a store may answer, and the sentence for it.
ANSWERS: dict[str, tuple[Script, str]] = {
    "301": (saying(b"HTTP/1.1 301 Moved\r\n" + ELSEWHERE), "status 301"),
    "307": (saying(b"HTTP/1.1 307 Temporary\r\n" + ELSEWHERE), "status 307"),
    "204": (saying(b"HTTP/1.1 204 None\r\n\r\n"), "status 204"),
    "206": (saying(b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx"), "status 206"),
    "403": (saying(b"HTTP/1.1 403 tenant-secret\r\nContent-Length: 0\r\n\r\n"), "status 403"),
    "404": (saying(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), "status 404"),
    "500": (saying(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), "status 500"),
    "503": (saying(b"HTTP/1.1 503 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"), "status 503"),
    "403 with an endless body": (saying(b"HTTP/1.1 403 No\r\n\r\n", then=for_ever(b"x" * 65_536)), "status 403"),
    "endless": (saying(OK + b"\r\n", then=for_ever(b"x" * 65_536)), "without a single length"),
    "endless chunks": (
        saying(OK + b"Transfer-Encoding: chunked\r\n\r\n", then=for_ever(b"1\r\nx\r\n")),
        "without a single length",
    ),
    "too large": (saying(OK + b"Content-Length: 10001\r\n\r\n", then=for_ever(b"x")), "10001 bytes, more than 10000"),
    "far too large": (saying(OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n"), "without a single length"),
    "shorter than it says": (saying(OK + b"Content-Length: 9\r\n\r\nshort"), "broke off after 5 of 9 bytes"),
    "longer than it says": (saying(OK + b"Content-Length: 3\r\n\r\nlonger"), "more than the 3 bytes"),
    "longer, and later": (saying(OK + b"Content-Length: 3\r\n\r\nlon", b"ger", every=0.1), "more than the 3 bytes"),
    "longer than nothing": (saying(OK + b"Content-Length: 0\r\n\r\nx"), "more than the 0 bytes"),
    "endless behind its length": (
        saying(OK + b"Content-Length: 3\r\n\r\n", then=for_ever(b"x" * 65_536)),
        "more than the 3 bytes",
    ),
    "two lengths": (saying(OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "without a single length"),
    "a length and chunks": (
        saying(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        "without a single length",
    ),
    "a negative length": (saying(OK + b"Content-Length: -1\r\n\r\n"), "without a single length"),
    "gzip": (
        saying(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED),
        "is compressed",
    ),
    "slow head": (saying(OK, then=for_ever(b"X: y\r\n", every=0.05)), LATE),
    "slow line": (saying(OK + b"X: ", then=for_ever(b"x", every=0.05)), LATE),
    "slow body": (saying(OK + b"Content-Length: 9999\r\n\r\n", then=for_ever(b"x", every=0.05)), LATE),
    "silence": (saying(then=wait), LATE),
    "silence in the body": (saying(OK + b"Content-Length: 9\r\n\r\nshort", then=wait), LATE),
    "one hundred continues": (saying(then=for_ever(b"HTTP/1.1 100 Continue\r\n\r\n")), LATE),
    "gone at once": (saying(), "could not be read: RemoteDisconnected"),
    "reset": (saying(then=reset), "could not be read: ConnectionResetError"),
    "reset in the body": (
        saying(OK + b"Content-Length: 9\r\n\r\nshort", every=0.1, then=reset),
        "could not be read: ConnectionResetError",
    ),
    "not HTTP": (saying(b"SSH-2.0-tenant-secret\r\n"), "could not be read: BadStatusLine"),
    "a head without end": (saying(OK + b"X: ", then=for_ever(b"x" * 65_536)), "could not be read: LineTooLong"),
    "headers without end": (saying(OK, then=for_ever(b"X: y\r\n" * 100)), "could not be read: HTTPException"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_fails_in_time(hostile: Callable[..., Hostile], name: str) -> None:
    script, sentence = ANSWERS[name]
    server = hostile(script)
    started = time.monotonic()
    with pytest.raises(FetchFailed) as failure:
        fetched(server)
    assert time.monotonic() - started < SECONDS + 0.5
    assert sentence in str(failure.value)
    assert str(failure.value).startswith(f"s3://bucket/a/k.png at http://127.0.0.1:{server.port} ")
    assert not re.search("tenant|AKID|Signature", str(failure.value))
    assert failure.value.__cause__ is None and failure.value.__suppress_context__
    assert len(server.requests) == 1, "no retry, no redirect"
    assert server.finished.wait(5), "the connection stays open"
    assert gone("bounded-get")


def gone(name: str) -> bool:
    """True once no thread of this name is left."""
    for _ in range(100):
        if not any(thread.name == name for thread in threading.enumerate()):
            return True
        time.sleep(0.05)
    return False


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchFailed, match="could not be read: ConnectionRefusedError"):
        S3Source(f"http://127.0.0.1:{port}", {"*": Credentials("a", "b")}).fetch(ACCOUNT, REGION, ADDRESS)


def test_a_name_that_takes_for_ever_to_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can wake the resolver, and the caller does not wait for it; what comes of it later is dropped."""
    connected: list[object] = []
    resolved = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

        def resolve(*_: object) -> list[object]:
            resolved.wait(5)
            connected.append(address)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(FetchFailed, match=LATE):
            S3Source("http://store", {"*": Credentials("a", "b")}, SECONDS).fetch(ACCOUNT, REGION, ADDRESS)
        resolved.set()
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(1) == b"", "a request was sent that nobody waits for"
    assert connected and gone("bounded-get")


def good(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 4\r\n\r\nbody")


def test_the_request_is_one_get_that_its_own_credentials_sign(hostile: Callable[..., Hostile]) -> None:
    server = hostile(good)
    assert fetched(server) == b"body"
    line, *lines = server.requests[0].split("\r\n")[:-2]
    headers = dict(one.split(": ", 1) for one in lines)
    assert line == "GET /bucket/a/k.png HTTP/1.1"
    assert headers["Host"] == f"127.0.0.1:{server.port}" and headers["Accept-Encoding"] == "identity"
    assert headers["X-Amz-Security-Token"] == "tenant-token"
    assert f"Credential=AKIDOFTENANT/{headers['X-Amz-Date'][:8]}/eu-west-1/s3/aws4_request" in headers["Authorization"]
    assert headers["Authorization"].endswith(signature_of(f"http://{headers['Host']}/bucket/a/k.png", headers))


def signature_of(url: str, headers: dict[str, str]) -> str:
    """The signature once more, from what arrived on the wire."""
    signer = auth.S3SigV4Auth(BotocoreCredentials("AKIDOFTENANT", "tenant-secret"), "s3", "eu-west-1")
    names = re.search("SignedHeaders=([^,]+)", headers["Authorization"])
    assert names
    signed = {name: value for name, value in headers.items() if name.lower() in names[1].split(";")}
    request = awsrequest.AWSRequest("GET", url, headers=signed)
    request.context["timestamp"] = headers["X-Amz-Date"]
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def test_the_path_is_written_as_boto3_writes_it(hostile: Callable[..., Hostile]) -> None:
    """S3 reads a bare + as a space, and signs what it reads."""
    server = hostile(good)
    url = f"http://127.0.0.1:{server.port}"
    key = "folder/über+%20~(1)=&,;:@$!'*[]{}|^`\"<>\\-_.//日本.pdf"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.get_object(Bucket="bucket", Key=key)
    S3Source(url, {"*": Credentials("a", "b")}).fetch(ACCOUNT, REGION, S3Address("bucket", key))
    theirs, ours = (request.split("\r\n")[0] for request in server.requests)
    assert ours == theirs


def test_the_account_decides_whose_credentials_sign(hostile: Callable[..., Hostile]) -> None:
    server = hostile(good)
    credentials = {ACCOUNT: Credentials("AKIDOWN", "s"), "*": Credentials("AKIDANY", "s")}
    source = S3Source(f"http://localhost:{server.port}/", credentials)
    for account, key_id in ((ACCOUNT, "AKIDOWN"), (OTHER_ACCOUNT, "AKIDANY")):
        assert source.fetch(account, REGION, ADDRESS) == b"body"
        assert f"Credential={key_id}/" in server.requests[-1] and "Security-Token" not in server.requests[-1]


def test_a_store_that_does_not_close_is_waited_for_no_longer_than_a_moment(hostile: Callable[..., Hostile]) -> None:
    assert fetched(hostile(saying(OK + b"content-length: 4\r\n\r\nbody", then=wait))) == b"body"


@pytest.mark.parametrize("coding", [b"identity", b"aws-chunked"])
def test_codings_that_leave_the_bytes_alone(hostile: Callable[..., Hostile], coding: bytes) -> None:
    server = hostile(saying(OK + b"Content-Encoding: " + coding + b"\r\nContent-Length: 4\r\n\r\nbody"))
    assert fetched(server) == b"body"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a self-signed certificate for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(made.public_bytes(pem) + private)
    return path


def test_https_trusts_what_the_machine_trusts(
    hostile: Callable[..., Hostile], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = hostile(good, context)
    with pytest.raises(FetchFailed, match="could not be read: SSLCertVerificationError"):
        fetched(server, "https", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetched(server, "https", "localhost") == b"body"
    with pytest.raises(FetchFailed, match="could not be read: SSLCertVerificationError"):
        fetched(server, "https", "127.0.0.1")
    drip = hostile(saying(OK + b"Content-Length: 99\r\n\r\n", then=for_ever(b"x", every=0.05)), context)
    with pytest.raises(FetchFailed, match=LATE):
        fetched(drip, "https", "localhost")
    assert gone("bounded-get")
    silent = hostile(saying(then=wait))
    with pytest.raises(FetchFailed, match=f"{LATE}|TimeoutError"):
        fetched(silent, "https", "localhost")
