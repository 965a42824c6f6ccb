"""Words of the template of a claim."""

from __future__ import annotations

import json

from .notebooks import TEMPLATES

WORDS: dict[str, str] = json.loads((TEMPLATES / "claim.json").read_text(encoding="utf-8"))
"""Words of the template that a claim of one's own does not keep."""

RULE = {"statement", "criterion", "why", "rule"}
"""Those of the rule: before they are written no verdict is shown."""
