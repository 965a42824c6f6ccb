"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any, Literal, NamedTuple

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.errors import CoverageError
from ..registry import article
from ..trade import rank
from ..trade.mirror import perspective
from ..trade.rank import (
    BASES,
    FLOWS,
    Basis,
    Eu,
    Flow,
    OwnSource,
    lead_rows,
    newest_year,
    rank_years,
    ranking_of,
    reports,
)
from ..trade.standings import Reports
from .settings import settings

NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year."""

AT_LEAST = 3
"""Of five economies, how many must be observed for a year to be the newest."""

Partners = Literal["named", "every"]
"""Of the register alone (a rank among these is not a rank among all), or all that a source
lists.
"""

_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]
_FACT = ["fact_id", "subject", "attribute", "year", "source_id"]


def among(partners: str) -> frozenset[str] | None:
    """Who takes part in a rank; None for all."""
    named = frozenset(article().partners) - frozenset(eco.AGGREGATES)
    return named if partners == "named" else None


Ever = Mapping[tuple[str, str, str], pd.DataFrame]
"""One row of `trade` by economy, partner and direction."""


@once
def largest_ever(trade: pd.DataFrame, *, economies: Sequence[str]) -> Ever:
    """The row with the most trade of an economy with China, Russia and the EU in each direction,
    that any source shows for any year.

    By either side, panels included; of the EU the union of any membership counts. Their sum over
    directions, which may be of two years, bounds what trade may be in a year without a report, as
    far as any record reaches.
    """
    powers, economies = [*NEEDED, "EU27", "EU"], list(economies)
    reporter, partner = trade["reporter"], trade["partner"]
    between = reporter.isin(economies) & partner.isin(powers)
    between |= partner.isin(economies) & reporter.isin(powers)
    rows = perspective(trade[between & trade["product"].eq("TOTAL")], economies)
    rows = rows[rows["other"].isin(powers)].sort_values("value_usd")
    keys = [rows["economy"], rows["other"].replace("EU", "EU27"), rows["direction"]]
    return {key: cells.tail(1) for key, cells in rows.groupby(keys)}


Span = tuple[float, float]
"""The least and the most that a figure can be."""


class Order(NamedTuple):
    """Who comes first among partners, and where China stands.

    ends: the least and the most of each partner's trade. bounds: partners without a report, whose
    most is that of any year on record. low, high: China over its largest rival (high is None where
    every rival may be nought). contenders: those that may be first, the largest first. rival: the
    largest but China, one with a report before one without. place: the best and the worst that
    China can have.
    """

    ends: Mapping[str, Span]
    bounds: tuple[str, ...]
    low: float
    high: float | None
    contenders: tuple[str, ...]
    rival: str
    place: tuple[int, int]

    @property
    def first(self) -> str:
        """The one partner that can be first; '' where several can."""
        return self.contenders[0] if len(self.contenders) == 1 else ""

    @property
    def decided(self) -> bool:
        """Whether China is first, or is not, whatever its rivals' trade is between its ends."""
        return self.low > 1 or (self.high is not None and self.high < 1)


Ordered = tuple[Order, Callable[[], pd.DataFrame]]
"""An order, and what gives the rows behind it."""


def in_order(ends: Mapping[str, Span], bounds: Collection[str] = ()) -> Order | None:
    """The order of partners by the ends of their trade; None without China, or a rival with trade.

    Examples
    --------
    >>> found = in_order({"CHN": (10, 10), "RUS": (0, 2), "UZB": (1, 1)}, bounds=["RUS"])
    >>> found.first, found.low, found.high, found.rival
    ('CHN', 5.0, 10.0, 'UZB')
    """
    rivals = {code: span for code, span in ends.items() if code != "CHN"}
    if "CHN" not in ends or not any(most > 0 for _, most in rivals.values()):
        return None
    least, most = ends["CHN"]
    sure = max(low for low, _ in rivals.values())
    able = sorted(ends, key=lambda code: (-ends[code][1], code))
    return Order(
        ends=ends,
        bounds=tuple(sorted(bounds)),
        low=least / max(high for _, high in rivals.values()),
        high=most / sure if sure > 0 else None,
        contenders=tuple(code for code in able if ends[code][1] >= max(sure, least)),
        rival=max(rivals, key=lambda code: (code not in bounds, *rivals[code][::-1])),
        place=(
            1 + sum(low > most for low, _ in rivals.values()),
            1 + sum(high >= least for _, high in rivals.values()),
        ),
    )


def order_of(
    seen: Reports,
    ever: Ever,
    economy: str,
    year: int,
    *,
    basis: str,
    taking_part: Collection[str] | None,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
) -> Ordered | None:
    """The order of an economy's partners by the reports of one basis and year; None where nothing
    is known.

    A bound stands for one of NEEDED, or for the EU as one, that partners do not report; by its own
    report an economy must list NEEDED, and a range of both sides has no bound. ever: from
    `largest_ever`, of the same trade as `seen`.
    """
    choices: dict[str, Any] = {"flow": flow, "eu": eu, "source": source, "needed": NEEDED}
    found = ranking_of(seen, economy, year, basis=basis, among=taking_part, **choices)
    wanted = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}
    absent = sorted(wanted - found.partners)
    bare = wanted == {*absent} or (basis == "reporter" and {*NEEDED} & {*absent})
    if bare or (absent and basis == "interval"):
        return None
    ranged = basis == "interval"
    ends = {s.partner: (s.low, s.high if ranged else s.low) for s in found.standings}
    bounds = []
    for code in absent:
        most = [ever[k] for way in FLOWS[flow] if (k := (economy, code, way)) in ever]
        whole = len(most) == len(FLOWS[flow])
        ends[code] = 0.0, sum(row["value_usd"].item() for row in most) if whole else math.inf
        bounds += most

    def rows() -> pd.DataFrame:
        own = seen.at(economy, year, (place for place, _ in found.used), cells=True)
        return pd.concat([own, *(row[_CELL] for row in bounds)]).drop_duplicates()

    order = in_order(ends, absent)
    return order and (order, rows)


@once
def stated_shares(facts: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Partners' shares of a year's turnover as an economy's own agency states them.

    facts: table `facts`. Returns its rows with economy, other and value (per cent). A part of a
    year counts where it runs from January to October or later: shares of one source and period give
    an order of partners. They are never turned into values.
    """
    names = [start + e for start in settings().stated_shares for e in economies]
    long = facts["period"].astype(str).str.fullmatch(r"\d{4}( Jan-(Oct|Nov|Dec))?")
    rows = facts[facts["attribute"].isin(names) & facts["year"].notna() & long]
    pair = rows["subject"].str.split("-", n=1, expand=True).reindex(columns=[0, 1])
    rows = rows.assign(economy=pair[0], other=pair[1])
    needed = rows["other"].where(rows["other"].isin(NEEDED))
    listed = needed.groupby([rows[c] for c in ("economy", "year", "source_id")])
    return rows.assign(whole=listed.transform("nunique").eq(len(NEEDED)))


def stated_years(shares: pd.DataFrame) -> set[tuple[str, int]]:
    """Economies and years in which a source states both of NEEDED."""
    rows = shares[shares["whole"]]
    return {*zip(rows["economy"], rows["year"].astype(int), strict=True)}


def stated_order(
    shares: pd.DataFrame,
    economy: str,
    year: int,
    taking_part: Collection[str] | None,
    eu: str = "apart",
) -> Ordered | None:
    """The order of partners by the shares that an agency states, of several sources together. The
    EU as one, which no agency states, has at most what the others leave of a hundred.
    """
    mine = shares[shares["whole"] & shares["economy"].eq(economy) & shares["year"].eq(year)]
    orders: list[Ordered] = []
    for _, rows in mine.groupby("source_id"):
        used = rows
        if taking_part is not None:
            used = rows[rows["other"].isin([*taking_part, "CHN"])]
        ends = {str(r.other): (float(r.value),) * 2 for r in used.itertuples()}
        bounds = ["EU27"] if eu == "one" else []
        ends |= {code: (0.0, 100 - float(rows["value"].sum())) for code in bounds}
        if order := in_order(ends, bounds):
            orders.append((order, used[[*_FACT, "period"]].copy))
    if not orders:
        return None
    every = [order for order, _ in orders]
    highs = [order.high for order in every if order.high is not None]
    together = every[0]._replace(
        low=min(order.low for order in every),
        high=max(highs) if len(highs) == len(every) else None,
        contenders=tuple(dict.fromkeys(code for order in every for code in order.contenders)),
        place=(min(o.place[0] for o in every), max(o.place[1] for o in every)),
    )
    return together, lambda: pd.concat([rows() for _, rows in orders])


def _row(found: Ordered, economy: str, interval: str, *, one: bool) -> Estimate:
    """The row of an economy by an order, with its largest rival. one: its ends are one figure."""
    order, rows = found
    return estimate_row(
        rows(),
        economy=economy,
        estimate=order.low if one else None,
        low=None if one else order.low,
        high=None if one else order.high,
        interval="" if one else interval,
        about={"rival": order.rival},
    )


def table_row(
    seen: Reports,
    ever: Ever,
    economy: str,
    year: int,
    *,
    basis: str,
    partners: str,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
) -> Estimate:
    """China's lead by the reports of one basis and year, else what bounds answer: where a partner
    that must be observed is not, and no recorded trade of it would change whether China is first.
    With the reason where there is none.
    """
    asked: dict[str, Any] = {"basis": basis, "flow": flow, "eu": eu, "source": source}
    taking_part = among(partners)
    (row,) = lead_rows(seen, [economy], "CHN", year, **asked, among=taking_part, needed=NEEDED)
    found = row["missing"] and order_of(seen, ever, economy, year, taking_part=taking_part, **asked)
    if not found or not found[0].decided:
        return row
    absent = eco.joined(eco.name_of(code) for code in found[0].bounds)
    kind = f"{absent} at nought, and at the most of any year and source"
    # the years of the row are those of the comparison, not of the record that bounds it
    return _row(found, economy, kind, one=False) | {"first_year": year, "last_year": year}


def own_row(
    seen: Reports,
    ever: Ever,
    shares: pd.DataFrame,
    economy: str,
    year: int,
    *,
    partners: str,
    eu: str = "apart",
    source: str = "office_first",
) -> Estimate:
    """China's lead by an economy's own report of one year: by its table, else what bounds answer of
    it, else what its agency states; with the reason where there is none.
    """
    choices = {"basis": "reporter", "partners": partners, "eu": eu, "source": source}
    row = table_row(seen, ever, economy, year, **choices)
    found = row["missing"] and stated_order(shares, economy, year, among(partners), eu)
    if not found:
        return row
    kind = "range of what was stated"
    return _row(found, economy, kind, one=found[0].low == found[0].high)


@measure("trade.lead")
@tells("rival")
def lead(
    trade: pd.DataFrame,
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
        any year (`largest_ever`), the bound answers. One economy of which no year has both is then
        judged in the newest year with China.

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
    seen = reports(trade, economies=economies)
    asked: dict[str, Any] = {"basis": basis, "eu": eu}
    newest: dict[str, Any] = {"basis": basis, "since": since, "at_least": AT_LEAST}
    try:
        year = newest_year(seen, economies, needed=NEEDED, eu=eu, **newest)
    except CoverageError:
        if absent == "open" or len(economies) > 1:
            raise
        year = newest_year(seen, economies, needed=NEEDED[:1], **newest)
    asked |= {"flow": flow, "source": source}
    if absent == "open":
        among_whom = among(partners)
        return lead_rows(seen, economies, "CHN", year, **asked, among=among_whom, needed=NEEDED)
    ever = largest_ever(trade, economies=economies)
    return [table_row(seen, ever, code, year, partners=partners, **asked) for code in economies]


@measure("trade.lead_told")
@tells("rival")
def lead_told(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    source: OwnSource = "office_first",
    partners: Partners = "named",
    eu: Eu = "apart",
    since: int = SINCE,
) -> list[Estimate]:
    """China's trade over that of its largest rival by the economy's own report: by its table, else
    by what its agency states.

    A share is set against shares of the same source and year alone.

    trade, economies, source, partners, eu, since: as in `lead`. facts: as in `stated_shares`.
    Returns an estimates frame, one row per economy, in the newest year in which China and Russia
    (and the EU, if it counts as one) can be compared in AT_LEAST of them, by table or statement.
    Raises what `lead` raises.
    """
    seen = reports(trade, economies=economies)
    ever = largest_ever(trade, economies=economies)
    shares = stated_shares(facts, economies=economies)
    year = _newest_told(seen, economies, stated_years(shares), since, eu)
    choices = {"partners": partners, "eu": eu, "source": source}
    return [own_row(seen, ever, shares, code, year, **choices) for code in economies]


def _newest_told(
    seen: Reports, codes: Sequence[str], told: Collection[tuple[str, int]], since: int, eu: str
) -> int:
    """The newest year in which so many economies list whom they must, or have NEEDED `told`."""
    choices: dict[str, Any] = {"basis": "reporter", "flow": "turnover", "eu": eu}
    choices |= {"source": "office_first", "among": None, "needed": NEEDED}
    wanted = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}
    least = min(AT_LEAST, len(codes))
    years = sorted({*seen.years(), *(year for _, year in told)}, reverse=True)
    for year in (y for y in years if y >= since):
        able = [
            (code, year) in told or wanted <= ranking_of(seen, code, year, **choices).partners
            for code in codes
        ]
        if sum(able) >= least:
            return year
    names = eco.joined(eco.in_prose(code) for code in sorted(wanted))
    raise CoverageError(
        f"no year since {since} has trade with {names} as reported by "
        + (f"{least} of {len(codes)} countries" if len(codes) > 1 else "the country itself"),
        hint="ca.coverage('trade', by=['reporter'])",
    )


def largest_partners(trade: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """The five largest partners that each economy's own report lists in its newest year, with their
    turnover in billions of US dollars and how many are listed.
    """
    parts = []
    for code in economies:
        able = rank_years(trade, economy=code, needed=NEEDED).query("economies > 0")["year"]
        if len(able):
            found = rank(trade, economy=code, year=int(able.max()), needed=NEEDED)
            parts.append(found.head().assign(listed=len(found), turnover=found["low"] / 1e9))
    columns = ["economy", "year", "listed", "rank", "partner", "turnover", "sources"]
    return pd.concat([pd.DataFrame(columns=columns), *parts])[columns].astype({"rank": str})


def flows_apart(trade: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """`lead` of exports and of imports by each side's reports, where anything can be compared."""
    parts = []
    for flow, basis in product(("exports", "imports"), ("reporter", "mirror")):
        with suppress(CoverageError):
            found = lead(trade, economies=economies, basis=basis, flow=flow)
            parts.append(found[found["missing"] == ""].assign(flow=flow, basis=basis))
    columns = ["economy", "flow", "basis", "last_year", "estimate", "sources"]
    found = pd.concat([pd.DataFrame(columns=columns), *parts])[columns]
    return found.sort_values(["economy", "flow"])


def newest_ranks(trade: pd.DataFrame, economies: Sequence[str], *, eu: str = "one") -> pd.DataFrame:
    """`trade.rank` on every basis for the newest year of that basis since SINCE.

    trade: like table `trade`. economies: codes or names. eu: 'one' or 'apart', as in `rank`.
    No rows for a basis without such a year. Raises what `rank` raises.
    """
    codes = eco.resolve_all(economies)
    seen = reports(trade, economies=codes)
    asked: dict[str, Any] = {"needed": NEEDED, "eu": eu}
    parts = [rank(trade.iloc[:0], economy=[], basis=())]
    for basis in BASES:
        with suppress(CoverageError):
            year = newest_year(seen, codes, basis=basis, since=SINCE, at_least=AT_LEAST, **asked)
            parts.append(rank(trade, economy=codes, year=year, basis=basis, **asked))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
