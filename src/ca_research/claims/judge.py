"""From evidence to verdict: criteria over their universes, the rule over the criteria, what the
answer hangs on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from .. import registry
from ..ground import economies
from ..ground.periods import day_in_words, is_after
from ..registry import ClaimSpec, Criterion, Reading
from ..registry.voting import Vote
from .answers import answer, finding, sentence
from .certainty import certainty
from .criteria import judge_criteria, specification_truths
from .evidence import Evidence
from .given import Knowledge, economies_of
from .leave_out import leave_out
from .printed import ReadingVerdict, as_printed, by_nearness
from .rule import applied, deciding, possible, speaks
from .verdict import CriterionResult, Verdict
from .wanted import Wanted
from .words import in_words


def _coverage(frame: pd.DataFrame, results: Iterable[CriterionResult]) -> dict[str, object]:
    used = frame[frame["is_main"]]
    first, last = used["first_year"].dropna(), used["last_year"].dropna()
    missing = [
        (
            f"{economies.name_of(c.economy) + ': ' if c.economy else ''}{r.label}: "
            f"{c.missing or 'its range spans the threshold'}"
        )
        for r in results
        for c in r.cells
        if c.met is None
    ]
    return {
        "from": int(first.min()) if len(first) else None,
        "to": int(last.max()) if len(last) else None,
        "missing": missing,
    }


def _told(
    reading: Reading,
    result: CriterionResult,
    frame: pd.DataFrame,
    sole: Mapping[str, Sequence[str]],
) -> CriterionResult:
    """A criterion with its sentence, its side, its sources, and those it cannot do without."""
    declared = next(c for c in reading.criteria if c.name == result.name)
    return dataclasses.replace(
        result,
        says=sentence(declared, result),
        speaks=speaks(reading, result),
        sources=tuple(_resting_on(frame, [result.name])),
        sole_sources=tuple(s for s, criteria in sorted(sole.items()) if result.name in criteria),
    )


def _resting_on(frame: pd.DataFrame, criteria: Iterable[str]) -> list[str]:
    """The sources behind the main figures of some criteria."""
    return sorted({source for cell in _main(frame, criteria)["sources"] for source in cell})


def _main(frame: pd.DataFrame, criteria: Iterable[str]) -> pd.DataFrame:
    """The main figures of some criteria."""
    return frame[frame["is_main"] & frame["criterion"].isin(list(criteria))]


def judge(spec: ClaimSpec, evidence: Evidence, params: dict[str, object]) -> Verdict:
    """The verdict of the reading that leads, with those of the other readings in `beside`.

    The closest to the sentence leads, among those that figures could settle.
    """
    methods = [a.name for a in spec.grid.axes if a.kind == "method"]
    fits, verdicts = registry.votes(spec.id), []
    readings = {reading.name: reading for reading in spec.readings}
    order = by_nearness(fits, readings)
    leads = next((name for name in order if readings[name].criteria), order[0])
    for reading in map(readings.__getitem__, order):
        mine = evidence.standing[
            evidence.standing["criterion"].isin([c.name for c in reading.criteria])
        ]
        judged = list(evidence.economies)
        results = judge_criteria(reading, mine, methods, judged)
        word, reason = applied(reading, results)
        hangs = leave_out(reading, evidence, methods, results)
        decided = deciding(reading, {n: r.state for n, r in results.items()}, word)
        used = sorted({s for cell in mine["sources"] for s in cell})
        verdicts.append(
            Verdict(
                claim=spec.id,
                reading=reading.name,
                title=reading.title,
                statement=reading.statement,
                leads=reading.name == leads,
                nearness=fits[reading.name].nearness if reading.name in fits else None,
                params=dict(params),
                as_of=evidence.as_of,
                pseudo_as_of=bool(set(used) & set(evidence.revised_sources)),
                verdict=word,
                answer=answer(reading, results, word, decided),
                finding=finding(reading, results, word, decided),
                certainty=certainty(
                    spec, reading, evidence, methods, results, hangs, Knowledge(evidence.as_of).year
                ),
                possible=possible(reading, results),
                deciding=decided,
                reason=reason,
                fragile=bool(hangs.flips),
                fragility=hangs.flips,
                sole_sources=tuple(sorted(hangs.sole)),
                blind=spec.blind,
                expected=spec.expected,
                guess=reading.guess,
                part=reading.part,
                criteria=tuple(_told(reading, r, mine, hangs.sole) for r in results.values()),
                coverage=_coverage(mine, results.values()),
                sources=tuple(used),
                rule=reading.rule.words if reading.rule else "",
                rule_sha256=spec.rule_sha256,
                rule_sha256_2=spec.rule_sha256_2,
                declared_on=spec.declared_on.isoformat(),
                notebook=f"notebooks/{spec.notebook}",
                amended=bool(spec.amendments),
                against=_written(_against(reading, evidence.as_of), spec, evidence),
                would_change=_written(reading.would_change, spec, evidence),
                dropped_as_of=evidence.dropped,
                wanted=_of_reading(evidence.wanted, reading),
            )
        )
    verdicts = _as_printed(spec, verdicts)
    lead = next(v for v in verdicts if v.leads)
    return dataclasses.replace(
        lead,
        beside=tuple(v for v in verdicts if v is not lead),
        traces=evidence.traces,
        curves={name: _curve(c, evidence) for name, c in spec.criteria().items()},
    )


def _as_printed(spec: ClaimSpec, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts of all readings, each with that of the sentence.

    Where readers who saw the names of the countries would have it otherwise, that is said.
    """
    words = {v.reading: v.verdict for v in verdicts}
    titles = {v.reading: v.title for v in verdicts}

    def printed(fits: Mapping[str, Vote]) -> tuple[str, str]:
        return as_printed(
            [ReadingVerdict(titles[n], words[n], fits.get(n)) for n in by_nearness(fits, words)]
        )

    word, because = printed(registry.votes(spec.id))
    named = registry.votes(spec.id, named=True)
    other = printed(named)[0] if named else word
    split = (
        ""
        if other == word
        else (f"Readers who saw the names of the countries judged the readings otherwise: {other}.")
    )
    return [
        dataclasses.replace(v, as_printed=word, because=because, readers_split=split)
        for v in verdicts
    ]


def _against(reading: Reading, as_of: str) -> str:
    """What speaks against the verdict, as far as it was known on the day of knowledge."""
    published = registry.article().date.isoformat()
    later = reading.against_since if is_after(as_of, published) else None
    return f"{reading.against} {later}" if later else reading.against


def _written(text: str, spec: ClaimSpec, evidence: Evidence) -> str:
    """Words of a claim's file on its verdict, with for whom and when they were written where that
    is not what was judged: some of its economies, or a day before the article's.
    """
    whole, published = economies_of(spec), registry.article().date
    about = []
    if len(evidence.economies) < len(whole):
        about.append(f"for all {in_words(len(whole))} countries together")
    if is_after(published.isoformat(), evidence.as_of):
        about.append(f"as of {day_in_words(published)}")
    said = ", ".join(about)
    return f"{said[:1].upper()}{said[1:]}: {text}" if said else text


def _of_reading(wanted: Iterable[Wanted], reading: Reading) -> tuple[Wanted, ...]:
    """What is wanted for criteria of a reading."""
    names = {criterion.name for criterion in reading.criteria}
    mine = (w | {"criteria": [n for n in w["criteria"] if n in names]} for w in wanted)
    return tuple(w for w in mine if w["criteria"])


def _curve(criterion: Criterion, evidence: Evidence) -> pd.DataFrame:
    """What every specification of a criterion says, with its choices."""
    rows = evidence.standing[evidence.standing["criterion"] == criterion.name]
    said = specification_truths(criterion, rows, list(evidence.economies))
    choices = rows.drop_duplicates("spec").set_index("spec")[list(criterion.every_axis)]
    return said.join(choices, on="spec")
