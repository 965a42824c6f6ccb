"""How far coders agree beyond chance: Krippendorff's alpha."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any, Literal

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
    pairs: defaultdict[tuple[Any, Any], float] = defaultdict(float)
    for unit in units:
        values = [value for value in unit if value is not None]
        for pair in permutations(values, 2):
            pairs[pair] += 1 / (len(values) - 1)
    times: defaultdict[Any, float] = defaultdict(float)
    for (value, _), weight in pairs.items():
        times[value] += weight
    order = sorted(times)

    def apart(one: Any, other: Any) -> float:
        if scale == "nominal" or one == other:
            return float(one != other)
        first, last = sorted((order.index(one), order.index(other)))
        between = sum(times[value] for value in order[first : last + 1])
        return float((between - (times[one] + times[other]) / 2) ** 2)

    observed = sum(weight * apart(*pair) for pair, weight in pairs.items())
    expected = sum(times[a] * times[b] * apart(a, b) for a in order for b in order)
    return 1 - (sum(times.values()) - 1) * observed / expected if expected else float("nan")
