"""Several tests read together: Holm's adjustment over one declared family."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..ground.arguments import refuse
from ..ground.extras import needed
from .contract import Share, takes


@takes()
def holm(p_values: Mapping[str, float] | pd.Series, alpha: Share = 0.05) -> pd.DataFrame:
    """Holm's step-down adjustment over a declared family.

    Parameters
    ----------
    p_values : mapping of str to float, or pandas.Series
        The whole family by name, also what did not come out. A member that could not be computed
        is given 1.0 by the caller: left out, it would make the others easier to reject.
    alpha : float
        The family-wise error, held under any dependence.

    Returns
    -------
    pandas.DataFrame
        One row per member, in the order given: ``name``, ``p``, ``adjusted``, ``rejected``
        (adjusted <= alpha).

    Raises
    ------
    UsageError
        An empty family, a name that stands twice, a p-value missing or outside [0, 1], an alpha
        outside (0, 1).

    Notes
    -----
    adjusted_(i) = max over j <= i of min(1, (m - j + 1) p_(j)) [1]_, by statsmodels.

    References
    ----------
    .. [1] Holm (1979), Scandinavian Journal of Statistics 6(2).

    Examples
    --------
    >>> holm({"level": 0.01, "change": 0.04})["adjusted"].tolist()
    [0.02, 0.04]
    """
    p = pd.Series(p_values, dtype=float)
    if p.empty or not p.between(0, 1).all() or not p.index.is_unique:
        family = "by name, each once and from 0 to 1 (1.0 where it could not be computed)"
        refuse("p_values", family, p_values, "{'level': 0.01, 'change': 0.04}")
    with needed():
        from statsmodels.stats.multitest import multipletests

    adjusted = multipletests(p, alpha, method="holm")[1]
    return pd.DataFrame({"name": list(p.index), "p": p.to_numpy(), "adjusted": adjusted}).assign(
        rejected=adjusted <= alpha
    )
