"""The pages of docs/: each has its place, every link leads somewhere, every public name, column and
source is told; and, among the long tests, the whole is built without a warning.
"""

import importlib
import inspect
import operator
import os
import re
from pathlib import Path

import pytest
from nbclient import NotebookClient
from tests.commands import SEARCH, blocks, python, shell
from tests.small_runs import book

import ca_reference
import ca_research as ca
from ca_research.ground import paths
from ca_research.registry.glossary import glossary
from ca_research.site.read import read_page

DOCS = paths.home() / "docs"
PAGES = {
    file.relative_to(DOCS).with_suffix("").as_posix(): file.read_text()
    for file in [*DOCS.rglob("*.md"), *DOCS.rglob("*.rst")]
    if "_build" not in file.parts
}
GUIDES = sorted(name for name in PAGES if name.startswith("howto/") and name != "howto/index")
ROOMS = (*ca_reference._WINGS, *ca_reference._FLOORS)


def listed(page):
    """Pages that the table of contents of one names."""
    for block in re.findall(r"```\{toctree\}\n(.*?)```", PAGES[page], re.S):
        for line in block.splitlines():
            if line and line[0] != ":":
                place = os.path.normpath(Path(page).parent / line)
                yield Path(place).as_posix()


def test_the_contents_name_every_page_once():
    found, todo = ["index"], ["index"]
    while todo:
        below = [*listed(todo.pop())]
        found += below
        todo += below
    assert sorted(found) == sorted(PAGES)


def test_every_link_leads_somewhere():
    for page, text in PAGES.items():
        bare = re.sub(r"```.*?```", "", text, flags=re.S)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", bare):
            assert (DOCS / page).parent.joinpath(link).exists(), (page, link)
        for name in re.findall(r"\{ca\}`([\w.]+)`", bare):
            assert operator.attrgetter(name)(ca), (page, name)


def test_every_public_name_has_its_place_in_the_reference():
    told = {room: "\n".join(ca_reference.entries(room)) for room in ca_reference.ROOMS}
    for room in ROOMS:
        module = importlib.import_module(f"ca_research.{room}")
        assert f".. room:: {room}" in PAGES[f"reference/{room}"]
        for name in module.__all__:
            here = rf":: (?:ca_research\.{room}\.)?{name}(?:\(\))?$"
            known = inspect.ismodule(getattr(module, name)) or re.search(here, told[room], re.M)
            assert known, f"{room}.{name}"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The pages, built as `make docs` does, without a warning."""
    out = tmp_path_factory.mktemp("docs")
    words = ["-m", "sphinx", "-b", "html", "-n", "-W", "--keep-going", "-q"]
    python(*words, "-d", out / "trees", DOCS, out / "html", beside=SEARCH)
    return out / "html"


def test_the_pages_are_built_whole_and_need_no_network(built):
    pages = {p: p.read_text() for p in built.rglob("*.html")}
    assert {(built / f"{name}.html") for name in PAGES} <= pages.keys()
    fetched = r"<(?:script|img|link rel=.stylesheet)[^>]* (?:src|href)=.https?:[^>]*>"
    assert [p.name for p, text in pages.items() if re.search(fetched, text)] == []
    assert pages[built / "glossary.html"].count("<dd>") == len(glossary())
    for name in GUIDES:
        assert "cell_output" in pages[built / f"{name}.html"], f"{name} has run"
    reference = "".join(text for p, text in pages.items() if p.parent.name == "reference")
    for room in ROOMS:
        for name in ca_reference.names(room):
            assert f'id="ca_research.{room}.{name}"' in reference, f"{room}.{name}"
    assert (built / "searchindex.js").stat().st_size > 100_000


def test_the_first_hour_runs_as_it_stands(tmp_path):
    said = shell(*blocks(PAGES["first-hour"]), folder=tmp_path).stdout
    assert re.search(r"^C33: .*\nAs printed: ", said, re.M)
    verdicts = re.findall(r"^Test “As it stands”: (.*?)\.$", said, re.M)
    assert verdicts == ["supported, fragile", "contradicted"]  # today, and in 2020
    assert (tmp_path / "mine" / "reports" / "c01-as-of-latest.html").exists()


def test_the_claim_about_a_bloc_has_its_picture_and_follows_a_renamed_criterion(
    tmp_path, monkeypatch
):
    """A page of another's template broke once a criterion had another name."""
    for name, value in SEARCH.items():  # where the kernel's commands are, activated or not
        monkeypatch.setenv(name, value)
    rename = 'file.write_text(file.read_text().replace("figure", "eu_share"))'
    told = "\n".join(blocks(PAGES["howto/bloc"], "{code-cell} python")[1:])
    notebook = book(told, f"{rename}\n!ca-research run C01 2>&1")
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = "".join(out.get("text", "") for cell in notebook.cells for out in cell.outputs)
    answer = "41% of Kazakhstan's exports went to the EU in 2023, above the bar of 40%."
    assert (
        said.count(f"C01: {answer}") == 1 and said.count(answer) == 3
    )  # checked, and as of two days
    page = read_page(tmp_path / "mine" / "reports" / "notebooks" / "c01-as-of-latest.ipynb")
    (picture,) = page.of("main")
    words = re.findall(r"<text[^>]*>([^<]+)</text>", picture.svg)
    assert {"EU", "China", "31.0"} <= {*words} and "Italy" not in words


def test_the_python_of_the_first_hour_runs(capsys):
    names = {}
    for block in blocks(PAGES["first-hour"], "python"):
        exec(compile(block, "first-hour.md", "exec"), names)
    assert names["verdict"].claim == "C33" and "KGZ_NSC" in set(names["trade"]["source_id"])
    assert names["shares"]["share"].between(0, 1).all()
