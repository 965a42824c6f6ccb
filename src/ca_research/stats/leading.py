"""Whether one unit exceeds its rivals, in the newest group of comparable figures that observes most
of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import pandas as pd

from .frames import numbers, require


@dataclass(frozen=True)
class Leading:
    """`low` and `high`: the unit over its largest rival (equal where each has one figure).
    `values`: unit -> (low, high).

    `leader`: the unit whose lowest figure exceeds every other's highest, or '' where no unit's
    does.
    """

    group: Hashable
    year: int
    low: float
    high: float
    values: dict[str, tuple[float, float]]

    def compared(self, form: Callable[[float], str]) -> str:
        """What was compared, for a reader: 'CHN 3, RUS 1 to 2'. form: a figure as text; a range
        shows both its ends.
        """
        ends = {unit: list(dict.fromkeys(map(form, span))) for unit, span in self.values.items()}
        return ", ".join(f"{unit} {' to '.join(texts)}" for unit, texts in ends.items())

    @property
    def place(self) -> tuple[int, int]:
        """The best and the worst place that the unit asked for can have, 1 the first."""
        (low, high), *others = self.values.values()
        best = 1 + sum(other > high for other, _ in others)
        return best, 1 + sum(other >= low for _, other in others)

    @property
    def leader(self) -> str:
        for unit, (low, _) in self.values.items():
            if all(low > high for other, (_, high) in self.values.items() if other != unit):
                return unit
        return ""


def leading(
    figures: pd.DataFrame,
    of: str,
    *,
    needed: Sequence[str],
    any_of: Sequence[str],
    since: int | None = None,
) -> Leading | str:
    """One unit over its largest rival, among figures of one concept and year; or the reason why
    there is none.

    figures: group (what makes figures comparable: concept, source ...), year, unit, low, high
        (equal for one figure).
    needed: rivals that must be observed beside `of`; any_of: rivals of which at least one must be,
        too. The group and year taken is the one that observes most of `any_of`, and among those the
        newest (then the first by name).
    low = of.low / max(rivals.high), high = of.high / max(rivals.low). since: no year before this
    one.
    Raises UnknownNameError for a missing column, CoverageError or UsageError for figures that are
    none or negative.
    """
    require(figures, ("low", "high"), keys=("group", "year", "unit"))
    for column in ("low", "high"):
        numbers(figures, column)
    rows = figures if since is None else figures[figures["year"] >= since]
    found = []
    for (group, year), cell in rows.groupby(["group", "year"], sort=True):
        seen = set(cell["unit"])
        if {of, *needed} <= seen and seen & set(any_of):
            found.append((len(seen & set(any_of)), int(year), group, cell))
    if not found:
        every = set(rows["unit"])
        absent = [u for u in (of, *needed) if u not in every]
        if absent:
            return f"no figure of {' and '.join(absent)}"
        if not every & set(any_of):
            return f"no figure of {' or '.join(any_of)}"
        return "never observed on one concept in one year"
    most = max(n for n, *_ in found)
    newest = max(year for n, year, *_ in found if n == most)
    _, year, group, cell = next(f for f in found if f[:2] == (most, newest))
    wanted = [of, *needed, *any_of]
    spans = (
        cell[cell["unit"].isin(wanted)]
        .groupby("unit")
        .agg(low=("low", "min"), high=("high", "max"))
    )
    own, rivals = spans.loc[of], spans.drop(index=of)
    ends = []
    for mine, theirs in ((own["low"], rivals["high"].max()), (own["high"], rivals["low"].max())):
        ends.append(float(mine / theirs) if theirs > 0 else float("inf") if mine > 0 else 1.0)
    values = {
        u: (float(spans.at[u, "low"]), float(spans.at[u, "high"]))
        for u in wanted
        if u in spans.index
    }
    return Leading(group, int(year), ends[0], ends[1], values)
