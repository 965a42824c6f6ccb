"""Times what a user waits for, each beside a plain way to do the same, in one run: `make bench`.

Prints a Markdown table. Each figure is the median of some repeats; `--report` also times the run of
all claims.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from clock import machine, median, python
from nbconvert import HTMLExporter

from ca_research import registry
from ca_research.ground import paths
from ca_research.runs import EXECUTED
from ca_research.site import write_site
from ca_research.tables import build, load


def command(*words: str) -> Callable[[], None]:
    return lambda: python(*words)


def raw(table: str) -> list[Path]:
    return [paths.raw_dir() / name for name in registry.table(table).files]


def read_raw(tables: list[str]) -> None:
    for table in tables:
        for file in raw(table):
            pd.read_csv(file, keep_default_na=False)


def nbconvert(executed: list[Path]) -> None:
    exporter = HTMLExporter()
    for file in executed:
        exporter.from_filename(str(file))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--report", action="store_true", help="also time the run of all claims")
    chosen = options.parse_args()
    build()
    tables = [n for n, t in registry.tables().items() if t.files]
    rows = [
        (
            "build all tables, validated",
            median(lambda: build(force=True), 9),
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
            median(command("-m", "ca_research.app.cli", "--help"), 7),
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
            words = ("-m", "ca_research.app.cli", "run", "--fresh", "--out", folder, "-j")
            rows.append(
                (
                    "report of all claims, two notebooks at a time",
                    median(command(*words, "2"), 1),
                    "the same, one at a time",
                    median(command(*words, "1"), 1),
                )
            )
            executed = sorted((Path(folder) / EXECUTED).glob("*.ipynb"))
            rows.append(
                (
                    f"pages of {len(executed)} executed notebooks, index, other forms",
                    median(lambda: write_site(Path(folder)), 3),
                    "nbconvert of the same, in one process",
                    median(lambda: nbconvert(executed), 1),
                )
            )
    print(f"{machine()}, pandas {pd.__version__}\n")
    print("| what | seconds | beside it | seconds | ratio |\n|---|---:|---|---:|---:|")
    for what, seconds, beside, other in rows:
        ratio = f"{seconds / other:.2f}" if other == other else "–"
        print(
            f"| {what} | {seconds:.3f} | {beside} | {'–' if other != other else f'{other:.3f}'} "
            f"| {ratio} |"
        )


if __name__ == "__main__":
    main()
