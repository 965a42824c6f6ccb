"""Trade indices against plain loops in exact fractions: 1e-12 relative, as each is a few hundred
float operations. Baskets are drawn at random, values invented.
"""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from ca_research import trade
from ca_research.trade import BASES, FLOWS

CODES = ("CHN", "RUS", "KAZ", "KGZ", "UZB", "TUR")
PRODUCTS = ("01", "27", "52", "72", "84")
SEEDS = range(6)
COLUMNS = ["reporter", "partner", "year", "flow", "product", "value_usd", "source_id"]


def numbers(seed, size, zeros=0.2):
    rng = np.random.default_rng(seed)
    return (rng.integers(1, 1000, size) * (rng.random(size) > zeros)).tolist()


def basket(values, reporter="KAZ", partner="WLD", flow="export"):
    rows = [(reporter, partner, 2020, flow, product, v, "S") for product, v in values.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def drawn(seed, without="", **options):
    """Values of products, one of which may be left out."""
    values = zip(PRODUCTS, numbers(seed, len(PRODUCTS), **options), strict=True)
    return {product: v for product, v in values if product != without} | {"85": 7}


def share(values, product):
    return Fraction(values.get(product, 0), sum(values.values()))


def subheadings(seed, size=4_000):
    """Both flows of three economies by products of six digits, about one cell in three empty."""
    rng = np.random.default_rng(seed)
    codes = [f"{n:06}" for n in rng.choice(np.arange(10_100, 972_000), 400, replace=False)]
    cells = pd.MultiIndex.from_product([CODES[:3], ("export", "import"), codes]).to_frame()
    cells = cells.sample(size // 3, random_state=seed).set_axis(
        ["reporter", "flow", "product"], axis=1
    )
    values = rng.lognormal(10, 3, len(cells))
    return cells.assign(partner="WLD", year=2020, value_usd=values, source_id="S")


@pytest.mark.parametrize("seed", SEEDS)
def test_products_of_six_digits_against_plain_groups(seed):
    """1e-12 relative: sums of some hundred floats."""
    rows = subheadings(seed)
    sold = rows[rows["flow"] == "export"]
    world = sold.groupby(["year", "product"], as_index=False)["value_usd"].sum()
    found = trade.revealed_comparative_advantage(sold, world).set_index(["reporter", "product"])
    own = sold.set_index(["reporter", "product"])["value_usd"]
    total = world.set_index("product")["value_usd"]
    expected = (own / own.groupby("reporter").sum()) / (total / total.sum())
    pd.testing.assert_series_equal(
        found["rca"].sort_index(), expected.sort_index(), check_names=False, rtol=1e-12
    )
    wide = rows.pivot_table(index=["reporter", "product"], columns="flow", values="value_usd")
    wide = wide.fillna(0)
    gap = (wide["export"] - wide["import"]).abs().groupby("reporter").sum()
    found = trade.grubel_lloyd(rows).set_index("reporter")["grubel_lloyd"]
    expected = 1 - gap / wide.sum(axis=1).groupby("reporter").sum()
    pd.testing.assert_series_equal(found, expected, check_names=False, rtol=1e-12)
    for level in (2, 4):
        found = trade.add_up(rows, level=level)
        keys = ["reporter", "flow", "product"]
        coarse = rows.assign(product=rows["product"].str[:level])
        expected = coarse.groupby(keys)["value_usd"].sum()
        found = found.set_index(keys)["value_usd"].sort_index()
        pd.testing.assert_series_equal(found, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_advantage_complementarity_and_grubel_lloyd_in_fractions(seed):
    own, other, world = drawn(seed), drawn(seed + 50, "27"), drawn(seed + 100, zeros=0)
    made = trade.revealed_comparative_advantage(basket(own), basket(world, reporter="WLD"))
    found = made.set_index("product")["rca"].to_dict()
    assert found == pytest.approx(
        {p: float(share(own, p) / share(world, p)) for p in own}, rel=1e-12
    )
    gaps = sum(abs(share(own, p) - share(other, p)) for p in {*own, *other})
    found = trade.complementarity(basket(own), basket(other, flow="import"))
    assert found == pytest.approx(float(100 * (1 - gaps / 2)), rel=1e-12)
    one_way = sum(abs(own.get(p, 0) - other.get(p, 0)) for p in {*own, *other})
    expected = 1 - Fraction(one_way, sum(own.values()) + sum(other.values()))
    sides = [basket(own, partner="CHN"), basket(other, partner="CHN", flow="import")]
    found = trade.grubel_lloyd(pd.concat(sides)).iloc[0]
    assert found["grubel_lloyd"] == pytest.approx(float(expected), rel=1e-12)
    assert found["products"] == len({*own, *other})


@pytest.mark.parametrize("seed", SEEDS)
def test_intensity_in_fractions(seed):
    """Kojima's formula from a matrix of exports; a rest of the world takes what is not sent to the
    six.
    """
    n = len(CODES)
    sent = np.array(numbers(seed, n * n, zeros=0)).reshape(n, n)
    np.fill_diagonal(sent, 0)
    totals = sent.sum(axis=1) + np.array(numbers(seed + 9, n))
    pairs = list(itertools.permutations(range(n), 2))
    cells = [(CODES[i], CODES[j], sent[i, j]) for i, j in pairs]
    cells += [(code, "WLD", total) for code, total in zip(CODES, totals, strict=True)]
    rows = [(a, b, 2020, "export", "TOTAL", value, "S") for a, b, value in cells]
    made = trade.trade_intensity(pd.DataFrame(rows, columns=COLUMNS))
    found = made.set_index(["reporter", "partner"])["intensity"]
    received, world = sent.sum(axis=0), int(totals.sum())
    for i, j in pairs:
        own = Fraction(int(sent[i, j]), int(totals[i]))
        expected = own / Fraction(int(received[j]), world - int(received[i]))
        assert found[CODES[i], CODES[j]] == pytest.approx(float(expected), rel=1e-12)


def plain(rows, basis, flow):
    """Least and largest report per partner, summed over directions; a partner without a direction,
    by one of the sides that are asked, is left out.
    """
    opposite, sides = {"export": "import", "import": "export"}, {"reporter": {}, "mirror": {}}
    for reporter, partner, _, direction, _, value, _ in rows:
        if reporter == "KAZ":
            sides["reporter"].setdefault((partner, direction), []).append(value)
        else:
            sides["mirror"].setdefault((reporter, opposite[direction]), []).append(value)
    asked = list(sides.values()) if basis == "interval" else [sides[basis]]
    found = {}
    for other in {o for side in asked for o, _ in side}:
        if all((other, d) in side for d in FLOWS[flow] for side in asked):
            reports = [[v for side in asked for v in side[other, d]] for d in FLOWS[flow]]
            found[other] = (sum(map(min, reports)), sum(map(max, reports)))
    return found


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("seed", range(3))
def test_rank_against_a_plain_loop(seed, flow, basis):
    rng = np.random.default_rng(seed)
    rows = []
    for p, f in itertools.product(("CHN", "RUS", "TUR", "USA", "IND"), ("export", "import")):
        reports = [("KAZ", p, "KAZ_BNS")]
        reports += [(p, "KAZ", s) for s in ("A", "B") if rng.random() > 0.3]
        rows += [(a, b, 2020, f, "TOTAL", float(rng.integers(1, 999)), s) for a, b, s in reports]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    table = trade.rank(frame, economy="KAZ", year=2020, basis=basis, flow=flow)
    expected = plain(rows, basis, flow)  # sums of whole numbers: exact
    assert {r.partner: (r.low, r.high) for r in table.itertuples()} == expected
    order = sorted(expected.values(), reverse=True)
    assert table["rank"].tolist() == [1 + sum(low > r for low, _ in order) for r, _ in order]
