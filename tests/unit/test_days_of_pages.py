"""Pages of a small report: which day each shows, where its links lead, and what it says where the
project has letters and numbers of its own.
"""

import re
from pathlib import Path

import pytest
from tests.cases import cases
from tests.pages import Reader
from tests.unit.engine import STORED

from ca_research import registry
from ca_research.claims.verdict import stored_fields
from ca_research.site import write_site
from ca_research.site.read import Cell, Page

REPORTS = cases(__file__, "days_of_pages")
OF_DAYS = re.compile(r"known on|available now|\balone\b|publication day|^By .* it is so\.")


NONE = {"wanted": [], "possible": [], "fragility": [], "part": False, "because": ""}


def run(claim, as_of, verdict="", economy=""):
    """A page without cells but the sentences of an overview; of a claim with its verdict."""
    setting = {"economy": economy} if economy else {}
    name = "_".join([claim, as_of, *setting.values()]).lower()
    page = Page(run_id=name, claim=claim, params={"as_of": as_of, **setting}, notebook=claim)
    page.menu = "Data" if claim == "data" else ""
    page.tables = ["trade"]
    if claim == "overview":
        said = [{"about": "A", "text": f"By {as_of} it is so.", "claims": ["C33"]}]
        told = [{"title": title, "statements": said} for title in ("Is it so?", "In short")]
        page.cells = [Cell(kind="code", source="", statements=one) for one in told]
    if verdict:
        texts = {key: f"{verdict} {key}" for key in ("finding", "answer", "statement")}
        about = {"claim": claim, "params": setting, "verdict": verdict, "as_printed": verdict}
        blank = dict.fromkeys(stored_fields(), "")
        page.verdicts = [blank | STORED["verdict"] | NONE | texts | about | {"as_of": as_of}]
    return page


def written(out, *pages):
    """The pages of a report of these runs, by name."""
    kept = sorted(pages, key=lambda page: page.run_id)
    write_site(out, kept)
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(out.glob("*.html"))}


def of_days(html, runs):
    """What a page says of days of knowledge, and the runs that it leads to, in order."""
    page = Reader(html)
    labels = [a["aria-label"] for _, a in page.tags if "aria-label" in a]
    said = [text for text in page.pieces + labels if len(text) < 120 and OF_DAYS.search(text)]
    links = [a["href"].partition(".html")[0] for a in page.of("a")]
    return said + [f"-> {link}" for link in links if link in runs]


@pytest.mark.parametrize("name", REPORTS)
def test_pages_of_several_days(name, tmp_path, snapshot):
    pages = written(tmp_path, *(run(*about) for about in REPORTS[name]))
    runs = {page for page in pages if page.islower() and "_" in page}
    shown = {"index", "register", *runs}
    assert {page: of_days(pages[page], runs) for page in pages.keys() & shown} == snapshot


def test_pages_of_runs_that_are_gone_are_removed_and_those_of_others_stay(tmp_path):
    written(tmp_path, run("C33", "latest", "supported"), run("C30", "latest", "supported"))
    (tmp_path / "own.html").write_text("a page of the user's", encoding="utf-8")
    left = written(tmp_path, run("C33", "latest", "supported"))
    assert "own" in left and "c33_latest" in left and "c30_latest" not in left


# --- a project of one's own


@pytest.fixture
def of_themes(project, tmp_path):
    """The pages of one run for each theme; none has a verdict."""

    def of(*themes):
        made = (Path(__file__).parent / "cases" / "day_claim.yaml").read_text(encoding="utf-8")
        pages = []
        for number, theme in enumerate(themes, 1):
            claim = f"X{number:02}"
            file = project.home / "registry" / "claims" / f"{claim}.yaml"
            file.write_text(f"{made}id: {claim}\ntheme: {theme}\n", encoding="utf-8")
            about = {"run_id": claim.lower(), "name": claim, "params": {}, "error": "it stopped"}
            pages.append(Page(**about, notebook="n.ipynb"))
        registry.forget()
        return written(tmp_path / "out", *pages)

    return of


def test_themes_in_any_letters_have_anchors_of_their_own(of_themes):
    """Those in other letters than a to z shared one, so that links led to the first."""
    made = of_themes("экономика", "贸易", "Öko nomie", "Öko-nomie")
    for page in ("index", "register"):
        ids = re.findall(r' id="(theme-[^"]*)"', made[page])
        assert len({*ids}) == len(ids) == 4 and "theme-экономика" in ids
        assert {*ids} == {*re.findall(r'href="#(theme-[^"]*)"', made[page])}
