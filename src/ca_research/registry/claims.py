"""Models of a declared claim: registry/claims/*.yaml."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import operator
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from ..ground import economies as eco
from .base import Model, Name, Sha256, Text, must, once
from .choices import GridAxis, Value, among, canonical

CLAIM_ID = r"[A-Z]{1,3}\d{1,3}"
"""Letters and a number. This article's are C for a claim and O for a sentence that is opinion."""
ClaimId = Annotated[str, Field(pattern=f"^{CLAIM_ID}$")]
Word = Literal[
    "supported", "partly supported", "contradicted", "not enough evidence", "not testable"
]
VERDICTS: tuple[str, ...] = get_args(Word)
Printed = Word | Literal["depends on the reading"]
"""What can be said of a sentence, from the tests of its readings."""
PRINTED: tuple[str, ...] = (*VERDICTS, "depends on the reading")


class Locator(Model):
    """A sentence of the article, by paragraph (0 is the title), number and the hash of its
    words.
    """

    paragraph: Annotated[int, Field(ge=0)]
    sentence: Annotated[int, Field(ge=1)]
    sha256: Sha256

    @property
    def place(self) -> tuple[int, int]:
        return self.paragraph, self.sentence


NOT_YET = "not taken up yet"
"""Why no claim rests on a sentence of a project that has just begun."""


class Sentence(Locator):
    """A sentence of the article as the register lists it; `none` says why no claim rests on it."""

    none: str | None = None


class Methods(Model):
    """What the pages on methods and on amendments say of this project alone: what the `text` under
    test is, how `thresholds` were set and entries `drafted`, who the blind `readers` were, and
    their `limits`; which verdict `amendments` compare, where it was not always the same.
    """

    text: str = ""
    thresholds: str = ""
    drafted: str = ""
    readers: str = ""
    limits: str = ""
    amendments: str = ""


Kind = Literal[
    "count",
    "share",
    "percent",
    "points",
    "growth",
    "change",
    "ratio",
    "rank",
    "level",
    "length",
    "days",
    "months",
    "years",
    "slope",
    "log_points",
    "p",
    "date",
    "yes_no",
]
"""What sort of number a measure gives: it decides how the number is said and whether it is a
p-value.

share: of one, said in per cent; percent: already in per cent; points: percentage points; growth:
per cent of an earlier value; change: a difference whose unit is not its name; ratio: of like
things; p: a probability under no effect; date: a year, or a day by its ordinal; yes_no: one or
nought.
"""


class Member(Model):
    """Criteria of one claim whose p-values belong to a family; without any, the claim stands in it
    with a p of one.
    """

    claim: ClaimId
    criteria: tuple[Name, ...] = ()


class Correction(Model):
    """A change that moved verdicts and stands in no claim's own file."""

    date: dt.date
    reason: str


class Author(Model):
    """Who answers for the verdicts."""

    name: Text
    is_a: Literal["Organization", "Person"] = "Organization"


class Article(Model):
    """The article under test: registry/article.yaml. Its words are not part of the project.

    `report_title` and `report_summary` head the report, in the project's words, and
    `report_author` answers for it; `themes` names those of the claims; `methods` is said of this
    project alone. `documents` are the raw files whose rows name claims of this register: of those
    of another, under the same ids, none is read. `partners` are the powers that the claims compare,
    `colours` the hue of each in pictures.
    `corrections` are those that concern several claims at once. `family` holds the tests that are
    adjusted together (Holm), declared before any of them was computed. `address` is where the
    report is published, for links that need one.
    """

    title: str
    date: dt.date
    publisher: str | None
    report_title: str
    report_summary: str
    address: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    report_author: Author | None = None
    themes: dict[str, str] = {}
    methods: Methods = Methods()
    documents: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    family: tuple[Member, ...] = ()
    partners: tuple[str, ...] = ()
    colours: dict[str, Literal["orange", "blue", "green", "purple", "ochre"]] = {}
    sentences: tuple[Sentence, ...]

    def theme(self, name: str) -> str:
        """A theme as a reader should see it."""
        return self.themes.get(name, name.replace("_", " "))


def _known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Names are among the known."""
    unknown = sorted(set(names) - set(known))
    must(not unknown, f"{what} that are not known: {', '.join(unknown)}")


class Over(Model):
    """A count over economies: met if k >= at_least, refuted if k + missing < at_least, else
    undecided.
    """

    economies: tuple[str, ...]
    at_least: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _possible(self) -> Over:
        once("economies", self.economies)
        _known("codes of economies", self.economies, eco.codes())
        count = len(self.economies)
        must(self.at_least <= count, f"{self.at_least} of {count} economies cannot be met")
        return self


class Says(Model):
    """What a criterion comes to, as sentences with slots (`claims.sentences`): one for each state.

    A mixed criterion says what its main figure says, unless it has words of its own. `finding` is
    the same in a few words, for any state.
    """

    holds: str
    fails: str
    undecided: str
    mixed: str | None = None
    finding: str | None = None


COMPARE = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
}


def either_way(comparison: str, threshold: float, low: float, high: float) -> bool:
    """Whether a number between two bounds may meet a comparison, and may miss it.

    Examples
    --------
    >>> either_way(">", 0, 0, 1), either_way(">", 1, 0, 1)
    (True, False)
    """
    if comparison == "==":
        return low <= threshold <= high
    meets = COMPARE[comparison]
    return bool(meets(low, threshold) != meets(high, threshold))


def _as_written(bar: Any) -> Any:
    """A comparison or a threshold as it is kept: 'exactly' is '==', and a day its ordinal."""
    if isinstance(bar, dt.date):
        return bar.toordinal()
    return "==" if bar == "exactly" else bar


_Written = BeforeValidator(_as_written)


class Criterion(Model):
    """A named measure with its fixed settings, a comparison, a threshold, and why that threshold.

    `kind` is what sort of number it is, `unit` the words for it, `says` the sentences about it.
    `axes` are those of the grid whose values the measure takes; `bars` name axes whose values stand
    in for its own threshold, or for how many economies are needed.
    """

    name: Name
    label: str
    statement: str
    measure: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_0-9]+)+$")]
    settings: dict[Name, Value] = {}
    comparison: Annotated[Literal[">", ">=", "<", "<=", "=="], _Written]
    threshold: Annotated[float, _Written]
    kind: Kind
    unit: str
    why: str
    bounds: tuple[float, float] | None = None
    counted: str = "economies"
    over: Over | None = None
    axes: tuple[Name, ...] = ()
    bars: dict[Literal["threshold", "at_least"], Name] = {}
    says: Says | None = None

    @property
    def every_axis(self) -> tuple[str, ...]:
        """The axes whose values its measure takes, then those that set its bars."""
        return (*self.axes, *self.bars.values())

    def at(self, choices: Mapping[str, Any]) -> Criterion:
        """The criterion under the bars of a specification."""
        if not self.bars:
            return self
        bars = {bar: choices[axis] for bar, axis in self.bars.items() if axis in choices}
        needed = {"at_least": bars["at_least"]} if "at_least" in bars else {}
        over = self.over and self.over.model_copy(update=needed)
        threshold = bars.get("threshold", self.threshold)
        return self.model_copy(update={"threshold": threshold, "over": over})

    @model_validator(mode="after")
    def _reachable(self) -> Criterion:
        """`bounds` are the values the measure can take: within them the threshold must be able to
        decide either way.
        """
        once("axes", self.every_axis)
        if self.bounds:
            low, high = self.bounds
            must(
                either_way(self.comparison, self.threshold, low, high),
                f"{self.name}: {self.comparison} {self.threshold:g} is always true or never "
                f"between {low:g} and {high:g}",
            )
        return self


class Rule(Model):
    """When a reading is supported and when contradicted; conditions are trees of 'NAME
    holds|fails'.

    `otherwise` is the verdict where neither is true although nothing that could decide it is
    missing. `at_most` is that of a reading whose criteria test a part of what it says, where they
    all speak for it.
    """

    supported: Any
    contradicted: Any
    otherwise: Literal["partly supported", "not enough evidence"] = "partly supported"
    at_most: Literal["supported", "partly supported"] = "supported"
    words: str

    @property
    def ends(self) -> dict[str, Any]:
        """The conditions of the two firm verdicts."""
        return {"supported": self.supported, "contradicted": self.contradicted}


class Reading(Model):
    """One way to read the claim, with its own criteria and rule, or the reason why it cannot be
    tested.

    A `part` is one of several things that the sentence asserts, with a verdict of its own beside
    the whole.
    `guess` is the verdict expected beforehand; it is shown beside the outcome and used by nothing.
    `answer` is what a reader is told of a reading that cannot be tested; `indirect` says why the
    figures stand for what the claim says rather than measure it. `against_since` is what speaks
    against it too and was not known on the day of the article: pages of that day are without it.
    """

    name: Name
    part: bool = False
    guess: Word | None = None
    title: str
    statement: str
    criteria: tuple[Criterion, ...] = ()
    rule: Rule | None = None
    not_testable: str | None = None
    answer: str | None = None
    indirect: str | None = None
    against: str
    against_since: str | None = None
    would_change: str

    @model_validator(mode="after")
    def _check_consistency(self) -> Reading:
        must(
            bool(self.not_testable) != bool(self.criteria) == bool(self.rule),
            "a reading has either criteria with a rule, or the reason in `not_testable`",
        )
        once("criteria", (criterion.name for criterion in self.criteria))
        ends = self.rule.ends.items() if self.rule else ()
        used = {leaf.split()[0] for end, condition in ends for leaf in leaves(condition, end)}
        odd = sorted(used ^ {criterion.name for criterion in self.criteria})
        must(not odd, f"the rule and the criteria differ in {odd}")
        return self


class Exclusion(Model):
    """A combination of choices that is not a defensible specification, with the reason."""

    when: dict[str, Value]
    reason: str


class Grid(Model):
    axes: tuple[GridAxis, ...] = ()
    exclude: tuple[Exclusion, ...] = ()

    @model_validator(mode="after")
    def _check_consistency(self) -> Grid:
        once("axes", (axis.name for axis in self.axes))
        return self


class Outcome(Model):
    """The verdict on the sentence as printed: `then` with what was known on the article's day,
    `now` with all figures of the day of the amendment. Null where it was not recorded.
    """

    then: Printed | None
    now: Printed | None


class Amendment(Model):
    """A change of a rule after its declaration: what it made of the claim before it and after
    it. For a claim with several runs it is the first of them.
    """

    date: dt.date
    reason: str
    before: Outcome
    after: Outcome
    rule_sha256_before: Sha256


class Want(Model):
    """Figures that would answer some criteria for an economy of which there are none.

    `what` says in words what is wanted, `cells` which rows of `table` these are: for each column
    one value or several, every combination of which is one figure. `{economy}` stands for the
    economy in question, its name in `what` and its code in `cells`. `of_one_source`: the measure
    takes them from one source, so that what several hold between them answers nothing.
    """

    criteria: Annotated[tuple[Name, ...], Field(min_length=1)]
    what: str
    table: Name
    cells: dict[Name, Value | tuple[Value, ...]]
    of_one_source: bool = False


class ClaimSpec(Model):
    """A claim made by somebody else, declared with its decision rule."""

    id: ClaimId
    title: str
    theme: str
    article: Locator
    quotation: str
    restatement: str
    kind: Literal[
        "quantity", "trend", "comparison", "date", "universal", "cause", "forecast", "opinion"
    ]
    declared_on: dt.date
    blind: bool = False
    blind_reason: str | None = None
    known_before: str
    expected: str
    notebook: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.ipynb$")]
    runs: tuple[dict[str, str | int | float | bool], ...] = ({},)
    data: tuple[Name, ...]
    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    grid: Grid = Grid()
    rivals: tuple[str, ...]
    amendments: tuple[Amendment, ...] = ()
    wanted: tuple[Want, ...] = ()

    @model_validator(mode="after")
    def _check_consistency(self) -> ClaimSpec:
        once("tables", self.data)
        once("readings", (reading.name for reading in self.readings))
        criteria = [criterion for reading in self.readings for criterion in reading.criteria]
        axes = {axis.name: axis for axis in self.grid.axes}
        for want in self.wanted:
            _known("criteria", want.criteria, (criterion.name for criterion in criteria))
            _known("tables", [want.table], self.data)
        must(self.blind_reason or not self.blind, "a blind claim gives its reason")
        for criterion in criteria:
            same = self.criteria()[criterion.name] == criterion
            must(same, f"criterion {criterion.name!r} is declared twice, differently")
            _known("axes", criterion.every_axis, axes)
            bars = {"threshold": criterion.threshold}
            bars |= {"at_least": criterion.over.at_least} if criterion.over else {}
            for bar, name in criterion.bars.items():
                must(
                    axes[name].kind == "method" and axes[name].main == bars[bar],
                    f"{criterion.name}: {name} sets its {bar}, so it is of kind 'method' and "
                    f"its main value is {bars[bar]:g}",
                )
                for value in axes[name].choices:
                    Criterion.model_validate(criterion.at({name: value}).model_dump())
        together = [set(criterion.every_axis) for criterion in criteria]
        _known("axes that a criterion uses", axes, set().union(*together))
        for exclusion in self.grid.exclude:
            _known("axes", exclusion.when, axes)
            for name, value in exclusion.when.items():
                fits = among(value, axes[name].choices)
                must(fits, f"an exclusion names no value of {name}: {value!r}")
            fits = any(used.issuperset(exclusion.when) for used in together)
            must(fits, f"no criterion has all axes of an exclusion: {[*exclusion.when]}")
        return self

    @property
    def rule_sha256(self) -> str:
        """Hash of what decides: measures, comparisons, thresholds, counts, rules and grid. Prose is
        not in it.

        Printed in every report; a change after the declaration shows as an amendment. This first
        version knows no
        `kind`, which came later: it must not move because of it.
        """
        return _hash(self, _PROSE | {"kind"})

    @property
    def rule_sha256_2(self) -> str:
        """The second version of the hash, which covers `kind` as well."""
        return _hash(self, _PROSE)

    @property
    def methods(self) -> list[str]:
        """The axes of the grid that are choices of method."""
        return [axis.name for axis in self.grid.axes if axis.kind == "method"]

    def axes_of(self, criterion: Criterion) -> tuple[GridAxis, ...]:
        """The axes of the grid that a criterion names, in the order in which it names them."""
        axes = {axis.name: axis for axis in self.grid.axes}
        return tuple(axes[name] for name in criterion.every_axis)

    def criteria(self) -> dict[str, Criterion]:
        """Criteria of all readings by name; a name stands for one criterion throughout the
        claim.
        """
        return {c.name: c for reading in self.readings for c in reading.criteria}


_PROSE = {
    *("label", "statement", "why", "unit", "words", "title", "against", "against_since", "part"),
    *("would_change", "meaning", "reason", "guess", "bounds", "counted", "says", "answer"),
    "indirect",
}
"""Fields of a rule that decide nothing."""


def _hash(spec: ClaimSpec, left_out: set[str]) -> str:
    def operative(part: Any) -> Any:
        """What is left without some fields. An axis has a kind too: it says what collapses, and
        always counts, as every setting does, whatever its name.
        """
        if isinstance(part, dict):
            without = left_out - {"kind"} if "main" in part else left_out
            kept = {k: v for k, v in part.items() if k not in without}
            return {k: v if k in ("settings", "when") else operative(v) for k, v in kept.items()}
        return [operative(v) for v in part] if isinstance(part, list) else part

    parts = spec.model_dump(mode="json", include={"readings", "grid"})
    for reading in parts["readings"]:  # the order in which criteria are shown decides nothing
        reading["criteria"].sort(key=lambda c: c["name"])
        if reading["rule"] and reading["rule"]["at_most"] == "supported":  # which came later
            del reading["rule"]["at_most"]
        for criterion in reading["criteria"]:
            criterion["settings"] = _texts(criterion["settings"])
            if not criterion["bars"]:  # which came later
                del criterion["bars"]
    for axis, declared in zip(parts["grid"]["axes"], spec.grid.axes, strict=True):
        axis |= {"values": [*map(canonical, declared.choices)], "main": canonical(declared.main)}
    for exclusion in parts["grid"]["exclude"]:
        exclusion["when"] = _texts(exclusion["when"])
    return hashlib.sha256(
        json.dumps(operative(parts), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def _texts(values: dict[str, Value]) -> dict[str, str]:
    """Values as the hash knows them: their type came later, and decides no more than their text."""
    return {name: canonical(value) for name, value in values.items()}


_ATOM = re.compile(r"^[a-z][a-z0-9_]* (holds|fails)$")


def leaves(condition: Any, where: str = "") -> set[str]:
    """The single conditions ('NAME holds') that a condition is made of; raises ValueError where it
    is malformed.

    Examples
    --------
    >>> sorted(leaves({"any": ["a holds", {"all": ["b fails", "c holds"]}]}))
    ['a holds', 'b fails', 'c holds']
    """
    match condition:
        case str() if _ATOM.match(condition):
            return {condition}
        case {"all": [_, *_] as parts} | {"any": [_, *_] as parts} if len(condition) == 1:
            return set().union(*(leaves(part, where) for part in parts))
        case {"at_least": int(), "of": [_, *_] as parts} if len(condition) == 2:
            return set().union(*(leaves(part, where) for part in parts))
    raise ValueError(
        f"{where}: expected 'NAME holds', 'NAME fails', all: [...], any: [...] or at_least: N with "
        f"of: [...], got {condition!r}"
    )
