"""The machine and the versions a run was taken with."""

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("senderdesk", "moto", "werkzeug", "uvicorn", "uvloop", "httptools", "msgspec", "botocore")


def describe_machine(scratch: Path, cores: tuple[int, int] | None) -> dict[str, Any]:
    """Return what is needed to judge a figure: processor, cores, system, disk, versions, other load."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
        "database_filesystem": _filesystem(scratch),
        "pinning": {"server": cores[0], "load_generator": cores[1]} if cores else None,
        "load_average_before": list(os.getloadavg()),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpu_model() -> str:
    """Return the processor's name as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        match = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        return match[1] if match else platform.machine()
    if platform.system() == "Darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return platform.processor() or platform.machine()


def _filesystem(path: Path) -> str:
    """Return the type of the filesystem that holds ``path`` ("unknown" where it cannot be told)."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return "unknown"
    best, kind = "", "unknown"
    for line in mounts.read_text().splitlines():
        _, point, found, *_ = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind
