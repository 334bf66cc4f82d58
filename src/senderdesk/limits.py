"""How often and how many: rates and quotas, all numbers from limits.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files

from senderdesk.errors import ThrottlingException

_BUCKETS_KEPT = 100_000


class Limits:
    """The rates and quotas of one profile, and what has been taken of the rates lately.

    `clock` gives monotonic seconds. A rate is a bucket that holds one second's worth and refills steadily.
    """

    def __init__(self, profile: str, clock: Callable[[], float]) -> None:
        table = tomllib.loads(files("senderdesk").joinpath("limits.toml").read_text())[profile]
        self._rates: dict[str, float] = table["rates"]
        self._quotas: dict[str, int] = table["quotas"]
        self._clock = clock
        self._full_at: dict[tuple[str, str, str], float] = {}

    def take(self, account: str, region: str, operation: str) -> None:
        """Count one request. Raises ThrottlingException where the rate is used up."""
        rate = self._rates.get(operation) or self._rates["default"]
        now = self._clock()
        key = (account, region, operation)
        # A bucket is kept as the moment at which it will be full again: a request moves that by 1/rate.
        full_at = max(self._full_at.get(key, now), now) + 1 / rate
        # ASSUMED: the burst equals one second of the rate; the service publishes no burst.
        if full_at > now + 1 + 1e-9:
            raise ThrottlingException
        self._full_at[key] = full_at
        if len(self._full_at) > _BUCKETS_KEPT:
            self._forget_full_buckets(now)

    def quota(self, name: str) -> int:
        """How many of something an account may have; `name` is a Reason of ServiceQuotaExceededException."""
        return self._quotas[name]

    def _forget_full_buckets(self, now: float) -> None:
        """Anyone may invent accounts where signatures are not checked; memory must not follow."""
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
