"""Sets of parameters from a file: a CSV with a column for each parameter, or a YAML list of mappings."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..registry.reader import Unreadable, decoded, read

_KINDS = (".csv", ".yaml", ".yml")


def read_grid(file: Path) -> list[dict[str, Any]]:
    """One mapping per row or entry, in order; empty cells of a CSV leave the parameter at its default.

    Values of a CSV are words, which the notebook's own types turn into numbers. Raises UsageError for a file that is not
    there, is of another kind, cannot be read, holds no set, or the same set twice.
    """
    if not file.is_file():
        raise UsageError(f"no such file: {file}", hint="give a .csv, .yaml or .yml file")
    if file.suffix not in _KINDS:
        raise UsageError(f"{file.suffix or 'no'} suffix: a grid is a .csv, .yaml or .yml file", where=file.name)
    try:
        content = file.read_bytes()
        found = _rows(content) if file.suffix == ".csv" else read(content)
    except Unreadable as fault:
        raise UsageError(fault.what, where=fault.place(file.name), hint="mend the file") from None
    if not isinstance(found, list) or not found or not all(isinstance(s, dict) and s for s in found):
        raise UsageError(
            "no sets of parameters in it",
            where=file.name,
            hint="one mapping of names to values per run",
        )
    seen = set()
    for one in found:
        if (known := repr(sorted(one.items(), key=str))) in seen:
            raise UsageError(f"the same set stands twice: {one}", where=file.name, hint="keep one")
        seen.add(known)
    return found


def _rows(content: bytes) -> list[dict[str, str]]:
    """Rows of a CSV, each by the names in the header; raises Unreadable with the line."""
    reader = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    try:
        header, *rows = [(reader.line_num, cells) for cells in reader] or [(1, [])]
    except csv.Error as error:
        raise Unreadable(f"not a CSV: {error}", reader.line_num) from None
    names = header[1]
    if "" in names or len(set(names)) < len(names):
        raise Unreadable(f"names in the header must be there and differ: {', '.join(names)}", 1)
    for line, cells in rows:
        if len(cells) != len(names):
            raise Unreadable("a row has another number of cells than the header", line)
    return [{k: v for k, v in zip(names, cells, strict=True) if v} for _, cells in rows]
