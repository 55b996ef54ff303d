"""Looking ahead: plans and their targets, what is expected of them, and how sure that is."""

from __future__ import annotations

__all__: list[str] = []
