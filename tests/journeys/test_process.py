"""`senderdesk serve` as people run it: what it prints, what it logs, how it is set up, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from senderdesk import __version__
from tests.conftest import ACCOUNT, TOLL_FREE, DeskProcess, client_of
from tests.journeys.asking import Line, refusal, signed_headers

Start = Callable[..., DeskProcess]


def log_of(process: DeskProcess) -> list[dict[str, Any]]:
    """Every line of the log, each of which is one JSON object."""
    lines = process.log.read_text().splitlines()
    parsed = [json.loads(line) for line in lines]
    assert all(type(line) is dict for line in parsed)
    return parsed


def make_key(folder: Path, *more: str) -> dict[str, str]:
    """An access key, made by the command beside the server."""
    command = [sys.executable, "-m", "senderdesk", "keys", "create", "--account", ACCOUNT]
    command += ["--database", f"sqlite:///{folder}/desk.db", *more]
    key: dict[str, str] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    return key


def test_it_says_where_it_is_and_how_it_is(start_process: Start) -> None:
    process = start_process()
    assert process.url.startswith("http://127.0.0.1:")
    assert not process.url.endswith(":0")
    line = Line(process.url)
    health = line.ask("GET", "/health")
    assert (health.status, health.json) == (200, {"status": "ok", "version": __version__})
    client = client_of(process.url)
    client.create_registration(RegistrationType=TOLL_FREE)
    refusal(client.create_registration, RegistrationType="NO_SUCH_TYPE")
    line.ask("POST", "/", {"X-Amz-Target": "PinpointSMSVoiceV2.NoSuchOperation"})
    line.ask("GET", "/no-such-page")
    page = line.ask("GET", "/metrics")
    assert (page.status, page.headers["content-type"].split(";")[0]) == (200, "text/plain")
    told = page.body.decode()
    create = 'senderdesk_requests_total{operation="CreateRegistration",outcome='
    assert f'{create}"ok"}} 1.0' in told
    assert f'{create}"ValidationException"}} 1.0' in told
    assert 'senderdesk_request_seconds_count{operation="CreateRegistration"} 2.0' in told
    assert 'senderdesk_requests_total{operation="none",outcome="ValidationException"} 2.0' in told
    assert "no-such-page" not in told
    assert "NoSuchOperation" not in told
    line.close()
    assert process.stop() == 0


def test_its_log_is_json_and_tells_no_secrets(start_process: Start, tmp_path: Path) -> None:
    key = make_key(tmp_path)
    process = start_process("--auth", "verify")
    client = client_of(process.url, key["AccessKeyId"], key["SecretAccessKey"])
    tags = [{"Key": "patient", "Value": "Zebulon Quartz"}]
    created = client.create_registration(RegistrationType=TOLL_FREE, Tags=tags, ClientToken="token-of-the-client")
    arn = created["RegistrationArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "street", "Value": "Larkspur Lane"}])
    faulty = [{"Key": "mail", "Value": "Marigold — Way"}]
    refused = refusal(client.tag_resource, ResourceArn=arn, Tags=faulty)
    wrong = client_of(process.url, key["AccessKeyId"], "a wrong secret").describe_registrations
    assert refusal(wrong)["Error"]["Code"] == "InvalidSignatureException"
    with socket.create_connection(("127.0.0.1", int(process.url.rpartition(":")[2]))) as raw:
        raw.sendall(b"this is not HTTP\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 400 ")
    assert process.stop() == 0
    requests = {line["request_id"]: line for line in log_of(process) if line["event"] == "request"}
    for answer, outcome in ((created, "ok"), (refused, "ValidationException")):
        line = requests[answer["ResponseMetadata"]["RequestId"]]
        assert (line["account"], line["outcome"]) == (ACCOUNT, outcome)
        assert line["operation"] == ("CreateRegistration" if answer is created else "TagResource")
        assert line["status"] == answer["ResponseMetadata"]["HTTPStatusCode"]
        assert 0 < line["ms"] < 60_000
    text = process.log.read_text()
    secrets = ("Zebulon", "Larkspur", "Marigold", "patient", "token-of-the-client", key["SecretAccessKey"], "AWS4-HMAC")
    assert [secret for secret in secrets if secret in text] == []


def test_a_log_that_nobody_reads_stops_nothing(start_process: Start, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "senderdesk", "serve", "--port", "0"]
    command += ["--database", f"sqlite:///{tmp_path}/desk.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stderr
    try:
        url = process.stdout.readline().split()[-1]
        process.stderr.close()
        line = Line(url, timeout=5)
        for _ in range(3):
            assert line.call("CreateRegistration", RegistrationType="NO_SUCH_TYPE").status == 400
            assert line.call("CreateRegistration", RegistrationType=TOLL_FREE).status == 200
            assert line.call("DescribeRegistrations").status == 200
        assert len(line.call("DescribeRegistrations").json["Registrations"]) == 3
        line.close()
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_ends_when_it_is_told_to(start_process: Start, number: signal.Signals) -> None:
    process = start_process("--drain", "60")
    idle = Line(process.url)  # a client that keeps its connection has nothing under way, and is not waited for
    idle.ask("GET", "/health")
    idle.call("CreateRegistration", RegistrationType=TOLL_FREE)
    assert process.stop(number) == 0
    idle.close()
    log_of(process)


def test_a_request_that_has_begun_is_answered_before_the_end(start_process: Start) -> None:
    process = start_process()
    line = Line(process.url)
    body = json.dumps({"RegistrationType": TOLL_FREE}).encode()
    connection = line.connection
    connection.putrequest("POST", "/")
    for name, value in {**signed_headers("CreateRegistration"), "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[:10])
    time.sleep(0.2)
    process.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.process.poll() is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(process.url.rpartition(":")[2])))
    connection.send(body[10:])
    answer = connection.getresponse()
    created = json.loads(answer.read())
    assert (answer.status, answer.getheader("connection")) == (200, "close")
    assert process.process.wait(10) == 0
    again = client_of(start_process().url)
    assert again.describe_registrations()["Registrations"][0]["RegistrationId"] == created["RegistrationId"]


def test_a_request_that_never_ends_does_not_keep_it(start_process: Start) -> None:
    process = start_process("--drain", "1")
    port = int(process.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\nbut no more")
        time.sleep(0.2)
        assert process.stop() == 0
    log_of(process)


def test_settings_come_from_the_environment_and_options_win(start_process: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start_process(
            SENDERDESK_PORT=str(taken.getsockname()[1]),  # the fixture's --port 0 wins
            SENDERDESK_ACCOUNT_TIER="SANDBOX",
            SENDERDESK_LIMITS="aws",
            SENDERDESK_MASTER_KEY=f"{tmp_path}/another.key",
        )
    client = client_of(process.url)
    assert client.describe_account_attributes()["AccountAttributes"][0]["Value"] == "SANDBOX"
    limits = {one["Name"]: one["Max"] for one in client.describe_account_limits()["AccountLimits"]}
    assert limits["REGISTRATIONS"] == 25
    assert (tmp_path / "another.key").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "desk.db.key").exists()


def test_port_and_database_from_the_environment(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {"SENDERDESK_PORT": str(port), "SENDERDESK_DATABASE": f"sqlite:///{tmp_path}/named.db"}
    process = subprocess.Popen(
        [sys.executable, "-m", "senderdesk", "serve"],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == f"senderdesk ready on http://127.0.0.1:{port}\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
        assert process.wait(10) == 0
        process.stdout.close()
    finally:
        process.kill()
    assert (tmp_path / "named.db").exists()
    assert not (tmp_path / "senderdesk.db").exists()
