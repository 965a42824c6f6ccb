"""A picture of documents, wide and for a phone. Others: unit/cases/pictures.yaml."""

from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd

from ca_research.article import doctrine
from ca_research.plots.canvas import for_phone as narrowed

PLACES = ("2", "u", "3", "3", "1")


def test_places_within_the_first_two_are_filled_and_no_list_covers_another():
    years = [2006, 2022, 2022, 2022, 2026]
    rows = pd.DataFrame({"economy": ["KAZ", "TKM", "TKM", "TKM", "UZB"], "powers": PLACES})
    figure = doctrine.rank_marks(rows.assign(kind="address", year=years))
    for drawn in (figure, narrowed(figure)):
        ax = drawn.axes[0]
        marks = [(dots.get_offsets()[0][1], len(dots.get_facecolors())) for dots in ax.collections]
        heights, filled = zip(*marks, strict=True)
        assert filled == (1, 0, 0, 1)
        (unseen,) = (t.get_position()[1] for t in ax.texts if t.get_text() == "?")
        assert [*heights[:-1], unseen, heights[-1]] == sorted([*heights, unseen])
        drawn.canvas.draw()
        boxes = [t.get_window_extent() for t in ax.texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        low, high = ax.get_xlim()
        assert all(low < t.get_position()[0] < high for t in ax.texts), "off the page"
    plt.close("all")
