"""The matrix behind 'priority': in which field and economy does China lead, and what share of the
cells is that?

A cell is China against Russia, the EU and the United States on one concept, basis and year.
"""

from __future__ import annotations

import hashlib
import operator
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Literal

import pandas as pd

from ...claims.slots import in_words, joined
from ...estimates.frame import Estimate, Rows, estimate_row, estimates
from ...estimates.measures import measure, tells
from ...estimates.once import once
from ...ground import economies as eco
from ...ground.errors import known_name
from ...registry import article
from .fields import WAYS, field_cells

MAIN = {field: next(iter(ways)) for field, ways in WAYS.items()}
LEAST = (10, 4, 3)
"""Cells, dimensions and economies: below this a share of the filled cells would rest on one table,
or speak of one country.
"""
Cells = list[Estimate]
"""As from `field_cells`."""


@once
def _every_cell(economies: Sequence[str], **tables: pd.DataFrame) -> Cells:
    return [
        row
        for field, ways in WAYS.items()
        for way, (table, *_) in ways.items()
        for row in field_cells(tables[table], field, way, economies=economies)
    ]


def cells(*, economies: Sequence[str] = eco.CA5, **tables: pd.DataFrame) -> pd.DataFrame:
    """Every cell in every way to measure it: dimension, choice, since, the columns of an estimates
    frame, `values`, `leader`, `place` and `led`.

    tables: those that `lead_share` takes, by name.
    `estimate` (or low and high) is China over its largest rival: above one, China leads. `led` is
    True, False, or None where the cell is missing (with the reason in `missing`) or its range holds
    one. One row per dimension, choice, since and economy.
    """
    rows = _every_cell(economies, **tables)
    names = ["dimension", "choice", "since", "values", "leader", "place", "led"]
    extra = pd.DataFrame(rows, columns=names, dtype=object)
    frame = estimates(rows).join(extra).astype({"since": int})
    frame = frame.assign(missing=frame["missing"].map(_named))
    frame.attrs = {"as_of": tables["trade"].attrs.get("as_of", "latest")}
    return frame


def _named(text: str) -> str:
    """Powers by their names."""
    return re.sub(r"CHN|RUS|EU27|USA", lambda hit: eco.in_prose(hit[0]), text)


def matrix(rows: pd.DataFrame, *, since: int = 2018) -> pd.DataFrame:
    """The cells of the main way to measure each field, out of what `cells` made: one row per
    dimension and economy.
    """
    wanted = rows["choice"].eq(rows["dimension"].map(MAIN)) & rows["since"].eq(since)
    return rows[wanted].reset_index(drop=True)


@measure("claims.priority.lead_share", kind="share", unit="share")
@tells("led", "cells", "empty", "ours", "others")
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
    place: Literal[1, 2] = 1,
    trade_basis: Literal["own_else_partners", "own", "partners"] = "own_else_partners",
    investment_concept: Literal["stock", "inflow"] = "stock",
    student_level: Literal["degree", "all"] = "degree",
    meetings: Literal["visits", "summits"] = "visits",
    since: Literal[2013, 2018] = 2018,
    dimension: Literal[
        "none", "trade", "investment", "finance", "students", "opinion", "meetings"
    ] = "none",
    country: str = "none",
) -> list[Estimate]:
    """Share of the cells in which China leads, or is first or second; in [0, 1].

    economies: codes or names.
    count: 'all' cells, those not filled for and against, or the 'observed' alone.
    place: 1, first; 2, first or second. since: no year before this one.
    dimension, country: one that is left out, or 'none'.
    Returns an estimates frame of one row of no economy; low and high where cells are open. Where
    too few cells are filled the reason is in `missing`.
    """
    known_name("country", country, ("none", *economies))
    tables = {"trade": trade, "investment": investment, "students": students}
    tables |= {"opinion": opinion, "visits": visits, "events": events}
    chosen = MAIN | {
        "trade": trade_basis,
        "investment": investment_concept,
        "students": student_level,
        "meetings": meetings,
    }
    kept = [
        cell
        for cell in _every_cell(economies, **tables)
        if cell["since"] == since
        and cell["choice"] == chosen[cell["dimension"]]
        and dimension != cell["dimension"]
        and country != cell["economy"]
    ]
    return [_share(kept, count, place)]


_STATES = {True: "leads", False: "does not lead"}
_OPEN = "cannot be said"


def _reached(cell: Mapping[str, Any], place: int) -> bool | None:
    """Whether China is first in a cell, or has a place as good as asked for."""
    if place == 1 or not cell["place"]:
        return cell["led"]
    best, worst = cell["place"]
    return True if worst <= place else False if best > place else None


def _share(cells: Cells, count: str, place: int) -> Estimate:
    filled = [c for c in cells if c["n"] > 0]
    chosen = cells if count == "all" else filled
    if why := _too_few(filled) if count == "observed" else "" if chosen else "no cell":
        return estimate_row(missing=why)
    reached = [_reached(c, place) for c in chosen]
    led, open_ = reached.count(True), reached.count(None)
    low, high = led / len(chosen), (led + open_) / len(chosen)
    ends = {"low": low, "high": high, "interval": "cells not filled counted against and for"}
    years = [c[name] for c in filled for name in ("first_year", "last_year") if c[name]]
    # an empty cell that is left out changes the share, so the number asked for is part of the path
    marks = sorted(f"{c['dimension']} {c['economy']} {c['path']}" for c in filled)
    path = hashlib.sha256("\n".join([*marks, str(len(cells))]).encode()).hexdigest()[:12]
    about = {
        "led": in_words(led),
        "cells": in_words(len(chosen)),
        "empty": in_words(len(cells) - len(filled)),
        "ours": _fields([c for c in filled if c["led"] is True]),
        "others": _others(filled),
    }
    row = estimate_row(about=about, **ends if open_ else {"estimate": low})
    return row | {
        "n": len(filled),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "sources": tuple(sorted({s for c in filled for s in c["sources"]})),
        "path": path if filled else "",
        "rows": Rows(partial(_comparisons, chosen, place)),
    }


def _comparisons(cells: Cells, place: int) -> pd.DataFrame:
    """The comparisons behind a share, one row each, those that can be made first: field, country,
    year, whether China has the place asked for, what was compared, sources.
    """
    frame = pd.DataFrame(cells).sort_values("n", key=lambda n: n == 0, kind="stable")
    reached = [_reached(cell, place) for cell in frame.to_dict("records")]
    words = {True: "yes", False: "no", None: "cannot be said"}
    columns = {
        "field": frame["dimension"],
        "country": frame["economy"],
        "year": frame["last_year"].astype("Int64"),
        "China first" if place == 1 else "China first or second": list(map(words.get, reached)),
        "compared": frame["values"].where(frame["n"] > 0, frame["missing"].map(_named)),
        "sources": frame["sources"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _too_few(filled: Cells) -> str:
    """Why a share of the filled cells would say too little, or ''."""
    fields, economies = ({c[name] for c in filled} for name in ("dimension", "economy"))
    many = len(filled), len(fields), len(economies)
    if all(map(operator.ge, many, LEAST)):
        return ""
    return "{} cells of {} dimensions and {} economies are filled".format(*many)


def _others(filled: Cells) -> str:
    """Who leads where China does not: 'Russia in two (students in Kazakhstan and Kyrgyzstan in
    2018), the EU in trade and the United States in investment in Kazakhstan'.
    """
    lost = [c for c in filled if c["led"] is False and c["leader"]]
    texts, single = [], dict[str, list[str]]()
    for power, many in Counter(c["leader"] for c in lost).most_common():
        leads, who = [c for c in lost if c["leader"] == power], eco.in_prose(power)
        if many > 1:
            texts.append(f"{who} in {in_words(many)} ({_fields(leads)})")
        else:
            single.setdefault(leads[0]["economy"], []).append(f"{who} in {leads[0]['dimension']}")
    texts += [f"{joined(who)} in {eco.in_prose(code)}" for code, who in single.items()]
    return ", ".join(texts)


def _fields(cells: Iterable[Mapping[str, Any]]) -> str:
    """'trade in Tajikistan in 2021, students in all five and opinion in Kyrgyzstan in 2018'; no
    year of a field whose figures are of several, or of the last full one before the article or
    later.
    """
    last_full, by_year = article().date.year - 1, dict[int | None, list[str]]()
    for field, group in groupby(cells, operator.itemgetter("dimension")):
        codes, years = zip(*((c["economy"], int(c["last_year"])) for c in group), strict=True)
        early = {year if year < last_full else None for year in years}
        all_five = {*codes} == {*eco.CA5}
        where = "all five" if all_five else joined(map(eco.in_prose, codes))
        by_year.setdefault(early.pop() if len(early) == 1 else None, []).append(
            f"{field} in {where}"
        )
    return ", ".join(
        joined(places) + (f" in {year}" if year else "") for year, places in by_year.items()
    )
