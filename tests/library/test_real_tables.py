"""Measures of the real tables against numbers worked out from the same rows another way."""

from itertools import product

import pytest
from case_frames import frame_of

import ca_research as ca
from ca_research.article.trade_priority import lead
from ca_research.ground.errors import CoverageError
from ca_research.trade.rank import BASES, FLOWS, OWN_SOURCES

CA5 = ca.economies.CA5


@pytest.fixture(scope="module")
def trade():
    return ca.load("trade", product="TOTAL")


@pytest.mark.parametrize("eu", ["apart", "one"])
@pytest.mark.parametrize("basis", BASES)
def test_years_that_can_be_ranked_agree_with_the_ranks(trade, basis, eu):
    part = trade[trade["year"].isin([2005, 2019, 2022])]
    part = part[part["source_id"] != "UNCTAD_TMATRIX"]
    part = part[part["reporter"].isin(CA5) | part["partner"].isin(CA5)]
    needed = {"CHN", "RUS"} | ({"EU27"} if eu == "one" else set())
    sources = OWN_SOURCES if basis == "reporter" else ("office_first",)
    for flow, source in product(FLOWS, sources):
        choices = {"basis": basis, "flow": flow, "eu": eu, "source": source}
        choices |= {"economy": CA5, "needed": ("CHN", "RUS")}
        seen = ca.trade.rank_years(part, **choices).set_index("year")["economies"]
        ranks = ca.trade.rank(part, **choices).groupby(["year", "economy"])["partner"]
        able = ranks.agg(needed.issubset).groupby("year").sum()
        assert seen[seen > 0].to_dict() == able[able > 0].to_dict(), (flow, source)


def test_the_newest_year_needs_three_of_five_and_china_and_russia():
    rows = frame_of(
        {
            "of": "reporter, source_id / KAZ, KAZ_BNS / KGZ, KGZ_NSC / UZB, UZB_STAT",
            "set": {"product": "TOTAL", "value_usd": 1.0},
            "cross": {"year": [2020, 2021, 2022]},
            "cross ": {"partner": ["CHN", "RUS"]},
            "cross  ": {"flow": ["export", "import"]},
            "where": "not (reporter == 'UZB' and year == 2022 and partner == 'RUS')",
        }
    )

    def newest(economies, since=2013):
        found = lead(rows, economies=economies, basis="reporter", since=since)
        return {*found.loc[found["n"] > 0, "last_year"]}

    assert (newest(CA5), newest(["KAZ"])) == ({2021}, {2022})  # all that are asked for, if fewer
    with pytest.raises(CoverageError):
        newest(CA5, since=2023)
