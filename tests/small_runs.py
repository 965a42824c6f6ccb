"""Small notebooks in a project of their own, for tests of runs."""

import shutil

import nbformat

from ca_research.ground import paths
from ca_research.runs import Options, Run, execute

NUMBER = 'n: int = 3\nas_of: str = "latest"'
BRIEF = 'economy: str = "KAZ"\nas_of: str = "latest"'


def small_project(folder):
    """The real registry, a build without tables, and no notebooks."""
    shutil.copytree(paths.registry_dir(), folder / "registry")
    for name in ("notebooks", "data/processed/build-tiny", "data/raw"):
        (folder / name).mkdir(parents=True)
    (folder / "data" / "processed" / "CURRENT").write_text("build-tiny")
    return folder


def book(*sources, parameters=False, **about):
    """A notebook of these cells; its first one may set parameters."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    if parameters:
        cells[0].metadata["tags"] = ["parameters"]
    return nbformat.v4.new_notebook(cells=cells, metadata=about)


def notebook(home, name, *sources, parameters=NUMBER, n=1, **about):
    """A notebook of a project with these cells, and its run; `about` is what it declares."""
    about = {"ca_research": {"tables": [], **about}}
    about["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = book(parameters, *sources, parameters=True, **about)
    file = home / "notebooks" / f"{name}.ipynb"
    nbformat.write(made, file)
    return Run(name, file, {"n": n, "as_of": "latest"})


def brief(home, *sources, **about):
    """The country brief of a tiny project, for Uzbekistan."""
    run = notebook(home, "brief", *sources, parameters=BRIEF, **about)
    return Run("brief", run.notebook, {"economy": "UZB", "as_of": "latest"})


def executed(out, *planned, jobs=1, **options):
    """The results of these runs, one at a time unless told otherwise."""
    return execute([*planned], out, Options(jobs, **options))


def text(out, run):
    """What an executed notebook printed."""
    book = nbformat.read(out / "notebooks" / f"{run.run_id}.ipynb", as_version=4)
    outputs = [o for cell in book.cells for o in cell.get("outputs", [])]
    return "".join(o.get("text", "") for o in outputs).strip()
