"""How soon states signed their first document on the Belt and Road after it was announced, and who
never did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.errors import CoverageError, UsageError
from ..ground.numbers import fixed
from ..ground.periods import date_in_short, date_in_words
from ..plots import style
from ..plots.narrow import redrawn
from ..plots.needs import needs
from ..plots.pen import tight
from ..stats.frames import records
from ..stats.survival import kaplan_meier, median_time, survival_at
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
Months = dict[str, float | None]
"""A time at each of EDGES; None where it is not known, or beyond the watch."""


def un_members() -> tuple[str, ...]:
    """The members of the United Nations since 2011: who could sign."""
    return tuple(sorted(eco.AGGREGATES["UN193"].members))


@once
def documents_signed(events: pd.DataFrame, placeholder: str) -> pd.DataFrame:
    """Every dated document in `events` (see `accession_variants`), and economies that a list names
    without a date, with the first and last day that the date can mean; none where it is unknown.
    """
    nameless = events[events["kind"] == "listed_no_date"]
    nameless = nameless.assign(economy=nameless["actor"], date=None, list=nameless["source_id"])
    columns = ["economy", "date", "date_bound", "list", "source_id"]
    found = pd.concat([accession_variants(events)[columns], nameless[columns]], ignore_index=True)
    hidden = found["date_bound"] == "placeholder"
    meant = {"unknown": None, "as_printed": found["date"], "next_year": "2014"}[placeholder]
    dates = found["date"].mask(hidden, meant)
    days = [(None, None) if pd.isna(date) else bounds(date) for date in dates]
    found[["first", "last"]] = pd.DataFrame(days, columns=["first", "last"]).apply(pd.to_datetime)
    return found


def _chosen(documents: pd.DataFrame, dates: str) -> pd.DataFrame:
    """The first document of each economy by the dates chosen; a date that lies within a coarser one
    is taken for it.
    """
    known, texts = settings().belt_and_road, documents["list"] == "texts"
    base = dates.removesuffix("_and_texts")
    listed = {"by_month": known.by_month, "by_year": known.by_year}.get(base)
    able = documents["list"] == listed if listed else documents["list"].notna()
    if base != dates:
        has_text = documents["economy"].isin(documents["economy"][texts])
        able = texts | (able & ~has_text)
    order = ["last", "first", "source_id"]
    ascending = [True, False, True]
    if dates == "latest":
        order, ascending = ["first", "last", "source_id"], [False, True, True]
    return documents[able].sort_values(order, ascending=ascending).drop_duplicates("economy")


def _watch(until: dt.date) -> float:
    """Months from the launch to the end of the watch; UsageError for none."""
    start, end = settings().belt_and_road.launch, day("until", until)
    if end < start:
        raise UsageError(
            f"the watch would end on {end}, before the launch on {start}",
            hint="a later day as `until`",
        )
    return (end - start).days / MONTH


@once
def signing_times(
    events: pd.DataFrame,
    *,
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
    spans the end of the watch, 'not signed'), low and high (months; those of the end of the watch
    where not signed), date, source_id, bounded_by and bound_source_id (the document that bounds an
    unknown time, null elsewhere).
    Raises CoverageError where there is no document by the dates chosen.
    """
    start, end = map(pd.Timestamp, (settings().belt_and_road.launch, until))
    watch = _watch(until)
    documents = documents_signed(events, placeholder)
    chosen = _chosen(documents, dates)
    if chosen.empty:
        raise CoverageError(
            f"no signed document {dates.replace('_', ' ')}", hint="load all of table events"
        )
    # whoever has signed a document at a known time has signed the first of all by then
    sure = documents[documents["date"].notna() & (documents["date_bound"] != "placeholder")]
    sure = sure.assign(last=[pd.Timestamp(bounds(date)[1]) for date in sure["date"]])
    sure = sure[sure["last"] <= end].sort_values(["last", "date", "source_id"])
    limits = sure.drop_duplicates("economy").set_index("economy")[["last", "date", "source_id"]]
    times = pd.DataFrame({"economy": [code for code in un_members() if code != "CHN"]})
    times = times.assign(five=times["economy"].isin(eco.CA5))
    times = times.join(chosen.set_index("economy"), on="economy")
    times = times.join(limits.add_prefix("limit_"), on="economy")
    unknown = times["source_id"].notna() & times["last"].isna()
    bounded = unknown & times["limit_last"].notna()
    by = times["date_bound"] == "by"
    begun = times["last"].notna() & ((times["first"] <= end) | by)
    over = times["last"] <= end
    first = times["first"].mask(by | unknown, start)
    last = times["last"].where(over, end).mask(bounded, times["limit_last"])
    low, high = ((edge - start).dt.days.clip(lower=0) / MONTH for edge in (first, last))
    state = [bounded | (begun & over), unknown, begun]
    return times.assign(
        state=np.select(state, ["signed", "unknown", "open"], "not signed"),
        low=low.where(begun | unknown, watch),
        high=high.where(begun | bounded, watch),
        bounded_by=times["limit_date"].where(bounded),
        bound_source_id=times["limit_source_id"].where(bounded),
    )[[*_TIMES]]


_TIMES = ("economy", "five", "state", *EDGES[::2], "date", "source_id")
_TIMES += ("bounded_by", "bound_source_id")


def signing_curve(times: pd.DataFrame, edge: str) -> pd.DataFrame:
    """Kaplan-Meier curve of rows of `signing_times` at one edge of their dates.

    times: rows of `signing_times`, of all economies or of a group.
    edge: 'low' (every date as early, and every unknown one signed as soon, as it can be), 'high'
        (as late; what may lie beyond the watch censored), or 'middle' (halfway between; economies
        of unknown date left out).
    Returns time (months), at_risk, events, survival, one row per time at which somebody signed.
    Raises CoverageError where no economy is left. Source: Kaplan and Meier (1958), Journal of the
    American Statistical Association 53(282).
    """
    kept = times[times["state"] != "unknown"] if edge == "middle" else times
    if kept.empty:
        raise CoverageError("no economy with a known date of signing")
    time = (kept["low"] + kept["high"]) / 2 if edge == "middle" else kept[edge]
    happened = kept["state"] != "not signed" if edge == "low" else kept["state"] == "signed"
    return kaplan_meier(time, happened)


def signing_medians(times: pd.DataFrame) -> Months:
    """Median months to sign at each of EDGES, None where fewer than half had signed in the watch.

    times: rows of `signing_times`. Raises CoverageError where no economy of a known date is among
    them. Formula: the least t with S(t) <= 0.5, S the Kaplan-Meier curve.
    """
    return {edge: median_time(signing_curve(times, edge)) for edge in EDGES}


def _months(time: dict[str, Any]) -> Months:
    """Bounds of a row of `signing_times`; none where it was not signed in the watch."""
    low, high, state = time["low"], time["high"], time["state"]
    if state == "not signed":
        return dict.fromkeys(EDGES)
    middle = (low + high) / 2 if state == "signed" else None
    return {"low": low, "middle": middle, "high": None if state == "open" else high}


def _minus(own: Months, other: Months, watch: float) -> dict[str, Any]:
    """Difference of two times with bounds; one that the watch did not reach is longer than the
    watch.
    """
    found: dict[str, Any] = {"interval": "precision of the dates"}
    if other["high"] is not None:
        found["low"] = (watch if own["low"] is None else own["low"]) - other["high"]
    if own["high"] is not None:
        found["high"] = own["high"] - (watch if other["low"] is None else other["low"])
    if own["middle"] is not None and other["middle"] is not None:
        found["estimate"] = own["middle"] - other["middle"]
    return found


@once
def documents_behind(times: pd.DataFrame) -> Figures:
    """Documents that rows of `signing_times` rest on: economy, date, source_id, year; what was
    signed after the watch, or never, is only absent from them.
    """
    columns = ["economy", "date", "source_id"]
    limits = times[["economy", "bounded_by", "bound_source_id"]].set_axis(columns, axis=1)
    used = pd.concat([times[times["state"] != "not signed"][columns], limits.dropna()])
    used = used.reset_index(drop=True).astype("str")
    return Figures(used.assign(year=pd.to_numeric(used["date"].str[:4]).astype("Int64")))


def _behind(times: pd.DataFrame, economies: Collection[str]) -> dict[str, Any]:
    """What the estimates of some economies rest on."""
    used = documents_behind(times)
    return used.behind_rows(row for row in used.records if row["economy"] in economies)


@measure("relations.months_to_sign")
def months_to_sign(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
) -> list[Estimate]:
    """Months from the launch to an economy's first signed document.

    events, until, dates, placeholder: as in `signing_times`. economies: codes of UN members; others
    have no row.
    The estimate is the middle of what the date leaves open, low and high its ends, in months of
    365.25 / 12 days. Not signed: low is the length of the watch, with neither estimate nor high.
    Signed at a time that no document bounds: low is 0 and there is no estimate.
    """
    times = signing_times(events, until=until, dates=dates, placeholder=placeholder)
    found = []
    for time in records(times[times["economy"].isin(economies)]):
        months = _months(time)
        figures = {"estimate": months.pop("middle"), **months, "interval": "precision of the date"}
        if time["state"] == "not signed":
            figures = {"low": time["low"], "interval": "not signed by the end of the watch"}
        row = estimate_row(economy=time["economy"], **figures)
        found.append(row | _behind(times, [time["economy"]]))
    return found


@measure("relations.months_ahead")
@tells("date")
def months_ahead(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
) -> list[Estimate]:
    """An economy's months to sign less the Kaplan-Meier median of all UN members but China and the
    five.

    events, economies, until, dates, placeholder: as in `months_to_sign`.
    Below zero: sooner than the median. low and high come from the precision of the dates on both
    sides; a bound that the watch does not reach is null. It tells the `date` of the document.
    Source of the median: Kaplan and Meier (1958), Journal of the American Statistical Association
    53(282).
    """
    times = signing_times(events, until=until, dates=dates, placeholder=placeholder)
    others = times[~times["five"]]
    median, codes, found = signing_medians(others), set(others["economy"]), []
    for time in records(times[times["economy"].isin(economies)]):
        date = next((d for d in (time["bounded_by"], time["date"]) if pd.notna(d)), None)
        by = "by " if pd.notna(time["bounded_by"]) else ""
        about = {"date": f"{by}{date_in_words(date)}" if date else ""}
        figures = _minus(_months(time), median, _watch(until))
        own = _behind(times, [time["economy"]])
        behind = _behind(times, {time["economy"], *codes})
        behind |= {k: own[k] for k in ("n", "first_year", "last_year")}  # the rest makes the median
        found.append(estimate_row(economy=time["economy"], about=about, **figures) | behind)
    return found


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
    times = signing_times(events, until=until, dates=dates, placeholder=placeholder)
    five, others = (signing_medians(times[times["five"] == own]) for own in (True, False))
    figures = _minus(five, others, _watch(until))
    ahead = -figures.get("estimate", 0.0)
    about = {"sooner": f"{fixed(ahead)} months" if ahead >= 1 else ""}
    return [estimate_row(about=about, **figures) | documents_behind(times).behind()]


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
    times, watch = signing_times(events, until=until, dates=dates, placeholder=placeholder), 0.0
    watch = _watch(until)
    group = times[times["five"] == (who == "five")]
    high, middle, low = (
        100 * (1 - survival_at(signing_curve(group, edge), min(months, watch))) for edge in EDGES
    )
    figures = {"estimate": middle, "low": low, "high": high, "interval": "precision of the dates"}
    if months > watch:
        why = f"at least: the watch ends after {fixed(watch, 1)} months"
        figures = {"low": low, "interval": why}
    return [estimate_row(**figures) | _behind(times, set(group["economy"]))]


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


@redrawn
@needs("times", *_TIMES, like="article.signing.signing_times")
def signing_curves(times: pd.DataFrame, *, watch: float, within: float) -> Figure:
    """Share that had signed by each month, the five against the others, with the five economies
    marked by name.

    times: rows of `signing_times`. watch: months watched. within: months shaded as prompt. Bands
    span what the dates leave open.
    """
    five = times[times["five"]].sort_values(["low", "state"])
    known = int(((five["state"] != "unknown") & five["bounded_by"].isna()).sum())
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 3.9))
        ax.axvspan(0, within, color=style.GRID, alpha=0.6, linewidth=0, zorder=0)
        small = {"fontsize": style.TICK, "color": style.MUTED}
        ax.text(within / 2, 104, f"{within:.0f} months", ha="center", **small)
        under = 5.5 if style.wide() == style.WIDE else 30  # a longer part of the curve is above
        # the names would meet where the two curves end close together
        for own, colour, name, away, side in (
            (True, style.HIGHLIGHT, f"the five ({known} of known date)", 2.5, "bottom"),
            (False, style.INK, "all other UN members", -under, "top"),
        ):
            shares = _shares(times[times["five"] == own], watch)
            band = {"step": "post", "color": colour, "alpha": 0.16, "linewidth": 0}
            ax.fill_between(shares.index, shares["high"], shares["low"], **band)
            middle = shares["middle"]
            ax.step(shares.index, middle, where="post", color=colour, linewidth=2.2)
            look = {"ha": "right", "va": side, "fontsize": style.LABEL, "color": colour}
            ax.text(watch, middle.iloc[-1] + away, name, **look)
        for i, row in enumerate(five.itertuples()):
            _economy(ax, row, -11 - 10 * i, watch)
        ax.axhline(50, color=style.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        ax.set_ylim(-8 - 10 * max(len(five), 1), 116)
        ax.set_xlim(0, watch + 1)
        ax.set_yticks([0, 25, 50, 75, 100])
        ax.set_xticks(range(0, int(watch) + 1, 24))
        ax.set_xlabel("months after the speech of 7 September 2013")
        ax.set_ylabel("per cent that had signed")
        style.bare(ax, x=False)
        tight(figure)
    return figure


def _shares(times: pd.DataFrame, watch: float) -> pd.DataFrame:
    """Per cent that had signed, by month, at each edge: from nought to the end of the watch."""
    curves = {edge: signing_curve(times, edge).set_index("time")["survival"] for edge in EDGES}
    signed = 100 * (1 - pd.DataFrame(curves))
    return signed.reindex(sorted({0.0, watch, *signed.index})).ffill().fillna(0.0)


def _economy(ax: Axes, row: Any, y: float, watch: float) -> None:
    """One economy below the curves: its date as long as it may be, named beside it."""
    name, bar = eco.name_of(row.economy), {"color": style.HIGHLIGHT, "solid_capstyle": "round"}
    text = {"va": "center", "fontsize": style.TICK, "color": style.INK}
    if row.state in ("unknown", "not signed"):
        ax.plot([row.low, row.high], [y, y], linewidth=1.2, linestyle=(0, (2, 2)), **bar)
        words = "date unknown" if row.state == "unknown" else "not signed"
        text |= {"ha": "center", "color": style.MUTED, "bbox": style.CLEAR}
        ax.text(watch / 2, y, f"{name}: {words}", **text)
        return
    ax.plot([row.low, row.high], [y, y], linewidth=4, **bar)
    bounded = pd.notna(row.bounded_by)
    date = date_in_short(row.bounded_by if bounded else row.date)
    words = f"{name}: date unknown, by {date}" if bounded else f"{name} {date}"
    right = row.high > 0.6 * watch
    at, side = (row.low - 2.5, "right") if right else (row.high + 2.5, "left")
    ax.text(at, y, words, ha=side, **text)
