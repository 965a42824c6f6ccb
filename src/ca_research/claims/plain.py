"""What a criterion comes to where its author wrote no sentences: by the kind of its figure, with
country, year, size and bar (plain.j2).
"""

from __future__ import annotations

import re

from ..estimates.units import upper
from ..ground import economies as eco
from ..ground.numbers import in_words, number, ordinal
from ..registry import Criterion
from ..registry.words import measure_name
from .measures import find
from .slots import names, values
from .verdict import CriterionResult
from .wanted import NOT_COME
from .words import one, one_line, said, spread, text_of

_COUNTED = ("imports", "exports", "trade", "investment", "debt", "students")
_WHOM = ("partner", "investor", "creditor", "destination")


def plain(criterion: Criterion, result: CriterionResult, *, short: bool = False) -> str:
    """What a criterion comes to, in a sentence; short: without its bar and single countries."""
    chosen, cells, measure = criterion.settings, result.cells, find(criterion.measure)
    table, question = getattr(measure, "table", ""), getattr(measure, "question", "")
    counted = next((word for word in (str(chosen.get("flow")), table) if word in _COUNTED), "")
    role = next((name for name in _WHOM if name in chosen), "")
    whom, to = (
        eco.joined(
            eco.in_prose(code) if (code := eco.code_of(name)) else name
            for name in filter(None, str(chosen.get(setting, "")).split(";"))
        )
        for setting in (role, "to")
    )
    if not counted or question == "level" or not (whom or question == "count"):
        question = ""
    thing = measure_name(str(chosen["measure"])).partition(",")[0] if "measure" in chosen else ""
    known_figures = any(cell.estimate is not None or cell.ranged for cell in cells)
    year, later, _ = cells[0].missing.partition(f" {NOT_COME}")
    text = text_of(
        "plain.j2",
        c=criterion,
        r=result,
        cells=cells,
        cell=cells[0],
        short=short,
        question=question,
        counted=counted,
        thing=thing if counted == "investment" and thing else counted,
        whom=whom,
        to=to,
        whose=names(cells) if len(cells) == 1 or not known_figures else "",
        known_figures=known_figures,
        known=[cell for cell in cells if cell.met is not None],
        not_come=year + later if later else "",
        told=values(result),
        **{f.__name__: f for f in (in_words, names, number, one, ordinal, said, spread)},
    )
    text = re.sub(r" no(?=[,;]| and |$)", " none", one_line(text))
    return f"{upper(text)}."
