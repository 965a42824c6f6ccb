"""What a cell says: a number as somebody printed it, a year, or nothing.

A cell that could be read in two ways is refused, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Literal

Mark = Literal[".", ","]
"""The decimal mark."""

MISSING = frozenset(
    {"", "n/a", "n.a.", "na", "n.d.", "nd", "nan", "null", "none", "..", "...", "…", ":", "-", "--"}
    | {".", *(f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")}  # of Stata and SAS
    | {"–", "—", "−", "*", "x", "c", "н/д", "нет данных", "н.д.", "无", "暂无", "not available"}
)
"""What publishers print where there is no figure."""

_RAISED = "⁰¹²³⁴-⁹①-⑳⓪-⓾❶-❿➀-➓⑴-⒇"
_NOTE = re.compile(rf"(\s*(\*+|†+|‡+|[{_RAISED}]+|\[\w{{1,2}}\]|\([a-zа-я]\)|(?<=\s)[a-z]\)))+$")
_SPACES = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
PLAIN = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+")
"""A number as programs write it."""
_FORMS = {
    mark[-1]: re.compile(rf"[-+]?(\d{{1,3}}({other}\d{{3}})+({mark}\d*)?|\d*{mark}\d+|\d+{mark}?)")
    for mark, other in ((r"\.", ","), (",", r"\."))
}
"""A number with a decimal mark, and groups of thousands with the other."""
_EITHER = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")


def missing(cell: Any) -> bool:
    """Whether a cell stands for no figure.

    Examples
    --------
    >>> [missing(c) for c in (None, "..", "n/a", ": ", 0, "0")]
    [True, True, True, True, False, False]
    """
    return cell is None or cell != cell or bare(cell).casefold() in MISSING


def bare(cell: Any) -> str:
    """The text of a cell without marks of footnotes and outer spaces."""
    text = str(cell).replace("\u200b", "").strip()
    return text if text in MISSING else _NOTE.sub("", text).strip()


def _plain(cell: Any) -> str:
    """The text of a cell in plain signs; raised and circled figures stay, for they are no digits of
    the number before them.
    """
    if (text := bare(cell)).isascii():
        return text
    kept = (
        c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in text
    )
    return "".join(kept).replace("–", "-")


def _text(cell: Any) -> str:
    return _SPACES.sub("", _plain(cell).replace("−", "-"))


def decimal_mark(cells: Iterable[Any]) -> tuple[Mark | None, str]:
    """The decimal mark of a column of cells, and if there is none that fits, why.

    A comma or a point before three digits is a decimal or a separator of thousands; what the other
    cells of the column say decides, and where none says anything, nobody knows.

    Examples
    --------
    >>> decimal_mark(["1,5", "1,234"])[0], decimal_mark(["1,234,567", "1,234"])[0]
    (',', '.')
    >>> decimal_mark(["1,234", "2,345"])[0] is None
    True
    """
    signs: set[Mark] = set()
    doubtful, ungrouped = "", False
    for cell in cells:
        if isinstance(cell, (int, float)) or missing(cell):
            continue
        text = _text(cell)
        marks: Any = re.sub(r"[^.,]", "", text)
        if not marks:
            ungrouped |= len(text) > 3 and text.isdigit() and text == str(cell).strip()
        elif _EITHER.fullmatch(text) and not text.lstrip("+-").startswith("0"):
            doubtful = text
        elif len(marks) > 1 and marks == marks[0] * len(marks):  # groups of thousands
            signs.add("," if marks[0] == "." else ".")
        else:
            signs.add(marks[-1])
    if len(signs) > 1:
        return None, "points and commas are used both ways in one column"
    if not signs and doubtful and not (ungrouped and "." in doubtful):
        return None, f"{doubtful!r} may have decimals or thousands: say which by `decimal`"
    return (signs.pop() if signs else "."), ""


def number(cell: Any, mark: Mark = ".") -> float | str:
    """The number of a cell, or why it is none.

    Examples
    --------
    >>> number("1 234,5*", ","), number("1,234.5"), number(12)
    (1234.5, 1234.5, 12.0)
    >>> number("12%"), number("(12)")
    ('a share, not a figure in the unit of the column', 'must be a number')
    """
    if isinstance(cell, bool):
        return "true or false, not a number"
    if isinstance(cell, (int, float)):
        return float(cell)
    if isinstance(cell, (dt.date, dt.datetime)):
        return "a date: the program that wrote the file took the number for one"
    text = _text(cell)
    if _FORMS[mark].fullmatch(text):
        other = "," if mark == "." else "."
        return float(text.replace(other, "").replace(mark, "."))
    if mark == "." and PLAIN.fullmatch(text):
        return float(text)
    if text.endswith("%"):
        return "a share, not a figure in the unit of the column"
    return "must be a number"


_YEAR = re.compile(
    r"(?:YR\s*)?((?:18|19|20)\d\d)(?:\.0+)?(?:\s*(?:г\.?|год|гг\.?|年|\[YR\d{4}\]))?", re.I
)
_SPAN = re.compile(
    r"(?:FY\s*)?((?:18|19|20)\d\d)\s*[-/]\s*((?:18|19|20)?\d\d)(?:\s*(?:г\.?|гг\.?|уч\.? ?год))?",
    re.I,
)
_PART = re.compile(
    r".*(?:Q[1-4]|[1-4]Q|[IV]+ кв|H[12]\b|[MW]\d\d?\b|\d\d?M\b|мес|янв|фев|мар|апр|май|мая|июн|июл|"
    r"авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|月|季|half|"
    r"\d{4}-\d\d\b).*",
    re.I,
)


A_RANGE = "a ratio of years, or a range of several, not a year"


def year(cell: Any, span: str | None = None) -> int | str:
    """The year of a cell, or why it is none. span: which end of a range counts, 'first' or 'last'.

    Examples
    --------
    >>> year("2019"), year(2019.0), year("2019 г."), year("2018/19", "last")
    (2019, 2019, 2019, 2019)
    >>> year("2018/19"), year("2019 Q1")
    ('a range of years: say `span: first` or `span: last` in the map', 'a part of a year')
    """
    if isinstance(cell, (dt.datetime, dt.date)):
        year_edge = (cell.month, cell.day) in ((1, 1), (12, 31))
        return cell.year if year_edge else "a day, not a year"
    text = _plain(cell).replace("—", "-")
    if hit := _YEAR.fullmatch(text):
        return int(hit[1])
    if re.fullmatch(r"\d{4}-(01-01|12-31)( 00:00:00)?", text):
        return int(text[:4])
    if hit := _SPAN.fullmatch(text):
        first, last = int(hit[1]), int(hit[1][: -len(hit[2])] + hit[2])
        last += 100 if last < first and len(hit[2]) == 2 else 0
        if last == first + 1:
            unsaid = "a range of years: say `span: first` or `span: last` in the map"
            return {"first": first, "last": last}.get(str(span), unsaid)
        if _PART.fullmatch(text):
            return "a part of a year"
        return A_RANGE
    if _PART.fullmatch(text) and re.search(r"(18|19|20)\d\d", text):
        return "a part of a year"
    return "must be a year"


def is_year(cell: Any) -> bool:
    """Whether a cell plainly is a year or a range of two."""
    return not isinstance(cell, bool) and isinstance(year(cell, "last"), int)


_DAY = re.compile(r"\d{4}-\d\d-\d\d( [\d:.]+)?")
_NUMBERED_YEAR = re.compile(r"(18|19|20)\d\d(\.\d+)?")
_A_MONTH = re.compile(r"(18|19|20)\d\d[-/](0[1-9]|1[0-2])")


def part_beside_years(column: Iterable[Any]) -> str | None:
    """A cell that is a part of a year, where others of its form would pass for years: of quarters
    the first begins on 1 January.

    Examples
    --------
    >>> part_beside_years(["2022-01-01", "2022-04-01"]), part_beside_years([2022, 2022.25])
    ('2022-04-01', '2022.25')
    >>> part_beside_years(["2021-01-01", "2022-01-01"]), part_beside_years([2022, "2022 Q1"])
    (None, None)
    """
    year_like = {_plain(cell): isinstance(year(cell, "last"), int) for cell in column}
    for form in (_DAY, _NUMBERED_YEAR, _A_MONTH):
        alike = {text: passes for text, passes in year_like.items() if form.fullmatch(text)}
        if len({*alike.values()}) == 2:
            return next(text for text, passes in alike.items() if not passes)[:10]
    return None
