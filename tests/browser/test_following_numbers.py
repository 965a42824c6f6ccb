"""From a number to its rows, from a figure to its data, from a page to a citation: by real
clicks.
"""

import csv
import io
import json
import urllib.parse
from pathlib import Path

import ca_research as ca
from ca_research.site.read import MOST_DRAWN

PAGE = "c30-as-of-latest.html"
UNFOLD_AROUND = "e => { for (; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }"


def page_file(page, href):
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(page.url).path)).with_name(href)


def rows_of(dialog):
    return dialog.locator("tbody tr").all_inner_texts()


def test_a_number_opens_the_rows_it_rests_on_and_escape_closes_them(open_page):
    page = open_page(PAGE)
    page.locator("#criteria > summary").click()
    number = page.locator("#c-rise-observed ~ .scroll .num").first
    dialog = page.locator(f"#{number.get_attribute('popovertarget')}")
    assert not dialog.is_visible()
    number.click()
    assert dialog.is_visible() and "students.window_change" in dialog.inner_text()
    figures = ca.load(
        "students", origin=["KAZ"], destination="CHN", level="all", source="moe_brief_stats_peijin"
    )
    newest = figures.loc[figures["year"].idxmax()]
    assert any(
        str(newest["year"]) in row and f"{newest['students']:,.0f}" in row
        for row in rows_of(dialog)
    )
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_source_in_the_rows_leads_to_its_reference(open_page):
    page = open_page(PAGE)
    page.locator(".sides .num").first.click()
    link = page.locator(".whence:popover-open td a").first
    target = link.get_attribute("href")
    link.click()
    assert page.url.endswith(target) and page.locator(target).is_visible()
    assert page.locator(".whence:popover-open").count() == 0


def test_a_number_of_any_table_opens_its_row_unrounded_with_the_source_of_that_row(open_page):
    page = open_page("brief-as-of-latest-economy-uzb.html")
    table = page.locator("figure:has(table)", has_text="Aid, grants and loans").first
    stored = ca.load("investment", host=["UZB"]).set_index(["source_id", "year"])
    assert table.locator("tbody tr").count() > 10
    table.evaluate(UNFOLD_AROUND)
    for number in table.locator("tbody .num").all():
        number.click()
        said = dict(
            zip(
                *(
                    page.locator(f".whence:popover-open {tag}").all_inner_texts()
                    for tag in ("dt", "dd")
                ),
                strict=True,
            )
        )
        source = page.locator(".whence:popover-open dd a[data-source]").evaluate_all(
            "links => links.map(a => a.dataset.source)"
        )
        found = stored.loc[[(source[0], int(said["year"]))], "value_usd"] / 1e6
        exact = float(said["value (million US dollars)"])
        assert len(source) == 1 and any(abs(found / exact - 1) < 1e-9)
        shown, value = (
            number.inner_text().replace(",", "").replace("−", "-"),
            exact,
        )
        assert float(shown) == round(value, len(shown.partition(".")[2])) and (
            float(shown) == 0
        ) == (value == 0)
        page.keyboard.press("Escape")


def test_every_row_of_every_table_with_sources_can_be_asked_and_takes_one_stop_of_the_keyboard(
    open_page,
):
    for name in (
        "c33-as-of-latest-economy-ca5",
        "c01-as-of-latest",
        "c35-as-of-latest",
        "brief-as-of-latest-economy-kaz",
    ):
        page = open_page(f"{name}.html")
        rows = page.locator("figure:has(.origin a[href^='#source-']) tbody tr")
        stops = rows.evaluate_all(
            "rows => rows.map(r => r.querySelectorAll('.num:not([tabindex])').length)"
        )
        cells = rows.evaluate_all(
            "rows => rows.map(r => [...r.children].map(c => c.textContent).filter(t => t != "
            "'–').length)"
        )
        assert len(stops) > 5 and all(n <= 1 for n in stops)
        asked = [
            n for n, known in zip(stops, cells, strict=True) if known > 2
        ]  # a row of names and dashes has no number
        assert sum(asked) > 0.8 * len(asked)
        targets = page.locator(".num").evaluate_all(
            "all => all.map(b => b.getAttribute('popovertarget'))"
        )
        known = set(page.locator(".whence").evaluate_all("all => all.map(d => d.id)"))
        assert set(targets) <= known


def test_a_table_leads_to_the_code_that_computed_it(open_page):
    for name, fold in (
        ("c33-as-of-latest-economy-ca5.html", "details.code"),
        ("brief-as-of-latest-economy-uzb.html", "pre"),
    ):
        page = open_page(name)
        figure = page.locator("figure:has(table)").last
        link = figure.locator(".origin a.how")
        code = page.locator(f"{fold}{link.get_attribute('href')}")
        link.evaluate(UNFOLD_AROUND)
        assert not code.locator("code").is_visible() if fold != "pre" else not code.is_visible()
        link.click()
        assert page.locator(f"{link.get_attribute('href')} code").is_visible()
        assert "show_table(" in code.inner_text()


def test_the_overviews_tables_lead_to_the_claims(open_page):
    page = open_page("overview-as-of-latest.html")
    tables = "figure:has(table)"  # the figures behind a picture lead to their sources
    links = page.locator(f"{tables} td a, {tables} tbody th a").evaluate_all(
        "all => all.map(a => [a.textContent, a.getAttribute('href')])"
    )
    links = [(name.split()[0], href) for name, href in links]
    assert {"C01", "C35", "O13"} <= {name for name, _ in links}
    assert all(
        href.startswith(name.lower()) and (page_file(page, href)).is_file() for name, href in links
    )


def test_numbers_are_reached_and_opened_by_keyboard(open_page):
    page = open_page(PAGE)
    page.locator(".sides .num").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".whence:popover-open").count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "num"


def test_rows_can_be_read_without_script(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    page.locator(".sides .num").first.click()
    assert page.locator(".whence:popover-open").count() == 1


def test_a_citation_is_copied_whole(open_page):
    page = open_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#sources > summary").click()
    page.evaluate("window.setTimeout = () => 0")  # what is said for two seconds stays to be seen
    for name, check in (
        ("bibtex", lambda t: t.startswith("@misc{")),
        ("csl", lambda t: bool(json.loads(t))),
    ):
        shown = page.locator(f"#cite-{name}")
        page.locator(
            "summary",
            has=page.locator(f"text=References as {'BibTeX' if name == 'bibtex' else 'CSL-JSON'}"),
        ).click()
        page.locator(f"[data-copy=cite-{name}]").click()
        page.locator(f"[data-copy=cite-{name}]", has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == shown.inner_text() and check(copied)
    listed = page.locator(".refs li > code").all_inner_texts()
    assert {item["id"] for item in json.loads(copied)} == set(listed)


def test_a_table_is_had_as_latex_with_the_same_cells(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(table)").first
    link = figure.locator("a[download$='.tex']")
    latex = urllib.parse.unquote(link.get_attribute("href").split(",", 1)[1])
    assert latex.count(r"\toprule") >= 1
    first = figure.locator("tbody tr").first.locator("th, td").all_inner_texts()
    for cell in first:
        assert cell.replace("%", r"\%").replace("−", "$-$").replace("–", "--") in latex


def test_the_data_of_a_figure_are_those_of_the_table_it_names(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(svg)").first
    assert "Table students" in figure.locator(".origin").inner_text()
    with page.expect_download() as waiting:
        figure.locator("a[download$='.csv']").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    stored = ca.load("students", destination="CHN")
    known = {
        (r.origin, str(r.year), r.level, r.source_id): f"{r.students:g}"
        for r in stored.itertuples()
    }
    for row in rows:
        value = known[row["origin"], row["year"], row["level"], row["source_id"]]
        assert float(row["students"]) == float(value)


def test_a_picture_opens_the_figures_it_is_drawn_from(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(svg)").first
    whole = urllib.parse.unquote(figure.locator("a[download$='.csv']").get_attribute("href"))
    drawn = list(csv.DictReader(io.StringIO(whole.split(",", 1)[1])))
    figure.locator(".origin .num", has_text="Figures").click()
    dialog = page.locator(".whence:popover-open")
    rows = rows_of(dialog)
    assert len(rows) == min(len(drawn), MOST_DRAWN) and f"{len(drawn)} rows" in dialog.inner_text()
    assert all(row["year"] in said for row, said in zip(drawn, rows, strict=False))
    assert dialog.locator("td a[href^='#source-']").count() >= len(rows)


def test_the_share_of_comparisons_opens_the_comparisons(open_page):
    page = open_page("c01-as-of-latest.html")
    page.locator(".sides .num").first.click()
    dialog = page.locator(".whence:popover-open")
    rows = rows_of(dialog)
    assert f"{len(rows)} rows" in dialog.inner_text() and len(rows) >= 10
    assert all(dialog.locator("tbody tr").nth(i).locator("a").count() for i in range(len(rows)))


def test_the_register_opens_the_entry_that_is_linked_to(open_page):
    page = open_page("register.html")
    page.goto(page.url + "#c30")
    entry = page.locator("#c30")
    assert entry.get_attribute("open") is not None
    spec = ca.registry.claim("C30")
    assert spec.rule_sha256[:16] in entry.inner_text()
    for criterion in spec.criteria().values():
        assert criterion.why in entry.inner_text()


def test_the_tally_counts_the_verdicts_below_it(open_page):
    page = open_page("index.html")
    badges = page.locator(".theme .card .word .badge").all_inner_texts()
    for item in page.locator(".tally li").all():
        count, word = (item.locator(f"> {part}").inner_text() for part in ("strong", "span"))
        assert badges.count(word) == int(count), word
    assert len(badges) == len([c for c in ca.registry.claims().values() if c.kind != "opinion"])


def test_the_data_page_shows_every_table_and_its_licences(open_page):
    page = open_page("data-as-of-latest.html")
    body = page.inner_text("main")
    for name, table in ca.registry.tables().items():
        assert name == "sources" or table.title in body
    assert page.locator(".refs li").count() == ca.load("sources")["source_id"].nunique()
