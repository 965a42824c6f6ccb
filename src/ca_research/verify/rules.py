"""Whether the rules at hand are those that were accepted, or say why they are not."""

from __future__ import annotations

from pathlib import Path

from .. import registry
from ..claims.locks import broken
from .state import accepted


def unamended(folder: Path) -> list[str]:
    """Claims whose rule is not the one that `folder`/verdicts.json was judged by, or that was
    locked, without an amendment that says so: a line each. No report is needed; without a baseline
    and a lock there is nothing to differ from.
    """
    specs = registry.claims()
    rules = {entry.claim: entry.rule_sha256 for entry in accepted(folder)}
    accepted_otherwise = [
        f"registry/claims/{claim}.yaml: amendments: the rule is not the accepted one "
        f"({rules[claim][:16]}), and no amendment has it as `rule_sha256_before`"
        for claim, spec in specs.items()
        if rules.get(claim, spec.rule_sha256)
        not in (spec.rule_sha256, *(a.rule_sha256_before for a in spec.amendments))
    ]
    return accepted_otherwise + broken(specs)
