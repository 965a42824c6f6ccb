"""Debt to one creditor against official creditors and GDP."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.errors import MixedUnitsError, known_name
from ..stats.contract import Economies, Economy, Frame, takes
from ..stats.frames import ROUNDING, require, require_some
from .guards import CREDITOR_TOTALS, current_dollars

GDP = "NY.GDP.MKTP.CD"
OWED = Frame(cell=("debtor", "year", "creditor"), gaps="kept", varies=("instrument",))
OUTPUT = Frame(cell=("economy", "year"), value="value", gaps="dropped")


@takes()
def debt_exposure(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    debtors: Economies,
    creditor: Economy,
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
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> macro = ca.load("macro", indicator="NY.GDP.MKTP.CD")
    >>> choice = {"debtors": ["KGZ"], "creditor": "CHN", "gdp_source": "DATASETS_GDP"}
    >>> found = debt_exposure(ca.load("debt"), macro, **choice)
    >>> bool(found["of_bilateral"].between(0, 1).all())
    True
    """
    owed_to = [*eco.single_economies(creditor), *CREDITOR_TOTALS]
    columns = ("measure", "value_usd", "source_id")
    debt = require(debt, columns, keys=OWED.cell, debtor=debtors, creditor=owed_to)
    columns = ("indicator", "value", "source_id")
    macro = require(macro, columns, keys=OUTPUT.cell, economy=debtors)
    common = whole_accounts(debt, debtors, creditor)
    require_some(
        common, f"source of stocks owed to {creditor}, BIL and MUL by {', '.join(debtors)}"
    )
    of = {"measure": ["stock"], "debtor": debtors, "source_id": common, "creditor": owed_to}
    used = OWED.check(debt[debt[[*of]].isin(of).all(axis=1)])
    current_dollars(used)
    wide = used.pivot(index=["debtor", "year"], columns="creditor", values="value_usd")
    if (wide[creditor] > wide["BIL"] * (1 + ROUNDING)).any():
        raise MixedUnitsError(
            f"{creditor} is owed more than BIL, which holds it",
            hint="figures of two concepts or editions: keep one",
        )
    product = macro[macro["indicator"] == GDP]
    known_name("source of GDP", gdp_source, sorted(set(product["source_id"].dropna())))
    product = OUTPUT.check(product[product["source_id"] == gdp_source])
    current_dollars(product)
    gdp = product.set_index(["economy", "year"])["value"].replace(0, np.nan)
    wide = wide.dropna(subset=[creditor])
    owed, both = wide[creditor], tuple(sorted({*common, gdp_source}))
    shares = {
        "debt_usd": owed,
        "of_bilateral": owed / wide["BIL"],
        "of_official": owed / (wide["BIL"] + wide["MUL"]),
        "of_gdp": owed / gdp.reindex(wide.index),
    }
    table = pd.DataFrame(shares).reset_index().assign(sources=[both] * len(wide), missing="")
    why = f"{', '.join(common)} gives no stock owed to {creditor}"
    absent = [d for d in debtors if d not in set(table["debtor"])]
    lost = [{"debtor": debtor, "missing": why, "sources": ()} for debtor in absent]
    table = table.astype({"year": "Int64"}) if lost else table
    return pd.concat([table, pd.DataFrame(lost)], ignore_index=True) if lost else table


def whole_accounts(debt: pd.DataFrame, debtors: Sequence[str], creditor: str) -> set[str]:
    """Sources that give stocks owed by the debtors to a creditor, and both totals."""
    stock = debt[(debt["measure"] == "stock") & debt["debtor"].isin(list(debtors))]
    sources = stock.groupby("creditor")["source_id"].agg(set)
    return set.intersection(*(set(sources.get(c, ())) for c in (creditor, *CREDITOR_TOTALS)))
