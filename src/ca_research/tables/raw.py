"""Raw CSV files as they lie there: their hashes, and every row as words with its line."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from .. import registry
from ..ground import paths
from ..ground.errors import DataError, Fault, IntegrityError
from ..ground.files import walk
from ..ground.textfiles import Unreadable, decoded

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
    parts, faults = [], list[Fault]()
    for name in table.files:
        parts.append(_read(name, table, faults))
    if faults:
        raise DataError(faults)
    words = [n for n, column in table.columns.items() if column.type != "number"]
    return pa.concat_tables(parts).to_pandas(categories=[*words, "_file"])


def _read(name: str, table: registry.Table, faults: list[Fault]) -> pa.Table:
    """Rows of one raw file; to the faults are added its lines that cannot be one."""
    shown, content = f"data/raw/{name}", (paths.raw_dir() / name).read_bytes()
    texts = dict.fromkeys((*table.columns, "_file"), pa.string())
    rows, lines, columns = list[list[str]](), list[int](), dict[str, Any]()

    def broken(line: int, column: str, value: str, rule: str) -> None:
        faults.append(Fault(shown, line, column, value, rule))

    try:
        decoded(content)
    except Unreadable as fault:
        broken(fault.line or 0, "(line)", "", fault.what)
        return pa.table({})
    text = content.decode()
    head, _, body = text.partition("\n")
    named = head.rstrip("\r").split(",")
    expected = [n for n, c in table.columns.items() if n in named or not c.nullable]
    if named != expected:
        broken(1, "(header)", ",".join(named), f"columns must be {', '.join(expected)}")
    elif hit := re.search(CONTROL, text):
        line = text.count("\n", 0, hit.start()) + 1
        broken(line, "(line)", repr(hit[0]), "must not hold a control character")
    elif plain := _plain(text, expected, texts):
        columns, lines = plain, [*range(2, 2 + len(plain[expected[0]]))]
    else:
        reader, line = csv.reader(io.StringIO(body, newline=""), strict=True), 2
        try:
            for cells in reader:
                if len(cells) == len(expected):
                    rows.append(cells)
                    lines.append(line)
                else:
                    rule = f"must have {len(expected)} fields, not {len(cells)}"
                    broken(line, "(line)", ",".join(cells), rule)
                line = reader.line_num + 2
        except csv.Error as error:  # a quote that nobody closes
            broken(line, "(line)", "", str(error))
        columns = dict(zip(expected, zip(*rows, strict=True), strict=False))
    empty = dict.fromkeys(table.columns, [""] * len(lines))
    columns = empty | columns | {"_file": [shown] * len(lines), "_line": lines}
    return pa.table(columns, pa.schema(texts | {"_line": pa.int64()}))


def _plain(text: str, columns: list[str], types: dict[str, pa.DataType]) -> dict[str, Any]:
    """Columns of lines as Arrow reads them, in a fraction of the time; none where a cell is quoted
    or a line is no row.
    """
    if any(odd in text for odd in ('"', "\r", "\n\n")):
        return {}
    read = pa_csv.ReadOptions(column_names=columns, skip_rows=1)
    cells = pa_csv.ConvertOptions(column_types=types)
    with contextlib.suppress(pa.ArrowInvalid):
        lines = pa_csv.read_csv(io.BytesIO(text.encode()), read, convert_options=cells)
        return dict(zip(columns, lines, strict=True))
    return {}
