"""How certain a verdict is, in the spirit of GRADE: it starts high and loses a step for each thing
that speaks against relying on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .. import registry
from ..registry import ClaimSpec, Reading
from .answers import ENDS
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
    word: str,
    decided: Sequence[CriterionResult],
    origins: Sequence[str],
    fragile: bool,
    today: int,
) -> dict[str, str]:
    """The level of certainty of a verdict and its reason, in words.

    Parameters
    ----------
    decided
        The criteria that made the verdict what it is.
    origins
        The independent origins that their main figures rest on (`origins_of`).
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
    """
    if word not in (*ENDS, "partly supported"):
        return {}
    asked = [
        _independent(origins),
        _agreement(decided, fragile),
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


def _independent(origins: Sequence[str]) -> tuple[bool, str]:
    if len(origins) < 2:
        return False, "it rests on one source"
    return True, f"{in_words(len(origins))} independent sources"


def _agreement(decided: Sequence[CriterionResult], fragile: bool) -> tuple[bool, str]:
    ways = max((c.specifications for c in decided), default=0)
    if any(c.agreeing < c.specifications for c in decided):
        return False, "other ways to calculate it disagree or cannot be done"
    if fragile:
        return False, "leaving out one source, country or part changes the verdict"
    if ways < 2:
        return True, ""
    return True, f"all {in_words(ways)} ways to calculate it agree" if ways > 2 else (
        "both ways to calculate it agree"
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
