"""What a running IPython is told of the library: how to complete its calls."""

from __future__ import annotations

import sys
from typing import Any


def meet() -> None:
    """Tell the running shell, if there is one, once."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or any(m is _matcher for m in shell.Completer.custom_matchers):
        return
    shell.Completer.custom_matchers.append(_matcher)


def _matcher(context: Any) -> dict[str, Any]:
    """IPython's matcher, of its second kind: sees the whole cell, and says what it completes."""
    from IPython import get_ipython
    from IPython.core.completer import SimpleCompletion

    from .completion import about, completions

    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    lines[-1] = lines[-1][: context.cursor_position]
    begun, offered = completions("\n".join(lines), get_ipython().user_ns)
    return {
        "completions": [
            # Lab shows the type beside an offer, and would break it at spaces
            SimpleCompletion(text=one, type=about(one).replace(" ", "\u00a0"))
            for one in offered
        ],
        "matched_fragment": begun,
        "suppress": bool(offered),
        "ordered": True,
    }


_matcher.matcher_api_version = 2  # type: ignore[attr-defined]
_matcher.matcher_identifier = "ca-research"  # type: ignore[attr-defined]
