"""Files as people have them: each is read right, or refused with its reason. All figures are
invented.
"""

import datetime as dt
import gzip
import io
import os
import re
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from ca_research import registry, sources
from ca_research.ground.errors import FileError, UsageError
from ca_research.sources import sheets
from ca_research.sources.mapping import of_user

FIXED = {"level": "all", "precision": "exact", "statistic": "enrolled"}
HEAD = "origin,destination,year,students\n"
PLAIN = [("KAZ", "CHN", "2019", "1234"), ("KGZ", "CHN", "2019", "56")]


def understood(file, table="students", fixed=FIXED, **said):
    """What is made of a file: (rows of text, reasons for what was left out, faults)."""
    spec = registry.table(table)
    given = sources.read(file)
    columns = {k: {"is": v} for k, v in fixed.items()} | said.pop("columns", {})
    mapped, _ = sources.understand(given, spec, of_user({**said, "columns": columns}, spec))
    found = sources.apply(given, mapped, spec)
    wanted = [c for c in ("origin", "destination", "year", "students") if c in found.rows]
    return list(found.rows[wanted].itertuples(index=False, name=None)), found.left_out, found.faults


def book(*rows, name="Sheet", merged=()):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def rows_of(text, encoding="utf-8"):
    return text.encode(encoding)


CHINESE = "来源国,目的国,年份,人数\n哈萨克斯坦,中国,2019年,1234\n吉尔吉斯斯坦,中国,2019年,56\n"
RUSSIAN = "страна происхождения;страна обучения;год;студентов\nКазахстан;Китай;2019 г.;1234\n"
RUSSIAN += "Киргизия;Китай;2019 г.;56\n"
LONG = HEAD + "KAZ,CHN,2019,{}\nKGZ,CHN,2019,56\n"


READ_RIGHT = {
    "plain.csv": rows_of(LONG.format("1234")),
    "bom.csv": rows_of(LONG.format("1234"), "utf-8-sig"),
    "utf16.csv": rows_of(LONG.format("1234"), "utf-16"),
    "utf16_without_bom.csv": rows_of(LONG.format("1234"), "utf-16-le"),
    "carriage_returns.csv": rows_of(LONG.format("1234").replace("\n", "\r\n")),
    "tabs.tsv": rows_of(LONG.format("1234").replace(",", "\t")),
    "tabs_called_csv.csv": rows_of(LONG.format("1234").replace(",", "\t")),
    "semicolons.csv": rows_of(LONG.format("1234").replace(",", ";")),
    "bars.txt": rows_of(LONG.format("1234").replace(",", "|")),
    "quoted.csv": rows_of(LONG.format('"1234"').replace("KAZ", '"KAZ"')),
    "cyrillic.csv": rows_of(RUSSIAN),
    "cp1251.csv": rows_of(RUSSIAN, "cp1251"),
    "chinese.csv": rows_of(CHINESE),
    "gb18030.csv": rows_of(CHINESE, "gb18030"),
    "thin_spaces.csv": rows_of(LONG.format("1\u2009234")),
    "narrow_no_break.csv": rows_of(LONG.format("1\u202f234")),
    "no_break.csv": rows_of(LONG.format("1\u00a0234")),
    "apostrophe.csv": rows_of(LONG.format("1'234")),
    "footnote.csv": rows_of(LONG.format("1234*")),
    "raised_figure.csv": rows_of(LONG.format("1234²")),
    "letter_note.csv": rows_of(LONG.format("1234 (a)")),
    "full_width.csv": rows_of(LONG.format("１２３４")),
    "arabic.csv": rows_of(LONG.format("١٢٣٤")),
    "numbers_as_text.xlsx": book(
        ("origin", "destination", "year", "students"),
        ("KAZ", "CHN", "2019", "1234"),
        ("KGZ", "CHN", "2019", "56"),
    ),
    "numbers.xlsx": book(
        ("origin", "destination", "year", "students"),
        ("KAZ", "CHN", 2019, 1234),
        ("KGZ", "CHN", 2019.0, 56.0),
    ),
    "titles_above.xlsx": book(
        ("Students abroad",),
        (),
        ("origin", "destination", "year", "students"),
        ("KAZ", "CHN", 2019, 1234),
        ("KGZ", "CHN", 2019, 56),
    ),
    "total_below.csv": rows_of(LONG.format("1234") + "Total,CHN,2019,1290\n"),
    "total_russian.csv": rows_of(LONG.format("1234") + "Итого,CHN,2019,1290\n"),
    "total_chinese.csv": rows_of(LONG.format("1234") + "合计,CHN,2019,1290\n"),
    "group.csv": rows_of(LONG.format("1234") + "Other countries,CHN,2019,9\n"),
    "no_figure.csv": rows_of(LONG.format("1234") + "UZB,CHN,2019,n/a\nTJK,CHN,2019,..\n"),
    "colons.csv": rows_of(LONG.format("1234") + "UZB,CHN,2019,:\nTJK,CHN,2019,-\n"),
    "m49.csv": rows_of(LONG.format("1234").replace("KAZ", "398").replace("CHN", "156")),
    "m49_without_zeros.csv": rows_of(LONG.format("1234") + "AFG,CHN,2019,\n4,CHN,2019,\n"),
    "iso2.csv": rows_of(LONG.format("1234").replace("KAZ", "KZ").replace("KGZ", "kg")),
    "names.csv": rows_of(LONG.format("1234").replace("KGZ", "Kyrgyz Republic")),
    "academic_year.csv": rows_of(LONG.format("1234").replace("2019", "2018/19")),
    "academic_year_long.csv": rows_of(LONG.format("1234").replace("2019", "2018-2019")),
    "wide.csv": rows_of("origin,destination,2018,2019\nKAZ,CHN,..,1234\nKGZ,CHN,..,56\n"),
    "wide_dates.xlsx": book(
        ("origin", "destination", dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)),
        ("KAZ", "CHN", 1234, None),
        ("KGZ", "CHN", 56, None),
    ),
    "empty_lines.csv": rows_of("\n\n" + LONG.format("1234").replace("KGZ", "\n\nKGZ") + "\n\n"),
    "other_order.csv": rows_of(
        "students,year,destination,origin\n1234,2019,CHN,KAZ\n56,2019,CHN,KGZ\n"
    ),
    "more_columns.csv": rows_of(
        "note,origin,destination,year,students,seen\nx,KAZ,CHN,2019,1234,y\n,KGZ,CHN,2019,56,\n"
    ),
}


@pytest.mark.parametrize("name", READ_RIGHT)
def test_read_right(name, tmp_path):
    file = tmp_path / name
    file.write_bytes(READ_RIGHT[name])
    rows, _, faults = understood(file)
    assert not faults
    assert sorted(rows) == PLAIN


@pytest.mark.parametrize("kind", ["dta", "parquet"])
def test_frames_of_other_programs(kind, tmp_path):
    frame = pd.DataFrame(PLAIN, columns=["origin", "destination", "year", "students"])
    frame = frame.astype({"year": "int32", "students": "float64"})
    file = tmp_path / f"students.{kind}"
    frame.to_stata(file, write_index=False) if kind == "dta" else frame.to_parquet(file)
    assert sorted(understood(file)[0]) == PLAIN


DECIMAL = {  # cell, and what it is
    "1,5": "1.5",
    "1 234,5": "1234.5",
    "1.234,5": "1234.5",
    "1,234.5": "1234.5",
    "1,234,567": "1234567",
    "1.234.567": "1234567",
    "0,125": "0.125",
    "1.5e3": "1500",
}


@pytest.mark.parametrize("cell", DECIMAL)
def test_a_decimal_mark_is_found_out(cell, tmp_path):
    file = tmp_path / "f.csv"
    file.write_text(HEAD.replace(",", ";") + f"KAZ;CHN;2019;{cell}\n")
    assert understood(file)[0] == [("KAZ", "CHN", "2019", DECIMAL[cell])]


REASONS = {  # a cell in the last column, and why it is refused
    "1,234": "may be 1234 or 1.234",
    "12%": "a share",
    "(12)": "in brackets",
    ">100": "a bound",
    "about 100": "a bound",
    "100-200": "a range",
    "$100": "a sign of a currency",
    "#REF!": "an error of the spreadsheet",
    "many": "must be a number",
    "12 people": "must be a number",
    "1 23": "must be a number",
}


@pytest.mark.parametrize("cell", REASONS)
def test_a_cell_that_is_no_number_is_refused_with_its_reason(cell, tmp_path):
    file = tmp_path / "f.csv"
    file.write_text(HEAD.replace(",", ";") + f"KGZ;CHN;2019;1\nKAZ;CHN;2019;{cell}\n")
    rows, _, (fault,) = understood(file)
    assert rows == [("KGZ", "CHN", "2019", "1")]
    assert (fault.file, fault.line, fault.column, fault.value) == ("f.csv", 3, "students", cell)
    assert REASONS[cell] in fault.rule


YEARS = {
    "2019 Q1": "a part of a year",
    "Jan-Jun 2019": "a part of a year",
    "2019-05": "a part of a year",
    "янв-сен 2019": "a part of a year",
    "2010-2015": "a range of several years",
    "last year": "must be a year",
    "19": "must be a year",
}


@pytest.mark.parametrize("cell", YEARS)
def test_a_cell_that_is_no_year_is_refused_with_its_reason(cell, tmp_path):
    file = tmp_path / "f.csv"
    file.write_text(LONG.format(1) + f"KAZ,CHN,{cell},1\nTJK,CHN,2020,2\nUZB,CHN,2020,2\n")
    _, _, (fault,) = understood(file)
    assert fault.value == cell and YEARS[cell] in fault.rule


def test_a_country_that_is_none_is_refused(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text(LONG.format(1) + "Kazakstann,CHN,2019,1\n")
    _, _, (fault,) = understood(file)
    assert (fault.line, fault.value) == (4, "Kazakstann") and "no economy" in fault.rule


TRADE = {"valuation": "fob", "scope": "goods", "product": "TOTAL"}


@pytest.mark.parametrize(
    "unit, times",
    {
        "mln USD": 10**6,
        "тыс. долл. США": 1000,
        "US$ billion": 10**9,
        "亿美元": 10**8,
        "USD": 1,
    }.items(),
)
def test_thousands_and_millions_in_a_heading(unit, times, tmp_path):
    file = tmp_path / "f.csv"
    file.write_text(f"reporter,partner,year,flow,value ({unit})\nKAZ,CHN,2019,Exports,2\n")
    spec = registry.table("trade")
    given = sources.read(file)
    said = of_user({k: {"is": v} for k, v in TRADE.items()}, spec)
    found = sources.apply(given, sources.understand(given, spec, said)[0], spec)
    assert found.rows["value_usd"].tolist() == [str(2 * times)]
    assert found.rows["flow"].tolist() == ["export"]


def test_another_currency_is_refused(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("reporter,partner,year,flow,value (mln EUR)\nKAZ,CHN,2019,Exports,2\n")
    with pytest.raises(UsageError, match="another currency than US dollars: EUR"):
        understood(file, "trade", TRADE)


def test_a_merged_heading_of_two_lines(tmp_path):
    file = tmp_path / "f.xlsx"
    file.write_bytes(
        book(
            ("Trade of Kazakhstan, million USD",),
            ("Partner", 2019, None, 2020, None),
            (None, "Export", "Import", "Export", "Import"),
            ("China", 1, 2, 3, 4),
            ("Russia", 5, 6, 7, "..."),
            name="Внешняя торговля",
            merged=("B2:C2", "D2:E2"),
        )
    )
    spec = registry.table("trade")
    given = sources.read(file)
    said = of_user({k: {"is": v} for k, v in (TRADE | {"reporter": "KAZ"}).items()}, spec)
    found = sources.apply(given, sources.understand(given, spec, said)[0], spec)
    assert not found.faults
    read = found.rows[["partner", "year", "flow", "value_usd"]].itertuples(index=False, name=None)
    assert sorted(read) == sorted(
        (p, y, f, str(v * 10**6))
        for p, values in {"CHN": (1, 2, 3, 4), "RUS": (5, 6, 7)}.items()
        for (y, f), v in zip(
            [("2019", "export"), ("2019", "import"), ("2020", "export"), ("2020", "import")],
            values,
            strict=False,
        )
    )


# --- what the usual economist has on disk: (rows read, a word of what was left out or refused)

SIX = "reporter,partner,year,flow,value{unit}\nKAZ,CHN,2019,Exports,5\n"
HEADS = ("origin", "destination", "year", "students")


def workbook(*sheets, then=lambda book: None):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, *rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    then(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def hidden(what, key):
    def then(made):
        getattr(made.worksheets[0], f"{what}_dimensions")[key].hidden = True

    return then


def formed(code):
    def then(made):
        for row in (2, 3):
            made.worksheets[0].cell(row, 4).number_format = code

    return then


def away(made):
    made["old"].sheet_state = "hidden"


TWO = (("KAZ", "CHN", 2019, 1234), ("KGZ", "CHN", 2019, 56))
FEW = (("KAZ", "CHN", 2019, 0.05), ("KGZ", "CHN", 2019, 0.5))

ECONOMISTS = {  # file: (bytes, figures by economy or their number, words of a fault or a remark)
    "two_sheets.xlsx": (workbook(("a", HEADS, TWO[0]), ("b", HEADS, TWO[1])), {}, "2 sheets have"),
    "two_years.xlsx": (
        workbook(
            ("2018", ("origin", "destination", 2018), ("KAZ", "CHN", 5)),
            ("2019", ("origin", "destination", 2019, "2020 г."), ("KAZ", "CHN", 6, 7)),
        ),
        {},
        "2 sheets have",
    ),
    "two_spellings.xlsx": (
        workbook(("a", HEADS, TWO[0]), ("b", (*HEADS[:3], "Students "), TWO[1])),
        {},
        "2 sheets have",
    ),
    "cover.xlsx": (
        workbook(("read me", ("origin",), ("of figures",)), ("b", HEADS, *TWO)),
        2,
        "sheets not read: read me",
    ),
    "hidden_row.xlsx": (workbook(("a", HEADS, *TWO), then=hidden("row", 3)), {}, "row that is hid"),
    "hidden_column.xlsx": (
        workbook(("a", HEADS, *TWO), then=hidden("column", "D")),
        {},
        "column D",
    ),
    "hidden_sheet.xlsx": (
        workbook(("old", HEADS, TWO[0], TWO[0], TWO[1]), ("new", HEADS, *TWO), then=away),
        2,
        "",
    ),
    "percent.xlsx": (workbook(("a", HEADS, *FEW), then=formed("0.0%")), {}, "a share"),
    "in_thousands_shown.xlsx": (workbook(("a", HEADS, *TWO), then=formed("#,##0,")), 2, ""),
    "serial.xlsx": (workbook(("a", HEADS, ("KAZ", "CHN", 43466, 1))), {}, "must be a year"),
    "serial.csv": (HEAD + "KAZ,CHN,43466,5\n", {}, "must be a year"),
    "days.csv": (HEAD + "KAZ,CHN,31.12.2019,5\n", {}, "must be a year"),
    "two_digits.csv": (HEAD + "KAZ,CHN,19,5\n", {}, "must be a year"),
    "float_year.csv": (LONG.format(1234).replace("2019", "2019.0"), 2, ""),
    "fiscal.csv": (HEAD + "KAZ,CHN,FY2021,5\n", {}, "a fiscal year"),
    "brackets.csv": (HEAD + "KAZ,CHN,2019,(5)\n", {}, "in brackets"),
    "minus_behind.csv": (HEAD + "KAZ,CHN,2019,5-\n", {}, "must be a number"),
    "points.csv": (LONG.format("1.234").replace("56", "5.678"), {}, "may be"),
    "points_and_whole.csv": (LONG.format("1234").replace("56", "5.678"), {"KGZ": "5.678"}, ""),
    "both_marks.csv": (
        (HEAD + "KAZ,CHN,2019,1.234_5\nKGZ,CHN,2019,2_345.5\n").replace(",", ";").replace("_", ","),
        {},
        "used both ways",
    ),
    "loose_comma.csv": (LONG.format("1,234"), {"KGZ": "56"}, "more cells than the 4 headings"),
    "one_heading_twice.csv": (
        LONG.format("1234").replace("students", "students,students"),
        {},
        "two",
    ),
    "one_year_twice.csv": ("origin,destination,2019,2019\nKAZ,CHN,1,2\n", {}, "two columns are"),
    "year_with_a_note.csv": (
        "origin,destination,2019,2020 (prelim.)\nKAZ,CHN,1,2\n",
        {"KAZ": "1"},
        "columns not read: 2020 (prelim.)",
    ),
    "growth_beside.csv": (
        'origin,destination,2019,2020,"2020/2019, %"\nKAZ,CHN,1,,90\n',
        {"KAZ": "1"},
        "columns not read: 2020/2019, %",
    ),
    "thousands_above.csv": (
        "Students (thousands)\n" + HEAD + "KAZ,CHN,2019,5\n",
        {"KAZ": "5000"},
        "",
    ),
    "thousands_below.csv": (
        LONG.format(1) + "All figures in thousands,,,\n",
        {},
        "speaks of the unit",
    ),
    "genitive.csv": (
        RUSSIAN.replace("Казахстан", "Казахстана")
        .replace("Китай", "Китая")
        .replace("Киргизия", "Киргизии"),
        2,
        "",
    ),
    "short_names.csv": (
        LONG.format("1234").replace("KAZ", "Kazakhstan (Rep.)").replace("KGZ", "Kyrgyz Rep"),
        2,
        "",
    ),
    "turkey.csv": (
        LONG.format("1").replace("KAZ", "Turkey").replace("KGZ", "Türkiye"),
        {"TUR": "56"},
        "",
    ),
    "number_with_a_point.csv": (LONG.format("1234").replace("CHN", "156.0"), 2, ""),
    "all.csv": (LONG.format("1234") + "All,CHN,2019,9\nRest of world,CHN,2019,9\n", 2, ""),
    "stata_missing.csv": (
        LONG.format("1234") + "UZB,CHN,2019,.a\nTJK,CHN,2019,.\n",
        2,
        "no figure",
    ),
    "packed.csv.gz": (gzip.compress(HEAD.encode()), {}, "a packed file"),
    "packed.csv": (gzip.compress(HEAD.encode()), {}, "a packed file that is called"),
    "workbook.csv": (book(HEADS, *TWO), {}, "a workbook or a packed file"),
    "page.csv": ("<!DOCTYPE html><html>log in</html>\n", {}, "a web page"),
    "heading_alone.csv": (HEAD, {}, "no rows below"),
    "blank.csv": ("  \n \n", {}, "no rows below"),
    "name_\udcfe.csv": (LONG.format("1234"), {}, "no text in UTF-8"),
    "two_scales.csv": (
        SIX.format(unit=",unit").replace(
            ",5\n", ",5,thousand USD\nKAZ,RUS,2019,Exports,5,mln USD\n"
        ),
        {},
        "figures of several units",
    ),
    "one_scale.csv": (
        SIX.format(unit=",unit").replace(",5\n", ",5,mln USD\n"),
        {"KAZ": "5000000"},
        "",
    ),
    "sdmx_scale.csv": (
        SIX.format(unit=",UNIT,UNIT_MULT").replace(",5\n", ",5,USD,3\n"),
        {"KAZ": "5000"},
        "",
    ),
    "euros_beside.csv": (SIX.format(unit=",currency").replace(",5\n", ",5,EUR\n"), {}, "EUR"),
    "tons_beside.csv": (SIX.format(unit=",unit").replace(",5\n", ",5,tons\n"), {}, "tons"),
    "number_in_a_title.csv": ("Countries of 1 million people\n" + HEAD + "KAZ,CHN,2019,5\n", 1, ""),
    "units_beside_years.csv": (
        "reporter,partner,flow,unit,2019\nKAZ,CHN,Exports,mln USD,5\n",
        {"KAZ": "5000000"},
        "",
    ),
    "us_dollars_m.csv": (SIX.format(unit=" (US$m)"), {"KAZ": "5000000"}, ""),
    "kusd.csv": (SIX.format(unit=" kUSD"), {"KAZ": "5000"}, ""),
    "shares.csv": (SIX.format(unit=" - % of total"), {}, "shares"),
    "constant.csv": (SIX.format(unit=" in constant 2015 USD"), {}, "constant prices"),
    "yen.csv": (SIX.format(unit=" (million yen)"), {}, "currency than US dollars: yen"),
    "pounds_code.csv": (SIX.format(unit=" (GBP)"), {}, "currency than US dollars: GBP"),
    "rupees_code.csv": (SIX.format(unit=" INR"), {}, "currency than US dollars: INR"),
    "lira_code.csv": (SIX.format(unit=" (TRY)"), {}, "currency than US dollars: TRY"),
    "canadian.csv": (SIX.format(unit=" in mln Canadian dollars"), {}, "US dollars: Canadian"),
    "parity.csv": (SIX.format(unit=" (international dollars PPP)"), {}, "US dollars: intern"),
    "parity_code.csv": (SIX.format(unit=" (USD PPP)"), {}, "how many: PPP"),
    "kilograms.csv": (SIX.format(unit=" in kg"), {}, "how many: kg"),
    "euros_in_a_corner.csv": (
        'reporter,"partner, mln EUR",flow,2019\nKAZ,CHN,Exports,5\n',
        {},
        "currency than US dollars: EUR",
    ),
    "sdmx_pounds.csv": (
        SIX.format(unit=",UNIT,UNIT_MULT").replace(",5\n", ",5,GBP,3\n"),
        {},
        "another unit than US dollars: GBP",
    ),
    "lakh.csv": (SIX.format(unit=" USD lakh"), {"KAZ": "500000"}, ""),
    "mill.csv": (SIX.format(unit=" (USD Mill.)"), {"KAZ": "5000000"}, ""),
    "power.csv": (SIX.format(unit=" 10^3 USD"), {"KAZ": "5000"}, ""),
    "net_inflows.csv": (SIX.format(unit=" net inflows (BoP current US$)"), {"KAZ": "5"}, ""),
    "k_dollars.csv": (SIX.format(unit=" (k$)"), {"KAZ": "5000"}, ""),
    "german_scale.csv": (SIX.format(unit=" (Tausend USD)"), {}, "how many: Tausend"),
    "two_scales_at_once.csv": (SIX.format(unit=" (thousand million USD)"), {}, "how many: million"),
    "zeros.csv": (SIX.format(unit=" (USD 1 000 000)"), {}, "how many: 000"),
    "of_a_partner.csv": (SIX.format(unit=" in mln USD | China"), {"KAZ": "5000000"}, ""),
    "times_below.csv": (
        SIX.format(unit="") + "figures x1000 USD,,,,\n",
        {},
        "speaks of the unit",
    ),
    "tenge_below.csv": (SIX.format(unit="") + "Figures in KZT,,,,\n", {}, "speaks of the unit"),
    "half_a_year.csv": (SIX.format(unit=" cumulative USD"), {}, "part of a year: cumulative"),
    "one_month.csv": (SIX.format(unit=",month").replace(",5\n", ",5,9\n"), {}, "rows of parts"),
    "quarterly.csv": (SIX.format(unit=",freq").replace(",5\n", ",5,Q\n"), {}, "rows of parts"),
    "annual.csv": (SIX.format(unit=",freq").replace(",5\n", ",5,A\n"), {"KAZ": "5"}, ""),
    "women.csv": (HEAD.replace(",year", ",sex,year") + "KAZ,CHN,F,2019,5\n", {}, "rows of parts"),
    "re_exports.csv": (SIX.format(unit="").replace("Exports", "Re-export"), {}, "must be one of"),
}


@pytest.mark.parametrize("name", ECONOMISTS)
def test_of_the_usual_economist(name, tmp_path):
    content, wanted, words = ECONOMISTS[name]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    trade = isinstance(content, str) and content.startswith("reporter")
    spec = registry.table("trade" if trade else "students")
    fixed = {k: {"is": v} for k, v in (TRADE if trade else FIXED).items()}
    try:
        given = sources.read(file)
        found = sources.apply(
            given, sources.understand(given, spec, of_user({"columns": fixed}, spec))[0], spec
        )
    except (FileError, UsageError) as error:
        assert not wanted and words and words in str(error) and error.hint
        return
    of, figure = ("reporter", "value_usd") if trade else ("origin", "students")
    read = dict(zip(found.rows[of], found.rows[figure], strict=True)) if len(found.rows) else {}
    told = [*map(str, found.faults), *found.left_out]
    assert any(words in one for one in told) if words else not found.faults
    if isinstance(wanted, int):
        assert len(read) == wanted
    else:
        assert wanted.items() <= read.items() and (wanted or not read)


WIDE = ("Country Name", "Country Code", "Indicator Name", "Indicator Code", "2019")
GDP = ("Tajikistan", "TJK", "GDP (current US$)", "NY.GDP.MKTP.CD")


def of_the_bank(tmp_path, content):
    """The figures of a workbook in the World Bank's layout."""
    file, spec = tmp_path / "bank.xlsx", registry.table("macro")
    file.write_bytes(content)
    given = sources.read(file)
    mapped, layout = sources.understand(given, spec, {})
    assert layout.name == "world bank, wide"
    return list(sources.apply(given, mapped, spec).rows["value"])


def test_two_sheets_in_a_publisher_s_layout_are_refused(tmp_path):
    content = workbook(("Data", WIDE, (*GDP, 1)), ("Data2", WIDE, (*GDP, 2)))
    with pytest.raises(UsageError, match="2 sheets are in the layout of World Bank") as error:
        of_the_bank(tmp_path, content)
    assert error.value.where == "bank.xlsx: Data, Data2" and error.value.hint


def test_a_hidden_sheet_in_a_publisher_s_layout_does_not_count(tmp_path):
    sheets_ = (("old", WIDE, (*GDP, 1)), ("Data", WIDE, (*GDP, 2)), ("About", ("a", "b"), (1, 2)))
    assert of_the_bank(tmp_path, workbook(*sheets_, then=away)) == ["2"]


# --- hostile ones: refused by name and reason, in bounded time and memory


def _zipped(*entries, base=True):
    content = io.BytesIO(book(("origin", "year"), ("KAZ", 2019))) if base else io.BytesIO()
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, text in entries:
            packed.writestr(name, text)
    return content.getvalue()


def _formula():
    return book(("origin", "destination", "year", "students"), ("KAZ", "CHN", 2019, "=1+1"))


HOSTILE = {
    "slip.xlsx": (_zipped(("../../evil.xml", "x")), "a part outside of it"),
    "rooted.xlsx": (_zipped(("/etc/evil.xml", "x")), "a part outside of it"),
    "bomb.xlsx": (_zipped(("xl/big.xml", b"0" * 10_000)), "unpacks into more"),
    "macros.xlsx": (_zipped(("xl/vbaProject.bin", "x")), "macros"),
    "macros.xlsm": (_zipped(), "may hold macros"),
    "links.xlsx": (_zipped(("xl/externalLinks/externalLink1.xml", "<a/>")), "links to other files"),
    "entities.xlsx": (_zipped(("xl/e.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>')), "entities"),
    "no_zip.xlsx": (b"origin,year\nKAZ,2019\n", "no workbook"),
    "truncated.xlsx": (_zipped()[:-300], "no workbook"),
    "uncalculated.xlsx": (_formula(), "a formula without its value"),
    "nul.csv": (b"origin,year\nKAZ,20\x0019\n", "control character"),
    "mixed.csv": (
        "страна;год\nКазахстан;2019\n".encode() + "Узбекистан;2019\nКитай;1\n".encode("cp1251"),
        "two encodings",
    ),
    "unclear.csv": (b"origin,year\nK\xe9z,2019\n", "which encoding"),
    "long_line.csv": (b"origin,year\n" + b"x" * 2_000_000 + b",2019\n", "characters is no row"),
    "wide.csv": (b"a," * 100_000 + b"b\n" + b"1," * 100_000 + b"2\n", "columns in a row"),
    "huge.csv": (b"origin,year\n" + b"KAZ,2019\n" * 40_000, "MB are more than"),
    "open_quote.csv": (b'origin,year\n"KAZ,2019\n', "no table from line"),
    "empty.csv": (b"", "no rows"),
    "notes.pdf": (b"%PDF", "no file of figures"),
    "old.xls": (b"\xd0\xcf\x11\xe0", "of the kind .xls"),
    "broken.dta": (b"<stata_dta>", "cannot be read as dta"),
    "broken.parquet": (b"PAR1xx", "cannot be read as parquet"),
    "no_list.json": (b'{"a": 1}', "no list of records"),
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply|cannot be read as json"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_by_name_and_reason(name, tmp_path, monkeypatch):
    if name == "huge.csv":
        monkeypatch.setattr(sheets, "MAX_BYTES", 100_000)
    if name == "bomb.xlsx":
        monkeypatch.setattr(sheets, "MAX_UNPACKED", 9_000)
    content, why = HOSTILE[name]
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FileError, match=why) as error:
        sources.read(file)
    assert error.value.where.startswith(name) and error.value.hint


def test_links_pipes_and_folders_are_refused(tmp_path):
    (tmp_path / "real.csv").write_text(LONG.format(1))
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name, why in (
        ("link", "a symbolic link"),
        ("pipe", "not a file"),
        ("folder", "not a file"),
    ):
        with pytest.raises(FileError, match=why):
            sources.read(tmp_path / f"{name}.csv")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "f.csv"
    file.write_text(LONG.format(1))
    real = type(file).open

    def opened(self, *args, **more):
        handle = real(self, *args, **more)
        with real(self, "a") as other:
            other.write("UZB,CHN,2019,1\n")
        return handle

    monkeypatch.setattr(type(file), "open", opened)
    with pytest.raises(FileError, match="changed while it was read"):
        sources.read(file)


def of_trade(file, said):
    """The figure of a file of trade in one row, with what is said of `value_usd`."""
    spec, fixed = registry.table("trade"), {k: {"is": v} for k, v in TRADE.items()}
    columns = of_user({"columns": {**fixed, **said}}, spec)
    given = sources.read(file)
    mapped, _ = sources.understand(given, spec, columns)
    return sources.apply(given, mapped, spec).rows["value_usd"].tolist()[0]


@pytest.mark.parametrize("heading", ["Wert (million USD)", "value (million USD)"])
def test_the_scale_of_a_heading_that_the_user_named(tmp_path, heading):
    file = tmp_path / "named.csv"
    file.write_text(f"reporter,partner,year,flow,{heading}\nKAZ,CHN,2019,export,5\n")
    assert of_trade(file, {"value_usd": heading}) == "5000000"
    assert of_trade(file, {"value_usd": {"column": heading, "times": 1}}) == "5"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Exports in million pounds sterling", "pounds"),
        ("Exports in Jan-Jun 2019 (USD)", "Jan-Jun"),
        ("Exports, Q1 2019, USD", "Q1"),
        ("Exports in Jan-Dec 2019 (USD), published in June 2020", ""),
        ("Exports to the People's Republic of China and the euro area", ""),
    ],
)
def test_a_title_that_speaks_of_money_or_of_months(tmp_path, title, words):
    file = tmp_path / "titled.csv"
    file.write_text(f'"{title}"\n' + SIX.format(unit=""))
    if not words:
        assert of_trade(file, {}) == "5"
        return
    with pytest.raises(UsageError, match=words):
        of_trade(file, {})


def test_a_rate_of_exchange_in_a_note_is_no_unit(tmp_path):
    file = tmp_path / "rate.csv"
    file.write_text(SIX.format(unit="") + "1 USD = 450 KZT,,,,\n")
    assert of_trade(file, {}) == "5"


# --- units and parts of years, wherever a file says them: (file, figure or words of a refusal)

IMPORTS = {"reporter": "KAZ", "flow": "import", "product": "TOTAL", "valuation": "cif"}
IMPORTS |= {"scope": "goods"}
NATIONAL = {"indicator": "NY.GDP.MKTP.CD", "unit": "current USD"}
TITLED = "{}\nPartner;Year;Value\nChina;2024;4\n"
NOTED = "Partner;Year;Value\nChina;2024*;4\n{};;\n"


def figure_of(file, table="trade", fixed=IMPORTS, **said):
    """The first figure of a file, or why it is refused."""
    spec = registry.table(table)
    columns = {k: {"is": v} for k, v in fixed.items()} | said
    try:
        given = sources.read(file)
        mapped, _ = sources.understand(given, spec, of_user({"columns": columns}, spec))
    except (FileError, UsageError) as error:
        assert error.hint
        return str(error)
    found = sources.apply(given, mapped, spec)
    name = next(c for c in ("value_usd", "students", "value") if c in found.rows)
    return found.rows[name].tolist()[0] if len(found.rows) else str(found.faults[0])


def told(wanted, got):
    return got == str(wanted) if isinstance(wanted, int) else wanted in got


@pytest.mark.parametrize(
    ("title", "wanted"),
    {
        "Imports of Kazakhstan in 2024, million USD": 4_000_000,
        "Импорт Казахстана за 2024, млн долл. США": 4_000_000,
        "Imports in 2023. Million USD": 4_000_000,
        "Imports of more than 2 million USD": 4,
        "Unit: USD 100 million": 400_000_000,
        "Unit: USD 10,000": 40_000,
        "(10 000 US dollars)": 40_000,
        "单位：1000万美元": 40_000_000,
        "hundred million USD": 400_000_000,
        "Hundreds of thousands of USD": 400_000,
        "进口额百万美元": 4_000_000,
        "US dollars at current prices, millions": 4_000_000,
        "Trade (values in 1000 USD)": 4_000,
        "Imports (in thousands)": 4_000,
        "Unit: USD, Frequency: Annual": 4,
        "Scale: 1000": 4_000,
        "UNIT_MULT: 6": 4_000_000,
        "Unit multiplier: 1": "speaks of the unit",
        "thsd. USD": 4_000,
        "Share this page": 4,
        "Unit: Tausend USD": "speaks of the unit",
        "Unit: USD 5 million": "speaks of the unit",
        "Unit: tonnes": "speaks of the unit",
        "Trade Value 1000USD": "speaks of the unit",
        "Imports of less than 1000 USD": 4,
        "top 1000 companies, USD": 4,
        "Imports of Fe and Mn ores, USD": 4,
        "万象统计局, 美元": 4,
        "Shares of partners in imports, %": "another unit than US dollars",
        "Growth rates of imports, percent": "another unit than US dollars",
        "Imports, index 2015=100": "another unit than US dollars",
        "Imports of wheat, thousand tonnes": "another unit than US dollars",
        "Импорт пшеницы, тыс. тонн": "another unit than US dollars",
        "Imports of wheat, tonnes and thousand USD": 4_000,
        "Imports by 95% of companies": 4,
        "Импорт за 9 месяцев 2024 года": "part of a year: за 9 месяцев",
        "2024年1-9月": "part of a year: 1-9月",
        "Imports, H1 2024, thousand USD": "part of a year: H1 2024",
        "9M 2024": "part of a year: 9M 2024",
        "6 months of 2024": "part of a year: 6 months of 2024",
        "first nine months of 2024": "part of a year: first nine months",
        "Imports, year to date": "part of a year: year to date",
        "from January 1 to June 30 2024": "part of a year: January 1 to June",
        "Импорт за полгода 2024": "part of a year: полгода",
        "Imports, March 2024": "part of a year: March 2024",
        "from January 1 to December 31 2024": 4,
        "Импорт за 12 месяцев 2024 года": 4,
        "Imports, published in March 2024": 4,
        "Customs of Kazakhstan, May 2025": 4,
        "as of 1 July 2024": 4,
        "Imports of goods held for 6 months": 4,
    }.items(),
)
def test_a_title_that_speaks_of_the_unit_or_the_time(tmp_path, title, wanted):
    file = tmp_path / "titled.csv"
    file.write_text(TITLED.format(title))
    assert told(wanted, figure_of(file))


@pytest.mark.parametrize(
    ("note", "wanted"),
    {
        "Единица измерения: тыс. долл. США": "speaks of the unit",
        "Unit: thousand USD": "speaks of the unit",
        "Source: customs. All figures are thousands of US dollars.": "speaks of the unit",
        "单位：万美元": "speaks of the unit",
        "Partners with less than 1 million USD are not shown": 4,
        "1 million USD = 450 million KZT": 4,
        "* January-June": "part of a year: January-June",
        "* январь-июнь 2024 г.": "part of a year: январь-июнь",
        "Note: 2024 figures cover January-June only": "part of a year: January-June",
        "Note: figures of January-June 2025 follow": 4,
        "Updated in March 2024": 4,
    }.items(),
)
def test_a_note_that_speaks_of_the_unit_or_the_time(tmp_path, note, wanted):
    file = tmp_path / "noted.csv"
    file.write_text(NOTED.format(note))
    assert told(wanted, figure_of(file))


WRITTEN_SO = {  # how offices write thousands, millions and billions of dollars
    "USD, th.": 4_000,
    "th. USD": 4_000,
    "USD (th.)": 4_000,
    "ths. USD": 4_000,
    "tys. USD": 4_000,
    "'000 USD": 4_000,
    "USD'000": 4_000,
    "$000": 4_000,
    "US$ thsd": 4_000,
    "тыс. долл. США": 4_000,
    "тыс. дол. США": 4_000,
    "тыс. амер. долл.": 4_000,
    "мың АҚШ доллары": 4_000,
    "миң АКШ доллары": 4_000,
    "ҳазор доллари ИМА": 4_000,
    "mln. $": 4_000_000,
    "m. USD": 4_000_000,
    "Mio. USD": 4_000_000,
    "млн долл. США": 4_000_000,
    "млн.дол.США": 4_000_000,
    "млн. АҚШ доллары": 4_000_000,
    "bn USD": 4_000_000_000,
    "Mrd. USD": 4_000_000_000,
    "mlrd. USD": 4_000_000_000,
    "trillion USD": 4_000_000_000_000,
    "трлн долл. США": 4_000_000_000_000,
    "mil. USD": "",  # millions in one language, thousands in another
    "USD, mil.": "",
    "ming AQSH dollari": "",
    "USD b": "",  # billions, or a footnote
    "USD, md": "",
    "т. долл. США": "",  # thousands, or tonnes
}


@pytest.mark.parametrize("unit", WRITTEN_SO)
@pytest.mark.parametrize(
    "text",
    [
        'Partner;Year;"Value, {}"\nChina;2024;4\n',
        "Imports, {}\nPartner;Year;Value\nChina;2024;4\n",
        "Imports of Kazakhstan by partner ({})\nPartner;Year;Value\nChina;2024;4\n",
        "Partner;Year;Value;Unit\nChina;2024;4;{}\n",
        "Partner;Year;Value;Dimension\nChina;2024;4;{}\n",
        "{};2023;2024\nChina;4;5\n",
    ],
)
def test_thousands_as_offices_write_them(tmp_path, text, unit):
    """Each is read with its scale or refused; the figures came in as plain dollars."""
    wanted, file = WRITTEN_SO[unit], tmp_path / "scaled.csv"
    file.write_text(text.format(unit))
    got = figure_of(file)
    assert told(wanted, got) if wanted else re.search(r"[a-z]", got)


@pytest.mark.parametrize("unit", ["th. USD", "'000 USD", "$000", "Mio. USD", "тыс. дол. США"])
@pytest.mark.parametrize(
    "text",
    [
        "Partner;Year;Value\nChina;2024;4\nUnit: {};;\n",
        "Partner;Year;Value\n;;{}\nChina;2024;4\n",
    ],
)
def test_thousands_as_offices_write_them_below_the_heading(tmp_path, text, unit):
    file = tmp_path / "noted.csv"
    file.write_text(text.format(unit))
    assert "speaks of the unit" in figure_of(file)


@pytest.mark.parametrize(
    "title",
    [
        "GDP per capita US$",
        "Converted at the official dollar rate",
        "Rates against the US dollar",
        "Imports in US dollar terms",
        "Net ODA US$",
        "Foreign trade of Kazakhstan USD",
        "данные в долл. США по курсу НБ",
        "Imports, USD, KGZ",
        "TH: imports, USD, TH",
    ],
)
def test_words_beside_dollars_that_count_none(tmp_path, title):
    file = tmp_path / "titled.csv"
    file.write_text(TITLED.format(title))
    assert figure_of(file) == "4"


ANYWHERE = {
    "units_below_the_heading": (
        "Partner;Year;Value\nтыс. долл. США;;\nChina;2024;4\n",
        "speaks of the unit",
    ),
    "a_note_in_two_cells": (
        "Partner,Year,Value\nChina,2024,4\nNote: values in thousand USD, customs statistics\n",
        "speaks of the unit",
    ),
    "a_note_below_years": ("Partner;2023;2024\nChina;4;5\nUnit: thousand USD;;\n", "of the unit"),
    "a_note_that_agrees": (
        'Partner,Year,"Value, thousand USD"\nChina,2024,4\nNote: values in thousand USD,,\n',
        4_000,
    ),
    **{
        head: (f"Partner;Year;Value;{head}\nChina;2024;4;{cell}\n", wanted)
        for head, cell, wanted in (
            ("Measure", "thousand USD", 4_000),
            ("Unit name", "thousand USD", 4_000),
            ("Dimension", "thousand USD", 4_000),
            ("Value unit", "mln EUR", "another unit than US dollars: mln EUR"),
            ("PowerCode Code", "6", 4_000_000),
            ("Kind", "goods", 4),
        )
    },
    **{
        f"multiplier {power}": (
            f"Partner;Year;Value;UNIT;UNIT_MULT\nChina;2024;4;USD;{power}\n",
            wanted,
        )
        for power, wanted in (("6.0", 4_000_000), ("2", 400), ("0", 4), ("-6", "not understood"))
    },
    "a_currency_of_a_country": (
        'Partner;Year;"Value, USD";Local currency\nChina;2024;4;CNY\n',
        4,
    ),
    "circled": ("Partner;2024\nChina;1784①\n", 1784),
    "circled_year": ("Partner;Year;Value\nChina;2024②;4\n", 4),
    "circled_within": ("Partner;2024\nChina;17①84\n", "must be a number"),
}


@pytest.mark.parametrize("name", ANYWHERE)
def test_units_and_notes_anywhere_in_a_file(tmp_path, name):
    text, wanted = ANYWHERE[name]
    file = tmp_path / "anywhere.csv"
    file.write_text(text)
    assert told(wanted, figure_of(file))


FRAME = {"partner": ["China"], "year": [2024], "value": [4.0]}
LABELLED = {  # what a label, or metadata of a unit, says
    "exports, million USD": 4_000_000,
    "Value (тыс. долл. США)": 4_000,
    "Imports, USD": 4,
    "Value of imports as downloaded": 4,
    "Imports in mil. USD": "speaks of the unit",
    "Imports, mln tenge": "another currency than US dollars: tenge",
    "Share of imports, %": "another unit than US dollars",
    "Imports, Q1 2024": "part of a year: Q1",
    "Re-exports, USD": "a part of exports or imports: Re-exports",
}


@pytest.mark.parametrize("label", LABELLED)
@pytest.mark.parametrize("of", ["variable", "data"])
def test_labels_of_stata(tmp_path, label, of):
    """They were not looked at: million dollars came in as dollars."""
    file, frame = tmp_path / "labelled.dta", pd.DataFrame(FRAME)
    frame["gdp"] = 1.0
    said = {"data_label": label} if of == "data" else {}
    about = {"gdp": "GDP, bn USD"} | ({"value": label} if of == "variable" else {})
    frame.to_stata(file, write_index=False, variable_labels=about, version=118, **said)
    assert told(LABELLED[label], figure_of(file))
    if of == "variable":  # what the user says goes before
        named = {"column": "value", "times": 1000}
        assert figure_of(file, value_usd=named) == "4000" or not isinstance(LABELLED[label], int)


UNITS = {  # of metadata: (key, text, figure or words of a refusal)
    "a unit": ("unit", "million USD", 4_000_000),
    "units": ("Units", "thousand US dollars", 4_000),
    "a multiplier": ("UNIT_MULT", "6", 4_000_000),
    "a scale": ("scale", "thousands", 4_000),
    "a description": ("description", "Imports, th. USD", 4_000),
    "another key": ("origin", "customs, 5 million USD", 4),
    "a word": ("unit", "Tausend USD", "speaks of the unit"),
    "a currency": ("currency", "EUR", "speaks of the unit"),
    "tonnes": ("unit", "tonnes", "speaks of the unit"),
    "no multiplier": ("multiplier", "7.5", "speaks of the unit"),
}


@pytest.mark.parametrize("case", UNITS)
@pytest.mark.parametrize("place", ["field", "schema", "named", "attrs", "attrs by column"])
def test_units_in_metadata_of_parquet(tmp_path, case, place):
    key, text, wanted = UNITS[case]
    file, frame = tmp_path / "told.parquet", pd.DataFrame({**FRAME, "gdp": [1.0]})
    if place.startswith("attrs"):
        frame.attrs = {key: text if place == "attrs" else {"value": text, "gdp": "bn USD"}}
        frame.to_parquet(file)
    else:
        table = pa.Table.from_pandas(frame)
        fields = [field.with_metadata({"unit": "bn USD"}) if field.name == "gdp" else field
                  for field in table.schema]  # fmt: skip
        about = {"schema": {key: text}, "named": {f"value_{key}": text}}.get(place, {})
        if place == "field":
            fields[2] = fields[2].with_metadata({key: text})
        pq.write_table(table.cast(pa.schema(fields, about)), file)
    assert told(wanted, figure_of(file))


@pytest.mark.parametrize("form", ["th", "tq", "tm", "tw"])
def test_parts_of_years_of_stata(tmp_path, form):
    """pandas gives the day on which they begin: the first quarter came in as the year."""
    file = tmp_path / "parts.dta"
    for days in (["2024-01-01"], ["2023-01-01", "2024-07-01"]):
        frame = pd.DataFrame({**FRAME, "year": pd.to_datetime(days[:1])})
        frame = pd.concat([frame.assign(year=pd.Timestamp(day)) for day in days])
        frame.to_stata(file, write_index=False, convert_dates={"year": form})
        spec, columns = registry.table("trade"), {k: {"is": v} for k, v in IMPORTS.items()}
        given = sources.read(file)
        mapped, _ = sources.understand(given, spec, of_user({"columns": columns}, spec))
        found = sources.apply(given, mapped, spec)
        assert not len(found.rows) and len(found.faults) == len(days)
        assert all("a part of a year" in fault.rule for fault in found.faults)
    for whole in ("ty", "td"):
        frame.iloc[:1].to_stata(file, write_index=False, convert_dates={"year": whole})
        assert figure_of(file) == "4"


def test_a_scale_above_figures_that_stand_beside_others(tmp_path):
    """Of energy and projects the dollars are no figure of the row, and titles were passed over."""
    file = tmp_path / "energy.csv"
    said = {"commodity": "gas_pipeline", "unit": "bcm", "quantity": "1", "importer": "CHN"}
    said["commodity"] = registry.table("energy").columns["commodity"].values[0]
    text = "{}\nExporter;Year;{}\nTurkmenistan;2022;4\n"
    for title, head, wanted in (
        ("Exports, million USD", "Value USD", "how many US dollars"),
        ("Exports", "Value, million USD", 4_000_000),
        ("Exports, USD", "Value USD", 4),
    ):
        file.write_text(text.format(title, head))
        columns = {"exporter": "Exporter", "value_usd": head}
        assert told(wanted, figure_of(file, "energy", said, **columns))


SPLIT = {
    "Partner,Year,Value,\nChina,2024,4,5\n": "without a heading, behind 'Value': 5",
    "Partner,Year,Value,Unnamed: 3\nChina,2024,4,5\n": "without a heading",
    "Partner,2023,,2024,\nChina,4,5,6,7\n": "without a heading",
    "Partner,Year,Value,\n" + "Russia,2023,4,\n" * 500 + "China,2024,4,5\n": "without a heading",
    "Partner,Year,Value,\nChina,2024,4,\n": 4,
    "Partner,Year,Value,\nChina,2024,4,b\n": 4,
    ",Partner,Year,Value\n1,China,2024,4\n": 4,
    'Partner,Year,Value,\nChina,2024,"4,5",\n': "4.5",
}


@pytest.mark.parametrize("text", SPLIT)
def test_decimals_that_a_comma_split_off(tmp_path, text):
    """Of 4,5 without quotes the 4 alone came in where the last heading was empty."""
    file = tmp_path / "split.csv"
    file.write_text(text)
    assert told(SPLIT[text], figure_of(file))


PARTS_OF_FLOWS = {
    "Re-exports of Kazakhstan": "a part of exports or imports: Re-exports",
    "Domestic exports": "a part of exports or imports: Domestic exports",
    "Reimports": "a part of exports or imports: Reimports",
    "Реэкспорт Казахстана": "a part of exports or imports: Реэкспорт",
    "Exports, excluding re-exports": "a part of exports or imports: excluding re-exports",
    "Imports for re-export": "a part of exports or imports: for re-export",
    "转口贸易": "a part of exports or imports: 转口",
    "Exports including re-exports": 4,
    "Exports and re-exports": 4,
    "Экспорт, включая реэкспорт": 4,
    "Exports, re-exports, imports": 4,
}


@pytest.mark.parametrize("words", PARTS_OF_FLOWS)
def test_a_part_of_exports_is_not_all_of_them(tmp_path, words):
    """Re-exports and domestic exports came in as all exports."""
    wanted, file = PARTS_OF_FLOWS[words], tmp_path / "flows.csv"
    fixed = IMPORTS | ({} if "mport" in words else {"flow": "export"})
    for text, said in (
        (TITLED.format(words), {}),
        (f"{words};2024\nChina;4\n", {}),
        (f'Partner;Year;"{words}"\nChina;2024;4\n', {"value_usd": {"column": words, "times": 1}}),
    ):
        file.write_text(text)
        assert told(wanted, figure_of(file, fixed=fixed, **said))
    file.write_text("Partner;Year;Exports;Imports;Re-exports\nChina;2024;4;5;6\n")
    assert figure_of(file, fixed={k: v for k, v in IMPORTS.items() if k != "flow"}) == "4"


@pytest.mark.parametrize("word", ["DX", "RX", "Domestic exports", "Re-exports"])
def test_a_cell_of_a_part_of_exports_is_no_export(tmp_path, word):
    file = tmp_path / "flows.csv"
    file.write_text(f"Partner;Year;Flow;Value\nChina;2024;{word};4\n")
    got = figure_of(file, fixed={k: v for k, v in IMPORTS.items() if k != "flow"})
    assert "must be one of export, import" in got


def test_a_number_in_a_heading_that_the_user_named(tmp_path):
    file, head = tmp_path / "named.csv", "Value, USD 10,000"
    file.write_text(f"Partner;Year;{head}\nChina;2024;4\n")
    assert "how many: 000" in figure_of(file, value_usd=head)
    assert figure_of(file, value_usd={"column": head, "times": 10_000}) == "40000"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('origin;year;"Students, % of all"\nKazakhstan;2024;4\n', "no figures in persons"),
        ("Foreign students, % of total\norigin;year;students\nKazakhstan;2024;4\n", "persons"),
        ("Number and % of students\norigin;year;students\nKazakhstan;2024;4\n", 4),
        ("Тысяч человек\norigin;year;students\nKazakhstan;2024;4\n", 4_000),
    ],
)
def test_shares_are_no_persons(tmp_path, text, wanted):
    file = tmp_path / "students.csv"
    file.write_text(text)
    assert told(wanted, figure_of(file, "students", FIXED | {"destination": "CHN"}))


@pytest.mark.parametrize(
    ("text", "unit", "wanted"),
    [
        ('economy;year;"Value, mln USD"\nKazakhstan;2022;4\n', "current USD", 4_000_000),
        ('economy;year;"Value, mln USD"\nKazakhstan;2022;4\n', "mln USD", 4),
        ("GDP, bn USD\neconomy;2021;2022\nKazakhstan;4;5\n", "current USD", 4_000_000_000),
        ("ВВП, млрд тенге\neconomy;2021;2022\nKazakhstan;4;5\n", "current USD", "тенге"),
        ("Index, thousand\neconomy;2021;2022\nKazakhstan;4;5\n", "points", "is none known"),
        ("Growth, %\neconomy;2021;2022\nKazakhstan;4;5\n", "percent", 4),
    ],
)
def test_a_scale_where_another_column_says_the_unit(tmp_path, text, unit, wanted):
    file = tmp_path / "national.csv"
    file.write_text(text)
    assert told(wanted, figure_of(file, "macro", NATIONAL | {"unit": unit}))


ROUBLES = r"_-* #,##0\ _₽_-;\-* #,##0\ _₽_-"


@pytest.mark.parametrize(
    ("head", "form", "wanted"),
    [
        ("Value, thousand USD", "#,##0,", "in a unit of their own"),
        ("Value, thousand USD", "0.0,,", "in a unit of their own"),
        ("Value", '#,##0.0" mln"', "in a unit of their own"),
        ("Value", "#,##0 [$€-1]", "in a unit of their own"),
        ("Value", r'#,##0\ "тг."', "in a unit of their own"),
        ("Value, mln USD", '#,##0.0" mln"', 4_000_000),
        ("Value", "0.0,,", 4),
        ("Value", '0.0,,"M"', 4),
        ("Value", "[$$-409]#,##0.00", 4),
        ("Value", '#,##0" USD"', 4),
        ("Value", ROUBLES, 4),
    ],
)
def test_what_a_workbook_shows_beside_its_figures(tmp_path, head, form, wanted):
    def shown_so(made):
        made.worksheets[0].cell(2, 3).number_format = form

    rows = (("Partner", "Year", head), ("China", 2024, 4))
    file = tmp_path / "shown.xlsx"
    file.write_bytes(workbook(("a", *rows), then=shown_so))
    assert told(wanted, figure_of(file))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(("note", "wanted"), [("1", 1784), ("1, 2", 1784), ("a", 1784)])
def test_a_raised_figure_in_a_workbook_is_no_digit(tmp_path, note, wanted, shared):
    raised = TextBlock(InlineFont(vertAlign="superscript"), note)
    content = book(("Partner", "Year", "Value"), ("China", "2024", CellRichText("1784", raised)))
    file = tmp_path / "raised.xlsx"
    file.write_bytes(_with_shared_texts(content) if shared else content)
    assert told(wanted, figure_of(file))


def _with_shared_texts(content):
    """A workbook with the texts of its sheet in a list of their own, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    sheet, texts = "xl/worksheets/sheet1.xml", []

    def listed(hit):
        texts.append(hit[2])
        return f'<c {hit[1]}t="s"><v>{len(texts) - 1}</v></c>'

    parts[sheet] = re.sub(
        r'<c ([^>]*)t="inlineStr"[^>]*><is>(.*?)</is></c>', listed, parts[sheet], flags=re.S
    )
    of_office = "http://schemas.openxmlformats.org/"
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{of_office}spreadsheetml/2006/main">'
        + "".join(f"<si>{text}</si>" for text in texts)
        + "</sst>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(
        "</Relationships>",
        f'<Relationship Id="rIdTexts" Type="{of_office}officeDocument/2006/relationships/'
        'sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as anew:
        for name, part in parts.items():
            anew.writestr(name, part)
    return made.getvalue()
