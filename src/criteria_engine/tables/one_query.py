"""A plan as one SQL query: layers as queries within queries, as few columns in them as can be.

What engines do to look a query through grows with its columns and with its layers, so what is read once
stands where it is read, an answer is given in the first layer in which it can be, and no layer carries
on what nobody reads after it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from criteria_engine.carriers.sql import Sql

__all__ = ["query_of"]

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
