"""Tables: many assessments at once, in the kind of frame they come in."""

from __future__ import annotations

__all__: list[str] = []
