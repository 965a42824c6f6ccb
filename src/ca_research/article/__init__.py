"""This article's questions, a module each: its measures, its pictures, its sentences.

The only room that knows a claim's id. Without it the package works for other articles.
"""

from __future__ import annotations

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """A question on first use: `ca.article.balance`."""
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f".{name}", __name__)
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"no question {name!r} in {__name__}") from None
