"""A report from beginning to end: what is unchanged is served, the rest is run, and the pages are
written over both.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ground.errors import CoverageError, RunError
from ..ground.files import changed, lock, sweep, write_whole, zipped
from ..ground.numbers import first_few
from ..ground.paths import shown
from .template import WORDS

if TYPE_CHECKING:
    from ..runs import Options, Result, Run
    from ..verify import Moved

    Progress = Callable[
        [int], AbstractContextManager[tuple[Callable[[Run], None], Callable[[Result], None]]]
    ]


TURNS = 3
"""How often a report is made again where its inputs are edited meanwhile."""


def served(words: Sequence[str], out: Path, everything: bool) -> int | None:
    """Serve the report that a command asks for from the store: how many files were put back, None
    where it is not known.

    everything: the command runs all there is. Else pages of other runs stay beside its own, and
        count as an input.
    Raises UsageError where a file of others would be written over.
    Imports nothing heavy: this is what makes a repeated command cost a fraction of a second.
    """
    from ..runs.fingerprint import key_of_command
    from ..runs.store import open_store, serve_report

    executed = None if everything else out / "notebooks"
    with locked(out):
        return serve_report(open_store(), key_of_command(words, executed), out)


def make(
    words: Sequence[str],
    plan: Callable[[], Sequence[Run]],
    out: Path,
    options: Options,
    *,
    everything: bool,
    progress: Progress,
) -> Report:
    """Run what is planned into `out` and write all pages. Failed runs are in the result; their
    pages show the failure.

    Raises UsageError, before anything runs, where a file of others would be written over.
    Where an input is edited meanwhile, what depends on it runs again, at most `TURNS` times in all;
    a report is remembered only if nobody has written to its inputs since it was begun.

    words: what the command asks for; plan: gives its runs; progress: shows them.
    """
    from .. import registry
    from ..runs.fingerprint import key_of_command, state
    from ..runs.store import open_store, remember_report

    for turn in range(1, TURNS + 1):
        begun = state()
        chosen = plan()
        _refuse_others(out, chosen)
        made = _once(chosen, out, options, everything=everything, progress=progress)
        with locked(out):
            key = key_of_command(words, None if everything else out / "notebooks")
            moved = changed(begun, state())
            if not moved and not made.error and made.whole:
                read = {path: h for r in made.results for path, h in r.read.items()}
                remember_report(open_store(), key, out, read)
        if not moved and not any(r.moved for r in made.results):
            return made
        which = first_few(moved, 3)
        if turn == TURNS or not all(name.startswith(_READ_ANEW) for name in moved):
            break
        said = (
            f"ca-research: {which or 'an input'} changed during the run: what depends on it runs "
            "again"
        )
        print(said, file=sys.stderr, flush=True)
        registry.forget()
    return replace(
        made,
        error=RunError(
            f"{which or 'an input'} changed during the run, so the report may be of the state "
            "before",
            where=shown(out),
            hint="ca-research run, once nothing is edited any more",
        ),
    )


def _refuse_others(out: Path, chosen: Sequence[Run]) -> None:
    """Raise UsageError where files of others lie in the places of a report's own: of the runs that
    are chosen, and of those whose notebooks lie there.
    """
    from ..runs import EXECUTED
    from ..runs.store import places, refuse_others

    there = [file.stem for file in (out / EXECUTED).glob("*.ipynb")]
    refuse_others(out, places({*there, *(run.run_id for run in chosen)}))


_READ_ANEW = ("registry/", "data/raw/", "data/added/", "notebooks/", "measures/")
"""What this process can read again; the package it has loaded, and the words it was given, stay as
they were.
"""


def _once(
    chosen: Sequence[Run], out: Path, options: Options, *, everything: bool, progress: Progress
) -> Report:
    from .. import runs, tables
    from ..runs import lean, pool

    started, complaint = time.perf_counter(), None
    pool.warm_up(options)  # while this process imports what it needs itself
    lean.imports()
    from ..site import Shelf, write_site, write_verdicts

    if chosen and all(run.after for run in chosen) and not (out / "verdicts.json").is_file():
        raise CoverageError(
            "there is no report yet that it could read",
            where=shown(out),
            hint="ca-research run, which ends with it",
        )
    tables.build()  # figures that were changed since the last build are part of what is run
    sweep(out)
    read = Shelf(out / runs.EXECUTED)
    if everything:  # a run of everything leaves no page of an earlier one behind
        keep = {f"{r.run_id}.ipynb" for r in chosen}
        for stale in (out / runs.EXECUTED).glob("*.ipynb"):
            if stale.name not in keep:
                stale.unlink()
    with ExitStack() as held:
        with progress(len(chosen)) as (on_start, on_done):

            def execute(due: Sequence[Run]) -> list[Result]:
                due = runs.longest_first(due, out)
                return runs.execute(due, out, options, on_start=on_start, on_done=on_done)

            results = execute([run for run in chosen if not run.after])
            held.enter_context(locked(out))
            last = [run for run in chosen if run.after]  # it reads what the others have stored
            if last and not (options.fail_fast and runs.failed(results)):
                if results:
                    write_verdicts(out, read)
                results += execute(last)
        runs.write_manifest(out, results, time.perf_counter() - started)
        try:
            write_site(out, read)
        except RunError as error:
            complaint = error
    return Report(
        out / "index.html",
        results,
        runs.failed(results) or complaint,
        len(results) == len(chosen) and not any(r.outside for r in results),
    )


@dataclass(frozen=True)
class Report:
    """The index of a report, what became of its runs, the error to end with, if any, and whether
    all was run, from inputs that its key covers.
    """

    index: Path
    results: list[Result]
    error: RunError | None
    whole: bool = True


LISTED = 12
"""Verdicts that a command says one by one; more are counted."""


def answers(
    out: Path, claims: Sequence[str], sets: Sequence[Mapping[str, Sequence[Any]]]
) -> list[str]:
    """The verdicts of a report in words: for each run the answer, the sentence as printed and its
    tests; or, where there are many, their number by verdict.

    claims: those asked for (all where none is named); sets: values of parameters, of which a run
        has one of each name.
    """
    file = out / "verdicts.json"
    stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    asked = [v for v in stored if (not claims or v["claim"] in claims) and _among(v, sets)]
    heads = [v for v in asked if v["leads"]]
    if len(heads) <= LISTED:
        return [line for v in heads for line in _lines(v, asked)]
    count = Counter(v["as_printed"] for v in heads)
    return [
        f"{len(heads)} sentences as printed: "
        + ", ".join(f"{n} {word}" for word, n in count.most_common())
    ]


def _lines(lead: Mapping[str, Any], stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """The answer of one run, the sentence as printed and its tests; nothing of these while the rule
    is the template's.
    """
    if lead["rule"] == WORDS["rule"]:
        return [f"{_run_words(lead)}: no verdict before the rule is written."]
    return [_answer(lead), *_tests(lead, stored)]


def _tests(lead: Mapping[str, Any], stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """The verdict on a sentence, then the tests of its readings, a line each."""
    run = [lead[name] for name in ("claim", "as_of", "params")]
    mine = [v for v in stored if [v[name] for name in ("claim", "as_of", "params")] == run]
    lines = [f"As printed: {lead['as_printed']}. {lead['because']}"]
    for v in mine:
        near = "" if v["nearness"] is None else f", nearness {v['nearness']} of 3"
        word = v["verdict"] + (", fragile" if v["fragile"] else "")
        lines.append(f"Test “{v['title']}”{near}: {word}.")
    return [f"  {line}" for line in lines]


def _among(verdict: Mapping[str, Any], sets: Sequence[Mapping[str, Sequence[Any]]]) -> bool:
    from ..ground import economies

    params = {**verdict["params"], "as_of": verdict["as_of"]}

    def has(name: str, values: Sequence[Any]) -> bool:
        """Whether a parameter has one of the values; what a verdict does not store of its run is
        not held against it.
        """
        held = str(params.get(name, ""))
        asked = {economies.among(str(value), (held,)).casefold() for value in values}
        return name not in params or held.casefold() in asked

    return any(all(has(name, values) for name, values in one.items()) for one in sets)


def _answer(verdict: Mapping[str, Any]) -> str:
    """The answer of one run: 'C33 Kazakhstan, known on 19 May 2023: Russia is first by
    Kazakhstan's own figures.'
    """
    return f"{_run_words(verdict)}: {verdict['answer']}"


def _run_words(verdict: Mapping[str, Any]) -> str:
    """Which run a verdict is of, in words."""
    from ..ground import economies
    from ..ground.periods import day_in_words

    told = {k: v for k, v in verdict["params"].items() if k not in ("claim", "as_of", "economy")}
    where = (
        [economies.name_of(verdict["params"]["economy"])] if "economy" in verdict["params"] else []
    )
    if verdict["as_of"] == "latest":
        day = "with all figures"
    else:
        day = f"known on {day_in_words(dt.date.fromisoformat(verdict['as_of']))}"
    what = [" ".join([verdict["claim"], *where]), *(f"{k}={v}" for k, v in told.items()), day]
    return ", ".join(what)


def summary_of_changes(found: Sequence[Moved], tables: Sequence[str]) -> str:
    """What new figures change, in one sentence."""
    heads = [one for one in found if one.verdict["leads"]]
    turned = sum(one.turned and one.was is not None for one in heads)
    same = sum(not one.turned and bool(one.why) for one in heads)
    claims = len({one.verdict["claim"] for one in heads})
    others = f"; {same} with the same answer from other figures" if same else ""
    return (
        f"Figures have changed in: {', '.join(tables)}. "
        f"Judged again: {_several(len(heads), 'verdict')} of {_several(claims, 'claim')}; "
        f"{turned or 'none'} turned{others}."
    )


def _several(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def changes(found: Sequence[Moved]) -> list[str]:
    """Verdicts that moved, before and after, with the reasons; those that did not are left out."""
    lines = []
    for one in found:
        if not one.verdict["leads"] or not (one.turned or one.why):
            continue
        was = f" (before: {one.was})" if one.turned and one.was else ""
        word, finding = one.verdict["verdict"], one.verdict["finding"].rstrip(".")
        lines.append(f"{_run_words(one.verdict)}: {word}{was}. {finding}.")
        lines += [f"  {why}" for why in one.why]
    return lines


FOLDER_IN_ZIP = "ca-research-report"
"""Name of the folder that a zipped report unpacks to."""


def whole(out: Path) -> list[Path]:
    """The files of a finished report, pages first, executed notebooks last.

    Raises CoverageError where there is none or a page or file of it is missing, RunError where a
    run of it failed.
    """
    from ..runs import EXECUTED, read_manifest
    from ..runs.store import BESIDE, CARDS, made_here

    ran = read_manifest(out)["runs"]
    if broken := [r["run_id"] for r in ran if r["error"]]:
        raise RunError(
            f"the report has {len(broken)} failed runs: {', '.join(broken[:5])}",
            where=shown(out),
            hint="ca-research run",
        )
    index = out / "index.html"
    linked = (
        re.findall(r'href="([^"#:?]+\.html)', index.read_text(encoding="utf-8"))
        if index.is_file()
        else []
    )
    there = [f.name for f in out.glob("*.html") if made_here(f)]
    pages = sorted({"index.html", *linked, *there, *(f"{r['run_id']}.html" for r in ran)})
    books = sorted(f"{EXECUTED}/{r['run_id']}.ipynb" for r in ran)
    pictures = sorted(f.relative_to(out).as_posix() for f in out.glob(CARDS) if made_here(f))
    files = [out / name for name in [*pages, *BESIDE, *pictures, *books]]
    if missing := [f.relative_to(out).as_posix() for f in files if not f.is_file()]:
        raise CoverageError(
            f"the report is incomplete: {first_few(missing, 5)} missing",
            where=shown(out),
            hint="ca-research run",
        )
    return files


def zip_report(out: Path, file: Path, *, notebooks: bool = False) -> int:
    """Zip a finished report for sending; the number of files in it. The same report gives the same
    bytes.

    notebooks: the executed notebooks as well. Raises as `whole` does; the file is written whole or
        not at all.
    """
    from ..runs import EXECUTED

    with locked(out):
        packed = [f for f in whole(out) if notebooks or f.parent.name != EXECUTED]
        held = {f"{FOLDER_IN_ZIP}/{f.relative_to(out).as_posix()}": f.read_bytes() for f in packed}
    write_whole(file, zipped(held))
    return len(packed)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """One command at a time writes the pages of a folder; another waits."""
    from ..runs.store import store_dir

    name = sha256(str(out.resolve()).encode()).hexdigest()[:16]
    elsewhere = "name a folder for the store of runs: CA_RESEARCH_CACHE=FOLDER"
    with lock(store_dir() / "locks" / name, hint=elsewhere):
        yield
