"""Debt to China as a burden: its part of GDP, and how that part changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..ground.periods import years_back
from ..investment.debt import GDP, debt_exposure, whole_accounts
from ..investment.guards import not_refused, one_edition
from ..plots import style
from ..plots.needs import needs, one_figure
from ..plots.pen import tight
from ..stats.frames import require
from ..tables.preference import in_order
from .settings import settings


def _rows(
    debt: pd.DataFrame, macro: pd.DataFrame, debtor: str, creditor: str, years: Sequence[int]
) -> pd.DataFrame:
    """The rows of both tables behind an exposure, in one frame."""
    owed = debt[
        (debt["debtor"] == debtor)
        & (debt["creditor"] == creditor)
        & (debt["measure"] == "stock")
        & (debt["instrument"] == "official_bilateral")
        & debt["year"].isin(list(years))
    ]
    product = macro[
        (macro["economy"] == debtor)
        & (macro["indicator"] == GDP)
        & (macro["source_id"] == settings().sources.gdp)
        & macro["year"].isin(list(years))
    ]
    return pd.concat(
        [
            owed[["debtor", "creditor", "year", "source_id"]],
            product[["economy", "indicator", "year", "source_id"]],
        ]
    )


def debt_shares(
    debt: pd.DataFrame, macro: pd.DataFrame, *, economies: Sequence[str], creditor: str = "CHN"
) -> pd.DataFrame:
    """Official debt to one creditor in per cent of GDP: debtor, year, percent, sources; years with
    both figures only.

    debt, macro: tables `debt` and `macro`; the debt is that of the International Debt Statistics at
        the end of the year (public and publicly guaranteed, official lenders), over GDP of that
        year in current US dollars (the edition of the settings).
    economies: codes of debtors. creditor: the code of one official creditor.
    Raises CoverageError for a debtor without a year that has both, and what `debt_exposure` raises.
    """
    shares = _shares(debt, macro, economies, creditor)
    if absent := [e for e in economies if e not in set(shares["debtor"])]:
        raise CoverageError(
            f"no year with both official debt to {creditor} and GDP for {', '.join(absent)}",
            hint=f"give `debt` of ids_dod_one and `macro` with {GDP} of {settings().sources.gdp}",
        )
    return shares


def _one_account(debt: pd.DataFrame, economies: Sequence[str], creditor: str) -> pd.DataFrame:
    """Debt without all whole accounts but that of the first source in order."""
    others = in_order(whole_accounts(debt, economies, creditor))[1:]
    return debt[~debt["source_id"].isin(others)] if others else debt


def _shares(
    debt: pd.DataFrame, macro: pd.DataFrame, economies: Sequence[str], creditor: str
) -> pd.DataFrame:
    """`debt_shares` of the debtors that have one."""
    debt = _one_account(debt, economies, creditor)
    table = debt_exposure(
        debt, macro, debtors=economies, creditor=creditor, gdp_source=settings().sources.gdp
    )
    table = table.dropna(subset=["of_gdp"])
    wanted = ["debtor", "year", "percent", "sources"]
    return table.assign(percent=100 * table["of_gdp"].astype(float))[wanted].reset_index(drop=True)


Lenders = Literal["official", "all"]
"""'official': governments and their agencies, by the debt statistics; 'all': every lender that the
creditor's state owns, banks included and unreported loans too, by a study.
"""


@measure("investment.debt_burden")
@tells("stated", "counted_for")
def debt_burden(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    economies: Sequence[str],
    year: str = "newest",
    creditor: str = "CHN",
    lenders: Lenders = "all",
) -> list[Estimate]:
    """Debt to a creditor in per cent of gross domestic product.

    debt, macro, creditor: as in `debt_shares`. economies: codes of debtors.
    facts: as in `loans_burden`, which gives the rows for `lenders` 'all'.
    year: 'newest' year in which the debtor has both figures, 'newest-1', 'newest-2'.
    lenders: 'all' that the state owns, which takes `facts`, or 'official'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per debtor, without
    an interval; a debtor without so many years is recorded in `missing`.
    Raises UsageError for another `year`, and what `debt_exposure` raises.
    """
    if lenders == "all":
        return _loans(_stated_loans(facts, creditor), economies)
    debt = _one_account(debt, economies, creditor)
    shares, back = _shares(debt, macro, economies, creditor), years_back(year)
    out = []
    for debtor in economies:
        mine = shares[shares["debtor"] == debtor].sort_values("year", ascending=False)
        if len(mine) <= back:
            out.append(
                estimate_row(
                    economy=debtor,
                    missing=f"no official debt to {creditor} and GDP for the {year} year",
                )
            )
            continue
        row = mine.iloc[back]
        used = _rows(debt, macro, debtor, creditor, [int(row["year"])])
        out.append(estimate_row(used, economy=debtor, estimate=float(row["percent"])))
    return out


@measure("investment.debt_burden_change")
def debt_burden_change(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    economies: Sequence[str],
    year: str = "newest",
    span: int = 5,
    creditor: str = "CHN",
    lenders: Lenders = "all",
) -> list[Estimate]:
    """Change of debt to a creditor, in per cent of gross domestic product, over some years, in
    percentage points.

    debt, macro, facts, economies, year, creditor, lenders: as in `debt_burden`; `year` is the later
        end. span: a number of years.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per debtor, without
    an interval. A debtor without a figure for either end is recorded in `missing`: no other year
    stands in.
    Raises UsageError for another `year` or a span that is none, and what `debt_exposure` raises.
    Formula: 100 (D_t / Y_t - D_(t-span) / Y_(t-span)), D debt at the end of the year, Y GDP, both
    in current USD.
    """
    if whole_number("span", span) < 1:
        raise UsageError(f"not a number of years: {span}", hint="for example 5")
    if lenders == "all":
        return _change_of_loans(_stated_loans(facts, creditor), economies, span)
    debt = _one_account(debt, economies, creditor)
    shares, back = _shares(debt, macro, economies, creditor), years_back(year)
    out = []
    for debtor in economies:
        mine = shares[shares["debtor"] == debtor].sort_values("year", ascending=False)
        percent = mine.set_index("year")["percent"]
        if len(mine) <= back:
            out.append(
                estimate_row(
                    economy=debtor,
                    missing=f"no official debt to {creditor} and GDP for the {year} year",
                )
            )
            continue
        end = int(mine["year"].iloc[back])
        start = end - span
        if start not in percent.index:
            out.append(
                estimate_row(economy=debtor, missing=f"no official debt to {creditor} for {start}")
            )
            continue
        used = _rows(debt, macro, debtor, creditor, [start, end])
        out.append(
            estimate_row(used, economy=debtor, estimate=float(percent[end] - percent[start]))
        )
    return out


_ENDS = {"_lower_bound": "low", "_upper_bound": "high", "": "estimate"}
_IN_WORDS = {"low": "over ", "high": "under ", "estimate": ""}


@measure("investment.loans_burden")
@tells("stated", "counted_for")
def loans_burden(
    facts: pd.DataFrame, *, economies: Sequence[str], creditor: str = "CHN"
) -> list[Estimate]:
    """Direct loans of all state lenders of a creditor, unreported ones too, in per cent of gross
    domestic product.

    facts: like table `facts`; rows of attribute debt_to_CHN_direct_loans in per cent of GDP, as a
        study states them, or of its _lower_bound or _upper_bound. economies: codes of debtors.
    creditor: a code.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per debtor, of the newest
    year: an estimate, or low or high where only a bound is stated. Others are recorded in
    `missing`. Tells the figure as it is `stated`, and the year that it is `counted_for`.
    Raises UsageError where there is no table.
    """
    return _loans(_stated_loans(facts, creditor), economies)


def _stated_loans(facts: pd.DataFrame | None, creditor: str) -> pd.DataFrame:
    """Rows of what a study states, with `end`: an estimate, or the low or high end."""
    if facts is None:
        raise UsageError(
            "loans of all lenders are in table facts", hint="facts=ca.load('facts', as_of=...)"
        )
    attribute = f"debt_to_{creditor}_direct_loans"
    stated = facts[
        facts["attribute"].str.startswith(attribute) & facts["unit"].eq("percent of GDP")
    ].dropna(subset=["value", "year"])
    return stated.assign(end=stated["attribute"].str.removeprefix(attribute).map(_ENDS))


def _loans(stated: pd.DataFrame, economies: Sequence[str]) -> list[Estimate]:
    """The newest of each debtor."""
    out = []
    for debtor in economies:
        mine = stated[stated["subject"] == debtor]
        newest = mine[mine["year"] == mine["year"].max()].tail(1)
        if newest.empty:
            why = "no study states all loans of its lenders"
            out.append(estimate_row(economy=debtor, missing=why))
            continue
        end, value = newest["end"].iloc[0], float(newest["value"].iloc[0])
        about = {
            "stated": f"{_IN_WORDS[end]}{value:.0f}%",
            "counted_for": f"{newest['year'].iloc[0]:.0f}",
        }
        row = estimate_row(
            newest.drop(columns="end"),
            economy=debtor,
            interval="" if end == "estimate" else end,
            about=about,
        )
        out.append(row | {end: value})
    return out


def _change_of_loans(stated: pd.DataFrame, economies: Sequence[str], span: int) -> list[Estimate]:
    """How the newest count of each debtor differs from that of some years before."""
    counts, out = stated[stated["end"] == "estimate"].drop(columns="end"), []
    for debtor in economies:
        mine = counts[counts["subject"] == debtor]
        two = mine[mine["year"].isin([mine["year"].max(), mine["year"].max() - span])]
        if two["year"].nunique() < 2:
            why = f"no two counts of all loans of its lenders, {span} years apart"
            out.append(estimate_row(economy=debtor, missing=why))
            continue
        before, after = two.sort_values("year")["value"].iloc[[0, -1]]
        out.append(estimate_row(two, economy=debtor, estimate=float(after - before)))
    return out


COMPLETED = "Completion"
SIGNED = "Pipeline: Commitment"
"""The state of a signature: whether anything followed is not recorded, which is not the same as
nothing.
"""
ENDED = ("Cancelled", "Suspended")
"""States of what was given up. A list that knows none of them has left such projects out."""
_BOUNDS = "completed, to completed or still listed as signed"
_MOST = "at most: completed or still listed as signed, of a list without cancelled projects"
_LOAN, _GRANT = "loan|credit", "grant|assistance|training"
NOT_BUILT = ("Debt forgiveness", "Debt rescheduling", "debt_action")
"""Flow types that change an old debt; there is nothing to complete."""
AGE = 5
"""Years that a commitment is given before it is asked whether it is completed."""
Clock = Literal["last_year", "publication"]
_CLOCKS = get_args(Clock)
Weight = Literal["number", "amount"]
_WEIGHTS = get_args(Weight)


def editions(projects: pd.DataFrame) -> list[str]:
    """Editions of the project list (source ids), the one published last first.

    projects: table `projects` (source_id, known_on: the day of publication, as `load` gives it).
        Editions of one day keep the order of their ids.
    """
    require(projects, ("known_on",), keys=("source_id",))
    published = projects.groupby("source_id")["known_on"].max()
    return list(published.sort_values(ascending=False, kind="stable").index)


def _edition(projects: pd.DataFrame, vintage: str) -> str | None:
    known, back = editions(projects), years_back(vintage)
    return known[back] if back < len(known) else None


def commitments(projects: pd.DataFrame, *, edition: str, clock: str = "last_year") -> pd.DataFrame:
    """Commitments of one edition that are at least AGE years old, with a column `completed`.

    projects: table `projects` (host, year, flow_type, status, amount_usd, recommended, known_on,
        source_id).
    edition: its source_id.
    clock: they are old against the 'last_year' of commitments that the edition lists (its states
        are not followed further for certain), or against its year of 'publication'.
    Left out: pledges and other rows that the publisher advises against, and actions on old debt.
    Returns the rows with `completed` (bool) and `attrs["until"]`, the last year of commitment that
    counts.
    Raises UnknownNameError for another clock, CoverageError for an edition without a row.
    """
    if clock not in _CLOCKS:
        raise UnknownNameError("clock", clock, _CLOCKS)
    require(projects, ("known_on", "flow_type", "status", "amount_usd"))
    mine = one_edition(projects, edition)
    last = int(mine["year"].max() if clock == "last_year" else mine["known_on"].max().year)
    kept = mine[
        not_refused(mine)
        & ~mine["flow_type"].isin(NOT_BUILT)
        & mine["status"].notna()
        & (mine["year"] <= last - AGE)
    ]
    kept = kept[~kept["status"].str.contains("Pledge")]
    kept = kept.assign(completed=kept["status"].eq(COMPLETED))
    kept.attrs["until"] = last - AGE
    return kept


def completion_by(
    projects: pd.DataFrame, *, by: Sequence[str] = ("host",), clock: str = "last_year"
) -> pd.DataFrame:
    """Completed commitments of every edition, for tables and pictures.

    projects, clock: as in `commitments` ('last_year' or 'publication').
    by: columns to group by within an edition ('host', 'flow_type', ...).
    Returns edition, until, the `by` columns, commitments, completed (numbers), share (per cent of
    the number), amount_share (per cent of the amounts given, null where none is), source_id.
    Raises what `commitments` raises.
    """
    parts = []
    for edition in editions(projects):
        rows = commitments(projects, edition=edition, clock=clock)
        grouped = rows.assign(
            done=rows["amount_usd"].where(rows["completed"], 0.0).where(rows["amount_usd"].notna())
        )
        grouped = grouped.groupby(list(by), as_index=False).agg(
            commitments=("completed", "size"),
            completed=("completed", "sum"),
            amount=("amount_usd", lambda s: s.sum(min_count=1)),
            done=("done", lambda s: s.sum(min_count=1)),
        )
        grouped["share"] = 100 * grouped["completed"] / grouped["commitments"]
        grouped["amount_share"] = 100 * grouped["done"] / grouped["amount"]
        parts.append(grouped.assign(edition=edition, until=rows.attrs["until"], source_id=edition))
    columns = [
        "edition",
        "until",
        *by,
        "commitments",
        "completed",
        "share",
        "amount_share",
        "source_id",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


@measure("investment.completion_share")
@tells("done", "listed", "share", "loans", "grants")
def completion_share(
    projects: pd.DataFrame,
    *,
    vintage: str = "newest",
    clock: Clock = "last_year",
    weight: Weight = "number",
) -> list[Estimate]:
    """Completed commitments among those that are old enough (per cent), all hosts together, as
    bounds. Old enough: at least AGE years.

    projects, clock: as in `commitments` ('last_year' or 'publication').
    vintage: 'newest' edition at hand, 'newest-1', 'newest-2'.
    weight: 'number' of commitments, or their 'amount' (rows without one left out).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, without an estimate. high:
    those listed as completed and those still listed as signed (SIGNED), which nobody may have
    followed since. low: what the list has as completed, where it keeps what was given up (ENDED);
    of a list that has left such projects out there is no low, for how many there were is not known,
    and each would lower the share. Tells how many are `done` of the `listed`, that `share`, and it
    of `loans` and of `grants` (technical help among them).
    No such edition, or none old enough, is recorded in `missing`.
    Raises UnknownNameError for another weight or clock, UsageError for another `vintage`.
    """
    if weight not in _WEIGHTS:
        raise UnknownNameError("weight", weight, _WEIGHTS)
    edition = _edition(projects, vintage)
    if edition is None:
        return [estimate_row(missing=f"no {vintage} edition of the project list")]
    rows = commitments(projects, edition=edition, clock=clock)
    if weight == "amount":
        rows = rows[rows["amount_usd"].notna()]
    if rows.empty:
        return [estimate_row(missing=f"{edition}: no commitment is {AGE} years old")]
    weights = (
        rows["amount_usd"].astype(float) if weight == "amount" else pd.Series(1.0, index=rows.index)
    )
    least, most = (
        100 * float(weights[counted].sum() / weights.sum())
        for counted in (rows["completed"], rows["completed"] | rows["status"].eq(SIGNED))
    )
    kinds = rows["flow_type"].fillna("").astype(str)
    of = {
        name: rows.loc[kinds.str.contains(words, case=False), "completed"].mean()
        for name, words in (("share", ""), ("loans", _LOAN), ("grants", _GRANT))
    }
    about = {name: "" if pd.isna(part) else f"{100 * part:.0f}%" for name, part in of.items()}
    about |= {"done": str(int(rows["completed"].sum())), "listed": str(len(rows))}
    used, kept = rows.drop(columns="completed"), rows["status"].isin(ENDED).any()
    low, why = (least, _BOUNDS) if kept else (None, _MOST)
    return [estimate_row(used, low=low, high=most, interval=why, about=about)]


@measure("investment.completed_projects")
def completed_projects(
    projects: pd.DataFrame,
    *,
    economies: Sequence[str],
    vintage: str = "newest",
    since: int = 2013,
) -> list[Estimate]:
    """Number of projects committed since a year that are completed, per host.

    projects: table `projects`, as in `commitments`. economies: codes of hosts. since: a year.
    vintage: 'newest' edition at hand, 'newest-1', 'newest-2'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host, without an
    interval. A host that the edition does not list at all is recorded in `missing`; one that it
    lists without such a project has none (0).
    Raises UsageError for another `vintage`.
    """
    require(projects, ("host", "year", "flow_type", "status"))
    first, edition = whole_number("since", since), _edition(projects, vintage)
    out = []
    for host in economies:
        if edition is None:
            out.append(
                estimate_row(economy=host, missing=f"no {vintage} edition of the project list")
            )
            continue
        mine = projects[(projects["source_id"] == edition) & (projects["host"] == host)]
        if mine.empty:
            out.append(estimate_row(economy=host, missing=f"{edition} lists no project"))
            continue
        built = ~mine["flow_type"].isin(NOT_BUILT) & not_refused(mine)
        done = mine[built & (mine["status"] == COMPLETED) & (mine["year"] >= first)]
        out.append(
            estimate_row(done if len(done) else mine, economy=host, estimate=float(len(done)))
        )
    return out


@needs("frame", "edition", "host", "commitments", "share", like="article.debt.completion_by")
def completion_dots(frame: pd.DataFrame, *, bar: float) -> Figure:
    """Completed commitments (per cent of their number) by economy and edition of the project list,
    newest filled.

    frame: columns edition, until, host, commitments, share, as from `completion_by`;
        editions newest first.
    """
    one_figure(frame, ["edition", "host"], hint="group by host alone")
    hosts = sorted(frame["host"].unique())
    editions = list(dict.fromkeys(frame["edition"]))
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.55 * len(hosts)))
        for y, host in enumerate(hosts):
            mine = frame[frame["host"] == host]
            ax.plot(
                [mine["share"].min(), mine["share"].max()],
                [y, y],
                color=style.GRID,
                linewidth=3,
                zorder=1,
            )
            for edition in reversed(editions):
                row = mine[mine["edition"] == edition]
                if row.empty:
                    continue
                age = editions.index(edition)
                x = float(row["share"].iloc[0])
                ax.scatter(
                    [x],
                    [y],
                    s=54,
                    zorder=3 - 0.1 * age,
                    linewidths=1.6,
                    facecolors=style.HIGHLIGHT if age == 0 else style.PAPER,
                    edgecolors=style.HIGHLIGHT if age == 0 else style.OTHER,
                    linestyle="-" if age < 2 else (0, (1, 1)),
                )
            newest = mine[mine["edition"] == editions[0]]
            if len(newest):
                n = int(newest["commitments"].iloc[0])
                ax.annotate(
                    f"{float(newest['share'].iloc[0]):.0f}% of {n}"
                    + (" commitments" if y == 0 else ""),
                    (float(newest["share"].iloc[0]), y),
                    xytext=(0, 7),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    ha="center",
                    bbox=style.CLEAR,
                )
        ax.axvline(bar, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_yticks(range(len(hosts)), [eco.name_of(h) for h in hosts], fontsize=style.TITLE)
        ax.set_ylim(len(hosts) - 0.4, -0.8)
        ax.set_xlim(-4, 106)
        ax.set_xlabel(f"per cent completed (dashed: {bar:.0f})")
        style.bare(ax, y=False)
        tight(figure)
    return figure
