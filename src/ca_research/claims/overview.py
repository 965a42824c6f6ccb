"""The register at a glance: stored verdicts as one table, the guesses made beforehand, the
confirmatory family.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .. import registry
from ..ground import paths
from ..ground.errors import CoverageError, RegistryError, UsageError
from ..stats import holm
from .answers import leading, ways
from .words import bounds, criterion_number

Stored = Mapping[str, Any]


def read_verdicts(file: Path | None = None) -> list[dict[str, Any]]:
    """Stored verdicts, by default those of the last report; raises CoverageError where there is
    none.
    """
    file = file or paths.reports_dir() / "verdicts.json"
    try:
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CoverageError(
            "no verdicts are stored yet", where=paths.shown(file), hint="ca-research run"
        ) from None
    except ValueError as error:
        raise UsageError(
            f"not a file of verdicts: {error}", where=paths.shown(file), hint="ca-research run"
        ) from None
    return found


def whole_region(verdicts: Sequence[Stored]) -> list[Stored]:
    """Verdicts of runs without parameters of their own, or over all five: one for each reading and
    day.
    """
    return [v for v in verdicts if not own_params(v["params"])]


def own_params(params: Mapping[str, Any]) -> dict[str, Any]:
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
    found = {c["name"]: c for c in verdict["criteria"]}
    states = {name: c["state"] for name, c in found.items()}
    name = leading(states, verdict["verdict"], verdict["deciding"])
    return None if name is None else found[name]


def table(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """One row for each claim's headline reading on one day of knowledge.

    Returns claim, theme, kind, title, verdict, answer, finding, certainty (its level), criterion
    (the label of the `deciding` one), number (of that), interval, ways (how many ways to calculate
    it there are, and whether they agree), other_day (the verdict on the other day), fragile, guess.
    """
    rows = []
    heads = [v for v in whole_region(verdicts) if v["leads"]]
    for v in (v for v in heads if v["as_of"] == day):
        spec, first = registry.claim(v["claim"]), deciding(v)
        other = next(
            (o["verdict"] for o in heads if o["claim"] == v["claim"] and o["as_of"] != day), None
        )
        rows.append(
            {
                "claim": v["claim"],
                "theme": registry.article().theme(spec.theme),
                "kind": spec.kind,
                "title": spec.title,
                "verdict": v["verdict"],
                "answer": v["answer"],
                "finding": v["finding"],
                "certainty": v["certainty"].get("level", ""),
                "criterion": first["label"] if first else "",
                "number": criterion_number(first) if first else "",
                "interval": bounds(first) if first else "",
                "ways": ways(first) if first else "",
                "other_day": other,
                "fragile": v["fragile"],
                "guess": v["guess"],
            }
        )
    columns = ["claim", "theme", "kind", "title", "verdict", "answer", "finding", "certainty"]
    columns += ["criterion", "number", "interval", "ways", "other_day", "fragile", "guess"]
    return pd.DataFrame(rows, columns=columns).sort_values("claim", ignore_index=True)


def by_theme(at_a_glance: pd.DataFrame) -> pd.DataFrame:
    """Number of claims per theme (rows) and verdict (columns, in the order of the five words). Not
    a score of the article.
    """
    counts = pd.crosstab(at_a_glance["theme"], at_a_glance["verdict"])
    return (
        counts.reindex(columns=list(registry.VERDICTS), fill_value=0)
        .rename_axis(columns=None)
        .reset_index()
    )


def guesses(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """Guesses made beforehand beside the outcomes, for every reading that has one: claim, reading,
    blind, guess, verdict, right.
    """
    rows = [
        {
            "claim": v["claim"],
            "reading": v["title"],
            "blind": v["blind"],
            "guess": v["guess"],
            "verdict": v["verdict"],
            "right": v["guess"] == v["verdict"],
        }
        for v in whole_region(verdicts)
        if v["as_of"] == day and v["guess"]
    ]
    columns = ["claim", "reading", "blind", "guess", "verdict", "right"]
    return pd.DataFrame(rows, columns=columns).astype({"blind": bool, "right": bool})


def guess_score(made: pd.DataFrame) -> pd.DataFrame:
    """How often the guesses were right, blind and not blind apart, of those that were made:
    written, guesses, right, share.
    """
    rows = []
    for blind, words in ((False, "not blind"), (True, "blind")):
        mine = made[made["blind"] == blind]
        if len(mine):
            right = int(mine["right"].sum())
            rows.append(
                {"written": words, "guesses": len(mine), "right": right, "share": right / len(mine)}
            )
    return pd.DataFrame(rows, columns=["written", "guesses", "right", "share"])


def family(verdicts: Sequence[Stored], day: str = "latest") -> pd.DataFrame:
    """p-values of the family that the article's entry declares, Holm-adjusted together: claim,
    label, p, adjusted.

    A criterion has a p-value for each economy it counts over. What has none (an economy without
    figures, a claim decided by counts or directions) stays in the family with a null p, counted as
    one: left out, it would make the others easier to reject. Raises RegistryError for a member
        whose criterion is no p-value.
    """
    rows: list[dict[str, Any]] = []
    for member in registry.article().family:
        mine = [
            v for v in whole_region(verdicts) if v["claim"] == member.claim and v["as_of"] == day
        ]
        criteria = {
            c["name"]: c for v in mine for c in v["criteria"] if c["name"] in member.criteria
        }
        for name, c in criteria.items():
            if c["kind"] != "p":
                raise RegistryError(
                    f"{member.claim}: criterion {name} is in the family of tests and is no "
                    f"p-value but a {c['kind']}",
                    where="registry/article.yaml: family",
                    hint="name a criterion of kind p",
                )
        cells = [
            (
                f"{c['label']}: {cell['economy']}" if cell["economy"] else c["label"],
                cell["estimate"],
            )
            for c in criteria.values()
            for cell in c["cells"]
        ]
        rows += [{"claim": member.claim, "label": label, "p": p} for label, p in cells] or [
            {
                "claim": member.claim,
                "label": "no p-value: decided by counts or directions" if mine else "not judged",
                "p": None,
            }
        ]
    found = pd.DataFrame(rows, columns=["claim", "label", "p"])
    p = pd.to_numeric(found["p"])
    adjusted = holm(dict(enumerate(p.fillna(1.0)))) if len(p) else None
    return found.assign(
        p=p, adjusted=None if adjusted is None else adjusted["adjusted"].where(p.notna())
    )


def testable_share(at_a_glance: pd.DataFrame) -> pd.DataFrame:
    """How many entries of the register can be tested: what, entries, of_all (per cent)."""
    opinion = at_a_glance["kind"] == "opinion"
    open_ = at_a_glance["verdict"].isin(["not testable", "not enough evidence"])
    counts = {
        "entries of the register": len(at_a_glance),
        "sentences of opinion": int(opinion.sum()),
        "says something that no figures could show": int(
            (~opinion & (at_a_glance["verdict"] == "not testable")).sum()
        ),
        "can be tested, not enough evidence": int(
            (~opinion & (at_a_glance["verdict"] == "not enough evidence")).sum()
        ),
        "can be tested, and is decided": int((~opinion & ~open_).sum()),
    }
    return pd.DataFrame(
        [
            {"what": k, "entries": n, "of all (%)": 100 * n / max(len(at_a_glance), 1)}
            for k, n in counts.items()
        ]
    )
