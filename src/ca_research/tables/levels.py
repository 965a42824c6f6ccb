"""Codes of which one holds others: rows of one level are asked for, and added up to a coarser one
where the caller says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from ..ground import sql
from ..ground.errors import known_name
from ..registry import Table


def of_level(table: Table, level: object, codes: Iterable[str]) -> list[str]:
    """Those codes that are of a level."""
    levels = table.columns[table.levelled()].levels
    return [*filter(re.compile(levels[known_name("level", str(level), levels)]).fullmatch, codes)]


def sums(
    rows: str, columns: Collection[str], figure: str, amounts: Mapping[str, str], more: str = ""
) -> str:
    """SQL of the sums of rows that agree in all columns but the figure and other amounts, which are
    added where each row has one, in one unit.

    amounts: columns, and those of their units. more: what else is told of each sum.
    """
    whole = sql.name(figure)
    told = [f"sum({whole}::decimal(38, 6))::double as {whole}"]
    for amount, unit in ((sql.name(a), sql.name(u)) for a, u in amounts.items()):
        each = f"count({amount}) = count(*) and min({unit}) = max({unit})"
        told += [f"case when {each} then sum({amount}) end as {amount}"]
        told += [f"case when {each} then min({unit}) end as {unit}"]
    keys = sql.names(c for c in columns if c not in {figure, *amounts, *amounts.values()})
    return f"select {keys}, {', '.join(told)}{more} from ({rows}) group by all"
