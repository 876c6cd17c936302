"""Flows as Python objects: the same keys as in YAML (docs/reference/steps.md), and functions where a tool is called."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Flow:
    """`order = Flow(id="order", steps=[…])`. Without an id it is named like its variable, without a final "_flow"."""

    def __init__(self, *, steps: Sequence[Mapping[str, Any]], id: str | None = None, **keys: Any):
        self.id = id
        self.document: dict[str, Any] = {**keys, "steps": list(steps)}

    def __repr__(self) -> str:
        return f"Flow(id={self.id!r}, {len(self.document['steps'])} steps)"
