"""A file as somebody has it on disk: read once, within bounds, into sheets of cells.

Whatever would take the machine, or would be read differently by the next program, is refused by
name and reason. Nothing of a file is ever executed or followed.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
import json
import math
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..ground.errors import FileError, UsageError
from . import texts

Cell = Any
"""A text, a number, a date, a truth value or None, as the file has it."""

MAX_BYTES = 300_000_000
"""A file is read as a whole; what is larger belongs cut into parts."""
MAX_UNPACKED = 600_000_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 60_000_000
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".dta", ".parquet", ".json")


@dataclass
class Sheet:
    """Rows of cells with their lines in the file (of a workbook: their rows), and whether the
    workbook hides the sheet.

    told: texts of labels, metadata and formats.
    """

    name: str
    rows: list[list[Cell]]
    lines: list[int]
    hidden: bool = False
    told: tuple[str, ...] = ()

    def column(self, at: int, start: int) -> Iterator[Cell]:
        """Cells of a column below a heading; of a large file each different one once."""
        return (row[at] if at < len(row) else None for row in self.rows[start:])

    def shapes(self, at: int, start: int) -> Iterator[Cell]:
        """Cells of a column that tell its decimal mark: here all."""
        return self.column(at, start)

    def distinct(self, at: int, start: int) -> list[str]:
        """Different cells of a column below a heading, as the file shows them."""
        return list(dict.fromkeys(map(shown, self.column(at, start))))

    def filled(self, at: int, start: int) -> bool:
        """Whether a column has a cell that is not empty."""
        return any(map(shown, self.column(at, start)))

    def width(self, start: int) -> int:
        """The number of cells in the longest row below a heading."""
        return max(map(len, self.rows[start:]), default=0)

    def parts(self, places: Sequence[int], start: int) -> Iterator[tuple[str, pd.DataFrame]]:
        """Cells of several columns in rows that are not empty, with their `_line`; of a large file
        in parts, each with the name of its file.
        """
        rows = [
            [*(row[at] if at < len(row) else None for at in places), line]
            for row, line in zip(self.rows[start:], self.lines[start:], strict=True)
            if any(cell not in (None, "") for cell in row)
        ]
        yield "", pd.DataFrame(rows, columns=[*places, "_line"], dtype=object)


class NotStreamed(FileError):
    """A file that only the way of small files understands."""

    def __init__(
        self,
        what: str,
        *,
        where: str,
        hint: str = "cut it into parts of 50 MB, and add them under ids of their own",
    ) -> None:
        super().__init__(what, where=where, hint=hint)


@dataclass(frozen=True)
class Given:
    """A file as it was given: its name, the hash of its bytes, and its sheets."""

    name: str
    sha256: str
    sheets: list[Sheet]


def only_one(given: Given, alike: Collection[str]) -> None:
    """Refuse a workbook of which several sheets are of one form, by their names."""
    if len(alike) > 1:
        raise UsageError(
            "several sheets have the same headings, and one is read",
            where=f"{given.name}: {', '.join(alike)}",
            hint="name one by `sheet` in the map, or lay them under one heading in one sheet",
        )


def read(file: Path, *, part: bool = False) -> Given:
    """All sheets of a file of figures.

    Parameters
    ----------
    file : Path
        CSV, TSV, Excel (.xlsx), Stata (.dta), Parquet or a provider's JSON.
    part : bool
        Whether JSON may be one page of several, whose others are read beside it.

    Raises
    ------
    FileError
        Where it is none of these, is damaged, changes meanwhile, or asks for more than the bounds
        of this module.
    """
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(
            f"no file of figures that is known: {suffix or 'a name without an ending'}",
            where=file.name,
            hint=f"give one of {', '.join(SUFFIXES)}; unpack what is packed, and save an old "
            "workbook, or one with macros, as .xlsx",
        )
    with unchanged(file, MAX_BYTES):
        content = file.read_bytes()
    readers: dict[str, Callable[[bytes, str], Iterator[Sheet]]] = {
        ".xlsx": _excel,
        ".dta": _stata,
        ".parquet": _parquet,
        ".json": functools.partial(_json, part=part),
    }
    try:
        sheets = list(readers.get(suffix, _delimited)(content, file.name))
        if not (filled := [s for s in sheets if sum(any(map(shown, row)) for row in s.rows) > 1]):
            raise ValueError("a line of headings at most, and no rows below it")
    except FileError:
        raise
    except Exception as error:  # whatever a reader of a format says of a damaged file
        raise FileError(
            f"cannot be read as {suffix[1:]}: {' '.join(str(error).split())[:200]}",
            where=file.name,
            hint="open it where it came from and save it anew, or give it as CSV",
        ) from error
    return Given(file.name, hashlib.sha256(content).hexdigest(), filled)


@contextmanager
def unchanged(file: Path, most: float = math.inf) -> Iterator[None]:
    """A regular file of at most so many bytes, which stays as it is while it is read; else
    FileError is raised.
    """
    try:
        before = file.lstat()
        if not stat.S_ISREG(before.st_mode):
            raise OSError("a link, a folder or a pipe, and no file")
        if before.st_size > most:
            raise OSError(f"more than the {most / 1e6:,.0f} MB that are read at once")
        yield
        after = file.lstat()
        marks = {(about.st_ino, about.st_size, about.st_mtime_ns) for about in (before, after)}
        if len(marks) > 1:
            raise OSError("the file changed meanwhile, and nothing was taken from it")
    except OSError as error:
        raise FileError(
            f"cannot be read: {error.strerror or error}",
            where=file.name,
            hint="give the file itself, when it is written, or its parts under ids of their own",
        ) from None


# --- text


def _delimited(content: bytes, name: str) -> Iterator[Sheet]:
    text = texts.decoded(content, name)
    rows, lines, count = list[list[Cell]](), list[int](), 0
    for fields, line in numbered(io.StringIO(text, newline=""), delimiter(text, name)):
        count += bounded(len(fields), count)
        rows.append(fields)
        lines.append(line)
    yield Sheet("", rows, lines)


def numbered(text: Iterable[str], mark: str) -> Iterator[tuple[list[Cell], int]]:
    """Rows of a text, each with the line in which it begins; empty lines are none."""
    start, reader = 1, csv.reader(text, delimiter=mark, strict=True)
    try:
        for fields in reader:
            if fields:
                yield list(fields), start
            start = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {start}: {error}") from None


def bounded(width: int, cells: int = 0) -> int:
    """A number of columns; raises ValueError where it, or that of cells, is beyond bounds."""
    if width > MAX_COLUMNS or cells + width > MAX_CELLS:
        raise ValueError(f"more than {MAX_COLUMNS:,} columns, or than {MAX_CELLS:,} cells")
    return width


def delimiter(text: str, name: str) -> str:
    """The separator under which most of the first lines have one number of fields above one; a tab
    where the file's name says so.
    """
    if name.lower().endswith((".tsv", ".tab")) and "\t" in text:
        return "\t"
    head = [line for line in text[:1_000_000].splitlines() if line.strip()][:60]
    votes = {}
    for mark in ",\t;|":
        widths = Counter(map(len, csv.reader(head, delimiter=mark)))
        bounded(max(widths, default=0))
        votes[mark] = max(((n, width) for width, n in widths.items() if width > 1), default=(0, 0))
    return max(votes, key=lambda mark: votes[mark])


# --- workbooks


def _excel(content: bytes, name: str) -> Iterator[Sheet]:
    """Sheets of a workbook, read once and in small memory: by openpyxl's parser of a sheet, which
    tells hidden rows and columns, and runs of raised text.
    """
    import openpyxl
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    for why in _unsafe(content):
        raise ValueError(why)
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False, rich_text=True
    )
    styles = range(len(book._cell_styles))
    forms = [_form(ReadOnlyCell(book.worksheets[0], 1, 1, 0, "n", n)) for n in styles]
    dates = (book._date_formats, book._timedelta_formats)
    count = 0
    for sheet in book.worksheets:
        rows, lines, formats = list[list[Cell]](), list[int](), dict[str, None]()
        with sheet._get_source() as source:
            parser = WorkSheetParser(
                source, sheet._shared_strings, True, book.epoch, *dates, rich_text=True
            )
            for number, cells in parser.parse():
                filled = {c["column"]: c for c in cells if c["value"] is not None}
                if not filled:
                    continue
                count += bounded(max(filled), count)
                row: list[Cell] = [None] * max(filled)
                for at, cell in filled.items():
                    form = forms[cell["style_id"]]
                    row[at - 1] = _value(cell["value"], form)
                    if form and "%" not in form and isinstance(cell["value"], (int, float)):
                        formats[SHOWN_AS + form] = None
                rows.append(row)
                lines.append(number)
        _refuse_hidden(parser, rows, lines, sheet.title)
        yield Sheet(sheet.title, rows, lines, sheet.sheet_state != "visible", tuple(formats))


SHOWN_AS = "cells are shown as "
_TELLS = re.compile(r'%|"[^"]*[^\W\d_][^"]*"|[€£¥₽₸₺₹₩₴]|[0#?],+(?![0#?,])')
"""What in a number format shows a share, words, money, or fewer digits than there are."""


def _form(cell: Any) -> str:
    """A number format where cells of it show more, or less, than their number."""
    plain = re.sub(r"\[\$([^-\]]*)[^\]]*\]|[_*].", r"\1", cell.number_format)
    return plain if _TELLS.search(plain) else ""


_RAISED: dict[int, Any] = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", ", ")
_LOWERED: dict[int, Any] = dict(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _value(value: Any, form: str) -> Cell:
    """The value of a cell: of a share its text, of a text with raised or lowered figures one in
    which these are signs of their own, for the number of a footnote is no digit of the figure.
    """
    if isinstance(value, list):  # openpyxl's text of several runs
        return "".join(map(_run, value))
    if "%" in form and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value * 100:.12g}%"
    return value


def _run(run: Any) -> str:
    level = getattr(getattr(run, "font", None), "vertAlign", None)
    text = str(run)
    if level == "superscript" and len(text.strip()) == 1 and text.strip().isalpha():
        return f"({text.strip()})"
    return text.translate({"superscript": _RAISED, "subscript": _LOWERED}.get(str(level), {}))


def _refuse_hidden(parser: Any, rows: list[list[Cell]], lines: list[int], title: str) -> None:
    """Refuse rows and columns with cells that the sheet does not show."""
    from openpyxl.utils import get_column_letter

    hides = ("1", "true")
    hidden = {int(n) for n, a in parser.row_dimensions.items() if a.get("hidden") in hides}
    away = [f"row {n}" for n in sorted(hidden.intersection(lines))]
    for about in parser.column_dimensions.values():
        first, last = int(about["min"]), int(about["max"])
        if about.get("hidden") in hides and any(any(map(shown, r[first - 1 : last])) for r in rows):
            away.append(f"column {get_column_letter(first)}")
    if away:
        raise ValueError(f"{away[0]} of sheet {title} is hidden, and holds cells")


_UNCALCULATED = re.compile(
    rb'<c r="(\w+)"(?![^>]*t="str")[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v></v>)?\s*</c>"
)
_UNSAFE = re.compile(r".*(vbaproject|macrosheets)|xl/externallinks/", re.I)
"""Parts that no workbook of figures has: macros, and values that nobody can check."""


def _unsafe(content: bytes) -> Iterator[str]:
    """Why a workbook is not read: it holds code, reads other files, unpacks into more than can be
    read, or was never calculated.
    """
    packed = zipfile.ZipFile(io.BytesIO(content))
    entries = packed.infolist()
    if sum(e.file_size for e in entries) > MAX_UNPACKED:
        yield "it unpacks into more than can be read"
    for entry in entries:
        place = entry.filename.replace("\\", "/")
        part = packed.read(entry) if place.endswith(".xml") else b""
        if _UNSAFE.match(place):
            yield f"macros, or links to other files, are in it: {place[:60]}"
        if b"<f" in part and (hit := _UNCALCULATED.search(part)):
            yield f"a formula was never calculated: {place}, cell {hit[1].decode()}"


# --- frames and JSON


def _stata(content: bytes, name: str) -> Iterator[Sheet]:
    with pd.read_stata(io.BytesIO(content), convert_categoricals=True, iterator=True) as reader:
        labels = {"": reader.data_label, **reader.variable_labels()}
        # as days, halves, quarters, months and weeks would pass for the years that they begin
        parts = any(form.startswith(("%th", "%tq", "%tm", "%tw")) for form in reader._fmtlist)
        frame = reader.read(convert_dates=not parts)
    notes = tuple(f"{head}: {text}" if head else text for head, text in labels.items() if text)
    yield replace(_of_frame(frame), told=notes)


def _parquet(content: bytes, name: str) -> Iterator[Sheet]:
    import pyarrow.parquet as pq

    about = pq.ParquetFile(io.BytesIO(content)).metadata
    bounded(about.num_columns, about.num_rows * about.num_columns)
    table = pq.read_table(io.BytesIO(content))
    yield replace(_of_frame(table.to_pandas()), told=told_by(table.schema))


def told_by(schema: Any) -> tuple[str, ...]:
    """What the metadata of a schema of Arrow say, but for those that programs keep for themselves.

    Examples
    --------
    >>> import pyarrow as pa
    >>> told_by(pa.schema([pa.field("value", pa.float64(), metadata={"unit": "mln USD"})]))
    ('value unit: mln USD',)
    """
    parts = [(f"{one.name} ", one.metadata or {}) for one in schema] + [("", schema.metadata or {})]
    return tuple(
        f"{of}{key.decode(errors='replace')}: {text.decode(errors='replace')}"
        for of, about in parts
        for key, text in about.items()
        if key not in (b"pandas", b"ARROW:schema") and text != b"{}"
    )


def _of_frame(frame: pd.DataFrame) -> Sheet:
    bounded(frame.shape[1], frame.size)
    plain = frame.astype(object).where(frame.notna(), None)
    rows: list[list[Cell]] = [list(map(str, frame.columns))]
    rows += map(list, plain.itertuples(index=False))
    return Sheet("", rows, list(range(1, len(rows) + 1)))


def _json(content: bytes, name: str, part: bool = False) -> Iterator[Sheet]:
    answer = json.loads(texts.decoded(content, name))
    lists = list(_records(answer))
    if not lists:
        raise ValueError("no list of records in it: give what the provider's API answered")
    if why := "" if part else _lacks(answer, lists):
        raise ValueError(f"not the whole answer: {why}; ask for all rows at once")
    for number, (key, records) in enumerate(lists):
        frame = pd.json_normalize(records, max_level=1)
        nested = frame.map(lambda cell: isinstance(cell, (dict, list)))
        flat = frame.mask(nested).loc[:, ~nested.all()]
        yield replace(_of_frame(flat), name=key if number else "")


def _records(answer: Any, key: str = "") -> Iterator[tuple[str, list[dict]]]:
    """The lists of records within a JSON text, with their names: World Bank puts one second,
    Comtrade in `data`, UNESCO names its indicators in another.
    """
    if isinstance(answer, list) and answer and all(isinstance(r, dict) for r in answer):
        yield key, answer
    elif isinstance(answer, (dict, list)):
        named = answer.items() if isinstance(answer, dict) else ((key, part) for part in answer)
        for name, part in named:
            yield from _records(part, name)


def _lacks(answer: Any, lists: list[tuple[str, list[dict]]]) -> str:
    """What an answer says of itself that its lists of records do not hold; else nothing."""
    if len({frozenset(records[0]) for _, records in lists}) < len(lists):
        return "several lists of records one after the other"
    head = answer[0] if isinstance(answer, list) else answer
    about = {k: int(v) for k, v in head.items() if str(v).isdecimal()}
    most = max(len(records) for _, records in lists)
    total = about.get("total" if "page" in about else "count", 0)
    if about.get("pages", 1) > 1 or total > most:
        return f"{most:,} of {total:,} rows"
    return ""


def shown(cell: Cell) -> str:
    """A cell as its file shows it."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()[:10]
    return str(cell)


def worded(cell: Cell) -> str:
    """A cell as a heading, whatever space its words have between them."""
    return " ".join(shown(cell).split())
