"""Pictures of documents on invented rows: every row leaves its mark, and what is hollow is what was
not read or not sure.
"""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ca_research import article
from ca_research.plots.narrow import narrowed


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def marks(ax) -> list[tuple[float, float, bool]]:
    """Position and whether filled, of every single mark."""
    found = []
    for collection in ax.collections:
        for x, y in np.asarray(collection.get_offsets()):
            found.append((float(x), float(y), len(collection.get_facecolors()) > 0))
    return found


def test_goals_are_filled_rings_or_questions():
    goals = pd.DataFrame(
        {
            "document": ["law of 1997", "speech"],
            "year": [1997, 2015],
            "RUS": [1, 0],
            "CHN": [0, None],
        }
    ).astype({"CHN": "Int64"})
    ax = article.doctrine.goal_grid(goals, names=("RUS", "CHN")).axes[0]
    assert sorted(marks(ax)) == [(0, 0, True), (0, 1, False), (1, 0, False)]
    assert [t.get_text() for t in ax.texts] == ["?"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["law of 1997", "speech, 2015"]


def test_places_within_the_first_two_are_filled():
    ranks = pd.DataFrame(
        {
            "economy": ["KAZ", "TKM", "TKM"],
            "year": [2020, 2022, 2012],
            "kind": ["doctrine", "address", "doctrine"],
            "powers": ["2", "3", "u"],
        }
    )
    ax = article.doctrine.rank_marks(ranks).axes[0]
    kaz, tkm = ax.get_yticks()
    assert marks(ax) == [(2020, kaz, True), (2022, tkm, False)]
    assert sorted(t.get_text() for t in ax.texts) == ["2", "3", "?"]
    low, high = ax.get_xlim()
    assert all(low < t.get_position()[0] < high for t in ax.texts), (
        "a question mark off the page says nothing"
    )


def test_no_list_of_a_country_covers_another_of_the_same_time():
    ranks = pd.DataFrame(
        {
            "economy": ["KAZ", "TKM", "TKM", "TKM", "UZB"],
            "year": [2006, 2022, 2022, 2022, 2026],
            "kind": "address",
            "powers": ["2", "u", "3", "3", "1"],
        }
    )
    figure = article.doctrine.rank_marks(ranks)
    for drawn in (figure, narrowed(figure)):
        (kaz, *tkm, uzb), words = marks(drawn.axes[0]), drawn.axes[0].texts
        (unseen,) = (t.get_position()[1] for t in words if t.get_text() == "?")
        assert kaz[1] < tkm[0][1] < tkm[1][1] < unseen < uzb[1]
        drawn.canvas.draw()
        boxes = [t.get_window_extent() for t in words]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_every_wave_is_drawn_and_no_line_crosses_years_without_one():
    waves = pd.DataFrame(
        {
            "economy": ["KAZ"] * 4,
            "about": ["USA"] * 4,
            "year": pd.array([2010, 2011, 2018, 2019], "Int64"),
            "value_pct": [40.0, 42.0, 30.0, 62.0],
        }
    )
    ax = article.approval.poll_panels(waves).axes[0]
    drawn = [tuple(line.get_xdata()) for line in ax.lines]
    assert drawn == [(2010, 2011), (2018, 2019)]


def test_grants_are_a_bar_for_each_year_and_a_year_without_one_is_seen():
    grants = pd.DataFrame(
        {
            "host": ["KAZ", "KAZ", "KAZ", "KAZ", "UZB"],
            "year": [2001, 2002, 2002, 2004, 2004],
            "investor": ["USA", "USA", "DEU", "USA", "USA"],
            "per_head": [4.0, 2.0, 1.0, 0.0, 3.0],
        }
    )
    figure = article.aid.grant_bars(grants, donor="USA")
    kaz, uzb = figure.axes
    bars = {round(b.get_x() + b.get_width() / 2): b.get_height() for b in kaz.patches}
    assert bars == {2001: 4.0, 2002: 2.0, 2004: 0.0}, "2003 is free; Germany is another donor"
    assert marks(kaz) == [(2004, 0, False)] and not marks(uzb)
    assert [t.get_text() for t in kaz.texts] == ["4.0"]
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Kazakhstan", "Uzbekistan"]
    assert figure.get_size_inches()[0] < 4
