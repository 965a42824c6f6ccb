"""How certain a verdict is, in the spirit of GRADE: it starts high and loses a step for each thing
that speaks against relying on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from .. import registry
from ..registry import ClaimSpec, Reading
from .answers import ENDS
from .criteria import judge_criteria
from .evidence import Evidence
from .leave_out import Dependence, leave_out
from .logic import weakest
from .rule import applied, deciding
from .slots import in_words
from .verdict import CriterionResult

LEVELS = ("high", "moderate", "low")
OLD = 5
"""Years after which a figure no longer speaks of the present."""

_OF_THE_PRESENT = ("quantity", "trend", "comparison", "forecast")
_TIMELESS = ("length", "days", "months", "years")


def certainty(
    spec: ClaimSpec,
    reading: Reading,
    evidence: Evidence,
    methods: list[str],
    results: Mapping[str, CriterionResult],
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
    results
        The judged criteria by name.
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
    word = applied(reading, results)[0]
    if word not in (*ENDS, "partly supported"):
        return {}
    graded = _graded(spec, reading, evidence, word, results, hangs, today)
    typed = [s for s, entry in registry.added().items() if entry.vintage is None]
    typed = [source for source in evidence.sources if source in typed]
    if not typed or evidence.less is None:
        return graded
    rest = evidence.less(typed)
    without = judge_criteria(reading, rest.standing, methods, list(rest.economies))
    most = {"level": "moderate", "reason": "it hangs on files that were added"}
    if applied(reading, without)[0] == word:
        left = leave_out(reading, rest, methods, without)
        most = _graded(spec, reading, rest, word, without, left, today)
        most["reason"] = f"files that were added aside, {most['reason']}"
    return max(graded, most, key=lambda one: LEVELS.index(one["level"]))


def _graded(
    spec: ClaimSpec,
    reading: Reading,
    evidence: Evidence,
    word: str,
    results: Mapping[str, CriterionResult],
    hangs: Dependence,
    today: int,
) -> dict[str, str]:
    names = deciding(reading, {name: r.state for name, r in results.items()}, word)
    decided = [results[name] for name in names]
    asked = [
        _independent(reading, evidence, word, results, hangs),
        _agreement(decided, hangs.beside),
        _direct(reading),
        *([_age(decided, today)] if _ages(spec, decided) else []),
    ]
    against = [why for good, why in asked if not good]
    told = [*against, *(why for good, why in asked if good and why)]
    level = LEVELS[min(len(against), len(LEVELS) - 1)]
    return {"level": level, "reason": "; ".join(told)}


def origins_of(figures: pd.DataFrame) -> list[str]:
    """The independent origins that rows of an estimates frame rest on.

    Documents of several sources may go back to one origin, which their rows say. Where an estimate
    names no origins they are those of its sources in the register.
    """
    group = registry.origin_groups()
    sources = figures["sources"]
    own = figures["origins"] if "origins" in figures else [()] * len(sources)
    told = zip(own, sources, strict=True)
    return sorted({o for named, ids in told for o in named or (group.get(s, s) for s in ids)})


def _independent(
    reading: Reading,
    evidence: Evidence,
    word: str,
    results: Mapping[str, CriterionResult],
    hangs: Dependence,
) -> tuple[bool, str]:
    """Whether no criterion that the verdict needs rests on one source."""
    rule, states = reading.rule, {name: r.state for name, r in results.items()}
    assert rule is not None
    decided = deciding(reading, states, word)
    origins = {name: origins_of(evidence.main(name)) for name in decided}
    hanging = {name for names in hangs.needed.values() for name in names}
    strengths = {name: 1 if name in hanging else len(found) for name, found in origins.items()}
    ends = {"supported": rule.supported, "contradicted": rule.contradicted}
    fewest = weakest(ends[word], states, strengths) if word in ends else min(strengths.values())
    if fewest > 1:
        return True, f"{in_words(fewest)} independent sources"
    every = len({origin for found in origins.values() for origin in found})
    if every < 2:
        return False, "it rests on one source"
    return False, f"a part of it hangs on one of its {in_words(every)} sources"


def _agreement(decided: Sequence[CriterionResult], turns: bool) -> tuple[bool, str]:
    ways = max((c.specifications for c in decided), default=0)
    if any(c.agreeing < c.specifications for c in decided):
        return False, "other ways to calculate it disagree or cannot be done"
    if turns:
        return False, "leaving out one country or part changes the verdict"
    if ways < 2:
        return True, ""
    return True, f"all {in_words(ways)} ways to calculate it agree" if ways > 2 else (
        "both computations agree"
    )


def _direct(reading: Reading) -> tuple[bool, str]:
    return (False, reading.indirect) if reading.indirect else (True, "")


def _ages(spec: ClaimSpec, decided: Sequence[CriterionResult]) -> bool:
    """Whether the claim speaks of the present, and its figures could be too old for it."""
    return spec.kind in _OF_THE_PRESENT and any(c.kind not in _TIMELESS for c in decided)


def _age(decided: Sequence[CriterionResult], today: int) -> tuple[bool, str]:
    years = [cell.year for c in decided for cell in c.cells if cell.year is not None]
    if not years:
        return True, ""
    newest = max(years)
    return today - newest < OLD, f"the newest figures are of {newest}"
