"""What was edited behind the back of a build, or cannot be written, or is no file."""

import os

import pytest

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground.errors import IntegrityError, RegistryError


def test_a_raw_file_that_was_edited_after_the_build_is_refused(built, command):
    """`load`, `check` and `sql` answered from the old build, without a word."""
    assert len(ca.load("trade"))
    registry.forget()
    with built.raw().open("a") as file:
        file.write("KAZ,CHN,2021,export,9,,S_CALENDAR\n")
    for read in (lambda: ca.load("trade"), lambda: ca.sql("select count(*) from trade")):
        with pytest.raises(IntegrityError):
            read()
    assert command("sql", "select 1 from trade")[0] == 1


def test_a_raw_file_that_was_only_touched_is_not(built):
    os.utime(built.raw())
    registry.forget()
    assert len(ca.load("trade"))


def test_a_project_that_can_only_be_read_needs_no_build(built):
    """`run --out` elsewhere ended in the lock of a build that had nothing to do."""
    (built.processed / ".lock").unlink(missing_ok=True)
    (built.processed / ".lock").mkdir()  # as on a disk that takes nothing
    assert not tables.build().fresh


def test_a_pipe_among_the_claims_is_refused(project, command):
    """`claims check` waited for ever for somebody to write to it."""
    os.mkfifo(project.home / "registry" / "claims" / "C99.yaml")
    with pytest.raises(RegistryError) as error:
        registry.claims()
    assert error.value.where == "registry/claims/C99.yaml"


def test_faulty_figures_end_the_command_and_nothing_is_built(built, command):
    built.write(built.raw().read_text().replace("CHN,2020,export,2", "CHN,2020,export,two"))
    before = built.builds()
    for words in (("data", "check"), ("data", "build")):
        code, out, said = command(*words)
        assert (code, out) == (1, "") and "small.csv" in said and "two" in said
    assert built.builds() == before
