"""How soon states signed their first document on the Belt and Road after it was announced, and who
never did.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import omit, pick
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.errors import UsageError
from ..ground.numbers import fixed
from ..ground.periods import date_in_words
from ..stats.frames import require_some
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


def _watch(until: dt.date) -> int:
    """Days from the launch to the end of the watch; UsageError for none."""
    launch = settings().belt_and_road.launch
    if day("until", until) < launch:
        raise UsageError(
            f"the watch would end on {until}, before the launch", hint=f"a day after {launch}"
        )
    return (until - launch).days


@once
def documents_signed(events: pd.DataFrame, placeholder: str) -> dict[str, list[dict[str, Any]]]:
    """Of each economy every dated document (see `accession_variants`), and that a list names it
    without a date; with the days `first` and `last` after the launch that it can mean, 'by' a date
    from the launch on, None where that is not known.
    """
    nameless = pick(events, kind="listed_no_date")[["actor", "source_id"]]
    nameless = nameless.assign(economy=nameless["actor"], list=nameless["source_id"])
    every = pd.concat([accession_variants(events), nameless], ignore_index=True)
    launch, by_economy = settings().belt_and_road.launch, defaultdict(list)
    for document in Figures(every.sort_values("source_id", kind="stable")).records:
        date, bound = document["date"], document["date_bound"]
        if bound == "placeholder" and placeholder != "as_printed":
            date = "2014" if placeholder == "next_year" else None
        first, last = ((end - launch).days for end in bounds(date)) if date else (None, None)
        first = 0 if date and bound == "by" else first
        by_economy[document["economy"]].append(document | {"first": first, "last": last})
    return by_economy


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
    base, watch, times = dates.removesuffix("_and_texts"), _watch(until), []
    documents = documents_signed(events, placeholder)
    listed = getattr(settings().belt_and_road, base, None)

    def order(document: dict[str, Any]) -> tuple[Any, ...]:
        first, last = document["first"], document["last"]
        if last is None:
            return (True,)
        # a date that lies within a coarser one is taken for it
        return (False, -first, last) if dates == "latest" else (False, last, -first)

    five = {*eco.CA5}
    for code in (code for code in un_members() if code != "CHN"):
        own, state = documents.get(code, []), "not signed"
        low = high = float(watch)
        texts = [d for d in own if d["list"] == "texts" and base != dates]
        able = texts or [d for d in own if listed in (None, d["list"])]
        document, limit = min(able, key=order, default=_NONE), _NONE
        if document["first"] is not None and document["first"] <= watch:
            low, high = document["first"], document["last"]
            state = "signed" if high <= watch else "open"
        elif document["first"] is None and able:
            # whoever has signed a document at a known time has signed the first of all by then
            dated = [d for d in own if d["date"] and d["date_bound"] != "placeholder"]
            dated = [d for d in dated if d["last"] <= watch]
            limit = min(dated, key=itemgetter("last", "date"), default=_NONE)
            low, state = 0, "signed" if dated else "unknown"
            high = limit["last"] if dated else watch
        low, high = (min(max(end, 0), watch) / MONTH for end in (low, high))
        middle = None if state == "unknown" else (low + high) / 2
        sources = (document["date"], document["source_id"], limit["date"], limit["source_id"])
        times.append((code, code in five, state, low, middle, high, *sources))
    signed = [row for row in times if row[-3]]
    require_some(signed, f"signed document {dates.replace('_', ' ')}")
    return pd.DataFrame(times, columns=_COLUMNS).astype({"middle": float, "date": "str"} | _BOUNDS)


_BOUNDS = {"bounded_by": "str", "bound_source_id": "str"}
_COLUMNS = ["economy", "five", "state", *EDGES, "date", "source_id", *_BOUNDS]
_NONE: dict[str, Any] = dict.fromkeys(("first", "last", "date", "source_id"))


@once
def documents_behind(times: pd.DataFrame) -> Figures:
    """The documents that times rest on; what was signed after the watch, or never, is only absent
    from them.
    """
    columns = ["economy", "date", "source_id"]
    signed = omit(times, state="not signed")[columns]
    limits = times[["economy", *_BOUNDS]].dropna().set_axis(columns, axis=1)
    rows = pd.concat([signed, limits])
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
    time, states = times[edge].to_numpy(), ("signed", *(("open", "unknown") * (edge == "low")))
    known = require_some(np.flatnonzero(~np.isnan(time)), "economy with a known date of signing")
    return product_limit(time[known], times["state"].isin(states).to_numpy()[known])


@once
def signing_medians(times: pd.DataFrame) -> dict[str, float | None]:
    """Median months to sign at each of EDGES; None where fewer than half had signed in the watch.

    Formula: the least t with S(t) <= 0.5, S the Kaplan-Meier curve.
    """
    return {edge: median_time(signing_curve(times, edge)) for edge in EDGES}


_REACHED = {"low": "signed open unknown", "middle": "signed", "high": "signed unknown"}
"""States in which an edge of a time lies within the watch."""


def _ahead(time: Mapping[str, Any], of: Mapping[str, Any], until: dt.date) -> dict[str, float]:
    """A time less another with bounds; what the watch did not reach is longer than the watch."""
    watch = _watch(until) / MONTH
    low, of_low = (watch if t["low"] is None else t["low"] for t in (time, of))
    ends = {"low": (low, of["high"]), "high": (time["high"], of_low)}
    ends |= {"estimate": (time["middle"], of["middle"])}
    return {end: one - other for end, (one, other) in ends.items() if None not in (one, other)}


def _behind(documents: Figures, economies: Iterable[str]) -> Estimate:
    """What estimates of some economies rest on."""
    codes = {*economies}
    return documents.behind_rows(row for row in documents.records if row["economy"] in codes)


@measure("relations.months_ahead", kind="level")
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
    rows = []
    for time in Figures(pick(times, economy=economies)).records:
        code, state = time["economy"], time["state"]
        edges = {e: time[e] if state in _REACHED[e].split() else None for e in EDGES}
        behind, about = _behind(documents, [code]), None
        why = _NEVER if state == "not signed" else "precision of the date"
        if of == "median":
            date = time["bounded_by"] or time["date"]
            signed = "by " * bool(time["bounded_by"]) + date_in_words(date) if date else ""
            why, about = _PRECISION, {"date": signed}
            every = _behind(documents, [code, *others["economy"]])  # the rest makes the median
            behind = every | {k: behind[k] for k in ("n", "first_year", "last_year")}
        ends: Estimate = dict(_ahead(edges, median, until))
        rows.append(estimate_row(economy=code, interval=why, about=about, **ends) | behind)
    return rows


@measure("relations.group_ahead", kind="level")
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
    ends: Estimate = dict(_ahead(five, others, until))
    ahead = -ends.get("estimate", 0.0)
    about = {"sooner": f"{fixed(ahead)} months" if ahead >= 1 else ""}
    row = estimate_row(about=about, interval=_PRECISION, **ends)
    return [row | documents_behind(times).behind()]


@measure("relations.signed_within", kind="share", unit="per cent")
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


@measure("relations.signed_before", kind="count")
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
