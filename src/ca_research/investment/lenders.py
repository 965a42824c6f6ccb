"""Concentration of lenders and funders, with bounds for what is not attributed to anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, MixedUnitsError, UnknownNameError
from ..stats.concentration import hhi_bounds
from ..stats.frames import alike, require
from . import guards
from .loans import LOAN_TYPES

Whole = Literal["official", "bilateral", "listed"]

FUNDER_NAMES = {
    "CDB": "China Development Bank",
    "China Development Bank (CDB)": "China Development Bank",
    "China Eximbank": "Export-Import Bank of China",
    "China Export-Import Bank": "Export-Import Bank of China",
    "BOC": "Bank of China",
    "Bank of China (BOC)": "Bank of China",
    "ICBC": "Industrial and Commercial Bank of China",
    "Industrial and Commercial Bank of China (ICBC)": "Industrial and Commercial Bank of China",
}
"""Spellings of one funder in the editions of table `projects`."""

NO_FUNDER = ("China", "Chinese Government", "Chinese Embassy", "Chinese Government Institution")
"""What stands as funder where the source does not know which agency paid."""

_KIND = r",\s*(?:Government Agency|State-Owned Company|Private Sector|Multilateral|Foundation)\s*$"


def lender_concentration(
    debt: pd.DataFrame,
    *,
    source: str,
    debtors: Sequence[str] | None = None,
    measure: str = "stock",
    whole: Whole = "official",
) -> pd.DataFrame:
    """Herfindahl-Hirschman index over the creditors of each debtor and year, as bounds where
    creditors have no name.

    debt: table `debt` (debtor, creditor, year, measure, instrument, value_usd, source_id). source:
        one source_id.
    debtors: codes, by default all.
    measure: 'stock' (end of year) or 'service' (paid in the year). Instruments of a creditor are
        added.
    whole: what the shares are of.
        'official': BIL + MUL of the source, all official bilateral and multilateral creditors;
        'bilateral': BIL alone;
        'listed': the creditors listed, where the source lists them all (one_net_flows: every
        bilateral and private creditor by economy, no multilateral); refused where BIL or MUL stands
        among them.
    BIL and MUL are totals, never creditors: BIL less the creditors named, and MUL, are blocks
    without a name, each held by creditors that are not among the named. Private creditors are in no
    official total.
    Returns debtor, year, creditors (named), total_usd, attributed (share of the total owed to named
    creditors), hhi_low, hhi_high in [0, 1] (equal where every creditor is named; low is reached
    only in the limit of ever more holders), missing (why there is none), source_id.
    Raises CoverageError (nothing of this source and measure), UnknownNameError (measure, whole),
    AggregateError (a total among the listed; two that overlap), MixedUnitsError (instruments of
    which one holds another; named creditors together above the total).
    Source: Hirschman (1964), American Economic Review 54(5); bounds:
    stats.concentration.hhi_bounds.
    """
    for kind, name, known in (
        ("measure", measure, ("stock", "service")),
        ("whole", whole, ("official", "bilateral", "listed")),
    ):
        if name not in known:
            raise UnknownNameError(kind, name, known)
    require(
        debt,
        ("measure", "instrument", "value_usd", "source_id"),
        keys=("debtor", "creditor", "year"),
    )
    rows = debt[(debt["measure"] == measure) & (debt["source_id"] == source)].dropna(
        subset=["value_usd"]
    )
    if debtors is not None:
        rows = rows[rows["debtor"].isin([eco.resolve(d) for d in debtors])]
    if rows.empty:
        raise CoverageError(
            f"{source} has no {measure} of these debtors", hint="ca.coverage('debt', by=['debtor'])"
        )
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
        owed = part.groupby("creditor")["value_usd"].sum()
        table.append(
            {"debtor": debtor, "year": int(year), **_concentration(owed, whole, f"{debtor} {year}")}
        )
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
    return pd.DataFrame(table, columns=columns).assign(source_id=source)


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


def funder_name(funder: str | None, same: Mapping[str, str] = FUNDER_NAMES) -> str | None:
    """The one funder that a project names; None where it names none, several, or only 'the Chinese
    government'.
    """
    if funder is None or pd.isna(funder) or ";" in str(funder):
        return None
    plain = pd.Series([str(funder)]).str.replace(_KIND, "", regex=True).str.strip().item()
    return None if plain in NO_FUNDER or plain.startswith("Unspecified") else same.get(plain, plain)


def funder_concentration(
    projects: pd.DataFrame,
    *,
    edition: str,
    economies: Sequence[str] | None = None,
    weight: Literal["amount", "projects"] = "amount",
    flow_types: Sequence[str] = LOAN_TYPES,
    same: Mapping[str, str] = FUNDER_NAMES,
) -> pd.DataFrame:
    """Herfindahl-Hirschman index over the funders of each host in one edition, all years together,
    as bounds.

    projects: table `projects` (project_id, host, year, funder, flow_type, amount_usd, price_basis,
        source_id; recommended).
    economies: hosts, by default all that the edition lists.
    edition: its source_id, never pooled with another. weight: 'amount' (of the projects that state
    one, in the edition's prices) or 'projects' (each counts one). flow_types: kinds of money, loans
    by default: loans and grants are not one.
    same: spelling -> name of a funder. A project with several funders, none, or only 'Chinese
    government' is not attributed; it may belong to a named funder, so the highest index gives it
    all to the largest.
    Returns host, projects, weighed (projects that enter), funders (named), total (USD or projects),
    price_basis ('' for projects), attributed (share with one named funder), hhi_low, hhi_high,
    missing, source_id.
    Raises CoverageError (edition), MixedUnitsError (price bases), UnknownNameError (weight).
    Source: Hirschman (1964), American Economic Review 54(5); bounds:
    stats.concentration.hhi_bounds.
    """
    if weight not in ("amount", "projects"):
        raise UnknownNameError("weight", weight, ("amount", "projects"))
    mine = guards.one_edition(projects, edition)
    require(mine, ("funder", "flow_type", "amount_usd", "price_basis"))
    alike(mine, ("price_basis",))
    hosts = sorted(set(mine["host"])) if economies is None else [eco.resolve(e) for e in economies]
    mine = mine[guards.not_refused(mine) & mine["flow_type"].isin(list(flow_types))]
    weights = (
        mine["amount_usd"].astype("float64")
        if weight == "amount"
        else pd.Series(1.0, index=mine.index)
    )
    mine = mine.assign(weight=weights, name=[funder_name(f, same) for f in mine["funder"]])
    basis = str(mine["price_basis"].iloc[0]) if weight == "amount" and len(mine) else ""
    table = []
    for host in hosts:
        part = mine[mine["host"] == host]
        weighed = part[part["weight"] > 0]
        total = float(weighed["weight"].sum())
        held = (
            weighed.dropna(subset=["name"]).groupby("name")["weight"].sum() / total
            if total
            else pd.Series(dtype=float)
        )
        row: dict[str, Any] = {
            "host": host,
            "projects": len(part),
            "weighed": len(weighed),
            "funders": len(held),
        }
        row |= {
            "total": total if total else None,
            "price_basis": basis,
            "attributed": None,
            "hhi_low": None,
        }
        row |= {
            "hhi_high": None,
            "missing": "" if total else "no project of this kind states an amount",
        }
        if total:
            loose = max(1.0 - float(held.sum()), 0.0)
            low, high = hhi_bounds(held.tolist(), anyone=loose)
            row |= {"attributed": float(held.sum()), "hhi_low": low, "hhi_high": high}
        table.append(row)
    return pd.DataFrame(table).assign(source_id=edition)
