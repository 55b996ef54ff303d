"""The Python backend: parts of the core become one generated function for one assessment.

The function is built as a syntax tree (``ast``), never from an author's text: inputs and intermediate
values are numbered, words and numbers are constants. A part that is used twice is worked out once, in a
statement of its own. What one comparison alone decides is looked up in ``splitting`` first.

Reading order: ``build_function``, then ``FunctionWriter``: its statements, then parts as expressions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar, assert_never

from criteria_engine.backends.splitting import Anything, Simplifier, Split, children, count_uses, splits
from criteria_engine.core import arithmetic, nodes
from criteria_engine.core.arithmetic import EDGE, EXACT_FLOAT, as_float
from criteria_engine.core.grammar import run_module, statements
from criteria_engine.core.nodes import NA, Condition, Numeric, children_first

Row = tuple[Any, ...]
"""The values of the inputs in order: a number, text or truth value, None (missing) or ``NA``."""

Output = Anything | tuple[Anything, ...]
"""What a generated function gives back: one value, or a tuple of them."""

_CHUNK = 40  # how many terms or branches one generated expression holds
_DEEP = 40  # how deep expressions are nested at most: neither we nor Python's compiler go deeper than that
_READING = ("values", "type=type", "float=float", "int=int", "odd=KeyError")
"""The parameters of a function that reads values. What it uses of every input is local, which is quicker."""
_NO_CONTRARIES: Mapping[int, Condition] = {}

_OPERATORS: Mapping[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
}

_CALLED = {name: getattr(arithmetic, name) for name in arithmetic.__all__ if name.islower()}
"""What generated functions call by name."""

_Kind = TypeVar("_Kind", bound=ast.AST)


def _placed(kind: type[_Kind]) -> type[_Kind]:
    """A kind of syntax tree with a place in the source.

    ``ast.fix_missing_locations`` would walk the finished tree, which takes a third of a compilation.
    """
    return type(kind.__name__, (kind,), {"lineno": 1, "col_offset": 0})


_Name = _placed(ast.Name)
_Constant = _placed(ast.Constant)
_Compare = _placed(ast.Compare)
_BoolOp = _placed(ast.BoolOp)
_UnaryOp = _placed(ast.UnaryOp)
_BinOp = _placed(ast.BinOp)
_IfExp = _placed(ast.IfExp)
_Call = _placed(ast.Call)
_Tuple = _placed(ast.Tuple)
_Subscript = _placed(ast.Subscript)
_Assign = _placed(ast.Assign)
_If = _placed(ast.If)
_Raise = _placed(ast.Raise)
_Return = _placed(ast.Return)


def _like(size: float, observed: Numeric) -> ast.Constant:
    """A number to compare an input with: of its own type, which CPython compares fastest."""
    whole = observed.whole and size == int(size)
    return _Constant(int(size) if whole else float(size))


def _refusal() -> ast.stmt:
    """The statement that gives up: something about the values is odd."""
    return _Raise(_name_of("odd"))


def _plain_constant(value: Any) -> Any:
    """A constant as programs hold it: truth values as they are, numbers as numbers."""
    constant = _constant_of(value) if isinstance(value, Fraction) else _Constant(value)
    return constant.value


def _bound_to(names: Sequence[str], constants: Sequence[Any]) -> list[ast.stmt]:
    """Names bound to constants, those of the same constant together."""
    together: dict[tuple[type, Any], list[str]] = {}
    for name, constant in zip(names, constants, strict=True):
        plain = _plain_constant(constant)
        together.setdefault((type(plain), plain), []).append(name)
    return [
        _Assign([_Name(name, ast.Store()) for name in same], _Constant(plain))
        for (_, plain), same in together.items()
    ]


def _name_of(name: str) -> ast.Name:
    return _Name(name, ast.Load())


def _grid_inline(value: ast.expr) -> ast.expr:
    """``arithmetic.grid`` for what is surely within its edges and not below 0, without a call."""
    steps = _BinOp(_BinOp(value, ast.Mult(), _Constant(1e9)), ast.Add(), _Constant(0.5))
    return _BinOp(_BinOp(steps, ast.FloorDiv(), _Constant(1.0)), ast.Div(), _Constant(1e9))


def _words_of(words: Sequence[str]) -> ast.expr:
    return _Tuple([_Constant(word) for word in words], ast.Load())


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return _Call(_name_of(function), list(arguments), [])


def _constant_of(value: Fraction) -> ast.Constant:
    """A number as a constant: whole where it is, as far as floats hold it."""
    size: float | int = value.numerator if value.denominator == 1 else as_float(value)
    if isinstance(size, int) and abs(size) > EXACT_FLOAT:
        size = as_float(Fraction(size))
    return _Constant(size)


def compiled(
    parameters: Sequence[str], body: Sequence[ast.stmt], names: Mapping[str, Any]
) -> Callable[..., Any]:
    """A function with that body, in a name space that holds only the arithmetic and ``names``."""
    function = statements(["def judge(" + ", ".join(parameters) + "): pass"])[0]
    if isinstance(function, ast.FunctionDef):
        function.body = list(body)
    space = {"abs": abs, "float": float, "max": max, "min": min, "NA": NA, **_CALLED, **names}
    made: Callable[..., Any] = run_module([function], space)["judge"]
    return made


class Entrance:
    """What a generated function does before it judges: ``statements`` that bind ``row`` and the inputs.

    ``spans`` are the numbers between which an input must lie, ``words`` what a text must be among,
    ``flags`` the inputs that must be truth values; all are checked where an input is first looked at.
    ``names`` are what the statements refer to.
    """

    __slots__ = ("flags", "names", "spans", "statements", "words")

    def __init__(
        self,
        statements: Sequence[ast.stmt],
        spans: Mapping[str, tuple[float, float]],
        words: Mapping[str, tuple[str, ...]],
        flags: Sequence[str],
        names: Mapping[str, Any],
    ) -> None:
        self.statements, self.spans, self.words = statements, spans, words
        self.flags, self.names = flags, names


def build_function(
    inputs: Sequence[str],
    withholdable: frozenset[str],
    outputs: Sequence[Output],
    *,
    missing: bool,
    contraries: Mapping[int, Condition] = _NO_CONTRARIES,
    entrance: Entrance | None = None,
) -> Callable[..., Any]:
    """A function from a row and the set of inputs with evidence to the values of ``outputs``.

    ``withholdable`` are the inputs that may be not applicable; ``missing`` says whether values may be.
    ``contraries`` maps conditions, by identity, to one that holds exactly where they do not. With an
    ``entrance`` the function takes a dictionary of values instead, reads it and gives (row, outputs); where
    something is odd it gives what ``otherwise``, one of the names of the entrance, makes of the values.
    """
    parts = _flat(outputs)
    simplify = Simplifier(parts, contraries).simplified
    outputs = [
        tuple(map(simplify, output)) if isinstance(output, tuple) else simplify(output) for output in outputs
    ]
    parts = _flat(outputs)
    writer = FunctionWriter(inputs, withholdable, parts, entrance)
    writer.write_splits(splits(parts, withholdable, missing, 2 if entrance is None else 1))
    body = writer.write(parts, outputs)
    if entrance is None:
        return compiled(("row", "evidence"), [*writer.unpacked(), *body], writer.tables)
    guarded = statements(["try: pass", "except (KeyError, TypeError): return otherwise(values)"])[0]
    if isinstance(guarded, ast.Try):
        guarded.body = [*entrance.statements, *writer.left_to_check(missing), *body]
    return compiled(_READING, [guarded], {"evidence": (), **entrance.names, **writer.tables})


def _flat(outputs: Sequence[Output]) -> list[Anything]:
    return [part for output in outputs for part in (output if isinstance(output, tuple) else (output,))]


class FunctionWriter:
    """Writes the body of one function: parts of the core as expressions, and the statements these read."""

    def __init__(
        self,
        inputs: Sequence[str],
        withholdable: frozenset[str],
        outputs: Sequence[Anything],
        entrance: Entrance | None,
    ) -> None:
        self._places = {name: f"i{place}" for place, name in enumerate(inputs)}
        self._withholdable = withholdable
        self._uses = count_uses(outputs)
        self._names: dict[int, str] = {}
        self._kept: list[Anything] = []  # what stands in _names by its identity
        self._body: list[ast.stmt] = []
        self._lowered: dict[str, str] = {}
        self._entrance = entrance
        self._spans = dict(entrance.spans) if entrance is not None else {}
        self._words = dict(entrance.words) if entrance is not None else {}
        self._flags = dict.fromkeys(entrance.flags) if entrance is not None else {}
        self.tables: dict[str, Any] = {}

    def write(self, parts: Sequence[Anything], outputs: Sequence[Output]) -> list[ast.stmt]:
        """The statements, the last of which returns the outputs as one tuple, perhaps after the row."""
        for part, depth in children_first(parts, children):
            if depth % _DEEP == 0:
                self._named(part)
        values: ast.expr = _Tuple(
            [
                _Tuple([self._named(part) for part in output], ast.Load())
                if isinstance(output, tuple)
                else self._named(output)
                for output in outputs
            ],
            ast.Load(),
        )
        if self._entrance is not None:
            values = _Tuple([_name_of("row"), values], ast.Load())
        self._body.append(_Return(values))
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
            edges: list[ast.expr] = [_name_of(self._places[input]), _Constant(high)]
            tests.append(_Compare(_Constant(low), [ast.LtE(), ast.LtE()], edges))
        for input, words in self._words.items():
            tests.append(_Compare(_name_of(self._places[input]), [ast.In()], [_words_of(words)]))
        for input in self._flags:
            flag = [self._is(input, ast.Is(), _Constant(value)) for value in (True, False)]
            tests.append(_BoolOp(ast.Or(), flag))
        if missing:
            checked = [*self._spans, *self._words, *self._flags]
            gone = [self._is(input, ast.Is(), _Constant(None)) for input in checked]
            tests = [_BoolOp(ast.Or(), [none, test]) for none, test in zip(gone, tests, strict=True)]
        return [_If(_UnaryOp(ast.Not(), test), [_refusal()], []) for test in tests]

    def _write_table(self, split: Split, number: int, names: list[str]) -> None:
        self._words.pop(split.input, None)
        table = f"table{number}"
        self.tables[table] = {way: tuple(map(_plain_constant, constants)) for way, constants in split.ways}
        targets: list[ast.expr] = [_Name(name, ast.Store()) for name in names]
        chosen = _Subscript(_name_of(table), _name_of(self._places[split.input]), ast.Load())
        self._body.append(_Assign([_Tuple(targets, ast.Store())], chosen))

    def _write_cases(self, split: Split, names: list[str]) -> ast.stmt:
        input = _name_of(self._places[split.input])
        yes: ast.expr = _Compare(input, [ast.Is()], [_Constant(True)])
        if split.comparison is not None:
            operator = _OPERATORS[split.comparison.operator]()
            edge = _like(split.comparison.right.low, split.comparison.left)
            yes = _Compare(input, [operator], [edge])
        ways = dict(split.ways)
        then, no = _bound_to(names, ways[True]), _bound_to(names, ways[False])
        span = self._spans.pop(split.input, None)
        if span is not None and split.comparison is not None:
            # one comparison after another: a chain is not specialised by CPython; NaN fails both
            too_high = _Compare(input, [ast.Gt()], [_like(span[1], split.comparison.left)])
            high_enough = _Compare(input, [ast.GtE()], [_like(span[0], split.comparison.left)])
            then = [_If(too_high, [_refusal()], []), *then]
            no = [_If(high_enough, no, [_refusal()])]
        if split.input in self._flags and split.comparison is None:
            del self._flags[split.input]
            no = [_If(self._is(split.input, ast.Is(), _Constant(False)), no, [_refusal()])]
        statement = _If(yes, then, no)
        if None not in ways:
            return statement
        gone = _Compare(input, [ast.Is()], [_Constant(None)])
        return _If(gone, _bound_to(names, ways[None]), [statement])

    def unpacked(self) -> list[ast.stmt]:
        """The statement that takes the row apart."""
        if not self._places:
            return []
        targets: list[ast.expr] = [_Name(name, ast.Store()) for name in self._places.values()]
        return [_Assign([_Tuple(targets, ast.Store())], _name_of("row"))]

    def _named(self, part: Anything) -> ast.expr:
        """The part as something that may be read twice: a name or a constant."""
        known = self._names.get(id(part))
        if known is not None:
            return _name_of(known)
        expression = self._fresh(part)
        if isinstance(expression, ast.Constant | ast.Name):
            return expression
        return self._assigned(expression, part)

    def _assigned(self, expression: ast.expr, part: Anything | None = None) -> ast.Name:
        name = f"t{len(self._body)}"
        self._body.append(_Assign([_Name(name, ast.Store())], expression))
        if part is not None:
            self._names[id(part)] = name
            self._kept.append(part)
        return _name_of(name)

    def _read(self, part: Anything) -> ast.expr:
        """The part where it is read once here: inlined, unless others read it too."""
        if id(part) in self._names or self._uses[id(part)] > 1:
            return self._named(part)
        return self._fresh(part)

    def _fresh(self, part: Anything) -> ast.expr:
        match part:
            case nodes.Truth(value):
                return _Constant(value)
            case nodes.InputGiven(input):
                return self._is(input, ast.IsNot(), _Constant(None))
            case nodes.InputEvidenced(input):
                return _Compare(_Constant(input), [ast.In()], [_name_of("evidence")])
            case nodes.InputFlag(input, wanted):
                return self._is(input, ast.Is(), _Constant(wanted))
            case nodes.InputNotApplicable(input, wanted):
                return self._is(input, ast.Is() if wanted else ast.IsNot(), _name_of("NA"))
            case nodes.Among():
                return self._among(part)
            case nodes.Same():
                return self._same(part)
            case nodes.Compare(operator, left, right):
                return _Compare(self._read(left), [_OPERATORS[operator]()], [self._read(right)])
            case nodes.And(parts):
                return _BoolOp(ast.And(), [self._read(each) for each in parts])
            case nodes.Or(parts):
                return _BoolOp(ast.Or(), [self._read(each) for each in parts])
            case nodes.Settled():
                return _Constant(True)
            case nodes.Not(nodes.InputGiven(input)):
                return self._is(input, ast.Is(), _Constant(None))
            case nodes.Not(inner):
                return _UnaryOp(ast.Not(), self._read(inner))
        return self._fresh_number(part)

    def _is(self, input: str, operator: ast.cmpop, other: ast.expr) -> ast.expr:
        return _Compare(_name_of(self._places[input]), [operator], [other])

    def _there(self, input: str) -> list[ast.expr]:
        tests = [self._is(input, ast.IsNot(), _Constant(None))]
        if input in self._withholdable:
            tests.append(self._is(input, ast.IsNot(), _name_of("NA")))
        return tests

    def _among(self, part: nodes.Among) -> ast.expr:
        value = _name_of(self._places[part.input])
        if part.wanted:
            words = part.words
        elif part.domain is not None:
            words = tuple(word for word in part.domain if word not in part.words)
        else:
            outside = _Compare(value, [ast.NotIn()], [_words_of(part.words)])
            return _BoolOp(ast.And(), [*self._there(part.input), outside])
        if len(words) == 1:
            return _Compare(value, [ast.Eq()], [_Constant(words[0])])
        return _Compare(value, [ast.In()], [_words_of(words)])

    def _same(self, part: nodes.Same) -> ast.expr:
        compared = _Compare(
            _name_of(self._places[part.left]),
            [ast.Eq() if part.wanted else ast.NotEq()],
            [_name_of(self._places[part.right])],
        )
        return _BoolOp(ast.And(), [*self._there(part.left), *self._there(part.right), compared])

    def _fresh_number(self, part: Numeric) -> ast.expr:
        match part:
            case nodes.Number(value):
                return _constant_of(value)
            case nodes.InputNumber():
                return self._observed(part)
            case nodes.Sum(terms):
                return self._sum(part, terms)
            case nodes.Difference(left, right):
                return _BinOp(self._exact_float(part, left), ast.Sub(), self._read(right))
            case nodes.Product(left, right):
                return _BinOp(self._exact_float(part, left), ast.Mult(), self._read(right))
            case nodes.Quotient():
                return self._over(part)
            case nodes.Remainder(left, right):
                return _call("remainder", self._read(left), self._read(right))
            case nodes.Power(base, exponent):
                self._uses[id(base)] += 1
                product = self._exact_float(part, base)
                for _ in range(exponent - 1):
                    product = _BinOp(product, ast.Mult(), self._named(base))
                return product
            case nodes.Extreme(which, parts):
                return _call(which, *[self._read(each) for each in parts])
            case nodes.Apply():
                return self._apply(part)
            case nodes.Rounded(inner, digits, mode):
                return _call("round_to", self._read(inner), _Constant(digits), _Constant(mode))
            case nodes.Choice():
                return self._choice(part)
            case nodes.Ratio(exact=exact) | nodes.Tighter(exact=exact):
                return self._read(exact)
            case nodes.Mixture():
                return self._mixture(part)
        assert_never(part)

    def _observed(self, part: nodes.InputNumber) -> ast.expr:
        input, name = part.input, self._places[part.input]
        if input not in self._withholdable:
            return _name_of(name)
        if input not in self._lowered:
            is_na = self._is(input, ast.Is(), _name_of("NA"))
            self._lowered[input] = self._assigned(_IfExp(is_na, _Constant(part.low), _name_of(name))).id
        return _name_of(self._lowered[input])

    def _exact_float(self, whole: Numeric, first: Numeric) -> ast.expr:
        """The first operand, as a float where whole numbers could outgrow what floats hold."""
        operand = self._read(first)
        if max(-whole.low, whole.high) <= EXACT_FLOAT:
            return operand
        return _call("float", operand)

    def _sum(self, part: nodes.Sum, terms: Sequence[Numeric]) -> ast.expr:
        total = self._exact_float(part, terms[0])
        for place, term in enumerate(terms[1:], 1):
            total = _BinOp(total, ast.Add(), self._read(term))
            if place % _CHUNK == 0:
                total = self._assigned(total)
        return total

    def _over(self, part: nodes.Quotient) -> ast.expr:
        left, right = self._read(part.left), part.right
        if right.low >= part.nearest or right.high <= -part.nearest:
            return _BinOp(left, ast.Div(), self._read(right))
        divisor = self._named(right)
        if right.whole:
            there: ast.expr = divisor
        else:
            inside = _Compare(
                _Constant(-part.nearest), [ast.Lt(), ast.Lt()], [divisor, _Constant(part.nearest)]
            )
            there = _UnaryOp(ast.Not(), inside)
        return _IfExp(there, _BinOp(left, ast.Div(), divisor), _Constant(0))

    def _apply(self, part: nodes.Apply) -> ast.expr:
        if part.function == "grid" and part.parts[0].low >= 0 and part.parts[0].high <= EDGE:
            return _grid_inline(self._read(part.parts[0]))
        arguments = [self._read(each) for each in part.parts]
        if part.days_off:
            arguments.append(_Tuple([_Constant(day) for day in sorted(part.days_off)], ast.Load()))
        return _call(part.function, *arguments)

    def _choice(self, part: nodes.Choice) -> ast.expr:
        chosen = self._read(part.otherwise)
        for place, branch in enumerate(reversed(part.branches), 1):
            chosen = _IfExp(self._read(branch.test), self._read(branch.value), chosen)
            if place % _CHUNK == 0:
                chosen = self._assigned(chosen)
        return chosen

    def _mixture(self, part: nodes.Mixture) -> ast.expr:
        rows = [
            _Tuple(list(map(self._read, (each.points, each.most, each.surely, each.maybe))), ast.Load())
            for each in part.parts
        ]
        return _call(
            "mixture",
            _Constant(part.which),
            _constant_of(part.scale),
            _Tuple(list(rows), ast.Load()),
            _Constant(part.summed_on_grid),
        )
