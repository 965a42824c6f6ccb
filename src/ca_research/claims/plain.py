"""What a criterion comes to where its author wrote no sentences: by the kind of its figure, with
country, year, size and bar.

A measure of a table by counterpart ('trade.rank') is told by what is counted, any other by its
label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ..ground import economies as eco
from ..ground.numbers import in_words, number, ordinal
from ..registry import Criterion
from ..registry.words import measure_name
from .measures import find
from .slots import names, values
from .verdict import CriterionResult
from .wanted import NOT_COME
from .words import one, said, spread

_THINGS = {  # what is counted, before whom, how a share of it is told, who they are together
    "imports": ("imports", "from", "came from", "suppliers"),
    "exports": ("exports", "to", "went to", "buyers"),
    "trade": ("trade", "with", "was with", "trading partners"),
    "investment": ("investment", "from", "came from", "investors"),
    "debt": ("debt", "to", "was owed to", "creditors"),
    "students": ("students", "in", "were in", "destinations"),
}
_ONE = {
    "rank": "{0.whom} was {0.place} {0.among}{0.group} of {0.whose}{0.when}",
    "years": "{0.whom} was {0.first} the {0.group} of {0.whose} in {0.so}",
    "share": "{0.figure} of {0.own} {0.went} {0.whom}{0.when}",
    "change": "{0.flow} {0.moved}{0.since}",
    "ratio": "{0.flow} {0.were} {0.figure} times {0.those}{0.when}",
    "count": "{0.whose} had {0.figure} {0.counted}{0.when}",
    "a rank": "{0.result.label} was {0.place}{0.when}",
    "": "{0.result.label} came to {0.size}{0.when}",
}
"""What is so of one economy, or of none in particular, by the question that is asked."""
_SEVERAL = {
    "rank": "{0.whom} was {0.wanted_place} the {0.group} of {0.where}{0.when}",
    "years": "{0.whom} was {0.first} the {0.group} of {0.where} in {0.wanted} of {0.years}",
    "share": "{0.wanted} of {0.thing} {0.went} {0.whom} in {0.where}{0.when}",
    "change": "{0.flow} {0.grew} in {0.where}{0.when}",
    "ratio": "{0.flow} {0.were} {0.times} {0.those} in {0.where}{0.when}",
    "count": "There were {0.wanted} {0.group} in {0.where}{0.when}",
    "a rank": "{0.result.label} was {0.bare_place} in {0.where}{0.when}",
    "": "{0.result.label} came to {0.wanted} in {0.where}{0.when}",
}
"""In how many economies it is so."""
_UNKNOWN = {
    "change": "{0.flow}",
    "ratio": "{0.flow} and {0.to}",
    "a rank": "“{0.criterion.label}”",
    "": "“{0.criterion.label}”",
}
"""What there are no figures of."""
_BOUNDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_PLAIN_BARS = {"change": 0, "ratio": 1, "years": 1}
"""Of what grew, is so many times another, or so in so many of all years, no bar is told."""


def plain(criterion: Criterion, result: CriterionResult, *, short: bool = False) -> str:
    """What a criterion comes to, in a sentence; short: without its bar and single countries."""
    cells = result.cells
    unknown = all(cell.estimate is None and not cell.ranged for cell in cells)
    told = _Told(criterion, result, names(cells) if unknown or len(cells) == 1 else "")
    if unknown:
        what = _UNKNOWN.get(told.question, "the {0.group} of {0.whose}").format(told)
        year, later, _ = cells[0].missing.partition(f" {NOT_COME}")
        if later:
            return f"{year}{later}: {what} in that year cannot be known."
        return f"No figures were found on {what}."
    text = (_ONE if len(cells) == 1 else _SEVERAL)[told.question].format(told)
    beside = told.beside_bar if len(cells) == 1 else told.countries
    return f"{text[:1].upper()}{text[1:]}{'' if short else beside}."


@dataclass(frozen=True)
class _Told:
    """The words of the sentences above for a judged criterion; whose: of which economies."""

    criterion: Criterion
    result: CriterionResult
    whose: str

    @cached_property
    def values(self) -> dict[str, str]:
        return values(self.result)

    @cached_property
    def words(self) -> tuple[str, str, str, str]:
        """For what is counted, before whom, for a share of it, and for those together."""
        table, chosen = getattr(find(self.criterion.measure), "table", ""), self.criterion.settings
        words = _THINGS.get(str(chosen.get("flow"))) or _THINGS.get(table) or ("",) * 4
        measure = measure_name(str(chosen.get("measure", ""))) if table == "investment" else ""
        return (measure.partition(",")[0] or words[0], *words[1:])

    @cached_property
    def question(self) -> str:
        """One of the questions that every table by counterpart has; of others the label is told."""
        question = getattr(find(self.criterion.measure), "question", "")
        if question in _ONE and self.group and (self.whom or question == "count"):
            return question
        return "a rank" if self.result.kind == "rank" else ""

    thing = property(lambda self: self.words[0])
    went = property(lambda self: self.words[2])
    group = property(lambda self: self.words[3])
    figure = property(lambda self: self.values["number"])

    def named(self, *settings: str) -> str:
        """The economies that one of some settings names, in prose."""
        codes = next((str(c) for s in settings if (c := self.criterion.settings.get(s))), "")
        return eco.joined(eco.in_prose(eco.resolve(c)) for c in codes.split(";") if c)

    whom = property(lambda self: self.named("partner", "investor", "creditor", "destination"))
    to = property(lambda self: self.named("to"))

    @property
    def own(self) -> str:
        """'Georgia's imports'."""
        mark = "'" if self.whose.endswith("s") else "'s"
        return f"{self.whose}{mark} {self.thing}" if self.whose else self.thing

    @property
    def flow(self) -> str:
        """'Georgia's imports from China', or their share for a question about it."""
        if self.criterion.settings.get("of") == "share":
            return f"the share of {self.whom} in {self.own}"
        return f"{self.own} {self.words[1]} {self.whom}"

    were = property(lambda self: "were" if self.thing.endswith("s") else "was")

    @property
    def those(self) -> str:
        """'those from India'."""
        noun = "those" if self.thing.endswith("s") else "that"
        return f"{noun} {self.words[1]} {self.to}"

    @property
    def when(self) -> str:
        years, alone = self.values["years"], len(self.result.cells) == 1
        if years and not self.question and self.result.kind == "count" and alone:
            return f" by {years}"
        return f" (figures of {years})" if " to " in years else f" in {years}" if years else ""

    @property
    def since(self) -> str:
        """The years of a change."""
        since, years = self.criterion.settings.get("since"), self.values["years"]
        return f" from {since} to {years}" if years else f" since {since}"

    years = property(lambda self: f"the years since {self.criterion.settings['since']}")

    @property
    def so(self) -> str:
        """In how many of the years it was so."""
        cell, since = self.result.cells[0], int(str(self.criterion.settings["since"]))
        of = (cell.year or 0) - since + 1
        so = in_words(round((cell.estimate or 0) * of))
        return f"{so} of the {in_words(of)} years from {since} to {cell.year or 0}"

    @property
    def counted(self) -> str:
        above = self.criterion.settings.get("above")
        group = self.group.removesuffix("s") if self.figure == "one" else self.group
        return f"{group} above {number(above)}" if above else group

    @property
    def among(self) -> str:
        listed = self.result.cells[0].about.get("listed")
        return f"of {in_words(float(listed))} " if listed else "among the "

    @property
    def size(self) -> str:
        """A figure with what it counts, where the unit says that."""
        result, told = self.result, self.values
        bare = result.unit in ("number", "(unit not stated)")
        bare |= result.label.lower().startswith("days")
        if bare or result.kind in ("ratio", "change"):
            return told["number"]
        if result.kind == "p":
            return f"p = {told['number']}"
        size = told["days"] or told["amount"].strip()
        return one(size) if told["number"].endswith(" one") else size

    @property
    def wanted(self) -> str:
        c = self.criterion
        return f"{_BOUNDS[c.comparison]} {said(c.threshold, c.kind)}"

    @property
    def grew(self) -> str:
        c = self.criterion
        moved = {"<": "fell", "<=": "did not grow"}.get(c.comparison, "grew")
        return f"{moved} by {self.wanted}" if c.threshold else moved

    @property
    def times(self) -> str:
        c = self.criterion
        bare = c.threshold == 1 and c.comparison in "<>"
        return _BOUNDS[c.comparison] if bare else f"{self.wanted} times"

    @property
    def where(self) -> str:
        known = [cell for cell in self.result.cells if cell.met is not None]
        if len(known) > 1:
            return self.values["held"]
        return names(known) if known and known[0].met else "no country with figures"

    @property
    def first(self) -> str:
        """Which places count."""
        places = int(str(self.criterion.settings.get("places", 1)))
        return "first among" if places == 1 else f"among the first {in_words(places)} of"

    @property
    def place(self) -> str:
        """The place that it has, or those between which it lies."""
        cell = self.result.cells[0]
        ends = (cell.low, cell.high) if cell.estimate is None else (cell.estimate,)
        return " to ".join(_ordinal(end) for end in ends if end is not None)

    @property
    def wanted_place(self) -> str:
        """'first among', 'among the first two of', 'not first among'."""
        c = self.criterion
        last = c.threshold - (c.comparison in ("<", ">="))
        below = "not " if c.comparison in (">", ">=") else ""
        if last == 1 or c.comparison == "==":
            return f"{below}{_ordinal(last)} among"
        return f"{below}among the first {in_words(last)} of"

    bare_place = property(lambda self: re.sub(" (among|of)$", "", self.wanted_place))

    @property
    def moved(self) -> str:
        """'grew by 68%', 'fell by 4%', or between what it changed."""
        cell, kind = self.result.cells[0], self.result.kind
        if cell.estimate is None:
            return f"changed by {spread(cell.low, cell.high, kind)}"
        unit = "" if kind in ("growth", "percent", "share") else f" {self.result.unit}"
        grew = "grew" if cell.estimate >= 0 else "fell"
        return f"{grew} by {said(abs(cell.estimate), kind)}{unit}"

    @property
    def countries(self) -> str:
        """Each country with its figure, and how many were asked for."""
        result, told = self.result, self.values
        met, unmet, open_ = told["cells_met"], told["cells_not"], told["open"]
        parts = [met, f"not {unmet}" if met and unmet else unmet]
        parts.append(f"{open_} cannot be said" if open_ else "")
        if result.threshold < len(result.cells):
            were = "was" if result.threshold == 1 else "were"
            parts.append(f"at least {told['needed']} {were} asked for")
        return re.sub(r" no(?=[,;]| and |$)", " none", f": {'; '.join(filter(None, parts))}")

    @property
    def beside_bar(self) -> str:
        """On which side of its bar the figure of one economy lies."""
        c, cell = self.criterion, self.result.cells[0]
        if c.kind == "rank":
            bar = _ordinal(c.threshold - (c.comparison == ">="))
            lower = c.comparison in (">", ">=")
            wanted = f"not below {bar}" if lower else f"not {self.wanted_place} them"
            return "" if cell.met else f", {wanted}"
        if c.threshold == _PLAIN_BARS.get(self.question, 0 if c.kind == "days" else None):
            return ""
        bar = said(c.threshold, c.kind) if c.threshold else "0"
        if cell.met is None:
            return f", with the bar of {bar} within that range"
        low = cell.low if cell.ranged else cell.estimate
        side = "above" if low is not None and low >= c.threshold else "below"
        if cell.estimate == c.threshold:
            side = {">": "not above", "<": "not below"}.get(c.comparison, "exactly")
        return f", {side} the bar of {bar}"


def _ordinal(place: float) -> str:
    return _PLACES[int(place) - 1] if place <= len(_PLACES) else ordinal(int(place))
