"""What cannot be served is refused at the start: exit status 2 and one line that says what is wrong."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from senderdesk import __version__
from senderdesk.database.sqlite import SqliteDatabase
from tests.conftest import ACCOUNT

Done = subprocess.CompletedProcess[str]


def senderdesk(*words: str) -> Done:
    command = [sys.executable, "-m", "senderdesk", *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired as error:
        started = error.stdout.decode() if isinstance(error.stdout, bytes) else ""
        return subprocess.CompletedProcess(command, -1, started, "it went on serving")


def in_order(folder: Path) -> list[str]:
    return ["--database", f"sqlite:///{folder}/desk.db"]


def newer_schema(folder: Path) -> list[str]:
    SqliteDatabase(f"{folder}/desk.db").close()
    connection = sqlite3.connect(folder / "desk.db")
    with connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, '0999_future.sql', 0)")
    connection.close()
    return in_order(folder)


def another_master_key(folder: Path) -> list[str]:
    assert senderdesk("keys", "create", "--account", ACCOUNT, *in_order(folder)).returncode == 0
    (folder / "desk.db.key").write_text("00" * 32)
    return [*in_order(folder), "--auth", "verify"]


def garbled_master_key(folder: Path) -> list[str]:
    (folder / "desk.db.key").write_text("not a key")
    return in_order(folder)


def short_master_key(folder: Path) -> list[str]:
    (folder / "desk.db.key").write_text("00" * 31)
    return in_order(folder)


def not_a_database(folder: Path) -> list[str]:
    (folder / "desk.db").write_text("not a database, but long enough to be read as a page" * 100)
    return in_order(folder)


def taken_port(folder: Path) -> list[str]:
    taken = socket.create_server(("127.0.0.1", 0))
    OPEN.append(taken)
    return [*in_order(folder), "--port", str(taken.getsockname()[1])]


OPEN: list[socket.socket] = []
Ready = Callable[[Path], list[str]]
# How the folder is made ready, more options, and what the line must hold.
CASES: dict[str, tuple[Ready, list[str], list[str]]] = {
    "every address without --auth": (in_order, ["--host", "0.0.0.0"], ["--host 0.0.0.0", "--auth verify", "keys"]),
    "every IPv6 address without --auth": (in_order, ["--host", "::"], ["--auth verify"]),
    "every address with trust": (in_order, ["--host", "0.0.0.0", "--auth", "trust"], ["loopback", "--auth verify"]),
    "--auth misspelt": (in_order, ["--host", "0.0.0.0", "--auth", "verfy"], ["auth", "verfy"]),
    "--limits misspelt": (in_order, ["--limits", "fast"], ["limits", "fast"]),
    "--account-tier misspelt": (in_order, ["--account-tier", "GOLD"], ["account-tier", "GOLD"]),
    "--tls-cert alone": (in_order, ["--tls-cert", "cert.pem"], ["--tls-key"]),
    "--tls-cert missing": (in_order, ["--tls-cert", "/no/cert.pem", "--tls-key", "/no/key.pem"], ["tls-cert"]),
    "another engine": (lambda folder: [], ["--database", "mysql://desk"], ["mysql://desk"]),
    "no such folder": (lambda folder: [], ["--database", "sqlite:////no/such/desk.db"], ["/no/such/desk.db"]),
    "not a database": (not_a_database, [], ["desk.db"]),
    "a newer schema": (newer_schema, [], ["999", "newer"]),
    "another master key": (another_master_key, [], ["master key"]),
    "a garbled master key": (garbled_master_key, [], ["master key", "desk.db.key"]),
    "a short master key": (short_master_key, [], ["master key", "desk.db.key"]),
    "a master key nowhere": (in_order, ["--master-key", "/no/such/key"], ["/no/such/key"]),
    "a port that is taken": (taken_port, [], ["127.0.0.1"]),
    "a port that is none": (in_order, ["--port", "70000"], ["port", "70000"]),
}


@pytest.mark.parametrize(("ready", "options", "told"), CASES.values(), ids=CASES.keys())
def test_it_refuses_to_start(tmp_path: Path, ready: Ready, options: list[str], told: list[str]) -> None:
    words = [*ready(tmp_path), *options]
    port = [] if "--port" in words else ["--port", "0"]
    done = senderdesk("serve", *words, *port)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("senderdesk: ")
    for part in told:
        assert part in lines[0]
    assert done.returncode == 2


def test_a_refused_start_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    newer_schema(tmp_path)
    connection = sqlite3.connect(tmp_path / "desk.db")
    before = list(connection.iterdump())
    assert senderdesk("serve", *in_order(tmp_path)).returncode == 2
    assert list(connection.iterdump()) == before
    connection.close()


def test_options_that_are_not_numbers_are_refused_by_name(tmp_path: Path) -> None:
    done = senderdesk("serve", *in_order(tmp_path), "--clock-skew", "soon")
    assert done.returncode == 2
    assert "--clock-skew" in done.stderr


def test_help_tells_every_setting() -> None:
    told = senderdesk("serve", "--help").stdout
    for option in ("--host", "--port", "--database", "--auth", "--master-key", "--limits", "--tls-cert", "--drain"):
        assert option in told
    assert "SENDERDESK_DATABASE" in told


def test_version() -> None:
    assert senderdesk("version").stdout == f"{__version__}\n"
