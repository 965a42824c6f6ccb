"""How a result finds its picture: the module that draws is named from above, for no measure knows
one.
"""

from __future__ import annotations

import importlib
from typing import Any

_draws: list[str] = []


def drawn_by(module: str) -> None:
    """Name the module whose `plot` draws results; it is imported when the first is drawn."""
    _draws[:] = [module]


def draw(kind: str, result: Any, **options: Any) -> Any:
    """The picture of a result. kind: what it is, such as 'rank' or 'EventStudy'."""
    return importlib.import_module(_draws[0]).plot(kind, result, **options)
