"""A value as an office types it: read by the type of its input, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from criteria_engine.core.expression_text import (
    clean_text,
    fold_word,
    nearest,
    shown_text,
    without_lookalikes,
)
from criteria_engine.core.nodes import NA, NotApplicable
from criteria_engine.messages.diagnostics import Fault, chosen_language
from criteria_engine.written_dates import read_date
from criteria_engine.written_numbers import read_number

__all__ = ["TYPES", "Value", "is_na_text", "read_value", "read_word"]

Value: TypeAlias = bool | int | float | str | date | NotApplicable | None
"""What an input may hold: None is missing, ``NA`` not applicable."""

TYPES = ("boolean", "number", "integer", "percent", "ordinal", "choice", "date", "text")
"""The types of an input."""

# All words hold in both languages, since none means one thing in one and another in the other.
_YES = frozenset({"có", "đạt", "đã đạt", "đúng", "x", "✓", "✔", "☑", "✅", "1", "true", "yes", "y", "met"})
_NO = frozenset(
    {"không", "không có", "không đạt", "chưa", "chưa đạt", "không đúng", "sai", "✗", "✘", "❌"}
    | {"0", "false", "no", "n", "not met"}
)
_MISSING = frozenset(
    {"", "-", "–", "—", "−", "--", "…", "...", "null", "no data", "not available", "unknown", "missing"}
    | {"chưa có", "chưa có số liệu", "không có số liệu", "chưa có dữ liệu", "không có dữ liệu"}
    | {"chưa rõ", "không rõ"}
)
_NOT_APPLICABLE = frozenset({"n/a", "n.a.", "na", "không áp dụng", "kad", "not applicable"})
_SPREADSHEET_ERROR = re.compile(
    r"#(?:DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!"
    r"|BUSY!|PYTHON!|EXTERNAL!|GETTING_DATA|#+)|ERR:[0-9]+"
)


def read_value(
    text: str, type: str, *, lang: str = "vi", words: Sequence[str] = (), may_be_na: bool = False
) -> Value:
    """The value that a text says, for an input of the given type (one of ``TYPES``).

    ``lang`` is the language of the text: it decides what a comma and a dot in a number mean. ``words``
    are the choices, or the words of the scale. An empty text, a dash or ``chưa có số liệu`` is missing
    (None); ``n/a`` or ``không áp dụng`` is ``NA`` where ``may_be_na``.

    Gives an int for a whole number written without decimals and the nearest float for any other.
    Raises ``Fault``, a ``ValueError``, that says why the text is no such value, also where a number can
    be read in two ways; ``ValueError`` for an unknown type and ``TypeError`` for what is no text.

    >>> read_value("85,5 %", "percent")
    85.5
    """
    if type not in TYPES:
        raise ValueError(f"there is no type {type!r}; the types are {', '.join(TYPES)}")
    if not isinstance(text, str):
        raise TypeError(f"read_value reads text, not {text!r}; pass numbers to evaluate as they are")
    if type in ("integer", "number") and len(text) < 16 and text.isascii() and text.isdigit():
        # Most cells of most tables; what follows would say the same, more slowly.
        return int(text)
    cleaned = clean_text(text)
    folded = fold_word(cleaned)
    if type in ("ordinal", "choice"):
        # A scale may have words of its own like "none" or "n/a": they come before all else.
        word = _word_of(cleaned, words)
        if word is not None:
            return word
    if type == "boolean" and folded == "chưa có":
        # "Has none yet" or "no figure yet": the one is a no, the other is not known.
        raise Fault("CE531", value=shown_text(cleaned))
    if folded in _MISSING:
        return None
    if _SPREADSHEET_ERROR.fullmatch(cleaned.upper()):
        raise Fault("CE503", value=shown_text(cleaned))
    if is_na_text(cleaned, type):
        if may_be_na:
            return NA
        raise Fault("CE504", value=shown_text(cleaned))
    return _read_known(cleaned, type, lang, words)


def _read_known(cleaned: str, type: str, lang: str, words: Sequence[str]) -> Value:
    if type == "boolean":
        return _read_boolean(cleaned)
    if type == "date":
        return read_date(cleaned, chosen_language(lang))
    if type == "text":
        return cleaned
    if type in ("ordinal", "choice"):
        return read_word(cleaned, words)
    return read_number(cleaned, type, chosen_language(lang))


def is_na_text(cleaned: str, type: str) -> bool:
    """Whether a clean text says that the input is not applicable."""
    # Na is a name of people and of a fruit; in a text only the capitals mean something else.
    if type == "text" and cleaned.casefold() == "na":
        return cleaned == "NA"
    return fold_word(cleaned) in _NOT_APPLICABLE


def _read_boolean(cleaned: str) -> bool:
    # A tick in colour is the tick with a variation selector.
    folded = fold_word(cleaned).replace("\ufe0f", "")
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    _refuse_lookalike(cleaned, [*_YES, *_NO])
    raise Fault("CE530", value=shown_text(cleaned))


def read_word(cleaned: str, words: Sequence[str]) -> str:
    """The one of ``words`` that a clean text is, whatever its case; raises ``Fault`` with the nearest."""
    word = _word_of(cleaned, words)
    if word is not None:
        return word
    _refuse_lookalike(cleaned, words)
    near = nearest(cleaned, words)
    if near is not None:
        raise Fault("CE542", value=shown_text(cleaned), nearest=near)
    raise Fault("CE541", value=shown_text(cleaned), words=", ".join(words))


def _word_of(cleaned: str, words: Sequence[str]) -> str | None:
    alike = [word for word in words if fold_word(word) == fold_word(cleaned)]
    exact = [word for word in alike if clean_text(word) == cleaned]
    if len(alike) > 1 and not exact:
        raise Fault("CE544", value=shown_text(cleaned), words=", ".join(alike))
    return next(iter(exact or alike), None)


def _refuse_lookalike(cleaned: str, words: Sequence[str]) -> None:
    """Raise if the text would be one of the words but for a letter of another alphabet."""
    latin, letter = without_lookalikes(cleaned)
    if letter and fold_word(latin) in [fold_word(word) for word in words]:
        raise Fault(
            "CE543", value=shown_text(cleaned), letter=letter, point=f"U+{ord(letter):04X}", word=latin
        )
