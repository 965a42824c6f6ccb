"""Commands that run claims and keep what came out: run, runs, report, verify, cache, kernels. Heavy
modules are imported inside the commands.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..ground.errors import UsageError
from . import console

if TYPE_CHECKING:
    from ..runs import Options

cache_app = typer.Typer(
    help="The store of finished runs: info, clear.", no_args_is_help=True, rich_markup_mode=None
)
kernels_app = typer.Typer(
    help="Servers of warm kernels: list, stop.", invoke_without_command=True, rich_markup_mode=None
)

YEAR = 366 * 24 * 3600
"""Seconds: what nobody waits for. A larger limit of time is a slip of the hand."""


def run(
    claims: Annotated[
        list[str] | None,
        typer.Argument(
            help="Claims or notebooks, for example C30, overview or FILE.ipynb; default: all."
        ),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", help="One parameter: -p economy=UZB")
    ] = None,
    grid: Annotated[
        list[str] | None, typer.Option("--grid", help="Several values: --grid economy=KAZ,KGZ")
    ] = None,
    grid_file: Annotated[
        Path | None,
        typer.Option(
            "--grid-file", help="Sets of parameters: a CSV (a column each) or a YAML list."
        ),
    ] = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option(
            "--as-of",
            help="A day (YYYY-MM-DD) or latest; may be repeated. Default: the article's day and "
            "latest.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Notebooks at a time; default: cores.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the pages; default: reports/")
    ] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Start nothing more after a failure.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Execute everything, whatever is stored.")
    ] = False,
    kernel: Annotated[
        str, typer.Option("--kernel", help="Kernel to use; default: the warm one.")
    ] = "",
    cluster: Annotated[
        str, typer.Option("--cluster", help="Hand the runs to a Dask scheduler: tcp://host:port")
    ] = "",
    cell_timeout: Annotated[
        int | None, typer.Option(min=1, max=YEAR, help="Seconds for a cell; default 600.")
    ] = None,
    timeout: Annotated[
        int | None, typer.Option(min=1, max=YEAR, help="Seconds for a notebook; default 1800.")
    ] = None,
    memory: Annotated[
        float | None, typer.Option(min=0.1, max=1e6, help="GiB for a kernel; default 8.")
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="Only what rests on tables that changed since the report; says what moved.",
        ),
    ] = False,
) -> None:
    """Run notebooks and write their pages: those of claims, of the project, or any FILE.ipynb; what
    has not changed is served from the store.
    """
    from .. import runs
    from ..ground import paths
    from ..runs.fingerprint import of_file
    from . import report

    if cluster and jobs:
        raise UsageError(
            "--jobs is for this machine, and --cluster hands the runs to others",
            hint="set the number there: dask worker ... --nworkers 2",
        )
    books = [Path(name).resolve() for name in claims or () if name.endswith(".ipynb")]
    foreign = any(paths.home() not in file.parents for file in books)
    folder = (out or (Path("reports") if foreign else paths.reports_dir())).resolve()
    limits = {"cell_seconds": cell_timeout, "notebook_seconds": timeout}
    limits["memory_bytes"] = int(memory * 1024**3) if memory else None
    pairs, lists = console.pairs(param), {k: _several(k, v) for k, v in console.pairs(grid).items()}
    sets = runs.read_grid(grid_file) if grid_file else []
    asked = [
        sorted(claims or ()),
        {str(f): of_file(f) for f in books},
        pairs,
        lists,
        sets,
        as_of or (),
        _kernel(kernel),
        limits,
    ]
    if changed:
        if any((claims, pairs, lists, sets, as_of)):
            raise UsageError(
                "--changed finds by itself what is to be run", hint="ca-research run --changed"
            )
        given = tuple((k, v) for k, v in limits.items() if v)
        _run_changed(folder, runs.Options(jobs, fail_fast, kernel, given, not fresh, cluster))
        return
    words = [json.dumps(asked, sort_keys=True, default=str)]
    everything = not claims

    def tell() -> None:
        """What came out, in words."""
        fixed = {
            **{k: [v] for k, v in pairs.items()},
            **lists,
            **({"as_of": as_of} if as_of else {}),
        }
        ways = [{**fixed, **{k: [v] for k, v in one.items()}} for one in sets or [{}]]
        for line in report.answers(folder, claims or (), ways):
            typer.echo(line)

    if not fresh and (put_back := report.served(words, folder, everything)) is not None:
        files = "1 file" if put_back == 1 else f"{put_back} files"
        done = f"{files} put back from the store" if put_back else "nothing has changed"
        tell()
        typer.echo(f"report: {folder / 'index.html'} ({done})")
        return
    given = tuple((k, v) for k, v in limits.items() if v)
    options = runs.Options(jobs, fail_fast, kernel, given, not fresh, cluster)
    made = report.make(
        words,
        lambda: runs.plan(claims or (), pairs, lists, tuple(as_of or ()), sets),
        folder,
        options,
        everything=everything,
        progress=console.progress,
    )
    tell()
    typer.echo(f"report: {made.index}")
    if made.error:
        raise made.error


def _run_changed(folder: Path, options: Options) -> None:
    """Judge again what rests on changed tables, and say what moved, here and on a page."""
    from .. import verify
    from ..runs.store import refuse_others
    from ..site import CHANGED, write_changed
    from . import report

    before = verify.standing(folder)
    chosen, tables = verify.affected(folder)
    if not chosen:
        typer.echo("no page rests on a table that has changed since: nothing to judge again")
        return
    refuse_others(folder, [CHANGED])
    made = report.make(
        ["--changed", *(run.run_id for run in chosen)],
        lambda: chosen,
        folder,
        options,
        everything=False,
        progress=console.progress,
    )
    again = {result.run_id for result in made.results if not result.error}
    found = verify.moved(before, verify.given_by(folder, again))
    summary = report.summary_of_changes(found, tables)
    with report.locked(folder):
        page = write_changed(folder, summary, found)
    typer.echo(summary)
    for line in report.changes(found):
        typer.echo(line)
    typer.echo(f"page: {page}")
    if made.error:
        raise made.error


def _kernel(name: str) -> list[str | bool]:
    """A kernel as it stands in the key of a command: its name, and whose Python it starts."""
    if not name:
        return []
    from .. import kernels

    return [name, kernels.is_own(name)]


def runs_list(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; default: reports/")
    ] = None,
    format: console.Format = "table",
) -> None:
    """What the report in a folder was made of: runs, keys, seconds, and what came from the
    store.
    """
    from .. import runs
    from ..ground import paths

    manifest = runs.read_manifest((out or paths.reports_dir()).resolve())
    rows = [
        {
            "run": r["run_id"],
            "key": r["key"][:12],
            "seconds": r["seconds"],
            "from": "store" if r["stored"] else "run",
            "error": r["error"],
        }
        for r in manifest["runs"]
    ]
    console.rows(rows, format)


def report_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Name of the zip file; default: ca-research-report.zip in the report's folder."
        ),
    ] = None,
    zip: Annotated[bool, typer.Option("--zip", help="Zip the report for sending.")] = False,
    notebooks: Annotated[
        bool, typer.Option("--notebooks", help="Put the executed notebooks into the zip too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; default: reports/")
    ] = None,
) -> None:
    """Say where the finished report is; with --zip, put it into one file for sending."""
    from ..ground import paths
    from . import report

    folder = (out or paths.reports_dir()).resolve()
    if not zip:
        if file or notebooks:
            raise UsageError(
                "a file and --notebooks go with --zip", hint="ca-research report --zip report.zip"
            )
        typer.echo(f"report: {folder / 'index.html'} ({len(report.whole(folder))} files)")
        return
    target = (file or folder / f"{report.FOLDER_IN_ZIP}.zip").resolve()
    if target.is_dir() or target.suffix != ".zip":
        raise UsageError(
            f"{file} is no name of a zip file", hint="ca-research report --zip report.zip"
        )
    if file and not target.parent.is_dir():
        raise UsageError(
            f"there is no folder {target.parent.name}",
            where=str(file),
            hint=f"make it first, or give another: ca-research report --zip {target.name}",
        )
    count = report.zip_report(folder, target, notebooks=notebooks)
    typer.echo(f"{target} ({count} files, {target.stat().st_size / 1e6:.1f} MB)")


def verify_command(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; default: reports/")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text, json, junit or markdown")] = "text",
    accept: Annotated[
        bool, typer.Option("--accept", help="Make the report the new baseline.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why the verdicts moved; goes into their changelog.")
    ] = "",
) -> None:
    """Compare the report with the accepted verdicts (baseline/); exit code 1 and a diff where one
    moved.
    """
    from .. import verify
    from ..ground import paths

    console.known(format, tuple(verify.FORMATS))
    if reason and not accept:
        raise UsageError("--reason goes with --accept", hint="name both, or leave it out")
    unamended = verify.unamended(paths.baseline_dir())
    for line in unamended:
        typer.echo(line, err=True)
    report = verify.read_report((out or paths.reports_dir()).resolve())
    if accept:
        found = verify.accept(report, paths.baseline_dir(), reason)
    else:
        baseline = verify.read_baseline(paths.baseline_dir())
        found = verify.compare(baseline, report, verify.outdated(report))
    typer.echo(verify.show(found, format), nl=False)
    if accept:
        typer.echo(
            f"accepted: {paths.shown(paths.baseline_dir())} holds the verdicts of this report",
            err=True,
        )
    elif unamended or not found.same:
        if found.changes:
            typer.echo(
                'next: mend what moved them, or: ca-research verify --accept --reason "..."',
                err=True,
            )
        raise typer.Exit(1)


@cache_app.command("info")
def cache_info(format: console.Format = "table") -> None:
    """Where the store is, how much it holds and may hold."""
    from ..runs.store import allowed_size, open_store

    store = open_store()
    files = store.contents()
    kinds = {kind: sum(f[0].parent.name == kind for f in files) for kind in ("runs", "reports")}
    used = sum(f[1] for f in files)
    row = {
        "folder": str(store.folder),
        **kinds,
        "megabytes": used / 1e6,
        "may hold (MB)": allowed_size() / 1e6,
    }
    console.rows([row], format)


@cache_app.command("clear")
def cache_clear() -> None:
    """Remove everything from the store; reports that were written stay."""
    from ..runs.store import open_store

    typer.echo(f"{open_store().clear() / 1e6:.1f} MB removed")


@kernels_app.callback()
def kernels_list(context: typer.Context, format: console.Format = "table") -> None:
    """The servers that run: memory, kernels, how long they have been idle and when they end."""
    if context.invoked_subcommand:
        return
    from .. import kernels

    rows = [{**server, "kernels": len(server["kernels"])} for server in kernels.servers()]
    console.rows([{k: "" if v is None else v for k, v in row.items()} for row in rows], format)


@kernels_app.command("stop")
def kernels_stop() -> None:
    """End them; one that has kernels stays for these and takes no more."""
    from .. import kernels

    found = kernels.stop_all()
    typer.echo(f"{len(found)} stopped, {sum(s['megabytes'] for s in found)} MB")


def _several(name: str, values: str) -> list[str]:
    found = values.split(",")
    if "" in found or len(set(found)) < len(found):
        raise UsageError(
            f"--grid {name}={values}: an empty value, or one that stands twice",
            hint="values with one comma between them, each once",
        )
    return found
