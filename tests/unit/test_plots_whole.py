"""What a picture leaves out, or cannot draw, it says; what it draws lies within it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research import plots
from ca_research.ground.errors import CoverageError, UsageError


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_map_of_coverage_says_what_it_leaves_out_and_nobody_first():
    rows = [("KGZ", flow, "A", year) for flow in "abcd" for year in range(2000, 2010)]
    rows += [("TJK", "a", "A", 2005), ("AUT", "a", "A", 2004), ("AUT", "a", "A", 2005)]
    seen = pd.DataFrame(rows, columns=["reporter", "flow", "source_id", "year"]).assign(figures=1)
    ax = plots.coverage_map(seen, most=3)
    names = [label.get_text().split(" · ")[0] for label in ax.get_yticklabels()]
    assert names == ["Austria", "Kyrgyzstan", "Tajikistan"]
    assert "3 of 6 series, those with the most years: all 3 reporters" in ax.get_xlabel()
    ax = plots.coverage_map(seen, most=2)
    names = [label.get_text().split(" · ")[0] for label in ax.get_yticklabels()]
    assert names == ["Kyrgyzstan", "Tajikistan"], "the five first"
    assert "2 of 6 series, those with the most years: 2 of 3 reporters" in ax.get_xlabel()
    assert "series" not in plots.coverage_map(seen).get_xlabel()
