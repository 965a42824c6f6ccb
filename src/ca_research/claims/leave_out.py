"""What a verdict hangs on: it is judged again without each source, each economy and each declared
part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ..ground import economies
from ..registry import Reading
from .criteria import judge_criteria
from .evidence import Evidence, counted
from .rule import applied

NOTHING_LEFT = "not enough evidence"


@dataclass(frozen=True)
class Dependence:
    """`flips`: what is left out and the verdict that it leads to, in words.

    `sole`: source -> names of the criteria that have no figure at all without it.
    """

    flips: tuple[str, ...]
    sole: dict[str, list[str]]


def leave_out(reading: Reading, evidence: Evidence, methods: list[str], verdict: str) -> Dependence:
    """Judge a reading again without each source, economy and declared part.

    A verdict that turns into "not enough evidence" because a criterion has lost its only source
    says nothing about robustness: the source is named in `sole`. Every other change of the verdict
    is a flip.
    """
    if not reading.criteria:
        return Dependence((), {})
    names = [c.name for c in reading.criteria]
    judged = list(evidence.economies)

    def again(rows: pd.DataFrame, codes: list[str]) -> str:
        return applied(reading, judge_criteria(reading, rows, methods, codes))[0]

    mine = evidence.standing[evidence.standing["criterion"].isin(names)]
    flips = [
        f"without {removed.partition(': ')[2]}: {other}"
        for removed, rows in _parts(evidence.frame, names, mine)
        if (other := again(rows, judged)) != verdict
    ]
    sole: dict[str, list[str]] = {}
    for source in sorted({s for cell in mine["sources"] for s in cell}):
        rest = evidence.without(source)
        rest = rest[rest["criterion"].isin(names)]
        if emptied := sorted(_observed(mine) - _observed(rest)):
            sole[source] = emptied
        other = again(standing_in(rest), judged)
        if other != verdict and not (emptied and other == NOTHING_LEFT):
            flips.append(f"without the source {source}: {other}")
    if any(c.over and len(counted(c, judged)) > 1 for c in reading.criteria):
        for code in judged:
            other = again(mine[mine["economy"] != code], [c for c in judged if c != code])
            if other != verdict:
                flips.append(f"without {economies.name_of(code)}: {other}")
    return Dependence(tuple(flips), sole)


def _parts(
    frame: pd.DataFrame, names: list[str], mine: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each declared removal with the rows that are judged then: its own, and those of criteria
    without it.
    """
    whole = frame[frame["criterion"].isin(names)]
    for removed in sorted(set(whole["without"]) - {""}):
        rows = whole[whole["without"] == removed]
        yield removed, pd.concat([rows, mine[~mine["criterion"].isin(rows["criterion"])]])


def _observed(rows: pd.DataFrame) -> set[str]:
    """Names of the criteria that have a figure in any specification."""
    return set(rows.loc[rows["path"].fillna("") != "", "criterion"])


def standing_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Without a main specification that has no figures left: the first declared one that has some
    takes its place.
    """
    has = rows["path"].fillna("") != ""
    mains = rows[rows["is_main"]]
    gone = set(mains["criterion"]) - set(rows.loc[rows["is_main"] & has, "criterion"])
    return rows[~(rows["is_main"] & rows["criterion"].isin(gone))]
