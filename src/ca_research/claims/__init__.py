"""Claims: evidence, criteria, rules, verdicts."""

from . import article, check
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
    "universe",
]
