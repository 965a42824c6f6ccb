"""What a brief on one economy says at its head: sentences made from frames, which name only what is
observed.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..ground import economies as eco
from ..ground.numbers import small_percent
from ..trade.rank import BASES, SINCE

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
        As from `trade.first_partners`.
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
        f"Of what it owed to other states and their banks at the end of {r.year}, "
        f"{small_percent(r.of_bilateral)} was owed to "
        f"China; that is {small_percent(r.of_gdp)} of the year's output."
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
