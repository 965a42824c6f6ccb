"""Texts that stand in files with blanks, filled in by Jinja."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .extras import needed


def filled(file: Path, *, lines: bool = True, **values: Any) -> str:
    """The text of a template; a line that holds a block alone leaves none, unless `lines` is False.

    Raises MissingPackageError without Jinja, and UndefinedError for a blank that has no value.
    """
    with needed():
        from jinja2 import Environment, StrictUndefined

    made = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=lines,
        lstrip_blocks=lines,
    )
    return made.from_string(file.read_text(encoding="utf-8")).render(values)
