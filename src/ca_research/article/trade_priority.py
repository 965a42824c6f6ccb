"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import pick, with_every
from ..ground import economies as eco
from ..ground.errors import CoverageError
from ..registry import article
from ..registry.words import value_words
from ..stats.frames import require
from ..stats.leading import Leading, Span
from ..trade.mirror import KEYS
from ..trade.rank import (
    FLOWS,
    Basis,
    Eu,
    Flow,
    OwnSource,
    both_reports,
    compared,
    reports,
    standings,
)
from .settings import settings

NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

_POWERS = (*NEEDED, "EU27", "EU")

SINCE = 2013
"""A rank in the present tense is taken from no earlier year."""

AT_LEAST = 3
"""Of five economies, how many must be observed for a year to be the newest."""

Partners = Literal["named", "every"]
"""Of the register alone (a rank among these is not a rank among all), or all that a source
lists.
"""

_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]
_FACT = ["fact_id", "subject", "attribute", "year", "source_id", "period"]


class Sides(NamedTuple):
    """What is known of the trade of some economies.

    years, seen: those since a year, and reports of either side of them. ever: by economy, partner
    (China, Russia, the EU) and direction the row with the most trade that any source shows for any
    year, panels included; the sum over directions, which may be of two years, bounds what trade may
    be in a year without a report. shares: partners' shares of a year's turnover as an economy's own
    agency states them, in per cent, of sources that state both China's and Russia's.
    """

    years: list[int]
    seen: pd.DataFrame
    ever: pd.DataFrame
    shares: pd.DataFrame


@once
def both_sides(
    trade: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    economies: Sequence[str],
    since: int,
) -> Sides:
    """Like the tables; economies: codes."""
    trade = require(trade, ("value_usd",), keys=KEYS)
    figures, shares = reports(trade, economies=economies), stated_shares(facts, economies)
    figures = figures[figures["year"] >= since]
    years = {*figures["year"].unique(), *shares["year"].astype(int)}
    ever = both_reports(trade, economies=economies)
    ever = ever.query("side != 'reconciled' and other in @_POWERS")
    ever = ever.replace({"other": {"EU": "EU27"}}).sort_values("value_usd")
    ever = ever.drop_duplicates(["economy", "other", "direction"], keep="last")
    return Sides(sorted(year for year in years if year >= since), figures, ever, shares)


@once
def stated_shares(facts: pd.DataFrame | None, economies: Sequence[str]) -> pd.DataFrame:
    """Rows of table `facts` with economy, other and value (per cent), of sources that state the
    shares of all NEEDED in a year; the subject is written 'TJK-CHN'. A part of a year counts where
    it runs from January to October or later. Shares give an order, and are never made values.
    """
    if facts is None:
        return pd.DataFrame(columns=["economy", "other", "value", *_FACT])
    names = [prefix + code for prefix in settings().stated_shares for code in economies]
    most_of_year = facts["period"].astype(str).str.fullmatch(r"\d{4}( Jan-(Oct|Nov|Dec))?")
    rows = facts[facts["attribute"].isin(names) & facts["year"].notna() & most_of_year]
    rows = rows.assign(economy=rows["subject"].str[:3], other=rows["subject"].str[4:])
    return with_every(rows, ["economy", "year", "source_id"], other=NEEDED)


@dataclass(frozen=True, kw_only=True)
class Order(Leading):
    """Who comes first among partners, and where China stands.

    rows: gives the rows behind it. bounds: partners without a report, whose most is that of any
    year on record. interval: what leaves a range. stated: whether these are shares that an agency
    states.

    Examples
    --------
    >>> ends = {"CHN": (10, 10), "RUS": (0, 2), "UZB": (1, 1)}
    >>> order = Order(values=ends, rows=pd.DataFrame, bounds=("RUS",))
    >>> order.leader, order.low, order.high, order.rival
    ('CHN', 5.0, 10.0, 'UZB')
    """

    of: str = "CHN"
    rows: Callable[[], pd.DataFrame]
    bounds: tuple[str, ...] = ()
    interval: str = ""
    stated: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({*self.rows()["source_id"]}))

    @property
    def period(self) -> str:
        """The year, or the months of it that a statement covers."""
        return self.rows()["period"].iloc[0] if self.stated else str(self.year)

    @property
    def rival(self) -> str:
        """The largest but China, one with a report before one without."""
        rivals = self.rivals
        return max(rivals, key=lambda code: (code not in self.bounds, *rivals[code][::-1]))

    @property
    def decided(self) -> bool:
        """Whether China is first, or is not, whatever its rivals' trade is between its ends."""
        return self.low > 1 or self.high < 1


@once
def _by_year(rows: pd.DataFrame) -> dict[tuple[str, int], pd.DataFrame]:
    """Rows of each economy and year."""
    groups = rows.groupby(["economy", "year"])
    return {(str(code), int(year)): part for (code, year), part in groups}


@once
def _among(used: pd.DataFrame, among: Collection[str] | None) -> pd.DataFrame:
    """Reports of some partners, and of the EU where it is one."""
    return used if among is None else used[used["counted_as"].isin([*among, "EU27"])]


@once
def _ends(ranking: pd.DataFrame) -> dict[tuple[str, int], dict[str, Span]]:
    """Of each economy and year the least and the most of its partners; ranking: `standings`."""
    cells = defaultdict[tuple[str, int], dict[str, Span]](dict)
    columns = ranking[["economy", "year", "counted_as", "low", "high"]]
    for economy, year, partner, low, high in columns.itertuples(index=False):
        cells[economy, year][partner] = low, high
    return cells


@once
def _records(ever: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """The largest trade on record by economy, partner and direction."""
    return ever.set_index(["economy", "other", "direction"])["value_usd"].to_dict()


def order_of(
    sides: Sides,
    economy: str,
    year: int,
    *,
    basis: str,
    among: Collection[str] | None = None,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
    bounded: bool = True,
) -> Order | str:
    """The order of an economy's partners by the reports of one basis and year; by its own report
    else as its agency states it; or the reason why there is none.

    Where one of NEEDED, or the EU as one, is not reported, its bound stands for it if no recorded
    trade would change whether China is first, and if it is `bounded`. By its own report an economy
    must list NEEDED, and a range of both sides has no bound.
    """
    choices: dict[str, Any] = {"basis": basis, "flow": flow, "eu": eu, "source": source}
    used = _among(compared(sides.seen, **choices, among=None, needed=NEEDED), among)
    ends = _ends(standings(used)).get((economy, year), {})
    wanted = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}
    absent = sorted(wanted - ends.keys())
    silent = {*absent} & {*NEEDED} if basis == "reporter" else wanted == {*absent}
    if not absent or (bounded and basis != "interval" and not silent):
        ways, records = FLOWS[flow], _records(sides.ever)
        bounds = {
            code: (0.0, float(sum(records.get((economy, code, way), math.inf) for way in ways)))
            for code in absent
        }
        if basis != "interval":
            ends = {partner: (low, low) for partner, (low, _) in ends.items()}
        names = eco.joined(map(eco.name_of, absent))
        kind = f"{names} at nought, and at the most of any year and source"

        def rows() -> pd.DataFrame:
            own = pick(used[used["year"] == year], economy=economy)[_CELL]
            if not absent:
                return own
            record = pick(sides.ever, economy=economy, direction=ways, other=absent)[_CELL]
            return pd.concat([own, record]).drop_duplicates()

        order = Order(
            values=ends | bounds,
            year=year,
            rows=rows,
            bounds=tuple(absent),
            interval=kind if absent else "range of both sides' reports",
        )
        traded = any(high > 0 for _, high in order.rivals.values())
        if traded and (order.decided or not absent):
            return order
    if basis == "reporter" and (stated := _stated_order(sides.shares, economy, year, among, eu)):
        return stated
    names = eco.joined(map(eco.in_prose, absent))
    return f"no {flow} with {names or 'a rival of China'} in {year} ({value_words(basis)})"


def _stated_order(
    shares: pd.DataFrame, economy: str, year: int, among: Collection[str] | None, eu: str
) -> Order | None:
    """The order by the shares that an agency states, of several sources together. The EU as one,
    which no agency states, has at most what the others leave of a hundred.
    """
    rows = _by_year(shares).get((economy, year))
    if rows is None:
        return None
    used = rows if among is None else rows[rows["other"].isin([*among, "CHN"])]
    spans = used.groupby("other")["value"].agg(["min", "max"]).astype(float)
    ends = {str(code): (low, high) for code, low, high in spans.itertuples()}
    bounds = ("EU27",) if eu == "one" else ()
    rest = 100 - float(rows.groupby("source_id")["value"].sum().min())
    ends |= {code: (0.0, rest) for code in bounds}
    kind = "range of what was stated"
    return Order(values=ends, rows=used[_FACT].copy, bounds=bounds, interval=kind, stated=True)


def lead_row(
    sides: Sides, economy: str, year: int, *, partners: str = "named", **asked: Any
) -> Estimate:
    """China's lead over its largest rival by the order of a year, or the reason why there is
    none.
    """
    named = frozenset(article().partners) - frozenset(eco.AGGREGATES)
    among = named if partners == "named" else None
    order = order_of(sides, economy, year, among=among, **asked)
    if isinstance(order, str):
        return estimate_row(economy=economy, missing=order)
    ends: dict[str, Any] = {"estimate": order.low}
    if order.low != order.high or asked["basis"] == "interval":
        high = None if math.isinf(order.high) else order.high
        ends = {"low": order.low, "high": high, "interval": order.interval}
    row = estimate_row(order.rows(), economy=economy, about={"rival": order.rival}, **ends)
    # the years of the row are those of the comparison, not of the record that bounds it
    return row | {"first_year": year, "last_year": year}


@measure("trade.first_partner_lead", kind="ratio")
@tells("rival")
def lead(
    trade: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    economies: Sequence[str],
    basis: Basis,
    flow: Flow = "turnover",
    source: OwnSource = "office_first",
    partners: Partners = "named",
    eu: Eu = "apart",
    since: int = SINCE,
    absent: Literal["open", "bounded"] = "open",
) -> list[Estimate]:
    """China's trade over that of its largest rival: above one, China ranks first.

    The year is the same for all economies and in every specification: the newest in which China and
    Russia can be compared in AT_LEAST of them, by the preferred sources.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`; rows of product TOTAL count.
    facts : pandas.DataFrame, optional
        Like the table: the shares that an economy's agency states stand for its own report where it
        publishes no table. A share is set against shares alone.
    economies : sequence of str
        Codes or names.
    basis : str
        'reporter' (own report), 'mirror' (partners' reports) or 'interval' (the range of both).
    flow : str
        'turnover', 'exports' or 'imports'; the year is that of turnover, so that all flows speak of
        one.
    source : str
        'office_first' or 'compiled', on the basis 'reporter'.
    partners : str
        'named' or 'every' (`Partners`).
    eu : str
        'apart' or 'one'; see `rank`.
    since : int
        No earlier year is taken for the newest.
    absent : str
        'open': an economy without a report of China or Russia has no answer. 'bounded': where the
        one that is missing could only change the order with more trade than any source shows for
        any year, the bound answers. One economy of which no year has both is then judged in the
        newest year with China.

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per economy; see `trade.rank.lead`. An economy without China,
        Russia or a rival has the reason in `missing`.

    Raises
    ------
    UnknownNameError
        For a choice, and what `trade.rank.lead` raises.
    CoverageError
        Where no year can be ranked.
    """
    sides, bounded = both_sides(trade, facts, economies=economies, since=since), absent == "bounded"
    try:
        year = _newest_year(sides, economies, basis, eu, since)
    except CoverageError:
        if not bounded or len(economies) > 1 or facts is not None:
            raise
        turnover = _turnover(sides, basis, "apart", NEEDED[:1])
        listed = turnover.loc[turnover["other"].eq(NEEDED[0]), "year"]
        if listed.empty:
            raise
        year = int(listed.max())
    choices = {"basis": basis, "flow": flow, "source": source, "eu": eu, "bounded": bounded}
    return [lead_row(sides, code, year, partners=partners, **choices) for code in economies]


def _turnover(sides: Sides, basis: str, eu: str, needed: Collection[str] = NEEDED) -> pd.DataFrame:
    """Reports of turnover by which partners can be compared, by the preferred sources."""
    choices: dict[str, Any] = {"basis": basis, "eu": eu, "needed": needed, "among": None}
    return compared(sides.seen, flow="turnover", source="office_first", **choices)


def _newest_year(sides: Sides, economies: Sequence[str], basis: str, eu: str, since: int) -> int:
    """The newest year of which so many of the economies have reports of all that are needed, or a
    statement.
    """
    least = min(AT_LEAST, len(economies))
    turnover = _turnover(sides, basis, eu)
    needed = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}
    listed = turnover[turnover["counted_as"].isin(needed)]
    partners = listed.groupby(["economy", "year"])["counted_as"].nunique()
    able = {*partners.index[partners == len(needed)]}
    if basis == "reporter":
        able |= {*zip(sides.shares["economy"], sides.shares["year"], strict=True)}
    count = Counter(int(year) for _, year in able)
    if newest := [year for year in sides.years if count[year] >= least]:
        return newest[-1]
    one = " and the EU" if eu == "one" else ""
    raise CoverageError(
        f"no year since {since} has turnover with China and Russia{one} for {least} of "
        f"{len(economies)} ({value_words(basis)})"
    )


def flows_apart(trade: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """`lead` of exports and of imports by each side's reports, where anything can be compared."""
    parts = []
    for flow, basis in product(("exports", "imports"), ("reporter", "mirror")):
        with suppress(CoverageError):
            leads = lead(trade, economies=economies, basis=basis, flow=flow)
            parts.append(leads[leads["missing"] == ""].assign(flow=flow, basis=basis))
    columns = ["economy", "flow", "basis", "last_year", "estimate", "sources"]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    return table.sort_values(["economy", "flow"])[columns]
