"""How soon states signed their first document on the Belt and Road after it was announced, and who
never did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import omit, pick
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.errors import CoverageError, UsageError
from ..ground.numbers import fixed
from ..ground.periods import date_in_words
from ..stats.survival import Curve, median_time, product_limit, survival_at
from ..tables.dates import bounds
from .belt_and_road import accession_variants
from .belt_and_road.measures import Placeholder
from .settings import settings

MONTH = 365.25 / 12
EDGES = ("low", "middle", "high")
Dates = Literal[
    "by_month_and_texts", "by_month", "by_year_and_texts", "by_year", "earliest", "latest"
]
"""by_month, by_year: the two lists of the settings; with texts: a dated document replaces the
list's date; earliest, latest: of all.
"""
_PRECISION = "precision of the dates"
_NEVER = "not signed by the end of the watch"


def un_members() -> tuple[str, ...]:
    """The members of the United Nations since 2011: who could sign."""
    return tuple(sorted(eco.AGGREGATES["UN193"].members))


def _days(date: object) -> tuple[float, ...]:
    """Days from the launch to the first and the last day that a date can mean."""
    launch = settings().belt_and_road.launch
    first, last = bounds(date) if isinstance(date, str) else (None, None)
    return tuple((end - launch).days if end else np.nan for end in (first, last))


def _watch(until: dt.date) -> int:
    """Days from the launch to the end of the watch; UsageError for none."""
    launch = settings().belt_and_road.launch
    if day("until", until) < launch:
        raise UsageError(
            f"the watch would end on {until}, before the launch", hint=f"a day after {launch}"
        )
    return (until - launch).days


@once
def documents_signed(events: pd.DataFrame, placeholder: str) -> pd.DataFrame:
    """Every dated document (see `accession_variants`), and that a list names an economy without a
    date; with the days `first` and `last` after the launch that it can mean, 'by' a date from the
    launch on, and `back`, by which that of the narrowest date comes first.
    """
    nameless = pick(events, kind="listed_no_date")[["actor", "source_id"]]
    nameless = nameless.assign(economy=nameless["actor"], list=nameless["source_id"])
    every = pd.concat([accession_variants(events), nameless], ignore_index=True)
    meant = every["date"].astype(object)
    if placeholder != "as_printed":
        unknown = "2014" if placeholder == "next_year" else None
        meant = meant.mask(every["date_bound"] == "placeholder", unknown)
    every[["first", "last"]] = np.array([*map(_days, meant)]).reshape(-1, 2)
    at_once = every["date_bound"].eq("by") & every["first"].notna()
    return every.assign(back=-every["first"], first=every["first"].mask(at_once, 0))


@once
def signing_times(
    events: pd.DataFrame,
    until: dt.date,
    dates: str = "by_month_and_texts",
    placeholder: str = "unknown",
) -> pd.DataFrame:
    """Months from the launch to the first signed document, for every member of the UN but China.

    events: rows like table `events`, as in `accession_variants`.
    dates: see Dates. placeholder: what 2013-12 in the list by month stands for: 'unknown' (some day
    between launch and the last day that the economy's earliest dated document by any list or text
    can mean; and `until` where there is none), 'as_printed' (December 2013) or 'next_year' (some
    day of 2014). A member that the list names without a date has signed at an unknown time too.
    until: end of the watch; who signed later, or never, is censored then.
    Returns economy, five (one of the five), state ('signed', 'unknown', 'open' where a partial date
    spans the end of the watch, 'not signed'), low, middle and high (months; low and high those of
    the end of the watch where not signed, no middle where the time is not known), date, source_id,
    bounded_by and bound_source_id (the document that bounds an unknown time, null elsewhere).
    Raises CoverageError where there is no document by the dates chosen, UsageError for no watch.
    """
    base, watch = dates.removesuffix("_and_texts"), _watch(until)
    documents = documents_signed(events, placeholder)
    texts = pick(documents, list="texts" if base != dates else [])
    listed = getattr(settings().belt_and_road, base, None)
    able = pick(documents, list=listed) if listed else documents
    able = pd.concat([texts, omit(able, economy=texts["economy"])])
    # a date that lies within a coarser one is taken for it
    first = _first(able, ["back", "last"] if dates == "latest" else ["last", "back"])
    if first["source_id"].isna().all():
        raise CoverageError(f"no signed document {dates.replace('_', ' ')}")
    unknown = first["source_id"].notna() & first["first"].isna()
    # whoever has signed a document at a known time has signed the first of all by then
    limit = _limits(documents, watch).where(unknown)
    signed = first["first"] <= watch
    certain = signed & first["last"].le(watch) | limit["last"].notna()
    times = pd.DataFrame(
        {
            "five": first.index.isin(eco.CA5),
            "state": np.select([certain, signed, unknown], _STATES, "not signed"),
            "low": first["first"].where(signed, np.where(unknown, 0, watch)) / MONTH,
            "high": first["last"].where(signed, limit["last"].fillna(watch)) / MONTH,
            "date": first["date"],
            "source_id": first["source_id"],
            "bounded_by": limit["date"],
            "bound_source_id": limit["source_id"],
        }
    )
    times[["low", "high"]] = times[["low", "high"]].clip(0, watch / MONTH)
    times["middle"] = times[["low", "high"]].mean(axis=1).where(times["state"] != "unknown")
    return times.astype({"date": "str", "bounded_by": "str"}).reset_index(names="economy")


_STATES = ["signed", "open", "unknown"]


@once
def _limits(documents: pd.DataFrame, watch: int) -> pd.DataFrame:
    """The first document of each member that must have been signed within the watch."""
    dated = omit(documents, date_bound="placeholder").dropna(subset="date")
    return _first(dated[dated["last"] <= watch], ["last", "date"])


def _first(documents: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The first document of each member of the United Nations but China."""
    first = documents.sort_values([*by, "source_id"]).drop_duplicates("economy")
    return first.set_index("economy").reindex([code for code in un_members() if code != "CHN"])


@once
def documents_behind(times: pd.DataFrame) -> Figures:
    """The documents that times rest on; what was signed after the watch, or never, is only absent
    from them.
    """
    columns = ["economy", "date", "source_id"]
    signed = omit(times, state="not signed")[columns]
    limits = times[["economy", "bounded_by", "bound_source_id"]].dropna()
    rows = pd.concat([signed, limits.set_axis(columns, axis=1)])
    return Figures(rows.assign(year=pd.to_numeric(rows["date"].str[:4]).astype("Int64")))


@once
def of_group(times: pd.DataFrame, five: bool) -> pd.DataFrame:
    """Times of the five, or of all others."""
    return pick(times, five=five)


def signing_curve(times: pd.DataFrame, edge: str) -> Curve:
    """Kaplan-Meier curve of economies at one edge of their dates.

    times: rows of `signing_times`.
    edge: 'low' (every date as early, and every unknown one signed as soon, as it can be), 'high'
        (as late; what may lie beyond the watch censored), or 'middle' (halfway between; economies
        of unknown date left out).
    Raises CoverageError where no economy is left. Source: Kaplan and Meier (1958), Journal of the
    American Statistical Association 53(282).
    """
    kept = times.dropna(subset=edge)
    if kept.empty:
        raise CoverageError("no economy with a known date of signing")
    signed = ("signed", "open", "unknown") if edge == "low" else ("signed",)
    return product_limit(kept[edge], kept["state"].isin(signed))


@once
def signing_medians(times: pd.DataFrame) -> dict[str, float | None]:
    """Median months to sign at each of EDGES; None where fewer than half had signed in the watch.

    Formula: the least t with S(t) <= 0.5, S the Kaplan-Meier curve.
    """
    return {edge: median_time(signing_curve(times, edge)) for edge in EDGES}


_REACHED = {"low": "signed open unknown", "middle": "signed", "high": "signed unknown"}
"""States in which an edge of a time lies within the watch."""


def _ahead(times: pd.DataFrame, of: pd.Series, until: dt.date) -> pd.DataFrame:
    """Times less another with bounds; one that the watch did not reach is longer than the watch."""
    watch = _watch(until) / MONTH
    low = times["low"].fillna(watch) - of["high"]
    ends = {"low": low, "estimate": times["middle"] - of["middle"]}
    return pd.DataFrame(ends | {"high": times["high"] - of.fillna(watch)["low"]})


def _behind(documents: Figures, economies: Iterable[str]) -> Estimate:
    """What estimates of some economies rest on."""
    return documents.behind(np.flatnonzero(documents.frame["economy"].isin(economies)).tolist())


@measure("relations.months_ahead")
@tells("date")
def months_ahead(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    of: Literal["median", "launch"] = "median",
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
) -> list[Estimate]:
    """Months from the launch to an economy's first signed document, less the Kaplan-Meier median of
    all UN members but China and the five, or ('launch') by themselves.

    events, until, dates, placeholder: as in `signing_times`. economies: codes of UN members; others
    have no row.
    The estimate is from the middle of what the dates leave open, low and high from its ends, in
    months of 365.25 / 12 days; below zero is sooner than the median. A bound that the watch does
    not reach is null: who had not signed took longer than the watch. Signed at a time that no
    document bounds, low is that of the launch. It tells the `date` of the document.
    Source of the median: Kaplan and Meier (1958), Journal of the American Statistical Association
    53(282).
    """
    times = signing_times(events, until, dates, placeholder)
    others, documents = of_group(times, False), documents_behind(times)
    median = dict.fromkeys(EDGES, 0) if of == "launch" else signing_medians(others)
    by_code = pick(times, economy=economies).set_index("economy")
    reached = {edge: by_code["state"].isin(states.split()) for edge, states in _REACHED.items()}
    edges = by_code[[*EDGES]].where(pd.DataFrame(reached))
    rows = []
    for code, ends in _ahead(edges, pd.Series(median, dtype=float), until).iterrows():
        time, behind = by_code.loc[code], _behind(documents, [code])
        ended = time["state"] == "not signed"
        why, about = _NEVER if ended else "precision of the date", None
        if of == "median":
            bounded = pd.notna(time["bounded_by"])
            date = time["bounded_by"] if bounded else time["date"]
            signed = "by " * bounded + date_in_words(date) if pd.notna(date) else ""
            why, about = _PRECISION, {"date": signed}
            every = _behind(documents, [code, *others["economy"]])  # the rest makes the median
            behind = every | {k: behind[k] for k in ("n", "first_year", "last_year")}
        rows.append(estimate_row(economy=code, interval=why, about=about, **ends.dropna()) | behind)
    return rows


@measure("relations.group_ahead")
@tells("sooner")
def group_ahead(
    events: pd.DataFrame,
    *,
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
) -> list[Estimate]:
    """Kaplan-Meier median of the five less that of all other UN members but China, in months.

    events, until, dates, placeholder: as in `signing_times`. Below zero: the five were sooner, and
    it tells how much `sooner`; low, high and the source of the median as in `months_ahead`.
    """
    times = signing_times(events, until, dates, placeholder)
    five, others = (signing_medians(of_group(times, of)) for of in (True, False))
    edges = pd.DataFrame([five], dtype=float)
    ends = _ahead(edges, pd.Series(others, dtype=float), until).loc[0].dropna()
    ahead = -ends.get("estimate", 0.0)
    about = {"sooner": f"{fixed(ahead)} months" if ahead >= 1 else ""}
    row = estimate_row(about=about, interval=_PRECISION, **ends)
    return [row | documents_behind(times).behind()]


@measure("relations.signed_within")
def signed_within(
    events: pd.DataFrame,
    *,
    until: dt.date,
    months: int,
    who: Literal["five", "others"] = "others",
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
) -> list[Estimate]:
    """Per cent of a group that had signed within so many months of the launch.

    events, until, dates, placeholder: as in `signing_times`. who: 'five', or 'others' (UN members
    but China and the five).
    The estimate is from the middle of every date, low and high from the latest and the earliest
    that the dates allow. After more months than the watch has, the share is known from below alone:
    low is that of the end of the watch, with neither estimate nor high.
    Formula: 100 (1 - S(months)), S the Kaplan-Meier curve (`signing_curve`).
    """
    times, watch = signing_times(events, until, dates, placeholder), _watch(until) / MONTH
    group = of_group(times, who == "five")
    curves = (signing_curve(group, edge) for edge in EDGES)
    high, middle, low = (100 * (1 - survival_at(c, min(months, watch))) for c in curves)
    ends: Estimate = {"estimate": middle, "low": low, "high": high, "interval": _PRECISION}
    if months > watch:
        ends = {"low": low, "interval": f"at least: the watch ends after {fixed(watch, 1)} months"}
    return [estimate_row(**ends) | _behind(documents_behind(times), group["economy"])]


@measure("relations.signed_before")
def signed_before(events: pd.DataFrame, *, before: dt.date) -> list[Estimate]:
    """Number of documents dated wholly before a day, by sources that give at least the month.

    events: rows like table `events`, as in `accession_variants`. before: a date.
    Zero needs a list of the world that is meant to be complete and gives months (that by month of
    the settings) among the rows.
    """
    rows = accession_variants(events)
    rows = rows[rows["date"].str.len() >= 7]
    if settings().belt_and_road.by_month not in set(rows["list"]):
        return [estimate_row(missing="no list of the world gives months")]
    older = sum(bounds(date)[1] < day("before", before) for date in rows["date"])
    return [estimate_row(rows, estimate=float(older))]


def signed_shares(times: pd.DataFrame) -> pd.DataFrame:
    """Per cent that had signed by each month (as `year`), of the five and of all others, at each of
    EDGES of their dates.
    """
    months, rows = range(int(times["high"].max()) + 1), []
    for who, five in (("the five", True), ("all other UN members", False)):
        group = pick(times, five=five)
        curves = {edge: signing_curve(group, edge) for edge in EDGES}
        rows += [
            {"who": who, "year": month}
            | {edge: 100 * (1 - survival_at(curve, month)) for edge, curve in curves.items()}
            for month in months
        ]
    # the earliest dates give the most that can have signed
    return pd.DataFrame(rows).rename(columns={"low": "high", "high": "low"})
