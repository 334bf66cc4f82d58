"""Medians, ratios and targets, worked out from the raw figures of a run."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.contenders import Slice
from bench.toll_free import REQUESTS


@dataclass(frozen=True)
class Spread:
    """A median with the least and the greatest value it was taken from."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of ``values``, which must not be empty."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass
class Run:
    """Everything one benchmark run measured. Memory in bytes, start-up in seconds."""

    measured_at: str
    machine: dict[str, Any]
    settings: dict[str, Any]
    slices: list[Slice] = field(default_factory=list)
    startup_seconds: dict[str, list[float]] = field(default_factory=dict)
    memory_after_start: dict[str, int] = field(default_factory=dict)
    memory_after_load: dict[str, int] = field(default_factory=dict)
    growth: list[Slice] = field(default_factory=list)
    value_growth: list[Slice] = field(default_factory=list)
    whole: list[Slice] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return the contenders that ran, in order."""
        return list(dict.fromkeys(each.contender for each in self.slices))

    def spread(self, contender: str, figure: str) -> Spread:
        """Return the spread over rounds of one figure of one contender."""
        return Spread.of([getattr(each, figure) for each in self.slices if each.contender == contender])


@dataclass(frozen=True)
class Verdict:
    """One compared figure, the target set for it (none: shown only) and whether it was met."""

    figure: str
    measured: Spread
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Return whether the median meets the target, or None when there is none."""
        if self.at_least is not None:
            return self.measured.median >= self.at_least
        return self.measured.median <= self.at_most if self.at_most is not None else None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for the raw results."""
        return asdict(self) | {"met": self.met}


def ratio(slices: Sequence[Slice], over: str, under: str, figure: str) -> Spread | None:
    """Divide ``figure`` of one contender by another's within each round; None if either did not run."""
    values = {(each.contender, each.round): getattr(each, figure) for each in slices}
    rounds = sorted({number for _, number in values})
    if not all({(over, number), (under, number)} <= values.keys() for number in rounds) or not rounds:
        return None
    return Spread.of([values[over, number] / values[under, number] for number in rounds])


RATE, P99 = "requests_per_second", "p99_ms"
# figure, contender, what it is divided by, slice field, at least, at most
RATIOS: tuple[tuple[str, str, str, str, float | None, float | None], ...] = (
    ("CreateRegistration ÷ moto CreateApp, requests/s", "senderdesk_create", "moto_create", RATE, 12.0, None),
    ("CreateRegistration ÷ moto CreateApp, p99 latency", "senderdesk_create", "moto_create", P99, None, 0.1),
    ("CreateRegistration ÷ the same without its store, requests/s",
     "senderdesk_create", "storeless_create", RATE, 0.4, None),
    # One request for each of a form's fields: a field may cost half as much again as the registration itself.
    ("PutRegistrationFieldValue ÷ CreateRegistration, requests/s",
     "senderdesk_put", "senderdesk_create", RATE, round(1 / 1.5, 3), None),
    ("DescribeRegistrations ÷ moto CreateApp, requests/s",
     "senderdesk_describe", "moto_create", RATE, 20.0, None),
    ("DescribeRegistrations ÷ moto GetApp, requests/s", "senderdesk_describe", "moto_get", RATE, None, None),
    ("CreateRegistration ÷ bare uvicorn, requests/s", "senderdesk_create", "uvicorn", RATE, None, None),
    ("Generator's ceiling ÷ bare uvicorn, requests/s", "ceiling", "uvicorn", RATE, None, None),
)  # fmt: skip


def verdicts(run: Run) -> list[Verdict]:
    """Return every comparison that the run has the figures for."""
    found = []
    for figure, over, under, field_name, at_least, at_most in RATIOS:
        measured = ratio(run.slices, over, under, field_name)
        if measured:
            found.append(Verdict(figure, measured, "×", at_least, at_most))
    for name, limit in (("senderdesk", 0.6), ("moto", None)):
        if run.startup_seconds.get(name):
            measured = Spread.of(run.startup_seconds[name])
            found.append(Verdict(f"{TITLES[name]}: first answer after spawn", measured, "s", at_most=limit))
    found += _whole_verdicts(run) + _memory_verdicts(run)
    found += _growth_verdicts(run.growth, "growth", "CreateRegistration", "registrations")
    return found + _growth_verdicts(run.value_growth, "values", "PutRegistrationFieldValue", "values")


TITLES = {"senderdesk": "SenderDesk", "moto": "moto_server"}


def _memory_verdicts(run: Run) -> list[Verdict]:
    """Return resident memory in MB (10^6 bytes) after start and after the load."""
    found = []
    for name, limit in (("senderdesk", 80.0), ("moto", None)):
        for when, memory in (("start", run.memory_after_start), ("the load", run.memory_after_load)):
            if name in memory:
                measured = Spread.of([memory[name] / 1e6])
                figure = f"{TITLES[name]}: resident memory after {when}"
                found.append(Verdict(figure, measured, "MB", at_most=limit))
    return found


def _whole_verdicts(run: Run) -> list[Verdict]:
    """Return what a whole registration takes from the server, in milliseconds of its time."""
    if not run.whole:
        return []
    measured = Spread.of([1000 * REQUESTS / each.requests_per_second for each in run.whole])
    return [Verdict(f"A whole toll-free registration ({REQUESTS} requests): the desk's time for it", measured, "ms")]


def _growth_verdicts(slices: Sequence[Slice], name: str, operation: str, stored: str) -> list[Verdict]:
    """Return the cost of one request at the larger count over that at the smaller."""
    counts = sorted(int(each.split("_")[1]) for each in {each.contender for each in slices})
    if len(counts) != 2:
        return []
    small, large = counts
    measured = ratio(slices, f"{name}_{small}", f"{name}_{large}", RATE)
    figure = f"Cost per {operation} at {large:,} {stored} stored ÷ at {small:,}"
    return [Verdict(figure, measured, "×", at_most=1.3)] if measured else []
