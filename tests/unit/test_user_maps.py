"""How a user's file is read: by a map in words, by its headings, and what is said of the rest."""

import pandas as pd
import pytest

from ca_research import registry, sources
from ca_research.ground.errors import UsageError
from ca_research.sources.mapping import of_user

GOODS = {"reporter": "KAZ", "flow": "import", "product": "TOTAL", "valuation": "cif"}
GOODS |= {"scope": "goods"}
ABOUT = {"publisher": "Office", "title": "Invented", "licence": "none", "published": "2024-05-01"}
LONG = "Partner;Year;Value\nChina;2021;5\nRussia;2022;7\n"


@pytest.fixture
def read(tmp_path):
    """What is made of a text: (partner, year, value, ...) of each row, by a map."""

    def understood(text, columns=None, fixed=GOODS, **said):
        spec, file = registry.table("trade"), tmp_path / "figures.csv"
        file.write_text(text)
        columns = {k: {"is": v} for k, v in fixed.items()} | (columns or {})
        given = sources.read(file)
        mapped, _ = sources.understand(given, spec, of_user({**said, "columns": columns}, spec))
        return sources.apply(given, mapped, spec)

    return understood


def figures(found):
    assert not found.faults
    return [*found.rows[["partner", "year", "value_usd"]].itertuples(index=False, name=None)]


# --- a map in the user's words


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("decimal: ';'", "decimal"),
        ("year: {colum: Year}", "columns.year"),
        ("year: [Year]", "columns.year.column"),
        ("value_usd: {column: Value, times: million}", "columns.value_usd.times"),
        ("flow: {column: Way, words: {yes: import}}", "columns.flow.words"),
        ("header: first", "header"),
        ("only: {column: Year}", "only"),
        ("only: [{column: Year}]", "only.0.among"),
        ("fills: value_usd", "`fills` without `across`"),
        ("across: [{column: '2022', gives: {year: 2022}}]", "`across` without `fills`"),
        ("{fills: worth, across: [{column: '2022', gives: {year: 2022}}]}", "'worth' is no column"),
        ("{fills: value_usd, across: [{column: A, gives: {day: 2022}}]}", "'day' is no column"),
        ("totals: {product: TOTAL}", "`totals` without `sums`"),
        ("columns: [a, b]", "a map is a mapping"),
        ("[a, b]", "a map is a mapping"),
    ],
)
def test_a_slip_in_a_map_is_named_with_its_file_and_field(tmp_path, command, said, field):
    """It was a fault of ca-research itself."""
    (tmp_path / "figures.csv").write_text(LONG)
    (tmp_path / "map.yaml").write_text(said)
    about = [word for k, v in ABOUT.items() for word in (f"--{k}", v)]
    fixed = [word for k, v in GOODS.items() for word in ("--set", f"{k}={v}")]
    how = ["--table", "trade", "--source", "OWN", "--map", str(tmp_path / "map.yaml"), "--dry-run"]
    for more in ([], fixed):
        code, _, error = command("data", "add", str(tmp_path / "figures.csv"), *how, *about, *more)
        assert code == 2 and field in error and "map.yaml" in error
        assert "next:" in error and "fault of ca-research" not in error


def test_numbers_in_a_map_are_the_text_of_cells(read):
    """YAML makes a number of 2021, also where the hints of the tool propose it."""
    only = [{"column": "Year", "among": [2021], "why": "another year"}]
    found = read(LONG, only=only)
    assert figures(found) == [("CHN", "2021", "5")] and found.left_out == {"another year": 1}
    wide = "Partner;2021;2022\nChina;5;6\n"
    across = [{"column": 2022, "gives": {"year": 2022}}]
    assert figures(read(wide, across=across, fills="value_usd")) == [("CHN", "2022", "6")]
    flows = {"flow": {"column": "Way", "words": {1: "import"}}}
    text = "Partner;Year;Way;Value\nChina;2021;1;5\n"
    assert read(text, flows).rows["flow"].tolist() == ["import"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"year": {"column": "Year", "times": 2}}, "year: `times` changes nothing"),
        ({"value_usd": {"column": "Value", "span": "last"}}, "value_usd: `span` changes nothing"),
        ({"value_usd": {"column": "Value", "width": 2}}, "value_usd: `width` changes nothing"),
        ({"partner": {"column": "Partner", "first": 2}}, "partner: `first` changes nothing"),
        ({"layout": "comtrade"}, "`layout` is found out"),
    ],
)
def test_what_would_change_nothing_is_refused(said, words):
    """It was shown as understood, and ignored."""
    with pytest.raises(UsageError, match=words) as error:
        of_user(said, registry.table("trade"))
    assert error.value.hint


def test_lines_of_a_heading_count_without_its_place(read):
    """They were left to the guess, and the headings that it took were not those that were read."""
    text = "Partner;Year;Value\n;;(thousand USD)\nChina;2021;5\n"
    assert figures(read(text, header_rows=2)) == [("CHN", "2021", "5000")]


# --- what the user says of all rows, beside headings that are values

WIDE = "Partner;2021;2022\nChina;5;6\nRussia;7;8\n"
LEVELS = "Страна;2019 | degree;2019 | all;2020 | all\nКазахстан;1;2;3\nУзбекистан;4;5;6\n"


def test_a_value_for_all_rows_keeps_the_headings_that_agree(read):
    """It was shown as in force, and the headings went before it."""
    found = read(WIDE, {"year": {"is": "2022"}})
    assert figures(found) == [("CHN", "2022", "6"), ("RUS", "2022", "8")]
    assert found.left_out == {"columns not read: 2021": 1}
    assert len(read(WIDE).rows) == 4


def test_year_and_value_that_are_named_go_before_headings(read):
    for value, wanted in (("2021", ["5", "7"]), ({"is": "9"}, ["9", "9"])):
        found = read(WIDE, {"year": {"is": "2022"}, "value_usd": value})
        assert [one[1:] for one in figures(found)] == [("2022", figure) for figure in wanted]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"year": {"is": "2030"}}, "no heading is of year 2030"),
        ({"value_usd": {"is": "5"}}, "headings say what value_usd is"),
        ({"year": {"is": "2021/22"}, "value_usd": {"is": "5"}}, ""),
    ],
)
def test_what_cannot_stand_beside_headings_is_refused(read, said, words):
    if not words:
        assert not read(WIDE, said).map.across
        return
    with pytest.raises(UsageError, match=words) as error:
        read(WIDE, said)
    assert error.value.hint


def test_a_category_for_all_rows_keeps_its_headings(tmp_path):
    spec, file = registry.table("students"), tmp_path / "levels.csv"
    file.write_text(LEVELS)
    given = sources.read(file)
    columns = {"destination": "CHN", "precision": "exact", "statistic": "enrolled"}
    columns = {k: {"is": v} for k, v in columns.items()}
    for level, wanted in (("all", {"2", "3", "5", "6"}), ("degree", {"1", "4"})):
        said = of_user({**columns, "level": {"is": level}}, spec)
        found = sources.apply(given, sources.understand(given, spec, said)[0], spec)
        assert not found.faults and set(found.rows["students"]) == wanted
        assert set(found.rows["level"]) == {level}
    for level in ({"is": "scholarship"}, {"column": "Страна"}):
        with pytest.raises(UsageError, match="level"):
            sources.understand(given, spec, of_user({**columns, "level": level}, spec))


def test_a_year_for_all_rows_keeps_it_of_a_publisher_s_headings(tmp_path):
    spec, file = registry.table("macro"), tmp_path / "bank.csv"
    file.write_text(
        "Country Name,Country Code,Indicator Name,Indicator Code,2019,2020\n"
        "Tajikistan,TJK,GDP (current US$),NY.GDP.MKTP.CD,1,2\n"
    )
    given = sources.read(file)
    mapped, layout = sources.understand(given, spec, of_user({"year": {"is": 2020}}, spec))
    found = sources.apply(given, mapped, spec)
    assert layout and found.rows[["year", "value"]].to_numpy().tolist() == [["2020", "2"]]
    assert found.left_out == {"columns not read: 2019": 1}


# --- columns that nothing reads

BESIDE = "Partner;Year;Value (USD);{}\nChina;2022;5;{}\nRussia;2022;7;{}\n"


@pytest.mark.parametrize(
    ("head", "cells", "words"),
    [
        ("Coverage", ("January-September",), "part of a year: January-September"),
        ("Coverage", ("Q1", "Q2"), "part of a year: Q1"),
        ("Basis", ("year", "quarterly"), "part of a year: quarterly"),
        ("Months covered", ("9",), "rows of parts"),
        ("Number of months", ("12",), ""),
        ("Months", ("12",), ""),
        ("Months", ("1", "12"), "rows of parts"),
        ("Month", ("12",), "rows of parts"),
        ("month", ("52",), ""),
        ("Age", ("52",), "rows of parts"),
        ("Age group", ("15-24",), "rows of parts"),
        ("Agency", ("Bureau of National Statistics",), ""),
        ("Period", ("January-December 2022", "январь-декабрь 2022 г."), ""),
        ("Period", ("January-December 2022", "January-November 2022"), "rows of parts"),
        ("Frequency", ("Annual data", "P1Y"), ""),
        ("Sex", ("MF",), ""),
        ("Пол", ("Итого",), ""),
        ("Пол", ("Ж",), "rows of parts"),
        ("Note2", ("includes re-exports", "re-exports included"), ""),
        ("Last month reported", ("December", "May"), ""),
        ("Office", ("Jan", "OCT"), ""),
        ("Class", ("Q1",), ""),
        ("Reference period", ("Q1",), "part of a year: Q1"),
        ("Period covered", ("May",), "part of a year: May"),
        ("Period covered", ("9 months",), "part of a year: 9 months"),
        ("Term of the loan", ("9 months",), ""),
        ("мес.", ("1-11",), "rows of parts"),
        ("мес.", ("1-12",), ""),
        ("mon", ("3",), "rows of parts"),
        ("Davr", ("Yanvar-mart",), "part of a year: Yanvar-mart"),
        ("Davr", ("Yanvar-dekabr",), ""),
        ("Flow code", ("RX",), "part of exports or imports: RX"),
        ("Trade type", ("Exports of goods",), "always import, and cells say Exports of goods"),
        ("Kind", ("Экспорт товаров",), "always import, and cells say Экспорт"),
        ("Trade", ("Exports, FOB",), "always import, and cells say Exports, FOB"),
        ("Kind", ("EXP",), "always import, and cells say EXP"),
        ("Kind", ("出口额",), "always import, and cells say 出口额"),
        ("Kind", ("Export", "Balance"), "always import, and cells say Export"),
        ("Kind", ("Imports of goods", "Balance"), ""),
        ("Kind", ("进出口", "Export and import"), ""),
        ("Remark", ("Exports are told in a table of its own",), ""),
        ("Ministry", ("Expert council", "Экономика"), ""),
        ("Price basis", ("constant 2015 US$",), "constant prices"),
        ("Measure", ("tonnes",), "another unit than US dollars: tonnes"),
        ("Quantity unit", ("kg",), ""),
        ("Type", ("Re-export",), "part of exports or imports: Re-export"),
        ("Type", ("Import, including re-imports",), ""),
        ("Trade type", ("Export",), "flow is said to be always import, and cells say Export"),
        ("Trade type", ("Import",), ""),
        ("Trade type", ("Import", "Export"), "cells say Export"),
        ("Terms", ("fob",), "valuation is said to be always cif"),
        ("Reporter", ("KAZ", "UZB"), "reporter is said to be always KAZ, and cells say UZB"),
        ("Declarant", ("Узбекистан",), "reporter is said to be always KAZ"),
        ("Reporter", ("Kazakhstan", "398"), ""),
        ("HS code", ("27", "84"), "product is said to be always TOTAL, and cells say 27"),
        ("Commodity", ("270900",), "product is said to be always TOTAL"),
        ("Commodity", ("All commodities", "TOTAL"), ""),
        ("Commodity", ("Goods of all kinds",), ""),
        ("Sex", ("all",), ""),
        ("Source", ("Bulletin of Q1 2023",), ""),
        ("Code of area", ("CHN", "MAR"), ""),
        ("Scenario", ("baseline",), ""),
        ("Remark", ("revised in March 2024", "goods worth more than 2 million USD"), ""),
    ],
)
def test_cells_of_a_column_that_is_not_read(read, head, cells, words):
    """Nine months stood as a year, and re-exports as exports: nobody looked there."""
    text = BESIDE.format(head, cells[0], cells[-1])
    if words:
        with pytest.raises(UsageError, match=words) as error:
            read(text)
        assert f"only: [{{column: {head}," in error.value.hint
        only = [{"column": head, "among": cells, "why": "others"}]
        assert len(read(text, only=only).rows) == 2
    else:
        found = read(text)
        assert len(found.rows) == 2 and found.map.unread == {head: (*dict.fromkeys(cells),)}


def test_a_title_or_a_sheet_of_the_other_flow_is_refused(read, tmp_path):
    """Imports came in as exports, for the title was read for its unit alone."""
    text = "{};;\nPartner;Year;Value\nChina;2022;5\n"
    for title in ("Экспорт товаров, долл. США", "Exports of goods, USD", "中国出口额（美元）"):
        with pytest.raises(UsageError, match="always import, and a title says") as error:
            read(text.format(title))
        assert "--set flow=import" not in error.value.hint and "flow=export" in error.value.hint
    for title in ("Импорт товаров, долл. США", "Exports and imports, USD", "Trade, USD"):
        assert figures(read(text.format(title))) == [("CHN", "2022", "5")]
    with pytest.raises(UsageError, match="a title says Exports"):
        read("Partner;Year;Exports (USD)\nChina;2022;5\n", {"value_usd": "Exports (USD)"})
    frame = pd.DataFrame({"Partner": ["China"], "Year": [2022], "Value": [5]})
    frame.to_excel(tmp_path / "figures.xlsx", sheet_name="Экспорт", index=False)
    spec, given = registry.table("trade"), sources.read(tmp_path / "figures.xlsx")
    said = of_user({"columns": {k: {"is": v} for k, v in GOODS.items()}}, spec)
    with pytest.raises(UsageError, match="a title says Экспорт"):
        sources.understand(given, spec, said)


@pytest.mark.parametrize(
    ("said", "cells", "words"),
    [
        ("2020", ("2022", "2021"), "year is said to be always 2020, and cells say 2021"),
        ("2022", ("2022", "2022 г."), ""),
        ("2022", ("2022/23", "2021/22"), ""),
    ],
)
def test_a_year_of_all_rows_beside_a_column_of_years(read, said, cells, words):
    text = "Partner;Year;Value (USD)\nChina;{};5\nRussia;{};7\n".format(*cells)
    if words:
        with pytest.raises(UsageError, match=words) as error:
            read(text, {"year": {"is": said}})
        assert "say nothing of year" in error.value.hint
    else:
        assert set(read(text, {"year": {"is": said}}).rows["year"]) == {said}


def test_all_that_is_not_read_is_shown_with_its_first_cells(read):
    heads = "Scenario;Batch;;Rank"
    rows = "".join(f"Russia;{year};7;b;{year - 2000};;1\n" for year in range(2010, 2014))
    text = f"Partner;Year;Value;{heads}\nChina;2022;5;base;;;1\n{rows}"
    first = {"Scenario": ("base", "b"), "Batch": ("10", "11", "12", "..."), "Rank": ("1",)}
    assert read(text).map.unread == first
    wide = "Partner;Scenario;2021\nChina;base;5\n"
    assert read(wide).map.unread == {"Scenario": ("base",)}


# --- hints that lead on


def test_of_a_figure_without_a_column_its_heading_is_asked_for(read):
    """The hint was to give all rows one figure."""
    text = "Partner;Year;Imports (mln USD);Batch\nChina;2022;5;a\n"
    with pytest.raises(UsageError, match="nothing says what value_usd is") as error:
        read(text)
    assert "value_usd: Imports (mln USD) (or Batch)" in error.value.hint
    assert "--set" not in error.value.hint
    assert figures(read(text, {"value_usd": "Imports (mln USD)"})) == [("CHN", "2022", "5000000")]


def test_totals_and_groups_do_not_outweigh_economies(read):
    text = "Страна;2021;2022\nКитай;1;2\nРоссия;3;4\nИтого;9;9\nПрочие;5;6\n"
    assert [one[0] for one in figures(read(text))] == ["CHN", "CHN", "RUS", "RUS"]


@pytest.mark.parametrize("head", ["2022/2021", "2022/21"])
def test_a_falling_range_is_no_year(read, head):
    """The hint was to say `span`, with which it was refused again."""
    found = read(f"Partner;2021;2022;{head}\nChina;5;6;120\n")
    assert len(figures(found)) == 2 and found.left_out == {f"columns not read: {head}": 1}
    assert "a ratio" in str(read(f"Partner;Year;Value\nChina;{head};6\n").faults[0])


def test_slips_of_the_command_have_hints_of_their_own(tmp_path, command):
    (tmp_path / "figures.csv").write_text(LONG)
    about = [word for k, v in ABOUT.items() for word in (f"--{k}", v)]
    about += [word for k, v in GOODS.items() for word in ("--set", f"{k}={v}")]
    how = ["--table", "trade", "--source", "OWN", "--dry-run", *about]
    for more, hint in (
        (("--set", "flow"), "--set flow=import"),
        (("--set", "flow=export"), "all rows have one: --set flow=export"),
        (("--preference", "-5"), "a preference and a lag are whole numbers from 0"),
    ):
        code, _, error = command("data", "add", str(tmp_path / "figures.csv"), *how, *more)
        assert code == 2 and hint in error
