"""The command line: thin commands over the library. Heavy modules are imported inside the
commands.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from ..ground.errors import CaResearchError, UsageError
from . import console

app = typer.Typer(
    help="Check an article's claims about China and Central Asia against published figures.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
claims_app = typer.Typer(
    help="The declared claims: list, show, check.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
data_app = typer.Typer(
    help="The tables: build, list, show, coverage, check.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(claims_app, name="claims")
new_app = typer.Typer(
    help="A new claim from a template.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(data_app, name="data")
app.add_typer(new_app, name="new")

YEAR = 366 * 24 * 3600
"""Seconds: what nobody waits for. A larger limit of time is a slip of the hand."""

Format = Annotated[str, typer.Option("--format", help="table, csv or json")]


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


# --- run
#
#
#
# ---------------------------------------------------------------------------------------------------


@app.command()
def run(
    claims: Annotated[
        list[str] | None,
        typer.Argument(
            help="Claims to run, for example C30, or brief, or overview; all where none is named."
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
) -> None:
    """Run claims through their notebooks and write the pages; what has not changed is served from
    the store.
    """
    from .. import runs
    from ..ground import paths
    from . import report

    folder = (out or paths.reports_dir()).resolve()
    limits = {"cell_seconds": cell_timeout, "notebook_seconds": timeout}
    limits["memory_bytes"] = int(memory * 1024**3) if memory else None
    pairs, lists = _pairs(param), {k: _several(k, v) for k, v in _pairs(grid).items()}
    sets = runs.read_grid(grid_file) if grid_file else []
    asked = [sorted(claims or ()), pairs, lists, sets, as_of or (), _kernel(kernel), limits]
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


def _kernel(name: str) -> list[str]:
    """A kernel as it stands in the key of a command: its name, and what it is made of."""
    if not name:
        return []
    from .. import kernels

    return [name, kernels.described(name)]


@app.command("runs")
def runs_list(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; default: reports/")
    ] = None,
    format: Format = "table",
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


# --- report, verify
# ----------------------------------------------------------------------------------------


@app.command("report")
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
    target = (file or folder / f"{report.PARCEL}.zip").resolve()
    if target.is_dir():
        raise UsageError(
            f"{file} is a folder",
            hint="give the name of a file: ca-research report --zip report.zip",
        )
    if file and not target.parent.is_dir():
        raise UsageError(
            f"there is no folder {target.parent.name}",
            where=str(file),
            hint=f"make it first, or give another: ca-research report --zip {target.name}",
        )
    count = report.parcel(folder, target, notebooks=notebooks)
    typer.echo(f"{target} ({count} files, {target.stat().st_size / 1e6:.1f} MB)")


@app.command("verify")
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
        raise UsageError("--reason goes with --accept")
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
    elif not found.same:
        if found.changes:
            typer.echo(
                'next: mend what moved them, or: ca-research verify --accept --reason "..."',
                err=True,
            )
        raise typer.Exit(1)


cache_app = typer.Typer(
    help="The store of finished runs: info, clear.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(cache_app, name="cache")


@cache_app.command("info")
def cache_info(format: Format = "table") -> None:
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


kernels_app = typer.Typer(
    help="Servers of warm kernels: list, stop.", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(kernels_app, name="kernels")


@kernels_app.callback()
def kernels_list(context: typer.Context, format: Format = "table") -> None:
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


def _pairs(words: list[str] | None) -> dict[str, str]:
    """What `-p NAME=VALUE` or `--grid NAME=A,B` gave, by name; raises UsageError for another form
    or a name twice.
    """
    found: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise UsageError(
                f"expected NAME=VALUE, got {word!r}", hint="for example -p economy=UZB"
            )
        if name in found:
            raise UsageError(
                f"{name} is given twice: {found[name]} and {value}",
                hint=f"several values go into one grid: --grid {name}={found[name]},{value}",
            )
        found[name] = value
    return found


def _several(name: str, values: str) -> list[str]:
    found = values.split(",")
    if "" in found or len(set(found)) < len(found):
        raise UsageError(
            f"--grid {name}={values}: an empty value, or one that stands twice",
            hint="values with one comma between them, each once",
        )
    return found


# --- claims
# ------------------------------------------------------------------------------------------------


@claims_app.callback()
def claims_list(context: typer.Context, format: Format = "table") -> None:
    if context.invoked_subcommand:
        return
    from .. import registry

    rows = [
        {
            "claim": c.id,
            "theme": c.theme,
            "kind": c.kind,
            "title": c.title,
            "readings": len(c.readings),
            "declared": str(c.declared_on),
            "rule": c.rule_sha256[:12],
        }
        for c in registry.claims().values()
    ]
    console.rows(rows, format)


@claims_app.command("show")
def claims_show(
    claim: Annotated[str, typer.Argument(help="A claim, for example C30")],
    format: Annotated[str, typer.Option("--format", help="text or json")] = "text",
) -> None:
    """The claim, its readings, criteria, thresholds and rule."""
    from .. import registry

    spec = registry.claim(claim)
    if console.known(format, ("text", "json")) == "json":
        typer.echo(
            json.dumps(
                spec.model_dump(mode="json") | {"rule_sha256": spec.rule_sha256},
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    from ..claims import Claim

    typer.echo(
        f"{spec.id}  "
        f"{spec.title}\n“{spec.quotation}”\n{spec.restatement}\n\n{Claim(spec).rule}\n\nexpected: "
        f"{spec.expected}\nknown before: {spec.known_before}\ndeclared {spec.declared_on}, rule "
        f"{spec.rule_sha256}"
    )


@claims_app.command("check")
def claims_check(
    article: Annotated[
        Path | None, typer.Option("--article", help="The article's text, where it is at hand.")
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            "--verdicts", help="Stored verdicts; default: those of the last report, if any."
        ),
    ] = None,
) -> None:
    """Check the register: whether it can be applied, its quotations (with --article), and the
    verdicts stored.
    """
    from .. import registry
    from ..claims import article as quoted
    from ..claims import check
    from ..ground import paths
    from ..runs.parameters import tables_by_notebook

    text = _article(article) if article else None
    specs = registry.claims()
    faults = check.register(specs, tables_by_notebook())
    faults += quoted.check(specs, text)
    stored = verdicts or paths.reports_dir() / "verdicts.json"
    known: list[dict[str, Any]] = []
    old = 0
    if verdicts or stored.is_file():
        try:
            known = json.loads(stored.read_text(encoding="utf-8"))
            faults += [fault for one in known for fault in check.verdict(one)]
            old = sum(map(check.stale, known))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"not a file of verdicts: {error!r}", where=str(stored), hint="ca-research run"
            ) from None
    if faults:
        raise CaResearchError(
            f"the register has {len(faults)} faults\n" + "\n".join(f"  {f}" for f in faults),
            where="registry/claims",
            hint="mend the named fields",
        )
    typer.echo(
        f"{len(specs)} claims are well formed"
        + (
            " and quote the article rightly"
            if article
            else "; quotations were not compared (no --article)"
        )
        + (f"; {len(known) - old} stored verdicts follow from their criteria" if known else "")
        + (f", {old} were judged by an earlier rule" if old else "")
    )


def _article(file: Path) -> str:
    from ..ground.textfiles import Unreadable, decoded

    if not file.is_file():
        raise UsageError(f"no such file: {file}", hint="give the path of the article's text")
    try:
        text = decoded(file.read_bytes())
    except Unreadable as fault:
        raise UsageError(
            fault.what, where=fault.place(file.name), hint="save the text as UTF-8"
        ) from None
    if not text.strip():
        raise UsageError(
            "the article's file is empty", where=file.name, hint="give the article's text"
        )
    return text


@new_app.callback()
def new() -> None: ...


@new_app.command("claim")
def new_claim(
    claim: Annotated[str, typer.Argument(help="An id that is free, for example C36")],
    sentence: Annotated[
        str | None,
        typer.Option("--sentence", help="Paragraph and sentence of the article, for example 2.1"),
    ] = None,
) -> None:
    """Write a claim file and a notebook that run at once, to be made one's own."""
    from ..ground import paths
    from .scaffold import new_claim as write

    place = None
    if sentence is not None:
        parts = sentence.split(".")
        if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
            raise UsageError(
                f"{sentence!r} is no place in the article",
                hint="paragraph.sentence, for example 2.1",
            )
        place = (int(parts[0]), int(parts[1]))
    for file in write(claim, place):
        typer.echo(paths.shown(file))
    typer.echo(
        f"next: ca-research run {claim}, then make both files your own (docs/adding-a-claim.md)"
    )


# --- data
# --------------------------------------------------------------------------------------------------


@data_app.command("build")
def data_build(
    force: Annotated[
        bool, typer.Option("--force", help="Build even where the tables are up to date.")
    ] = False,
) -> None:
    """Validate the raw files and write the tables."""
    from ..tables import build

    built = build(force=force, progress=_name)
    total = sum(built.rows.values())
    typer.echo(
        f"{len(built.rows)} tables, {total:,} rows: {'built' if built.fresh else 'up to date'}"
    )


@data_app.command("check")
def data_check() -> None:
    """Validate the raw files and write nothing."""
    from ..tables import check

    rows = check(progress=_name)
    typer.echo(f"{len(rows)} tables, {sum(rows.values()):,} rows: no fault found")


def _name(table: str) -> None:
    print(f"  {table}", file=sys.stderr, flush=True)


@data_app.command("list")
def data_list(format: Format = "table") -> None:
    """The tables: rows, sources, files."""
    from .. import registry

    console.rows(
        [
            {
                "table": n,
                "rows": sum(t.rows.values()) or len(registry.sources()),
                "sources": len(t.rows) or len(registry.sources()),
                "files": len(t.files),
                "title": t.title,
            }
            for n, t in registry.tables().items()
        ],
        format,
    )


@data_app.command("show")
def data_show(
    table: Annotated[str, typer.Argument(help="A table, for example trade")],
    format: Format = "table",
) -> None:
    """The columns of a table: type, unit, meaning, bounds."""
    from .. import registry

    spec = registry.table(table)
    if format == "table":
        typer.echo(f"{spec.table}: {spec.title}\n{spec.description}\nkey: {', '.join(spec.key)}\n")
    rows = []
    for name, c in spec.columns.items():
        bounds = (
            f"{'' if c.min is None else format_number(c.min)}..{'' if c.max is None else format_number(c.max)}"
            if c.min is not None or c.max is not None
            else ""
        )
        rows.append(
            {
                "column": name,
                "type": c.type,
                "unit": c.unit or "",
                "null": "yes" if c.nullable else "",
                "bounds": bounds,
                "meaning": c.meaning,
            }
        )
    console.rows(rows, format)


def format_number(value: float) -> str:
    return f"{value:g}"


@data_app.command("coverage")
def data_coverage(
    table: Annotated[str, typer.Argument(help="A table, for example trade")],
    by: Annotated[
        str | None, typer.Option("--by", help="Columns that say who reports: --by reporter,partner")
    ] = None,
    format: Format = "table",
) -> None:
    """Who reports what, in which years, from which source."""
    from ..tables import coverage

    frame = coverage(table, by=by.split(",") if by else None)
    who = frame.attrs["who"]
    grouped = (
        frame.groupby([*who, "source_id"], dropna=False)
        .agg(
            first=("year", "min"),
            last=("year", "max"),
            years=("year", "nunique"),
            figures=("figures", "sum"),
        )
        .reset_index()
    )
    console.frame(grouped, format)


# --- sql
#
#
#
# ---------------------------------------------------------------------------------------------------


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the tables.")],
    format: Annotated[str, typer.Option("--format", help="table, csv, json or parquet")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.")
    ] = None,
) -> None:
    """Answer one SELECT over the processed tables (read-only)."""
    console.known(format, ("table", "csv", "json", "parquet"))
    if format == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not text", hint="give a file: --output FILE.parquet")
    from ..tables import query as answered

    if format == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        buffer = pa.BufferOutputStream()
        try:
            pq.write_table(answered.arrow(query), buffer)
        except pa.ArrowException as error:
            raise UsageError(
                f"Parquet cannot hold this: {error}",
                hint="cast the column, for example: column::varchar",
            ) from None
        content = buffer.getvalue().to_pybytes()
    elif format == "json":
        content = f"[{','.join(answered.json_rows(query))}]\n".encode()
    else:
        content = console.text(*answered.words(query), format).encode()
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def main() -> None:
    """Entry point: three lines for an error, the right exit code, a traceback only with --debug."""
    debug = "--debug" in sys.argv[1:]
    if debug:  # accepted anywhere on the line
        sys.argv = [sys.argv[0], "--debug", *(a for a in sys.argv[1:] if a != "--debug")]
    try:
        app()
    except SystemExit as leave:
        if leave.code == 130:
            print("interrupted; what was finished is kept", file=sys.stderr)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except (CaResearchError, OSError) as error:  # OSError: a full disk, a folder that is not there
        if debug:
            traceback.print_exc()
        else:
            print(f"error: {error}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))
    except (
        Exception
    ) as error:  # a fault of ours: three lines as well, for the traceback tells a user nothing
        if debug:
            traceback.print_exc()
        else:
            print(_fault(error), file=sys.stderr)
        sys.exit(1)


def _fault(error: Exception) -> str:
    told = " ".join(str(error).split())[:200]
    return (
        f"error: a fault of ca-research itself: {type(error).__name__}: {told}\n"
        f"  where: ca-research {' '.join(sys.argv[1:])[:200]}\n"
        "  next:  the same command with --debug shows where; please report it"
    )


if __name__ == "__main__":
    main()
