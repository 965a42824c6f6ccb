"""Whether China is the largest trade partner: the library's rank with this article's powers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from ..estimates.measures import measure, parts, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError
from ..ground.periods import years_back
from ..registry import article
from ..trade import rank
from ..trade.rank import BASES, known, newest_year, reports
from ..trade.rank import lead as lead_of
from ..trade.standings import Reports

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


@measure("trade.lead")
@tells("rival")
@parts(seen=reports)
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
    seen: Reports | None = None,
) -> pd.DataFrame:
    """China's trade over that of its largest rival: above one, China ranks first.

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
    seen : Reports, optional
        What `trade.rank.reports` makes of `trade`, where it is made already.

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
    newest = newest_year(
        seen,
        codes,
        needed=NEEDED,
        basis=basis,
        eu=eu,
        source=source,
        since=whole_number("since", since),
        at_least=AT_LEAST,
    )
    return lead_of(
        trade,
        economies=codes,
        partner="CHN",
        year=newest - back,
        basis=basis,
        flow=flow,
        source=source,
        among=taking_part,
        eu=eu,
        needed=NEEDED,
        seen=seen,
    )


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
