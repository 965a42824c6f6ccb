"""What a notebook and a terminal show of frames, claims, verdicts and models: words, units and
numbers that are read.
"""

import re
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.plots import hooks
from ca_research.stats.measured import measured

EXPONENT = re.compile(r"\de[+]\d")


def shown_in_a_terminal(frame):
    printer = Mock()
    hooks.any_frame_text(frame, printer, False)
    return printer.text.call_args.args[0]


def units_in(html):
    return dict(re.findall("<th>([^<]*)<br><small>(.*?)</small>", html))


@pytest.fixture(scope="module")
def rows():
    return ca.load("trade", reporter="KAZ", partner="CHN", product="TOTAL", source="KAZ_BNS")


def test_a_loaded_frame_shows_whole_numbers_units_and_both_ends(rows):
    html = hooks.any_frame_html(rows)
    assert "<th>value_usd<br><small>USD</small></th>" in html
    first, last = (f"{rows['value_usd'].iloc[i]:,.0f}" for i in (0, -1))
    assert f"<td>{first}</td>" in html and f"<td>{last}</td>" in html
    assert not EXPONENT.search(html) and f"{len(rows)} rows" in html
    assert f"<td>{rows['year'].iloc[0]}</td>" in html, "years have no comma"
    assert rows["known_on"].iloc[0].date().isoformat() in html


def test_what_is_long_shows_its_beginning_and_its_end():
    long = ca.load("trade", reporter="KAZ", product="TOTAL")
    html = hooks.any_frame_html(long)
    assert html.count("<tr>") == 12 and "⋮" in html and f"{len(long):,} rows" in html


@pytest.fixture(scope="module")
def many():
    return ca.load("trade", reporter="KAZ", product="TOTAL").head(100)


@pytest.mark.parametrize(
    ("options", "asked", "shown"),
    [
        ({"display.width": 80}, 20, 20),
        ({"display.width": 80}, 100, 10),
        ({"display.max_rows": 500}, 100, 100),
        ({"display.max_rows": None}, 100, 100),
        ({"display.max_rows": 5}, 20, 5),
        ({"display.min_rows": 31}, 100, 31),
        ({"display.min_rows": None}, 100, 60),
    ],
)
def test_as_many_rows_are_shown_as_options_of_pandas_say(many, options, asked, shown):
    """`head(20)` showed 12, whatever the options."""
    frame = many.head(asked)
    with pd.option_context(options):
        html, lines = hooks.any_frame_html(frame), ca.text(frame).splitlines()
    assert html.count("<tr>") == 1 + shown + (shown < asked)
    assert len(lines) == 3 + shown + (shown < asked), "names, units, and what is common below"


@pytest.mark.parametrize("rows", [1, 2, 7, 100, 101])
def test_a_text_has_as_many_rows_as_are_asked_for(many, rows):
    *table, _ = ca.text(many, rows=rows).splitlines()
    assert len(table) == 2 + min(rows, 100) + (rows < 100)
    between = [n for n, line in enumerate(table) if "⋮" in line]
    assert between == ([2 + (rows + 1) // 2] if rows < 100 else [])


@pytest.mark.parametrize("rows", [0, -3, 2.5, "all", True])
def test_rows_that_are_no_number_of_rows_are_refused(many, rows):
    with pytest.raises(UsageError, match="rows must be a"):
        ca.text(many, rows=rows)


def test_numbers_are_written_as_the_reader_asks_pandas_to(rows):
    with pd.option_context("display.float_format", "{:.1e}".format):
        html, said = hooks.any_frame_html(rows), ca.text(rows)
    value, year = rows["value_usd"].iloc[0], rows["year"].iloc[0]
    assert f"<td>{value:.1e}</td>" in html and f"<td>{year}</td>" in html
    assert f"{value:.1e}" in said


def test_a_measure_is_shown_so_too_and_what_is_missing_is_a_dash():
    gap = ca.trade.mirror_gap("TKM", "CHN", since=2020)
    html = hooks.any_frame_html(gap)
    assert "<td>–</td>" in html and not EXPONENT.search(html)


@pytest.mark.parametrize(
    "made",
    [
        lambda rows: rows.groupby("year")[["value_usd"]].sum(),
        lambda rows: rows.set_index("year")[["value_usd"]],
        lambda rows: ca.trade.mirror_gap("KAZ", "CHN", since=2022).set_index("year"),
    ],
    ids=["a sum", "an index", "a measure"],
)
def test_an_index_is_shown(rows, made):
    """It was left out: sums by year had no year."""
    html = hooks.any_frame_html(made(rows))
    assert "<tr><th>year</th>" in html and "<td>2023</td>" in html


@pytest.mark.parametrize(
    "chosen",
    [
        lambda rows: rows[rows["year"] > 2020],
        lambda rows: rows[["year", "value_usd"]].sort_values("value_usd"),
        lambda rows: rows.set_index(["partner", "year"])[["value_usd"]],
        lambda rows: rows.astype({"value_usd": "int64", "year": "int32"}),
        lambda rows: pd.concat([rows, ca.load("trade", reporter="KGZ", product="TOTAL")]),
    ],
    ids=["rows", "columns", "an index", "types", "more rows"],
)
def test_figures_that_are_chosen_keep_their_unit(rows, chosen):
    assert units_in(hooks.any_frame_html(chosen(rows))) == {"value_usd": "USD"}


@pytest.mark.parametrize(
    "made",
    [
        lambda rows: rows.assign(value_usd=rows["value_usd"] / 1e9).tail(2),
        lambda rows: rows.assign(value_usd=rows["value_usd"] > 1e6),
        lambda rows: rows.assign(value_usd=rows["value_usd"] * 1j),
        lambda rows: rows.corr(numeric_only=True),
        lambda rows: rows.rank(numeric_only=True),
        lambda rows: rows.describe(),
        lambda rows: rows[["value_usd"]].pct_change(),
        lambda rows: pd.concat([rows, rows], axis=1),
        lambda rows: ca.load("students").rank(numeric_only=True),
        lambda rows: ca.trade.mirror_gap("KGZ", "CHN").corr(numeric_only=True),
    ],
)
def test_what_is_computed_has_no_unit(rows, made):
    """'USD' stood over billions, correlations, ranks and counts: pandas carries attrs on."""
    assert not units_in(hooks.any_frame_html(made(rows)))
    assert ca.text(made(rows))


def test_a_computed_column_of_a_measure_has_no_unit():
    gap = ca.trade.mirror_gap("KAZ", "CHN")
    billions = gap.assign(low=gap["low"] / 1e9)[["year", "low", "high"]]
    assert units_in(hooks.any_frame_html(billions)) == {"high": "USD"}
    own = measured(pd.DataFrame({"rank": [1]}), "rank").assign(low=3)
    assert not units_in(hooks.any_frame_html(own))


def test_where_rows_say_their_unit_it_stands_over_them():
    world = ca.load("macro", indicator="NY.GDP.MKTP.CD")
    loans = ca.load("projects").query("price_basis == 'constant 2021 USD'")
    for rows, units in (
        (world, {"value": "current USD"}),
        (world.drop(columns="unit"), {}),
        (loans, {"amount_usd": "constant 2021 USD"}),
        (loans.drop(columns="price_basis"), {"amount_usd": "USD"}),
    ):
        assert units_in(hooks.any_frame_html(rows)) == units


def test_where_no_tables_are_rows_are_shown_without_units(rows, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "processed_dir", lambda: tmp_path)
    html = hooks.any_frame_html(rows)
    assert f"{len(rows)} rows" in html and not units_in(html)


def test_of_what_the_file_does_not_hold_the_whole_key_has_to_do(rows):
    kept = rows.assign(vintage="2024-01-31")
    assert units_in(hooks.any_frame_html(kept)) == {"value_usd": "USD"}
    assert not units_in(hooks.any_frame_html(kept.drop(columns="product")))


@pytest.mark.parametrize(
    "made",
    [
        lambda rows: rows.pivot_table(
            index="year", columns="flow", values="value_usd", aggfunc="sum"
        ).rename_axis(index=None),
        lambda rows: rows[["value_usd"]].set_axis(rows["year"].astype(int).tolist()),
        lambda rows: rows.sort_values("value_usd")[3:7],
    ],
    ids=["a pivot", "an axis", "a filter"],
)
def test_whole_numbers_without_a_name_are_shown_where_they_do_not_count_the_rows(rows, made):
    """They were taken for a count: years vanished, and labels for `loc` after a filter."""
    shown = made(rows)
    html = hooks.any_frame_html(shown)
    assert all(f"<tr><td>{label}</td>" in html for label in shown.index)
    lines = ca.text(shown).splitlines()[-1 - len(shown) : -1]
    assert [line.split()[0] for line in lines] == list(map(str, shown.index))


def test_labels_that_are_all_the_same_stand_beside_their_rows(rows):
    assert "in each:  0" not in ca.text(rows.set_axis([0] * len(rows)))


def test_columns_of_several_levels_are_shown_by_pandas(rows):
    wide = rows.pivot_table(index="year", columns="flow", values=["value_usd"])
    assert hooks.any_frame_html(wide) == wide._repr_html_()


def test_a_frame_in_a_terminal_has_units_and_tells_once_what_is_the_same(rows):
    *table, size = ca.text(rows).splitlines()
    assert table[0].split() == ["year", "flow", "value_usd", "valuation", "known_on"]
    assert table[1].strip() == "USD" and len(table) == 2 + len(rows)
    assert f"{rows['value_usd'].iloc[-1]:,.0f}" in table[-1]
    assert size.startswith(f"{len(rows)} rows, in each: reporter KAZ, partner CHN,")
    assert not EXPONENT.search(ca.text(rows)) and max(map(len, table)) <= 80
    assert ca.text(rows.head(0)).endswith("0 rows") and "in each" not in ca.text(rows.head(1))
    long = ca.load("trade", reporter="KAZ", product="TOTAL", as_of="2023-05-19")
    assert "⋮" in ca.text(long) and " rows · as of 2023-05-19" in ca.text(long)
    assert "USD" in ca.text(ca.trade.mirror_gap("KAZ", "CHN")).splitlines()[1]
    assert ca.text(pd.DataFrame({"x": [1.5, 2]})) == "  x\n1.5\n  2\n2 rows"


def test_text_of_a_reader_is_no_markup(rows):
    odd = rows.head(1).assign(source_id="<b>x</b>")
    assert "<b>x" not in hooks.any_frame_html(odd)


@pytest.mark.parametrize("table", registry.tables())
def test_every_table_is_shown_with_its_units(table):
    """Those with a column `measure` raised: it was taken for the measure that gave the frame."""
    rows = ca.load(table)
    html = hooks.any_frame_html(rows)
    assert f"{len(rows):,} rows" in html and shown_in_a_terminal(rows)
    units = {c: one.unit for c, one in registry.table(table).columns.items() if one.unit}
    assert units_in(html) == units


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [1.5]}),
        pd.DataFrame({"measure": ["a", "b"], "x": [1, 2]}),
        pd.DataFrame({"table": ["trade", "trade"], "attrs": [1, 2]}),
    ],
    ids=lambda frame: frame.columns[0],
)
def test_any_other_frame_is_shown_by_pandas(frame):
    assert hooks.any_frame_html(frame) == frame._repr_html_()
    assert shown_in_a_terminal(frame) == repr(frame)
    assert f"{len(frame)} row" in ca.text(frame)


def test_what_a_reader_keeps_in_attrs_is_no_table():
    frame = pd.DataFrame({"x": [1.5]})
    frame.attrs["table"] = ["trade"]
    assert hooks.any_frame_html(frame) == frame._repr_html_()


def test_a_verdict_begins_with_its_answer():
    verdict = ca.check("C25")
    shown = re.sub(r"<[^>]+>", " ", hooks.verdict_html(verdict))
    said = " ".join(shown.split())
    assert said.startswith(f"C25 {verdict.answer} As printed: ● {verdict.as_printed} .")
    assert "yes 3,305 km" in said and "as of" not in said
    bundle = hooks.verdict_bundle(verdict)
    assert bundle["text/plain"] == str(verdict) and verdict.answer in str(verdict)


def test_a_claim_wraps():
    assert "white-space: pre-wrap" in hooks.claim_html(ca.claim("C25"))


def test_a_printed_model_has_numbers_that_are_read():
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "from"])
    noise = 1e7 * np.random.default_rng(0).normal(size=len(frame))
    frame["usd"] = noise + 1e10 * (frame["year"] >= frame["from"])
    found = ca.stats.event_study(frame, unit="unit", time="year", outcome="usd", first="from")
    said = repr(found)
    assert not EXPONENT.search(said)
    assert re.search(r"effect over all treated periods (9|10),\d{3},\d{3},\d{3} ", said)
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)), columns=["y", "x"])
    assert "1 specifications, 0 without" in repr(ca.stats.specification_curve(data, "y", "x"))
