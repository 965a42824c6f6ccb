"""Whatever is given: no traceback, no hang, nothing accepted in silence.

Each surface draws an input, has it read, and reads what was accepted a second time, by other means.
Two hundred inputs each time, 4,000 with `pytest tests/fuzz -m soak`. A finding names its seed:
`SURFACES["raw"](random.Random("raw-17"), project)` makes that input again.
"""

import contextlib
import csv
import datetime as dt
import io
import json
import random
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ca_research import registry
from ca_research.claims import check
from ca_research.ground import economies, paths
from ca_research.ground.errors import CaResearchError
from ca_research.runs.grid import read_grid
from ca_research.tables import query
from ca_research.tables.raw import sha256
from ca_research.tables.validate import validated

CLAIMS = sorted((paths.registry_dir() / "claims").glob("C*.yaml"))
INPUTS = yaml.safe_load(Path(__file__).with_name("inputs.yaml").read_text())
SECONDS = 30
"""For one input, which takes a fraction of it."""
LETTERS = (
    "aZ09_-., "
    ";:'\"\\/|()[]{}<>&*!?#%@`~=+$\n\r\t\0\x1b\x7f\xa0\xad\u00b2\u0663\u202e\ufeff\U0001f600"
)


def mutated(rng, text, times=3):
    """The text with a few slips: something dropped, doubled, swapped, or typed in between."""
    for _ in range(rng.randint(1, times)):
        at = rng.randint(0, len(text))
        upto = min(len(text), at + rng.choice((1, 1, 2, 8, 40)))
        part = text[at:upto]
        typed = "".join(rng.choices(LETTERS, k=rng.randint(1, 12)))
        new = rng.choice(("", part * 2, part[::-1], typed[0], typed, part.upper()))
        text = text[:at] + new + text[upto:]
    return text


def spoilt(rng, text):
    """As bytes: often as it is, else with slips, else with bytes that need not be UTF-8."""
    kind = rng.random()
    raw = (mutated(rng, text) if kind < 0.3 else text).encode()
    if kind < 0.9:
        return raw
    at = rng.randint(0, len(raw))
    return raw[:at] + rng.randbytes(rng.randint(0, 4)) + raw[at + rng.choice((0, 1, 4)) :]


# --- sql: every value of a SELECT comes back as it was put in


def sql_case(rng, project):
    literals, values = zip(*rng.choices(INPUTS["sql"], k=rng.randint(1, 4)), strict=True)
    names = rng.choices(("a", "b", '"c d"', '"\u00e9"'), k=len(literals))
    told = ", ".join(f"{v} as {n}" for v, n in zip(literals, names, strict=True))
    text = f"select {told}" + rng.choice(("", " from trade where year = 2021", " -- all", ";"))
    whole = rng.random() < 0.5
    text = text if whole else mutated(rng, text)
    rows = [json.loads(row, parse_constant=pytest.fail) for row in query.json_rows(text)]
    words = query.words(text)
    assert len(rows) == len(words.rows) and len({*words.names}) == len(words.names)
    assert all(list(row) == words.names for row in rows), "a column is lost"
    assert not whole or [[*row.values()] for row in rows] == [[*values]], text


# --- grid files: what is accepted says, cell for cell, what a second reader finds in the file


def grid_case(rng, project):
    names = rng.sample(["economy", "years", "share", "note"], rng.randint(1, 4))
    cells = INPUTS["cells_of_grids"]
    sets = [{n: rng.choice(cells) for n in names} for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        name, second, text = "grid.csv", second_csv, io.StringIO()
        csv.writer(text).writerows([names, *(one.values() for one in sets)])
        content = text.getvalue()
    else:
        name, second = "grid.yaml", second_yaml
        content = yaml.safe_dump(sets, allow_unicode=True)
        content = content.replace("'", "") if rng.random() < 0.5 else content
        content += rng.choice(
            ("", "", "- &a [*a]", "- {economy: &x KAZ, note: *x}\n", "- " + "[" * 999)
        )
    raw = spoilt(rng, content)
    (project.home / name).write_bytes(raw)
    assert read_grid(project.home / name) == second(raw)


def second_csv(raw):
    names, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert len({*names}) == len(names) and all(len(row) == len(names) for row in rows)
    return [{n: c for n, c in zip(names, row, strict=True) if c} for row in rows]


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the two differ on tabs


def second_yaml(raw):
    """PyYAML's own reading, which would drop a key that stands twice."""
    text = raw.decode("utf-8-sig")
    nodes = [yaml.compose(text, Loader=LOADER)]
    for node in nodes:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len({*keys}) == len(keys), "a key twice"
            nodes += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value
    return yaml.load(text, Loader=LOADER)


# --- claim files: every value of an accepted file stands in the claim that was read from it


def claim_case(rng, project):
    file = rng.choice(CLAIMS)
    lines = file.read_text().splitlines(keepends=True)
    typed = [n for n, line in enumerate(lines) if re.search(r"(hold|tence|_on|part|date): ", line)]
    for _ in range(rng.randint(0, 2)):
        at = rng.choice((rng.choice(typed), rng.randrange(len(lines))))
        scalar = re.sub(r"(?<=: ).*", lambda _: rng.choice(INPUTS["scalars"]), lines[at])
        lines[at] = rng.choice((scalar, "", lines[at] * 2, mutated(rng, lines[at], 1)))
    raw = "".join(lines).encode()
    for other in (project.home / "registry" / "claims").glob("*.yaml"):
        other.unlink()
    (project.home / "registry" / "claims" / file.name).write_bytes(raw)
    project.forget()
    spec = registry.claims()[file.stem]
    list(check.register({spec.id: spec}, {}))
    assert stands_in(second_yaml(raw), json.loads(spec.model_dump_json()))


def stands_in(told, kept):
    """Whether a model says all that its file says; what the file leaves out is a default."""
    match told, kept:
        case dict(), dict():
            return all(str(k) in kept and stands_in(v, kept[str(k)]) for k, v in told.items())
        case list(), list():
            return len(told) == len(kept) and all(map(stands_in, told, kept))
        case dt.date(), _:
            return told.isoformat() == kept
    return told == kept and isinstance(told, bool) == isinstance(kept, bool)


# --- raw files: an accepted file becomes the rows that stand in it

ROW = ["KAZ", "CHN", "2019", "export", "1", "", "S_CALENDAR"]
PLAIN = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.A)


def raw_case(rng, project):
    fields, text = INPUTS["fields"], io.StringIO()
    rows = [[*ROW[:2], str(2019 + n), *ROW[3:]] for n in range(rng.randint(1, 4))]
    for row in rows:
        at = rng.randrange(2 * len(ROW))
        row[at : at + 1] = rng.sample(list(fields.values())[at], 1) if at < len(ROW) else []
    csv.writer(text).writerows([fields, *rows])
    raw = spoilt(rng, text.getvalue())
    project.raw().write_bytes(raw)
    table = csv.reader(io.StringIO(raw.decode("utf-8", "replace"), newline=""))
    header, *rows = [row for row in table if row] or [[]]
    about = {"sha256": sha256(project.raw()), "rows": len(rows)}
    counts = Counter(row[-1] for row in rows)
    project.edit(files={"trade/small.csv": about}, rows=dict(counts))
    frame = validated(registry.table("trade")).to_pandas()
    raw.decode("utf-8")
    assert header == list(fields) and len(frame) == len(rows)
    for reporter, partner, year, flow, value, note, source in rows:
        assert {reporter, partner} <= economies.codes() and source in registry.sources()
        assert flow in ("export", "import") and not re.search(r"[\0-\x08\x0e-\x1f\x7f]", note)
        assert PLAIN.fullmatch(year) and PLAIN.fullmatch(value) and 0 <= float(value) < 1e300
    said = {(r, p, float(y), f, float(v), n or None, s) for r, p, y, f, v, n, s in rows}
    kept = frame[header].astype(object).where(frame[header].notna(), None)
    assert said == {*kept.itertuples(index=False, name=None)}


SURFACES = {
    "sql": sql_case,
    "grid": grid_case,
    "claim": claim_case,
    "raw": raw_case,
}


@contextlib.contextmanager
def limited():
    def stop(*_):
        raise TimeoutError(f"no answer in {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("surface", SURFACES)
def test_no_input_is_a_traceback_a_hang_or_silence(built, surface, count):
    findings, outcomes = [], Counter()
    for number in range(count):
        seed = f"{surface}-{number}"
        try:
            with limited():
                SURFACES[surface](random.Random(seed), built)
            outcomes["accepted"] += 1
        except CaResearchError as error:
            outcomes["refused"] += 1
            findings += [] if str(error).strip() else [f"{seed}: an error without a word"]
        except Exception as error:
            findings.append(f"{seed}: {type(error).__name__}: {error}"[:400])
    assert not findings, "\n".join(findings[:40])
    assert min(outcomes["accepted"], outcomes["refused"]) > count / 50, "inputs of one kind"
