"""How claims, verdicts, coverage and results show themselves in Jupyter. Registered on first use of
`ca_research` there.
"""

from __future__ import annotations

import os
import warnings
from html import escape
from typing import Any

import pandas as pd

from ..claims import MIME, Claim, Verdict, trace
from ..claims.printed import DEPENDS, NEARNESS
from ..claims.words import STATE_WORDS, criterion_number
from ..ground.numbers import NOTHING, decimals
from ..stats.result import Result, flat
from ..tables import Coverage
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
    day = "" if verdict.as_of == "latest" else f", as of {verdict.as_of}"
    split = f" {verdict.readers_split}" if verdict.readers_split else ""
    parts = [
        f"<div><p><b>{escape(verdict.claim)}</b>{escape(day)}<br>"
        f"{escape(verdict.answer + verdict.alone)}</p>",
        f"<p>As printed: {_MARK[verdict.as_printed]} <b>{escape(verdict.as_printed)}</b>. "
        f"{escape(verdict.because + split)}</p>",
    ]
    for v in verdict.all():
        near = "" if v.nearness is None else f" ({NEARNESS[v.nearness]})"
        why = "" if v.criteria else f"<br><small>{escape(v.reason)}</small>"
        parts.append(
            f"<p>Test <b>{escape(v.title)}</b>{near}: {_MARK[v.verdict]} "
            f"<b>{escape(_word(v))}</b>. {escape(v.statement)}{why}</p>"
        )
        if v is verdict and (sure := v.certainty):
            said = f"Certainty {sure['level']}: {sure['reason']}."
            parts.append(f"<p><small>{escape(said)}</small></p>")
        if v.criteria:
            rows = "".join(map(_criterion_row, v.as_dict()["criteria"]))
            parts.append(f"<table>{rows}</table>")
        parts.append(f"<p><small>What would change this? {escape(v.would_change)}</small></p>")
    return "".join(parts) + "</div>"


def _word(verdict: Verdict) -> str:
    return verdict.verdict + (", fragile" if verdict.fragile else "")


def _criterion_row(c: dict[str, Any]) -> str:
    said = (c["label"], STATE_WORDS[c["state"]], criterion_number(c))
    return f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in said)}</tr>"


def verdict_bundle(verdict: Verdict, *_: Any, **__: Any) -> dict[str, Any]:
    return {
        MIME: verdict.bundle(),
        trace.MIME: list(verdict.traces),
        "text/html": verdict_html(verdict),
        "text/plain": str(verdict),
    }


def claim_html(claim: Claim) -> str:
    spec = claim.spec
    blind = "written blind" if spec.blind else f"not written blind: {escape(spec.known_before)}"
    return (
        f"<div><p><b>{escape(spec.id)} "
        f"{escape(spec.title)}</b><br>“{escape(spec.quotation)}”<br>"
        f"{escape(spec.restatement)}</p>"
        f'<pre style="white-space: pre-wrap">{escape(claim.rule)}</pre>'
        f"<p><small>declared {spec.declared_on}, rule "
        f"{spec.rule_sha256[:12]}; "
        f"{blind}</small></p></div>"
    )


def coverage_svg(coverage: Coverage) -> str:
    import matplotlib.pyplot as plt

    from .claims import coverage_map
    from .show import to_svg

    figure = coverage_map(coverage).get_figure(root=True)
    assert figure is not None
    svg = to_svg(figure)
    plt.close(figure)
    return svg


def result_html(result: Result) -> str:
    """What a result is and the first ROWS of its frame, as a small table; text of the reader's data
    is escaped.
    """
    frame = flat(result.to_frame())
    table = frame.head(ROWS).to_html(
        index=False, escape=True, na_rep=NOTHING, border=0, float_format=decimals
    )
    more = (
        f"<p><small>and {len(frame) - ROWS} more rows: to_frame()</small></p>"
        if len(frame) > ROWS
        else ""
    )
    return f"<div><p><b>{escape(result.caption())}</b></p>{table}{more}</div>"


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
