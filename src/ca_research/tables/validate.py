"""Rows checked against the registry: every broken one is found, none is repaired.

Each word is looked at once, however many rows hold it; then cross-row rules (duplicate keys,
expected counts per source) run over the whole table.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .. import registry
from ..ground.errors import DataError, Fault
from .raw import read_raw
from .rules import dtype, judged


def validated(table: registry.Table) -> pa.Table:
    """Typed rows of a table in key order, for files that are known to be the declared ones.

    Raises DataError with *every* broken row.
    """
    raw, key = read_raw(table), list(table.key)
    frame, breaches = checked_rows(table, raw)
    rows = arrow(table, frame)
    rows = rows.sort_by([(name, "ascending") for name in key])
    counts = _counts(table, raw)
    if breaches or counts or len(twice(rows, key)):
        whole = frame.drop(index=[at for fault, at in breaches if fault.column in key])
        same = whole[whole.duplicated(key, keep=False)].join(raw[["_file", "_line"]])
        faults = {f for f, _ in breaches} | {*duplicates(table, same), *counts}
        raise DataError(sorted(faults, key=lambda f: (f.file, f.line, f.column)))
    return rows


def twice(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    """The keys of sorted rows that are those of the row before."""
    keys = rows.select(list(key)).combine_chunks()
    same = [pc.equal(keys[name][1:], keys[name][:-1]) for name in key]
    return keys[1:].filter(functools.reduce(pc.and_, same))


def arrow(table: registry.Table, frame: pd.DataFrame) -> pa.Table:
    """Typed rows of a table in Arrow."""
    return pa.Table.from_pandas(frame, schema(table), preserve_index=False)


def schema(table: registry.Table, **more: str) -> pa.Schema:
    """Types of the columns of a table, and of `more` columns, in Arrow and in pandas."""
    types = {name: dtype(column) for name, column in table.columns.items()} | more
    return _schema(tuple(types.items()))


@cache
def _schema(types: tuple[tuple[str, str], ...]) -> pa.Schema:
    cells = {name: pd.Series(["" if kind == "str" else None], dtype=kind) for name, kind in types}
    return pa.Schema.from_pandas(pd.DataFrame(cells), preserve_index=False)


def checked_rows(
    table: registry.Table, raw: pd.DataFrame, source: str = ""
) -> tuple[pd.DataFrame, list[tuple[Fault, int]]]:
    """Typed rows in their order, and every fault of a cell with the place of its row.

    source: of rows whose source is about to be registered; else the register must know it.
    """
    faults: list[tuple[Fault, int]] = []
    typed = {}
    of_source = [n for n, c in table.columns.items() if source and c.type == "source"]
    raw = raw.assign(**dict.fromkeys(of_source, source))
    for name, column in table.columns.items():
        cells = raw[name]
        known = cells.dtype == "category"
        words = pd.Series(cells.cat.categories, dtype="str") if known else cells
        values, broken = judged(words, column)
        if name in of_source:
            broken = []
        for mask, rule in broken:
            hit = (mask.to_numpy()[cells.cat.codes] if known else mask.to_numpy()).nonzero()[0]
            hits = raw.iloc[hit][["_file", "_line", name]].itertuples(index=False)
            faults.extend(
                (Fault(f, int(n), name, _shown(v), rule), int(at))
                for at, (f, n, v) in zip(hit, hits, strict=True)
            )
        typed[name] = values.array.take(cells.cat.codes) if known else values.array
    frame = pd.DataFrame(typed, index=raw.index)
    return frame, faults


def duplicates(table: registry.Table, rows: pd.DataFrame) -> list[Fault]:
    """Rows of one key, each with its place: `_file`, `_line`."""
    key = list(table.key)
    return [
        Fault(str(file), int(line), "+".join(key), ",".join(map(str, cells)), "duplicate key")
        for *cells, file, line in rows[[*key, "_file", "_line"]].itertuples(index=False)
    ]


def _shown(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _counts(table: registry.Table, raw: pd.DataFrame) -> list[Fault]:
    """Numbers of rows by source and file that are not the expected ones: a changed count needs a
    change in the registry too.
    """
    known = {*table.rows, *registry.sources()}
    wanted = Counter({f"rows.{source}": rows for source, rows in table.rows.items()})
    wanted |= Counter({f"files.{name}.rows": file.rows for name, file in table.files.items()})
    sources, files = raw["source_id"].value_counts(), raw["_file"].value_counts()
    there = Counter({f"rows.{source}": n for source, n in sources.items() if source in known})
    there |= Counter({f"files.{f.removeprefix('data/raw/')}.rows": n for f, n in files.items()})
    where = f"registry/tables/{table.table}.yaml"
    return [
        Fault(where, 0, name, str(there[name]), f"the registry expects {wanted[name]} rows")
        for name in sorted({*wanted, *there})
        if there[name] != wanted[name]
    ]
