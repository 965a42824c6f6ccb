"""Large tables: what adding costs, and measures of relations beside hand-written SQL.

    python benchmarks/large.py add [--rows 1000000 10000000 30000000]
    python benchmarks/large.py measure [--rows 30000000] [--repeats 3]

`add` makes files in BACI's form, a year for each 7.5 million rows, and adds them to a project of
its own; every size is a process of its own, whose time and largest memory are those of a command.
`measure` gives shares of partners and their concentration, for made-up Parquet of all pairs of
economies by section; and those of all products together, from sums that were made on the way in and
from the sections. Both sides take turns; results must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import baci
import duckdb
import pandas as pd
from clock import machine, timed

import ca_research as ca

YEAR = 7_500_000
KEYS = ["reporter", "year", "flow", "product"]
LIMIT = 1e-9
MEMORY = {"memory_limit": "600MB"}
SHARES = """
    with account as (
        select {keys}, sum(value_usd) as total, count(*) as partners
        from {trade} where partner <> 'WLD' group by all)
    select {keys}, partner, value_usd, value_usd / total as share, partners
    from {trade} join account using ({keys}) where partner <> 'WLD'"""
INDEX = "select {keys}, sum(share * share) as hhi, count(*) as n from ({shares}) group by all"


def spent() -> float:
    """Seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def project(folder: Path) -> None:
    """A project with the tables of the package, in which nothing was added."""
    for name in ("registry", "data/raw"):
        shutil.copytree(ca.paths.home() / name, folder / name)


def one(folder: str) -> None:
    """Add the files of a folder in this process, and say what it took."""
    begun, used = time.perf_counter(), spent()
    found = ca.add(folder, table="trade", source="BACI", published="2025-01-30")
    told = {
        "kept": found.entry.rows,
        "seconds": time.perf_counter() - begun,
        "processor": spent() - used,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }
    print(json.dumps(told))


def adding(sizes: Sequence[int]) -> None:
    print(
        "| rows in the files | rows kept | seconds | processor time, s | rows a second of it | "
        "largest memory, MB |\n|---:|---:|---:|---:|---:|---:|"
    )
    for rows in sizes:
        with tempfile.TemporaryDirectory() as place:
            home, files = Path(place, "project"), Path(place, "files")
            project(home)
            baci.write(files, rows, years=max(2, -(-rows // YEAR)))
            env = os.environ | {"CA_RESEARCH_HOME": str(home)}
            python(env, "from ca_research import tables; tables.build()")
            said = json.loads(python(env, f"import large; large.one({str(files)!r})"))
        rate = rows / said["processor"]
        print(f"| {rows:,} | {said['kept']:,} | {said['seconds']:.0f} | {said['processor']:.1f} | "
              f"{rate:,.0f} | {said['memory']:.0f} |", flush=True)  # fmt: skip


def python(env: dict[str, str], code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


def made_up(file: Path, rows: int) -> None:
    """Both flows of 35 years between all economies by section of products, as Parquet."""
    codes = sorted(ca.economies.codes() - set(ca.economies.AGGREGATES))
    listed = ", ".join(f"'{c}'" for c in codes)
    with duckdb.connect(config=MEMORY) as connection:
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"copy (with c as (select unnest([{listed}]) as code) select a.code as reporter, "
            "b.code as partner, year, flow, 'SITC' || section as product, "
            "exp(10 + 4 * (random() + random() + random() - 1.5)) as value_usd, "
            "case flow when 'export' then 'fob' else 'cif' end as valuation, 'goods' as scope, "
            "'ONE' as source_id from range(10) s(section), range(1990, 2025) y(year), "
            "(select unnest(['export', 'import']) as flow), c a, c b where a.code <> b.code "
            f"limit {rows}) to '{file}' (format parquet)"
        )


def library(file: Path, query: str = "from '{}'") -> pd.DataFrame:
    with duckdb.connect(config=MEMORY) as connection:
        trade = connection.sql(query.format(file))
        return ca.trade.hhi(ca.trade.partner_shares(trade, by=KEYS), by=KEYS)


def sql(file: Path, query: str = "from '{}'") -> pd.DataFrame:
    """The same by hand, which checks nothing."""
    with duckdb.connect(config=MEMORY) as connection:
        connection.execute(f"create view trade as {query.format(file)}")
        keys = ", ".join(KEYS)
        shares = SHARES.format(keys=keys, trade="trade")
        return connection.sql(INDEX.format(keys=keys, shares=shares)).df()


def gap(own: pd.DataFrame, other: pd.DataFrame) -> float:
    both = own.merge(other, on=KEYS, validate="1:1")
    assert len(both) == len(own) == len(other) and (both["n_x"] == both["n_y"]).all()
    return float((both["hhi_x"] / both["hhi_y"] - 1).abs().max())


TOTALS = """select reporter, partner, year, flow, 'TOTAL' as product, sum(value_usd) as value_usd,
    any_value(valuation) as valuation, any_value(scope) as scope, any_value(source_id) as source_id
    from '{}' group by reporter, partner, year, flow"""
"""Sums over sections by pair and year, in the query or on the way in."""


def turns(repeats: int, **ways: Callable[[], object]) -> dict[str, tuple[float, float]]:
    """Medians of seconds and of processor time of actions that take turns."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, action in ways.items():
            used = spent()
            found[name].append((timed(action), spent() - used))
    return {
        name: (statistics.median(s for s, _ in told), statistics.median(p for _, p in told))
        for name, told in found.items()
    }


def measuring(sizes: Sequence[int], repeats: int) -> float:
    worst = 0.0
    print("| rows | what | library, s | beside it | seconds | ratio | ratio of processor time |\n"
          "|---:|---|---:|---|---:|---:|---:|")  # fmt: skip
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file, sums = Path(folder, "trade.parquet"), Path(folder, "totals.parquet")
            made_up(file, rows)
            with duckdb.connect(config=MEMORY) as connection:
                connection.execute(f"copy ({TOTALS.format(file)}) to '{sums}' (format parquet)")
            worst = max(worst, gap(library(file), sql(file)))
            worst = max(worst, gap(library(sums), library(file, TOTALS)))
            told = turns(repeats, library=partial(library, file), sql=partial(sql, file))
            row("shares and HHI by section", rows, told["library"], "SQL", told["sql"])
            told = turns(repeats, first=partial(library, sums), rows=partial(library, file, TOTALS))
            row("the same of totals, added up on the way in", rows, told["first"],
                "added up in the query", told["rows"])  # fmt: skip
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"\nLargest memory {memory:.0f} MB. Largest relative difference {worst:.1e}, limit "
          f"{LIMIT:.0e}")  # fmt: skip
    return worst


def row(
    what: str, rows: int, own: tuple[float, float], name: str, other: tuple[float, float]
) -> None:
    ratios = " | ".join(f"{a / b:.2f}" for a, b in zip(own, other, strict=True))
    print(f"| {rows:,} | {what} | {own[0]:.2f} | {name} | {other[0]:.2f} | {ratios} |", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("what", choices=["add", "measure"])
    options.add_argument("--rows", type=int, nargs="+")
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    print(f"{machine()}, pandas {pd.__version__}, duckdb {duckdb.__version__}\n")
    if chosen.what == "add":
        adding(chosen.rows or [1_000_000, 10_000_000, 30_000_000])
        return 0
    worst = measuring(chosen.rows or [1_000_000, 30_000_000], chosen.repeats)
    return 0 if worst < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
