"""Pictures for a phone: in one column, at the size of letters that they had, with nothing lost."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ca_research import plots
from ca_research.ground.display import FIGURE_MIME
from ca_research.ground.errors import UsageError
from ca_research.plots import style
from ca_research.plots.narrow import narrowed, redrawn
from ca_research.plots.show import FITS, inches, to_svg
from ca_research.site.render import ON_A_PHONE


@pytest.fixture(autouse=True)
def closed():
    plt.close("all")  # also what a test of another file has left
    yield
    plt.close("all")


LONG = ["a row with a name that is far too long to stand beside it", "another such long name", "c"]


def panels():
    with style.context():
        figure, grid = plt.subplots(2, 3, figsize=(style.WIDE, 4), sharex=True)
        for i, ax in enumerate(grid.flat):
            if i == 5:
                ax.axis("off")
                continue
            ax.plot([2000, 2010, 2020], [i, i + 1, i])
            ax.set_title(f"panel {i}")
        figure.supylabel("per cent of something")
        figure.tight_layout()
    return figure


def rows():
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2))
        ax.barh(LONG, [3, 1, 2], height=0.66)
        ax.set_xlabel("billion")
        figure.tight_layout()
    return figure


def columns():
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2))
        ax.bar(range(8), range(8))
        ax.set_xticks(range(8), [f"Long country {chr(65 + i)}" for i in range(8)])
        figure.tight_layout()
    return figure


def words(svg):
    return sorted(re.findall(r"<text[^>]*>([^<]+)</text>", svg))


def letters(svg):
    return {float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)}


def boxes(figure, texts):
    pen = figure.canvas.get_renderer()
    return [t.get_window_extent(pen) for t in texts if t.get_text()]


@pytest.mark.parametrize("draw", [panels, rows, columns])
def test_a_wide_picture_fits_a_phone_with_letters_as_large(draw):
    figure = draw()
    wide = to_svg(figure)
    assert inches(wide) > FITS
    narrow = to_svg(narrowed(figure))
    plt.close(figure)
    assert 2.5 < inches(narrow) <= 3.52  # 375 pixels less the margins of the page are 337
    assert letters(narrow) == letters(wide) != set()


def test_panels_stand_below_each_other_in_the_order_of_reading_and_each_has_its_years():
    figure = narrowed(panels())
    assert [ax.get_title(loc="left") for ax in figure.axes] == [f"panel {i}" for i in range(5)]
    places = [ax.get_position() for ax in figure.axes]
    assert len({round(p.x0, 3) for p in places}) == 1
    assert all(one.y0 > next_.y1 for one, next_ in pairwise(places))
    assert all(
        any(t.get_visible() and t.get_text() for t in ax.get_xticklabels()) for ax in figure.axes
    )
    unit = next(t for t in figure.texts if t.get_text() == "per cent of something")
    assert unit.get_rotation() == 0 and unit.get_position()[1] == pytest.approx(1)
    plt.close(figure)


def test_long_names_stand_over_their_bars_and_touch_neither_them_nor_each_other():
    figure = narrowed(rows())
    ax = figure.axes[0]
    assert [" ".join(t.get_text().split()) for t in ax.texts] == LONG
    ids = re.findall(r' id="([^"]+)"', to_svg(figure))
    assert len(ids) == len(set(ids))
    names = boxes(figure, ax.texts)
    bars = [p.get_window_extent(figure.canvas.get_renderer()) for p in ax.patches]
    assert not any(n.overlaps(b) for n in names for b in bars)
    assert not any(n.overlaps(m) for i, n in enumerate(names) for m in names[:i])
    assert ax.get_position().width > 0.85  # the bars have the room of the names
    plt.close(figure)


def test_words_below_an_axis_lean_and_numbers_are_thinned():
    leaning = narrowed(columns())
    assert {t.get_rotation() for t in leaning.axes[0].get_xticklabels()} == {50}
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2))
        ax.plot(range(1990, 2025), range(35))
        ax.set_xticks(range(1990, 2025, 2))
    thinned = boxes(narrowed(figure), figure.axes[0].get_xticklabels())
    assert 3 < len(thinned) < 18
    assert not any(a.overlaps(b) for a, b in pairwise(thinned))
    plt.close("all")


def test_a_picture_is_drawn_anew_where_it_asks_for_it():
    drawn = []

    @redrawn
    def picture(power):
        drawn.append((power, style.wide()))
        with style.context():
            return plt.subplots(figsize=(style.wide(), 2))[0]

    figure = picture("any")
    assert narrowed(figure) is not figure
    assert drawn == [("any", style.WIDE), ("any", style.PHONE)]
    assert style.wide() == style.WIDE
    plt.close("all")


def test_a_heat_map_stays_as_it_is():
    figure, ax = plt.subplots(figsize=(style.WIDE, 2))
    ax.pcolormesh(np.zeros((3, 3)))
    assert narrowed(figure) is None
    plt.close(figure)


@pytest.mark.parametrize(("width", "twice"), [(style.WIDE, True), (3.0, False)])
def test_only_a_picture_wider_than_a_phone_is_shown_twice(monkeypatch, width, twice):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    figure, ax = plt.subplots(figsize=(width, 2))
    ax.plot([1, 2])
    plots.show(
        figure,
        section="main",
        title="A line",
        alt="A line goes up.",
        data=pd.DataFrame({"x": [1, 2]}),
        sources=[],
    )
    narrow = shown[0][FIGURE_MIME]["narrow"]
    assert bool(narrow) == twice
    assert not narrow or inches(narrow) <= 3.52
    assert not plt.get_fignums()


def test_what_fits_for_one_side_fits_for_the_other():
    assert round(FITS * 96) <= ON_A_PHONE


def test_places_are_shortened_and_words_and_scales_are_not():
    figure, ax = plt.subplots()
    ax.text(0.123456, 0.5, 'd="1.23456" <b> 0.123456')
    ax.imshow(np.zeros((2, 2)))
    ax.set_ylabel("turned")
    svg = to_svg(figure)
    plt.close(figure)
    assert 'd="1.23456" &lt;b&gt; 0.123456' in svg
    assert len(svg) > 1000 and "rotate(-0" not in svg and "rotate(-90" in svg
    tags = re.findall(r"<[^>]*>", svg)
    assert not [t for t in tags if re.search(r'\b(d|x|y)="[^"]*\.\d{3}', t)]


def test_pictures_to_choose_from_are_one_record_with_a_name_each(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    data = pd.DataFrame({"x": [1, 2]})
    about = {"section": "main", "title": "Bars", "data": data, "sources": []}
    pictures = {"one": (rows(), "first"), "two": (rows(), "second"), "three": (rows(), "third")}
    plots.show_choice(pictures, question="Which:", **about)
    record = shown[0][FIGURE_MIME]
    assert (record["question"], record["label"], record["alt"]) == ("Which:", "one", "first")
    assert [(o["label"], o["alt"]) for o in record["others"]] == [
        ("two", "second"),
        ("three", "third"),
    ]
    assert all("<svg" in o["svg"] and "<svg" in o["narrow"] for o in record["others"])
    assert not plt.get_fignums()
    for n in (1, 6):
        few = {str(i): (rows(), "x") for i in range(n)}
        with pytest.raises(UsageError, match=f"a choice among {n} pictures"):
            plots.show_choice(few, question="Which:", **about)
