"""Rules are locked, and it is kept when figures of a claim were first computed.

registry/locks.csv has a row for each lock, data/first_runs.csv one for each claim. The second is
beside the registry: a run writes it, and what a run writes changes no input of a report.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..ground import paths
from ..ground.errors import UsageError

if TYPE_CHECKING:
    from ..registry.locks import Lock

COLUMNS = ("claim", "rule_sha256", "locked", "commit", "first_run")
RUN_COLUMNS = ("claim", "first_run")


def now() -> str:
    """This moment as the files have it, to the second."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_runs() -> dict[str, str]:
    """When figures of each claim were first computed here."""
    rows = reversed(_rows(paths.first_runs()))
    return {row["claim"]: row["first_run"] for row in rows}


def record_runs(claims: Iterable[str]) -> None:
    """Keep this moment for claims of which no figure was computed before."""
    first = [claim for claim in dict.fromkeys(claims) if claim not in first_runs()]
    append(paths.first_runs(), RUN_COLUMNS, [(claim, now()) for claim in first])


def stored_claims(out: Path, run_ids: Sequence[str]) -> dict[str, str]:
    """The claims that some runs of a report have figures of, each with the rule it was judged by.
    Read without the registry: a report from the store imports nothing heavy.
    """
    file = out / "verdicts.json"
    stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    judged = [v for v in stored if v["run"] in run_ids and v["criteria"]]
    return {v["claim"]: v["rule_sha256_2"] for v in judged}


def tell_unlocked(rules: dict[str, str]) -> list[str]:
    """A line on claims whose rule (by claim) is not locked; none where all are."""
    last = {row["claim"]: row["rule_sha256"] for row in _rows(paths.registry_dir() / "locks.csv")}
    names = [claim for claim, rule in sorted(rules.items()) if last.get(claim) != rule]
    if not names:
        return []
    what = "1 rule is" if len(names) == 1 else f"{len(names)} rules are"
    return [f"{what} not yet locked: {', '.join(names)} (ca-research claims lock)"]


def lock(claims: Sequence[str]) -> list[Lock]:
    """Lock the rules of claims; returns the locks that were added.

    Raises UsageError where a rule is still the template's, and in the copy inside the installed
    package.
    """
    from .. import registry
    from ..claims.locks import unlocked
    from ..registry.locks import FILE, locks
    from .scaffold import rule_unwritten

    file = paths.own_home() / "registry" / FILE
    specs = [registry.claim(claim) for claim in claims]
    if unwritten := [spec.id for spec in specs if rule_unwritten(spec.id)]:
        raise UsageError(
            f"a rule that is still the template's is not locked: {', '.join(unwritten)}",
            where=f"registry/claims/{unwritten[0]}.yaml",
            hint="write the rule first, or name the claims to lock (docs/adding-a-claim.md)",
        )
    names, ran = unlocked(specs), first_runs()
    rows = [
        (spec.id, spec.rule_sha256_2, now(), commit_of(spec.id), ran.get(spec.id, ""))
        for spec in specs
        if spec.id in names
    ]
    append(file, COLUMNS, rows)
    registry.forget()
    return [locks()[name][-1] for name in names]


def commit_of(claim: str) -> str:
    """The commit that holds the file of a claim as it stands; '' where none does, or where the
    project is no git repository.
    """
    file = f"registry/claims/{claim}.yaml"
    last = _git("log", "-1", "--format=%H", "--", file)
    return last if last and not _git("status", "--porcelain", "--", file) else ""


def _git(*words: str) -> str:
    command = ["git", "-C", str(paths.home()), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, no repository, no commit yet
        return ""


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as text:
        return [*csv.DictReader(text)]


def append(file: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add rows to a file, which begins with the names of its columns."""
    if not rows:
        return
    begun = file.is_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows(rows if begun else [columns, *rows])
