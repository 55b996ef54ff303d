"""What the names in expressions stand for: inputs, parameters, definitions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from criteria_engine.core import algebra as a
from criteria_engine.core.grammar import nearest
from criteria_engine.core.nodes import Condition, InputFlag, InputNotApplicable, InputNumber
from criteria_engine.core.values import (
    Meaning,
    NumberValue,
    TextCase,
    TextValue,
    TruthValue,
    chosen,
    compared,
    fixed,
    fixed_day,
    options_of,
    says,
)
from criteria_engine.messages.codes import Code
from criteria_engine.messages.diagnostics import Fault
from criteria_engine.rules.parts import Dated, Input, Parameter, ParameterValue

ON = "@on"
"""The name under which the day of the assessment is observed."""

ON_NAME = "on"
"""What expressions call the day of the assessment, unless the set has something of that name."""

_LARGEST = 10**15
_LAST_DAY = datetime.date.max.toordinal()


def earlier_name(name: str, periods: int) -> str:
    """What an input of an earlier period is called: the expression that asks for it."""
    if not periods:
        return name
    return f"previous({name})" if periods == 1 else f"previous({name}, {periods})"


def title_name(ruleset: str, level: str) -> str:
    """What a title is called among the observed: the expression that asks for it."""
    return f"holds({_quoted(ruleset)}, {_quoted(level)})"


def _quoted(word: str) -> str:
    return f'"{word}"' if "'" in word else f"'{word}'"


def day_of_assessment() -> NumberValue:
    """The day of the assessment."""
    day = InputNumber(ON, low=1.0, high=float(_LAST_DAY), whole=True, on_grid=True)
    return NumberValue(day, kind="date", named=True)


def span_of(declared: Input, words: Sequence[str]) -> tuple[float, float, bool]:
    """The lowest and highest number of an input, and whether it is whole."""
    match declared.type:
        case "ordinal":
            return 0, max(0, len(words) - 1), True
        case "date":
            return 1, _LAST_DAY, True
    low: float = 0 if declared.type == "percent" else -_LARGEST
    high: float = 100 if declared.type == "percent" else _LARGEST
    if declared.range is not None and len(declared.range) == 2:
        low, high = max(low, declared.range[0]), min(high, declared.range[1])
    whole = declared.type == "integer"
    return low, high, whole


def observed_input(declared: Input, words: Sequence[str]) -> InputNumber:
    """The number of an input in the core."""
    low, high, whole = span_of(declared, words)
    return InputNumber(declared.id, low=float(low), high=float(high), whole=whole, on_grid=whole)


def input_meaning(declared: Input, words: Sequence[str]) -> Meaning:
    """What the name of an input means; ``words`` are those of its scale."""
    there: Condition = a.TRUE
    na: Condition = a.FALSE
    if declared.may_be_na:
        there, na = InputNotApplicable(declared.id, False), InputNotApplicable(declared.id, True)
    match declared.type:
        case "boolean":
            return TruthValue(InputFlag(declared.id, True), InputFlag(declared.id, False), na)
        case "choice":
            return TextValue((TextCase(there, input=declared.id, domain=declared.choices or ()),), na)
        case "text":
            return TextValue((TextCase(there, input=declared.id),), na)
        case "ordinal":
            return NumberValue(observed_input(declared, words), there, na, "scale", tuple(words), named=True)
        case "date":
            return NumberValue(observed_input(declared, words), there, na, "date", named=True)
    return NumberValue(observed_input(declared, words), there, na, named=True)


def _by_date(dated: Sequence[Dated]) -> Meaning:
    """The latest value whose day has come; an assessment before the first day is refused."""
    day = day_of_assessment()
    latest_first = sorted(dated, key=lambda entry: entry.from_, reverse=True)
    picks = []
    for entry in latest_first[:-1]:
        begun = compared(">=", day, fixed_day(entry.from_.toordinal()))
        picks.append((begun, fixed(entry.value)))
    last = fixed(latest_first[-1].value)
    return chosen(picks, last) if picks else last


def _setting(setting: ParameterValue | Parameter) -> Meaning:
    if setting.dated:
        return _by_date(setting.dated)
    if setting.value is None:
        raise Fault(Code.BAD_PARAMETER)
    return fixed(setting.value)


def parameter_meaning(
    parameter: Parameter, names: Mapping[str, Meaning], inputs: Mapping[str, Input]
) -> Meaning:
    """What a parameter means; ``Fault`` where it is given in two ways, or a class is left out."""
    ways = [parameter.value is not None, parameter.dated is not None, parameter.by is not None]
    if sum(ways) != 1 or (parameter.by is None) != (parameter.values is None):
        raise Fault(Code.BAD_PARAMETER)
    if parameter.by is None or parameter.values is None:
        return _setting(parameter)
    if parameter.by not in inputs:
        known = nearest(parameter.by, inputs) or ", ".join(list(inputs)[:8]) or "–"
        raise Fault(
            Code.NOT_A_CLASSIFIER if parameter.by in names else Code.UNKNOWN_NAME,
            name=parameter.by,
            nearest=known,
        )
    of = names[parameter.by]
    options = options_of(of)
    if not options:
        raise Fault(Code.NOT_A_CLASSIFIER, name=parameter.by)
    values = dict(parameter.values)
    missing = [word for word in options if word not in values]
    extra = [word for word in values if word not in options]
    if missing or extra:
        raise Fault(Code.CLASSES_DIFFER, missing=", ".join(missing) or "–", extra=", ".join(extra) or "–")
    return _exhaustive([(says(of, word), _setting(values[word])) for word in options], of)


def _exhaustive(picks: Sequence[tuple[TruthValue, Meaning]], of: Meaning) -> Meaning:
    """One pick holds unless ``of`` is not applicable."""
    joined = chosen(picks, None)
    if isinstance(joined, NumberValue):
        return NumberValue(joined.numeric, of.there, of.na, joined.kind, joined.words, joined.named)
    if isinstance(joined, TruthValue):
        return TruthValue(joined.true, joined.false, of.na)
    return TextValue(joined.cases, of.na)
