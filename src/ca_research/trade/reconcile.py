"""Mirror reconciliation: both sides' reports of one flow on one valuation, the gap, and the range
that they leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import number, year_span
from ..ground.errors import CoverageError, UsageError
from ..stats.frames import records, require, years
from ..tables import load
from .checks import one_figure_per_cell, prices, refuse_names
from .mirror import perspective

CIF_FOB = 1.06
"""Default factor from fob to cif: the one the IMF's direction of trade statistics use.

Source: IMF, Direction of Trade Statistics Yearbook 2017, introduction; the method is in Marini,
Dippelsman and Stanger (2018), IMF Working Paper 18/16. Landlocked economies pay more; the IMF took
1.10 before.
"""
RE_EXPORT_RATIO = 1.5
"""A partner's report above this many times the own one is flagged: valuation alone does not make
such a gap.
"""


def _fob(rows: pd.DataFrame, factor: float) -> pd.Series:
    """Values on a fob basis: what is reported cif is divided by the factor; fob and unknown stay as
    they are.
    """
    cif = rows["valuation"].astype(str).str.casefold() == "cif"
    return rows["value_usd"].astype(float) / np.where(cif, factor, 1.0)


def reconcile(
    economy: str | Sequence[str],
    partner: str,
    trade: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    cif_fob: float = CIF_FOB,
) -> pd.DataFrame:
    """All reports of trade with one partner on a fob basis, and the gap between the two sides.

    Parameters
    ----------
    economy : str or sequence of str
        Whose trade: code or name, one or several.
    partner : str
        With whom: code or name.
    trade : pandas.DataFrame, optional
        Like table `trade` (product TOTAL); loaded where not given.
    since, until : int, optional
        Years, both included.
    cif_fob : float
        Factor by which cif exceeds fob (CIF_FOB and its source).

    Returns
    -------
    pandas.DataFrame
        One row per economy, year and direction (of the economy): economy, partner, year,
        direction; reported_low, reported_high, mirror_low, mirror_high (range over the sources of
        each side, USD fob); gap (USD); asymmetry in [0, 2]; low, high (USD, over all reports: a
        range, no confidence interval); re_export_suspicion (the exporter reports more than
        RE_EXPORT_RATIO times what the importer does); services_included (a source of goods and
        services is among them); missing ('own report', "partner's report" or ''); sources;
        price_basis where `trade` has it; cif_fob.
        A side without a report is null: missing is not zero.

    Raises
    ------
    CoverageError
        Where nobody reports, also for one economy of several.
    UsageError
        For a factor below one, an economy with itself, a figure that stands twice, and what
        `perspective` raises.

    Notes
    -----
    fob = cif / cif_fob; middle = (low + high) / 2; gap = middle of mirror - middle of own;
    asymmetry = ``|gap|`` / mean of the two middles: Javorsek (2016), UN ESCAP working paper
    02/2016.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = reconcile("KGZ", "CHN", since=2022, until=2022)
    >>> found.loc[found["direction"] == "import", "missing"].item()
    ''
    """
    if not number("cif_fob", cif_fob, "1.06") >= 1:
        raise UsageError(
            f"cif cannot be below fob: cif_fob = {cif_fob}",
            hint="a factor of 1 or more, for example 1.06",
        )
    period = year_span(since, until)
    codes = eco.resolve_all(economy)
    partner = eco.resolve(partner)
    if partner in codes:
        raise UsageError(f"{partner} has no other side in {partner}", hint="name two economies")
    if trade is None:
        sides = [*codes, partner]
        trade = load(
            "trade", product="TOTAL", reporter=sides, partner=sides, since=since, until=until
        )
    require(trade, ("valuation",))
    rows = [row for c in codes for row in _pair(c, partner, trade, period, cif_fob)]
    return pd.DataFrame(rows).assign(cif_fob=cif_fob)


def _pair(
    economy: str,
    partner: str,
    trade: pd.DataFrame,
    period: tuple[int, int],
    cif_fob: float,
) -> list[dict[str, object]]:
    """The rows of one pair in `reconcile`."""
    seen = perspective(trade, [economy])
    years(seen)
    seen = seen[seen["other"].eq(partner) & seen["year"].between(*period)]
    if seen.empty:
        refuse_names(trade, [economy, partner])
        raise CoverageError(
            f"nobody reports trade between {economy} and {partner}",
            hint="ca.coverage('trade'); rows of product TOTAL count",
        )
    one_figure_per_cell(seen, ["year", "direction", "side", "source_id"])
    seen = seen.assign(fob=_fob(seen, cif_fob))
    pair = {"economy": economy, "partner": partner}
    told = [c for c in ("year", "direction", "side", "fob", "source_id", "scope") if c in seen]
    cells: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for report in records(seen[told]):
        cells.setdefault((int(report["year"]), report["direction"]), []).append(report)
    basis = {column: seen[column].iloc[0] for column in prices(seen.columns, ())}
    return [pair | _row(*cell, reports) | basis for cell, reports in sorted(cells.items())]


def _row(year: int, direction: str, reports: list[dict[str, Any]]) -> dict[str, object]:
    every = [report["fob"] for report in reports]
    reported, mirror = (
        [report["fob"] for report in reports if report["side"] == side]
        for side in ("reporter", "mirror")
    )
    own, other = ((min(s) + max(s)) / 2 if s else np.nan for s in (reported, mirror))
    exporter, importer = (own, other) if direction == "export" else (other, own)
    lacking = (("own report", reported), ("partner's report", mirror))
    return {
        "year": year,
        "direction": direction,
        "reported_low": min(reported, default=np.nan),
        "reported_high": max(reported, default=np.nan),
        "mirror_low": min(mirror, default=np.nan),
        "mirror_high": max(mirror, default=np.nan),
        "gap": other - own,
        "asymmetry": abs(other - own) / ((other + own) / 2) if other + own else np.nan,
        "low": min(every),
        "high": max(every),
        "re_export_suspicion": exporter > RE_EXPORT_RATIO * importer,
        "services_included": "goods_and_services" in {r.get("scope") for r in reports},
        "missing": " and ".join(name for name, found in lacking if not found),
        "sources": tuple(sorted({report["source_id"] for report in reports})),
    }
