"""What a attribute holds: how it is read from text, taken from Python, and written again.

Each kind of scalar says what is wrong with a value (``Fault``) and knows no place. The composite
kinds only describe; ``reading`` and ``writing`` walk them, so a class that lists its attributes needs
no reader of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from criteria_engine.core.expression import Expression
from criteria_engine.messages.diagnostics import CriteriaError, Fault, Problems
from criteria_engine.messages.titles import Titles
from criteria_engine.scalars import (
    BOOLEAN,
    CELL,
    DATE,
    EXPRESSION,
    ID,
    INTEGER,
    LABEL,
    NUMBER,
    SETTING,
    SHARE,
    TEXT,
    TITLES,
    Scalar,
    plain_number,
    shown,
    word_of,
)

__all__ = [
    "BOOLEAN",
    "CELL",
    "DATE",
    "EXPRESSION",
    "ID",
    "INTEGER",
    "LABEL",
    "NUMBER",
    "SETTING",
    "SHARE",
    "TEXT",
    "TITLES",
    "ById",
    "Kind",
    "ListOf",
    "MapOf",
    "OneRule",
    "Plain",
    "Scalar",
    "Struct",
    "accepted",
    "built",
    "key_of",
    "kind_of",
    "part",
    "plain_number",
    "word_of",
]


@attrs.frozen(eq=False, repr=False)
class ListOf:
    """A list; where ``single`` one value may stand for a list of one."""

    each: Kind
    single: bool = False


@attrs.frozen(eq=False, repr=False)
class MapOf:
    """A mapping of keys to values, kept as pairs in the order of the file."""

    key: Scalar
    each: Kind


@attrs.frozen(eq=False, repr=False)
class Struct:
    """An object of a class whose attributes are made with ``part``.

    ``short`` is the attribute that a plain value stands for: ``a: expr`` for ``a: {when: expr}``.
    ``listed`` is the attribute that a plain list stands for.
    """

    of: type[Any] | Callable[[], type[Any]]
    short: str | None = None
    listed: str | None = None

    @property
    def cls(self) -> type[Any]:
        """The class; one that holds its own kind is given as a function."""
        return self.of if isinstance(self.of, type) else self.of()


@attrs.frozen(eq=False, repr=False)
class ById:
    """Objects under their ids: a mapping in a file, a list of objects (or a mapping) in Python."""

    each: Struct


@attrs.frozen(eq=False, repr=False)
class OneRule:
    """The one rule of a leaf: one of the shapes' keys in a file, an object in Python."""


Kind = Scalar | ListOf | MapOf | Struct | ById | OneRule


class Plain:
    """A value that prints as the code that builds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        cls: Any = type(self)
        attributes: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
        shown = []
        for attribute in attributes:
            if not attribute.init:
                continue
            value = getattr(self, attribute.name)
            if attribute.default is attrs.NOTHING or value != attribute.default:
                shown.append(f"{attribute.alias}={_code(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _code(value: object) -> str:
    if isinstance(value, Titles):
        texts = dict(value.texts)
        return repr(texts[""]) if set(texts) == {""} else repr(texts)
    if isinstance(value, tuple):
        inner = ", ".join(_code(each) for each in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, Expression):
        return repr(value.text)
    return repr(value)


# ---- taking values from Python ---------------------------------------------------------------


def accepted(kind: Kind, value: Any) -> Any:
    """``value`` as the kind keeps it; ``Fault`` says what is wrong with it."""
    match kind:
        case Scalar(accept=accept):
            return accept(value)
        case ListOf(each, single):
            if single and (isinstance(value, str | Expression) or not isinstance(value, Iterable)):
                value = [value]
            if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
                raise Fault("CE109", value=shown(value), wanted_kind="list")
            return tuple(accepted(each, item) for item in value)
        case MapOf(key, each):
            pairs = value.items() if isinstance(value, Mapping) else value
            if isinstance(pairs, str) or not isinstance(pairs, Iterable):
                raise Fault("CE109", value=shown(value), wanted_kind="map")
            return tuple((key.accept(name), accepted(each, item)) for name, item in pairs)
        case Struct(cls=cls, short=short, listed=listed):
            if isinstance(value, cls):
                return value
            if isinstance(value, Mapping):
                return cls(**_by_alias(cls, value))
            if listed is not None and isinstance(value, list | tuple):
                return cls(**{listed: value})
            if short is not None:
                return cls(**{short: value})
            raise Fault("CE109", value=shown(value), wanted_kind=cls.__name__)
        case ById(struct):
            return _accepted_by_id(struct, value)
        case OneRule():
            if not (hasattr(value, "judge") and hasattr(type(value), "KEY")):
                raise Fault("CE109", value=shown(value), wanted_kind="rule")
            return value


def _by_alias(cls: type[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping as a file has it, under the names that the class takes: ``from`` is ``from_``."""
    names = {key_of(each): each.alias for each in attrs.fields(cls)}
    return {str(names.get(name) or name): item for name, item in value.items()}


def _accepted_by_id(struct: Struct, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, Mapping):
        return tuple(accepted(ListOf(struct), value))
    made = []
    for name, item in value.items():
        if isinstance(item, struct.cls):
            made.append(attrs.evolve(item, id=name))
        elif isinstance(item, Mapping):
            made.append(struct.cls(id=name, **_by_alias(struct.cls, item)))
        else:
            attribute = struct.listed if isinstance(item, list | tuple) and struct.listed else struct.short
            if attribute is None:
                raise Fault("CE109", value=shown(item), wanted_kind=struct.cls.__name__)
            made.append(struct.cls(**{"id": name, attribute: item}))
    return tuple(made)


def part(kind: Kind, *, default: Any = attrs.NOTHING, key: str | None = None, optional: bool = False) -> Any:
    """An attrs attribute of that kind: values from Python are checked, ``None`` stands where optional.

    ``key`` is its key in a file where that differs from the attribute's name.
    """

    def convert(value: Any, attribute: attrs.Attribute[Any]) -> Any:
        if value is None and (optional or default is None):
            return None
        try:
            return accepted(kind, value)
        except Fault as fault:
            problems = Problems()
            problems.add_fault(attribute.alias or attribute.name, fault)
            raise CriteriaError(problems) from None

    return attrs.field(
        default=default,
        converter=attrs.Converter(convert, takes_field=True),
        metadata={"kind": kind, "key": key},
    )


def built(cls: type[Any], values: Mapping[str, Any]) -> Any:
    """An object of values that were read by their kinds, so that they need no second look."""
    made = object.__new__(cls)
    for name, default in _defaults(cls):
        object.__setattr__(made, name, values.get(name, default))
    return made


def _defaults(cls: type[Any]) -> Iterable[tuple[str, Any]]:
    return [(attribute.name, attribute.default) for attribute in attrs.fields(cls)]


def key_of(attribute: attrs.Attribute[Any]) -> str:
    """The key of a attribute in a file."""
    return str(attribute.metadata.get("key") or attribute.alias)


def kind_of(attribute: attrs.Attribute[Any]) -> Kind | None:
    """The kind of a attribute, or None for one that is not written."""
    kind: Kind | None = attribute.metadata.get("kind")
    return kind
