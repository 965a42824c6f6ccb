"""How certain a verdict is, in the spirit of GRADE: it starts high and loses a step for each thing
that speaks against relying on it.
"""

from __future__ import annotations

import pandas as pd

from .. import registry
from ..estimates.frame import groups_of
from ..registry import ClaimSpec
from .evidence import Evidence
from .leave_out import Dependence, leave_out
from .logic import weakest
from .rule import ENDS, Judged
from .words import in_words

LEVELS = ("high", "moderate", "low")
OLD = 5
"""Years after which a figure no longer speaks of the present."""

_OF_THE_PRESENT = ("quantity", "trend", "comparison", "forecast")
_TIMELESS = ("length", "days", "months", "years")


def certainty(
    spec: ClaimSpec,
    judged: Judged,
    evidence: Evidence,
    methods: list[str],
    hangs: Dependence,
    today: int,
) -> dict[str, str]:
    """The level of certainty of a verdict and its reason, in words.

    Parameters
    ----------
    evidence
        What the criteria were judged by.
    methods
        Names of the axes of kind 'method'.
    hangs
        What the verdict hangs on (`leave_out`).
    today
        The year of the day of knowledge.

    Returns
    -------
    dict
        `level` and `reason`; empty for verdicts that assert nothing.

    Notes
    -----
    Four things are asked, after Guyatt et al. (2008), BMJ 336:924-926, where they are called risk
    of bias, inconsistency, indirectness and imprecision: do at least two independent sources speak;
    does every way to calculate it, and leaving any one part out, give the same; do the figures
    measure what the claim says; are they less than five years old. Each no is a step down.

    Sources are counted for each criterion that the verdict needs, and the least-sourced one
    decides. One that would lose its answer without one of its sources rests on one, however many
    there are. Files that a user added never raise the level: it is at most what it was without
    them, and not high where they decide.
    """
    if judged.word not in (*ENDS, "partly supported"):
        return {}
    graded = _graded(spec, judged, evidence, hangs, today)
    added = registry.added()
    typed = [s for s in evidence.sources if s in added and added[s].vintage is None]
    if not typed or evidence.gathering is None:
        return graded
    rest = evidence.gathering.less(typed).evidence()
    without = Judged.by(judged.reading, rest.standing_rows, methods, list(rest.economies))
    most = {"level": "moderate", "reason": "it hangs on files that were added"}
    if without.word == judged.word:
        most = _graded(spec, without, rest, leave_out(without, rest, methods), today)
        most["reason"] = f"files that were added aside, {most['reason']}"
    return max(graded, most, key=lambda one: LEVELS.index(one["level"]))


def _graded(
    spec: ClaimSpec, judged: Judged, evidence: Evidence, hangs: Dependence, today: int
) -> dict[str, str]:
    decided = [judged.results[name] for name in judged.decided]
    checks = [_independent(judged, evidence, hangs)]
    ways = max((c.specifications for c in decided), default=0)
    if any(c.agreeing < c.specifications for c in decided):
        checks.append((False, "other ways to calculate it disagree or cannot be done"))
    elif hangs.beside:
        checks.append((False, "leaving out one country or part changes the verdict"))
    elif ways > 1:
        agree = f"all {in_words(ways)} ways to calculate it agree"
        checks.append((True, agree if ways > 2 else "both computations agree"))
    if judged.reading.indirect:
        checks.append((False, judged.reading.indirect))
    years = [cell.year for c in decided for cell in c.cells if cell.year is not None]
    if years and spec.kind in _OF_THE_PRESENT and any(c.kind not in _TIMELESS for c in decided):
        checks.append((today - max(years) < OLD, f"the newest figures are of {max(years)}"))
    steps = min(sum(not good for good, _ in checks), len(LEVELS) - 1)
    reasons = (why for _, why in sorted(checks, key=lambda one: one[0]))
    return {"level": LEVELS[steps], "reason": "; ".join(reasons)}


def origins_of(figures: pd.DataFrame) -> list[str]:
    """The independent origins that rows of an estimates frame rest on.

    Documents of several sources may go back to one origin, which their rows say. Where an estimate
    names no origins they are those of its sources in the register.
    """
    pairs = zip(figures["origins"], figures["sources"], strict=True)
    return sorted({o for origins, ids in pairs for o in origins or groups_of(ids)})


def _independent(judged: Judged, evidence: Evidence, hangs: Dependence) -> tuple[bool, str]:
    """Whether no criterion that the verdict needs rests on one source."""
    assert judged.reading.rule is not None
    origins = {name: origins_of(evidence.main(name)) for name in judged.decided}
    hanging = {name for names in hangs.needed.values() for name in names}
    strengths = {name: 1 if name in hanging else len(ids) for name, ids in origins.items()}
    fewest = min(strengths.values())
    if end := judged.reading.rule.ends.get(judged.word):
        fewest = weakest(end, judged.states, strengths)
    every = len({origin for ids in origins.values() for origin in ids})
    if fewest > 1:
        return True, f"{in_words(fewest)} independent sources"
    if every < 2:
        return False, "it rests on one source"
    return False, f"a part of it hangs on one of its {in_words(every)} sources"
