"""Numbers as a reader sees them."""

import pytest
import yaml

from ca_research import registry
from ca_research.claims.words import bounds, criterion_number, one
from ca_research.ground.numbers import decimals, number, percent, small_percent
from ca_research.registry.words import value_words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (5.0, "5"),
        (1234567.0, "1,234,567"),
        (0.04494, "0.0449"),
        (-4.012, "−4.01"),
        (123.4, "123"),
        (-0.0, "0"),
        (1e-5, "0.00001"),
        (-3.14159e-7, "−0.000000314"),
        (1e-9, "0.000000001"),
        (1e-30, "nearly 0"),
        (True, "True"),
        ("KAZ", "KAZ"),
    ],
)
def test_numbers_have_no_digits_that_carry_nothing(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (None, "–"),
        (0, "0%"),
        (1.0, "100%"),
        (1 - 1e-14, "100%"),
        (0.123, "12%"),
        (0.996, "99.6%"),
        (299 / 300, "99.7%"),
        (1 / 300, "0.3%"),
        (0.9996, "more than 99.9%"),
        (1e-6, "less than 0.1%"),
        (-0.12, "−12%"),
        (1.004, "100.4%"),
    ],
)
def test_per_cent_is_neither_nothing_nor_all_of_what_is_neither(fraction, shown):
    assert percent(fraction) == shown
    if fraction and fraction >= 0.1:
        assert small_percent(fraction) == shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(9.6, 0, "10"), (0.4, 0, "0.4"), (0.6, 0, "1"), (-0.0, 3, "0.000"), (0.012, 1, "0.01")],
)
def test_a_printed_number_has_no_exponent_for_want_of_digits(value, digits, shown):
    assert decimals(value, digits) == shown


KINDS = {
    "economies": "count",
    "rank": "rank",
    "p": "p",
    "p of a loss": "p",
    "placebo rank of an economy": "p",
    "share of cells": "share",
    "imports": "share",
    "share": "share",
    "per cent": "level",
    "China over its largest rival": "ratio",
    "earlier meetings": "count",
    "loans": "count",
    "per cent of trains": "percent",
    "days outside the month": "days",
    "days of difference": "days",
    "km": "length",
    "log points": "log_points",
}


def criterion(unit, estimate=None, low=None, high=None, cells=1, cell_threshold=None):
    part = {"economy": "KAZ", "estimate": estimate, "low": low, "high": high}
    return {
        "unit": unit,
        "kind": KINDS[unit],
        "estimate": estimate,
        "low": low,
        "high": high,
        "counted": "economies",
        "cell_threshold": cell_threshold,
        "threshold": 0.5,
        "cells": [part] * cells,
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            criterion("economies", 3.0, 3.0, 5.0, cells=5, cell_threshold=0),
            "3 of 5 countries (2 cannot be said)",
        ),
        (criterion("economies", 3.0, 3.0, 3.0, cells=5, cell_threshold=0), "3 of 5 countries"),
        (criterion("rank", 2.0, cell_threshold=1), "rank 2"),
        (criterion("p", 0.031), "p = 0.031"),
        (criterion("p of a loss", 1.0), "p of a loss = 1"),
        (criterion("placebo rank of an economy", 0.04), "placebo rank of an economy = 0.04"),
        (criterion("share of cells", None, 0.0667, 0.667), "7 to 67% of cells"),
        (criterion("imports", 0.43), "43% of imports"),
        (criterion("share", 0.43), "43%"),
        (criterion("per cent", 4.24), "4.24%"),
        (criterion("China over its largest rival", 1.11), "1.11 (China over its largest rival)"),
        (criterion("earlier meetings", 1.0), "1 earlier meeting"),
        (criterion("earlier meetings", 6.0), "6 earlier meetings"),
        (criterion("loans", 1.0), "1 loan"),
        (criterion("per cent of trains", 80.0), "80% of trains"),
        (criterion("days outside the month", 0.0), "inside the month"),
        (criterion("days outside the month", 1.0), "1 day outside the month"),
        (criterion("days of difference", 0.0), "no difference"),
        (criterion("km"), "nothing on record"),
        (criterion("km", None, -2.0, 3.5), "−2 to 3.5 km"),
        (criterion("per cent of trains", None, None, 90.4), "at most 90% of trains"),
        (criterion("share of cells", None, 0.5, None), "at least 50% of cells"),
        (criterion("share of cells", 0.4996), "49.96% of cells"),
        (criterion("log points", 0.446), "56% above"),
        (criterion("log points", None, -0.0972, 1.953), "9.3% below to 7 times"),
    ],
)
def test_a_criterion_is_said_in_its_unit(given, shown):
    assert criterion_number(given) == shown


def test_only_the_noun_that_is_counted_loses_its_plural():
    assert one("days outside the months") == "day outside the month"
    assert one("per cent of GDP") == "per cent of GDP"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (criterion("km"), "none"),
        (criterion("km", 3.0, 3.0, 3.0), "exact"),
        (criterion("km", None, -2.0, 3.5), "−2 to 3.5 (exact)"),
        (criterion("km", None, None, 3.5), "at most 3.5 (exact)"),
        (criterion("share of cells", None, 0.0667, 0.667), "6.67 to 66.7% (exact)"),
        (
            criterion("log points", None, -0.254, 0.446) | {"kind": "log_points"},
            "22% below to 56% above (exact)",
        ),
        (
            criterion("log points", 0.4, None, 0.446) | {"kind": "log_points"},
            "at most 56% above (exact)",
        ),
    ],
)
def test_an_interval_is_in_the_unit_of_its_number(given, shown):
    assert bounds(given | {"interval": "exact"}) == shown


def test_the_words_for_codes_are_the_projects(project):
    """A project without a list has its codes with spaces; one with a list has its own words."""
    assert value_words("own_else_partners") == "own else partners"
    said = {"codes": {"own_else_partners": "either"}, "values": {"uis": {"old": "older"}}}
    (project.home / "registry" / "words.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    registry.forget()
    assert value_words("own_else_partners") == "either"
    assert value_words("old", "uis") == "older" and value_words("old") == "old"
