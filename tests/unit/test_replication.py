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
from tests.unit.own_project import as_if_run

import ca_research as ca
from ca_research import archive, registry, runs, site
from ca_research.archive import bundle
from ca_research.claims import verdict
from ca_research.ground import paths
from ca_research.ground.errors import CoverageError, LinkError
from ca_research.runs import inputs

pytest_plugins = ["own_project"]
HOME = paths.home()
SECTIONS = """
Overview | Data availability and provenance statements | Dataset list | Computational requirements
Description of programs | Instructions to replicators | List of exhibits | References
"""
"""Those of the data editors' template, in their order."""


@pytest.fixture(scope="module")
def text():
    return (HOME / archive.FILE).read_text(encoding="utf-8")


def test_the_statement_is_that_of_the_registry(text):
    assert text == archive.statement(), "make replication"
    assert re.findall(r"^## (.+)$", text, re.M) == re.split(r" \| |\n", SECTIONS.strip())


def rows(text, heading):
    """Cells of the first table below a heading."""
    part = re.split(r"\n##+ ", text.partition(f"## {heading}\n")[2])[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_run_is_an_exhibit_with_the_command_that_makes_it(text):
    listed = rows(text, "List of exhibits")
    assert len(listed) == len(runs.plan())
    for page, _, program, command in listed:
        name, *given, day = re.split(r" -p | --as-of ", command.partition("run ")[2])
        (made,) = runs.plan([name], dict(one.split("=") for one in given), as_of=[day])
        assert (f"reports/{made.run_id}.html", made.notebook.name) == (page, program)


# --- an archive of a project of one's own


@pytest.fixture
def mine(own):
    """A project without a claim, whose report is whole: it has no run."""
    (own.home / "reports").mkdir()
    (own.home / "reports" / "verdicts.json").write_text("[]")
    (own.home / "reports" / "manifest.json").write_text('{"runs": []}')
    return own


@pytest.fixture
def packed(mine, tmp_path):
    """Packs it, and gives what is said of the archive and its files by name."""

    def pack(name="archive.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        made = archive.pack(tmp_path / name, mine.home / "reports")
        with zipfile.ZipFile(tmp_path / name) as file:
            return made, {n.partition("/")[2]: file.read(n) for n in file.namelist()}

    return pack


def test_the_same_project_gives_the_same_bytes_with_the_hash_of_each_file(mine, packed, tmp_path):
    (mine.home / "scratch").mkdir()
    (mine.home / "scratch" / "mine.txt").write_text("mine")
    made, held = packed()
    assert made == packed("again/archive.zip")[0]
    again = tmp_path / "again" / "archive.zip"
    assert again.read_bytes() == (tmp_path / "archive.zip").read_bytes()
    sums = held.pop(bundle.HASHES).decode().splitlines()
    assert {*sums} == {f"{hashlib.sha256(text).hexdigest()}  {name}" for name, text in held.items()}
    assert {"results/verdicts.json", "registry/sources.csv", archive.FILE} <= held.keys()
    assert not any("scratch" in name or "processed" in name for name in held)


def test_a_link_is_followed_within_the_project_and_leads_nowhere_else(mine, packed, tmp_path):
    """What lay behind a link that left the project was packed without a word."""
    home, outside = mine.home, tmp_path / "outside"
    for folder in (outside, home / "notes"):
        folder.mkdir()
        (folder / "secret.txt").write_text("behind a link")
    mine.lent(source="SHUT", redistribution="no")
    (home / "measures/notes").symlink_to(home / "notes")
    assert packed()[1]["measures/notes/secret.txt"] == b"behind a link"
    (tmp_path / "archive.zip").unlink()
    leave = {"measures/folder": outside, "LICENSE": outside / "secret.txt"}
    for link, to in (leave | {"measures/shut": home / "data/added/SHUT"}).items():
        (home / link).symlink_to(to)
        with pytest.raises(LinkError) as caught:
            packed()
        assert caught.value.where.startswith(link)
        assert not (tmp_path / "archive.zip").exists()
        (home / link).unlink()


def test_added_sources_that_are_packed_unasked_are_named_with_their_licence(
    mine, packed, command, tmp_path
):
    """Figures under any licence went into an archive without a word."""
    for source, mark in (("SHUT_NOT", "yes"), ("MINE", "figures"), ("SHUT", "no")):
        mine.lent(source=source, redistribution=mark, licence=f"licence of {source}")
    made, held = packed()
    assert [n for n in held if n.endswith("rows.parquet")] == [
        f"data/added/{source}/rows.parquet" for source in ("MINE", "SHUT_NOT")
    ]
    assert [s.source_id for s in made.unsure] == ["MINE"] and made.left_out == ("SHUT",)
    _, said, _ = command("replicate", "--out", str(tmp_path / "again.zip"))
    assert "MINE (licence of MINE)" in said and "SHUT_NOT" not in said


CLOSED = yaml.safe_load("""
LONG:
  table: facts
  text: "About;When;Many\\nloans;2022;2\\nloans;1066;2\\n"
  map: {attribute: About, year: When, value: Many, subject: {is: it's ours}, unit: {is: books}}
  asked: {lag: 90, skip_bad: true, role: office, preference: 2, origin: UIS}
WIDE: &wide
  table: students
  text: "Students of an office\\nOrigin,2019,2020\\nKAZ,1,2\\nKGZ,3,4\\n"
  map: {destination: {is: CHN}, level: {is: all}, precision: {is: exact}, statistic: {is: enrolled}}
APART:  # an answer of comtrade: its layout is known
  table: trade
  text: "freqCode,refYear,reporterISO,flowCode,partnerISO,partner2Code,cmdCode,customsCode,\\
    motCode,reporterCode,partnerCode,primaryValue\\n\\
    A,2022,TJK,M,CHN,0,TOTAL,C00,0,762,156,1200000000\\n"
  asked: {origin: APART}
AGAIN: *wide
""")


def test_what_an_archive_may_not_hold_is_added_again_by_its_readme(
    mine, packed, tmp_path, monkeypatch, command
):
    """REPLICATION.md said the citation alone, and how a file had been understood stayed out too;
    later, one figure told twice came back as two of independent origin.
    """
    about = {"published": "2024-05", "publisher": "An office", "title": "Ours", "licence": "closed"}
    kept = {}
    for source, case in CLOSED.items():
        (tmp_path / f"{source}.csv").write_text(case["text"])
        asked = case.get("asked", {}) | {"redistribution": "no", "map": case.get("map")}
        file = tmp_path / f"{source}.csv"
        kept[source] = ca.add(file, table=case["table"], source=source, **about | asked).entry
    origins = {source: entry.source.origin_group for source, entry in kept.items()}
    assert origins == {"LONG": "UIS", "WIDE": "WIDE", "APART": "APART", "AGAIN": "WIDE"}
    made, held = packed()
    assert set(made.left_out) == set(CLOSED) and not any(n.endswith(".parquet") for n in held)
    with zipfile.ZipFile(tmp_path / "archive.zip") as file:
        file.extractall(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there" / "archive")
    assert command("data", "build")[0] == 0
    steps = held[archive.FILE].decode().partition("## Instructions to replicators")[2]
    for line in re.findall(r"^ca-research (data .+)$", steps, re.M):
        words = shlex.split(line)
        source = words[words.index("--source") + 1]
        words[words.index("FILE")] = str(tmp_path / f"{source}.csv")
        code, _, err = command(*words)
        assert code == 0, err
    assert registry.added() == kept


def test_of_a_project_of_ones_own_is_said_what_is_there_and_nothing_else(mine, packed):
    """It spoke of a LICENSE, a Makefile, a test, and rows in sources.csv that were not there."""
    mine.lent()
    _, held = packed()
    text = held[archive.FILE].decode()
    named = re.findall(r"`((?:data|registry|measures|notebooks|results|baseline)/[^`*]*)", text)
    assert named and all(any(n.startswith(name) for n in held) for name in named), named
    for name in ("LICENSE", "environment.yml", "baseline/verdicts.json"):
        (mine.home / name).parent.mkdir(exist_ok=True)
        (mine.home / name).write_text("")
        assert f"`{name}`" in archive.statement()
    mine.edit("registry/tables/facts.yaml", r"\Z", "location: {parquet: [data/lake]}\n")
    assert "table `facts` lives at" in archive.statement()


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


# --- what is not packed


@pytest.mark.parametrize(
    "words, code",
    [([], 1), (["--out", "a.tar"], 2), (["--out", "none/a.zip"], 2), (["--statement", "--out"], 2)],
)
def test_without_a_report_or_a_name_there_is_no_archive(own, command, words, code):
    assert command("replicate", *words, *["a.zip"] * (words[-1:] == ["--out"]))[:2] == (code, "")
    assert not list(own.home.glob("*.zip"))


@pytest.fixture(scope="module")
def all_runs():
    return as_if_run(*runs.plan())


@pytest.fixture
def undeclared(all_runs, tmp_path):
    """What is said of a report whose first entry is changed, or to which one is added."""

    def told(first, *beside):
        made = [all_runs[0] | first, *all_runs[1:], *(all_runs[0] | one for one in beside)]
        accepted = json.loads((paths.baseline_dir() / "verdicts.json").read_text())
        (tmp_path / "verdicts.json").write_text(json.dumps(accepted["verdicts"]))
        (tmp_path / "manifest.json").write_text(json.dumps({"runs": made}))
        return bundle._current(tmp_path)[1]

    return told


def test_only_a_whole_report_of_what_is_at_hand_is_packed_whatever_is_beside_it(
    undeclared, all_runs
):
    """One run among all exhibits was archived, and verdicts from before the latest figures; and a
    report with one run of one's own was refused.
    """
    died, unknown = {"error": "the kernel died"}, {"inputs": {}}
    before = {"inputs": all_runs[0]["inputs"] | {"data/treaties": "before"}}
    assert undeclared({}) == ()
    for fault in ({}, died, unknown):
        assert undeclared({}, {"run_id": "c29-mine"} | fault) == ("c29-mine",)
    for fault in (died, unknown, {"run_id": "c01-mine"}, before):
        with pytest.raises(CoverageError):
            undeclared(fault)


def test_an_archive_has_the_verdicts_of_declared_runs_alone(tmp_path, monkeypatch, command):
    """REPLICATION.md would not lead to the others."""
    (declared,) = runs.plan(["C25"], as_of=["latest"])
    for module in ("archive.bundle", "archive.readme", "verify.acceptance"):
        monkeypatch.setattr(f"ca_research.{module}.plan", lambda: [declared])
    made = inputs.Inputs(None).again(declared, {})
    entries = []
    (tmp_path / "notebooks").mkdir()
    for run_id, day in ((declared.run_id, "latest"), ("c25-mine", "2020-01-01")):
        stored = {verdict.MIME: ca.check("C25", as_of=day).bundle()}
        output = nbformat.v4.new_output("display_data", data=stored)
        about = dict.fromkeys(("command", "error", "where", "notebook", "key"), "")
        about |= {"run_id": run_id, "name": "C25", "params": {"as_of": day}}
        cell = nbformat.v4.new_code_cell("1", outputs=[output])
        book = nbformat.v4.new_notebook(cells=[cell], metadata={"ca_research": {"run": about}})
        nbformat.write(book, tmp_path / "notebooks" / f"{run_id}.ipynb")
        entries.append(about | {"inputs": made})
    (tmp_path / "manifest.json").write_text(json.dumps({"runs": entries}))
    site.write_verdicts(tmp_path)
    target = tmp_path / "archive.zip"
    code, said, _ = command("replicate", "--report", str(tmp_path), "--out", str(target))
    assert code == 0 and "c25-mine" in said
    with zipfile.ZipFile(target) as packed:
        held = json.loads(packed.read("archive/results/verdicts.json"))
    assert {v["as_of"] for v in held} == {"latest"}


@pytest.mark.long
def test_an_archive_unpacked_elsewhere_judges_a_claim_as_the_project_did(report, tmp_path):
    archive.pack(tmp_path / "replication.zip", report)
    with zipfile.ZipFile(tmp_path / "replication.zip") as packed:
        packed.extractall(tmp_path / "empty")
    folder = tmp_path / "empty" / "replication"
    own = {"CA_RESEARCH_HOME": folder, "PYTHONPATH": folder / "src", "CA_RESEARCH_CACHE": tmp_path}
    env = os.environ | {name: str(value) for name, value in own.items()}
    for words in (["data", "build"], ["run", "C25", "--as-of", "latest"]):
        command = [sys.executable, "-m", "ca_research.app.cli", *words]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "C25" in done.stdout and "supported" in done.stdout
    assert (folder / "reports" / "c25-as-of-latest.html").is_file()
    kept = (folder / "results" / "verdicts.json").read_text()
    assert kept == (report / "verdicts.json").read_text()
