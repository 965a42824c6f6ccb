"""Pictures of the wings: trade, students, investment, energy, borders. Each takes a frame and
returns a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.arguments import several, whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError, known_name
from ..ground.numbers import amount, first_few, fixed
from ..registry.words import measure_name, party, source_name, value_words
from . import style
from .narrow import redrawn
from .needs import by_year, chosen, needs, one_figure, one_of
from .panels import apart, line, panels, shade_uncounted
from .pen import tight
from .show import telling
from .words import dollars, flow_words

_BASES = ("reporter", "mirror", "interval")
"""Those that are drawn where none is named, as `trade.BASES`."""


@redrawn
@needs("ranks", "economy", "basis", "year", "partner", "low", "high", like="trade.rank", empty=True)
def trade_ranges(
    ranks: pd.DataFrame,
    shown: str | Sequence[str],
    *,
    economies: str | Sequence[str] | None = None,
    bases: str | Sequence[str] = _BASES,
) -> Figure:
    """Trade of each economy with its main partners, on each basis.

    A dot where the basis gives one figure, else a range.

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
    shown = chosen("partner", shown, ranks["partner"])
    known = dict.fromkeys([*_BASES, "reconciled", *ranks["basis"]])
    bases = list(dict.fromkeys(known_name("basis", basis, known) for basis in several(bases)))
    if not bases:
        raise CoverageError("no basis to draw", hint=f"bases={list(_BASES)}")
    one_of(ranks, ["flow"], hint="keep one: ranks[ranks['flow'] == 'exports']")
    one_of(ranks, ["price_basis"], hint="keep rows of one price basis")
    one_figure(
        ranks,
        ["economy", "basis", "partner"],
        hint="keep one year of each basis, trade.rank(..., year=...)",
    )
    many, alone = len(economies) > 1, style.wide() < style.WIDE  # each panel by itself
    with style.context():
        figure, grid = plt.subplots(
            len(economies),
            len(bases),
            figsize=(style.WIDE, 0.75 + 1.32 * len(economies)),
            squeeze=False,
        )
        for i, economy in enumerate(economies):
            mine = ranks[(ranks["economy"] == economy) & ranks["partner"].isin(shown)]
            right = float(mine["high"].max()) / 1e9 if mine["high"].notna().any() else 1.0
            for j, basis in enumerate(bases):
                ax = grid[i][j]
                part = ranks[(ranks["economy"] == economy) & (ranks["basis"] == basis)].set_index(
                    "partner"
                )
                for y, code in enumerate(shown):
                    _range(ax, y, code, part)
                ax.set_yticks(
                    range(len(shown)),
                    [party(code) if j == 0 or alone else "" for code in shown],
                    color=style.INK,
                )
                ax.set_ylim(len(shown) - 0.4, -0.6)
                ax.set_xlim(-0.03 * right, right * 1.06)
                ax.xaxis.set_major_locator(
                    plt.MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], prune="upper")
                )
                ax.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
                if mine.empty:
                    ax.set_xticks([])
                style.bare(ax, y=False)
                year = str(int(part["year"].iloc[0])) if len(part) else ""
                head = value_words(basis)
                if many and alone:
                    said = filter(None, (f"{eco.name_of(economy)}: {head}", year))
                    ax.set_title(", ".join(said))
                    continue
                if many and i == 0:
                    ax.annotate(
                        head,
                        (0, 1),
                        xycoords="axes fraction",
                        xytext=(0, 24),
                        textcoords="offset points",
                        fontsize=style.TITLE,
                        fontweight="bold",
                    )
                if many and j == 0:
                    ax.set_title(eco.name_of(economy), x=-0.38)
                ax.set_title(
                    year if many else ", ".join(filter(None, (head, year))),
                    loc="right" if many else "left",
                    fontsize=style.TICK if many else style.TITLE,
                    color=style.MUTED if many else style.INK,
                    fontweight="normal" if many else "bold",
                    pad=4,
                )
        unit = filter(None, (f"billion {dollars(ranks)}", flow_words(ranks)))
        grid[-1][0].set_xlabel(", ".join(unit), loc="left")
        tight(figure, h_pad=0.7, w_pad=1.4)
    return figure


def _range(ax: Axes, y: int, code: str, part: pd.DataFrame) -> None:
    """One partner's trade on one basis: a dot, a bar between two dots, or words where it is not
    observed.
    """
    if code not in part.index or part.loc[code, ["low", "high"]].isna().any():
        ax.text(0, y, "not observed", va="center", color=style.MUTED, bbox=style.CLEAR)
        return
    low, high = part.loc[code, "low"] / 1e9, part.loc[code, "high"] / 1e9
    ax.plot(
        [low, high],
        [y, y],
        color=style.colour(code),
        linewidth=5,
        alpha=0.4,
        solid_capstyle="round",
    )
    ax.scatter([low, high], [y, y], color=style.colour(code), s=22, zorder=3)


@needs("figures", "economy", "partner", "year", "unit", "low", "high", empty=True)
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
        What a panel finds, by economy; its name where nothing is given.

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
    found = {code: said for e, said in (titles or {}).items() for code in eco.resolve_all(e, held)}
    one_figure(figures, ["economy", "partner"], hint="keep one basis")
    with style.context():
        figure, axes = panels(len(economies), 1.75)
        for place, (ax, economy) in enumerate(zip(axes, economies, strict=True)):
            part = figures[(figures["economy"] == economy) & figures["partner"].isin(shown)]
            one_of(part, ["year", "unit"], hint="keep one year and one unit of each economy")
            _bars(ax, shown, part.set_index("partner"))
            ax.tick_params(labelleft=place % 3 == 0)
            ax.set_title(found.get(economy, eco.name_of(economy)))
        if len(economies) == 1:
            figure.set_size_inches(style.WIDE * 0.6, 2.1)
        tight(figure, h_pad=1.0, w_pad=1.0)
    return figure


def _bars(ax: Axes, shown: Sequence[str], part: pd.DataFrame) -> None:
    """One bar for each partner, its figure beside it; below them the year and the unit."""
    part = part.dropna(subset=["low", "high"])
    for y, code in enumerate(shown):
        if code not in part.index:
            ax.text(0, y, "not observed", va="center", color=style.MUTED, bbox=style.CLEAR)
            continue
        low, high = float(part.loc[code, "low"]), float(part.loc[code, "high"])
        colour = style.colour(code)
        face = "none" if eco.is_aggregate(code) else colour
        ax.barh(y, low, height=0.62, facecolor=face, edgecolor=colour, linewidth=1)
        if high > low:
            ax.barh(y, high - low, left=low, height=0.62, color=colour, alpha=0.4)
        said = dict.fromkeys(
            fixed(value, 1) if value >= 1 else f"{value:.2g}" for value in (low, high)
        )
        ax.annotate(
            " to ".join(said),
            (high, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=style.INK,
        )
    ax.set_xlim(0, 1.45 * float(part["high"].max()) if len(part) else 1.0)
    ax.set_yticks(range(len(shown)), [party(code) for code in shown], color=style.INK)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xticks([])
    if len(part):
        ax.set_xlabel(f"{part['year'].iloc[0]}, {part['unit'].iloc[0]}", loc="left")
    style.bare(ax, x=False, y=False)


@needs("ranks", "basis", "year", "partner", "rank", like="trade.rank")
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
    one_of(ranks, ["economy", "flow"], hint="one picture for each economy and flow")
    one_figure(ranks, ["basis", "year", "partner"])
    for basis, part in ranks.groupby("basis"):
        if part["year"].nunique() > 2:
            raise UsageError(
                f"{part['year'].nunique()} years on the basis {basis}",
                hint="keep the first and the last",
            )
    bases = list(dict.fromkeys(ranks["basis"]))
    placed = ranks.dropna(subset=["rank"])
    placed = placed.assign(place=_places(placed))[placed["partner"].isin(shown)]
    if placed.empty:
        raise CoverageError(
            f"no place of {first_few(map(party, shown), 5)} is known",
            hint=f"partners of these ranks: {first_few(sorted(ranks['partner'].unique()), 12)}",
        )
    worst = int(placed["rank"].max())
    with style.context():
        figure, grid = plt.subplots(
            1,
            len(bases),
            figsize=(style.WIDE * len(bases) / 2, 0.9 + 0.27 * worst),
            squeeze=False,
            sharey=True,
        )
        for ax, basis in zip(grid[0], bases, strict=True):
            mine = placed[placed["basis"] == basis]
            years = sorted(int(y) for y in ranks.loc[ranks["basis"] == basis, "year"].unique())
            for code, part in mine.groupby("partner"):
                ends = sorted(
                    (years.index(int(r.year)), int(r.rank), str(r.place)) for r in part.itertuples()
                )
                colour = style.colour(str(code))
                ax.plot(
                    [x for x, *_ in ends],
                    [rank for _, rank, _ in ends],
                    color=colour,
                    marker="o",
                    markersize=6,
                    linewidth=2,
                )
                for x, rank, place in ends:
                    name = (
                        f"{party(str(code))}  {place}" if x == 0 else f"{place}  {party(str(code))}"
                    )
                    ax.annotate(
                        name,
                        (x, rank),
                        xytext=(-8 if x == 0 else 8, 0),
                        textcoords="offset points",
                        ha="right" if x == 0 else "left",
                        va="center",
                        color=colour,
                    )
            flow = flow_words(ranks)
            head = flow if flow in ("exports", "imports") else ""
            ax.set_title(", ".join(filter(None, (value_words(basis), head))))
            ax.set_xlim(-1.1, 2.1)
            ax.set_xticks(range(len(years)), [str(y) for y in years])
            ax.set_yticks([])
            ax.set_ylim(worst + 0.5, 0.5)
            style.bare(ax, y=False)
        tight(figure, w_pad=1.4)
    return figure


def _places(ranks: pd.DataFrame) -> list[str]:
    """The place of each row among those of its basis and year, or all places between which its
    range leaves open.
    """
    if not {"low", "high"} <= set(ranks.columns):
        return [str(int(rank)) for rank in ranks["rank"]]
    said = []
    for row in ranks.itertuples():
        others = ranks[
            (ranks["basis"] == row.basis)
            & (ranks["year"] == row.year)
            & (ranks["partner"] != row.partner)
        ]
        if len(others) + 1 < getattr(row, "partners", 0):  # the others' ranges are not at hand
            said.append(str(int(row.rank)))
            continue
        best, worst = (
            1 + int((others["low"] > row.high).sum()),
            1 + int((others["high"] >= row.low).sum()),
        )
        said.append(str(best) if best == worst else f"{best}–{worst}")
    return said


@needs("gaps", "economy", "year", "reported_high", "mirror_high", like="trade.reconcile")
def mirror_gaps(gaps: pd.DataFrame, *, partner: str = "") -> Figure:
    """Both sides' reports of one flow as a dumbbell for each year.

    One panel per economy, the sides named in the first. An economy that never reports has a panel
    with the partner's reports alone.

    Parameters
    ----------
    gaps : pandas.DataFrame
        Rows of one direction and one partner from `trade.reconcile`: ``economy``, ``partner``,
        ``year``, ``direction``, ``reported_high``, ``mirror_high`` (USD fob).
    partner : str
        Code or name of whose reports these are; that of `gaps`, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        In billions of dollars.

    Raises
    ------
    UsageError
        A column is not there, nothing says whose reports these are, or two rows claim one place.
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
    ['own report', "China's report"]
    """
    one_of(gaps, ["direction"], hint="keep one: gaps[gaps['direction'] == 'import']")
    one_of(gaps, ["partner"], hint="one picture for each partner")
    one_of(gaps, ["price_basis"], hint="keep rows of one price basis")
    one_figure(gaps, ["economy", "year"], hint="keep one flow and one partner")
    if not partner and "partner" not in gaps:
        raise UsageError(
            "nothing says whose reports these are", hint="partner=, or a column partner"
        )
    partner = eco.resolve(partner) if partner else ""
    held = str(gaps["partner"].iloc[0]) if "partner" in gaps else partner
    if partner and party(partner) != party(held):
        raise UsageError(
            f"the reports are those of {party(held)}, not of {party(partner)}",
            hint=f"partner={held!r}, or leave it out",
        )
    partner = held
    economies = sorted(gaps["economy"].unique())
    own, other = ("own report", style.INK), (f"{party(partner)}'s report", style.colour(partner))
    with style.context():
        figure, axes = panels(len(economies))
        named = set[str]()
        for ax, economy in zip(axes, economies, strict=False):
            part = gaps[gaps["economy"] == economy].sort_values("year")
            years = part["year"].astype(int)
            sides = {own: part["reported_high"] / 1e9, other: part["mirror_high"] / 1e9}
            ax.vlines(years, sides[own], sides[other], color=style.MUTED, linewidth=1.8, alpha=0.55)
            ends = []
            for (name, colour), values in sides.items():
                ax.scatter(years, values, s=22, color=colour, zorder=3)
                known = values[values.notna()]
                if len(known) and name not in named:
                    ends.append((float(known.iloc[-1]), name, int(years[known.index[-1]])))
                    named.add(name)
            top = max([float(v.max()) for v in sides.values() if v.notna().any()] or [1.0])
            last = int(years.max()) if len(years) else 2025
            first = int(years.min()) if len(years) else 2005
            for value, name, year in apart(ends, 0.11 * top):
                below = (
                    year < last
                )  # the other side goes on: beside the dot there would be its dots
                ax.annotate(
                    name,
                    (year, value),
                    xytext=(6, -9 if below else 0),
                    textcoords="offset points",
                    va="center",
                    color=dict((own, other))[name],
                )
            room = 0.62 if ends else 0.05
            ax.set_xlim(first - 1, last + max(1.0, room * (last - first)))
            ax.set_title(eco.name_of(economy) if len(economies) > 1 else "")
            ax.set_ylim(0, 1.1 * top)
            fifth = [y for y in range(first, last + 1) if y % 5 == 0]
            ax.set_xticks(fifth or sorted({first, last}))
            ax.yaxis.set_major_locator(plt.MaxNLocator(nbins=5))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
            style.bare(ax, x=False)
        axes[0].set_ylabel(f"billion {dollars(gaps)}")
        if len(economies) == 1:
            figure.set_size_inches(style.WIDE * 0.7, 2.7)
        tight(figure, h_pad=1.0)
    both = gaps.dropna(subset=["reported_high", "mirror_high"])
    both = both.sort_values("year").groupby("economy").tail(1)
    told = [
        f"{eco.name_of(r.economy)} {r.year}: {amount(r.reported_high / 1e9)} against "
        f"{amount(r.mirror_high / 1e9)} billion dollars"
        for r in both.itertuples()
    ]
    none = "No year with reports of both sides."
    text = f"Newest year with both. {'; '.join(told)}." if told else none
    who, way = party(partner), gaps["direction"].iloc[0] if "direction" in gaps else ""
    flow = {"import": f"Imports from {who}", "export": f"Exports to {who}"}.get(way, "Trade")
    return telling(figure, f"{flow}: what the country reports, and what {who} reports", text)


_LEVELS = {
    "all": ("all kinds", "-"),
    "degree": ("degree", (0, (4, 2))),
    "scholarship": ("scholarship", (0, (1, 1.5))),
}


@needs("counts", "origin", "year", "level", "students", like="load('students')")
@needs("statements", "origin", "year", "students", like="load('students')", empty=True)
def student_lines(
    counts: pd.DataFrame, statements: pd.DataFrame | None = None, *, last: int = 2025
) -> Figure:
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
    last : int
        Year up to which a year without a count is shaded.

    Returns
    -------
    matplotlib.figure.Figure
        Up to three panels a row.

    Raises
    ------
    UsageError
        A column is not there, another level, two figures of one year, or `last` is no year.
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
    ['degree', 'all kinds', 'no count']
    """
    last = whole_number("last", last)
    hint = "filter first: counts[counts['destination'] == 'CHN']"
    one_of(counts, ["destination"], hint=hint)
    if statements is not None:
        one_of(statements, ["destination"], hint=hint)
    if odd := sorted(set(counts["level"]) - set(_LEVELS)):
        raise UsageError(
            f"students of level {', '.join(map(str, odd))} have no line",
            hint=f"levels: {', '.join(_LEVELS)}",
        )
    origins = list(dict.fromkeys(counts["origin"]))
    held = [part["year"] for part in (counts, statements) if part is not None]
    years = pd.concat(held).dropna().astype(int)
    first, end = int(years.min()), max(last, int(years.max()))
    early = first < 2001
    with style.context():
        figure, axes = panels(len(origins), sharex=True)
        for ax, origin in zip(axes, origins, strict=False):
            mine = counts[counts["origin"] == origin].dropna(subset=["year", "students"])
            uncounted = shade_uncounted(ax, mine["year"], last)
            starts = []
            said = (
                statements[statements["origin"] == origin]
                if statements is not None
                else mine.iloc[:0]
            )
            top = max([1.0, *mine["students"].astype(float), *said["students"].astype(float)])
            for level, (name, dash) in _LEVELS.items():
                part = mine[mine["level"] == level]
                if part.empty:
                    continue
                apart_by = [c for c in ("source_id", "statistic") if c in part] or ["origin"]
                lines = part.groupby(apart_by, dropna=False)
                for key, rows in lines:
                    series = by_year(rows, "students")
                    line(
                        ax,
                        series,
                        color=style.HIGHLIGHT,
                        linestyle=dash,
                        alpha=1 if level == "all" else 0.75,
                    )
                    whose = f", {source_name(str(key[0])) or key[0]}" if lines.ngroups > 1 else ""
                    starts.append((float(series.iloc[0]), f"{name}{whose}", int(series.index[0])))
            for value, name, year in apart(starts, 0.13 * top):
                inside = early and year < (first + end) / 2  # a long name has no room before it
                side, begin = ("left", year + 0.6) if inside else ("right", year - 0.4)
                ax.text(begin, value, name, color=style.MUTED, va="center", ha=side)
            if len(said):
                years, persons = said["year"].astype(int), said["students"].astype(float)
                ax.scatter(years, persons, s=26, facecolors="none", edgecolors=style.INK, zorder=3)
                at = persons.idxmin()
                ax.annotate(
                    "stated",
                    (int(years[at]), float(persons[at])),
                    xytext=(0, -6),
                    textcoords="offset points",
                    ha="center",
                    va="top",
                    color=style.INK,
                )
            ax.set_ylim(0, 1.2 * top)
            if uncounted:
                ax.text(
                    sum(uncounted) / 2,
                    0.98,
                    "no count",
                    transform=ax.get_xaxis_transform(),
                    ha="center",
                    va="top",
                    color=style.MUTED,
                )
            ax.set_title(eco.name_of(origin) if len(origins) > 1 else "")
            ax.set_xlim(first - 1 if early else 2000.6, end + 1.5)  # room for names of lines
            ticks = [2010, 2014, 2018, 2022] if len(origins) == 1 else [2010, 2018, last]
            ax.set_xticks([y for y in range(first, end + 1) if not y % 10] if early else ticks)
            ax.yaxis.set_major_locator(plt.MaxNLocator(nbins=4))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            style.bare(ax, x=False)
        if len(origins) == 1:
            figure.set_size_inches(style.WIDE * 0.7, 2.7)
        tight(figure, h_pad=1.0)
    return figure


@needs("stocks", "investor", "value_usd", like="investment.stock_by_investor")
def stock_bars(stocks: pd.DataFrame, *, highlight: str) -> Figure:
    """Investment by investor at one date or in one year, largest first.

    An investor without a figure is named as not observed.

    Parameters
    ----------
    stocks : pandas.DataFrame
        As from `investment.stock_by_investor`: ``investor``, ``value_usd`` (USD), a row per
        investor. A ``measure`` that is no stock is named below instead of the date.
    highlight : str
        Code or name of the investor in colour; '' for none.

    Returns
    -------
    matplotlib.figure.Figure
        A bar each, in billions of dollars.

    Raises
    ------
    UsageError
        A column is not there, or an investor stands twice.
    UnknownNameError
        The investor in colour is not among them.
    MixedUnitsError
        Several hosts, years, measures or price bases.
    CoverageError
        No row.

    Examples
    --------
    >>> import ca_research as ca
    >>> held = ca.investment.stock_by_investor(ca.load("investment", host="KAZ"), "KAZ", 2021)
    >>> figure = stock_bars(held.head(4), highlight="China")
    >>> [name.get_text() for name in figure.axes[0].get_yticklabels()]
    ['China', 'France', 'United States', 'Netherlands']
    """
    one_of(
        stocks,
        ["host", "year", "measure", "price_basis"],
        hint="keep one host, one date and one measure",
    )
    one_figure(stocks.assign(investor=stocks["investor"].map(eco.name_of)), ["investor"])
    investors = list(stocks["investor"])
    if highlight:
        highlight = highlight if highlight in investors else eco.resolve(highlight)
        if highlight not in investors:
            also = "highlight='' draws all of them alike"
            raise UnknownNameError("investor", highlight, investors, also=also)
    ordered = stocks.sort_values("value_usd", ascending=True, na_position="first")
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.5 + 0.34 * len(ordered)))
        hue = style.colour(highlight, style.HIGHLIGHT)
        colours = [hue if c == highlight else style.OTHER for c in ordered["investor"]]
        values = ordered["value_usd"] / 1e9
        ax.barh([eco.name_of(c) for c in ordered["investor"]], values, color=colours, height=0.66)
        for y, value in enumerate(values):
            known = pd.notna(value)
            ax.annotate(
                amount(value) if known else "not observed",
                (value if known else 0, y),
                textcoords="offset points",
                xytext=(5, 0),
                va="center",
                fontsize=style.TICK,
                color=style.INK if known else style.MUTED,
            )
        measure = str(stocks["measure"].iloc[0]) if "measure" in stocks else "stock"
        what = "end of year" if "stock" in measure else measure_name(measure)
        ax.set_xlabel(f"billion {dollars(stocks)}, {what}")
        ax.margins(x=0.1)
        style.bare(ax, y=False)
        tight(figure)
    return figure
