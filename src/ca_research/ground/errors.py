"""Typed errors: what happened, where, and what to do next.

Every error a user can cause derives from `CaResearchError`; the command line prints its three lines
and nothing else (the traceback comes with `--debug`) and leaves with `exit_code`.
"""

from __future__ import annotations

import copyreg
import reprlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


class CaResearchError(Exception):
    """Base of all errors. `what` is one line; `where` and `hint` are optional further lines."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.hint:
            parts.append(f"  next:  {self.hint}")
        return "\n".join(parts)

    def _render_traceback_(self) -> list[str]:  # IPython's hook
        from .tracebacks import rendered

        return rendered(self)

    def __reduce__(self) -> tuple:  # survives the trip out of a worker process with its parts
        return copyreg.__newobj__, (type(self), str(self)), self.__dict__  # type: ignore[attr-defined]


class UsageError(CaResearchError):
    """The call itself is wrong: an unknown name, option or parameter."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not among the known ones; says which are close: `near`, where these are worked
    out elsewhere.
    """

    def __init__(
        self,
        kind: str,
        name: object,
        known: Iterable[str],
        *,
        where: str = "",
        also: str = "",
        near: Sequence[str] | None = None,
    ) -> None:
        known = [str(k) for k in known]
        self.near = near = suggest(str(name), known)[:3] if near is None else near
        listed = ", ".join(known) if len(known) <= 24 else ", ".join(known[:24]) + ", ..."
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        if known and not (near and len(known) > 24):
            hint += f" (known: {listed})" if near else f"known: {listed}"
        hint = "; ".join(filter(None, (hint, also))) or f"there is no {kind} yet"
        quoted = repr(name) if isinstance(name, str) else reprlib.repr(name)  # a frame is long
        super().__init__(f"unknown {kind} {quoted}", where=where, hint=hint)


def known_name(kind: str, name: str, known: Collection[str], *, where: str = "") -> str:
    """The name, which is one of the known; raises UnknownNameError where it is not.

    Examples
    --------
    >>> known_name("flow", "import", ("export", "import"))
    'import'
    """
    try:
        if name in known:
            return name
    except (TypeError, ValueError):  # a list, or a frame, in the place of a name
        pass
    raise UnknownNameError(kind, name, known, where=where)


class ParameterError(UsageError):
    """A notebook parameter that does not exist or has the wrong type."""


class RegistryError(CaResearchError):
    """A file in registry/ does not say what it must."""


class IntegrityError(CaResearchError):
    """A raw file is not the file the registry describes."""


class FileError(CaResearchError):
    """A file that was given cannot be read, or is refused."""


class NothingToAddError(UsageError):
    """No row of a file is one of the table that it is for."""


class ContractError(CaResearchError):
    """A table that lives elsewhere is not of the form that the registry declares."""


class FetchError(CaResearchError):
    """A service, or the host of a table, did not give what it was asked for; nothing was kept.

    passes: whether it may be gone in a moment, of which the service may say the `seconds`.
    """

    passes = False
    seconds: float | None = None


class UnreachableError(FetchError):
    """A service cannot be reached, or does not answer in time."""


class ServiceError(FetchError):
    """A service says that it cannot, or will not, answer."""


class RateLimitError(FetchError):
    """A service asks to be left alone for longer than a command should wait."""


class AccessKeyError(FetchError):
    """A service wants a key, or does not take the one that it was given."""


class AnswerError(FetchError):
    """An answer is cut off, is no answer to the request, or is not of the form that was known."""


class EmptyAnswerError(FetchError):
    """A service has no figure for a request."""


class MissingTableError(CaResearchError):
    """A processed table is not there.

    empty: the project has no figure for it, so that no build would make it.
    """

    def __init__(self, table: str, where: str, *, empty: bool = False) -> None:
        what, hint = "has not been built", "ca-research data build"
        if empty:
            what, hint = "has no figures yet", f"ca-research data add FILE --table {table}"
        super().__init__(f"table {table!r} {what}", where=where, hint=hint)


class StaleTablesError(CaResearchError):
    """The tables were built before figures that were added, changed or removed since."""


class CoverageError(CaResearchError):
    """A measure needs cells that no source covers (missing is not zero)."""


class MixedUnitsError(CaResearchError):
    """Figures of unlike measure, unit or price basis would be added or compared."""


class AggregateError(CaResearchError):
    """An aggregate stands beside its members where they would be ranked or summed together."""


class TimeLimitError(CaResearchError):
    """Something took longer than it may, and was stopped."""


class MeasureError(CaResearchError):
    """A measure cannot be imported, or does not do what a measure does: a fault of code.

    Unlike other errors of a measure it is never an answer about the world.
    """


class RunError(CaResearchError):
    """A notebook could not be run to its end."""


class WriteError(CaResearchError, OSError):
    """A file could not be written; nothing half-written is left. Also an OSError, with its
    number.
    """

    def __init__(
        self, file: Path, problem: OSError, *, hint: str = "make room there, or name another folder"
    ) -> None:
        super().__init__(
            f"{problem.strerror or problem}: a file could not be written",
            where=str(file),
            hint=hint,
        )
        self.errno, self.filename = problem.errno, str(file)


class LinkError(CaResearchError):
    """A symbolic link that cannot be followed."""


class BaselineError(CaResearchError):
    """There is no baseline to compare with, it cannot be read, or it may not be replaced by what is
    at hand.
    """


@dataclass(frozen=True)
class Fault:
    """One broken row of a raw file; line 0 where rows have none, as in a database."""

    file: str
    line: int
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.column} = {self.value!r}: {self.rule}"


class DataError(CaResearchError):
    """Rows break the rules of their table; `faults` holds every one of them. outcome: what then was
    not done.
    """

    def __init__(
        self,
        faults: Sequence[Fault],
        *,
        shown: int = 50,
        outcome: str = "nothing was built",
        hint: str = "mend the rows named above, then: ca-research data build",
    ) -> None:
        self.faults = list(faults)
        lines = [f"  {fault}" for fault in self.faults[:shown]]
        if len(self.faults) > shown:
            lines.append(f"  ... and {len(self.faults) - shown} more (all in DataError.faults)")
        files = sorted({fault.file for fault in self.faults})
        super().__init__(
            f"{len(self.faults)} fault(s) in {len(files)} file(s); {outcome}\n" + "\n".join(lines),
            hint=hint,
        )


def suggest(name: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """Known names close to `name`, case ignored: those that a letter makes it, or else up to three
    that look like it; a code of three letters looks like none.
    """
    text, by_fold = name.casefold(), {k.casefold(): k for k in known}
    near = [one for one in by_fold if _a_letter_apart(text, one)]
    if not near and len(text) > 3:
        near = get_close_matches(text, list(by_fold), n=3, cutoff=cutoff)
    return [by_fold[one] for one in near]


def _a_letter_apart(one: str, other: str) -> bool:
    """Whether a letter more, less or other, or two in each other's place, is all the difference."""
    pairs = enumerate(zip(one, other, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return b[1:] in (a[1:], a) or a[1:] == b or (a[2:] == b[2:] and a[:2] == b[1::-1])


class UndeclaredReadError(CaResearchError):
    """A notebook reads a table or a registry entry that its metadata does not declare."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        what, key = {"table": ("table", "tables"), "registry": ("registry entry", "registry")}[kind]
        super().__init__(
            f"the notebook reads the {what} {name!r} without declaring it",
            where=f"declared: {', '.join(known) or 'none'}",
            hint=f"add it to `ca_research.{key}` in the notebook's metadata",
        )
