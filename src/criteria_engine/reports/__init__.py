"""Periodic reports on a plan: what is said, and how it is laid out."""

from __future__ import annotations

__all__: list[str] = []
