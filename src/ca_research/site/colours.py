"""The colours of the pages, by name: on a light page, and on a dark one."""

from __future__ import annotations

from ..ground.display import GRID, HUE, INK, MUTED, OTHER, PAPER, STATE

_PAGE = {
    "paper": (PAPER, "#15191b"),
    "ink": (INK, "#e8ecee"),
    "muted": ("#586268", "#a4afb5"),
    "grid": (GRID, "#343c40"),
    "panel": ("#f4f6f6", "#1e2427"),
    "link": ("#0a5a8a", "#7cc0ea"),
    "shade": ("#0003", "#000a"),
    "supported": ("#00674c", "#4fc9a2"),
    "partly": ("#7a5c00", "#e0b93f"),
    "contradicted": ("#a8330d", "#ff8a5e"),
    "unknown": ("#545e64", "#a9b4ba"),
    "depends": ("#63429a", "#c9adf2"),
}
_MARKS = {
    HUE["orange"]: "#ff9a55",
    HUE["blue"]: "#6bbcf0",
    HUE["green"]: "#4fcfa4",
    HUE["purple"]: "#e09aca",
    HUE["ochre"]: "#e5bb4d",
    OTHER: "#a4afb5",
    STATE["holds"]: "#4fc9a2",
    STATE["fails"]: "#ff8a5e",
    STATE["mixed"]: "#e0b93f",
}
"""Colours of marks in pictures: as they are drawn, and on a dark page."""

TONE = {
    "supported": _PAGE["supported"][0],
    "partly supported": _PAGE["partly"][0],
    "contradicted": _PAGE["contradicted"][0],
}
"""Of a verdict on a light card; others have the colour of muted words."""

VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    PAPER: "var(--paper)",
} | {colour: f"var(--f{colour[1:]})" for colour in _MARKS}
"""What stands for a colour of a picture in a page, so that one SVG serves light and dark."""


def declared(dark: bool) -> str:
    """All colours as a style sheet declares them."""
    all_ = _PAGE | {f"f{colour[1:]}": (colour, on_dark) for colour, on_dark in _MARKS.items()}
    return "".join(f"--{name}:{pair[dark]};" for name, pair in all_.items())
