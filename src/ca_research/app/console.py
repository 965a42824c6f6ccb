"""What the commands share: frames and rows in a chosen format, the progress of a run, pairs of
names and values, places for files.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import typer

from ..ground import paths
from ..ground.errors import UsageError
from ..ground.numbers import counted
from ..ground.textfiles import Unreadable, decoded
from .options import File, Several

if TYPE_CHECKING:
    import pandas as pd

    from ..runs import Result, Run


def as_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def aside(words: str) -> None:
    """What is not the answer: a step, a hint."""
    print(words, file=sys.stderr, flush=True)


def step(name: str) -> None:
    """What is being done, one name after another."""
    aside(f"  {name}")


def frame(frame: pd.DataFrame, format: str) -> None:
    """A frame with a row of names; what is missing is empty, in JSON null."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows(plain.to_dict("records"), format, list(frame))


def rows(rows: list[dict[str, Any]], format: str, columns: Sequence[str] = ()) -> None:
    """Rows of one set of names; columns: the names, where there may be no row to tell them."""
    if format == "json":
        print(as_json(rows))
    else:
        names = columns or (list(rows[0]) if rows else [])
        print(text(names, [tuple(row.values()) for row in rows], format), end="")


def text(columns: Sequence[str], cells: list[tuple[Any, ...]], format: str) -> str:
    """Cells under their names, as CSV or as a table for the eye: plain aligned columns, numbers to
    the right, nothing cut.
    """
    if format == "csv":
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([columns, *cells])
        return buffer.getvalue()
    shown = []
    for name, *values in zip(columns, *cells, strict=True):
        words = [str(name), *map(_cell, values)]
        numbers = all(isinstance(value, (int, float, NoneType)) for value in values)
        width, aligned = max(map(len, words)), str.rjust if numbers else str.ljust
        words.insert(1, "-" * width)
        shown.append([aligned(word, width) for word in words])
    lines = ("  ".join(line).rstrip() for line in zip(*shown, strict=True))
    return "\n".join([*lines, f"({counted(len(cells), 'row')})\n"])


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"
    return "" if value is None else str(value)


DONE = "[{done}/{total}] ok   {0.run_id} {0.seconds:.1f} s"
FAILED = "[{done}/{total}] FAIL {0.run_id} {0.seconds:.1f} s: {0.error}"


@contextmanager
def progress(total: int) -> Iterator[dict[str, Any]]:
    """Callbacks for the start and the end of a run, by their names in `runs.execute`: a bar with
    what is under way on a terminal, else a line per run.

    Both go to stderr. Runs served from the store are counted and not listed one by one.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)
    bar = Progress(console=console, disable=not sys.stderr.isatty())
    under_way: dict[str, Any] = {}
    ended: list[Result] = []

    def on_start(run: Run) -> None:
        under_way[run.run_id] = bar.add_task(run.run_id, total=None)

    def on_done(result: Result) -> None:
        ended.append(result)
        if result.run_id in under_way:
            bar.remove_task(under_way.pop(result.run_id))
        bar.advance(notebooks)
        if not result.stored:
            line = FAILED if result.error else DONE
            console.print(line.format(result, done=len(ended), total=total))

    with bar:
        notebooks = bar.add_task("notebooks", total=total)
        yield {"on_start": on_start, "on_done": on_done}
        if served := sum(result.stored for result in ended):
            console.print(f"{served} of {total} served from the store")


def pairs(words: Several) -> dict[str, str]:
    """What `-p NAME=VALUE`, `--grid NAME=A,B` or `--set COLUMN=VALUE` gave, by name; raises
    UsageError for another form or a name twice.
    """
    values: dict[str, str] = {}
    for word in words or ():
        name, _, value = word.partition("=")
        if not name or not value or name in values:
            raise UsageError(
                f"expected NAME=VALUE, each name once, got {word!r}",
                hint="for example economy=UZB; several values of one: --grid economy=KAZ,KGZ",
            )
        values[name] = value
    return values


def taken_in(take: Callable[..., Any], *of: Any, yes: bool, dry_run: bool, **about: Any) -> None:
    """Figures that a file or a service gives, shown, and added once that is agreed to.

    take: `tables.add` or `tables.fetch`. yes: nobody is asked.
    """
    asks = None if yes or dry_run else _agreed
    addition = take(*of, dry_run=dry_run, confirm=asks, **about)
    print(str(addition).rpartition("\n")[2] if asks else addition)
    if addition.kept:
        aside("next: ca-research run --changed")


def _agreed(proposal: object) -> bool:
    """Shows what was found but for its last line, and asks whether it is right."""
    print(str(proposal).rpartition("\n")[0])
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody can be asked here whether this is understood rightly",
            hint="look at it with --dry-run, then the same with --yes",
        )
    return typer.confirm("is this right?")


def article(file: Path) -> str:
    """The text of an article; raises UsageError where it cannot be read, or there is none."""
    try:
        text = decoded(file.read_bytes())
        if not text.strip():
            raise Unreadable("it is empty")
    except (OSError, Unreadable) as fault:
        place = fault.place(str(file)) if isinstance(fault, Unreadable) else str(file)
        problem = f"the article cannot be read: {fault}"
        raise UsageError(problem, where=place, hint="a text in UTF-8") from None
    return text


def reports(folder: File) -> Path:
    """The folder of a report that was asked for; by default the project's."""
    return (folder or paths.reports_dir()).resolve()


def archive(file: Path) -> Path:
    """Where an archive is to be written; raises UsageError where none can be."""
    if file.suffix != ".zip":  # which may be written over
        raise UsageError("an archive is a .zip", where=str(file), hint="a name that ends so")
    return file.resolve()
