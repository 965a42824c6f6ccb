"""Pictures of trade and of students. Each takes a frame and
returns a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.arguments import several
from ..ground.errors import CoverageError, UsageError, known_name
from ..ground.numbers import amount, first_few, fixed
from ..registry.words import party, source_name, value_words
from . import style
from .canvas import name_line, note
from .kinds import lines
from .needs import by_year, chosen, holes, needs, one_of
from .panels import label_rows, line, mark, multiples, panels, row_figures
from .show import telling
from .words import dollars, flow_words

_BASES = ("reporter", "mirror", "interval")
"""Those that are drawn where none is named, as `trade.BASES`."""


@needs(
    "ranks",
    "economy basis year partner low high",
    cell="economy basis partner",
    alike="flow price_basis",
    like="trade.rank",
    empty=True,
)
def trade_ranges(
    ranks: pd.DataFrame,
    shown: str | Sequence[str],
    *,
    economies: str | Sequence[str] | None = None,
    bases: str | Sequence[str] = _BASES,
) -> Figure:
    """Trade of each economy with its main partners, on each basis.

    A dot where the basis gives one figure, else a range, with its figures.

    Parameters
    ----------
    ranks : pandas.DataFrame
        As from `trade.rank`: ``economy``, ``basis``, ``year``, ``partner``, ``low``, ``high``
        (USD); one year of each basis. ``flow``, where it is there, is told beside the unit.
    shown : str or sequence of str
        Codes or names of the partners, in this order.
    economies : str or sequence of str, optional
        Codes or names; a panel for each, those without a row as well. By default those of `ranks`.
    bases : str or sequence of str
        A column for each: 'reporter', 'mirror', 'interval' or 'reconciled'.

    Returns
    -------
    matplotlib.figure.Figure
        Economies by bases, in billions of dollars.

    Raises
    ------
    UsageError
        A column is not there, two rows claim one place, or nobody knows such an economy or basis.
    MixedUnitsError
        Several flows.
    CoverageError
        No economy, partner or basis to draw.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", product="TOTAL", source="KAZ_BNS")
    >>> ranks = ca.trade.rank(rows, economy="KAZ", year=2023)
    >>> figure = trade_ranges(ranks, ["CHN", "RUS", "TUR"], bases=["reporter"])
    >>> [name.get_text() for name in figure.axes[0].get_yticklabels()]
    ['China', 'Russia', 'Türkiye']
    """
    held = ranks["economy"].unique()
    economies = sorted(chosen("economy", held if economies is None else economies, held))
    known = {*_BASES, "reconciled", *ranks["basis"]}
    bases = [known_name("basis", basis, known) for basis in several(bases)]
    unit = ", ".join(filter(None, (f"billion {dollars(ranks)}", flow_words(ranks))))
    billions = ranks.assign(low=ranks["low"] / 1e9, high=ranks["high"] / 1e9)
    parts: dict[str, tuple[pd.DataFrame, str]] = {}
    for economy, basis in product(economies, bases):
        part = billions[(ranks["economy"] == economy) & (ranks["basis"] == basis)]
        whose = f"{eco.name_of(economy)}: " if len(economies) > 1 else ""
        year = f", {int(part['year'].iloc[0])}" if len(part) else ""
        parts[f"{whose}{value_words(basis)}{year}"] = part, "" if parts else unit
    return _partner_panels(parts, chosen("partner", shown, ranks["partner"]), strokes=True)


def _partner_panels(
    parts: Mapping[str, tuple[pd.DataFrame, str]],
    shown: Sequence[str],
    *,
    strokes: bool = False,
) -> Figure:
    """Figures of the partners shown, a panel for each part, with what stands below it."""
    if not parts:
        raise CoverageError("nothing to draw", hint="name an economy and a basis")
    figure, axes = panels(len(parts), 0.45 + 0.27 * len(shown), sharey=True)
    for ax, (title, (part, below)) in zip(axes, parts.items(), strict=True):
        ends = part.set_index("partner")[["low", "high"]].astype(float).dropna().reindex(shown)
        colours = [style.colour(code) for code in shown]
        row_figures(ax, ends, colours, _ends_words, strokes=strokes)
        for bar, code in zip(ax.patches[::2], ends.dropna().index, strict=False):
            if eco.is_aggregate(code):
                bar.set(facecolor="none", edgecolor=style.colour(code))
        label_rows(ax, [party(code) for code in shown], below)
        ax.set_xticks([])
        ax.set_title(title)
    return figure


def _ends_words(*ends: float) -> str:
    return " to ".join(dict.fromkeys(fixed(v, 1) if v >= 1 else f"{v:.2g}" for v in ends))


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
    CoverageError
        No economy or partner is given.
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
    economies = chosen("economy", economies, held)
    shown = chosen("partner", shown, figures["partner"])
    parts = {}
    for economy in economies:
        part = figures[(figures["economy"] == economy) & figures["partner"].isin(shown)]
        one_of(part, ["year", "unit"])
        below = f"{part['year'].iloc[0]}, {part['unit'].iloc[0]}" if len(part) else ""
        parts[(titles or {}).get(economy, eco.name_of(economy))] = part, below
    return _partner_panels(parts, shown)


@needs(
    "ranks",
    "basis year partner rank low high",
    cell="basis year partner",
    alike="economy flow",
    like="trade.rank",
)
def rank_slopes(ranks: pd.DataFrame, shown: str | Sequence[str]) -> Figure:
    """Places of the partners then and now, one panel for each basis.

    Each partner is named at both ends of its line; one with a place in one of the years alone has a
    dot and no line. Where the range of a partner meets that of others, every place that it may have
    is written ('1–2'); where rows lack some of those ranked, only its ``rank`` is known.

    Parameters
    ----------
    ranks : pandas.DataFrame
        As from `trade.rank`, of one economy and two years to a basis: ``basis``, ``year``,
        ``partner``, ``rank``; ``low``, ``high``, ``partners`` and ``flow`` where they are there.
    shown : str or sequence of str
        Codes or names of the partners; one without a place in either year is left out.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each basis.

    Raises
    ------
    UsageError
        A column is not there, more than two years to a basis, two rows claim one place, or nobody
        knows such a partner.
    MixedUnitsError
        Several economies or flows.
    CoverageError
        No row, or no place of a partner shown.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", product="TOTAL", source="KAZ_BNS")
    >>> ranks = ca.trade.rank(rows, economy="KAZ", year=[2018, 2023])
    >>> figure = rank_slopes(ranks, ["CHN", "RUS"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['China  3', '1  China', 'Russia  1', '2  Russia']
    """
    shown = chosen("partner", shown, ranks["partner"])
    if (spans := ranks.groupby("basis")["year"].nunique()).gt(2).any():
        basis = spans.idxmax()
        raise UsageError(f"more than two years on the basis {basis}", hint="keep first and last")
    placed = ranks.dropna(subset=["rank"])
    placed = placed.assign(place=_places(placed))[placed["partner"].isin(shown)]
    if placed.empty:
        raise CoverageError(
            f"no place of {first_few(map(party, shown), 5)} is known",
            hint=f"partners of these ranks: {first_few(sorted(ranks['partner'].unique()), 12)}",
        )
    flow = flow_words(ranks)
    head = f", {flow}" if flow in ("exports", "imports") else ""
    bases = list(dict.fromkeys(ranks["basis"]))
    figure, axes = panels(len(bases), 0.6 + 0.27 * int(placed["rank"].max()), sharey=True)
    for ax, basis in zip(axes, bases, strict=True):
        years = sorted(ranks.loc[ranks["basis"] == basis, "year"].astype(int).unique())
        for key, part in placed[placed["basis"] == basis].sort_values("year").groupby("partner"):
            at, colour = part["year"].map(years.index), style.colour(str(key))
            ax.plot(at, part["rank"], color=colour, marker="o")
            for x, rank, place in zip(at, part["rank"], part["place"], strict=True):
                words, side = [party(str(key)), place][:: -1 if x else 1], "left" if x else "right"
                note(ax, "  ".join(words), x, rank, (8 if x else -8, 0), color=colour, ha=side)
        ax.set_title(value_words(basis) + head)
        ax.set(xlim=(-0.2, len(years) - 0.8), yticks=[])
        ax.set_xticks(range(len(years)), [str(y) for y in years])
        style.bare(ax, y=False)
    axes[0].invert_yaxis()
    return figure


def _places(ranks: pd.DataFrame) -> list[str]:
    """The place of each row among those of its basis and year, or all places between which its
    range leaves open.
    """
    places = []
    for row in ranks.itertuples():
        others = ranks[(ranks["basis"] == row.basis) & (ranks["year"] == row.year)]
        others = others[others["partner"] != row.partner]
        best = 1 + int((others["low"] > row.high).sum())
        worst = 1 + int((others["high"] >= row.low).sum())
        if len(others) + 1 < getattr(row, "partners", 0):  # the others' ranges are not at hand
            best = worst = int(row.rank)
        places.append(str(best) if best == worst else f"{best}–{worst}")
    return places


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
    each = [
        f"{eco.name_of(r.economy)} {r.year}: {amount(r.reported_high)} against "
        f"{amount(r.mirror_high)} billion dollars"
        for r in newest.itertuples()
    ]
    text = f"Newest year with both. {'; '.join(each)}." if each else _NONE
    title = f"{flow} {who}: what the country reports, and what {who} reports"
    return telling(figure, title, text)


_NONE = "No year with reports of both sides."
_NOW = 2025
"""Years up to here without a count are shaded."""
_LEVELS = {
    "all": ("all kinds", "-"),
    "degree": ("degree", (0, (4, 2))),
    "scholarship": ("scholarship", (0, (1, 1.5))),
}


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
        A column is not there, another level or two figures of one year.
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
    for level in counts["level"]:
        known_name("level", level, _LEVELS)
    parts = {str(origin): part for origin, part in counts.groupby("origin", sort=False)}

    def draw(ax: Axes, origin: str, part: pd.DataFrame) -> None:
        mine = part.dropna(subset=["year", "students"])
        by = [c for c in ("source_id", "statistic") if c in mine] or ["origin"]
        for level, (name, dash) in _LEVELS.items():
            groups = mine[mine["level"] == level].groupby(by, dropna=False)
            for key, rows in groups:
                whose = f", {source_name(str(key[0])) or key[0]}" if groups.ngroups > 1 else ""
                series, alpha = by_year(rows, "students"), 1 if level == "all" else 0.75
                line(ax, series, style.HIGHLIGHT, linestyle=dash, alpha=alpha)
                if len(known := series.dropna()):  # in ink: the name may stand on a shade
                    name_line(ax, name + whose, known.index[-1], float(known.iloc[-1]), style.INK)
        uncounted = holes(mine["year"], _NOW)
        for first, final in uncounted:
            ax.axvspan(first - 0.5, final + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
        if uncounted:
            widest = max(uncounted, key=lambda run: run[1] - run[0])
            top = ("data", "axes fraction")
            note(ax, "no count", sum(widest) / 2, 0.98, xycoords=top, ha="center", va="top")
        if statements is not None and len(of := statements[statements["origin"] == origin]):
            years, persons = of["year"].astype(int), of["students"].astype(float)
            mark(ax, years, persons, style.INK, hollow=True, size=style.area(26))

    return multiples(parts, draw, column="origin", alike=False)
