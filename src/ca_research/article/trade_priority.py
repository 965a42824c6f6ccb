"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal

import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure, parts, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError
from ..ground.periods import years_back
from ..registry import article
from ..trade import rank
from ..trade.mirror import perspective
from ..trade.rank import BASES, FLOWS, known, newest_year, ranking_of, reports
from ..trade.rank import lead as lead_of
from ..trade.standings import Reports
from .settings import settings

NEEDED = ("CHN", "RUS")
"""A rank is given only where at least these two are observed on the basis."""

SINCE = 2013
"""A rank in the present tense is taken from no earlier year, as in `partner_lead`."""

AT_LEAST = 3
"""Of five economies, how many must be observed for a year to be the newest."""

PARTNERS = ("named", "every")
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


class Powers:
    """The rows of `trade` between some economies and NEEDED, by either side; of product TOTAL.

    What each trade was at most is looked for once: it is the same for every year that it bounds.
    """

    def __init__(self, trade: pd.DataFrame, *, economies: Sequence[str]) -> None:
        own, powers = list(economies), list(NEEDED)
        reporter, partner = trade["reporter"], trade["partner"]
        pair = reporter.isin(own) & partner.isin(powers) | reporter.isin(powers) & partner.isin(own)
        self.rows = trade[(pair & trade["product"].eq("TOTAL")).to_numpy(bool)]
        self._largest: dict[tuple[str, str, str], pd.DataFrame] = {}

    def largest(self, economy: str, partner: str, flow: str) -> pd.DataFrame:
        """`largest_ever` of these rows."""
        key = (economy, partner, flow)
        if key not in self._largest:
            self._largest[key] = largest_ever(self.rows, *key)
        return self._largest[key]


@measure("trade.lead")
@tells("rival")
@parts(seen=reports, powers=Powers)
def lead(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    basis: str,
    year: str = "newest",
    flow: str = "turnover",
    source: str = "office_first",
    partners: str = "named",
    eu: str = "apart",
    since: int = SINCE,
    absent: Literal["open", "bounded"] = "open",
    seen: Reports | None = None,
    powers: Powers | None = None,
) -> pd.DataFrame:
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
        An estimates frame, one row per economy; see `lead_of`. An economy without China, Russia or
        a rival has the reason in `missing`.

    Raises
    ------
    UnknownNameError
        For a choice, and what `lead_of` raises.
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
    found = lead_of(
        trade,
        economies=codes,
        partner="CHN",
        year=newest - back,
        among=taking_part,
        needed=NEEDED,
        seen=seen,
        **choices,
    )
    if absent == "open":
        return found
    powers = Powers(trade, economies=codes) if powers is None else powers
    bounds = {
        code: bounded(powers, seen, code, newest - back, taking_part, **choices)
        for code in found.loc[found["missing"] != "", "economy"]
    }
    return estimates(bounds.get(row["economy"]) or row for row in found.to_dict("records"))


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
    rows = perspective(trade[pair.to_numpy(bool)], [economy])
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


@measure("trade.lead_told")
@tells("rival")
@parts(seen=reports)
def lead_told(
    trade: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    source: str = "office_first",
    partners: str = "named",
    since: int = SINCE,
    seen: Reports | None = None,
) -> pd.DataFrame:
    """`lead` by the economy's own report, where it publishes no table by what its agency states.

    A share is set against shares of the same source and year alone.

    trade, economies, source, partners, since, seen: as in `lead`. facts: as in `stated_shares`.
    Returns an estimates frame, one row per economy, in the newest year in which China and Russia
    can be compared in AT_LEAST of them, by table or statement. Raises what `lead` raises.
    """
    known(source=source)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    shares = stated_shares(facts, codes)
    year = _newest_told(seen, codes, shares, whole_number("since", since))
    found = lead_of(
        trade,
        economies=codes,
        partner="CHN",
        year=year,
        source=source,
        among=among(partners),
        needed=NEEDED,
        seen=seen,
    )
    stated = {
        code: stated_lead(shares[(shares["economy"] == code) & (shares["year"] == year)], partners)
        for code in found.loc[found["missing"] != "", "economy"]
    }
    return estimates(stated.get(row["economy"]) or row for row in found.to_dict("records"))


def _newest_told(seen: Reports, codes: Sequence[str], shares: pd.DataFrame, since: int) -> int:
    """The newest year in which so many economies list or state both of NEEDED."""
    told = {
        (code, int(year))
        for (code, year, _), rows in shares.groupby(["economy", "year", "source_id"])
        if set(NEEDED) <= set(rows["other"])
    }
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
        f"no year since {since} in which {least} of {len(codes)} economies report trade with "
        "China and Russia",
        hint="ca.coverage('trade', by=['reporter'])",
    )


def stated_lead(shares: pd.DataFrame, partners: str) -> dict[str, Any] | None:
    """The row of an economy by stated shares of one year; a range where sources differ."""
    taking_part = among(partners)
    ratios, rivals, used = [], [], []
    for rows in _by_source(shares):
        others = rows[rows["other"] != "CHN"]
        if taking_part is not None:
            others = others[others["other"].isin(list(taking_part))]
        largest = others.loc[others["value"].idxmax()]
        own = rows.loc[rows["other"] == "CHN", "value"].iloc[0]
        ratios.append(float(own / largest["value"]))
        rivals.append(str(largest["other"]))
        used.append(pd.concat([rows[rows["other"] == "CHN"], others]))
    if not ratios:
        return None
    code = str(shares["economy"].iloc[0])
    rows = pd.concat(used)[["fact_id", "subject", "attribute", "year", "source_id"]]
    one = min(ratios) == max(ratios)
    return estimate_row(
        rows,
        economy=code,
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
