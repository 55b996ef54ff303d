"""A cell as an office types it: a value by the type of its input, a subject, a period; or refused with the reason.

In order: numbers, dates, periods, and ``read_value``, which reads a text by the type of its input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

from criteria_engine.core.grammar import clean_text, fold_word, nearest_word, shown_text, without_lookalikes
from criteria_engine.core.nodes import NA, NotApplicable
from criteria_engine.messages.diagnostics import Code, Fault, chosen_language

_Language = Literal["vi", "en"]

# The largest number a value may be, either way from zero.
_LARGEST = 10**15
_MOST_DIGITS = 15
_NUMBER = re.compile(r"([+\-\u2212\u2013\u2010\u2011]?) ?([0-9][0-9., ]*?) ?(%?)")
_SCIENTIFIC = re.compile(r"[+\-]?[0-9]+(?:[.,][0-9]+)?[eE][+\-]?[0-9]+")


def _read_number(text: str, type: str, lang: _Language) -> int | float:
    """The number a clean text says, for an input of type ``number``, ``integer`` or ``percent``.

    A whole number without decimals is an int; with decimals it is the float nearest to the decimal
    written (for an ``integer`` they must be zeros, and it is an int). Raises ``Fault`` that says why not.
    """
    matched = _NUMBER.fullmatch(text)
    if matched is None:
        raise _no_number(text)
    sign, body, percent_sign = matched.groups()
    if percent_sign and type != "percent":
        # Whether 85 % is to be 85 or 0.85 only the author of the rules knows.
        raise Fault(Code.PERCENT_NOT_WANTED, value=shown_text(text), plain=shown_text(text.rstrip("% ")))
    whole, decimals = _parted(text, body, type, lang)
    exact = _exact(text, sign, whole, decimals)
    checked_number(exact, type, text)
    if type == "percent" and not percent_sign and 0 < exact < 1:
        # 0,855 may be 0.855 %, or what a spreadsheet holds behind the 85,5 % it shows.
        small, large = _spelled(exact, lang), _spelled(exact * 100, lang)
        raise Fault(Code.AMBIGUOUS_PERCENT, value=shown_text(text), small=small, large=large)
    if type == "integer" or not decimals:
        return int(exact)
    return float(exact) or 0.0


def checked_number(number: float | Decimal, type: str, written: object) -> None:
    """Raise ``Fault`` for a number beyond 10^15, and where no number of the type can be so ``written``."""
    if not -_LARGEST <= number <= _LARGEST:
        raise Fault(Code.NUMBER_TOO_LARGE, value=shown_text(str(written)), limit="10^15")
    if type == "percent" and not 0 <= number <= 100:
        raise Fault(Code.VALUE_NOT_A_PERCENTAGE, value=shown_text(str(written)))
    if type == "integer" and number != int(number):
        raise Fault(Code.VALUE_NOT_WHOLE, value=shown_text(str(written)))


def _no_number(text: str) -> Fault:
    """Why the text is no number at all."""
    if any(letter.isnumeric() and not letter.isascii() for letter in text):
        return Fault(Code.FOREIGN_DIGITS, value=shown_text(text))
    if _SCIENTIFIC.fullmatch(text):
        return Fault(Code.POWER_OF_TEN, value=shown_text(text))
    return Fault(Code.VALUE_NOT_A_NUMBER, value=shown_text(text))


def _parted(text: str, body: str, type: str, lang: _Language) -> tuple[str, str]:
    """The digits before and after the decimal mark of the body of a number."""
    parts = re.split("[., ]", body)
    marks = [letter for letter in body if not letter.isdigit()]
    if not marks:
        return body, ""
    if "" in parts:
        raise Fault(Code.MARKS_OUT_OF_PLACE, value=shown_text(text))
    last = marks[-1]
    if len(marks) == 1 and last != " ":
        grouped = _well_grouped(parts) and _means_thousands(text, parts, last, type, lang)
        return ("".join(parts), "") if grouped else (parts[0], parts[1])
    if len(set(marks)) == 1:
        groups, decimals = parts, ""
    else:
        groups, decimals = parts[:-1], parts[-1]
        if len(set(marks[:-1])) != 1 or last in marks[:-1] or last == " ":
            raise Fault(Code.MARKS_OUT_OF_PLACE, value=shown_text(text))
    if not _well_grouped(groups):
        raise Fault(Code.MARKS_OUT_OF_PLACE, value=shown_text(text))
    if " " in marks and len(decimals) == 3 and last != _decimal_mark(lang):
        raise _ambiguous(text, "".join(groups), decimals, lang)
    return "".join(groups), decimals


def _well_grouped(groups: list[str]) -> bool:
    """Whether thousands are parted so: one to three digits, not led by a zero, then three each."""
    return len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])


def _means_thousands(text: str, parts: list[str], mark: str, type: str, lang: _Language) -> bool:
    """Whether the only mark, with three digits behind it, parts thousands; False: it starts decimals."""
    if type == "percent":
        # A thousand is more than 100 %, so only the decimals are left.
        return False
    if type == "integer" and mark != _decimal_mark(lang):
        # A whole number has no decimals, and this is how the language parts thousands. The other mark
        # stays in doubt: 1,000 may be a one shown with three decimals.
        return True
    if type == "number" and lang == "en":
        return mark == ","
    raise _ambiguous(text, parts[0], parts[1], lang)


def _ambiguous(text: str, whole: str, three: str, lang: _Language) -> Fault:
    """Both readings, each spelled so that it has no other: a fourth decimal rules out thousands."""
    sign = "" if text[0].isdigit() or text[0] == "+" else "-"
    written = f"{sign}{whole}{_decimal_mark(lang)}{three}0"
    return Fault(
        Code.AMBIGUOUS_NUMBER, value=shown_text(text), thousands=f"{sign}{whole}{three}", decimal=written
    )


def _decimal_mark(lang: _Language) -> str:
    return "," if lang == "vi" else "."


def _exact(text: str, sign: str, whole: str, decimals: str) -> Decimal:
    """The decimal written, within the limits of size and digits."""
    if len(whole.lstrip("0")) > 16:
        raise Fault(Code.NUMBER_TOO_LARGE, value=shown_text(text), limit="10^15")
    if len((whole + decimals).strip("0")) > _MOST_DIGITS:
        raise Fault(Code.TOO_MANY_DIGITS, value=shown_text(text), limit=_MOST_DIGITS)
    exact = Decimal(f"{whole}.{decimals or '0'}")
    return exact if sign in ("", "+") else -exact


def _spelled(exact: Decimal, lang: _Language) -> str:
    plain = f"{exact:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain.replace(".", _decimal_mark(lang)) + " %"


_DAY, _MONTH = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})"
_NAME, _YEAR = "(?P<month>[a-z]{3,9})", "(?P<year>[0-9]{2}|[0-9]{4})"
_DAY_FIRST = re.compile(
    rf"(?:ngày )?{_DAY} ?(?P<sign>[-/.]) ?{_MONTH} ?(?P=sign) ?(?P<year>[0-9]{{4}}|[0-9]{{2}})(?![0-9])(?P<rest>.*)"
)
_DATES = (
    re.compile(rf"(?P<year>[0-9]{{4}})(?P<sign>[-/.]){_MONTH}(?P=sign){_DAY}(?P<rest>.*)"),
    _DAY_FIRST,
    re.compile(rf"(?:ngày )?{_DAY} tháng {_MONTH},? (?:năm )?{_YEAR}"),
    re.compile(rf"{_DAY}(?:st|nd|rd|th)?[ -]{_NAME}[,.]?[ -]{_YEAR}"),
    re.compile(rf"{_NAME}\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}"),
)
_TIME = re.compile(r"[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:z)?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _read_date(text: str, lang: Literal["vi", "en"]) -> date:
    """The date a clean text says: ``01/03/2026`` is the first of March; ``2026-03-01`` is taken too.

    In English 01/03/2026 may also be the third of January, and is refused; ``1 March 2026`` is read.
    Raises ``Fault`` that says why not: no such day, a year of two digits, a time of day.
    """
    written = re.sub("[\u2013\u2010\u2011]", "-", fold_word(text))
    for form in _DATES:
        if matched := form.fullmatch(written):
            year, month, day = matched["year"], matched["month"], matched["day"]
            _refuse_time(text, matched.groupdict().get("rest", ""))
            if form is _DAY_FIRST and lang == "en":
                _refuse_either_way(text, day, month, year)
            return _day(text, year, month if month.isdigit() else _month(text, month), day)
    raise Fault(
        Code.SERIAL_NUMBER_OF_A_DAY if re.fullmatch("[0-9]{5}", written) else Code.VALUE_NOT_A_DATE,
        value=shown_text(text),
    )


def read_iso_date(text: str) -> date:
    """The date of a text like ``2026-03-01``, as programs write it; raises ``Fault`` for any other."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise Fault(Code.DATE_NOT_ISO, value=shown_text(text))
    return _day(text, text[:4], text[5:7], text[8:])


def _day(text: str, year: str, month: str, day: str) -> date:
    if len(year) == 2:
        raise Fault(Code.TWO_DIGIT_YEAR, value=shown_text(text))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Fault(Code.NO_SUCH_DAY, value=shown_text(text)) from None


def _month(text: str, name: str) -> str:
    for number, month in enumerate(_MONTHS, 1):
        if name in (month, month[:3]) or (name, number) == ("sept", 9):
            return str(number)
    raise Fault(Code.VALUE_NOT_A_DATE, value=shown_text(text))


def _refuse_time(text: str, rest: str) -> None:
    """Midnight is what programs add to a date and says nothing; any other time of day is a mistake."""
    if not rest:
        return
    if not _TIME.fullmatch(rest):
        raise Fault(Code.VALUE_NOT_A_DATE, value=shown_text(text))
    if rest.strip(" t:.z0"):
        raise Fault(Code.TIME_OF_DAY, value=shown_text(text))


def _refuse_either_way(text: str, day: str, month: str, year: str) -> None:
    low, high = int(day), int(month)
    if len(year) == 4 and low != high and 1 <= low <= 12 and 1 <= high <= 12:
        raise Fault(
            Code.AMBIGUOUS_DATE,
            value=shown_text(text),
            first=f"{year}-{high:02}-{low:02}",
            second=f"{year}-{low:02}-{high:02}",
        )


_PERIODS = (
    ("year", re.compile("[0-9]{4}")),
    ("half", re.compile("[0-9]{4}-H[12]")),
    ("quarter", re.compile("[0-9]{4}-Q[1-4]")),
    ("month", re.compile("[0-9]{4}-(?:0[1-9]|1[0-2])")),
    ("week", re.compile("[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])")),
    ("day", re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("years", re.compile("[0-9]{4}-[0-9]{4}")),
)


def read_subject(text: str) -> str:
    """The name of a subject; raises ``Fault`` for an empty one."""
    name = " ".join(clean_text(text).split())
    if not name:
        raise Fault(Code.SUBJECT_WITHOUT_NAME)
    return name


def read_period(text: str) -> str | None:
    """A period, None for an empty text; raises ``Fault`` for what cannot be put in order of time."""
    period = clean_text(text).replace("\N{EN DASH}", "-").upper()
    if not period:
        return None
    kind = kind_of_period(period)
    if (
        kind is None
        or (kind in ("day", "week") and not _is_day(period))
        or (kind == "years" and period[:4] >= period[5:])
    ):
        raise Fault(Code.BAD_PERIOD, value=shown_text(text))
    return period


def kind_of_period(period: str | None) -> str | None:
    """In which of the ways a period is written; None for no period, and for what is none."""
    if period is None:
        return None
    return next((kind for kind, form in _PERIODS if form.fullmatch(period)), None)


def _is_day(period: str) -> bool:
    try:
        date.fromisoformat(period)  # of a week, its Monday
    except ValueError:
        return False
    return True


Value: TypeAlias = bool | int | float | str | date | NotApplicable | None
"""What an input may hold: None is missing, ``NA`` not applicable."""

TYPES = ("boolean", "number", "integer", "percent", "ordinal", "choice", "date", "text")
"""The types of an input."""


class InputDefinition(Protocol):
    """What the readers of files need to know of an input."""

    @property
    def id(self) -> str:
        """The name of the input."""

    @property
    def type(self) -> str:
        """One of ``TYPES``."""

    @property
    def words(self) -> tuple[str, ...]:
        """The choices or the words of the scale; empty for other types."""

    @property
    def may_be_na(self) -> bool:
        """Whether the input may be not applicable."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles in all languages; a table may use them in its header."""


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
        raise Fault(Code.NO_OR_UNKNOWN, value=shown_text(cleaned))
    if folded in _MISSING:
        return None
    if _SPREADSHEET_ERROR.fullmatch(cleaned.upper()):
        raise Fault(Code.SPREADSHEET_ERROR, value=shown_text(cleaned))
    if is_na_text(cleaned, type):
        if may_be_na:
            return NA
        raise Fault(Code.NA_NOT_ALLOWED, value=shown_text(cleaned))
    if type == "boolean":
        return _read_boolean(cleaned)
    if type == "date":
        return _read_date(cleaned, chosen_language(lang))
    if type == "text":
        return cleaned
    if type in ("ordinal", "choice"):
        return read_word(cleaned, words)
    return _read_number(cleaned, type, chosen_language(lang))


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
    raise Fault(Code.NOT_YES_OR_NO, value=shown_text(cleaned))


def read_word(cleaned: str, words: Sequence[str]) -> str:
    """The one of ``words`` that a clean text is, whatever its case; raises ``Fault`` with the nearest."""
    word = _word_of(cleaned, words)
    if word is not None:
        return word
    _refuse_lookalike(cleaned, words)
    near = nearest_word(cleaned, words)
    if near is not None:
        raise Fault(Code.VALUE_MISSPELT, value=shown_text(cleaned), nearest=near)
    raise Fault(Code.VALUE_NOT_ALLOWED, value=shown_text(cleaned), words=", ".join(words))


def _word_of(cleaned: str, words: Sequence[str]) -> str | None:
    alike = [word for word in words if fold_word(word) == fold_word(cleaned)]
    exact = [word for word in alike if clean_text(word) == cleaned]
    if len(alike) > 1 and not exact:
        raise Fault(Code.VALUE_FITS_SEVERAL, value=shown_text(cleaned), words=", ".join(alike))
    return next(iter(exact or alike), None)


def _refuse_lookalike(cleaned: str, words: Sequence[str]) -> None:
    """Raise if the text would be one of the words but for a letter of another alphabet."""
    latin, letter = without_lookalikes(cleaned)
    if letter and fold_word(latin) in [fold_word(word) for word in words]:
        raise Fault(
            Code.FOREIGN_LETTER,
            value=shown_text(cleaned),
            letter=letter,
            point=f"U+{ord(letter):04X}",
            word=latin,
        )
