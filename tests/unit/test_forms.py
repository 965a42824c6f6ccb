"""Verdicts and tables in other forms: CSV that parses back, LaTeX that hostile text cannot break,
and the zipped report.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile

import pytest

from ca_research import registry
from ca_research.app import report as reports
from ca_research.claims.printed import sentences
from ca_research.site import forms, read_pages

HOSTILE = [
    r"\input{/etc/passwd}",
    r"\end{longtable}",
    "50 % of $5 & more #1",
    "a_b^c~d",
    "{ unbalanced",
    "} unbalanced",
    "]",
    r"\\[1cm]",
    "[starts a row",
    "*starts a row",
    "two\nlines\tand\x00control\x1b",
    '<b>|"x"',
    "-- and ---",
    "≥ 3 − 2 × “q”",
    "%",
    "\\",
    "^^5c",
    r"\verb|x|",
    "",
]


def cells(latex: str) -> list[list[str]]:
    """The rows of a longtable as TeX would cut them, or an error where it would not get that
    far.
    """
    body = re.search(r"\\begin\{longtable\}\{.*?\}\n(.*)\\end\{longtable\}", latex, re.S)
    assert body, latex
    rows, row, cell, depth, at = [], [], "", 0, 0
    text = body[1].split(r"\endlastfoot")[1]
    while at < len(text):
        char = text[at]
        if char == "\\":
            word = re.match(r"\\([A-Za-z]+|.)", text[at:], re.S)[0]
            if word == r"\\" and depth == 0:
                assert not re.match(r"\s*[\[*]", text[at + 2 :]), (
                    f"an option of the row end: {text[at : at + 20]!r}"
                )
                rows.append([c.strip() for c in [*row, cell]])
                row, cell = [], ""
            else:
                assert word not in (r"\input", r"\end", r"\verb", r"\\"), word
                cell += word
            at += len(word)
            continue
        assert char not in "#_^~%" or cell.endswith("\\"), (
            f"{char} is a command here: {text[max(0, at - 20) : at + 5]!r}"
        )
        depth += (char == "{") - (char == "}")
        assert depth >= 0, "a brace is closed that was not opened"
        if char == "&":
            row.append(cell)
            cell = ""
        else:
            cell += char
        at += 1
    assert depth == 0 and not row and not cell.strip()
    return rows


def test_hostile_text_stays_text_in_latex():
    rows = [[text, text] for text in HOSTILE]
    latex = forms.latex_table(HOSTILE[0], HOSTILE[:2], rows, [False, True], note=HOSTILE[0])
    found = cells(latex)
    assert [len(row) for row in found] == [2] * len(rows)
    assert latex.count(r"\begin{longtable}") == latex.count(r"\end{longtable}") == 1
    assert r"\input" not in latex and r"\textbackslash{}input\{/etc/passwd\}" in latex
    assert all(c.isprintable() or c == "\n" for c in latex)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a & b", r"a \& b"),
        ("50 %", r"50 \%"),
        ("\\", r"\textbackslash{}"),
        ("a -- b", "a -{}- b"),
        ("a – b", "a -- b"),
        ("≥ 3", r"$\geq$ 3"),
        ("x > y", r"x \textgreater{} y"),
        ("Türkiye", "Türkiye"),
    ],
)
def test_a_text_reads_the_same_in_print(text, latex):
    assert cells(forms.latex_table("t", ["a"], [[text]], [False])) == [[latex]]


def test_a_table_has_its_head_on_every_page_and_numbers_to_the_right():
    latex = forms.latex_table("Ranks", ["economy", "rank"], [["KAZ", "1"]], [False, True])
    assert r"\begin{longtable}{lr}" in latex and r"\caption{Ranks}\\" in latex
    assert (
        latex.count(r"economy & rank \\") == 2
        and r"\endfirsthead" in latex
        and r"\endhead" in latex
    )
    assert latex.count(r"\toprule") == 2 and latex.count(r"\bottomrule") == 1
    assert "p{3.2cm}" in forms.latex_table("t", ["a"], [["long " * 20]], [False])


def test_every_table_of_the_pages_can_be_had_as_latex(report):
    records = [
        item.record
        for p in read_pages(report / "notebooks")
        for item in p.items
        if item.kind == "table"
    ]
    assert len(records) > 100
    for record in records:
        found = cells(forms.table_latex(record))
        assert [len(row) for row in found] == [len(record["columns"])] * len(record["rows"])


def verdict(**given):
    criterion = {
        "name": "share",
        "label": "Share",
        "measure": "m",
        "state": "holds",
        "estimate": 0.123456789,
        "low": 0.1,
        "high": 0.2,
        "interval": "range",
        "kind": "level",
        "unit": "share",
        "share_of_specifications": 0.875,
        "specifications": 8,
        "cells": [{"economy": "", "estimate": 1}],
        "cell_threshold": None,
        "counted": "economies",
    }
    return {
        "claim": "C07",
        "reading": "literal",
        "title": "As it stands",
        "part": False,
        "leads": True,
        "nearness": 2,
        "as_printed": "depends on the reading",
        "because": "Two readings differ.",
        "readers_split": "",
        "statement": "It is so.",
        "params": {"economy": "UZB"},
        "as_of": "latest",
        "verdict": "supported",
        "answer": "A third, by one count.",
        "finding": "Share: a third",
        "certainty": {"level": "low", "reason": "r"},
        "deciding": ["share"],
        "fragile": True,
        "criteria": [criterion],
    } | given


def test_the_csv_keeps_the_numbers_whole_and_parses_back():
    other = verdict(
        title='a "quoted", title\nof two lines', criteria=[], verdict="not testable", fragile=False
    )
    first, second = csv.DictReader(io.StringIO(forms.verdicts_csv([verdict(), other])))
    assert (first["estimate"], first["low"], first["high"]) == ("0.123456789", "0.1", "0.2")
    assert (first["setting"], first["fragile"], first["criterion"]) == (
        "economy=UZB",
        "yes",
        "Share",
    )
    assert (first["nearness"], first["as_printed"]) == ("2", "depends on the reading")
    assert (first["answer"], first["certainty"]) == ("A third, by one count.", "low")
    assert second["title"] == 'a "quoted", title\nof two lines'
    assert second["estimate"] == "" and second["state"] == "" and second["fragile"] == "no"


CELL = {"economy": "KAZ", "estimate": 38.0, "low": None, "high": None, "year": 2019}


def of_countries(kind: str = "percent", unit: str = "per cent of respondents", **given):
    """Four of five are below a half; of the last nothing is known (C10 said 4.0 per cent)."""
    cells = [
        CELL | {"economy": e, "met": True, "missing": ""} for e in ("KAZ", "KGZ", "TJK", "UZB")
    ]
    open_ = {"economy": "TKM", "estimate": None, "met": None, "missing": "no poll", "year": None}
    (criterion,) = verdict()["criteria"]
    criterion |= {
        **{"estimate": 4.0, "low": 4.0, "high": 5.0, "kind": kind, "unit": unit},
        **{"cell_threshold": 50.0, "cells": [*cells, CELL | open_]},
    }
    return verdict(criteria=[criterion], params={}, **given)


@pytest.mark.parametrize(
    ("kind", "unit"), [("percent", "per cent of respondents"), ("rank", "rank"), ("share", "share")]
)
def test_a_number_stands_under_what_it_counts(kind, unit):
    counted = of_countries(kind, unit)
    (row,) = csv.DictReader(io.StringIO(forms.verdicts_csv([counted])))
    assert (row["estimate"], row["unit"]) == ("4.0", "countries of five")
    (row,) = cells(forms.verdicts_latex([counted]))
    assert row[6].startswith("4 of 5 countries") and row[7].startswith("4 to 5 (")


def test_the_figures_of_each_country_stand_in_a_file_beside():
    found = csv.DictReader(io.StringIO(forms.countries_csv([of_countries(), verdict()])))
    rows = {row["economy"]: row for row in found}
    assert list(rows) == ["KAZ", "KGZ", "TJK", "UZB", "TKM"]
    assert (rows["KAZ"]["estimate"], rows["KAZ"]["met"], rows["KAZ"]["year"]) == (
        *("38.0", "yes"),
        "2019",
    )
    assert rows["KAZ"]["unit"] == "per cent of respondents"
    assert (rows["TKM"]["estimate"], rows["TKM"]["met"], rows["TKM"]["missing"]) == (
        *("", ""),
        "no poll",
    )


def test_below_five_specifications_no_percentage_is_printed():
    (few,) = verdict()["criteria"]
    (row,) = cells(forms.verdicts_latex([verdict(criteria=[few | {"specifications": 4}])]))
    assert row[8:] == ["--", "4"]


def test_a_sentence_is_one_row_with_its_tests_after_one_another():
    beside = verdict(reading="other", nearness=None, verdict="contradicted", leads=False)
    (first,) = csv.DictReader(
        io.StringIO(forms.sentences_csv(sentences([verdict(), beside | {"certainty": {}}])))
    )
    assert (first["setting"], first["tests"]) == ("economy=UZB", "2")
    assert first["as_printed"] == "depends on the reading"
    assert first["answer"] == "A third, by one count."
    assert [first[f"{name}_1"] for name in ("reading", "nearness", "verdict", "certainty")] == [
        *("literal", "2", "supported", "low")
    ]
    assert (first["nearness_2"], first["verdict_2"], first["certainty_2"]) == (
        *("", "contradicted", ""),
    )


def test_the_sentences_of_the_report_are_those_of_its_verdicts(report):
    printed = json.loads((report / "sentences.json").read_text(encoding="utf-8"))
    stored = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    assert printed == sentences(stored)
    assert sum(len(s["tests"]) for s in printed) == len(stored)
    assert {s["as_printed"] for s in printed} <= set(registry.PRINTED)
    text = (report / "sentences.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["claim"], r["as_of"], r["as_printed"]) for r in rows] == [
        (s["claim"], s["as_of"], s["as_printed"]) for s in printed
    ]


def test_the_latex_of_verdicts_says_what_the_csv_says():
    (row,) = cells(forms.verdicts_latex([verdict()]))
    assert row == [
        "C07",
        "As it stands (economy=UZB)",
        "latest",
        "supported, fragile",
        "A third, by one count.",
        "Share",
        "0.123 share",
        "0.1 to 0.2 (range)",
        r"88\%",
        "8",
    ]
    (row,) = cells(forms.verdicts_latex([verdict(criteria=[], part=True)]))
    assert row[1] == "As it stands (economy=UZB), part" and row[5:] == ["--"] * 5


def test_the_report_carries_its_verdicts_in_all_forms(report):
    stored = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO((report / "verdicts.csv").read_text(encoding="utf-8"))))
    assert [(r["claim"], r["reading"], r["as_of"], r["verdict"]) for r in rows] == [
        (v["claim"], v["reading"], v["as_of"], v["verdict"]) for v in stored
    ]
    assert len(cells((report / "verdicts.tex").read_text(encoding="utf-8"))) == len(stored)


# --- the zipped report
# -----------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path):
    """A finished report of one run, with files beside it that are not of it."""
    folder = tmp_path / "out"
    (folder / "notebooks").mkdir(parents=True)
    runs = [{"run_id": "c07", "claim": "C07", "params": {}, "error": ""}]
    (folder / "manifest.json").write_text(json.dumps({"runs": runs}))
    (folder / "index.html").write_text(
        '<a href="c07.html">C07</a> <a href="methods.html#why">how</a> <a '
        'href="https://x.org/y.html">'
    )
    for name in (
        "c07.html",
        "methods.html",
        "sentences.json",
        "sentences.csv",
        "verdicts.json",
        "verdicts.csv",
        "verdicts_countries.csv",
        "verdicts.tex",
        "claimreview.jsonld",
        "references.bib",
        "references.json",
    ):
        (folder / name).write_text(name)
    (folder / "notebooks" / "c07.ipynb").write_text("{}")
    (folder / "tests.junit.xml").write_text("not of the report")
    (folder / ".index.html-77").write_text("scratch")
    return folder


def names(file) -> list[str]:
    with zipfile.ZipFile(file) as zipped:
        assert zipped.testzip() is None
        return [n.removeprefix(f"{reports.FOLDER_IN_ZIP}/") for n in zipped.namelist()]


def test_the_zip_holds_the_report_and_nothing_else(out, tmp_path, command):
    file = tmp_path / "send.zip"
    code, said, _ = command("report", "--zip", str(file), "--out", str(out))
    assert code == 0 and str(file) in said and "13 files" in said
    assert names(file) == [
        "c07.html",
        "index.html",
        "methods.html",
        "sentences.json",
        "sentences.csv",
        "verdicts.json",
        "verdicts.csv",
        "verdicts_countries.csv",
        "verdicts.tex",
        "claimreview.jsonld",
        "references.bib",
        "references.json",
        "manifest.json",
    ]
    assert command("report", "--zip", str(file), "--notebooks", "--out", str(out))[0] == 0
    assert names(file)[-1] == "notebooks/c07.ipynb"


def test_the_same_report_gives_the_same_bytes(out, tmp_path):
    other = tmp_path / "elsewhere"
    shutil.copytree(out, other)  # other names of folders, other times
    for folder in (out, other):
        reports.zip_report(folder, folder / "report.zip", notebooks=True)
    assert (out / "report.zip").read_bytes() == (other / "report.zip").read_bytes()
    with zipfile.ZipFile(out / "report.zip") as zipped:
        assert {i.date_time for i in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_without_a_name_it_lies_beside_the_pages(out, command):
    assert command("report", "--zip", "--out", str(out))[0] == 0
    assert (out / "ca-research-report.zip").is_file()
    code, said, _ = command("report", "--out", str(out))
    assert code == 0 and "index.html" in said


@pytest.mark.parametrize(
    "name", ["c07.html", "methods.html", "index.html", "verdicts.tex", "notebooks/c07.ipynb"]
)
def test_an_incomplete_report_is_not_sent(out, command, name):
    (out / name).unlink()
    code, said, told = command("report", "--zip", "--out", str(out))
    assert code == 1 and said == "" and f"incomplete: {name} missing" in told
    assert not (out / "ca-research-report.zip").exists()


def test_the_real_report_unpacks_to_the_pages_as_they_are(report, tmp_path):
    reports.zip_report(report, tmp_path / "send.zip")
    with zipfile.ZipFile(tmp_path / "send.zip") as zipped:
        zipped.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / reports.FOLDER_IN_ZIP
    pages = {f.name for f in folder.glob("*.html")}
    assert pages == {f.name for f in report.glob("*.html")}
    cards = {f.name for f in folder.glob("share/*.png")}
    assert cards and cards == {f.name for f in report.glob("share/*.png")}
    for page in pages:
        assert (
            hashlib.sha256((folder / page).read_bytes()).digest()
            == hashlib.sha256((report / page).read_bytes()).digest()
        )
    for target in re.findall(
        r'href="([^"#:]+)"', (folder / "index.html").read_text(encoding="utf-8")
    ):
        assert (folder / target).is_file(), target
