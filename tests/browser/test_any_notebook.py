"""Pages of notebooks that know nothing of this package, in a folder without a register."""

import base64
import io
import json

import matplotlib.pyplot as plt
import nbformat.v4 as v4
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.browser.conftest import look, resize
from tests.browser.test_reading import EVERYTHING, axe
from tests.cases import cases
from tests.pages import Reader, ill_formed, outside

from ca_research import registry
from ca_research.plots.show import to_svg
from ca_research.runs import EXECUTED
from ca_research.site import write_site

CASES = cases(__file__, "any_notebook")
FRAME = pd.DataFrame(
    {f"column {i}": [1234.5, -0.25] for i in range(14)} | {"who": ["a country", "unbroken" * 9]},
    index=["first", "second"],
)


def pictures():
    """A picture as PNG and as SVG."""
    figure, axes = plt.subplots(figsize=(12, 4))
    axes.plot([1, 3, 2])
    file = io.BytesIO()
    figure.savefig(file, format="png")
    svg = to_svg(figure)
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode(), svg


def cell(cell_type, outputs=(), **told):
    made = getattr(v4, f"new_{cell_type}_cell")(**told)
    if outputs:
        made.outputs = [v4.new_output(**one) for one in outputs]
    return made


def notebook(name, error="", **params):
    """An executed notebook and the name of its run."""
    told = dict(zip(("$png", "$svg"), pictures(), strict=True))
    told |= {"$frame": FRAME.to_html(), "$hostile": CASES["hostile"], "$wide": "wide " * 60}
    text = json.dumps(CASES["notebook"])
    for word, given in told.items():
        text = text.replace(word, json.dumps(given)[1:-1])
    made = v4.new_notebook(cells=[cell(**one) for one in json.loads(text)])
    if error:
        made.cells[-1].outputs.append(v4.new_output("error", ename="KeyError", evalue=error))
    run_id = "_".join([name, str(params.get("country", ""))]).strip("_").lower()
    about = {"command": "ca-research run", "where": name, "key": "", "versions": {}}
    about |= {"run_id": run_id, "name": name, "params": params, "error": error}
    made.metadata["ca_research"] = {"run": about | {"notebook": f"{name}.ipynb"}}
    return run_id, json.dumps(made)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A folder with pages of three runs of two notebooks; one failed."""
    home = tmp_path_factory.mktemp("bare")
    out = home / "out"
    (home / "registry").mkdir()
    (out / EXECUTED).mkdir(parents=True)
    runs = [
        notebook("trade", country="KAZ", years=[2019, 2020]),
        notebook("trade", country="UZB", years=[2019, 2020], error="'no such column'"),
        notebook("plain"),
    ]
    for run_id, text in runs:
        (out / EXECUTED / f"{run_id}.ipynb").write_text(text)
    seconds = [{"run_id": run_id, "seconds": 3.21} for run_id, _ in runs]
    (out / "manifest.json").write_text(json.dumps({"runs": seconds}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_HOME", str(home))
        registry.forget()
        write_site(out)
    registry.forget()
    return out


@pytest.fixture
def report(bare):
    """What `open_page` opens."""
    return bare


def test_the_index_lists_each_run_with_its_parameters_seconds_and_error(bare):
    assert {file.stem for file in bare.glob("*.html")} == {
        "index",
        *(file.stem for file in (bare / EXECUTED).iterdir()),
    }
    rows = pd.read_html(io.StringIO((bare / "index.html").read_text()))[0].fillna("")
    assert rows.to_numpy().tolist() == CASES["index"]


def test_a_page_has_title_parameters_prose_and_every_output(bare):
    text = next(bare.glob("trade*uzb*")).read_text()
    page = Reader(text)
    (svg, dots) = sorted(page.of("img"), key=lambda a: a["src"][:20], reverse=True)
    assert [words for words in CASES["holds"] if words not in text] == []
    assert text.count("Trade of one") == 5 and text.count("FutureWarning") == 1
    assert svg["src"].startswith("data:image/svg") and dots["src"].startswith("data:image/png")
    assert dots["alt"].startswith("What came out")
    (frame,) = pd.read_html(io.StringIO(text), index_col=0)[:1]
    assert_frame_equal(frame, FRAME)
    assert "told again" not in text


def test_nothing_of_a_notebook_runs_or_loads(bare, browser):
    for file in bare.glob("*.html"):
        page = Reader(file.read_text())
        assert outside(page) == ill_formed(page) == []
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto(file.as_uri())
        assert page.evaluate("[window.hit, document.scripts.length]") == [None, 1]
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_phone_and_desktop_and_can_be_read(open_page, bare, scheme):
    for file in sorted(bare.glob("*.html")):
        page = open_page(file.name, scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        wide = page.locator(".output:has(img)").evaluate_all(
            "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length"
        )
        assert wide == 0, "on a desktop a picture shrinks; on a phone it may be scrolled"
        for width in (1280, 375):
            resize(page, width)
            whats = ("sideways", "cut", "sticksOut", "stuck")
            assert [what for what in whats if look(page, what)] == [], (file.name, width)
        assert axe(page, runOnly=EVERYTHING) == [], file.name
