"""Measures of relations: DuckDB adds up where the rows are, and what it finds amiss is judged by
the measure of frames.

What a frame must be is declared once, with the measure (`stats.contract`); here it is asked of all
accounts in SQL. Rows of those that may break it are fetched, and the measure refuses them in its
own words. Parts of ten million rows, measured as frames one after another, took ten times as long.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd
from duckdb import DuckDBPyRelation as Relation

from ..stats.contract import ECONOMIES, KINDS, Frame
from ..stats.frames import figures, require
from ..stats.frames import years as refuse_no_years
from ..tables.levels import sums
from .checks import SUM
from .mirror import KEYS

if TYPE_CHECKING:
    from typing_extensions import TypeIs  # what Python has from 3.13 on

DataFrameOrRelation = TypeVar("DataFrameOrRelation", pd.DataFrame, Relation)
"""What a measure takes, and gives again: work is done where the rows are."""
Measure = Callable[..., Any]
"""The measure of frames."""
ACCOUNT = ("reporter", "partner", "year", "flow")
"""What a flow is, of all its products."""
AMOUNTS = {"quantity": "quantity_unit"}
"""Columns that are added too, where they are of one unit, which stands in another."""
LIMIT = 100_000
"""Rows, or accounts, that may break a rule, fetched to be judged."""
MANY = 1200
"""Items that are told apart by bits; more are counted."""
_SHARES: WeakKeyDictionary[Relation, tuple[list[str], str]] = WeakKeyDictionary()
"""Relations that `partner_shares` made: what an account is, and the table of sums, with which the
index needs no second pass."""


def is_relation(rows: object) -> TypeIs[Relation]:
    """Whether rows are a relation of DuckDB."""
    return isinstance(rows, Relation)


class Accounts:
    """Rows of a relation by account, as a measure declares its frame.

    Parameters
    ----------
    measure : callable
        The measure of frames, which takes rows that may break it.
    declared : Frame
        What a frame of them must be.
    rows : DuckDBPyRelation
        Rows of trade.
    by : sequence of str
        What one account is, beside what the measure declares.
    """

    def __init__(
        self, measure: Measure, declared: Frame, rows: Relation, by: Sequence[str] = ()
    ) -> None:
        self.rows, self.declared, self.measure = rows, declared, measure
        self.keys = [*by, *declared.account]
        if declared.rows:  # of trade by product: without TOTAL, of one classification
            require(rows.limit(0).df(), ("product",))
            products = declared.rows(rows.project("product").distinct().df())["product"]
            self.rows = rows = rows.filter(f"product in {_listed(products)}")
        self.cell, value = declared.cell_of(rows.columns, by), declared.value
        require(rows.limit(0).df(), (*declared.columns, value), keys=self.cell)
        known = rows.filter(f'"{value}" is not null')
        figures(known.limit(1).df(), value, negative=True)
        if "year" in self.cell:
            refuse_no_years(rows.project("year").distinct().df())
        unknown = " or ".join(f'"{key}" is null' for key in self.cell)
        self.judge(rows.filter(unknown).limit(LIMIT))
        columns = [c for c in rows.columns if c in (*ECONOMIES, "is_aggregate")]
        if columns:
            sides = rows.project(_names(columns)).distinct().df()
            declared.check_labels(sides, self.cell)
        if declared.gaps == "dropped":
            self.rows = rows.filter(f'not isnan("{value}"::double)')

    def ask(self, query: str) -> Any:
        """The relation of a query that calls the rows `rows`."""
        return self.rows.query("rows", query)

    def judge(self, rows: Relation) -> None:
        """Give rows to the measure of frames, which refuses them."""
        frame = rows.df()
        if len(frame):
            self.measure(frame)

    def judge_accounts(self, table: str, condition: str) -> None:
        """Give the rows of accounts that meet a condition to the measure."""
        keys = _names(self.keys)
        few = f"select {keys} from {table} where {condition} limit {LIMIT}"
        self.judge(self.ask(f"select rows.* from rows semi join ({few}) using ({keys})"))

    def refuse_none(self, table: str, condition: str) -> None:
        """Where no account meets a condition, give some rows to the measure, which refuses them."""
        if not self.ask(f"from {table} where {condition} limit 1").fetchall():
            self.measure(self.rows.limit(1000).df())

    @property
    def kinds(self) -> list[str]:
        """Columns that have one value in an account."""
        candidates = (*self.declared.single, "source_id", *KINDS)
        varies = (*self.declared.varies, *(("valuation",) if self.declared.beside else ()))
        fixed = (c for c in candidates if c not in (*self.cell, *varies))
        return [c for c in fixed if c in self.rows.columns]

    def add_up(self, sums: str, amiss: str = "false") -> str:
        """A temporary table of the relation's connection with the sums and sources of every
        account, once no account breaks what is declared, nor is `amiss`; its name.
        """
        value, table = f'"{self.declared.value}"', f"accounts_{uuid.uuid4().hex}"
        suspect = [amiss, f"coalesce(bool_or(not isfinite({value}) or {value} < 0), false)"]
        if self.declared.gaps == "refused":
            suspect += [f"count({value}) < count(*)"]
        if self.kinds:
            suspect += [f"min(hash({_names(self.kinds)})) <> max(hash({_names(self.kinds)}))"]
        if self.declared.beside and "valuation" in self.rows.columns:
            beside = _names(self.declared.beside)
            suspect += [f"count(distinct ({beside}, valuation)) > count(distinct ({beside}))"]
        rows, twice = self.bits()
        self.ask(
            f"create temp table {table} as select {_names(self.keys)}, {sums}{self.sources}, "
            f"{' or '.join(f'({one})' for one in (*suspect, twice))} as suspect from {rows} "
            f"group by {_names(self.keys)}"
        )
        self.judge_accounts(table, "coalesce(suspect, true)")
        return table

    def bits(self) -> tuple[str, str]:
        """SQL of the rows with a number for each item, and of whether two of an account have the
        same: fewer bits than rows. To count distinct items takes several times as long.
        """
        items = _names(c for c in self.cell if c not in self.keys)
        if not items:
            return "rows", "count(*) > 1"
        each = f"select distinct {items} from rows"
        ((many,),) = self.ask(f"select count(*) from ({each})").fetchall()
        if many > MANY:
            return "rows", f"count(distinct ({items})) < count(*)"
        numbers = f"select *, row_number() over () - 1 as n from ({each})"
        rows = f"rows join ({numbers}) using ({items})"
        return rows, f"bit_count(bitstring_agg(n, 0, {max(many - 1, 1)})) < count(*)"

    @property
    def sources(self) -> str:
        """SQL of the list of sources of an account, after a comma; '' where rows name none."""
        if "source_id" in self.rows.columns:
            one = "any_value(source_id)"
            return f", case when {one} is null then [] else [{one}] end as sources"
        if "sources" in self.rows.columns:
            return ", list_sort(list_distinct(coalesce(flatten(list(sources)), []))) as sources"
        return ""

    def each(self, table: str, columns: str, where: str = "true", sources: str = "") -> Relation:
        """The rows with columns made of them and of their account `a`, its sources and prices."""
        extras = [f", {sources or 'a.sources'} as sources"] if sources or self.sources else []
        if "price_basis" in self.rows.columns and "price_basis" not in self.keys:
            extras += [", rows.price_basis"]
        cell, value = _names(self.cell, "rows"), self.declared.value
        relation: Relation = self.ask(
            f'select {cell}, rows."{value}"::double as "{value}", {columns}{"".join(extras)} '
            f"from rows join {table} a using ({_names(self.keys)}) where {where}"
        )
        return relation


def of_accounts(function: Callable[..., Any]) -> Callable[..., Any]:
    """A measure of relations, by what it does with accounts."""

    def call(
        measure: Measure, declared: Frame, rows: Relation, by: Sequence[str] = (), **choices: Any
    ) -> Any:
        return function(Accounts(measure, declared, rows, by), **choices)

    return call


@of_accounts
def partner_shares(accounts: Accounts, denominator: str) -> Relation:
    """Shares of partners as a relation: see `shares.partner_shares`, the measure of frames."""
    is_partner, value, of_world = "partner <> 'WLD'", "value_usd::double", denominator == "world"
    some = f"filter ({is_partner})"
    table = accounts.add_up(
        f"sum({value}) {some} as total, count(*) {some} as partners, "
        f"sum({value} * {value}) {some} as squares, max({value}) {some} as largest, "
        f"max({value}) filter (not {is_partner}) as world"
    )
    if of_world:
        amiss = f"partners > 0 and (world is null or largest > world * (1 + {SUM!r}))"
        accounts.judge_accounts(table, amiss)
    accounts.refuse_none(table, "partners > 0")
    total = "world" if of_world else "total"
    shares = accounts.each(table, f"{value} / nullif({total}, 0) as share, partners", is_partner)
    if not of_world:
        _SHARES[shares] = accounts.keys, table
    return shares


def hhi(measure: Measure, declared: Frame, shares: Relation, by: list[str]) -> pd.DataFrame:
    """The index as a frame: see `shares.hhi`, the measure of frames."""
    shares_by, table = _SHARES.get(shares, ([], ""))
    index = "squares / nullif(total * total, 0)"
    if shares_by != by:
        accounts = Accounts(measure, declared, shares, by)
        table = accounts.add_up(
            "sum(share) as total, sum(share * share) as squares, count(*) as partners",
            f"count(share) between 1 and count(*) - 1 or abs(sum(share) - 1) >= {SUM!r}",
        )
        accounts.refuse_none(table, "true")
    return _by_account(shares, table, by, f"{index} as hhi, partners as n", "partners > 0")


def _by_account(
    rows: Relation, table: str, by: list[str], columns: str, where: str = "true"
) -> pd.DataFrame:
    """A frame of one row for each account of a table, with its sources."""
    extra = ", sources" if {"source_id", "sources"} & set(rows.columns) else ""
    keys = _names(by)
    query = f"select {keys}, {columns}{extra} from {table} where {where} order by {keys}"
    relation: Any = rows.query("rows", query)
    frame: pd.DataFrame = relation.df()
    return frame.assign(sources=frame["sources"].map(tuple)) if extra else frame


@of_accounts
def growth(accounts: Accounts) -> Relation:
    """Growth as a relation: see `shares.growth`, the measure of frames."""
    table = accounts.add_up("count(*) as n")
    before = f"over (partition by {_names(accounts.keys, 'rows')} order by year)"
    last = f"lag(value_usd::double) {before}"
    follows = f"lag(year) {before} = year - 1 and {last} > 0"
    return accounts.each(
        table, f"case when {follows} then value_usd::double / {last} - 1 end as growth"
    )


@of_accounts
def product_shares(accounts: Accounts) -> Relation:
    """Shares of products as a relation: see `indices.product_shares`, the measure of frames."""
    table = accounts.add_up("sum(value_usd::double) as total, count(*) as products")
    return accounts.each(table, "value_usd::double / nullif(total, 0) as share, products")


@of_accounts
def grubel_lloyd(accounts: Accounts) -> pd.DataFrame:
    """The index as a frame: see `indices.grubel_lloyd`, the measure of frames."""
    table = accounts.add_up(
        "count(distinct product) as products, count(distinct flow) = 2 as whole, "
        "any_value(flow) as flow"
    )
    each = accounts.ask("select distinct on (flow) * from rows").df()
    if {*each["flow"]} != {"export", "import"}:
        accounts.measure(each)
    keys, signed = (
        _names(accounts.keys),
        "case flow when 'export' then value_usd else -value_usd end::double",
    )
    gaps = f"select {keys}, abs(sum({signed})) as gap, sum(value_usd::double) as turnover from rows"
    index = f"select {keys}, 1 - sum(gap) / nullif(sum(turnover), 0) as index"
    joined = f"{table} join ({index} from ({gaps} group by {keys}, product) group by {keys})"
    lacking = "case when whole then '' when flow = 'export' then 'imports' else 'exports' end"
    columns = f"case when whole then index end as grubel_lloyd, products, {lacking} as missing"
    return _by_account(accounts.rows, f"{joined} using ({keys})", accounts.keys, columns)


@of_accounts
def add_up(accounts: Accounts, level: int) -> Relation:
    """Products of a coarser level as a relation: see `products.add_up`."""
    coarse = f"not regexp_full_match(product, '[0-9]{{{level + 1},}}')"
    accounts.judge(accounts.rows.filter(coarse).limit(LIMIT))
    accounts.add_up("count(*) as products")
    there = accounts.rows.columns
    kinds = [c for c in KINDS if c in there]
    amounts = AMOUNTS if {*AMOUNTS, *AMOUNTS.values()} <= {*there} else {}
    each = f"select * replace (left(product, {level}) as product) from rows"
    more = f", count(*) as products{accounts.sources}"
    added: Relation = accounts.ask(
        sums(each, [*ACCOUNT, "product", *kinds], "value_usd", amounts, more)
    )
    return added


@of_accounts
def unit_values(accounts: Accounts) -> Relation:
    """What units cost as a relation: see `products.unit_values`."""
    table = accounts.add_up("count(quantity) as known")
    accounts.refuse_none(table, "known > 0")
    price = "value_usd::double / case when quantity > 0 then quantity end as unit_value"
    return accounts.each(table, f"quantity, quantity_unit, {price}")


def _listed(values: Iterable[Any]) -> str:
    """Values as SQL has them after `in`."""
    return f"({', '.join(map(repr, values)) or 'null'})"


def totals(
    trade: Relation, years: Sequence[int] | None, codes: Sequence[str] | None
) -> pd.DataFrame:
    """Rows of all products together of some years and economies, None for all, and those without a
    key; the measure of frames refuses these, and says why there are none.
    """
    require(trade.limit(0).df(), ("value_usd",), keys=KEYS)
    refuse_no_years(trade.project("year").distinct().df())
    wanted = ["product::varchar = 'TOTAL'"]
    if years is not None:
        wanted.append(f"year in {_listed(years)}")
    if codes is not None:  # rows of these may call them by another label
        pairs = trade.filter(" and ".join(wanted)).project("reporter, partner").distinct().df()
        require(pairs, (), reporter=codes, partner=codes)
        wanted.append(f"(reporter in {_listed(codes)} or partner in {_listed(codes)})")
    lacking = " or ".join(f"{key} is null" for key in KEYS)
    rows = trade.filter(f"{lacking} or {' and '.join(wanted)}").df()
    return rows if len(rows) else trade.limit(1000).df()


def _names(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}{"." if table else ""}"{name}"' for name in columns)
