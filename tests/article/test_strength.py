"""China among the investors of each host: what a share says of a rank, and what is stated. Ranks
and shares are in `cases/investors.yaml`.
"""

import pandas as pd
import pytest
from invented_tables import CASES, read

from ca_research.article.investors import rank_of_share


@pytest.mark.parametrize(("shares", "own", "ranks"), read(CASES / "investors.yaml")["ranks"])
def test_a_share_bounds_its_own_rank(shares, own, ranks):
    assert rank_of_share(pd.Series(shares, dtype=float), own) == tuple(ranks)
