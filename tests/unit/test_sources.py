"""Files in the layouts of publishers: the shape is theirs, every figure is invented."""

import json

import pytest

from ca_research import registry, sources
from ca_research.ground.errors import FileError, UsageError
from ca_research.sources import layouts, names, worldbank
from ca_research.sources.mapping import of_user
from ca_research.tables.validate import checked_rows


@pytest.fixture
def read(tmp_path):
    """What is made of a text in the form of a file: rows as dictionaries, left out, layout."""

    def understood(text, table, name="f.csv", **said):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        spec, given = registry.table(table), sources.read(file)
        mapped, layout = sources.understand(given, spec, of_user(said, spec))
        found = sources.apply(given, mapped, spec)
        assert not found.faults
        _, faults = checked_rows(spec, found.rows.assign(source_id="NEW"), "NEW")
        assert not faults
        rows = found.rows.drop(columns=["_file", "_line"]).to_dict("records")
        return rows, dict(found.left_out), layout and layout.name

    return understood


COMTRADE = """\
typeCode,freqCode,refYear,period,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,partner2Code,\
cmdCode,customsCode,motCode,primaryValue
C,A,2022,2022,762,TJK,M,156,CHN,0,TOTAL,C00,0,12.5,
C,A,2022,2022,762,TJK,X,0,W00,0,27,C00,0,7,
C,A,2022,2022,762,TJK,X,156,CHN,0,270112,C00,0,1,
C,A,2022,2022,762,TJK,RX,156,CHN,0,TOTAL,C00,0,2,
C,A,2022,2022,762,TJK,M,156,CHN,0,TOTAL,C01,0,3,
C,A,2022,2022,762,TJK,M,156,CHN,0,TOTAL,C00,1000,4,
C,A,2022,2022,762,TJK,M,156,CHN,643,TOTAL,C00,0,5,
C,M,2022,202201,762,TJK,M,156,CHN,0,TOTAL,C00,0,6,
"""
TRADE_ROWS = [
    {
        "reporter": "TJK",
        "partner": "CHN",
        "year": "2022",
        "flow": "import",
        "product": "TOTAL",
        "value_usd": "12.5",
        "valuation": "cif",
        "scope": "goods",
        "note": "",
    },
    {
        "reporter": "TJK",
        "partner": "WLD",
        "year": "2022",
        "flow": "export",
        "product": "27",
        "value_usd": "7",
        "valuation": "fob",
        "scope": "goods",
        "note": "",
    },
]


def test_comtrade_download(read):
    rows, left, layout = read(COMTRADE, "trade")
    assert layout == "comtrade" and rows == TRADE_ROWS
    assert left == {
        "months, not years": 1,
        "re-exports and other flows": 1,
        "finer than HS chapters": 1,
        "by customs procedure": 1,
        "by means of transport": 1,
        "by second partner": 1,
    }


def test_comtrade_api_with_codes_alone(read):
    head, *lines = COMTRADE.splitlines()
    records = [dict(zip(head.split(","), line.split(","), strict=False)) for line in lines[:2]]
    records = [r | {"reporterISO": None, "partnerISO": None} for r in records]
    records = [r | {"primaryValue": float(r["primaryValue"])} for r in records]
    rows, _, layout = read(json.dumps({"elapsedTime": "0", "data": records}), "trade", "f.json")
    assert layout == "comtrade" and rows == TRADE_ROWS


def test_comtrade_s_areas_are_those_of_the_register_or_left_out_and_counted(read):
    """By number they stopped the file; 490 is mostly Taiwan, and 837 are bunkers."""
    partners = ("490", "899", "156", "837", "839")
    records = [COMTRADE_RECORD | {"reporterISO": None, "partnerISO": None}] * len(partners)
    records = [r | {"partnerCode": p} for r, p in zip(records, partners, strict=True)]
    rows, left, _ = read(json.dumps({"data": records}), "trade", "f.json")
    assert [r["partner"] for r in rows] == ["S19", "_X", "CHN"]
    assert left == {"partnerCode that is no economy here (837, 839)": 2}


def test_comtrade_of_before_2022(read):
    text = (
        "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,"
        "Partner Code,Partner,Partner ISO,Commodity Code,Trade Value (US$)\n"
        "H5,2019,1,Import,762,Tajikistan,TJK,842,USA,USA,TOTAL,5\n"
        "H5,2019,2,Export,762,Tajikistan,TJK,699,India,IND,TOTAL,6\n"
        "H5,2019,3,Re-Export,762,Tajikistan,TJK,699,India,IND,TOTAL,6\n"
    )
    rows, left, layout = read(text, "trade")
    assert layout == "comtrade until 2022" and left == {"re-exports and other flows": 1}
    told = [(r["partner"], r["flow"], r["valuation"], r["value_usd"]) for r in rows]
    assert told == [("USA", "import", "cif", "5"), ("IND", "export", "fob", "6")]


COMTRADE_HEAD = (
    "{more}refYear,reporterCode,reporterISO,flowCode,partnerCode,partnerISO,cmdCode,primaryValue\n"
)


def comtrade(more, *rows):
    """A file of Comtrade with more columns at its left; a row: their cells, and its product."""
    lines = [f"{cells}2022,762,TJK,M,156,CHN,{code},5\n" for cells, code in rows]
    return COMTRADE_HEAD.format(more=more) + "".join(lines)


@pytest.mark.parametrize("code", ["S4", "B5", "EB10"])
def test_codes_of_other_classifications_are_no_hs_chapters(read, code):
    text = comtrade("classificationCode,", (f"{code},", "27"), ("H6,", "11"), (f"{code},", "TOTAL"))
    rows, left, _ = read(text, "trade")
    assert [r["product"] for r in rows] == ["11"]
    assert left == {"other classifications than HS": 2}


def test_totals_alone_may_be_of_any_classification_of_goods(read):
    text = comtrade("classificationCode,", ("S4,", "TOTAL"), ("S4,", "001"))
    rows, left, _ = read(text, "trade")
    assert [r["product"] for r in rows] == ["TOTAL"] and left == {"finer than HS chapters": 1}


def test_services_are_no_goods(read):
    rows, left, _ = read(comtrade("typeCode,", ("S,", "TOTAL"), ("C,", "27")), "trade")
    assert [r["product"] for r in rows] == ["27"] and left == {"services": 1}
    rows, left, _ = read(comtrade("classificationCode,", ("EB10,", "TOTAL")), "trade")
    assert not rows and left == {"services": 1}


BORDERS = [  # flow, cifvalue, fobvalue, primaryValue, and at which border the figure is
    ("M", "5", "", "5", "cif"),
    ("M", "", "5", "5", "fob"),
    ("M", "0", "5.0", "5", "fob"),
    ("M", "", "4", "5", "cif"),
    ("M", "", "", "5", "cif"),
    ("X", "", "5", "5", "fob"),
]


@pytest.mark.parametrize("row", BORDERS)
def test_imports_at_the_exporter_s_border_are_fob(read, row):
    *cells, border = row
    heads = "refYear,reporterCode,partnerCode,cmdCode,flowCode,cifvalue,fobvalue,primaryValue"
    lines = [f"2022,36,{who},TOTAL,{','.join(cells)}" for who in ("156", "643")]
    rows, _, layout = read("\n".join([heads, *lines]) + "\n", "trade")
    assert layout == "comtrade" and [r["valuation"] for r in rows] == [border] * 2
    keys = heads.split(",")
    records = [{k: v or None for k, v in zip(keys, line.split(","), strict=True)} for line in lines]
    rows, _, _ = read(json.dumps({"data": records}), "trade", "f.json")
    assert [r["valuation"] for r in rows] == [border] * 2


OLD = (
    "Classification,Year,Period,Trade Flow Code,Reporter Code,Reporter ISO,Partner Code,"
    "Partner ISO,Commodity Code,Trade Value (US$)\n"
    "{},2019,{},1,762,TJK,842,USA,27,5\nH5,2019,2019,1,762,TJK,842,USA,11,6\n"
)


@pytest.mark.parametrize(
    ("code", "period", "why"),
    [
        ("S4", "2019", "other classifications than HS"),
        ("H5", "201903", "months, not years"),
    ],
)
def test_of_before_2022_other_classifications_and_months_are_left_out(read, code, period, why):
    rows, left, layout = read(OLD.format(code, period), "trade")
    assert layout == "comtrade until 2022"
    assert [(r["product"], r["value_usd"]) for r in rows] == [("11", "6")] and left == {why: 1}


@pytest.mark.parametrize(
    ("heading", "cell", "why"),
    [
        ("2nd Partner Code", "643", "by second partner"),
        ("Customs Proc. Code", "C01", "by customs procedure"),
        ("Mode of Transport Code", "1000", "by means of transport"),
    ],
)
def test_of_before_2022_parts_of_a_flow_are_left_out(read, heading, cell, why):
    text = OLD.replace("Period", heading).format("H5", cell).replace("2019,2019", "2019,")
    rows, left, _ = read(text, "trade")
    assert [r["product"] for r in rows] == ["11"] and left == {why: 1}


@pytest.mark.parametrize(("more", "month"), [("period,", "202203,"), ("refMonth,", "3,")])
def test_months_without_a_frequency_are_left_out(read, more, month):
    year = "2022," if more == "period," else "52,"
    rows, left, _ = read(comtrade(more, (month, "27"), (year, "11")), "trade")
    assert [r["product"] for r in rows] == ["11"] and left == {"months, not years": 1}


def test_rows_that_the_user_lets_count_are_those_that_count_in_the_layout(read):
    said = {"column": "partnerISO", "among": ["CHN"], "why": "not asked for"}
    rows, left, _ = read(COMTRADE, "trade", only=[said])
    assert rows == TRADE_ROWS[:1]
    assert left["months, not years"] == 1 and left["not asked for"] == 1


WIDE = """\
"Data Source","World Development Indicators",

"Last Updated Date","2025-07-01",

"Country Name","Country Code","Indicator Name","Indicator Code","1989","2019","2020",
"Arab World","ARB","GDP (current US$)","NY.GDP.MKTP.CD","","1","2",
"Kazakhstan","KAZ","GDP (current US$)","NY.GDP.MKTP.CD","5","11.25","",
"World","WLD","Population, total","SP.POP.TOTL","","3","4",
"""
MACRO = [
    ("KAZ", "2019", "NY.GDP.MKTP.CD", "11.25", "current USD"),
    ("WLD", "2019", "SP.POP.TOTL", "3", "persons"),
    ("WLD", "2020", "SP.POP.TOTL", "4", "persons"),
]


def macro(rows):
    return [tuple(r[c] for c in ("economy", "year", "indicator", "value", "unit")) for r in rows]


def test_world_bank_wide(read):
    rows, left, layout = read(WIDE, "macro")
    assert layout == "world bank, wide" and macro(rows) == MACRO
    assert left["Country Code that is no economy here (ARB)"] == 1
    assert left["outside the years of the table (1990 to 2024)"] == 1


def test_world_bank_databank_with_notes_below(read):
    text = (
        "Country Name,Country Code,Series Name,Series Code,2019 [YR2019],2020 [YR2020]\n"
        "Kazakhstan,KAZ,GDP (current US$),NY.GDP.MKTP.CD,11.25,..\n"
        'World,WLD,"Population, total",SP.POP.TOTL,3,4\n,,,,,\n'
        "Data from database: World Development Indicators,,,,,\nLast Updated: 07/01/2025,,,,,\n"
    )
    rows, _, layout = read(text, "macro")
    assert layout == "world bank, databank" and macro(rows) == MACRO


IFS = (
    "Country Name,Country Code,Indicator Name,Indicator Code{},2018,2019\n"
    '{},"Gross Domestic Product, Nominal",NGDP_XDC{},2235675,2311294\n'
)


@pytest.mark.parametrize(
    ("row", "more"),
    [
        ("Canada,156", (",Attribute", ",Value")),
        ("Canada,CAN", (",Attribute", ",Value")),
        ("United Kingdom,112", ("", "")),
        ("Austria,AU", ("", "")),
    ],
)
def test_headings_of_the_world_bank_with_codes_of_others_are_refused(read, row, more):
    with pytest.raises(UsageError, match="not of its form") as error:
        read(IFS.format(more[0], row, more[1]), "macro")
    assert error.value.hint
    said = {"header": 1, "columns": {"economy": "Country Name", "unit": {"is": "own money"}}}
    rows, _, layout = read(IFS.format(more[0], row, more[1]), "macro", **said)
    assert layout is None and {r["economy"] for r in rows} == {names.code(row.split(",")[0])}


DEBT = (
    "Country Name,Country Code,{0}Series Name,Series Code,2019 [YR2019]\n"
    "Tajikistan,TJK,{1}External debt (current US$),DT.DOD.DPPG.CD,7\n"
    "Tajikistan,TJK,{2}External debt (current US$),DT.DOD.DPPG.CD,3\n"
)


@pytest.mark.parametrize(
    "more",
    [
        ("Counterpart-Area Name,Counterpart-Area Code,", "World,WLD,", "China,730,"),
        ("Counterpart-Area Name,", "World,", "China,"),
        ("Counterpart-Area Code,", "WLD,", "730,"),
    ],
)
def test_debt_to_one_counterpart_is_not_all_debt(read, more):
    rows, left, _ = read(DEBT.format(*more), "macro")
    assert [(r["economy"], r["value"]) for r in rows] == [("TJK", "7")]
    assert left == {"by counterpart, not of all together": 1}
    rows, left, _ = read(DEBT.format(more[0], more[2], more[2]), "macro")
    assert not rows and left == {"by counterpart, not of all together": 2}


def test_world_bank_api(read):
    def record(code, three, indicator, name, year, value):
        return {
            "indicator": {"id": indicator, "value": name},
            "country": {"id": code, "value": "x"},
            "countryiso3code": three,
            "date": year,
            "value": value,
            "unit": "",
            "decimal": 0,
        }

    gdp = ("NY.GDP.MKTP.CD", "GDP (current US$)")
    records = [
        record("1A", "ARB", *gdp, "2019", 2),
        record("KZ", "KAZ", *gdp, "2019", 11.25),
        record("KZ", "KAZ", *gdp, "2020", None),
        record("1W", "WLD", "SP.POP.TOTL", "Population, total", "2019", 3),
        record("1W", "WLD", "SP.POP.TOTL", "Population, total", "2020", 4),
    ]
    rows, left, layout = read(json.dumps([{"page": 1}, records]), "macro", "f.json")
    assert layout == "world bank, api" and macro(rows) == MACRO
    assert left["no figure in the cell"] == 1


def page(number, pages, total, *years):
    """A page of the World Bank's answer."""
    records = [
        {"indicator": {"id": "I", "value": "i"}, "country": {"id": "KZ", "value": "x"}}
        | {"countryiso3code": "KAZ", "date": str(year), "value": 1.5}
        for year in years
    ]
    return [{"page": number, "pages": pages, "per_page": 2, "total": total}, records]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("GDP per capita growth (annual %)", "annual %"),
        ("CO2 emissions (metric tons per capita)", "metric tons per capita"),
        ("GDP per capita, PPP (current international $)", "current international $ per head"),
        ("Freshwater resources per capita (cubic meters)", "cubic meters per head"),
        ("GDP deflator (base year varies by country)", "as its name says"),
        ("Population, total (national estimate)", "persons"),
        ("Unemployment (% of labor force) (modeled ILO estimate)", "% of labor force"),
    ],
)
def test_what_is_said_of_heads_is_not_said_twice_and_a_note_is_no_unit(name, unit):
    """Growth per head was in `annual % per head`, a deflator in `base year varies by country`."""
    assert worldbank.unit(name) == unit


COMTRADE_RECORD = dict(zip(*(line.split(",") for line in COMTRADE.splitlines()[:2]), strict=False))


@pytest.mark.parametrize(
    ("said", "table", "why"),
    [
        (page(1, 5, 10, 2019, 2020), "macro", "page 1 of 5"),
        (page(1, 1, "3", 2019, 2020), "macro", "2 of 3 rows"),
        ([page(1, 2, 3, 2019, 2020), page(2, 2, 3, 2021)], "macro", "one after the other"),
        ([page(1, 1, 1, 2019), page(1, 1, 1, 2020)], "macro", "one after the other"),
        ({"count": 900, "data": [COMTRADE_RECORD]}, "trade", "1 of 900 rows"),
    ],
)
def test_an_answer_that_says_it_is_not_whole_is_refused(read, said, table, why):
    with pytest.raises(FileError, match=f"not the whole answer.*{why}") as error:
        read(json.dumps(said), table, "f.json")
    assert error.value.where == "f.json" and error.value.hint


def test_an_answer_that_says_it_is_whole_is_read(read):
    rows, _, layout = read(json.dumps(page(1, 1, 2, 2019, 2020)), "macro", "f.json")
    assert layout == "world bank, api" and len(rows) == 2
    said = {"count": 1, "data": [COMTRADE_RECORD], "error": ""}
    assert read(json.dumps(said), "trade", "f.json")[0] == TRADE_ROWS[:1]


def test_unesco_students_by_origin(read):
    label = "Inbound internationally mobile students from {}, both sexes (number)"
    text = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER,INDICATOR_LABEL_EN\n"
    for origin, value, magnitude, qualifier in (
        ("Kazakhstan", "7", "", ""),
        ("Kyrgyzstan", "8", "", "UIS Estimation"),
        ("Uzbekistan", "", "NIL", ""),
        ("Central Asia and nowhere", "9", "", ""),
    ):
        text += f'26420,RUS,2019,{value},{magnitude},{qualifier},"{label.format(origin)}"\n'
    rows, left, _ = read(text, "students")
    assert [(r["origin"], r["destination"], r["students"], r["flag"]) for r in rows] == [
        ("KAZ", "RUS", "7", ""),
        ("KGZ", "RUS", "8", "UIS_EST"),
    ]
    assert {r["level"] for r in rows} == {"degree"}
    assert left["other indicators than students by origin"] == 1


def test_unesco_without_labels_says_what_it_needs(read):
    text = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\n26420,RUS,2019,7,,\n"
    with pytest.raises(UsageError, match="not what they count"):
        read(text, "students")


def test_wits_by_country_in_thousands(read):
    text = (
        "Reporter Name,Partner Name,Product categories,Indicator Type,Indicator,2019,2020\n"
        "Kyrgyz Republic,China,All Products,Export,Export (US$ Thousand),1.5,\n"
        "Kyrgyz Republic,China,All Products,Import,Import Partner Share (%),40,41\n"
        "Kyrgyz Republic,Europe & Central Asia,All Products,Export,Export (US$ Thousand),4,5\n"
    )
    rows, left, _ = read(text, "trade")
    assert [(r["reporter"], r["partner"], r["value_usd"]) for r in rows] == [("KGZ", "CHN", "1500")]
    assert left["shares and counts, not values"] == 1


def test_wits_query(read):
    text = (
        "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,"
        "TradeValue in 1000 USD\nH5,UZB,Total,CHN,2019,Import,2\nH5,UZB,2701,CHN,2019,Import,1\n"
    )
    rows, left, _ = read(text, "trade")
    assert [(r["product"], r["value_usd"], r["valuation"]) for r in rows] == [
        ("TOTAL", "2000", "cif")
    ]
    assert left == {"finer than HS chapters": 1}


def test_wits_of_sitc_has_no_hs_chapters(read):
    text = (
        "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,"
        "TradeValue in 1000 USD\nS3,UZB,33,CHN,2019,Import,2\nH5,UZB,27,CHN,2019,Import,1\n"
    )
    rows, left, _ = read(text, "trade")
    assert [(r["product"], r["value_usd"]) for r in rows] == [("27", "1000")]
    assert left == {"other classifications than HS": 1}


def test_imf_in_millions(read):
    text = (
        "FREQ,REF_AREA,INDICATOR,COUNTERPART_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MULT\n"
        "A,TJ,TXG_FOB_USD,CN,2019,1.5,6\nA,TJ,TMG_CIF_USD,W00,2019,2,6\n"
        "A,TJ,TBG_USD,CN,2019,9,6\nM,TJ,TXG_FOB_USD,CN,2019-05,1,6\n"
    )
    rows, left, _ = read(text, "trade")
    told = [(r["partner"], r["flow"], r["value_usd"], r["valuation"]) for r in rows]
    assert told == [
        ("CHN", "export", "1500000", "fob"),
        ("WLD", "import", "2000000", "cif"),
    ]
    assert set(left) == {"months or quarters, not years", "other indicators than trade in goods"}


def test_imf_without_a_unit_is_refused(read):
    text = "REF_AREA,INDICATOR,COUNTERPART_AREA,TIME_PERIOD,OBS_VALUE\nTJ,TXG_FOB_USD,CN,2019,1\n"
    with pytest.raises(UsageError, match="in which unit"):
        read(text, "trade")


IMTS = (
    "{},COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,{}\n"
    "IMF.STA:IMTS(1.0.0),TJK,{},CHN,A,2019,350000,{}\n"
)


def test_an_empty_line_does_not_change_the_unit_of_the_imf_s_figures(read):
    text = IMTS.format("DATAFLOW", "SCALE", "MG_CIF_USD", "6")
    for more in ("", ",,,,,,,\n"):
        rows, left, _ = read(text + more, "trade")
        assert [r["value_usd"] for r in rows] == ["350000"] and not left


def test_a_scale_of_the_imf_s_portal_is_not_guessed(read):
    for scale in ("6", "Millions"):
        with pytest.raises(UsageError, match="not clear whether figures are in dollars") as error:
            read(IMTS.format("DATASET", "SCALE", "MG_CIF_USD", scale), "trade")
        assert error.value.where == "f.csv" and error.value.hint
    for heading, scale, value in (("SCALE", "Units", "350000"), ("UNIT_MULT", "6", "350000000000")):
        rows, _, _ = read(IMTS.format("DATASET", heading, "MG_CIF_USD", scale), "trade")
        assert [r["value_usd"] for r in rows] == [value]


@pytest.mark.parametrize(
    ("unit", "indicator", "why"),
    [
        ("XDC", "MG_CIF", "other money than US dollars"),
        ("XDC", "MG_CIF_USD", "other money than US dollars"),
        ("", "MG_CIF", "indicators that do not say that they are in US dollars"),
        ("USD", "MG_CIF", ""),
        ("US dollar", "MG_CIF_USD", ""),
        ("", "MG_CIF_USD", ""),
    ],
)
def test_other_money_of_the_imf_is_left_out(read, unit, indicator, why):
    text = IMTS.format("DATAFLOW", "SCALE,UNIT", indicator, f"6,{unit}")
    rows, left, _ = read(text, "trade")
    assert [r["value_usd"] for r in rows] == ([] if why else ["350000"])
    assert left == ({why: 1} if why else {})


EUROSTAT = [("KAZ", "CZE", "2019", "7"), ("KAZ", "GRC", "2020", "9")]


def test_eurostat_tsv_with_flags(read):
    text = (
        "freq,unit,isced11,sex,partner,geo\\TIME_PERIOD\t2019 \t2020 \n"
        "A,NR,ED5-8,T,KZ,CZ\t7 b\t: c\nA,NR,ED5-8,T,KZ,EL\t: \t9 \n"
        "A,NR,ED5-8,F,KZ,EL\t3 \t4 \nA,NR,ED6,T,KZ,EL\t3 \t4 \n"
    )
    rows, left, layout = read(text, "students", "f.tsv")
    assert layout == "eurostat, mobile students (TSV)"
    told = [(r["origin"], r["destination"], r["year"], r["students"]) for r in rows]
    assert sorted(told) == EUROSTAT
    assert left == {"one sex": 1, "one level of education": 1, "no figure in the cell": 2}


ESTAT = (
    "DATAFLOW,freq,unit,isced11,sex,partner,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    "{0},A,NR,ED5-8,T,KZ,CZ,2019,7,{1}\n{0},A,NR,ED5-8,T,KZ,EL,2020,9,\n"
)


@pytest.mark.parametrize(
    ("flag", "said"), [("b", "exact"), ("e", "estimated"), ("be", "estimated")]
)
def test_eurostat_sdmx_csv(read, flag, said):
    rows, _, _ = read(ESTAT.format("ESTAT:EDUC_UOE_MOBS02(1.0)", flag), "students")
    told = [(r["origin"], r["destination"], r["year"], r["students"]) for r in rows]
    assert sorted(told) == EUROSTAT
    assert [r["precision"] for r in rows] == [said, "exact"]


def test_graduates_are_not_enrolled(read):
    with pytest.raises(UsageError, match="not count the enrolled") as error:
        read(ESTAT.format("ESTAT:EDUC_UOE_MOBG02(1.0)", ""), "students")
    assert "EDUC_UOE_MOBG02" in error.value.what and error.value.hint
    text = "freq,unit,isced11,sex,partner,geo\\TIME_PERIOD\t2019\nA,NR,ED5-8,T,KZ,CZ\t7\n"
    assert read(text, "students", "estat_educ_uoe_mobs02.tsv")[0]
    with pytest.raises(UsageError, match="not count the enrolled"):
        read(text, "students", "estat_educ_uoe_mobg02.tsv")


def test_an_estimate_in_eurostat_s_tsv_is_not_exact(read):
    text = (
        "freq,unit,isced11,sex,partner,geo\\TIME_PERIOD\t2019 \t2020 \n"
        "A,NR,ED5-8,T,KZ,CZ\t7 e\t: c\nA,NR,ED5-8,T,KZ,EL\t: \t9 b\nA,NR,ED5-8,F,KZ,EL\t3 \t4 \n"
    )
    rows, left, _ = read(text, "students", "f.tsv")
    told = [(r["origin"], r["destination"], r["year"], r["students"]) for r in rows]
    assert sorted(told) == EUROSTAT
    assert [r["precision"] for r in rows] == ["estimated", "exact"]
    assert left == {"one sex": 2, "no figure in the cell": 2}


def test_baci_is_added_up_by_chapter_and_in_total(read):
    text = (
        "t,i,j,k,v,q\n2019,398,156,10121,1.5,1\n2019,398,156,010129,2,NA\n"
        "2019,398,156,270900,3,1\n2019,398,842,270900,4,1\n2019,398,58,270900,4,1\n"
    )
    rows, left, layout = read(text, "trade")
    assert layout == "baci" and left == {"j that is no economy here (58)": 1}
    assert {(r["partner"], r["product"], r["value_usd"]) for r in rows} == {
        ("CHN", "01", "3500"),
        ("CHN", "27", "3000"),
        ("CHN", "TOTAL", "6500"),
        ("USA", "27", "4000"),
        ("USA", "TOTAL", "4000"),
    }


def test_aiddata_keeps_projects_without_an_amount(read):
    text = (
        "AidData Record ID,Recommended For Aggregates,Recipient,Recipient ISO-3,Commitment Year,"
        "Title,Flow Type,Flow Class,Sector Name,Infrastructure,Amount (Constant USD 2021)\n"
        "1,Yes,Tajikistan,TJK,2012,A road,Loan,OOF-like,TRANSPORT AND STORAGE,Yes,1000.5\n"
        "2,No,Tajikistan,TJK,2013,A school,Grant,ODA-like,EDUCATION,No,\n"
        '3,No,"Asia, regional",,2013,A talk,Grant,ODA-like,EDUCATION,No,\n'
    )
    rows, left, layout = read(text, "projects")
    assert layout == "aiddata gcdf"
    assert left == {"Recipient ISO-3 that is no economy here (empty)": 1}
    told = ("project_id", "amount_usd", "flow_class", "recommended", "sector", "infrastructure")
    assert [tuple(r[c] for c in told) for r in rows] == [
        ("1", "1000.5", "oof_like", "true", "Transport and storage", "true"),
        ("2", "", "oda_like", "false", "Education", ""),
    ]


def test_a_publisher_s_file_for_another_table_is_refused(read):
    with pytest.raises(UsageError, match="no file for table 'students'") as error:
        read(COMTRADE, "students")
    assert error.value.hint == "--table trade"


def test_the_user_s_word_goes_before_the_publisher_s_layout(read):
    rows, _, _ = read(COMTRADE, "trade", columns={"scope": {"is": "goods_and_services"}})
    assert {r["scope"] for r in rows} == {"goods_and_services"}


@pytest.mark.parametrize("layout", layouts.all_layouts(), ids=lambda one: one.name)
def test_each_layout_fills_tables_that_exist(layout):
    assert all(name in registry.tables() for name in layout.tables)
    assert layout.address.startswith("https://") and layout.licence and layout.origin


FLOWS = """\
freqCode,refYear,reporterISO,flowCode,partnerISO,partner2Code,cmdCode,reporterCode,partnerCode,primaryValue
A,2022,TJK,M,CHN,0,TOTAL,762,156,1200
A,2022,TJK,X,RUS,0,TOTAL,762,643,1500
A,2022,TJK,RX,RUS,0,TOTAL,762,643,15
"""
BANK = "Country Name,Country Code,Indicator Name,Indicator Code,2019\n{}\n"
PEOPLE = BANK.format('Kazakhstan,KAZ,"Population, total",SP.POP.TOTL,19000000')


@pytest.mark.parametrize(
    ("text", "table", "said", "words"),
    [
        (FLOWS, "trade", {"flow": "import"}, "flow is said to be always import, and cells say X"),
        (FLOWS, "trade", {"product": "27"}, "product is said to be always 27, and cells say TOTAL"),
        (FLOWS.replace("TOTAL", "27"), "trade", {"product": "TOTAL"}, "cells say 27"),
        (FLOWS, "trade", {"reporter": "KAZ"}, "reporter is said to be always KAZ"),
        (FLOWS, "trade", {"year": 2020}, "year is said to be always 2020, and cells say 2022"),
        (FLOWS, "trade", {"year": 2022, "reporter": "Tajikistan", "product": "TOTAL"}, ""),
        (FLOWS.replace(",X,", ",M,"), "trade", {"flow": "import"}, ""),
        (PEOPLE, "macro", {"economy": "UZB"}, "economy is said to be always UZB"),
        (PEOPLE, "macro", {"unit": "current USD"}, "unit is said to be always current USD"),
        (PEOPLE, "macro", {"unit": "persons", "economy": "KAZ"}, ""),
        (BANK.format("Kazakhstan,KAZ,Gini index,SI.POV.GINI,1"), "macro", {"unit": "points"}, ""),
    ],
)
def test_what_is_said_of_all_rows_agrees_with_a_publisher_s_columns(read, text, table, said, words):
    """Exports were booked as imports, and figures of one country as those of another."""
    said = {name: {"is": value} for name, value in said.items()}
    if words:
        with pytest.raises(UsageError, match=words) as error:
            read(text, table, columns=said)
        assert error.value.hint
    else:
        assert read(text, table, columns=said)[0]


def test_rows_that_count_may_agree_with_what_is_said_of_all(read):
    only = [{"column": "flowCode", "among": ["M"], "why": "exports"}]
    rows, left_out, _ = read(FLOWS, "trade", columns={"flow": {"is": "import"}}, only=only)
    assert [row["partner"] for row in rows] == ["CHN"] and left_out["exports"] == 1
