"""ca-research: declared claims about Central Asia's ties with the powers, checked against published
figures.

Names are resolved on first use, so that importing this package costs next to nothing (PEP 562).
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from .ground.drawing import drawn_by

__version__ = "0.2.0"

drawn_by(f"{__name__}.plots.results")

_FUNCTIONS = {
    "load": "tables",
    "coverage": "tables",
    "holes": "tables",
    "cite": "tables",
    "codes": "tables",
    "add": "tables",
    "amend": "tables",
    "relation": "tables",
    "remove": "tables",
    "fetch": "tables",
    "vintages": "tables",
    "diff": "tables",
    "sql": "tables",
    "claim": "claims",
    "check": "claims.claim",
    "wanted": "claims.claim",
    "explore": "desk",
    "text": "plots.frames",
    "resolve": "economies",
    "prices": "investment",
    "deflate": "investment",
}
_MODULES = {
    name: name
    for name in (
        "article",
        "claims",
        "desk",
        "estimates",
        "investment",
        "paper",
        "plots",
        "registry",
        "runs",
        "site",
        "sources",
        "stats",
        "students",
        "tables",
        "trade",
    )
} | {name: f"ground.{name}" for name in ("economies", "errors", "paths")}
"""Rooms, and what of the ground floor users name, by where it lives."""

if not Path(__file__).with_name("article").is_dir():  # this article's questions can be left out
    del _MODULES["article"]

_RESULTS = ("stats", "trade", "investment", "students", "article")
"""Modules whose functions return results that show themselves."""

__all__ = [*_FUNCTIONS, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    place = _FUNCTIONS.get(name) or _MODULES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .ground.extras import needed

    with needed():
        found = importlib.import_module(f".{place}", __name__)
    value = getattr(found, name) if name in _FUNCTIONS else found
    if name in _FUNCTIONS or name in _RESULTS:
        _show_in_jupyter()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _meet_shell() -> None:
    """Where IPython is running, let it complete the library's calls."""
    if "IPython" in sys.modules:
        from .desk import shell

        shell.meet()


_meet_shell()


def _show_in_jupyter() -> None:
    """Register the display hooks of plots/ once, and only where IPython is already running."""
    if "IPython" in sys.modules and not globals().get("_hooks"):
        globals()["_hooks"] = True
        from .plots import hooks

        hooks.register()
