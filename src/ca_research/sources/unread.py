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
from . import cells, money, names, units
from .mapping import Field, Map, Reader, Understood
from .sheets import shown

FIRST = 3
"""Cells that are shown of each."""
MANY = 1_000
"""Different cells of a column beyond which it names rows, or remarks on them, and tells no kinds of
figures apart; each one takes a fifth of a millisecond to look at."""

_PARTED = re.compile(
    r"months?|quarters?|periods?|freq\w*|half|semester|sex|gender|age.*|"
    r"месяц\w*|квартал\w*|период|пол|возраст.*|月|月份|季度|性别",
    re.I,
)
_MONTHS_COUNTED = re.compile(
    r"(number|no\.?|count) of months.*|months (covered|reported|included|of data)|n.?months|"
    r"(число|количество|кол-во) месяцев.*|月数",
    re.I,
)
_WHOLE = re.compile(
    r"A|annual(ly)?|year(ly)?|T|_T|totals?|all.*|both.*|год\w*|всего|оба пола|全年|合计", re.I
)
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
    if _MONTHS_COUNTED.fullmatch(head):
        cut = sorted(one for one in told if cells.number(one) != 12)
    elif _PARTED.fullmatch(head):
        cut = sorted(one for one in told if not is_whole(one))
    else:
        return ""
    return f"{head} {', '.join(cut[:4])}" if cut else ""


def _amiss(
    head: str, told: tuple[str, ...], table: Table, mapped: Mapping[str, Field]
) -> Iterator[str]:
    """What cells say of figures that are no whole ones of the table."""
    in_dollars = units.in_current_dollars(table, mapped)
    for cell in told:
        if not any(map(str.isalpha, cell)):
            continue
        if "year" in table.columns and (part := _part_of_year(cell)):
            yield f"figures of a part of a year: {part}"
        if "flow" in table.columns and (part := money.part_of_flow(cell)):
            yield f"figures of a part of exports or imports: {part}"
        if in_dollars and units.in_constant_prices(cell):
            yield f"figures in constant prices, and not in current US dollars: {cell[:60]}"
        if in_dollars and units.of_goods(cell) and not _OF_QUANTITY.search(head):
            yield f"figures in another unit than US dollars: {cell[:60]}"


def _part_of_year(cell: str) -> str | None:
    if len(cell.split()) > 1:  # a month in a sentence is that of its text
        return money.part_of_year_in_title(cell)
    part = money.part_of_year(cell)
    return None if part and names.code(cell) else part  # MAR is Morocco


def is_whole(cell: str) -> bool:
    """Whether a cell says that its row is of a whole: a total, all ages, a year."""
    return bool(_WHOLE.fullmatch(cell)) or cells.is_year(cell)
