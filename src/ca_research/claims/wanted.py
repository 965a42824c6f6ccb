"""Which figures would settle what a claim leaves open: the cells that its file names, for the
economies that have no answer, as far as no table holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from .. import registry
from ..estimates.series import pick
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.errors import known_name
from ..registry import ClaimSpec, Criterion
from ..registry.claims import Want
from ..registry.holders import Holder, holders
from ..tables.load import load
from ..tables.preference import OWN_REPORTS, role
from .logic import decide
from .measures import find, taken_by

NOT_COME = "has not come yet"
"""The reason, after a year, why there is no figure of it."""

Wanted = dict[str, Any]
"""A want of one economy as a verdict stores it: criteria (names), economy, what (`words`), table,
figures (their number), cells (values by column: the figures are some of their combinations).
"""


def unanswered(
    criterion: Criterion, estimates: Iterable[Mapping[str, Any]], judged: Sequence[str]
) -> list[str]:
    """The economies of which a criterion's main specification says nothing definite; '' where it
    is of none in particular.
    """
    answered = set()
    for row in estimates:
        estimate, low, high = (row[name] for name in ("estimate", "low", "high"))
        if decide(estimate, low, high, criterion.comparison, criterion.threshold) is not None:
            answered.add(row["economy"])
    return [code for code in (judged if criterion.over else [""]) if code not in answered]


def wanted(
    spec: ClaimSpec,
    open_: Mapping[str, Sequence[str]],
    tables: Mapping[str, pd.DataFrame],
) -> tuple[Wanted, ...]:
    """What a claim wants for the economies that some of its criteria leave open.

    Parameters
    ----------
    spec : ClaimSpec
        With its `wanted`.
    open_ : mapping of str to sequence of str
        Economies without an answer by name of the criterion.
    tables : mapping of str to DataFrame
        Those that the claim was judged by: what they hold is not wanted.

    Returns
    -------
    tuple of Wanted
        One for each want and economy of which at least one figure is missing.
    """
    named = {name for want in spec.wanted for name in want.criteria}
    implied = [_implied(spec, c) for c in spec.criteria().values() if c.name not in named]
    return tuple(
        entry
        for want in (*spec.wanted, *filter(None, implied))
        if want.table in tables
        for entry in _entries(want, open_, tables[want.table])
    )


def _implied(spec: ClaimSpec, criterion: Criterion) -> Want | None:
    """What a generic measure of one year asks for, where the claim's file does not say it."""
    function, taken = find(criterion.measure), taken_by(criterion).values()
    chosen: dict[str, Any] = {p.name: p.default for p in taken if p.default is not p.empty}
    chosen |= criterion.settings | {axis.name: axis.main for axis in spec.axes_of(criterion)}
    year, own = chosen.get("year"), chosen.get("basis", "own") == "own"
    if not hasattr(function, "table") or not isinstance(year, int) or not own:
        return None
    table = registry.table(function.table)
    cells: dict[str, Any] = {name: chosen[name] for name in table.key if chosen.get(name)}
    what = f"figures for “{criterion.label}” in {year}"
    for name, column in table.columns.items():
        if column.role == "time":
            cells[name] = year
        elif column.role == "counterpart":
            named = ";".join(filter(None, map(chosen.get, (name, "to"))))
            cells |= {name: tuple(named.split(";"))} if named else {}
        elif column.role == "unit":
            cells[name], what = "{economy}", f"{what}: {{economy}}"
    if "flow" in cells:  # 'turnover' is of every way there is
        ways = table.columns["flow"].values or ()
        cells["flow"] = tuple(way for way in ways if way in cells["flow"]) or ways
    if cells.keys().isdisjoint(table.key):  # nothing would tell its rows
        return None
    return Want(criteria=(criterion.name,), what=what, table=table.table, cells=cells)


def _entries(
    want: Want, open_: Mapping[str, Sequence[str]], table: pd.DataFrame
) -> Iterator[Wanted]:
    for code in dict.fromkeys(code for name in want.criteria for code in open_.get(name, ())):
        rows = figures(want.table, want.cells, code)
        if len(missing := _missing(rows, want.table, table, want.of_one_source)):
            yield {
                "criteria": [name for name in want.criteria if code in open_.get(name, ())],
                "economy": code,
                "what": want.what,
                "table": want.table,
                "figures": len(missing),
                "cells": {c: missing[c].unique().tolist() for c in missing},
            }


def words(what: str, economies: Iterable[str]) -> str:
    """A want in words, for one economy or for several that want the same."""
    return what.replace("{economy}", joined(eco.in_prose(code) for code in economies if code))


def publishers(entry: Wanted) -> list[Holder]:
    """Who publishes the figures of a want: those who count for whom they are of, and all who
    collect from them.
    """
    table, cells = entry["table"], entry["cells"]
    units = (n for n, c in registry.table(table).columns.items() if c.role == "unit" and n in cells)
    codes = cells.get(next(units, ""), [entry["economy"]])
    kinds = [*cells.get("attribute", ()), *cells.get("measure", ())]
    return list(dict.fromkeys(h for code in codes for h in holders(table, code, kinds)))


def figures(table: str, cells: Mapping[str, Any], economy: str = "") -> pd.DataFrame:
    """The figures that cells describe, a row each: every combination of their values. No economy
    is its own counterpart.
    """
    for name in cells:
        known_name(f"column of table {table}", name, registry.table(table).columns)
    values = [v if isinstance(v, (tuple, list)) else [v] for v in cells.values()]
    rows = pd.MultiIndex.from_product(values, names=[*cells]).to_frame(index=False)
    rows = rows.replace(r"\{economy\}", economy, regex=True)
    sides = [c for c in registry.table(table).of_type("economy") if c in rows]
    return rows[rows[sides].nunique(axis=1) == len(sides)].reset_index(drop=True)


def _missing(
    rows: pd.DataFrame, name: str, table: pd.DataFrame, of_one_source: bool = False
) -> pd.DataFrame:
    """Those of the figures that no source of the table has that speaks for who counts; where one
    source is to have them, all of them or none.
    """
    key = [c for c in registry.table(name).key if c in rows and c != "source_id"]
    # a table may hold a hundred thousand rows, a want names a few
    near = pick(table, **{column: rows[column] for column in key})
    near = near.loc[[role(source) in (None, *OWN_REPORTS) for source in near["source_id"]]]
    there = pd.MultiIndex.from_frame(rows[key].astype(str))
    sources = [part for _, part in near.groupby("source_id")] if of_one_source else [near]
    held = [there.isin(pd.MultiIndex.from_frame(part[key].astype(str))) for part in sources]
    if of_one_source:
        return rows.iloc[:0] if any(one.all() for one in held) else rows
    return rows[~held[0]]


def template(table: str, wants: Sequence[Wanted], held: pd.DataFrame) -> pd.DataFrame:
    """Wanted figures as a table's raw files have them, the value left empty, for filling in.

    Parameters
    ----------
    table : str
        Name of the table.
    wants : sequence of mapping
        Some wants of it: their `cells`, and of how many `figures` they are.
    held : DataFrame
        The table that they were found in.

    Returns
    -------
    DataFrame
        The columns of the table but `source_id`, which whoever adds the figures names; what the
        wants do not say is empty. A figure that two wants name stands once.
    """
    columns = [c for c in registry.table(table).columns if c != "source_id"]
    rows = pd.concat([_lacking(table, want, held) for want in wants], ignore_index=True)
    return rows.drop_duplicates(ignore_index=True).reindex(columns=columns)


def _lacking(table: str, want: Wanted, held: pd.DataFrame) -> pd.DataFrame:
    """The figures of a want: where they are fewer than its cells combine to, those not held."""
    rows = figures(table, want["cells"])
    return rows if len(rows) == want["figures"] else _missing(rows, table, held)


def requests(want: Wanted) -> list[dict[str, list[Any]]]:
    """Cells that a service can be asked for, of which every combination is wanted.

    One for each request: all cells of a want where nothing of it is held, else few that hold what
    is lacking and nothing else.

    Parameters
    ----------
    want : mapping
        Its `table`, `cells` and `figures`.

    Returns
    -------
    list of dict
        Values by column; no figure is in two of them.
    """
    if len(figures(want["table"], want["cells"])) == want["figures"]:
        return [{name: list(values) for name, values in want["cells"].items()}]
    rows = _lacking(want["table"], want, load(want["table"])).drop_duplicates().assign(want="")
    for name in reversed(want["cells"]):  # values stand together where the same stands beside them
        beside = [column for column in rows if column != name]
        groups = rows.groupby(beside, sort=False, dropna=False)[name]
        rows = groups.agg(tuple).reset_index()
    return [{n: list(row[n]) for n in want["cells"]} for row in rows.to_dict("records")]
