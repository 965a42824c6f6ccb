"""Claims: evidence, criteria, rules, verdicts."""

from . import article, check, compare, overview, trace
from .claim import Claim, claim
from .evidence import Evidence, universe
from .verdict import MIME, Cell, CriterionResult, Verdict

__all__ = [
    "MIME",
    "Cell",
    "Claim",
    "CriterionResult",
    "Evidence",
    "Verdict",
    "article",
    "check",
    "claim",
    "compare",
    "overview",
    "trace",
    "universe",
]


def __dir__() -> list[str]:
    return __all__
