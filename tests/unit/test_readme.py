"""The README's first lines run as they stand, and its two commands are those of the Makefile and of
CI.
"""

import re
from pathlib import Path

import matplotlib

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_the_first_lines_run_as_printed(capsys):
    matplotlib.use("agg")
    code = re.search(r"```python\n(.*?)```", README, re.S)[1]
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["verdict"].claim == "C30"
    assert set(names["t"]["partner"]) == {"CHN", "RUS"} and names["t"]["year"].min() == 2010
    printed = capsys.readouterr().out
    assert all(f"[{source}]" in printed for source in set(names["t"]["source_id"]))


def test_its_commands_exist():
    makefile = (ROOT / "Makefile").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    for target in re.findall(r"^make (\w+)", README, re.M):
        assert re.search(rf"^{target}:", makefile, re.M)
        assert f"make {target}" in ci


def test_its_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_first_command_ends_as_it_says(report):
    from ca_research.app.report import answers

    (line,) = answers(report, [f.stem for f in report.glob("notebooks/*.ipynb")])
    assert f"\n{line}\nreport: " in README
