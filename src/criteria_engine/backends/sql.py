"""Expressions as SQL text, under the names that dataframe libraries give them.

Every name and every text is quoted here; nothing that a ruleset or a frame says becomes SQL.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

__all__ = [
    "DUCKDB",
    "SPARK",
    "Days",
    "Dialect",
    "Sql",
    "SqlExpression",
    "Texts",
    "When",
    "query_of",
]


@attrs.frozen
class Dialect:
    """Where engines differ."""

    quote: str
    text: str
    matches: str
    escapes: bool


DUCKDB = Dialect('"', "VARCHAR", "regexp_matches({}, {})", escapes=False)
SPARK = Dialect("`", "STRING", "({} RLIKE {})", escapes=True)


class Sql:
    """Makes expressions of one dialect."""

    Float64, Int64, Boolean = "DOUBLE", "BIGINT", "BOOLEAN"

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.String = dialect.text

    def quoted(self, name: str) -> str:
        """A name."""
        mark = self._dialect.quote
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def named(self, expression: SqlExpression, name: str) -> str:
        """An expression as a column."""
        return f"{expression.sql} AS {self.quoted(name)}"

    def col(self, name: str) -> SqlExpression:
        """A column."""
        return SqlExpression(self, self.quoted(name))

    def lit(self, value: Any, dtype: str | None = None) -> SqlExpression:
        """A plain value."""
        found = SqlExpression(self, self.said(value))
        return found if dtype is None else found.cast(dtype)

    def said(self, value: Any) -> str:
        """A plain value, or an expression, as SQL."""
        match value:
            case SqlExpression():
                return value.sql
            case None:
                return "NULL"
            case bool():
                return "TRUE" if value else "FALSE"
            case int():
                return str(value) if value >= 0 else f"({value})"
            case float():
                return self._said_float(value)
        return self._said_text(str(value))

    def _said_float(self, value: float) -> str:
        if math.isinf(value):
            return f"CAST('{'-' if value < 0 else ''}Infinity' AS DOUBLE)"
        # With an exponent it is a double and no decimal.
        said = repr(value) if "e" in repr(value) else f"{value!r}e0"
        return said if value >= 0 else f"({said})"

    def _said_text(self, value: str) -> str:
        if self._dialect.escapes:
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + value.replace("'", "''") + "'"

    def matches(self, text: SqlExpression, pattern: str) -> SqlExpression:
        """Whether a text is of that form."""
        return SqlExpression(self, self._dialect.matches.format(text.sql, self.said(pattern)))

    def when(self, test: SqlExpression) -> When:
        """``when(test).then(this).otherwise(that)``."""
        return When(self, self.said(test))

    def concat_str(self, parts: Sequence[SqlExpression], separator: str = "") -> SqlExpression:
        """Texts one after the other."""
        listed = [part.sql for part in parts]
        if separator:
            between = self.said(separator)
            listed = [each for part in listed for each in (between, part)][1:]
        return SqlExpression(self, f"concat({', '.join(listed)})")


@attrs.frozen(eq=False)
class When:
    """The first half of a choice, or both."""

    _space: Sql
    _test: str
    _this: str = ""

    def then(self, this: Any) -> When:
        """What it is where the test holds."""
        return When(self._space, self._test, self._space.said(this))

    def otherwise(self, that: Any) -> SqlExpression:
        """What it is elsewhere."""
        said = self._space.said(that)
        return SqlExpression(self._space, f"CASE WHEN {self._test} THEN {self._this} ELSE {said} END")


@attrs.frozen(eq=False)
class SqlExpression:
    """A piece of SQL."""

    space: Sql
    sql: str

    def _of(self, sql: str) -> SqlExpression:
        return SqlExpression(self.space, sql)

    def _with(self, operator: str, other: Any) -> SqlExpression:
        return self._of(f"({self.sql} {operator} {self.space.said(other)})")

    def _after(self, operator: str, other: Any) -> SqlExpression:
        return self._of(f"({self.space.said(other)} {operator} {self.sql})")

    def __and__(self, other: Any) -> SqlExpression:
        return self._with("AND", other)

    def __or__(self, other: Any) -> SqlExpression:
        return self._with("OR", other)

    def __invert__(self) -> SqlExpression:
        return self._of(f"(NOT {self.sql})")

    def __lt__(self, other: Any) -> SqlExpression:
        return self._with("<", other)

    def __le__(self, other: Any) -> SqlExpression:
        return self._with("<=", other)

    def __gt__(self, other: Any) -> SqlExpression:
        return self._with(">", other)

    def __ge__(self, other: Any) -> SqlExpression:
        return self._with(">=", other)

    # As columns of every frame do, these write a comparison; so an expression has no hash either.
    def __eq__(self, other: object) -> SqlExpression:  # type: ignore[override]
        return self._with("=", other)

    def __ne__(self, other: object) -> SqlExpression:  # type: ignore[override]
        return self._with("<>", other)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Any) -> SqlExpression:
        return self._with("+", other)

    def __radd__(self, other: Any) -> SqlExpression:
        return self._after("+", other)

    def __sub__(self, other: Any) -> SqlExpression:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> SqlExpression:
        return self._after("-", other)

    def __mul__(self, other: Any) -> SqlExpression:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> SqlExpression:
        return self._after("*", other)

    def __truediv__(self, other: Any) -> SqlExpression:
        return self._with("/", other)

    def __rtruediv__(self, other: Any) -> SqlExpression:
        return self._after("/", other)

    def cast(self, kind: str) -> SqlExpression:
        """The same as another kind of value."""
        return self._of(f"CAST({self.sql} AS {kind})")

    def is_null(self) -> SqlExpression:
        """Where nothing stands."""
        return self._of(f"({self.sql} IS NULL)")

    def is_nan(self) -> SqlExpression:
        """Where it is not a number."""
        return self._of(f"isnan({self.sql})")

    def fill_null(self, value: Any) -> SqlExpression:
        """Something where nothing stands."""
        return self._of(f"coalesce({self.sql}, {self.space.said(value)})")

    def floor(self) -> SqlExpression:
        """The largest whole number not above it."""
        return self._of(f"floor({self.sql})")

    def abs(self) -> SqlExpression:
        """Its size."""
        return self._of(f"abs({self.sql})")

    def sqrt(self) -> SqlExpression:
        """Its root."""
        return self._of(f"sqrt({self.sql})")

    @property
    def str(self) -> Texts:
        """What is asked of texts."""
        return Texts(self)

    @property
    def dt(self) -> Days:
        """What is asked of days."""
        return Days(self)


@attrs.frozen(eq=False)
class Texts:
    """What is asked of texts."""

    _of: SqlExpression

    def contains(self, pattern: str) -> SqlExpression:
        """Whether it is of that form."""
        return self._of.space.matches(self._of, pattern)

    def slice(self, offset: int, length: int | None = None) -> SqlExpression:
        """A part of it."""
        rest = "" if length is None else f", {length}"
        return SqlExpression(self._of.space, f"substring({self._of.sql}, {offset + 1}{rest})")


@attrs.frozen(eq=False)
class Days:
    """What is asked of days."""

    _of: SqlExpression

    def _part(self, name: str) -> SqlExpression:
        return SqlExpression(self._of.space, f"{name}({self._of.sql})")

    def year(self) -> SqlExpression:
        """The year."""
        return self._part("year")

    def month(self) -> SqlExpression:
        """The month."""
        return self._part("month")

    def day(self) -> SqlExpression:
        """The day of the month."""
        return self._part("day")


# ---- a plan as one SQL query: layers as queries within queries, as few columns in them as can be ---

_Named = Sequence[tuple[str, Any]]
_Layer = dict[str, str]
# Texts are passed over, whatever they say.
_TOKEN = re.compile(r"""'(?:[^']|'')*'|("(?:[^"]|"")+")""")
# What is longer keeps a name of its own: engines read expressions by recursion.
_LONGEST = 1_500
_SHORT = 30


def query_of(
    ex: Sql,
    source: str,
    names: Sequence[str],
    hidden: Collection[str],
    layers: Sequence[_Named],
    added: _Named,
) -> str:
    """The columns of those names and those that are added, of a source with others that are hidden."""
    made = [(ex.quoted(name), expression.sql) for layer in layers for name, expression in layer]
    answers = [(ex.quoted(name), expression.sql) for name, expression in added]
    inner, last = _placed(made, answers)
    there = {ex.quoted(name) for name in hidden}
    ours = there.union(*inner)
    steps, needed = [], _read(last, ours)
    for layer in reversed(inner):
        steps.append((layer, needed))
        needed = (needed - layer.keys()) | _read(layer.values(), ours)
    query = source
    for layer, needed in reversed(steps):
        gone = ", ".join(sorted(there - needed))
        listed = [
            f"* EXCLUDE ({gone})" if gone else "*",
            *[f"{said} AS {name}" for name, said in layer.items()],
        ]
        query = f"(SELECT {', '.join(listed)} FROM {query})"  # noqa: S608 - all that is said is quoted
        there = (there & needed) | layer.keys()
    return f"SELECT {', '.join([*map(ex.quoted, names), *last])} FROM {query}"  # noqa: S608


def _placed(made: _Named, answers: _Named) -> tuple[list[_Layer], list[str]]:
    """The columns of each layer, and what is selected at the end."""
    uses = Counter(name for _, said in (*made, *answers) for name in _names(said))
    inlined: dict[str, str] = {}
    place: dict[str, int] = {}
    layers: list[_Layer] = []
    for name, raw in made:
        said = _with(inlined, raw)
        if len(said) <= (_LONGEST if uses[name] < 2 else _SHORT):
            inlined[name] = said
            continue
        place[name] = _after(place, said)
        layers += [{} for _ in range(place[name] + 1 - len(layers))]
        layers[place[name]][name] = said
    last = []
    for name, raw in answers:
        said = _with(inlined, raw)
        at = _after(place, said)
        if 0 < at < len(layers):
            layers[at][name] = said
            last.append(name)
        else:
            last.append(f"{said} AS {name}")
    return layers, last


def _after(place: Mapping[str, int], said: str) -> int:
    """The first layer in which all that an expression reads is there."""
    return 1 + max((place.get(name, -1) for name in _names(said)), default=-1)


def _with(inlined: Mapping[str, str], said: str) -> str:
    """An expression with others in the place of their names."""
    return _TOKEN.sub(lambda found: inlined.get(found[1], found[0]), said)


def _names(said: str) -> Iterator[str]:
    return (found[1] for found in _TOKEN.finditer(said) if found[1])


def _read(expressions: Iterable[str], ours: Collection[str]) -> set[str]:
    """The columns of ours that expressions read."""
    return {name for said in expressions for name in _names(said) if name in ours}
