"""Diagnostics as GitHub's workflow commands, which show them beside the line."""

from __future__ import annotations

from collections.abc import Sequence

from criteria_engine import Diagnostic

__all__ = ["as_github"]


def as_github(found: Sequence[Diagnostic]) -> str:
    """A line a diagnostic: ``::error file=…,line=…,col=…,title=CE123::message``."""
    return "\n".join(_line(each) for each in found)


def _line(found: Diagnostic) -> str:
    places = {
        "file": found.file,
        "line": found.line,
        "col": found.column,
        "endColumn": None if found.column is None else found.column + found.width,
        "title": found.code,
    }
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in places.items() if value is not None)
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    return f"::{found.severity} {shown}::{_data(text)}"


def _data(text: str) -> str:
    """A message: what would end the line, or begin a command, is escaped."""
    for letter in ("%", "\r", "\n"):
        text = text.replace(letter, f"%{ord(letter):02X}")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
