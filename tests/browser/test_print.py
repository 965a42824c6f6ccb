"""The pages on paper: light, whole, without what only a screen can use, and no figure cut in
two.
"""

import re

MM = 96 / 25.4  # CSS pixels
WIDTH, HEIGHT = (
    round((210 - 2 * 15) * MM),
    round((297 - 2 * 16) * MM),
)  # A4 within the margins of @page


def test_nothing_is_cut_and_no_figure_is_taller_than_a_sheet(each_page):
    for name, page in each_page(width=WIDTH):
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, name
        figures = page.evaluate(
            """() => [...document.querySelectorAll("figure svg")].filter(s => s.checkVisibility()).map(s => { const f = s.closest(".by") || s.closest("figure"), r = s.getBoundingClientRect();
              return [f.id, f.getBoundingClientRect().height, r.right, r.height, getComputedStyle(f).breakInside] })"""
        )
        for figure, height, right, drawn, rule in figures:
            assert rule == "avoid" and drawn > 0, f"{name}#{figure}"
            assert height <= HEIGHT and right <= WIDTH + 1, (
                f"{name}#{figure}: {height:.0f} px high, ends at {right:.0f}"
            )
        rows = page.evaluate(
            "[...document.querySelectorAll('tr')].map(e => getComputedStyle(e).breakInside)"
        )
        assert set(rows) <= {"avoid"}, name


# of a fold that holds a picture or a table the title is printed once, above that
LOST = """() => {
  const seen = e => e.checkVisibility() && e.getClientRects().length;
  const again = e => e.matches(".extra > summary") && [...e.parentElement.querySelectorAll("h3")]
    .some(h => seen(h) && e.textContent.trim().endsWith(`: ${h.firstChild.data.trim()}`));
  const only_a_screen = ".top, .more-pages, .skip, .filters, .switch, .toc, .beside, .copy, .whence, .get, .anchor, #methods .prose > :is(h3, h4, h5):last-child, .fold:has(> #code), details.code, #code, script, [hidden], [popover]";
  return [...document.querySelectorAll("body *")].filter(e => !e.closest(only_a_screen) && !e.closest("svg")
    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !seen(e) && !again(e))
    .map(e => e.outerHTML.slice(0, 120))
}"""
OF_THE_SCREEN = """[...document.querySelectorAll(".top *, .skip, .filters *, .switch *, nav.toc *, details.code *, button:not(.num)")]
  .filter(e => e.checkVisibility() && e.getClientRects().length).map(e => e.outerHTML.slice(0, 120))"""


EMPTY_HEADINGS = """() => {
  const seen = e => e.checkVisibility() && e.getClientRects().length && (e.tagName === "svg" || e.innerText.trim());
  const heads = [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen);
  const said = [...document.querySelectorAll("main :is(p, li, dd, td, pre, svg)")].filter(seen);
  return heads.filter((h, i) => {
    const end = heads.slice(i + 1).find(o => o.tagName <= h.tagName);
    const after = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
    return !said.some(e => after(h, e) && !h.contains(e) && (!end || after(e, end) && !e.contains(end)));
  }).map(h => h.innerText)
}"""


def test_all_text_is_printed_folded_or_not_without_code_buttons_or_bare_headings(each_page):
    for name, page in each_page():
        page.emulate_media(media="print")
        assert page.evaluate(LOST) == [], name
        assert page.evaluate(OF_THE_SCREEN) == [], name
        assert page.evaluate(EMPTY_HEADINGS) == [], f"{name}: a heading over nothing"
        foot = page.locator("footer .paper").inner_text()
        assert foot.startswith(name) and re.search(r"made on \d+ \w+ \d{4}$", foot), name


def test_paper_is_light_whatever_the_screen_shows(each_kind):
    """Dark by the scheme of the screen, then by the reader's own switch."""
    look = """() => ["body", "h1", "main p", "a", "figure svg text", "td"].map(s => document.querySelector(s)).filter(e => e)
      .map(e => { const s = getComputedStyle(e); return [s.color, s.fill, s.backgroundColor] })"""

    def seen(page, media, scheme):
        page.emulate_media(media=media, color_scheme=scheme)
        return page.evaluate(look)

    for name, page in each_kind():
        want = seen(page, "print", "light")
        assert seen(page, "screen", "dark") != want, name
        assert seen(page, "print", "dark") == want, name
        page.emulate_media(media="screen", color_scheme="light")
        page.get_by_role("button", name="Switch to dark colours").click()
        assert seen(page, "screen", "light") != want, name
        assert seen(page, "print", "light") == want, name
        page.evaluate("localStorage.clear()")  # the next page follows the screen again


def test_the_browser_makes_a_document_of_sensible_length(walk_through, one_of_each):
    """A page to be read fits 30 sheets; the register and the data page are for looking up, and
    print every rule and row.
    """
    for name, page in walk_through(one_of_each):
        pdf = page.pdf(prefer_css_page_size=True, format="A4")
        sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
        assert 1 <= sheets <= (100 if name.startswith(("register", "data-")) else 30), name
        assert b"/Font" in pdf, f"{name}: text is text"


def test_all_pictures_of_a_choice_are_printed_under_their_names(open_page):
    page = open_page("c33-as-of-latest-economy-ca5.html")
    choices = page.locator("#figure .switch label").all_inner_texts()
    page.emulate_media(media="print")
    shown = page.locator("#figure .by")
    assert len(choices) == shown.count() == 3
    assert [words.strip() for words in choices] == page.locator(
        "#figure .by .paper"
    ).all_inner_texts()
    assert all(shown.nth(i).locator("svg").first.is_visible() for i in range(3))
