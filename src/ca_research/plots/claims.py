"""Pictures of a claim's evidence: the specification curve and what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..claims import Claim, Evidence, Verdict
from ..claims.evidence import counted
from ..claims.words import STATE_WORDS, in_words
from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError, known_name
from ..ground.numbers import fixed
from ..registry.claims import Criterion, GridAxis
from ..registry.words import axis_words, cell_words, choice_words, value_words
from ..tables import Coverage
from . import style
from .canvas import note, split
from .needs import at_least_one, needs
from .panels import bar_line, mark, name_rows, panels
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
    if verdict.claim != claim.id:
        raise UsageError(f"the verdict is on {verdict.claim}", hint=f"ca.check({claim.id!r})")
    _, table = judged_curve(verdict, criterion)
    return table.sort_values(["value", "high", "spec"], na_position="last", ignore_index=True)


def judged_curve(verdict: Verdict, criterion: str) -> tuple[Any, pd.DataFrame]:
    """A criterion as it is judged, in whatever reading, and its curve with the threshold."""
    judged = {c.name: c for v in verdict.all() for c in v.criteria}
    one = judged[known_name(f"criterion of {verdict.claim}", criterion, judged)]
    single = len(one.cells) == 1 and one.cell_threshold is not None
    bar = one.cell_threshold if single else one.threshold
    return one, verdict.curves[criterion].assign(threshold=bar)


_STEP = 0.22
"""Inches: width of one specification where there is room."""


@needs(
    "data",
    "spec is_main value low high met threshold",
    alike="criterion threshold",
    like="plots.curve_data",
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
    ['', 'central asian', 'chinese']
    """
    if lacking := [a for a in axes if a not in data]:
        raise UsageError(
            f"no column for the choice {', '.join(lacking)}",
            hint="axes=: choices that `data` holds",
        )
    ordered = sorted_by_value(data)
    endless = np.isinf(data[["value", "low", "high"]].astype(float))
    note = f"{len(ordered)} ways to calculate it, sorted. "
    note += "Ring: the main one. Dashed: the threshold."
    if (ordered["value"].isna() & ordered[["low", "high"]].isna().any(axis=1)).any():
        note += " Arrow: a figure is known only to lie on that side."
    if number := int(endless.any(axis=1).sum()):
        note += f" {number} with an infinite figure, which is not drawn."
    heads = dict(axes) if isinstance(axes, Mapping) else {a: axis_words(a) for a in axes}
    choices = choice_rows(ordered, heads, words)
    figure, (ax,) = panels(1, 2.2 + 0.2 * len(choices))
    figure.set_figwidth(min(style.wide(), max(2.6 + _STEP * len(ordered), 3.4)))
    bottom = draw_curve(ax, ordered, choices, of)
    ax.set_title(unit, fontsize=style.LABEL, fontweight="normal", color=style.MUTED)
    bottom.set_xlabel(note, loc="left")
    return figure


CURVE = ("spec", "is_main", "value", "low", "high", "met", "threshold", "criterion", "missing")
"""Columns of a curve that are no choices."""
Choice = tuple[str, np.ndarray | None]
"""A row below a curve: its name and which specifications make this choice; or a heading."""


def sorted_by_value(data: pd.DataFrame) -> pd.DataFrame:
    """Specifications with a figure, sorted as they are drawn; raises CoverageError for none."""
    figures = data[["value", "low", "high"]].astype(float)
    data = data.assign(**figures.where(np.isfinite(figures)))  # what has no end is not known
    data = data.dropna(subset=["value", "low", "high"], how="all")
    if data.empty:
        hint = "see Evidence.frame, missing"
        raise CoverageError("no specification has a figure: there is nothing to draw", hint=hint)
    middle = data["value"].fillna((data["low"] + data["high"]) / 2)
    data = data.assign(_at=middle.fillna(data["high"]).fillna(data["low"]))
    return data.sort_values("_at", kind="stable", ignore_index=True)


def choice_rows(
    data: pd.DataFrame,
    heads: Mapping[str, str],
    words: Callable[[str, Any], str] = lambda axis, value: value_words(value, axis),
) -> list[Choice]:
    """Rows of the choices that differ, those of each axis under a row with its name."""
    rows, ordered = list[Choice](), data.sort_values("spec")
    for axis, head in heads.items():
        if ordered[axis].nunique() > 1 or len(heads) == 1:
            rows.append((head, None))
            values = dict.fromkeys(ordered[axis].dropna())
            rows += [(words(axis, v), (data[axis] == v).to_numpy(bool)) for v in values]
    return rows


def draw_curve(
    ax: Axes, data: pd.DataFrame, choices: Sequence[Choice], of: int | None = None
) -> Axes:
    """Values above, and below, on axes that are returned, a row for each choice, marked where a
    specification makes it.
    """
    bottom = split(ax, (8, max(len(choices), 1)))
    draw_values(ax, data, of)
    size = style.area(9 if len(data) > 40 else 16)
    for row, (name, chosen) in enumerate(choices):
        if chosen is None:
            note(bottom, name, 0, row, xycoords=("axes fraction", "data"))
            bottom.axhline(row - 0.5, color=style.GRID, linewidth=style.scaled(0.8))
        else:
            at = np.flatnonzero(chosen)
            bottom.scatter(at, [row] * len(at), s=size, color=style.MUTED, marker="s", linewidths=0)
    names = ["" if chosen is None else name for name, chosen in choices]
    bottom.set_yticks(range(len(choices)), names, color=style.INK)
    bottom.set_ylim(max(len(choices), 1) - 0.5, -0.5)
    bottom.tick_params(labelbottom=False)
    style.bare(bottom, x=False, y=False)
    return bottom


def draw_values(top: Axes, data: pd.DataFrame, of: int | None = None) -> None:
    """One dot or stem for each specification, in the colour of what it says of the comparison."""
    words = {True: "holds", False: "fails"}
    met = data["met"].astype("boolean").astype(object)
    colours = met.map(words).fillna("undecided").map(style.STATE)
    figures = data[["value", "low", "high"]].astype(float)
    ranged, pointed = figures["high"] > figures["low"], figures["value"].notna()
    if len(ends := figures[ranged]):
        stems = top.vlines(ends.index, ends["low"], ends["high"], colors=colours[ranged])
        stems.set(linewidth=style.scaled(2), alpha=0.8, capstyle="round")
    size = style.area(26 if len(data) <= 40 else 12)
    top.scatter(data.index[pointed], figures["value"][pointed], size, c=colours[pointed], zorder=3)
    for i in figures.index[~pointed & ~ranged]:
        away = style.scaled(-24 if pd.isna(figures["low"][i]) else 24)  # to the side not known
        arrow = {"arrowstyle": "<-", "color": colours[i], "linewidth": style.scaled(1.6)}
        note(top, "", i, data["_at"][i], (0, away), arrowprops=arrow)
    main = data.loc[data["is_main"].astype(bool), "_at"]
    mark(top, main.index, main, style.INK, hollow=True, size=style.area(95))
    bar_line(top, data["threshold"].iloc[0], upright=False)
    style.bare(top, x=False)
    top.margins(y=0.16)
    top.set_xlim(-0.7, len(data) - 0.3)
    top.set_xticks([])
    whole = bool((figures.stack().dropna() % 1 == 0).all())
    top.yaxis.set_major_locator(MaxNLocator(integer=whole, nbins=5, steps=[1, 2, 2.5, 5, 10]))
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
        axes = {a.name: a for a in claim.spec.axes_of(criterion)}

        def words(axis: str, value: Any, axes: dict[str, GridAxis] = axes) -> str:
            return choice_words(axes[axis], value)

        show(
            specification_curve(
                data,
                {name: axis_words(a) for name, a in axes.items() if name in data},
                unit=unit,
                of=of,
                words=words,
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
    least = max(3 - size, 0)
    apart = (p for p in range(least, 12) if round(value, p) != round(other, p))
    text = fixed(value, next(apart, least))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _said_by(met: pd.Series, gone: int = 0) -> str:
    """How many specifications say yes, how many leave it open, and how many (`gone`) have no
    figures: 'one of 42 ways to calculate it says yes, two leave it open'.
    """
    yes, open_, n = int(met.eq(True).sum()), int(met.isna().sum()), len(met) + gone
    many = (
        f"{in_words(yes) if yes else 'none'} of {in_words(n)}" if yes < n else f"all {in_words(n)}"
    )
    words = f"{many} ways to calculate it {'say' if yes > 1 else 'says'} yes"
    if open_:
        words += f", {in_words(open_)} {'leaves' if open_ == 1 else 'leave'} it open"
    return words + (
        f", {in_words(gone)} {'has' if gone == 1 else 'have'} no figures" if gone else ""
    )


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
    judged: dict[str, Any] = {}
    for c in (c for reading in verdict.all() for c in reading.criteria):
        judged.setdefault(c.name, c)  # as the first reading has it
    state = {True: "met", False: "not met", None: "undecided"}
    records = [
        (c.label, cell.economy or NOT_BY_COUNTRY, state[cell.met], cell.year, cell.missing)
        for c in judged.values()
        for cell in c.cells
    ]
    return pd.DataFrame(records, columns=["criterion", "economy", "state", "year", "missing"])


@needs()
def _judged(data: pd.DataFrame) -> Figure:
    figure, (ax,) = panels(1, 0.5 + (0.36 if _beside() else 0.6) * data["criterion"].nunique())
    draw_judged(ax, data)
    return figure


def _beside() -> bool:
    """Whether there is room for criteria beside their cells; else they stand over them."""
    return style.wide() > style.scaled(6)


def draw_judged(ax: Axes, data: pd.DataFrame) -> Axes:
    """A box for each cell of each criterion, with what can be said of it."""
    criteria, cells = list(dict.fromkeys(data["criterion"])), list(dict.fromkeys(data["economy"]))
    fill = {"met": style.STATE["holds"], "not met": style.STATE["fails"], "undecided": "none"}
    top, part = (0.08, 0.84) if _beside() else (0.52, 0.44)
    for r in data.itertuples():
        x, y, open_ = cells.index(r.economy), criteria.index(r.criterion), r.state == "undecided"
        box = Rectangle((x + 0.04, y + top), 0.92, part, facecolor=fill[r.state])
        box.set(
            edgecolor=style.OTHER, linewidth=style.scaled(0.8), linestyle="--" if open_ else "-"
        )
        ax.add_artist(box)
        text = "no figures" if r.missing else "open"
        if not open_:
            text = STATE_WORDS[r.state] + (f" {int(r.year)}" if pd.notna(r.year) else "")
        if len(cells) * style.scaled(0.95) > style.wide():  # not in one line
            text = "\n".join(text.rsplit(" ", 1))
        colour = style.MUTED if open_ else style.PAPER
        note(ax, text, x + 0.5, y + top + part / 2, color=colour, ha="center", linespacing=1.0)
    ax.set_xlim(0, max(len(cells), 1))
    ax.set_ylim(max(len(criteria), 1), 0)
    if _beside():
        ax.set_yticks([y + 0.5 for y in range(len(criteria))], criteria)
    else:
        name_rows(ax, criteria, [y + top for y in range(len(criteria))])
    heads = [eco.name_of(c) for c in cells] if _by_country(data) else [""] * len(cells)
    ax.set_xticks([i + 0.5 for i in range(len(cells))], heads)
    ax.xaxis.tick_top()
    style.bare(ax, x=False, y=False)
    return ax


@needs("coverage", "source_id year figures", like="coverage")
def coverage_map(coverage: Coverage, most: int = 60) -> Axes:
    """Heat map of a coverage frame: who reports in which year.

    Where there are more series than rows, the picture says so.

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
    >>> ax.get_yticklabels()[0].get_text()
    'Uzbekistan · all kinds · AidData'
    """
    import seaborn as sns

    wide, left_out = _coverage_grid(coverage, at_least_one("most", most))
    heads = ["source" if name == "source_id" else name for name in wide.index.names]
    names = [
        " · ".join(drawable(cell_words(h, part), part) for h, part in zip(heads, row, strict=True))
        for row in wide.index
    ]
    _, (ax,) = panels(1, 0.6 + 0.19 * max(len(wide), 3))
    years = [int(year) for year in wide.columns]
    step = next((n for n in (1, 2, 5, 10, 20) if n * 2 * style.wide() >= len(years)), 50)
    shown = [str(year) if year % step == 0 else "" for year in years]
    look = {"cmap": "viridis_r", "vmin": 0, "vmax": 4.5, "cbar": False, "linewidths": 0.4}
    look |= {"linecolor": style.PAPER, "rasterized": True}  # thousands of cells: an image
    labels = {"xticklabels": shown, "yticklabels": names}
    sns.heatmap(np.log10(wide.astype(float)) + 1, ax=ax, **labels, **look)
    ax.tick_params(axis="x", rotation=0)
    note = "a filled cell: the source has figures for that year; darker: more of them"
    ax.set(ylabel="", xlabel=f"{note}\n{left_out}".strip())
    style.bare(ax, x=False, y=False)
    return ax


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
