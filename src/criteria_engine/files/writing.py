"""Writing a ruleset as YAML: the attributes of the classes, in their order, by their kinds."""

from __future__ import annotations

from typing import Any

import attrs
import yaml

from criteria_engine.rules.schema import (
    TITLES,
    ById,
    Kind,
    ListOf,
    MapOf,
    OneRule,
    Scalar,
    Struct,
    key_of,
    kind_of,
)
from criteria_engine.ruleset import Ruleset


def dumps(ruleset: Ruleset) -> str:
    """The ruleset as YAML text; ``loads(dumps(r)) == r``."""
    content = {"criteria_engine": "1", **_struct(ruleset)}
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text


class _Dumper(yaml.SafeDumper):  # type: ignore[misc, unused-ignore]
    """Writes every scalar as text: plain where that reads back as the same text, else quoted."""

    def ignore_aliases(self, _: object) -> bool:
        """Never write anchors."""
        return True


def _text(dumper: Any, value: str) -> Any:
    plain = value not in ("", "~", "null") and "\n" not in value
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


class _Plain(str):
    """A text that is written without quotation marks: numbers and truth values."""

    __slots__ = ()


def _plain(dumper: Any, value: str) -> Any:
    if value.replace(".", "", 1).lstrip("-").isdigit() or value in ("true", "false"):
        tag = "float" if "." in value else "bool" if value in ("true", "false") else "int"
        return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", value)
    return _text(dumper, value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Plain, _plain)


def _struct(value: Any, *, without_id: bool = False) -> dict[str, Any]:
    """The attributes of an object that are not as they are by default, by their keys."""
    content: dict[str, Any] = {}
    for attribute in attrs.fields(type(value)):
        kind, part = kind_of(attribute), getattr(value, attribute.name)
        if kind is None or (without_id and attribute.name == "id"):
            continue
        if isinstance(kind, OneRule):
            if part is not None:
                content[part.KEY] = _rule(part)
        elif attribute.default is attrs.NOTHING or part != attribute.default:
            content[key_of(attribute)] = _written(kind, part)
    return content


def _rule(rule: Any) -> Any:
    if rule.WHOLE is None:
        return _struct(rule)
    kind: Any = kind_of(attrs.fields_dict(type(rule))[rule.WHOLE])
    return _written(kind, getattr(rule, rule.WHOLE))


def _written(kind: Kind, value: Any) -> Any:
    match kind:
        case Scalar():
            return _scalar(kind, value)
        case ListOf(item_kind):
            return [_written(item_kind, item) for item in value]
        case MapOf(key_kind, item_kind):
            return {key_kind.write(name): _written(item_kind, item) for name, item in value}
        case ById(struct):
            return {item.id: _short(struct, item, without_id=True) for item in value}
        case Struct():
            return _short(kind, value)
        case OneRule():
            return _rule(value)


def _scalar(kind: Scalar, value: Any) -> Any:
    if value is None:
        return None
    if kind is TITLES:
        texts = dict(value.texts)
        return texts[""] if set(texts) == {""} else texts
    text = kind.write(value)
    if kind.name in ("number", "integer", "boolean", "setting", "cell", "expression", "share"):
        return _Plain(text)
    return text


def _short(struct: Struct, value: Any, *, without_id: bool = False) -> Any:
    """The struct, written short where only that one attribute is set."""
    content = _struct(value, without_id=without_id)
    for name in (struct.short, struct.listed):
        if name is not None and set(content) == {key_of(attrs.fields_dict(type(value))[name])}:
            return next(iter(content.values()))
    return content
