"""Emit a figure with its title, its text for those who cannot see it, and its data, for Jupyter and for the site."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ..errors import UsageError
from ..tables import source_ids
from . import style

FIGURE_MIME = "application/vnd.ca-research.figure+json"
TABLE_MIME = "application/vnd.ca-research.table+json"
SECTIONS = ("main", "specifications", "against", "missing", "context")
"""Where on the page a figure stands."""


def to_svg(figure: Figure) -> str:
    """SVG text of a figure, the same bytes for the same figure; text stays text."""
    buffer = io.StringIO()
    with style.context():
        figure.savefig(
            buffer, format="svg", bbox_inches="tight", pad_inches=0.06, metadata={"Date": None, "Creator": None}
        )
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]


def thumbnail(figure: Figure) -> str:
    """The figure in small, as the data address of a PNG of few colours: for lists, never for reading."""
    buffer, small = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", dpi=36, bbox_inches="tight", pad_inches=0.02, transparent=True)
    Image.open(buffer).quantize(colors=16, method=Image.Quantize.FASTOCTREE).save(small, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(small.getvalue()).decode()


def show(
    ax: Axes | Figure,
    *,
    section: str,
    title: str,
    alt: str,
    data: pd.DataFrame,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
) -> None:
    """Display a figure once, as SVG with the record the site needs, and close it.

    section: see SECTIONS. title: what the reader should see. alt: the same for those who cannot; made from the data.
    data: the numbers drawn, offered as CSV beside the figure. sources: frame or ids; default those of `data`.
    """
    from IPython.display import display

    if section not in SECTIONS:
        raise UsageError(f"no section {section!r} on a page", hint=f"one of {', '.join(SECTIONS)}")
    figure = ax if isinstance(ax, Figure) else ax.get_figure()
    assert isinstance(figure, Figure)
    svg = to_svg(figure)
    small = thumbnail(figure) if section == "main" else ""
    plt.close(figure)
    cited = source_ids(data if sources is None else sources)
    record: dict[str, Any] = {
        "section": section,
        "name": slug(title),
        "title": title,
        "alt": alt,
        "note": note,
        "sources": cited,
        "csv": _csv(data),
        "thumbnail": small,
    }
    display({"image/svg+xml": svg, FIGURE_MIME: record, "text/plain": f"{title}\n{alt}"}, raw=True)


def show_table(
    frame: pd.DataFrame,
    *,
    section: str,
    title: str,
    sources: pd.DataFrame | list[str] | None = None,
    note: str = "",
    digits: int = 1,
) -> None:
    """Display a small table once, as HTML for Jupyter and as the record the site needs.

    Numbers are rounded to `digits` for reading; the CSV beside the table keeps them whole.
    """
    from IPython.display import display

    if section not in SECTIONS:
        raise UsageError(f"no section {section!r} on a page", hint=f"one of {', '.join(SECTIONS)}")
    shown = frame.drop(columns=[c for c in ("sources", "source_id") if c in frame])
    cited = source_ids(frame if sources is None else sources)
    record = {
        "section": section,
        "name": slug(title),
        "title": title,
        "note": note,
        "sources": cited,
        "columns": [str(c).replace("_", " ") for c in shown.columns],
        "numeric": [bool(pd.api.types.is_numeric_dtype(shown[c])) for c in shown.columns],
        "rows": [
            [_cell(c, v, digits) for c, v in zip(shown.columns, row, strict=True)]
            for row in shown.itertuples(index=False)
        ],
        "csv": _csv(frame),
    }
    display(
        {
            TABLE_MIME: record,
            "text/html": shown.round(digits).to_html(index=False, na_rep="–"),
            "text/plain": shown.to_string(index=False),
        },
        raw=True,
    )


def _cell(column: str, value: Any, digits: int) -> str:
    if value is None or (not isinstance(value, (tuple, list)) and pd.isna(value)):
        return "–"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    if column in ("year", "first_year", "last_year"):
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def _csv(data: pd.DataFrame) -> str:
    flat = data.copy()
    for column in flat.columns:
        if flat[column].map(lambda v: isinstance(v, (tuple, list))).astype(bool).any():
            flat[column] = flat[column].map(lambda v: " ".join(map(str, v)) if isinstance(v, (tuple, list)) else v)
    return flat.to_csv(index=False, float_format="%.10g")
