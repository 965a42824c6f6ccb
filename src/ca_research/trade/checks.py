"""What a frame of trade must be before its rows are added, ranked or divided by each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, MixedUnitsError, UsageError
from ..stats import frames
from ..stats.frames import (
    alike,
    numbers,
    own_groups,
    refuse_named_aggregates,
    refuse_two_labels,
    require,
)
from ..stats.groups import Groups
from ..tables.preference import of_role

ALIKE = ("valuation", "price_basis", "scope", "unit", "currency")
"""Columns that say what a figure is; where they are there, figures are added and compared within
one value of each.
"""
REST = ("_X", "S19")
"""Residual partners: no economies, but the members of none; a total may hold them beside
economies.
"""
KEYS = ("reporter", "partner", "year", "flow", "product")
_TOTALS = ("TOTAL", "_T", "ALL", "ALL PRODUCTS", "ALL COMMODITIES")
"""What all products together are called, in capitals."""
_NAMED = re.compile(
    r"^(?:(?:HS|CN|SITC)(?:(?:\d|(?:19|20)\d\d)[_:-])?|H\d[_:-])[ _-]?(?=\d)", re.IGNORECASE
)
"""The name of a classification, and its edition, before a code of it: HS27, HS2017-27."""
_APART = re.compile(r"(?<=\d)[.\s]+(?=\d)")
"""What parts the digits of a code in print: 2709.00, 2709 00."""
_UNKNOWN = re.compile(r"(?=.*\d)(?!\d+[A-Z]*$)")
"""What has digits and is no code: 01-05, Chapter 27; of codes that customs make, 9999AA is one."""

ALIKE_MONEY = ("price_basis", "unit", "currency")
"""Of ALIKE, what must agree even where two sides or two flows are set against each other."""
ALIKE_FLOWS = ("scope", *ALIKE_MONEY)
"""Likewise where two flows or baskets are of one source: exports are fob and imports cif, but both
are of goods, or of goods and services.
"""


def undeclared(trade: pd.DataFrame) -> pd.Series:
    """Rows of a user's own group of economies (`own_groups`)."""
    return own_groups(trade, ("reporter", "partner"))


def refuse_aggregates(
    trade: pd.DataFrame, column: str, allowed: Iterable[str] = ("WLD", *REST)
) -> None:
    """Raise AggregateError for codes in `column` that stand for several economies, also such as
    only `is_aggregate` marks.
    """
    codes = set(trade[column].unique())
    found = codes & set(eco.AGGREGATES) - set(allowed)
    found |= set(trade.loc[undeclared(trade), column].unique()) - set(eco.codes())
    if found:
        raise AggregateError(
            f"aggregates among the {column}s: {', '.join(sorted(map(str, found))[:8])}",
            hint="drop them: frame[~frame.is_aggregate], or keep them and drop their members",
        )
    refuse_named_aggregates(codes, column)


def refuse_names(trade: pd.DataFrame, wanted: Iterable[str]) -> None:
    """Raise UsageError where a frame holds the names of economies that are looked for by their
    codes, or codes of another kind.
    """
    frames.refuse_names(trade, ("reporter", "partner"), wanted)


def one_figure_per_cell(
    trade: pd.DataFrame, cell: Sequence[str], groups: Groups | None = None
) -> None:
    """Raise UsageError where two rows (of two sources, products, ...) claim one cell."""
    if not (groups or Groups(trade)).twice(cell):
        return
    twice = trade[trade.duplicated(list(cell), keep=False)]
    first = twice.iloc[0]
    sources = _named(twice["source_id"]) if "source_id" in twice else []
    raise UsageError(
        f"{len(twice)} rows share a cell, for example {', '.join(str(first[c]) for c in cell)}",
        where=f"sources {', '.join(sources[:6])}",
        hint=f"{_choose(sources)}, or source='preferred'"
        if len(sources) > 1
        else _what_differs(twice, cell),
    )


def _choose(sources: Sequence[str]) -> str:
    """How to leave one of several sources: an office that counts, where one is among them."""
    best = sorted(of_role(sources, "office")) or list(sources)
    return f"choose one source first: load(..., source={best[0]!r})"


def _what_differs(twice: pd.DataFrame, cell: Sequence[str]) -> str:
    """Which columns tell the rows of the first cell apart."""
    same = (twice[list(cell)] == twice.iloc[0][list(cell)]).all(axis=1)
    rows = twice[same].drop(columns=["value_usd", "known_on"], errors="ignore")
    apart = [str(c) for c in rows if c not in cell and rows[c].astype(str).nunique() > 1]
    return f"choose one {' and one '.join(apart)}" if apart else "drop rows that stand twice"


def _named(sources: pd.Series) -> list[str]:
    """Sources of rows, each once; rows may lack theirs."""
    return sorted(set(sources.astype("object").fillna("not stated")))


def _one_source_per_group(trade: pd.DataFrame, keys: Sequence[str], groups: Groups) -> None:
    if "source_id" not in trade or not groups.several("source_id", keys):
        return
    sources = grouped(trade, keys)["source_id"].agg(_named)
    mixed = sources[sources.map(len) > 1]
    if len(mixed):
        raise UsageError(
            f"figures of {mixed.index[0]} come from several sources",
            where=f"sources {', '.join(mixed.iloc[0][:6])}",
            hint=_choose(mixed.iloc[0]),
        )


def grouped(trade: pd.DataFrame, keys: Sequence[str]) -> DataFrameGroupBy:
    """Rows by keys; without one they are a single group, which errors call 'the frame'."""
    return trade.groupby(list(keys) or (lambda _: "the frame"), observed=True)


def comparable(
    trade: pd.DataFrame,
    group: Sequence[str],
    cell: Sequence[str],
    *,
    within: Sequence[str] | None = None,
) -> Groups:
    """What every sum and ratio over the rows of a `group` needs; `cell` names what tells its rows
    apart.

    Columns and keys are there, values are numbers (no text, gap, minus or infinity); one figure per
    cell; one source, product, partner ... per group unless it is among the cell's columns; one
    valuation, price basis and scope within `within` (the group, if not given).
    Returns the rows by their values, for what is to be added up next.
    Raises UnknownNameError, UsageError, CoverageError, AggregateError, MixedUnitsError.
    """
    trade = require(trade, ("value_usd",), keys=cell)
    numbers(trade, "value_usd")
    groups = Groups(trade)
    groups.encode(cell)
    for column in (c for c in KEYS if c in trade and c not in cell):
        if not groups.several(column, group):
            continue
        several = grouped(trade, group)[column].unique()
        several = several[several.map(len) > 1]
        if not len(several):
            continue
        require(trade, (), keys=[column])
        if column == "product":
            raise MixedUnitsError(
                "several products in one frame", hint="filter by product, or add 'product' to `by`"
            )
        if column in ("reporter", "partner"):
            eco.refuse_overlap(
                set(several.iloc[0]), _year(trade), where=f"{column}s of {several.index[0]}"
            )
        values = ", ".join(sorted(map(str, several.iloc[0]))[:6])
        raise UsageError(
            f"{several.index[0]} holds several {column}s: {values}",
            hint=f"filter, or add {column!r} to `by`",
        )
    for side in (s for s in ("reporter", "partner") if s in cell):
        refuse_two_labels(groups.values(side), side)
    one_figure_per_cell(trade, cell, groups)
    _one_source_per_group(trade, group, groups)
    alike(trade, ALIKE, group if within is None else within, groups)
    return groups


def _year(trade: pd.DataFrame) -> int:
    newest = trade["year"].max() if "year" in trade and len(trade) else 0
    return int(getattr(newest, "year", newest))


def positive_totals(totals: pd.Series) -> None:
    """Raise CoverageError where a total that others are divided by is zero: there is nothing to
    take a share of.
    """
    if (zero := totals[totals == 0]).size:
        raise CoverageError(
            f"all values of {zero.index[0]} are zero", hint="leave that group out: it has no shares"
        )


def totals_in(products: Iterable[Any]) -> list[Any]:
    """Those that stand for all products together, as the table writes it or a file of one's own."""
    return [p for p in products if str(p).strip().upper() in _TOTALS]


def single_products(trade: pd.DataFrame) -> pd.DataFrame:
    """Rows that are not of all products together; UnknownNameError without a column `product`."""
    require(trade, ("value_usd",), keys=("product",))
    return trade[~trade["product"].isin(totals_in(trade["product"].unique()))]


def one_classification(products: Iterable[Any]) -> None:
    """Raise MixedUnitsError for HS and SITC together, or a chapter ('27', 'HS27') beside its
    headings ('2709', '27.09'), a section ('SITC3') beside its divisions, a range ('01-05') beside
    codes; UsageError for numbers, and for codes that lost a zero ('101'): nothing would tell whose
    headings they are.
    """
    held = set(products)
    codes = sorted(map(str, held))
    sections = {code for code in codes if code.strip().upper().startswith("SITC")}
    bare = {code: code if code.isdigit() else _bare(code) for code in codes}
    digits = {code: number for code, number in bare.items() if number.isdigit()}
    lost = [code for code, number in digits.items() if len(number) % 2 and code not in sections]
    if lost or any(not isinstance(product, str) for product in held):
        raise UsageError(
            f"product {lost[0]!r} is no code of HS, which has two digits, four or six"
            if lost
            else "products are numbers, not codes as text",
            hint="write codes as text, with their zeros: "
            "frame['product'].astype(str).map(lambda p: p.zfill(len(p) + len(p) % 2))",
        )
    if sections and len(sections) < len(codes):
        raise MixedUnitsError(
            "HS chapters and SITC sections together",
            hint="filter by source: each has one classification",
        )
    known = {number: code for code, number in digits.items()}
    for code, number in digits.items():
        above = (known.get(number[:n], code) for n in range(1, len(number) + 1))
        if whole := [other for other in above if other != code]:  # or the same, spelt otherwise
            raise MixedUnitsError(
                f"product {code} stands beside {whole[0]}, which holds it",
                hint="keep products of one level: "
                f"frame[frame['product'].str.len() == {len(whole[0])}]",
            )
    others = [code for code in codes if code not in digits]
    if digits and (unknown := [code for code in others if _UNKNOWN.match(bare[code])]):
        raise MixedUnitsError(
            f"product {unknown[0]} stands beside {min(digits)}, and may hold it",
            hint="keep products that are codes: frame[frame['product'].str.isdigit()]",
        )


def _bare(code: str) -> str:
    """A code by its digits alone: '2709' of 'HS 27.09'. What is no code stays as it is."""
    return _APART.sub("", _NAMED.sub("", code.strip()))


def by_product(trade: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Rows by product, without TOTAL; all frames must be of one classification (HS chapters or SITC
    sections).

    Raises UnknownNameError without a column `product`, CoverageError without such rows,
    MixedUnitsError for both kinds or two levels of one, UsageError for products as numbers.
    """
    parts = []
    for frame in (trade, *others):
        part = single_products(frame)
        if part.empty:
            raise CoverageError(
                "no rows by product", hint="ca.coverage('trade', by=['reporter', 'product'])"
            )
        numbers(part, "value_usd")
        one_classification(part["product"].unique())
        parts.append(part)
    one_classification(p for part in parts for p in part["product"].unique())
    return parts[0]


def prices(columns: Iterable[str], keys: Sequence[str]) -> list[str]:
    """The column of the price basis, where it is among the columns and no key: a figure is told
    with it.
    """
    return [c for c in ("price_basis",) if c in columns and c not in keys]
