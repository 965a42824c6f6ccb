"""What differs between the accepted verdicts and those of a report, and which inputs changed in
between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..ground.errors import CaResearchError
from .state import Entry, Key, State

RELATIVE = 1e-6
"""Numbers may differ by this part of the larger: they are stored with ten digits, and what an
iterative fit, another BLAS or another pandas changes lies beyond the eighth. A source figure that
was revised changes the fourth."""

ABSOLUTE = 1e-9
"""The same for numbers around zero, of which no part can be taken."""

SHARE = 1e-6
"""Shares of specifications are ratios of whole numbers: one specification that turns moves them by
more than 0.0001.
"""

TOLERANCES = {
    "as printed, verdict, certainty, fragile, part, state, unit, number of specifications": "exact",
    "estimate, low, high": f"{RELATIVE:g} of the larger number, or {ABSOLUTE:g}",
    "share of specifications": f"{SHARE:g}",
}


@dataclass(frozen=True)
class Cause:
    """An input that changed: data, rule, register, notebook, package or environment; `which` of it,
    where there are several.
    """

    input: str
    which: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.input} ({', '.join(self.which)})" if self.which else self.input


def shown(value: Any) -> str:
    """A value for a reader."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


UNKNOWN = "unknown: the report does not record its inputs"
NONE = "none of the recorded inputs: the result is not reproducible on this machine"


@dataclass(frozen=True)
class Difference:
    """One value that moved; what: 'verdict', or 'criterion: estimate'."""

    what: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.what}: {shown(self.old)} -> {shown(self.new)}"


@dataclass(frozen=True)
class Change:
    """An entry that differs. kind: changed, new (not in the baseline) or gone (not in the report;
    `why` says why).
    """

    kind: str
    entry: Entry
    differences: tuple[Difference, ...] = ()
    because: tuple[Cause, ...] = ()
    why: str = ""

    @property
    def rows(self) -> tuple[Difference, ...]:
        """What differs; of an entry that only one side has, its verdict."""
        verdict = self.entry.verdict
        both = ("not there", verdict) if self.kind == "new" else (verdict, "not there")
        return self.differences or (Difference("verdict", *both),)

    @property
    def reason(self) -> str:
        """Because of what, in words."""
        return "; ".join(map(str, self.because)) or self.why or "it is not in the baseline"


@dataclass(frozen=True)
class Comparison:
    """All that differs. inputs: what changed of the inputs of all verdicts, whether or not one
    moved.

    unknown: verdicts of runs (a claim, parameters, a day) of which the baseline has none, so that
        nothing can have moved.
    failed: runs of the report that did not end well; a report that has some is never the same as
        the baseline.
    outdated: inputs at hand that are no longer those of the report.
    """

    compared: tuple[Entry, ...]
    changes: tuple[Change, ...]
    failed: tuple[tuple[str, str], ...]
    inputs: tuple[Cause, ...]
    outdated: tuple[Cause, ...] = ()
    unknown: tuple[Entry, ...] = ()

    @property
    def same(self) -> bool:
        return not self.changes and not self.failed

    def count(self, kind: str) -> int:
        return sum(c.kind == kind for c in self.changes)

    def of(self, entry: Entry) -> Change | None:
        """The change of an entry, if it has one."""
        return next((c for c in self.changes if c.entry.key == entry.key), None)


def compare(baseline: State, report: State, outdated: tuple[Cause, ...] = ()) -> Comparison:
    """Every verdict of both sides; an entry that only one of them has is a change, but for those of
    unknown runs. To a baseline without a verdict every one is new: it knows no run at all.
    """
    changes, causes, unknown = [], list[Cause](), dict[Key, Entry]()
    entries = dict(sorted({**baseline.entries, **report.entries}.items()))
    known = {entry.run for entry in baseline.entries.values()}
    for key, entry in entries.items():
        old, new = baseline.entries.get(key), report.entries.get(key)
        if old is None and known and entry.run not in known:
            unknown[key] = entry
        elif old is None:
            changes.append(Change("new", entry))
        elif new is None:
            changes.append(Change("gone", entry, why=_why_gone(report, entry)))
        else:
            because = tuple(_causes(old, new))
            causes += because
            if differences := tuple(_differences(old, new)):
                changes.append(Change("changed", new, differences, because or (Cause(NONE),)))
    return Comparison(
        compared=tuple(entry for key, entry in entries.items() if key not in unknown),
        changes=tuple(changes),
        failed=tuple((r["run_id"], r["error"]) for r in report.failed),
        inputs=_together(causes),
        outdated=outdated,
        unknown=tuple(unknown.values()),
    )


def _why_gone(report: State, entry: Entry) -> str:
    if (run := report.run_of(entry)) is None:
        return "its run is not in the report"
    failed = f"its run failed: {run['error']}"
    return failed if run["error"] else "its run gives no such reading any more"


def _differences(old: Entry, new: Entry) -> Iterator[Difference]:
    for name in ("as_printed", "part", "verdict", "fragile", "certainty"):
        before, after = getattr(old, name), getattr(new, name)
        if before is not None and before != after:  # None: accepted before it was kept
            yield Difference(name.replace("_", " "), before, after)
    for name in sorted(old.criteria.keys() | new.criteria.keys()):
        was, now = old.criteria.get(name), new.criteria.get(name)
        if was is None or now is None:
            yield Difference(f"{name}: criterion", was and was["state"], now and now["state"])
            continue
        for what in was:
            if not _equal(what, was[what], now[what]):
                yield Difference(f"{name}: {what.replace('_', ' ')}", was[what], now[what])


def _equal(what: str, old: Any, new: Any) -> bool:
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (old, new))
    if not numbers or what == "specifications":
        return bool(old == new)
    if what == "share_of_specifications":
        return abs(old - new) <= SHARE
    return math.isclose(old, new, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _causes(old: Entry, new: Entry) -> Iterator[Cause]:
    """Inputs of a verdict that changed. A claim file whose rule changed counts as the rule, not
    once more as the register.
    """
    if not new.inputs:
        yield Cause(UNKNOWN)
        return
    if old.rule != new.rule:
        yield Cause("rule", (new.claim,))
    own = {f"claims/{new.claim}", "claims/*"} if old.rule != new.rule else set()
    for cause in _changed(old.inputs, new.inputs):
        which = tuple(w for w in cause.which if w not in own)
        if which or not cause.which:
            yield Cause(cause.input, which)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    for kind in ("data", "register"):
        if names := _names(old[kind], new[kind]):
            yield Cause(kind, names)
    if old["notebook"] != new["notebook"]:
        yield Cause("notebook")
    if names := _names(old["package"], new["package"]):
        yield Cause("package", names)
    if names := _names(old["environment"], new["environment"]):
        words = {
            "python": "Python {old} became {new}",
            "lock": "lock file",
            "installed": "installed packages",
        }
        before, after = old["environment"], new["environment"]
        told = (
            words.get(n, n).format(old=before.get(n, "none"), new=after.get(n, "none"))
            for n in reversed(names)
        )
        yield Cause("environment", tuple(told))


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(n for n in old.keys() | new.keys() if old.get(n) != new.get(n)))


def _together(causes: list[Cause]) -> tuple[Cause, ...]:
    """One cause for each input, with all that changed of it."""
    found: dict[str, set[str]] = {}
    for cause in causes:
        found.setdefault(cause.input, set()).update(cause.which)
    order = ("data", "rule", "register", "notebook", "package", "environment")
    return tuple(Cause(name, tuple(sorted(found[name]))) for name in order if name in found)


def outdated(report: State) -> tuple[Cause, ...]:
    """Inputs at hand that are no longer those a report was made from; the environment, which may be
    another's, aside.

    Runs that nobody planned count as well. Raises RegistryError where the register at hand cannot
    be read.
    """
    from ..runs import inputs, plan_with

    about, known = inputs.Inputs(None), {r["run_id"]: r for r in report.runs}
    causes = list[Cause]()
    try:
        due = plan_with(report.runs)
    except CaResearchError as error:
        return (Cause("register", (error.what,)),)
    for run in due:
        made = known.get(run.run_id, {}).get("inputs")
        if made:
            causes += [
                c for c in _changed(made, about.again(run, made)) if c.input != "environment"
            ]
    return _together(causes)
