"""What new rows say of cells on which others spoke before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
import pandas as pd

from .. import registry
from ..ground import sql
from ..sources.mapping import figure

CLOSE = 0.001
"""Two figures for one cell repeat each other up to this part of the larger: publishers round."""
FEW = 1_000
"""Rows that are shown one by one."""


class Compared(NamedTuple):
    """How many rows are `new`, and how many `repeats` or `contradicts` what stood; the first of
    these, beside the figure that stood nearest; the sources that say all that the rows say; and
    the median of what figures are to those that stood, 1 where there are none.
    """

    said: dict[str, int]
    rows: pd.DataFrame
    copied: list[str]
    ratio: float


def compare(
    connection: duckdb.DuckDBPyConnection, table: registry.Table, standing: str
) -> Compared:
    """Compare the rows of relation `good` with those that stand.

    Figures of unlike terms (columns of the role `basis`) are not compared. Two empty figures repeat
    each other; an empty one says nothing of another. Rows of a table without figures repeat each
    other by their key where their dates agree, and are copies where they are alike word for word.
    """
    cell = [n for n in table.key if n != "source_id"]
    basis = [n for n, c in table.columns.items() if c.role == "basis" and n not in cell]

    def alike(columns: Iterable[str]) -> str:
        tests = (f"g.{sql.name(n)} is not distinct from s.{sql.name(n)}" for n in columns)
        return " and ".join(tests)

    new = old = "null"
    same = alike(n for n in table.columns if n != "source_id")
    dates = [sql.name(n) for n, c in table.columns.items() if c.type == "date"]
    agree = (f"starts_with(g.{d}, s.{d}) or starts_with(s.{d}, g.{d})" for d in dates)
    gap = f"case when {' and '.join(f'coalesce({a}, true)' for a in agree) or 'true'} then 0 else 1"
    gap = f"{gap} end"
    if value := figure(table):
        # where the table has no role for it, the first number that is not empty: of energy of which
        # only the value is known, the value
        numbers = [n for n, c in table.columns.items() if c.type == "number"]
        numbers = [value] if table.columns[value].role == "value" else numbers
        new, old = (f"coalesce({', '.join(f'{s}.{sql.name(n)}' for n in numbers)})" for s in "gs")
        delta, size = f"abs({new} - {old})", f"greatest(abs({new}), abs({old}))"
        gap = f"case when {size} is null then 0 when {size} > 0 then {delta} / {size} else {delta}"
        gap, same = f"{gap} end", f"gap <= {CLOSE}"
    key = sql.names(cell)
    connection.execute(
        f"create or replace temp table pairs as select g.*, {new} as new, {old} as stood, "
        f"s.source_id as stood_source, {gap} as gap, {same} as same "
        f"from good g join ({standing}) s on {alike([*cell, *basis])}"
    )
    connection.execute(
        f"create or replace temp view nearest as select {key}, "
        f"case when min(gap) <= {CLOSE} then 'repeats' else 'contradicts' end as said, "
        "any_value(new) as value, arg_min(stood, gap) as stood, "
        "arg_min(stood_source, gap) as stood_source "
        f"from pairs where gap is not null group by {key}"
    )
    ((total,),) = connection.sql("select count(*) from good").fetchall()
    counts = {"repeats": 0, "contradicts": 0}
    counts |= dict(connection.sql("select said, count(*) from nearest group by all").fetchall())
    copied = connection.sql(
        "select stood_source from pairs where same group by all "
        f"having count(*) = {total} order by all"
    ).fetchall()
    rows = connection.sql(f"from nearest order by said, {key} limit {FEW}").df()
    counts["new"] = total - sum(counts.values())
    query = "select coalesce(median(value / stood), 1.0) from nearest where stood <> 0"
    ((ratio,),) = connection.sql(query if value else "select 1.0").fetchall()
    return Compared(counts, rows, [one for (one,) in copied], float(ratio))
