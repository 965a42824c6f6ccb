"""China's place in the years after a forecast: rank, value against the base year, and models fitted
on what was known.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.measures import by_economy, measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.errors import CaResearchError, CoverageError, known_name
from ..ground.numbers import fixed
from ..ground.periods import day_in_words
from ..plots import lines, row_words, telling
from ..plots.needs import needs
from ..stats import ets, mase, naive, random_walk_drift
from ..stats.forecast import Forecast, arima
from ..stats.frames import numbers, require
from ..tables.preference import preferred_rows, ranked
from ..trade.checks import one_figure_per_cell
from ..trade.rank import FLOWS, Eu, Flow
from .trade_priority import Partners, both_sides, lead_row

CUSTOMS_SINCE = 2010
"""First year of the series of China's imports: from here on one compilation, then the customs
themselves, run through.
"""
MODELS: dict[str, Callable[[pd.Series, int], Forecast]] = {
    "drift": random_walk_drift,
    "ets": ets,
    "ets_damped": partial(ets, damped=True),
    "arima": arima,
}
Series = Literal["china_imports", "own_turnover"]
_SAID = {"china_imports": "China's imports", "own_turnover": "its own turnover"}
Scale = Literal["log", "level"]
ARTICLE = dt.date(2023, 5, 19)
_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]
_FACT = ["fact_id", "subject", "attribute", "year", "source_id"]


@measure("trade.lead_after")
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
    Returns an estimates frame, one row per economy, with the largest rival, the year in which
    China stood worst and the years since it was last behind in `about`; a range where only a bound
    is known. An economy that was first wherever it can be ranked, but cannot be at the start or in
    any later year, has the reason in `missing`.
    """
    sides, out = both_sides(trade, facts, economies=economies), []
    for code in economies:
        told: dict[int, Estimate] = {}
        for by in ("reporter", "mirror") if basis == "own_else_partners" else ("mirror",):
            if all(row["missing"] for row in told.values()):
                told = {
                    year: lead_row(sides, code, year, basis=by, partners=partners, eu=eu)
                    for year in sides.years(start)
                }
        told = {year: row for year, row in told.items() if not row["missing"]}
        out.append(_least(told, code, start))
    return out


def _least(told: Mapping[int, Estimate], code: str, start: int) -> Estimate:
    """The row of the year in which China stood worst, with the rows behind all years."""
    if not told:
        return estimate_row(economy=code, missing=f"no report by partner from {start} on")
    ends = {year: _ends(row) for year, row in told.items()}
    year = min(told, key=lambda y: (ends[y][1] > 1, ends[y][0]))
    lacking = [] if start in told else [f"in {start}"]
    lacking += [] if max(told) > start else [f"after {start}"]
    if lacking and ends[year][1] > 1:  # behind in one year is behind, whatever the others say
        return estimate_row(economy=code, missing=f"no report by partner {' or '.join(lacking)}")
    behind = pd.concat([row["rows"].frame for row in told.values()]).drop_duplicates()
    last_behind = max((y for y, (low, _) in ends.items() if low <= 1), default=max(told))
    since = sorted(y for y in told if y > last_behind)
    about = {
        "worst": str(year),
        "since": " to ".join(map(str, dict.fromkeys(since[:1] + since[-1:]))),
    }
    kept = {name: told[year][name] for name in ("estimate", "low", "high", "interval")}
    row = estimate_row(behind, economy=code, about=told[year]["about"] | about, **kept)
    return row | {"first_year": min(told), "last_year": max(told)}


def _ends(row: Estimate) -> tuple[float, float]:
    if row["estimate"] is not None:
        return row["estimate"], row["estimate"]
    return row["low"] or 0.0, math.inf if row["high"] is None else row["high"]


@measure("trade.share_after")
@by_economy
def share_after(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    base: int = 2022,
) -> list[Estimate]:
    """China's share of an economy's turnover in its newest year, less that of a base year.

    trade: like table `trade`; rows of product TOTAL count. facts: as in `trade_priority.lead`.
    base: a year before the newest. Both years are by one own source, of all that it lists; where
    the economy publishes no table, by the shares that its agency states.
    Returns an estimates frame, one row per economy, in percentage points; without two such years
    the reason stands in `missing`.
    """
    stated = both_sides(trade, facts, economies=economies).shares
    stated = stated[stated["other"] == "CHN"].sort_values("year")
    out = []
    for code in economies:
        row: dict[str, Any] = {"missing": f"no own report by partner both for {base} and after it"}
        used = None
        for share, rows in _china_shares(trade, stated[stated["economy"] == code], code):
            last = share.index.max()
            if base in share.index and last > base:
                row = {"estimate": float(share[last] - share[base])}
                used = rows[rows["year"].isin([base, last])]
                break
        out.append(estimate_row(used, economy=code, **row))
    return out


def _china_shares(
    trade: pd.DataFrame, stated: pd.DataFrame, code: str
) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """China's share by year (per cent), and the rows behind it: by each table of an economy, the
    preferred one first, then as its agency states it.
    """
    own = trade[trade["reporter"].eq(code) & trade["product"].eq("TOTAL")]
    own = own[~own["partner"].isin([*eco.AGGREGATES, code])]
    for source in ranked(own["source_id"].unique(), ("office", "compilation")):
        mine = own[own["source_id"] == source]
        whole = mine.groupby("year")["flow"].transform("nunique") == len(FLOWS["turnover"])
        mine = mine[whole & mine["value_usd"].notna()]
        china = mine[mine["partner"] == "CHN"].groupby("year")["value_usd"].sum()
        yield (100 * china / mine.groupby("year")["value_usd"].sum()).dropna(), mine[_CELL]
    newest = stated.drop_duplicates("year", keep="last")
    yield newest.set_index("year")["value"], newest[_FACT]


@once
def _with_china(trade: pd.DataFrame) -> pd.DataFrame:
    """The rows of `trade` of China and with China, of product TOTAL."""
    china = trade["reporter"].eq("CHN") | trade["partner"].eq("CHN")
    return trade[(china & trade["product"].eq("TOTAL")).to_numpy(bool)]


@once
def china_reported(trade: pd.DataFrame, economy: str, *, since: int = 2022) -> pd.DataFrame:
    """Rows of China's customs with an economy from `since` on, with `direction` (export or import
    *of the economy*).

    Raises UsageError where two sources give one year and flow, CoverageError for a row without a
    value.
    """
    require(trade, ("value_usd",), keys=_CELL)
    rows = _with_china(trade)
    rows = rows[rows["reporter"].eq("CHN") & rows["partner"].eq(economy) & rows["year"].ge(since)]
    rows = preferred_rows(rows, ["year", "flow"])
    numbers(rows, "value_usd")
    one_figure_per_cell(rows, ["year", "flow"])
    return rows.assign(direction=rows["flow"].map({"import": "export", "export": "import"}))


def _yearly(rows: pd.DataFrame, flow: str) -> tuple[pd.Series, pd.DataFrame]:
    """Value of a flow by year, where all its directions are reported, and the rows behind it.

    rows: of `china_reported`.
    """
    rows = rows[rows["direction"].isin(FLOWS[flow])]
    rows = rows[rows.groupby("year")["flow"].transform("size") == len(FLOWS[flow])]
    return rows.groupby("year")["value_usd"].sum(), rows[_CELL]


@measure("trade.value_after")
@by_economy
def value_after(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    base: int = 2022,
    flow: Flow = "turnover",
    statistic: Literal["mean", "least", "last"] = "mean",
) -> list[Estimate]:
    """China's reported trade with an economy after a base year over that of it, in current dollars.

    trade: like table `trade`; China's own reports of product TOTAL count, of the source preferred
        for a year. base: a year.
    flow: of the economy: 'turnover', 'exports' (China's imports) or 'imports'.
    statistic: 'mean' of the later years, the 'least' of them, or the 'last'. A year counts where
        all directions of the flow are reported.
    Returns an estimates frame, one row per economy, without an interval; the estimate is a ratio,
    one where nothing changed. No figure for the base or after it is recorded in `missing`.
    """
    out = []
    for code in economies:
        yearly, used = _yearly(china_reported(trade, code, since=base), flow)
        later = yearly[yearly.index > base]
        if base in yearly and len(later):
            value = {"mean": later.mean(), "least": later.min(), "last": later.iloc[-1]}[statistic]
            row = estimate_row(used, economy=code, estimate=float(value / yearly[base]))
        else:
            what = f"after {base}" if base in yearly else f"in {base}"
            why = f"China's customs give no {flow} {what}"
            row = estimate_row(economy=code, missing=why)
        out.append(row)
    return out


def largest_growth(kept: pd.DataFrame, trade: pd.DataFrame, base: int = 2022) -> str:
    """From what base the largest of some ratios comes; '' of none.

    kept: as from `value_after`, with the flow. trade: like the table.
    """
    known = kept.dropna(subset=["estimate"]).sort_values("estimate").tail(1)
    if known.empty:
        return ""
    (row,) = known.itertuples()
    usd = _yearly(china_reported(trade, row.economy, since=base), row.flow)[0][base]
    return (
        f"The largest, {fixed(row.estimate, 1)} times the {row.flow} of "
        f"{eco.in_prose(row.economy)}, is over only {fixed(usd / 1e6)} million dollars in {base}."
    )


@once
def value_series(
    trade: pd.DataFrame, economy: str, *, series: str = "china_imports"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A yearly series of trade with China without gaps at its end: year, value_usd (current USD),
    known_on; and the rows of `trade` behind it.

    trade: table `trade` with known_on (the day a row became known), as `load` gives it.
    series: 'china_imports' (China's imports from the economy, from 2010 on) or 'own_turnover' (the
        economy's exports to and imports from China by the one own source that runs through).
    known_on: the later of its rows'.
    Raises CoverageError where there is no such series, UnknownNameError for another one, UsageError
    where two sources give one year.
    """
    known_name("series", series, tuple(_SAID))
    require(trade, ("value_usd", "known_on"), keys=_CELL)
    if series == "china_imports":
        rows, flows = china_reported(trade, economy, since=CUSTOMS_SINCE), 1
        rows = rows[rows["flow"] == "import"]
    else:
        own, flows = _with_china(trade), 2
        own = own[own["reporter"] == economy]
        years = own.groupby("source_id")["year"].nunique()
        order = ranked(own["source_id"].unique())  # sources are never spliced here
        longest = max(order, key=lambda source: (years[source], -order.index(source)), default="")
        rows = own[own["source_id"] == longest]
    rows = rows[rows["value_usd"].notna()]
    one_figure_per_cell(rows, ["year", "flow"])
    table = rows.groupby("year").agg(
        value_usd=("value_usd", "sum"), known_on=("known_on", "max"), flows=("flow", "size")
    )
    table = table[table["flows"] == flows].drop(columns="flows")
    if table.empty:
        raise CoverageError(f"{economy}: no series of {_SAID[series]}")
    steps = np.flatnonzero(np.diff(table.index) != 1)
    table = table.iloc[steps[-1] + 1 :] if len(steps) else table  # the years after the last gap
    return table.reset_index(), rows[rows["year"].isin(table.index)]


def _split(table: pd.DataFrame, known_by: dt.date, scale: str) -> tuple[pd.Series, pd.Series]:
    """The years known by a day, and those after it."""
    values = table.set_index(table["year"].astype(int))["value_usd"].astype(float)
    values = np.log(values) if scale == "log" else values
    known = (table["known_on"] <= pd.Timestamp(known_by)).to_numpy()
    return values[known], values[~known]


@lru_cache(maxsize=1024)
def _fit(
    model: Callable[[pd.Series, int], Forecast],
    years: tuple[int, ...],
    values: tuple[float, ...],
    steps: int,
) -> pd.DataFrame:
    """A model's forecast. The same series comes back in many specifications, and fitting is what
    takes the time.
    """
    return model(pd.Series(values, index=pd.Index(years, name="year")), steps).frame


def _forecast(
    model: Callable[[pd.Series, int], Forecast], train: pd.Series, steps: int
) -> pd.DataFrame:
    """Rows of a forecast, as many as asked for; the nearer years do not depend on how many."""
    known = tuple(map(int, train.index)), tuple(map(float, train))
    return _fit(model, *known, max(steps, _YEARS_AHEAD)).head(steps)


_YEARS_AHEAD = 5
"""A model is fitted for so many years at least: without a source fewer are left to compare with."""


@measure("trade.foreseen")
@by_economy
def relative_forecast_error(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    known_by: dt.date = ARTICLE,
    model: Literal["drift", "ets", "ets_damped", "arima"] = "drift",
    series: Series = "china_imports",
    scale: Scale = "log",
) -> pd.DataFrame:
    """Error of a model over that of no change, both fitted on what was known by a day and scored on
    what came after.

    trade, series: as in `value_series` ('china_imports' or 'own_turnover'). known_by: a day.
    model: 'drift', 'ets', 'ets_damped' or 'arima'; see MODELS. scale: 'log' or 'level' (USD), for
        fit and error alike.
    Returns an estimates frame, one row per economy, with the columns mase, mase_naive and scored
    (years). The estimate is mase / mase_naive, below one where the model was nearer; there is no
    interval. The errors of years in a row are correlated: nothing is tested. In `missing`: nothing
    known after the day or before it, or a model that could not be fitted.
    Source: Hyndman and Koehler (2006), International Journal of Forecasting 22(4), for the scaled
    error.
    """
    known_by = day("known_by", known_by)
    out = []
    for code in economies:
        row: dict[str, Any] = {"mase": np.nan, "mase_naive": np.nan, "scored": 0}
        try:
            table, used = value_series(trade, code, series=series)
            train, later = _split(table, known_by, scale)
            if later.empty or train.empty:
                when = f"{'after' if later.empty else 'by'} {day_in_words(known_by)}"
                raise CoverageError(f"no year known {when}")
            row["mase"] = _missed(MODELS[model], train, later)
            row["mase_naive"] = _missed(naive, train, later)
            if not row["mase_naive"] > 0:
                raise CoverageError(
                    "no change met every later value exactly, so no error can be set against it"
                )
            ratio = row["mase"] / row["mase_naive"]
            row |= estimate_row(used[_CELL], economy=code, estimate=ratio) | {"scored": len(later)}
        except CaResearchError as error:
            why = error.what.removeprefix(f"{code}: ")
            row |= estimate_row(economy=code, missing=why)
        out.append(row)
    extra = {name: [row[name] for row in out] for name in ("mase", "mase_naive", "scored")}
    return estimates(out).assign(**extra)


def _missed(
    model: Callable[[pd.Series, int], Forecast], train: pd.Series, later: pd.Series
) -> float:
    """Scaled error of a model."""
    forecast = _forecast(model, train, len(later)).set_index("year")["mean"]
    return mase(later, forecast.rename_axis(later.index.name), train)


def forecast_paths(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    known_by: dt.date = ARTICLE,
    series: str = "china_imports",
    scale: str = "log",
) -> pd.DataFrame:
    """What each model (and no change) expected after the day, beside what is known.

    trade, economies, known_by, series, scale: as in `relative_forecast_error`.
    Returns economy, model, year, mean, low, high (USD), sources. `model` is 'known' for the figures
    up to the day and 'after' for those after it (mean only), 'no change' or a name of MODELS;
    intervals are 95 % of the model and no statement that they hold. Economies without a series and
    models that could not be fitted are left out.
    Raises UsageError for what is no day, CoverageError where no economy has a series.
    """
    known_by, back = day("known_by", known_by), np.exp if scale == "log" else np.asarray
    parts = []
    for code in economies:
        try:
            table, used = value_series(trade, code, series=series)
        except CoverageError:
            continue
        train, later = _split(table, known_by, scale)
        found = {"known": train, "after": later}
        mine = [pd.DataFrame({"mean": s, "year": s.index, "model": n}) for n, s in found.items()]
        for name, model in {"no change": naive, **MODELS}.items():
            try:
                mine.append(_forecast(model, train, len(later) or 3).assign(model=name))
            except CaResearchError:
                continue
        sources = tuple(sorted(used["source_id"].unique()))
        parts.append(pd.concat(mine).assign(economy=code, sources=[sources] * sum(map(len, mine))))
    if not parts:
        raise CoverageError(f"no series of {series.replace('_', ' ')} for {', '.join(economies)}")
    ends = ["mean", "low", "high"]
    columns = ["economy", "model", "year", *ends, "sources"]
    paths = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    paths[ends] = back(paths[ends].astype(float))
    return paths


def came_over_drift(paths: pd.DataFrame) -> pd.DataFrame:
    """Mean of what came over the mean of what a random walk with drift expected of the same years.

    paths: as from `forecast_paths`.
    Returns economy and ratio; empty where nothing is known of the years after.
    """
    wide = paths[paths["model"].isin(["after", "drift"])]
    wide = wide.pivot(index=["economy", "year"], columns="model", values="mean")
    wide = wide.reindex(columns=["after", "drift"]).dropna().groupby("economy").mean()
    return (wide["after"] / wide["drift"]).rename("ratio").reset_index()


@needs("paths", "economy", "model", "year", "mean", "low", "high")
def forecast_lines(paths: pd.DataFrame, *, model: str = "drift", since: int = 2010) -> Figure:
    """What was known, what one model and no change expected, and what came; one panel per economy.

    paths: as from `forecast_paths`. The band is the model's 95 % interval.
    """
    names = {"after": "came", model: "trend", "known": "known", "no change": "no change"}
    shown = paths[(paths["year"] >= since) & paths["model"].isin(names)]
    money = {end: shown[end] / 1e6 for end in ("mean", "low", "high")}
    shown = shown.assign(model=pd.Categorical(shown["model"].map(names), names.values()), **money)
    band = shown["model"].eq("trend")
    shown = shown.assign(low=shown["low"].where(band), high=shown["high"].where(band))
    figure = lines(
        shown.sort_values(["economy", "model"]).astype({"model": str}),
        "mean",
        hue="model",
        unit="million US dollars (log scale)",
        alike=False,
        log=True,
    )
    return telling(figure, *_against_trend(paths))


def _against_trend(paths: pd.DataFrame) -> tuple[str, str]:
    """Whether more came than the trend expected, as a title and as text."""
    ratios = came_over_drift(paths)
    if ratios.empty:
        title = "China's imports from the five: what is known and what is expected"
        return title, "Forecasts for three years; what came is not known on this day."
    more = row_words(ratios[ratios["ratio"] > 1], "{economy}", between=" and ")
    inside = row_words(ratios, "{economy} {ratio:.2f}", between=", ")
    return (
        f"China imported more than the trend from {more or 'none of the five'}",
        f"Mean of what came over mean of what a random walk with drift expected: {inside}.",
    )
