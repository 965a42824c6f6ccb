"""China's place in the years after a forecast: rank, value against the base year, and models fitted
on what was known.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from ..estimates.frame import Estimate, Figures, estimate_row, estimates
from ..estimates.measures import by_economy, measure, parts, tells
from ..ground import economies as eco
from ..ground.arguments import day, whole_number
from ..ground.errors import CaResearchError, CoverageError, UnknownNameError, known_name
from ..ground.numbers import fixed
from ..ground.periods import day_in_words
from ..plots import style
from ..plots.needs import needs, one_figure
from ..plots.panels import panels, year_axis
from ..plots.pen import tight
from ..stats import ets, mase, naive, random_walk_drift
from ..stats.forecast import Forecast, arima
from ..stats.frames import numbers, require
from ..stats.pieces import Pieces
from ..tables.preference import preferred_rows, ranked
from ..trade.checks import one_figure_per_cell
from ..trade.rank import FLOWS, Eu, Flow, reports
from ..trade.standings import Reports
from .trade_priority import (
    Partners,
    largest_ever,
    own_row,
    stated_shares,
    stated_years,
    table_row,
)

CUSTOMS_SINCE = 2010
"""First year of the series of China's imports: from here on one compilation, then the customs
themselves, run through.
"""
Statistic = Literal["mean", "least", "last"]
STATISTICS = get_args(Statistic)
MODELS: dict[str, Callable[[pd.Series, int], Forecast]] = {
    "drift": random_walk_drift,
    "ets": ets,
    "ets_damped": partial(ets, damped=True),
    "arima": arima,
}
Series = Literal["china_imports", "own_turnover"]
SERIES = get_args(Series)
_SAID = {"china_imports": "China's imports", "own_turnover": "its own turnover"}
Scale = Literal["log", "level"]
SCALES = get_args(Scale)
_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]


@measure("trade.lead_after")
@tells("rival", "worst", "since")
@by_economy
@parts(seen=reports)
def lead_after(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    start: int = 2022,
    basis: Literal["own_else_partners", "partners"] = "own_else_partners",
    partners: Partners = "named",
    eu: Eu = "apart",
    seen: Reports | None = None,
) -> list[Estimate]:
    """China's trade over that of its largest rival from a year on, the least of the years: above
    one, China ranked first at the start and in each later year that can be compared.

    trade, economies, partners, eu: as in `trade_priority.lead`. facts: as in `stated_shares`.
    start: a year.
    basis: 'own_else_partners' (the economy's own tables, else what its agency states, else its
        partners' reports) or 'partners' (their reports alone). Of partners, Russia reports nothing
        after 2021; a year counts where the bound of `trade_priority.lead` answers.
    seen: what `trade.rank.reports` makes of trade.
    Returns an estimates frame, one row per economy, with the largest rival, the year in which
    China stood worst and the years since it was last behind in `about`; a range where only a bound
    is known. An economy that was first wherever it can be ranked, but cannot be at the start or in
    any later year, has the reason in `missing`.
    """
    seen = seen or reports(trade, economies=economies)
    ever = largest_ever(trade, economies=economies)
    shares = stated_shares(facts, economies=economies)
    years = sorted({*seen.years(), *(year for _, year in stated_years(shares))})
    years = [year for year in years if year >= start]
    out = []
    for code in economies:
        told: dict[int, Estimate] = {}
        asked: dict[str, Any] = {"partners": partners, "eu": eu}
        if basis == "own_else_partners":
            told = {year: own_row(seen, ever, shares, code, year, **asked) for year in years}
        if all(row["missing"] for row in told.values()):
            asked["basis"] = "mirror"
            told = {year: table_row(seen, ever, code, year, **asked) for year in years}
        told = {year: row for year, row in told.items() if not row["missing"]}
        out.append(_least(told, code, start))
    return out


def _least(told: Mapping[int, Estimate], code: str, start: int) -> Estimate:
    """The row of the year in which China stood worst, with the rows behind all years."""
    if not told:
        return estimate_row(economy=code, missing=f"no report by partner from {start} on")

    def ends(row: Estimate) -> tuple[float, float]:
        one = row["estimate"]
        high = math.inf if row["high"] is None else row["high"]
        return (row["low"] or 0.0, high) if one is None else (one, one)

    year = min(told, key=lambda y: (ends(told[y])[1] > 1, ends(told[y])[0]))
    worst = told[year]
    lacking = [] if start in told else [f"in {start}"]
    lacking += [] if any(year > start for year in told) else [f"after {start}"]
    if lacking and ends(worst)[1] > 1:  # behind in one year is behind, whatever the others say
        return estimate_row(economy=code, missing=f"no report by partner {' or '.join(lacking)}")
    frames = [row["rows"].frame for row in told.values()]
    behind = pd.concat(frames).drop_duplicates() if len(frames) > 1 else frames[0]
    kept = {k: worst[k] for k in ("estimate", "low", "high", "interval")}
    behind_in = [y for y in told if ends(told[y])[0] <= 1]
    since = [y for y in told if y > max(behind_in, default=max(told))]
    kept["about"] = {**worst["about"], "worst": str(year), "since": _span(since)}
    span = {"first_year": min(told), "last_year": max(told)}
    return estimate_row(behind, economy=code, **kept) | span


def _span(years: Sequence[int]) -> str:
    """'2023', '2023 to 2025'."""
    ends = sorted({min(years), max(years)}) if years else []
    return " to ".join(map(str, ends))


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

    trade: like table `trade`; rows of product TOTAL count. facts: as in `stated_shares`. economies:
    codes or names. base: a year before the newest. Both years are by one own source, of all that it
    lists; where the economy publishes no table, by the shares that its agency states.
    Returns an estimates frame, one row per economy, in percentage points; without two such years
    the reason stands in `missing`.
    """
    base = whole_number("base", base)
    codes = [eco.resolve(e) for e in economies]
    shares = stated_shares(facts, economies=codes)
    return [
        _share_change(trade, code, base)
        or _stated_change(shares[shares["economy"] == code], base)
        or estimate_row(
            economy=code, missing=f"no own report by partner both for {base} and after it"
        )
        for code in codes
    ]


def _share_change(trade: pd.DataFrame, code: str, base: int) -> dict[str, Any] | None:
    """By the preferred table that lists China in both years; the newest year that one has."""
    own = trade[
        trade["reporter"].eq(code).to_numpy(bool)
        & trade["product"].eq("TOTAL").to_numpy(bool)
        & trade["year"].ge(base).to_numpy(bool)
    ]
    own = own[~own["partner"].isin([*eco.AGGREGATES, code])]
    for source in ranked(own["source_id"].unique(), ("office", "compilation")):
        mine = own[own["source_id"] == source]
        whole = mine.groupby("year")["flow"].transform("nunique") == len(FLOWS["turnover"])
        mine = mine[whole & mine["value_usd"].notna()]
        total = mine.groupby("year")["value_usd"].sum()
        china = mine[mine["partner"] == "CHN"].groupby("year")["value_usd"].sum()
        share = (100 * china / total).dropna()
        if base in share.index and share.index.max() > base:
            last = share.index.max()
            used = mine[mine["year"].isin([base, last])]
            change = float(share[last] - share[base])
            return estimate_row(used[_CELL], economy=code, estimate=change)
    return None


def _stated_change(shares: pd.DataFrame, base: int) -> dict[str, Any] | None:
    china = shares[(shares["other"] == "CHN") & (shares["year"] >= base)].sort_values("year")
    first, late = china[china["year"] == base], china[china["year"] > base]
    if first.empty or late.empty:
        return None
    used = pd.concat([first.tail(1), late.tail(1)])
    change = float(late["value"].iloc[-1] - first["value"].iloc[-1])
    cells = ["fact_id", "subject", "attribute", "year", "source_id"]
    code = str(used["economy"].iloc[0])
    return estimate_row(used[cells], economy=code, estimate=change)


def china_reported(trade: pd.DataFrame, economy: str, *, since: int = 2022) -> pd.DataFrame:
    """Rows of China's customs with an economy from `since` on, with `direction` (export or import
    *of the economy*).

    Raises UsageError where two sources give one year and flow, CoverageError for a row without a
    value.
    """
    require(trade, ("value_usd",), keys=_CELL)
    rows = trade[trade["partner"].eq(economy).to_numpy(bool)]
    rows = rows[
        (rows["reporter"] == "CHN") & (rows["product"] == "TOTAL") & (rows["year"] >= since)
    ]
    rows = preferred_rows(rows, ["year", "flow"])
    numbers(rows, "value_usd")
    one_figure_per_cell(rows, ["year", "flow"])
    return rows.assign(direction=rows["flow"].map({"import": "export", "export": "import"}))


def with_china(trade: pd.DataFrame, *, economies: Sequence[str]) -> Pieces:
    """The rows of `trade` between China and each economy, of product TOTAL, by reporter and
    partner: without a source of one side what was made of the other stays.
    """
    require(trade, ("value_usd",), keys=_CELL)
    codes = [eco.resolve(e) for e in economies]
    reporter, partner = trade["reporter"], trade["partner"]
    between = (reporter.eq("CHN") & partner.isin(codes)) | (
        partner.eq("CHN") & reporter.isin(codes)
    )
    rows = trade[(between & trade["product"].eq("TOTAL")).to_numpy(bool)]
    return Pieces(rows, zip(rows["reporter"].tolist(), rows["partner"].tolist(), strict=True))


@measure("trade.value_after")
@by_economy
@parts(between=with_china)
def value_after(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    base: int = 2022,
    flow: Flow = "turnover",
    statistic: Statistic = "mean",
    between: Pieces | None = None,
) -> list[Estimate]:
    """China's reported trade with an economy after a base year over that of it, in current dollars.

    trade: like table `trade`; China's own reports of product TOTAL count, of the source preferred
        for a year. economies: codes or names.
    base: a year.
    flow: of the economy: 'turnover', 'exports' (China's imports) or 'imports'.
    statistic: 'mean' of the later years, the 'least' of them, or the 'last'. A year counts where
        all directions of the flow are reported.
    between: what `with_china` makes of trade (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; the estimate is a ratio, one where nothing changed. No figure for the base or after
    it is recorded in `missing`.
    Raises UnknownNameError for an unknown choice or economy, and what `china_reported` raises.
    """
    known_name("flow", flow, tuple(FLOWS))
    known_name("statistic", statistic, STATISTICS)
    base = whole_number("base", base)
    between = with_china(trade, economies=economies) if between is None else between
    return [
        _value_once(between, code, base, flow, statistic) for code in map(eco.resolve, economies)
    ]


def _value_once(
    between: Pieces, economy: str, base: int, flow: str, statistic: str
) -> dict[str, Any]:
    told, reported = ("CHN", economy), partial(china_reported, economy=economy, since=base)
    rows = between.once(told, base, reported)
    yearly, behind = between.once(told, ("yearly", base, flow), lambda _: _yearly(rows, flow))
    later = np.array([value for year, value in yearly.items() if year > base])
    if base not in yearly or not len(later):
        what = f"in {base}" if base not in yearly else f"after {base}"
        return estimate_row(economy=economy, missing=f"China's customs give no {flow} {what}")
    value = {"mean": later.mean(), "least": later.min(), "last": later[-1]}[statistic]
    return estimate_row(economy=economy, estimate=float(value / yearly[base])) | behind


def largest_growth(kept: pd.DataFrame, trade: pd.DataFrame, base: int = 2022) -> str:
    """From what base the largest of some ratios comes; '' of none.

    kept: as from `value_after`, with the flow. trade: like the table.
    """
    known = kept.dropna(subset=["estimate"]).sort_values("estimate").tail(1)
    said = ""
    for row in known.itertuples():
        rows = china_reported(trade, row.economy, since=base)
        usd = _yearly(rows, row.flow)[0][base]
        said = (
            f"The largest, {fixed(row.estimate, 1)} times the {row.flow} of "
            f"{eco.in_prose(row.economy)}, is over only {fixed(usd / 1e6)} million dollars in "
            f"{base}."
        )
    return said


def _yearly(rows: pd.DataFrame, flow: str) -> tuple[dict[int, float], dict[str, Any]]:
    """Value of a flow by ascending year, where all its directions are reported, and what an
    estimate tells of the rows behind.

    rows: of `china_reported`, one for each year and direction.
    """
    cells = zip(rows["year"].tolist(), rows["direction"].tolist(), strict=True)
    asked = [(place, year) for place, (year, way) in enumerate(cells) if way in FLOWS[flow]]
    reported = Counter(year for _, year in asked)
    places = [place for place, year in asked if reported[year] == len(FLOWS[flow])]
    used = rows.take(places)
    yearly: dict[int, float] = {}
    for year, value in zip(used["year"].tolist(), used["value_usd"].tolist(), strict=True):
        yearly[year] = yearly.get(year, 0.0) + value
    return dict(sorted(yearly.items())), Figures(used[_CELL]).behind()


def value_series(
    trade: pd.DataFrame, economy: str, *, series: str = "china_imports"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A yearly series of trade with China without gaps at its end: year, value_usd (current USD),
    known_on; and the rows of `trade` behind it.

    trade: table `trade` with known_on (the day a row became known), as `load` gives it. economy:
        its code.
    series: 'china_imports' (China's imports from the economy, from 2010 on) or 'own_turnover' (the
        economy's exports to and imports from China by the one own source that runs through).
    known_on: the later of its rows'.
    Raises CoverageError where there is no such series, UnknownNameError for another one, UsageError
    where two sources give one year.
    """
    known_name("series", series, SERIES)
    require(trade, ("value_usd", "known_on"), keys=_CELL)
    if series == "china_imports":
        rows = china_reported(trade, economy, since=CUSTOMS_SINCE)
        rows, flows = rows[rows["flow"] == "import"], 1
    else:
        own = trade[
            (trade["reporter"] == economy)
            & (trade["partner"] == "CHN")
            & (trade["product"] == "TOTAL")
        ]
        rows, flows = own[own["source_id"] == _longest(own)], 2
    rows = rows[rows["value_usd"].notna()]
    one_figure_per_cell(rows, ["year", "flow"])
    table = rows.groupby("year").agg(
        value_usd=("value_usd", "sum"), known_on=("known_on", "max"), flows=("flow", "size")
    )
    table = table[table["flows"] == flows].drop(columns="flows").sort_index()
    if table.empty:
        raise CoverageError(f"{economy}: no series of {_SAID[series]}")
    steps = np.flatnonzero(np.diff(table.index) != 1)
    table = table.iloc[steps[-1] + 1 :] if len(steps) else table  # the years after the last gap
    return table.reset_index(), rows[rows["year"].isin(table.index)]


def _longest(own: pd.DataFrame) -> str:
    """The source with most years; of several, the one that the register prefers. Sources are never
    spliced here.
    """
    order = ranked(own["source_id"].unique())
    years = own.groupby("source_id")["year"].nunique()
    return max(order, key=lambda source: (years[source], -order.index(source)), default="")


def _split(table: pd.DataFrame, known_by: dt.date, scale: str) -> tuple[pd.Series, pd.Series]:
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


Found = tuple[pd.DataFrame, pd.DataFrame] | CaResearchError


def _series(trade: pd.DataFrame, economy: str, kind: str) -> Found:
    try:
        return value_series(trade, economy, series=kind)
    except CaResearchError as error:
        return error


@measure("trade.foreseen")
@by_economy
@parts(between=with_china)
def relative_forecast_error(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    known_by: dt.date = dt.date(2023, 5, 19),
    model: Literal["drift", "ets", "ets_damped", "arima"] = "drift",
    series: Series = "china_imports",
    scale: Scale = "log",
    between: Pieces | None = None,
) -> pd.DataFrame:
    """Error of a model over that of no change, both fitted on what was known by a day and scored on
    what came after.

    trade, series: as in `value_series` ('china_imports' or 'own_turnover'). economies: codes or
        names.
    known_by: a day.
    model: 'drift', 'ets', 'ets_damped' or 'arima'; see MODELS. scale: 'log' or 'level' (USD), for
        fit and error alike.
    between: what `with_china` makes of trade (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns mase, mase_naive and scored (years). The estimate is mase / mase_naive, below one where
    the model was nearer; there is no interval. The errors of years in a row are correlated: nothing
    is tested. In `missing`: nothing known after the day or before it, or a model that could not be
    fitted.
    Raises UnknownNameError for an unknown choice or economy, UsageError for what is no day.
    Source: Hyndman and Koehler (2006), International Journal of Forecasting 22(4), for the scaled
    error.
    """
    known_name("model", model, tuple(MODELS))
    known_name("series", series, SERIES)
    known_name("scale", scale, SCALES)
    known_by = day("known_by", known_by)
    require(trade, ("value_usd", "known_on"), keys=_CELL)
    between = with_china(trade, economies=economies) if between is None else between
    asked: dict[str, Any] = {"model": model, "series": series, "scale": scale}
    asked["known_by"] = known_by
    out = [_scored_once(between, code, **asked) for code in map(eco.resolve, economies)]
    return estimates(out).assign(**{name: [row[name] for row in out] for name in _SCORED})


_SCORED = ("mase", "mase_naive", "scored")


def _scored_once(
    between: Pieces, economy: str, *, model: str, series: str, scale: str, known_by: dt.date
) -> Estimate:
    told = ("CHN", economy) if series == "china_imports" else (economy, "CHN")
    found = between.once(told, series, partial(_series, economy=economy, kind=series))
    trial = between.once(
        told,
        ("trial", series, scale, known_by),
        lambda _: _trial(found, economy, known_by, scale),
    )
    return between.once(
        told,
        ("error", model, series, scale, known_by),
        lambda _: _scored(trial, economy, MODELS[model]),
    )


@dataclass(frozen=True)
class _Trial:
    """What all models of a series are fitted on and scored by. `naive`: the error of no change, or
    why it has none. `behind`: what an estimate tells of the rows it rests on.
    """

    train: pd.Series
    later: pd.Series
    naive: float | CaResearchError
    behind: dict[str, Any]


def _trial(found: Found, economy: str, known_by: dt.date, scale: str) -> _Trial | CaResearchError:
    if isinstance(found, CaResearchError):
        return found
    table, used = found
    train, later = _split(table, known_by, scale)
    if later.empty or train.empty:
        when = f"{'after' if later.empty else 'by'} {day_in_words(known_by)}"
        return CoverageError(f"{economy}: no year known {when}")
    try:
        error: float | CaResearchError = _missed(naive, train, later)
    except CaResearchError as reason:
        error = reason
    return _Trial(train, later, error, Figures(used[_CELL]).behind())


def _missed(
    model: Callable[[pd.Series, int], Forecast], train: pd.Series, later: pd.Series
) -> float:
    """Scaled error of a model."""
    forecast = _forecast(model, train, len(later)).set_index("year")["mean"]
    return mase(later, forecast.rename_axis(later.index.name), train)


def _scored(
    trial: _Trial | CaResearchError, economy: str, model: Callable[[pd.Series, int], Forecast]
) -> Estimate:
    """The row of an economy, of its series or of why there is none; see
    `relative_forecast_error`.
    """
    row: dict[str, Any] = {"mase": np.nan, "mase_naive": np.nan, "scored": 0}
    try:
        if isinstance(trial, CaResearchError):
            raise trial
        row["mase"] = _missed(model, trial.train, trial.later)
        if isinstance(trial.naive, CaResearchError):
            raise trial.naive
        row["mase_naive"] = trial.naive
        if not trial.naive > 0:
            raise CoverageError(
                f"{economy}: no change met every later value exactly, so no error can be set "
                "against it"
            )
    except CaResearchError as error:
        reason = error.what.removeprefix(f"{economy}: ")
        return estimate_row(economy=economy, missing=reason) | row
    row["scored"] = len(trial.later)
    found = estimate_row(economy=economy, estimate=row["mase"] / row["mase_naive"])
    return found | trial.behind | row


def forecast_paths(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    known_by: dt.date = dt.date(2023, 5, 19),
    series: str = "china_imports",
    scale: str = "log",
) -> pd.DataFrame:
    """What each model (and no change) expected after the day, beside what is known.

    trade, economies, known_by, series, scale: as in `relative_forecast_error`.
    Returns economy, model, year, mean, low, high (USD). `model` is 'known' for the figures up to
    the day and 'after' for those after it (mean only), 'no change' or a name of MODELS; intervals
    are 95 % of the model and no statement that they hold. Economies without a series and models
    that could not be fitted are left out.
    Raises UnknownNameError for an unknown choice or economy, UsageError for what is no day,
    CoverageError where no economy has a series.
    """
    known_name("series", series, SERIES)
    known_name("scale", scale, SCALES)
    known_by = day("known_by", known_by)
    require(trade, ("value_usd", "known_on"), keys=_CELL)
    rows: list[dict[str, Any]] = []
    back = np.exp if scale == "log" else np.asarray
    for code in (eco.resolve(e) for e in economies):
        try:
            train, later = _split(value_series(trade, code, series=series)[0], known_by, scale)
            steps = len(later) or 3
            made = {"no change": _forecast(naive, train, steps)}
        except CaResearchError:
            continue
        for name, part in (("known", train), ("after", later)):
            rows += [
                {"economy": code, "model": name, "year": y, "mean": float(back(v))}
                for y, v in part.items()
            ]
        for name in MODELS:
            try:
                made[name] = _forecast(MODELS[name], train, steps)
            except CaResearchError:
                continue
        for name, forecast in made.items():
            for r in forecast.itertuples():
                ends = {k: float(back(getattr(r, k))) for k in ("mean", "low", "high")}
                rows.append({"economy": code, "model": name, "year": int(r.year)} | ends)
    if not rows:
        raise CoverageError(
            f"no series of {series.replace('_', ' ')} for {', '.join(economies)}",
            hint="ca.coverage('trade')",
        )
    return pd.DataFrame(rows, columns=["economy", "model", "year", "mean", "low", "high"])


def came_over_drift(paths: pd.DataFrame) -> pd.DataFrame:
    """Mean of what came over the mean of what a random walk with drift expected of the same years.

    paths: as from `forecast_paths`.
    Returns economy and ratio; empty where nothing is known of the years after.
    """
    came = paths[paths["model"] == "after"]
    drift = paths[paths["model"] == "drift"]
    both = drift.merge(came, on=["economy", "year"], suffixes=("", "_came"))
    means = both.groupby("economy")[["mean_came", "mean"]].mean()
    return (means["mean_came"] / means["mean"]).rename("ratio").reset_index()


@needs(
    "paths",
    "economy",
    "model",
    "year",
    "mean",
    "low",
    "high",
    like="article.forecasts.forecast_paths",
)
def forecast_lines(paths: pd.DataFrame, *, model: str = "drift", since: int = 2010) -> Figure:
    """What was known, what one model and no change expected, and what came; one panel per economy.

    paths: columns economy, model ('known', 'after', 'no change' or a model), year, mean, low, high
    (USD), as from `forecast_paths`. The band is the model's 95 % interval.
    """
    one_figure(paths, ["economy", "model", "year"])
    codes = list(dict.fromkeys(paths["economy"]))
    for code in codes:
        models = set(paths.loc[(paths["economy"] == code) & (paths["year"] >= since), "model"])
        if lacking := [m for m in ("known", model) if m not in models]:
            raise UnknownNameError(f"course of {code}", lacking[0], sorted(models))
    with style.context():
        figure, axes = panels(len(codes))
        for ax, code in zip(axes, codes, strict=False):
            mine = paths[(paths["economy"] == code) & (paths["year"] >= since)]
            part = {name: rows.sort_values("year") for name, rows in mine.groupby("model")}
            known = part["known"]
            ax.plot(known["year"], known["mean"] / 1e6, color=style.INK, linewidth=1.8)
            for name, colour, dash in (
                (model, style.SECOND, "-"),
                ("no change", style.OTHER, (0, (3, 2))),
            ):
                if name not in part:
                    continue
                joined = pd.concat([known.tail(1), part[name]])
                ax.plot(
                    joined["year"],
                    joined["mean"] / 1e6,
                    color=colour,
                    linestyle=dash,
                    linewidth=1.6,
                )
                if name == model:
                    ax.fill_between(
                        part[name]["year"],
                        part[name]["low"] / 1e6,
                        part[name]["high"] / 1e6,
                        color=colour,
                        alpha=0.15,
                        linewidth=0,
                    )
            if "after" in part:
                ax.scatter(
                    part["after"]["year"],
                    part["after"]["mean"] / 1e6,
                    color=style.HIGHLIGHT,
                    s=26,
                    zorder=4,
                )
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.minorticks_off()
            ax.set_title(eco.name_of(code))
            year_axis(ax, 4)
            style.bare(ax, x=False)
        figure.supylabel("million US dollars (log scale)", color=style.MUTED)
        tight(figure, h_pad=1.0)
    return figure
