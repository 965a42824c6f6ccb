"""What WCAG 2.2 AA asks of the pages: axe-core and what it cannot see (keyboard, zoom, motion,
paper, text in figures).
"""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE

# AXE is axe-core 4.12, from a package for tests; the browser puts it into the page, which itself
# loads nothing
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules whose answer depends on the scheme
BUT_COLOURS = {"runOnly": EVERYTHING, "rules": {rule: {"enabled": False} for rule in COLOURS}}
RUN_AXE = """asked => axe.run(document, {...asked, resultTypes: ["violations"], preload: false}).then(r =>
  r.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary.replace(/\\s+/g, " ")}`)))"""
# a figure is one image to a reader of the page; its parts would only cost time (their text:
# test_text_in_figures_can_be_read)
EMPTY = "document.querySelectorAll('figure svg').forEach(s => s.replaceChildren())"
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"
# Colours follow from the tags, classes and styles of an element and those it lies in. Of texts
# that are alike in these two are enough for axe, which looks at what lies behind each of them.
FEW_TEXTS = r"""() => {
  const seen = new Map();
  const kind = e => e === document.body ? "" : kind(e.parentElement) + ">" + e.tagName + "."
    + e.className + (e.getAttribute("style") || "").replace(/--\w+:[^;]*;?/g, "");
  const all = [...document.body.querySelectorAll("*:not(svg, svg *)")];
  for (const e of all) {
    const texts = [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const k = kind(e), n = seen.get(k) || 0;
    if (!texts.length) continue;
    seen.set(k, n + 1);
    if (n > 1) texts.forEach(t => t.remove());
  }
  all.reverse().forEach(e => e.childElementCount || e.textContent.trim() || e.matches("input, img") || e.remove());
}"""


def faults(pages):
    found = []
    for name, page in pages:
        page.evaluate(AXE)
        page.evaluate(UNFOLD)  # what is folded must be right too
        page.evaluate(EMPTY)
        found += [f"{name}: {line}" for line in page.evaluate(RUN_AXE, BUT_COLOURS)]
        page.evaluate(FEW_TEXTS)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            lines = page.evaluate(RUN_AXE, {"runOnly": COLOURS})
            found += [f"{name} ({scheme}): {line}" for line in lines]
    return found


def test_axe_finds_nothing_in_light_or_dark(each_page):
    assert faults(each_page(thin=True)) == []


def test_a_row_unlike_the_others_is_not_passed_over(open_page, thin_out):
    """What is left out of a page is like what remains: the one faint cell of a table is found."""
    page = open_page("methods.html")
    rows = "".join(f"<tr><td>{i}</td></tr>" for i in range(50))
    page.evaluate(
        f"""() => {{ document.querySelector("main").innerHTML = "<h1>Rows</h1><table><tbody>{rows}</tbody></table>";
          document.querySelector("tr:nth-child(40) td").style.color = "#eee" }}"""
    )
    thin_out(page)
    assert page.locator("tr").count() == 3
    page.evaluate(FEW_TEXTS)
    page.evaluate(AXE)
    (fault,) = page.evaluate(RUN_AXE, {"runOnly": COLOURS})
    assert fault.startswith("color-contrast")


@pytest.mark.long
def test_axe_finds_nothing_in_whole_pages(walk_through, one_of_each):
    assert faults(walk_through(one_of_each)) == []


def test_the_switch_gives_the_colours_of_the_scheme(open_page):
    colours = """() => Object.fromEntries([...document.styleSheets].flatMap(s => [...s.cssRules])
      .flatMap(r => r.cssRules ? [...r.cssRules] : [r]).filter(r => r.style).flatMap(r => [...r.style])
      .filter(p => p.startsWith("--")).map(p => [p, getComputedStyle(document.documentElement).getPropertyValue(p)]))"""
    light, dark = (open_page("index.html", scheme=s) for s in ("light", "dark"))
    want = {"light": light.evaluate(colours), "dark": dark.evaluate(colours)}
    assert want["light"]["--paper"] != want["dark"]["--paper"]
    light.get_by_role("button", name="Switch to dark colours").click()
    dark.get_by_role("button", name="Switch to light colours").click()
    assert light.evaluate(colours) == want["dark"] and dark.evaluate(colours) == want["light"]


STRUCTURE = """() => {
  const all = s => [...document.querySelectorAll(s)];
  return {
    lang: document.documentElement.lang,
    title: document.title,
    levels: all("h1, h2, h3, h4, h5, h6").map(h => [+h.tagName[1], h.textContent.trim()]),
    main: all("main").length,
    banner: all("body > header").length,
    foot: all("body > footer").length,
    navs: all("nav").map(n => n.getAttribute("aria-label")),
    outside: [...document.body.children].filter(e => !e.matches("header, main, footer, nav, script, .skip")).map(e => e.outerHTML.slice(0, 80)),
    scopeless: all("th:not([scope=col]):not([scope=row]):not([scope=colgroup]):not([scope=rowgroup])").map(e => e.outerHTML.slice(0, 80)),
    headless: all("table").filter(t => !t.querySelector("thead th")).map(e => e.outerHTML.slice(0, 80)),
    nameless: all("table").filter(t => !t.caption && !t.closest("[role=region][aria-label]") && !t.closest("details")?.querySelector("summary")).map(e => e.outerHTML.slice(0, 80)),
    mute: all("figure svg, svg[role=img]").filter(s => (s.getAttribute("aria-label") || "").trim().length < 20).map(e => e.getAttribute("aria-label")),
    ids: all("[id]").map(e => e.id),
    lost: all("a[href^='#']").map(a => a.getAttribute("href").slice(1)).filter(i => !document.getElementById(i)),
    forward: all("[tabindex]").filter(e => e.tabIndex > 0).map(e => e.outerHTML.slice(0, 80)),
  }
}"""


def test_headings_landmarks_and_tables_are_what_they_say(each_page):
    """Every page opens without a complaint, too: `open_page` looks for one."""
    for name, page in each_page():
        s = page.evaluate(STRUCTURE)
        levels = [level for level, _ in s["levels"]]
        assert s["lang"] == "en" and s["title"], name
        assert levels[0] == 1 and levels.count(1) == 1, f"{name}: {levels}"
        skipped = [
            text
            for (before, _), (level, text) in zip(s["levels"], s["levels"][1:], strict=False)
            if level > before + 1
        ]
        assert skipped == [], f"{name}: a level is skipped before {skipped}"
        assert all(text for _, text in s["levels"]), name
        assert (s["main"], s["banner"], s["foot"]) == (1, 1, 1), name
        assert all(s["navs"]) and len(set(s["navs"])) == len(s["navs"]), f"{name}: {s['navs']}"
        assert len(set(s["ids"])) == len(s["ids"]), (
            f"{name}: {sorted({i for i in s['ids'] if s['ids'].count(i) > 1})}"
        )
        for fault in ("outside", "scopeless", "headless", "nameless", "mute", "lost", "forward"):
            assert s[fault] == [], f"{name}: {fault}: {s[fault]}"


def test_no_two_pages_have_the_same_title(report, names):
    titles = {}
    for name in names:
        titles.setdefault(
            re.search(r"<title>(.*?)</title>", (report / name).read_text(encoding="utf-8"))[1], []
        ).append(name)
    assert {t: n for t, n in titles.items() if len(n) > 1} == {}


# --- keyboard

# Numbers of a row share one answer, and the first of them is a stop: see test_following_numbers. Of
# radio buttons the chosen one is a stop, and arrows lead to the others.

CAN_TAKE_FOCUS = """() => {
  const seen = e => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && e.getClientRects().length;
  const wanted = [...document.querySelectorAll("a[href], button, select, input, textarea, summary, [tabindex='0']")].filter(e => seen(e) && !e.matches(".num[tabindex='-1'], [type=radio]:not(:checked)"));
  wanted.forEach((e, i) => e.dataset.order = i);
  return wanted.length
}"""
LISTEN = """() => { window.walk = []; addEventListener("focusin", event => {
  const e = event.target, s = getComputedStyle(e), r = e.getBoundingClientRect();
  walk.push({order: e.dataset.order ?? null, html: e.outerHTML.slice(0, 100),
    ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && s.outlineColor !== s.backgroundColor,
    inside: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth})
}) }"""


def walk(page):
    """Tabs through the page once; returns how many elements there are to reach, and each stop."""
    wanted = page.evaluate(CAN_TAKE_FOCUS)
    page.evaluate(LISTEN)
    for _ in range(wanted):
        page.keyboard.press("Tab")
    page.wait_for_timeout(50)  # focus events of the last key
    return wanted, page.evaluate("walk")


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.long)])
def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(each_kind, width):
    for name, page in each_kind(width=width, reduced_motion="reduce"):
        page.evaluate("document.querySelectorAll('main details').forEach((d, i) => d.open = i % 2)")
        wanted, stops = walk(page)
        assert [s["order"] for s in stops] == [str(i) for i in range(wanted)], name
        assert [s["html"] for s in stops if not s["ring"]] == [], f"{name}: focus does not show"
        assert [s["html"] for s in stops if not s["inside"]] == [], f"{name}: focus is out of sight"


def test_what_scrolls_can_be_scrolled_by_keys(each_page):
    """What overflows its box sideways takes focus, or has something inside that does."""
    for name, page in each_page(width=320):
        page.evaluate(UNFOLD)
        stuck = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter(e => e.scrollWidth > e.clientWidth + 1
              && ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.clientWidth
              && e.getAttribute("tabindex") !== "0").map(e => e.outerHTML.slice(0, 100))"""
        )
        assert stuck == [], name


def test_the_skip_link_leads_past_the_head(open_page):
    page = open_page("c30-as-of-latest.html")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content" and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_folds_open_and_filters_work_by_keys_alone(open_page):
    page = open_page("c30-as-of-latest.html")
    fold = page.locator("main details").first
    fold.locator("summary").focus()
    for key in ("Enter", "Space"):
        before = fold.evaluate("d => d.open")
        page.keyboard.press(key)
        assert fold.evaluate("d => d.open") is not before, key
    page.locator("#theme").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page = open_page("index.html")
    everything = page.locator(".card:visible").count()
    page.locator("#by-verdict").focus()
    page.keyboard.press("s")  # the first option that begins so
    assert 0 < page.locator(".card:visible").count() < everything


# --- small screens, large text, still pictures

CUT = """() => [...document.querySelectorAll("body *")].filter(e => {
  const s = getComputedStyle(e);
  if (e.closest("svg, [aria-hidden=true], .skip") || !e.clientHeight || s.display === "inline") return false;
  const x = e.scrollWidth > e.clientWidth + 1, y = e.scrollHeight > e.clientHeight + 1;
  return (x && ["hidden", "clip"].includes(s.overflowX)) || (y && ["hidden", "clip"].includes(s.overflowY))
    || s.textOverflow === "ellipsis"
}).map(e => e.outerHTML.slice(0, 100))"""
# text that sticks out of the page, or of the box that it stands in: the nearest one that does not
# grow with what it holds, as an inline box does and one without a rectangle
STICKS_OUT = """() => { return [...document.querySelectorAll("main p, main li, main h1, main h2, main h3, main dt, main dd, main .badge, main summary, main a, main label, footer *, header *")]
  .filter(e => !e.closest(".scroll, pre, .skip, svg, details:not([open]) > :not(summary)") && e.getClientRects().length)
  .filter(e => [...e.getClientRects()].some(r => r.right > innerWidth + 1 || r.left < -1)
    || boxed(e.parentElement).getBoundingClientRect().right + 1 < Math.max(...[...e.getClientRects()].map(r => r.right))
    || (e.clientWidth && e.scrollWidth > e.clientWidth + 1))
  .map(e => e.outerHTML.slice(0, 100));
  function boxed(e) { return ["inline", "contents"].includes(getComputedStyle(e).display) ? boxed(e.parentElement) : e }}"""


def test_no_page_scrolls_sideways_and_nothing_is_cut(each_page):
    for name, page in each_page():
        page.evaluate(UNFOLD)
        for width in (1280, 768, 640, 375, 320):  # 640 is 1280 at a zoom of 200 %
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                f"{name} at {width}"
            )
            assert page.evaluate(CUT) == [], f"{name} at {width}"
            assert page.evaluate(STICKS_OUT) == [], f"{name} at {width}"
        page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(
    "text",
    [
        "<p>unbreakable</p>",
        "<p><span><a href='#x'>unbreakable</a></span></p>",
        "<p><span style='display:contents'><a href='#x'>unbreakable</a></span></p>",
    ],
)
def test_text_too_wide_for_its_box_is_seen(open_page, text):
    page = open_page("methods.html")
    page.evaluate(
        """text => { const box = document.createElement("div"); box.innerHTML = text;
          Object.assign(box.style, {width: "2rem", overflowWrap: "normal"});
          document.querySelector("main").replaceChildren(box) }""",
        text,
    )
    assert page.evaluate(STICKS_OUT) != []


def test_text_grows_with_the_readers_own_size(each_kind):
    size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    for name, page in each_kind():
        before = page.evaluate(size)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(size) == pytest.approx(2 * before), name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
        assert page.evaluate(CUT) == [], name


def test_wider_spacing_cuts_nothing(each_kind):
    """WCAG 1.4.12: line height 1.5, paragraphs 2, letters 0.12 and words 0.16 times the size of the
    text.
    """
    for name, page in each_kind(width=320):
        page.evaluate(UNFOLD)
        page.evaluate(
            """() => document.querySelectorAll("body *").forEach(e => Object.assign(e.style,
              {lineHeight: "1.5", letterSpacing: ".12em", wordSpacing: ".16em", ...(e.tagName === "P" && {marginBottom: "2em"})}))"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        assert page.evaluate(CUT) == [], name


def test_nothing_moves_for_who_asked_for_less_motion(each_kind):
    moves = """() => [document.documentElement, ...document.querySelectorAll("body, body *")].filter(e => {
      const s = getComputedStyle(e);
      return s.scrollBehavior === "smooth" || s.animationName !== "none" || s.transitionDuration.split(", ").some(d => parseFloat(d) > 0)
    }).map(e => e.tagName)"""
    for name, page in each_kind(reduced_motion="reduce"):
        assert (
            page.evaluate(moves) == [] and page.evaluate("document.getAnimations().length") == 0
        ), name


def test_targets_are_large_enough_on_a_phone(each_kind):
    for name, page in each_kind(width=375):
        page.evaluate(AXE)
        page.evaluate(UNFOLD)
        assert page.evaluate(RUN_AXE, {"runOnly": ["target-size"]}) == [], name


# --- figures

FAINT = """() => {
  const rgb = s => { const m = s.match(/[\\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1] };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const light = c => { const l = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * l[0] + .7152 * l[1] + .0722 * l[2] };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) };
  const solid = (e, kind) => { let o = 1; for (let n = e; n && n.tagName !== "svg"; n = n.parentElement) o *= +getComputedStyle(n).opacity;
    const s = getComputedStyle(e), c = rgb(s[kind]); c[3] *= o * +s[kind + "Opacity"]; return c };
  const found = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const shapes = [...svg.querySelectorAll("path, rect, circle, polygon, use")], paper = rgb(getComputedStyle(document.body).backgroundColor);
    const areas = shapes.filter(e => !e.closest("defs") && getComputedStyle(e).fill !== "none")
      .map(e => [e, e.getBoundingClientRect(), e.getScreenCTM()]).filter(([e, r, m]) => r.width && r.height && m);
    for (const text of svg.querySelectorAll("text")) {
      const r = text.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
      if (!r.width || !text.textContent.trim()) continue;
      let under = paper.slice(0, 3);
      for (const [e, b, m] of areas) {
        if (!(e.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
        if (x < b.left || x > b.right || y < b.top || y > b.bottom) continue;
        const round = ((x - b.x) / b.width - .5) ** 2 + ((y - b.y) / b.height - .5) ** 2 <= .25;  // a marker: taken for a disc
        if (e.tagName === "use" ? round : e.isPointInFill(new DOMPoint(x, y).matrixTransform(m.inverse()))) under = over(solid(e, "fill"), under);
      }
      const ratio = contrast(over(solid(text, "fill"), under), under);
      if (ratio < 4.5) found.push(`${text.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
  }
  return [...new Set(found)]
}"""


def test_text_in_figures_can_be_read(each_page):
    """Contrast 4.5 with what lies under it: axe-core does not look into pictures."""
    for name, page in each_page():
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(FAINT) == [], f"{name} ({scheme})"
