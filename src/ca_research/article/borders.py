"""Land borders with China, in kilometres as the profiles of the two sides give them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.errors import (
    AggregateError,
    MixedUnitsError,
    UsageError,
    known_name,
)
from ..plots.maps import Region
from ..stats.frames import require

REGION = Region(
    places={
        "KAZ": (67.0, 48.2),
        "KGZ": (80.2, 40.3),
        "TJK": (76.4, 37.6),
        "TKM": (58.8, 39.3),
        "UZB": (63.2, 42.9),
    },
    window=(45.5, 98.0, 34.0, 56.6),
    around=("RUS", "CHN", "MNG", "IRN", "AFG", "PAK", "IND", "AZE", "GEO", "ARM", "TUR"),
    named={
        "RUS": (62.5, 55.6),
        "CHN": (91.0, 42.5),
        "IRN": (56.5, 35.6),
        "AFG": (65.5, 34.6),
        "MNG": (95.0, 47.3),
    },
    beside=("KGZ", "TJK"),
)
"""The five and what lies around them, for `plots.region_map`."""


Side = Literal["central_asian", "chinese"]


def _single(economies: Sequence[str]) -> list[str]:
    """Codes, each once and no aggregate: a border belongs to one economy."""
    codes = [eco.resolve(e) for e in economies]
    if group := [c for c in codes if eco.is_aggregate(c)]:
        raise AggregateError(
            f"{group[0]} is no single economy",
            hint="name its members: a border belongs to one of them",
        )
    if len(set(codes)) < len(codes):
        raise UsageError("an economy is named twice", hint="name each once")
    return codes


def border_lengths(
    facts: pd.DataFrame, *, economies: Sequence[str], side: Side = "central_asian"
) -> pd.DataFrame:
    """Rows of `facts` with the border of each economy with China, in km.

    facts: like table `facts` (subject, attribute, value, unit, source_id). economies: codes or
        names. side: 'central_asian' (the profile of each economy) or 'chinese' (China's profile,
        which lists its neighbours only).
    Returns the rows with a column `economy`; a length of zero means that no common border is
    listed.
    Raises UnknownNameError for a side, an economy or a missing column, AggregateError for an
    aggregate, UsageError for an economy named twice, MixedUnitsError for a unit other than km.
    """
    codes = _single(economies)
    require(facts, ("subject", "attribute", "value", "unit", "source_id"))
    known_name("side", side, get_args(Side))
    own = side == "central_asian"
    subjects, attributes = (codes, ["CHN"]) if own else (["CHN"], codes)
    border = facts["attribute"].isin([f"border_with_{code}" for code in attributes])
    rows = facts[border & facts["subject"].isin(subjects) & facts["value"].notna()]
    if units := set(rows["unit"]) - {"km"}:
        raise MixedUnitsError(
            f"lengths in {', '.join(sorted(map(str, units)))}", hint="convert them to km"
        )
    named = rows["subject"] if own else rows["attribute"].str.removeprefix("border_with_")
    return rows.assign(economy=named)


def _unknown(rows: Iterable[str], codes: Sequence[str]) -> list[str]:
    return sorted(set(codes) - set(rows))


@measure("relations.border_total")
@tells("lengths")
def border_total(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    side: Side = "central_asian",
) -> list[Estimate]:
    """Sum of the borders with China over the economies that have one, in km.

    facts, economies, side: as in `border_lengths` ('central_asian' or 'chinese').
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, which tells the `lengths`
    that are added. An economy without a profile is not one without a border: by its own profiles
    the sum is then missing, with the reason.
    Raises as `border_lengths`, and UsageError where two sources give one border, for they would be
    added.
    Formula: sum of the lengths above zero.
    """
    rows = border_lengths(facts, economies=economies, side=side)
    if (twice := rows["economy"][rows["economy"].duplicated()]).size:
        raise UsageError(
            f"two lengths of the border of {twice.iloc[0]} with China",
            hint="choose one source first",
        )
    unknown = _unknown(rows["economy"], _single(economies)) if side == "central_asian" else []
    if unknown and len(rows):
        return [
            estimate_row(missing=f"no profile gives the border of {', '.join(unknown)} with China")
        ]
    rows = rows[rows["value"] > 0]
    if rows.empty:
        return [estimate_row(missing=f"no border with China in the {side} profiles")]
    each = rows.sort_values("value", ascending=False)[["economy", "value"]]
    lengths = eco.joined(f"{eco.in_prose(code)} ({km:,.0f} km)" for code, km in each.to_numpy())
    return [estimate_row(rows, estimate=float(rows["value"].sum()), about={"lengths": lengths})]


@measure("relations.neighbours")
def neighbours(
    geography: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    evidence: Literal["contiguity", "length"] = "contiguity",
) -> list[Estimate]:
    """How many of the economies share a land border with China; an estimates frame of one row.

    geography: like table `geography` (origin, destination, contiguous, source_id). facts,
        economies: as of `border_lengths`. evidence: 'contiguity' (CEPII's indicator) or 'length' (a
            published length above zero).
    An economy without evidence is not one without a border: the count is then missing, with the
    reason.
    Raises what `border_lengths` raises.
    """
    codes = _single(economies)
    if evidence == "length":
        rows = border_lengths(facts, economies=codes)
        touches = rows.set_index("economy")["value"] > 0
    else:
        require(geography, ("origin", "destination", "contiguous", "source_id"))
        rows = geography[(geography["destination"] == "CHN") & geography["origin"].isin(codes)]
        rows = rows[rows["contiguous"].notna()]
        touches = rows.set_index("origin")["contiguous"].astype(bool)
    if rows.empty:
        return [estimate_row(missing=f"nothing on borders by {evidence}")]
    if unknown := _unknown(touches.index, codes):
        return [
            estimate_row(missing=f"nothing on the border of {', '.join(unknown)} by {evidence}")
        ]
    return [estimate_row(rows, estimate=float(touches[touches].index.nunique()))]
