"""Expressions as an author writes them, and as Python builds them: always a text.

``theft >= 3`` on an input makes the expression ``theft >= 3``; ``&``, ``|`` and ``~`` join
conditions. What the text means is worked out when a ruleset is made, not here.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import attrs

from criteria_engine.core.grammar import expression_tree
from criteria_engine.messages.diagnostics import Code, Fault

_RANKS: tuple[tuple[type[ast.AST], int], ...] = (
    (ast.IfExp, 0), (ast.Or, 1), (ast.And, 2), (ast.Not, 3), (ast.Compare, 4), (ast.Add, 5), (ast.Sub, 5),
    (ast.Mult, 6), (ast.Div, 6), (ast.FloorDiv, 6), (ast.Mod, 6), (ast.USub, 7), (ast.Pow, 8),
)  # fmt: skip


def _infix(
    operator: str, left: int, right: int, *, exchanged: bool = False
) -> Callable[[Composable, object], Expression]:
    """The method of an operator; an operand that binds less than its side's rank stands in brackets."""

    def join(self: Composable, other: object) -> Expression:
        first, second = (other, self) if exchanged else (self, other)
        return Expression(f"{_within(first, left)} {operator} {_within(second, right)}")

    return join


class Composable:
    """What can be joined into expressions: expressions themselves and inputs."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The expression as an author would write it."""
        raise NotImplementedError

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"an expression has no truth value before it is evaluated: {self.text}\n"
            "write & for and, | for or, ~ for not (each side in brackets), "
            "and .equals(x) instead of == x"
        )

    __and__ = _infix("and", 2, 3)
    __rand__ = _infix("and", 2, 3, exchanged=True)
    __or__ = _infix("or", 1, 2)
    __ror__ = _infix("or", 1, 2, exchanged=True)
    __lt__ = _infix("<", 5, 5)
    __le__ = _infix("<=", 5, 5)
    __gt__ = _infix(">", 5, 5)
    __ge__ = _infix(">=", 5, 5)
    __add__ = _infix("+", 5, 6)
    __radd__ = _infix("+", 5, 6, exchanged=True)
    __sub__ = _infix("-", 5, 6)
    __rsub__ = _infix("-", 5, 6, exchanged=True)
    __mul__ = _infix("*", 6, 7)
    __rmul__ = _infix("*", 6, 7, exchanged=True)
    __truediv__ = _infix("/", 6, 7)
    __rtruediv__ = _infix("/", 6, 7, exchanged=True)
    __floordiv__ = _infix("//", 6, 7)
    __mod__ = _infix("%", 6, 7)
    _equal = _infix("==", 5, 5)
    _unequal = _infix("!=", 5, 5)

    def __pow__(self, exponent: int) -> Expression:
        return Expression(f"{_within(self, 9)} ** {exponent}")

    def __neg__(self) -> Expression:
        return Expression(f"-{_within(self, 7)}")

    def __invert__(self) -> Expression:
        return Expression(f"not {_within(self, 3)}")

    def equals(self, other: object) -> Expression:
        """The condition that both are equal (``==`` compares the Python objects themselves)."""
        return self._equal(other)

    def differs(self, other: object) -> Expression:
        """The condition that both are not equal."""
        return self._unequal(other)

    def is_in(self, *words: object) -> Expression:
        """The condition that the value is one of those given."""
        return Expression(f"{_within(self, 5)} in [{', '.join(_written(word) for word in words)}]")

    def previous(self, periods: int = 1) -> Expression:
        """The value so many periods before."""
        return Expression(f"previous({self.text})" if periods == 1 else f"previous({self.text}, {periods})")


@attrs.frozen(repr=False, order=False)
class Expression(Composable):
    """A text in the language of expressions; equal if the text is.

    ``Expression("theft < 3") & Expression("fires < 1")`` is ``Expression("theft < 3 and fires < 1")``.
    """

    _text: str = attrs.field(alias="text")

    @property
    def text(self) -> str:
        """The expression as an author would write it."""
        return self._text

    def __repr__(self) -> str:
        return f"Expression({self._text!r})"

    def __str__(self) -> str:
        return self._text


def expression(value: object) -> Expression:
    """An expression from a text, a number or something composable; ``Fault`` for anything else."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        raise Fault(Code.TRUTH_OF_PYTHON, value=str(value))
    if isinstance(value, Composable):
        return Expression(value.text)
    if isinstance(value, str):
        return Expression(value.strip())
    if isinstance(value, int | float | Decimal | Fraction):
        return Expression(_written(value))
    raise Fault(Code.NOT_AN_EXPRESSION, value=repr(value)[:60])


def _written(value: object) -> str:
    """A value as it is written inside an expression."""
    match value:
        case Composable():
            return value.text
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if "'" in value else f"'{value}'"
        case datetime.date():
            return f"'{value.isoformat()}'"
        case int():
            return str(value)
        case float():
            return format(Decimal(repr(value)), "f")
        case Decimal():
            return format(value, "f")
        case Fraction():
            return f"{value.numerator} / {value.denominator}"
    raise Fault(Code.NOT_AN_EXPRESSION, value=repr(value)[:60])


def _within(value: object, rank: int) -> str:
    """The text of an operand, in brackets where it binds less than its place wants."""
    text = _written(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f"({text})" if text.startswith("-") and rank > 7 else text
    if not isinstance(value, Composable | Fraction):
        return text
    return text if _rank(text) >= rank else f"({text})"


def _rank(text: str) -> int:
    try:
        tree: Any = expression_tree(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return 0
    kind = getattr(tree, "op", tree)
    return next((rank for cls, rank in _RANKS if isinstance(kind, cls)), 9)
