"""Files too large to be read at once: DuckDB copies their cells to Parquet in bounded memory, and
whoever reads them asks for distinct cells, or for a few rows with their lines.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from ..ground.errors import FileError, UsageError
from .mapping import Map, heading
from .sheets import (
    MAX_COLUMNS,
    MAX_LINE,
    Cell,
    Given,
    NotStreamed,
    Sheet,
    delimiter,
    numbered,
    shown,
    told_by,
    unchanged,
)

FROM = 20_000_000
"""Bytes from which a file is streamed: read at once, its cells take most of a gigabyte."""
MEMORY = "500MB"
"""What DuckDB may hold; beyond it sorts and groups go to the disk, beside the figures."""
DISTINCT = 200_000
"""Distinct cells of a column that can be looked at one by one."""
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".parquet")
_HEAD, _SHOWN, _BLOCK = 1 << 20, 1_000, 1 << 22
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\r"))


def files_of(file: str | Path | Sequence[str | Path]) -> list[Path]:
    """The files that are meant: one, several, or those of a folder in the order of their names."""
    given = [Path(file)] if isinstance(file, (str, Path)) else [Path(f) for f in file]
    if len(given) == 1 and given[0].is_dir():
        given = sorted(f for f in given[0].iterdir() if f.suffix.lower() in SUFFIXES)
    if not given:
        raise UsageError("no file of figures is named", hint=f"files of {', '.join(SUFFIXES)}")
    return given


def streams(files: Sequence[Path]) -> bool:
    """Whether files are read as a stream: several as one source, or one that is large."""
    if len(files) > 1:
        return True
    (file,) = files
    return file.suffix.lower() in SUFFIXES and file.is_file() and file.stat().st_size > FROM


def _top(file: Path) -> tuple[Sheet, str]:
    """The first rows of a text, and its separator."""
    with file.open("rb") as handle:
        content = handle.read(_HEAD)
    text = content.decode("utf-8-sig", errors="ignore")
    if len(content) == _HEAD:
        text = text[: text.rfind("\n") + 1]
    if not text.strip():
        raise FileError(
            "no line ends within the first megabyte: no rows of a table"
            if content
            else "there are no rows in it",
            where=file.name,
            hint="check how it was exported",
        )
    mark = delimiter(text, file.name)
    found = list(itertools.islice(numbered(io.StringIO(text, newline=""), mark), _SHOWN))
    return Sheet("", [cells for cells, _ in found], [line for _, line in found]), mark


def _refuse_longer(file: Path, head: Sheet, place: int, width: int) -> None:
    """Raise FileError where a row has more cells than there are headings; such a row further down
    DuckDB refuses itself.
    """
    for row, line in zip(head.rows[place:], head.lines[place:], strict=True):
        if any(map(shown, row[width:])):
            raise FileError(
                f"more cells than the {width} headings: a separator within a number or a text?",
                where=f"{file.name}, line {line}",
                hint="put such cells in quotes, or export the file anew",
            )


class Stream:
    """Cells of large files as Parquet in a folder, as columns c0, c1, ...

    Parameters
    ----------
    files : sequence of Path
        Delimited text in UTF-8, or Parquet; all of one form.
    folder : Path
        Where cells are put, and what does not fit into memory.

    Raises
    ------
    FileError
        A file cannot be read, is refused, or changes meanwhile.
    """

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        self.files, self.folder = list(files), folder
        self.name = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
        self.connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(folder / "spill"),
                "python_enable_replacements": False,
                "allow_community_extensions": False,
                "autoinstall_known_extensions": False,
            }
        )
        if len({f.suffix.lower() == ".parquet" for f in files}) > 1:
            raise FileError("text and Parquet together", where=self.name, hint="add them apart")
        self.packed = files[0].suffix.lower() == ".parquet"
        self.heads: list[Sheet] = []
        self.marks: list[str] = []
        self.start, self.headings = 0, list[str]()
        hashes = [self._take(n, file) for n, file in enumerate(self.files)]
        several = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
        self.sha256 = several if len(hashes) > 1 else hashes[0]
        widths = {self._width(n) for n in range(len(files))}
        if len(widths) > 1:
            raise FileError(
                "files of unlike width are not one source",
                where=self.name,
                hint="add them one by one, under ids of their own",
            )
        self.width = widths.pop()

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- taking cells in

    def _take(self, number: int, file: Path) -> str:
        """Copy the cells of a file; the hash of its bytes."""
        if file.suffix.lower() not in SUFFIXES:
            raise FileError(
                f"a file of the kind {file.suffix.lower()} is not streamed",
                where=file.name,
                hint=f"give {' or '.join(SUFFIXES)}",
            )
        try:
            with unchanged(file):
                digest = _digest_of(file, self.packed)
                (self._parquet if self.packed else self._text)(file, self._raw(number))
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise  # of the machine, not of the file
        except duckdb.Error as error:
            what = str(error).replace(f"{file.parent}/", "")
            line = re.search(r"CSV Error on Line: (\d+)", what)
            if "unicode" in what:
                raise _not_in_utf8(file) from None
            raise FileError(
                f"no table: {' '.join(what.split())[:300]}",
                where=file.name + (f", line {line[1]}" if line else ""),
                hint="mend that line, or export the file anew",
            ) from None
        return digest

    def _raw(self, number: int) -> Path:
        return self.folder / f"cells-{number}.parquet"

    def _text(self, file: Path, to: Path) -> None:
        sheet, mark = _top(file)
        self.heads.append(sheet)
        self.marks.append(mark)
        width = max(map(len, sheet.rows))
        if width > MAX_COLUMNS:
            raise FileError(f"{width:,} columns in a row", where=file.name, hint="turn the table")
        columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width))
        read = (
            f"read_csv($file, header=false, auto_detect=false, columns={{{columns}}}, "
            f"delim='{mark}', quote='\"', escape='\"', null_padding=true, "
            f"max_line_size={MAX_LINE}"
        )
        try:
            self._copy(f"from {read})", to, file)
        except duckdb.Error as error:
            if "quoted new lines" not in str(error):
                raise
            self._copy(f"from {read}, parallel=false)", to, file)

    def _parquet(self, file: Path, to: Path) -> None:
        names = self.run("select * from read_parquet($file) limit 0", file=str(file)).columns
        columns = ", ".join(
            f'"{n.replace(chr(34), chr(34) * 2)}" as c{i}' for i, n in enumerate(names)
        )
        self._copy(f"select {columns} from read_parquet($file)", to, file)
        head = self.run(f"from read_parquet('{_quoted(to)}') limit {_SHOWN}").fetchall()
        lines = list(range(1, len(head) + 2))
        told = told_by(pq.read_schema(file))
        self.heads.append(Sheet("", [list(names), *map(list, head)], lines, told=told))

    def _copy(self, query: str, to: Path, file: Path) -> None:
        self.run(
            f"copy ({query}) to '{_quoted(to)}' (format parquet, compression lz4)", file=str(file)
        )

    def _width(self, number: int) -> int:
        return len(self.run(f"from read_parquet('{_quoted(self._raw(number))}') limit 0").columns)

    # --- looking at cells

    def run(self, query: str, **values: Any) -> Any:
        """The result of a query of its own connection."""
        return self.connection.sql(query, params=values or None)

    @property
    def cells(self) -> str:
        """SQL that gives all rows below the heading: the file `f`, the row `n`, and their cells."""
        return self.cells_from(self.start)

    def cells_from(self, start: int) -> str:
        """As `cells`, where the rows begin at a place in the files."""
        parts = " union all ".join(
            f"select {n} as f, file_row_number as n, * exclude (file_row_number) "
            f"from read_parquet('{_quoted(self._raw(n))}', file_row_number=true)"
            for n in range(len(self.files))
        )
        filled = ", ".join(f"nullif(c{n}::varchar, '')" for n in range(self.width))
        where = f"n >= {0 if self.packed else start} and coalesce({filled}, null) is not null"
        return f"(select * from ({parts}) where {where})"

    def type_of(self, column: int) -> str:
        """DuckDB's type of a column: of text always VARCHAR."""
        return str(self.run(f"select c{column} from {self.cells} limit 0").types[0])

    def distinct(self, column: int, where: str = "true", start: int | None = None) -> Any:
        """Cells of a column, each once; raises FileError where they are too many to look at."""
        rows = self.cells_from(self.start if start is None else start)
        found = self.run(
            f"select distinct c{column} as c from {rows} where {where} order by c "
            f"limit {DISTINCT + 1}"
        ).to_arrow_table()["c"]
        if len(found) > DISTINCT:
            raise NotStreamed(
                f"more than {DISTINCT:,} different cells in column {column + 1} that are no plain "
                "numbers",
                where=self.name,
            )
        return found

    def filled(self, column: int, start: int) -> bool:
        """Whether a column has a cell that is not empty."""
        rows = (
            f"from {self.cells_from(start)} where nullif(trim(c{column}::varchar), '') is not null"
        )
        return bool(self.run(f"select 1 {rows} limit 1").fetchall())

    def frames(self, columns: Sequence[int], start: int) -> Iterator[pd.DataFrame]:
        """Cells of several columns as they stand in the rows, in parts."""
        listed = ", ".join(f"c{n}" for n in columns)
        found = self.run(f"select {listed} from {self.cells_from(start)}")
        for batch in found.to_arrow_reader(1 << 18):
            yield batch.to_pandas().set_axis(list(columns), axis=1).astype(object)

    def given(self) -> Given:
        """The first rows, whose sheet asks here for all cells of a column."""
        head = replace(self.heads[0], stream=self)
        return Given(self.files[0].name, self.sha256, [head])

    def follow(self, mapped: Map) -> None:
        """Settle where the rows begin; raises FileError for a map that no stream can follow."""
        if mapped.across or mapped.header_rows > 1:
            raise NotStreamed(
                "years across, or a heading of several lines, are read from small files only",
                where=self.name,
            )
        self.headings, place = heading(self.heads[0], mapped)
        for file, head in zip(self.files, self.heads, strict=True):
            if heading(head, mapped) != (self.headings, place):
                raise FileError(
                    "its headings are not those of the first file",
                    where=file.name,
                    hint="add it by itself, under an id of its own",
                )
        for file, head in zip(self.files, self.heads, strict=True):
            _refuse_longer(file, head, place, len(self.headings))
        self.headings += [""] * (self.width - len(self.headings))
        self.start = 0 if self.packed else place

    def rows_at(self, places: Iterable[tuple[int, int]]) -> Iterator[Given]:
        """The heading and the rows at some places (file, row), as a small file would be given."""
        wanted: dict[int, set[int]] = {}
        for file, row in places:
            wanted.setdefault(file, set()).add(row)
        for number, rows in sorted(wanted.items()):
            top = 1 if self.packed else self.start
            head = self.heads[number]
            found = self._packed_rows(number, rows) if self.packed else self._lines(number, rows)
            cells, lines = zip(*found, strict=True)
            sheet = Sheet("", [*head.rows[:top], *cells], [*head.lines[:top], *lines])
            yield Given(self.files[number].name, self.sha256, [sheet])

    def _packed_rows(self, number: int, rows: set[int]) -> Iterator[tuple[list[Cell], int]]:
        listed = ", ".join(map(str, sorted(rows)))
        where = f"f = {number} and n in ({listed}) order by n"
        found = self.run(f"select * exclude f from {self.cells} where {where}").fetchall()
        for n, *cells in found:
            yield cells, n + 2

    def _lines(self, number: int, rows: set[int]) -> Iterator[tuple[list[Cell], int]]:
        last = max(rows)
        with self.files[number].open(encoding="utf-8-sig", newline="") as text:
            for place, found in enumerate(numbered(text, self.marks[number])):
                if place in rows:
                    yield found
                if place == last:
                    return


def _digest_of(file: Path, packed: bool) -> str:
    """The hash of a file's bytes; raises FileError for text that no table holds."""
    digest, lines = hashlib.sha256(), 0
    with file.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
            if not packed and b"\0" in block:
                raise _not_in_utf8(file)
            if not packed and len(block.translate(None, _CONTROL)) < len(block):
                raise FileError(
                    "a control character: no text of a table holds one",
                    where=f"{file.name}, from line {lines + 1} on",
                    hint="export the file anew",
                )
            lines += block.count(b"\n")
    return digest.hexdigest()


def _not_in_utf8(file: Path) -> NotStreamed:
    what = "bytes that are not UTF-8: a file of this size is read in no other encoding"
    return NotStreamed(what, where=file.name)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
