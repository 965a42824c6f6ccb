"""A visitor's first minute in JupyterLab, by real clicks: the start notebook, a table, widgets moved,
a name completed, a wrong name, a file of one's own, a figure for a journal.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from contextlib import suppress

import pytest
from playwright.sync_api import expect
from tests.commands import real_project
from tests.warm import within

OWN = """\
freqCode,refYear,reporterISO,flowCode,partnerISO,partner2Code,cmdCode,customsCode,motCode,\
reporterCode,partnerCode,primaryValue
A,2022,TJK,M,CHN,0,TOTAL,C00,0,762,156,1200000000
"""
"""A download of UN Comtrade, made up."""
SECONDS = 60_000


@pytest.fixture
def project(tmp_path):
    """A project of the visitor's own, with the built-in tables."""
    home = real_project(tmp_path / "project")
    (home / "own.csv").write_text(OWN)
    return home


def answers(server, port):
    assert server.poll() is None, "JupyterLab ended"
    with suppress(OSError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=t", timeout=5)


@pytest.fixture
def lab(project, tmp_path, port):
    """The address of `ca-research lab` on that project, without the settings of this machine."""
    own = {f"JUPYTER{name}_DIR": str(tmp_path / name) for name in ("_CONFIG", "_DATA", "_RUNTIME")}
    own |= {f"JUPYTERLAB_{n}_DIR": str(tmp_path / n) for n in ("SETTINGS", "WORKSPACES")}
    command = [sys.executable, "-m", "ca_research.app.cli", "lab", "--no-browser"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--", "--allow-root"],
        cwd=project,
        env=os.environ | own | {"JUPYTER_TOKEN": "t", "JUPYTER_ALLOW_INSECURE_WRITES": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert within(120, lambda: answers(server, port))
        yield f"http://127.0.0.1:{port}/lab/tree/scratch/start.ipynb?token=t"
    finally:
        server.terminate()
        server.wait(60)


def connected(lab):
    """Whether the notebook has its kernel. Lab's own sign says 'idle' before there is one, and a
    cell that is run then makes Lab ask for a kernel while the first still starts.
    """
    address = lab.replace("/lab/tree/scratch/start.ipynb", "/api/sessions")
    with urllib.request.urlopen(address, timeout=30) as answer:
        kernels = [session["kernel"] for session in json.load(answer)]
    return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)


class Notebook:
    """The notebook on the screen, as one works with it."""

    def __init__(self, page):
        self.page = page

    def cell(self, words):
        code = self.page.locator(".cm-content", has_text=words)
        return self.page.locator(".jp-CodeCell").filter(has=code).first

    def run(self, words, output=""):
        """Click into a cell, run it, and wait for what comes of it."""
        cell = self.cell(words)
        self.enter(cell)
        if output:
            cell.locator(f".jp-OutputArea-output {output}").first.wait_for(timeout=SECONDS)
        return cell

    def enter(self, cell):
        """Run a cell to its end: again where it stays without a new number, for Lab was not
        listening yet, or the kernel still dropped what came after an error.
        """
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for _ in range(4):
            asked = self.page.locator(".jp-Dialog").all_inner_texts()
            assert not asked, f"Lab asks before it lets anyone work: {asked}"
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            with suppress(AssertionError):
                expect(prompt).not_to_have_text(before, timeout=5_000)
                expect(prompt).to_have_text(re.compile(r"\[(\d+| )\]:"), timeout=SECONDS)
            if prompt.inner_text() not in (before, "[ ]:"):
                return

    def write(self, code):
        """Write into the last cell, in the place of what it holds."""
        cell = self.page.locator(".jp-CodeCell").last
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)
        return cell

    def try_out(self, code, words):
        """Write and run; wait until the output says some words."""
        cell = self.write(code)
        self.enter(cell)
        said = cell.locator(".jp-OutputArea")
        expect(said.first).to_contain_text(words, timeout=SECONDS)
        return said.first


def test_a_first_minute_at_the_desk(browser, lab, project, tmp_path):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SECONDS)
    page.goto(lab)
    page.wait_for_selector(".jp-CodeCell .cm-content", timeout=SECONDS)
    assert within(120, lambda: connected(lab)), "no kernel for the notebook"
    notebook = Notebook(page)
    notebook.run("import ca_research")
    notebook.run("ca.coverage", "img")
    rows = notebook.run("t = ca.load", "table")
    assert "USD" in rows.inner_text() and "e+" not in rows.inner_text()

    explored = notebook.run("ca.explore", "select")
    code = explored.locator(".jp-RenderedMarkdown")
    code.filter(has_text="ca.trade.mirror_gap").wait_for(timeout=SECONDS)
    first = explored.locator("img").first.get_attribute("src")
    explored.get_by_label("Measure").select_option("Ranks of the partners")
    code.filter(has_text="ca.trade.rank").wait_for(timeout=SECONDS)
    assert explored.get_by_label("Partner").is_disabled(), "ranks are of all partners"
    assert explored.locator("img").first.get_attribute("src") != first
    shown = code.inner_text()
    notebook.try_out(shown + "\nprint(len(result), 'ranks')", " ranks")

    cell = notebook.write('ca.load("trade", reporter="Kaz')
    page.keyboard.press("Tab")
    offered = page.locator(".jp-Completer-item", has_text="Kazakhstan")
    offered.wait_for(timeout=SECONDS)
    offered.click()
    assert cell.locator(".cm-content").inner_text() == 'ca.load("trade", reporter="Kazakhstan'

    wrong = notebook.try_out('ca.load("trdae")', "unknown table")
    assert wrong.inner_text().startswith("UnknownNameError: unknown table 'trdae'")
    assert "%tb" in wrong.inner_text() and "load.py" not in wrong.inner_text()

    add = 'ca.add("../own.csv", table="trade", source="MY_FILE", published="2023-09-01", '
    add += 'title="Trade", publisher="An office", licence="none")'
    notebook.try_out(add, "added to trade as MY_FILE")
    notebook.try_out('len(ca.load("trade", source="MY_FILE"))', "1")
    assert (project / "data" / "added" / "MY_FILE" / "source.yaml").is_file()

    save = 'ax = ca.trade.mirror_gap("KGZ", "CHN").plot(size="journal-single")\n'
    notebook.try_out(f'{save}ca.plots.save(ax, "gap.pdf")', "gap.pdf")
    page.locator(".jp-CodeCell").last.locator("img").first.wait_for(timeout=SECONDS)
    assert b"/MediaBox [ 0 0 255.1" in (project / "scratch" / "gap.pdf").read_bytes(), "90 mm"
