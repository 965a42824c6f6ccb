"""Small multiples and ranges: what is printed in the picture is what is in the frame, and a hole is
said.
"""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from ca_research import article, plots

FIVE = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def words(figure):
    return {
        t.get_text().strip()
        for ax in figure.axes
        for t in [*ax.texts, ax.title, *ax.get_yticklabels()]
    } | {ax.get_title(loc="left") for ax in figure.axes}


def series(**values):
    return pd.DataFrame(
        [{"economy": e, "year": y, "value": v} for e, s in values.items() for y, v in s.items()]
    )


def test_lines_print_the_last_value_and_name_what_is_empty():
    frame = series(KAZ={2010: 12.0, 2011: 13.0, 2013: 17.4})
    figure = plots.economy_lines(
        frame,
        economies=FIVE,
        value="value",
        unit="u",
        bars={"bar": 15},
        mark=(2012, "start"),
        empty="not asked",
    )
    said = words(figure)
    assert {"17", "bar", "start", "not asked", "Kazakhstan", "Uzbekistan"} <= said and not {
        "12",
        "13",
    } & said
    line = figure.axes[0].lines[-1]
    assert pd.isna(line.get_ydata()[2]) and list(line.get_xdata()) == [2010, 2011, 2012, 2013], (
        "a gap stays a gap"
    )
    limits = {ax.get_ylim() for ax in figure.axes[:5]}
    assert len(limits) == 1, "one scale for all"


def test_a_second_series_is_named_where_it_lies_apart():
    frame = series(KAZ={2010: 10.0, 2011: 10.0}, KGZ={2010: 10.0, 2011: 30.0})
    other = series(KAZ={2010: 10.0, 2011: 9.0}, KGZ={2010: 10.0, 2011: 10.0})
    figure = plots.economy_lines(
        frame, economies=["KAZ", "KGZ"], value="value", unit="u", beside=("steady", other)
    )
    named = [ax for ax in figure.axes if "steady" in {t.get_text() for t in ax.texts}]
    assert named == [figure.axes[1]]


def test_nothing_at_all_is_five_empty_panels():
    empty = pd.DataFrame({"economy": [], "year": [], "value": []})
    figure = plots.economy_lines(empty, economies=FIVE, value="value", unit="u")
    assert sum("not reported" in {t.get_text() for t in ax.texts} for ax in figure.axes) == 5
    columns = ["economy", "institute", "year", "value", "bound", "source_id"]
    learners = pd.DataFrame(columns=columns)
    figure = article.language.learner_points(learners, economies=FIVE)
    assert (
        sum("no count of learners" in {t.get_text() for t in ax.texts} for ax in figure.axes) == 5
    )


def test_an_economy_without_a_rank_has_a_panel_that_says_so():
    none = pd.DataFrame(
        columns=["economy", "year", "basis", "partner", "low", "high", "rank", "sources"]
    )
    figure = plots.trade_ranges(none, ("CHN", "RUS"), economies=["TKM"])
    assert [sum(t.get_text() == "not observed" for t in ax.texts) for ax in figure.axes] == [
        2,
        2,
        2,
    ]
    heads = [ax.get_title(loc="left") for ax in figure.axes]
    assert heads == ["own report", "partners' reports", "both sides together"], (
        "bases in words, no year where there is none"
    )
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["China", "Russia"]
    two = plots.trade_ranges(none, ("CHN", "RUS"), economies=["TKM", "UZB"])
    assert [two.axes[i].get_title(loc="left") for i in (0, 3)] == ["Turkmenistan", "Uzbekistan"]


def test_measures_are_named_in_words():
    assert plots.measure_name("fdi_stock") == "direct investment, stock"
    assert plots.measure_name("iri_relations_good") == "IRI: relations are good"
    assert plots.measure_name("some_other_thing") == "some other thing"


def test_only_figures_of_one_place_are_joined():
    frame = pd.DataFrame(
        [
            ("UZB", "Tashkent", 2010, 50.0, "upper", "A"),
            ("UZB", "Tashkent", 2020, 80.0, "lower", "C"),
            ("UZB", None, 2015, 2000.0, "as_stated", "B"),
            ("UZB", None, 2017, 1500.0, "as_stated", "B"),
        ],
        columns=["economy", "institute", "year", "value", "bound", "source_id"],
    )
    ax = article.language.learner_points(frame, economies=["UZB"]).axes[0]
    assert [list(line.get_xdata()) for line in ax.lines] == [[2010, 2020]]
    assert {t.get_text() for t in ax.texts} == {"80", "2,000", "1,500"}


def test_a_label_stands_left_of_its_dot_where_another_dot_follows():
    frame = pd.DataFrame(
        {"year": [2012, 2015, 2016, 2019], "value": [3000.0, 256.0, 350.0, 300.0]}
    ).assign(economy="KGZ", institute=None, bound="as_stated", source_id=list("ABCD"))
    ax = article.language.learner_points(frame, economies=["KGZ"]).axes[0]
    side = {t.get_text(): t.get_ha() for t in ax.texts}
    assert side["256"] == "right" and side["3,000"] == side["300"] == "left"


def test_pollsters_are_not_joined_and_missing_ones_are_said():
    views = pd.DataFrame(
        [
            ("KGZ", 2017, "Barometer", 55.0),
            ("KGZ", 2021, "Barometer", 46.0),
            ("KGZ", 2018, "IRI", 39.0),
            ("KGZ", 2019, "IRI", 55.0),
        ],
        columns=["economy", "year", "question", "percent"],
    )
    students = pd.DataFrame({"origin": ["KGZ"], "year": [2018], "students": [4600.0]})
    figure = article.favourability.views_and_exchange(views, students, economies=["KGZ", "TKM"])
    left, right = figure.axes[0], figure.axes[1]
    assert sorted(list(line.get_xdata()) for line in left.lines) == [[2017, 2021], [2018, 2019]]
    assert {"55", "46", "39", "IRI", "Barometer"} <= {t.get_text() for t in left.texts}
    assert "4.6" in {t.get_text() for t in right.texts}
    assert "not asked twice" in {t.get_text() for t in figure.axes[2].texts}


def test_a_range_is_a_bar_and_a_part_is_hollow():
    frame = pd.DataFrame(
        [
            ("trains", "stated", 2023, 80.0, 80.0, "whole"),
            ("trains", "one port", 2020, 41.0, 41.0, "part"),
            ("boxes", "range", 2021, 45.2, 73.0, "whole"),
        ],
        columns=["unit", "what", "year", "low", "high", "kind"],
    )  # fmt: skip
    ax = article.corridor.share_ranges(frame, bar=50, bar_label="half").axes[0]
    said = {t.get_text() for t in ax.texts}
    assert {"80", "41", "45 to 73", "half", "Trains", "Boxes"} <= said
    assert [len(dots.get_facecolors()) for dots in ax.collections] == [1, 0]
    assert any(list(line.get_xdata()) == [45.2, 73.0] for line in ax.lines)


def test_editions_are_drawn_apart_newest_filled():
    frame = pd.DataFrame(
        [
            ("new", 2016, "KGZ", 45, 98.0),
            ("old", 2012, "KGZ", 20, 48.0),
            ("old", 2012, "TKM", 9, 40.0),
        ],
        columns=["edition", "until", "host", "commitments", "share"],
    )
    ax = article.debt.completion_dots(frame, bar=70).axes[0]
    assert "98% of 45 commitments" in {t.get_text() for t in ax.texts}
    assert len(ax.texts) == 1, "only the newest edition is labelled"
    assert sorted(float(dots.get_offsets()[0][0]) for dots in ax.collections) == [40.0, 48.0, 98.0]
