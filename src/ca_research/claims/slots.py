"""What a judged criterion has to say in the slots of its sentences (`claims.sentences`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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
    ends = ("", *_OF_CELLS) if criterion.over else ("",)
    names = {name + end for name in told_by(find(criterion.measure)) for end in ends}
    names |= SLOTS.keys() - (set() if criterion.over else _COUNTED)
    return names - ({"days"} if criterion.kind != "days" else set())


def values(c: CriterionResult) -> dict[str, str]:
    """What each slot of a criterion's sentences says; '' where it has nothing to say."""
    counts = c.cell_threshold is not None
    near = c.cell_threshold if counts else c.threshold
    one_cell = counts and len(c.cells) == 1
    figures = c.cells[0] if one_cell else c
    estimate, low, high = figures.estimate, figures.low, figures.high
    kind = c.kind if one_cell or not counts else "count"
    figure = said(estimate, kind, near) or spread(low, high, kind, near)
    noun = "countries" if c.counted == "economies" else c.counted
    of_figure = kind is c.kind
    unit = re.sub(r"^(per cent|share)\b", "", c.unit).strip() if of_figure else noun
    days = f"{in_words(estimate)} days" if estimate is not None else figure and f"{figure} days"
    years = sorted({x.year for x in c.cells if x.year is not None and x.met is not None})
    bounds = (estimate, estimate) if low is None and high is None else (low, high)
    return {
        "number": figure,
        "amount": figure and f"{figure} {one(unit) if estimate == 1 else unit}",
        "range": spread(*bounds, kind, near),
        "low": said(low, kind, near),
        "high": said(high, kind, near),
        "threshold": said(near, c.kind),
        "days": "" if c.kind != "days" else one(days) if estimate == 1 else days,
        "years": " to ".join(str(year) for year in dict.fromkeys([*years[:1], *years[-1:]])),
        "ways": in_words(c.specifications),
        "agree": in_words(c.agreeing) if c.main_met is not None else "",
        **(_counted(c, noun) if counts else {}),
        **_about(c),
    }


def _counted(c: CriterionResult, noun: str) -> dict[str, str]:
    met, unmet, open_ = ([x for x in c.cells if x.met is state] for state in (True, False, None))

    def every(words: str, cells: Sequence[Cell]) -> str:
        whole = len(cells) == len(c.cells) > 2
        return f"{words} {in_words(len(cells))} {noun}" if whole else names(cells)

    return {
        "of": in_words(len(c.cells)),
        "needed": in_words(c.threshold),
        "held": _held(len(met), len(met) + len(unmet), len(c.cells), noun),
        "where": every("all", met),
        "where_years": names(met, years=True),
        "where_not": names(unmet),
        "where_not_years": names(unmet, years=True),
        "all_not": every("all", unmet),
        "not_any": every("any of the", unmet),
        "open": names(open_),
        "open_any": every("any of the", open_),
        "open_count": in_words(len(open_)) if open_ else "",
        "cells": _with_figures(c, [*met, *unmet]),
        "cells_met": _with_figures(c, met),
        "cells_not": _with_figures(c, unmet),
    }


def _held(met: int, known: int, of: int, noun: str) -> str:
    """In how many of those with data, in words."""
    answer = "yes" if met else "no"
    if of == 1:
        return answer if known else "cannot be said"
    if not known:
        return f"no data for any of the {in_words(of)} {noun}"
    if known == 1:
        return f"{answer} in the one with data"
    tail = noun if known == of else f"{noun} with data"
    if met == known:
        return f"{'both' if known == 2 else f'all {in_words(known)}'} {tail}"
    return f"{in_words(met) if met else 'none'} of the {in_words(known)} {tail}"


def names(cells: Iterable[Cell], *, years: bool = False) -> str:
    """Cells by the names of their economies, with the year of each figure or without."""
    told = ((economies.in_prose(c.economy), c.year if years else None) for c in cells)
    return joined(name if year is None else f"{name} ({year})" for name, year in told)


def _with_figures(c: CriterionResult, cells: Iterable[Cell]) -> str:
    told = []
    for cell in cells:
        ends = (cell.low, cell.high) if cell.estimate is None else (cell.estimate,) * 2
        if figure := spread(*ends, c.kind, c.cell_threshold):
            told.append(f"{economies.in_prose(cell.economy)} {figure}")
    return joined(told)


def _about(c: CriterionResult) -> dict[str, str]:
    """What the measure told beside its figure, over all cells, over those met and those not."""
    found: dict[str, str] = {}
    for name in sorted({key for cell in c.cells for key in cell.about}):
        for end, states in (("", (True, False, None)), (".met", (True,)), (".not", (False,))):
            groups: dict[str, list[Cell]] = {}
            for cell in c.cells:
                if cell.met in states and (word := cell.about.get(name)):
                    groups.setdefault(economies.in_prose(word), []).append(cell)
            where, dated = (
                joined(f"{word} in {names(own, years=years)}" for word, own in groups.items())
                for years in (False, True)
            )
            found[name + end] = where if len(groups) > 1 else next(iter(groups), "")
            if end:
                found |= {f"{name}{end}_where": where, f"{name}{end}_years": dated}
    return found
