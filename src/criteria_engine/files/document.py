"""A file being read: YAML with places → attributes by the kinds of their fields, and all that is wrong with it.

Only this file turns a path (``criteria.order.turnout.bands.steps[1]``) into file, line and column: by the
``values`` and ``keys`` that it keeps while it reads. Classes say what their attributes hold
(``schema.part``); nothing here knows a rule shape by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from criteria_engine.core.grammar import nearest, normal
from criteria_engine.files.source import (
    HIDDEN,
    MOST_PROBLEMS,
    NEVER,
    Limits,
    Marked,
    MarkedList,
    MarkedMap,
    MarkedText,
    Slip,
    SourceText,
    cleaned,
    decoded,
    shown,
)
from criteria_engine.files.yaml_repair import Mended, read_mending
from criteria_engine.files.yaml_tree import LIBYAML, Loader
from criteria_engine.messages.diagnostics import (
    Code,
    CriteriaError,
    Diagnostic,
    Fault,
    Problems,
    chosen_language,
)
from criteria_engine.rules import RULES, schema
from criteria_engine.rules.parts import VIETNAMESE_KEYS, Criterion, Definition, Input, Override, Parameter

# ---- a YAML text → plain data in which every text knows its place; faults are gathered, nothing is raised ---

_LIMITS = Limits()


def read_marked(
    text: str | bytes, problems: Problems, *, limits: Limits = _LIMITS, loader: Loader | None = None
) -> Marked | None:
    """Read a YAML text; put what is wrong with it into ``problems``; give what could be read of it.

    None where nothing usable was read. ``loader`` is PyYAML's class to read events with: libyaml's
    where there is one.
    """
    notes = _Notes(problems)
    source = _opened(text, limits, notes)
    if source is None:
        return None
    mended = read_mending(source, limits, loader or LIBYAML)
    for text_then, slip in mended.slips:
        notes.note(text_then, slip)
    for slip in mended.reading.slips:
        notes.note(mended.source, slip)
    _note_hidden(mended, notes)
    root = mended.reading.root if mended.is_whole else None
    if root is None or (isinstance(root, MarkedText) and root.is_null):
        if not notes.count:
            notes.note(source, Slip(Code.EMPTY_FILE, 0))
        return None
    return root


class _Notes:
    """Puts slips into the problems with their places, up to a number nobody reads beyond."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._lang = chosen_language()
        self._lines: dict[int, str] = {}
        self.count = 0

    @property
    def is_full(self) -> bool:
        """Whether more would not be kept."""
        return self.count >= MOST_PROBLEMS

    def note(self, source: SourceText, slip: Slip) -> None:
        """Put a slip of a text into the problems."""
        self.count += 1
        if self.count > MOST_PROBLEMS:
            return
        index = min(slip.start, len(source.text))
        line, column = source.place(index)
        if line not in self._lines:
            self._lines[line] = source.originals.get(line) or source.line_at(index)
        written = self._lines[line]
        column = _written_column(written, source.line_at(index), column)
        width = max(1, min(slip.width, len(written) - column + 1))
        where: dict[str, Any] = {"line": line, "column": column, "width": width, "source": written}
        self._problems.append(Diagnostic(slip.code, slip.details, **where, lang=self._lang))


def _written_column(written: str, mended: str, column: int) -> int:
    """The column in a line as it was written of a column in the line as it was mended."""
    if written == mended:
        return column
    both = enumerate(zip(written, mended, strict=False))
    same = next((place for place, (one, other) in both if one != other), min(len(written), len(mended)))
    return column if column <= same + 1 else max(same + 1, column + len(written) - len(mended))


def _opened(text: str | bytes, limits: Limits, notes: _Notes) -> SourceText | None:
    """The text decoded and cleaned; none where it is too long or not UTF-8."""
    size = len(text)
    if isinstance(text, str) and limits.bytes // 4 < size <= limits.bytes and not text.isascii():
        size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.bytes:
        mebi, rest = divmod(limits.bytes, 2**20)
        limit = f"{limits.bytes} B" if rest else f"{mebi} MiB"
        notes.note(SourceText(""), Slip(Code.FILE_TOO_LARGE, 0, 1, {"limit": limit}))
        return None
    letters, wrong = decoded(text)
    clean = cleaned(letters)
    if wrong is not None:
        notes.note(SourceText(clean), Slip(Code.NOT_UTF8, wrong))
        return None
    source = SourceText(clean)
    for never in NEVER.finditer(letters):
        if notes.is_full:
            break
        notes.note(source, Slip(Code.FORBIDDEN_CHARACTER, never.start(), 1, {"character": shown(never[0])}))
    return _without_directives(source, notes)


def _without_directives(source: SourceText, notes: _Notes) -> SourceText:
    """Directives made comments: libyaml takes minutes over many of them."""
    if "%" not in source.text:
        return source
    header = re.match(r"(?:[ \t\r]*+(?:[#%][^\n]*+)?\n)*+(?:%[^\n]*+)?", source.text)
    end = header.end() if header else 0
    version = re.compile(r"%YAML[ \t]+1\.[012][ \t\r]*(?:#.*)?$", re.MULTILINE)
    for directive in re.finditer(r"^%\S*", source.text[:end], re.MULTILINE):
        if notes.is_full:
            break
        if not version.match(source.text, directive.start()):
            details = {"what": directive[0][:40], "sign": "%"}
            notes.note(source, Slip(Code.FORBIDDEN_YAML, directive.start(), len(directive[0]), details))
    return SourceText(re.sub(r"^%", "#", source.text[:end], flags=re.MULTILINE) + source.text[end:])


def _note_hidden(mended: Mended, notes: _Notes) -> None:
    """Report hidden characters outside quotation marks, as far as it is known what is quoted."""
    source, reading = mended.source, mended.reading
    if source.text.isascii():
        return
    known = len(source.text) if reading.failure is None else reading.failure
    quotes = iter([quote for quote in reading.quotes if quote[2] in ("'", '"')])
    quote = next(quotes, None)
    for hidden in HIDDEN.finditer(source.text, 0, known):
        while quote and quote[1] <= hidden.start():
            quote = next(quotes, None)
        if (quote is None or hidden.start() < quote[0]) and not notes.is_full:
            notes.note(
                source, Slip(Code.HIDDEN_CHARACTER, hidden.start(), 1, {"character": shown(hidden[0])})
            )


_FAILED: Any = object()
_TEXT = schema.Scalar("text", str, str)
_MOST_KEYS = 12
_LONGEST_COMPARED = 1_000
# What is said of the name before a colon, not of the value behind it.
_OF_NAMES = frozenset(
    {
        Code.UNKNOWN_CRITERION,
        Code.AMBIGUOUS_CRITERION,
        Code.NAME_TAKEN,
        Code.ALREADY_IN_BASE,
        Code.UNKNOWN_WORD,
        Code.UNKNOWN_INPUT,
        Code.UNKNOWN_DEFINITION,
        Code.BASE_MADE_EASIER,
    }
)


class Document:
    """A text being read: its places by path, and what is wrong with it.

    ``folder`` is where its file lies, None of a text that has none.
    """

    def __init__(
        self, text: str | bytes, name: str, rules: Sequence[type[Any]] = RULES, folder: str | None = None
    ) -> None:
        self.name = name
        self.rules = rules
        self.folder = folder
        self.problems = Problems()
        self.values: dict[str, Marked] = {}
        self.keys: dict[str, MarkedText] = {}
        self.broken: set[str] = set()
        self._known_keys: dict[type[Any], Mapping[str, attrs.Attribute[Any]]] = {}
        self._rules = {rule.KEY: rule for rule in rules}
        decoded = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
        self._lines = re.split(r"\r\n|\r|\n", decoded)
        self.root = read_marked(text, self.problems)

    def located(self, lang: str | None = None) -> list[Diagnostic]:
        """All that was found, with file, line and column, in the order of the places."""
        language = chosen_language(lang)
        placed = [attrs.evolve(self._locate(each), file=self.name, lang=language) for each in self.problems]
        unique = {(each.code, each.line, each.column, each.message): each for each in placed}
        return list(CriteriaError(unique.values()).diagnostics)

    def errors(self, lang: str | None = None) -> list[Diagnostic]:
        """Of what was found the errors, with their places."""
        return [each for each in self.located(lang) if each.severity == "error"]

    def raise_errors(self, lang: str | None = None) -> None:
        """Raise ``CriteriaError`` with the errors, if there is one."""
        if errors := self.errors(lang):
            raise CriteriaError(errors)

    def _locate(self, diagnostic: Diagnostic) -> Diagnostic:
        if diagnostic.line is not None:
            return diagnostic
        path = diagnostic.path
        while path and path not in self.values:
            last = re.search(r"(\.[^.\[\]]*|\[\d+\])$", path)
            path = path[: last.start()] if last else ""
        if not path and diagnostic.path and "extends" in self.values:
            path = "extends"  # what is not in this file was taken over
        value, key = self.values.get(path), self.keys.get(path)
        line, column, width = 1, 1, 1
        at_key = diagnostic.code in _OF_NAMES and diagnostic.span is None and diagnostic.path in self.keys
        if isinstance(value, MarkedText) and not at_key and (value.text or value.quoted or key is None):
            line, column, width = _inside(value, diagnostic.span)
            column = self._written_column(value, line, column)
        elif key is not None:
            line, column, width = key.line, key.column, max(1, len(key.text))
        elif value is not None:
            line, column = value.line, value.column
        source = self._line(line)
        width = min(width, max(1, len(source) - column + 1))
        return attrs.evolve(diagnostic, line=line, column=column, source=source, width=width)

    def _line(self, number: int) -> str:
        return self._lines[number - 1] if number <= len(self._lines) else ""

    def _written_column(self, value: MarkedText, line: int, column: int) -> int:
        """The column in the author's line, where the line was mended to be read."""
        start = value.source.rfind("\n", 0, value.start) + 1
        for _ in range(line - value.line):
            start = value.source.find("\n", start) + 1
        end = value.source.find("\n", start)
        read = value.source[start : end if end >= 0 else len(value.source)].rstrip("\r")
        written = self._line(line)
        if read == written or max(len(read), len(written)) > _LONGEST_COMPARED:
            return column
        from difflib import SequenceMatcher

        for block in SequenceMatcher(None, read, written, autojunk=False).get_matching_blocks():
            if block.a <= column - 1 < block.a + block.size:
                return block.b + column - block.a
        return min(column, len(written))

    def _add_at_key(self, key: MarkedText, fault: Fault) -> None:
        self.problems.append(
            Diagnostic(
                fault.code,
                fault.details,
                line=key.line,
                column=key.column,
                source=self._line(key.line),
                width=max(1, len(key.text)),
            )
        )

    def read(self, kind: schema.Kind, marked: Marked, path: str) -> Any:
        """The value of that kind, or ``_FAILED`` where it could not be read, which is then noted."""
        self.values.setdefault(path, marked)
        match kind:
            case schema.Scalar():
                return self._read_scalar(kind, marked, path)
            case schema.ListOf(item, single):
                return self._read_list(item, single, marked, path)
            case schema.MapOf(key, item):
                return self._read_map(key, item, marked, path)
            case schema.ById(struct):
                return self._read_by_id(struct, marked, path)
            case schema.Struct():
                return self.read_struct(kind, marked, path)
            case schema.OneRule():
                return _FAILED

    def _fail_form(self, path: str, wanted: str, marked: Marked) -> Any:
        """Note that something else stands where a list, a map or a value is wanted."""
        if wanted == "list" and isinstance(marked, MarkedText) and marked.text.startswith("-"):
            item = marked.source[marked.start + 1 : marked.end].split("\n")[0]
            self.problems.add(path, Code.UNSPACED_DASH, span=(0, 1), item=item)
        else:
            form = "value" if isinstance(marked, MarkedText) else "map"
            form = "list" if isinstance(marked, MarkedList) else form
            self.problems.add(path, Code.WRONG_KIND_OF_NODE, wanted_kind=wanted, found_kind=form)
        return _FAILED

    def _read_scalar(self, kind: schema.Scalar, marked: Marked, path: str) -> Any:
        if kind is schema.TITLES and isinstance(marked, MarkedMap):
            texts = {
                key.text: self._read_scalar(_TEXT, value, f"{path}.{key.text}")
                for key, value in marked.entries
            }
            return _FAILED if _FAILED in texts.values() else kind.accept(texts)
        if not isinstance(marked, MarkedText):
            return self._fail_form(path, "value", marked)
        if marked.is_null and kind is schema.CELL:
            return None
        try:
            if marked.is_null:
                raise Fault(Code.EMPTY_KEY, key=path.rsplit(".", 1)[-1])
            return kind.read(marked.text)
        except Fault as fault:
            self.problems.add_fault(path, fault)
            return _FAILED

    def _read_list(self, kind: schema.Kind, single: bool, marked: Marked, path: str) -> Any:
        if isinstance(marked, MarkedList):
            items = [self.read(kind, item, f"{path}[{place}]") for place, item in enumerate(marked.items)]
            kept = tuple(item for item in items if item is not _FAILED)
            is_usable = len(kept) == len(items) or (kept and not isinstance(kind, schema.Scalar))
            return kept if is_usable else _FAILED
        if single and isinstance(marked, MarkedText):
            item = self.read(kind, marked, path)
            return _FAILED if item is _FAILED else (item,)
        return self._fail_form(path, "list", marked)

    def _read_map(self, key_kind: schema.Scalar, kind: schema.Kind, marked: Marked, path: str) -> Any:
        if not isinstance(marked, MarkedMap):
            return self._fail_form(path, "map", marked)
        pairs = []
        for key, marked_value in marked.entries:
            at = f"{path}.{normal(key.text)}"
            self.keys.setdefault(at, key)
            value = self.read(kind, marked_value, at)
            try:
                name = key_kind.read(key.text)
            except Fault as fault:
                self._add_at_key(key, fault)
                continue
            if value is not _FAILED:
                pairs.append((name, value))
        return tuple(pairs) if len(pairs) == len(marked.entries) else _FAILED

    def _read_by_id(self, struct: schema.Struct, marked: Marked, path: str) -> Any:
        if not isinstance(marked, MarkedMap):
            return self._fail_form(path, "map", marked)
        id_kind: Any = schema.kind_of(attrs.fields_dict(struct.cls)["id"])
        parts = []
        for key, value in marked.entries:
            at = f"{path}.{normal(key.text)}"
            self.keys.setdefault(at, key)
            try:
                name = id_kind.read(key.text)
            except Fault as fault:
                self._add_at_key(key, fault)
                self._mark_broken(struct.cls, at, {"id": normal(key.text)})
                continue
            parts.append(self.read_struct(struct, value, at, id=name))
        return tuple(part for part in parts if part is not _FAILED)

    def read_struct(self, struct: schema.Struct, marked: Marked, path: str, **known: Any) -> Any:
        """An object of the struct's class."""
        self.values.setdefault(path, marked)
        cls = struct.cls
        arguments: dict[str, Any] = {}
        failed = True
        short = struct.listed if isinstance(marked, MarkedList) else struct.short
        if isinstance(marked, MarkedMap):
            arguments, failed = self.read_attributes(cls, self.keys_of(cls), marked, path, known)
        elif short is None:
            self._fail_form(path, "map", marked)
        else:
            kind: Any = schema.kind_of(attrs.fields_dict(cls)[short])
            value = self.read(kind, marked, path)
            if value is not _FAILED:
                arguments, failed = {**known, short: value}, False
        if failed:
            self._mark_broken(cls, path, known)
            if cls in (Input, Parameter, Definition, Override) or not arguments:
                return Criterion(known["id"]) if cls is Criterion and "id" in known else _FAILED
        return schema.built(cls, arguments)

    def keys_of(self, cls: type[Any]) -> Mapping[str, attrs.Attribute[Any]]:
        """The attributes of a class by their keys."""
        known = self._known_keys.get(cls)
        if known is None:
            known = {
                schema.key_of(each): each for each in attrs.fields(cls) if schema.kind_of(each) is not None
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
        arguments: dict[str, Any] = dict(known)
        failed = False
        plain = {
            name: each
            for name, each in attributes.items()
            if not isinstance(schema.kind_of(each), schema.OneRule)
        }
        rule_attribute = next((each for name, each in attributes.items() if name not in plain), None)
        shapes: Collection[str] = () if rule_attribute is None else self._rules
        rules: dict[str, Any] = {}
        guesses: set[str] = set()
        for key, marked_value in marked.entries:
            name = key.text
            at = f"{path}.{name}" if path else name
            self.keys.setdefault(at, key)
            attribute = plain.get(name)
            if attribute is not None and attribute.alias not in known:
                value = self._read_attribute(cls, attribute, marked_value, at, path)
                failed |= value is _FAILED
                if value is not _FAILED:
                    arguments[_alias(attribute)] = value
            elif name in shapes:
                rules[name] = self._read_rule(name, marked_value, at)
            else:
                guesses.add(self._guess_unknown(key, at, [*plain, *shapes], known))
                failed = True
        if rule_attribute is not None and rules:
            rule = self._only_rule(rules, path)
            failed |= rule is _FAILED
            if rule is not _FAILED:
                arguments[_alias(rule_attribute)] = rule
        if self._lacks(attributes, arguments, marked, path, guesses):
            return {}, True
        return arguments, failed

    def _lacks(
        self,
        attributes: Mapping[str, attrs.Attribute[Any]],
        arguments: Mapping[str, Any],
        marked: MarkedMap,
        path: str,
        guesses: Collection[str],
    ) -> bool:
        """Whether something that must be there is not; noted, unless an unknown key was meant to be it."""
        for name, attribute in attributes.items():
            if attribute.default is attrs.NOTHING and attribute.alias not in arguments:
                if name not in guesses and not any(key.text == name for key, _ in marked.entries):
                    self.problems.add(path, Code.MISSING_KEY, key=name)
                return True
        return False

    def _read_attribute(
        self, cls: type[Any], attribute: attrs.Attribute[Any], marked: Marked, at: str, path: str
    ) -> Any:
        kind: Any = schema.kind_of(attribute)
        self.values.setdefault(at, marked)
        if isinstance(marked, MarkedText) and marked.is_null and kind is not schema.CELL:
            self.problems.add(at, Code.EMPTY_KEY, key=schema.key_of(attribute))
            return _FAILED
        is_nested = cls is Criterion and attribute.name == "criteria"
        return self.read(kind, marked, path if is_nested else at)

    def _guess_unknown(
        self, key: MarkedText, at: str, allowed: Iterable[str], known: Mapping[str, Any]
    ) -> str:
        """Note a key that is not known; gives the one that may have been meant, or nothing."""
        self.values.setdefault(at, MarkedText("", key.line, key.column))
        names = [name for name in allowed if name not in known]
        meant = VIETNAMESE_KEYS.get(re.sub(r"[ _-]+", "_", normal(key.text).lower()), "")
        guess = meant if meant in names else nearest(key.text, names)
        listed = ", ".join(names[:_MOST_KEYS]) + (" …" if len(names) > _MOST_KEYS else "")
        self.problems.add(at, Code.UNKNOWN_KEY, key=key.text, nearest=guess or listed)
        return guess or ""

    def _read_rule(self, name: str, marked: Marked, at: str) -> Any:
        rule, before = self._rules[name], len(self.problems)
        self.values.setdefault(at, marked)
        if rule.WHOLE is None:
            shape = self.read_struct(schema.Struct(rule), marked, at)
        elif isinstance(marked, MarkedText) and marked.is_null:
            self.problems.add(at, Code.EMPTY_KEY, key=name)
            return _FAILED
        else:
            kind: Any = schema.kind_of(attrs.fields_dict(rule)[rule.WHOLE])
            value = self.read(kind, marked, at)
            shape = schema.built(rule, {rule.WHOLE: value}) if len(self.problems) == before else _FAILED
        return shape if len(self.problems) == before else _FAILED

    def _only_rule(self, rules: Mapping[str, Any], path: str) -> Any:
        """The one rule of a criterion; noted where there are several."""
        if len(rules) > 1:
            self._add_at_key(
                self.keys[f"{path}.{list(rules)[1]}"], Fault(Code.SEVERAL_RULES, keys=", ".join(rules))
            )
            return _FAILED
        return next(iter(rules.values()))


def _alias(attribute: attrs.Attribute[Any]) -> str:
    return attribute.alias or attribute.name


def _inside(value: MarkedText, span: tuple[int, int] | None) -> tuple[int, int, int]:
    """Line, column and width of a part of a text, or of all of it as it is spelled."""
    if span is None and value.quoted:
        spelled = value.source[value.start : value.end]
        return value.line, value.column, len(spelled.split("\n")[0])
    stripped = len(value.text) - len(value.text.lstrip())
    offset, length = span or (0, len(value.text.strip()))
    line, column = value.at(offset + stripped)
    return line, column, max(1, min(length, len(value.text) - offset))
