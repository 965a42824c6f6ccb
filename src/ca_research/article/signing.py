"""How soon states signed their first document on the Belt and Road after it was announced, and who
never did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

import matplotlib.pyplot as plt
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
from ..plots.needs import needs
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
Months = dict[str, float | None]
"""A time at each of EDGES; None where it is not known, or beyond the watch."""


def un_members() -> tuple[str, ...]:
    """The members of the United Nations since 2011: who could sign."""
    return tuple(sorted(eco.AGGREGATES["UN193"].members))


class Document(NamedTuple):
    """A document of one economy, by one source; `listed` is a list's id, or 'texts'."""

    date: str | None
    bound: str
    listed: str
    source_id: str

    def days(self, placeholder: str) -> tuple[dt.date, dt.date] | None:
        """First and last day that its date can mean; None where that is not known."""
        if self.bound == "placeholder" and placeholder != "as_printed":
            return bounds("2014") if placeholder == "next_year" else None
        return bounds(self.date) if self.date else None


@once
def documents_signed(events: pd.DataFrame) -> dict[str, list[Document]]:
    """Of each economy every dated document in `events` (see `accession_variants`), and that a list
    names it without a date.
    """
    by_economy: dict[str, list[Document]] = {}
    columns = ["economy", "date", "date_bound", "list", "source_id"]
    for economy, *document in accession_variants(events)[columns].itertuples(index=False):
        by_economy.setdefault(economy, []).append(Document(*document))
    nameless = events[events["kind"] == "listed_no_date"]
    for economy, source in zip(nameless["actor"], nameless["source_id"], strict=True):
        by_economy.setdefault(economy, []).append(Document(None, "none", source, source))
    return by_economy


def _first(own: list[Document], dates: str, placeholder: str) -> Document | None:
    """The first document of an economy by the dates chosen; a date that lies within a coarser one
    is taken for it.
    """
    known, base = settings().belt_and_road, dates.removesuffix("_and_texts")
    listed = {"by_month": known.by_month, "by_year": known.by_year}.get(base)
    texts = [document for document in own if document.listed == "texts" and base != dates]

    def order(document: Document) -> tuple[Any, ...]:
        days = document.days(placeholder)
        if days is None:
            return (1, document.source_id)
        first, last = (day.toordinal() for day in days)
        ends = (-first, last) if dates == "latest" else (last, -first)
        return (0, *ends, document.source_id)

    able = texts or [document for document in own if listed in (None, document.listed)]
    return min(able, key=order, default=None)


def _watch(until: dt.date) -> float:
    """Months from the launch to the end of the watch; UsageError for none."""
    start, end = settings().belt_and_road.launch, day("until", until)
    if end < start:
        raise UsageError(
            f"the watch would end on {end}, before the launch on {start}",
            hint="a later day as `until`",
        )
    return (end - start).days / MONTH


class Time(NamedTuple):
    """When an economy signed its first document: a row of `signing_times`."""

    economy: str
    five: bool
    state: str
    low: float
    high: float
    date: str | None
    source_id: str | None
    bounded_by: str | None
    bound_source_id: str | None


class Times:
    """The rows of `signing_times`, of the five and of the others, and the documents behind them."""

    def __init__(self, times: Sequence[Time]) -> None:
        self.all = times
        self.five = [time for time in times if time.five]
        self.others = [time for time in times if not time.five]

    @cached_property
    def median(self) -> Months:
        """Of the others."""
        return signing_medians(self.others)

    @cached_property
    def documents(self) -> Figures:
        """economy, date, source_id, year; what was signed after the watch, or never, is only absent
        from them.
        """
        used = [(t.economy, t.date, t.source_id) for t in self.all if t.state != "not signed"]
        used += [(t.economy, t.bounded_by, t.bound_source_id) for t in self.all if t.bounded_by]
        rows = pd.DataFrame(used, columns=["economy", "date", "source_id"], dtype="str")
        return Figures(rows.assign(year=pd.to_numeric(rows["date"].str[:4]).astype("Int64")))

    def behind(self, *times: Time) -> Estimate:
        """What estimates of some of them rest on."""
        economies = {time.economy for time in times}
        codes = enumerate(self.documents.frame["economy"])
        return self.documents.behind([place for place, code in codes if code in economies])


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
    return pd.DataFrame(signings(events, until, dates, placeholder).all)


@once
def signings(events: pd.DataFrame, until: dt.date, dates: str, placeholder: str) -> Times:
    """The rows of `signing_times`."""
    start, end, watch = settings().belt_and_road.launch, until, _watch(until)
    documents, five = documents_signed(events), set(eco.CA5)

    def months(day: dt.date) -> float:
        return max((min(day, end) - start).days, 0) / MONTH

    times = []
    for code in (code for code in un_members() if code != "CHN"):
        own = documents.get(code, [])
        first = _first(own, dates, placeholder)
        days = first.days(placeholder) if first else None
        state, low, high, limit = "not signed", watch, watch, None
        if days and first and (days[0] <= end or first.bound == "by"):
            state = "signed" if days[1] <= end else "open"
            low, high = months(start if first.bound == "by" else days[0]), months(days[1])
        elif first and not days:
            # whoever has signed a document at a known time has signed the first of all by then
            dated = [d for d in own if d.date and d.bound != "placeholder"]
            ends = [(bounds(d.date)[1], d.date, d.source_id) for d in dated]
            limit = min((last for last in ends if last[0] <= end), default=None)
            state, low = ("signed" if limit else "unknown"), 0.0
            high = months(limit[0]) if limit else watch
        of = (first.date, first.source_id) if first else (None, None)
        by = limit[1:] if limit else (None, None)
        times.append(Time(code, code in five, state, low, high, *of, *by))
    if not any(time.source_id for time in times):
        raise CoverageError(
            f"no signed document {dates.replace('_', ' ')}", hint="load all of table events"
        )
    return Times(times)


def signing_curve(times: Sequence[Time] | pd.DataFrame, edge: str) -> Curve:
    """Kaplan-Meier curve of economies at one edge of their dates.

    times: rows of `signing_times`.
    edge: 'low' (every date as early, and every unknown one signed as soon, as it can be), 'high'
        (as late; what may lie beyond the watch censored), or 'middle' (halfway between; economies
        of unknown date left out).
    Raises CoverageError where no economy is left. Source: Kaplan and Meier (1958), Journal of the
    American Statistical Association 53(282).
    """
    rows = times.itertuples() if isinstance(times, pd.DataFrame) else times
    kept = [time for time in rows if edge != "middle" or time.state != "unknown"]
    if not kept:
        raise CoverageError("no economy with a known date of signing")
    at = {"low": [t.low for t in kept], "high": [t.high for t in kept]}
    at["middle"] = [(t.low + t.high) / 2 for t in kept]
    signed = ("signed", "open", "unknown") if edge == "low" else ("signed",)
    return product_limit(at[edge], [time.state in signed for time in kept])


def signing_medians(times: Sequence[Time] | pd.DataFrame) -> Months:
    """Median months to sign at each of EDGES; None where fewer than half had signed in the watch.

    Formula: the least t with S(t) <= 0.5, S the Kaplan-Meier curve.
    """
    return {edge: median_time(signing_curve(times, edge)) for edge in EDGES}


def _months(time: Time) -> Months:
    """Bounds of a time; none where it was not signed in the watch."""
    if time.state == "not signed":
        return dict.fromkeys(EDGES)
    middle = (time.low + time.high) / 2 if time.state == "signed" else None
    return {"low": time.low, "middle": middle, "high": None if time.state == "open" else time.high}


def _minus(own: Months, other: Months, watch: float) -> Estimate:
    """Difference of two times with bounds; one that the watch did not reach is longer than the
    watch.
    """
    ahead: Estimate = {"interval": "precision of the dates"}
    if other["high"] is not None:
        ahead["low"] = (watch if own["low"] is None else own["low"]) - other["high"]
    if own["high"] is not None:
        ahead["high"] = own["high"] - (watch if other["low"] is None else other["low"])
    if own["middle"] is not None and other["middle"] is not None:
        ahead["estimate"] = own["middle"] - other["middle"]
    return ahead


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
    times = signings(events, until, dates, placeholder)
    rows = []
    for time in (time for time in times.all if time.economy in economies):
        months = _months(time)
        figures: Estimate = {
            "estimate": months.pop("middle"),
            **months,
            "interval": "precision of the date",
        }
        if time.state == "not signed":
            figures = {"low": time.low, "interval": "not signed by the end of the watch"}
        row = estimate_row(economy=time.economy, **figures)
        rows.append(row | times.behind(time))
    return rows


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
    times = signings(events, until, dates, placeholder)
    rows = []
    for time in (time for time in times.all if time.economy in economies):
        date = time.bounded_by or time.date
        signed = date_in_words(date) if date else ""
        about = {"date": f"by {signed}" if time.bounded_by else signed}
        figures = _minus(_months(time), times.median, _watch(until))
        own = times.behind(time)
        behind = times.behind(time, *times.others)
        behind |= {k: own[k] for k in ("n", "first_year", "last_year")}  # the rest makes the median
        rows.append(estimate_row(economy=time.economy, about=about, **figures) | behind)
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
    times = signings(events, until, dates, placeholder)
    figures = _minus(signing_medians(times.five), times.median, _watch(until))
    ahead = -figures.get("estimate", 0.0)
    about = {"sooner": f"{fixed(ahead)} months" if ahead >= 1 else ""}
    return [estimate_row(about=about, **figures) | times.documents.behind()]


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
    times = signings(events, until, dates, placeholder)
    watch, own = _watch(until), times.five if who == "five" else times.others
    curves = (signing_curve(own, edge) for edge in EDGES)
    high, middle, low = (100 * (1 - survival_at(c, min(months, watch))) for c in curves)
    figures: Estimate = {
        "estimate": middle,
        "low": low,
        "high": high,
        "interval": "precision of the dates",
    }
    if months > watch:
        why = f"at least: the watch ends after {fixed(watch, 1)} months"
        figures = {"low": low, "interval": why}
    return [estimate_row(**figures) | times.behind(*own)]


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


@needs("times", *Time._fields, like="article.signing.signing_times")
def signing_curves(times: pd.DataFrame, *, watch: float, within: float) -> Figure:
    """Share that had signed by each month, the five against the others, with the five economies
    marked by name.

    times: as from `signing_times`. watch: months watched. within: months shaded as prompt. Bands
    span what the dates leave open.
    """
    filled = times.astype(object).where(times.notna(), None)[[*Time._fields]]
    both = Times([Time(*row) for row in filled.itertuples(index=False)])
    five = sorted(both.five, key=lambda time: (time.low, time.state))
    known = sum(time.state != "unknown" and not time.bounded_by for time in five)
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 3.9))
        ax.axvspan(0, within, color=style.GRID, alpha=0.6, linewidth=0, zorder=0)
        text = ax.text(within / 2, 104, f"{within:.0f} months", ha="center")
        text.set(fontsize=style.TICK, color=style.MUTED)
        under = 5.5 if style.wide() == style.WIDE else 30  # a longer part of the curve is above
        # the names would meet where the two curves end close together
        for own, colour, name, away, side in (
            (five, style.HIGHLIGHT, f"the five ({known} of known date)", 2.5, "bottom"),
            (both.others, style.INK, "all other UN members", -under, "top"),
        ):
            shares = _shares(own, watch)
            months, middle = shares.index, shares["middle"]
            band = ax.fill_between(months, shares["high"], shares["low"], step="post", alpha=0.16)
            band.set(color=colour, linewidth=0)
            ax.step(months, middle, where="post", color=colour, linewidth=2.2)
            text = ax.text(watch, middle.iloc[-1] + away, name, ha="right", va=side)
            text.set(fontsize=style.LABEL, color=colour)
        for i, time in enumerate(five):
            _economy(ax, time, -11 - 10 * i, watch)
        ax.axhline(50, color=style.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        ax.set_ylim(-8 - 10 * max(len(five), 1), 116)
        ax.set_xlim(0, watch + 1)
        ax.set_yticks([0, 25, 50, 75, 100])
        ax.set_xticks(range(0, int(watch) + 1, 24))
        ax.set_xlabel("months after the speech of 7 September 2013")
        ax.set_ylabel("per cent that had signed")
        style.bare(ax, x=False)
    return figure


def _shares(times: Sequence[Time], watch: float) -> pd.DataFrame:
    """Per cent that had signed, by month, at each edge: from nought to the end of the watch."""
    curves = {edge: signing_curve(times, edge) for edge in EDGES}
    left = {edge: pd.Series(curve["survival"], curve["time"]) for edge, curve in curves.items()}
    signed = 100 - 100 * pd.DataFrame(left)
    return signed.reindex(sorted({0.0, watch, *signed.index})).ffill().fillna(0.0)


def _economy(ax: Axes, time: Time, y: float, watch: float) -> None:
    """One economy below the curves: its date as long as it may be, named beside it."""
    unknown = time.state in ("unknown", "not signed")
    words = {"unknown": ": date unknown", "not signed": ": not signed"}.get(time.state)
    if not words:
        date = date_in_short(time.bounded_by or time.date or "")
        words = f": date unknown, by {date}" if time.bounded_by else f" {date}"
    line = {"linestyle": (0, (2, 2)), "linewidth": 1.2} if unknown else {"linewidth": 4}
    ax.plot([time.low, time.high], [y, y], color=style.HIGHLIGHT, **line)
    at, side = (time.high + 2.5, "left") if time.high < 0.6 * watch else (time.low - 2.5, "right")
    at, side = (watch / 2, "center") if unknown else (at, side)
    text = ax.text(at, y, eco.name_of(time.economy) + words, ha=side, va="center")
    text.set(fontsize=style.TICK, color=style.INK, bbox=style.CLEAR)
