"""The master key: where it comes from, and how secrets are sealed with it before they touch the disk.

AES-256-GCM with the secret's owner as associated data, so that a sealed secret moved to another row does not open.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES, _NONCE_BYTES = 32, 12


def master_key(path: Path | None) -> bytes:
    """The 32 bytes in the file at `path`, made with mode 0600 where it does not exist; random where `path` is None.

    Raises ValueError where the file does not hold a key.
    """
    if path is None:
        return os.urandom(_KEY_BYTES)
    try:
        if not path.exists():
            _write_new_key(path)
        key = bytes.fromhex(path.read_text().strip())
    except (ValueError, OSError) as error:
        raise ValueError(f"the master key file {path} cannot be used: {error}") from error
    if len(key) != _KEY_BYTES:
        raise ValueError(f"the master key file {path} does not hold {_KEY_BYTES} bytes in hex")
    return key


def _write_new_key(path: Path) -> None:
    """Written aside, then linked into place: of two processes that start at once, one key wins, and it is whole."""
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(os.urandom(_KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def seal(key: bytes, secret: str, owner: str) -> bytes:
    """`secret` encrypted for the row that `owner` names."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, secret.encode(), owner.encode())


def unseal(key: bytes, sealed: bytes, owner: str) -> str:
    """The secret again. Raises ValueError where key or owner is not the one it was sealed with."""
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise ValueError("sealed with another master key, or moved from another row") from error


def _cipher(key: bytes) -> AESGCM:
    """cryptography costs 33 ms to import, and a desk that trusts loopback never needs it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
