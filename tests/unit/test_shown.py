"""What a page, a notebook and a terminal show of tables, frames, claims and models: words, units
and numbers that are read (cases/shown.yaml).
"""

import re

import numpy as np
import pandas as pd
import pytest
from tests.designs import cases, repeated
from tests.unit.test_pictures_kept import closed, shown

import ca_research as ca
from ca_research import plots, registry
from ca_research.ground.display import NOTE_MIME, TABLE_MIME
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.plots import hooks
from ca_research.registry.words import cell_words
from ca_research.site.read import Figure, Table

__all__ = ["closed", "shown"]
CASES = cases(__file__, "shown")
MAIN = {"section": "main", "title": "t"}


def recorded(shown, frame, **options):
    plots.show_table(frame, **MAIN, **options)
    return shown[-1][TABLE_MIME]


@pytest.mark.parametrize(("column", "values", "digits", "cells"), CASES["cells"])
def test_a_cell_is_a_number_as_it_is_read(shown, column, values, digits, cells):
    frame = pd.DataFrame({column: values, "source_id": "P047"})
    frame = frame.astype({column: "Int64"}) if "year" in column else frame
    assert [row[0] for row in recorded(shown, frame, digits=digits)["rows"]] == cells


@pytest.mark.parametrize("case", CASES["tables"], ids=lambda case: case["case"])
def test_a_table_says_and_keeps_what_its_frame_holds(shown, case):
    frame = repeated(pd.DataFrame(index=range(case.get("of", 1))), case["frame"])
    frame = made(frame, case.get("then", "rows"))
    if "refused" in case:
        with pytest.raises(UnknownNameError):
            recorded(shown, frame, **case.get("options", {}))
        return
    record = recorded(shown, frame, **case.get("options", {}))
    assert {part: record[part] for part in case["record"]} == case["record"]


@pytest.mark.parametrize(("column", "cell", "words"), CASES["words"])
def test_a_cell_names_publishers_days_and_economies_and_leaves_prose_alone(column, cell, words):
    assert cell_words(column, cell) == words


def test_a_table_shows_words_and_its_csv_keeps_codes_and_sources(shown, snapshot):
    frame = pd.DataFrame({"donors": ["never_or_late"], "reading": "TUR", "change": -0.25})
    sources = pd.Series([("FBK", "P023")]).map(np.array)  # as a Parquet file gives them
    record = recorded(shown, frame.assign(source_id="P047", sources=sources), digits=2)
    assert {part: record[part] for part in ("rows", "origins", "csv")} == snapshot
    assert "never signed or late" in shown[0]["text/html"]


def test_a_page_can_ask_for_rows_unrounded_and_for_what_a_picture_is_drawn_from(shown, snapshot):
    frame = pd.DataFrame({"economy": ["KAZ", "UZB"], "first_year": [2001, 2002]})
    frame = frame.assign(value=[1.23456, None], sources=[("FBK", "P047"), ()])
    table = Table(**recorded(shown, frame, sources=["FBK", "P047"], digits=1))
    csv = "economy,year,value,path,empty,sources\nKAZ,2020,1.5,abc,,KAZ_BNS UZB_STAT\n"
    drawn = Figure.model_construct(csv=csv + 'UZB,2021,-2e-05,abd,,"KAZ_BNS"\n').drawn()
    assert [table.rows, table.origins, table.unrounded(), drawn] == snapshot


def test_notes_and_sentences_are_plain_text_in_a_section(shown, snapshot):
    plots.show_note("First: China.")
    plots.show_statements("The bottom line", [("What holds", "Two do.", ("C02", "C25"))])
    assert shown == snapshot


def test_a_frame_without_a_row_is_a_note_where_figures_may_be_lacking(shown):
    rows = pd.DataFrame({"km": [1063.0], "source_id": ["FBK"]})
    assert plots.known(rows) is rows
    with plots.where_known("against"):
        recorded(shown, plots.known(rows.iloc[:0]))
    assert [note[NOTE_MIME]["section"] for note in shown] == ["against"]


def test_rows_in_words_name_economies_and_keep_their_order():
    frame = pd.DataFrame({"economy": ["UZB", "TUR"], "x": [1.25, np.nan]})
    assert plots.row_words(frame, "{economy}: {x:.1f}") == "Uzbekistan: 1.2; Türkiye: nan"


@pytest.mark.parametrize(("measure", "name"), CASES["measures"])
def test_measures_are_named_in_words(measure, name):
    assert plots.measure_name(measure) == name


# frames in a notebook and a terminal


def html(frame):
    return re.sub(r">\s+<", "><", hooks.any_frame_html(frame))


def units(frame):
    names, *below = re.findall("<tr>(.*?)</tr>", html(frame).partition("</thead>")[0])
    told = zip(names.split("</th>"), "".join(below).split("</th>"), strict=False)
    return {name.removeprefix("<th>"): unit[4:] for name, unit in told if unit[4:]}


@pytest.fixture(scope="module")
def rows():
    return ca.load("trade", reporter="KAZ", partner="CHN", product="TOTAL", source="KAZ_BNS")


@pytest.fixture(scope="module")
def many():
    return ca.load("trade", reporter="KAZ", product="TOTAL")


def test_a_frame_has_whole_numbers_units_both_ends_and_what_is_common_once(rows, many):
    page, (head, *_, last, size) = html(rows), ca.text(rows).splitlines()
    value, year, day = rows[["value_usd", "year", "known_on"]].iloc[-1]
    for cell in (f"{value:,.0f}", year, f"{day:%Y-%m-%d}"):
        assert f"<td>{cell}</td>" in page
    assert head.split() == ["year", "flow", "value_usd", "valuation", "known_on"]
    assert units(rows) == {"value_usd": "USD"} and len(last) <= 80
    assert size.startswith(f"{len(rows)} rows, in each: reporter KAZ, partner CHN,")
    assert "⋮" in html(many) and f"{len(many):,} rows" in html(many)
    assert " rows · as of 2023-05-19" in ca.text(ca.load("trade", as_of="2023-05-19"))
    assert "<b>x" not in html(rows.head(1).assign(source_id="<b>x</b>")), "text is no markup"


@pytest.mark.parametrize(("options", "asked", "so_many"), CASES["rows"])
def test_as_many_rows_are_shown_as_options_of_pandas_say(many, options, asked, so_many):
    """`head(20)` showed 12, whatever the options."""
    with pd.option_context(options):
        page = html(many.head(asked))
    assert page.partition("<tbody>")[2].count("<tr>") == so_many + (so_many < asked)


@pytest.mark.parametrize("number", [1, 7, 100, 101])
def test_a_text_has_as_many_rows_as_are_asked_for(many, number):
    *table, _ = ca.text(many.head(100), rows=number).splitlines()
    assert len(table) == 2 + min(number, 100) + (number < 100)


@pytest.mark.parametrize("number", [0, -3, 2.5, "all", True])
def test_rows_that_are_no_number_of_rows_are_refused(many, number):
    with pytest.raises(UsageError):
        ca.text(many, rows=number)


def test_numbers_are_written_as_the_reader_asks_pandas_to(rows):
    with pd.option_context("display.float_format", "{:.1e}".format):
        assert f"<td>{rows['value_usd'].iloc[0]:.1e}</td>" in html(rows)


def made(rows, line):
    """What a line of a reader's makes of rows."""
    return eval(line, {"rows": rows, "pd": pd})


@pytest.mark.parametrize("case", CASES["index"], ids=str)
def test_an_index_that_does_not_count_the_rows_is_shown(rows, case):
    """Years vanished, and labels for `loc` after a filter."""
    frame = made(rows, case)
    page = html(frame)
    assert all(f"<tr><td>{label}</td>" in page for label in frame.index)


@pytest.mark.parametrize("case", CASES["keep"], ids=str)
def test_figures_that_are_chosen_keep_their_unit(rows, case):
    assert units(made(rows, case)) == {"value_usd": "USD"}


@pytest.mark.parametrize("case", CASES["lose"], ids=str)
def test_what_is_computed_has_no_unit(rows, case):
    frame = made(rows, case)
    assert not units(frame) and ca.text(frame)


def test_rows_of_other_loads_keep_their_unit_and_what_is_computed_of_a_measure_has_none(rows):
    assert units(pd.concat([rows, ca.load("trade", reporter="KGZ")])) == {"value_usd": "USD"}
    gap = ca.trade.mirror_gap("KAZ", "CHN").eval("low = low / 1e9")
    assert units(gap[["year", "low", "high"]]) == {"high": "USD"}


@pytest.mark.parametrize(("table", "column", "value", "unit"), CASES["units"])
def test_where_rows_say_their_unit_it_stands_over_them(table, column, value, unit):
    assert units(ca.load(table).query(f"{column} == @unit")) == {value: unit}


@pytest.mark.parametrize("table", registry.tables())
def test_every_table_is_shown_with_its_units(table):
    """Those with a column `measure` raised: it was taken for the measure that gave the frame."""
    columns = registry.table(table).columns
    frame = ca.load(table)
    held = frame.columns[frame.notna().any()]
    assert units(frame) == {c: columns[c].unit for c in held if c in columns and columns[c].unit}


@pytest.mark.parametrize("columns", CASES["others"])
def test_any_other_frame_is_shown_by_pandas_and_as_text_if_asked(columns):
    frame = pd.DataFrame([columns])
    frame.attrs["table"] = ["trade"]  # what a reader keeps there is no table
    assert hooks.any_frame_html(frame) == frame._repr_html_()
    assert "1 row" in ca.text(frame)


def test_a_verdict_begins_with_its_answer():
    verdict = ca.check("C25")
    said = " ".join(re.sub(r"<[^>]+>", " ", hooks.verdict_html(verdict)).split())
    assert said.startswith(f"C25 {verdict.answer} As printed: ● {verdict.as_printed} .")
