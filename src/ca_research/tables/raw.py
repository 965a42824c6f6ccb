"""Raw CSV files as they lie there: their hashes, and every row as words with its line."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from .. import registry
from ..ground import paths
from ..ground.errors import DataError, Fault, IntegrityError
from ..ground.files import walk
from ..ground.textfiles import Unreadable, decoded, read_csv

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
"""Signs that no cell holds."""


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
    stray = sorted(there - {*table.files, *registry.others_documents()})
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
    which rarely repeat, are texts. Raises DataError with each file that cannot be read.
    """
    faults = list[Fault]()
    parts = [_read(name, table, faults) for name in table.files]
    if faults:
        raise DataError(faults)
    words = [n for n, column in table.columns.items() if column.type != "number"]
    return pa.concat_tables(parts).to_pandas(categories=[*words, "_file"])


def _read(name: str, table: registry.Table, faults: list[Fault]) -> pa.Table:
    """Rows of one raw file; to the faults is added what keeps it from being one."""
    shown, content = f"data/raw/{name}", (paths.raw_dir() / name).read_bytes()
    try:
        cells = _cells(content, table)
    except Unreadable as fault:
        faults.append(Fault(shown, fault.line or 0, "(line)", "", fault.what))
        return pa.table({})
    lines = np.arange(len(cells)) + 2
    if b'"' in content:  # only there a cell may be of several lines
        breaks = sum(pc.count_substring(cell, "\n").to_numpy() for cell in cells.columns)
        lines += np.cumsum(breaks) - breaks
    empty = [""] * len(cells)
    columns = {n: cells[n] if n in cells.column_names else empty for n in table.columns}
    types = dict.fromkeys((*table.columns, "_file"), pa.string()) | {"_line": pa.int64()}
    return pa.table(columns | {"_file": [shown] * len(cells), "_line": lines}, pa.schema(types))


def _cells(content: bytes, table: registry.Table) -> pa.Table:
    """The cells of a raw file as words; raises Unreadable, with the first line that is no row."""
    text = decoded(content)
    if hit := re.search(CONTROL, text):
        line = text.count("\n", 0, hit.start()) + 1
        raise Unreadable("must not hold a control character", line)
    named = text.partition("\n")[0].rstrip("\r").split(",")
    expected = [n for n, c in table.columns.items() if n in named or not c.nullable]
    if named != expected:
        raise Unreadable(f"columns must be {', '.join(expected)}", 1)
    if text.count('"') % 2:
        read_csv(content)  # which names the line of a quote that nobody closes
    try:
        return pa_csv.read_csv(
            io.BytesIO(content),
            pa_csv.ReadOptions(column_names=expected, skip_rows=1, use_threads=False),
            pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(expected, pa.string())),
        )
    except pa.ArrowInvalid as error:
        read_csv(content)
        raise Unreadable(str(error)) from None
