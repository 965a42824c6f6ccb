"""Debt to China as a burden: its part of GDP, how that part changed, and what was built for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import (
    Answer,
    at_year,
    change,
    each_economy,
    level,
    pick,
    ratio,
    series,
)
from ..investment.debt import GDP, whole_accounts
from ..investment.guards import not_refused
from ..stats.frames import require
from ..tables.preference import in_order
from .settings import settings


def official_debt(
    debt: pd.DataFrame, macro: pd.DataFrame, *, economies: Sequence[str]
) -> pd.DataFrame:
    """Official debt to China in per cent of GDP, as a series (`estimates.series`): of each
    figure the row of the debt and that of the product; years with both only.

    debt, macro: tables `debt` and `macro`; the debt is that of the International Debt Statistics at
        the end of the year (public and publicly guaranteed, official lenders; of several accounts
        that give all creditors too, the first in order), over GDP of that year in current US
        dollars (the edition of the settings).
    economies: codes of debtors.
    """
    account = in_order(whole_accounts(debt, economies, "CHN"))[:1]
    owed = pick(debt, measure="stock", instrument="official_bilateral", creditor="CHN")
    owed = pick(owed, source_id=account)
    product = pick(macro, indicator=GDP, source_id=settings().sources.gdp)
    return ratio(
        series(owed, "debtor", "value_usd", ["debtor", "creditor", "year", "source_id"]),
        series(product, "economy", "value", ["economy", "indicator", "year", "source_id"]),
    )


def _stated_loans(facts: pd.DataFrame | None) -> pd.DataFrame:
    """What a study states of all state lenders' loans in per cent of GDP, as a series; of a bound
    one end alone.
    """
    facts = require(facts, ("unit", "attribute"))
    stated = series(pick(facts, unit="percent of GDP"), "subject", "value")
    end = stated["attribute"].str.removeprefix("debt_to_CHN_direct_loans")
    stated["low"] = stated["low"].mask(end == "_upper_bound")
    stated["high"] = stated["high"].mask(end == "_lower_bound")
    return stated[end.isin(["", "_lower_bound", "_upper_bound"])]


@measure("investment.debt_burden", kind=lambda c: "change" if c["span"] else "share")
@tells("stated", "counted_for")
def debt_burden(
    debt: pd.DataFrame | None,
    macro: pd.DataFrame | None,
    facts: pd.DataFrame | None = None,
    *,
    economies: Sequence[str],
    lenders: Literal["official", "all"] = "all",
    span: int = 0,
) -> list[Estimate]:
    """Debt to China in per cent of gross domestic product, in the newest year; or its change, in
    percentage points, over so many years to it.

    lenders: 'official', governments and their agencies by the debt statistics, which takes debt and
        macro, as in `official_debt`; or 'all' that the state owns, banks included and unreported
        loans too, which takes `facts`: rows of attribute debt_to_CHN_direct_loans in per cent of
        GDP, as a study states them, or of its _lower_bound or _upper_bound. Of these it tells the
        figure as it is `stated`, and the year that it is `counted_for`.
    economies: codes of debtors. span: no other year stands in for one without a figure.
    Formula of a change: 100 (D_t / Y_t - D_(t-span) / Y_(t-span)), D debt at the end of the year, Y
    GDP, both in current USD.
    """
    official, none = lenders == "official", "no official debt to CHN"
    if official:
        figures = official_debt(debt, macro, economies=economies)
    else:
        figures = _stated_loans(facts)
        figures = figures.query("low == high") if span else figures

    def answer(mine: pd.DataFrame) -> Answer:
        newest, before = at_year(mine), pick(mine, year=mine["year"].max() - span)
        if span and len(before):
            return change(before, newest)
        if span and not official:
            return f"no two counts of all loans of its lenders, {span} years apart"
        if span and len(mine):
            return f"{none} for {mine['year'].max() - span}"
        if mine.empty and not official:
            return "no study states all loans of its lenders"
        if mine.empty:
            return f"{none} and GDP for the newest year"
        return level(newest) if official else _as_stated(newest.tail(1))

    return each_economy(economies, figures, answer)


def _as_stated(used: pd.DataFrame) -> dict[str, Any]:
    """The one figure of a study, as it words it."""
    row = used.iloc[0]
    end = "high" if pd.isna(row["low"]) else "low" if pd.isna(row["high"]) else ""
    words = {"high": "under ", "low": "over ", "": ""}[end] + f"{row['value']:.0f}%"
    return level(used, end) | {"about": {"stated": words, "counted_for": f"{row['year']:.0f}"}}


COMPLETED = "Completion"
SIGNED = "Pipeline: Commitment"
"""The state of a signature: whether anything followed is not recorded, which is not the same as
nothing.
"""
ENDED = ("Cancelled", "Suspended")
"""States of what was given up. A list that knows none of them has left such projects out."""
_BOUNDS = "completed, to completed or still listed as signed"
_MOST = "at most: completed or still listed as signed, of a list without cancelled projects"
_KINDS = {"share": "", "loans": "loan|credit", "grants": "grant|assistance|training"}
NOT_BUILT = ("Debt forgiveness", "Debt rescheduling", "debt_action")
"""Flow types that change an old debt; there is nothing to complete."""
AGE = 5
"""Years that a commitment is given before it is asked whether it is completed."""


def _newest(projects: pd.DataFrame) -> pd.DataFrame:
    """Rows of the edition of the project list that was published last (of one day the first id)."""
    published = projects.groupby("source_id")["known_on"].max()
    return pick(projects, source_id=published.nlargest(1).index)


def _to_complete(projects: pd.DataFrame) -> pd.Series:
    return not_refused(projects) & ~projects["flow_type"].isin(NOT_BUILT)


def commitments(projects: pd.DataFrame, *, clock: str = "last_year") -> pd.DataFrame:
    """Commitments of each edition that are at least AGE years old, with `completed` (whether) and
    `until`, the last year of commitment that counts.

    projects: table `projects` (host, year, flow_type, status, amount_usd, recommended, known_on,
        source_id).
    clock: they are old against the 'last_year' of commitments that the edition lists (its states
        are not followed further for certain), or against its year of 'publication'.
    Left out: pledges and other rows that the publisher advises against, and actions on old debt.
    """
    years = projects["year"] if clock == "last_year" else projects["known_on"].dt.year
    until = years.groupby(projects["source_id"]).transform("max") - AGE
    pledged = projects["status"].fillna("Pledge").str.contains("Pledge")
    kept = _to_complete(projects) & ~pledged & (projects["year"] <= until)
    return projects.assign(completed=projects["status"].eq(COMPLETED), until=until)[kept]


def completion_by(
    projects: pd.DataFrame, *, by: Sequence[str] = ("host",), clock: str = "last_year"
) -> pd.DataFrame:
    """Completed commitments of every edition, for tables and pictures.

    projects, clock: as in `commitments` ('last_year' or 'publication').
    by: columns to group by within an edition ('host', 'flow_type', ...).
    Returns edition, until, the `by` columns, commitments, completed (numbers), share (per cent of
    the number), amount_share (per cent of the amounts given, null where none is), source_id.
    """
    rows = commitments(projects, clock=clock)
    rows = rows.assign(edition=rows["source_id"], done=rows["amount_usd"] * rows["completed"])
    table = rows.groupby(["edition", "until", *by], as_index=False).agg(
        commitments=("completed", "size"),
        completed=("completed", "sum"),
        amount=("amount_usd", "sum"),
        done=("done", "sum"),
        source_id=("source_id", "first"),
        known_on=("known_on", "first"),
    )
    table["share"] = 100 * table["completed"] / table["commitments"]
    table["amount_share"] = 100 * table["done"] / table["amount"].where(table["amount"] > 0)
    table = table.sort_values("known_on", ascending=False, kind="stable", ignore_index=True)
    return table.drop(columns=["amount", "done", "known_on"])


@measure("investment.completion_share", kind="share", unit="per cent")
@tells("done", "listed", "share", "loans", "grants")
def completion_share(
    projects: pd.DataFrame,
    *,
    clock: Literal["last_year", "publication"] = "last_year",
    weight: Literal["number", "amount"] = "number",
) -> list[Estimate]:
    """Completed commitments among those that are old enough (per cent), all hosts together, as
    bounds. Old enough: at least AGE years.

    projects, clock: as in `commitments` ('last_year' or 'publication').
    weight: 'number' of commitments, or their 'amount' (rows without one left out).
    high: those listed as completed and those still listed as signed (SIGNED), which nobody may have
    followed since. low: what the list has as completed, where it keeps what was given up (ENDED);
    of a list that has left such projects out there is no low, for how many there were is not known,
    and each would lower the share. Tells how many are `done` of the `listed`, that `share`, and it
    of `loans` and of `grants` (technical help among them).
    """
    rows = commitments(_newest(projects), clock=clock)
    rows = rows.dropna(subset="amount_usd") if weight == "amount" else rows
    if rows.empty:
        return [estimate_row(missing=f"no commitment is {AGE} years old")]
    done, kinds = rows["completed"], rows["flow_type"].fillna("").astype(str)
    of = {kind: done[kinds.str.contains(words, case=False)] for kind, words in _KINDS.items()}
    about = {kind: f"{100 * part.mean():.0f}%" if len(part) else "" for kind, part in of.items()}
    about |= {"done": str(done.sum()), "listed": str(len(rows))}
    each = rows["amount_usd"] if weight == "amount" else pd.Series(1.0, rows.index)
    each = 100 * each.astype(float) / each.sum()
    high, low, why = each[done | rows["status"].eq(SIGNED)].sum(), None, _MOST
    if rows["status"].isin(ENDED).any():
        low, why = each[done].sum(), _BOUNDS
    used = rows.drop(columns=["completed", "until"])
    return [estimate_row(used, low=low, high=high, interval=why, about=about)]


@measure("investment.completed_projects", kind="count")
def completed_projects(
    projects: pd.DataFrame,
    *,
    economies: Sequence[str],
    since: int = 2013,
) -> list[Estimate]:
    """Number of projects committed since a year that are completed, per host.

    projects: table `projects`, as in `commitments`. economies: codes of hosts. since: a year.
    A host that the edition does not list at all is recorded in `missing`; one that it lists without
    such a project has none (0).
    """

    def count(mine: pd.DataFrame) -> Answer:
        if mine.empty:
            return "the list has no project"
        done = mine[_to_complete(mine) & mine["year"].ge(since) & mine["status"].eq(COMPLETED)]
        return {"used": done if len(done) else mine, "estimate": len(done)}

    return each_economy(economies, _newest(projects), count, "host")
