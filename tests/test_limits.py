"""Rates and quotas by themselves, against a clock that the test moves."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senderdesk.errors import ThrottlingException
from senderdesk.limits import Limits

TABLE = tomllib.loads(files("senderdesk").joinpath("limits.toml").read_text())


class Hands:
    """A monotonic clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def limits(hands: Hands) -> Limits:
    return Limits("aws", hands)


def taken(limits: Limits, times: int, *key: str) -> int:
    """How many of `times` requests pass."""
    passed = 0
    for _ in range(times):
        try:
            limits.take(*(key or ("1", "us-east-1", "CreateRegistration")))
            passed += 1
        except ThrottlingException:
            pass
    return passed


@pytest.mark.parametrize(("operation", "rate"), [("CreateRegistration", 1), ("ListTagsForResource", 10)])
def test_a_second_s_worth_passes_at_once_and_the_rate_after_it(
    limits: Limits, hands: Hands, operation: str, rate: int
) -> None:
    key = ("1", "us-east-1", operation)
    assert taken(limits, 100, *key) == rate
    hands.now += 0.9 / rate
    assert taken(limits, 100, *key) == 0
    hands.now += 0.1 / rate
    assert taken(limits, 100, *key) == 1
    hands.now += 3600
    assert taken(limits, 100, *key) == rate, "an hour of rest earns no more than one second's worth"


def test_what_is_refused_costs_nothing(limits: Limits, hands: Hands) -> None:
    assert taken(limits, 1) == 1
    for _ in range(9):
        hands.now += 0.1
        assert taken(limits, 50) == 0
    hands.now += 0.11
    assert taken(limits, 1) == 1


def test_accounts_regions_and_operations_are_limited_apart(limits: Limits) -> None:
    keys = [
        (account, region, operation)
        for account in ("1", "2")
        for region in ("us-east-1", "eu-west-1")
        for operation in ("CreateRegistration", "DeleteRegistration", "NoSuchOperationInTheTable")
    ]
    assert [taken(limits, 3, *key) for key in keys] == [1] * len(keys)


@settings(deadline=None, derandomize=True, database=None)
@given(
    gaps=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    rate=st.sampled_from(["CreateRegistration", "ListTagsForResource"]),
)
def test_no_stretch_of_time_lets_more_pass_than_its_seconds_and_one(gaps: list[float], rate: str) -> None:
    hands = Hands()
    limits = Limits("aws", hands)
    passed: list[float] = []
    for gap in gaps:
        hands.now += gap
        passed += [hands.now] * taken(limits, 20, "1", "us-east-1", rate)
    most = 1 if rate == "CreateRegistration" else 10
    for first, start in enumerate(passed):
        for last, end in enumerate(passed[first:], first):
            assert last - first + 1 <= most * (end - start) + most + 1e-6
    assert passed, "the first is never refused"


def test_memory_does_not_follow_accounts_that_come_once(limits: Limits, hands: Hands) -> None:
    for number in range(250_000):
        hands.now += 0.001
        limits.take(str(number), "us-east-1", "CreateRegistration")
    assert len(limits._full_at) <= 100_001


def test_relaxed_is_no_hindrance(hands: Hands) -> None:
    assert taken(Limits("relaxed", hands), 50_000) == 50_000


def test_the_numbers_that_are_published(limits: Limits) -> None:
    assert limits.quota("REGISTRATIONS_PER_ACCOUNT") == 25
    assert limits.quota("REGISTRATION_ATTACHMENTS_PER_ACCOUNT") == 25
    assert TABLE["aws"]["rates"] == {"default": 1, "ListTagsForResource": 10}


def test_both_profiles_have_the_same_quotas_and_sane_numbers(hands: Hands) -> None:
    assert TABLE["aws"]["quotas"].keys() == TABLE["relaxed"]["quotas"].keys()
    for profile in TABLE.values():
        assert all(value > 0 for value in (*profile["rates"].values(), *profile["quotas"].values()))
    with pytest.raises(KeyError):
        Limits("none", hands)
