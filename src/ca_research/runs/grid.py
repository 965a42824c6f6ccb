"""Sets of parameters from a file: a CSV with a column for each parameter, or a YAML list of
mappings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..ground.errors import UsageError
from ..ground.textfiles import Unreadable, read_csv, read_yaml

_KINDS = (".csv", ".yaml", ".yml")


def read_grid(file: Path) -> list[dict[str, Any]]:
    """One mapping per row or entry, in order; empty cells of a CSV leave the parameter at its
    default.

    Values of a CSV are words, which the notebook's own types turn into numbers. Raises UsageError
    for a file that is not there, is of another kind, cannot be read, or holds no set.
    """
    if not file.is_file() or file.suffix not in _KINDS:
        raise UsageError(f"no such grid: {file}", hint="give a .csv, .yaml or .yml file")
    try:
        content = file.read_bytes()
        if file.suffix == ".csv":
            sets = [{k: v for k, v in row.items() if v} for _, row in read_csv(content)]
        else:
            sets = read_yaml(content)
    except Unreadable as fault:
        raise UsageError(fault.what, where=fault.place(file.name), hint="mend the file") from None
    if not (isinstance(sets, list) and sets and all(isinstance(s, dict) and s for s in sets)):
        raise UsageError(
            "no sets of parameters in it",
            where=file.name,
            hint="one mapping of names to values per run",
        )
    return sets
