"""Pictures by kind of what they show: bars, lines, ranges, dated lanes, strips.

Each takes a tidy frame, one row per mark, and the names of its columns. Codes and keys in it are
written as the register says them; what lies on a bar is dashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ..claims import Evidence
from ..claims.answers import asked, in_brief, sentence
from ..claims.criteria import judge_criterion
from ..claims.words import spread
from ..ground import economies as eco
from ..ground.display import Section
from ..ground.numbers import between, number
from ..registry.words import cell_words
from ..stats.frames import require_some
from ..tables.dates import bounds
from . import style
from .canvas import note
from .needs import needs
from .panels import (
    ROW,
    bar_line,
    draw_rows,
    intervals,
    label_rows,
    line,
    marks_of,
    multiples,
    name_marks,
    newest_words,
    panels,
)
from .show import show, show_choice, telling, where_known
from .timeline import timeline
from .words import drawable


def names(frame: pd.DataFrame, column: str) -> list[str]:
    """What a reader reads for each value of a column, in the order of the rows."""
    return [cell_words(column, str(value)) for value in frame[column]]


@needs("frame", "{by} {value}")
def bars(
    frame: pd.DataFrame,
    value: str,
    *,
    by: str = "economy",
    unit: str = "",
    bar: float | None = None,
    highlight: Sequence[str] = (),
    form: Callable[[float], str] = number,
) -> Figure:
    """A bar for each row, with its name and its figure.

    Parameters
    ----------
    frame : pandas.DataFrame
        `by` and `value`.
    value : str
        The column drawn; a row without a figure is named.
    by : str
        The column that names the bars.
    unit : str
        Label of the scale.
    bar : float, optional
        A dashed line.
    highlight : sequence of str
        Values of `by` in colour, all others grey; by default all are in colour.
    form : callable
        Writes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        In the order of the frame.

    Examples
    --------
    >>> loans = pd.DataFrame({"host": ["KAZ", "TJK"], "loans": [11, 3]})
    >>> figure = bars(loans, "loans", by="host", unit="loans")
    >>> [name.get_text() for name in figure.axes[0].get_yticklabels()]
    ['Kazakhstan', 'Tajikistan']
    """
    lit = frame[by].isin(highlight or frame[by]).map({True: style.HIGHLIGHT, False: style.OTHER})
    rows = pd.DataFrame({"name": names(frame, by), "low": frame[value], "high": frame[value]})
    rows = rows.assign(colour=[*lit])
    figure, (ax,) = panels(1, 0.5 + ROW * len(frame))
    draw_rows(ax, rows, lambda low, _: form(low), unit=unit, bar=bar)
    return figure


@needs("frame", "year {value} {panel} {hue}")
def lines(
    frame: pd.DataFrame,
    value: str,
    *,
    panel: str = "economy",
    hue: str = "",
    unit: str = "",
    bar: float | Sequence[float] | Mapping[str, float] | None = None,
    spans: Sequence[tuple[int, int]] = (),
    top: float | None = None,
    highlight: Sequence[str] = (),
    joined: bool = False,
    alike: bool = True,
    log: bool = False,
    descending: bool = False,
) -> Figure:
    """Lines over the years, a panel for each economy; they break where no figure is.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``year``, `value`, `panel` and `hue`. Where it has ``low`` and ``high``, what lies between
        them is shaded.
    value : str
        The column drawn.
    panel : str
        Column of which each value has a panel, all on one scale; '' for one panel.
    hue : str
        Column of which each value has a line, named at its end; economies have their colour.
    unit : str
        Label of the scale.
    bar : float, sequence of float or mapping of str to float, optional
        A dashed line, or several, or one for each panel.
    spans : sequence of (int, int)
        First and last of years that are shaded.
    top : float, optional
        Of the scale.
    highlight : sequence of str
        Values of `hue` in colour, all others grey; by default all are in colour.
    joined : bool
        Whether lines cross years without a figure, as between polls.
    alike : bool
        Whether all panels have one scale.
    log : bool
        Whether it is one of powers of ten.
    descending : bool
        Whether the least stands on top, as of places.

    Returns
    -------
    matplotlib.figure.Figure
        Up to three panels a row.

    Examples
    --------
    >>> shares = pd.DataFrame({"economy": "KAZ", "year": [2022, 2023], "share": [17.8, 21.3]})
    >>> figure = lines(shares, "share", unit="per cent", bar=20)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['21.3']
    """
    ends = [value, *(c for c in ("low", "high") if c in frame)]
    palette = style.palette(frame[hue] if hue else [""])
    groups = frame.groupby(panel, sort=False) if panel else [("", frame)]
    parts = {str(key): part.dropna(subset=ends, how="all") for key, part in groups}
    named = set[object]()
    dots: dict[str, Any] = {"marker": "o", "markersize": style.scaled(2.8)}

    def draw(ax: Axes, name: str, part: pd.DataFrame) -> None:
        for begin, end in spans:
            ax.axvspan(begin - 0.5, end + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
        for key, mine in part.groupby(hue, sort=False) if hue else [("", part)]:
            colour = palette[key] if not highlight or str(key) in highlight else style.OTHER
            is_named = (key not in named and not log) or str(key) in eco.codes()
            named.add(key)
            words = drawable(cell_words(hue, str(key)), str(key)) if hue and is_named else ""
            last = mine.dropna(subset=[value]).sort_values("year")[value].tail(1)
            words = words if hue else "".join(map(number, last))
            line(ax, mine, value, colour, words, joined=joined, linewidth=1.8, **dots)
        at = bar.get(name) if isinstance(bar, Mapping) else bar
        for height in at if isinstance(at, Sequence) else [at]:
            bar_line(ax, height, upright=False)

    alike = alike and not isinstance(bar, Mapping)
    figure = multiples(parts, draw, column=panel, unit=unit, top=top, alike=alike, log=log)
    if descending:
        last = max(ax.dataLim.ymax for ax in figure.axes)
        for ax in figure.axes:
            ax.set_ylim(last + 0.6, 0.4)
            ax.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    by = panel or hue or "_all"
    return telling(figure, *newest_words(frame.assign(_all=""), value, by, unit, number))


@needs("frame", "{by} estimate low high")
def ranges(
    frame: pd.DataFrame,
    *,
    by: str = "economy",
    unit: str = "",
    bar: float | None = None,
    highlight: pd.Series | None = None,
    form: Callable[[float | None, float | None], str] = between,
    beside: pd.DataFrame | None = None,
) -> Figure:
    """A row for each estimate: a dot, or a stroke from its low to its high end.

    Parameters
    ----------
    frame : pandas.DataFrame
        `by`, ``estimate``, ``low``, ``high``, as measures give them; ``missing``, where it is
        there, is written in a row without a figure.
    by : str
        The column that names the rows.
    unit : str
        Label of the scale.
    bar : float, optional
        A dashed line.
    highlight : pandas.Series, optional
        Rows in colour, as booleans or as colours; all others are grey. By default all.
    form : callable
        Writes the two ends.
    beside : pandas.DataFrame, optional
        Like `frame`; its figures are drawn small and grey in the row of the same name.

    Returns
    -------
    matplotlib.figure.Figure
        In the order of the frame.

    Examples
    --------
    >>> rows = [("KAZ", 21.3, None, None), ("UZB", None, 3, 9)]
    >>> shares = pd.DataFrame(rows, columns=["economy", "estimate", "low", "high"])
    >>> figure = ranges(shares, unit="per cent", bar=20)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['21.3', '3 to 9']
    """
    frame = _with_ends(frame).reset_index(drop=True)
    rows = frame.assign(name=names(frame, by), colour=style.HIGHLIGHT)
    if highlight is not None:
        rows["colour"] = [{True: style.HIGHLIGHT, False: style.OTHER}.get(k, k) for k in highlight]
    figure, (ax,) = panels(1, 0.4 + ROW * len(frame))
    if beside is not None:
        places = rows[["name"]].reset_index(names="at")
        others = _with_ends(beside).assign(name=names(beside, by)).merge(places, on="name")
        others = others.dropna(subset=["low", "high"], how="all")
        intervals(ax, others["at"], others[["low", "high"]], style.OTHER, 1.4, size=11)
        name_marks(ax.collections, *["others"] * bool(len(others)))

    def words(*of: float) -> str:
        return form(*(None if pd.isna(end) else end for end in of))

    draw_rows(ax, rows, words, unit=unit, strokes=True, bar=bar)
    return figure


def _with_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Estimates with both ends: those of a single figure are the figure."""
    ends = frame[["low", "high"]].astype(float)
    single = frame["estimate"].astype(float).where(ends.isna().all(axis=1))
    return frame.assign(low=ends["low"].fillna(single), high=ends["high"].fillna(single))


@needs("frame", "{lane} date", empty=True)
def dated_lanes(frame: pd.DataFrame, *, lane: str = "economy") -> Figure:
    """Dated rows in lanes, each as long as its date may be.

    Parameters
    ----------
    frame : pandas.DataFrame
        `lane` and ``date`` as sources have it ('2016', '2016-09', '2016-09-04' or an interval); a
        row without one is not drawn.
    lane : str
        Column of which each value has a lane.

    Returns
    -------
    matplotlib.figure.Figure
        A lane below the other.

    Examples
    --------
    >>> trips = pd.DataFrame({"economy": ["TKM", "KAZ"], "date": ["2013-09-03", "2013-09"]})
    >>> [lane.get_text() for lane in dated_lanes(trips).axes[0].get_yticklabels()]
    ['Turkmenistan', 'Kazakhstan']
    """
    rows = frame[frame["date"].fillna("").astype(str) != ""]
    ends = pd.DataFrame([bounds(str(d)) for d in rows["date"]], rows.index, ["first", "last"])
    first, last = (pd.to_datetime(ends[end]) for end in ends)
    days = {"first_day": first, "last_day": last, "exact": first == last}
    look = {"mark": "point", "code": "", "lane": names(rows, lane)}
    return timeline(rows[["date"]].astype(str).assign(**days, **look))


_LEVELS = (8, -8, 19, -19)
"""Points above and below a mark at which names of several stand in turn."""


@needs("frame", "{value} {by} {hue} {main} {label}")
def strips(
    frame: pd.DataFrame,
    value: str,
    *,
    by: str,
    hue: str,
    main: str,
    label: str,
    unit: str = "",
    bar: float | None = None,
    ticks: Mapping[float, str] | None = None,
) -> Figure:
    """Every figure as a thin mark, in a row for what it is of; the main one as a dot.

    Parameters
    ----------
    frame : pandas.DataFrame
        `value`, `by`, `hue` and `main`.
    value : str
        The column drawn.
    by : str
        Column of which each value has a row.
    hue : str
        Column of codes that give the colour.
    main : str
        Column that says which figures are the main ones of their row: they are dots, and named.
    label : str
        Column of these names.
    unit : str
        Label of the scale.
    bar : float, optional
        A dashed line.
    ticks : mapping of float to str, optional
        Words for places on the scale.

    Returns
    -------
    matplotlib.figure.Figure
        In the order of the frame.

    Examples
    --------
    >>> ways = pd.DataFrame({"of": "KAZ", "to": ["CHN", "RUS"], "x": [1, 2], "is_main": [1, 0]})
    >>> figure = strips(ways, "x", by="of", hue="to", main="is_main", label="to")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['CHN']
    """
    import seaborn as sns

    rows = list(dict.fromkeys(names(frame, by)))
    data = frame.assign(_row=names(frame, by))
    palette = {key: style.colour(str(key)) for key in frame[hue].unique()}
    figure, (ax,) = panels(1, 0.4 + 2.4 * ROW * len(rows))
    look: dict[str, Any] = {"marker": "|", "size": 11, "linewidth": 1.4, "alpha": 0.7}
    look |= {"jitter": False, "legend": False}
    sns.stripplot(data, x=value, y="_row", order=rows, hue=hue, palette=palette, ax=ax, **look)
    mains = data[data[main].astype(bool)].sort_values(["_row", value])
    mains = mains.assign(_y=mains["_row"].map(rows.index), _colour=mains[hue].map(palette))
    ax.scatter(mains[value], mains["_y"], s=60, color=mains["_colour"], zorder=4)
    levels: tuple[int, ...] = _LEVELS
    if style.wide() < style.WIDE:  # room for the names of one
        mains, levels = mains[mains["_colour"] == style.HIGHLIGHT], _LEVELS[1:2]
    for up, (_, row) in zip(cycle(levels), mains.iterrows(), strict=False):
        look = {"color": row["_colour"], "ha": "center", "va": "bottom" if up > 0 else "top"}
        note(ax, row[label], row[value], row["_y"], (0, up), **look)
    bar_line(ax, bar)
    ax.set_ylabel("")
    label_rows(ax, rows, unit)
    if ticks:
        low, high = ax.get_xlim()
        within = [at for at in ticks if low <= at <= high]
        ax.set_xticks(within, [ticks[at] for at in within])
    return figure


# The picture of a criterion


@needs()
def criterion_figure(evidence: Evidence, criterion: str) -> Figure:
    """Estimates of a criterion against its threshold, in the colour of what they say of it.

    Parameters
    ----------
    evidence : Evidence
        From ``claim.gather``.
    criterion : str
        Name of one of its criteria.

    Returns
    -------
    matplotlib.figure.Figure
        A row for each economy, or one; in grey what other ways to calculate it give.

    Raises
    ------
    UnknownNameError
        No such criterion.
    CoverageError
        No economy has a figure.

    Examples
    --------
    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> [text.get_text() for text in criterion_figure(evidence, "total_length").axes[0].texts]
    ['3,305']
    """
    rows, result = evidence.main(criterion), _result(evidence, criterion)
    known = rows[["estimate", "low", "high"]].dropna(how="all")
    require_some(known, f"figure of {result.label}")
    state = {cell.economy: cell.met for cell in result.cells}
    word = rows["economy"].map(state).map({True: "holds", False: "fails"}).fillna("undecided")
    ways = _other_figures(evidence, rows)
    counts = result.cell_threshold is not None
    figure = ranges(
        rows.assign(row=_row_names(rows, result.label)),
        by="row",
        unit=result.unit,
        bar=result.cell_threshold if counts else result.threshold,
        highlight=word.map(style.STATE),
        form=lambda low, high: spread(low, high, result.kind),
        beside=ways.assign(row=_row_names(ways, result.label)),
    )
    if result.kind == "share":
        figure.axes[0].xaxis.set_major_formatter(PercentFormatter(1))
    if result.kind in ("rank", "count", "days"):
        figure.axes[0].xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    return figure


def _other_figures(evidence: Evidence, main: pd.DataFrame) -> pd.DataFrame:
    """Figures of other specifications than the main one, where they differ from its own."""
    ways = evidence.standing.query("criterion in @main.criterion and not is_main")
    same = ways.merge(main, how="left", on="economy", suffixes=("", "_main"))
    ends = [ways[end].astype(float).to_numpy() for end in _FIGURES]
    own = [same[f"{end}_main"].astype(float).to_numpy() for end in _FIGURES]
    return ways[~np.isclose(ends, own, rtol=1e-9, equal_nan=True).all(axis=0)]


_FIGURES = ("estimate", "low", "high")
MARKS = {
    "others": "Small and grey: other ways to calculate it.",
    "bar": "Dashed: the threshold.",
}
"""What the marks of `criterion_figure` are."""
_SHOWN = ["economy", "estimate", "low", "high", "first_year", "last_year", "missing", "sources"]
"""Columns of estimates that are offered beside their picture."""


def _row_names(rows: pd.DataFrame, label: str) -> list[str]:
    return [name or label for name in names(rows, "economy")]


def _result(evidence: Evidence, criterion: str) -> Any:
    """A criterion as it is judged."""
    assert evidence.spec is not None
    rows = [row for row in evidence.standing_rows if row["criterion"] == criterion]
    declared, judged = evidence.spec.criteria()[criterion], list(evidence.economies)
    return judge_criterion(declared, rows, evidence.spec.methods, judged)


def show_criterion(
    evidence: Evidence,
    criterion: str,
    *,
    section: Section = "main",
    picture: Callable[[], Figure] | None = None,
    data: pd.DataFrame | None = None,
    note: str = "",
    marks: Mapping[str, str] | None = None,
) -> None:
    """Show the picture of a criterion, with what was asked and what came of it.

    The title says what was found, the note what was asked, the figure, the answer, and what the
    marks are that are drawn. Where no figure was known the page says so.

    Parameters
    ----------
    evidence : Evidence
        From ``claim.gather``.
    criterion : str
        Name of one of its criteria.
    section : {'main', 'specifications', 'for', 'against', 'missing', 'context'}
        Where on the page.
    picture : callable, optional
        Draws another figure of what the criterion says than `criterion_figure`.
    data : pandas.DataFrame, optional
        What that figure shows; by default the estimates.
    note : str
        How to read it.
    marks : mapping of str to str, optional
        What the marks of that figure are, by their names ('bar'; of a `timeline` 'point', 'ring'
        and 'pale'): of those that are not drawn nothing is said.

    Raises
    ------
    UnknownNameError
        No such criterion.

    Examples
    --------
    In a notebook the picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> show_criterion(evidence, "total_length")
    {'image/svg+xml': '<svg ...'title': 'Length of the borders with China: 3,305 km', ...
    """
    assert evidence.spec is not None
    declared, result = evidence.spec.criteria()[criterion], _result(evidence, criterion)
    with where_known(section):
        figure = picture() if picture else criterion_figure(evidence, criterion)
        reads = legend(marks or ({} if picture else MARKS), figure)
        show(
            figure,
            section=section,
            title=in_brief(declared, result),
            alt=sentence(declared, result),
            data=evidence.main(criterion)[_SHOWN] if data is None else data,
            note=" ".join(filter(None, (asked(result), reads, note))),
        )


def legend(marks: Mapping[str, str], *figures: Figure) -> str:
    """What marks are, by their names, of those that some of the figures have."""
    drawn = set().union(*map(marks_of, figures))
    return " ".join(words for name, words in marks.items() if name in drawn)


def show_criteria(
    evidence: Evidence,
    criteria: Mapping[str, str],
    *,
    question: str,
    picture: Callable[[str], Figure] | None = None,
    data: pd.DataFrame | None = None,
) -> None:
    """Show several criteria as one picture in versions of which a reader chooses.

    Parameters
    ----------
    evidence : Evidence
        From ``claim.gather``.
    criteria : mapping of str to str
        By the words of the choice: the name of a criterion. The finding of the first is the title.
    question : str
        What is chosen, as a heading over the choices.
    picture : callable, optional
        Draws the figure of a criterion by its name, in the place of `criterion_figure`.
    data : pandas.DataFrame, optional
        What the figures show; by default the estimates.

    Raises
    ------
    UnknownNameError
        No such criterion.

    Examples
    --------
    In a notebook the first picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> both = {"Length": "total_length", "Neighbours": "three_neighbours"}
    >>> show_criteria(evidence, both, question="What is counted:")
    {'image/svg+xml': '<svg ...'title': 'Length of the borders with China: 3,305 km', ...
    """
    assert evidence.spec is not None
    declared, draw = evidence.spec.criteria(), picture or partial(criterion_figure, evidence)
    judged = {words: (declared[c], _result(evidence, c)) for words, c in criteria.items()}
    with where_known():
        pictures = {words: (draw(criteria[words]), sentence(*one)) for words, one in judged.items()}
        if data is None:
            data = pd.concat(map(evidence.main, criteria.values()))[["criterion", *_SHOWN]]
        look: dict[str, Any] = {"title": in_brief(*next(iter(judged.values()))), "data": data}
        drawn = [figure for figure, _ in pictures.values()] if picture is None else []
        reads = legend(MARKS, *drawn)
        show_choice(pictures, question=question, section="main", note=reads, **look)
