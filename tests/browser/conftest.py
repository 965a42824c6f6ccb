"""A Chromium for each module, and pages of the report opened in it."""

import os
import shutil

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHARES = 6  # all pages are dealt out, so that workers take their part of them
ONE_OF_EACH = "one of each"


@pytest.fixture(
    scope="module"
)  # its event loop would stand in the way of other tests of the same worker
def browser():
    if CHROMIUM is None:
        if os.environ.get("CA_RESEARCH_REQUIRE_BROWSER"):
            pytest.fail("no Chromium is installed, and CA_RESEARCH_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, report):
    """Opens a page of the report and fails the test if it asks for anything or writes to the
    console.
    """
    contexts, complaints = [], []

    def opener(name, width=1280, scheme="light", **more):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            accept_downloads=True,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: complaints.append(f"error: {e}"))
        page.on(
            "request",
            lambda r: (
                complaints.append(f"request: {r.url}")
                if not r.url.startswith(("file:", "data:"))
                else None
            ),
        )
        page.goto((report / name).as_uri())
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def names(report):
    """The file names of all pages."""
    return sorted(p.name for p in report.glob("*.html"))


@pytest.fixture(
    params=[ONE_OF_EACH, *(pytest.param(i, marks=pytest.mark.long) for i in range(SHARES))]
)
def some_pages(request, names, one_of_each):
    """The file names of a page of each kind, then of one share of all pages after another."""
    return one_of_each if request.param == ONE_OF_EACH else names[request.param :: SHARES]


@pytest.fixture
def each_page(open_page, report, some_pages):
    """Walks through some pages in one window: `for name, page in each_page(width=320)`."""

    def walk(**more):
        page = None
        for name in some_pages:
            if page is None:
                page = open_page(name, **more)
            else:
                page.goto((report / name).as_uri())
            yield name, page

    return walk


@pytest.fixture
def one_of_each(names):
    """A page of each kind that there is: of a claim with readings, of one on one economy, of an
    opinion, brief, overview, and the rest.
    """
    wanted = ("c30-", "c33-as-of-latest-economy-ca5", "o01-", "brief-", "overview-")
    single = [next(n for n in names if n.startswith(w)) for w in wanted]
    runs = ("c", "o0", "o1", "brief-", "overview-")
    return sorted({*single, *(n for n in names if not n.startswith(runs))})
