"""Pictures that results draw of themselves: their finding as the title, their sources below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..claims import Verdict
from ..ground.arguments import how_many, refuse
from ..ground.errors import CoverageError, UsageError, known_name
from ..ground.numbers import amount, between, decimals, number, ordinal, small_percent
from ..registry.words import axis_words, cell_words, party, value_words
from ..stats import EventStudy, SpecificationCurve
from ..stats.frames import alike, origin
from ..trade import Gravity
from . import claims, style
from .canvas import Picture, name_line, note, present
from .needs import by_year, one_figure
from .panels import DASHED, label_rows, line, newest_words, row_figures, year_axis
from .words import dollars, flow_words

MOST_LINES = 6
"""Lines that can be told apart."""


def plot(
    kind: str,
    result: Any,
    *,
    ax: Axes | None = None,
    size: str | tuple[float, float] | None = None,
    title: str | None = None,
    **options: Any,
) -> Axes:
    """Draw a result on a new figure or the axes given. kind: name of its measure or its class."""
    if kind not in _PICTURES:
        raise UsageError(f"{kind} has no picture of its own", hint="plot its frame: to_frame()")
    if isinstance(result, pd.DataFrame) and result.empty:
        raise CoverageError("the frame has no row: there is nothing to draw", hint="other rows")
    picture = _PICTURES[kind](result, **options)
    if title is not None and not isinstance(title, str):
        refuse("title", "a text", title, '"What it finds"')
    return present(picture if title is None else replace(picture, title=title), ax, size)


# Two sides of one flow


def _mirror_gap(gaps: pd.DataFrame, *, direction: str | None = None) -> Picture:
    known = sorted(set(gaps["direction"]))
    shown = [known_name("direction", direction, known)] if direction is not None else known
    gaps = gaps[gaps["direction"].isin(shown)]
    economy, partner = (gaps.attrs.get(side, "") for side in ("economy", "partner"))
    divisor, unit = _money(gaps, gaps[["reported", "mirror"]].max(axis=None))
    sides = {
        "reported": (f"{party(economy)} reports" if economy else "own report", "-"),
        "mirror": (f"{party(partner)} reports" if partner else "partner's report", (0, (4, 2))),
    }

    def draw(ax: Axes) -> Axes:
        for way in shown:
            rows = gaps[gaps["direction"] == way]
            colour = style.HIGHLIGHT if way == "import" else style.SECOND
            for side, (who, dash) in sides.items():
                name = who if len(shown) == 1 else f"{way}s: {who}"
                line(ax, by_year(rows, side) / divisor, colour, name, linestyle=dash)
        ax.set_ylim(0)
        return _years(ax)

    below = f"{unit}."
    if len(years := gaps.loc[gaps["services_included"].astype(bool), "year"]):
        when = " to ".join(dict.fromkeys(f"{year:.0f}" for year in (years.min(), years.max())))
        below += f" Some figures of {when} include services."
    return Picture(draw, _gap_words(gaps, economy, partner), origin(gaps), below)


def _gap_words(gaps: pd.DataFrame, economy: str, partner: str) -> str:
    """What the newest year with both reports says of the larger flow."""
    both = gaps.dropna(subset=["ratio"])
    whose, other = f"{party(economy)}'s " if economy else "", party(partner)
    if both.empty:
        return f"Only one side reports {whose}trade with {other}"
    way = both.loc[both["high"].idxmax(), "direction"]
    row = both[both["direction"] == way].sort_values("year").iloc[-1]
    ratio = float(row["ratio"])
    times = f"{number(round(ratio, 2)) if ratio > 0.01 else amount(ratio)} times as much"
    flow = f"{whose}{way}s {'from' if way == 'import' else 'to'} {other}"
    return f"{flow}: {other} reports {times} ({int(row['year'])})"


# Ranks


def _rank(ranks: pd.DataFrame, *, top: int = 8) -> Picture:
    top = how_many("top", top)
    alike(ranks, ["economy", "basis", "flow"])
    one_figure(ranks, ["year", "partner"])
    newest = int(ranks["year"].max())
    last = ranks[ranks["year"] == newest].sort_values(["rank", "partner"])
    # of one year by rank; of several first those that the title may name, then by their trade in
    # all years, for the last year alone may rank only a few
    sums = ranks.groupby("partner")["low"].sum().sort_values(ascending=False, kind="stable")
    several = len(last) < len(ranks)
    order = [*last["partner"].head(2), *sums.index] if several else last["partner"]
    shown = list(dict.fromkeys(order))[:top]
    what = f"{flow_words(ranks)}, {value_words(ranks['basis'].iloc[0])}"
    divisor, unit = _money(last, last["high"].max())

    def bars(ax: Axes) -> Axes:
        ends = last.head(top)[["low", "high"]] / divisor
        colours = [style.colour(code) for code in shown]
        row_figures(ax, ends, colours, lambda *of: " to ".join(dict.fromkeys(map(amount, of))))
        label_rows(ax, [party(code) for code in shown])
        ax.set_xlim(0)
        return ax

    def places(ax: Axes) -> Axes:
        for code in reversed(shown):
            series = by_year(ranks[ranks["partner"] == code], "rank")
            hue, year, place = style.colour(code), series.index[-1], series.iloc[-1]
            line(ax, series, hue, marker="o")
            # at the edge, where no line of later years crosses the name
            name = f"{number(place)} {party(code)}{f' ({year})' if year < newest else ''}"
            name_line(ax, name, newest, place, hue)
        ax.invert_yaxis()
        ax.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
        return _years(ax)

    if several:
        least, most = ranks.groupby("year")["partners"].max().agg(["min", "max"])
        below = f"Rank by {what}, of {between(least, most)} partners."
        drawn = ranks[ranks["partner"].isin(shown)]
        return Picture(places, _lead_words(last), origin(drawn), below)
    rows = 1.25 * len(shown) + 5
    return Picture(bars, _lead_words(last), origin(last), f"{unit}, {what}", rows)


def _places(last: pd.DataFrame) -> list[str]:
    """The place of each row in words, from the first to the last that its range leaves open; its
    rank where others are left out.
    """
    if len(last) < last["partners"].max():
        return [ordinal(int(rank)) for rank in last["rank"]]
    ends = [
        (1 + int((last["low"] > row.high).sum()), int((last["high"] >= row.low).sum()))
        for row in last.itertuples()
    ]
    return [" to ".join(dict.fromkeys(map(ordinal, each))) for each in ends]


def _lead_words(last: pd.DataFrame) -> str:
    """The places of the first three, of each all that its range leaves open."""
    row, many = last.iloc[0], int(last["partners"].max())
    each = list(zip(map(party, last["partner"]), _places(last), strict=True))
    named = ", ".join([" is ".join(each[0]), *map(" ".join, each[1:3])])
    kind = "" if row["flow"] == "turnover" else f"{row['flow'].removesuffix('s')} "
    partners = f"{party(row['economy'])}'s {many} ranked {kind}partner{'s' * (many > 1)}"
    return f"{named} of {partners} in {int(row['year'])}"


# Series over years


def _growth(growth: pd.DataFrame, *, top: int = MOST_LINES) -> Picture:
    real = "price_basis" in growth and growth["price_basis"].astype(str).str.contains("constant")
    basis = "real" if real is not False and real.all() else "nominal"
    return _series(growth, "growth", "Growth", top, f"% a year, {basis}.", times=100, form=_rate)


def _hhi(hhi: pd.DataFrame, *, top: int = MOST_LINES) -> Picture:
    below = "Herfindahl-Hirschman index, from 0 to 1."
    return _series(hhi, "hhi", "HHI", top, below, form=lambda v: f"{v:.2f}")


def _shares(shares: pd.DataFrame, *, top: int = MOST_LINES, of: str) -> Picture:
    below = f"% of all {of} listed."
    return _series(shares.drop(columns=of), "share", "Share", top, below, times=100, form=_rate)


def _rate(value: float) -> str:
    return ("\u2212" if value < 0 else "") + small_percent(abs(value))


def _series(
    measured: pd.DataFrame,
    value: str,
    what: str,
    top: int,
    below: str,
    *,
    form: Callable[[float], str],
    times: float = 1,
) -> Picture:
    """A line over the years for each series of a frame; the last known figure is its title."""
    computed = {value, "value_usd", "n", "sources", "price_basis", "year"}
    keys = [c for c in measured.columns if c not in computed]
    if "year" not in measured:
        raise UsageError("accounts without years have no line", hint="by=[..., 'year']")
    known = measured.dropna(subset=[value])
    if known.empty:
        raise CoverageError(f"no {value} is known: there is nothing to draw", hint="other rows")
    one_figure(known, [*keys, "year"])
    varied = [k for k in keys if known[k].nunique() > 1]
    words = known[keys].astype(str).apply(lambda c: c.map(partial(cell_words, str(c.name))))
    about = ", ".join(
        "reported by " * (k == "reporter") + words[k].iloc[0]
        for k in sorted(keys, key="reporter".__eq__)  # what is said last
        if k not in varied
    )
    known = known.assign(_name=words[varied].agg(", ".join, axis=1) if varied else "")
    known["_key"] = known[varied[0]] if len(varied) == 1 else known["_name"]
    size = "value_usd" if "value_usd" in known else value
    ends = known.sort_values("year").groupby("_name").tail(1).sort_values(size, ascending=False)
    shown = ends.head(min(how_many("top", top), MOST_LINES))
    hues = style.palette(shown["_key"])

    def draw(ax: Axes) -> Axes:
        for name, key in reversed(list(zip(shown["_name"], shown["_key"], strict=True))):
            series = by_year(known[known["_name"] == name], value) * times
            line(ax, series, hues[key], name)
        if times == 100:
            ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        return _years(ax)

    if len(ends) > len(shown):
        below += f" The largest of {len(ends)} series."
    label = f"{what}{f' ({about})' if about else ''}"
    drawn = known[known["_name"].isin(shown["_name"])]
    return Picture(draw, newest_words(drawn, value, "_name", label, form)[0], origin(known), below)


# Models


def _event_study(study: EventStudy) -> Picture:
    table = study.table

    def draw(ax: Axes) -> Axes:
        ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        ax.axvline(-0.5, color=style.MUTED, linewidth=style.scaled(1), linestyle=DASHED)
        for after, hue in ((False, style.OTHER), (True, style.HIGHLIGHT)):
            rows = table[(table["event_time"] >= 0) == after]
            _intervals(ax, "vlines", rows["event_time"], rows, hue)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        style.bare(ax, x=False)
        return ax

    below = (
        f"Periods since treatment. {study.treated} treated and {study.untreated} untreated units, "
        f"{study.estimator}."
    )
    if study.caution:
        below += f" Caution: {study.caution}."
    return Picture(draw, f"Mean effect {_interval_words(study.att)}", study.sources, below)


def _gravity(fit: Gravity) -> Picture:
    table, known = fit.table, fit.table.dropna(subset=["estimate"])
    if known.empty:
        raise CoverageError("no term was estimated: there is nothing to draw", hint="see .log")

    def draw(ax: Axes) -> Axes:
        ax.axvline(0, color=style.INK, linewidth=style.scaled(0.8))
        places = pd.Series(range(len(table)), table.index)
        for y in places[table["estimate"].isna()]:
            note(ax, " not estimated", 0, y, bbox=style.CLEAR)
        _intervals(ax, "hlines", places, table, style.HIGHLIGHT)
        label_rows(ax, [_term(row) for _, row in table.iterrows()])
        return ax

    clear = int((table["p"] < 0.05).sum())
    differ = f"terms differ{'s' if clear == 1 else ''} from zero at 5%"
    title = f"{clear or 'None'} of {len(known)} {differ}"
    if len(known) == 1:
        title = f"{_term(known.iloc[0])}: {_interval_words(known.iloc[0])}"
    below = f"Log points. {fit.caption()}."
    return Picture(draw, title, fit.sources, below, rows=2 * len(table) + 7)


def _term(row: pd.Series) -> str:
    return str(row["term"]).replace("_", " ")


def _intervals(ax: Axes, way: str, at: pd.Series, rows: pd.DataFrame, colour: str) -> None:
    """A dot for each estimate and a line for its interval, as `vlines` or as `hlines`."""
    spans = getattr(ax, way)(at, rows["low"], rows["high"])
    spans.set(color=colour, linewidth=style.scaled(1.6))
    dots = (rows["estimate"], at) if way == "hlines" else (at, rows["estimate"])
    ax.scatter(*dots, s=style.area(26), color=colour, zorder=3)


def _interval_words(row: Mapping[str, Any] | pd.Series) -> str:
    """'0.98 (0.61 to 1.34)'"""
    each = [decimals(row[c], 2).replace("--", "?") for c in ("estimate", "low", "high")]
    value, low, high = (one.replace("-", "\u2212") for one in each)
    return f"{value} ({low} to {high})"


# Curves of specifications, and verdicts


def _curve(curve: SpecificationCurve, *, unit: str = "estimate", alpha: float = 0.05) -> Picture:
    run = curve.summary(alpha=alpha).iloc[0]
    ran = int(run["specifications"] - run["missing"])
    above, under = (round(ran * run[f"significant_{way}"]) for way in ("positive", "negative"))
    title = (
        f"{above or 'None'} of {ran} specifications {'is' if above == 1 else 'are'} significantly "
        f"positive, {under or 'none'} significantly negative ({100 * alpha:g}%)"
    )
    heads = {axis.name: axis_words(axis.name) for axis in curve.universe.axes}
    picture = claims.curve_picture(coefficients(curve, unit, alpha), heads, unit)
    return replace(picture, title=title, sources=curve.sources)


def coefficients(curve: SpecificationCurve, unit: str, alpha: float = 0.05) -> pd.DataFrame:
    """Estimates as `plots.specification_curve` takes them: those with p below alpha in colour."""
    table = curve.to_frame()
    met = [True if p < alpha else None for p in table["p"]]
    return table.assign(value=table["estimate"], met=met, threshold=0.0, criterion=unit)


def _verdict(verdict: Verdict, *, criterion: str | None = None) -> Picture:
    if criterion is not None:
        return _criterion(verdict, criterion)
    data = claims.judged_cells(verdict)
    if data.empty:
        hint = verdict.reason
        raise CoverageError("no criterion was judged: there is nothing to draw", hint=hint)
    title = f"{verdict.claim}: {verdict.verdict}. {verdict.finding}"
    draw, rows = partial(claims.draw_judged, data=data), 3.4 * data["criterion"].nunique() + 5
    return Picture(draw, title, list(verdict.sources), rows=rows)


def _criterion(verdict: Verdict, criterion: str) -> Picture:
    one, data = claims.judged_curve(verdict, criterion)
    heads = {axis: axis_words(axis) for axis in data if axis not in claims.CURVE}
    title = f"{one.label}: {one.says.partition('. ')[0].removesuffix('.')}"
    picture = claims.curve_picture(data, heads, one.unit)
    return replace(picture, title=title, sources=one.sources)


# What they share


def _money(frame: pd.DataFrame, largest: float) -> tuple[float, str]:
    divisor, many = (1e9, "Billion") if largest >= 5e8 else (1e6, "Million")
    return divisor, f"{many} {dollars(frame)}"


def _years(ax: Axes) -> Axes:
    year_axis(ax, 6)
    style.bare(ax, x=False)
    return ax


_PICTURES: dict[str, Callable[..., Picture]] = {
    "mirror_gap": _mirror_gap,
    "rank": _rank,
    "growth": _growth,
    "hhi": _hhi,
    "partner_shares": partial(_shares, of="partners"),
    "product_shares": partial(_shares, of="products"),
    "EventStudy": _event_study,
    "Gravity": _gravity,
    "SpecificationCurve": _curve,
    "Verdict": _verdict,
}
"""Pictures by the measure of a frame, or the class of a result."""
