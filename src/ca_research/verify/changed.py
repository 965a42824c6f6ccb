"""What new figures change: the runs that rest on a table which is no longer that of the report, and
each verdict before and after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import registry, runs
from ..claims.compare import differences
from ..ground import paths
from .comparison import stale
from .state import FILE, accepted, read_report

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Moved:
    """A verdict before and after, and what else differs.

    was: None where it was not judged before. answered: the answer before, '' where it is not known.
    """

    verdict: Stored
    was: str | None
    answered: str
    why: tuple[str, ...]

    @property
    def turned(self) -> bool:
        return self.was != self.verdict["verdict"]


def affected(out: Path) -> tuple[list[runs.Run], tuple[str, ...]]:
    """The runs whose tables are no longer those of the report in a folder, and these tables.

    Runs of the report that nobody planned are among them. Of runs that are not in the report, those
    that rest on a table to which figures were added. A page that reads the verdicts of others is
    among them as soon as there is any.
    """
    report = read_report(out).runs if (out / FILE).is_file() else []
    added = {f"data/{entry.table}" for entry in registry.added().values()}
    chosen, tables, after = list[runs.Run](), set[str](), list[runs.Run]()
    for run, held, names in stale(report):
        moved = {n for n in names if n.startswith("data/")} if held else names & added
        if run.after:
            after.append(run)
        elif moved:
            chosen.append(run)
            tables |= moved
    return chosen + after * bool(chosen), tuple(sorted(t.removeprefix("data/") for t in tables))


def standing(out: Path) -> list[Stored]:
    """The verdicts of the report in a folder; an empty list where there is none."""
    file = out / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def moved(before: Sequence[Stored], after: Sequence[Stored]) -> list[Moved]:
    """Each verdict of `after` beside the one before: those that turned first.

    A verdict that no report gave before is set beside the accepted one, which knows its criteria
    and not its answer.
    """
    stands = [e.model_dump() | {"answer": ""} for e in accepted(paths.baseline_dir())]
    known = {(v["run"], v["reading"]): v for v in (*stands, *before)}
    entries = []
    for verdict in after:
        old = known.get((verdict["run"], verdict["reading"]))
        why = tuple(differences({**verdict, **old}, verdict)) if old else ()
        was, answered = (old["verdict"], old["answer"]) if old else (None, "")
        entries.append(Moved(verdict, was, answered, why))
    return sorted(entries, key=lambda one: (not one.turned, not one.why))
