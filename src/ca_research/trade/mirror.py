"""Trade seen from both sides: what an economy reports, and what its partners report of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..ground.arguments import year_span
from ..ground.errors import known_name
from ..stats.contract import MONEY, Economies, Economy, one_figure_per_cell, takes
from ..stats.frames import (
    alike,
    cited,
    figures,
    refuse_labels,
    require,
    require_some,
    years,
)
from ..tables.load import load
from ..tables.preference import NO_REPORTS, of_role

_OPPOSITE = {"export": "import", "import": "export"}
KEYS = ("reporter", "partner", "year", "flow", "product", "source_id")
CELL = ["year", "direction"]


@takes()
def perspective(trade: pd.DataFrame, of: Economies, *, reconciled: bool = False) -> pd.DataFrame:
    """All reports of goods trade of some economies, from their point of view.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`: reporter, partner, year, flow, product, value_usd (USD), source_id; rows
        of product TOTAL are used.
    of : iterable of str
        Codes or names of the economies looked at.
    reconciled : bool
        Whether the figures of sources with the role 'reconciled' are kept, on a side of their own.

    Returns
    -------
    pandas.DataFrame
        The rows with economy, other, direction (export or import *of the economy*) and side:
        'reporter' where the economy itself reports, 'mirror' where its partner does, 'reconciled'
        where a source made one figure of both. Sources with the role 'estimated' are nobody's
        report and never count; nor do zeros of the role 'panel'. Ranks do without panels (a
        four-year one of uneven quality settles no 'first').

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    Seen from the partner, the same rows turn both: the mirror of the mirror is the original.

    Examples
    --------
    >>> import ca_research as ca
    >>> seen = perspective(ca.load("trade", reporter="KAZ", source="KAZ_BNS"), ["Kazakhstan"])
    >>> set(seen["side"]), set(seen["economy"])
    ({'reporter'}, {'KAZ'})
    """
    total = _totals(trade, of)
    sources = total["source_id"].unique()
    single = total["source_id"].isin(of_role(sources, "reconciled"))
    keep = ~total["source_id"].isin(of_role(sources, *NO_REPORTS)) | (single & reconciled)
    keep &= ~total["source_id"].isin(of_role(sources, "panel")) | total["value_usd"].gt(0)
    own = total[keep & total["reporter"].isin(of)]
    own = own.assign(
        economy=own["reporter"], other=own["partner"], direction=own["flow"], side="reporter"
    )
    mirror = total[keep & total["partner"].isin(of)]
    turned = mirror["flow"].map(_OPPOSITE)
    mirror = mirror.assign(
        economy=mirror["partner"], other=mirror["reporter"], direction=turned, side="mirror"
    )
    both = pd.concat([own, mirror], ignore_index=True)
    both.loc[both["source_id"].isin(total.loc[single, "source_id"]), "side"] = "reconciled"
    refuse_labels(both["other"].unique(), "partner")
    return both


def _totals(trade: pd.DataFrame, of: Sequence[str]) -> pd.DataFrame:
    """Rows of all products together in which one of the economies is a side, once they are fit to
    be compared.
    """
    trade = require(trade, ("value_usd",), keys=KEYS, reporter=of, partner=of)
    mine = trade[trade["reporter"].isin(of) | trade["partner"].isin(of)]
    total = mine[mine["product"].eq("TOTAL")]
    if len(mine):
        require_some(
            total, f"row of product TOTAL with {' or '.join(of)}", "load(..., product='TOTAL')"
        )
    total = figures(total, "value_usd")
    years(total)
    alike(total, MONEY)
    for flow in total["flow"].unique():
        known_name("flow", flow, tuple(_OPPOSITE))
    return total


def pairs(
    economies: Sequence[str],
    partner: str,
    trade: pd.DataFrame | None,
    since: int | None,
    until: int | None,
) -> pd.DataFrame:
    """What both sides report of trade of some economies with one partner, one figure of each
    source; `trade` is loaded where it is not given.

    Raises CoverageError for an economy of which nobody does, UsageError for one with itself.
    """
    first, last = year_span(since, until)
    if trade is None:
        sides = [*economies, partner]
        trade = load(
            "trade", product="TOTAL", reporter=sides, partner=sides, since=since, until=until
        )
    both = perspective(trade, economies)
    both = both[both["other"].eq(partner) & both["year"].between(first, last)]
    for code in economies:
        require_some(both[both["economy"] == code], f"report of trade between {code} and {partner}")
    one_figure_per_cell(both, ["economy", *CELL, "side", "source_id"])
    return both


@takes()
def mirror_gap(
    economy: Economy,
    partner: Economy,
    trade: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """Both sides' reports of one pair, as published (no CIF/FOB adjustment).

    Parameters
    ----------
    economy, partner : str
        Codes or names.
    trade : pandas.DataFrame, optional
        Like table `trade` (see `perspective`); loaded where not given.
    since, until : int, optional
        Years, both included.

    Returns
    -------
    pandas.DataFrame
        One row per year and direction (of `economy`): year, direction; reported (USD; the median
        where several sources hold the own report), mirror (the partner's, likewise), gap = mirror -
        reported, ratio = mirror / reported, low and high over all reports of both sides (USD),
        services_included (a source of goods and services is among them), sources, price_basis where
        `trade` has it. A side without a report is null: missing is not zero. Its ``plot()`` draws
        both sides, of one ``direction`` if given.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    Hummels and Lugovskyy (2006), Journal of International Economics 68(1). `reconcile` brings both
    sides to one valuation.

    Examples
    --------
    >>> found = mirror_gap("KGZ", "CHN", since=2022, until=2022).set_index("direction")
    >>> bool(found.loc["import", "ratio"] > 3)
    True
    """
    both = pairs([economy], partner, trade, since, until)
    figure = both.groupby(CELL)["value_usd"]
    sides = both.groupby([*CELL, "side"])["value_usd"].median().unstack("side")
    table = sides.reindex(columns=["reporter", "mirror"])
    table = table.set_axis(["reported", "mirror"], axis=1).rename_axis(None, axis=1)
    table["gap"] = table["mirror"] - table["reported"]
    table["ratio"] = table["mirror"] / table["reported"].where(table["reported"] != 0)
    table = table.assign(
        low=figure.min(), high=figure.max(), services_included=services(both, CELL)
    )
    table = cited(table.reset_index(), both, CELL)
    table.attrs = {"economy": economy, "partner": partner}
    return table


def services(rows: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Whether a source of goods and services is among the rows of each of the keys."""
    scope = rows["scope"] if "scope" in rows else pd.Series("", index=rows.index)
    held: pd.Series = scope.eq("goods_and_services").groupby([rows[k] for k in keys]).any()
    return held
