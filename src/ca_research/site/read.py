"""Executed notebooks as the pages need them: verdicts, figures, tables, prose and code. Runs and
computes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

import nbformat
from pydantic import AfterValidator, AliasChoices, BaseModel, Field, ValidationError

from .. import registry
from ..claims import MIME, check, trace
from ..claims.verdict import CriterionResult, stored_fields
from ..ground import reads
from ..ground.display import (
    DOCUMENTS_MIME,
    FIGURE_MIME,
    NOTE_MIME,
    SOURCE_COLUMNS,
    STATEMENTS_MIME,
    TABLE_MIME,
    Section,
)
from ..ground.errors import RunError, UnknownNameError
from ..ground.remember import by_file
from ..ground.tracebacks import plain
from .outputs import Output, shown

Stored = dict[str, Any]
"""A verdict as a notebook stores it."""

Words = Annotated[str, Field(min_length=1)]

DECIDING = "deciding"
"""The tag of a cell that computes, in plain pandas, what decides the claim."""
MOST_CITED = 15
"""Sources of a table that a row without sources of its own names."""
MOST_DRAWN = 15
"""Rows behind a picture that a page lists; the CSV has them all."""
_INNER = re.compile(
    r"path|rows|interval|item|spec|is_main|(fact|event|evidence)_id|is_aggregate|known_on|mark"
)
"""Columns of what is drawn that say nothing to a reader."""
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")


def _known(source_ids: list[str]) -> list[str]:
    if source_ids and (strange := set(source_ids) - registry.sources().keys()):
        raise ValueError(f"{', '.join(sorted(strange))} is no source of the register")
    return source_ids


def setting_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters other than the claim and the day of knowledge."""
    return {k: v for k, v in params.items() if k not in ("as_of", "claim")}


class _Item(BaseModel):
    """What a page needs of a figure or a table, and the number of the cell that made it."""

    section: Section
    name: Words
    title: Words
    note: str
    sources: Annotated[list[str], AfterValidator(_known)]
    csv: str
    cell: int = 0

    def data(self) -> list[list[str]]:
        """Its CSV: the heads of the columns, and the rows."""
        return list(csv.reader(io.StringIO(self.csv)))


class Picture(BaseModel):
    """A picture and the same for those who cannot see it; `narrow` is the one for a phone, where
    there is one, and `label` its name where a reader chooses among several.
    """

    alt: Words
    svg: Annotated[str, Field(pattern="<svg")]
    narrow: Annotated[str, Field(pattern="^$|<svg")] = ""
    label: str = ""


class Figure(_Item, Picture):
    """A picture, or several of which a reader sees one."""

    kind: Literal["figure"] = "figure"
    question: str = ""
    others: list[Picture] = []

    @property
    def pictures(self) -> list[Picture]:
        return [self, *self.others]

    def drawn(self) -> tuple[list[str], list[list[str | float]], list[list[str]], int]:
        """The figures behind a picture, as a page lists them: heads of columns, the first rows, the
        sources of each (none where the rows have no column of them), and how many rows there are.
        """
        names, *rows = self.data()
        columns = {
            name: cells
            for name, cells in zip(names, zip(*rows, strict=True), strict=False)
            if any(cells) and not _INNER.fullmatch(name)
        }
        if "name" in columns:  # it names the origin, in words
            columns.pop("origin_group", None)
        cited = [columns.pop(name)[:MOST_DRAWN] for name in SOURCE_COLUMNS if name in columns]
        sources = (dict.fromkeys(" ".join(cells).split()) for cells in zip(*cited, strict=True))
        known = registry.sources()
        first = list(zip(*columns.values(), strict=True))[:MOST_DRAWN]
        return (
            list(columns),
            [[float(cell) if _NUMBER.fullmatch(cell) else cell for cell in row] for row in first],
            [[source for source in row if source in known] for row in sources],
            len(rows),
        )


class Table(_Item):
    """Cells as they are read, with the sources of each row where it has its own."""

    kind: Literal["table"] = "table"
    columns: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    origins: list[list[str]] = []

    def cited(self, place: int) -> list[str]:
        """The sources of a row: its own, else those of the whole table where these are few; of many
        no reader could tell which are meant, and none are named.
        """
        ids = self.origins[place] if self.origins else []
        return ids or (self.sources if len(self.sources) <= MOST_CITED else [])

    def unrounded(self) -> list[list[str]]:
        """The same rows as they were before rounding."""
        names, *rows = self.data()
        shown = [n for n, name in enumerate(names) if name not in SOURCE_COLUMNS]
        return [[row[n] for n in shown] for row in rows]


class _Note(BaseModel):
    text: str


class _Statement(BaseModel):
    about: Words
    text: Words
    claims: list[str]


class Statements(BaseModel):
    """A few sentences on all claims together."""

    title: Words
    statements: list[_Statement]


class _Bundle(BaseModel):
    """An output of a cell, as far as it is for pages: by its types."""

    figure: Figure | None = Field(None, validation_alias=FIGURE_MIME)
    table: Table | None = Field(None, validation_alias=TABLE_MIME)
    note: _Note | None = Field(None, validation_alias=NOTE_MIME)
    statements: Statements | None = Field(None, validation_alias=STATEMENTS_MIME)
    verdicts: list[Stored] = Field([], validation_alias=MIME)
    documents: list[Table] = Field([], validation_alias=DOCUMENTS_MIME)
    traces: list[dict[str, Any]] = Field([], validation_alias=trace.MIME)


class Cell(BaseModel):
    """A cell of the notebook: prose, or code with what it showed, the sentences it made, those on
    all claims together, the error it ended in, and other outputs. A `deciding` one computes what
    decides the claim.
    """

    kind: str
    source: str
    error: str = ""
    items: list[Figure | Table] = []
    notes: list[str] = []
    statements: Statements | None = None
    outputs: list[Output] = []
    deciding: bool = False

    @property
    def headings(self) -> list[str]:
        """The headings of a cell of prose, without marks of bold, italic and code."""
        titles = re.findall(r"^#{1,6} +(.+?)[ #]*$", self.source, re.M)
        return [re.sub(r"[*`]", "", words) for words in titles if self.kind == "markdown"]


class Page(BaseModel):
    """All that one executed notebook holds. `verdicts` is empty where the run failed before its
    verdict.

    `faults` says what it emitted that no page can show, or that does not follow from its criteria;
    it is left out, and `left_out` says whether only that is lacking, for the run itself ended well.
    `key` is the content key of the run, `tables` what its notebook may read, `traces` the rows
    behind its criteria by name. `menu` is the word by which every page leads to this one, if the
    notebook declares one (`metadata.ca_research.menu`).
    """

    run_id: str
    claim: str = Field(validation_alias=AliasChoices("name", "claim"))
    params: dict[str, Any]
    notebook: str
    command: str = ""
    error: str = ""
    where: str = ""
    key: str = ""
    tables: list[str] = []
    versions: dict[str, str] = {}
    menu: str = ""
    cells: list[Cell] = []
    verdicts: list[Stored] = []
    traces: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    left_out: bool = False

    @property
    def title(self) -> str:
        """The first heading of the notebook, else the name of its file."""
        headings = (words for cell in self.cells for words in cell.headings)
        return next(headings, PurePath(self.notebook).stem or self.run_id)

    @property
    def items(self) -> list[Figure | Table]:
        return [item for cell in self.cells for item in cell.items]

    def of(self, section: str) -> list[Figure | Table]:
        return [item for item in self.items if item.section == section]

    @property
    def drawn(self) -> Figure | None:
        """The picture under the verdict."""
        pictures = self.of("main")[:1]
        return next((item for item in pictures if isinstance(item, Figure)), None)

    @property
    def statements(self) -> list[Statements]:
        """The sentences on all claims together, of each cell that made some."""
        return [cell.statements for cell in self.cells if cell.statements]

    @property
    def lead(self) -> Stored | None:
        """The test whose answer the page shows; it carries the verdict on the sentence too."""
        return self.verdicts[0] if self.verdicts else None

    @property
    def as_of(self) -> str:
        return str(self.params.get("as_of", "latest"))

    @property
    def setting(self) -> dict[str, Any]:
        return setting_of(self.params)

    @property
    def economy(self) -> Any:
        return self.params.get("economy", "")

    @property
    def sources(self) -> list[str]:
        shown = [item.sources for item in self.items]
        return sorted({s for of in (*shown, *(v["sources"] for v in self.verdicts)) for s in of})


@by_file
def read_page(file: Path) -> Page:
    """One executed notebook; raises RunError where it is not one of a run of this project."""
    notebook = nbformat.v4.reads(file.read_text(encoding="utf-8"))
    declared = notebook.metadata.get("ca_research", {})
    if "run" not in declared:
        raise RunError(
            "not an executed notebook of this project", where=file.name, hint="ca-research run"
        )
    about = {"tables": reads.tables(declared), "menu": declared.get("menu", "")}
    page = Page.model_validate(declared["run"] | about)
    if not page.tables and page.claim in registry.claims():  # it follows its claim
        page.tables = list(registry.claim(page.claim).data)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            page.cells.append(_code(cell, page))
        elif "papermill-error-cell-tag" not in cell.metadata.get("tags", []):
            page.cells.append(Cell(kind="markdown", source=cell.source))
    unsound = [fault for verdict in page.verdicts for fault in _verdict_faults(verdict)]
    if unsound := unsound or check.sentence(page.verdicts):
        page.verdicts, page.traces = [], {}
    page.verdicts = [{**verdict, "run": page.run_id} for verdict in page.verdicts]
    page.faults += unsound
    if page.faults and not page.error:
        page.left_out, page.error, page.where = True, "; ".join(page.faults), page.notebook
    return page


def _code(read: Any, page: Page) -> Cell:
    """A cell of code; its verdicts, and the rows behind their numbers, are put into the page."""
    cell = Cell(kind="code", source=read.source, outputs=shown(read.outputs))
    written = any(line.strip()[:1] not in ("", "#") for line in read.source.splitlines())
    cell.deciding = written and DECIDING in read.metadata.get("tags", [])
    number = len(page.cells) + 1
    for output in read.outputs:
        if output.output_type == "error":
            cell.error = f"{output.ename}: {plain(output.evalue)}"
        data = output.get("data", {})
        for kind in {FIGURE_MIME, TABLE_MIME} & data.keys():
            data[kind] |= {"cell": number, "svg": data.get("image/svg+xml")}
        try:
            bundle = _Bundle.model_validate(data)
        except ValidationError as fault:
            page.faults.append(
                f"cell {number} shows what no page can hold: {registry.explain(fault)}"
            )
            continue
        documents = [table.model_copy(update={"cell": number}) for table in bundle.documents]
        cell.items += filter(None, (bundle.figure, bundle.table, *documents))
        cell.notes += [bundle.note.text] if bundle.note else []
        cell.statements = bundle.statements or cell.statements
        page.verdicts = bundle.verdicts or page.verdicts
        page.traces = {t["criterion"]: t for t in bundle.traces} or page.traces
    return cell


_VERDICT = set(stored_fields())
_CRITERION = {f.name for f in fields(CriterionResult)}


def _verdict_faults(stored: Stored) -> list[str]:
    """Why what a notebook emitted as a verdict is none that a page can show."""
    try:
        _known(stored["sources"])
        lacking = _VERDICT - stored.keys() | {
            k for c in stored["criteria"] for k in _CRITERION - c.keys()
        }
        return (
            [f"a verdict lacks {', '.join(sorted(lacking))}"] if lacking else check.verdict(stored)
        )
    except (AttributeError, KeyError, TypeError, ValueError, UnknownNameError) as error:
        return [f"what the notebook emitted as a verdict is none that can be shown: {error}"]


def read_pages(folder: Path) -> list[Page]:
    """All executed notebooks of a folder, by run id."""
    return [read_page(file) for file in sorted(folder.glob("[!.]*.ipynb"))]
