"""The command `replicate`: the project as an archive for others, or its README alone."""

from __future__ import annotations

from pathlib import Path

from ..ground import paths
from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from . import console


def replicate(
    *, out: Path | None = None, statement: bool = False, report: Path | None = None
) -> None:
    """Put code, figures, lock file and verdicts into one file from which others make the report
    again, with a README in the form of data editors.

    Parameters
    ----------
    out
        The archive to write; default: replication.zip here.
    statement
        Write REPLICATION.md of the project, no archive.
    report
        Folder of the report; default: reports/
    """
    from .. import archive

    if statement:
        if out or report:
            raise UsageError(
                "--statement writes REPLICATION.md and no archive",
                hint="name it alone, or leave it out",
            )
        write_whole(paths.home() / archive.FILE, archive.statement())
        print(paths.home() / archive.FILE)
        return
    target = console.archive(out or Path("replication.zip"))
    made = archive.pack(target, console.reports(report))
    print(f"{target} ({made.files} files, {made.size / 1e6:.1f} MB)")
    if made.left_out:
        print(
            f"left out, for they may not be passed on: {', '.join(made.left_out)} "
            "(REPLICATION.md says how others add them again)"
        )
    if made.unsure:
        named = (f"{one.source_id} ({one.licence or 'licence not known'})" for one in made.unsure)
        print(
            f"it holds all rows of these added sources: {first_few(named, 5)}\n"
            "where a licence does not allow that: ca-research data remove SOURCE, and add it again "
            "with --redistribution no"
        )
    if made.undeclared:
        print(
            "left out, for the register does not declare these runs: "
            f"{first_few(made.undeclared, 5)}\n"
            "next: to have one in it, write its parameters under `runs` in the claim's file; "
            "ca-research run, and this again"
        )
