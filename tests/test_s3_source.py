"""Attachments from S3: which addresses are one, whose credentials sign, and a real store that answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from senderdesk.s3_source import Credentials, FetchFailed, S3Address, S3Source, parse_address, read_credentials
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, REGION

OWN = Credentials("AKIDOFTENANT", "tenant-secret")


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("s3://bucket/key", "bucket", "key"),
        ("s3://a-b.c9/d/e f.pdf".replace(" ", "+"), "a-b.c9", "d/e+f.pdf"),
        ("s3://111122223333/k", "111122223333", "k"),
        ("s3://" + "b" * 63 + "/k", "b" * 63, "k"),
        ("s3://bucket/" + "k" * 1024, "bucket", "k" * 1024),
        ("s3://bucket//k/", "bucket", "/k/"),
        ("s3://bucket/logo@2x.png", "bucket", "logo@2x.png"),
        ("s3://bucket/über%20uns/…/..a/b..", "bucket", "über%20uns/…/..a/b.."),
        ("s3://bucket/100%", "bucket", "100%"),
    ],
)
def test_addresses(url: str, bucket: str, key: str) -> None:
    assert parse_address(url) == S3Address(bucket, key)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "does not begin"),
        ("S3://bucket/k", "does not begin"),
        (" s3://bucket/k", "does not begin"),
        ("http://bucket/k", "does not begin"),
        ("https://bucket.s3.amazonaws.com/k", "does not begin"),
        ("file:///etc/passwd", "does not begin"),
        ("s3:/bucket/k", "does not begin"),
        ("s3://169.254.169.254/k", "IP address"),
        ("s3://999.1.1.1/k", "IP address"),
        ("s3://bucket@evil/k", "name a bucket"),
        ("s3://user:word@bucket/k", "name a bucket"),
        ("s3://bucket:80/k", "name a bucket"),
        ("s3://[::1]/k", "name a bucket"),
        ("s3:///k", "name a bucket"),
        ("s3://ab/k", "name a bucket"),
        ("s3://" + "b" * 64 + "/k", "name a bucket"),
        ("s3://Bucket/k", "name a bucket"),
        ("s3://buc_ket/k", "name a bucket"),
        ("s3://buc..ket/k", "name a bucket"),
        ("s3://-bucket/k", "name a bucket"),
        ("s3://bucket./k", "name a bucket"),
        ("s3://buc ket/k", "name a bucket"),
        ("s3://buc\tket/k", "name a bucket"),
        ("s3://bucket\n/k", "name a bucket"),
        ("s3://bück/k", "name a bucket"),
        ("s3://bucket٣/k", "name a bucket"),
        ("s3://bucket%2fevil/k", "name a bucket"),
        ("s3://bucket?x/k", "name a bucket"),
        ("s3://bucket\\evil/k", "name a bucket"),
        ("s3://bucket", "names no object"),
        ("s3://bucket/", "names no object"),
        ("s3://bucket/k?versionId=1", "a query"),
        ("s3://bucket/k#f", "a fragment"),
        ("s3://bucket/a b", "white space"),
        ("s3://bucket/a\u00a0b", "white space"),
        ("s3://bucket/k\n", "white space"),
        ("s3://bucket/k\r\nHost: evil", "white space"),
        ("s3://bucket/k\0", "control character"),
        ("s3://bucket/k\x7f", "control character"),
        ("s3://bucket/gpj\u202e.exe", "control character"),
        ("s3://bucket/\ud800", "control character"),
        ("s3://bucket/" + "k" * 1025, "1024 bytes"),
        ("s3://bucket/" + "ü" * 513, "1024 bytes"),
        ("s3://bucket/.", "as a part"),
        ("s3://bucket/../../k", "as a part"),
        ("s3://bucket/a/./k", "as a part"),
        ("s3://bucket/%2e%2e", "as a part"),
        ("s3://bucket/%2E./k", "as a part"),
        ("s3://bucket/a%2f..%2fk", "as a part"),
        ("s3://bucket/%252e%252e/k", "as a part"),
        ("s3://bucket/a\\..\\k", "as a part"),
    ],
)
def test_what_is_no_address_and_why(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"does|has|names") as refusal:
        parse_address(url)
    assert sentence in str(refusal.value)


@given(st.text())
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        bucket, key = parse_address("s3://" + text)
    except ValueError:
        return
    assert f"{bucket}/{key}" == text


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


GOOD_FILE = f"""
[accounts."{ACCOUNT}"]
access_key_id = "AKIDOFTENANT"
secret_access_key = "tenant-secret"

[accounts."*"]
access_key_id = "AKIDOFALL"
secret_access_key = "secret-of-all"
session_token = "token"
"""


def test_credentials_are_read(tmp_path: Path) -> None:
    read = read_credentials(written(tmp_path, GOOD_FILE))
    assert read == {ACCOUNT: OWN, "*": Credentials("AKIDOFALL", "secret-of-all", "token")}
    assert "secret" not in repr(read).replace("secret_access_key", "") and "token" not in repr(read)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_credentials_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ValueError, match="by others; chmod 600"):
        read_credentials(written(tmp_path, GOOD_FILE, mode))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "does not hold tables"),
        ("accounts = 1", "does not hold tables"),
        ("[accounts]", "does not hold tables"),
        (GOOD_FILE + '[account."444455556666"]\naccess_key_id = "k"', "and only such"),
        ("[accounts", "cannot be read"),
        (GOOD_FILE + f'[accounts."{ACCOUNT}"]', "cannot be read"),
        ('[accounts."1234"]', "is not for an account"),
        ('[accounts."١١١١٢٢٢٢٣٣٣٣"]', "is not for an account"),
        ('accounts.111122223333 = "tenant-secret"', "is not a table"),
        (GOOD_FILE.replace("access_key_id", "key_id"), "access_key_id, key_id"),
        (GOOD_FILE.replace("secret_access_key", "secret"), "secret, secret_access_key"),
        (GOOD_FILE.replace('"tenant-secret"', '""'), "not a string of printable"),
        (GOOD_FILE.replace('"tenant-secret"', "5"), "not a string of printable"),
        (GOOD_FILE.replace('"token"', '"to\\nken"'), "not a string of printable"),
        (GOOD_FILE.replace('"tenant-secret"', "tenant-secret"), "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_credentials_file(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="credentials file") as refusal:
        read_credentials(written(tmp_path, text))
    assert sentence in str(refusal.value)
    assert "tenant-secret" not in str(refusal.value)


def test_credentials_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be read: .*No such file"):
        read_credentials(tmp_path / "none.toml")
    path = written(tmp_path, "")
    path.write_bytes(b"\xff")
    with pytest.raises(ValueError, match="cannot be read"):
        read_credentials(path)


@pytest.mark.parametrize(
    "endpoint",
    [
        *("", "s3.example.com", "ftp://a", "http://", "http://a/b", "http://a?b", "http://u:word@a", "http://a:0"),
        *("http://a:65536", "http://a b", "http://a\n", "HTTP://a", "http://a:"),
    ],
)
def test_endpoints_that_are_none(endpoint: str) -> None:
    with pytest.raises(ValueError, match="the S3 endpoint is not http://HOST:PORT") as refusal:
        S3Source(endpoint, {})
    assert "word" not in str(refusal.value)


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a real S3 API, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client_of_store(url).create_bucket(Bucket="bucket")
    yield url
    server.stop()


def client_of_store(url: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.mark.parametrize(
    "key", ["k", "folder/über uns+%20~(1)=&,;:@$!'*.pdf".replace(" ", ""), "a//b/", "%41", "日本.png"]
)
def test_an_object_is_fetched(store: str, key: str) -> None:
    body = bytes(range(256)) * 1000
    client_of_store(store).put_object(Bucket="bucket", Key=key, Body=body)
    assert S3Source(store, {ACCOUNT: OWN}).fetch(ACCOUNT, REGION, parse_address(f"s3://bucket/{key}")) == body


def test_sizes_up_to_the_bound(store: str) -> None:
    client = client_of_store(store)
    source = S3Source(store, {"*": OWN}, max_bytes=1000)
    for size in (0, 1, 1000):
        client.put_object(Bucket="bucket", Key="sized", Body=bytes(size))
        assert source.fetch(ACCOUNT, REGION, S3Address("bucket", "sized")) == bytes(size)
    client.put_object(Bucket="bucket", Key="sized", Body=bytes(1001))
    with pytest.raises(FetchFailed, match=r"s3://bucket/sized at http.* has 1001 bytes, more than 1000"):
        source.fetch(ACCOUNT, REGION, S3Address("bucket", "sized"))


def test_what_the_store_does_not_have(store: str) -> None:
    for address in (S3Address("bucket", "none"), S3Address("no-bucket", "k")):
        with pytest.raises(FetchFailed, match="was answered with status 404"):
            S3Source(store, {"*": OWN}).fetch(ACCOUNT, REGION, address)


def test_ambient_credentials_are_never_used(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket of another tenant is behind the keys of its own account, not behind this machine's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOFSERVER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "server-secret")
    client_of_store(store).put_object(Bucket="bucket", Key="k", Body=b"x")
    with pytest.raises(FetchFailed, match=f"no S3 credentials are configured for the account {ACCOUNT}"):
        S3Source(store, {OTHER_ACCOUNT: OWN}).fetch(ACCOUNT, REGION, S3Address("bucket", "k"))


def test_a_desk_without_s3_imports_nothing_for_it() -> None:
    code = (
        "import sys, senderdesk.s3_source; print(*{'botocore', 'http.client', 'ssl', 'urllib3'} & sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"\n"
