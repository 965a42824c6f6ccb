"""The picture of a specification curve over regressions."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ..stats.curve import SpecificationCurve
from .claims import specification_curve
from .needs import needs, says_sources
from .results import coefficients


@needs()
def coefficient_curve(curve: SpecificationCurve, *, unit: str) -> Figure:
    """Every estimate of a specification curve with its interval, above the choices that made it.

    Sorted; the main one is ringed, and those with p below 0.05 are in colour.

    Parameters
    ----------
    curve : SpecificationCurve
        From `stats.specification_curve`; its estimates are made if they are not yet.
    unit : str
        What the coefficient is measured in.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as the specifications need.

    Raises
    ------
    CoverageError
        No specification gave a number.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from ca_research import stats
    >>> data = pd.DataFrame(np.random.default_rng(0).normal(size=(100, 3)), columns=["y", "x", "z"])
    >>> curve = stats.specification_curve(data, "y", "x", controls=["z"])
    >>> figure = coefficient_curve(curve, unit="points of y for one of x")
    >>> [name.get_text() for name in figure.axes[1].get_yticklabels()]
    ['z: with', 'without']
    """
    drawn = coefficients(curve, unit)
    figure = specification_curve(drawn, [axis.name for axis in curve.universe.axes], unit=unit)
    return says_sources(figure, pd.DataFrame({"source_id": curve.sources}))
