"""What the measures of this wing refuse: aggregates beside their members, two editions in one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, known_name
from ..stats.contract import MONEY
from ..stats.frames import refuse_labels, refuse_units

CREDITOR_TOTALS = ("BIL", "MUL")
"""Totals without a list of members: whoever stands beside them may be inside. One does not hold the
other.
"""
UNLISTED = {
    *CREDITOR_TOTALS,
    *("WLD", "OECD", "EXT_EU", "INT_EU", "CASC", "ASIA", "AFRICA", "EUROPE", "AMERICAS"),
}
"""Likewise: these and the world; bodies and rests of the register hold nobody who is named."""


def refuse_overlaps(frame: pd.DataFrame, column: str, within: Sequence[str]) -> None:
    """AggregateError where, in a group of `within` (which holds `year`), an aggregate stands beside
    a member, or two aggregates share one.
    """
    refuse_labels(frame[column].unique(), column, single=True)
    groups = set(frame[column]) & set(eco.AGGREGATES)
    for key, part in frame.groupby(list(within), dropna=False) if groups else ():
        codes, year = set(part[column]), int(part["year"].iloc[0])
        inside = {code: set(eco.members(code, year)) for code in codes & groups}
        if "EU27" in inside:
            inside["EU27"].add("EUI")  # grants of EU27 hold those of its institutions
        for code, members in inside.items():
            others = codes - {code}
            if code in UNLISTED:
                within_it = others - {*(CREDITOR_TOTALS if code in CREDITOR_TOTALS else ())}
            else:
                shared = {other for other in others & set(inside) if inside[other] & members}
                within_it = others & members | shared
            if within_it:
                raise AggregateError(
                    f"{code} stands beside {', '.join(sorted(within_it)[:5])}, which it holds",
                    where=f"{column}s of {key}",
                    hint="keep the aggregate or its parts, not both",
                )


def not_refused(projects: pd.DataFrame) -> pd.Series:
    """Rows that the publisher does not advise against (`recommended` false); nothing said counts as
    kept.
    """
    if "recommended" not in projects:
        return pd.Series(True, index=projects.index)
    return truths(projects, "recommended").fillna(True).astype(bool)


_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}


def truths(frame: pd.DataFrame, column: str) -> pd.Series:
    """Yes, no and nothing said, also where a file has them as text; UsageError for other words."""
    words = frame[column].astype("string").str.strip().str.casefold()
    for word in set(words.dropna()):
        known_name(column, word, _TRUTHS)
    return words.map(_TRUTHS).astype("boolean")


def current_dollars(frame: pd.DataFrame) -> None:
    """MixedUnitsError where columns of a frame say that its figures are not in current dollars."""
    for column in {*MONEY} & set(frame):
        refuse_units(frame, column, ("USD", "current USD", "US dollars"))
