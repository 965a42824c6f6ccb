"""What was read of a project's registry, remembered for as long as its files stay as they are.

A process may work with two projects, and a notebook session may outlive an edit: what is remembered
belongs to the folder it was read from, and is read anew once a file of it has changed.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from . import paths, reads
from .files import stamps, walk

P = ParamSpec("P")
T = TypeVar("T")

LOOK_AGAIN = 0.2
"""Seconds until the files are looked at again; these functions are called thousands of times."""


Marks = dict[str, tuple[int, ...]]


class _Kept(NamedTuple):
    value: Any
    marks: Marks
    until: float


_kept: dict[Hashable, _Kept] = {}
_looked: dict[Hashable, tuple[Marks, float]] = {}
_files: dict[Hashable, tuple[Marks, Any]] = {}


def by_file(
    function: Callable[Concatenate[Path, P], T],
) -> Callable[Concatenate[Path, P], T]:
    """Remember what a file is read into, until the file itself has changed.

    Beside `by_files` for what is dear and the same for whoever may read it: a run that may read few
    claims, in a process forked from one that read all, parses none.
    """

    @functools.wraps(function)
    def call(file: Path, *args: P.args, **kwargs: P.kwargs) -> T:
        key, mark = (function, file, args, *kwargs.items()), stamps([file])
        kept = _files.get(key)
        if kept is None or kept[0] != mark:
            kept = _files[key] = (mark, function(file, *args, **kwargs))
        value: T = kept[1]
        return value

    return call


def by_files(
    *patterns: str, added: bool = False, rows: bool = False, raw: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember what a function returns, by project folder, until a file it reads has changed.

    Parameters
    ----------
    *patterns : str
        The files within registry/ that the function reads, for example "tables/*.yaml".
    added : bool
        Whether it reads the register entries of added figures too.
    rows : bool
        Whether it reads their rows too.
    raw : bool
        Whether it reads the raw files.

    Notes
    -----
    The files' marks are compared at most every `LOOK_AGAIN` seconds. What a run may read
    (`reads`) is part of what is remembered by. An error is not remembered.
    """

    names = {f"register/{pattern}" for pattern in patterns}

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            reads.noted.update(names)
            place = (paths.decided_by(), os.environ.get(reads.VARIABLE))
            key = (function, place, args, *kwargs.items())
            kept, now = _kept.get(key), time.monotonic()
            if kept is None or now >= kept.until:
                marks, until = _look(patterns, (added, rows, raw), place, now)
                unchanged = kept is not None and kept.marks == marks
                value = kept.value if kept and unchanged else function(*args, **kwargs)
                kept = _kept[key] = _Kept(value, marks, until)
            return kept.value

        return call

    return decorate


def _look(
    patterns: tuple[str, ...], more: tuple[bool, ...], place: Hashable, now: float
) -> tuple[Marks, float]:
    """The marks of the files, and until when they need no second look: several functions read the
    same ones.
    """
    key = (patterns, more, place)
    if key not in _looked or now >= _looked[key][1]:
        _looked[key] = stamps(_read(patterns, *more)), now + LOOK_AGAIN
    return _looked[key]


def _read(patterns: tuple[str, ...], added: bool, rows: bool, raw: bool) -> Iterator[Path]:
    for pattern in patterns:
        yield from paths.registry_dir().glob(pattern)
    if added:
        yield from paths.added_entries()
    if rows:
        yield from walk(paths.added_dir(), ".parquet")
    if raw:
        yield from walk(paths.raw_dir())


def forget() -> None:
    """Let go of all of it: the next call reads the files as they are then."""
    _kept.clear()
    _looked.clear()
    _files.clear()
