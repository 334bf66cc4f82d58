"""Server processes of a benchmark: started on their own core, asked for memory, always stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
READY_LINE = re.compile(rb"^senderdesk ready on http://[^:]+:(\d+)", re.MULTILINE)
POLL_SECONDS = 0.002
START_LIMIT_SECONDS = 60.0


class ServerError(RuntimeError):
    """A server process did not start or ended too early."""


def pinning_cores() -> tuple[int, int] | None:
    """Return (server core, load generator core), or None where processes cannot be pinned."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else None


def free_port() -> int:
    """Return a TCP port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Return the environment of child processes: the project importable, no SENDERDESK_ setting inherited."""
    paths = [str(PROJECT / "src"), str(PROJECT), os.environ.get("PYTHONPATH", "")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SENDERDESK_")}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}


class Server:
    """One running server process in its own process group, its output in files."""

    def __init__(self, name: str, command: Sequence[str], logs: Path, core: int | None) -> None:
        self.name = name
        self.port = 0
        self.out_path = logs / f"{name}.out"
        self.log_path = logs / f"{name}.log"
        pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
        with self.out_path.open("wb") as out, self.log_path.open("wb") as log:
            self.spawned_at = time.perf_counter()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, cwd=PROJECT,
                env=environment(), preexec_fn=pin, start_new_session=True,
            )  # fmt: skip

    @property
    def address(self) -> tuple[str, int]:
        """Return (host, port)."""
        return HOST, self.port

    def wait_for_line(self) -> None:
        """Wait for the ready line on stdout and take the port from it."""
        while not (match := READY_LINE.search(self.out_path.read_bytes())):
            self._pause("no ready line")
        self.port = int(match[1])

    def wait_for_answer(self, path: str, port: int | None = None) -> float:
        """Wait until ``GET path`` answers 200; return the seconds from spawn to that answer."""
        self.port = port or self.port
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nConnection: close\r\n\r\n".encode()
        while True:
            try:
                with socket.create_connection(self.address, timeout=10) as connection:
                    connection.sendall(request)
                    head = connection.recv(65536)
                    if head[9:12] == b"200":
                        return time.perf_counter() - self.spawned_at
            except OSError:
                pass
            self._pause(f"no 200 from GET {path}")

    def _pause(self, missing: str) -> None:
        """Sleep one poll interval, or raise when the process is gone or late."""
        if self.process.poll() is not None:
            raise ServerError(f"{self.name} ended with status {self.process.returncode}:\n{self.log_tail()}")
        if time.perf_counter() - self.spawned_at > START_LIMIT_SECONDS:
            raise ServerError(f"{self.name}: {missing} after {START_LIMIT_SECONDS:.0f} s:\n{self.log_tail()}")
        time.sleep(POLL_SECONDS)

    def log_tail(self) -> str:
        """Return the last 2,000 bytes the process wrote to stderr."""
        return self.log_path.read_bytes()[-2000:].decode(errors="replace")

    def resident_bytes(self) -> int:
        """Return the resident memory of the process and its descendants, in bytes."""
        return sum(_resident_bytes(pid) for pid in _family(self.process.pid))

    def stop(self) -> None:
        """End the process group: SIGTERM, and SIGKILL after five seconds."""
        for signum in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signum)
            try:
                self.process.wait(5)
                return
            except subprocess.TimeoutExpired:
                continue


def _family(pid: int) -> list[int]:
    """Return ``pid`` and, on Linux, its descendants."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += _family(int(child))
    return found


def _resident_bytes(pid: int) -> int:
    """Return one process's resident memory in bytes (VmRSS, or ``ps`` where there is no /proc)."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        match = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(match[1]) * 1024 if match else 0
    return int(run_once(["/bin/ps", "-o", "rss=", "-p", str(pid)])) * 1024


def run_once(command: Sequence[str]) -> str:
    """Run a short command to its end and return its stdout."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment())
    if done.returncode:
        raise ServerError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def script(name: str) -> str:
    """Return the path of a console script installed next to this Python."""
    return str(Path(sys.executable).with_name(name))
