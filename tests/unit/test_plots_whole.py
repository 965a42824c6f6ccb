"""What a picture leaves out, or cannot draw, it says; what it draws lies within it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import ca_research as ca
from ca_research import plots
from ca_research.article.borders import REGION
from ca_research.ground.errors import CoverageError, UsageError
from ca_research.plots import style


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_map_of_coverage_says_what_it_leaves_out_and_nobody_first():
    rows = [("KGZ", flow, "A", year) for flow in "abcd" for year in range(2000, 2010)]
    rows += [("TJK", "a", "A", 2005), ("AUT", "a", "A", 2004), ("AUT", "a", "A", 2005)]
    seen = pd.DataFrame(rows, columns=["reporter", "flow", "source_id", "year"]).assign(figures=1)
    ax = plots.coverage_map(seen, most=3)
    names = [label.get_text().split(" · ")[0] for label in ax.get_yticklabels()]
    assert names == ["Austria", "Kyrgyzstan", "Tajikistan"]
    assert "3 of 6 series, those with the most years: all 3 reporters" in ax.get_xlabel()
    ax = plots.coverage_map(seen, most=2)
    names = [label.get_text().split(" · ")[0] for label in ax.get_yticklabels()]
    assert names == ["Kyrgyzstan", "Tajikistan"], "the five first"
    assert "2 of 6 series, those with the most years: 2 of 3 reporters" in ax.get_xlabel()
    assert "series" not in plots.coverage_map(seen).get_xlabel()


def economies(**values):
    rows = [("KAZ", 2018 + i, v) for i, v in enumerate(values["value"])]
    return pd.DataFrame(rows, columns=["economy", "year", "value"])


def test_lines_below_zero_and_of_the_second_series_lie_within():
    frame = economies(value=[5.0, -3.0, -8.0, 2.0])
    ax = plots.economy_lines(frame, economies=["KAZ"], value="value", unit="%").axes[0]
    low, high = ax.get_ylim()
    assert low < -8 and high > 5
    beside = pd.DataFrame({"economy": "KAZ", "year": [2010, 2025], "value": [50.0, -20.0]})
    figure = plots.economy_lines(
        frame, economies=["KAZ"], value="value", unit="%", beside=("other", beside)
    )
    (low, high), (first, last) = figure.axes[0].get_ylim(), figure.axes[0].get_xlim()
    assert low < -20 and high > 50 and first < 2010 and last > 2025
    only = economies(value=[-5.0, -3.0])
    ax = plots.economy_lines(only, economies=["KAZ"], value="value", unit="%").axes[0]
    assert ax.get_ylim()[0] < -5 and 0 < ax.get_ylim()[1] < 5


def test_early_and_late_counts_of_students_lie_within():
    counts = pd.DataFrame({"origin": "KAZ", "year": [1995, 1996, 2027], "level": "all"})
    ax = plots.student_lines(counts.assign(students=[1.0, 2.0, 3.0])).axes[0]
    assert ax.get_xlim()[0] < 1995 and ax.get_xlim()[1] > 2027
    assert list(ax.get_xticks()) == [2000, 2010, 2020]


def specifications(**columns):
    data = {"spec": [0, 1, 2], "is_main": [True, False, False], "value": [1.0, 2.0, 3.0]}
    data |= {"met": [False, True, None], "threshold": 1.5, "axis": ["a", "b", "c"]} | columns
    return pd.DataFrame(data).assign(low=lambda d: d["value"], high=lambda d: d["value"])


@pytest.mark.parametrize(
    "met",
    [
        pd.array([False, True, None], dtype="boolean"),
        [0.0, 1.0, np.nan],
        np.array([False, True, None], dtype=object),
    ],
    ids=["boolean", "float", "object"],
)
def test_an_answer_has_its_colour_whatever_its_type(met):
    ax = plots.specification_curve(specifications(met=met), ["axis"], unit="u").axes[0]
    colours = [to_hex(c) for c in ax.collections[0].get_facecolors()]
    state = style.STATE
    assert colours == [state["fails"], state["holds"], state["undecided"]]


def test_a_choice_not_made_has_no_row_and_what_is_infinite_is_told():
    data = specifications(axis=["a", "b", np.nan])
    figure = plots.specification_curve(data, ["axis"], unit="u")
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["a", "b"]
    data = specifications(value=[1.0, 2.0, np.inf])
    figure = plots.specification_curve(data, ["axis"], unit="u")
    (note,) = (" ".join(text.get_text().split()) for text in figure.texts)
    assert note.startswith("2 ways to calculate it")
    assert note.endswith("1 with an infinite figure, which is not drawn.")
    with pytest.raises(CoverageError, match="no specification has a figure"):
        plots.specification_curve(specifications(value=np.inf), ["axis"], unit="u")


def said(ax):
    return [text.get_text() for text in ax.texts]


def test_a_figure_that_is_not_there_is_said_not_to_be():
    rows = {"partner": ["CHN", "RUS"], "low": [2e9, np.nan], "high": [2e9, np.nan]}
    ranks = pd.DataFrame({"economy": "KAZ", "basis": "reporter", "year": 2020, **rows})
    figure = plots.trade_ranges(ranks, ["CHN", "RUS"], bases=["reporter"])
    assert said(figure.axes[0]) == ["not observed"]
    bars = plots.partner_bars(ranks.assign(unit="u"), ["CHN", "RUS"], economies=["KAZ"])
    assert said(bars.axes[0])[-1] == "not observed"
    stocks = pd.DataFrame({"investor": ["CHN", "RUS", "TUR"], "value_usd": [2e9, np.nan, 4e7]})
    ax = plots.stock_bars(stocks, highlight="CHN").axes[0]
    assert said(ax) == ["not observed", "0.04", "2.0"]
    assert ax.get_xlabel() == "billion US dollars, end of year"


def test_bars_of_investment_say_what_they_are_and_have_one_row_each():
    flows = pd.DataFrame({"investor": ["CHN"], "value_usd": 2e9, "measure": "fdi_flow"})
    ax = plots.stock_bars(flows, highlight="CHN").axes[0]
    assert ax.get_xlabel() == "billion US dollars, direct investment, flow of the year"
    twice = pd.DataFrame({"investor": ["CHN", "China"], "value_usd": [2e9, 1e9]})
    with pytest.raises(UsageError, match="two figures for one place"):
        plots.stock_bars(twice, highlight="CHN")


def test_both_sides_have_a_year_below_and_are_called_by_their_names():
    gaps = pd.DataFrame({"economy": "KAZ", "year": [2021, 2024], "direction": "import"})
    gaps = gaps.assign(partner="CHN", reported_high=1e9, mirror_high=2e9)
    assert list(plots.mirror_gaps(gaps).axes[0].get_xticks()) == [2021, 2024]
    assert "China's report" in said(plots.mirror_gaps(gaps, partner="China").axes[0])
    with pytest.raises(UsageError, match="the reports are those of China, not of Russia"):
        plots.mirror_gaps(gaps, partner="RUS")


def test_a_map_shades_by_size_and_says_what_is_not_known():
    def shades(values):
        ax = plots.region_map(values, REGION, unit="%").axes[0]
        strong = {patch.get_alpha() for patch in ax.patches} - {0.35}
        return said(ax), sorted(round(alpha, 2) for alpha in strong)

    words, alphas = shades({"KAZ": -100, "KGZ": 100, "TJK": 0.4, "UZB": np.nan})
    assert alphas == [0.12, 0.29, 0.45], "three are shaded, and the least is the lightest"
    assert {"Kazakhstan\n−100 %", "Tajikistan\n0.4 %", "Uzbekistan\nnot known"} <= set(words)
    assert shades({"KAZ": 100, "KGZ": 50})[1] == [0.29, 0.45]
    with pytest.raises(UsageError, match="Kazakhstan is infinite"):
        plots.region_map({"KAZ": np.inf}, REGION)


def test_lines_have_the_colours_of_their_parties_and_the_title_says_of_how_many():
    rows = [
        ("KAZ", partner, "export", "TOTAL", year, (9 - i) * 10.0**9 * (1 + i / 9) ** (year - 2020))
        for i, partner in enumerate(["ITA", "RUS", "CHN", "NLD", "UZB", "TUR", "USA", "KOR"])
        for year in (2020, 2021, 2022)
    ]
    columns = ["reporter", "partner", "flow", "product", "year", "value_usd"]
    trade = pd.DataFrame(rows, columns=columns).assign(source_id="KAZ_BNS")
    ax = ca.trade.growth(trade).plot()
    assert "(Kazakhstan, export), the 6 largest: from" in " ".join(ax.get_title("left").split())
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    for code, name in (("CHN", "China"), ("RUS", "Russia"), ("TUR", "Türkiye")):
        assert colours[name] == style.colour(code)
    assert len(set(colours.values())) == len(colours) == 6
    few = trade[trade["partner"].isin(["CHN", "ITA"])]
    ax = ca.trade.growth(pd.concat([few, few.assign(flow="import")])).plot()
    lines = [line for line in ax.lines if line.get_xdata()[0] > 1]
    looks = {(line.get_color(), line.get_linestyle()) for line in lines}
    assert "largest" not in ax.get_title("left")
    assert len(looks) == 4 and len({colour for colour, _ in looks}) == 2


def gaps(mirror, **columns):
    own = pd.DataFrame({"reporter": "KAZ", "partner": "CHN", "value_usd": 2e9, **columns})
    other = pd.DataFrame({"reporter": "CHN", "partner": "KAZ", "value_usd": mirror, **columns})
    own, other = own.assign(flow="import"), other.assign(flow="export")
    rows = pd.concat([own.assign(source_id="KAZ_BNS"), other.assign(source_id="COMTRADE_2021X")])
    return ca.trade.mirror_gap("KAZ", "CHN", rows.assign(product="TOTAL"))


@pytest.mark.parametrize(
    ("mirror", "words"),
    [
        (1e5, "China reports less than 0.01 times as much (2021)"),
        (0.0, "China reports nothing (2021)"),
        (1e9, "China reports 0.5 times as much (2021)"),
    ],
)
def test_a_small_part_is_not_said_to_be_nought(mirror, words):
    title = " ".join(gaps(mirror, year=[2021]).plot().get_title("left").split())
    assert title == f"Kazakhstan's imports from China: {words}"


def test_figures_with_services_are_told():
    ax = gaps(1e9, year=[2020, 2021, 2022], scope=["goods"] + 2 * ["goods_and_services"]).plot()
    assert "Some figures of 2021 to 2022 include services." in " ".join(ax.get_xlabel().split())
    ax = gaps(1e9, year=[2020, 2021]).plot()
    assert "services" not in ax.get_xlabel()


def test_a_source_whose_name_the_font_cannot_show_stands_by_its_id(recwarn):
    ax = plots.coverage_map(
        pd.DataFrame({"host": ["KGZ"], "source_id": ["moe_2014"], "year": [2014], "figures": [1]})
    )
    ax.get_figure().draw_without_rendering()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Kyrgyzstan · moe 2014"]
    assert not [w for w in recwarn if "Glyph" in str(w.message)]
