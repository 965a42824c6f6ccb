"""The dated rows behind a claim about dates, laid out in lanes for a timeline as
registry/article/timelines.yaml says, and the dates on which sources disagree.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, RootModel

from .. import registry
from ..estimates.documents import expand
from ..estimates.events import select
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.errors import known_name
from ..ground.periods import date_in_words, day_in_words
from ..registry.base import Model
from ..tables.dates import bounds
from .belt_and_road import accession_variants
from .sea_access import routes
from .settings import settings

_LAID = ["panel", "lane", "date", "first_day", "last_day", "exact", "mark", "code", "what"]
_PLACEHOLDER = "placeholder in a list, the date is unknown"
_LISTED = {
    "likely_mou_date": "likely date of the memorandum, by a list",
    "mou_year": "year of the memorandum, by a list",
    "mou": "memorandum",
}
"""Kinds of documents of which the table does not say more."""
_FIRST = {
    "format_first_ministerial": "first meeting of ministers",
    "format_first_summit": "first meeting of leaders",
}
_FEW = 2
"""Lanes of which the title of a timeline tells a single date in full."""


class Lane(Model):
    """Rows of one lane, or of a lane for `each` that a column names. where: filters of `select`.
    until, since: by which day they ended, from which on. placeholder: whether their date is one.
    unless: who does not act in them. date: a regular expression of it. mark: 'ring' for what is of
    another kind. code: whose colour, of each its own where empty. named: say who acted.
    """

    panel: str = ""
    lane: str = ""
    each: Literal["", "actor", "counterpart", "port"] = ""
    where: dict[str, str] = Field(default_factory=dict)
    until: dt.date | None = None
    since: dt.date | None = None
    placeholder: bool | None = None
    unless: str = ""
    date: str = ".*"
    mark: Literal["point", "ring"] = "point"
    code: str = ""
    named: bool = False


class Timeline(Model):
    """What the timeline of a claim shows. names: of what each has a lane, `always` also without a
    row. title: how its title begins. first: whether that tells of each lane the first year.
    """

    lanes: tuple[Lane, ...]
    note: str
    title: str = "Dates on record"
    first: bool = False
    names: tuple[str, ...] = ()
    always: bool = False

    @property
    def shown(self) -> tuple[str, ...]:
        """Lanes that are drawn even where no row is dated."""
        return tuple(map(_name, self.names)) if self.always else ()


class Timelines(RootModel[dict[str, Timeline]], Model):
    """registry/article/timelines.yaml."""

    model_config = {"extra": None, "frozen": True}


def timeline_of(claim: str) -> Timeline:
    """What is said of a claim's timeline; UnknownNameError for one without."""
    known = registry.settings("article/timelines", Timelines).root
    return known[known_name("claim with a timeline", claim, known)]


def _name(code: str) -> str:
    """Short name of a lane: without what an aggregate adds in brackets."""
    return eco.name_of(code).split(" (")[0] if code in eco.codes() else code


def chronology(claim: str, events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Dated rows behind a claim about dates, lane by lane and in each by date.

    claim: one of registry/article/timelines.yaml. events, evidence: like the tables of these names.
    Every source's row stays, so that two that disagree are both seen.
    """
    timeline, parts = timeline_of(claim), []
    ports = settings().sea_access.ports
    for lane in timeline.lanes:
        by_port = lane.each == "port"
        rows = routes(events, evidence, claim) if by_port else select(events, **lane.where)
        rows = _described(_kept(rows, lane), lane.named)
        for name in (ports if by_port else timeline.names) if lane.each else [""]:
            own = rows[_concern(rows[lane.each], name)] if name else rows
            place = {"panel": lane.panel, "lane": lane.lane or _name(name)}
            code = lane.code or ("" if by_port else name)
            parts.append(own.assign(**place, mark=lane.mark, code=code))
    every = pd.concat(parts, ignore_index=True)
    order = [(lane.panel, lane.lane) for lane in timeline.lanes if lane.lane]
    order += [("", _name(name)) for name in (*timeline.names, *ports)]
    number = [order.index(place) for place in zip(every["panel"], every["lane"], strict=True)]
    every = every.assign(_lane=number, _day=every["first_day"].fillna(every["last_day"]))
    every = every.sort_values(["_lane", "_day", "last_day"], kind="stable", ignore_index=True)
    return every[[*_LAID, "source_id", "origin"]]


def _kept(rows: pd.DataFrame, lane: Lane) -> pd.DataFrame:
    """Rows of a lane, by their dates and by who does not act."""
    kept = rows["date"].str.fullmatch(lane.date) & (rows.get("actor", "?") != (lane.unless or None))
    if lane.until:
        kept &= rows["last_day"] <= pd.Timestamp(lane.until)
    if lane.since:
        kept &= rows["last_day"] >= pd.Timestamp(lane.since)
    if lane.placeholder is not None:
        kept &= (rows["date_bound"] == "placeholder") == lane.placeholder
    return rows[kept.astype(bool)]


def _described(rows: pd.DataFrame, named: bool) -> pd.DataFrame:
    """Rows with `what` happened: of a list's in words, a placeholder called one, and who acted."""
    what = rows["kind"].map(_LISTED).fillna(rows["detail"])
    what = what.mask(rows["date_bound"] == "placeholder", _PLACEHOLDER)
    if named and len(rows):
        what = [", ".join(map(eco.name_of, c.split(";"))) + ": " for c in rows["actor"]] + what
    return rows.assign(what=what)


def _concern(cells: pd.Series, name: str) -> pd.Series:
    """Which cells with codes joined by ';' name an economy, or an aggregate that it is one of."""
    return cells.map(lambda cell: name in {*str(cell).split(";"), *expand(cell)}).astype(bool)


def dates_found(claim: str, rows: pd.DataFrame) -> str:
    """The title of a claim's timeline: what its first panel shows.

    claim: as in `chronology`. rows: as from it. A placeholder is no date.

    Examples
    --------
    >>> rows = {"panel": "", "lane": ["Japan", "China"], "date": ["2004-08", "2020-07-16"]}
    >>> dates_found("C03", pd.DataFrame(rows | {"what": "first meeting of ministers"}))[:57]
    'First dated meeting with all five: Japan 2004; China 2020'
    """
    timeline = timeline_of(claim)
    unknown = rows["what"].str.contains(_PLACEHOLDER).astype(bool)
    shown = rows[~unknown & rows["panel"].isin(rows["panel"].head(1))]
    dates = shown.groupby("lane", sort=False)["date"]
    whole = len(dates) <= _FEW and not timeline.first
    words = [f"{lane} {_years(own, timeline.first, whole)}" for lane, own in dates]
    lacking = [lane for lane in timeline.shown if lane not in set(shown["lane"])]
    words += [f"none for {joined(lacking)}"] if lacking else []
    return f"{timeline.title}: {'; '.join(words) or 'none'}"


def _years(dates: pd.Series, first: bool, whole: bool) -> str:
    """The years in which dates begin, or the one date that all of them are, if it may be whole."""
    if whole and dates.nunique() == 1:
        return date_in_words(dates.iloc[0])
    years = sorted({date[:4] for date in dates})
    return years[0] if first else joined(years)


def publisher(source_id: str) -> str:
    """Publisher of a source; one without a publisher in the registry is given by its id."""
    source = registry.sources().get(source_id)
    return source.publisher or source_id if source else source_id


def disagreements(
    events: pd.DataFrame, kinds: str = "format_first_ministerial;format_first_summit"
) -> pd.DataFrame:
    """Events of one actor, counterpart and kind that sources date to days that exclude one another.

    events: like table `events`. kinds: kinds of event, joined by ';'.
    Returns actor, kind (in words), date, publisher, reported_before and source_id, one row per
    source. Both dates stand. reported_before names sources of the same event that were published
    before this date: what is already reported cannot happen later, so a date with such a report is
    the weaker one.
    """
    rows = select(events, kinds=kinds)
    published = {s: source.published for s, source in registry.sources().items()}
    days = [bounds(day)[1] if day else None for day in map(published.get, rows["source_id"])]
    rows = rows.assign(publisher=rows["source_id"].map(publisher), published=pd.to_datetime(days))
    parts = [rows.iloc[:0].assign(reported_before="")]
    for _, own in rows.groupby(["actor", "counterpart", "kind"]):
        if own["first_day"].max() > own["last_day"].min():
            dates = [day_in_words(day) if pd.notna(day) else "" for day in own["published"]]
            words = own["publisher"] + ", " + dates
            reports = ["; ".join(words[own["published"] < day]) for day in own["first_day"]]
            parts.append(own.assign(reported_before=reports))
    apart = pd.concat(parts, ignore_index=True)
    columns = ["actor", "kind", "date", "publisher", "reported_before", "source_id"]
    kind = apart["kind"].map(lambda kind: _FIRST.get(kind, kind.replace("_", " ")))
    return apart.assign(kind=kind)[columns]


def accession_disagreements(events: pd.DataFrame) -> pd.DataFrame:
    """Economies whose first document the sources date to times that exclude one another.

    events: rows like table `events`, as in `accession_variants`.
    Returns economy, earliest, latest (dates as given), apart (whole years between their years),
    sources (tuple); widest first. A placeholder is no date and excludes none.
    """
    every = accession_variants(events)
    by_economy = every[every["date_bound"] != "placeholder"].groupby("economy")
    apart = by_economy["date"].agg(earliest="first", latest="last")
    apart["apart"] = by_economy["year"].last() - by_economy["year"].first()
    apart["sources"] = by_economy["source_id"].agg(lambda ids: tuple(sorted(set(ids))))
    dates = zip(apart["earliest"], apart["latest"], strict=True)
    exclude = [one[:7] != other[:7] and not other.startswith(one) for one, other in dates]
    apart = apart[np.array(exclude, dtype=bool)]
    return apart.reset_index().sort_values(["apart", "economy"], ascending=[False, True])
