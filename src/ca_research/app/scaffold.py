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
from ..ground.errors import MissingTableError, UsageError, known_name
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
UNITS = {"growth": "per cent", "count": "number", "level": UNSTATED, "yes_no": "yes or no"}
"""The unit of a kind of numbers, where it has another name and the measure knows none."""


def new_claim(
    claim_id: str,
    sentence: str | None = None,
    measure: str = "tables.figure",
    *,
    opinion: bool = False,
    axis: str = "",
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
    axis : str
        'year' to judge it by the year before the newest too; by default by the newest alone.

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
    claim = paths.own_home() / "registry" / "claims" / f"{claim_id}.yaml"
    notebook = paths.notebooks_dir() / f"{claim_id.lower()}.ipynb"
    _refuse_existing(claim, notebook)
    start = {"data": []} if opinion else beginning(measure)
    known_name("axis that a new claim can have", axis, ["", *start.get("axes", ())])
    if start.get("axes") and not axis:
        start["settings"] |= {"year": "newest"}
    text = filled(
        TEMPLATES / "claim.yaml.j2",
        id=claim_id,
        words=WORDS,
        at=_sentence(sentence),
        today=dt.date.today(),
        notebook=notebook.name,
        measure=measure,
        opinion=opinion,
        axis=axis,
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
    _refuse_existing(notebook)
    about = {"after": True, "registry": ["claims/*"], "tables": [], "parameters": _AS_OF}
    write_whole(notebook, from_template("overview", about))
    return notebook


def _refuse_existing(*files: Path) -> None:
    for file in filter(Path.exists, files):
        raise UsageError(
            "the file is there already",
            where=paths.shown(file),
            hint="edit it, move it away, or choose another id",
        )


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
    places = {f"{one.paragraph}.{one.sentence}": one for one in sentences}
    return places[known_name("sentence", place, places, where="registry/article.yaml")]


def beginning(name: str) -> dict[str, Any]:
    """What a claim by a measure can begin with: its data, kind, unit and economies, and settings
    with which it can be computed from figures at hand, '' where nothing tells what to set.
    """
    from ..claims.measures import find
    from ..estimates.kinds import TABLE_UNIT, figure_of
    from ..tables import load
    from ..tables.levels import of_level

    function = find(name)
    taken = inspect.signature(function).parameters
    data = [p for p in taken if p in registry.tables()]
    needed = [p for p, about in taken.items() if about.default is about.empty and p not in data]
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
    settings = {one: examples.get(one, "") for one in needed if one != "economies"}
    figure = figure_of(function, settings)
    kind = figure.numbers[0]
    unit = figure.unit or UNITS.get(kind, kind)
    if unit == TABLE_UNIT:
        unit = examples.get("unit", UNSTATED)
    whose = examples.get("economies")
    whose = whose if whose in eco.codes() else "KAZ"  # figures may be of a town
    return {
        "data": data,
        "kind": kind,
        "unit": unit,
        "axes": [name for name in taken if name == "year"],
        "settings": settings,
        "economies": [whose] if "economies" in needed else [],
    }


def _examples(table: registry.Table, rows: pd.DataFrame) -> dict[str, Any]:
    """Values of key columns of the series with most years, where most counterparts are, and of
    another one.
    """
    roles = {column.role: name for name, column in table.columns.items() if column.role}
    if not {"time", "value"} <= roles.keys():  # a document or an event that is there
        row = rows.iloc[-1].dropna().to_dict() if len(rows) else {}
        days = dict.fromkeys(["near", "window", "to_near"], row.get("date", ""))
        return row | days | {"places": row.get("counterpart", "")}
    time, value = roles["time"], roles["value"]
    unit = roles.get("unit") or roles["counterpart"]
    other = roles.get("counterpart", unit)
    keys = [name for name in table.key if name not in (time, "source_id")]
    if table.table == "facts":  # whose key is a number
        keys = ["subject", "attribute", "unit"]
    rows = rows.dropna(subset=[value, *keys])
    if rows.empty:
        raise MissingTableError(table.table, "", empty=True)
    single = rows[~rows["is_aggregate"]] if "is_aggregate" in rows else rows
    rows = single if len(single) else rows
    alike = [name for name in keys if name != other]
    beside = rows.groupby(alike or keys)[other].transform("nunique")
    rows = rows[beside == beside.max()]
    best = rows.loc[rows.groupby(keys)[time].transform("nunique").idxmax()]
    here = rows[rows[alike].eq(best[alike]).all(axis=1)]
    mine = here[other] == best[other]
    declared = table.columns[value].unit or UNSTATED
    column = declared.partition("see column ")[2]
    return {
        "unit": best[column] if column else declared,
        **best[keys].to_dict(),
        "to": next(iter(here[~mine][other].value_counts().index), best[other]),
        "economies": best[unit],
        "since": int(sorted(here[mine][time].dropna().unique())[-YEARS:][0]),
    }
