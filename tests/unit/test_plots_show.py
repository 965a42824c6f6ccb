"""What a reader sees of figures and tables: numbers and codes in words, sentences on all claims,
notes.
"""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.text import Text

import ca_research as ca
from ca_research import plots, registry
from ca_research.ground.display import FIGURE_MIME, NOTE_MIME, STATEMENTS_MIME, TABLE_MIME
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.plots import claims, style
from ca_research.plots.frames import text
from ca_research.plots.panels import panels
from ca_research.plots.pen import pen
from ca_research.plots.show import _csv, cells_of, show_table, to_svg
from ca_research.registry.words import axis_words, cell_words, choice_words, value_words
from ca_research.site.read import MOST_DRAWN, Item


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def test_whole_numbers_have_no_decimals_and_minus_is_a_minus():
    assert cells_of("persons", pd.Series([3910.0, -2440.0]), 1) == ["3,910", "\u22122,440"]
    assert cells_of("change", pd.Series([-1e-9, 3910.0, np.nan]), 1) == ["0.0", "3,910.0", "–"]
    assert cells_of("change", pd.Series([-4.01]), 2) == ["\u22124.01"]


def test_a_column_of_shares_is_in_per_cent_and_others_are_not():
    assert cells_of("share of specifications", pd.Series([0.0, 0.667, None]), 2) == [
        "0%",
        "67%",
        "–",
    ]
    assert cells_of("share (%)", pd.Series([0.5, 18.2]), 1) == ["0.5", "18.2"]
    for name in ("share_pct", "share of GDP, per cent", "share, percent", "share %"):
        assert cells_of(name, pd.Series([0.4, 0.8]), 1) == ["0.4", "0.8"], "per cent already"
    assert cells_of("share", pd.Series([0.5, 18.2]), 1) == ["0.5", "18.2"], (
        "above one it is no share of one"
    )


def test_a_whole_number_is_exported_whole():
    """To ten digits, where the table beside it shows them all."""
    rows = pd.DataFrame({"value_usd": [123456789012.0, None], "ratio": [0.12345678901, 2.0]})
    assert _csv(rows) == "value_usd,ratio\n123456789012,0.123456789\n,2\n"


def test_an_amount_keeps_its_digits_beside_a_fraction():
    """One fraction in the column made 1.46661583e+10 of all."""
    rows = pd.DataFrame({"value_usd": [14666158300.55, 0.125, 1.5e16, np.inf]})
    assert _csv(rows) == "value_usd\n14666158300.55\n0.125\n15000000000000000\ninf\n"


def test_a_day_has_no_hours():
    days = pd.to_datetime(pd.Series(["2020-01-05", None]))
    assert cells_of("when", days, 1) == ["5 January 2020", "–"]
    assert cells_of("when", days + pd.Timedelta(hours=7), 1)[0] == "2020-01-05 07:00:00"


def test_a_small_share_is_not_nothing_and_nearly_all_is_not_all():
    shares = pd.Series([0.0, 0.004, 0.00001, 0.9996, 0.997, 1.0, 1 - 1e-13])
    read = ["0%", "0.4%", "less than 0.1%", "more than 99.9%", "99.7%", "100%", "100%"]
    assert cells_of("share", shares, 1) == read
    assert cells_of("share", pd.Series([0.004, 0.00001]), 4) == ["0.40%", "less than 0.01%"]


@pytest.fixture
def largest():
    """The three largest partners, by name in the index."""
    rows = pd.DataFrame(
        {"partner": ["CHN", "RUS", "ITA"], "value": [3.5, 2.0, 1.0], "source_id": "KAZ_BNS"}
    )
    return rows.groupby("partner").agg({"value": "sum", "source_id": "first"}).nlargest(3, "value")


@pytest.mark.parametrize("columns", [(), ("value",), ("partner", "value")])
def test_an_index_that_names_the_rows_is_shown(shown, largest, columns):
    show_table(largest, section="main", title="t", columns=columns)
    record = shown[0][TABLE_MIME]
    assert record["columns"] == ["partner", "value"] and record["numeric"] == [False, True]
    assert record["rows"] == [["China", "3.5"], ["Russia", "2.0"], ["Italy", "1.0"]]
    assert record["csv"].splitlines()[:2] == ["partner,value,source_id", "CHN,3.5,KAZ_BNS"]
    assert record["origins"] == [["KAZ_BNS"]] * 3
    assert "China" in shown[0]["text/html"] and "CHN" in shown[0]["text/plain"]


def test_an_index_that_names_the_rows_stands_in_the_data_of_a_picture(shown, largest):
    plots.show(plt.subplots()[0], section="main", title="t", alt="t", data=largest)
    assert shown[0][FIGURE_MIME]["csv"].startswith("partner,value,source_id\nCHN,3.5,KAZ_BNS\n")


def test_an_index_that_counts_or_says_what_a_column_says_is_not_shown(shown, largest):
    counted = largest.reset_index().iloc[[2, 0]]
    twice = counted.set_index("partner", drop=False)
    for frame in (counted, twice):
        show_table(frame, section="main", title="t")
    for bundle in shown:
        assert bundle[TABLE_MIME]["columns"] == ["partner", "value"]
    assert text(twice).splitlines()[0].split() == ["partner", "value"]


def test_rows_of_several_sources_name_them_all(shown):
    frame = pd.DataFrame({"x": [1.5], "source_id": ["KAZ_BNS"], "sources": [("FBK", "P047")]})
    frame["sources"] = frame["sources"].map(np.array)  # as a Parquet file gives them
    show_table(frame, section="main", title="t")
    record = shown[0][TABLE_MIME]
    assert record["origins"] == [["FBK", "KAZ_BNS", "P047"]]
    assert record["csv"] == "x,source_id,sources\n1.5,KAZ_BNS,FBK P047\n"


def test_years_carry_no_comma():
    assert cells_of("last_year", pd.Series([2018, None], dtype="Int64"), 1) == ["2018", "–"]
    assert cells_of("years", pd.Series([31]), 0) == ["31"]


def test_a_table_shows_words_and_its_csv_keeps_codes(shown):
    frame = pd.DataFrame(
        {"donors": ["never_or_late"], "reading": ["TUR"], "change": [-0.25], "source_id": ["P047"]}
    )
    plots.show_table(frame, section="main", title="t", digits=2)
    record = shown[0][TABLE_MIME]
    assert record["rows"] == [["never signed or late", "Türkiye", "\u22120.25"]]
    assert record["sources"] == ["P047"]
    assert record["csv"] == "donors,reading,change,source_id\nnever_or_late,TUR,-0.25,P047\n"
    assert "never signed or late" in shown[0]["text/html"]


def test_a_table_shows_the_columns_asked_for_under_their_labels_and_keeps_where_rows_are_from(
    shown,
):
    frame = pd.DataFrame(
        {"host": ["KAZ", "CA5"], "value": [1.25, 2.5], "note": ["a", "b"], "source_id": "KAZ_BNS"}
    )
    show_table(
        frame,
        section="main",
        title="t",
        columns=["value", "host"],
        labels={"value": "value (bn USD)"},
    )
    record = shown[0][TABLE_MIME]
    assert record["columns"] == ["value (bn USD)", "host"]
    assert record["rows"] == [["1.2", "Kazakhstan"], ["2.5", "the five"]]
    assert record["origins"] == [["KAZ_BNS"], ["KAZ_BNS"]]
    assert record["csv"].splitlines()[0] == "value,host,source_id"


@pytest.mark.parametrize("wrong", [{"columns": ["worth"]}, {"labels": {"worth": "value"}}])
def test_a_column_that_is_not_in_the_table_is_refused(wrong):
    frame = pd.DataFrame({"host": ["KAZ"], "source_id": "KAZ_BNS"})
    with pytest.raises(UnknownNameError, match="worth"):
        show_table(frame, section="main", title="t", **wrong)


def test_rows_in_words_name_economies_and_keep_their_order():
    frame = pd.DataFrame({"economy": ["UZB", "TUR"], "year": [2020, 2021], "x": [1.25, np.nan]})
    assert plots.row_words(frame, "{economy} {year}: {x:.1f}") == (
        "Uzbekistan 2020: 1.2; Türkiye 2021: nan"
    )
    assert plots.row_words(frame.iloc[:0], "{economy}") == ""


def test_sources_are_named_by_publisher_and_prose_is_left_alone():
    assert cell_words("source", "P047") == "Khovar, 2017"
    assert cell_words("why not", "TKM: no known date of signing in M_LPV26") == (
        "Turkmenistan: no known date of signing in Liu 2026"
    )
    said = "In 2023-05-18 to 2023-05-19 the CRS said: a well-known USA law, <b>FY2017</b>."
    assert cell_words("says", said) == said
    assert cell_words("to", "2023-05-18/2023-05-19") == "18 May 2023 to 19 May 2023"
    assert cell_words("origin_group", "kgz_tbea_trial") == "Kyrgyzstan: tbea trial"
    assert cell_words("number", "0.0667 to 0.667 share of cells") == "7 to 67% of cells"


def test_no_choice_of_any_grid_is_shown_as_a_code():
    axes = [a for spec in registry.claims().values() if spec.grid for a in spec.grid.axes]
    words = [axis_words(a) for a in axes] + [choice_words(a, v) for a in axes for v in a.choices]
    assert len(words) > 100 and not [w for w in words if "_" in w or "newest-" in w or not w]
    assert (
        value_words("KAZ", "country") == "Kazakhstan"
        and value_words("M_GFDC25", "accession_list") == "Nedopil, 2025"
    )


def test_a_note_is_plain_text_in_a_section(shown):
    plots.show_note("First: China.")
    assert shown[0][NOTE_MIME] == {"section": "main", "text": "First: China."}
    with pytest.raises(UsageError, match="no section"):
        plots.show_note("x", section="nowhere")


def test_a_frame_without_a_row_is_a_note_where_figures_may_be_lacking(shown):
    rows = pd.DataFrame({"economy": ["KGZ"], "km": [1063.0], "source_id": ["FBK"]})
    assert plots.known(rows) is rows
    with plots.where_known("against"):
        show_table(plots.known(rows.iloc[:0]), section="against", title="Length")
    [note] = shown
    assert note[NOTE_MIME]["section"] == "against" and "not known" in note[NOTE_MIME]["text"]
    assert "no row" in note["text/plain"], "who works in the notebook is told why"


def test_sentences_on_all_claims_carry_the_claims_they_rest_on(shown):
    plots.show_statements("The bottom line", [("What holds", "Two do.", ("C02", "C25"))])
    stated = {"about": "What holds", "text": "Two do.", "claims": ["C02", "C25"]}
    assert shown[0][STATEMENTS_MIME] == {"title": "The bottom line", "statements": [stated]}
    assert shown[0]["text/plain"] == "The bottom line\nWhat holds: Two do."


def test_a_column_ends_in_its_years_also_above_an_empty_place():
    _, axes = panels(5, sharex=True)
    labelled = [ax.xaxis.get_tick_params()["labelbottom"] for ax in axes]
    assert labelled == [False, False, True, True, True]


def test_a_curve_is_as_wide_as_its_specifications_need_and_all_letters_are_of_three_sizes():
    def curve(n):
        data = pd.DataFrame(
            {
                "spec": range(n),
                "value": range(n),
                "low": range(n),
                "high": range(n),
                "met": [True] * n,
            }
        ).assign(
            year=[f"y{i % 2}" for i in range(n)], is_main=lambda d: d["spec"] == 0, threshold=1.0
        )
        return plots.specification_curve(data, ["year"], unit="units")

    few, more, many = curve(2), curve(12), curve(200)
    widths = [f.get_size_inches()[0] for f in (few, more, many)]
    assert widths[0] < widths[1] < widths[2] == style.WIDE
    rows = [f.axes[1].get_position().height * f.get_size_inches()[1] for f in (few, many)]
    assert rows[0] == pytest.approx(rows[1]), "two rows of choices are as high in either"
    sizes = {t.get_fontsize() for f in (few, many) for t in f.findobj(Text) if t.get_text()}
    assert sizes <= {style.TICK, style.LABEL, style.TITLE}


def test_slopes_name_each_partner_at_both_ends():
    ranks = pd.DataFrame(
        [
            ("reporter", 2010, "CHN", 2),
            ("reporter", 2023, "CHN", 1),
            ("reporter", 2010, "RUS", 1),
            ("reporter", 2023, "RUS", 2),
            ("reporter", 2023, "TUR", 3),
        ],
        columns=["basis", "year", "partner", "rank"],
    )
    ax = plots.rank_slopes(ranks, ("CHN", "RUS", "TUR")).axes[0]
    assert {t.get_text() for t in ax.texts} == {
        "China  2",
        "1  China",
        "Russia  1",
        "2  Russia",
        "3  Türkiye",
    }
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2010", "2023"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first place is on top"


def test_both_sides_of_a_gap_are_named_once_and_joined_where_both_report():
    gaps = pd.DataFrame(
        {
            "economy": ["KAZ", "KAZ", "TKM"],
            "year": [2020, 2021, 2021],
            "reported_high": [1e9, 2e9, np.nan],
            "mirror_high": [2e9, np.nan, 1e9],
        }
    )
    first, second = plots.mirror_gaps(gaps, partner="CHN").axes[:2]
    assert (
        sorted(t.get_text() for t in first.texts) == ["China's report", "own report"]
        and not second.texts
    )


def test_every_measure_of_investment_has_one_concept():
    assert (
        plots.measure_group("fdi_stock")
        != plots.measure_group("fdi_flow")
        != plots.measure_group("official_loan")
    )
    assert plots.measure_group("something_new") == "Other figures"


def test_a_small_number_is_not_said_to_be_zero():
    assert cells_of("value", pd.Series([0.0031, -0.0004, 0.0, 12.34, None]), 2) == [
        "0.003",
        "−0.0004",
        "0.00",
        "12.34",
        "–",
    ]


def test_a_dollar_sign_is_no_mathematics():
    with style.context():
        figure, ax = plt.subplots()
        ax.set_title(r"$\frac{a}$ of $5")
    assert r">$\frac{a}$ of $5</text>" in to_svg(figure)


def test_a_word_is_measured_once_for_all_pictures(monkeypatch):
    measured, plain = [], RendererSVG.get_text_width_height_descent

    def counted(self, s, prop, ismath):
        measured.append(s)
        return plain(self, s, prop, ismath)

    monkeypatch.setattr(RendererSVG, "get_text_width_height_descent", counted)
    for _ in range(2):
        figure, ax = plt.subplots(layout="constrained")
        ax.set_title("in no other picture")
        to_svg(figure)
    assert measured.count("in no other picture") == 1


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_a_picture_laid_out_by_itself_is_that_of_a_tight_savefig_and_stays_as_it_was(layout):
    def made():
        figure, axes = plt.subplots(1, 2, layout=layout)
        axes[0].plot([0, 1], [-1e6, 3])
        axes[0].set(title="Left", ylabel="millions of dollars", xlabel="year")
        axes[1].text(0.9, 0.5, "words that reach far beyond the panel")
        figure.supylabel("unit")
        return figure

    def places(svg):
        """Sizes and places; ids of clips vary with the last bit of a place."""
        found = re.findall(r'\b(?:width|height|x|y|d)="([^"]*)"', svg)
        return [float(n) for one in found for n in re.findall(r"-?\d+(?:\.\d+)?", one)]

    with style.context():
        expected, figure = io.StringIO(), made()
        made().savefig(expected, format="svg", bbox_inches="tight", pad_inches=0.06)
        before = figure.get_layout_engine(), figure.canvas, figure.dpi
    assert places(to_svg(figure)) == pytest.approx(places(expected.getvalue()), abs=0.011)
    assert (figure.get_layout_engine(), figure.canvas, figure.dpi) == before


def test_an_axis_without_a_label_may_be_given_one_after_it_was_shown():
    def made():
        figure, ax = plt.subplots()
        ax.plot([1, 1e6])
        return figure, ax

    (figure, ax), (other, same) = made(), made()
    to_svg(figure)
    for one in (ax, same):
        one.set(xlabel="year", ylabel="dollars")
    assert to_svg(figure) == to_svg(other)


@pytest.mark.parametrize("words", ["one line", "two\nlines, gj", "Türkiye $5"])
@pytest.mark.parametrize("look", [{}, {"fontweight": "bold"}, {"fontsize": 30, "rotation": 50}])
@pytest.mark.parametrize("family", ["sans-serif", "STIXGeneral"])
def test_the_pen_finds_words_as_high_and_wide_as_matplotlib_does(words, look, family):
    figure = plt.figure(dpi=72)
    text = figure.text(0.2, 0.3, words, family=family, parse_math=False, **look)
    expected = text.get_window_extent(RendererSVG(1, 1, io.StringIO())).bounds
    assert text.get_window_extent(pen()).bounds == pytest.approx(expected)


def test_a_table_says_where_its_rows_come_from_and_a_page_can_ask_for_them_unrounded(shown):
    known = sorted(registry.sources())[:2]
    frame = pd.DataFrame(
        {
            "economy": ["KAZ", "UZB"],
            "first_year": [2001, 2002],
            "value": [1.23456, None],
            "sources": [tuple(known), ()],
        }
    )
    show_table(frame, section="main", title="t", sources=known, digits=1)
    item = Item("table", shown[0][TABLE_MIME], cell=4)
    assert item.record["origins"] == [known, []] and item.record["columns"] == [
        "economy",
        "first year",
        "value",
    ]
    assert item.record["rows"][0] == ["Kazakhstan", "2001", "1.2"]
    assert item.whole() == [
        [("first year", "2001"), ("value", "1.23456")],
        [("first year", "2002")],
    ]
    assert item.counts() == [False, False, True], "a year names a row"


def test_a_mangled_source_id_is_refused(shown):
    with pytest.raises(UnknownNameError):
        show_table(
            pd.DataFrame({"value": [1], "source_id": ["no such source"]}),
            section="main",
            title="t",
            sources=[],
        )


def test_what_a_picture_is_drawn_from_is_listed_with_the_sources_of_each_row():
    csv = (
        "economy,year,value,path,empty,sources\n"
        'KAZ,2020,1.5,abc,,KAZ_BNS UZB_STAT\nUZB,2021,-2e-05,abd,,"KAZ_BNS"\n'
    )
    drawn = Item("figure", {"csv": csv}, cell=1).drawn()
    assert drawn.columns == ["economy", "year", "value"]
    assert drawn.rows == [["KAZ", 2020, 1.5], ["UZB", 2021, -2e-05]]
    assert drawn.origins == [["KAZ_BNS", "UZB_STAT"], ["KAZ_BNS"]] and drawn.count == 2
    many = Item("figure", {"csv": "x\n" + "1\n" * 50}, cell=1).drawn()
    assert (len(many.rows), many.count, many.origins) == (MOST_DRAWN, 50, [])


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ([True, True, True], "all three ways to calculate it say yes"),
        ([True, False, False], "one of three ways to calculate it says yes"),
        ([False, None, None], "none of three ways to calculate it says yes, two leave it open"),
        ([True, True, None], "two of three ways to calculate it say yes, one leaves it open"),
    ],
)
def test_a_curve_says_how_many_ways_say_yes(met, said):
    assert claims._said_by(pd.Series(met, dtype=object)) == said


def test_a_way_without_figures_is_counted_among_the_ways():
    """Of C07's 12 ways 11 were told, above a table of 12."""
    said = claims._said_by(pd.Series([False, None], dtype=object), 1)
    assert (
        said
        == "none of three ways to calculate it says yes, one leaves it open, one has no figures"
    )


@pytest.mark.parametrize(
    ("figures", "threshold", "said"),
    [
        ([1, 1], 0.1, "Figures: 1 throughout; threshold 0.1."),
        ([-59.96, -24.05], 0, "Figures from −59.96 to −24.05; threshold 0."),
        ([0.33334, 0.8], 1 / 3, "Figures from 0.33334 to 0.8; threshold 0.3333."),
        ([3305, 12345.6], 3000, "Figures from 3,305 to 12,346; threshold 3,000."),
        ([5, 5], 5, "Figures: 5 throughout; threshold 5."),
        ([0.00012, 20000], 1e6, "Figures from 0.00012 to 20,000; threshold 1,000,000."),
    ],
)
def test_what_a_curve_shows_is_told_with_the_digits_that_it_needs(figures, threshold, said):
    assert claims._figures_told(pd.Series(figures, dtype=float), threshold) == said


def test_a_picture_is_read_out_with_true_minus_signs():
    from ca_research.site.render import svg_markup

    assert 'aria-label="from −1 to 2, 2014-2018"' in svg_markup(
        '<svg width="10pt"></svg>', "p", "from -1 to 2, 2014-2018"
    )


def test_no_country_stands_over_a_question_that_is_asked_of_none():
    figure, data = claims.missing_map(ca.check("C25"))
    heads = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert data["economy"].unique().tolist() == [claims.NOT_BY_COUNTRY] and heads == [""]


def test_only_what_is_asked_of_several_countries_is_told_country_by_country():
    data = pd.DataFrame({"economy": [claims.NOT_BY_COUNTRY] * 2, "state": ["met", "undecided"]})
    assert claims._answered(data) == "1 of 2 questions can be answered"
    told = claims._answered(data.assign(economy=["KAZ", "KGZ"]))
    assert told == "1 of 2 questions, country by country, can be answered"


def test_the_name_of_a_panel_stands_clear_of_the_exponent_of_its_scale():
    frame = pd.DataFrame({"economy": "KAZ", "year": [2020, 2021, 2022], "v": [1e10, 2e10, 3e10]})
    figure = plots.economy_lines(
        frame.assign(source_id="KAZ_BNS"), economies=["KAZ"], value="v", unit="US dollars"
    )
    figure.draw_without_rendering()
    (ax,) = figure.axes
    exponent = ax.yaxis.get_offset_text()
    name = next(t for t in (ax.title, ax._left_title) if t.get_text())
    assert exponent.get_text()
    assert name.get_window_extent().y0 >= exponent.get_window_extent().y1


def test_a_year_that_is_not_among_those_drawn_is_not_marked():
    """Its words lay far to the right, and the picture could not be laid out."""
    frame = pd.DataFrame({"economy": "KAZ", "year": [2010, 2011, 2012], "v": [1.0, 2.0, 3.0]})
    frame["source_id"] = "KAZ_BNS"
    for year, words in ((2011, ["launch", "3"]), (2022, ["3"])):
        figure = plots.economy_lines(
            frame, economies=["KAZ"], value="v", unit="x", mark=(year, "launch"), digits=0
        )
        assert [text.get_text() for text in figure.axes[0].texts] == words
