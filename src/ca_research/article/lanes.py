"""The dated rows behind a claim about dates, laid out in lanes for a timeline, and the dates on
which sources disagree.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from .. import registry
from ..claims.slots import joined
from ..ground import economies as eco
from ..ground.errors import UnknownNameError
from ..ground.periods import date_in_words, day_in_words
from ..tables.dates import bounds
from .belt_and_road import accession_variants
from .dates import dated, expand, select
from .meetings import meetings
from .sea_access import routes
from .settings import settings

COLUMNS = (
    "panel",
    "lane",
    "date",
    "first_day",
    "last_day",
    "exact",
    "mark",
    "code",
    "what",
    "source_id",
    "origin",
)
"""panel, lane: where a row is drawn. mark: 'point', or 'ring' for what is of another kind. code:
whose colour.
"""
FORMATS = ("JPN", "EU27", "USA", "IND", "CHN", "RUS", "TUR")


def _name(code: str) -> str:
    """Short name of a lane: without what an aggregate adds in brackets."""
    return eco.name_of(code).split(" (")[0]


def _lay(
    rows: pd.DataFrame, lane: str, *, panel: str = "", mark: str = "point", code: str = ""
) -> pd.DataFrame:
    what = rows["detail"] if "detail" in rows else rows["text"]
    out = rows.assign(panel=panel, lane=lane, mark=mark, code=code, what=what)
    return out[list(COLUMNS)]


def _whole(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))


def _by_date(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of each lane by date; one that was over 'by' a day stands at that day."""
    lane = rows.groupby(["panel", "lane"], sort=False).ngroup()
    dated = rows.assign(_lane=lane, _day=rows["first_day"].fillna(rows["last_day"]))
    dated = dated.sort_values(["_lane", "_day", "last_day"], kind="stable", ignore_index=True)
    return dated[list(COLUMNS)]


def _summit(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    return _lay(
        select(events, actor="CHN", counterpart="CA5", kinds="format_summit", near="2023-05"),
        "summit",
        code="CHN",
    )


def _formats(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for code in FORMATS:
        rows = meetings(events, code)
        summit = rows["kind"].str.contains("summit").astype(bool)
        parts.append(_lay(rows[~summit], _name(code), code=code))
        parts.append(_lay(rows[summit], _name(code), mark="ring", code=code))
    return _whole(parts)


def _trip(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    near = "2023-02/2023-03"
    ministers = select(
        events, actor="USA", counterpart="CA5", kinds="format_first_ministerial;format_ministerial"
    )
    inside = ministers["place"].str.contains("Astana|Nur-Sultan|Tashkent|Samarkand").astype(bool)
    panel = "C5+1 meetings of ministers"
    stops = select(events, actor="USA", kinds="visit", near=near)
    named = select(events, actor="USA", kinds="format_ministerial", near=near)
    zoom = "February and March 2023"
    return _whole(
        [
            _lay(ministers[inside], "in the region", panel=panel, code="USA"),
            _lay(ministers[~inside], "elsewhere", panel=panel, mark="ring", code="USA"),
            _lay(named, "meeting of ministers", panel=zoom, code="USA"),
            _lay(stops, "the trip", panel=zoom, mark="ring", code="USA"),
        ]
    )


def _tours(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    visits = select(events, actor="USA", kinds="visit", detail=r"\bLu\b")
    parts = []
    for code in eco.CA5:
        there = visits[visits["counterpart"].map(lambda c, e=code: e in expand(c)).astype(bool)]
        parts.append(_lay(there, _name(code), code="USA"))
    return _whole(parts)


_LISTED = {
    "likely_mou_date": "likely date of the memorandum, by a list",
    "mou_year": "year of the memorandum, by a list",
    "mou": "memorandum",
}
PLACEHOLDERS = "placeholder, no date"
"""Lane of documents that a list gives a date that stands for no more than an early, unknown one."""


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of signed documents with what a list says of them in words, and a placeholder called
    one.
    """
    said = rows["kind"].map(_LISTED).fillna(rows["detail"])
    return rows.assign(
        detail=said.mask(
            rows["date_bound"] == "placeholder", "placeholder in a list, the date is unknown"
        )
    )


def _launch(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    every = accession_variants(events)
    fine = dated(
        events[events["source_id"].isin(every["source_id"]) & events["kind"].isin(every["kind"])]
    )
    fine = fine[
        fine["precision"].isin(["day", "month"]) & (fine["last_day"] <= pd.Timestamp("2015-12-31"))
    ]
    fine = fine[
        fine["actor"] != "CHN"
    ]  # whose initiative it is, and which one list names among the signers
    who = fine["actor"].map(lambda c: ", ".join(eco.name_of(e) for e in str(c).split(";")))
    fine = _described(fine).assign(detail=lambda d: who + ": " + d["detail"])
    unknown = fine["date_bound"] == "placeholder"
    return _whole(
        [
            _lay(select(events, actor="CHN", kinds="bri_launch"), "announced", code="CHN"),
            _lay(fine[~unknown], "signed documents", mark="ring"),
            _lay(fine[unknown], PLACEHOLDERS, mark="ring"),
        ]
    )


def _signing(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    every = accession_variants(events)
    said = select(events, kinds="bri_support_statement")
    parts = []
    for code in eco.CA5:
        own = every.loc[every["economy"] == code, "source_id"]
        rows = dated(
            events[
                (events["actor"] == code)
                & events["source_id"].isin(own)
                & events["kind"].isin(every["kind"])
            ]
        )
        parts.append(_lay(_described(rows[rows["last_day"].notna()]), _name(code), code="CHN"))
        parts.append(_lay(said[said["actor"] == code], _name(code), mark="ring", code="CHN"))
    return _whole(parts)


def _sea(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    rows = routes(events, evidence)
    rows = rows[rows["last_day"].notna()].assign(origin=lambda d: d["source_id"])
    after = rows["last_day"] >= pd.Timestamp(settings().belt_and_road.launch)
    parts = []
    for port in settings().sea_access.ports:
        here = rows["port"] == port
        parts += [_lay(rows[here & ~after], port), _lay(rows[here & after], port, mark="ring")]
    return _whole(parts)


_OF: dict[str, Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]] = {
    "C02": _summit,
    "C03": _formats,
    "C04": _trip,
    "C05": _tours,
    "C18": _launch,
    "C19": _signing,
    "C21": _sea,
}


def lanes_of(claim: str) -> tuple[str, ...]:
    """Lanes that a claim's timeline shows even where no row is dated: names of the project's own
    registry.
    """
    if claim == "C03":
        return tuple(map(_name, FORMATS))
    return tuple(map(eco.name_of, eco.CA5)) if claim in ("C05", "C19") else ()


NOTES: dict[str, str] = {
    "C02": "The shaded days are those that the article names.",
    "C03": "Filled: ministers. Rings: leaders. Pale: known to the month only. Meetings after the "
    "article are shown too.",
    "C04": "Above, filled: held in the region; rings: elsewhere. Below, filled: the meeting; "
    "rings: stops of the trip.",
    "C05": "One mark for each visit and each country it went to.",
    "C18": "Rings: documents signed until the end of 2015 that a source dates to the month or the "
    "day. A placeholder is what a list writes for an early, unknown date.",
    "C19": "Filled: signed documents by every list and text; December 2013 is a placeholder of one "
    "list, no date. Rings: statements of support, known for the five only.",
    "C21": "Filled: before the speech of 2013. Rings: after it. At Batumi the date is of the "
    "purchase of the oil terminal, at Lianyungang that of 2013 is of an agreement; all others are "
    "of a route's opening or use.",
}
"""What the marks of each claim's timeline stand for."""


_TOLD = {
    "C03": "First dated meeting with all five",
    "C04": "C5+1 meetings of ministers on record",
    "C05": "Visits of Assistant Secretary Lu on record",
    "C19": "Documents and statements of support on record",
    "C21": "First use, opening or purchase on record",
}
"""How the title of a timeline begins, where it is not 'Dates on record'."""
_FIRST = ("C03", "C21")
"""Claims about what came first: the title of their timeline tells of each lane the first year."""
_FEW = 2
"""Lanes of which the title of a timeline tells a single date in full."""


def dates_found(claim: str, rows: pd.DataFrame) -> str:
    """The title of a claim's timeline: what its first panel shows.

    claim: as in `chronology`. rows: as from it. A placeholder is no date.

    Examples
    --------
    >>> rows = {"panel": "", "lane": ["Japan", "China"], "date": ["2004-08", "2020-07-16"]}
    >>> dates_found("C03", pd.DataFrame(rows | {"what": "first meeting of ministers"}))[:57]
    'First dated meeting with all five: Japan 2004; China 2020'
    """
    unknown = rows["lane"].eq(PLACEHOLDERS) | rows["what"].str.startswith("placeholder")
    shown = rows[~unknown.astype(bool) & rows["panel"].isin(rows["panel"].head(1))]
    dates = shown.groupby("lane", sort=False)["date"]
    whole = len(dates) <= _FEW and claim not in _FIRST
    told = [f"{lane} {_years(claim, part, whole=whole)}" for lane, part in dates]
    lacking = [lane for lane in lanes_of(claim) if lane not in set(shown["lane"])]
    told += [f"none for {joined(lacking)}"] if lacking else []
    return f"{_TOLD.get(claim, 'Dates on record')}: {'; '.join(told) or 'none'}"


def _years(claim: str, dates: pd.Series, *, whole: bool) -> str:
    """The years in which dates begin, or the one date that all of them are, if it may be whole."""
    if whole and dates.nunique() == 1:
        return date_in_words(dates.iloc[0])
    years = sorted({date[:4] for date in dates})
    return years[0] if claim in _FIRST else joined(years)


def chronology(claim: str, events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Dated rows behind a claim about dates, lane by lane and in each by date; see COLUMNS.

    claim: 'C02', 'C03', 'C04', 'C05', 'C18', 'C19' or 'C21'. events, evidence: like the tables of
        these names.
    Every source's row stays, so that two that disagree are both seen. Raises UnknownNameError for
    another claim.
    """
    if claim not in _OF:
        raise UnknownNameError("claim with a timeline", claim, _OF)
    return _by_date(_OF[claim](events, evidence))


def publishers(rows: pd.DataFrame) -> list[str]:
    """Publisher of each row's source, in the order of the rows.

    rows: a frame with source_id. A source without a publisher in the registry, or one of your own,
        is given by its id.
    """
    known = registry.sources()
    return [(known[s].publisher or s) if s in known else s for s in rows["source_id"]]


_KINDS = {
    "format_first_ministerial": "first meeting of ministers",
    "format_first_summit": "first meeting of leaders",
}


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
    known = registry.sources()
    out = [
        known[s].published if s in known and known[s].release_basis == "stated" else None
        for s in rows["source_id"]
    ]
    rows = rows.assign(
        publisher=publishers(rows),
        published=[pd.Timestamp(bounds(p)[1]) if p else pd.NaT for p in out],
    )
    found = []
    for _, part in rows.groupby(["actor", "counterpart", "kind"], sort=True):
        if part["first_day"].max() > part["last_day"].min():
            before = [part[part["published"] < day] for day in part["first_day"]]
            told = [
                "; ".join(
                    f"{r.publisher}, {day_in_words(r.published)}" for r in earlier.itertuples()
                )
                for earlier in before
            ]
            found.append(part.assign(reported_before=told))
    columns = ["actor", "kind", "date", "publisher", "reported_before", "source_id"]
    if not found:
        return pd.DataFrame(columns=columns)
    whole = pd.concat(found)[columns].reset_index(drop=True)
    return whole.assign(kind=whole["kind"].map(lambda k: _KINDS.get(k, k.replace("_", " "))))


def accession_disagreements(events: pd.DataFrame) -> pd.DataFrame:
    """Economies whose first document the sources date to times that exclude one another.

    events: rows like table `events`, as in `accession_variants`.
    Returns economy, earliest, latest (dates as given), apart (whole years between their years),
    sources (tuple); widest first. A placeholder is no date and excludes none.
    Raises UnknownNameError for a missing column.
    """
    every = accession_variants(events)
    every = every[every["date_bound"] != "placeholder"]
    records = []
    for economy, part in every.groupby("economy"):
        first, last = part.sort_values("date").iloc[0], part.sort_values("date").iloc[-1]
        if first["date"][:7] != last["date"][:7] and not last["date"].startswith(first["date"]):
            apart = int(last["year"] - first["year"])
            sources = tuple(sorted(set(part["source_id"])))
            records.append((economy, first["date"], last["date"], apart, sources))
    frame = pd.DataFrame(records, columns=["economy", "earliest", "latest", "apart", "sources"])
    return frame.sort_values(["apart", "economy"], ascending=[False, True], ignore_index=True)
