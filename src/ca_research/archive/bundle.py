"""A project in one file: all that its report needs, and nothing that may not be passed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from .. import registry, verify
from ..ground import paths
from ..ground.errors import CoverageError, LinkError
from ..ground.files import walk, write_whole, zipped
from ..runs import plan
from . import again
from .readme import FILE, statement

FOLDERS = ("registry", "data/raw", "data/added", "notebooks", "measures", "baseline")
"""What a project is made of."""
OF_PACKAGE = ("src", "kernelspec", "docs", "tests", "tools", "benchmarks", ".ci", ".github")
"""And the package itself, where the project is its checkout."""
NOT = "_build"
FILES = (
    *("Makefile", "pyproject.toml", "requirements.lock", "environment.yml", ".gitignore"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "CITATION.cff"),
    *(".pre-commit-config.yaml", "data/processed/README.md", "data/first_runs.csv"),
)
RESULTS = ("verdicts.json", "verdicts.csv", "verdicts_countries.csv")
"""What an archive holds of a report."""
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
    from .. import site  # what REPLICATION.md says needs no pages

    home, out = paths.own_home(), again.left_out()
    verdicts, undeclared = _current(report)
    held = {f.relative_to(home).as_posix(): f.read_bytes() for f in _files(home, out)}
    texts = {
        f"results/{name}": text for name, text in site.verdict_files(verdicts, RESULTS).items()
    }
    texts[FILE] = statement(verdicts)
    for entry in out.values():
        texts |= again.files(entry)
    held |= {name: text.encode() for name, text in texts.items()}
    lines = [f"{sha256(held[name]).hexdigest()}  {name}\n" for name in sorted(held)]
    held[HASHES] = "".join(lines).encode()
    content = zipped({f"{target.stem}/{name}": held[name] for name in sorted(held)})
    write_whole(target, content, folders=False)
    added = (entry.source for entry in registry.added().values())
    unsure = tuple(source for source in added if source.redistribution == "figures")
    return Packed(len(held), len(content), tuple(out), unsure, undeclared)


def _files(home: Path, shut: Iterable[str]) -> Iterator[Path]:
    """What an archive holds of a project, but for what was added of some sources.

    Raises LinkError for a file behind a symbolic link that leads out of the project, or to what may
    not be passed on: left out, the archive would not give the report again; packed, it would give
    away what nobody looked at.
    """
    walked = (file for folder in (*FOLDERS, *OF_PACKAGE) for file in walk(home / folder))
    kept_out = {Path("data/added", source) for source in shut}
    for file in (*walked, *filter(Path.is_file, map(home.joinpath, FILES))):
        within = file.relative_to(home)  # where the project lies says nothing of its folders
        if NOT in within.parts or kept_out & {*within.parents}:
            continue
        real, root = file.resolve(), home.resolve()
        if not real.is_relative_to(root) or kept_out & {*real.relative_to(root).parents}:
            raise LinkError(
                "a link leads to what no archive may hold",
                where=within.as_posix(),
                hint="remove the link, or let it lead to a folder of its own",
            )
        yield file


def _current(report: Path) -> tuple[list[Mapping[str, Any]], tuple[str, ...]]:
    """The verdicts of the declared runs of a report, and the ids of its other runs: with parameters
    or of a day of one's own, they say nothing of the project.

    Raises CoverageError unless the declared ones are whole and of the inputs at hand.
    """
    state, declared = verify.read_report(report), {run.run_id for run in plan()}
    theirs = [run for run in state.runs if run.run_id in declared]
    for why, names in verify.unfit(state.model_copy(update={"runs": theirs})).items():
        raise CoverageError(f"the report {why}", where="; ".join(names)[:200], hint=verify.AGAIN)
    verdicts = [v for v in verify.standing(report) if v["run"] in declared]
    return verdicts, tuple(run.run_id for run in state.runs if run.run_id not in declared)
