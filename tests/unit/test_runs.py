"""Runs: parameters checked before a kernel starts, readable ids, and executed notebooks that keep
what went wrong.
"""

import itertools
import json
import platform
import re
import shlex
import sys
from pathlib import Path

import nbformat
import pytest
from tests.cases import cases
from tests.small_runs import book, small_project

from ca_research import registry, runs
from ca_research.ground import economies, errors
from ca_research.ground.errors import MissingTableError, RunError

CASES = cases(__file__, "parameters")


def notebook(file, *sources, parameters=CASES["cell"]):
    about = {"parameters": CASES["about"], "tables": []}
    nbformat.write(book(parameters, *sources, parameters=True, ca_research=about), file)
    return file


# parameters


@pytest.mark.parametrize(("given", "read"), CASES["read"])
def test_values_come_back_in_their_declared_types(tmp_path, given, read):
    found = runs.check(notebook(tmp_path / "a.ipynb"), given)
    assert found == read
    assert [type(v) for v in found.values()] == [type(v) for v in read.values()]


@pytest.mark.parametrize(("given", "error"), CASES["refused"])
def test_wrong_parameters_are_refused(tmp_path, given, error):
    with pytest.raises(getattr(errors, error)) as caught:
        runs.check(notebook(tmp_path / "a.ipynb"), given)
    assert (caught.value.exit_code, caught.value.where) == (2, "a.ipynb")


def test_a_notebook_without_parameters_has_none_and_what_is_no_notebook_is_refused(tmp_path):
    file = notebook(tmp_path / "a.ipynb", parameters="")
    assert runs.declared(file) == {}
    for broken in ("{not json", "{}", "[]"):
        (tmp_path / "b.ipynb").write_text(broken)
        with pytest.raises(RunError):
            runs.declared(tmp_path / "b.ipynb")
    with pytest.raises(RunError):
        runs.declared(notebook(tmp_path / "c.ipynb", parameters="n: int = = 1"))


# plans


def test_a_plan_is_every_declared_run_on_its_days_and_the_pages():
    both = (registry.article().date.isoformat(), "latest")
    expected = [
        (name, day, r)
        for name, spec in registry.claims().items()
        for r in spec.runs
        for day in both[spec.kind == "opinion" :]
    ]
    expected += [("brief", "latest", {"economy": code}) for code in economies.CA5]
    expected += [(name, "latest", {}) for name in ("data", "overview", "specification_curve")]
    planned = [
        (
            r.name,
            r.params["as_of"],
            {k: v for k, v in r.params.items() if k not in ("as_of", "claim")},
        )
        for r in runs.plan()
    ]
    assert planned == expected


def test_run_ids_are_unique_readable_and_stable():
    ids = [r.run_id for r in runs.plan()]
    assert len(ids) == len(set(ids))
    form = r"([co]\d\d|brief|overview|data|specification)(-[a-z0-9.-]+)+"
    assert all(re.fullmatch(form, i) for i in ids)
    assert "c33-as-of-2023-05-19-economy-kaz" in ids  # pages keep their addresses


def _run(**params):
    return runs.Run("C02", Path("n"), {"as_of": "latest", **params})


def test_runs_of_other_values_have_other_files():
    values = ["Казахстан", "Киргизия", "a_b", "a-b", "A-b", "a b", "x" * 300, "x" * 301, ["a"], "a"]
    ids = [_run(label=value).run_id for value in values]
    assert len(set(ids)) == len(values)
    assert all(re.fullmatch(r"c02-as-of-latest-label-[a-z0-9.-]{1,90}", i) for i in ids)
    assert ids[-1] == "c02-as-of-latest-label-a"  # what a name shows whole needs no more
    assert _run(share=0.5).run_id == "c02-as-of-latest-share-0.5"


def test_the_command_of_a_run_is_one_that_a_shell_reads():
    words = shlex.split(_run(label="a b \"c'd\n$HOME").command)
    assert words[3:5] == ["-p", "label=a b \"c'd\n$HOME"]


def test_an_economy_by_its_name_is_the_run_of_its_code():
    """It was `unknown value`, while `ca.check` took it."""
    named, coded = (runs.plan(["C33"], {"economy": name}) for name in ("Kazakhstan", "KAZ"))
    assert named == coded and named[0].command == coded[0].command


def test_the_command_recreates_its_run():
    for run in runs.plan():
        words = shlex.split(run.command)
        assert words[:3] == ["ca-research", "run", run.name]
        given = dict(w.split("=", 1) for f, w in itertools.pairwise(words) if f == "-p")
        assert runs.plan([run.name], given, as_of=[words[words.index("--as-of") + 1]]) == [run]


@pytest.mark.parametrize(("arguments", "error"), CASES["plans"])
def test_a_wrong_plan_is_refused_before_anything_starts(arguments, error):
    with pytest.raises(getattr(errors, error)):
        runs.plan(**arguments)


# execution: four tiny notebooks in a project of their own


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The project, the folder of the pages, and the result of each notebook."""
    home = small_project(tmp_path_factory.mktemp("runs") / "project")
    out = home.parent / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_HOME", str(home))
        patch.setenv("CA_RESEARCH_CACHE", str(home.parent / "cache"))
        planned = []
        for name, cells in CASES["executed"].items():
            file = notebook(home / "notebooks" / f"{name}.ipynb", *cells)
            planned.append(runs.Run("C25", file, {"economy": name, "n": 41, "as_of": "latest"}))
        results = runs.execute(planned, out, runs.Options(jobs=2))
        runs.write_manifest(out, results, 1.0)
    return home, out, {run.params["economy"]: r for run, r in zip(planned, results, strict=True)}


def test_a_failing_notebook_does_not_stop_the_others_and_its_page_keeps_the_error(executed):
    _, out, results = executed
    assert [name for name, result in results.items() if result.ok] == ["good"]
    assert results["dies"].where == "notebooks/dies.ipynb"
    bad = results["bad"]
    assert bad.where.startswith("notebooks/bad.ipynb, cell")
    made = nbformat.read(out / runs.EXECUTED / f"{bad.run_id}.ipynb", as_version=4)
    outputs = [o for cell in made.cells for o in cell.get("outputs", [])]
    assert [o.get("ename", o.get("text")) for o in outputs] == ["before\n", "UnknownNameError"]
    stored = made.metadata["ca_research"]["run"]
    assert (stored["error"], stored["where"]) == (bad.error, bad.where)
    assert stored["params"] == {"economy": "bad", "n": 41, "as_of": "latest"}


def test_executed_notebooks_hold_no_path_of_the_machine(executed):
    home, out, _ = executed
    package, own = str(Path(runs.__file__).parents[2]), f"{Path.home()}/"
    private = [str(home), str(out), own, f"{sys.prefix}/lib", package]
    texts = {f.name: f.read_text() for f in (out / runs.EXECUTED).iterdir()}
    assert len(texts) == 4
    for name, text in texts.items():
        assert [p for p in private if p in text] == [], name
    assert any("42 ./registry ~/notes" in text for text in texts.values())


def test_the_manifest_lists_every_run_and_no_scratch_is_left(executed):
    _, out, results = executed
    manifest = json.loads((out / "manifest.json").read_text())
    listed = {run["run_id"]: run["key"] for run in manifest["runs"]}
    assert listed == {result.run_id: result.key for result in results.values()}
    assert (manifest["python"], manifest["tables"]) == (platform.python_version(), "build-tiny")
    assert [p.name for p in out.rglob(".*")] == []


def test_without_tables_no_kernel_starts(tmp_path, monkeypatch):
    home = small_project(tmp_path / "project")
    (home / "data" / "processed" / "CURRENT").unlink()
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    run = runs.Run("C25", notebook(home / "notebooks" / "good.ipynb"), {"as_of": "latest"})
    with pytest.raises(MissingTableError):
        runs.execute([run], tmp_path / "out")
    assert not (tmp_path / "out").exists()
