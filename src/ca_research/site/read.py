"""Executed notebooks as the pages need them: verdicts, figures, tables, prose and code. Runs and computes nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from ..claims import MIME, check, trace
from ..errors import RunError
from ..handover import FIGURE_MIME, NOTE_MIME, ORIGIN_COLUMNS, TABLE_MIME, is_year


@dataclass
class Item:
    """A figure or a table: its record, the number of the cell that made it, and the SVG of a figure."""

    kind: str
    record: dict[str, Any]
    cell: int
    svg: str = ""

    @property
    def section(self) -> str:
        return str(self.record["section"])

    def counts(self) -> list[bool]:
        """For each column of a table whether a reader may ask where its numbers come from; a year only names a row."""
        columns = zip(self.record["columns"], self.record["numeric"], strict=True)
        return [is_number and not is_year(name) for name, is_number in columns]

    def whole(self) -> list[list[tuple[str, str]]]:
        """For each row of a table its numbers as they were before rounding: name of the column, and the number."""
        names, *rows = csv.reader(io.StringIO(self.record["csv"]))
        shown = [i for i, name in enumerate(names) if name not in ORIGIN_COLUMNS]
        numbers = [i for i, is_number in zip(shown, self.record["numeric"], strict=True) if is_number]
        return [[(names[i], row[i]) for i in numbers if row[i]] for row in rows]


@dataclass
class Cell:
    """A cell of the notebook: prose, or code with what it showed, the sentences it made, and the error it ended in."""

    kind: str
    source: str
    error: str = ""
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Page:
    """All that one executed notebook holds. `verdicts` is empty where the run failed before its verdict.

    `unsound` says where what it emitted as a verdict does not follow from its criteria; it is left out then. `key` is
    the content key of the run, `tables` what its notebook may read, `traces` the rows behind its criteria by name.
    """

    run_id: str
    claim: str
    params: dict[str, Any]
    command: str
    error: str
    where: str
    notebook: str
    key: str = ""
    tables: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)
    traces: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The first heading of the notebook."""
        lines = (line for c in self.cells if c.kind == "markdown" for line in c.source.splitlines())
        return next((line.lstrip("# ") for line in lines if line.startswith("# ")), self.run_id)

    def of(self, section: str) -> list[Item]:
        return [item for item in self.items if item.section == section]

    @property
    def headline(self) -> dict[str, Any] | None:
        return self.verdicts[0] if self.verdicts else None

    @property
    def as_of(self) -> str:
        return str(self.params.get("as_of", "latest"))

    @property
    def setting(self) -> dict[str, Any]:
        """Parameters other than the claim and the day of knowledge."""
        return {k: v for k, v in self.params.items() if k not in ("as_of", "claim")}

    def sources(self) -> list[str]:
        used = {s for item in self.items for s in item.record["sources"]} | {
            s for v in self.verdicts for s in v["sources"]
        }
        return sorted(used)


def read_page(file: Path) -> Page:
    """One executed notebook; raises RunError where it is not one of a run of this project."""
    notebook = nbformat.read(file, as_version=4)
    declared = notebook.metadata.get("ca_research", {})
    meta = declared.get("run")
    if not meta:
        raise RunError("not an executed notebook of this project", where=file.name, hint="ca-research run")
    page = Page(
        meta["run_id"],
        meta["claim"],
        dict(meta["params"]),
        meta["command"],
        meta["error"],
        meta["where"],
        meta["notebook"],
        meta["key"],
        tuple(declared.get("tables", ())),
        dict(meta.get("versions", {})),
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            if "papermill-error-cell-tag" not in tags:
                page.cells.append(Cell("markdown", cell.source))
            continue
        error, shown, notes, number = "", list[Item](), list[str](), len(page.cells) + 1
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                error = f"{output.ename}: {output.evalue}"
            data = output.get("data", {})
            if MIME in data:
                page.verdicts = list(data[MIME])
            if trace.MIME in data:
                page.traces = {t["criterion"]: t for t in data[trace.MIME]}
            if FIGURE_MIME in data:
                shown.append(Item("figure", dict(data[FIGURE_MIME]), number, data["image/svg+xml"]))
            if TABLE_MIME in data:
                shown.append(Item("table", dict(data[TABLE_MIME]), number))
            if NOTE_MIME in data:
                notes.append(str(data[NOTE_MIME]["text"]))
        page.cells.append(Cell("code", cell.source, error, shown, notes))
        page.items += shown
    page.unsound = [fault for verdict in page.verdicts for fault in check.verdict(verdict)]
    if page.unsound:  # whatever the notebook says, it is not a verdict
        page.verdicts, page.error, page.where = [], "; ".join(page.unsound), page.notebook
    return page


def read_pages(folder: Path) -> list[Page]:
    """All executed notebooks of a folder, by run id."""
    return [read_page(file) for file in sorted(folder.glob("*.ipynb")) if not file.name.startswith(".")]
