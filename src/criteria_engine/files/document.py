"""A text being read: YAML with places → attributes by their kinds, and all that is wrong with it.

Only this file turns a path (``criteria.order.turnout.bands.steps[1]``) into file, line and column.
Classes say what their attributes hold (``kinds.part``); nothing here knows a rule shape by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.core.grammar import nearest, normal
from criteria_engine.files.marked import Placed, read_marked
from criteria_engine.files.source import Marked, MarkedList, MarkedMap, MarkedText
from criteria_engine.messages.diagnostics import Diagnostic, Fault
from criteria_engine.rules import RULES
from criteria_engine.rules.parts import VIETNAMESE_KEYS, Criterion, Definition, Input, Override, Parameter
from criteria_engine.rules.schema import (
    CELL,
    TITLES,
    ById,
    Kind,
    ListOf,
    MapOf,
    OneRule,
    Scalar,
    Struct,
    built,
    key_of,
    kind_of,
)

__all__ = [
    "Document",
]

_FAILED: Any = object()


class Document(Placed):
    """A text being read: its places by path, and what is wrong with it.

    ``folder`` is where its file lies, None of a text that has none.
    """

    def __init__(
        self,
        text: str | bytes,
        name: str,
        rules: Sequence[type[Any]] = RULES,
        folder: str | None = None,
    ) -> None:
        super().__init__(text, name)
        self.rules = rules
        self.folder = folder
        self.broken: set[str] = set()
        self._known_keys: dict[type[Any], Mapping[str, attrs.Attribute[Any]]] = {}
        self._rules = {rule.KEY: rule for rule in rules}
        self.root = read_marked(text, self.problems)

    # ---- reading by kind ---------------------------------------------------------------------

    def read(self, kind: Kind, marked: Marked, path: str) -> Any:
        """The value of that kind, or ``_FAILED`` where it could not be read, which is then noted."""
        self.values.setdefault(path, marked)
        match kind:
            case Scalar():
                return self._read_scalar(kind, marked, path)
            case ListOf(each, single):
                return self._read_list(each, single, marked, path)
            case MapOf(key, each):
                return self._read_map(key, each, marked, path)
            case ById(struct):
                return self._read_by_id(struct, marked, path)
            case Struct():
                return self.read_struct(kind, marked, path)
            case OneRule():
                return _FAILED

    def _wrong_form(self, path: str, wanted: str, marked: Marked) -> Any:
        if wanted == "list" and isinstance(marked, MarkedText) and marked.text.startswith("-"):
            item = marked.source[marked.start + 1 : marked.end].split("\n")[0]
            self.problems.add(path, "CE020", span=(0, 1), item=item)
        else:
            self.problems.add(path, "CE122", wanted_kind=wanted, found_kind=_form(marked))
        return _FAILED

    def _read_scalar(self, kind: Scalar, marked: Marked, path: str) -> Any:
        if kind is TITLES and isinstance(marked, MarkedMap):
            texts = {
                key.text: self._read_scalar(_TEXT, value, f"{path}.{key.text}")
                for key, value in marked.entries
            }
            return _FAILED if any(each is _FAILED for each in texts.values()) else kind.accept(texts)
        if not isinstance(marked, MarkedText):
            return self._wrong_form(path, "value", marked)
        if marked.is_null:
            if kind is CELL:
                return None
            self.problems.add(path, "CE126", key=path.rsplit(".", 1)[-1])
            return _FAILED
        try:
            return kind.read(marked.text)
        except Fault as fault:
            self.problems.add_fault(path, fault)
            return _FAILED

    def _read_list(self, each: Kind, single: bool, marked: Marked, path: str) -> Any:
        if isinstance(marked, MarkedList):
            items = [self.read(each, item, f"{path}[{place}]") for place, item in enumerate(marked.items)]
            kept = tuple(item for item in items if item is not _FAILED)
            whole = len(kept) == len(items) or (kept and not isinstance(each, Scalar))
            return kept if whole else _FAILED
        if single and isinstance(marked, MarkedText):
            item = self.read(each, marked, path)
            return _FAILED if item is _FAILED else (item,)
        return self._wrong_form(path, "list", marked)

    def _read_map(self, key_kind: Scalar, each: Kind, marked: Marked, path: str) -> Any:
        if not isinstance(marked, MarkedMap):
            return self._wrong_form(path, "map", marked)
        pairs = []
        for key, value in marked.entries:
            at = f"{path}.{normal(key.text)}"
            self.keys.setdefault(at, key)
            read = self.read(each, value, at)
            try:
                name = key_kind.read(key.text)
            except Fault as fault:
                self._add_at_key(key, fault)
                continue
            if read is not _FAILED:
                pairs.append((name, read))
        return tuple(pairs) if len(pairs) == len(marked.entries) else _FAILED

    def _add_at_key(self, key: MarkedText, fault: Fault) -> None:
        source = self._lines[key.line - 1] if key.line <= len(self._lines) else ""
        self.problems.append(
            Diagnostic(
                fault.code,
                fault.details,
                line=key.line,
                column=key.column,
                source=source,
                width=max(1, len(key.text)),
            )
        )

    def _read_by_id(self, struct: Struct, marked: Marked, path: str) -> Any:
        if not isinstance(marked, MarkedMap):
            return self._wrong_form(path, "map", marked)
        id_kind: Any = kind_of(attrs.fields_dict(struct.cls)["id"])
        made = []
        for key, value in marked.entries:
            at = f"{path}.{normal(key.text)}"
            self.keys.setdefault(at, key)
            try:
                name = id_kind.read(key.text)
            except Fault as fault:
                self._add_at_key(key, fault)
                self._mark_broken(struct.cls, at, {"id": normal(key.text)})
                continue
            read = self.read_struct(struct, value, at, id=name)
            if read is not _FAILED:
                made.append(read)
        return tuple(made)

    def read_struct(self, struct: Struct, marked: Marked, path: str, **known: Any) -> Any:
        """An object of the struct's class."""
        self.values.setdefault(path, marked)
        cls = struct.cls
        attributes = self.keys_of(cls)
        if isinstance(marked, MarkedMap):
            made, failed = self.read_attributes(cls, attributes, marked, path, known)
        else:
            name = struct.listed if isinstance(marked, MarkedList) and struct.listed else struct.short
            if name is None or (isinstance(marked, MarkedList) and name != struct.listed):
                self._wrong_form(path, "map", marked)
                made, failed = {}, True
            else:
                kind: Any = kind_of(attrs.fields_dict(cls)[name])
                value = self.read(kind, marked, path)
                made, failed = ({**known, name: value}, False) if value is not _FAILED else ({}, True)
        if failed:
            self._mark_broken(cls, path, known)
            if cls in (Input, Parameter, Definition, Override) or not made:
                return Criterion(known["id"]) if cls is Criterion and "id" in known else _FAILED
        return built(cls, made)

    def keys_of(self, cls: type[Any]) -> Mapping[str, attrs.Attribute[Any]]:
        """The attributes of a class by their keys."""
        known = self._known_keys.get(cls)
        if known is None:
            known = {
                key_of(attribute): attribute
                for attribute in attrs.fields(cls)
                if kind_of(attribute) is not None
            }
            self._known_keys[cls] = known
        return known

    def _mark_broken(self, cls: type[Any], path: str, known: Mapping[str, Any]) -> None:
        if cls in (Input, Parameter, Definition) and "id" in known:
            self.broken.add(known["id"])
        if cls is Criterion:
            self.broken.add("criterion:" + path.removeprefix("criteria."))

    def read_attributes(
        self,
        cls: type[Any],
        attributes: Mapping[str, attrs.Attribute[Any]],
        marked: MarkedMap,
        path: str,
        known: Mapping[str, Any],
    ) -> tuple[dict[str, Any], bool]:
        """The attributes of a mapping, and whether one of them could not be read."""
        made: dict[str, Any] = dict(known)
        failed = False
        rule_attribute = next(
            (attribute for attribute in attributes.values() if isinstance(kind_of(attribute), OneRule)), None
        )
        rules: dict[str, Any] = {}
        guesses: set[str] = set()
        for key, value in marked.entries:
            name = key.text
            at = f"{path}.{name}" if path else name
            self.keys.setdefault(at, key)
            attribute = attributes.get(name)
            if (
                attribute is not None
                and attribute.alias not in known
                and not isinstance(kind_of(attribute), OneRule)
            ):
                read = self._read_attribute(cls, attribute, value, at, path)
                if read is _FAILED:
                    failed = True
                else:
                    made[_alias(attribute)] = read
            elif rule_attribute is not None and name in self._rules:
                rules[name] = self._read_rule(name, value, at)
            else:
                named = [each for each, of in attributes.items() if not isinstance(kind_of(of), OneRule)]
                guesses |= self._unknown_key(
                    key, at, [*named, *(self._rules if rule_attribute else ())], known
                )
                failed = True
        if rule_attribute is not None and rules:
            failed |= self._one_rule(rules, rule_attribute, made, path)
        if self._lacks(attributes, made, marked, path, guesses):
            return {}, True
        return made, failed

    def _lacks(
        self,
        attributes: Mapping[str, attrs.Attribute[Any]],
        made: Mapping[str, Any],
        marked: MarkedMap,
        path: str,
        guesses: set[str],
    ) -> bool:
        """Whether something that must be there is not; noted, unless an unknown key was meant to be it."""
        for name, attribute in attributes.items():
            if attribute.default is attrs.NOTHING and attribute.alias not in made:
                if name not in guesses and not any(key.text == name for key, _ in marked.entries):
                    self.problems.add(path, "CE121", key=name)
                return True
        return False

    def _read_attribute(
        self, cls: type[Any], attribute: attrs.Attribute[Any], value: Marked, at: str, path: str
    ) -> Any:
        kind: Any = kind_of(attribute)
        self.values.setdefault(at, value)
        if isinstance(value, MarkedText) and value.is_null and kind is not CELL:
            self.problems.add(at, "CE126", key=key_of(attribute))
            return _FAILED
        nested = cls is Criterion and attribute.name == "criteria"
        return self.read(kind, value, path if nested else at)

    def _unknown_key(
        self, key: MarkedText, at: str, allowed: Iterable[str], known: Mapping[str, Any]
    ) -> set[str]:
        """Note a key that is not known; gives the one that may have been meant."""
        self.values.setdefault(at, MarkedText("", key.line, key.column))
        names = [name for name in allowed if name not in known]
        meant = VIETNAMESE_KEYS.get(re.sub(r"[ _-]+", "_", normal(key.text).lower()), "")
        guess = meant if meant in names else nearest(key.text, names)
        listed = ", ".join(names[:_MOST_KEYS]) + (" …" if len(names) > _MOST_KEYS else "")
        self.problems.add(at, "CE120", key=key.text, nearest=guess or listed)
        return {guess}

    def _read_rule(self, name: str, marked: Marked, at: str) -> Any:
        rule, before = self._rules[name], len(self.problems)
        if rule.WHOLE is None:
            made = self.read_struct(Struct(rule), marked, at)
            return made if len(self.problems) == before else _FAILED
        self.values.setdefault(at, marked)
        if isinstance(marked, MarkedText) and marked.is_null:
            self.problems.add(at, "CE126", key=name)
            return _FAILED
        kind: Any = kind_of(attrs.fields_dict(rule)[rule.WHOLE])
        value = self.read(kind, marked, at)
        return built(rule, {rule.WHOLE: value}) if len(self.problems) == before else _FAILED

    def _one_rule(
        self, rules: Mapping[str, Any], attribute: attrs.Attribute[Any], made: dict[str, Any], path: str
    ) -> bool:
        if len(rules) > 1:
            key = self.keys[f"{path}.{list(rules)[1]}"]
            self._add_at_key(key, Fault("CE124", keys=", ".join(rules)))
            return True
        rule = next(iter(rules.values()))
        if rule is not _FAILED:
            made[_alias(attribute)] = rule
        return rule is _FAILED


def _alias(attribute: attrs.Attribute[Any]) -> str:
    return attribute.alias or attribute.name


_TEXT = Scalar("text", str, str)
_MOST_KEYS = 12


# Where something is wrong with one of these as a whole, any name may be missing.
def _form(marked: Marked) -> str:
    if isinstance(marked, MarkedText):
        return "value"
    return "list" if isinstance(marked, MarkedList) else "map"
