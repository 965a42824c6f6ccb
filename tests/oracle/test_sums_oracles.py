"""Shares, sums, balances, leads, growth and prices against SQL on the processed tables and exact
fractions; Holm's adjustment against the closed test of all subsets.

Tolerances: 1e-9 relative against SQL, which adds in another order; 1e-12 against fractions.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from tests.designs import factors
from tests.oracle.solvers import same

import ca_research as ca
from ca_research import investment, stats, students, trade

KAZ = "source_id = 'KAZ_BNS' and product = 'TOTAL' and reporter = 'KAZ'"
ONE = f"{KAZ} and not is_aggregate"


@pytest.fixture(scope="module")
def kazakh() -> pd.DataFrame:
    return ca.load("trade", source="KAZ_BNS", product="TOTAL", reporter="KAZ", aggregates=False)


def test_balance_is_a_join_of_both_flows(kazakh):
    sql = f"""
        with e as (from trade where {ONE} and flow = 'export'),
             i as (from trade where {ONE} and flow = 'import')
        select e.partner, e.year, e.value_usd - i.value_usd as balance,
               (e.value_usd - i.value_usd) / nullif(e.value_usd + i.value_usd, 0) as of_turnover
        from e join i on e.partner = i.partner and e.year = i.year"""
    same(trade.balance(kazakh), sql, ["partner", "year"], ["balance", "of_turnover"])


def test_growth_is_a_join_with_the_year_before(kazakh):
    sql = f"""
        select a.partner, a.flow, a.year,
               case when b.value_usd > 0 then a.value_usd / b.value_usd - 1 end as growth
        from (from trade where {ONE}) a
        left join (from trade where {ONE}) b
          on a.partner = b.partner and a.flow = b.flow and a.year = b.year + 1"""
    same(trade.growth(kazakh), sql, ["partner", "flow", "year"], ["growth"])


def test_product_shares_are_of_the_products_listed():
    rows = ca.load("trade", source="WTO_HSM", reporter="KAZ", partner="CHN", year=[2015, 2019])
    sql = """
        select year, product, value_usd / sum(value_usd) over (partition by year) as share
        from trade
        where source_id = 'WTO_HSM' and reporter = 'KAZ' and partner = 'CHN'
          and year in (2015, 2019) and product <> 'TOTAL'"""
    found = trade.product_shares(rows[rows["product"] != "TOTAL"])
    same(found, sql, ["year", "product"], ["share"])


@pytest.mark.parametrize("year", [2022, 2023])
def test_a_lead_is_the_partner_over_the_largest_other(kazakh, year):
    (turnover,) = ca.sql(f"""
        with t as (select partner, sum(value_usd) as value from trade
                   where {ONE} and year = {year} group by 1 having count(distinct flow) = 2)
        select max(value) filter (partner = 'RUS') / max(value) filter (partner <> 'RUS') as lead
        from t where partner <> 'S19' and partner not like '\\_%' escape '\\'""")["lead"]
    found = trade.lead(kazakh, economies=["KAZ"], partner="RUS", year=year)
    assert found["estimate"].item() == pytest.approx(turnover, rel=1e-9)


def test_a_perspective_is_both_reports_seen_from_one_side():
    chosen = ["KAZ_BNS", "UZB_STAT", "IMF_IMTS_CHN_M"]
    rows = ca.load("trade", source=chosen, product="TOTAL", since=2018)
    within = f"source_id in {tuple(chosen)} and product = 'TOTAL' and year >= 2018"
    sql = f"""
        select 'reporter' as side, partner as other, flow as direction, year, source_id, value_usd
        from trade where reporter = 'UZB' and {within}
        union all
        select 'mirror', reporter, case flow when 'export' then 'import' else 'export' end, year,
               source_id, value_usd
        from trade where partner = 'UZB' and {within}"""
    keys = ["side", "other", "direction", "year", "source_id"]
    same(trade.perspective(rows, ["UZB"]), sql, keys, ["value_usd"])


STOCKS = "source_id = 'wiiw_kaz_fdi' and measure = 'fdi_stock' and not is_aggregate"


@pytest.fixture(scope="module")
def stocks() -> pd.DataFrame:
    named = {"host": "KAZ", "measure": "fdi_stock", "source": "wiiw_kaz_fdi"}
    return ca.load("investment", aggregates=False, **named)


def test_shares_and_sums_of_investors(stocks):
    sql = f"""select year, investor, value_usd / sum(value_usd) over (partition by year) as share
              from investment where {STOCKS}"""
    same(investment.investor_shares(stocks), sql, ["year", "investor"], ["share"])
    sql = f"select year, sum(value_usd) as value_usd from investment where {STOCKS} group by 1"
    same(investment.total(stocks), sql, ["year"], ["value_usd"])


def test_stocks_have_the_rank_of_sql(stocks):
    sql = f"""select investor, value_usd, rank() over (order by value_usd desc) as rank
              from investment where {STOCKS} and year = 2021"""
    found = investment.stock_by_investor(stocks, "KAZ", 2021)
    same(found, sql, ["investor"], ["value_usd", "rank"])


@pytest.mark.parametrize("named", [[50, 30, 20], [40, 10], [5]])
def test_bounds_of_the_index_over_creditors_are_met_at_their_ends(named):
    """The rest owed to one holder, to two, to ever more: all lie between, the ends are reached."""
    rows = pd.DataFrame({"creditor": ["CHN", "RUS", "USA"][: len(named)], "value_usd": named})
    rest = 100 - sum(named)
    whole = pd.DataFrame({"creditor": ["BIL"], "value_usd": [100]})
    frame = pd.concat([rows, whole]).assign(
        debtor="KGZ", year=2020, measure="stock", instrument="ppg", source_id="S"
    )
    found = investment.creditor_hhi(frame, source="S", whole="bilateral").iloc[0]
    exact = sum(Fraction(x, 100) ** 2 for x in named)
    index = {k: float(exact + k * Fraction(rest, 100 * k) ** 2) for k in (1, 2, 1000)}
    assert found["hhi_low"] == pytest.approx(float(exact), rel=1e-12)
    assert found["hhi_high"] == pytest.approx(index[1], rel=1e-12)
    assert found["hhi_low"] <= index[1000] <= index[2] <= index[1] + 1e-15


def test_an_index_of_prices_is_the_product_of_its_rates_and_converts_both_ways():
    rates = ca.load(
        "macro", economy="USA", source="WDI_2025_KARENKLW", indicator="NY.GDP.DEFL.KD.ZG"
    ).sort_values("year")
    prices = investment.deflator_from_growth(rates, "USA", source="WDI_2025_KARENKLW")
    level, expected = Fraction(100), {}
    for year, rate in zip(rates["year"], rates["value"], strict=True):
        level *= 1 + Fraction(float(rate)) / 100
        expected[int(year)] = level
    index = prices.set_index("year")["index"]
    for year, value in expected.items():
        assert index[year] == pytest.approx(float(value), rel=1e-12)
    money = pd.DataFrame({"year": [2012, 2019], "value_usd": [3.0, 7.0]})
    money = money.assign(price_basis="current USD")
    real = investment.convert_prices(money, prices, base_year=2015)
    for value, year, found in zip([3, 7], [2012, 2019], real["value_usd"], strict=True):
        assert found == pytest.approx(float(value * expected[2015] / expected[year]), rel=1e-12)
    back = investment.convert_prices(real.drop(columns="deflator"), prices, base_year=None)
    assert back["value_usd"].tolist() == pytest.approx([3, 7], rel=1e-12)


CHINA = "origin = '{}' and destination = 'CHN' and level = 'all'"


def test_growth_of_students_is_that_of_its_ends_and_of_its_years():
    source = "moe_brief_stats_peijin"
    found = students.growth(
        ca.load("students"),
        origins=["KAZ", "TJK"],
        destination="CHN",
        since=2013,
        until=2018,
        source=source,
    ).set_index("origin")
    for origin in ("KAZ", "TJK"):
        counts = ca.sql(f"""select students from students where {CHINA.format(origin)}
            and source_id = '{source}' and year between 2013 and 2018 order by year""")
        values = [Fraction(int(v)) for v in counts["students"]]
        assert len(values) == 6 and found.loc[origin, "change"] == values[-1] - values[0]
        assert (1 + found.loc[origin, "compound"]) ** 5 == pytest.approx(
            float(values[-1] / values[0]), rel=1e-12
        )
        yearly = [b / a - 1 for a, b in itertools.pairwise(values)]
        assert found.loc[origin, "mean_annual"] == pytest.approx(float(sum(yearly) / 5), rel=1e-12)


def test_students_per_inhabitant_are_a_join_with_population():
    chosen = {"destination": "CHN", "level": "all", "source": "moe_brief_stats_peijin"}
    found = students.intensity(
        ca.load("students"),
        ca.load("macro", indicator="SP.POP.TOTL"),
        origins=["KAZ", "UZB"],
        population_source="DATASETS_POP",
        **chosen,
    )
    sql = """
        select s.origin, s.year, 1e5 * s.students / m.value as intensity
        from students s join macro m on m.economy = s.origin and m.year = s.year
        where s.origin in ('KAZ', 'UZB') and s.destination = 'CHN' and s.level = 'all'
          and s.source_id = 'moe_brief_stats_peijin' and m.indicator = 'SP.POP.TOTL'
          and m.source_id = 'DATASETS_POP'"""
    same(found, sql, ["origin", "year"], ["intensity"])


def test_a_change_of_a_share_has_the_bounds_of_both_counts():
    counts = ca.load("students")
    asked = {"destination": "CHN", "total_source": "uis_outbound_peijin"}
    found = students.share_change(counts, economies=["UZB"], **asked).iloc[0]
    years = [int(found["first_year"]), int(found["last_year"])]
    own = counts[(counts["origin"] == "UZB") & counts["source_id"].isin(found["sources"])]

    def one(year: int, destination: str, level: str) -> Fraction:
        hit = own[(own["year"] == year) & (own["level"] == level)]
        (value,) = set(hit.loc[hit["destination"] == destination, "students"])
        return Fraction(int(value))

    changes = []
    for level in ("degree", "all"):
        ends = [(one(y, "CHN", level), one(y, "WLD", "degree")) for y in years]
        first, last = (here / (here + elsewhere) for here, elsewhere in ends)
        changes.append(float(100 * (last - first)))
    assert [found["low"], found["high"]] == pytest.approx(sorted(changes), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_holm_rejects_what_the_closed_test_of_all_subsets_rejects(seed):
    """Marcus, Peritz and Gabriel (1976): a member is rejected if every subset with it is, here each
    by Bonferroni; its adjusted p is the largest of theirs.
    """
    rng = np.random.default_rng(seed)
    p = dict(zip("abcde", rng.beta(0.5, 4, size=5), strict=True))
    subsets = [s for n in range(1, 6) for s in itertools.combinations(p, n)]
    found = stats.holm(p).set_index("name")["adjusted"]
    for name in p:
        closed = max(min(1, len(s) * min(p[m] for m in s)) for s in subsets if name in s)
        assert found[name] == pytest.approx(closed, rel=1e-12)


def test_a_change_from_end_to_end_is_the_sum_of_its_steps():
    series = pd.Series([3.5, 2.0, 9.25, 4.0], index=[2010, 2011, 2014, 2015])
    steps = sum(Fraction(b) - Fraction(a) for a, b in itertools.pairwise(series))
    assert stats.end_to_end(series) == float(steps)


def test_a_rank_among_placebos_is_that_of_fits_made_one_by_one():
    wide = factors(13, 16, 4)
    found = stats.synthetic_control(wide, "u0", 2010).placebos(worst=np.inf)
    ratios = {}
    for unit in wide:
        others = [u for u in wide if u != unit]
        donors = wide[others].to_numpy()
        weights = stats.simplex_weights(wide[unit].to_numpy()[:10], donors[:10])
        gap = wide[unit].to_numpy() - donors @ weights
        ratios[unit] = np.sqrt((gap[10:] ** 2).mean() / (gap[:10] ** 2).mean())
    table = found.table.set_index("unit")["ratio"]
    assert table.to_dict() == pytest.approx({u: ratios[u] for u in table.index}, rel=1e-6)
    assert found.p == pytest.approx(np.mean([ratios[u] >= ratios["u0"] for u in table.index]))
