"""Known numbers of the third set of figures, and that none of its traps leaks into a measure.

Each expected number was typed from the set, never worked out by the package.
"""

from __future__ import annotations

import pytest

import ca_research as ca
from ca_research.ground import economies as eco

CONSTANT = "WDI_VIA_GAPMINDER"


def value(table: str, column: str, **where: object):
    """The one figure of a table that these words leave."""
    found = ca.load(table, **where)
    assert len(found) == 1, f"{len(found)} rows"
    return found[column].iloc[0]


# --- product at constant prices
# -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("economy", "year", "per_head"),
    [
        ("KAZ", 2022, 11058.35),
        ("KGZ", 2013, 1069.78),
        ("TJK", 2022, 1325.75),
        ("TKM", 2015, 5759.50),
        ("UZB", 2024, 3890.42),
    ],
)
def test_income_per_head_at_constant_prices(economy, year, per_head):
    found = value(
        "macro", "value", economy=economy, year=year, indicator="NY.GDP.PCAP.KD", source=CONSTANT
    )
    assert found == pytest.approx(per_head, abs=0.01)


def test_constant_prices_are_one_basis_and_codes_are_economies():
    found = ca.load("macro", source=CONSTANT)
    assert set(zip(found["indicator"], found["unit"], strict=True)) == {
        ("NY.GDP.MKTP.KD", "constant 2015 USD"),
        ("NY.GDP.PCAP.KD", "constant 2015 USD per head"),
    }
    assert found["economy"].nunique() == 210 and not set(found["economy"]) & set(eco.AGGREGATES)
    assert {"IMN", "XKX", "CUW"} <= set(found["economy"])  # under other codes in the copy


def test_constant_prices_are_nowhere_among_current_ones():
    current = ca.load("macro", indicator="NY.GDP.MKTP.CD")
    assert CONSTANT not in set(current["source_id"])
    assert set(current["unit"]) == {"current USD"}


def test_turkmen_remittances_are_missing_and_not_zero():
    assert value("macro", "value", economy="TJK", indicator="BX.TRF.PWKR.DT.GD.ZS") == 32.6894
    assert ca.load("macro", source="WDI_2024_03", economy=["KAZ", "RUS"])["year"].eq(2021).all()
    assert "TKM" not in set(ca.load("macro", source="WDI_2024_03")["economy"])
