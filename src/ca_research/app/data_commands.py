"""Commands on the tables: data, sql. Heavy modules are imported inside the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..ground.errors import UsageError
from ..ground.files import write_whole
from . import console

data_app = typer.Typer(
    help="The tables: build, list, show, coverage, check.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


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
def data_list(format: console.Format = "table") -> None:
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
    format: console.Format = "table",
) -> None:
    """The columns of a table: type, unit, meaning, bounds."""
    from .. import registry

    spec = registry.table(table)
    if format == "table":
        typer.echo(f"{spec.table}: {spec.title}\n{spec.description}\nkey: {', '.join(spec.key)}\n")
    rows = []
    for name, c in spec.columns.items():
        bounds = (
            "..".join("" if end is None else format_number(end) for end in (c.min, c.max))
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
    format: console.Format = "table",
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


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the tables.")],
    format: Annotated[str, typer.Option("--format", help="table, csv, json or parquet")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="How long it may take.")] = 60,
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
