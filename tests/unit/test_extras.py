"""Without the packages of the extras the library works; what needs them says so, and is no answer
without figures.
"""

import os
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from ca_research.ground import paths

EXTRAS = tomllib.loads((paths.home() / "pyproject.toml").read_text())["project"][
    "optional-dependencies"
]
MODULES = {"distributed": "dask", "python-docx": "docx"}
HIDE = """
import importlib.abc, sys
gone = set({gone!r})
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
"""


def gone():
    names = [Requirement(r).name for k, v in EXTRAS.items() if k != "all" for r in v]
    return sorted(MODULES.get(n, n.replace("-", "_")) for n in names)


@pytest.fixture
def bare(tmp_path):
    """Runs code as where only the core is installed."""

    def run(code):
        found = subprocess.run(
            [sys.executable, "-c", HIDE.format(gone=gone()) + code],
            capture_output=True,
            text=True,
            env={**os.environ, "CA_RESEARCH_HOME": str(paths.home())},
        )
        return found.returncode, found.stdout, found.stderr

    return run


def command(*words):
    return f"""
import sys
sys.argv = ["ca-research", *{words!r}]
from ca_research.app.cli import main
main()
"""


def test_the_core_loads_and_judges(bare):
    code, out, err = bare("""
import ca_research as ca
rows = ca.load("trade", reporter="UZB", product="TOTAL", source="UZB_STAT", year=2023)
print(ca.trade.hhi(ca.trade.partner_shares(rows))["hhi"].notna().all())
print(ca.check("C25").verdict, ca.cite(rows)[:10])
""")
    assert code == 0, err
    assert out.startswith("True\nsupported ")


def test_a_measure_without_its_packages_is_an_error_and_no_answer(bare):
    code, out, err = bare(command("check", "C35"))
    assert code == 2 and "not enough evidence" not in out
    assert err == (
        "error: this needs pyfixest, which is not installed\n"
        '  next:  pip install "ca-research[models]"\n'
    )


TABLE = """
import ca_research as ca
table = ca.paper.summary_table(ca.load("students", origin="KAZ"), ["students"])
assert table.to_latex().startswith(chr(92) + "begin{table}")
"""


@pytest.mark.parametrize(
    ("code", "package", "extra"),
    [
        (TABLE, "maketables", "models"),
        ("import ca_research as ca; ca.paper.regression_table([1])", "maketables", "models"),
    ],
)
def test_tables_for_a_paper_say_what_to_install(bare, code, package, extra):
    ended, _, err = bare(code)
    assert ended and f"this needs {package}, which is not installed" in err
    assert f'pip install "ca-research[{extra}]"' in err


@pytest.mark.parametrize("words", [("run", "C25"), ("lab",)])
def test_a_command_without_its_packages_says_what_to_install(bare, words):
    code, _, err = bare(command(*words))
    assert code == 2 and 'pip install "ca-research[notebooks]"' in err


def test_help_and_doctor_work_without_them(bare):
    assert bare(command("--help"))[0] == 0
    code, out, err = bare(command("doctor"))
    assert code in (0, 1) and 'pip install "ca-research[notebooks]"' in out, err
