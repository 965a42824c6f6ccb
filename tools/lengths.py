"""How long the pages of a report are, and how soon each shows its first picture, as a table.

python tools/lengths.py [REPORT]: all pages of the report (reports/, if none is named) at the width
of a desktop and of a phone, folds closed. Ends with 1 where a page of a claim has its picture too
late, or their median is too long. Needs Chromium.
"""

from __future__ import annotations

import re
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright


@dataclass(frozen=True)
class Screen:
    """Width and height in pixels, the longest median page of a claim, and the most screens before
    its first picture.
    """

    name: str
    width: int
    height: int
    longest: int
    screens: float

    @property
    def latest(self) -> int:
        """Pixels above the first picture, at most."""
        return int(self.height * self.screens)


SCREENS = (Screen("desktop", 1280, 800, 7_000, 1.5), Screen("phone", 375, 812, 11_000, 2.0))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
MEASURE = """() => {
  const figures = [...document.querySelectorAll("main figure:has(svg, table)")];
  const first = figures.find(f => f.checkVisibility());
  const top = first ? first.getBoundingClientRect().top : null;
  return [document.documentElement.scrollHeight, top === null ? null : top + scrollY,
          document.documentElement.scrollWidth];
}"""


Measured = tuple[int, float | None, int]
"""Length, place of the first picture and width of what is shown."""


def kind(name: str) -> str:
    """What a page is, by its file name.

    >>> kind("c33-as-of-latest-economy-kaz.html"), kind("o02-as-of-latest.html"), kind("index.html")
    ('claims, one country', 'opinions', 'index')
    """
    found = re.match(r"(?:([co])\d\d|(.*?))(?:-as-of-.*?)?(-economy-(?!ca5)\w+)?\.html", name)
    of_claim, other, country = found.groups() if found else ("", name, "")
    if of_claim == "c":
        return "claims, one country" if country else "claims"
    return "opinions" if of_claim else other


def measured(page: Page, files: list[Path]) -> dict[str, Measured]:
    """What is measured of each page, by file name."""
    found = {}
    for file in files:
        page.goto(file.as_uri())
        found[file.name] = tuple(page.evaluate(MEASURE))
    return found


def table(found: dict[str, Measured]) -> pd.DataFrame:
    """A row for each kind of page, the longest kinds first."""
    pages = pd.DataFrame.from_dict(found, "index", columns=["length", "picture", "width"])
    by_kind = pages.groupby(pages.index.map(kind))
    return pd.DataFrame(
        {
            "pages": by_kind.size(),
            "median length": by_kind["length"].median(),
            "longest": by_kind["length"].max(),
            "which": by_kind["length"].idxmax(),
            "latest first picture": by_kind["picture"].max(),
        }
    ).sort_values("longest", ascending=False)


def faults(screen: Screen, found: dict[str, Measured]) -> list[str]:
    """What breaks a limit."""
    claims = {name: page for name, page in found.items() if kind(name).startswith("claims")}
    broken = [
        f"{name}: first picture at {top:,.0f} px"
        for name, (_, top, _) in claims.items()
        if top is not None and top > screen.latest
    ]
    broken += [
        f"{name}: {wide} px wide" for name, (*_, wide) in found.items() if wide > screen.width
    ]
    if claims and statistics.median(length for length, *_ in claims.values()) > screen.longest:
        broken.append("the median page of a claim is too long")
    return [f"{screen.name}: {line}" for line in broken]


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "reports").resolve()
    files = sorted(folder.glob("*.html"))
    broken: list[str] = []
    with sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for screen in SCREENS:
            page = browser.new_page(viewport={"width": screen.width, "height": screen.height})
            found = measured(page, files)
            page.close()
            print(
                f"{screen.name}, {screen.width} x {screen.height} px; claims: median at most ",
                end="",
            )
            print(f"{screen.longest:,}, first picture by {screen.latest:,}")
            print(table(found).round().to_string(), end="\n\n")
            broken += faults(screen, found)
        browser.close()
    print("\n".join(broken) or "no limit is broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
