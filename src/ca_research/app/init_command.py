"""The command `init`: a project of one's own, empty or on top of the built-in tables."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import sysconfig
import tempfile
from importlib import metadata
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ground import paths
from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.periods import day_in_words, newest_day
from ..ground.templates import filled
from . import console
from .notebooks import TEMPLATES
from .options import File

if TYPE_CHECKING:
    from ..registry import Table

FORMS = (
    *("trade", "investment", "students", "debt", "macro", "opinion", "facts"),
    *("events", "evidence"),
)
"""Tables whose form an empty project begins with; more are a file each in registry/tables."""

NO_ARTICLE = "Write the sentences that you want to check here, or name your article with --article."

FOLDERS = ("registry/claims", "registry/tables", "data/raw", "notebooks", "measures")
ALWAYS = ("registry/economies.csv", "registry/words.yaml", "registry/glossary.yaml")
EMPTY = (*ALWAYS, "registry/tables/sources.yaml")
BUILT_IN = (
    *ALWAYS,
    *("registry/sources.csv", "registry/holders.yaml", "registry/words_of_tables.yaml"),
    *("registry/tables", "data/raw"),
)
"""What a project begins with: its own folders; what is copied into one without figures, and with
those of the package.
"""

ABOUT_ARTICLE = """\
# A sentence is named by its place and the hash of its words; `none` says why no claim
# rests on it.
"""
YAML: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 120}

WORKFLOW, LOCK = ".github/workflows/report.yml", "requirements.lock"
"""What lets a server make the report anew: the workflow, and the packages that it installs."""


class Begun(NamedTuple):
    """What a project begins with: the day of its article, whether the article said it, and the
    sentences, each with its place (paragraph.sentence) and beginning.
    """

    day: dt.date
    given: bool
    sentences: list[tuple[str, str]]


def init(
    folder: File = None,
    *,
    article: File = None,
    extend: bool = False,
    ci: bool = False,
) -> None:
    """Start a project: tables to add figures to, and the sentences of an article to check.

    Parameters
    ----------
    folder
        A folder that does not exist, or is empty.
    article
        A text: its title, a line with its day, its paragraphs.
    extend
        Begin with the figures of the built-in tables, without documents, which are on claims.
    ci
        A workflow for GitHub that makes the report anew and compares the verdicts; without a folder
        for the project here.
    """
    if folder is None:
        if not ci or article or extend:
            raise UsageError("a project needs a folder", hint="ca-research init my-project")
        if paths.home() == paths.of_package():
            raise UsageError("there is no project here", hint="ca-research init my-project --ci")
        print(*map(paths.shown, add_workflow(paths.home())), sep="\n")
        print("next: commit them, with baseline/ (docs/howto/ci.md)")
        return
    begun = make(folder, article, extend=extend, ci=ci)
    print(filled(TEMPLATES / "begun.j2", folder=folder, begun=begun, words=day_in_words), end="")


def make(folder: Path, article: File = None, *, extend: bool = False, ci: bool = False) -> Begun:
    """Write a project, whole or not at all.

    Parameters
    ----------
    folder : Path
        Where; it does not exist, or is empty.
    article : Path, optional
        A text whose first line is its title and whose second may be its day (2024-03-01). The words
        themselves are not kept: the register lists hashes.
    extend : bool
        With the built-in figures and their sources, and no row that names a claim of the article
        here; else with the form of some tables alone.
    ci : bool
        With a workflow that makes the report anew.

    Returns
    -------
    Begun
        The day and the sentences of the article.

    Raises
    ------
    UsageError
        The folder holds something; the article cannot be read, has no sentences, or is of a day
        that has not begun.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "there is something in the folder already",
            where=str(folder),
            hint="name a folder that does not exist",
        )
    day, dated, sentences = _read(article)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch) / "project"
        _fill(new, day, sentences, extend)
        if ci:
            add_workflow(new)
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
    listed = [(f"{p}.{s}", shorten(words, 70)) for (p, s), words in sentences.items() if p]
    return Begun(day, dated, listed)


def add_workflow(home: Path) -> list[Path]:
    """Write the workflow of a project, and a lock file of the packages here where it has none.

    Returns what was written; raises UsageError where there is such a workflow already.
    """
    from .. import __version__

    workflow, lock = home / WORKFLOW, home / LOCK
    if workflow.exists():
        raise UsageError(
            "there is a workflow already", where=WORKFLOW, hint="remove it, and this again"
        )
    python = sysconfig.get_python_version()
    text = filled(TEMPLATES / "report.yml.j2", python=python, version=__version__)
    write_whole(workflow, text)
    if lock.exists():
        return [workflow]
    here = {  # but for what lies in a folder of this machine
        f"{one.name.lower()}=={one.version}\n"
        for one in metadata.distributions()
        if one.name not in (None, "ca-research") and not one.read_text("direct_url.json")
    }
    write_whole(lock, "".join(sorted(here)))
    return [workflow, lock]


def _read(article: File) -> tuple[dt.date, bool, dict[tuple[int, int], str]]:
    """The day of an article, whether it says it, and its sentences; one without a day is of
    today.
    """
    from ..claims.article import sentences

    today = dt.date.today()
    text = console.article(article) if article else f"My questions\n{today}\n{NO_ARTICLE}"
    wordings, lines = sentences(text), re.findall(r"\S.*\S", text)
    if len(wordings) < 2:
        raise UsageError(
            "the article has no sentences",
            where=str(article),
            hint="its title, a line with its day (2024-03-01), then a line for each paragraph",
        )
    try:
        day, dated = dt.date.fromisoformat(lines[1][:10]), True
    except ValueError:
        day, dated = today, False
    if day > newest_day():
        raise UsageError(
            f"no day on which an article can have been published: {lines[1]}",
            where=str(article),
            hint="its second line, for example 2024-03-01: what was known then decides",
        )
    return day, dated, wordings


def _fill(new: Path, day: dt.date, sentences: dict[tuple[int, int], str], extend: bool) -> None:
    import yaml

    from ..claims.article import sentence_sha256
    from ..registry.claims import NOT_YET

    package, title = paths.of_package(), sentences[0, 1]
    taken, registry = new / "registry", package / "registry"
    for name in FOLDERS:
        (new / name).mkdir(parents=True)
    for name in BUILT_IN if extend else EMPTY:
        if (package / name).is_dir():
            shutil.copytree(package / name, new / name, dirs_exist_ok=True)
        else:
            shutil.copy(package / name, new / name)
    for name in _of_claims(new) if extend else FORMS:
        _write_form(registry / "tables" / f"{name}.yaml", taken / "tables")
    _write_sources(registry / "sources.csv", taken)
    listed = [
        {
            "paragraph": paragraph,
            "sentence": number,
            "none": NOT_YET,
            "sha256": sentence_sha256(words),
        }
        for (paragraph, number), words in sentences.items()
    ]
    about = {"title": title, "date": day, "publisher": None}
    about |= {"report_title": title, "report_summary": "", "report_author": None}
    about |= {"sentences": listed}
    write_whole(taken / "article.yaml", ABOUT_ARTICLE + yaml.safe_dump(about, **YAML))
    readme = (TEMPLATES / "project.md").read_text(encoding="utf-8")
    write_whole(new / "README.md", readme.replace("{title}", title))
    shutil.copy(TEMPLATES / "gitignore", new / ".gitignore")


def _of_claims(new: Path) -> list[str]:
    """Tables whose rows name claims of another register: a new project loses their raw files, and
    the record of how all of them were compiled.
    """
    raw = new / "data" / "raw"
    (raw / "README.md").unlink(missing_ok=True)
    names = [name for name, table in _tables(new / "registry").items() if table.by_claim]
    for name in names:
        shutil.rmtree(raw / name)
    return names


def _tables(registry: Path) -> dict[str, Table]:
    from ..registry import Table
    from ..registry.base import read_yaml

    return {file.stem: read_yaml(file, Table) for file in (registry / "tables").glob("*.yaml")}


def _write_form(declaration: Path, tables: Path) -> None:
    """The form of a table, without a row."""
    import yaml

    form = yaml.safe_load(declaration.read_text(encoding="utf-8"))
    form["columns"] = {name: _unbounded(column) for name, column in form["columns"].items()}
    text = yaml.safe_dump(form | {"files": {}, "rows": {}}, **YAML)
    write_whole(tables / declaration.name, text)


def _write_sources(listed: Path, registry: Path) -> None:
    """The sources of a list that have rows in the tables of a new register."""
    used = {source for table in _tables(registry).values() for source in table.rows}
    with listed.open(encoding="utf-8", newline="") as text:
        names, *rows = csv.reader(text)
    kept = [tuple(row) for row in rows if row[names.index("source_id")] in used]
    write_whole(registry / "sources.csv", console.text(names, kept, "csv"))


def _unbounded(column: dict[str, Any]) -> dict[str, Any]:
    """A column without the bounds of this project's figures, but that amounts are not negative."""
    bare = {name: value for name, value in column.items() if name not in ("min", "max", "reason")}
    return bare | ({"min": 0, "reason": "not negative"} if column.get("min") == 0 else {})
