"""What an attribute holds: how it is read from text, taken from Python, and written again.

Each kind of scalar says what is wrong with a value (``Fault``) and knows no place. The composite
kinds only describe; ``reading`` and ``writing`` walk them, so a class that lists its attributes needs
no reader of its own.
"""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar, dataclass_transform

import attrs

from criteria_engine.core.expression import Composable, Expression, expression
from criteria_engine.core.grammar import RESERVED, is_id, mended_date, nearest, normal
from criteria_engine.core.nodes import NA
from criteria_engine.core.record import Record
from criteria_engine.messages.diagnostics import Code, CriteriaError, Fault, Problems


@attrs.frozen(order=False)
class Titles:
    """Texts by language, in the order given; the language ``""`` means: one text for all."""

    texts: tuple[tuple[str, str], ...] = ()

    def in_language(self, lang: str) -> str:
        """The text in that language, else the Vietnamese, else the first; empty if none."""
        known = dict(self.texts)
        for wanted in (lang, "", "vi"):
            if wanted in known:
                return known[wanted]
        return self.texts[0][1] if self.texts else ""

    def all(self) -> tuple[str, ...]:
        """The texts in every language."""
        return tuple(text for _, text in self.texts)

    def __bool__(self) -> bool:
        return bool(self.texts)


def titles(value: object) -> Titles:
    """Titles from a text, a mapping of languages to texts, or nothing."""
    if isinstance(value, Titles):
        return value
    if value is None or value == "":
        return Titles()
    if isinstance(value, str):
        return Titles((("", value),))
    if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
        return Titles(tuple((str(lang), text) for lang, text in value.items()))
    raise Fault(Code.WRONG_KIND, value=repr(value)[:60], wanted_kind="title")


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Scalar(Record):
    """One value: ``read`` from an author's text, ``accept`` from Python, ``write`` as text."""

    name: str
    read: Callable[[str], Any]
    accept: Callable[[Any], Any]
    write: Callable[[Any], str] = str
    words: tuple[str, ...] = ()


def plain_number(value: object) -> int | float:
    """A number as it is kept: whole ones as ``int``, others as the float of their decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        raise Fault(Code.NOT_A_NUMBER, value=shown(value))
    if not -(10**15) <= value <= 10**15:
        raise Fault(Code.NUMBER_OUT_OF_BOUNDS, value=shown(value))
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return exact.numerator if exact.denominator == 1 else float(exact)


def shown(value: object) -> str:
    """A value as messages quote it."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 – what a value of somebody else's class does is not known
        text = type(value).__name__
    return text if len(text) <= 60 else text[:57] + "…"


def _read_number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        mended = _mended(text)
        if not mended:
            raise Fault(Code.NOT_A_NUMBER, value=shown(text))
        raise Fault(Code.NUMBER_BADLY_WRITTEN, value=shown(text), mended=mended)
    if len(text) > 17:
        raise Fault(Code.NUMBER_OUT_OF_BOUNDS, value=shown(text))
    return plain_number(Fraction(text))


def _mended(text: str) -> str:
    """The right spelling of a number typed another way; empty where one cannot tell."""
    tight = re.sub(r"[\s_\u00a0]", "", text).rstrip("%")
    if re.fullmatch(r"-?[0-9]+,[0-9]+", tight):
        return tight.replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", tight):
        return tight.replace(".", "").replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})+", tight):
        return re.sub(r"[.,]", "", tight)
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", tight):
        return tight
    try:
        size = float(tight)
    except ValueError:
        return ""
    return f"{size:f}".rstrip("0").rstrip(".") if abs(size) <= 10**15 else ""


def _number_text(value: float) -> str:
    return str(value) if isinstance(value, int) else format(Decimal(repr(value)), "f")


def _integer(value: object) -> int:
    number = plain_number(value)
    if not isinstance(number, int):
        raise Fault(Code.NOT_A_WHOLE_NUMBER, value=shown(value))
    return number


def _read_share(text: str) -> int | float:
    if not text.endswith("%"):
        return _share(_read_number(text))
    hundredfold = _read_number(text[:-1].rstrip())
    if not 0 <= hundredfold <= 100:
        raise Fault(Code.NOT_A_SHARE, value=shown(text))
    return plain_number(Fraction(repr(hundredfold)) / 100)


def _share(value: object) -> int | float:
    if isinstance(value, str):
        return _read_share(value)
    number = plain_number(value)
    if not 0 <= number <= 1:
        raise Fault(Code.NOT_A_SHARE, value=shown(value))
    return number


def _share_text(value: float) -> str:
    hundredfold = plain_number(Fraction(repr(value)) * 100)
    return f"{_number_text(hundredfold)}%"


def _read_boolean(text: str) -> bool:
    if text in ("true", "false", "yes", "no"):
        return text in ("true", "yes")
    raise Fault(Code.NOT_TRUE_OR_FALSE, value=shown(text))


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Fault(Code.NOT_TRUE_OR_FALSE, value=shown(value))


def _read_date(text: str) -> datetime.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise Fault(Code.NOT_A_DATE, value=shown(text), mended=mended_date(text))


def _date(value: object) -> datetime.date:
    if isinstance(value, str):
        return _read_date(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    raise Fault(Code.NOT_A_DATE, value=shown(value), mended=mended_date(""))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="text")


def _id(value: object) -> str:
    name = normal(_text(value))
    if not is_id(name):
        raise Fault(Code.BAD_NAME, name=shown(name))
    if name in RESERVED:
        raise Fault(Code.RESERVED_NAME, name=name)
    return name


def _label(value: object) -> str:
    name = normal(_text(value))
    if not name or not name.isprintable():
        raise Fault(Code.BAD_NAME, name=shown(name))
    return name


def word_of(*words: str) -> Scalar:
    """One of a few words."""

    def accept(value: object) -> str:
        if value not in words:
            listed = ", ".join(words)
            likely = nearest(shown(value), words) or listed
            raise Fault(Code.WORD_NOT_ALLOWED, value=shown(value), words=listed, nearest=likely)
        return str(value)

    return Scalar("word", accept, accept, words=words)


def _read_setting(text: str) -> int | float | bool | str:
    if text in ("true", "false"):
        return text == "true"
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].rstrip()):
        return _read_share(text)
    if text[:1].isdigit() or (text[:1] in "-." and text[1:2].isdigit()):
        return _read_number(text)
    return text


def _setting(value: object) -> int | float | bool | str:
    return value if isinstance(value, bool | str) else plain_number(value)


def _setting_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number_text(value) if isinstance(value, int | float) else str(value)


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "n/a" if value is NA else _setting_text(_setting(value))


TEXT = Scalar("text", _text, _text)
ID = Scalar("id", _id, _id)
LABEL = Scalar("label", _label, _label)
NUMBER = Scalar("number", _read_number, plain_number, _number_text)
INTEGER = Scalar("integer", lambda text: _integer(_read_number(text)), _integer)
SHARE = Scalar("share", _read_share, _share, _share_text)
BOOLEAN = Scalar("boolean", _read_boolean, _boolean, lambda value: "true" if value else "false")
DATE = Scalar("date", _read_date, _date, datetime.date.isoformat)
EXPRESSION = Scalar("expression", expression, expression, lambda value: value.text)
SETTING = Scalar("setting", _read_setting, _setting, _setting_text)
CELL = Scalar("cell", _text, _cell)
TITLES = Scalar("titles", titles, titles)


_AS_THEY_ARE = (str, int, bool)


def digest_of(value: Any) -> str:
    """The SHA-256 of a value's canonical form: order of keys, comments and line ends play no part."""
    import hashlib
    import json

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
        set_attributes = {attribute.name: _canonical(given) for attribute, given in _set_in(value)}
        return {"is": type(value).__name__, **set_attributes}
    if isinstance(value, dict):
        return {str(name): _canonical(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float | str) else str(value)


def _set_in(value: Any) -> Iterator[tuple[attrs.Attribute[Any], Any]]:
    """The attributes of a value that differ from their defaults."""
    for attribute in attrs.fields(type(value)):
        given = getattr(value, attribute.name)
        if attribute.init and (attribute.default is attrs.NOTHING or given != attribute.default):
            yield attribute, given


class ListOf(Record):
    """A list; where ``single`` one value may stand for a list of one."""

    each: Kind
    single: bool = False


class MapOf(Record):
    """A mapping of keys to values, kept as pairs in the order of the file."""

    key: Scalar
    each: Kind


class Struct(Record):
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


class ById(Record):
    """Objects under their ids: a mapping in a file, a list of objects (or a mapping) in Python."""

    each: Struct


class OneRule(Record):
    """The one rule of a leaf: one of the shapes' keys in a file, an object in Python."""


Kind = Scalar | ListOf | MapOf | Struct | ById | OneRule


_T = TypeVar("_T")
_Out = TypeVar("_Out", covariant=True)
_In = TypeVar("_In", contravariant=True)


class Field(Generic[_Out, _In]):
    """The annotation of an attribute that is read as ``Out`` and made from ``In``.

    It is for type checkers alone: they take ``combine="sum"`` for an attribute that holds a ``Combine``.
    When a program runs, an attribute is a plain attrs attribute that its converter has filled.
    """

    def __get__(self, owner: object, cls: type[Any]) -> _Out:
        raise NotImplementedError

    def __set__(self, owner: object, value: _In) -> None:
        raise NotImplementedError


FormulaLike = Composable | str | float
Formula = Field[Expression, FormulaLike]
OptionalFormula = Field[Expression | None, FormulaLike | None]
Formulas = Field[tuple[Expression, ...], FormulaLike | Iterable[FormulaLike]]
Wording = Field[Titles, Titles | str | Mapping[str, str]]
Day = Field[datetime.date, datetime.date | str]
OptionalDay = Field[datetime.date | None, datetime.date | str | None]
Several = Field[tuple[_T, ...], _T | Iterable[_T]]
OptionalSeveral = Field[tuple[_T, ...] | None, _T | Iterable[_T] | None]
Members = Field[tuple[_T, ...], Iterable[_T | str | Mapping[str, Any]] | Mapping[str, Any]]
OptionalMembers = Field[tuple[_T, ...] | None, Iterable[_T | Mapping[str, Any]] | None]
Object = Field[_T, _T | Mapping[str, Any]]
OptionalObject = Field[_T | None, _T | Mapping[str, Any] | None]
OptionalWord = Field[_T | None, _T | str | Mapping[str, Any] | None]
Pairs = Field[tuple[tuple[str, _T], ...], Mapping[str, Any] | Iterable[tuple[str, _T]]]
OptionalPairs = Field[tuple[tuple[str, _T], ...] | None, Mapping[str, Any] | Iterable[tuple[str, _T]] | None]


_NO_SIGNATURE = inspect.Signature()


def part(
    kind: Kind,
    *,
    default: Any = attrs.NOTHING,
    key: str | None = None,
    optional: bool = False,
    kw_only: bool = False,
) -> Any:
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

    # attrs looks for a signature on each of two hundred converters, which took a twentieth of a cold start
    convert.__dict__["__signature__"] = _NO_SIGNATURE
    return attrs.field(
        default=default,
        converter=attrs.Converter(convert, takes_field=True),
        kw_only=kw_only,
        metadata={"kind": kind, "key": key},
    )


# The checkers read the attributes of every class below ``Plain`` as those of a dataclass: only so do they
# look at the types in ``Field``. attrs makes the classes.
@dataclass_transform(frozen_default=True, field_specifiers=(part, attrs.field))
class Plain:
    """A value that prints as the code that builds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        attributes = [f"{attribute.alias}={_code(value)}" for attribute, value in _set_in(self)]
        return f"{type(self).__name__}({', '.join(attributes)})"


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


def accepted(kind: Kind, value: Any) -> Any:
    """``value`` as the kind keeps it; ``Fault`` says what is wrong with it."""
    match kind:
        case Scalar(accept=accept):
            return accept(value)
        case ListOf(each, single):
            if single and (isinstance(value, str | Expression) or not isinstance(value, Iterable)):
                value = [value]
            if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
                raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="list")
            return tuple(accepted(each, item) for item in value)
        case MapOf(key, each):
            pairs = value.items() if isinstance(value, Mapping) else value
            if isinstance(pairs, str) or not isinstance(pairs, Iterable):
                raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="map")
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
            raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind=cls.__name__)
        case ById(struct):
            return _accepted_by_id(struct, value)
        case OneRule():
            if not (hasattr(value, "judge") and hasattr(type(value), "KEY")):
                raise Fault(Code.WRONG_KIND, value=shown(value), wanted_kind="rule")
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
                raise Fault(Code.WRONG_KIND, value=shown(item), wanted_kind=struct.cls.__name__)
            made.append(struct.cls(**{"id": name, attribute: item}))
    return tuple(made)


def built(cls: type[Any], values: Mapping[str, Any]) -> Any:
    """An object of values that were read by their kinds, so that they need no second look."""
    made = object.__new__(cls)
    for attribute in attrs.fields(cls):
        object.__setattr__(made, attribute.name, values.get(attribute.name, attribute.default))
    return made


def key_of(attribute: attrs.Attribute[Any]) -> str:
    """The key of an attribute in a file."""
    return str(attribute.metadata.get("key") or attribute.alias)


def kind_of(attribute: attrs.Attribute[Any]) -> Kind | None:
    """The kind of an attribute, or None for one that is not written."""
    kind: Kind | None = attribute.metadata.get("kind")
    return kind
