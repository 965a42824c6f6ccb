"""How claims, verdicts, coverage and results show themselves in Jupyter. Registered on first use of
`ca_research` there.
"""

from __future__ import annotations

import os
import warnings
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from ..claims import MIME, Claim, Verdict, trace
from ..claims.printed import DEPENDS, NEARNESS
from ..claims.words import STATE_WORDS, criterion_number
from ..ground.display import DOCUMENTS_MIME
from ..ground.templates import filled
from ..stats.result import Result
from ..tables import Coverage
from .documents import document_tables
from .frames import frame_html, ours, text

ROWS = 20
"""Rows of a result that are shown; `to_frame()` has them all."""

_MARK = {
    "supported": "●",
    "partly supported": "◐",
    "contradicted": "○",
    "not enough evidence": "?",
    "not testable": "–",
    DEPENDS: "◑",
}


def verdict_html(verdict: Verdict) -> str:
    """A small card: the answer first, the sentence as printed, then each test with its criteria."""
    words: dict[str, Any] = {"marks": _MARK, "nearness": NEARNESS, "states": STATE_WORDS}
    file = Path(__file__).with_name("verdict.html.j2")
    words["documents"] = [(record, html) for record, html, _ in document_tables(verdict)]
    return filled(file, verdict=verdict, number=criterion_number, **words)


def verdict_bundle(verdict: Verdict, *_: Any, **__: Any) -> dict[str, Any]:
    return {
        MIME: verdict.bundle(),
        DOCUMENTS_MIME: [record for record, *_ in document_tables(verdict)],
        trace.MIME: list(verdict.traces),
        "text/html": verdict_html(verdict),
        "text/plain": str(verdict),
    }


def claim_html(claim: Claim) -> str:
    return filled(Path(__file__).with_name("claim.html.j2"), spec=claim.spec, rule=claim.rule)


def coverage_svg(coverage: Coverage) -> str:
    import matplotlib.pyplot as plt

    from .show import to_svg

    figure: Any = coverage.plot(top=60).figure
    svg = to_svg(figure)
    plt.close(figure)
    return svg


def result_html(result: Result) -> str:
    """What a result is, and its frame as any is shown."""
    return f"<p><b>{escape(result.caption())}</b></p>{frame_html(result.to_frame(), ROWS)}"


def any_frame_html(frame: pd.DataFrame) -> str | None:
    """The library's frames as they are read; any other as pandas shows it."""
    if ours(frame):
        return frame_html(frame)
    return frame._repr_html_()


def any_frame_text(frame: pd.DataFrame, printer: Any, cycle: bool) -> None:
    """The same in a terminal."""
    printer.text(text(frame) if ours(frame) else repr(frame))


def register() -> None:
    """Register with the running IPython; does nothing outside one."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter
    formatter.mimebundle_formatter.for_type(Verdict, verdict_bundle)
    formatter.formatters["text/html"].for_type(Claim, claim_html)
    formatter.formatters["text/html"].for_type(Result, result_html)  # and what derives from it
    formatter.formatters["image/svg+xml"].for_type(Coverage, coverage_svg)
    # JupyterLab shows HTML before a picture, so a coverage has none
    formatter.formatters["text/html"].for_type(Coverage, lambda _: None)
    if not os.environ.get("CA_RESEARCH_STRICT"):
        formatter.formatters["text/html"].for_type(pd.DataFrame, any_frame_html)
        formatter.formatters["text/plain"].for_type(pd.DataFrame, any_frame_text)
    else:  # a run of the project's own: its warnings are errors, its tables are `show_table`'s
        warnings.filterwarnings("error", module=r"ca_research\.")
