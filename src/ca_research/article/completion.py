"""What became of commitments: how many old ones are completed, by edition of the project list.

An edition is a list by itself. Editions hold the same projects under other names and with other
states, so they are
never pooled: which edition is read is a choice. None of them keeps cancelled or suspended projects
of the five, so every share of completed ones is a best case.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground.errors import UnknownNameError
from ..investment.guards import not_refused, one_edition
from ..stats import years_back
from ..stats.frames import require

COMPLETED = "Completion"
SIGNED = "Pipeline: Commitment"
"""The state of a signature: whether anything followed is not recorded, which is not the same as
nothing.
"""

_AT_MOST = "at most: completed or still listed as signed; cancelled projects are not listed"

NOT_BUILT = ("Debt forgiveness", "Debt rescheduling", "debt_action")
"""Flow types that change an old debt; there is nothing to complete."""

AGE = 5
"""Years that a commitment is given before it is asked whether it is completed."""

_CLOCKS = ("last_year", "publication")
_WEIGHTS = ("number", "amount")


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
def completion_share(
    projects: pd.DataFrame,
    *,
    vintage: str = "newest",
    clock: str = "last_year",
    weight: str = "number",
) -> pd.DataFrame:
    """Completed commitments among those at least AGE years old (per cent), all hosts together, as a
    bound.

    projects, clock: as in `commitments` ('last_year' or 'publication').
    vintage: 'newest' edition at hand, 'newest-1', 'newest-2'.
    weight: 'number' of commitments, or their 'amount' (rows without one left out).
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`) of one row, without an
    estimate. high: the completed and those still listed as signed (SIGNED), which nobody may have
    followed since. low: null, since no edition keeps cancelled or suspended projects and how many
    there were is not known; it is not zero. The list can show that fewer were completed, never that
    as many were. No such edition, or none old enough, is recorded in `missing`.
    Raises UnknownNameError for another weight or clock, UsageError for another `vintage`.
    """
    if weight not in _WEIGHTS:
        raise UnknownNameError("weight", weight, _WEIGHTS)
    edition = _edition(projects, vintage)
    if edition is None:
        return estimates(
            [estimate_row(missing=f"no {vintage} edition of the project list at hand")]
        )
    rows = commitments(projects, edition=edition, clock=clock)
    if weight == "amount":
        rows = rows[rows["amount_usd"].notna()]
    if rows.empty:
        return estimates([estimate_row(missing=f"{edition}: no commitment is {AGE} years old")])
    weights = (
        rows["amount_usd"].astype(float) if weight == "amount" else pd.Series(1.0, index=rows.index)
    )
    may_be = rows["completed"] | rows["status"].eq(SIGNED)
    most = 100 * float(weights[may_be].sum() / weights.sum())
    used = rows.drop(columns="completed")
    return estimates([estimate_row(used, high=most, interval=_AT_MOST)])


@measure("investment.completed_projects")
def completed_projects(
    projects: pd.DataFrame,
    *,
    economies: Sequence[str],
    vintage: str = "newest",
    since: str = "2013",
) -> pd.DataFrame:
    """Number of projects committed in `since` or later that are completed, per host.

    projects: table `projects`, as in `commitments`. economies: codes of hosts. since: a year
        ('2013').
    vintage: 'newest' edition at hand, 'newest-1', 'newest-2'.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per host, without an
    interval. A host that the edition does not list at all is recorded in `missing`; one that it
    lists without such a project has none (0).
    Raises UsageError for another `vintage`.
    """
    require(projects, ("host", "year", "flow_type", "status"))
    edition = _edition(projects, vintage)
    out = []
    for host in economies:
        if edition is None:
            out.append(
                estimate_row(
                    economy=host, missing=f"no {vintage} edition of the project list at hand"
                )
            )
            continue
        mine = projects[(projects["source_id"] == edition) & (projects["host"] == host)]
        if mine.empty:
            out.append(estimate_row(economy=host, missing=f"{edition} lists no project"))
            continue
        built = ~mine["flow_type"].isin(NOT_BUILT) & not_refused(mine)
        done = mine[built & (mine["status"] == COMPLETED) & (mine["year"] >= int(since))]
        out.append(
            estimate_row(done if len(done) else mine, economy=host, estimate=float(len(done)))
        )
    return estimates(out)
