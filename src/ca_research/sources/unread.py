"""Columns of a file that fill none of the table: shown to the user, and refused where their cells
say that the rows are no whole figures of the table.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, money, units
from .mapping import Field, Map, Reader, Understood
from .sheets import shown

FIRST = 3
"""Cells that are shown of each."""
MANY = 1_000
"""Different cells of a column beyond which it names rows, or remarks on them, and tells no kinds of
figures apart; each one takes a fifth of a millisecond to look at."""

_PARTED = re.compile(
    r"months?|mon\.?|quarters?|periods?|freq\w*|half|semester|sex|gender|age([sd]?|.?groups?.*)|"
    r"месяц\w*|мес\.?|квартал\w*|период|пол|возраст.*|月|月份|季度|性别",
    re.I,
)
_MONTHS_COUNTED = re.compile(
    r"(number|no\.?|count) of months.*|months( (covered|reported|included|of data))?|n.?months|"
    r"(число|количество|кол-во) месяцев.*|месяцев|月数",
    re.I,
)
_OF_A_TIME = re.compile(
    r".*\b(period|time|when|coverage|covered|calendar|basis|freq\w*|период\w*|охват|время)\b.*|"
    r"(months?|mon|quarters?|month[ _](name|code|number)|quarter[ _](name|code|number)|"
    r"месяц\w*|мес|квартал\w*|月|月份|季度|期间|时间)\.?",
    re.I,
)
"""Headings under which a month alone, or a quarter, is that of the figures."""
_WHOLE = re.compile(
    r"A|annual(ly)?( data| figures)?|P1Y|year(ly)?|((full|whole|calendar) )year|T|_T|totals?|all.*|"
    r"both.*|M\s?[+&/]?\s?F|год\w*|всего|итого|оба пола|全年|合计",
    re.I,
)
_WHOLE_IN_MONTHS = re.compile(r"52|0?1\s*[-–—]\s*12")
"""A year in a column of months: Comtrade's number of it, or from the first to the last."""
_OF_MONTHS = re.compile(r"mon\b|month|мес|月", re.I)
_OF_FLOWS = re.compile(r"flow|direction|type|kind|поток|направлен|вид|流向|进出口", re.I)
_CODES_OF_PARTS = re.compile(r"R[XM]|DX|FM", re.I)
"""Comtrade's codes of re-exports, re-imports, domestic exports and foreign imports."""
_OF_QUANTITY = re.compile(
    r"quantit|qty|weight|mass|volume|suppl|колич|кол-во|вес|масс|数量|重量", re.I
)
"""Headings of columns whose units are those of a quantity beside the figures."""


def columns(
    heads: list[str], body: list[list[Any]], read: Collection[str | None]
) -> dict[str, tuple[str, ...]]:
    """The different cells of each column that is not read, in their order, one more than `MANY` at
    most; none of empty ones.
    """
    found: dict[str, tuple[str, ...]] = {}
    for at, head in enumerate(heads):
        if head not in read:
            there = dict.fromkeys(row[at] for row in body if at < len(row))
            texts = (shown(c) for c in there if not cells.missing(c))
            told = tuple(dict.fromkeys(itertools.islice(texts, MANY + 1)))
            found |= {head: told} if told else {}
    return found


def first(found: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """As `columns`, the first cells of each, cut short."""
    return {
        head: (*(one[:40] for one in told[:FIRST]), *(["..."] if len(told) > FIRST else []))
        for head, told in found.items()
    }


def refuse(
    found: Mapping[str, tuple[str, ...]], where: str, table: Table, mapped: Mapping[str, Field]
) -> None:
    """Refuse rows that cells of such columns call parts of figures, or figures of something else.

    mapped: where the columns of the table come from.
    """
    for head, told in found.items():
        if parts := _parts(head, told):
            what = f"rows of parts, which table {table.table!r} does not tell apart: {parts}"
            raise refused(what, head, where)
        if len(told) <= MANY and not money.of_the_text(head):
            for what in _amiss(head, told, table, mapped):
                raise refused(what, head, where)


def refused(
    what: str, head: str, where: str, hint: str = "leave whole years and totals alone in the file"
) -> UsageError:
    """What is said of rows that a column which is not read tells to be something else."""
    return UsageError(
        what,
        where=f"{where}: column {head!r}",
        hint=f"{hint}, or say in the map which rows count: "
        f"only: [{{column: {head}, among: [...], why: ...}}]",
    )


def refuse_other_values(
    name: str, said: Field, field: Field, told: Sequence[str], table: Table, where: str
) -> None:
    """Refuse one value that is said of all rows where cells of the column that would tell it
    (`field`) mean another one; cells that mean none are the user's to explain.
    """
    column, head = table.columns[name], str(field.column)
    if column.type in ("number", "integer") or not told:
        return
    reader = Reader(table, Map(), where, Understood(Map(), pd.DataFrame()))
    wanted = next(_meanings(reader, column, said, [str(said.constant)]))
    several = name in table.key and len(told) > 1
    pairs = zip(told, _meanings(reader, column, field, told), strict=True)
    other = sorted(
        cell
        for cell, values in pairs
        if not wanted & values
        and all(_is_a_value(one, column, wanted) for one in values)
        and (_closed(column) or several or cell.casefold() in map(str.casefold, field.words))
    )
    if any(wanted) and other:
        what = f"{name} is said to be always {said.constant}, and cells say {other[0]}"
        word = f"{name}: {{column: {head}, words: {{{other[0]}: {said.constant}}}}}"
        hint = f"say nothing of {name}, which this column tells, or what its cells mean: {word}"
        raise refused(what, head, where, hint)


def _meanings(
    reader: Reader, column: Column, field: Field, told: Sequence[str]
) -> Iterator[frozenset[str]]:
    """What each cell may mean in the table; of a range of years either end."""
    series = pd.Series(told, dtype=object)
    spans = (field.model_copy(update={"span": span}) for span in ("first", "last"))
    read = [reader.column(series, column, one, "")[0] for one in spans]
    return (frozenset(values) for values in zip(*read, strict=True))


def _closed(column: Column) -> bool:
    """Whether the table says which values a column may have."""
    return column.type in ("economy", "year") or bool(column.values or column.pattern)


def _is_a_value(text: str, column: Column, wanted: Collection[str]) -> bool:
    """Whether a cell tells a value of a column, or a code that is no finer one of what is said."""
    if not text or not column.pattern or re.match(column.pattern, text):
        return bool(text)
    return text.isdigit() and not text.startswith(tuple(wanted))


def _parts(head: str, told: tuple[str, ...]) -> str:
    """What tells parts of figures apart: months, sexes, ages."""
    if not (counted := _MONTHS_COUNTED.fullmatch(head)) and not _PARTED.fullmatch(head):
        return ""
    of_months = _WHOLE_IN_MONTHS if counted or _OF_MONTHS.match(head) else None
    cut = sorted(
        one
        for one in told
        if not (is_whole(one) or (of_months and of_months.fullmatch(one)))
        and not (counted and cells.number(one) == 12)
    )
    return f"{head} {', '.join(cut[:4])}" if cut else ""


def _amiss(
    head: str, told: tuple[str, ...], table: Table, mapped: Mapping[str, Field]
) -> Iterator[str]:
    """What cells say of figures that are no whole ones of the table."""
    in_dollars = units.in_current_dollars(table, mapped)
    for cell in told:
        if not any(map(str.isalpha, cell)):
            continue
        if "year" in table.columns and (part := _part_of_year(head, cell)):
            yield f"figures of a part of a year: {part}"
        if "flow" in table.columns and (part := _part_of_flow(head, cell)):
            yield f"figures of a part of exports or imports: {part}"
        if in_dollars and units.in_constant_prices(cell):
            yield f"figures in constant prices, and not in current US dollars: {cell[:60]}"
        if in_dollars and units.of_goods(cell) and not _OF_QUANTITY.search(head):
            yield f"figures in another unit than US dollars: {cell[:60]}"


def _part_of_year(head: str, cell: str) -> str | None:
    if money.a_part_alone(cell):  # MAR is Morocco too, and Q1 a class of goods
        return cell if _OF_A_TIME.fullmatch(head) else None
    if len(cell.split()) > 1:  # a month in a sentence is that of its text
        return money.part_of_year_in_title(cell)
    return money.part_of_year(cell)


def _part_of_flow(head: str, cell: str) -> str | None:
    coded = _CODES_OF_PARTS.fullmatch(cell) and _OF_FLOWS.search(head)
    return cell if coded else money.part_of_flow(cell)


def is_whole(cell: str) -> bool:
    """Whether a cell says that its row is of a whole: a total, all ages, a year."""
    return bool(_WHOLE.fullmatch(cell)) or cells.is_year(cell) or money.is_whole_year(cell)
