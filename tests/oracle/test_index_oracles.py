"""Trade indices against plain loops in exact fractions, scipy's entropy, and SQL on the processed
tables.

Tolerances: 1e-12 relative against fractions (each index is a few hundred float operations); 1e-9
against scipy and SQL, which add in another order. Baskets are drawn at random, values invented.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research import trade
from ca_research.ground import economies as eco
from ca_research.trade import BASES, FLOWS

CODES = ("CHN", "RUS", "KAZ", "KGZ", "UZB", "TUR")
PRODUCTS = ("01", "27", "52", "72", "84")
SEEDS = range(6)
COLUMNS = ["reporter", "partner", "year", "flow", "product", "value_usd", "source_id"]


def numbers(seed: int, size: int, zeros: float = 0.2) -> list[int]:
    rng = np.random.default_rng(seed)
    return (rng.integers(1, 1000, size) * (rng.random(size) > zeros)).tolist()


def basket(
    values: dict[str, int], reporter: str = "KAZ", partner: str = "WLD", flow: str = "export"
) -> pd.DataFrame:
    rows = [
        (reporter, partner, 2020, flow, product, value, "S") for product, value in values.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def drawn(seed: int, zeros: float = 0.2) -> dict[str, int]:
    return dict(zip(PRODUCTS, numbers(seed, len(PRODUCTS), zeros), strict=True)) | {"85": 7}


@pytest.mark.parametrize("seed", SEEDS)
def test_revealed_advantage_in_fractions(seed):
    own, world = drawn(seed), drawn(seed + 100, zeros=0)
    found = trade.revealed_comparative_advantage(
        basket(own), basket(world, reporter="WLD")
    ).set_index("product")["rca"]
    for product, value in own.items():
        expected = Fraction(value, sum(own.values())) / Fraction(
            world[product], sum(world.values())
        )
        assert found[product] == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_complementarity_in_fractions(seed):
    x, m = drawn(seed), {p: v for p, v in drawn(seed + 50).items() if p != "01"}
    gaps = [
        abs(Fraction(x.get(p, 0), sum(x.values())) - Fraction(m.get(p, 0), sum(m.values())))
        for p in {*x, *m}
    ]
    found = trade.complementarity(basket(x), basket(m, flow="import"))
    assert found == pytest.approx(float(100 * (1 - sum(gaps) / 2)), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_grubel_lloyd_in_fractions(seed):
    x, m = drawn(seed), {p: v for p, v in drawn(seed + 50).items() if p != "27"}
    rows = pd.concat([basket(x, partner="CHN"), basket(m, partner="CHN", flow="import")])
    one_way = sum(abs(x.get(p, 0) - m.get(p, 0)) for p in {*x, *m})
    expected = 1 - Fraction(one_way, sum(x.values()) + sum(m.values()))
    found = trade.grubel_lloyd(rows).iloc[0]
    assert (found["grubel_lloyd"], found["products"]) == (
        pytest.approx(float(expected), rel=1e-12),
        len({*x, *m}),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_intensity_in_fractions(seed):
    """Kojima's formula from a matrix of exports; a rest of the world takes what is not sent to the
    six.
    """
    n = len(CODES)
    sent = np.array(numbers(seed, n * n, zeros=0)).reshape(n, n)
    np.fill_diagonal(sent, 0)
    totals = sent.sum(axis=1) + np.array(numbers(seed + 9, n))
    rows = [
        (CODES[i], CODES[j], 2020, "export", "TOTAL", sent[i, j], "S")
        for i in range(n)
        for j in range(n)
        if i != j
    ]
    rows += [(CODES[i], "WLD", 2020, "export", "TOTAL", totals[i], "S") for i in range(n)]
    found = trade.trade_intensity(pd.DataFrame(rows, columns=COLUMNS)).set_index(
        ["reporter", "partner"]
    )["intensity"]
    received, world = sent.sum(axis=0), int(totals.sum())
    for i, j in ((i, j) for i in range(n) for j in range(n) if i != j):
        own = Fraction(int(sent[i, j]), int(totals[i]))
        expected = own / Fraction(int(received[j]), world - int(received[i]))
        assert found[CODES[i], CODES[j]] == pytest.approx(float(expected), rel=1e-12)


def plain(
    trade_rows: list[tuple], economy: str, basis: str, flow: str
) -> dict[str, tuple[float, float]]:
    """Least and largest report per partner, summed over directions; a partner without a direction,
    by one of the sides that are asked, is left out.
    """
    opposite, needed = {"export": "import", "import": "export"}, set(FLOWS[flow])
    own: dict[tuple[str, str], list[float]] = {}
    theirs: dict[tuple[str, str], list[float]] = {}
    for reporter, partner, _, direction, _, value, source in trade_rows:
        if reporter == economy and source == "KAZ_BNS":
            own.setdefault((partner, direction), []).append(value)
        if partner == economy:
            theirs.setdefault((reporter, opposite[direction]), []).append(value)
    asked = {"reporter": [own], "mirror": [theirs], "interval": [own, theirs]}[basis]
    found = {}
    for other in {o for side in asked for o, _ in side}:
        if all((other, d) in side for d in needed for side in asked):
            reports = [[v for side in asked for v in side[other, d]] for d in needed]
            found[other] = (sum(map(min, reports)), sum(map(max, reports)))
    return found


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("seed", range(3))
def test_rank_against_a_plain_loop(seed, flow, basis):
    rng, partners = np.random.default_rng(seed), ("CHN", "RUS", "TUR", "USA", "IND")
    rows = [
        ("KAZ", p, 2020, f, "TOTAL", float(rng.integers(1, 999)), "KAZ_BNS")
        for p in partners
        for f in ("export", "import")
    ]
    rows += [
        (p, "KAZ", 2020, f, "TOTAL", float(rng.integers(1, 999)), s)
        for p in partners
        for f in ("export", "import")
        for s in ("A", "B")
        if rng.random() > 0.3
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    table = trade.rank(frame, economy="KAZ", year=2020, basis=basis, flow=flow)
    expected = plain(rows, "KAZ", basis, flow)
    assert {
        r.partner: (r.low, r.high) for r in table.itertuples()
    } == expected  # sums of whole numbers: exact
    order = sorted(expected.values(), reverse=True)
    assert table["rank"].tolist() == [1 + sum(low > r for low, _ in order) for r, _ in order]


def test_mirror_gap_against_sql():
    """KGZ and CHN, both directions, every year: the medians by DuckDB over the table itself."""
    out = "'UNCTAD_TMATRIX'"  # its figures are nobody's report
    sql = f"""
        select year,
               case when reporter = 'KGZ' then flow
                    when flow = 'export' then 'import' else 'export' end as direction,
               median(value_usd) filter (reporter = 'KGZ') as reported,
               median(value_usd) filter (reporter = 'CHN') as mirror,
               min(value_usd) as low, max(value_usd) as high
        from trade
        where product = 'TOTAL' and reporter in ('KGZ', 'CHN') and partner in ('KGZ', 'CHN')
              and source_id not in ({out})
              and (source_id != 'PENPPML' or value_usd > 0)
        group by 1, 2 order by 1, 2"""
    expected, found = ca.sql(sql), trade.mirror_gap("KGZ", "CHN").sort_values(["year", "direction"])
    assert found["year"].tolist() == expected["year"].tolist() and len(found) > 40
    for column in ("reported", "mirror", "low", "high"):
        assert found[column].to_numpy(float) == pytest.approx(
            expected[column].to_numpy(float), rel=1e-9, nan_ok=True
        )
    assert found["gap"].to_numpy() == pytest.approx(
        (expected["mirror"] - expected["reported"]).to_numpy(), nan_ok=True
    )


@pytest.mark.parametrize("factor", [1.0, 1.06, 1.2])
def test_reconciled_ranges_against_sql(factor):
    sql = f"""
        with r as (
            select *, value_usd / case when valuation = 'cif' then {factor} else 1 end as fob
            from trade
            where product = 'TOTAL' and reporter in ('KAZ', 'CHN') and partner in ('KAZ', 'CHN')
              and source_id != 'UNCTAD_TMATRIX' and (source_id != 'PENPPML' or value_usd > 0))
        select year,
               min(fob) filter (reporter = 'KAZ') as low,
               max(fob) filter (reporter = 'KAZ') as high,
               min(fob) filter (reporter = 'CHN') as mirror_low,
               max(fob) filter (reporter = 'CHN') as mirror_high
        from r
        where (reporter = 'KAZ' and flow = 'import') or (reporter = 'CHN' and flow = 'export')
        group by year order by year"""
    expected = ca.sql(sql)
    found = (
        trade.reconcile("KAZ", "CHN", cif_fob=factor)
        .query("direction == 'import'")
        .sort_values("year")
    )
    assert found["year"].tolist() == expected["year"].tolist() and len(found) > 20
    for mine, theirs in (
        ("reported_low", "low"),
        ("reported_high", "high"),
        ("mirror_low", "mirror_low"),
        ("mirror_high", "mirror_high"),
    ):
        assert found[mine].to_numpy(float) == pytest.approx(
            expected[theirs].to_numpy(float), rel=1e-9, nan_ok=True
        )


def test_the_border_is_the_same_by_both_profiles_and_by_sql():
    facts = ca.load("facts")
    total = ca.sql(
        "select sum(value) as km from facts where attribute = 'border_with_CHN' and unit = 'km'"
    )["km"].item()
    for side in ("central_asian", "chinese"):
        assert (
            ca.article.borders.border_total(facts, economies=eco.CA5, side=side)["estimate"].item()
            == total
        )


def test_gas_shares_against_sql():
    """Pipeline gas of the five (and what an edition files under other former Soviet Union) over
    pipeline gas and LNG.
    """
    sql = """
        select year,
               100 * sum(quantity) filter (
                   commodity = 'pipeline_gas'
                   and exporter in ('KAZ', 'KGZ', 'TJK', 'TKM', 'UZB', 'OTHER_FSU'))
               / sum(quantity) filter (exporter = 'WLD') as share
        from energy
        where importer = 'CHN' and unit = 'bcm' and commodity in ('pipeline_gas', 'lng')
        group by year"""
    found = (
        ca.article.energy.energy_shares(ca.load("energy"))
        .query("commodity == 'gas'")
        .set_index("year")["share"]
    )
    expected = ca.sql(sql).set_index("year")["share"].reindex(found.index)
    assert len(found) >= 9
    assert found.to_numpy() == pytest.approx(expected.to_numpy(float), rel=1e-9)
