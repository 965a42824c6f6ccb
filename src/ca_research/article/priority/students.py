"""Whether China leads Russia, the EU and the United States as a host of an economy's students."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ...estimates.frame import estimate_row, estimates
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...stats.frames import require
from ...stats.leading import leading
from ...students.flows import preferred_source
from ...tables.preference import ranked
from .trade import RIVALS

KINDS = ("exact", "estimated", "rounded")
"""Precisions that are a figure; a lower bound is none."""


def host_lead(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    student_level: str = "degree",
    since: int = 2013,
) -> pd.DataFrame:
    """Students in China over those in the largest rival host among Russia, the EU and the United
    States, in one year.

    students: table `students` with precision; lower bounds do not count. economies: codes or names
        of origins.
    since: no year before this one.
    student_level: 'degree' (China's ministry against UNESCO's counts) or 'all' (students of all
        kinds). China's ministry counts more degree students than UNESCO has for China, so a lead of
        another host is safe and one of China is not. The EU is the sum of those members that are
        listed, a floor.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per origin, with the
    columns `values` (students compared) and `leader` (the code of the host that leads). The
    estimate is a ratio; where sources differ, low and high instead. Rivals that no one year holds
    are recorded in `missing`.
    Raises UnknownNameError for an unknown level.
    """
    if student_level not in ("degree", "all"):
        raise UnknownNameError("student_level", student_level, ("degree", "all"))
    require(
        students, ("origin", "destination", "year", "level", "students", "precision", "source_id")
    )
    union = set(eco.members("EU27", 2020))
    rows = students[
        (students["level"] == student_level)
        & students["precision"].isin(KINDS)
        & students["students"].notna()
    ]
    rows = rows[rows["destination"].isin(["CHN", "RUS", "USA", *union])]
    rows = rows.assign(
        unit=rows["destination"].where(~rows["destination"].isin(union), "EU27"),
        group=student_level,
    )
    origins = [eco.resolve(e) for e in economies]
    own = {o: _comparable(rows[rows["origin"] == o], o, student_level) for o in origins}
    per_source = pd.concat([rows.iloc[:0], *own.values()]).groupby(
        ["origin", "group", "year", "unit", "source_id"], as_index=False
    )["students"]
    counts = per_source.sum().groupby(["origin", "group", "year", "unit"])["students"]
    every = counts.agg(low="min", high="max").reset_index()
    out = []
    for origin, mine in own.items():
        figures = every[every["origin"] == origin]
        found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
        if isinstance(found, str):
            out.append(
                estimate_row(economy=origin, missing=f"{student_level} students: {found}")
                | {"values": "", "leader": "", "place": None}
            )
            continue
        used = mine[mine["year"] == found.year][
            ["origin", "destination", "year", "level", "source_id"]
        ]
        one = found.low == found.high
        shown = found.compared(lambda persons: f"{persons:,.0f}")
        row = estimate_row(
            used,
            economy=origin,
            estimate=found.low if one else None,
            low=None if one else found.low,
            high=None if one else found.high,
            interval="" if one else "range of the sources",
        )
        out.append(
            row | {"values": f"{shown} students", "leader": found.leader, "place": found.place}
        )
    return estimates(out).assign(**{k: [r[k] for r in out] for k in ("values", "leader", "place")})


def _comparable(rows: pd.DataFrame, origin: str, level: str) -> pd.DataFrame:
    """China by its own count; the other hosts' degree students by one compilation (China is not
    among its hosts), their students of all kinds by every source."""
    own = rows["destination"].eq("CHN") & rows["source_id"].eq(
        preferred_source(rows, origin, destination="CHN", level=level)
    )
    abroad = rows["destination"] != "CHN"
    if level == "degree":
        compilations = ranked(rows.loc[abroad, "source_id"].unique(), ("compilation",))
        abroad &= rows["source_id"].isin(compilations[:1])
    return rows[own | abroad]
