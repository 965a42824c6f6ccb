"""Figures added to a report, what they change, and the same report once they are removed."""

import json
import shutil

from tests.commands import cli, real_project

from ca_research.ground import paths

STUDENTS = (
    "Страна;2018/19;2020/21;2021/22\nКазахстан;11784;12500;13001\nКыргызстан;4614;4650;4700\n"
    "Итого;16398;17150;17701\n"
)
ADD = """
    data add f.csv --table students --source OWN --yes --preference 0
    --title t --publisher Office --licence l --published 2023-04-01
    --set destination=CHN --set level=all --set precision=exact --set statistic=enrolled
"""


def test_added_judged_again_and_removed_without_a_trace(tmp_path):
    home = real_project(tmp_path / "project")
    for claim in (home / "registry" / "claims").glob("*.yaml"):
        if claim.stem != "C30":
            claim.unlink()
    (home / "notebooks").mkdir()
    shutil.copy(paths.notebooks_dir() / "students_in_china.ipynb", home / "notebooks")
    (tmp_path / "f.csv").write_text(STUDENTS)
    verdicts, page = home / "reports" / "verdicts.json", home / "reports" / "changed.html"

    def command(line):
        return cli(*line.split(), beside={"CA_RESEARCH_HOME": home}, cwd=tmp_path).stdout

    command("run --as-of latest")
    before = verdicts.read_bytes()
    command("run C30 -p economy=KAZ --as-of latest")
    assert "nothing to judge again" in command("run --changed")
    command(ADD)
    said = command("run --changed")
    assert "Figures have changed in: students." in said and "New among the sources: " in said
    assert "Judged again: 3 verdicts of 1 claim; 1 turned" in said, "both days, and Kazakhstan"
    own = [v for v in json.loads(verdicts.read_text()) if v["params"].get("economy") == "KAZ"]
    assert any("OWN" in v["sources"] for v in own), "a run with a parameter of one's own stood"
    html = page.read_text()
    assert "What the new figures change" in html and "Office" in html
    assert verdicts.read_bytes() != before
    for line in ("data remove OWN", "run --changed", "run --as-of latest"):
        command(line)
    assert verdicts.read_bytes() == before and not page.exists()
