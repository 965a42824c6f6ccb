"""Executed notebooks as the pages need them: verdicts, figures, tables, prose and code. Runs and
computes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePath
from typing import Annotated, Any

import nbformat
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from .. import registry
from ..claims import MIME, check, trace
from ..claims.verdict import CriterionResult, stored_fields
from ..ground import reads
from ..ground.display import (
    FIGURE_MIME,
    MOST_CHOICES,
    NOTE_MIME,
    SOURCE_COLUMNS,
    STATEMENTS_MIME,
    TABLE_MIME,
    Section,
    is_year,
)
from ..ground.errors import RunError, UnknownNameError
from ..ground.files import stamps
from ..ground.tracebacks import plain
from .outputs import Output, shown


def _known(source_ids: list[str]) -> list[str]:
    if source_ids and (strange := set(source_ids) - registry.sources().keys()):
        raise ValueError(f"{', '.join(sorted(strange))} is no source of the register")
    return source_ids


class _Record(BaseModel):
    """What a page needs of everything that a notebook shows; whoever made it may say more."""

    model_config = ConfigDict(extra="allow")

    section: Section
    name: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    note: str
    sources: Annotated[list[str], AfterValidator(_known)]
    csv: str


class Picture(BaseModel):
    """A picture and the same for those who cannot see it; `narrow` is the one for a phone, where
    there is one, and `label` its name where a reader chooses among several.
    """

    alt: Annotated[str, Field(min_length=1)]
    svg: Annotated[str, Field(pattern="<svg")]
    narrow: Annotated[str, Field(pattern="^$|<svg")] = ""
    label: str = ""


class _Figure(_Record, Picture):
    tables: list[str] = Field(default_factory=list)
    question: str = ""
    others: list[Picture] = Field(default_factory=list, max_length=MOST_CHOICES - 1)

    @model_validator(mode="after")
    def _named(self) -> _Figure:
        """Where there are several pictures each has a name of its own, and the choice as well."""
        labels = [picture.label for picture in (self, *self.others)]
        if self.others and not (all((self.question, *labels)) and len({*labels}) == len(labels)):
            raise ValueError("pictures to choose from need a question and a label each")
        return self


class _Table(_Record):
    columns: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    origins: list[list[str]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _square(self) -> _Table:
        """One cell for each column in every row, and one row of the CSV for each row."""
        names, *whole = csv.reader(io.StringIO(self.csv))
        shown = [name for name in names if name not in SOURCE_COLUMNS]
        widths = {len(shown), len(self.columns), len(self.numeric), *map(len, self.rows)}
        heights = {len(whole), len(self.rows), len(self.origins) or len(self.rows)}
        if len(widths) > 1 or len(heights) > 1 or {*map(len, whole)} - {len(names)}:
            raise ValueError("columns, numeric, rows, origins and csv are of different lengths")
        return self


class _Note(BaseModel):
    text: str


class _Statement(BaseModel):
    about: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1)]
    claims: list[str]


class _Statements(BaseModel):
    """A few sentences on all claims together."""

    title: Annotated[str, Field(min_length=1)]
    statements: list[_Statement]


DECIDING = "deciding"
"""The tag of a cell that computes, in plain pandas, what decides the claim."""
MOST_QUOTED = 20
"""Rows of a list of documents that a page shows without being asked."""
MOST_CITED = 15
"""Sources of a table that a row without sources of its own names."""
MOST_DRAWN = 20
"""Rows behind a picture that a page lists; the CSV has them all."""
_INNER = re.compile(
    r"path|rows|interval|item|spec|is_main|(fact|event|evidence)_id|is_aggregate|known_on|mark"
)
"""Columns of what is drawn that say nothing to a reader."""


@dataclass(frozen=True)
class Drawn:
    """Figures behind a picture: heads of columns, the first rows, their sources (none where the
    rows have no column of them), and how many rows there are.
    """

    columns: list[str]
    rows: list[list[str | float | None]]
    origins: list[list[str]]
    count: int

    @property
    def sources(self) -> list[str]:
        """Every source of the rows, once."""
        return list(dict.fromkeys(source for cell in self.origins for source in cell))


_WHOLE, _NUMBER = re.compile(r"-?\d+"), re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")


def _figure_of(text: str) -> str | float | None:
    """A cell of a CSV as a number, where it is one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text or None


@dataclass
class Item:
    """A figure or a table: its record, the number of the cell that made it, and the pictures of a
    figure, of which a reader sees one.
    """

    kind: str
    record: dict[str, Any]
    cell: int
    pictures: tuple[Picture, ...] = ()

    @property
    def section(self) -> str:
        return str(self.record["section"])

    @property
    def quotes(self) -> bool:
        """Whether it lists what documents say: a page shows such a table open, if it is short."""
        rows = self.record.get("rows", ())
        return "says" in self.record.get("columns", ()) and len(rows) <= MOST_QUOTED

    def drawn(self) -> Drawn:
        """The figures behind a picture, as a page lists them."""
        names, *rows = csv.reader(io.StringIO(self.record["csv"]))
        columns = {
            name: [_figure_of(row[i]) for row in rows[:MOST_DRAWN]]
            for i, name in enumerate(names)
            if not _INNER.fullmatch(name) and any(row[i] for row in rows)
        }
        if "name" in columns:  # it names the origin, in words
            columns.pop("origin_group", None)
        cited = [columns.pop(name) for name in SOURCE_COLUMNS if name in columns]
        told = (
            " ".join(str(text or "") for text in cell).split() for cell in zip(*cited, strict=True)
        )
        known = registry.sources()
        origins = [[s for s in dict.fromkeys(cell) if s in known] for cell in told]
        shown = [list(row) for row in zip(*columns.values(), strict=True)]
        return Drawn(list(columns), shown, origins, len(rows))

    def cited(self, place: int) -> list[str]:
        """The sources of a row of a table: its own, else those of the whole table where these are
        few; of many no reader could tell which are meant, and none are named.
        """
        own = self.record["origins"][place] if self.record.get("origins") else []
        whole = self.record["sources"]
        return own or (whole if len(whole) <= MOST_CITED else [])

    def counts(self) -> list[bool]:
        """For each column of a table whether a reader may ask where its numbers come from; a year
        only names a row.
        """
        columns = zip(self.record["columns"], self.record["numeric"], strict=True)
        return [is_number and not is_year(name) for name, is_number in columns]

    def whole(self) -> list[list[tuple[str, str]]]:
        """For each row of a table its numbers as they were before rounding: head of the column, and
        the number.
        """
        names, *rows = csv.reader(io.StringIO(self.record["csv"]))
        shown = [i for i, name in enumerate(names) if name not in SOURCE_COLUMNS]
        columns = zip(shown, self.record["columns"], self.record["numeric"], strict=True)
        numbers = [(i, head) for i, head, is_number in columns if is_number]
        return [[(head, row[i]) for i, head in numbers if row[i]] for row in rows]


@dataclass
class Cell:
    """A cell of the notebook: prose, or code with what it showed, the sentences it made, those on
    all claims together, the error it ended in, and other outputs below the heading that they have.
    A cell tagged `deciding` computes what decides the claim.
    """

    kind: str
    source: str
    error: str = ""
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    statements: dict[str, Any] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    below: str = ""
    deciding: bool = False


_HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$", re.M)


def _headings(cell: Cell) -> list[str]:
    """The headings of a cell of prose, without marks of bold, italic and code."""
    found = _HEADING.findall(cell.source) if cell.kind == "markdown" else []
    return [re.sub(r"[*`]", "", words) for words in found]


@dataclass
class Page:
    """All that one executed notebook holds. `verdicts` is empty where the run failed before its
    verdict.

    `unsound` says where what it emitted as a verdict does not follow from its criteria; it is left
    out then. `unfit` says which figures and tables lack what a page needs; they are left out too.
    `key` is the content key of the run, `tables` what its notebook may read, `traces` the rows
    behind its criteria by name. `menu` is the word by which every page leads to this one, if the
    notebook declares one (`metadata.ca_research.menu`).
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
    unfit: list[str] = field(default_factory=list)
    traces: dict[str, dict[str, Any]] = field(default_factory=dict)
    menu: str = ""

    @property
    def title(self) -> str:
        """The first heading of the notebook, else the name of its file."""
        headings = (words for cell in self.cells for words in _headings(cell))
        return next(headings, PurePath(self.notebook).stem or self.run_id)

    def of(self, section: str) -> list[Item]:
        return [item for item in self.items if item.section == section]

    @property
    def statements(self) -> list[dict[str, Any]]:
        """The sentences on all claims together, of each cell that made some."""
        return [c.statements for c in self.cells if c.statements]

    @property
    def left_out(self) -> bool:
        """Whether the run ended well and the page lacks something that it emitted."""
        return bool(self.unsound or self.unfit) and self.error in map(
            "; ".join, (self.unsound, self.unfit)
        )

    @property
    def lead(self) -> dict[str, Any] | None:
        """The test whose answer the page shows; it carries the verdict on the sentence too."""
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
    notebook = nbformat.v4.reads(file.read_text(encoding="utf-8"))
    declared = notebook.metadata.get("ca_research", {})
    meta = declared.get("run")
    if not meta:
        raise RunError(
            "not an executed notebook of this project", where=file.name, hint="ca-research run"
        )
    about = ("run_id", "params", "command", "error", "where", "notebook", "key")
    page = Page(
        claim=meta.get("name") or meta["claim"],  # as reports of 0.2.0 said at first
        **{name: meta[name] for name in about},
        tables=tuple(reads.tables(declared)),
        versions=dict(meta.get("versions", {})),
        menu=declared.get("menu", ""),
    )
    for cell in notebook.cells:
        if cell.cell_type == "code":
            page.cells.append(_code(cell, page))
        elif "papermill-error-cell-tag" not in cell.metadata.get("tags", []):
            page.cells.append(Cell("markdown", cell.source))
    page.items = [item for cell in page.cells for item in cell.items]
    _check(page)
    return page


def _code(read: Any, page: Page) -> Cell:
    """A cell of code; its verdicts, and the rows behind their numbers, are put into the page."""
    number = len(page.cells) + 1
    above = [words for cell in page.cells for words in _headings(cell)]
    outputs = read.get("outputs", [])
    cell = Cell(
        "code",
        read.source,
        outputs=shown(outputs),
        below=(above or [page.title])[-1],
        deciding=DECIDING in read.metadata.get("tags", []),
    )
    for output in outputs:
        if output.output_type == "error":
            cell.error = f"{output.ename}: {plain(output.evalue)}"
        data = output.get("data", {})
        page.verdicts = list(data.get(MIME, page.verdicts))
        if trace.MIME in data:
            page.traces = {t["criterion"]: t for t in data[trace.MIME]}
        try:
            cell.items += _items(data, number)
            if NOTE_MIME in data:
                cell.notes.append(_Note.model_validate(data[NOTE_MIME]).text)
            if STATEMENTS_MIME in data:
                cell.statements = _Statements.model_validate(data[STATEMENTS_MIME]).model_dump()
        except ValidationError as fault:
            page.unfit.append(
                f"cell {number} shows what no page can hold: {registry.explain(fault)}"
            )
    return cell


def _check(page: Page) -> None:
    """Leave out what the notebook emitted as a verdict and is none, and say so."""
    try:
        _known([s for v in page.verdicts if isinstance(v, Mapping) for s in v.get("sources", ())])
    except ValueError as fault:  # it was removed after the run
        page.verdicts, page.traces = [], {}
        page.unfit.append(f"its verdict rests on what is gone: {fault}")
    page.unsound = [fault for verdict in page.verdicts for fault in _verdict_faults(verdict)]
    page.unsound = page.unsound or check.sentence(page.verdicts)
    if page.unsound:
        page.verdicts, page.error, page.where = [], "; ".join(page.unsound), page.notebook
    elif page.unfit and not page.error:
        page.error, page.where = "; ".join(page.unfit), page.notebook


_VERDICT = set(stored_fields())
_CRITERION = {f.name for f in fields(CriterionResult)}


def _verdict_faults(stored: Any) -> list[str]:
    """Why what a notebook emitted as a verdict is none that a page can show."""
    try:
        lacking = _VERDICT - stored.keys() | {
            k for c in stored["criteria"] for k in _CRITERION - c.keys()
        }
        return (
            [f"a verdict lacks {', '.join(sorted(lacking))}"] if lacking else check.verdict(stored)
        )
    except (AttributeError, KeyError, TypeError, UnknownNameError) as error:
        return [f"what the notebook emitted as a verdict is none: {error}"]


def _items(data: Mapping[str, Any], cell: int) -> list[Item]:
    """The figure or the table of one output; raises ValidationError where a page could not show
    it.
    """
    found = []
    if FIGURE_MIME in data:
        figure = _Figure.model_validate({**data[FIGURE_MIME], "svg": data.get("image/svg+xml")})
        found.append(Item("figure", dict(data[FIGURE_MIME]), cell, (figure, *figure.others)))
    if TABLE_MIME in data:
        _Table.model_validate(data[TABLE_MIME])
        found.append(Item("table", dict(data[TABLE_MIME]), cell))
    return found


def executed(folder: Path) -> list[Path]:
    """The executed notebooks of a folder, named by their runs and in the order of these."""
    return [file for file in sorted(folder.glob("*.ipynb")) if not file.name.startswith(".")]


class Shelf:
    """The executed notebooks of a folder, each read once for as long as its file stays as it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[object, Page]] = {}

    def page(self, run_id: str) -> Page:
        """The page of a run; raises as `read_page` does."""
        file = self.folder / f"{run_id}.ipynb"
        mark = stamps([file])
        if run_id not in self._read or self._read[run_id][0] != mark:
            self._read[run_id] = mark, read_page(file)
        return self._read[run_id][1]

    def pages(self) -> list[Page]:
        """All of them, by run id."""
        return [self.page(file.stem) for file in executed(self.folder)]


def read_pages(folder: Path) -> list[Page]:
    """All executed notebooks of a folder, by run id."""
    return Shelf(folder).pages()
