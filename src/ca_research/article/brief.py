"""What a brief on one economy says at its head: sentences made from frames, which name only what is
observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..ground import economies as eco
from ..ground.numbers import small_percent
from ..investment import stock_years
from ..registry.words import measure_group, measure_name, party, value_words
from ..tables.preference import NO_REPORTS, of_role
from ..trade import rank, rank_years
from ..trade.rank import BASES
from .trade_priority import NEEDED, SINCE, newest_ranks

_OWN, _MIRROR, _RANGE = BASES
_THE = {
    "EU27": "the EU",
    "USA": "the United States",
    "ARE": "the United Arab Emirates",
    "GBR": "the United Kingdom",
}


def _named(codes: Iterable[str]) -> str:
    return " or ".join(_THE.get(code) or eco.name_of(code) for code in codes)


def largest_partner(firsts: pd.DataFrame, economy: str) -> str:
    """Who trades most with an economy, on each basis, and on what figures that is said.

    Parameters
    ----------
    firsts : pandas.DataFrame
        As from `priority.first_partners`.
    economy : str
        Its code or name.

    Returns
    -------
    str
        One sentence or two for each basis. Where ranges overlap no partner is called the largest;
        where the EU is not observed that is said.
    """
    name = eco.name_of(eco.resolve(economy))
    if firsts.empty:
        return (
            f"No largest partner in goods trade can be named: no figures since {SINCE}, by "
            f"{name} or by its partners, "
            "show both China and Russia."
        )
    whose = {
        _OWN: f"{name}'s own figures",
        _MIRROR: "its partners' figures",
        _RANGE: "the range of both sides' figures",
    }
    says = []
    for basis, words in whose.items():
        rows = list(firsts[firsts["basis"] == basis].itertuples())
        if not rows:
            says.append(
                f"{words[0].upper()}{words[1:]} since {SINCE} nowhere show both China and Russia."
            )
            continue
        first, *newer = rows
        without = (
            f", which leave{'s' if basis == _RANGE else ''} out the EU," if first.unobserved else ""
        )
        says.append(
            f"By {words}{without} the largest of {first.partners} partners in {first.year} "
            f"{_was(first)}."
        )
        says += [
            f"In {row.year}, without figures for the EU, the largest of {row.partners} {_was(row)}."
            for row in newer
        ]
    return f"Trade in goods. {' '.join(says)}"


def _was(row: pd.Series) -> str:
    """'was China', or 'may have been China or Russia, whose figures overlap'."""
    if row.leader:
        return f"was {_named([row.leader])}"
    return f"may have been {_named(row.contenders)}, whose figures overlap"


def debt_owed(exposure: pd.DataFrame) -> str:
    """What an economy owes China as a state, in its newest year; '' without one.

    exposure: as from `investment.debt_exposure`, of one debtor: year, of_bilateral, of_gdp
        (fractions).
    """
    known = exposure.dropna(subset=["of_bilateral", "of_gdp"]).sort_values("year").tail(1)
    return " ".join(
        "Of the public and publicly guaranteed debt to other states and their official lenders at "
        f"the end of {r.year}, {small_percent(r.of_bilateral)} was owed to China; that is "
        f"{small_percent(r.of_gdp)} of the year's output."
        for r in known.itertuples()
    )


def students_counted(counts: pd.DataFrame) -> str:
    """The last count of students in China, of all kinds, from one origin; '' without one.

    counts: rows of one source and one level of table `students`, of one origin.
    """
    last = counts.sort_values("year").tail(1)
    return " ".join(
        f"Students in China: {r.students:,.0f} in {r.year}, the last count by origin."
        for r in last.itertuples()
    )


def places_then_and_now(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Ranks of all partners in the first and the last year in which each basis can be ranked.

    trade: like the table. economy: a code. Returns rows as of `trade.rank`; none for a basis
    without such a year.
    """
    found = [newest_ranks(trade, [economy]).iloc[:0]]
    for basis in (_OWN, _MIRROR):
        able = rank_years(trade, economy=economy, basis=basis, eu="one", needed=NEEDED)
        years = able.loc[able["economies"] > 0, "year"]
        if len(years):
            ends = sorted({int(years.min()), int(years.max())})
            found.append(
                rank(trade, economy=economy, year=ends, basis=basis, eu="one", needed=NEEDED)
            )
    return pd.concat(found)


def places_in_words(moves: pd.DataFrame) -> str:
    """'By own report, 2005 to 2024: China 3 to 1; Russia 1 to 2.' for rows of
    `places_then_and_now`.
    """
    said = []
    for basis, part in moves.groupby("basis"):
        years = " to ".join(str(year) for year in sorted(part["year"].unique()))
        places = (
            f"{party(partner)} {' to '.join(map(str, rows['rank']))}"
            for partner, rows in part.groupby("partner")
        )
        said.append(f"By {value_words(basis)}, {years}: {'; '.join(places)}")
    return ". ".join(said) + "."


_INSTRUMENTS = {
    "oda_like": " (like aid)",
    "oof_like": " (like other official flows)",
    "vague": " (terms not told)",
    "concessional": " (concessional)",
    "non_concessional": " (not concessional)",
}
_BOUNDS = {"lower": ", at least", "upper": ", at most"}
_EDITIONS = {"preliminary": ", preliminary", "revised": ", revised"}


def newest_investment(
    investment: pd.DataFrame, economy: str, investors: Sequence[str]
) -> pd.DataFrame:
    """The newest figure of each concept that some investors have in an economy.

    investment: like table `investment`. economy: the host. investors: codes. Concepts, instruments
    and price bases stay apart. Returns group, measure (in words), investor, year, value (m USD),
    source_id; one row per investor, concept and source.
    """
    mine = investment[(investment["host"] == economy) & investment["investor"].isin(investors)]
    apart = ["investor", "measure", "instrument", "stage", "price_basis"]
    newest = mine[mine["year"] == mine.groupby(apart, dropna=False)["year"].transform("max")]
    prices = newest["price_basis"].map(
        lambda p: "" if p == "current USD" or pd.isna(p) else f", {p}"
    )
    words = newest["measure"].map(measure_name) + newest["instrument"].map(_INSTRUMENTS).fillna("")
    words += prices + newest["bound"].map(_BOUNDS).fillna("")
    words += newest["revision"].map(_EDITIONS).fillna("")
    found = newest.assign(
        group=newest["measure"].map(measure_group), measure=words, value=newest["value_usd"] / 1e6
    )
    found = found[["group", "measure", "investor", "year", "value", "source_id"]]
    named = found["investor"].map(party)
    return (
        found.assign(named=named)
        .sort_values(["group", "measure", "named"], ascending=[False, True, True])
        .drop(columns="named")
    )


def years_held(
    economy: str,
    *,
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    debt: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
) -> pd.DataFrame:
    """For which years the figures behind a brief are at hand.

    economy: a code. The frames are like the tables of these names; students and opinion hold rows
    of the economy alone. Returns figures, first_year, last_year ('none' without any), years.
    """
    told = ~trade["source_id"].isin(of_role(trade["source_id"], *NO_REPORTS))
    own = trade["reporter"].eq(economy) & trade["partner"].eq("CHN") & told
    chinese = trade["reporter"].eq("CHN") & trade["partner"].eq(economy) & told
    stocks = investment["host"].eq(economy) & investment["measure"].eq("fdi_stock")
    stocks &= investment["year"].isin(stock_years(investment, economy))
    owed = debt["debtor"].eq(economy) & debt["creditor"].eq("CHN") & debt["measure"].eq("stock")
    held = {
        "own report of trade with China": trade[own],
        "China's report of trade": trade[chinese],
        "investment stock by five investors or more": investment[stocks],
        "debt to China": debt[owed],
        "students in China, counted": students,
        "a poll on China": opinion[opinion["about"].eq("CHN")],
    }
    years = {what: rows["year"].dropna().astype(int) for what, rows in held.items()}
    return pd.DataFrame(
        [
            {
                "figures": what,
                "first_year": str(found.min()) if len(found) else "none",
                "last_year": str(found.max()) if len(found) else "none",
                "years": found.nunique(),
            }
            for what, found in years.items()
        ]
    )
