"""What a judged criterion has to say in the slots of its sentences (`claims.sentences`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ..estimates import told_by
from ..ground import economies
from ..ground.economies import joined
from ..registry import Criterion
from .measures import find
from .verdict import Cell, CriterionResult
from .words import in_words, one, said, spread

SLOTS = {
    "number": "the figure of the main way to calculate it",
    "amount": "the figure with what it counts: 'one independent source', '29% of the documents'",
    "range": "the range of the figure: bounds, or over all ways to calculate it",
    "low": "the lower end of the range",
    "high": "the upper end of the range",
    "threshold": "what was declared as enough",
    "days": "of a figure in days the days, in words: 'one day', '13 days'",
    "years": "the year or years of the figures",
    "ways": "how many different ways to calculate it there are",
    "agree": "how many of them agree with the main one",
    "of": "how many countries (or partners) are counted",
    "needed": "how many of them the rule asks for",
    "held": "in how many it is so: 'two of the three countries with data'; of one 'yes' or 'no'",
    "where": "where it is so, by name; of three and more 'all three countries' if it is so in all",
    "where_years": "the same, each with the year of its figure: 'Kazakhstan (2020)'",
    "where_not": "where it is not so, by name",
    "where_not_years": "the same, each with the year of its figure",
    "all_not": "the same, or 'all three countries' if it is so in none",
    "not_any": "the same after a 'not': 'any of the three countries' if it is so in none",
    "open": "where it cannot be said, by name",
    "open_any": "the same after a 'no': 'any of the three countries' if it can be said of none",
    "open_count": "in how many it cannot be said",
    "cells": "each with its figure",
    "cells_met": "each where it is so, with its figure",
    "cells_not": "each where it is not so, with its figure",
}
"""The slots that every criterion fills. A measure may fill more (`about` of its estimates): `name`,
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
    names = set(SLOTS) - (set() if criterion.over else _COUNTED)
    names -= set() if criterion.kind == "days" else {"days"}
    ends = ("", *_OF_CELLS) if criterion.over else ("",)
    told = told_by(find(criterion.measure))
    return names | {name + end for name in told for end in ends}


def values(c: CriterionResult) -> dict[str, str]:
    """What each slot of a criterion's sentences says; '' where it has nothing to say."""
    counts = c.cell_threshold is not None
    near = c.cell_threshold if counts else c.threshold
    only = c.cells[0] if counts and len(c.cells) == 1 else None
    low, high = (only.low, only.high) if only else (c.low, c.high)
    estimate = only.estimate if only else c.estimate
    kind = "count" if counts and not only else c.kind
    figure = said(estimate, kind, near) or spread(low, high, kind, near)
    span = (estimate, estimate) if low is None and high is None else (low, high)
    return {
        "number": figure,
        "amount": _amount(figure, estimate, c, counted=counts and not only),
        "range": spread(*span, kind, near),
        "low": said(low, kind, near),
        "high": said(high, kind, near),
        "threshold": said(near, c.kind),
        "days": _days(estimate, figure) if c.kind == "days" else "",
        "years": _years(c.cells),
        "ways": in_words(c.specifications),
        "agree": in_words(c.agreeing) if c.main_met is not None else "",
        **(_counted(c) if counts else {}),
        **_about(c),
    }


def _amount(figure: str, estimate: float | None, c: CriterionResult, counted: bool) -> str:
    """A figure with what it counts; of a count of countries that is the countries."""
    noun = "countries" if c.counted == "economies" else c.counted
    unit = noun if counted else re.sub(r"^(per cent|share)\b", "", c.unit).strip()
    return figure and f"{figure} {one(unit) if estimate == 1 else unit}"


def _days(estimate: float | None, figure: str) -> str:
    if estimate is None:
        return figure and f"{figure} days"
    return f"{in_words(estimate)} {'day' if estimate == 1 else 'days'}"


def _counted(c: CriterionResult) -> dict[str, str]:
    met = [x for x in c.cells if x.met is True]
    unmet = [x for x in c.cells if x.met is False]
    open_ = [x for x in c.cells if x.met is None]
    noun = "countries" if c.counted == "economies" else c.counted

    def all_or_names(every: str, cells: Sequence[Cell]) -> str:
        whole = len(cells) == len(c.cells) > 2
        return f"{every} {in_words(len(cells))} {noun}" if whole else names(cells)

    return {
        "of": in_words(len(c.cells)),
        "needed": in_words(c.threshold),
        "held": _held(len(met), len(met) + len(unmet), len(c.cells), noun),
        "where": all_or_names("all", met),
        "where_years": names(met, years=True),
        "where_not": names(unmet),
        "where_not_years": names(unmet, years=True),
        "all_not": all_or_names("all", unmet),
        "not_any": all_or_names("any of the", unmet),
        "open": names(open_),
        "open_any": all_or_names("any of the", open_),
        "open_count": in_words(len(open_)) if open_ else "",
        "cells": with_figures(c, [*met, *unmet]),
        "cells_met": with_figures(c, met),
        "cells_not": with_figures(c, unmet),
    }


def _held(met: int, known: int, of: int, noun: str) -> str:
    """In how many of those with data, in words."""
    if of == 1:
        return ("yes" if met else "no") if known else "cannot be said"
    tail = f" {noun}" if known == of else f" {noun} with data"
    if not known:
        return f"no data for any of the {in_words(of)} {noun}"
    if known == 1:
        return f"{'yes' if met else 'no'} in the one with data"
    if met == known:
        return ("both" if known == 2 else f"all {in_words(known)}") + tail
    return f"{in_words(met) if met else 'none'} of the {in_words(known)}{tail}"


def names(cells: Iterable[Cell], *, years: bool = False) -> str:
    return joined(
        economies.in_prose(c.economy) + (f" ({c.year})" if years and c.year is not None else "")
        for c in cells
    )


def with_figures(c: CriterionResult, cells: Iterable[Cell]) -> str:
    told = []
    for cell in cells:
        low, high = (
            (cell.estimate, cell.estimate) if cell.estimate is not None else (cell.low, cell.high)
        )
        if figure := spread(low, high, c.kind, c.cell_threshold):
            told.append(f"{economies.in_prose(cell.economy)} {figure}")
    return joined(told)


def _years(cells: Sequence[Cell]) -> str:
    found = sorted({c.year for c in cells if c.year is not None and c.met is not None})
    if not found:
        return ""
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def _about(c: CriterionResult) -> dict[str, str]:
    """What the measure told beside its figure, over all cells, over those met and those not."""
    found: dict[str, str] = {}
    asked: dict[str, Callable[[Cell], bool]] = {
        "": lambda x: True,
        ".met": lambda x: x.met is True,
        ".not": lambda x: x.met is False,
    }
    for name in sorted({key for cell in c.cells for key in cell.about}):
        for end, wanted in asked.items():
            groups: dict[str, list[Cell]] = {}
            for cell in c.cells:
                if wanted(cell) and cell.about.get(name):
                    groups.setdefault(economies.in_prose(cell.about[name]), []).append(cell)
            told = joined(f"{value} in {names(cells)}" for value, cells in groups.items())
            found[name + end] = told if len(groups) > 1 else next(iter(groups), "")
            if end:
                found[f"{name}{end}_where"] = told
                found[f"{name}{end}_years"] = joined(
                    f"{value} in {names(cells, years=True)}" for value, cells in groups.items()
                )
    return found
