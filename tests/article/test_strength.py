"""China among the investors of each host: what a share says of a rank, and what is stated. Ranks
and shares are in `cases/investors.yaml`.
"""

import pandas as pd
import pytest
from invented_tables import CASES, read
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research.article import strength
from ca_research.ground.errors import CoverageError


@pytest.mark.parametrize(("shares", "own", "ranks"), read(CASES / "investors.yaml")["ranks"])
def test_a_share_bounds_its_own_rank(shares, own, ranks):
    assert strength.rank_of_share(pd.Series(shares, dtype=float), own) == tuple(ranks)


def test_the_newest_stock_is_that_of_the_newest_year_with_enough_investors():
    investment = ca.load("investment")
    found = strength.newest_stock(investment, "Kazakhstan")
    year = max(ca.investment.stock_years(investment, "KAZ"))
    assert set(found["year"]) == {year}
    stock = ca.investment.stock_by_investor(investment, "KAZ", year)
    assert_frame_equal(found.drop(columns="year"), stock)
    with pytest.raises(CoverageError):
        strength.newest_stock(investment.iloc[:0], "KAZ")
