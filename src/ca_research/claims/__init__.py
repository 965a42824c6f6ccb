"""Claims: evidence, criteria, rules, verdicts."""

from .claim import Claim, claim
from .evidence import Evidence, universe
from .verdict import MIME, Cell, CriterionResult, Verdict

__all__ = ["MIME", "Cell", "Claim", "CriterionResult", "Evidence", "Verdict", "claim", "universe"]
