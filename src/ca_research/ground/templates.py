"""Texts that stand in files with blanks, filled in by Jinja."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from .extras import needed


def filled(file: Path, *, lines: bool = True, **values: Any) -> str:
    """The text of a template; a line that holds a block alone leaves none, unless `lines` is False.

    Raises MissingPackageError without Jinja, and UndefinedError for a blank that has no value.
    """
    return str(template(file, lines).render(values))


@cache
def template(file: Path, lines: bool = True) -> Any:
    """The template of a file, whose macros others may call (`make_module`)."""
    with needed():
        from jinja2 import Environment, StrictUndefined

    made = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=lines,
        lstrip_blocks=lines,
    )
    return made.from_string(file.read_text(encoding="utf-8"))
