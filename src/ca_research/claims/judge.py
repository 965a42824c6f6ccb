"""From evidence to verdict: criteria over their universes, the rule over the criteria, what the
answer hangs on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import registry
from ..estimates.units import upper
from ..ground import economies
from ..ground.periods import day_in_words, is_after
from ..registry import ClaimSpec
from .answers import answer, finding, sentence
from .bars import answers_by_bar, bar_sentences, turning_points
from .certainty import certainty
from .criteria import curve
from .evidence import Evidence, EvidenceRows, sources_of
from .given import Knowledge, economies_of
from .leave_out import Dependence, leave_out
from .logic import number
from .printed import by_nearness, on_sentence
from .rule import Judged, possible, speaks
from .verdict import Verdict
from .words import in_words


def judge(spec: ClaimSpec, evidence: Evidence, params: dict[str, Any]) -> Verdict:
    """The verdict of the reading that leads, with those of the other readings in `beside`.

    The closest to the sentence leads, among those that figures could settle. Where readers who saw
    the names of the countries would have the sentence otherwise, that is said.
    """
    votes, named = registry.votes(spec.id), registry.votes(spec.id, named=True)
    rows, codes = evidence.standing_rows, list(evidence.economies)
    judged = {r.name: Judged.by(r, rows, spec.methods, codes) for r in spec.readings}
    words = {name: (one.reading.title, one.word) for name, one in judged.items()}
    word, because = on_sentence(words, votes)
    other, _ = on_sentence(words, named or votes)
    split = f"Readers who saw the names of the countries judged the readings otherwise: {other}."
    order = by_nearness(votes, judged)
    leads = next((name for name in order if judged[name].results), order[0])
    verdicts = {
        name: _verdict(
            spec,
            judged[name],
            evidence,
            leads=name == leads,
            nearness=votes[name].nearness if name in votes else None,
            params=dict(params),
            as_printed=word,
            because=because,
            readers_split="" if other == word else split,
        )
        for name in order
    }
    criteria = spec.criteria()
    of = {name: [row for row in rows if row["criterion"] == name] for name in criteria}
    curves = {name: curve(c, of[name], codes) for name, c in criteria.items()}
    moved = {n: turning_points(c, of[n], spec.methods, codes) for n, c in criteria.items()}
    bars = answers_by_bar((judged[name] for name in order), moved)
    lead = verdicts.pop(leads)
    beside = tuple(verdicts.values())
    traces = [
        trace | {"bars": bar_sentences(criteria[name], bars[name])}
        for trace in evidence.traces
        if (name := trace["criterion"])
    ]
    shown: dict[str, Any] = {"traces": tuple(traces), "documents": evidence.documents}
    return replace(lead, beside=beside, curves=curves, bars=bars, **shown)


def _verdict(spec: ClaimSpec, judged: Judged, evidence: Evidence, **sentence: Any) -> Verdict:
    """The verdict of one reading. sentence: how it stands beside the others."""
    reading, names = judged.reading, judged.results
    rows = [row for row in evidence.standing_rows if row["criterion"] in names]
    methods = spec.methods
    hangs = leave_out(judged, evidence, methods)
    today = Knowledge(evidence.as_of).year
    used = sources_of(rows)
    mine = (w | {"criteria": [n for n in w["criteria"] if n in names]} for w in evidence.wanted)
    published = registry.article().date.isoformat()
    since = reading.against_since if is_after(evidence.as_of, published) else None
    return Verdict(
        claim=spec.id,
        reading=reading.name,
        title=reading.title,
        statement=reading.statement,
        as_of=evidence.as_of,
        pseudo_as_of=not {*used}.isdisjoint(evidence.revised_sources),
        verdict=judged.word,
        answer=answer(judged),
        finding=finding(judged),
        certainty=certainty(spec, judged, evidence, methods, hangs, today),
        possible=possible(judged),
        deciding=judged.decided,
        reason=judged.reason,
        fragile=bool(hangs.flips),
        fragility=hangs.flips,
        sole_sources=tuple(sorted(hangs.sole)),
        blind=spec.blind,
        expected=spec.expected,
        guess=reading.guess,
        part=reading.part,
        criteria=_criteria(judged, rows, hangs),
        coverage=_coverage(judged, rows),
        sources=tuple(used),
        rule=reading.rule.words if reading.rule else "",
        rule_sha256=spec.rule_sha256,
        rule_sha256_2=spec.rule_sha256_2,
        declared_on=spec.declared_on.isoformat(),
        notebook=f"notebooks/{spec.notebook}",
        amended=bool(spec.amendments),
        against=_written(" ".join(filter(None, (reading.against, since))), spec, evidence),
        would_change=_written(reading.would_change, spec, evidence),
        dropped_as_of=evidence.dropped,
        wanted=tuple(w for w in mine if w["criteria"]),
        **sentence,
    )


def _criteria(judged: Judged, rows: EvidenceRows, hangs: Dependence) -> tuple[Any, ...]:
    """The criteria with their sentences, their sides, their sources, and those they cannot do
    without.
    """
    mains = [row for row in rows if row["is_main"]]
    return tuple(
        replace(
            result,
            says=sentence(judged.declared[name], result),
            speaks=speaks(judged.reading, result),
            sources=tuple(sources_of([row for row in mains if row["criterion"] == name])),
            sole_sources=tuple(s for s, names in sorted(hangs.sole.items()) if name in names),
        )
        for name, result in judged.results.items()
    )


def _coverage(judged: Judged, rows: EvidenceRows) -> dict[str, object]:
    """The years of the main figures, and what cannot be said and why."""
    ends = {
        end: [int(year) for row in rows if row["is_main"] and (year := number(row[end]))]
        for end in ("first_year", "last_year")
    }
    missing = [
        f"{economies.name_of(cell.economy) + ': ' if cell.economy else ''}{result.label}: "
        f"{cell.missing or 'its range spans the threshold'}"
        for result in judged.results.values()
        for cell in result.cells
        if cell.met is None
    ]
    first, last = min(ends["first_year"], default=None), max(ends["last_year"], default=None)
    return {"from": first, "to": last, "missing": missing}


def _written(text: str, spec: ClaimSpec, evidence: Evidence) -> str:
    """Words of a claim's file on its verdict, with for whom and when they were written where that
    is not what was judged: some of its economies, or a day before the article's.
    """
    codes, published = economies_of(spec), registry.article().date
    about = []
    if len(evidence.economies) < len(codes):
        about.append(f"for all {in_words(len(codes))} countries together")
    if is_after(published.isoformat(), evidence.as_of):
        about.append(f"as of {day_in_words(published)}")
    scope = ", ".join(about)
    return f"{upper(scope)}: {text}" if scope else text
