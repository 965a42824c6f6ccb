"""What the measures of this wing refuse: two sources or editions in one, aggregates beside their
members.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, MixedUnitsError, UsageError
from ..stats.frames import refuse_named, refuse_named_aggregates, require, years

CREDITOR_TOTALS = ("BIL", "MUL")
"""Totals without a list of members: whoever stands beside them may be inside. One does not hold the
other.
"""

EU_DONORS = ("EU27", "EUI")
"""EU27 in the grants of one_net_flows holds the EU institutions
(registry/tables/investment.yaml).
"""


def one_source(frame: pd.DataFrame, hint: str) -> None:
    """UsageError where rows come from several sources."""
    if "source_id" in frame and frame["source_id"].nunique(dropna=False) > 1:
        raise UsageError(
            f"several sources: {', '.join(sorted(map(str, frame['source_id'].unique()))[:6])}",
            hint=hint,
        )


def refuse_overlap(codes: Collection[str], year: int, where: str) -> None:
    """AggregateError where an aggregate stands beside a member, or two aggregates share one.

    Goes further than economies.refuse_overlap: totals without a list of members (BIL, MUL) and two
    aggregates with members in common (EU and EU27) are refused too.
    """
    present = set(codes)
    eco.refuse_overlap(present, year, where=where)
    totals, others = present & set(CREDITOR_TOTALS), present - set(CREDITOR_TOTALS)
    if totals and others:
        raise AggregateError(
            f"{' and '.join(sorted(totals))} beside {', '.join(sorted(others)[:5])}, which may "
            "be inside",
            where=where,
            hint="keep the totals or their parts, not both",
        )
    groups = sorted(present & set(eco.AGGREGATES))
    for one, other in combinations(groups, 2):
        common = set(eco.members(one, year)) & set(eco.members(other, year))
        if common or {one, other} == set(EU_DONORS):
            shared = ", ".join(sorted(common)[:5]) or "the EU institutions"
            raise AggregateError(
                f"{one} and {other} both hold {shared}",
                where=where,
                hint="keep one of the two aggregates",
            )


def refuse_overlaps(frame: pd.DataFrame, column: str, within: Sequence[str]) -> None:
    """`refuse_overlap` of the codes in a column, in each group of `within` (which holds `year`)."""
    years(frame, text=True)
    refuse_named_aggregates(frame[column].unique(), column)
    for key, part in frame.groupby(list(within), dropna=False):
        named = dict(zip(within, key, strict=True))
        refuse_overlap(
            set(part[column]),
            int(named["year"]),
            f"{column}, " + ", ".join(f"{k} {v}" for k, v in named.items()),
        )


def one_edition(projects: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Projects of one edition; editions list the same project again, so they are never pooled.

    Raises CoverageError where the edition has no row, UsageError where it lists a project twice.
    """
    projects = require(projects, ("host", "year"), keys=("project_id", "source_id"))
    mine = projects[projects["source_id"] == edition]
    if mine.empty:
        raise CoverageError(
            f"no project of edition {edition!r}",
            hint="editions here: "
            f"{', '.join(sorted(map(str, projects['source_id'].unique()))) or 'none'}",
        )
    if mine["project_id"].duplicated().any():
        raise UsageError(f"edition {edition} lists a project twice", hint="drop the repeated rows")
    return mine


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
    held = frame[column]
    if pd.api.types.is_bool_dtype(held.dtype):
        return held.astype("boolean")
    said = held.dropna().map(lambda value: _TRUTHS.get(str(value).strip().casefold()))
    if said.isna().any():
        raise UsageError(
            f"{column!r} holds {str(held[said.index[said.isna()][0]])!r}, neither true nor false",
            hint="write True, False, or nothing where nothing is said",
        )
    return said.astype("boolean").reindex(held.index)


def refuse_absent(
    wanted: Iterable[str], frame: pd.DataFrame, column: str, found: pd.Series
) -> None:
    """CoverageError for economies of which nothing was found; UsageError where the frame names
    them in other words than codes.
    """
    if absent := [code for code in wanted if code not in set(found)]:
        refuse_named(frame[column].unique(), column)
        raise CoverageError(
            f"no figures of {', '.join(absent)}",
            hint=f"leave them out: missing is not zero; ca.coverage('debt', by=[{column!r}])",
        )


UNITS = ("unit", "currency")
"""Columns of frames of one's own that say in what their figures are."""


def current_dollars(frame: pd.DataFrame) -> None:
    """MixedUnitsError where columns of a frame say that its figures are not in current dollars."""
    for column in {*UNITS, "price_basis"} & set(frame):
        held = set(map(str, frame[column]))
        if other := sorted(held - {"USD", "current USD", "US dollars"}):
            raise MixedUnitsError(
                f"{column} is {other[0]!r}, and not current US dollars",
                hint="convert the figures, and rows in other prices (convert_prices), or drop them",
            )
