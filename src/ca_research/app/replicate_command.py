"""The command `replicate`: the project as an archive for others, or its README alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..ground.errors import UsageError


def replicate(
    out: Annotated[
        Path | None,
        typer.Option(help="The archive to write; default: replication.zip here."),
    ] = None,
    statement: Annotated[
        bool, typer.Option("--statement", help="Write REPLICATION.md of the project, no archive.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder of the report; default: reports/")
    ] = None,
) -> None:
    """Put code, figures, lock file and verdicts into one file from which others make the report
    again, with a README in the form of data editors.
    """
    from .. import archive
    from ..ground import paths
    from ..ground.files import write_whole
    from ..ground.numbers import first_few

    if statement:
        if out or report:
            raise UsageError(
                "--statement writes REPLICATION.md and no archive",
                hint="name it alone, or leave it out",
            )
        write_whole(paths.home() / archive.FILE, archive.statement())
        typer.echo(paths.home() / archive.FILE)
        return
    target = (out or Path("replication.zip")).resolve()
    if target.is_dir() or target.suffix != ".zip":
        raise UsageError(
            f"{out} is no name of a zip file", hint="ca-research replicate --out replication.zip"
        )
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent.name}", hint="make it first")
    made = archive.pack(target, (report or paths.reports_dir()).resolve())
    typer.echo(f"{target} ({made.files} files, {made.size / 1e6:.1f} MB)")
    if made.left_out:
        typer.echo(
            f"left out, for they may not be passed on: {', '.join(made.left_out)} "
            "(REPLICATION.md says how others add them again)"
        )
    if made.unsure:
        named = (f"{one.source_id} ({one.licence or 'licence not known'})" for one in made.unsure)
        typer.echo(
            f"it holds all rows of these added sources: {first_few(named, 5)}\n"
            "where a licence does not allow that: ca-research data remove SOURCE, and add it again "
            "with --redistribution no"
        )
    if made.undeclared:
        typer.echo(
            "left out, for the register does not declare these runs: "
            f"{first_few(made.undeclared, 5)}\n"
            "next: to have one in it, write its parameters under `runs` in the claim's file; "
            "ca-research run, and this again"
        )
