"""What a criterion comes to where its author wrote no sentences: by the kind of its figure, with
country, year, size and bar.

A measure of a table by counterpart ('trade.rank') is told by what is counted, any other by its
label.
"""

from __future__ import annotations

import re

from ..ground import economies as eco
from ..ground.numbers import in_words, number, ordinal
from ..registry import Criterion
from ..registry.words import measure_name
from .measures import find
from .slots import names, values
from .verdict import Cell, CriterionResult
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
    "rank": "{whom} was {place} {among}{group} of {whose}{when}",
    "years": "{whom} was {first} the {group} of {whose} in {so}",
    "share": "{figure} of {own} {went} {whom}{when}",
    "change": "{flow} {moved}{since}",
    "ratio": "{flow} {were} {figure} times {those}{when}",
    "count": "{whose} had {figure} {counted}{when}",
    "a rank": "{label} was {place}{when}",
    "": "{label} came to {size}{when}",
}
"""What is so of one economy, or of none in particular, by the question that is asked."""
_SEVERAL = {
    "rank": "{whom} was {wanted_place} the {group} of {where}{when}",
    "years": "{whom} was {first} the {group} of {where} in {wanted} of {years}",
    "share": "{wanted} of {thing} {went} {whom} in {where}{when}",
    "change": "{flow} {grew} in {where}{when}",
    "ratio": "{flow} {were} {times} {those} in {where}{when}",
    "count": "There were {wanted} {group} in {where}{when}",
    "a rank": "{label} was {bare_place} in {where}{when}",
    "": "{label} came to {wanted} in {where}{when}",
}
"""In how many economies it is so."""
_UNKNOWN = {"change": "{flow}", "ratio": "{flow} and {to}", "a rank": "“{label}”", "": "“{label}”"}
"""What there are no figures of, unless it is a group of partners."""
_BOUNDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_PLAIN_BARS = {"change": 0, "ratio": 1, "years": 1}
"""Of what grew, is so many times another, or so in so many of all years, no bar is told."""


def plain(criterion: Criterion, result: CriterionResult, *, short: bool = False) -> str:
    """What a criterion comes to, in a sentence; short: without its bar and single countries."""
    cells = result.cells
    unknown = all(cell.estimate is None and not cell.ranged for cell in cells)
    whose = names(cells) if unknown or len(cells) == 1 else ""
    asked = _asked(criterion, whose)
    question = asked["question"] or ("a rank" if result.kind == "rank" else "")
    if unknown:
        label = {"label": criterion.label}
        what = _UNKNOWN.get(question, "the {group} of {whose}").format(**asked, **label)
        year, later, _ = cells[0].missing.partition(f" {NOT_COME}")
        if later:
            return f"{year}{later}: {what} in that year cannot be known."
        return f"No figures were found on {what}."
    told = values(result)
    if len(cells) == 1:
        words = _of_one(criterion, result, told, asked)
        text, beside = _ONE[question], _beside_bar(criterion, cells[0], question)
    else:
        words = _of_several(criterion, result, told)
        text, beside = _SEVERAL[question], _countries(result, told)
    text = text.format(label=result.label, **asked, **words)
    return f"{text[:1].upper()}{text[1:]}{'' if short else beside}."


def _asked(c: Criterion, whose: str) -> dict[str, str]:
    """The words of a question that every table by counterpart has: who is asked about, what is
    counted, whose it is; without a question where only the label tells what is asked.
    """
    measure, chosen = find(c.measure), c.settings
    table, question = getattr(measure, "table", ""), getattr(measure, "question", "")
    words = _THINGS.get(str(chosen.get("flow"))) or _THINGS.get(table)
    thing, near, went, group = words or ("",) * 4
    if table == "investment":
        thing = measure_name(str(chosen.get("measure", ""))).partition(",")[0] or thing
    first = next((n for n in ("partner", "investor", "creditor", "destination") if n in chosen), "")
    whom, to = (
        eco.joined(map(eco.in_prose, map(eco.resolve, filter(None, codes.split(";")))))
        for codes in (str(chosen.get(first, "")), str(chosen.get("to", "")))
    )
    if question not in _ONE or not words or not (whom or question == "count"):
        return {"question": "", "whose": whose}
    own = f"{whose}'{'' if whose.endswith('s') else 's'} {thing}" if whose else thing
    share = f"the share of {whom} in {own}"  # or 'Georgia's imports from China'
    flow = share if chosen.get("of") == "share" else f"{own} {near} {whom}"
    were, those = ("were", "those") if thing.endswith("s") else ("was", "that")
    places = int(str(chosen.get("places", 1)))
    first = "first among" if places == 1 else f"among the first {in_words(places)} of"
    asked = {"whose": whose, "thing": thing, "went": went, "group": group, "whom": whom, "to": to}
    asked |= {"own": own, "flow": flow, "were": were, "those": f"{those} {near} {to}"}
    return asked | {"question": question, "first": first}


def _when(years: str) -> str:
    return f" (figures of {years})" if " to " in years else f" in {years}" if years else ""


def _of_one(
    c: Criterion, result: CriterionResult, told: dict[str, str], asked: dict[str, str]
) -> dict[str, str]:
    """What is so of one economy, or of none in particular."""
    cell, years, figure, kind = result.cells[0], told["years"], told["number"], result.kind
    since, last = c.settings.get("since"), cell.year or 0
    ends = (cell.low, cell.high) if cell.estimate is None else (cell.estimate,)
    words = {"figure": figure, "when": _when(years)}
    match asked["question"]:
        case "years":
            of = last - int(str(since)) + 1
            so = in_words(round((cell.estimate or 0) * of))
            words["so"] = f"{so} of the {in_words(of)} years from {since} to {last}"
        case "change":
            words["since"] = f" from {since} to {years}" if years else f" since {since}"
            unit = "" if kind in ("growth", "percent", "share") else f" {result.unit}"
            words["moved"] = f"changed by {spread(cell.low, cell.high, kind)}"
            if cell.estimate is not None:
                grew = "grew" if cell.estimate >= 0 else "fell"
                words["moved"] = f"{grew} by {said(abs(cell.estimate), kind)}{unit}"
        case "count":
            above = c.settings.get("above")
            group = asked["group"].removesuffix("s" if figure == "one" else "")
            words["counted"] = f"{group} above {number(above)}" if above else group
        case "" if kind == "count" and years:
            words["when"] = f" by {years}"
    if kind == "rank" or asked["question"] == "rank":
        listed = cell.about.get("listed")
        words["among"] = f"of {in_words(float(listed))} " if listed else "among the "
        words["place"] = " to ".join(_ordinal(end) for end in ends if end is not None)
    # a figure with what it counts, where the unit says that
    size = told["days"] or told["amount"].strip()
    size = one(size) if figure.endswith(" one") else size
    bare = result.unit in ("number", "(unit not stated)") or kind in ("ratio", "change")
    if bare or result.label.lower().startswith("days"):
        size = figure
    return words | {"size": f"p = {figure}" if kind == "p" and not bare else size}


def _of_several(c: Criterion, result: CriterionResult, told: dict[str, str]) -> dict[str, str]:
    """In how many economies it is so."""
    known = [cell for cell in result.cells if cell.met is not None]
    alone = names(known) if known and known[0].met else "no country with figures"
    wanted = f"{_BOUNDS[c.comparison]} {said(c.threshold, c.kind)}"
    grew = {"<": "fell", "<=": "did not grow"}.get(c.comparison, "grew")
    twice = c.threshold == 1 and c.comparison in "<>"
    place = _wanted_place(c) if c.threshold >= 0 else ""
    return {
        "where": told["held"] if len(known) > 1 else alone,
        "when": _when(told["years"]),
        "years": f"the years since {c.settings.get('since')}",
        "wanted": wanted,
        "wanted_place": place,
        "bare_place": re.sub(" (among|of)$", "", place),
        "grew": f"{grew} by {wanted}" if c.threshold else grew,
        "times": _BOUNDS[c.comparison] if twice else f"{wanted} times",
    }


def _wanted_place(c: Criterion) -> str:
    """The place that is asked for: 'first among', 'among the first two of', 'not first among'."""
    last = c.threshold - (c.comparison in ("<", ">="))
    below = "not " if c.comparison in (">", ">=") else ""
    if last == 1 or c.comparison == "==":
        return f"{below}{_ordinal(last)} among"
    return f"{below}among the first {in_words(last)} of"


def _countries(result: CriterionResult, told: dict[str, str]) -> str:
    """Each country with its figure, and how many were asked for."""
    met, unmet, open_ = told["cells_met"], told["cells_not"], told["open"]
    parts = [met, f"not {unmet}" if met and unmet else unmet]
    parts.append(f"{open_} cannot be said" if open_ else "")
    if result.threshold < len(result.cells):
        were = "was" if result.threshold == 1 else "were"
        parts.append(f"at least {told['needed']} {were} asked for")
    return re.sub(r" no(?=[,;]| and |$)", " none", f": {'; '.join(filter(None, parts))}")


def _beside_bar(c: Criterion, cell: Cell, question: str) -> str:
    """On which side of its bar the figure of one economy lies."""
    if c.kind == "rank":
        lower, bar = c.comparison in (">", ">="), c.threshold - (c.comparison == ">=")
        wanted = f"not below {_ordinal(bar)}" if lower else f"not {_wanted_place(c)} them"
        return "" if cell.met else f", {wanted}"
    if c.threshold == _PLAIN_BARS.get(question, 0 if c.kind == "days" else None):
        return ""
    bar_words = said(c.threshold, c.kind) if c.threshold else "0"
    if cell.met is None:
        return f", with the bar of {bar_words} within that range"
    low = cell.low if cell.ranged else cell.estimate
    side = "above" if low is not None and low >= c.threshold else "below"
    if cell.estimate == c.threshold:
        side = {">": "not above", "<": "not below"}.get(c.comparison, "exactly")
    return f", {side} the bar of {bar_words}"


def _ordinal(place: float) -> str:
    return _PLACES[int(place) - 1] if place <= len(_PLACES) else ordinal(int(place))
