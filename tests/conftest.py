"""What every test shares: a desk on a real socket, in this process with a clock of ours, or as a process of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from senderdesk import logs
from senderdesk.access import AccessKeys
from senderdesk.sealing import master_key
from senderdesk.service import Service, open_service
from senderdesk.settings import Settings
from senderdesk.web import Server

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
REGION = "us-east-1"
TOLL_FREE = "US_TOLL_FREE_REGISTRATION"


class Clock:
    """Epoch seconds that a test may move."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def client_of(url: str, key_id: str = ACCOUNT, secret: str = "any", region: str = REGION, retries: int = 0) -> Any:
    """A boto3 client as an integrator makes it; `retries` beyond the first try."""
    return boto3.client(
        "pinpoint-sms-voice-v2",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": retries + 1}, max_pool_connections=64),
        verify=False,
    )


class RunningDesk:
    """A desk in this process: its address, and its inside for faults and clocks."""

    def __init__(self, url: str, service: Service, clock: Clock, settings: Settings, server: Server) -> None:
        self.url = url
        self.service = service
        self.clock = clock
        self.settings = settings
        self.server = server

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def client(self, account: str = ACCOUNT, **options: Any) -> Any:
        """A client that a trusting desk takes for `account`."""
        return client_of(self.url, account, **options)

    def make_key(self, account: str = ACCOUNT, policy: str | None = None) -> dict[str, str]:
        """An access key, made beside the running desk as the command line does it."""
        path = self.settings.database_path
        from senderdesk.database.sqlite import SqliteDatabase

        database = SqliteDatabase(path)
        try:
            return AccessKeys(database, master_key(Path(f"{path}.key"))).create(account, policy, time.time())
        finally:
            database.close()

    def verified_client(self, account: str = ACCOUNT, policy: str | None = None, **options: Any) -> Any:
        """A client with a new key."""
        key = self.make_key(account, policy)
        return client_of(self.url, key["AccessKeyId"], key["SecretAccessKey"], **options)


@contextlib.contextmanager
def running_desk(folder: Path, **options: Any) -> Iterator[RunningDesk]:
    """A desk on a free port, in a thread of this process, stopped at the end."""
    settings = Settings(**{"port": 0, "database": f"sqlite:///{folder}/desk.db", **options})
    clock = Clock()
    service = open_service(settings, clock)
    ready = threading.Event()
    address: list[str] = []

    def on_ready(url: str) -> None:
        address.append(url)
        ready.set()

    server = Server(service, settings, on_ready)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(10), "the desk did not start"
    try:
        yield RunningDesk(address[0], service, clock, settings, server)
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive(), "the desk did not stop"


@pytest.fixture(scope="session", autouse=True)
def _logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Desks in this process log into a file, not over the test's own output."""
    logs.configure()
    with (tmp_path_factory.mktemp("logs") / "desks.jsonl").open("ab") as file:
        original, logs._write = logs._write, file.write
        yield
        logs._write = original


@pytest.fixture
def start_desk(tmp_path: Path) -> Iterator[Callable[..., RunningDesk]]:
    """Start desks with the settings that a test gives, one after the other in the same folder."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(running_desk(tmp_path, **options))


@pytest.fixture
def desk(start_desk: Callable[..., RunningDesk]) -> RunningDesk:
    """A trusting desk with default settings and an empty database."""
    return start_desk()


@pytest.fixture
def verified_desk(start_desk: Callable[..., RunningDesk]) -> RunningDesk:
    """A desk that checks signatures."""
    return start_desk(auth="verify")


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """One trusting desk for all tests that need no desk of their own; who uses it leaves its inside alone."""
    with running_desk(tmp_path_factory.mktemp("shared")) as desk:
        yield desk


@pytest.fixture(scope="session")
def instant_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """As `shared_desk`, where nothing that the desk does by itself takes time."""
    with running_desk(tmp_path_factory.mktemp("instant"), pace="instant", upload_seconds=0) as desk:
        yield desk


_accounts = itertools.count(700_000_000_000)


@pytest.fixture
def account() -> str:
    """An account that no other test has."""
    return str(next(_accounts))


class DeskProcess:
    """`senderdesk serve` as people run it."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.log = folder / "log.jsonl"
        self._errors = self.log.open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "senderdesk",
                "serve",
                "--port",
                "0",
                "--database",
                f"sqlite:///{folder}/desk.db",
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **environment},
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("senderdesk ready on "), self.log.read_text()[-2000:]
        self.url = line.split()[-1]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; gives the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(20)
        assert self.process.stdout
        self.process.stdout.close()
        self._errors.close()
        return status


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[Callable[..., DeskProcess]]:
    """Start `senderdesk serve` processes on one database; those that still run are killed at the end."""
    started: list[DeskProcess] = []

    def start(*arguments: str, **environment: str) -> DeskProcess:
        started.append(DeskProcess(tmp_path, *arguments, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop(signal.SIGKILL)


def other_party(found: bool, what: str) -> None:
    """Skip a test whose other party this machine cannot have, loudly; in CI it must run."""
    if not found:
        assert not os.environ.get("CI"), f"{what} is missing, and CI must have it"
        pytest.skip(f"SKIPPED LOUDLY: {what} is missing on this machine")
