"""Revealed comparative advantage as a measure that a claim names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from .. import registry
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure
from ..estimates.series import omit, pick
from ..ground import economies as eco
from ..ground.periods import years_back
from ..tables.levels import of_level
from ..tables.preference import OWN_REPORTS, ranked
from .indices import revealed_comparative_advantage

_LEVELS = {"chapters": 2, "headings": 4, "subheadings": 6, "sections": "SITC"}


@measure("trade.rca", kind="ratio")
def advantage(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    product: str,
    level: Literal["chapters", "headings", "subheadings", "sections"] = "chapters",
    year: str | int = "newest",
) -> list[Estimate]:
    """Revealed comparative advantage: a product's share in an economy's exports over its share in
    the world's, as the source has the world, or else in those of all that report.

    trade: like the table, of all exporters. product: a code of the level. year: 'newest' (in which
    the preferred source has it), 'newest-1' and so on, or a year.
    Formula: see `revealed_comparative_advantage`.
    """
    codes = of_level(registry.table("trade"), _LEVELS[level], trade["product"].unique())
    exports = pick(trade, flow="export", product=codes).dropna(subset="value_usd")
    rows = _all_of(exports, "partner", ["source_id", "reporter", "year"])
    estimates = {
        code: estimate_row(economy=code, missing=f"no exports of {product} by {level} in {year}")
        for code in economies
    }
    for source in reversed(ranked(rows["source_id"].unique(), (*OWN_REPORTS, "reconciled"))):
        sold = pick(rows, source_id=source)
        world = _all_of(sold, "reporter", ["year"])
        own, of_all = (
            of.groupby([*cell, "product"], as_index=False)["value_usd"].sum()
            for of, cell in ((sold, ["reporter", "year"]), (world, ["year"]))
        )
        for code in economies:
            years = sorted(pick(own, reporter=code, product=product)["year"], reverse=True)
            years = years[years_back(year) :] if isinstance(year, str) else [year]
            mine = pick(own, reporter=code, year=years[:1])
            if product in set(mine["product"]):
                used = pick(pd.concat([pick(sold, reporter=code), world]), year=years[0])
                rca = revealed_comparative_advantage(mine, pick(of_all, year=years[0]))
                value = pick(rca, product=product)["rca"].item()
                used = used[~used.index.duplicated()]
                estimates[code] = estimate_row(used, economy=code, estimate=value)
    return [*estimates.values()]


def _all_of(rows: pd.DataFrame, side: str, within: Sequence[str]) -> pd.DataFrame:
    """The world as one where it is listed as a partner or reporter, else all single ones."""
    world = pick(rows, **{side: "WLD"})
    known = pd.MultiIndex.from_frame(rows[within]).isin(pd.MultiIndex.from_frame(world[within]))
    return pd.concat([world, omit(rows[~known], **{side: eco.AGGREGATES})])
