"""Belt and Road on the real tables: dates by list, China's imports by source, donors and what
spoils them, and what `effect` answers, recomputed from their rows.
"""

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import belt_and_road as br
from ca_research.article.settings import settings
from ca_research.ground import economies as eco
from ca_research.ground.errors import UnknownNameError
from ca_research.stats import synthetic


@pytest.fixture(scope="module")
def events():
    return ca.load("events")


@pytest.fixture(scope="module")
def trade():
    return ca.load("trade", reporter="CHN", flow="import", product="TOTAL")


# dates


# the outcome


# donors


def test_donors_and_their_contamination(events, trade):
    dates, imports = br.accession(events), br.china_imports(trade, "joined").query("year <= 2020")
    pools = ("never", "never_or_late")
    never, late = (br.donor_pool(events, imports, dates, p, 2018, eco.CA5) for p in pools)
    assert set(never["economy"]) < set(late["economy"])
    none = {*eco.CA5, *settings().belt_and_road.no_state, "CHN", "BLR"}  # BLR: placeholder date
    listed = dates.set_index("economy")["year"]
    assert not set(late["economy"]) & none and not set(never["economy"]) & set(listed.index)
    first = br.accession_variants(events).groupby("economy")["year"].min()
    for row in late.itertuples():
        assert row.economy not in listed or listed[row.economy] >= 2018
        assert row.contaminated == (row.economy in first and first[row.economy] <= 2020)
    assert late["contaminated"].mean() > 1 / 3  # nearly all who come late come within the sample
    with pytest.raises(UnknownNameError):
        br.donor_pool(events, imports, dates, "all", 2018, eco.CA5)


# the effect


def test_synthetic_effect_is_that_of_the_statistics(events, trade):
    found = br.effect(trade, events, accession_list="M_LPV26").set_index("economy")
    imports = br.china_imports(trade, "joined").query("year <= 2020")
    dates = br.accession(events, "M_LPV26")
    pool = br.donor_pool(events, imports, dates, "never_or_late", 2021, eco.CA5)
    pool = pool.loc[~pool["contaminated"], "economy"]
    wide = imports.pivot(index="year", columns="economy", values="log_imports")
    own = synthetic.synthetic_control(wide[["KAZ", *pool]], "KAZ", 2014)
    ranks, row = own.placebos(), found.loc["KAZ"]
    told = row[["estimate", "effect", "p", "p_positive", "start", "donors"]].tolist()
    expected = [own.effect, own.effect, ranks.p, ranks.p_positive, 2014, len(own.donors)]
    assert told == pytest.approx(expected)
    assert set(row["sources"]) == {"IMF_IMTS_CHN_M", "M_LPV26", "WTO_HSM"}
    assert row["joined"] > row["contaminated"] == 0, "nobody who signed within the years used"
    assert found.at["TKM", "missing"] and pd.isna(found.at["TKM", "estimate"])
    assert list(found.index) == list(eco.CA5)
