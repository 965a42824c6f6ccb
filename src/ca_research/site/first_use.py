"""The first use of a term in the text of a page leads to the glossary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from markupsafe import escape

from ..registry.glossary import Term, glossary

_CLOSED = "a|button|code|pre|svg|script|style|table|dl|nav"
"""Where no link is put: in a link or control, and where words are names, data or code."""
_LINK = re.compile(r'<a class="term" href="glossary\.html#([^"]+)">')
_PROSE = re.compile(r"<(?:p|li|figcaption)\b.*?(?=</?(?:p|li|figcaption)\b)", re.S)


def link_terms(html: str) -> str:
    """A page with a link to the glossary at the first use of each of its terms.

    html: a whole page; what stands outside its `main`, and outside its paragraphs and lists, is
    left alone.

    Examples
    --------
    >>> link_terms("<main><p>A placebo.</p><p>The placebo again.</p></main>")[:48]
    '<main><p>A <a class="term" href="glossary.html#p'
    """
    names = anchors(term.term for term in glossary())
    at = {str(escape(form)): names[term.term] for term in glossary() for form in term.said_as}
    forms = "|".join(sorted(map(re.escape, at), key=len, reverse=True))
    passed_over = rf"<({_CLOSED})\b.*?</\1|<[^>]*>"
    pieces = re.compile(rf"{passed_over}|(?<![\w-])(?P<term>{forms})(?![\w-])", re.S)
    linked: set[str] = set()

    def link(found: re.Match[str]) -> str:
        name = at.get(found["term"])
        if not name or name in linked:
            return found[0]
        linked.add(name)
        return f'<a class="term" href="glossary.html#{name}">{found[0]}</a>'

    head, begins, rest = html.partition("<main")
    main, ends, foot = rest.partition("</main>")
    main = _PROSE.sub(lambda prose: pieces.sub(link, prose[0]), main)
    return head + begins + main + ends + foot


def linked(html: str) -> list[Term]:
    """The terms to which a page with such links leads."""
    names, led = anchors(term.term for term in glossary()), {*_LINK.findall(html)}
    return [term for term in glossary() if names[term.term] in led]


def anchor(text: object) -> str:
    """A text as an anchor of a page, in whatever letters it is written.

    Examples
    --------
    >>> anchor("container unit (TEU)"), anchor("Öko-nomie")
    ('container-unit-teu', 'öko-nomie')
    """
    return re.sub(r"[\W_]+", "-", str(text).lower()).strip("-")


def anchors(texts: Iterable[str]) -> dict[str, str]:
    """An anchor for each of the texts of a page: one that is taken gets a number.

    Examples
    --------
    >>> anchors(["At sea", "at-sea", "?"])
    {'At sea': 'at-sea', 'at-sea': 'at-sea-2', '?': 'part'}
    """
    by_text: dict[str, str] = {}
    taken = Counter[str]()
    for text in texts:
        first = anchor(text) or "part"
        taken[first] += 1
        by_text[text] = f"{first}-{taken[first]}" if taken[first] > 1 else first
    return by_text
