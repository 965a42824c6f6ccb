"""The picture that services show beside a link to a page: its title and its verdict in words, as a
PNG. Drawn only where the report is published under an address, for such a picture needs one.
"""

from __future__ import annotations

import io
from textwrap import fill
from typing import Any

from ..ground.display import INK, PAPER

INCHES, DOTS = (12, 6.3), 100
"""1,200 by 630 dots, as services cut them."""


def card(name: str, title: str, lines: list[str], tone: str) -> bytes:
    """A card with a title and lines below it.

    name: of the file, which it bears as a mark. tone: colour of the bar beside the title.
    """
    from matplotlib.figure import Figure  # dear, and seldom needed here
    from matplotlib.patches import Rectangle

    figure = Figure(INCHES, DOTS, facecolor=PAPER)
    words: dict[str, Any] = {"color": INK, "parse_math": False}
    figure.text(0.06, 0.9, fill(title, 38), size=34, weight="bold", va="top", **words)
    figure.text(0.06, 0.1, "\n".join(fill(line, 72) for line in lines), size=20, **words)
    figure.add_artist(Rectangle((0, 0), 0.02, 1, color=tone))
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Description": name, "Software": None})
    return file.getvalue()
