"""Reading the values of an assessment: each is checked once, here, and becomes part of a row.

Generated functions read sound values quickly. What they do not take is read again in plain Python
(``_read_slowly``), which reports everything that is wrong with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Any

from criteria_engine.backends.python import Entrance, Row, compiled
from criteria_engine.compiler.scope import ON, span_of
from criteria_engine.core.grammar import nearest, normal, statements
from criteria_engine.core.nodes import NA
from criteria_engine.messages.diagnostics import Code, Fault, Problems
from criteria_engine.rules.parts import Input

_NUMERIC = frozenset({"number", "percent", "integer"})
_GROUPS = {"number": 0, "percent": 0, "integer": 1, "boolean": 2}
_OTHERS = 3
"""The inputs stand in a row group by group, so that the types of a group can be checked together."""
_CHECKED_SINGLY = 100
"""Up to so many inputs a check of each type is quicker; beyond, the size of the code is what costs."""
_READ_SLOWLY = 2  # so few assessments are not worth the compilation of a function


class InputReader:
    """The inputs of a ruleset in the order of its rows; the last is the day, where one is needed.

    ``words`` are the choices, or the words of the scale, of each input; ``withholdable`` are the inputs
    that may be not applicable, ``evidenced`` those that count only with evidence. ``quickly`` says whether
    plain values may be read by ``entrance``.
    """

    def __init__(
        self, inputs: Sequence[Input], scales: Mapping[str, tuple[str, ...]], needs_day: bool
    ) -> None:
        self.inputs = tuple(sorted(inputs, key=lambda given: _GROUPS.get(given.type, _OTHERS)))
        self.words = {given.id: _words_of(given, scales) for given in inputs}
        self.order = (*[given.id for given in self.inputs], *([ON] if needs_day else []))
        self.withholdable = frozenset(given.id for given in inputs if given.may_be_na)
        self.evidenced = frozenset(given.id for given in inputs if given.evidence == "required")
        self.needs_day = needs_day
        self.quickly = len(inputs) > 1 and not needs_day and all(map(_is_plain, inputs))
        self._reads = 0
        self._read: Callable[..., Any] | None = None

    def _names(self) -> dict[str, Any]:
        """What the generated statements refer to; what belongs to one input ends with its number."""
        names: dict[str, Any] = {
            "len": len,
            "map": map,
            "type": type,
            "int": int,
            "bool": bool,
            "str": str,
            "KeyError": KeyError,
            "TypeError": TypeError,
            "date": datetime.date,
            "KNOWN": frozenset(given.id for given in self.inputs),
        }
        for place, given in enumerate(self.inputs):
            names[f"id{place}"] = given.id
            words = self.words[given.id]
            if given.type == "ordinal":
                names[f"places{place}"] = {word: number for number, word in enumerate(words)}
            elif given.type == "choice":
                names[f"words{place}"] = frozenset(words)
        return names

    def entrance(
        self, otherwise: Callable[[dict[str, Any]], tuple[Row | None, Any]], *, missing: bool
    ) -> Entrance:
        """How a generated function reads a dictionary of plain values, some of which may be ``missing``;
        it leaves others to ``otherwise``.

        What is left to the function is where numbers, words and truth values lie.
        """
        ids = [given.id for given in self.inputs]
        names = {
            **self._names(),
            "otherwise": otherwise,
            "fetch": itemgetter(*ids),
            "blank": dict.fromkeys(ids),
        }
        # a name that is not known makes the dictionary longer
        lines = [f"if len(values) != {len(ids)}: return otherwise(values)", "row = fetch(values)"]
        if missing:
            lines.insert(0, "values = blank | values")
        unpacked = ", ".join(f"i{place}" for place in range(len(ids)))
        lines.append(f"({unpacked}) = row")
        lines += self._type_checks(names, missing=missing)
        ordinals = [place for place, given in enumerate(self.inputs) if given.type == "ordinal"]
        for place in ordinals:
            gone = f" if i{place} is not None else None" if missing else ""
            lines.append(f"i{place} = places{place}[i{place}]{gone}")
        if ordinals:
            lines.append(f"row = ({unpacked})")
        spans = {given.id: span_of(given, ())[:2] for given in self.inputs if given.type in _NUMERIC}
        words = {given.id: self.words[given.id] for given in self.inputs if given.type == "choice"}
        flags = [given.id for given in self.inputs if given.type == "boolean"]
        return Entrance(statements(lines), spans, words, flags, names)

    def _type_checks(self, names: dict[str, Any], *, missing: bool) -> list[str]:
        """Statements that refuse what is no number of the type of its input; put into ``names`` what they need."""
        if len(self.inputs) <= _CHECKED_SINGLY:
            gone = " and i{0} is not None" if missing else ""
            return [
                f"if {_no_number(f'i{place}', given)}{gone.format(place)}: raise odd"
                for place, given in enumerate(self.inputs)
                if given.type in _NUMERIC
            ]
        lines, start = [], 0
        allowed: list[list[type]] = [[int, float], [int]]
        for group, types in enumerate(allowed):
            end = start + sum(_GROUPS.get(given.type) == group for given in self.inputs)
            if end > start:
                names[f"TYPES{group}"] = frozenset([*types, type(None)] if missing else types).issuperset
                lines.append(f"if not TYPES{group}(map(type, row[{start}:{end}])): raise odd")
            start = end
        return lines

    def _read_function(self) -> Callable[..., Any]:
        """Values to (row, how many are missing), or None where something is odd or wrong."""
        lines = ["get = values.get", "gone = 0"]
        for place, given in enumerate(self.inputs):
            lines.append(f"i{place} = get(id{place})")
            if given.id in self.evidenced:
                lines += [f"if id{place} not in evidence:", f"    i{place} = None"]
            lines += [f"if i{place} is None:", "    gone += 1"]
            if given.may_be_na:
                lines += [
                    f"elif i{place} is NA or type(i{place}) is str and i{place} == 'n/a':",
                    f"    i{place} = NA",
                ]
            lines += [f"elif {self._doubt(place, given)}:", "    return None"]
            if given.type == "ordinal":
                lines += ["else:", f"    i{place} = places{place}[i{place}]"]
            elif given.type == "date":
                lines += ["else:", f"    i{place} = i{place}.toordinal()"]
        lines += [
            f"if len(values) != {len(self.inputs)} - gone and not values.keys() <= KNOWN:",
            "    return None",
        ]
        row = "".join(f"i{place}, " for place in range(len(self.inputs)))
        day = "day, " if self.needs_day else ""
        lines.append(f"return ({row}{day}), gone")
        return compiled(("values", "evidence", "day"), statements(lines), self._names())

    def _doubt(self, place: int, given: Input) -> str:
        """When a value is not as it should be, as the text of an expression."""
        name = f"i{place}"
        match given.type:
            case "boolean":
                return f"type({name}) is not bool"
            case "choice":
                return f"type({name}) is not str or {name} not in words{place}"
            case "ordinal":
                return f"type({name}) is not str or {name} not in places{place}"
            case "date":
                return f"type({name}) is not date"
            case "text":
                return f"type({name}) is not str or {name} == 'n/a' or not {name}.isascii()"
        low, high, _ = span_of(given, self.words[given.id])
        return f"{_no_number(name, given)} or not ({low!r} <= {name} <= {high!r})"

    def read(
        self, values: Mapping[str, Any], evidence: AbstractSet[str], day: int | None, *, strict: bool
    ) -> tuple[Row, int]:
        """The row and how many values are missing; ``CriteriaError`` says all that is wrong."""
        self._reads += 1
        if self._reads > _READ_SLOWLY and isinstance(values, dict):
            read = self._read
            if read is None:
                read = self._read = self._read_function()
            found = read(values, evidence, day)
            if found is not None:
                row, gone = found
                return row, gone
        return self._read_slowly(values, evidence, day, strict)

    def _read_slowly(
        self, values: Mapping[str, Any], evidence: AbstractSet[str], day: int | None, strict: bool
    ) -> tuple[Row, int]:
        problems = Problems()
        given_values = self._by_name(values, problems, strict)
        row: list[Any] = []
        for given in self.inputs:
            value = given_values.get(given.id)
            if given.id in self.evidenced and given.id not in evidence:
                value = None
            try:
                row.append(self.value_of(given, value))
            except Fault as fault:
                problems.add_fault(f"values.{given.id}", fault)
        problems.raise_errors()
        gone = sum(value is None for value in row)
        if self.needs_day:
            row.append(day)
        return tuple(row), gone

    def _by_name(self, values: Mapping[Any, Any], problems: Problems, strict: bool) -> dict[str, Any]:
        """The values by the names of inputs; names are the same if they are in NFKC."""
        known = {given.id for given in self.inputs}
        found: dict[str, Any] = {}
        for key, value in values.items():
            name = normal(str(key)) if isinstance(key, str) else ""
            if name in found:
                problems.add(f"values.{name}", Code.NAME_REPEATED, name=name)
            elif name in known:
                found[name] = value
            elif strict:
                shown = _shown(key)
                names = sorted(each for each in known if "(" not in each)
                likely = nearest(shown, names) or ", ".join(names[:8])
                problems.add(f"values.{shown}", Code.UNKNOWN_INPUT, name=shown, nearest=likely)
        return found

    def value_of(self, given: Input, value: Any) -> Any:
        """One value as it stands in a row; ``Fault`` says what is wrong with it."""
        if value is None:
            return None
        if value is NA or (isinstance(value, str) and value == "n/a"):
            if given.may_be_na:
                return NA
            raise Fault(Code.ALWAYS_APPLICABLE, name=given.id)
        match given.type:
            case "boolean":
                if not isinstance(value, bool):
                    raise Fault(
                        Code.WRONG_INPUT_KIND, name=given.id, value=_shown(value), wanted_kind="true or false"
                    )
                return value
            case "choice" | "ordinal":
                return self._word(given, value)
            case "date":
                return _day(given, value)
            case "text":
                if not isinstance(value, str):
                    raise Fault(Code.WRONG_INPUT_KIND, name=given.id, value=_shown(value), wanted_kind="text")
                return _whole_text(value)
        return self._number(given, value)

    def _word(self, given: Input, value: Any) -> Any:
        words = self.words[given.id]
        word = normal(value) if isinstance(value, str) else ""
        if word not in words:
            raise Fault(
                Code.INPUT_WORD_NOT_ALLOWED,
                name=given.id,
                value=_shown(value),
                words=", ".join(words),
                nearest=nearest(word, words) or words[0],
            )
        return words.index(word) if given.type == "ordinal" else word

    def _number(self, given: Input, value: Any) -> int | float:
        low, high, whole = span_of(given, ())
        if isinstance(value, str):
            raise Fault(Code.INPUT_IS_TEXT, name=given.id, value=_shown(value))
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise Fault(Code.WRONG_INPUT_KIND, name=given.id, value=_shown(value), wanted_kind=given.type)
        try:
            number: int | float = (
                int(value) if isinstance(value, int) or hasattr(value, "__index__") else float(value)
            )
        except OverflowError:
            raise Fault(
                Code.INPUT_OUT_OF_RANGE, name=given.id, value=_shown(value), low=f"{low:g}", high=f"{high:g}"
            ) from None
        except Exception:  # noqa: BLE001 – the same
            raise Fault(
                Code.WRONG_INPUT_KIND, name=given.id, value=_shown(value), wanted_kind=given.type
            ) from None
        if whole and abs(number) < 1e300 and number == int(number):
            number = int(number)
        if whole and not isinstance(number, int):
            raise Fault(Code.INPUT_NOT_WHOLE, name=given.id, value=_shown(value))
        if not low <= number <= high:
            raise Fault(
                Code.INPUT_OUT_OF_RANGE, name=given.id, value=_shown(value), low=f"{low:g}", high=f"{high:g}"
            )
        return number


def _words_of(given: Input, scales: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(given.choices or ()) if given.type == "choice" else scales.get(given.scale or "", ())


def _no_number(name: str, given: Input) -> str:
    """That a name does not hold a number of the input's type, as the text of an expression."""
    whole = f"type({name}) is not int"
    return whole if given.type == "integer" else f"type({name}) is not float and {whole}"


def _is_plain(given: Input) -> bool:
    """Whether a sound value of the input comes in as it is, or as its place on a scale."""
    return not given.may_be_na and given.evidence is None and given.type not in ("date", "text")


def _day(given: Input, value: Any) -> int:
    if isinstance(value, str):
        try:
            value = datetime.date.fromisoformat(value)
        except ValueError:
            raise Fault(Code.INPUT_NOT_A_DATE, name=given.id, value=_shown(value)) from None
    if isinstance(value, datetime.datetime):
        value = value.date()
    if not isinstance(value, datetime.date):
        raise Fault(Code.INPUT_NOT_A_DATE, name=given.id, value=_shown(value))
    return value.toordinal()


def _whole_text(text: str) -> str:
    """The text; ``Fault`` where it holds half a letter, which nothing can write."""
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise Fault(Code.BROKEN_CHARACTER, character=f"U+{ord(text[wrong.start]):04X}") from None
    return text


def _shown(value: Any) -> str:
    """A value as messages show it: short, and with nothing that a terminal would obey."""
    try:
        text = str(value) if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 – what a value of somebody else's class does is not known
        text = type(value).__name__
    short = text if len(text) <= 60 else text[:57] + "…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in short)
