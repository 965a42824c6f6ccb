"""Whether an economy's trade has become more concentrated on single partners: two periods of one
source, compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import by_economy, measure
from ..ground import economies as eco
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..stats.frames import require
from ..tables.preference import ranked
from ..trade.checks import one_figure_per_cell
from ..trade.rank import FLOWS, NEEDED
from ..trade.shares import concentration, partner_shares

LEAST_YEARS = 2
"""Years of a period that must be observed; with one, nothing is known of how the index moves within
it.
"""
INTERVALS = ("years", "welch")
_REST = ("_X", "S19")


def hhi_years(
    trade: pd.DataFrame,
    economy: str,
    *,
    source: str,
    flow: str = "turnover",
    partners: str = "listed",
) -> pd.DataFrame:
    """Herfindahl index of an economy's trade over single partners, by year, by one source's own
    report.

    trade: like table `trade`; rows of product TOTAL count. economy: its code.
    source: a source id. flow: 'turnover', 'exports', 'imports'. partners: 'listed' (every single
        partner that the source lists with all the directions of the flow) or 'named' (those of the
        register).
    Returns year, hhi (in [1/n, 1]), n (partners). Years in which the source lacks China or Russia
    are left out: their
    absence would lower the index. Formula: see `concentration`. Raises UnknownNameError for an
    unknown flow or choice of partners, UsageError for a figure that stands twice, CoverageError
    where the source has no such year.
    """
    table, _ = _hhi(trade, economy, source, flow, partners)
    if table.empty:
        raise CoverageError(
            f"{source} has no year of {economy} with its {flow} with China and Russia",
            hint=f"ca.coverage('trade', reporter={economy!r}, product='TOTAL')",
        )
    return table


def _hhi(
    trade: pd.DataFrame, economy: str, source: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`hhi_years`, and the rows of `trade` behind it."""
    for kind, name, known in (("flow", flow, FLOWS), ("partners", partners, ("listed", "named"))):
        if name not in known:
            raise UnknownNameError(kind, name, known)
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    rows = trade[
        (trade["reporter"] == economy)
        & (trade["source_id"] == source)
        & (trade["product"] == "TOTAL")
        & trade["flow"].isin(FLOWS[flow])
        & trade["value_usd"].notna()
        & ~trade["partner"].isin([*eco.AGGREGATES, *_REST, economy])
    ]
    one_figure_per_cell(rows, ["year", "partner", "flow"])
    if partners == "named":
        rows = rows[rows["partner"].isin(eco.PARTNERS)]
    rows = rows[rows.groupby(["year", "partner"])["flow"].transform("nunique") == len(FLOWS[flow])]
    seen = rows.groupby("year")["partner"].agg(set)
    rows = rows[rows["year"].isin(seen.index[seen.map(set(NEEDED).issubset).astype(bool)])]
    total = rows.groupby(["reporter", "year", "partner"], as_index=False)["value_usd"].sum()
    shares = (
        partner_shares(total, by=("reporter", "year")) if len(total) else total.assign(share=0.0)
    )
    table = (
        concentration(shares, by=["year"])
        if len(total)
        else pd.DataFrame({"year": [], "hhi": [], "n": []})
    )
    return table.astype({"year": int, "hhi": float, "n": int}).sort_values(
        "year", ignore_index=True
    ), rows


def _period(text: str) -> tuple[int, int]:
    hit = re.fullmatch(r"(\d{4})-(\d{4})", text)
    if not hit or hit[1] > hit[2]:
        raise UsageError(f"not a period: {text!r}", hint="for example 2010-2012")
    return int(hit[1]), int(hit[2])


def compare_periods(
    trade: pd.DataFrame,
    economy: str,
    *,
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: str = "turnover",
    partners: str = "listed",
) -> pd.DataFrame:
    """`hhi_years` by the first own source with at least LEAST_YEARS years in both periods.

    trade: as in `hhi_years`. economy: its code. early, late: periods ('2010-2012', '2020-2022').
    flow, partners: as in `hhi_years`.
    Returns year, hhi (in [1/n, 1]), n (partners), period ('early', 'late', or '' outside both),
    source_id. Own reports are the national offices, then the compilations; one source for both
    periods, because lists of partners differ.
    Raises CoverageError where no source has both, UnknownNameError for a choice, UsageError for a
    period that is none.
    """
    return _both_periods(trade, economy, early, late, flow, partners)[0]


def _both_periods(
    trade: pd.DataFrame, economy: str, early: str, late: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    spans = {"early": _period(early), "late": _period(late)}
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    own = trade[(trade["reporter"] == economy) & (trade["product"] == "TOTAL")]
    for source in ranked(own["source_id"].unique()):
        table, rows = _hhi(own, economy, source, flow, partners)
        period = pd.Series("", index=table.index)
        for name, (first, last) in spans.items():
            period[table["year"].between(first, last)] = name
        if all((period == name).sum() >= LEAST_YEARS for name in spans):
            return table.assign(period=period, source_id=source), rows
    raise CoverageError(
        f"{economy}: no own report by partner in both {early} and {late}",
        hint="ca.coverage('trade', by=['reporter'])",
    )


def periods_by_economy(
    trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, **choices: str
) -> pd.DataFrame:
    """`compare_periods` for several economies.

    trade: as in `hhi_years`. economies: codes or names. choices: early, late, flow and partners of
        `compare_periods`.
    Returns economy, year, hhi (in [1/n, 1]), n (partners), period, source_id; an economy without
    one source for both periods has no rows.
    Raises UnknownNameError for a choice or an economy, UsageError for a period that is none,
    CoverageError where no economy has such a source.
    """
    parts = []
    for code in (eco.resolve(e) for e in economies):
        try:
            parts.append(compare_periods(trade, code, **choices).assign(economy=code))
        except CoverageError:
            continue
    if not parts:
        raise CoverageError(
            f"no own report by partner in both periods of {', '.join(economies) or 'any economy'}",
            hint="ca.coverage('trade', by=['reporter'])",
        )
    return pd.concat(parts, ignore_index=True)[
        ["economy", "year", "hhi", "n", "period", "source_id"]
    ]


@measure("trade.concentration_change")
@by_economy
def concentration_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: str = "turnover",
    partners: str = "listed",
    interval: str = "years",
) -> pd.DataFrame:
    """Change of the Herfindahl-Hirschman index of partners between two periods, with an interval.

    trade: as in `hhi_years`. economies: codes or names. early, late: periods ('2010-2012',
        '2020-2022').
    flow: 'turnover', 'exports' or 'imports'. partners: 'listed' or 'named'; see `hhi_years`.
    interval: 'years', from the least to the greatest difference of a late and an early year (no
        distribution assumed); or 'welch', the 95 % t interval of the difference of the two means
        (Welch 1947, Biometrika 34), which takes years as independent draws and so is somewhat
        short.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy: estimate
    = mean hhi of `late` less that of `early` (points of an index in [0, 1]), low and high the
    interval. No source with both periods is recorded in `missing`.
    Raises UnknownNameError for an unknown choice, UsageError for a period that is none.
    """
    if interval not in INTERVALS:
        raise UnknownNameError("interval", interval, INTERVALS)
    out = []
    for code in (eco.resolve(e) for e in economies):
        try:
            table, used = _both_periods(trade, code, early, late, flow, partners)
        except CoverageError as error:
            out.append(estimate_row(economy=code, interval=interval, missing=error.what))
            continue
        a, b = (table.loc[table["period"] == p, "hhi"].to_numpy() for p in ("early", "late"))
        low, high = (
            _welch(a, b)
            if interval == "welch"
            else (float(b.min() - a.max()), float(b.max() - a.min()))
        )
        used = used[used["year"].isin(table.loc[table["period"] != "", "year"])]
        out.append(
            estimate_row(
                used[["reporter", "partner", "year", "flow", "product", "source_id"]],
                economy=code,
                estimate=float(b.mean() - a.mean()),
                low=low,
                high=high,
                interval=interval,
            )
        )
    return estimates(out)


def _welch(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    from scipy.stats import t

    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    df = parts.sum() ** 2 / (parts**2 / np.array([len(a) - 1, len(b) - 1])).sum()
    reach = float(t.isf((1 - level) / 2, df) * np.sqrt(parts.sum()))
    middle = float(b.mean() - a.mean())
    return middle - reach, middle + reach
