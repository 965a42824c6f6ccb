"""What a criterion comes to where its author wrote no sentences: by the kind of its figure, with
country, year, size and bar.

A measure of a table by counterpart ('trade.rank') is told by what is counted, any other by its
label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..ground import economies as eco
from ..ground.numbers import number, ordinal
from ..registry import Criterion
from ..registry.words import measure_name
from .measures import find
from .slots import names, values, with_figures
from .verdict import Cell, CriterionResult
from .wanted import NOT_COME
from .words import in_words, one, said, spread

_THINGS = {  # what is counted, before whom, how a share of it is told, who they are together
    "imports": ("imports", "from", "came from", "suppliers"),
    "exports": ("exports", "to", "went to", "buyers"),
    "trade": ("trade", "with", "was with", "trading partners"),
    "investment": ("investment", "from", "came from", "investors"),
    "debt": ("debt", "to", "was owed to", "creditors"),
    "students": ("students", "in", "were in", "destinations"),
}
_QUESTIONS = ("rank", "years", "share", "change", "ratio", "count")
_BOUNDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def plain(criterion: Criterion, result: CriterionResult, *, short: bool = False) -> str:
    """What a criterion comes to, in a sentence; short: without its bar and single countries."""
    asked = _Asked.of(criterion)
    if all(cell.estimate is None and not cell.ranged for cell in result.cells):
        return _unknown(asked, result)
    if len(result.cells) == 1:
        return f"{_of_one(asked, result)}{'' if short else _beside_bar(asked, result)}."
    return f"{_of_several(asked, result)}{'' if short else _countries(result)}."


@dataclass(frozen=True)
class _Asked:
    """What a criterion asks: one of the questions that every table by counterpart has, with the
    words for what is counted, or '' and its label.
    """

    criterion: Criterion
    question: str = ""
    thing: str = ""
    near: str = ""
    went: str = ""
    group: str = ""

    @classmethod
    def of(cls, criterion: Criterion) -> _Asked:
        measure, chosen = find(criterion.measure), criterion.settings
        table, question = getattr(measure, "table", ""), getattr(measure, "question", "")
        words = _THINGS.get(str(chosen.get("flow")), _THINGS.get(table))
        asked = cls(criterion, question)
        if not words or question not in _QUESTIONS or not (asked.whom or question == "count"):
            return cls(criterion)
        thing, *rest = words
        if table == "investment":
            thing = measure_name(str(chosen.get("measure", ""))).partition(",")[0] or thing
        return cls(criterion, question, thing, *rest)

    def named(self, *settings: str) -> str:
        """The economies that one of some settings names, in prose."""
        codes = next((str(c) for s in settings if (c := self.criterion.settings.get(s))), "")
        return eco.joined(eco.in_prose(eco.resolve(c)) for c in codes.split(";") if c)

    @property
    def whom(self) -> str:
        return self.named("partner", "investor", "creditor", "destination")

    @property
    def many(self) -> bool:
        return self.thing.endswith("s")

    def flow(self, whose: str) -> str:
        """'Georgia's imports from China', or their share for a question about it."""
        own = f"{_own(whose)} {self.thing}".strip()
        if self.criterion.settings.get("of") == "share":
            return f"the share of {self.whom} in {own}"
        return f"{own} {self.near} {self.whom}"

    def compared(self, times: str) -> str:
        """'were 2.2 times those from India'."""
        were, those = ("were", "those") if self.many else ("was", "that")
        return f"{were} {times} {those} {self.near} {self.named('to')}"


def _own(whose: str) -> str:
    return whose and f"{whose}'" + ("" if whose.endswith("s") else "s")


def _of_one(asked: _Asked, result: CriterionResult) -> str:
    """What is so of one economy, or of none in particular."""
    cell, told = result.cells[0], values(result)
    whose, figure = eco.in_prose(cell.economy) if cell.economy else "", told["number"]
    when = _when(told["years"])
    match asked.question:
        case "rank":
            listed = cell.about.get("listed")
            among = f"of {in_words(float(listed))} " if listed else "among the "
            return _begun(f"{asked.whom} was {_place(cell)} {among}{asked.group} of {whose}{when}")
        case "years":
            first_year, last = int(str(asked.criterion.settings["since"])), cell.year or 0
            of = last - first_year + 1
            so = in_words(round((cell.estimate or 0) * of))
            first = f"{asked.whom} was {_among_first(asked)} the {asked.group} of {whose}"
            return f"{first} in {so} of the {in_words(of)} years from {first_year} to {last}"
        case "share":
            own = f"{_own(whose)} {asked.thing}"
            return _begun(f"{figure} of {own} {asked.went} {asked.whom}{when}")
        case "change":
            since = asked.criterion.settings.get("since")
            span = f" from {since} to {told['years']}" if told["years"] else f" since {since}"
            return _begun(f"{asked.flow(whose)} {_moved(cell, result)}{span}")
        case "ratio":
            return _begun(f"{asked.flow(whose)} {asked.compared(f'{figure} times')}{when}")
        case "count":
            group = asked.group.removesuffix("s") if figure == "one" else asked.group
            above = asked.criterion.settings.get("above")
            more = f" above {number(above)}" if above else ""
            return _begun(f"{whose} had {figure} {group}{more}{when}")
    if result.kind == "rank":
        return f"{result.label} was {_place(cell)}{when}"
    if told["years"] and result.kind == "count":
        when = f" by {told['years']}"
    return f"{result.label} came to {_size(result, told)}{when}"


def _when(years: str) -> str:
    return f" (figures of {years})" if " to " in years else f" in {years}" if years else ""


def _size(result: CriterionResult, told: dict[str, str]) -> str:
    """A figure with what it counts, where the unit says that."""
    bare = result.unit in ("number", "(unit not stated)") or result.label.lower().startswith("days")
    if bare or result.kind in ("ratio", "change"):
        return told["number"]
    if result.kind == "p":
        return f"p = {told['number']}"
    size = told["days"] or told["amount"].strip()
    return one(size) if told["number"].endswith(" one") else size


def _of_several(asked: _Asked, result: CriterionResult) -> str:
    """In how many economies it is so."""
    c, years = asked.criterion, values(result)["years"]
    bar = said(c.threshold, c.kind)
    wanted = f"{_BOUNDS[c.comparison]} {bar}"
    there = f"{_where(result)}{_when(years)}"
    match asked.question:
        case "rank":
            return _begun(f"{asked.whom} was {_wanted_place(c)} the {asked.group} of {there}")
        case "years":
            span = f"in {wanted} of the years since {c.settings['since']}"
            first = f"{asked.whom} was {_among_first(asked)} the {asked.group} of"
            return _begun(f"{first} {_where(result)} {span}")
        case "share":
            return _begun(f"{wanted} of {asked.thing} {asked.went} {asked.whom} in {there}")
        case "change":
            moved = {"<": "fell", "<=": "did not grow"}.get(c.comparison, "grew")
            moved += f" by {wanted}" if c.threshold else ""
            return _begun(f"{asked.flow('')} {moved} in {there}")
        case "ratio":
            than = {">": "more than", "<": "less than"}.get(c.comparison)
            times = asked.compared(than if than and c.threshold == 1 else f"{wanted} times")
            return _begun(f"{asked.flow('')} {times} in {there}")
        case "count":
            return f"There were {wanted} {asked.group} in {there}"
    if c.kind == "rank":
        place = _wanted_place(c).removesuffix(" among").removesuffix(" of")
        return f"{result.label} was {place} in {there}"
    return f"{result.label} came to {wanted} in {there}"


def _where(result: CriterionResult) -> str:
    known = [cell for cell in result.cells if cell.met is not None]
    if len(known) > 1:
        return values(result)["held"]
    return names(known) if known and known[0].met else "no country with figures"


def _countries(result: CriterionResult) -> str:
    """Each country with its figure, and how many were asked for."""
    told = values(result)
    met, unmet = ([x for x in result.cells if x.met is state] for state in (True, False))
    open_ = names(x for x in result.cells if x.met is None)
    parts = [with_figures(result, met), with_figures(result, unmet)]
    parts[1] = f"not {parts[1]}" if met and unmet else parts[1]
    parts.append(f"{open_} cannot be said" if open_ else "")
    if result.threshold < len(result.cells):
        parts.append(
            f"at least {told['needed']} {'was' if result.threshold == 1 else 'were'} asked for"
        )
    return re.sub(r" no(?=[,;]| and |$)", " none", f": {'; '.join(filter(None, parts))}")


def _beside_bar(asked: _Asked, result: CriterionResult) -> str:
    """On which side of its bar the figure of one economy lies."""
    c, cell = asked.criterion, result.cells[0]
    if c.kind == "rank":
        lower = f", not below {_ordinal(c.threshold - (c.comparison == '>='))}"
        wanted = lower if c.comparison in (">", ">=") else f", not {_wanted_place(c)} them"
        return "" if cell.met else wanted
    plain_bars = {"change": 0, "ratio": 1, "years": 1}
    if c.threshold == plain_bars.get(asked.question) or (c.kind == "days" and not c.threshold):
        return ""  # 'grew', so many times, or so many of all years
    bar = said(c.threshold, c.kind) if c.threshold else "0"
    if cell.met is None:
        return f", with the bar of {bar} within that range"
    low = cell.low if cell.ranged else cell.estimate
    if cell.estimate == c.threshold:
        side = {">": "not above", "<": "not below"}.get(c.comparison, "exactly")
        return f", {side} the bar of {bar}"
    return f", {'above' if low is not None and low >= c.threshold else 'below'} the bar of {bar}"


def _unknown(asked: _Asked, result: CriterionResult) -> str:
    """That there are no figures, or that their year has not come."""
    whose = names(result.cells)
    of = asked.flow(whose) if asked.question in ("change", "ratio") else ""
    of += f" and {asked.named('to')}" if asked.question == "ratio" else ""
    if asked.question in ("rank", "years", "share", "count"):
        of = f"the {asked.group} of {whose}"
    what = of or f"“{asked.criterion.label}”"
    year, later, _ = result.cells[0].missing.partition(f" {NOT_COME}")
    if later:
        return f"{year}{later}: {what} in that year cannot be known."
    return f"No figures were found on {what}."


def _among_first(asked: _Asked) -> str:
    places = int(str(asked.criterion.settings.get("places", 1)))
    return "first among" if places == 1 else f"among the first {in_words(places)} of"


def _place(cell: Cell) -> str:
    ends = (cell.estimate,) if cell.estimate is not None else (cell.low, cell.high)
    return " to ".join(_ordinal(end) for end in ends if end is not None)


def _ordinal(place: float) -> str:
    place = int(place)
    return _PLACES[place - 1] if place <= len(_PLACES) else ordinal(place)


def _wanted_place(c: Criterion) -> str:
    """The place that is asked for: 'first among', 'among the first two of', 'not first among'."""
    last = c.threshold - (c.comparison in ("<", ">="))
    if c.comparison in (">", ">="):
        return "not first among" if last == 1 else f"not among the first {in_words(last)} of"
    if c.comparison == "==" or last == 1:
        return f"{_ordinal(c.threshold if c.comparison == '==' else last)} among"
    return f"among the first {in_words(last)} of"


def _moved(cell: Cell, result: CriterionResult) -> str:
    """'grew by 68%', 'fell by 4%', or between what it changed."""
    if cell.estimate is None:
        return f"changed by {spread(cell.low, cell.high, result.kind)}"
    size = said(abs(cell.estimate), result.kind)
    unit = "" if result.kind in ("growth", "percent", "share") else f" {result.unit}"
    return f"{'grew' if cell.estimate >= 0 else 'fell'} by {size}{unit}"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
