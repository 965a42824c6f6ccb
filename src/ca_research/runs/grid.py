"""Sets of parameters from a file: a CSV with a column for each parameter, or a YAML list of mappings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

from ..errors import UsageError


def read_grid(file: Path) -> list[dict[str, Any]]:
    """One mapping per row or entry, in order; empty cells of a CSV leave the parameter at its default.

    Values of a CSV are words, which the notebook's own types turn into numbers. Raises UsageError for a file that is not
    there, is of another kind, holds no set, or the same set twice.
    """
    if not file.is_file():
        raise UsageError(f"no such file: {file}", hint="give a .csv, .yaml or .yml file")
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix == ".csv":
        rows = list(csv.reader(text.splitlines()))
        if any(len(r) != len(rows[0]) for r in rows):
            raise UsageError("a row has another number of cells than the header", where=file.name)
        found = [{k: v for k, v in zip(rows[0], r, strict=True) if v != ""} for r in rows[1:]]
    elif file.suffix in (".yaml", ".yml"):
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError("not valid YAML: " + " ".join(str(error).split()), where=file.name) from None
    else:
        raise UsageError(f"{file.suffix or 'no'} suffix: a grid is a .csv, .yaml or .yml file", where=file.name)
    if not isinstance(found, list) or not found or not all(isinstance(s, dict) and s for s in found):
        raise UsageError("no sets of parameters in it", where=file.name, hint="one mapping of names to values per run")
    twice = [s for i, s in enumerate(found) if s in found[:i]]
    if twice:
        raise UsageError(f"the same set stands twice: {twice[0]}", where=file.name, hint="keep one")
    return found
