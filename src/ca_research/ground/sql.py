"""Names, words and files as SQL writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def name(column: str) -> str:
    """A name of a column or a table, in quotes.

    Examples
    --------
    >>> print(name("year"))
    "year"
    """
    return '"' + column.replace('"', '""') + '"'


def names(columns: Iterable[str]) -> str:
    """Names of columns, with commas."""
    return ", ".join(map(name, columns))


def text(word: object) -> str:
    """A word, or a path, as a text.

    Examples
    --------
    >>> text("Cote d'Ivoire")
    "'Cote d''Ivoire'"
    """
    return "'" + str(word).replace("'", "''") + "'"


def parquet(files: Iterable[Path]) -> str:
    """The rows of files of Parquet, as DuckDB reads them."""
    return f"read_parquet([{', '.join(map(text, files))}])"
