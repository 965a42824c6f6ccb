"""How long pages are with their folds closed, and how soon a reader sees the first picture."""

import statistics

import pytest

from ca_research import registry
from ca_research.runs import plan

SCREENS = {"desktop": (1280, 800, 7_000, 1.5), "phone": (375, 812, 11_000, 2.0)}
"""Width and height in pixels, the longest median page, and the most screens before a picture."""

MEASURE = """() => [document.documentElement.scrollHeight,
  document.querySelector("main figure").getBoundingClientRect().top + scrollY]"""


@pytest.fixture
def judged():
    """The pages of claims that have criteria."""
    specs = registry.claims()
    runs = [r for r in plan() if r.claim in specs and specs[r.claim].criteria()]
    return [f"{r.run_id}.html" for r in runs]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_is_short_and_its_picture_near(walk_through, judged, screen):
    width, height, longest, screens = SCREENS[screen]
    found = {name: page.evaluate(MEASURE) for name, page in walk_through(judged, width=width)}
    assert len(found) == len(judged) > 60
    assert statistics.median(length for length, _ in found.values()) <= longest
    late = {name: round(top) for name, (_, top) in found.items() if top > screens * height}
    assert late == {}
