"""Pictures that results draw of themselves: their finding as the title, their sources below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..claims import Verdict
from ..ground import economies as eco
from ..ground.arguments import refuse
from ..ground.errors import CoverageError, UnknownNameError, UsageError, known_name
from ..ground.numbers import amount, decimals, number, ordinal, small_percent
from ..registry.words import axis_words, party, value_words
from ..stats import EventStudy, SpecificationCurve
from ..tables import source_ids
from ..trade import Gravity
from . import claims, style
from .canvas import Picture, name_line, present, split
from .needs import at_least_one, by_year, one_figure, one_of
from .panels import line, year_axis
from .words import dollars, flow_words

MOST_LINES = 6
"""Lines that are named; others are grey."""
MOST_GREY = 30
"""Grey lines that can still be told apart; where there are more, none is drawn."""


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
    if ax is not None and not isinstance(ax, Axes):
        raise UsageError(f"`ax` is no axes but {type(ax).__name__}", hint="_, ax = plt.subplots()")
    if title is not None and not isinstance(title, str):
        refuse("title", "a text", title, '"What it finds"')
    if kind not in _PICTURES:
        raise UsageError(f"{kind} has no picture of its own", hint="plot its frame: to_frame()")
    make = _PICTURES[kind]
    known = [*(make.__kwdefaults__ or ()), "ax", "size", "title"]
    for name in options:
        if name not in known:
            raise UnknownNameError(f"option of the picture of {kind}", name, known)
    picture = make(result, **options)
    if title is not None:
        picture = replace(picture, title=title)
    return present(picture, ax, size)


# Two sides of one flow


def _mirror_gap(gaps: pd.DataFrame, *, direction: str | None = None) -> Picture:
    known = sorted(set(gaps["direction"]))
    if direction is not None and direction not in known:
        raise UnknownNameError("direction", direction, known)
    shown = [direction] if direction else known
    gaps = _some(gaps[gaps["direction"].isin(shown)])
    economy, partner = (gaps.attrs.get(side, "") for side in ("economy", "partner"))
    divisor, unit = _money(gaps, gaps[["reported", "mirror"]].max(axis=None))
    sides = {
        "reported": (party(economy) if economy else "own report", "-"),
        "mirror": (party(partner) if partner else "partner's report", (0, (4, 2))),
    }

    def draw(ax: Axes) -> Axes:
        for way in shown:
            rows = gaps[gaps["direction"] == way]
            colour = style.HIGHLIGHT if way == "import" else style.SECOND
            for side, (who, dash) in sides.items():
                series = by_year(rows, side) / divisor
                what = who if len(shown) == 1 else f"{way}s: {who}"
                _line(ax, series, what, colour, linestyle=dash)
        ax.set_ylim(0)
        return _years(ax)

    below = f"{unit}; each line by who reports it.{_services_words(gaps)}"
    return Picture(draw, _gap_words(gaps, economy, partner), _sources(gaps), below)


def _services_words(gaps: pd.DataFrame) -> str:
    """In which years a report of goods and services is among those of goods."""
    years = gaps.loc[gaps["services_included"].astype(bool), "year"]
    if years.empty:
        return ""
    first, last = int(years.min()), int(years.max())
    when = f"{first}" if first == last else f"{first} to {last}"
    return f" Some figures of {when} include services."


def _gap_words(gaps: pd.DataFrame, economy: str, partner: str) -> str:
    """What the newest year with both reports says of the larger flow."""
    both = gaps.dropna(subset=["ratio"])
    whose = f"{party(economy)}'s " if economy else ""
    if both.empty:
        return f"Only one side reports {whose}trade with {party(partner)}"
    larger = both.loc[both["high"].idxmax(), "direction"]
    row = both[both["direction"] == larger].sort_values("year").iloc[-1]
    flow = f"{whose}{row['direction']}s {'from' if row['direction'] == 'import' else 'to'}"
    ratio = float(row["ratio"])
    said = f"{number(round(ratio, 2 if ratio < 10 else 0))} times as much"
    if ratio < 0.01:
        said = "less than 0.01 times as much" if ratio else "nothing"
    return f"{flow} {party(partner)}: {party(partner)} reports {said} ({int(row['year'])})"


# Ranks


def _rank(ranks: pd.DataFrame, *, top: int = 8) -> Picture:
    ranks = _some(ranks)
    top = at_least_one("top", top, "8")
    one_of(ranks, ["economy"], hint="keep one: ranks[ranks['economy'] == 'KAZ'].plot()")
    one_of(ranks, ["basis"], hint="keep one: ranks[ranks['basis'] == 'reporter'].plot()")
    one_of(ranks, ["flow"], hint="keep one: ranks[ranks['flow'] == 'exports'].plot()")
    one_figure(ranks, ["year", "partner"])
    last = ranks[ranks["year"] == ranks["year"].max()].sort_values(["rank", "partner"])
    shown = _largest(ranks, last)[:top]
    drawn = ranks[ranks["partner"].isin(shown)]
    what = f"{flow_words(ranks)}, {value_words(ranks['basis'].iloc[0])}"
    if ranks["year"].nunique() == 1:
        divisor, unit = _money(last, last["high"].max())

        def bars(ax: Axes) -> Axes:
            for y, row in enumerate(last.head(top).itertuples()):
                low, high, hue = row.low / divisor, row.high / divisor, style.colour(row.partner)
                ax.barh(y, low, height=0.66, color=hue)
                ax.barh(y, high - low, left=low, height=0.66, color=hue, alpha=0.4)
                said = dict.fromkeys(map(amount, (low, high)))
                name_line(ax, " to ".join(said), high, y, style.INK, apart=False)
            ax.set_yticks(range(len(shown)), [f"{party(c)}" for c in shown], color=style.INK)
            ax.set_ylim(len(shown) - 0.5, -0.5)
            ax.set_xlim(0)
            ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
            style.bare(ax, y=False)
            return ax

        rows = 1.25 * len(shown) + 5
        return Picture(bars, _lead_words(last), _sources(last), f"{unit}, {what}", rows)

    newest = int(ranks["year"].max())

    def places(ax: Axes) -> Axes:
        for code in reversed(shown):
            series = by_year(drawn[drawn["partner"] == code], "rank")
            hue, year, place = style.colour(code), series.index[-1], series.iloc[-1]
            line(ax, series, color=hue, marker="o")
            # at the edge, where no line of later years crosses the name
            name = f"{number(place)} {party(code)}{f' ({year})' if year < newest else ''}"
            name_line(ax, name, newest, place, hue)
        ax.invert_yaxis()
        ax.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
        return _years(ax)

    below = f"Rank by {what}. {_ranked_words(ranks)}".strip()
    return Picture(places, _lead_words(last), _sources(drawn), below)


def _largest(ranks: pd.DataFrame, last: pd.DataFrame) -> list[str]:
    """Partners as they are drawn: of one year by rank; of several those that the title may name,
    then by their trade in all years, for the last year alone may rank only a few.
    """
    if len(last) == len(ranks):
        return list(last["partner"])
    sums = ranks.groupby("partner")["low"].sum().sort_values(ascending=False, kind="stable")
    return list(dict.fromkeys([*last["partner"].head(2), *sums.index]))


def _ranked_words(ranks: pd.DataFrame) -> str:
    """How many partners are ranked, where a place of one year is hardly that of another."""
    ranked = ranks.groupby("year")["partners"].max()
    few = ranked[2 * ranked < ranked.max()]
    if few.empty:
        return ""
    said = f"fewer than half as many in {len(few)} of the {len(ranked)} years"
    if len(few) <= 3:
        said = f"only {eco.joined(f'{n} in {year}' for year, n in few.items())}"
    return f"Up to {ranked.max()} partners are ranked, {said}."


def _lead_words(last: pd.DataFrame) -> str:
    """Who is first, or who may be where ranges overlap; of some partners alone which places they
    have.
    """
    economy, year = party(last["economy"].iloc[0]), int(last["year"].iloc[0])
    names = [party(code) for code in last["partner"]]
    places = [int(place) for place in last["rank"]]
    many, flow = int(last["partners"].max()), last["flow"].iloc[0]
    kind = "partner" if flow == "turnover" else f"{flow.removesuffix('s')} partner"
    if many == 1:
        return f"{names[0]} is the only {kind} of {economy} that can be ranked in {year}"
    ranged = bool((last["high"] > last["low"]).any())
    if places[0] > 1 or (ranged and len(last) < many):  # those left out may be first as well
        said = [f"{name} {ordinal(place)}" for name, place in zip(names, places, strict=True)][:3]
        said[0] = f"{names[0]} is {ordinal(places[0])}"
        by = " by the lower figures" if ranged else ""
        return f"{', '.join(said)} of {economy}'s {many} ranked {kind}s in {year}{by}"
    whose, of = f"{economy}'s first {kind} in {year}", f" (of {many} ranked)"
    may = [party(code) for code in last.loc[last["high"] >= last["low"].max(), "partner"]]
    if len(may) > 1:
        return f"{' or '.join(may[:3])} may be {whose}{of}"
    if len(last) == 1:
        return f"{names[0]} is {whose}{of}"
    return f"{names[0]} is {whose}, {names[1]} {_NEXT.get(places[1]) or ordinal(places[1])}{of}"


_NEXT = {2: "second", 3: "third"}


# Series over years


def _growth(found: pd.DataFrame, *, top: int = MOST_LINES) -> Picture:
    picture = _series(found, "growth", "Growth", top, times=100, form=_rate)
    real = "price_basis" in found and found["price_basis"].astype(str).str.contains("constant")
    basis = "real" if real is not False and real.all() else "nominal"
    return replace(picture, below=f"% a year, {basis}. {picture.below}".strip())


def _hhi(found: pd.DataFrame, *, top: int = MOST_LINES) -> Picture:
    picture = _series(found, "hhi", "HHI", top, form=lambda v: f"{v:.2f}")
    return replace(
        picture, below=f"Herfindahl-Hirschman index, from 0 to 1. {picture.below}".strip()
    )


def _rate(value: float) -> str:
    said = small_percent(abs(value))
    return f"\u2212{said}" if value < 0 else said


def _series(
    found: pd.DataFrame,
    value: str,
    what: str,
    top: int,
    *,
    form: Callable[[float], str],
    times: float = 1,
) -> Picture:
    """A line over the years for each series of a frame; the last known figure is its title."""
    computed = {value, "value_usd", "n", "sources", "price_basis", "year"}
    keys = [c for c in found.columns if c not in computed]
    if "year" not in found:
        raise UsageError("accounts without years have no line", hint="by=[..., 'year']")
    known = _some(found.dropna(subset=[value]), f"no {value} is known")
    one_figure(known, [*keys, "year"], hint="keep one account for each year")
    groups = list(known.groupby(keys, observed=True)) if keys else [((), known)]
    varied = [k for k in keys if known[k].nunique() > 1]
    common = [k for k in keys if k not in varied]
    size = "value_usd" if "value_usd" in known else value
    groups.sort(key=lambda pair: float(pair[1].sort_values("year")[size].iloc[-1]), reverse=True)
    about = _account({k: known[k].iloc[0] for k in common})

    most = min(at_least_one("top", top, "3"), MOST_LINES)
    named, others = groups[:most], groups[most:]
    grey = others if len(others) <= MOST_GREY else []
    looks = _looks([{k: rows[k].iloc[0] for k in varied} for _, rows in named])

    def draw(ax: Axes) -> Axes:
        for (_, rows), (hue, dash) in reversed(list(zip(named, looks, strict=True))):
            name = _account({k: rows[k].iloc[0] for k in varied})
            _line(ax, by_year(rows, value) * times, name, hue, linestyle=dash)
        if times == 100:
            ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        ax.set_ylim(ax.get_ylim())  # grey lines may leave the picture
        for _, rows in grey:
            thin = style.scaled(0.7)
            line(ax, by_year(rows, value) * times, color=style.GRID, linewidth=thin, zorder=1)
        return _years(ax)

    below = "" if not others else f"In grey the other {len(grey)}."
    if len(others) > len(grey):
        below = f"The largest of {len(groups)} series."
    some = f", the {len(named)} largest" if others and len(named) > 1 else ""
    title = f"{what}{f' ({about})' if about else ''}{some}{_move(named, varied, value, form)}"
    return Picture(draw, title, _sources(known), below)


_CYCLE = (style.HIGHLIGHT, style.SECOND, *(style.HUE[h] for h in ("green", "purple", "ochre")))
_DASHES = ("-", (0, (4, 2)), (0, (1, 1.5)))


def _looks(series: Sequence[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    """Colour and dash of each line: a party that has a colour has it here as well, and the others
    take what is left; lines of one party differ by their dash.
    """
    known = eco.codes()
    parties = [tuple(str(v) for v in keys.values() if str(v) in known) for keys in series]
    own = [next(filter(None, (style.colour(code, "") for code in of)), "") for of in parties]
    left = iter([hue for hue in (*_CYCLE, style.INK) if hue not in own])
    hues = list[str]()
    for i, of in enumerate(parties):
        again = hues[parties.index(of)] if of and of in parties[:i] else ""
        hues.append(own[i] or again or next(left))
    return [(hue, _DASHES[hues[:i].count(hue) % len(_DASHES)]) for i, hue in enumerate(hues)]


def _move(
    groups: Sequence[tuple[Any, pd.DataFrame]],
    varied: Sequence[str],
    value: str,
    form: Callable[[float], str],
) -> str:
    """The last figure of one series beside its first, or the span of several in the newest year."""
    ends = [rows.sort_values("year").iloc[[0, -1]] for _, rows in groups]
    if len(groups) == 1:
        (y0, v0), (y1, v1) = ends[0][["year", value]].to_numpy(dtype=float)
        if y0 == y1:
            return f": {form(v1)} in {int(y1)}"
        return f": {form(v0)} in {int(y0)}, {form(v1)} in {int(y1)}"
    newest = int(max(end["year"].max() for end in ends))
    said = [
        (float(end[value].iloc[1]), _account({k: end[k].iloc[1] for k in varied}))
        for end in ends
        if int(end["year"].iloc[1]) == newest
    ]
    (low, who), (high, whose) = min(said), max(said)
    if len(said) == 1:
        return f": {form(low)} in {newest} ({who})"
    return f": from {form(low)} ({who}) to {form(high)} ({whose}) in {newest}"


def _account(keys: Mapping[str, Any]) -> str:
    """The values of keys as a reader says them: 'Uzbekistan, export'."""
    known = eco.codes()
    return ", ".join(
        party(str(v)) if str(v) in known else value_words(v, k) for k, v in keys.items()
    )


# Models


def _event_study(study: EventStudy) -> Picture:
    table, att = study.table, study.att

    def draw(ax: Axes) -> Axes:
        ax.axhline(0, color=style.INK, linewidth=style.scaled(0.8))
        ax.axvline(-0.5, color=style.MUTED, linewidth=style.scaled(1), linestyle=(0, (4, 3)))
        for rows, hue in (
            (table[table["event_time"] < 0], style.OTHER),
            (table[table["event_time"] >= 0], style.HIGHLIGHT),
        ):
            _intervals(ax, rows["event_time"], rows, hue)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        style.bare(ax, x=False)
        return ax

    below = (
        f"Periods since treatment. {study.treated} treated and {study.untreated} untreated units, "
        f"{study.estimator}."
    )
    if study.caution:
        below += f" Caution: {study.caution}."
    return Picture(draw, f"Mean effect {_interval_words(att)}", study.sources, below)


def _gravity(fit: Gravity) -> Picture:
    table = fit.table
    if table["estimate"].notna().sum() == 0:
        raise CoverageError("no term was estimated: there is nothing to draw", hint="see .log")

    def draw(ax: Axes) -> Axes:
        ax.axvline(0, color=style.INK, linewidth=style.scaled(0.8))
        places = range(len(table))
        for y, (_, row) in zip(places, table.iterrows(), strict=True):
            if pd.isna(row["estimate"]):
                ax.text(0, y, " not estimated", va="center", color=style.MUTED, bbox=style.CLEAR)
        _intervals(ax, pd.Series(places), table, style.HIGHLIGHT, flat=True)
        names = [str(term).replace("_", " ") for term in table["term"]]
        ax.set_yticks(places, names, color=style.INK)
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
        style.bare(ax, y=False)
        return ax

    clear = int((table["p"] < 0.05).sum())
    known = int(table["estimate"].notna().sum())
    title = f"{clear or 'None'} of {known} terms differ{'s' if clear == 1 else ''} from zero at 5%"
    if known == 1:
        first = table.dropna(subset=["estimate"]).iloc[0]
        title = f"{str(first['term']).replace('_', ' ')}: {_interval_words(first)}"
    below = f"Log points. {fit.caption()}."
    return Picture(draw, title, fit.sources, below, rows=2 * len(table) + 7)


def _curve(curve: SpecificationCurve, *, unit: str = "estimate", alpha: float = 0.05) -> Picture:
    table = curve.to_frame()
    data = table.assign(
        value=table["estimate"],
        met=[True if p < alpha else None for p in table["p"]],
        threshold=0.0,
        criterion=unit,
    )
    run = curve.summary(alpha=alpha).iloc[0]
    ran = int(run["specifications"] - run["missing"])
    above, under = (round(ran * run[f"significant_{way}"]) for way in ("positive", "negative"))
    title = (
        f"{above or 'None'} of {ran} specifications {'is' if above == 1 else 'are'} significantly "
        f"positive, {under or 'none'} significantly negative ({100 * alpha:g}%)"
    )
    axes = [axis.name for axis in curve.universe.axes]
    return _specifications(data, axes, title, unit, curve.sources)


def _specifications(
    data: pd.DataFrame,
    axes: Sequence[str],
    title: str,
    unit: str,
    sources: Sequence[str],
    words: Callable[[str, Any], str] = lambda axis, value: value_words(value, axis),
) -> Picture:
    """Values above, the choices that made them below, each axis under a row with its name."""
    ordered = claims.sorted_by_value(data)
    choices, names = claims.choice_rows(ordered, axes, words)

    def draw(ax: Axes) -> Axes:
        bottom = split(ax, (8, max(len(choices), 1)))
        claims.draw_values(ax, ordered)
        heads = {axis: axis_words(axis) for axis in axes}
        claims.draw_choices(bottom, ordered, choices, names, heads)
        return bottom

    bound = number(float(ordered["threshold"].iloc[0]))
    below = f"{unit[:1].upper()}{unit[1:]}. {len(ordered)} specifications, sorted. "
    below += f"Ring: the main one. Dashed: {bound}."
    return Picture(draw, title, sources, below, rows=len(choices) + 14)


def _verdict(verdict: Verdict, *, criterion: str | None = None) -> Picture:
    title = f"{verdict.claim}: {verdict.verdict}. {verdict.finding}"
    if criterion is not None:
        return _criterion(verdict, criterion)
    data = claims.judged_cells(verdict)
    if data.empty:
        raise CoverageError(
            "no criterion was judged: there is nothing to draw", hint=verdict.reason
        )
    criteria = list(dict.fromkeys(data["criterion"]))

    def draw(ax: Axes) -> Axes:
        claims.draw_judged(ax, data, top=0.52, part=0.44)
        ax.set_yticks([])
        for y, name in enumerate(criteria):
            ax.text(0.04, y + 0.47, name, va="bottom", color=style.INK)
        return ax

    return Picture(draw, title, list(verdict.sources), rows=3.4 * len(criteria) + 5)


def _criterion(verdict: Verdict, criterion: str) -> Picture:
    judged = {c.name: c for v in verdict.all() for c in v.criteria}
    known_name(f"criterion of {verdict.claim}", criterion, judged)
    found, table = judged[criterion], verdict.curves[criterion]
    single = len(found.cells) == 1 and found.cell_threshold is not None
    data = table.assign(threshold=found.cell_threshold if single else found.threshold)
    axes = [c for c in table if c not in claims.CURVE]
    said = found.says.partition(". ")[0].removesuffix(".")
    return _specifications(data, axes, f"{found.label}: {said}", found.unit, found.sources)


# What they share


def _some(frame: pd.DataFrame, what: str = "the frame has no row") -> pd.DataFrame:
    if frame.empty:
        raise CoverageError(f"{what}: there is nothing to draw", hint="choose other rows")
    return frame


def _sources(frame: pd.DataFrame) -> list[str]:
    named = {"source_id", "sources"} & set(frame.columns)
    return source_ids(frame) if named else []


def _money(frame: pd.DataFrame, largest: float) -> tuple[float, str]:
    divisor, many = (1e9, "Billion") if largest >= 5e8 else (1e6, "Million")
    return divisor, f"{many} {dollars(frame)}"


def _interval_words(row: Mapping[str, Any] | pd.Series) -> str:
    """'0.98 (0.61 to 1.34)'"""
    said = [decimals(row[c], 2).replace("--", "?") for c in ("estimate", "low", "high")]
    value, low, high = (one.replace("-", "\u2212") for one in said)
    return f"{value} ({low} to {high})"


def _line(ax: Axes, series: pd.Series, name: str, colour: str, **look: Any) -> None:
    """A line of `by_year`, named beside its last figure."""
    known = series.dropna()
    if known.empty:
        return
    line(ax, series.astype(float), color=colour, **look)
    name_line(ax, name, float(known.index[-1]), float(known.iloc[-1]), colour)


def _years(ax: Axes) -> Axes:
    year_axis(ax, 6)
    style.bare(ax, x=False)
    return ax


def _intervals(
    ax: Axes, at: pd.Series, rows: pd.DataFrame, colour: str, *, flat: bool = False
) -> None:
    """A dot for each estimate and a line for its interval, upright or flat."""
    spans = (ax.hlines if flat else ax.vlines)(at, rows["low"], rows["high"])
    spans.set(color=colour, linewidth=style.scaled(1.6))
    dots = (rows["estimate"], at) if flat else (at, rows["estimate"])
    ax.scatter(*dots, s=style.area(26), color=colour, zorder=3)


_PICTURES: dict[str, Callable[..., Picture]] = {
    "mirror_gap": _mirror_gap,
    "rank": _rank,
    "growth": _growth,
    "hhi": _hhi,
    "EventStudy": _event_study,
    "Gravity": _gravity,
    "SpecificationCurve": _curve,
    "Verdict": _verdict,
}
"""Pictures by the measure of a frame, or the class of a result."""
