"""A declared claim as a user holds it: its words, its rule, its universe; gather evidence, get a
verdict.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .. import registry
from ..ground.errors import UnknownNameError
from ..registry import ClaimSpec
from .evidence import Evidence, gather, universe
from .judge import judge
from .verdict import Verdict


@dataclass(frozen=True)
class Claim:
    """Get one with `ca_research.claim("C30")`."""

    spec: ClaimSpec

    def __str__(self) -> str:
        """The claim as a reader needs it: its words, and what would support or contradict it."""
        return (
            f"{self.id} "
            f"{self.spec.title}\n“{self.spec.quotation}”\n{self.spec.restatement}\n\n{self.rule}"
        )

    def __repr__(self) -> str:
        return f"claim({self.id!r})"

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def rule(self) -> str:
        """What would support and what would contradict each reading, in words, with the criteria
        and thresholds.
        """
        lines = []
        for reading in self.spec.readings:
            lines.append(f"{reading.name}: {reading.statement}")
            for c in reading.criteria:
                over = (
                    f", in at least {c.over.at_least} of {len(c.over.economies)} economies"
                    if c.over
                    else ""
                )
                lines.append(
                    f"  - {c.name}: {c.statement} [{c.measure} {c.comparison} {c.threshold:g} "
                    f"{c.unit}{over}]"
                )
            lines.append(
                "  "
                f"{reading.rule.words if reading.rule else 'Not testable: ' + str(reading.not_testable)}"
            )
        return "\n".join(lines)

    def specifications(self) -> pd.DataFrame:
        """Every specification before it is run: criterion, choices, `is_main`, and the reason where
        excluded.
        """
        parts = []
        for criterion in self.spec.criteria().values():
            part = universe(self.spec, criterion).table()
            part.insert(0, "criterion", criterion.name)
            parts.append(part)
        return pd.concat(parts, ignore_index=True).fillna("") if parts else pd.DataFrame()

    def specification_counts(self) -> pd.DataFrame:
        """How many specifications each criterion is computed by, and how many are excluded."""
        table = self.specifications()
        if table.empty:
            return table
        by_criterion = table.assign(excluded=table["excluded"] != "").groupby("criterion")
        return by_criterion.agg(specifications=("is_main", "size"), excluded=("excluded", "sum"))

    def gather(self, *, as_of: str | dt.date | None = None, **given: Any) -> Evidence:
        """Evidence for all criteria: `claim.gather(trade=frame, economies=["KAZ"])`.

        as_of: the day of knowledge, for frames that were merged or made anew after `load` and no
            longer carry it.
        Raises UsageError for frames that a claim cannot be judged by, and says what to do.
        """
        return gather(self.spec, given, as_of)

    def judge(self, evidence: Evidence, params: dict[str, Any] | None = None) -> Verdict:
        """The verdict of the headline reading; those of the other readings are in its `beside`.

        params: the parameters of the run, to be stored with the verdict.
        """
        needed = set(self.spec.criteria())
        for name in needed - set(evidence.frame["criterion"]):
            raise UnknownNameError(
                f"evidence for {self.id}: criterion", name, sorted(set(evidence.frame["criterion"]))
            )
        return judge(self.spec, evidence, params or {})


def claim(claim_id: str) -> Claim:
    """A declared claim by id, for example 'C30'; raises UnknownNameError with the known ones."""
    return Claim(registry.claim(claim_id))
