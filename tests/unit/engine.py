"""An invented claim and evidence made by hand, for tests of the engine: cases say what differs."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import yaml

from ca_research.claims import Evidence
from ca_research.claims.judge import judge
from ca_research.estimates import estimate_row
from ca_research.ground import economies as eco
from ca_research.registry import ClaimSpec

CASES = Path(__file__).with_name("cases")
BASE = yaml.safe_load((CASES / "claim.yaml").read_text())
STORED = yaml.safe_load((CASES / "stored.yaml").read_text())
BARE = {"n": 0, "sources": [], "missing": "not published"}
"""What a row without any figure says."""


def cases(name):
    """The cases of a file by their names."""
    return {case["name"]: case for case in yaml.safe_load((CASES / f"{name}.yaml").read_text())}


def claim(criteria=({},), supported=None, contradicted=None, reading=None, beside=(), **changes):
    """The claim with some fields changed: it holds where all of its criteria hold."""
    made = [BASE["criterion"] | one for one in criteria]
    rule = {
        "supported": supported or {"all": [f"{one['name']} holds" for one in made]},
        "contradicted": contradicted or {"any": [f"{one['name']} fails" for one in made]},
        "words": "w",
    }
    reading = dict(reading or {})
    first = BASE["reading"] | {"criteria": made, "rule": rule | reading.pop("rule", {})} | reading
    others = [BASE["reading"] | one for one in beside]
    return ClaimSpec.model_validate(BASE["claim"] | changes | {"readings": [first, *others]})


def rows_of(told):
    """Rows of evidence, a specification each: a figure, the figures of the five, or fields."""
    for spec, one in enumerate(told):
        fields = dict(one) if isinstance(one, dict) else {}
        five = fields.pop("five", one if isinstance(one, list) else None)
        each = (
            [
                {"estimate": value, "economy": code}
                for value, code in zip(five, eco.CA5, strict=True)
            ]
            if five
            else [{} if isinstance(one, dict) else {"estimate": one}]
        )
        for row in each:
            known = {"spec": spec, "path": f"p{spec}"} | row | fields
            bare = all(known.get(name) is None for name in ("estimate", "low", "high"))
            known |= (BARE | {"path": ""} | fields) if bare else {}
            yield estimate_row() | BASE["row"] | {"is_main": known["spec"] == 0} | known


def evidence(told, **given):
    frame = pd.DataFrame(rows_of(told))
    frame["sources"] = frame["sources"].map(tuple)
    frame[["estimate", "low", "high"]] = frame[["estimate", "low", "high"]].astype("float64")

    def again(source):  # measures made by hand have nothing to fall back upon
        left = frame[(frame["without"] == "") & ~frame["sources"].map(lambda cell: source in cell)]
        return left.to_dict("records")

    less = given.pop("less", None)
    gathering = SimpleNamespace(again=again, less=lambda sources: SimpleNamespace(evidence=less))
    return Evidence(frame, **({"economies": eco.CA5, "gathering": gathering} | given))


def verdict_of(case):
    spec = claim(**case.get("claim", {}))
    found = evidence(case["rows"], **case.get("given", {}))
    return judge(spec, found, {"economy": "CA5"})


def look(found, path):
    """What stands at a place like `criteria.0.state`; a column of a frame is a list."""
    for step in path.split("."):
        if isinstance(found, pd.DataFrame):
            found = found[step].tolist()
        elif isinstance(found, dict):
            found = found[step]
        else:
            found = found[int(step)] if step.isdigit() else getattr(found, step)
    return list(found) if isinstance(found, tuple) else found
