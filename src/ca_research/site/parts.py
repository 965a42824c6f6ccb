"""What stands on a claim's page beside its numbers: days, gaps, sides, sources, in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import registry
from ..claims.logic import HOLDS, UNDECIDED, leaves
from ..claims.overview import own_params
from ..claims.printed import NEARNESS
from ..claims.slots import in_words, joined, said
from ..claims.wanted import publishers, words
from ..claims.words import judged_alone, no_days, one, source_words
from ..ground import economies
from ..ground.periods import day_in_words
from ..registry.words import axis_words
from ..registry.words import words as registry_words

Stored = Mapping[str, Any]

KIND_WORDS = {
    "quantity": "an amount",
    "trend": "a trend",
    "comparison": "a comparison",
    "universal": "always or never",
    "date": "a date",
    "cause": "cause and effect",
    "forecast": "a forecast",
    "opinion": "an opinion",
}
"""What kind of thing a claim says."""

_NEAREST = {v: i for i, v in enumerate(("primary", "secondary", "commentary", "full", "excerpt"))}
"""Of documents of one origin the one that is nearest to the event, and read most, names it."""


def origin_names(part: Stored) -> dict[str, str]:
    """Words for the origins of the documents behind a number: publisher and year of the best
    document of each; none for an origin that the register has words for.

    part: a cell of a trace, with `columns` and `rows`.
    """
    rows = [dict(zip(part["columns"], row, strict=True)) for row in part["rows"]]
    known = registry_words().cells.get("origin_group", {})
    best: dict[str, Stored] = {}
    for row in rows:
        origin, source = row.get("origin_group"), row.get("source_id")
        if origin and source in registry.sources() and origin not in known:
            best[origin] = min(best.get(origin, row), row, key=_far)
    return {origin: source_words(row["source_id"]) for origin, row in best.items()}


def _far(document: Stored) -> tuple[int, int]:
    """How far a document is from the event, and how little of it was read."""
    least = len(_NEAREST)
    near, seen = (_NEAREST.get(str(document.get(c)), least) for c in ("strength", "text_seen"))
    return near, seen


_OF_GRANTS = {"host": "recipient", "investor": "donor"}


def heads(part: Stored) -> list[str]:
    """The columns of the rows behind a number; a grant is no investment, and has a donor."""
    columns = part["columns"]
    at = columns.index("measure") if "measure" in columns else None
    kinds = {row[at] for row in part["rows"]} if at is not None else set()
    return [_OF_GRANTS.get(c, c) for c in columns] if kinds == {"official_grant"} else columns


def reading_title(name: Any, claim_id: str) -> str:
    """The title of a reading of a claim; '' where the claim has none of this name."""
    spec = registry.claims().get(claim_id)
    return next((r.title for r in spec.readings if r.name == name), "") if spec else ""


_BOUND = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_RANGE = "What is known leaves a range that reaches both sides of the threshold"


def day(as_of: str) -> str:
    """What a page was judged with.

    Examples
    --------
    >>> day("2023-05-19"), day("latest")
    ('with what was known on 19 May 2023', 'with all figures available now')
    """
    if as_of == "latest":
        return "with all figures available now"
    return f"with what was known on {day_in_words(dt.date.fromisoformat(as_of))}"


def judged_for(params: Stored) -> str:
    """What a run judges that does not judge the claim as a whole; '' for one that does.

    Examples
    --------
    >>> judged_for({"as_of": "latest", "economy": "KAZ"}), judged_for({"economy": "CA5"})
    ('Kazakhstan alone', '')
    """
    return ", ".join(
        f"{judged_alone({name: value})} alone"
        if name == "economy"
        else f"{axis_words(name)} {value}"
        for name, value in own_params(params).items()
    )


def each_day(days: Sequence[str]) -> str:
    """What the claims of a report were judged with, in order.

    Examples
    --------
    >>> each_day(["2020-01-01", "latest"])
    'once with what was known on 1 January 2020, and once with all figures available now'
    """
    published = registry.article().date.isoformat()
    said = [f"{day(one)}{', the day of the article' if one == published else ''}" for one in days]
    if len(said) < 2:
        return "".join(said)
    *first, last = (f"once {words}" for words in said)
    return f"{', '.join(first)}, and {last}"


def other_day(head: Stored, other: Stored) -> str:
    """The sentence as printed by what was known on another day, beside the one that a page
    shows.
    """
    if other["as_of"] == "latest":
        when = day("latest")
    else:
        when = f"on {day_in_words(dt.date.fromisoformat(other['as_of']))}"
        if other["as_of"] == registry.article().date.isoformat():
            when = f"on publication day, {when.removeprefix('on ')}"
    if other["as_printed"] == head["as_printed"]:
        return f"The same {when}"
    return f"{when[:1].upper()}{when[1:]}: {other['as_printed']}"


def sides(verdict: Stored) -> dict[str, list[Stored]]:
    """The criteria of a reading that speak for the claim, and those that speak against it; of some
    that say the same the first.
    """
    found: dict[str, dict[str, Stored]] = {"for": {}, "against": {}}
    for c in verdict["criteria"]:
        if c["speaks"] in found:
            found[c["speaks"]].setdefault(c["says"], c)
    return {side: list(told.values()) for side, told in found.items()}


def holds_somewhere(verdict: Stored, claim: registry.ClaimSpec) -> list[Stored]:
    """The criteria that would support a reading, are undecided over all countries, and hold in some
    of them.
    """
    reading = next((r for r in claim.readings if r.name == verdict["reading"]), None)
    helps = leaves(reading.rule.supported) if reading and reading.rule else set()
    return [
        c
        for c in verdict["criteria"]
        if c["state"] == UNDECIDED
        and f"{c['name']} {HOLDS}" in helps
        and any(cell["met"] for cell in c["cells"])
    ]


def otherwise(claim: registry.ClaimSpec) -> str:
    """The verdict where neither condition of a rule is met, in a sentence for all readings; ''
    where none has a rule.
    """
    ends: dict[str, list[str]] = {}
    for reading in claim.readings:
        if reading.rule:
            ends.setdefault(reading.rule.otherwise, []).append(f"“{reading.title}”")
    if not ends:
        return ""
    said = {
        end: f"“{end}”"
        + (
            " when a condition is true in the main way to calculate it, else “not enough evidence”"
            if end == "partly supported"
            else ""
        )
        for end in ends
    }
    begin = "If neither condition is met and no figures are missing"
    if len(ends) == 1:
        return f"{begin}, the verdict is {''.join(said.values())}."
    each = "; ".join(f"for {joined(of)}: {said[end]}" for end, of in ends.items())
    return f"{begin}, the verdict depends on the reading. {each[:1].upper()}{each[1:]}."


def gaps(verdicts: Iterable[Stored]) -> list[dict[str, Any]]:
    """What could not be said, one entry for each reason: reason, who (countries), asked (labels of
    the criteria that ask for it).
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for verdict in verdicts:
        for c in verdict["criteria"]:
            for cell in (x for x in c["cells"] if x["met"] is None):
                reason = cell["missing"] or _RANGE
                group = found.setdefault(reason, {"who": {}, "asked": {}})
                group["asked"][c["label"]] = None
                if cell["economy"]:
                    group["who"][cell["economy"]] = None
    return [
        {
            "reason": reason[:1].upper() + reason[1:],
            "who": joined(economies.in_prose(code) for code in group["who"]),
            "asked": list(group["asked"]),
        }
        for reason, group in found.items()
    ]


def wanted(verdict: Stored) -> list[dict[str, Any]]:
    """The figures that would answer what is open, one entry for each want: what (in words, for all
    its countries), figures (their number), holders (publisher, address and how, each once).
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in verdict["wanted"]:
        group = found.setdefault(entry["what"], {"of": [], "figures": 0, "holders": {}})
        group["of"].append(entry["economy"])
        group["figures"] += entry["figures"]
        group["holders"] |= dict.fromkeys(publishers(entry))
    return [
        {
            "what": words(what, sorted(group["of"])),
            "figures": group["figures"],
            "holders": list(group["holders"]),
        }
        for what, group in found.items()
    ]


def _bound(sign: str, kind: str) -> str:
    return "fewer than" if sign == "<" and kind == "count" else _BOUND[sign]


_ABOVE = "above what is implied"
"""What is asked of a difference of logarithms that must be above nought."""


def needed(c: Stored) -> str:
    """What a criterion asks for, in words."""
    if c["kind"] == "log_points" and not c["threshold"]:
        return _ABOVE
    many = len(c["cells"]) > 1
    counts = c["cell_threshold"] is not None
    bound = c["cell_threshold"] if counts else c["threshold"]
    sign = c["cell_comparison"] if counts else c["comparison"]
    figure = said(bound, c["kind"]) if bound else "0"
    if sign == "==" and bound == 0:
        each = "none"
    elif sign in ("==", ">=") and figure == "100%":
        each = figure
    else:
        each = f"{_bound(sign, c['kind'])} {figure}"
    if not many:
        return each
    noun = "countries" if c["counted"] == "economies" else c["counted"]
    least = "all" if c["threshold"] == len(c["cells"]) else "at least"
    return f"{each}, in {least} {said(c['threshold'], 'count')} {noun}"


_MOVED = {">": "a rise", ">=": "no fall", "<": "a fall", "<=": "no rise"}
"""What is asked of a change whose sign decides."""


def declared_bar(c: registry.Criterion) -> str:
    """What a criterion asks for as it is declared, with its unit: 'more than 50% of imports, in at
    least three of five'.
    """
    each = _each_bar(c)
    if c.over is None or len(c.over.economies) < 2:
        return each
    least, of = c.over.at_least, len(c.over.economies)
    if least == of:
        return f"{each}, in all {in_words(of)}"
    return f"{each}, in at least {in_words(least)} of {in_words(of)}"


def _each_bar(c: registry.Criterion) -> str:
    """The threshold for one country."""
    unit = re.sub(r"^(per cent|share)\b ?", "", c.unit)
    unit = one(unit) if c.threshold == 1 else unit
    bound, figure = _bound(c.comparison, c.kind), said(c.threshold, c.kind)
    if c.kind == "log_points" and not c.threshold:
        return _ABOVE
    if c.kind == "change" and not c.threshold and c.comparison in _MOVED:
        return _MOVED[c.comparison]
    if c.kind == "rank":
        return f"place {figure} or better"
    if c.kind == "p":
        return f"{bound} {figure} ({unit})"
    if c.kind == "ratio":
        return f"{bound} {figure}: {unit}"
    if c.kind in ("percent", "share") and figure == "100%" and c.comparison in ("==", ">="):
        return f"all {unit.removeprefix('of ')}" if unit.startswith("of ") else f"all {unit}"
    if c.kind == "days" and c.comparison == "==" and c.threshold == 0:
        return no_days(unit)
    if c.comparison == "==" and c.threshold == 0:
        bound, figure = "", "none" if unit.startswith("of ") else "no"
    elif c.threshold == 0:
        figure = "0"
    return f"{bound} {figure} {unit}".strip().replace(" ,", ",")


def cited(ids: Sequence[str], most: int = 5) -> tuple[list[tuple[str, str]], int]:
    """The first sources of a criterion that read differently, each with its id, and how many more
    there are.
    """
    told: dict[str, str] = {}
    for source_id in ids:
        told.setdefault(source_words(source_id), source_id)
    pairs = [(source_id, words) for words, source_id in told.items()]
    return pairs[:most], max(len(pairs) - most, 0)


def ended(sentence: str) -> str:
    """A sentence with the mark at its end: a full stop, where it has none of its own.

    Examples
    --------
    >>> ended("How far does distance hold trade back?"), ended("The data")
    ('How far does distance hold trade back?', 'The data.')
    """
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def nearness(verdict: Stored, tests: int) -> str:
    """How near a test is to the sentence, in words; '' for the only one, on which nobody votes."""
    near = verdict["nearness"]
    return "" if tests == 1 and near is None else NEARNESS[near]
