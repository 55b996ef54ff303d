"""Numbers as offices write them: decimal commas, thousands, percent signs.

In Vietnamese a comma starts the decimals and dots or spaces part the thousands; in English it is the
other way round. But Vietnamese sheets come from computers set to either, so a number that could be read
both ways is refused rather than guessed: a guess would be wrong by a factor of a thousand, in silence.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from criteria_engine.core.expression_text import shown_text
from criteria_engine.messages.diagnostics import Fault

__all__ = ["LARGEST", "checked_size", "is_percent", "read_number"]

_Language = Literal["vi", "en"]

LARGEST = 10**15
"""The largest number a value may be, either way from zero."""

_MOST_DIGITS = 15
_NUMBER = re.compile(r"([+\-\u2212\u2013\u2010\u2011]?) ?([0-9][0-9., ]*?) ?(%?)")
_SCIENTIFIC = re.compile(r"[+\-]?[0-9]+(?:[.,][0-9]+)?[eE][+\-]?[0-9]+")


def read_number(text: str, type: str, lang: _Language) -> int | float:
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
        raise Fault("CE517", value=shown_text(text), plain=shown_text(text.rstrip("% ")))
    whole, decimals = _parted(text, body, type, lang)
    exact = _exact(text, sign, whole, decimals)
    if type == "percent":
        _check_share(text, exact, bool(percent_sign), lang)
    if type == "integer":
        if exact != int(exact):
            raise Fault("CE518", value=shown_text(text))
        return int(exact)
    return float(exact) or 0.0 if decimals else int(exact)


def checked_size(number: int | float) -> int | float:
    """The number itself, if its size is at most ``LARGEST``; else raises ``Fault``."""
    if not -LARGEST <= number <= LARGEST:
        raise Fault("CE514", value=shown_text(str(number)), limit="10^15")
    return number


def is_percent(number: int | float | Decimal) -> bool:
    """Whether the number is a percentage from 0 to 100."""
    return 0 <= number <= 100


def _no_number(text: str) -> Fault:
    """Why the text is no number at all."""
    if any(letter.isnumeric() and not letter.isascii() for letter in text):
        return Fault("CE515", value=shown_text(text))
    if _SCIENTIFIC.fullmatch(text):
        return Fault("CE516", value=shown_text(text))
    return Fault("CE510", value=shown_text(text))


def _parted(text: str, body: str, type: str, lang: _Language) -> tuple[str, str]:
    """The digits before and after the decimal mark of the body of a number."""
    parts = re.split("[., ]", body)
    marks = [letter for letter in body if not letter.isdigit()]
    if not marks:
        return body, ""
    if "" in parts:
        raise Fault("CE512", value=shown_text(text))
    last = marks[-1]
    if len(marks) == 1 and last != " ":
        grouped = _well_grouped(parts) and _means_thousands(text, parts, last, type, lang)
        return ("".join(parts), "") if grouped else (parts[0], parts[1])
    if len(set(marks)) == 1:
        groups, decimals = parts, ""
    else:
        groups, decimals = parts[:-1], parts[-1]
        if len(set(marks[:-1])) != 1 or last in marks[:-1] or last == " ":
            raise Fault("CE512", value=shown_text(text))
    if not _well_grouped(groups):
        raise Fault("CE512", value=shown_text(text))
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
    return Fault("CE511", value=shown_text(text), thousands=f"{sign}{whole}{three}", decimal=written)


def _decimal_mark(lang: _Language) -> str:
    return "," if lang == "vi" else "."


def _exact(text: str, sign: str, whole: str, decimals: str) -> Decimal:
    """The decimal written, within the limits of size and digits."""
    if len(whole.lstrip("0")) > 16:
        raise Fault("CE514", value=shown_text(text), limit="10^15")
    if len((whole + decimals).strip("0")) > _MOST_DIGITS:
        raise Fault("CE513", value=shown_text(text), limit=_MOST_DIGITS)
    exact = Decimal(f"{whole}.{decimals or '0'}")
    if exact > LARGEST:
        raise Fault("CE514", value=shown_text(text), limit="10^15")
    return exact if sign in ("", "+") else -exact


def _check_share(text: str, exact: Decimal, signed: bool, lang: _Language) -> None:
    """Refuse what lies outside 0 to 100, and a number below one that may be a share of one."""
    if not is_percent(exact):
        raise Fault("CE519", value=shown_text(text))
    if not signed and 0 < exact < 1:
        # 0,855 may be 0.855 %, or what a spreadsheet holds behind the 85,5 % it shows.
        raise Fault(
            "CE520", value=shown_text(text), small=_spelled(exact, lang), large=_spelled(exact * 100, lang)
        )


def _spelled(exact: Decimal, lang: _Language) -> str:
    plain = f"{exact:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain.replace(".", _decimal_mark(lang)) + " %"
