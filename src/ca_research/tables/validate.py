"""Raw rows checked against the registry: every broken one is found, none is repaired.

A table whose files keep all rules goes through fast.py. Where anything is doubtful its rows are
read again, as text with their lines, so that a fault can show the value as it stands in the file;
columns are parsed and checked, and cross-row rules (duplicate keys, expected counts per source) run
over the whole table.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from .. import registry
from ..ground.errors import DataError, Fault
from .fast import accepted
from .raw import check_files, read_raw
from .rules import dtype, parse, rules

_PLACE = ("_file", "_line")


def validate(table: registry.Table) -> pd.DataFrame:
    """Typed rows of a table, in key order.

    Raises IntegrityError where a raw file is not the declared one and DataError with *every* broken
    row.
    """
    check_files(table)
    return validated(table).cast(schema(table)).to_pandas()


def validated(table: registry.Table) -> pa.Table:
    """As `validate`, for files that are known to be the declared ones, as an Arrow table."""
    found = accepted(table)
    if found is None:
        frame = validate_rows(table, read_raw(table))
        return pa.Table.from_pandas(frame, preserve_index=False)
    return found


def schema(table: registry.Table, **more: str) -> pa.Schema:
    """Types of the columns of a table, and of `more` columns, in Arrow and in pandas."""
    types = {name: dtype(column) for name, column in table.columns.items()} | more
    known, told = _types()
    columns = {column["name"]: column for column in told["columns"]}
    columns = {n: columns[kind] | {"name": n, "field_name": n} for n, kind in types.items()}
    pandas = json.dumps(told | {"columns": [*columns.values()]})
    fields = [pa.field(name, known.field(kind).type) for name, kind in types.items()]
    return pa.schema(fields, metadata={"pandas": pandas})


@cache
def _types() -> tuple[pa.Schema, dict[str, Any]]:
    """Each type of a column in Arrow, and what Arrow keeps of it for pandas: a frame for each table
    would take a tenth of a build.
    """
    one = {
        kind: pd.Series(["" if kind == "str" else None], dtype=kind)
        for kind in ("str", "Int64", "float64", "boolean", "bool", "datetime64[ms]")
    }
    found = pa.Schema.from_pandas(pd.DataFrame(one), preserve_index=False)
    return found, json.loads(found.metadata[b"pandas"])


def validate_rows(table: registry.Table, raw: pd.DataFrame) -> pd.DataFrame:
    """As `validate`, for rows already read as text (with `_file` and `_line`)."""
    frame, found = checked_rows(table, raw)
    faults = [fault for fault, _ in found] + _counts(table, raw)
    if faults:
        raise DataError(sorted(set(faults), key=lambda f: (f.file, f.line, f.column)))
    return frame.sort_values(list(table.key), kind="stable", ignore_index=True)


def checked_rows(
    table: registry.Table, raw: pd.DataFrame, source: str = ""
) -> tuple[pd.DataFrame, list[tuple[Fault, int]]]:
    """Typed rows in their order, and every fault with the place of its row.

    source: of rows whose source is about to be registered; else the register must know it.
    """
    faults: list[tuple[Fault, int]] = []

    def report(mask: pd.Series, column: str, rule: str) -> None:
        hit = mask.to_numpy(dtype=bool, na_value=False).nonzero()[0]
        hits = raw.iloc[hit][["_file", "_line", column]].itertuples(index=False)
        faults.extend(
            (Fault(f, int(n), column, v, rule), int(at))
            for at, (f, n, v) in zip(hit, hits, strict=True)
        )

    typed = {}
    for name, column in table.columns.items():
        values, bad, words = parse(raw[name], column)
        report(bad, name, words)
        if not column.nullable:
            report(raw[name].eq(""), name, "must not be empty")
        typed[name] = values
    frame = pd.DataFrame(typed)

    for name, column in table.columns.items():
        if column.type == "source" and source:
            continue
        for rule in rules(column):
            report(rule.broken(frame[name]), name, rule.words)
    faults.extend(_duplicates(table, raw, frame))
    return frame, faults


def _duplicates(
    table: registry.Table, raw: pd.DataFrame, frame: pd.DataFrame
) -> list[tuple[Fault, int]]:
    """Rows of one key, each with its place; keys are compared as read ('2020.0' is 2020), and as
    text where they could not be read.
    """
    keys = pd.DataFrame(
        {c: frame[c].astype("string").fillna(raw[c].astype("string")) for c in table.key}
    )
    keys = keys[keys.duplicated(keep=False)]
    twice = raw.loc[keys.index].assign(**keys)
    faults = []
    for key, rows in twice.groupby(list(table.key), sort=False):
        places = [f"{f}:{n}" for f, n in rows[list(_PLACE)].itertuples(index=False)]
        for at, place in zip(rows.index, places, strict=True):
            others = ", ".join(p for p in places if p != place) or "more than once in this line"
            fault = Fault(
                str(rows.at[at, "_file"]),
                int(rows.at[at, "_line"]),
                "+".join(table.key),
                ",".join(map(str, key)),
                f"duplicate key (also at {others})",
            )
            faults.append((fault, int(at)))
    return faults


def _counts(table: registry.Table, raw: pd.DataFrame) -> list[Fault]:
    """Expected row counts per source and file: a changed count needs a change in the registry
    too.
    """
    found = raw["source_id"].value_counts().to_dict()
    where = f"registry/tables/{table.table}.yaml"
    lengths = raw["_file"].value_counts().to_dict()
    wrong = [
        Fault(
            where,
            0,
            f"files.{name}.rows",
            str(length),
            f"the registry expects {declared.rows} rows in this file",
        )
        for name, declared in table.files.items()
        if (length := lengths.get(f"data/raw/{name}", 0)) != declared.rows
    ]
    return wrong + [
        Fault(
            where,
            0,
            f"rows.{source}",
            str(found.get(source, 0)),
            f"the registry expects {table.rows.get(source, 0)} rows of this source",
        )
        for source in sorted(set(found) | set(table.rows))
        if found.get(source, 0) != table.rows.get(source, 0)
        and (source in table.rows or source in registry.sources())
    ]
