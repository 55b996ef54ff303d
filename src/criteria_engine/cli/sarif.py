"""Diagnostics as SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

import os
import string
from collections.abc import Sequence
from typing import Any

from criteria_engine import Diagnostic
from criteria_engine.cli.sheets import json_text

__all__ = ["as_sarif"]

_PLAIN = frozenset((string.ascii_letters + string.digits + "-._~/").encode())


def as_sarif(found: Sequence[Diagnostic]) -> str:
    """One run of one tool with all diagnostics."""
    codes = sorted({each.code for each in found})
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "criteria_engine", "rules": [{"id": code} for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes) for each in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json_text({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _result(found: Diagnostic, codes: Sequence[str]) -> dict[str, Any]:
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": found.severity,
        "message": {"text": text},
    }
    if found.file is not None:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(found.file)}}
        if found.line is not None:
            column = found.column or 1
            place["region"] = {
                "startLine": found.line,
                "startColumn": column,
                "endColumn": column + found.width,
            }
        result["locations"] = [{"physicalLocation": place}]
    return result


def _uri(file: str) -> str:
    name = os.fsencode(file.replace(os.sep, "/"))
    quoted = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in name)
    return f"file://{quoted}" if quoted.startswith("/") else quoted
