"""Whether the register can be applied as it stands, and whether a stored verdict follows from its
criteria.

Every fault is one line: the file, the field, what is wrong. Nothing here loads data.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import registry
from ..estimates.generic import misdeclared
from ..ground import economies as eco
from ..ground.errors import CaResearchError, RegistryError, UnknownNameError
from ..ground.numbers import number
from ..ground.periods import newest_day
from ..registry import ClaimSpec, Criterion, Reading
from ..registry.claims import Want
from .evidence import universe
from .logic import FAILS, HOLDS, MIXED, evaluate
from .measures import find, lacking, signature_faults
from .printed import ReadingVerdict, as_printed, by_nearness
from .rule import apply_rule, deciding
from .sentences import faults, numbers_in
from .slots import slots_of

_MOST_CRITERIA = 8  # 3^8 combinations of states; a rule over more could not be read either


def register(claims: Mapping[str, ClaimSpec], notebook_tables: Mapping[str, set[str]]) -> list[str]:
    """Faults of the register: tables, measures, settings, axes and rules that could not do what
    they declare.

    notebook_tables: tables that each notebook loads, by file name; a notebook that is not in it
        does not exist.
    """
    return [
        *_sentences(claims),
        *(fault for claim in claims.values() for fault in _claim(claim, notebook_tables)),
    ]


def _sentences(claims: Mapping[str, ClaimSpec]) -> Iterator[str]:
    """Every sentence of the article has a claim or the reason why not, and every claim a sentence;
    the article is of a day that has begun.
    """
    article = registry.article()
    if article.date > newest_day():  # no run of that day could be made
        yield f"registry/article.yaml: date: {article.date} is in the future"
    listed = {(s.paragraph, s.sentence): s for s in article.sentences}
    named = set()
    for claim in claims.values():
        at = (claim.article.paragraph, claim.article.sentence)
        named.add(at)
        if at not in listed:
            yield (
                f"registry/claims/{claim.id}.yaml: article: there is no sentence {at[1]} in "
                f"paragraph {at[0]}"
            )
        elif listed[at].sha256 != claim.article.sha256:
            yield (
                f"registry/claims/{claim.id}.yaml: article: the hash is not that of the sentence "
                "in registry/article.yaml"
            )
    for at, sentence in listed.items():
        if at not in named and not sentence.none:
            yield (
                f"registry/article.yaml: sentences: no claim rests on sentence {at[1]} of "
                f"paragraph {at[0]}, and no reason is given"
            )


def _claim(claim: ClaimSpec, notebook_tables: Mapping[str, set[str]]) -> Iterator[str]:
    place = f"registry/claims/{claim.id}.yaml"
    for table in claim.data:
        if table not in registry.tables():
            yield f"{place}: data: there is no table {table!r}"
    if claim.notebook not in notebook_tables:
        yield f"{place}: notebook: there is no notebooks/{claim.notebook}"
    else:
        for table in sorted(set(claim.data) - notebook_tables[claim.notebook]):
            yield f"{place}: data: notebooks/{claim.notebook} does not load {table!r}"
    yield from (f"{place}: wanted: {fault}" for want in claim.wanted for fault in _want(want))
    try:
        criteria = claim.criteria()
    except RegistryError as error:
        yield f"{place}: criteria: {error.what}"
        return
    for criterion in criteria.values():
        yield from (
            f"{place}: criteria.{criterion.name}: {fault}" for fault in _criterion(claim, criterion)
        )
    if claim.declared_on > newest_day():
        yield f"{place}: declared_on: {claim.declared_on} is in the future"
    yield from (f"{place}: amendments: {fault}" for fault in _amendments(claim))
    for reading in claim.readings:
        yield from (f"{place}: readings.{reading.name}.rule: {fault}" for fault in _rule(reading))


def _want(want: Want) -> Iterator[str]:
    """A figure that no row of the table could be is never found, and never asked for."""
    columns = registry.tables()[want.table].columns if want.table in registry.tables() else {}
    for name, value in want.cells.items() if columns else ():
        if name not in columns:
            yield UnknownNameError(f"column of {want.table}", name, columns).what
            continue
        known = columns[name].values
        for one in value if isinstance(value, tuple) else (value,):
            if known and one not in known:
                yield UnknownNameError(f"{name} of {want.table}", one, known).what
            elif columns[name].type == "economy" and one != "{economy}" and one not in eco.codes():
                yield UnknownNameError(f"{name} of {want.table}: economy", one, ()).what
    for said in (want.what, *map(str, want.cells.values())):
        for slot in re.findall(r"{.*?}", said):
            if slot != "{economy}":
                yield f"unknown slot {slot}; {{economy}} is the only one"


def _amendments(claim: ClaimSpec) -> Iterator[str]:
    """Amendments are of days between the declaration and today, stand in order of time, and each
    begins with the verdict that the one before it left, where both were recorded.
    """
    for one in claim.amendments:
        if one.date < claim.declared_on:
            yield f"that of {one.date} is before the claim was declared, on {claim.declared_on}"
        if one.date > newest_day():
            yield f"that of {one.date} is in the future"
    for one, next_ in itertools.pairwise(claim.amendments):
        if next_.date < one.date:
            yield f"that of {next_.date} stands after that of {one.date}"
        for day in ("then", "now"):
            left, found = getattr(one.after, day), getattr(next_.before, day)
            if left and found and left != found:
                yield (
                    f"that of {next_.date} begins with {found!r} ({day}), and the one before it "
                    f"left {left!r}"
                )


def _criterion(claim: ClaimSpec, criterion: Criterion) -> Iterator[str]:
    try:
        for fault in signature_faults(criterion, claim.axes_of(criterion), claim.data):
            yield fault.what
        for name in lacking(criterion, claim.data):
            yield (
                f"{criterion.measure} needs {name!r}, which is neither among the data nor a "
                "setting nor an axis"
            )
        universe(claim, criterion)
    except CaResearchError as error:
        yield "; ".join(filter(None, (error.what, error.where, error.hint)))
        return
    yield from says(claim, criterion)
    if criterion.kind == "share" and criterion.unit.startswith(("per cent", "percent", "%")):
        yield (
            "kind: a share is a part of one and is shown times a hundred, while the unit is "
            f"{criterion.unit!r}; for figures in per cent the kind is percent, or growth"
        )
    yield from misdeclared(find(criterion.measure), criterion)
    for name in sorted(set(criterion.settings) & set(criterion.axes)):
        yield f"{name!r} is both a setting and an axis"


def says(claim: ClaimSpec, criterion: Criterion) -> Iterator[str]:
    """What is wrong with the sentences about a criterion."""
    if criterion.says is None:
        return
    slots = slots_of(criterion)
    typed = numbers_in(claim.model_dump_json(exclude={"readings": {"__all__": {"criteria"}}}))
    typed |= numbers_in(criterion.model_dump_json(exclude={"says"}))
    typed -= _bars(criterion)  # moved, the sentence would be untrue
    for state, sentence in criterion.says.model_dump(exclude_none=True).items():
        yield from (f"says.{state}: {fault}" for fault in faults(sentence, slots, typed))


def _bars(criterion: Criterion) -> set[str]:
    """The bars of a criterion as they would be typed; {threshold} and {needed} say them."""
    value = criterion.threshold * (100 if criterion.kind == "share" else 1)
    bars = [value, criterion.over.at_least] if criterion.over else [value]
    return {text for bar in bars for text in (f"{bar:g}", number(bar))}


def _rule(reading: Reading) -> Iterator[str]:
    """A rule must be able to support and to contradict, and never both at once."""
    if reading.rule is None:
        return
    names = [c.name for c in reading.criteria]
    if len(names) > _MOST_CRITERIA:
        yield f"{len(names)} criteria are more than {_MOST_CRITERIA}"
        return
    seen = set()
    for states in itertools.product((HOLDS, FAILS, MIXED), repeat=len(names)):
        known = dict(zip(names, states, strict=True))
        answers = tuple(
            bool(evaluate(getattr(reading.rule, part), known))
            for part in ("supported", "contradicted")
        )
        seen.add(answers)
        if all(answers):
            yield (
                "both supported and contradicted where "
                f"{', '.join(f'{k} {v}' for k, v in known.items())}"
            )
            return
    for position, word in enumerate(("supported", "contradicted")):
        if not any(answers[position] for answers in seen):
            yield f"no state of the criteria would make it {word}"


def stale(stored: Mapping[str, Any]) -> bool:
    """Whether a stored verdict was judged by another rule than the one the register now
    declares.
    """
    declared = registry.claim(stored["claim"])
    now = (declared.rule_sha256, declared.rule_sha256_2)
    return (stored["rule_sha256"], stored.get("rule_sha256_2")) != now


def sentence(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """Faults of the stored verdicts of one run: a verdict on the sentence that those of its
    readings do not imply. Judged by an earlier rule they have none.
    """
    if not stored or any(map(stale, stored)):
        return []
    words, fits = {v["reading"]: v for v in stored}, registry.votes(stored[0]["claim"])
    tests = [
        ReadingVerdict(words[name]["title"], words[name]["verdict"], fits.get(name))
        for name in by_nearness(fits, words)
    ]
    implied, _ = as_printed(tests)
    return [
        f"{v['claim']}, as of {v['as_of']}: says {v['as_printed']!r} of the sentence, its readings "
        f"imply {implied!r}"
        for v in stored
        if v["as_printed"] != implied
    ][:1]


def verdict(stored: Mapping[str, Any]) -> list[str]:
    """Faults of a stored verdict (an entry of verdicts.json): words that its declared rule and its
    criteria do not imply.

    One judged by an earlier rule (`stale`) cannot be checked against the present one and has no
    fault.
    """
    claim = registry.claim(stored["claim"])
    place = f"{stored['claim']}, reading {stored['reading']}, as of {stored['as_of']}"
    reading = next((r for r in claim.readings if r.name == stored["reading"]), None)
    if reading is None:
        return [f"{place}: the register declares no such reading"]
    if stale(stored):
        return []
    states = {c["name"]: c["state"] for c in stored["criteria"]}
    if set(states) != {c.name for c in reading.criteria}:
        return [f"{place}: its criteria are not those declared"]
    implied, _ = apply_rule(reading, states, {c["name"]: c["main_met"] for c in stored["criteria"]})
    if implied != stored["verdict"]:
        return [f"{place}: says {stored['verdict']!r}, its criteria imply {implied!r}"]
    turned = list(deciding(reading, states, implied))
    said = list(stored.get("deciding", turned))  # older reports do not say
    return [] if said == turned else [f"{place}: says that {said} decided, and not {turned}"]
