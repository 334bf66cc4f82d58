"""Run the benchmarks: ``python -m bench``. Prints a table and writes docs/benchmarks.md and .json."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bench.contenders import CONTENDERS, run_rounds
from bench.growth import REGISTRATIONS, VALUES, measure_growth
from bench.load import LoadError
from bench.machine import describe_machine
from bench.processes import PROJECT, ServerError, pinning_cores
from bench.report import print_run, write_pages
from bench.results import Run
from bench.sequences import measure_whole
from bench.servers import Arena
from bench.startup import measure_startup
from bench.workloads import check_signatures

SCRATCH = PROJECT / "bench" / ".scratch"
STARTUP_REPEATS = 7
MOST_SECONDS = 60.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [contender.name for contender in CONTENDERS] + ["startup", "whole", "growth", "values"]
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the interleaved run (default 5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds per turn, at most 60 (default 4)")
    parser.add_argument("--connections", type=int, default=64, help="connections per load (default 64)")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"only {', '.join(names)}")
    parser.add_argument("--skip-growth", action="store_true", help="leave the growth parts out")
    parser.add_argument("--quick", action="store_true", help="1 round, 1 s, growth 1,000 against 20,000")
    parser.add_argument("--output", type=Path, help="folder for the pages (default docs; none if partial)")
    parsed = parser.parse_args()
    if parsed.rounds < 1 or parsed.connections < 1 or not 0 < parsed.seconds <= MOST_SECONDS:
        parser.error("--rounds and --connections start at 1; --seconds is above 0 and at most 60")
    if parsed.quick:
        parsed.rounds, parsed.seconds = 1, 1.0
    partial = parsed.quick or parsed.only or parsed.skip_growth
    if parsed.output is None and not partial:
        parsed.output = PROJECT / "docs"
    parsed.only = set(parsed.only or names) - ({"growth", "values"} if parsed.skip_growth else set())
    return parsed


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """Yield a folder on the project's own disk and remove it with all it holds."""
    SCRATCH.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=SCRATCH))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not any(SCRATCH.iterdir()):
            SCRATCH.rmdir()


def _measure(options: argparse.Namespace, scratch: Path, console: Console) -> Run:
    """Run every chosen part and return the figures."""
    cores = pinning_cores()
    machine = describe_machine(scratch, cores)
    if cores:
        os.sched_setaffinity(0, {cores[1]})
    core = cores[0] if cores else None
    rounds, seconds, connections = options.rounds, options.seconds, options.connections
    settings = {
        "rounds": rounds,
        "seconds": seconds,
        "connections": connections,
        "command": " ".join(["python -m bench", *sys.argv[1:]]) if sys.argv[1:] else "make bench",
    }
    run = Run(time.strftime("%Y-%m-%d"), machine, settings)
    chosen = [contender for contender in CONTENDERS if contender.name in options.only]
    if chosen:
        with Arena(scratch, core) as arena:
            run.slices = run_rounds(arena, chosen, rounds, seconds, connections, console.log)
            run.memory_after_start = arena.memory_at_start
            run.memory_after_load = {name: server.resident_bytes() for name, server in arena.servers.items()}
    if "whole" in options.only:
        with Arena(scratch, core) as arena:
            run.whole = measure_whole(arena, rounds, seconds, connections, console.log)
    if "startup" in options.only:
        run.startup_seconds = measure_startup(scratch, core, 3 if options.quick else STARTUP_REPEATS)
    if "growth" in options.only:
        counts = (1_000, 20_000) if options.quick else (1_000, 1_000_000)
        run.growth = measure_growth(REGISTRATIONS, scratch, core, counts, rounds, seconds, connections, console.log)
    if "values" in options.only:
        counts = (1_000, 20_000) if options.quick else (1_000, 100_000)
        run.value_growth = measure_growth(VALUES, scratch, core, counts, rounds, seconds, connections, console.log)
    return run


def main() -> int:
    """Run the benchmarks and return the exit status: 0 when they ran, whatever the targets say."""
    options = _arguments()
    console = Console(log_path=False, width=None if sys.stdout.isatty() else 150)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    check_signatures()
    try:
        with _scratch_folder() as scratch:
            run = _measure(options, scratch, console)
    except (LoadError, ServerError) as error:
        console.print(f"benchmark failed: {error}", style="bold red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("benchmark stopped: no pages written")
        return 130
    print_run(run, console)
    for path in write_pages(run, options.output) if options.output else []:
        console.print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
