"""Belt and Road on the real tables: dates by list, China's imports by source, donors and what
spoils them, and what `effect` answers, recomputed from their rows.
"""

import pytest

import ca_research as ca
from ca_research.article import belt_and_road as br
from ca_research.article.settings import settings
from ca_research.ground import economies as eco
from ca_research.stats import synthetic


@pytest.fixture(scope="module")
def events():
    return ca.load("events")


@pytest.fixture(scope="module")
def trade():
    return ca.load("trade", reporter="CHN", flow="import", product="TOTAL")


def test_donors_have_not_signed_or_late(events, trade):
    dates, imports = br.accession(events), br.china_imports(trade, "joined").query("year <= 2020")
    pools = ("never", "never_or_late")
    never, late = (set(br.donors_of(imports, dates, p, 2018, eco.CA5)) for p in pools)
    none = {*eco.CA5, *settings().belt_and_road.no_state, "CHN", "BLR"}  # BLR: placeholder date
    listed = dates.set_index("economy")["year"]
    assert never < late and not late & none and not never & set(listed.index)
    assert all(code not in listed or listed[code] >= 2018 for code in late)


def test_a_control_is_that_of_the_statistics(events, trade):
    choices = {"accession_list": "M_LPV26", "donors": "never_or_late", "method": "synthetic"}
    fits = br.effect_fits(trade, events, source="joined", until=2020, **choices)
    row = fits.set_index("economy").loc["KAZ"]
    imports = br.china_imports(trade, "joined").query("year <= 2020")
    dates = br.accession(events, "M_LPV26")
    pool = br.donors_of(imports, dates, "never_or_late", 2021, eco.CA5)
    signed = br.accession(events, "earliest", placeholder="as_printed").set_index("economy")["year"]
    pool = [code for code in pool if not signed.get(code, 2021) <= 2020]
    wide = imports.pivot(index="year", columns="economy", values="log")
    own = synthetic.synthetic_control(wide[["KAZ", *pool]], "KAZ", 2014)
    ranks = own.placebos()
    expected = [own.effect, ranks.p, ranks.p_positive, 2014, len(own.donors)]
    columns = ["estimate", "p", "p_gain", "start", "donors_used"]
    assert row[columns].tolist() == pytest.approx(expected)
    assert set(row["sources"]) == {"IMF_IMTS_CHN_M", "M_LPV26", "WTO_HSM"}
    shown = br.made_up_dates(trade, events, fits).set_index("economy").loc["KAZ"].iloc[0]
    assert shown["joined"] > shown["contaminated"] == 0, "nobody who signed within the years used"
    assert list(fits["economy"]) == list(eco.CA5)
