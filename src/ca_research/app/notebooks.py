"""Notebooks from templates: each cell begins with a line `# %% KIND`, which is markdown, code, or
the tag of a cell of code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..ground.templates import filled

TEMPLATES = Path(__file__).with_name("templates")
_KERNEL = {"display_name": "ca-research (warm)", "language": "python", "name": "ca-research"}


def notebook(template: str, about: dict[str, Any] | None = None, **values: Any) -> str:
    """A notebook for the warm kernel; about: what the project keeps in its metadata."""
    text, cells = filled(TEMPLATES / f"{template}.nb.j2", **values), []
    from nbformat import v4, writes

    for number, part in enumerate(text.split("# %% ")[1:]):
        kind, _, source = part.partition("\n")
        new = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
        tags = {"tags": [kind]} if kind not in ("markdown", "code") else {}
        cells.append(new(source.strip("\n"), id=f"cell-{number:02d}", metadata=tags))
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    metadata["ca_research"] = about or {}
    return writes(v4.new_notebook(cells=cells, metadata=metadata)) + "\n"
