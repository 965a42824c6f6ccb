"""A small picture of each verdict for previews of links: share/<page>.png.

Drawn with Pillow alone, so that pages are made without a library for figures.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .. import __version__, registry
from ..ground.display import INK, MUTED, PAPER
from ..ground.files import write_whole
from .read import Page

FOLDER = "share"
WIDTH, HEIGHT = 1200, 630
"""Pixels, as previews ask for."""

TONE = {"supported": "#00674c", "partly supported": "#7a5c00", "contradicted": "#a8330d"}
_LEFT = 80


def address(page: Page) -> str:
    """Where the card of a page lies, seen from the page; '' where it has no verdict or no letters
    to draw it with.
    """
    return f"{FOLDER}/{page.run_id}.png" if page.headline and _fonts() else ""


def write(pages: Sequence[Page], out: Path) -> list[Path]:
    """Write the cards of all pages with a verdict; those of pages that are gone are removed."""
    wanted = {out / address(p): p for p in pages if address(p)}
    if wanted:
        (out / FOLDER).mkdir(exist_ok=True)
    for file, page in wanted.items():
        if _says(file) != _said_by(page):
            write_whole(file, card(page))
    for stale in set((out / FOLDER).glob("*.png")) - wanted.keys():
        stale.unlink()
    return list(wanted)


def card(page: Page) -> bytes:
    """The card of one page: claim, verdict, finding."""
    from PIL import Image, ImageDraw, ImageFont
    from PIL.PngImagePlugin import PngInfo

    title, verdict, finding = _words(page)
    plain, bold = _fonts()
    tone = TONE.get(verdict, MUTED)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=tone)

    def lines(text: str, file: str, size: int, fill: str, top: int, letters: int, most: int) -> int:
        font = ImageFont.truetype(file, size)
        for line in textwrap.wrap(text, letters, max_lines=most, placeholder=" ..."):
            draw.text((_LEFT, top), line, font=font, fill=fill)
            top += int(size * 1.32)
        return top

    top = lines(title, plain, 44, INK, 70, 42, 2)
    top = lines(verdict.capitalize(), bold, 76, tone, top + 26, 30, 1)
    lines(finding, plain, 48, INK, top + 26, 38, 3)
    lines(f"ca-research · {page.claim}", plain, 30, MUTED, HEIGHT - 76, 60, 1)
    buffer = io.BytesIO()
    few = image.quantize(colors=32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    said = PngInfo()
    said.add_itxt("Description", _said_by(page))
    few.save(buffer, format="PNG", compress_level=4, pnginfo=said)
    return buffer.getvalue()


def _words(page: Page) -> tuple[str, str, str]:
    """Title, verdict and finding."""
    head = page.headline
    assert head is not None
    return registry.claim(page.claim).title, head["verdict"], head["finding"]


def _said_by(page: Page) -> str:
    """What a card keeps in its file: its words, and the version that drew them."""
    return "\n".join((*_words(page), f"ca-research {__version__}"))


def _says(file: Path) -> str | None:
    """What the card in a file says; None where there is none."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            return str(image.info.get("Description"))
    except OSError:
        return None


@cache
def _fonts() -> tuple[str, ...]:
    """Files of the letters, plain and bold: those that come with matplotlib, which is not
    imported for them.
    """
    found = find_spec("matplotlib")
    folders = list(found.submodule_search_locations or ()) if found else []
    files = [
        Path(folder) / "mpl-data" / "fonts" / "ttf" / name
        for folder in folders[:1]
        for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    ]
    return tuple(map(str, files)) if files and all(f.is_file() for f in files) else ()
