"""Locks of this project's rules from its history: what `ca-research claims lock` and the first run
would have written, had they been there from the start.

A rule is locked in the commit since which the claim's file has had the rule of today. Figures of a
claim were computed in the commit in which a notebook or baseline/verdicts.json first names it. Rows
that are there stay.

    .venv/bin/python tools/locks.py     adds to registry/locks.csv and data/first_runs.csv
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from itertools import takewhile
from typing import Any, NamedTuple

from pydantic import ValidationError

from ca_research import registry
from ca_research.app import locking
from ca_research.ground import paths
from ca_research.ground.textfiles import Unreadable, read_yaml
from ca_research.registry import ClaimSpec
from ca_research.registry.claims import _PROSE
from ca_research.registry.locks import FILE, locks

RUNS = ("notebooks/*.ipynb", "baseline/verdicts.json")
"""What names a claim once figures of it have been computed."""


class Commit(NamedTuple):
    """A commit of the history, and its time in UTC."""

    id: str
    time: str


def git(*words: str) -> str:
    """What git answers; raises CalledProcessError."""
    command = ["git", "-C", str(paths.home()), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def commits(*words: str) -> list[Commit]:
    """Commits, the newest first."""
    lines = git("log", "--topo-order", "--format=%H %ct", *words).splitlines()
    return [Commit(id, in_utc(int(seconds))) for id, seconds in map(str.split, lines)]


def in_utc(seconds: int) -> str:
    """A time of git as the files have it."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


LATER = _PROSE | {"kind"}
"""Fields of readings and criteria that decide nothing, and the kind of a figure, which came later
and which the first version of the hash does not know.
"""


def rule_of(text: str, today: ClaimSpec) -> str:
    """The hash of the rule in an old file of a claim; '' where the models of today do not take it.
    Fields that came later are those of today.
    """
    filled = today.model_dump(mode="json")
    readings = {reading["name"]: reading for reading in filled["readings"]}
    criteria = {name: one.model_dump(mode="json") for name, one in today.criteria().items()}
    try:
        content = read_yaml(text.encode())
        filled["readings"] = [
            with_later(reading, readings)
            | {"criteria": [with_later(one, criteria) for one in reading.get("criteria", [])]}
            for reading in content["readings"]
        ]
        filled |= {"grid": content.get("grid", {}), "amendments": [], "wanted": []}
        return ClaimSpec.model_validate_json(json.dumps(filled, default=str)).rule_sha256_2
    except (Unreadable, ValidationError, KeyError, TypeError):
        return ""


def with_later(part: dict[str, Any], today: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A reading or criterion with the fields that came later, of those of today by name."""
    of_today = today.get(part["name"], {})
    return {name: value for name, value in of_today.items() if name in LATER} | part


def locked_in(spec: ClaimSpec) -> Commit:
    """The commit since which the file of a claim has had its rule."""
    file, rule = f"registry/claims/{spec.id}.yaml", spec.rule_sha256_2

    def unchanged(commit: Commit) -> bool:
        return rule_of(git("show", f"{commit.id}:{file}"), spec) == rule

    same = takewhile(unchanged, commits("--", file))
    return [*same][-1]


def first_run_in(claim: str) -> Commit:
    """The commit in which figures of a claim first appear."""
    return commits("-G", rf"\b{claim}\b", "--", *RUNS)[-1]


def precedes(first: Commit, second: Commit) -> bool:
    """Whether a commit is before another one in the history."""
    return first != second and git("merge-base", first.id, second.id).strip() == first.id


def main() -> None:
    """Add what lacks."""
    locked, ran = [], []
    for spec in registry.claims().values():
        lock, run = locked_in(spec), first_run_in(spec.id) if spec.criteria() else None
        if run and spec.id not in locking.first_runs():
            ran.append((spec.id, run.time))
        if spec.id not in locks():
            first = run.time if run and not precedes(lock, run) else ""
            locked.append((spec.id, spec.rule_sha256_2, lock.time, lock.id, first))
    locking.append(paths.registry_dir() / FILE, locking.COLUMNS, locked)
    locking.append(paths.first_runs(), locking.RUN_COLUMNS, ran)


if __name__ == "__main__":
    main()
