"""What a judged criterion has to say in the slots of its sentences (`claims.sentences`)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..estimates import told_by
from ..ground import economies
from ..ground.economies import joined
from ..registry import Criterion
from .measures import find
from .verdict import Cell, CriterionResult
from .words import in_words, one, phrase, said, spread, text_of

SLOTS = {
    *("number", "amount", "range", "low", "high", "threshold", "days", "years", "ways", "agree"),
    *("of", "needed", "held", "where", "where_years", "where_not", "where_not_years", "all_not"),
    *("not_any", "open", "open_any", "open_count", "cells", "cells_met", "cells_not"),
}
"""The slots that every criterion fills: the figure of the main way to calculate it, or what it
counts ('one independent source'), its range and ends, what was declared as enough, days in words,
years of the figures, how many ways there are and agree. A count has how many it is over and asks
for, in how many it is so ('two of the three countries with data'), where it is so, is not, or
cannot be said, by name (`_years`: each with the year of its figure; `all_` and `_any`: 'all three
countries'), and each with its figure. A measure may fill more (`about` of its estimates): `name`,
and where it is counted `name.met` and `name.not`, which name the places only where they differ,
`name.met_where` and `name.not_where`, which always do, and `name.met_years` and `name.not_years`,
which give each place its year."""

_COUNTED = {"of", "needed", "held", "open"}
_COUNTED |= {name for name in SLOTS if name.startswith(("where", "cells", "all_", "not_", "open_"))}

_OF_CELLS = (".met", ".not", ".met_where", ".not_where", ".met_years", ".not_years")
"""What may follow a name that a measure tells: of the cells that are met, and of those that are
not.
"""


def slots_of(criterion: Criterion) -> set[str]:
    """Names of the slots that the sentences of a criterion may have."""
    ends = ("", *_OF_CELLS) if criterion.over else ("",)
    names = {name + end for name in told_by(find(criterion.measure)) for end in ends}
    names |= SLOTS - (set() if criterion.over else _COUNTED)
    return names - ({"days"} if criterion.kind != "days" else set())


def values(c: CriterionResult) -> dict[str, str]:
    """What each slot of a criterion's sentences says; '' where it has nothing to say."""
    words = (in_words, names, one, phrase, said, spread, with_figures)
    text = text_of("slots.j2", c=c, **{function.__name__: function for function in words})
    told = (line.partition("=") for line in text.splitlines())
    return {name: saying for name, _, saying in told} | _about(c)


def names(cells: Iterable[Cell], *, years: bool = False) -> str:
    """Cells by the names of their economies, with the year of each figure or without."""
    pairs = ((economies.in_prose(c.economy), c.year if years else None) for c in cells)
    return joined(name if year is None else f"{name} ({year})" for name, year in pairs)


def by_figure(cells: Iterable[Cell], *, least_first: bool = False) -> list[Cell]:
    """Cells ordered by their figures, the greatest first; those without any come last."""

    def place(cell: Cell) -> float:
        ends = (cell.estimate, cell.low, cell.high)
        figure = next((end for end in ends if end is not None), math.inf)
        return figure if least_first or figure == math.inf else -figure

    return sorted(cells, key=place)


def with_figures(c: CriterionResult, cells: Iterable[Cell]) -> str:
    """Cells by the names of their economies, each with its figure."""
    told = []
    least_first = c.kind in ("rank", "date") or "<" in str(c.cell_comparison)
    for cell in by_figure(cells, least_first=least_first):
        ends = (cell.low, cell.high) if cell.estimate is None else (cell.estimate,) * 2
        if figure := spread(*ends, c.kind, c.cell_threshold):
            told.append(f"{economies.in_prose(cell.economy)} {figure}")
    return joined(told)


def _about(c: CriterionResult) -> dict[str, str]:
    """What the measure told beside its figure, over all cells, over those met and those not."""
    slots: dict[str, str] = {}
    for name in sorted({key for cell in c.cells for key in cell.about}):
        for end, states in {"": (True, False, None), ".met": (True,), ".not": (False,)}.items():
            groups: dict[str, list[Cell]] = {}
            for cell in c.cells:
                if cell.met in states and (word := cell.about.get(name)):
                    groups.setdefault(economies.in_prose(word), []).append(cell)
            for what, years in (("_where", False), ("_years", True)):
                told = (f"{word} in {names(cells, years=years)}" for word, cells in groups.items())
                slots[name + end + what] = joined(told)
            where = slots[f"{name}{end}_where"]
            slots[name + end] = where if len(groups) > 1 else next(iter(groups), "")
    return slots
