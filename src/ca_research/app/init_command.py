"""The command `init`: a project of one's own, empty or on top of the built-in tables."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from ..ground import paths
from ..ground.errors import UsageError
from ..ground.files import write_whole
from ..ground.periods import day_in_words, newest_day

FORMS = ("trade", "investment", "students", "debt", "macro", "opinion", "facts")
"""Tables whose form an empty project begins with; more are a file each in registry/tables."""

_ARTICLE = """\
My questions
{today}
Write the sentences that you want to check here, or name your article with --article.
"""

_README = """\
# {title}

A project of ca-research: sentences, the figures that can show them to be wrong, rules declared
beforehand, and verdicts that nobody types.

| folder | what it holds |
|---|---|
| `registry/claims/` | the claims: a file each, with the rule |
| `registry/tables/` | the form of each table: columns, units, bounds |
| `data/added/` | figures that were added, a folder for each source |
| `notebooks/` | a notebook for each claim |
| `measures/` | measures of your own, if the ones that come with the package do not do |
| `reports/` | the pages, made anew by `ca-research run` |

All commands find the project from any folder in it.

```
ca-research data add FILE --table facts ...   figures from a file, with their source
ca-research new claim C01 --sentence 1.1      a claim file and a notebook that run at once
ca-research run                               the verdicts, and pages in reports/
ca-research check C01 | wanted C01 | claims check
```
"""

_IGNORED = (
    "data/processed/\ndata/vintages/\nreports/\nscratch/\n.ipynb_checkpoints/\n__pycache__/\n"
)

_LIKE_A_DAY = re.compile(
    r"(\w+,? )?\d{1,2}\W{1,2}(\w+\W{1,2})?\d{4}\W*"  # 3 March 2021; Moscow, 03.03.2021
    r"|\w+ \d{1,2},? \d{4}\W*"  # March 3, 2021
    r"|\d{4}\D\d{1,2}\D\d{1,2}\b.*"  # 2021-03-03, as this line has more; 2021/3/3
)
"""A line that says a day, in whatever form; no sentence does."""


class Begun(NamedTuple):
    """What a project begins with: the day of its article, whether the article said it, and the
    sentences, each with its place (paragraph.sentence) and beginning.
    """

    day: dt.date
    given: bool
    sentences: list[tuple[str, str]]


class _Article(NamedTuple):
    title: str
    day: dt.date
    given: bool
    sentences: dict[tuple[int, int], str]


def init(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist, or is empty.")],
    article: Annotated[
        Path | None,
        typer.Option("--article", help="A text: its title, a line with its day, its paragraphs."),
    ] = None,
    extend: Annotated[
        bool, typer.Option("--extend", help="Begin with the figures of the built-in tables.")
    ] = False,
) -> None:
    """Start a project: tables to add figures to, and the sentences of an article to check."""
    day, given, listed = make(folder, article, extend=extend)
    typer.echo(f"{folder}: a project, {'with the built-in figures' if extend else 'empty'}")
    typer.echo(
        f"day of the article: {day_in_words(day)}"
        + (
            ""
            if given
            else " (today, as its second line says none; to change it: registry/article.yaml)"
        )
    )
    for place, sentence in listed:
        typer.echo(f"  {place}  {sentence}")
    more = "" if extend else "ca-research data add FILE --table facts ..., then "
    typer.echo(f"next: cd {folder}; {more}ca-research new claim C01 --sentence {listed[0][0]}")


def make(folder: Path, article: Path | None = None, *, extend: bool = False) -> Begun:
    """Write a project, whole or not at all.

    Parameters
    ----------
    folder : Path
        Where; it does not exist, or is empty.
    article : Path, optional
        A text whose first line is its title and whose second may be its day (2024-03-01). The words
        themselves are not kept: the register lists hashes.
    extend : bool
        With the built-in sources and figures; else with the form of some tables alone.

    Returns
    -------
    Begun
        The day and the sentences of the article.

    Raises
    ------
    UsageError
        The folder holds something; the article cannot be read, has no sentences, says its day in
        another form, or is of a day that has not begun.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "there is something in the folder already",
            where=str(folder),
            hint="name a folder that does not exist",
        )
    import tempfile

    read = _read(article)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch) / "project"
        _fill(new, read, extend)
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
    listed = [(f"{p}.{s}", _beginning(words)) for (p, s), words in read.sentences.items() if p]
    return Begun(read.day, read.given, listed)


def _read(article: Path | None) -> _Article:
    """An article; one without a day is of today."""
    from ..claims.article import sentences

    today = dt.date.today()
    try:
        text = article.read_text(encoding="utf-8-sig") if article else _ARTICLE.format(today=today)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "the article cannot be read", where=str(article), hint=f"a text in UTF-8: {error}"
        ) from None
    found = sentences(text) if text.strip() else {}
    if len(found) < 2:
        raise UsageError(
            "the article has no sentences",
            where=str(article),
            hint="its title, a line with its day (2024-03-01), then a line for each paragraph",
        )
    second = [line.strip() for line in text.splitlines() if line.strip()][1]
    given = _LIKE_A_DAY.fullmatch(second) is not None
    try:
        day = dt.date.fromisoformat(second) if given else today
    except ValueError:
        raise UsageError(
            f"no day: {second}",
            where=f"{article}, second line",
            hint="a line of its own, for example 2024-03-01",
        ) from None
    if day > newest_day():
        raise UsageError(
            f"the article is of a day in the future: {day}",
            where=str(article),
            hint="claims are judged by what was known on that day: say when it was published",
        )
    return _Article(found[0, 1], day, given, found)


def _fill(new: Path, article: _Article, extend: bool) -> None:
    import shutil

    for name in ("registry/claims", "registry/tables", "data/raw", "notebooks", "measures"):
        (new / name).mkdir(parents=True)
    own = paths.of_package()
    shutil.copy(own / "registry" / "economies.csv", new / "registry")
    write_whole(new / "registry" / "article.yaml", _entry(article))
    if extend:
        shutil.copytree(own / "registry" / "tables", new / "registry/tables", dirs_exist_ok=True)
        shutil.copytree(own / "data" / "raw", new / "data/raw", dirs_exist_ok=True)
        for name in ("sources.csv", "words.yaml", "holders.yaml"):
            shutil.copy(own / "registry" / name, new / "registry")
    else:
        for name, text in _empty_tables(own / "registry"):
            write_whole(new / "registry" / name, text)
    write_whole(new / "README.md", _README.format(title=article.title))
    write_whole(new / ".gitignore", _IGNORED)


def _entry(article: _Article) -> str:
    from ..claims.article import sentence_sha256

    lines = [
        "# A sentence is named by its place and the hash of its words; `none` says why no claim",
        "# rests on it.",
        f"title: {_quoted(article.title)}",
        f"date: {article.day}",
        "publisher: null",
        f"report_title: {_quoted(article.title)}",
        'report_summary: ""',
        "sentences:",
    ]
    lines += [
        f"  - {{paragraph: {p}, sentence: {s}, none: not taken up yet, "
        f"sha256: {sentence_sha256(words)}}}"
        for (p, s), words in article.sentences.items()
    ]
    return "\n".join(lines) + "\n"


def _empty_tables(registry: Path) -> Iterator[tuple[str, str]]:
    """The forms of some tables without a row, and a list of sources without a source."""
    import yaml

    header = (registry / "sources.csv").read_text(encoding="utf-8").partition("\n")[0]
    yield "sources.csv", f"{header}\n"
    yield "tables/sources.yaml", (registry / "tables/sources.yaml").read_text(encoding="utf-8")
    for name in FORMS:
        form: dict[str, Any] = yaml.safe_load(
            (registry / "tables" / f"{name}.yaml").read_text(encoding="utf-8")
        )
        form |= {"files": {}, "rows": {}}
        text = yaml.safe_dump(form, sort_keys=False, allow_unicode=True, width=120)
        yield f"tables/{name}.yaml", text


def _beginning(words: str) -> str:
    shown = " ".join(words.split()[:10])
    return shown if shown == words else f"{shown} ..."


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
