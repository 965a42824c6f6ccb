"""Land borders with China."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..errors import UnknownNameError
from ..tables.provenance import estimate_row, estimates


def border_lengths(facts: pd.DataFrame, *, economies: Sequence[str], side: str = "central_asian") -> pd.DataFrame:
    """Rows of `facts` with the border of each economy with China, in km.

    side: 'central_asian' (the profile of each economy) or 'chinese' (China's profile).
    Returns the rows with a column `economy`; a length of zero means that no common border is listed.
    """
    if side == "central_asian":
        rows = facts[(facts["attribute"] == "border_with_CHN") & facts["subject"].isin(list(economies))]
        return rows.assign(economy=rows["subject"])
    if side == "chinese":
        wanted = {f"border_with_{e}": e for e in economies}
        rows = facts[(facts["subject"] == "CHN") & facts["attribute"].isin(list(wanted))]
        return rows.assign(economy=rows["attribute"].map(wanted))
    raise UnknownNameError("side", side, ("central_asian", "chinese"))


def border_total(facts: pd.DataFrame, *, economies: Sequence[str], side: str = "central_asian") -> pd.DataFrame:
    """Sum of the borders with China over the economies that have one (km); an estimates frame of one row."""
    rows = border_lengths(facts, economies=economies, side=side)
    rows = rows[(rows["unit"] == "km") & (rows["value"] > 0)]
    if rows.empty:
        return estimates([estimate_row(missing=f"no border with China in the {side} profiles")])
    return estimates([estimate_row(rows, estimate=float(rows["value"].sum()))])


def neighbours(
    geography: pd.DataFrame, facts: pd.DataFrame, *, economies: Sequence[str], evidence: str = "contiguity"
) -> pd.DataFrame:
    """How many of the economies share a land border with China; an estimates frame of one row.

    evidence: 'contiguity' (CEPII's indicator) or 'length' (a published length above zero).
    """
    if evidence == "length":
        rows = border_lengths(facts, economies=economies)
        borders = rows.loc[rows["value"] > 0, "economy"]
    elif evidence == "contiguity":
        rows = geography[(geography["destination"] == "CHN") & geography["origin"].isin(list(economies))]
        borders = rows.loc[rows["contiguous"].astype(bool), "origin"]
    else:
        raise UnknownNameError("evidence", evidence, ("contiguity", "length"))
    if rows.empty:
        return estimates([estimate_row(missing=f"nothing on borders by {evidence}")])
    return estimates([estimate_row(rows, estimate=float(borders.nunique()))])
