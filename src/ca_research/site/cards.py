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

from .. import __version__
from ..ground.display import INK, MUTED, PAPER
from ..ground.files import write_whole
from ..runs.store import made_here
from . import parts
from .colours import TONE
from .read import Page

FOLDER = "share"
WIDTH, HEIGHT = 1200, 630
"""Pixels, as previews ask for."""

_LEFT = 80


def address(page: Page) -> str:
    """Where the card of a page lies, seen from the page; '' where it has no verdict or no letters
    to draw it with.
    """
    return f"{FOLDER}/{page.run_id}.png" if page.lead and _fonts() else ""


def write(pages: Sequence[Page], out: Path) -> list[Path]:
    """Write the cards of all pages with a verdict; those of pages that are gone are removed."""
    wanted = {out / address(p): p for p in pages if address(p)}
    if wanted:
        (out / FOLDER).mkdir(exist_ok=True)
    for file, page in wanted.items():
        if _says(file) != _said_by(page):
            write_whole(file, card(page))
    for stale in filter(made_here, set((out / FOLDER).glob("*.png")) - wanted.keys()):
        stale.unlink()
    return list(wanted)


def card(page: Page) -> bytes:
    """The card of one page: what was tested, its verdict, the finding, and on what that stands."""
    from PIL import Image, ImageDraw, ImageFont
    from PIL.PngImagePlugin import PngInfo

    when, tested, verdict, finding, footing, printed = _words(page)
    plain, bold = _fonts()
    tone = TONE.get(verdict.split(",")[0], MUTED)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=tone)

    def lines(text: str, file: str, size: int, ink: str, top: int, letters: int, most: int) -> int:
        font = ImageFont.truetype(file, size)
        for line in textwrap.wrap(text, letters, max_lines=most, placeholder=" ..."):
            draw.text((_LEFT, top), line, font=font, fill=ink)
            top += int(size * 1.32)
        return top

    top = lines(f"{page.claim} · {when}", plain, 28, MUTED, 30, 66, 1)
    top = lines(f"Tested: {tested}", plain, 36, INK, top + 6, 52, 4)
    top = lines(verdict.capitalize(), bold, 62, tone, top + 14, 32, 1)
    lines(finding, plain, 40, INK, top + 12, 46, 2)
    lines(printed, plain, 28, MUTED, HEIGHT - 112, 66, 1)
    lines(footing, plain, 28, MUTED, HEIGHT - 68, 66, 1)
    buffer, said = io.BytesIO(), PngInfo()
    said.add_itxt("Description", _said_by(page))
    small = image.quantize(32, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.save(buffer, format="PNG", compress_level=4, pnginfo=said)
    return buffer.getvalue()


def _words(page: Page) -> tuple[str, ...]:
    """For whom and with what it was judged, what was tested, its verdict and finding, how near that
    is to the sentence with certainty and years, and the sentence as printed.
    """
    head = page.lead
    assert head is not None
    said = ", ".join(filter(None, (parts.judged_for(page.params), parts.day(page.as_of))))
    when = f"{said[:1].upper()}{said[1:]}"
    first, last = (head["coverage"].get(end) for end in ("from", "to"))
    level, near = head["certainty"].get("level"), parts.nearness(head, len(page.verdicts))
    footing = (
        f"It {near}" if near and head["nearness"] is not None else "",
        f"certainty {level}" if level else "",
        (f"figures of {first} to {last}" if first != last else f"figures of {last}")
        if last
        else "",
    )
    return (
        when,
        head["statement"],
        head["verdict"] + (", fragile" if head["fragile"] else ""),
        head["finding"],
        " · ".join(filter(None, footing)),
        f"The sentence as printed: {head['as_printed']}",
    )


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
    folder = Path(found.origin).parent if found and found.origin else Path()
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    files = [folder / "mpl-data" / "fonts" / "ttf" / name for name in names]
    return tuple(map(str, files)) if all(file.is_file() for file in files) else ()
