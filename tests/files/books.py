"""Books of cases in YAML: files as people have them, and what each of them becomes.

A book has defaults for its cases, and `cases`. A case has a file: its `text` (`encoding`, `gzip`),
`json`, `frame`, `sheets` of a workbook, `pieces` of text with how often each stands, or a `path`
beside the book. It has the `table` it is for, values of all rows (`set`), the unit of money
(`times`), and the rest of a user's `map`. A text with `{}` is read once with each of `phrases`, and
there may be several texts.

What comes of it is a figure (the only one, or the first), `rows` as CSV with the columns that
matter, `faults` as line, column and cell, `left_out` by reason, the `map` by which a publisher's
file is read, the `texts` that a preview shows beside the columns, or `refused` with the word of the
file that the refusal has to name. `streamed` is what comes of it in a file so large that it is
streamed, where that is something else.
"""

import csv
import gzip
import io
import json
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

import ca_research as ca
from ca_research import registry, sources
from ca_research.ground.errors import (
    CaResearchError,
    DataError,
    FileError,
    NothingToAddError,
    UsageError,
)
from ca_research.sources import sheets, stream
from ca_research.sources.mapping import of_user

BOOKS = Path(__file__).parent / "cases"
ABOUT = {"publisher": "Office", "title": "Invented", "licence": "none", "published": "2025-12-31"}


@dataclass
class Outcome:
    """What was made of a file: rows of the table, or an error."""

    rows: pd.DataFrame | None = None
    left_out: dict | None = None
    faults: tuple = ()
    map: dict | None = None
    unread: dict | None = None
    texts: list | None = None
    error: CaResearchError | None = None


def cases():
    """Every case of every book, by name."""
    found = {}
    for book in sorted(BOOKS.glob("*.yaml")):
        told = yaml.safe_load(book.read_text())
        for name, case in told.pop("cases").items():
            whole = told | case
            if case.get("table", told["table"]) == told["table"]:
                whole["set"] = told.get("set", {}) | case.get("set", {})
            for more, one in _each(whole):
                found[f"{book.stem}: {name}{more}"] = one
    return found


def _each(case):
    """The case itself, or one for each phrase in each text."""
    texts = case.get("text")
    if not case.get("phrases"):
        yield "", case
        return
    phrases = case["phrases"]
    if isinstance(phrases, list):
        phrases = dict.fromkeys(phrases, case["gives"])
    for n, text in enumerate(texts if isinstance(texts, list) else [texts]):
        for place, (phrase, gives) in enumerate(phrases.items()):
            one = case | {"text": text, "gives": gives, "again": n + place > 0}
            one |= {"long": n > 0 and place > 2, "phrases": None}
            yield (
                f" {phrase} ({n})",
                json.loads(json.dumps(one).replace("{}", json.dumps(str(phrase))[1:-1])),
            )


def write(case, folder):
    """The file of a case."""
    kinds = {"sheets": "xlsx", "json": "json", "stata": "dta", "parquet": "parquet"}
    kind = next((suffix for part, suffix in kinds.items() if part in case), "csv")
    file = folder / case.get("file", f"f.{kind}")
    content = _content(case)
    file.write_bytes(gzip.compress(content) if case.get("gzip") else content)
    return file


def _content(case):
    if "path" in case:
        return (BOOKS / case["path"]).read_bytes()
    if "frame" in case:
        return _frame(case)
    if "json" in case:
        return json.dumps(case["json"]).encode()
    if "sheets" in case:
        return _packed(_workbook(case), case.get("parts", {}))[: case.get("cut")]
    text = "".join(piece * times for piece, times in case.get("pieces", ())) or case["text"]
    return text if isinstance(text, bytes) else text.encode(case.get("encoding", "utf-8"))


def _frame(case):
    """A frame as Stata or Parquet keeps it, with labels or metadata."""
    content, frame = io.BytesIO(), pd.DataFrame(case["frame"])
    for name in case.get("dates", ()):
        frame[name] = pd.to_datetime(frame[name])
    if "stata" in case:
        frame.to_stata(content, write_index=False, **case["stata"])
        return content.getvalue()
    told = case["parquet"]
    frame.attrs = told.get("attrs", {})
    frame.to_parquet(content)
    made, about = pq.read_table(content), told.get("fields", {})
    fields = [f.with_metadata(about[f.name]) if f.name in about else f for f in made.schema]
    schema = pa.schema(fields, made.schema.metadata | told.get("schema", {}))
    pq.write_table(made.cast(schema), whole := io.BytesIO())
    return whole.getvalue()


def _workbook(case):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in case["sheets"].items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    first = made.worksheets[0]
    for cell, form in case.get("formats", {}).items():
        first[cell].number_format = form
    for area in case.get("merged", ()):
        first.merge_cells(area)
    for row in case.get("hidden_rows", ()):
        first.row_dimensions[row].hidden = True
    for column in case.get("hidden_columns", ()):
        first.column_dimensions[column].hidden = True
    for name in case.get("hidden_sheets", ()):
        made[name].sheet_state = "hidden"
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _packed(content, parts):
    """A workbook with more parts in its archive."""
    whole = io.BytesIO(content)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return whole.getvalue()


def said(case):
    """What the user says of the file."""
    told, fixed = case.get("map", {}), {}
    told = {"times": case["times"], **told} if case.get("times") else told
    for name, value in case.get("set", {}).items():
        if value is not None:  # a book's value of all rows, which is none of this case
            fixed[name] = value if isinstance(value, dict) else {"is": value}
    return {**told, "columns": {**fixed, **told.get("columns", {})}}


def small(file, case):
    """By the reader of small files alone."""
    spec = registry.table(case["table"])
    try:
        mapping = of_user(said(case), spec)
        given = sources.read(file)
        mapped, layout = sources.understand(given, spec, mapping)
        reader = sources.Reader(given, mapped, spec)
        found = pd.concat(reader.parts())
    except (FileError, UsageError) as error:
        return Outcome(error=error)
    told = {"layout": layout.name if layout else "guess", **_heads(mapped)}
    faults, unread = tuple(reader.faults), {k: list(v) for k, v in mapped.unread.items()}
    rows = None if mapped.totals else found  # sums are those of a preview
    return Outcome(rows, dict(reader.left_out), faults, told, unread, list(mapped.texts))


def _heads(mapped):
    """Where each column of the table comes from, as an economist would say it."""
    told = {}
    for name, field in mapped.columns.items():
        part = field.model_dump(exclude_defaults=True)
        told[name] = part.pop("column", None) or {"is": part.pop("constant")}
        if part:
            told[name] = {"from": told[name], **part}
    if mapped.fills:
        told[mapped.fills] = {"below": [one.column for one in mapped.across]}
    return told


def previewed(file, case):
    """By the preview of `add`."""
    asked = {"table": case["table"], "source": "OWN", "map": said(case), **ABOUT, "dry_run": True}
    try:
        found = ca.add(file, **asked)
    except DataError as error:
        return Outcome(faults=tuple(error.faults), error=error)
    except CaResearchError as error:
        return Outcome(error=error)
    return Outcome(found.rows, dict(found.left_out), found.skipped)


def sized(file, case, *, large):
    """By the preview of `add`, as a small file, or as one so large that it must be streamed."""
    size = -1 if large else 1 << 40
    with within({"FROM": size}, stream), within({"MAX_BYTES": -1} if large else {}):
        return previewed(file, case)


def left_to_the_small_way(found, file):
    """Whether a stream does not take such a file, and says so."""
    return isinstance(found.error, sheets.NotStreamed) or file.suffix not in stream.SUFFIXES


def within(limits, module=sheets):
    """Other limits than files meet in life."""
    stack = ExitStack()
    for name, value in limits.items():
        stack.enter_context(mock.patch.object(module, name, value))
    return stack


def table(rows, columns):
    """Rows as text in the order of their cells: numbers without noughts that say nothing."""
    cells = rows[columns].itertuples(index=False, name=None) if len(rows) else ()
    return sorted(tuple(map(_plain, row)) for row in cells)


def _plain(cell):
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, (bool, np.bool_)):
        return str(cell).lower()
    try:
        return f"{float(cell):.15g}"
    except (TypeError, ValueError):
        return str(cell)


def verify(case, found):
    """Fail unless a file became what its case says."""
    wanted = case["gives"]
    if not isinstance(wanted, dict):
        wanted = {"refused": ""} if wanted == "refused" else {"figure": wanted}
    if isinstance(found.error, NothingToAddError) and wanted["rows"].count("\n") == 1:
        return
    if "refused" in wanted:
        assert isinstance(found.error, (FileError, UsageError)), found
        assert found.error.hint and wanted["refused"] in str(found.error), found.error
        assert wanted.get("where", "") in found.error.where, found.error.where
        return
    if "faults" in wanted:
        told = {(f.line, f.column, f.value) for f in found.faults}
        assert {tuple(fault) for fault in wanted["faults"]} == told, found.faults
    else:
        assert found.error is None and not found.faults, found
    if found.rows is None:
        return
    if "rows" in wanted:
        head, *rows = csv.reader(io.StringIO(wanted["rows"]))
        assert table(found.rows, head) == sorted(tuple(map(_plain, row)) for row in rows)
    if "figure" in wanted:
        column = next(n for n in ("value_usd", "students", "value") if n in found.rows)
        assert _plain(found.rows[column].iloc[0]) == _plain(wanted["figure"])
    if "left_out" in wanted:
        assert found.left_out == wanted["left_out"]
    for part in ("map", "unread", "texts"):
        if part in wanted and getattr(found, part) is not None:
            assert getattr(found, part) == wanted[part]
