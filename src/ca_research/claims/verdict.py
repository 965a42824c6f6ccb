"""A verdict and its parts, as they are shown, compared and stored (reports/verdicts.json)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import pandas as pd

from .words import criterion_number

MIME = "application/vnd.ca-research.verdict+json"
"""MIME type under which a notebook emits its verdicts; the site reads nothing else for its
answers.
"""


def _number(value: Any) -> Any:
    """JSON-safe: no NaN, no infinity, no long tails of digits that differ between machines."""
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(f"{value:.10g}")
    if isinstance(value, dict):
        return {k: _number(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_number(v) for v in value]
    return value


@dataclass(frozen=True)
class Cell:
    """One economy within a criterion: its estimate and whether the comparison is met there (null:
    unobserved). `about` is what the measure tells beside the figure, such as who leads instead.
    """

    economy: str
    estimate: float | None
    low: float | None
    high: float | None
    met: bool | None
    year: int | None
    missing: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CriterionResult:
    """A criterion judged over its universe.

    `estimate` is the main specification's: the measure itself, or for a count over economies the
    number in which the comparison is met, with `low` and `high` where unobserved economies leave
    the count open.
    `agreeing`: how many distinct specifications say what the main one says.
    `says`: what it comes to as a sentence. `speaks`: 'for' or 'against' the claim, as its rule
    reads the state it is in; '' where it says neither.
    `sources`: those behind its main figures. `sole_sources`: each of them alone leaves the
    criterion without any figure when it is taken away.
    """

    name: str
    label: str
    statement: str
    estimate: float | None
    low: float | None
    high: float | None
    interval: str
    threshold: float
    comparison: str
    kind: str
    unit: str
    state: str
    share_of_specifications: float | None
    specifications: int
    run: int
    failed: int
    n: int
    why: str
    measure: str
    main_met: bool | None = None
    agreeing: int = 0
    counted: str = "economies"
    cell_threshold: float | None = None
    cell_comparison: str | None = None
    cells: tuple[Cell, ...] = ()
    says: str = ""
    speaks: str = ""
    sources: tuple[str, ...] = ()
    sole_sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The computed answer to one reading of a claim.

    `answer` says in a sentence or two what was found, `finding` in a few words (`claims.answers`);
    `certainty` is {'level': 'high', 'moderate' or 'low', 'reason': ...}, empty where nothing is
    asserted. `possible` are the verdicts that the missing figures could still lead to, `deciding`
    the names of the criteria that made the verdict what it is, `wanted` the figures that would
    answer what its criteria leave open (`claims.wanted`).

    `beside` holds the verdicts of its other readings. Of the criteria of all of them, `traces`
    holds the rows behind, and `curves` what every specification says (`specification_truths`).
    """

    claim: str
    reading: str
    title: str
    statement: str
    headline: bool
    params: dict[str, Any]
    as_of: str
    pseudo_as_of: bool
    verdict: str
    answer: str
    finding: str
    certainty: Mapping[str, str]
    possible: tuple[str, ...]
    deciding: tuple[str, ...]
    reason: str
    fragile: bool
    fragility: tuple[str, ...]
    sole_sources: tuple[str, ...]
    blind: bool
    expected: str
    guess: str | None
    part: bool
    criteria: tuple[CriterionResult, ...]
    coverage: dict[str, Any]
    sources: tuple[str, ...]
    rule: str
    rule_sha256: str
    rule_sha256_2: str
    declared_on: str
    notebook: str
    amended: bool
    against: str
    would_change: str
    dropped_as_of: int | None = 0
    wanted: tuple[dict[str, Any], ...] = ()
    beside: tuple[Verdict, ...] = field(default=(), repr=False)
    traces: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    curves: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        """The verdict as a reader needs it: the answer, how certain it is, the criteria it follows
        from, the other readings.
        """
        criteria = self.as_dict()["criteria"]
        sure = self.certainty
        return "\n".join(
            [
                f"{self.claim} {self.title}: {self._word}. {self.finding}",
                self.answer,
                *([f"Certainty {sure['level']}: {sure['reason']}."] if sure else []),
                self.statement,
                *(f"  {c['state']}: {c['label']}, {criterion_number(c)}" for c in criteria),
                *(f"{v.title}: {v._word}. {v.finding}" for v in self.beside),
            ]
        )

    def __repr__(self) -> str:
        return (
            f"<Verdict on {self.claim}, reading {self.reading}, as of {self.as_of}: {self._word}>"
        )

    @property
    def _word(self) -> str:
        return self.verdict + (", fragile" if self.fragile else "")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form of what is stored (`stored_fields`)."""
        content = asdict(replace(self, beside=(), traces=(), curves={}))
        return _number({name: content[name] for name in stored_fields()})

    def all(self) -> list[Verdict]:
        return [self, *self.beside]

    def bundle(self) -> list[dict[str, Any]]:
        """What the notebook emits: this verdict and those of the other readings."""
        return [v.as_dict() for v in self.all()]


def stored_fields() -> list[str]:
    """Names of the fields of a verdict that are stored with it."""
    apart = {"beside", "traces", "curves"}
    return [f.name for f in fields(Verdict) if f.name not in apart]
