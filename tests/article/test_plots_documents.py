"""Pictures of documents on invented rows: every row leaves its mark, and what is hollow is what was
not read or not sure.
"""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ca_research.article import aid, approval, doctrine
from ca_research.plots.narrow import narrowed


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def marks(ax) -> list[tuple[float, float, bool]]:
    """Position and whether filled, of every single mark."""
    return [
        (float(x), float(y), len(collection.get_facecolors()) > 0)
        for collection in ax.collections
        for x, y in np.asarray(collection.get_offsets())
    ]


def words(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def test_goals_are_filled_rings_or_questions():
    rows = frame("document year RUS CHN", ("law of 1997", 1997, 1, 0), ("speech", 2015, 0, None))
    ax = doctrine.goal_grid(rows.astype({"CHN": "Int64"}), names=("RUS", "CHN")).axes[0]
    assert sorted(marks(ax)) == [(0, 0, True), (0, 1, False), (1, 0, False)]
    assert words(ax) == ["?"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["law of 1997", "speech, 2015"]


def test_places_within_the_first_two_are_filled_and_no_list_covers_another():
    rows = frame(
        "economy year powers",
        ("KAZ", 2006, "2"),
        *(("TKM", 2022, place) for place in ("u", "3", "3")),
        ("UZB", 2026, "1"),
    )
    figure = doctrine.rank_marks(rows.assign(kind="address"))
    for drawn in (figure, narrowed(figure)):
        ax = drawn.axes[0]
        (kaz, *tkm, uzb), texts = marks(ax), ax.texts
        assert [m[2] for m in (kaz, *tkm, uzb)] == [True, False, False, True]
        (unseen,) = (t.get_position()[1] for t in texts if t.get_text() == "?")
        assert kaz[1] < tkm[0][1] < tkm[1][1] < unseen < uzb[1]
        drawn.canvas.draw()
        boxes = [t.get_window_extent() for t in texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        low, high = ax.get_xlim()
        assert all(low < t.get_position()[0] < high for t in texts), "off the page it says nothing"


def test_every_wave_is_drawn_and_no_line_crosses_years_without_one():
    rows = [(2010, 40.0), (2011, 42.0), (2018, 30.0), (2019, 62.0)]
    waves = frame("year value_pct", *rows).assign(economy="KAZ", about="USA")
    ax = approval.poll_panels(waves.astype({"year": "Int64"})).axes[0]
    assert [tuple(line.get_xdata()) for line in ax.lines] == [(2010, 2011), (2018, 2019)]


def test_grants_are_a_bar_for_each_year_and_a_year_without_one_is_seen():
    rows = [("KAZ", 2001, 4.0), ("KAZ", 2002, 2.0), ("KAZ", 2004, 0.0), ("UZB", 2004, 3.0)]
    grants = frame("host year per_head", *rows).assign(investor="USA")
    other = grants.iloc[[1]].assign(investor="DEU")
    figure = aid.grant_bars(pd.concat([grants, other]), donor="USA")
    kaz, uzb = figure.axes
    bars = {round(b.get_x() + b.get_width() / 2): b.get_height() for b in kaz.patches}
    assert bars == {2001: 4.0, 2002: 2.0, 2004: 0.0}, "2003 is free; Germany is another donor"
    assert marks(kaz) == [(2004, 0, False)] and not marks(uzb) and words(kaz) == ["4.0"]
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Kazakhstan", "Uzbekistan"]
    assert figure.get_size_inches()[0] < 4
