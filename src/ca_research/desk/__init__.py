"""The desk: exploring by widgets, completion, errors that are read. What is heavy is imported on
first use, since a shell registers this room whenever the package is imported in it.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Explorer", "explore"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(".explorer", __name__), name)
