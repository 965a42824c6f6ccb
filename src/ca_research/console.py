"""What the commands print: frames and rows in a chosen format, and the progress of a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from .runs import Result, Run


def known(format: str, formats: tuple[str, ...]) -> str:
    if format not in formats:
        raise UnknownNameError("format", format, formats)
    return format


def frame(frame: pd.DataFrame, format: str, output: Path | None = None) -> None:
    text = {
        "csv": lambda: frame.to_csv(index=False, lineterminator="\n"),
        "json": lambda: (
            frame.to_json(orient="records", force_ascii=False, date_format="iso", double_precision=15) + "\n"
        ),
        "table": lambda: _table(
            [
                dict(zip(map(str, frame.columns), row, strict=True))
                for row in frame.astype(object).where(frame.notna(), "").itertuples(index=False)
            ],
            [str(c) for c in frame.columns],
        ),
    }[known(format, ("table", "csv", "json"))]()
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def rows(rows: list[dict[str, Any]], format: str) -> None:
    if known(format, ("table", "csv", "json")) == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif format == "csv":
        import csv

        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        sys.stdout.write(_table(rows, list(rows[0]) if rows else []))


def _table(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """Plain aligned columns: numbers to the right, nothing cut."""
    if not columns:
        return "(no rows)\n"
    cells = [[_cell(r[c]) for c in columns] for r in rows]
    right = [bool(rows) and all(isinstance(r[c], (int, float)) or r[c] == "" for r in rows) for c in columns]
    width = [max(len(x) for x in [c, *(row[i] for row in cells)]) for i, c in enumerate(columns)]
    lines = [
        "  ".join(x.rjust(w) if a else x.ljust(w) for x, w, a in zip(line, width, right, strict=True)).rstrip()
        for line in [columns, *cells]
    ]
    lines.insert(1, "  ".join("-" * w for w in width))
    return "\n".join(lines) + f"\n({len(rows)} rows)\n"


def _cell(value: Any) -> str:
    return (
        f"{value:,.6g}"
        if isinstance(value, float) and not value.is_integer()
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


@contextmanager
def progress(total: int) -> Iterator[tuple[Any, Any]]:
    """Callbacks for the start and the end of a run: a bar with what is under way on a terminal, else a line per run.

    Both go to stderr. Runs served from the store are counted and not listed one by one.
    """
    done = served = 0

    def line(result: Result) -> str:
        state = "ok  " if result.ok else "anew" if result.moved else "FAIL"
        return f"{state} {result.run_id} {result.seconds:.1f} s" + (f": {result.error}" if not result.ok else "")

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
