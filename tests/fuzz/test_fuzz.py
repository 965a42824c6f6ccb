"""Whatever is typed or given: no traceback, no hang, nothing accepted in silence.

A few hundred inputs each time, 5,000 with `pytest tests/fuzz -m soak -s`, which prints what became
of them. A finding names its seed and number: `case(random.Random("load-17"))` makes that input
again.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import math
import random
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import fuzzing
import numpy as np
import pandas as pd
import pytest
import yaml
from fuzzing import Case, mutated, mutated_bytes, word
from pandas.testing import assert_frame_equal

from ca_research import registry, tables
from ca_research.claims import check as claims_check
from ca_research.ground import economies, errors, paths
from ca_research.runs.grid import read_grid
from ca_research.tables import query
from ca_research.tables.fast import accepted
from ca_research.tables.raw import read_raw, sha256
from ca_research.tables.validate import schema, validate_rows

REAL = paths.home()
INPUTS = yaml.safe_load(Path(__file__).with_name("inputs.yaml").read_text(encoding="utf-8"))
KNOWN, VALUES, FORBIDDEN = INPUTS["load"], INPUTS["sql"], INPUTS["forbidden"]
SCALARS, FIELDS = INPUTS["scalars"], INPUTS["fields"]
LONG = {"load": 1200, "sql": 900, "run -p": 900, "grid": 900, "claim": 600, "raw": 500}
SHORT = {surface: count // 15 for surface, count in LONG.items()}


@pytest.fixture
def surfaces(built, tmp_path, command, monkeypatch):
    return {
        "load": load_case,
        "sql": sql_case,
        "run -p": Parameters(built, command, monkeypatch).case,
        "grid": lambda rng: grid_case(rng, tmp_path),
        "claim": lambda rng: claim_case(rng, built),
        "raw": lambda rng: raw_case(rng, built),
    }


def fuzz(surfaces, surface: str, count: int) -> None:
    tally = fuzzing.run(surfaces[surface], count, surface)
    print(f"\n{surface}: {count} inputs: {tally}")
    assert not tally.findings, "\n".join(tally.findings[:40])
    assert tally.count["accepted"] > count / 50 and tally.count["refused"] > count / 50, (
        "inputs of one kind"
    )


@pytest.mark.parametrize("surface", SHORT)
def test_a_few_inputs(surfaces, surface):
    fuzz(surfaces, surface, SHORT[surface])


@pytest.mark.soak
@pytest.mark.parametrize("surface", LONG)
def test_many_inputs(surfaces, surface):
    fuzz(surfaces, surface, LONG[surface])


# --- load: an accepted filter keeps exactly the rows that a plain comparison keeps

ODD = [
    *(None, True, -(10**30), 10**30, 2**63, 1.5, -0.0, math.nan, math.inf, "", b"KAZ", pd.NA),
    *(pd.NaT, [], [[]], [["KAZ"]], {}, {"a": 1}, np.array("KAZ"), np.array(2020), slice(1)),
    *(dt.date(2020, 1, 1), pd.Timestamp("2020"), object(), int, 1j, frozenset(), "\ud800"),
    *(np.int64(2020), np.float32(2020), np.uint8(3), np.bool_(True), range(3)),
    *(Ellipsis, np.array([["KAZ"]]), pd.DataFrame({"a": [1]})),
]
HOLDERS = (list, tuple, set, np.array, pd.Series, pd.Index, iter)


def load_case(rng: random.Random) -> Case:
    given: dict[str, Any] = {}
    for column in rng.sample(
        [*KNOWN, "since", "until", "as_of", "source", word(rng)], rng.choice((1, 1, 2))
    ):
        plain = KNOWN.get(column, [2019, 2021, "2021-01-01", "latest", "S_LATE"])
        value = rng.choice(plain)
        if (kind := rng.random()) < 0.25:
            value = rng.choice(ODD)
        elif kind < 0.45 and isinstance(value, str):
            value = mutated(rng, value)
        elif kind < 0.75:
            value = rng.choice(HOLDERS)(rng.sample(plain, rng.randint(1, len(plain))))
            value = (
                list(value) if not hasattr(value, "__len__") else value
            )  # an iterator is read but once
        given[column] = value
    table = rng.choice(["trade"] * 12 + [mutated(rng, "trade"), "facts", None, 5])
    shown = f"load({table!r}, {given!r})"
    return Case(
        shown, lambda: tables.load(table, **given), lambda frame: unlike(frame, table, given)
    )


def unlike(frame: pd.DataFrame, table: str, given: dict[str, Any]) -> str:
    """What distinguishes a frame from the rows that a comparison of every cell with the filters
    leaves.
    """
    kept = tables.load(table)
    if (
        len(bounds := [given[k] for k in ("since", "until") if given.get(k) is not None]) == 2
        and bounds[0] > bounds[1]
    ):
        return "years in the wrong order"
    for column, value in given.items():
        if value is None and column in ("since", "until", "as_of"):
            continue
        if column in ("since", "until"):
            kept = kept[kept["year"] >= value] if column == "since" else kept[kept["year"] <= value]
            continue
        if column == "as_of":
            day = str(value)[:10]
            if day != "latest":
                kept = kept[kept["known_on"] <= pd.Timestamp(dt.date.fromisoformat(day))]
            continue
        column = "source_id" if column == "source" else column
        wanted = [value] if isinstance(value, (str, int, float, np.number)) else list(value)
        if column in ("reporter", "partner"):
            names = {
                n: c for c, (name, more) in economies._economies().items() for n in (c, name, *more)
            }
            names |= {
                n: c for c, a in economies.AGGREGATES.items() for n in (c, a.name, *a.aliases)
            }
            wanted = [{plain(n): c for n, c in names.items()}.get(plain(v)) for v in wanted]
        elif column in ("flow", "note", "source_id", "fact_id") and set(wanted) - set(
            kept[column].dropna()
        ):
            known = set(tables.load(table)[column].dropna())
            if unknown := set(wanted) - known:
                return f"an unknown {column}: {unknown}"
        if any(v is None or v is True or v is False or v != v for v in wanted):
            return f"no value of a column: {wanted}"
        kept = kept[[cell is not pd.NA and cell in wanted for cell in kept[column]]]
    return (
        ""
        if len(kept) == len(frame)
        else f"{len(frame)} rows, and {len(kept)} by a plain comparison"
    )


def plain(name: str) -> str:
    """A name without case, accents and marks between words."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", " ", letters.casefold()).strip()


# --- sql: what is no SELECT is refused; of a SELECT every value comes back as it was put in


def sql_case(rng: random.Random) -> Case:
    kind = rng.random()
    if kind < 0.25:
        text = rng.choice(FORBIDDEN)
        space = rng.choice(("", " ", "\n", "/* select 1 */ ", "-- x\n"))
        text = space + "".join(
            c.upper() if "'" not in text and rng.random() < 0.5 else c for c in text
        )
        return Case(text, lambda: list(query.json_rows(text)), wrong=True)
    picked = rng.choices(VALUES, k=rng.randint(1, 4))
    names = [rng.choice(("a", "b", '"c d"', '"\u00e9"')) for _ in picked]
    text = "select " + ", ".join(f"{v} as {n}" for (v, _), n in zip(picked, names, strict=True))
    text += rng.choice(
        ("", " from trade where year = 2021", " where 1 = 0", " -- that is all", ";")
    )
    if kind < 0.6:
        rows = 0 if "1 = 0" in text else 1
        return Case(
            text, lambda: answers(text), lambda found: other(found, [v for _, v in picked], rows)
        )
    text = mutated(
        rng,
        rng.choice((text, "select reporter, sum(value_usd) from trade group by all order by 1")),
    )
    text = (
        text.encode("utf-8", "replace").decode("utf-8", "surrogateescape")
        if rng.random() < 0.9
        else text + "\udcff"
    )
    return Case(text, lambda: answers(text), lambda found: other(found, None, None))


def answers(text: str) -> tuple[list[dict[str, Any]], query.Answer]:
    def nothing_else(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    rows = [json.loads(row, parse_constant=nothing_else) for row in query.json_rows(text)]
    return rows, query.words(text)


def other(
    found: tuple[list[dict[str, Any]], query.Answer], values: list[Any] | None, rows: int | None
) -> str:
    as_json, as_words = found
    if len(as_json) != len(as_words.rows) or len(set(as_words.names)) < len(as_words.names):
        return "forms of one answer differ"
    if any(list(row) != as_words.names for row in as_json):
        return "a column is lost"
    if values is not None and [list(row.values()) for row in as_json] != [values] * rows:
        return f"{as_json} is not {rows} x {values}"
    return ""


# --- run -p: every value that was given is in every run that is planned, in the type of its
# parameter ------


class Planned(BaseException):
    """The runs that a command would start."""


class Parameters:
    """The command line up to the point where runs would start, with a notebook that has a parameter
    of each type.
    """

    def __init__(self, built, command, monkeypatch):
        from ca_research import runs

        claim = built.home / "registry" / "claims" / "C33.yaml"
        claim.write_bytes((REAL / "registry" / "claims" / "C33.yaml").read_bytes())
        built.forget()
        book = built.home / "notebooks" / registry.claim("C33").notebook
        book.write_text(json.dumps(INPUTS["notebook"]), encoding="utf-8")
        plan = runs.plan

        def stop(*given: Any) -> None:
            raise Planned(plan(*given))

        monkeypatch.setattr(runs, "plan", stop)
        self.command = command

    def case(self, rng: random.Random) -> Case:
        values = INPUTS["parameters"]
        words: list[str] = []
        given: list[tuple[str, list[str]]] = []
        for _ in range(rng.randint(1, 3)):
            name = rng.choice([*values, *list(values)[:5], "economi", word(rng, 3)])
            known = values.get(name, ["1", "a"])
            several = rng.sample(
                known[: 2 if rng.random() < 0.6 else None], 1 if rng.random() < 0.7 else 2
            )
            several = [mutated(rng, v) if rng.random() < 0.15 else v for v in several]
            option = "-p" if len(several) == 1 else "--grid"
            words += [option, f"{name}={','.join(several)}"]
            given.append((name, several if option == "-p" else ",".join(several).split(",")))
        if rng.random() < 0.3:
            words += [rng.choice(INPUTS["options"]), rng.choice(INPUTS["option_values"])]
        return Case(
            " ".join(words), lambda: self.planned(words), lambda runs: self.ignored(runs, given)
        )

    def planned(self, words: list[str]) -> list[Any]:
        """The runs, or the error that the command line printed, as an error again."""
        try:
            code, _, told = self.command("run", "C33", "--fresh", *words)
        except Planned as planned:
            return list(planned.args[0])
        if code not in (1, 2) or re.search("Traceback|a fault of ca-research itself", told):
            raise RuntimeError(f"exit code {code}: {told}")
        raise errors.UsageError(told)

    def ignored(self, runs: list[Any], given: list[tuple[str, list[str]]]) -> str:
        names = [name for name, _ in given]
        if len(set(names)) < len(names):
            return "one name twice"
        expected = [
            dict(zip(names, one, strict=True)) for one in itertools.product(*(v for _, v in given))
        ]
        for run in runs:
            if not any(
                all(self.same(run.params.get(k), v) for k, v in one.items()) for one in expected
            ):
                return f"{run.params} is none of what was given"
        days = {run.params["as_of"] for run in runs}
        return (
            ""
            if len(runs) == len(expected) * len(days)
            else f"{len(runs)} runs for {len(expected)} sets"
        )

    @staticmethod
    def same(typed: Any, text: str) -> bool:
        if isinstance(typed, bool):
            return text.lower() == str(typed).lower()
        if isinstance(typed, (int, float)):
            return (
                bool(re.fullmatch(r"[-+0-9.eE]+", text))
                and float(text) == typed
                and math.isfinite(typed)
            )
        return typed == text


# --- grid files: what is accepted says, cell for cell, what a second reader finds in the file


def grid_case(rng: random.Random, folder) -> Case:
    values = INPUTS["cells_of_grids"]
    names = rng.sample(["economy", "years", "share", "note"], rng.randint(1, 4))
    sets = [{n: rng.choice(values) for n in names} for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        file, text = folder / "grid.csv", io.StringIO()
        csv.writer(text, lineterminator=rng.choice(("\n", "\r\n"))).writerows(
            [names, *(s.values() for s in sets)]
        )
        content, second = text.getvalue(), second_csv
    else:
        file, second = folder / "grid.yaml", second_yaml
        content = yaml.safe_dump(
            sets, allow_unicode=True, default_flow_style=rng.choice((True, False, None))
        )
        content = rng.choice((content, content.replace("'", "")))
        content += rng.choice(
            (
                "",
                "",
                "- &a [*a]",
                "- {economy: &x KAZ, note: *x}\n",
                "- " + "[" * rng.choice((9, 99, 5000)),
            )
        )
    raw = content.encode()
    if (kind := rng.random()) < 0.5:
        raw = mutated(rng, content).encode() if kind < 0.35 else mutated_bytes(rng, raw)

    def act() -> list[dict[str, Any]]:
        file.write_bytes(raw)
        return read_grid(file)

    return Case(
        repr(raw),
        act,
        lambda found: "" if found == second(raw) else f"{found} is not {second(raw)}",
    )


def second_csv(raw: bytes) -> Any:
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    if len(set(rows[0])) < len(rows[0]) or any(len(r) != len(rows[0]) for r in rows):
        return "not a table"
    return [{n: c for n, c in zip(rows[0], row, strict=True) if c} for row in rows[1:]]


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the two differ on tabs


def second_yaml(raw: bytes) -> Any:
    """PyYAML's own reading, with a word instead where that would drop a key or guess at a
    number.
    """
    text = raw.decode("utf-8-sig")
    if any(n > 1 for n in keys(yaml.compose(text, Loader=LOADER)).values()):
        return "a key twice"
    return yaml.load(text, Loader=LOADER)


def keys(node: Any, place: str = "") -> Counter[str]:
    """How often each key stands at its place in a document."""
    found: Counter[str] = Counter()
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = f"{place}/{key.value}"
            found[here] += 1
            found += keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            found += keys(value, f"{place}/{number}")
    return found


# --- claim files: every value of an accepted file stands in the claim that was read from it

CLAIMS = sorted((REAL / "registry" / "claims").glob("C*.yaml"))


def claim_case(rng: random.Random, project) -> Case:
    file = rng.choice(CLAIMS)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for _ in range(rng.randint(0, 2)):
        at, slip = rng.randrange(len(lines)), rng.random()
        typed = [
            n
            for n, line in enumerate(lines)
            if re.search(r"(threshold|sentence|_on|part|at_least|date): ", line)
        ]
        if slip < 0.1:
            at = rng.choice(typed)
            lines[at] = re.sub(r"(?<=: ).*", lambda _: rng.choice(SCALARS), lines[at])
        elif slip < 0.2:
            del lines[at]
        elif slip < 0.4:
            lines.insert(at, lines[at])
        elif slip < 0.6:
            lines[at] = re.sub(r"(?<=: ).*", lambda _: rng.choice(SCALARS), lines[at])
        else:
            lines[at] = mutated(rng, lines[at], 1)
    raw = "".join(lines).encode()
    raw = mutated_bytes(rng, raw) if rng.random() < 0.1 else raw
    target = project.home / "registry" / "claims" / file.name

    def act() -> registry.ClaimSpec:
        for other_file in target.parent.glob("*.yaml"):
            other_file.unlink()
        target.write_bytes(raw)
        project.forget()
        spec = registry.claims()[file.stem]
        list(claims_check.register({spec.id: spec}, {}))
        return spec

    return Case(raw.decode("utf-8", "replace")[:50], act, lambda spec: lost(raw, spec))


def lost(raw: bytes, spec: registry.ClaimSpec) -> str:
    told = second_yaml(raw)
    return told if isinstance(told, str) else differs(told, json.loads(spec.model_dump_json()))


def differs(told: Any, kept: Any, place: str = "") -> str:
    """The first place where a model does not say what the file says; what the file leaves out is a
    default.
    """
    if isinstance(told, dict):
        if not isinstance(kept, dict) or set(map(str, told)) - set(kept):
            return f"{place}: {told} became {kept}"
        return next(
            filter(None, (differs(v, kept[str(k)], f"{place}.{k}") for k, v in told.items())), ""
        )
    if isinstance(told, (list, tuple)):
        if not isinstance(kept, list) or len(told) != len(kept):
            return f"{place}: {told} became {kept}"
        return next(filter(None, map(differs, told, kept, itertools.repeat(place))), "")
    told = told.isoformat() if isinstance(told, dt.date) else told
    alike = (
        told == kept
        and isinstance(told, bool) == isinstance(kept, bool)
        and isinstance(told, str) == isinstance(kept, str)
    )
    return "" if alike else f"{place}: {told!r} became {kept!r}"


# --- raw files: an accepted file becomes the rows that stand in it, and each of them keeps the
# rules --------

ROW = ["KAZ", "CHN", "2019", "export", "1", "", "S_CALENDAR"]
PLAIN = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.A)


def raw_case(rng: random.Random, project) -> Case:
    rows = [[*ROW] for _ in range(rng.randint(1, 4))]
    for number, row in enumerate(rows):
        row[2] = str(2019 + number)
        for at, choices in enumerate(FIELDS.values()):
            if rng.random() < 0.08:
                row[at] = rng.choice(choices)
    text = io.StringIO()
    csv.writer(text, lineterminator=rng.choice(("\n", "\r\n"))).writerows([FIELDS, *rows])
    content = text.getvalue()
    raw = content.encode()
    if (kind := rng.random()) < 0.4:
        raw = mutated(rng, content).encode() if kind < 0.3 else mutated_bytes(rng, raw)

    def act() -> pd.DataFrame:
        file = project.raw()
        file.write_bytes(raw)
        counts = Counter(row[-1] for row in table(raw)[1:] if row)
        length = sum(counts.values())
        digest = sha256(file)
        project.edit(
            files={"trade/small.csv": {"sha256": digest, "rows": length}}, rows=dict(counts)
        )
        return both_ways(registry.table("trade"))

    return Case(repr(raw), act, lambda frame: untrue(frame, raw))


def both_ways(spec: registry.Table) -> pd.DataFrame:
    """The careful reading of a table; the fast one must read it alike, or leave it alone."""
    fast = accepted(spec)
    try:
        frame = validate_rows(spec, read_raw(spec))
    except errors.DataError:
        assert fast is None, "the fast way accepts what the careful one refuses"
        raise
    if fast is not None:
        assert_frame_equal(fast.cast(schema(spec)).to_pandas(), frame)
    return frame


def table(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8", "replace"), newline="")))


def untrue(frame: pd.DataFrame, raw: bytes) -> str:
    raw.decode("utf-8")
    header, *rows = table(raw)
    if header != list(FIELDS) or any(len(row) != len(header) for row in rows):
        return "no table of this form"
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        if not {cells["reporter"], cells["partner"]} <= economies.codes() or cells["flow"] not in (
            "export",
            "import",
        ):
            return f"an unknown name: {row}"
        if cells["source_id"] not in registry.sources() or re.search(
            r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", "".join(row)
        ):
            return f"an unknown source, or what no text holds: {row!r}"
        for column, low, high in (("year", 1992, 2025), ("value_usd", 0, math.inf)):
            if (
                not PLAIN.fullmatch(cells[column])
                or not low <= float(cells[column]) <= high
                or cells[column] == "inf"
            ):
                return f"{column} is no plain number within its bounds: {row}"
    said = {(r, p, float(y), f, float(v), n or None, s) for r, p, y, f, v, n, s in rows}
    kept = {
        tuple(None if pd.isna(c) else c for c in row)
        for row in frame[header].itertuples(index=False)
    }
    return "" if said == kept and len(frame) == len(rows) else f"{said} became {kept}"
