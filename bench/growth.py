"""What one CreateRegistration costs when an account holds few and when it holds very many."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.contenders import Slice, summarise, timed_slice
from bench.servers import create_key, start_desk
from bench.sigv4 import Credentials
from bench.workloads import create_registration
from senderdesk.service import open_service
from senderdesk.settings import Settings
from senderdesk.wire import Request

COPIED_UP_TO = 100_000
COMMIT_EVERY = 1_000
CREATE_BODY = (
    b'{"RegistrationType":"US_TOLL_FREE_REGISTRATION","Tags":[{"Key":"Name","Value":"bench"},'
    b'{"Key":"env","Value":"bench"}],"ClientToken":"%s"}'
)
TRUSTED = (
    b"AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/sms-voice/aws4_request, "
    b"SignedHeaders=host, Signature=" + b"0" * 64
)


def seed(database_path: Path, count: int) -> None:
    """Put ``count`` registrations of account 111122223333 into ``database_path``, through the service itself.

    Each is made by CreateRegistration with two tags and a ClientToken of its own, as the load makes them. On return
    everything is in the file itself: the write-ahead log is checkpointed and the database closed.
    """
    service = open_service(Settings(database=f"sqlite:///{database_path}"))
    headers = [
        (b"content-type", b"application/x-amz-json-1.0"),
        (b"x-amz-target", b"PinpointSMSVoiceV2.CreateRegistration"),
        (b"authorization", TRUSTED),
    ]
    for number in range(1, count + 1):
        body = CREATE_BODY % str(uuid.uuid4()).encode()
        response = service.handle(Request("POST", b"/", b"", headers, body))
        if response.status != 200:
            raise RuntimeError(response.body.decode())
        if number % COMMIT_EVERY == 0 or number == count:
            service.database.commit()
    service.database.close()


def measure_growth(
    scratch: Path,
    core: int | None,
    counts: tuple[int, int],
    rounds: int,
    seconds: float,
    connections: int,
    say: Callable[[str], Any],
) -> list[Slice]:
    """Run the Create load on databases seeded with each of ``counts``, in alternating rounds.

    SenderDesk is restarted for every turn. A small database is copied afresh for every turn, as a turn
    adds more to it than it held; a large one is kept, as a turn adds a few per cent.
    """
    seeded: dict[int, tuple[Path, Credentials]] = {}
    for count in counts:
        path = scratch / f"growth-{count}.sqlite3"
        credentials = create_key(path)
        say(f"seeding {count:,} registrations")
        seed(path, count)
        seeded[count] = (path, credentials)
    slices = []
    for number in range(1, rounds + 1):
        for count in counts:
            path, credentials = seeded[count]
            name = f"growth_{count}"
            if count <= COPIED_UP_TO:
                path = _fresh_copy(path)
            server = start_desk(path, scratch, core, name)
            try:
                host, port = server.address
                workload = create_registration(f"{host}:{port}", credentials)
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
