"""How soon states signed their first document on the Belt and Road after it was announced, and who
never did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Self, get_args

import numpy as np
import pandas as pd

from ...estimates.frame import Estimate, Figures, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.arguments import day, number, refuse
from ...ground.errors import CoverageError, UnknownNameError, UsageError
from ...ground.numbers import fixed
from ...ground.periods import date_in_words
from ...stats.survival import Curve, kaplan_meier, median_time, product_limit, survival_at
from ...tables.dates import bounds
from ..belt_and_road import PLACEHOLDERS, accession_variants
from ..belt_and_road.measures import Placeholder
from ..settings import settings

MONTH = 365.25 / 12
Dates = Literal[
    "by_month_and_texts", "by_month", "by_year_and_texts", "by_year", "earliest", "latest"
]
DATES = get_args(Dates)
"""by_month, by_year: the two lists of the settings; with texts: a dated document replaces the
list's date;
earliest, latest: of all.
"""


def un_members() -> tuple[str, ...]:
    """The members of the United Nations since 2011: who could sign."""
    return tuple(sorted(eco.AGGREGATES["UN193"].members))


class Document(NamedTuple):
    """One dated document of one economy, by one source; `listed` is a list's id, or 'texts'."""

    economy: str
    date: str
    bound: str
    listed: str
    source_id: str

    def days(self, placeholder: str) -> tuple[dt.date, dt.date] | None:
        """First and last day that its date can mean; None where it is a placeholder and taken as
        unknown.
        """
        if self.bound == "placeholder" and placeholder == "unknown":
            return None
        return bounds(
            "2014" if self.bound == "placeholder" and placeholder == "next_year" else self.date
        )


class Documents(list[Document]):
    """Documents, each of one source: without another they stay as they are."""

    def without(self, source: str) -> Self:
        return type(self)(d for d in self if d.source_id != source)


def documents_signed(events: pd.DataFrame) -> Documents:
    """Every dated document in `events` (see `accession_variants`), and economies that a list names
    without a date.
    """
    dated = accession_variants(events)[["economy", "date", "date_bound", "list", "source_id"]]
    nameless = events[events["kind"] == "listed_no_date"]
    found = Documents(Document(*row) for row in dated.itertuples(index=False, name=None))
    found += [
        Document(a, "", "none", s, s)
        for a, s in zip(nameless["actor"], nameless["source_id"], strict=True)
    ]
    return found


def _chosen(documents: Iterable[Document], dates: str, placeholder: str) -> dict[str, Document]:
    """The first document of each economy by the dates chosen; a date that lies within a coarser one
    is taken for it.
    """
    known, base = settings().belt_and_road, dates.removesuffix("_and_texts")
    listed = {"by_month": known.by_month, "by_year": known.by_year}.get(base)

    def order(document: Document) -> tuple[int, int, int, str]:
        days = document.days(placeholder) if document.date else None
        if days is None:
            return (1, 0, 0, document.source_id)
        first, last = (day.toordinal() for day in days)
        return (
            (0, -first, last, document.source_id)
            if dates == "latest"
            else (0, last, -first, document.source_id)
        )

    by_economy: dict[str, list[Document]] = {}
    for document in documents:
        by_economy.setdefault(document.economy, []).append(document)
    chosen = {}
    for economy, own in by_economy.items():
        texts = [d for d in own if d.listed == "texts"] if dates.endswith("_and_texts") else []
        able = texts or [d for d in own if listed in (None, d.listed)]
        if able:
            chosen[economy] = min(able, key=order)
    return chosen


class _Limit(NamedTuple):
    last: dt.date
    date: str
    source_id: str


def _latest(documents: Iterable[Document], economy: str, end: dt.date) -> _Limit | None:
    """The dated document by whose last day an economy had signed its first at the latest; None
    where none ends by `end`.

    Whoever has signed a document at a known time has signed the first of all by then, whatever list
    the first is taken from.
    """
    own = [d for d in documents if d.economy == economy and d.date and d.bound != "placeholder"]
    known = [
        _Limit(bounds(d.date)[1], d.date, d.source_id) for d in own if bounds(d.date)[1] <= end
    ]
    return min(known, default=None)


def _watched(until: dt.date) -> float:
    """Months from the launch to the end of the watch; UsageError for none."""
    start, end = settings().belt_and_road.launch, day("until", until)
    if end < start:
        raise UsageError(
            f"the watch would end on {end}, before the launch on {start}",
            hint="a later day as `until`",
        )
    return (end - start).days / MONTH


class Signing(NamedTuple):
    """What `signing_times` says of one economy."""

    economy: str
    five: bool
    state: str
    low: float
    high: float
    date: str | None
    source_id: str | None
    bounded_by: str | None
    bound_source_id: str | None

    def months(self) -> Medians:
        """Bounds of the time; none where it was not signed in the watch."""
        if self.state == "signed":
            return {"low": self.low, "middle": (self.low + self.high) / 2, "high": self.high}
        if self.state == "not signed":
            return {"low": None, "middle": None, "high": None}
        high = None if self.state == "open" else self.high
        return {"low": self.low, "middle": None, "high": high}


def signing_times(
    events: pd.DataFrame,
    *,
    until: dt.date,
    dates: str = "by_month_and_texts",
    placeholder: str = "unknown",
) -> pd.DataFrame:
    """Months from the launch to the first signed document, for every member of the UN but China.

    events: rows like table `events`, as in `accession_variants`.
    dates: see DATES. placeholder: what 2013-12 in the list by month stands for: 'unknown' (some day
    between launch and the last day that the economy's earliest dated document by any list or text
    can mean; and `until` where there is none), 'as_printed' (December 2013) or 'next_year' (some
    day of 2014). A member that the list names without a date has signed at an unknown time too.
    until: end of the watch; who signed later, or never, is censored then.
    Returns economy, five (one of the five), state ('signed', 'unknown', 'open' where a partial date
    spans the end of the watch, 'not signed'), low and high (months; those of the end of the watch
    where not signed), date, source_id, bounded_by and bound_source_id (the document that bounds an
    unknown time, null elsewhere).
    Raises CoverageError where there is no document by the dates chosen, UnknownNameError for
    another choice, UsageError for what is no date, or one before the launch.
    """
    found = signings(events, until=until, dates=dates, placeholder=placeholder)
    return pd.DataFrame(found, columns=Signing._fields)


@parts(documents=documents_signed)
def signings(
    events: pd.DataFrame,
    *,
    until: dt.date,
    dates: str = "by_month_and_texts",
    placeholder: str = "unknown",
    documents: Documents | None = None,
) -> list[Signing]:
    """`signing_times` before they are a frame.

    documents: what `documents_signed` makes of events (made here if not given).
    """
    if dates not in DATES:
        raise UnknownNameError("dates", dates, DATES)
    if placeholder not in PLACEHOLDERS:
        raise UnknownNameError("placeholder", placeholder, PLACEHOLDERS)
    start, end = settings().belt_and_road.launch, day("until", until)
    watch = _watched(end)
    documents = documents_signed(events) if documents is None else documents
    chosen = _chosen(documents, dates, placeholder)
    if not chosen:
        raise CoverageError(
            f"no signed document {dates.replace('_', ' ')}", hint="load all of table events"
        )
    found, five = [], frozenset(eco.CA5)
    for code in (c for c in un_members() if c != "CHN"):
        state, low, high, document, limit = "not signed", watch, watch, chosen.get(code), None
        if document is not None:
            days = document.days(placeholder) if document.date else None
            limit = _latest(documents, code, end) if days is None else None
            if limit is not None:
                state, low, high = "signed", 0.0, max((limit.last - start).days, 0) / MONTH
            elif days is None:
                state, low = "unknown", 0.0
            elif days[0] <= end or document.bound == "by":
                first = start if document.bound == "by" else days[0]
                state = "signed" if days[1] <= end else "open"
                low, high = (
                    max((day - start).days, 0) / MONTH for day in (first, min(days[1], end))
                )
        source, date = (document.source_id, document.date or None) if document else (None, None)
        by = (limit.date, limit.source_id) if limit else (None, None)
        found.append(Signing(code, code in five, state, low, high, date, source, *by))
    return found


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
    columns = (times[name].to_numpy() for name in ("low", "high", "state"))
    return kaplan_meier(*_watched_until(edge, *columns))


def _watched_until(
    edge: str, low: np.ndarray, high: np.ndarray, state: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Times at one edge of their dates, and whether the document was signed then."""
    kept = state != "unknown" if edge == "middle" else np.full(len(state), True)
    if not kept.any():
        raise CoverageError("no economy with a known date of signing")
    time = {"low": low, "middle": (low + high) / 2, "high": high}[edge]
    happened = state != "not signed" if edge == "low" else state == "signed"
    return time[kept], happened[kept]


def signing_medians(times: pd.DataFrame) -> dict[str, float | None]:
    """Median months to sign: a dictionary with 'low', 'middle' and 'high', for the edges of
    `signing_curve`.

    times: rows of `signing_times`. None where fewer than half had signed in the watch.
    Raises CoverageError where no economy of a known date is among them.
    Formula: the least t with S(t) <= 0.5, S the Kaplan-Meier curve.
    """
    return _medians({edge: signing_curve(times, edge) for edge in EDGES})


Curves = dict[str, Curve]
Medians = dict[str, float | None]
EDGES = ("low", "middle", "high")


def _curves(times: Iterable[Signing]) -> Curves:
    columns = zip(*((t.low, t.high, t.state) for t in times), strict=True)
    low, high, state = (np.array(values) for values in columns)
    return {edge: product_limit(*_watched_until(edge, low, high, state)) for edge in EDGES}


def _medians(curves: Curves) -> Medians:
    return {edge: median_time(curve) for edge, curve in curves.items()}


@parts(times=signings)
def curves_of_others(times: list[Signing]) -> Curves:
    """`signing_curve` of all but the five at each edge, from what `signings` makes."""
    return _curves(t for t in times if not t.five)


def _minus(own: Medians, other: Medians, watch: float) -> dict[str, Any]:
    """Difference of two times with bounds; one that the watch did not reach is longer than the
    watch.
    """
    low, middle, high = own["low"], own["middle"], own["high"]
    found: dict[str, Any] = {"interval": "precision of the dates"}
    lowest = watch if low is None else low
    if other["high"] is not None:
        found["low"] = lowest - other["high"]
    if high is not None:
        found["high"] = high - (watch if other["low"] is None else other["low"])
    if middle is not None and other["middle"] is not None:
        found["estimate"] = middle - other["middle"]
    return found


@parts(times=signings)
def documents_behind(times: list[Signing]) -> Figures:
    """Documents that the times of `signings` rest on: economy, date, source_id, year; what was
    signed after the watch, or never, is only absent from them.
    """
    used = [(t.economy, t.date, t.source_id) for t in times if t.state != "not signed"]
    bounding = [(t.economy, t.bounded_by, t.bound_source_id) for t in times if t.bounded_by]
    found = pd.DataFrame(used + bounding, columns=["economy", "date", "source_id"], dtype="str")
    years = [int(date[:4]) if date else None for _, date, _ in used + bounding]
    return Figures(found.assign(year=pd.array(years, dtype="Int64")))


def _of(used: Figures, economies: Collection[str]) -> dict[str, Any]:
    """What `estimate_row` tells of the documents of some economies."""
    codes = enumerate(used.values("economy"))
    return used.behind([place for place, code in codes if code in economies])


def _each(times: list[Signing], economies: Sequence[str]) -> list[Signing]:
    return [time for time in times if time.economy in economies]


def _others(times: list[Signing]) -> set[str]:
    return {time.economy for time in times if not time.five}


@measure("relations.months_to_sign")
@parts(times=signings, used=documents_behind)
def months_to_sign(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
    times: list[Signing] | None = None,
    used: Figures | None = None,
) -> list[Estimate]:
    """Months from the launch to an economy's first signed document.

    events, until, dates, placeholder: as in `signing_times`. economies: codes of UN members; others
        have no row.
    times, used: what `signings`, and of it `documents_behind` makes (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy. estimate
    is the middle of what the date leaves open, low and high its ends, in months of 365.25 / 12
    days. Not signed: low is the length of the watch, with neither estimate nor high. Signed at a
    time
    that no document bounds: low is 0 and there is no estimate.
    Raises UnknownNameError for another choice, CoverageError where there is no document by the
    dates chosen, UsageError where `until` is no date, or before the launch.
    """
    if times is None:
        times = signings(events, until=until, dates=dates, placeholder=placeholder)
    used = documents_behind(times) if used is None else used
    rows = []
    for time in _each(times, economies):
        own = time.months()
        found: dict[str, Any] = {
            "estimate": own["middle"],
            "low": own["low"],
            "high": own["high"],
            "interval": "precision of the date",
        }
        if own["low"] is None:
            found |= {"low": time.low, "interval": "not signed by the end of the watch"}
        rows.append(estimate_row(economy=time.economy, **found) | _of(used, {time.economy}))
    return rows


@measure("relations.months_ahead")
@tells("date")
@parts(times=signings, used=documents_behind, others=curves_of_others)
def months_ahead(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
    times: list[Signing] | None = None,
    used: Figures | None = None,
    others: Curves | None = None,
) -> list[Estimate]:
    """An economy's months to sign less the Kaplan-Meier median of all UN members but China and the
    five.

    events, until, dates, placeholder: as in `signing_times`. economies: codes of UN members; others
        have no row.
    times, used, others: what `signings`, and of it `documents_behind` and `curves_of_others`
        make (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy. Below
    zero: sooner than the median. low and high come from the precision of the dates on both sides; a
        bound that the watch does not reach is null. It tells the `date` of the document.
    Raises as `months_to_sign`.
    Source of the median: Kaplan and Meier (1958), Journal of the American Statistical Association
    53(282).
    """
    if times is None:
        times = signings(events, until=until, dates=dates, placeholder=placeholder)
    used = documents_behind(times) if used is None else used
    others = curves_of_others(times) if others is None else others
    theirs, watch, rows = _medians(others), max(t.high for t in times), []
    rest = _others(times)
    for time in _each(times, economies):
        signed = "" if time.date is None else date_in_words(time.bounded_by or time.date)
        about = {"date": f"by {signed}" if time.bounded_by else signed}
        found = estimate_row(
            economy=time.economy, about=about, **_minus(time.months(), theirs, watch)
        )
        whole = _of(used, {time.economy, *rest})
        mine = _of(used, {time.economy})  # the rest only makes the median it is compared with
        rows.append(found | whole | {k: mine[k] for k in ("n", "first_year", "last_year")})
    return rows


@measure("relations.group_ahead")
@tells("sooner")
@parts(times=signings, used=documents_behind, others=curves_of_others)
def group_ahead(
    events: pd.DataFrame,
    *,
    until: dt.date,
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
    times: list[Signing] | None = None,
    used: Figures | None = None,
    others: Curves | None = None,
) -> list[Estimate]:
    """Kaplan-Meier median of the five less that of all other UN members but China, in months.

    events, until, dates, placeholder: as in `signing_times`.
    times, used, others: what `signings`, and of it `documents_behind` and `curves_of_others`
        make (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''. Below
    zero: the five were sooner. low and high come from the precision of the dates on both sides; a
        bound that the watch does not reach is null. It tells how much `sooner` they were.
    Raises as `months_to_sign`. Source of the median: as in `months_ahead`.
    """
    if times is None:
        times = signings(events, until=until, dates=dates, placeholder=placeholder)
    used = documents_behind(times) if used is None else used
    others = curves_of_others(times) if others is None else others
    five = _medians(_curves(t for t in times if t.five))
    found = _minus(five, _medians(others), max(t.high for t in times))
    ahead = -found.get("estimate", 0.0)
    about = {"sooner": f"{fixed(ahead)} months" if ahead >= 1 else ""}
    return [estimate_row(about=about, **found) | used.behind()]


@measure("relations.signed_within")
@parts(times=signings, used=documents_behind, others=curves_of_others)
def signed_within(
    events: pd.DataFrame,
    *,
    until: dt.date,
    months: int,
    who: Literal["five", "others"] = "others",
    dates: Dates = "by_month_and_texts",
    placeholder: Placeholder = "unknown",
    times: list[Signing] | None = None,
    used: Figures | None = None,
    others: Curves | None = None,
) -> list[Estimate]:
    """Per cent of a group that had signed within so many months of the launch.

    events, until, dates, placeholder: as in `signing_times`. months: a number.
    who: 'five', or 'others' (UN members but China and the five).
    times, used, others: what `signings`, and of it `documents_behind` and `curves_of_others`
        make (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, economy ''. The
    estimate is from the middle of every date, low and high from the latest and the earliest that
    the dates allow. After more months than the watch has, the share is known from below alone: low
    is that of the end of the watch, with neither estimate nor high.
    Raises UnknownNameError for another choice, UsageError for months below zero, and as
    `months_to_sign`.
    Formula: 100 (1 - S(months)), S the Kaplan-Meier curve (`signing_curve`).
    """
    if who not in ("five", "others"):
        raise UnknownNameError("who", who, ("five", "others"))
    if number("months", months, "24") < 0:
        refuse("months", "a number from zero on", months, "24")
    watch = _watched(until)
    if times is None:
        times = signings(events, until=until, dates=dates, placeholder=placeholder)
    used = documents_behind(times) if used is None else used
    five = who == "five"
    if five:
        curves = _curves(t for t in times if t.five)
    else:
        curves = curves_of_others(times) if others is None else others
    low, middle, high = (
        100 * (1 - survival_at(curves[edge], min(months, watch)))
        for edge in ("high", "middle", "low")
    )
    if months > watch:
        said = f"at least: the watch ends after {fixed(watch, 1)} months"
        found = estimate_row(low=low, interval=said)
    else:
        found = estimate_row(estimate=middle, low=low, high=high, interval="precision of the dates")
    return [found | _of(used, eco.CA5 if five else _others(times))]


@measure("relations.signed_before")
def signed_before(events: pd.DataFrame, *, before: dt.date) -> list[Estimate]:
    """Number of documents dated wholly before a day, by sources that give at least the month.

    events: rows like table `events`, as in `accession_variants`. before: a date.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row; n is the number of
    documents looked through. Zero needs a list of the world that is meant to be complete and gives
    months (M_GFDC25) among the rows; without it the reason stands in `missing`.
    Raises UnknownNameError for a missing column, UsageError for what is no date.
    """
    every = accession_variants(events)
    rows = every[every["date"].str.len() >= 7]
    if not (rows["list"] == settings().belt_and_road.by_month).any():
        return [estimate_row(missing="no list of the world gives months")]
    limit = day("before", before)
    older = rows[rows["date"].map(lambda d: bounds(d)[1] < limit).astype(bool)]
    return [estimate_row(rows, estimate=float(len(older)))]
