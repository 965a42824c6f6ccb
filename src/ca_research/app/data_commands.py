"""Commands on the tables: data, sql. Heavy modules are imported inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.numbers import counted
from . import console

data_app = typer.Typer(
    help="The tables: build, list, show, coverage, check; add, fetch and remove figures.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

# how an added or fetched source is taken in
Lag = Annotated[
    int | None,
    typer.Option(
        "--lag", min=0, help="Days after a year's end at which its figures were out: a series."
    ),
]
Role = Annotated[
    str | None, typer.Option("--role", help="How it speaks for a reporter; see data show sources")
]
Preference = Annotated[
    int | None, typer.Option("--preference", help="Before which sources: the lower first.")
]
Redistribution = Annotated[
    str | None,
    typer.Option(
        "--redistribution",
        help="What its licence allows replicate to pack: yes (all), figures (with a citation; "
        "as it is where nothing is said) or no.",
    ),
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Leave faulty rows out, and keep the list.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@data_app.command("build")
def data_build(
    force: Annotated[
        bool, typer.Option("--force", help="Build even where the tables are up to date.")
    ] = False,
) -> None:
    """Validate the raw files and write the tables."""
    from ..tables import build

    built = build(force=force, progress=_name)
    typer.echo(f"{_size(built.rows)}: {'built' if built.fresh else 'up to date'}")


@data_app.command("check")
def data_check() -> None:
    """Validate the raw files and write nothing."""
    from ..tables import check

    rows = check(progress=_name)
    typer.echo(f"{_size(rows)}: no fault found")


def _size(rows: Mapping[str, int]) -> str:
    return f"{counted(len(rows), 'table')}, {counted(sum(rows.values()), 'row')}"


def _name(table: str) -> None:
    print(f"  {table}", file=sys.stderr, flush=True)


@data_app.command("list")
def data_list(format: console.Format = "table") -> None:
    """The tables: rows, sources, files."""
    from .. import registry, tables

    rows = []
    for name, table in registry.tables().items():
        if name == "sources":
            of = dict.fromkeys(registry.sources(), 1)
        else:
            of = tables.rows_of(name) if table.location else registry.rows_of(name)
        unseen = table.location and not of  # no build has seen it
        row = {
            "table": name,
            "rows": None if unseen else sum(of.values()),
            "sources": None if unseen else len(of),
            "added": ", ".join(s for s, a in registry.added().items() if a.table == name),
            "files": "elsewhere" if table.location else len(table.files),
            "title": table.title,
        }
        rows.append(row)
    console.rows(rows, format)
    if none := [str(r["table"]) for r in rows if r["rows"] == 0 and r["files"] != "elsewhere"]:
        told = f"no figures yet: {', '.join(none)}"
        typer.echo(f"{told}\nnext: ca-research data add FILE --table {none[0]}", err=True)


@data_app.command("show")
def data_show(
    table: Annotated[str, typer.Argument(help="A table, for example trade")],
    format: console.Format = "table",
) -> None:
    """The columns of a table: type, unit, meaning, bounds."""
    from .. import registry

    spec = registry.table(table)
    if format == "table":
        typer.echo(f"{spec.table}: {spec.title}\n{spec.description}\nkey: {', '.join(spec.key)}\n")
    rows = []
    for name, c in spec.columns.items():
        bounds = "..".join("" if end is None else f"{end:g}" for end in (c.min, c.max))
        row = {
            "column": name,
            "type": c.type,
            "unit": c.unit or "",
            "null": "yes" if c.nullable else "",
            "bounds": "" if bounds == ".." else bounds,
            "meaning": c.meaning,
        }
        rows.append(row)
    console.rows(rows, format)


@data_app.command("coverage")
def data_coverage(
    table: Annotated[str, typer.Argument(help="A table, for example trade")],
    by: Annotated[
        str | None, typer.Option(help="Columns that say who reports: --by reporter,partner")
    ] = None,
    format: console.Format = "table",
) -> None:
    """Who reports what, in which years, from which source."""
    from ..tables import coverage

    frame = coverage(table, by=by.split(",") if by else None)
    who = frame.attrs["who"]
    years = {"first": ("year", "min"), "last": ("year", "max"), "years": ("year", "nunique")}
    groups = frame.groupby([*who, "source_id"], dropna=False)
    console.frame(groups.agg(**years, figures=("figures", "sum")).reset_index(), format)


@data_app.command("add")
def data_add(
    file: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, TSV, Excel, Stata, Parquet or an API's JSON; several of one form, or a "
            "folder of them, are one source"
        ),
    ],
    table: Annotated[str, typer.Option(help="The table that its rows belong to.")],
    source: Annotated[str, typer.Option(help="An id for the source.")],
    published: Annotated[str | None, typer.Option(help="When it was published: 2024-05-01")] = None,
    title: Annotated[str | None, typer.Option(help="What it is.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who publishes it.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its terms of use.")] = None,
    redistribution: Redistribution = None,
    address: Annotated[str | None, typer.Option(help="Its page, beginning with https://")] = None,
    map: Annotated[
        Path | None, typer.Option(help="A YAML file that says which column is what.")
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option(help="One value for all rows: --set level=degree"),
    ] = None,
    role: Role = None,
    preference: Preference = None,
    lag: Lag = None,
    origin: Annotated[
        str | None, typer.Option(help="A source that its figures go back to.")
    ] = None,
    skip_bad: SkipBad = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read, check and compare; add nothing.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Add the figures of a file, under a source of their own; the snapshot stays as it is."""
    from ..tables import add

    asks = sys.stdin.isatty() and not (yes or dry_run)
    about = {"title": title, "publisher": publisher, "licence": licence, "published": published}
    if asks:
        about = _asked(file, about)

    def confirm(found: object) -> bool:
        if not asks:
            typer.echo(str(found).rpartition("\n")[0])
            raise UsageError(
                "nobody can be asked here whether the file is understood rightly",
                hint="if it is, the same with --yes",
            )
        return agreed(found)

    found = add(
        file,
        table=table,
        source=source,
        map=_with_constants(map, console.pairs(set, "--set flow=import"), table),
        redistribution=redistribution or "figures",
        address=address,
        role=role,
        preference=preference,
        lag=lag,
        origin=origin,
        skip_bad=skip_bad,
        dry_run=dry_run,
        confirm=None if yes or dry_run else confirm,
        **about,
    )
    typer.echo(str(found).splitlines()[-1] if asks else str(found))
    if found.kept:
        told_next()


def agreed(found: object) -> bool:
    """Shows what was found but for its last line, and asks whether to add it."""
    typer.echo(str(found).rpartition("\n")[0])
    return typer.confirm("add these rows?")


def told_next() -> None:
    typer.echo("next: ca-research run --changed", err=True)


def _asked(files: list[Path], about: dict[str, str | None]) -> dict[str, str | None]:
    """What is not said of a source, asked; a publisher that is known answers for itself."""
    from .. import sources
    from ..sources import stream

    found = stream.files_of(files)
    top = stream.top(found[0]) if stream.streams(found) else sources.read(found[0])
    if sources.recognise(top) is not None:
        return about | {"published": about["published"] or typer.prompt("published (2024-05-01)")}
    return {k: v or typer.prompt(k) for k, v in about.items()}


def _with_constants(file: Path | None, constants: dict[str, str], table: str) -> Any:
    """A map with one value for all rows of some columns."""
    if not constants:
        return file
    from .. import registry
    from ..ground.textfiles import Unreadable, read_yaml
    from ..sources.mapping import of_user

    hint = "name the columns of the file: columns: {year: Year}"
    try:
        said = read_yaml(file.read_bytes()) if file else {}
    except (OSError, Unreadable) as error:
        raise UsageError(f"the map cannot be read: {error}", where=str(file), hint=hint) from None
    said = of_user(said, registry.table(table), str(file or ""))
    return said | {"columns": said["columns"] | {k: {"is": v} for k, v in constants.items()}}


@data_app.command("remove")
def data_remove(
    source: Annotated[str, typer.Argument(help="A source that was added")],
) -> None:
    """Take back a source that was added, with all its rows."""
    from ..tables import remove

    gone = remove(source)
    typer.echo(f"{counted(gone.rows, 'row')} of {source} taken out of {gone.table}")
    told_next()


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the tables.")],
    format: Annotated[str, typer.Option(help="table, csv, json or parquet")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long it may take.")] = 60,
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
            pq.write_table(answered.arrow(query, seconds), buffer)
        except pa.ArrowException as error:
            raise UsageError(
                f"Parquet cannot hold this: {error}",
                hint="cast the column, for example: column::varchar",
            ) from None
        content = buffer.getvalue().to_pybytes()
    elif format == "json":
        content = f"[{','.join(answered.json_rows(query, seconds))}]\n".encode()
    else:
        content = console.text(*answered.words(query, seconds), format).encode()
    if output:
        write_whole(output, content, folders=False)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
