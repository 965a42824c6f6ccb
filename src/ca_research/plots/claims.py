"""Pictures of a claim's evidence: the specification curve and what is missing."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..claims import Claim, Evidence, Verdict
from ..claims.evidence import counted
from ..claims.words import STATE_WORDS, in_words
from ..ground import economies as eco
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..ground.numbers import fixed
from ..registry.claims import Criterion
from ..registry.words import axis_words, cell_words, value_words
from ..tables import Coverage
from . import style
from .narrow import lines_of_name, name_rows, redrawn
from .needs import at_least_one, needs, one_of
from .pen import tight
from .show import show
from .words import drawable


def curve_data(claim: Claim, verdict: Verdict, criterion: str) -> pd.DataFrame:
    """What each specification of a criterion says, for `specification_curve`.

    Parameters
    ----------
    claim : Claim
        From `ca_research.claim`.
    verdict : Verdict
        On that claim.
    criterion : str
        Name of one of its criteria.

    Returns
    -------
    pandas.DataFrame
        One row per specification, sorted by value: ``spec``, ``is_main``, ``value``, ``low``,
        ``high`` (unit of the criterion), ``met`` (null where it cannot be said), the choices,
        ``threshold``. For a count over economies value is the number in which the comparison is
        met, and high adds those undecided.

    Raises
    ------
    UnknownNameError
        No such criterion.
    UsageError
        The verdict is on another claim.

    Examples
    --------
    >>> import ca_research as ca
    >>> table = curve_data(ca.claim("C25"), ca.check("C25"), "total_length")
    >>> table[["side", "value", "met"]].values.tolist()
    [['central_asian', 3305.0, True], ['chinese', 3305.0, True]]
    """
    if criterion not in claim.spec.criteria():
        raise UnknownNameError(f"criterion of {claim.id}", criterion, claim.spec.criteria())
    if verdict.claim != claim.id:
        raise UsageError(
            f"the verdict is on {verdict.claim}, not on {claim.id}",
            hint=f"ca.check({claim.id!r})",
        )
    spec = claim.spec.criteria()[criterion]
    judged = {c.name: c for v in verdict.all() for c in v.criteria}[criterion]
    single = len(judged.cells) == 1 and spec.over
    table = verdict.curves[criterion].assign(
        threshold=judged.cell_threshold if single else judged.threshold
    )
    return table.sort_values(["value", "high", "spec"], na_position="last", ignore_index=True)


_HEADING = object()
"""Stands for the choice in a row that names an axis."""
_ROW, _CHART, _STEP = 0.2, 1.5, 0.22
"""Inches: height of a row of choices, height of the values above, width of one specification where
there is room.
"""
_LETTER = 0.072
"""Inches: a letter of TICK size, roomily."""


@redrawn
@needs(
    "data", "spec", "is_main", "value", "low", "high", "met", "threshold", like="plots.curve_data"
)
def specification_curve(
    data: pd.DataFrame,
    axes: Sequence[str] | Mapping[str, str],
    *,
    unit: str,
    of: int | None = None,
    words: Callable[[str, Any], str] = lambda axis, value: value_words(value, axis),
) -> Figure:
    """Specifications sorted by value above, their choices below.

    The main one is ringed, the threshold is a line.

    Parameters
    ----------
    data : pandas.DataFrame
        As from `curve_data`: ``spec``, ``is_main``, ``value``, ``low``, ``high``, ``met``,
        ``threshold`` and the choices.
    axes : sequence of str, or mapping of str to str
        Names of the choices, with their words where those of the register do not do.
    unit : str
        Label of the values.
    of : int, optional
        Where the values count economies, how many there are.
    words : callable
        What a reader reads for a choice, from axis and value; by default the words of the register.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as the specifications need, up to the width of a page.

    Raises
    ------
    UsageError
        A column is not there, also one for a choice.
    MixedUnitsError
        Several criteria or thresholds.
    CoverageError
        No specification has a figure.

    Examples
    --------
    >>> import ca_research as ca
    >>> table = curve_data(ca.claim("C25"), ca.check("C25"), "total_length")
    >>> figure = specification_curve(table, {"side": "Whose figure"}, unit="km")
    >>> [name.get_text() for name in figure.axes[1].get_yticklabels()]
    ['central asian', 'chinese']
    """
    heads = dict(axes) if isinstance(axes, Mapping) else {a: axis_words(a) for a in axes}
    if lacking := [a for a in axes if a not in data]:
        raise UsageError(
            f"no column for the choice {', '.join(lacking)}",
            hint="axes=: choices that `data` holds",
        )
    one_of(data, ["criterion", "threshold"], hint="one picture for each criterion")
    endless = int(np.isinf(data[["value", "low", "high"]].astype(float)).any(axis=1).sum())
    data = sorted_by_value(data)
    varied = [a for a in axes if data[a].nunique() > 1 or len(axes) == 1]
    ordered = data.sort_values("spec")
    choices = [(a, v) for a in varied for v in dict.fromkeys(ordered[a].dropna())]
    heads = {a: heads[a] for a in varied}
    names = [words(a, v) for a, v in choices]
    heading, row_height = max(map(len, heads.values()), default=4), _ROW
    if style.wide() < style.WIDE:  # what is chosen stands on a row of its own
        choices, names = choice_rows(data, varied, words)
        names = [textwrap.fill(name, 16) for name in names]
        heading, row_height = 0, _ROW + 0.13 * any("\n" in name for name in names)
    longest = max((len(line) for name in names for line in name.split("\n")), default=4)
    left = 0.35 + _LETTER * (heading + longest)
    note = f"{len(data)} ways to calculate it, sorted. Ring: the main one. Dashed: the threshold."
    if (data["value"].isna() & (data["low"].isna() | data["high"].isna())).any():
        note += " Arrow: a figure is known only to lie on that side."
    if endless:
        note += f" {endless} with an infinite figure, which is not drawn."
    width = min(style.wide(), max(left + 0.35 + _STEP * len(data), style.PHONE))
    lines = textwrap.wrap(note, int(width / _LETTER))
    below, rows = 0.12 + 0.17 * len(lines), row_height * max(len(choices), 1)
    height = 0.34 + _CHART + 0.14 + rows + below
    with style.context():
        figure = plt.figure(figsize=(width, height))
        span = (width - left - 0.15) / width
        top = figure.add_axes((left / width, (below + rows + 0.14) / height, span, _CHART / height))
        bottom = figure.add_axes((left / width, below / height, span, rows / height), sharex=top)
        draw_values(top, data, of)
        top.set_title(
            unit,
            fontsize=style.LABEL,
            fontweight="normal",
            color=style.MUTED,
            x=-left / (width * span),
            pad=7,
        )
        draw_choices(bottom, data, choices, names, heads, -left / (width * span))
        figure.text(0, 0, "\n".join(lines), va="bottom", color=style.MUTED)
    return figure


CURVE = ("spec", "is_main", "value", "low", "high", "met", "threshold", "criterion", "missing")
"""Columns of a curve that are no choices."""


def sorted_by_value(data: pd.DataFrame) -> pd.DataFrame:
    """Specifications with a figure, sorted as they are drawn; raises CoverageError for none."""
    figures = data[["value", "low", "high"]].astype(float)
    data = data.assign(**figures.where(np.isfinite(figures)))  # what has no end is not known
    data = data.dropna(subset=["value", "low", "high"], how="all")
    if data.empty:
        raise CoverageError(
            "no specification has a figure: there is nothing to draw",
            hint="see Evidence.frame, missing",
        )
    return data.iloc[np.argsort(_drawn_at(data), kind="stable")].reset_index(drop=True)


def choice_rows(
    data: pd.DataFrame, axes: Sequence[str], words: Callable[[str, Any], str]
) -> tuple[list[tuple[str, Any]], list[str]]:
    """Rows of choices, each axis under a row of its own, and their names ('' for that row)."""
    varied = [a for a in axes if data[a].nunique() > 1 or len(axes) == 1]
    ordered = data.sort_values("spec")
    choices = [
        (axis, value)
        for axis in varied
        for value in (_HEADING, *dict.fromkeys(ordered[axis].dropna()))
    ]
    return choices, ["" if v is _HEADING else words(a, v) for a, v in choices]


def draw_choices(
    bottom: Axes,
    data: pd.DataFrame,
    choices: Sequence[tuple[str, Any]],
    names: Sequence[str],
    heads: Mapping[str, str],
    begin: float = 0.0,
) -> None:
    """A row for each choice, marked where a specification makes it; `begin`, in widths of the axes,
    is where the names of the axes stand.
    """
    made = [
        np.zeros(len(data), bool) if value is _HEADING else (data[axis] == value).to_numpy()
        for axis, value in choices
    ]
    rows, places = np.nonzero(np.reshape(made, (len(choices), len(data))))
    bottom.scatter(
        places,
        rows,
        s=style.area(9 if len(data) > 40 else 16),
        color=style.MUTED,
        marker="s",
        linewidths=0,
    )
    for row, (axis, _) in enumerate(choices):
        if row == 0 or choices[row - 1][0] != axis:
            bottom.text(
                begin,
                row,
                heads[axis],
                transform=bottom.get_yaxis_transform(),
                va="center",
                color=style.MUTED,
            )
            if row:
                bottom.axhline(row - 0.5, color=style.GRID, linewidth=style.scaled(0.8))
    bottom.set_yticks(range(len(choices)), names, color=style.INK)
    bottom.set_ylim(max(len(choices), 1) - 0.5, -0.5)
    bottom.tick_params(labelbottom=False)
    style.bare(bottom, x=False, y=False)


def _drawn_at(data: pd.DataFrame) -> pd.Series:
    """Height of each specification: its value, the middle of its range, or the one end of it that
    is known.
    """
    middle = data["value"].where(data["value"].notna(), (data["low"] + data["high"]) / 2)
    return middle.fillna(data["high"]).fillna(data["low"]).astype(float)


def draw_values(top: Axes, data: pd.DataFrame, of: int | None = None) -> None:
    """One dot or stem for each specification, in the colour of what it says of the comparison."""
    x = np.arange(len(data))
    colours = [
        style.STATE["undecided" if pd.isna(m) else "holds" if m else "fails"] for m in data["met"]
    ]
    ranged = data["low"].notna() & data["high"].notna() & (data["high"] > data["low"])
    middle = _drawn_at(data)
    for i in x[data["value"].isna() & ~ranged & middle.notna()]:
        away = style.scaled(
            -24 if pd.isna(data["low"][i]) else 24
        )  # points: towards the side that is not known
        top.annotate(
            "",
            (i, middle[i]),
            xytext=(0, away),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": colours[i], "linewidth": style.scaled(1.6)},
        )
    if ranged.any():
        top.vlines(
            x[ranged],
            data["low"][ranged],
            data["high"][ranged],
            colors=list(itertools.compress(colours, ranged)),
            linewidth=style.scaled(2),
            alpha=0.8,
            capstyle="round",
        )
    pointed = data["value"].notna()
    top.scatter(
        x[pointed],
        middle[pointed],
        c=list(itertools.compress(colours, pointed)),
        s=style.area(26 if len(data) <= 40 else 12),
        zorder=3,
    )
    main = data.index[data["is_main"]]
    if len(main):
        top.scatter(
            main,
            middle[main],
            s=style.area(95),
            facecolors="none",
            edgecolors=style.INK,
            linewidths=style.scaled(1.4),
            zorder=4,
        )
    top.axhline(
        data["threshold"].iloc[0], color=style.INK, linewidth=style.scaled(1), linestyle=(0, (4, 3))
    )
    style.bare(top, x=False)
    top.margins(y=0.16)
    top.set_xlim(-0.7, len(data) - 0.3)
    top.set_xticks([])
    drawn = data[["value", "low", "high"]].astype(float).stack().dropna()
    whole = bool((drawn % 1 == 0).all())
    top.yaxis.set_major_locator(plt.MaxNLocator(integer=whole, nbins=5, steps=[1, 2, 2.5, 5, 10]))
    low, high = top.get_ylim()
    if whole and high - low < 2:  # one count everywhere: room for its neighbours
        top.set_ylim((low + high) / 2 - 1, (low + high) / 2 + 1)
    if of is not None:  # a count over economies: whole numbers, from none to all
        top.set_yticks(range(of + 1))
        top.set_ylim(-0.4, of + 0.4)


FEWEST_DRAWN = 12
"""Distinct specifications from which a curve says more than a sentence does."""


def show_universe(claim: Claim, evidence: Evidence, verdict: Verdict) -> None:
    """Show the specification curve of each criterion, and the map of what is missing.

    A criterion has a curve where it has a dozen distinct specifications or more; of fewer the page
    says in a sentence whether they agree.

    Parameters
    ----------
    claim : Claim
        From `ca_research.claim`.
    evidence : Evidence
        From ``claim.gather``.
    verdict : Verdict
        From ``claim.judge``.

    Examples
    --------
    In a notebook the pictures appear; elsewhere their record is printed.

    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> show_universe(claim, evidence, claim.judge(evidence))
    {'image/svg+xml': '<svg ...'title': 'Every question has an answer', ...
    """
    distinct = {c.name: c.specifications for v in verdict.all() for c in v.criteria}
    for name, criterion in claim.spec.criteria().items():
        data = _but_idle_bars(curve_data(claim, verdict, name), criterion)
        drawn = data.dropna(subset=["value", "low", "high"], how="all")
        if distinct[name] < FEWEST_DRAWN or len(drawn) < 2:
            continue
        several = len(counted(criterion, evidence.economies)) if criterion.over else 0
        of = several if several > 1 else None
        unit = f"countries of {in_words(of)}" if of else criterion.unit
        what = f"{criterion.label}: {_said_by(drawn['met'], len(data) - len(drawn))}"
        figures = drawn[["value", "low", "high"]].astype(float).stack().dropna()
        alt = f"{what}. {_figures_told(figures, float(data['threshold'].iloc[0]))}"
        sources = sorted(
            {
                s
                for cell in evidence.frame.loc[evidence.frame["criterion"] == name, "sources"]
                for s in cell
            }
        )
        show(
            specification_curve(
                data,
                {a.name: axis_words(a) for a in claim.spec.axes_of(criterion) if a.name in data},
                unit=unit,
                of=of,
                words=claim.choice_words,
            ),
            section="specifications",
            title=what,
            alt=alt,
            data=data,
            sources=sources,
            note=criterion.statement + (_ALIKE if distinct[name] < len(drawn) else ""),
        )
    figure, data = missing_map(verdict)
    if len(data):
        counts = data["state"].value_counts()
        alt = "; ".join(f"{n} {STATE_WORDS[state]}" for state, n in counts.items())
        show(
            figure,
            section="missing",
            title=_answered(data),
            alt=f"Answers by question and country: {alt}.",
            data=data if _by_country(data) else data.drop(columns="economy"),
            sources=list(verdict.sources),
        )


def _but_idle_bars(data: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """A curve without the choices of a bar that changes nothing of what is said: the same figures
    stand in it once.
    """
    for bar in criterion.bars.values():
        rest = [axis for axis in criterion.every_axis if axis in data and axis != bar]
        main = data[data[bar] == data.loc[data["is_main"], bar].iloc[0]]
        if len(data.drop_duplicates([*rest, "met"])) == len(main):
            data = main.drop(columns=bar).reset_index(drop=True)
    return data


_ALIKE = " Ways that rest on the same figures are drawn apart here and counted once elsewhere."


def _figures_told(figures: pd.Series, threshold: float) -> str:
    """Between which ends figures lie, each with four digits or as many as tell it from the
    threshold.
    """
    low, high = (_digits(float(end), threshold) for end in (figures.min(), figures.max()))
    said = f"Figures: {low} throughout" if low == high else f"Figures from {low} to {high}"
    return f"{said}; threshold {_digits(threshold, threshold)}."


def _digits(value: float, other: float) -> str:
    size = math.floor(math.log10(abs(value))) if value else 0
    places = next(
        (p for p in range(max(3 - size, 0), 12) if round(value, p) != round(other, p)),
        max(3 - size, 0),  # it is the other
    )
    text = fixed(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _said_by(met: pd.Series, gone: int = 0) -> str:
    """How many specifications say yes, how many leave it open, and how many (`gone`) have no
    figures: 'one of 42 ways to calculate it says yes, two leave it open'.
    """
    yes, open_ = int((met == True).sum()), int(met.isna().sum())  # noqa: E712
    n = len(met) + gone
    many = (
        f"all {in_words(n)}" if yes == n else f"{in_words(yes) if yes else 'none'} of {in_words(n)}"
    )
    said = f"{many} ways to calculate it {'say' if yes > 1 else 'says'} yes"
    left = f", {in_words(open_)} {'leaves' if open_ == 1 else 'leave'} it open"
    none = f", {in_words(gone)} {'has' if gone == 1 else 'have'} no figures"
    return said + (left if open_ else "") + (none if gone else "")


def _answered(data: pd.DataFrame) -> str:
    """How many of the questions, put to each country where they are put to several, have an
    answer.
    """
    asked, open_ = len(data), int((data["state"] == "undecided").sum())
    if not open_:
        return "Every question has an answer" if asked > 1 else "The question has an answer"
    if asked == 1:
        return "The question cannot be answered"
    each = ", country by country," if data["economy"].nunique() > 1 else ""
    return f"{asked - open_ or 'None'} of {asked} questions{each} can be answered"


def missing_map(verdict: Verdict) -> tuple[Figure, pd.DataFrame]:
    """Which cells of which criterion could be judged, for all readings of a claim.

    Parameters
    ----------
    verdict : Verdict
        With those of the other readings.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Economies by criteria.
    data : pandas.DataFrame
        One row per cell: ``criterion``, ``economy``, ``state`` ('met', 'not met' or 'undecided'),
        ``year``, ``missing``.

    Examples
    --------
    >>> import ca_research as ca
    >>> figure, data = missing_map(ca.check("C25"))
    >>> data["state"].tolist()
    ['met', 'met']
    """
    data = judged_cells(verdict)
    return _judged(data), data


NOT_BY_COUNTRY = "not by country"
"""Stands for the country of a question that is asked once, of documents or of all together."""


def _by_country(data: pd.DataFrame) -> bool:
    """Whether any of the questions is asked of a country."""
    return bool((data["economy"] != NOT_BY_COUNTRY).any())


def judged_cells(verdict: Verdict) -> pd.DataFrame:
    """One row for each cell of each criterion of all readings, as `missing_map` returns it."""
    records, seen = [], set()
    for reading in verdict.all():
        for c in reading.criteria:
            if c.name in seen:
                continue
            seen.add(c.name)
            for cell in c.cells:
                state = {True: "met", False: "not met", None: "undecided"}[cell.met]
                records.append(
                    {
                        "criterion": c.label,
                        "economy": cell.economy or NOT_BY_COUNTRY,
                        "state": state,
                        "year": cell.year,
                        "missing": cell.missing,
                    }
                )
    return pd.DataFrame(records, columns=["criterion", "economy", "state", "year", "missing"])


@redrawn
def _judged(data: pd.DataFrame) -> Figure:
    """Economies by criteria, which stand over their cells where there is no room beside them."""
    criteria, cells = list(dict.fromkeys(data["criterion"])), list(dict.fromkeys(data["economy"]))
    over = style.wide() < style.WIDE
    row, top, part = (0.74, 0.46, 0.5) if over else (0.36, 0.08, 0.84)
    if over and len(cells) == 1:  # words of one line
        row, top, part = 0.56, 0.5, 0.46
    with style.context():
        height = 0.75 + row * max(len(criteria), 1)
        figure, ax = plt.subplots(figsize=(style.wide(), height))
        draw_judged(ax, data, top=top, part=part, broken=over and len(cells) > 1)
        if over:
            name_rows(ax, criteria, [y + top for y in range(len(criteria))])
            ax.set_position((0, 0, 1, 1 - 0.43 / height))  # only its height: it is laid out anew
        else:
            ax.set_yticks([i + 0.5 for i in range(len(criteria))], criteria, fontsize=style.TICK)
            tight(figure)
    return figure


def draw_judged(
    ax: Axes, data: pd.DataFrame, *, top: float, part: float, broken: bool = False
) -> None:
    """A box for each cell, with what can be said of it.

    top and part: where in its row a box begins, and how much of it the box takes. broken: whether
    its words stand in two lines.
    """
    criteria, cells = list(dict.fromkeys(data["criterion"])), list(dict.fromkeys(data["economy"]))
    fill = {"met": style.STATE["holds"], "not met": style.STATE["fails"], "undecided": "none"}
    for r in data.itertuples():
        x, y = cells.index(r.economy), criteria.index(r.criterion)
        ax.add_artist(  # its place says nothing of the limits, which are set below
            plt.Rectangle(
                (x + 0.04, y + top),
                0.92,
                part,
                facecolor=fill[r.state],
                edgecolor=style.OTHER,
                linewidth=style.scaled(0.8),
                linestyle="--" if r.state == "undecided" else "-",
            )
        )
        open_ = "no figures" if r.missing else "open"
        text = open_ if r.state == "undecided" else STATE_WORDS[r.state]
        text += f" {int(r.year)}" if pd.notna(r.year) and r.state != "undecided" else ""
        ax.text(
            x + 0.5,
            y + top + part / 2,
            "\n".join(text.rsplit(" ", 1)) if broken else text,
            ha="center",
            va="center",
            color=style.MUTED if r.state == "undecided" else style.PAPER,
        )
    ax.set_xlim(0, max(len(cells), 1))
    ax.set_ylim(max(len(criteria), 1), 0)
    heads = [eco.name_of(c) for c in cells] if _by_country(data) else [""] * len(cells)
    ax.set_xticks([i + 0.5 for i in range(len(cells))], heads)
    ax.xaxis.tick_top()
    style.bare(ax, x=False, y=False)


@needs("coverage", "source_id", "year", "figures", like="coverage")
def coverage_map(coverage: Coverage, most: int = 60) -> Axes:
    """Heat map of a coverage frame: who reports in which year.

    Where there are more series than rows, the picture says so. On a phone the names stand over
    their rows.

    Parameters
    ----------
    coverage : Coverage
        As from `ca_research.coverage`: columns that say who, ``source_id``, ``year``, ``figures``.
    most : int
        Rows that are drawn: of each value of the first column (each reporter), the five first,
        the series with figures of the most years, then whatever series has the most.

    Returns
    -------
    matplotlib.axes.Axes
        Who and source (rows) by year (columns).

    Raises
    ------
    UsageError
        A column is not there, or `most` is no number of rows.
    CoverageError
        No figure of a known year.

    Examples
    --------
    >>> import ca_research as ca
    >>> ax = coverage_map(ca.coverage("students", origin="UZB", destination="CHN", level="all"))
    >>> [name.get_text() for name in ax.get_yticklabels()][:2]
    ['Uzbekistan · all kinds · AidData', 'Uzbekistan · all kinds · China Daily, 2010']
    """
    wide, left_out = _coverage_grid(coverage, at_least_one("most", most, "60"))
    heads = ["source" if name == "source_id" else name for name in wide.index.names]
    names = [
        " · ".join(drawable(cell_words(h, part), part) for h, part in zip(heads, row, strict=True))
        for row in wide.index
    ]
    axes: list[Axes] = []

    @redrawn
    def drawn() -> Figure:
        narrow = style.wide() <= style.PHONE
        free = [0.2 + lines_of_name(name) if narrow else 0.08 for name in names]
        begin = list(np.cumsum([part + 1 for part in free]) - 1)
        with style.context():
            height = 0.6 + _CELL * max(begin[-1] + 1, 3)
            size = min(style.wide(), 9), height
            figure, ax = plt.subplots(figsize=size, layout="constrained")
            _cells(ax, wide, begin, left_out)
            if narrow:
                name_rows(ax, names, begin)
            else:
                ax.set_yticks([y + 0.5 for y in begin], names, fontsize=style.TICK)
            style.bare(ax, x=False, y=False)
        axes.append(ax)
        return figure

    drawn()
    return axes[0]


_CELL = 0.19
"""Inches: height of a row of cells in a heat map."""


def _coverage_grid(coverage: pd.DataFrame, most: int) -> tuple[pd.DataFrame, str]:
    """Figures by series (rows, as many as asked for) and year, every year of the span; and in words
    that there are more.
    """
    who = [c for c in coverage.columns if c not in ("source_id", "year", "figures")]
    known = coverage.dropna(subset=["year", "figures"])
    if known.empty:
        raise CoverageError(
            "no figure of a known year: a map over years has nothing to draw",
            hint="list the frame instead",
        )
    keys = [known[c].astype(str) for c in [*who, "source_id"]]
    wide = known.pivot_table(index=keys, columns="year", values="figures", aggfunc="sum")
    longest = wide.notna().sum(axis=1).sort_values(ascending=False, kind="stable").index
    who = longest.get_level_values(0)
    # one series of each who reports before a second of any, so that few are left out
    order = np.lexsort((~who.isin(eco.CA5), who.duplicated()))[:most]
    left_out = ""
    if len(order) < len(longest):
        shown, of = who[order].nunique(), who.nunique()
        many = f"all {of}" if shown == of else f"{shown} of {of}"
        heads = f"{str(who.name).replace('_', ' ')}s".replace("ys", "ies")
        left_out = (
            f"{len(order)} of {len(longest):,} series, those with the most years: {many} {heads}"
        )
    wide = wide.loc[wide.index.isin(longest[order])].sort_index()
    years = range(int(wide.columns.min()), int(wide.columns.max()) + 1)
    return wide.reindex(columns=years), left_out


def _cells(ax: Axes, wide: pd.DataFrame, begin: Sequence[float], left_out: str) -> None:
    """A mesh of the figures, a row for each series from where it begins; years below."""
    rows = np.full((2 * len(wide), wide.shape[1]), np.nan)
    rows[1::2] = np.log10(wide.astype(float)) + 1
    edges = [0.0, *(y for start in begin for y in (start, start + 1))]
    ax.pcolormesh(
        range(wide.shape[1] + 1),
        edges,
        np.ma.masked_invalid(rows),
        cmap="viridis_r",
        vmin=0,
        vmax=4.5,
        linewidth=0.4,
        edgecolor=style.PAPER,
        rasterized=True,  # thousands of cells: an image within the SVG
    )
    ax.set_ylim(edges[-1], 0)
    told = "a filled cell: the source has figures for that year; darker: more of them"
    if left_out:
        told += f"\n{left_out}"
    ax.set_xlabel(told, loc="center" if style.wide() <= style.PHONE else "right")
    room = wide.shape[1] / (6 if style.wide() <= style.PHONE else 15)
    step = next((n for n in (1, 2, 5, 10, 20) if n >= room), 50)
    ticks = [i for i, y in enumerate(wide.columns) if y % step == 0]
    ax.set_xticks([i + 0.5 for i in ticks], [str(int(wide.columns[i])) for i in ticks])
