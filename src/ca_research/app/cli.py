"""The command line: its commands by name, and how errors end it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from ..ground import garbage
from ..ground.errors import CaResearchError
from ..ground.extras import MissingPackageError, needed
from .claim_commands import (
    check,
    claims_check,
    claims_list,
    claims_lock,
    claims_show,
    new_claim,
    new_overview,
)
from .data_commands import (
    data_add,
    data_amend,
    data_build,
    data_check,
    data_coverage,
    data_list,
    data_remove,
    data_show,
    sql,
)
from .doctor_command import doctor
from .fetch_commands import diff, fetch, vintages
from .init_command import init
from .lab_command import lab
from .measures_command import measures
from .options import documented
from .replicate_command import replicate
from .run_commands import (
    cache_clear,
    cache_info,
    kernels_list,
    kernels_stop,
    report,
    run,
    runs,
    verify,
)
from .wanted_command import wanted


def _group(
    help: str, *commands: Callable[..., None], alone: Callable[..., None] | None = None
) -> typer.Typer:
    """Commands by the last word of their names; alone: what the group does without one of them."""
    group = typer.Typer(
        help=help,
        no_args_is_help=alone is None,
        invoke_without_command=alone is not None,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if alone:
        group.callback()(documented(alone))
    for command in commands:
        group.command(command.__name__.rpartition("_")[2])(documented(command))
    return group


GROUPS = {
    "claims": _group(
        "The declared claims: list, show, check, lock.",
        *(claims_show, claims_check, claims_lock),
        alone=claims_list,
    ),
    "data": _group(
        "The tables: build, list, show, coverage, check; add, amend, fetch and remove figures.",
        *(data_build, data_check, data_list, data_show, data_coverage),
        *(data_add, data_amend, data_remove, fetch, vintages, diff),
    ),
    "new": _group("From a template: a claim, an overview of all claims.", new_claim, new_overview),
    "cache": _group("The store of finished runs: info, clear.", cache_info, cache_clear),
    "kernels": _group("Servers of warm kernels: list, stop.", kernels_stop, alone=kernels_list),
}
app = _group(
    "Check an article's claims against published figures.",
    *(init, run, runs, check, measures, wanted, report, verify, sql, replicate, lab, doctor),
)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None: ...


def main() -> None:
    """Entry point: three lines for an error, the right exit code, a traceback only with --debug."""
    garbage.seldom()
    garbage.not_at_the_end()
    debug = "--debug" in sys.argv
    if debug:  # accepted anywhere on the line
        sys.argv = [sys.argv[0], "--debug", *(a for a in sys.argv[1:] if a != "--debug")]
    try:
        with needed():
            app()
    except SystemExit as leave:
        if leave.code == 130:
            print("interrupted; what was finished is kept", file=sys.stderr)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # a fault of ours is three lines too; OSError: a full disk
        expected = isinstance(error, (CaResearchError, MissingPackageError, OSError))
        if debug:
            traceback.print_exc()
        else:
            print(f"error: {error if expected else _fault(error)}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))


def _fault(error: Exception) -> str:
    message, words = " ".join(str(error).split()), " ".join(sys.argv[1:])
    return (
        f"a fault of ca-research itself: {type(error).__name__}: {message}\n"
        f"  where: ca-research {words}\n"
        "  next:  the same command with --debug shows where; please report it"
    )


if __name__ == "__main__":
    main()
