"""How far coders agree beyond chance: Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any, Literal

import numpy as np

Scale = Literal["nominal", "ordinal"]


def krippendorff_alpha(units: Iterable[Sequence[Any]], scale: Scale = "nominal") -> float:
    """Krippendorff's alpha of what several coders say of the same units.

    Parameters
    ----------
    units : iterable of sequence
        One for each unit: the values that the coders gave it, None where one gave none. A unit
        with fewer than two values compares nothing and is left out.
    scale : 'nominal' or 'ordinal'
        Whether two values are alike or not, or how many ranks lie between them.

    Returns
    -------
    float
        1 where all agree, 0 where they agree as often as chance would have it; nan where only one
        value was given, so that nothing could differ.

    Notes
    -----
    One minus the observed over the expected disagreement, both from the coincidences of pairs
    within a unit, each unit counted as often as it has values: Krippendorff (2011), Computing
    Krippendorff's Alpha-Reliability, University of Pennsylvania.

    Examples
    --------
    >>> round(krippendorff_alpha([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 3)
    0.533
    """
    ratings = [[value for value in unit if value is not None] for unit in units]
    order = sorted({value for values in ratings for value in values})
    pairs = np.zeros((len(order), len(order)))
    for values in ratings:
        at = np.searchsorted(order, values)
        for one, other in permutations(at, 2):
            pairs[one, other] += 1 / (len(values) - 1)
    times = pairs.sum(axis=0)
    distances = 1.0 - np.eye(len(order))
    if scale == "ordinal":  # the values between the two, and half of each of them
        middle = np.cumsum(times) - times / 2
        distances = (middle[:, None] - middle) ** 2
    observed, expected = (pairs * distances).sum(), times @ distances @ times
    return float(1 - (times.sum() - 1) * observed / expected) if expected else float("nan")
