"""The matrix behind 'priority': in which dimension and economy does China lead, and what share of
the cells is that?

A cell is China against Russia, the EU and the United States on one concept, basis and year, made by
the wings; this module only joins them, because no wing may import another.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Literal

import pandas as pd

from ...claims.slots import in_words, joined
from ...estimates.frame import Estimate, Figures, Rows, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.errors import UnknownNameError, UsageError, known_name
from ...ground.remember import by_files
from ...registry import article
from ...stats.frames import records
from ...stats.pieces import Pieces
from ...trade.rank import reports
from ...trade.standings import Reports
from ..trade_priority import Powers
from .investment import by_kind, compared, of_kind
from .leads import framed
from .relations import (
    ALL_FIVE,
    by_economy,
    by_receiver,
    of_opinion,
    of_summits,
    of_visits,
    summits,
    with_all_five,
)
from .students import by_level, counted, of_students
from .trade import on_basis

CHOICES: dict[str, tuple[str, ...]] = {
    "trade": ("own_else_partners", "own", "partners"),
    "investment": ("stock", "inflow"),
    "finance": ("net",),
    "students": ("degree", "all"),
    "opinion": ("favourable",),
    "meetings": ("visits", "summits"),
}
"""Dimensions, and the ways in which each may be measured."""
SINCE = (2013, 2018)
_NAMES = {"CHN": "China", "RUS": "Russia", "EU27": "the EU", "USA": "the United States"}
LEAST_CELLS, LEAST_DIMENSIONS, LEAST_ECONOMIES = 10, 4, 3
"""Below this a share of the filled cells would rest on one table, or speak of one country."""
Cell = Mapping[str, Any]
"""One comparison: dimension, the columns of an estimates frame, `values`, `leader`, `place` and
`led`.
"""
ByChoice = Mapping[tuple[str, str, int], Sequence[Cell]]
"""Cells by dimension, choice and since."""
Since = Mapping[int, Estimate]
"""The row of an economy since each year of SINCE."""
SinceYear = Callable[[int], Estimate]
"""Gives that row for a year."""


def _newest(lead: SinceYear) -> Since:
    """Rows of the best year, without doing the same comparison twice."""
    whole = lead(SINCE[0])
    last = whole["last_year"] or SINCE[0]
    # the best year of the longer span is the best of the shorter one, where it lies in it
    return {since: whole if last >= since else lead(since) for since in SINCE}


def _cells(dimension: str, choice: str, economies: Sequence[Since]) -> ByChoice:
    """Rows of each economy, those that are the same since SINCE[0] before the others."""
    found = {}
    for since in SINCE:
        in_order = sorted(economies, key=lambda rows: rows[since] is not rows[SINCE[0]])
        found[dimension, choice, since] = [rows[since] for rows in in_order]
    return found


def _of_pieces(
    known: Pieces,
    dimension: str,
    economies: Sequence[str],
    told: Callable[[pd.DataFrame, str, str], SinceYear],
) -> ByChoice:
    """The cells of a dimension in every way to measure it, each row made once of its piece.

    told: what the rows of a piece, a way and an economy say.
    """

    def newest(rows: pd.DataFrame, way: str, economy: str) -> Since:
        return _newest(told(rows, way, economy))

    found: dict[tuple[str, str, int], Sequence[Cell]] = {}
    for way in CHOICES[dimension]:
        asked = {code: partial(newest, way=way, economy=code) for code in economies}
        each = [known.once((way, code), "newest", make) for code, make in asked.items()]
        found |= _cells(dimension, way, each)
    return found


@parts(seen=reports, powers=Powers)
def trade_cells(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    seen: Reports | None = None,
    powers: Powers | None = None,
) -> ByChoice:
    """The cells of trade in every way to measure them; see `cells`. seen, powers: what `reports`
    and `Powers` make.
    """
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    powers = Powers(trade, economies=codes) if powers is None else powers
    sides = {"own": "reporter", "partners": "mirror"}
    by_side = {
        choice: _cells(
            "trade", choice, [_newest(partial(on_basis, seen, powers, e, s)) for e in codes]
        )
        for choice, s in sides.items()
    }
    found = {**by_side["own"], **by_side["partners"]}
    for since in SINCE:
        own, partners = (found["trade", choice, since] for choice in sides)
        told = {row["economy"]: row for row in own if not row["missing"]}
        either = (told.get(row["economy"], row) for row in partners)
        found["trade", "own_else_partners", since] = sorted(either, key=itemgetter("economy"))
    return found


@parts(kinds=by_kind)
def investment_cells(
    investment: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, kinds: Pieces | None = None
) -> ByChoice:
    """The cells of investment and of finance; see `cells`. kinds: what `by_kind` makes."""
    codes = [eco.resolve(e) for e in economies]
    known = by_kind(investment, economies=codes) if kinds is None else kinds

    def told(rows: pd.DataFrame, kind: str, economy: str) -> SinceYear:
        return partial(of_kind, compared(rows, kind), economy)

    return {
        **_of_pieces(known, "investment", codes, told),
        **_of_pieces(known, "finance", codes, told),
    }


@parts(hosted=by_level)
def student_cells(
    students: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, hosted: Pieces | None = None
) -> ByChoice:
    """The cells of students; see `cells`. hosted: what `by_level` makes."""
    codes = [eco.resolve(e) for e in economies]
    hosted = by_level(students, economies=codes) if hosted is None else hosted

    def told(rows: pd.DataFrame, level: str, economy: str) -> SinceYear:
        return partial(of_students, counted(rows, level), level, economy)

    return _of_pieces(hosted, "students", codes, told)


@parts(asked=by_economy)
def opinion_cells(
    opinion: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, asked: Pieces | None = None
) -> ByChoice:
    """The cells of opinion; see `cells`. asked: what `by_economy` makes."""
    codes = [eco.resolve(e) for e in economies]
    asked = by_economy(opinion) if asked is None else asked

    def newest(rows: pd.DataFrame, economy: str) -> Since:
        return _newest(partial(of_opinion, Figures(rows), economy))

    each = [asked.once(e, "newest", partial(newest, economy=e)) for e in codes]
    return _cells("opinion", "favourable", each)


@parts(received=by_receiver, held=with_all_five)
def meeting_cells(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    received: Pieces | None = None,
    held: Pieces | None = None,
) -> ByChoice:
    """The cells of meetings; see `cells`. received, held: what `by_receiver` and `with_all_five`
    make.
    """
    codes = [eco.resolve(e) for e in economies]
    received = by_receiver(visits) if received is None else received
    held = with_all_five(events) if held is None else held

    def visited(rows: pd.DataFrame, economy: str) -> Since:
        return {since: of_visits(rows, economy, since) for since in SINCE}

    def met(rows: pd.DataFrame) -> list[Since]:
        every = summits(rows)
        found = {since: of_summits(every, since) for since in SINCE}
        return [{s: row | {"economy": code} for s, row in found.items()} for code in codes]

    trips = [received.once(code, "since", partial(visited, economy=code)) for code in codes]
    with_all = held.once(ALL_FIVE, ("since", *codes), met)
    return {**_cells("meetings", "visits", trips), **_cells("meetings", "summits", with_all)}


@parts(
    of_trade=trade_cells,
    of_investment=investment_cells,
    of_students=student_cells,
    of_opinion=opinion_cells,
    of_meetings=meeting_cells,
)
def every_cell(
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    of_trade: ByChoice | None = None,
    of_investment: ByChoice | None = None,
    of_students: ByChoice | None = None,
    of_opinion: ByChoice | None = None,
    of_meetings: ByChoice | None = None,
) -> ByChoice:
    """What `cells` are made of, by dimension, choice and since.

    of_trade, of_investment, of_students, of_opinion, of_meetings: the cells of these dimensions,
        where they are made.
    """
    return {
        **(of_trade or trade_cells(trade, economies=economies)),
        **(of_investment or investment_cells(investment, economies=economies)),
        **(of_students or student_cells(students, economies=economies)),
        **(of_opinion or opinion_cells(opinion, economies=economies)),
        **(of_meetings or meeting_cells(visits, events, economies=economies)),
    }


def cells(
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
) -> pd.DataFrame:
    """Every cell in every way to measure it: dimension, choice, since, the columns of an estimates
    frame, `values`, `leader`, `place` and `led`.

    `estimate` (or low and high) is China over its largest rival: above one, China leads. `led` is
    True, False, or None where the cell is missing (with the reason in `missing`) or its range holds
    one. One row per dimension, choice, since and economy. Give the result to `lead_share` where
    many specifications share it, as `by_choice` makes it.
    """
    made = every_cell(trade, investment, students, opinion, visits, events, economies=economies)
    asked = [(d, c, s) for d, choices in CHOICES.items() for c in choices for s in SINCE]
    rows = [(*key, cell) for key in asked for cell in made[key]]
    frame = framed(cell | {"missing": _in_words(cell["missing"])} for *_, cell in rows)
    for place, name in enumerate(("dimension", "choice", "since")):
        frame.insert(place, name, [row[place] for row in rows])
    frame["led"] = pd.Series([cell["led"] for *_, cell in rows], dtype=object)
    frame.attrs = {"as_of": trade.attrs.get("as_of", "latest")}
    return frame


def _in_words(missing: str) -> str:
    return re.sub(r"CHN|RUS|EU27|USA", lambda hit: _NAMES[hit[0]], missing)


def _chosen(
    trade_basis: str = "own_else_partners",
    investment_concept: str = "stock",
    student_level: str = "degree",
    meetings: str = "visits",
    since: int = 2018,
) -> tuple[dict[str, str], int]:
    """The choice of each dimension, and the first year."""
    chosen = {
        "trade": trade_basis,
        "investment": investment_concept,
        "finance": "net",
        "students": student_level,
        "opinion": "favourable",
        "meetings": meetings,
    }
    for dimension, choice in chosen.items():
        if choice not in CHOICES[dimension]:
            raise UnknownNameError(f"choice of {dimension}", choice, CHOICES[dimension])
    if since not in SINCE:
        raise UnknownNameError("since", since, map(str, SINCE))
    return chosen, since


def matrix(made: pd.DataFrame, **choices: Any) -> pd.DataFrame:
    """The cells of one specification: one row per dimension and economy out of what `cells` made.

    choices: trade_basis, investment_concept, student_level, meetings (see CHOICES) and since (one
        of SINCE).
    Raises UnknownNameError for an unknown choice.
    """
    chosen, since = _chosen(**choices)
    wanted = made["choice"] == made["dimension"].map(chosen)
    return made[wanted & (made["since"] == since)].reset_index(drop=True)


_YEARS = ("first_year", "last_year")


def by_choice(cells: pd.DataFrame) -> ByChoice:
    """What `cells` makes, as records by dimension, choice and since: specifications pick theirs
    without searching.
    """
    found: dict[tuple[str, str, int], list[Cell]] = {}
    for row in records(cells.astype(dict.fromkeys(_YEARS, "Int64"))):
        found.setdefault((row["dimension"], row["choice"], row["since"]), []).append(row)
    return found


@parts(cells_by_choice=every_cell)
def chosen_cells(
    cells_by_choice: ByChoice,
    *,
    trade_basis: str = "own_else_partners",
    investment_concept: str = "stock",
    student_level: str = "degree",
    meetings: str = "visits",
    since: int = 2018,
) -> list[Cell]:
    """The cells of one specification, out of what `by_choice` or `every_cell` makes."""
    chosen, first = _chosen(trade_basis, investment_concept, student_level, meetings, since)
    asked = [(name, choice, first) for name, choice in chosen.items()]
    return [cell for key in asked for cell in cells_by_choice.get(key, ())]


@measure("claims.priority.lead_share")
@tells("led", "cells", "empty", "ours", "others")
@parts(chosen=chosen_cells)
def lead_share(
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    count: Literal["all", "observed"] = "all",
    place: int = 1,
    trade_basis: Literal["own_else_partners", "own", "partners"] = "own_else_partners",
    investment_concept: Literal["stock", "inflow"] = "stock",
    student_level: Literal["degree", "all"] = "degree",
    meetings: Literal["visits", "summits"] = "visits",
    since: int = 2018,
    dimension: Literal[
        "none", "trade", "investment", "finance", "students", "opinion", "meetings"
    ] = "none",
    country: str = "none",
    cells_by_choice: ByChoice | None = None,
    chosen: list[Cell] | None = None,
) -> list[Estimate]:
    """Share of the cells of economies and dimensions in which China leads; an estimates frame of
    one row, n its cells.

    trade, investment, students, opinion, visits, events: like the tables of these names.
    economies: codes.
    count: 'all', where cells that are not filled count against (low) and for (high); 'observed',
        the share of those that are filled, missing below LEAST_CELLS cells, LEAST_DIMENSIONS
        dimensions or LEAST_ECONOMIES economies.
    place: 1, cells in which China is first; 2, in which it is first or second.
    dimension, country: one to leave out, or 'none'. cells_by_choice, chosen: as `by_choice` and
        `chosen_cells` make them (made here if not given).
    trade_basis, investment_concept, student_level, meetings: a choice of CHOICES for each
        dimension; since: the oldest year, one of SINCE. Raises UnknownNameError for an unknown
        choice, UsageError for a place that is not counted.
    """
    known_name("count", count, ("all", "observed"))
    if place not in (1, 2):
        raise UsageError(
            f"place {place} is none that is counted", hint="1, first; or 2, first or second"
        )
    for kind, name, known in (("dimension", dimension, CHOICES), ("country", country, economies)):
        if name != "none":
            known_name(kind, name, ("none", *known))
    if chosen is None:
        tables = (trade, investment, students, opinion, visits, events)
        if cells_by_choice is None:
            cells_by_choice = every_cell(*tables, economies=economies)
        chosen = chosen_cells(
            cells_by_choice,
            trade_basis=trade_basis,
            investment_concept=investment_concept,
            student_level=student_level,
            meetings=meetings,
            since=since,
        )
    kept = [c for c in chosen if c["dimension"] != dimension and c["economy"] != country]
    return [_share(kept, count, place)]


def left_out(made: pd.DataFrame, **choices: Any) -> pd.DataFrame:
    """One dimension and one economy left out in turn: without, led, not_led, missing, low, high
    (shares of all cells), of_filled.

    made: from `cells`. choices: those of `matrix`. The first row leaves nothing out.
    """
    table = matrix(made, **choices)
    rows = []
    for column, names in (
        ("", ["nothing"]),
        ("dimension", list(CHOICES)),
        ("economy", list(dict.fromkeys(table["economy"]))),
    ):
        for name in names:
            kept = table[table[column] != name] if column else table
            led, lost = sum(v is True for v in kept["led"]), sum(v is False for v in kept["led"])
            whole = len(kept)
            rows.append(
                {
                    "without": name,
                    "led": led,
                    "not_led": lost,
                    "missing": whole - led - lost,
                    "low": led / whole if whole else None,
                    "high": (whole - lost) / whole if whole else None,
                    "of_filled": led / (led + lost) if led + lost else None,
                }
            )
    return pd.DataFrame(rows)


def _reached(cell: Mapping[str, Any], place: int) -> bool | None:
    """Whether China is first in a cell, or has a place as good as asked for."""
    if place == 1 or not cell.get("place"):
        return cell["led"]
    best, worst = cell["place"]
    return True if worst <= place else False if best > place else None


def _share(cells: Sequence[Mapping[str, Any]], count: str, place: int) -> dict[str, Any]:
    filled = [c for c in cells if c["n"] > 0]
    asked = cells if count == "all" else filled
    reached = [_reached(c, place) for c in asked]
    led, lost = reached.count(True), reached.count(False)
    open_ = len(asked) - led - lost
    if why := _too_few(filled) if count == "observed" else "" if asked else "no cell":
        return estimate_row(missing=why)
    ends = (led / len(asked), (led + open_) / len(asked))
    years = [c[name] for c in filled for name in _YEARS if isinstance(c[name], int)]
    marks = sorted(f"{c['dimension']} {c['economy']} {c['path']}" for c in filled)
    return {
        "economy": "",
        "estimate": None if open_ else ends[0],
        "low": ends[0] if open_ else None,
        "high": ends[1] if open_ else None,
        "interval": "cells not filled counted against and for" if open_ else "",
        "n": len(filled),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "sources": tuple(sorted({s for c in filled for s in c["sources"]})),
        # an empty cell that is left out changes the share, so the number asked for is part of the
        # path
        "path": hashlib.sha256("\n".join([*marks, str(len(cells))]).encode()).hexdigest()[:12]
        if marks
        else "",
        "missing": "",
        "about": {
            "led": in_words(led),
            "cells": in_words(len(asked)),
            "empty": in_words(len(cells) - len(filled)),
            "ours": _ours(filled),
            "others": _others(filled),
        },
        "rows": Rows(partial(compared_cells, asked, place)),
    }


def compared_cells(cells: Sequence[Mapping[str, Any]], place: int = 1) -> pd.DataFrame:
    """The comparisons behind a share, one row each, those that can be made first: field, country,
    year, whether China has the place asked for, what was compared, sources.
    """
    said = {True: "yes", False: "no", None: "cannot be said"}
    asked = "China first" if place == 1 else "China first or second"
    rows = [
        {
            "field": cell["dimension"],
            "country": cell["economy"],
            "year": int(cell["last_year"]) if pd.notna(cell["last_year"]) else None,
            asked: said[_reached(cell, place)],
            "compared": cell["values"] if cell["n"] > 0 else _in_words(cell["missing"]),
            "sources": tuple(cell["sources"]),
        }
        for cell in sorted(cells, key=lambda cell: cell["n"] == 0)
    ]
    return pd.DataFrame(rows).astype({"year": "Int64"})


def _too_few(filled: Sequence[Mapping[str, Any]]) -> str:
    """Why a share of the filled cells would say too little, or ''."""
    dimensions = {c["dimension"] for c in filled}
    economies = {c["economy"] for c in filled}
    if (
        len(filled) >= LEAST_CELLS
        and len(dimensions) >= LEAST_DIMENSIONS
        and len(economies) >= LEAST_ECONOMIES
    ):
        return ""
    return (
        f"{len(filled)} cells of {len(dimensions)} dimensions and {len(economies)} economies are "
        "filled"
    )


def _others(filled: Sequence[Mapping[str, Any]]) -> str:
    """Who leads where China does not: 'Russia in two (students in Kazakhstan and Kyrgyzstan in
    2018), the EU in trade and the United States in investment in Kazakhstan'.
    """
    lost = [c for c in filled if c["led"] is False and c.get("leader")]
    number = Counter(c["leader"] for c in lost)
    places = [
        (code, tuple(_place(c) for c in lost if c["leader"] == code))
        for code, _ in number.most_common()
    ]
    return _counted(tuple(places))


def _ours(filled: Sequence[Mapping[str, Any]]) -> str:
    """Where China leads: 'trade in Kyrgyzstan and Uzbekistan'."""
    return _fields(tuple(_place(c) for c in filled if c["led"] is True))


Places = tuple[tuple[str, str, int | None], ...]
"""Fields, codes of countries and years; no year where it is the last full one before the article
or later.
"""


def _place(cell: Mapping[str, Any]) -> tuple[str, str, int | None]:
    year = int(cell["last_year"])
    return cell["dimension"], cell["economy"], year if year < article().date.year - 1 else None


@by_files("economies.csv")
def _counted(leaders: tuple[tuple[str, Places], ...]) -> str:
    several = [
        f"{eco.in_prose(who)} in {in_words(len(own))} ({_fields(own)})"
        for who, own in leaders
        if len(own) > 1
    ]
    single: dict[str, list[str]] = {}
    for who, own in leaders:
        for field, code, _ in own if len(own) == 1 else ():
            single.setdefault(code, []).append(f"{eco.in_prose(who)} in {field}")
    return ", ".join(
        [*several, *(f"{joined(who)} in {eco.in_prose(code)}" for code, who in single.items())]
    )


@by_files("economies.csv")
def _fields(places: Places) -> str:
    """'trade in Tajikistan in 2021, students in all five and opinion in Kyrgyzstan in 2018'; no
    year of a field whose figures are of several.
    """
    by_year: dict[int | None, dict[str, list[str]]] = {}
    for field in dict.fromkeys(field for field, *_ in places):
        codes, years = zip(*((code, year) for f, code, year in places if f == field), strict=True)
        by_year.setdefault(years[0] if len({*years}) == 1 else None, {})[field] = [*codes]
    every = set(eco.CA5)
    return ", ".join(
        joined(
            f"{field} in " + ("all five" if {*codes} == every else joined(map(eco.in_prose, codes)))
            for field, codes in by_field.items()
        )
        + (f" in {year}" if year else "")
        for year, by_field in by_year.items()
    )
