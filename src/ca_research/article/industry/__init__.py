"""Industry: manufacturing in output, projects at work, and exports by chapter of goods."""

from .chapters import (
    MANUFACTURES,
    RESOURCES,
    chapter_concentration_change,
    chapter_coverage,
    chapter_gain,
    chapter_indicators,
    chapter_rows,
    machinery_change,
    resource_share,
)
from .measures import manufacturing_change, project_list, projects_at_work

__all__ = [
    "MANUFACTURES",
    "RESOURCES",
    "chapter_concentration_change",
    "chapter_coverage",
    "chapter_gain",
    "chapter_indicators",
    "chapter_rows",
    "machinery_change",
    "manufacturing_change",
    "project_list",
    "projects_at_work",
    "resource_share",
]
