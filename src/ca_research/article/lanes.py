"""The dated rows behind a claim about dates, laid out in lanes for a timeline as
registry/article/timelines.yaml says, and the dates on which sources disagree.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, RootModel

from .. import registry
from ..estimates.documents import expand
from ..estimates.events import select
from ..ground import economies as eco
from ..ground.errors import known_name
from ..ground.periods import day_in_words
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


class Lane(Model):
    """Rows of one lane, or of a lane for `each` that a column names. where: filters of `select`.
    keep: a condition on them, as pandas' `query` reads it. mark: 'ring' for what is of another
    kind. code: whose colour, of each its own where empty. named: say who acted.
    """

    panel: str = ""
    lane: str = ""
    each: Literal["", "actor", "counterpart", "port"] = ""
    where: dict[str, str] = Field(default_factory=dict)
    keep: str = ""
    mark: Literal["point", "ring"] = "point"
    code: str = ""
    named: bool = False


class Timeline(Model):
    """What the timeline of a claim shows. names: of what each has a lane, `always` also without a
    row. marks: what points, rings and pale marks are.
    """

    lanes: tuple[Lane, ...]
    note: str = ""
    marks: dict[str, str] = Field({})
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
    timeline, parts, order = timeline_of(claim), [], dict[tuple[str, str], int]()
    ports = settings().sea_access.ports
    for lane in timeline.lanes:
        by_port = lane.each == "port"
        rows = routes(events, evidence, claim) if by_port else select(events, **lane.where)
        rows = rows.query(lane.keep, engine="python") if lane.keep else rows
        what = rows["kind"].map(_LISTED).fillna(rows["detail"])
        what = what.mask(rows["date_bound"] == "placeholder", _PLACEHOLDER)
        if lane.named:
            who = rows["actor"].map(lambda cell: ", ".join(map(eco.name_of, cell.split(";"))))
            what = who + ": " + what
        rows = rows.assign(what=what)
        for name in (ports if by_port else timeline.names) if lane.each else [""]:
            part = rows[_concern(rows[lane.each], name)] if name else rows
            place = lane.panel, lane.lane or _name(name)
            marks = {"code": lane.code or ("" if by_port else name), "mark": lane.mark}
            number = order.setdefault(place, len(order))
            parts.append(part.assign(panel=place[0], lane=place[1], **marks, _lane=number))
    every = pd.concat(parts, ignore_index=True)
    every = every.assign(_day=every["first_day"].fillna(every["last_day"]))
    every = every.sort_values(["_lane", "_day", "last_day"], kind="stable", ignore_index=True)
    return every[[*_LAID, "source_id", "origin"]]


def _concern(cells: pd.Series, name: str) -> pd.Series:
    """Which cells with codes joined by ';' name an economy, or an aggregate that it is one of."""
    return cells.map(lambda cell: name in {*str(cell).split(";"), *expand(cell)}).astype(bool)


def publisher(source_id: str) -> str:
    """Publisher of a source; one without a publisher in the registry is given by its id."""
    source = registry.sources().get(source_id)
    return source.publisher or source_id if source else source_id


def disagreements(events: pd.DataFrame) -> pd.DataFrame:
    """First meetings of one actor, counterpart and kind that sources date to days that exclude one
    another.

    events: like table `events`.
    Returns actor, kind (in words), date, publisher, reported_before and source_id, one row per
    source. Both dates stand. reported_before names sources of the same event that were published
    before this date: what is already reported cannot happen later, so a date with such a report is
    the weaker one.
    """
    rows, event = select(events, kinds=";".join(_FIRST)), ["actor", "counterpart", "kind"]
    published = {i: source.published for i, source in registry.sources().items()}
    days = [bounds(day)[1] if day else None for day in map(published.get, rows["source_id"])]
    rows = rows.assign(publisher=rows["source_id"].map(publisher), published=pd.to_datetime(days))
    each = rows.groupby(event)
    exclude = each["first_day"].transform("max") > each["last_day"].transform("min")
    conflicts = rows[exclude].sort_values(event, kind="stable").reset_index(drop=True)
    pairs = conflicts.reset_index().merge(conflicts, on=event, suffixes=("", "_of_other"))
    early = pairs[pairs["published_of_other"] < pairs["first_day"]]
    days_before = early["published_of_other"].map(day_in_words).astype("str")  # also of no rows
    words = early["publisher_of_other"] + ", " + days_before
    before = words.groupby(early["index"]).agg("; ".join).reindex(conflicts.index, fill_value="")
    columns = ["actor", "kind", "date", "publisher", "reported_before", "source_id"]
    kind = conflicts["kind"].map(_FIRST)
    return conflicts.assign(kind=kind, reported_before=before)[columns].reset_index(drop=True)


def accession_disagreements(events: pd.DataFrame) -> pd.DataFrame:
    """Economies whose first document the sources date to times that exclude one another.

    events: rows like table `events`, as in `accession_variants`.
    Returns economy, earliest, latest (dates as given), apart (whole years between their years),
    sources (tuple); widest first. A placeholder is no date and excludes none.
    """
    every = accession_variants(events)
    by_economy = every[every["date_bound"] != "placeholder"].groupby("economy")
    table = by_economy["date"].agg(earliest="first", latest="last")
    table["apart"] = by_economy["year"].last() - by_economy["year"].first()
    table["sources"] = by_economy["source_id"].agg(lambda ids: tuple(sorted({*ids})))
    dates = zip(table["earliest"], table["latest"], strict=True)
    exclude = [one[:7] != other[:7] and not other.startswith(one) for one, other in dates]
    table = table.reset_index()[np.array(exclude, dtype=bool)]
    return table.sort_values(["apart", "economy"], ascending=[False, True])
