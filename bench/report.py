"""The run's figures as a table on the terminal, a Markdown page and a JSON file."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.contenders import CONTENDERS, Slice
from bench.results import Run, Spread, Verdict, ratio, verdicts
from bench.toll_free import REQUESTS

Rows = list[list[str]]
LOAD_HEADINGS = [
    "Contender", "Requests/s", "÷ moto CreateApp", "p50 ms", "p99 ms", "Worst ms", "Connections",
]  # fmt: skip
WHOLE_HEADINGS = ["Registration", "Registrations/s", "Requests/s", "p50 ms each", "p99 ms each"]
VERDICT_HEADINGS = ["Figure", "Measured", "Target", "Result"]
RANGE_NOTE = "Each figure is the median over the rounds, with the least and the greatest in brackets."


def _number(value: float) -> str:
    """Write a number with about three significant digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def _spread(spread: Spread, unit: str = "") -> str:
    """Write a median with its range, or the plain value when there is but one."""
    middle = f"{_number(spread.median)}{unit}"
    if spread.least == spread.greatest:
        return middle
    return f"{middle} ({_number(spread.least)}–{_number(spread.greatest)})"


def _load_rows(run: Run) -> Rows:
    """Return one row per contender."""
    titles = {contender.name: contender.title for contender in CONTENDERS}
    rows = []
    for name in run.names():
        against = ratio(run.slices, name, "moto_create", "requests_per_second")
        mine = [each for each in run.slices if each.contender == name]
        closes = any(each.reconnects for each in mine)
        rows.append([
            titles[name],
            _spread(run.spread(name, "requests_per_second")),
            _spread(against, "×") if against else "–",
            _spread(run.spread(name, "p50_ms")),
            _spread(run.spread(name, "p99_ms")),
            _number(max(each.max_ms for each in mine)),
            "one per request" if closes else "kept alive",
        ])  # fmt: skip
    return rows


def _whole_rows(run: Run) -> Rows:
    """Return the one row of whole registrations."""
    if not run.whole:
        return []
    figures = [
        [each.requests_per_second / REQUESTS for each in run.whole],
        [each.requests_per_second for each in run.whole],
        [each.p50_ms for each in run.whole],
        [each.p99_ms for each in run.whole],
    ]
    return [["SenderDesk: toll-free, 28 fields", *(_spread(Spread.of(each)) for each in figures)]]


def _growth_rows(slices: Sequence[Slice]) -> Rows:
    """Return the rate on each seeded database."""
    rows = []
    for name in dict.fromkeys(each.contender for each in slices):
        rates = [each.requests_per_second for each in slices if each.contender == name]
        rows.append([f"{int(name.split('_')[1]):,}", _spread(Spread.of(rates))])
    return rows


def _verdict_row(verdict: Verdict) -> list[str]:
    """Return a comparison as table cells."""
    unit = "×" if verdict.unit == "×" else f" {verdict.unit}"
    target, result = "–", "–"
    if verdict.met is not None:
        limit = verdict.at_least if verdict.at_least is not None else verdict.at_most
        target = f"{'≥' if verdict.at_least is not None else '≤'} {limit:g}{unit}"
        result = "met" if verdict.met else "missed"
    return [verdict.figure, _spread(verdict.measured, unit), target, result]


def print_run(run: Run, console: Console) -> None:
    """Print the run's tables on the terminal."""
    for title, headings, rows in _tables(run):
        if rows:
            table = Table(title=title, title_justify="left")
            for number, heading in enumerate(headings):
                table.add_column(heading, justify="right" if number else "left")
            for row in rows:
                colour = {"met": "green", "missed": "bold red"}.get(row[-1])
                table.add_row(*row, style=colour)
            console.print(table)


def _tables(run: Run) -> list[tuple[str, list[str], Rows]]:
    """Return the title, headings and rows of each table."""
    return [
        ("Comparisons", VERDICT_HEADINGS, [_verdict_row(verdict) for verdict in verdicts(run)]),
        ("Load", LOAD_HEADINGS, _load_rows(run)),
        ("Whole registrations", WHOLE_HEADINGS, _whole_rows(run)),
        ("Growth", ["Registrations stored", "CreateRegistration requests/s"], _growth_rows(run.growth)),
        (
            "Growth of field values",
            ["Field values stored", "PutRegistrationFieldValue requests/s"],
            _growth_rows(run.value_growth),
        ),
    ]


def _markdown_table(headings: list[str], rows: Rows) -> str:
    """Return a pipe table, the first column left-aligned and the others right-aligned."""
    lines = [headings, [":---"] + ["---:"] * (len(headings) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine_line(run: Run) -> str:
    """Return the sentence on what the run was measured on."""
    machine = run.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    pinned = machine["pinning"]
    where = (
        f"server on core {pinned['server']}, load generator on core {pinned['load_generator']}"
        if pinned
        else "processes not pinned to cores"
    )
    return (
        f"Measured on {run.measured_at} on {machine['cpu']}, {machine['cores']} cores ({where}), "
        f"{machine['system']}, databases on {machine['database_filesystem']}; {machine['python']}, "
        f"SQLite {machine['sqlite']}, {versions}. Load average before the run: "
        f"{machine['load_average_before'][0]:.2f}."
    )


METHOD = """\
## How it is measured

- All contenders run in turn in every round of one run on one machine (rounds: {rounds}; a turn: {seconds:g} s
  after a warm-up), over {connections} connections, each sending its next request when the last is answered. A
  ratio divides two figures of the same round; the median of those ratios is reported, with the range.
- Server and load generator have a core each. Requests are prepared and signed before the clock starts;
  every CreateRegistration has a `ClientToken` of its own. Any status but the expected one ends the run.
- SenderDesk verifies every signature, writes its JSON request logs to a file and keeps its SQLite database on
  the disk, durably; moto_server keeps its state in memory and does not check signatures. Both run as one
  process, as they start by default.
- moto_server answers `Connection: close`, so it gets a new connection for every request, and the time to
  connect is part of that request's latency. SenderDesk keeps its connections.
- “Without its store” is SenderDesk with the same server, signature check, decoding and validation, and no
  database write. Bare uvicorn (httptools, uvloop) answers a fixed JSON and is there for scale, as is the
  ceiling: the most requests/s the load generator can send to a socket that does not read them.
- A whole registration is {requests} requests, one after the other on one connection and signed as they go: a number,
  the registration, their association, a PutRegistrationFieldValue for each of the form's 28 fields, and the
  submission. {connections} connections file at a time, and the desk reviews what is submitted meanwhile.
- First answer is the time from spawning the process to the first 200 on `GET /health` (moto_server:
  `GET /moto-api/`), asked every 2 ms. Resident memory is VmRSS; 1 MB is 10⁶ bytes.
- Growth runs a load on databases that already hold much of the account (CreateRegistration with many
  registrations, PutRegistrationFieldValue with many values), in alternating rounds, the server restarted for each;
  cost is the inverse of requests/s.
"""


def markdown(run: Run) -> str:
    """Return the benchmark page."""
    parts = [
        "# Benchmarks",
        _machine_line(run),
        "The peer is [moto](https://docs.getmoto.org)'s stand-alone server, the usual way to have an AWS "
        "messaging API on one's own machine: its Pinpoint CreateApp and GetApp are the nearest it has to "
        "CreateRegistration and DescribeRegistrations. Unless a figure says otherwise, ratios are to "
        "moto_server's CreateApp in requests/s.",
        RANGE_NOTE,
    ]
    for title, headings, rows in _tables(run):
        if rows:
            parts += [f"## {title}", _markdown_table(headings, rows)]
    parts.append(METHOD.format(requests=REQUESTS, **run.settings).rstrip())
    parts += ["## Run it again", f"```sh\n{run.settings['command']}\n```"]
    parts.append("The raw figures of this run are in [benchmarks.json](benchmarks.json).")
    return "\n\n".join(parts) + "\n"


def raw(run: Run) -> dict[str, Any]:
    """Return everything measured and compared, for JSON."""
    return asdict(run) | {"verdicts": [verdict.as_dict() for verdict in verdicts(run)]}


def write_pages(run: Run, folder: Path) -> list[Path]:
    """Write ``benchmarks.md`` and ``benchmarks.json`` into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "benchmarks.md", folder / "benchmarks.json"
    page.write_text(markdown(run), encoding="utf-8")
    data.write_text(json.dumps(raw(run), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [page, data]
