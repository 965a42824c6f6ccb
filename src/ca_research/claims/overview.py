"""The register at a glance: stored verdicts as one table, the guesses made beforehand, the
confirmatory family.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from .. import registry
from ..ground import paths
from ..ground.errors import CoverageError, UsageError
from ..stats import holm
from .answers import leading, ways
from .words import Stored, bounds, criterion_number, invented


def read_verdicts(file: Path | None = None) -> list[Stored]:
    """Stored verdicts, by default those of the last report; raises CoverageError where there is
    none.
    """
    file = file or paths.reports_dir() / "verdicts.json"
    place = {"where": paths.shown(file), "hint": "ca-research run"}
    try:
        verdicts: list[Stored] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CoverageError("no verdicts are stored yet", **place) from None
    except ValueError as error:
        raise UsageError(f"not a file of verdicts: {error}", **place) from None
    return verdicts


def whole_region(verdicts: Sequence[Stored]) -> list[Stored]:
    """Verdicts of runs without parameters of their own, or over all five: one for each reading and
    day.
    """
    return [v for v in verdicts if not own_params(v["params"])]


def once_each(verdicts: Sequence[Stored]) -> list[Stored]:
    """Of each claim the verdict on its sentence once: of the newest day that it was judged on, of
    the claim as a whole before one of a part of it; as an index shows it.
    """
    heads = [v for v in verdicts if v["leads"]]
    heads.sort(key=lambda v: v["as_of"], reverse=True)  # 'latest' comes after any date
    heads.sort(key=lambda v: (v["claim"], bool(own_params(v["params"]))))
    return [next(of_claim) for _, of_claim in groupby(heads, key=itemgetter("claim"))]


def own_params(params: Stored) -> dict[str, Any]:
    """The parameters by which a run judges something else than the claim as a whole.

    Parameters
    ----------
    params
        Parameters of a run, as they stand in verdicts.json.

    Returns
    -------
    dict
        Those that are neither the day of knowledge, the claim, nor all of its countries.

    Examples
    --------
    >>> own_params({"as_of": "latest", "economy": "KAZ"}), own_params({"economy": "CA5"})
    ({'economy': 'KAZ'}, {})
    """
    return {k: v for k, v in params.items() if k not in ("as_of", "claim") and v != "CA5"}


def deciding(verdict: Stored) -> Stored | None:
    """The first of the criteria on which the rule turned, as it is stored; None for a reading
    without criteria.
    """
    return next((c for c in verdict["criteria"] if c["name"] in verdict["deciding"]), None)


def told(verdict: Stored) -> Stored | None:
    """The criterion of which a verdict's finding speaks, as it is stored; None for a reading
    without criteria.
    """
    criteria = {c["name"]: c for c in verdict["criteria"]}
    states = {name: c["state"] for name, c in criteria.items()}
    return criteria.get(leading(states, verdict["verdict"], verdict["deciding"]))


def table(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """One row for each claim's headline reading on one day of knowledge.

    Returns claim, theme, kind, title, verdict, answer, finding, certainty (its level), criterion
    (the label of the `deciding` one), number (of that), interval, ways (how many ways to calculate
    it there are, and whether they agree), other_day (the verdict on the other day), fragile,
    invented (whether it rests on invented figures), guess.
    """
    heads = [v for v in whole_region(verdicts) if v["leads"]]
    others = {v["claim"]: v["verdict"] for v in reversed(heads) if v["as_of"] != day}
    rows = []
    for v in (v for v in heads if v["as_of"] == day):
        spec, first = registry.claim(v["claim"]), deciding(v)
        about = {
            "theme": registry.article().theme(spec.theme),
            "kind": spec.kind,
            "title": spec.title,
            "certainty": v["certainty"].get("level", ""),
            "criterion": first["label"] if first else "",
            "other_day": others.get(v["claim"]),
            "invented": bool(invented(v["sources"])),
        }
        words = {"number": criterion_number, "interval": bounds, "ways": ways}
        said = {name: word(first) if first else "" for name, word in words.items()}
        rows.append({**v, **about, **said})
    columns = "claim theme kind title verdict answer finding certainty criterion number interval"
    columns += " ways other_day fragile invented guess"
    return pd.DataFrame(rows, columns=columns.split()).sort_values("claim", ignore_index=True)


def guesses(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """Guesses made beforehand beside the outcomes, for every reading that has one: claim, reading,
    blind, guess, verdict, right.
    """
    rows = [
        {**v, "reading": v["title"], "right": v["guess"] == v["verdict"]}
        for v in whole_region(verdicts)
        if v["as_of"] == day and v["guess"]
    ]
    columns = ["claim", "reading", "blind", "guess", "verdict", "right"]
    return pd.DataFrame(rows, columns=columns).astype({"blind": bool, "right": bool})


def guess_score(guesses: pd.DataFrame) -> pd.DataFrame:
    """How often the guesses were right, blind and not blind apart, of those that were made:
    written, guesses, right, share.
    """
    written = guesses["blind"].map({False: "not blind", True: "blind"})
    right = guesses["right"].groupby(written)
    score = right.agg(guesses="size", right="sum", share="mean").rename_axis("written")
    return score.sort_index(ascending=False).reset_index()


def family(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """p-values of the family that the article's entry declares, Holm-adjusted together: claim,
    label, p, adjusted.

    A criterion has a p-value for each economy it counts over. What has none (an economy without
    figures, a claim decided by counts or directions) stays in the family with a null p, counted as
    one: left out, it would make the others easier to reject.
    """
    rows: list[tuple[str, str, float | None]] = []
    for one in registry.article().family:
        mine = [v for v in whole_region(verdicts) if v["claim"] == one.claim and v["as_of"] == day]
        every = {c["name"]: c for v in mine for c in v["criteria"] if c["name"] in one.criteria}
        none = "no p-value: decided by counts or directions" if mine else "not judged"
        rows += [
            (one.claim, ": ".join(filter(None, (c["label"], cell["economy"]))), cell["estimate"])
            for c in every.values()
            for cell in (c["cells"] if c["kind"] == "p" else ())
        ] or [(one.claim, none, None)]
    tests = pd.DataFrame(rows, columns=["claim", "label", "p"]).astype({"p": float})
    p = tests["p"]
    adjusted = holm(dict(enumerate(p.fillna(1.0))))["adjusted"].where(p.notna()) if len(p) else None
    return tests.assign(adjusted=adjusted)


_UNDECIDED = {
    "opinion": "sentences of opinion",
    "not testable": "says something that no figures could show",
    "not enough evidence": "can be tested, not enough evidence",
}


def testable_share(at_a_glance: pd.DataFrame) -> pd.DataFrame:
    """How many entries of the register can be tested: what, entries, of_all (per cent)."""
    verdicts = at_a_glance["verdict"].mask(at_a_glance["kind"] == "opinion", "opinion")
    decided = "can be tested, and is decided"
    sorts = verdicts.map(_UNDECIDED).fillna(decided)
    counts = {"entries of the register": len(sorts)}
    counts |= {sort: (sorts == sort).sum() for sort in (*_UNDECIDED.values(), decided)}
    found = pd.DataFrame(counts.items(), columns=["what", "entries"])
    return found.assign(**{"of all (%)": 100 * found["entries"] / max(len(sorts), 1)})
