"""Python's parser and compiler, one thread at a time.

Building syntax trees in two threads at once fails now and then on CPython 3.11 ("AST constructor
recursion depth mismatch": the depth is counted for the whole interpreter), so a ruleset that is shared
between threads takes turns here. Nothing else in the library has a lock or needs one.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["expression_tree", "run_module", "statements"]

_TURN = threading.Lock()


def expression_tree(text: str) -> ast.expr:
    """The tree of an expression; ``SyntaxError`` and its kin as they come."""
    with _TURN:
        return ast.parse(text, mode="eval").body


def statements(lines: Sequence[str]) -> list[ast.stmt]:
    """Our own lines as statements; no author's text is among them."""
    with _TURN:
        function = ast.parse("def f():\n" + "\n".join("    " + line for line in lines)).body[0]
    return function.body if isinstance(function, ast.FunctionDef) else []


def run_module(body: Sequence[ast.stmt], space: Mapping[str, Any]) -> dict[str, Any]:
    """What a module of our own statements defines, in a name space that holds only ``space``."""
    module = ast.fix_missing_locations(ast.Module(list(body), []))
    names = {"__builtins__": {}, **space}
    with _TURN:
        code = compile(module, "<criteria_engine>", "exec")
    exec(code, names)  # noqa: S102 - our own tree, no author's text
    return names
