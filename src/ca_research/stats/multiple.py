"""Several tests read together: Holm's adjustment over one declared family."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..ground.errors import UsageError


def holm(p_values: Mapping[str, float], alpha: float = 0.05) -> pd.DataFrame:
    """Holm's step-down adjustment over a declared family, in the order given.

    p_values: name -> p in [0, 1]; the whole family, also what did not come out. A member that could
        not be computed
    is given 1.0 by the caller: left out, it would make the others easier to reject.
    Returns one row per member: `name`, `p`, `adjusted` = max over j <= i of min(1, (m - j + 1)
    p_(j)), `rejected` (adjusted <= alpha). Holds the family-wise error at `alpha` under any
    dependence.
    Raises UsageError for an empty family, a p-value missing or outside [0, 1], an alpha outside (0,
    1).
    Source: Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    if not 0 < alpha < 1:
        raise UsageError(f"alpha {alpha!r} is not between 0 and 1")
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
    p = np.array(list(p_values.values()), dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return pd.DataFrame(
        {"name": list(p_values), "p": p, "adjusted": adjusted, "rejected": adjusted <= alpha}
    )
