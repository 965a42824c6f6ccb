"""Grant element against discounted cash flows in exact fractions, the OECD's longer formula, and a
published figure.

The longer formula is the one of the OECD's annex on the grant element, with rates of interest
during and after grace and terms ZG, ZM, ZX; the package uses the short one. The cash flows know
neither.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca_research.investment import dac_rule, grant_element, grant_element_bounds, repayment_schedule

PER_YEAR = (1, 2, 4)


def by_cash_flow(interest, first, last, per_year, discount):
    """100 less the value of every payment on a loan of 100, in exact fractions; first repayment in
    period `first`.
    """
    per_period = Fraction((1 + discount / 100) ** (1 / per_year) - 1)
    rate, step = Fraction(interest) / 100 / per_year, 1 / (1 + per_period)
    owed, value, factor = Fraction(100), Fraction(0), Fraction(1)
    part = owed / (last - first + 1)
    for period in range(1, last + 1):
        factor *= step
        repaid = part if period >= first else 0
        value += (repaid + owed * rate) * factor
        owed -= repaid
    assert owed == 0
    return float(100 - value)


def by_long_formula(interest, first, last, per_year, discount):
    m, a, i = last / per_year, per_year, discount / 100
    interval = first / per_year - 1 / a
    d, nr = (1 + i) ** (1 / a) - 1, a * (m - interval)
    c1, c2, r = (1 + i) ** interval, (1 + i) ** (m - interval), interest / 100
    zg = r * (1 - 1 / c1) / (a * d)
    zm = (1 / nr) * (1 / c1) * ((1 - 1 / c2) / d)
    zx = (r / (a * nr)) * (1 / c1) * ((1 / c2) - 1 + d * nr) / d**2
    return 100 * (1 - zg - zm - zx)


def element(interest, first, last, per_year, discount):
    choice = {"discount": discount, "payments_per_year": per_year}
    return grant_element(interest, last / per_year, first / per_year, **choice)


@st.composite
def loans(draw):
    """Interest (exact in binary, 0 to 15 %), first and last period, payments a year, discount."""
    per_year = draw(st.sampled_from(PER_YEAR))
    last = draw(st.integers(1, 40 * per_year))
    first, interest = draw(st.integers(1, last)), draw(st.integers(0, 240)) / 16
    return interest, first, last, per_year, draw(st.sampled_from([6.0, 7.0, 9.0, 10.0, 5.0]))


@given(loans())
def test_against_every_payment_and_the_long_formula(loan):
    assert element(*loan) == pytest.approx(by_cash_flow(*loan), abs=1e-8)
    assert element(*loan) == pytest.approx(by_long_formula(*loan), abs=1e-7)


@given(loans())
def test_the_schedule_is_the_loan_that_is_valued(loan):
    interest, first, last, per_year, discount = loan
    terms = interest, last / per_year, first / per_year
    table = repayment_schedule(*terms, payments_per_year=per_year)
    assert table["principal"].sum() == pytest.approx(100)
    assert table["outstanding"].iloc[-1] == pytest.approx(0, abs=1e-9)
    assert table.loc[table["principal"] > 0, "period"].iloc[0] == first
    paid = table["principal"] + table["interest"]
    value = (paid / (1 + discount / 100) ** table["years"]).sum()
    assert 100 - value == pytest.approx(element(*loan), abs=1e-8)


@pytest.mark.parametrize("per_year", PER_YEAR)
@pytest.mark.parametrize("discount", [6.0, 9.0, 10.0])
@pytest.mark.parametrize(("maturity", "grace"), [(1, 1), (7, 0), (20, 5), (40, 40)])
def test_nothing_is_given_away_at_the_reference_rate(per_year, discount, maturity, grace):
    # paid A times a year, the rate that compounds to the reference rate; with one payment a year it
    # is that rate itself
    same = 100 * per_year * ((1 + discount / 100) ** (1 / per_year) - 1)
    if per_year == 1:
        assert same == pytest.approx(discount)
    choice = {"discount": discount, "payments_per_year": per_year}
    assert grant_element(same, maturity, grace, **choice) == pytest.approx(0, abs=1e-9)
    dear, cheap = (grant_element(same + d, maturity, grace, **choice) for d in (1, -1))
    assert dear < 0 < cheap


@given(loans())
def test_softer_terms_give_away_more(loan):
    interest, first, last, per_year, discount = loan
    value = element(*loan)
    assert element(interest + 0.5, first, last, per_year, discount) < value <= 100
    below = interest / per_year / 100 < (1 + discount / 100) ** (1 / per_year) - 1
    assert (element(interest, first, last + 1, per_year, discount) > value) == below
    if first < last:
        assert (element(interest, first + 1, last, per_year, discount) > value) == below
    choice = {"discount": discount, "payments_per_year": per_year}
    low, high = grant_element_bounds(interest, last / per_year, **choice)
    assert low - 1e-9 <= value <= high + 1e-9


def test_one_payment_by_hand():
    # 100 lent for a year at 4 %, discounted at 10 %: 104 / 1.1
    assert grant_element(4, 1, 1, payments_per_year=1) == pytest.approx(100 - 104 / 1.1)
    # two yearly repayments of 50 without interest: 50 / 1.07 + 50 / 1.07^2
    rate = dac_rule("lmic").discount
    assert grant_element(0, 2, 0, discount=rate, payments_per_year=1) == pytest.approx(
        100 - 50 / 1.07 - 50 / 1.07**2
    )


def test_aiddatas_published_figure_is_reproduced():
    # facts INV-T10 (page_aiddata_46348): 2 percent, 20 years, 5 years grace, grant element 53.1
    # percent
    assert round(grant_element(2, 20, 5), 1) == 53.1
    assert round(grant_element(2, 20, 5, payments_per_year=1), 1) != 53.1


@pytest.mark.parametrize(
    ("group", "discount", "threshold"),
    [("classic", 10, 25), ("ldc", 9, 45), ("lic", 9, 45), ("lmic", 7, 15), ("umic", 6, 10)],
)
def test_reference_rates_of_the_dac(group, discount, threshold):
    # OECD, Official development assistance: definition and coverage
    assert (dac_rule(group).discount, dac_rule(group).threshold) == (discount, threshold)
