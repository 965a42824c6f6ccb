"""Colours that pages and pictures on them have in common; those of pages alone stand at the head of
`style.css`.
"""

from __future__ import annotations

from ..ground.display import GRID, HUE, INK, MUTED, OTHER, PAPER, STATE

ON_DARK = {
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

TONE = {"supported": "#00674c", "partly supported": "#7a5c00", "contradicted": "#a8330d"}
"""Of a verdict on a light page; others have the colour of muted words."""

VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"} | {
    colour: f"f{colour[1:]}" for colour in ON_DARK
}
"""The variable of the style sheet for a colour of a picture, so that one SVG serves light and
dark."""
