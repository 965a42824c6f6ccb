"""Raw CSV files checked against the registry: every broken row is found, none is repaired.

A raw file is read as text first, so that a fault can show the value as it stands in the file; then
columns are parsed, bounds and vocabularies are checked by pandera, and cross-row rules (duplicate
keys, expected counts per source) run over the whole table.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from .. import registry
from ..ground import economies, paths
from ..ground.errors import DataError, Fault, IntegrityError
from ..ground.files import walk
from .dates import is_date

_PLACE = ("_file", "_line")
_NUMBER = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that no text holds; NUL ends a string in other programs."""


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
    """All raw rows of a table as text, with `_file` and `_line` (1 is the header).

    Raises DataError with every line that has not the columns of the table.
    """
    parts, faults = [], []
    for name in table.files:
        part, broken = _read(name, list(table.columns))
        parts.append(part)
        faults += broken
    if faults:
        raise DataError(faults)
    return pd.concat(parts, ignore_index=True)


def _read(name: str, expected: list[str]) -> tuple[pd.DataFrame, list[Fault]]:
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
    if _CONTROL.search(text):
        faults += _unprintable(shown, expected, rows, lines)
    part = pd.DataFrame(rows, columns=expected, dtype="str")
    return part.assign(_file=shown, _line=lines), faults


def _unprintable(
    shown: str, columns: list[str], rows: list[list[str]], lines: list[int]
) -> list[Fault]:
    """Fields with a control character."""
    return [
        Fault(shown, line, column, value, "must not hold a control character")
        for fields, line in zip(rows, lines, strict=True)
        for column, value in zip(columns, fields, strict=True)
        if _CONTROL.search(value)
    ]


def _header_rule(header: list[str], expected: list[str]) -> str:
    lacking, extra = set(expected) - set(header), set(header) - set(expected)
    return (
        f"columns must be {', '.join(expected)}"
        + (f"; missing {sorted(lacking)}" if lacking else "")
        + (f"; unknown {sorted(extra)}" if extra else "")
    )


def _parse(text: pd.Series, column: registry.Column) -> tuple[pd.Series, pd.Series, str]:
    """Typed values, a mask of those that could not be read, and the rule they break."""
    empty = text.eq("")
    none = pd.Series(False, index=text.index)
    match column.type:
        case "year" | "integer":
            values = _numbers(text)
            bad = ~empty & (values.isna() | (values % 1).ne(0))
            return (
                values.where(~bad).astype("Int64"),
                bad,
                "must be a whole number" if column.type == "integer" else "must be a year",
            )
        case "number":
            values = _numbers(text)
            return (
                values.astype("float64"),
                ~empty & ~np.isfinite(values.fillna(np.inf)),
                "must be a number",
            )
        case "boolean":
            lower = text.str.lower()
            bad = ~empty & ~lower.isin(["true", "false"])
            return (
                lower.map({"true": True, "false": False}).astype("boolean"),
                bad,
                "must be true or false",
            )
        case _:
            return text.where(~empty), none, ""


def _numbers(text: pd.Series) -> pd.Series:
    """Numbers of words that are plainly one: without spaces, words (`nan`, `inf`) or digits of
    other scripts.
    """
    return pd.to_numeric(text.where(text.str.fullmatch(_NUMBER)), errors="coerce")


def _check(column: registry.Column) -> list[pa.Check]:
    checks = []
    if column.type == "economy":
        checks.append(
            pa.Check.isin(sorted(economies.codes()), error="unknown country or aggregate code")
        )
    elif column.type == "economies":
        known = economies.codes()
        checks.append(
            pa.Check(
                lambda s: s.map(lambda v: set(v.split(";")) <= known),
                error="unknown country or aggregate code in the list",
            )
        )
    elif column.type == "source":
        checks.append(
            pa.Check.isin(
                sorted(registry.sources()), error="unknown source: not in registry/sources.csv"
            )
        )
    elif column.type == "date":
        checks.append(
            pa.Check(
                lambda s: s.map(is_date),
                error="must be an ISO 8601 date (may be partial or an interval a/b)",
            )
        )
    if column.values:
        checks.append(
            pa.Check.isin(list(column.values), error=f"must be one of {', '.join(column.values)}")
        )
    if column.pattern:
        checks.append(pa.Check.str_matches(column.pattern, error=f"must match {column.pattern}"))
    if column.min is not None:
        why = "must not be negative" if column.min == 0 else f"must be at least {column.min:g}"
        checks.append(pa.Check.ge(column.min, error=f"{why} ({column.reason})"))
    if column.max is not None:
        checks.append(
            pa.Check.le(column.max, error=f"must be at most {column.max:g} ({column.reason})")
        )
    return checks


def validate(table: registry.Table) -> pd.DataFrame:
    """Typed rows of a table, in key order.

    Raises IntegrityError where a raw file is not the declared one and DataError with *every* broken
    row.
    """
    check_files(table)
    return validate_rows(table, read_raw(table))


def validate_rows(table: registry.Table, raw: pd.DataFrame) -> pd.DataFrame:
    """As `validate`, for rows already read as text (with `_file` and `_line`)."""
    faults: list[Fault] = []

    def report(mask: pd.Series, column: str, rule: str) -> None:
        hits = raw.loc[mask.to_numpy(dtype=bool, na_value=False), ["_file", "_line", column]]
        faults.extend(Fault(f, int(n), column, v, rule) for f, n, v in hits.itertuples(index=False))

    typed = {}
    for name, column in table.columns.items():
        values, bad, rule = _parse(raw[name], column)
        report(bad, name, rule)
        if not column.nullable:
            report(raw[name].eq(""), name, "must not be empty")
        typed[name] = values
    frame = pd.DataFrame(typed)

    schema = pa.DataFrameSchema(
        {
            n: pa.Column(checks=_check(c), nullable=True, required=True)
            for n, c in table.columns.items()
        }
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.dropna(subset=["index"])
        for column_name, rule, index in cases[["column", "check", "index"]].itertuples(index=False):
            row = raw.loc[int(index)]
            faults.append(
                Fault(row["_file"], int(row["_line"]), column_name, row[column_name], rule)
            )

    faults.extend(_duplicates(table, raw, frame))
    faults.extend(_counts(table, raw))
    if faults:
        raise DataError(sorted(set(faults), key=lambda f: (f.file, f.line, f.column)))
    return frame.sort_values(list(table.key), kind="stable", ignore_index=True)


def _duplicates(table: registry.Table, raw: pd.DataFrame, frame: pd.DataFrame) -> list[Fault]:
    """Rows of one key; keys are compared as read ('2020.0' is 2020), and as text where they could
    not be read.
    """
    keys = pd.DataFrame(
        {c: frame[c].astype("string").fillna(raw[c].astype("string")) for c in table.key}
    )
    keys = keys[keys.duplicated(keep=False)]
    twice = raw.loc[keys.index].assign(**keys)
    faults = []
    for key, rows in twice.groupby(list(table.key), sort=False):
        places = [f"{f}:{n}" for f, n in rows[list(_PLACE)].itertuples(index=False)]
        for (file, line), place in zip(
            rows[list(_PLACE)].itertuples(index=False), places, strict=True
        ):
            others = ", ".join(p for p in places if p != place)
            faults.append(
                Fault(
                    file,
                    int(line),
                    "+".join(table.key),
                    ",".join(map(str, key)),
                    f"duplicate key (also at {others})",
                )
            )
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
