"""Content keys: which change re-runs what. The table of runs/inputs.py, line by line, on a copy of
the registry.
"""

import json

import pytest
from tests.cases import cases
from tests.small_runs import notebook, small_project

from ca_research import runs
from ca_research.ground import paths, reads
from ca_research.ground.errors import UndeclaredReadError
from ca_research.runs import Run, fingerprint, inputs
from ca_research.runs.fingerprint import key
from ca_research.tables.build import current

CHANGES = cases(__file__, "run_keys")
TABLES = {"one": ["trade"], "two": ["students"], "three": []}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A project with the real registry, two tables of invented bytes, and three notebooks."""
    folder = small_project(tmp_path / "project")
    (folder / "measures").mkdir()
    (folder / "requirements.lock").write_text("a==1\n")
    for table in ("trade", "students"):
        file = folder / "data" / "processed" / "build-tiny" / f"{table}.parquet"
        file.write_text(table)
    for name, tables in TABLES.items():
        entries = {"registry": ["coding/acts"]} if name == "three" else {}
        notebook(folder, name, tables=tables, **entries)
    monkeypatch.setenv("CA_RESEARCH_HOME", str(folder))
    return folder


def planned(home):
    def run(name, notebook, **params):
        file, after = home / "notebooks" / f"{notebook}.ipynb", name == "overview"
        entries = () if after else (f"claims/{name}",)
        return Run(name, file, {"as_of": "latest", **params}, entries=entries, after=after)

    return {
        "C33": run("C33", "one"),
        "C33 KAZ": run("C33", "one", economy="KAZ"),
        "C30": run("C30", "two"),
        "C13": run("C13", "three"),
        "overview": run("overview", "three"),
    }


def keys(home):
    about = inputs.Inputs(home / "data" / "processed" / "build-tiny")
    stored = home / "verdicts.json"
    return {name: key(about.of(run, stored)) for name, run in planned(home).items()}


def changed(home, file="registry/sources.csv", source="", **_):
    text = (home / file).read_bytes() if (home / file).exists() else b""
    new = text.replace(f"\n{source},".encode(), f"\n{source},New ".encode())
    (home / file).write_bytes(new if source else text + b"\n")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_re_runs_exactly_what_depends_on_it(home, change):
    before = keys(home)
    changed(home, **CHANGES[change])
    after = keys(home)
    again = [name for name in before if before[name] != after[name]]
    assert again == CHANGES[change]["again"]


def test_parameters_make_another_key_and_nothing_else_does(home):
    found = keys(home)
    assert len(set(found.values())) == len(found)
    assert keys(home) == found


def test_the_package_counts_but_for_what_only_starts_or_shows_runs():
    rooms = {name.partition("/")[2] for name in inputs.Inputs(None).of(runs.plan(["C25"])[0])}
    assert {"claims", "trade", "plots", "ground", "tables"} <= rooms
    assert not rooms & {"site", "verify", "kernels", "runs", "app", "archive"}


def test_python_and_installed_packages_count(home, monkeypatch):
    before = keys(home)
    monkeypatch.setattr(fingerprint.platform, "python_version", lambda: "3.99.0")
    assert all(a != b for a, b in zip(keys(home).values(), before.values(), strict=True))
    (home / "site-packages" / "new-1.0.dist-info").mkdir(parents=True)
    monkeypatch.undo()
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    monkeypatch.syspath_prepend(str(home / "site-packages"))
    assert all(a != b for a, b in zip(keys(home).values(), before.values(), strict=True))


def test_a_whole_command_is_known_again_until_anything_below_it_changes(home):
    key = fingerprint.key_of_command
    assert key(["run"]) == key(["run"]) != key(["run", "C30"])
    for name, change in CHANGES.items():
        before = key(["run"])
        changed(home, **change)
        assert change["again"] in ([], ["overview"]) or key(["run"]) != before, name


def test_a_whole_command_covers_what_each_of_its_runs_does():
    """An input that a run knows of and the command does not would leave an old page standing."""
    about, covered = inputs.Inputs(current()), set(fingerprint.state())
    for run in runs.plan():
        own = {str(f) for f in about.files(run) if f.is_file() and "processed" not in f.parts}
        assert own <= covered, run.run_id


def test_the_portable_part_names_what_moved_and_nothing_of_this_machine(home):
    def told():
        about = inputs.Inputs(home / "data" / "processed" / "build-tiny")
        run = planned(home)["C33"]
        return inputs.portable(about.of(run), run)

    before = told()
    changed(home, **CHANGES["a table"])
    assert told() == before
    for name, file in (
        ("register/words", "words"),
        ("register/claims/C33", "claims/C33"),
        ("data/trade", "tables/trade"),
    ):
        changed(home, f"registry/{file}.yaml")
        now = told()
        assert {k for k, v in now.items() if before[k] != v} == {name}
        before = now


def test_pages_of_others_count_for_a_command_that_leaves_them_there(home, tmp_path):
    executed = tmp_path / "executed"
    executed.mkdir()
    before = fingerprint.key_of_command(["run"], executed)
    (executed / "other.ipynb").write_text("{}")
    assert fingerprint.key_of_command(["run"], executed) != before


def limited(monkeypatch, tables=(), registry=()):
    monkeypatch.setenv(reads.VARIABLE, reads.limit(tables, registry))


def test_a_table_that_is_not_declared_cannot_be_read(monkeypatch):
    import ca_research as ca

    limited(monkeypatch, tables=["facts"])
    assert len(ca.load("facts", source="FBK"))
    for read in (lambda: ca.load("debt"), lambda: ca.coverage("debt")):
        with pytest.raises(UndeclaredReadError, match="table 'debt'") as caught:
            read()
        assert "metadata" in caught.value.hint
    assert ca.sql("select count(*) as n from facts")["n"].iloc[0] > 0
    from ca_research.ground.errors import UsageError

    with pytest.raises(UsageError, match="debt"):
        ca.sql("select * from debt")
    whole = paths.processed_dir() / (paths.processed_dir() / "CURRENT").read_text() / "debt.parquet"
    with pytest.raises(UsageError, match=r"(?i)permission"):
        ca.sql(f"select * from read_parquet('{whole}')")


def test_a_claim_that_is_not_declared_cannot_be_read(monkeypatch, request):
    from ca_research import registry

    limited(monkeypatch, registry=["claims/C30"])
    registry.forget()
    request.addfinalizer(registry.forget)
    assert list(registry.claims()) == ["C30"]
    with pytest.raises(UndeclaredReadError, match="claims/C33"):
        registry.claim("C33")
    limited(monkeypatch, registry=["claims/*"])
    registry.forget()
    assert len(registry.claims()) > 40


def test_a_notebook_on_all_tables_is_run_again_where_a_table_is_new(home):
    """The page on the data named its tables, and knew of none that a project has added."""
    book = home / "notebooks" / "three.ipynb"
    book.write_text(book.read_text().replace('"tables": []', '"tables": ["*"]'))
    before, specs = keys(home), home / "registry" / "tables"
    told = (specs / "trade.yaml").read_text().replace("table: trade", "table: flows")
    (specs / "flows.yaml").write_text(told)
    after = keys(home)
    assert {n for n in before if before[n] != after[n]} == {"C13", "overview"}
    assert "flows" in json.loads(inputs.limits(planned(home)["C13"]))["table"]


def test_outside_a_run_everything_may_be_read(monkeypatch):
    monkeypatch.delenv(reads.VARIABLE, raising=False)
    reads.check("table", "anything")
    assert reads.declared("table") is None
