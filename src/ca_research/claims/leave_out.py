"""What a verdict hangs on: it is judged again without each source, each economy and each declared
part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..ground import economies
from .evidence import Evidence, EvidenceRows, counted, has_figures, sources_of
from .logic import number
from .rule import Judged


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


def leave_out(judged: Judged, evidence: Evidence, methods: list[str]) -> Dependence:
    """Judge a reading again without each source, economy and declared part.

    Every change of the verdict is a flip, that to "not enough evidence" as well. A criterion that
    its main specification leaves open is not answered by taking figures away: it is judged as it
    stands.
    """
    reading, results, codes = judged.reading, judged.results, list(evidence.economies)
    all_rows = [row for row in evidence.rows if row["criterion"] in results]
    mine = [row for row in all_rows if row["without"] == ""]
    empty, observed = empty_mains(mine), _observed(mine)
    flips: dict[str, bool] = {}
    needed, sole = dict[str, list[str]](), dict[str, list[str]]()

    def judge_without(
        what: str, rows: EvidenceRows, economies: list[str], source: str = ""
    ) -> None:
        other = Judged.by(reading, rows, methods, economies)
        lost = [n for n in results if other.results[n].main_met is not results[n].main_met]
        if source and lost:
            needed[source] = lost
        if other.word != judged.word:
            flips[f"without {what}: {other.word}"] = not (source and lost)

    for removed in sorted({row["without"] for row in all_rows} - {""}):
        # its own rows, and those of criteria without it, or with an empty main specification
        rows = [r for r in all_rows if r["without"] == removed and r["criterion"] not in empty]
        named = {row["criterion"] for row in rows}
        rows += [row for row in mine if row["criterion"] not in named]
        judge_without(removed.partition(": ")[2], rows, codes)
    for source in sources_of(mine):
        rest = [row for row in evidence.without(source) if row["criterion"] in results]
        if emptied := sorted(observed - _observed(rest)):
            sole[source] = emptied
        judge_without(f"the source {source}", standing_in(rest, empty), codes, source)
    if any(c.over and len(counted(c, codes)) > 1 for c in reading.criteria):
        for code in codes:
            left = [row for row in mine if row["economy"] != code]
            others = [c for c in codes if c != code]
            judge_without(economies.name_of(code), left, others)
    return Dependence(tuple(flips), needed, sole, any(flips.values()))


def _observed(rows: EvidenceRows) -> set[str]:
    """Names of the criteria that have a figure in any specification."""
    return {row["criterion"] for row in rows if has_figures(row)}


def empty_mains(rows: EvidenceRows) -> set[str]:
    """Names of the criteria whose main specification has no figures that may decide: one that is
    too old is shown, and answers no more than none.
    """
    mains = [row for row in rows if row["is_main"]]
    answered = {
        row["criterion"]
        for row in mains
        if any(number(row[end]) is not None for end in ("estimate", "low", "high"))
    }
    return {row["criterion"] for row in mains} - (_observed(mains) & answered)


def standing_in(rows: EvidenceRows, empty: set[str]) -> EvidenceRows:
    """Without a main specification that has no figures left: the first declared one that has some
    takes its place. Where none has, or the main one had none before anything was left out
    (`empty`: of these criteria), it stays, and says why nothing can be said.
    """
    gone = (empty_mains(rows) & _observed(rows)) - empty
    return [row for row in rows if not (row["is_main"] and row["criterion"] in gone)]
