"""Several tests read together: Holm's adjustment over one declared family."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..ground.arguments import number
from ..ground.errors import UsageError
from ..ground.extras import needed


def holm(p_values: Mapping[str, float] | pd.Series, alpha: float = 0.05) -> pd.DataFrame:
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
    if not isinstance(p_values, Mapping | pd.Series):
        raise UsageError(
            f"p-values by name are needed, not {type(p_values).__name__}",
            hint='holm({"level": 0.01, "change": 0.04})',
        )
    if isinstance(p_values, pd.Series) and not p_values.index.is_unique:
        twice = p_values.index[p_values.index.duplicated()][0]
        raise UsageError(f"two members are named {str(twice)!r}", hint="give each its own name")
    p_values = dict(p_values)
    if not 0 < number("alpha", alpha, "0.05") < 1:
        raise UsageError(f"alpha {alpha!r} is not between 0 and 1", hint="0.05, for example")
    if not p_values:
        raise UsageError(
            "the family is empty", hint="declare its members before their p-values are known"
        )
    if wrong := [
        name
        for name, p in p_values.items()
        if not isinstance(p, (int, float, np.number)) or not 0 <= p <= 1
    ]:
        raise UsageError(
            f"no p-value between 0 and 1 for {', '.join(map(str, wrong))}",
            hint="give 1.0 to a member that could not be computed; it stays in the family",
        )
    with needed():
        from statsmodels.stats.multitest import multipletests

    p = np.array(list(p_values.values()), dtype=float)
    adjusted = multipletests(p, alpha, method="holm")[1]
    return pd.DataFrame(
        {"name": list(p_values), "p": p, "adjusted": adjusted, "rejected": adjusted <= alpha}
    )
