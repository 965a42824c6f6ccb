"""Who is first in trade: one table, and what is said of it.

Claims, briefs and the bottom line say who is first by this table alone. It is made by what the
measures of `trade_priority` are made by, so that a bound or a statement counts for one country as
for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, get_args

import pandas as pd
from matplotlib.figure import Figure

from ..claims import Evidence
from ..estimates.once import once
from ..estimates.series import pick, with_every
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.numbers import fixed, number
from ..ground.periods import date_in_words
from ..plots import partner_bars
from ..registry import article
from ..registry.words import party, value_words
from ..trade.rank import BASES, Eu
from .trade_priority import SINCE, Order, both_sides, order_of

_OWN, _MIRROR, _RANGE = BASES


@once
def first_partners(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    economies: Sequence[str] = eco.CA5,
    *,
    since: int = SINCE,
) -> pd.DataFrame:
    """Who is first in the goods trade of each economy, by whose report, in each year.

    Parameters
    ----------
    trade, facts : pandas.DataFrame
        Like the tables. Of `trade` rows of product TOTAL count, of `facts` the shares that an
        economy's agency states.
    economies : sequence of str
        Codes or names.
    since : int
        The first year.

    Returns
    -------
    pandas.DataFrame
        One row for each economy, year, basis (the economy's own report, its partners', or both as a
        range) and way to count the EU (apart or as one) of which something can be said. period:
        the year, or the months of it that a statement covers. first: code of the one partner that
        can be first, '' where several can (contenders). rival: the largest but China. place_low
        and place_high: the best and the worst place of China. ratio: China over its largest rival,
        null where low and high differ. bounds: partners without a report of that year, for which
        the most of any record stands; a row with one is there only where China is first, or is
        not, whatever they had. stated: whether it rests on shares that an agency states. ends: of
        each partner the least and the most, US dollars or, where stated, per cent. sources.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = first_partners(ca.load("trade", product="TOTAL"), ca.load("facts"), ["KGZ"])
    >>> own = found.query("basis == 'reporter' and eu == 'apart' and year == 2022")
    >>> own[["first", "place_high", "sources"]].values.tolist()
    [['CHN', 1, ('KGZ_NSC',)]]
    """
    codes = eco.resolve_all(economies)
    sides = both_sides(trade, facts, economies=codes, since=since)
    cells = [
        (code, basis, eu, year, order)
        for code, basis, eu, year in product(codes, BASES, get_args(Eu), sides.years)
        if isinstance(order := order_of(sides, code, year, basis=basis, eu=eu), Order)
    ]
    table = pd.DataFrame(cells, columns=["economy", "basis", "eu", "year", "order"])
    orders, year = table.pop("order"), table["year"].astype(int)
    for name in ("stated", "contenders", "rival", "low", "high", "bounds", "sources", "period"):
        table[name] = [getattr(order, name) for order in orders]
    return table.astype({"stated": bool}).assign(
        year=year,
        first=[order.leader for order in orders],
        ends=[order.values for order in orders],
        place_low=[int(order.place[0]) for order in orders],
        place_high=[int(order.place[1]) for order in orders],
        ratio=table["low"].where(table["low"] == table["high"]).astype(float),
    )


def partners_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Trade with each partner that has a report, as some rows of the table compare it: with
    partner, its ends low and high (US dollars, or per cent where stated), and rank by the least.

    rows: from `first_partners`.
    """
    rows = rows.drop(columns=["low", "high"]).reset_index(drop=True).assign(flow="turnover")
    ends = [
        (row.Index, code, float(low), float(high))
        for row in rows.itertuples()
        for code, (low, high) in row.ends.items()
        if code not in row.bounds
    ]
    each = pd.DataFrame(ends, columns=["at", "partner", "low", "high"])
    each = each.merge(rows, left_on="at", right_index=True)
    of_one = each.groupby(["economy", "basis", "eu", "year"])["low"]
    return each.assign(rank=of_one.rank(method="min", ascending=False).astype(int))


def newest(table: pd.DataFrame, basis: str, eu: str = "apart") -> pd.DataFrame:
    """The newest row of each economy on a basis that names the first partner; one without a bound
    before one with.

    table: from `first_partners`.
    """
    rows = table.query("basis == @basis and eu == @eu and first != ''")
    rows = rows.assign(whole=rows["bounds"].map(len).eq(0)).sort_values(["whole", "year"])
    return rows.drop_duplicates("economy", keep="last").drop(columns="whole").sort_index()


def standing_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The row of each economy and year that speaks for it: its own report, or its partners' where
    it never reports; single countries.

    table: from `first_partners`.
    """
    rows = table.query("eu == 'apart' and basis != 'interval'")
    own = rows["basis"].eq(_OWN)
    return rows[own | ~rows["economy"].isin(rows.loc[own, "economy"])].reset_index(drop=True)


def drawn(table: pd.DataFrame, evidence: Evidence, criteria: Iterable[str]) -> pd.DataFrame:
    """Trade with each partner by the reports that each criterion compares, in the year that is
    judged: criterion, economy, partner, year, low, high, unit, first and second (among single
    countries, China one of the two) and sources.

    table: from `first_partners`. Billions of US dollars; of a country that publishes no table, the
    per cent of its turnover that its agency states. The EU is one, where anything can be said of it
    so; a partner that only a bound stands for has no row.
    """
    assert evidence.spec is not None
    parts = []
    for name in criteria:
        basis = evidence.spec.criteria()[name].settings.get("basis", _OWN)
        judged = evidence.main(name).set_index("economy")["last_year"].dropna()
        rows = table[table["basis"] == basis].assign(criterion=name)
        parts.append(rows[rows["year"] == rows["economy"].map(judged).fillna(judged.max())])
    rows = pd.concat(parts).sort_values("eu")  # single countries first
    of_one = ["criterion", "economy"]
    rows["second"] = rows["rival"].mask(rows["first"] != "CHN", "CHN")
    ends = ["first", "second"]
    rows[ends] = rows.groupby(of_one)[ends].transform("first")
    spans = partners_of(rows.drop_duplicates(of_one, keep="last"))
    size = spans["stated"].map({True: 1, False: 1e9})
    unit = spans["stated"].map({True: "% of all trade, as stated", False: "billion US dollars"})
    spans = spans.assign(low=spans["low"] / size, high=spans["high"] / size, unit=unit)
    return spans[[*of_one, "partner", "year", "low", "high", "unit", *ends, "sources"]]


def side_bars(sides: pd.DataFrame, criterion: str, economies: Sequence[str]) -> Figure:
    """Trade with the powers as a criterion compares it, with which single country is before which.

    sides: from `drawn`.
    """
    rows = sides.query("criterion == @criterion")
    titles = {
        code: f"{eco.name_of(code)}: {party(first)} before {party(second)}"
        for code, first, second in rows[["economy", "first", "second"]].itertuples(index=False)
        if first
    }
    shown = [code for code in economies if code in {*rows["economy"]}] or economies
    return partner_bars(rows, [*article().colours], economies=shown, titles=titles)


def largest_partners(table: pd.DataFrame) -> pd.DataFrame:
    """The five largest partners that each economy's own report lists in its newest year, with their
    turnover in billions of US dollars and how many are listed.

    table: from `first_partners`.
    """
    each = partners_of(newest(table[~table["stated"]], _OWN)).sort_values(["economy", "rank"])
    by_economy = each.groupby("economy", sort=False)
    each = each.assign(listed=by_economy["low"].transform("size"), turnover=each["low"] / 1e9)
    columns = ["economy", "year", "listed", "rank", "partner", "turnover", "sources"]
    return each.loc[by_economy.head(5).index, columns].astype({"rank": str})


def thesis(table: pd.DataFrame, facts: pd.DataFrame) -> list[tuple[str, str]]:
    """Who is first in trade, as a few sentences with what each speaks of; none of an empty table.

    Parameters
    ----------
    table : pandas.DataFrame
        From `first_partners`, as known on a day.
    facts : pandas.DataFrame
        Like the table: what a country's own side has stated since its newest figures.

    Returns
    -------
    list of tuple
        Who is first among single countries by the newest report of each country, with its year, and
        what has been stated of later years, or by partners' where it publishes none; who was in the
        year before the article, where that is another year, and who is with the EU as one.
    """
    last_full = article().date.year - 1
    own, theirs = newest(table, _OWN), newest(table, _MIRROR)
    now, before = [], []
    if len(own):
        first = _where(own, "is the first single trade partner")
        now += [f"By each country's own newest figures {first}.", *stated_since(own, facts)]
    silent = theirs[~theirs["economy"].isin(own["economy"])]
    now += [f"{bound_words(row)}." for row in silent.itertuples()]
    then = table.query("basis == 'reporter' and eu == 'apart' and first != ''")
    then = then[then["year"] == last_full]
    if len(then) and (own["year"] > last_full).any():
        before.append(f"In {last_full} {_where(then, 'was first', years=False)}.")
    union = newest(table, _OWN, "one").query("first == 'EU27'")
    if len(union):
        before.append(f"Counted as one, the EU is first in {_places(union.itertuples())}.")
    parts = {"In trade": now, "Before the article, and with the EU as one": before}
    return [(about, " ".join(sentences)) for about, sentences in parts.items() if sentences]


def stated_since(own_firsts: pd.DataFrame, facts: pd.DataFrame) -> list[str]:
    """What a country's own side has stated, in dollars, of its trade with China and with the first
    partner of its newest figures in a whole year after these; a sentence each.

    own_firsts: from `newest`, of own reports. facts: like the table.
    """
    sentences = []
    for row in own_firsts.query("first != 'CHN'").itertuples():
        pairs = [f"{row.economy}-CHN", f"{row.economy}-{row.first}"]
        rows = pick(facts, attribute=f"trade_turnover_reported_by_{row.economy}", unit="USD")
        rows = rows[rows["period"].eq(rows["year"].astype(str)) & rows["year"].gt(row.year)]
        both = with_every(pick(rows, subject=pairs), ["year"], subject=pairs)
        last = both.query("year == year.max()").sort_values("value", ascending=False)
        if len(last) == 2:  # or more than one figure on a partner
            sums = joined(
                f"{number(r.value / 1e9)} billion dollars with {eco.in_prose(r.subject[4:])}"
                for r in last.itertuples()
            )
            whose = f"Of {eco.name_of(row.economy)}'s trade in {last['year'].iloc[0]} its side"
            sentences.append(f"{whose} states {sums}.")
    return sentences


def _where(rows: pd.DataFrame, verb: str, *, years: bool = True) -> str:
    """'China is first in Kazakhstan (2025) and Kyrgyzstan (2023); Russia in Tajikistan (2022)'."""
    firsts = enumerate(rows.groupby("first", sort=False))
    return "; ".join(
        f"{party(str(first))} {'' if i else verb + ' '}in {_places(mine.itertuples(), years=years)}"
        for i, (first, mine) in firsts
    )


def _places(rows: Iterable[Any], *, years: bool = True) -> str:
    return joined(
        eco.in_prose(r.economy) + (f" ({date_in_words(r.period)})" if years else "") for r in rows
    )


def bound_words(row: Any) -> str:
    """What partners report of a country that publishes nothing: who is first, and what a partner
    that is silent would need to be it.

    row: of `first_partners`, on the basis of partners, with a bound.
    """
    who, mine = party(row.first), fixed(row.ends[row.first][0] / 1e9, 1)
    silent = [code for code in row.bounds if code != row.first]
    most = fixed(max(row.ends[code][1] for code in silent) / 1e9, 1)
    return (
        f"{eco.name_of(row.economy)} publishes no table; by {who}'s own count for {row.year}, of "
        f"{mine} billion dollars, {who} comes first. Nothing is reported by "
        f"{joined(map(eco.in_prose, silent))}: the largest exports and the largest imports on "
        f"record, of any years, come to {most} billion together at most"
    )


HEADS = {
    "period": "year",
    "basis": "by whose report",
    "eu": "the EU",
    "first": "first",
    "place": "China's place",
    "ratio": "China over its largest rival",
    "silent": "reports nothing, counted at its most of any year",
}
"""Columns of the table, as a reader knows them."""


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table for a reader: names for codes, China's place as one cell ('1 to 2' where ranges
    overlap), and who reports nothing in that year; under HEADS.
    """
    low, high = table["place_low"].astype(str), table["place_high"].astype(str)
    words = {
        "period": table["period"].map(date_in_words),
        "basis": table["basis"].map(value_words),
        "eu": table["eu"].map({"apart": "members singly", "one": "as one"}),
        "first": table["contenders"].map(lambda codes: " or ".join(map(party, codes))),
        "place": low.where(low == high, low + " to " + high),
        "silent": table["bounds"].map(lambda codes: joined(map(party, codes))),
    }
    return table.assign(**words)[["economy", *HEADS, "sources"]].rename(columns=HEADS)
