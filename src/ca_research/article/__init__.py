"""This article's questions, a module each: its measures, its pictures, its sentences.

The only room that knows a claim's id. Without it the package works for other articles.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """A question on first use: `ca.article.balance`."""
    if find_spec(f"{__name__}.{name}"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"no question {name!r} in {__name__}")
