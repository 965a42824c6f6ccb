"""Building the tables beside pandas.read_csv of the same files, which checks nothing; all take
turns in one run.

    python benchmarks/tables.py [--repeats N] [--rows N ...]

`--rows` builds made-up trade tables of so many rows as well, each in a process of its own: seconds
and the most memory it held, to see that both grow no faster than the rows.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from clock import machine, timed

from ca_research import registry
from ca_research.ground import economies, paths
from ca_research.tables import build, check


def raw_files() -> list[Path]:
    return [paths.raw_dir() / name for t in registry.tables().values() for name in t.files]


def read_raw() -> None:
    for file in raw_files():
        pd.read_csv(file, keep_default_na=False)


def in_turn(repeats: int) -> dict[str, float]:
    actions = {
        "pandas.read_csv of all raw files": read_raw,
        "build all tables, every row checked": lambda: build(force=True),
        "check all raw rows, build nothing": check,
        "build when nothing changed": build,
    }
    build()
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            times[name].append(timed(action))
    return {name: statistics.median(found) for name, found in times.items()}


def made_up(home: Path, rows: int) -> None:
    """A project of one table of so many rows: every one another cell, the values made up."""
    shutil.copytree(paths.registry_dir(), home / "registry")
    spec = yaml.safe_load((home / "registry/tables/trade.yaml").read_text(encoding="utf-8"))
    for file in (home / "registry/tables").glob("*.yaml"):
        if file.stem != "sources":
            file.unlink()
    codes = np.array(sorted(economies.codes() - set(economies.AGGREGATES)))
    parts = [codes, codes, np.arange(1992, 2026), np.array(["export", "import"])]
    parts.append(np.array([f"{n:02d}" for n in range(1, 98)]))
    cells = np.unravel_index(np.arange(rows), [len(p) for p in parts])
    names = ["reporter", "partner", "year", "flow", "product"]
    frame = pd.DataFrame({n: p[c] for n, p, c in zip(names, parts, cells, strict=True)})
    values = np.random.default_rng(1).lognormal(12, 3, rows).round(2)
    frame = frame.assign(value_usd=values, valuation="fob", scope="goods", source_id="WTO_HSM")
    raw = home / "data/raw/trade/made_up.csv"
    raw.parent.mkdir(parents=True)
    frame.sample(frac=1, random_state=1).to_csv(raw, index=False)
    digest = hashlib.sha256(raw.read_bytes()).hexdigest()
    spec |= {
        "files": {"trade/made_up.csv": {"sha256": digest, "rows": rows}},
        "rows": {"WTO_HSM": rows},
    }
    (home / "registry/tables/trade.yaml").write_text(
        yaml.safe_dump(spec, sort_keys=False), encoding="utf-8"
    )


def alone(home: str, action: str) -> tuple[float, float]:
    """Seconds of an action of this file on a project and the most memory it held in MB, in a
    process of its own.
    """
    status = "open('/proc/self/status').read().split('VmHWM:')[1].split()[0]"
    code = f"from tables import *; print(timed({action}), int({status}) / 1024)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parent, env=os.environ | {"CA_RESEARCH_HOME": home},
    )  # fmt: skip
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--rows", type=int, nargs="*", default=[])
    chosen = options.parse_args()
    print(f"{machine()}, pandas {pd.__version__}\n")
    found = in_turn(chosen.repeats)
    beside = found["pandas.read_csv of all raw files"]
    print("| what | seconds | times read_csv |\n|---|---:|---:|")
    for what, seconds in found.items():
        print(f"| {what} | {seconds:.3f} | {seconds / beside:.1f} |")
    if chosen.rows:
        print(
            "\n| made-up rows | read_csv, s | its memory, MB | build, s | its memory, MB | times "
            "read_csv |"
        )
        print("|---:|---:|---:|---:|---:|---:|")
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            made_up(Path(folder), rows)
            (read, low), (built, high) = alone(folder, "read_raw"), alone(folder, "build")
        print(
            f"| {rows:,} | {read:.2f} | {low:,.0f} | {built:.2f} | {high:,.0f} | "
            f"{built / read:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
