"""Maps: outlines from a package, never from the net; borders where they are, and nowhere else."""

import matplotlib.pyplot as plt
import pytest

from ca_research.article.borders import REGION
from ca_research.ground import economies as eco
from ca_research.ground.errors import CoverageError
from ca_research.plots.maps import outline, region_map, shared_border


@pytest.mark.parametrize("code", eco.CA5)
def test_outlines_lie_where_the_five_lie(code):
    points = [point for ring in outline(code) for point in ring]
    assert all(46 < x < 88 and 35 < y < 56 for x, y in points) and len(points) > 10


def test_those_that_touch_china_on_the_map_are_those_that_touch_it():
    assert {code for code in eco.CA5 if shared_border(code, "CHN")} == {"KAZ", "KGZ", "TJK"}


def test_a_group_has_no_outline():
    with pytest.raises(CoverageError, match="no outline"):
        outline("EU27")


def test_labels_say_the_values_and_only_those():
    figure = region_map({"KAZ": 1783.4, "KGZ": 858.0}, REGION, unit="km")
    texts = {t.get_text() for t in figure.axes[0].texts}
    assert {"Kazakhstan\n1,783 km", "Kyrgyzstan\n858 km", "Uzbekistan"} <= texts
    plt.close(figure)
