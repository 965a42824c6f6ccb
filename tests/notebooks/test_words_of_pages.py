"""The words of every page: no key, no code, no raw error, one way to write a number.

What stands in `code` and `pre`, in pictures and in the list of sources is left out: there the names
of the field are what a reader copies. What else is allowed has its reason in ALLOWED.
"""

from __future__ import annotations

import html
import re

import pytest

from ca_research import registry
from ca_research.registry.glossary import glossary
from ca_research.site.first_use import anchor, link_terms

FAULTS = {
    "'at hand' says neither which source nor where": r"\bat hand\b",
    "a state of a criterion, not a word for a reader": r"\bundecided\b|: mixed \(|\bis mixed\b",
    "per cent stands at its number": r"\d %",
    "a year has no comma": r"\b(?:in|since|from|until|of|by|year) (?:1,9\d\d|2,0[0-3]\d)\b"
    r"(?! \w+s\b)",
    "the key of a source": r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b",
    "a name of the code": r"\b[a-z][a-z0-9]*_[a-z0-9_]+\b",
    "a plural in brackets": r"\w\(s\)",
    "the code of an economy": r"\b(?:KAZ|KGZ|TJK|TKM|UZB|EU27|CA5)\b",
    "a value of the code": r"\bnan\b|^None$",
    "a quoted value of the code": r"'[a-z]+_[a-z_]+'",
    "only none": r"\bonly 0\b",
}
ALLOWED = {
    r"\S+ on GitHub": "the name of a repository, which is its address",
    r"https?://\S+": "an address",
    r"\bKAZ Minerals\b": "the name of a firm",
    r"[\w-]+\.(?:csv|yaml|json|tex|jsonld|ipynb|html)": "the name of a file",
}


def prose(page: str) -> list[str]:
    """The pieces of text of a page, without code, pictures, data to download, and sources."""
    main = page[page.index("<main") : page.index("</main>")]
    gone = r"<(script|style|svg|pre|code)\b.*?</\1>|<ol class=\"refs\">.*?</ol>"
    main = re.sub(gone, " ", main, flags=re.S)
    main = re.sub(r"</?(?:a|b|strong|em|span|button)\b[^>]*>", "", main)
    pieces = (re.sub(r"\s+", " ", html.unescape(p)).strip() for p in re.split(r"<[^>]+>", main))
    kept = [p for p in pieces if p]
    for allowed in ALLOWED:
        kept = [re.sub(allowed, "", p) for p in kept]
    return kept


def faults(pieces: list[str]) -> dict[str, list[str]]:
    """What is wrong, and the pieces in which it stands."""
    found = {
        why: sorted({p[:160] for p in pieces if re.search(pattern, p)})
        for why, pattern in FAULTS.items()
    }
    return {why: where for why, where in found.items() if where}


@pytest.mark.parametrize(
    "text",
    [
        "The votes at hand.",
        "It is mixed.",
        "7 % of trains",
        "Signed in 2,019.",
        "no known date in M_GFDC25",
        "outcome 'gdp_per_head' is missing",
        "7 period(s) before",
        "TKM: no date",
        "only 0 importers report",
    ],
)
def test_a_fault_is_seen(text):
    page = f"<main><p>{text}</p></main>"
    assert faults(prose(page)), text


@pytest.mark.parametrize(
    "text",
    [
        "<code>M_GFDC25</code>",
        "7% of 2,019 trains in 2019",
        "read from: a/b_c on GitHub",
        "From 2,019 students",
        "None of the figures exist",
    ],
)
def test_what_is_no_fault_passes(text):
    assert not faults(prose(f"<main><p>{text}</p></main>"))


def test_no_page_says_what_a_reader_cannot_read(report):
    found = {
        f"{page.name}: {why}": where[:3]
        for page in sorted(report.glob("*.html"))
        for why, where in faults(prose(page.read_text(encoding="utf-8"))).items()
    }
    assert found == {}


def test_every_term_of_the_glossary_is_used_and_explained_in_plain_sentences(report):
    linked, text = set(), ""
    for page in report.glob("*.html"):
        markup = page.read_text(encoding="utf-8")
        linked |= set(re.findall(r'href="glossary\.html#([\w-]+)"', markup))
        text += "" if page.name == "glossary.html" else " ".join(prose(markup))
    listed = set(
        re.findall(r'<dt id="([\w-]+)"', (report / "glossary.html").read_text(encoding="utf-8"))
    )
    assert 25 <= len(listed) == len(glossary()) <= 40
    assert linked <= listed and len(linked) > 25
    for term in glossary():
        assert any(form in text for form in term.said_as), f"{term.term}: no page uses it"
        sentences = re.split(r"(?<=[.?]) (?=[A-Z])", term.means)
        assert 1 <= len(sentences) <= 2 and all(len(s.split()) <= 40 for s in sentences), term.term


def test_a_term_is_linked_once_and_never_in_a_link_or_in_code():
    page = (
        "<main><h2>placebo</h2><p><a href='x'>placebo</a> <code>placebo</code></p>"
        "<p>A placebo, and a placebo.</p></main><footer><p>placebo</p></footer>"
    )
    assert link_terms(page).count("glossary.html") == 1
    assert "A <a" in link_terms(page) and ">placebo</a>, and a placebo" in link_terms(page)


def test_a_source_is_followed_to_its_publisher_and_to_the_copy_that_was_read(report):
    text = html.unescape((report / "data-as-of-latest.html").read_text(encoding="utf-8"))
    sources = registry.sources().values()
    assert sum(bool(s.original) for s in sources) > 700
    for source in sources:
        entry = text.partition(f'<li id="source-{anchor(source.source_id)}">')[2].partition(
            "</li>"
        )[0]
        assert f'href="{source.original}"' in entry or not source.original, source.source_id
        assert "Read from: " in entry or not source.found_in, source.source_id
