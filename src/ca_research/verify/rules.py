"""Whether the rules at hand are those that were accepted, or say why they are not."""

from __future__ import annotations

from pathlib import Path

from .. import registry
from ..ground.errors import BaselineError
from .state import read_baseline


def unamended(folder: Path) -> list[str]:
    """Claims whose rule is not the one that `folder`/verdicts.json was judged by, without an
    amendment that says so: a line each. No report is needed; without a baseline there is nothing
    to differ from.
    """
    try:
        entries = read_baseline(folder).entries.values()
    except BaselineError:
        return []
    accepted = {entry.claim: entry.rule for entry in entries}
    return [
        f"registry/claims/{spec.id}.yaml: amendments: the rule is not the accepted one "
        f"({accepted[spec.id]}), and no amendment has it as `rule_sha256_before`"
        for spec in registry.claims().values()
        if spec.id in accepted
        and not spec.rule_sha256.startswith(accepted[spec.id])
        and not any(a.rule_sha256_before.startswith(accepted[spec.id]) for a in spec.amendments)
    ]
