"""Commands on the tables: data, sql. Heavy modules are imported inside the commands."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Literal

from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.numbers import counted
from . import console
from .options import File, Format, Number, Several, Word

OTHERS = (
    "left out: {}, whose rows name claims of another article; "
    "if they are of yours, name them in registry/article.yaml under `documents`"
)


def data_build(*, force: bool = False) -> None:
    """Validate the raw files and write the tables.

    Parameters
    ----------
    force
        Build even where the tables are up to date.
    """
    from .. import registry
    from ..tables import build

    built = build(force=force, progress=console.step)
    print(f"{_size(built.rows)}: {'built' if built.fresh else 'up to date'}")
    if others := registry.others_documents():
        print(OTHERS.format(", ".join(others)))


def data_check() -> None:
    """Validate the raw files and write nothing."""
    from ..tables import check

    print(f"{_size(check(progress=console.step))}: no fault found")


def _size(rows: dict[str, int]) -> str:
    return f"{counted(len(rows), 'table')}, {counted(sum(rows.values()), 'row')}"


def data_list(*, format: Format = "table") -> None:
    """The tables: rows, sources, files."""
    from .. import registry, tables

    added, rows = registry.added().items(), []
    for name, table in registry.tables().items():
        of = tables.rows_of(name)
        if name == "sources":
            of = dict.fromkeys(registry.sources(), 1)
        row = {
            "table": name,
            "rows": sum(of.values()),
            "sources": len(of),
            "added": ", ".join(source for source, entry in added if entry.table == name),
            "files": "elsewhere" if table.location else len(table.files),
            "title": table.title,
        }
        rows.append(row)
    console.rows(rows, format)


DECLARED = "{0.table}: {0.title}\n{0.description}\nkey: {key}\n"


def data_show(table: str, *, format: Format = "table") -> None:
    """The columns of a table: type, unit, meaning, bounds.

    Parameters
    ----------
    table
        A table, for example trade
    """
    from .. import registry

    spec = registry.table(table)
    if format == "table":
        print(DECLARED.format(spec, key=", ".join(spec.key)))
    shown = {"type", "unit", "nullable", "min", "max"}
    rows = [
        {"column": name, **column.model_dump(include=shown), "meaning": column.meaning}
        for name, column in spec.columns.items()
    ]
    console.rows(rows, format)


def data_coverage(table: str, *, by: Word = None, format: Format = "table") -> None:
    """Who reports what, in which years, from which source.

    Parameters
    ----------
    table
        A table, for example trade
    by
        Columns that say who reports: --by reporter,partner
    """
    from ..tables import coverage

    frame = coverage(table, by=by.split(",") if by else None)
    groups = frame.groupby([*frame.attrs["who"], "source_id"], dropna=False)
    years = {"first": ("year", "min"), "last": ("year", "max"), "years": ("year", "nunique")}
    console.frame(groups.agg(**years, figures=("figures", "sum")).reset_index(), format)


def data_add(
    file: list[Path],
    *,
    table: str,
    source: str,
    published: Word = None,
    title: Word = None,
    publisher: Word = None,
    licence: Word = None,
    redistribution: str = "figures",
    address: Word = None,
    invented: bool | None = None,
    map: File = None,
    set: Several = None,
    times: Word = None,
    level: Number = None,
    role: Word = None,
    preference: Number = None,
    lag: Number = None,
    origin: Word = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    yes: bool = False,
) -> None:
    """Add the figures of a file, under a source of their own; the snapshot stays as it is.

    Parameters
    ----------
    file
        CSV, TSV, Excel, Stata, Parquet or an API's JSON; several of one form, or a folder of them,
        are one source
    table
        The table that its rows belong to.
    source
        An id for the source.
    published
        When it was published: 2024-05-01
    title
        What it is.
    publisher
        Who publishes it.
    licence
        Its terms of use.
    address
        Its page, beginning with https://
    invented
        Nobody counted its figures: all that is made of them says so. Default: what title, publisher
        and licence say.
    map
        A YAML file that says which column is what.
    set
        One value for all rows: --set level=degree
    times
        The unit of money: ones, thousands, millions, billions, or a number
    level
        Add products up to HS chapters (2) or headings (4).
    origin
        A source that its figures go back to.
    dry_run
        Read, check and compare; add nothing.
    """
    about = locals()
    from ..tables import add
    from ..tables.add import read_map

    constants = {name: {"is": value} for name, value in console.pairs(about.pop("set")).items()}
    if constants:
        user_map = read_map(map)
        about["map"] = {**user_map, "columns": {**(user_map.get("columns") or {}), **constants}}
    console.taken_in(add, about.pop("file"), **about)


def data_amend(source: str, file: Path, *, dry_run: bool = False, yes: bool = False) -> None:
    """Correct figures of a source that was added; its other rows stay as they are.

    Parameters
    ----------
    source
        A source that was added
    file
        The rows that change, or all, in the form of the file that was added
    dry_run
        Show what changes; change nothing.
    """
    from ..tables import amend

    console.taken_in(amend, source, file, yes=yes, dry_run=dry_run)


def data_remove(source: str) -> None:
    """Take back a source that was added, with all its rows.

    Parameters
    ----------
    source
        A source that was added
    """
    from ..tables import remove

    gone = remove(source)
    print(f"{counted(gone.rows, 'row')} of {source} taken out of {gone.table}")
    console.aside("next: ca-research run --changed")


def sql(
    query: str,
    *,
    format: Literal["table", "csv", "json", "parquet"] = "table",
    output: File = None,
    seconds: float = 60,
) -> None:
    """Answer one SELECT over the processed tables (read-only).

    Parameters
    ----------
    query
        One SELECT over the tables.
    output
        Write to this file.
    seconds
        How long it may take.
    """
    from ..tables import query as answered

    if format == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        try:
            pq.write_table(answered.arrow(query, seconds), buffer)
        except pa.ArrowException as error:
            raise UsageError(
                f"Parquet cannot hold this: {error}",
                hint="cast the column, for example: column::varchar",
            ) from None
        content = buffer.getvalue()
    elif format == "json":
        content = f"[{','.join(answered.json_rows(query, seconds))}]\n".encode()
    else:
        content = console.text(*answered.words(query, seconds), format).encode()
    if output:
        write_whole(output, content, folders=False)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
