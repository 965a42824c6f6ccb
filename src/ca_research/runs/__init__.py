"""Running notebooks: parameters checked first, papermill in processes, results whole or not at all."""

from .execute import EXECUTED, Result, execute, failed
from .parameters import Parameter, check, declared
from .plan import ARTICLE_DATE, AS_OF, Run, plan

__all__ = [
    "ARTICLE_DATE",
    "AS_OF",
    "EXECUTED",
    "Parameter",
    "Result",
    "Run",
    "check",
    "declared",
    "execute",
    "failed",
    "plan",
]
