"""A figure as a file that says what it is: title, sources and the version that drew it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground.errors import known_name
from ..ground.files import write_whole
from ..registry.words import source_name
from ..tables import cite, source_ids
from .show import words_of

FORMATS = ("svg", "pdf", "png")


def save(
    figure: Figure | Axes,
    path: str | Path,
    *,
    title: str | None = None,
    sources: pd.DataFrame | str | Iterable[str] | None = None,
) -> Path:
    """Write a figure to SVG, PDF or PNG, with its title and its sources in the file.

    Letters stay text in SVG and PDF, and the paper is white. The same result drawn anew gives the
    same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or matplotlib.axes.Axes
        Any; of axes, the figure they are in.
    path : str or Path
        The file to write, whole or not at all; its ending names the format.
    title : str, optional
        By default that of the result that drew the figure, else what stands over its axes.
    sources : pandas.DataFrame, str or iterable of str, optional
        A frame with sources, or ids; by default those of the result that drew the figure, as far
        as the register knows them.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        Another ending, or a source that the register does not know.
    UsageError
        A frame without sources.
    WriteError
        The file cannot be written.

    Notes
    -----
    SVG carries Dublin Core's title, creator, source and description, PDF the fields Title, Creator,
    Subject and Keywords, PNG Title, Software and Description. The description is the references as
    `tables.cite` gives them.

    Examples
    --------
    >>> import tempfile
    >>> import ca_research as ca
    >>> ax = ca.trade.mirror_gap("KGZ", "CHN", since=2010).plot(size="journal-single")
    >>> folder = tempfile.TemporaryDirectory()
    >>> save(ax, f"{folder.name}/gap.pdf").stat().st_size > 10_000
    True
    """
    root = figure.get_figure(root=True) if isinstance(figure, Axes) else figure
    assert isinstance(root, Figure)
    kind = Path(path).suffix.removeprefix(".").lower()
    known_name("format of a picture", kind, FORMATS)
    words = words_of(root)[0] or _title(root) if title is None else title
    # a model may rest on a reader's own data, which no register knows
    ids = source_ids(
        filter(source_name, getattr(root, "sources", ())) if sources is None else sources
    )
    drawn: Any = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "ca-research"}
    buffer = io.BytesIO()
    with mpl.rc_context(drawn):
        root.savefig(
            buffer,
            format=kind,
            dpi=getattr(root, "fine", 300),
            facecolor="white",
            metadata=_metadata(kind, words, ids),
        )
    write_whole(Path(path), buffer.getvalue(), folders=False)
    return Path(path)


def _title(figure: Figure) -> str:
    """What stands over the figure, or over the first of its axes that has a title."""
    places: tuple[Any, ...] = ("left", "center", "right")
    written = [figure.get_suptitle(), *(ax.get_title(loc) for ax in figure.axes for loc in places)]
    return next((" ".join(text.split()) for text in written if text), "")


def _metadata(kind: str, title: str, ids: list[str]) -> dict[str, Any]:
    """What a file of a kind says of itself, and no day."""
    software = f"ca-research {version('ca-research')}, matplotlib {mpl.__version__}"
    names, references = ", ".join(ids), cite(ids)
    if kind == "png":
        return {"Title": title, "Software": software, "Description": references}
    fields = {"Title": title, "Creator": software}
    if kind == "pdf":
        return fields | {"Subject": references, "Keywords": names, "CreationDate": None}
    return fields | {"Date": None, "Source": names or None, "Description": references or None}
