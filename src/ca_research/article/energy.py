"""Central Asia's part in China's energy imports.

Frames like table `energy`: exporter, importer, year, commodity, unit, quantity, source_id. Each
commodity is counted in the unit that COMMODITIES names; rows in another unit are of another account
and take no part. Origins are picked by code, so that a group of them never adds to its members; WLD
is the total and never an origin.
"""

from __future__ import annotations

from typing import Literal, get_args

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import UnknownNameError, UsageError
from ..ground.periods import years_back
from ..plots import style
from ..plots.needs import by_year, needs
from ..plots.panels import line, year_axis
from ..plots.pen import tight
from ..stats.frames import numbers, require
from ..tables.preference import one_source_each

Commodity = Literal["gas", "crude", "uranium"]
COMMODITIES = {
    "gas": "pipeline gas from the five over pipeline gas and LNG from everywhere (bcm)",
    "crude": "crude of 'Other CIS' (an upper bound for the five: it holds Azerbaijan too) over all "
    "crude (million tonnes)",
    "uranium": "natural uranium from the five over all natural uranium (tonnes of uranium)",
}
Origin = Literal["five", "kazakhstan"]
ORIGINS = get_args(Origin)


def _pick(energy: pd.DataFrame, commodity: str, exporters: list[str], unit: str) -> pd.DataFrame:
    """China's imports of a commodity from some origins in one unit; one figure per origin and year
    (of several sources the first in order), or UsageError.
    """
    require(
        energy,
        ("quantity", "source_id"),
        keys=("exporter", "importer", "year", "commodity", "unit"),
    )
    rows = energy[
        (energy["importer"] == "CHN")
        & (energy["commodity"] == commodity)
        & energy["exporter"].isin(exporters)
        & (energy["unit"] == unit)
    ]
    found = rows[["exporter", "importer", "year", "commodity", "unit", "quantity", "source_id"]]
    found = found.dropna(subset=["quantity"])
    numbers(found, "quantity")
    found = one_source_each(found, ["exporter", "year"])
    twice = found[found.duplicated(["exporter", "year"])]
    if len(twice):
        first = twice.iloc[0]
        raise UsageError(
            f"two figures of {commodity} from {first['exporter']} in {first['year']}",
            hint="they would be added: choose one source first",
        )
    return found


def _origin(origin: str) -> None:
    if origin not in ORIGINS:
        raise UnknownNameError("origin", origin, ORIGINS)


def _parts(
    energy: pd.DataFrame, commodity: str, origin: str
) -> tuple[pd.DataFrame, pd.DataFrame, set[int]]:
    """Numerator rows, denominator rows, and the years for which both are whole."""
    if commodity == "gas":  # the 2014 edition puts Uzbekistan under 'other former Soviet Union'
        inside = _pick(energy, "pipeline_gas", [*eco.CA5, "OTHER_FSU"], "bcm")
        pipeline, lng = (
            _pick(energy, "pipeline_gas", ["WLD"], "bcm"),
            _pick(energy, "lng", ["WLD"], "bcm"),
        )
        return (
            inside,
            pd.concat([pipeline, lng]),
            set(pipeline["year"]) & set(lng["year"]) & set(inside["year"]),
        )
    if commodity == "crude":
        inside, total = (
            _pick(energy, "crude_oil", ["OTHER_CIS"], "million tonnes"),
            _pick(energy, "crude_oil", ["WLD"], "million tonnes"),
        )
        return inside, total, set(inside["year"]) & set(total["year"])
    if commodity == "uranium":
        exporters = ["KAZ"] if origin == "kazakhstan" else list(eco.CA5)
        inside, total = (
            _pick(energy, "natural_uranium", exporters, "tonnes U"),
            _pick(energy, "natural_uranium", ["WLD"], "tonnes U"),
        )
        return inside, total, set(inside["year"]) & set(total["year"])
    raise UnknownNameError("commodity", commodity, COMMODITIES)


def _share(energy: pd.DataFrame, commodity: str, origin: str, year: int) -> dict[str, object]:
    inside, total, _ = _parts(energy, commodity, origin)
    inside, total = inside[inside["year"] == year], total[total["year"] == year]
    part, whole = float(inside["quantity"].sum()), float(total["quantity"].sum())
    if not 0 <= part <= whole or not whole:
        what = (
            f"{commodity} in {year}: {part:g} from the origins and {whole:g} in all are not of "
            "one account"
        )
        return estimate_row(missing=what)
    share = 100 * part / whole
    used = pd.concat([inside, total])
    if commodity == "crude":
        return estimate_row(used, low=0.0, high=share, interval="nothing to all of 'Other CIS'")
    return estimate_row(used, estimate=share)


@measure("economy.energy_share")
@tells("newest", "earlier", "used")
def energy_share(
    energy: pd.DataFrame,
    macro: pd.DataFrame | None = None,
    *,
    commodity: Commodity,
    year: str = "newest",
    origin: Origin = "five",
) -> list[Estimate]:
    """Share of Central Asia in China's imports of one commodity (per cent); an estimates frame of
    one row.

    energy: like table `energy`. commodity: 'gas', 'crude' or 'uranium' (see COMMODITIES for
        numerator, denominator, unit).
    macro: like table `macro`, with China's consumption of gas; only what is told rests on it.
    year: 'newest' year for which both are at hand, 'newest-1', 'newest-2'. origin: 'five', or
        'kazakhstan' (uranium).
    Formula: 100 * sum over origins / total; crude gives only bounds (low 0, high the whole of
    'Other CIS'). Tells the figure with its year (`newest`), those of the first year and of the
    year before (`earlier`), and what the gas was of all that China used in that year (`used`).
    A year that is not there, a total of zero and origins above the total are recorded in `missing`.
    Raises UnknownNameError for a commodity, an origin or a column, UsageError for two figures of
    one origin and year.
    """
    _origin(origin)
    _, _, years = _parts(energy, commodity, origin)
    ordered, back = sorted(years, reverse=True), years_back(year)
    if len(ordered) <= back:
        found = {0: "no year", 1: "one year"}.get(len(ordered), f"{len(ordered)} years")
        return [
            estimate_row(missing=f"{commodity}: {found} with figures for both origin and total")
        ]
    chosen, older = int(ordered[back]), ordered[back + 1 :]
    before = sorted({older[-1], older[0]}) if older else []
    told = {y: _share_in_words(energy, commodity, origin, y) for y in [*before, chosen]}
    about = {"newest": told[chosen], "earlier": eco.joined(filter(None, map(told.get, before)))}
    if commodity == "gas" and macro is not None:
        of_use = gas_context(energy, macro).set_index("year")["of consumption"].dropna()
        about["used"] = f"{of_use[chosen]:.0f}%" if chosen in of_use.index else ""
    return [_share(energy, commodity, origin, chosen) | {"about": about}]


def _share_in_words(energy: pd.DataFrame, commodity: str, origin: str, year: int) -> str:
    """'48% in 2014', of a bound 'at most 1.1% in 2023'; '' where the share is missing."""
    share = _share(energy, commodity, origin, year)
    if share["estimate"] is not None:
        return f"{share['estimate']:.0f}% in {year}"
    return "" if share["high"] is None else f"at most {share['high']:.1f}% in {year}"


@measure("economy.energy_share_before")
def energy_share_before(
    energy: pd.DataFrame, *, commodity: Commodity, before: int = 2009, origin: Origin = "five"
) -> list[Estimate]:
    """Share of Central Asia in China's imports of one commodity (per cent), in the newest year
    before a given one.

    As `energy_share`; the first Central Asian gas pipeline opened in 2009.

    energy, commodity, origin: as in `energy_share` ('gas', 'crude' or 'uranium'; 'five' or
        'kazakhstan').
    before: a year.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, in per cent, as
    `energy_share`.
    Raises UnknownNameError and UsageError as `energy_share`, and UsageError where `before` is no
    year.
    """
    _origin(origin)
    require(energy, (), keys=("year",))
    early = energy[energy["year"] < whole_number("before", before)]
    _, _, years = _parts(early, commodity, origin)
    if not years:
        return [
            estimate_row(
                missing=f"{commodity}: no year before {before} with figures for both "
                "origin and total"
            )
        ]
    return [_share(early, commodity, origin, int(max(years)))]


def energy_shares(energy: pd.DataFrame) -> pd.DataFrame:
    """Shares of the five in China's imports by commodity, for every year with origin and total at
    hand.

    energy: like table `energy`, as in `energy_share`.
    Returns commodity, year, share, low, high (per cent; bounds where only bounds are known) and
    sources; a year whose share `energy_share` would record as missing is null.
    Raises UnknownNameError for a missing column, UsageError for two figures of one origin and year.
    Formula:
    `energy_share`.
    """
    rows = []
    for commodity in COMMODITIES:
        _, _, years = _parts(energy, commodity, "five")
        for year in sorted(years):
            found = _share(energy, commodity, "five", int(year))
            rows.append(
                {
                    "commodity": commodity,
                    "year": int(year),
                    "share": found["estimate"],
                    "low": found["low"],
                    "high": found["high"],
                    "sources": found["sources"],
                }
            )
    frame = pd.DataFrame(rows, columns=["commodity", "year", "share", "low", "high", "sources"])
    return frame.astype({"share": "float64", "low": "float64", "high": "float64"})


def gas_context(energy: pd.DataFrame, macro: pd.DataFrame) -> pd.DataFrame:
    """Gas of the five in China by year, as per cent of pipeline imports, of all imports and of
    consumption.

    energy: like table `energy`. macro: like table `macro`, with EI.gas_consumption of China in bcm;
        where several editions give a year, the one whose source_id sorts last counts.
    Returns year, 'of pipeline imports', 'of all gas imports', 'of consumption' (per cent; null
    without consumption in bcm) and sources. Formula: 100 * sum of the five / the total named.
    Raises UnknownNameError for a missing column, UsageError for two figures of one origin and year.
    """
    require(macro, ("value", "source_id"), keys=("economy", "year", "indicator", "unit"))
    inside, total, years = _parts(energy, "gas", "five")
    used = macro[
        (macro["indicator"] == "EI.gas_consumption")
        & (macro["economy"] == "CHN")
        & (macro["unit"] == "bcm")
    ]
    used = used[used["value"] > 0].sort_values("source_id")
    of = ("of pipeline imports", "of all gas imports", "of consumption")
    rows = []
    for year in sorted(years):
        own, all_ = inside[inside["year"] == year], total[total["year"] == year]
        pipeline = all_.loc[all_["commodity"] == "pipeline_gas", "quantity"].sum()
        burnt = used.loc[used["year"] == year]
        sources = sorted({*own["source_id"], *all_["source_id"], *burnt["source_id"].tail(1)})
        quantity = own["quantity"].sum()
        if not pipeline > 0:
            continue  # no total to take a share of
        rows.append(
            {
                "year": int(year),
                of[0]: 100 * quantity / pipeline,
                of[1]: 100 * quantity / all_["quantity"].sum(),
                of[2]: 100 * quantity / burnt["value"].iloc[-1] if len(burnt) else None,
                "sources": tuple(sources),
            }
        )
    return pd.DataFrame(rows, columns=["year", *of, "sources"])


@needs("shares", "commodity", "year", "share", "low", "high", like="article.energy.energy_shares")
def share_lines(
    shares: pd.DataFrame, *, thresholds: dict[str, float], labels: dict[str, str]
) -> Figure:
    """Share of the five in China's imports by commodity and year, one panel each, with the declared
    bar.

    shares: columns commodity, year, share, low, high (per cent; a range where only bounds are
        known).
    """
    commodities = list(dict.fromkeys(shares["commodity"]))
    if lacking := [c for c in commodities if c not in thresholds]:
        raise UsageError(
            f"no threshold for {', '.join(map(str, lacking))}",
            hint=f"thresholds={{{lacking[0]!r}: ...}}",
        )
    with style.context():
        figure, grid = plt.subplots(1, len(commodities), figsize=(style.WIDE, 2.7), squeeze=False)
        for ax, name in zip(grid[0], commodities, strict=True):
            part = shares[shares["commodity"] == name].sort_values("year")
            years = part["year"].astype(int)
            if part["share"].notna().any():
                line(ax, by_year(part, "share"), color=style.HIGHLIGHT, marker="o", markersize=4.5)
                for y, s in (
                    (years.iloc[0], part["share"].iloc[0]),
                    (years.iloc[-1], part["share"].iloc[-1]),
                ):
                    ax.annotate(
                        f"{s:.0f}",
                        (y, s),
                        textcoords="offset points",
                        xytext=(0, 7),
                        ha="center",
                        fontsize=style.TICK,
                    )
            else:
                ax.fill_between(
                    years,
                    part["low"],
                    part["high"],
                    color=style.HIGHLIGHT,
                    alpha=0.35,
                    linewidth=0,
                )
                ax.annotate(
                    f"at most {part['high'].iloc[-1]:.1f}",
                    (years.iloc[-1], part["high"].iloc[-1]),
                    textcoords="offset points",
                    xytext=(0, 6),
                    ha="right",
                    fontsize=style.TICK,
                )
            bar = thresholds[name]
            ax.axhline(bar, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_title(labels.get(name, name))
            ax.set_ylim(0, max(bar * 1.5, float(part[["share", "high"]].max().max()) * 1.25))
            ax.set_xlim(years.min() - 1, years.max() + 1)
            year_axis(ax, 4)
            style.bare(ax, x=False)
        grid[0][0].set_ylabel("per cent of China's imports")
        tight(figure, w_pad=1.2)
    return figure
