"""Pictures show what their frame holds: titles, words, lines and limits are read back from what is
drawn (cases/pictures.yaml); results draw themselves on any axes and in any size.
"""

import io
import pickle
import warnings
from itertools import combinations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from tests import designs

import ca_research as ca
from ca_research.article.region import REGION
from ca_research.estimates.events import dated
from ca_research.ground import errors
from ca_research.ground.errors import UsageError
from ca_research.ground.numbers import decimals
from ca_research.plots import style

PARTNERS = ("CHN", "RUS", "TUR", "ITA", "UZB", "KOR", "NLD", "FRA", "DEU")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


# frames


def frame_of(text):
    types = {"date": str, "lane": str, "institute": object, "bounded_by": object}
    return pd.read_csv(io.StringIO(text), dtype=types)


def partners(years=(2020,)):
    """What Kazakhstan trades with nine partners, as much in either direction."""
    rows = pd.DataFrame({"partner": PARTNERS, "number": range(9)})
    for other in ({"year": years}, {"flow": ["export", "import"]}):
        rows = rows.merge(pd.DataFrame(other), how="cross")
    rows = rows.eval("value_usd = (20 - number + (year - 2020) * number ** 2) * 1e9")
    fixed = {"reporter": "KAZ", "product": "TOTAL", "source_id": "KAZ_BNS"}
    return rows.drop(columns="number").assign(**fixed)


def pair():
    """Kazakhstan's imports from China: 2 and 3 billion by its own report, 4 and 9 by China's."""
    return frame_of(
        "reporter,partner,year,flow,value_usd,source_id,product\n"
        "KAZ,CHN,2020,import,2e9,KAZ_BNS,TOTAL\nKAZ,CHN,2021,import,3e9,KAZ_BNS,TOTAL\n"
        "CHN,KAZ,2020,export,4e9,COMTRADE_2021X,TOTAL\n"
        "CHN,KAZ,2021,export,9e9,COMTRADE_2021X,TOTAL\n"
    )


def curve(source="KAZ_BNS"):
    data = designs.curve_rows().assign(source_id=source)
    return ca.stats.specification_curve(data, "y", "x", controls=["a", "b"])


def study(source="KAZ_BNS"):
    return designs.event_study(designs.staggered(source))


def equation(source="KAZ_BNS"):
    rows, places = (f().assign(source_id=source) for f in (designs.trade_rows, designs.geography))
    return ca.trade.gravity(ca.trade.panel(rows, places), ["log_distance"])


def timeline(frame, **options):
    empty = dict.fromkeys(["event_id", "actor", "counterpart", "kind", "place", "detail"], "")
    fixed = {"date_bound": "exact", "source_id": "a", "panel": "", "code": "CHN"} | empty
    return ca.plots.timeline(dated(frame.assign(**fixed | dict(frame.items()))), **options)


def drawn(case):
    """The figure of the line that a case has."""
    rows = frame_of(case["rows"]) if "rows" in case else None
    made = eval(case["draws"], globals(), {"rows": rows})
    return made.figure if isinstance(made, plt.Axes) else made


# what is read back


def written(figure):
    """Every word of a figure that is drawn, with its box in pixels."""
    figure.draw_without_rendering()
    texts = []
    for one in figure.axes:
        texts += [one._left_title, one.title, one.xaxis.label, one.yaxis.label, *one.texts]
        for axis in (one.xaxis, one.yaxis):
            ticks = axis._update_ticks()  # those that are drawn; an axis holds more ready
            texts += [label for tick in ticks for label in (tick.label1, tick.label2)]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in shown]


def misplaced(figure):
    """Words that leave the figure, and pairs that cover each other by more than a point."""
    words, page, slack = written(figure), figure.bbox, figure.dpi / 72
    outside = [t for t, box in words if not page.padded(1).contains(*box.min)]
    outside += [t for t, box in words if not page.padded(1).contains(*box.max)]
    over = [
        (one, other)
        for (one, a), (other, b) in combinations(words, 2)
        if (both := Bbox.intersection(a, b)) and min(both.size) > slack
    ]
    return outside, over


def labels(axis):
    """The labels of ticks that lie within the limits."""
    low, high = sorted(axis.get_view_interval())
    ticks = [
        (t.get_text(), t.get_position()["xy".index(axis.axis_name)]) for t in axis.get_ticklabels()
    ]
    return [text for text, at in ticks if text and low <= at <= high]


def plain(values):
    numbers = pd.to_numeric(pd.Series(values), errors="coerce")
    return [None if pd.isna(v) else round(v, 6) for v in numbers]


def day(number):
    return mdates.num2date(number).date()


def read(ax):
    """What an axes shows, by the names that cases use."""
    bars = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_width()]
    lines = [(line.get_linestyle(), *line.get_data()) for line in ax.lines]
    faces = [tuple(colour) for dots in ax.collections for colour in dots.get_facecolors()]
    return {
        "texts": sorted(t.get_text().strip() for t in ax.texts),
        "title": " ".join((ax.get_title("left") or ax.get_title()).split()),
        "note": " ".join(ax.get_xlabel().split()),
        "rows": labels(ax.yaxis),
        "columns": labels(ax.xaxis),
        "reporters": [label.split(" · ")[0] for label in labels(ax.yaxis)],
        "lines": sorted(([plain(x), plain(y)] for _, x, y in lines if len(x) > 1), key=str),
        "dashed": [day(mdates.date2num(x[0])) for look, x, _ in lines if look == "--"],
        "limits": {"x": ax.get_xlim(), "y": sorted(ax.get_ylim())},
        "widths": [round(p.get_width(), 6) for p in bars],
        "heights": [round(p.get_height(), 6) for p in bars],
        "starts": [day(p.get_x()) for p in bars if p.get_x() > 0],
        "pale": [(p.get_alpha() or 1) < 1 for p in bars],
        "filled": [len(dots.get_facecolors()) for dots in ax.collections],
        "hollow": [colour == to_rgba(style.PAPER) for colour in faces],
        "dots": sorted(float(x) for dots in ax.collections for x, _ in dots.get_offsets()),
    }


def agrees(seen, how, expected):
    """Whether what is seen is, has or lacks what is expected, or lies around it."""
    if how == "around":
        return all(seen[axis][0] < min(v) <= max(v) < seen[axis][1] for axis, v in expected.items())
    several = expected if isinstance(expected, list) else [expected]
    if how:
        return {one in seen for one in several} == {how == "has"}
    return seen == expected


CASES = designs.cases(__file__, "pictures")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_picture_shows_what_its_frame_holds(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a glyph that the font has not, of a layout
        figure = drawn(case)
        figure.draw_without_rendering()
    for number, expected in case.get("axes", {0: case.get("seen", {})}).items():
        seen = read(figure.axes[number])
        for name, value in expected.items():
            what, _, how = name.partition(" ")
            assert agrees(seen[what], how, value), (name, seen[what], value)
    if scale := case.get("one scale"):
        assert len({ax.get_ylim() for ax in figure.axes[:scale]}) == 1
    covered = [tuple(words) for words in case.get("covers", [])]
    assert ".plot(" not in case["draws"] or misplaced(figure) == ([], covered)


# results


BOOK = designs.cases(__file__, "results_drawn")
RESULTS = [*BOOK["results"], "check"]
LARGE = [pytest.param(size, marks=pytest.mark.long) for size in ("page", "journal-double", "slide")]


@pytest.fixture(scope="module")
def results():
    return {name: eval(line) for name, line in BOOK["results"].items()} | {"check": ca.check("C33")}


@pytest.mark.parametrize("size", [None, "phone", "journal-single", *LARGE])
@pytest.mark.parametrize("name", RESULTS)
def test_words_lie_within_the_figure_and_none_covers_another(name, size, results):
    figure = results[name].plot(size=size).figure
    if size:
        asked = ca.plots.SIZES[size]
        figure.set_dpi(asked.dpi)
        width, height = 25.4 * figure.get_size_inches()
        assert width == pytest.approx(asked.width)
        assert height == pytest.approx(asked.height or height)
        assert min(t.get_fontsize() for t in figure.findobj(Text)) >= asked.letters
    assert len(written(figure)) > 5 and misplaced(figure) == ([], [])


def test_a_chart_takes_the_width_of_a_column_and_an_unknown_size_is_refused():
    rows = partners().query("flow == 'export'")
    figure = ca.plots.bars(rows, "value_usd", by="partner", size="journal-single")
    assert 25.4 * figure.get_figwidth() == pytest.approx(90) and misplaced(figure) == ([], [])
    with pytest.raises(errors.UnknownNameError):
        ca.plots.bars(rows, "value_usd", by="partner", size="column")


@pytest.mark.parametrize("name", RESULTS)
def test_axes_given_are_those_drawn_on_and_their_figure_keeps_its_size(name, results):
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    assert results[name].plot(ax=right) is right and not left.has_data()
    assert tuple(figure.get_size_inches()) == (11, 4)


def test_the_title_of_a_model_holds_its_numbers(results):
    row = results["event_study"].att
    numbers = f"{decimals(row['estimate'], 2)} ({row['low']:.2f} to {row['high']:.2f})"
    title = results["event_study"].plot().get_title("left")
    assert title.endswith(numbers.replace("-", "−"))


def test_a_verdict_says_its_word_and_its_finding_and_draws_each_cell(results):
    verdict = results["check"]
    seen = read(verdict.plot())
    assert seen["title"] == f"C33: {verdict.verdict}. {verdict.finding}"
    cells = [cell for v in verdict.all() for c in v.criteria for cell in c.cells]
    assert len(seen["texts"]) == len(cells)


def test_a_size_may_be_millimetres(results):
    figure = results["event_study"].plot(size=(89, 60)).figure
    assert 25.4 * figure.get_size_inches() == pytest.approx((89, 60))


def test_a_frame_still_is_and_plots_as_pandas_does(results):
    hhi, flat = results["hhi"], pd.DataFrame(results["hhi"])
    assert hhi.to_csv() == flat.to_csv() and repr(hhi) == repr(flat)
    assert len(hhi[["hhi", "n"]].plot().lines) == 2, "without its columns it is any frame"
    chosen = hhi[hhi["flow"] == "import"].sort_values("year").head(9)
    assert "HHI (reported by Kazakhstan, import)" in chosen.plot().get_title("left")


@pytest.mark.parametrize("case", BOOK["refused"], ids=str)
def test_what_cannot_be_drawn_is_refused(case, results):
    shown = designs.changed(results[case["of"]], case)
    with pytest.raises(getattr(errors, case["error"])):
        shown.plot(**case.get("plot", {}))


def test_what_a_map_cannot_show_is_refused():
    with pytest.raises(UsageError):
        ca.plots.region_map({"KAZ": 1.0, "CHN": 2.0}, REGION)


# curves of specifications, maps, timelines


def test_a_frame_is_estimated_on_and_kept_as_any_frame_is():
    import pyfixest as pf

    shares = ca.trade.partner_shares(partners((2020, 2021, 2022)))
    frames = shares, pd.DataFrame(shares)
    slope, plain = (pf.feols("share ~ year | partner", frame).coef() for frame in frames)
    assert slope.equals(plain)
    back = pickle.loads(pickle.dumps(shares))
    pd.testing.assert_frame_equal(back, shares)
    assert back.plot().figure.words == shares.plot().figure.words


@pytest.mark.parametrize("kind", ["boolean", "float", "object"])
def test_answers_have_their_colour_whatever_their_type(kind):
    data = {"spec": range(3), "value": [1.0, 2.0, 3.0], "axis": "a", "threshold": 1.5}
    met = pd.Series([False, True, None], dtype="boolean").astype(kind)
    frame = pd.DataFrame(data).assign(met=met, is_main=False).eval("low = value\nhigh = value")
    dots = ca.plots.specification_curve(frame, ["axis"], unit="u").axes[0].collections[0]
    states = [to_rgba(style.STATE[s]) for s in ("fails", "holds", "undecided")]
    assert dots.get_facecolors().tolist() == pytest.approx(np.array(states))


def test_a_coefficient_curve_has_a_point_for_every_estimate(results):
    found = results["specification_curve"]
    top, _ = ca.plots.coefficient_curve(found, unit="points").axes
    dots = max((c.get_offsets() for c in top.collections), key=len)
    assert sorted(dots[:, 1]) == pytest.approx(sorted(found.to_frame()["estimate"]))
