"""Pictures of a claim's evidence: the specification curve and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..claims import Claim, Evidence, Verdict
from ..claims.answers import asked
from ..claims.bars import THRESHOLD, bar_sentences, reached
from ..claims.evidence import counted
from ..claims.words import STATE_WORDS, in_words
from ..ground import economies as eco
from ..ground.errors import known_name
from ..ground.numbers import between, number
from ..registry.claims import Criterion
from ..registry.words import axis_words, choice_words, value_words
from ..stats.frames import require_some
from . import style
from .canvas import Picture, drawn, on_new_figure, split
from .grid import draw_grid
from .kinds import legend, ranges
from .needs import needs
from .panels import bar_line, intervals, mark
from .show import show


def curve_data(verdict: Verdict, criterion: str) -> pd.DataFrame:
    """What each specification of a criterion says, for `specification_curve`.

    Parameters
    ----------
    verdict : Verdict
        On a claim.
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

    Examples
    --------
    >>> import ca_research as ca
    >>> table = curve_data(ca.check("C25"), "total_length")
    >>> table[["side", "value", "met"]].values.tolist()
    [['central_asian', 3305.0, True], ['chinese', 3305.0, True]]
    """
    _, table = judged_curve(verdict, criterion)
    return table.sort_values(["value", "high", "spec"], na_position="last", ignore_index=True)


def judged_curve(verdict: Verdict, criterion: str) -> tuple[Any, pd.DataFrame]:
    """A criterion as it is judged, in whatever reading, and its curve with the threshold."""
    judged = {c.name: c for v in verdict.all() for c in v.criteria}
    one = judged[known_name(f"criterion of {verdict.claim}", criterion, judged)]
    single = len(one.cells) == 1 and one.cell_threshold is not None
    bar = one.cell_threshold if single else one.threshold
    return one, verdict.curves[criterion].assign(threshold=bar)


@needs(
    "data",
    "spec is_main value low high met threshold",
    alike="criterion threshold",
)
def specification_curve(
    data: pd.DataFrame,
    axes: Sequence[str] | Mapping[str, str],
    *,
    unit: str,
    of: int | None = None,
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
        What the values are.
    of : int, optional
        Where the values count economies, how many there are.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a page.

    Raises
    ------
    UsageError
        A column is not there.
    MixedUnitsError
        Several criteria or thresholds.
    CoverageError
        No specification has a figure.

    Examples
    --------
    >>> import ca_research as ca
    >>> table = curve_data(ca.check("C25"), "total_length")
    >>> figure = specification_curve(table, {"side": "Side"}, unit="km")
    >>> [name.get_text() for name in figure.axes[1].get_yticklabels()]
    ['Side: central asian', 'chinese']
    """
    figure = on_new_figure(curve_picture(data, axes, unit, of)).figure
    assert isinstance(figure, Figure)
    return figure


def curve_picture(
    data: pd.DataFrame,
    axes: Sequence[str] | Mapping[str, str],
    unit: str,
    of: int | None = None,
) -> Picture:
    """Values above, below them a row for each choice that differs, marked where a specification
    makes it.
    """
    heads = axes if isinstance(axes, Mapping) else {a: axis_words(a) for a in axes}
    ordered = sorted_by_value(data)
    choices = list[tuple[str, pd.Series]]()
    for axis, head in heads.items():
        values = ordered.sort_values("spec")[axis].dropna().unique()
        if len(values) > 1 or len(heads) == 1:
            names = [value_words(value, axis) for value in values]
            names[0] = f"{head}: {names[0]}"  # the first says what is chosen
            choices += [(n, ordered[axis] == v) for n, v in zip(names, values, strict=True)]
    below = f"{unit[:1].upper()}{unit[1:]}. {len(ordered)} ways to calculate it, sorted. "
    below += "Ring: the main one. " * bool(ordered["is_main"].any())
    below += f"Dashed: {number(float(ordered['threshold'].iloc[0]))}."
    if (ordered["value"].isna() & ordered[["low", "high"]].isna().any(axis=1)).any():
        below += " Triangle: a figure is known only to lie on that side."

    def draw(ax: Axes) -> Axes:
        bottom = split(ax, (8, max(len(choices), 1)))
        draw_values(ax, ordered, of)
        size = style.area(9 if len(ordered) > 40 else 16)
        for row, (_, chosen) in enumerate(choices):
            at = np.flatnonzero(chosen)
            bottom.scatter(at, [row] * len(at), s=size, color=style.MUTED, marker="s", linewidths=0)
        bottom.set_yticks(range(len(choices)), [name for name, _ in choices], color=style.INK)
        bottom.set_ylim(max(len(choices), 1) - 0.5, -0.5)
        bottom.tick_params(labelbottom=False)
        style.bare(bottom, x=False, y=False)
        return bottom

    return Picture(draw, "", below=below, rows=len(choices) + 14)


CURVE = ("spec", "is_main", "value", "low", "high", "met", "threshold", "criterion", "missing")
"""Columns of a curve that are no choices."""


def sorted_by_value(data: pd.DataFrame) -> pd.DataFrame:
    """Specifications with a figure, sorted as they are drawn; raises CoverageError for none."""
    figures = data[["value", "low", "high"]].astype(float)
    data = data.assign(**figures.where(np.isfinite(figures)))  # what has no end is not known
    data = data.dropna(subset=["value", "low", "high"], how="all")
    require_some(data, "specification with a figure", "see Evidence.frame, missing")
    middle = data["value"].fillna((data["low"] + data["high"]) / 2)
    data = data.assign(_at=middle.fillna(data["high"]).fillna(data["low"]))
    return data.sort_values("_at", kind="stable", ignore_index=True)


def draw_values(top: Axes, data: pd.DataFrame, of: int | None = None) -> None:
    """One dot or stem for each specification, in the colour of what it says of the comparison."""
    words = {True: "holds", False: "fails"}
    met = data["met"].astype("boolean").astype(object)
    colours = met.map(words).fillna("undecided").map(style.STATE)
    figures = data[["value", "low", "high"]].astype(float)
    size = 26 if len(data) <= 40 else 12
    intervals(top, data.index, figures, colours, 2, size=size, upright=True)
    main = data.loc[data["is_main"].astype(bool), "_at"]
    mark(top, main.index, main, style.INK, hollow=True, size=style.area(95))
    bar_line(top, data["threshold"].iloc[0], upright=False)
    style.bare(top, x=False)
    top.margins(y=0.16)
    top.set_xlim(-0.7, len(data) - 0.3)
    top.set_xticks([])
    integer = bool((figures.stack().dropna() % 1 == 0).all())
    top.yaxis.set_major_locator(MaxNLocator(integer=integer, nbins=5, steps=[1, 2, 2.5, 5, 10]))
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
    judged = {c.name: c for v in verdict.all() for c in v.criteria}
    distinct = {name: one.specifications for name, one in judged.items()}
    for name, criterion in claim.spec.criteria().items():
        data = _but_idle_bars(curve_data(verdict, name), criterion)
        drawn = data.dropna(subset=["value", "low", "high"], how="all")
        if distinct[name] < FEWEST_DRAWN or len(drawn) < 2:
            continue
        several = len(counted(criterion, evidence.economies)) if criterion.over else 0
        of = several if several > 1 else None
        unit = f"countries of {in_words(of)}" if of else criterion.unit
        yes, open_ = int(drawn["met"].eq(True).sum()), int(drawn["met"].isna().sum())
        what = f"{criterion.label}: yes by {yes or 'none'} of {len(data)} ways to calculate it"
        what += f", open by {open_}" * bool(open_)
        figures = drawn[["value", "low", "high"]].astype(float)
        span = between(figures.min(axis=None), figures.max(axis=None))
        rows = evidence.frame[evidence.frame["criterion"] == name]
        axes = [axis for axis in claim.spec.axes_of(criterion) if axis.name in data]
        worded = {a.name: data[a.name].map(partial(choice_words, a), "ignore") for a in axes}
        heads = {axis.name: axis_words(axis) for axis in axes}
        show(
            specification_curve(data.assign(**worded), heads, unit=unit, of=of),
            section="specifications",
            title=what,
            alt=f"{what}. Figures: {span}; threshold: {number(data['threshold'].iloc[0])}.",
            data=data,
            sources=rows,
            note=asked(judged[name]) + (_ALIKE if distinct[name] < len(drawn) else ""),
        )
    for name in verdict.deciding:
        _show_bars(claim, evidence, verdict, name)
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


def _show_bars(claim: Claim, evidence: Evidence, verdict: Verdict, name: str) -> None:
    """Show what a criterion comes to as its threshold moves over its figures; nothing where that
    changes nothing.
    """
    criterion, bars = claim.spec.criteria()[name], verdict.bars[name]
    spans = reached(criterion, bars[bars["bar"] == THRESHOLD])
    if len(spans) < 2:
        return
    sentence, figure = bar_sentences(criterion, bars)[0], _moving_bar(criterion, spans)
    show(
        figure,
        section="specifications",
        title=f"{criterion.label}: the answer at other thresholds",
        alt=sentence,
        data=bars[["bar", "low", "high", "state", "verdict"]],
        sources=evidence.frame[evidence.frame["criterion"] == name],
        note=f"{sentence} {legend({'bar': 'Dashed: the declared one.'}, figure)}",
    )


def _moving_bar(criterion: Criterion, spans: Sequence[Any]) -> Figure:
    """A stroke for each range of thresholds, in the colour of the answer there."""
    ends = [end for span in spans for end in (span.low, span.high) if np.isfinite(end)]
    ends.append(criterion.threshold)
    room = 0.15 * (max(ends) - min(ends)) or 1
    low, high = min(ends) - room, max(ends) + room
    rows = pd.DataFrame(
        {
            "answer": [STATE_WORDS[span.state] for span in spans],
            "estimate": None,
            "low": [max(span.low, low) for span in spans],
            "high": [min(span.high, high) for span in spans],
        }
    )
    return ranges(
        rows,
        by="answer",
        unit=criterion.unit,
        bar=criterion.threshold,
        highlight=pd.Series([style.STATE[span.state] for span in spans]),
        form=lambda *_: "",  # the note says where each begins and ends
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


def _answered(data: pd.DataFrame) -> str:
    """How many of the questions, put to each country where they are put to several, have an
    answer.
    """
    total, open_ = len(data), int((data["state"] == "undecided").sum())
    if not open_:
        return "Every question has an answer" if total > 1 else "The question has an answer"
    if total == 1:
        return "The question cannot be answered"
    each = ", country by country," if data["economy"].nunique() > 1 else ""
    return f"{total - open_ or 'None'} of {total} questions{each} can be answered"


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
    rows = 1.5 * data["economy"].nunique() if _tall(data) else 2.83 * data["criterion"].nunique()
    picture = Picture(partial(draw_judged, data=data), "", rows=rows + 5)
    figure = drawn(partial(on_new_figure, picture)).figure
    assert isinstance(figure, Figure)
    return figure, data


NOT_BY_COUNTRY = "not by country"
"""Stands for the country of a question that is asked once, of documents or of all together."""


def _by_country(data: pd.DataFrame) -> bool:
    """Whether any of the questions is asked of a country."""
    return bool((data["economy"] != NOT_BY_COUNTRY).any())


MOST_COLUMNS = 7
"""Countries that stand side by side; more stand below each other."""


def _tall(data: pd.DataFrame) -> bool:
    return bool(data["economy"].nunique() > MOST_COLUMNS)


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


_SHADES = {"undecided": 0, "met": 1, "not met": 2}


def draw_judged(ax: Axes, data: pd.DataFrame) -> Axes:
    """A box for each cell of each criterion, with what can be said of it."""
    years = data["year"].map("\n{:.0f}".format, na_action="ignore").fillna("")
    lacking = data["missing"].ne("").map({True: "no\ndata", False: "open"})
    words = (data["state"].map(STATE_WORDS) + years).mask(data["state"] == "undecided", lacking)
    names = data["economy"].map(eco.name_of) if _by_country(data) else ""
    cells = data.assign(words=words, shade=data["state"].map(_SHADES), economy=names)
    palette = [style.GRID, style.STATE["holds"], style.STATE["fails"]]
    if not _tall(data):
        return draw_grid(ax, cells, "criterion", "economy", palette)
    in_a_line = cells["words"].str.replace("\n", " ")
    return draw_grid(ax, cells.assign(words=in_a_line), "economy", "criterion", palette)
