"""Commands that run claims and keep what came out: run, runs, report, verify, cache, kernels. Heavy
modules are imported inside the commands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from ..ground import paths
from ..ground.errors import UsageError
from ..ground.numbers import counted
from . import console
from .options import File, Format, Number, Several

if TYPE_CHECKING:
    from ..runs import Options


def run(
    claims: Several = None,
    *,
    param: Several = None,
    grid: Several = None,
    grid_file: File = None,
    as_of: Several = None,
    jobs: Number = None,
    out: File = None,
    fail_fast: bool = False,
    fresh: bool = False,
    kernel: str = "",
    cluster: str = "",
    cell_timeout: Number = None,
    timeout: Number = None,
    memory: float | None = None,
    changed: bool = False,
) -> None:
    """Run notebooks and write their pages: those of claims, of the project, or any FILE.ipynb; what
    has not changed is served from the store.

    Parameters
    ----------
    claims
        Claims or notebooks, for example C30, overview or FILE.ipynb; default: all.
    grid
        Several values: --grid economy=KAZ,KGZ
    grid_file
        Sets of parameters: a CSV (a column each) or a YAML list.
    as_of
        A day (YYYY-MM-DD) or latest; may be repeated. Default: the article's day and latest.
    jobs
        Notebooks at a time; default: cores.
    out
        Folder for the pages; default: reports/
    fail_fast
        Start nothing more after a failure.
    fresh
        Execute everything, whatever is stored.
    kernel
        Kernel to use; default: the warm one.
    cluster
        Hand the runs to a Dask scheduler: tcp://host:port
    cell_timeout
        Seconds for a cell; default 600.
    timeout
        Seconds for a notebook; default 1800.
    memory
        GiB for a kernel; default 8.
    changed
        Only what rests on tables that changed since the report; says what moved.
    """
    from .. import runs
    from ..runs.fingerprint import of_file
    from . import locking, report

    if cluster and jobs:
        raise UsageError(
            "--jobs is for this machine, and --cluster hands the runs to others",
            hint="set the number there: dask worker ... --nworkers 2",
        )
    names, days = claims or [], as_of or []
    books = [Path(name).resolve() for name in names if name.endswith(".ipynb")]
    foreign = any(paths.home() not in file.parents for file in books)
    folder = Path("reports").resolve() if foreign and not out else console.reports(out)
    limits = {
        "cell_seconds": cell_timeout,
        "notebook_seconds": timeout,
        "memory_bytes": int((memory or 0) * 1024**3),
    }
    caps = tuple((name, most) for name, most in limits.items() if most)
    lists = {name: values.split(",") for name, values in console.pairs(grid).items()}
    params, sets = console.pairs(param), runs.read_grid(grid_file) if grid_file else []
    request = names, params, lists, days, sets

    def options() -> Options:
        return runs.Options(jobs, fail_fast, kernel, caps, not fresh, cluster)

    if changed:
        if any(request):
            raise UsageError(
                "--changed finds by itself what is to be run", hint="ca-research run --changed"
            )
        _run_changed(folder, options)
        return
    rest = {str(file): of_file(file) for file in books}
    outcome = report.make(
        lambda: runs.plan(*request),
        folder,
        options,
        words=json.dumps([request, rest, kernel, caps], sort_keys=True, default=str),
        fresh=fresh,
        everything=not claims,
    )
    back = f" ({counted(outcome.put_back or 0, 'file')} put back from the store)"
    done = {None: "", 0: " (nothing has changed)"}.get(outcome.put_back, back)
    pages = counted(len(outcome.run_ids), "page")
    index = f"report: {folder / 'index.html'} ({pages}){done}"
    rules = locking.stored_claims(folder, outcome.run_ids)
    locking.record_runs(rules)
    print(*report.answers(folder, outcome.run_ids), *locking.tell_unlocked(rules), index, sep="\n")
    if outcome.error:
        raise outcome.error


def _run_changed(folder: Path, options: Callable[[], Options]) -> None:
    """Judge again what rests on changed tables, and say what moved, here and on a page."""
    from .. import verify
    from ..runs.store import refuse_others
    from ..site import CHANGED, write_changed
    from . import report

    before = verify.standing(folder)
    chosen, tables = verify.affected(folder)
    if not chosen:
        print("no page rests on a table that has changed since: nothing to judge again")
        return
    refuse_others(folder, [CHANGED])
    outcome = report.make(lambda: chosen, folder, options)
    again = {result.run_id for result in outcome.results if not result.error}
    moves = verify.moved(before, [v for v in verify.standing(folder) if v["run"] in again])
    text = report.changes(moves, tables)
    with report.locked(folder):
        page = write_changed(folder, text.splitlines()[0], moves)
    print(text, f"page: {page}", sep="\n")
    if outcome.error:
        raise outcome.error


def runs(*, out: File = None, format: Format = "table") -> None:
    """What the report in a folder was made of: runs, keys, seconds, and what came from the
    store.
    """
    from .. import runs

    shown = ("run_id", "key", "seconds", "stored", "error")
    entries = runs.read_manifest(console.reports(out))["runs"]
    console.rows([{name: run[name] for name in shown} for run in entries], format)


def report(
    file: File = None,
    *,
    zip: bool = False,
    notebooks: bool = False,
    out: File = None,
) -> None:
    """Say where the finished report is; with --zip, put it into one file for sending.

    Parameters
    ----------
    file
        Name of the zip file; default: ca-research-report.zip in the report's folder.
    zip
        Zip the report for sending.
    notebooks
        Put the executed notebooks into the zip too.
    """
    from . import report

    folder = console.reports(out)
    if not (zip or file or notebooks):
        print(f"report: {folder / 'index.html'} ({len(report.whole(folder))} files)")
        return
    target = console.archive(file) if file else folder / f"{report.FOLDER_IN_ZIP}.zip"
    print(f"{target} ({report.zip_report(folder, target, notebooks=notebooks)} files)")


def verify(
    *,
    out: File = None,
    format: Literal["text", "json", "junit", "markdown"] = "text",
    accept: bool = False,
    reason: str = "",
) -> None:
    """Compare the report with the accepted verdicts (baseline/); exit code 1 and a diff where one
    moved.

    Parameters
    ----------
    accept
        Make the report the new baseline.
    reason
        Why the verdicts moved; goes into their changelog.
    """
    from .. import registry, verify
    from ..claims.locks import unlocked

    if reason and not accept:
        raise UsageError("--reason goes with --accept", hint="name both, or leave it out")
    baseline = paths.baseline_dir()
    unamended = verify.unamended(baseline)
    for line in unamended:
        console.aside(line)
    report = verify.read_report(console.reports(out))
    if accept:
        print(verify.show(verify.accept(report, baseline, reason), format), end="")
        console.aside("accepted: baseline/ holds the verdicts of this report")
        return
    comparison = verify.compare(verify.read_baseline(baseline), report, verify.outdated(report))
    print(verify.show(comparison, format), end="")
    if comparison.changes:
        console.aside('next: mend what moved them, or: ca-research verify --accept --reason "..."')
    if names := unlocked(registry.claims().values()):
        console.aside(f"{counted(len(names), 'rule')} not yet locked: {', '.join(names)}")
    if unamended or not comparison.same:
        raise typer.Exit(1)


def cache_info(*, format: Format = "table") -> None:
    """Where the store is, how much it holds and may hold."""
    from ..runs.store import allowed_size, open_store

    store = open_store()
    row = {
        "folder": str(store.folder),
        "megabytes": sum(size for _, size, _ in store.contents()) / 1e6,
        "may hold (MB)": allowed_size() / 1e6,
    }
    console.rows([row], format)


def cache_clear() -> None:
    """Remove everything from the store; reports that were written stay."""
    from ..runs.store import open_store

    print(f"{open_store().clear() / 1e6:.1f} MB removed")


def kernels_list(context: typer.Context, *, format: Format = "table") -> None:
    """The servers that run: memory, kernels, how long they have been idle and when they end."""
    from .. import kernels

    if not context.invoked_subcommand:
        rows = [server | {"kernels": len(server["kernels"])} for server in kernels.servers()]
        console.rows(rows, format)


def kernels_stop() -> None:
    """End them; one that has kernels stays for these and takes no more."""
    from .. import kernels

    print(f"{len(kernels.stop_all())} stopped")
