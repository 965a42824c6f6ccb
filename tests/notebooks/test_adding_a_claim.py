"""docs/adding-a-claim.md, run as it stands: another article, another table, from nothing to a
verdict.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ca_research.ground import paths

DOC = (paths.home() / "docs" / "adding-a-claim.md").read_text(encoding="utf-8")


# a page is walked by the long tests; the short ones have what its commands do, in unit/
pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=["whole", "without the article"])
def walked(request, tmp_path_factory, rest):
    """The folder after every command of the page; each must end well, with the package as it is and
    with one from which this article is gone.
    """
    folder = tmp_path_factory.mktemp("walk")
    script = "set -euo pipefail\n" + "\n".join(re.findall(r"```bash\n(.*?)```", DOC, flags=re.S))
    other = {} if request.param == "whole" else {"PYTHONPATH": str(rest / "src")}
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": search} | other,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "library", done.stdout


def test_the_walk_ends_in_the_verdicts_that_the_page_names(walked):
    library, _ = walked
    verdicts = json.loads((library / "reports" / "verdicts.json").read_text(encoding="utf-8"))
    assert {(v["claim"], v["as_of"]): v["verdict"] for v in verdicts} == {
        ("C01", "2024-03-01"): "not enough evidence",
        ("C01", "latest"): "contradicted",
        **{("C02", day): "contradicted" for day in ("2024-03-01", "latest")},
        **{("C03", day): "supported" for day in ("2024-03-01", "latest")},
    }


def test_the_page_of_the_report_is_that_of_the_other_article(walked):
    library, said = walked
    index = (library / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Our library is busier than ever" in index and "Central Asia" not in index
    assert "1 claim well formed; quotations: rightly quoted" in said
