"""The picture of a specification curve over regressions."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..stats.curve import SpecificationCurve
from .claims import specification_curve


def coefficient_curve(
    curve: SpecificationCurve, *, unit: str, against: float = 0.0, alpha: float = 0.05
) -> Figure:
    """Every estimate with its interval, sorted, above the choices that made it; the main one is
    ringed.

    Parameters
    ----------
    curve : SpecificationCurve
        From `stats.specification_curve`; its estimates are made if they are not yet.
    unit : str
        What the coefficient is measured in.
    against : float
        Where the dashed line stands.
    alpha : float
        Below which p is drawn in colour.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as the specifications need.

    Raises
    ------
    CoverageError
        No specification gave a number.
    """
    table = curve.to_frame()
    drawn = table.assign(
        value=table["estimate"],
        met=[True if p < alpha else None for p in table["p"]],
        threshold=against,
        criterion=unit,
    )
    return specification_curve(drawn, [axis.name for axis in curve.universe.axes], unit=unit)
