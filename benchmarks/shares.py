"""Partner shares and the Herfindahl-Hirschman index beside hand-written SQL of DuckDB, on one
made-up Parquet file.

    python benchmarks/shares.py [--rows 1000000] [--repeats N]

Both sides start from the file and end with two frames in memory, the shares and the index. The SQL
checks nothing; the library refuses aggregates, two figures in a cell, two sources, valuations or
products in an account, and what is missing.
A second line starts from frames in memory, a third has the SQL give the index alone. All take
turns; results must be equal.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from clock import machine, timed

import ca_research as ca

LIMIT = 1e-9
KEYS = ["reporter", "year", "flow"]
TEXT = ["reporter", "partner", "flow", "product", "valuation", "scope", "source_id"]
SHARES = """
    with account as (
        select reporter, year, flow, sum(value_usd) as total, count(*) as partners
        from {trade} where partner <> 'WLD' group by all)
    select reporter, year, flow, partner, value_usd, value_usd / total as share, partners
    from {trade} join account using (reporter, year, flow) where partner <> 'WLD'"""
INDEX = (
    "select reporter, year, flow, sum(share * share) as hhi, count(*) as n from {shares} group "
    "by all"
)


def made_up(rows: int, seed: int = 1) -> pd.DataFrame:
    """Both flows of 35 years between all economies, as many partners of each as it takes,
    shuffled.
    """
    rng = np.random.default_rng(seed)
    codes = np.array(sorted(ca.economies.codes() - set(ca.economies.AGGREGATES)))
    years, flows = np.arange(1990, 2025), np.array(["export", "import"])
    account, place = np.divmod(np.arange(rows), -(-rows // (len(codes) * len(years) * len(flows))))
    if place.max() >= len(codes):
        raise SystemExit("more rows than there are pairs of economies in these years")
    rest, reporter = np.divmod(account, len(codes))
    flow, year = np.divmod(rest, len(years))
    order = rng.permutation(rows)
    frame = {
        "reporter": codes[reporter],
        "partner": codes[(reporter + place) % len(codes)],
        "year": years[year],
        "flow": flows[flow],
        "product": "TOTAL",
        "value_usd": rng.lognormal(10, 2, rows),
        "valuation": np.array(["fob", "cif"])[flow],
        "scope": "goods",
        "source_id": np.array(["ONE", "TWO"])[reporter % 2],
    }
    return pd.DataFrame({k: v[order] if isinstance(v, np.ndarray) else v for k, v in frame.items()})


def library(trade: pd.DataFrame | Path) -> pd.DataFrame:
    """The index; the shares are made on the way. A file is read with its text as categories."""
    if not isinstance(trade, pd.DataFrame):
        trade = pq.read_table(trade, read_dictionary=TEXT).to_pandas()
    return ca.trade.hhi(ca.trade.partner_shares(trade))


def sql(trade: pd.DataFrame | Path) -> pd.DataFrame:
    """The same two results as frames; the shares are computed once."""
    with duckdb.connect() as connection:
        shares = SHARES.format(trade=named(connection, trade))
        connection.execute(f"create table shares as {shares}")
        connection.sql("from shares").df()
        return connection.sql(INDEX.format(shares="shares")).df()


def sql_of_the_index(trade: pd.DataFrame | Path) -> pd.DataFrame:
    """The index alone: no shares reach Python."""
    with duckdb.connect() as connection:
        shares = SHARES.format(trade=named(connection, trade))
        return connection.sql(INDEX.format(shares=f"({shares})")).df()


def named(connection: duckdb.DuckDBPyConnection, trade: pd.DataFrame | Path) -> str:
    if isinstance(trade, pd.DataFrame):
        connection.register("trade", trade)
        return "trade"
    return f"'{trade}'"


def gap(own: pd.DataFrame, other: pd.DataFrame) -> float:
    both = own.merge(other, on=KEYS, validate="1:1")
    assert len(both) == len(own) == len(other) and (both["n_x"] == both["n_y"]).all()
    return float((both["hhi_x"] / both["hhi_y"] - 1).abs().max())


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file, frame = Path(folder) / "trade.parquet", made_up(chosen.rows)
        frame.to_parquet(file, index=False)
        starts = {"a Parquet file": file, "a frame of text": frame}
        ways = {"library": library, "SQL": sql, "SQL, index alone": sql_of_the_index}
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(chosen.repeats):
            for start, trade in starts.items():
                for way, action in ways.items():
                    times.setdefault((start, way), []).append(timed(partial(action, trade)))
        ways = (sql, sql_of_the_index)
        gaps = [gap(library(t), way(t)) for t in starts.values() for way in ways]
    print(f"{machine()}, pandas {pd.__version__}, duckdb {duckdb.__version__}, {chosen.rows:,} "
"rows\n")  # fmt: skip
    print("| from | library, s | beside it | seconds | ratio |\n|---|---:|---|---:|---:|")
    for (start, way), found in times.items():
        if way != "library":
            own, other = statistics.median(times[start, "library"]), statistics.median(found)
            print(f"| {start} | {own:.2f} | {way} | {other:.2f} | {own / other:.2f} |")
    print(f"\nLargest relative difference {max(gaps):.1e}, limit {LIMIT:.0e}")
    return 0 if max(gaps) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
