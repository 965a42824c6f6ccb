"""Sets of parameters from a file: a CSV with a column for each parameter, or a YAML list of
mappings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..ground.errors import UsageError
from ..ground.textfiles import Unreadable, read_csv, read_yaml


def read_grid(file: Path) -> list[dict[str, Any]]:
    """One mapping per row or entry, in order; empty cells of a CSV leave the parameter at its
    default.

    Values of a CSV are words, which the notebook's own types turn into numbers. Raises UsageError
    for a file that is not there, cannot be read, or holds no set.
    """
    try:
        if not file.is_file():
            raise Unreadable("no such grid")
        content = file.read_bytes()
        if file.suffix == ".csv":
            sets = [{k: v for k, v in row.items() if v} for _, row in read_csv(content)]
        else:
            sets = read_yaml(content)
        if not (isinstance(sets, list) and sets and all(isinstance(s, dict) and s for s in sets)):
            raise Unreadable("no sets of parameters in it")
    except Unreadable as fault:
        hint = "a column for each parameter, or a list of mappings of names to values"
        raise UsageError(fault.what, where=fault.place(file.name), hint=hint) from None
    return sets
