"""docs/adding-a-claim.md, run as it stands: another article, another table, from nothing to a
verdict.
"""

import json

import pytest
from tests.commands import blocks, shell

from ca_research.ground import paths

DOC = (paths.home() / "docs" / "adding-a-claim.md").read_text()


# a page is walked by the long tests; the short ones have what its commands do, in unit/


@pytest.fixture(scope="module", params=["whole", "without the article"])
def walked(request, tmp_path_factory, rest):
    """The folder after every command of the page; each must end well, with the package as it is and
    with one from which this article is gone.
    """
    folder = tmp_path_factory.mktemp("walk")
    other = {} if request.param == "whole" else {"PYTHONPATH": rest / "src"}
    return folder / "library", shell(*blocks(DOC), folder=folder, **other).stdout


def test_the_walk_ends_in_the_verdicts_that_the_page_names(walked):
    library, _ = walked
    verdicts = json.loads((library / "reports" / "verdicts.json").read_text())
    assert {(v["claim"], v["as_of"]): v["verdict"] for v in verdicts} == {
        ("C01", "2024-03-01"): "not enough evidence",
        ("C01", "latest"): "contradicted",
        **{("C02", day): "contradicted" for day in ("2024-03-01", "latest")},
        **{("C03", day): "supported" for day in ("2024-03-01", "latest")},
    }


def test_the_page_of_the_report_is_that_of_the_other_article(walked):
    library, said = walked
    index = (library / "reports" / "index.html").read_text()
    assert "Our library is busier than ever" in index and "Central Asia" not in index
    assert "1 claim well formed; quotations: rightly quoted" in said
