"""What a run may read: the tables and registry entries its notebook declares, so that its content
key tells the truth.

Outside a run everything may be read. A runner sets `CA_RESEARCH_READS` for the kernel; what is not
in it is refused, for a figure that came in unseen would leave a stored page standing when it
changes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from . import paths
from .errors import UndeclaredReadError

VARIABLE = "CA_RESEARCH_READS"

noted: set[str] = set()
"""What this process has read, as `data/TABLE` and `register/PATTERN`, whoever asks (`opened`)."""


def tables(about: Mapping[str, Any]) -> list[str]:
    """The tables that a notebook's metadata declares; `*` stands for all of the registry."""
    named: list[str] = list(about.get("tables", ()))
    if named != ["*"]:
        return named
    return sorted(file.stem for file in (paths.registry_dir() / "tables").glob("*.yaml"))


def limit(tables: Iterable[str], registry: Iterable[str]) -> str:
    """Value of the variable for a run that may read these tables and registry entries
    ('claims/C30', 'coding/acts').
    """
    return json.dumps({"table": sorted(tables), "registry": sorted(registry)})


def declared(kind: str) -> list[str] | None:
    """What may be read of a kind, 'table' or 'registry'; None where nothing is limited."""
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    limits: Mapping[str, list[str]] = json.loads(text)
    return limits[kind]


def check(kind: str, name: str) -> None:
    """Raise UndeclaredReadError where a run reads what its notebook does not declare."""
    noted.add(f"data/{name}" if kind == "table" else f"register/{name}.yaml")
    known = declared(kind)
    if known is not None and name not in known and f"{name.partition('/')[0]}/*" not in known:
        raise UndeclaredReadError(kind, name, known)
