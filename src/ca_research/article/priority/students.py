"""Whether China leads Russia, the EU and the United States as a host of an economy's students."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import pandas as pd

from ...estimates.frame import Estimate, Figures
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...stats.frames import require
from ...stats.leading import Figure, leading
from ...stats.pieces import Pieces
from ...tables.preference import ranked
from .leads import RIVALS, framed, lead, no_lead

LEVELS = ("degree", "all")
KINDS = ("exact", "estimated", "rounded")
"""Precisions that are a figure; a lower bound is none."""


def host_lead(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    student_level: str = "degree",
    since: int = 2018,
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
    if student_level not in LEVELS:
        raise UnknownNameError("student_level", student_level, LEVELS)
    origins = [eco.resolve(e) for e in economies]
    hosted, tell = by_level(students, economies=origins), partial(counted, level=student_level)
    seen = [hosted.once((student_level, o), "compared", tell) for o in origins]
    tell_of = partial(of_students, level=student_level, since=since)
    return framed(tell_of(told, origin=o) for told, o in zip(seen, origins, strict=True))


def by_level(students: pd.DataFrame, *, economies: Sequence[str]) -> Pieces:
    """Counts of the hosts that are compared, by level and origin."""
    require(
        students, ("origin", "destination", "year", "level", "students", "precision", "source_id")
    )
    rows = students[
        students["level"].isin(LEVELS)
        & students["origin"].isin([eco.resolve(e) for e in economies])
        & students["destination"].isin(["CHN", "RUS", "USA", *eco.members("EU27", 2020)])
        & students["precision"].isin(KINDS)
        & students["students"].notna()
    ]
    return Pieces(rows, zip(rows["level"].tolist(), rows["origin"].tolist(), strict=True))


def counted(rows: pd.DataFrame, level: str) -> tuple[Figures, list[Figure]]:
    """The rows of one level and origin that may be compared, and their sums by year, host and
    source; the EU is one host. China by its own count; the other hosts' degree students by one
    compilation (China is not among its hosts), their students of all kinds by every source.
    """
    union = set(eco.members("EU27", 2020))
    names = ("destination", "source_id", "year", "students")
    told = list(zip(*(rows[name].tolist() for name in names), strict=True))
    in_china = ranked({source for host, source, *_ in told if host == "CHN"})[:1]
    abroad = {source for host, source, *_ in told if host != "CHN"}
    if level == "degree":
        abroad = set(ranked(abroad, ("compilation",))[:1])
    used: list[int] = []
    added: dict[tuple[int, str, str], list[float]] = {}
    for place, (host, source, year, count) in enumerate(told):
        if pd.notna(year) and source in (in_china if host == "CHN" else abroad):
            unit = "EU27" if host in union else host
            used.append(place)
            added.setdefault((year, unit, source), []).append(count)
    sums = {key: math.fsum(counts) for key, counts in added.items()}
    figures: list[Figure] = [
        (level, year, unit, count, count) for (year, unit, _), count in sums.items()
    ]
    trace = rows[["origin", "destination", "year", "level", "source_id"]]
    return Figures(trace.take(used)), figures


def of_students(
    told: tuple[Figures, list[Figure]], level: str, origin: str, since: int
) -> Estimate:
    """The row of an origin, of what `counted` tells of it; see `host_lead`."""
    mine, figures = told
    found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
    if isinstance(found, str):
        return no_lead("students", origin, f"{level} students: {found}")
    behind = mine.behind([i for i, year in enumerate(mine.values("year")) if year == found.year])
    shown = found.compared(lambda persons: f"{persons:,.0f}")
    return lead("students", origin, found, behind, f"{shown} students", "range of the sources")
