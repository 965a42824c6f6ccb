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

from ..ground.errors import UsageError, known_name
from ..ground.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

    from ..runs import Result, Run


Format = Annotated[str, typer.Option(help="table, csv or json")]
TextOrJson = Annotated[str, typer.Option(help="text or json")]
Parameters = Annotated[
    list[str] | None, typer.Option("-p", "--param", help="One parameter: -p economy=KAZ")
]
FORMATS = ("table", "csv", "json")


def known(format: str, formats: tuple[str, ...]) -> str:
    return known_name("format", format, formats)


def as_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def frame(frame: pd.DataFrame, format: str) -> None:
    """A frame with a row of names; what is missing is empty, in JSON null."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows(plain.to_dict("records"), format, [str(name) for name in frame])


def rows(rows: list[dict[str, Any]], format: str, columns: list[str] | None = None) -> None:
    """Rows of one set of names; columns: the names, where there may be no row to tell them."""
    if known(format, FORMATS) == "json":
        print(as_json(rows))
    else:
        names = columns or (list(rows[0]) if rows else [])
        sys.stdout.write(text(names, [tuple(row.values()) for row in rows], format))


def text(columns: list[str], cells: list[tuple[Any, ...]], format: str) -> str:
    """Cells under their names, as a table for the eye or as CSV."""
    if format == "table":
        return _table(columns, cells)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([columns, *cells])
    return buffer.getvalue()


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Plain aligned columns: numbers to the right, nothing cut."""
    if not names:
        return "(no rows)\n"
    columns = []
    for name, *values in zip(names, *rows, strict=True):
        shown = [name, *map(_cell, values)]
        width = max(map(len, shown))
        right = rows and all(v in (None, "") or isinstance(v, (int, float)) for v in values)
        aligned = [word.rjust(width) if right else word.ljust(width) for word in shown]
        columns.append([aligned[0], "-" * width, *aligned[1:]])
    lines = ("  ".join(line).rstrip() for line in zip(*columns, strict=True))
    return "\n".join(lines) + f"\n({counted(len(rows), 'row')})\n"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"
    return "" if value is None else str(value)


@contextmanager
def progress(total: int) -> Iterator[tuple[Any, Any]]:
    """Callbacks for the start and the end of a run: a bar with what is under way on a terminal,
    else a line per run.

    Both go to stderr. Runs served from the store are counted and not listed one by one.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = sys.stderr.isatty()
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(
        TextColumn("{task.description}"),
        *columns,
        console=Console(stderr=True),
        disable=not terminal,
    )
    under_way: dict[str, Any] = {}
    done = served = 0

    def say(words: str) -> None:
        if terminal:
            bar.console.print(words, markup=False, highlight=False)
        else:
            print(words, file=sys.stderr, flush=True)

    def started(run: Run) -> None:
        under_way[run.run_id] = bar.add_task(f"  {run.run_id}", total=None)

    def ended(result: Result) -> None:
        nonlocal done, served
        done, served = done + 1, served + result.stored
        if (task := under_way.pop(result.run_id, None)) is not None:
            bar.remove_task(task)
        if not result.stored:
            state = "ok  " if result.ok else "anew" if result.moved else "FAIL"
            number = "" if terminal else f"[{done}/{total}] "
            why = "" if result.ok else f": {result.error}"
            say(f"{number}{state} {result.run_id} {result.seconds:.1f} s{why}")
        bar.advance(notebooks)

    with bar:
        notebooks = bar.add_task("notebooks", total=total)
        yield started, ended
        if served:
            say(f"{served} of {total} served from the store")


def pairs(words: list[str] | None, example: str = "-p economy=UZB") -> dict[str, str]:
    """What `-p NAME=VALUE`, `--grid NAME=A,B` or `--set COLUMN=VALUE` gave, by name; raises
    UsageError for another form or a name twice.
    """
    found: dict[str, str] = {}
    for word in words or ():
        name, _, value = word.partition("=")
        if not name or not value:
            raise UsageError(f"expected NAME=VALUE, got {word!r}", hint=f"for example {example}")
        if name in found:
            hints = {
                "-p": f"several values go into one grid: --grid {name}={found[name]},{value}",
                "--set": f"all rows have one: --set {name}={value}; else name its column in a map",
            }
            what = f"{name} is given twice: {found[name]} and {value}"
            raise UsageError(what, hint=hints[example.split()[0]])
        found[name] = value
    return found
