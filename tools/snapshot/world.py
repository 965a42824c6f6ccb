"""The tables `macro`, `geography` and `energy`."""

import pandas as pd
from common import CA5, code, number, numbers

NO_REPORT = "a zero that means no report"
WORLD_BANK_GROUPS = set(
    [
        "AFE",
        "AFW",
        "ARB",
        "CEB",
        "CSS",
        "EAP",
        "EAR",
        "EAS",
        "ECA",
        "ECS",
        "EMU",
        "FCS",
        "HIC",
        "HPC",
        "IBD",
        "IBT",
        "IDA",
        "IDB",
        "IDX",
        "LAC",
        "LCN",
        "LDC",
        "LIC",
        "LMC",
        "LMY",
        "LTE",
        "MEA",
        "MIC",
        "MNA",
        "NAC",
        "OED",
        "OSS",
        "PRE",
        "PSS",
        "PST",
        "SAS",
        "SSA",
        "SSF",
        "SST",
        "TEA",
        "TEC",
        "TLA",
        "TMN",
        "TSA",
        "TSS",
        "UMC",
        "CHI",
    ]
)
FIGURES_ONLY = {
    "EI.gas_consumption",
    "EI.gas_production",
    "EI.oil_consumption",
    "EI.oil_production",
}
SERIES = {"gas_consumption": "EI.gas_consumption", "gas_production": "EI.gas_production"}
SECTION_3 = "SITC3 mineral fuels (exporter side, UNCTAD)"
CHAPTER_27 = "HS27 mineral fuels (importer-reported)"


def macro(ledger, folder, gas):
    """`gas`: gas consumption and production of China among the facts."""
    rows = ledger.enter(ledger.read(folder, "macro.csv")).rename(columns={"iso3": "economy"})
    zero = rows.value.astype(float) == 0
    rows = ledger.split(rows, ~(zero & rows.indicator.str.contains("KLT.DINV")), NO_REPORT)
    review = rows.source_id == "EI_BP_DDF"
    needed = rows.economy.isin([*CA5, "CHN", "RUS"]) & rows.indicator.isin(FIGURES_ONLY)
    rows = ledger.split(
        rows,
        ~review | needed,
        "mark `figures`: C23 needs gas and oil of China, Russia and the five only",
    )
    gas = gas.rename(columns={"subject": "economy"}).assign(indicator=gas.attribute.map(SERIES))
    rows = pd.concat([rows, gas])
    rows["value"] = numbers(rows.value)
    rows = pd.concat([rows, _world(ledger, folder, rows)])
    rows["economy"] = rows.economy.map(code)
    return rows


def _world(ledger, folder, taken):
    wide = ledger.read(folder, "world_gdp_pop.parquet")
    wide = wide.rename(columns={"iso3": "economy"})
    parts = []
    for column, indicator, source, unit in (
        ("gdp_usd", "NY.GDP.MKTP.CD", "DATASETS_GDP", "current USD"),
        ("population", "SP.POP.TOTL", "DATASETS_POP", "persons"),
    ):
        part = wide[wide[column].notna()].copy()
        part["value"] = part[column]
        parts.append(part.assign(indicator=indicator, source_id=source, unit=unit))
    rows = ledger.enter(pd.concat(parts))
    rows = ledger.split(rows, rows.year >= 1990, "before 1990: before the first year of any claim")
    rows = ledger.split(
        rows,
        ~rows.economy.isin(WORLD_BANK_GROUPS),
        "a World Bank group of economies, not an economy (Channel Islands: no ISO code)",
    )
    rows["year"], rows["value"] = rows.year.astype(str), numbers(rows.value)
    key = ["economy", "year", "indicator", "source_id"]
    both = rows.merge(taken[[*key, "value"]], on=key, how="left", suffixes=("", "_old"))
    seen = both.value_old.notna()
    if (
        seen
        & (both.value.astype(float) - both.value_old.fillna("0").astype(float))
        .abs()
        .gt(both.value.astype(float) * 1e-9)
    ).any():
        raise ValueError("world_gdp_pop and macro.csv differ")
    return ledger.split(
        rows,
        ~pd.Series(seen.to_numpy(), index=rows.index),
        "same key and value as a row of macro.csv",
    )


def geography(ledger, folder):
    rows = ledger.read(folder, "world_bilateral_covariates.parquet")
    rows["source_id"] = "CEPII_GEODIST"
    rows = ledger.enter(rows).rename(
        columns={"exporter_iso3": "origin", "importer_iso3": "destination"}
    )
    rows = ledger.split(rows, rows.origin != rows.destination, "an economy with itself: no pair")
    rows["distance_km"] = [number(round(float(d), 1)) for d in rows.dist]
    for new, old in (
        ("contiguous", "contig"),
        ("common_language", "comlang_off"),
        ("landlocked_origin", "landlocked_o"),
        ("landlocked_destination", "landlocked_d"),
    ):
        rows[new] = (rows[old] == 1).map({True: "true", False: "false"})
    return rows


def _pipeline(gas):
    rows = gas.assign(
        exporter=gas.attribute.str.split(":").str[1].replace("TOTAL", "WLD"), importer="CHN"
    )
    crude = rows.attribute.str.startswith("crude")
    rows["commodity"] = crude.map({True: "crude_oil", False: "pipeline_gas"})
    rows["unit"] = crude.map({True: "million tonnes", False: "bcm"})
    return rows.rename(columns={"value": "quantity"}).assign(value_usd="")


def _uranium(ledger, rail):
    """Uranium in full years; a value in USD stands beside the quantity of the same source."""
    source_of = rail.route_or_point.str.extract(r"from (\w{3})$")[0].fillna("WLD")
    rows = rail.assign(
        exporter=source_of,
        importer="CHN",
        commodity="natural_uranium",
        quantity=rail.value,
        value_usd="",
    )
    rows.loc[rows.route_or_point.str.contains("enriched"), "commodity"] = "enriched_uranium"
    assemblies = rows.route_or_point.str.contains("assemblies")
    rows.loc[assemblies, ["commodity", "exporter"]] = ["nuclear_fuel_assemblies", "KAZ"]
    money = rows[rows.unit == "USD"]
    rows = rows[rows.unit != "USD"].copy()
    alone = []
    for i, m in money.iterrows():
        beside = (
            (rows.exporter == m.exporter) & (rows.year == m.year) & (rows.source_id == m.source_id)
        )
        if beside.any():
            rows.loc[beside, "value_usd"] = m.value
            ledger.leave(
                money.loc[[i]],
                "merged: the value in USD stands beside the quantity of the same source",
            )
        else:
            alone.append(m.copy())
    extra = pd.DataFrame(alone)
    extra["value_usd"], extra["quantity"] = extra.value, ""
    return pd.concat([rows, extra])


def energy(ledger, folder, gas, lng, uranium):
    """(rows of the table, trade rows that stood in the energy file)."""
    rows = ledger.enter(ledger.read(folder, "energy.csv"))
    rows = rows.rename(columns={"exporter_iso3": "exporter", "importer_iso3": "importer"})
    fuels = rows[rows.commodity.isin([SECTION_3, CHAPTER_27])].copy()
    flows = rows[~rows.commodity.isin([SECTION_3, CHAPTER_27])].copy()
    flows["commodity"] = "pipeline_gas"
    gas = _pipeline(gas)
    cell = ["exporter", "importer", "year", "commodity", "source_id"]
    both = gas.merge(flows[[*cell, "quantity"]], on=cell, how="left", suffixes=("", "_old"))
    seen = both.quantity_old.notna()
    apart = (
        both.quantity.astype(float) - both.quantity_old.fillna("0").astype(float)
    ).abs() > 0.0006
    if (seen & apart).any():
        raise ValueError("gas imports among the facts differ from energy.csv")
    gas = ledger.split(
        gas,
        ~pd.Series(seen.to_numpy(), index=gas.index),
        "equals a cell of energy.csv, rounded to three decimals",
    )
    lng = lng.assign(
        exporter="WLD",
        importer="CHN",
        commodity="lng",
        unit="bcm",
        quantity=lng.value,
        value_usd="",
    )
    rows = pd.concat([flows, gas, lng, _uranium(ledger, uranium)])
    for column in ("exporter", "importer"):
        rows[column] = rows[column].map(code)
    rows["quantity"], rows["value_usd"] = numbers(rows.quantity), numbers(rows.value_usd)
    return rows, _as_trade(fuels)


def _as_trade(fuels):
    section = fuels.commodity == SECTION_3
    trade = fuels.assign(
        product=section.map({True: "SITC3", False: "27"}),
        flow=section.map({True: "export", False: "import"}),
    )
    trade["reporter"] = fuels.exporter.where(section, fuels.importer)
    trade["partner"] = fuels.importer.where(section, fuels.exporter)
    return trade
