"""Whether the register can be applied as it stands, and whether a stored verdict follows from its
criteria.

Every fault is one line: the file, the field, what is wrong. Nothing here loads data.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from .. import registry
from ..estimates.kinds import misdeclared
from ..ground import economies as eco
from ..ground import paths
from ..ground.errors import CaResearchError, UnknownNameError
from ..ground.periods import newest_day
from ..registry import ClaimSpec, Criterion, Reading
from ..registry.claims import Want
from ..registry.declared import declared_measures
from ..registry.schedule import read_notebook
from .compute import Call, Computation
from .evidence import universe
from .logic import evaluate
from .measures import find, of_project, signature_faults, taken_by
from .printed import on_sentence
from .rule import ENDS, SETTLED, apply_rule, deciding
from .sentences import faults, numbers_in
from .slots import slots_of
from .words import Stored

_CRITERION = re.compile(r"""\b(?:main|show_criterion|curve_data)\([^()'"]*["'](\w+)["']""")
_JUDGES = re.compile(r"""\bca\.claim\(\s*["'](\w+)["']""")


def register(claims: Mapping[str, ClaimSpec], notebook_tables: Mapping[str, set[str]]) -> list[str]:
    """Faults of the register: tables, measures, settings, axes and rules that could not do what
    they declare.

    notebook_tables: tables that each notebook loads, by file name; a notebook that is not in it
        does not exist.
    """
    declared_measures()  # what is wrong with all of them is no fault of each claim
    problems = [f"registry/article.yaml: {fault}" for fault in _article(claims)]
    for claim in claims.values():
        problems += [
            f"registry/claims/{claim.id}.yaml: {place}: {fault}"
            for place, fault in _claim(claim, notebook_tables)
        ]
    return problems


def _article(claims: Mapping[str, ClaimSpec]) -> Iterator[str]:
    """Every sentence has a claim or the reason why not."""
    article = registry.article()
    named = {claim.article.place for claim in claims.values()}
    for sentence in article.sentences:
        if sentence.place not in named and not sentence.none:
            yield (
                f"sentences: no claim rests on sentence {sentence.sentence} of paragraph "
                f"{sentence.paragraph}, and no reason is given"
            )


def _claim(claim: ClaimSpec, notebook_tables: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The fields of a claim that are at fault, each with what is wrong."""
    listed = {sentence.place: sentence for sentence in registry.article().sentences}
    at = claim.article
    if at.place not in listed:
        yield "article", f"there is no sentence {at.sentence} in paragraph {at.paragraph}"
    elif listed[at.place].sha256 != at.sha256:
        yield "article", "the hash is not that of the sentence in registry/article.yaml"
    for table in claim.data:
        if table not in registry.tables():
            yield "data", f"there is no table {table!r}"
    if claim.notebook not in notebook_tables:
        yield "notebook", f"there is no notebooks/{claim.notebook}"
    yield from (("notebook", fault) for fault in _notebook(claim))
    for table in sorted(set(claim.data) - notebook_tables.get(claim.notebook, set(claim.data))):
        yield "data", f"notebooks/{claim.notebook} does not load {table!r}"
    yield from (("wanted", fault) for want in claim.wanted for fault in _want(want))
    for name, criterion in claim.criteria().items():
        yield from ((f"criteria.{name}", fault) for fault in _criterion(claim, criterion))
    if claim.declared_on > newest_day():
        yield "declared_on", f"{claim.declared_on} is in the future"
    for reading in claim.readings:
        yield from ((f"readings.{reading.name}.rule", fault) for fault in _rule(reading))


def _notebook(claim: ClaimSpec) -> Iterator[str]:
    """What a notebook asks of its claim and will not get: a criterion of another name, or another
    claim's verdict.
    """
    there = [c for c in registry.claims().values() if c.notebook == claim.notebook]
    known = {name for one in there for name in one.criteria()}
    file = paths.notebooks_dir() / claim.notebook
    cells = read_notebook(file).cells if file.is_file() else ()
    code = "\n".join(text for kind, _, text in cells if kind == "code")
    for name in dict.fromkeys(_CRITERION.findall(code)):
        if name not in known:
            yield _in_a_line(UnknownNameError("criterion", name, known))
    judged = sorted(set(_JUDGES.findall(code)))
    if judged and claim.id not in judged:
        yield f"it judges {', '.join(judged)}, not {claim.id}"


def _want(want: Want) -> Iterator[str]:
    """A figure that no row of the table could be is never found, and never asked for."""
    if want.table not in registry.tables():
        return
    columns, economies = registry.table(want.table).columns, {"{economy}", *eco.codes()}
    for slot in {*re.findall("{.*?}", f"{want.what} {[*want.cells.values()]}")} - {"{economy}"}:
        yield f"there is no slot {slot}"
    for name, value in want.cells.items():
        if name not in columns:
            yield f"table {want.table} has no column {name!r}"
            continue
        known = columns[name].values or (economies if columns[name].type == "economy" else ())
        for one in value if isinstance(value, tuple) else (value,):
            if known and str(one) not in known:
                yield f"no {name} of {want.table} is {one!r}"


def _criterion(claim: ClaimSpec, criterion: Criterion) -> Iterator[str]:
    try:
        axes = claim.axes_of(criterion)
        problems = [*signature_faults(criterion, axes, claim.data, claim.data)]
        universe(claim, criterion)
    except CaResearchError as error:
        yield _in_a_line(error)
        return
    yield from (error.what for error in problems)
    yield from _says(claim, criterion)
    if criterion.kind == "share" and criterion.unit.startswith(("per cent", "percent", "%")):
        yield (
            "kind: a share is a part of one and is shown times a hundred, while the unit is "
            f"{criterion.unit!r}; for figures in per cent the kind is percent, or growth"
        )
    yield from misdeclared(find(criterion.measure), criterion) if not problems else ()
    if both := sorted(set(criterion.settings) & set(criterion.axes)):
        yield f"{both[0]!r} is both a setting and an axis"
    general = hasattr(find(criterion.measure), "table")
    asked = taken_by(criterion).get("economies")
    own = general or criterion.measure in of_project()
    if asked and asked.default is asked.empty and own and not criterion.over:
        yield f"over: {criterion.measure} asks of economies, and none is named"
    elif general and not problems:
        yield from dict.fromkeys(_refused(claim, criterion))


def _in_a_line(error: CaResearchError) -> str:
    return "; ".join(filter(None, (error.what, error.where, error.hint)))


def _refused(claim: ClaimSpec, criterion: Criterion) -> Iterator[str]:
    """What a generic measure refuses whatever the figures are, as a rank of an aggregate, by its
    main choices or with one of the others.
    """
    call = Call.of(criterion, criterion.over.economies if criterion.over else ())
    empty = {name: pd.DataFrame(columns=[*registry.table(name).columns]) for name in claim.data}
    computation, main = Computation(empty), universe(claim, criterion).main
    axes = claim.axes_of(criterion)
    for other in ({}, *({axis.name: value} for axis in axes for value in axis.choices)):
        try:
            computation.run(call, **main | other)
        except CaResearchError as error:
            yield _in_a_line(error)


def _says(claim: ClaimSpec, criterion: Criterion) -> Iterator[str]:
    """What is wrong with the sentences about a criterion."""
    if criterion.says is None:
        return
    typed = numbers_in(claim.model_dump_json(exclude={"readings": {"__all__": {"criteria"}}}))
    # {threshold} and {needed} say the bars: moved, the sentence would be untrue
    typed |= numbers_in(criterion.model_dump_json(exclude={"says", "threshold", "over"}))
    for state, sentence in criterion.says.model_dump(exclude_none=True).items():
        yield from (f"says.{state}: {f}" for f in faults(sentence, slots_of(criterion), typed))


def _rule(reading: Reading) -> Iterator[str]:
    """A rule must be able to support and to contradict, and never both at once."""
    if reading.rule is None:
        return
    names = [c.name for c in reading.criteria]
    verdicts = set()
    for states in itertools.product(SETTLED, repeat=len(names)):
        known = dict(zip(names, states, strict=True))
        met = {word for word, end in reading.rule.ends.items() if evaluate(end, known)}
        if len(met) == len(ENDS):
            where = ", ".join(map(" ".join, known.items()))
            yield f"both supported and contradicted where {where}"
            return
        verdicts |= met
    yield from (
        f"no state of the criteria would make it {end}" for end in ENDS if end not in verdicts
    )


def stale(stored: Stored) -> bool:
    """Whether a stored verdict was judged by another rule than the one the register now
    declares.
    """
    declared = registry.claim(stored["claim"])
    now = (declared.rule_sha256, declared.rule_sha256_2)
    return (stored["rule_sha256"], stored.get("rule_sha256_2")) != now


def sentence(stored: Sequence[Stored]) -> list[str]:
    """Faults of the stored verdicts of one run: a verdict on the sentence that those of its
    readings do not imply. Judged by an earlier rule they have none.
    """
    if not stored or any(map(stale, stored)):
        return []
    words = {v["reading"]: (v["title"], v["verdict"]) for v in stored}
    implied, _ = on_sentence(words, registry.votes(stored[0]["claim"]))
    other = sorted({v["as_printed"] for v in stored} - {implied})
    says = f"{stored[0]['claim']}, as of {stored[0]['as_of']}: says {other} of the sentence"
    return [f"{says}, its readings imply {implied!r}"] if other else []


def verdict(stored: Stored) -> list[str]:
    """Faults of a stored verdict (an entry of verdicts.json): words that its declared rule and its
    criteria do not imply.

    One judged by an earlier rule (`stale`) cannot be checked against the present one and has no
    fault.
    """
    if stale(stored):
        return []
    place = f"{stored['claim']}, reading {stored['reading']}, as of {stored['as_of']}"
    readings = {reading.name: reading for reading in registry.claim(stored["claim"]).readings}
    reading = readings.get(stored["reading"])
    states = {c["name"]: c["state"] for c in stored["criteria"]}
    if reading is None or states.keys() != {c.name for c in reading.criteria}:
        return [f"{place}: the register declares no such reading, or other criteria of it"]
    mains = {c["name"]: c["main_met"] for c in stored["criteria"]}
    implied, _ = apply_rule(reading, states, mains)
    turned = [*deciding(reading, states, implied)]
    if (implied, turned) == (stored["verdict"], [*stored["deciding"]]):
        return []
    says = f"says {stored['verdict']!r} by {stored['deciding']}"
    return [f"{place}: {says}, its criteria imply {implied!r} by {turned}"]
