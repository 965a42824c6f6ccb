"""What new figures change: the runs that rest on a table which is no longer that of the report, and
each verdict before and after.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import registry, runs
from ..claims.compare import differences
from ..ground import paths
from ..ground.errors import BaselineError, CoverageError
from ..runs import inputs
from .state import FILE, Entry, read_baseline, run_of

Stored = Mapping[str, Any]
Key = tuple[str, str, str, str]


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
    about = inputs.Inputs(None)
    report = _report(out)
    made = {r["run_id"]: r.get("inputs") or {} for r in report}
    added = {entry.table for entry in registry.added().values()}
    chosen, tables, after = list[runs.Run](), set[str](), list[runs.Run]()
    for run in runs.plan_with(report):
        before = made.get(run.run_id, {})
        now, recorded = about.again(run, before)["data"], before.get("data")
        moved = {n for n in now if now[n] != recorded.get(n)} if recorded else added & now.keys()
        if run.after:
            after.append(run)
        elif moved:
            chosen.append(run)
            tables |= moved
    return chosen + (after if chosen else []), tuple(sorted(tables))


def _report(out: Path) -> list[Mapping[str, Any]]:
    try:
        return list(runs.read_manifest(out)["runs"]) if (out / FILE).is_file() else []
    except CoverageError:
        return []


def standing(out: Path) -> list[Stored]:
    """The verdicts of the report in a folder; an empty list where there is none."""
    file = out / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def given_by(out: Path, ids: Collection[str]) -> list[Stored]:
    """The verdicts of the report in a folder that some of its runs gave."""
    made = _report(out)

    def gave(v: Stored) -> str:
        return (run_of(made, v["claim"], v["params"], v["as_of"]) or {}).get("run_id", "")

    return [v for v in standing(out) if gave(v) in ids]


def moved(before: Sequence[Stored], after: Sequence[Stored]) -> list[Moved]:
    """Each verdict of `after` beside the one before: those that turned first.

    A verdict that no report gave before is set beside the accepted one, which knows its criteria
    and not its answer.
    """
    earlier, accepted = {_key(v): v for v in before}, _accepted()
    found = []
    for verdict in after:
        old = earlier.get(_key(verdict))
        if old is None and _key(verdict) in accepted:
            old = _as_stored(accepted[_key(verdict)], verdict)
        if old is None:
            found.append(Moved(verdict, None, "", ()))
            continue
        why = tuple(differences(old, verdict))
        found.append(Moved(verdict, old["verdict"], old.get("answer", ""), why))
    return sorted(found, key=lambda m: (not m.turned, not m.why))


def _key(verdict: Stored) -> Key:
    params = {k: v for k, v in verdict["params"].items() if k not in ("claim", "as_of")}
    told = json.dumps(params, sort_keys=True)
    return verdict["claim"], verdict["reading"], told, verdict["as_of"]


def _accepted() -> Mapping[Key, Entry]:
    try:
        return read_baseline(paths.baseline_dir()).entries
    except BaselineError:
        return {}


def _as_stored(entry: Entry, now: Stored) -> Stored:
    """An accepted verdict in the form of a stored one; what it does not keep is as it is now."""
    return {
        "verdict": entry.verdict,
        "rule_sha256": now["rule_sha256"],
        "criteria": [{"name": name, **c} for name, c in entry.criteria.items()],
        "coverage": now["coverage"],
        "sources": now["sources"],
    }
