"""REPLICATION.md says what registry, notebooks and lock file say; an archive holds all that the
report needs, and nothing that may not be passed on.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile

import nbformat
import pytest
import yaml

import ca_research as ca
from ca_research import archive, registry, runs, site
from ca_research.archive import bundle
from ca_research.claims import verdict
from ca_research.ground import paths
from ca_research.ground.errors import CoverageError, UsageError
from ca_research.runs import inputs

HOME = paths.home()


@pytest.fixture(scope="module")
def text():
    return (HOME / archive.FILE).read_text(encoding="utf-8")


def test_the_statement_is_that_of_the_registry(text):
    assert text == archive.statement(), "make replication"


def test_it_has_the_sections_of_the_template_in_their_order(text):
    asked = ["Overview", "Data availability and provenance statements", "Dataset list"]
    asked += ["Computational requirements", "Description of programs"]
    asked += ["Instructions to replicators", "List of exhibits", "References"]
    assert re.findall(r"^## (.+)$", text, re.M) == asked
    below = ["Statement about rights", "Summary of availability", "Sources", "Files", "Software"]
    below += ["Controlled randomness", "Memory, run time, storage"]
    assert re.findall(r"^### (.+)$", text, re.M) == below


def rows(text, heading):
    """Cells of the first table below a heading."""
    part = re.split(r"\n##+ ", text.partition(f"## {heading}\n")[2])[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_run_is_an_exhibit_with_the_command_that_makes_it(text):
    listed = rows(text, "List of exhibits")
    assert len(listed) == len(runs.plan())
    for page, _, program, command in listed:
        *_, claim = command.partition(" --as-of ")[0].partition("ca-research run ")
        name, *given = claim.split(" -p ")
        params = dict(one.split("=") for one in given)
        (made,) = runs.plan([name], params, as_of=[command.rpartition(" ")[2]])
        assert (f"reports/{made.run_id}.html", made.notebook.name) == (page, program)


def test_every_file_and_every_restricted_source_is_named(text):
    files = {row[0]: row[2] for row in rows(text, "Files")}
    for table in registry.tables().values():
        for name, about in table.files.items():
            assert files.pop(f"data/raw/{name}") == f"{about.rows:,}"
    assert files == {}
    sources = {row[0]: row[3] for row in rows(text, "Sources")}
    marked = {s.source_id for s in registry.sources().values() if s.redistribution == "no"}
    assert {s for s, mark in sources.items() if mark == "no"} == marked


def test_a_claim_that_is_added_is_seen(text, monkeypatch):
    monkeypatch.setattr("ca_research.archive.readme.plan", lambda: runs.plan()[:3])
    assert archive.statement() != text


@pytest.fixture
def archived(built, monkeypatch, tmp_path):
    """The tiny project with a report that is taken for whole."""
    monkeypatch.setattr(bundle, "_current", lambda report: ())
    monkeypatch.setattr("ca_research.archive.readme.plan", lambda: [])
    report = built.home / "reports"
    report.mkdir()
    for name in bundle.RESULTS:
        (report / name).write_text("[]")
    (built.home / "scratch").mkdir()
    (built.home / "scratch" / "mine.txt").write_text("mine")

    def make(name="archive.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        return archive.pack(tmp_path / name, report), tmp_path / name

    return make


def test_the_same_project_gives_the_same_bytes_with_the_hash_of_each_file(archived):
    made, file = archived()
    again, other = archived("again/archive.zip")
    assert made == again and file.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(file) as packed:
        held = {n.partition("/")[2]: packed.read(n) for n in packed.namelist()}
    sums = dict(line.split("  ")[::-1] for line in held.pop(bundle.HASHES).decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    assert {"results/verdicts.json", "registry/sources.csv", archive.FILE} <= held.keys()
    assert not any("scratch" in name or "processed" in name for name in held)


def test_added_sources_that_are_packed_unasked_are_named_with_their_licence(
    archived, built, tmp_path, command
):
    """Figures under any licence went into an archive without a word."""
    about = {"published": "2024", "publisher": "Office", "title": "Trade"}
    for number, (source, mark) in enumerate((("OPEN", "yes"), ("MINE", "figures"), ("SHUT", "no"))):
        file = tmp_path / f"{source}.csv"
        file.write_text(f"reporter,partner,year,flow,value_usd\nKAZ,CHN,{2010 + number},export,2\n")
        licence = f"licence of {source}"
        ca.add(file, table="trade", source=source, licence=licence, redistribution=mark, **about)
    made, file = archived()
    held = [n for n in zipfile.ZipFile(file).namelist() if n.endswith("rows.parquet")]
    assert held == [f"archive/data/added/{s}/rows.parquet" for s in ("MINE", "OPEN")]
    assert [s.source_id for s in made.unsure] == ["MINE"] and made.left_out == ("SHUT",)
    report = str(built.home / "reports")
    _, said, _ = command("replicate", "--report", report, "--out", str(tmp_path / "again.zip"))
    assert "all rows of these added sources: MINE (licence of MINE)" in said
    assert "--redistribution no" in said


def steps(text):
    """The commands of the instructions that add what an archive does not hold."""
    part = text.partition("## Instructions to replicators")[2].partition("\n## ")[0]
    return [shlex.split(line) for line in part.splitlines() if line.startswith("ca-research data")]


@pytest.fixture
def own(tmp_path, monkeypatch, command):
    """A project of one's own, with a report that is taken for whole."""
    monkeypatch.delenv("CA_RESEARCH_HOME", raising=False)
    monkeypatch.setattr(bundle, "_current", lambda report: ())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text("Invented\n2024-03-01\nA town lent 31,000 books.\n")
    assert command("init", "mine", "--article", "article.txt")[0] == 0
    monkeypatch.chdir(tmp_path / "mine")
    report = tmp_path / "mine" / "reports"
    report.mkdir()
    for name in bundle.RESULTS:
        (report / name).write_text("[]")
    yield tmp_path / "mine"
    registry.forget()


def unpacked(file, folder):
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
    return folder / file.stem


LONG = "About;When;Many\nloans;2022;2\nloans;1066;2\n"
WIDE = "Students of an office\nOrigin,2019,2020\nKAZ,1,2\nKGZ,3,4\n"
COMTRADE = (
    "freqCode,refYear,reporterISO,flowCode,partnerISO,partner2Code,cmdCode,customsCode,motCode,"
    "reporterCode,partnerCode,primaryValue\nA,2022,TJK,M,CHN,0,TOTAL,C00,0,762,156,1200000000\n"
)
SHUT = {
    "LONG": (
        "facts",
        LONG,
        {"attribute": "About", "year": "When", "value": "Many"}
        | {"subject": {"is": "it's ours"}, "unit": {"is": "books"}},
    ),
    "WIDE": (
        "students",
        WIDE,
        {"destination": {"is": "CHN"}, "level": {"is": "all"}}
        | {"precision": {"is": "exact"}, "statistic": {"is": "enrolled"}},
    ),
    "APART": ("trade", COMTRADE, {}),
}
SHUT["AGAIN"] = SHUT["WIDE"]
ASKED = {
    "LONG": {"lag": 90, "skip_bad": True, "role": "office", "preference": 2, "origin": "UIS"},
    "APART": {"origin": "APART"},
}


def test_what_an_archive_may_not_hold_is_added_again_by_its_readme(
    own, tmp_path, monkeypatch, command
):
    """REPLICATION.md said the citation alone, and how a file had been understood stayed out too;
    later, one figure told twice came back as two of independent origin.
    """
    about = {"published": "2024-05", "publisher": "An office", "title": "Ours", "licence": "closed"}
    files, kept = {}, {}
    for source, (table, text, said) in SHUT.items():
        files[source] = tmp_path / f"{source}.csv"
        files[source].write_text(text)
        given = about | ASKED.get(source, {}) | {"redistribution": "no", "map": said}
        kept[source] = ca.add(files[source], table=table, source=source, **given).entry
    (own / "reports" / "verdicts.json").write_text(
        json.dumps([{"claim": "C07", "sources": ["WIDE"]}, {"claim": "C08", "sources": ["OTHER"]}])
    )
    origins = {source: entry.source.origin_group for source, entry in kept.items()}
    assert origins == {"LONG": "UIS", "WIDE": "WIDE", "APART": "APART", "AGAIN": "WIDE"}
    made = archive.pack(tmp_path / "archive.zip", own / "reports")
    assert set(made.left_out) == set(SHUT)
    there = unpacked(tmp_path / "archive.zip", tmp_path / "elsewhere")
    assert not list(there.rglob("*.parquet"))
    monkeypatch.chdir(there)
    assert command("data", "build")[0] == 0
    text = (there / archive.FILE).read_text()
    assert all(entry.file_sha256 in text for entry in kept.values())
    assert re.findall(r"Verdicts that rest on it: of (.+)", text) == ["C07"]
    for _, *words in steps(text):
        path = str(files[words[words.index("--source") + 1]])
        code, _, err = command(*(path if word == "FILE" else word for word in words))
        assert code == 0, err
    assert registry.added() == kept


def added(own, source="MINE", **more):
    """A file of one figure in the project of one's own."""
    file = own / f"{source}.csv"
    file.write_text("subject,attribute,year,value,unit\nlibrary,loans,2022,2,books\n")
    about = {"published": "2024", "publisher": "Office", "title": "Loans", "licence": "open"}
    ca.add(file, table="facts", source=source, **about | more)
    file.unlink()


def test_of_a_project_of_ones_own_nothing_is_said_that_is_not_there(own, tmp_path):
    """It spoke of a LICENSE, a Makefile, a test, and rows in sources.csv that were not there, and
    not of the measures.
    """
    added(own)
    (own / "measures" / "library.py").write_text(
        'from ca_research.estimates import measure\n\n\n@measure("library.loans")\n'
        'def loans(facts):\n    """Loans."""\n'
    )
    (own / "measures" / "factor.txt").write_text("2")
    (own / "requirements.lock").write_text("pandas==3.0.0\nca-research==0.2.0\n")
    archive.pack(tmp_path / "archive.zip", own / "reports")
    there = unpacked(tmp_path / "archive.zip", tmp_path / "elsewhere")
    text = (there / archive.FILE).read_text()
    for word in ("make ", "a test", "docs/", "tests/", "sources.csv", "environment.yml"):
        assert word not in text, word
    assert "No file `LICENSE`" in text
    named = re.findall(r"`((?:data|registry|measures|notebooks|results|baseline)/[^`]*)`", text)
    assert named and all(list(there.glob(name.rstrip("/"))) for name in named), named
    assert "`measures/library.py`: `library.loans`" in text and "measures/factor.txt" in text
    assert "2 tables of published figures from 1 file," in text
    assert "`requirements.lock`: 2 packages; among them pandas 3.0.0" in text
    assert "`pip install -r requirements.lock`" in text


@pytest.mark.parametrize("name", ["LICENSE", "environment.yml", "baseline/verdicts.json"])
def test_what_a_project_of_ones_own_has_is_spoken_of(own, name):
    before = archive.statement()
    (own / name).parent.mkdir(exist_ok=True)
    (own / name).write_text("")
    assert f"`{name}`" in archive.statement() and archive.statement() != before


def test_a_table_that_lives_elsewhere_is_none_that_the_package_holds(own):
    """All data that the commands need were in the package, it said."""
    table = yaml.safe_load((own / "registry/tables/facts.yaml").read_text())
    assert "All data that the commands" in archive.statement()
    table |= {"location": {"parquet": ["data/lake"]}}
    (own / "registry/tables/facts.yaml").write_text(yaml.safe_dump(table, sort_keys=False))
    registry.forget()
    text = archive.statement()
    assert "All data that the commands" not in text and "table `facts` lives at" in text


def test_a_project_below_a_folder_that_is_left_out_inside_one_is_whole(tmp_path):
    """An archive of a project in `_build/` held neither registry nor figures."""
    home = tmp_path / "_build" / "mine"
    for name in ("registry/sources.csv", "docs/_build/page.html", "docs/index.md", "LICENSE"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    held = {file.relative_to(home).as_posix() for file in bundle._files(home, ())}
    assert held == {"registry/sources.csv", "docs/index.md", "LICENSE"}


def test_of_a_checkout_an_archive_holds_what_git_knows():
    told = subprocess.run(["git", "ls-files"], cwd=HOME, capture_output=True, text=True)
    if told.returncode or not (HOME / ".git").exists():
        pytest.skip("no checkout: unpacked from an archive")
    held = {file.relative_to(HOME).as_posix() for file in bundle._files(HOME, ())}
    known = {name for name in told.stdout.splitlines() if (HOME / name).is_file()}
    assert known - held == {archive.FILE}, "made anew for the archive"


def test_without_a_report_there_is_no_archive(built, tmp_path, command):
    with pytest.raises(CoverageError, match="ca-research run"):
        archive.pack(tmp_path / "archive.zip", built.home / "reports")
    assert not (tmp_path / "archive.zip").exists()
    code, _, said = command("replicate", "--out", str(tmp_path / "archive.tar"))
    assert code == 2 and "no name of a zip file" in said
    code, _, said = command("replicate", "--out", str(tmp_path / "none" / "archive.zip"))
    assert code == 2 and "there is no folder none" in said


@pytest.fixture
def kept(tmp_path):
    """A report as if all that is planned had just been run, changed as asked."""
    about = inputs.Inputs(tmp_path)
    made = [
        {"run_id": r.run_id, "claim": r.claim, "params": r.params, "error": ""}
        | {"inputs": about.fingerprints(r)}
        for r in runs.plan()
    ]

    def write(change=lambda made: made):
        (tmp_path / "verdicts.json").write_text("[]")
        (tmp_path / "manifest.json").write_text(json.dumps({"runs": change(made)}))
        return tmp_path

    return write


def first(**given):
    """Something else in the first entry."""
    return lambda made: [made[0] | given, *made[1:]]


def test_a_report_of_all_that_is_planned_from_what_is_at_hand_is_whole(kept):
    assert bundle._current(kept()) == (), "refuses nothing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda made: made[1:], "does not hold c01-as-of-2023-05-19"),
        (first(error="the kernel died"), "1 of its runs failed"),
        (first(inputs={}), "1 of its runs do not say from which inputs"),
        (lambda made: [*made[1:], made[0] | {"run_id": "c01-mine"}], "does not hold c01-as-of-2"),
    ],
)
def test_a_report_that_is_not_whole_is_not_packed(kept, change, said):
    """One run among all exhibits was archived, and verdicts from before the latest figures."""
    with pytest.raises(CoverageError, match="not that of this project") as caught:
        bundle._current(kept(change))
    assert said in str(caught.value) and "ca-research run" in str(caught.value)


@pytest.mark.parametrize("other", [{}, {"error": "the kernel died"}, {"inputs": {}}])
def test_runs_of_ones_own_beside_a_whole_report_are_named_and_do_not_count(kept, other):
    """A report with one run of one's own was refused, and with it everything that is declared."""
    mine = {"run_id": "c29-mine"} | other
    assert bundle._current(kept(lambda made: [*made, made[0] | mine])) == ("c29-mine",)


@pytest.fixture
def with_mine(tmp_path, monkeypatch):
    """A report of one declared run and one of one's own, of which both gave a verdict."""
    declared = next(run for run in runs.plan(["C25"]) if run.params["as_of"] == "latest")
    for module in ("archive.bundle", "archive.readme", "verify.acceptance"):
        monkeypatch.setattr(f"ca_research.{module}.plan", lambda: [declared])
    entries = []
    (tmp_path / "notebooks").mkdir()
    for run_id, day in ((declared.run_id, "latest"), ("c25-mine", "2020-01-01")):
        stored = ca.check("C25", as_of=day).bundle()
        output = nbformat.v4.new_output("display_data", data={verdict.MIME: stored})
        about = dict.fromkeys(("command", "error", "where", "notebook", "key"), "")
        about |= {"run_id": run_id, "claim": "C25", "params": {"as_of": day}}
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("1", outputs=[output])],
            metadata={"ca_research": {"run": about}},
        )
        nbformat.write(book, tmp_path / "notebooks" / f"{run_id}.ipynb")
        entries.append(about | {"inputs": inputs.Inputs(tmp_path).fingerprints(declared)})
    (tmp_path / "manifest.json").write_text(json.dumps({"runs": entries}))
    site.write_verdicts(tmp_path)
    return tmp_path


def test_an_archive_has_the_verdicts_of_declared_runs_alone(with_mine, tmp_path, command):
    """REPLICATION.md would not lead to the others."""
    assert {v["as_of"] for v in json.loads((with_mine / "verdicts.json").read_text())} == {
        "latest",
        "2020-01-01",
    }
    target = tmp_path / "archive.zip"
    code, said, _ = command("replicate", "--report", str(with_mine), "--out", str(target))
    assert code == 0 and "does not declare these runs: c25-mine" in said and "`runs`" in said
    with zipfile.ZipFile(target) as packed:
        held = json.loads(packed.read("archive/results/verdicts.json"))
        lines = packed.read("archive/results/verdicts.csv").decode().splitlines()
    assert {v["as_of"] for v in held} == {"latest"} and len(lines) == 1 + len(held)


def test_an_archive_of_some_runs_needs_their_executed_notebooks(with_mine, tmp_path):
    (with_mine / "notebooks" / "c25-as-of-latest.ipynb").unlink()
    with pytest.raises(CoverageError, match="executed notebook is missing"):
        archive.pack(tmp_path / "archive.zip", with_mine)
    assert not (tmp_path / "archive.zip").exists()


def test_a_report_from_before_the_latest_figures_is_not_packed(kept):
    def before(made):
        made[0]["inputs"]["data"]["treaties"] = "before"
        return made

    with pytest.raises(CoverageError, match="its inputs have changed since") as caught:
        bundle._current(kept(before))
    assert "data (treaties" in str(caught.value)


def test_the_copy_in_a_wheel_is_no_project(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "bundled", lambda: True)
    with pytest.raises(UsageError, match="ca-research init DIR"):
        archive.pack(tmp_path / "archive.zip", tmp_path)


@pytest.mark.long
def test_an_archive_unpacked_elsewhere_judges_a_claim_as_the_project_did(report, tmp_path):
    made = archive.pack(tmp_path / "replication.zip", report)
    with zipfile.ZipFile(tmp_path / "replication.zip") as packed:
        packed.extractall(tmp_path / "empty")
    folder = tmp_path / "empty" / "replication"
    sums = [line.split("  ") for line in (folder / bundle.HASHES).read_text().splitlines()]
    assert len(sums) == made.files - 1
    for expected, name in sums:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name
    env = {
        **os.environ,
        "CA_RESEARCH_HOME": str(folder),
        "PYTHONPATH": str(folder / "src"),
        "CA_RESEARCH_CACHE": str(tmp_path / "store"),
    }
    for words in (["data", "build"], ["run", "C25", "--as-of", "latest"]):
        done = subprocess.run(
            [sys.executable, "-m", "ca_research.app.cli", *words],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert "C25" in done.stdout and "supported" in done.stdout
    assert (folder / "reports" / "c25-as-of-latest.html").is_file()
    kept = (folder / "results" / "verdicts.json").read_text()
    assert kept == (report / "verdicts.json").read_text()
