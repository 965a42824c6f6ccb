"""Inputs that are edited while a run is under way: it says so and runs again, and nothing stale is
remembered.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from ca_research import kernels, runs
from ca_research.runs import Options, Run

PARAMETERS = 'economy: str = "KAZ"\nas_of: str = "latest"'
RUN = ("run", "brief", "-p", "economy=UZB", "--kernel", kernels.ORDINARY, "--out")
PAGE = "brief-as-of-latest-economy-uzb.ipynb"

AFTER_IT_WAS_READ = "print(entry.read_text())\nif first_time: entry.write_text('second')"
BEFORE_IT_IS_READ_AND_BACK = (
    "kept = entry.read_text()\nif first_time: "
    "entry.write_text('second')\nprint(entry.read_text())\n"
    "if first_time: entry.write_text(kept)"
)
AT_EACH_RUN = "print(entry.read_text())\nentry.write_text(entry.read_text() + '.')"


@pytest.fixture
def entry(built, tmp_path, monkeypatch):
    """A registry entry that the only notebook of a tiny project declares."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    file = built.home / "registry" / "coding" / "acts.yaml"
    file.parent.mkdir()
    file.write_text("first")
    return file


def write(home: Path, entry: Path, flag: Path, source: str) -> Path:
    """A notebook that reads the entry and, the first time, edits it as somebody beside the run
    would.
    """
    begin = f"from pathlib import Path\nentry, flag = Path({str(entry)!r}), Path({str(flag)!r})\n"
    begin += "first_time = not flag.exists()\nflag.touch()"
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="p")]
    cells += [nbformat.v4.new_code_cell(code, id=f"c{i}") for i, code in enumerate((begin, source))]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {
        "name": kernels.ORDINARY,
        "display_name": "Python 3",
        "language": "python",
    }
    book.metadata["ca_research"] = {"tables": [], "registry": ["coding/acts"]}
    file = home / "notebooks" / "country_brief.ipynb"
    nbformat.write(book, file)
    return file


def printed(out: Path) -> str:
    book = nbformat.read(out / "notebooks" / PAGE, as_version=4)
    return "".join(
        o.get("text", "") for cell in book.cells for o in cell.get("outputs", [])
    ).strip()


@pytest.mark.parametrize(
    ("edit", "left"),
    [
        pytest.param(AFTER_IT_WAS_READ, "second", id="stays"),
        pytest.param(BEFORE_IT_IS_READ_AND_BACK, "first", id="and back", marks=pytest.mark.long),
    ],
)
def test_an_edit_during_a_run_is_said_and_the_page_is_of_what_is_there_in_the_end(
    built, entry, tmp_path, command, edit, left
):
    """(stays) the key of the whole was taken after the run; (and back) the key was the same before
    and after.
    """
    write(built.home, entry, tmp_path / "flag", edit)
    out = tmp_path / "out"
    code, told, said = command(*RUN, str(out))
    assert code == 0, said
    assert printed(out) == left
    assert "registry/coding/acts.yaml changed" in said
    (run,) = json.loads((out / "manifest.json").read_text())["runs"]
    assert run["inputs"] and not run["error"]

    code, told, _ = command(*RUN, str(out))
    assert code == 0 and "nothing has changed" in told and printed(out) == left
    code, told, _ = command(*RUN, str(tmp_path / "other"))
    assert code == 0 and printed(tmp_path / "other") == left


@pytest.mark.long
def test_an_edit_of_the_projects_measures_is_seen_like_that_of_any_input(
    built, entry, tmp_path, command
):
    own = built.home / "measures" / "own.py"
    own.parent.mkdir()
    own.write_text("first = 1")
    write(built.home, own, tmp_path / "flag", AFTER_IT_WAS_READ)
    code, _, said = command(*RUN, str(tmp_path / "out"))
    assert code == 0, said
    assert "measures/own.py changed" in said
    assert printed(tmp_path / "out") == "second"


@pytest.mark.long
def test_inputs_that_change_at_each_run_end_it_with_their_name_and_without_a_page(
    built, entry, tmp_path, command
):
    write(built.home, entry, tmp_path / "flag", AT_EACH_RUN)
    out = tmp_path / "out"
    code, _, said = command(*RUN, str(out))
    assert code == 1 and "registry/coding/acts.yaml" in said and "Traceback" not in said
    assert printed(out) == "", "a page that says why it is empty"
    assert "changed while it ran" in (out / PAGE.replace("ipynb", "html")).read_text()
    assert not list((tmp_path / "cache" / "reports").glob("*"))


@pytest.mark.parametrize(
    "edit", ["Path({file!r}).write_text('half a notebo')", "Path({file!r}).unlink()"]
)
def test_a_notebook_that_is_broken_or_removed_while_it_runs_is_said(built, entry, tmp_path, edit):
    file = write(built.home, entry, tmp_path / "flag", "print('an earlier answer')")
    run = Run("brief", file, {"economy": "UZB", "as_of": "latest"})
    assert runs.execute([run], tmp_path / "out", Options(1, kernel=kernels.ORDINARY))[0].ok
    write(built.home, entry, tmp_path / "flag", edit.format(file=str(file)))
    (result,) = runs.execute([run], tmp_path / "out", Options(1, kernel=kernels.ORDINARY))
    assert (
        result.error == "its inputs changed while it ran: notebooks/country_brief.ipynb"
        and result.moved
    )
    assert not (tmp_path / "out" / "notebooks" / PAGE).exists()


def test_a_run_whose_inputs_moved_is_a_failed_result_and_not_stored(built, entry, tmp_path):
    file = write(built.home, entry, tmp_path / "flag", BEFORE_IT_IS_READ_AND_BACK)
    run = Run("brief", file, {"economy": "KAZ", "as_of": "latest"})
    first, again, third = (
        runs.execute([run], tmp_path / "out", Options(1, kernel=kernels.ORDINARY))[0]
        for _ in range(3)
    )
    assert first.error == "its inputs changed while it ran: registry/coding/acts.yaml"
    assert (again.error, again.stored) == ("", False) and third.stored


def test_an_edit_of_the_package_during_a_run_ends_it_with_a_line(
    built, entry, tmp_path, command, monkeypatch
):
    """This process has the package as it was: to go on would mix the two."""
    from ca_research.runs import fingerprint

    package = tmp_path / "package"
    package.mkdir()
    (package / "page.j2").write_text("before")
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    write(built.home, package / "page.j2", tmp_path / "flag", AFTER_IT_WAS_READ)
    code, _, said = command(*RUN, str(tmp_path / "out"))
    assert (
        code == 1
        and "page.j2 changed" in said.splitlines()[-3]
        and said.splitlines()[-1].startswith("  next:")
    )
    assert not list((tmp_path / "cache" / "reports").glob("*"))


def test_what_the_process_remembers_of_the_registry_is_forgotten(project):
    from ca_research import registry

    assert registry.article().title == "Invented article"
    file = project.home / "registry" / "article.yaml"
    file.write_text(file.read_text().replace("Invented article", "Another article"))
    registry.forget()
    assert registry.article().title == "Another article"


@pytest.mark.long
def test_a_run_that_leaves_no_notebook_leaves_no_page_of_an_earlier_run(
    built, entry, tmp_path, monkeypatch
):
    """The process that ran it was killed; the verdict of the run before stood on, as if it were of
    this one.
    """
    file = write(built.home, entry, tmp_path / "flag", "print('an earlier answer')")
    run = Run("brief", file, {"economy": "UZB", "as_of": "latest"})
    options = Options(1, kernel=kernels.ORDINARY, use_store=False)
    assert runs.execute([run], tmp_path / "out", options)[0].ok
    assert printed(tmp_path / "out") == "an earlier answer"
    write(
        built.home,
        entry,
        tmp_path / "flag",
        "import os\nos.kill(int(os.environ['JPY_PARENT_PID']), 9)",
    )
    (result,) = runs.execute([run], tmp_path / "out", options)
    assert result.error == "the process that ran it was killed, twice"
    assert printed(tmp_path / "out") == ""
    about = nbformat.read(tmp_path / "out" / "notebooks" / PAGE, as_version=4).metadata[
        "ca_research"
    ]["run"]
    assert about["error"] == result.error
