"""Pictures in the browser: nothing hostile runs without the policy either, and drawings look as
they were drawn.
"""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ca_research.plots.show import to_svg
from ca_research.site.render import svg_markup
from ca_research.site.svg import INHERITED, clean

HOSTILE = [
    "<script>window.hit=1</script>",
    '<g onload="window.hit=1"><path d="M 0 0"/></g>',
    "<foreignObject><img src='http://127.0.0.1:9/x' onerror='window.hit=1'/></foreignObject>",
    "<image href='http://127.0.0.1:9/x.png' onerror='window.hit=1'/>",
    "<use href='http://127.0.0.1:9/x.svg#a'/>",
    "<style>@import url(http://127.0.0.1:9/x.css)</style>",
    "<path d='M 0 0 L 9 9' style='fill:url(http://127.0.0.1:9/x)'/>",
    "<animate attributeName='x' begin='0s' onbegin='window.hit=1'/>",
    "</svg><img src=x onerror=window.hit=1><svg>",
]


@pytest.mark.parametrize("inside", HOSTILE)
def test_a_hostile_picture_does_nothing(browser, inside):
    def seen(markup: str) -> tuple[bool, list[str]]:
        page, asked = browser.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(f"<!doctype html><main>{markup}</main>")
        page.wait_for_timeout(200)
        hit = page.evaluate("window.hit === 1")
        page.close()
        return hit, asked

    raw = f'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" viewBox="0 0 9 9">{inside}</svg>'
    assert seen(svg_markup(raw, "p", "words")) == (False, [])


def drawings() -> str:
    rng = np.random.default_rng(0)
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].plot(rng.random(9), "o--", label="a < b")
    axes[0, 0].legend()
    axes[0, 1].bar(["x", "y"], [1, 2], hatch="//", alpha=0.5)
    axes[1, 0].imshow(rng.random((4, 4)))
    axes[1, 1].fill_between([0, 1], [0, 1], alpha=0.3)
    axes[1, 1].annotate("there", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"}, rotation=30)
    svg = to_svg(figure)
    plt.close(figure)
    return svg


def test_a_drawing_looks_as_it_was_drawn(browser):
    raw = drawings()
    shots = []
    for svg in (raw, clean(raw).replace("<svg", f'<svg style="{INHERITED}"', 1)):
        page = browser.new_page()
        page.set_content(f"<!doctype html>{svg}")
        shots.append(page.locator("svg").screenshot())
        page.close()
    assert shots[0] == shots[1]
