"""A comparison for a reader (text), a program (JSON), a CI server (JUnit) and a job summary
(Markdown). What the three texts say stands in the templates beside this file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..ground.numbers import counted
from ..ground.templates import filled
from .comparison import Comparison, named, shown

FORMATS = ("text", "json", "junit", "markdown")
MOST_LINES = 20
"""Entries that are new, gone or not compared for one reason are listed up to this number."""
_FOLDER = Path(__file__).parent
_NOT_SAID = {"changes": {"__all__": {"entry": {"criteria"}}}}
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, and no other reader needs."""


def show(comparison: Comparison, format: str) -> str:
    """The comparison in a format of FORMATS, with a line end."""
    if format == "json":
        return comparison.model_dump_json(indent=1, exclude=_NOT_SAID) + "\n"
    context: dict[str, Any] = {
        "found": comparison,
        "counted": counted,
        "named": named,
        "shown": shown,
    }
    headline = filled(_FOLDER / "headline.j2", **context)
    text = filled(_FOLDER / f"{format}.j2", **context, headline=headline, most=MOST_LINES)
    return _NO_TEXT.sub("?", text)
