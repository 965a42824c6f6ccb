// What a browser can say of a page: each function gives the faults, or what was asked.

// Colours follow from the tags, classes and styles of an element and those it lies in. Of texts
// that are alike in these two are enough for axe, which looks at what lies behind each of them.
const fewTexts = () => {
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
};

// How many elements the Tab key must reach. Numbers of a row share one answer, and the first of them
// is a stop; of radio buttons the chosen one is.
const canTakeFocus = () => {
  const seen = e => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && e.getClientRects().length;
  const wanted = [...document.querySelectorAll("a[href], button, select, input, textarea, summary, [tabindex='0']")].filter(e => seen(e) && !e.matches(".num[tabindex='-1'], [type=radio]:not(:checked)"));
  wanted.forEach((e, i) => e.dataset.order = i);
  return wanted.length
};

const listen = () => { window.walk = []; addEventListener("focusin", event => {
  const e = event.target, s = getComputedStyle(e), r = e.getBoundingClientRect();
  walk.push({order: e.dataset.order ?? null, html: e.outerHTML.slice(0, 100),
    ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && s.outlineColor !== s.backgroundColor,
    inside: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth})
}) };

// What hides a part of what it holds.
const cut = () => [...document.querySelectorAll("body *")].filter(e => {
  const s = getComputedStyle(e);
  if (e.closest("svg, [aria-hidden=true], .skip") || !e.clientHeight || s.display === "inline") return false;
  const x = e.scrollWidth > e.clientWidth + 1, y = e.scrollHeight > e.clientHeight + 1;
  return (x && ["hidden", "clip"].includes(s.overflowX)) || (y && ["hidden", "clip"].includes(s.overflowY))
    || s.textOverflow === "ellipsis"
}).map(e => e.outerHTML.slice(0, 100));

// Text that sticks out of the page, or of the box that it stands in: the nearest one that does not
// grow with what it holds, as an inline box does and one without a rectangle.
const sticksOut = () => { return [...document.querySelectorAll("main p, main li, main h1, main h2, main h3, main dt, main dd, main .badge, main summary, main a, main label, footer *, header *")]
  .filter(e => !e.closest(".scroll, pre, .skip, svg, details:not([open]) > :not(summary)") && e.getClientRects().length)
  .filter(e => [...e.getClientRects()].some(r => r.right > innerWidth + 1 || r.left < -1)
    || boxed(e.parentElement).getBoundingClientRect().right + 1 < Math.max(...[...e.getClientRects()].map(r => r.right))
    || (e.clientWidth && e.scrollWidth > e.clientWidth + 1))
  .map(e => e.outerHTML.slice(0, 100));
  function boxed(e) { return ["inline", "contents"].includes(getComputedStyle(e).display) ? boxed(e.parentElement) : e }};

// Boxes of countries that leave their row, break a name, or are printed in the colour of the paper:
// paper has no backgrounds.
const tiles = () => [...document.querySelectorAll(".tiles span")].filter(e => {
  const row = e.parentElement.getBoundingClientRect(), box = e.getBoundingClientRect(), name = document.createRange();
  name.selectNodeContents(e);
  const words = [...name.getClientRects()], s = getComputedStyle(e);
  return box.right > row.right + 1 || row.right > innerWidth || words.length !== 1 || words[0].width > box.width
    || (matchMedia("print").matches && s.color === getComputedStyle(document.body).backgroundColor)
}).map(e => e.outerHTML);

// What has an address of its own and no link to it that keys reach.
const unlinked = () => [...document.querySelectorAll("main :is(h2, h3)[id]:not(figure *, details *, [popover] *), main figure[id]")]
  .filter(e => !document.querySelector(`main a[href="#${CSS.escape(e.id)}"][aria-label]`)).map(e => e.outerHTML.slice(0, 100));

// What scrolls sideways and cannot be scrolled by keys.
const stuck = () => [...document.querySelectorAll("main *")].filter(e => e.scrollWidth > e.clientWidth + 1
  && ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.clientWidth
  && e.getAttribute("tabindex") !== "0").map(e => e.outerHTML.slice(0, 100));

const sideways = () => document.documentElement.scrollWidth > innerWidth ? [document.documentElement.scrollWidth] : [];

const moves = () => [document.documentElement, ...document.querySelectorAll("body, body *")].filter(e => {
  const s = getComputedStyle(e);
  return s.scrollBehavior === "smooth" || s.animationName !== "none" || s.transitionDuration.split(", ").some(d => parseFloat(d) > 0)
}).map(e => e.tagName);

// WCAG 1.4.12: line height 1.5, paragraphs 2, letters 0.12 and words 0.16 times the size of the text.
const spaced = () => document.querySelectorAll("body *").forEach(e => Object.assign(e.style,
  {lineHeight: "1.5", letterSpacing: ".12em", wordSpacing: ".16em", ...(e.tagName === "P" && {marginBottom: "2em"})}));

// Text in pictures with a contrast below 4.5 to what lies under it: axe does not look there.
const faint = () => {
  const rgb = s => { const m = s.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1] };
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
};

// Every figure: how many of its pictures are shown, how far it has to be scrolled, its smallest letter.
const pictures = () => [...document.querySelectorAll("figure .scroll")].filter(b => b.querySelector("svg")).map(b => {
  const shown = [...b.querySelectorAll("svg")].filter(s => s.checkVisibility());
  const sizes = [], out = [];
  for (const s of shown) { const frame = s.getBoundingClientRect(), scale = frame.width / s.viewBox.baseVal.width;
    for (const t of s.querySelectorAll("text")) { if (!t.textContent.trim()) continue;
      const r = t.getBoundingClientRect(); sizes.push(parseFloat(getComputedStyle(t).fontSize) * scale);
      if (r.left < frame.left - 6 || r.right > frame.right + 6) out.push(t.textContent) } }
  return {id: b.closest("figure").id, shown: shown.length, drawn: b.querySelectorAll("svg").length,
    over: b.scrollWidth - b.clientWidth, letter: Math.min(...sizes), out}});

const tables = () => [...document.querySelectorAll("figure table")].filter(t => t.checkVisibility()).map(t => {
  const heads = [...t.querySelectorAll("thead th")].map(h => h.textContent), row = t.querySelector("tbody tr");
  const cells = row ? [...row.cells] : [];
  return {id: t.closest("figure").id, columns: heads.length, heads: heads.slice(1),
    card: getComputedStyle(row || t).display === "block", over: t.parentElement.scrollWidth - t.parentElement.clientWidth,
    said: cells.slice(1).map(c => getComputedStyle(c, "::before").content)}});

// Every picture on paper: its height and place, and whether it may be cut in two.
const sheets = () => [...document.querySelectorAll("figure svg")].filter(s => s.checkVisibility()).map(s => {
  const f = s.closest(".by") || s.closest("figure"), r = s.getBoundingClientRect();
  return [f.id, f.getBoundingClientRect().height, r.right, r.height, getComputedStyle(f).breakInside] });

// Text that is not printed; of a fold that holds a picture or a table the title is printed once, above that.
const lost = () => {
  const seen = e => e.checkVisibility() && e.getClientRects().length;
  const again = e => e.matches(".extra > summary") && [...e.parentElement.querySelectorAll("h3")]
    .some(h => seen(h) && e.textContent.trim().endsWith(`: ${h.firstChild.data.trim()}`));
  const only_a_screen = ".top, .more-pages, .skip, .filters, .switch, .toc, .beside, .copy, .whence, .get, .anchor, #methods .prose > :is(h3, h4, h5):last-child, .fold:has(> #code), details.code, #code, script, [hidden], [popover]";
  return [...document.querySelectorAll("body *")].filter(e => !e.closest(only_a_screen) && !e.closest("svg")
    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !seen(e) && !again(e))
    .map(e => e.outerHTML.slice(0, 120))
};

const ofTheScreen = () => [...document.querySelectorAll(".top *, .skip, .filters *, .switch *, nav.toc *, details.code *, button:not(.num)")]
  .filter(e => e.checkVisibility() && e.getClientRects().length).map(e => e.outerHTML.slice(0, 120));

const emptyHeadings = () => {
  const seen = e => e.checkVisibility() && e.getClientRects().length && (e.tagName === "svg" || e.innerText.trim());
  const heads = [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen);
  const said = [...document.querySelectorAll("main :is(p, li, dd, td, pre, svg)")].filter(seen);
  return heads.filter((h, i) => {
    const end = heads.slice(i + 1).find(o => o.tagName <= h.tagName);
    const after = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
    return !said.some(e => after(h, e) && !h.contains(e) && (!end || after(e, end) && !e.contains(end)));
  }).map(h => h.innerText)
};

const inks = () => ["body", "h1", "main p", "a", "figure svg text", "td"].map(s => document.querySelector(s)).filter(e => e)
  .map(e => { const s = getComputedStyle(e); return [s.color, s.fill, s.backgroundColor] });

const colours = () => Object.fromEntries([...document.styleSheets].flatMap(s => [...s.cssRules])
  .flatMap(r => r.cssRules ? [...r.cssRules] : [r]).filter(r => r.style).flatMap(r => [...r.style])
  .filter(p => p.startsWith("--")).map(p => [p, getComputedStyle(document.documentElement).getPropertyValue(p)]));

// Of what is repeated (rows, entries, sources of a table, answers of numbers) two of each shape remain:
// a table of 700 rows costs axe and the Tab key a hundred times what its rows differ in. Texts and names
// are no part of a shape, but that there is one is; classes and styles are.
const thin = () => {
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
};
