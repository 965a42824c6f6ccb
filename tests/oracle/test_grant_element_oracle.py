"""Grant element against discounted cash flows in exact fractions, and a published figure."""

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
def test_against_every_payment(loan):
    assert element(*loan) == pytest.approx(by_cash_flow(*loan), abs=1e-8)


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


@given(loans())
def test_bounds_hold_whatever_the_grace(loan):
    interest, _, last, per_year, discount = loan
    choice = {"discount": discount, "payments_per_year": per_year}
    low, high = grant_element_bounds(interest, last / per_year, **choice)
    assert low - 1e-9 <= element(*loan) <= high + 1e-9


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
