"""What the conformance tests share: the vectors, or a loud skip."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import vectors
from tests.conftest import other_party


@pytest.fixture(scope="session")
def botocore_tests() -> Path:
    """The folder tests/unit of botocore's source distribution."""
    folder = vectors.botocore_tests()
    other_party(folder is not None, f"botocore-{vectors.BOTOCORE}.tar.gz from PyPI")
    assert folder is not None
    return folder
