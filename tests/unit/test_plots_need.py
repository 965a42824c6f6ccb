"""A picture says what frame it needs, draws one thing where it shows one, and never a line over
what is not there.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ca_research import article, plots
from ca_research.ground.errors import (
    CaResearchError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.plots import style
from ca_research.plots.narrow import narrowed

SOURCES = sorted(Path(plots.__file__).parents[1].rglob("*.py"))


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def frame(**columns: object) -> pd.DataFrame:
    """One row or more."""
    length = max(len(v) if isinstance(v, list) else 1 for v in columns.values())
    return pd.DataFrame({k: v if isinstance(v, list) else [v] * length for k, v in columns.items()})


POWERS = ("CHN", "RUS", "EU27", "USA", "TUR")
DAY = pd.Timestamp("2020-01-01")
RANKS = frame(
    economy="KAZ",
    basis="reporter",
    year=2020,
    partner=["CHN", "RUS"],
    low=[2e9, 1e9],
    high=[2e9, 1e9],
    rank=[1, 2],
)
GAPS = frame(
    economy="KAZ",
    year=[2020, 2021],
    direction="import",
    reported_high=[1e9, 2e9],
    mirror_high=[2e9, 2e9],
)
COUNTS = frame(
    origin="KAZ", year=[2010, 2011, 2014], level="all", students=[1.0, 2.0, 3.0], source_id="A"
)
SPECS = frame(
    spec=[0, 1, 2],
    is_main=[True, False, False],
    value=[3.0, 1.0, 2.0],
    low=[3.0, 1.0, 2.0],
    high=[3.0, 1.0, 2.0],
    met=[True, False, True],
    threshold=1.5,
    axis=["a", "b", "c"],
)
CURVE = frame(time=[0.0, 10.0], survival=[1.0, 0.5])
PICTURES = {
    "border_bar": (
        {"lengths": frame(economy=["KAZ", "KGZ"], value=[1700.0, 1000.0])},
        {"threshold": 3000},
    ),
    "completion_dots": (
        {"frame": frame(edition="e", host="KAZ", commitments=4, share=50.0)},
        {"bar": 70},
    ),
    "control_lines": (
        {
            "gaps": frame(
                economy="KAZ",
                time=[2012, 2014],
                treated=[1.0, 2.0],
                synthetic=[1.0, 1.5],
                after=[False, True],
            )
        },
        {},
    ),
    "coverage_map": (
        {"coverage": frame(reporter="KAZ", source_id="A", year=[2020, 2021], figures=3)},
        {},
    ),
    "economy_lines": (
        {"frame": frame(economy="KAZ", year=[2020, 2022], value=[1.0, 2.0])},
        {"economies": ["KAZ"], "value": "value", "unit": "u"},
    ),
    "forecast_lines": (
        {
            "paths": frame(
                economy="KAZ",
                model=["known", "drift"],
                year=[2020, 2021],
                mean=1e6,
                low=1e6,
                high=2e6,
            )
        },
        {},
    ),
    "goal_grid": ({"goals": frame(document="D", year=2015, RUS=1)}, {"names": ["RUS"]}),
    "grant_bars": (
        {"grants": frame(host="KAZ", year=[2020, 2021], investor="USA", per_head=1.0)},
        {"donor": "USA"},
    ),
    "hhi_lines": (
        {"table": frame(economy="KAZ", year=[2010, 2011], hhi=0.1, period="early")},
        {"early": (2010, 2012), "late": (2020, 2022)},
    ),
    "learner_points": (
        {
            "frame": frame(
                economy="KAZ",
                institute="Astana",
                year=2020,
                value=1.0,
                bound="lower",
                source_id="A",
            )
        },
        {"economies": ["KAZ"]},
    ),
    "count_dots": (
        {
            "counts": frame(
                what=["one sitting", "the year"], value=[10.0, 20.0], yearly=[False, True]
            )
        },
        {},
    ),
    "opening_dots": ({"opened": frame(economy="KAZ", year=[2010, 2012], value=[1.0, 2.0])}, {}),
    "view_pairs": (
        {
            "pairs": frame(
                economy="KAZ",
                first_poll=2017,
                last_poll=2021,
                before=75.0,
                after=39.0,
                students_change=619.0,
            )
        },
        {},
    ),
    "mirror_gaps": ({"gaps": GAPS}, {"partner": "CHN"}),
    "ranked_strips": ({"tables": frame(economy=["CHN", "RUS"], estimate=[1.0, 2.0])}, {}),
    "poll_panels": (
        {"waves": frame(economy="KAZ", about="USA", year=[2010, 2011], value_pct=[10.0, 20.0])},
        {},
    ),
    "priority_matrix": (
        {
            "cells": frame(
                dimension="trade",
                economy="KAZ",
                led=True,
                estimate=2.0,
                low=np.nan,
                high=np.nan,
                last_year=2020,
                leader="CHN",
                n=2,
            )
        },
        {},
    ),
    "partner_bars": (
        {
            "figures": frame(
                economy="KAZ", partner=["CHN", "EU27"], year=2023, unit="u", low=1.0, high=2.0
            )
        },
        {"shown": ["CHN", "EU27", "RUS"], "economies": ["KAZ", "TKM"]},
    ),
    "rank_marks": ({"ranks": frame(economy="KAZ", year=2014, kind="doctrine", powers="1")}, {}),
    "rank_slopes": ({"ranks": RANKS}, {"shown": POWERS}),
    "share_lines": (
        {"shares": frame(commodity="gas", year=[2020, 2021], share=50.0, low=np.nan, high=np.nan)},
        {"thresholds": {"gas": 50.0}, "labels": {}},
    ),
    "share_ranges": (
        {"frame": frame(unit="u", what="w", year=2020, low=1.0, high=2.0, kind="whole")},
        {"bar": 50, "bar_label": "half"},
    ),
    "signing_curves": (
        {
            "times": frame(
                economy="KAZ", state="signed", low=1.0, high=2.0, date="2015", bounded_by=None
            )
        },
        {
            "curves": {
                g: dict.fromkeys(("low", "middle", "high"), CURVE) for g in ("five", "others")
            },
            "watch": 60,
            "within": 24,
        },
    ),
    "specification_curve": ({"data": SPECS}, {"axes": ["axis"], "unit": "u"}),
    "stock_bars": (
        {"stocks": frame(investor=["CHN", "NLD"], value_usd=[1e9, 2e9])},
        {"highlight": "CHN"},
    ),
    "student_lines": (
        {"counts": COUNTS, "statements": frame(origin="KAZ", year=2015, students=5.0)},
        {},
    ),
    "timeline": (
        {
            "rows": frame(
                panel="p",
                lane="l",
                date="2020-01-01",
                first_day=DAY,
                last_day=DAY,
                exact=True,
                mark="dot",
                code="CHN",
            )
        },
        {},
    ),
    "trade_ranges": ({"ranks": RANKS}, {"shown": POWERS}),
    "verdict_matrix": (
        {"glance": frame(claim="C25", theme="t", verdict="supported", fragile=False)},
        {},
    ),
    "views_and_exchange": (
        {
            "views": frame(economy="KAZ", year=[2017, 2019], percent=50.0, question="Barometer"),
            "students": frame(origin="KAZ", year=[2017, 2018], students=5.0),
        },
        {"economies": ["KAZ"]},
    ),
    "vote_lines": (
        {"votes": frame(economy="KAZ", power="CHN", year=[2020, 2021], agreement=0.5)},
        {},
    ),
    "year_bars": ({"yearly": frame(year=[2020, 2021], visits=[1, 2])}, {"column": "visits"}),
}
"""Each picture with frames that it can draw and its other arguments."""

OTHERS = {
    "SIZES",
    "Size",
    "coefficient_curve",
    "curve_data",
    "known",
    "leader_words",
    "measure_group",
    "measure_name",
    "missing_map",
    "region_map",
    "row_words",
    "save",
    "shared_border",
    "show",
    "show_choice",
    "show_coverage",
    "show_note",
    "show_statements",
    "show_table",
    "show_universe",
    "to_svg",
    "where_known",
}
"""Of the public names those that draw no frame, or display what another has drawn."""

GIVEN = [(name, argument) for name, (frames, _) in PICTURES.items() for argument in frames]
OPTIONAL = {
    "mirror_gaps": {"direction"},
    "student_lines": {"source_id"},
    "specification_curve": {"axis"},
    "coverage_map": {"reporter"},
    "rank_slopes": {"economy", "low", "high"},
    "trade_ranges": {"rank"},
    "goal_grid": {"RUS"},
}
"""Columns that a picture uses where they are there, or that another argument names."""


DRAWN = {name: getattr(plots, name) for name in plots.__all__} | {
    name: getattr(module, name)
    for question in pkgutil.iter_modules(article.__path__, f"{article.__name__}.")
    for module in [importlib.import_module(question.name)]
    for name in PICTURES
    if hasattr(module, name)
}
"""Pictures by name, those of any project and those of this article."""


def draw(name: str, **instead: object) -> object:
    frames, others = PICTURES[name]
    frames = {k: {"title": v} if name == "ranked_strips" else v for k, v in frames.items()}
    return DRAWN[name](**{**frames, **others, **instead})


def test_every_public_picture_is_looked_at_here():
    assert set(DRAWN) == PICTURES.keys() | OTHERS


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_draws_the_frame_that_it_asks_for(name):
    drawn = draw(name)
    assert isinstance(drawn if name != "coverage_map" else drawn.get_figure(), Figure)


@pytest.mark.parametrize(("name", "argument"), GIVEN)
def test_a_frame_without_a_column_is_refused_by_name_of_picture_and_column(name, argument):
    given = PICTURES[name][0][argument]
    for column in set(given.columns) - OPTIONAL.get(name, set()):
        other = given.drop(columns=column)
        with pytest.raises(
            UsageError, match=rf"{name}: `{argument}` has no column '{column}'"
        ) as caught:
            draw(name, **{argument: {"title": other} if name == "ranked_strips" else other})
        assert column in caught.value.hint, "and says what to give"


@pytest.mark.parametrize(("name", "argument"), GIVEN)
@pytest.mark.parametrize("what", ["KAZ", 3, [1, 2]])
def test_what_is_no_frame_is_refused(name, argument, what):
    with pytest.raises(UsageError, match=f"{name}: `{argument}` is no frame"):
        draw(name, **{argument: {"title": what} if name == "ranked_strips" else what})


@pytest.mark.parametrize(("name", "argument"), GIVEN)
def test_an_empty_frame_is_a_picture_of_nothing_or_a_typed_error(name, argument):
    empty = PICTURES[name][0][argument].iloc[:0]
    try:
        drawn = draw(name, **{argument: {"title": empty} if name == "ranked_strips" else empty})
    except CaResearchError as error:
        assert error.hint
    else:
        assert isinstance(drawn, Figure)
        narrow = narrowed(drawn)
        assert narrow is None or min(narrow.get_size_inches()) > 0


def test_the_checks_leave_names_and_documentation_as_they_were():
    assert plots.mirror_gaps.__name__ == "mirror_gaps" and "dumbbell" in (
        inspect.getdoc(plots.mirror_gaps) or ""
    )
    assert list(inspect.signature(plots.mirror_gaps).parameters) == ["gaps", "partner"]


# Economies by code or name, one or several


def told(figure: Figure) -> list[tuple[str, list[str]]]:
    """Titles and words of the panels that are drawn."""
    drawn = [ax for ax in figure.axes if ax.axison]
    return [(ax.get_title("left"), [text.get_text() for text in ax.texts]) for ax in drawn]


MOVED = pd.concat([RANKS, RANKS.assign(year=2021)])


@pytest.mark.parametrize(
    ("name", "codes", "names"),
    [
        (
            "trade_ranges",
            {"shown": ["CHN"], "economies": ["KAZ"], "bases": ["reporter"]},
            {"shown": "China", "economies": "Kazakhstan", "bases": "reporter"},
        ),
        (
            "partner_bars",
            {"shown": ["CHN"], "economies": ["KAZ"], "titles": {"KAZ": "found"}},
            {"shown": "China", "economies": "Kazakhstan", "titles": {"Kazakhstan": "found"}},
        ),
        ("rank_slopes", {"ranks": MOVED, "shown": ["CHN"]}, {"ranks": MOVED, "shown": "China"}),
        ("economy_lines", {"economies": ["KAZ"]}, {"economies": "Kazakhstan"}),
        ("mirror_gaps", {"partner": "CHN"}, {"partner": "China"}),
        ("stock_bars", {"highlight": "CHN"}, {"highlight": "China"}),
        ("learner_points", {"economies": ["KAZ"]}, {"economies": "Kazakhstan"}),
        ("views_and_exchange", {"economies": ["KAZ"]}, {"economies": "Kazakhstan"}),
        ("grant_bars", {"donor": "USA"}, {"donor": "United States"}),
        ("ranked_strips", {"named": ["CHN"]}, {"named": "China", "highlight": "China"}),
    ],
)
def test_a_picture_takes_an_economy_by_code_or_name_alone_or_in_a_list(name, codes, names):
    by_code, by_name = draw(name, **codes), draw(name, **names)
    assert told(by_code) == told(by_name)
    assert [to_hex(patch.get_facecolor()) for patch in by_code.axes[0].patches] == [
        to_hex(patch.get_facecolor()) for patch in by_name.axes[0].patches
    ]
    assert not {"not observed", "not reported"} & {w for _, texts in told(by_name) for w in texts}


def test_a_map_takes_names():
    region = article.borders.REGION
    figure = plots.region_map({"Kyrgyzstan": 1063}, region, unit="km", neighbour="China")
    assert "Kyrgyzstan\n1,063 km" in {text.get_text() for text in figure.axes[0].texts}
    assert plots.shared_border("Kyrgyzstan", "China") == plots.shared_border("KGZ", "CHN")


def test_a_label_of_the_frames_own_is_shown():
    ranks = RANKS.assign(partner=["my bloc", "RUS"], basis="my basis")
    figure = plots.trade_ranges(ranks, ["my bloc"], bases="my basis")
    assert told(figure) == [("my basis, 2020", [])]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("trade_ranges", {"shown": "Chnia"}, "unknown economy 'Chnia'"),
        ("trade_ranges", {"shown": 5}, "by its code or name, not by 5"),
        ("trade_ranges", {"shown": []}, "no partner to draw"),
        ("trade_ranges", {"bases": "own"}, "unknown basis 'own'"),
        ("trade_ranges", {"bases": []}, "no basis to draw"),
        ("partner_bars", {"economies": []}, "no economy to draw"),
        ("economy_lines", {"economies": []}, "no economy to draw"),
        ("rank_slopes", {"shown": ["Japan", "ITA"]}, "no place of Japan, Italy is known"),
        ("stock_bars", {"highlight": "Japan"}, "unknown investor 'JPN'"),
    ],
)
def test_who_cannot_be_shown_is_told_with_what_to_do_next(name, given, said):
    with pytest.raises(CaResearchError, match=re.escape(said)) as caught:
        draw(name, **given)
    assert caught.value.hint


def test_an_investor_without_a_colour_of_its_own_is_highlighted_too():
    bars = draw("stock_bars", highlight="NLD").axes[0].patches
    assert [to_hex(bar.get_facecolor()) for bar in bars] == [style.OTHER, style.HIGHLIGHT]
    bars = draw("stock_bars", highlight="").axes[0].patches
    assert {to_hex(bar.get_facecolor()) for bar in bars} == {style.OTHER}


# One thing in a picture of one thing


def test_two_flows_are_not_drawn_as_two_sides_of_one():
    with pytest.raises(MixedUnitsError, match="direction is export, import"):
        plots.mirror_gaps(pd.concat([GAPS, GAPS.assign(direction="export")]))
    with pytest.raises(UsageError, match="two figures"):
        plots.mirror_gaps(pd.concat([GAPS, GAPS]).drop(columns="direction"))
    with pytest.raises(UsageError, match="whose reports"):
        plots.mirror_gaps(GAPS)


def test_the_partner_of_a_gap_is_the_one_in_the_frame():
    texts = [t.get_text() for t in plots.mirror_gaps(GAPS.assign(partner="RUS")).axes[0].texts]
    assert "Russia's report" in texts and "China's report" not in texts
    with pytest.raises(MixedUnitsError, match="partner is CHN, RUS"):
        plots.mirror_gaps(pd.concat([GAPS.assign(partner="RUS"), GAPS.assign(partner="CHN")]))


def test_a_line_of_students_is_of_one_source_and_breaks_where_nobody_counted():
    other = COUNTS.assign(source_id="B", year=[2012, 2013, 2014], students=[20.0, 30.0, 40.0])
    ax = plots.student_lines(pd.concat([COUNTS, other]), last=2016).axes[0]
    lines = {
        tuple(int(x) for x in line.get_xdata()): [float(y) for y in line.get_ydata()]
        for line in ax.lines
    }
    assert set(lines) == {(2010, 2011, 2012, 2013, 2014), (2012, 2013, 2014)}, "one for each source"
    first = lines[2010, 2011, 2012, 2013, 2014]
    assert np.isnan(first[2]) and np.isnan(first[3]) and first[4] == 3, (
        "no line over 2012 and 2013, a dot for 2014"
    )
    assert any((2014, 3.0) in map(tuple, dots.get_offsets()) for dots in ax.collections)
    assert {"all kinds, A", "all kinds, B"} <= {t.get_text() for t in ax.texts}, (
        "and each says whose it is"
    )


def test_the_years_that_are_shaded_are_those_without_a_count():
    ax = plots.student_lines(COUNTS, last=2016).axes[0]
    shaded = sorted((p.get_x(), p.get_x() + p.get_width()) for p in ax.patches)
    assert shaded == [(2011.5, 2013.5), (2014.5, 2016.5)]


def test_students_in_two_countries_and_unknown_levels_are_refused():
    with pytest.raises(MixedUnitsError, match="destination is CHN, RUS"):
        plots.student_lines(COUNTS.assign(destination=["CHN", "CHN", "RUS"]))
    with pytest.raises(UsageError, match="level unspecified have no line"):
        plots.student_lines(COUNTS.assign(level="unspecified"))
    with pytest.raises(UsageError, match="two figures"):
        plots.student_lines(pd.concat([COUNTS, COUNTS]))


def test_a_curve_that_says_sorted_is():
    figure = plots.specification_curve(SPECS, ["axis"], unit="u")
    dots = figure.axes[0].collections[0].get_offsets()
    assert [y for _, y in sorted(map(tuple, dots))] == [1.0, 2.0, 3.0]
    ring = next(c for c in figure.axes[0].collections if len(c.get_offsets()) == 1)
    assert tuple(ring.get_offsets()[0]) == (2.0, 3.0), (
        "the main one is ringed where it stands after sorting"
    )
    marks = [tuple(at) for c in figure.axes[1].collections for at in c.get_offsets()]
    assert sorted(marks) == [(0.0, 1.0), (1.0, 2.0), (2.0, 0.0)], "and so are its choices"


def test_ranges_with_one_known_end_are_arrows():
    one_sided = SPECS.assign(value=np.nan, low=np.nan)
    figure = plots.specification_curve(one_sided, ["axis"], unit="u")
    arrows = [t for t in figure.axes[0].texts if getattr(t, "arrow_patch", None)]
    assert len(arrows) == 3 and any("Arrow" in t.get_text() for t in figure.texts)


@pytest.mark.parametrize(
    ("name", "argument", "twice"),
    [
        ("economy_lines", "frame", {}),
        ("vote_lines", "votes", {"agreement": 0.7}),
        ("hhi_lines", "table", {"hhi": 0.2}),
        ("share_lines", "shares", {"share": 60.0}),
        ("priority_matrix", "cells", {"led": False}),
        ("stock_bars", "stocks", {}),
        ("trade_ranges", "ranks", {"year": 2021}),
        ("completion_dots", "frame", {}),
        ("control_lines", "gaps", {}),
        ("year_bars", "yearly", {}),
    ],
)
def test_two_figures_for_one_place_are_refused(name, argument, twice):
    given = PICTURES[name][0][argument]
    with pytest.raises(UsageError, match="two figures"):
        draw(name, **{argument: pd.concat([given, given.assign(**twice)])})


def test_lines_break_at_years_without_a_figure():
    votes = frame(economy="KAZ", power="CHN", year=[2018, 2019, 2022], agreement=[0.5, 0.6, 0.7])
    (line,) = article.balance.vote_lines(votes).axes[0].lines
    assert (
        list(line.get_xdata()) == [2018, 2019, 2020, 2021, 2022]
        and np.isnan(line.get_ydata()[2:4]).all()
    )
    table = frame(economy="KAZ", year=[2010, 2013], hhi=[0.1, 0.2], period="")
    line = article.balance.hhi_lines(table, early=(2010, 2012), late=(2020, 2022)).axes[0].lines[0]
    assert np.isnan(line.get_ydata()[1:3]).all()


def test_what_would_not_be_drawn_is_refused():
    with pytest.raises(UsageError, match="CHN would not be shaded"):
        plots.region_map({"KAZ": 1.0, "CHN": 2.0}, article.borders.REGION)
    with pytest.raises(UsageError, match="lane 'l' would not be drawn"):
        draw("timeline", lanes=["other"])
    with pytest.raises(UnknownNameError, match="arima"):
        draw("forecast_lines", model="arima")
    with pytest.raises(UnknownNameError, match="perhaps"):
        plots.verdict_matrix(frame(claim="C25", theme="t", verdict="perhaps", fragile=False))
    with pytest.raises(CoverageError, match="no grants of DEU"):
        draw("grant_bars", donor="DEU")
    with pytest.raises(UsageError, match="no threshold for gas"):
        draw("share_lines", thresholds={})
    with pytest.raises(UsageError, match="3 years"):
        plots.rank_slopes(pd.concat([RANKS.assign(year=y) for y in (2019, 2020, 2021)]), POWERS)
    with pytest.raises(MixedUnitsError, match="economy is KAZ, KGZ"):
        plots.rank_slopes(pd.concat([RANKS, RANKS.assign(economy="KGZ")]), POWERS)
    with pytest.raises(UsageError, match="needs the table opinion"):
        article.document_pages.show_beside("C10", {"evidence": pd.DataFrame()})


def test_a_range_is_not_drawn_as_its_middle():
    cells = PICTURES["priority_matrix"][0]["cells"].assign(
        estimate=np.nan, low=0.37, high=1.57, led=None, leader=""
    )
    texts = {t.get_text() for t in article.priority.priority_matrix(cells).axes[0].texts}
    assert {"no single leader", "0.37–1.6×, 2020"} <= texts


@pytest.mark.parametrize(
    ("name", "argument", "column"),
    [
        ("poll_panels", "waves", "economy"),
        ("grant_bars", "grants", "host"),
        ("rank_marks", "ranks", "economy"),
    ],
)
def test_an_economy_beside_the_five_is_drawn_and_not_dropped(name, argument, column):
    given = PICTURES[name][0][argument]
    figure = draw(name, **{argument: pd.concat([given, given.assign(**{column: "MNG"})])})
    words = {ax.get_title(loc="left") for ax in figure.axes} | {
        t.get_text() for t in figure.axes[0].get_yticklabels()
    }
    assert {"Kazakhstan", "Mongolia"} <= words


def test_a_place_that_a_range_leaves_open_is_not_said_to_be_one():
    rows = [("CHN", 1, 2e9, 4e9), ("RUS", 2, 1e9, 3e9), ("TUR", 3, 5e8, 5e8)]
    ranks = pd.DataFrame(rows, columns=["partner", "rank", "low", "high"]).assign(
        basis="mirror", year=2021
    )
    said = {t.get_text() for t in plots.rank_slopes(ranks, POWERS).axes[0].texts}
    assert said == {"China  1–2", "Russia  1–2", "Türkiye  3"}


def test_what_a_picture_says_its_frame_comes_from_is_there():
    """`like=` is what a user reads in the error: rooms that were gone stood there."""
    told = re.compile(r'like="((?:article|trade|investment|students|claims|plots)[\w.]*)"')
    names = {n for f in SOURCES for n in told.findall(f.read_text(encoding="utf-8"))}
    assert len(names) > 15
    for name in names:
        room, *rest = name.split(".")
        found = importlib.import_module(f"ca_research.{room}")
        for part in rest:
            if not hasattr(found, part):
                found = importlib.import_module(f"{found.__name__}.{part}")
            else:
                found = getattr(found, part)
        assert callable(found), name
