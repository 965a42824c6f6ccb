"""Models of a source and of a table: registry/sources.csv and registry/tables/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..ground.errors import UsageError
from .base import Model, Name, PartialDate, Sha256, Text, must, once

Role = Literal[
    "office",
    "compilation",
    "excerpt",
    "panel",
    "estimated",
    "reconciled",
    "derived",
    "stated",
]
"""How a source speaks for a reporter.

office: the office that counts publishes. compilation: somebody collects what offices reported.
excerpt: some cells of such a compilation; each is a report of its side, but they do not list the
    partners and so never speak for a reporter. panel: a compilation with zeros filled in where
    nothing was reported. estimated: fills in figures that nobody reported. reconciled: one figure
    made of both sides' reports, so a report of neither. derived: arithmetic on other published
    figures. stated: said by an official or in the press.
"""

Redistribution = Literal["yes", "figures", "no"]
"""What a source's terms allow an archive to hold of it: all rows with attribution, figures with a
citation, or none.
"""


Revision = Literal["HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022"]
"""Revisions of the Harmonized System, by the year from which they are in force."""


_INVENTED = re.compile(r"\b(?:invented|made[- ]up|fictitious|imaginary|examples?)\b", re.I)
"""Words by which a source says of itself that nobody counted its figures."""


def says_invented(about: Mapping[str, Any]) -> bool:
    """Whether figures are invented: as is declared of their source, else as it says of itself."""
    words = " ".join(str(about.get(name)) for name in ("title", "publisher", "licence"))
    declared = about.get("invented")
    return bool(_INVENTED.search(words)) if declared is None else declared


class Source(Model):
    """One publication or series. What is not known is null, never filled in.

    `role` and `preference` say which source speaks for a reporter where several do: the lower
    preference first. `original` is the publisher's own page or document, `found_in` the copy that
    the figures were read from where that is another. Figures that are `invented` nobody counted; a
    source of which it is not declared says so itself, or not, in its title, publisher or licence.
    """

    source_id: Text
    title: Text
    publisher: str | None = None
    licence: str | None = None
    redistribution: Redistribution
    original: str | None = Field(default=None, pattern=r"^https?://\S+$")
    found_in: str | None = None
    citation: Text
    accessed: PartialDate | None = None
    origin_group: Text
    kind: Literal["official", "compiled", "press", "document", "derived", "survey"]
    role: Role | None = None
    preference: int | None = Field(default=None, ge=0)
    coverage: str | None = None
    published: PartialDate | None = None
    edition: PartialDate | None = None
    release_lag_days: int | None = Field(default=None, ge=0, le=3660)
    release_basis: Literal["stated", "calendar", "assumed"]
    release_reason: str | None = None
    invented: bool = False

    @model_validator(mode="before")
    @classmethod
    def _known(cls, row: dict[str, Any]) -> dict[str, Any]:
        """An empty cell says that nothing is known."""
        known = {name: value for name, value in row.items() if value != ""}
        return known | {"invented": says_invented(known)}

    @model_validator(mode="after")
    def _release(self) -> Source:
        basis, stated = self.release_basis, self.release_basis == "stated"
        lagged = self.release_lag_days is not None and self.release_reason
        needs = "the date in `published`" if stated else "release_lag_days and release_reason"
        must(self.published if stated else lagged, f"release_basis {basis!r} needs {needs}")
        return self


class Added(Model):
    """A file of figures that a user has added: `data/added/SOURCE/source.yaml`.

    Attributes
    ----------
    source
        The register entry, as in registry/sources.csv.
    table, rows, rows_sha256
        The table that its rows belong to, how many they are, and the hash of rows.parquet.
    parts
        Of a large source the Parquet files that its rows stay in; the hash is then one of theirs.
    file, file_sha256
        The name and the hash of the file as it was given.
    layout, mapping
        How it was understood: a publisher's layout or a mapping, and what became of each column.
    left_out
        Rows or cells of the file that are no figures of the table, by reason.
    skipped
        Faulty rows that were left out because the user said so; they stand in skipped.csv.
    added
        The day.
    vintage
        The fetch that the rows are of, where they were fetched.
    amended
        The files that corrected some of them later.
    """

    source: Source
    table: Name
    rows: int
    rows_sha256: Sha256
    parts: tuple[str, ...] = ()
    file: str
    file_sha256: Sha256
    layout: str
    mapping: dict[str, Any]
    left_out: dict[str, int]
    skipped: int
    added: PartialDate
    vintage: str | None = None
    amended: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """What tells its rows from earlier ones of the source; '' of the first from a file."""
        return self.vintage or (f"amended{len(self.amended)}" if self.amended else "")


ColumnType = Literal[
    "economy",
    "economies",
    "year",
    "integer",
    "number",
    "string",
    "category",
    "boolean",
    "date",
    "source",
]


Part = Literal["unit", "counterpart", "time", "value", "basis"]
"""What a column is to a figure, for measures that work on any table.

unit: whose figure it is. counterpart: with or of whom. time: of which year. value: the figure.
basis: in what terms it is counted; figures on unlike ones are not compared.
"""


_SQL_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_Place = Annotated[
    str,
    Field(pattern=r"^((https://|http://(127\.0\.0\.1|localhost)(:\d+)?/)[^\s@?#]+|[^\s:@?#]+)$"),
]
"""An address without a user or a query, which may hold a token; or a path."""


class Column(Model):
    """A column: its meaning, its unit, its bounds and why they are what they are; `role` is what it
    is to a figure; a `numbered` one is the name of a row, which added rows get where a file has
    none; `span` says which end of a range of years (2018/19) a figure belongs to; `speaks` marks a
    counterpart that counts the figures itself, so that each has sources of its own. `levels` are
    patterns of codes of which one holds others, so that one level is asked for at a time. An added
    row has a value only where other columns match those in `within`.
    """

    type: ColumnType
    meaning: Text
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    reason: str | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    nullable: bool = False
    role: Part | None = None
    numbered: bool = False
    span: Literal["first", "last"] | None = None
    speaks: bool = False
    levels: dict[str, str] = {}
    within: dict[Name, str] = {}

    @property
    def form(self) -> str | None:
        """What every value matches: its pattern, or that of one of its levels."""
        return f"^({'|'.join(self.levels.values())})$" if self.levels else self.pattern

    @model_validator(mode="after")
    def _complete(self) -> Column:
        must(self.type != "category" or self.values, "a category column lists its `values`")
        bare = self.min is None and self.max is None
        must(bare or self.reason, "a bound carries a written `reason`")
        numeric = self.type in ("number", "integer")
        must(not numeric or self.unit, "a numeric column names its `unit`")
        return self


class RawFile(Model):
    sha256: Sha256
    rows: int


class Location(Model):
    """Where the rows of a table live that are no files of the project. User and password never
    stand here.

    Attributes
    ----------
    parquet
        Files of one form, together the table: addresses, or paths (of files, or of folders with all
        Parquet in them), which begin at the project's folder.
    key
        The environment variable of a token that the files' server wants; its name begins with
        CA_RESEARCH_, so that no other secret of a user's can be asked for.
    postgresql
        A database: postgresql://HOST:PORT/DATABASE. Who asks, libpq knows (PGUSER, PGPASSWORD,
        ~/.pgpass, PGSERVICEFILE).
    name
        The table or view in it, with its schema where that is not the usual one.
    state
        Of a view: columns whose largest values, with the number of rows, tell one state from
        another (the moment at which a row was written, say); without them each build copies it.
        A table needs none.
    """

    parquet: tuple[_Place, ...] | None = None
    key: Annotated[str | None, Field(pattern=r"^CA_RESEARCH_[A-Z0-9_]+$")] = None
    postgresql: Annotated[str | None, Field(pattern=r"^postgresql://[^\s@?#]*/[^\s@?#/]+$")] = None
    name: Annotated[str | None, Field(pattern=rf"^{_SQL_NAME}(\.{_SQL_NAME})?$")] = None
    state: tuple[Annotated[str, Field(pattern=rf"^{_SQL_NAME}$")], ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Location:
        files = self.parquet is not None
        must(files != bool(self.postgresql), "a location is either `parquet` or `postgresql`")
        if files:
            bare = not (self.name or self.state)
            must(self.parquet and bare, "`parquet` lists files, and takes no `name` or `state`")
        else:
            fits = self.name and not self.key
            must(fits, "a table of a database has a `name`, and takes no `key`")
        return self


class Table(Model):
    """One table: the only place that says what its columns are for.

    Attributes
    ----------
    table, title, description
        Its name, which is the file's too, and what one row is.
    key
        Columns that tell its rows apart, none of them empty: no two rows share a key, rows are
        built in its order, and a data path is made of it.
    known
        What says since when a row is known: its `year` and the lag of its source, its own `date`,
        or the publication of its `source`.
    columns
        Every column of the raw files, in their order.
    files
        The raw files with their sha256 and numbers of rows.
    rows
        The rows of every source; another number is a fault.
    location
        Where the rows live, where they are no files of the project (docs/large-tables.md).
    """

    table: Name
    title: str
    description: str
    key: tuple[Name, ...]
    known: Literal["year", "date", "source"]
    columns: dict[Name, Column]
    files: dict[str, RawFile]
    rows: dict[str, int]
    location: Location | None = None

    @model_validator(mode="after")
    def _keys(self) -> Table:
        for name in self.key:
            whole = name in self.columns and not self.columns[name].nullable
            must(whole, f"key column {name!r} is not among the columns, or is nullable")
        roles = [c.role for c in self.columns.values() if c.role and c.role != "basis"]
        once("columns of one role", roles)
        dated = self.known in ("source", *self.columns)
        must(dated, f"known: {self.known} needs a column of that name")
        here = self.files or self.rows
        must(not (self.location and here), "a table has `files` and `rows`, or a `location`")
        return self

    @property
    def by_claim(self) -> bool:
        """Whether its rows name claims, and so belong to the register that declared these."""
        return "claim" in self.key

    def levelled(self) -> str:
        """The column whose codes have levels; raises UsageError where none has."""
        for name, column in self.columns.items():
            if column.levels:
                return name
        raise UsageError(
            f"table {self.table!r} has no products, so `level` cannot be used",
            hint="leave it out",
        )

    def of_type(self, *types: str) -> list[str]:
        return [name for name, column in self.columns.items() if column.type in types]
