"""China's place in the years after a forecast: rank, value against the base year, and models fitted
on what was known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_economy, measure, tells
from ..estimates.once import once
from ..estimates.series import Answer, omit, one_row, pick, with_every
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.errors import CaResearchError
from ..ground.periods import day_in_words
from ..plots import lines
from ..plots.needs import needs
from ..stats import ets, mase, naive, random_walk_drift
from ..stats.forecast import Forecast, arima
from ..stats.frames import require_some
from ..tables.preference import preferred_rows, ranked
from ..trade.rank import FLOWS, Eu, Flow
from .trade_priority import Partners, both_sides, lead_row, stated_shares

CUSTOMS_SINCE = 2010
"""First year of the series of China's imports: from here on one compilation, then the customs
themselves, run through.
"""
Model = Callable[[pd.Series, int], Forecast]
MODELS: dict[str, Model] = {
    "drift": random_walk_drift,
    "ets": ets,
    "ets_damped": partial(ets, damped=True),
    "arima": arima,
}
ARTICLE = dt.date(2023, 5, 19)
_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]
_FACT = ["fact_id", "subject", "attribute", "year", "source_id"]


@measure("trade.lead_after", kind="ratio")
@tells("rival", "worst", "since")
@by_economy
def lead_after(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    start: int = 2022,
    basis: Literal["own_else_partners", "partners"] = "own_else_partners",
    partners: Partners = "named",
    eu: Eu = "apart",
) -> list[Estimate]:
    """China's trade over that of its largest rival from a year on, the least of the years: above
    one, China ranked first at the start and in each later year that can be compared.

    trade, economies, partners, eu: as in `trade_priority.lead`. facts: as in `trade_priority.lead`.
    start: a year.
    basis: 'own_else_partners' (the economy's own tables, else what its agency states, else its
        partners' reports) or 'partners' (their reports alone). Of partners, Russia reports nothing
        after 2021; a year counts where the bound of `trade_priority.lead` answers.
    It tells the largest `rival`, the year in which China stood `worst` and the years `since` it was
    last behind; a range where only a bound is known. An economy that was first wherever it can be
    ranked, but cannot be at the start or in any later year, has the reason in `missing`.
    """
    sides, leads = both_sides(trade, facts, economies=economies, since=start), []
    for code in economies:
        rows: dict[int, Estimate] = {}
        for by in ("reporter", "mirror") if basis == "own_else_partners" else ("mirror",):
            if all(row["missing"] for row in rows.values()):
                rows = {
                    year: lead_row(sides, code, year, basis=by, partners=partners, eu=eu)
                    for year in sides.years
                }
        rows = {year: row for year, row in rows.items() if not row["missing"]}
        leads.append(_least(rows, code, start))
    return leads


def _least(rows: Mapping[int, Estimate], code: str, start: int) -> Estimate:
    """The row of the year in which China stood worst, with the rows behind all years."""
    if not rows:
        return estimate_row(economy=code, missing=f"no report by partner from {start} on")
    table = pd.DataFrame(rows.values(), index=rows.keys())
    figures = table[["estimate", "low", "high"]].astype(float)
    low = figures["low"].fillna(figures["estimate"]).fillna(0)
    first = ~(figures["high"].fillna(figures["estimate"]) <= 1)
    worst = (low if first.all() else low[~first]).idxmin()
    whether = {f"in {start}": start in rows, f"after {start}": max(rows) > start}
    lacking = " or ".join(when for when, known in whether.items() if not known)
    if lacking and first.all():  # behind in one year is behind, whatever the others say
        return estimate_row(economy=code, missing=f"no report by partner {lacking}")
    behind = low.index[low <= 1]
    since = [str(year) for year in rows if len(behind) and year > behind[-1]]
    about = {"worst": str(worst), "since": " to ".join(dict.fromkeys(since[:1] + since[-1:]))}
    used = pd.concat([row["rows"].frame for row in rows.values()]).drop_duplicates()
    kept = {name: rows[worst][name] for name in ("estimate", "low", "high", "interval")}
    row = estimate_row(used, economy=code, about=rows[worst]["about"] | about, **kept)
    return row | {"first_year": min(rows), "last_year": max(rows)}


@measure("trade.share_after", kind="change", unit="percentage points")
@by_economy
def share_after(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    base: int = 2022,
) -> list[Estimate]:
    """China's share of an economy's turnover in its newest year, less that of a base year, in
    percentage points.

    trade: like table `trade`; rows of product TOTAL count. facts: as in `trade_priority.lead`.
    base: a year before the newest. Both years are by one own source, of all that it lists; where
    the economy publishes no table, by the shares that its agency states.
    """
    stated = pick(stated_shares(facts, economies), other="CHN").sort_values("year")

    def change(code: str) -> Answer:
        for share, rows in _china_shares(trade, pick(stated, economy=code), code):
            last = share.index.max()
            if base in share.index and last > base:
                return {
                    "used": pick(rows, year=[base, last]),
                    "estimate": float(share[last] - share[base]),
                }
        return f"no own report by partner both for {base} and after it"

    return [one_row(change(code), economy=code) for code in economies]


def _china_shares(
    trade: pd.DataFrame, stated: pd.DataFrame, code: str
) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """China's share by year (per cent), and the rows behind it: by each table of an economy, the
    preferred one first, then as its agency states it.
    """
    rows = omit(pick(trade, reporter=code, product="TOTAL"), partner=[*eco.AGGREGATES, code])
    rows = with_every(rows, ["source_id", "year"], flow=FLOWS["turnover"])
    rows = rows.dropna(subset="value_usd")
    for source in ranked(rows["source_id"].unique(), ("office", "compilation")):
        mine = pick(rows, source_id=source)
        sums = mine.pivot_table(index="year", columns="partner", values="value_usd", aggfunc="sum")
        yield (100 * sums.get("CHN", np.nan) / sums.sum(axis=1)).dropna(), mine[_CELL]
    newest = stated.drop_duplicates("year", keep="last")
    yield newest.set_index("year")["value"], newest[_FACT]


@once
def china_reported(trade: pd.DataFrame, economy: str, *, since: int = 2022) -> pd.DataFrame:
    """Rows of China's customs with an economy from `since` on, by the source preferred for each
    year and flow, with `direction` (export or import *of the economy*).
    """
    rows = pick(trade, reporter="CHN", partner=economy, product="TOTAL")
    rows = rows[rows["year"] >= since].dropna(subset="value_usd")
    rows = preferred_rows(rows, ["year", "flow"])
    return rows.assign(direction=rows["flow"].map({"import": "export", "export": "import"}))


def _yearly(rows: pd.DataFrame, flow: str) -> tuple[pd.Series, pd.DataFrame]:
    """Value of a flow by year, where all its directions are reported, and the rows behind it.

    rows: of `china_reported`.
    """
    rows = with_every(pick(rows, direction=FLOWS[flow]), ["year"], direction=FLOWS[flow])
    return rows.groupby("year")["value_usd"].sum(), rows[_CELL]


@measure("trade.value_after", kind="ratio")
@by_economy
def value_after(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    base: int = 2022,
    flow: Flow = "turnover",
    statistic: Literal["mean", "least", "last"] = "mean",
) -> list[Estimate]:
    """China's reported trade with an economy after a base year over that of it, in current dollars:
    one where nothing changed.

    trade: like table `trade`; China's own reports of product TOTAL count, of the source preferred
        for a year. base: a year.
    flow: of the economy: 'turnover', 'exports' (China's imports) or 'imports'.
    statistic: 'mean' of the later years, the 'least' of them, or the 'last'. A year counts where
        all directions of the flow are reported.
    """

    def kept(code: str) -> Answer:
        yearly, used = _yearly(china_reported(trade, code, since=base), flow)
        later = yearly[yearly.index > base]
        if base not in yearly or later.empty:
            what = f"after {base}" if base in yearly else f"in {base}"
            return f"China's customs give no {flow} {what}"
        value = {"mean": later.mean(), "least": later.min(), "last": later.iloc[-1]}[statistic]
        return {"used": used, "estimate": float(value / yearly[base])}

    return [one_row(kept(code), economy=code) for code in economies]


@once
def value_series(
    trade: pd.DataFrame, economy: str, *, series: str = "china_imports"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A yearly series of trade with China without gaps at its end: year, value_usd (current USD),
    known_on; and the rows of `trade` behind it.

    trade: table `trade` with known_on (the day a row became known), as `load` gives it.
    series: 'china_imports' (China's imports from the economy, from 2010 on) or 'own_turnover' (the
        economy's exports to and imports from China by the one own source that runs through).
    known_on: the later of its rows'. Raises CoverageError where there is no such series.
    """
    if series == "china_imports":
        rows = pick(china_reported(trade, economy, since=CUSTOMS_SINCE), flow="import")
        flows, words = 1, "China's imports"
    else:
        rows = pick(trade, reporter=economy, partner="CHN", product="TOTAL")
        rows, flows, words = rows.dropna(subset="value_usd"), 2, "its own turnover"
        years = rows.groupby("source_id")["year"].nunique()  # sources are never spliced here
        longest = years.reindex(ranked(years.index)).nlargest(1)
        rows = pick(rows, source_id=longest.index)
    by_year = rows.groupby("year")
    table = by_year.agg(value_usd=("value_usd", "sum"), known_on=("known_on", "max"))
    table = require_some(table[by_year.size() == flows], f"series of {words}")
    gaps = np.cumsum(np.diff(table.index, prepend=table.index[0]) > 1)
    table = table[gaps == gaps[-1]]  # the years after the last gap
    return table.reset_index(), pick(rows, year=table.index)


def _split(table: pd.DataFrame, known_by: dt.date, scale: str) -> tuple[pd.Series, pd.Series]:
    """The years known by a day, and those after it."""
    values = table.set_index(table["year"].astype(int))["value_usd"].astype(float)
    values = np.log(values) if scale == "log" else values
    known = (table["known_on"] <= pd.Timestamp(known_by)).to_numpy()
    return values[known], values[~known]


@lru_cache(maxsize=1024)
def _fit(model: Model, known: tuple[tuple[int, float], ...], steps: int) -> pd.DataFrame:
    return model(pd.Series(dict(known)).rename_axis("year"), steps).frame


def _forecast(model: Model, train: pd.Series, steps: int) -> pd.DataFrame:
    """Rows of a forecast. The same series comes back in many specifications, and fitting is what
    takes the time: it is for five years at least, as without a source fewer are compared with. The
    nearer years do not depend on how many there are.
    """
    return _fit(model, tuple(train.items()), max(steps, 5)).head(steps)


@measure("trade.foreseen", kind="ratio")
@by_economy
def relative_forecast_error(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    known_by: dt.date = ARTICLE,
    model: Literal["drift", "ets", "ets_damped", "arima"] = "drift",
    series: Literal["china_imports", "own_turnover"] = "china_imports",
    scale: Literal["log", "level"] = "log",
) -> list[Estimate]:
    """Error of a model over that of no change, both fitted on what was known by a day and scored on
    what came after.

    trade, series: as in `value_series`. known_by: a day. model: see MODELS. scale: 'log' or 'level'
    (USD), for fit and error alike.
    The estimate is the ratio of the two scaled errors, below one where the model was nearer; there
    is no interval. The errors of years in a row are correlated: nothing is tested. In `missing`:
    nothing known after the day or before it, or a model that could not be fitted.
    Source: Hyndman and Koehler (2006), International Journal of Forecasting 22(4), for the scaled
    error.
    """
    known_by = day("known_by", known_by)

    def score(code: str) -> Answer:
        try:
            table, used = value_series(trade, code, series=series)
            train, later = _split(table, known_by, scale)
            if later.empty or train.empty:
                return f"no year known {'after' if later.empty else 'by'} {day_in_words(known_by)}"
            paths = (_forecast(way, train, len(later)) for way in (MODELS[model], naive))
            errors = [mase(later, path.set_index("year")["mean"], train) for path in paths]
        except CaResearchError as error:
            return error.what
        if not errors[1] > 0:
            return "no change met every later value exactly: nothing can be nearer"
        return {"used": used[_CELL], "estimate": errors[0] / errors[1]}

    return [one_row(score(code), economy=code) for code in economies]


def forecast_paths(trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """What a random walk with drift and no change, fitted on logarithms of China's imports,
    expected after the day of the article, beside what is known.

    trade: as in `value_series`.
    Returns economy, model, year, mean, low, high (USD). `model` is 'known' for the figures up to
    the day and 'came' for those after it, 'trend' (with its 95 % interval, which is no statement
    that it holds) or 'no change'. Economies without a series and models that could not be fitted
    are left out. Raises CoverageError where no economy has a series.
    """
    parts = []
    for code in economies:
        with suppress(CaResearchError):
            train, later = _split(value_series(trade, code)[0], ARTICLE, "log")
            mine = {"came": later.reset_index(name="mean"), "known": train.reset_index(name="mean")}
            with suppress(CaResearchError):
                steps = len(later) or 3
                mine["trend"] = random_walk_drift(train, steps).frame
                mine["no change"] = naive(train, steps).frame[["year", "mean"]]
            parts += [of.assign(economy=code, model=name) for name, of in mine.items()]
    columns = ["economy", "model", "year", "mean", "low", "high"]
    every = pd.concat(require_some(parts, "series of China's imports"), ignore_index=True)
    paths = every.reindex(columns=columns)
    return paths[columns[:3]].join(np.exp(paths[columns[3:]].astype(float)))


@needs("paths", "economy", "model", "year", "mean", "low", "high")
def forecast_lines(paths: pd.DataFrame) -> Figure:
    """What was known, what a random walk with drift and no change expected, and what came; one
    panel per economy.

    paths: as from `forecast_paths`.
    """
    drawn = paths.assign(**paths[["mean", "low", "high"]] / 1e6)
    unit = "million US dollars (log scale)"
    return lines(drawn, "mean", hue="model", unit=unit, alike=False, log=True)
