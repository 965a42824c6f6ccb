"""What people type and give by mistake: three lines and the right exit code, or read rightly; never
a traceback.
"""

import csv
import datetime as dt
import fractions
import io
import json
import re
import uuid

import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import economies
from ca_research.ground.errors import (
    CaResearchError,
    DataError,
    ParameterError,
    RegistryError,
    RunError,
    UsageError,
    known_name,
)
from ca_research.ground.periods import parse_as_of
from ca_research.runs import planning
from ca_research.runs.grid import read_grid
from ca_research.runs.parameters import Parameter
from ca_research.site import read, write_site

LATIN = "caf\u00e9".encode("latin-1")


# --- the command line
# --------------------------------------------------------------------------------------


def refused(answer, *told: str, code: int = 2) -> None:
    found, out, err = answer
    assert (found, out) == (code, ""), err
    assert err.count("\n") <= 3 or "Usage:" in err, err
    assert "Traceback" not in err and "a fault of ca-research itself" not in err
    assert all(word in err for word in told), err


@pytest.mark.parametrize("gib", ["inf", "nan", "1e300", "-1"])
def test_a_limit_of_memory_that_is_none_is_refused(command, gib):
    refused(command("run", f"--memory={gib}"), "Invalid value for '--memory'")


@pytest.mark.parametrize("option", ["--timeout", "--cell-timeout"])
def test_a_limit_of_time_without_end_is_refused(command, option):
    refused(command("run", option, "9" * 30), f"Invalid value for '{option}'")


@pytest.mark.parametrize("size", ["\u00b2", "\u0663", "9" * 5000, "-1", "1.5"])
def test_a_size_of_the_store_that_is_no_number_is_refused(command, monkeypatch, size):
    monkeypatch.setenv("CA_RESEARCH_CACHE_MB", size)
    refused(command("cache", "info"), "not a number of megabytes")


def test_a_grid_file_that_is_not_utf_8_is_refused_with_its_line(command, tmp_path):
    for name, content in (("g.yaml", b"- a: b\n- a: " + LATIN), ("g.csv", b"a\n" + LATIN)):
        (tmp_path / name).write_bytes(content)
        refused(command("run", "--grid-file", str(tmp_path / name)), "not UTF-8", f"{name}, line 2")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("economy,economy\nKAZ,UZB\n", "stands twice: economy, economy"),
        ("economy,\nKAZ,UZB\n", "a name in the header is missing"),
        ("economy\nKAZ,UZB\n", "a row of 2 cells under 1 names"),
        ('economy\n"KAZ\n', "not a CSV"),
        ("economy\nKA\0Z\n", "not a CSV: a NUL"),
        ("economy\nKAZ\nKAZ\n", "the same set stands twice"),
    ],
)
def test_a_grid_of_which_something_would_go_unread_is_refused(tmp_path, content, told):
    (tmp_path / "grid.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_grid(tmp_path / "grid.csv")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-p", "economy=KAZ", "-p", "economy=UZB"], "economy is given twice: KAZ and UZB"),
        (["--grid", "economy=KAZ", "--grid", "economy=UZB"], "economy is given twice"),
        (["--grid", "economy=KAZ,,UZB"], "an empty value"),
        (["--grid", "economy=KAZ,KAZ"], "stands twice"),
    ],
)
def test_a_value_that_would_be_ignored_is_refused(command, words, told):
    refused(command("run", "C33", *words), told)


def test_two_sets_that_would_share_one_page_are_refused(project, monkeypatch):
    cell = {
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]},
        "source": 'place: str = ""\nas_of: str = ""',
    }
    (project.home / "notebooks" / "data.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}})
    )
    with pytest.raises(UsageError, match="would be one page"):
        planning.plan(["data"], grid={"place": ["KAZ", "kaz"]})


@pytest.mark.parametrize(
    "value", ["nan", "inf", "1_000", "\u0663", "9" * 400, float("nan"), 10**400, "1e999"]
)
def test_a_parameter_that_is_no_plain_number_is_refused(value):
    with pytest.raises(ParameterError):
        Parameter("share", "float", 0.5).read(value, "here")


def test_a_parameter_is_matched_to_its_end():
    with pytest.raises(ParameterError):
        Parameter("as_of", "str", "latest", pattern="^latest$").read("latest\n", "here")


def test_an_article_that_is_not_utf_8_is_refused(command, tmp_path):
    (tmp_path / "article.txt").write_bytes(b"Title\n" + LATIN)
    refused(
        command("claims", "check", "--article", str(tmp_path / "article.txt")),
        "not UTF-8",
        "article.txt, line 2",
    )
    (tmp_path / "article.txt").write_bytes(b"\n")
    refused(
        command("claims", "check", "--article", str(tmp_path / "article.txt")),
        "the article's file is empty",
    )


@pytest.mark.parametrize("content", ["[" * 10**5, "[1]", "{}x", '["a"]'])
def test_a_file_of_verdicts_that_is_none_is_refused(command, tmp_path, content):
    (tmp_path / "v.json").write_text(content)
    refused(
        command("claims", "check", "--verdicts", str(tmp_path / "v.json")), "not a file of verdicts"
    )


@pytest.mark.parametrize("name", ["sources.csv", "economies.csv"])
def test_a_list_of_the_register_that_is_not_utf_8_is_refused_with_its_line(project, name):
    file = project.home / "registry" / name
    file.write_bytes(file.read_bytes() + LATIN)
    project.forget()
    with pytest.raises(RegistryError, match="not UTF-8") as caught:
        registry.sources() if name == "sources.csv" else economies.codes()
    assert caught.value.where.startswith(f"registry/{name}, line ")


def test_a_zip_makes_no_folder(command, tmp_path):
    target = tmp_path / "nowhere" / "report.zip"
    refused(command("report", "--zip", str(target)), "there is no folder nowhere", str(target))
    assert not target.parent.exists()


def test_a_fault_of_ours_is_three_lines_too(built, command, monkeypatch):
    def fault(*_):
        raise RuntimeError("no\nmore")

    monkeypatch.setattr("ca_research.app.console.rows", fault)
    code, _, err = command("data", "list")
    assert (code, err.count("\n")) == (
        1,
        3,
    ) and "a fault of ca-research itself: RuntimeError: no more" in err
    assert command("--debug", "data", "list")[2].startswith("Traceback")


# --- sql
#
#
#
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["update extensions", "select 1; select 2", "", "explain select 1"]
)
def test_what_is_no_select_is_refused(built, command, query):
    refused(command("sql", query), "only one SELECT at a time")


def test_a_query_that_is_not_utf_8_is_refused(built, command):
    refused(command("sql", "select '\udcff'"), "not text in UTF-8")


def test_a_variable_of_the_program_is_no_table(built):
    rows = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError, match="rows"):
        tables.sql("select * from rows")
    assert len(rows) == 1


TYPES = {
    "uuid '00000000-0000-0000-0000-00000000002a'": (str(uuid.UUID(int=42)),) * 2,
    r"'a\x00'::blob": (r"a\x00",) * 2,
    "{'a': 1, 'b': [1, null]}": ({"a": 1, "b": [1, None]}, "{'a': 1, 'b': [1, NULL]}"),
    "170141183460469231731687303715884105727::hugeint": (2**127 - 1, str(2**127 - 1)),
    "9007199254740993": (2**53 + 1, str(2**53 + 1)),
    "interval 1 month": ("1 month",) * 2,
    "date '2020-01-01'": ("2020-01-01",) * 2,
    "map {'a': 1}": ({"a": 1}, "{a=1}"),
    "'nan'::double": ("NaN", "nan"),
    "['-inf'::double]": (["-Infinity"], "[-inf]"),
    "'NaN \"Infinity'": ('NaN "Infinity',) * 2,
    "null": (None, ""),
    "true": (True, "True"),
}


@pytest.mark.parametrize("value", TYPES)
def test_every_type_is_said_whole(built, command, value):
    as_json, as_csv = TYPES[value]
    _, out, _ = command("sql", f"select {value} as v", "--format", "json")
    assert json.loads(out, parse_constant=pytest.fail) == [{"v": as_json}]
    _, out, _ = command("sql", f"select {value} as v, 1 as w", "--format", "csv")
    assert list(csv.reader(io.StringIO(out))) == [["v", "w"], [as_csv, "1"]]
    code, out, err = command("sql", f"select {value} as v", "--format", "table")
    assert (code, err) == (0, "") and out.endswith("(1 row)\n")


def test_parquet_keeps_what_it_can_and_refuses_the_rest(built, command):
    _, out, _ = command(
        "sql", f"select {2**127 - 1}::hugeint // 10 as v", "--format", "parquet", text=False
    )
    assert pq.read_table(io.BytesIO(out))["v"].to_pylist() == [(2**127 - 1) // 10]
    refused(
        command("sql", "select interval 1 month as v", "--format", "parquet"),
        "Parquet cannot hold this",
    )


def test_names_that_stand_twice_are_told_apart(built, command):
    _, out, _ = command("sql", "select 1 as a, 2 as a, 3 as a_1", "--format", "json")
    assert json.loads(out) == [{"a": 1, "a_1": 2, "a_1_1": 3}]


def test_nothing_shows_the_place_of_the_build(built, command):
    assert (
        str(built.home)
        not in command("sql", "select sql from duckdb_views()", "--format", "csv")[1]
    )
    for file in built.processed.glob("build-*/trade.parquet"):
        file.write_bytes(b"not Parquet")
    code, _, err = command("sql", "select * from trade")
    assert code == 1 and "trade.parquet" in err and "data build --force" in err
    assert str(built.home) not in err


# --- load
# --------------------------------------------------------------------------------------------------

WRONG = [
    *(
        -(10**30),
        10**30,
        2**63,
        2020.5,
        float("nan"),
        float("inf"),
        True,
        None,
        pd.NA,
        pd.NaT,
        "2020",
        b"2020",
    ),
    *(
        [[2020]],
        [2020, [2021]],
        {2020: 1},
        np.array(2020),
        np.array([[2020]]),
        np.array(["a"]),
        {"year"},
    ),
    *(
        slice(1, 2),
        pd.DataFrame({"a": [1]}),
        dt.date(2020, 1, 1),
        fractions.Fraction(1, 3),
        object(),
        int,
    ),
]


@pytest.mark.parametrize("value", WRONG, ids=lambda v: f"{type(v).__name__}-{str(v)[:12]}")
@pytest.mark.parametrize("column", ["year", "since", "reporter", "flow", "note", "source", "as_of"])
def test_a_filter_of_another_kind_is_refused(built, column, value):
    if column in ("since", "as_of") and value is None:
        return  # no bound
    if column == "as_of" and isinstance(value, dt.date) and value is not pd.NaT:
        return  # a day
    with pytest.raises(CaResearchError):
        tables.load("trade", **{column: value})


def test_filters_of_every_plain_kind_are_read_alike(built):
    expected = tables.load("trade", year=[2020])
    for same in (
        2020,
        np.int64(2020),
        2020.0,
        {2020},
        np.array([2020]),
        pd.Series([2020]),
        range(2020, 2021),
    ):
        pd.testing.assert_frame_equal(tables.load("trade", year=same), expected)
    assert len(expected) == 3


def test_years_in_the_wrong_order_are_refused(built):
    with pytest.raises(UsageError, match="since=2021 is after until=2019"):
        tables.load("trade", since=2021, until=2019)


@pytest.mark.parametrize(
    "day", [pd.NA, pd.NaT, pd.Series(["latest"]), np.array(["latest", "a"]), 5, "today", ""]
)
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(UsageError, match="as_of must be a date"):
        parse_as_of(day)


@pytest.mark.parametrize("name", [["trade"], None, {}, "trade\0", 5])
def test_a_table_or_claim_named_by_no_word_is_refused(built, name):
    with pytest.raises(UsageError):
        tables.load(name)
    with pytest.raises(UsageError):
        registry.claim(name)


# --- measures and pictures
# --------------------------------------------------------------------------------------------------

FLOWS = pd.DataFrame({"reporter": "KAZ", "partner": ["CHN", "RUS"], "product": "TOTAL"}).assign(
    year=2020, flow="export", value_usd=[3.0, 2.0], source_id="KAZ_BNS"
)
COUNTS = pd.DataFrame({"origin": ["KAZ"], "year": 2020, "level": "all", "students": 2.0})
SEEN = pd.DataFrame({"reporter": ["KAZ"], "source_id": "A", "year": 2020, "figures": 1})


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: ca.trade.rank(FLOWS, economy=5), "by its code or name, not by 5"),
        (lambda: ca.trade.rank(FLOWS, economy="KAZ", basis=None), "unknown basis None"),
        (lambda: ca.trade.rank(FLOWS, economy="KAZ", basis=[["mirror"]]), "unknown basis"),
        (lambda: ca.trade.partner_shares(FLOWS, by=5), "unknown column 5"),
        (lambda: tables.preferred_rows(FLOWS, 5), "unknown column 5"),
        (lambda: ca.coverage("trade", by=5), "unknown column of table 'trade' 5"),
        (lambda: ca.explore(FLOWS), "what must be the name of a table or a claim"),
        (lambda: ca.explore(["trade"]), "what must be the name of a table or a claim"),
        (lambda: ca.check(FLOWS), "unknown claim"),
        (lambda: ca.check("C" * 300), "unknown claim"),
        (lambda: known_name("flow", FLOWS, ("export", "import")), "unknown flow"),
        (lambda: known_name("flow", [], {"export": 1}), "unknown flow []"),
        (lambda: ca.plots.student_lines(COUNTS, last="2030"), "last must be a number"),
        (lambda: ca.plots.student_lines(COUNTS, last=2030.5), "last must be a whole number"),
        (lambda: ca.plots.coverage_map(SEEN, most="3"), "most must be a number"),
        (lambda: ca.plots.coverage_map(SEEN, most=0), "most is 0"),
    ],
)
def test_a_slip_in_a_call_is_told_in_a_line_that_fits_a_screen(call, told):
    with pytest.raises(UsageError, match=re.escape(told)) as caught:
        call()
    assert caught.value.hint and len(caught.value.what.splitlines()[0]) < 400


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"top": "3"}, "top must be a number"),
        ({"top": 2.5}, "top must be a whole number"),
        ({"top": 0}, "top is 0"),
        ({"top": -2}, "top is -2"),
        ({"title": 5}, "title must be a text"),
        ({"title": ["a"]}, "title must be a text"),
    ],
)
def test_an_option_of_a_picture_is_of_its_kind(options, told):
    found = ca.trade.hhi(ca.trade.partner_shares(FLOWS))
    with pytest.raises(UsageError, match=told):
        found.plot(**options)


# --- raw files
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f"])
def test_a_control_character_in_a_raw_field_is_refused_with_its_row(project, character):
    project.rows(
        ("KAZ", "CHN", "2019", "export", "1", "", "S_CALENDAR"),
        ("KAZ", "CHN", "2020", "export", "1", f"as{character}printed", "S_CALENDAR"),
    )
    with pytest.raises(DataError) as caught:
        tables.build()
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (3, "note") and "control character" in fault.rule
    assert character not in str(caught.value)


@pytest.mark.parametrize(
    "number", [" 2020", "2020\u00a0", "0x7e4", "nan", "\u0662\u0660\u0662\u0660"]
)
def test_a_raw_number_that_is_not_plainly_one_is_refused_with_its_row(project, number):
    project.rows(("KAZ", "CHN", number, "export", "1", "", "S_CALENDAR"))
    with pytest.raises(DataError) as caught:
        tables.build()
    assert [(f.line, f.column) for f in caught.value.faults] == [(2, "year")]


# --- executed notebooks
# ------------------------------------------------------------------------------------

FIGURE = {
    **{
        "section": "main",
        "name": "a",
        "title": "A picture",
        "alt": "words",
        "note": "",
        "sources": [],
    },
    **{"csv": "a\n1\n"},
}
TABLE = {
    **{
        "section": "main",
        "name": "t",
        "title": "A table",
        "note": "",
        "sources": [],
        "csv": "a,source_id\n1,S\n",
    },
    **{"columns": ["a"], "numeric": [True], "rows": [["1"]]},
}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" viewBox="0 0 9 9"><path d="M 0 0"/></svg>'
)


def executed(folder, name: str, *outputs: dict):
    """An executed notebook of page `data`, under a name of its own."""
    cell = nbformat.v4.new_code_cell(
        "1", outputs=[nbformat.v4.new_output("display_data", data=data) for data in outputs]
    )
    about = {
        "run_id": name,
        "claim": "data",
        "params": {"as_of": "latest"},
        "command": "",
        "error": "",
    }
    about |= {"where": "", "notebook": "data.ipynb", "key": ""}
    file = folder / "notebooks" / f"{name}.ipynb"
    file.parent.mkdir(exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell], metadata={"ca_research": {"run": about}}), file
    )
    return file


def without(record: dict, key: str) -> dict:
    return {k: v for k, v in record.items() if k != key}


UNFIT = {
    "a figure without a name": {read.FIGURE_MIME: without(FIGURE, "name"), "image/svg+xml": SVG},
    "a figure without a picture": {read.FIGURE_MIME: FIGURE},
    "a figure in no section": {
        read.FIGURE_MIME: FIGURE | {"section": "mian"},
        "image/svg+xml": SVG,
    },
    "a figure of an unknown source": {
        read.FIGURE_MIME: FIGURE | {"sources": ["S_NONE"]},
        "image/svg+xml": SVG,
    },
    "pictures to choose from under one name": {
        read.FIGURE_MIME: FIGURE
        | {"question": "Which", "label": "a", "others": [{"label": "a", "alt": "b", "svg": SVG}]},
        "image/svg+xml": SVG,
    },
    "a table with a short row": {read.TABLE_MIME: TABLE | {"rows": [[]]}},
    "a table without its numbers": {read.TABLE_MIME: TABLE | {"csv": "a\n"}},
    "a note without text": {read.NOTE_MIME: {}},
}


def test_a_verdict_from_a_source_that_was_removed_is_left_out(tmp_path, monkeypatch):
    """`data add`, a run, `data remove`: the next run ended in a KeyError, without a page."""
    stored = ca.check("C25").as_dict()
    executed(tmp_path, "gone", {read.MIME: [stored]})
    left = {k: v for k, v in registry.sources().items() if k not in stored["sources"]}
    monkeypatch.setattr(registry, "sources", lambda: left)
    with pytest.raises(RunError, match="no source of the register") as caught:
        write_site(tmp_path)
    assert "ca-research run --changed" in caught.value.hint
    assert json.loads((tmp_path / "verdicts.json").read_text()) == []


@pytest.mark.parametrize("name", UNFIT)
def test_what_no_page_can_hold_costs_itself_alone(project, tmp_path, name):
    """The other pages are written, and the command ends with what was left out and where."""
    executed(
        tmp_path, "good", {read.FIGURE_MIME: FIGURE, "image/svg+xml": SVG}, {read.TABLE_MIME: TABLE}
    )
    executed(tmp_path, "bad", UNFIT[name], {read.TABLE_MIME: TABLE})
    with pytest.raises(RunError, match="no page can hold") as caught:
        write_site(tmp_path)
    assert "cell 1" in caught.value.what and caught.value.where == "data.ipynb"
    good, bad = ((tmp_path / f"{n}.html").read_text(encoding="utf-8") for n in ("good", "bad"))
    assert "A picture" in good and "no page can hold" not in good
    assert "A table" in bad and "shows what no page can hold" in bad
    assert "Part of this page was left out" in bad and "did not finish" not in bad
    assert (tmp_path / "index.html").is_file()


def test_a_verdict_that_is_none_costs_itself_alone(project, tmp_path):
    executed(tmp_path, "good", {read.TABLE_MIME: TABLE})
    executed(tmp_path, "bad", {read.MIME: [{"claim": "C01"}]})
    with pytest.raises(RunError, match="do not follow"):
        write_site(tmp_path)
    assert "A table" in (tmp_path / "good.html").read_text(encoding="utf-8")
