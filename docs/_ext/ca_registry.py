"""`codebook`, `sources` and `terms`: what lies in registry/, as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ca_research import registry
from ca_research.registry.glossary import glossary
from ca_research.registry.tables import Column, Source, Table

KNOWN = {
    "year": "the end of its year and the lag of its source",
    "date": "its own date",
    "source": "the publication of its source",
}
ROLES = {
    "unit": "whose figure it is",
    "counterpart": "with or of whom",
    "time": "of which year",
    "value": "the figure",
    "basis": "in what terms it is counted",
}


def row(cells: Iterable[object]) -> str:
    """A row of a Markdown table; whatever the cells hold stays within them."""
    return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def table(heads: list[str], rows: Iterable[Iterable[object]], also: str = "") -> list[str]:
    """Lines of a Markdown table; on a phone a card for each row (docs.css)."""
    body = [row(heads), row("---" for _ in heads), *map(row, rows)]
    return ["", f":::{{container}} cards {also}".rstrip(), *body, ":::", ""]


def plain(text: str) -> str:
    """Text in which Markdown sees no markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#$|" else c for c in text)


def values(column: Column) -> str:
    """What a column may hold, beside its type."""
    parts = []
    if column.values:
        parts.append(", ".join(f"`{v}`" for v in column.values))
    if column.form:
        parts.append(f"of the form `{column.form}`")
    bounds = [f"{b:,.15g}" if abs(b) > 9999 else f"{b:.15g}" for b in _bounds(column)]
    if column.min is not None and column.max is not None:
        parts.append(" to ".join(bounds))
    elif bounds:
        parts.append(("at least " if column.min is not None else "at most ") + bounds[0])
    if column.nullable:
        parts.append("may be empty")
    return "; ".join(parts)


def _bounds(column: Column) -> list[float]:
    return [b for b in (column.min, column.max) if b is not None]


def codebook() -> Iterator[str]:
    """Every table: what a row is, its key, its columns, its sources."""
    for name, form in registry.tables().items():
        yield f"({anchor(name)})="
        yield f"## {form.title}: `{name}`"
        yield from ("", plain(form.description), "")
        yield from _facts(form)
        heads = ["column", "type", "unit", "meaning", "values"]
        yield from table(heads, _columns(form), "columns")
        if form.rows:
            cells = (f"{linked(s)}&nbsp;({n:,})" for s, n in form.rows.items())
            yield from ("Sources, with their rows:", "", ", ".join(cells), "")


def _facts(form: Table) -> list[str]:
    rows, key = sum(form.rows.values()), ", ".join(f"`{k}`" for k in form.key)
    known = f"A row is known from {KNOWN[form.known]}."
    return [f"{rows:,} rows from {len(form.rows)} sources. Key: {key}. {known}"]


def _columns(form: Table) -> Iterator[list[str]]:
    for name, column in form.columns.items():
        role = f" ({ROLES[column.role]})" if column.role else ""
        said = plain(column.meaning) + role
        yield [f"`{name}`", column.type, plain(column.unit or ""), said, values(column)]


def anchor(name: str) -> str:
    return f"table-{name}"


def linked(source: str) -> str:
    """A source by its id, with a link to its entry."""
    return f"[{plain(source)}](#source-{source.lower()})"


def sources() -> Iterator[str]:
    """Every source with rows, by its id: who publishes it, under which terms, where it is."""
    held: dict[str, list[str]] = {}
    for name, form in registry.tables().items():
        for source in form.rows:
            held.setdefault(source, []).append(f"[{name}](#{anchor(name)})")
    for source, entry in sorted(registry.sources().items(), key=lambda pair: pair[0].lower()):
        if source in held:
            yield f"(source-{source.lower()})="
            yield f"**{plain(source)}**"
            yield f": {_entry(entry)} In {', '.join(held[source])}."
            yield ""


def _entry(entry: Source) -> str:
    title = plain(entry.title)
    said = [f"[{title}](<{entry.original}>)" if entry.original else title]
    said += [plain(part) for part in (entry.publisher, entry.coverage) if part]
    said.append(f"Licence: {plain(entry.licence or 'not stated')}")
    return ". ".join(part.rstrip(".") for part in said) + "."


def terms() -> Iterator[str]:
    """The glossary, for links from any page."""
    yield "```{glossary}"
    for term in glossary():
        yield from (term.term, f"  {term.means}", "")
    yield "```"


class FromRegistry(SphinxDirective):
    """A directive that writes what one of the functions above says."""

    def run(self) -> list[nodes.Node]:
        lines = {"codebook": codebook, "sources": sources, "terms": terms}[self.name]()
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    for name in ("codebook", "sources", "terms"):
        app.add_directive(name, FromRegistry)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
