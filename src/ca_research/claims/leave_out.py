"""What a verdict hangs on: it is judged again without each source, each economy and each declared
part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..ground import economies
from ..registry import Reading
from .criteria import judge_criteria
from .evidence import Evidence, EvidenceRows, counted, has_figures
from .logic import number
from .rule import applied
from .verdict import CriterionResult


@dataclass(frozen=True)
class Dependence:
    """What a verdict hangs on.

    flips: what is left out and the verdict that it leads to, in words.
    needed: source -> names of the criteria whose main answer turns or is lost without it.
    sole: source -> names of the criteria that have no figure at all without it.
    beside: whether it flips by something else than a source that a criterion needs.
    """

    flips: tuple[str, ...] = ()
    needed: Mapping[str, list[str]] = field(default_factory=dict)
    sole: Mapping[str, list[str]] = field(default_factory=dict)
    beside: bool = False


def leave_out(
    reading: Reading,
    evidence: Evidence,
    methods: list[str],
    results: Mapping[str, CriterionResult],
) -> Dependence:
    """Judge a reading again without each source, economy and declared part.

    Every change of the verdict is a flip, that to "not enough evidence" as well. A criterion that
    its main specification leaves open is not answered by taking figures away: it is judged as it
    stands.
    """
    if not reading.criteria:
        return Dependence()
    verdict = applied(reading, results)[0]
    names = [c.name for c in reading.criteria]
    judged = list(evidence.economies)

    def again(rows: EvidenceRows, codes: list[str]) -> str:
        return applied(reading, judge_criteria(reading, rows, methods, codes))[0]

    whole = [row for row in evidence.rows if row["criterion"] in names]
    mine = [row for row in whole if row["without"] == ""]
    empty = empty_mains(mine)
    flips = [
        f"without {removed.partition(': ')[2]}: {other}"
        for removed, rows in _parts(whole, mine, empty)
        if (other := again(rows, judged)) != verdict
    ]
    beside = bool(flips)
    needed: dict[str, list[str]] = {}
    sole: dict[str, list[str]] = {}
    observed = _observed(mine)
    for source in sorted({s for row in mine for s in row["sources"]}):
        rest = [row for row in evidence.rows_without(source) if row["criterion"] in names]
        if emptied := sorted(observed - _observed(rest)):
            sole[source] = emptied
        found = judge_criteria(reading, standing_in(rest, empty), methods, judged)
        if lost := [n for n in names if found[n].main_met is not results[n].main_met]:
            needed[source] = lost
        if (other := applied(reading, found)[0]) != verdict:
            flips.append(f"without the source {source}: {other}")
            beside |= not lost
    if any(c.over and len(counted(c, judged)) > 1 for c in reading.criteria):
        for code in judged:
            left = [row for row in mine if row["economy"] != code]
            other = again(left, [c for c in judged if c != code])
            if other != verdict:
                flips.append(f"without {economies.name_of(code)}: {other}")
                beside = True
    return Dependence(tuple(flips), needed, sole, beside)


def _parts(
    whole: EvidenceRows, mine: EvidenceRows, empty: set[str]
) -> Iterator[tuple[str, EvidenceRows]]:
    """Each declared removal with the rows that are judged then: its own, and those of criteria
    without it, or with an empty main specification.
    """
    for removed in sorted({row["without"] for row in whole} - {""}):
        rows = [r for r in whole if r["without"] == removed and r["criterion"] not in empty]
        named = {row["criterion"] for row in rows}
        yield removed, [*rows, *(row for row in mine if row["criterion"] not in named)]


def _observed(rows: EvidenceRows) -> set[str]:
    """Names of the criteria that have a figure in any specification."""
    return {row["criterion"] for row in rows if has_figures(row)}


def empty_mains(rows: EvidenceRows) -> set[str]:
    """Names of the criteria whose main specification has no figures that may decide: one that is
    too old is shown, and answers no more than none.
    """
    mains = [row for row in rows if row["is_main"]]
    ends = ("estimate", "low", "high")
    answered = {
        r["criterion"] for r in mains if any(number(r.get(end)) is not None for end in ends)
    }
    return {row["criterion"] for row in mains} - (_observed(mains) & answered)


def standing_in(rows: EvidenceRows, empty: set[str]) -> EvidenceRows:
    """Without a main specification that has no figures left: the first declared one that has some
    takes its place. Where none has, or the main one had none before anything was left out
    (`empty`: of these criteria), it stays, and says why nothing can be said.
    """
    standing = [row for row in rows if row["without"] == ""]
    gone = (empty_mains(standing) & _observed(standing)) - empty
    return [row for row in rows if not (row["is_main"] and row["criterion"] in gone)]
