"""Pictures of notebooks made harmless: of their SVG only what draws is kept, and nothing that runs
or loads.

The policy of a page forbids scripts and requests as well. This is the first barrier and that the
second: a page may be read where no policy is heeded.
"""

from __future__ import annotations

import re

import nh3

_LOOKS = """fill stroke stroke-width stroke-linecap stroke-linejoin fill-opacity opacity style
clip-path transform"""
_PLACE = "x y width height"
_ALLOWED = {
    "svg": "width height viewBox xmlns version",
    "g": _LOOKS,
    "path": f"id d {_LOOKS}",
    "rect": f"{_PLACE} {_LOOKS}",
    "text": f"x y {_LOOKS}",
    "tspan": f"x y {_LOOKS}",
    "use": f"href {_PLACE} {_LOOKS}",
    "image": f"id href {_PLACE} {_LOOKS}",
    "defs": "",
    "clipPath": "id",
    "pattern": f"id patternUnits {_PLACE}",
}
"""Elements and attributes that matplotlib writes; `href` stands for `xlink:href` too."""

_STYLES = """fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap
stroke-linejoin stroke-dasharray stroke-dashoffset opacity font font-family font-size font-style
font-weight font-variant font-stretch text-anchor image-rendering"""
_HARMLESS_CALL = re.compile(
    r"(?<![\w-])(?:url\(\s*['\"]?#[\w.-]+['\"]?\s*|rgba?\([\d\s.,%]*)\)", re.I
)


def _kept(element: str, name: str, value: str) -> str | None:
    """An attribute's value, or None to leave it out: it must not lead out of the picture."""
    if name == "href":
        inside = value.startswith("#")
        drawn = element == "image" and value.startswith("data:image/png;base64,")
        return value if inside or drawn else None
    if name != "transform" and re.search(r"[(\\]", _HARMLESS_CALL.sub("", value)):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_ALLOWED),
    attributes={element: set(names.split()) for element, names in _ALLOWED.items()},
    attribute_filter=_kept,
    filter_style_properties=set(_STYLES.split()),
    clean_content_tags={"script", "style", "metadata", "foreignObject", "title", "desc"},
    url_schemes={"data"},
    generic_attribute_prefixes=set(),
    link_rel=None,
)

INHERITED = "stroke-linejoin:round;stroke-linecap:butt"
"""What matplotlib sets for all of a picture in a style sheet, which would hold for the whole
page.
"""


_FAMILY = re.compile(r"font-family:(?:&quot;|[^;\"])*;?")
_NOTHING = re.compile(r"\n\s*(?=<)|<g></g>|(?<=\d) \n(?=[MLCQz])")


def shorter(svg: str) -> tuple[str, str]:
    """A cleaned picture in fewer letters, and the typeface that all of it has; '' where some of it
    has another.

    Each word names its typeface, which the picture may do for all; groups hold nothing.
    """
    svg = _NOTHING.sub("", _NOTHING.sub("", svg))
    families = {family.rstrip(";") for family in _FAMILY.findall(svg)}
    if len(families) != 1:
        return svg, ""
    return _FAMILY.sub("", svg), families.pop()


def clean(svg: str) -> str:
    """An SVG with what `_ALLOWED` names and nothing else.

    Its names keep their case (`clipPath`, `viewBox`): the parser is that of HTML5, which knows
    them.
    """
    return _CLEANER.clean(svg)
