"""Programs for node beside AWS's SDK for JavaScript, which is installed once and kept."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import other_party

SOURCE = Path(__file__).parent / "node"
HOUSE = Path(__file__).parents[2] / ".cache" / "node"


def program(name: str) -> Path:
    """The program `name` beside its packages. Test processes wait for one another while they are installed."""
    other_party(bool(shutil.which("node") and shutil.which("npm")), "node with npm")
    HOUSE.mkdir(parents=True, exist_ok=True)
    wanted = (SOURCE / "package.json").read_text()
    done = HOUSE / "installed.json"
    with (HOUSE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != wanted:
            (HOUSE / "package.json").write_text(wanted)
            install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
            installed = subprocess.run(install, cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)
            other_party(installed.returncode == 0, f"AWS's SDK for JavaScript (npm: {installed.stderr[-300:]})")
            done.write_text(wanted)
        draft = HOUSE / f"{name}.{os.getpid()}.mjs"
        draft.write_text((SOURCE / name).read_text())
        draft.replace(HOUSE / name)
    return HOUSE / name


def environment(home: Path, url: str, key_id: str, secret: str, region: str) -> dict[str, str]:
    """What a node process needs to know, and nothing of this machine's own configuration."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
