"""Raw CSV files as they lie there: their hashes, and every row as words with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from .. import registry
from ..ground import paths
from ..ground.errors import DataError, Fault, IntegrityError
from ..ground.files import walk
from ..ground.textfiles import Unreadable, decoded

_CONTROL = bytes({*range(32), 127} - {*b"\t\n\r"})


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def check_files(table: registry.Table) -> None:
    """Raise IntegrityError, naming both hashes, unless the raw files are exactly those of the
    registry.
    """
    raw = paths.raw_dir()
    for name, declared in table.files.items():
        file = raw / name
        digest = sha256(file) if file.is_file() else "no file"
        if digest != declared.sha256:
            raise IntegrityError(
                f"raw file data/raw/{name} is not the declared one; nothing is built from it",
                where=f"expected sha256 {declared.sha256}, found {digest}",
                hint="restore it (git checkout data/raw), or declare the new hash and why in "
                "registry/tables",
            )
    there = {file.relative_to(raw).as_posix() for file in walk(raw / table.table, ".csv")}
    stray = sorted(there - table.files.keys())
    if stray:
        raise IntegrityError(
            f"raw files that the registry does not know: {', '.join(stray)}",
            where=f"registry/tables/{table.table}.yaml",
            hint="declare them under `files`, or remove them",
        )


def read_raw(table: registry.Table) -> pd.DataFrame:
    """All raw rows of a table as words, with `_file` and `_line` (1 is the heading). A column that
    a file leaves out is empty.

    Words are categories, so that a rule looks at each once, however many rows hold it; numbers,
    which rarely repeat, are texts. Raises DataError with every line that cannot be a row.
    """
    types = {
        name: pa.string() if column.type == "number" else pa.dictionary(pa.int32(), pa.string())
        for name, column in table.columns.items()
    }
    parts, faults = [], []
    for name in table.files:
        part, broken = _read(name, table, types)
        faults += broken
        if part is not None:
            parts.append(part)
    if faults:
        raise DataError(faults)
    return pa.concat_tables(parts).unify_dictionaries().to_pandas()


def _read(
    name: str, table: registry.Table, types: Mapping[str, pa.DataType]
) -> tuple[pa.Table | None, list[Fault]]:
    """Rows of one raw file, and the lines that cannot be one."""
    shown, content = f"data/raw/{name}", (paths.raw_dir() / name).read_bytes()
    try:
        decoded(content)
    except Unreadable as fault:
        return None, [Fault(shown, fault.line or 0, "(line)", "", fault.what)]
    header = content.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    expected = [n for n, c in table.columns.items() if n in header.split(",") or not c.nullable]
    if header != ",".join(expected):
        rule = f"columns must be {', '.join(expected)}"
        return None, [Fault(shown, 1, "(header)", header, rule)]
    faults: list[Fault] = []

    def skip(row: csv.InvalidRow) -> str:
        rule = f"must have {row.expected_columns} fields, not {row.actual_columns}"
        faults.append(Fault(shown, row.number, "(line)", row.text, rule))
        return "skip"

    try:
        part = csv.read_csv(
            pa.py_buffer(content),
            csv.ReadOptions(column_names=expected, skip_rows=1, use_threads=False),
            csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            csv.ConvertOptions(
                column_types={n: types[n] for n in expected},
                null_values=[],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:  # a quote that nobody closes
        return None, [*faults, Fault(shown, 0, "(file)", "", str(error))]
    for lacking in types.keys() - set(expected):
        part = part.append_column(lacking, pa.repeat("", len(part)).cast(types[lacking]))
    if len(content.translate(None, _CONTROL)) < len(content):
        at = next(n for n, byte in enumerate(content) if byte in _CONTROL)
        line, rule = content.count(b"\n", 0, at) + 1, "must not hold a control character"
        return None, [Fault(shown, line, "(line)", repr(chr(content[at])), rule)]
    lines = np.arange(2, len(part) + len(faults) + 2)
    lines = np.delete(lines, [fault.line - 2 for fault in faults])
    if content.count(b"\n") > len(lines) + len(faults) + 1:  # some cells hold several lines
        breaks = sum(pc.count_substring(part[n].cast(pa.string()), "\n").to_numpy() for n in types)
        lines = lines + breaks.cumsum() - breaks
    shown_each = pa.DictionaryArray.from_arrays(np.zeros(len(part), "int32"), [shown])
    rows = part.select([*types]).append_column("_file", shown_each)
    return rows.append_column("_line", pa.array(lines)), faults
