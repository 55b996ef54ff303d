"""Carriers: what runs the core. One file each, one ``match`` over its parts each."""

from __future__ import annotations

__all__: list[str] = []
