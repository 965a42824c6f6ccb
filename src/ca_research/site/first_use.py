"""The first use of a term in the text of a page leads to the glossary."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable

from markupsafe import escape

from ..registry.glossary import Term, glossary

_PROSE = frozenset({"p", "li", "figcaption"})
_CLOSED = frozenset({"a", "button", "code", "pre", "svg", "script", "style", "table", "dl", "nav"})
"""Where no link is put: in a link or control, and where words are names, data or code."""
_TAG = re.compile(r"(<[^>]*>)")
_TELLING = re.compile(
    rf"(<(/?)({'|'.join(sorted(_PROSE | _CLOSED))})(?=[\s/>])[^>]*>)", re.IGNORECASE
)
"""A tag that says whether what follows is prose (one in ten of a page), its slash and its name."""


def link_terms(html: str) -> str:
    """A page with a link to the glossary at the first use of each of its terms.

    html: a whole page; what stands outside its `main`, and outside its paragraphs and lists, is
    left alone.

    Examples
    --------
    >>> link_terms("<main><p>A placebo.</p><p>The placebo again.</p></main>")[:48]
    '<main><p>A <a class="term" href="glossary.html#p'
    """
    head, begins, rest = html.partition("<main")
    main, ends, foot = rest.partition("</main>")
    terms = glossary()
    at = anchors(term.term for term in terms)
    left, any_term = {at[term.term]: _pattern(term) for term in terms}, _pattern(*terms)
    open_: list[str] = []
    parts = _TELLING.split(begins + main)
    texts, tags = parts[::4], list(zip(parts[1::4], parts[2::4], parts[3::4], strict=True))
    for place, text in enumerate(texts):
        if left and _in_prose(open_) and any_term.search(text):
            inner = _TAG.split(text)
            inner[::2] = [_linked(between, left) for between in inner[::2]]
            texts[place] = "".join(inner)
        if place < len(tags):
            _follow(open_, *tags[place])
    both = itertools.zip_longest(texts, (tag for tag, _, _ in tags), fillvalue="")
    return head + "".join(itertools.chain.from_iterable(both)) + ends + foot


def _follow(open_: list[str], tag: str, slash: str, name: str) -> None:
    """Keep the elements that are open, of those that say whether text is prose."""
    name = name.lower()
    if tag.endswith("/>"):
        return
    if not slash:
        open_.append(name)
    elif name in open_:
        del open_[len(open_) - 1 - open_[::-1].index(name) :]


def _in_prose(open_: list[str]) -> bool:
    return bool(open_) and open_[-1] in _PROSE and not _CLOSED & set(open_)


def _linked(text: str, left: dict[str, re.Pattern[str]]) -> str:
    """Text with links at terms that are still left; each is taken from `left` when it is linked."""
    found = {name: hit for name, pattern in left.items() if (hit := pattern.search(text))}
    end = len(text)
    for name, hit in sorted(found.items(), key=lambda item: -item[1].start()):
        if hit.end() <= end:  # longer words that hold this one came first
            link = f'<a class="term" href="glossary.html#{name}">{hit[0]}</a>'
            text, end = text[: hit.start()] + link + text[hit.end() :], hit.start()
            del left[name]
    return text


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
    found: dict[str, str] = {}
    for text in texts:
        first = anchor(text) or "part"
        names = itertools.chain([first], (f"{first}-{n}" for n in itertools.count(2)))
        found[text] = next(name for name in names if name not in found.values())
    return found


@functools.cache
def _pattern(*terms: Term) -> re.Pattern[str]:
    """What finds any form of any of some terms."""
    forms = "|".join(re.escape(str(escape(form))) for term in terms for form in term.said_as)
    return re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])")
