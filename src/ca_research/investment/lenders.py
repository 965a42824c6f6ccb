"""Concentration of creditors, with bounds for what is not attributed to anyone."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, MixedUnitsError
from ..stats.contract import Economies, Frame, takes
from ..stats.frames import ROUNDING, cited, require, require_some
from . import guards

Whole = Literal["official", "bilateral", "listed"]
TOTALS: dict[str, list[str]] = {"official": ["BIL", "MUL"], "bilateral": ["BIL"], "listed": []}
OWED = Frame(cell=("debtor", "year", "creditor", "instrument"), gaps="dropped")
_COLUMNS = ["creditors", "total_usd", "attributed", "hhi_low", "hhi_high", "missing"]


@takes()
def creditor_hhi(
    debt: pd.DataFrame,
    *,
    source: str,
    debtors: Economies | None = None,
    measure: Literal["stock", "service"] = "stock",
    whole: Whole = "official",
) -> pd.DataFrame:
    """Herfindahl-Hirschman index over the creditors of each debtor and year, as bounds.

    BIL and MUL are totals, never creditors: BIL less the creditors named, and MUL, are blocks
    without a name, each held by creditors that are not among the named. Private creditors are in no
    official total.

    Parameters
    ----------
    debt : pandas.DataFrame
        Table `debt`: ``debtor``, ``creditor``, ``year``, ``measure``, ``instrument``,
        ``value_usd``, ``source_id``. Instruments of a creditor are added.
    source : str
        One source_id.
    debtors : sequence of str, optional
        Names or codes, by default all.
    measure : {'stock', 'service'}
        Owed at the end of the year, or paid in the year.
    whole : {'official', 'bilateral', 'listed'}
        What the shares are of: BIL + MUL of the source, all official bilateral and multilateral
        creditors; BIL alone; or the creditors listed, where the source lists them all
        (one_net_flows: every bilateral and private creditor by economy, no multilateral), which is
        refused where BIL or MUL stands among them.

    Returns
    -------
    pandas.DataFrame
        One row per debtor and year: ``debtor``, ``year``, ``creditors`` (number of named ones),
        ``total_usd``, ``attributed`` (share of the total owed to named creditors), ``hhi_low`` and
        ``hhi_high`` in [0, 1] (equal where every creditor is named; low is reached only in the
        limit of ever more holders), ``missing`` (why there is none), ``source_id``, and
        ``price_basis`` where the rows state it.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    HHI = sum_j s_j^2. A block without a name adds nothing where many small creditors hold it, and
    its share squared where one does. Source: Hirschman (1964), American Economic Review 54(5).

    Examples
    --------
    How concentrated Kyrgyzstan's official debt is, where the source names one creditor:

    >>> import ca_research as ca
    >>> found = creditor_hhi(ca.load("debt"), source="ids_dod_one", debtors=["Kyrgyzstan"])
    >>> found[["year", "attributed", "hhi_low", "hhi_high"]].round(2).tail(1).values.tolist()
    [[2024.0, 0.39, 0.15, 0.43]]
    """
    columns = ("measure", "value_usd", "source_id")
    debt = require(debt, columns, keys=OWED.cell, debtor=debtors or ())
    every = debt[(debt["measure"] == measure) & (debt["source_id"] == source)]
    every = every if debtors is None else every[every["debtor"].isin(debtors)]
    rows = OWED.check(every)
    for debtor in debtors or [""]:
        mine = rows[rows["debtor"].eq(debtor) | (debtor == "")]
        require_some(mine, f"{measure} of {debtor or 'anyone'} by {source}", "missing is not zero")
    instruments = set(rows["instrument"])
    if {"all", "export_import_bank"} & instruments and len(instruments) > 1:
        raise MixedUnitsError(
            f"instruments of which one holds another: {', '.join(sorted(instruments))}",
            hint="keep one instrument, or parts only",
        )
    totals = rows["creditor"].isin(guards.CREDITOR_TOTALS)
    if whole == "listed" and totals.any():
        raise AggregateError(
            f"{source} gives totals (BIL, MUL) beside creditors",
            hint="whole='official' or whole='bilateral'",
        )
    guards.refuse_overlaps(rows[~totals], "creditor", ["debtor", "year"])
    owed = rows.groupby(["debtor", "year", "creditor"])["value_usd"].sum()
    gaps = every[every["value_usd"].isna()].groupby(["debtor", "year"])["creditor"].agg(set)
    entries = [
        {"debtor": debtor, "year": int(year)}
        | _concentration(part.droplevel([0, 1]), whole, gaps.get((debtor, year), set()))
        for (debtor, year), part in owed.groupby(level=[0, 1])
    ]
    table = pd.DataFrame(entries, columns=["debtor", "year", *_COLUMNS]).assign(source_id=source)
    return cited(table, rows, ["debtor", "year"]).drop(columns="sources")


def _concentration(owed: pd.Series, whole: Whole, unknown: set[str]) -> dict[str, Any]:
    """Bounds of one account; `unknown` are creditors without a figure."""
    named = owed.drop([*guards.CREDITOR_TOTALS], errors="ignore")
    wanted, attributed = TOTALS[whole], float(named.sum())
    lacking = [c for c in wanted if c not in owed]
    total = float(owed[wanted].sum()) if wanted and not lacking else attributed
    missing = ""
    if whole == "listed" and unknown:  # of BIL and MUL what is not known is a rest
        missing = f"no figure of {eco.joined(map(eco.in_prose, sorted(unknown)))}"
    elif lacking:
        missing = f"no total {' and '.join(lacking)}"
    elif total <= 0:
        missing = "nothing owed: shares of zero are not defined"
    row = {"creditors": int((named > 0).sum()), "missing": missing}
    if missing:
        return row
    rest = float(owed["BIL"]) - attributed if wanted else 0.0
    if rest < -ROUNDING * total:
        raise MixedUnitsError(
            "named creditors together are above BIL",
            hint="figures of two concepts or editions: keep one",
        )
    blocks = [max(rest, 0.0), *owed[wanted[1:]]] if wanted else []
    scale = 1 / (attributed + sum(blocks))  # not the total where the rest is below zero by rounding
    low = math.fsum((named * scale) ** 2)  # of blocks held by ever more creditors
    high = low + math.fsum((v * scale) ** 2 for v in blocks)  # by one each
    shares = {"attributed": attributed * scale, "hhi_low": low, "hhi_high": high}
    return row | {"total_usd": total} | shares
