"""What the sources of any table answer to a question: the floor under the generic measures.

Which column says whose figure it is, with whom, when, how much and in what terms stands in the
registry (`role` of a column). A source that lists the counterparts of a unit is one *voice*:
figures are compared within a voice, and voices that disagree leave a range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import (
    MixedUnitsError,
    RegistryError,
    UnknownNameError,
    UsageError,
    suggest,
)
from ..ground.periods import years_back
from ..stats.frames import (
    numbers,
    own_groups,
    refuse_named,
    refuse_named_aggregates,
    require,
    years,
)
from ..tables.preference import OWN_REPORTS, of_role, ranked
from .frame import estimate_row

SOURCES = ("preferred", "every")
"""The source that speaks for its reporter, or each of them; a source may also be named by its
id.
"""


@dataclass(frozen=True)
class Terms:
    """What a generic measure asks of a table.

    Attributes
    ----------
    table : str
        A table of the registry.
    where : mapping of str to str
        Values that columns must have; a column with '' is left to the figures, which then must
        agree.
    part : str
        A column over whose values a figure is the sum, for example the direction of trade; '' for
        none.
    parts : sequence of str
        Those values.
    source : str
        'preferred', 'every' or the id of a source.
    roles : sequence of str, optional
        Roles of the sources that take part; None for every source.
    each_speaks : bool
        Whether each counterpart reports its own figure, and not the unit those of all.
    mirrored : bool
        Whether the counterparts stand in the column of the unit, and the unit in theirs.
    unlike : sequence of str
        Columns of role basis that may differ between figures compared.
    listed : int
        The least number of counterparts that a voice must list to be ranked or shared out.
    bloc : str
        What a bloc's figure is: 'listed', the one that a source gives of it, or 'members', the sum
        of those who were its members in the year; several codes joined by ';' are added likewise.
    """

    table: str
    where: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    parts: Sequence[str] = ()
    source: str = "preferred"
    roles: Sequence[str] | None = OWN_REPORTS
    each_speaks: bool = False
    mirrored: bool = False
    unlike: Sequence[str] = ()
    listed: int = 1
    bloc: Literal["listed", "members"] = "listed"

    def members(self, name: str, year: int) -> Sequence[str]:
        """Those whose figures add up to that of a counterpart: itself, or who belongs to it."""
        if ";" in name:
            return name.split(";")
        bloc = self.bloc == "members" and name in eco.AGGREGATES
        return (bloc and eco.members(name, year)) or [name]

    def column(self, role: str) -> str:
        """The column that has a role; '' where the table has none."""
        if self.mirrored:
            role = {"unit": "counterpart", "counterpart": "unit"}.get(role, role)
        return next(iter(self.columns(role)), "")

    def needed(self, role: str) -> str:
        """The column that has a role; raises RegistryError where the table has none."""
        if found := self.column(role):
            return found
        raise RegistryError(
            f"table {self.table} has no column of role {role!r}",
            where=f"registry/tables/{self.table}.yaml",
            hint=f"say which of its columns is the {role}: {{..., role: {role}}}",
        )

    def columns(self, role: str) -> list[str]:
        return [n for n, c in registry.table(self.table).columns.items() if c.role == role]


@dataclass(frozen=True)
class Voice:
    """Figures that may be compared: one for each counterpart, year and part."""

    rows: pd.DataFrame
    parts: int

    def figure(self, counterpart: str, year: int) -> float | None:
        """The sum over all parts; None where one of them is not there."""
        mine = self.rows[(self.rows["with"] == counterpart) & (self.rows["year"] == year)]
        return float(mine["amount"].sum()) if mine["part"].nunique() == self.parts else None

    def listed(self, year: int) -> pd.Series:
        """What is known of every single counterpart in a year: of one without all parts, a
        floor.
        """
        mine = self.rows[
            (self.rows["year"] == year) & ~self.rows["with"].isin(list(eco.AGGREGATES))
        ]
        return mine.groupby("with")["amount"].sum()

    def floors(self, year: int) -> pd.Series:
        """Those of `listed` without all parts, of which the figure may be more."""
        listed = self.listed(year)
        told = self.rows.loc[self.rows["year"] == year, "with"].value_counts()
        return listed[told.reindex(listed.index) < self.parts]

    def whole(self, year: int) -> bool:
        """Whether there is a figure of each part, of whomever."""
        return self.rows.loc[self.rows["year"] == year, "part"].nunique() == self.parts


Answer = Callable[[Voice, int], float | None]


@dataclass(frozen=True)
class Question:
    """What is asked of every voice.

    Attributes
    ----------
    of : sequence of str
        Counterparts whose figures must be there, the first being the one asked about.
    answer : callable
        The number that a voice gives in a year; None where it cannot be computed.
    spans : callable
        The years whose figures are needed for an answer in a year, apart for each end.
    compares : bool
        Whether all counterparts that are listed are needed, and not only those of `of`.
    base : int, optional
        The year compared with, if any.
    most : callable, optional
        The most that it could be with the parts that a voice does not tell, where `answer` is the
        least.
    """

    of: Sequence[str]
    answer: Answer
    spans: Callable[[int], Sequence[Sequence[int]]] = lambda year: ((year,),)
    compares: bool = False
    base: int | None = None
    most: Callable[[Voice, int], float] | None = None


def answers(
    frame: pd.DataFrame, terms: Terms, economies: Sequence[str], year: str | int, question: Question
) -> list[dict[str, Any]]:
    """Rows of estimates: what the voices answer for each unit in one year.

    Parameters
    ----------
    frame : DataFrame
        Like the table of `terms`.
    economies : sequence of str
        Units, by code or name; of a table without units there is one row of none.
    year : str or int
        'newest' (for each unit the newest in which a voice can answer), 'newest-1' (the one before
        it) and so on, or a year.
    question : Question
        What is asked.

    Raises
    ------
    MixedUnitsError
        Figures in unlike terms would be compared.
    UsageError
        A figure stands twice, `year` is none, or the frame names in words who is looked for by a
        code.
    """
    column = terms.column("unit")
    year = year if isinstance(year, str) else whole_number("year", year)
    figures = _figures(frame, terms)
    rows = []
    for unit in eco.resolve_all(economies) if column else [""]:
        mine = figures[figures["unit"] == unit] if column else figures
        mine, lacking = _added(mine, terms, question)
        row = _row(frame, mine, terms, unit, year, question)
        row["missing"] += lacking if row["missing"] else ""
        rows.append(row)
    return rows


def _row(
    frame: pd.DataFrame,
    figures: pd.DataFrame,
    terms: Terms,
    unit: str,
    year: str | int,
    question: Question,
) -> dict[str, Any]:
    known = sorted({int(y) for y in figures["year"]}, reverse=True)
    back = years_back(year) if isinstance(year, str) else 0
    for at in known if isinstance(year, str) else [year]:
        if question.base is not None and at <= question.base:
            continue  # a year is not compared with itself
        voices = list(_voices(figures, terms, question, question.spans(at)))
        if not voices:
            continue
        if back:
            back -= 1
            continue
        found = {i: question.answer(voice, at) for i, voice in enumerate(voices)}
        given = [value for value in found.values() if value is not None]
        if not given:
            return estimate_row(
                economy=unit, missing=f"a figure to divide by is zero or less in {at}"
            )
        used = {i for k, v in found.items() if v is not None for i in voices[k].rows.index}
        most = [question.most(voice, at) for voice in voices] if question.most else given
        rows, low, high = frame.iloc[sorted(used)], min(given), max(most)
        if low == high:
            one = len(voices) == 1 and question.compares
            about = {"listed": str(len(voices[0].listed(at)))} if one else None
            return estimate_row(rows, economy=unit, estimate=low, about=about)
        unlike = min(given) < max(given)
        why = "range across sources" if unlike else "bounds from what is not reported"
        return estimate_row(rows, economy=unit, low=low, high=high, interval=why)
    for role, codes in (("unit", [unit]), ("counterpart", question.of)):
        if named := terms.column(role):
            refuse_named(frame[named].unique(), named, codes)
    missing = _unmet(frame, terms) or _absent(terms, unit, year, question)
    return estimate_row(economy=unit, missing=missing)


def _added(figures: pd.DataFrame, terms: Terms, question: Question) -> tuple[pd.DataFrame, str]:
    """Figures in which the members of a bloc stand under its name, of every source and year with
    all of them; and whom the newest of the others lacks.
    """
    lacking = ""
    for name in question.of:
        for year in sorted({*figures["year"]}):
            codes = terms.members(name, year)
            mine = figures["with"].isin(list(codes)) & figures["year"].eq(year)
            if [*codes] == [name] or not mine.any():
                continue
            if terms.each_speaks:
                raise UsageError(
                    f"{name} would be added up from what each of its members reports",
                    hint="ask for one of them",
                )
            parts = figures[mine]
            known = parts.groupby(["source", "part"])["with"].transform("nunique")
            if (known < len(codes)).all():
                absent = [*map(eco.name_of, {*codes} - {*parts["with"]})]
                lacking = f"; {year} lacks {', '.join(sorted(absent))}"
            whole = parts[known == len(codes)].assign(**{"with": name})
            own = figures["with"].eq(name) & figures["year"].eq(year)
            others = figures[~(own | mine if question.compares else own)]  # none counts twice
            figures = pd.concat([others, whole])
    return figures, lacking


def _unmet(frame: pd.DataFrame, terms: Terms) -> str:
    """Which choice no row meets, whatever is asked: it may be a slip; '' where each is met."""
    for name, wanted in terms.where.items() if len(frame) else ():
        if wanted and not frame[name].eq(wanted).any():
            near = " or ".join(suggest(wanted, frame[name].dropna().astype(str).unique()))
            meant = f"; did you mean {near}?" if near else ""
            return f"no known row of table {terms.table} has {name} {wanted!r}{meant}"
    if len(frame) and not _eligible(frame, terms):
        there = ", ".join(sorted(frame["source_id"].unique())[:5])
        return f"by their role none of the sources {there} may speak for source {terms.source!r}"
    return ""


def _absent(terms: Terms, unit: str, year: str | int, question: Question) -> str:
    named = [name for name in question.of if name] or terms.parts
    said = {
        "of": " and ".join(map(eco.name_of, named)),
        "among": f"{terms.listed} or more" if question.compares and terms.listed > 1 else "",
        "for": eco.name_of(unit) if unit else "",
        "in": f"any year ({year})" if isinstance(year, str) else str(year),
        "by": f"a source that has {question.base} too" if question.base else "",
    }
    chosen = ", ".join(filter(None, terms.where.values()))
    words = "".join(f" {word} {what}" for word, what in said.items() if what)
    told = f"{terms.table}{': ' + chosen if chosen else ''}"
    return f"no figure{words} (table {told}, source {terms.source})"


def _figures(frame: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The rows that `terms` choose, by their place in the frame and under one set of names: unit,
    with, year, part, amount, source, terms.
    """
    time, value = terms.needed("time"), terms.needed("value")
    named = {"unit": terms.column("unit"), "with": terms.column("counterpart")}
    sides = [name for name in named.values() if name]
    alike = {name for name, wanted in terms.where.items() if not wanted}
    alike |= {*terms.columns("basis")} - {*terms.unlike}
    needed = (time, value, "source_id", terms.part, *sides, *terms.where, *alike)
    require(frame, [name for name in needed if name])
    keep = frame[value].notna() & frame[time].notna()
    for name, wanted in terms.where.items():
        if wanted:
            keep &= frame[name] == wanted
    if terms.part:
        keep &= frame[terms.part].isin(_as_reported(terms))
    keep &= frame["source_id"].isin(_eligible(frame, terms))
    places = np.flatnonzero(keep)
    rows = frame.iloc[places]
    single = ~own_groups(rows, sides).to_numpy(bool)
    if len(sides) == 2:  # nobody is a counterpart of their own
        single &= rows[named["unit"]].to_numpy(object) != rows[named["with"]].to_numpy(object)
    if not single.all():
        places, rows = places[single], rows[single]
    if named["with"] and registry.table(terms.table).columns[named["with"]].type == "economy":
        refuse_named_aggregates(rows[named["with"]].unique(), named["with"])
    years(rows, time, text=True)
    numbers(rows, value, negative=True)
    columns = {name: rows[column] for name, column in named.items() if column}
    columns |= {"year": rows[time].astype(int), "amount": rows[value].astype(float)}
    columns |= {"source": rows["source_id"]}
    columns |= {f"terms: {name}": rows[name] for name in sorted(alike)}
    part = rows[terms.part] if terms.part else ""
    found = pd.DataFrame({"with": "", **columns}, rows.index).assign(part=part)
    return found.assign(member=found["with"]).set_axis(places)


def _as_reported(terms: Terms) -> list[str]:
    """The parts as those call them who report: what is exported is their import."""
    there = {"export": "import", "import": "export"}
    return [there.get(part, part) if terms.mirrored else part for part in terms.parts]


def _eligible(frame: pd.DataFrame, terms: Terms) -> set[str]:
    """Sources that may speak."""
    sources = {*frame["source_id"].unique()}
    if terms.source not in SOURCES:
        if terms.source not in registry.sources():
            raise UnknownNameError("source", terms.source, [*SOURCES, *registry.sources()])
        return sources & {terms.source}
    return sources if terms.roles is None else of_role(sources, *terms.roles)


def _order(sources: Iterable[str], terms: Terms) -> list[str]:
    """Sources, the preferred one first; without a preference by name."""
    if terms.source == "preferred":
        return ranked(sources, terms.roles or OWN_REPORTS)
    return sorted(set(sources))


def _voices(
    figures: pd.DataFrame, terms: Terms, question: Question, spans: Sequence[Sequence[int]]
) -> Iterator[Voice]:
    """Those voices that can answer: the preferred one alone, or every one."""
    years = sorted({y for span in spans for y in span})
    needed = figures[figures["year"].isin(years)]
    there = set(zip(needed["with"], needed["year"], strict=True))
    if needed.empty or not all((c, y) in there for c in question.of for y in years):
        return
    _once(needed)
    make = _each_for_itself if terms.each_speaks else _each_source
    for voice in make(needed, terms, question, spans):
        complete = all(voice.figure(c, y) is not None for c in question.of for y in years)
        if complete and (not question.compares or all(_enough(voice, terms, y) for y in years)):
            _alike(voice)
            yield voice
            if terms.source == "preferred":
                return


def _enough(voice: Voice, terms: Terms, year: int) -> bool:
    return voice.whole(year) and len(voice.listed(year)) >= terms.listed


def _each_source(
    figures: pd.DataFrame, terms: Terms, question: Question, spans: Sequence[Sequence[int]]
) -> Iterator[Voice]:
    for source in _order(figures["source"].unique(), terms):
        yield _voice(figures[figures["source"] == source], terms, question)


def _each_for_itself(
    figures: pd.DataFrame, terms: Terms, question: Question, spans: Sequence[Sequence[int]]
) -> Iterator[Voice]:
    """Each source of those asked about, beside what the others say of themselves.

    Of others the preferred source is taken, or at each end the least and then the greatest report,
    so that the range covers all of them.
    """
    asked = figures["with"].isin(list(question.of))
    others = figures[~asked] if question.compares else figures.iloc[:0]
    if terms.source == "preferred":
        place = {s: n for n, s in enumerate(_order(figures["source"].unique(), terms))}
        backgrounds = [_first(others, others["source"].map(place))]
    else:
        ends = [
            [_first(part, sign * part["amount"]) for sign in (1, -1)]
            for span in spans
            for part in [others[others["year"].isin(list(span))]]
        ]
        backgrounds = [pd.concat(parts) for parts in product(*ends)]
    own = [figures[figures["with"] == c] for c in question.of]
    speakers = [_order(part["source"].unique(), terms) for part in own]
    for chosen in product(*speakers):
        picked = [part[part["source"] == s] for part, s in zip(own, chosen, strict=True)]
        for background in backgrounds:
            yield _voice(pd.concat([*picked, background]), terms, question)


def _first(figures: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """The first figure of each counterpart, year and part."""
    ordered = figures.assign(by=by).sort_values("by", kind="stable")
    return ordered.drop_duplicates(["with", "year", "part"]).drop(columns="by")


def _voice(figures: pd.DataFrame, terms: Terms, question: Question) -> Voice:
    keep = figures["with"].isin(list(question.of))
    if question.compares:
        keep |= ~figures["with"].isin(list(eco.AGGREGATES))
    return Voice(figures[keep], max(1, len(terms.parts)))


def _once(figures: pd.DataFrame) -> None:
    """Raise MixedUnitsError where two figures of one source stand for the same, and say in what
    they differ.
    """
    same = [c for c in ("unit", "with", "member", "year", "part", "source") if c in figures]
    twice = figures[figures.duplicated(same, keep=False)]
    if twice.empty:
        return
    first = twice[(twice[same] == twice[same].iloc[0]).all(axis=1)]
    _differ(first)
    raise UsageError(
        f"a figure of {first['with'].iloc[0]} in {first['year'].iloc[0]} stands twice",
        where=f"source {first['source'].iloc[0]}",
        hint="filter the frame to one row for each",
    )


def _alike(voice: Voice) -> None:
    """Raise MixedUnitsError where figures that would be compared are in unlike terms."""
    for _, part in voice.rows.groupby("part"):
        _differ(part)


def _differ(figures: pd.DataFrame) -> None:
    for column in (c for c in figures if str(c).startswith("terms: ")):
        found = sorted(map(str, figures[column].unique()))
        if len(found) > 1:
            name = column.removeprefix("terms: ")
            raise MixedUnitsError(
                f"figures of unlike {name} would be compared: {', '.join(found)}",
                where=f"source {', '.join(sorted(figures['source'].unique()))}",
                hint=f"choose one {name}, or give figures of one alone",
            )
