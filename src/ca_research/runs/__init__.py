"""Running notebooks: parameters checked first, papermill in processes, results whole or not at all."""

from .execute import EXECUTED, Result, execute, failed, write_manifest
from .parameters import Parameter, check, declared, tables_by_notebook
from .plan import PAGES, Run, days, plan

__all__ = [
    "EXECUTED",
    "PAGES",
    "Parameter",
    "Result",
    "Run",
    "check",
    "days",
    "declared",
    "execute",
    "failed",
    "plan",
    "tables_by_notebook",
    "write_manifest",
]
