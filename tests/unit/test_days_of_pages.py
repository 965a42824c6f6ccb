"""Pages of a report of several days of knowledge: which day each shows, where its links lead."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ca_research import registry
from ca_research.runs import PAGES
from ca_research.site import cards, parts, write
from ca_research.site.read import Cell, Page

EARLY, PUBLISHED = "2020-01-01", registry.article().date.isoformat()


def run(claim: str, as_of: str, verdict: str = "", **setting: str) -> Page:
    """A page without cells; of a claim with the verdict that its run came to."""
    name = "_".join([claim.lower(), as_of, *map(str.lower, setting.values())])
    page = Page(name, claim, {"as_of": as_of, **setting}, "", "", "", "")
    if verdict:
        texts = {key: f"{verdict} {key}" for key in ("finding", "answer", "statement")}
        about = {"verdict": verdict, "as_of": as_of, "fragile": False, "criteria": []}
        printed = {"as_printed": verdict, "because": "", "readers_split": "", "nearness": 2}
        page.verdicts = [
            {**about, **texts, **printed, "deciding": [], "certainty": {}, "coverage": {}}
        ]
    return page


class Kept:
    """Pages, as if they were read from a folder."""

    def __init__(self, *pages: Page) -> None:
        self._pages = sorted(pages, key=lambda page: page.run_id)

    def pages(self) -> list[Page]:
        return self._pages


def written(*pages: Page, names: tuple[str, ...] = ()) -> dict[str, str]:
    """The pages about all claims, by name, and those of the runs that are named."""
    env, read, claims, others = write._begin(Kept(*pages))
    html = dict(write._about_all(env, claims, others)) | dict(
        write._page_of_each(env, read, set(names))
    )
    return {name: re.sub(r"\s+", " ", text) for name, text in html.items()}


def test_without_latest_the_newest_day_is_shown_and_named():
    html = written(run("C33", EARLY, "not enough evidence"), run("C33", PUBLISHED, "contradicted"))
    index, known = html["index.html"], "with what was known on 19 May 2023"
    assert "available now" not in index
    assert (
        f'aria-label="Sentences as printed {known}"' in index
        and f"The verdicts are those {known}." in index
    )
    assert f'aria-label="C33, {known}: contradicted"' in index
    assert "On 1 January 2020: not enough evidence" in index
    assert f"once with what was known on 1 January 2020, and once {known}, the day of" in index
    assert f"As printed, {known}: contradicted" in html["amendments.html"]
    assert f"contradicted {known}" in html["register.html"]
    assert "available now" not in html["methods.html"]


def test_beside_the_newest_day_stands_that_of_the_article():
    days = {EARLY: "not enough evidence", PUBLISHED: "contradicted", "latest": "supported"}
    index = written(*[run("C33", day, verdict) for day, verdict in days.items()])["index.html"]
    assert 'aria-label="C33, with all figures available now: supported"' in index
    assert "On publication day, 19 May 2023: contradicted" in index
    assert "2020: not enough" not in index


def test_a_claim_that_was_not_judged_on_the_newest_day_says_its_own():
    index = written(run("C33", EARLY, "contradicted"), run("C30", "latest", "supported"))
    assert "Judged with what was known on 1 January 2020" in index["index.html"]


def test_the_index_begins_with_the_bottom_line_of_the_day_that_it_shows():
    def overview(as_of: str) -> Page:
        page = run("overview", as_of)
        said = [
            {"about": about, "text": f"By {as_of} one.", "claims": ["C33"]}
            for about in ("Who leads", "What holds")
        ]
        told = {"title": "The bottom line", "statements": said}
        page.cells.append(Cell("code", "", statements=told))
        return page

    judged = [run("C33", EARLY, "contradicted"), run("C33", PUBLISHED, "supported")]
    index = written(*judged, overview(EARLY), overview(PUBLISHED))["index.html"]
    assert f"By {PUBLISHED} one." in index and f"By {EARLY}" not in index
    assert "The bottom line, with what was known on 19 May 2023" in index
    assert "The bottom line" not in written(*judged, overview(EARLY))["index.html"]


def test_of_several_lists_of_sentences_the_first_answers_the_thesis():
    page = run("overview", PUBLISHED)
    for title, text in (("Is it so?", "It is."), ("In short", "One holds.")):
        said = [{"about": "A", "text": text, "claims": ["C33"]}]
        page.cells.append(Cell("code", "", statements={"title": title, "statements": said}))
    index = written(run("C33", PUBLISHED, "supported"), page)["index.html"].partition("<h1>")[2]
    order = [index.index(words) for words in ("Is it so?", "It is.", "In short", "One holds.")]
    assert order == sorted(order)
    alone = written(run("C33", PUBLISHED, "supported"), overview_with("It is.", "One holds."))
    index = alone["index.html"].partition("<h1>")[2]
    order = [index.index(words) for words in ('id="thesis"', "It is.", "In short", "One holds.")]
    assert order == sorted(order)


def overview_with(*texts: str) -> Page:
    """An overview that says these sentences in one list."""
    page = run("overview", PUBLISHED)
    said = [{"about": "A", "text": text, "claims": ["C33"]} for text in texts]
    page.cells.append(Cell("code", "", statements={"title": "In short", "statements": said}))
    return page


def test_a_page_that_judges_nothing_says_its_day_and_leads_to_its_other_days():
    html = written(
        *[run("brief", day, economy="KAZ") for day in (EARLY, "latest")],
        names=(f"brief_{EARLY}_kaz", "brief_latest_kaz"),
    )
    for day, other in ((EARLY, "latest"), ("latest", EARLY)):
        page = html[f"brief_{day}_kaz.html"]
        said = f" · {parts.day(day)}"
        assert f"{said}</title>" in page
        assert f'{said} · also <a href="brief_{other}_kaz.html">{parts.day(other)}</a></p>' in page
    lists = re.findall(r'>([^<]*):</p> <ul class="briefs">.*?"(brief_[^"]*)"', html["index.html"])
    assert lists == [
        ("With all figures available now", "brief_latest_kaz.html"),
        ("With what was known on 1 January 2020", f"brief_{EARLY}_kaz.html"),
    ]


def test_pages_lead_to_pages_of_their_own_day():
    days = (EARLY, "latest")
    pages = [run(name, day) for name in ("overview", "data") for day in days]
    verdicts = [run("C33", day, "supported") for day in days]
    for page in pages[:2]:
        said = [{"about": "What holds", "text": "One.", "claims": ["C33"]}]
        page.cells.append(Cell("code", "", statements={"title": "In short", "statements": said}))
    html = written(*pages, *verdicts, names=tuple(page.run_id for page in pages))
    for day, other in (days, days[::-1]):
        top = html[f"data_{day}.html"].partition("</nav>")[0]
        assert top.count(">Overview<") == 1 and f'"overview_{day}.html"' in top
        assert f'"data_{day}.html" aria-current' in top and f'"data_{other}.html"' not in top
        assert "In short" not in html[f"overview_{day}.html"], "the index has it"
    assert '"overview_latest.html"' in html["index.html"].partition("</nav>")[0]


def test_an_overview_under_way_is_in_the_navigation_of_its_day():
    coming = {"overview_1": EARLY, "overview_2": "latest"}
    nothing = {name: [] for name in PAGES}
    for run_id, day in coming.items():
        links = write._navigation(nothing, coming, day)
        assert [href for href, words, _ in links if words == "Overview"] == [f"{run_id}.html"]


def test_the_brief_on_a_country_is_of_the_same_day_if_there_is_one():
    economies = ("CA5", "KAZ", "KGZ")
    judged = [run("C33", EARLY, economy=code) for code in economies]
    briefs = [run("brief", day, economy="KAZ") for day in (EARLY, PUBLISHED)]
    briefs += [run("brief", day, economy="KGZ") for day in (PUBLISHED, "latest")]
    rows = {row["name"]: row["brief"] for row in write._family(judged[0], [*judged, *briefs])}
    assert rows == {"Kazakhstan": briefs[0], "Kyrgyzstan": briefs[3]}
    (name,) = names = (judged[0].run_id,)
    page = written(*judged, *briefs, names=names)[f"{name}.html"]
    assert "all about Kazakhstan</a>" in page
    assert "all about Kyrgyzstan, with all figures available now</a>" in page


def test_a_verdict_on_one_country_is_not_passed_off_as_the_claims():
    pages = [run("C33", PUBLISHED, "supported", economy="KAZ")]
    pages += [run("C33", PUBLISHED, "contradicted", economy="KGZ")]
    html = written(*pages)
    index, register = html["index.html"], html["register.html"]
    assert 'aria-label="C33, Kazakhstan alone, with what was known' in index
    assert "Judged for Kazakhstan alone<" in index and "One of the verdicts is not" in index
    assert f'"c33_{PUBLISHED}_kgz.html">Kyrgyzstan alone: contradicted</a>' in index
    assert "supported for Kazakhstan alone with what was known" in register
    assert f'"c33_{PUBLISHED}_kgz.html">Kyrgyzstan alone</a>' in register
    whole = written(*pages, run("C33", PUBLISHED, "supported", economy="CA5"))["index.html"]
    assert " alone" not in whole and "claim as a whole" not in whole


def test_a_card_says_for_whom_and_with_what_it_was_judged():
    single = cards._words(run("C33", PUBLISHED, "contradicted", economy="KAZ"))
    assert single[0] == "Kazakhstan alone, with what was known on 19 May 2023"
    whole = cards._words(run("C33", "latest", "supported", economy="CA5"))
    assert whole[0] == "With all figures available now"


def test_what_a_run_is_judged_for_in_words():
    assert parts.judged_for({"economy": "KAZ,USA"}) == "Kazakhstan and the United States alone"
    assert parts.judged_for({"claim": "C03", "since": 2010}) == "since 2010"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        (["latest"], "with all figures available now"),
        (
            [PUBLISHED, "latest"],
            "once with what was known on 19 May 2023, the day of the article, and once with all "
            "figures available now",
        ),
    ],
)
def test_the_days_of_a_report_in_words(days: list[Any], words: str):
    assert parts.each_day(days) == words
