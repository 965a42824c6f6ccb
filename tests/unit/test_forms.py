"""Verdicts and tables in other forms: CSV that parses back and runs nothing, LaTeX that hostile
text cannot break, and the zipped report.
"""

import csv
import io
import json
import shutil
import zipfile

import pytest
from tests.cases import cases

from ca_research.app import report as reports
from ca_research.claims.printed import sentences
from ca_research.runs.store import ABOUT_ALL, BESIDE, places
from ca_research.site import forms
from ca_research.site.read import Table

CASES = cases(__file__, "verdicts")
LIKE = CASES["like"] | {"invented": False}
VERDICTS = [LIKE, *(LIKE | other for other in CASES["others"])]
TEXTS = cases(__file__, "hostile_texts")
HOSTILE = TEXTS["latex"]


def test_hostile_text_stays_text_in_latex(snapshot):
    rows = [[text, text] for text in HOSTILE]
    about = {"title": HOSTILE[0], "columns": HOSTILE[:2], "numeric": [False, True], "note": "50 %"}
    latex = forms.table_latex(Table.model_construct(**about, rows=rows, sources=[]))
    assert latex == snapshot  # head on every page, numbers to the right, each text as it reads


@pytest.mark.parametrize("form", ["verdicts_csv", "countries_csv", "verdicts_latex"])
def test_verdicts_in_another_form(form, snapshot):
    assert getattr(forms, form)(VERDICTS) == snapshot


def test_a_sentence_is_one_row_with_its_tests_after_one_another(snapshot):
    assert forms.sentences_csv(sentences(VERDICTS)) == snapshot


@pytest.mark.parametrize("text", TEXTS["formulas"])
def test_no_text_of_a_csv_is_a_formula_and_numbers_stay_numbers(text):
    for written in (
        forms.verdicts_csv([VERDICTS[0] | {"title": text, "finding": "-1e-05"}]),
        forms.csv_of(Table.model_construct(csv=f'title,finding\n"{text}",-1e-05\n', sources=[])),
    ):
        (row,) = csv.DictReader(io.StringIO(written, newline=""))
        assert (row["title"], float(row["finding"])) == (f"'{text}", -1e-05)


def test_the_report_says_the_same_in_all_forms(report):
    stored, printed = (
        json.loads((report / f"{name}.json").read_text("utf-8"))
        for name in ("verdicts", "sentences")
    )
    assert printed == sentences(stored)
    assert sum(len(s["tests"]) for s in printed) == len(stored)
    for name, written in (
        ("verdicts.csv", forms.verdicts_csv(stored)),
        ("sentences.csv", forms.sentences_csv(printed)),
        ("verdicts.tex", forms.verdicts_latex(stored)),
    ):
        assert (report / name).read_text("utf-8") == written, name


# --- the zipped report


@pytest.fixture
def out(tmp_path):
    """A finished report of one run, with files beside it that are not of it."""
    folder = tmp_path / "out"
    (folder / "notebooks").mkdir(parents=True)
    for name in (*places(["c07"]), "mine.html", ".index.html-77"):
        (folder / name).write_text(name)
    runs = [{"run_id": "c07", "name": "C07", "params": {}, "error": ""}]
    (folder / "manifest.json").write_text(json.dumps({"runs": runs}))
    (folder / "tests.junit.xml").write_text("not of the report")
    return folder


def names(file):
    with zipfile.ZipFile(file) as zipped:
        assert zipped.testzip() is None
        return [n.removeprefix(f"{reports.FOLDER_IN_ZIP}/") for n in zipped.namelist()]


def test_the_zip_holds_the_report_and_nothing_else(out, tmp_path, command):
    wanted = ["c07.html", *ABOUT_ALL, *BESIDE]
    file = str(tmp_path / "send.zip")
    code, said, _ = command("report", "--zip", file, "--out", str(out))
    assert code == 0 and file in said and "16 files" in said
    assert sorted(names(file)) == sorted(wanted)
    assert command("report", "--zip", file, "--notebooks", "--out", str(out))[0] == 0
    assert names(file)[-1] == "notebooks/c07.ipynb"
    assert command("report", "--zip", "--out", str(out))[0] == 0  # without a name beside the pages
    assert (out / "ca-research-report.zip").is_file()


def test_the_same_report_gives_the_same_bytes(out, tmp_path):
    other = tmp_path / "elsewhere"
    shutil.copytree(out, other)  # other names of folders, other times
    for folder in (out, other):
        reports.zip_report(folder, folder / "report.zip", notebooks=True)
    assert (out / "report.zip").read_bytes() == (other / "report.zip").read_bytes()


@pytest.mark.parametrize("name", TEXTS["needed"])
def test_an_incomplete_report_is_not_sent(out, command, name):
    (out / name).unlink()
    code, said, told = command("report", "--zip", "--out", str(out))
    assert code == 1 and said == "" and name in told
    assert not (out / "ca-research-report.zip").exists()


def test_a_report_with_a_failed_run_is_not_sent(out, command):
    manifest = (out / "manifest.json").read_text().replace('"error": ""', '"error": "it died"')
    (out / "manifest.json").write_text(manifest)
    assert command("report", "--zip", "--out", str(out))[:2] == (1, "")
