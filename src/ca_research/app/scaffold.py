"""A new claim from a template: a claim file and a notebook that run at once, to be made one's own
step by step.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import registry
from ..ground import paths
from ..ground.errors import CoverageError, UsageError
from ..ground.files import write_whole
from ..ground.templates import filled
from ..registry.claims import CLAIM_ID
from .notebooks import TEMPLATES
from .notebooks import notebook as from_template
from .template import RULE, WORDS

if TYPE_CHECKING:
    import pandas as pd

UNSTATED = "(unit not stated)"


def new_claim(
    claim_id: str, at: tuple[int, int] | None = None, measure: str = "tables.figure"
) -> list[Path]:
    """Write registry/claims/ID.yaml and notebooks/id.ipynb from the template.

    Parameters
    ----------
    claim_id : str
        An id that is free.
    at : tuple of int, optional
        Paragraph and sentence of the article; by default the first that no claim rests on.
    measure : str
        What the claim is judged by. Its settings are taken from figures at hand, so that the claim
        runs before anything is changed.

    Returns
    -------
    list of Path
        Both files.

    Raises
    ------
    UsageError
        An id of a wrong form, a file that exists, a sentence or a measure that does not, and where
        the project is the copy inside the installed package.
    CoverageError
        A table holds no figure to start from.
    """
    if not re.fullmatch(CLAIM_ID, claim_id):
        raise UsageError(
            f"{claim_id!r} is not a claim's id",
            hint="one to three capital letters and a number, for example C36",
        )
    if paths.bundled():
        raise UsageError(
            "the project inside the installed package is not written to",
            where="a claim of yours stands in a project of yours",
            hint="ca-research init my-project --extend, then go there",
        )
    claim = paths.registry_dir() / "claims" / f"{claim_id}.yaml"
    notebook = paths.notebooks_dir() / f"{claim_id.lower()}.ipynb"
    for file in (claim, notebook):
        if file.exists():
            raise UsageError(
                "the file is there already", where=paths.shown(file), hint="choose another id"
            )
    start = _start(measure)
    text = filled(
        TEMPLATES / "claim.yaml.j2",
        id=claim_id,
        words=WORDS,
        at=_sentence(at),
        today=dt.date.today(),
        notebook=notebook.name,
        measure=measure,
        start=start,
        json=lambda value: json.dumps(value, ensure_ascii=False),
    )
    as_of = {
        "pattern": r"^(latest|\d{4}-\d{2}-\d{2})$",
        "meaning": "latest, or the day whose knowledge is used",
    }
    about = {"claim": claim_id, "tables": start.data, "parameters": {"as_of": as_of}}
    cells = from_template("claim", about, id=claim_id, tables=start.data)
    write_whole(claim, text)
    write_whole(notebook, cells)
    registry.forget()
    return [claim, notebook]


def unwritten(spec: registry.ClaimSpec) -> list[str]:
    """What a claim still says in the words of the template.

    Parameters
    ----------
    spec : ClaimSpec
        Of a claim of the register.

    Returns
    -------
    list of str
        Names of the words: 'criterion' is the criterion's statement, 'rule' the rule in words.
    """
    said = json.dumps(spec.model_dump(mode="json"))
    measures = {criterion.measure for criterion in spec.criteria().values()}
    return [
        name
        for name, words in WORDS.items()
        if any(json.dumps(words.format(measure=measure)) in said for measure in measures)
    ]


def rule_unwritten(claim_id: str) -> str:
    """Why no verdict on a claim is shown yet: words of its rule are still the template's; '' where
    it is written.
    """
    left = [name for name in unwritten(registry.claim(claim_id)) if name in RULE]
    return f"no verdict before the rule is written: {', '.join(left)}" if left else ""


def _sentence(at: tuple[int, int] | None) -> registry.Sentence:
    known = {(s.paragraph, s.sentence): s for s in registry.article().sentences}
    used = {(c.article.paragraph, c.article.sentence) for c in registry.claims().values()}
    chosen = at or next((place for place in known if place not in used), next(iter(known)))
    if chosen not in known:
        raise UsageError(
            f"the article has no sentence {chosen[1]} in paragraph {chosen[0]}",
            where="registry/article.yaml",
            hint="paragraph and sentence as that file lists them, for example 2.1",
        )
    return known[chosen]


@dataclass(frozen=True)
class _Start:
    """What the template fills in for a measure."""

    data: list[str]
    settings: dict[str, Any]
    kind: str
    unit: str
    yearly: bool
    over: dict[str, Any]


def _start(name: str) -> _Start:
    """Settings with which a measure can be computed from figures at hand; '' where nothing tells
    what to set.
    """
    from ..claims.measures import find, of_project
    from ..tables import load

    taken = inspect.signature(find(name)).parameters
    data = [p for p in taken if p in registry.tables()]
    needed = [p for p, about in taken.items() if about.default is about.empty and p not in data]
    kind, unit = _sort(name)
    examples: dict[str, Any] = {}
    if "facts" in data:
        examples = _figure()
        if kind == "level" and name not in of_project():  # one's own may give anything
            unit = examples["unit"]
    elif data:
        rows = load(data[0])
        for column, about in taken.items():
            if column in rows and about.default in {*rows[column].unique()}:
                rows = rows[rows[column] == about.default]
        examples = _examples(registry.table(data[0]), rows)
    over = {"economies": [examples.get("economies", "KAZ")], "at_least": 1}
    settings = {name: examples.get(name, "") for name in needed if name != "economies"}
    return _Start(
        data, settings, kind, unit, "year" in taken, over if "economies" in needed else {}
    )


def _sort(name: str) -> tuple[str, str]:
    """Kind and unit of what a measure gives: of a generic one by the last part of its name."""
    from ..estimates import generic

    question = name.rpartition(".")[2]
    sorts = {"change": ("growth", "per cent"), "count": ("count", "number")}
    if question in sorts:
        return sorts[question]
    if question not in generic.SORTS:
        return "level", UNSTATED
    return (generic.SORTS[question][0],) * 2


def _examples(table: registry.Table, rows: pd.DataFrame) -> dict[str, Any]:
    """Values of key columns that stand together: where most counterparts are, then in most rows."""
    roles = {column.role: name for name, column in table.columns.items() if column.role}
    if rows.empty or not {"unit", "counterpart", "time"} <= roles.keys():
        return {}
    unit, other, time = roles["unit"], roles["counterpart"], roles["time"]
    left = rows[~rows["is_aggregate"]]
    found: dict[str, Any] = {}
    for name in (n for n in table.key if n not in (unit, other, time, "source_id")):
        found[name] = str(left.groupby(name)[other].nunique().idxmax())
        left = left[left[name] == found[name]]
    found["economies"] = str(left[unit].value_counts().index[0])
    left = left[left[unit] == found["economies"]]
    counts = left[other].value_counts()
    found |= {other: str(counts.index[0]), "to": str(counts.index[min(1, len(counts) - 1)])}
    return found | {"since": int(left.loc[left[other] == found[other], time].min())}


def _figure() -> dict[str, Any]:
    """Subject, attribute and unit of a fact that has a value: of those with most years, the
    first.
    """
    from ..tables import load

    facts = load("facts")
    facts = facts[facts["value"].notna() & facts["unit"].notna()]
    if facts.empty:
        raise CoverageError(
            "table facts holds no figure to start from",
            hint="ca-research data add FILE --table facts",
        )
    years = facts.groupby(["subject", "attribute", "unit"], sort=False)["year"].nunique()
    subject, attribute, unit = years.idxmax()
    mine = facts[(facts["subject"] == subject) & (facts["attribute"] == attribute)]
    found = {"subject": subject, "to": subject, "attribute": attribute, "unit": unit}
    return found | {"since": int(mine["year"].min())} if mine["year"].notna().any() else found
