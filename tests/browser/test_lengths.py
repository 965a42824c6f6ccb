"""How long pages are with their folds closed, and how soon a reader sees the first picture."""

import statistics

import pytest

from ca_research import registry
from ca_research.runs import plan

SCREENS = {"desktop": (1280, 800, 7_000, 1.5), "phone": (375, 812, 11_000, 2.0)}
"""Width and height in pixels, the longest median page, and the most screens before a picture."""

MEASURE = """() => [document.documentElement.scrollHeight,
  document.querySelector("main figure").getBoundingClientRect().top + scrollY]"""


@pytest.fixture(
    params=[pytest.param(1, id="every", marks=pytest.mark.long), pytest.param(8, id="some")]
)
def judged(request):
    """The pages of claims that have criteria, all or each so many."""
    specs = registry.claims()
    runs = [r for r in plan() if r.claim in specs and specs[r.claim].criteria()]
    assert len(runs) > 60
    return [f"{r.run_id}.html" for r in runs][:: request.param]


def test_pages_are_short_and_their_pictures_near(walk_through, judged):
    found = {screen: {} for screen in SCREENS}
    for name, page in walk_through(judged):
        for screen, (width, height, *_) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            found[screen][name] = page.evaluate(MEASURE)
    for screen, (_, height, longest, screens) in SCREENS.items():
        assert statistics.median(length for length, _ in found[screen].values()) <= longest
        late = {
            name: round(top) for name, (_, top) in found[screen].items() if top > screens * height
        }
        assert late == {}, screen
