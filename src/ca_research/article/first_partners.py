"""Who is first in trade: one table, and what is said of it.

Claims, briefs and the bottom line say who is first by this table alone. It is made by what the
measures of `trade_priority` are made by, so that a bound or a statement counts for one country as
for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import pandas as pd

from ..claims import slots
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.numbers import fixed, number
from ..ground.periods import date_in_words
from ..registry import article
from ..registry.words import party, value_words
from ..trade.rank import BASES, Eu, reports
from .trade_priority import SINCE, Order, Powers, Stated, order_of, stated_orders

_OWN, _MIRROR, _RANGE = BASES

COLUMNS = [
    "economy",
    "year",
    "period",
    "basis",
    "eu",
    "first",
    "contenders",
    "rival",
    "place_low",
    "place_high",
    "ratio",
    "low",
    "high",
    "bounds",
    "stated",
    "ends",
    "sources",
]


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
    late = trade[trade["year"].ge(since).to_numpy(bool)]
    seen, powers = reports(late, economies=codes), Powers(trade, economies=codes)
    stated = Stated(facts, economies=codes)
    years = sorted({*seen.years(), *(y for _, y in stated.by_year if y >= since)})
    rows = [
        row
        for code in codes
        for basis in BASES
        for eu in get_args(Eu)
        for year in years
        if (row := _row(seen, powers, stated, code, year, basis, eu))
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"year": int, "place_low": int, "place_high": int})


def _row(
    seen: Any, powers: Powers, stated: Stated, code: str, year: int, basis: str, eu: str
) -> dict[str, Any] | None:
    key = {"economy": code, "year": year, "basis": basis, "eu": eu}
    found = order_of(seen, powers, code, year, basis=basis, eu=eu, taking_part=None)
    if found and (found[0].decided or not found[0].bounds):
        return key | {"period": str(year), "stated": False} | _told([found])
    if basis == _OWN and (shares := stated.by_year.get((code, year))):
        orders = stated_orders(shares, "every", eu)
        period = str(shares[0]["period"].iloc[0])
        return key | {"period": period, "stated": True} | _told(orders)
    return None


def _told(orders: Sequence[tuple[Order, pd.DataFrame]]) -> dict[str, Any]:
    """What one order says, or those of several sources together."""
    every = [order for order, _ in orders]
    contenders = [code for order in every for code in order.contenders]
    low, highs = min(o.low for o in every), [o.high for o in every]
    high = None if None in highs else max(h for h in highs if h is not None)
    able = tuple(dict.fromkeys(contenders))
    return {
        "first": able[0] if len(able) == 1 else "",
        "contenders": able,
        "rival": every[0].rival,
        "place_low": min(o.place[0] for o in every),
        "place_high": max(o.place[1] for o in every),
        "ratio": low if low == high else None,
        "low": low,
        "high": high,
        "bounds": every[0].bounds,
        "ends": dict(every[0].ends),
        "sources": tuple(sorted({s for _, rows in orders for s in rows["source_id"]})),
    }


def newest(table: pd.DataFrame, basis: str, eu: str = "apart") -> pd.DataFrame:
    """The newest row of each economy on a basis that names the first partner; one without a bound
    before one with.

    table: from `first_partners`.
    """
    rows = table[(table["basis"] == basis) & (table["eu"] == eu) & (table["first"] != "")]
    order = rows.assign(whole=rows["bounds"].map(len).eq(0)).sort_values(["whole", "year"])
    return order.drop_duplicates("economy", keep="last").drop(columns="whole").sort_index()


def standing_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The row of each economy and year that speaks for it: its own report, or its partners' where
    it never reports; single countries.

    table: from `first_partners`.
    """
    rows = table[(table["eu"] == "apart") & table["basis"].isin([_OWN, _MIRROR])]
    own = set(rows.loc[rows["basis"] == _OWN, "economy"])
    return rows[(rows["basis"] == _OWN) | ~rows["economy"].isin(own)].reset_index(drop=True)


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
    theirs = theirs[~theirs["economy"].isin(own["economy"])]
    now, before = [], []
    if len(own):
        by_own = "By each country's own newest figures"
        now.append(f"{by_own} {_where(own, 'is the first single trade partner')}.")
        now += stated_since(own, facts)
    now += [f"{bound_words(row)}." for row in theirs.itertuples()]
    then = table[(table["basis"] == _OWN) & (table["eu"] == "apart") & (table["first"] != "")]
    then = then[then["year"] == last_full]
    if len(then) and (own["year"] > last_full).any():
        before.append(f"In {last_full} {_where(then, 'was first', years=False)}.")
    union = newest(table, _OWN, "one").query("first == 'EU27'")
    if len(union):
        before.append(f"Counted as one, the EU is first in {_places(union.itertuples())}.")
    told = {"In trade": now, "Before the article, and with the EU as one": before}
    return [(about, " ".join(said)) for about, said in told.items() if said]


def stated_since(own: pd.DataFrame, facts: pd.DataFrame) -> list[str]:
    """What a country's own side has stated, in dollars, of its trade with China and with the first
    partner of its newest figures in a whole year after these; a sentence each.

    own: from `newest`, of own reports. facts: like the table.
    """
    said = []
    for row in own[own["first"] != "CHN"].itertuples():
        rows = facts[
            facts["subject"].isin([f"{row.economy}-{who}" for who in ("CHN", row.first)])
            & facts["attribute"].eq(f"trade_turnover_reported_by_{row.economy}")
            & facts["unit"].eq("USD")
            & facts["year"].gt(row.year)
            & facts["period"].eq(facts["year"].astype(str))
        ]
        both = rows[rows.groupby("year")["subject"].transform("nunique") == 2]
        last = both[both["year"] == both["year"].max()].sort_values("value", ascending=False)
        if len(last) != 2:
            continue  # nothing since, or more than one figure on a partner
        offices = last["note"].str.partition(";")[0].nunique()
        who = f"{slots.in_words(offices)} of its offices" if offices > 1 else "its statements"
        (most, partner), (less, other) = (
            (number(r.value / 1e9), eco.in_prose(r.subject.partition("-")[2]))
            for r in last.itertuples()
        )
        said.append(
            f"Of {eco.name_of(row.economy)}'s trade in {last['year'].iloc[0]} {who} state {most} "
            f"billion dollars with {partner} and {less} with {other}."
        )
    return said


def _where(rows: pd.DataFrame, verb: str, *, years: bool = True) -> str:
    """'China is first in Kazakhstan (2025) and Kyrgyzstan (2023); Russia in Tajikistan (2022)'."""
    groups = [
        (party(str(first)), _places(mine.itertuples(), years=years))
        for first, mine in rows.groupby("first", sort=False)
    ]
    return "; ".join(
        f"{who} {verb} in {where}" if i == 0 else f"{who} in {where}"
        for i, (who, where) in enumerate(groups)
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
    who = party(row.first)
    mine = fixed(row.ends[row.first][0] / 1e9, 1)
    silent = [code for code in row.bounds if code != row.first]
    most = fixed(max(row.ends[code][1] for code in silent) / 1e9, 1)
    names = joined(party(code) for code in silent)
    verb, whose = ("reports", "its") if len(silent) == 1 else ("report", "either's")
    return (
        f"{eco.name_of(row.economy)} publishes no table; by {who}'s own count for {row.year}, of "
        f"{mine} billion dollars, {who} comes first. {names} {verb} nothing, and {whose} largest "
        f"exports and largest imports on record, of any years, come to {most} billion together"
    )


def stayed_first(leads: pd.DataFrame, start: int) -> str:
    """Where China was first in a year and all that follow, and who was ahead where it was not, for
    a title.

    leads: from `standing_rows`.

    Examples
    --------
    >>> rows = {"economy": ["KGZ", "UZB", "UZB"], "year": [2022, 2022, 2023]}
    >>> stayed_first(pd.DataFrame(rows | {"first": ["CHN", "RUS", "CHN"]}), 2022)
    'First in trade from 2022 on: China in Kyrgyzstan. In 2022 Russia was first in Uzbekistan'
    """
    later = leads[leads["year"] >= start]
    at_start = set(later.loc[later["year"] == start, "economy"])
    always = [
        eco.in_prose(str(code))
        for code, mine in later.groupby("economy", sort=False)
        if code in at_start and mine["first"].eq("CHN").all()
    ]
    other = later[(later["year"] == start) & ~later["first"].isin(["CHN", ""])]
    told = [f"First in trade from {start} on: China in {joined(always)}"] if always else []
    if len(other):
        told.append(f"In {start} {_where(other, 'was first', years=False)}")
    return ". ".join(told) or f"Who is first in trade from {start} on is not known"


_EU = {"apart": "members singly", "one": "as one"}


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table for a reader: names for codes, China's place as one cell, and who is silent.

    table: from `first_partners`. place: '2', or '1 to 2' where ranges overlap; silent: who reports
    nothing in that year and is counted at the most of any.
    """
    ends = table[["place_low", "place_high"]].astype(str)
    place = ends["place_low"].where(
        table["place_low"] == table["place_high"], ends["place_low"] + " to " + ends["place_high"]
    )
    words = {
        "period": table["period"].map(date_in_words),
        "basis": table["basis"].map(value_words),
        "eu": table["eu"].map(_EU),
        "first": [
            party(r.first) if r.first else " or ".join(map(party, r.contenders))
            for r in table.itertuples()
        ],
        "place": place,
        "silent": [joined(map(party, codes)) for codes in table["bounds"]],
    }
    return table.assign(**words).drop(columns=["ends", "contenders", "bounds"])
