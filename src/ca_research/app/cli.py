"""The command line: its commands by name, and how errors end it."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from ..ground import garbage
from ..ground.errors import CaResearchError
from ..ground.extras import MissingPackageError, needed
from . import (
    claim_commands,
    data_commands,
    doctor_command,
    fetch_commands,
    init_command,
    lab_command,
    replicate_command,
    run_commands,
    wanted_command,
)

app = typer.Typer(
    help="Check an article's claims about China and Central Asia against published figures.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(init_command.init)
app.command("run")(run_commands.run)
app.command("runs")(run_commands.runs_list)
app.command("check")(claim_commands.check)
app.command("wanted")(wanted_command.wanted)
app.command("report")(run_commands.report_command)
app.command("verify")(run_commands.verify_command)
app.command("sql")(data_commands.sql)
app.command("replicate")(replicate_command.replicate)
app.command("lab")(lab_command.lab)
app.command("doctor")(doctor_command.doctor)
for command in (fetch_commands.fetch, fetch_commands.vintages, fetch_commands.diff):
    data_commands.data_app.command()(command)
app.add_typer(claim_commands.claims_app, name="claims")
app.add_typer(data_commands.data_app, name="data")
app.add_typer(claim_commands.new_app, name="new")
app.add_typer(run_commands.cache_app, name="cache")
app.add_typer(run_commands.kernels_app, name="kernels")


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(__version__)
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
    debug = "--debug" in sys.argv[1:]
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
        told = isinstance(error, (CaResearchError, MissingPackageError, OSError))
        if debug:
            traceback.print_exc()
        else:
            print(f"error: {error}" if told else _fault(error), file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))


def _fault(error: Exception) -> str:
    told = " ".join(str(error).split())[:200]
    return (
        f"error: a fault of ca-research itself: {type(error).__name__}: {told}\n"
        f"  where: ca-research {' '.join(sys.argv[1:])[:200]}\n"
        "  next:  the same command with --debug shows where; please report it"
    )


if __name__ == "__main__":
    main()
