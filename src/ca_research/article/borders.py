"""Land borders with China, in kilometres as the profiles of the two sides give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import pick
from ..ground import economies as eco
from ..stats.contract import one_figure_per_cell
from ..stats.frames import refuse_units, require

Side = Literal["central_asian", "chinese"]


def border_lengths(
    facts: pd.DataFrame, *, economies: Sequence[str], side: Side = "central_asian"
) -> pd.DataFrame:
    """Rows of `facts` with the border of each economy with China, in km.

    facts: like table `facts`. economies: codes. side: 'central_asian' (the profile of each economy)
    or 'chinese' (China's profile, which lists its neighbours only).
    Returns the rows with a column `economy`; a length of zero means that no common border is
    listed. Raises UnknownNameError for a missing column, MixedUnitsError for a unit other than km.
    """
    require(facts, ("subject", "attribute", "value", "unit", "source_id"))
    named = {code: f"border_with_{code}" for code in (*economies, "CHN")}
    if side == "central_asian":
        rows = pick(facts, subject=economies, attribute=named["CHN"])
        rows = rows.assign(economy=rows["subject"])
    else:
        rows = pick(facts, subject="CHN", attribute=[named[code] for code in economies])
        rows = rows.assign(economy=rows["attribute"].str.removeprefix("border_with_"))
    rows = rows.dropna(subset="value")
    refuse_units(rows, "unit", ["km"])
    return rows


def _unknown(economies: Sequence[str], known: pd.Series) -> str:
    """Those without any evidence, who are not without a border."""
    return ", ".join(sorted({*economies} - {*known}))


@measure("relations.border_total", kind="level")
@tells("lengths")
def border_total(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    side: Side = "central_asian",
) -> list[Estimate]:
    """Sum of the borders with China over the economies that have one, in km.

    facts, economies, side: as in `border_lengths`. It tells the `lengths` that are added. An
    economy without a profile is not one without a border: by its own profiles the sum is then
    missing, with the reason. Raises UsageError where two sources give one border, for they would be
    added.
    Formula: sum of the lengths above zero.
    """
    rows = border_lengths(facts, economies=economies, side=side)
    one_figure_per_cell(rows, ["economy"])
    unknown = _unknown(economies, rows["economy"]) if side == "central_asian" else ""
    if unknown:
        return [estimate_row(missing=f"no profile gives the border of {unknown} with China")]
    rows = rows[rows["value"] > 0].sort_values("value", ascending=False)
    if rows.empty:
        return [estimate_row(missing=f"no border with China in the {side} profiles")]
    pairs = zip(rows["economy"].map(eco.in_prose), rows["value"], strict=True)
    about = {"lengths": eco.joined(f"{name} ({km:,.0f} km)" for name, km in pairs)}
    return [estimate_row(rows, estimate=float(rows["value"].sum()), about=about)]


@measure("relations.neighbours", kind="count")
def neighbours(
    geography: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    evidence: Literal["contiguity", "length"] = "contiguity",
) -> list[Estimate]:
    """How many of the economies share a land border with China.

    geography: like table `geography`. facts, economies: as of `border_lengths`. evidence:
        'contiguity' (CEPII's indicator) or 'length' (a published length above zero).
    An economy without evidence is not one without a border: the count is then missing, with the
    reason.
    """
    if evidence == "length":
        rows = border_lengths(facts, economies=economies)
        whose, touches = rows["economy"], rows["value"] > 0
    else:
        require(geography, ("origin", "destination", "contiguous", "source_id"))
        rows = pick(geography, destination="CHN", origin=economies).dropna(subset="contiguous")
        whose, touches = rows["origin"], rows["contiguous"].astype(bool)
    if unknown := _unknown(economies, whose):
        return [estimate_row(missing=f"nothing on the border of {unknown} by {evidence}")]
    return [estimate_row(rows, estimate=float(whose[touches].nunique()))]
