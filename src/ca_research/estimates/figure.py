"""One published figure as a measure: the plainest thing that a claim can rest on."""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from ..ground.errors import MixedUnitsError
from ..ground.periods import years_back
from .cells import CellsOf
from .frame import Estimate, estimate_row
from .measures import measure
from .series import between


@measure("tables.figure")
def figure(
    facts: pd.DataFrame,
    *,
    subject: Annotated[str, CellsOf("facts", "subject")],
    attribute: Annotated[str, CellsOf("facts", "attribute", beside=("subject",))],
    year: str | int = "newest",
) -> list[Estimate]:
    """A single figure as its sources give it.

    facts: table `facts`, or any frame with its columns. Returns an estimates frame of one row.

    subject, attribute: as in the table. year: 'newest', 'newest-1' ..., or a year; facts without a
    year are taken as they are where none has one. Sources that disagree leave a range (low, high),
    never a mean.
    Raises MixedUnitsError where the sources give different units.
    """
    rows = facts[
        (facts["subject"] == subject) & (facts["attribute"] == attribute) & facts["value"].notna()
    ]
    known = sorted({int(y) for y in rows["year"].dropna()}, reverse=True)
    if known:
        if isinstance(year, str):
            year = next(iter(known[years_back(year) :]), year)
        rows = rows[rows["year"] == year]
    if rows.empty:
        return [estimate_row(missing=f"no figure of {attribute} for {subject} ({year})")]
    if rows["unit"].nunique() > 1:
        raise MixedUnitsError(
            f"{attribute} of {subject} is given in {', '.join(sorted(rows['unit'].unique()))}",
            hint="filter the frame to one unit",
        )
    return [estimate_row(rows, **between(rows["value"].min(), rows["value"].max()))]
