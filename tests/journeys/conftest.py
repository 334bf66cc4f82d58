"""One desk for all journeys that need no desk of their own, where each test has an account of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.conftest import RunningDesk, running_desk

_accounts = itertools.count(700_000_000_000)


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A trusting desk; who uses it leaves its inside alone."""
    with running_desk(tmp_path_factory.mktemp("shared")) as desk:
        yield desk


@pytest.fixture
def account() -> str:
    """An account that no other test has."""
    return str(next(_accounts))
