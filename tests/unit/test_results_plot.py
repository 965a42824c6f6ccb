"""Results draw themselves: what they say, on which axes, in which size; files of figures."""

import re
import subprocess
import sys
import zlib
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

import ca_research as ca
from ca_research.ground.errors import (
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)

SOURCE = "KAZ_BNS"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def flows(**columns):
    base = {"reporter": "KAZ", "flow": "export", "product": "TOTAL", "source_id": SOURCE}
    return pd.DataFrame(base | columns)


def pair():
    """Kazakhstan's imports from China: 2 and 3 billion by its own report, 4 and 9 by China's."""
    own = flows(partner="CHN", year=[2020, 2021], flow="import", value_usd=[2e9, 3e9])
    other = flows(reporter="CHN", partner="KAZ", year=[2020, 2021], value_usd=[4e9, 9e9])
    return pd.concat([own, other.assign(source_id="COMTRADE_2021X")], ignore_index=True)


def partners(years=(2020,)):
    codes = ["CHN", "RUS", "TUR", "ITA", "UZB", "KOR", "NLD", "FRA", "DEU"]
    rows = [
        flows(partner=code, year=year, flow=flow, value_usd=[(20 - i + (year - 2020) * i**2) * 1e9])
        for i, code in enumerate(codes)
        for year in years
        for flow in ("export", "import")
    ]
    return pd.concat(rows, ignore_index=True)


def study(source=None):
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "first"])
    frame["y"] = np.random.default_rng(2).normal(size=len(frame)) + (frame.year >= frame["first"])
    if source:
        frame["source_id"] = source
    return ca.stats.event_study(frame, unit="unit", time="year", outcome="y", first="first")


def equation(source=None):
    rng, codes = np.random.default_rng(0), ["CHN", "RUS", "TUR", "USA", "IND", "JPN"]
    pairs = [(a, b, y) for a in codes for b in codes for y in (2012, 2016) if a != b]
    rows = pd.DataFrame(pairs, columns=["exporter", "importer", "year"])
    rows["log_distance"] = rng.normal(8, 1, len(rows))
    rows["value_usd"] = np.exp(20 - rows["log_distance"]) * rng.gamma(2, 0.5, len(rows))
    if source:
        rows["source_id"] = source
    return ca.trade.gravity(rows, ["log_distance"])


def curve(source=None):
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(200, 3)), columns=["aid", "income", "area"])
    data["votes"] = 0.5 * data["aid"] + data["income"] + rng.normal(size=200)
    if source:
        data["source_id"] = source
    return ca.stats.specification_curve(data, "votes", "aid", controls=["income", "area"])


RESULTS = {
    "mirror_gap": lambda: ca.trade.mirror_gap("KAZ", "CHN", pair()),
    "rank in one year": lambda: ca.trade.rank(partners(), economy="KAZ"),
    "rank over years": lambda: ca.trade.rank(partners((2020, 2021, 2022)), economy="KAZ"),
    "growth": lambda: ca.trade.growth(partners((2020, 2021, 2022))),
    "hhi": lambda: ca.trade.hhi(ca.trade.partner_shares(partners((2020, 2021)))),
    "event_study": study,
    "gravity": equation,
    "specification_curve": curve,
    "check": lambda: ca.check("C33"),
}
SAID = {
    "mirror_gap": "Kazakhstan's imports from China: China reports 3 times as much (2021)",
    "rank in one year": "China is Kazakhstan's first partner in 2020, Russia second (of 9 ranked)",
    "rank over years": "Germany is Kazakhstan's first partner in 2022, France second (of 9 ranked)",
    "specification_curve": "4 of 4 specifications are significantly positive, none significantly "
    "negative (5%)",
}


@pytest.fixture(scope="module")
def results():
    return {name: make() for name, make in RESULTS.items()}


def written(ax):
    """Every word of a figure that is drawn, with its box in pixels."""
    figure = ax.figure
    figure.draw_without_rendering()
    texts = []
    for one in figure.axes:
        texts += [one._left_title, one.title, one.xaxis.label, one.yaxis.label, *one.texts]
        for axis in (one.xaxis, one.yaxis):
            ticks = axis._update_ticks()  # those that are drawn; an axis holds more ready
            texts += [label for tick in ticks for label in (tick.label1, tick.label2)]
    drawn = [text for text in texts if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in drawn]


LARGE = [pytest.param(size, marks=pytest.mark.long) for size in ("journal-double", "slide")]


@pytest.mark.parametrize("size", [None, "journal-single", *LARGE])
@pytest.mark.parametrize("name", RESULTS)
def test_words_lie_within_the_figure_and_none_covers_another(name, size, results):
    ax = results[name].plot(size=size)
    if size:
        ax.figure.set_dpi(ca.plots.SIZES[size].dpi)
    words, page = written(ax), ax.figure.bbox
    slack = ax.figure.dpi / 72  # a point: boxes are a little larger than letters
    assert len(words) > 5
    outside = [
        text
        for text, box in words
        if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    over = [
        (one, other)
        for (one, a), (other, b) in combinations(words, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack
    ]
    assert (outside, over) == ([], [])
    if size:
        asked = ca.plots.SIZES[size]
        width, height = 25.4 * ax.figure.get_size_inches()
        assert width == pytest.approx(asked.width)
        assert height == pytest.approx(asked.height or height) and height < 1.4 * width
        assert min(t.get_fontsize() for t in ax.figure.findobj(Text)) >= asked.letters


@pytest.mark.parametrize("name", SAID)
def test_the_title_is_the_finding(name, results):
    title = results[name].plot().get_title("left")
    assert " ".join(title.split()) == SAID[name]


def told(ax):
    """The title and the note of a picture."""
    return tuple(" ".join(t.split()) for t in (ax.get_title("left"), ax.get_xlabel()))


def test_a_rank_is_told_and_not_the_place_of_a_row():
    ranks = ca.trade.rank(partners(), economy="KAZ")
    some = ranks[ranks["partner"].isin(["TUR", "UZB"])]
    assert (
        told(some.plot())[0]
        == "Türkiye is 3rd, Uzbekistan 5th of Kazakhstan's 9 ranked partners in 2020"
    )
    only = ranks[ranks["partner"] == "UZB"]
    assert told(only.plot())[0] == "Uzbekistan is 5th of Kazakhstan's 9 ranked partners in 2020"
    gap = ranks[ranks["partner"] != "RUS"]
    said = "China is Kazakhstan's first partner in 2020, Türkiye third (of 9 ranked)"
    assert told(gap.plot())[0] == said
    first = ranks[ranks["partner"] == "CHN"]
    assert told(first.plot())[0] == "China is Kazakhstan's first partner in 2020 (of 9 ranked)"
    over = ca.trade.rank(partners((2020, 2021)), economy="KAZ", partner=["CHN", "DEU"])
    assert "Germany is Kazakhstan's first partner in 2021, China 8th" in told(over.plot())[0]


def test_of_ranges_a_first_place_is_not_said_where_others_are_left_out():
    ranks = ca.trade.rank(partners(), economy="KAZ").assign(high=lambda r: r["low"] + 3e9)
    assert told(ranks.plot())[0].startswith("China or Russia may be Kazakhstan's first partner")
    some = ranks[ranks["partner"].isin(["CHN", "UZB"])]
    said = "China is 1st, Uzbekistan 5th of Kazakhstan's 9 ranked partners in 2020"
    assert told(some.plot())[0] == f"{said} by the lower figures"


def test_a_year_that_ranks_few_says_so_and_takes_no_partner_from_the_picture():
    rows = partners((2020, 2021, 2022))
    few = rows[(rows["year"] < 2022) | rows["partner"].isin(["CHN", "UZB"])]
    ax = ca.trade.rank(few, economy="KAZ").plot(top=4)
    title, note = told(ax)
    assert title == "Uzbekistan is Kazakhstan's first partner in 2022, China second (of 2 ranked)"
    assert "Up to 9 partners are ranked, only 2 in 2022." in note
    names = {text.get_text() for text in ax.texts}
    assert len(ax.lines) == 4 and {"1 Uzbekistan", "2 China", "1 Germany (2021)"} < names
    one = rows[(rows["year"] == 2020) | (rows["partner"] == "CHN")]
    title = told(ca.trade.rank(one, economy="KAZ").plot())[0]
    assert title == "China is the only partner of Kazakhstan that can be ranked in 2022"


def test_a_rank_says_of_which_flow_it_is():
    rows = partners()
    exports = ca.trade.rank(rows, economy="KAZ", flow="exports")
    assert set(exports["flow"]) == {"exports"}
    title, note = told(exports.plot())
    assert (
        title == "China is Kazakhstan's first export partner in 2020, Russia second (of 9 ranked)"
    )
    assert note.startswith("Billion US dollars, exports, own report")
    both = ca.trade.rank(rows, economy="KAZ")
    assert told(both.plot())[1].startswith("Billion US dollars, exports plus imports, own report")
    for ranks, said in ((exports, "exports"), (both, "exports plus imports")):
        figure = ca.plots.trade_ranges(ranks, ["CHN", "RUS"], bases=["reporter"])
        assert figure.axes[-1].get_xlabel() == f"billion US dollars, {said}"
    (ax,) = ca.plots.rank_slopes(exports, ["CHN"]).axes
    assert ax.get_title("left") == "own report, exports"
    with pytest.raises(MixedUnitsError, match="flow is exports, turnover"):
        ca.plots.rank_slopes(pd.concat([exports, both]), ["CHN"])


def test_slopes_of_some_partners_print_their_ranks():
    ranks = ca.trade.rank(partners((2020, 2022)), economy="KAZ", partner=["TUR", "UZB"])
    (ax,) = ca.plots.rank_slopes(ranks, ["TUR", "UZB"]).axes
    places = ranks.set_index(["year", "partner"])["rank"]
    assert {text.get_text() for text in ax.texts} == {
        f"Türkiye  {places[2020, 'TUR']}",
        f"Uzbekistan  {places[2020, 'UZB']}",
        f"{places[2022, 'TUR']}  Türkiye",
        f"{places[2022, 'UZB']}  Uzbekistan",
    }
    assert set(places) > {3}


def test_small_amounts_are_no_noughts():
    rows = partners().assign(value_usd=lambda r: r["value_usd"].where(r["partner"] == "CHN", 2e7))
    ax = ca.trade.rank(rows, economy="KAZ").plot()
    assert [text.get_text() for text in ax.texts][:2] == ["40.0", "0.04"]


def test_titles_of_series_and_models_hold_their_numbers(results):
    exports = partners((2020, 2021, 2022)).query("flow == 'export'")
    title = ca.trade.growth(exports).plot().get_title("left")  # 35/26, 140/76 billion
    said = "from 35% (Italy) to 84% (Germany) in 2022"
    assert " ".join(title.split()) == f"Growth (Kazakhstan, export), the 6 largest: {said}"
    shares = ca.trade.partner_shares(exports[exports["year"] < 2022])
    title = ca.trade.hhi(shares).plot().get_title("left")  # 2364/144**2, 16704/348**2
    assert title == "HHI (Kazakhstan, export): 0.11 in 2020, 0.14 in 2021"
    att = results["event_study"].att
    said = f"Mean effect {att['estimate']:.2f} ({att['low']:.2f} to {att['high']:.2f})"
    assert results["event_study"].plot().get_title("left") == said
    row = results["gravity"].coefficient("log_distance")
    said = f"log distance: {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
    assert results["gravity"].plot().get_title("left") == said.replace("-", "−")


def test_a_verdict_says_its_word_and_its_finding_and_draws_each_cell(results):
    verdict = results["check"]
    ax = verdict.plot()
    title = " ".join(ax.get_title("left").split())
    assert title == f"C33: {verdict.verdict}. {verdict.finding}"
    names = {c.name for v in verdict.all() for c in v.criteria}
    cells = sum(len(c.cells) for v in verdict.all() for c in v.criteria)
    assert len(ax.patches) == cells and len(ax.texts) == cells + len(names)
    single = verdict.plot(criterion=verdict.criteria[0].name)
    assert single.get_title("left").startswith(verdict.criteria[0].label)
    with pytest.raises(UnknownNameError, match="criterion of C33"):
        verdict.plot(criterion="nothing")


def test_what_is_drawn_are_the_figures(results):
    ax = results["mirror_gap"].plot(direction="import")
    lines = {tuple(line.get_ydata()) for line in ax.lines}
    assert lines == {(2.0, 3.0), (4.0, 9.0)}
    ax = results["rank in one year"].plot(top=2)
    assert [bar.get_width() for bar in ax.patches if bar.get_width()] == [40.0, 38.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["China", "Russia"]


@pytest.mark.parametrize("name", RESULTS)
def test_axes_given_are_those_drawn_on_and_their_figure_keeps_its_size(name, results):
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    assert results[name].plot(ax=right) is right
    assert tuple(figure.get_size_inches()) == (11, 4)
    assert right.get_title("left") and not left.get_title("left") and not left.lines


def test_a_size_may_be_millimetres_and_needs_a_figure_of_its_own(results):
    figure = results["event_study"].plot(size=(89, 60)).figure
    assert 25.4 * figure.get_size_inches() == pytest.approx((89, 60))
    with pytest.raises(UsageError, match="of a new figure"):
        results["event_study"].plot(size="slide", ax=plt.gca())
    with pytest.raises(UnknownNameError, match="size 'poster'"):
        results["event_study"].plot(size="poster")
    with pytest.raises(UsageError, match="is no size"):
        results["event_study"].plot(size=(89,))


def test_a_frame_still_plots_as_pandas_does(results):
    hhi = results["hhi"]
    ax = hhi.plot(x="year", y="n")
    assert ax.get_title("left") == "" and ax.get_legend() is not None
    assert hhi.plot.scatter("year", "hhi").get_ylabel() == "hhi"
    assert len(hhi[["hhi", "n"]].plot().lines) == 2, "without its columns it is any frame"
    merged = hhi.merge(pd.DataFrame({"year": [2020, 2021], "x": 1}), on="year")
    assert merged.select_dtypes("number").plot().get_title("left") == ""
    chosen = hhi[hhi["flow"] == "import"].sort_values("year").head(9)
    assert "HHI (Kazakhstan, import)" in chosen.plot().get_title("left").replace("\n", " ")


def test_a_measured_frame_is_the_frame_that_it_was(results):
    growth = results["growth"]
    plain = pd.DataFrame(growth)
    assert type(plain) is pd.DataFrame
    pd.testing.assert_frame_equal(growth, plain)
    assert growth.to_csv() == plain.to_csv() and repr(growth) == repr(plain)


def test_what_cannot_be_drawn_is_refused_in_words(results):
    told = partners()
    theirs = told.rename(columns={"reporter": "partner", "partner": "reporter"})
    both = pd.concat([told, theirs], ignore_index=True)
    two = ca.trade.rank(both, basis=["reporter", "mirror"], economy="KAZ")
    with pytest.raises(MixedUnitsError, match="basis is mirror, reporter"):
        two.plot()
    gap = results["mirror_gap"]
    with pytest.raises(UnknownNameError, match="direction 'exports'"):
        gap.plot(direction="exports")
    with pytest.raises(CoverageError, match="no row"):
        gap[gap["year"] > 2030].plot()
    with pytest.raises(UnknownNameError, match="option of the picture of EventStudy"):
        results["event_study"].plot(colour="red")
    with pytest.raises(UsageError, match="has no picture of its own"):
        ca.stats.naive(pd.Series(range(20), index=range(2000, 2020)), 2).plot()


def years_below(ax):
    """The numbers under an axes as they are drawn."""
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    labels = [t for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]
    assert ax.xaxis.get_offset_text().get_text() == ""
    return [label.get_text() for label in labels]


@pytest.mark.parametrize("years", [[2020], [2019, 2020]])
def test_years_are_written_out_however_few_they_are(years):
    told = [str(year) for year in years]
    one_side = flows(partner="CHN", year=years, value_usd=2e9)
    assert years_below(ca.trade.mirror_gap("KAZ", "CHN", one_side).plot()) == told
    frame = pd.DataFrame({"economy": "KAZ", "year": years, "share": 2.0})
    figure = ca.plots.economy_lines(frame, economies=["KAZ"], value="share", unit="u")
    assert years_below(figure.axes[0]) == told


def test_a_figure_hole_is_a_hole_in_the_line():
    rows = partners((2020, 2021, 2023, 2024))
    ax = ca.trade.hhi(ca.trade.partner_shares(rows)).plot()
    assert all(np.isnan(line.get_ydata()[2]) for line in ax.lines)


# Files


@pytest.fixture(scope="module")
def gap_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    ax = ca.trade.mirror_gap("KAZ", "CHN", pair()).plot(size="journal-single")
    yield {kind: ca.plots.save(ax, folder / f"gap.{kind}") for kind in ("svg", "pdf", "png")}


TITLE = SAID["mirror_gap"]


def test_an_svg_says_title_sources_and_version(gap_files):
    text = gap_files["svg"].read_text(encoding="utf-8")
    assert f"<dc:title>{TITLE}</dc:title>" in text.replace("&#39;", "'").replace("&apos;", "'")
    assert "<dc:source>COMTRADE_2021X, KAZ_BNS</dc:source>" in text
    assert f"ca-research {ca.__version__}" in text and "[KAZ_BNS] " in text
    assert ">Kazakhstan</text>" in text, "letters stay text"
    assert "date" not in re.findall(r"<dc:(\w+)>", text)
    width = float(re.search(r'<svg[^>]* width="([\d.]+)pt"', text)[1])
    assert width / 72 * 25.4 == pytest.approx(90, abs=0.01)


def test_a_pdf_says_the_same(gap_files):
    data = gap_files["pdf"].read_bytes()
    assert b"/Keywords (COMTRADE_2021X, KAZ_BNS)" in data
    assert TITLE.encode() in data.replace(b"\\", b"") and b"CreationDate" not in data
    assert f"/Creator (ca-research {ca.__version__}, ".encode() in data
    assert "[KAZ_BNS] ".encode("utf-16-be") in data, "/Subject, in the encoding PDF has for it"
    assert b"/Type3" not in data and b"/FontFile2" in data, "fonts are embedded as TrueType"


def test_a_png_says_the_same_and_is_fine_enough(gap_files):
    with Image.open(gap_files["png"]) as image:
        assert image.info["Title"] == TITLE
        assert "[COMTRADE_2021X] " in image.info["Description"]
        assert image.info["Software"].startswith(f"ca-research {ca.__version__}")
        assert image.width == pytest.approx(90 / 25.4 * 600, abs=1)
        assert image.getpixel((2, 2))[:3] == (255, 255, 255)


@pytest.mark.parametrize("make", [study, equation, curve])
def test_pictures_of_models_say_where_their_data_come_from(make, tmp_path):
    ax = make(SOURCE).plot()
    lowest = ax.figure.axes[-1]
    assert "Source: Bureau of National Statistics" in told(lowest)[1]
    assert ca.cite(ax).startswith("[KAZ_BNS] ")
    text = ca.plots.save(ax, tmp_path / "model.svg").read_text(encoding="utf-8")
    assert "<dc:source>KAZ_BNS</dc:source>" in text
    own = ca.plots.save(make("MY_SURVEY").plot(), tmp_path / "own.svg").read_text(encoding="utf-8")
    assert "dc:source" not in own and "MY_SURVEY" in own, "data of one's own are no obstacle"


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_result_gives_the_same_bytes(kind, tmp_path, results):
    files = (ca.plots.save(results["hhi"].plot(), tmp_path / f"{n}.{kind}") for n in "ab")
    once, again = (zlib.crc32(file.read_bytes()) for file in files)
    assert once == again


def test_a_figure_of_ones_own_takes_title_and_sources(tmp_path):
    figure, ax = plt.subplots()
    ax.set_title("Imports\nof Kazakhstan")
    file = ca.plots.save(figure, tmp_path / "own.svg", sources=["KAZ_BNS"])
    text = file.read_text(encoding="utf-8")
    assert "<dc:title>Imports of Kazakhstan</dc:title>" in text and "[KAZ_BNS]" in text
    bare = ca.plots.save(ax, tmp_path / "bare.svg", title="").read_text(encoding="utf-8")
    assert "dc:source" not in bare


def test_what_cannot_be_saved_is_refused(tmp_path):
    figure = plt.figure()
    with pytest.raises(UnknownNameError, match=r"format of a picture '\.gif'"):
        ca.plots.save(figure, tmp_path / "a.gif")
    with pytest.raises(UsageError, match="no figure but str"):
        ca.plots.save("figure", tmp_path / "a.svg")
    with pytest.raises(UnknownNameError, match="source 'NOBODY'"):
        ca.plots.save(figure, tmp_path / "a.svg", sources="NOBODY")
    assert list(tmp_path.iterdir()) == []


def test_a_script_that_imports_a_wing_alone_can_plot():
    code = (
        "import matplotlib; matplotlib.use('svg')\n"
        "from ca_research.trade import mirror_gap\n"
        "import sys; assert 'ca_research.plots' not in sys.modules\n"
        "print(mirror_gap('KGZ', 'CHN', since=2022).plot().get_title('left')[:10])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "Kyrgyzstan", done.stderr
