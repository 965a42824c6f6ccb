"""`fetch`: figures from a publisher's own service become rows of a table, and a vintage is kept."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import re
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import registry
from ..ground import reads
from ..ground.economies import in_prose
from ..ground.errors import (
    AnswerError,
    EmptyAnswerError,
    NothingToAddError,
    UsageError,
    known_name,
)
from ..ground.files import write_whole
from ..registry.services import Answer
from . import added, vintage
from .add import Addition, compared, entry_of, keep, source_entry, valid_id
from .database import connect
from .reading import read
from .validate import arrow

if TYPE_CHECKING:
    from ..sources.fetch import Asking, Line, Request, Wait


@dataclass(frozen=True)
class Fetched(Addition):
    """What was fetched, or with `dry_run` would be added.

    Attributes
    ----------
    entry : registry.Added
        Its register entry; `entry.vintage` is the stamp of the fetch.
    rows : pandas.DataFrame
        The rows in the table's own form.
    compared : pandas.DataFrame
        The first thousand rows that repeat or contradict a figure of another source, beside it.
    said : mapping of str to int
        How many rows are new, repeat or contradict.
    left_out : mapping of str to int
        Rows of the answers that are no figures of the table, by reason.
    skipped : tuple of Fault
        Faulty rows that were left out because the caller said so.
    kept : bool
        Whether it was added.
    vintage : registry.Vintage
        The answers, what was asked, and which requests had no figure.
    revisions : pandas.DataFrame
        What changed since the last fetch of the source, as `diff`; empty at the first.
    since : str
        The stamp of that fetch, '' at the first.

    Examples
    --------
    `fetch` gives one; printed it says what was asked, understood, compared and revised.

    >>> import inspect
    >>> inspect.signature(fetch).return_annotation
    'Fetched'
    """

    vintage: registry.Vintage
    revisions: pd.DataFrame
    since: str


def fetch(
    provider: str,
    *,
    table: str | None = None,
    source: str | None = None,
    lag: int | None = None,
    role: str | None = None,
    preference: int | None = None,
    redistribution: str | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    confirm: Callable[[Addition], bool] | None = None,
    progress: Callable[[str], None] = lambda request: None,
    wait: Wait = time.sleep,
    **asked: Any,
) -> Fetched:
    """Fetch figures from a publisher's service and add them to a table, as a source of their own.

    The answers are kept as they were received, as a vintage; a later fetch of the same source
    takes its place in the tables, and what changed can be asked for (`diff`). All of it is added
    or nothing.

    Parameters
    ----------
    provider : {'worldbank', 'comtrade', 'imf', 'eurostat', 'unesco'} or str
        Whom to ask; or a source that was fetched before, to ask the same again.
    table : str, optional
        The table that the figures belong to; by default the provider's usual one.
    source : str, optional
        An id for the source; by default made of the provider and what is asked.
    lag : int, optional
        Days after the end of a year at which the figures of that year were out. Without it all are
        known from the day of the fetch.
    role, preference : str, int
        How the source speaks for a reporter, and before which others: the lower first.
    redistribution : {'figures', 'yes', 'no'}, optional
        What the licence allows, as for `add`. Of a source that is asked again, this, `lag`, `role`
        and `preference` are by default what they were.
    skip_bad : bool
        Leave out faulty rows, and keep the list of them.
    dry_run : bool
        Fetch, check and compare, and add nothing.
    confirm : callable, optional
        Asked with what would be added; unless it says yes nothing is.
    progress : callable
        Called with each request before it is made.
    wait : callable
        What waiting is: between requests, and before a second try.
    **asked : Any
        What is asked for, a value or a list of values. World Bank and UNESCO: `indicator`, and
        `economy`; Comtrade and IMF: `reporter`, and `partner` and `flow` (Comtrade `product`);
        Eurostat: `origin`, and `destination`. All: `year`, or `since` and `until`.

    Returns
    -------
    Fetched
        What was added, what it says of cells on which others spoke, and what was revised.

    Raises
    ------
    FetchError
        UnreachableError, ServiceError, RateLimitError, AccessKeyError, AnswerError (none that can
        be read, or cut off) or EmptyAnswerError (no such figure). Nothing was changed.
    DataError
        With every faulty cell of the answers.
    UsageError
        The provider does not take what is asked, needs more, or the id is one of another source.
    UnknownNameError
        There is no such provider, table or economy.

    Notes
    -----
    A key is read from the environment or the system's keyring and is never written anywhere. A
    fetch that was interrupted goes on where it stopped, for a day.

    Examples
    --------
    Nothing is asked before it is clear what for:

    >>> fetch("worldbank", economy="KAZ")
    Traceback (most recent call last):
        ...
    ca_research.ground.errors.UsageError: worldbank has to be told: indicator...
    """
    from ..sources import fetch as fetching

    if reads.declared("table") is not None:
        raise UsageError("nothing is fetched within a run", hint="ca-research data fetch, before")
    before = registry.added().get(provider)
    if before is not None and before.vintage is not None:
        if asked or source or table:
            raise UsageError(
                f"{provider} is asked the same again, or under another id",
                hint="name the provider to ask something else",
            )
        last = vintage.find(provider, before.vintage)
        table, source, asked, provider = last.table, provider, dict(last.asked), last.provider
    service = registry.provider(provider)
    table = table or service.tables[0]
    added.refuse_located(registry.table(table))
    known_name(f"table with figures of {service.publisher}", table, service.tables)
    choice = fetching.choice(provider, asked)
    source = source or _id(provider, choice)
    valid_id(source)
    known = registry.added().get(source)
    kept = known.source if known else None  # asked again, what was said of it stays
    stated = {"redistribution": redistribution, "role": role, "preference": preference, "lag": lag}
    before_that = kept.model_dump() | {"lag": kept.release_lag_days} if kept else {}
    about = {n: before_that.get(n) if said is None else said for n, said in stated.items()}
    line = fetching.Line(service, fetching.key(service), wait)
    with closing(line), vintage.alone(source) as folder:
        _refuse_other(source, provider, table, choice)
        how = fetching.asking(provider)
        one = _begun(folder, source, service, table, choice, skip_bad)
        chosen = fetching.with_years(choice, _moment(one.stamp).date())
        requests = how.requests(chosen, service, line.keyed)
        one = _answers(folder / vintage.PARTIAL, one, requests, how, line, progress)
        try:
            proposal = _proposal(folder, one, service, about)
        except BaseException:
            shutil.rmtree(folder / vintage.PARTIAL, ignore_errors=True)  # it would fail again
            raise
        if dry_run or (confirm is not None and not confirm(proposal)):
            return proposal
        check = functools.partial(_refuse_other, source, provider, table, choice)
        write = functools.partial(added.write, proposal.entry, proposal.rows)
        return keep(proposal, check, write, vintage.whole(folder, one))


_TELLS = ("reporter", "partner", "flow", "product", "origin", "destination", "economy", "year")
"""What is asked for and stands in rows as it was asked."""


def _id(provider: str, choice: Mapping[str, Any]) -> str:
    """An id for a source, of the provider and what is asked: COMTRADE_TJK_2022_IMPORT."""
    values = (v if isinstance(v, list) else [v] for v in choice.values())
    words = "_".join(map(str, [provider, *itertools.chain.from_iterable(values)]))
    words += "_on" if "since" in choice and "until" not in choice else ""
    name = re.sub(r"[^A-Z0-9]+", "_", words.upper())
    if len(name) <= 60:
        return name
    return f"{name[:50].rstrip('_')}_{hashlib.sha256(name.encode()).hexdigest()[:6].upper()}"


def _refuse_other(source: str, provider: str, table: str, choice: Mapping[str, Any]) -> None:
    """Raise UsageError where the id is one of another source, or of another request: its rows
    would be lost.
    """
    entry = registry.added().get(source)
    if entry is None or entry.vintage is None:
        return added.refuse_known(source)
    last = vintage.find(source, entry.vintage)
    if (last.provider, last.table, last.asked) != (provider, table, dict(choice)):
        raise UsageError(
            f"{source} is what was fetched from {last.provider} for {_title(last.asked)}",
            hint=f"give this another id: --source ...; or ca-research data remove {source}",
        )
    return None


# --- answers


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _moment(stamp: str) -> dt.datetime:
    return dt.datetime.strptime(stamp, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=dt.UTC)


def _begun(
    folder: Path,
    source: str,
    service: registry.Provider,
    table: str,
    choice: dict[str, Any],
    skips: bool,
) -> registry.Vintage:
    """The fetch that was left off, where it is of today and asks the same; else a new one."""
    from ..sources import answers
    from ..sources.fetch import client

    partial = folder / vintage.PARTIAL
    fresh = registry.Vintage(
        source=source,
        stamp=vintage.stamp(folder, now()),
        provider=service.name,
        address=service.address,
        table=table,
        asked=choice,
        skips=skips,
        client=client(),
        answers=(),
    )
    if (partial / answers.RECORD).is_file():
        old = answers.record(partial)
        same = (old.address, old.asked) == (service.address, choice)
        if same and dt.timedelta(0) <= now() - _moment(old.stamp) < vintage.STALE:
            return fresh.model_copy(update={"stamp": old.stamp, "answers": old.answers})
    shutil.rmtree(partial, ignore_errors=True)
    return fresh


def _answers(
    partial: Path,
    one: registry.Vintage,
    requests: list[Request],
    how: Asking,
    line: Line,
    progress: Callable[[str], None],
) -> registry.Vintage:
    """Every answer, each written before the next is asked for; those that are there stay."""
    held = {answer.request: partial / answer.file for answer in one.answers}
    answers, empty, queue = list[Answer](), list[str](), list(requests)
    while queue:
        request = queue.pop(0)
        query = str(request)
        try:
            if query in held:
                body = held[query].read_bytes()
            else:
                progress(query)
                body = line.get(request)
            reply = how.read(request, body, line.service, line.keyed)
        except EmptyAnswerError:
            empty.append(query)
            continue
        empty += [] if reply.rows else [query]
        queue[:0] = [reply.more] if reply.more else []
        answer = Answer(
            file=f"{len(answers) + 1:04d}{request.suffix}",
            request=query,
            sha256=hashlib.sha256(body).hexdigest(),
            rows=reply.rows,
            remarks=reply.remarks,
        )
        answers.append(answer)
        write_whole(partial / answer.file, body)
        one = one.model_copy(update={"answers": tuple(answers), "empty": tuple(empty)})
        vintage.note(partial, one)
    one = one.model_copy(update={"answers": tuple(answers), "empty": tuple(empty)})
    if not any(answer.rows for answer in answers):
        remarks = "; ".join(dict.fromkeys(r for answer in answers for r in answer.remarks))
        shutil.rmtree(partial, ignore_errors=True)
        raise line.nothing(requests[0], remarks)
    vintage.note(partial, one)
    return one


# --- rows


def _proposal(
    folder: Path,
    one: registry.Vintage,
    service: registry.Provider,
    details: Mapping[str, Any],
) -> Fetched:
    """The answers as rows of the table, compared with what others said and with the last fetch."""
    spec = registry.table(one.table)
    try:
        figures = read(folder / vintage.PARTIAL, spec, one.source, one.skips)
        if figures.layout is None:
            raise UsageError("its headings are not known")
    except NothingToAddError as error:
        raise EmptyAnswerError(
            f"{service.publisher} has such figures, and none that table {one.table!r} can hold",
            where=error.where,
            hint="ask for other years or economies; or give --table",
        ) from error
    except UsageError as error:  # a heading or a word that the layout does not know
        raise AnswerError(
            f"{service.publisher} gave an answer of another form than was known: {error.what}",
            where=error.where or service.address,
            hint="its form has changed: a newer ca-research may know it; or add a downloaded file",
        ) from error
    _refuse_unasked(figures.rows, one.asked, service)
    about = {
        "publisher": figures.layout.publisher,
        "licence": figures.layout.licence,
        **details,
        "published": one.day,
        "title": f"{service.publisher}: {_title(one.asked)}",
        "found_in": vintage.found_in(one.day),
    }
    source = source_entry(one.source, about, figures.layout, figures.given.name)
    entry = entry_of(figures, source, spec)
    entry = entry.model_copy(update={"vintage": one.stamp})
    with connect() as connection:
        connection.register("good", arrow(spec, figures.rows))
        base = compared(connection, entry, figures, follows=False)
    before = registry.added().get(one.source)
    since = before.vintage if before and before.vintage else ""
    old = vintage.frame(vintage.find(one.source, since)) if since else figures.rows
    revisions = vintage.changes(spec, old, figures.rows)
    return Fetched(**vars(base), vintage=one, revisions=revisions, since=since)


def _refuse_unasked(
    rows: pd.DataFrame, choice: Mapping[str, Any], service: registry.Provider
) -> None:
    """Raise AnswerError where rows are of something else than was asked for."""
    wanted = {name: choice[name] for name in _TELLS if name in choice}
    if choice.keys() & {"since", "until"}:
        wanted["year"] = range(choice.get("since", 0), choice.get("until", now().year) + 1)
    for name in wanted.keys() & {*rows}:
        values = wanted[name]
        if other := sorted({*rows[name].astype("str")} - {*map(str, values)}):
            raise AnswerError(
                f"{service.publisher} gave figures of another {name} than was asked for: "
                f"{', '.join(other[:5])}",
                where=service.address,
                hint="again later; or download a file and add it",
            )


def _title(choice: Mapping[str, Any]) -> str:
    """What was asked for, in words: 'Tajikistan, China, import, 2022'."""
    parts = [in_prose(str(one)) for v in choice.values() if isinstance(v, list) for one in v]
    parts += [f"{word} {choice[word]}" for word in ("since", "until") if word in choice]
    return ", ".join(parts)
