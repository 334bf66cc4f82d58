"""What one request costs when an account holds few registrations or field values, and when it holds very many."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import toll_free
from bench.contenders import Slice, summarise, timed_slice
from bench.servers import create_key, start_desk
from bench.sigv4 import Credentials
from bench.workloads import Workload, create_registration, put_field_value
from senderdesk.service import open_service
from senderdesk.settings import Settings
from senderdesk.wire import Request

COPIED_UP_TO = 100_000
COMMIT_EVERY = 1_000
SOME = 100
CREATE_BODY = (
    b'{"RegistrationType":"US_TOLL_FREE_REGISTRATION","Tags":[{"Key":"Name","Value":"bench"},'
    b'{"Key":"env","Value":"bench"}],"ClientToken":"%s"}'
)
TRUSTED = (
    b"AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/sms-voice/aws4_request, "
    b"SignedHeaders=host, Signature=" + b"0" * 64
)


@dataclass(frozen=True)
class Growth:
    """One thing that accounts gather: its slices' name, how a database gets ``count`` of it, and the load put on it.

    ``seed`` gives the ids of some registrations, which ``workload`` is handed after the host and the access key.
    """

    name: str
    seed: Callable[[Path, int], list[str]]
    workload: Callable[[str, Credentials, list[str]], Workload]


def seed_registrations(database_path: Path, count: int) -> list[str]:
    """Put ``count`` registrations of account 111122223333 into ``database_path``, through the service itself.

    Each is made by CreateRegistration with two tags and a ClientToken of its own, as the load makes them. On return
    everything is in the file itself: the write-ahead log is checkpointed and the database closed.
    """
    with _seeding(database_path) as ask:
        for _ in range(count):
            ask(b"CreateRegistration", CREATE_BODY % str(uuid.uuid4()).encode())
    return []


def seed_values(database_path: Path, count: int) -> list[str]:
    """Put ``count`` field values (or few more) into registrations of the account; return some of the registrations."""
    names = []
    with _seeding(database_path) as ask:
        while count > 0:
            names.append(ask(b"CreateRegistration", CREATE_BODY % str(uuid.uuid4()).encode())["RegistrationId"])
            for arguments in toll_free.puts(names[-1]):
                ask(b"PutRegistrationFieldValue", toll_free.encoded(arguments))
                count -= 1
    return names[:: len(names) // SOME + 1]


@contextmanager
def _seeding(database_path: Path) -> Iterator[Callable[[bytes, bytes], dict[str, Any]]]:
    """Yield what asks the service for one operation; every so often, and at the end, all is committed."""
    service = open_service(Settings(database=f"sqlite:///{database_path}"))
    asked = 0

    def ask(operation: bytes, body: bytes) -> dict[str, Any]:
        nonlocal asked
        headers = [
            (b"content-type", b"application/x-amz-json-1.0"),
            (b"x-amz-target", b"PinpointSMSVoiceV2." + operation),
            (b"authorization", TRUSTED),
        ]
        response = service.handle(Request("POST", b"/", b"", headers, body))
        if response.status != 200:
            raise RuntimeError(response.body.decode())
        asked += 1
        if asked % COMMIT_EVERY == 0:
            service.database.commit()
        answer: dict[str, Any] = json.loads(response.body)
        return answer

    try:
        yield ask
        if service.database.pending:
            service.database.commit()
    finally:
        service.database.close()


REGISTRATIONS = Growth("growth", seed_registrations, lambda host, key, _: create_registration(host, key))
VALUES = Growth("values", seed_values, put_field_value)


def measure_growth(
    growth: Growth,
    scratch: Path,
    core: int | None,
    counts: tuple[int, int],
    rounds: int,
    seconds: float,
    connections: int,
    say: Callable[[str], Any],
) -> list[Slice]:
    """Run a load on databases seeded with each of ``counts``, in alternating rounds.

    SenderDesk is restarted for every turn. A small database is copied afresh for every turn, as a turn
    adds more to it than it held; a large one is kept, as a turn adds a few per cent.
    """
    seeded: dict[int, tuple[Path, Credentials, list[str]]] = {}
    for count in counts:
        path = scratch / f"{growth.name}-{count}.sqlite3"
        credentials = create_key(path)
        say(f"seeding {growth.name} {count:,}")
        seeded[count] = (path, credentials, growth.seed(path, count))
    slices = []
    for number in range(1, rounds + 1):
        for count in counts:
            path, credentials, names = seeded[count]
            name = f"{growth.name}_{count}"
            if count <= COPIED_UP_TO:
                path = _fresh_copy(path)
            server = start_desk(path, scratch, core, name)
            try:
                host, port = server.address
                workload = growth.workload(f"{host}:{port}", credentials, names)
                result = timed_slice(server, workload, seconds, connections)
            finally:
                server.stop()
            slices.append(summarise(name, number, result))
            say(f"round {number}/{rounds} {name}: {result.requests_per_second:,.0f} requests/s")
    return slices


def _fresh_copy(path: Path) -> Path:
    """Copy a database and the files beside it (master key, log), replacing any earlier copy."""
    copy = path.with_name(f"copy-of-{path.name}")
    for stale in path.parent.glob(f"{copy.name}*"):
        stale.unlink()
    for source in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(source, f"{copy}{source.name.removeprefix(path.name)}")
    return copy
