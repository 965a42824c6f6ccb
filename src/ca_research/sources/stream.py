"""Files too large to be read at once: DuckDB copies their cells to Parquet in bounded memory, and
whoever reads them asks for distinct cells, or for a few rows with their lines.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..ground import sql
from ..ground.errors import FileError, UsageError
from .sheets import (
    MAX_LINE,
    Given,
    NotStreamed,
    Sheet,
    bounded,
    delimiter,
    numbered,
    shown,
    told_by,
    unchanged,
)
from .texts import CONTROL

FROM = 20_000_000
"""Bytes from which a file is streamed: read at once, its cells take most of a gigabyte."""
MEMORY = "500MB"
"""What DuckDB may hold; beyond it sorts and groups go to the disk, beside the figures."""
DISTINCT = 200_000
"""Distinct cells of a column that can be looked at one by one."""
SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".parquet")
PART = 250_000
"""Rows that are read at once."""
_HEAD, _SHOWN, _BLOCK = 1 << 20, 1_000, 1 << 22


def files_of(file: str | Path | Sequence[str | Path]) -> list[Path]:
    """The files that are meant: one, several, or those of a folder in the order of their names."""
    files = [Path(file)] if isinstance(file, (str, Path)) else [Path(f) for f in file]
    if len(files) == 1 and files[0].is_dir():
        files = sorted(f for f in files[0].iterdir() if f.suffix.lower() in SUFFIXES)
    if not files:
        raise UsageError("no file of figures is named", hint=f"files of {', '.join(SUFFIXES)}")
    return files


def streams(files: Sequence[Path]) -> bool:
    """Whether files are read as a stream: several as one source, or one that is large."""
    if len(files) > 1:
        return True
    (file,) = files
    return file.suffix.lower() in SUFFIXES and file.is_file() and file.stat().st_size > FROM


class Stream(Sheet):
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
        self.label = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
        self.connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(folder / "spill"),
                "python_enable_replacements": False,
                "allow_community_extensions": False,
                "autoinstall_known_extensions": False,
            }
        )
        self.packed = files[0].suffix.lower() == ".parquet"
        self.columns = 0
        self.heads: list[Sheet] = []
        self.marks = list[str]()  # separators
        self.ends = list[int]()  # ends of lines in each file
        hashes = [self._take(n, file) for n, file in enumerate(self.files)]
        several = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
        self.sha256 = several if len(hashes) > 1 else hashes[0]
        first = self.heads[0]
        super().__init__("", first.rows, first.lines, told=first.told)

    def close(self) -> None:
        self.connection.close()

    # --- taking cells in

    def _take(self, number: int, file: Path) -> str:
        """Copy the cells of a file; the hash of its bytes."""
        try:
            with unchanged(file):
                digest, ends = self._digest_of(file)
                sheet = self._parquet(number) if self.packed else self._text(number)
            columns = len(pq.read_schema(self._raw(number)))
            if number and columns != self.columns:
                raise ValueError("files of unlike width are not one source")
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise  # of the machine, not of the file
        except (duckdb.Error, ValueError) as error:
            what = " ".join(str(error).replace(f"{file.parent}/", "").split())
            line = re.search(r"CSV Error on Line: (\d+)", what)
            kind = NotStreamed if "unicode" in what or "UTF-8" in what else FileError
            raise kind(
                f"cannot be read: {what[:300]}",
                where=file.name + (f", line {line[1]}" if line else ""),
                hint="mend that line, or export the file anew, as UTF-8 and of the others' form",
            ) from None
        self.heads.append(sheet)
        self.ends.append(ends)
        self.columns = columns
        return digest

    def _digest_of(self, file: Path) -> tuple[str, int]:
        """The hash of a file's bytes, and how many lines end in it; raises ValueError for text that
        no table holds.
        """
        digest, lines, last = hashlib.sha256(), 0, b""
        with file.open("rb") as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
                if not self.packed and len(block.translate(None, CONTROL)) < len(block):
                    raise ValueError("no text in UTF-8, or with control characters")
                lines, last = lines + block.count(b"\n"), block[-1:]
        return digest.hexdigest(), lines + (last != b"\n")

    def _raw(self, number: int) -> Path:
        return self.folder / f"cells-{number}.parquet"

    def _text(self, number: int) -> Sheet:
        file = self.files[number]
        with file.open("rb") as handle:
            text = handle.read(_HEAD).decode("utf-8-sig", errors="ignore")
        if file.stat().st_size > _HEAD:
            text = text[: text.rfind("\n") + 1]
        if not text.strip():
            raise ValueError("no line of a table ends within the first megabyte")
        mark = delimiter(text, file.name)
        self.marks.append(mark)
        top = list(itertools.islice(numbered(io.StringIO(text, newline=""), mark), _SHOWN))
        rows = [cells for cells, _ in top]
        columns = {f"c{n}": "VARCHAR" for n in range(bounded(max(map(len, rows))))}
        self._copy(
            f"from read_csv({sql.text(file)}, header=false, auto_detect=false, "
            f"columns={columns}, delim='{mark}', quote='\"', escape='\"', null_padding=true, "
            f"max_line_size={MAX_LINE}, parallel=false)",  # cells may hold several lines
            number,
        )
        return Sheet("", rows, [line for _, line in top])

    def _parquet(self, number: int) -> Sheet:
        file = self.files[number]
        schema = pq.read_schema(file)
        columns = ", ".join(f"{sql.name(name)} as c{n}" for n, name in enumerate(schema.names))
        self._copy(f"select {columns} from {sql.parquet([file])}", number)
        rows = self.run(f"from {sql.parquet([self._raw(number)])} limit {_SHOWN}").fetchall()
        rows = [schema.names, *map(list, rows)]
        return Sheet("", rows, list(range(1, len(rows) + 1)), told=told_by(schema))

    def _copy(self, query: str, number: int) -> None:
        to = sql.text(self._raw(number))
        self.run(f"copy ({query}) to {to} (format parquet, compression lz4)")

    # --- looking at cells

    def run(self, query: str) -> Any:
        """The result of a query of its own connection."""
        return self.connection.sql(query)

    def cells_from(self, start: int) -> str:
        """SQL of the rows from a place in the files on that are not empty: the file `f`, the row
        `n`, and their cells.
        """
        parts = " union all ".join(
            f"select {n} as f, file_row_number as n, * exclude (file_row_number) "
            f"from read_parquet({sql.text(self._raw(n))}, file_row_number=true)"
            for n in range(len(self.files))
        )
        filled = ", ".join(f"nullif(c{n}::varchar, '')" for n in range(self.columns))
        first = max(start - 1, 0) if self.packed else start
        where = f"n >= {first} and coalesce({filled}, null) is not null"
        return f"(select * from ({parts}) where {where})"

    def width(self, start: int) -> int:
        return self.columns

    def column(self, at: int, start: int) -> Iterator[Any]:
        """Cells of a column, each once; raises FileError where they are too many to look at."""
        values = self.run(
            f"select distinct c{at} as c from {self.cells_from(start)} order by c "
            f"limit {DISTINCT + 1}"
        ).to_arrow_table()["c"]
        if len(values) > DISTINCT:
            raise NotStreamed(
                f"more than {DISTINCT:,} different cells in column {at + 1}", where=self.label
            )
        return iter(values.to_pylist())

    def filled(self, at: int, start: int) -> bool:
        """Whether a column has a cell that is not empty: asked of few rows."""
        rows = f"from {self.cells_from(start)} where nullif(trim(c{at}::varchar), '') is not null"
        return bool(self.run(f"select 1 {rows} limit 1").fetchall())

    def shapes(self, at: int, start: int) -> Iterator[Any]:
        """Cells of a column: of texts that differ in figures other than nought one, of others the
        least.
        """
        column = self.run(f"select c{at} as c from {self.cells_from(start)}")
        alike = "translate(c, '12345678', '99999999')" if column.types == ["VARCHAR"] else ""
        return (cell for (cell,) in column.aggregate("min(c)", alike).fetchall())

    def parts(self, places: Sequence[int], start: int) -> Iterator[tuple[str, pd.DataFrame]]:
        """Cells of several columns in rows that are not empty, with their `_line`, in parts, each
        with the name of its file.
        """
        listed = ", ".join(f"c{at} as p{n}" for n, at in enumerate(places))
        columns = [*places, "_line"]
        for number, file in enumerate(self.files):
            if self.heads[number].rows[start - 1] != self.heads[0].rows[start - 1]:
                raise NotStreamed("its headings are not those of the first", where=file.name)
            lines = self._lines(number)
            query = f"select {listed}, n from {self.cells_from(start)} where f = {number}"
            found = self.connection.cursor().sql(query)  # others are asked meanwhile
            for batch in found.to_arrow_reader(PART):
                frame = pd.DataFrame(dict(zip(columns, map(_cells, batch.columns), strict=True)))
                yield file.name, frame.assign(_line=lines[frame["_line"].astype(int)])

    def _lines(self, number: int) -> np.ndarray:
        """The line in which each row of a file begins."""
        rows = pq.read_metadata(self._raw(number)).num_rows
        if self.packed or self.ends[number] == rows:
            return np.arange(rows) + (2 if self.packed else 1)
        with self.files[number].open(encoding="utf-8-sig", newline="") as text:
            return np.fromiter((n for _, n in numbered(text, self.marks[number])), "int64")

    def given(self) -> Given:
        """The first rows, whose sheet asks here for all cells of a column."""
        if shown(self.heads[0].rows[0][0]).endswith("\\TIME_PERIOD"):
            raise NotStreamed("columns in one, as Eurostat packs them", where=self.label)
        return Given(self.label, self.sha256, [self])


def _cells(column: pa.Array) -> pd.Series:
    """Cells of a part: texts as categories, others as objects."""
    if pa.types.is_string(column.type):
        return column.dictionary_encode().to_pandas()
    found = column.to_pandas(integer_object_nulls=True).astype(object)
    return found.where(found.notna(), None)
