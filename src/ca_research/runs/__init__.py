"""Running notebooks: parameters checked first, papermill in processes, results whole or not at all.

Names are resolved on first use: a command that finds everything unchanged imports nothing that is
heavy.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "EXECUTED": "pool",
    "Options": "pool",
    "Parameter": "parameters",
    "Result": "pool",
    "Run": "planning",
    "check": "parameters",
    "declared": "parameters",
    "execute": "pool",
    "failed": "pool",
    "longest_first": "manifest",
    "plan": "planning",
    "plan_with": "planning",
    "read_grid": "grid",
    "read_manifest": "manifest",
    "runs_of": "planning",
    "write_manifest": "manifest",
}

__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value
