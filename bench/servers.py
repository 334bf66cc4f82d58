"""How each server of the benchmark is started, keyed and waited for."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.processes import HOST, Server, free_port, run_once, script
from bench.sigv4 import Credentials

ACCOUNT = "111122223333"
MOTO_PATH = "/moto-api/"
DESK_PATH = "/health"


def create_key(database: Path) -> Credentials:
    """Make ``database`` hold an access key of ``ACCOUNT`` and return it."""
    command = [sys.executable, "-m", "senderdesk", "keys", "create"]
    key = json.loads(run_once([*command, "--account", ACCOUNT, "--database", f"sqlite:///{database}"]))
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def desk_command(database: Path, port: int = 0, door: tuple[str, ...] = ("senderdesk", "serve")) -> list[str]:
    """Return the command that serves ``database`` with signatures verified; port 0 means any."""
    return [
        *(sys.executable, "-m", *door, "--host", HOST, "--port", str(port)),
        *("--auth", "verify", "--database", f"sqlite:///{database}"),
    ]


def moto_command(port: int) -> list[str]:
    """Return the command of moto's stand-alone server."""
    return [script("moto_server"), "-p", str(port)]


def start_desk(database: Path, logs: Path, core: int | None, name: str = "senderdesk") -> Server:
    """Start SenderDesk on ``database`` and wait for its ready line."""
    return _ready_by_line(Server(name, desk_command(database), logs, core))


def _ready_by_line(server: Server) -> Server:
    try:
        server.wait_for_line()
    except BaseException:
        server.stop()
        raise
    return server


def _ready_by_answer(server: Server, path: str, port: int) -> Server:
    try:
        server.wait_for_answer(path, port)
    except BaseException:
        server.stop()
        raise
    return server


class Arena:
    """The servers of one benchmark run: each started when first asked for, all stopped at the end."""

    def __init__(self, scratch: Path, core: int | None) -> None:
        self.scratch = scratch
        self.core = core
        self.servers: dict[str, Server] = {}
        self.credentials: dict[str, Credentials] = {}
        self.memory_at_start: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Arena":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def server(self, name: str) -> Server:
        """Return the running server ``name``, starting it if need be."""
        if name not in self.servers:
            starters: dict[str, Callable[[], Server]] = {
                "moto": self._start_moto,
                "senderdesk": lambda: self._start_keyed("senderdesk", ("senderdesk", "serve")),
                "filing": lambda: self._start_keyed("filing", ("senderdesk", "serve")),
                "storeless": lambda: self._start_keyed("storeless", ("bench.storeless",)),
                "uvicorn": self._start_uvicorn,
                "null": self._start_null,
            }
            server = starters[name]()
            self._stack.callback(server.stop)
            self.servers[name] = server
            self.memory_at_start[name] = server.resident_bytes()
        return self.servers[name]

    def _start_moto(self) -> Server:
        port = free_port()
        return _ready_by_answer(Server("moto", moto_command(port), self.scratch, self.core), MOTO_PATH, port)

    def _start_keyed(self, name: str, door: tuple[str, ...]) -> Server:
        database = self.scratch / f"{name}.sqlite3"
        self.credentials[name] = create_key(database)
        return _ready_by_line(Server(name, desk_command(database, door=door), self.scratch, self.core))

    def _start_uvicorn(self) -> Server:
        port = free_port()
        options = ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", "bench.plain_app:app", *options, "--port", str(port)]
        return _ready_by_answer(Server("uvicorn", command, self.scratch, self.core), "/", port)

    def _start_null(self) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "bench.null_server", "--port", str(port)]
        return _ready_by_answer(Server("null", command, self.scratch, self.core), "/", port)
