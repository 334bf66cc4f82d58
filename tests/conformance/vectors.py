"""Other people's test vectors: the tests in botocore's source distribution, fetched from PyPI once and kept."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# Newer than the botocore that other packages here allow: only its tests are read, nothing of it is imported.
BOTOCORE = "1.44.5"
_FOLDER = Path(__file__).parents[2] / ".cache" / "vectors"
_WANTED = tuple(
    f"botocore-{BOTOCORE}/{part}"
    for part in ("LICENSE.txt", "NOTICE", "tests/unit/protocols/", "tests/unit/auth/aws4_testsuite/")
)


def botocore_tests() -> Path | None:
    """The folder tests/unit of botocore's sources; None where they are not kept and PyPI does not give them."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    kept = _FOLDER / f"botocore-{BOTOCORE}"
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist: one worker fetches, the others wait for it
        if not kept.exists():
            with tempfile.TemporaryDirectory(dir=_FOLDER) as unpacked:
                if not (_fetched(Path(unpacked)) or _fetched(Path(unpacked))):
                    return None
                # The name appears with all that belongs under it, or not at all.
                (Path(unpacked) / kept.name).rename(kept)
    return kept / "tests" / "unit"


def _fetched(folder: Path) -> bool:
    """Download and unpack into `folder`; False, with pip's words on stderr, where that failed."""
    # Only botocore itself from source: what pip needs to read its name and version may be wheels.
    command = ["download", "--quiet", "--no-deps", "--no-binary", "botocore", "--timeout", "20", "--retries", "1"]
    try:
        subprocess.run(
            [sys.executable, "-m", "pip", *command, "--dest", str(folder), f"botocore=={BOTOCORE}"],
            check=True,
            timeout=180,
        )
    except (subprocess.SubprocessError, OSError) as error:
        print(f"botocore {BOTOCORE} could not be fetched: {error}", file=sys.stderr)
        return False
    with tarfile.open(folder / f"botocore-{BOTOCORE}.tar.gz") as archive:
        archive.extractall(folder, [one for one in archive if one.name.startswith(_WANTED)], filter="data")
    return True
