"""Empty."""

from __future__ import annotations

from typing import Any

MEANINGS: dict[Any, Any] = {}
