"""When something happened, as sources date it: partial dates as ranges, disagreements kept,
independent origins counted.

Protocol for a fact that documents settle: it is shown by two independent origins, and denied by
two; one alone leaves it open, and that nothing was found says nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

import pandas as pd

from .. import registry
from ..estimates.cells import CellsOf
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.economies import joined
from ..ground.errors import UnknownNameError, UsageError
from ..ground.periods import date_in_words
from ..stats.frames import require
from ..tables.dates import bounds
from .documents import ENOUGH
from .words import several

Kinds = Annotated[str, CellsOf("events", "kind")]
COLUMNS = (
    "event_id",
    "date",
    "date_bound",
    "actor",
    "counterpart",
    "kind",
    "place",
    "detail",
    "source_id",
)
MOST_DATES = 2
"""Dates of one event that a sentence names; of more it names none."""
PRECISIONS = {10: "day", 7: "month", 4: "year"}


def origin(source_id: str) -> str:
    """Group of a source in the registry; a source without one, or one of your own frame, stands for
    itself.
    """
    source = registry.sources().get(source_id)
    return (source.origin_group or source_id) if source else source_id


def precision(date: str | None) -> str:
    """'day', 'month', 'year', 'interval', or 'none' where there is no date."""
    if date is None or pd.isna(date):
        return "none"
    return "interval" if "/" in date else PRECISIONS[len(date)]


def dated(events: pd.DataFrame) -> pd.DataFrame:
    """Rows of `events` with first_day and last_day that the date can mean, precision, exact and
    origin.

    first_day: null where a source only says 'by' a date, or none. exact: both ends are days, so
    that the event fell on that day or lasted for that interval; else it fell somewhere between
    first_day and last_day.
    Raises UnknownNameError for a missing column, UsageError for what is no date.
    """
    require(events, COLUMNS)
    out = events.copy()
    ends = [bounds(d) if isinstance(d, str) else (None, None) for d in out["date"]]
    out["first_day"] = pd.to_datetime(
        [None if b == "by" else e[0] for e, b in zip(ends, out["date_bound"], strict=True)]
    )
    out["last_day"] = pd.to_datetime([e[1] for e in ends])
    out["precision"] = [precision(d) for d in out["date"]]
    days = [
        isinstance(d, str) and all(len(part) == 10 for part in d.split("/")) for d in out["date"]
    ]
    out["exact"] = [day and b != "by" for day, b in zip(days, out["date_bound"], strict=True)]
    out["origin"] = [origin(s) for s in out["source_id"]]
    return out


def select(
    events: pd.DataFrame,
    *,
    actor: str = "",
    counterpart: str = "",
    kinds: str = "",
    place: str = "",
    detail: str = "",
    near: str = "",
) -> pd.DataFrame:
    """Dated rows that meet every filter given; see `dated` for the columns added.

    actor, counterpart: codes or names joined by ';', all of which the row names. kinds: one of
        those joined by ';'. place, detail: regular expressions. near: a date or interval that the
        row's dates must touch.
    Raises UnknownNameError for an economy, UsageError for what is no date or regular expression.
    """
    require(events, COLUMNS)
    named = events["date"].notna()
    if kinds:
        named &= events["kind"].isin(kinds.split(";"))
    for column, wanted in (("actor", actor), ("counterpart", counterpart)):
        if wanted:
            codes = set(eco.resolve_all(code.strip() for code in wanted.split(";")))
            named &= events[column].map(lambda c, w=codes: w <= set(str(c).split(";"))).astype(bool)
    rows = dated(events[named])
    for column, pattern in (("place", place), ("detail", detail)):
        if pattern:
            _regular(column, pattern)
            rows = rows[rows[column].fillna("").str.contains(pattern, regex=True)]
    if near:
        first, last = map(pd.Timestamp, bounds(near))
        rows = rows[(rows["last_day"] >= first) & ~(rows["first_day"] > last)]
    return rows.reset_index(drop=True)


def _regular(name: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{name} is no regular expression: {pattern!r}",
            hint=f"{error}; a sign that means itself has a backslash before it",
        ) from None


def occasions(rows: pd.DataFrame) -> int:
    """The least number of separate occasions that dated rows show: rows whose dates touch may be
    one.
    """
    count, reached = 0, pd.Timestamp.min
    begins = [pd.Timestamp.min if pd.isna(day) else day for day in rows["first_day"]]
    for first, last in sorted(zip(begins, rows["last_day"], strict=True)):
        if not count or first > reached:
            count += 1
        reached = max(reached, last)
    return count


def settle(found: int, shown: int, denied: int, what: str) -> dict[str, Any]:
    """Estimate, low and high of a count that `shown` independent origins show and `denied` deny.

    Shown by ENOUGH and not denied by as many: the count. Denied by ENOUGH and shown by none: zero.
    Otherwise between zero and the count; with nothing on either side no answer, and the reason.
    """
    if shown >= ENOUGH > denied:
        return {"estimate": float(found)}
    if not shown and denied >= ENOUGH:
        return {"estimate": 0.0}
    if shown:
        return {
            "low": 0.0,
            "high": float(found),
            "interval": f"shown by {shown}, denied by {denied} independent sources",
        }
    return {
        "missing": f"no source dates {what}, and {denied} of the {ENOUGH} needed say that there "
        "was none"
    }


def _away(day: dt.date, first: dt.date, last: dt.date) -> int:
    """Days between a day and the nearest of a range."""
    return max((first - day).days, (day - last).days, 0)


def _gap(
    first: dt.date, last: dt.date, exact: bool, window: tuple[dt.date, dt.date], mode: str
) -> tuple[int, int]:
    """Least and greatest number of days by which an event misses a window.

    An exact one lasted from first to last; any other lies somewhere between them, and is at best as
    near as the range.
    """
    begin, end = window
    outside = max((begin - first).days, (last - end).days, 0)
    if mode == "within":
        nearest = max((begin - last).days, (first - end).days, 0)
        return (outside if exact else nearest), outside
    if exact:
        both = max(abs((first - begin).days), abs((last - end).days))
        return both, both
    ends = [abs((day - edge).days) for day in (first, last) for edge in (begin, end)]
    return max(_away(begin, first, last), _away(end, first, last)), max(ends)


@measure("relations.date_gap")
@tells("date")
def date_gap(
    events: pd.DataFrame,
    *,
    near: str,
    window: str,
    mode: Literal["within", "equal"] = "within",
    origins: int = 1,
    actor: str = "",
    counterpart: str = "",
    kinds: Kinds = "",
    place: str = "",
    detail: str = "",
) -> list[Estimate]:
    """Days by which the dates of an event miss a window; zero: they do not.

    events: like table `events`. near: a date or interval in which the event is looked for. window:
        a date or interval.
    actor, counterpart, kinds, place, detail: further filters, as in `select`.
    mode: 'within' (all of the event inside the window) or 'equal' (begins and ends with it).
    origins: least number of independent origins ('2').
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row. Where sources differ or
    give a month or year only, low and high are the least and the greatest gap and there
    is no estimate; too few origins are recorded in `missing`. It tells the `date` that sources
    give, or the two.
    Raises UnknownNameError for another mode or a missing column, UsageError for what is no date.
    """
    if mode not in ("within", "equal"):
        raise UnknownNameError("mode", mode, ("within", "equal"))
    rows = select(
        events,
        actor=actor,
        counterpart=counterpart,
        kinds=kinds,
        place=place,
        detail=detail,
        near=near,
    )
    rows = rows[rows["first_day"].notna()]
    count = rows["origin"].nunique()
    if count < whole_number("origins", origins) or rows.empty:
        return [
            estimate_row(
                missing=f"dated by {several(count, 'independent source')}, {origins} needed"
            )
        ]
    first, last = bounds(window)
    gaps = [
        _gap(r.first_day.date(), r.last_day.date(), r.exact, (first, last), mode)
        for r in rows.itertuples()
    ]
    low, high = float(min(g[0] for g in gaps)), float(max(g[1] for g in gaps))
    found = (
        {"estimate": low}
        if low == high
        else {"low": low, "high": high, "interval": "what the dates leave open"}
    )
    dates = sorted(set(rows["date"]))
    told = joined(map(date_in_words, dates)) if len(dates) <= MOST_DATES else ""
    return [estimate_row(used_rows(rows), about={"date": told}, **found)]


def used_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """What an estimate rests on: the dates and their sources, with the year for the record."""
    used = rows[[c for c in COLUMNS if c != "detail"]]
    return used.assign(year=rows["last_day"].dt.year.astype("Int64"))


@measure("relations.earlier")
@tells("since")
def earlier(
    events: pd.DataFrame,
    *,
    near: str,
    says: str = "first",
    actor: str = "",
    counterpart: str = "",
    kinds: Kinds = "",
    place: str = "",
    detail: str = "",
) -> list[Estimate]:
    """Number of occasions of the same kind before a dated one.

    events: like table `events`. near: a date or interval.
    actor, counterpart, kinds, place, detail: what makes occasions of one kind, as in `select`.
    says: a word by which a source calls the occasion the first of its kind.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row. Earlier ones count
    if two independent origins date any; one alone leaves a range from zero to what it dates (low,
    high). With none dated the estimate is zero only if a source says `says` of the occasion; else
    `missing` gives the reason. It tells the year of the earliest: `since`.
    Raises UnknownNameError for a missing column, UsageError for what is no date.
    """
    alike = {
        "actor": actor,
        "counterpart": counterpart,
        "kinds": kinds,
        "place": place,
        "detail": detail,
    }
    named = select(events, near=near, **alike)
    start = named["first_day"].min() if len(named) else pd.Timestamp(bounds(near)[0])
    rows = select(events, **alike)
    rows = rows[rows["last_day"] < start]
    found = settle(occasions(rows), rows["origin"].nunique(), 0, "an earlier one")
    if rows.empty:
        saying = (
            named[named["detail"].str.contains(rf"\b{says}\b", case=False)] if len(named) else named
        )
        if len(saying):
            return [estimate_row(used_rows(saying), estimate=0.0)]
        return [estimate_row(missing=f"no earlier one is dated, and no source says '{says}'")]
    told = {"since": str(rows["last_day"].min().year)}
    return [estimate_row(used_rows(pd.concat([rows, named])), about=told, **found)]


@measure("relations.places_visited")
@tells("visited")
def places_visited(
    events: pd.DataFrame,
    *,
    places: str,
    near: str,
    actor: str,
    detail: str,
    count: Literal["one_visit", "any_visit"] = "any_visit",
) -> list[Estimate]:
    """How many of some economies were visited in a time.

    events: like table `events`; rows of kind visit. places: codes or names joined by ';'.
    near: a date or interval.
    actor: the code of who sent.
    detail: who travelled, a regular expression.
    count: 'one_visit' (the visit that covers most of them) or 'any_visit' (all together).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, which tells those
    `visited` by name. Without any such visit in that time the reason stands in `missing`.
    Raises UnknownNameError for another count or a missing column, UsageError for what is no date.
    """
    if count not in ("one_visit", "any_visit"):
        raise UnknownNameError("count", count, ("one_visit", "any_visit"))
    wanted = set().union(*(expand(eco.resolve(place.strip())) for place in places.split(";")))
    rows = select(events, actor=actor, detail=detail, kinds="visit", near=near)
    if rows.empty:
        return [estimate_row(missing=f"no visit in {near} is dated")]
    visited = [wanted & expand(c) for c in rows["counterpart"]]
    reached = max(visited, key=len) if count == "one_visit" else set().union(*visited)
    told = {"visited": joined(eco.in_prose(code) for code in sorted(reached))}
    return [estimate_row(used_rows(rows), estimate=float(len(reached)), about=told)]


def expand(codes: str) -> set[str]:
    """Economies of a cell with codes joined by ';'; CA5 stands for its five."""
    parts = set(str(codes).split(";"))
    return (parts - {"CA5"}) | set(eco.CA5) if "CA5" in parts else parts


@measure("relations.origins_saying")
def origins_saying(
    events: pd.DataFrame,
    *,
    detail: str,
    actor: str = "",
    counterpart: str = "",
    kinds: Kinds = "",
    near: str = "",
) -> list[Estimate]:
    """Independent origins whose row says a thing, among the dated events selected.

    events: like table `events`. detail: a regular expression, looked for in the column of that
        name.
    actor, counterpart, kinds, near: which events, as in `select` (actor and counterpart: codes,
        kinds: kinds of event, joined by ';'; near: a date or interval).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row; the estimate is a
    number of origins, zero where events are dated and none says it. Where none is dated, that
    stands in `missing`.
    Raises UnknownNameError for a missing column, UsageError for what is no date.
    """
    rows = select(events, actor=actor, counterpart=counterpart, kinds=kinds, near=near)
    if rows.empty:
        return [estimate_row(missing="no such event is dated")]
    saying = rows[rows["detail"].str.contains(detail, regex=True)]
    used = saying if len(saying) else rows
    return [estimate_row(used_rows(used), estimate=float(saying["origin"].nunique()))]


def days_between(
    events: pd.DataFrame, *, first: dict[str, str], second: dict[str, str]
) -> pd.DataFrame:
    """Days from one event to the beginning of another, for every pair of sources: from, to,
    days_least, days_most, sources.

    events: like table `events`.
    first, second: filters of `select`. A partial date leaves a range; sources is the tuple of both.
    """
    records = []
    for a in select(events, **first).itertuples():
        for b in select(events, **second).itertuples():
            begins = b.first_day if b.exact else b.last_day
            least, most = (b.first_day - a.last_day).days, (begins - a.first_day).days
            records.append((a.date, b.date, least, most, (a.source_id, b.source_id)))
    return pd.DataFrame(records, columns=["from", "to", "days_least", "days_most", "sources"])
