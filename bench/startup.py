"""Seconds from spawning a server process to its first successful answer."""

from collections.abc import Callable
from pathlib import Path

from bench.processes import Server, free_port
from bench.servers import DESK_PATH, MOTO_PATH, create_key, desk_command, moto_command


def measure_startup(scratch: Path, core: int | None, repeats: int) -> dict[str, list[float]]:
    """Start SenderDesk and moto_server in turn, ``repeats`` times each; return seconds per start.

    One start of each goes before, untimed, so that neither pays for compiling byte code.
    """
    database = scratch / "startup.sqlite3"
    create_key(database)
    commands: dict[str, tuple[Callable[[int], list[str]], str]] = {
        "senderdesk": (lambda port: desk_command(database, port), DESK_PATH),
        "moto": (moto_command, MOTO_PATH),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(repeats + 1):
        for name, (command, path) in commands.items():
            port = free_port()
            server = Server(f"startup-{name}", command(port), scratch, core)
            try:
                taken = server.wait_for_answer(path, port)
            finally:
                server.stop()
            if number:
                seconds[name].append(taken)
    return seconds
