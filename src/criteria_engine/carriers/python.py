"""The Python carrier: core expressions become one generated function for one assessment.

The function is built as a tree (``ast``), never from an author's text: inputs and steps are
numbered, words and numbers are constants. A part that is used twice is worked out once, in a
statement of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.carriers.expressing import ExpressionWriter
from criteria_engine.carriers.splitting import Split, splits
from criteria_engine.carriers.trees import (
    OPERATORS,
    Anything,
    bound_to,
    children,
    compiled,
    like,
    name_of,
    plain_constant,
    refusal,
    words_of,
)
from criteria_engine.core.grammar import statements
from criteria_engine.core.traversal import children_first

_DEEP = 40

__all__ = ["Entrance", "build_function"]


def build_function(
    inputs: Sequence[str],
    withholdable: frozenset[str],
    outputs: Sequence[Anything],
    *,
    missing: bool = False,
    parameters: Sequence[str] = ("row", "evidence"),
    entrance: Entrance | None = None,
) -> Callable[..., Any]:
    """A function from a row and the set of inputs with evidence to the values of ``outputs``.

    ``withholdable`` are the inputs that may be not applicable; ``missing``: values may be. With an
    ``entrance`` the function looks at the values first, and gives (row, answers), or None for both
    where something is odd.
    """
    writer = _Writer(inputs, withholdable, outputs, entrance)
    writer.write_splits(splits(outputs, children, withholdable, missing, 2 if entrance is None else 1))
    body = writer.write(outputs)
    if entrance is None:
        return compiled(parameters, [*writer.unpacked(), *body], writer.tables)
    start = [*entrance.statements, *writer.left_to_check(missing)]
    guarded = statements(["try: pass", "except (KeyError, TypeError): return None, None"])[0]
    if isinstance(guarded, ast.Try):
        guarded.body = [*start, *body]
    return compiled(parameters, [guarded], {**entrance.names, **writer.tables})


@attrs.frozen(eq=False, repr=False)
class Entrance:
    """What a generated function does before it judges: ``statements`` that bind ``row`` and inputs.

    ``spans`` are the numbers between which an input must lie, ``words`` what a text must be among;
    both are checked where the input is first looked at. ``names`` are what the statements refer to.
    """

    statements: tuple[ast.stmt, ...]
    spans: Mapping[str, tuple[float, float]]
    words: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Any]


class _Writer(ExpressionWriter):
    """Writes one function."""

    def __init__(
        self,
        inputs: Sequence[str],
        withholdable: frozenset[str],
        outputs: Sequence[Anything],
        entrance: Entrance | None,
    ) -> None:
        super().__init__(inputs, withholdable, outputs)
        self._entrance = entrance
        self._spans = dict(entrance.spans) if entrance is not None else {}
        self._words = dict(entrance.words) if entrance is not None else {}
        self.tables: dict[str, Any] = {}

    def write(self, outputs: Sequence[Anything]) -> list[ast.stmt]:
        """The statements, the last of which returns the outputs as one tuple, perhaps after the row."""
        for part, depth in children_first(outputs, children):
            if depth % _DEEP == 0:  # so that neither we nor Python's compiler go deeper than that
                self._named(part)
        values: ast.expr = ast.Tuple([self._named(part) for part in outputs], ast.Load())
        if self._entrance is not None:
            values = ast.Tuple([name_of("row"), values], ast.Load())
        self._body.append(ast.Return(values))
        return self._body

    def write_splits(self, found: Sequence[Split]) -> None:
        """Statements that bind the parts which one comparison alone decides."""
        for number, split in enumerate(found):
            names = [f"s{number}_{place}" for place in range(len(split.parts))]
            for name, part in zip(names, split.parts, strict=True):
                self._names[id(part)] = name
                self._kept.append(part)
            if split.comparison is None and any(isinstance(way, str) for way, _ in split.ways):
                self._write_table(split, number, names)
            else:
                self._body.append(self._write_cases(split, names))

    def left_to_check(self, missing: bool) -> list[ast.stmt]:
        """The checks of the entrance that no split makes."""
        tests: list[ast.expr] = []
        for input, (low, high) in self._spans.items():
            edges: list[ast.expr] = [name_of(self._places[input]), ast.Constant(high)]
            tests.append(ast.Compare(ast.Constant(low), [ast.LtE(), ast.LtE()], edges))
        for input, words in self._words.items():
            tests.append(ast.Compare(name_of(self._places[input]), [ast.In()], [words_of(words)]))
        if missing:
            checked = [*self._spans, *self._words]
            gone = [self._is(input, ast.Is(), ast.Constant(None)) for input in checked]
            tests = [ast.BoolOp(ast.Or(), [none, test]) for none, test in zip(gone, tests, strict=True)]
        return [ast.If(ast.UnaryOp(ast.Not(), test), [refusal()], []) for test in tests]

    def _write_table(self, split: Split, number: int, names: list[str]) -> None:
        self._words.pop(split.input, None)
        table = f"table{number}"
        self.tables[table] = {way: tuple(map(plain_constant, constants)) for way, constants in split.ways}
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        chosen = ast.Subscript(name_of(table), name_of(self._places[split.input]), ast.Load())
        self._body.append(ast.Assign([ast.Tuple(targets, ast.Store())], chosen))

    def _write_cases(self, split: Split, names: list[str]) -> ast.stmt:
        input = name_of(self._places[split.input])
        yes: ast.expr = ast.Compare(input, [ast.Is()], [ast.Constant(True)])
        if split.comparison is not None:
            operator = OPERATORS[split.comparison.operator]()
            edge = like(split.comparison.right.low, split.comparison.left)
            yes = ast.Compare(input, [operator], [edge])
        ways = dict(split.ways)
        then, no = bound_to(names, ways[True]), bound_to(names, ways[False])
        span = self._spans.pop(split.input, None)
        if span is not None and split.comparison is not None:
            # one comparison after another: a chain is not specialised by CPython; NaN fails both
            too_high = ast.Compare(input, [ast.Gt()], [like(span[1], split.comparison.left)])
            high_enough = ast.Compare(input, [ast.GtE()], [like(span[0], split.comparison.left)])
            then = [ast.If(too_high, [refusal()], []), *then]
            no = [ast.If(high_enough, no, [refusal()])]
        statement = ast.If(yes, then, no)
        if None not in ways:
            return statement
        gone = ast.Compare(input, [ast.Is()], [ast.Constant(None)])
        return ast.If(gone, bound_to(names, ways[None]), [statement])

    def unpacked(self) -> list[ast.stmt]:
        """The statement that takes the row apart."""
        if not self._places:
            return []
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in self._places.values()]
        return [ast.Assign([ast.Tuple(targets, ast.Store())], name_of("row"))]
