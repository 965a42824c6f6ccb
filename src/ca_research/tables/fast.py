"""The fast way through a table: Arrow reads its files, and each rule looks at each text once.

It accepts a table or gives up, and never names a fault: what it accepts, the careful way of
validate.py accepts too and reads alike; whatever else it meets is left to that one.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from .. import registry
from ..ground import paths
from .raw import held
from .rules import dtype, parse, rules

_BLOCK = 1 << 22
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\r"))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())


class _Doubt(Exception):
    """Something that only the careful way can judge."""


def accepted(table: registry.Table) -> pa.Table | None:
    """The typed rows of a table in key order; None where anything in its files needs a closer look.

    Texts are read as a dictionary, so that a rule sees each distinct one once, however many rows
    hold it; numbers, which rarely repeat, are read at once.
    """
    try:
        texts = _texts(table)
        columns = {name: _column(texts[name], c) for name, c in table.columns.items()}
        _count(table, columns["source_id"])
        order = _order([columns[name] for name in table.key])
    except (_Doubt, pa.ArrowException):
        return None
    return pa.table({name: _decoded(column.take(order)) for name, column in columns.items()})


def _texts(table: registry.Table) -> pa.Table:
    """All rows of the files: texts as a dictionary, those of numbers as they are."""
    types = {
        n: pa.string() if c.type == "number" else _DICTIONARY for n, c in table.columns.items()
    }
    parts = []
    for name, declared in table.files.items():
        file = paths.raw_dir() / name
        names = held(table.columns, _header(file))
        _plain(file, names)
        part = arrow_csv.read_csv(
            file,
            read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types={n: types[n] for n in names}, null_values=[], strings_can_be_null=False
            ),
        )
        if len(part) != declared.rows:
            raise _Doubt
        for lacking in types.keys() - set(names):
            empty = pa.repeat("", len(part))
            part = part.append_column(lacking, empty.cast(types[lacking]))
        parts.append(part.select([*types]))
    if not sum(map(len, parts)):
        raise _Doubt
    return pa.concat_tables(parts).unify_dictionaries()


def _header(file: Path) -> list[str]:
    with file.open("rb") as content:
        return content.readline().decode("utf-8", errors="replace").strip().split(",")


def _plain(file: Path, columns: Sequence[str]) -> None:
    """Refuse what readers of CSV take differently: another header, control characters, a quotation
    mark within a field, a lone carriage return.
    """
    if not file.stat().st_size:
        raise _Doubt
    content = np.memmap(file, dtype=np.uint8, mode="r")
    head = content[: sum(map(len, columns)) + len(columns) + 1].tobytes()
    if head.splitlines()[0] != ",".join(columns).encode():
        raise _Doubt
    quotes = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(content), _BLOCK):
        text = content[start : start + _BLOCK + 2].tobytes()  # two more: a character has three
        if len(text.translate(None, _CONTROL)) < len(text) or any(
            n in text for n in _NONCHARACTERS
        ):
            raise _Doubt
        if b"\r" in text and text.count(b"\r") != text.count(b"\r\n") + text.endswith(b"\r"):
            raise _Doubt
        if b'"' in text:
            quotes.append(np.flatnonzero(content[start : start + _BLOCK] == ord('"')) + start)
    _quoted(content, np.concatenate(quotes))


def _quoted(content: np.ndarray, quotes: np.ndarray) -> None:
    """Every second quotation mark opens a field and the next closes it, or both stand for one."""
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing):
        raise _Doubt
    after = closing[closing + 1 < len(content)] + 1
    if not (
        np.isin(content[opening - 1], list(b',\n"')).all()
        and np.isin(content[after], list(b',\r\n"')).all()
    ):
        raise _Doubt


def _column(texts: pa.ChunkedArray, column: registry.Column) -> pa.Array:
    """Typed values of all rows, once every one of them keeps the rules."""
    if column.type == "number":
        return _numbers(texts, column)
    rows = texts.combine_chunks()
    if pc.max(pc.binary_length(rows.dictionary)).as_py() > csv.field_size_limit():
        raise _Doubt
    empty = pc.equal(rows.dictionary, "")
    if not column.nullable and pc.any(empty).as_py():
        raise _Doubt
    if dtype(column) == "str":
        values = pc.if_else(empty, None, rows.dictionary)
        if rules(column):
            _keep_rules(pd.Series(values.to_pandas(), dtype="str"), column)
        return pa.DictionaryArray.from_arrays(rows.indices, values)
    typed, bad, _ = parse(pd.Series(rows.dictionary.to_pandas(), dtype="str"), column)
    if bad.any():
        raise _Doubt
    _keep_rules(typed, column)
    return pa.DictionaryArray.from_arrays(rows.indices, pa.Array.from_pandas(typed))


def _numbers(texts: pa.ChunkedArray, column: registry.Column) -> pa.Array:
    if column.nullable:
        texts = pc.if_else(pc.equal(texts, ""), None, texts)
    values = texts.cast(pa.float64()).combine_chunks()  # of '', ' 1' and '1_0' an ArrowInvalid
    if not pc.all(pc.is_finite(values)).as_py():
        raise _Doubt
    _keep_rules(values.to_pandas(), column)
    return values


def _keep_rules(values: pd.Series, column: registry.Column) -> None:
    present = values.dropna()
    if not all(rule.holds(present).all() for rule in rules(column)):
        raise _Doubt


def _count(table: registry.Table, source_ids: pa.Array) -> None:
    """Refuse another number of rows of a source than the registry expects."""
    found = {pair["values"]: pair["counts"] for pair in source_ids.value_counts().to_pylist()}
    if found != {source: rows for source, rows in table.rows.items() if rows}:
        raise _Doubt


def _order(keys: Sequence[pa.Array]) -> np.ndarray:
    """Positions of the rows in key order, by one whole number a row; refuse a key that stands
    twice.
    """
    place, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        rank = _rank(key)
        distinct = int(rank.max()) + 1
        if size * distinct >= 2**63:
            place = np.unique(place, return_inverse=True)[1]
            size = len(place)
        place, size = place * distinct + rank, size * distinct
    order = np.argsort(place, kind="stable")
    if (np.diff(place[order]) == 0).any():
        raise _Doubt
    return order


def _rank(key: pa.Array) -> np.ndarray:
    """The place of each row's value among the distinct ones, from 0."""
    distinct = key.dictionary if isinstance(key, pa.DictionaryArray) else key
    rank = pc.rank(distinct, tiebreaker="dense").to_numpy().astype(np.int64) - 1
    return rank[key.indices.to_numpy()] if isinstance(key, pa.DictionaryArray) else rank


def _decoded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
