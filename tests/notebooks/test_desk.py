"""At the desk: what an economist does in a notebook, in a real kernel and in a real JupyterLab."""

from nbclient import NotebookClient
from nbconvert import HTMLExporter
from tests.small_runs import book


def executed(folder, *cells):
    notebook = book(*cells)
    folder = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=folder).execute()
    return notebook


def test_an_exploration_stays_in_the_exported_page_as_a_picture_with_its_code(tmp_path):
    notebook = executed(
        tmp_path,
        "import ca_research as ca\nlooked = ca.explore('trade')\nlooked",
        "looked.set(economy='KGZ', partner='RUS', measure='growth', years=(2012, 2020));",
    )
    shown = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in shown[0].data
    picture, table, code = (output.data for output in shown[1:])
    assert picture["image/svg+xml"].startswith("<svg") and "Growth" in picture["image/svg+xml"]
    assert '"partner": "RUS"' in code["text/plain"] and "<th>growth</th>" in table["text/html"]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "data:image/svg+xml" in page or "<svg" in page
    assert "preferred_rows" in page and "<th>growth</th>" in page


def test_a_figure_is_shown_after_pictures_that_the_library_drew_itself(tmp_path):
    plot = "ax = ca.trade.mirror_gap('KGZ', 'CHN').plot(size='journal-single')"
    notebook = executed(
        tmp_path,
        "import ca_research as ca\nca.coverage('students')",
        f"{plot};",
        f"{plot};",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    )
    coverage, *figures = notebook.cells
    assert (
        "image/svg+xml" in coverage.outputs[0].data and "text/html" not in coverage.outputs[0].data
    )
    assert ["image/png" in cell.outputs[-1].data for cell in figures] == [True] * 3
