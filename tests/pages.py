"""A page of a report as plain HTML: what is in it, and what is wrong with it."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

INLINE = {"a", "b", "strong", "em", "span", "button"}
SILENT = {"script", "style", "svg", "pre", "code"}
LOADS = re.compile("src(set)?|data|poster|(form)?action|background|ping|manifest|xlink:href")
FORBIDDEN = re.compile("base|i?frame|object|embed|applet|audio|video|source|portal")
LEVEL = re.compile(r"h([1-6])")


class Reader(HTMLParser):
    """Start tags with their attributes in order, the pieces of text that a reader sees (code,
    pictures and references apart), and the rest of the text by element.
    """

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.pieces, self.raw, self.silent = [""], Counter(), []
        self.feed(text)
        self.pieces = [" ".join(piece.split()) for piece in self.pieces if piece.strip()]
        self.ids = Counter(attrs["id"] for _, attrs in self.tags if "id" in attrs)
        self.levels = [int(LEVEL.match(tag)[1]) for tag, _ in self.tags if LEVEL.fullmatch(tag)]

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attrs))
        if tag in SILENT or attrs.get("class") == "refs":
            self.silent.append(tag)
        elif tag not in INLINE:
            self.pieces.append("")

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag not in INLINE:
            self.pieces.append("")

    def handle_data(self, data):
        if self.silent:
            self.raw[self.silent[-1]] = (self.raw[self.silent[-1]] or "") + data
        else:
            self.pieces[-1] += data

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    def classed(self, name):
        return [a for _, a in self.tags if name in a.get("class", "").split()]


def outside(page):
    """What in a page would be loaded, sent or run from elsewhere."""
    found = [tag for tag, _ in page.tags if FORBIDDEN.fullmatch(tag)]
    for tag, attrs in page.tags:
        for name, value in attrs.items():
            runs = name.startswith("on") or re.match(r"\s*(java|vb)script:", value, re.I)
            loads = LOADS.fullmatch(name) or (name == "href" and tag != "a")
            if runs or (loads and not value.startswith(("data:", "#"))):
                found.append(f"{tag} {name}={value[:60]}")
    css = (page.raw["style"] or "") + "".join(a.get("style", "") for _, a in page.tags)
    return found + re.findall(r"url\(\s*['\"]?(?!#|data:)[^)]*|@import[^;]*", css)


def ill_formed(page):
    """What a reader who cannot see would miss in a page; what all pages of a kind have alike is
    looked at by axe (browser/test_reading.py).
    """
    levels = page.levels
    inside = [unquote(a["href"][1:]) for a in page.of("a") if a["href"].startswith("#")]
    pictures = [a for _, a in page.tags if a.get("role") == "img"]
    rules = {
        "one first heading, no level skipped": levels[:1] == [1]
        and levels.count(1) == 1
        and all(b <= a + 1 for a, b in pairwise(levels)),
        "ids once": all(n == 1 for n in page.ids.values()),
        "links within the page that lead somewhere": not set(inside) - page.ids.keys(),
        "numbers that open what is there": {b.get("popovertarget") for b in page.of("button")}
        <= page.ids.keys() | {None},
        "pictures in words": all(len(a.get("aria-label", "")) >= 20 for a in pictures)
        and all(img.get("alt") for img in page.of("img")),
    }
    return [rule for rule, holds in rules.items() if not holds]
