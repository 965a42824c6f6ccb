"""Whether a rule was locked before figures of its claim were computed, as a page says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ..ground.periods import day_in_words
from ..registry.claims import ClaimSpec
from ..registry.locks import Lock, locks

Standing = Literal["before", "after", "never"]


class Declaration(NamedTuple):
    """How a rule stands: locked before figures of its claim were computed, after, or never; and
    the sentences that say so.
    """

    standing: Standing
    words: str


def declaration(spec: ClaimSpec, of_claim: Sequence[Lock]) -> Declaration:
    """How the rule of a claim stands by the locks of the claim.

    Parameters
    ----------
    spec : ClaimSpec
        The claim with its present rule.
    of_claim : sequence of Lock
        Its locks, in order of time; the last counts, and only for the rule that it names.

    Returns
    -------
    Declaration
        `before`, `after` or `never`, and the sentence of a page.

    Examples
    --------
    >>> import ca_research as ca
    >>> declaration(next(iter(ca.registry.claims().values())), []).words
    'Rule not yet locked.'
    """
    if not of_claim:
        return Declaration("never", "Rule not yet locked.")
    last = of_claim[-1]
    on = f"ocked on {day_in_words(last.locked)}"
    commit = f" (commit {last.commit[:12]})" if last.commit else " (not committed)"
    if last.rule_sha256 != spec.rule_sha256_2:
        return Declaration("never", f"Rule not yet locked: it was changed after one was l{on}.")
    if not spec.criteria():
        return Declaration("before", f"L{on}{commit}; no figure decides it.")
    if last.first_run is None:
        kept = any(a.rule_sha256_before == spec.rule_sha256 for a in spec.amendments)
        since = " An amendment since then changed how its figures are read." * kept
        words = f"L{on}, before any figure of it was computed{commit}.{since}"
        return Declaration("before", words)
    first = day_in_words(last.first_run)
    when = "earlier that day" if first in on else f"on {first}"
    words = f"L{on}, after figures of it had been computed {when}{commit}."
    if of_claim[0].first_run is None:
        words += f" Its first rule was locked on {day_in_words(of_claim[0].locked)}, before that."
    return Declaration("after", words)


def declared(spec: ClaimSpec) -> Declaration:
    """How the rule of a claim stands by registry/locks.csv."""
    return declaration(spec, locks().get(spec.id, []))


def tally(specs: Iterable[ClaimSpec]) -> str:
    """How many rules were locked when, in a sentence; sentences of opinion have no rule."""
    counts = Counter(declared(spec).standing for spec in specs if spec.criteria())
    return (
        f"Rules locked before any figure of their claim was computed: {counts['before']} of "
        f"{counts.total()}; locked after: {counts['after']}; not yet locked: {counts['never']}."
    )


def unlocked(specs: Iterable[ClaimSpec]) -> list[str]:
    """The claims whose rule is not locked."""
    return [spec.id for spec in specs if declared(spec).standing == "never"]


def broken(specs: Mapping[str, ClaimSpec]) -> list[str]:
    """Claims whose rule differs from the one that was locked, without an amendment since that day:
    a line each.
    """
    return [
        f"registry/claims/{claim}.yaml: amendments: the rule is not the one that was locked on "
        f"{last.locked.date()} ({last.rule_sha256[:16]}), and no amendment since says why"
        for claim, spec in specs.items()
        if (last := next(reversed(locks().get(claim, [])), None))
        and last.rule_sha256 != spec.rule_sha256_2
        and not any(a.date >= last.locked.date() for a in spec.amendments)
    ]
