"""Central Asia's part in China's energy imports."""

from __future__ import annotations

import pandas as pd

from .. import economies as eco
from ..errors import UnknownNameError
from ..stats import years_back
from ..tables.provenance import estimate_row, estimates

COMMODITIES = {
    "gas": "pipeline gas from the five over pipeline gas and LNG from everywhere (bcm)",
    "crude": "crude of 'Other CIS' (an upper bound for the five: it holds Azerbaijan too) over all crude (million tonnes)",
    "uranium": "natural uranium from the five over all natural uranium (tonnes of uranium)",
}


def _pick(energy: pd.DataFrame, commodity: str, exporters: list[str], unit: str) -> pd.DataFrame:
    rows = energy[
        (energy["importer"] == "CHN")
        & (energy["commodity"] == commodity)
        & energy["exporter"].isin(exporters)
        & (energy["unit"] == unit)
    ]
    return rows[["exporter", "importer", "year", "commodity", "unit", "quantity", "source_id"]].dropna(
        subset=["quantity"]
    )


def _parts(energy: pd.DataFrame, commodity: str, origin: str) -> tuple[pd.DataFrame, pd.DataFrame, set[int]]:
    """Numerator rows, denominator rows, and the years for which both are whole."""
    if commodity == "gas":  # the 2014 edition puts Uzbekistan under 'other former Soviet Union'
        inside = _pick(energy, "pipeline_gas", [*eco.CA5, "OTHER_FSU"], "bcm")
        pipeline, lng = _pick(energy, "pipeline_gas", ["WLD"], "bcm"), _pick(energy, "lng", ["WLD"], "bcm")
        return inside, pd.concat([pipeline, lng]), set(pipeline["year"]) & set(lng["year"]) & set(inside["year"])
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
    share = 100 * float(inside["quantity"].sum() / total["quantity"].sum())
    used = pd.concat([inside, total])
    if commodity == "crude":
        return estimate_row(used, low=0.0, high=share, interval="nothing to all of 'Other CIS'")
    return estimate_row(used, estimate=share)


def energy_share(energy: pd.DataFrame, *, commodity: str, year: str = "newest", origin: str = "five") -> pd.DataFrame:
    """Share of Central Asia in China's imports of one commodity (per cent); an estimates frame of one row.

    commodity: 'gas', 'crude' or 'uranium' (see COMMODITIES for numerator, denominator and unit).
    year: 'newest' year for which both are at hand, 'newest-1', 'newest-2'. origin: 'five', or 'kazakhstan' (uranium).
    """
    _, _, years = _parts(energy, commodity, origin)
    ordered, back = sorted(years, reverse=True), years_back(year)
    if len(ordered) <= back:
        return estimates(
            [estimate_row(missing=f"{commodity}: {len(ordered)} year(s) with both origin and total at hand")]
        )
    return estimates([_share(energy, commodity, origin, int(ordered[back]))])


def energy_share_before(
    energy: pd.DataFrame, *, commodity: str, before: str = "2009", origin: str = "five"
) -> pd.DataFrame:
    """As `energy_share`, for the newest year before `before` (the first Central Asian gas pipeline opened in 2009)."""
    early = energy[energy["year"] < int(before)]
    _, _, years = _parts(early, commodity, origin)
    if not years:
        return estimates(
            [estimate_row(missing=f"{commodity}: no year before {before} with both origin and total at hand")]
        )
    return estimates([_share(early, commodity, origin, int(max(years)))])


def energy_shares(energy: pd.DataFrame) -> pd.DataFrame:
    """Shares of the five in China's imports by commodity, for every year with origin and total at hand.

    Returns commodity, year, share, low, high (per cent; bounds where only bounds are known) and sources.
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
    """Gas of the five in China by year, as per cent of pipeline imports, of all imports and of consumption.

    macro: table `macro` with EI.gas_consumption of China in bcm; where several editions give a year, the newest counts.
    """
    inside, total, years = _parts(energy, "gas", "five")
    used = macro[
        (macro["indicator"] == "EI.gas_consumption") & (macro["economy"] == "CHN") & (macro["unit"] == "bcm")
    ].sort_values("source_id")
    rows = []
    for year in sorted(years):
        own, all_ = inside[inside["year"] == year], total[total["year"] == year]
        pipeline = all_.loc[all_["commodity"] == "pipeline_gas", "quantity"].sum()
        burnt = used.loc[used["year"] == year]
        sources = sorted({*own["source_id"], *all_["source_id"], *burnt["source_id"].tail(1)})
        quantity = own["quantity"].sum()
        rows.append(
            {
                "year": int(year),
                "of pipeline imports": 100 * quantity / pipeline,
                "of all gas imports": 100 * quantity / all_["quantity"].sum(),
                "of consumption": 100 * quantity / burnt["value"].iloc[-1] if len(burnt) else None,
                "sources": tuple(sources),
            }
        )
    return pd.DataFrame(rows)
