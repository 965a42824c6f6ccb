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
from typing import Any, Literal

import pandas as pd

from ...claims.slots import in_words, joined
from ...estimates.frame import ESTIMATE_COLUMNS, Estimate, Rows, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.errors import UnknownNameError, known_name
from ...trade.rank import reports
from ...trade.standings import Reports
from .investment import finance_lead, investor_lead
from .relations import meetings_lead, opinion_lead
from .students import host_lead
from .trade import partner_lead

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
Choices = Mapping[tuple[str, int], pd.DataFrame]


def _labelled(dimension: str, made: Choices) -> pd.DataFrame:
    """Cells of a dimension by (choice, since), as one frame that says which is which."""
    parts = [
        made[choice, since].assign(dimension=dimension, choice=choice, since=since)
        for choice in CHOICES[dimension]
        for since in SINCE
    ]
    return pd.concat(parts, ignore_index=True)


def _since_each(
    leads: Mapping[str, Callable[..., pd.DataFrame]], economies: Sequence[str]
) -> dict[tuple[str, int], pd.DataFrame]:
    """Cells of each choice since every year of SINCE, without doing the same comparison twice."""
    found = {}
    for choice, lead in leads.items():
        found[choice, SINCE[0]] = whole = lead(economies=economies, since=SINCE[0])
        for since in SINCE[1:]:
            # the best year of the longer span is the best of the shorter one, where it lies in it
            late = whole["last_year"].astype("float64") >= since
            again = [e for e, kept in zip(economies, late, strict=True) if not kept]
            other = lead(economies=again, since=since) if again else whole[~late]
            found[choice, since] = pd.concat([whole[late], other], ignore_index=True)
    return found


@parts(seen=reports)
def trade_cells(
    trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, seen: Reports | None = None
) -> pd.DataFrame:
    """The cells of trade in every way to measure them; see `cells`. seen: what `reports` makes."""
    seen = reports(trade, economies=economies) if seen is None else seen
    return _labelled("trade", _trade_cells(partial(partner_lead, trade, seen=seen), economies))


def investment_cells(
    investment: pd.DataFrame, *, economies: Sequence[str] = eco.CA5
) -> pd.DataFrame:
    """The cells of investment and of finance; see `cells`."""
    stocks = {
        c: partial(investor_lead, investment, investment_concept=c) for c in CHOICES["investment"]
    }
    loans = {"net": partial(finance_lead, investment)}
    return pd.concat(
        [
            _labelled("investment", _since_each(stocks, economies)),
            _labelled("finance", _since_each(loans, economies)),
        ],
        ignore_index=True,
    )


def student_cells(students: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """The cells of students; see `cells`."""
    made = {c: partial(host_lead, students, student_level=c) for c in CHOICES["students"]}
    return _labelled("students", _since_each(made, economies))


def opinion_cells(opinion: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """The cells of opinion; see `cells`."""
    made = {"favourable": partial(opinion_lead, opinion)}
    return _labelled("opinion", _since_each(made, economies))


def meeting_cells(
    visits: pd.DataFrame, events: pd.DataFrame, *, economies: Sequence[str] = eco.CA5
) -> pd.DataFrame:
    """The cells of meetings; see `cells`."""
    made = {
        (c, s): meetings_lead(visits, events, economies=economies, meetings=c, since=s)
        for c in CHOICES["meetings"]
        for s in SINCE
    }
    return _labelled("meetings", made)


@parts(
    of_trade=trade_cells,
    of_investment=investment_cells,
    of_students=student_cells,
    of_opinion=opinion_cells,
    of_meetings=meeting_cells,
)
def cells(
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    of_trade: pd.DataFrame | None = None,
    of_investment: pd.DataFrame | None = None,
    of_students: pd.DataFrame | None = None,
    of_opinion: pd.DataFrame | None = None,
    of_meetings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every cell in every way to measure it: dimension, choice, since, the columns of an estimates
    frame, `values`, `leader`, `place` and `led`.

    `estimate` (or low and high) is China over its largest rival: above one, China leads. `led` is
    True, False, or None where the cell is missing (with the reason in `missing`) or its range holds
    one. One row per dimension, choice, since and economy. Give the result to `lead_share` where
    many specifications share it.
    of_trade, of_investment, of_students, of_opinion, of_meetings: the cells of these dimensions,
        where they are made.
    """
    parts = [
        trade_cells(trade, economies=economies) if of_trade is None else of_trade,
        investment_cells(investment, economies=economies)
        if of_investment is None
        else of_investment,
        student_cells(students, economies=economies) if of_students is None else of_students,
        opinion_cells(opinion, economies=economies) if of_opinion is None else of_opinion,
        meeting_cells(visits, events, economies=economies) if of_meetings is None else of_meetings,
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["missing"] = frame["missing"].map(
        lambda text: re.sub(r"CHN|RUS|EU27|USA", lambda hit: _NAMES[hit[0]], text)
    )
    frame["led"] = [_led(r.estimate, r.low, r.high) for r in frame.itertuples()]
    frame["led"] = frame["led"].astype(object)
    frame.attrs = {"as_of": trade.attrs.get("as_of", "latest")}
    return frame[
        ["dimension", "choice", "since", *ESTIMATE_COLUMNS, "values", "leader", "place", "led"]
    ]


def _trade_cells(
    lead: Callable[..., pd.DataFrame], economies: Sequence[str]
) -> dict[tuple[str, int], pd.DataFrame]:
    """`partner_lead` on every basis and since every year of SINCE."""
    found = _since_each({b: partial(lead, trade_basis=b) for b in ("own", "partners")}, economies)
    for since in SINCE:
        mine, theirs = found["own", since], found["partners", since]
        lacking = mine.loc[mine["missing"] != "", "economy"]
        parts = [mine[~mine["economy"].isin(lacking)], theirs[theirs["economy"].isin(lacking)]]
        found["own_else_partners", since] = pd.concat(parts, ignore_index=True).sort_values(
            "economy", ignore_index=True
        )
    return found


def _led(value: float, low: float, high: float) -> bool | None:
    if pd.notna(value):
        return bool(value > 1)
    if pd.isna(low) or pd.isna(high) or low <= 1 < high:
        return None
    return bool(low > 1)


def _chosen(
    trade_basis: str = "own_else_partners",
    investment_concept: str = "stock",
    student_level: str = "degree",
    meetings: str = "visits",
    since: int = 2013,
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


ByChoice = Mapping[tuple[str, str, int], Sequence[Mapping[str, Any]]]


@parts(cells=cells)
def by_choice(cells: pd.DataFrame) -> ByChoice:
    """What `cells` makes, as records by dimension, choice and since: specifications pick theirs
    without searching.
    """
    found: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for row in cells.to_dict("records"):
        found.setdefault((row["dimension"], row["choice"], row["since"]), []).append(row)
    return found


@measure("claims.priority.lead_share")
@tells("led", "cells", "empty", "others")
@parts(cells_by_choice=by_choice)
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
    since: int = 2013,
    dimension: Literal[
        "none", "trade", "investment", "finance", "students", "opinion", "meetings"
    ] = "none",
    country: str = "none",
    cells_by_choice: ByChoice | None = None,
) -> list[Estimate]:
    """Share of the cells of economies and dimensions in which China leads; an estimates frame of
    one row, n its cells.

    trade, investment, students, opinion, visits, events: like the tables of these names.
    economies: codes.
    count: 'all', where cells that are not filled count against (low) and for (high); 'observed',
        the share of those that are filled, missing below LEAST_CELLS cells, LEAST_DIMENSIONS
        dimensions or LEAST_ECONOMIES economies.
    place: 1, cells in which China is first; 2, in which it is first or second.
    dimension, country: one to leave out, or 'none'. cells_by_choice: as `by_choice` makes
        them (made here if not given).
    trade_basis, investment_concept, student_level, meetings: a choice of CHOICES for each
        dimension; since: the oldest year, one of SINCE. Raises UnknownNameError for an unknown
        choice.
    """
    for kind, name, known in (
        ("count", count, ("all", "observed")),
        ("dimension", dimension, ("none", *CHOICES)),
        ("country", country, ("none", *eco.CA5)),
    ):
        known_name(kind, name, known)
    found = cells_by_choice
    if found is None:
        found = by_choice(
            cells(trade, investment, students, opinion, visits, events, economies=economies)
        )
    chosen, first = _chosen(trade_basis, investment_concept, student_level, meetings, since)
    rows = [row for name, choice in chosen.items() for row in found.get((name, choice, first), ())]
    kept = [r for r in rows if r["dimension"] != dimension and r["economy"] != country]
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
        ("economy", list(eco.CA5)),
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
    years = [int(c[k]) for c in filled for k in ("first_year", "last_year") if pd.notna(c[k])]
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
            "compared": cell["values"] if cell["n"] > 0 else cell["missing"],
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
    """Who leads where China does not: 'Russia leads eight, the EU one'."""
    leaders = Counter(c["leader"] for c in filled if c["led"] is False and c.get("leader"))
    told = [(eco.in_prose(code), in_words(n)) for code, n in leaders.most_common()]
    if not told:
        return ""
    (name, number), *rest = told
    return joined([f"{name} comes first in {number}", *(f"{who} in {n}" for who, n in rest)])
