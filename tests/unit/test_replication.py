"""REPLICATION.md says what registry, notebooks and lock file say; an archive holds all that the
report needs, and nothing that may not be passed on.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile

import pytest
from tests.cases import cases
from tests.unit.own_project import as_if_run, write_report

import ca_research as ca
from ca_research import archive, registry, runs
from ca_research.archive import bundle
from ca_research.ground import paths
from ca_research.ground.errors import CoverageError, LinkError

pytest_plugins = ["own_project"]
HOME = paths.home()
CASES = cases(__file__, "replication")
ACCEPTED = json.loads((paths.baseline_dir() / "verdicts.json").read_text())["verdicts"]


def test_the_statement_is_that_of_the_registry_and_names_every_run():
    text = (HOME / archive.FILE).read_text(encoding="utf-8")
    assert text == archive.statement(), "make replication"
    assert re.findall(r"^## (.+)$", text, re.M) == CASES["sections"]
    listed = re.findall(r"^\| `reports/(\S+)\.html` .* \| `(.+)` \|$", text, re.M)
    assert listed == [(run.run_id, run.command) for run in runs.plan()]


# --- an archive of a project of one's own


@pytest.fixture
def mine(own):
    """A project without a claim, whose report is whole: it has no run."""
    write_report(own.home / "reports", [])
    return own


@pytest.fixture
def packed(mine, tmp_path):
    """Packs it, and gives what is said of the archive and its files by name."""

    def pack():
        made = archive.pack(tmp_path / "archive.zip", mine.home / "reports")
        with zipfile.ZipFile(tmp_path / "archive.zip") as held:
            return made, {n.partition("/")[2]: held.read(n) for n in held.namelist()}

    return pack


def test_the_same_project_gives_the_same_bytes_with_the_hash_of_each_file(mine, packed, tmp_path):
    (mine.home / "scratch.txt").write_text("mine")
    made, held = packed()
    first = (tmp_path / "archive.zip").read_bytes()
    assert made == packed()[0] and first == (tmp_path / "archive.zip").read_bytes()
    shutil.unpack_archive(tmp_path / "archive.zip", tmp_path)
    assert made.files == len(held) == 1 + held[bundle.HASHES].count(b"\n")
    check = ["sha256sum", "--strict", "--quiet", "-c", bundle.HASHES]
    subprocess.run(check, cwd=tmp_path / "archive", check=True)
    assert {"results/verdicts.json", "registry/sources.csv", archive.FILE} <= held.keys()
    assert not any("scratch" in name or "processed" in name for name in held)


@pytest.mark.parametrize("link, to, text", CASES["links"])
def test_a_link_is_followed_within_the_project_and_leads_nowhere_else(
    mine, packed, tmp_path, link, to, text
):
    """What lay behind a link that left the project was packed without a word."""
    mine.lent(source="SHUT", redistribution="no")
    for folder in (tmp_path / "outside", mine.home / "notes"):
        folder.mkdir()
        (folder / "secret.txt").write_text("behind a link")
    (mine.home / link).symlink_to(tmp_path / to)
    if text:
        assert packed()[1][f"{link}/secret.txt"] == text.encode()
    else:
        with pytest.raises(LinkError, match=f"where: {link}"):
            packed()
        assert not (tmp_path / "archive.zip").exists()


def test_added_sources_that_are_packed_unasked_are_named_with_their_licence(mine, packed, command):
    """Figures under any licence went into an archive without a word."""
    for source, mark in CASES["marks"].items():
        mine.lent(source=source, redistribution=mark, licence=f"licence of {source}")
    made, held = packed()
    rows = {name.split("/")[2] for name in held if name.endswith("rows.parquet")}
    assert (rows, made.left_out) == ({"MINE", "SHUT_NOT"}, ("SHUT",))
    assert ". Verdicts that rest on it: of C07, C09\n" in archive.statement(CASES["resting"])
    _, said, _ = command("replicate")
    assert "MINE (licence of MINE)" in said and "SHUT_NOT" not in said


def test_what_an_archive_may_not_hold_is_added_again_by_its_readme(
    mine, packed, tmp_path, monkeypatch, command
):
    """REPLICATION.md said the citation alone, and how a file had been understood stayed out too;
    later, one figure told twice came back as two of independent origin.
    """
    for source, case in CASES["closed"].items():
        about = dict(case)
        (tmp_path / f"{source}.csv").write_text(about.pop("text"))
        ca.add(tmp_path / f"{source}.csv", source=source, **about)
    kept = registry.added()
    made, held = packed()
    assert {*made.left_out} == {*kept} and not any(name.endswith(".parquet") for name in held)
    shutil.unpack_archive(tmp_path / "archive.zip", tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there" / "archive")
    assert command("data", "build")[0] == 0
    for line in re.findall(r"^ca-research (data add FILE .+)$", held[archive.FILE].decode(), re.M):
        (source,) = re.findall(r"--source (\w+)", line)
        words = shlex.split(line.replace("FILE", str(tmp_path / f"{source}.csv")))
        assert command(*words)[0] == 0, line
    assert registry.added() == kept


def test_of_a_project_of_ones_own_is_said_what_is_there_and_nothing_else(mine, packed):
    """It spoke of a LICENSE, a Makefile, a test, and rows in sources.csv that were not there."""
    mine.lent()
    held = packed()[1]
    text = held[archive.FILE].decode()
    assert "sources.csv" not in text
    named = re.findall(r"`((?:data|registry|measures|notebooks|results|baseline)/[^`*]*)", text)
    assert named and all(any(n.startswith(name) for n in held) for name in named), named
    for name in ("LICENSE", "environment.yml", "baseline/verdicts.json"):
        (mine.home / name).parent.mkdir(exist_ok=True)
        (mine.home / name).write_text("")
        assert f"`{name}`" in archive.statement()
    mine.edit("registry/tables/facts.yaml", r"\Z", "location: {parquet: [data/lake]}\n")
    assert "table `facts` lives at" in archive.statement()


def packable(home):
    return {file.relative_to(home).as_posix() for file in bundle._files(home, ())}


def test_a_project_below_a_folder_that_is_left_out_inside_one_is_whole(tmp_path):
    """An archive of a project in `_build/` held neither registry nor figures."""
    home, names = tmp_path / "_build" / "mine", {"registry/sources.csv", "docs/index.md", "LICENSE"}
    for name in (*names, "docs/_build/page.html"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    assert packable(home) == names


def test_of_a_checkout_an_archive_holds_what_git_knows():
    if not (HOME / ".git").exists():
        pytest.skip("no checkout: unpacked from an archive")
    told = subprocess.check_output(["git", "ls-files"], cwd=HOME, text=True)
    known = {name for name in told.splitlines() if (HOME / name).is_file()}
    assert known - packable(HOME) == {archive.FILE}, "made anew for the archive"


# --- what is not packed


@pytest.mark.parametrize("words, code", CASES["calls"].items())
def test_without_a_report_or_a_name_there_is_no_archive(own, command, words, code):
    assert command("replicate", *words.split())[:2] == (code, "")
    assert not list(own.home.glob("*.zip"))


@pytest.fixture(scope="module")
def all_runs():
    return as_if_run(*runs.plan())


@pytest.mark.parametrize("case", CASES["reports"], ids=str)
def test_only_a_whole_report_of_what_is_at_hand_is_packed_whatever_is_beside_it(
    all_runs, tmp_path, case
):
    """One run among all exhibits was archived, and verdicts from before the latest figures; and a
    report with one run of one's own was refused.
    """
    first, *others = all_runs
    beside = [first | one | {"run_id": f"mine-{n}"} for n, one in enumerate(case.get("beside", ()))]
    own = [ACCEPTED[0] | {"run": run["run_id"]} for run in beside]
    write_report(tmp_path, [first | case.get("first", {}), *others, *beside], [*ACCEPTED, *own])
    if "told" in case:
        with pytest.raises(CoverageError, match=case["told"]):
            bundle._current(tmp_path)
    else:
        assert bundle._current(tmp_path) == (ACCEPTED, tuple(run["run_id"] for run in beside))


@pytest.mark.long
def test_an_archive_unpacked_elsewhere_judges_a_claim_as_the_project_did(report, tmp_path):
    archive.pack(tmp_path / "replication.zip", report)
    shutil.unpack_archive(tmp_path / "replication.zip", tmp_path)
    folder = tmp_path / "replication"
    own = {"CA_RESEARCH_HOME": folder, "PYTHONPATH": folder / "src", "CA_RESEARCH_CACHE": tmp_path}
    command = [sys.executable, "-m", "ca_research.app.cli", "run", "C25", "--as-of", "latest"]
    said = subprocess.check_output(command, cwd=folder, env=os.environ | own, text=True)
    assert "C25" in said and "supported" in said
    assert (folder / "reports/c25-as-of-latest.html").is_file()
    kept = (folder / "results/verdicts.json").read_bytes()
    assert kept == (report / "verdicts.json").read_bytes()
