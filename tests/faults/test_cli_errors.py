"""The command line: refusals with the right exit code before anything starts, and formats that
parse back.
"""

import importlib
import io
import json
import pickle
import shutil

import pandas as pd
import pytest
import yaml

from ca_research import registry, runs
from ca_research.ground import errors, paths
from ca_research.ground.errors import CaResearchError, ParameterError, UnknownNameError

REAL = paths.home()
ARTICLE = REAL.parent / "shared" / "article.txt"
CELL = (
    'economy: str = "CA5"\nyears: int = 5\nshare: float = 0.5\nstrict: bool = False\nas_of: str '
    '= "latest"\n'
)


class Started(BaseException):
    """What the command line must not take for a fault of its own."""


@pytest.fixture
def no_kernel(monkeypatch):
    """Fails the test where a notebook would be run; no server of kernels is started beside it, in a
    thread that would go on after the test.
    """
    import papermill

    def started(*args, **kwargs):
        raise Started("a kernel would have been started")

    monkeypatch.setattr(papermill, "execute_notebook", started)
    pool = importlib.import_module("ca_research.runs.pool")
    monkeypatch.setattr(pool, "ProcessPoolExecutor", started)
    monkeypatch.setattr(pool, "warm_up", lambda options: None)


@pytest.fixture
def notebook(built, no_kernel):
    """The declared claim C33 with an invented notebook that has a parameter of every type."""
    shutil.copy(REAL / "registry" / "claims" / "C33.yaml", built.home / "registry" / "claims")
    registry.forget()
    about = {
        "economy": {"choices": ["CA5", "KAZ", "UZB"]},
        "as_of": {"pattern": r"^(latest|\d{4}-\d{2}-\d{2})$"},
    }
    cell = {
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]},
        "source": [CELL],
        "outputs": [],
    }
    content = {
        "cells": [cell],
        "metadata": {"ca_research": {"parameters": about}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    file = built.home / "notebooks" / registry.claim("C33").notebook
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["-p", "economi=KAZ"],
            ["unknown parameter 'economi'", "did you mean economy?", "years, share, strict"],
        ),
        (["--grid", "yers=1,2"], ["unknown parameter 'yers'", "did you mean years?"]),
        (["-p", "years=five"], ["parameter years is of type int, got 'five'", "-p years=5"]),
        (["-p", "years=5.5"], ["parameter years is of type int, got '5.5'"]),
        (["-p", "share=half"], ["parameter share is of type float, got 'half'"]),
        (["-p", "strict=perhaps"], ["parameter strict is of type bool, got 'perhaps'"]),
        (["-p", "economy=FRA"], ["unknown value for parameter economy", "CA5, KAZ, UZB"]),
        (["--grid", "economy=KAZ,FRA"], ["unknown value for parameter economy", "'FRA'"]),
        (["--as-of", "yesterday"], ["'yesterday'"]),
        (["--as-of", "2023-02-31"], ["'2023-02-31'"]),
        (["-p", "economy"], ["expected NAME=VALUE, got 'economy'", "-p economy=UZB"]),
        (["-p", "as_of=latest"], ["as_of is given by --as-of"]),
        (
            ["-p", "economy=KAZ", "--grid", "economy=KAZ,UZB"],
            ["given twice, by -p, --grid or --grid-file: economy"],
        ),
        (["--jobs", "0"], ["--jobs"]),
        (["--jbs", "2"], ["No such option", "--jobs"]),
    ],
)
def test_a_wrong_parameter_is_refused_before_any_kernel_starts(notebook, command, words, told):
    code, out, err = command("run", "C33", *words)
    assert code == 2 and out == ""
    assert all(word in err for word in told), err
    assert "Traceback" not in err


def test_right_parameters_get_as_far_as_the_kernel(notebook, command):
    """Without this, the test above would pass if `run` never started anything."""
    with pytest.raises(Started, match="a kernel would have been started"):
        command("run", "C33", "-p", "years=7", "-p", "strict=TRUE", "--as-of", "latest")
    (run,) = runs.plan(["C33"], {"years": "7", "strict": "TRUE", "share": "1"}, as_of=["latest"])
    assert run.params == {"years": 7, "strict": True, "share": 1.0, "as_of": "latest"}
    assert [type(run.params[k]) for k in ("years", "strict", "share")] == [int, bool, float]


def test_a_run_without_tables_builds_them_and_a_wrong_parameter_does_not(notebook, command, built):
    shutil.rmtree(built.processed)
    assert command("run", "C33", "-p", "years=five")[0] == 2
    assert not built.processed.exists()
    with pytest.raises(Started, match="a kernel would have been started"):
        command("run", "C33", "-p", "years=5", "--as-of", "latest")
    assert len(built.builds()) == 1


def test_a_run_on_faulty_figures_says_so_before_any_kernel(notebook, command, built):
    built.raw().write_text(built.raw().read_text().replace("KAZ", "KGZ"), encoding="utf-8")
    code, _, err = command("run", "C33", "-p", "years=5")
    assert code == 1 and "small.csv" in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["run", "C99"], 2, ["unknown claim or page 'C99'"]),
        (["claims", "show", "C3O"], 2, ["unknown claim 'C3O'", "did you mean"]),
        (["claims", "--format", "xml"], 2, ["unknown format 'xml'", "table, csv, json"]),
        (["claims", "show", "C30", "--format", "csv"], 2, ["unknown format 'csv'", "text, json"]),
        (["claims", "check", "--article", "nowhere.txt"], 2, ["no such file: nowhere.txt"]),
        (["data", "show", "trad"], 2, ["unknown table 'trad'", "did you mean trade?"]),
        (
            ["data", "coverage", "trade", "--by", "reportr"],
            2,
            ["'reportr'", "did you mean reporter?"],
        ),
        (["data", "list", "--format", "jsn"], 2, ["unknown format 'jsn'", "did you mean json?"]),
        (
            ["sql", "select 1", "--format", "xml"],
            2,
            ["unknown format 'xml'", "table, csv, json, parquet"],
        ),
        (["sql", "selec 1"], 2, ["Parser Error: syntax error", "LINE 1: selec 1"]),
        (["sql", "copy trade to 'x.csv'"], 2, ["only one SELECT"]),
        (
            ["sql", "select 1", "-o", "no/such/folder.csv"],
            1,
            ["No such file or directory", "no/such/folder.csv"],
        ),
        (["nonsense"], 2, ["No such command 'nonsense'"]),
    ],
)
def test_errors_are_short_and_end_with_the_right_code(command, words, code, told):
    found, out, err = command(*words)
    assert found == code and out == ""
    assert all(word in err for word in told), err
    assert "Traceback" not in err


def test_a_missing_build_is_named_with_its_remedy(project, command):
    for words in (["sql", "select 1"], ["data", "coverage", "trade"]):
        code, out, err = command(*words)
        assert (code, out) == (1, "") and "next:  ca-research data build" in err


def test_broken_data_is_an_error_with_every_fault(built, command):
    built.rows(("QQQ", "CHN", "2020", "export", "-1", "", "S_CALENDAR"))
    for words in (["data", "build"], ["data", "check"]):
        code, out, err = command(*words)
        assert (code, out) == (1, "")
        assert "small.csv:2: reporter = 'QQQ'" in err and "small.csv:2: value_usd = '-1'" in err


@pytest.mark.parametrize(
    "words", [["--debug", "sql", "selec"], ["sql", "--debug", "selec"], ["sql", "selec", "--debug"]]
)
def test_debug_shows_the_traceback_and_keeps_the_code(built, command, words):
    code, _, err = command(*words)
    assert code == 2
    assert err.startswith("Traceback") and "UsageError: Parser Error" in err


def test_an_interrupted_command_says_what_is_kept(built, command, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("ca_research.app.console.rows", interrupt)
    code, _, err = command("data", "list")
    assert (code, err) == (130, "interrupted; what was finished is kept\n")


# --- what programs read
# ------------------------------------------------------------------------------------

QUERY = """
select reporter, year, value_usd / 3 as third, note, is_aggregate, value_usd::integer as whole
from trade order by reporter, partner, year
"""
ROWS = [
    ("KAZ", 2019, 1 / 3, None, False, 1),
    ("KAZ", 2020, 2 / 3, None, False, 2),
    ("KAZ", 2020, 1.0, None, True, 3),
    ("KGZ", 2020, 1 / 3, "as printed", False, 1),
    ("TUR", 2021, 2 / 3, None, True, 2),
]
READERS = {
    "csv": pd.read_csv,
    "json": lambda f: pd.DataFrame(json.loads(f.read())),
    "parquet": pd.read_parquet,
}


@pytest.mark.parametrize("to_file", [False, True])
@pytest.mark.parametrize("format", READERS)
def test_formats_parse_back_to_the_same_rows(built, command, tmp_path, format, to_file):
    file = tmp_path / "out"
    code, out, err = command(
        "sql", QUERY, "--format", format, *(["-o", str(file)] if to_file else []), text=False
    )
    assert (code, err) == (0, "") and bool(out) != to_file
    frame = READERS[format](io.BytesIO(file.read_bytes() if to_file else out))
    assert list(frame.columns) == ["reporter", "year", "third", "note", "is_aggregate", "whole"]
    found = [tuple(None if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)]
    assert found == [(*row[:2], pytest.approx(row[2], rel=1e-14), *row[3:]) for row in ROWS]


def test_a_table_for_the_eye(built, command):
    code, out, _ = command(
        "sql",
        "select reporter, value_usd * 1000.5 as v, note from trade where partner = 'CHN' order "
        "by 1, 2",
    )
    assert code == 0
    assert out.splitlines() == [
        "reporter        v  note",
        "--------  -------  ----------",
        "KAZ       1,000.5",
        "KAZ         2,001",
        "KGZ       1,000.5  as printed",
        "(3 rows)",
    ]


@pytest.mark.parametrize(
    "words",
    [["claims"], ["data", "list"], ["data", "show", "trade"], ["data", "coverage", "geography"]],
)
def test_lists_say_the_same_as_json_and_csv(command, words):
    _, as_json, _ = command(*words, "--format", "json")
    _, as_csv, _ = command(*words, "--format", "csv")
    rows = json.loads(as_json)
    assert rows
    back = pd.read_csv(io.StringIO(as_csv), dtype=str, keep_default_na=False).to_dict("records")
    assert back == [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def test_a_claim_as_json_is_the_declared_one(command):
    code, out, _ = command("claims", "show", "C30", "--format", "json")
    shown, declared = (
        json.loads(out),
        yaml.safe_load((REAL / "registry" / "claims" / "C30.yaml").read_text()),
    )
    assert code == 0 and shown.pop("rule_sha256") == registry.claim("C30").rule_sha256
    assert shown["quotation"] == declared["quotation"] and len(shown["readings"]) == len(
        declared["readings"]
    )


def test_the_register_is_well_formed(command):
    code, out, err = command("claims", "check")
    assert (code, err) == (0, "") and f"{len(registry.claims())} claims are well formed" in out


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article's text is not beside the project")
def test_the_article_is_quoted_rightly_and_a_changed_article_is_noticed(command, tmp_path):
    assert command("claims", "check", "--article", str(ARTICLE))[0] == 0
    other = tmp_path / "other.txt"
    other.write_text(
        ARTICLE.read_text(encoding="utf-8").replace("China", "Chyna"), encoding="utf-8"
    )
    code, out, err = command("claims", "check", "--article", str(other))
    assert (code, out) == (1, "") and "C" in err and "registry/claims" in err


# --- errors as objects
# -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        CaResearchError("a", where="b", hint="c"),
        UnknownNameError("table", "trad", ["trade"]),
        ParameterError("x"),
        errors.MissingTableError("trade", "here"),
        errors.MissingTableError("trade", "here", empty=True),
        errors.DataError([errors.Fault("f.csv", 2, "c", "v", "rule")]),
    ],
)
def test_errors_survive_the_way_out_of_a_worker(error):
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error) and str(back) == str(error) and back.__dict__ == error.__dict__


def test_a_long_list_of_faults_is_cut_in_print_only():
    error = errors.DataError([errors.Fault("f.csv", n, "c", "v", "rule") for n in range(2, 82)])
    assert len(error.faults) == 80
    assert str(error).count("f.csv:") == 50 and "... and 30 more" in str(error)
