"""A small picture of each verdict for previews of links: share/<page>.png.

Drawn with Pillow alone, so that pages are made without a library for figures.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from ..ground.display import INK, MUTED, PAPER
from ..ground.files import write_whole
from ..runs.store import made_here
from .colours import TONE
from .read import Page

FOLDER = "share"
WIDTH, HEIGHT = 1200, 630
"""Pixels, as previews ask for."""

_LINES = (
    ("DejaVuSans", 28, MUTED, 30, 66, 1),
    ("DejaVuSans", 36, INK, 6, 52, 4),
    ("DejaVuSans-Bold", 62, None, 14, 32, 1),
    ("DejaVuSans", 40, INK, 12, 46, 2),
    ("DejaVuSans", 28, MUTED, HEIGHT - 112, 66, 1),
    ("DejaVuSans", 28, MUTED, HEIGHT - 68, 66, 1),
)
"""How each line of `card.txt.j2` is drawn: its typeface, size and colour (None: that of the
verdict), pixels from the line above (of the first and the last two from the top), letters in a row,
and rows at most."""
_TYPEFACES = distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")
"""The folder of those that come with matplotlib, which is not imported for them."""


def address(page: Page) -> str:
    """Where the card of a page lies, seen from the page; '' where it has no verdict."""
    return f"{FOLDER}/{page.run_id}.png" if page.lead else ""


def write(env: Environment, pages: Sequence[Page], out: Path) -> None:
    """Write the cards of all pages with a verdict; those of pages that are gone are removed."""
    wanted = {out / address(page): page for page in pages if address(page)}
    for file, page in wanted.items():
        words = Markup(env.get_template("card.txt.j2").render(page=page)).unescape().strip()
        if _said_by(file) != words:
            file.parent.mkdir(exist_ok=True)
            write_whole(file, card(words, page.verdicts[0]["verdict"]))
    for stale in filter(made_here, set((out / FOLDER).glob("*.png")) - wanted.keys()):
        stale.unlink()


def card(words: str, verdict: str) -> bytes:
    """The card that says some words, which its file keeps, in the colour of a verdict."""
    from PIL import Image, ImageDraw, ImageFont
    from PIL.PngImagePlugin import PngInfo

    tone = TONE.get(verdict, MUTED)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=tone)
    top = 0
    for text, line in zip(words.splitlines(), _LINES, strict=False):
        face, size, ink, place, letters, most = line
        top = place if place > HEIGHT / 2 else top + place
        font = ImageFont.truetype(str(_TYPEFACES / f"{face}.ttf"), size)
        for row in textwrap.wrap(text, letters, max_lines=most, placeholder=" ..."):
            draw.text((80, top), row, font=font, fill=ink or tone)
            top += int(size * 1.32)
    buffer, metadata = io.BytesIO(), PngInfo()
    metadata.add_itxt("Description", words)
    small = image.quantize(32, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.save(buffer, format="PNG", compress_level=4, pnginfo=metadata)
    return buffer.getvalue()


def _said_by(file: Path) -> str | None:
    """What the card in a file says; None where there is none."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            return str(image.info.get("Description"))
    except OSError:
        return None
