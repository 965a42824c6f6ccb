"""What people type and give by mistake: three lines and the right exit code before anything starts,
or read rightly; and formats that parse back. Most cases: cases/wrong_input.yaml.
"""

import csv
import io
import json
import pickle
import shlex
import shutil
from operator import attrgetter
from unittest.mock import Mock

import nbformat
import pandas as pd
import pytest
from tests.cases import cases
from tests.small_runs import book
from typer.main import get_command

import ca_research as ca
from ca_research import registry, runs, tables
from ca_research.app.cli import app
from ca_research.ground import economies, errors, paths
from ca_research.ground.errors import CaResearchError, ParameterError, UsageError
from ca_research.runs.grid import read_grid
from ca_research.runs.parameters import Parameter
from ca_research.site import read, write_site

CASES = cases(__file__, "wrong_input")
REAL = paths.home()


# --- the command line


class Started(BaseException):
    """What the command line must not take for a fault of its own."""


@pytest.fixture
def no_kernel(monkeypatch):
    """Fails the test where a notebook would be run; no server of kernels is started beside it."""
    monkeypatch.setattr("ca_research.runs.pool._in_kernels", Mock(side_effect=Started))
    monkeypatch.setattr("ca_research.runs.pool.warm_up", Mock())


@pytest.fixture
def c33(built, no_kernel, tmp_path):
    """The declared claim C33 with an invented notebook that has a parameter of every type."""
    shutil.copy(REAL / "registry" / "claims" / "C33.yaml", built.home / "registry" / "claims")
    registry.forget()
    notebook = built.home / "notebooks" / registry.claim("C33").notebook
    notebook.write_text(json.dumps(CASES["notebook"]))
    for name, content in CASES["files"].items():
        (tmp_path / name).write_bytes(content.encode("latin-1"))
    return built


def test_the_commands_and_their_options(snapshot):
    """What scripts of others rest on: a name that goes or comes is seen."""
    found, todo = {}, [("ca-research", get_command(app))]
    for name, one in todo:
        found[name] = " ".join(sorted(word for option in one.params for word in option.opts))
        todo += [(f"{name} {sub}", two) for sub, two in getattr(one, "commands", {}).items()]
    assert found == snapshot


@pytest.mark.parametrize("line", CASES["refused"])
def test_a_wrong_call_is_refused_before_anything_starts(c33, command, tmp_path, line):
    words = shlex.split(line.format(tmp=tmp_path))
    code, out, err = command(*words)
    assert (code, out) == (2, ""), err
    assert err.count("\n") <= 3 or "Usage:" in err or "Parser Error" in err
    assert "Traceback" not in err and "a fault of ca-research itself" not in err
    for name, place in CASES["where"].items():
        assert name not in line or f"where: {place}" in err or f"{place}\n" in err


@pytest.mark.parametrize("size", CASES["sizes_of_the_store"])
def test_a_size_of_the_store_that_is_no_number_is_refused(command, monkeypatch, size):
    monkeypatch.setenv("CA_RESEARCH_CACHE_MB", size)
    assert command("cache", "info")[:2] == (2, "")


def test_right_parameters_get_as_far_as_the_kernel_and_build_the_tables(c33, command):
    """Without this, the refusals would pass if `run` never started anything."""
    shutil.rmtree(c33.processed)
    assert command("run", "C33", "-p", "years=five")[0] == 2 and not c33.processed.exists()
    with pytest.raises(Started):
        command("run", "C33", "-p", "years=7", "-p", "strict=TRUE", "--as-of", "latest")
    assert len(c33.builds()) == 1
    (run,) = runs.plan(["C33"], {"years": "7", "strict": "TRUE", "share": "1"}, as_of=["latest"])
    assert repr(run.params) == repr({"years": 7, "strict": True, "share": 1.0, "as_of": "latest"})


@pytest.mark.parametrize("at", range(3))
def test_debug_shows_the_traceback_wherever_it_stands_and_keeps_the_code(built, command, at):
    words = ["sql", "selec"]
    words.insert(at, "--debug")
    code, _, err = command(*words)
    assert code == 2 and err.startswith("Traceback") and "UsageError" in err


def test_a_fault_of_ours_is_three_lines_and_an_interruption_one(built, command, monkeypatch):
    for fault, code, lines in ((RuntimeError("no\nmore"), 1, 3), (KeyboardInterrupt, 130, 1)):
        monkeypatch.setattr("ca_research.app.console.rows", Mock(side_effect=fault))
        found, out, err = command("data", "list")
        assert (found, out, err.count("\n")) == (code, "", lines)


@pytest.mark.parametrize("content", CASES["grids"])
def test_a_grid_of_which_something_would_go_unread_is_refused(tmp_path, content):
    (tmp_path / "grid.csv").write_text(content)
    with pytest.raises(UsageError):
        read_grid(tmp_path / "grid.csv")


@pytest.mark.parametrize("value", [*CASES["numbers"], "9" * 400, float("nan"), 10**400], ids=repr)
def test_a_parameter_that_is_no_plain_number_is_refused(value):
    with pytest.raises(ParameterError):
        Parameter("share", "float", 0.5).read(value, "here")


LISTS = {"sources.csv": registry.sources, "economies.csv": economies.codes}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_register_that_is_not_utf_8_is_refused_with_its_line(project, name):
    with (project.home / "registry" / name).open("ab") as file:
        file.write(b"caf\xe9")
    project.forget()
    with pytest.raises(errors.RegistryError) as caught:
        LISTS[name]()
    assert caught.value.where.startswith(f"registry/{name}, line ")


# --- what programs read

QUERY = """
select reporter, year, value_usd / 3 as third, note, is_aggregate from trade
order by reporter, partner, year
"""
ROWS = """
KAZ,2019,0.33333333333333,,False
KAZ,2020,0.66666666666667,,False
KAZ,2020,1,,True
KGZ,2020,0.33333333333333,as printed,False
TUR,2021,0.66666666666667,,True
"""
READERS = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}


@pytest.mark.parametrize("format", READERS)
def test_formats_parse_back_to_the_same_rows(built, command, tmp_path, format):
    file = tmp_path / "out"
    _, out, _ = command("sql", QUERY, "--format", format, text=False)
    assert command("sql", QUERY, "--format", format, "-o", str(file)) == (0, "", "")
    assert file.read_bytes() == out
    back = READERS[format](io.BytesIO(out))
    assert back.to_csv(index=False, header=False, float_format="%.14g") == ROWS.lstrip()
    nowhere = command("sql", QUERY, "--format", format, "-o", str(tmp_path / "no" / "out"))
    assert nowhere[:2] == (1, "") and not (tmp_path / "no").exists()


@pytest.mark.parametrize("case", CASES["types"], ids=str)
def test_every_type_is_said_whole(built, command, case):
    value, as_json, as_csv = case[0], case[1], case[-1]
    said = {
        form: command("sql", f"select {value} as v, 1 as w", "--format", form)
        for form in ("json", "csv", "table")
    }
    assert json.loads(said["json"][1], parse_constant=pytest.fail) == [{"v": as_json, "w": 1}]
    assert list(csv.reader(io.StringIO(said["csv"][1]))) == [["v", "w"], [str(as_csv), "1"]]
    assert said["table"][::2] == (0, "") and said["table"][1].endswith("(1 row)\n")


# --- calls


NAMED = {name: pd.DataFrame(told) for name, told in CASES["frames"].items()} | {"LONG": "C" * 300}


@pytest.mark.parametrize("case", CASES["slips"], ids=str)
def test_a_slip_in_a_call_is_told_in_a_line_that_fits_a_screen(built, case):
    name, *given, options = case
    result = ca.trade.hhi(ca.trade.partner_shares(NAMED["FLOWS"])) if name == "plot" else ca
    with pytest.raises(UsageError) as caught:
        attrgetter(name)(result)(*[NAMED.get(str(one), one) for one in given], **options)
    assert caught.value.hint and len(caught.value.what.splitlines()[0]) < 400


def test_a_query_that_is_not_utf_8_is_refused(built):
    with pytest.raises(UsageError):
        tables.sql("select '\udcff'")


# --- raw files and executed notebooks


def shown(kind, change=None, picture=CASES["picture"]):
    """An output of a notebook: a figure, table or note, changed as a case says."""
    record = CASES["records"][kind] | (change or {})
    mime = getattr(read, f"{kind.upper()}_MIME")
    data = {mime: {k: v for k, v in record.items() if v is not None}}
    return data | {"image/svg+xml": picture} if kind == "figure" and picture else data


def executed(folder, name, *outputs):
    """An executed notebook of page `data`, under a name of its own."""
    made = book("1", ca_research={"run": CASES["run"] | {"run_id": name}})
    made.cells[0].outputs = [nbformat.v4.new_output("display_data", data=d) for d in outputs]
    (folder / "notebooks").mkdir(exist_ok=True)
    nbformat.write(made, folder / "notebooks" / f"{name}.ipynb")


@pytest.mark.parametrize("case", CASES["unfit"], ids=str)
def test_what_no_page_can_hold_costs_itself_alone(project, tmp_path, case):
    """The other pages are written, and the command ends with what was left out and where."""
    executed(tmp_path, "good", shown("figure"), shown("table"))
    executed(tmp_path, "bad", shown(*case), shown("table"))
    with pytest.raises(errors.RunError) as caught:
        write_site(tmp_path)
    good, bad = ((tmp_path / f"{n}.html").read_text() for n in ("good", "bad"))
    assert "A picture" in good and "no page can hold" not in good
    assert "A table" in bad and "shows what no page can hold" in bad
    assert "cell 1" in caught.value.what and caught.value.where == "data.ipynb"


def test_a_verdict_from_a_source_that_was_removed_is_left_out(tmp_path):
    """`data add`, a run, `data remove`: the next run ended in a KeyError, without a page."""
    stored = ca.check("C25").as_dict() | {"sources": ["GONE"]}
    executed(tmp_path, "gone", {read.MIME: [stored]})
    with pytest.raises(errors.RunError):
        write_site(tmp_path)
    assert json.loads((tmp_path / "verdicts.json").read_text()) == []


# --- errors as objects


@pytest.mark.parametrize(
    "error",
    [
        CaResearchError("a", where="b", hint="c"),
        errors.UnknownNameError("table", "trad", ["trade"]),
        errors.DataError([errors.Fault("f.csv", n, "c", "v", "rule") for n in range(2, 82)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_the_way_out_of_a_worker_and_a_long_one_is_cut_in_print_only(error):
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error) and str(back) == str(error) and back.__dict__ == error.__dict__
    faults = getattr(error, "faults", [])
    assert str(error).count("f.csv:") == min(len(faults), 50)
