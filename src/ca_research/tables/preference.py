"""Which source speaks for a reporter where several do: read from the register, never listed in
code.

A source added to registry/sources.csv with its role takes part at once, in every measure that
chooses between sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import get_args

import pandas as pd

from .. import registry
from ..ground.arguments import refuse_index, several
from ..ground.errors import RegistryError, known_name
from ..registry.tables import Role

ROLES: tuple[str, ...] = get_args(Role)
"""How a source may speak for a reporter; registry/tables/sources.yaml says what each means."""
OWN_REPORTS = ("office", "compilation")
"""Roles of sources that hold what a reporter itself counted, the nearer one first."""
NO_REPORTS = ("estimated", "reconciled")
"""Roles of sources that hold nobody's report."""

_LAST = 10**9


def role(source: str) -> str | None:
    """The role of a source, or None for one that the register does not know or gives no role."""
    return getattr(registry.sources().get(source), "role", None)


def _roles(roles: str | Iterable[str]) -> list[str]:
    return [known_name("role", role, ROLES) for role in several(roles)]


def of_role(sources: str | Iterable[str], *roles: str) -> set[str]:
    """Those of the sources that have one of the roles.

    Parameters
    ----------
    sources : str or iterable of str
        Ids, in any order; one that the register does not know has no role.
    *roles : str
        Any of 'office', 'compilation', 'excerpt', 'panel', 'estimated', 'reconciled', 'derived',
        'stated'; registry/tables/sources.yaml says what each means.

    Returns
    -------
    set of str
        Some of the ids.

    Raises
    ------
    UnknownNameError
        A word that is no role.

    Examples
    --------
    >>> of_role(["WTO_HSM", "KAZ_WITS_BNS_PANEL", "KAZ_BNS"], "office")
    {'KAZ_BNS'}
    """
    wanted = _roles(roles)
    return {source for source in several(sources) if role(source) in wanted}


def ranked(sources: str | Iterable[str], roles: str | Sequence[str] = OWN_REPORTS) -> list[str]:
    """The sources that speak for their reporter, the preferred one first.

    Parameters
    ----------
    sources : str or iterable of str
        Ids of sources, in any order.
    roles : str or sequence of str
        Roles that count, in this order; others are left out.

    Returns
    -------
    list of str
        By role, within a role by `preference` (one without comes last), then those that were added
        after the project's own, then by id. One that the register does not know speaks where it is
        alone and any own report counts: there is nothing to choose.

    Raises
    ------
    RegistryError
        For another source without a role: nothing then says whether it speaks for anybody.
    UnknownNameError
        A word that is no role.

    Examples
    --------
    >>> ranked(["WTO_HSM", "KAZ_WITS_BNS_PANEL", "KAZ_BNS", "PRESS_TREND_3812743"])
    ['KAZ_BNS', 'KAZ_WITS_BNS_PANEL', 'WTO_HSM']
    """
    known, wanted = registry.sources(), _roles(roles)
    role_of = {source: role(source) for source in several(sources)}
    if len(role_of) == 1 and not role_of.keys() & known.keys() and {*OWN_REPORTS} <= {*wanted}:
        return [*role_of]
    if bare := sorted(source for source, its in role_of.items() if its is None):
        raise RegistryError(
            f"source {bare[0]!r} has no role, so nothing says whether it speaks for its reporter",
            where="registry/sources.csv",
            hint=f"give it one of the roles: {', '.join(ROLES)}; figures of your own get theirs by "
            "ca-research data add --role",
        )
    counted = [source for source, its in role_of.items() if its in wanted]
    return sorted(in_order(counted), key=lambda source: wanted.index(role_of[source] or ""))


def preferred_rows(
    rows: pd.DataFrame, cell: str | Sequence[str], roles: str | Sequence[str] = OWN_REPORTS
) -> pd.DataFrame:
    """Rows of the preferred source within each cell.

    A cell whose sources all have other roles keeps no row. Nothing stated is a value like another:
    rows without one in a column of the cell are a cell of their own.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``source_id`` and the columns of `cell`.
    cell : str or sequence of str
        Columns within which one source is to speak.
    roles : str or sequence of str
        As in `ranked`.

    Returns
    -------
    pandas.DataFrame
        Some of the rows, in their order, with all their columns.

    Raises
    ------
    RegistryError
        For a source without a role, as in `ranked`.
    UnknownNameError
        A word that is no role, or a column that is not there.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner="RUS", year=2023, flow="export",
    ...                product="TOTAL")
    >>> rows["source_id"].tolist()
    ['KAZ_BNS', 'KAZ_WITS_BNS_PANEL']
    >>> preferred_rows(rows, ["reporter", "partner", "year"])["source_id"].tolist()
    ['KAZ_BNS']
    """
    return _first(rows, cell, lambda sources: ranked(sources, roles))


def _first(
    rows: pd.DataFrame,
    cell: str | Iterable[str],
    in_turn: Callable[[Iterable[str]], Sequence[str]],
) -> pd.DataFrame:
    """Rows of the first source within each cell."""
    columns = several(cell) or [""]  # no column is refused as an unknown one
    for column in (*columns, "source_id"):
        refuse_index(rows, column)
        known_name("column", column, rows.columns)
    order = {source: n for n, source in enumerate(in_turn(rows["source_id"].unique()))}
    place = rows["source_id"].map(order)
    best = place.groupby([rows[c] for c in columns], dropna=False).transform("min")
    return rows[place.notna() & (place == best)]


def in_order(sources: Iterable[str]) -> list[str]:
    """Sources of any role, the one that speaks first before the others.

    Where no role says who reports, a stated `preference` goes first, then what stood before what
    was added: figures of one's own take the place of others only where that was said.

    Parameters
    ----------
    sources : iterable of str
        Ids, in any order.

    Returns
    -------
    list of str
        By `preference`, then those of the snapshot, then by id.

    Examples
    --------
    >>> in_order(["EI2024", "BP2022"])
    ['BP2022', 'EI2024']
    """
    known, added = registry.sources(), registry.added()

    def turn(source: str) -> tuple[int, bool, str]:
        preference = known[source].preference if source in known else None
        return _LAST if preference is None else preference, source in added, source

    return sorted(set(sources), key=turn)


def one_source_each(rows: pd.DataFrame, cell: str | Sequence[str]) -> pd.DataFrame:
    """Rows of one source within each cell, the first `in_order`.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``source_id`` and the columns of `cell`.
    cell : str or sequence of str
        Columns within which one source is to speak.

    Returns
    -------
    pandas.DataFrame
        Some of the rows, in their order.

    Raises
    ------
    UnknownNameError
        A column that is not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2020, 2020, 2021], "source_id": ["B", "A", "B"]})
    >>> one_source_each(rows, ["year"])["source_id"].tolist()
    ['A', 'B']
    """
    return _first(rows, cell, in_order)
