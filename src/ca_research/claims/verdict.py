"""A verdict and its parts, as they are shown, compared and stored (reports/verdicts.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import pandas as pd

from ..ground.drawing import draw
from .words import criterion_number, in_words, invented, judged_alone, text_of

MIME = "application/vnd.ca-research.verdict+json"
"""MIME type under which a notebook emits its verdicts; the site reads nothing else for its
answers.
"""

MOST_TOLD = 3
"""Reasons of one kind that a printed verdict names."""


_UNSTORED: dict[str, Any] = {
    **{"beside": (), "traces": (), "documents": None},
    **{"curves": {}, "bars": {}},
}
"""Fields of a verdict that are not stored with it, emptied."""


def digits(value: Any) -> Any:
    """JSON-safe: no NaN, no infinity, no long tails of digits that differ between machines."""
    rounded, nothing = (lambda text: float(f"{float(text):.10g}")), (lambda text: None)
    return json.loads(json.dumps(value), parse_float=rounded, parse_constant=nothing)


@dataclass(frozen=True)
class Cell:
    """One economy within a criterion.

    Attributes
    ----------
    economy : str
        Its code; '' for a figure of no single economy.
    estimate : float or None
        In the unit of the criterion.
    low, high : float or None
        Bounds, where the figures leave a range.
    met : bool or None
        Whether the comparison is met there; None where that is not observed.
    year : int or None
        The last year of its figures.
    missing : str
        Why there is no estimate.
    about : mapping of str to str
        What the measure tells beside the figure, such as who leads instead.
    interval : str
        What kind of range the bounds are, as the measure says it; '' where it does not.
    since : int or None
        The first year of its figures.
    ranged : bool
        Whether there are bounds.

    Examples
    --------
    >>> Cell("TKM", None, None, None, met=None, year=None, missing="not reported").met is None
    True
    """

    economy: str
    estimate: float | None
    low: float | None
    high: float | None
    met: bool | None
    year: int | None
    missing: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    interval: str = ""
    since: int | None = None

    @property
    def ranged(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class CriterionResult:
    """A criterion judged over its universe.

    Attributes
    ----------
    name : str
        As the rule names it.
    label, statement : str
        The same for a reader, in a few words and in a sentence.
    estimate : float or None
        The main specification's: the measure itself, or for a count over economies the number in
        which the comparison is met.
    low, high : float or None
        Its own bounds, or the range over all ways to calculate it, each with its bounds; an end
        that one of them leaves open is null. For a count they span the economies that are not
        observed.
    interval : str
        What kind of range that is: of its own bounds what the measure says.
    threshold : float
        What the estimate is compared with; for a count, how many are needed.
    comparison : str
        '>', '>=', '<', '<=' or '=='.
    kind : str
        What sort of number it is: 'count', 'share', 'ratio', 'rank', 'p', 'days' ...
    unit : str
        The words for it.
    state : str
        'holds', 'fails', 'mixed' or 'undecided'.
    share_of_specifications : float or None
        Share, in [0, 1], of the distinct specifications in which the criterion is true. It
        describes robustness; it is no probability.
    specifications : int
        Distinct ones with data.
    run : int
        Specifications that were run.
    failed : int
        Those of them without any data.
    n : int
        Figures behind the main specification.
    why : str
        The reason for the threshold.
    measure : str
        Registered name of the measure.
    main_met : bool or None
        What the main specification says.
    agreeing : int
        How many distinct specifications say what the main one says.
    counted : str
        What is counted over, in words: 'economies' unless the claim says otherwise.
    cell_threshold : float or None
        Of a count: what the figure of each economy is compared with.
    cell_comparison : str or None
        Of a count: how.
    cells : tuple of Cell
        One per economy.
    says : str
        What it comes to, as a sentence.
    speaks : str
        'for' or 'against' the claim, as its rule reads the state; '' where it says neither.
    sources : tuple of str
        Those behind its main figures.
    sole_sources : tuple of str
        Each of them alone leaves the criterion without any figure when it is taken away.

    Examples
    --------
    >>> import ca_research as ca
    >>> first = ca.check("C25").criteria[0]
    >>> first.estimate, first.comparison, first.threshold, first.unit, first.state
    (3305.0, '>', 3000.0, 'km', 'holds')
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


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The computed answer to one reading of a claim.

    It shows itself in Jupyter, and printing it gives the answer, how certain it is, the criteria it
    follows from, what it hangs on, what cannot be said and why, and the other readings. `as_dict`
    is the form that is stored.

    Attributes
    ----------
    claim, reading : str
        Id of the claim and name of the reading.
    title, statement : str
        The reading for a reader.
    leads : bool
        Whether its answer is that of the claim's page: of the readings that figures could settle
        the one that blind readers found closest to the sentence.
    nearness : int or None
        How near blind readers found the reading to the sentence: 3 it says what the sentence says,
        2 most of it, 1 a part of it, 0 another question; None where nobody voted.
    params : dict
        Parameters of the run.
    as_of : str
        The day whose knowledge was used, or 'latest'.
    pseudo_as_of : bool
        Whether a source was used of which only a later edition survives.
    verdict : str
        'supported', 'partly supported', 'contradicted', 'not enough evidence' or 'not testable'.
    answer : str
        What was found, in a sentence or two.
    finding : str
        The same in a few words.
    certainty : mapping of str to str
        ``level`` ('high', 'moderate' or 'low') and ``reason``; empty where nothing is asserted.
    possible : tuple of str
        Verdicts that the missing figures could still lead to.
    deciding : tuple of str
        Names of the criteria that made the verdict what it is.
    reason : str
        How the rule came to it.
    fragile : bool
        Whether the verdict would change, also to "not enough evidence", without one source, one
        country or one declared part.
    fragility : tuple of str
        What is left out, and the verdict that this leads to.
    sole_sources : tuple of str
        Sources without which a criterion has no figure at all.
    blind : bool
        Whether the claim was declared before its figures were seen.
    expected : str
        What was expected, in words.
    guess : str or None
        The verdict guessed beforehand.
    part : bool
        Whether the reading is one of several things that the sentence asserts.
    criteria : tuple of CriterionResult
        In the order declared.
    coverage : dict
        First and last year (``from``, ``to``) and what is ``missing``.
    sources : tuple of str
        Ids of those used.
    rule : str
        In words.
    rule_sha256, rule_sha256_2 : str
        Hash of the rule, in its first and its second version.
    declared_on : str
        The day of the declaration.
    notebook : str
        Path of the notebook.
    amended : bool
        Whether the rule was changed after it was declared.
    against, would_change : str
        What speaks against, and what would change the verdict, in words of the claim's file; they
        begin with for whom and when they were written where that is not what was judged.
    dropped_as_of : int or None
        Rows that were not yet known on the day.
    wanted : tuple of dict
        Figures that would answer what its criteria leave open.
    as_printed : str
        The verdict on the sentence as it is printed, from those of all its readings
        (`claims.printed`): one of the five words, or 'depends on the reading'.
    because : str
        How that comes about.
    readers_split : str
        What readers who saw the countries' names would make of it, where that differs.
    beside : tuple of Verdict
        Those of the other readings.
    traces : tuple of dict
        For each criterion the rows behind its main specification.
    curves : mapping of str to pandas.DataFrame
        For each criterion what every specification says: ``spec``, ``is_main``, ``value``, ``low``,
        ``high``, ``met``, and the choices.
    bars : mapping of str to pandas.DataFrame
        For each criterion the ranges of its bars with one answer (`bars.turning_points`), and the
        ``verdict`` in each.
    documents : pandas.DataFrame
        Rows of table `evidence` on the claim, on whichever side, counted by a criterion or not.

    Examples
    --------
    >>> import ca_research as ca
    >>> verdict = ca.check("C25")
    >>> verdict.verdict, verdict.certainty["level"]
    ('supported', 'moderate')
    >>> print(verdict.answer)
    The borders of Kazakhstan (1,765 km), Kyrgyzstan (1,063 km) and Tajikistan (477 km) with ...
    """

    claim: str
    reading: str
    title: str
    statement: str
    leads: bool = False
    nearness: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
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
    as_printed: str = ""
    because: str = ""
    readers_split: str = ""
    beside: tuple[Verdict, ...] = field(default=(), repr=False)
    traces: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    curves: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    bars: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    documents: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)

    def __str__(self) -> str:
        """The verdict as a reader needs it: the answer, the verdict on the sentence as it is
        printed, then the tests, first the one that leads with what it follows from.
        """
        more = {"most": MOST_TOLD, "invented": invented(self.sources), "in_words": in_words}
        return text_of("verdict.j2", v=self, criterion_number=criterion_number, **more).rstrip()

    def __repr__(self) -> str:
        gone = f", without {self.params['without']}" if "without" in self.params else ""
        of = f"{self.claim}, reading {self.reading}, as of {self.as_of}{gone}"
        return f"<Verdict on {of}: {self.verdict}{', fragile' * self.fragile}>"

    @property
    def alone(self) -> str:
        """For whom alone it was judged, where its statement speaks of all; begins with a space."""
        whom = judged_alone(self.params)
        return f" Judged here for {whom} alone." if whom else ""

    def plot(self, **options: Any) -> Any:
        """Draw what could be judged, and how: a row for each criterion, a box for each country.

        Parameters
        ----------
        **options : Any
            ``ax`` (matplotlib axes to draw on) or ``size`` ('page', 'phone', 'notebook',
            'journal-single', 'journal-double', 'slide', or millimetres); ``title``; ``criterion``,
            the name of one whose specifications are drawn instead.

        Returns
        -------
        matplotlib.axes.Axes
            To change, or to save with `plots.save`.

        Raises
        ------
        UnknownNameError
            An option, a size or a criterion that is none.
        CoverageError
            No criterion was judged.
        """
        return draw("Verdict", self, **options)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form of what is stored.

        Returns
        -------
        dict of str to Any
            All fields but `beside`, `traces`, `curves`, `bars` and `documents`; numbers to ten
            digits, none infinite.
            ``invented``: whether it rests on invented figures.
        """
        content = asdict(replace(self, **_UNSTORED))
        mark = {"invented": bool(invented(self.sources))}
        return digits({name: content[name] for name in stored_fields()} | mark)

    def all(self) -> list[Verdict]:
        """This verdict, and those of the other readings.

        Returns
        -------
        list of Verdict
            The one that leads first, then by how near they are to the sentence.
        """
        return [self, *self.beside]

    def bundle(self) -> list[dict[str, Any]]:
        """What the notebook emits: this verdict and those of the other readings.

        Returns
        -------
        list of dict
            `as_dict` of each.
        """
        return [v.as_dict() for v in self.all()]


def stored_fields() -> list[str]:
    """Names of the fields of a verdict that are stored with it."""
    return [f.name for f in fields(Verdict) if f.name not in _UNSTORED]
