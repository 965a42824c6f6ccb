"""The command `replicate`: the project as an archive for others, or its README alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..ground import paths
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.templates import filled
from . import console
from .notebooks import TEMPLATES
from .options import File


def replicate(*, out: File = None, statement: bool = False, report: File = None) -> None:
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
        write_whole(paths.home() / archive.FILE, archive.statement())
        print(paths.home() / archive.FILE)
        return
    target = console.archive(out or Path("replication.zip"))
    packed = archive.pack(target, console.reports(report))
    print(
        filled(
            TEMPLATES / "replicate.j2", target=target, made=packed, few=partial(first_few, most=5)
        ),
        end="",
    )
