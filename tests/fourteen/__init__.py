"""A project of fourteen claims of all kinds of figures, about powers and a region that are not
those of the built-in article: `make` and `fill` write it as an author would, and the fixture
`fourteen` (`pytest_plugins = ["tests.fourteen.plugin"]`) gives it to a test.

Every figure, date and document of it is invented, and its sources say so.
"""

import shutil
from pathlib import Path

import yaml

import ca_research as ca
from ca_research import registry
from ca_research.app.init_command import make as begin
from ca_research.app.scaffold import beginning, new_claim
from ca_research.app.template import WORDS
from ca_research.claims.measures import find
from ca_research.estimates.kinds import figure_of

HERE = Path(__file__).parent
TEN = ("BRN", "KHM", "IDN", "LAO", "MYS", "MMR", "PHL", "SGP", "THA", "VNM")
CLAIMS = yaml.safe_load((HERE / "claims.yaml").read_text(encoding="utf-8"))
SETTLED = {
    "restatement": "What the sentence says, read as it stands.",
    "known_before": "The sentence alone, for all figures are invented.",
    "expected": "Nothing.",
    "statement": "The figures say what the sentence says.",
    "why": "The number that the sentence names.",
    "against": "The figures are invented.",
    "would_change": "Figures that are not invented.",
    "rivals": "None, for the figures are invented.",
    "rule": "Supported where the figures say so, contradicted where they do not.",
}


def make(home: Path) -> Path:
    """The project in a folder that is not there yet, with figures and claims, not yet run. Whoever
    calls it makes that folder the current one.
    """
    begin(home, HERE / "article.txt")
    for folder, place in {"measures": "measures", "tables": "registry/tables"}.items():
        shutil.copytree(HERE / folder, home / place, dirs_exist_ok=True)
    shutil.copy(HERE / "measures.yaml", home / "registry" / "measures.yaml")
    return home


def fill(home: Path) -> None:
    """The figures and the claims, from within the project."""
    registry.forget()
    for file in sorted((HERE / "figures").glob("*.csv")):
        table, _, source = file.stem.partition("-")
        ca.add(
            file,
            table=table,
            source=source.upper(),
            title=f"Figures on {table} (invented)",
            publisher=f"The invented office {source}",
            licence="none: invented",
            published="2024-03-01",
            lag=30,
        )
    for name, claim in CLAIMS.items():
        declare(home, name, **claim)
    registry.forget()


def declare(home: Path, name: str, *, at: str, title: str, **first) -> None:
    """A claim with one criterion, or two of which the first decides."""
    second = first.pop("and", None)
    new_claim(name, at, first["measure"])
    file = home / "registry" / "claims" / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    for word, settled in SETTLED.items():
        text = text.replace(WORDS[word], settled)
    claim = yaml.safe_load(text) | {"title": title}
    reading = claim["readings"][0]
    (template,) = reading["criteria"]
    criteria = [_criterion(template, "figure", **first)]
    axis = {"name": "year", "meaning": "The year of the figures"}
    years = first.get("years", [])
    claim["grid"]["axes"] = [axis | {"values": years, "main": years[0]}] if years else []
    if second:
        criteria.append(_criterion(template, "other", **second))
        reading["rule"]["supported"] = {"all": ["figure holds", "other holds"]}
        reading["rule"]["contradicted"] = {"any": ["figure fails", "other fails"]}
    reading["criteria"] = criteria
    file.write_text(yaml.safe_dump(claim, allow_unicode=True, sort_keys=False), encoding="utf-8")
    registry.forget()


def _criterion(template, name, *, measure, settings, bar, over=(), at_least=1, **more):
    """A criterion as the template has it, with an author's own measure, bar and words."""
    comparison, threshold = bar.split()
    figure = figure_of(find(measure), settings)
    codes = TEN if over == "ten" else over
    label = more.get("label", f"{settings.get('partner', '')} by {measure}")
    return {
        **template,
        "name": name,
        "label": label,
        "statement": f"{label}: as the sentence says.",
        "measure": measure,
        "settings": settings,
        "comparison": comparison,
        "threshold": float(threshold),
        "kind": more.get("kind", figure.numbers[0]),
        "unit": more.get("unit") or beginning(measure)["unit"],
        "axes": ["year"] if "years" in more else [],
        "over": {"economies": [*codes], "at_least": at_least} if codes else None,
    }
