"""How an error of the library's own is shown in IPython: what happened first, then the reader's own
lines; the library's inner workings when they are asked for.
"""

from __future__ import annotations

import os
import re
import traceback
from pathlib import Path
from typing import Any

_PACKAGE = str(Path(__file__).resolve().parents[1])


def rendered(error: BaseException) -> list[str]:
    """Lines for IPython, which asks for them by `_render_traceback_`.

    Asked a second time for the same error (`%tb`), it is told all. So is a run of the project's
    own, whose reader looks for a fault of code.
    """
    from IPython import get_ipython

    shell = get_ipython()
    shown_before = getattr(error, "_told", False)
    error._told = True  # type: ignore[attr-defined]
    if shown_before or os.environ.get("CA_RESEARCH_STRICT"):
        trace = error.__traceback__
        return list(shell.InteractiveTB.structured_traceback(type(error), error, trace, 1))
    head, *more = str(error).split("\n")
    return [
        f"\x1b[0;31m{type(error).__name__}\x1b[0m: {head}",
        *more,
        "",
        *_own_lines(error, shell),
        "\x1b[2mall of the traceback: %tb\x1b[0m",
    ]


def _own_lines(error: BaseException, shell: Any) -> list[str]:
    """Where the reader's code stood: a line for each frame outside the library and Python's own."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        cell = shell.compile.format_code_name(frame.filename)
        if cell:
            place = " ".join(cell)
        elif "site-packages" in frame.filename or frame.filename.startswith(_PACKAGE):
            continue
        else:
            place = frame.filename
        lines.append(f"{place}, line {frame.lineno}: {frame.line}")
    return lines


_READABLE = 500
"""Letters of a message that one line tells, in the terminal, on a page or in the manifest."""


def plain(text: str) -> str:
    """First lines of a message as one, without terminal colours, as long as can be read: an error
    may carry all that it was about.

    Examples
    --------
    >>> plain("\x1b[31mno file\x1b[0m\\n\\nnext: make one"), len(plain("x" * 60_000))
    ('no file next: make one', 501)
    """
    head = re.sub(r"\x1b\[[0-9;]*m", "", text[: 10 * _READABLE])
    message = " ".join([line for line in head.splitlines() if line.strip()][:3])
    return message if len(message) <= _READABLE else message[:_READABLE] + "…"
