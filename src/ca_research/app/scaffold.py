"""A new claim from a template: a claim file and a notebook that run at once, to be made one's own
step by step.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from .. import registry
from ..ground import paths
from ..ground.errors import CoverageError, UsageError
from ..ground.files import write_whole

_CLAIM = """\
id: {id}
title: The claim in a few words  # every line with a remark like this one is yours to write
theme: example
article:
  paragraph: {paragraph}
  sentence: {sentence}
  sha256: "{sha256}"
quotation: ""  # a few words, literally from that sentence
restatement: What the sentence asserts, in your own words, so that figures can show it to be wrong.
kind: quantity  # quantity, trend, comparison, date, universal, cause, forecast or opinion
declared_on: {today}
known_before: What you knew of the answer when you wrote the rule.
expected: Your guess, in words.
notebook: {notebook}
data: [facts]
readings:
  - name: literal
    title: As it stands
    statement: The figure is above the threshold.
    criteria:
      - name: figure
        label: The figure
        statement: {statement}
        measure: tables.figure  # any public function of a wing that returns an estimates frame
        settings: {{subject: {subject_yaml}, attribute: {attribute_yaml}}}
        comparison: ">"
        threshold: 0  # set it, and say why, before you look at the result
        kind: level  # what sort of number: count, share, percent, ratio, rank, days, p ... (registry/schema/claim.json)
        unit: {unit_yaml}
        why: Why this threshold and no other.
        axes: [year]
    rule:
      supported: {{all: [figure holds]}}
      contradicted: {{any: [figure fails]}}
      words: Supported if the figure is above the threshold, contradicted if it is not.
    against: The strongest evidence and the strongest reading against the outcome.
    would_change: What figure, from whom, would change the verdict.
grid:
  axes:
    - name: year
      meaning: The newest year at hand, or the year before
      values: [newest, newest-1]
      main: newest
rivals:
  - Another explanation of the same figures.
"""

_COPY = "import shutil; from ca_research import paths; shutil.copytree(paths.home(), 'my-project')"
"""Starts a project as a copy of the installed one."""

_CELLS = (
    ("markdown", "# {title}\n\nWhat the article says, and why it can be checked."),
    ("parameters", 'as_of: str = "latest"'),
    ("code", 'import ca_research as ca\n\nclaim = ca.claim("{id}")\nclaim'),
    (
        "markdown",
        "## What would settle it\n\nThe measure, its threshold, and the ways to compute it.",
    ),
    ("code", "claim.specifications()"),
    ("markdown", "## The figures and their holes"),
    (
        "code",
        'facts = ca.load("facts", as_of=as_of)\n'
        'criterion = claim.spec.criteria()["figure"]\n'
        'mine = facts[(facts["subject"] == criterion.settings["subject"]) & (facts["attribute"] '
        '== criterion.settings["attribute"])]',
    ),
    (
        "code",
        "from ca_research import plots\n\n"
        "plots.show_table(\n"
        '    mine[["subject", "attribute", "year", "value", "unit", "source_id"]],\n'
        '    section="main", title="The figures", digits=2, sources=mine,\n'
        ")",
    ),
    ("markdown", "## The verdict"),
    (
        "code",
        "evidence = claim.gather(facts=facts)\n"
        "verdict = claim.judge(evidence)\n"
        "plots.show_universe(claim, evidence, verdict)",
    ),
    ("code", "verdict"),
)


def new_claim(claim_id: str, at: tuple[int, int] | None = None) -> list[Path]:
    """Write registry/claims/ID.yaml and notebooks/id.ipynb from the template; returns both files.

    at: paragraph and sentence of the article; by default the first that no claim of the register
    rests on. The template judges a figure of table `facts` that is at hand, so that it runs before
    anything is changed.
    Raises UsageError for an id of a wrong form, a file that exists, a sentence that does not, and
    where the project is the copy inside the installed package; CoverageError without facts.
    """
    if not re.fullmatch(r"[CO]\d{2}", claim_id):
        raise UsageError(
            f"{claim_id!r} is not a claim's id", hint="C or O and two digits, for example C36"
        )
    if paths.bundled():
        raise UsageError(
            "the project inside the installed package is not written to",
            where="a claim of yours stands in a project of yours, which CA_RESEARCH_HOME names",
            hint=f'python -c "{_COPY}"; export CA_RESEARCH_HOME=my-project',
        )
    claim = paths.registry_dir() / "claims" / f"{claim_id}.yaml"
    notebook = paths.notebooks_dir() / f"{claim_id.lower()}.ipynb"
    for file in (claim, notebook):
        if file.exists():
            raise UsageError(
                "the file is there already", where=paths.shown(file), hint="choose another id"
            )
    where, figure = _sentence(at), _figure()
    write_whole(
        claim,
        _CLAIM.format(
            id=claim_id,
            paragraph=where.paragraph,
            sentence=where.sentence,
            sha256=where.sha256,
            today=dt.date.today().isoformat(),
            notebook=notebook.name,
            statement=json.dumps(
                f"{figure['attribute'].replace('_', ' ')} of {figure['subject']} is more than "
                "the threshold.",
                ensure_ascii=False,
            ),
            **{f"{k}_yaml": json.dumps(v, ensure_ascii=False) for k, v in figure.items()},
        ),
    )
    write_whole(notebook, _notebook(claim_id))
    return [claim, notebook]


def _sentence(at: tuple[int, int] | None) -> registry.Sentence:
    known = {(s.paragraph, s.sentence): s for s in registry.article().sentences}
    used = {(c.article.paragraph, c.article.sentence) for c in registry.claims().values()}
    chosen = at or next((place for place in known if place not in used), next(iter(known)))
    if chosen not in known:
        raise UsageError(
            f"the article has no sentence {chosen[1]} in paragraph {chosen[0]}",
            where="registry/article.yaml",
            hint="paragraph and sentence as that file lists them, for example 2.1",
        )
    return known[chosen]


def _figure() -> dict[str, str]:
    """Subject, attribute and unit of a fact that has a value: of those with most years, the
    first.
    """
    from ..tables import load

    facts = load("facts")
    facts = facts[facts["value"].notna() & facts["unit"].notna()]
    if facts.empty:
        raise CoverageError(
            "table facts holds no figure to start from", hint="add one to data/raw/facts"
        )
    years = facts.groupby(["subject", "attribute", "unit"], sort=False)["year"].nunique()
    subject, attribute, unit = years.idxmax()
    return {"subject": subject, "attribute": attribute, "unit": unit}


def _notebook(claim_id: str) -> str:
    import nbformat

    cells = []
    for number, (kind, source) in enumerate(_CELLS):
        text = source.replace("{id}", claim_id).replace("{title}", "The claim as a question")
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(text, id=f"cell-{number:02d}")
        if kind == "parameters":
            cell.metadata["tags"] = ["parameters"]
        cells.append(cell)
    about = {
        "pattern": r"^(latest|\d{4}-\d{2}-\d{2})$",
        "meaning": "latest, or the day whose knowledge is used",
    }
    notebook = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {
                "display_name": "ca-research (warm)",
                "language": "python",
                "name": "ca-research",
            },
            "language_info": {"name": "python"},
            "ca_research": {"claim": claim_id, "tables": ["facts"], "parameters": {"as_of": about}},
        },
    )
    return nbformat.writes(notebook) + "\n"
