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
import itertools
import json
import os
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..ground.errors import FileError
from . import texts

Cell = Any
"""A text, a number, a date, a truth value or None, as the file has it."""

MAX_BYTES = 300_000_000
"""A file is read as a whole; what is larger belongs cut into parts."""
MAX_UNPACKED = 600_000_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 60_000_000
MAX_DEPTH = 20
PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz")
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".dta", ".parquet", ".json")


@dataclass(frozen=True)
class Sheet:
    """Rows of cells with their lines in the file (of a workbook: their rows), and whether the
    workbook hides the sheet.

    cut: columns of a large file of which not every cell is given. told: what the file says of its
    columns beside their headings, in labels and metadata, by heading; under '' of all of them.
    whole: how many rows, from the first, stand so in a large file, and are not cells of several.
    """

    name: str
    rows: list[list[Cell]]
    lines: list[int]
    hidden: bool = False
    cut: frozenset[int] = frozenset()
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    whole: int | None = None


class NotStreamed(FileError):
    """A file that only the way of small files understands."""

    def __init__(self, what: str, *, where: str) -> None:
        super().__init__(
            what,
            where=where,
            hint="cut it into parts of 50 MB, and add them under ids of their own",
        )


@dataclass(frozen=True)
class Given:
    """A file as it was given: its name, the hash of its bytes, and its sheets."""

    name: str
    sha256: str
    sheets: list[Sheet]


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
    _writable(file.name)
    suffix = file.suffix.lower()
    if suffix in PACKED:
        raise FileError("a packed file", where=file.name, hint="unpack it, and give what is in it")
    if suffix in (".xlsm", ".xlsb", ".xls", ".xltm"):
        raise FileError(
            f"a workbook of the kind {suffix} is not read: it may hold macros, or is of an old "
            "form",
            where=file.name,
            hint="save it as .xlsx or .csv",
        )
    if suffix not in SUFFIXES:
        raise FileError(
            f"no file of figures that is known: {suffix or 'a name without an ending'}",
            where=file.name,
            hint=f"give one of: {', '.join(SUFFIXES)}",
        )
    content = _content(file)
    readers: dict[str, Callable[[bytes, str], Iterator[Sheet]]] = {
        ".xlsx": _excel,
        ".dta": _stata,
        ".parquet": _parquet,
        ".json": functools.partial(_json, part=part),
    }
    try:
        sheets = list(readers.get(suffix, _delimited)(content, file.name))
    except FileError:
        raise
    except RecursionError:
        raise FileError("nested too deeply", where=file.name, hint="give it as CSV") from None
    except Exception as error:  # whatever a reader of a format says of a damaged file
        raise FileError(
            f"cannot be read as {suffix[1:]}: {' '.join(str(error).split())[:200]}",
            where=file.name,
            hint="open it where it came from and save it anew, or give it as CSV",
        ) from error
    filled = [s for s in sheets if sum(any(map(shown, row)) for row in s.rows) > 1]
    if not filled:
        what = "a line of headings at most, and no rows below it"
        raise FileError(
            what if any(s.rows for s in sheets) else "there are no rows in it",
            where=file.name,
            hint="give a file of figures",
        )
    return Given(file.name, hashlib.sha256(content).hexdigest(), filled)


def _writable(name: str) -> None:
    """Refuse a name that can be written into no register."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise FileError(
            "its name is no text in UTF-8",
            where=name.encode("ascii", "backslashreplace").decode(),
            hint="give it another name",
        ) from None


def regular(file: Path) -> os.stat_result:
    """What the system says of a file; raises FileError where it is a link, or none."""
    try:
        about = file.lstat()
    except OSError as error:
        raise FileError(
            f"cannot be opened: {error.strerror or error}", where=file.name, hint="check its name"
        ) from None
    if stat.S_ISLNK(about.st_mode):
        raise FileError(
            "a symbolic link, which may lead anywhere",
            where=file.name,
            hint="give the file itself",
        )
    if not stat.S_ISREG(about.st_mode):
        raise FileError("not a file", where=file.name, hint="give a file of figures")
    return about


def _content(file: Path) -> bytes:
    """The bytes of a regular file, all of one moment."""
    about = regular(file)
    try:
        if about.st_size > MAX_BYTES:
            raise FileError(
                f"{about.st_size / 1e6:,.0f} MB are more than the {MAX_BYTES / 1e6:,.0f} MB that "
                "are read at once",
                where=file.name,
                hint="cut it into parts, by year for example, and add them under ids of their own",
            )
        with file.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
        after = file.lstat()
    except OSError as error:
        raise FileError(
            f"cannot be opened: {error.strerror or error}", where=file.name, hint="check its name"
        ) from None
    marks = [(a.st_ino, a.st_size, a.st_mtime_ns) for a in (about, after)]
    if marks[0] != marks[1] or len(content) != about.st_size:
        raise FileError(
            "the file changed while it was read; nothing was taken from it",
            where=file.name,
            hint="wait until it is written, then again",
        )
    return content


# --- text

_OTHER = (
    (
        b"pk\x03\x04",
        "a workbook or a packed file that is called a text",
        "call it .xlsx, or unpack it",
    ),
    (b"\x1f\x8b", "a packed file that is called a text", "unpack it, and give what is in it"),
    (b"<!doctype html", "a web page, and no file of figures", "download the file behind it"),
    (b"<html", "a web page, and no file of figures", "download the file behind it"),
)
"""How other files begin, in small letters."""


def _delimited(content: bytes, name: str) -> Iterator[Sheet]:
    for begins, what, hint in _OTHER:
        if content.lstrip()[: len(begins)].lower() == begins:
            raise FileError(what, where=name, hint=hint)
    text = texts.decoded(content, name)
    longest = max(map(len, text.splitlines()), default=0)
    if longest > MAX_LINE:
        raise FileError(
            f"a line of {longest:,} characters is no row of a table",
            where=name,
            hint="check how it was exported",
        )
    mark = delimiter(text, name)
    rows, lines, start, cells = list[list[Cell]](), list[int](), 1, 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for fields in reader:
            cells += _bounded(len(fields), cells, name)
            rows.append(list(fields))
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileError(
            f"no table from line {start} on: {error}", where=name, hint="mend that line"
        ) from None
    yield Sheet("", rows, lines)


def _bounded(width: int, cells: int, name: str) -> int:
    if width > MAX_COLUMNS:
        raise FileError(
            f"{width:,} columns in a row; a table of figures has at most {MAX_COLUMNS:,}",
            where=name,
            hint="check the separator, or turn the table",
        )
    if cells + width > MAX_CELLS:
        raise FileError(
            f"more than {MAX_CELLS:,} cells", where=name, hint="cut the file into parts"
        )
    return width


def delimiter(text: str, name: str) -> str:
    """The separator under which most of the first lines have one number of fields above one; a tab
    where the file's name says so.
    """
    if name.lower().endswith((".tsv", ".tab")) and "\t" in text:
        return "\t"
    head = list(itertools.islice((line for line in text.splitlines() if line.strip()), 60))
    best, found = (0, 0), ","
    for mark in ("\t", ";", ",", "|"):
        widths = [_width(line, mark) for line in head]
        _bounded(max(widths, default=0), 0, name)
        several = Counter(w for w in widths if w > 1).most_common(1)
        width, times = several[0] if several else (0, 0)
        if (times, width) > best:
            best, found = (times, width), mark
    return found


def _width(line: str, mark: str) -> int:
    if '"' not in line:
        return line.count(mark) + 1
    try:
        return len(next(csv.reader([line], delimiter=mark), []))
    except csv.Error:
        return 0


# --- workbooks


def _excel(content: bytes, name: str) -> Iterator[Sheet]:
    import openpyxl

    _safe_workbook(content, name)
    content = _with_raised_signs(content)
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    formulas = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=False, keep_links=False
    )
    cells, shares = 0, _has_forms(book)
    for sheet in book.worksheets:
        away = _hidden(content, sheet._worksheet_path)
        sheet.reset_dimensions()
        twin = formulas[sheet.title]
        twin.reset_dimensions()
        rows, lines = list[list[Cell]](), list[int]()
        mine = sheet.iter_rows(values_only=not shares)
        both = zip(mine, twin.iter_rows(values_only=True), strict=False)
        for number, (found, said) in enumerate(both, start=1):
            values = [_as_shown(cell) for cell in found] if shares else list(found)
            for place, (value, formula) in enumerate(zip(values, said, strict=False), start=1):
                if value is None and isinstance(formula, str) and formula.startswith("="):
                    column = openpyxl.utils.get_column_letter(place)
                    raise FileError(
                        "a formula without its value: the workbook was never calculated",
                        where=f"{name}, sheet {sheet.title}, cell {column}{number}",
                        hint="open it, let it calculate, save it; or paste values only",
                    )
                if value is not None and (number in away.rows or place in away.columns):
                    line = number in away.rows
                    column = openpyxl.utils.get_column_letter(place)
                    raise FileError(
                        "a row that is hidden" if line else "a column that is hidden",
                        where=f"{name}, sheet {sheet.title}, "
                        + (f"row {number}" if line else f"column {column}"),
                        hint="show all rows and columns, delete those that do not count, save it",
                    )
            if any(v is not None for v in values):
                cells += _bounded(len(values), cells, name)
                rows.append(values)
                lines.append(number)
        yield Sheet(sheet.title, rows, lines, hidden=sheet.sheet_state != "visible")


_RAISED = re.compile(
    rb"(<(?:\w+:)?vertAlign\s+val=[\"'](super|sub)script[\"'].*?<(?:\w+:)?t(?:\s[^>]*)?>)([^<]*)",
    re.S,
)
_SIGNS: dict[bytes, dict[int, int | None]] = {
    b"super": {**str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"), ord(","): None, ord(" "): None},
    b"sub": {**str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")},
}


def _with_raised_signs(content: bytes) -> bytes:
    """A workbook whose raised and lowered figures within a text are signs of their own.

    A reader joins the parts of a text, and the number of a footnote would be a digit of the figure.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {
            name: part
            for name in packed.namelist()
            if name.endswith(".xml") and name.startswith(("xl/sharedStrings", "xl/worksheets/"))
            if b"vertAlign" in (part := packed.read(name))
        }
        if not parts:
            return content
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as anew:
            for entry in packed.infolist():
                part = parts.get(entry.filename) or packed.read(entry)
                raised = _RAISED.sub(_raised, part) if entry.filename in parts else part
                anew.writestr(entry.filename, raised)
    return made.getvalue()


def _raised(run: re.Match[bytes]) -> bytes:
    text = run[3].decode().strip()
    if run[2] == b"super" and len(text) == 1 and text.isalpha():
        return run[1] + f"({text})".encode()
    return run[1] + text.translate(_SIGNS[run[2]]).encode()


def _has_forms(book: Any) -> bool:
    """Whether any cell of a workbook may be shown as a percentage, or in a unit of its own."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    own = enumerate(book._number_formats, start=164)  # where formats of a workbook's own begin
    forms = {n for n, form in (*BUILTIN_FORMATS.items(), *own) if "%" in form or _tells(form)}
    return any(style.numFmtId in forms for style in book._cell_styles)


_SIGN = "[€£¥₽₸₺₹₩₴]"


class Styled(float):
    """A number whose format shows a scale, or words beside it."""

    form: str

    def __new__(cls, value: float, form: str) -> Styled:
        made = super().__new__(cls, value)
        made.form = form
        return made


@functools.lru_cache(1024)
def said_by(form: str) -> tuple[float, str, str]:
    """What a number format does: by what it divides, which words it adds, which sign of a currency.

    Examples
    --------
    >>> said_by('0.0,," mln"'), said_by("#,##0 [$€-1]"), said_by("#,##0.00")
    ((1000000.0, 'mln', ''), (1.0, '', '€'), (1.0, '', ''))
    """
    first = re.sub(r"[_*].", "", re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form)[0])
    sign = " ".join(re.findall(r"\[\$([^\]-]*)", first)).strip()
    rest = re.sub(r"\[[^\]]*\]", "", first)
    words = " ".join(re.findall(r'"([^"]*)"', rest))
    rest = re.sub(r'"[^"]*"', "", rest)
    words += " " + _loose(rest)
    commas = re.search(r"[0#?](,+)(?![0#?,])", re.sub(r"\\.", "", rest))
    return 1000.0 ** len(commas[1] if commas else ""), words.strip(), sign


def _loose(form: str) -> str:
    """Signs that a format shows without quotes."""
    return "".join(a or b for a, b in re.findall(rf"\\(.)|({_SIGN})", form))


def _tells(form: str) -> bool:
    thousands, words, sign = said_by(form)
    return thousands > 1 or bool(sign or re.search(rf"[^\W\d_]|{_SIGN}", words))


def _as_shown(cell: Any) -> Cell:
    """The value of a cell; of one that is shown as a percentage its text."""
    value = cell.value
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    form = cell.number_format or ""
    if "%" in form:
        return f"{value * 100:.12g}%"
    return Styled(value, form) if _tells(form) else value


class _Away(NamedTuple):
    rows: frozenset[int]
    columns: frozenset[int]


def _hidden(content: bytes, path: str) -> _Away:
    """The rows and columns that a sheet hides."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        text = packed.read(path.lstrip("/"))
    rows, columns = set[int](), set[int]()
    for kind, about in re.findall(rb"<(row|col)\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>", text):
        told = {k: int(v) for k, v in re.findall(rb"\b(r|min|max)=[\"'](\d+)", about)}
        if kind == b"row":
            rows.add(told.get(b"r", 0))
        else:
            columns.update(range(told[b"min"], min(told[b"max"], MAX_COLUMNS) + 1))
    return _Away(frozenset(rows), frozenset(columns))


def _safe_workbook(content: bytes, name: str) -> None:
    """Refuse a workbook that holds code, reads other files, or unpacks into more than it says."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise FileError(
            "no workbook: it is not what an .xlsx is",
            where=name,
            hint="save it anew as .xlsx or .csv",
        ) from None

    def refuse(what: str, hint: str) -> None:
        raise FileError(what, where=name, hint=hint)

    entries = packed.infolist()
    if sum(e.file_size for e in entries) > MAX_UNPACKED or len(entries) > 10_000:
        refuse("a workbook that unpacks into more than can be read", "save what is needed as .csv")
    for entry in entries:
        place = entry.filename.replace("\\", "/")
        if place.startswith("/") or ".." in place.split("/") or re.match(r"[A-Za-z]:", place):
            refuse(f"a workbook with a part outside of it: {place[:60]}", "save it anew as .xlsx")
        if "vbaproject" in place.lower() or "macrosheets" in place.lower():
            refuse("a workbook with macros", "save it as .xlsx without macros, or as .csv")
        if place.lower().startswith("xl/externallinks/"):
            refuse(
                "a workbook with links to other files, whose values nobody can check",
                "break the links (Data, Edit Links), or paste values only",
            )
        if place.endswith((".xml", ".rels")):
            with packed.open(entry) as part:
                head = part.read(4096)
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                refuse("a workbook that declares entities of its own", "save it anew as .xlsx")


# --- frames and JSON


def _stata(content: bytes, name: str) -> Iterator[Sheet]:
    with pd.read_stata(io.BytesIO(content), convert_categoricals=True, iterator=True) as reader:
        frame = reader.read()
        forms = dict(zip(reader._varlist, reader._fmtlist, strict=True))
        told = {"": reader.data_label, **reader.variable_labels()}
    for column, form in forms.items():
        if part := next(
            (p for begins, p in _PARTS_OF_YEARS.items() if form.startswith(begins)), ""
        ):
            frame[column] = frame[column].map(functools.partial(_part_of_year, form=part))
    labels: dict[str, tuple[str, ...]] = {head: (text,) for head, text in told.items() if text}
    yield replace(_of_frame(frame, name), told=labels)


_PARTS_OF_YEARS = {"%th": "H", "%tq": "Q", "%tm": "M", "%tw": "W"}
"""Formats of Stata whose dates are halves, quarters, months and weeks, and the sign of these."""


def _part_of_year(day: Any, form: str) -> str | None:
    """The part of a year that begins on a day, which the day alone does not show: '2022 Q1'."""
    if pd.isna(day):
        return None
    parts = {"H": (day.month - 1) // 6, "Q": (day.month - 1) // 3, "M": day.month - 1}
    parts["W"] = (day.timetuple().tm_yday - 1) // 7
    return f"{day.year} {form}{parts[form] + 1}"


def _parquet(content: bytes, name: str) -> Iterator[Sheet]:
    import pyarrow.parquet as pq

    about = pq.ParquetFile(io.BytesIO(content)).metadata
    _bounded(about.num_columns, about.num_rows * about.num_columns, name)
    table = pq.read_table(io.BytesIO(content))
    yield replace(_of_frame(table.to_pandas(), name), told=told_by(table.schema))


_OF_A_UNIT = re.compile(r"(.*[ _.:-])?(units?|currency|measure\w*)([ _.:-].*)?", re.I)
_OF_A_SCALE = re.compile(r".*(mult|scale|power.?code|exponent).*", re.I)
_OF_MEANING = re.compile(r".*(label|title|descri|comment|note|caption|long.?name).*", re.I)


def told_by(schema: Any) -> dict[str, tuple[str, ...]]:
    """What the metadata of a schema of Arrow say of its columns, as `Sheet.told`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> told_by(pa.schema([pa.field("value", pa.float64(), metadata={"unit": "mln USD"})]))
    {'value': ('unit: mln USD',)}
    """
    found: dict[str, list[str]] = {}
    for heading, key, text in _metadata(schema):
        said = f"multiplier: {text}" if _OF_A_SCALE.fullmatch(key) else ""
        said = said or (f"unit: {text}" if _OF_A_UNIT.fullmatch(key) else "")
        said = said or (text if _OF_MEANING.fullmatch(key) else "")
        if said:
            found.setdefault(" ".join(heading.split()), []).append(said)
    return {heading: tuple(texts) for heading, texts in found.items()}


def _metadata(schema: Any) -> Iterator[tuple[str, str, str]]:
    """Headings ('' for all), keys and texts of metadata: those of fields, those of the whole that
    begin or end with a heading (`value_unit`), and those that pandas keeps as `attrs`.
    """
    for one in schema:
        for key, text in (one.metadata or {}).items():
            yield one.name, key.decode(errors="replace"), text.decode(errors="replace")
    whole = {
        key.decode(errors="replace"): text.decode(errors="replace")
        for key, text in (schema.metadata or {}).items()
    }
    try:
        attrs = dict(json.loads(whole.pop("PANDAS_ATTRS", "{}")))
    except (ValueError, TypeError):  # what others wrote under that name
        attrs = {}
    for key, said in {**whole, **attrs}.items():
        for inner, text in said.items() if isinstance(said, dict) else [("", said)]:
            if inner in schema.names:
                yield inner, key, str(text)
            elif key in schema.names:
                yield key, inner or "description", str(text)
            else:
                edge = "[ _.:-]"
                forms = ((h, re.escape(h)) for h in schema.names)
                owner = (h for h, sign in forms if re.search(f"^{sign}{edge}|{edge}{sign}$", key))
                yield next(owner, ""), f"{key} {inner}".strip(), str(text)


def _of_frame(frame: pd.DataFrame, name: str) -> Sheet:
    _bounded(frame.shape[1], frame.size, name)
    plain = frame.astype(object).where(frame.notna(), None)
    rows: list[list[Cell]] = [list(map(str, frame.columns))]
    rows += map(list, plain.itertuples(index=False))
    return Sheet("", rows, list(range(1, len(rows) + 1)))


def _json(content: bytes, name: str, part: bool = False) -> Iterator[Sheet]:
    said = json.loads(texts.decoded(content, name))
    found = list(_records(said))
    if not found:
        raise FileError(
            "no list of records in it", where=name, hint="give what the provider's API answered"
        )
    if why := "" if part else _lacks(said, found):
        raise FileError(
            f"not the whole answer: {why}",
            where=name,
            hint="ask for all rows at once, or lay those of all answers in one list",
        )
    for number, (key, records) in enumerate(found):
        flat = [_flat(record) for record in records]
        columns = list(dict.fromkeys(itertools.chain.from_iterable(flat)))
        _bounded(len(columns), len(columns) * len(flat), name)
        rows: list[list[Cell]] = [columns, *([record.get(c) for c in columns] for record in flat)]
        yield Sheet(key if number else "", rows, list(range(1, len(rows) + 1)))


def _records(said: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict]]]:
    """The lists of records within a JSON text, with their names: World Bank puts one second,
    Comtrade in `data`, UNESCO names its indicators in another.
    """
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(said, list) and said and all(isinstance(r, dict) for r in said):
        yield key, said
    elif isinstance(said, (dict, list)):
        named = said.items() if isinstance(said, dict) else ((key, part) for part in said)
        for name, part in named:
            yield from _records(part, name, depth + 1)


def _lacks(said: Any, found: list[tuple[str, list[dict]]]) -> str:
    """What an answer says of itself that its first list of records does not hold; else nothing."""
    for place, (key, records) in enumerate(found):
        alike = (r for k, r in found[:place] if k == key and r[0].keys() & records[0].keys())
        if any(alike):
            return "several lists of records one after the other"
    most = max(len(records) for _, records in found)
    for head in _heads(said):
        page, pages, total = (_whole(head.get(k)) for k in ("page", "pages", "total"))
        if pages is not None and pages > 1:
            return f"page {page} of {pages}"
        if total is not None and {"page", "pages", "per_page"} & head.keys() and total > most:
            return f"{most:,} of {total:,} rows"
        count, data = _whole(head.get("count")), head.get("data")
        if count is not None and isinstance(data, list) and count > len(data):
            return f"{len(data):,} of {count:,} rows"
    return ""


def _heads(said: Any) -> Iterator[dict[str, Any]]:
    """What stands around lists of records."""
    if isinstance(said, dict):
        yield said
    elif isinstance(said, list) and all(isinstance(r, dict) for r in said):
        return
    if isinstance(said, (dict, list)):
        for part in said.values() if isinstance(said, dict) else said:
            yield from _heads(part)


def _whole(said: Any) -> int | None:
    return int(said) if str(said).isdecimal() else None


def _flat(record: dict[str, Any]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}.{k}": v for k, v in value.items() if not isinstance(v, (dict, list))}
        elif not isinstance(value, list):
            found[name] = value
    return found


def shown(cell: Cell) -> str:
    """A cell as its file shows it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()[:10]
    return str(cell).strip()
