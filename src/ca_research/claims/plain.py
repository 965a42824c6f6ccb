"""What a criterion comes to where its author wrote no sentences: one sentence for every kind of
figure (`claims.figures`), with country, year, size and bar (plain.j2).
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable

from ..estimates.kinds import figure_of
from ..estimates.units import upper
from ..ground import economies as eco
from ..ground.numbers import in_words, number
from ..registry import Criterion
from ..registry.words import measure_name, words
from .figures import Period, Sayer
from .measures import find
from .slots import by_figure, names, values
from .verdict import Cell, CriterionResult
from .wanted import NOT_COME
from .words import one_line, text_of

MOST = 280
"""Characters of an answer."""
_ALL = 999
_SHORTER = ((_ALL, _ALL), (_ALL, 1), (_ALL, 0), (4, 1), (3, 1), (2, 1), (1, 1))
"""How many countries of one state are named, and how many from either end with their figures: what
is said where the pair before is too long.
"""
_CUMULATIVE = {"events", "evidence"}
"""Tables of which a count is of all up to a year."""


def plain(criterion: Criterion, result: CriterionResult, *, short: bool = False) -> str:
    """What a criterion comes to, in a sentence; short: without its bar and single countries."""
    measure, chosen = find(criterion.measure), criterion.settings
    figure, cells = figure_of(measure, chosen), result.cells
    sayer = Sayer(figure.kind, criterion)
    flow, table = str(chosen.get("flow")), getattr(measure, "table", "")
    known = words().counterparts
    counted = next((word for word in (flow, table) if word in known), "")
    role = getattr(measure, "counterpart", "")
    whom, to = (_parties(str(chosen.get(setting) or "")) for setting in (role, "to"))
    asked = getattr(measure, "question", "") in ("count", "level", figure.kind.split()[0])
    if not asked or not (whom or figure.kind == "count"):
        counted = ""
    thing = measure_name(str(chosen["measure"])).partition(",")[0] if "measure" in chosen else ""
    figures = [cell for cell in cells if cell.estimate is not None or cell.ranged]
    periods = Counter(period for cell in figures if (period := sayer.period(cell))[1])
    if figure.kind == "yes or no" and len(periods) > 1:
        periods.clear()  # no year is said where countries stand without figures
    common = max(periods, key=lambda one: (periods[one], one[1], one[0] or 0), default=(None, None))
    year, later, _ = cells[0].missing.partition(f" {NOT_COME}")
    about = {
        "c": criterion,
        "r": result,
        "kind": figure.kind,
        "sayer": sayer,
        "cells": cells,
        "cell": cells[0],
        "short": short,
        "counted": counted,
        "thing": thing if counted == "investment" and thing else counted,
        "words": known.get(counted, ("", "", "")),
        "whom": whom,
        "to": to,
        "whose": names(cells) if len(cells) == 1 or not figures else "",
        "figures": figures,
        "known": [cell for cell in cells if cell.met is not None],
        "not_come": year + later if later else "",
        "period": common,
        "by": "by" if _CUMULATIVE & {*inspect.signature(measure).parameters} else "in",
        "slots": values(result),
        "names": names,
        "in_words": in_words,
        "number": number,
    }
    for shorter in _SHORTER:
        listed = [_listed(sayer, group, common, *shorter) for group in _groups(cells)]
        text = one_line(text_of("plain.j2", listed=listed, **about))
        text = f"{upper(re.sub(r' no(?=[,;]| and |$)', ' none', text))}."
        if len(text) <= MOST:
            break
    return text


def _parties(codes: str) -> str:
    """Those that a setting names, as a sentence does."""
    parties = filter(None, codes.split(";"))
    return eco.joined(eco.in_prose(code) if (code := eco.code_of(p)) else p for p in parties)


def _groups(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The countries in which it is so, is not, and cannot be said."""
    return [[cell for cell in cells if cell.met is met] for met in (True, False, None)]


def _listed(sayer: Sayer, cells: list[Cell], common: Period, most: int, ends: int) -> str:
    """Countries by their figures, each with it, and with its year where that is not the common
    one.
    """
    least_first = sayer.least_first
    ordered = by_figure(cells, least_first=least_first)
    texts = []
    for place, cell in enumerate(ordered[:most], 1):
        said = min(place, len(ordered) + 1 - place) <= ends and sayer.kind != "yes or no"
        figure = sayer.figure(cell, listed=True) if said else ""
        figure = "none" if figure == "no" else figure
        since, year = period = sayer.period(cell)
        dated = sayer.kind not in ("date", "yes or no") and (
            cell.estimate is not None or cell.ranged
        )
        other = dated and year and period != common
        when = (f"{since} to {year}" if since else f"in {year}") if other else ""
        if ends < _ALL or cell.met is None:
            figure, when = "", " ".join(filter(None, (figure, when)))
        behind = " ".join(filter(None, (figure, f"({when})" if when else "")))
        texts.append(f"{eco.in_prose(cell.economy)} {behind}".strip())
    if more := len(ordered) - len(texts):
        last = sayer.figure(ordered[-1], listed=True) if sayer.kind != "yes or no" else ""
        end = f", the {'last' if least_first else 'least'} {last}" if last and more > 1 else ""
        texts.append(f"{in_words(more)} more{end}")
    return eco.joined(texts)
