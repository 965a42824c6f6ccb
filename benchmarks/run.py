"""Times what a user waits for, each beside a plain way to do the same, in one run: `make bench`.

Prints a Markdown table. Each figure is the median of some repeats; `--report` also times the run of all claims.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ca_research import paths, registry
from ca_research.tables import build, load


def median(action: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def command(*words: str) -> Callable[[], object]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment)


def raw(table: str) -> list[Path]:
    return [paths.raw_dir() / name for name in registry.table(table).files]


def read_raw(tables: list[str]) -> None:
    for table in tables:
        for file in raw(table):
            pd.read_csv(file, keep_default_na=False)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--report", action="store_true", help="also time the run of all claims")
    chosen = options.parse_args()
    build()
    tables = [n for n, t in registry.tables().items() if t.files]
    rows = [
        (
            "build all tables, validated",
            median(lambda: build(force=True), 3),
            "pandas.read_csv of all raw files",
            median(lambda: read_raw(tables), 3),
        ),
        ("build when nothing changed", median(build, 5), "the same", float("nan")),
        (
            "load('trade'), 180 thousand rows",
            median(lambda: load("trade"), 7),
            "pandas.read_csv of its raw files",
            median(lambda: read_raw(["trade"]), 3),
        ),
        (
            "ca-research --help",
            median(command("-m", "ca_research.cli", "--help"), 7),
            "python -c pass",
            median(command("-c", "pass"), 7),
        ),
        (
            "import ca_research",
            median(command("-c", "import ca_research"), 7),
            "import pandas",
            median(command("-c", "import pandas"), 5),
        ),
    ]
    if chosen.report:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(
                (
                    "run of all claims, 20 notebooks, two at a time",
                    median(command("-m", "ca_research.cli", "run", "--out", folder, "-j", "2"), 1),
                    "the same, one at a time",
                    median(command("-m", "ca_research.cli", "run", "--out", folder, "-j", "1"), 1),
                )
            )
    print(f"Python {platform.python_version()}, pandas {pd.__version__}, {os.cpu_count()} cores\n")
    print("| what | seconds | beside it | seconds | ratio |\n|---|---:|---|---:|---:|")
    for what, seconds, beside, other in rows:
        ratio = f"{seconds / other:.2f}" if other == other else "–"
        print(f"| {what} | {seconds:.3f} | {beside} | {'–' if other != other else f'{other:.3f}'} | {ratio} |")


if __name__ == "__main__":
    main()
