"""Pictures by kind of what they show: figures in named rows, and figures over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..claims.answers import in_short
from ..claims.claim import Claim
from ..claims.verdict import Verdict
from ..ground.display import Section
from . import style
from .needs import needs
from .panels import apart, panels, say_empty, year_axis
from .pen import tight
from .show import show

_DASH = (0, (4, 3))


@needs("frame", "row", "low", "high")
def dot_rows(
    frame: pd.DataFrame,
    *,
    unit: str = "",
    bar: float | None = None,
    scale: tuple[float, float] | None = None,
    log: bool = False,
) -> Figure:
    """Figures in named rows: a dot for a number, a bar for a range; several of a row are joined.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``row`` (its name), ``low`` and ``high`` (equal where it is one number). May have ``main``
        (in colour, the others are grey rings), ``label`` (words beside; without it the numbers) and
        ``group`` (a heading above the first row of each).
    unit : str
        Label of the scale.
    bar : float, optional
        Where a dashed line stands.
    scale : tuple of float, optional
        Ends of the scale.
    log : bool
        Whether its steps are powers of ten.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"row": ["trains", "boxes"], "low": [80, 45], "high": [80, 73]})
    >>> [text.get_text() for text in dot_rows(shares, bar=50).axes[0].texts]
    ['80', '45 to 73']
    """
    rows = _with(frame, main=True, label=None, group="")
    ends = [f"{low:,.0f}" for low in rows["low"]], [f" to {high:,.0f}" for high in rows["high"]]
    ranged = rows["low"] < rows["high"]
    rows["label"] = rows["label"].fillna(pd.Series(ends[0]) + pd.Series(ends[1]).where(ranged, ""))
    names: list[str] = []
    for group, part in rows.groupby("group", sort=False):
        names += [f"{group}".capitalize()] * bool(group) + [*dict.fromkeys(part["row"])]
        rows.loc[part.index, "y"] = part["row"].map({n: i for i, n in enumerate(names)})
    rows["colour"] = rows["main"].map({True: style.HIGHLIGHT, False: style.OTHER})
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.8 + 0.42 * len(names)))
        spans = rows.groupby("y").agg(low=("low", "min"), high=("high", "max")).reset_index()
        ax.hlines(spans["y"], spans["low"], spans["high"], color=style.GRID, linewidth=3, zorder=1)
        bars, dots = rows[ranged], rows[~ranged]
        ax.hlines(
            bars["y"], bars["low"], bars["high"], colors=bars["colour"], linewidth=7, alpha=0.55
        )
        faces = dots["colour"].where(dots["main"], style.PAPER)
        look = {"s": 50, "linewidths": 1.6, "zorder": 3}
        ax.scatter(dots["low"], dots["y"], facecolors=faces, edgecolors=dots["colour"], **look)
        middle = rows.groupby("y")["high"].transform("mean")
        outer = (rows["high"] >= middle)[rows["label"] != ""]
        for row, right in zip(rows.loc[outer.index].itertuples(), outer, strict=True):
            look = {"xytext": (8, 0), "ha": "left"} if right else {"xytext": (-8, 0), "ha": "right"}
            at = (row.high if right else row.low, row.y)
            ax.annotate(
                row.label, at, textcoords="offset points", va="center", bbox=style.CLEAR, **look
            )
        if bar is not None:
            ax.axvline(bar, color=style.MUTED, linewidth=1, linestyle=_DASH)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        if log:
            ax.set_xscale("log")
            ax.xaxis.set_minor_formatter(
                lambda *_: ""
            )  # else each within a power of ten is written
        else:
            ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if unit else f"{value:.0f}")
        ax.set_xlim(scale)
        ax.set_xlabel(unit if bar is None else f"{unit} (dashed: {bar:g})")
        style.bare(ax, y=False)
        tight(figure)
    return figure


@needs("frame", "panel", "year", "value", empty=True)
def year_panels(
    frame: pd.DataFrame,
    *,
    names: Sequence[str] = (),
    unit: str = "",
    bars: Mapping[str, float] | None = None,
    tops: Mapping[str, float] | None = None,
    gap: int = 1,
    columns: int = 3,
    empty: str = "no figure",
) -> Figure:
    """Figures over the years in a panel each; those of one series are joined.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``panel``, ``year`` and ``value``. May have ``series`` (figures of none are joined to
        nothing), ``colour``, ``marker``, ``label`` (words beside a figure; without it the last of
        each series has its number) and ``least`` (the value is the most of a range from there).
    names : sequence of str
        Of the panels, in this order; one without a figure says so. Without them those of the frame.
    unit : str
        Label of the scales.
    bars : mapping of str to float, optional
        Of a panel the height of a dashed line.
    tops : mapping of str to float, optional
        Of a panel the end of its scale; without it a little above the largest figure.
    gap : int
        Years between two figures that a line may cross.
    columns : int
        Panels side by side at most.
    empty : str
        What stands in a panel without a figure.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> polls = pd.DataFrame({"panel": "Uzbekistan", "year": [2017, 2021], "value": [73, 44]})
    >>> figure = year_panels(polls, names=["Uzbekistan", "Tajikistan"], gap=9)
    >>> [text.get_text() for ax in figure.axes for text in ax.texts]
    ['44', 'no figure']
    """
    rows = _with(frame, series="", colour=style.HIGHLIGHT, marker="o", label=None, least=None)
    rows = rows.dropna(subset=["value"]).sort_values("year", ignore_index=True)
    rows = rows.astype({"value": float, "year": int})
    rows["series"] = rows["series"].fillna(rows.index.to_series().map("figure {}".format))
    last = ~rows.duplicated(["panel", "series"], keep="last")
    rows["label"] = rows["label"].fillna(rows["value"].map("{:,.0f}".format).where(last, ""))
    years = (rows["year"].min(), rows["year"].max()) if len(rows) else (2010, 2020)
    names = [*names] or [*dict.fromkeys(frame["panel"])]
    with style.context():
        figure, axes = panels(len(names), columns=columns)
        for ax, name in zip(axes, names, strict=False):
            mine, bar = rows[rows["panel"] == name], (bars or {}).get(name)
            top = (tops or {}).get(name) or 1.3 * max(*mine["value"], bar or 0.0, 1e-9)
            ax.set(title=name, ylim=(0, top))
            ax.set_xlim(years[0] - 0.7, years[1] + 0.7 + 0.25 * (years[1] - years[0]))
            if mine.empty:
                say_empty(ax, empty)
            for _, part in mine.groupby("series"):
                _draw_series(ax, part, gap)
            _write_labels(ax, mine, last[mine.index], 0.1 * top)
            if bar is not None:
                ax.axhline(bar, color=style.INK, linewidth=1, linestyle=_DASH)
            year_axis(ax, 4)
            ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            style.bare(ax, x=False)
        figure.supylabel(unit, color=style.MUTED)
        tight(figure, h_pad=1.1, w_pad=0.9)
    return figure


def _draw_series(ax: Axes, part: pd.DataFrame, gap: int) -> None:
    """Figures of one series; of ranges the area, of numbers a mark each and a line."""
    colour = part["colour"].iloc[-1]
    if part["least"].notna().any():
        ax.fill_between(part["year"], part["least"], part["value"], color=colour, alpha=0.35, lw=0)
        return
    for _, run in part.groupby(part["year"].diff().gt(gap).cumsum()):
        if len(run) > 1:
            ax.plot(run["year"], run["value"], color=colour, linewidth=1.8)
    for marker, marked in part.groupby("marker"):
        ax.scatter(marked["year"], marked["value"], marker=marker, s=22, color=colour, zorder=3)


def _write_labels(ax: Axes, rows: pd.DataFrame, last: pd.Series, least: float) -> None:
    """Words above a figure, beside the last of a series; those of the newest years apart."""
    newest = rows[last & (rows["year"] > rows["year"].max() - 4)]
    ends = [(row.value, str(row.Index), row.year) for row in newest.itertuples()]
    heights = {index: height for height, index, _ in apart(ends, least)}
    for row in rows[rows["label"] != ""].itertuples():
        beside: dict[str, Any] = {"xytext": (6, 0), "va": "center"}
        above: dict[str, Any] = {"xytext": (0, 5), "ha": "center"}
        at = (row.year, heights.get(str(row.Index), row.value))
        look = beside if last[row.Index] else above
        ax.annotate(row.label, at, textcoords="offset points", color=row.colour, **look)


def _with(frame: pd.DataFrame, **defaults: Any) -> pd.DataFrame:
    """The frame with each of these columns, and places that count from 0."""
    lacking = {name: value for name, value in defaults.items() if name not in frame}
    return frame.reset_index(drop=True).assign(**lacking)


def show_criterion(
    claim: Claim,
    criterion: str,
    figure: Figure,
    data: pd.DataFrame,
    *,
    verdict: Verdict | None = None,
    section: Section = "main",
    note: str = "",
    sources: pd.DataFrame | list[str] | None = None,
) -> None:
    """Show a picture of the figures that a criterion rests on, under what the criterion came to.

    Beside it stands what the criterion asks; to those who cannot see it the words are told that are
    written in it.

    Parameters
    ----------
    claim : Claim
        From `ca_research.claim`.
    criterion : str
        Its name.
    figure : matplotlib.figure.Figure
        The picture.
    data : pandas.DataFrame
        The figures drawn.
    verdict : Verdict, optional
        From ``claim.judge``; without it the title is the criterion's label.
    section : str
        Where on the page.
    note : str
        What a reader has to know beside it, too.
    sources : pandas.DataFrame or list of str, optional
        Frame or ids; by default those of `data`.

    Examples
    --------
    In a notebook the picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> claim = ca.claim("C15")
    >>> polls = ca.load("opinion", about="USA", economy="KAZ", measure="gallup_approve")
    >>> figure = year_panels(polls.assign(panel="Kazakhstan", value=polls["value_pct"]))
    >>> show_criterion(claim, "fall", figure, polls)
    {'image/svg+xml': '<svg ...'title': 'US approval fell from its peak by recent polls', ...
    """
    declared = claim.spec.criteria()[criterion]
    results = [c for v in verdict.all() for c in v.criteria] if verdict else []
    found = next((result for result in results if result.name == criterion), None)
    title = in_short(declared, found) if found else declared.label
    show(
        figure,
        section=section,
        title=title,
        alt=f"{title}. {_written_in(figure)}.",
        data=data,
        sources=sources,
        note=f"{declared.statement} {note}".strip(),
    )


def _written_in(figure: Figure) -> str:
    """The words of a picture as a text: of each panel its title and what is written in it, each
    row of names with its words.
    """
    told = []
    for ax in figure.axes:
        names = dict(
            zip(ax.get_yticks(), (t.get_text() for t in ax.get_yticklabels()), strict=False)
        )
        words = [
            f"{names.get(t.xy[1], '')} {t.get_text()}".strip() for t in ax.texts if hasattr(t, "xy")
        ]
        told.append(": ".join(filter(None, [ax.get_title(loc="left"), "; ".join(words)])))
    return ". ".join(filter(None, told))
