"""A project in one file: all that its report needs, and nothing that may not be passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from .. import registry, verify
from ..ground import paths
from ..ground.errors import CoverageError, UsageError
from ..ground.files import walk, write_whole, zipped
from ..runs import plan
from . import again
from .readme import FILE, statement

FOLDERS = ("registry", "data/raw", "data/added", "notebooks", "measures", "baseline")
"""What a project is made of."""
OF_PACKAGE = ("src", "kernelspec", "docs", "tests", "tools", "benchmarks", ".ci", ".github")
"""And the package itself, where the project is its checkout."""
NOT = ("__pycache__", "_build")
FILES = (
    *("Makefile", "pyproject.toml", "requirements.lock", "environment.yml", ".gitignore"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "CITATION.cff"),
    *(".pre-commit-config.yaml", "data/processed/README.md"),
)
RESULTS = ("verdicts.json", "verdicts.csv", "verdicts_countries.csv")
HASHES = "SHA256SUMS"


@dataclass(frozen=True)
class Packed:
    """What an archive holds: its files, its size in bytes, the sources that stayed out, those that
    were added and are in it though nobody said that all their rows may be (mark `figures`), and the
    runs of the report whose verdicts stayed out, for no register declares them.
    """

    files: int
    size: int
    left_out: tuple[str, ...]
    unsure: tuple[registry.Source, ...] = ()
    undeclared: tuple[str, ...] = ()


def pack(target: Path, report: Path) -> Packed:
    """Write the archive of the project at hand; the same project gives the same bytes.

    It holds the project's files, REPLICATION.md made anew, the verdicts of the report in
    `results/`, and the hash of each file in SHA256SUMS. Added sources that may not be passed on
    stay out, and verdicts of runs that the register does not declare: whoever follows
    REPLICATION.md would not get them.

    Of such a source the archive holds the register entry and the map of its file, REPLICATION.md
    the command that adds it again and the claims whose verdicts rest on it.

    report: folder of the report. Raises UsageError where the project is the copy in the package, or
    the target is a folder; CoverageError where there is no whole report, or it was made from other
    inputs.
    """
    if paths.bundled():
        raise UsageError(
            "the tables that came with the package are no project to archive",
            hint="a checkout, or a project of your own: ca-research init DIR",
        )
    undeclared = _current(report)
    home, out = paths.home(), again.left_out()
    held = {
        file.relative_to(home).as_posix(): file.read_bytes()
        for file in _files(home, tuple(f"data/added/{one}/" for one in out))
    }
    results = _results(report, undeclared)
    held |= {f"results/{name}": data for name, data in results.items()}
    for entry in out.values():
        held |= again.files(entry)
    held[FILE] = statement(json.loads(results["verdicts.json"])).encode()
    lines = [f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(held.items())]
    held[HASHES] = "".join(lines).encode()
    content = zipped({f"{target.stem}/{name}": data for name, data in sorted(held.items())})
    write_whole(target, content, folders=False)
    added = (entry.source for entry in registry.added().values())
    unsure = tuple(source for source in added if source.redistribution == "figures")
    return Packed(len(held), len(content), tuple(out), unsure, undeclared)


def _files(home: Path, without: tuple[str, ...]) -> Iterator[Path]:
    for folder in (*FOLDERS, *OF_PACKAGE):
        for file in walk(home / folder):
            within = file.relative_to(home)  # where the project lies says nothing of its folders
            if not (set(NOT) & set(within.parts) or within.as_posix().startswith(without)):
                yield file
    yield from (file for name in FILES if (file := home / name).is_file())


def _results(report: Path, undeclared: tuple[str, ...]) -> dict[str, bytes]:
    """The verdicts of a report without those of some of its runs, by name of the file."""
    if not undeclared:
        return {name: (report / name).read_bytes() for name in RESULTS}
    from .. import site  # what REPLICATION.md says needs no pages

    declared = {run.run_id for run in plan()}
    return {name: text.encode() for name, text in site.verdicts_of(report, declared).items()}


def _current(report: Path) -> tuple[str, ...]:
    """Raise CoverageError unless the declared runs of a report are whole and of the inputs at hand.

    Returns the ids of its other runs, with parameters or of a day of one's own: what became of them
    says nothing of the project.
    """
    state = verify.read_report(report)
    declared = {run.run_id for run in plan()}
    undeclared = tuple(run["run_id"] for run in state.runs if run["run_id"] not in declared)
    state = replace(state, runs=tuple(r for r in state.runs if r["run_id"] in declared))
    failed = [run["run_id"] for run in state.failed]
    # where an input was edited during a run, nobody knows from which state it was made
    unknown = [run["run_id"] for run in state.runs if not run.get("inputs")]
    hint = "ca-research run"
    if failed:
        why, named = f"{len(failed)} of its runs failed", failed
    elif unlike := list(verify.unlike_plan(state)):
        why, named, hint = "it is not one of all that is planned", unlike, verify.EVERYTHING
    elif unknown:
        why, named = f"{len(unknown)} of its runs do not say from which inputs", unknown
    elif causes := verify.outdated(state):
        why, named = "its inputs have changed since", [str(cause) for cause in causes]
    else:
        return undeclared
    raise CoverageError(
        f"the report is not that of this project: {why}",
        where="; ".join(named)[:200],
        hint=hint,
    )
