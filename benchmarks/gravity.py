"""PPML through `ca_research.trade.gravity` beside a direct call of pyfixest, in one run, with equal
results.

    python benchmarks/gravity.py [FILE] [--repeats N]

A made-up panel of 200 thousand rows and, where FILE is given (Parquet with exporter_iso3,
importer_iso3, year,
value_usd, source_id), all its rows: sources are set side by side as if they were different years,
for the time it takes and not as an estimate. Printed are medians, their ratio (target: at most
1.1), and the largest difference.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest as pf

from ca_research.trade.gravity import gravity

TERMS = ["log_distance", "contiguous"]


def made_up(economies: int = 142, years: int = 10, seed: int = 1) -> pd.DataFrame:
    """About 200 thousand rows that follow gravity, a tenth of them zero."""
    rng = np.random.default_rng(seed)
    e, i, y = (
        a.ravel()
        for a in np.meshgrid(range(economies), range(economies), range(years), indexing="ij")
    )
    e, i, y = (a[e != i] for a in (e, i, y))
    near, by_pair = (
        rng.normal(8, 0.7, (economies, economies)),
        rng.random((economies, economies)) < 0.1,
    )
    sides = rng.normal(0, 1, (2, economies, years))
    mean = np.exp(14 - near[e, i] + 0.5 * by_pair[e, i] + sides[0, e, y] + sides[1, i, y])
    value = mean * rng.gamma(1, 1, len(e)) * (rng.random(len(e)) > 0.1)
    names = np.array([f"E{n:03d}" for n in range(economies)])
    return pd.DataFrame(
        {
            "exporter": names[e],
            "importer": names[i],
            "year": 2000 + y,
            "value_usd": value,
            "log_distance": near[e, i],
            "contiguous": by_pair[e, i].astype(float),
        }
    )


def from_file(file: Path, seed: int = 2) -> pd.DataFrame:
    """All rows of a world panel, with two made-up terms by pair; a source is a block of years of
    its own.
    """
    rows = pd.read_parquet(
        file, columns=["exporter_iso3", "importer_iso3", "year", "value_usd", "source_id"]
    )
    block = pd.factorize(rows["source_id"])[0] * 1000
    out = pd.DataFrame(
        {
            "exporter": rows["exporter_iso3"].astype(str),
            "importer": rows["importer_iso3"].astype(str),
            "year": rows["year"].astype(int) + block,
            "value_usd": rows["value_usd"].astype(float),
        }
    )
    pair = pd.factorize(out["exporter"] + out["importer"])[0]
    rng = np.random.default_rng(seed)
    return out.assign(
        log_distance=rng.normal(8, 0.7, pair.max() + 1)[pair],
        contiguous=(rng.random(pair.max() + 1) < 0.1)[pair].astype(float),
    )


def direct(rows: pd.DataFrame) -> np.ndarray:
    """pyfixest on the names as they are; the column of pairs is there beforehand."""
    formula = f"value_usd ~ {' + '.join(TERMS)} | exporter^year + importer^year"
    fit = pf.fepois(formula, rows, vcov={"CRV1": "pair"})
    return np.column_stack([fit.coef(), fit.se()])


def coded(rows: pd.DataFrame) -> np.ndarray:
    """pyfixest at its quickest: effects and clusters as whole numbers beforehand, nothing copied or
    stored.
    """
    formula = f"value_usd ~ {' + '.join(TERMS)} | exporter_year + importer_year"
    data = rows[["value_usd", *TERMS, "exporter_year", "importer_year", "pair_code"]].copy()
    fit = pf.fepois(formula, data, vcov={"CRV1": "pair_code"}, copy_data=False, store_data=False)
    return np.column_stack([fit.coef(), fit.se()])


def prepared(rows: pd.DataFrame) -> pd.DataFrame:
    year = rows["year"].astype(str)
    names = {"pair": rows["exporter"] + "-" + rows["importer"]}
    keys = {
        "exporter_year": rows["exporter"] + year,
        "importer_year": rows["importer"] + year,
        "pair_code": names["pair"],
    }
    return rows.assign(**names, **{name: pd.factorize(key)[0] for name, key in keys.items()})


def public(rows: pd.DataFrame) -> np.ndarray:
    return gravity(rows, TERMS).table[["estimate", "se"]].to_numpy()


def timed(
    action: Callable[[pd.DataFrame], np.ndarray], rows: pd.DataFrame
) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    found = action(rows)
    return time.perf_counter() - start, found


def compare(name: str, rows: pd.DataFrame, repeats: int) -> None:
    actions = {"public": public, "direct": direct, "coded": coded}
    times: dict[str, list[float]] = {label: [] for label in actions}
    results, ready = {}, prepared(rows)
    for _ in range(repeats):  # in turn, so that all meet the same load
        for label, action in actions.items():
            seconds, results[label] = timed(action, rows if label == "public" else ready)
            times[label].append(seconds)
    gap = max(np.abs(results["public"] - results[label]).max() for label in ("direct", "coded"))
    a, b, c = (statistics.median(times[label]) for label in actions)
    print(
        f"| {name} | {len(rows):,} | {a:.2f} | {b:.2f} | {a / b:.2f} | {c:.2f} | {a / c:.2f} | "
        f"{gap:.1e} |",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    warnings.simplefilter("ignore")  # pyfixest says which rows it drops
    timed(public, made_up(20, 3))
    timed(coded, prepared(made_up(20, 3)))  # imports are not timed
    print(
        "| panel | rows | public call, s | pyfixest, s | ratio | largest difference "
        "|\n|---|---:|---:|---:|---:|---:|"
    )
    compare("made up", made_up(), chosen.repeats)
    if chosen.file:
        compare(chosen.file.name, from_file(chosen.file), chosen.repeats)


if __name__ == "__main__":
    main()
