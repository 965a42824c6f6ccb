"""How long the pages of a report are, and how soon each shows its first picture, as a table.

python tools/lengths.py [REPORT]: all pages of the report (reports/, if none is named) at the width
of a desktop and of a phone, folds closed. Ends with 1 where a page of a claim has its picture too
late, or their median is too long. Needs Chromium.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

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


SCREENS = (Screen("desktop", 1280, 900, 7_000, 1.5), Screen("phone", 375, 667, 11_000, 2.0))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
MEASURE = """() => {
  const figures = [...document.querySelectorAll("main figure:has(svg, table)")];
  const first = figures.find(f => f.checkVisibility());
  const top = first ? first.getBoundingClientRect().top : null;
  return [document.documentElement.scrollHeight, top === null ? null : top + scrollY,
          document.documentElement.scrollWidth];
}"""


def kind(name: str) -> str:
    """What a page is, by its file name.

    >>> kind("c33-as-of-latest-economy-kaz.html"), kind("o02-as-of-latest.html"), kind("index.html")
    ('claims, one country', 'opinions', 'index')
    """
    stem = name.removesuffix(".html")
    if stem.startswith("o") and stem[1:3].isdigit():
        return "opinions"
    if stem.startswith("c") and stem[1:3].isdigit():
        one = "-economy-" in stem and not stem.endswith("-ca5")
        return "claims, one country" if one else "claims"
    return "briefs" if stem.startswith("brief-") else stem.partition("-as-of-")[0]


def measured(page: Page, files: list[Path]) -> dict[str, tuple[int, float | None, int]]:
    """Length, place of the first picture and width of what is shown, by file name."""
    found = {}
    for file in files:
        page.goto(file.as_uri())
        found[file.name] = tuple(page.evaluate(MEASURE))
    return found


def table(screen: Screen, found: dict[str, tuple[int, float | None, int]]) -> list[str]:
    """A row for each kind of page, the longest kinds first."""
    kinds: dict[str, list[str]] = {}
    for name in found:
        kinds.setdefault(kind(name), []).append(name)
    lines = [
        f"{screen.name}, {screen.width} x {screen.height} px; claims: median at most "
        f"{screen.longest:,}, first picture by {screen.latest:,}",
        "| kind of page | pages | median length | longest | which | latest first picture | which |",
        "|---|---:|---:|---:|---|---:|---|",
    ]
    for words, names in sorted(kinds.items(), key=lambda k: -max(found[n][0] for n in k[1])):
        longest = max(names, key=lambda n: found[n][0])
        shown = [n for n in names if found[n][1] is not None]
        late = max(shown, key=lambda n: found[n][1] or 0.0, default="")
        at = f"{found[late][1]:,.0f}" if late else "none"
        median = statistics.median(found[n][0] for n in names)
        lines.append(
            f"| {words} | {len(names)} | {median:,.0f} | {found[longest][0]:,} | "
            f"{longest.removesuffix('.html')} | {at} | {late.removesuffix('.html')} |"
        )
    return lines


def faults(screen: Screen, found: dict[str, tuple[int, float | None, int]]) -> list[str]:
    """What breaks a limit."""
    claims = {n: v for n, v in found.items() if kind(n).startswith("claims")}
    broken = [
        f"{name}: first picture at {top:,.0f} px"
        for name, (_, top, _) in claims.items()
        if top is not None and top > screen.latest
    ]
    broken += [
        f"{name}: {wide} px wide" for name, (*_, wide) in found.items() if wide > screen.width
    ]
    if claims and statistics.median(v[0] for v in claims.values()) > screen.longest:
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
            print("\n".join(table(screen, found)), end="\n\n")
            over = sorted(n for n, v in found.items() if v[0] > screen.longest)
            print(f"longer than {screen.longest:,} px: {', '.join(over) or 'none'}\n")
            broken += faults(screen, found)
        browser.close()
    print("\n".join(broken) or "no limit is broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
