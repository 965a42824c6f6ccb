"""Pictures as files, as SVG on a page, and narrow for a phone: what they say of themselves, and
that nothing is lost, runs or loads.
"""

import io
import os
import re
import subprocess
import sys
from html import unescape
from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from PIL import Image
from tests.cases import cases
from tests.unit.test_pictures import curve, equation, pair, study

import ca_research as ca
from ca_research import plots
from ca_research.ground.display import FIGURE_MIME
from ca_research.ground.errors import UnknownNameError
from ca_research.plots import style
from ca_research.plots.canvas import for_phone as narrowed
from ca_research.plots.show import FITS, inches, to_svg
from ca_research.site.render import svg_markup
from ca_research.site.svg import clean

HOSTILE = cases(__file__, "hostile_pictures")


@pytest.fixture(autouse=True)
def closed():
    plt.close("all")  # also what a test of another file has left
    yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


# files

TITLE = "Kazakhstan's imports from China: China reports 3 times as much (2021)"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    ax = ca.trade.mirror_gap("KAZ", "CHN", pair()).plot(size="journal-single")
    return {k: plots.save(ax, folder / f"gap.{k}") for k in ("svg", "pdf", "png")}


SAID = {
    "svg": [
        f"<dc:title>{TITLE}</dc:title>",
        "<dc:source>COMTRADE_2021X, KAZ_BNS</dc:source>",
        ">Kazakhstan reports</text>",  # letters stay text
    ],
    "pdf": [TITLE, "/Keywords (COMTRADE_2021X, KAZ_BNS)", "/FontFile2"],
}
NOT_SAID = {"svg": "dc:date", "pdf": "CreationDate"}


@pytest.mark.parametrize("kind", SAID)
def test_a_file_says_title_sources_and_version_and_no_day(kind, files):
    text = unescape(files[kind].read_bytes().replace(b"\\", b"").decode("utf-8", "replace"))
    for words in [*SAID[kind], f"ca-research {ca.__version__}"]:
        assert words in text
    assert NOT_SAID[kind] not in text and "/Type3" not in text
    if kind == "svg":
        assert inches(text) * 25.4 == pytest.approx(90, abs=0.01)


def test_a_png_says_the_same_and_is_fine_enough(files):
    with Image.open(files["png"]) as image:
        assert image.info["Title"] == TITLE and "[COMTRADE_2021X]" in image.info["Description"]
        assert image.width == pytest.approx(90 / 25.4 * 600, abs=1)


@pytest.mark.parametrize("make", [study, equation, curve])
def test_pictures_of_models_say_where_their_data_come_from(make, tmp_path):
    assert ca.cite(make().plot()).startswith("[KAZ_BNS] ")
    own = plots.save(make("MY_SURVEY").plot(), tmp_path / "model.svg").read_text()
    assert "dc:source" not in own and "MY_SURVEY" in own, "one's own are no obstacle"


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_result_gives_the_same_bytes(kind, tmp_path):
    gap = ca.trade.mirror_gap("KAZ", "CHN", pair())
    once, again = (plots.save(gap.plot(), tmp_path / f"{n}.{kind}").read_bytes() for n in "ab")
    assert once == again


def test_a_figure_of_ones_own_takes_title_and_sources(tmp_path):
    figure, ax = plt.subplots()
    ax.set_title("Imports\nof Kazakhstan")
    text = plots.save(figure, tmp_path / "own.svg", sources=["KAZ_BNS"]).read_text()
    assert "<dc:title>Imports of Kazakhstan</dc:title>" in text and "[KAZ_BNS]" in text


@pytest.mark.parametrize(("error", "name", "options"), [
    (UnknownNameError, "a.gif", {}),
    (UnknownNameError, "a.svg", {"sources": "NOBODY"}),
])  # fmt: skip
def test_what_cannot_be_saved_leaves_no_file(error, name, options, tmp_path):
    with pytest.raises(error):
        plots.save(plt.figure(), tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_a_script_that_imports_a_wing_alone_can_plot():
    code = "from ca_research.trade import mirror_gap as gap; gap('KGZ', 'CHN', since=2022).plot()"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"MPLBACKEND": "svg"}, check=True)


# SVG


def numbers(svg):
    """Sizes and places; ids of clips vary with the last bit of a place."""
    found = re.findall(r'\b(?:width|height|x|y|d)="([^"]*)"', svg)
    return [float(n) for one in found for n in re.findall(r"-?\d+(?:\.\d+)?", one)]


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize("look", [{}, {"fontweight": "bold"}, {"fontsize": 30, "rotation": 50}])
def test_a_picture_laid_out_by_itself_is_that_of_a_tight_savefig(layout, look):
    def made():
        figure, (left, right) = plt.subplots(1, 2, layout=layout)
        left.plot([0, 1], [-1e6, 3])
        left.set(title="Left", ylabel="millions of dollars", xlabel="year")
        right.text(0.9, 0.5, "words of Türkiye that reach\nfar beyond the panel", **look)
        return figure

    with style.context():
        expected = io.StringIO()
        made().savefig(expected, format="svg", bbox_inches="tight", pad_inches=0.06)
        assert numbers(to_svg(made())) == pytest.approx(numbers(expected.getvalue()), abs=0.011)


def test_words_stay_as_they_are():
    figure, ax = plt.subplots()
    ax.text(0.123456, 0.5, 'd="1.23456" <b> 0.123456')
    ax.set_title(r"$\frac{a}$ of $5")  # a dollar sign is no mathematics
    svg = to_svg(figure)
    assert 'd="1.23456" &lt;b&gt; 0.123456' in svg and r">$\frac{a}$ of $5</text>" in svg


def svg(inside):
    space = 'xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 9 9"'
    return f"<svg {space}>{inside}</svg>"


@pytest.mark.parametrize("name", HOSTILE["hostile"])
def test_nothing_that_runs_or_loads_is_left(name):
    left = re.sub(HOSTILE["may be left"], "", clean(svg(HOSTILE["hostile"][name])))
    assert not re.search(HOSTILE["must be gone"], left)


def test_names_keep_their_case_and_references_inside_are_kept():
    drawn = svg(HOSTILE["harmless"].strip().replace("\n", ""))
    assert clean(drawn) == drawn
    page = svg_markup(drawn, "p", "from -1 to 2, 2014-2018")
    for part in ('id="p-c"', '="url(#p-c)"', "url(&quot;#p-h&quot;)", '"#p-c"'):
        assert part in page
    assert 'aria-label="from −1 to 2, 2014-2018"' in page, "read out with true minus signs"


# for a phone

LONG = ["a row with a name that is far too long to stand beside it", "another such long name", "c"]


def rows():
    figure, ax = plt.subplots(figsize=(style.WIDE, 2))
    ax.barh(LONG, [3, 1, 2], height=0.66)
    ax.set_xlabel("billion")
    return figure


def drawn(make):
    with style.context():
        figure = make()
        figure.tight_layout()
    return figure


def test_a_wide_picture_fits_a_phone_with_letters_as_large():
    figure = drawn(rows)
    wide, narrow = to_svg(figure), to_svg(narrowed(figure))
    assert 2.5 < inches(narrow) <= 3.52 < FITS < inches(wide)  # 337 pixels without the margins
    sizes = [set(re.findall(r"font-size: ([\d.]+)px", one)) for one in (narrow, wide)]
    assert sizes[0] == sizes[1] != set()


def test_long_names_stand_beside_their_bars_and_touch_neither_them_nor_each_other():
    figure = narrowed(drawn(rows))
    (ax,) = figure.axes
    to_svg(figure)
    marks = [*ax.get_yticklabels(), *ax.patches]
    boxes = [mark.get_window_extent(figure.canvas.get_renderer()) for mark in marks]
    assert len(boxes) == 6 and not any(a.overlaps(b) for a, b in combinations(boxes, 2))


ABOUT = {"section": "main", "title": "Bars", "data": pd.DataFrame({"x": [1, 2]}), "sources": []}


@pytest.mark.parametrize("width", [style.WIDE, 3.0])
def test_only_a_picture_wider_than_a_phone_is_shown_twice(shown, width):
    plots.show(plt.subplots(figsize=(width, 2))[0], alt="A line goes up.", **ABOUT)
    assert bool(shown[0][FIGURE_MIME]["narrow"]) == (width > FITS) and not plt.get_fignums()
