"""Pictures of trade and of students. Each takes a frame and
returns a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from ..estimates.units import dollars
from ..ground import economies as eco
from ..ground.numbers import amount, fixed
from ..registry.words import cell_words, party, source_name
from ..stats.frames import alike
from . import style
from .canvas import note
from .kinds import lines
from .needs import needs
from .panels import draw_rows, ends_words, mark, panels
from .show import telling
from .words import row_words


def _short(value: float) -> str:
    return fixed(value, 1) if value >= 1 else f"{value:.2g}"


@needs("figures", "economy partner year unit low high", cell="economy partner", empty=True)
def partner_bars(
    figures: pd.DataFrame,
    shown: str | Sequence[str],
    *,
    economies: str | Sequence[str],
    titles: Mapping[str, str] | None = None,
) -> Figure:
    """Bars of each economy's trade with some partners, a panel for each economy.

    A bar ends at the least figure, a paler one at the largest; that of several countries together
    is framed. A partner without a figure is named as not observed.

    Parameters
    ----------
    figures : pandas.DataFrame
        Columns economy, partner, year, unit, low, high; of one economy all in one year and unit.
    shown : str or sequence of str
        Codes or names of the partners, from above.
    economies : str or sequence of str
        Codes or names; a panel for each.
    titles : mapping of str to str, optional
        What a panel finds, by code of its economy; its name where nothing is given.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels in a row.

    Raises
    ------
    UsageError
        Two figures of one pair, figures of several years or units for one economy, or nobody knows
        such an economy.

    Examples
    --------
    >>> figures = pd.DataFrame({"economy": "KAZ", "partner": ["CHN", "RUS"], "year": 2023,
    ...     "unit": "billion US dollars", "low": [30.1, 26.8], "high": [30.1, 27.1]})
    >>> figure = partner_bars(figures, ["CHN", "RUS"], economies=["KAZ"])
    >>> figure.axes[0].get_title(loc="left")
    'Kazakhstan'
    """
    held = figures["economy"]
    economies = eco.resolve_all(economies, held)
    shown = eco.resolve_all(shown, figures["partner"])
    figure, axes = panels(len(economies), 0.45 + 0.27 * len(shown), sharey=True)
    for ax, economy in zip(axes, economies, strict=True):
        part = figures[(held == economy) & figures["partner"].isin(shown)]
        alike(part, ["year", "unit"])
        ends = part.set_index("partner")[["low", "high"]].astype(float).dropna().reindex(shown)
        rows = ends.assign(name=[*map(party, shown)], colour=[*map(style.colour, shown)])
        below = f"{part['year'].iloc[0]}, {part['unit'].iloc[0]}" if len(part) else ""
        draw_rows(ax, rows, partial(ends_words, _short), unit=below, none="not observed")
        for bar, code in zip(ax.patches, ends.dropna().index, strict=False):
            if eco.is_aggregate(code):
                bar.set(facecolor="none", edgecolor=style.colour(code))
        ax.set_xticks([])
        ax.set_title((titles or {}).get(economy, eco.name_of(economy)))
    return figure


@needs(
    "gaps",
    "economy partner direction year reported_high mirror_high",
    cell="economy year",
    alike="direction partner price_basis",
)
def mirror_gaps(gaps: pd.DataFrame) -> Figure:
    """Both sides' reports of one flow, year by year.

    One panel per economy, the sides named in the first. An economy that never reports has a panel
    with the partner's reports alone.

    Parameters
    ----------
    gaps : pandas.DataFrame
        Rows of one direction and one partner from `trade.reconcile`: ``economy``, ``partner``,
        ``year``, ``direction``, ``reported_high``, ``mirror_high`` (USD fob).

    Returns
    -------
    matplotlib.figure.Figure
        In billions of dollars.

    Raises
    ------
    UsageError
        A column is not there, or two rows claim one place.
    MixedUnitsError
        Two directions or two partners: figures of unlike flows are no two sides of one.
    CoverageError
        No row.

    Examples
    --------
    >>> import ca_research as ca
    >>> gaps = ca.trade.reconcile("KGZ", "CHN", since=2015)
    >>> figure = mirror_gaps(gaps[gaps["direction"] == "import"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['own report', 'China']
    """
    partner, way = gaps["partner"].iloc[0], gaps["direction"].iloc[0]
    who, flow = party(partner), {"import": "Imports from", "export": "Exports to"}[way]
    sides = {"reported_high": "own report", "mirror_high": partner}
    billions = gaps.assign(**{side: gaps[side] / 1e9 for side in sides})
    long = billions.rename(columns=sides).melt(["economy", "year"], [*sides.values()], "side")
    figure = lines(long, "value", hue="side", unit=f"billion {dollars(gaps)}", alike=False)
    newest = billions.dropna(subset=[*sides]).sort_values("year").groupby("economy").tail(1)
    newest = newest.assign(**newest[[*sides]].map(amount))
    form = "{economy} {year}: {reported_high} against {mirror_high} billion dollars"
    text = f"Newest year with reports of both sides. {row_words(newest, form) or 'None'}."
    title = f"{flow} {who}: what the country reports, and what {who} reports"
    return telling(figure, title, text)


_NOW = 2025
"""Years up to here without a count are shaded."""


@needs("counts", "origin year level students", alike="destination")
@needs("statements", "origin year students", alike="destination", empty=True)
def student_lines(counts: pd.DataFrame, statements: pd.DataFrame | None = None) -> Figure:
    """Students in one host by origin, one panel each.

    A line for each level of each source, which breaks where a year has no count; statements of
    officials as hollow marks; years without counts shaded.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``origin``, ``year``, ``level`` ('all', 'degree' or 'scholarship'), ``students`` (persons);
        ``source_id`` and ``destination`` where they are there.
    statements : pandas.DataFrame, optional
        ``origin``, ``year``, ``students``.

    Returns
    -------
    matplotlib.figure.Figure
        Up to three panels a row.

    Raises
    ------
    UsageError
        A column is not there, or two figures of one year.
    MixedUnitsError
        Several destinations.
    CoverageError
        No row of counts.

    Examples
    --------
    >>> import ca_research as ca
    >>> counts = ca.load("students", origin=["KAZ", "KGZ"], destination="CHN",
    ...                  level=["all", "degree"], source="moe_brief_stats_peijin")
    >>> figure = student_lines(counts)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['all kinds', 'degree', 'no count']
    """
    words = counts["level"].map(partial(cell_words, "level"))
    if "source_id" in counts:
        several = counts.groupby(["origin", "level"])["source_id"].transform("nunique") > 1
        names = counts["source_id"].map(lambda source: source_name(source) or source)
        words = words.mask(several, words + ", " + names)
    stated = counts.iloc[:0] if statements is None else statements
    figure = lines(counts.assign(_=words), "students", panel="origin", hue="_", alike=False)
    for ax, (origin, mine) in zip(figure.axes, counts.groupby("origin", sort=False), strict=False):
        known = mine.dropna(subset=["year", "students"])["year"].astype(int)
        ends = pairwise([*sorted({*known}), _NOW + 1])
        uncounted = [(one + 1, other - 1) for one, other in ends if other - one > 1]
        for first, final in uncounted:
            ax.axvspan(first - 0.5, final + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
        for name in ax.texts[: -1 if uncounted else None]:
            name.set_color(style.INK)  # a hue is too faint on the shade
        if uncounted:
            widest = max(uncounted, key=lambda span: span[1] - span[0])
            top = ("data", "axes fraction")
            note(ax, "no count", sum(widest) / 2, 0.98, xycoords=top, ha="center", va="top")
        of = stated[stated["origin"] == origin]
        if len(of):
            size = style.area(26)
            mark(ax, of["year"].astype(int), of["students"], style.INK, hollow=True, size=size)
            ax.set_ylim(0, 1.1 * max(ax.get_ylim()[1], of["students"].max()))
    return figure
