"""Industry: manufacturing in output, projects at work, and exports by chapter of goods."""

from .chapters import (
    MANUFACTURES,
    chapter_figure,
    chapter_indicators,
    chapter_rows,
    resource_share,
)
from .measures import manufacturing_change, project_list, projects_at_work

__all__ = [
    "MANUFACTURES",
    "chapter_figure",
    "chapter_indicators",
    "chapter_rows",
    "manufacturing_change",
    "project_list",
    "projects_at_work",
    "resource_share",
]
