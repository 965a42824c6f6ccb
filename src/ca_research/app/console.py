"""What the commands share: frames and rows in a chosen format, the progress of a run, pairs of
names and values.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..ground.errors import UnknownNameError, UsageError
from ..ground.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

    from ..runs import Result, Run


Format = Annotated[str, typer.Option("--format", help="table, csv or json")]


def known(format: str, formats: tuple[str, ...]) -> str:
    if format not in formats:
        raise UnknownNameError("format", format, formats)
    return format


def frame(frame: pd.DataFrame, format: str) -> None:
    """A frame with a row of names; what is missing is empty, in JSON null."""
    plain = frame.astype(object).where(frame.notna(), None)
    names = [str(c) for c in frame.columns]
    rows(
        [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False)], format, names
    )


def rows(rows: list[dict[str, Any]], format: str, columns: list[str] | None = None) -> None:
    """Rows of one set of names; columns: the names, where there may be no row to tell them."""
    columns = columns or (list(rows[0]) if rows else [])
    cells = [tuple(row.values()) for row in rows]
    if known(format, FORMATS) == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        sys.stdout.write(text(columns, cells, format))


FORMATS = ("table", "csv", "json")


def text(columns: list[str], cells: list[tuple[Any, ...]], format: str) -> str:
    """Cells under their names, as a table for the eye or as CSV."""
    if format == "table":
        return _table(columns, cells)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(cells)
    return buffer.getvalue()


def _table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Plain aligned columns: numbers to the right, nothing cut."""
    if not columns:
        return "(no rows)\n"
    cells = [[_cell(value) for value in row] for row in rows]
    right = [
        bool(rows) and all(_number_or_none(row[i]) for row in rows) for i in range(len(columns))
    ]
    width = [max(len(x) for x in [c, *(row[i] for row in cells)]) for i, c in enumerate(columns)]
    lines = [
        "  ".join(
            x.rjust(w) if a else x.ljust(w) for x, w, a in zip(line, width, right, strict=True)
        ).rstrip()
        for line in [columns, *cells]
    ]
    lines.insert(1, "  ".join("-" * w for w in width))
    return "\n".join(lines) + f"\n({counted(len(rows), 'row')})\n"


def _number_or_none(value: Any) -> bool:
    return value is None or value == "" or isinstance(value, (int, float))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return (
        f"{value:,.6g}"
        if isinstance(value, float) and not value.is_integer()
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


@contextmanager
def progress(total: int) -> Iterator[tuple[Any, Any]]:
    """Callbacks for the start and the end of a run: a bar with what is under way on a terminal,
    else a line per run.

    Both go to stderr. Runs served from the store are counted and not listed one by one.
    """
    done = served = 0

    def line(result: Result) -> str:
        state = "ok  " if result.ok else "anew" if result.moved else "FAIL"
        return f"{state} {result.run_id} {result.seconds:.1f} s" + (
            f": {result.error}" if not result.ok else ""
        )

    if not sys.stderr.isatty():

        def plain(result: Result) -> None:
            nonlocal done, served
            done, served = done + 1, served + result.stored
            if not result.stored:
                print(f"[{done}/{total}] {line(result)}", file=sys.stderr, flush=True)

        yield (lambda run: None), plain
        if served:
            print(f"{served} of {total} served from the store", file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("notebooks", total=total)
        under_way: dict[str, Any] = {}

        def started(run: Run) -> None:
            under_way[run.run_id] = bar.add_task(f"  {run.run_id}", total=None)

        def shown(result: Result) -> None:
            nonlocal served
            served += result.stored
            if result.run_id in under_way:
                bar.remove_task(under_way.pop(result.run_id))
            if not result.stored:
                bar.console.print(line(result), markup=False, highlight=False)
            bar.advance(task)

        yield started, shown
        if served:
            bar.console.print(f"{served} of {total} served from the store", highlight=False)


def pairs(words: list[str] | None, *, of_all_rows: bool = False) -> dict[str, str]:
    """What `-p NAME=VALUE`, `--grid NAME=A,B` or `--set COLUMN=VALUE` (of_all_rows) gave, by name;
    raises UsageError for another form or a name twice.
    """
    found: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            example = "--set flow=import" if of_all_rows else "-p economy=UZB"
            raise UsageError(f"expected NAME=VALUE, got {word!r}", hint=f"for example {example}")
        if name in found:
            raise UsageError(
                f"{name} is given twice: {found[name]} and {value}",
                hint=f"all rows have one: --set {name}={value}; else name its column in a map"
                if of_all_rows
                else f"several values go into one grid: --grid {name}={found[name]},{value}",
            )
        found[name] = value
    return found
