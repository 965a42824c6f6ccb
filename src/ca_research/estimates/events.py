"""Measures of dated events, for claims that need no code of their own: when the first was, how many
there were, by how many days a date misses a window or follows another, which places were reached,
who says a thing.

Events are rows of table `events`, one as one source gives it. Partial dates are ranges,
disagreements are kept, and independent origins are counted. A fact is shown by two independent
origins and denied by two; one alone leaves it open, and that nothing was found says nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.errors import UsageError
from ..ground.numbers import counted
from ..ground.periods import date_in_words
from ..registry.words import cell_words
from ..stats.frames import require
from ..tables.dates import bounds
from .cells import CellsOf
from .documents import ENOUGH, expand, split
from .frame import Estimate, estimate_row, groups_of
from .measures import measure, tells
from .once import once
from .series import between as between_ends
from .series import pick

Kinds = Annotated[str, CellsOf("events", "kind")]
_USED = ["event_id", "date", "date_bound", "actor", "counterpart", "kind", "place", "source_id"]
_DAY = r"\d{4}-\d\d-\d\d"
MOST_DATES = 2
"""Dates of one event that a sentence names; of more it names none."""


@once
def dated(events: pd.DataFrame) -> pd.DataFrame:
    """Events with the days that their date can mean.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.

    Returns
    -------
    pandas.DataFrame
        The rows with ``first_day`` (null where a source says 'by' a date) and ``last_day``,
        ``exact`` where both ends are days (else the event fell somewhere between them), and
        ``origin``, that of the source.

    Raises
    ------
    UnknownNameError, UsageError
        A missing column; what is no date.
    """
    require(events, ["date", "date_bound", "source_id"])
    dates, by = events["date"].astype("string"), events["date_bound"] == "by"
    ends = [(None, None) if pd.isna(date) else bounds(date) for date in dates]
    first, last = (pd.to_datetime([end[i] for end in ends]) for i in (0, 1))
    return events.assign(
        first_day=pd.Series(first, events.index).mask(by),
        last_day=last,
        exact=dates.str.fullmatch(f"{_DAY}(/{_DAY})?").fillna(False).astype(bool) & ~by,
        origin=groups_of(events["source_id"]),
    )


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
    """Dated events that meet every filter given, as `dated` makes them.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    actor, counterpart : str
        Codes or names joined by ';', all of which the row names.
    kinds : str
        One of those joined by ';'.
    place, detail : str
        Regular expressions.
    near : str
        A date or interval that the row's dates must touch.

    Raises
    ------
    UnknownNameError, UsageError
        An economy or a missing column; what is no date or regular expression.
    """
    require(events, [*_USED, "detail"])
    rows = dated(events).dropna(subset="date")
    if kinds:
        rows = pick(rows, kind=split(kinds))
    for column, wanted in {"actor": actor, "counterpart": counterpart}.items():
        for code in eco.resolve_all(split(wanted)):
            rows = rows[names(rows[column], code)]
    for column, pattern in {"place": place, "detail": detail}.items():
        rows = rows[_has(rows[column], pattern)]
    if near:
        first, last = map(pd.Timestamp, bounds(near))
        rows = rows[(rows["last_day"] >= first) & ~(rows["first_day"] > last)]
    return rows.reset_index(drop=True)


def _has(column: pd.Series, pattern: str) -> pd.Series:
    try:
        return column.fillna("").astype(str).map(re.compile(pattern).search).notna()
    except re.error as error:
        hint = f"{error}; a sign that means itself has a backslash before it"
        what = f"{column.name} is no regular expression: {pattern!r}"
        raise UsageError(what, hint=hint) from None


def occasions(rows: pd.DataFrame) -> int:
    """The least number of separate occasions that dated rows show: rows whose dates touch may be
    one.
    """
    spans = rows.sort_values(["first_day", "last_day"], na_position="first")
    breaks = spans["first_day"] > spans["last_day"].cummax().shift()
    return int(breaks.sum()) + (len(rows) > 0)


def settle(count: int, shown: int, denied: int, what: str, enough: int = ENOUGH) -> Estimate:
    """Estimate, low and high of a count that `shown` independent origins show and `denied` deny.

    Shown by enough and not denied by as many: the count. Denied by enough and shown by none: zero.
    Otherwise between zero and the count; with nothing on either side no answer, and the reason.
    """
    if shown >= enough > denied or (not shown and denied >= enough):
        return {"estimate": float(count if shown else 0)}
    if shown:
        why = f"shown by {shown}, denied by {denied} independent sources"
        return {"low": 0.0, "high": float(count), "interval": why}
    why = f"{denied} of the {enough} needed say that there was none"
    return {"missing": f"no source dates {what}, and {why}"}


def used_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """What an estimate rests on: the dates and their sources, with the year for the record."""
    return rows[_USED].assign(year=rows["last_day"].dt.year.astype("Int64"))


@measure("events.gap", kind="days outside", unit="days")
@tells("date")
def gap(
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

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    near, window : str
        A date or interval in which the event is looked for; one that its dates may miss.
    mode : str
        'within' (all of the event inside the window) or 'equal' (begins and ends with it).
    origins : int
        Least number of independent origins.
    actor, counterpart, kinds, place, detail : str
        Further filters, as in `select`.

    Returns
    -------
    pandas.DataFrame
        One row, which tells the ``date`` that sources give, or the two. Where sources differ or
        give a month or year only, low and high are the least and the greatest gap.
    """
    filters = {"counterpart": counterpart, "kinds": kinds, "place": place, "detail": detail}
    rows = select(events, near=near, actor=actor, **filters).dropna(subset="first_day")
    count = rows["origin"].nunique()
    if count < origins or rows.empty:
        why = f"dated by {counted(count, 'independent source')}, {origins} needed"
        return [estimate_row(missing=why)]
    dates = sorted(set(rows["date"]))
    words = joined(map(date_in_words, dates)) if len(dates) <= MOST_DATES else ""
    figures = between_ends(*_gaps(rows, window, mode), "what the dates leave open")
    return [estimate_row(used_rows(rows), about={"date": words}, **figures)]


def _gaps(rows: pd.DataFrame, window: str, mode: str) -> tuple[float, float]:
    """Least and greatest number of days by which any of several dates misses a window.

    An exact event lasted from its first day to its last; any other lies somewhere between them, and
    is at best as near as the range.
    """
    begin, end = map(pd.Timestamp, bounds(window))
    least, most = [], []
    for first, last, exact in zip(rows["first_day"], rows["last_day"], rows["exact"], strict=True):
        before, after = (begin - first).days, (last - end).days  # how far it reaches out
        late, early = (first - end).days, (begin - last).days  # wholly after it, or before
        if mode == "within":
            best, lasted = max(late, early, 0), max(before, after, 0)
            worst = lasted
        else:
            best, lasted = max(-before, -after, late, early, 0), max(abs(before), abs(after))
            worst = max(lasted, abs(late), abs(early))
        least.append(lasted if exact else best)
        most.append(lasted if exact else worst)
    return min(least), max(most)


@measure("events.count", kind="count")
@tells("since")
def count(
    events: pd.DataFrame,
    *,
    near: str,
    when: Literal["then", "earlier"] = "then",
    says: str = "first",
    actor: str = "",
    counterpart: str = "",
    kinds: Kinds = "",
    place: str = "",
    detail: str = "",
    enough: int = ENOUGH,
) -> list[Estimate]:
    """How many separate occasions of a kind are dated in a time, or before it.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    near, when : str
        A date or interval; those of that time ('then'), or 'earlier' than the one of that time.
    says : str
        A word by which a source calls it the first: with no earlier one dated the count is zero
        only then.
    actor, counterpart, kinds, place, detail : str
        What makes occasions of one kind, as in `select`.
    enough : int
        Independent origins that have to date any; of fewer the count is a bound.

    Returns
    -------
    pandas.DataFrame
        One row, which tells the year of the earliest (``since``).
    """
    alike = {"counterpart": counterpart, "kinds": kinds, "place": place, "detail": detail}
    rows = named = select(events, near=near, actor=actor, **alike)
    if when == "earlier":
        start = named["first_day"].min() if len(named) else pd.Timestamp(bounds(near)[0])
        rows = select(events, actor=actor, **alike)
        rows = rows[rows["last_day"] < start]
        saying = named[_has(named["detail"], rf"(?i)\b{says}\b")]
        if rows.empty:
            why = f"no earlier one is dated, and no source says '{says}'"
            figure: Estimate = {"estimate": 0.0} if len(saying) else {"missing": why}
            return [estimate_row(used_rows(saying), **figure)]
    what = "an earlier one" if when == "earlier" else "one of then"
    figures = settle(occasions(rows), rows["origin"].nunique(), 0, what, enough)
    about = {"since": str(rows["last_day"].min().year) if len(rows) else ""}
    used = rows if when == "then" else pd.concat([rows, named])
    return [estimate_row(used_rows(used), about=about, **figures)]


@measure("events.age", kind="level", unit="years")
def age(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    counterpart: str = "",
    kinds: Kinds = "",
    unless: str = "",
    what: str = "event",
) -> list[Estimate]:
    """Years from the first dated event of each actor to a day.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    economies : sequence of str
        The actors.
    until : datetime.date
        The day.
    counterpart, kinds : str
        Which events, as in `select`.
    unless : str
        Words of a note by which an event does not count, as a regular expression.
    what : str
        What the events are called where none is dated.

    Returns
    -------
    pandas.DataFrame
        A row for each, in years of 365.25 days. A partial date gives low and high; where an event
        of that kind has no date, the first dated one gives low alone.
    """
    day = pd.Timestamp(until)
    rows = select(events, counterpart=counterpart, kinds=kinds).dropna(subset="first_day")
    rows = rows[rows["last_day"] <= day].sort_values(["first_day", "last_day"])
    rows = rows[~_has(rows["note"], unless)] if unless else rows
    undated = {*pick(events[events["date"].isna()], kind=split(kinds))["actor"]}
    ages = []
    for actor in economies:
        first = rows[names(rows["actor"], actor)].head(1)
        figures: Estimate = {"missing": f"no {what} is dated"}
        if len(first):
            since = "first_day" if first["exact"].item() else "last_day"
            low, high = ((day - first[end].item()).days / 365.25 for end in (since, "first_day"))
            figures = between_ends(low, high, "precision of the date")
            if actor in undated:
                why = f"at least: the first {what.partition(' ')[0]} has no date"
                figures = {"low": low, "interval": why}
        ages.append(estimate_row(used_rows(first), economy=actor, **figures))
    return ages


def names(codes: pd.Series, economy: str) -> pd.Series:
    """Which cells with codes joined by ';' name an economy."""
    return (";" + codes.astype(str) + ";").str.contains(f";{economy};", regex=False)


@measure("events.places", kind="count")
@tells("visited")
def places(
    events: pd.DataFrame,
    *,
    places: str,
    near: str,
    kinds: Kinds = "visit",
    actor: str = "",
    detail: str = "",
    count: Literal["any_visit", "one_visit"] = "any_visit",
) -> list[Estimate]:
    """How many of some economies were reached in a time.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`, with the economies that were visited as counterpart.
    places : str
        Codes or names joined by ';'.
    near : str
        A date or interval.
    kinds, actor, detail : str
        Which events, as in `select`.
    count : str
        'any_visit' (all together) or 'one_visit' (that which covers most of them).

    Returns
    -------
    pandas.DataFrame
        One row, which tells those ``visited`` by name.
    """
    wanted = set().union(*(expand(eco.resolve(place)) for place in places.split(";")))
    rows = select(events, actor=actor, detail=detail, kinds=kinds, near=near)
    if rows.empty:
        return [
            estimate_row(
                missing=f"no {cell_words('kind', kinds)} in {date_in_words(near)} is dated"
            )
        ]
    visited = [wanted & expand(cell) for cell in rows["counterpart"]]
    reached = max(visited, key=len) if count == "one_visit" else set().union(*visited)
    about = {"visited": joined(map(eco.in_prose, sorted(reached)))}
    return [estimate_row(used_rows(rows), estimate=float(len(reached)), about=about)]


@measure("events.saying", kind="count")
def saying(
    events: pd.DataFrame,
    *,
    detail: str,
    actor: str = "",
    counterpart: str = "",
    kinds: Kinds = "",
    near: str = "",
) -> list[Estimate]:
    """How many independent origins say a thing of dated events.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    detail : str
        A regular expression, looked for in the column of that name.
    actor, counterpart, kinds, near : str
        Which events, as in `select`.

    Returns
    -------
    pandas.DataFrame
        One row; zero where events are dated and none says it.
    """
    rows = select(events, actor=actor, counterpart=counterpart, kinds=kinds, near=near)
    if rows.empty:
        return [estimate_row(missing="no such event is dated")]
    matches = rows[_has(rows["detail"], detail)]
    used = used_rows(matches if len(matches) else rows)
    return [estimate_row(used, estimate=float(matches["origin"].nunique()))]


@measure("events.between", kind="days between", unit="days")
def between(
    events: pd.DataFrame,
    *,
    near: str,
    to_near: str,
    kinds: Kinds = "",
    to_kinds: Kinds = "",
    actor: str = "",
    to_actor: str = "",
) -> list[Estimate]:
    """Days from the beginning of one event to that of another.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    near, kinds, actor : str
        Which event is the first, as in `select`.
    to_near, to_kinds, to_actor : str
        Which is the second.

    Returns
    -------
    pandas.DataFrame
        One row; low and high where the dates or the sources leave a range.
    """
    first = {"near": near, "kinds": kinds, "actor": actor}
    second = {"near": to_near, "kinds": to_kinds, "actor": to_actor}
    days = days_between(events, first=first, second=second)
    if days.empty:
        return [estimate_row(missing="one of the two events is not dated")]
    ends = days["days_least"].min(), days["days_most"].max()
    used = pd.concat(select(events, **asked) for asked in (first, second))
    return [estimate_row(used_rows(used), **between_ends(*ends, "what the dates leave open"))]


def days_between(
    events: pd.DataFrame, *, first: dict[str, str], second: dict[str, str]
) -> pd.DataFrame:
    """Days from the beginning of one event to that of another, for every pair of sources.

    Parameters
    ----------
    events : pandas.DataFrame
        Like table `events`.
    first, second : dict of str to str
        Filters of `select`.

    Returns
    -------
    pandas.DataFrame
        from, to, days_least, days_most, sources (of both); a partial date leaves a range, an event
        of several days does not.
    """
    one, other = select(events, **first), select(events, **second)
    pairs = one.merge(other, how="cross", suffixes=("", "_to"))
    latest = {  # the last day on which each can have begun
        end: pairs[f"first_day{end}"].where(pairs[f"exact{end}"], pairs[f"last_day{end}"])
        for end in ("", "_to")
    }
    return pd.DataFrame(
        {
            "from": pairs["date"],
            "to": pairs["date_to"],
            "days_least": (pairs["first_day_to"] - latest[""]).dt.days,
            "days_most": (latest["_to"] - pairs["first_day"]).dt.days,
            "sources": [*zip(pairs["source_id"], pairs["source_id_to"], strict=True)],
        }
    )
