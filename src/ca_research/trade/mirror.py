"""Trade seen from both sides: what an economy reports, and what its partners report of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ..ground import economies
from ..ground.arguments import year_span
from ..ground.errors import CoverageError, UsageError
from ..stats.frames import (
    alike,
    numbers,
    refuse_named,
    refuse_two_labels,
    require,
    with_prices,
    years,
)
from ..stats.measured import measured
from ..tables import load
from ..tables.preference import NO_REPORTS, of_role
from .checks import ALIKE_MONEY, one_figure_per_cell, refuse_names, totals_in

_OPPOSITE = {"export": "import", "import": "export"}


def perspective(
    trade: pd.DataFrame, of: Iterable[str], *, panels: bool = True, reconciled: bool = False
) -> pd.DataFrame:
    """All reports of goods trade of some economies, from their point of view.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`: reporter, partner, year, flow, product, value_usd (USD), source_id; rows
        of product TOTAL are used.
    of : iterable of str
        Codes or names of the economies looked at.
    panels : bool
        Whether the positive figures of sources with the role 'panel' count, whose zeros are not
        reports; ranks do without them (a four-year panel of uneven quality settles no 'first').
    reconciled : bool
        Whether the figures of sources with the role 'reconciled' are kept, on a side of their own.

    Returns
    -------
    pandas.DataFrame
        The rows with economy, other, direction (export or import *of the economy*) and side:
        'reporter' where the economy itself reports, 'mirror' where its partner does, 'reconciled'
        where a source made one figure of both. Sources with the role 'estimated' are nobody's
        report and never count.

    Raises
    ------
    UnknownNameError
        For an economy or a missing column.
    UsageError
        For text, negative values, an unknown flow, or names of economies for codes.
    CoverageError
        For a row without a value, and where all rows of the economies are of single products.
    MixedUnitsError
        For several price bases.

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
    of = economies.resolve_all(of)
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    for side in ("reporter", "partner"):
        refuse_named(trade[side].unique(), side, of)
    total = _totals(trade, of)
    if total.empty:
        refuse_names(trade, of)
        _refuse_parts(trade, of)
    numbers(total, "value_usd")
    alike(total, ALIKE_MONEY)
    if odd := sorted(set(total["flow"].unique()) - set(_OPPOSITE)):
        raise UsageError(f"unknown flow {odd[0]!r}", hint="known: export, import")
    sources = total["source_id"].unique()
    whole = total["source_id"].isin(of_role(sources, "reconciled")).to_numpy(bool)
    keep = ~total["source_id"].isin(of_role(sources, *NO_REPORTS)).to_numpy(bool)
    keep |= whole & reconciled
    if panel := of_role(sources, "panel"):
        filled = total["source_id"].isin(panel).to_numpy(bool)
        keep &= ~filled | (panels & total["value_usd"].gt(0).to_numpy(bool))
    sides = {
        side: np.flatnonzero(keep & total[column].isin(of).to_numpy(bool))
        for side, column in (("reporter", "reporter"), ("mirror", "partner"))
    }
    both = total.take(np.concatenate([*sides.values()])).reset_index(drop=True)
    mirrored = np.arange(len(both)) >= len(sides["reporter"])
    single = both["source_id"].isin(of_role(both["source_id"].unique(), "reconciled"))
    reporter, partner = (both[c].to_numpy(object) for c in ("reporter", "partner"))
    flow = both["flow"].tolist()
    seen = {
        "economy": np.where(mirrored, partner, reporter),
        "other": np.where(mirrored, reporter, partner),
        "direction": [_OPPOSITE[f] if m else f for f, m in zip(flow, mirrored, strict=True)],
        "side": np.where(single, "reconciled", np.where(mirrored, "mirror", "reporter")),
    }
    refuse_two_labels(dict.fromkeys(seen["other"]), "partner")
    kind = both["reporter"].dtype
    if isinstance(kind, pd.CategoricalDtype):  # it may lack the words that are new here
        kind = kind.categories.dtype
    return both.assign(**{c: pd.array(v, dtype=kind) for c, v in seen.items()})


def _totals(trade: pd.DataFrame, of: Sequence[str]) -> pd.DataFrame:
    """Rows of all products together in which one of the economies is a side.

    Each column is read only where those before it leave a row: whole frames of text are slow.
    """
    sides = trade["reporter"].isin(of).to_numpy(bool) | trade["partner"].isin(of).to_numpy(bool)
    places = np.flatnonzero(sides)
    return trade.take(places[trade["product"].take(places).eq("TOTAL").to_numpy(bool)])


def _refuse_parts(trade: pd.DataFrame, of: Sequence[str]) -> None:
    """Raise where the rows of some economies, which hold no TOTAL, are of single products:
    UsageError where another word stands for all of them, else CoverageError.
    """
    mine = trade[trade["reporter"].isin(of) | trade["partner"].isin(of)]
    if (other := totals_in(trade["product"].unique())) and "TOTAL" not in other:
        raise UsageError(
            f"product holds {other[0]!r}, not 'TOTAL'",
            hint=f"frame.replace({{'product': {{{other[0]!r}: 'TOTAL'}}}})",
        )
    if len(mine):
        raise CoverageError(
            f"no row of product TOTAL with {' or '.join(of)}: product is {mine['product'].iloc[0]}",
            hint="load(..., product='TOTAL'), or of one product: frame.assign(product='TOTAL')",
        )


def mirror_gap(
    economy: str,
    partner: str,
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
    CoverageError
        Where nobody reports the pair.
    UsageError
        For an economy with itself or a figure that stands twice, and what `perspective` raises.

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
    economy, partner = economies.resolve(economy), economies.resolve(partner)
    first, last = year_span(since, until)
    if economy == partner:
        raise UsageError(f"{economy} has no other side in {partner}", hint="name two economies")
    if trade is None:
        trade = load(
            "trade",
            product="TOTAL",
            reporter=[economy, partner],
            partner=[economy, partner],
            since=since,
            until=until,
        )
    both = perspective(trade, [economy])
    years(both)
    both = both[(both["other"] == partner) & both["year"].between(first, last)]
    if both.empty:
        refuse_names(trade, [economy, partner])
        raise CoverageError(
            f"no report of trade between {economy} and {partner}",
            hint=f"ca.coverage('trade', reporter='{economy}'); rows of product TOTAL count",
        )
    one_figure_per_cell(both, ["year", "direction", "side", "source_id"])
    rows = []
    for (year, direction), cell in both.groupby(["year", "direction"]):
        own, other = (
            cell[cell["side"] == "reporter"]["value_usd"],
            cell[cell["side"] == "mirror"]["value_usd"],
        )
        reported, mirror = (float(s.median()) if len(s) else None for s in (own, other))
        rows.append(
            {
                "year": int(year),
                "direction": direction,
                "reported": reported,
                "mirror": mirror,
                "gap": None if reported is None or mirror is None else mirror - reported,
                "ratio": mirror / reported if mirror is not None and reported else None,
                "low": float(cell["value_usd"].min()),
                "high": float(cell["value_usd"].max()),
                "services_included": "scope" in cell
                and bool((cell["scope"] == "goods_and_services").any()),
                "sources": tuple(sorted(set(cell["source_id"]))),
            }
        )
    frame = pd.DataFrame(rows).astype(
        dict.fromkeys(("reported", "mirror", "gap", "ratio"), "float64")
    )
    frame = with_prices(frame, both)
    frame.attrs = {"economy": economy, "partner": partner}
    return measured(frame, "mirror_gap")
