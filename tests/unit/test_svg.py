"""Pictures on pages: what draws is kept as it was drawn, and nothing in it runs, loads or leads
out.
"""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ca_research.plots.show import to_svg
from ca_research.site.render import svg_markup
from ca_research.site.svg import clean, shorter

HOSTILE = {
    "a script": "<script>hit()</script>",
    "a script in a namespace": '<x:script xmlns:x="http://www.w3.org/2000/svg">hit()</x:script>',
    "an event": '<g onload="hit()"><path d="M 0 0" onclick="hit()"/></g>',
    "foreign content": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img '
    'src="x"/></body></foreignObject>',
    "a link that runs": '<a href="javascript:hit()"><text>hit</text></a>',
    "a link that runs, of old": '<a xlink:href=" java&#10;script:hit()"><text>hit</text></a>',
    "a picture from elsewhere": '<image xlink:href="http://example.org/hit.png"/>',
    "a picture that is a page": '<image href="data:text/html,hit"/>',
    "a picture that is an SVG": '<image href="data:image/svg+xml;base64,aGl0"/>',
    "a part from elsewhere": '<use xlink:href="http://example.org/hit.svg#a"/>',
    "a style that loads": '<path style="fill: url(http://example.org/hit)" d="M 0 0"/>',
    "a style that loads, escaped": '<path style="fill: u\\72l(//example.org/hit)" d="M 0 0"/>',
    "a style of the page": '<path style="position: fixed; background: url(hit)" d="M 0 0"/>',
    "a style sheet": "<style>@import url(//example.org/hit);*{display:none}</style>",
    "a clip from elsewhere": '<path clip-path="url(http://example.org/hit#a)" d="M 0 0"/>',
    "a value set later": '<set attributeName="href" to="javascript:hit()"/><animate values="hit"/>',
    "a page behind the picture": "</svg><img src=hit onerror=hit()><svg>",
    "a comment that ends early": "<!--><img src=hit onerror=hit()>-->",
    "character data": "<![CDATA[<img src=hit onerror=hit()>]]>",
    "a title that is HTML": "<title><img src=hit onerror=hit()></title>",
}
MAY_BE_LEFT = r"&lt;img src=hit onerror=hit\(\)&gt;(]]&gt;|--&gt;)?|hit</text>"
"""Words that are shown as words."""


def picture(inside: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 9 '
        f'9">{inside}</svg>'
    )


def test_a_typeface_that_all_words_share_is_named_once_and_another_at_its_words():
    word = '<text style="font-size:8px;font-family:&quot;A&quot; , sans-serif;fill:red">x</text>'
    svg = picture(f'<g id="a">\n <g id="b"></g>\n {word}\n {word}</g>')
    found, family = shorter(svg)
    assert family == "font-family:&quot;A&quot; , sans-serif" and "font-family" not in found
    assert found.count('style="font-size:8px;fill:red"') == 2 and 'id="b"' not in found
    assert svg_markup(svg, "p", "two words").count("font-family") == 1
    other = svg.replace("</svg>", '<text style="font-family:serif">y</text></svg>')
    assert shorter(other)[1] == "" and svg_markup(other, "p", "three").count("font-family") == 3


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_runs_or_loads_is_left(name):
    found = clean(picture(HOSTILE[name]))
    left = re.sub(MAY_BE_LEFT, "", found)
    assert not re.search(
        r"<(?!/?(svg|g|path|text|use|image)\b)|\son|javascript|example\.org|hit", left
    )


def test_names_keep_their_case_and_references_inside_are_kept():
    drawn = picture(
        '<defs><clipPath id="c"><rect x="0" y="0" width="9" height="9"></rect></clipPath>'
        '<pattern id="h" patternUnits="userSpaceOnUse" x="0" y="0" width="9" '
        'height="9"></pattern></defs>'
        '<path d="M 0 0" clip-path="url(#c)" '
        'style="fill:url(&quot;#h&quot;);stroke:#c45100"></path>'
        '<use xlink:href="#c" x="1" y="2"></use>'
    )
    assert clean(drawn) == drawn
    shown = svg_markup(drawn, "p", "words")
    assert all(
        word in shown for word in ('id="p-c"', '="url(#p-c)"', "url(&quot;#p-h&quot;)", '"#p-c"')
    )


@pytest.mark.parametrize("text", ["", "words", "<p>words</p>", "<!-- <svg> -->"])
def test_what_is_no_picture_is_nothing(text):
    assert clean(text) == "" and svg_markup(text, "p", "words") == ""


def test_a_picture_of_every_kind_of_mark_loses_nothing():
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].plot([0, 1], [0, 1], "o--", label="a < b & c")
    axes[0, 0].legend()
    axes[0, 1].bar(["x", "y"], [1, 2], hatch="//", alpha=0.5)
    axes[1, 0].imshow(np.arange(4).reshape(2, 2))
    axes[1, 1].fill_between([0, 1], [0, 1], alpha=0.3)
    axes[1, 1].annotate("there", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"}, rotation=30)
    svg = to_svg(figure)
    plt.close(figure)
    found = clean(svg)

    def marks(text: str) -> list[str]:
        """Elements and attributes, however they are spaced and quoted."""
        drawn = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.S)
        found = re.findall(r"<\w+|\s(?!xmlns)[\w:-]+=\"[^\"]*\"", drawn)
        return sorted(re.sub(r"&quot;|[\s'\";]", "", mark) for mark in found)

    assert "<pattern" in svg and "<image" in svg and "<clipPath" in svg
    assert marks(found) == marks(svg)
    assert "a &lt; b &amp; c" in found
