"""A new claim from a template: a claim file and a notebook that run at once, to be made one's own
step by step.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import registry
from ..ground import economies as eco
from ..ground import paths
from ..ground.errors import MissingTableError, UsageError
from ..ground.files import write_whole
from ..ground.templates import filled
from ..registry.claims import CLAIM_ID
from .notebooks import TEMPLATES
from .notebooks import notebook as from_template
from .template import RULE, WORDS

if TYPE_CHECKING:
    import pandas as pd

_AS_OF = {
    "as_of": {
        "pattern": r"^(latest|\d{4}-\d{2}-\d{2})$",
        "meaning": "latest, or the day whose knowledge is used",
    }
}
UNSTATED = "(unit not stated)"
YEARS = 5
"""Over how many of the newest years goes a change that is written as an example."""
SORTS = {
    "share": ("share", "share"),
    "rank": ("rank", "rank"),
    "years": ("share", "share of the years"),
    "ratio": ("ratio", "ratio"),
    "change": ("growth", "per cent"),
    "count": ("count", "number"),
    "documents.share": ("percent", "per cent of documents"),
    "concentration": ("share", "share"),
    "overlap": ("share", "share"),
    "rca": ("ratio", "ratio"),
    "origins": ("count", "independent sources"),
    "origins_with": ("count", "independent sources"),
    "cases": ("count", "independent sources"),
    "cases_with": ("count", "cases"),
    "gap": ("days", "days"),
    "between": ("days", "days"),
    "age": ("years", "years"),
    "places": ("count", "places"),
    "saying": ("count", "independent sources"),
}
"""Kind and unit of what a general measure gives, by its name or the last part of it."""


def new_claim(
    claim_id: str,
    sentence: str | None = None,
    measure: str = "tables.figure",
    *,
    opinion: bool = False,
) -> list[Path]:
    """Write registry/claims/ID.yaml and notebooks/id.ipynb from the template.

    Parameters
    ----------
    claim_id : str
        An id that is free.
    sentence : str, optional
        Paragraph and sentence of the article (2.1); by default the first that no claim rests on.
    measure : str
        What the claim is judged by. Its settings are taken from figures at hand, so that the claim
        runs before anything is changed.
    opinion : bool
        Of a sentence that no figures can show: it has no measure, and its reason is to be written.

    Returns
    -------
    list of Path
        Both files.

    Raises
    ------
    UsageError
        An id of a wrong form, a file that exists, a sentence or a measure that does not, and where
        the project is the copy inside the installed package.
    MissingTableError
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
    start = {"data": [], "yearly": False} if opinion else beginning(measure)
    text = filled(
        TEMPLATES / "claim.yaml.j2",
        id=claim_id,
        words=WORDS,
        at=_sentence(sentence),
        today=dt.date.today(),
        notebook=notebook.name,
        measure=measure,
        opinion=opinion,
        start=start,
        json=partial(json.dumps, ensure_ascii=False),
    )
    about = {"claim": claim_id, "parameters": _AS_OF}
    cells = from_template("claim", about, id=claim_id, tables=start["data"], opinion=opinion)
    write_whole(claim, text)
    write_whole(notebook, cells)
    registry.forget()
    return [claim, notebook]


def new_overview() -> Path:
    """Write notebooks/overview.ipynb, which tells of all claims together; returns it.

    Raises UsageError where there is one.
    """
    notebook = paths.notebooks_dir() / "overview.ipynb"
    if notebook.exists():
        raise UsageError(
            "the file is there already",
            where=paths.shown(notebook),
            hint="edit it, or move it away",
        )
    about = {"after": True, "registry": ["claims/*"], "tables": [], "parameters": _AS_OF}
    write_whole(notebook, from_template("overview", about))
    return notebook


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
    text = json.dumps(spec.model_dump(mode="json"))
    measures = {criterion.measure for criterion in spec.criteria().values()} or {""}
    return [
        name
        for name, words in WORDS.items()
        if any(json.dumps(words.format(measure=measure)) in text for measure in measures)
    ]


def rule_unwritten(claim_id: str) -> str:
    """Why no verdict on a claim is shown yet: words of its rule are still the template's; '' where
    it is written.
    """
    left = [name for name in unwritten(registry.claim(claim_id)) if name in RULE]
    return f"no verdict before the rule is written: {', '.join(left)}" if left else ""


def _sentence(place: str | None) -> registry.Sentence:
    """The sentence at a place; by default the first that no claim rests on, or else the title."""
    sentences = registry.article().sentences
    if place is None:
        taken = {claim.article.sha256 for claim in registry.claims().values()}
        return next((one for one in sentences if one.sha256 not in taken), sentences[0])
    for one in sentences:
        if place == f"{one.paragraph}.{one.sentence}":
            return one
    raise UsageError(
        f"the article has no sentence {place}",
        where="registry/article.yaml",
        hint="paragraph and sentence as that file lists them, for example 2.1",
    )


def beginning(name: str) -> dict[str, Any]:
    """What a claim by a measure can begin with: its data, kind, unit and economies, and settings
    with which it can be computed from figures at hand, '' where nothing tells what to set.
    """
    from ..claims.measures import find, of_project
    from ..tables import load
    from ..tables.levels import of_level

    function = find(name)
    taken = inspect.signature(function).parameters
    data = [p for p in taken if p in registry.tables()]
    needed = [p for p, about in taken.items() if about.default is about.empty and p not in data]
    sort = getattr(function, "question", name.rpartition(".")[2])
    kind, unit = SORTS.get(name) or SORTS.get(sort, ("level", UNSTATED))
    examples: dict[str, Any] = {}
    if data:
        table = "facts" if "facts" in data else data[0]
        rows = load(table)
        for column, about in taken.items():
            if column in rows and about.default in {*rows[column].unique()}:
                rows = rows[rows[column] == about.default]
        of = registry.table(table)
        for product in (c for c in of.key if of.columns[c].levels and "level" in taken):
            rows = rows[rows[product].isin(of_level(of, 2, rows[product].unique()))]
        examples = _examples(of, rows)
    if unit == UNSTATED and name not in of_project():  # one's own may give anything
        unit = examples.get("unit", UNSTATED)
    whose = examples.get("economies")
    whose = whose if whose in eco.codes() else "KAZ"  # figures may be of a town
    return {
        "data": data,
        "kind": kind,
        "unit": unit,
        "yearly": "year" in taken,
        "settings": {name: examples.get(name, "") for name in needed if name != "economies"},
        "economies": [whose] if "economies" in needed else [],
    }


def _examples(table: registry.Table, rows: pd.DataFrame) -> dict[str, Any]:
    """Values of key columns that stand together, where most counterparts are; of facts, which have
    none, where most years are.
    """
    roles = {column.role: name for name, column in table.columns.items() if column.role}
    if table.table == "facts":
        unit, other, time = "subject", "subject", "year"
        keys, most = ["subject", "attribute", "unit"], time
        rows = rows.dropna(subset=["value", "unit"])
    elif {"unit", "time", "value"} <= roles.keys():
        unit, time = roles["unit"], roles["time"]
        other = roles.get("counterpart", unit)
        keys = [n for n in table.key if n not in (time, "source_id") and (n == unit or n != other)]
        most = time if other == unit else other
        single = rows[~rows["is_aggregate"]]
        rows = single if len(single) else rows
    else:  # a document or an event that is there
        row = rows.iloc[-1].dropna().to_dict() if len(rows) else {}
        days = dict.fromkeys(["near", "window", "to_near"], row.get("date", ""))
        return row | days | {"places": row.get("counterpart", "")}
    if rows.empty:
        raise MissingTableError(table.table, "", empty=True)
    groups = rows.groupby(keys, sort=False)
    number = groups.ngroup()
    mine = rows[number == number[groups[most].transform("nunique").idxmax()]]
    first = mine[mine[other] == mine[other].value_counts().index[0]]
    example = first[[*keys, other]].iloc[0].to_dict()
    alike = [name for name in keys if name != other]
    beside = rows[rows[alike].eq([example[n] for n in alike]).all(axis=1)][other].value_counts()
    example["to"] = next((name for name in beside.index if name != example[other]), example[other])
    known = sorted(first[time].dropna().unique())
    years = {"since": int(known[-YEARS:][0])} if known else {}
    declared = table.columns[roles["value"]].unit or UNSTATED
    column = declared.partition("see column ")[2]
    counts_in = first[column].iloc[0] if column else declared
    return {"unit": counts_in, **example, "economies": example[unit], **years}
