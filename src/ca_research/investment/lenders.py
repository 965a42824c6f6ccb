"""Concentration of creditors, with bounds for what is not attributed to anyone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, MixedUnitsError, UnknownNameError
from ..stats.concentration import hhi_bounds
from ..stats.frames import alike, numbers, refuse_two_labels, require, with_prices
from . import guards

Whole = Literal["official", "bilateral", "listed"]


def creditor_hhi(
    debt: pd.DataFrame,
    *,
    source: str,
    debtors: Sequence[str] | None = None,
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
    CoverageError
        The source has nothing of this measure and one of these debtors.
    UnknownNameError
        Another measure or whole; a debtor or a column that is not known.
    AggregateError
        A total among the listed, or two that overlap.
    MixedUnitsError
        Instruments of which one holds another; two figures for one creditor; named creditors
        together above the total; two price bases, units or currencies.

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
    for kind, name, known in (
        ("measure", measure, ("stock", "service")),
        ("whole", whole, ("official", "bilateral", "listed")),
    ):
        if name not in known:
            raise UnknownNameError(kind, name, known)
    debt = require(
        debt,
        ("measure", "instrument", "value_usd", "source_id"),
        keys=("debtor", "creditor", "year"),
    )
    refuse_two_labels(debt["debtor"].unique(), "debtor")
    every = debt[(debt["measure"] == measure) & (debt["source_id"] == source)]
    if debtors is not None:
        wanted = eco.resolve_all(debtors)
        every = every[every["debtor"].isin(wanted)]
    rows = every.dropna(subset=["value_usd"])
    numbers(rows, "value_usd")
    if rows.empty:
        raise CoverageError(
            f"{source} has no {measure} of these debtors", hint="ca.coverage('debt', by=['debtor'])"
        )
    if debtors is not None:
        guards.refuse_absent(wanted, debt, "debtor", rows["debtor"])
    alike(rows, ("price_basis", *guards.UNITS))
    if {"all", "export_import_bank"} & set(rows["instrument"]) and rows["instrument"].nunique() > 1:
        raise MixedUnitsError(
            f"instruments of which one holds another: {', '.join(sorted(set(rows['instrument'])))}",
            hint="keep one instrument, or parts only",
        )
    if rows.duplicated(["debtor", "year", "creditor", "instrument"]).any():
        raise MixedUnitsError(
            "two figures for one debtor, creditor, year and instrument", hint="keep one of them"
        )
    totals = list(guards.CREDITOR_TOTALS)
    if whole == "listed" and rows["creditor"].isin(totals).any():
        raise AggregateError(
            f"{source} gives totals (BIL, MUL) beside creditors",
            hint="whole='official' or whole='bilateral'",
        )
    guards.refuse_overlaps(rows[~rows["creditor"].isin(totals)], "creditor", ["debtor", "year"])
    table = []
    for (debtor, year), part in rows.groupby(["debtor", "year"]):
        owed = part.groupby("creditor")["value_usd"].sum().astype(float)
        found = _concentration(owed, whole, f"{debtor} {year}")
        same = every[(every["debtor"] == debtor) & (every["year"] == year)]
        unknown = same.loc[same["value_usd"].isna(), "creditor"]
        if whole == "listed" and len(unknown):  # of BIL and MUL what is not known is a rest
            names = eco.joined(eco.in_prose(c) for c in sorted(set(unknown)))
            found = dict.fromkeys(found) | {
                "creditors": found["creditors"],
                "missing": f"no figure of {names}",
            }
        table.append({"debtor": debtor, "year": int(year), **found})
    columns = [
        "debtor",
        "year",
        "creditors",
        "total_usd",
        "attributed",
        "hhi_low",
        "hhi_high",
        "missing",
    ]
    return with_prices(pd.DataFrame(table, columns=columns).assign(source_id=source), rows)


def _concentration(owed: pd.Series, whole: Whole, where: str) -> dict[str, Any]:
    named = owed.drop(labels=[c for c in guards.CREDITOR_TOTALS if c in owed])
    row: dict[str, Any] = {"creditors": int((named > 0).sum()), "missing": ""}
    nothing = {"total_usd": None, "attributed": None, "hhi_low": None, "hhi_high": None}
    wanted = {"official": ["BIL", "MUL"], "bilateral": ["BIL"], "listed": []}[whole]
    lacking = [c for c in wanted if c not in owed]
    if lacking:
        return row | nothing | {"missing": f"no total {' and '.join(lacking)}"}
    total = float(owed[wanted].sum()) if wanted else float(named.sum())
    if total <= 0:
        return row | nothing | {"missing": "nothing owed: shares of zero are not defined"}
    blocks = []
    if wanted:
        rest = float(owed["BIL"] - named.sum())
        if rest < -1e-6 * float(owed["BIL"]):
            raise MixedUnitsError(
                f"named creditors together are above BIL: {float(named.sum()):.4g} of "
                f"{float(owed['BIL']):.4g} USD",
                where=where,
                hint="figures of two concepts or editions: keep one",
            )
        blocks = [
            max(rest, 0.0) / total,
            *([float(owed["MUL"]) / total] if "MUL" in wanted else []),
        ]
    shares = (named / (float(named.sum()) + sum(blocks) * total)).tolist()
    scale = 1 / (sum(shares) + sum(blocks))  # a rest that was negative by rounding
    low, high = hhi_bounds([s * scale for s in shares], apart=[b * scale for b in blocks])
    return row | {
        "total_usd": total,
        "attributed": sum(shares) * scale,
        "hhi_low": low,
        "hhi_high": high,
    }
