"""Pictures as files, as SVG on a page, and narrow for a phone: what they say of themselves, and
that nothing is lost, runs or loads.
"""

import io
import os
import re
import subprocess
import sys
from html import unescape
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.backends.backend_svg import RendererSVG
from PIL import Image
from tests.unit.test_pictures import MEASURES, curve, equation, pair, partners, study

import ca_research as ca
from ca_research import plots
from ca_research.ground.display import FIGURE_MIME
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.plots import style
from ca_research.plots.narrow import narrowed, redrawn
from ca_research.plots.pen import pen
from ca_research.plots.show import FITS, inches, to_svg
from ca_research.site.render import ON_A_PHONE, svg_markup
from ca_research.site.svg import clean, shorter

FILE = Path(__file__).parent / "cases" / "hostile_pictures.yaml"
HOSTILE = yaml.safe_load(FILE.read_text(encoding="utf-8"))


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
    ax = MEASURES["mirror_gap"](pair()).plot(size="journal-single")
    return {k: plots.save(ax, folder / f"gap.{k}") for k in ("svg", "pdf", "png")}


SAID = {
    "svg": [
        f"<dc:title>{TITLE}</dc:title>",
        "<dc:source>COMTRADE_2021X, KAZ_BNS</dc:source>",
        ">Kazakhstan</text>",  # letters stay text
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
        assert image.info["Software"].startswith(f"ca-research {ca.__version__}")
        assert image.width == pytest.approx(90 / 25.4 * 600, abs=1)
        assert image.getpixel((2, 2))[:3] == (255, 255, 255)


@pytest.mark.parametrize("make", [study, equation, curve])
def test_pictures_of_models_say_where_their_data_come_from(make, tmp_path):
    ax = make().plot()
    assert "Source: Bureau of National" in " ".join(ax.figure.axes[-1].get_xlabel().split())
    assert ca.cite(ax).startswith("[KAZ_BNS] ")
    own = plots.save(make("MY_SURVEY").plot(), tmp_path / "model.svg").read_text("utf-8")
    assert "dc:source" not in own and "MY_SURVEY" in own, "one's own are no obstacle"


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_result_gives_the_same_bytes(kind, tmp_path):
    hhi = MEASURES["hhi"](partners((2020, 2021)))
    once, again = (plots.save(hhi.plot(), tmp_path / f"{n}.{kind}").read_bytes() for n in "ab")
    assert once == again


def test_a_figure_of_ones_own_takes_title_and_sources_and_what_cannot_be_saved_is_refused(tmp_path):
    figure, ax = plt.subplots()
    ax.set_title("Imports\nof Kazakhstan")
    file = plots.save(figure, tmp_path / "own.svg", sources=["KAZ_BNS"])
    text = file.read_text(encoding="utf-8")
    assert "<dc:title>Imports of Kazakhstan</dc:title>" in text and "[KAZ_BNS]" in text
    bare = plots.save(ax, tmp_path / "own.svg", title="").read_text(encoding="utf-8")
    assert "dc:source" not in bare
    for error, one, name, options in (
        (UnknownNameError, figure, "a.gif", {}),
        (UsageError, "figure", "a.svg", {}),
        (UnknownNameError, figure, "a.svg", {"sources": "NOBODY"}),
    ):
        with pytest.raises(error):
            plots.save(one, tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == [file]


def test_a_script_that_imports_a_wing_alone_can_plot():
    code = "from ca_research.trade import mirror_gap as gap; gap('KGZ', 'CHN', since=2022).plot()"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"MPLBACKEND": "svg"}, check=True)


# SVG


def numbers(svg):
    """Sizes and places; ids of clips vary with the last bit of a place."""
    found = re.findall(r'\b(?:width|height|x|y|d)="([^"]*)"', svg)
    return [float(n) for one in found for n in re.findall(r"-?\d+(?:\.\d+)?", one)]


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_a_picture_laid_out_by_itself_is_that_of_a_tight_savefig_and_stays_as_it_was(layout):
    def made():
        figure, axes = plt.subplots(1, 2, layout=layout)
        axes[0].plot([0, 1], [-1e6, 3])
        axes[0].set(title="Left", ylabel="millions of dollars", xlabel="year")
        axes[1].text(0.9, 0.5, "words that reach far beyond the panel")
        figure.supylabel("unit")
        return figure

    with style.context():
        expected, figure = io.StringIO(), made()
        made().savefig(expected, format="svg", bbox_inches="tight", pad_inches=0.06)
    before = figure.get_layout_engine(), figure.canvas, figure.dpi
    assert numbers(to_svg(figure)) == pytest.approx(numbers(expected.getvalue()), abs=0.011)
    assert (figure.get_layout_engine(), figure.canvas, figure.dpi) == before


def test_an_axis_without_a_label_may_be_given_one_after_it_was_shown():
    figures = [plt.subplots()[0] for _ in range(2)]
    to_svg(figures[0])
    for figure in figures:
        figure.axes[0].set(xlabel="year", ylabel="dollars", xlim=(1, 1e6))
    assert to_svg(figures[0]) == to_svg(figures[1])


@pytest.mark.parametrize("words", ["one line", "two\nlines, gj", "Türkiye $5"])
@pytest.mark.parametrize("look", [{}, {"fontweight": "bold"}, {"fontsize": 30, "rotation": 50}])
@pytest.mark.parametrize("family", ["sans-serif", "STIXGeneral"])
def test_the_pen_finds_words_as_high_and_wide_as_matplotlib_does(words, look, family):
    text = plt.figure(dpi=72).text(0.2, 0.3, words, family=family, parse_math=False, **look)
    expected = text.get_window_extent(RendererSVG(1, 1, io.StringIO())).bounds
    assert text.get_window_extent(pen()).bounds == pytest.approx(expected)


def test_words_stay_as_they_are_and_places_are_shortened():
    with style.context():
        figure, ax = plt.subplots()
    ax.text(0.123456, 0.5, 'd="1.23456" <b> 0.123456')
    ax.imshow(np.zeros((2, 2)))
    ax.set(ylabel="turned", title=r"$\frac{a}$ of $5")  # a dollar sign is no mathematics
    svg = to_svg(figure)
    assert 'd="1.23456" &lt;b&gt; 0.123456' in svg and r">$\frac{a}$ of $5</text>" in svg
    assert "rotate(-0" not in svg and "rotate(-90" in svg
    tags = re.findall(r"<[^>]*>", svg)
    assert not [t for t in tags if re.search(r'\b(d|x|y)="[^"]*\.\d{3}', t)]


def svg(inside):
    space = 'xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 9 9"'
    return f"<svg {space}>{inside}</svg>"


@pytest.mark.parametrize("name", HOSTILE["hostile"])
def test_nothing_that_runs_or_loads_is_left(name):
    left = re.sub(HOSTILE["may be left"], "", clean(svg(HOSTILE["hostile"][name])))
    assert not re.search(HOSTILE["must be gone"], left)


def test_a_typeface_that_all_words_share_is_named_once_and_another_at_its_words():
    word = '<text style="font-size:8px;font-family:&quot;A&quot; , sans-serif;fill:red">x</text>'
    drawn = svg(f'<g id="a">\n <g id="b"></g>\n {word}\n {word}</g>')
    found, family = shorter(drawn)
    assert family == "font-family:&quot;A&quot; , sans-serif" and "font-family" not in found
    assert found.count('style="font-size:8px;fill:red"') == 2 and 'id="b"' not in found
    other = drawn.replace("</svg>", '<text style="font-family:serif">y</text></svg>')
    assert [svg_markup(s, "p", "w").count("font-family") for s in (drawn, other)] == [1, 3]


def test_names_keep_their_case_and_references_inside_are_kept():
    drawn = svg(HOSTILE["harmless"].strip().replace("\n", ""))
    assert clean(drawn) == drawn
    page = svg_markup(drawn, "p", "from -1 to 2, 2014-2018")
    for part in ('id="p-c"', '="url(#p-c)"', "url(&quot;#p-h&quot;)", '"#p-c"'):
        assert part in page
    assert 'aria-label="from −1 to 2, 2014-2018"' in page, "read out with true minus signs"


@pytest.mark.parametrize("text", ["", "words", "<p>words</p>", "<!-- <svg> -->"])
def test_what_is_no_picture_is_nothing(text):
    assert clean(text) == "" and svg_markup(text, "p", "words") == ""


def test_a_picture_of_every_kind_of_mark_loses_nothing():
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].plot([0, 1], [0, 1], "o--", label="a < b & c")
    axes[0, 0].legend()
    axes[0, 1].bar(["x", "y"], [1, 2], hatch="//", alpha=0.5)
    axes[1, 0].imshow(np.arange(4).reshape(2, 2))
    axes[1, 1].annotate("there", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"}, rotation=30)
    drawn = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", to_svg(figure), flags=re.S)

    def marks(text):
        """Elements and attributes, however they are spaced and quoted."""
        found = re.findall(r"<\w+|\s(?!xmlns)[\w:-]+=\"[^\"]*\"", text)
        return sorted(re.sub(r"&quot;|[\s'\";]", "", mark) for mark in found)

    assert marks(clean(drawn)) == marks(drawn) and "a &lt; b &amp; c" in clean(drawn)


# for a phone

LONG = ["a row with a name that is far too long to stand beside it", "another such long name", "c"]


def panels():
    figure, grid = plt.subplots(2, 3, figsize=(style.WIDE, 4), sharex=True)
    *used, last = grid.flat
    for i, ax in enumerate(used):
        ax.plot([2000, 2010, 2020], [i, i + 1, i])
        ax.set_title(f"panel {i}")
    last.axis("off")
    figure.supylabel("per cent of something")
    return figure


def rows():
    figure, ax = plt.subplots(figsize=(style.WIDE, 2))
    ax.barh(LONG, [3, 1, 2], height=0.66)
    ax.set_xlabel("billion")
    return figure


def columns():
    figure, ax = plt.subplots(figsize=(style.WIDE, 2))
    ax.bar(range(8), range(8))
    ax.set_xticks(range(8), [f"Long country {chr(65 + i)}" for i in range(8)])
    return figure


def drawn(make):
    with style.context():
        figure = make()
        figure.tight_layout()
    return figure


def overlaps(boxes):
    return [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize("make", [panels, rows, columns])
def test_a_wide_picture_fits_a_phone_with_letters_as_large(make):
    figure = drawn(make)
    wide, narrow = to_svg(figure), to_svg(narrowed(figure))
    assert 2.5 < inches(narrow) <= 3.52 < FITS < inches(wide)  # 337 pixels without the margins
    sizes = [set(re.findall(r"font-size: ([\d.]+)px", one)) for one in (narrow, wide)]
    assert sizes[0] == sizes[1] != set()
    assert round(FITS * 96) <= ON_A_PHONE, "what fits for one side fits for the other"


def test_panels_stand_below_each_other_in_the_order_of_reading_and_each_has_its_years():
    figure = narrowed(drawn(panels))
    assert [ax.get_title(loc="left") for ax in figure.axes] == [f"panel {i}" for i in range(5)]
    places = [ax.get_position() for ax in figure.axes]
    assert len({round(p.x0, 3) for p in places}) == 1
    assert all(one.y0 > below.y1 for one, below in pairwise(places))
    for ax in figure.axes:
        assert [t for t in ax.get_xticklabels() if t.get_visible() and t.get_text()]
    (unit,) = [t for t in figure.texts if t.get_text() == "per cent of something"]
    assert unit.get_rotation() == 0 and unit.get_position()[1] == pytest.approx(1)


def test_long_names_stand_over_their_bars_and_touch_neither_them_nor_each_other():
    figure = narrowed(drawn(rows))
    (ax,) = figure.axes
    assert [" ".join(t.get_text().split()) for t in ax.texts] == LONG
    to_svg(figure)
    names = [t.get_window_extent(figure.canvas.get_renderer()) for t in ax.texts]
    bars = [p.get_window_extent(figure.canvas.get_renderer()) for p in ax.patches]
    assert not overlaps(names) and not [n for n in names for b in bars if n.overlaps(b)]
    assert ax.get_position().width > 0.85, "the bars have the room of the names"


def test_words_below_an_axis_lean_and_numbers_are_thinned():
    leaning = narrowed(drawn(columns)).axes[0]
    assert {t.get_rotation() for t in leaning.get_xticklabels()} == {50}
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2))
        ax.plot(range(1990, 2025), range(35))
        ax.set_xticks(range(1990, 2025, 2))
    texts = [t for t in narrowed(figure).axes[0].get_xticklabels() if t.get_text()]
    thinned = [t.get_window_extent(figure.canvas.get_renderer()) for t in texts]
    assert 3 < len(thinned) < 18 and not overlaps(thinned)


def test_a_picture_is_drawn_anew_where_it_asks_for_it_and_a_heat_map_stays():
    made = []

    @redrawn
    def picture(power):
        made.append((power, style.wide()))
        return plt.subplots(figsize=(style.wide(), 2))[0]

    figure = picture("any")
    assert narrowed(figure) is not figure
    assert made == [("any", style.WIDE), ("any", style.PHONE)] and style.wide() == style.WIDE
    heat, ax = plt.subplots(figsize=(style.WIDE, 2))
    ax.pcolormesh(np.zeros((3, 3)))
    assert narrowed(heat) is None


ABOUT = {"section": "main", "title": "Bars", "data": pd.DataFrame({"x": [1, 2]}), "sources": []}


@pytest.mark.parametrize("width", [style.WIDE, 3.0])
def test_only_a_picture_wider_than_a_phone_is_shown_twice(shown, width):
    plots.show(plt.subplots(figsize=(width, 2))[0], alt="A line goes up.", **ABOUT)
    assert bool(shown[0][FIGURE_MIME]["narrow"]) == (width > FITS) and not plt.get_fignums()


def test_pictures_to_choose_from_are_one_record_with_a_name_each(shown):
    pictures = {name: (drawn(rows), f"of {name}") for name in ("one", "two", "three")}
    plots.show_choice(pictures, question="Which:", **ABOUT)
    record = shown[0][FIGURE_MIME]
    all_of_them = [record, *record["others"]]
    assert [(r["label"], r["alt"]) for r in all_of_them] == [(n, f"of {n}") for n in pictures]
    assert all("<svg" in o["svg"] and "<svg" in o["narrow"] for o in record["others"])
    for n in (1, 6):
        with pytest.raises(UsageError):
            plots.show_choice({str(i): (rows(), "") for i in range(n)}, question="", **ABOUT)
