"""Raw CSV files as they lie there: their hashes, and every row as text with its line."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from .. import registry
from ..ground import paths
from ..ground.errors import DataError, Fault, IntegrityError
from ..ground.files import walk

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that no text holds; NUL ends a string in other programs."""


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
        if not file.is_file():
            raise IntegrityError(
                f"raw file data/raw/{name} is missing",
                where=f"registry/tables/{table.table}.yaml",
                hint="restore it: git checkout data/raw",
            )
        found = sha256(file)
        if found != declared.sha256:
            raise IntegrityError(
                f"raw file data/raw/{name} has changed; nothing is built from it",
                where=f"expected sha256 {declared.sha256}, found {found}",
                hint="restore it (git checkout data/raw), or declare the new hash and why in "
                "registry/tables",
            )
    stray = sorted(
        p.relative_to(raw).as_posix()
        for p in walk(raw / table.table, ".csv")
        if p.relative_to(raw).as_posix() not in table.files
    )
    if stray:
        raise IntegrityError(
            f"raw files that the registry does not know: {', '.join(stray)}",
            where=f"registry/tables/{table.table}.yaml",
            hint="declare them under `files`, or remove them",
        )


def read_raw(table: registry.Table) -> pd.DataFrame:
    """All raw rows of a table as text, with `_file` and `_line` (1 is the header); a column that a
    file leaves out is empty.

    Raises DataError with every line that has not the columns of the table.
    """
    parts, faults = [], []
    for name in table.files:
        part, broken = _read(name, table.columns)
        parts.append(part)
        faults += broken
    if faults:
        raise DataError(faults)
    return pd.concat(parts, ignore_index=True)


def held(columns: Mapping[str, registry.Column], header: Collection[str]) -> list[str]:
    """The columns that a raw file has: all of its table, but that one which may be empty may be
    left out, and then is empty in all of its rows.
    """
    return [name for name, column in columns.items() if name in header or not column.nullable]


def _read(name: str, columns: Mapping[str, registry.Column]) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of one raw file, and the lines that cannot be one."""
    shown, content, rows, lines, faults = (
        f"data/raw/{name}",
        (paths.raw_dir() / name).read_bytes(),
        [],
        [],
        [],
    )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.append(
            Fault(
                shown, line, "(line)", repr(content[error.start : error.end])[2:-1], "must be UTF-8"
            )
        )
        text = content.decode("utf-8", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    expected = held(columns, header)
    if header != expected:
        faults.append(Fault(shown, 1, "(header)", ",".join(header), _header_rule(header, expected)))
    line = 2
    try:
        for fields in reader if header == expected else ():
            if len(fields) == len(expected):
                rows.append(fields)
                lines.append(line)
            else:
                rule = f"must have {len(expected)} fields, not {len(fields)}"
                faults.append(Fault(shown, line, "(line)", ",".join(fields), rule))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(
            Fault(shown, line, "(line)", "", f"cannot be read as CSV from here on: {error}")
        )
    if CONTROL.search(text):
        faults += _unprintable(shown, expected, rows, lines)
    part = pd.DataFrame(rows, columns=expected, dtype="str")
    part = part.reindex(columns=list(columns), fill_value="")
    return part.assign(_file=shown, _line=lines), faults


def _unprintable(
    shown: str, columns: list[str], rows: list[list[str]], lines: list[int]
) -> list[Fault]:
    """Fields with a control character."""
    return [
        Fault(shown, line, column, value, "must not hold a control character")
        for fields, line in zip(rows, lines, strict=True)
        for column, value in zip(columns, fields, strict=True)
        if CONTROL.search(value)
    ]


def _header_rule(header: list[str], expected: list[str]) -> str:
    lacking, extra = set(expected) - set(header), set(header) - set(expected)
    return (
        f"columns must be {', '.join(expected)}"
        + (f"; missing {sorted(lacking)}" if lacking else "")
        + (f"; unknown {sorted(extra)}" if extra else "")
    )
