"""A report from beginning to end: what is unchanged is served, the rest is run, and the pages are
written over both.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ground import economies
from ..ground.errors import CoverageError, RunError
from ..ground.files import changed, lock, sweep, write_whole, zipped
from ..ground.numbers import counted, first_few
from ..ground.paths import shown
from ..ground.periods import day_in_words
from ..ground.templates import filled
from . import console
from .notebooks import TEMPLATES
from .template import WORDS

if TYPE_CHECKING:
    from ..runs import Options, Result, Run
    from ..verify import Moved


@dataclass(frozen=True)
class Report:
    """What became of the runs of a report, and the error to end with, if any.

    run_ids: the runs. put_back: how many files the store had to give for it, None where it does not
    know the report.
    """

    results: Sequence[Result] = ()
    error: RunError | None = None
    put_back: int | None = None
    run_ids: Sequence[str] = ()


def make(
    plan: Callable[[], Sequence[Run]],
    out: Path,
    options: Callable[[], Options],
    *,
    words: str = "",
    fresh: bool = False,
    everything: bool = False,
) -> Report:
    """Run what is planned into `out` and write all pages. Failed runs are in the result; their
    pages show the failure.

    Raises UsageError, before anything runs, where a file of others would be written over.
    A report is remembered only if all of it has run well, from inputs that its key covers, and
    nobody has written to these since it was begun; an edit meanwhile is the error that it ends
    with.

    words: what the command asks for; of the same words and inputs the report is served from the
        store, unless it is to be fresh. Nothing heavy is imported then, nothing planned: a repeated
        command costs a fraction of a second.
    everything: the command runs all there is. Else pages of other runs stay beside its own, and
        count as an input.
    """
    from ..runs.fingerprint import key_of_command, state
    from ..runs.store import open_store, remember_report, serve_report

    others = None if everything else out / "notebooks"
    if words and not fresh:
        with locked(out):
            served = serve_report(open_store(), key_of_command([words], others), out)
        if served:
            return Report(put_back=served[0], run_ids=served[1])
    begun = state()
    chosen = plan()
    _refuse_others(out, chosen)
    report = _run(chosen, out, options(), everything)
    with locked(out):
        if edited := changed(begun, state()):
            error = RunError(
                f"{first_few(edited, 3)} changed during the run, so the report may be of before",
                where=shown(out),
                hint="the same command again: what does not depend on it is served from the store",
            )
            return replace(report, error=error)
        if words and not report.error and not any(result.outside for result in report.results):
            read = {path: h for result in report.results for path, h in result.read.items()}
            key = key_of_command([words], others)
            remember_report(open_store(), key, out, read, report.run_ids)
    return report


def _refuse_others(out: Path, chosen: Sequence[Run]) -> None:
    """Raise UsageError where files of others lie in the places of a report's own: of the runs that
    are chosen, and of those whose notebooks lie there.
    """
    from ..runs import EXECUTED
    from ..runs.store import embedded, places, refuse_others

    there = [file.stem for file in (out / EXECUTED).glob("*.ipynb")]
    run_ids = {*there, *(run.run_id for run in chosen)}
    refuse_others(out, [*places(run_ids), *embedded(run_ids)])


def _run(chosen: Sequence[Run], out: Path, options: Options, everything: bool) -> Report:
    from .. import registry, runs, tables
    from ..runs import lean, pool
    from . import locking

    started = time.perf_counter()
    pool.warm_up(options)  # while this process imports what it needs itself
    lean.imports()
    from ..site import write_site, write_verdicts

    first = [run for run in chosen if not run.after]
    last = [run for run in chosen if run.after]  # it reads what the others have stored
    if last and not first and not (out / "verdicts.json").is_file():
        raise CoverageError(
            "there is no report yet that it could read",
            where=shown(out),
            hint="ca-research run, which ends with it",
        )
    tables.build()  # figures that were changed since the last build are part of what is run
    sweep(out)
    kept = {run.run_id for run in chosen}
    if not everything:  # which leaves no page of an earlier run behind
        kept |= {file.stem for file in (out / runs.EXECUTED).glob("*.ipynb")} - gone(out)
    for file in (out / runs.EXECUTED).glob("*.ipynb"):
        if file.stem not in kept:
            file.unlink()
    specs = registry.claims()
    locking.record_runs(r.name for r in chosen if r.name in specs and specs[r.name].criteria())
    with ExitStack() as held:
        with console.progress(len(chosen)) as shown_by:
            execute = partial(runs.execute, out=out, options=options, **shown_by)
            results = execute(runs.longest_first(first, out))
            held.enter_context(locked(out))
            if last and not (options.fail_fast and runs.failed(results)):
                if results:
                    write_verdicts(out)
                results += execute(last)
        runs.write_manifest(out, results, time.perf_counter() - started)
        error = runs.failed(results)
        try:
            write_site(out)
        except RunError as fault:
            error = error or fault
    return Report(results, error, run_ids=[result.run_id for result in results])


def gone(out: Path) -> set[str]:
    """Ids of the runs of a report whose claim or notebook the project no longer has."""
    from .. import runs

    rows = runs.read_manifest(out)["runs"] if (out / "manifest.json").is_file() else ()
    there = {(run.run_id, run.name) for run in runs.runs_of(rows)}
    return {row["run_id"] for row in rows if (row["run_id"], row["name"]) not in there}


LISTED = 12
"""Verdicts that a command says one by one; more are counted."""


def answers(out: Path, run_ids: Sequence[str]) -> list[str]:
    """The verdicts of some runs of a report in words: for each run the answer, the sentence as
    printed and its tests; or, of many, how many sentences have which verdict.
    """
    file = out / "verdicts.json"
    stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    verdicts = [v for v in stored if v["run"] in run_ids]
    if len({v["run"] for v in verdicts}) > LISTED:
        return [_counts(verdicts)]
    lines = list[str]()
    for _, run in groupby(verdicts, key=itemgetter("run")):
        tests = list(run)
        for lead in tests:
            if lead["leads"]:
                lines += _lines(lead, tests)
    return lines


def _counts(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """How many sentences have which verdict, each once; those of opinion apart."""
    from .. import registry
    from ..claims.overview import once_each

    known, heads = registry.claims(), once_each(verdicts)
    judged = [v for v in heads if v["claim"] not in known or known[v["claim"]].kind != "opinion"]
    days = {v["as_of"] for v in judged}
    when = f"as of {days.pop()}" if len(days) == 1 else "each as of its newest day"
    words = Counter(v["as_printed"] for v in judged).most_common()
    counts = ", ".join(f"{n} {word}" for word, n in words)
    opinions = len(heads) - len(judged)
    return f"{counted(len(judged), 'sentence')} as printed, {when}: {counts}" + (
        f"; {counted(opinions, 'sentence')} of opinion" if opinions else ""
    )


def _lines(lead: Mapping[str, Any], tests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The answer of one run, the sentence as printed and its tests; nothing of these while the rule
    is the template's.
    """
    run = _run_words(lead)
    if lead["rule"] == WORDS["rule"]:
        yield f"{run}: no verdict before the rule is written."
        return
    yield f"{run}: {lead['answer']}"
    yield "  As printed: {as_printed}. {because}".format_map(lead)
    for test in tests:
        near = "" if test["nearness"] is None else ", nearness {nearness} of 3"
        fragile = ", fragile" * test["fragile"]
        yield f"  Test “{{title}}”{near}: {{verdict}}{fragile}.".format_map(test)


def _run_words(verdict: Mapping[str, Any]) -> str:
    """Which run a verdict is of: 'C33 Kazakhstan, known on 19 May 2023'."""
    what, day = verdict["claim"], verdict["as_of"]
    params = {k: v for k, v in verdict["params"].items() if k not in ("claim", "as_of")}
    if economy := params.pop("economy", ""):
        what += f" {economies.name_of(economy)}"
    known = "with all figures"
    if day != "latest":
        known = f"known on {day_in_words(dt.date.fromisoformat(day))}"
    return ", ".join([what, *map("{0[0]}={0[1]}".format, params.items()), known])


def changes(moves: Sequence[Moved], tables: Sequence[str]) -> str:
    """What new figures change, in one sentence; then each verdict that moved, before and after,
    with the reasons.
    """
    heads = [one for one in moves if one.verdict["leads"]]
    file = TEMPLATES / "changes.j2"
    return filled(file, heads=heads, tables=tables, run=_run_words, counted=counted).rstrip("\n")


FOLDER_IN_ZIP = "ca-research-report"
"""Name of the folder that a zipped report unpacks to."""


def whole(out: Path) -> list[Path]:
    """The files of a finished report.

    Raises CoverageError where there is none, a page or file of it is missing, a run of it failed,
    or it holds a page of what the project no longer has.
    """
    from ..runs import read_manifest
    from ..runs.store import embedded, places

    ran = read_manifest(out)["runs"]
    run_ids = [run["run_id"] for run in ran]
    names = places(run_ids)
    lacking = [name for name in names if not (out / name).is_file()]
    if faulty := [*lacking, *(run["run_id"] for run in ran if run["error"])]:
        fault = f"the report is not whole: {first_few(faulty, 5)} failed or is not there"
        raise CoverageError(fault, where=shown(out), hint="ca-research run")
    if old := gone(out):
        fault = f"the report holds pages of what is gone: {first_few(sorted(old), 5)}"
        raise CoverageError(fault, where=shown(out), hint="ca-research run")
    more = [name for name in embedded(run_ids) if (out / name).is_file()]
    return [out / name for name in (*names, *more)]


def zip_report(out: Path, file: Path, *, notebooks: bool = False) -> int:
    """Zip a finished report for sending; the number of files in it. The same report gives the same
    bytes.

    notebooks: the executed notebooks as well. Raises as `whole` does; the file is written whole or
        not at all.
    """
    with locked(out):
        packed = [f for f in whole(out) if notebooks or f.suffix != ".ipynb"]
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
