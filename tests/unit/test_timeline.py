"""Timelines draw dates no more exactly than their sources give them, and say where there is none.
Rows are made up.
"""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.transforms import Bbox

from ca_research.article import dates
from ca_research.article.settings import settings
from ca_research.article.signing import signing_curves
from ca_research.plots import style, timeline
from ca_research.plots.narrow import narrowed
from ca_research.stats.survival import kaplan_meier


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def rows(*given: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["lane", "date", "mark"])
    frame = frame.assign(date_bound="exact", source_id="a", panel="", code="CHN")
    for column in ("event_id", "actor", "counterpart", "kind", "place", "detail"):
        frame[column] = ""
    return dates.dated(frame)


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def test_lanes_keep_their_order_and_an_empty_one_says_so():
    figure = timeline(
        rows(("B", "2020-01-01", "point"), ("A", "2021-01-01", "point")),
        lanes=("A", "B", "C"),
        empty="none",
    )
    ax = figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["A", "B", "C"]
    assert texts(ax).count("none") == 1
    placed = {t.get_text(): round(t.get_position()[1]) for t in ax.texts}
    assert placed["1 Jan 2021"] == 0 and placed["1 Jan 2020"] == 1 and placed["none"] == 2


def test_nothing_at_all_is_said_in_words():
    figure = timeline(rows()[0:0], windows={"claimed": "2023-05"}, empty="no dated row")
    assert "no dated row" in texts(figure.axes[0]) and "claimed" in texts(figure.axes[0])


def test_a_year_is_as_long_as_a_year_and_pale():
    figure = timeline(rows(("A", "2015", "point"), ("A", "2018-03-01/2019-02-28", "point")))
    bars = figure.axes[0].patches
    assert [round(b.get_width()) for b in bars] == [365, 365]
    assert bars[0].get_x() == mdates.date2num(pd.Timestamp("2015-01-01"))
    assert bars[0].get_alpha() < 1 and bars[1].get_alpha() == 1, (
        "a span of known days is sure, a bare year is not"
    )


def test_a_day_is_a_dot_and_a_ring_is_hollow():
    figure = timeline(rows(("A", "2015-02-03", "point"), ("A", "2018-03-01", "ring")))
    ax = figure.axes[0]
    assert not ax.patches
    faces = [c.get_facecolor()[0] for c in ax.collections]
    paper = plt.matplotlib.colors.to_rgba(style.PAPER)
    assert tuple(faces[1]) == paper and tuple(faces[0]) != paper


def test_labels_do_not_overlap_and_stay_inside():
    given = [("A", f"2020-01-{d:02d}", "point") for d in range(1, 29)] + [
        ("A", "2010-01-01", "point")
    ]
    ax = timeline(rows(*given)).axes[0]
    shown = [t for t in ax.texts if "Jan 20" in t.get_text()]
    assert len(shown) == 2, "one of the crowd, and the one apart"
    low, high = ax.get_xlim()
    assert all(low < t.get_position()[0] < high for t in shown)


def test_no_mark_covers_another_and_the_same_date_is_drawn_once():
    given = [("A", d, "ring") for d in ("2015-06", "2015-06-11", "2015-06-15", "2015-06-15")]
    figure = timeline(rows(*given, ("A", "2016-01-01", "ring")))
    for drawn in (figure, narrowed(figure)):
        drawn.canvas.draw()
        ax = drawn.axes[0]
        boxes = [patch.get_window_extent() for patch in ax.patches]
        for dots in ax.collections:
            (at,) = ax.transData.transform(dots.get_offsets())
            half = np.sqrt(dots.get_sizes()[0]) / 2 * drawn.dpi / 72
            boxes.append(Bbox([at - half, at + half]))
        assert len(boxes) == 4, "two sources of one day are one mark"
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_a_line_and_a_window_stand_where_they_belong():
    figure = timeline(
        rows(("A", "2023-02-28", "point")),
        windows={"in March": "2023-03-01/2023-03-31"},
        days={"the article": dt.date(2023, 5, 19)},
    )
    ax = figure.axes[0]
    assert "in March" in texts(ax) and "the article" in texts(ax)
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [float(mdates.date2num(pd.Timestamp(line.get_xdata()[0]))) for line in dashed] == [
        mdates.date2num(pd.Timestamp("2023-05-19"))
    ]


def test_panels_have_their_own_axes_and_windows_stand_on_the_last():
    frame = rows(("A", "2015-02-03", "point"), ("B", "2023-03-01", "point")).assign(
        panel=["old", "new"]
    )
    figure = timeline(frame, windows={"w": "2023-03"})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["old", "new"]
    assert "w" not in texts(figure.axes[0]) and "w" in texts(figure.axes[1])


def test_curves_end_at_the_share_that_signed_and_name_the_five():
    curve = kaplan_meier([10, 20, 50, 50], [True, True, False, False])
    every = dict.fromkeys(("low", "middle", "high"), curve)
    times = pd.DataFrame(
        [
            ("KAZ", "signed", 10.0, 12.0, "2014-07", None),
            ("KGZ", "unknown", 0.0, 50.0, None, None),
            ("TJK", "signed", 0.0, 16.0, "2013-12", "2014"),
            ("TKM", "not signed", 50.0, 50.0, None, None),
        ],
        columns=["economy", "state", "low", "high", "date", "bounded_by"],
    )
    figure = signing_curves(times, {"five": every, "others": every}, watch=50, within=24)
    ax = figure.axes[0]
    assert {"Kazakhstan Jul 2014", "Kyrgyzstan: date unknown", "Turkmenistan: not signed"} <= set(
        texts(ax)
    )
    assert "Tajikistan: date unknown, by 2014" in texts(ax), "a placeholder is not shown as a date"
    assert "the five (2 of known date)" in texts(ax)
    steps = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    assert len(steps) == 2
    for line in steps:
        assert list(line.get_xdata()) == [0, 10, 20, 50] and list(
            line.get_ydata()
        ) == pytest.approx([0, 25, 50, 50])
    assert str(settings().belt_and_road.launch) == "2013-09-07", (
        "the axis counts from the day that the label names"
    )
