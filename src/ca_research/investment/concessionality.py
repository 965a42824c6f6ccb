"""Grant element of a loan: what a lender gives away by lending below a reference rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..ground.arguments import number, refuse, whole_number
from ..stats.contract import takes

Group = Literal["classic", "ldc", "lic", "lmic", "umic"]


@dataclass(frozen=True)
class DacRule:
    """Reference rate (percent a year) and the grant element from which a loan counts as
    concessional (percent).
    """

    discount: float
    threshold: float


DAC_RULES: dict[str, DacRule] = {
    "classic": DacRule(10, 25),
    "ldc": DacRule(9, 45),
    "lic": DacRule(9, 45),
    "lmic": DacRule(7, 15),
    "umic": DacRule(6, 10),
}
"""'classic': one rate for all, flows up to 2017. The others: flows since 2018, by the borrower's
group in the DAC list of the year: least developed, other low income, lower middle income, upper
middle income; loans to the official sector.

Sources: OECD, Official development assistance: definition and coverage (rates and thresholds in
force); OECD DAC High Level Meeting, final communique of 16 December 2014 (the change); Scott
(2017), OECD Development Centre WP 339 (both).
"""

CLASSIC = DAC_RULES["classic"].discount


@takes()
def dac_rule(group: Group) -> DacRule:
    """Reference rate and threshold of a group of borrowers.

    The group of an economy changes with the DAC list, which is not among the tables, so the caller
    names it.

    Parameters
    ----------
    group : {'classic', 'ldc', 'lic', 'lmic', 'umic'}
        One rate for all, of flows up to 2017; or the group of the borrower, of flows since 2018:
        least developed, other low income, lower middle income, upper middle income.

    Returns
    -------
    DacRule
        ``discount`` (percent a year), and ``threshold``: the grant element (percent) from which a
        loan counts as concessional.

    Raises
    ------
    UnknownNameError
        Another group.

    Notes
    -----
    The values are those of DAC_RULES. Source: OECD DAC High Level Meeting, final communique of 16
    December 2014; Scott (2017), OECD Development Centre WP 339.

    Examples
    --------
    >>> rule = dac_rule("lmic")
    >>> grant_element(2, 20, 5, discount=rule.discount) >= rule.threshold
    True
    """
    return DAC_RULES[group]


def _terms(interest: float, maturity: float, grace: float, per_year: int) -> tuple[float, int, int]:
    """Interest of a period in percent, periods to the last payment, and full periods before the one
    that ends with the first repayment (A x INT).
    """
    years = {"interest": interest, "maturity": maturity, "grace": grace}
    least = min(number(name, value, "5") for name, value in years.items())
    whole_number("payments_per_year", per_year, "2")
    last, first = (round(span * per_year, 6) for span in (maturity, grace))
    if least < 0 or not 0 <= first <= last > 0 or last % 1 or first % 1:
        wanted = "none below 0, grace within maturity, both in whole periods of payments"
        given = f"{interest} % over {maturity} years, {grace} of grace, {per_year} payments a year"
        refuse("terms", wanted, given, "'2 % over 20 years, 5 of grace, 2 payments a year'")
    return interest / per_year, int(last), max(int(first) - 1, 0)


def repayment_schedule(
    interest: float, maturity: float, grace: float, *, payments_per_year: int = 2
) -> pd.DataFrame:
    """Payments on a loan of 100 that is repaid in equal parts of principal.

    Parameters
    ----------
    interest : float
        Percent a year, on what is outstanding.
    maturity : float
        Years from commitment to the last payment.
    grace : float
        Years from commitment to the first repayment of principal (OECD's use of the word); 0 means
        that it falls due after the first period.
    payments_per_year : int
        1, 2, 4 or 12.

    Returns
    -------
    pandas.DataFrame
        One row per payment: ``period`` (1 ...), ``years`` since commitment, ``principal``,
        ``interest``, and ``outstanding`` after the payment, all three in percent of the loan.

    Raises
    ------
    UsageError
        Terms that are no loan, or broken periods.

    Notes
    -----
    Source: OECD DAC, Converged Statistical Reporting Directives, annex on the grant element (equal
    principal payments).

    Examples
    --------
    >>> repayment_schedule(2, maturity=2, grace=1.5)
       period  years  principal  interest  outstanding
    0       1    0.5        0.0       1.0        100.0
    1       2    1.0        0.0       1.0        100.0
    2       3    1.5       50.0       1.0         50.0
    3       4    2.0       50.0       0.5          0.0
    """
    rate, last, before = _terms(interest, maturity, grace, payments_per_year)
    part = 100 / (last - before)
    table = pd.DataFrame({"period": range(1, last + 1)})
    table["years"] = table["period"] / payments_per_year
    table["principal"] = [part if p > before else 0.0 for p in table["period"]]
    owed_before = 100 - part * (table["period"] - 1 - before).clip(lower=0)
    table["interest"] = owed_before * rate / 100
    table["outstanding"] = 100 - table["principal"].cumsum()
    return table


def grant_element(
    interest: float,
    maturity: float,
    grace: float,
    *,
    discount: float = CLASSIC,
    payments_per_year: int = 2,
) -> float:
    """Grant element of a loan in percent of its face value.

    It is 100 for a gift and 0 where money is lent at the reference rate. The whole loan is taken as
    paid out at commitment; principal is repaid in equal parts, interest on what is outstanding at
    the end of each period.

    Parameters
    ----------
    interest : float
        Percent a year.
    maturity : float
        Years from commitment to the last payment.
    grace : float
        Years from commitment to the first repayment of principal; 0, and anything up to one period,
        means that it falls due after the first period.
    discount : float
        Reference rate, percent a year: 10, or ``dac_rule(group).discount`` for flows since 2018.
    payments_per_year : int
        1, 2, 4 or 12; 1 or 2 as a rule.

    Returns
    -------
    float
        Percent; below 0 where interest is above the reference rate.

    Raises
    ------
    UsageError
        Terms that are no loan, a discount below 1 % (which is a fraction, as 0.1 for 10), or broken
        periods.

    Notes
    -----
    With A payments a year, D = (1 + d)^(1/A) - 1 and INT = grace - 1/A (not below 0):
    GE = 100 (1 - (r/A) / D) (1 - ((1 + D)^(-A INT) - (1 + D)^(-A M)) / (D (A M - A INT))).
    It is 0 where r/A = D: with A = 1, where interest equals the discount.

    Source: OECD DAC, Converged Statistical Reporting Directives, annex on the grant element (equal
    principal payments).

    Examples
    --------
    Two percent over twenty years with five years of grace, at the rate of old and at the one for
    low incomes:

    >>> round(grant_element(2, 20, 5), 1)
    53.1
    >>> round(grant_element(2, 20, 5, discount=dac_rule("lic").discount), 1)
    49.0
    """
    rate, last, before = _terms(interest, maturity, grace, payments_per_year)
    if number("discount", discount, "10") < 1:  # a fraction
        refuse("discount", "in percent a year", discount, "10")
    per_period = (1 + discount / 100) ** (1 / payments_per_year) - 1
    repaid = ((1 + per_period) ** -before - (1 + per_period) ** -last) / (
        per_period * (last - before)
    )
    return 100 * (1 - rate / 100 / per_period) * (1 - repaid)


def grant_element_bounds(
    interest: float, maturity: float, *, discount: float = CLASSIC, payments_per_year: int = 2
) -> tuple[float, float]:
    """Lowest and highest grant element of a loan whose grace is not known.

    Parameters
    ----------
    interest : float
        Percent a year.
    maturity : float
        Years from commitment to the last payment.
    discount : float
        Reference rate, percent a year, as in `grant_element`.
    payments_per_year : int
        1, 2, 4 or 12.

    Returns
    -------
    tuple of float
        Lowest and highest, in percent of the face value.

    Raises
    ------
    UsageError
        As in `grant_element`.

    Notes
    -----
    The grant element moves one way with grace (up where interest is below the reference rate, down
    above it), so the ends are repayment from the first period on and all at the end.

    Examples
    --------
    >>> [round(end, 1) for end in grant_element_bounds(2, 20)]
    [44.8, 67.7]
    """
    ends = [
        grant_element(
            interest, maturity, grace, discount=discount, payments_per_year=payments_per_year
        )
        for grace in (0, maturity)
    ]
    return min(ends), max(ends)
