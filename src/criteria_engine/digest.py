"""Digests: what was judged, by what, so that a decision can be proved years later."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.messages.titles import Titles

__all__ = ["digest_of"]

_AS_THEY_ARE = (str, int, bool)


def digest_of(value: Any) -> str:
    """The SHA-256 of a value's canonical form: order of keys, comments and line ends play no part."""
    text = json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Titles):
        return dict(value.texts)
    if attrs.has(type(value)):
        made: dict[str, Any] = {"is": type(value).__name__}
        for attribute in attrs.fields(type(value)):
            found = getattr(value, attribute.name)
            if attribute.init and (attribute.default is attrs.NOTHING or found != attribute.default):
                made[attribute.name] = _canonical(found)
        return made
    if isinstance(value, dict):
        return {str(name): _canonical(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
