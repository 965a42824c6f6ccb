"""How claims, verdicts, coverage and results show themselves in Jupyter. Registered on first use of
`ca_research` there.
"""

from __future__ import annotations

import os
import warnings
from html import escape
from typing import Any

from ..claims import MIME, Claim, Verdict, trace
from ..ground.numbers import NOTHING, decimals, number, percent
from ..stats.result import Result, flat
from ..tables import Coverage

ROWS = 20
"""Rows of a result that are shown; `to_frame()` has them all."""

_MARK = {
    "supported": "●",
    "partly supported": "◐",
    "contradicted": "○",
    "not enough evidence": "?",
    "not testable": "–",
}


def verdict_html(verdict: Verdict) -> str:
    """A small card: the verdict of each reading, its criteria, what would change it."""
    parts = [f"<div><p><b>{escape(verdict.claim)} · as of {escape(verdict.as_of)}</b></p>"]
    for v in verdict.all():
        flags = " · fragile" if v.fragile else ""
        parts.append(
            f"<p>{_MARK[v.verdict]} <b>{escape(v.verdict)}</b>{flags} — {escape(v.title)}: "
            f"{escape(v.statement)}<br><small>{escape(v.reason)}</small></p>"
        )
        if v.criteria:
            rows = "".join(
                f"<tr><td>{escape(c.label)}</td><td>{number(c.estimate)}</td>"
                f"<td>{escape(c.comparison)} {c.threshold:g}</td>"
                f"<td>{escape(c.state)}</td><td>{percent(c.share_of_specifications)} of "
                f"{c.specifications}</td></tr>"
                for c in v.criteria
            )
            parts.append(
                "<table><tr><th>criterion</th><th>main</th><th>threshold</th><th>state</th>"
                f"<th>specifications</th></tr>{rows}</table>"
            )
        parts.append(f"<p><small>What would change this: {escape(v.would_change)}</small></p>")
    return "".join(parts) + "</div>"


def verdict_bundle(verdict: Verdict, *_: Any, **__: Any) -> dict[str, Any]:
    text = "\n".join(f"{v.claim} {v.reading}: {v.verdict}" for v in verdict.all())
    return {
        MIME: verdict.bundle(),
        trace.MIME: list(verdict.traces),
        "text/html": verdict_html(verdict),
        "text/plain": text,
    }


def claim_html(claim: Claim) -> str:
    spec = claim.spec
    blind = "written blind" if spec.blind else f"not written blind: {escape(spec.known_before)}"
    return (
        f"<div><p><b>{escape(spec.id)} "
        f"{escape(spec.title)}</b><br>“{escape(spec.quotation)}”<br>"
        f"{escape(spec.restatement)}</p>"
        f"<pre>{escape(claim.rule)}</pre><p><small>declared {spec.declared_on}, rule "
        f"{spec.rule_sha256[:12]}; "
        f"{blind}</small></p></div>"
    )


def coverage_svg(coverage: Coverage) -> str:
    from .claims import coverage_map
    from .show import to_svg

    figure = coverage_map(coverage).get_figure()
    assert figure is not None
    import matplotlib.pyplot as plt

    svg = to_svg(figure)  # type: ignore[arg-type]
    plt.close(figure)  # type: ignore[arg-type]
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
    if os.environ.get("CA_RESEARCH_STRICT"):  # a run of the project's own: its warnings are errors
        warnings.filterwarnings("error", module=r"ca_research\.")
