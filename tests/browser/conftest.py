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
PATIENCE = 120_000
"""Milliseconds that a step may take where others keep the machine busy."""
SHARES = 6  # all pages are dealt out, so that workers take their part of them
ONE_OF_EACH = "one of each"
SHAPES = "two of each shape"
# Of what is repeated (rows, entries, sources of a table, answers of numbers) two of each shape
# remain: a table of 700 rows costs axe and the Tab key a hundred times what its rows differ in.
# Texts and names are no part of a shape, but that there is one is; classes and styles are.
THIN = r"""() => {
  const shape = e => e.outerHTML
    .replace(/>[^<]*[^<\s][^<]*(?=<)/g, ">x")
    .replace(/ (?!class|style|type|scope|role)([\w-]+)="[^"]+"/g, ' $1="x"');
  const cut = (box, inside) => document.querySelectorAll(box).forEach(b => {
    const seen = new Map();
    for (const e of inside ? b.querySelectorAll(inside) : [...b.children]) {
      const s = shape(e);
      seen.set(s, (seen.get(s) || 0) + 1);
      if (seen.get(s) > 2) e.remove();
    }
  });
  cut("tbody, ul, ol"); cut(".origin details", "a"); cut("main", "details.entry");
  const asked = new Set([...document.querySelectorAll(".num")].map(b => b.getAttribute("popovertarget")));
  document.querySelectorAll(".whence").forEach(e => asked.has(e.id) || e.remove());
  cut("main", ".whence");
}"""


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
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE
        )
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
        context.set_default_timeout(PATIENCE)
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
def thin_out():
    """Leaves two of each shape in a page."""
    return lambda page: page.evaluate(THIN)


@pytest.fixture
def walk_through(open_page, report, thin_out):
    """Opens pages one after another in one window."""

    def walk(pages, thin=False, **more):
        page = None
        for name in pages:
            if page is None:
                page = open_page(name, **more)
            else:
                page.goto((report / name).as_uri())
            if thin:
                thin_out(page)
            yield name, page

    return walk


@pytest.fixture
def each_page(walk_through, some_pages):
    """Walks through some pages: `for name, page in each_page(width=320)`; with `thin=True` through
    two rows of each shape alone.
    """

    def walk(**more):
        return walk_through(some_pages, **more)

    return walk


@pytest.fixture(params=[SHAPES, pytest.param("whole", marks=pytest.mark.long)])
def each_kind(request, walk_through, one_of_each):
    """Walks through a page of each kind: two rows of each shape, and in the long tests all."""

    def walk(**more):
        return walk_through(one_of_each, thin=request.param == SHAPES, **more)

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
