"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cache, partial
from typing import Any, Literal, get_args

import pandas as pd

from ..claims.slots import joined
from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.measures import by_parts, measure, parts, rows_of, tells
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
    TOTAL. Their key is the frozenset of both.
    """
    one, other = (
        trade["reporter"].isin(these) & trade["partner"].isin(those)
        for these, those in ((economies, partners), (partners, economies))
    )
    rows = trade[((one | other) & trade["product"].eq("TOTAL")).to_numpy(bool)]
    sides = (rows[column].tolist() for column in ("reporter", "partner"))
    return Pieces(rows, map(frozenset, zip(*sides, strict=True)))


class Powers:
    """The rows of `trade` between some economies and NEEDED, by either side; of product TOTAL.

    What each trade was at most is looked for once: it is the same for every year that it bounds.
    """

    def __init__(self, trade: pd.DataFrame, *, economies: Sequence[str]) -> None:
        self._pairs = pairs(trade, list(economies), list(NEEDED))

    def without(self, source: str) -> Powers:
        """The rows of other sources."""
        rest = copy(self)
        rest._pairs = self._pairs.without(source)
        return rest

    def largest(self, economy: str, partner: str, flow: str) -> pd.DataFrame:
        """`largest_ever` of these rows."""
        make = partial(largest_ever, economy=economy, partner=partner, flow=flow)
        return self._pairs.once(frozenset((economy, partner)), (economy, flow), make)


@measure("trade.lead")
@tells("rival")
@by_parts
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
    asked = {**choices, "among": taking_part, "needed": NEEDED}
    found = lead_rows(seen, codes, "CHN", newest - back, **asked)
    if absent == "open":
        return found
    powers = Powers(trade, economies=codes) if powers is None else powers
    bounds = {
        code: bounded(powers, seen, code, newest - back, taking_part, **choices)
        for code in _open(found)
    }
    return [bounds.get(row["economy"]) or row for row in found]


def _open(found: list[Estimate]) -> list[str]:
    """Economies without an answer."""
    return [row["economy"] for row in found if row["missing"]]


def _newest(
    seen: Reports, codes: Sequence[str], basis: str, eu: str, since: int, absent: str
) -> int:
    """The newest year with China and Russia; of one economy that has none, with China."""
    choices: dict[str, Any] = {"basis": basis, "eu": eu, "since": since, "at_least": AT_LEAST}
    try:
        return newest_year(seen, codes, needed=NEEDED, **choices)
    except CoverageError:
        if absent == "open" or len(codes) > 1 or eu == "one":
            raise
        return newest_year(seen, codes, needed=NEEDED[:1], **choices)


def largest_ever(trade: pd.DataFrame, economy: str, partner: str, flow: str) -> pd.DataFrame:
    """The rows with the most trade that any source shows for any year, one per direction of a flow.

    trade: like table `trade`; rows of product TOTAL count, by either side, panels included. Their
    sum bounds what the flow may be in a year without a report, as far as any record reaches.
    """
    pair = trade["reporter"].isin([economy, partner]) & trade["partner"].isin([economy, partner])
    both = trade[pair.to_numpy(bool)]
    rows = perspective(both[both["product"] == "TOTAL"], [economy])
    rows = rows[(rows["other"] == partner) & rows["direction"].isin(FLOWS[flow])]
    return rows.sort_values("value_usd").groupby("direction").tail(1)


def bounded(
    powers: Powers,
    seen: Reports,
    economy: str,
    year: int,
    taking_part: Collection[str] | None,
    *,
    basis: str,
    flow: str = "turnover",
    eu: str = "apart",
    source: str = "office_first",
) -> dict[str, Any] | None:
    """The row of an economy where one of NEEDED is not observed and the other is so large (or so
    small) that no recorded year of the missing one would change the order; None where it is not so.

    powers: the same trade as `seen`.
    """
    found = ranking_of(
        seen,
        economy,
        year,
        basis=basis,
        flow=flow,
        eu=eu,
        source=source,
        among=taking_part,
        needed=(),
    )
    there = found.partners
    absent = [code for code in NEEDED if code not in there]
    if len(absent) != 1 or (eu == "one" and "EU27" not in there):
        return None
    most = powers.largest(economy, absent[0], flow)
    if most["direction"].nunique() < len(FLOWS[flow]):
        return None
    bound = float(most["value_usd"].sum())
    highs = {s.partner: s.high for s in found.standings}
    china = highs.pop("CHN", 0.0)
    rival = max(highs, key=lambda code: highs[code], default="")
    largest = max([bound, *highs.values()])
    if china > largest > 0:
        low, high = china / largest, china / highs[rival] if rival else None
        about = {"rival": rival or absent[0]}
    elif absent == ["CHN"] and rival and bound < highs[rival]:
        low, high, about = 0.0, bound / highs[rival], {"rival": rival}
    else:
        return None
    cells = ["reporter", "partner", "year", "flow", "product", "source_id"]
    rows = seen.at(economy, year, (place for place, _ in found.used), cells=True)
    return estimate_row(
        pd.concat([rows, most[cells]]).drop_duplicates(),
        economy=economy,
        low=low,
        high=high,
        interval=f"{eco.name_of(absent[0])} at nought, and at the most of any year and source",
        about=about,
    )


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
    of NEEDED, and China's lead by them.
    """

    def __init__(self, facts: pd.DataFrame, *, economies: Sequence[str]) -> None:
        by_year = stated_shares(facts, economies).groupby(["economy", "year"])
        told = {(code, int(year)): [*_by_source(rows)] for (code, year), rows in by_year}
        self.by_year = {key: sources for key, sources in told.items() if sources}
        self._leads: dict[tuple[str, int, str], Estimate] = {}

    def lead(self, economy: str, year: int, partners: str) -> Estimate | None:
        """The row of an economy by the shares of one year, None without a source."""
        key = (economy, year, partners)
        if key not in self._leads and (sources := self.by_year.get(key[:2])):
            self._leads[key] = stated_lead(sources, economy, partners)
        return self._leads.get(key)


@measure("trade.lead_told")
@tells("rival")
@by_parts
@parts(seen=reports, stated=Stated)
def lead_told(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    source: OwnSource = "office_first",
    partners: Partners = "named",
    since: int = SINCE,
    seen: Reports | None = None,
    stated: Stated | None = None,
) -> list[Estimate]:
    """China's trade over that of its largest rival by the economy's own report: by its table, else
    by what its agency states.

    A share is set against shares of the same source and year alone.

    trade, economies, source, partners, since, seen: as in `lead`. facts: as in `stated_shares`;
    stated: what `Stated` makes of them, where it is made already.
    Returns an estimates frame, one row per economy, in the newest year in which China and Russia
    can be compared in AT_LEAST of them, by table or statement. Raises what `lead` raises.
    """
    known(source=source)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    stated = Stated(facts, economies=codes) if stated is None else stated
    year = _newest_told(seen, codes, stated.by_year, whole_number("since", since))
    choices: dict[str, Any] = {"basis": "reporter", "flow": "turnover", "source": source}
    asked = {**choices, "eu": "apart", "among": among(partners), "needed": NEEDED}
    found = lead_rows(seen, codes, "CHN", year, **asked)
    shares = {code: stated.lead(code, year, partners) for code in _open(found)}
    return [shares.get(row["economy"]) or row for row in found]


def _newest_told(
    seen: Reports, codes: Sequence[str], told: Collection[tuple[str, int]], since: int
) -> int:
    """The newest year in which so many economies list both of NEEDED, or have them `told`."""
    choices: dict[str, Any] = {"basis": "reporter", "flow": "turnover", "eu": "apart"}
    choices |= {"source": "office_first", "among": None, "needed": NEEDED}

    def able(code: str, year: int) -> bool:
        listed = ranking_of(seen, code, year, **choices).partners
        return set(NEEDED) <= listed or (code, year) in told

    least = min(AT_LEAST, len(codes))
    years = sorted({*seen.years(), *(year for _, year in told)}, reverse=True)
    for year in (y for y in years if y >= since):
        if sum(able(code, year) for code in codes) >= least:
            return year
    raise CoverageError(
        f"no year since {since} has trade with China and Russia as reported by "
        + (f"{least} of {len(codes)} countries" if len(codes) > 1 else "the country itself"),
        hint="ca.coverage('trade', by=['reporter'])",
    )


def stated_lead(shares: Sequence[pd.DataFrame], economy: str, partners: str) -> Estimate:
    """The row of an economy by the shares of one year, by source; a range where these differ."""
    taking_part = among(partners)
    ratios, rivals, used = [], [], []
    for rows in shares:
        others = rows[rows["other"] != "CHN"]
        if taking_part is not None:
            others = others[others["other"].isin(list(taking_part))]
        largest = others.loc[others["value"].idxmax()]
        own = rows.loc[rows["other"] == "CHN", "value"].iloc[0]
        ratios.append(float(own / largest["value"]))
        rivals.append(str(largest["other"]))
        used.append(pd.concat([rows[rows["other"] == "CHN"], others]))
    rows = pd.concat(used)[["fact_id", "subject", "attribute", "year", "source_id"]]
    one = min(ratios) == max(ratios)
    return estimate_row(
        rows,
        economy=economy,
        estimate=ratios[0] if one else None,
        low=None if one else min(ratios),
        high=None if one else max(ratios),
        interval="" if one else "range of what was stated",
        about={"rival": rivals[0]},
    )


def _by_source(shares: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Shares of each source that states both of NEEDED."""
    for _, rows in shares.groupby("source_id"):
        if set(NEEDED) <= set(rows["other"]):
            yield rows


def leads(
    trade: pd.DataFrame, facts: pd.DataFrame, economies: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The claim's leads by basis, as its verdict takes them; none for a basis without a year."""
    of_trade = partial(rows_of(lead), trade)
    asked = (
        partial(rows_of(lead_told), trade, facts),
        partial(of_trade, basis="mirror", absent="bounded"),
        partial(of_trade, basis="interval"),
    )
    seen = cache(partial(reports, trade, economies=economies))
    found = {}
    for basis, ask in zip(BASES, asked, strict=True):
        with suppress(CoverageError):
            found[basis] = estimates(ask(economies=economies, seen=seen()))
    return found


def who_is_first(found: Mapping[str, pd.DataFrame], economies: Sequence[str]) -> pd.DataFrame:
    """Who is first in each country by each side's reports.

    Parameters
    ----------
    found : mapping of str to pandas.DataFrame
        What `leads` gives.
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
        who = f"{party(row.first)} first" if row.first else "no clear first"
        said[str(row.economy)] = (
            f"{eco.name_of(row.economy)}: {who if row.compared else 'cannot be said'}"
        )
    return said


def finding(first: pd.DataFrame) -> str:
    """Who is first by every report that tells, and where that depends on the report; `first` as
    from `who_is_first`.
    """
    always: dict[str, list[str]] = {}
    varied, once = [], []
    for code, rows in first[first["compared"]].groupby("economy", sort=False):
        told, name = [who for who in rows["first"] if who], eco.in_prose(str(code))
        if len(rows) == 1:
            once.append((party(told[0]) if told else "Nobody", name))
        elif len(told) > 1 and len({*told}) == 1:
            always.setdefault(told[0], []).append(name)
        else:
            varied.append(name)
    leading = [(party(code), joined(names)) for code, names in always.items()]
    said = []
    if leading:
        (who, where), *rest = leading
        clauses = [f"{who} is first in {where}", *(" in ".join(pair) for pair in rest)]
        said.append(f"{joined(clauses)} by every report that tells")
    if varied and said:
        said.append(f"in {joined(varied)} that depends on the report")
    elif varied:
        said.append(f"Who is first in {joined(varied)} depends on the report")
    elif once and not said:
        said += [
            f"{who} is first in {name} by the only reports that can be compared"
            for who, name in once
        ]
    return "; ".join(said) or "No side's reports say whether China or Russia is first"


def how_drawn(first: pd.DataFrame) -> str:
    """The note under the picture; `first` as from `who_is_first`."""
    note = (
        "Of several figures a bar ends at the least, its paler part at the largest. The EU, "
        "framed, is drawn as one; in the rank its members stand apart. Partners are compared "
        "within one choice alone."
    )
    bounded = [eco.in_prose(code) for code in first.loc[first["bounded"], "economy"]]
    if bounded:
        note += (
            f" On {joined(bounded)} one of the two largest reports nothing. It could be first only "
            "with more trade than any year on record shows."
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
