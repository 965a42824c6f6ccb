"""Inputs that are edited while a run is under way: it ends with their names, and nothing stale is
remembered.
"""

import json
from functools import partial

import pytest
from tests.cases import cases
from tests.small_runs import brief, executed, text

from ca_research import kernels

RUN = ("run", "brief", "-p", "economy=UZB", "--kernel", kernels.ORDINARY, "--out")
here = partial(executed, kernel=kernels.ORDINARY)

EDITS = cases(__file__, "edits")


def nothing_stored(folder):
    return not list((folder / "cache" / "reports").glob("*"))


@pytest.fixture
def entry(built, store):
    """A registry entry that the only notebook of a tiny project declares."""
    file = built.home / "registry" / "coding" / "acts.yaml"
    file.parent.mkdir()
    file.write_text("first")
    return file


BEGIN = """
from pathlib import Path
entry, flag = Path({entry!r}), Path({flag!r})
first_time = not flag.exists()
flag.touch()
"""


@pytest.fixture
def editing(built, entry, tmp_path):
    """Writes the notebook that reads and edits a file, by default the entry."""
    flag = tmp_path / "flag"

    def write(source, file=entry):
        begin = BEGIN.format(entry=str(file), flag=str(flag))
        return brief(built.home, begin, source, registry=["coding/acts"])

    return write


@pytest.mark.parametrize(
    ("edit", "left"),
    [("stays", "second"), ("and back", "first")],
)
def test_an_edit_during_a_run_ends_it_and_the_next_is_of_what_is_there(
    editing, tmp_path, out, command, edit, left
):
    """(stays) the key of the whole was taken after the run; (and back) the key was the same before
    and after.
    """
    run = editing(EDITS[edit])
    code, _, said = command(*RUN, str(out))
    assert code == 1 and "registry/coding/acts.yaml changed" in said
    assert nothing_stored(tmp_path)
    for folder, told in ((out, ""), (out, "nothing has changed"), (tmp_path / "other", "")):
        code, said, _ = command(*RUN, str(folder))
        assert code == 0 and told in said and text(folder, run) == left
    (about,) = json.loads((out / "manifest.json").read_text())["runs"]
    assert about["inputs"] and not about["error"]


def test_inputs_that_change_at_each_run_end_it_with_their_name_and_without_a_page(
    editing, tmp_path, out, command
):
    run = editing(EDITS["each time"])
    code, _, said = command(*RUN, str(out))
    assert code == 1 and "registry/coding/acts.yaml" in said and "Traceback" not in said
    assert text(out, run) == "", "a page that says why it is empty"
    assert "changed while it ran" in (out / f"{run.run_id}.html").read_text()
    assert nothing_stored(tmp_path)


@pytest.mark.parametrize("edit", ["write_text('half a notebo')", "unlink()"])
def test_a_notebook_that_is_broken_or_removed_while_it_runs_is_said(editing, out, edit):
    run = editing("print('an earlier answer')")
    assert here(out, run)[0].ok
    editing(f"Path({str(run.notebook)!r}).{edit}")
    (result,) = here(out, run)
    assert "notebooks/brief.ipynb" in result.error
    assert list((out / "notebooks").iterdir()) == [], "nor does the earlier page stand"


def test_an_edit_of_the_package_during_a_run_ends_it_with_a_line(
    editing, tmp_path, out, command, monkeypatch
):
    """This process has the package as it was: to go on would mix the two."""
    from ca_research.runs import fingerprint

    (package := tmp_path / "package").mkdir()
    (package / "page.j2").write_text("before")
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    editing(EDITS["stays"], package / "page.j2")
    code, _, said = command(*RUN, str(out))
    assert code == 1 and "page.j2 changed" in said.splitlines()[-3]
    assert nothing_stored(tmp_path)


def test_a_run_that_comes_to_nothing_leaves_no_answer_of_an_earlier_run(editing, out):
    """The verdict of the run before stood on, as if it were of this one."""
    run = editing("print('an earlier answer')")
    assert here(out, run)[0].ok and text(out, run) == "an earlier answer"
    editing("import os\nos.kill(os.getpid(), 9)")
    (result,) = here(out, run)
    assert result.error == "the kernel died" and text(out, run) == ""
    page = json.loads((out / "notebooks" / f"{run.run_id}.ipynb").read_text())
    assert page["metadata"]["ca_research"]["run"]["error"] == result.error
