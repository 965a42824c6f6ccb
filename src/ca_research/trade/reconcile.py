"""Mirror reconciliation: both sides' reports of one flow on one valuation, the gap, and the range
that they leave.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError
from ..stats.frames import require
from ..tables import load
from .checks import one_figure_per_cell
from .mirror import perspective

CIF_FOB = 1.06
"""Default factor from fob to cif: the one the IMF's direction of trade statistics use.

Source: IMF, Direction of Trade Statistics Yearbook 2017, introduction; the method is in Marini,
Dippelsman and Stanger (2018), IMF Working Paper 18/16. Landlocked economies pay more; see
CIF_FOB_RANGE.
"""
CIF_FOB_RANGE = (1.00, 1.06, 1.10, 1.20)
"""Values for a specification axis: no adjustment, the default, the ten per cent the IMF used
before, an upper value.
"""

RE_EXPORT_RATIO = 1.5
"""A partner's report above this many times the own one is flagged: valuation alone does not make
such a gap.
"""


def _fob(rows: pd.DataFrame, factor: float) -> pd.Series:
    """Values on a fob basis: what is reported cif is divided by the factor; fob and unknown stay as
    they are.
    """
    return rows["value_usd"] / np.where(rows["valuation"] == "cif", factor, 1.0)


def reconcile(
    economy: str,
    partner: str,
    trade: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    cif_fob: float = CIF_FOB,
) -> pd.DataFrame:
    """All reports of one pair on a fob basis, one row per year and direction (of `economy`).

    economy, partner: codes or names. trade: a frame like table `trade` (product TOTAL); loaded
        where not given.
    since, until: years, both included.
    cif_fob: factor by which cif exceeds fob (default CIF_FOB and its source; CIF_FOB_RANGE for a
        grid).
    Returns year, direction; reported_low/high and mirror_low/high (range over sources of each side,
    USD fob); gap = middle of mirror - middle of own; asymmetry = |gap| / mean of the two middles,
    in [0, 2]; low, high (over all reports:
    a range, not a confidence interval); flags re_export_suspicion (see RE_EXPORT_RATIO),
    services_included (a source of goods and services is among them), missing ('own report',
    'partner's report' or ''); sources.
    A side without a report is null: missing is not zero. Raises CoverageError where nobody reports,
    UsageError for a factor below one, an economy with itself or a figure that stands twice, and
    what `perspective` raises.
    Formulas: fob = cif / cif_fob; middle = (low + high) / 2.
    Formula of the asymmetry: Javorsek (2016), UN ESCAP working paper 02/2016.
    """
    if not (cif_fob >= 1 and np.isfinite(cif_fob)):
        raise UsageError(
            f"cif cannot be below fob: cif_fob = {cif_fob}",
            hint="a factor of 1 or more, for example 1.06",
        )
    economy, partner = eco.resolve(economy), eco.resolve(partner)
    if economy == partner:
        raise UsageError(f"{economy} has no other side in {partner}", hint="name two economies")
    if trade is None:
        pair = [economy, partner]
        trade = load(
            "trade", product="TOTAL", reporter=pair, partner=pair, since=since, until=until
        )
    require(trade, ("valuation",))
    seen = perspective(trade, [economy])
    seen = seen[seen["other"] == partner]
    if since is not None:
        seen = seen[seen["year"] >= since]
    if until is not None:
        seen = seen[seen["year"] <= until]
    if seen.empty:
        raise CoverageError(
            f"nobody reports trade between {economy} and {partner}", hint="ca.coverage('trade')"
        )
    one_figure_per_cell(seen, ["year", "direction", "side", "source_id"])
    seen = seen.assign(fob=_fob(seen, cif_fob))
    rows = [
        _row(int(year), direction, cell)
        for (year, direction), cell in seen.groupby(["year", "direction"])
    ]
    frame = pd.DataFrame(rows)
    frame.attrs = {"economy": economy, "partner": partner, "cif_fob": cif_fob}
    return frame


def _row(year: int, direction: str, cell: pd.DataFrame) -> dict[str, object]:
    sides = {side: cell.loc[cell["side"] == side, "fob"] for side in ("reporter", "mirror")}
    own, other = ((s.min() + s.max()) / 2 if len(s) else np.nan for s in sides.values())
    exporter, importer = (own, other) if direction == "export" else (other, own)
    return {
        "year": year,
        "direction": direction,
        "reported_low": sides["reporter"].min(),
        "reported_high": sides["reporter"].max(),
        "mirror_low": sides["mirror"].min(),
        "mirror_high": sides["mirror"].max(),
        "gap": other - own,
        "asymmetry": abs(other - own) / ((other + own) / 2) if other + own else np.nan,
        "low": cell["fob"].min(),
        "high": cell["fob"].max(),
        "re_export_suspicion": bool(exporter > RE_EXPORT_RATIO * importer),
        "services_included": bool((cell["scope"] == "goods_and_services").any())
        if "scope" in cell
        else False,
        "missing": " and ".join(
            name
            for name, s in (
                ("own report", sides["reporter"]),
                ("partner's report", sides["mirror"]),
            )
            if s.empty
        ),
        "sources": tuple(sorted(set(cell["source_id"]))),
    }


def region_gaps(
    trade: pd.DataFrame,
    partner: str = "CHN",
    *,
    economies: Sequence[str] = eco.CA5,
    cif_fob: float = CIF_FOB,
) -> pd.DataFrame:
    """`reconcile` for several economies with one partner: the rows of all, with `economy` and
    `partner` first; values in USD fob.

    trade, partner, cif_fob: as in `reconcile`. economies: codes or names.
    Raises what `reconcile` raises, also where one of the economies has no report at all.
    """
    parts = []
    for economy in economies:
        part = reconcile(economy, partner, trade, cif_fob=cif_fob)
        part.insert(0, "economy", economy)
        part.insert(1, "partner", eco.resolve(partner))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
