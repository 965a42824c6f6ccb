"""Krippendorff's alpha against the worked examples of its author, to the three decimals that he
prints.
"""

import pytest
from tests.designs import cases

from ca_research.stats.agreement import krippendorff_alpha


@pytest.mark.parametrize("case", cases(__file__, "agreement"), ids=lambda c: str(c["alpha"]))
def test_alpha_is_that_of_the_published_examples(case):
    units = list(zip(*case["observers"], strict=True))
    for order in (units, units[::-1]):
        found = krippendorff_alpha(order, case["scale"])
        assert round(found, 3) == pytest.approx(case["alpha"], nan_ok=True)
