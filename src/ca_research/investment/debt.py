"""Debt to one creditor against official creditors and GDP."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ..stats.frames import ROUNDING, numbers, refuse_named, require, years
from .guards import CREDITOR_TOTALS, current_dollars

GDP = "NY.GDP.MKTP.CD"


def debt_exposure(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    debtors: str | Sequence[str],
    creditor: str,
    gdp_source: str,
) -> pd.DataFrame:
    """Debt to one official bilateral creditor as a share of other totals, per debtor and year.

    Parameters
    ----------
    debt : pandas.DataFrame
        Table `debt`: debtor, creditor, year, measure, instrument, value_usd, source_id. Used are
        the stocks of the one source that gives the creditor, BIL and MUL; figures of others stay
        out.
    macro : pandas.DataFrame
        Table `macro`: economy, year, indicator, value, unit, source_id, with NY.GDP.MKTP.CD in
        current USD.
    debtors : str or sequence of str
        Codes or names.
    creditor : str
        The code or the name of one.
    gdp_source : str
        Which vintage of GDP is used (vintages differ by up to 10 %).

    Returns
    -------
    pandas.DataFrame
        debtor, year, debt_usd (USD, end of year), of_bilateral (share of all official bilateral
        debt), of_official (share of official bilateral and multilateral debt: private creditors are
        not at hand), of_gdp (of the product of that year), sources; shares as fractions, null where
        a part is missing. A debtor without any figure has one row, with the reason in `missing`.

    Raises
    ------
    CoverageError
        Where no one source gives all three for a debtor.
    UsageError
        Where two sources do or a year has two figures.
    AggregateError
        For a creditor that is a total.
    UnknownNameError
        For an economy that is not known, or a gdp_source without GDP.
    MixedUnitsError
        For GDP or debt in another unit than current USD, or a creditor above all bilateral ones.

    Examples
    --------
    >>> import ca_research as ca
    >>> macro = ca.load("macro", indicator="NY.GDP.MKTP.CD")
    >>> choice = {"debtors": ["KGZ"], "creditor": "CHN", "gdp_source": "DATASETS_GDP"}
    >>> found = debt_exposure(ca.load("debt"), macro, **choice)
    >>> bool(found["of_bilateral"].between(0, 1).all())
    True
    """
    debt = require(debt, ("measure", "value_usd", "source_id"), keys=("debtor", "creditor", "year"))
    macro = require(macro, ("indicator", "value", "source_id"), keys=("economy", "year"))
    debtors, creditor = eco.resolve_all(debtors), eco.resolve(creditor)
    if eco.is_aggregate(creditor):
        raise AggregateError(f"{creditor} is a total, not a creditor", hint="name one economy")
    for frame, column, wanted in (
        (debt, "debtor", debtors),
        (debt, "creditor", [creditor, *CREDITOR_TOTALS]),
        (macro, "economy", debtors),
    ):
        refuse_named(frame[column].unique(), column, wanted)
    common = whole_accounts(debt, debtors, creditor)
    if not common:
        raise CoverageError(
            f"no one source of the frame gives stocks owed to {creditor}, BIL and MUL by "
            f"{', '.join(debtors) or 'anyone'}",
            where=f"sources in it: {', '.join(sorted(set(debt['source_id']))[:6]) or 'none'}",
            hint="load('debt', source='ids_dod_one'): other figures of debt have no total to be "
            "set against",
        )
    if len(common) > 1:
        raise UsageError(
            f"several sources give {creditor}, BIL and MUL: {', '.join(sorted(common))}",
            hint="choose one: load('debt', source=...)",
        )
    used = debt[
        (debt["measure"] == "stock")
        & debt["debtor"].isin(list(debtors))
        & debt["source_id"].isin(common)
        & debt["creditor"].isin([creditor, *CREDITOR_TOTALS])
    ]
    current_dollars(used)
    _one_figure(used, ["debtor", "year", "creditor"])
    wide = used.pivot(index=["debtor", "year"], columns="creditor", values="value_usd")
    wide = wide.astype(float)
    above = wide.index[wide[creditor] > wide["BIL"] * (1 + ROUNDING)]
    if len(above):
        raise MixedUnitsError(
            f"{creditor} is owed more than BIL, which holds it",
            where=", ".join(map(str, above[0])),
            hint="figures of two concepts or editions: keep one",
        )
    product = macro[macro["indicator"] == GDP]
    if gdp_source not in set(product["source_id"]):
        raise UnknownNameError("source of GDP", gdp_source, sorted(set(product["source_id"])))
    product = product[product["source_id"] == gdp_source]
    if "unit" in product and set(product["unit"]) != {"current USD"}:
        raise MixedUnitsError(
            "GDP is not in current USD, the debt is", hint=f"take {GDP} in current USD"
        )
    _one_figure(product, ["economy", "year"])
    gdp = product.set_index(["economy", "year"])["value"].astype(float)
    gdp = gdp.where(gdp > 0)
    gdp.index.names = ["debtor", "year"]
    out = pd.DataFrame(
        {
            "debt_usd": wide[creditor],
            "of_bilateral": wide[creditor] / wide["BIL"],
            "of_official": wide[creditor] / (wide["BIL"] + wide["MUL"]),
        }
    )
    out["of_gdp"] = out["debt_usd"] / gdp.reindex(out.index)
    cited = tuple(sorted({*common, gdp_source}))
    found = out.dropna(subset=["debt_usd"]).reset_index()
    found = found.assign(
        sources=pd.Series([cited] * len(found), index=found.index, dtype=object), missing=""
    )
    absent = [debtor for debtor in debtors if debtor not in set(found["debtor"])]
    if not absent:
        return found
    why = f"{', '.join(sorted(common))} gives no stock owed to {creditor}"
    lost = pd.DataFrame({"debtor": absent, "missing": why, "sources": [()] * len(absent)})
    return pd.concat([found.astype({"year": "Int64"}), lost], ignore_index=True)


def whole_accounts(debt: pd.DataFrame, debtors: Sequence[str], creditor: str) -> set[str]:
    """Sources that give stocks owed by the debtors to a creditor, and both totals."""
    stock = debt[(debt["measure"] == "stock") & debt["debtor"].isin(list(debtors))]
    each = [
        set(stock.loc[stock["creditor"] == c, "source_id"]) for c in (creditor, *CREDITOR_TOTALS)
    ]
    return set.intersection(*each)


def _one_figure(rows: pd.DataFrame, cell: Sequence[str]) -> None:
    """UsageError where a cell has two figures, which would count one debt or one product twice, or
    one that is no number from zero on, and where years are none.
    """
    years(rows)
    value = "value_usd" if "value_usd" in rows else "value"
    numbers(rows.dropna(subset=[value]), value)
    twice = rows[rows.duplicated(list(cell), keep=False)]
    if len(twice):
        raise UsageError(
            f"two figures for {', '.join(str(twice.iloc[0][c]) for c in cell)}",
            hint="keep one instrument and one vintage",
        )
