"""What stands on a claim's page beside its numbers, in words: days, countries, bars, origins."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .. import registry
from ..claims.measures import find
from ..claims.slots import in_words, said
from ..claims.words import no_days, one, source_words
from ..estimates.measures import arguments_of
from ..registry.words import words as registry_words
from .read import Stored

_NEAREST = {"primary": 0, "secondary": 1, "commentary": 2, "full": 3, "excerpt": 4}
"""Of documents of one origin the one that is nearest to the event, and read most, names it."""


def origin_names(part: Stored) -> dict[str, str]:
    """Words for the origins of the documents behind a number: publisher and year of the best
    document of each; none for an origin that the register has words for.

    part: a cell of a trace, with `columns` and `rows`.
    """
    known = registry_words().cells.get("origin_group", {})
    named = [
        row
        for row in _rows(part)
        if row.get("origin_group", "") not in {"", None, *known}
        and row.get("source_id") in registry.sources()
    ]
    best_last = sorted(named, key=_distance)[::-1]
    return {row["origin_group"]: source_words(row["source_id"]) for row in best_last}


def _rows(part: Stored) -> list[Stored]:
    return [dict(zip(part["columns"], row, strict=True)) for row in part["rows"]]


def _distance(document: Stored) -> list[int]:
    """How far a document is from the event, and how little of it was read."""
    return [_NEAREST.get(document.get(column, ""), 5) for column in ("strength", "text_seen")]


def needed(c: Stored) -> str:
    """What a stored criterion asks for."""
    of_cells = "cell_" if c["cell_threshold"] is not None else ""
    sign, bound = c[f"{of_cells}comparison"], c[f"{of_cells}threshold"]
    return _bar(c["kind"], sign, bound, c["unit"], c["threshold"], len(c["cells"]))


def declared_bar(c: registry.Criterion) -> str:
    """What a criterion asks for as it is declared: 'more than 50% of imports, in at least three of
    five'.
    """
    least, of = (c.over.at_least, len(c.over.economies)) if c.over else (1, 1)
    return _bar(c.kind, c.comparison, c.threshold, c.unit, least, of)


def _bar(kind: str, sign: str, bound: float, unit: str, least: float, of: int) -> str:
    """A threshold with its unit, and of several countries in how many it must be met."""
    each = _each_bar(kind, sign, bound, unit)
    if of < 2:
        return each
    return f"{each}, in " + (
        f"all {in_words(of)}" if least == of else f"at least {in_words(least)} of {in_words(of)}"
    )


_BOUND = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_OF_KIND = {
    "rank": "place {figure} or better",
    "p": "{bound} {figure} ({unit})",
    "ratio": "{bound} {figure}: {unit}",
    "count <": "fewer than {figure} {unit}",
    "log_points > 0": "above what is implied",
    "change > 0": "a rise",
    "change >= 0": "no fall",
    "change < 0": "a fall",
    "change <= 0": "no rise",
}
"""What is asked by the kind of a number, where it is more than a bound, a figure and a unit; by its
sign and threshold too where these matter."""


def _each_bar(kind: str, sign: str, threshold: float, unit: str) -> str:
    """The threshold for one country."""
    unit = re.sub(r"^(per cent|share)\b ?", "", unit)
    unit = one(unit) if threshold == 1 else unit
    figure = said(threshold, kind) if threshold else "0"
    if sign == "==" and threshold == 0:
        if kind == "days":
            return no_days(unit)
        return f"{'none' if unit.startswith('of ') else 'no'} {unit}".strip()
    if figure == "100%" and sign in ("==", ">=") and kind != "growth":
        return f"all {unit.removeprefix('of ')}"
    of_kind = (_OF_KIND.get(f"{kind}{more}") for more in (f" {sign} {figure}", f" {sign}", ""))
    form = next(filter(None, of_kind), "{bound} {figure} {unit}")
    return form.format(bound=_BOUND[sign], figure=figure, unit=unit).strip().replace(" ,", ",")


def sole_origin(v: Stored) -> str:
    """A source without which a verdict would have no answer, where the tables of its claim have
    figures of no other origin; '' where others publish, or another part makes it fragile.
    """
    claim, groups = registry.claims().get(v["claim"]), registry.origin_groups()
    tables = [[*registry.rows_of(table)] for table in claim.data] if claim else []
    alone = tables and all(len({groups[one] for one in ids}) == 1 for ids in tables)
    of_source = all(line.startswith("without the source ") for line in v["fragility"])
    return next(iter(v["sources"]), "") if alone and of_source and v["fragile"] else ""


def is_fragile(v: Stored) -> bool:
    """Whether a page warns that a verdict is fragile: not where only one source could be there."""
    return v["fragile"] and not sole_origin(v)


def absences(criteria: Iterable[Stored]) -> list[Stored]:
    """Of stored criteria those that say that no document or event was found: a nought of rows that
    are records, not figures. That nothing was found is no reason for a sentence.
    """
    return [c for c in criteria if c["kind"] == "count" and _of_records(c) and _nought(c)]


def _of_records(c: Stored) -> bool:
    """Whether a criterion counts rows of a table that holds no figures."""
    tables = registry.tables().keys() & arguments_of(find(c["measure"])).keys()
    columns = [registry.table(name).columns.values() for name in tables]
    return any("value" not in {column.role for column in one} for one in columns)


def _nought(c: Stored) -> bool:
    """Whether all figures of it that decide are nought."""
    decided = [cell for cell in c["cells"] if cell["met"] is not None]
    return bool(decided) and all(0 in (cell["estimate"], cell["high"]) for cell in decided)


def cited(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Sources that read differently: the words of each, and the first that has them."""
    by_words: dict[str, str] = {}
    for source_id in ids:
        by_words.setdefault(source_words(source_id), source_id)
    return list(by_words.items())
