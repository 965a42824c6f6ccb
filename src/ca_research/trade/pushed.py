"""Measures of relations: DuckDB adds up where the rows are, and what it finds amiss is judged by
the measure of frames.

One pass over the rows gives the sums of every account and marks those that may break a rule. Their
rows alone are fetched and given to the measure as a frame, which refuses them in its own words.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation as Relation

from ..ground import economies as eco
from ..ground.errors import UsageError
from ..stats.frames import (
    alike,
    refuse_named,
    refuse_named_aggregates,
    refuse_numbered,
    refuse_two_labels,
    require,
)
from ..stats.frames import years as refuse_no_years
from ..tables.query import sums_of
from .checks import (
    ALIKE,
    ALIKE_FLOWS,
    ALIKE_MONEY,
    KEYS,
    REST,
    one_classification,
    prices,
    single_products,
    totals_in,
)

if TYPE_CHECKING:
    from typing_extensions import TypeIs  # what Python has from 3.13 on

DataFrameOrRelation = TypeVar("DataFrameOrRelation", pd.DataFrame, Relation)
"""What a measure takes, and gives again: work is done where the rows are."""
Measure = Callable[[pd.DataFrame], object]
"""The measure of frames, with its choices."""
SUM = 1e-9
"""How far shares may be from summing to one (rounding of a few hundred float64 terms)."""
FEW = 20
"""Lists of sources that are handed over as numbers."""
LIMIT = 100_000
"""Rows of accounts that may break a rule, fetched to be judged."""
_QUICK = {
    "": "",
    "source_id": ", any_value(source_id) as source",
    "sources": ", any_value(sources) as sources",
}
_EXACT = {
    "": "",
    "source_id": ", list_sort(list_distinct(list(source_id))) as sources",
    "sources": ", list_sort(list_distinct(coalesce(flatten(list(sources)), []))) as sources",
}
"""SQL of the sources of an account, after a comma: where all rows have the same, and in full. One
word costs a fraction of a list."""
_SHARES: WeakKeyDictionary[Relation, tuple[list[str], str, bool]] = WeakKeyDictionary()
"""Relations that `partner_shares` made: what an account is, the table of sums, with which the index
needs no second pass, and whether it tells one source for each."""
_WORD, _MARK = 120, "\x1f"
_YEARS = range(1800, 2101)
_PRODUCTS = ("TOTAL", *(f"{n:02}" for n in range(100)), *(f"SITC{n}" for n in range(10)))


def is_relation(rows: object) -> TypeIs[Relation]:
    """Whether rows are a relation of DuckDB."""
    return isinstance(rows, Relation)


class Accounts:
    """Rows of a relation by account.

    Parameters
    ----------
    rows : DuckDBPyRelation
        Rows of trade.
    keys : sequence of str
        What one account is.
    items : sequence of str
        What tells the rows of an account apart.
    where : str
        SQL of the rows that count.
    """

    def __init__(
        self, rows: Relation, keys: Sequence[str], items: Sequence[str], where: str = "true"
    ) -> None:
        self.rows, self.keys, self.items, self.where = rows, list(keys), list(items), where
        self.columns = set(rows.columns)
        self.named = next((c for c in ("source_id", "sources") if c in self.columns), "")
        self._alike: list[str] = []
        self.single = False  # whether the sums tell one source for each account

    def ask(self, query: str) -> Any:
        """The relation of a query that calls the rows `rows`."""
        return self.rows.query("rows", query)

    def comparable(self) -> list[str]:
        """SQL of what `checks.comparable` refuses in an account, but for two rows of one cell."""
        cell = {*self.keys, *self.items}
        fixed = [c for c in (*KEYS, "source_id", *ALIKE) if c in self.columns and c not in cell]
        self._alike = fixed
        return [*self.no_figure("value_usd"), *([_vary(fixed)] if fixed else [])]

    def no_figure(self, value: str) -> list[str]:
        """SQL of whether rows of an account lack a key or a figure that counts."""
        lacking = [f'"{key}" is null' for key in self.keys]
        lacking += [f'count("{column}") < count(*)' for column in (*self.items, value)]
        return [*lacking, f"bool_or(not isfinite({value}) or {value} < 0)"]

    def aggregates(self, allowed: Collection[str]) -> tuple[str, str]:
        """SQL of what `checks.refuse_aggregates` refuses among the partners of an account: by the
        mark of the row, and by the partner.
        """
        marked = "0 > 0"
        if "is_aggregate" in self.columns:
            known = _texts(eco.AGGREGATES)
            sides = [s for s in ("reporter", "partner") if s in self.columns]
            outside = " and ".join(f"coalesce({s} not in ({known}), true)" for s in sides)
            marked = f"bool_or(is_aggregate and {outside})"
        others = (set(eco.AGGREGATES) - set(allowed)) | set(eco.labels_of_aggregates())
        return marked, f"bool_or(partner in ({_texts(others)}))"

    @property
    def sources(self) -> str:
        """SQL of the list of sources of an account."""
        if self.single:
            return "case when a.source is null then [] else [a.source] end"
        return "a.sources" if self.named else "[]"

    @property
    def told(self) -> str:
        """The column of them, after a comma; nothing where rows name none."""
        return f", {self.sources} as sources" if self.named else ""

    def made(self) -> str:
        """Sums of partners that were made as the rows were added, as `add_up` gives them; '' where
        there are none of these accounts, or some have figures on unlike terms.
        """
        ready = sums_of(self.rows)
        keys = frozenset(self.keys)
        if ready is None or not ready.account - ready.single <= keys <= ready.account:
            return ""
        name = f"accounts_{uuid.uuid4().hex}"
        self.ask(
            f"create temp table {name} as select {_names(self.keys)}, total, figures as partners, "
            "squares, largest, null::double as world, source_id as source, not alike as suspect "
            f"from ({ready.rows})"
        )
        if self.ask(f"from {name} where suspect limit 1").fetchall():
            self.ask(f"drop table {name}")
            return ""
        self.single = True
        return name

    def add_up(self, sums: str, refused: Sequence[str], groups: str = "0 > 0") -> str:
        """Make the sums of every account, with whether it may break a rule (`suspect`), a temporary
        table of the relation's connection; its name.

        Two rows of one cell are found by a bit for each item: fewer bits than rows, and some item
        is twice; aggregates have none. Where that, or anything else, makes an account suspect, all
        is looked at closely (`groups`: SQL of aggregates that are refused), which takes several
        times as long.
        """
        named = self.named
        if len(self.items) < 2 and (bits := _bits(*self.items) if self.items else ("", "0 > 0")):
            join, twice = bits
            several = [_vary([named])] if named and named not in self._alike else []
            found = self._table(sums + _QUICK[named], [*refused, *several, twice], join)
            if not self.ask(f"from {found} where suspect limit 1").fetchall():
                self.single = named == "source_id"
                return found
            self.ask(f"drop table {found}")
        if "partner" in self.items:
            labels = self.ask(f"select distinct partner from rows where {self.where}").fetchall()
            refuse_named_aggregates([label for (label,) in labels], "partner")
        cell = f"count(distinct ({_names(self.items)})) < count(*)" if self.items else "0 > 0"
        return self._table(sums + _EXACT[named], [*refused, groups, cell])

    def _table(self, sums: str, refused: Sequence[str], join: str = "") -> str:
        name = f"accounts_{uuid.uuid4().hex}"
        suspect = " or ".join(f"coalesce({one}, false)" for one in refused)
        self.ask(
            f"create temp table {name} as select {_names(self.keys)}, {sums}, {suspect} as suspect "
            f"from rows {join} where {self.where} group by {_names(self.keys)}"
        )
        return name

    def judge(self, table: str, measure: Measure, amiss: str = "") -> None:
        """Give the rows of suspect accounts to the measure of frames, which refuses them.

        amiss: SQL of what else may be wrong with an account. Where the measure refuses nothing,
        nothing is.
        """
        for side in (s for s in ("reporter", "partner") if s in self.keys):
            labels = self.ask(f"select distinct {side} from {table}").fetchall()
            refuse_two_labels([label for (label,) in labels], side)
        wrong = " or ".join(filter(None, ("suspect", amiss)))
        if not self.ask(f"from {table} where {wrong} limit 1").fetchall():
            return
        same = " and ".join(f'rows."{k}" is not distinct from s."{k}"' for k in self.keys) or "true"
        frame = self.ask(
            f"select rows.* from rows semi join (from {table} where {wrong}) s on {same} "
            f"limit {LIMIT}"
        ).df()
        if frame.empty:
            return
        measure(frame)
        if len(frame) == LIMIT:
            raise UsageError(
                f"{LIMIT:,} rows or more may not be added or compared",
                hint="load a part of them as a frame to see why",
            )

    def some(self, query: str, measure: Measure) -> None:
        """Where a query finds no row there is nothing to measure, which the measure of frames says
        in its own words.
        """
        if not self.ask(f"{query} limit 1").fetchall():
            measure(self.ask("from rows limit 1000").df())


def partner_shares(rows: Relation, keys: list[str], denominator: str, measure: Measure) -> Relation:
    """Shares of partners as a relation: see `shares.partner_shares`, the measure of frames."""
    accounts = _accounts(rows, keys, ["partner"], "value_usd")
    own, value = "partner <> 'WLD'", "value_usd::double"
    table = accounts.made() if denominator == "partners" else ""
    if not table:
        of_all = accounts.ask(f"from rows where not {own} limit 1").fetchall()
        some = f" filter ({own})" if of_all else ""
        sums = (
            f"sum({value}){some} as total, count(*){some} as partners, "
            f"sum({value} * {value}){some} as squares, max({value}){some} as largest, "
            f"{f'max({value}) filter (not {own})' if some else 'null::double'} as world"
        )
        marked, groups = accounts.aggregates(("WLD", *REST))
        table = accounts.add_up(sums, [*accounts.comparable(), marked], groups)
    total = "world" if denominator == "world" else "total"
    amiss = f"partners > 0 and coalesce({total} = 0, true)"
    if denominator == "world":
        amiss = f"({amiss}) or world = 0 or largest > world * (1 + {SUM!r})"
    accounts.judge(table, measure, amiss)
    accounts.some(f"from {table} where partners > 0", measure)
    found: Relation = accounts.ask(
        f"select {_names([*keys, 'partner', 'value_usd', *prices(rows.columns, keys)], 'rows')}, "
        f"{value} / {total} as share, partners"
        f"{accounts.told} from rows join {table} a on {_same(keys)} where {own}"
    )
    if denominator == "partners":
        _SHARES[found] = keys, table, accounts.single
    return found


def hhi(shares: Relation, keys: list[str], measure: Measure) -> pd.DataFrame:
    """The index as a frame: see `shares.hhi`, the measure of frames."""
    items = [c for c in ("partner", "product") if c in shares.columns and c not in keys]
    accounts = _accounts(shares, keys, items, "share")
    index = "squares / (total * total) as hhi"
    made, table, single = _SHARES.get(shares, ([], "", False))
    lost = "partners > 0 and not coalesce(squares between 1e-250 and 1e250, false)"
    if made == keys and not accounts.ask(f"from {table} where {lost} limit 1").fetchall():
        accounts.single = single
        return _index(accounts, f"{index}, partners as n", f"from {table} a where partners > 0")
    refused = accounts.no_figure("share")
    groups = "0 > 0"
    if "partner" in items:  # a group that stands alone is what the whole was divided by
        groups = f"{_vary(['partner'])} and ({' or '.join(accounts.aggregates(REST))})"
    sums = "sum(share) as total, sum(share * share) as squares, count(*) as n"
    table = accounts.add_up(sums, refused, groups)
    accounts.judge(table, measure, f"abs(total - 1) >= {SUM!r}")
    accounts.some(f"from {table}", measure)
    found = _index(accounts, f"{index}, n", f"from {table} a")
    accounts.ask(f"drop table {table}")
    return found


def _index(accounts: Accounts, columns: str, rows: str) -> pd.DataFrame:
    """Columns of accounts as a frame, with the tuples of sources that measures of frames give."""
    keys = _names(accounts.keys)
    if not accounts.named:
        return _frame(accounts.ask(f"select {keys}, {columns} {rows} order by {keys}"))
    text = "a.source" if accounts.single else f"array_to_string(a.sources, '{_MARK}')"
    text = f"coalesce({text}, '')"
    words = [word for (word,) in accounts.ask(f"select distinct {text} {rows}").fetchall()]
    code = f"list_position([{_texts(words)}], {text}) - 1" if len(words) > 1 else "0"
    if len(words) > FEW:  # a number costs less to hand over than a word, but has to be looked for
        code = text
    query = f"select {keys}, {columns}, {code} as sources {rows} order by {keys}"
    found = _frame(accounts.ask(query))
    if len(words) > FEW:
        found["sources"], words = pd.factorize(found["sources"])
    lists = (tuple(filter(None, word.split(_MARK))) for word in words)
    tuples = np.fromiter(lists, object, len(words))
    found["sources"] = pd.Series(tuples[found["sources"].to_numpy(dtype=int)], dtype=object)
    return found


def _frame(rows: Relation) -> pd.DataFrame:
    """Rows as a frame: by way of Arrow, four times as fast, where types are the same."""
    if {str(kind) for kind in rows.types} <= {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE"}:
        found: pd.DataFrame = rows.to_arrow_table().to_pandas()
        return found
    return rows.df()


def growth(rows: Relation, keys: list[str], measure: Measure) -> Relation:
    """Growth as a relation: see `shares.growth`, the measure of frames."""
    known = "value_usd is not null and not isnan(value_usd)"
    accounts = _accounts(rows, keys, ["year"], "value_usd", known)
    whole_years(rows)
    lacking = " or ".join(f'"{k}" is null' for k in (*keys, "year"))
    if len(lost := accounts.ask(f"from rows where {lacking} limit 1").df()):
        measure(lost)
    table = accounts.add_up("count(*) as n", accounts.comparable())
    accounts.judge(table, measure)
    accounts.ask(f"drop table {table}")
    before = f"over (partition by {_names(keys)} order by year)"
    ratio = f"value_usd::double / lag(value_usd::double) {before} - 1"
    follows = f"lag(year) {before} = year - 1 and lag(value_usd) {before} > 0"
    named = "case when source_id is null then [] else [source_id] end"
    told = {"source_id": f", {named} as sources", "sources": ", sources"}
    sources = next((told[c] for c in told if c in accounts.columns), "")
    basis = "".join(f", {column}" for column in prices(rows.columns, keys))
    return accounts.ask(
        f"select {_names([*keys, 'year', 'value_usd'])}, case when {follows} then {ratio} end "
        f"as growth{sources}{basis} from rows where {known}"
    )


def product_shares(rows: Relation, keys: list[str], measure: Measure) -> Relation:
    """Shares of products as a relation: see `indices.product_shares`, the measure of frames."""
    accounts, value = _by_product(rows, keys, measure), "value_usd::double"
    table = accounts.add_up(f"sum({value}) as total, count(*) as products", accounts.comparable())
    accounts.judge(table, measure, "total = 0")
    return accounts.ask(
        f"select {_names([*keys, 'product', 'value_usd', *prices(rows.columns, keys)], 'rows')}, "
        f"{value} / total as share, products"
        f"{accounts.told} from rows join {table} a on {_same(keys)} where {accounts.where}"
    )


def revealed_comparative_advantage(
    trade: Relation, world: pd.DataFrame, measure: Measure
) -> Relation:
    """The index as a relation: see `indices.revealed_comparative_advantage`, the measure of frames.

    world: a row for each year and product.
    """
    keys = ["reporter", "year"]
    accounts = _by_product(trade, keys, measure)
    stated = ALIKE_FLOWS if "scope" in world else ALIKE_MONEY  # as the measure of frames has it
    if money := [c for c in stated if c in accounts.columns]:
        kinds = accounts.ask(
            f"select distinct on ({_names(money)}) * from rows where {accounts.where}"
        )
        if len(few := kinds.limit(LIMIT).df()) > 1:
            measure(few)
    of_products = single_products(world).dropna(subset=["year"])
    refuse_no_years(of_products, text=True)  # each becomes a number of SQL
    value = pd.to_numeric(of_products["value_usd"], errors="coerce")
    base = value.groupby([of_products["year"], of_products["product"]]).first()
    weight = base / base.groupby(level="year").transform("sum")
    cells = ", ".join(
        f"({int(year)}, {_text(product)}, '{b!r}'::double, '{w!r}'::double)"
        for ((year, product), b), w in zip(base.items(), weight, strict=True)
    )
    joined = accounts.ask(
        f"select rows.*, w.base, w.weight from rows left join (values {cells}) "
        f"w(year, product, base, weight) using (year, product) where {accounts.where}"
    )
    more = Accounts(joined, keys, ["product"])
    refused = [*accounts.comparable(), "bool_or(not coalesce(base > 0, false) or isnan(base))"]
    refused += ["bool_or(coalesce(flow <> 'export', true))"] if "flow" in more.columns else []
    table = more.add_up("sum(value_usd::double) as total", refused)
    more.judge(table, measure, "total = 0")
    first = f"(from rows where {accounts.where} limit 1)"
    measure(accounts.ask(f"from rows semi join {first} using (reporter, year)").df())
    told, join = more.told, ""
    if "source_id" in world:
        years = of_products.groupby("year")["source_id"]
        of_world = ", ".join(f"({int(y)}, [{_texts(v.dropna().unique())}])" for y, v in years)
        told = f"list_concat({more.sources}, s.sources)"
        told = f", list_sort(list_distinct({told})) as sources"
        join = f" join (values {of_world}) s(year, sources) on s.year = rows.year"
    columns = _names([*keys, "product", "value_usd", *prices(trade.columns, keys)], "rows")
    return more.ask(
        f"select {columns}, value_usd::double / total / weight as rca{told} "
        f"from rows join {table} a on {_same(keys)}{join}"
    )


def rank(
    trade: Relation,
    economies: Sequence[str] | None,
    years: Sequence[int] | None,
    measure: Callable[[pd.DataFrame, list[str]], pd.DataFrame],
) -> pd.DataFrame:
    """Ranks as a frame: see `rank.rank`, the measure of frames, which ranks a year at a time.

    measure: takes rows of all products together of a year, and codes.
    """
    needed = ("reporter", "partner", "year", "flow", "product", "source_id")
    none = require(trade.limit(0).df(), ("value_usd",), keys=needed)
    _refuse_numbered(trade, none)
    lacking = trade.filter(" or ".join(f"{c} is null" for c in needed)).limit(1).df()
    if len(lacking):
        measure(lacking, [])
    whole_years(trade)
    numbered = pd.api.types.is_numeric_dtype(none["product"].dtype)
    of_all = "false" if numbered else "product = 'TOTAL'"
    total = trade.filter(of_all)
    reporters = _labels(total, "reporter") or _labels(trade, "reporter")
    refuse_named(reporters, "reporter", economies)
    if economies is None:
        economies = sorted(code for code in reporters if not eco.is_aggregate(code))
    refuse_named(_labels(total, "partner"), "partner", economies)
    listed = _texts(economies)
    sided, codes = trade.filter(f"reporter in ({listed}) or partner in ({listed})"), list(economies)
    if years is not None:
        sided = sided.filter(_in_years(years))
    mine = sided.filter(of_all)
    if not mine.limit(1).fetchall():  # the measure of frames says why
        return measure(sided.limit(1000).df(), codes)
    # of all years: each might call one partner by another label
    refuse_two_labels([*_labels(mine, "reporter"), *_labels(mine, "partner")], "partner")
    if money := [c for c in ALIKE_MONEY if c in trade.columns]:
        alike(mine.project(", ".join(money)).distinct().df(), money)
    if years is None:
        years = sorted(y for (y,) in mine.project("year").distinct().fetchall())
    parts = [measure(mine.filter(f"year = {int(y)}").df(), codes) for y in years]
    place = {code: n for n, code in enumerate(economies)}
    whole = pd.concat(parts, ignore_index=True)
    order = whole["economy"].map(place).astype("int64").argsort(kind="stable")
    return whole.iloc[order].reset_index(drop=True)


def whole_years(rows: Relation) -> None:
    """Raise UsageError where `year` holds no years, or parts of years: see `frames.years`."""
    year = rows.project("year")
    kind = year.limit(0).df()["year"].dtype
    if not pd.api.types.is_numeric_dtype(kind):
        raise UsageError(
            f"'year' holds {year.types[0]}, not years as numbers", hint="cast it: year::int"
        )
    if not pd.api.types.is_integer_dtype(kind):  # of numbers that may have parts, one that has
        refuse_no_years(year.filter("year % 1 <> 0 and not isnan(year::double)").limit(1).df())


def sides(trade: Relation) -> pd.DataFrame:
    """Each pair of a reporter and a partner once."""
    return trade.project("reporter, partner").distinct().df()


def partners(
    trade: Relation, economies: Sequence[str] | None, years: Sequence[int] | None
) -> set[str]:
    """Partners that economies list themselves in some years; None for all of these."""
    mine = trade if economies is None else trade.filter(f"reporter in ({_texts(economies)})")
    if years is not None:
        mine = mine.filter(_in_years(years))
    return set(_labels(mine, "partner"))


def _labels(rows: Relation, side: str) -> list[Any]:
    """Each value of a side once."""
    return [label for (label,) in rows.project(side).distinct().fetchall()]


def _in_years(years: Sequence[int]) -> str:
    """SQL of whether a row is of some years."""
    return f"year in ({', '.join(map(str, years)) or 'null'})"


def _accounts(
    rows: Relation, keys: list[str], items: Sequence[str], value: str, where: str = "true"
) -> Accounts:
    """Rows by account, once their columns are there and figures are numbers."""
    _refuse_numbered(rows, require(rows.limit(0).df(), (value,), keys=[*keys, *items]))
    if not keys:
        raise UsageError("`by` names no column", hint="by=('reporter', 'year', 'flow')")
    if str(rows.project(f'"{value}"').types[0]) == "VARCHAR":
        raise UsageError(f"{value!r} holds what is no number", hint="cast it: value::double")
    return Accounts(rows, keys, [i for i in items if i not in keys], where)


def _refuse_numbered(rows: Relation, none: pd.DataFrame) -> None:
    """Raise UsageError for economies by number: DuckDB compares none with 'WLD'.

    none: no row of them.
    """
    for side in ("reporter", "partner"):
        if side in none and pd.api.types.is_numeric_dtype(none[side].dtype):
            refuse_numbered(_labels(rows.limit(1), side), side)


def _by_product(rows: Relation, keys: list[str], measure: Measure) -> Accounts:
    """Rows by product, without TOTAL, of one classification: as `checks.by_product`."""
    accounts = _accounts(rows, keys, ["product"], "value_usd")
    held = [product for (product,) in accounts.ask("select distinct product from rows").fetchall()]
    totals = {"TOTAL", *totals_in(held)}
    accounts.where = f"product not in ({_texts(sorted(totals))})"
    if None in held:
        measure(accounts.ask("from rows where product is null limit 1").df())
    one_classification(set(held) - totals)  # first: DuckDB compares no number with 'TOTAL'
    accounts.some(f"from rows where {accounts.where}", measure)
    return accounts


def _bits(item: str) -> tuple[str, str] | None:
    """SQL of a join that gives each row the bit of its item, and of whether some row of an account
    has none of its own; None for items that have no bits.
    """
    known: dict[str, Sequence[Any]] = {
        "partner": sorted({"WLD", *REST, *eco.codes()} - (set(eco.AGGREGATES) - {"WLD", *REST})),
        "product": _PRODUCTS,
        "year": _YEARS,
    }
    if item not in known:
        return None
    words = range(-(-len(known[item]) // _WORD))
    cells = ", ".join(_text(one) if isinstance(one, str) else str(one) for one in known[item])
    bits = ", ".join(
        f"case n // {_WORD} when {w} then 1::hugeint << (n % {_WORD})::int else 0 end as bits{w}"
        for w in words
    )
    each = f"select unnest([{cells}]) as item, unnest(range({len(known[item])})) as n"
    count = " + ".join(f"coalesce(bit_count(bit_or(bits{w})), 0)" for w in words)
    join = f'left join (select item, {bits} from ({each})) b on rows."{item}" = b.item'
    return join, f"{count} < count(*)"


def _vary(columns: Iterable[str]) -> str:
    """SQL of whether some of the columns have several values in an account; none is a value too."""
    told = f"hash({_names(columns)})"
    return f"min({told}) <> max({told})"


def _names(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}{"." if table else ""}"{name}"' for name in columns)


def _same(keys: Iterable[str]) -> str:
    return " and ".join(f'rows."{k}" = a."{k}"' for k in keys) or "true"


def _text(word: str) -> str:
    return "'" + str(word).replace("'", "''") + "'"


def _texts(words: Iterable[str]) -> str:
    return ", ".join(map(_text, words)) or "null"
