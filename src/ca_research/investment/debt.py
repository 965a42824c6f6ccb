"""Debt to China against official creditors and GDP."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def debt_exposure(
    debt: pd.DataFrame, macro: pd.DataFrame, *, debtors: Sequence[str], creditor: str = "CHN", gdp_source: str
) -> pd.DataFrame:
    """Debt to one official bilateral creditor as a share of other totals, per debtor and year.

    debt: table `debt`, one source (the International Debt Statistics hold the creditor, BIL and MUL).
    macro: table `macro` with NY.GDP.MKTP.CD; gdp_source names which vintage is used (vintages differ by up to 10 %).
    Returns debtor, year, debt_usd, of_bilateral (share of all official bilateral debt), of_official (share of official
    bilateral and multilateral public debt: private creditors are not at hand), of_gdp; null where a part is missing.
    """
    stock = debt[(debt["measure"] == "stock") & debt["debtor"].isin(list(debtors))]
    sources = {c: set(stock.loc[stock["creditor"] == c, "source_id"]) for c in (creditor, "BIL", "MUL")}
    common = set.intersection(*sources.values()) if all(sources.values()) else set()
    wide = stock[stock["source_id"].isin(common)].pivot_table(
        index=["debtor", "year"], columns="creditor", values="value_usd", aggfunc="sum"
    )
    for code in (creditor, "BIL", "MUL"):
        if code not in wide:
            wide[code] = float("nan")
    gdp = macro[(macro["indicator"] == "NY.GDP.MKTP.CD") & (macro["source_id"] == gdp_source)].set_index(
        ["economy", "year"]
    )["value"]
    gdp.index.names = ["debtor", "year"]
    out = pd.DataFrame(
        {
            "debt_usd": wide[creditor],
            "of_bilateral": wide[creditor] / wide["BIL"],
            "of_official": wide[creditor] / (wide["BIL"] + wide["MUL"]),
        }
    )
    out["of_gdp"] = out["debt_usd"] / gdp.reindex(out.index)
    return out.dropna(subset=["debt_usd"]).reset_index()
