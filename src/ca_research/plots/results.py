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
from ..estimates.units import PERCENT, dollars, head, tells_apart, upper
from ..ground.arguments import how_many
from ..ground.errors import UsageError, known_name
from ..ground.numbers import (
    amount,
    between,
    decimals,
    minus_in_prose,
    number,
    ordinal,
    small_percent,
)
from ..registry.words import (
    cell_words,
    column_words,
    party,
    unit_words,
    value_words,
)
from ..stats import EventStudy, SpecificationCurve, SyntheticControl
from ..stats.frames import origin, require_some
from ..stats.result import Result
from ..trade import Gravity
from . import claims, style
from .canvas import Picture, present
from .coverage import coverage_picture
from .needs import one_figure
from .panels import (
    DASHED,
    count_on,
    draw_rows,
    ends_words,
    intervals,
    line,
    newest_words,
    year_axis,
)

MOST_LINES = 6
"""Lines that can be told apart."""
MOST_ROWS = 12


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
    draw = _PICTURES.get(kind) or partial(_figures, measure=kind)
    frame = result.to_frame() if kind not in _PICTURES and isinstance(result, Result) else result
    picture = draw(frame, **options)
    return present(picture if title is None else replace(picture, title=title), ax, size)


# Trade

_FLOWS = {"flow": {"turnover": "exports plus imports"}}


def _mirror_gap(gaps: pd.DataFrame, *, direction: str | None = None) -> Picture:
    """Both sides' reports, as figures of one measure."""
    if direction is not None:
        known_name("direction", direction, sorted(set(gaps["direction"])))
        gaps = gaps[gaps["direction"] == direction]
    economy, partner = (gaps.attrs.get(side, "") for side in ("economy", "partner"))
    sides = {
        "reported": f"{party(economy)} reports" if economy else "own report",
        "mirror": f"{party(partner)} reports" if partner else "partner's report",
    }
    said = [c for c in ("year", "direction", "price_basis") if c in gaps]
    both = gaps.rename(columns=sides).melt(said, [*sides.values()], "side", "value_usd")
    picture = _figures(both, measure="trade.mirror_gap")
    below = picture.below
    if len(years := gaps.loc[gaps["services_included"].astype(bool), "year"]):
        when = " to ".join(dict.fromkeys(f"{year:.0f}" for year in (years.min(), years.max())))
        below += f" Some figures of {when} include services."
    title = _gap_words(gaps, economy, partner)
    return replace(picture, title=title, sources=origin(gaps), below=below)


def _gap_words(gaps: pd.DataFrame, economy: str, partner: str) -> str:
    """What the newest year with both reports says of the larger flow."""
    both = gaps.dropna(subset=["ratio"])
    whose, other = f"{party(economy)}'s " if economy else "", party(partner)
    if both.empty:
        return f"Only one side reports {whose}trade with {other}"
    way = both.loc[both["high"].idxmax(), "direction"]
    row = both[both["direction"] == way].sort_values("year").iloc[-1]
    flow = f"{whose}{way}s {'from' if way == 'import' else 'to'} {other}"
    times = f"{number(row['ratio'])} times as much"
    return f"{flow}: {other} reports {times} ({int(row['year'])})"


def _rank(ranks: pd.DataFrame, *, top: int | None = None) -> Picture:
    """Places over the years, or the trade of one year; and among how many."""
    value = "rank"
    partners = ranks.groupby("year")["partners"].max()
    if len(partners) == 1:
        value = "value_usd"
        ranks = ranks.rename(columns={"low": "value_usd_low", "high": "value_usd_high"})
    picture = _figures(ranks.replace(_FLOWS), measure="trade.rank", value=value, top=top)
    among = f" Ranked partners: {between(partners.min(), partners.max())}."
    return replace(picture, below=f"{picture.below}{among}".strip())


# Figures of any measure, over years or in rows

EVEN = ("trade.revealed_comparative_advantage", "trade.trade_intensity")
"""Measures of which one means neither more nor less than the world."""
ESTIMATES = ("estimate", "mean")
"""Figures that have their ends in `low` and `high`."""
YEARS = ("year", "first_year", "last_year")


def _figures(
    table: pd.DataFrame, *, measure: str, value: str | None = None, top: int | None = None
) -> Picture:
    """A line over the years for each series of a frame, else a bar or a stroke for each row."""
    units = unit_words(measure)
    held = [c for c in units if c in table or f"{c}_low" in table]
    if not held:
        hint = "plot one of its columns: frame.set_index('year')['share'].plot()"
        raise UsageError(f"{measure} has no picture of its own", hint=hint)
    value = held[0] if value is None else known_name("value", value, held)
    table = _with_ends(table, value)
    known = require_some(table.dropna(subset=["high"]), f"{value} is known: nothing to draw")
    lines = "year" in known and known["year"].nunique() > 1
    shown = known if lines else table
    keys = [c for c in shown if tells_apart(shown[c])]
    one_figure(known, [*keys, "year"])
    varied = [k for k in keys if shown[k].nunique() > 1] or keys[-1:] * (not lines)
    words = shown[keys].apply(lambda c: c.map(partial(cell_words, str(c.name))))
    years = [c for c in YEARS if c in known and known[c].nunique() == 1]
    said = [k for k in keys if k not in varied]
    about = ["reported by " * (k == "reporter") + words[k].iloc[0] for k in said]
    about += [" to ".join(dict.fromkeys(f"{known[c].max():.0f}" for c in years))] if years else []
    names = words[varied].agg(", ".join, axis=1) if varied else ""
    if "rank" in shown and not lines and known["low"].equals(known["high"]):
        names += " (" + shown["rank"].map(_place) + ")"
    shown = shown.assign(_name=names, _key=shown[varied[0]] if len(varied) == 1 else names)
    scale, unit, form = _scale(shown, value, units[value])
    what = (
        measure.rpartition(".")[2].lower().replace("_", " ") if value in ESTIMATES else head(value)
    )
    if scale < 1:  # the title says of what its amounts are
        about.append(unit)
    label = upper(what) + (f" ({', '.join(about)})" if about else "")
    shown = shown.assign(**shown[["value", "low", "high"]] * scale)
    draw = _lines if lines else partial(_rows, even=1 if measure in EVEN else None)
    shown = shown if lines else shown.sort_values("high", ascending=False, kind="stable")
    picture = draw(shown, label, form, MOST_ROWS if top is None else how_many("top", top))
    below = " ".join(filter(None, (upper(unit) + "." * bool(unit), picture.below)))
    return replace(picture, below=below, sources=origin(table))


def _with_ends(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Its figures as `value`, of a range alone its upper end, between `low` and `high`."""
    ends = (value, value) if value in table else (f"{value}_low", f"{value}_high")
    ends = ("low", "high") if value in ESTIMATES else ends
    low, high = (table[c].astype(float) for c in ends)
    known = table[value].astype(float) if value in table else high
    known, low, high = known.fillna(high), low.fillna(known), high.fillna(known)
    return table.assign(value=known, low=low, high=high)


def _scale(table: pd.DataFrame, value: str, unit: str) -> tuple[float, str, Callable[..., str]]:
    """What figures are multiplied with, their unit in words, and how one is written."""
    if unit == "USD":
        divisor, many = (1e9, "billion") if table["high"].abs().max() >= 5e8 else (1e6, "million")
        return 1 / divisor, f"{many} {dollars(table)}", amount
    if unit == PERCENT:
        return 100, "per cent", _percents
    if unit.startswith(PERCENT):
        basis = ", real" if dollars(table).startswith("constant") else ", nominal"
        return 100, unit + basis * ("value_usd" in table), _percents
    if value == "rank":
        return 1, "", _place
    words = column_words(value)
    return 1, unit or words * (words != head(value)), _figure


def _figure(value: float) -> str:
    whole = abs(value) >= 100 or float(value).is_integer()
    return number(value) if whole else minus_in_prose(decimals(value, 2))


def _place(value: float) -> str:
    return ordinal(int(value))


def _percents(value: float) -> str:
    return ("\u2212" if value < 0 else "") + small_percent(abs(value) / 100)


def _lines(known: pd.DataFrame, label: str, form: Callable[[float], str], top: int) -> Picture:
    size = "value_usd" if "value_usd" in known else "value"
    last = known.sort_values("year").groupby("_name").tail(1)
    ends = last.sort_values(size, ascending=form is _place, key=abs)
    shown = ends.head(min(top, MOST_LINES))
    hues = style.palette(shown["_key"])

    def draw(ax: Axes) -> Axes:
        for name, key in reversed(list(zip(shown["_name"], shown["_key"], strict=True))):
            mine = known[known["_name"] == name]
            line(ax, mine, "value", hues[key], name)
        if known["low"].min() < 0:
            ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        count_on(ax.yaxis)
        if form is amount and known["low"].min() >= 0:
            ax.set_ylim(0)
        if form is _place:
            ax.invert_yaxis()
            ax.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
        return _years(ax)

    drawn = known[known["_name"].isin(shown["_name"])]
    if form is _place:  # places of two years are no range
        drawn = drawn[drawn["year"] == known["year"].max()]
    more = f"{len(shown)} of {len(ends)} series." * (len(ends) > len(shown))
    return Picture(draw, newest_words(drawn, "value", "_name", label, form)[0], below=more)


def _rows(
    table: pd.DataFrame,
    label: str,
    form: Callable[[float], str],
    top: int,
    *,
    even: float | None = None,
) -> Picture:
    """The first rows of a frame; where figures have ranges each is a stroke, and no bar."""
    shown = table.head(top)
    hues = [style.colour(str(key), "") for key in shown["_key"]]
    hues = [hue or (style.OTHER if any(hues) else style.HIGHLIGHT) for hue in hues]
    shown = shown.assign(name=shown["_name"], colour=hues)
    strokes = not table["low"].equals(table["high"])

    def draw(ax: Axes) -> Axes:
        draw_rows(ax, shown, partial(ends_words, form), strokes=strokes, bar=even)
        if not strokes and table["low"].min() >= 0:
            ax.set_xlim(0)
        return ax

    first = shown.dropna(subset=["high"]).head(3)[["name", "low", "high"]]
    each = [f"{name} {ends_words(form, *ends)}" for name, *ends in first.to_numpy()]
    more = f"The largest {len(shown)} of {len(table)}." * (len(table) > len(shown))
    return Picture(draw, f"{label}: {', '.join(each)}", below=more, rows=1.25 * len(shown) + 5)


# Models


def _event_study(study: EventStudy) -> Picture:
    table = study.table.eval("value = estimate")

    def draw(ax: Axes) -> Axes:
        ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        ax.axvline(-0.5, color=style.MUTED, linewidth=style.scaled(1), linestyle=DASHED)
        hues = (table["event_time"] >= 0).map({False: style.OTHER, True: style.HIGHLIGHT})
        intervals(ax, table["event_time"], table, hues, 1.6, size=26, upright=True)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        style.bare(ax, x=False)
        return ax

    below = (
        f"Periods since treatment. {study.treated} treated and {study.untreated} untreated units, "
        f"{value_words(study.estimator)}."
    )
    if study.caution:
        below += f" Caution: {study.caution}."
    return Picture(draw, f"Mean effect {_interval_words(study.att)}", study.sources, below)


def _gravity(fit: Gravity) -> Picture:
    table = fit.table.eval("value = estimate")
    known = table.dropna(subset=["value"])

    rows = table.assign(name=table["term"].map(column_words), colour=style.HIGHLIGHT)

    def draw(ax: Axes) -> Axes:
        look: dict[str, Any] = {"strokes": True, "bar": 0, "none": "not estimated"}
        draw_rows(ax, rows, partial(ends_words, _figure), **look)
        return ax

    clear = int((table["p"] < 0.05).sum())
    differ = f"terms differ{'s' if clear == 1 else ''} from zero at 5%"
    title = f"{clear or 'None'} of {len(known)} {differ}"
    if len(known) == 1:
        title = f"{column_words(str(known['term'].iloc[0]))}: {_interval_words(known.iloc[0])}"
    below = f"Log points. {fit.caption()}."
    return Picture(draw, title, fit.sources, below, rows=2 * len(table) + 7)


def _interval_words(row: Mapping[str, Any] | pd.Series) -> str:
    """'0.98 (0.61 to 1.34)'"""
    value, low, high = (decimals(row[c], 2) for c in ("estimate", "low", "high"))
    return minus_in_prose(f"{value} ({low} to {high})".replace("--", "?"))


# Curves of specifications, and verdicts


def _curve(curve: SpecificationCurve, *, unit: str = "estimate", alpha: float = 0.05) -> Picture:
    run = curve.summary(alpha=alpha).iloc[0]
    ran = int(run["specifications"] - run["missing"])
    above, under = (round(ran * run[f"significant_{way}"]) for way in ("positive", "negative"))
    title = (
        f"{above or 'None'} of {ran} specifications {'is' if above == 1 else 'are'} significantly "
        f"positive, {under or 'none'} significantly negative ({100 * alpha:g}%)"
    )
    axes = [axis.name for axis in curve.universe.axes]
    picture = claims.curve_picture(coefficients(curve, unit, alpha), axes, unit)
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
    require_some(data, "criterion that was judged", verdict.reason)
    title = f"{verdict.claim}: {verdict.verdict}. {verdict.finding}"
    draw, rows = partial(claims.draw_judged, data=data), 3.4 * data["criterion"].nunique() + 5
    return Picture(draw, title, list(verdict.sources), rows=rows)


def _criterion(verdict: Verdict, criterion: str) -> Picture:
    one, data = claims.judged_curve(verdict, criterion)
    axes = [axis for axis in data if axis not in claims.CURVE]
    title = f"{one.label}: {one.says.partition('. ')[0].removesuffix('.')}"
    picture = claims.curve_picture(data, axes, one.unit)
    return replace(picture, title=title, sources=one.sources)


# What they share


def _years(ax: Axes) -> Axes:
    year_axis(ax, 6)
    style.bare(ax, x=False)
    return ax


def _synthetic(control: SyntheticControl) -> Picture:
    """The unit and the mean of the others that it resembled, as figures over the years."""
    sides = ["synthetic", control.unit]
    gaps = control.gaps.rename(columns={"time": "year", "treated": control.unit})
    picture = _figures(gaps.melt("year", sides, "side"), measure="SyntheticControl")
    title = f"Mean gap from {control.start:.0f}: {decimals(control.effect, 2)}"
    below = f"Beside the weighted mean of {len(control.weights)} others."
    return replace(picture, title=minus_in_prose(title), below=below)


_PICTURES: dict[str, Callable[..., Picture]] = {
    "trade.mirror_gap": _mirror_gap,
    "trade.rank": _rank,
    "Coverage": coverage_picture,
    "EventStudy": _event_study,
    "Gravity": _gravity,
    "Placebos": lambda p: _figures(p.table.rename(columns={"unit": "name"}), measure="Placebos"),
    "SpecificationCurve": _curve,
    "SyntheticControl": _synthetic,
    "Verdict": _verdict,
}
"""Pictures of their own, by the measure of a frame or the class of a result."""
