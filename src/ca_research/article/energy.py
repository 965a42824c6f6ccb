"""Central Asia's part in China's energy imports.

Frames like table `energy`: exporter, importer, year, commodity, unit, quantity, source_id. Each
commodity is counted in one unit; rows in another are of another account and take no part. Origins
are picked by code, so that a group of them never adds to its members; WLD is the total and never an
origin.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import measure, tells
from ..estimates.series import at_year, level, one_row, pick, ratio, series, with_every
from ..ground import economies as eco
from ..stats.contract import one_figure_per_cell
from ..stats.frames import figures
from ..tables.preference import one_source_each

Commodity = Literal["gas", "crude", "uranium"]
Origin = Literal["five", "kazakhstan"]
COMMODITIES = {
    "gas": (["pipeline_gas", "lng"], "bcm", [*eco.CA5, "OTHER_FSU"]),
    "crude": (["crude_oil"], "million tonnes", ["OTHER_CIS"]),
    "uranium": (["natural_uranium"], "tonnes U", [*eco.CA5]),
}
"""Of each: the goods that are all of it, their unit, and origins.

The 2014 edition puts Uzbekistan's gas under 'other former Soviet Union'. Crude of 'Other CIS' is an
upper bound for the five: it holds Azerbaijan too.
"""


def _quantities(energy: pd.DataFrame, commodity: str) -> pd.DataFrame:
    """China's imports of a commodity as a series, one figure per origin, good and year; of several
    sources the first in order.
    """
    goods, unit, _ = COMMODITIES[commodity]
    rows = pick(energy, importer="CHN", unit=unit, commodity=goods).dropna(subset="quantity")
    figures(rows, "quantity")
    cell = ["exporter", "commodity", "year"]
    rows = one_source_each(rows, cell)
    one_figure_per_cell(rows, cell)
    columns = ["exporter", "importer", "year", "commodity", "unit", "quantity", "source_id"]
    return series(rows, "", "quantity", columns)


def energy_series(energy: pd.DataFrame, commodity: str, origin: str = "five") -> pd.DataFrame:
    """Shares of the origins in China's imports of a commodity, in per cent, as a series
    (`estimates.series`): years that have the origins and every good of the total. Of crude nothing
    to all of 'Other CIS'. Origins above the total are of another account and have no share.
    """
    goods, _, origins = COMMODITIES[commodity]
    inside, total = _sides(_quantities(energy, commodity), origins, goods)
    if origin == "kazakhstan":
        inside = pick(inside, exporter="KAZ")
    shares = ratio(inside, total)
    shares = shares[shares["high"] <= 100]
    return shares.assign(low=0.0) if commodity == "crude" else shares


def _sides(
    imports: pd.DataFrame, origins: list[str], goods: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Imports from the origins, and from everywhere in the years that have every good."""
    total = with_every(pick(imports, exporter="WLD"), ["year"], commodity=goods)
    return pick(imports, exporter=origins), total


@measure("economy.energy_share", kind="share", unit="per cent")
@tells("newest", "earlier", "used")
def energy_share(
    energy: pd.DataFrame,
    macro: pd.DataFrame | None = None,
    *,
    commodity: Commodity,
    origin: Origin = "five",
    before: int | None = None,
) -> list[Estimate]:
    """Share of Central Asia in China's imports of one commodity, in per cent, in the newest year.

    energy, commodity, origin: as in `energy_series` ('kazakhstan' of uranium). before: only years
        before this one; of these nothing is told.
    macro: like table `macro`, with China's consumption of gas; only what is told rests on it.
    Formula: 100 * sum over origins / total; crude gives only bounds. Tells the figure with its year
    (`newest`), those of the first year and of the year before (`earlier`), and what the gas was of
    all that China used in that year (`used`).
    """
    shares, years = energy_series(energy, commodity, origin), "year"
    if before is not None:
        shares, years = shares[shares["year"] < before], f"year before {before}"
    if shares.empty:
        return [one_row(f"{commodity}: no {years} with figures for both origin and total")]
    row = one_row(level(at_year(shares), "nothing to all of 'Other CIS'"))
    if before is not None:
        return [row]
    words = {year: _in_words(of, int(year)) for year, of in shares.groupby("year")}
    *others, newest = words
    earlier = eco.joined(words[year] for year in dict.fromkeys([*others[:1], *others[-1:]]))
    about = {"newest": words[newest], "earlier": earlier}
    if commodity == "gas" and macro is not None:
        of_use = gas_context(energy, macro).set_index("year")["of consumption"].dropna()
        about["used"] = f"{of_use[newest]:.0f}%" if newest in of_use else ""
    return [row | {"about": about}]


def _in_words(figure: pd.DataFrame, year: int) -> str:
    """'48% in 2014', of a bound 'at most 1.1% in 2023'."""
    low, high = figure[["low", "high"]].iloc[0]
    return f"{high:.0f}% in {year}" if low == high else f"at most {high:.1f}% in {year}"


def gas_context(energy: pd.DataFrame, macro: pd.DataFrame) -> pd.DataFrame:
    """Gas of the five in China by year, as per cent of pipeline imports, of all imports and of
    consumption.

    energy: like table `energy`. macro: like table `macro`, with EI.gas_consumption of China in bcm;
        where several editions give a year, the one whose source_id sorts last counts.
    Returns year, 'of pipeline imports', 'of all gas imports', 'of consumption' (per cent; null
    without consumption in bcm). Formula: 100 * sum of the five / the total named.
    """
    goods, _, origins = COMMODITIES["gas"]
    inside, total = _sides(_quantities(energy, "gas"), origins, goods)
    used = pick(macro, indicator="EI.gas_consumption", unit="bcm", economy="CHN")
    used = used.sort_values("source_id")
    totals = {
        "of pipeline imports": pick(total, commodity="pipeline_gas"),
        "of all gas imports": total,
        "of consumption": series(used.drop_duplicates("year", keep="last"), "", "value"),
    }
    shares = {
        of: ratio(inside, whole).groupby("year")["low"].first() for of, whole in totals.items()
    }
    table = pd.DataFrame(shares).rename_axis("year").reset_index()
    return table.dropna(subset="of all gas imports").astype({"year": int})
