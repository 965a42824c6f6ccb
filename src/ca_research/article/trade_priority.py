"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from ..claims.slots import joined
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, parts, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError
from ..ground.periods import years_back
from ..registry import article
from ..registry.words import party
from ..stats.pieces import Pieces
from ..trade import rank
from ..trade.mirror import perspective
from ..trade.rank import (
    BASES,
    FLOWS,
    Basis,
    Eu,
    Flow,
    OwnSource,
    known,
    lead_rows,
    newest_year,
    ranking_of,
    reports,
)
from ..trade.standings import Reports
from .settings import settings

NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year, as in `partner_lead`."""

_UNION = ("EU27", "EU")
"""Codes under which the union is on record."""

_CELL = ["reporter", "partner", "year", "flow", "product", "source_id"]

AT_LEAST = 3
"""Of five economies, how many must be observed for a year to be the newest."""

Partners = Literal["named", "every"]
PARTNERS = get_args(Partners)
"""Of the register alone (a rank among these is not a rank among all), or all that a source
lists.
"""


def among(partners: str) -> Collection[str] | None:
    """Who takes part in a rank, None for all; raises UnknownNameError for a choice not of
    PARTNERS.
    """
    if partners not in PARTNERS:
        raise UnknownNameError("partners", partners, PARTNERS)
    if partners == "every":
        return None
    return frozenset(p for p in article().partners if p not in eco.AGGREGATES)


def pairs(trade: pd.DataFrame, economies: Sequence[str], partners: Sequence[str]) -> Pieces:
    """The rows of `trade` between some economies and some partners, by either side; of product
    TOTAL. Their key is the frozenset of both, the EU of any membership as the EU27.
    """
    one, other = (
        trade["reporter"].isin(these) & trade["partner"].isin(those)
        for these, those in ((economies, partners), (partners, economies))
    )
    rows = trade[((one | other) & trade["product"].eq("TOTAL")).to_numpy(bool)]
    sides = (rows[column].replace("EU", "EU27").tolist() for column in ("reporter", "partner"))
    return Pieces(rows, map(frozenset, zip(*sides, strict=True)))


class Powers:
    """The rows of `trade` between some economies and those that a bound may stand for (NEEDED and
    the EU), by either side; of product TOTAL.

    What each trade was at most is looked for once: it is the same for every year that it bounds.
    """

    def __init__(self, trade: pd.DataFrame, *, economies: Sequence[str]) -> None:
        self._pairs = pairs(trade, list(economies), [*NEEDED, *_UNION])

    def without(self, source: str) -> Powers:
        """The rows of other sources."""
        rest = copy(self)
        rest._pairs = self._pairs.without(source)
        return rest

    def largest(self, economy: str, partner: str, flow: str) -> pd.DataFrame:
        """`largest_ever` of these rows."""
        make = partial(largest_ever, economy=economy, partner=partner, flow=flow)
        return self._pairs.once(frozenset((economy, partner)), (economy, flow), make)


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
    reach = max(low for low, _ in ends.values())
    able = sorted(ends, key=lambda code: (-ends[code][1], code))
    return Order(
        ends=ends,
        bounds=tuple(sorted(bounds)),
        low=least / max(high for _, high in rivals.values()),
        high=most / sure if sure > 0 else None,
        contenders=tuple(code for code in able if ends[code][1] >= reach),
        rival=max(rivals, key=lambda code: (code not in bounds, *rivals[code][::-1])),
        place=(
            1 + sum(low > most for low, _ in rivals.values()),
            1 + sum(high >= least for _, high in rivals.values()),
        ),
    )


def order_of(
    seen: Reports,
    powers: Powers,
    economy: str,
    year: int,
    *,
    basis: str,
    taking_part: Collection[str] | None,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
) -> tuple[Order, pd.DataFrame] | None:
    """The order of an economy's partners by the reports of one basis and year, with the rows
    behind it; None where nothing is known.

    A bound stands for one of NEEDED, or for the EU as one, that partners do not report; by its own
    report an economy must list NEEDED, and a range of both sides has no bound. powers: the same
    trade as `seen`.
    """
    choices: dict[str, Any] = {"flow": flow, "eu": eu, "source": source, "needed": NEEDED}
    found = ranking_of(seen, economy, year, basis=basis, among=taking_part, **choices)
    wanted = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}
    absent = sorted(wanted - found.partners)
    bare = wanted == {*absent} or (basis == "reporter" and {*NEEDED} & {*absent})
    if bare or (absent and basis == "interval"):
        return None
    ranged = basis == "interval"
    ends: dict[str, Span] = {
        s.partner: (s.low, s.high if ranged else s.low) for s in found.standings
    }
    rows = [seen.at(economy, year, (place for place, _ in found.used), cells=True)]
    for code in absent:
        most = powers.largest(economy, code, flow)
        whole = most["direction"].nunique() == len(FLOWS[flow])
        ends[code] = 0.0, float(most["value_usd"].sum()) if whole else math.inf
        rows.append(most[_CELL])
    order = in_order(ends, absent)
    return None if order is None else (order, pd.concat(rows).drop_duplicates())


@measure("trade.lead")
@tells("rival")
@parts(seen=reports, powers=Powers)
def lead(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    basis: Basis,
    year: str = "newest",
    flow: Flow = "turnover",
    source: OwnSource = "office_first",
    partners: Partners = "named",
    eu: Eu = "apart",
    since: int = SINCE,
    absent: Literal["open", "bounded"] = "open",
    seen: Reports | None = None,
    powers: Powers | None = None,
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
    year : str
        'newest' (of turnover, so that all flows speak of one year), 'newest-1', 'newest-2'.
    flow : str
        'turnover', 'exports' or 'imports'.
    source : str
        'office_first' or 'compiled', on the basis 'reporter'.
    partners : str
        'named' or 'every' (PARTNERS).
    eu : str
        'apart' or 'one'; see `rank`.
    since : int
        No earlier year is taken for the newest.
    absent : str
        'open': an economy without a report of China or Russia has no answer. 'bounded': where the
        one that is missing could only change the order with more trade than any source shows for
        any year (`largest_ever`), the bound answers. One economy of which no year has both is then
        judged in the newest year with China.
    seen, powers : optional
        What `trade.rank.reports` and `Powers` make of `trade`, where it is made already.

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per economy; see `trade.rank.lead`. An economy without China,
        Russia or a rival has the reason in `missing`.

    Raises
    ------
    UnknownNameError
        For a choice, and what `trade.rank.lead` raises.
    UsageError
        For another `year`.
    CoverageError
        Where no year can be ranked.
    """
    known(basis=basis, flow=flow, source=source, eu=eu)
    taking_part, back = among(partners), years_back(year)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    newest = _newest(seen, codes, basis, eu, whole_number("since", since), absent)
    choices: dict[str, Any] = {"basis": basis, "flow": flow, "source": source, "eu": eu}
    if absent == "open":
        asked = {**choices, "among": taking_part, "needed": NEEDED}
        return lead_rows(seen, codes, "CHN", newest - back, **asked)
    powers = Powers(trade, economies=codes) if powers is None else powers
    return [table_row(seen, powers, code, newest - back, taking_part, **choices) for code in codes]


def _newest(
    seen: Reports, codes: Sequence[str], basis: str, eu: str, since: int, absent: str
) -> int:
    """The newest year with China and Russia; of one economy that has none, with China."""
    choices: dict[str, Any] = {"basis": basis, "since": since, "at_least": AT_LEAST}
    try:
        return newest_year(seen, codes, needed=NEEDED, eu=eu, **choices)
    except CoverageError:
        if absent == "open" or len(codes) > 1:
            raise
        return newest_year(seen, codes, needed=NEEDED[:1], **choices)


def largest_ever(trade: pd.DataFrame, economy: str, partner: str, flow: str) -> pd.DataFrame:
    """The rows with the most trade that any source shows for any year, one per direction of a flow.

    trade: like table `trade`; rows of product TOTAL count, by either side, panels included. Their
    sum, which may be of two years, bounds what the flow may be in a year without a report, as far
    as any record reaches. partner: a code; of the EU27 the union of any membership counts.
    """
    partners = _UNION if partner == "EU27" else (partner,)
    sides = [economy, *partners]
    both = trade[(trade["reporter"].isin(sides) & trade["partner"].isin(sides)).to_numpy(bool)]
    rows = perspective(both[both["product"] == "TOTAL"], [economy])
    rows = rows[rows["other"].isin(partners) & rows["direction"].isin(FLOWS[flow])]
    return rows.sort_values("value_usd").groupby("direction").tail(1)


def bounded(
    powers: Powers,
    seen: Reports,
    economy: str,
    year: int,
    taking_part: Collection[str] | None,
    **choices: Any,
) -> Estimate | None:
    """The row of an economy where a partner that must be observed is not, and no recorded trade of
    the missing one would change whether China is first; None where it is not so.

    powers: the same trade as `seen`. choices: those of `order_of`.
    """
    found = order_of(seen, powers, economy, year, taking_part=taking_part, **choices)
    if found is None or not found[0].decided:
        return None
    order, rows = found
    absent = eco.joined(eco.name_of(code) for code in order.bounds)
    # the years of the row are those of the comparison, not of the record that bounds it
    return estimate_row(
        rows,
        economy=economy,
        low=order.low,
        high=order.high,
        interval=f"{absent} at nought, and at the most of any year and source",
        about={"rival": order.rival},
    ) | {"first_year": year, "last_year": year}


def stated_shares(facts: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """Partners' shares of a year's turnover as an economy's own agency states them.

    facts: table `facts`. economies: codes. Returns economy, other, year, value (per cent) and the
    key of the row. A part of a year counts where it runs from January to October or later
    (`_MOST_OF_A_YEAR`): shares of one source and period give an order of partners. They are never
    turned into values.
    """
    names = [start + e for start in settings().stated_shares for e in economies]
    rows = facts[facts["attribute"].isin(names) & facts["year"].notna()]
    long = rows["period"].astype(str).str.fullmatch(_MOST_OF_A_YEAR)
    pair = rows["subject"].str.split("-", n=1, expand=True).reindex(columns=[0, 1])
    return rows.assign(economy=pair[0], other=pair[1])[long.to_numpy(bool)]


_MOST_OF_A_YEAR = r"\d{4}( Jan-(Oct|Nov|Dec))?"


class Stated:
    """What `stated_shares` gives, by economy and year: the shares of each source that states both
    of NEEDED, and China's place by them.
    """

    def __init__(self, facts: pd.DataFrame, *, economies: Sequence[str]) -> None:
        by_year = stated_shares(facts, economies).groupby(["economy", "year"])
        told = {(code, int(year)): [*_by_source(rows)] for (code, year), rows in by_year}
        self.by_year = {key: sources for key, sources in told.items() if sources}
        self._leads: dict[tuple[str, int, str, str], Estimate] = {}

    def lead(self, economy: str, year: int, partners: str, eu: str = "apart") -> Estimate | None:
        """The row of an economy by the shares of one year, None without a source."""
        key = (economy, year, partners, eu)
        if key not in self._leads and (sources := self.by_year.get(key[:2])):
            self._leads[key] = stated_lead(sources, economy, partners, eu)
        return self._leads.get(key)


def stated_orders(
    shares: Sequence[pd.DataFrame], partners: str, eu: str = "apart"
) -> list[tuple[Order, pd.DataFrame]]:
    """The order of partners by the shares that each source states, and the rows behind it. The EU
    as one, which no agency states, has at most what the others leave of a hundred.
    """
    taking_part, found = among(partners), []
    for rows in shares:
        used = rows
        if taking_part is not None:
            used = rows[rows["other"].isin([*taking_part, "CHN"])]
        ends = {str(r.other): (float(r.value),) * 2 for r in used.itertuples()}
        bounds = ["EU27"] if eu == "one" else []
        ends |= {code: (0.0, 100 - float(rows["value"].sum())) for code in bounds}
        if order := in_order(ends, bounds):
            found.append((order, used))
    return found


def stated_lead(
    shares: Sequence[pd.DataFrame], economy: str, partners: str, eu: str = "apart"
) -> Estimate:
    """The row of an economy by the shares of one year, by source; a range where these differ, or
    where the EU as one could have more than was stated of any.
    """
    told = stated_orders(shares, partners, eu)
    low, high = min(o.low for o, _ in told), max(o.high or math.inf for o, _ in told)
    one = low == high
    cells = ["fact_id", "subject", "attribute", "year", "source_id"]
    return estimate_row(
        pd.concat([rows for _, rows in told])[cells],
        economy=economy,
        estimate=low if one else None,
        low=None if one else low,
        high=None if one else high,
        interval="" if one else "range of what was stated",
        about={"rival": told[0][0].rival},
    )


def _by_source(shares: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Shares of each source that states both of NEEDED."""
    for _, rows in shares.groupby("source_id"):
        if set(NEEDED) <= set(rows["other"]):
            yield rows


def table_row(
    seen: Reports,
    powers: Powers,
    economy: str,
    year: int,
    taking_part: Collection[str] | None,
    **choices: Any,
) -> Estimate:
    """China's lead by the reports of one basis and year, else what bounds answer; with the reason
    where there is none. choices: those of `order_of`.
    """
    asked = {"flow": "turnover", "source": "office_first", **choices}
    (row,) = lead_rows(seen, [economy], "CHN", year, **asked, among=taking_part, needed=NEEDED)
    bound = bounded(powers, seen, economy, year, taking_part, **asked) if row["missing"] else None
    return bound or row


def own_row(
    seen: Reports,
    powers: Powers,
    stated: Stated,
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
    choices = {"basis": "reporter", "eu": eu, "source": source}
    row = table_row(seen, powers, economy, year, among(partners), **choices)
    return (row["missing"] and stated.lead(economy, year, partners, eu)) or row


@measure("trade.lead_told")
@tells("rival")
@parts(seen=reports, powers=Powers, stated=Stated)
def lead_told(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    source: OwnSource = "office_first",
    partners: Partners = "named",
    eu: Eu = "apart",
    since: int = SINCE,
    seen: Reports | None = None,
    powers: Powers | None = None,
    stated: Stated | None = None,
) -> list[Estimate]:
    """China's trade over that of its largest rival by the economy's own report: by its table, else
    by what its agency states.

    A share is set against shares of the same source and year alone.

    trade, economies, source, partners, eu, since, seen, powers: as in `lead`. facts: as in
    `stated_shares`; stated: what `Stated` makes of them, where it is made already.
    Returns an estimates frame, one row per economy, in the newest year in which China and Russia
    (and the EU, if it counts as one) can be compared in AT_LEAST of them, by table or statement.
    Raises what `lead` raises.
    """
    known(source=source, eu=eu)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    powers = Powers(trade, economies=codes) if powers is None else powers
    stated = Stated(facts, economies=codes) if stated is None else stated
    year = _newest_told(seen, codes, stated.by_year, whole_number("since", since), eu)
    choices = {"partners": partners, "eu": eu, "source": source}
    return [own_row(seen, powers, stated, code, year, **choices) for code in codes]


def _newest_told(
    seen: Reports, codes: Sequence[str], told: Collection[tuple[str, int]], since: int, eu: str
) -> int:
    """The newest year in which so many economies list whom they must, or have NEEDED `told`."""
    choices: dict[str, Any] = {"basis": "reporter", "flow": "turnover", "eu": eu}
    choices |= {"source": "office_first", "among": None, "needed": NEEDED}
    wanted = {*NEEDED, "EU27"} if eu == "one" else {*NEEDED}

    def able(code: str, year: int) -> bool:
        return wanted <= ranking_of(seen, code, year, **choices).partners or (code, year) in told

    least = min(AT_LEAST, len(codes))
    years = sorted({*seen.years(), *(year for _, year in told)}, reverse=True)
    for year in (y for y in years if y >= since):
        if sum(able(code, year) for code in codes) >= least:
            return year
    names = eco.joined(eco.in_prose(code) for code in sorted(wanted))
    raise CoverageError(
        f"no year since {since} has trade with {names} as reported by "
        + (f"{least} of {len(codes)} countries" if len(codes) > 1 else "the country itself"),
        hint="ca.coverage('trade', by=['reporter'])",
    )


def who_is_first(found: Mapping[str, pd.DataFrame], economies: Sequence[str]) -> pd.DataFrame:
    """Who is first in each country by each side's reports.

    Parameters
    ----------
    found : mapping of str to pandas.DataFrame
        The main figures of a verdict by basis (`evidence.main`), as of `lead`.
    economies : sequence of str
        Codes; a row for each on every basis, also without a lead.

    Returns
    -------
    pandas.DataFrame
        basis, economy, year; first: code of the largest partner, '' where ranges meet or nothing
        can be compared; compared: whether anything can; bounded: whether a bound answers for a
        report that is missing.
    """
    rows = []
    for basis in BASES:
        told = {row["economy"]: row for row in found.get(basis, pd.DataFrame()).to_dict("records")}
        for code in economies:
            row = told.get(code, {"missing": "no year"})
            if row["missing"]:
                rows.append((basis, code, pd.NA, "", False, False))
                continue
            one = pd.notna(row["estimate"])
            low, high = (row["estimate"],) * 2 if one else (row["low"], row["high"])
            first = "CHN" if low > 1 else row["about"]["rival"] if high < 1 else ""
            bounded = basis == "mirror" and not one  # there each partner has one figure
            rows.append((basis, code, row["last_year"], first, True, bounded))
    columns = ["basis", "economy", "year", "first", "compared", "bounded"]
    return pd.DataFrame(rows, columns=columns).astype({"year": "Int64"})


def findings(first: pd.DataFrame) -> dict[str, str]:
    """What one basis finds, by economy, for the title of a panel; `first` as from `who_is_first`.

    Examples
    --------
    >>> one = {"economy": ["KAZ"], "first": ["RUS"], "compared": [True], "bounded": [False]}
    >>> findings(pd.DataFrame(one))
    {'KAZ': 'Kazakhstan: Russia first'}
    """
    said = {}
    for row in first.itertuples():
        who = f"{party(row.first)} first" if row.first else "open"
        said[str(row.economy)] = (
            f"{eco.name_of(row.economy)}: {who if row.compared else 'cannot be said'}"
        )
    return said


_ONLY = "the only reports that can be compared"


def finding(first: pd.DataFrame) -> str:
    """Who is first among single countries by every report that tells, where that depends on the
    report, and where one side alone tells; `first` as from `who_is_first`.
    """
    always: dict[str, list[str]] = {}
    varied, once = [], []
    for code, rows in first[first["compared"]].groupby("economy", sort=False):
        told, name = [who for who in rows["first"] if who], eco.in_prose(str(code))
        if len(rows) == 1:
            who = party(told[0]) if told else "Nobody"
            how = "its own count alone" if rows["bounded"].all() else _ONLY
            once.append((who, name, how))
        elif len(told) > 1 and len({*told}) == 1:
            always.setdefault(told[0], []).append(name)
        else:
            varied.append(name)
    leading = [(party(code), joined(names)) for code, names in always.items()]
    single = "Among single countries"
    said = []
    if leading:
        (who, where), *rest = leading
        clauses = [
            f"Among single countries {who} is first in {where}",
            *(" in ".join(pair) for pair in rest),
        ]
        said.append(f"{joined(clauses)} by every report that tells")
    if varied and said:
        said.append(f"in {joined(varied)} that depends on the report")
    elif varied:
        said.append(f"Which single country is first in {joined(varied)} depends on the report")
    elif once and not said:
        said += [f"{single} {who} is first in {name} by {how}" for who, name, how in once]
        once = []
    said += [f"in {name} {who} is first by {how}" for who, name, how in once if said]
    return "; ".join(said) or "No side's reports say whether China or Russia is first"


def how_drawn(first: pd.DataFrame, firsts: pd.DataFrame) -> str:
    """The note under the picture.

    first: as from `who_is_first`. firsts: the table of who is first (`first_partners`), of which
    the EU as one is told.
    """
    note = (
        "Of several figures a bar ends at the least, its paler part at the largest. The EU, "
        "framed, is drawn as one; in the rank its members stand apart. Partners are compared "
        "within one choice alone."
    )
    union = firsts[(firsts["eu"] == "one") & (firsts["first"] == "EU27")]
    drawn = first.merge(union[["economy", "basis", "year"]], on=["economy", "basis", "year"])
    if len(drawn):
        where = joined(map(eco.in_prose, dict.fromkeys(drawn["economy"])))
        note += f" Counted as one, the EU comes first in {where}."
    bounds = firsts[(firsts["eu"] == "apart") & firsts["bounds"].map(bool)]
    drawn = first[first["bounded"]].merge(bounds, on=["economy", "basis", "year"])
    for silent, rows in drawn.groupby("bounds", sort=False):
        several = len(silent) > 1
        note += (
            f" {joined(map(party, silent))} {'report' if several else 'reports'} nothing on "
            f"{joined(map(eco.in_prose, rows['economy']))}; {'either' if several else 'it'} would "
            "be first only with more than its largest exports and largest imports on record, of "
            "any years, come to together."
        )
    return note


_DRAWN = ["basis", "economy", "year", "partner", "low", "high", "unit", "sources"]


def sides_of_trade(
    trade: pd.DataFrame, facts: pd.DataFrame, first: pd.DataFrame, shown: Sequence[str]
) -> pd.DataFrame:
    """Trade with some partners as each side reports it, in the year that the verdict takes.

    Parameters
    ----------
    trade, facts : pandas.DataFrame
        Like the tables.
    first : pandas.DataFrame
        From `who_is_first`.
    shown : sequence of str
        Codes of partners; the EU27 as one.

    Returns
    -------
    pandas.DataFrame
        basis, economy, year, partner, low, high, unit, sources. Billions of US dollars; of a
        country that publishes no table, the per cent of its turnover that its agency states. Where
        a basis compares nothing, the newest year with China on it.
    """
    seen, parts = reports(trade, economies=[*first["economy"].unique()]), []
    for basis, rows in first.groupby("basis", sort=False):
        year = _year_of(seen, str(basis), rows)
        if year is None:
            continue
        ranks = rank(
            trade,
            economy=list(rows["economy"]),
            year=year,
            basis=str(basis),
            eu="one",
            needed=NEEDED,
        )
        ends = ranks[["low", "high"]] / 1e9
        parts.append(ranks.assign(**ends, unit="billion US dollars"))
        if basis == "reporter":
            without = [code for code in rows["economy"] if code not in set(ranks["economy"])]
            parts += [
                part.assign(basis=basis, unit="% of all trade, as stated")
                for part in _stated(stated_shares(facts, without).query("year == @year"))
            ]
    drawn = pd.concat([pd.DataFrame(columns=_DRAWN), *parts]) if parts else pd.DataFrame()
    drawn = drawn.reindex(columns=_DRAWN)
    return drawn[drawn["partner"].isin(shown)].reset_index(drop=True)


def _year_of(seen: Reports, basis: str, first: pd.DataFrame) -> int | None:
    """The year in which countries are compared on a basis; else the newest with China."""
    years = first["year"].dropna()
    if len(years):
        return int(years.max())
    codes = list(first["economy"])
    with suppress(CoverageError):
        return newest_year(
            seen, codes, needed=NEEDED[:1], basis=basis, since=SINCE, at_least=AT_LEAST
        )
    return None


def _stated(shares: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Shares by sources that state both of NEEDED, one row for each economy and partner."""
    for economy, mine in shares.groupby("economy"):
        told = pd.concat([mine.iloc[:0], *_by_source(mine)])
        ends = told.groupby("other").agg(
            year=("year", "first"),
            low=("value", "min"),
            high=("value", "max"),
            sources=("source_id", lambda ids: tuple(sorted(set(ids)))),
        )
        yield ends.reset_index(names="partner").assign(economy=economy)


def newest_ranks(trade: pd.DataFrame, economies: Sequence[str], *, eu: str = "one") -> pd.DataFrame:
    """`trade.rank` on every basis for the newest year of that basis since SINCE.

    trade: like table `trade`. economies: codes or names. eu: 'one' or 'apart', as in `rank`.
    No rows for a basis without such a year. Raises what `rank` raises.
    """
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes)
    parts = [rank(trade.iloc[:0], economy=[], basis=())]
    for basis in BASES:
        try:
            year = newest_year(
                seen, codes, needed=NEEDED, basis=basis, eu=eu, since=SINCE, at_least=AT_LEAST
            )
        except CoverageError:
            continue
        parts.append(rank(trade, economy=codes, year=year, basis=basis, eu=eu, needed=NEEDED))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]
